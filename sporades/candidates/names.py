"""Which signs a name may hold: those of every civil register, of every script, and no others."""

import re
import unicodedata
from typing import Any

from django.core.exceptions import ValidationError

from sporades.core.text import JOINERS, TOO_MANY_MARKS, clean, search_key, stacks_marks

# Apostrophes, the Hawaiian ʻokina, hyphens, the Catalan middle dot, abbreviations.
BETWEEN_LETTERS = frozenset(" '\u2018\u2019\u02bb\u02bc\u05f3-\u2010\u2011.\u00b7")

FIRST_AND_LAST = 2
_FIRST_LETTER = re.compile(r"(?<![^ \-\u2010\u2011])[^\W\d_]")
_FIRST_OF_FAMILY = re.compile(
    r"(?<![^ \-\u2010\u2011'\u2018\u2019\u02bb\u02bc])(?!de |d['\u2019])[^\W\d_]"
)
"""The first letter of each word of a family name, after an apostrophe too, but for the particle « de »."""
_OF_ADDRESSES = ("www.", "http", "://", "@")


def cleaned_name(typed: str) -> str:
    """Return a name in its normal form, accents composed and spaces single, nothing unseen.

    Raises:
        ValidationError: a sign that no name holds, named; the address of a page; marks without end;
            no letter at all, be it that none is seen.
    """
    name = clean(typed)
    if not name and not typed.strip():
        return ""
    wrong = [sign for sign in name if not is_allowed(sign)]
    if any(sign.isdigit() for sign in wrong):
        raise ValidationError("Un nom ne contient pas de chiffre : écrivez-le avec des lettres.")
    if wrong:
        signs = " ".join(dict.fromkeys(wrong))
        raise ValidationError(
            f"Enlevez ce qui n'appartient pas à un nom : {signs} (les lettres de tous les alphabets, "
            "les espaces, les apostrophes, les points et les traits d'union sont acceptés)."
        )
    check_is_no_address(name)
    if stacks_marks(name):
        raise ValidationError(TOO_MANY_MARKS)
    if not any(unicodedata.category(sign).startswith("L") for sign in name):
        raise ValidationError("Un nom contient au moins une lettre.")
    return name


def capitalised(names: str) -> str:
    """Return first names with their capitals, where whoever typed them put none: « lea-rose » is Lea-Rose.

    One capital is enough for the rest to stand as it is typed: somebody has thought of it.
    """
    if not names.islower():
        return names
    return _FIRST_LETTER.sub(lambda found: _capital_of(found[0]), names)


def capitalised_family(name: str) -> str:
    """Return a family name with its capitals, where whoever typed it put none: « le goff » is Le Goff.

    « de » and « d' » stand as they are, as before the names of the nobility; the rest as `capitalised`.
    """
    if not name.islower():
        return name
    return _FIRST_OF_FAMILY.sub(lambda found: _capital_of(found[0]), name)


def _capital_of(letter: str) -> str:
    # As it stands in a title: Georgian has none there; « ß » would become two letters.
    capital = letter.title()
    return capital if len(capital) == 1 else letter


def check_is_no_address(name: str) -> None:
    """Refuse what a mail program would make a link of: names are written to other people.

    Args:
        name: in its normal form.

    Raises:
        ValidationError: it holds an address, or a dot between two letters, which is how one is written.
    """
    if any(part in name.casefold() for part in _OF_ADDRESSES):
        raise ValidationError(
            "Un nom ne contient pas d'adresse, ni de site ni de messagerie : enlevez-la."
        )
    if any(
        dot == "." and _is_of_word(before) and _is_of_word(after)
        for before, dot, after in zip(name, name[1:], name[2:], strict=False)
    ):
        raise ValidationError(
            "Mettez une espace ou un trait d'union après chaque point, comme dans « St. Clair » ou "
            "« J.-P. » : sans eux, un nom se lit comme l'adresse d'un site."
        )


def _is_of_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"


def cleaned_full_name(typed: str) -> str:
    """Return the first and the last name of one person, in their normal form, in whichever order.

    Raises:
        ValidationError: as `cleaned_name`; one word alone. Who has no first name says so in words.
    """
    name = cleaned_name(typed)
    words = [word for word in name.split() if any(map(str.isalpha, word))]
    # Scripts without capitals may write a whole name without a space.
    if len(words) < FIRST_AND_LAST and any(sign.isupper() or sign.islower() for sign in name):
        raise ValidationError(
            "Écrivez le prénom et le nom. Sans prénom à l'état civil, écrivez « sans prénom », puis "
            "le nom."
        )
    return name


def family_names(birth_name: str, usage_name: str) -> str:
    """Return « Jourdain (Quéméner) »: the family name, then the name of use where there is another.

    A list that is sorted by the one and searched by both shows both.

    Args:
        birth_name: the family name.
        usage_name: the name of use, or nothing.
    """
    if not usage_name or search_key(usage_name) == search_key(birth_name):
        return birth_name
    return f"{birth_name} ({usage_name})"


def is_named(identity: Any, typed: str) -> bool:
    """Return whether a name is somebody's own: their first name, with a surname or not, and no other word.

    A parent's first name may be the second one of their child.

    Args:
        identity: whose.
        typed: the name, as somebody has typed it, in whichever order.
    """
    first = search_key(next(iter(identity.first_names.split()), "")).split()
    surnames = [
        key.split()
        for name in (identity.birth_name, identity.usage_name)
        if (key := search_key(name))
    ]
    words = set(search_key(typed).split())
    first_names = set(search_key(identity.first_names).split())
    own = {*first_names, *(one for name in surnames for one in name)}
    is_within = words >= set(first) and words <= own
    has_no_surname = bool(words) and words <= first_names
    return is_within and (has_no_surname or any(words >= set(name) for name in surnames))


def is_in_another_script(name: str) -> bool:
    """Return whether a name has a letter that is not Latin; accents and the ʻokina are."""
    return any(
        unicodedata.category(sign).startswith("L")
        and not unicodedata.name(sign, "").startswith(("LATIN", "MODIFIER"))
        for sign in name
    )


def is_same_person(one: str, other: str) -> bool:
    """Return whether two names may be one person's: no word of the shorter is missing in the other.

    Args:
        one: a name, as somebody has typed it, in whichever order.
        other: another.
    """
    words, others = set(search_key(one).split()), set(search_key(other).split())
    return bool(words and others) and (words <= others or others <= words)


def is_allowed(sign: str) -> bool:
    """Return whether a name may hold this sign, as `clean` has left it."""
    return unicodedata.category(sign)[0] in "LM" or sign in BETWEEN_LETTERS or sign in JOINERS
