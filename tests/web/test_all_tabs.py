"""« Tous les onglets sont alors accessibles »: from any tab of a modification to any other (guide, E2)."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from sporades.accounts.models import User
from sporades.candidates.models import Candidate
from sporades.registrations.models import Draft
from tests.factories import a_draft, a_registration, answers_with
from tests.web.guide import links, main, seen, value_of, withdraw, words

TABS = [
    "Modalités d'inscription",
    "Identification",
    "Informations candidature",
    "Formation",
    "Informations supplémentaires",
    "Épreuves",
    "Récapitulatif",
]

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def modifying(sign_in):
    """Return a browser in which a registration is being modified, and the draft."""
    registration = a_registration()
    client = sign_in(registration.candidate)
    client.post(reverse("candidate:amend", args=[registration.number]))
    return client, Draft.objects.get(amends=registration)


def at(draft, slug):
    return reverse("candidate:tab", args=[draft.pk, slug])


def sent(client, where, slug, **changes):
    page = client.get(where)
    said = {**answers_with()[slug], "revision": value_of(page, "revision"), **changes}
    return client.post(where.partition("?")[0], said)


def test_each_tab_of_a_modification_names_all_of_them(modifying):
    client, draft = modifying

    [fold] = seen(client.get(at(draft, "informations"))).xpath(
        "//main//details[contains(summary, 'Tous les onglets')]"
    )

    assert [words(one) for one in fold.cssselect("li")] == TABS
    assert [words(one) for one in fold.cssselect("[aria-current=step]")] == [
        "Informations candidature"
    ]
    assert [one.get("value") for one in fold.cssselect("button[name=onglet]")] == [
        *("modalites", "identification", "qualification", "supplementaires", "epreuves"),
        "recapitulatif",
    ]


def test_a_new_registration_goes_from_one_tab_to_the_next(sign_in):
    draft = a_draft()

    page = sign_in(draft.candidate).get(at(draft, "informations"))

    assert "Tous les onglets" not in main(page)


def test_what_is_typed_is_kept_on_the_way_to_another_tab_complete_or_not(modifying):
    client, draft = modifying

    answer = sent(client, at(draft, "identification"), "identification", town="", onglet="epreuves")

    assert answer.url == at(draft, "epreuves")
    assert draft.answers.get(section="identification").answers["town"] == ""


def test_whoever_came_from_the_summary_goes_back_there_from_each_of_them(modifying):
    client, draft = modifying
    where = f"{at(draft, 'informations')}?retour=1"

    chosen = sent(client, where, "informations", retour="1", onglet="qualification")
    before = sent(client, where, "informations", retour="1", precedent="1")

    assert chosen.url == f"{at(draft, 'qualification')}?retour=1"
    assert before.url == f"{at(draft, 'identification')}?retour=1"
    assert "Garder et revenir au récapitulatif" in main(client.get(before.url))


@pytest.mark.parametrize("slug", ["recapitulatif", "numero", "autre", ""])
def test_what_is_no_tab_leads_to_the_summary(modifying, slug):
    client, draft = modifying

    answer = sent(client, at(draft, "informations"), "informations", onglet=slug)

    assert answer.url == reverse("candidate:recap", args=[draft.pk])


# --- What changes meanwhile elsewhere --------------------------------------------------------


def test_another_mail_address_is_no_modification_that_waits(modifying):
    client, draft = modifying
    Candidate.objects.filter(pk=draft.candidate_id).update(email="autre@exemple.test")

    page = main(client.get(reverse("candidate:recap", args=[draft.pk])))

    assert "Choisissez ce que vous modifiez." in page
    assert "Votre compte a changé depuis : une modification enregistrée le dira aussi." in page
    assert "autre@exemple.test" in page
    assert "Vos modifications ne sont pas encore enregistrées." not in page


def test_the_page_of_a_registration_says_that_its_mail_address_is_an_older_one(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    where = reverse("candidate:summary", args=[registration.number])
    before = main(client.get(where))

    User.objects.filter(candidate=registration.candidate).update(email="autre@exemple.test")

    said = "Votre adresse mail a changé depuis : tout vous est écrit à la nouvelle."
    assert said not in before
    assert said in main(client.get(where))


# --- The page that holds everything ----------------------------------------------------------


def test_the_summary_is_opened_from_the_card_of_a_registration_that_stands(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    paper = reverse("candidate:document_pdf", args=[registration.number, "recapitulatif"])

    [link] = seen(client.get(reverse("candidate:registrations"))).xpath(
        "//article//a[starts-with(normalize-space(), 'Visualiser/imprimer')]"
    )

    assert link.get("href") == paper


def test_the_summary_on_the_screen_says_both_numbers_and_whom_to_ask(sign_in):
    registration = a_registration()

    page = main(
        sign_in(registration.candidate).get(
            reverse("candidate:summary", args=[registration.number])
        )
    )

    assert f"Numéro candidat {registration.candidate.number}" in page
    assert f"numéro d'inscription {registration.number}" in page
    assert registration.service.managing_service.name in page


def test_what_was_withdrawn_is_still_read_whole(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    page = withdraw(client, registration.number)

    where = reverse("candidate:summary", args=[registration.number])
    assert links(page, "Mon inscription") == [where]
    assert client.get(where).status_code == 200


def test_of_a_withdrawn_one_no_modification_to_come_is_spoken_of(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    withdraw(client, registration.number)
    User.objects.filter(candidate=registration.candidate).update(email="autre@exemple.test")

    page = main(client.get(reverse("candidate:summary", args=[registration.number])))

    assert "Votre adresse mail a changé depuis" in page
    assert "Une modification enregistrée" not in page


def test_nothing_is_said_to_be_kept_before_anything_is_typed(sign_in, stopped_clock):
    draft = a_draft()
    client = sign_in(draft.candidate)
    Draft.objects.update(answered_at=F("created_at"))

    before = main(client.get(at(draft, "informations")))
    stopped_clock.shift(timedelta(minutes=1))
    sent(client, at(draft, "informations"), "informations")
    after = main(client.get(at(draft, "informations")))

    assert "Votre saisie est gardée à chaque étape." in before
    assert "Saisie gardée à" not in before
    assert "Saisie gardée à" in after
