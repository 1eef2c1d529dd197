"""What was issued before civil data were corrected, or two files merged, is said to be of before."""

import pytest

from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.acts.identities import comparing, correcting, merging
from sporades.acts.registrations import deciding
from sporades.candidates.operations import civil_data
from sporades.doubles import operations as doubles
from sporades.doubles.models import LikelyDouble
from sporades.exams import operations as exams
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE
from tests.accommodations import asked
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.web.guide import main, signed_in
from tests.web.registry.world import a_member, source, with_specialities, without_specialities

pytestmark = pytest.mark.usefixtures("stopped_clock")


def corrected(registration):
    """Correct the name of whoever was notified of a decision."""
    identity = registration.candidate.identity
    correcting.correct_identity(
        registration=Registration.objects.whole().get(pk=registration.pk),
        identity={**civil_data(identity), "birth_name": "Rivette"},
        seen=identity.pk,
        proof="Acte de naissance",
        by=OPERATOR,
        at=NOW,
    )


def test_a_decision_notified_before_a_correction_says_that_it_is_of_before(invented_exam):
    registration = a_registration(informations={"has_disability": "oui"})
    asked.reach(registration, State.NOTIFIED)
    before = registration.candidate.identity.full_name
    browser = signed_in(registration.candidate.user)
    documents = f"/mes-documents/{registration.number}"
    assert "état civil" not in main(browser.get(f"{documents}/decision-amenagement"))

    corrected(registration)

    decision = main(browser.get(f"{documents}/decision-amenagement"))
    assert "Votre état civil a été corrigé depuis" in decision
    assert f"tel qu'il a été délivré : {before}, né(e) le" in decision
    assert "RIVETTE" in decision
    assert "Dernier jour pour contester cette décision" in decision
    assert "corrigé depuis" not in main(browser.get(f"{documents}/recapitulatif"))
    assert main(browser.get(documents)).count("Délivré avant la correction") == 1
    told = Message.objects.get(kind="identity_corrected").body
    assert "Tout autre document déjà délivré reste tel qu'il est" in told


def test_a_decision_still_says_its_last_day_once_its_registration_is_set_aside(invented_exam):
    registration = a_registration(informations={"has_disability": "oui"})
    asked.reach(registration, State.NOTIFIED)
    browser = signed_in(registration.candidate.user)
    decision = f"/mes-documents/{registration.number}/decision-amenagement"
    browser.get(decision)

    deciding.decide(
        registration=Registration.objects.whole().get(),
        decision=SET_ASIDE,
        reason="Doublon.",
        by=OPERATOR,
        at=NOW,
    )

    said = main(browser.get(decision)).replace("\xa0", " ")
    assert "Votre inscription est écartée" in said
    assert "Dernier jour pour contester cette décision : le 26 janvier 2027" in said


@pytest.fixture
def merged(db):
    """Return the registration of a file that was merged into another, whose number is kept."""
    exams_of = {**without_specialities(), "ouvertures": with_specialities()["ouvertures"]}
    exams.load(source(exams_of, ""), by=OPERATOR, at=NOW)
    kept = a_candidate(email="premier@exemple.test")
    left = a_candidate(email="second@exemple.test")
    a_registration(kept)
    registration = a_registration(left, exam="BS", speciality="")
    left.refresh_from_db()
    former = left.number
    doubles.look(left.pk, at=NOW)
    double = LikelyDouble.objects.get()
    by = [
        a_member(f"{role}@exemple.test", role, ["A09"]).memberships.get().as_actor()
        for role in (Membership.Role.MANAGER, Membership.Role.HEAD)
    ]
    said = {"kept": double.first, "reason": "Même pièce d'identité."}
    comparing.propose(double=double, seen=comparing.mark_of(double), by=by[0], at=NOW, **said)
    double = LikelyDouble.objects.get()
    merging.approve(double=double, seen=comparing.mark_of(double), by=by[1], at=NOW)
    found = Registration.objects.whole().get(pk=registration.pk)
    assert found.version == 1
    assert found.candidate.number != former
    return found, former


def test_what_was_issued_under_the_number_that_is_left_says_it(merged):
    registration, former = merged
    browser, number = signed_in(registration.candidate.user), registration.candidate.number

    summary = main(browser.get(f"/mes-documents/{registration.number}/recapitulatif"))

    assert f"Votre numéro candidat est désormais {number}" in summary
    assert f"sous votre ancien numéro, {former}" in summary
    assert "Délivré sous votre ancien numéro candidat" in main(
        browser.get(f"/mes-documents/{registration.number}")
    )
    page = main(browser.get(f"/mes-inscriptions/{registration.number}/numero"))
    assert f"{number} (sur le récapitulatif : {former}, votre ancien numéro)" in page


def test_the_history_of_a_candidate_tells_of_a_merge(merged):
    registration, former = merged

    page = main(
        signed_in(registration.candidate.user).get(
            f"/mes-inscriptions/{registration.number}/historique"
        )
    )

    number = registration.candidate.number
    assert "par le service des examens et concours Vos deux dossiers sont réunis" in page
    assert f"Votre numéro candidat est {number} ; {former} était aussi le vôtre." in page


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ({"birth_day": None, "birth_month": None}, "né(e) en 1998"),
        ({"birth_day": None}, "né(e) en 03/1998"),
        ({}, "né(e) le 14/03/1998"),
    ],
)
def test_whose_day_of_birth_is_not_known_is_born_in_a_year(invented_exam, born, said):
    registration = a_registration(a_candidate(**born), informations={"has_disability": "oui"})
    asked.reach(registration, State.NOTIFIED)

    corrected(registration)

    decision = main(
        signed_in(registration.candidate.user).get(
            f"/mes-documents/{registration.number}/decision-amenagement"
        )
    )
    assert decision.count(said) == 2
    assert decision.count("né(e)") == 2


def test_a_name_of_birth_that_is_corrected_is_told_apart(invented_exam):
    registration = a_registration(
        a_candidate(usage_name="Kermarrec"), informations={"has_disability": "oui"}
    )
    asked.reach(registration, State.NOTIFIED)

    corrected(registration)

    decision = main(
        signed_in(registration.candidate.user).get(
            f"/mes-documents/{registration.number}/decision-amenagement"
        )
    )
    assert "KERMARREC (nom de famille : LE GOFF), né(e) le" in decision
    assert "KERMARREC (nom de famille : RIVETTE), né(e) le" in decision


def test_of_who_was_neither_nothing_is_said(invented_exam):
    registration = a_registration()
    browser = signed_in(registration.candidate.user)

    for address in (
        f"/mes-documents/{registration.number}",
        f"/mes-documents/{registration.number}/recapitulatif",
        f"/mes-inscriptions/{registration.number}/numero",
    ):
        page = main(browser.get(address))
        assert "ancien numéro" not in page
        assert "état civil" not in page
