"""« Aménagement » of a file: what is asked, the opinion, the decision (H2, H4)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from sporades.accommodations.as_sent import as_office_reads
from sporades.accommodations.late import late_told
from sporades.accommodations.left import unsent_in_words
from sporades.accommodations.models import AskedMeasure, Called, Case, Signature
from sporades.accommodations.notification import decided_on_papers
from sporades.accommodations.queries import (
    appeal_against,
    appeal_of,
    cases_of,
    decision_of,
    last_case_of,
)
from sporades.accommodations.replacing import (
    former_decision_in_words,
    granted_in_words,
    lost_by_asking,
    taken_away,
)
from sporades.accommodations.rules import (
    Sat,
    changed_since_in_words,
    decision_on_papers,
    granted_in_part,
    is_another_guardian,
    opinion_on_papers,
    papers_in_words,
    plan_in_words,
    rules_for,
    sat_for,
)
from sporades.accommodations.states import Decision, State
from sporades.accommodations.tracker import steps_of
from sporades.accounts.permissions import Permission
from sporades.acts.accommodating import silence_in_words, why_not_entered
from sporades.candidates.models import Identity
from sporades.core.french import day_in_words, instant_in_words
from sporades.documents.models import DocumentVersion
from sporades.registrations.models import Registration
from sporades.web.office.registrations.files import file_page, reaches, registration_of

UNSIGNED = (
    "Non signée : le candidat est mineur, et son représentant légal n'a pas signé cette demande."
)
SHOWN_BEFORE = 3
"""How many former requests the tab names."""


def accommodation(request: HttpRequest, number: str) -> HttpResponse:
    """Where the request stands, what it asks, what is decided; why only for who decides."""
    found = registration_of(request, number)
    case = case_of(found)
    open_case = case if case is not None and case.is_open else None
    may_decide = reaches(request, Permission.DECIDE_ACCOMMODATIONS, found)
    said = {
        "rules": rules_for(found, case),
        "case": case,
        "may_enter": may_decide and why_not_entered(found, open_case) is None,
        "may_handle": may_decide and case is not None and case.state != State.PREPARING,
        "before": _before(found, case, may_decide=may_decide),
        **(said_of(case, request, may_decide=may_decide) if case else {}),
        **(told_of(found) if may_decide else {"appeal": None, "may_appeal": False}),
    }
    is_unsent = case is not None and case.asked_at is None
    # What its candidate has begun since is theirs alone.
    said["may_handle_former"] = may_decide and is_unsent and bool(said["in_force"])
    return file_page(request, found, "accommodation", "office/accommodation.html", said)


def case_of(registration: Registration) -> Case | None:
    case = last_case_of(registration)
    if case is not None:
        case.registration = registration
    return case


def said_of(case: Case, request: HttpRequest, *, may_decide: bool) -> dict[str, Any]:
    """Return what is said of a request: why, and the words of the doctor, for who decides alone."""
    registration, zone = case.registration, case.registration.service.zone
    sent, measures = as_office_reads(case)
    sat = sat_for(registration, sent)
    signature = sent.signature if measures else None
    has_steps = may_decide and case.withdrawn_at is None
    return {
        "steps": steps_of(case, at=request.arrived_at, by_office=True) if has_steps else [],
        "unsent": unsent_in_words(case, at=request.arrived_at, by_office=True)
        if case.state == State.PREPARING and registration.is_active
        else "",
        "on_paper": on_paper_in_words(case),
        "silence": silence_in_words(case, at=request.arrived_at),
        "measures": [
            {
                "measure": one,
                # The words of what suits somebody are for who decides.
                "named": one.named if may_decide else one.label,
                "papers": papers_in_words(one.papers, sat, one.code),
                "kind": "error" if one.decision == Decision.REFUSED else "success",
                "why": one.reason if may_decide else "",
                "opinion_why": one.opinion_text if may_decide else "",
                "opinion": _told(
                    one.opinion_in_words, one.opinion_papers, opinion_on_papers(one, sat)
                )
                if may_decide
                else "",
                "decided": one.decision_in_words if may_decide else one.decision_without_precision,
                "granted": _granted(case, one, sat),
            }
            for one in measures
        ],
        "with_it": _with_it(sent, measures) if may_decide and measures else [],
        "opinion_text": case.opinion_text if may_decide else "",
        "signed": _signed(case, signature, at=request.arrived_at) if may_decide else "",
        "decided": f"{case.author_in_words}, le {instant_in_words(case.decided_at, zone)}"
        if case.decided_at
        else "",
        "left": f"Depuis le {instant_in_words(case.left_at, zone)}, le médecin qui l'avait ne peut plus s'en charger : confiez-la à un autre."
        if case.left_at and may_decide
        else "",
        "reading": _reading(case, zone),
        "changed_since": changed_since_in_words(registration, case.decided_at or case.opined_at),
        **_in_force(case, sat, may_decide=may_decide),
    }


def _granted(case: Case, one: AskedMeasure, sat: list[Sat]) -> str:
    """Say for which épreuves a measure is granted, where it is not for all of them or was not."""
    if case.notification is None or one.decision == Decision.REFUSED:
        return granted_in_part(one, sat)
    said = decided_on_papers(case, one, sat)
    return said if said != decision_on_papers(one, sat) else granted_in_part(one, sat)


def told_of(registration: Registration) -> dict[str, Any]:
    """Return what the pages of a request say of the appeal against the last decision that was notified."""
    decided = decision_of(registration)
    if decided is None:
        return {"appeal": None, "may_appeal": False}
    standing = appeal_of(registration.pk) or appeal_against(decided)
    return {
        "appeal": standing,
        "may_appeal": standing is None and registration.withdrawn_at is None,
    }


def on_paper_in_words(case: Case) -> str:
    """Say that a request came on paper, when it was posted, and what becomes of its closed envelope."""
    if case.posted_on is None:
        return ""
    said = f"Demande reçue sur papier, cachet de la poste du {day_in_words(case.posted_on)}."
    if not case.has_envelope:
        return f"{said} Aucune enveloppe de papiers de santé n'était jointe."
    return (
        f"{said} Ses papiers de santé sont dans une enveloppe fermée : remettez-la au médecin sans "
        "l'ouvrir."
    )


def _signed(case: Case, signature: Signature | None, *, at: datetime) -> str:
    """Say who has signed a request, or that a minor's guardian has not."""
    if signature is not None:
        return _signed_by(case.registration, signature)
    return UNSIGNED if case.is_undecided and case.lacks_signature(at) else ""


def _signed_by(registration: Registration, signature: Signature) -> str:
    said = f"Signée par {signature}, le {signature.signed_in_words(registration.service.zone)}."
    if not is_another_guardian(registration, signature.name):
        return said
    return f"{said} L'inscription nomme un autre représentant légal : {registration.guardian_name}."


def _told(said: str, papers: list[str], for_which: str) -> str:
    return f"{said}. {for_which}" if papers else said


def _with_it(case: Case, measures: list[AskedMeasure]) -> list[tuple[str, str]]:
    rules = rules_for(case.registration, case)
    if rules is None:
        return []
    rows = [("Procédure", case.get_procedure_display())]
    if rules.plans:
        rows.append(("Plan en vigueur", plan_in_words(case)))
    if rules.former is not None:
        rows.append(("Décision antérieure", former_decision_in_words(case)))
    rows += late_told(case, measures)
    if case.again:
        rows.append(("Décision reprise", case.get_again_display()))
    return rows


def minor_in_words(registration: Registration) -> str:
    is_woman = registration.identity.civility == Identity.Civility.MADAME
    return ", mineure" if is_woman else ", mineur"


def _reading(case: Case, zone: str) -> str:
    """Say whether the notification was read, by whom, and what a call gave."""
    if case.notification is None or case.notified_at is None:
        return ""
    read = reading_in_words(case, case.notification, case, zone)
    return f"Notifiée le {instant_in_words(case.notified_at, zone)}. {read}"


def reading_in_words(
    called: Called, document: DocumentVersion | None, case: Case, zone: str
) -> str:
    """Say whether what was sent was read, by whom, and what a call about it gave.

    Args:
        called: what the call was about: a decision, or the answer to an appeal against it.
        document: what was sent.
        case: the request, with its registration.
        zone: where its service is.
    """
    if document is not None and document.opened_at:
        return f"Lue pour la première fois le {instant_in_words(document.opened_at, zone)}, depuis le compte du candidat."
    if not case.registration.candidate.has_account:
        return "Un courrier la porte au candidat."
    if called.called_at is None:
        return "Pas encore lue."
    gave = "prévenu" if called.is_reached else "personne n'a répondu"
    when = instant_in_words(called.called_at, zone)
    return f"Pas encore lue. Appel du {when} par {called.called_name} : {gave}."


def _in_force(case: Case, sat: list[Sat], *, may_decide: bool) -> dict[str, Any]:
    """Say that an earlier decision is in force until the new one, what it grants and what will stop."""
    former = decision_of(case.registration)
    if former is None or former.pk == case.pk or former.notified_at is None:
        return {"in_force": "", "granted_now": [], "to_stop": []}
    former.registration = case.registration
    day = instant_in_words(former.notified_at, case.registration.service.zone)
    rules, measures = rules_for(case.registration, case), case.measures.all()
    # Until something is decided, what is not asked for again; then, what is not granted.
    is_asked_whole = case.instead_of_id is not None and case.is_undecided
    lost: list[str] = []
    if rules is not None and not is_asked_whole:
        lost = (
            lost_by_asking(case, former, sat, by_candidate=False)
            if case.is_undecided
            else taken_away(former, measures, sat, rules)
        )
    return {
        "in_force": f"La décision notifiée le {day} est en vigueur jusqu'à la nouvelle.",
        "granted_now": granted_in_words(former, sat) if may_decide else [],
        "to_stop": lost if may_decide else [],
    }


def _before(
    registration: Registration, case: Case | None, *, may_decide: bool
) -> list[dict[str, Any]]:
    """Return the requests beside the one that stands, the last first."""
    zone = registration.service.zone
    others = [
        one for one in cases_of(registration=registration.pk) if case is None or one.pk != case.pk
    ]
    return [
        {
            "said": _named_before(one, zone),
            "why": one.left_reason if may_decide else "",
            "granted": [
                f"{named} (en partie)" if m.decided_papers else named
                for m in one.measures.all()
                for named in [m.granted_named if may_decide else m.decided_label]
                if m.decided_label
            ],
        }
        for one in others[:SHOWN_BEFORE]
    ]


def _named_before(case: Case, zone: str) -> str:
    """Name a former request by what tells it from another of the same sending, and its state."""
    if case.is_cancelled:
        return _ended(case, zone)
    if case.instead_of_id is not None:
        said = f"Décision reprise le {instant_in_words(case.begun_at, zone)}"
    else:
        said = f"Demande du {instant_in_words(case.first_asked_at or case.begun_at, zone)}"
    if case.notified_at is not None:
        return f"{said} : notifiée le {instant_in_words(case.notified_at, zone)}"
    return f"{said} : {case.get_state_display().lower()}"


def _ended(case: Case, zone: str) -> str:
    """Say that a decision was taken again, and that this was cancelled."""
    when = instant_in_words(case.withdrawn_at, zone) if case.withdrawn_at else ""
    return f"Décision reprise le {instant_in_words(case.begun_at, zone)}, reprise annulée le {when}"
