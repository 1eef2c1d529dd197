"""« Notification d'aménagement d'épreuves »: what is decided of each measure, by whom, how to contest it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.contesting import UNPOSTED, contest_in_words, review_in_words
from sporades.accommodations.models import Again, AskedMeasure, Case
from sporades.accommodations.operations import AuthorMissing
from sporades.accommodations.replacing import replaced_by, taken_away
from sporades.accommodations.rules import Sat, decision_on_papers, rules_for, sat_for
from sporades.core.french import day_in_words, hour_in_words, local_day, within
from sporades.core.refusals import Refused
from sporades.documents.disclosure import facts_of
from sporades.documents.kinds import Content, Facts, Kind
from sporades.registrations.snapshot import contact_of

REPLACES = {
    "": "La présente décision remplace la décision du {day}.",
    Again.APPEAL: "La présente décision fait suite à un recours et remplace la décision du {day}.",
    Again.ERROR: "La présente décision corrige et remplace la décision du {day}.",
}


COURT = (
    "Le tribunal compétent est celui du lieu où siège l'autorité qui décide. Pour connaître son nom et "
    "son adresse, demandez à votre service gestionnaire, ou à l'accueil d'un tribunal administratif."
)
"""How the court is found: neither a réglementation nor the territories say which one it is there."""


class MentionsMissing(Refused):
    """The réglementation does not say how a decision is contested (L-03)."""

    message = (
        "La réglementation ne dit pas comment contester une décision d'aménagement : elle ne peut "
        "pas être notifiée."
    )


@dataclass(frozen=True)
class Notified:
    """What a notification is made from.

    Attributes:
        case: decided, with its registration.
        at: the instant at which it is notified.
        measures: what is decided of each, where it is not saved yet; else those of the request.
        takes_back: what it says of the acceptance by silence that it takes back, if it does.
    """

    case: Case
    at: datetime
    measures: tuple[AskedMeasure, ...] = ()
    takes_back: str = ""


def content(source: Notified) -> Content:
    """Return everything that a notification prints; nothing of health, and no opinion.

    Raises:
        MentionsMissing, AuthorMissing: it would not say what the law asks for.
    """
    case, registration = source.case, source.case.registration
    service, rules = registration.service, rules_for(registration, case)
    if rules is None or not rules.decision.appeal:
        raise MentionsMissing
    author = (case.decided_first_name, case.decided_last_name, case.decided_quality)
    if case.decided_at is None or not all((*author, case.decided_service)):
        raise AuthorMissing
    zone, sat = service.zone, sat_for(registration, case)
    measures = list(source.measures or case.measures.all())
    former = replaced_by(case)
    decided_on = day_in_words(local_day(case.decided_at, zone))
    return {
        "title": registration.title,
        "name": registration.identity.full_name,
        "birth_name": registration.identity.birth_name_beside,
        "born": registration.identity.born_in_digits,
        "registration_number": registration.number,
        "candidate_number": registration.candidate.number,
        "academy_name": service.academy.name,
        "decided_on": decided_on,
        "authority": rules.decision.authority,
        "author": f"Décision prise par : {case.author_in_words}, le {decided_on}.",
        "replaces": source.takes_back or _replaces(case, former, zone),
        "measures": [
            {
                "label": one.named,
                "papers": decision_on_papers(one, sat),
                "said": one.decision_in_words,
                "reason": one.reason,
            }
            for one in measures
        ],
        "lost": taken_away(former, measures, sat, rules) if former else [],
        "validity": rules.decision.validity if any(one.decided_code for one in measures) else "",
        "appeal": rules.decision.appeal,
        "court": COURT,
        "review": review_in_words(
            rules.decision.address, has_space=registration.candidate.has_account
        ),
        "until": contest_in_words(
            case,
            source.at,
            None,
            posting=None if registration.candidate.has_account else UNPOSTED,
        ),
        "zone": zone,
        "service": contact_of(service),
    }


def _replaces(case: Case, former: Case | None, zone: str) -> str:
    if former is None or former.decided_at is None:
        return ""
    day = local_day(former.decided_at, zone)
    said = day_in_words(day)
    # Of one day, the hour tells which is which.
    if case.decided_at is not None and local_day(case.decided_at, zone) == day:
        said = f"{said} à {hour_in_words(former.decided_at, zone)}"
    return REPLACES[case.again].format(day=said)


def decided_on_papers(case: Case, one: AskedMeasure, sat: Iterable[Sat]) -> str:
    """Say for which épreuves a measure is granted: as it was notified too, where a part was refused.

    Of those that are sat no more nothing else would say what was refused of them, and may be contested.

    Args:
        case: the request.
        one: a measure of it, which is not refused.
        sat: the épreuves that are sat today.
    """
    today = decision_on_papers(one, sat)
    notified = case.notification.content["measures"] if case.notification else ()
    then = next((said["papers"] for said in notified if said["label"] == one.named), today)
    is_in_part = bool(one.decided_papers) or one.decided_code != one.code
    if then == today or not is_in_part:
        return today
    return f"Selon la notification, {within(then)}. Aujourd'hui, {within(today)}"


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, of whom, on which day; no measure."""
    return facts_of(said, ("Décision du", said["decided_on"]))


NOTIFICATION = Kind(
    slug="decision-amenagement",
    title="Notification d'aménagement d'épreuves",
    public_title="Décision administrative",
    template="accommodations/typst/notification.typ",
    content=content,
    public_facts=public_facts,
    published_by_issue=True,
    stays_readable=True,
    is_on_accommodations=True,
)
