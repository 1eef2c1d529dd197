"""« Récapitulatif » and what is left to do before it: everything, before it is filed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.acts.registrations.registering import SESSION_ENDED
from sporades.core.french import exact_in_words, instant_in_words, local_day
from sporades.core.refusals import Refused
from sporades.journal.queries import presses
from sporades.registrations import accepted, journey, rewording, waivers
from sporades.registrations.changes import changes_between
from sporades.registrations.choices import is_another
from sporades.registrations.contacts import (
    changes_contacts_alone,
    kept_in_words,
    price_in_words,
    unless_alone,
)
from sporades.registrations.dossier import Dossier, dossier_of, have_rules_moved
from sporades.registrations.exclusion import Exclusion, exclusion_of
from sporades.registrations.journey import Forms
from sporades.registrations.models import Draft
from sporades.registrations.operations import filing
from sporades.registrations.operations.filing import Shown
from sporades.registrations.queries import version_of
from sporades.registrations.refusals import AnsweredMeanwhile, DecidedMeanwhile, Standing
from sporades.registrations.sections import eligibility
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.snapshot import as_read, identity_of
from sporades.web.layout.arrivals import OLDEST_ARRIVAL, TOLD_FOR, Press, press_noted
from sporades.web.layout.kept import ARRIVED
from sporades.web.wizard import points
from sporades.web.wizard.door import Door, dossier_for
from sporades.web.wizard.stepper import step
from sporades.web.wizard.tabs import unsent

DECIDED, READ = "etat", "lu"
"""The names of the fields that say which decision and which answers the page showed."""
PRESSED_AGAIN = (
    "Votre clic sur « Enregistrer » est arrivé le {when}, quand votre session venait de se terminer. "
    "Cliquez de nouveau avant le {until} : il comptera à l'heure du premier."
)
PRESSED_ONCE = (
    "Votre clic sur « Enregistrer » est arrivé le {when}, quand votre session venait de se terminer. "
    "Cette heure est gardée. Rien n'est enregistré, mais votre service gestionnaire peut encore le "
    "faire : contactez {office}."
)


def shown_in(request: HttpRequest) -> Shown:
    """Return what the page showed, as its button sends it."""
    return Shown(request.POST.get(DECIDED, ""), request.POST.get(READ, ""))


def recap(request: HttpRequest, draft: Draft, *, door: Door, **said: Any) -> HttpResponse:
    """Show « Récapitulatif », or what is missing for it; first what was filed meanwhile.

    Args:
        request: the request.
        draft: the reader's own.
        door: through which it is filled.
        said: what its page says besides.
    """
    if not draft.is_open:
        return door.after(draft)
    refusal = gone(draft)
    # What is filed elsewhere since is not the reader's to be shown.
    if draft.is_overtaken and refusal is None:
        return door.to("differences", draft)
    judged = dossier_for(request, draft)
    if left := unsent(request, draft, judged, door=door):
        return left
    forms = journey.judged(judged)
    if journey.troubles(forms):
        return door.to("ready", draft)
    return _recap(request, draft, judged, forms, door=door, refusal=refusal, **said)


def refused(
    request: HttpRequest,
    draft: Draft,
    refusal: Refused | None,
    *,
    door: Door,
    status: int = 409,
    **said: Any,
) -> HttpResponse:
    """Show « Récapitulatif » again, with why it was not filed, and all that was typed."""
    judged = dossier_for(request, draft)
    forms = journey.judged(judged)
    return _recap(request, draft, judged, forms, door=door, refusal=refusal, status=status, **said)


def as_sent(draft: Draft, *, at: datetime) -> tuple[dict[str, Any], str]:
    """Return what was asked late, to be read alone: what `wizard/answers.html` shows, then its mark.

    Args:
        draft: frozen since it was sent, with all that a tab needs, and still offered: else no rules
            are left by which its answers could be read.
        at: now.
    """
    day = local_day(at, draft.service.zone)
    judged = dossier_of(draft, day=day, is_asked_late=True)
    forms = journey.judged(judged)
    told = as_read(judged, [(section, form) for section, form in forms if form.is_valid()])
    shown = {
        "overview": [("Examen ou concours", str(draft)), ("Académie", draft.service.academy.name)],
        "identity": identity_of(judged),
        "parts": [{**one, "change_url": ""} for one in told["sections"]],
        "oddities": [],
        "troubles": journey.troubles(forms),
        "have_rules_moved": have_rules_moved(draft, judged),
    }
    return shown, filing.mark_of(draft, told)


def gone(draft: Draft) -> Refused | None:
    """Return why what a draft modifies cannot be, where it stands no more, or elsewhere."""
    try:
        if draft.amends is not None:
            filing.check_standing(draft, draft.amends)
    except Standing as refusal:
        return refusal
    return None


def ready(request: HttpRequest, draft: Draft, *, door: Door) -> HttpResponse:
    """« Ma candidature est-elle prête ? »: what blocks, what is odd, with a link to each field."""
    if not draft.is_open:
        return door.after(draft)
    judged = dossier_for(request, draft)
    forms = journey.judged(judged)
    troubles = journey.troubles(forms)
    blocking = points.linked(door, draft, forms, troubles) + _excluding(request, draft, door=door)
    reworded = rewording.reworded(draft, judged, forms)
    context = {
        "draft": draft,
        "named": [(one, url) for one, url in blocking if not one.is_of_a_whole_tab],
        "left": points.left_in_words([one for one, _ in blocking], forms),
        "waivable": eligibility.waivable(
            judged, [form for section, form in forms if section.slug in judged.answers]
        ),
        "oddities": points.linked(door, draft, forms, [*reworded, *journey.oddities(forms)]),
        "checks": points.tab_by_tab(door, draft, forms, troubles),
        "unmet": sum(not one.section for one in troubles),
        "is_mended_before": bool(troubles) and not any(one.section for one in troubles),
        "refusal": gone(draft),
        "rules_changed": have_rules_moved(draft, judged),
        "reworded": rewording.in_words(reworded),
        **door.timing(request, draft, judged),
        **door.besides(request, draft),
    }
    return render(request, door.page("ready"), context)


def _recap(
    request: HttpRequest,
    draft: Draft,
    judged: Dossier,
    forms: Forms,
    *,
    door: Door,
    refusal: Refused | None = None,
    status: int = 200,
    **said: Any,
) -> HttpResponse:
    exclusion = _exclusion(request, draft, door=door)
    valid = [(section, form) for section, form in forms if form.is_valid()]
    told = as_read(judged, valid)
    # Of a tab that cannot be read, nothing says what it changes.
    changes, is_begun = _changes(draft, told) if len(valid) == len(forms) else ([], True)
    is_new = draft.amends is None
    read = filing.mark_of(draft, told)
    press = _press(request, draft, read, door=door)
    is_late = press is not None and not door.accepts(draft, request.arrived_at)
    if press is not None and is_late and press.counts:
        # What it says then is what « Enregistrer » does, which counts as of that instant.
        request.arrived_at = press.at
    is_accepting = door.accepts(draft, request.arrived_at)
    is_over = not (is_new or is_accepting) and draft.amends.is_exam_over(request.arrived_at)
    is_gone = isinstance(refusal, Standing) or gone(draft) is not None or is_over
    changes_something = is_new or changes or draft.amends.consents_chosen_at
    can_save = changes_something and exclusion is None and not is_gone and is_accepting
    came_in_time = press is not None and is_late and door.accepts(draft, press.at)
    reworded = rewording.reworded(draft, judged, forms)
    context = {
        "draft": draft,
        "overview": [("Examen ou concours", str(draft)), ("Académie", draft.service.academy.name)],
        "identity": identity_of(judged),
        "identity_url": "" if draft.candidate.is_frozen else door.account(door.url("recap", draft)),
        "parts": [
            *(_part(door, draft, section, form) for section, form in valid),
            *({**one, "change_url": ""} for one in told["sections"] if one["slug"] == waivers.SLUG),
        ],
        "waived": eligibility.waived(judged),
        "last_section": forms[-1][0].slug,
        "step": step(judged, "recapitulatif"),
        "refusal": refusal,
        "is_gone": is_gone,
        "is_decided": isinstance(refusal, DecidedMeanwhile),
        "is_to_read_again": isinstance(refusal, AnsweredMeanwhile),
        "read": read,
        "arrived": (ARRIVED, press.seal) if press and press.counts else (),
        # Without its button nothing says to press it again: the page says already why.
        "pressed": _pressed(draft, press)
        if press and came_in_time and (can_save or not press.counts)
        else "",
        "exclusion": exclusion,
        "may_become": exclusion is not None and exclusion.may_become(request.arrived_at),
        "oddities": points.linked(door, draft, forms, [*reworded, *journey.oddities(forms)]),
        "changes": changes,
        **_undone(draft, judged, forms, is_begun=is_begun),
        "is_begun": is_begun,
        # Of a modification, it is what to change: another choice.
        "is_changeable": (exclusion is None or not is_new) and not is_gone,
        "can_save": can_save,
        "may_ask": bool(changes) and not is_gone and not is_accepting,
        "rules_changed": have_rules_moved(draft, judged),
        "reworded": rewording.in_words(reworded),
        **door.timing(request, draft, judged),
        **door.besides(request, draft),
        **said,
    }
    return render(request, door.page("recap"), context, status=status)


def _undone(draft: Draft, judged: Dossier, forms: Forms, *, is_begun: bool) -> dict[str, Any]:
    """Return what a modification undoes, or keeps: what its answers do, once there are any.

    Where nothing is changed yet, both are said.
    """
    amends = draft.amends
    if amends is None:
        return {"undone": "", "kept": "", "undoes": False, "unless": ""}
    is_whole = all(form.is_valid() for _, form in forms)
    if not is_begun:
        return {
            "undone": price_in_words(amends),
            "kept": "",
            "undoes": True,
            "unless": unless_alone(amends) if amends.undone_by_modifying else "",
        }
    if is_whole and changes_contacts_alone(amends, judged, forms):
        return {"undone": "", "kept": kept_in_words(amends), "undoes": False, "unless": ""}
    return {"undone": amends.undone_by_modifying, "kept": "", "undoes": True, "unless": ""}


def _press(request: HttpRequest, draft: Draft, read: str, *, door: Door) -> Press | None:
    """Return the « Enregistrer » of this page that came as its reader's session had just ended.

    While the service stays open, when it came is of no use.
    """
    at = request.arrived_at
    if request.method != "GET" or door.accepts(draft, at + OLDEST_ARRIVAL):
        return None
    noted = presses(SESSION_ENDED, on=draft, by=request.actor, since=at - TOLD_FOR)
    decided = [(DECIDED, draft.amends.decided_mark)] if draft.amends else []
    return press_noted(request, noted, fields=[(READ, read), *decided])


def _pressed(draft: Draft, press: Press) -> str:
    """Say what becomes of an « Enregistrer » that came in time, as the session had just ended."""
    zone = draft.service.zone
    when = exact_in_words(press.at, zone)
    if press.counts:
        until = instant_in_words(press.at + OLDEST_ARRIVAL, zone)
        return PRESSED_AGAIN.format(when=when, until=until)
    return PRESSED_ONCE.format(when=when, office=draft.service.managing_service.name_and_phone)


def _changes(draft: Draft, told: dict[str, Any]) -> tuple[list[str], bool]:
    """Return what a modification changes, for now, in what is filed; whether an answer is among it.

    What its candidate changed elsewhere, their mail address, is not a modification begun.
    """
    if draft.amends is None:
        return [], True
    filed = version_of.get(registration=draft.amends_id, number=draft.amends_version)
    was = accepted.said_by(filed)
    answered = changes_between(was, {**told, "identity": was["identity"]})
    return changes_between(was, told), bool(answered)


def _part(door: Door, draft: Draft, section: Section, form: SectionForm) -> dict[str, Any]:
    lines, tables = [(line.label, line.value) for line in form.lines()], form.tables()
    if not lines and not tables:
        # « Aucune réponse » alone does not say to what.
        left = [field for field in form.visible_fields() if field.is_optional]  # type: ignore[attr-defined] # web.layout.forms.Field
        lines = [(str(field.label), "Aucune réponse") for field in left]
    return {
        "slug": section.slug,
        "title": section.title,
        "lines": lines,
        "tables": tables,
        "change_url": door.url("tab", draft, section.slug) + "?retour=1",
    }


def _excluding(request: HttpRequest, draft: Draft, *, door: Door) -> points.Points:
    """Return the registration that stands in the way of another one, if there is one."""
    exclusion = _exclusion(request, draft, door=door)
    if exclusion is None:
        return []
    return [door.excluded(exclusion)]


def _exclusion(request: HttpRequest, draft: Draft, *, door: Door) -> Exclusion | None:
    if draft.amends is not None and not is_another(draft):
        return None
    return exclusion_of(draft, door.standing(request, draft))
