"""« Écrire à mon service gestionnaire »: the thread, as its candidate has it (M2)."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving
from sporades.threads.models import ThreadMessage
from tests.factories import NOW, a_candidate, a_registration, author
from tests.threads.said import ANSWERED, ASKED, answer, write
from tests.web.guide import (
    a_browser,
    links,
    main,
    names_of_articles,
    seen,
    sign_in,
    titles,
    words,
)

WHEN = "le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)"


@pytest.fixture(autouse=True)
def clock(stopped_clock):
    return stopped_clock


def where(registration):
    """Return the address of a thread."""
    return f"/mes-inscriptions/{registration.number}/messages"


def hidden(page):
    """Return the name of the press of the button of a page."""
    [field] = seen(page).cssselect("main [name=envoi]")
    return field.get("value")


def said(page):
    """Return what each message of a page shows."""
    return [words(one) for one in seen(page).cssselect("main article")]


def awaited(page):
    """Return what awaits: the sentences and where each leads."""
    return [
        (words(one.cssselect("h2, h3, h4")[0]), one.cssselect("a")[0].get("href"))
        for one in seen(page).cssselect("main .s-awaiting li")
    ]


def test_the_page_of_a_registration_leads_there(mine):
    registration, browser = mine

    page = browser.get(f"/mes-inscriptions/{registration.number}")

    assert links(page, "Écrire à mon service gestionnaire") == [where(registration)]


def test_what_is_written_is_read_with_its_instant_and_whether_the_office_has_read_it(mine):
    registration, browser = mine
    page = browser.get(where(registration))
    assert titles(page) == ["Écrire"]

    page = browser.post(where(registration), {"texte": ASKED, "envoi": hidden(page)}, follow=True)

    assert "Votre message est envoyé." in words(seen(page))
    assert said(page) == [f"Vous, {WHEN} {ASKED} Pas encore lu par le service gestionnaire."]
    ThreadMessage.objects.update(read_at=NOW)
    assert said(browser.get(where(registration))) == [
        f"Vous, {WHEN} {ASKED} Lu par le service gestionnaire {WHEN}."
    ]


def test_each_message_is_named_by_who_wrote_it_and_when(mine):
    registration, browser = mine
    answer(registration)
    write(registration)

    assert names_of_articles(browser.get(where(registration))) == [
        f"Votre service gestionnaire, {WHEN} Nouveau message",
        f"Vous, {WHEN}",
    ]


def test_an_answer_is_new_once_and_names_no_member_of_the_office(mine):
    registration, browser = mine
    answer(registration)
    write(registration)

    first, second = browser.get(where(registration)), browser.get(where(registration))

    assert said(first)[0] == f"Votre service gestionnaire, {WHEN} Nouveau message {ANSWERED}"
    assert said(second)[0] == f"Votre service gestionnaire, {WHEN} {ANSWERED}"
    assert "Claude Martin" not in first.text
    read = dict(ThreadMessage.objects.values_list("is_candidates", "read_at"))
    assert read == {True: None, False: NOW}


def test_an_unread_answer_awaits_at_home_and_on_the_pages_of_its_registration(mine):
    registration, browser = mine
    write(registration)
    answer(registration)
    pages = (
        "/accueil",
        *(f"/mes-inscriptions/{registration.number}{end}" for end in ("", "/suis-je-inscrit")),
    )
    awaits = ("Votre service gestionnaire vous a écrit.", where(registration))

    assert [awaited(browser.get(page))[0] for page in pages] == [awaits] * 3
    label = "Écrire à mon service gestionnaire (1 message non lu)"
    assert links(browser.get(pages[1]), label) == [where(registration)]

    browser.get(where(registration))

    assert all(awaits not in awaited(browser.get(page)) for page in pages)


def test_an_answer_about_what_was_withdrawn_awaits_too(sign_in):
    registration = a_registration()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)
    write(registration)
    answer(registration)
    answer(registration)

    page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == [
        ("Votre service gestionnaire vous a envoyé 2 messages.", where(registration))
    ]


def test_whoever_is_withdrawn_reads_and_writes(mine):
    registration, browser = mine
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    page = browser.post(where(registration), {"texte": ASKED}, follow=True)

    assert said(page) == [f"Vous, {WHEN} {ASKED} Pas encore lu par le service gestionnaire."]
    gone = browser.get(f"/mes-inscriptions/{registration.number}")
    assert links(gone, "Écrire à mon service gestionnaire") == [where(registration)]


def test_pressed_twice_the_button_sends_once_and_a_text_that_was_changed_is_another(mine):
    registration, browser = mine
    pressed = {"texte": ASKED, "envoi": hidden(browser.get(where(registration)))}

    for text in (ASKED, ASKED, "Et à quelle heure ?"):
        browser.post(where(registration), {**pressed, "texte": text})

    texts = registration.thread.order_by("pk").values_list("text", flat=True)
    assert list(texts) == [ASKED, "Et à quelle heure ?"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Écrivez votre message avant de l'envoyer."),
        ("  \n ", "Écrivez votre message avant de l'envoyer."),
        ("é" * 2_001, "Raccourcissez ce message : il a 2 001 signes, 2 000 au plus."),
        ("a\0b", "elle contient un signe qui ne se voit pas"),
    ],
    ids=["nothing", "spaces", "too long", "nul"],
)
def test_what_cannot_be_sent_is_said_and_given_back(mine, text, error):
    registration, browser = mine

    page = browser.post(where(registration), {"texte": text, "envoi": "x\0y"})

    assert page.status_code == 422
    assert error in main(page)
    assert text.strip("\n ").replace("\0", "") in page.text.replace("\0", "")
    assert not ThreadMessage.objects.exists()


def test_the_eleventh_of_a_day_is_refused_and_given_back(mine):
    registration, browser = mine
    for number in range(10):
        write(registration, f"Message {number}")

    page = browser.post(where(registration), {"texte": "Un onzième"})

    assert page.status_code == 422
    assert "dix messages en vingt-quatre heures" in main(page)
    assert "Un onzième" in page.text
    assert registration.thread.count() == 10


def test_a_message_sent_once_the_session_had_ended_waits_for_its_author(clock):
    registration, browser = a_registration(), a_browser()
    sign_in(browser, registration.candidate.user)
    pressed = hidden(browser.get(where(registration)))
    clock.shift(timedelta(minutes=31))

    browser.post(where(registration), {"texte": ASKED, "envoi": pressed})
    sign_in(browser, registration.candidate.user)
    page = browser.get(where(registration))

    assert "Votre session s'était terminée. Votre message est là" in words(seen(page))
    assert seen(page).cssselect("main textarea")[0].text.strip() == ASKED
    assert hidden(page) == pressed
    browser.post(where(registration), {"texte": ASKED, "envoi": pressed})
    assert registration.thread.count() == 1
    assert "Votre session s'était terminée" not in words(seen(browser.get(where(registration))))


def test_the_thread_of_another_does_not_exist(mine, sign_in):
    registration, _ = mine
    write(registration)
    stranger = sign_in(a_candidate())

    assert stranger.get(where(registration)).status_code == 404
    assert stranger.post(where(registration), {"texte": ASKED}).status_code == 404
    assert registration.thread.count() == 1


def test_lines_stay_lines_and_tags_stay_text(mine):
    registration, browser = mine
    write(registration, "Un\nDeux <b>gras</b>")

    assert "Un<br>Deux &lt;b&gt;gras&lt;/b&gt;" in browser.get(where(registration)).text
