"""Text as people type it, and the keys that find it again."""

import re
import unicodedata
from itertools import groupby

# Letters of their own that people type as others; then signs that Unicode calls letters and that
# people type as an apostrophe: the ʻokina of Tahiti and Hawaii, those of transliterations, saltillo.
_UNFOLDED = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
    | dict.fromkeys("\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\ua78c", " ")
)
_NOT_A_WORD = re.compile(r"[\W_]+", re.UNICODE)
_SPACES = re.compile(r"\s+")
ON_THE_WEB = re.compile(r"https?://\S+")
"""An address of the web, wherever it stands in a text."""
# What Unicode lets a font draw as nothing (Default_Ignorable_Code_Point), the joiners of some scripts
# too; then what it does not call so and nobody sees: annotations, blanks of Egyptian and of Khitan,
# and what it says is no sign at all (noncharacters).
UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff\U00013441\U00013442\U00016fe4\ufdd0-\ufdef\ufffe\uffff"
) + "".join(rf"\U{plane:04x}fffe\U{plane:04x}ffff" for plane in range(1, 0x11))
_UNSEEN = re.compile(f"[{UNSEEN}]")
JOINERS = frozenset("\u200c\u200d")
"""ZERO WIDTH NON-JOINER and ZERO WIDTH JOINER, without which some scripts spell another word."""

_LEFT_HANGING = " ,;:.-–(«"
"""What a text that is cut does not end with."""

_VIRAMA = 9
"""The combining class of the sign that takes the vowel away in the scripts of India and around."""

# Vowels, tones and points of every script stack up to four; more print over other lines.
MARKS_IN_A_ROW = 4
TOO_MANY_MARKS = (
    f"Plus de {MARKS_IN_A_ROW} accents ou signes se suivent sur une même lettre : enlevez ceux qui "
    "sont en trop."
)


def clean(text: str) -> str:
    """Return a line in one normal form: composed accents, single spaces, no unseen signs.

    A joiner is left where a script writes one (Unicode, UAX #31, 2.3): between two letters of those
    that are joined as Arabic is, before a letter that follows a virama.
    """
    composed = unicodedata.normalize("NFC", _without_unseen(text))
    return _SPACES.sub(" ", composed).strip()


def _without_unseen(text: str) -> str:
    if JOINERS.isdisjoint(text):
        return _UNSEEN.sub("", text)
    signs = _UNSEEN.sub(lambda found: found[0] if found[0] in JOINERS else "", text)
    kept, letter, is_bare = [""], "", False
    for sign, following in zip(signs, _followings(signs), strict=True):
        if sign not in JOINERS:
            if unicodedata.category(sign)[0] == "M":
                is_bare = is_bare or unicodedata.combining(sign) == _VIRAMA
            else:
                letter, is_bare = sign, False
        elif kept[-1] in JOINERS or not _joins(sign, letter, following, is_bare=is_bare):
            continue
        kept.append(sign)
    return "".join(kept)


def _followings(signs: str) -> list[str]:
    """Return for each sign the next one that is no joiner."""
    found, following = [], ""
    for sign in reversed(signs):
        found.append(following)
        following = following if sign in JOINERS else sign
    return found[::-1]


def _joins(joiner: str, letter: str, following: str, *, is_bare: bool) -> bool:
    """Return whether a script writes a joiner there.

    Args:
        joiner: which.
        letter: what is before it, without its marks.
        following: what is after it.
        is_bare: whether a virama is among these marks, in whichever order they were typed.
    """
    if not (_is_letter(letter) and _is_letter(following)):
        return False
    if is_bare:
        return True
    between = {unicodedata.bidirectional(letter), unicodedata.bidirectional(following)}
    return joiner == "\u200c" and between == {"AL"}


def _is_letter(sign: str) -> bool:
    return bool(sign) and unicodedata.category(sign)[0] == "L"


def clean_lines(text: str) -> str:
    """Return several lines, each in its one normal form, without empty ones around them."""
    return "\n".join(clean(line) for line in text.splitlines()).strip("\n")


def shortened(text: str, most: int) -> str:
    """Return a text that is no longer than some signs: what is cut, at a word, ends with « … ».

    Args:
        text: on one line.
        most: how many signs it may have, the last one included.
    """
    if len(text) <= most:
        return text
    whole, _, rest = text[:most].rpartition(" ")
    return f"{(whole or rest[:-1]).rstrip(_LEFT_HANGING)}…"


def stacks_marks(text: str) -> bool:
    """Return whether more accents and points follow one another than any script writes."""
    runs = groupby(text, key=lambda sign: unicodedata.category(sign)[0] == "M")
    return any(is_mark and len(list(signs)) > MARKS_IN_A_ROW for is_mark, signs in runs)


def search_key(text: str) -> str:
    """Return the key on which names are sorted and searched.

    Lower case, without accents, ligatures or unseen signs, punctuation and what stands for an
    apostrophe as single spaces; letters of other scripts stay.
    """
    lowered = _UNSEEN.sub("", clean(text)).casefold()
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign)
    )
    # Once decomposed, styled letters are plain capitals, and « ǿ » is the « ø » that it is made of.
    return _NOT_A_WORD.sub(" ", bare.casefold().translate(_UNFOLDED)).strip()
