"""L-04: « Enregistrer » that files nothing leaves when it came, and the hours that stood then."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from sporades.acts.registrations.registering import SESSION_ENDED
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from tests.factories import a_candidate, a_draft, a_registration, answer_all, answers_with
from tests.web.guide import BACKEND, HOST, buttons, main, shown, titles

pytestmark = pytest.mark.usefixtures("invented_exam")
VERB = "draft not filed, out of hours"


@pytest.fixture
def late(sign_in, stopped_clock):
    """Give somebody who presses « Enregistrer » a minute after the last one."""
    draft = a_draft()
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))
    client = sign_in(draft.candidate)
    where = reverse("candidate:recap", args=[draft.pk])
    return draft, lambda: client.post(where)


def test_what_comes_too_late_is_kept_once_with_its_arrival_and_the_hours_that_stood(late):
    draft, press = late

    page = press()
    press()

    assert (page.status_code, "Votre demande a été reçue le" in main(page)) == (409, True)
    [kept] = Entry.objects.filter(verb=VERB)
    assert kept.at == draft.service.closes_at + timedelta(minutes=1)
    assert kept.payload["after"] == {
        "opens_at": draft.service.opens_at.isoformat(),
        "closes_at": draft.service.closes_at.isoformat(),
    }
    assert (kept.object_id, kept.academy) == (str(draft.pk), draft.service.academy_id)


def test_what_comes_in_time_leaves_no_such_line(sign_in, stopped_clock):
    draft = a_draft()
    sign_in(draft.candidate).post(reverse("candidate:recap", args=[draft.pk]))

    assert not Entry.objects.filter(verb=VERB).exists()


def test_its_page_and_the_list_say_that_it_was_not_saved_in_time(late, sign_in):
    draft, press = late

    refused = main(press())
    listed = sign_in(draft.candidate).get("/mes-inscriptions")
    tab = main(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/identification"))

    for said in (refused, main(listed)):
        assert "Vous n'êtes pas inscrit(e) : votre saisie n'a pas été enregistrée" in said
    assert "Cette saisie n'a pas été enregistrée à temps." in tab
    for said in (refused, main(listed), tab):
        assert "encore enregistrée" not in said
    assert titles(listed) == ["Pas enregistrées à temps"]


def test_where_another_registration_stands_nobody_is_said_not_to_be_registered(
    sign_in, stopped_clock
):
    registration = a_registration()
    draft = a_draft(registration.candidate)
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))

    listed = sign_in(draft.candidate).get("/mes-inscriptions")

    assert titles(listed) == ["Pas enregistrées à temps", "Inscriptions enregistrées"]
    assert "Cette saisie n'a pas été enregistrée à temps." in main(listed)
    assert "Vous n'êtes pas inscrit(e)" not in main(listed)


# --- In time, as the session had just ended --------------------------------------------------


@pytest.fixture
def ended(sign_in, stopped_clock):
    """Give somebody who presses « Enregistrer » in the last minute, thirty-one after reading its page."""
    draft = a_draft()
    where = reverse("candidate:recap", args=[draft.pk])
    closing = draft.service.closes_at
    stopped_clock.move_to(closing - timedelta(minutes=31))
    browser = sign_in(draft.candidate)
    read = shown(browser.get(where), "form[method=post]")
    stopped_clock.move_to(closing + timedelta(seconds=30))
    answer = browser.post(where, read)
    assert answer.status_code == 302
    assert answer.url.startswith("/connexion")
    stopped_clock.move_to(closing + timedelta(minutes=3))
    return draft, where, browser


def test_what_came_in_time_as_the_session_ended_counts_pressed_again_as_it_was(ended):
    draft, where, browser = ended
    browser.force_login(draft.candidate.user, backend=BACKEND)

    page = browser.get(where)
    assert "Cliquez de nouveau avant le" in main(page)
    done = browser.post(where, shown(page, "form[method=post]"))

    assert done.status_code == 302
    registration = Registration.objects.get()
    assert registration.filed_at == draft.service.closes_at + timedelta(seconds=30)
    [kept] = Entry.objects.filter(verb=SESSION_ENDED)
    assert (kept.at, kept.object_id) == (registration.filed_at, str(draft.pk))


def test_it_counts_where_its_answer_never_came_and_it_was_pressed_again(ended, sign_in):
    draft, where, _ = ended
    lost = Client(SERVER_NAME=HOST)  # the session that followed: its cookie was in the answer

    again = lost.post(where)
    lost.force_login(draft.candidate.user, backend=BACKEND)
    page = lost.get(where)
    done = lost.post(where, shown(page, "form[method=post]"))

    assert again.url.startswith("/connexion")
    assert "Cliquez de nouveau avant le" in main(page)
    assert done.status_code == 302
    assert Registration.objects.get().filed_at == draft.service.closes_at + timedelta(seconds=30)


def test_nothing_says_to_press_again_where_another_registration_stands_instead(ended):
    draft, where, browser = ended
    chosen = {"statut-M1": None, "statut-M2": "inscrit"}
    a_registration(draft.candidate, speciality="FOREST", epreuves=chosen)
    browser.force_login(draft.candidate.user, backend=BACKEND)

    page = browser.get(where)

    assert buttons(page).count("Enregistrer") == 0
    assert "Cliquez de nouveau" not in main(page)


def test_it_does_not_count_once_an_answer_has_changed_and_the_page_says_whom_to_ask(ended):
    draft, where, browser = ended
    browser.force_login(draft.candidate.user, backend=BACKEND)
    kept = shown(browser.get(where), "form[method=post]")
    answer_all(draft, answers_with(identification={"mobile": "06 39 98 99 99"}))

    page = browser.get(where)
    refused = browser.post(where, kept)

    assert "votre service gestionnaire peut encore le faire : contactez" in main(page)
    assert "Enregistrer" not in buttons(page)
    assert refused.status_code == 409
    assert not Registration.objects.exists()


def test_it_does_not_count_after_ten_minutes(ended, stopped_clock):
    draft, where, browser = ended
    stopped_clock.shift(timedelta(minutes=10))
    browser.force_login(draft.candidate.user, backend=BACKEND)

    page = browser.get(where)

    assert "votre service gestionnaire peut encore le faire : contactez" in main(page)
    assert "Enregistrer" not in buttons(page)


def test_it_counts_for_nobody_else_on_the_same_computer(ended):
    _, where, browser = ended
    other = a_draft(a_candidate())
    browser.force_login(other.candidate.user, backend=BACKEND)

    page = browser.get(reverse("candidate:recap", args=[other.pk]))

    assert browser.get(where).status_code == 404
    assert "Votre clic" not in main(page)
    assert "Enregistrer" not in buttons(page)


def test_pressed_on_another_s_draft_nothing_is_kept(sign_in, stopped_clock):
    draft, other = a_draft(), a_candidate()
    browser = sign_in(other)
    browser.get("/mes-inscriptions")
    stopped_clock.shift(timedelta(minutes=31))

    browser.post(reverse("candidate:recap", args=[draft.pk]))

    assert not Entry.objects.filter(verb=SESSION_ENDED).exists()


def test_what_came_in_time_from_a_page_too_old_counts_sent_again(stopped_clock):
    draft = a_draft()
    where, closing = reverse("candidate:recap", args=[draft.pk]), draft.service.closes_at
    browser = Client(enforce_csrf_checks=True, SERVER_NAME=HOST)
    stopped_clock.move_to(closing + timedelta(seconds=30))
    browser.force_login(draft.candidate.user, backend=BACKEND)
    read = shown(browser.get(where, secure=True), "form[method=post]")
    ours = {"secure": True, "headers": {"origin": f"https://{HOST}"}}

    refused = browser.post(where, {**read, "csrfmiddlewaretoken": "x" * 64}, **ours)
    stopped_clock.shift(timedelta(minutes=2))
    done = browser.post(where, shown(refused, "form[method=post]"), **ours)

    assert (refused.status_code, done.status_code) == (403, 302)
    assert Registration.objects.get().filed_at == closing + timedelta(seconds=30)
