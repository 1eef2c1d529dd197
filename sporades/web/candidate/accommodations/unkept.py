"""What was chosen of a request that is written no more: it is shown, and waits where it may serve."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from sporades.accommodations.forms.choices import ChoicesForm
from sporades.accommodations.models import Case
from sporades.accommodations.queries import cases_of, taken_back_among
from sporades.accommodations.rules import may_take_up, rules_under, sat_under, written_under
from sporades.accommodations.states import State
from sporades.core.french import listed_apart
from sporades.registrations.fields import as_data
from sporades.registrations.models import Registration
from sporades.web.candidate.accommodations.writable import PAGE
from sporades.web.layout.kept import forget, keep, kept
from sporades.web.layout.seen import seen_in
from sporades.web.wizard import conflicts
from sporades.web.wizard.tabs import REVISION

NOT_ASKED = "Pas demandée"

SENT = (
    "Votre demande a été envoyée d'une autre fenêtre ou d'un autre appareil : ce que vous aviez "
    "choisi ici n'en fait pas partie."
)
SENT_OR_KEPT = (
    "Votre demande est envoyée, et ce que vous aviez choisi ici n'en fait pas partie : une autre "
    "fenêtre ou un autre appareil l'a envoyée, ou gardée telle qu'elle était envoyée."
)
TAKEN_BACK = (
    "Votre demande a été retirée d'une autre fenêtre ou d'un autre appareil : ce que vous aviez choisi "
    "ici n'est pas demandé."
)
NOTIFIED = (
    "La décision sur votre demande vous est notifiée : ce que vous aviez choisi ici n'en fait pas "
    "partie."
)
LOOKED_AT = (
    "Votre demande est étudiée : elle ne se change plus. Ce que vous aviez choisi ici n'en fait pas "
    "partie."
)
TAKEN_AGAIN = (
    "Votre service gestionnaire a repris la décision : ce n'est pas une demande à changer, et ce que vous "
    "aviez choisi ici n'en fait pas partie."
)
NOT_STANDING = (
    "Votre inscription n'est plus en cours : ce que vous aviez choisi ici n'est pas demandé."
)
TOO_LATE = (
    "La date limite des demandes d'aménagement est passée : ce que vous aviez choisi ici n'est pas "
    "demandé."
)
PAPERS_TAKEN_BACK = (
    "Votre demande a été retirée d'une autre fenêtre ou d'un autre appareil : les épreuves que vous "
    "veniez de cocher ne sont pas gardées."
)
GONE = (
    "Votre demande a changé dans une autre fenêtre ou sur un autre appareil : les épreuves que vous "
    "veniez de cocher ne sont pas gardées."
)


def unkept(
    request: HttpRequest,
    registration: Registration,
    make: Callable[..., ChoicesForm] | None,
    case: Case | None,
    *,
    may_begin_another: bool = False,
) -> HttpResponse:
    """Show what was chosen and is not kept, with the way to ask it; it waits there.

    Args:
        request: of the page where it was chosen, or which shows what has waited for its author.
        registration: whose request it is.
        make: the form of the page, with what the request asks now; nothing where it has none.
        case: the request that is open, if one is.
        may_begin_another: whether another one may be begun, where none is open.
    """
    sent = request.POST if request.method == "POST" else as_data(kept(request) or {})
    if request.method != "POST" and not sent:
        return redirect(PAGE, registration.number)
    stored = make().kept() if make else None
    answers = as_data(conflicts.posted(sent, stored=stored))
    if make is None:
        forget(request)
        is_left = case is None and taken_back_among(cases_of(registration=registration.pk))
        messages.warning(request, PAPERS_TAKEN_BACK if is_left else GONE)
        return redirect(PAGE, registration.number)
    mine, theirs = make(answers), make(as_data(make().kept()))
    differences = in_two_ways(mine=mine, theirs=theirs)
    gone = _asked_no_more(answers, registration, case)
    if not (differences or gone):
        forget(request)
        return redirect(PAGE, registration.number)
    is_to_take_up = case is not None and may_take_up(case, registration)
    may_begin = case is None and may_begin_another
    may_ask = is_to_take_up or may_begin
    waits = may_ask and (request.method != "POST" or keep(request)) and not gone
    if not may_ask:
        forget(request)
    context = {
        "registration": registration,
        "why": _why(case, registration, may_begin=may_begin, seen=seen_in(answers, REVISION)),
        "chosen": [*((one.label, one.mine) for one in differences), *gone],
        "asked": [
            *((one.label, one.theirs) for one in differences),
            *((label, NOT_ASKED) for label, _ in gone),
        ]
        if case
        else [],
        "may_take_up": is_to_take_up,
        "may_begin": may_begin,
        "waits": waits,
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "candidate/accommodation_unkept.html", context, status=status)


def in_two_ways(*, mine: ChoicesForm, theirs: ChoicesForm) -> list[conflicts.Difference]:
    """Return what differs, each question under its own name."""
    return [
        replace(one, label=str(mine.fields[one.name].label))
        for one in conflicts.differences(mine=mine, theirs=theirs)
    ]


def _asked_no_more(
    answers: MultiValueDict[str, Any], registration: Registration, case: Case | None
) -> list[tuple[str, str]]:
    """Return the measures that a request asks no more and whose épreuves were ticked, with these."""
    rules = rules_under(registration, written_under(registration, case))
    asked = {one.code for one in case.measures.all()} if case else set()
    ticked = {
        one.label: answers.getlist(name)
        for one in (rules.measures if rules else ())
        if (name := f"epreuves-{one.code.lower()}") in answers and one.code not in asked
    }
    if not ticked:
        return []
    labels = {one.code: one.label for one in sat_under(registration, rules)}
    named = [
        (label, listed_apart([labels[code] for code in codes if code in labels]))
        for label, codes in ticked.items()
    ]
    return [(label, papers) for label, papers in named if papers]


def _why(case: Case | None, registration: Registration, *, may_begin: bool, seen: int) -> str:
    if not registration.is_active:
        return NOT_STANDING
    if may_begin:
        is_left = taken_back_among(cases_of(registration=registration.pk)) is not None
        return TAKEN_BACK if is_left else NOTIFIED
    if case is not None and case.instead_of_id is not None:
        return TAKEN_AGAIN
    if case is None or case.is_writable:
        return TOO_LATE
    if case.state != State.ASKED:
        return LOOKED_AT
    # Keeping a request as it was sent makes another revision of it, as a change does; sending does not.
    return SENT if case.revision == seen else SENT_OR_KEPT
