"""Rules that have become stricter do not keep who is registered from having the rest corrected."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving, registering, requesting, standing_in
from sporades.registrations import accepted, journey
from sporades.registrations.dossier import dossier_of, have_rules_moved
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import AS_FILED, Incomplete, RulesChanged
from tests.acts.test_to_review import correct
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.registrations.test_outcomes import NEW_QUESTION
from tests.web.registry.world import a_member

AGE = "exige: {age: {minimum: 18, au: 2027-12-31}}"
OLDER = (AGE, "exige: {age: {minimum: 40, au: 2027-12-31}}")
OLDEST = (AGE, "exige: {age: {minimum: 50, au: 2027-12-31}}")
EXPERIENCED = (AGE, "exige: {experience: {minimum: 5}}")
OF_ALL = (
    "    categories:\n",
    "    recevabilite: [{code: AGE40, exige: {age: {minimum: 40}}, reference: article 5, message: Non}]\n    categories:\n",
)
ANYWHERE = ("    categories:\n", "    rattachement: {regle: choix}\n    categories:\n")
IN_VERSAILLES = {"postcode": "78000", "town": "Versailles"}
MOBILE = {"identification": {"mobile": "06 39 98 56 78"}}

pytestmark = pytest.mark.usefixtures("invented_exam")


def whole(registration):
    return Registration.objects.whole().get(pk=registration.pk)


def answered(draft, changes):
    for section, said in changes.items():
        known = draft.answers.get(section=section).answers
        drafting.answer(
            draft=draft, section=section, typed={**known, **said}, seen_revision=None, at=NOW
        )
    return Draft.objects.whole().get(pk=draft.pk)


def modified(registration, **changes):
    """File a modification; return its version."""
    by = author(registration.candidate)
    draft = registering.amend(registration=whole(registration), by=by, at=NOW)
    return registering.register(draft=answered(draft, changes), by=by, at=NOW)


def modified_by_the_office(registration, **changes):
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = standing_in.amend(registration=whole(registration), author=agent, by=OPERATOR, at=NOW)
    return standing_in.register(draft=answered(draft, changes), reason="", by=OPERATOR, at=NOW)


def modified_on_request(registration, **changes):
    late = registration.service.closes_at + timedelta(hours=1)
    by = author(registration.candidate)
    draft = requesting.begin(registration=whole(registration), by=by, at=late)
    asked = requesting.send(
        draft=answered(draft, changes), reason="Téléphone", proof=[], by=by, at=late
    )
    return requesting.accept(request=asked, by=OPERATOR, at=late)


@pytest.mark.parametrize("modify", [modified, modified_by_the_office, modified_on_request])
@pytest.mark.parametrize("stricter", [OLDER, EXPERIENCED, OF_ALL])
def test_what_is_theirs_is_corrected_under_the_rules_in_force(stricter, modify):
    registration = a_registration()
    load_invented(stricter)

    version = modify(registration, **MOBILE)

    assert (version.number, version.regulation.number) == (2, 2)
    found = whole(registration)
    assert (found.mobile, found.category) == ("0639985678", "INDIV")


def test_what_was_asked_before_they_came_is_accepted_after():
    registration = a_registration()
    late = registration.service.closes_at + timedelta(hours=1)
    by = author(registration.candidate)
    draft = requesting.begin(registration=whole(registration), by=by, at=late)
    asked = requesting.send(
        draft=answered(draft, MOBILE), reason="Téléphone", proof=[], by=by, at=late
    )
    load_invented(OLDER)

    assert requesting.accept(request=asked, by=OPERATOR, at=late).number == 2


def test_it_is_so_again_and_under_rules_that_are_stricter_still():
    registration = a_registration()
    load_invented(OLDER)
    modified(registration, **MOBILE)

    modified(registration, identification={"address_2": "Bât. B"})
    load_invented(OLDEST)
    version = modified(registration, identification={"address_2": "Bât. C"})

    assert (version.number, version.regulation.number) == (4, 3)


def test_nobody_is_newly_registered_so():
    load_invented(OLDER)
    draft = a_draft()

    with pytest.raises(Incomplete):
        registering.register(draft=draft, by=author(draft.candidate), at=NOW)


@pytest.mark.parametrize(
    ("stricter", "changes"),
    [
        pytest.param(EXPERIENCED, {"qualification": {"experience": "3"}}, id="what it looks at"),
        pytest.param(
            (AGE, "si: {diplome: [BAC]}\n            exige: {age: {minimum: 40}}"),
            {"qualification": {"diploma": "BAC"}},
            id="what makes it apply",
        ),
    ],
)
def test_what_is_changed_is_judged_by_the_rules_in_force(stricter, changes):
    registration = a_registration()
    load_invented(stricter)

    with pytest.raises(RulesChanged):
        modified(registration, **changes)


def test_what_was_left_is_not_come_back_to():
    registration = a_registration(
        informations={"category": "INDIV"}, qualification={"experience": "4"}
    )
    load_invented(OLDER)
    modified(registration, informations={"category": "FORM"})

    with pytest.raises(Incomplete) as refusal:
        modified(registration, informations={"category": "INDIV"})

    assert [one.field for one in refusal.value.troubles] == ["category"]


def test_what_their_own_rules_refuse_since_is_still_to_be_said():
    registration = a_registration()
    correct(registration, birth_year=2011)
    load_invented(OLDER)

    with pytest.raises(Incomplete) as refusal:
        modified(
            registration,
            identification={"guardian_name": "Yann Le Goff", "guardian_phone": "06 39 98 12 35"},
            informations={"national_service": "RECENSE"},
        )

    assert [one.field for one in refusal.value.troubles] == ["category"]


def test_what_was_corrected_under_stricter_rules_is_to_be_said_whatever_those_before_said():
    registration = a_registration()
    load_invented((AGE, "exige: {age: {minimum: 20, au: 2027-12-31}}"))
    modified(registration, **MOBILE)
    correct(registration, birth_year=2008, birth_month=1)
    assert any("18 ans" in said for said in whole_told(registration).to_review)

    with pytest.raises(Incomplete):
        modified(
            registration,
            identification={"address_2": "Bât. B"},
            informations={"national_service": "JDC"},
        )


def whole_told(registration):
    return Registration.objects.whole().with_owed().get(pk=registration.pk)


def test_a_question_that_is_new_is_asked_all_the_same():
    registration = a_registration()
    load_invented(OLDER, NEW_QUESTION)

    with pytest.raises(RulesChanged) as refusal:
        modified(registration, **MOBILE)
    assert [one.field for one in refusal.value.troubles] == ["q-casier"]


@pytest.fixture
def elsewhere():
    """Somebody whose academy was free, and is by now that of where one lives."""
    load_invented(ANYWHERE)
    registration = a_registration(identification=IN_VERSAILLES)
    load_invented()
    return registration


@pytest.mark.parametrize(
    "lived",
    [
        {"mobile": "06 39 98 56 78"},
        {"address_1": "3 avenue de Paris"},
        {"postcode": "59800", "town": "Lille"},
    ],
    ids=str,
)
def test_who_chose_their_academy_stays_there(elsewhere, lived):
    assert modified(elsewhere, identification=lived).number == 2


def test_who_moves_house_is_judged_by_the_rules_in_force(elsewhere):
    with pytest.raises(RulesChanged) as refusal:
        modified(elsewhere, identification={"postcode": "78800", "town": "Houilles"})

    assert [one.field for one in refusal.value.troubles] == ["postcode"]


# --- Who lives elsewhere since ---------------------------------------------------------------


def moved_away(registration, *, stays):
    """Begin, for its candidate, to write an address of another academy; the office may keep it here."""
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = standing_in.amend(registration=whole(registration), author=agent, by=OPERATOR, at=NOW)
    if stays:
        drafting.keep_here(draft=draft)
    return answered(draft, {"identification": IN_VERSAILLES})


def test_the_office_writes_down_an_address_of_another_academy_and_keeps_its_candidate():
    registration = a_registration()
    draft = moved_away(registration, stays=True)
    found = journey.oddities(journey.judged(dossier_of(draft, day=NOW.date())))
    assert [one.field for one in found] == ["postcode"]
    assert "l'inscription y reste" in found[0].message

    version = standing_in.register(draft=draft, reason="", by=OPERATOR, at=NOW)

    found = whole(registration)
    assert (found.postcode, found.academy_id, found.is_placed) == ("78000", "A09", True)
    assert version.changes[-1] == "Académie : Lille, gardée : la nouvelle adresse n'en dépend pas"
    assert modified(registration, **MOBILE).changes == [
        "Téléphone mobile : 06 39 98 12 34 → 06 39 98 56 78"
    ]


def test_the_office_that_does_not_say_so_is_told_where_to():
    with pytest.raises(Incomplete) as refusal:
        standing_in.register(
            draft=moved_away(a_registration(), stays=False), reason="", by=OPERATOR, at=NOW
        )

    [said] = refusal.value.troubles
    assert "dites dans cet onglet si elle y reste, ou changez-la d'académie" in said.message


def test_what_stays_with_an_address_of_its_academy_is_placed_by_nobody():
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = standing_in.amend(registration=whole(registration), author=agent, by=OPERATOR, at=NOW)
    drafting.keep_here(draft=draft)

    standing_in.register(draft=answered(draft, MOBILE), reason="", by=OPERATOR, at=NOW)

    assert not whole(registration).is_placed


def test_a_commune_is_still_to_be_said_where_its_postcode_is_of_several_academies():
    registration = a_registration()
    draft = moved_away(registration, stays=True)
    draft = answered(draft, {"identification": {"postcode": "78000", "town": "Trifouillis"}})

    with pytest.raises(Incomplete):
        standing_in.register(draft=draft, reason="", by=OPERATOR, at=NOW)


def test_the_answers_of_one_who_stayed_are_a_new_registration_where_they_live():
    registration = a_registration()
    draft = moved_away(registration, stays=True)
    leaving.withdraw(registration=whole(registration), by=author(registration.candidate), at=NOW)

    standing_in.register_anew(draft=draft, by=OPERATOR, at=NOW)

    assert not Draft.objects.get(pk=draft.pk).is_placed


def test_an_address_of_another_academy_is_asked_once_the_service_has_closed():
    registration = a_registration()

    version = modified_on_request(registration, identification=IN_VERSAILLES)

    found = whole(registration)
    assert (found.postcode, found.academy_id, found.is_placed) == ("78000", "A09", True)
    assert version.changes[-1] == "Académie : Lille, gardée : la nouvelle adresse n'en dépend pas"


def test_while_it_is_open_its_candidate_is_still_sent_to_their_service():
    registration = a_registration()

    with pytest.raises(Incomplete) as refusal:
        modified(registration, identification=IN_VERSAILLES)

    [said] = refusal.value.troubles
    assert "demandez son transfert à votre service gestionnaire" in said.message


@pytest.mark.parametrize(
    ("stricter", "place"),
    [
        (OLDER, ("Informations candidature", "category")),
        (EXPERIENCED, ("Formation", "experience")),
        (OF_ALL, ("Données de compte", "birth_date")),
    ],
)
def test_what_is_accepted_only_as_it_is_is_said_before_it_is_filed(stricter, place):
    registration = a_registration()
    load_invented(stricter)
    begun = registering.amend(
        registration=whole(registration), by=author(registration.candidate), at=NOW
    )
    draft = Draft.objects.whole().get(pk=begun.pk)

    found = journey.oddities(journey.judged(dossier_of(draft, day=NOW.date())))

    assert [(one.title, one.field, one.message) for one in found] == [(*place, AS_FILED)]


# --- Left, and begun again -------------------------------------------------------------------


@pytest.fixture
def left():
    """Somebody who left before the rules became stricter."""
    registration = a_registration()
    by = author(registration.candidate)
    leaving.withdraw(registration=whole(registration), by=by, at=NOW)
    load_invented(OLDER)
    return whole(registration)


def begun_again(left, **changes):
    by = author(left.candidate)
    return answered(registering.begin_again(registration=left, by=by, at=NOW), changes)


def test_who_comes_back_in_time_finds_their_place_with_their_answers(left):
    draft = begun_again(left)
    assert have_rules_moved(draft, dossier_of(draft, day=NOW.date()))

    version = registering.register(draft=draft, by=author(left.candidate), at=NOW)

    assert (version.number, version.regulation.number) == (1, 2)
    assert version.registration.pk != left.pk


def test_so_does_who_is_registered_by_the_office_meanwhile(left):
    draft = standing_in.begin(
        candidate=left.candidate,
        exam=left.exam,
        speciality=left.speciality,
        service=left.service,
        author=a_member("agent@exemple.test", "manager", ["A09"]),
        by=OPERATOR,
        at=NOW,
    )
    text = accepted.mark_under(draft.regulation_id, exam=left.exam, speciality=left.speciality)
    answer_all(draft, answers_with(modalites={"accepted": accepted.typed_for(text)}))

    assert standing_in.register(draft=draft, reason="", by=OPERATOR, at=NOW).number == 1


def test_what_they_change_is_judged_by_the_rules_in_force(left):
    load_invented(EXPERIENCED)
    draft = begun_again(left, qualification={"experience": "3"})

    with pytest.raises(RulesChanged):
        registering.register(draft=draft, by=author(left.candidate), at=NOW)


def test_who_comes_back_later_is_judged_as_anybody(left):
    at = NOW + timedelta(hours=73)
    draft = a_draft(left.candidate, at=at)

    with pytest.raises(Incomplete):
        registering.register(draft=draft, by=author(left.candidate), at=at)


# --- A birthday meanwhile --------------------------------------------------------------------

YOUNG = (
    OF_ALL[0],
    "    recevabilite: [{code: JEUNE, exige: {age: {maximum: 27}}, reference: article 5, message: Non}]\n    categories:\n",
)
BORN_TOMORROW = {"birth_year": 1998, "birth_month": 11, "birth_day": 26}
"""Somebody who is 28 the day after NOW."""
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def left_the_day_before():
    """Somebody who left on the eve of the birthday from which nobody registers."""
    load_invented(YOUNG)
    registration = a_registration(a_candidate(**BORN_TOMORROW))
    leaving.withdraw(registration=whole(registration), by=author(registration.candidate), at=NOW)
    return whole(registration)


def come_back(left, at, **changes):
    by = author(left.candidate)
    begun = registering.begin_again(registration=whole(left), by=by, at=at)
    return registering.register(draft=answered(begun, changes), by=by, at=at).registration


def test_a_birthday_keeps_nobody_from_coming_back(left_the_day_before):
    again = come_back(left_the_day_before, TOMORROW)

    assert again.registered_on == NOW.date()
    assert modified(again, **MOBILE).number == 2


def test_who_leaves_and_comes_back_again_and_again_rests_on_the_first_day(left_the_day_before):
    again = come_back(left_the_day_before, TOMORROW)
    leaving.withdraw(registration=whole(again), by=author(again.candidate), at=TOMORROW)
    later = TOMORROW + timedelta(days=2)

    last = come_back(again, later)

    assert (last.registered_on, last.version) == (NOW.date(), 1)


def test_who_comes_back_with_nothing_against_it_is_registered_on_that_day(left):
    load_invented()

    assert come_back(left, TOMORROW).registered_on == TOMORROW.date()


def test_a_birthday_closes_it_to_who_had_not_registered(left_the_day_before):
    at = NOW + timedelta(hours=73)
    draft = a_draft(left_the_day_before.candidate, at=at)

    with pytest.raises(Incomplete):
        registering.register(draft=draft, by=author(draft.candidate), at=at)
