"""What a message may say of each registration: a closed list, and nothing that is computed.

What changes from one day to the next is read when the message is written, as its candidate's own page
says it: what they have still to send. Nothing of it tells of health.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sporades.candidates.models import Identity
from sporades.core.links import link_to
from sporades.core.text import clean
from sporades.evidence.awaited import pieces_in_words
from sporades.letters.operations import IN_PERSON
from sporades.registrations.checklist import summary_returned
from sporades.registrations.models import Registration
from sporades.registrations.queries import with_owed

FIRST_NAMES, NAME, LINK = "prénoms", "nom", "lien"
ASK_THERE = "Pour en savoir plus, adressez-vous à votre service gestionnaire"
"""What is read, by whom has no page, in the place of a link that stands alone, as a sentence."""
NO_SUMMARY = "rien à renvoyer"
NO_GUARDIAN, UNNAMED = "aucun", "non indiqué"

_NAMED = re.compile(r"\{([^{}\n]*)\}")
_TWO_NAMED = re.compile(r"\{([^{}\n]*)\}[^\S\n]+\{([^{}\n]*)\}")
_BRACE = re.compile(r"[{}][^{}\s]{0,30}")
_LONGEST_QUOTED = 40


def link_of(registration: Registration) -> str:
    """Return where a candidate reads their registration; whom to ask, without an account."""
    if not registration.candidate.has_account:
        return IN_PERSON
    return link_to("candidate:registration", registration.number)


@dataclass(frozen=True)
class Placeholder:
    """Something that differs from one registration to another.

    Attributes:
        name: what stands between braces.
        value: what is read in its place, at an instant.
        is_owed: whether it says what is still to be sent (`with_owed`): a sentence or more, which no
            subject holds.
    """

    name: str
    value: Callable[[Registration, datetime], str]
    is_owed: bool = False

    @property
    def written(self) -> str:
        """How it is typed."""
        return f"{{{self.name}}}"


def summary_in_words(registration: Registration, at: datetime) -> str:
    """Say inside a sentence where a signed summary stands, as its candidate's own page does.

    Args:
        registration: as `with_owed()` loads it.
        at: the instant.
    """
    if not registration.is_active or not registration.told or registration.is_exam_over(at):
        return NO_SUMMARY
    said = "".join(one.note for one in summary_returned(registration, at=at)).removesuffix(".")
    if not said:
        return NO_SUMMARY
    by_two = registration.summary_awaited and registration.is_signed_by_two
    signed = ", signé par vous et par votre représentant légal" if by_two else ""
    return f"{said[0].lower()}{said[1:]}{signed}"


def guardian_of(registration: Registration, at: datetime) -> str:
    """Return who answers for a minor; who is of age has nobody."""
    if not registration.is_minor(at):
        return NO_GUARDIAN
    return registration.guardian_name or UNNAMED


PLACEHOLDERS = (
    Placeholder(FIRST_NAMES, lambda one, _: _called(one.candidate.identity)),
    Placeholder(NAME, lambda one, _: one.candidate.identity.name_used),
    Placeholder("examen", lambda one, _: one.title),
    Placeholder("académie", lambda one, _: one.service.academy.full_name),
    Placeholder("service gestionnaire", lambda one, _: one.service.managing_service.name),
    Placeholder("numéro d'inscription", lambda one, _: one.number),
    Placeholder("numéro candidat", lambda one, _: one.candidate.number or ""),
    Placeholder("fermeture", lambda one, _: one.closing_in_words),
    Placeholder("représentant légal", guardian_of),
    Placeholder("pièces à fournir", lambda one, at: pieces_in_words(one, at=at), is_owed=True),
    Placeholder("récapitulatif signé", summary_in_words, is_owed=True),
    Placeholder(LINK, lambda one, _: link_of(one)),
)
_BY_NAME = {one.name: one for one in PLACEHOLDERS}


def listed() -> str:
    """Name those that exist, as they are typed."""
    return ", ".join(one.written for one in PLACEHOLDERS)


def faults(text: str) -> list[str]:
    """Return what stands between braces and is no placeholder, or is half written, once each."""
    unknown = [found[0] for found in _NAMED.finditer(text) if _named(found[1]) is None]
    halves = [found[0] for found in _BRACE.finditer(_NAMED.sub("", text))]
    return [one[:_LONGEST_QUOTED] for one in dict.fromkeys([*unknown, *halves])]


def too_long_for_a_subject(text: str) -> list[str]:
    """Return the placeholders of a text that may be a sentence, as they are typed, once each."""
    return list(dict.fromkeys(one.written for one in _named_in(text) if one.is_owed))


def filled(text: str, registration: Registration, *, at: datetime) -> str:
    """Return a text without faults as it reads for a registration at an instant.

    It is gone through once: what stands in a name is never taken for a placeholder. Who has a single
    name is called by it, once where both names are asked for. What is still to be sent is read anew.
    """
    if any(one.is_owed for one in _named_in(text)):
        registration = with_owed.get(pk=registration.pk)
    if not registration.candidate.identity.first_names:
        text = _TWO_NAMED.sub(_as_one_name, text)

    def value(found: re.Match[str]) -> str:
        placeholder = _named(found[1])
        if placeholder is None:
            return found[0]
        if placeholder.name == LINK and not registration.candidate.has_account:
            return _without_a_page(text[: found.start()], text[found.end() :])
        return placeholder.value(registration, at)

    return _NAMED.sub(value, text)


def _as_one_name(found: re.Match[str]) -> str:
    asked = {one.name for one in map(_named, found.groups()) if one is not None}
    return f"{{{NAME}}}" if asked == {FIRST_NAMES, NAME} else found[0]


def _called(identity: Identity) -> str:
    return identity.first_names or identity.name_used


def _without_a_page(before: str, after: str) -> str:
    """Return what stands where a link would: a sentence where it begins one, else the end of one."""
    begins = not before.strip() or before.rstrip(" ")[-1] in ".!?…\n"
    if not begins:
        return IN_PERSON
    return ASK_THERE if after.lstrip(" ")[:1] in tuple(".!?…,;") else f"{ASK_THERE}."


def _named_in(text: str) -> list[Placeholder]:
    return [one for one in map(_named, _NAMED.findall(text)) if one is not None]


def _named(said: str) -> Placeholder | None:
    """Find a placeholder as people type it: capitals, spaces, either apostrophe."""
    return _BY_NAME.get(clean(said).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
