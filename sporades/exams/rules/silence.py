"""What nobody's answer means, and from when: of what is asked for and of an appeal alike (CRPA L. 231-1)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sporades.core.days import months_after
from sporades.core.french import day_in_words
from sporades.exams.schema.legal import Meaning

TAKEN_BACK_WITHIN_MONTHS = 4
"""In which a decision that gives a right, silent or not, may be taken back (CRPA L. 242-1)."""
_CODE = "code des relations entre le public et l'administration"


@dataclass(frozen=True)
class Silence:
    """What it means that nobody has answered.

    Attributes:
        on: the last day of the answer: the silence of that day decides.
        meaning: what it decides.
        is_sent_since: whether what it has accepted was sent again after that day, perhaps with more.
    """

    on: date
    meaning: Meaning
    is_sent_since: bool = False

    @classmethod
    def after(
        cls, received_on: date, *, months: int, meaning: Meaning, paused: int = 0
    ) -> "Silence":
        """Return that of what was received on a day.

        Args:
            received_on: that day, where the service is.
            months: for how long silence lasts before it decides.
            meaning: what it then means.
            paused: for how many days of it something was awaited from who asks (CRPA L. 114-5).
        """
        return cls(months_after(received_on, months) + timedelta(days=paused), meaning)

    def has_decided(self, today: date) -> bool:
        """Return whether it has: its day is over, by the clock of the service.

        Args:
            today: the day there.
        """
        return today > self.on

    def has_accepted(self, today: date) -> bool:
        """Return whether it has, and gives what is asked for."""
        return self.meaning is Meaning.ACCEPTED and self.has_decided(today)

    def in_words(self, today: date) -> str:
        """Say it to the office: of what will come, when; of what has, since when."""
        day = day_in_words(self.on)
        if self.has_decided(today):
            return f"Le silence vaut {self.meaning} depuis le {day}{self._but_what_is_added}"
        return f"Sans réponse, le silence vaudra {self.meaning} le {day}"

    def taken_back_in_words(self) -> str:
        """Say to who asked that what silence had accepted is taken back (CRPA L. 242-1)."""
        return (
            f"Faute de réponse, cette demande était réputée acceptée depuis le {day_in_words(self.on)}"
            f"{self._but_what_is_added}. La présente décision retire cette acceptation pour ce qu'elle n'accorde pas "
            f"({_CODE}, article L. 242-1)."
        )

    def to_refuse_in_words(self, today: date, *, act: str = "Refuser, même en partie,") -> str:
        """Say to who may refuse what the law makes of it once silence has accepted; else nothing.

        Args:
            today: the day there.
            act: what would take it back.

        Source: CRPA L. 242-1 (illegal, within four months), L. 211-2, 4° and L. 121-1 (reasons, and
        what whoever has the right says of it first).
        """
        if not self.has_accepted(today):
            return ""
        last = months_after(self.on, TAKEN_BACK_WITHIN_MONTHS)
        within = (
            f"ce délai est passé depuis le {day_in_words(last)}"
            if today > last
            else f"jusqu'au {day_in_words(last)}"
        )
        added = (
            f" Refuser ce qui a été ajouté après le {day_in_words(self.on)} n'en retire rien."
            if self.is_sent_since
            else ""
        )
        return (
            f"{act} retire cette acceptation : seulement si elle est illégale, dans "
            f"les quatre mois ({within}), par une décision motivée, le candidat ayant pu présenter "
            f"ses observations ({_CODE}, articles L. 121-1, L. 211-2 et L. 242-1).{added}"
        )

    @property
    def _but_what_is_added(self) -> str:
        return ", sauf pour ce qui y a été ajouté après ce jour" if self.is_sent_since else ""
