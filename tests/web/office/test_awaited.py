"""The first screen of a file: what its candidate reads, what awaits in each tab, who may be calling."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accommodations.states import State
from sporades.acts.registrations import deciding, leaving
from sporades.documents.models import DocumentVersion
from sporades.mail.models import Message
from sporades.registrations.states import VALIDATE
from tests.accommodations.asked import a_minor, contest, reach
from tests.evidence.given import again, complete, receive
from tests.factories import NOW, OPERATOR, a_candidate, a_mail, a_record, a_registration, author
from tests.spaces import plain
from tests.threads.said import ANSWERED, answer, write
from tests.web.guide import main, seen, signed_in, words
from tests.web.office.test_notes import write as note

WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}
LEFT = ("À faire : ", "Manque : ", "En attente : ")


def page_of(client, registration, tab="registration"):
    return client.get(reverse(f"office:{tab}", args=[registration.number]))


def told(page):
    """Return each condition, without the way to what is left to do."""
    return [
        " ".join(words(part) for part in one.cssselect("p, ul") if not part.cssselect("a"))
        for one in seen(page).cssselect("main .s-checks > li")
    ]


def left(page):
    return [one for one in told(page) if one.startswith(LEFT)]


def tabs(page):
    return [words(one) for one in seen(page).cssselect(".s-tabs a")]


@pytest.mark.parametrize("is_received", [False, True])
def test_a_file_says_what_its_candidate_reads_that_is_left(manager, is_received):
    registration = a_registration(a_candidate(), **WITH_BAC)
    if is_received:
        receive(registration)
    theirs = signed_in(registration.candidate.user).get(
        f"/mes-inscriptions/{registration.number}/suis-je-inscrit"
    )

    page = page_of(manager, registration)

    assert told(page) == left(theirs)
    assert any(one.startswith("En attente : ") for one in told(page)) is is_received
    [fold] = seen(page).cssselect("main details[open]:not([data-folded-narrow])")
    assert words(fold.cssselect("summary")[0]) == "Ce que lit le candidat"


def test_a_file_of_which_nothing_is_left_says_so(manager, in_lille):
    complete(in_lille)
    DocumentVersion.objects.update(opened_at=NOW)
    deciding.decide(registration=again(in_lille), decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    page = page_of(manager, in_lille)

    assert told(page) == []
    assert "Rien à faire, rien en attente." in main(page)


def test_what_is_withdrawn_awaits_nothing(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    page = page_of(manager, in_lille)

    assert "Ce que lit le candidat" not in main(page)
    assert told(page) == []


def test_who_has_no_account_is_to_be_told_what_is_left(manager):
    registration = a_registration(a_record())

    page = page_of(manager, registration)

    assert "Ce qui l'attend" in main(page)
    assert "à lui dire" in main(page)
    assert not any("Ouvrir le récapitulatif" in one for one in told(page))
    assert any("Pièce d'identité" in one for one in told(page))


def test_tabs_say_what_awaits_in_them(manager):
    registration = a_registration(a_candidate(), **WITH_BAC)
    plainly = ["Inscription", "Historique", "Pièces", "Aménagement", "Documents", "Messages"]
    assert tabs(page_of(manager, registration))[:6] == plainly
    receive(registration)
    write(registration)
    write(registration, "Et à quelle heure ?")
    note(manager, registration)

    page = page_of(manager, registration, "history")

    assert tabs(page) == [
        "Inscription",
        "Historique",
        f"Pièces ({registration.evidence.filter(state='posted').count()} à vérifier)",
        "Aménagement",
        "Documents",
        "Messages (2 sans réponse)",
        "Mails",
        "Notes (1)",
        "Journal",
    ]
    assert "(" not in words(seen(page).cssselect("title")[0])

    answer(registration, ANSWERED)
    assert "Messages" in tabs(page_of(manager, registration))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.ASKED, "Aménagement (à confier)"),
        (State.WITH_DOCTOR, "Aménagement"),
        (State.OPINION_GIVEN, "Aménagement (à décider)"),
        (State.DECIDED, "Aménagement (à notifier)"),
        (State.NOTIFIED, "Aménagement"),
    ],
)
def test_the_tab_of_accommodations_says_what_its_request_awaits_of_the_office(
    manager, in_lille, state, said
):
    reach(in_lille, state)

    assert said in tabs(page_of(manager, in_lille))


def test_the_tab_of_accommodations_says_that_a_decision_is_contested(manager, in_lille):
    contest(reach(in_lille, State.NOTIFIED))

    assert "Aménagement (recours à étudier)" in tabs(page_of(manager, in_lille))


def test_pieces_of_an_exam_that_is_over_wait_for_nobody_in_their_tab(manager, member, in_lille):
    receive(in_lille)
    assert any("à vérifier" in one for one in tabs(page_of(manager, in_lille)))

    over = NOW.replace(year=2027, month=7)
    with time_machine.travel(over, tick=False):
        later = member("A09", email="apres@exemple.test", at=over)
        assert "Pièces" in tabs(page_of(later, in_lille))


def test_the_last_mail_that_did_not_arrive_is_said_on_each_tab(manager, in_lille):
    assert "n'est pas arrivé" not in main(page_of(manager, in_lille))
    Message.objects.filter(recipient=in_lille.candidate.address).update(state="refused")

    for tab in ("registration", "pieces", "notes"):
        said = plain(main(page_of(manager, in_lille, tab)))
        assert "Le dernier mail à ce candidat, écrit le mercredi 25 novembre 2026" in said
        assert "n'est pas arrivé." in said

    a_mail(in_lille.candidate.address, at=NOW + timedelta(minutes=1))
    Message.objects.filter(kind="password_changed").update(state="sent", sent_at=NOW)
    assert "n'est pas arrivé" not in main(page_of(manager, in_lille))


def test_a_mail_to_who_has_no_account_is_said_and_no_letter_is(manager):
    by_mail = a_registration(a_record(channel="mail", email="ines@exemple.test"))
    by_letter = a_registration(a_record(birth_name="Zannier"))
    Message.objects.filter(recipient="ines@exemple.test").update(state="refused")

    assert "n'est pas arrivé" in main(page_of(manager, by_mail))
    assert "n'est pas arrivé" not in main(page_of(manager, by_letter))


def test_the_guardian_of_a_minor_is_named_with_their_number_until_they_are_of_age(member, manager):
    registration = a_minor()

    assert "Représentant légal Anne Le Goff, 06 39 98 12 35" in plain(
        main(page_of(manager, registration, "pieces"))
    )

    of_age = NOW + timedelta(days=400)
    with time_machine.travel(of_age, tick=False):
        later = member("A09", email="apres@exemple.test", at=of_age)
        assert "06 39 98 12 35" not in plain(main(page_of(later, registration, "pieces")))
