"""A doctor finds one request among all those that they have, had, or may take (H3)."""

import pytest
from django.urls import reverse

from sporades.accommodations.states import State
from sporades.web.doctor.forms import NO_ONE
from tests.accommodations.asked import reach
from tests.factories import a_candidate, a_registration
from tests.spaces import plain
from tests.web.doctor.space import a_doctor, at, browser_of, take
from tests.web.guide import main, seen, words

FIND = reverse("doctor:find")


def find(client, typed):
    return client.post(FIND, {"quoi": typed})


def read(client, typed):
    page = client.post(FIND, {"quoi": typed}, follow=True)
    assert page.status_code == 200
    return plain(main(page))


def title(page):
    return words(seen(page).cssselect("title")[0])


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
    page = doctor.post(FIND, {"quoi": "le goff"}, follow=True)
    assert len(seen(page).cssselect("tbody a")) == 2
    assert title(page).startswith("Demandes trouvées : 2 - ")


def test_what_is_found_has_an_address_to_come_back_to_that_names_nobody(doctor, notified):
    take(doctor, another(name="Le Goff", first="Zoé"))

    there = find(doctor, "le goff")["Location"]
    page = doctor.get(there)

    assert "goff" not in there.lower()
    assert seen(page).cssselect("main [name=quoi]")[0].get("value") == "le goff"
    assert len(seen(page).cssselect("tbody a")) == 2


def test_one_request_alone_is_read_in_the_list_when_one_comes_back_to_it(doctor, case):
    there = find(doctor, "goff 03/1998")["Location"]
    assert there == at("case", case)
    take(doctor, young := another(name="Le Goff", first="Zoé"))
    there = find(doctor, "le goff")["Location"]
    doctor.post(at("give_back", young), {"medecin": NO_ONE})

    assert doctor.get(there).status_code == 200


def test_an_address_whose_words_are_forgotten_asks_for_them_again(doctor):
    page = doctor.get(FIND, {"pour": "inconnu"})

    assert page.status_code == 422
    assert "Cette recherche n'est plus en mémoire" in plain(main(page))


def test_the_page_of_the_box_says_nothing_of_what_was_not_asked(doctor):
    page = doctor.get(FIND)

    assert page.status_code == 200
    assert "Aucune demande" not in main(page)


def test_whom_nobody_has_is_found_by_the_whole_number_alone_and_not_named(doctor, sent):
    assert "Aucune demande que vous avez" in read(doctor, "le goff")
    assert title(doctor.post(FIND, {"quoi": "le goff"}, follow=True)).startswith("Aucune demande")
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


@pytest.mark.parametrize(
    ("typed", "alone"),
    [
        ("Zola 14/03/1998", ["14/03/1998"]),
        ("le goff 28/02/2005", ["le goff"]),
        ("Zola 28/02/2005", []),
        ("Zola", []),
    ],
)
def test_a_name_and_a_birth_date_of_nobody_are_sought_one_without_the_other(
    doctor, other, case, typed, alone
):
    def offered(client):
        page = client.post(FIND, {"quoi": typed}, follow=True)
        return seen(page).cssselect("main button[name=quoi]")

    assert [one.get("value") for one in offered(doctor)] == alone
    assert offered(other) == []
    for button in offered(doctor):
        # A list, though one alone is found: whose other half is not the one typed is read first.
        asked = dict(button.getparent().getparent().form_values())
        led = doctor.post(FIND, {**asked, "quoi": button.get("value")}, follow=True)
        assert title(led).startswith("Demandes trouvées : 1 - ")
        [link] = seen(led).cssselect("tbody a")
        assert link.get("href") == at("case", case)


def test_what_cannot_be_understood_is_said_at_the_field_and_kept(doctor, case):
    page = find(doctor, "31/02/1998")

    assert page.status_code == 422
    assert title(page).startswith("1 erreur : Trouver une demande - ")
    assert "31/02/1998" in page.text
    assert "Ce jour n'existe pas dans le calendrier" in plain(main(page))


def test_of_very_many_the_first_are_shown(doctor, case, django_assert_max_num_queries):
    for number in range(26):
        made = another(name="Le Goff", first=f"Ana{chr(97 + number)}")
        take(doctor, made)

    with django_assert_max_num_queries(16):
        there = find(doctor, "le goff")["Location"]
    with django_assert_max_num_queries(16):
        page = doctor.get(there)

    assert "Les 25 premières sont ici" in plain(main(page))
    assert title(page).startswith("Demandes trouvées : plus de 25 - ")


def test_the_box_is_on_the_home_of_a_doctor(doctor):
    page = doctor.get(reverse("doctor:home"))

    assert seen(page).cssselect("form[role=search]")[0].get("action") == FIND
