"""How alike two candidates are: a pure rule, and its reasons in words.

It never decides anything: two persons look, and say. Twins share a birth date, a birthplace, an
address and a telephone: what is shared makes nobody alike whose names are not.
"""

from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from itertools import product

CLOSE = 0.8
"""From how alike on two names may be one name written twice: « Dupont » and « Dupond » are."""
ENOUGH = 8
"""From how many points on two candidates are shown to somebody."""

type Birth = tuple[int, int | None, int | None]
type Found = tuple[int, str]

NOTHING: Found = (0, "")
TWINS = "Prénoms différents pour une même date de naissance : peut-être des jumeaux."
NAMESAKES = "Lieux de naissance différents : peut-être des homonymes."
OTHER_INE = "INE différents."


@dataclass(frozen=True)
class Person:
    """What is compared of a candidate. Names and places are search keys.

    Attributes:
        birth_name, usage_name, first_names: the names.
        birth: year, month and day, which may be unknown.
        birth_place: where they were born, as one key.
        ines, phones, addresses, boxes: what their registrations and their account say of them:
            national identifiers, telephones, postal addresses, letter boxes.
    """

    birth_name: str
    usage_name: str
    first_names: str
    birth: Birth
    birth_place: str
    ines: frozenset[str] = field(default_factory=frozenset)
    phones: frozenset[str] = field(default_factory=frozenset)
    addresses: frozenset[str] = field(default_factory=frozenset)
    boxes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Likeness:
    """Why two candidates may be one person.

    Attributes:
        reasons: what they share, in words, the strongest first.
        doubts: what speaks against it, in words.
        is_strong: whether nothing but a coincidence would make them two persons.
    """

    reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    is_strong: bool


def likeness(one: Person, other: Person) -> Likeness | None:
    """Return why two candidates may be one person, or nothing when they are not alike."""
    names, birth = _names(one, other), _birth(one.birth, other.birth)
    shared = _shared(one, other)
    same_ine = bool(one.ines & other.ines)
    other_ine = bool(one.ines and other.ines) and not same_ine
    points = names[0] + birth[0] + sum(worth for worth, _ in shared) - 4 * other_ine
    by_name = names[0] >= 3 and birth[0] >= 2 and points >= ENOUGH  # noqa: PLR2004 - points
    if not by_name and not (same_ine and (names[0] or birth[0])):
        return None
    doubts = _doubts(one, other, names=names, birth=birth, other_ine=other_ine)
    reasons = [words for worth, words in (names, birth, *shared) if worth]
    return Likeness(
        tuple(reasons),
        tuple(doubts),
        is_strong=names[0] >= 4 and birth[0] == 4 and bool(shared) and not doubts,  # noqa: PLR2004
    )


def slips_of(birth: Birth) -> list[Birth]:
    """Return the birth dates that one slip makes of a whole one: a digit, or day and month."""
    year, month, day = birth
    if month is None or day is None:
        return []
    digits = f"{day:02}{month:02}{year:04}"
    slips = {(year, day, month)}
    for place, digit in product(range(len(digits)), "0123456789"):
        written = digits[:place] + digit + digits[place + 1 :]
        slips.add((int(written[4:]), int(written[2:4]), int(written[:2])))
    return sorted(one for one in slips if one != birth and _can_be(one))


def _can_be(birth: tuple[int, int, int]) -> bool:
    try:
        date(*birth)
    except ValueError:
        return False
    return True


def _names(one: Person, other: Person) -> Found:
    has_same_birth_name = one.birth_name == other.birth_name
    has_same_first_names = one.first_names == other.first_names
    has_close_first_names = _are_close_first_names(one.first_names, other.first_names)
    has_close_birth_name = _are_close(one.birth_name, other.birth_name)
    is_by_use = bool(_surnames(one) & _surnames(other))
    same_name = "Même nom de famille" if has_same_birth_name else "Même nom d'usage"
    told = (
        (has_same_birth_name and has_same_first_names, 5, "Mêmes nom de famille et prénoms."),
        (_words(one) == _words(other), 4, "Mêmes nom et prénoms, dans un autre ordre."),
        (is_by_use and has_same_first_names, 4, f"{same_name}, mêmes prénoms."),
        (is_by_use and has_close_first_names, 4, f"{same_name}, prénoms proches."),
        (
            has_close_birth_name and has_same_first_names,
            4,
            "Noms de famille proches, mêmes prénoms.",
        ),
        (
            has_close_birth_name and has_close_first_names,
            3,
            "Noms de famille et prénoms proches.",
        ),
    )
    return next(((worth, words) for is_so, worth, words in told if is_so), NOTHING)


def _birth(one: Birth, other: Birth) -> Found:
    is_whole = one[2] is not None and other[2] is not None
    if one == other:
        return (4, "Même date de naissance.") if is_whole else (2, "Même date incomplète.")
    if not is_whole and all(
        here is None or there is None or here == there
        for here, there in zip(one, other, strict=True)
    ):
        return 2, "Dates de naissance compatibles, l'une incomplète."
    if not is_whole:
        return NOTHING
    if other == (one[0], one[2], one[1]):
        return 3, "Jour et mois de naissance inversés."
    if other in slips_of(one):
        return 2, "Dates de naissance à un chiffre près."
    return NOTHING


def _shared(one: Person, other: Person) -> list[Found]:
    same_place = bool(one.birth_place) and one.birth_place == other.birth_place
    told = (
        (6, one.ines & other.ines, "Même INE."),
        (2, one.boxes & other.boxes, "Même adresse mail."),
        (2, one.phones & other.phones, "Même téléphone."),
        (2, one.addresses & other.addresses, "Même adresse postale."),
        (1, same_place, "Même lieu de naissance."),
    )
    return [(worth, words) for worth, is_so, words in told if is_so]


def _doubts(
    one: Person, other: Person, *, names: Found, birth: Found, other_ine: bool
) -> list[str]:
    is_same_day = one.birth == other.birth
    is_other_given_name = _given(one) != _given(other) and _words(one) != _words(other)
    is_elsewhere = bool(one.birth_place and other.birth_place) and (
        one.birth_place != other.birth_place
    )
    told = (
        (is_same_day and is_other_given_name, TWINS),
        (bool(names[0]) and bool(birth[0]) and is_elsewhere, NAMESAKES),
        (other_ine, OTHER_INE),
    )
    return [words for is_so, words in told if is_so]


def _words(person: Person) -> list[str]:
    return sorted(f"{person.birth_name} {person.first_names}".split())


def _given(person: Person) -> str:
    """Return the first of the first names, by which twins are told apart."""
    return person.first_names.partition(" ")[0]


def _surnames(person: Person) -> set[str]:
    return {name for name in (person.birth_name, person.usage_name) if name}


def _are_close_first_names(one: str, other: str) -> bool:
    here, there = one.split(), other.split()
    if not here or not there:
        return False
    return (
        here[0] == there[0]
        or set(here) <= set(there)
        or set(there) <= set(here)
        or _are_close(one, other)
        or _are_close(here[0], there[0])
    )


def _are_close(one: str, other: str) -> bool:
    bare, other_bare = one.replace(" ", ""), other.replace(" ", "")
    return bool(bare and other_bare) and (
        bare == other_bare or SequenceMatcher(None, bare, other_bare).ratio() >= CLOSE
    )
