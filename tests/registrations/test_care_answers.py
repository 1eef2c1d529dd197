"""In the demo's baccalauréat professionnel, no answer contradicts another one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from sporades.cli import demo_files
from sporades.cli.demo_registrations import CARE
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from tests.factories import NOW, OPERATOR, a_candidate, a_draft

OPEN = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
NEVER = {"q-deja_presente": "non", "q-derniere_session": None}
NOTHING_KEPT = {"statut-E51": "inscrit", "note-E51": None, "session-E51": None}
NO_MARK = (
    "Vous avez répondu que vous n'avez pas encore passé d'épreuves de ce baccalauréat : il n'y a "
    "pas de note à garder. Choisissez un autre statut, ou corrigez cette réponse dans l'onglet "
    "« Informations supplémentaires »."
)
NOT_LEFT_SCHOOL = (
    "La catégorie « Ex-scolaire » est pour ceux qui se sont déjà présentés à cet examen. Répondez "
    "« Oui » si vous y avez passé des épreuves ; sinon, changez de catégorie dans l'onglet "
    "« Informations candidature »."
)


@pytest.fixture(autouse=True)
def _care():
    source = demo_files.expanded(Path("demo/reglementation/bac-pro-assp.yaml"), at=NOW)
    exams.load(source, by=OPERATOR, at=OPEN)
    forget()


def troubles(**changes):
    answers = {
        section: {
            name: value
            for name, value in {**answers, **changes.get(section, {})}.items()
            if value is not None
        }
        for section, answers in CARE.items()
    }
    draft = a_draft(
        a_candidate(at=OPEN),
        academy="A28",
        exam="BACPRO-ASSP",
        speciality="ASSP-DOMICILE",
        at=OPEN,
    )
    forms = journey.judged(dossier_of(draft, day=OPEN.date(), answers=answers))
    return [(one.section, one.field, one.message) for one in journey.troubles(forms)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"supplementaires": NEVER, "epreuves": NOTHING_KEPT},
        {"informations": {"category": "EX-SCOLAIRE"}},
    ],
)
def test_answers_that_agree_are_accepted(changes):
    assert troubles(**changes) == []


def test_a_mark_kept_by_one_who_sat_nothing_is_refused_at_its_line():
    assert troubles(supplementaires=NEVER) == [("epreuves", "statut-E51", NO_MARK)]


def test_who_sat_nothing_has_not_left_the_school_of_this_exam():
    found = troubles(
        informations={"category": "EX-SCOLAIRE"}, supplementaires=NEVER, epreuves=NOTHING_KEPT
    )

    assert found == [("supplementaires", "q-deja_presente", NOT_LEFT_SCHOOL)]
