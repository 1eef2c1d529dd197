"""What a message may say of each registration: a closed list, and nothing that is computed."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sporades.candidates.models import Identity
from sporades.core.links import link_to
from sporades.core.text import clean
from sporades.letters.operations import IN_PERSON
from sporades.registrations.models import Registration

FIRST_NAMES, NAME, LINK = "prénoms", "nom", "lien"
ASK_THERE = "Pour en savoir plus, adressez-vous à votre service gestionnaire"
"""What is read, by whom has no page, in the place of a link that stands alone, as a sentence."""

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
        value: what is read in its place.
    """

    name: str
    value: Callable[[Registration], str]

    @property
    def written(self) -> str:
        """How it is typed."""
        return f"{{{self.name}}}"


PLACEHOLDERS = (
    Placeholder(FIRST_NAMES, lambda one: _called(one.candidate.identity)),
    Placeholder(NAME, lambda one: one.candidate.identity.name_used),
    Placeholder("examen", lambda one: one.title),
    Placeholder("académie", lambda one: one.service.academy.full_name),
    Placeholder("service gestionnaire", lambda one: one.service.managing_service.name),
    Placeholder("numéro d'inscription", lambda one: one.number),
    Placeholder("numéro candidat", lambda one: one.candidate.number or ""),
    Placeholder("fermeture", lambda one: one.closing_in_words),
    Placeholder(LINK, link_of),
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


def filled(text: str, registration: Registration) -> str:
    """Return a text without faults as it reads for a registration.

    It is gone through once: what stands in a name is never taken for a placeholder. Who has a single
    name is called by it, once where both names are asked for.
    """
    if not registration.candidate.identity.first_names:
        text = _TWO_NAMED.sub(_as_one_name, text)

    def value(found: re.Match[str]) -> str:
        placeholder = _named(found[1])
        if placeholder is None:
            return found[0]
        if placeholder.name == LINK and not registration.candidate.has_account:
            return _without_a_page(text[: found.start()], text[found.end() :])
        return placeholder.value(registration)

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


def _named(said: str) -> Placeholder | None:
    """Find a placeholder as people type it: capitals, spaces, either apostrophe."""
    return _BY_NAME.get(clean(said).lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
