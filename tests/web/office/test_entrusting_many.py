"""« Confier celles qui sont cochées »: many requests go to one doctor, each for itself (H4)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.acts.registrations import deciding
from sporades.registrations.states import SET_ASIDE
from tests.accommodations.asked import MANAGER, READER, case_of, reach, send, write
from tests.accommodations.asked import a_doctor as an_account
from tests.factories import NOW, a_candidate, a_registration, author
from tests.spaces import plain
from tests.web.guide import main, seen, words

HERE = reverse("office:accommodations") + "?etape=a-confier"


def a_doctor(email="docteur@exemple.test", name="Dr Camille Roy", **changes):
    user = an_account(email)
    said = {"academies": ["A09"], **changes}
    return Membership.objects.create(user=user, role=Membership.Role.DOCTOR, full_name=name, **said)


@pytest.fixture
def three(in_lille):
    found = [in_lille, a_registration(a_candidate()), a_registration(a_candidate())]
    for rank, one in enumerate(found):
        reach(one, State.ASKED, at=NOW - timedelta(days=3 - rank))
    return found


def shown(client):
    """Return what the form of the page holds before anything is ticked or chosen."""
    page = seen(client.get(HERE))
    return {one.get("name"): one.get("value") for one in page.cssselect("main input[type=hidden]")}


def entrust(client, ticked, doctor, **changes):
    said = {**shown(client), "choix": [one.number for one in ticked], **changes}
    if doctor is not None:
        said["medecin"] = doctor.user_id
    return client.post(HERE, said, follow=True)


def test_those_that_are_ticked_go_to_the_doctor_and_the_others_wait(manager, three):
    doctor = a_doctor()

    page = entrust(manager, three[:2], doctor)

    assert "2 demandes sont confiées à Dr Camille Roy." in plain(page.text)
    assert [case_of(one).state for one in three] == [
        State.WITH_DOCTOR,
        State.WITH_DOCTOR,
        State.ASKED,
    ]
    assert case_of(three[0]).doctor == doctor.user
    assert len(page.context["lines"]) == 1


def test_the_button_pressed_twice_entrusts_once_and_says_so(manager, three):
    doctor, read = a_doctor(), shown(manager)
    said = {**read, "choix": [one.number for one in three[:2]], "medecin": doctor.user_id}

    pages = [manager.post(HERE, said, follow=True) for _ in range(2)]

    assert all("2 demandes sont confiées à Dr Camille Roy." in plain(one.text) for one in pages)
    assert not any("Pas confiée" in one.text for one in pages)


def test_of_several_doctors_it_is_said_how_many_wait_for_each(manager, three):
    a_doctor()
    a_doctor("autre@exemple.test", "Dr Ariane Petit")

    page = plain(main(manager.get(HERE)))

    assert "Dr Ariane Petit (aucune demande en attente)" in page


def test_each_box_says_whose_request_it_is(manager, three):
    a_doctor()

    boxes = seen(manager.get(HERE)).cssselect("main label[for^=choix-]")

    assert sorted(words(one) for one in boxes) == sorted(
        f"Choisir l'inscription n°{one.number}, {one.identity.listed_name}" for one in three
    )


def test_without_a_doctor_nothing_is_offered(manager, three):
    page = manager.get(HERE)

    assert "Confier celles" not in main(page)
    assert not seen(page).cssselect("[name=choix]")


def test_without_a_choice_of_doctor_nothing_is_done_and_what_is_ticked_stays(manager, three):
    a_doctor()
    a_doctor("autre@exemple.test", "Dr Ariane Petit")

    page = entrust(manager, three[:2], None)

    assert page.status_code == 422
    [summary] = seen(page).cssselect("[data-error-summary]")
    assert "Choisissez le médecin à qui confier" in plain(words(summary))
    assert not seen(page).cssselect("main [data-said]")
    ticked = [one.get("value") for one in seen(page).cssselect("[name=choix][checked]")]
    assert ticked == [one.number for one in three[:2]]
    assert case_of(three[0]).state == State.ASKED


def test_with_nothing_ticked_it_is_said(manager, three):
    a_doctor()
    doctor = a_doctor("autre@exemple.test", "Dr Ariane Petit")

    page = entrust(manager, [], doctor)

    assert page.status_code == 422
    [said] = seen(page).cssselect("main [data-said][autofocus]")
    assert plain(words(said)) == "Cochez au moins une demande dans la liste."
    assert plain(words(seen(page).cssselect("title")[0])).startswith("1 erreur : Aménagements")
    [chosen] = seen(page).cssselect("[name=medecin] [selected]")
    assert chosen.get("value") == str(doctor.user_id)
    assert not seen(page).cssselect("[data-error-summary]")


def test_one_that_its_candidate_changed_meanwhile_is_named_and_the_others_go(manager, three):
    doctor, (first, *others) = a_doctor(), three
    read = shown(manager)
    by = author(first.candidate)
    accommodating.take_up(case=case_of(first), by=by, at=NOW)
    write(first, Wish(READER, ("E1",)))
    send(first)

    page = manager.post(
        HERE,
        {**read, "choix": [one.number for one in three], "medecin": doctor.user_id},
        follow=True,
    )

    said = plain(page.text)
    assert "2 demandes sont confiées" in said
    assert f"Pas confiée : n°{first.number} : Cette demande a changé depuis" in said
    assert [case_of(one).state for one in three] == [
        State.ASKED,
        State.WITH_DOCTOR,
        State.WITH_DOCTOR,
    ]
    assert len(others) == 2


def test_one_that_a_colleague_entrusted_meanwhile_stays_with_its_doctor(manager, three):
    doctor, other = a_doctor(), a_doctor("autre@exemple.test", "Dr Ariane Petit")
    read = shown(manager)
    entrust(manager, three[:1], other)

    page = manager.post(
        HERE, {**read, "choix": [three[0].number], "medecin": doctor.user_id}, follow=True
    )

    assert f"n°{three[0].number} : elle n'est plus à confier" in plain(words(seen(page)))
    assert case_of(three[0]).doctor == other.user


@pytest.mark.parametrize("read", ["²", "x", "", "9" * 40])
def test_a_revision_that_is_none_entrusts_nothing_and_breaks_nothing(manager, three, read):
    page = entrust(manager, three[:1], a_doctor(), **{f"vue-{three[0].number}": read})

    assert page.status_code == 200
    assert case_of(three[0]).state == State.ASKED


def test_what_was_set_aside_meanwhile_is_not_entrusted(manager, three):
    doctor, read = a_doctor(), shown(manager)
    deciding.decide(registration=three[0], decision=SET_ASIDE, reason="Non.", by=MANAGER, at=NOW)

    said = {**read, "choix": [three[0].number], "medecin": doctor.user_id}
    page = manager.post(HERE, said, follow=True)

    assert "est plus à confier" in plain(words(seen(page)))
    assert case_of(three[0]).state == State.ASKED


def test_a_doctor_of_another_domain_is_given_only_those_of_theirs(manager, three):
    a_doctor(domains=["AILLEURS"])

    assert "Confier celles" not in main(manager.get(HERE))


def test_what_is_out_of_reach_is_not_entrusted(manager, in_versailles, three):
    doctor = a_doctor(academies=["A09", "A25"])
    reach(in_versailles, State.ASKED)

    page = entrust(manager, [in_versailles], doctor)

    assert page.status_code == 422
    assert case_of(in_versailles).state == State.ASKED
