"""What the papers of all proofs have in common: whose they are, their tables, how they are verified."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sporades.acts.proving.kept import Facts
from sporades.core.french import exact_in_words, instant_in_words

SEALED = (
    "Ce fichier porte le cachet électronique de : {authority}. Un lecteur de PDF dit de qui est le "
    "cachet, et si un seul octet du fichier a changé depuis."
)
UNSEALED = (
    "Ce fichier n'a pas de cachet électronique : ce service n'a pas de certificat pour en poser. "
    "Rien ne montre qu'il n'a pas été changé, sauf l'empreinte que le journal garde."
)
HOW = (
    (
        "Les mêmes faits sont joints à ce PDF : {file}. Le contenu des actes y est, sauf de ceux "
        "que nomme « Ce que cette preuve ne dit pas ». "
        "SHA-256 de ce fichier joint, que le journal garde aussi : {digest}."
    ),
    (
        "L'empreinte d'un acte est le SHA-256 de son contenu, écrit en JSON sans espace, ses clés dans "
        "l'ordre. Un sceau est posé chaque minute sur les empreintes des actes, et porte l'empreinte du "
        "sceau d'avant : le service qui tient le journal le relit par « sporades journal verify --sceau "
        "NUMÉRO:EMPREINTE », avec le numéro et l'empreinte d'un sceau de cette preuve."
    ),
)

type Row = list[str]
type Say = Callable[[str | None], str]
type Table = dict[str, Any]


def paper(
    facts: Facts,
    *,
    heading: str,
    title: str,
    file: str,
    digest: str,
    is_sealed: bool,
    intact: str,
    say: Say,
) -> dict[str, Any]:
    """Return what the paper of any proof prints; who calls adds its parts.

    Args:
        facts: what is proved.
        heading: what the paper is called.
        title: of what it is.
        file: what the data in it are called.
        digest: the SHA-256 of these data.
        is_sealed: whether a seal is put on it.
        intact: what is said where nothing was altered.
        say: says an instant.
    """
    about = facts["inscription"]
    notice = SEALED if is_sealed else UNSEALED
    return {
        "heading": heading,
        "title": title,
        "reference": f"n°{about['numero']}" if about else "saisies non enregistrées",
        "file": file,
        "issuer": {"service": facts["service"], "authority": facts["autorite"]},
        "facts": _head(facts, say),
        "notice": notice.format(authority=facts["autorite"]),
        "anomalies": facts["anomalies"] or [intact],
        "receipts": [],
        "texts": [],
        "how": [line.format(file=file, digest=digest) for line in HOW],
    }


def _head(facts: Facts, say: Say) -> list[Row]:
    about, candidate = facts["inscription"], facts["candidat"]
    lines = [
        ["Candidat", candidate["nom"]],
        ["N° candidat", candidate["numero"] or "Pas encore"],
        ["Adresse mail", candidate["adresse"] or "Aucune"],
    ]
    if about:
        lines += [
            ["N° d'inscription", about["numero"]],
            ["Académie", about["academie"]],
            ["État", f"{about['etat']}, version n°{about['version']}"],
        ]
    return [*lines, ["Preuve faite le", say(facts["faite_le"])], ["Par", facts["faite_par"]]]


def minute_by(zone: str) -> Say:
    """Return what says an instant that is on a whole minute, by a clock."""
    return lambda instant: (
        instant_in_words(datetime.fromisoformat(instant), zone, weekday=False) if instant else "—"
    )


def exact_by(zone: str) -> Say:
    """Return what says an instant by a clock, to the millisecond."""
    return lambda instant: exact_in_words(datetime.fromisoformat(instant), zone) if instant else "—"


def part(title: str, *tables: Table) -> dict[str, Any]:
    """Return a part of a paper."""
    return {"title": title, "tables": list(tables)}


def table(caption: str, columns: tuple[str, ...], rows: Iterable[Row], empty: str) -> Table:
    """Return a table; without rows, the paper says `empty` in its place."""
    return {"caption": caption, "columns": list(columns), "rows": list(rows), "empty": empty}


def of_journal(facts: Facts, say: Say) -> Iterable[Table]:
    """Return the tables of the acts that a proof cites, and of their seals."""
    yield table(
        "Actes au journal",
        ("N° et sceau", "Instant", "Acte", "Empreinte"),
        (_act(one, say) for one in facts["actes"]),
        "Aucun.",
    )
    yield table(
        "Sceaux du journal",
        ("N°", "Posé", "Empreinte"),
        ([str(one["numero"]), say(one["pose_le"]), one["empreinte"]] for one in facts["sceaux"]),
        "Aucun : ces actes seront scellés dans la minute.",
    )


def _act(one: Facts, say: Say) -> Row:
    seal = f"sceau n°{one['sceau']}" if one["sceau"] else "pas encore scellé"
    came = one["provenance"]
    whence = f", depuis l'adresse réseau {came['network']}" if came else ""
    return [
        f"{one['numero']}, {seal}",
        say(one["le"]),
        f"{one['quoi']}, par {one['par']}{whence}",
        one["empreinte"],
    ]
