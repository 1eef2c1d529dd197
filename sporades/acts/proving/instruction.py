"""What is kept of an instruction, as one JSON: what was asked, what came, what was found and told."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from sporades.acts.accommodating.telling import is_on_health
from sporades.acts.consulting import acts_in_drafts
from sporades.acts.identities.correcting import corrections_on
from sporades.acts.proving import verbs
from sporades.acts.proving.kept import Facts, act_of, head, in_order, message_of, seals_of, utc
from sporades.core.actors import Actor
from sporades.evidence.models import Evidence
from sporades.evidence.queries import owed_by
from sporades.evidence.states import State
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, once
from sporades.journal.words import IN_WORDS
from sporades.letters.queries import with_letters
from sporades.letters.rules import piece_of
from sporades.mail.models import Message, about_of
from sporades.mail.queries import with_fate
from sporades.registrations.models import Registration
from sporades.searches.answered import asked_by_handicap

NATURE = "preuve de l'instruction"
NOT_COPIED = "Ce texte nomme une pièce qui touche à la santé : il n'est pas recopié."
"""What stands for the text of a mail that names one."""
OF_THE_PERSON = (
    "Ce mail dit au candidat ce qu'une correction de son état civil change pour lui, où qu'il soit inscrit "
    ": il n'est pas recopié."
)
"""What stands for the text of a mail about the person, which names what they have in other academies too."""
OF_LEAVING = (
    "Ce mail dit au candidat tout ce qui cesse avec son inscription, demandes comprises : il n'est pas "
    "recopié."
)
"""What stands for the text of each mail of a withdrawal: of some, it says that a request fell with it."""


@dataclass(frozen=True)
class LeftOut:
    """The pieces that a handicap alone asks for: no paper tells that one was declared (P-12).

    Attributes:
        codes: how the réglementation calls them.
        labels: how people do, and the questions that it alone calls for.
        keys: those that this registration has.
    """

    codes: frozenset[str]
    labels: frozenset[str]
    keys: frozenset[int]

    def names(self, text: str) -> bool:
        """Return whether a text names one of them, however its lines are cut."""
        return any(label in " ".join(text.split()) for label in self.labels)


def facts_of(registration: Registration, *, by: Actor, at: datetime) -> Facts:
    """Return all that is kept of how a registration was dealt with.

    Args:
        registration: whole, with what it owes.
        by: who has the proof made.
        at: the instant.
    """
    rows = list(Evidence.objects.for_list().filter(registration=registration.pk))
    rows.sort(key=lambda one: (one.place, one.pk))
    left_out = _left_out(registration, rows)
    cited = verbs.INSTRUCTING + verbs.INSTRUCTING_ALONE
    done = entries_about(registration) | acts_in_drafts(registration)
    every = once(done).filter(verb__in=cited) | once(corrections_on(registration))
    acts = [one for one in in_order(every) if not _is_on_any(one, left_out.codes)]
    placed = sealing.seals_of(acts)
    return {
        **head(NATURE, candidate=registration.candidate, registration=registration, by=by, at=at),
        "fuseau": registration.service.zone,
        "pieces": list(_pieces(registration, rows, left_out.codes)),
        "recapitulatif_signe": _signed(registration),
        "messages": [_message(one, left_out) for one in _messages(registration, left_out)],
        "actes": [_act(one, left_out) for one in acts],
        "sceaux": list(seals_of(placed)),
        "anomalies": list(sealing.findings_on(acts, placed, at=at)),
    }


def _left_out(registration: Registration, rows: Iterable[Evidence]) -> LeftOut:
    codes, labels = asked_by_handicap(registration)
    theirs = [one for one in rows if one.code in codes]
    return LeftOut(
        frozenset(codes),
        frozenset((*labels, *(one.label for one in theirs))),
        frozenset(one.pk for one in theirs),
    )


def _is_on_any(entry: Entry, codes: Collection[str]) -> bool:
    return _after(entry).get("piece") in codes


def _is_on_some(entry: Entry, codes: Collection[str]) -> bool:
    return any(code in codes for code in _after(entry).get("pieces") or ())


def _after(entry: Entry) -> Mapping[str, Any]:
    after = entry.payload.get("after")
    return after if isinstance(after, dict) else {}


def _pieces(
    registration: Registration, rows: list[Evidence], left_out: Collection[str]
) -> Iterable[Facts]:
    asked = [one for one in rows if one.state != State.WITHDRAWN]
    until = {one.row.code: one.before for one in owed_by(registration, asked)}
    for row in rows:
        if row.code in left_out:
            continue
        yield {
            "code": row.code,
            "libelle": row.label,
            "obligatoire": row.is_mandatory,
            "demandee_le": utc(row.asked_at),
            "a_fournir": until.get(row.code, ""),
            "etat": row.stands,
            "venue": row.came_in_words,
            "verifiee_le": utc(row.decided_at),
            "motif": row.reason,
        }


def _signed(registration: Registration) -> Facts | None:
    asked = registration.owed["to_return"]
    if asked is None:
        return None
    return {
        "a_renvoyer": registration.summary_last_day,
        "venu": registration.summary_came_in_words,
    }


def _act(entry: Entry, left_out: LeftOut) -> Facts:
    is_office = entry.verb not in verbs.IN_WORDS_OF_CANDIDATE
    reason = str(_after(entry).get("reason") or "") if is_office else ""
    is_on_some = _is_on_some(entry, left_out.codes)
    is_spared = is_on_some or left_out.names(reason)
    said = act_of(entry, is_whole=entry.verb in verbs.INSTRUCTING and not is_spared)
    if is_on_some:
        # Its words name all the pieces that it is on.
        said["quoi"] = IN_WORDS[entry.verb]
    return {**said, "motif": NOT_COPIED if left_out.names(reason) else reason}


def _messages(registration: Registration, left_out: LeftOut) -> list[Any]:
    kinds = verbs.ASKING + verbs.IN_OWN_WORDS
    theirs = about_of(registration.candidate)
    # It names all the registrations that it is on.
    corrected = Q(
        **theirs,
        kind="identity_corrected",
        written_at__gte=registration.filed_at,
        body__contains=registration.number,
    )
    found = Message.objects.filter(Q(**about_of(registration), kind__in=kinds) | corrected)
    # Their text is read: it is what was told.
    told = with_letters(with_fate(found)).defer(None).order_by("written_at", "pk")
    return [
        one for one in told if piece_of(one.matter) not in left_out.keys and not is_on_health(one)
    ]


def _message(sent: Any, left_out: LeftOut) -> Facts:
    is_own = sent.kind in verbs.IN_OWN_WORDS
    body = "" if is_own else sent.body
    # A letter about the person is of one service, and names its own registrations alone.
    is_of_the_person = sent.about_kind == "candidate" and bool(sent.recipient)
    if sent.kind == "withdrawn":
        why = OF_LEAVING
    elif is_of_the_person:
        why = OF_THE_PERSON
    elif left_out.names(body):
        why = NOT_COPIED
    else:
        return {**message_of(sent), "texte": body}
    # By its fingerprint one could try what it names.
    return {**message_of(sent), "texte": why, "empreinte_du_texte": None}
