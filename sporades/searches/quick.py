"""What is meant by a few words typed in one box."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_, or_

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q

from sporades.accounts.models import normalised_address
from sporades.accounts.permissions import Reach
from sporades.core.french import month_named
from sporades.core.numbers import is_valid
from sporades.core.phones import as_dialled, ways_to_dial
from sporades.core.text import clean, search_key
from sporades.registrations.models import Registration
from sporades.registrations.sections.identification import INE
from sporades.searches.catalogue import CRITERIA, FEWEST_DIGITS, REGISTRATION_DIGITS
from sporades.searches.criteria import EARLIEST, LATEST, NotADay, Unreadable
from sporades.searches.operators import Operator
from sporades.searches.queries import UNINDEXED, found
from sporades.searches.trees import Group, Leaf, Link

MANY = 200
"""How many who bear a name as it was typed are enough, without those whose name resembles it."""

MOST_WORDS, SHORTEST_CUT, LONGEST_CUT = 4, 3, 20
"""Of which names another space is looked for: more would be many questions for no name that is borne."""

SHORTEST_MISSPELT, MOST_MISSPELT = 5, 10
"""In which words a slip is looked for: of a shorter one, one letter leads to too many others."""

SHORTEST_HALVED = 8
"""Which words are looked for by their halves: what is left of one by a slip has three letters at least."""

_OF_BIRTH = frozenset({"naissance", "annee_naissance"})
OF_THE_BOX = _OF_BIRTH | {
    *("nom_complet", "numero_inscription", "numero_candidat", "ine", "mail", "telephone")
}
"""The criteria that it asks by."""

NOT_UNDERSTOOD = (
    "Ce que vous cherchez n'a pas été compris : indiquez un numéro, une adresse mail, un numéro de "
    "téléphone, ou un nom, seul ou suivi de la date de naissance, par exemple "
    "« Martin 28/02/2005 »."
)

TOO_SHORT = (
    "Ce numéro est trop court : celui d'une inscription a onze chiffres, celui d'un candidat huit au "
    "moins, un téléphone dix."
)
NOT_DIALLED = (
    "Un numéro de téléphone a dix chiffres, ou commence par le signe + et l'indicatif du pays : "
    "celui-ci est incomplet, ou a un chiffre de trop."
)
NO_YEAR = (
    "Ajoutez l'année de naissance, en quatre chiffres, après le jour et le mois : par exemple "
    "« Martin 28/02/2005 »."
)

_WHEN = re.compile(
    r"(?<![\w/.-])(?:"
    r"(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2} \d{1,2} \d{4}"
    r"|\d{1,2}(?:er)? [^\W\d_]+\.? \d{4})"
    r"|(?P<month>\d{1,2})[ /.-](?P<of>\d{4})"
    r"|(?P<named>[^\W\d_]+)\.? (?P<of_named>\d{4})"
    r"|(?P<year>\d{4})"
    r")(?![\w/.-])"
)
"""A day, a month or a year among other words, the longest form first."""

_BORN = re.compile(r"\bn[ée]+(?:\(e\))? (?:le|en)\b", re.IGNORECASE)
_SHORT_TELEPHONE = re.compile(r"[1-9]\d([ .]?)\d\d\1\d\d")
"""One of six figures: « 12 2005 » is a month."""

_WITHOUT_YEAR = re.compile(
    r"(?<![\w/.-])(?:0?[1-9]|[12]\d|3[01])"
    r"(?:[/.-](?:0?[1-9]|1[0-2])(?:[/.-]\d{2})?|(?:er)? (?P<named>[^\W\d_]+))(?![\w/.-])"
)
"""A day and a month, alone or with two figures of a year, among other words."""

_NUMBERED = re.compile(r"^n ?[°ºo] ?(?=\d)", re.IGNORECASE)


class NotUnderstood(Unreadable):
    """It is neither a number, a name, a birth date, an address, a telephone, nor a name and a birth date."""

    def __init__(self) -> None:
        """Say what to type."""
        super().__init__(NOT_UNDERSTOOD)


class Mistyped(Unreadable):
    """A number of ours whose last digit is not that of the others."""

    def __init__(self) -> None:
        """Say that a figure is wrong."""
        super().__init__(
            "Ce numéro a un chiffre faux ou deux chiffres inversés : relisez-le, ou faites-le redire."
        )


class Unfinished(Unreadable):
    """A number that is too short to be one of ours, or to be dialled."""


class NoYear(Unreadable):
    """A day of birth without its year, which whoever reads it knows."""

    def __init__(self) -> None:
        """Say to add it."""
        super().__init__(NO_YEAR)


def tree_of(typed: str) -> Group:
    """Return the tree that is meant by a number, a birth date, an address, a telephone, or else a name.

    An address that is not whole yet is that of whoever's begins so.

    A birth date, whole or without its day, may stand beside a name or a number: both are meant.

    Args:
        typed: what was typed, not empty.

    Raises:
        NotADay: a birth date that no calendar has; the message says so.
        Mistyped: a number of ours whose figures do not go together.
        Unfinished: a number whose figures are too few, or too many for a telephone.
        NoYear: a day of birth and its month, without a year.
        NotUnderstood: it holds figures that are none of these.
    """
    said = _NUMBERED.sub("", clean(typed))
    if "@" in said:
        if " " in said:
            raise NotUnderstood
        return Group(members=(_leaf("mail", _of_address(said), said),))
    day = _leaf("naissance", Operator.IS, said)
    if _is_a_day(day):
        return Group(members=(day,))
    if _is_a_telephone(said):
        return Group(members=(_leaf("telephone", Operator.IS, said),))
    if not any(sign.isdigit() for sign in said):
        return _named(said)
    if number := _number(said):
        return Group(members=(number,))
    return _with_birth(_BORN.sub(" ", said))


def _of_address(said: str) -> Operator:
    """Return how an address is asked for: one that is heard half, by how it begins."""
    try:
        validate_email(normalised_address(said))
    except ValidationError:
        return Operator.STARTS
    return Operator.IS


def _with_birth(said: str) -> Group:
    """Return what is meant by a birth date and what stands before or after it."""
    at = 0
    while read := _WHEN.search(said, at):
        at, born = read.start() + 1, _born(read)
        if born is None:
            continue
        rest = clean(f"{said[: read.start()]} {said[read.end() :]}")
        if not search_key(rest):
            return Group(members=(born,))
        if not any(sign.isdigit() for sign in rest):
            return Group(members=(born, _named(rest)))
        if number := _number(rest):
            return Group(members=(born, number))
    raise _unreadable(said)


def _unreadable(said: str) -> Unreadable:
    """Return what to say of figures that are no number, nor anything else that is looked for."""
    days = _WITHOUT_YEAR.finditer(said)
    if any(not one["named"] or month_named(one["named"]) for one in days):
        return NoYear()
    dialled = as_dialled(said)
    if dialled.startswith(("0", "+")) and dialled[1:].isdigit():
        return Unfinished(NOT_DIALLED)
    return Unfinished(TOO_SHORT) if dialled.isdigit() else NotUnderstood()


def _born(read: re.Match[str]) -> Leaf | None:
    """Return what is asked of the birth date; nothing where no month has this name."""
    if read["day"]:
        day = _leaf("naissance", Operator.IS, read["day"])
        return day if _is_a_day(day) else None
    if read["year"]:
        if not EARLIEST <= int(read["year"]) <= LATEST:
            return None
        return _leaf("annee_naissance", Operator.IS, read["year"])
    year = int(read["of"] or read["of_named"])
    month = int(read["month"]) if read["month"] else month_named(read["named"])
    if month is None:
        # « Martin 2005 »: what stands before the year is a name.
        return None
    if not 1 <= month <= calendar.DECEMBER:
        raise NotADay("Indiquez un mois entre 1 et 12, par exemple 02/2005.")
    if not EARLIEST <= year <= LATEST:
        raise NotADay(f"Indiquez une année entre {EARLIEST} et {LATEST}.")
    last = calendar.monthrange(year, month)[1]
    bounds = (f"{date(year, month, day):%d/%m/%Y}" for day in (1, last))
    return Leaf(CRITERIA["naissance"], Operator.BETWEEN, tuple(bounds))


def _named(said: str) -> Group:
    return Group(
        Link.OR,
        (_leaf("nom_complet", Operator.STARTS, said), _leaf("nom_complet", Operator.IS_LIKE, said)),
    )


def typed_in(tree: Group) -> str:
    """Return what was typed, of a tree that this box has made; of another, nothing."""
    asked = [tree] if tree.link is Link.OR else tree.members
    firsts = [next(one.leaves(), None) if isinstance(one, Group) else one for one in asked]
    leaves = [
        one
        for one in firsts
        if one
        and one.values
        and one.criterion.code in OF_THE_BOX
        and one.operator is not Operator.AMONG
    ]
    if len(leaves) < len(firsts):
        return ""
    return " ".join(
        one.values[0].partition("/")[2] if one.operator is Operator.BETWEEN else one.values[0]
        for one in sorted(leaves, key=lambda one: one.criterion.code in _OF_BIRTH)
    )


def each_alone(tree: Group) -> tuple[Group, ...]:
    """Return what stands beside a birth date, then the birth date, each alone; nothing of another tree.

    One of the two may be wrong where together they find nobody.

    Args:
        tree: what this box has made, or a reader by criteria.
    """
    match tree:
        case Group(Link.AND, (Leaf() as born, beside)) if born.criterion.code in _OF_BIRTH:
            dated = Group(members=(born,))
            named = beside if isinstance(beside, Group) else Group(members=(beside,))
            # Two days that a reader has chosen are no month that this box would read.
            if typed_in(named) and tree_of(typed_in(dated)) == dated:
                return named, dated
    return ()


def asks_no_more(tree: Group) -> bool:
    """Return whether a tree asks who somebody is, as this box does, and nothing else."""
    leaves = list(tree.leaves())
    return bool(leaves) and all(
        one.criterion.code in OF_THE_BOX and one.operator is not Operator.AMONG for one in leaves
    )


def narrowed(tree: Group, *, reach: Reach) -> Group:
    """Return what to ask of a name that very many bear: resemblance would only add to them.

    Names are compared by resemblance one by one: the nineteen thousand of a frequent one would
    take longer than a reader waits, to be read after hundreds that are right. Of those born on one
    day there are few: all of them are compared.

    Args:
        tree: what is meant by what was typed.
        reach: where the reader may read.
    """
    if tree.link is Link.OR:
        return _of_many(tree, reach=reach)
    is_of_one_day = any(
        one.criterion.code == "naissance" and one.operator is Operator.IS for one in tree.leaves()
    )
    ask = _written_otherwise if is_of_one_day else _of_many
    return Group(
        members=tuple(
            ask(one, reach=reach) if isinstance(one, Group) else one for one in tree.members
        )
    )


def is_meant(tree: Group, name_key: str) -> bool:
    """Return whether what was typed is borne by who was found, and not only alike.

    Args:
        tree: what is meant by what was typed (`tree_of`).
        name_key: the key of the name that was found.
    """
    names = [one for one in (tree, *tree.members) if isinstance(one, Group) and one.link is Link.OR]
    typed = [search_key(next(one.leaves()).values[0]) for one in names]
    return all(_is_held(words, name_key) for words in typed)


def _is_held(typed: str, name_key: str) -> bool:
    one_word, its = typed.replace(" ", ""), name_key.replace(" ", "")
    return one_word in its or all(word in name_key for word in typed.split())


def _of_many(names: Group, *, reach: Reach) -> Group:
    starts, like = names.leaves()
    contains = Leaf(CRITERIA["nom_complet"], Operator.CONTAINS, like.values)
    for asked, enough in ((starts, starts), (like, contains)):
        seen = found(Group(members=(asked,)), reach=reach).values("pk")[: MANY + 1]
        if seen.count() > MANY:
            return _written_otherwise(Group(Link.OR, (enough,)), reach=reach)
    return _written_otherwise(names, reach=reach)


def _written_otherwise(names: Group, *, reach: Reach) -> Group:
    """Ask also for who bears the name with another space in it, or each word of it in another order.

    For a slip, where nobody bears it.
    """
    words = search_key(next(names.leaves()).values[0]).split()
    if len(words) > MOST_WORDS:
        return names
    respaced = _respaced(words, reach=reach)
    is_borne = respaced or Registration.objects.within(reach).filter(_of_words(words)).exists()
    misspelt = () if is_borne else _misspelt(words, reach=reach)
    return Group(Link.OR, (*names.members, *_in_any_order(words), *respaced, *misspelt))


def _in_any_order(words: list[str]) -> tuple[Group, ...]:
    """Return what is also asked of several words: each stands in the name, « léa dup » in Dupont Léa.

    The index of likeness finds no word of two letters: one of three, beside it, is found there.
    """
    lengths = [len(word) for word in words]
    if len(words) == 1 or min(lengths) == 1 or max(lengths) < SHORTEST_CUT:
        return ()
    whole_name = CRITERIA["nom_complet"]
    return (Group(Link.AND, tuple(Leaf(whole_name, Operator.CONTAINS, (one,)) for one in words)),)


def _of_words(words: list[str]) -> Q:
    return reduce(and_, (Q(name_key__contains=word) for word in words), Q())


def _respaced(words: list[str], *, reach: Reach) -> tuple[Leaf, ...]:
    """Return what is also asked of a name: it is borne with another space, « n diaye » for « ndiaye ».

    A key of a name has a space for its apostrophe or its hyphen, which whoever types leaves out, or
    puts where there is none. Those that somebody bears are asked for as one reads them, no others:
    the index of likeness knows which.

    Args:
        words: those of what was typed, as a key has them.
        reach: where the reader may read.
    """
    ways = [
        (words[:place], written, words[after:])
        for place, word in enumerate(words)
        for written, after in (
            (_cut(word), place + 1),
            (["".join(words[place : place + 2])] if words[place + 1 :] else [], place + 2),
        )
        if written
    ]
    if not ways:
        return ()
    keys = _keys_of(
        [
            Way(
                words=[*before, *after],
                written=[*map(re.escape, written)],
                kept=_kept(written[0].replace(" ", "")) if len(written) > 1 else [written],
            )
            for before, written, after in ways
        ],
        reach=reach,
    )
    names = (
        " ".join([*before, part, *after]) for before, written, after in ways for part in written
    )
    return _asked(names, keys)


def _misspelt(words: list[str], *, reach: Reach) -> tuple[Leaf, ...]:
    """Return what is also asked of a name that nobody bears: one letter of a word is not the one typed.

    « Lefevre » is Lefebvre, « Thibaut » Thibault: within a short name one letter takes away too much
    for it to be alike. As with spaces, those that somebody bears are asked for, no others.

    Args:
        words: those of what was typed, as a key has them.
        reach: where the reader may read.
    """
    ways = [
        Way(
            words=[*words[:place], *words[place + 1 :]],
            written=_one_letter_away(word),
            kept=_kept(word),
        )
        for place, word in enumerate(words)
        if SHORTEST_MISSPELT <= len(word) <= LONGEST_CUT
    ]
    if not ways:
        return ()
    keys = _keys_of(ways, reach=reach)
    if len(words) > 1:
        # In whichever order they were typed: the names are asked for as they are borne.
        return _asked(_shortest({key.strip() for key in keys}), keys)[:MOST_MISSPELT]
    [way] = ways
    borne = sorted({word for key in keys for word in key.split()})
    return _asked([one for one in borne if re.fullmatch("|".join(way.written), one)], keys)[
        :MOST_MISSPELT
    ]


def _shortest(names: Iterable[str]) -> list[str]:
    """Return names without those that begin with another: whoever asks for that one finds them."""
    found: list[str] = []
    for name in sorted(names):
        if not (found and f"{name} ".startswith(f"{found[-1]} ")):
            found.append(name)
    return found


@dataclass(frozen=True)
class Way:
    """A name of which one word is written otherwise.

    Attributes:
        words: the others.
        written: how that one is written, each an expression.
        kept: what of that one is whole however it is written: the parts of one of these.
    """

    words: list[str]
    written: list[str]
    kept: list[list[str]]

    def condition(self) -> Q:
        """Return what those satisfy who bear it. The index finds the parts; the rest is read there."""
        parts = (
            reduce(and_, (Q(name_key__contains=part) for part in kept), Q()) for kept in self.kept
        )
        name = "name_as_read" if self.kept else "name_key"
        written = Q(**{f"{name}__regex": f"(^| )({'|'.join(self.written)})( |$)"})
        return _of_words(self.words) & reduce(or_, parts, Q()) & written


def _kept(word: str) -> list[list[str]]:
    """Return the parts of a word of which one slip, or one space, leaves some whole; none of a short one.

    It is in one of the halves, and the other stands; two letters exchanged in the middle leave both
    ends. An expression of twenty ways to write a long word is nothing that an index narrows.
    """
    if len(word) < SHORTEST_HALVED:
        return []
    half = len(word) // 2
    return [[word[:half]], [word[half:]], [word[: half - 1], word[half + 1 :]]]


def _keys_of(ways: list[Way], *, reach: Reach) -> list[str]:
    """Return the keys of names that are borne and written one of some ways, between two spaces."""
    borne = reduce(or_, (way.condition() for way in ways))
    # No index is asked for what is read of the name: it was asked for the parts that are whole.
    read = Registration.objects.within(reach).alias(name_as_read=UNINDEXED)
    rows = read.filter(borne).order_by("name_as_read").values_list("name_key", flat=True)
    return [f" {key} " for key in rows[:MANY]]


def _asked(names: Iterable[str], keys: list[str]) -> tuple[Leaf, ...]:
    """Ask for those of some names that some keys hold."""
    return tuple(
        _leaf("nom_complet", operator, name)
        for name in names
        if (operator := _standing(name, keys)) is not None
    )


def _one_letter_away(word: str) -> list[str]:
    """Return how a word is written with a letter more, less, another, or two of them exchanged."""
    letters = [re.escape(one) for one in word]
    places, any_letter = range(len(word)), "[^ ]"

    def spelt(at: int, written: str, after: int) -> str:
        return "".join([*letters[:at], written, *letters[after:]])

    more = [spelt(at, any_letter, at) for at in (*places, len(word))]
    other = [spelt(at, any_letter, at + 1) for at in places]
    less = [spelt(at, "", at + 1) for at in places]
    exchanged = [spelt(at, letters[at + 1] + letters[at], at + 2) for at in places[:-1]]
    return [*more, *other, *less, *exchanged]


def _cut(word: str) -> list[str]:
    """Return a word with one space in it, at each place."""
    if not SHORTEST_CUT <= len(word) <= LONGEST_CUT:
        return []
    return [f"{word[:at]} {word[at:]}" for at in range(1, len(word))]


def _standing(name: str, keys: list[str]) -> Operator | None:
    """Return how to ask for those of some keys that hold a name, if any does."""
    if any(key.startswith(f" {name} ") for key in keys):
        return Operator.STARTS
    if any(f" {name} " in key for key in keys):
        return Operator.CONTAINS
    return None


def _number(said: str) -> Leaf | None:
    """Return which number has this form: to look for one in three columns is to read every row."""
    # « 200.000.011.98 », as one reads it aloud; « 28.02 » is no number of ours.
    read_aloud = re.sub(r"[\s.-]", "", said)
    bare = read_aloud if len(read_aloud) >= FEWEST_DIGITS else said.replace(" ", "")
    if bare.isdigit():
        if bare.startswith("0") or len(bare) < FEWEST_DIGITS:
            # The start of a telephone, a year.
            return None
        if not is_valid(bare):
            raise Mistyped
        code = "numero_inscription" if len(bare) == REGISTRATION_DIGITS else "numero_candidat"
        return _leaf(code, Operator.IS, bare)
    return _leaf("ine", Operator.IS, said) if INE.fullmatch(said.upper()) else None


def _is_a_telephone(said: str) -> bool:
    """Return whether it is dialled, and is no number of ours, which begins otherwise or is longer."""
    number = as_dialled(said)
    is_dialled_so = number.startswith(("0", "+")) or _SHORT_TELEPHONE.fullmatch(said)
    return bool(is_dialled_so and ways_to_dial(number))


def _leaf(code: str, operator: Operator, said: str) -> Leaf:
    return Leaf(CRITERIA[code], operator, (said,))


def _is_a_day(leaf: Leaf) -> bool:
    try:
        leaf.condition()
    except NotADay:
        raise
    except Unreadable:
        return False
    return True
