"""« Publications »: documents prepared or deposited, seen, approved, published, withdrawn (I5)."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.batches.models import Batch
from sporades.batches.states import BatchState
from sporades.core.files import OutOfReach
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.documents import operations as printing
from sporades.documents.models import DocumentVersion
from sporades.publications import depositing, operations
from sporades.publications.models import Publication
from sporades.publications.queries import lines_to_withdraw
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.models import Registration
from sporades.web.layout.papers import paper
from sporades.web.office.files import TRAIL as FILES_TRAIL
from sporades.web.office.files import author_on, registration_of
from sporades.web.office.forms import DepositForm, DepositManyForm, PublishForm, WithdrawForm
from sporades.web.office.sheets import sheet_of

ON_THE_PAGE = 50
MOST_LISTED = 200
TRAIL = [("Accueil", reverse_lazy("office:home"))]
REFUSAL_TITLES = ("N° Inscription", "Fichier", "Refus")
LIST_TRAIL = [*TRAIL, ("Publications", reverse_lazy("office:publications"))]
OUT_OF_REACH = "Le fichier ne peut pas être gardé en ce moment : réessayez plus tard."
KINDS = {
    PublicationState.PUBLISHED: "success",
    PublicationState.PROPOSED: "warning",
    PublicationState.WITHDRAWN: "error",
    PublicationState.DROPPED: "off",
}


def publications(request: HttpRequest) -> HttpResponse:
    """Those of the reader's perimeter, the last first."""
    recent = Publication.objects.order_by("-asked_at", "pk")[:MOST_LISTED]
    context = {
        "publications": [one for one in recent if request.reach.includes(one.reach)][:ON_THE_PAGE],
        "proposed": publications_to_approve(request),
        "trail": TRAIL,
    }
    return render(request, "office/publications.html", context)


def deposit_many(request: HttpRequest) -> HttpResponse:
    """Deposit an archive of PDFs made elsewhere."""
    posted = request.method == "POST"
    form = DepositManyForm(request.POST, request.FILES) if posted else DepositManyForm()
    if posted and form.is_valid():
        member = request.reach.perimeters[0].member
        try:
            made = depositing.deposit_many(
                kind=depositing.deposited(form.cleaned_data["nature"]),
                archive=form.cleaned_data["archive"].read(),
                reach=request.reach,
                by=request.user,
                author=member,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("archive", str(refusal))
        except OutOfReach:
            form.add_error(None, OUT_OF_REACH)
        else:
            return redirect("office:publication", made.pk)
    context = {"form": form, "trail": LIST_TRAIL}
    status = 422 if form.errors else 200
    return render(request, "office/deposit_many.html", context, status=status)


def deposit_one(request: HttpRequest, number: str) -> HttpResponse:
    """Deposit a PDF made elsewhere for one registration."""
    found = registration_of(request, number)
    posted = request.method == "POST"
    form = DepositForm(request.POST, request.FILES) if posted else DepositForm()
    if posted and form.is_valid():
        try:
            made = depositing.deposit_one(
                registration=Registration.objects.whole().get(pk=found.pk),
                kind=depositing.deposited(form.cleaned_data["nature"]),
                content=form.cleaned_data["fichier"].read(),
                reach=request.reach,
                by=request.user,
                author=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("fichier", str(refusal))
        except OutOfReach:
            form.add_error(None, OUT_OF_REACH)
        else:
            return redirect("office:publication", made.pk)
    context = {
        "registration": found,
        "form": form,
        "trail": [*FILES_TRAIL, (found.number, reverse("office:documents", args=[found.number]))],
    }
    return render(request, "office/deposit.html", context, status=422 if form.errors else 200)


def publication(request: HttpRequest, publication: str) -> HttpResponse:
    """What it holds, where it stands, what may be done with it."""
    return _page(request, _readable(request, publication))


def publish_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Publish, or propose to a second person."""
    found = _readable(request, publication)
    form = PublishForm(request.POST, zone=found.zone)
    if not form.is_valid():
        return _page(request, found, publishing=form)
    try:
        operations.publish(
            publication=found,
            instant=form.instant,
            user=request.user,
            by=request.reach.perimeters[0].member,
            at=request.arrived_at,
        )
    except operations.InstantPast as refusal:
        form.add_error("a_partir_du", str(refusal))
        return _page(request, found, publishing=form)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _outcome(found, request))
    return redirect("office:publication", found.pk)


def approve_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Approve what somebody else proposes."""
    return _done(request, publication, operations.approve, "", user=request.user)


def refuse_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Send a proposal back to its author."""
    said = "La publication est refusée : son auteur en est prévenu."
    return _done(request, publication, operations.refuse, said, user=request.user)


def drop_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Drop what nobody has seen."""
    said = "La publication est abandonnée : ses documents sont effacés."
    return _done(request, publication, operations.drop, said)


def withdraw_publication(request: HttpRequest, publication: str) -> HttpResponse:
    """Take every document back, with a reason."""
    found = _readable(request, publication)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, found, withdrawing=form)
    said = (
        "Les documents sont retirés : chaque candidat prévenu de leur publication l'est du retrait."
    )
    reason = form.cleaned_data["motif"]
    return _done(request, publication, operations.withdraw, said, reason=reason)


def publication_refusals(request: HttpRequest, publication: str) -> HttpResponse:
    """The lines that were refused, each with its reason, as a file."""
    found = _readable(request, publication)
    refused = found.lines.filter(outcome=LineOutcome.REFUSED).order_by("pk")
    rows = refused.values_list("number", "file_name", "why")
    return sheet_of(rows, REFUSAL_TITLES, name=f"refus-{found.pk.hex[:8]}")


def prepared_document(request: HttpRequest, publication: str, number: str) -> HttpResponse:
    """A document as its candidate will read it, before it is published too."""
    found = _readable(request, publication)
    version = _version(request, found, number)
    pdf_url = reverse("office:prepared_pdf", args=[found.pk, number])
    return render(request, version.twin_template, {"pdf_url": pdf_url, **version.twin_context()})


def prepared_pdf(request: HttpRequest, publication: str, number: str) -> HttpResponse:
    """The same, as a PDF. That a manager opens it is no reading by its holder."""
    found = _readable(request, publication)
    version = _version(request, found, number)
    return paper(
        request,
        name=f"{found.kind}-{number}-v{version.number}",
        read=partial(printing.printed, version),
        instead=[("Revenir à la publication", reverse("office:publication", args=[found.pk]))],
    )


def withdraw_document(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Take one document back, with a reason."""
    found = registration_of(request, number)
    lines = lines_to_withdraw(found, at=request.arrived_at)
    line = get_object_or_404(lines, publication__kind=kind)
    posted = request.method == "POST"
    form = WithdrawForm(request.POST if posted else None)
    if posted and form.is_valid():
        try:
            operations.withdraw_one(
                line=line,
                reason=form.cleaned_data["motif"],
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Le document est retiré, un mail part au candidat.")
        return redirect("office:documents", found.number)
    context = {
        "registration": found,
        "version": line.version,
        "form": form,
        "trail": [*FILES_TRAIL, (found.number, reverse("office:documents", args=[found.number]))],
    }
    status = 422 if form.errors else 200
    return render(request, "office/withdraw_document.html", context, status=status)


def publications_to_approve(request: HttpRequest) -> list[Publication]:
    """Return what others propose and the reader may approve, the oldest first."""
    approves = _approves(request)
    if not approves:
        return []
    proposed = Publication.objects.filter(state=PublicationState.PROPOSED)
    others = proposed.exclude(asked_by=request.user.pk).order_by("asked_at")
    return [one for one in others if approves.includes(one.reach)]


def _approves(request: HttpRequest) -> Reach:
    approves: Reach = request.reaches(Permission.APPROVE_PUBLICATIONS)
    return approves


def _readable(request: HttpRequest, pk: str) -> Publication:
    """Return a publication of the reader's perimeter; for any other, there is none."""
    found: Publication = get_object_or_404(Publication.objects.select_related("asked_by"), pk=pk)
    if not request.reach.includes(found.reach):
        raise Http404
    return found


def _version(request: HttpRequest, found: Publication, number: str) -> DocumentVersion:
    lines = found.lines.filter(
        registration__in=Registration.objects.within(request.reach).filter(number=number)
    )
    line = get_object_or_404(
        lines.filter(version__isnull=False).select_related("version__document")
    )
    version: DocumentVersion = line.version
    return version


def _page(request: HttpRequest, found: Publication, **forms: Any) -> HttpResponse:
    counts = found.counts()
    is_mine = found.asked_by_id == request.user.pk
    filling = Batch.objects.filter(about=found.pk, state=BatchState.RUNNING).first()
    is_scheduled = found.is_scheduled(request.arrived_at)
    is_in_preparation = found.state == PublicationState.PREPARING
    is_busy = found.is_filling or filling is not None
    mine = found.lines.filter(registration__in=Registration.objects.within(request.reach))
    lines = mine.select_related("registration__identity", "version").order_by("pk")
    refused = found.lines.filter(outcome=LineOutcome.REFUSED).order_by("pk")
    shown = Paginator(lines.exclude(outcome=LineOutcome.REFUSED), ON_THE_PAGE)
    context = {
        "publication": found,
        "kind": KINDS.get(PublicationState(found.state), "info"),
        "is_scheduled": is_scheduled,
        "is_mine": is_mine,
        "is_busy": is_busy,
        "batch": filling,
        "counts": {name: in_groups(str(count)) for name, count in counts.items()},
        "has_refusals": bool(counts[LineOutcome.REFUSED]),
        "page": shown.get_page(request.GET.get("page")),
        "base": f"{reverse('office:publication', args=[found.pk])}?page=",
        "refusal_titles": REFUSAL_TITLES,
        "refusals": list(refused.values_list("number", "file_name", "why")[:ON_THE_PAGE]),
        "is_cut": counts[LineOutcome.REFUSED] > ON_THE_PAGE,
        "publishing": PublishForm(zone=found.zone)
        if is_in_preparation and not is_busy and counts[LineOutcome.PREPARED]
        else None,
        "may_approve": not is_mine
        and found.state == PublicationState.PROPOSED
        and _approves(request).includes(found.reach),
        "may_drop": is_in_preparation or found.state == PublicationState.PROPOSED or is_scheduled,
        "withdrawing": WithdrawForm()
        if found.state == PublicationState.PUBLISHED and not is_scheduled
        else None,
        "trail": LIST_TRAIL,
        **forms,
    }
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "office/publication.html", context, status=status)


def _done(request: HttpRequest, pk: str, act: Any, said: str, **more: Any) -> HttpResponse:
    found = _readable(request, pk)
    by = request.reach.perimeters[0].member
    try:
        act(publication=found, by=by, at=request.arrived_at, **more)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said or _outcome(found, request))
    return redirect("office:publication", found.pk)


def _outcome(found: Publication, request: HttpRequest) -> str:
    if found.state == PublicationState.PROPOSED:
        return "La publication est proposée : une autre personne doit l'approuver."
    if found.is_scheduled(request.arrived_at):
        return f"Les documents seront lus à partir du {found.publish_in_words}."
    return "Les documents sont publiés : un mail part à chaque candidat."
