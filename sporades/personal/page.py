"""The page of a copy: what its person reads, in one file that opens without a network."""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field
from django.template.loader import render_to_string
from django.utils.text import capfirst

from sporades.core.actors import CANDIDATE
from sporades.core.french import (
    day_in_words,
    figure,
    instant_in_words,
    local_day,
    size_in_words,
)
from sporades.core.phones import phone_in_words
from sporades.personal.gathering import Kept
from sporades.personal.tables import BY_MODEL, CHAPTERS, TABLES, Table
from sporades.personal.wording import Answered, Rows, Wording
from sporades.registrations.came import received_in_words
from sporades.registrations.models import Draft

STYLE = """<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem;
  overflow-wrap: anywhere; }
h1, h2, h3, h4 { line-height: 1.25; }
h2 { border-top: 2px solid; padding-top: 1rem; margin-top: 2.5rem; }
article { border-left: 4px solid; padding-left: 1rem; margin: 1.5rem 0; }
dl { margin: 0; }
dl > div { padding: .25rem 0; border-bottom: 1px solid #8888; }
dt { font-weight: bold; }
dd, td { margin: 0; white-space: pre-line; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: 1rem 0; overflow-wrap: normal; }
caption { font-weight: bold; text-align: left; padding: .25rem 0; }
th, td { border: 1px solid #8888; padding: .25rem .5rem; text-align: left; vertical-align: top; }
summary { cursor: pointer; padding: .25rem 0; }
dd dl { margin-left: 1rem; }
@media (min-width: 40rem) {
  dl > div { display: grid; grid-template-columns: 16rem 1fr; gap: 1rem; }
  dd dl > div { grid-template-columns: 12rem 1fr; }
}
@media (max-width: 40rem) {
  table, caption, tbody, tr, td { display: block; border: 0; padding: 0; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  tr { border-left: 4px solid; padding-left: 1rem; margin: 1.5rem 0; }
  td { padding: .25rem 0; border-bottom: 1px solid #8888; }
  td:empty { display: none; }
  td::before { content: attr(data-label); display: block; font-weight: bold; }
}
@media print {
  a { color: inherit; }
  article { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
</style>
"""
"""Inside the page: it is one file. No template of the site holds any."""

UNREAD = frozenset(
    {
        "id",
        "digest",
        "sending",
        "revision",
        "name_key",
        "birth_name_key",
        "usage_name_key",
        "first_names_key",
        "key",
        "pdf_key",
        "proof_key",
        "author_id",
        "actor_id",
        "object_id",
        "object_kind",
        "about_id",
        "about_kind",
        "verb",
        "payload",
        "next_try_at",
        "attempts",
        "is_urgent",
        "reminded_of",
        "exclusive_scope",
        "stored_at",
        "waived",
        "actor_name",
        "birth_commune",
        "commune",
        "content",
        "decided_code",
        "extra_data",
        "is_for_copy",
        "opinion_code",
        "place",
        "seal",
        "sign",
    }
)
"""What a machine reads, in `donnees.json`; a person has nothing to learn of it, or reads it beside."""

UNREAD_OF = {
    "accommodations.AskedMeasure": {"code"},
    "accommodations.Case": {"stands"},
    "documents.Folder": {"academy", "domain"},
    "evidence.Evidence": {"code"},
    "journal.Entry": {"academy"},
    "letters.Letter": {"is_settled"},
    "mail.Message": {"academy", "due_by", "kind", "last_error", "matter"},
    "medical.Opening": {"paper", "reader_id"},
    "medical.Remark": {"is_between_doctors"},
}
"""The same, of one table: the label, the subject or the file says it."""

WORDS = {
    "academy": "Académie",
    "has_former_decision": "Décision d'aménagement déjà reçue auparavant",
    "inscription": "Inscription n°",
    "is_placed": "Académie donnée par un service gestionnaire, sans égard à l'adresse",
    "is_reached": "Vous avez été joint au téléphone",
    "channel": "Vous êtes prévenu par",
    "piece": "Pièce",
    "actor_kind": "Par",
    "amends": "Modifie l'inscription n°",
    "asked_kind": "Demandée par",
    "author_kind": "Par",
    "case": "Inscription n°",
    "compartment": "Inscription n°",
    "evidence": "Pièce",
    "registration": "Inscription n°",
    "batch": "Lot",
    "code": "Code",
    "created_at": "Depuis le",
    "data": "Détail",
    "document": "Document",
    "en_mots": "Ce qui a été fait",
    "exam": "Examen",
    "ip": "Adresse réseau",
    "last_seen_at": "Vue pour la dernière fois le",
    "is_closed": "Remis à un médecin",
    "last_used_at": "A servi pour la dernière fois le",
    "option": "Option",
    "pages": "Pages",
    "decided_papers": "Accordée seulement pour",
    "opinion_papers": "Avis favorable seulement pour",
    "papers": "Épreuves",
    "reader_kind": "Par",
    "sealed_name": "Nom du fichier",
    "sealed_text": "Commentaire",
    "paper": "Épreuve",
    "plan": "Plan",
    "publication": "Publication",
    "question": "Question",
    "regulation": "Réglementation",
    "service": "Service d'inscription",
    "summary_until": "Récapitulatif signé attendu jusqu'au",
    "is_summary_posted_late": "Récapitulatif signé posté hors délai",
    "summary_came_by": "Récapitulatif signé venu",
    "came_by": "Venue",
    "size": "Taille",
    "speciality": "Spécialité",
    "type": "Nature",
    "uid": "Identifiant",
    "user_agent": "Navigateur",
    "version": "Version",
}
SAID_WITH = {"came_by": "posted_on", "summary_came_by": "summary_posted_on"}
"""What says nothing without another: by which way something came, before any day is noted."""
"""The columns that a person reads under another name than the office, or that have none."""

SIGNED = {"author_kind": "author_name", "reader_kind": "reader_name"}
"""The columns of a quality, each with that of the name: of oneself, « vous » says it."""

PHONES = frozenset({"guardian_phone", "mobile", "phone"})

LONG, LONGEST = 12, 700
"""How many lines, and how many signs, stand unfolded."""

WIDEST, MOST_COLUMNS = 120, 8
"""How long and how many the cells of a table are, at most."""

TYPED = ["Onglet", "Question", "Réponse"]

BY_INSTANT = {"journal.Entry": "at", "mail.Message": "written_at", "medical.Opening": "at"}
"""The tables that are read in the order of their instants."""

TITLES = {
    "account.EmailAddress": "Adresses mail",
    "accommodations.Appeal": "Recours contre une décision d'aménagement",
    "accommodations.AskedMeasure": "Mesures demandées",
    "accommodations.Case": "Demandes d'aménagement",
    "accommodations.Signature": "Signatures d'un représentant légal",
    "accounts.AddressChange": "Changement d'adresse demandé",
    "accounts.LeftAddress": "Adresses quittées",
    "accounts.User": "Compte",
    "batches.BatchLine": "Décisions prises avec d'autres inscriptions",
    "candidates.Candidate": "Fiche",
    "candidates.ClaimCode": "Code de rattachement",
    "candidates.Identity": "État civil, tel qu'il a été",
    "documents.DocumentVersion": "Documents",
    "documents.Folder": "Dossiers de documents",
    "drawers.KeptFile": "Porte-documents",
    "drawers.Upload": "Envois en cours",
    "evidence.Deposit": "Fichiers de pièces justificatives",
    "evidence.Evidence": "Pièces justificatives",
    "evidence.Incompleteness": "Candidatures déclarées incomplètes",
    "evidence.Verdict": "Verdicts sur les pièces",
    "journal.Entry": "Journal",
    "letters.Letter": "Courriers",
    "mail.Message": "Mails",
    "medical.Compartment": "Ce que vous déposez, par inscription",
    "medical.Opening": "Qui a ouvert quoi",
    "medical.Paper": "Papiers",
    "medical.Remark": "Commentaires",
    "mfa.Authenticator": "Double authentification",
    "notices.OpeningAlert": "Alertes d'ouverture",
    "personal.DataCopy": "Copies de données demandées",
    "publications.PublicationLine": "Documents publiés avec d'autres",
    "registrations.ChangeRequest": "Demandes de modification",
    "registrations.CorrectionRequest": "Demandes de correction d'état civil",
    "registrations.Draft": "Saisies, enregistrées ou non",
    "registrations.LateRequest": "Demandes d'inscription tardive",
    "registrations.Note": "Notes internes",
    "registrations.Registration": "Inscriptions",
    "registrations.RegistrationAnswer": "Réponses aux questions d'examen",
    "registrations.RegistrationPaper": "Épreuves",
    "registrations.SectionAnswers": "Réponses, onglet par onglet",
    "registrations.Version": "Versions des inscriptions",
    "retention.Hold": "Gels d'effacement",
    "socialaccount.SocialAccount": "FranceConnect",
    "threads.ThreadMessage": "Messages avec le service gestionnaire",
    "accounts.SignIn": "Connexions et essais",
    "usersessions.UserSession": "Appareils connectés",
}
"""How each table that is given is headed."""


def written(
    tables: dict[str, list[dict[str, Any]]],
    kept: Iterable[Kept],
    *,
    of: str,
    numbers: dict[int, str],
    at: dt.datetime,
    is_health: bool,
) -> str:
    """Return the page.

    Args:
        tables: the rows of each, as they were gathered.
        kept: the files that stand beside it.
        of: the name of its person.
        numbers: of each of their registrations, by its key.
        at: the instant at which they were gathered.
        is_health: whether it is the page of what was confided to a doctor.
    """
    paths = {(one.table, one.row): one.path for one in kept}
    wording = Wording(tables, numbers, at)
    page = render_to_string(
        "personal/copy.html",
        {
            "of": of,
            "at": instant_in_words(at, settings.TIME_ZONE),
            "service": settings.SERVICE_NAME,
            "deployer": settings.DEPLOYER_NAME,
            "chapters": list(_chapters(tables, wording, paths)),
            "not_given": list(_not_given()),
            "is_health": is_health,
            "other_page": "../lisez-moi.html" if is_health else "sante/lisez-moi.html",
        },
    )
    return page.replace("</head>", f"{STYLE}</head>", 1)


def _chapters(
    tables: Rows, wording: Wording, paths: dict[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    given = {BY_MODEL[model].chapter for model in tables}
    titles = [title for title in CHAPTERS if title in given]
    for number, title in enumerate(titles, start=1):
        parts = [
            _part(model, rows, wording, paths)
            for model, rows in tables.items()
            if BY_MODEL[model].chapter == title and rows
        ]
        yield {"anchor": f"partie-{number}", "title": title, "parts": parts}


def _part(
    model: str,
    rows: list[dict[str, Any]],
    wording: Wording,
    paths: dict[tuple[str, str], str],
) -> dict[str, Any]:
    """Return what is read of the rows of a table: blocks, or a table where they are short."""
    if model == "registrations.SectionAnswers":
        typed = [_typed(*one) for one in wording.typed()]
        return {"title": TITLES[model], "rows": [], "tables": typed}
    if instant := BY_INSTANT.get(model):
        rows = sorted(rows, key=lambda row: row[instant])
    read = [_row(BY_MODEL[model], row, wording, paths) for row in rows]
    title = TITLES[model] + (f" ({len(rows)})" if len(rows) > 1 else "")
    if table := _table(read):
        return {"title": title, "rows": [], "tables": [{"caption": TITLES[model], **table}]}
    return {"title": title, "rows": read, "tables": []}


def _typed(draft: Draft, answered: list[Answered]) -> dict[str, Any]:
    begun = instant_in_words(draft.created_at, settings.TIME_ZONE)
    return {
        "caption": f"{draft}, saisie commencée le {begun}",
        "columns": TYPED,
        "rows": [
            [
                {"text": text, "is_file": False, "label": label}
                for label, text in zip(TYPED, one, strict=True)
            ]
            for one in answered
        ],
    }


def _table(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return rows as the lines of a table, nothing where one block for each reads better."""
    lines = [line for row in rows for line in row["lines"]]
    columns = list(dict.fromkeys(line["label"] for line in lines))
    has_files = any(row["path"] for row in rows)
    is_short = all(len(line["text"]) <= WIDEST and not line["pairs"] for line in lines)
    if len(rows) < 2 or not is_short or len(columns) + has_files > MOST_COLUMNS:  # noqa: PLR2004 - two rows
        return None
    said = [{line["label"]: line["text"] for line in row["lines"]} for row in rows]
    cells = [
        [{"text": one.get(label, ""), "is_file": False, "label": label} for label in columns]
        for one in said
    ]
    if has_files:
        for line, row in zip(cells, rows, strict=True):
            line.append({"text": row["path"], "is_file": bool(row["path"]), "label": "Fichier"})
    return {"columns": [*columns, *(["Fichier"] if has_files else [])], "rows": cells}


def _row(
    table: Table, row: dict[str, Any], wording: Wording, paths: dict[tuple[str, str], str]
) -> dict[str, Any]:
    columns = {one.name: one for one in apps.get_model(table.model)._meta.concrete_fields}
    unread = UNREAD | UNREAD_OF.get(table.model, set())
    unread |= {name for kind, name in SIGNED.items() if row.get(kind) == CANDIDATE}
    lines = [
        {"label": _label(columns.get(name), name), **said}
        for name in row
        if name not in unread
        and (said := _said(table.model, columns.get(name), name, row, wording))
    ]
    if table.model == "medical.Opening" and not row["kind"]:
        lines.append({"label": _label(columns["kind"], "kind"), **_told("Commentaires")})
    return {
        "lines": lines,
        "path": paths.get((table.model, str(row["id"])), ""),
        "heading": wording.heading(table.model, row),
    }


def _label(column: "Field[Any, Any] | None", name: str) -> str:
    label = WORDS.get(name) or (str(column.verbose_name) if column is not None else name)
    return capfirst(label)


def _said(
    model: str,
    column: "Field[Any, Any] | None",
    name: str,
    row: dict[str, Any],
    wording: Wording,
) -> dict[str, Any] | None:
    """Return what is read of a value: a text, or pairs; nothing where it says nothing."""
    value = row[name]
    if value in (None, "", {}) or (value == [] and name != "papers"):
        return None
    if name in SAID_WITH and not row[SAID_WITH[name]]:
        return None
    if (known := wording.of(model, name, value, row)) is not None:
        return _told(capfirst(known))
    if (pairs := _own_pairs(model, name, value, wording)) is not None:
        return _folded(pairs)
    if isinstance(value, dict | list):
        text = _heading(value)
        if text is None and isinstance(value, list) and not any(map(_is_tree, value)):
            text = "\n".join(map(in_words, value))
        return _folded(_pairs(value)) if text is None else _told(text)
    if name == "completed_at" and row.get("complement_came_by"):
        value = _day_of(value)
    text = phone_in_words(value) if name in PHONES else _text(column, value, wording)
    return _told(text) if text else None


def _own_pairs(model: str, name: str, value: Any, wording: Wording) -> list[dict[str, str]] | None:
    """Return what JSON of a shape of its own says; nothing where it has none."""
    if (model, name) == ("registrations.Version", "snapshot"):
        return _version(value)
    if (model, name) == ("registrations.CorrectionRequest", "identity"):
        return _civil(value, wording)
    return _exchanged(value) if name == "exchanged" else None


def _is_tree(value: Any) -> bool:
    return isinstance(value, dict | list)


def _told(text: str) -> dict[str, Any]:
    return {"text": text, "pairs": [], "is_long": len(text) > LONGEST}


def _folded(pairs: list[dict[str, str]]) -> dict[str, Any]:
    return {"text": "", "pairs": pairs, "is_long": len(pairs) > LONG}


def _civil(value: dict[str, Any], wording: Wording) -> list[dict[str, str]]:
    """Return the civil data that were asked for, as those of a row are read."""
    table = BY_MODEL["candidates.Identity"]
    said = _row(table, {"id": "", **value}, wording, {})["lines"]
    return [{"label": one["label"], "text": one["text"]} for one in said]


def _exchanged(value: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Return what was asked for and answered before, of a request that lacked something more than once."""
    said = [
        (label, when, text)
        for one in value
        for label, when, text in (
            ("Ce qui manquait, le", in_words(_instant(one["asked_at"])), one["missing"]),
            (*_completed(one), one["complement"]),
        )
    ]
    return [{"label": f"{label} {when}", "text": text} for label, when, text in said if text]


def _completed(exchange: dict[str, Any]) -> tuple[str, str]:
    """Return how what was missing came, on line or not, and when."""
    at = _instant(exchange["completed_at"])
    if by := exchange.get("came_by"):
        return "Complément reçu le", received_in_words(by, _day_of(at))
    return "Réponse, le", in_words(at)


def _day_of(at: dt.datetime) -> dt.date:
    """Return the day on which something came that has no hour: its service noted that day alone."""
    return local_day(at, settings.TIME_ZONE)


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _text(column: "Field[Any, Any] | None", value: Any, wording: Wording) -> str:
    if column is not None and column.is_relation:
        return wording.named(column, value)
    if column is not None and column.name == "size":
        rounded = round(value, -5 if value >= 1_000_000 else -3)  # noqa: PLR2004 - a megabyte
        return size_in_words(max(rounded, 1_000))
    known = dict(column.flatchoices) if column is not None and column.choices else {}
    return str(known.get(value) or in_words(value))


def _heading(value: Any) -> str | None:
    """Return how a row of another table is named, or what a document is; nothing for the rest."""
    if not isinstance(value, dict):
        return None
    named = value.get("libelle") if value.keys() == {"code", "libelle"} else value.get("heading")
    return None if named is None else str(named)


def in_words(value: Any) -> str:
    """Return a value as a person reads it."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dt.datetime):
        return instant_in_words(value, settings.TIME_ZONE)
    if isinstance(value, dt.date):
        return day_in_words(value)
    return figure(value) if isinstance(value, Decimal) else str(value)


def _version(snapshot: dict[str, Any]) -> list[dict[str, str]]:
    """Return what a version says, as its candidate reads it elsewhere."""
    said = [*snapshot.get("identity", [])]
    for section in snapshot.get("sections", []):
        said += section["lines"]
        for table in section["tables"]:
            said += [["Épreuves", table["caption"]]]
            said += [[row[0], ", ".join(filter(None, map(str, row[1:])))] for row in table["rows"]]
    return [{"label": label, "text": in_words(value)} for label, value in said]


def _pairs(value: Any, before: str = "") -> list[dict[str, str]]:
    """Return what JSON holds, flat: « tab › field »."""
    if isinstance(value, dict):
        return [
            pair
            for name, inner in value.items()
            for pair in _pairs(inner, f"{before} › {name}" if before else str(name))
        ]
    if isinstance(value, list):
        if all(not isinstance(one, dict | list) for one in value):
            return [{"label": before or "Contenu", "text": ", ".join(map(in_words, value))}]
        return [pair for inner in value for pair in _pairs(inner, before)]
    return (
        [{"label": before or "Contenu", "text": in_words(value)}] if value not in ("", None) else []
    )


def _not_given() -> Iterator[dict[str, str]]:
    """Say what is not given, and why: what may be of a person only."""
    for table in TABLES:
        meta = apps.get_model(table.model)._meta
        if not table.chapter and "délégué" in table.why_not:
            what = str(meta.verbose_name_plural)
            yield {"what": capfirst(what), "why": table.why_not}
        for name, why in table.withheld.items():
            if "délégué" in why:
                column = str(meta.get_field(name).verbose_name)
                yield {
                    "what": f"{TITLES.get(table.model, meta.verbose_name_plural)} : {column}",
                    "why": why,
                }
