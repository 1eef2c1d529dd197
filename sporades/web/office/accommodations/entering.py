"""« Saisir une demande reçue sur papier », of whoever had no account when it was posted (H1, I13, L-05)."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accommodations.operations import Rewritten
from sporades.accommodations.queries import cases_of, open_among, revision_after
from sporades.accommodations.rules import papers_in_words, rules_under, sat_for, written_under
from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.core.french import day_in_words
from sporades.core.refusals import Refused
from sporades.letters.words import announced
from sporades.registrations.models import Registration
from sporades.web.layout.seen import seen_in
from sporades.web.office.accommodations.entry_form import EntryForm, last_day_in_words
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL, registration_of
from sporades.web.office.registrations.walking import back_to_file

OPENED, MENDED, COMPLETED = (
    "Ouvrir une demande reçue sur papier",
    "Corriger la saisie de la demande",
    "Saisir ce qui complète la demande",
)
DONE = {
    OPENED: "La demande est enregistrée, {told} Elle est dans « Aménagements », à confier à un médecin.",
    MENDED: "La saisie est corrigée. Rien n'est envoyé au candidat.",
    COMPLETED: "La demande est complétée, {told} Elle est de nouveau à confier à un médecin.",
}
OVERTAKEN = (
    "Quelqu'un d'autre a saisi cette demande entre-temps : voici ce qu'elle dit maintenant. Votre "
    "saisie, en dessous, n'est pas enregistrée ; enregistrez-la seulement si elle doit la remplacer."
)


def enter(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what a paper asks, correct it while nobody has looked at it, or complete it."""
    found = registration_of(request, number)
    case, revision = _open_case(found)
    rules = rules_under(found, written_under(found, case))
    if rules is None:
        raise Http404
    why: Refused | None = accommodating.why_not_entered(found, case)
    title, is_posted = _title(case), request.method == "POST"
    form = EntryForm(
        request.POST if is_posted else None,
        registration=found,
        rules=rules,
        case=case,
        at=request.arrived_at,
    )
    said: dict[str, Any] = {"seen": seen_in(request.POST) if is_posted else revision}
    status = 409 if why is not None and is_posted else 200
    if is_posted and why is None:
        status = 422
        if form.is_valid():
            try:
                _enter(request, found, form)
            except Rewritten:
                said, status = _overtaken(found), 409
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, DONE[title].format(told=announced(found.candidate)))
                return back_to_file(request, found.number, tab="accommodation")
    context = {
        "registration": found,
        "title": title,
        # What was typed is not lost with what forbids it.
        "form": form if why is None or is_posted else None,
        "why": "" if why is None else str(why),
        "is_mended": title == MENDED,
        "missing": case.missing_for_office if case is not None else "",
        "deadline": last_day_in_words(found),
        "until": _until(found),
        "trail": [*TRAIL, (found.number, reverse("office:accommodation", args=[found.number]))],
        **said,
    }
    return render(request, "office/enter_accommodation.html", context, status=status)


def _enter(request: HttpRequest, registration: Registration, form: EntryForm) -> None:
    accommodating.enter(
        registration=registration,
        seen=seen_in(request.POST),
        by=author_on(request, registration),
        at=request.arrived_at,
        **form.read,
    )


def _open_case(registration: Registration) -> tuple[Case | None, int]:
    """Return the request of which something is awaited, if there is one, and the revision that a page shows."""
    cases = cases_of(registration=registration.pk)
    case = open_among(cases)
    if case is None:
        return None, revision_after(cases)
    case.registration = registration
    return case, case.revision


def _until(registration: Registration) -> str:
    """Say since when its candidate has an account, if they had none: what was posted before is entered."""
    last_day = accommodating.last_day_on_paper(registration)
    return "" if last_day is None else day_in_words(last_day)


def _title(case: Case | None) -> str:
    if case is None or case.asked_at is None:
        return OPENED
    return MENDED if case.state == State.ASKED else COMPLETED


def _overtaken(registration: Registration) -> dict[str, Any]:
    """Return what somebody else has entered meanwhile: whoever reads it may press again."""
    case, revision = _open_case(registration)
    rows: list[tuple[str, str]] = []
    if case is not None:
        sat = sat_for(registration, case)
        rows = [
            (one.named, papers_in_words(one.papers, sat, one.code)) for one in case.measures.all()
        ]
        if case.posted_on is not None:
            rows.append(("Cachet de la poste", day_in_words(case.posted_on)))
    return {"seen": revision, "overtaken": OVERTAKEN, "now": rows}
