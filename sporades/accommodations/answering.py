"""« Réponse à un recours »: why an appeal against a decision is refused, by whom, where one goes then."""

from dataclasses import dataclass
from datetime import datetime

from sporades.accommodations.contesting import ONLY_ONCE, UNPOSTED, answer_in_words, clock_of
from sporades.accommodations.models import Appeal
from sporades.accommodations.notification import COURT, MentionsMissing
from sporades.accommodations.queries import decision_of
from sporades.accommodations.rules import rules_for
from sporades.core.french import day_in_words, local_day
from sporades.documents.disclosure import facts_of
from sporades.documents.kinds import Content, Facts, Kind
from sporades.registrations.snapshot import contact_of

REJECTED = "Votre recours est rejeté : la décision reste telle qu'elle vous a été notifiée."
REJECTED_SINCE = (
    "Votre recours est rejeté. Une autre décision, notifiée depuis, a remplacé celle-ci."
)


@dataclass(frozen=True)
class Refusal:
    """What an answer is made from.

    Attributes:
        appeal: refused, with its request and its registration.
        at: the instant.
    """

    appeal: Appeal
    at: datetime


def content(source: Refusal) -> Content:
    """Return everything that an answer prints; what is contested is not repeated.

    Raises:
        MentionsMissing: it would not say how it is contested (L-03).
    """
    appeal, case = source.appeal, source.appeal.case
    registration = case.registration
    service, rules = registration.service, rules_for(registration, case)
    if rules is None or not rules.decision.appeal:
        raise MentionsMissing
    zone = service.zone
    answered_on = day_in_words(local_day(source.at, zone))
    decided_on = day_in_words(local_day(case.decided_at or source.at, zone))
    return {
        "title": registration.title,
        "name": registration.identity.full_name,
        "birth_name": registration.identity.birth_name_beside,
        "born": registration.identity.born_in_digits,
        "registration_number": registration.number,
        "candidate_number": registration.candidate.number,
        "academy_name": service.academy.name,
        "answered_on": answered_on,
        "authority": rules.decision.authority,
        "about": f"Recours reçu le {day_in_words(appeal.received_on)}, contre la décision du "
        f"{decided_on} sur la demande d'aménagement d'épreuves.",
        "said": REJECTED if decision_of(registration) == case else REJECTED_SINCE,
        "reason": appeal.reason,
        "until": answer_in_words(
            appeal,
            source.at,
            None,
            clock_of(case),
            posting=None if registration.candidate.has_account else UNPOSTED,
        ),
        "appeal": f"{rules.decision.appeal} {ONLY_ONCE}",
        "court": COURT,
        "author": f"Réponse donnée par : {appeal.author_in_words}, le {answered_on}.",
        "zone": zone,
        "service": contact_of(service),
    }


def public_facts(said: Content) -> Facts:
    """Return what a third party may check: what for, of whom, on which day; no measure."""
    return facts_of(said, ("Décision du", said["answered_on"]))


ANSWER = Kind(
    slug="reponse-recours",
    title="Réponse à un recours",
    public_title="Décision administrative",
    template="accommodations/typst/answer.typ",
    content=content,
    public_facts=public_facts,
    published_by_issue=True,
    stays_readable=True,
    is_on_accommodations=True,
    stands_alone=True,
)
