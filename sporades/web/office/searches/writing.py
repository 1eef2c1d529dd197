"""« Écrire aux candidats »: a message to what a search finds, seen as it will be read (I9)."""

from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse

from sporades.accounts.permissions import Reach
from sporades.batches import operations
from sporades.batches.actions import WRITE
from sporades.batches.models import Batch
from sporades.batches.queries import beyond_alone
from sporades.batches.states import BatchState
from sporades.candidates.models import told_by_letter
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.evidence.awaited import NO_PIECE
from sporades.letters.operations import IN_PERSON
from sporades.mailings import operations as mailings
from sporades.mailings.models import Mailing, MailingTemplate
from sporades.mailings.placeholders import ASK_THERE, NO_SUMMARY, PLACEHOLDERS
from sporades.registrations.models import Registration
from sporades.web.layout.presses import press_of
from sporades.web.office.bounded import ticked_in
from sporades.web.office.searches.choosing import NOTHING_TICKED, Choice, chosen_in
from sporades.web.office.searches.message_forms import KEEP, MailingForm

SHOWN = 3
"""How many candidates' messages are shown beforehand."""

LOOKED_AT = 50
"""Among how many registrations different people are looked for, to be shown."""

PREPARE = "preparer"
ALSO = "aussi"
CORRECTED = "lot"
"""In an address: the batch of which the message is corrected."""
FROM_SEARCH = "recherche"
MOST_LISTED = 200


def write(request: HttpRequest, search: str) -> HttpResponse:
    """Write a message, see it on real rows, then freeze it and whom it is for."""
    choice = chosen_in(request, search)
    if choice is None:
        messages.error(request, NOTHING_TICKED)
        return redirect("office:found", search)
    posted, templates = request.method == "POST", _templates(request)
    counts = choice.counts()
    also = counts.ended == counts.chosen or ALSO in request.GET
    corrected = _corrected(request)
    initial = {**_taken(request, templates), **_said_by(corrected), ALSO: also}
    form = MailingForm(request.POST if posted else None, counts=counts, initial=initial)
    to = {"also_ended": form.also_ended}
    reached = choice.registrations if form.also_ended else choice.registrations.active()
    count, printed = counts.written_to(**to), counts.printed(**to)
    shown: list[dict[str, str]] = []
    if posted and form.is_valid():
        try:
            if KEEP in request.POST:
                return _kept(request, form, choice)
            if PREPARE in request.POST:
                made = operations.prepare_message(
                    registrations=reached,
                    **form.said,
                    reach=request.reach,
                    by=request.user,
                    at=request.arrived_at,
                    sought=choice.in_words(request),
                    tree=choice.search.tree,
                    is_of_health=choice.is_of_health,
                    sending=press_of(request, *choice.mark()),
                    instead_of=corrected,
                    also_ended=form.also_ended,
                )
                return redirect(_seen_before(made, choice, also_ended=form.also_ended))
        except mailings.TooManyTemplates as refusal:
            form.add_error("nom_du_modele", str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        shown = previews(Mailing(**form.said), reached, at=request.arrived_at)
    context = {
        **choice.as_context(request),
        "form": form,
        "previews": shown,
        "chosen": in_groups(str(counts.chosen)),
        "count": in_groups(str(count)),
        "ended": in_groups(str(counts.ended)) if counts.ended else "",
        "also_ended": form.also_ended,
        "printed": in_groups(str(printed)) if printed else "",
        "beyond": beyond_alone(
            WRITE, count, reach=request.reach, by=request.user.pk, at=request.arrived_at
        ),
        "anywhere": [one for one in PLACEHOLDERS if not one.is_owed],
        "no_piece": NO_PIECE,
        "no_summary": NO_SUMMARY,
        "in_person": IN_PERSON,
        "ask_there": ASK_THERE,
        "templates": [
            {
                "template": one,
                "url": f"?{urlencode([('modele', one.pk), *choice.as_query()])}",
                "is_mine": one.asked_by_id == request.user.pk,
            }
            for one in templates
        ],
    }
    return render(request, "office/write.html", context, status=422 if form.errors else 200)


def forget_template(request: HttpRequest, template: str) -> HttpResponse:
    """Forget one of one's own templates."""
    mailings.forget_template(
        get_object_or_404(request.user.mailing_templates, pk=template),
        by=request.actor,
        at=request.arrived_at,
    )
    messages.success(request, "Le modèle est supprimé.")
    return redirect("office:search")


def _corrected(request: HttpRequest) -> Batch | None:
    """Return one's own batch of which the message is corrected, where the address names one."""
    asked = request.GET.get(CORRECTED, "")
    mine = request.user.batches.filter(action=WRITE.code, state=BatchState.PREPARED)
    return next((one for one in mine if str(one.pk) == asked), None) if asked else None


def _said_by(batch: Batch | None) -> dict[str, str]:
    """Return the message of a batch, as the form shows it."""
    said = Mailing.objects.filter(pk=batch.about).first() if batch else None
    return {"objet": said.subject, "texte": said.text} if said else {}


def _seen_before(made: Batch, choice: Choice, *, also_ended: bool) -> str:
    """Return the page on which a message is launched, which says the way back to its words."""
    also = [(ALSO, "1")] if also_ended else []
    said = urlencode([(FROM_SEARCH, choice.search.pk), *also, *choice.as_query()])
    return f"{reverse('office:one_batch', args=[made.pk])}?{said}"


def correcting(request: HttpRequest, batch: Batch) -> str:
    """Return where the message of a batch is corrected before it leaves, if its page was come to from there."""
    if not batch.is_prepared or batch.action != WRITE.code:
        return ""
    try:
        where = reverse("office:write", args=[request.GET.get(FROM_SEARCH, "")])
    except NoReverseMatch:
        return ""
    also = [(ALSO, "1")] if ALSO in request.GET else []
    ticked = [("choix", one) for one in ticked_in(request.GET)]
    said = [(CORRECTED, batch.pk), *also, *([("cochees", "1"), *ticked] if ticked else [])]
    return f"{where}?{urlencode(said)}"


def message_of(batch: Batch, reach: Reach, *, at: datetime) -> dict[str, Any]:
    """Return what a batch writes, as its first candidates within reach read it now; nothing of others."""
    if not batch.does.asked_apart or batch.about is None:
        return {}
    said = Mailing.objects.filter(pk=batch.about).first()
    if said is None:
        return {}  # forgotten with its batch, between the two readings
    chosen = Registration.objects.within(reach).filter(batch_lines__batch=batch)
    return {"mailing": said, "previews": previews(said, chosen, at=at)}


def previews(mailing: Mailing, registrations: Any, *, at: datetime) -> list[dict[str, str]]:
    """Return what the first candidates would read at an instant, each with its number and where it goes.

    They are several people where several are chosen, and one of them reads a letter where any does.
    """
    first = list(registrations.order_by("pk").values_list("pk", "candidate")[:LOOKED_AT])
    apart = {candidate: pk for pk, candidate in reversed(first)}
    others = [pk for pk, _ in first if pk not in apart.values()]
    keys = [*sorted(apart.values()), *others][:SHOWN]
    shown = list(registrations.whole().filter(pk__in=keys).order_by("pk"))
    if not any(one.candidate.by_letter for one in shown):
        posted = registrations.whole().filter(told_by_letter("candidate")).order_by("pk").first()
        shown = [*shown[: SHOWN - 1], posted] if posted else shown
    return [_preview(mailing, one, at=at) for one in shown]


def _preview(mailing: Mailing, registration: Registration, *, at: datetime) -> dict[str, str]:
    subject, text = mailings.read_by(mailing, registration, at=at)
    candidate = registration.candidate
    return {
        "number": registration.number,
        "name": mailings.greeted(registration),
        "where": "Par courrier" if candidate.by_letter else f"À {candidate.address}",
        "subject": subject,
        "text": text,
    }


def _templates(request: HttpRequest) -> list[MailingTemplate]:
    """Return the first templates, by name, of those whose perimeter is the reader's too."""
    kept = MailingTemplate.objects.defer("text").order_by("name", "pk").iterator(MOST_LISTED)
    return list(islice((one for one in kept if request.reach.includes(one.reach)), MOST_LISTED))


def _taken(request: HttpRequest, templates: list[MailingTemplate]) -> dict[str, str]:
    """Return the template that the address names, as the form shows it; nothing of any other."""
    asked = request.GET.get("modele", "")
    found = next((one for one in templates if str(one.pk) == asked), None)
    if found is None:
        return {}
    return {"objet": found.subject, "texte": found.text, "nom_du_modele": found.name}


def _kept(request: HttpRequest, form: MailingForm, choice: Any) -> HttpResponse:
    kept = mailings.keep_template(
        name=form.cleaned_data["nom_du_modele"],
        **form.said,
        reach=request.reach,
        by=request.user,
        at=request.arrived_at,
    )
    messages.success(request, "Le modèle est enregistré.")
    where = reverse("office:write", args=[choice.search.pk])
    also = [(ALSO, "1")] if form.also_ended else []
    return redirect(f"{where}?{urlencode([('modele', kept.pk), *also, *choice.as_query()])}")
