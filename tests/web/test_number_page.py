"""« N° Inscription »: what is left to do, whom to ask, then the receipt; each thing once."""

import pytest
import time_machine

from sporades.acts import correcting, deciding, registering
from sporades.candidates.operations import civil_data
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from tests.factories import NOW, OPERATOR, WITH_WHOM_AND_WHEN, a_registration, load_invented
from tests.web.guide import main, seen, words

ADDRESS = "1 place des Essais"


def number_page(sign_in, registration):
    with time_machine.travel(NOW, tick=False):
        return sign_in(registration.candidate).get(
            f"/mes-inscriptions/{registration.number}/numero"
        )


def test_it_says_what_to_do_before_the_receipt_and_the_address_once(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})

    page = number_page(sign_in, registration)

    assert [words(one) for one in seen(page).cssselect("main h2")] == [
        "À faire maintenant",
        "Pièces justificatives à fournir",
        "Aménagement d'épreuves",
        "Votre service gestionnaire",
        "Accusé de réception",
    ]
    assert main(page).count(ADDRESS) == 1
    assert (
        "Renvoyez-le signé avant le vendredi 25 décembre 2026 à 23 h 59 (heure de Paris) à votre "
        "service gestionnaire, à l'adresse donnée plus bas."
    ) in main(page)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("non", "vous n'avez plus rien à envoyer."),
        (
            "oui",
            (
                "vous n'avez plus rien à envoyer, sauf votre demande d'aménagement d'épreuves si ce "
                "n'est pas déjà fait."
            ),
        ),
    ],
)
def test_once_validated_only_an_accommodation_is_left_to_ask_for(sign_in, declared, said):
    registration = a_registration(informations={"has_disability": declared})
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    page = main(number_page(sign_in, registration))

    assert said in page


def test_after_a_correction_by_the_service_what_came_back_signed_stays_good(sign_in):
    registration = a_registration()
    registering.receive_summary(
        registration=Registration.objects.whole().with_owed().get(pk=registration.pk),
        posted_on=NOW.date(),
        by=OPERATOR,
        at=NOW,
    )
    identity = registration.candidate.identity
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )

    page = number_page(sign_in, registration)

    assert words(seen(page).cssselect("h1")[0]) == "Vos numéros"
    assert "Renvoyez-le signé" not in main(page)
    assert "ne vaut plus" not in main(page)


def test_a_summary_that_goes_elsewhere_says_where(sign_in):
    load_invented(
        (
            "texte: Imprimez, signez",
            "adresse: [Boîte des essais, 59001 Lille]\n      texte: Imprimez, signez",
        )
    )

    page = number_page(sign_in, a_registration())

    assert "(heure de Paris) à : Boîte des essais, 59001 Lille." in main(page)


def test_it_says_whom_to_ask_for_and_when(sign_in):
    load_invented(WITH_WHOM_AND_WHEN)

    page = number_page(sign_in, a_registration())

    [contact] = seen(page).cssselect("main .s-contact")
    assert words(contact) == (
        "Bureau des essais de Lille Secteur des essais Gestionnaire des essais "
        "Téléphone : 03 53 01 00 01 essais@lille.exemple.test "
        "Adresse : 1 place des Essais 59000 Lille le mardi matin"
    )
