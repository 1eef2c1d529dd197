"""« Demander une correction »: from « Modifier mon compte », with a proof (B7, I6)."""

import html
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sporades.accounts import limits
from sporades.accounts.models import Attempt
from sporades.acts.identities import asking, correcting
from sporades.acts.registrations import leaving
from sporades.candidates.forms import answers_of
from sporades.candidates.operations import civil_data
from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.intake.reading import LARGEST
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.states import RequestState
from sporades.web.layout.readers import READER, mark_of
from tests.documents.summaries import a_pdf
from tests.evidence.given import a_photo
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.web.guide import BACKEND, HOST, main
from tests.web.registry.writing import since, written

pytestmark = pytest.mark.usefixtures("invented_exam")

EDIT, ASK, BACK = "/mon-compte", "/mon-compte/correction", "/mon-compte/correction/reprise"


@pytest.fixture
def registration(invented_exam):
    return a_registration(a_candidate(birth_name="Le Goff", email="maelle@exemple.test"))


@pytest.fixture
def browser(registration, client):
    """Return the browser of the candidate."""
    client.defaults["HTTP_HOST"] = HOST
    with time_machine.travel(NOW, tick=False):
        client.force_login(registration.candidate.user, backend=BACKEND)
        yield client


def answers(registration, *, proof=None, **changes):
    """Return what the page posts: a name that is corrected, unless something else is."""
    registration = Registration.objects.whole().get(pk=registration.pk)
    said = answers_of(registration.candidate.identity)
    day, month, year = said.pop("birth_date")
    return {
        **{name: value for name, value in said.items() if value not in (None, False)},
        "birth_date_day": day,
        "birth_date_month": month,
        "birth_date_year": year,
        "vue": registration.candidate.identity_id,
        "fichiers": SimpleUploadedFile("carte.pdf", a_pdf() if proof is None else proof),
        **(changes or {"birth_name": "Le Gouff"}),
    }


def test_a_candidate_asks_reads_that_it_waits_and_takes_it_back(browser, registration):
    page = browser.get(EDIT)
    assert f'href="{ASK}">Demander une correction<' in page.text
    page = browser.get(ASK)
    assert 'value="Le Goff"' in page.text
    assert "un mail vous le dira" in main(page)

    page = browser.post(ASK, answers(registration), follow=True)

    assert page.redirect_chain[-1][0] == EDIT
    assert "Votre demande est envoyée" in html.unescape(page.text)
    said = main(page)
    assert "Votre demande de correction attend une réponse" in said
    assert "Envoyée le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in said
    assert "Nom de famille : Le Goff → devient Le Gouff" in said
    assert f'href="{ASK}"' not in page.text
    assert browser.get(ASK).url == EDIT

    page = browser.post(BACK, follow=True)

    assert "Votre demande de correction est retirée" in html.unescape(page.text)
    assert f'href="{ASK}"' in page.text
    assert "attend une réponse" not in main(page)
    assert browser.post(BACK, follow=True).status_code == 200
    assert CorrectionRequest.objects.get().state == RequestState.TAKEN_BACK


def test_reading_the_pages_writes_nothing(browser, registration):
    browser.get(ASK)  # the session notes that it is used
    browser.get(EDIT)
    before = written()

    browser.get(ASK)
    browser.get(EDIT)

    assert since(before) == set()


def test_where_the_disk_takes_nothing_a_large_proof_is_told_of_and_a_small_one_is_sent(
    browser, registration, settings, tmp_path, caplog
):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    asked = {"birth_name": "Le Gouff", "motif": "Deux lettres manquent"}

    page = browser.post(ASK, answers(registration, proof=a_pdf() + bytes(LARGEST), **asked))

    assert page.status_code == 422
    assert "Le fichier ne peut pas être gardé en ce moment : réessayez." in main(page)
    assert ("Deux lettres manquent" in page.text, 'value="Le Gouff"' in page.text) == (True, True)
    assert "The folder of temporary files takes nothing: [Errno 2]" in caplog.text
    browser.post(ASK, answers(registration, **asked))
    assert CorrectionRequest.objects.get().reason == "Deux lettres manquent"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"birth_name": "Le Goff"}, "Ces informations sont déjà celles du dossier"),
        ({"birth_name": ""}, "Indiquez votre nom de famille."),
        ({"birth_name": "Le Gouff", "fichiers": ""}, "Joignez la pièce qui montre"),
        ({"birth_name": "Le Gouff", "motif": "x" * 1001}, "Raccourcissez"),
    ],
    ids=["nothing changed", "no name", "no proof", "long"],
)
def test_what_cannot_be_sent_is_refused_at_its_place(browser, registration, said, words):
    page = browser.post(ASK, answers(registration, **said))

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    assert f'value="{said["birth_name"]}"' in page.text or not said["birth_name"]
    assert not CorrectionRequest.objects.exists()


@pytest.mark.parametrize("reason", ["Deux lettres manquent.", ""])
def test_what_waits_while_another_request_was_sent_is_said_not_to_be(browser, registration, reason):
    sent = answers(registration, birth_name="Le Gouff", motif=reason)
    browser.get(ASK)
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        mark = mark_of(registration.candidate.user)
        assert browser.post(ASK, {**sent, READER: mark}).url.startswith("/connexion")
        other = Client(HTTP_HOST=HOST)
        for one in (other, browser):
            one.force_login(registration.candidate.user, backend=BACKEND)
        other.post(ASK, answers(registration, birth_name="Le Gof"))

        page, again = browser.get(ASK, follow=True), browser.get(ASK, follow=True)

    said = reason or "que vous veniez d'envoyer n'est pas prise en compte"
    assert "attend déjà une réponse" in main(page)
    assert (said in main(page), said in main(again)) == (True, False)


def test_all_that_is_wrong_is_told_at_once(browser, registration):
    same = {"birth_name": "Le Goff", "motif": "x" * 1001}

    page = browser.post(ASK, answers(registration, proof=b"MZ", **same))

    said = html.unescape(page.text)
    assert page.status_code == 422
    assert "Ces informations sont déjà celles du dossier" in said
    assert "n'est ni un PDF ni une photo" in said
    assert "Raccourcissez" in said
    assert RECEIVED not in said


RECEIVED = "Déjà reçu"


def sides(*names):
    """Return a file for each name, a photo of its own."""
    colours = ("black", "white", "red")
    return [
        SimpleUploadedFile(one, a_photo(colour), "image/jpeg")
        for one, colour in zip(names, colours, strict=False)
    ]


def test_the_sides_of_a_card_become_one_proof(browser, registration):
    page = browser.get(ASK)
    assert 'name="fichiers"' in page.text
    assert "Plusieurs fichiers sont réunis en un seul document" in main(page)

    browser.post(
        ASK,
        answers(registration, birth_name="Le Gouff", fichiers=sides("recto.jpg", "verso.jpg")),
    )

    sent = CorrectionRequest.objects.get()
    assert len(pikepdf.open(BytesIO(files.get(sent.proof_key))).pages) == 2


def test_where_the_rest_is_refused_the_files_are_kept_without_script_too(browser, registration):
    both = sides("recto.jpg", "verso.jpg")

    page = browser.post(ASK, answers(registration, birth_name="", fichiers=both))

    assert page.status_code == 422
    assert "fichiers" not in page.context["form"].errors
    assert "Déjà reçus : « recto.jpg » et « verso.jpg »" in main(page)
    received = page.context["form"]["envois"].value()
    again = answers(registration, birth_name="", fichiers="", envois=received)
    assert "Déjà reçus : « recto.jpg » et « verso.jpg »" in main(browser.post(ASK, again))
    assert Upload.objects.count() == 2

    browser.post(ASK, again | {"birth_name": "Le Gouff"})

    sent = CorrectionRequest.objects.get()
    assert len(pikepdf.open(BytesIO(files.get(sent.proof_key))).pages) == 2
    assert not Upload.objects.filter(used_at=None).exists()


def test_of_several_files_the_one_that_is_unfit_is_named_and_the_other_kept(browser, registration):
    both = [*sides("recto.jpg"), SimpleUploadedFile("verso.txt", b"MZ")]

    page = browser.post(ASK, answers(registration, birth_name="Le Gouff", fichiers=both))

    said = main(page)
    assert page.status_code == 422
    assert "verso.txt : Ce fichier n'est ni un PDF ni une photo" in said
    assert "Déjà reçu : « recto.jpg »" in said
    assert not CorrectionRequest.objects.exists()


def test_what_another_has_sent_is_no_proof_of_ones_own(browser, registration):
    theirs = drawers.receive(
        owner=a_candidate(email="autre@exemple.test").user,
        name="carte.pdf",
        content=a_pdf(),
        at=NOW,
    )

    page = browser.post(
        ASK, answers(registration, birth_name="Le Gouff", fichiers="", envois=str(theirs.pk))
    )

    assert page.status_code == 422
    assert "L'envoi de votre fichier n'est pas terminé" in main(page)
    assert not CorrectionRequest.objects.exists()


def test_who_waits_reads_why_they_asked_and_that_the_proof_is_joined(browser, registration):
    asked = answers(registration, birth_name="Le Gouff", motif="Une lettre\nmanque")

    page = browser.post(ASK, asked, follow=True)

    assert "Une lettre<br>manque" in page.text
    assert "Votre motif : Une lettre" in main(page)
    assert "Votre pièce est jointe à la demande." in main(page)


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        (b"MZ", "n'est ni un PDF ni une photo"),
        (b"%PDF-" + bytes(8_000_000), "Ce fichier dépasse 5 Mo"),
    ],
    ids=["no pdf", "heavy"],
)
def test_a_proof_that_cannot_be_read_is_refused_at_its_place(browser, registration, proof, words):
    page = browser.post(ASK, answers(registration, proof=proof))

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    assert 'value="Le Gouff"' in page.text
    assert not CorrectionRequest.objects.exists()


def test_a_second_request_from_an_older_page_is_told_that_one_waits(browser, registration):
    browser.post(ASK, answers(registration))

    page = browser.post(ASK, answers(registration, first_names="Maëlle Rose"))

    assert page.status_code == 422
    assert "attend déjà une réponse" in html.unescape(page.text)
    assert CorrectionRequest.objects.count() == 1


def test_a_page_older_than_a_correction_says_so_and_loses_nothing(browser, registration):
    posted = answers(registration)
    found = Registration.objects.whole().get(pk=registration.pk)
    correcting.correct_identity(
        registration=found,
        identity={**civil_data(found.candidate.identity), "first_names": "Maëlle Rose"},
        seen=found.candidate.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )

    page = browser.post(ASK, posted)

    assert page.status_code == 422
    assert "vient de corriger vos informations" in html.unescape(page.text)
    assert 'value="Le Gouff"' in page.text
    assert not CorrectionRequest.objects.exists()


def test_answers_sent_once_the_session_had_ended_wait_for_their_author(browser, registration):
    browser.get(ASK)
    mark = {READER: mark_of(registration.candidate.user)}
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        page = browser.post(ASK, answers(registration) | mark)
        assert page.url.split("?")[0] == "/connexion"

        browser.force_login(registration.candidate.user, backend=BACKEND)
        page = browser.get(ASK)

        assert page.status_code == 200
        assert 'value="Le Gouff"' in page.text
        assert "joignez de nouveau la pièce" in html.unescape(page.text)
        browser.post(ASK, answers(registration))
    assert CorrectionRequest.objects.get().identity["birth_name"] == "Le Gouff"


def test_whoever_signs_in_next_on_the_same_computer_reads_nothing_of_them(browser, registration):
    other = a_registration(a_candidate(birth_name="Martin"))
    browser.get(ASK)
    mark = {READER: mark_of(registration.candidate.user)}
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        browser.post(ASK, answers(registration) | mark)

        browser.force_login(other.candidate.user, backend=BACKEND)
        page = browser.get(ASK)

    assert page.status_code == 200
    assert "Le Gouff" not in page.text


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (
            lambda one: asking.refuse(request=one, answer="Pièce illisible", by=OPERATOR, at=NOW),
            "est refusée. Motif : Pièce illisible Décision prise par : ",
        ),
        (lambda one: asking.accept(request=one, by=OPERATOR, at=NOW), "est acceptée, le mercredi"),
    ],
    ids=["refused", "accepted"],
)
def test_the_answer_is_on_the_account_page_and_one_may_ask_again(browser, registration, act, words):
    browser.post(ASK, answers(registration))
    act(CorrectionRequest.objects.for_list().get())

    page = browser.get(EDIT)

    assert words in main(page)
    assert f'href="{ASK}"' in page.text


def test_once_nothing_stands_it_waits_still_and_may_be_asked(browser, registration):
    browser.post(ASK, answers(registration))
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    assert "attend une réponse" in main(browser.get(EDIT))
    browser.post(BACK)

    assert f'href="{ASK}"' in browser.get(EDIT).text
    browser.post(ASK, answers(registration))
    assert CorrectionRequest.objects.waiting().get().registration == registration


def test_once_all_are_archived_the_page_says_what_to_do(browser, registration):
    registration.delete()

    page = browser.get(EDIT)

    assert "Inscrivez-vous d'abord, puis demandez la correction sur cette page" in main(page)
    assert f'href="{ASK}"' not in page.text
    assert browser.get(ASK).url == EDIT


def test_who_has_filed_nothing_changes_the_data_without_asking(client, invented_exam):
    client.defaults["HTTP_HOST"] = HOST
    with time_machine.travel(NOW, tick=False):
        client.force_login(a_candidate(email="neuf@exemple.test").user, backend=BACKEND)

        assert ASK not in client.get(reverse("account_edit")).text
        assert client.get(ASK).url == EDIT


def test_no_file_is_read_of_whom_no_service_would_answer(client, registration, children):
    client.defaults["HTTP_HOST"] = HOST
    posted = answers(registration)
    with time_machine.travel(NOW, tick=False):
        client.force_login(a_candidate(email="neuf@exemple.test").user, backend=BACKEND)
        page = client.post(ASK, posted)

    assert page.status_code == 422
    assert asking.NotFrozen.message in main(page)
    assert children == []


@pytest.mark.parametrize("name", ["Le Gouff", ""], ids=["right", "refused"])
def test_past_its_count_nothing_of_a_request_is_read(browser, registration, children, name):
    user = str(registration.candidate.user_id)
    while limits.spend(limits.REQUESTS_OF_AN_ACCOUNT, user, at=NOW):
        pass

    page = browser.post(ASK, answers(registration, birth_name=name))

    assert page.status_code == 422
    assert "trop de demandes" in html.unescape(page.text)
    assert RECEIVED in main(page)
    assert children == []
    assert not CorrectionRequest.objects.exists()


def test_a_request_that_is_refused_counts_where_its_file_is_read(browser, registration, children):
    browser.post(ASK, answers(registration, birth_name="", fichiers=""))
    counted = Attempt.objects.filter(limit=limits.REQUESTS_OF_AN_ACCOUNT.name)
    assert (counted.count(), len(children)) == (0, 0)

    browser.post(ASK, answers(registration, birth_name=""))

    assert (counted.count(), len(children)) == (1, 1)


def test_what_a_request_lacks_is_on_the_account_page_and_is_sent_from_there(browser, registration):
    browser.post(ASK, answers(registration))
    asked = CorrectionRequest.objects.for_list().get()
    asking.ask_more(request=asked, missing="Le verso de la carte", by=OPERATOR, at=NOW)

    page = browser.get(EDIT)
    assert "Votre demande de correction attend quelque chose de vous" in main(page)
    assert "Votre demande attend de vous : Le verso de la carte" in main(page)
    assert f'href="{ASK}/complement">Compléter<' in page.text
    assert "ce que vous joignez s'y ajoute" in main(browser.get(f"{ASK}/complement"))

    page = browser.post(f"{ASK}/complement", {"fichiers": sides("verso.jpg")}, follow=True)

    assert "Votre demande est complétée" in main(page)
    assert "Votre demande de correction attend une réponse" in main(page)
    sent = CorrectionRequest.objects.get()
    assert len(pikepdf.open(BytesIO(files.get(sent.proof_key))).pages) == 2
    assert browser.get(f"{ASK}/complement").url == EDIT
