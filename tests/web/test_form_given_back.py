"""A form of a page too old is given back to its reader, and to nobody else (M'inscrire aside)."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.web.account.owner import activated, sign_in
from tests.web.guide import seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

OURS = {"sec-fetch-site": "same-origin"}


def form_of(page, token="csrfmiddlewaretoken"):
    """What a browser would send of the form that has the most to say."""
    forms = [
        {one.get("name"): one.get("value") or "" for one in form.cssselect("input[name]")}
        for form in seen(page).cssselect("main form")
    ]
    typed = max(forms, key=len)
    return {name: value for name, value in typed.items() if name != token}


@pytest.fixture
def shared():
    """A computer of several people, where a page of Maëlle's stays open."""
    activated("maelle@exemple.test")
    activated("nina@exemple.test")
    browser = Client(enforce_csrf_checks=True)
    into(browser, "maelle@exemple.test")
    page = browser.get(reverse("account_edit"))
    return browser, form_of(page) | {"usage_name": "Petit"}


def into(browser, email):
    browser.handler.enforce_csrf_checks = False
    browser.post(reverse("account_logout"))
    sign_in(browser, email)
    browser.handler.enforce_csrf_checks = True


def test_a_form_of_a_page_too_old_is_given_back_to_whom_it_was_made_for(shared):
    browser, typed = shared
    into(browser, "maelle@exemple.test")

    answer = browser.post(reverse("account_edit"), typed, headers=OURS)

    assert answer.status_code == 403
    assert "Envoyer de nouveau" in answer.text
    assert 'value="Petit"' in answer.text


def test_a_form_is_not_given_back_to_somebody_else_who_has_signed_in_since(shared):
    browser, typed = shared
    into(browser, "nina@exemple.test")

    answer = browser.post(reverse("account_edit"), typed, headers=OURS)
    unmarked = {name: value for name, value in typed.items() if name != "reader"}
    without_mark = browser.post(reverse("account_edit"), unmarked, headers=OURS)

    for one in (answer, without_mark):
        assert one.status_code == 403
        assert "Votre saisie y est encore" in one.text
        assert "Envoyer de nouveau" not in one.text
        assert "Petit" not in one.text


def test_without_any_cookie_nothing_is_promised_of_what_a_page_held(shared):
    browser, typed = shared
    browser.cookies.clear()

    answer = browser.post(reverse("account_edit"), typed, headers=OURS)

    assert answer.status_code == 403
    assert "Si votre saisie y est encore" in answer.text
    assert "Votre saisie y est encore :" not in answer.text


def test_a_form_of_before_a_change_of_the_key_is_given_back_too(shared, settings):
    browser, typed = shared
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "nouvelle-cle-9876543210-" * 4
    into(browser, "maelle@exemple.test")

    answer = browser.post(reverse("account_edit"), typed, headers=OURS)

    assert 'value="Petit"' in answer.text


def test_the_mark_of_a_form_names_nobody_and_strangers_have_none(shared):
    _, typed = shared

    assert len(typed["reader"]) == 32
    assert 'name="reader"' not in Client().get(reverse("account_login")).text
