"""Two candidates beside each other: what each of them is, and where they differ."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.text import capfirst

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate
from sporades.candidates.words import identity_in_words
from sporades.core.french import instant_in_words
from sporades.core.phones import phone_in_words
from sporades.doubles.models import LikelyDouble
from sporades.mail.queries import undelivered_to
from sporades.registrations.models import Draft, Registration
from sporades.threads.models import ThreadMessage

NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """One fact about both.

    Attributes:
        label: of what.
        one, other: what it is of each.
        compares: whether to be different says something.
    """

    label: str
    one: str
    other: str
    compares: bool = True

    @property
    def difference(self) -> str:
        """Say whether they differ, in words: a colour is not seen by all."""
        if not self.compares or self.one == self.other == NOTHING:
            return NOTHING
        return "Identique" if self.one == self.other else "Différent"

    @property
    def is_different(self) -> bool:
        """Whether they differ."""
        return self.compares and self.one != self.other


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes:
        candidate: who.
        filed: their registrations, the last first, with how many documents and messages each has.
        begun: how many registrations they have begun and not filed, where the reader sees.
    """

    candidate: Candidate
    filed: list[Registration]
    begun: int

    @property
    def last(self) -> Registration | None:
        """The registration that says where they live by now."""
        return self.filed[0] if self.filed else None


def sides_of(persons: Iterable[Candidate], *, reach: Reach) -> list[Side]:
    """Return two candidates with what they hold; of what is begun, what lies within a perimeter."""
    both = list(persons)
    filed = Registration.objects.filter(candidate__in=both).for_office()
    rows = list(
        filed.annotate(documents_count=Count("folder__documents")).order_by("-filed_at", "-pk")
    )
    messages = _counts(
        ThreadMessage.objects.filter(registration__candidate__in=both), "registration"
    )
    typed = Draft.objects.open().touched().within(reach)
    begun = _counts(typed.filter(candidate__in=both), "candidate")
    for row in rows:
        row.messages_count = messages.get(row.pk, 0)
    return [
        Side(one, [row for row in rows if row.candidate_id == one.pk], begun.get(one.pk, 0))
        for one in both
    ]


def lines_of(one: Side, other: Side) -> list[Line]:
    """Return what is compared of two persons: who they are, how they are reached."""
    told = [dict(_facts(side)) for side in (one, other)]
    labels = dict.fromkeys(label for said in told for label in said)
    own = {"N° candidat", "Compte", "Saisies en cours"}
    # Once merged, one of them holds nothing that could be compared.
    is_merged = any(side.candidate.is_merged for side in (one, other))
    return [
        Line(
            label,
            *(said.get(label) or NOTHING for said in told),
            compares=label not in own and not is_merged,
        )
        for label in labels
    ]


def kept_of(double: LikelyDouble, sides: list[Side]) -> int:
    """Return which of the two is kept, 1 or 2, or 0 where nothing is proposed."""
    keys = [side.candidate.pk for side in sides]
    return keys.index(double.kept_id) + 1 if double.kept_id in keys else 0


def told_elsewhere(sides: list[Side], *, kept: int) -> str:
    """Say of two of whom one receives letters, and will not once they are one, where messages will go.

    Args:
        sides: both.
        kept: which of the two is kept, 1 or 2, or 0 where nothing is proposed.
    """
    both = [side.candidate for side in sides]
    readers = [one for one in both if one.has_account]
    if not readers and kept and not both[kept - 1].by_letter:
        readers = [both[kept - 1]]
    if not readers or not any(one.by_letter for one in both):
        return ""
    reader = readers[0]
    used, refused = _account(reader), undelivered_to(reader.address)
    said = (
        "Le dossier qui reçoit des courriers n'en recevra plus : ses messages iront à "
        f"{reader.address} ({used[:1].lower()}{used[1:]})."
    )
    if refused:
        day = instant_in_words(refused.written_at, settings.TIME_ZONE)
        said += f" Le dernier mail à cette adresse, écrit le {day}, a été refusé."
    return f"{said} Assurez-vous d'abord qu'il la lit encore."


def _facts(side: Side) -> Iterator[tuple[str, str]]:
    candidate, last = side.candidate, side.last
    yield "N° candidat", candidate.number or ""
    yield from _identity(candidate)
    yield "Compte", _account(candidate)
    yield "Adresse mail", candidate.address
    if last is not None:
        yield "Adresse postale", _address(last)
        yield "Téléphone", ", ".join(phone_in_words(said) for said in _phones(last))
        yield "INE", last.ine
    yield "Saisies en cours", str(side.begun)


def _identity(candidate: Candidate) -> Iterator[tuple[str, str]]:
    said = dict(identity_in_words(candidate.identity))
    for label in (
        "Civilité",
        "Nom de famille",
        "Nom d'usage",
        "Prénoms",
        "Date de naissance",
        "Lieu de naissance",
        "Nationalité",
    ):
        yield label, said.get(label, "")


def _account(candidate: Candidate) -> str:
    if candidate.user is None:
        return "Sans compte"
    last = candidate.user.last_login
    used = f"dernière connexion le {instant_in_words(last, settings.TIME_ZONE)}" if last else ""
    return capfirst(used) or "Compte jamais ouvert depuis son activation"


def _address(registration: Registration) -> str:
    lines = [getattr(registration, f"address_{line}") for line in range(1, 5)]
    town = f"{registration.postcode} {registration.town}".strip()
    return ", ".join(filter(None, (*lines, town)))


def _phones(registration: Registration) -> list[str]:
    return [said for said in (registration.mobile, registration.phone) if said]


def _counts(rows: Any, by: str) -> dict[int, int]:
    return dict(rows.values_list(by).annotate(count=Count("pk")))
