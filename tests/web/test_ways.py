"""How a piece is given, on the pages of its candidate (C53)."""

import pytest
import time_machine
from django.urls import reverse

from sporades.evidence.states import State
from tests.evidence.given import piece
from tests.evidence.test_ways import WAYS, load
from tests.factories import a_registration
from tests.web.guide import main, seen, words
from tests.web.test_evidence import address, line, photo, send

POST = "1 place des Essais, 59000 Lille : le cachet de la poste fait foi."

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept")


def registered(ways):
    load(**WAYS[ways])
    return a_registration()


@pytest.mark.parametrize(
    ("ways", "said", "is_posted"),
    [
        (
            "deposit",
            "Déposez chaque pièce ici : aucune n'est à envoyer par courrier.",
            False,
        ),
        ("post", "Envoyez chaque pièce par courrier à votre service gestionnaire, 1", True),
        (
            "each",
            (
                "Chaque pièce dit par où l'envoyer : déposée ici, ou envoyée par courrier à votre "
                "service gestionnaire, 1"
            ),
            True,
        ),
    ],
)
def test_the_page_of_pieces_says_how_they_are_given(sign_in, ways, said, is_posted):
    registration = registered(ways)

    page = main(sign_in(registration.candidate).get(address(registration)))

    assert said in page
    assert (POST in page) is is_posted


def test_the_first_piece_that_is_to_be_given_alone_has_the_main_button(sign_in):
    load(photo="depot")
    registration = a_registration()

    page = seen(sign_in(registration.candidate).get(address(registration)))

    buttons = page.cssselect("main .s-card .fr-btn")
    assert len(buttons) > 1
    assert [one for one in buttons if "fr-btn--secondary" not in one.get("class")] == buttons[:1]


def test_a_piece_that_comes_by_post_has_no_button_and_says_so(sign_in):
    registration = registered("each")
    mine = sign_in(registration.candidate)

    assert line(mine, registration, "PHOTO") == (
        "Photographie À fournir Avant le mercredi 30 décembre 2026 à 23 h 59 (heure de "
        "Paris), à envoyer par courrier, pas à déposer."
    )
    assert line(mine, registration).endswith(
        "à déposer dans votre espace candidat, pas par courrier. Déposer : Pièce d'identité"
    )


def test_who_asks_for_the_form_of_what_comes_by_post_is_told_where_to_send_it(sign_in):
    registration = registered("post")
    mine = sign_in(registration.candidate)
    refusal = (
        "Cette pièce ne se dépose pas ici : envoyez-la par courrier à votre service gestionnaire."
    )

    asked = mine.get(address(registration, "IDENTITE"), follow=True)
    sent = send(mine, registration, photo())

    assert (asked.redirect_chain, asked.status_code) == ([(address(registration), 302)], 200)
    assert refusal in main(asked)
    assert sent.status_code == 409
    assert refusal in main(sent)
    assert piece(registration).state == State.OWED
    assert not piece(registration).deposits.exists()


def test_what_comes_by_post_and_is_late_is_not_said_to_be_deposited_no_more(sign_in):
    registration = registered("post")

    with time_machine.travel("2027-01-05T10:00+01:00", tick=False):
        said = line(sign_in(registration.candidate), registration)

    assert said == (
        "Pièce d'identité À fournir Cette pièce était à fournir avant le mercredi 30 décembre 2026 à "
        "23 h 59 (heure de Paris). Contactez votre service gestionnaire."
    )


@pytest.mark.parametrize(
    ("ways", "said", "button"),
    [
        (
            "both",
            (
                "Déposez-les ici, ou envoyez-les par courrier à votre service gestionnaire, à l'adresse donnée "
                "plus bas."
            ),
            "Déposer mes pièces justificatives",
        ),
        ("deposit", "Déposez-les ici, et non par courrier.", "Déposer mes pièces justificatives"),
        (
            "post",
            "Envoyez-les par courrier à votre service gestionnaire, à l'adresse donnée plus bas.",
            "Voir mes pièces justificatives",
        ),
        (
            "each",
            (
                "Chacune dit par où l'envoyer ; par courrier, à l'adresse donnée plus bas. À fournir "
                "avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris) : Pièce d'identité, à "
                "déposer dans votre espace candidat, pas par courrier. Photographie,"
            ),
            "Déposer mes pièces justificatives",
        ),
    ],
)
def test_the_receipt_says_how_pieces_are_given(sign_in, ways, said, button):
    registration = registered(ways)
    where = reverse("candidate:number", args=[registration.number])

    page = sign_in(registration.candidate).get(where)

    assert said in main(page)
    links = [words(one) for one in seen(page).cssselect("main a")]
    assert [one for one in links if "mes pièces" in one] == [button]


@pytest.mark.parametrize(
    ("ways", "act"),
    [
        ("deposit", "Déposer"),
        ("post", "Voir"),
    ],
)
def test_what_awaits_a_candidate_leads_to_what_they_can_do(sign_in, ways, act):
    registration = registered(ways)

    page = sign_in(registration.candidate).get(reverse("candidate:home"))

    assert [one for one in ("Déposer", "Voir") if f"{one} mes pièces" in main(page)] == [act]
