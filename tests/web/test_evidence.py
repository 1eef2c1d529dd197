"""« Pièces justificatives »: what is owed, by when, where it stands; a file is given (G2)."""

import re
from datetime import datetime, timedelta
from uuid import uuid4

import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from sporades.acts.identities import correcting
from sporades.acts.pieces import verifying
from sporades.acts.pieces.providing import NothingAwaited
from sporades.acts.registrations import deciding, leaving
from sporades.acts.sent_files import Sent
from sporades.candidates.operations import civil_data
from sporades.core import files
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit
from sporades.evidence.states import State
from sporades.exams.held import forget
from sporades.intake import cleaning
from sporades.intake.reading import LARGEST
from sporades.registrations.states import VALIDATE
from sporades.web.candidate.pieces.forms import ALL_AGAIN
from tests.acts.test_issuing import amend
from tests.documents.summaries import a_pdf
from tests.evidence.given import MANAGER, a_photo, again, give, piece
from tests.factories import NOW, OPERATOR, a_registration, author, load_invented
from tests.intake.photos import jpeg
from tests.web.guide import main, seen, words

UNTIL = datetime.fromisoformat("2026-12-30T23:59:00+01:00")
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept")


@pytest.fixture
def registration():
    return a_registration()


@pytest.fixture
def mine(sign_in, registration):
    return sign_in(registration.candidate)


def address(registration, *parts):
    return "/".join(["/mes-inscriptions", registration.number, "pieces", *parts])


def photo(colour="white", name="carte.jpg"):
    return SimpleUploadedFile(name, a_photo(colour), "image/jpeg")


def send(browser, registration, *photos, code="IDENTITE"):
    """Press « Déposer »."""
    data = {"fichiers": list(photos), "envoi": str(uuid4())}
    return browser.post(address(registration, code), data, follow=True)


def line(browser, registration, code="IDENTITE"):
    """Return what the page says of a piece."""
    page = seen(browser.get(address(registration)))
    return words(page.get_element_by_id(f"piece-{code}"))


def test_what_is_owed_is_said_with_its_deadline_and_the_way_to_give_it(mine, registration):
    page = mine.get(address(registration))
    form = mine.get(address(registration, "IDENTITE"))

    assert "Déposez chaque pièce ici" in main(page)
    # What a file may be is said where it is chosen, once.
    accepted = (
        "PDF (5 Mo au plus) ou photos JPEG, PNG (20 Mo chacune). Plusieurs fichiers sont réunis en un "
        "seul document : 10 au plus, 40 Mo en tout."
    )
    assert (accepted in main(page), accepted in main(form)) == (False, True)
    assert line(mine, registration) == (
        "Pièce d'identité À fournir Avant le mercredi 30 décembre 2026 à 23 h 59 (heure "
        "de Paris). Déposer : Pièce d'identité"
    )


def test_what_goes_by_post_has_its_address(mine, registration):
    page = main(mine.get(address(registration)))

    assert "à votre service gestionnaire, 1 place des Essais, 59000 Lille : le cachet" in page


def test_a_scan_of_the_service_is_not_said_to_be_deposited_by_its_candidate(mine, registration):
    verifying.scan_in(
        registration=again(registration),
        code="IDENTITE",
        sent=[Sent("papier.jpg", a_photo())],
        press="1",
        posted_on=NOW.date(),
        by=MANAGER,
        at=NOW,
    )

    page = main(mine.get(address(registration)))

    assert "ajouté par le service le mercredi 25 novembre 2026" in page
    assert "déposé le" not in page


def test_of_a_registration_that_was_withdrawn_nothing_is_awaited(mine, registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    before = main(mine.get(address(registration)))

    assert "(heure de Paris). Plus rien n'est à fournir." in before
    assert "À fournir avant" not in before
    assert "Aucune pièce" not in before


def test_what_was_given_before_a_withdrawal_is_still_there(mine, registration):
    send(mine, registration, photo(name="Ma carte.jpg"))
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    assert "Ma carte.jpg" in line(mine, registration)
    assert "remplacer" not in line(mine, registration)


def test_what_is_odd_in_a_file_is_told_to_its_giver(mine, registration):
    small = SimpleUploadedFile("carte.jpg", jpeg(300, 200), "image/jpeg")

    blank, tiny = (main(send(mine, registration, one)) for one in (photo("white"), small))

    assert "Votre fichier est déposé." in blank
    assert "Votre fichier semble vide : rien ne s'y voit." in blank
    assert "Votre fichier est déposé." in tiny
    assert "Votre image est très petite" in tiny


def test_a_photo_is_given_without_script_and_opened_again(mine, registration):
    said = send(mine, registration, photo(name="Ma carte.jpg"))

    assert "Votre fichier est déposé." in main(said)
    assert "Ma carte.jpg : Pièce d'identité , 1 page," in line(mine, registration)
    assert "En vérification" in line(mine, registration)
    assert "personne du service gestionnaire ne peut l'ouvrir" in line(mine, registration)
    opened = mine.get(address(registration, "IDENTITE", "fichier"))
    assert opened.content == files.get(Deposit.objects.get().key)
    assert opened.headers["Content-Disposition"].startswith("attachment;")
    assert "Ma carte" not in opened.headers["Content-Disposition"]


def test_several_photos_become_one_document(mine, registration):
    send(mine, registration, photo("white"), photo("gray"))

    assert Deposit.objects.get().pages == 2


def test_once_found_clean_it_is_deposited(mine, registration):
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)

    assert "Déposée" in line(mine, registration)
    assert "Remplacer" in line(mine, registration)


def test_nobody_opens_a_file_in_which_a_virus_was_found(mine, registration):
    evidence.note_scanned(give(registration), is_clean=False, at=NOW)

    assert mine.get(address(registration, "IDENTITE", "fichier")).status_code == 404
    assert "Motif : Un programme malveillant" in line(mine, registration)


def test_an_old_page_of_a_piece_that_is_accepted_leads_to_where_it_is_read(mine, registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.accept(row=piece(registration), seen=given.pk, by=MANAGER, at=NOW)

    page = send(mine, registration, photo("black"))

    assert page.status_code == 409
    assert 'name="fichiers"' not in page.text
    assert NothingAwaited.message in main(page)
    assert piece(registration).deposit == given


def test_a_refused_piece_says_why_and_may_be_replaced(mine, registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.refuse(
        row=piece(registration), reason="La photo est floue.", seen=given.pk, by=MANAGER, at=NOW
    )

    assert "Non conforme Motif : La photo est floue." in line(mine, registration)
    send(mine, registration, photo("black"))
    assert piece(registration).state == State.CHECKING


def test_a_refused_piece_stands_before_the_others(sign_in):
    first = "      - {code: IDENTITE, libelle: Pièce d'identité"
    photo_first = "      - {code: PHOTO, libelle: Photo, echeance: {jours_apres_fermeture: 15}}\n"
    load_invented((first, photo_first + first))
    forget()
    filed = a_registration()
    client = sign_in(filed.candidate)
    places = re.compile('id="piece-([A-Z]+)"')
    assert places.findall(client.get(address(filed)).text) == ["PHOTO", "IDENTITE"]

    given = give(filed)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.refuse(row=piece(filed), reason="Floue.", seen=given.pk, by=MANAGER, at=NOW)

    assert places.findall(client.get(address(filed)).text) == ["IDENTITE", "PHOTO"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ([], "Choisissez un fichier avant de l'envoyer."),
        ([SimpleUploadedFile("vide.pdf", b"")], "Ce fichier est vide"),
        ([SimpleUploadedFile("a.exe", b"MZ" * 90)], "n'est ni un PDF ni une photo JPEG ou PNG"),
        ([SimpleUploadedFile("a.pdf", b"%PDF-1.7" + b"0" * 5_000_000)], "dépasse 5 Mo"),
        (
            [SimpleUploadedFile("a.jpg", a_photo() + bytes(20_000_000))],
            "Cette photo dépasse 20 Mo",
        ),
        ([SimpleUploadedFile("a.jpg", a_photo()[:200])], "Cette photo est abîmée"),
    ],
    ids=["none", "empty", "program", "heavy", "heavy photo", "cut"],
)
def test_what_cannot_be_taken_is_said_at_its_place(mine, registration, sent, said, kept):
    for one in sent:
        one.seek(0)
    page = mine.post(address(registration, "IDENTITE"), {"fichiers": sent})

    assert page.status_code == 422
    assert said in main(page)
    assert kept() == []


def test_of_several_the_one_that_is_unfit_is_named(mine, registration):
    page = send(mine, registration, photo(), SimpleUploadedFile("notes.txt", b"bonjour"))

    assert "notes.txt : Ce fichier n'est ni un PDF ni une photo" in main(page)
    assert ALL_AGAIN not in main(page)


@pytest.mark.parametrize(
    "wrong", [b"bonjour", a_photo()[:200]], ids=["of another type", "of no use"]
)
def test_of_several_those_that_are_good_are_kept_without_script_too(mine, registration, wrong):
    sent = [
        photo("black", "une.jpg"),
        SimpleUploadedFile("deux.jpg", wrong),
        photo("red", "trois.jpg"),
    ]

    page = send(mine, registration, *sent)

    assert page.status_code == 422
    assert "Déjà reçus : « une.jpg » et « trois.jpg »." in main(page)
    received = page.context["form"]["envois"].value()
    assert len(received.split(",")) == 2
    assert piece(registration).deposit is None
    again = {"fichiers": [photo("white", "deux.jpg")], "envois": received, "envoi": str(uuid4())}
    said = mine.post(address(registration, "IDENTITE"), again, follow=True)
    assert "Votre fichier est déposé." in main(said)
    given = piece(registration).deposit
    assert (given.name, given.pages) == ("une.jpg et 2 autres", 3)


def test_of_several_those_for_which_there_was_room_are_kept(mine, registration, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    large = SimpleUploadedFile("deux.jpg", a_photo() + bytes(LARGEST))

    page = send(mine, registration, photo("black", "une.jpg"), large, photo("red", "trois.jpg"))

    assert page.status_code == 422
    assert "Le fichier ne peut pas être gardé en ce moment" in main(page)
    assert "Déjà reçus : « une.jpg » et « trois.jpg »." in main(page)


def test_what_was_received_weighs_with_what_comes(mine, registration, monkeypatch):
    page = send(
        mine, registration, photo("black", "une.jpg"), SimpleUploadedFile("notes.txt", b"bonjour")
    )
    received = page.context["form"]["envois"].value()
    monkeypatch.setattr(cleaning, "LARGEST_TOGETHER", len(a_photo("black")) + 20)

    again = {"fichiers": [photo("white", "deux.jpg")], "envois": received, "envoi": str(uuid4())}
    page = mine.post(address(registration, "IDENTITE"), again)

    assert page.status_code == 422
    assert "pour 40 Mo au plus" in main(page)
    assert page.context["form"]["envois"].value() == received
    assert piece(registration).deposit is None


def test_a_photo_heavier_than_what_is_kept_is_taken_and_shrunk(mine, registration):
    heavy = SimpleUploadedFile("a.jpg", a_photo() + bytes(9_000_000))

    assert "Votre fichier est déposé." in main(send(mine, registration, heavy))

    assert piece(registration).deposit.size < 1_000_000


def test_photos_that_are_too_heavy_together_are_refused(mine, registration, monkeypatch):
    monkeypatch.setattr(cleaning, "LARGEST_TOGETHER", 20)

    page = send(mine, registration, photo(name="une.jpg"), photo(name="deux.jpg"))

    assert page.context["form"].errors == {
        "fichiers": [
            (
                "Ces fichiers pèsent 100 Ko ensemble, pour 40 Mo au plus : envoyez moins de photos à "
                "la fois, ou reprenez-les avec la définition ordinaire de l'appareil."
            ),
            ALL_AGAIN,
        ]
    }


def test_pages_too_heavy_with_those_that_were_given_name_none_of_them(
    mine, registration, monkeypatch
):
    send(mine, registration, photo(name="recto.jpg"))
    given = piece(registration).deposit
    monkeypatch.setattr(cleaning, "LARGEST_TOGETHER", given.size + 20)
    sent = {
        "fichiers": [photo("black", "une.jpg"), photo("red", "deux.jpg")],
        "envoi": str(uuid4()),
        "suite": "on",
    }

    page = mine.post(address(registration, "IDENTITE"), sent)

    assert page.status_code == 422
    said, again = page.context["form"].errors["fichiers"]
    assert again == ALL_AGAIN
    assert said.startswith("Avec le fichier déjà déposé, cela pèse 100 Ko, pour 40 Mo au plus")
    assert piece(registration).deposit == given


def test_too_many_pages_together_are_laid_to_none_of_the_files(mine, registration):
    sixty = [
        SimpleUploadedFile(name, a_pdf(pages=60), "application/pdf") for name in ("1.pdf", "2.pdf")
    ]

    page = send(mine, registration, *sixty)

    assert page.context["form"].errors["fichiers"] == [
        cleaning.TooManyPages.message,
        ALL_AGAIN,
    ]


def test_pages_are_added_after_those_that_were_given(mine, registration):
    assert "suite" not in seen(mine.get(address(registration, "IDENTITE"))).forms[-1].fields
    send(mine, registration, photo(name="recto.jpg"))

    page = mine.get(address(registration, "IDENTITE"))
    assert "Vous avez déjà déposé « recto.jpg » (1 page" in main(page)
    for colour in ("black", "red"):
        sent = {"fichiers": [photo(colour, "verso.jpg")], "envoi": str(uuid4()), "suite": "on"}
        mine.post(address(registration, "IDENTITE"), sent)

    given = piece(registration).deposit
    assert (given.name, given.pages) == ("recto.jpg et 2 autres", 3)
    document = pypdfium2.PdfDocument(files.get(given.key))
    middles = [one.render().to_pil().getpixel((300, 400)) for one in document]
    document.close()
    assert [sum(one) > 500 for one in middles] == [True, False, False]


def test_pressed_again_a_page_is_added_once(mine, registration):
    send(mine, registration, photo(name="recto.jpg"))
    press = str(uuid4())

    for _ in range(2):
        sent = {"fichiers": [photo("black", "verso.jpg")], "envoi": press, "suite": "on"}
        mine.post(address(registration, "IDENTITE"), sent)

    assert piece(registration).deposit.pages == 2


def test_of_the_page_that_is_added_it_is_said_why_it_is_not_taken(mine, registration):
    send(mine, registration, photo(name="recto.jpg"))

    cut = [photo("black"), SimpleUploadedFile("verso.jpg", a_photo("red")[:200])]
    sent = {"fichiers": cut, "envoi": str(uuid4()), "suite": "on"}
    page = mine.post(address(registration, "IDENTITE"), sent)

    assert "verso.jpg : Cette photo est abîmée" in main(page)
    assert piece(registration).deposit.pages == 1


def to_add(mine, registration):
    """Return what a page sends that adds to the file that it shows."""
    page = seen(mine.get(address(registration, "IDENTITE")))
    [read] = page.cssselect("main input[name=lue]")
    return {"envoi": str(uuid4()), "suite": "on", "lue": read.get("value")}


def test_nothing_is_added_to_a_file_that_was_refused_since_its_page_was_opened(mine, registration):
    send(mine, registration, photo(name="recto.jpg"))
    given = Deposit.objects.get()
    evidence.note_scanned(given, is_clean=True, at=NOW)
    sent = to_add(mine, registration)
    verifying.refuse(row=piece(registration), reason="Floue.", seen=given.pk, by=MANAGER, at=NOW)

    page = mine.post(
        address(registration, "IDENTITE"), {**sent, "fichiers": [photo("black", "verso.jpg")]}
    )

    assert page.status_code == 422
    assert "Rien n'est ajouté : le fichier de cette pièce, ou ce qu'en dit votre service" in main(
        page
    )
    assert "Non conforme" in main(page)
    assert piece(registration).deposit.pages == 1
    [read] = seen(page).cssselect("main input[name=lue]")
    again = {**sent, "lue": read.get("value"), "fichiers": [photo("black", "verso.jpg")]}
    mine.post(address(registration, "IDENTITE"), again)
    assert piece(registration).deposit.pages == 2


def test_nor_to_another_file_than_the_one_that_it_showed_and_pressed_twice_it_is_added_once(
    mine, registration
):
    send(mine, registration, photo(name="recto.jpg"))
    sent = to_add(mine, registration)
    send(mine, registration, photo("red", "autre.jpg"))
    fresh = to_add(mine, registration)

    answers = [
        mine.post(
            address(registration, "IDENTITE"), {**said, "fichiers": [photo("black", "verso.jpg")]}
        )
        for said in (sent, fresh, fresh)
    ]

    assert [one.status_code for one in answers] == [422, 302, 302]
    assert piece(registration).deposit.pages == 2


def test_nothing_is_added_to_a_file_in_which_a_virus_was_found(mine, registration):
    evidence.note_scanned(give(registration), is_clean=False, at=NOW)

    sent = {"fichiers": [photo("black")], "envoi": str(uuid4()), "suite": "on"}
    assert "s'ajoute à sa suite" not in main(mine.get(address(registration, "IDENTITE")))
    page = mine.post(address(registration, "IDENTITE"), sent)

    assert "Le fichier à la suite duquel vous ajoutiez ne peut plus être complété" in main(page)
    assert piece(registration).deposit.pages == 1


def test_where_a_piece_is_given_again_it_is_said_why_it_was_refused(mine, registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.refuse(
        row=piece(registration), reason="Il manque le verso.", seen=given.pk, by=MANAGER, at=NOW
    )

    page = mine.get(address(registration, "IDENTITE"))
    assert "Non conforme. Il manque le verso." in main(page)
    assert words(seen(page).cssselect("h1")[0]) == "Remplacer : Pièce d'identité"


def test_more_than_ten_at_once_are_refused(mine, registration):
    page = send(mine, registration, *[photo() for _ in range(11)])

    assert "Choisissez 10 fichiers au plus à la fois." in main(page)


def test_after_the_last_minute_nothing_is_given_and_the_date_is_said(sign_in, registration):
    with time_machine.travel(UNTIL + MINUTE, tick=False):
        browser = sign_in(registration.candidate)
        shown = line(browser, registration)
        told = browser.get(address(registration, "IDENTITE"), follow=True)
        page = send(browser, registration, photo())

    over = "Cette pièce était à fournir avant le mercredi 30 décembre 2026 à 23 h 59"
    assert over in shown
    assert "Déposer :" not in shown
    assert over in main(told)
    assert "Déposez chaque pièce ici" not in main(told)
    assert over in main(page)
    assert 'name="fichiers"' not in page.text


def test_after_it_who_has_given_it_is_told_of_what_was_given(sign_in, registration):
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)
    with time_machine.travel(UNTIL + MINUTE, tick=False):
        browser = sign_in(registration.candidate)
        shown = line(browser, registration)
        told = main(browser.get(address(registration, "IDENTITE"), follow=True))

    until = "jusqu'au mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
    assert f"Vous pouviez le remplacer {until}" in shown
    assert f"Vous pouviez remplacer ce fichier {until}" in told
    for said in (shown, told):
        assert "à fournir avant" not in said
        assert "Contactez votre service gestionnaire" not in said


def test_after_the_closing_a_piece_is_given_until_its_own_deadline(sign_in, registration):
    with time_machine.travel(UNTIL, tick=False):
        send(sign_in(registration.candidate), registration, photo())

    assert piece(registration).state == State.CHECKING


def test_once_validated_nothing_more_is_awaited(mine, registration):
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=OPERATOR, at=NOW
    )

    page = main(mine.get(address(registration)))
    assert "votre service gestionnaire n'attend plus aucune pièce" in page
    assert "Déposer :" not in page


def test_once_validated_a_piece_that_is_not_good_and_its_request_say_that_they_are_asked_for_no_more(
    mine, registration
):
    evidence.note_scanned(give(registration), is_clean=False, at=NOW)
    request = f"/mes-documents/{registration.number}/demande-pieces"
    before = main(mine.get(request))
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=OPERATOR, at=NOW
    )

    page = main(mine.get(address(registration)))
    assert "Pièce d'identité N'est plus demandée" in page
    assert "n'est plus demandé" not in before
    assert "Ce que ce document demande d'envoyer n'est plus demandé" in main(mine.get(request))


def test_what_is_issued_of_a_validated_registration_asks_for_nothing(mine, registration):
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=OPERATOR, at=NOW
    )
    identity = registration.candidate.identity
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(identity), "birth_name": "Autre"},
        seen=identity.pk,
        proof="Acte de naissance",
        by=OPERATOR,
        at=NOW,
    )

    for kind in ("demande-pieces", "recapitulatif"):
        page = main(mine.get(f"/mes-documents/{registration.number}/{kind}"))
        assert "avant le mercredi 30 décembre 2026" not in page
        assert "avant le vendredi 25 décembre 2026" not in page
        assert "n'est plus demandé" not in page
    request = main(mine.get(f"/mes-documents/{registration.number}/demande-pieces"))
    assert (
        "Votre inscription est validée : plus aucune pièce justificative n'est demandée." in request
    )
    assert "toutes reçues" not in request


@pytest.mark.parametrize("parts", [(), ("IDENTITE",), ("IDENTITE", "fichier")], ids=str)
def test_it_does_not_exist_for_another_candidate(sign_in, registration, parts):
    give(registration)
    other = sign_in(a_registration().candidate)

    assert other.get(address(registration, *parts)).status_code == 404
    if parts == ("IDENTITE",):
        posted = other.post(address(registration, *parts), {"fichiers": photo()})
        assert posted.status_code == 404
    assert Deposit.objects.count() == 1


def test_a_piece_that_is_not_asked_for_does_not_exist(mine, registration):
    assert mine.get(address(registration, "BAC")).status_code == 404
    assert mine.get(address(registration, "IDENTITE", "fichier")).status_code == 404


def test_what_was_given_awaits_no_more_and_says_so_where_one_asks(mine, registration):
    give(registration)

    assert "Pièces justificatives à fournir" not in main(mine.get("/accueil"))
    checked = main(mine.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit"))
    assert "Pièce justificative : Pièce d'identité Déposée le 25 novembre 2026." in checked
    number = main(mine.get(f"/mes-inscriptions/{registration.number}/numero"))
    assert "À fournir avant le" not in number
    assert "Pièce d'identité, pièce en vérification." in number


def test_a_refused_piece_awaits_again(mine, registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.refuse(row=piece(registration), reason="Floue.", seen=given.pk, by=MANAGER, at=NOW)

    assert "Pièce d'identité (non conforme, à remplacer)" in main(mine.get("/accueil"))
    assert "Manque : Pièce justificative : Pièce d'identité Non conforme : Floue." in main(
        mine.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit")
    )


def test_what_said_that_all_had_come_says_that_a_piece_lacks_since(sign_in):
    registration = a_registration()
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    amend(registration, identification={"address_1": "3 quai du Port"})
    document = f"/mes-documents/{registration.number}/demande-pieces"
    client, lacks = sign_in(registration.candidate), "Une pièce est à fournir depuis ce document"
    before = main(client.get(document))
    assert "sont toutes reçues ou dispensées" in before
    assert lacks not in before

    verifying.refuse(row=piece(registration), reason="Illisible.", seen=None, by=MANAGER, at=NOW)

    assert lacks in main(client.get(document))
