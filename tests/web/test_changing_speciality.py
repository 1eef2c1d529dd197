"""« Changer de spécialité », by a candidate: what stands is kept until « Enregistrer »."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accommodations.states import State as CaseState
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.registrations.models import Draft
from sporades.web.wizard.tabs import MOST_NAMED
from tests.accommodations.asked import reach
from tests.acts.test_changing_exam import begun, put_two
from tests.evidence.given import again
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, without_exclusion
from tests.registrations.test_changing_speciality import MAPS, answered, beside, filed
from tests.spaces import plain
from tests.web.guide import buttons, links, main, seen, sign_in
from tests.web.registry.world import source, with_specialities

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def registration(invented_exam):
    return a_registration()


@pytest.fixture
def candidate(client, registration):
    sign_in(client, registration.candidate.user)
    return client


def page_of(registration):
    return reverse("candidate:change_speciality", args=[registration.number])


def chosen(registration, code="FOREST"):
    return {"choix": beside(registration, code).key}


def test_it_is_done_in_the_tabs(candidate, registration):
    where = page_of(registration)
    before = candidate.get(reverse("candidate:registration", args=[registration.number]))
    assert where in before.text
    page = main(candidate.get(where))
    assert "Vous restez inscrit(e) comme aujourd'hui jusqu'à « Enregistrer »" in page
    assert "Forestier" in page

    candidate.post(where, chosen(registration))

    draft = answered(Draft.objects.open().get(amends=registration), "epreuves", **MAPS)
    cards = main(candidate.get(reverse("candidate:registrations")))
    assert "Vous restez inscrit(e) à : Brevet d'essai – Marin, session 2027." in cards
    recap = reverse("candidate:recap", args=[draft.pk])
    page = candidate.get(recap)
    assert "Spécialité : Marin → devient Forestier" in main(page)
    candidate.post(recap, {"lu": page.context["read"]})
    registration.refresh_from_db()
    assert registration.speciality.code == "FOREST"


def test_what_it_asks_besides_is_said_as_left_to_fill_not_as_an_error(candidate, registration):
    page = candidate.post(page_of(registration), chosen(registration), follow=True)

    draft = Draft.objects.open().get(amends=registration)
    assert page.request["PATH_INFO"] == reverse("candidate:tab", args=[draft.pk, "epreuves"])
    assert (
        "Le nouveau choix laisse un point à remplir dans cet onglet. « Épreuves au choix » :"
        in plain(main(page))
    )
    assert not page.context["form"].errors
    assert " erreur" not in page.text.partition("</title>")[0]
    refused = candidate.post(page.request["PATH_INFO"], {"revision": "1"}, follow=True)
    # « Suivant », once pressed, says it as ever.
    assert refused.context["form"].errors


def test_of_many_points_that_it_leaves_the_first_are_named(candidate, registration):
    candidate.post(page_of(registration), chosen(registration))
    draft = Draft.objects.open().get(amends=registration)
    draft.answers.filter(section="identification").update(answers={})

    page = main(candidate.get(reverse("candidate:draft", args=[draft.pk]), follow=True))

    told = re.search(r"laisse (\d+) points à remplir dans cet onglet. Les premiers : ", page)
    assert told
    assert int(told[1]) > MOST_NAMED


def test_nothing_chosen_is_said(candidate, registration):
    page = candidate.post(page_of(registration), {"choix": ""})

    assert page.status_code == 422
    # Above the form, and beside its field.
    assert main(page).count("Choisissez la nouvelle spécialité.") == 2


def test_one_may_go_back_to_ones_own(candidate, registration):
    candidate.post(page_of(registration), chosen(registration))

    page = main(candidate.get(page_of(registration)))

    assert "Marin" in page
    assert "Votre modification commencée continue" in page
    candidate.post(page_of(registration), chosen(registration, "MARIN"))
    assert Draft.objects.open().get(amends=registration).speciality.code == "MARIN"


def test_who_is_kept_out_is_led_to_it(candidate, registration):
    exam = registration.exam
    where = reverse(
        "candidate:choose_academy_for",
        args=[exam.domain.code, exam.session.code, exam.code, "FOREST"],
    )

    page = candidate.get(where)

    key = beside(registration).key
    assert f"{page_of(registration)}?vers={key}" in page.text
    wanted = candidate.get(page_of(registration), {"vers": key})
    [only] = seen(wanted).cssselect("main input[type=radio]")
    assert (only.get("value"), only.get("checked") is not None) == (key, True)


def test_the_only_one_that_is_offered_is_said_and_not_to_be_sought_in_a_list(
    candidate, registration
):
    page = candidate.get(page_of(registration))

    assert "Nouvelle spécialité La seule autre qui est proposée" in main(page)
    assert seen(page).cssselect("main input[type=radio] + label")[0].text.strip() == "Forestier"
    assert seen(page).cssselect("main select") == []


APART = "L'inscription ne change donc pas d'examen."


def test_an_exam_with_which_what_was_asked_for_cannot_go_is_not_offered(client, invented_exam):
    put_two(epreuves={"E1": "Anglais"})
    registration = a_registration()
    sign_in(client, registration.candidate.user)
    before = main(client.get(page_of(registration)))
    reach(registration, CaseState.ASKED)

    page = main(client.get(page_of(registration)))

    assert "Brevet simple" in before
    assert APART not in before
    assert "Brevet simple" not in page
    assert "Forestier" in page
    assert APART in page


def test_where_every_other_exam_is_such_a_one_it_is_said_at_once(client, invented_exam):
    put_two(epreuves={"E1": "Anglais"})
    registration = a_registration()
    filed(answered(begun(registration), "epreuves", **{"statut-E1": "inscrit"}))
    reach(again(registration), CaseState.ASKED)
    sign_in(client, registration.candidate.user)

    page = client.get(page_of(registration), follow=True)

    there = reverse("candidate:registration", args=[registration.number])
    assert page.request["PATH_INFO"] == there
    assert APART in main(page)


def test_it_is_not_offered_once_the_service_has_closed(candidate, registration, stopped_clock):
    stopped_clock.move_to(registration.service.closes_at + timedelta(days=1))
    sign_in(candidate, registration.candidate.user)

    page = candidate.get(page_of(registration), follow=True)

    assert page.request["PATH_INFO"] == reverse(
        "candidate:registration", args=[registration.number]
    )
    assert "Changer de spécialité" not in page.text


def test_what_is_held_already_is_not_offered_and_stops_at_once_what_was_begun(
    client, invented_exam
):
    without_exclusion()
    registration = a_registration()
    sign_in(client, registration.candidate.user)
    client.post(page_of(registration), chosen(registration))
    draft = answered(Draft.objects.open().get(amends=registration), "epreuves", **MAPS)
    other = a_registration(registration.candidate, speciality="FOREST", epreuves=MAPS)

    recap = client.get(reverse("candidate:recap", args=[draft.pk]))
    ready = client.get(reverse("candidate:ready", args=[draft.pk]))
    cards = client.get(reverse("candidate:registrations"))
    page = client.get(page_of(other), follow=True)

    there = reverse("candidate:registration", args=[other.number])
    assert "Enregistrer" not in buttons(recap)
    assert links(recap, "Gérer ma candidature") == [there]
    assert "Pas encore : il reste 1 point à régler." in main(ready)
    assert "Elle ne peut pas l'être tant que" in main(cards)
    assert page.request["PATH_INFO"] == there
    assert "Aucune autre spécialité n'est proposée pour cette inscription." in main(page)


def test_what_is_offered_no_more_is_said_to_go_on_for_what_stands(candidate, registration):
    candidate.post(page_of(registration), chosen(registration))
    said = with_specialities()
    said["examens"][0]["specialites"] = said["examens"][0]["specialites"][:1]
    exams.load(source(said), by=OPERATOR, at=NOW)
    forget()

    cards = main(candidate.get(reverse("candidate:registrations")))
    there = candidate.post(reverse("candidate:amend", args=[registration.number]), follow=True)

    assert "la reprend pour l'inscription telle qu'elle est." in cards
    assert there.request["PATH_INFO"].startswith("/inscription/")


def test_it_is_nobody_elses(client, registration):
    sign_in(client, a_candidate().user)

    assert client.get(page_of(registration)).status_code == 404
