"""What is said of a request, in sentences: to its candidate, and to the managing service (H4)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sporades.accommodations.late import came_in_time, was_entered_last
from sporades.accommodations.missing import is_answered, is_set_aside
from sporades.accommodations.models import Again, Case
from sporades.accommodations.rules import (
    Sat,
    deadline_of,
    emptied,
    is_late,
    is_over,
    late_until,
    may_take_up,
    rules_for,
    sat_for,
    takes_late,
)
from sporades.accommodations.states import State
from sporades.core.french import day_in_words, ended, instant_in_words, local_day, quoted, within
from sporades.exams.schema.accommodations import Accommodations
from sporades.registrations.models import Registration

AWAITED = {
    State.ASKED: "Votre service gestionnaire vérifie que votre demande est complète, ou un médecin "
    "désigné la prend directement en charge.",
    State.WITH_DOCTOR: "Le médecin désigné étudie votre demande et rend son avis.",
    State.DECIDED: "Votre service gestionnaire vous notifie la décision.",
    State.NOTIFIED: "À vous : lisez la notification, dans « Mes documents ».",
}
"""Who is awaited, where it is always the same."""

_AS_SENT = "étudiée telle que vous l'aviez envoyée, vous n'avez pas à l'envoyer de nouveau."
COMPLETE_AFTER_ALL = f"Votre demande n'est plus dite incomplète : elle est {_AS_SENT}"
"""What the candidate reads of a request that was said incomplete, and is not after all.

Nobody may have gone back on it: what their civil data, or their category, asked for is asked no more.
"""
WITHOUT_AN_ANSWER = (
    f"Ce que le médecin vous demandait n'est plus attendu : votre demande est {_AS_SENT}"
)
"""The same, where it is a doctor who had asked for something."""

HANDLED = {
    State.PREPARING: "Le candidat prépare sa demande.",
    State.ASKED: "À vous : vérifiez que la demande est complète.",
    State.WITH_DOCTOR: "Le médecin désigné étudie la demande et rend son avis.",
    State.DECIDED: "À vous : notifiez la décision.",
    State.NOTIFIED: "Le candidat n'a pas encore lu la notification.",
}
"""The same, as the managing service reads it."""

TAKEN_AGAIN = {
    Again.APPEAL: "à la suite d'un recours",
    Again.ERROR: "pour corriger une erreur",
}
"""Why a decision is taken again, as its candidate reads it."""

WITHOUT_THEM = "Sans cela, votre demande est incomplète."
NO_DATE = (
    "Aucune date limite n'est fixée pour cela, mais personne n'étudie votre demande tant que vous ne "
    "l'avez pas envoyée de nouveau : plus vous tardez, plus la décision risque de venir après les "
    "épreuves."
)
"""Until when a request is completed that goes back to its candidate: no rule says it (F5)."""
ANSWERED = "Vous avez répondu au médecin : il reste à envoyer de nouveau votre demande."
_GIVEN_BACK = "car votre demande peut vous être rendue comme incomplète, ou être étudiée sans."
LACKING = {
    State.ASKED: f"{WITHOUT_THEM} Aucune date limite n'est fixée pour cela : faites-le vite, "
    f"{_GIVEN_BACK}",
    State.WITH_DOCTOR: "Aucune date limite n'est fixée pour cela : faites-le vite, car le médecin peut "
    "rendre son avis sans, ou vous rendre la demande.",
}
"""The same, of one that others may look at as it is, and that lacks a paper."""
SENT_WITHOUT = (
    "Vous pouvez {act} votre demande ainsi, puis déposer ce qui manque avant l'avis du médecin. "
    f"Aucun jour n'est fixé pour cela : faites-le vite, {_GIVEN_BACK}"
)
"""The same, of one that is about to be sent."""


def usual_delay_in_words(rules: Accommodations | None) -> str:
    """Say in how many days a decision ordinarily comes; nothing where the réglementation is silent."""
    days = rules.decision.usual_days if rules else None
    if days is None:
        return ""
    return f"D'ordinaire, dans les {days} jours qui suivent l'envoi d'une demande complète."


def usual_day_of(case: Case) -> date | None:
    """Return the day by which the decision on a request that was sent ordinarily comes.

    Nothing where the réglementation is silent, nor of a decision that its service takes again.

    Args:
        case: with its registration.
    """
    rules = rules_for(case.registration, case)
    days = rules.decision.usual_days if rules else None
    if days is None or case.asked_at is None or case.instead_of_id is not None:
        return None
    return local_day(case.asked_at, case.registration.service.zone) + timedelta(days=days)


def usual_day_in_words(case: Case, *, at: datetime, papers: str) -> str:
    """Say until which day the decision on a request ordinarily comes: it is no promise.

    Nothing where the réglementation is silent, nor of a decision that its service takes again.

    Args:
        case: with its registration; one that nothing is decided of.
        at: now.
        papers: those without which it is incomplete, in words.
    """
    rules = rules_for(case.registration, case)
    days = rules.decision.usual_days if rules else None
    if days is None or case.instead_of_id is not None:
        return ""
    is_whole = case.state not in (State.PREPARING, State.INCOMPLETE) and not papers
    until = usual_day_of(case)
    if until is None or not is_whole:
        return usual_delay_in_words(rules)
    if local_day(at, case.registration.service.zone) > until:
        return (
            f"D'ordinaire elle est prise en {days} jours : ce délai est passé depuis le "
            f"{day_in_words(until)}. Votre demande est toujours étudiée ; vous pouvez écrire à votre "
            "service gestionnaire."
        )
    lacks_nothing = ", si rien n'y manque" if case.state == State.ASKED else ""
    return (
        f"D'ordinaire d'ici au {day_in_words(until)}{lacks_nothing}. C'est une indication, pas un "
        "engagement."
    )


def cancelled_in_words(case: Case) -> str:
    """Say that the service has cancelled the last taking again of a decision; else nothing."""
    if not case.cancelled or case.cancelled[0].withdrawn_at is None:
        return ""
    when = instant_in_words(case.cancelled[0].withdrawn_at, case.registration.service.zone)
    return (
        f"Votre service gestionnaire avait repris la décision ; il y a renoncé le {when} : la "
        "décision notifiée reste en vigueur."
    )


def taken_again_in_words(case: Case) -> str:
    """Say that the service has taken the decision again, since when and why; else nothing."""
    if case.instead_of_id is None:
        return ""
    when = instant_in_words(case.begun_at, case.registration.service.zone)
    why = TAKEN_AGAIN[Again(case.again)]
    return (
        f"Votre service gestionnaire a repris la décision le {when}, {why}. La décision déjà "
        "notifiée reste en vigueur jusqu'à la nouvelle, qui la remplacera."
    )


def awaited_in_words(case: Case, *, at: datetime, papers: str = "", is_listed: bool = False) -> str:
    """Say in one line what a request waits for, and from whom; of one that is over, nothing.

    Beside the list of what its candidate has to do (`is_listed`), only what that list does not say.
    """
    if case.state == State.PREPARING:
        if case.asked_at is None and is_over(case.registration, at):
            return deadline_in_words(case.registration, at=at)
        kept = kept_date_in_words(case)
        to_do = "" if is_listed else f"À vous : {_to_do(case, at=at)}"
        return f"{to_do} {f'{kept} {NO_DATE}' if kept else ''}".strip()
    if case.state == State.INCOMPLETE:
        said = f"{lacking_in_words(case)} {NO_DATE}"
        return said if is_listed else f"À vous : {said}"
    if case.state == State.OPINION_GIVEN:
        return f"L'avis du médecin est rendu. {_decider(case)}".strip()
    state = State(case.state)
    said = _left_by_its_doctor(case) or AWAITED.get(state, "")
    if case.state in LACKING and papers:
        said = f"À vous : déposez {papers}. {LACKING[state]} {said}"
    if not case.is_complete_after_all:
        return said
    return f"{WITHOUT_AN_ANSWER if is_set_aside(case) else COMPLETE_AFTER_ALL} {said}"


def _left_by_its_doctor(case: Case) -> str:
    """Say that the doctor who had a request cannot go on with it, and who takes it then; else nothing."""
    if case.left_at is None:
        return ""
    service = case.registration.service
    day = day_in_words(local_day(case.left_at, service.zone))
    return (
        f"Le médecin qui avait votre demande ne l'a plus depuis le {day} : un autre médecin désigné "
        f"({service.academy.full_name}) la prendra en charge."
    )


def lacking_in_words(case: Case) -> str:
    """Say what an incomplete request lacks: once its doctor has an answer, to be sent again alone."""
    return ANSWERED if is_answered(case) else ended(case.missing)


def handled_in_words(case: Case) -> str:
    """Say to the managing service in one line what a request waits for, and from whom."""
    if case.is_taken_up:
        return f"Le candidat modifie sa demande. {kept_date_in_words(case)}"
    if case.is_asked_by_doctor:
        return "Le candidat répond au médecin, qui lui demande un papier ou une précision."
    if case.state == State.INCOMPLETE and not case.registration.candidate.has_account:
        return f"Le candidat envoie sur papier ce qui manque : {case.missing}"
    if case.state == State.INCOMPLETE:
        return f"Le candidat complète sa demande : {case.missing}"
    if case.state == State.OPINION_GIVEN:
        return _decider(case)
    return HANDLED.get(State(case.state), "")


def _decider(case: Case) -> str:
    asked = rules_for(case.registration, case)
    return f"La décision est prise par : {asked.decision.authority}." if asked else ""


def _to_do(case: Case, *, at: datetime) -> str:
    again = " de nouveau" if case.is_taken_up else ""
    if case.registration.is_minor(at) and case.signature is None:
        return (
            "finissez votre demande, faites-la signer par votre représentant légal, puis "
            f"envoyez-la{again}."
        )
    return f"finissez votre demande, puis envoyez-la{again}."


def sent_in_words(case: Case) -> str:
    """Say when a request was sent first, then again, by the clock of its service."""
    zone = case.registration.service.zone
    if case.asked_at is None:
        return ""
    first = case.first_asked_at or case.asked_at
    if case.posted_on is not None:
        return _posted_in_words(case, case.posted_on, is_again=first != case.asked_at)
    said = f"Le {instant_in_words(first, zone)}"
    if first == case.asked_at:
        return said
    # Nothing says that something was added, or changed: it was sent again.
    return f"{said}, puis de nouveau le {instant_in_words(case.asked_at, zone)}"


def _posted_in_words(case: Case, posted_on: date, *, is_again: bool) -> str:
    """Say when what came on paper was posted, and that it was sent again from a space since."""
    day = day_in_words(posted_on)
    if not is_again:
        return f"Par courrier, posté le {day}"
    if (
        was_entered_last(case)
        or not case.registration.candidate.has_account
        or case.asked_at is None
    ):
        return f"Par courrier, le dernier posté le {day}"
    again = instant_in_words(case.asked_at, case.registration.service.zone)
    return f"Par courrier, posté le {day}, puis de nouveau le {again}"


def taken_back_in_words(case: Case) -> str:
    """Say that a request was taken back, since when, and whether it fell with its registration."""
    registration = case.registration
    if case.withdrawn_at is None:
        return ""
    sent = sent_in_words(case)
    asked = f", envoyée {within(sent)}," if sent else ", qui n'était pas envoyée,"
    with_it = " avec votre inscription" if registration.withdrawn_at == case.withdrawn_at else ""
    when = instant_in_words(case.withdrawn_at, registration.service.zone)
    return f"Votre demande d'aménagement{asked} a été retirée{with_it} le {when}."


def fallen_in_words(fallen: Case) -> str:
    """Say to whoever is registered anew that a request fell with the registration that they left.

    Whatever they declare now: they may not have known that it would fall.

    Args:
        fallen: the request, as `queries.fallen_before` finds it.
    """
    return (
        f"Votre demande d'aménagement pour l'inscription n°{fallen.registration.number} a été retirée "
        "avec elle : si vous en avez toujours besoin, refaites-la."
    )


def kept_date_in_words(case: Case) -> str:
    """Say that a request that its candidate is changing keeps the date of its first sending."""
    first = case.first_asked_at or case.asked_at
    if first is None:
        return ""
    in_time = " : elle n'est pas tardive" if came_in_time(case) else ""
    if case.posted_on is not None:
        return f"Postée le {day_in_words(case.posted_on)}, elle garde cette date{in_time}."
    when = instant_in_words(first, case.registration.service.zone)
    return f"Envoyée le {when}, elle garde cette date{in_time}."


def emptied_in_words(
    case: Case, sat: Iterable[Sat] | None = None, *, is_filing: bool = False
) -> str:
    """Say of a request that others look at which measures are for no épreuve any more; or nothing.

    Args:
        case: the request, with its registration.
        sat: the épreuves that are sat, read where they are not known; nothing is read where no
            modification was filed: what was asked for is what was sat.
        is_filing: whether they are those of a modification about to be filed.
    """
    registration = case.registration
    if case.is_writable or not case.is_undecided:
        return ""
    if sat is None and registration.amended_at is None:
        return ""
    measures = emptied(case, sat_for(registration, case) if sat is None else sat)
    if not measures:
        return ""
    named = quoted(one.label for one in measures)
    others, may = "Si vous en voulez pour d'autres,", may_take_up(case, registration)
    if not is_filing:
        act = "modifiez votre demande" if may else "écrivez à votre service gestionnaire"
        return f"Vous ne passez plus aucune des épreuves choisies pour {named}. {others} {act}."
    act = (
        "modifiez votre demande d'aménagement une fois cette modification enregistrée"
        if may
        else "écrivez à votre service gestionnaire : votre demande d'aménagement est déjà étudiée"
    )
    return (
        "Avec cette modification, vous ne passerez plus aucune des épreuves choisies pour "
        f"{named}. {others} {act}."
    )


def undeclared_in_words(case: Case | None, *, is_filing: bool = False) -> str:
    """Say what becomes of a request, or of its decision, where no handicap is declared any more.

    An answer takes nothing back that was sent.

    Args:
        case: the last request, with its registration, if there is one.
        is_filing: whether that answer is about to be filed; else it is.
    """
    if case is None:
        return ""
    if case.asked_at is None:
        return _undeclared_unsent(case, is_filing=is_filing)
    said = "Vous répondez maintenant" if is_filing else "Votre inscription répond"
    if case.state == State.NOTIFIED or case.instead_of_id is not None:
        return (
            f"{said} « Non » à la question sur le handicap : la décision d'aménagement notifiée "
            "reste en vigueur. Pour y renoncer, écrivez à votre service gestionnaire."
        )
    if case.state == State.DECIDED:
        return (
            f"{said} « Non » à la question sur le handicap : votre demande d'aménagement reste, et "
            "la décision vous sera notifiée. Pour y renoncer, écrivez à votre service gestionnaire."
        )
    return (
        f"{said} « Non » à la question sur le handicap : votre demande d'aménagement reste, et sera "
        "décidée. Si vous n'en voulez plus, retirez-la avec « Retirer ma demande », à la page "
        "« Aménagement d'épreuves »."
    )


def _undeclared_unsent(case: Case, *, is_filing: bool) -> str:
    if is_filing:
        return (
            "Vous répondez maintenant « Non » à la question sur le handicap : votre demande "
            "d'aménagement, qui n'est pas envoyée, sera retirée."
        )
    if case.withdrawn_at is not None:
        return ""
    return (
        "Votre inscription répond « Non » à la question sur le handicap. Votre demande d'aménagement "
        "s'envoie quand même ; si cette réponse n'est plus la vôtre, changez-la dans votre inscription."
    )


def deadline_in_words(registration: Registration, *, at: datetime) -> str:
    """Say until when a request is in time, or that it is late and may still be sent."""
    said = registration.service.said(deadline_of(registration), registration.reader_zone)
    if not is_late(registration, at):
        return f"À envoyer avant le {said}."
    if takes_late(registration, at):
        until = late_until(registration)
        last = registration.service.said(until, registration.reader_zone) if until else ""
        return (
            f"La date limite, le {said}, est passée. Une demande tardive est reçue"
            f"{f' avant le {last}' if last else ''}, si vous en donnez la raison."
        )
    return over_in_words(registration)


def over_in_words(registration: Registration) -> str:
    """Say that the deadline of a request has passed, and which one it was."""
    said = registration.service.said(deadline_of(registration), registration.reader_zone)
    return f"La date limite, le {said}, est passée."
