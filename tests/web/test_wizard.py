from html import unescape

import pytest

from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from tests.factories import a_candidate, a_draft, a_registration, answers_with, load_invented
from tests.web.guide import main

START = "/m-inscrire/ESSAI/2027/BE/MARIN"
EXPERIENCE_OF_BAC = (
    "{libelle: Années d'expérience professionnelle}",
    "{libelle: Années d'expérience professionnelle, si: {diplome: [BAC]}}",
)

pytestmark = pytest.mark.usefixtures("stopped_clock")


def walk(client, **changes):
    """Answer every tab as a candidate does, without script; return the last page."""
    page = client.post(START, {"academie": "A09"}, follow=True)
    for section, answers in answers_with(**changes).items():
        address = page.request["PATH_INFO"]
        assert address.endswith(section), (
            address,
            page.context and page.context.get("form") and page.context["form"].errors,
        )
        page = client.post(address, {**answers, "revision": page.context["revision"]}, follow=True)
    return page


def test_a_candidate_goes_from_the_funnel_to_the_numbers(sign_in):
    client = sign_in(a_candidate())

    for address in (
        "/accueil",
        "/m-inscrire",
        "/m-inscrire/ESSAI/2027",
        START,
        f"{START}?academie=A09",
    ):
        assert client.get(address).status_code == 200
    page = walk(client)
    assert page.request["PATH_INFO"].endswith("/recapitulatif")
    page = client.post(page.request["PATH_INFO"], follow=True)

    registration = Registration.objects.get()
    assert page.redirect_chain[-1][0] == f"/mes-inscriptions/{registration.number}/numero"
    assert registration.number in page.text
    number = registration.number
    for address in (
        "/accueil",
        "/mes-inscriptions",
        f"/mes-inscriptions/{number}",
        f"/mes-inscriptions/{number}/recapitulatif",
        f"/mes-inscriptions/{number}/suis-je-inscrit",
        f"/mes-inscriptions/{number}/historique",
        f"/mes-inscriptions/{number}/historique/1",
        f"/mes-inscriptions/{number}/consentements",
        "/mes-documents",
        f"/mes-documents/{number}",
        f"/mes-documents/{number}/recapitulatif",
        "/aide",
        "/ouverture-des-services",
    ):
        assert client.get(address).status_code == 200, address
    pdf = client.get(f"/mes-documents/{number}/recapitulatif/pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")


def test_a_draft_left_half_way_is_found_again_with_its_answers(sign_in):
    candidate = a_candidate()
    client = sign_in(candidate)
    page = client.post(START, {"academie": "A09"}, follow=True)
    client.post(page.request["PATH_INFO"], {"accepted": "on", "revision": 0})
    draft = Draft.objects.get()
    client.post(
        f"/inscription/{draft.pk}/identification",
        {"address_1": "12 rue des Îles", "postcode": "abc", "revision": 0},
    )

    other = sign_in(candidate)
    page = other.get(f"/inscription/{draft.pk}", follow=True)

    assert page.request["PATH_INFO"] == f"/inscription/{draft.pk}/identification"
    assert 'value="12 rue des Îles"' in page.text
    assert 'value="abc"' in page.text


def test_another_candidates_draft_does_not_exist(sign_in):
    client = sign_in(a_candidate())
    client.post(START, {"academie": "A09"})
    draft = Draft.objects.get()

    stranger = sign_in(a_candidate())

    for address in ("", "/modalites", "/recapitulatif", "/est-elle-prete", "/abandon"):
        assert stranger.get(f"/inscription/{draft.pk}{address}").status_code == 404


def test_saving_twice_gives_one_registration_and_the_same_page(sign_in):
    client = sign_in(a_candidate())
    page = walk(client)
    address = page.request["PATH_INFO"]

    first = client.post(address)
    second = client.post(address)

    assert first["Location"] == second["Location"]
    assert Registration.objects.count() == 1


def test_an_exam_with_questions_does_not_say_that_nothing_more_is_asked(sign_in):
    draft = a_draft()

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/supplementaires")

    assert "Avez-vous le permis bateau\xa0?" in page.text
    assert "Aucune information supplémentaire" not in page.text


def test_a_piece_that_is_only_wished_for_is_said_to_be_optional_on_the_page_and_in_the_mail(
    sign_in,
):
    load_invented(("Copie du baccalauréat,", "Copie du baccalauréat, obligatoire: false,"))
    registration = a_registration(
        qualification={"diploma": "BAC"}, epreuves={"statut-E2": "inscrit"}
    )

    page = sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/numero")
    [mail] = Message.objects.filter(kind="registered")

    for text in (unescape(page.text), mail.body):
        assert "Copie du baccalauréat (facultative)" in text
        assert "Pièce d'identité" in text
        assert "Pièce d'identité (facultative)" not in text


def test_what_is_odd_is_to_be_checked_before_saving_and_never_after(sign_in):
    draft = a_draft(identification={"mobile": "03 20 00 12 34"})
    client = sign_in(draft.candidate)
    odd = f'href="/inscription/{draft.pk}/identification?verifier=1#id_mobile"'

    ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")
    after = client.post(f"/inscription/{draft.pk}/recapitulatif", follow=True)

    for page in (ready, recap):
        assert "À vérifier" in page.text
        assert odd in page.text
    assert "Oui. Il ne reste qu'à vérifier et enregistrer." in unescape(ready.text)
    assert "Votre inscription est enregistrée" in after.text
    assert "À vérifier" not in after.text


def test_nothing_odd_leaves_nothing_to_check(sign_in):
    draft = a_draft()

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/recapitulatif")

    assert "À vérifier" not in page.text


LEAVING_NOTHING = "Vous avez choisi la forme de passage « Progressive »"


def test_a_form_of_passing_that_spreads_nothing_is_mended_on_its_own_tab(sign_in):
    whole = {"statut-E1": "inscrit", "statut-E2": "inscrit", "statut-E3": "inscrit"}
    draft = a_draft(informations={"passing_form": "PROGRESSIVE"}, epreuves=whole)
    client = sign_in(draft.candidate)
    field = f'href="/inscription/{draft.pk}/informations?verifier=1#id_passing_form_0"'

    ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
    tab = client.post(
        f"/inscription/{draft.pk}/epreuves",
        {**answers_with(epreuves=whole)["epreuves"], "revision": 1},
        follow=True,
    )

    for page in (ready, tab):
        assert LEAVING_NOTHING in main(page)
        assert field in page.text
    assert tab.request["PATH_INFO"] == f"/inscription/{draft.pk}/epreuves"


@pytest.mark.parametrize(
    ("section", "typed"),
    [
        ("epreuves", {"statut-E1": "inscrit", "note-E1": "12", "session-E1": "2024"}),
        ("supplementaires", {"q-permis": "non", "q-permis_numero": "BX 1"}),
        ("qualification", {"diploma": "CAP", "experience": "2"}),
    ],
)
@pytest.mark.parametrize("door", ["", "/saisie"])
def test_what_is_refused_is_kept_as_it_was_typed(sign_in, section, typed, door):
    load_invented(EXPERIENCE_OF_BAC)
    draft = a_draft(qualification={"experience": ""})
    client = sign_in(draft.candidate)

    client.post(f"/inscription/{draft.pk}/{section}{door}", {**typed, "revision": 1})

    kept = Draft.objects.get().answers.get(section=section).answers
    assert {name: kept.get(name) for name in typed} == typed
    page = client.get(f"/inscription/{draft.pk}/{section}?verifier=1")
    assert len(page.context["form"].errors) == len(typed) - 1


def test_what_is_filed_is_taken_nowhere_by_an_old_page(mine):
    registration, client = mine
    draft = Draft.objects.get(filed_as__registration=registration)

    page = client.post(f"/inscription/{draft.pk}/academie")

    assert page.url == f"/mes-inscriptions/{registration.number}/numero"
    draft.refresh_from_db()
    assert draft.service == registration.service


@pytest.mark.parametrize("postcode", ["78000", "78 000", "78\u202f000"])
def test_the_academy_of_an_address_is_proposed_however_it_is_typed(sign_in, postcode):
    draft = a_draft()
    client = sign_in(draft.candidate)
    there = {"postcode": postcode, "town": "Versailles"}
    path = f"/inscription/{draft.pk}/identification"
    answers = {**answers_with()["identification"], **there, "revision": 1}

    page = client.post(path, answers, follow=True)

    assert "Continuer auprès de l'académie de Versailles" in main(page)
    client.post(f"/inscription/{draft.pk}/academie")
    draft.refresh_from_db()
    assert draft.service.academy_id == "A25"


def test_an_address_whose_commune_is_not_known_yet_takes_nobody_elsewhere(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    there = {"postcode": "78000", "town": "Lille", "revision": 1}
    path = f"/inscription/{draft.pk}/identification"

    page = client.post(path, {**answers_with()["identification"], **there}, follow=True)

    assert "Continuer auprès" not in main(page)
    assert client.post(f"/inscription/{draft.pk}/academie").status_code == 404
