"""All that is kept of a registration: its rows, wherever they are, and its files."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.core import serializers
from django.db.models import Model
from django.db.models.deletion import Collector

from sporades.candidates.models import Candidate
from sporades.documents.models import Document, DocumentVersion
from sporades.doubles.queries import rows_about
from sporades.journal.models import Entry
from sporades.journal.words import CONSULTATIONS
from sporades.registrations.models import Registration
from sporades.trials.models import TrialRefusal

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(?:\.\w+)+")
"""The key of a file in the store (`core.files`)."""


def rows_of(registration: Registration) -> list[Model]:
    """Return a registration and all that is deleted with it, as the database's own relations say.

    A table that another room adds is found by its relation: nothing has to be listed here, but what
    has a shorter time of its own. Nothing is decided by a dry run, whose rows go after thirty days.

    Raises:
        ProtectedError: something keeps it from being deleted.
    """
    collector = Collector(using="default", origin=registration)
    collector.collect([registration])
    rows = chain(*collector.data.values(), *collector.fast_deletes)
    return [one for one in rows if not isinstance(one, TrialRefusal)]


def papers_of(registration: Registration) -> list[Model]:
    """Return its folder and what stands in it, locked."""
    documents = Document.objects.filter(folder=registration.folder_id)
    versions = DocumentVersion.objects.filter(document__in=documents).select_for_update()
    return [registration.folder, *documents, *versions.order_by("pk")]


def person_of(candidate: Candidate) -> list[Model]:
    """Return what is said of a person whose last registration goes: with an account, their drafts stay.

    Those that they left go with the others, and what was written of them.
    """
    begun = candidate.drafts.filter(filed_as=None, amends=None)
    drafts = begun if not candidate.has_account else ()
    about = rows_about(candidate)
    names = [one.identity for one in about if isinstance(one, Candidate)]
    return [candidate, *about, *names, *drafts]


def written(rows: Iterable[Model]) -> list[dict[str, Any]]:
    """Return rows as JSON: the model, the key and the fields of each."""
    made: list[dict[str, Any]] = json.loads(serializers.serialize("json", rows))
    return made


def files_in(content: list[dict[str, Any]]) -> list[str]:
    """Return the keys of files that rows hold, in any field and at any depth."""
    return sorted({text for text in _texts(content) if _KEY.fullmatch(text)})


def looked_at(line: dict[str, Any]) -> datetime | None:
    """Return when somebody looked at a file, if this is what a line of an archive says."""
    said = line["fields"]
    if line["model"] != Entry._meta.label_lower or said["verb"] not in CONSULTATIONS:
        return None
    return datetime.fromisoformat(said["at"])


def facts_of(registration: Registration) -> dict[str, Any]:
    """Say what a registration was, naming nobody: what stays where names are removed."""
    exam, service = registration.exam, registration.service
    return {
        "domaine": exam.domain.label,
        "session": exam.session.label,
        "examen": exam.label,
        "spécialité": registration.speciality_label,
        "académie": service.academy.full_name,
        "catégorie": registration.category,
        "forme de passage": registration.passing_form,
        "état": registration.get_state_display(),
        "enregistrée le": registration.filed_at.isoformat(),
        "versions": registration.version,
        "épreuves": {
            paper.paper.code: paper.status
            for paper in registration.papers.select_related("paper").order_by("paper__code")
        },
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain(*map(_texts, value.values()))
    elif isinstance(value, list):
        yield from chain(*map(_texts, value))
