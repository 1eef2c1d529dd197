"""The draft that a page of « M'inscrire » is about, and what is its candidate's own of the tabs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from sporades.accommodations.queries import last_case_of
from sporades.accommodations.rules import rules_for, sat_in
from sporades.accommodations.words import emptied_in_words, undeclared_in_words
from sporades.exams.schema import Status
from sporades.registrations.dossier import Dossier
from sporades.registrations.exclusion import Exclusion
from sporades.registrations.journey import OWN_DATA, judged, troubles
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import asking_late
from sporades.registrations.queries import draft_of, last_address_of, registrations_of
from sporades.registrations.questions import NO
from sporades.registrations.refusals import Trouble
from sporades.registrations.sections import CANDIDACY, IDENTIFICATION, PAPERS
from sporades.registrations.sections.base import Section, SectionForm
from sporades.web.wizard.door import Door, dossier_for

_TAKEN_UP = "Ces réponses sont celles de votre saisie précédente : vérifiez-les, puis continuez."
_CORRECTED = f"{OWN_DATA}, par une demande de correction"
_TOO_LATE = (
    "Cette saisie était déjà enregistrée : les réponses que vous venez d'envoyer n'y sont pas "
    "ajoutées. Pour changer une réponse, ouvrez « Gérer ma candidature », "
    "puis « Modifier »."
)
_LEFT = (
    "Cette saisie est abandonnée : les réponses que vous venez d'envoyer n'y sont pas ajoutées, et "
    "rien n'en est enregistré."
)
_WITHDRAWN = (
    "Cette inscription a été désinscrite : les réponses que vous venez d'envoyer n'y sont pas "
    "ajoutées, et rien n'en est enregistré."
)
_WAITS = (
    "Votre demande attend une réponse : les réponses que vous venez d'envoyer n'y "
    "sont pas ajoutées. Pour la changer, retirez-la d'abord."
)


def own(request: HttpRequest, pk: UUID) -> Draft:
    """Return the reader's own draft, with everything a tab needs. Raises Http404."""
    found: Draft = get_object_or_404(draft_of, user=request.user.pk, draft=pk)
    return found


@dataclass(frozen=True)
class Suited:
    """What an academy makes of the answers of a draft, each named « Commune », dans « Identification ».

    Attributes:
        asked: what is answered, and asked there, by tab and field.
        refused: what is to be corrected there, in the tabs that were answered.
    """

    asked: dict[tuple[str, str], str]
    refused: dict[tuple[str, str], str]


def suited(request: HttpRequest, draft: Draft) -> Suited:
    """Return what the academy of a draft, where it is now, makes of its answers."""
    forms = judged(dossier_for(request, draft))
    asked = {
        (section.slug, name): _at(form.label_of(name), section.title)
        for section, form in forms
        for name in form.fields
        if form.dossier.answers.get(section.slug, {}).get(name)
    }
    wrong = [one for one in troubles(forms) if one.section and not one.is_of_a_whole_tab]
    return Suited(asked, {(one.section, one.field): _at(one.label, one.title) for one in wrong})


def _at(label: str, tab: str) -> str:
    return f"« {label} », dans « {tab} »" if label else f"« {tab} »"


def say_moved(request: HttpRequest, draft: Draft, *, before: Suited) -> None:
    """Say where a draft goes on, which was taken there from another academy, and what does not suit there.

    Args:
        request: of who took it there.
        draft: in its new academy.
        before: what the other one made of its answers.
    """
    there = draft.service.academy.with_preposition
    now = suited(request, draft)
    wrong = [name for key, name in now.refused.items() if key not in before.refused]
    left = [
        name
        for key, name in before.asked.items()
        if key not in now.asked and key not in now.refused
    ]
    said = f"Votre saisie continue auprès {there}, avec toutes vos réponses."
    if wrong:
        said += f" À revoir : {' ; '.join(dict.fromkeys(wrong))}."
    if left:
        said += f" N'y est pas demandé : {' ; '.join(dict.fromkeys(left))}."
    messages.success(request, said)


def after(draft: Draft) -> HttpResponse:
    """Go to what a draft became."""
    if draft.filed_as is not None:
        return redirect("candidate:number", draft.filed_as.registration.number)
    if draft.sent_at is not None:
        if draft.amends is not None:
            return redirect("candidate:registration", draft.amends.number)
        return redirect("candidate:ask_late", draft.pk)
    return redirect("candidate:registrations")


def _too_late(draft: Draft) -> str:
    """Say why answers that came to a draft that is open no more are not added to it."""
    if draft.abandoned_at is not None:
        return _WITHDRAWN if draft.amends and draft.amends.withdrawn_at else _LEFT
    return _WAITS if draft.awaits_decision else _TOO_LATE


def _before(draft: Draft) -> HttpResponse:
    """Go to what stands before the first tab: the registration, or the choice of an academy."""
    if draft.amends is not None:
        return redirect("candidate:registration", draft.amends.number)
    exam = draft.exam
    names = [exam.domain.code, exam.session.code, exam.code]
    if draft.speciality:
        url = reverse("candidate:choose_academy_for", args=[*names, draft.speciality.code])
    else:
        url = reverse("candidate:choose_academy", args=names)
    return redirect(f"{url}?{urlencode({'academie': draft.service.academy_id})}")


def _choice(draft: Draft) -> str:
    """Return where a speciality is chosen."""
    if draft.amends is not None:
        return reverse("candidate:change_speciality", args=[draft.amends.number])
    url = reverse("candidate:choose_exam", args=[draft.exam.domain.code, draft.exam.session.code])
    return f"{url}?{urlencode({'academie': draft.service.academy_id})}"


def _later(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Votre saisie est gardée : vous la retrouverez ici.")
    return redirect("candidate:registrations")


def _as_answered(request: HttpRequest, dossier: Dossier, section: Section) -> SectionForm:
    """Return a tab as it was answered; an address not given yet, as it was given last."""
    if section is IDENTIFICATION and section.slug not in dossier.answers:
        for last in last_address_of(user=request.user.pk):
            messages.info(request, _TAKEN_UP)
            return section.form(dossier, shown=last.answers)
    return section.form_for(dossier)


def account_from(address: str) -> str:
    """Return the address of « Modifier mon compte », which leads back to one of ours."""
    back = urlencode({"next": address}, safe="/")
    return f"{reverse('account_edit')}?{back}#informations-titre"


def _civil(draft: Draft) -> tuple[str, str]:
    """Return what changes the civil data of who fills a draft: once they are frozen, a request."""
    if draft.candidate.is_frozen:
        return _CORRECTED, reverse("candidate:ask_correction")
    return OWN_DATA, account_from(reverse("candidate:draft", args=[draft.pk]))


def _closed(draft: Draft, at: datetime, reader: str) -> str:
    """Say why a draft cannot be filed; of what modifies one that stands no more, nothing to ask for."""
    if draft.amends is not None and not draft.amends.is_active:
        return draft.service.closed_in_words(at, reader)
    return draft.closed_in_words(at, reader, filed=draft.amends)


def _standing(request: HttpRequest, draft: Draft) -> Iterable[Registration]:
    return registrations_of(user=request.user.pk)


def _excluded(exclusion: Exclusion) -> tuple[Trouble, str]:
    standing = exclusion.registration
    blocks = Trouble("", f"Votre inscription à : {standing}", "", "", exclusion.message)
    return blocks, reverse("candidate:registration", args=[standing.number])


def undeclared_by(draft: Draft) -> str:
    """Say what becomes of the request for accommodations of who declares no handicap any more."""
    filed = draft.amends
    if filed is None or not filed.has_disability:
        return ""
    answers = next((one.answers for one in draft.answered if one.section == CANDIDACY.slug), {})
    if answers.get("has_disability") != NO:
        return ""
    return undeclared_in_words(last_case_of(filed), is_filing=True)


def emptied_by(request: HttpRequest, draft: Draft) -> str:
    """Say which measures of a request that was sent would be for no épreuve any more."""
    filed = draft.amends
    case = last_case_of(filed) if filed is not None else None
    if filed is None or case is None:
        return ""
    case.registration = filed
    if case.is_writable or not case.is_undecided:
        return ""
    dossier = dossier_for(request, draft)
    form = PAPERS.judged(dossier)
    if not form.is_valid():
        return ""
    chosen = form.choices_made().items()
    entered = [code for code, choice in chosen if choice.status is Status.ENTERED]
    asked = rules_for(filed, case)
    sat = sat_in(dossier.rules, entered, category=dossier.facts.category, asked=asked)
    return emptied_in_words(case, sat, is_filing=True)


def _besides(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    filed = draft.amends
    since = draft.service.closed_in_words(request.arrived_at, filed.reader_zone) if filed else ""
    return {
        "undeclared": undeclared_by(draft),
        # Asked by the page that says it alone: it judges the épreuves.
        "emptied": partial(emptied_by, request, draft),
        "closed_since": since,
        "missed": draft.missed_in_words(request.arrived_at),
        "whom": draft.whom_to_ask(request.arrived_at),
        "may_ask_late": asking_late.why_not(draft, at=request.arrived_at) is None,
    }


DOOR = Door(
    space="candidate",
    after=after,
    before=_before,
    later=_later,
    too_late=_too_late,
    shown=_as_answered,
    account=account_from,
    civil=_civil,
    closed=_closed,
    accepts=lambda draft, at: draft.service.accepts(at),
    standing=_standing,
    excluded=_excluded,
    leads_elsewhere=True,
    choice=_choice,
    besides=_besides,
)
