"""What « Preuve de l'instruction » says: what was asked, what came, what was found and told, in tables."""

from collections.abc import Iterable
from typing import Any

from sporades.acts.identities.correcting import CORRECTED
from sporades.acts.proving.kept import Facts
from sporades.acts.proving.printed import Row, Say, Table, exact_by, of_journal, paper, part, table
from sporades.acts.proving.verbs import INSTRUCTING_ALONE
from sporades.core.french import quoted
from sporades.journal.words import IN_WORDS

HEADING = "Preuve de l'instruction"
FILE = "preuve-de-l-instruction.json"
"""What the data in the paper are called."""

LEFT_OUT = (
    (
        "Ce qui touche à la santé n'y est pas : aménagements, papiers de santé, pièces que demande "
        "un handicap déclaré. Un acte ou un mail qui en nomme une avec d'autres est donné sans son "
        "contenu."
    ),
    (
        "Les réponses du candidat, ses fichiers et ce que le candidat et le service se sont écrit "
        "n'y sont pas. De certains actes, il y a l'instant, l'auteur, le motif et l'empreinte, sans "
        "le contenu : "
        + quoted(sorted(IN_WORDS[verb] for verb in (*INSTRUCTING_ALONE, CORRECTED)))
        + ". Leur empreinte se recalcule au journal."
    ),
    (
        "Qu'un mail soit accepté par le serveur du destinataire ne prouve pas qu'il a été lu. Les "
        "heures du service et l'arrivée de l'inscription sont dans la « Preuve du dépôt »."
    ),
)
INTACT = "Chaque acte cité a été relu : il a l'empreinte prise quand il a été écrit."


def content_of(facts: Facts, *, digest: str, is_sealed: bool) -> dict[str, Any]:
    """Return all that the paper prints.

    Args:
        facts: as `instruction.facts_of` returns them.
        digest: the SHA-256 of the data in the file.
        is_sealed: whether a seal is put on it.
    """
    say = exact_by(facts["fuseau"])
    common = paper(
        facts,
        heading=HEADING,
        title=facts["inscription"]["intitule"],
        file=FILE,
        digest=digest,
        is_sealed=is_sealed,
        intact=INTACT,
        say=say,
    )
    return {
        **common,
        "parts": [
            part("Ce qui est demandé", *_of_pieces(facts, say)),
            part("Ce qui s'est passé", _of_events(facts, say)),
            part("Le journal", *of_journal(facts, say)),
        ],
        "texts": [
            {"title": f"{say(one['ecrit_le'])} : {one['objet']}", "lines": _lines(one["texte"])}
            for one in facts["messages"]
            if one["texte"]
        ],
        "left_out": list(LEFT_OUT),
    }


def _of_pieces(facts: Facts, say: Say) -> Iterable[Table]:
    yield table(
        "Pièces justificatives",
        ("Pièce", "Demandée le, et jusqu'à quand", "Où elle en est"),
        (_piece(one, say) for one in facts["pieces"]),
        "Aucune n'est demandée.",
    )
    signed = facts["recapitulatif_signe"]
    yield table(
        "Récapitulatif signé",
        ("À renvoyer", "Venu"),
        [[f"jusqu'au {signed['a_renvoyer']}", signed["venu"] or "Pas encore"]] if signed else [],
        "Il n'est pas demandé.",
    )


def _piece(one: Facts, say: Say) -> Row:
    kind = "obligatoire" if one["obligatoire"] else "facultative"
    asked = say(one["demandee_le"])
    stands = one["etat"] + (f", {one['venue']}" if one["venue"] else "")
    if one["verifiee_le"]:
        stands = f"{stands}, le {say(one['verifiee_le'])}"
    if one["motif"]:
        stands = f"{stands}. Motif : {one['motif']}"
    until = f", à fournir jusqu'au {one['a_fournir']}" if one["a_fournir"] else ""
    return [f"{one['libelle']} ({kind})", f"{asked}{until}", stands]


def _of_events(facts: Facts, say: Say) -> Table:
    """Return what was done and what was told, in the order in which it was."""
    done = [(one["le"], f"{one['quoi']}, par {one['par']}", one["motif"]) for one in facts["actes"]]
    told = [
        (one["ecrit_le"], f"« {one['objet']} », à : {one['a']}", one["suite"])
        for one in facts["messages"]
    ]
    return table(
        "Actes, mails et courriers",
        ("Instant", "Acte, ou objet et destinataire", "Motif, ou suite"),
        ([say(at), what, more] for at, what, more in sorted(done + told, key=lambda one: one[0])),
        "Rien.",
    )


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
