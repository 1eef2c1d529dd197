"""I3: what a candidate did not save in time is found by the number that they give, and filed for them."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.consulting import acts_on
from sporades.acts.registrations import late, registering
from sporades.acts.registrations.unsaved import TAKEN_UP
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from tests.factories import NOW, a_candidate, a_draft, a_registration, author, load_invented
from tests.registrations.test_asking_late import YES
from tests.web.guide import buttons, main, plain, value_of

CLOSED = timedelta(days=21)
"""How long after the others of these tests the service of Lille has closed."""
UNSAVED = "office:unsaved"
ADDRESS = "lea@exemple.test"


@pytest.fixture
def draft(db):
    """Begin a registration in Lille, answer every tab, and leave it unsaved."""
    return a_draft(a_candidate(email=ADDRESS, birth_name="Le Goff", first_names="Maëlle Anne"))


@pytest.fixture
def closed(draft, stopped_clock):
    """Return the same, once its service has closed."""
    stopped_clock.shift(CLOSED)
    assert draft.service.has_closed(NOW + CLOSED)
    return draft


def seek(client, number, *, email=ADDRESS, **more):
    return client.post(reverse(UNSAVED), {"email": email, "numero": number, **more})


def agent(member, *academies, **more):
    return member(*academies, at=NOW + CLOSED, **more)


def test_its_candidate_reads_the_number_once_it_is_too_late(draft, sign_in, stopped_clock):
    before = main(sign_in(draft.candidate).get(reverse("candidate:registrations")))
    stopped_clock.shift(CLOSED)
    browser = sign_in(draft.candidate)

    pages = [
        plain(main(browser.get(where)))
        for where in (
            reverse("candidate:registrations"),
            reverse("candidate:home"),
            reverse("candidate:recap", args=[draft.pk]),
        )
    ]

    assert draft.number not in before
    for page in pages:
        assert "contactez Bureau des essais de Lille, 03 53 01 00 01." in page
        assert f"votre n° de saisie, {draft.number}" in page


def test_who_is_registered_besides_reads_no_number(closed, sign_in, stopped_clock):
    stopped_clock.shift(-CLOSED)
    a_registration(
        closed.candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"}
    )
    stopped_clock.shift(CLOSED)

    page = main(sign_in(closed.candidate).get(reverse("candidate:registrations")))

    assert "Cette saisie n'a pas été enregistrée à temps." in page
    assert closed.number not in page


def test_the_office_registers_with_the_answers_of_who_gives_the_number(member, closed):
    registering.note_out_of_hours(
        draft=closed, by=author(closed.candidate), at=NOW + CLOSED - timedelta(days=1)
    )
    client = agent(member, "A09")

    page = seek(client, closed.number.replace(" ", ""), email=" LEA@exemple.test")
    said = plain(main(page))
    assert page.status_code == 200
    assert "LE GOFF" in said.upper()
    assert "« Enregistrer » est arrivé hors des heures du service" in said
    assert "Inscrire ce candidat avec ses réponses" in buttons(page)
    assert "59000" not in said
    assert not Draft.objects.of_office().exists()

    opened = seek(client, closed.number, acte="inscrire")
    made = Draft.objects.get(author=client.user)
    assert opened.url == reverse("office:draft", args=[made.pk])
    answered = dict(made.answers.values_list("section", "answers"))
    theirs = dict(closed.answers.values_list("section", "answers"))
    assert "modalites" in theirs.keys() - answered.keys()
    assert answered == {section: said for section, said in theirs.items() if section != "modalites"}
    terms = reverse("office:tab", args=[made.pk, "modalites"])
    box = value_of(client.get(terms), "accepted")
    client.post(terms, {"accepted": box, "revision": 0})
    recap = client.get(reverse("office:recap", args=[made.pk]))
    filed = client.post(
        reverse("office:recap", args=[made.pk]),
        {"motif": "Hospitalisée le jour de la fermeture.", "lu": value_of(recap, "lu")},
        follow=True,
    )

    registration = Registration.objects.get(candidate=closed.candidate)
    assert filed.request["PATH_INFO"] == reverse("office:registration", args=[registration.number])
    assert TAKEN_UP in [one.verb for one in acts_on(registration)]
    told = Message.objects.get(kind="registered_for")
    assert told.recipient == ADDRESS
    assert "Hospitalisée le jour de la fermeture." in told.body
    closed.refresh_from_db()
    assert closed.is_open


def test_each_look_is_noted_on_what_was_found_and_once_an_hour(member, closed):
    client = agent(member, "A09")

    seek(client, closed.number)
    seek(client, closed.number, acte="inscrire")

    looks = Entry.objects.filter(verb="record read", object_id=str(closed.candidate_id))
    assert [(one.academy, one.actor_name) for one in looks] == [("A09", "Claude Martin")]
    [taken] = Entry.objects.filter(object_kind="draft", object_id=str(closed.pk)).exclude(
        actor_kind="candidate"
    )
    assert (taken.verb, taken.academy) == ("draft taken up", "A09")


def test_its_candidate_reads_that_their_answers_were_taken_up_and_that_it_is_no_registration(
    member, closed, sign_in
):
    where = reverse("candidate:registrations")
    seek(agent(member, "A09"), closed.number)
    found = plain(main(sign_in(closed.candidate).get(where)))
    seek(agent(member, "A09", email="autre-agent@exemple.test"), closed.number, acte="inscrire")
    taken = plain(main(sign_in(closed.candidate).get(where)))

    said = "Votre service gestionnaire a repris vos réponses le mercredi 16 décembre 2026"
    assert said not in found
    assert said in taken
    assert "Vous n'êtes inscrit(e) que si un message de sa part" in taken
    assert "Vous n'êtes pas inscrit(e)" in taken


@pytest.mark.parametrize("wrong", ["address", "number", "academy", "open", "filed for"])
def test_nothing_is_found_unless_all_of_it_is_right(member, draft, stopped_clock, wrong):
    other = a_draft(a_candidate(email="autre@exemple.test"))
    if wrong != "open":
        stopped_clock.shift(CLOSED)
    client = member(
        "A25" if wrong == "academy" else "A09",
        at=NOW + (CLOSED if wrong != "open" else timedelta()),
    )
    if wrong == "filed for":
        Draft.objects.filter(pk=draft.pk).update(author=client.user)

    page = seek(
        client,
        other.number if wrong == "number" else draft.number,
        email="personne@exemple.test" if wrong == "address" else ADDRESS,
    )

    assert page.status_code == 422
    assert "Aucune saisie non enregistrée de votre périmètre" in main(page)
    assert "LE GOFF" not in main(page).upper()
    assert not Entry.objects.filter(verb="record read").exists()


def test_who_has_asked_on_line_meanwhile_is_led_to_and_nothing_is_spent(member, closed, sign_in):
    load_invented(YES)
    by, at = author(closed.candidate), NOW + CLOSED
    asked = late.send(draft=closed, reason="Malade", proof=[], by=by, at=at)
    client = agent(member, "A09")

    for _ in range(11):
        led = seek(client, closed.number, acte="inscrire")
    assert led.headers["Location"] == reverse("office:late_request", args=[asked.pk])
    assert "a demandé en ligne à être inscrit" in plain(main(client.get(led.headers["Location"])))

    browser, service = sign_in(closed.candidate), closed.service.managing_service
    waiting = reverse("candidate:ask_late", args=[closed.pk])
    for page in (waiting, reverse("public:help")):
        assert service.name in main(browser.get(page))
    assert f'href="{waiting}"' in browser.get(reverse("public:help")).text


def test_a_slip_is_told_and_counts_for_nothing(member, closed):
    last = (int(closed.number[-1]) + 1) % 10
    page = seek(agent(member, "A09"), f"{closed.number[:-1]}{last}")

    assert page.status_code == 422
    assert "l'un d'eux est faux" in main(page)


def test_nobody_tries_numbers_one_after_the_other(member, closed):
    client, wrong = agent(member, "A09"), a_draft(a_candidate(), at=NOW).number

    for _ in range(10):
        assert "n'a ce numéro à cette adresse" in plain(main(seek(client, wrong)))
    page = seek(client, closed.number)

    assert "trop de numéros" in main(page)
    assert Entry.objects.filter(verb="draft numbers refused").count() == 1


def test_who_is_registered_already_is_led_to(member, closed, stopped_clock):
    stopped_clock.shift(-CLOSED)
    filed = a_registration(
        closed.candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"}
    )
    stopped_clock.shift(CLOSED)
    client = agent(member, "A09")

    page = seek(client, closed.number)
    pressed = seek(client, closed.number, acte="inscrire")

    assert reverse("office:registration", args=[filed.number]) in page.text
    assert "Inscrire ce candidat avec ses réponses" not in buttons(page)
    assert pressed.status_code == 200
    assert not Draft.objects.of_office().exists()


def test_what_the_office_has_typed_already_stays(member, closed):
    client = agent(member, "A09")
    seek(client, closed.number, acte="inscrire")
    made = Draft.objects.get(author=client.user)
    made.answers.filter(section="identification").update(answers={"mobile": "06 39 98 99 99"})
    made.answers.filter(section="qualification").delete()
    granted = {"EXP3": {"by": "le recteur", "on": "2026-11-12", "reference": ""}}
    Draft.objects.filter(pk=closed.pk).update(waived=granted)

    seek(client, closed.number, acte="inscrire")

    assert Draft.objects.of_office().count() == 1
    assert made.answers.get(section="identification").answers == {"mobile": "06 39 98 99 99"}
    assert made.answers.filter(section="qualification").exists()
    made.refresh_from_db()
    assert made.waived == granted


def test_another_choice_may_be_made_for_who_has_given_a_number(member, closed):
    client = agent(member, "A09")
    where = reverse("office:register_for", args=[closed.candidate_id])
    before = client.get(where).status_code
    seek(client, closed.number, acte="inscrire")

    assert (before, client.get(where).status_code) == (404, 200)


def test_who_only_reads_has_no_such_page(member):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    assert auditor.get(reverse(UNSAVED)).status_code == 404


def test_a_search_that_finds_nobody_leads_to_it(manager, draft):
    page = manager.post(reverse("office:find"), {"quoi": "Le Goff"}, follow=True)

    assert reverse(UNSAVED) in page.text
