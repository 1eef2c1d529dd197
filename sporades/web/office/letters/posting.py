"""« Courriers »: what is to print, what was printed, posted, and came back (I13)."""

from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html

from sporades.accounts.permissions import Permission
from sporades.acts import consulting
from sporades.acts.writing import posting, resending, since
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.documents.operations import BeingPrepared
from sporades.letters import mentions, printing
from sporades.letters.models import Letter, PrintRun
from sporades.letters.operations import is_address_of
from sporades.letters.queries import kept_back, read_within, waiting_by_service
from sporades.letters.states import LetterState
from sporades.letters.words import fate_in_words
from sporades.registrations.queries import mails_within
from sporades.registrations.records import records_within
from sporades.web.layout.markup import directed
from sporades.web.layout.papers import paper
from sporades.web.office.bounded import page_of
from sporades.web.office.letters.post_forms import FindLetterForm, PostedForm
from sporades.web.office.registrations.walking import back_to_file

TRAIL = [("Accueil", reverse_lazy("office:home"))]
LIST_TRAIL = [*TRAIL, ("Courriers", reverse_lazy("office:letters"))]
MOST_SHOWN = 200
_AGAIN = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». Vérifiez l'adresse et le "
    "canal sur la fiche du candidat, puis envoyez ce courrier de nouveau depuis l'onglet « Mails » "
    "du dossier."
)
_AGAIN_TO_GUARDIAN = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». Ce courrier est pour le "
    "représentant légal d'un mineur. Vérifiez l'adresse {}, puis envoyez-le de nouveau depuis l'onglet "
    "« Mails » du dossier."
)
_TO_GUARDIAN_OF_DRAFT = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». Ce courrier est pour le "
    "représentant légal d'un mineur qui a demandé une inscription tardive : il ne s'envoie pas de nouveau. "
    "Dites-lui autrement que quelque chose attend le candidat, puis « Rien à renvoyer » dans « Courriers »."
)
_NEVER_AGAIN = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». Vérifiez l'adresse et le "
    "canal sur la fiche du candidat. Ce courrier n'est pas au sujet d'une inscription : il ne "
    "s'envoie pas de nouveau, dites au candidat ce qu'il annonçait, puis « Rien à renvoyer » dans "
    "« Courriers »."
)
_WARNS = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». Ce courrier prévenait le "
    "candidat là où il recevait ses courriers : il ne s'envoie pas de nouveau. Dites-lui autrement ce qu'il "
    "annonçait, puis « Rien à renvoyer » dans « Courriers »."
)
_READS_MAILS = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». Ce candidat a maintenant un "
    "compte : il lit ses messages dans son espace, il n'y a rien à renvoyer."
)
_ELSEWHERE = (
    "Le retour est noté ; si c'est une erreur : « Revenir sur le retour ». L'inscription a été donnée "
    "à une autre académie : c'est elle qui corrige l'adresse et envoie ce courrier de nouveau."
)


def letters(request: HttpRequest) -> HttpResponse:
    """What waits, what cannot be printed and why, the runs, the last first."""
    waiting = Letter.objects.waiting().within(request.reach)
    came_back = (
        Letter.objects.come_back(at=request.arrived_at).managed_within(request.reach).whole()
    )
    runs = PrintRun.objects.within(request.reach).whole().with_returns()
    page = page_of(request, runs.order_by("-asked_at"))
    by_service = waiting_by_service(waiting)
    unprinted, unprinted_cut = _first_ones(kept_back(request.reach).whole().order_by("pk"))
    back, back_cut = _first_ones(came_back.order_by("returned_on", "pk"))
    context = {
        "waiting": by_service,
        "to_print": _counted(sum(one["count"] for one in by_service)),
        "kept_back": unprinted,
        "kept_back_cut": unprinted_cut,
        "came_back": [
            (one, printing.other_addressee_of(one), _fate_of_returned(one)) for one in back
        ],
        "came_back_cut": back_cut,
        "reached": _reached(request, [*unprinted, *back]),
        "page": page,
        "counted": in_groups(str(page.paginator.count)),
        "may_print": bool(request.reaches(Permission.PRINT_LETTERS)),
        "trail": TRAIL,
    }
    return render(request, "office/letters.html", context)


def _reached(request: HttpRequest, some: Collection[Letter]) -> set[int]:
    """Return the candidates of some letters whose record the reader may open.

    What was printed here may be of another perimeter since; who has only asked late has none.
    """
    whose = {one.candidate_id for one in some}
    found = (
        records_within(request.reach).filter(pk__in=whose) if whose else Candidate.objects.none()
    )
    return set(found.values_list("pk", flat=True))


def _first_ones(rows: Any) -> tuple[list[Letter], str]:
    """Return the letters that a list shows, and how many there are where that is more."""
    shown = list(rows[: MOST_SHOWN + 1])
    if len(shown) <= MOST_SHOWN:
        return shown, ""
    return shown[:MOST_SHOWN], (
        f"Il y en a {in_groups(str(rows.count()))} : les {MOST_SHOWN} plus anciens sont ici, les suivants "
        "y viennent à mesure que vous traitez ceux-ci."
    )


def _fate_of_returned(letter: Letter) -> str:
    """Say of a letter that came back when, and whether its candidate is reached elsewhere since."""
    back = f"revenu le {letter.returned_on:%d/%m/%Y}"
    if letter.has_own_envelope or is_address_of(letter, letter.candidate):
        return back
    to_do = " : à envoyer de nouveau" if resending.goes_again(letter.message) else ""
    return f"{back}, adresse changée depuis{to_do}"


def print_letters(request: HttpRequest) -> HttpResponse:
    """« Préparer le PDF à imprimer »: begin the runs of all that waits."""
    count = posting.print_now(request.reach, by=request.actor, at=request.arrived_at)
    if count:
        messages.success(
            request, f"Le PDF est en préparation : {_counted(count)}, à ouvrir ci-dessous."
        )
    else:
        messages.error(request, "Aucun courrier de votre périmètre ne peut être imprimé.")
    return redirect("office:letters")


def print_run(request: HttpRequest, run: int) -> HttpResponse:
    """The letters of a run, and what has become of each; those whom its one box means.

    A name is sent, and stands in no address.
    """
    box = FindLetterForm(request.POST if request.method == "POST" else None)
    return _page(request, run_of(request, run), box=box)


def _page(
    request: HttpRequest,
    run: PrintRun,
    form: PostedForm | None = None,
    box: FindLetterForm | None = None,
) -> HttpResponse:
    may_print = request.reaches(Permission.PRINT_LETTERS).covers(
        academy=run.academy_id, domain=run.domain.code
    )
    found = run.letters.whole().select_related("enclosed__publication_line__publication")
    letters = list(found.order_by("pk"))
    envelopes = printing.in_envelopes(letters)
    sought = box is not None and box.is_valid()
    shown = [one for one in envelopes if box.finds(one)] if box and sought else envelopes
    since_printed = mentions.since_printed(run)
    lines = [
        (
            one,
            printing.other_addressee_of(one),
            printing.place_in(together, place),
            fate_in_words(one),
            since_printed.get(one.pk, ""),
        )
        for together in shown
        for place, one in enumerate(together, start=1)
    ]
    left = sum(one.state == LetterState.PRINTED for one in letters) if run.posted_on else 0
    context = {
        "run": run,
        "lines": lines,
        "reached": _reached(request, [one for together in shown for one in together]),
        "kept": len(letters),
        "counted": _counted(len(letters)),
        "envelopes": len(envelopes) if any(one[1:] for one in envelopes) else 0,
        "came_back": any(one.is_returned for together in envelopes for one in together),
        "not_to_post": _not_to_post(len(since_printed)),
        "to_post": _counted(len(letters) - len(since_printed))
        if len(letters) > len(since_printed)
        else "",
        "left": left,
        "left_in_words": _counted(left),
        "none_posted": 0 < left == len(letters),
        "box": box or FindLetterForm(),
        "sought": sought,
        "made": instant_in_words(run.made_at, run.zone) if run.made_at else "",
        "kept_for": printing.FILE_KEPT.days,
        "may_print": may_print,
        "form": form or (_posted(request, run, since_printed) if may_print else None),
        "trail": LIST_TRAIL,
    }
    is_refused = any(one is not None and one.errors for one in (form, box))
    status = 422 if is_refused else 200
    return render(request, "office/print_run.html", context, status=status)


def _not_to_post(count: int) -> str:
    if count > 1:
        return (
            f"{_counted(count)} ne sont plus à poster : la liste dit lesquels, et pourquoi. Retirez-les "
            "de leurs plis : ils seront notés comme non postés, sauf si vous cochez qu'ils sont partis."
        )
    said = (
        "Un courrier n'est plus à poster : la liste dit lequel, et pourquoi. Retirez-le de son pli : il "
        "sera noté comme non posté, sauf si vous cochez qu'il est parti."
    )
    return said if count else ""


def _posted(
    request: HttpRequest, run: PrintRun, left: Collection[int], posted: Any = None
) -> PostedForm:
    today = local_day(request.arrived_at, run.zone)
    return PostedForm(posted, first=run.day, last=today, left=left)


def run_pdf(request: HttpRequest, run: int) -> HttpResponse:
    """The PDF of a run, as often as it is asked for; where there is none, its page says why."""
    found = run_of(request, run)
    try:
        return paper(
            request,
            name=f"courriers-{found.day.isoformat()}-{found.pk}",
            read=partial(_taken, found, request),
            instead=[("Revenir à cette impression", reverse("office:print_run", args=[found.pk]))],
        )
    except (printing.NotMade, printing.NotKept) as refusal:
        messages.info(request, str(refusal))
        return redirect("office:print_run", found.pk)


def _taken(run: PrintRun, request: HttpRequest) -> bytes:
    try:
        return posting.hand_over(run, by=request.actor, at=request.arrived_at)
    except files.OutOfReach as failure:
        raise BeingPrepared from failure


def post_run(request: HttpRequest, run: int) -> HttpResponse:
    """Note that the letters of a run were posted, but those that its page said not to post."""
    found = run_of(request, run)
    form = _posted(request, found, mentions.since_printed(found), request.POST)
    if not form.is_valid():
        return _page(request, found, form)
    day = form.cleaned_data["poste_le"]
    read, all_went = form.cleaned_data["lu"], form.cleaned_data.get("partis", False)
    left = 0 if all_went else len(read)
    posted = found.letters.count() - left
    said = [f"Notés comme postés le {day_in_words(day)} : {_counted(posted)}."] if posted else []
    said += [f"Non postés : {_counted(left)}."] if left else []
    said.append("Si c'est une erreur : « Revenir sur l'envoi ».")
    act = partial(posting.note_posted, run=found, posted_on=day, read=read, all_went=all_went)
    _do(request, act, said=" ".join(said))
    return redirect("office:print_run", found.pk)


def take_back_posted(request: HttpRequest, run: int) -> HttpResponse:
    """« Revenir sur l'envoi »: the letters of a run are to be posted, whatever was said."""
    found = run_of(request, run)
    act = partial(posting.take_back_posted, run=found)
    _do(request, act, said="Ces courriers sont de nouveau à poster.")
    return redirect("office:print_run", found.pk)


def letter(request: HttpRequest, letter: int) -> HttpResponse:
    """What a letter said, and what has become of it."""
    found = _readable(request, letter)
    zone, service = found.service.zone, found.service
    consulting.consult_record(
        candidate=found.candidate,
        academy=service.academy_id,
        by=request.actor,
        at=request.arrived_at,
    )
    visible = records_within(request.reach)
    context = {
        "letter": found,
        "is_reached": visible.filter(pk=found.candidate_id).exists(),
        "written": instant_in_words(found.message.written_at, zone),
        "fate": fate_in_words(found),
        "trail": LIST_TRAIL,
    }
    return render(request, "office/letter.html", context)


def _readable(request: HttpRequest, letter: int) -> Letter:
    """Return a letter of the perimeter, or of a file of it: a registration may have moved since.

    What another academy wrote about the person says what they have there: it is not read here.
    """
    about = Exists(mails_within(request.reach).filter(pk=OuterRef("message")))
    visible = Letter.objects.whole().filter(read_within(request.reach) | about)
    found: Letter = get_object_or_404(visible.select_related("enclosed__document"), pk=letter)
    return found


def return_letter(request: HttpRequest, letter: int) -> HttpResponse:
    """Note that a letter came back."""
    found = _letter_of(request, letter)
    if Letter.objects.managed_within(request.reach).filter(pk=found.pk).exists():
        said = _to_do_of(found)
        if _reached(request, [found]):
            record = reverse("office:record", args=[found.candidate_id])
            said = format_html('{} <a href="{}">Fiche du candidat</a>', said, record)
    else:
        said = _ELSEWHERE
    held = _held_with(found)
    if held > 1:
        whole = f"Ce pli contenait {_counted(held)} : tous sont notés comme revenus."
        said = format_html("{} {}", whole, said)
    said = _said_of(request, found, said)
    _do(request, partial(posting.note_returned, letter=found), said=said)
    return _back(request, found)


def _to_do_of(letter: Letter) -> str:
    """Say what is to do of a letter that came back."""
    if letter.is_to_guardian:
        if not resending.goes_again(letter.message):
            return _TO_GUARDIAN_OF_DRAFT
        return _AGAIN_TO_GUARDIAN.format(since.home_corrected(letter.candidate))
    if letter.has_own_envelope:
        return _WARNS
    if letter.candidate.has_account:
        return _READS_MAILS
    return _AGAIN if resending.goes_again(letter.message) else _NEVER_AGAIN


def _held_with(letter: Letter) -> int:
    """Return how many letters its envelope holds: they come back, or not, together."""
    return int(Letter.objects.in_envelope_of(letter).count())


def take_back_returned(request: HttpRequest, letter: int) -> HttpResponse:
    """« Revenir sur le retour »: a letter did not come back, whatever was said."""
    found = _letter_of(request, letter)
    act = partial(posting.take_back_returned, letter=found)
    said = (
        "Les courriers de ce pli ne sont plus notés comme revenus : ils restent postés."
        if _held_with(found) > 1
        else "Ce courrier n'est plus noté comme revenu : il reste posté."
    )
    _do(request, act, said=_said_of(request, found, said))
    return _back(request, found)


def settle_returned(request: HttpRequest, letter: int) -> HttpResponse:
    """« Rien à renvoyer »: a letter that came back awaits nothing."""
    found = _letter_of(request, letter)
    said = "Ce courrier revenu n'attend plus."
    if resending.goes_again(found.message):
        said += " « Envoyer de nouveau » reste possible, dans l'onglet « Mails » du dossier."
    act = partial(posting.settle_returned, letter=found)
    _do(request, act, said=_said_of(request, found, said))
    return redirect("office:letters")


def _said_of(request: HttpRequest, letter: Letter, said: str) -> str:
    """Say of whose envelope something is done; the page of its run leads back to its line."""
    name = directed(printing.other_addressee_of(letter) or letter.candidate.identity.listed_name)
    here = "" if request.POST.get("dossier") else _run_page(request, letter)
    if not here:
        return format_html("{} : {}", name, said)
    line = f"{here}#courrier-{letter.pk}"
    return format_html('{} : {} <a href="{}">Revenir à sa ligne</a>', name, said, line)


def _do(request: HttpRequest, act: Callable[..., object], *, said: str) -> None:
    """Do an act on letters, and say that it is done, or why it is not."""
    try:
        act(by=request.actor, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)


def _letter_of(request: HttpRequest, letter: int) -> Letter:
    visible = Letter.objects.filter(read_within(request.reach)).select_related(
        "service__academy", "message", "candidate__identity"
    )
    found: Letter = get_object_or_404(visible, pk=letter)
    return found


def _back(request: HttpRequest, found: Letter) -> HttpResponse:
    number = request.POST.get("dossier", "")
    if number.isascii() and number.isdigit():
        return back_to_file(request, number, tab="mails")
    here = _run_page(request, found)
    return redirect(here or "office:letters")


def _run_page(request: HttpRequest, found: Letter) -> str:
    """Return the page of the run of a letter, where the reader has it."""
    is_here = PrintRun.objects.within(request.reach).filter(pk=found.run_id).exists()
    return reverse("office:print_run", args=[found.run_id]) if is_here else ""


def _counted(count: int) -> str:
    return f"{in_groups(str(count))} courrier{'s' if count > 1 else ''}"


def run_of(request: HttpRequest, run: int) -> PrintRun:
    """Return a run of the reader's perimeter; for any other, there is none."""
    visible = PrintRun.objects.within(request.reach).whole()
    found: PrintRun = get_object_or_404(visible, pk=run)
    return found
