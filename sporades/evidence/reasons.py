"""Why pieces are refused: what holds for all of them, then what the réglementation says of one."""

from dataclasses import dataclass, replace

from sporades.exams.queries import rules
from sporades.exams.rules.evidence import what_is_wrong
from sporades.exams.schema.evidence import Way
from sporades.registrations.evidence import ways_of
from sporades.registrations.models import Registration


@dataclass(frozen=True)
class Reason:
    """A reason that is chosen in one click.

    Attributes:
        code: what a page sends.
        label: what a verifier sees, and statistics count.
        sentence: what the candidate reads.
        by_post: the same, of what is sent by post: the piece is, or its candidate has no account.
    """

    code: str
    label: str
    sentence: str
    by_post: str = ""


GENERAL = (
    Reason(
        "illisible",
        "Illisible",
        "Le document est illisible : déposez une photo nette, bien éclairée, où tout se lit.",
        "Le document est illisible : envoyez une copie nette, où tout se lit.",
    ),
    Reason(
        "autre-personne",
        "Document d'une autre personne",
        "Le document est au nom d'une autre personne : déposez celui du candidat.",
        "Le document est au nom d'une autre personne : envoyez celui du candidat.",
    ),
    Reason(
        "perime",
        "Périmé",
        "Le document n'est plus valable : déposez-en un en cours de validité.",
        "Le document n'est plus valable : envoyez-en un en cours de validité.",
    ),
    Reason(
        "incomplet",
        "Incomplet",
        "Il manque une page ou une face du document : déposez-le en entier.",
        "Il manque une page ou une face du document : envoyez-le en entier.",
    ),
    Reason(
        "autre-document",
        "Autre document que celui demandé",
        "Ce n'est pas le document demandé : relisez ce qui est demandé, puis déposez-le.",
        "Ce n'est pas le document demandé : relisez ce qui est demandé, puis envoyez-le.",
    ),
)
"""Those of every piece."""


def reasons_for(registration: Registration, piece: str) -> list[Reason]:
    """Return why a piece may be refused, its own reasons first.

    Args:
        registration: of which the réglementation asks for it.
        piece: its code.
    """
    exam = rules(registration.regulation_id).exam(registration.exam.code)
    asked = exam.piece(piece)
    own = asked.refusal_reasons if asked else ()
    is_given = registration.candidate.has_account and Way.DEPOSIT in ways_of(registration, piece)
    general = GENERAL if is_given else [replace(one, sentence=one.by_post) for one in GENERAL]
    return [*(Reason(one.code, what_is_wrong(one.label), one.label) for one in own), *general]
