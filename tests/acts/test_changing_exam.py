"""A registration changes its speciality, or its exam: what hangs on it follows, or says why not."""

from datetime import timedelta

import pytest

from sporades.accommodations.states import State as CaseState
from sporades.acts.accommodating import OfAnExam
from sporades.acts.pieces import verifying
from sporades.acts.registrations import registering
from sporades.evidence.states import State
from sporades.exams import operations as exams
from sporades.exams.models import Exam
from sporades.publications.models import PublicationLine
from sporades.publications.refusals import IS_FOR_ANOTHER
from sporades.registrations.choices import Choice, choices_beside
from sporades.registrations.models import Registration
from tests.accommodations.asked import reach
from tests.evidence.given import MANAGER, again, piece, receive
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.publications.conftest import (  # noqa: F401 - fixtures
    allowed,
    convocations,
    head,
    manager,
    three,
)
from tests.publications.doing import LATER, approve, publish, read, tell
from tests.registrations.test_changing_speciality import answered, filed, ready
from tests.web.registry.world import source, with_specialities, without_specialities

HOUR = timedelta(hours=1)
ONE = {"dans": "domaine", "reference": "règlement inventé", "message": "Un seul brevet."}


def put_two(**changes):
    """Put two exams in force of which one is chosen; some words of the second are others."""
    said, other = with_specialities(), without_specialities()["examens"][0]
    said["examens"][0]["inscription_unique"] = other["inscription_unique"] = ONE
    for kind, labels in changes.items():
        for one in other[kind]:
            one["libelle"] = labels.get(one["code"], one["libelle"])
    said["examens"].append(other)
    exams.load(source(said), by=OPERATOR, at=NOW)


def the_other():
    return Choice(Exam.objects.get(code="BS"), None)


def begun(registration):
    return registering.amend(
        registration=again(registration),
        choice=the_other(),
        by=author(registration.candidate),
        at=NOW,
    )


def accepted(registration):
    receive(registration)
    row = piece(registration)
    row.registration = again(registration)
    verifying.accept(row=row, seen=None, by=MANAGER, at=NOW)
    assert piece(registration).state == State.ACCEPTED


@pytest.fixture
def registration(invented_exam):
    put_two()
    return a_registration()


def test_another_exam_is_offered_where_one_alone_stands(registration):
    assert [one.label for one in choices_beside(again(registration))] == [
        "Brevet d'essai – Forestier",
        "Brevet simple",
    ]


def test_its_answers_follow_and_its_scope_is_that_of_the_other(registration):
    version = filed(begun(registration))

    found = Registration.objects.get(pk=registration.pk)
    assert (found.exam.code, found.speciality) == ("BS", None)
    assert version.changes[0] == ("Examen ou concours : Brevet d'essai – Marin → Brevet simple")
    assert version.snapshot["answers"]["epreuves"]["option-E3"] == "NAGE"
    assert set(found.papers.values_list("paper__exam__code", flat=True)) == {"BS"}


def test_what_was_said_of_another_epreuve_is_asked_anew(invented_exam):
    put_two(epreuves={"E3": "Secourisme"}, questions={"equipe": "Couleur"})
    registration = a_registration()

    draft = begun(registration)

    kept = draft.answers.get(section="epreuves").answers
    assert "statut-E3" not in kept
    assert "option-E3" not in kept
    assert kept["statut-E1"] == "inscrit"
    asked = draft.answers.get(section="supplementaires").answers
    assert "question-equipe" not in asked
    assert [name for name in asked if "equipe" in name] == []


def test_a_piece_keeps_its_verdict(registration):
    accepted(registration)

    filed(begun(registration))

    assert piece(registration).state == State.ACCEPTED


def test_a_piece_that_is_another_under_its_code_is_looked_at_again(invented_exam):
    put_two(pieces={"IDENTITE": "Certificat médical"})
    registration = a_registration()
    accepted(registration)

    filed(begun(registration))

    row = piece(registration)
    assert (row.label, row.state) == ("Certificat médical", State.POSTED)


def test_accommodations_follow_where_they_say_the_same(registration):
    reach(registration, CaseState.NOTIFIED)

    assert filed(begun(registration)).registration.exam.code == "BS"


def test_accommodations_that_name_another_epreuve_keep_it_where_it_is(invented_exam):
    put_two(epreuves={"E1": "Anglais"})
    registration = a_registration()
    draft = begun(registration)
    answered(draft, "epreuves", **{"statut-E1": "inscrit"})
    reach(registration, CaseState.ASKED)

    with pytest.raises(OfAnExam):
        begun(registration)
    with pytest.raises(OfAnExam):
        filed(draft)
    registration.refresh_from_db()
    assert registration.exam.code == "BE"


def test_a_convocation_for_the_former_speciality_is_not_read(three, convocations, manager, head):  # noqa: F811 - fixtures
    publish(convocations, manager, LATER)
    approve(convocations, head)
    convocations.refresh_from_db()

    filed(ready(three[0]), at=NOW + HOUR)

    assert "convocation" not in read(three[0], LATER)
    tell(convocations, LATER)
    assert "convocation" not in read(three[0], LATER)
    line = PublicationLine.objects.get(publication=convocations)
    assert line.why == IS_FOR_ANOTHER
