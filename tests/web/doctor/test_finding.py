"""A doctor finds one request among all those that they have, had, or may take (H3)."""

import pytest
from django.urls import reverse

from sporades.accommodations.states import State
from sporades.web.doctor.forms import NO_ONE
from tests.accommodations.asked import reach
from tests.factories import a_candidate, a_registration
from tests.spaces import plain
from tests.web.doctor.space import a_doctor, at, browser_of, take
from tests.web.guide import main, seen

FIND = reverse("doctor:find")


def find(client, typed):
    return client.post(FIND, {"quoi": typed})


def read(client, typed):
    page = find(client, typed)
    assert page.status_code == 200
    return plain(main(page))


def another(name="Legoff", first="Anna"):
    made = a_registration(
        a_candidate(birth_name=name, first_names=first, email=f"{first}@exemple.test".lower()),
        informations={"has_disability": "oui"},
    )
    return reach(made, State.ASKED)


@pytest.mark.parametrize(
    "typed", ["le goff", "Maëlle Le Goff", "14/03/1998", "le goff 14/03/1998", "number"]
)
def test_one_s_own_request_opens_at_once(doctor, case, typed):
    typed = case.registration.number if typed == "number" else typed

    page = find(doctor, typed)

    assert (page.status_code, page["Location"]) == (302, at("case", case))


def test_of_several_each_says_where_it_is(doctor, notified):
    young = another(name="Le Goff", first="Zoé")
    take(doctor, young)

    said = read(doctor, "le goff")

    assert "Chez vous" in said
    assert "Avis signé le 25 novembre 2026. Demande notifiée" in said
    assert len(seen(find(doctor, "le goff")).cssselect("tbody a")) == 2


def test_whom_nobody_has_is_found_by_the_whole_number_alone_and_not_named(doctor, sent):
    assert "Aucune demande que vous avez" in read(doctor, "le goff")
    said = read(doctor, sent.registration.number)

    assert "Nommé une fois que vous vous en chargez" in said
    assert "À prendre" in said
    assert "Je m'en charge" in said
    assert "Maëlle" not in said


def test_the_request_of_a_colleague_or_of_another_academy_is_not_found(doctor, other, case):
    elsewhere = browser_of(a_doctor("ailleurs@exemple.test", "Dr Ève Loin", academies=["A15"]))

    for client in (other, elsewhere):
        for typed in ("le goff", case.registration.number):
            said = read(client, typed)
            assert "Aucune demande que vous avez" in said
            assert "Maëlle" not in said


def test_one_that_was_given_back_or_waits_for_its_candidate_says_so(doctor, case):
    doctor.post(at("give_back", case), {"medecin": NO_ONE})
    said = read(doctor, "le goff")
    assert "Maëlle" in said
    assert "À prendre" in said

    take(doctor, case)
    doctor.post(at("ask", case), {"texte": "Un certificat plus récent."})
    assert "Attend le candidat" in read(doctor, "le goff")


def test_what_cannot_be_understood_is_said_at_the_field_and_kept(doctor, case):
    page = find(doctor, "31/02/1998")

    assert page.status_code == 422
    assert "31/02/1998" in page.text
    assert "Ce jour n'existe pas dans le calendrier" in plain(main(page))


def test_of_very_many_the_first_are_shown(doctor, case, django_assert_max_num_queries):
    for number in range(26):
        made = another(name="Le Goff", first=f"Ana{chr(97 + number)}")
        take(doctor, made)

    with django_assert_max_num_queries(16):
        said = read(doctor, "le goff")

    assert "Les 25 premières sont ici" in said


def test_the_box_is_on_the_home_of_a_doctor(doctor):
    page = doctor.get(reverse("doctor:home"))

    assert seen(page).cssselect("form[role=search]")[0].get("action") == FIND
