"""« Un compte, par son adresse »: where an account stands, and nothing of whose it is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import NOBODY, Membership, User
from sporades.acts.people import changing
from sporades.acts.people.joining import join
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, a_candidate, a_record
from tests.jobs import work
from tests.web.guide import buttons, main

HERE = reverse("office:find_account")
ADDRESS = "nouvelle@exemple.test"


@pytest.fixture
def desk(member):
    return member("A09", role=Membership.Role.HELPDESK, email="accueil@ac.example")


@pytest.fixture
def waiting(db):
    """Return an account that nobody has activated yet."""
    return join(identity=None, email=ADDRESS, password="des mots assez longs", at=NOW)


def looked_up(browser, address=ADDRESS):
    page = browser.post(HERE, {"adresse": address})
    assert page.status_code == 200
    return page


def test_who_answers_the_telephone_is_led_there(desk):
    assert f'href="{HERE}"' in desk.get(reverse("office:home")).text
    assert "trente par jour" in main(desk.get(HERE))


def test_an_account_that_waits_is_said_with_its_mail_which_is_sent_again(
    desk, waiting, stopped_clock
):
    page = looked_up(desk, " Nouvelle@Exemple.test ")

    assert "Un compte attend son activation jusqu'au" in main(page)
    assert "Activation du compte, le mercredi 25 novembre 2026" in main(page)
    assert "Renvoyer le mail d'activation" in buttons(page)
    said = {"adresse": ADDRESS}
    for minutes in range(1, 5):
        stopped_clock.move_to(NOW + timedelta(minutes=minutes))
        page = desk.post(reverse("office:send_activation"), said, follow=True)
    assert "le mail y est renvoyé. Au plus deux" in main(page)
    # The page takes as long for an address that waits for none.
    assert Message.objects.filter(kind="activation", recipient=ADDRESS).count() == 1
    work()
    # Two an hour, as for who asks for it themselves.
    assert Message.objects.filter(kind="activation", recipient=ADDRESS).count() == 2


@pytest.mark.parametrize("address", ["personne@exemple.test", "accueil@ac.example"])
def test_of_nobody_and_of_the_office_there_is_no_account(desk, address):
    page = looked_up(desk, address)

    assert "Aucun compte de candidat dont l'état se dise ici." in main(page)
    assert "Renvoyer" not in main(page)


@pytest.mark.parametrize("name", ["Camille Petitjean", NOBODY])
def test_who_was_an_agent_so_long_ago_that_nobody_knows_it_is_a_candidate(desk, name):
    user = a_candidate(email=ADDRESS).user
    Membership.objects.create(
        user=user,
        role="head",
        full_name=name,
        academies=["A09"],
        domains=[],
        ends_on=NOW.date() - timedelta(days=400),
    )

    said = main(looked_up(desk))

    assert ("Un compte est activé" in said) is (name == NOBODY)
    assert ("Aucun compte de candidat" in said) is (name != NOBODY)


def test_an_account_that_is_activated_says_when_it_was_used_and_no_name(desk):
    candidate = a_candidate(birth_name="Zannier", email=ADDRESS)
    User.objects.filter(pk=candidate.user_id).update(last_login=None)
    assert "Un compte est activé ; personne ne s'y est encore connecté." in main(looked_up(desk))
    User.objects.filter(pk=candidate.user_id).update(last_login=NOW)

    page = main(looked_up(desk))

    assert "Un compte est activé ; dernière connexion le mercredi 25 novembre 2026" in page
    assert "zannier" not in page.lower()
    assert "Renvoyer" not in page


def test_what_is_written_of_it_to_another_address_is_not_said(desk):
    user = a_candidate(email=ADDRESS).user
    before = main(looked_up(desk))

    changing.ask_address_change(user, email="autre@exemple.test", network="192.0.2.1", at=NOW)

    assert Message.objects.filter(kind="address_change", about_id=str(user.pk)).exists()
    assert main(looked_up(desk)) == before


def test_what_is_written_there_of_a_registration_is_not_said(desk):
    user = a_candidate(email=ADDRESS).user
    before = main(looked_up(desk))

    # It holds a key, and is read with the mails of the account.
    Message.objects.create(
        kind="withdrawn_meanwhile",
        recipient=ADDRESS,
        subject="Retrait",
        body="Retirée",
        key="retrait",
        written_at=NOW,
        next_try_at=NOW,
        about_kind="user",
        about_id=str(user.pk),
    )

    assert main(looked_up(desk)) == before


def test_one_that_was_not_activated_in_time_may_be_made_anew(desk, waiting):
    User.objects.filter(pk=waiting.pk).update(created_at=NOW - timedelta(days=5))

    assert "le candidat peut le créer de nouveau" in main(looked_up(desk))


def test_the_address_of_a_record_makes_no_account(desk):
    a_record(channel="email", email=ADDRESS)

    assert "aucun ne peut être créé avec elle" in main(looked_up(desk))


def test_each_look_is_in_the_journal_without_its_address_and_no_more_than_a_day_allows(
    desk, waiting
):
    for _ in range(30):
        looked_up(desk)
    page = desk.post(HERE, {"adresse": ADDRESS})

    assert page.status_code == 422
    assert "Vous avez cherché trop de comptes depuis hier" in main(page)
    assert "attend son activation" not in main(page)
    looks = Entry.objects.filter(verb="account looked up")
    assert looks.count() == 30
    assert looks.first().object_id == str(waiting.pk)
    every = Entry.objects.filter(verb__contains="looked up")
    assert ADDRESS not in str(list(every.values()))
    assert every.filter(verb="accounts looked up too often").count() == 1


def test_an_address_that_is_none_is_refused_at_its_place(desk):
    page = desk.post(HERE, {"adresse": "nouvelle"})

    assert page.status_code == 422
    assert "Indiquez une adresse mail entière" in main(page)


def test_who_audits_looks_up_no_account(member):
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@ac.example")

    assert auditor.get(HERE).status_code in (403, 404)
    assert HERE not in auditor.get(reverse("office:home")).text


def test_mails_that_are_sought_by_an_address_lead_there_where_none_is_found(member):
    manager = member("A09")
    page = manager.post(reverse("office:all_mails"), {"adresse": ADDRESS}, follow=True)

    assert f'href="{HERE}"' in page.text
