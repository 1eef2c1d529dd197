"""The register of processing activities (RGPD, art. 30), drawn from the map of the tables."""

from collections.abc import Iterator
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.utils.text import capfirst

from sporades.core.french import day_in_words, local_day
from sporades.personal.activities import Activity, Reader
from sporades.personal.durations import DURATIONS
from sporades.personal.page import TITLES
from sporades.personal.tables import HEALTH, TABLES, Table
from sporades.retention.categories import Category

TO_SAY = "**[à préciser]**"
NAMES = {
    "documents.Document": "Nature de chaque document",
    "exams.Paper": "Épreuves de la réglementation",
    "exams.Session": "Sessions d'examen",
    "procrastinate.ProcrastinateEvent": "Étapes des travaux",
    "procrastinate.ProcrastinateJob": "Travaux de la file d'attente",
    "procrastinate.ProcrastinatePeriodicDefer": "Dernier départ de chaque travail régulier",
    "procrastinate.ProcrastinateWorker": "Processus qui font les travaux",
    "sessions.Session": "Sessions ouvertes",
}
"""The tables that neither their person nor the program calls well."""


def written(*, at: datetime) -> str:
    """Return the register, as Markdown in French.

    Args:
        at: the instant, of which it bears the day.
    """
    return "\n".join([*_head(at), *(line for one in Activity for line in _activity(one))])


def _head(at: datetime) -> Iterator[str]:
    day = day_in_words(local_day(at, settings.TIME_ZONE))
    yield "# Registre des activités de traitement"
    yield ""
    yield (
        f"Article 30 du RGPD. Tiré le {day} de ce que fait le programme, avec les durées de cette "
        f"installation ; {TO_SAY} marque ce que le responsable est seul à savoir."
    )
    yield ""
    where = ", ".join(filter(None, (settings.DEPLOYER_NAME, settings.DEPLOYER_ADDRESS)))
    yield f"- **Responsable du traitement** : {where}"
    yield f"- **Délégué à la protection des données** : {settings.PRIVACY_CONTACT or TO_SAY}"
    yield (
        f"- **Sous-traitants** : hébergeur, {settings.HOST_NAME or TO_SAY} ; relais de mails, et "
        f"FranceConnect s'il est activé {TO_SAY}"
    )
    yield (
        "- **Transferts hors de l'Union européenne** : aucun par le programme ; hébergeur et relais de "
        f"mails {TO_SAY}"
    )
    yield "- **Décision automatisée** : l'inscription déclarée incomplète, là où la réglementation le dit"
    yield (
        "- **Gravité, risques, mesures d'ensemble** : le dossier de mise en service (docs/dossier.md) ; "
        "mesures et tests qui les prouvent (docs/security.md)"
    )


def _activity(one: Activity) -> Iterator[str]:
    said = one.value
    tables = [table for table in TABLES if table.serves is one]
    yield ""
    yield f"## {said.title}"
    yield ""
    yield f"- **Finalité** : {said.purpose}"
    yield f"- **Base légale** : {said.basis}"
    yield f"- **Personnes** : {said.people}"
    yield f"- **Destinataires** : {_readers(tables)}"
    yield "- **Mesures** :"
    yield from (f"  - {measure.said}" for measure in said.measures)
    yield ""
    yield "| Données | Santé | Destinataires | Durée |"
    yield "|---|---|---|---|"
    for table in tables:
        health = "oui" if table.is_sensitive else "non"
        kept = ", ".join(f"`{code}`" for code in table.kept.split())
        yield f"| {_named(table)} | {health} | {_readers([table])} | {kept} |"
    yield ""
    yield "Durées :"
    yield ""
    named = {code for table in tables for code in table.kept.split()}
    yield from (
        f"- `{line.code}` : {line.what}. {capfirst(kept_in_words(line))}, à compter de : {line.since}."
        for line in DURATIONS
        if line.code in named
    )


def kept_in_words(line: Category) -> str:
    """Return for how long a line is kept: in use, then in the archives."""
    archived = line.archived()
    return f"{line.active()}, puis {archived}" if archived else line.active()


def _readers(tables: list[Table]) -> str:
    """Return who reads some tables, each once, in the order in which they are declared."""
    found = {reader for table in tables for reader in table.read_by}
    if len(found) > 1:
        found.discard(Reader.NOBODY)
    return capfirst(" ; ".join(reader.value for reader in Reader if reader in found))


def _named(table: Table) -> str:
    """Return how a table is called: by its person, in their copy, or by the program."""
    named = NAMES if table.chapter == HEALTH else TITLES | NAMES
    model = apps.get_model(table.model)
    return named.get(table.model) or capfirst(str(model._meta.verbose_name))
