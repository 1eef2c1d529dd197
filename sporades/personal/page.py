"""The page of a copy: what its person reads, in one file that opens without a network."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field
from django.template.loader import render_to_string

from sporades.core.french import day_in_words, instant_in_words
from sporades.personal.gathering import Kept
from sporades.personal.tables import BY_MODEL, CHAPTERS, TABLES, Table
from sporades.territory import queries as territory

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
dd { margin: 0; white-space: pre-line; }
dd dl { margin-left: 1rem; }
@media (min-width: 40rem) {
  dl > div { display: grid; grid-template-columns: 16rem 1fr; gap: 1rem; }
  dd dl > div { grid-template-columns: 12rem 1fr; }
}
@media print { a { color: inherit; } article { break-inside: avoid; } }
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
    }
)
"""What a machine reads, in `donnees.json`; a person has nothing to learn of it."""

WORDS = {
    "academy": "Académie",
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
    "last_used_at": "A servi pour la dernière fois le",
    "option": "Option",
    "pages": "Pages",
    "paper": "Épreuve",
    "plan": "Plan",
    "publication": "Publication",
    "question": "Question",
    "regulation": "Réglementation",
    "service": "Service d'inscription",
    "speciality": "Spécialité",
    "type": "Nature",
    "uid": "Identifiant",
    "user_agent": "Navigateur",
    "version": "Version",
}
"""The columns that have no French name of their own, by their name."""

TITLES = {
    "account.EmailAddress": "Adresses mail",
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
    "medical.Compartment": "Ce que vous confiez, par inscription",
    "medical.Opening": "Qui a ouvert quoi",
    "medical.Paper": "Papiers",
    "medical.Remark": "Commentaires",
    "mfa.Authenticator": "Double authentification",
    "notices.OpeningAlert": "Alertes d'ouverture",
    "personal.DataCopy": "Copies de données demandées",
    "publications.PublicationLine": "Documents publiés avec d'autres",
    "registrations.ChangeRequest": "Demandes de modification",
    "registrations.CorrectionRequest": "Demandes de correction d'état civil",
    "registrations.Draft": "Saisies commencées",
    "registrations.Note": "Notes internes",
    "registrations.Registration": "Inscriptions",
    "registrations.RegistrationAnswer": "Réponses aux questions d'examen",
    "registrations.RegistrationPaper": "Épreuves",
    "registrations.SectionAnswers": "Réponses, onglet par onglet",
    "registrations.Version": "Versions des inscriptions",
    "retention.Hold": "Gels d'effacement",
    "socialaccount.SocialAccount": "FranceConnect",
    "threads.ThreadMessage": "Messages avec le service gestionnaire",
    "usersessions.UserSession": "Connexions ouvertes",
}
"""How each table that is given is headed."""

COUNTRIES = frozenset({"birth_country", "nationality", "country"})


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
    page = render_to_string(
        "personal/copy.html",
        {
            "of": of,
            "at": instant_in_words(at, settings.TIME_ZONE),
            "service": settings.SERVICE_NAME,
            "deployer": settings.DEPLOYER_NAME,
            "chapters": list(_chapters(tables, _Names(numbers, tables, paths))),
            "not_given": list(_not_given()),
            "is_health": is_health,
        },
    )
    return page.replace("</head>", f"{STYLE}</head>", 1)


class _Names:
    """How rows and files that others point to are called."""

    def __init__(
        self,
        numbers: dict[int, str],
        tables: dict[str, list[dict[str, Any]]],
        paths: dict[tuple[str, str], str],
    ) -> None:
        """Learn them."""
        self.paths = paths
        self.rows = {("registrations.Registration", key): said for key, said in numbers.items()}
        for row in tables.get("evidence.Evidence", ()):
            self.rows["evidence.Evidence", row["id"]] = row["label"]
        for model in ("accommodations.Case", "medical.Compartment"):
            for row in tables.get(model, ()):
                self.rows[model, row["id"]] = numbers.get(row["registration"], "")

    def of(self, column: "Field[Any, Any]", key: Any) -> str:
        """Return how the row of a key is called, nothing where it says nothing more."""
        model: Any = column.related_model
        return self.rows.get((model._meta.label, key), "")


def _chapters(tables: dict[str, list[dict[str, Any]]], names: _Names) -> Iterator[dict[str, Any]]:
    given = {BY_MODEL[model].chapter for model in tables}
    titles = [title for title in CHAPTERS if title in given]
    for number, title in enumerate(titles, start=1):
        parts = [
            {
                "title": TITLES[model] + (f" ({len(rows)})" if len(rows) > 1 else ""),
                "rows": [_row(BY_MODEL[model], row, names) for row in rows],
            }
            for model, rows in tables.items()
            if BY_MODEL[model].chapter == title and rows
        ]
        yield {"anchor": f"partie-{number}", "title": title, "parts": parts}


def _row(table: Table, row: dict[str, Any], names: _Names) -> dict[str, Any]:
    columns = {one.name: one for one in apps.get_model(table.model)._meta.concrete_fields}
    lines = [
        {"label": _label(columns.get(name), name), **said}
        for name, value in row.items()
        if name not in UNREAD and (said := _said(table, columns.get(name), name, value, names))
    ]
    return {"lines": lines, "path": names.paths.get((table.model, str(row["id"])), "")}


def _label(column: "Field[Any, Any] | None", name: str) -> str:
    label = WORDS.get(name) or (str(column.verbose_name) if column is not None else name)
    return label[:1].upper() + label[1:]


def _said(
    table: Table, column: "Field[Any, Any] | None", name: str, value: Any, names: _Names
) -> dict[str, Any] | None:
    """Return what is read of a value: a text, or pairs; nothing where it says nothing."""
    if value in (None, "", [], {}):
        return None
    if isinstance(value, dict | list):
        if isinstance(value, dict) and (table.model, name) == ("registrations.Version", "snapshot"):
            return {"pairs": _version(value)}
        text = _heading(value)
        return {"pairs": _pairs(value)} if text is None else {"text": text}
    text = _text(column, name, value, names)
    return {"text": text} if text else None


def _text(column: "Field[Any, Any] | None", name: str, value: Any, names: _Names) -> str:
    if column is not None and column.is_relation:
        return names.of(column, value)
    if name in COUNTRIES:
        return next((one.name for one in territory.countries() if one.code == value), value)
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
    return str(value)


def _version(snapshot: dict[str, Any]) -> list[dict[str, str]]:
    """Return what a version says, as its candidate reads it elsewhere."""
    said = [*snapshot.get("identity", [])]
    for section in snapshot.get("sections", []):
        said += section["lines"]
        for table in section["tables"]:
            said += [[table["caption"], ", ".join(map(str, row))] for row in table["rows"]]
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
            yield {"what": str(meta.verbose_name_plural), "why": table.why_not}
        for name, why in table.withheld.items():
            if "délégué" in why:
                column = str(meta.get_field(name).verbose_name)
                yield {"what": f"{meta.verbose_name_plural} : {column}", "why": why}
