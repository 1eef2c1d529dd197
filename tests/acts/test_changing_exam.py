"""A registration changes its speciality, or its exam: what hangs on it follows, or says why not."""

from datetime import timedelta

import pytest

from sporades.accommodations.states import State as CaseState
from sporades.acts.accommodating import OfAnExam
from sporades.acts.pieces import verifying
from sporades.acts.registrations import registering, requesting, standing_in
from sporades.evidence.states import State
from sporades.exams import operations as exams
from sporades.exams.models import Exam
from sporades.publications.models import PublicationLine
from sporades.publications.refusals import IS_FOR_ANOTHER
from sporades.registrations.choices import Choice, choice_of, choices_beside
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import rebasing
from sporades.registrations.operations.requesting import outcome_of
from sporades.registrations.refusals import AskedOfAnother, Incomplete, NothingAmended
from tests.accommodations.asked import reach
from tests.evidence.given import MANAGER, again, piece, receive
from tests.factories import NOW, OPERATOR, a_registration, author, load_invented
from tests.publications.conftest import (  # noqa: F401 - fixtures
    allowed,
    convocations,
    head,
    manager,
    three,
)
from tests.publications.doing import LATER, approve, publish, read, tell
from tests.registrations.test_changing_speciality import (
    AFTER,
    MAPS,
    answered,
    beside,
    brought,
    filed,
    opened,
    ready,
    sent,
)
from tests.web.registry.world import a_member, source, with_specialities, without_specialities

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


def test_another_epreuve_under_one_code_does_not_bear_another_name(invented_exam):
    put_two(epreuves={"E3": "Secourisme"})
    registration = a_registration()

    answers = {"statut-E3": "inscrit", "option-E3": "NAGE"}
    said = filed(answered(begun(registration), "epreuves", **answers)).changes

    assert not [one for one in said if "s'appelle désormais" in one]
    [other] = [one for one in said if one.startswith("Secourisme")]
    assert " : rien → Inscrit" in other


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


@pytest.mark.parametrize("is_offered", [True, False])
def test_who_goes_back_before_saving_has_their_answers_again(unlike, is_offered):
    answered_again(begun(unlike), "COURSE")
    own = choice_of(again(unlike))
    if not is_offered:
        load_invented()

    registering.amend(
        registration=again(unlike),
        choice=own if is_offered else None,
        by=author(unlike.candidate),
        at=NOW,
    )

    draft = Draft.objects.whole().get(amends=unlike)
    assert (draft.exam.code, given(draft)["option-E3"]) == ("BE", "NAGE")
    with pytest.raises(NothingAmended):
        filed(draft)


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


# --- Two who modify ----------------------------------------------------------------------------


@pytest.fixture
def unlike(invented_exam):
    """Another épreuve has the code of one of the first exam."""
    put_two(epreuves={"E3": "Secourisme"})
    return a_registration()


@pytest.fixture
def agent(invented_exam):
    return a_member("agent@exemple.test", "manager", ["A09"])


def given(draft):
    return draft.answers.get(section="epreuves").answers


def answered_again(draft, option):
    return answered(draft, "epreuves", **{"statut-E3": "inscrit", "option-E3": option})


def test_what_an_agent_answered_of_one_exam_is_not_kept_for_the_other(unlike, agent):
    theirs = answered_again(opened(unlike, agent), "COURSE")
    filed(answered_again(begun(unlike), "NAGE"))

    assert brought(theirs)

    assert given(theirs)["option-E3"] == "NAGE"


def test_what_an_agent_filed_of_one_exam_answers_nothing_in_the_other(unlike, agent):
    draft = begun(unlike)
    theirs = answered_again(opened(unlike, agent), "COURSE")
    standing_in.register(draft=theirs, reason="", by=MANAGER, at=NOW)

    assert brought(draft)

    assert "option-E3" not in given(draft)
    with pytest.raises(Incomplete):
        filed(Draft.objects.whole().get(pk=draft.pk))


@pytest.mark.parametrize(("mine", "kept"), [(True, "NAGE"), (False, "COURSE")])
def test_where_both_chose_what_each_said_of_its_own_stays_with_it(unlike, agent, mine, kept):
    draft = answered_again(begun(unlike), "NAGE")
    theirs = answered_again(opened(unlike, agent, beside(unlike)), "COURSE")
    answered(theirs, "epreuves", **MAPS)
    standing_in.register(draft=theirs, reason="", by=MANAGER, at=NOW)
    draft = Draft.objects.whole().get(pk=draft.pk)
    found = rebasing.difference(draft, dossier_of(draft, day=NOW.date()))
    assert [one.key for one in found.clashes] == [rebasing.CHOICE]

    settled = [rebasing.CHOICE]
    assert rebasing.rebase(
        draft=draft, seen=2, settled=settled, keeps_mine=settled if mine else [], at=NOW
    )

    draft.refresh_from_db()
    assert (draft.exam.code, given(draft)["option-E3"]) == ("BS" if mine else "BE", kept)


def test_what_was_asked_of_one_exam_is_not_filed_in_the_other(unlike, agent):
    draft = registering.amend(registration=again(unlike), by=author(unlike.candidate), at=NOW)
    asked = sent(answered_again(draft, "COURSE"))
    theirs = answered_again(opened(unlike, agent, the_other()), "NAGE")
    standing_in.register(draft=theirs, reason="Erreur.", by=MANAGER, at=AFTER)
    asked.refresh_from_db()

    for act in (
        lambda: outcome_of(asked, at=AFTER),
        lambda: requesting.accept(request=asked, by=MANAGER, at=AFTER),
    ):
        with pytest.raises(AskedOfAnother, match="Éducation physique"):
            act()
    unlike.refresh_from_db()
    assert unlike.version == 2


def test_what_a_colleague_left_says_what_they_typed_of_the_choice(unlike, agent):
    theirs = answered_again(opened(unlike, agent), "COURSE")
    filed(answered_again(begun(unlike), "NAGE"))
    draft = Draft.objects.whole().get(pk=theirs.pk)

    typed = rebasing.typed_in(draft, dossier_of(draft, day=NOW.date()))

    assert [one.key for one in typed] == [("epreuves", "option-E3")]
