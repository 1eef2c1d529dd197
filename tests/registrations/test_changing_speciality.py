"""« Changer de spécialité » is a modification: numbers, verdicts and the rest of what is said stay."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import (
    deciding,
    leaving,
    registering,
    requesting,
    standing_in,
)
from sporades.core.actors import Actor
from sporades.core.refusals import ReasonMissing
from sporades.exams import operations as exams
from sporades.exams.models import Speciality
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.choices import Choice, choices_beside
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.operations import filing, rebasing
from sporades.registrations.operations.requesting import outcome_of
from sporades.registrations.refusals import (
    AlreadyRegistered,
    AmendedMeanwhile,
    AnsweredMeanwhile,
    Closed,
    Incomplete,
    NoLongerOffered,
    NothingAmended,
)
from sporades.registrations.snapshot import as_read
from sporades.registrations.states import VALIDATE, State
from tests.endurance.arena import together
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    author,
    without_exclusion,
)
from tests.web.registry.world import a_member, source, with_specialities

MANAGER = Actor("manager", "Claude Martin", "user:0")
LATER = NOW + timedelta(minutes=5)
AFTER = NOW + timedelta(days=60)
CHANGED = "Spécialité : Marin → Forestier"
MAPS = {"statut-M1": None, "statut-M2": "inscrit"}


@pytest.fixture
def registration(invented_exam):
    return a_registration()


@pytest.fixture
def agent(invented_exam):
    return a_member("agent@exemple.test", "manager", ["A09"])


def beside(registration, code="FOREST"):
    """Return another speciality of the same exam."""
    return Choice(registration.exam, Speciality.objects.get(exam=registration.exam, code=code))


def answered(draft, section, **answers):
    """Answer some questions of a tab."""
    row = draft.answers.get(section=section)
    row.answers = {**row.answers, **answers}
    row.save()
    return draft


def begun(registration, choice=None, *, at=NOW):
    """Open the tabs for another speciality, as its candidate does."""
    by, choice = author(registration.candidate), choice or beside(registration)
    return registering.amend(registration=registration, choice=choice, by=by, at=at)


def ready(registration, choice=None, *, at=NOW):
    """Open them, and choose an épreuve that the other speciality has."""
    return answered(begun(registration, choice, at=at), "epreuves", **MAPS)


def filed(draft, *, at=NOW, **shown):
    return registering.register(draft=draft, by=author(draft.candidate), at=at, **shown)


def test_it_is_another_version_of_the_same_registration(registration):
    number, folder = registration.number, registration.folder_id

    version = filed(ready(registration), at=LATER)

    found = version.registration
    found.refresh_from_db()
    assert (found.number, found.folder_id, found.version) == (number, folder, 2)
    assert found.speciality.code == "FOREST"
    assert str(found.folder) == found.title == version.snapshot["title"]
    assert version.changes[0] == CHANGED
    assert registration.versions.get(number=1).snapshot["choice"]["speciality"] == "MARIN"
    entry = Entry.objects.get(verb="registration amended")
    said = entry.payload
    assert "Marin" in said["before"]["title"]
    assert "Forestier" in said["after"]["title"]
    mail = Message.objects.get(kind="amended")
    assert "Forestier" in mail.body


def test_nothing_changes_before_it_is_saved(registration):
    begun(registration)

    registration.refresh_from_db()
    assert registration.speciality.code == "MARIN"
    assert str(registration.folder) == registration.title


def test_what_the_other_speciality_asks_is_asked(registration):
    with pytest.raises(Incomplete):
        filed(begun(registration))


def test_what_was_typed_already_goes_on_for_the_other_speciality(registration):
    by = author(registration.candidate)
    first = registering.amend(registration=registration, by=by, at=NOW)
    answered(first, "identification", mobile="06 39 98 99 99")

    draft = ready(registration, at=LATER)

    assert draft == first
    changes = filed(draft, at=LATER).changes
    assert CHANGED in changes
    assert any("06 39 98 99 99" in one for one in changes)


def test_one_may_change_back_before_it_is_saved(registration):
    begun(registration)

    draft = begun(registration, beside(registration, "MARIN"))

    with pytest.raises(NothingAmended):
        filed(draft)


def test_a_choice_alone_is_something_begun(registration):
    draft = begun(registration)

    assert draft in Draft.objects.answered()
    assert not draft.is_untouched


def test_a_recap_of_before_saves_nothing(registration):
    by = author(registration.candidate)
    first = registering.amend(registration=registration, by=by, at=NOW)
    answered(first, "epreuves", **{"statut-M2": "inscrit"})
    locked = filing.lock(first)
    dossier, forms = filing.check(locked, at=NOW)
    shown = filing.Shown(answers=filing.mark_of(locked, as_read(dossier, forms)))

    begun(registration, at=LATER)

    with pytest.raises(AnsweredMeanwhile):
        filed(first, at=LATER, shown=shown)


def test_a_validation_is_undone_and_a_signature_counts_no_more(registration):
    registration.summary_posted_on = NOW.date()
    registration.save()
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    draft = ready(registration, at=LATER)

    found = filed(draft, at=LATER, shown=filing.Shown(_decided(registration))).registration

    assert found.state == State.REGISTERED
    assert found.awaits_new_validation
    assert found.summary_posted_on is None


def _decided(registration):
    registration.refresh_from_db()
    return registration.decided_mark


def test_what_is_not_offered_beside_it_is_refused(registration):
    exam = registration.exam
    stranger = Speciality.objects.create(exam=exam, code="MONTAGNE", label="Montagne")

    with pytest.raises(NoLongerOffered):
        begun(registration, Choice(exam, stranger))
    assert not Draft.objects.open().filter(amends=registration).exists()


def test_a_speciality_that_is_offered_no_more_is_left_for_another(registration):
    said = with_specialities()
    said["examens"][0]["specialites"] = said["examens"][0]["specialites"][1:]
    for paper in said["examens"][0]["epreuves"]:
        paper.pop("specialites", None)
    said["examens"][0]["epreuves"] = [
        one for one in said["examens"][0]["epreuves"] if one["code"] != "M1"
    ]
    exams.load(source(said), by=OPERATOR, at=NOW)

    version = filed(ready(registration))

    assert version.registration.speciality.code == "FOREST"


def test_what_was_to_be_another_that_is_offered_no_more_goes_on_as_it_stands(registration):
    answered(ready(registration), "identification", mobile="06 39 98 99 99")
    said = with_specialities()
    said["examens"][0]["specialites"] = said["examens"][0]["specialites"][:1]
    exams.load(source(said), by=OPERATOR, at=NOW)

    draft = registering.amend(
        registration=registration, by=author(registration.candidate), at=LATER
    )

    assert draft.is_offered
    answered(draft, "modalites", accepted="on")
    found = filed(answered(draft, "epreuves", **{"statut-M1": "inscrit"}))
    assert (found.registration.speciality.code, found.registration.mobile) == (
        "MARIN",
        "0639989999",
    )


def test_out_of_its_hours_it_is_the_offices_who_says_why(registration, agent):
    with pytest.raises(Closed):
        begun(registration, at=AFTER)
    draft = standing_in.amend(
        registration=registration, choice=beside(registration), author=agent, by=MANAGER, at=AFTER
    )
    answered(draft, "epreuves", **MAPS)
    with pytest.raises(ReasonMissing):
        standing_in.register(draft=draft, reason="", by=MANAGER, at=AFTER)

    version = standing_in.register(draft=draft, reason="Erreur.", by=MANAGER, at=AFTER)

    assert version.changes[0] == CHANGED
    assert Message.objects.filter(kind="amended_for").exists()


def test_another_registration_that_stands_in_it_excludes_it(invented_exam):
    without_exclusion()
    candidate = a_candidate()
    first = a_registration(candidate)
    a_registration(candidate, speciality="FOREST", epreuves=MAPS)

    with pytest.raises(AlreadyRegistered):
        filed(ready(first))
    first.refresh_from_db()
    assert first.speciality.code == "MARIN"


def test_one_that_was_left_keeps_nobody_from_it(invented_exam):
    without_exclusion()
    candidate = a_candidate()
    first = a_registration(candidate)
    second = a_registration(candidate, speciality="FOREST", epreuves=MAPS)
    leaving.withdraw(registration=second, by=author(candidate), at=NOW)

    assert filed(ready(first)).registration.speciality.code == "FOREST"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_of_one_candidate_make_one_of_each(invented_exam):
    without_exclusion()
    candidate = a_candidate()
    first = a_registration(candidate)
    draft = ready(first)
    other = a_draft(candidate, speciality="FOREST", epreuves=MAPS)

    def _file(one):
        try:
            registering.register(draft=one, by=author(candidate), at=NOW)
        except AlreadyRegistered:
            return "refused"
        return "filed"

    assert sorted(together(lambda: _file(draft), lambda: _file(other))) == ["filed", "refused"]


# --- Somebody else modifies it meanwhile -------------------------------------------------------


def opened(registration, agent, choice=None):
    return standing_in.amend(
        registration=registration, choice=choice, author=agent, by=MANAGER, at=NOW
    )


def brought(draft, *, mine=()):
    draft = Draft.objects.whole().get(pk=draft.pk)
    seen = draft.amends.version
    return rebasing.rebase(draft=draft, seen=seen, settled=[*mine], keeps_mine=mine, at=LATER)


def test_a_modification_begun_before_goes_on_for_the_speciality_of_now(registration, agent):
    theirs = answered(opened(registration, agent), "identification", mobile="06 39 98 99 99")
    filed(ready(registration))
    with pytest.raises(AmendedMeanwhile):
        standing_in.register(draft=theirs, reason="", by=MANAGER, at=LATER)

    assert brought(theirs)

    version = standing_in.register(draft=theirs, reason="", by=MANAGER, at=LATER)
    assert version.registration.speciality.code == "FOREST"
    assert not any("Spécialité" in one for one in version.changes)


def test_a_change_of_speciality_catches_up_with_what_was_filed_meanwhile(registration, agent):
    draft = ready(registration)
    theirs = answered(opened(registration, agent), "identification", mobile="06 39 98 99 99")
    standing_in.register(draft=theirs, reason="", by=MANAGER, at=NOW)

    assert brought(draft)

    found = filed(Draft.objects.whole().get(pk=draft.pk), at=LATER).registration
    assert (found.speciality.code, found.mobile) == ("FOREST", "0639989999")


@pytest.fixture
def three(invented_exam):
    """A third speciality."""
    said = with_specialities()
    said["examens"][0]["specialites"].append({"code": "MONT", "libelle": "Montagnard"})
    exams.load(source(said), by=OPERATOR, at=NOW)


@pytest.mark.parametrize(("mine", "kept"), [(True, "MONT"), (False, "FOREST")])
def test_of_two_who_choose_another_one_is_chosen(three, agent, mine, kept):
    registration = a_registration()
    theirs = answered(opened(registration, agent, beside(registration, "MONT")), "epreuves", **MAPS)
    filed(ready(registration))
    draft = Draft.objects.whole().get(pk=theirs.pk)
    found = rebasing.difference(draft, dossier_of(draft, day=NOW.date()))
    [clash] = found.clashes
    assert (clash.key, clash.label) == (rebasing.CHOICE, "Spécialité")
    assert "Forestier" in clash.theirs
    assert "Montagnard" in clash.mine
    assert CHANGED in found.changes
    assert not brought(draft)

    settled = [rebasing.CHOICE]
    assert rebasing.rebase(
        draft=draft, seen=2, settled=settled, keeps_mine=settled if mine else [], at=LATER
    )

    draft.refresh_from_db()
    assert draft.speciality.code == kept


def test_what_is_offered_is_all_but_its_own(three):
    found = filed(ready(a_registration())).registration

    labels = [one.label for one in choices_beside(found)]
    assert labels == ["Brevet d'essai – Marin", "Brevet d'essai – Montagnard"]


# --- Sent as a request, once the service has closed --------------------------------------------


def sent(draft):
    by = author(draft.candidate)
    return requesting.send(draft=draft, reason="Erreur", proof=[], by=by, at=AFTER)


def test_what_was_chosen_in_time_may_be_asked_for_late(registration):
    asked = sent(ready(registration))
    assert CHANGED in asked.changes
    registration.refresh_from_db()
    assert registration.speciality.code == "MARIN"

    requesting.accept(request=asked, by=MANAGER, at=AFTER)

    registration.refresh_from_db()
    assert registration.speciality.code == "FOREST"


def test_what_is_asked_of_something_else_keeps_the_speciality_that_came_meanwhile(
    registration, agent
):
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    asked = sent(answered(draft, "identification", mobile="06 39 98 99 99"))
    theirs = answered(opened(registration, agent, beside(registration)), "epreuves", **MAPS)
    standing_in.register(draft=theirs, reason="Erreur.", by=MANAGER, at=AFTER)

    asked.refresh_from_db()
    changes = outcome_of(asked, at=AFTER).changes
    requesting.accept(request=asked, by=MANAGER, at=AFTER)

    assert not any("Spécialité" in one for one in changes)
    registration.refresh_from_db()
    assert (registration.speciality.code, registration.mobile) == ("FOREST", "0639989999")
