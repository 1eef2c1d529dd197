"""« Mon porte-documents »: what is kept, where it served; one more, one less; given again (G2)."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from sporades.acts.registrations import leaving, registering
from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import KeptFile
from sporades.evidence import operations as evidence
from sporades.evidence.models import Deposit
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.registrations.models import Draft
from tests.evidence.given import IDENTITY, a_photo, again, piece
from tests.factories import NOW, a_candidate, a_registration, author
from tests.web.guide import main, seen, words

pytestmark = pytest.mark.usefixtures("stopped_clock", "invented_exam", "kept")
DRAWER = "/mon-porte-documents"


@pytest.fixture
def registration():
    return a_registration()


@pytest.fixture
def mine(sign_in, registration):
    return sign_in(registration.candidate)


def add(browser, name="carte.jpg", colour="white"):
    photo = SimpleUploadedFile(name, a_photo(colour), "image/jpeg")
    return browser.post(DRAWER, {"fichiers": [photo], "envoi": str(uuid4())}, follow=True)


def provide(browser, registration, **data):
    where = f"/mes-inscriptions/{registration.number}/pieces/{IDENTITY}"
    return browser.post(where, {"envoi": str(uuid4()), **data}, follow=True)


def test_a_file_is_added_and_the_page_says_what_it_is_and_that_it_has_not_served(mine):
    said = main(add(mine))

    assert "Votre fichier est dans votre porte-documents." in said
    assert "carte.jpg" in said
    assert "1 page, " in said
    assert "gardé le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in said
    assert "N'a pas encore servi." in said


def name(browser, said):
    """Name the file that is kept."""
    where = f"{DRAWER}/{KeptFile.objects.get().pk}/nom"
    return browser.post(where, {"nom": said}, follow=True)


def test_a_file_is_named_and_called_so_wherever_the_drawer_is_listed(mine, registration):
    add(mine)
    called = "Carte d'identité, <b>deux</b> côtés"

    said = main(name(mine, f"  {called} "))

    assert "Le nom de ce fichier est enregistré." in said
    assert f"{called} Ouvrir {called} carte.jpg, 1 page, " in said
    assert f"Nommer {called} Supprimer {called}" in said
    where = f"/mes-inscriptions/{registration.number}/pieces/{IDENTITY}"
    assert f"{called} carte.jpg, 1 page, " in main(mine.get(where))
    key = KeptFile.objects.get().pk
    assert f"Supprimer « {called} » ?" in words(seen(mine.get(f"{DRAWER}/{key}/suppression")))
    assert seen(mine.get(f"{DRAWER}/{key}/nom")).get_element_by_id("id_nom").value == called
    assert "Carte" not in str(Entry.objects.get(verb="drawer file named").payload)


def test_a_name_taken_away_leaves_that_of_the_file_and_given_again_it_is_not_noted(mine):
    add(mine)
    for said in ("Carte", "Carte", ""):
        page = main(name(mine, said))

    assert "carte.jpg Ouvrir carte.jpg 1 page, " in page
    assert "Carte " not in page
    assert Entry.objects.filter(verb="drawer file named").count() == 2


def test_a_name_too_long_is_said_at_its_place_and_given_back(mine):
    add(mine)

    page = name(mine, "a" * 61)

    assert page.status_code == 422
    assert "61" in main(page)
    assert seen(page).get_element_by_id("id_nom").value == "a" * 61
    assert KeptFile.objects.get().label == ""


def test_a_file_is_named_by_its_owner_alone(mine, sign_in):
    add(mine)

    assert name(sign_in(a_registration().candidate), "Carte").status_code == 404
    assert KeptFile.objects.get().label == ""


def test_what_is_given_of_a_named_file_keeps_the_name_of_the_file(mine, registration):
    add(mine)
    name(mine, "Carte de mon père")

    provide(mine, registration, porte_documents=str(KeptFile.objects.get().pk))

    assert piece(registration).deposit.name == "carte.jpg"


def test_given_it_says_where_it_served(mine, registration):
    add(mine)

    said = provide(mine, registration, porte_documents=str(KeptFile.objects.get().pk))

    assert "Votre fichier est déposé." in main(said)
    given = piece(registration).deposit
    assert files.get(given.key) == files.get(KeptFile.objects.get().key)
    where = f"Déposé pour : Pièce d'identité, n°{registration.number}"
    assert f"{where}." in main(mine.get(DRAWER))

    photo = SimpleUploadedFile("autre.jpg", a_photo("black"), "image/jpeg")
    provide(mine, registration, fichiers=[photo])
    assert f"{where} (remplacé ou complété depuis)." in main(mine.get(DRAWER))


def test_of_a_file_that_is_sent_and_one_that_was_chosen_none_is_dropped_unsaid(mine, registration):
    add(mine)
    photo = SimpleUploadedFile("autre.jpg", a_photo("black"), "image/jpeg")
    kept = str(KeptFile.objects.get().pk)

    refused = provide(mine, registration, fichiers=[photo], porte_documents=kept)

    assert refused.status_code == 422
    form = refused.context["form"]
    assert list(form.errors) == ["porte_documents"]
    assert "Vous avez choisi deux fichiers" in form.errors["porte_documents"][0]
    assert "cochez « Aucun » et choisissez-le de nouveau" in form.errors["porte_documents"][0]
    assert form["porte_documents"].value() == kept
    assert piece(registration).deposit is None
    photo.seek(0)
    provide(mine, registration, fichiers=[photo], porte_documents="")
    assert piece(registration).deposit.name == "autre.jpg"


def test_a_copy_of_what_is_given_is_kept_when_asked(mine, registration):
    photo = SimpleUploadedFile("carte.jpg", a_photo(), "image/jpeg")

    provide(mine, registration, fichiers=[photo], garder="on")

    assert KeptFile.objects.get().digest == piece(registration).deposit.digest


def test_where_the_drawer_is_full_the_piece_is_given_all_the_same(mine, registration, monkeypatch):
    monkeypatch.setattr(drawers, "MOST_FILES", 0)
    photo = SimpleUploadedFile("carte.jpg", a_photo(), "image/jpeg")

    said = main(provide(mine, registration, fichiers=[photo], garder="on"))

    assert "Votre fichier est déposé." in said
    assert "Aucune copie n'en est gardée. Votre porte-documents garde vingt fichiers" in said
    assert Deposit.objects.exists()


def test_nothing_chosen_is_said(mine, registration):
    for answer in (mine.post(DRAWER), provide(mine, registration)):
        assert answer.status_code == 422
        assert "Choisissez un fichier avant de l'envoyer." in main(answer)


def test_a_file_is_opened_by_its_owner_alone(mine, sign_in):
    add(mine)
    where = f"{DRAWER}/{KeptFile.objects.get().pk}"

    answer = mine.get(f"{where}/fichier")

    assert answer.content == files.get(KeptFile.objects.get().key)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    stranger = sign_in(a_candidate())
    for page in ("fichier", "suppression"):
        assert stranger.get(f"{where}/{page}").status_code == 404
    assert stranger.post(f"{where}/suppression").status_code == 404


def test_anothers_file_is_no_choice(mine, registration, sign_in):
    add(sign_in(a_candidate()))

    answer = provide(mine, registration, porte_documents=str(KeptFile.objects.get().pk))

    assert answer.status_code == 422
    assert not Deposit.objects.exists()


def test_what_was_given_for_a_registration_that_was_withdrawn_serves_again(mine, registration):
    photo = SimpleUploadedFile("carte.jpg", a_photo(), "image/jpeg")
    provide(mine, registration, fichiers=[photo])
    first = Deposit.objects.get()
    evidence.note_scanned(first, is_clean=True, at=NOW)
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=NOW)
    draft = registering.begin_again(registration=again(registration), by=by, at=NOW)
    draft = Draft.objects.whole().get(pk=draft.pk)
    anew = registering.register(draft=draft, by=by, at=NOW).registration

    left = mine.get(f"/mes-inscriptions/{registration.number}")
    listed = mine.get(f"/mes-inscriptions/{anew.number}/pieces")
    page = mine.get(f"/mes-inscriptions/{anew.number}/pieces/IDENTITE")
    [choice] = [
        one.get("value")
        for one in seen(page).cssselect("main input[name=porte_documents]")
        if one.get("value")
    ]
    provide(mine, anew, porte_documents=choice)
    after = mine.get(f"/mes-inscriptions/{anew.number}/pieces")

    assert f"/mes-inscriptions/{registration.number}/pieces" in left.text
    again_said = f"Vous l'aviez fournie pour l'inscription n°{registration.number} : « Déposer »"
    assert again_said in main(listed)
    assert again_said not in main(after)
    assert f"déposé pour l'inscription n°{registration.number}" in main(page)
    second = Deposit.objects.exclude(pk=first.pk).get()
    assert (second.evidence.registration_id, second.digest) == (anew.pk, first.digest)
    assert second.key != first.key


def test_what_another_candidate_gave_is_no_choice(mine, registration, sign_in):
    theirs = a_registration(a_candidate())
    photo = SimpleUploadedFile("carte.jpg", a_photo(), "image/jpeg")
    provide(sign_in(theirs.candidate), theirs, fichiers=[photo])
    evidence.note_scanned(Deposit.objects.get(), is_clean=True, at=NOW)

    page = mine.get(f"/mes-inscriptions/{registration.number}/pieces/IDENTITE")
    answer = provide(mine, registration, porte_documents=f"piece-{Deposit.objects.get().pk}")

    assert not seen(page).cssselect("main input[name=porte_documents]")
    assert answer.status_code == 422


def test_a_file_is_erased_once_it_was_asked_for(mine):
    add(mine)
    where = f"{DRAWER}/{KeptFile.objects.get().pk}/suppression"
    assert "Ce qui en a été déposé pour une inscription y reste." in main(mine.get(where))

    said = main(mine.post(where, follow=True))

    assert "Le fichier est supprimé." in said
    assert "Votre porte-documents est vide." in said
    assert not KeptFile.objects.exists()


def test_why_a_file_is_not_kept_stands_at_its_field(mine):
    photo = SimpleUploadedFile("carte.jpg", b"GIF89a", "image/jpeg")

    answer = mine.post(DRAWER, {"fichiers": [photo]})

    assert answer.status_code == 422
    [said] = [words(one) for one in seen(answer).cssselect("main .fr-error-text")]
    assert said.startswith("Erreur : Ce fichier n'est ni un PDF ni une photo")


@pytest.fixture
def heavy(mine, monkeypatch):
    """A file of the drawer that weighs more than a PDF from outside may."""
    add(mine)
    monkeypatch.setattr(cleaning, "LARGEST", 500)
    found = KeptFile.objects.get()
    assert found.size > cleaning.LARGEST
    return str(found.pk)


def test_a_heavy_file_of_the_drawer_comes_after_the_one_that_was_given(mine, registration, heavy):
    photo = SimpleUploadedFile("recto.jpg", a_photo("black"), "image/jpeg")
    provide(mine, registration, fichiers=[photo])
    press = str(uuid4())

    for _ in range(2):
        said = provide(mine, registration, porte_documents=heavy, suite="on", envoi=press)

    assert "Votre fichier est déposé." in main(said)
    given = piece(registration).deposit
    assert (given.name, given.pages) == ("recto.jpg et 1 autre", 2)
    assert Deposit.objects.count() == 2


def test_what_weighs_too_much_with_what_was_given_is_refused_unread_at_its_place(
    mine, registration, heavy, monkeypatch
):
    provide(mine, registration, porte_documents=heavy)
    given = piece(registration).deposit
    monkeypatch.setattr(cleaning, "LARGEST_TOGETHER", given.size * 2 - 1)
    monkeypatch.setattr(files, "get", lambda key: pytest.fail(f"{key} is read"))

    answer = provide(mine, registration, porte_documents=heavy, suite="on")

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["porte_documents"]
    assert "Avec le fichier déjà déposé, cela pèse 100 Ko, pour 40 Mo au plus" in main(answer)
    assert piece(registration).deposit == given
