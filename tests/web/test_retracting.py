"""« Retirer ce document »: what was given for a piece by error, before anybody has opened it."""

from datetime import timedelta

import pytest

from sporades.acts.consulting import consult_piece
from sporades.acts.pieces import keeping, verifying
from sporades.acts.pieces.retracting import NothingThere, Opened
from sporades.evidence import operations as evidence
from sporades.evidence.states import State
from sporades.web.candidate.pieces.retracting import GONE
from tests.evidence.given import MANAGER, a_photo, give, piece
from tests.factories import NOW, a_registration, author
from tests.web.guide import main, seen, words
from tests.web.test_evidence import address, line

SOON = NOW + timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept")


@pytest.fixture
def registration():
    return a_registration()


@pytest.fixture
def mine(sign_in, registration):
    return sign_in(registration.candidate)


def clean(registration, colour="white", *, name="carte.jpg", at=NOW):
    given = give(registration, photos=[a_photo(colour)], name=name, at=at)
    evidence.note_scanned(given, is_clean=True, at=at)
    return given


def asked(mine, registration):
    return mine.get(address(registration, "IDENTITE", "retrait"))


def press(mine, registration, given, *, follow=True):
    """Press « Retirer ce document » on the page that shows a file."""
    where = address(registration, "IDENTITE", "retrait")
    return mine.post(where, {"fichier": str(given.pk)}, follow=follow)


def test_it_is_asked_once_then_erased_and_the_piece_is_to_be_given(mine, registration):
    given = clean(registration)
    assert "Retirer" in line(mine, registration)
    assert "Retirer ce document" in main(mine.get(address(registration, "IDENTITE")))

    page = main(asked(mine, registration))
    after = press(mine, registration, given)

    assert "Retirer « carte.jpg » ?" in page
    assert "Ce document sera effacé tout de suite : il ne pourra pas être retrouvé." in page
    assert "Cette pièce est obligatoire : sans elle, votre inscription est incomplète." in page
    assert piece(registration).state == State.OWED
    assert (
        "Ce document est retiré : il est effacé. La pièce est de nouveau à fournir, avant le mercredi 30 "
        "décembre 2026 à 23 h 59 (heure de Paris)."
    ) in main(after)
    assert "À fournir" in line(mine, registration)
    assert "Retirer" not in line(mine, registration)


def test_what_it_had_replaced_is_said_to_be_erased_with_it(mine, registration):
    clean(registration)
    clean(registration, "black", at=SOON)

    assert "avec ce qu'il avait remplacé et que personne n'a ouvert" in main(
        asked(mine, registration)
    )


def test_gone_back_to_the_page_says_that_there_is_nothing_to_take_back(mine, registration):
    press(mine, registration, clean(registration))

    page = mine.get(address(registration, "IDENTITE", "retrait"), follow=True)

    assert NothingThere.message in main(page)


def test_asking_erases_nothing(mine, registration):
    given = clean(registration)

    asked(mine, registration)

    assert piece(registration).deposit == given


def test_after_a_refusal_the_page_says_that_it_is_refused_again_and_why(mine, registration):
    clean(registration)
    row = piece(registration)
    verifying.refuse(row=row, reason="Floue.", seen=row.deposit_id, by=MANAGER, at=NOW)
    given = clean(registration, "black", at=SOON)

    page = main(asked(mine, registration))
    after = main(press(mine, registration, given))

    assert "La pièce sera de nouveau non conforme, comme avant ce document. Motif : Floue." in page
    assert "La pièce est de nouveau non conforme, comme avant ce document" in after
    assert "Non conforme Motif : Floue." in line(mine, registration)


def test_a_copy_in_the_drawer_is_said_to_stay(mine, registration):
    given = clean(registration)
    said = "La copie que vous gardez dans votre porte-documents y reste."
    assert said not in main(asked(mine, registration))

    keeping.keep_copy(
        owner=registration.candidate, given=given, by=author(registration.candidate), at=NOW
    )

    assert said in main(asked(mine, registration))


def test_pressed_twice_it_is_said_to_be_gone(mine, registration):
    given = clean(registration)
    press(mine, registration, given)

    again = press(mine, registration, given)

    assert GONE in main(again)
    assert piece(registration).state == State.OWED


@pytest.mark.parametrize("said", ["", "x", "0", "9" * 30])
def test_what_names_no_file_takes_nothing_back(mine, registration, said):
    given = clean(registration)

    mine.post(address(registration, "IDENTITE", "retrait"), {"fichier": said})

    assert piece(registration).deposit == given


def test_another_file_that_was_given_meanwhile_is_shown_and_stays(mine, registration):
    first = clean(registration)
    second = clean(registration, "black", name="autre.jpg", at=SOON)

    page = press(mine, registration, first)

    assert page.status_code == 409
    [told] = seen(page).cssselect("[data-said]")
    assert words(told).startswith("Rien n'est retiré : un autre document a été déposé")
    assert "Retirer « autre.jpg » ?" in main(page)
    assert piece(registration).deposit == second


def test_once_the_office_has_read_it_it_is_said_why_it_stays(mine, registration):
    given = clean(registration)
    consult_piece(registration=registration, row=piece(registration), by=MANAGER, at=NOW)

    for page in (
        mine.get(address(registration, "IDENTITE", "retrait"), follow=True),
        press(mine, registration, given),
    ):
        assert Opened.message in main(page)
    assert piece(registration).deposit == given


def test_once_its_page_was_opened_nothing_offers_it(mine, registration):
    clean(registration)
    row = piece(registration)
    evidence.note_looked(row, by=MANAGER, at=SOON)

    assert "Retirer" not in line(mine, registration)
    assert "Retirer ce document" not in main(mine.get(address(registration, "IDENTITE")))


def test_of_a_piece_that_nobody_asks_for_there_is_nothing_to_take_back(mine, registration):
    assert mine.get(address(registration, "PHOTO", "retrait")).status_code == 404
    assert mine.post(address(registration, "PHOTO", "retrait")).status_code == 404


def test_nobody_takes_back_what_another_gave(sign_in, registration):
    given = clean(registration)
    other = sign_in(a_registration().candidate)

    assert asked(other, registration).status_code == 404
    assert press(other, registration, given).status_code == 404
    assert piece(registration).deposit == given
