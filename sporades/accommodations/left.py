"""What is left to do of a request, in words: which act comes next, until when, which papers lack (H1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sporades.accommodations.late import Lateness
from sporades.accommodations.models import Case
from sporades.accommodations.queries import papers_called_for_by
from sporades.accommodations.rules import deadline_of, is_late, late_until, takes_late
from sporades.registrations.models import Registration


class Act(StrEnum):
    """What its candidate does of a request, in the order in which it is done."""

    ANSWER = "answer"
    """Its doctor asks for something."""
    READ = "read"
    """A decision that was notified is not opened yet."""
    MEASURES = "measures"
    SPECIFY = "specify"
    PAPERS = "papers"
    """The épreuves of a measure are to be ticked."""
    LATE = "late"
    """The deadline has passed, and would refuse what is asked as it stands."""
    CONFIDE = "confide"
    """A mandatory paper of health is missing: the request may be sent without it (adr/0030)."""
    SIGN = "sign"
    SEND = "send"


WORDS = {
    Act.READ: "Lire la notification de la décision précédente",
    Act.MEASURES: "Choisir les mesures que vous demandez",
    Act.SPECIFY: "Préciser les mesures choisies",
    Act.PAPERS: "Choisir les épreuves de chaque mesure",
    Act.LATE: "{late}",
    Act.CONFIDE: "Déposer {papers}",
    Act.SIGN: "Faire signer la demande par votre représentant légal",
}
LATE_WORDS = {
    Lateness.FIRST: "Dire pourquoi votre demande est tardive",
    Lateness.ADDING: "Dire pourquoi ce que vous y ajoutez est tardif",
    Lateness.CLOSED: "Retirer de votre demande ce que vous y ajoutez trop tard",
}
"""What is to be done of a request that the deadline would refuse: see `late.unsaid_of`."""


@dataclass(frozen=True)
class Left:
    """What is left to do of a request that its candidate may write.

    Attributes:
        acts: all but to send it, in their order.
        papers: the mandatory papers that are still to be confided, in words.
        late: what the deadline asks to be said or left out.
    """

    acts: tuple[Act, ...]
    papers: str = ""
    late: Lateness = Lateness.NONE

    @property
    def next(self) -> Act:
        """The act that comes next: the one main button of the page."""
        return next(iter(self.acts), Act.SEND)

    def up_to_the_sending(self, *, again: bool) -> list[tuple[Act, str]]:
        """Return each act in words, up to the sending.

        Args:
            again: whether the request was sent before.
        """
        late = LATE_WORDS.get(self.late, "")
        said = [(act, WORDS[act].format(papers=self.papers, late=late)) for act in self.acts]
        # Whoever signs reads it again first.
        send = "Envoyer" if Act.SIGN in self.acts else "Relire et envoyer"
        return [*said, (Act.SEND, f"{send}{' de nouveau' if again else ''} la demande")]


def unsent_in_words(case: Case, *, at: datetime, by_office: bool = False) -> str:
    """Say to whoever signs that a request is not sent, and until when it is; of one that is sent, nothing.

    Args:
        case: with its registration.
        at: now.
        by_office: whether the managing service reads it: by its own clock then.

    Returns:
        The end of a sentence that begins with the request.
    """
    if not case.is_writable:
        return ""
    if case.asked_at is not None:
        return (
            "n'est pas encore envoyée de nouveau : aucune date limite n'est fixée pour cela, mais "
            "personne ne l'étudie d'ici là."
        )
    registration = case.registration
    service = registration.service
    reader = "" if by_office else registration.reader_zone
    said = service.said(deadline_of(registration), reader)
    if not is_late(registration, at):
        return f"n'est pas encore envoyée : elle est à envoyer avant le {said}."
    late = f"n'est pas encore envoyée, et la date limite, le {said}, est passée"
    if not takes_late(registration, at):
        return f"{late}."
    until = late_until(registration)
    last = f" avant le {service.said(until, reader)}" if until else ""
    return f"{late} : une demande tardive est encore reçue{last}."


def papers_in_hand(case: Case, registration: Registration, given: Iterable[str]) -> str:
    """Say whether the mandatory papers of health of a request that was sent are confided.

    Of one that came on paper, whose account was claimed since, some may be confided here too.

    Args:
        case: the request, with its measures.
        registration: whose.
        given: the codes of those that are.
    """
    held = set(given)
    if case.is_on_paper and not held:
        return "Sur papier" if case.has_envelope else "Sur papier, sans enveloppe"
    due = {one.code for one in papers_called_for_by(case, registration) if one.is_mandatory}
    missing = len(due - held)
    if case.has_envelope:
        return f"{'Déposés en partie' if missing else 'Tous déposés'}, et une enveloppe sur papier"
    if not missing:
        return "Tous déposés"
    return "Il en manque un" if missing == 1 else f"Il en manque {missing}"
