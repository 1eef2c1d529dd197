"""A street within the academy, a telephone: what was reached stays (docs/adr/0038-contacts-alone.md)."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import deciding, receiving, registering
from sporades.acts.registrations.silent import acceptance_of
from sporades.core.french import local_day
from sporades.documents.models import DocumentVersion
from sporades.evidence.states import State as PieceState
from sporades.mail.models import Message
from sporades.registrations import journey
from sporades.registrations.contacts import changes_contacts_alone, unless_alone
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import filing
from sporades.registrations.refusals import DecidedMeanwhile
from sporades.registrations.states import FLAG, VALIDATE, State
from sporades.registrations.summary import is_former_good
from tests.acts.test_to_review import correct
from tests.evidence.given import complete, piece
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    answers_with,
    author,
    load_invented,
)
from tests.registrations.test_as_filed import (
    ANYWHERE,
    IN_VERSAILLES,
    MOBILE,
    OLDER,
    answered,
    modified,
    modified_by_the_office,
    modified_on_request,
)
from tests.web.filled import MINOR

pytestmark = pytest.mark.usefixtures("invented_exam")

HOUR = timedelta(hours=1)
CONTACTS = {
    ("identification", name)
    for name in (
        "address_1",
        "address_2",
        "address_3",
        "address_4",
        "postcode",
        "town",
        "country",
        "phone",
        "mobile",
        "guardian_phone",
        "guardian_email",
    )
}
"""The only answers that may change and undo nothing: whatever is asked besides is judged anew."""
OTHERWISE = {"postcode": "59800", "town": "LILLE", "country": "99131", "accepted": "0" * 64}
GUARDIAN = {"guardian_name": "Yann Le Goff", "guardian_phone": "06 39 98 12 35"}
PARENTS = {"father_name": "Jürgen Müller", "mother_name": "Anne Le Goff"}
OF_A_MINOR = {
    "identification": {**GUARDIAN, **PARENTS},
    "informations": {"national_service": "JDC"},
}
ANOTHER_TEAM = {"supplementaires": {"q-equipe": "BLEU"}}
ANOTHER_DATE = ("du: 2027-05-17, au: 2027-05-21", "du: 2027-05-18, au: 2027-05-22")
OTHER_MENTIONS = ("autorite: le recteur de l'académie", "autorite: la rectrice de l'académie")
WAYS = [modified, modified_by_the_office, modified_on_request]


def whole(registration):
    return Registration.objects.whole().with_owed().get(pk=registration.pk)


def reached(registration):
    found = whole(registration)
    return found.state, found.decided_at, found.summary_posted_on, found.amended_at


def receive(registration):
    receiving.receive_summary(
        registration=whole(registration), posted_on=NOW.date(), by=OPERATOR, at=NOW
    )


def decide(registration, decision, reason="", at=NOW):
    deciding.decide(registration=registration, decision=decision, reason=reason, by=OPERATOR, at=at)


@pytest.fixture
def validated():
    """One that was found complete, its signed summary there."""
    registration = a_registration()
    complete(registration)
    decide(registration, VALIDATE)
    return registration


def modified_at(at, registration, **changes):
    """File a modification at an instant; return its version."""
    by = author(registration.candidate)
    draft = registering.amend(registration=whole(registration), by=by, at=at)
    return registering.register(draft=answered(draft, changes), by=by, at=at)


def begun(registration):
    draft = registering.amend(
        registration=whole(registration), by=author(registration.candidate), at=NOW
    )
    return Draft.objects.whole().get(pk=draft.pk)


def keeps(registration, **answers):
    """Return whether filing these answers, tab by tab, would undo nothing, were they accepted."""
    draft = begun(registration)
    dossier = dossier_of(draft, day=local_day(NOW, draft.service.zone), answers=answers)
    forms = journey.judged(dossier)
    journey.troubles(forms)
    return changes_contacts_alone(draft.amends, dossier, forms)


def summary(registration):
    issued = DocumentVersion.objects.filter(document__folder=registration.folder_id)
    return issued.filter(document__kind="recapitulatif").latest("number")


# --- What keeps, by one list -----------------------------------------------------------------


def test_each_answer_but_the_contacts_is_judged_anew():
    load_invented(ANYWHERE)
    registration = a_registration(a_candidate(**MINOR), **OF_A_MINOR)
    filed = registration.versions.get().snapshot["answers"]
    draft = begun(registration)
    dossier = dossier_of(draft, day=local_day(NOW, draft.service.zone), answers=filed)
    asked = {
        (section.slug, name) for section, form in journey.judged(dossier) for name in form.fields
    }
    assert asked >= CONTACTS | {("modalites", "accepted"), ("identification", "guardian_name")}

    kept = set()
    for section, name in asked:
        said = filed[section].get(name)
        other = [*said, "X"] if isinstance(said, list) else f"{said or ''} bis"
        answers = {**filed, section: {**filed[section], name: OTHERWISE.get(name, other)}}
        if keeps(registration, **answers):
            kept.add((section, name))

    assert kept == CONTACTS


@pytest.mark.parametrize("modify", WAYS)
@pytest.mark.parametrize(
    "changes",
    [
        MOBILE,
        {"identification": {"address_1": "3 quai du Port", "phone": "03 20 99 12 34"}},
        {"identification": {"postcode": "59140", "town": "Dunkerque"}},
    ],
    ids=["mobile", "street", "town"],
)
def test_what_was_reached_stays(validated, modify, changes):
    before = reached(validated)
    verdict = piece(validated).state, piece(validated).decided_at
    first = validated.versions.get()

    version = modify(validated, **changes)

    assert reached(validated) == before
    assert before[0] == State.VALIDATED
    assert (piece(validated).state, piece(validated).decided_at) == verdict
    assert verdict[0] == PieceState.ACCEPTED
    # E2, to the letter: another version, its summary, its mail.
    assert version.number == whole(validated).version == 2
    assert version.changes
    assert summary(validated).number == 2
    assert not summary(validated).content["to_return"]
    assert Message.objects.filter(kind__in=("amended", "amended_for", "change_accepted")).exists()
    for told in ("evidence", "to_return", "accommodation_until", "closes_at"):
        assert version.snapshot[told] == first.snapshot[told]


@pytest.mark.parametrize("modify", WAYS)
@pytest.mark.parametrize(
    "changes",
    [ANOTHER_TEAM, {**MOBILE, **ANOTHER_TEAM}, {"identification": {"ine": "0801234567A"}}],
)
def test_any_other_answer_undoes_it_as_before(validated, modify, changes):
    modify(validated, **changes)

    found = whole(validated)
    assert found.awaits_new_validation
    assert found.summary_posted_on is None
    assert found.amended_at == found.versions.get(number=2).filed_at
    assert "contacts_alone" not in found.versions.get(number=2).snapshot


def test_time_after_time():
    registration = a_registration()
    receive(registration)

    modified(registration, **MOBILE)
    version = modified(registration, identification={"address_2": "Bât. B"})

    assert whole(registration).summary_posted_on == NOW.date()
    [said] = [one for one in version.snapshot["receipt"] if one.startswith("Coordonnées changées")]
    assert f"{version.snapshot['filed_in_words']}, version n°3 : ce qui précède reste vrai." in said


# --- The signed summary, silence -------------------------------------------------------------


def test_a_summary_that_is_on_its_way_is_as_good_as_the_next():
    registration = a_registration()
    modified(registration, **MOBILE)

    assert summary(registration).content["to_return"]
    assert is_former_good(whole(registration))
    mail = Message.objects.get(kind="amended").body
    assert "Si vous avez déjà posté le précédent, signé, il reste valable." in mail
    assert "ne vaut plus" not in mail


def test_but_not_that_of_before_the_last_answers():
    registration = a_registration()
    modified(registration, **ANOTHER_TEAM)
    second = summary(registration)
    modified_at(NOW + HOUR, registration, **MOBILE)

    assert whole(registration).amended_at == registration.versions.get(number=2).filed_at
    assert second.number == 2
    assert is_former_good(whole(registration))


def test_silence_goes_on_from_what_was_received_before():
    registration = a_registration()
    complete(registration)
    first = registration.versions.get()
    version = modified_at(NOW + timedelta(days=10), registration, **MOBILE)

    assert version.snapshot["receipt"][:-1] == first.snapshot["receipt"]
    accepted = acceptance_of(whole(registration), at=NOW + timedelta(days=63))
    assert accepted is not None


# --- What is judged anew all the same --------------------------------------------------------


def test_an_address_of_another_academy_decides_of_more(validated):
    modified_on_request(validated, identification=IN_VERSAILLES)

    assert whole(validated).is_placed
    assert whole(validated).state == State.REGISTERED


@pytest.mark.parametrize("is_free", [True, False], ids=["free", "placed"])
def test_unless_no_address_decides_of_the_academy(is_free):
    if is_free:
        load_invented(ANYWHERE)
    registration = a_registration()
    if not is_free:
        Registration.objects.filter(pk=registration.pk).update(is_placed=True)
    decide(registration, VALIDATE)

    modified(registration, identification=IN_VERSAILLES)

    assert whole(registration).is_validated


@pytest.mark.parametrize("change", [OLDER, OTHER_MENTIONS], ids=["rules", "mentions"])
def test_what_is_judged_by_other_rules_is_judged_anew(validated, change):
    assert unless_alone(whole(validated))
    load_invented(change)

    assert not unless_alone(whole(validated))
    modified(validated, **MOBILE)

    assert whole(validated).awaits_new_validation


def test_the_dates_of_the_exam_judge_nothing(validated):
    load_invented(ANOTHER_DATE)

    assert unless_alone(whole(validated))
    version = modified(validated, **MOBILE)

    assert version.regulation.number == 2
    assert whole(validated).is_validated


def test_an_anomaly_may_ask_for_that_very_address():
    registration = a_registration()
    receive(registration)
    decide(registration, FLAG, "Votre adresse est incomplète.")

    modified(registration, identification={"address_2": "Bât. B"})

    found = whole(registration)
    assert found.is_in_anomaly
    assert found.amended_since_decided
    assert not unless_alone(found)


def test_an_anomaly_that_is_found_meanwhile_is_read_first():
    registration = a_registration()
    draft = begun(registration)
    decide(registration, FLAG, "Une pièce manque.", at=NOW + HOUR)

    with pytest.raises(DecidedMeanwhile):
        registering.register(
            draft=answered(draft, MOBILE), by=author(registration.candidate), at=NOW + 2 * HOUR
        )


def test_a_validation_that_is_found_meanwhile_stands():
    registration = a_registration()
    draft = begun(registration)
    shown = filing.Shown(decision=whole(registration).decided_mark)
    decide(registration, VALIDATE, at=NOW + HOUR)

    registering.register(
        draft=answered(draft, MOBILE),
        by=author(registration.candidate),
        at=NOW + 2 * HOUR,
        shown=shown,
    )

    assert whole(registration).is_validated


# --- Whose guardian signs --------------------------------------------------------------------


@pytest.fixture
def of_a_minor():
    """One of a minor, of whom the guardian is named."""
    registration = a_registration(a_candidate(**MINOR), **OF_A_MINOR)
    decide(registration, VALIDATE)
    return registration


@pytest.mark.parametrize(
    ("said", "is_kept"),
    [
        ({"guardian_phone": "06 39 98 77 77"}, True),
        ({"guardian_email": "yann@exemple.test"}, True),
        ({"guardian_name": "Anne Le Goff"}, False),
    ],
    ids=str,
)
def test_how_a_guardian_is_reached_is_no_matter_of_who_signs(of_a_minor, said, is_kept):
    modified(of_a_minor, identification=said)

    assert whole(of_a_minor).is_validated is is_kept


def test_who_has_come_of_age_has_no_guardian_to_name():
    candidate = a_candidate(birth_year=2008, birth_month=11, birth_day=26)
    registration = a_registration(candidate, **{**OF_A_MINOR, "identification": GUARDIAN})
    decide(registration, VALIDATE)

    version = modified_at(NOW + timedelta(days=5), registration, **MOBILE)

    assert not version.is_of_a_minor
    assert whole(registration).is_validated


def test_what_is_to_be_reviewed_since_other_civil_data_is_judged_anew(validated):
    correct(validated, birth_year=2009)
    assert whole(validated).to_review_since
    assert not unless_alone(whole(validated))

    assert not keeps(whole(validated), **answers_with(**MOBILE))


# --- Consents, modalités ---------------------------------------------------------------------


def test_consents_that_were_chosen_since_are_no_change(validated):
    registering.choose_consents(
        registration=whole(validated),
        publishes=True,
        shares=False,
        by=author(validated.candidate),
        at=NOW + HOUR,
    )

    modified(validated, **MOBILE)

    found = whole(validated)
    assert found.is_validated
    assert (found.publishes_name, found.consents_chosen_at) == (True, None)
