"""A decision that is taken again for a new opinion, as doctors read it (H3, H4)."""

from sporades.accommodations.models import Again
from sporades.accommodations.states import OpinionAgain
from sporades.acts import accommodating
from tests.accommodations.asked import CONTESTED, MANAGER
from tests.factories import NOW
from tests.web.doctor.space import at, plain, sign, take, take_again, write

HOME = "/medecin/"
MINE = "Vous aviez signé l'avis de cette décision"
IN_FORCE = "La décision notifiée le 25 novembre 2026 est en vigueur jusqu'à la nouvelle."
WHY = "Le service gestionnaire l'a reprise le 26 novembre 2026. Motif : recours du candidat."
FORMER = "Votre avis signé le 25 novembre 2026"


def test_who_signed_the_former_opinion_finds_the_request_with_its_name_and_why(notified, doctor):
    take_again(notified)

    page = plain(doctor.get(HOME))

    assert "Maëlle LE GOFF. " + MINE in page
    assert "Décision reprise : recours du candidat" in page


def test_who_gives_a_new_opinion_reads_what_is_contested(notified, doctor):
    made = take_again(notified)
    take(doctor, made)

    page = plain(doctor.get(at("case", made)))

    assert f"Ce que le candidat conteste {CONTESTED}" in page
    assert "autres papiers de santé" not in page


def test_nothing_is_said_to_be_contested_of_what_is_taken_again_for_an_error(notified, doctor):
    made = take_again(notified, why=Again.ERROR)
    take(doctor, made)

    assert "conteste" not in plain(doctor.get(at("case", made)))


def test_another_doctor_reads_that_a_decision_is_taken_again_and_why_and_no_name(notified, other):
    take_again(notified, why=Again.ERROR)

    page = plain(other.get(HOME))

    assert "Décision reprise : erreur dans la décision" in page
    assert MINE not in page
    assert "Maëlle" not in page


def test_of_any_other_request_nothing_is_said_of_a_decision(sent, doctor):
    listed = plain(doctor.get(HOME))
    take(doctor, sent)
    pages = [listed, plain(doctor.get(HOME)), plain(doctor.get(at("case", sent)))]

    assert not any("reprise" in page for page in pages)


def test_who_signed_reads_what_is_in_force_why_it_is_taken_again_and_their_former_opinion(
    notified, doctor
):
    made = take_again(notified)
    take(doctor, made)

    listed = plain(doctor.get(HOME))
    answer = doctor.get(at("case", made))
    page = plain(answer)

    assert "Décision reprise : recours du candidat" in listed
    assert f"{IN_FORCE} {WHY}" in page
    assert "Décision antérieure Oui, celle qui est reprise" in page
    assert FORMER in page
    assert "Un tiers-temps suffit." in page
    assert not answer.context["form"]["texte"].value()
    assert answer.context["former_open"]


def test_the_former_opinion_is_folded_beside_a_paper_that_is_open(notified, doctor):
    made = take_again(notified)
    take(doctor, made)
    paper = made.registration.compartment.papers.get()

    answer = doctor.get(at("case", made), {"papier": paper.pk})

    assert FORMER in plain(answer)
    assert not answer.context["former_open"]


def test_another_doctor_reads_what_is_in_force_and_not_the_opinion_of_a_colleague(notified, other):
    made = take_again(notified)
    take(other, made)

    page = plain(other.get(at("case", made)))

    assert f"{IN_FORCE} {WHY}" in page
    assert "Votre avis signé" not in page
    assert "Un tiers-temps suffit." not in page


def test_what_is_reopened_is_in_the_form_and_not_said_twice(notified, doctor):
    made = take_again(notified, has_opinion=True)
    accommodating.reopen(case=made, why=OpinionAgain.UNCLEAR, by=MANAGER, at=NOW)

    answer = doctor.get(at("case", made))

    assert IN_FORCE in plain(answer)
    assert FORMER not in plain(answer)
    assert answer.context["form"]["texte"].value() == "Un tiers-temps suffit."


def test_once_it_is_signed_the_former_opinion_is_beside_it_no_more(notified, doctor):
    made = take_again(notified)
    take(doctor, made)
    write(doctor, made, button="relire")
    assert FORMER in plain(doctor.get(at("case", made)))
    sign(doctor, made, seen=made.revision)

    page = plain(doctor.get(at("case", made)))

    assert FORMER not in page
    assert IN_FORCE in page
