"""« Publications »: documents that are prepared, seen, approved, published, withdrawn (I5)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import Case, Count, OuterRef, Q, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.acts import consulting
from sporades.batches.models import Batch
from sporades.batches.states import BatchState
from sporades.candidates.models import told_by_letter
from sporades.core.actors import Actor
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.letters.models import Letter
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import deciding, preparing, taking_out
from sporades.publications.queries import Remarks, given_again, remarks_on
from sporades.publications.refusals import InstantFar, InstantPast, OfHealth, SameInstant
from sporades.publications.states import HELD, UNREAD, LineOutcome, PublicationState
from sporades.registrations.models import Registration
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import MOST_LEAVES, Group, Leaf, Link
from sporades.web.layout.papers import paper
from sporades.web.layout.proofs import second_factor_first
from sporades.web.office.documents.publishing_forms import (
    PublicationsForm,
    PublishForm,
    RefuseForm,
    RescheduleForm,
    WithdrawForm,
)
from sporades.web.office.registrations.files import opened_with, reaches
from sporades.web.office.searches import building
from sporades.web.office.sheets import sheet_of

SCHEDULED = "Publication décidée, à venir"
READY = "Documents prêts, à publier"
SEEN = "vu"
"""What a page sends of the proposal that it showed."""
ON_THE_PAGE = 50
COUNTED = 1_000
"""How many lines of each are counted in the list of publications."""
TRAIL = [("Accueil", reverse_lazy("office:home"))]
LIST_TRAIL = [*TRAIL, ("Publications", reverse_lazy("office:publications"))]
KINDS = {
    PublicationState.PUBLISHED: "success",
    PublicationState.PROPOSED: "warning",
    PublicationState.WITHDRAWN: "error",
    PublicationState.DROPPED: "off",
}


def publications(request: HttpRequest) -> HttpResponse:
    """Those of the reader's perimeter that are chosen, the last first; what waits for them before."""
    form = PublicationsForm(request.GET, reach=request.reach)
    mine = Publication.objects.within(request.reach)
    found = form.keep(mine, at=request.arrived_at).order_by("-asked_at", "pk")
    page = Paginator(found, ON_THE_PAGE).get_page(request.GET.get("page"))
    proposed = [] if form.chosen else list(publications_to_approve(request))
    ready, held = _ready(list(page)), _held([*page, *proposed])
    nothing, alone = _refused_whole(list(page)), _alone(request, [*page, *proposed], held)
    for one in (*page, *proposed):
        one.whose, one.holds = alone.get(one.pk), _holds(one, held[one.pk])
    for one in page:
        if one.pk in nothing:
            one.holds = ""  # where it stands says it
        one.stands = _stands(
            one, is_ready=one.pk in ready, refused=nothing.get(one.pk, 0), at=request.arrived_at
        )
    context = {
        "page": page,
        "form": form,
        "is_chosen": bool(form.chosen),
        "count": page.paginator.count,
        "base": f"{reverse('office:publications')}?{urlencode({**form.chosen, 'page': ''})}",
        "proposed": proposed,
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/publications.html", context, status=status)


class _Held(NamedTuple):
    """What a publication holds, as far as it is counted.

    Attributes:
        outcomes: those of its first lines.
        registrations: those of its first two lines; nothing in the place of one of nobody.
    """

    outcomes: list[str]
    registrations: list[int | None]

    @property
    def in_words(self) -> str:
        """Say how many documents, and how many refusals; nothing of an empty one."""
        if len(self.outcomes) > COUNTED:
            return f"plus de {in_groups(str(COUNTED))} lignes"
        refused = self.outcomes.count(LineOutcome.REFUSED)
        count = len(self.outcomes) - refused
        documents = f"{in_groups(str(count))} document{'s' if count > 1 else ''}"
        return ", ".join(
            [documents] * bool(count) + [f"{in_groups(str(refused))} refus"] * bool(refused)
        )


def _holds(found: Publication, held: _Held) -> str:
    """Say what a publication holds, and in how many archives it came."""
    if not found.has_several_archives:
        return held.in_words
    return f"{len(found.archive_names)} archives, {held.in_words}"


def _held(found: list[Publication]) -> dict[UUID, _Held]:
    """Return what each publication holds. Of many lines the first are read: there may be 100,000."""
    theirs = PublicationLine.objects.filter(publication=OuterRef("pk")).order_by()
    asked = Publication.objects.filter(pk__in=[one.pk for one in found]).annotate(
        outcomes=ArraySubquery(theirs.values("outcome")[: COUNTED + 1]),
        two=ArraySubquery(theirs.values("registration")[:2]),
    )
    return {one.pk: _Held(one.outcomes, one.two) for one in asked}


def _alone(
    request: HttpRequest, found: list[Publication], held: Mapping[UUID, _Held]
) -> dict[UUID, Registration]:
    """Return whose document each publication of one line alone holds, where the reader may open it."""
    of = {
        pk: one.registrations[0]
        for pk, one in held.items()
        if len(one.registrations) == 1 and one.registrations[0] is not None
    }
    known = Registration.objects.within(request.reach).for_office().in_bulk(set(of.values()))
    kinds = {one.pk: one.kind for one in found}
    return {
        pk: known[key]
        for pk, key in of.items()
        if key in known and reaches(request, opened_with(kinds[pk]), known[key])
    }


def _ready(found: list[Publication]) -> set[UUID]:
    """Return which of these publications have all their documents, and are to be published."""
    kept = {one.pk for one in found if one.is_in_preparation and not one.is_filling}
    if not kept:
        return set()
    lines = PublicationLine.objects.filter(publication__in=kept)
    outcomes = set(lines.values_list("publication", "outcome").distinct())
    return {
        pk
        for pk in kept - _busy(kept)
        if (pk, LineOutcome.PREPARED) in outcomes and (pk, LineOutcome.WAITING) not in outcomes
    }


def _refused_whole(found: list[Publication]) -> dict[UUID, int]:
    """Return of which of these publications nothing is left but refusals, and how many of them."""
    left = Publication.objects.refused_whole().filter(pk__in=[one.pk for one in found])
    counted = PublicationLine.objects.filter(publication__in=left).order_by()
    known = dict(counted.values_list("publication").annotate(Count("pk")))
    return {pk: known[pk] for pk in known.keys() - _busy(known)}


def _busy(keys: Iterable[UUID]) -> set[UUID]:
    """Return which of some publications a batch fills."""
    filled = Batch.objects.filter(about__in=keys, state=BatchState.RUNNING)
    return set(filled.values_list("about", flat=True))


def _stands(found: Publication, *, is_ready: bool, refused: int, at: datetime) -> str:
    if refused:
        return f"Rien à publier : {in_groups(str(refused))} refus"
    if is_ready:
        return READY
    if found.is_scheduled(at):
        return f"{SCHEDULED} le {found.publish_in_words}"
    return str(found.get_state_display())


def publication(request: HttpRequest, publication: str) -> HttpResponse:
    """What it holds, where it stands, what may be done with it."""
    return _page(request, readable(request, publication))


def publish_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Publish, or propose to a second person, with the second factor shown again (S-17)."""
    found = readable(request, publication)
    form = PublishForm(request.POST, zone=found.zone)
    return _decided(request, found, deciding.publish, publishing=form, then="relisez, puis publiez")


def move_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Change the instant of what nobody has read, with the second factor shown again (S-17)."""
    found = readable(request, publication)
    form = RescheduleForm(request.POST, zone=found.zone)
    return _decided(
        request, found, deciding.reschedule, moving=form, then="relisez, puis changez l'instant"
    )


def _decided(
    request: HttpRequest,
    found: Publication,
    act: Callable[..., None],
    *,
    then: str,
    **form: PublishForm | RescheduleForm,
) -> HttpResponse:
    """Have a publication read from the instant that is typed.

    Args:
        request: the reader's.
        found: the publication.
        act: what is done with it.
        then: what is to be done once the second factor is shown.
        form: what was typed, as its page names it.
    """
    page = reverse("office:publication", args=[found.pk])
    if first := second_factor_first(request, page=page, then=then):
        return first
    [typed] = form.values()
    if not typed.is_valid():
        return _page(request, found, **form)
    try:
        act(
            publication=found,
            instant=typed.instant,
            user=request.user,
            by=_author(request, found),
            at=request.arrived_at,
        )
    except (InstantPast, InstantFar, SameInstant) as refusal:
        typed.add_error("a_partir_du", str(refusal))
        return _page(request, found, **form)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _outcome(found, request))
    return redirect(page)


def approve_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Approve what somebody else proposes, with the second factor shown again (S-17)."""
    page = reverse("office:publication", args=[readable(request, publication).pk])
    first = second_factor_first(request, page=page, then="relisez, puis approuvez la publication")
    seen = request.POST.get(SEEN)
    return first or _done(request, publication, deciding.approve, "", seen=seen, user=request.user)


def refuse_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Send a proposal back, with a reason, to who proposed it."""
    found = readable(request, publication)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refusing=form)
    said = "La proposition est refusée : qui l'a faite en est prévenu par mail, avec le motif."
    reason = form.cleaned_data["motif"]
    seen = request.POST.get(SEEN)
    return _done(
        request, publication, deciding.refuse, said, reason=reason, seen=seen, user=request.user
    )


def drop_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Drop what nobody has seen."""
    said = "La publication est abandonnée : ses documents sont effacés."
    return _done(request, publication, preparing.drop, said)


def take_document_out(request: HttpRequest, publication: str, number: str) -> HttpResponse:
    """Take one document out of what nobody has read, once what comes of it is read."""
    found = readable(request, publication)
    mine = Registration.objects.within(request.reach).filter(number=number)
    lines = found.lines.filter(registration__in=mine).select_related("registration__identity")
    line = get_object_or_404(lines.order_by(Case(When(outcome__in=HELD, then=0), default=1))[:1])
    return _taken_out(
        request,
        found,
        partial(taking_out.take_out, line=line),
        says="Le document est retiré de la publication : l'inscription n'en a plus.",
        line=line,
    )


def take_archive_out(request: HttpRequest, publication: str, archive: int) -> HttpResponse:
    """Take out what one archive gave, once what comes of it is read."""
    found = readable(request, publication)
    may = _gives_back(found, at=request.arrived_at)
    if may and not (found.has_several_archives and 0 < archive <= len(found.archive_names)):
        raise Http404
    count = found.lines.filter(archive=archive, outcome__in=HELD).count()
    return _taken_out(
        request,
        found,
        partial(taking_out.take_archive_out, publication=found, number=archive, user=request.user),
        says="L'archive est retirée : qui n'a plus de document est parmi les refus.",
        archive=found.archive_in_words(archive) if may else "",
        count=in_groups(str(count)),
    )


def _taken_out(
    request: HttpRequest, found: Publication, act: Callable[..., None], *, says: str, **what: Any
) -> HttpResponse:
    """Say what taking something out makes of a publication, then do it."""
    here = reverse("office:publication", args=[found.pk])
    if not _gives_back(found, at=request.arrived_at):
        return redirect(here)  # it says where it stands
    if request.method == "POST":
        try:
            act(by=_author(request, found), at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, says)
        if not _is_readable(request, found):
            # Sent back, it is its author's alone again.
            return redirect("office:publications")
        return redirect(here)
    context = {
        "line": None,
        "archive": "",
        "count": "",
        "publication": found,
        "is_scheduled": found.is_scheduled(request.arrived_at),
        "is_mine": found.is_of(request.user),
        "here": here,
        "trail": [*LIST_TRAIL, (found.publishes.title, here)],
        **what,
    }
    return render(request, "office/take_out.html", context)


def _is_readable(request: HttpRequest, found: Publication) -> bool:
    """Return whether a publication is of the reader's perimeter, as it is now."""
    return bool(Publication.objects.within(request.reach).filter(pk=found.pk).exists())


def withdraw_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Take every document back, with a reason and the second factor shown again (S-17)."""
    found = readable(request, publication)
    page = reverse("office:publication", args=[found.pk])
    if first := second_factor_first(request, page=page, then="relisez, puis retirez les documents"):
        return first
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, found, withdrawing=form)
    said = (
        "Les documents sont retirés : chaque candidat prévenu de leur publication, ou qui a ouvert le "
        "sien, l'est du retrait."
    )
    reason = form.cleaned_data["motif"]
    return _done(request, publication, preparing.withdraw, said, reason=reason)


def publication_refusals(request: HttpRequest, publication: str) -> HttpResponse:
    """The lines that were refused, each with its reason, as a file."""
    found = readable(request, publication)
    try:
        preparing.take_refusals(publication=found, by=request.actor, at=request.arrived_at)
    except OfHealth as refusal:
        messages.error(request, str(refusal))
        return redirect("office:publication", found.pk)
    titles, rows = _told(found, _refusals(request, found))
    return sheet_of(rows, titles, name=f"refus-{found.pk.hex[:8]}")


def prepared_document(request: HttpRequest, publication: str, number: str) -> HttpResponse:
    """A document as its candidate will read it, before it is published too."""
    found = readable(request, publication)
    version = _version(request, found, number)
    consulting.consult_document(version=version, by=request.actor, at=request.arrived_at)
    pdf_url = reverse("office:prepared_pdf", args=[found.pk, number])
    return render(request, version.twin_template, {"pdf_url": pdf_url, **version.twin_context()})


def prepared_pdf(request: HttpRequest, publication: str, number: str) -> HttpResponse:
    """The same, as a PDF. That a manager opens it is no reading by its holder."""
    found = readable(request, publication)
    version = _version(request, found, number)
    return paper(
        request,
        name=f"{found.kind}-{number}-v{version.number}",
        read=partial(
            consulting.consult_pdf, version=version, by=request.actor, at=request.arrived_at
        ),
        instead=[("Revenir à la publication", reverse("office:publication", args=[found.pk]))],
    )


def publications_to_approve(request: HttpRequest) -> QuerySet[Publication]:
    """Return what others propose and the reader may approve, the oldest first."""
    approves = request.reaches(Permission.APPROVE_PUBLICATIONS)
    found: QuerySet[Publication] = Publication.objects.to_approve(request.user, approves)
    return found.order_by("asked_at", "pk")


def readable(request: HttpRequest, pk: str) -> Publication:
    """Return a publication of the reader's perimeter; for any other, there is none."""
    mine = Publication.objects.within(request.reach).select_related("asked_by")
    found: Publication = get_object_or_404(mine, pk=pk)
    return found


def _refusals(request: HttpRequest, found: Publication) -> QuerySet[PublicationLine]:
    """Return what was refused within the reader's perimeter.

    A line that is of no registration may say anything: it is for whoever may all that its
    author may.
    """
    refused = found.lines.filter(outcome=LineOutcome.REFUSED).order_by("pk")
    if request.reach.includes(found.reach):
        return refused
    return refused.filter(registration__in=Registration.objects.within(request.reach))


def _told(
    found: Publication, refusals: Iterable[PublicationLine]
) -> tuple[tuple[str, ...], Iterator[tuple[str, ...]]]:
    """Return what is told of each refusal: the titles, and the rows; of several archives, which one."""
    if not found.has_several_archives:
        rows = ((one.number, one.file_name, one.why) for one in refusals)
        return ("N° Inscription", "Fichier", "Refus"), rows
    said = (
        (one.number, one.file_name, found.archive_in_words(one.archive), one.why)
        for one in refusals
    )
    return ("N° Inscription", "Fichier", "Archive", "Refus"), said


def _version(request: HttpRequest, found: Publication, number: str) -> DocumentVersion:
    opens = request.reaches(opened_with(found.kind))
    mine = Registration.objects.within(request.reach).filter(number=number)
    lines = found.lines.filter(registration__in=mine.within(opens))
    line = get_object_or_404(
        lines.filter(version__isnull=False)
        .exclude(outcome=LineOutcome.REFUSED)
        .select_related("version__document")
    )
    version: DocumentVersion = line.version
    return version


def _unread_as(found: Publication, *, at: datetime) -> str:
    """Say what becomes of the documents that have their instant and that nobody reads; or nothing."""
    if found.state == PublicationState.DROPPED:
        return "À effacer"
    return "À publier" if found.is_scheduled(at) or found.is_under_way else ""


def _page(request: HttpRequest, found: Publication, **forms: Any) -> HttpResponse:
    counts, printed, given = _counted(found)
    is_mine = found.is_of(request.user)
    filling = Batch.objects.filter(about=found.pk, state=BatchState.RUNNING).first()
    is_busy = found.is_filling or filling is not None
    may_publish = found.is_in_preparation and not is_busy and counts[LineOutcome.PREPARED]
    may_approve = not is_mine and found.is_proposed and _may_approve(request, found)
    may_withdraw = found.may_be_withdrawn(request.arrived_at)
    mine = found.lines.filter(registration__in=Registration.objects.within(request.reach))
    lines = mine.select_related("registration__identity", "version")
    order = ["registration__name_key", "number", "pk"]
    is_read_first = found.publishes.is_deposited and not found.is_over
    remarks = remarks_on(mine) if is_read_first else Remarks([], 0, 0)
    if remarks.unnamed or remarks.namesakes:
        # What is to be looked at before it is published comes first.
        looked_at = (
            When(version__content__is_of_namesake=True, then=0),
            When(version__content__is_unnamed=True, then=1),
        )
        order.insert(0, Case(*looked_at, default=2))
    lines = lines.order_by(*order)
    shown = Paginator(lines.exclude(outcome=LineOutcome.REFUSED), ON_THE_PAGE)
    refusals = Paginator(_refusals(request, found), ON_THE_PAGE).get_page(request.GET.get("refus"))
    refusal_titles, refused = _told(found, refusals)
    context = {
        "publication": found,
        "kind": KINDS.get(PublicationState(found.state), "info"),
        "is_scheduled": found.is_scheduled(request.arrived_at),
        "unread_as": _unread_as(found, at=request.arrived_at),
        "stands": _stands(
            found,
            is_ready=bool(may_publish) and not counts[LineOutcome.WAITING],
            refused=_refused_whole([found]).get(found.pk, 0),
            at=request.arrived_at,
        ),
        "is_ending": found.is_over and any(counts[one] for one in UNREAD),
        "is_mine": is_mine,
        "approvers": deciding.approvers_of(found, at=request.arrived_at)
        if is_mine and found.is_proposed
        else [],
        "is_busy": is_busy,
        "batch": filling,
        "takes_archives": found.takes_archives_of(request.user),
        "gives_back": not is_busy and _gives_back(found, at=request.arrived_at),
        "archives": _archives(request, found, given) if not is_busy else [],
        "counts": {name: in_groups(str(count)) for name, count in counts.items()},
        "again": _again_in_words(given_again(found)),
        "printed": in_groups(str(printed)) if printed else "",
        # Of all its lines, a million perhaps: once, not on each page of fifty.
        **(_opened(found, mine, at=request.arrived_at) if "page" not in request.GET else {}),
        "page": shown.get_page(request.GET.get("page")),
        "base": f"{reverse('office:publication', args=[found.pk])}?page=",
        **remarks._asdict(),
        "refusal_titles": refusal_titles,
        "refusals": list(refused),
        "refusals_page": refusals,
        "publishing": PublishForm(zone=found.zone) if may_publish else None,
        "may_approve": may_approve,
        "refusing": RefuseForm() if may_approve else None,
        "moving": RescheduleForm(zone=found.zone)
        if found.is_scheduled(request.arrived_at)
        else None,
        "may_drop": found.may_be_dropped(request.arrived_at),
        "withdrawing": WithdrawForm() if may_withdraw else None,
        "trail": LIST_TRAIL,
        **forms,
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "office/publication.html", context, status=status)


def _gives_back(found: Publication, *, at: datetime) -> bool:
    """Return whether something may be taken out of a publication: nobody has read it, nor does soon."""
    return found.may_be_dropped(at) and not found.is_under_way


def _archives(
    request: HttpRequest, found: Publication, given: Mapping[int, int]
) -> list[dict[str, Any]]:
    """Return the archives that the reader may take out, each with how many documents it gave."""
    is_theirs = found.has_several_archives and found.asked_by_id == request.user.pk
    if not is_theirs or not _gives_back(found, at=request.arrived_at):
        return []
    return [
        {"number": number, "name": found.archive_in_words(number), "count": count}
        for number, count in sorted(given.items())
    ]


def _again_in_words(count: int) -> str:
    """Say how many files were given again to who had their document; nothing of none."""
    if not count:
        return ""
    if count == 1:
        return (
            "1 fichier donné de nouveau n'est pas ajouté : son inscription avait déjà son document, qui "
            "est gardé."
        )
    return (
        f"{in_groups(str(count))} fichiers donnés de nouveau ne sont pas ajoutés : leurs inscriptions "
        "avaient déjà leur document, qui est gardé."
    )


def _counted(found: Publication) -> tuple[dict[str, int], int, dict[int, int]]:
    """Return how many lines there are of each outcome, how many letters, how many documents by archive.

    Of letters, those that will be written of what is not told yet, and those that wait.
    """
    is_decision = found.publishes.is_on_accommodations
    by_letter = told_by_letter("registration__candidate", is_decision=is_decision)
    waiting = Letter.objects.waiting().filter(enclosed__isnull=False).values("enclosed")
    letters = Count("pk", filter=by_letter & Q(told_at=None) | Q(version__in=waiting))
    rows = found.lines.order_by("outcome").values_list("outcome", "archive")
    counts, printed, given = dict.fromkeys(LineOutcome.values, 0), 0, Counter[int]()
    for outcome, archive, count, posted in rows.annotate(count=Count("pk"), posted=letters):
        counts[outcome] += count
        if outcome in HELD:
            printed += posted
            given[archive or 0] += count
    return counts, printed, {archive: count for archive, count in given.items() if archive}


def _opened(found: Publication, mine: QuerySet[PublicationLine], *, at: datetime) -> dict[str, Any]:
    """Return how many documents that are read were opened, how many were not, and a search of these.

    One that another has replaced is read no more. Whoever has no account opens none, and is counted in neither.

    Args:
        found: the publication.
        mine: its lines within the reader's perimeter.
        at: the instant.
    """
    if not found.may_be_withdrawn(at):
        return {}
    read = mine.filter(
        outcome=LineOutcome.PUBLISHED, version__in=DocumentVersion.objects.latest_visible(at)
    )
    is_unopened = Q(version__opened_at=None, registration__candidate__user__isnull=False)
    counts = read.aggregate(
        opened=Count("pk", filter=Q(version__opened_at__isnull=False)),
        unopened=Count("pk", filter=is_unopened),
    )
    return {
        **{name: in_groups(str(count)) for name, count in counts.items()},
        "search_of_unopened": _search_of_unopened(found, read) if counts["unopened"] else [],
    }


def _search_of_unopened(
    found: Publication, read: QuerySet[PublicationLine]
) -> list[tuple[str, str]]:
    """Return what is posted to find who has not opened their document, to be written to or called.

    Of the exams of the publication, where a search holds them all; nothing of what says something of
    health (P-12).
    """
    exams = read.order_by().values_list("registration__exam", flat=True).distinct()
    theirs = [str(one) for one in exams[:MOST_LEAVES]]
    if found.says_of_health or len(theirs) == MOST_LEAVES:
        return []
    unopened = Leaf(CRITERIA["document"], Operator.DOCUMENT_UNOPENED, (found.kind,))
    of_exams = [Leaf(CRITERIA["examen"], Operator.IS, (one,)) for one in sorted(theirs)]
    within = of_exams[0] if len(of_exams) == 1 else Group(Link.OR, tuple(of_exams))
    return building.posted(Group(members=(within, unopened)))


def _author(request: HttpRequest, found: Publication) -> Actor:
    """Return the reader as the author of what they do to a publication, in the role for it."""
    reach: Reach = request.reach
    held = deciding.least_reach(found.lines.all(), request.actor)
    return reach.author_of(held or found.concerned)


def _may_approve(request: HttpRequest, found: Publication) -> bool:
    approves: Reach = request.reaches(Permission.APPROVE_PUBLICATIONS)
    return approves.includes(found.concerned)


def _done(request: HttpRequest, pk: str, act: Any, said: str, **more: Any) -> HttpResponse:
    found = readable(request, pk)
    by = _author(request, found)
    try:
        act(publication=found, by=by, at=request.arrived_at, **more)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said or _outcome(found, request))
    if not found.is_within(request.reach):
        # Sent back, it is its author's alone again.
        return redirect("office:publications")
    return redirect("office:publication", found.pk)


def _outcome(found: Publication, request: HttpRequest) -> str:
    if found.is_proposed:
        return "La publication est proposée : une autre personne doit l'approuver."
    if found.is_under_way:
        return (
            "La publication est décidée. Ses documents sont regardés une dernière fois, puis lus de "
            "tous au même instant."
        )
    if found.is_scheduled(request.arrived_at):
        return f"Les documents seront lus à partir du {found.publish_in_words}."
    _, printed, _ = _counted(found)
    if printed:
        return (
            "Les documents sont publiés : chaque candidat est prévenu, par mail ou par courrier. Par "
            f"courrier, à imprimer et à poster : {in_groups(str(printed))}."
        )
    return "Les documents sont publiés : chaque candidat est prévenu, par mail."
