"""What « Papiers de santé » says of what was confided, of who opened it, of what is still to be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404

from sporades.accommodations.contesting import contestable_among
from sporades.accommodations.models import Case
from sporades.accommodations.queries import (
    OTHER_PAPER,
    cases_of,
    decision_among,
    labels_of_papers,
    last_among,
    last_case_of,
    open_among,
    papers_called_for_by,
)
from sporades.accommodations.rules import rules_for, shown_of
from sporades.accommodations.states import State
from sporades.acts.medical import confiding
from sporades.acts.medical.opining import is_asked_by_doctor
from sporades.core.actors import CANDIDATE
from sporades.core.french import day_in_words, ended, instant_in_words, times_in_words, within
from sporades.medical import sealing
from sporades.medical.models import Compartment, Paper, Remark
from sporades.medical.queries import (
    compartment,
    compartments_to_show,
    openings_of,
    papers_of,
    remarks_of,
)
from sporades.registrations.models import Registration
from sporades.retention.categories import confided_until
from sporades.web.candidate.accommodations.confided import (
    SERVES_AGAIN,
    erased_before_in_words,
    erased_from,
)

ON_THE_PAGE = 50
UNREADABLE_NAME = "Nom illisible pour le moment"


@dataclass(frozen=True)
class Kind:
    """A kind of paper that may be confided.

    Attributes:
        code: how the réglementation calls it.
        label: the same, as it is read.
        help: what is expected of it.
        is_mandatory: whether the request is incomplete without it.
        is_asked: whether it is still called for: another one may be given.
        is_conditional: whether the request will say whether it is called for.
        is_mandatory_then: whether it is mandatory if it is.
        is_at_hand: whether its candidate has said that it exists, or gives it without being asked.
    """

    code: str
    label: str
    help: str = ""
    is_mandatory: bool = False
    is_asked: bool = True
    is_conditional: bool = False
    is_mandatory_then: bool = False
    is_at_hand: bool = False

    @property
    def mark(self) -> str:
        """Whether it is owed, in the words of « Aménagement d'épreuves »; of what is asked no more, nothing."""
        if not self.is_asked:
            return ""
        if self.is_mandatory:
            return "obligatoire"
        if self.is_conditional and self.is_mandatory_then:
            return "obligatoire ou non, selon votre demande"
        return "pas obligatoire" if self.is_at_hand else "selon votre situation"


TO_SEND = "Votre demande d'aménagement n'est pas encore envoyée."
TO_SEND_AGAIN = (
    "Vous modifiez votre demande d'aménagement : personne ne l'étudie tant qu'elle n'est pas envoyée "
    "de nouveau."
)
STILL_TO_SEND = (
    "Il reste à envoyer de nouveau votre demande d'aménagement : personne ne l'étudie d'ici là."
)
"""Said of an incomplete request to whoever has just given something for it."""
ERASED_ON = "Vos papiers et vos commentaires seront effacés à partir du {}."
NOT_PUT_OFF = (
    "Un recours fait avant votre dernier jour repousse ce jour ; saisir le tribunal ne le repousse pas. "
    "Téléchargez avant ce jour ceux dont vous voulez une copie."
)
OTHER = Kind("papier-de-sante", OTHER_PAPER, is_at_hand=True)
"""What the réglementation does not name."""


def shown(registration: Registration, *, page: str | None, at: datetime) -> dict[str, Any]:
    """Return what the page says of what was confided, and some of who opened it."""
    zone = registration.service.zone
    known = compartments_to_show(registration, zone)
    found = next((one for one in known if one.registration_id == registration.pk), None)
    cases = list(cases_of(registration=registration.pk))
    case = shown_of(registration, last_among(cases), decision_among(cases))
    decided = contestable_among(cases, at=at)
    given, labels = _papers(found, zone, decided=decided), labels_of_papers(registration, case)
    is_here = rules_for(registration, case) is not None
    is_open = is_here and registration.is_active and (found is None or found.is_taking)
    unread = confiding.why_unread(open_among(cases)) if is_open else None
    is_over, is_open = unread is not None, is_open and unread is None
    kinds = _with_those_given(
        _kinds(registration, case) if is_open or is_over else [], given, labels
    )
    held = {one["kind"] for one in given}
    if not is_open:
        kinds = [kind for kind in kinds if kind.code in held]
    lacking = (one for one in kinds if one.is_mandatory and one.is_asked and one.code not in held)
    first = next(lacking, None) if is_open else None
    openings = _openings(found, zone).get_page(page)
    remarks = [_remark(one, zone) for one in remarks_of(found)] if found else []
    asked = _asked_by_doctor(case, remarks, given) if registration.is_active else None
    return {
        "asked": asked,
        "doctor": _doctor(found, is_asking=asked is not None)
        if case is not None or given or remarks
        else "",
        "compartment": found,
        "left_ones": [one for one in known if one is not found],
        "is_here": is_here,
        "stands": ended(registration.state_in_words),
        "erased_on": _erased_on(found, registration, cases, is_last=decided is not None)
        if found and (given or remarks)
        else "",
        "erased_before": erased_before_in_words(found.emptied_at, registration)
        if found and not found.erased_at
        else "",
        "is_open": is_open,
        "over": str(unread or ""),
        "closed": _closed(registration, cases, is_here=is_here) if not (is_open or is_over) else "",
        "to_send": _to_send(registration, case) if asked is None else "",
        "serves_again": _serves_again(case, remarks, given),
        "kinds": [
            {
                "kind": kind,
                "papers": [one for one in given if one["kind"] == kind.code],
                "is_next": kind is first,
            }
            for kind in kinds
        ],
        "is_lacking": first is not None,
        "remarks": remarks,
        "is_given": bool(given),
        "is_confided": bool(given or remarks),
        "is_held": any(one["is_held"] for one in given),
        "openings": [_opening(one, labels, zone) for one in openings],
        "page": openings,
    }


def _erased_on(
    found: Compartment, registration: Registration, cases: list[Case], *, is_last: bool
) -> str:
    """Say from which day what is confided is erased: of a request that is left, unless it is sent.

    Args:
        found: the compartment.
        registration: whose, with its service.
        cases: all of its requests.
        is_last: whether a decision may still be contested.
    """
    until = erased_from(found, registration, cases)
    if until is None:
        return ""
    day = day_in_words(confided_until(until, registration))
    if found.erase_after is not None:
        said = ERASED_ON.format(day)
        return f"{said} {NOT_PUT_OFF}" if is_last else said
    if not registration.is_active:
        return ERASED_ON.format(day)
    case = open_among(cases)
    if case is None:
        left = "Si vous n'envoyez pas de demande d'aménagement d'ici là"
    else:
        again = " de nouveau" if case.asked_at is not None else ""
        left = f"Si votre demande d'aménagement n'est pas envoyée{again} d'ici là"
    return f"{left}, {within(ERASED_ON).format(day)}"


def _closed(registration: Registration, cases: list[Case], *, is_here: bool) -> str:
    """Say why nothing is taken of a registration, whatever stands of its requests."""
    if not registration.is_active:
        return confiding.NothingToConfide.message
    return str(confiding.why_closed(cases)) if is_here else confiding.AskedElsewhere.message


def _asked_by_doctor(
    case: Case | None, remarks: list[dict[str, Any]], given: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Return what its doctor asks of a candidate, and whether it was answered; else nothing."""
    theirs = [one for one in remarks if not one["is_candidates"]]
    if not is_asked_by_doctor(case) or not theirs:
        return None
    last = theirs[-1]
    answered = any(one["is_candidates"] and one["at"] > last["at"] for one in remarks)
    given_since = any(one["row"].given_at > last["at"] for one in given)
    return {**last, "is_answered": answered or given_since}


def _doctor(found: Compartment | None, *, is_asking: bool) -> str:
    """Say which doctor reads what was confided."""
    if found is not None and found.doctor_name:
        return f"Médecin désigné : {found.doctor_name}."
    if is_asking:
        return (
            "Un médecin attend votre réponse. Il ne lit plus ces papiers jusqu'à ce que vous "
            "envoyiez de nouveau votre demande : un médecin la prend alors en charge."
        )
    return (
        "Pour l'instant, vous seul pouvez lire ces papiers et ces commentaires : le médecin désigné "
        "les lit une fois qu'il a pris votre demande en charge."
    )


def _to_send(registration: Registration, case: Case | None) -> str:
    """Say that nobody looks at a request until it is sent, begun or incomplete; else nothing."""
    if case is None or not registration.is_active:
        return ""
    if case.state == State.INCOMPLETE:
        return (
            f"Votre demande d'aménagement est incomplète : {ended(case.missing)} Déposez ce qui manque, "
            "puis envoyez-la de nouveau : personne ne l'étudie d'ici là."
        )
    if case.state != State.PREPARING:
        return ""
    return TO_SEND_AGAIN if case.is_taken_up else TO_SEND


def still_to_send(registration: Registration, case: Case | None) -> str:
    """Say to whoever has just given something that it is still to be sent; else nothing."""
    is_incomplete = case is not None and case.state == State.INCOMPLETE
    return (
        STILL_TO_SEND if is_incomplete and registration.is_active else _to_send(registration, case)
    )


def _serves_again(
    case: Case | None, remarks: list[dict[str, Any]], given: list[dict[str, Any]]
) -> str:
    """Say that what was confided before a request was begun serves it too; else nothing."""
    if case is None or not case.is_writable or case.instead_of_id is not None:
        return ""
    own = [one["at"] for one in remarks if one["is_candidates"]]
    confided = [*own, *(one["row"].given_at for one in given if not one["row"].is_infected)]
    return SERVES_AGAIN if any(at < case.begun_at for at in confided) else ""


def _kinds(registration: Registration, case: Case | None) -> list[Kind]:
    """Return the papers that its request calls for, all that the réglementation names until it is begun."""
    if case is not None:
        prefetch_related_objects([case], "measures")
    is_known = case is not None and bool(case.measures.all())
    named = [
        Kind(
            one.code,
            one.label,
            one.help or "",
            is_mandatory=one.is_mandatory and (is_known or one.when is None),
            is_conditional=one.when is not None and not is_known,
            is_mandatory_then=one.is_mandatory,
            is_at_hand=one.is_at_hand,
        )
        for one in papers_called_for_by(case, registration)
    ]
    return [] if rules_for(registration, case) is None else [*named, OTHER]


def _with_those_given(
    kinds: list[Kind], given: list[dict[str, Any]], labels: dict[str, str]
) -> list[Kind]:
    """Return the kinds that are called for, and those of what was given while they were."""
    called = {one.code for one in kinds}
    others = dict.fromkeys(one["kind"] for one in given if one["kind"] not in called)
    return [*kinds, *(Kind(code, labels.get(code, OTHER.label), is_asked=False) for code in others)]


def kind_of(registration: Registration, code: str, *, case: Case | None) -> Kind:
    """Return a kind of paper that the last request, if there is one, calls for. Raises Http404."""
    found = next((one for one in _kinds(registration, case) if one.code == code), None)
    if found is None:
        raise Http404
    return found


def _papers(found: Compartment | None, zone: str, *, decided: Case | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "row": row,
            "kind": row.kind,
            "name": name_of(row),
            "given": row.given_in_words(zone),
            "is_held": (held := decided is not None and confiding.served(decided, row)),
            "may_be_taken_back": not (found.is_closed or held) or row.is_infected,
        }
        for row in papers_of(found)
    ]


def given_before(registration: Registration, *, case: Case | None) -> list[dict[str, Any]]:
    """Return what was confided already, by its kind in words: it is read beside what is being given."""
    labels = labels_of_papers(registration, case)
    given = _papers(compartment(registration), registration.service.zone, decided=None)
    return [{**one, "label": labels.get(one["kind"], OTHER.label)} for one in given]


def label_of(registration: Registration, kind: str) -> str:
    """Return how a kind of paper is read, by its code."""
    return labels_of_papers(registration, last_case_of(registration)).get(kind, OTHER.label)


def written_in_words(row: Remark, zone: str) -> str:
    """Say when a comment was written, by a clock."""
    return instant_in_words(row.written_at, zone)


def name_of(row: Paper) -> str:
    try:
        return row.name
    except sealing.Unreadable:
        return UNREADABLE_NAME


def _remark(row: Remark, zone: str) -> dict[str, Any]:
    try:
        text, is_readable = row.text, True
    except sealing.Unreadable:
        text, is_readable = sealing.UNREADABLE, False
    return {
        "is_candidates": row.is_candidates,
        "at": row.written_at,
        "who": "Vous" if row.is_candidates else f"{row.author_name}, médecin désigné",
        "written": written_in_words(row, zone),
        "text": text,
        "is_readable": is_readable,
    }


def _openings(found: Compartment | None, zone: str) -> "Paginator[dict[str, Any]]":
    """Return who opened what, in pages: how many lines there are is known of the compartment."""
    pages: Paginator[dict[str, Any]] = Paginator(
        openings_of(found, zone) if found else (), ON_THE_PAGE
    )
    pages.count = found.opened if found else 0
    return pages


def _opening(line: dict[str, Any], labels: dict[str, str], zone: str) -> dict[str, str]:
    own = "Vous, dans une copie de vos données" if line["is_for_copy"] else "Vous"
    is_own = line["reader_kind"] == CANDIDATE
    return {
        "who": own if is_own else f"{line['reader_name']}, médecin désigné",
        "what": f"ouverture de « {labels.get(line['kind'], OTHER.label)} »"
        if line["kind"]
        else "lecture de vos commentaires",
        "at": times_in_words(line["times"], line["first"], line["last"], zone),
    }
