"""« N° Inscription »: what is left to do, whom to ask, then the receipt; each thing once."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from sporades.accommodations.rules import exam_of
from sporades.accommodations.states import State
from sporades.acts.identities import correcting
from sporades.acts.people import joining
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, receiving
from sporades.candidates.operations import civil_data
from sporades.mail.models import Message
from sporades.registrations.deadlines import accommodation_of
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from tests.accommodations.asked import reach
from tests.accommodations.test_asking import AFTER_CLOSING
from tests.accommodations.test_following import amend
from tests.acts.test_claiming import claim, given
from tests.acts.test_readdressed import LILLE, NEW, readdress
from tests.evidence.given import MANAGER, give, piece
from tests.evidence.test_completeness import WITH_BAC
from tests.factories import (
    NOW,
    OPERATOR,
    WITH_WHOM_AND_WHEN,
    a_record,
    a_registration,
    load_invented,
)
from tests.medical.given import confide
from tests.web.guide import links, main, seen, words

ADDRESS = "1 place des Essais"
AFTER_PIECES = datetime(2027, 1, 5, 12, tzinfo=UTC)


def number_page(sign_in, registration):
    with time_machine.travel(NOW, tick=False):
        return sign_in(registration.candidate).get(
            f"/mes-inscriptions/{registration.number}/numero"
        )


def test_it_says_what_to_do_before_the_receipt_and_the_address_once(sign_in):
    registration = a_registration(informations={"has_disability": "oui"})

    page = number_page(sign_in, registration)

    assert [words(one) for one in seen(page).cssselect("main h2")] == [
        "À faire maintenant : aménagement d'épreuves",
        "Récapitulatif d'inscription",
        "Pièces justificatives à fournir",
        "Votre service gestionnaire",
        "Accusé de réception",
    ]
    assert main(page).count(ADDRESS) == 1
    assert (
        "Imprimez, signez et renvoyez ce récapitulatif. À poster au plus tard le vendredi 25 "
        "décembre 2026 (cachet de la poste), à votre service gestionnaire : l'adresse est plus bas."
    ) in main(page)
    assert main(page).count("Imprimez, signez et renvoyez") == 1


def test_a_piece_whose_day_has_passed_is_not_asked_to_be_given(sign_in, stopped_clock):
    registration = a_registration(**WITH_BAC)
    stopped_clock.move_to(AFTER_PIECES)
    verifying.grant(
        row=piece(registration, "BAC"), until=date(2027, 1, 20), by=MANAGER, at=AFTER_PIECES
    )

    page = sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/numero")

    said = main(page).replace("\xa0", " ")
    assert "La date limite est passée. Contactez votre service gestionnaire." in said
    assert "Pièce d'identité, à fournir avant le mercredi 30 décembre 2026" in said
    before, after = said.split("La date limite est passée.")
    assert "Copie du baccalauréat" in before
    assert "Pièce d'identité" not in before.split("À fournir avant", 1)[1]
    assert "Plus rien n'est à fournir" not in after
    assert "Déposer mes pièces justificatives" in after


def test_where_every_piece_is_late_nothing_is_to_be_deposited(sign_in, stopped_clock):
    registration = a_registration(**WITH_BAC)
    stopped_clock.move_to(AFTER_PIECES)

    page = sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/numero")

    assert "La date limite est passée." in main(page)
    assert "Déposez-les ici" not in main(page)
    assert links(page, "Voir mes pièces justificatives")


def test_once_its_service_has_another_address_the_page_and_both_documents_say_it(sign_in):
    registration = a_registration()
    there = "Son adresse a changé depuis votre récapitulatif : c'est celle-ci qui vaut."
    assert there not in main(number_page(sign_in, registration))

    readdress(registration)

    assert there in main(number_page(sign_in, registration))
    for kind in ("recapitulatif", "demande-pieces"):
        page = main(
            sign_in(registration.candidate).get(f"/mes-documents/{registration.number}/{kind}")
        )
        assert (
            f"Ce qui s'envoie à ce service par courrier va désormais à : {LILLE}, {NEW}, 59800 Lille."
        ) in page


def test_one_deadline_of_all_pieces_is_said_once_and_two_each_at_their_piece(sign_in):
    registration = a_registration(**WITH_BAC)
    due = "avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)"
    before = f"{due} : Pièce d'identité. Copie du baccalauréat."

    page = main(number_page(sign_in, registration))
    [mail] = Message.objects.filter(kind="registered")

    assert before in page
    assert page.count("30 décembre 2026") == 1
    assert ": à fournir" not in page
    body = " ".join(mail.body.split())
    assert f"{due} : - Pièce d'identité - Copie du baccalauréat" in body
    assert body.count("30 décembre 2026") == 1

    load_invented(
        (
            "diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}",
            "diplome: [BAC]}, echeance: {jours_apres_fermeture: 16}",
        )
    )
    page = main(number_page(sign_in, a_registration(**WITH_BAC)))

    assert f"Pièce d'identité, {due}." in page
    assert "Copie du baccalauréat, avant le jeudi 31 décembre 2026" in page


def test_what_is_to_be_replaced_is_told_from_what_is_to_be_given(sign_in):
    registration = a_registration(**WITH_BAC)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.refuse(row=piece(registration), reason="Floue.", seen=None, by=MANAGER, at=NOW)

    page = main(number_page(sign_in, registration))

    assert f"{piece(registration).label} : non conforme, à remplacer." in page


def test_what_has_no_deadline_stays_where_it_is(sign_in):
    registration = a_registration()

    page = number_page(sign_in, registration)

    assert [words(one) for one in seen(page).cssselect("main h2")][:2] == [
        "À faire maintenant",
        "Pièces justificatives à fournir",
    ]


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ("non", "vous n'avez plus rien à envoyer."),
        (
            "oui",
            ("vous n'avez plus rien à envoyer, sauf pour votre demande d'aménagement d'épreuves."),
        ),
    ],
)
def test_once_validated_only_an_accommodation_is_left_to_ask_for(sign_in, declared, said):
    registration = a_registration(informations={"has_disability": declared})
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    page = main(number_page(sign_in, registration))

    assert said in page


def test_what_came_already_is_not_said_to_be_provided(sign_in):
    registration = a_registration(**WITH_BAC)
    label = piece(registration).label
    to_provide = "//main//h2[contains(., 'Pièces')]/following-sibling::ul[1]/li"

    give(registration)
    page = number_page(sign_in, registration)

    said = [words(one) for one in seen(page).xpath(to_provide)]
    assert said
    assert not any(one.startswith(label) for one in said)
    assert f"Rien à faire pour : {label}, pièce en vérification." in main(page)

    for row in registration.evidence.asked().exclude(code=piece(registration).code):
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)
    page = number_page(sign_in, registration)

    assert "Pièces justificatives" in [words(one) for one in seen(page).cssselect("main h2")]
    assert f"Plus rien n'est à fournir : {label}, pièce en vérification." in main(page)
    assert "Déposer mes pièces justificatives" not in main(page)


def asked(registration, state):
    """Have the request of a registration reach a state, of which nothing is missing."""
    confide(registration, kind="CERTIFICAT")
    reach(registration, state)


@pytest.mark.parametrize(
    ("state", "said", "act"),
    [
        (
            State.PREPARING,
            "Votre demande d'aménagement n'est pas envoyée. À envoyer avant le mardi 15 décembre",
            "Finir ma demande d'aménagement",
        ),
        (
            State.WITH_DOCTOR,
            "à 10 h 30 (heure de Paris). Le médecin désigné étudie votre demande et rend son avis.",
            "Suivre ma demande d'aménagement",
        ),
        (
            State.NOTIFIED,
            "lisez la notification.",
            "Suivre ma demande d'aménagement",
        ),
    ],
)
@pytest.mark.usefixtures("confided", "stopped_clock")
def test_of_a_request_that_is_begun_it_says_where_it_stands(sign_in, state, said, act):
    registration = a_registration(informations={"has_disability": "oui"})
    asked(registration, state)

    page = number_page(sign_in, registration)

    assert said in main(page).replace("\xa0", " ")
    assert act in main(page)
    assert "faites votre demande" not in main(page)


def test_once_validated_a_request_that_was_sent_is_left_no_more(sign_in, confided, stopped_clock):
    registration = a_registration(informations={"has_disability": "oui"})
    asked(registration, State.ASKED)
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    page = main(number_page(sign_in, registration))

    assert "vous n'avez plus rien à envoyer." in page


def test_of_a_request_that_was_never_made_it_says_that_it_is_late(sign_in, stopped_clock):
    registration = a_registration(informations={"has_disability": "oui"})
    stopped_clock.move_to(AFTER_CLOSING)
    client = sign_in(registration.candidate)

    page = main(client.get(f"/mes-inscriptions/{registration.number}/numero"))

    assert "faites votre demande" not in page
    assert "est passée. Une demande tardive est reçue" in page


def test_a_summary_that_calls_for_a_request_says_that_it_was_sent_since(
    sign_in, confided, stopped_clock
):
    registration = a_registration(informations={"has_disability": "oui"})
    client, twin = (
        sign_in(registration.candidate),
        f"/mes-documents/{registration.number}/recapitulatif",
    )
    before = main(client.get(twin))
    asked(registration, State.ASKED)

    after = main(client.get(twin))

    said = "Votre demande d'aménagement d'épreuves a été envoyée"
    assert said not in before
    assert said in after


def test_who_declared_no_handicap_is_told_where_an_accommodation_is_asked_for(sign_in):
    registration = a_registration()

    page = number_page(sign_in, registration)

    last = registration.service.said(registration.accommodation_until).replace("\xa0", " ")
    where = f"il se demande à la page Aménagement d'épreuves avant le {last}."
    assert f"Si vous avez besoin d'un aménagement d'épreuves, {where}" in main(page)
    assert f'href="/mes-inscriptions/{registration.number}/amenagement"' in page.text


@pytest.mark.parametrize(
    ("has_account", "whom"),
    [
        (True, "voyez la page « Aménagement d'épreuves » de votre inscription, dans votre espace"),
        (False, "contactez votre service gestionnaire"),
    ],
)
def test_a_version_filed_once_requests_are_late_calls_for_none_before_a_day_that_is_past(
    db, has_account, whom
):
    registration = a_registration(informations={"has_disability": "oui"})
    rules = exam_of(registration)

    said = accommodation_of(
        registration.service, rules, "", has_account=has_account, at=AFTER_CLOSING
    )

    assert whom in said
    assert "faites votre demande" not in said
    assert "la date limite des demandes, le mardi 15 décembre 2026" in said


def test_who_has_an_account_since_is_told_to_ask_in_their_space(sign_in, stopped_clock):
    record = a_record()
    registration = a_registration(record, informations={"has_disability": "oui"})
    assert "demandez le formulaire" in registration.versions.get().snapshot["accommodation"]
    joining.activate(claim(given(record)).pk, at=NOW)
    registration.candidate.refresh_from_db()

    page = main(number_page(sign_in, registration))

    assert "demandez le formulaire" not in page
    assert "faites votre demande dans votre espace candidat" in page


def test_after_a_modification_the_summary_and_the_mail_do_not_call_for_what_is_done(db):
    registration = a_registration(informations={"has_disability": "oui"})

    amended = amend(
        registration,
        informations={"has_disability": "oui"},
        identification={"address_1": "3 quai de l'Île"},
    )

    perhaps = "faites votre demande, si ce n'est pas déjà fait, dans votre espace candidat"
    assert perhaps in amended.versions.get(number=2).snapshot["accommodation"]
    first, last = Message.objects.filter(kind__in=("registered", "amended")).order_by("pk")
    assert "si ce n'est pas déjà fait, dans" not in first.body
    assert perhaps in last.body


def test_after_a_correction_by_the_service_what_came_back_signed_stays_good(sign_in):
    registration = a_registration()
    receiving.receive_summary(
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

    assert words(seen(page).cssselect("h1")[0]) == "N° Inscription"
    assert "À poster" not in main(page)
    assert "ne vaut plus" not in main(page)


def test_a_summary_that_goes_elsewhere_says_where(sign_in):
    load_invented(
        (
            "texte: Imprimez, signez",
            "adresse: [Boîte des essais, 59001 Lille]\n      texte: Imprimez, signez",
        )
    )

    page = number_page(sign_in, a_registration())

    assert "(cachet de la poste), à : Boîte des essais, 59001 Lille." in main(page)


def test_it_says_whom_to_ask_for_and_when(sign_in):
    load_invented(WITH_WHOM_AND_WHEN)

    page = number_page(sign_in, a_registration())

    [contact] = seen(page).cssselect("main .s-contact")
    assert words(contact) == (
        "Bureau des essais de Lille Secteur des essais Gestionnaire des essais "
        "Téléphone : 03 53 01 00 01 essais@lille.exemple.test "
        "Adresse : 1 place des Essais 59000 Lille le mardi matin"
    )


REASSURING = (
    "Accusé de réception Ce qui suit est obligatoire sur tout accusé de réception. Cela ne veut pas dire "
    "que votre inscription sera rejetée. Demande reçue le"
)


@pytest.mark.parametrize(("meaning", "is_said"), [("acceptation", False), ("rejet", True)])
def test_a_silence_that_rejects_is_said_not_to_be_a_refusal(sign_in, meaning, is_said):
    appeal = ', recours: "Vous pouvez saisir le tribunal."' if is_said else ""
    load_invented(("{sens: acceptation, mois: 2}", f"{{sens: {meaning}, mois: 2{appeal}}}"))
    registration = a_registration()

    page = main(
        sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/numero")
    )

    assert (
        REASSURING.removesuffix(" Demande reçue le").partition("réception ")[2] in page
    ) is is_said
    body = " ".join(Message.objects.get(kind="registered").body.split())
    assert (REASSURING.replace("réception Ce", "réception : Ce") in body) is is_said
    paper = main(
        sign_in(registration.candidate).get(f"/mes-documents/{registration.number}/recapitulatif")
    )
    assert (REASSURING in paper) is is_said
    after = seen(number_page(sign_in, registration)).xpath(
        "//main//h2[.='Accusé de réception']/following-sibling::details//p"
    )
    paragraphs = [words(one) for one in after]
    assert len([one for one in paragraphs if one.startswith("Autorité compétente")]) == 1
    assert len([one for one in paragraphs if one.startswith("Sans réponse de sa part")]) == 1
    assert ("Vous pouvez saisir le tribunal." in paragraphs) is is_said


def test_who_has_just_saved_reads_under_the_numbers_that_a_mail_says_so(sign_in):
    page = main(number_page(sign_in, a_registration()))

    assert page.index("Un mail vous le confirme") < page.index("À faire maintenant")
