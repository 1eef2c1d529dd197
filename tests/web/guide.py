"""What the tests of the candidates' guide share: pages as they read, tabs as they are walked."""

from datetime import timedelta
from pathlib import Path

import lxml.html
from django.test import Client

from sporades.exams import operations as exams
from tests.factories import NOW, OPERATOR, PASSWORD, answers_with
from tests.spaces import plain, whole_numbers

CONCOURS = Path(__file__).parent / "concours.yaml"
EXAM = "/m-inscrire/ESSAI/2027/BE/MARIN"
COMPETITION = "/m-inscrire/CONCESSAI/2027/CE"
LATER = NOW + timedelta(minutes=20)
HOST = "inscriptions.exemple.test"
BACKEND = "sporades.web.layout.backend.Backend"

COMPETITION_ANSWERS = {
    "modalites": {"accepted": "on"},
    "identification": answers_with()["identification"],
    "informations": {"category": "EXTERNE", "has_disability": "non"},
    "qualification": {"diploma": "ING", "colouring": "HIST"},
    "supplementaires": {"publishes_name": "non", "shares_name": "non"},
    "epreuves": {},
}


def load_competition():
    """Put the invented competition in force."""
    exams.load(CONCOURS, by=OPERATOR, at=NOW)


def a_browser():
    """Return a browser without script that nobody has signed in with."""
    return Client(SERVER_NAME=HOST, headers={"host": HOST})


def signed_in(user):
    """Return a browser without script in which somebody has signed in."""
    browser = a_browser()
    browser.force_login(user, backend=BACKEND)
    return browser


def sign_in(browser, user):
    """« Me connecter »: the address, the password, « Se connecter »."""
    user.emailaddress_set.get_or_create(email=user.email, primary=True, verified=True)
    return browser.post("/connexion", {"login": user.email, "password": PASSWORD}, follow=True)


def seen(page):
    """Return a page as its reader has it: a tree, from the answer or from its text."""
    return lxml.html.fromstring(whole_numbers(page if isinstance(page, str) else page.text))


def words(element):
    """Return the text of an element, with one space between its parts."""
    return " ".join(plain(" ".join(element.itertext())).split())


def main(page):
    """Return the text of the page itself, without its frame."""
    return words(seen(page).cssselect("main")[0])


def value_of(page, name):
    """Return what a field of a page holds: of buttons to choose from, the one that is chosen."""
    for field in seen(page).cssselect(f"main form [name={name}]"):
        if field.tag == "textarea":
            return field.text_content().removeprefix("\n")
        if field.get("type") != "radio" or "checked" in field.attrib:
            return field.get("value")
    return None


def titles(page):
    """Return the titles of the second level, in order."""
    return [words(one) for one in seen(page).cssselect("main h2")]


def links(page, label):
    """Return where the links, buttons included, of this very label lead."""
    return [link.get("href") for link in seen(page).cssselect("main a") if words(link) == label]


def names_of_articles(page):
    """Return what each article of a page is called, in order."""
    found = seen(page)
    named = [one.get("aria-labelledby") for one in found.cssselect("main article")]
    return [words(found.get_element_by_id(one)) for one in named]


def buttons(page):
    """Return the labels of the buttons that a person sees, in order."""
    return [
        words(button)
        for button in seen(page).cssselect("main button")
        if button.get("aria-hidden") != "true"
    ]


def shown(page, form="form[data-autosave]"):
    """Return what a browser would send of the form of a page, read in its text."""
    [form] = seen(page).cssselect(f"main {form}")
    found: dict[str, list[str]] = {}
    for field in form.cssselect("input, textarea, select"):
        kind, name = field.get("type", field.tag), field.get("name")
        is_box = kind in {"radio", "checkbox"}
        if is_box and field.get("checked") is None:
            continue
        values = [field.get("value", "on" if is_box else "")]
        if field.tag == "textarea":
            values = [field.text_content().removeprefix("\n")]
        if field.tag == "select":
            values = [one.get("value") for one in field.cssselect("option[selected]")]
        found.setdefault(name, []).extend(values)
    return found


def mandatory(page):
    """Return the names of the questions of a page that do not say « (facultatif) »."""
    asked = [
        field
        for field in seen(page).cssselect("main .s-field")
        if not field.cssselect(".s-optional")
    ]
    return {control.get("name") for field in asked for control in field.cssselect("[name]")}


def faulty(page):
    """Return the names of the questions that a page sends back, each with its error beside it."""
    return {
        control.get("name")
        for field in seen(page).cssselect("main .s-field--error")
        for control in field.cssselect("[name]")
    }


def begin(client, start=EXAM, academy="A09"):
    """« Démarrer mon inscription »: return the first tab."""
    return client.post(start, {"academie": academy}, follow=True)


def answer(client, page, answers):
    """« Suivant » on the tab shown; return the page that follows."""
    here = page.request["PATH_INFO"]
    return client.post(here, {**answers, "revision": page.context["revision"]}, follow=True)


def walk(client, *, start=EXAM, answers=None):
    """Answer every tab; return the tab « Récapitulatif »."""
    page = begin(client, start)
    for slug, given in (answers or answers_with()).items():
        assert page.request["PATH_INFO"].endswith(f"/{slug}")
        page = answer(client, page, given)
    return page


def save(client, page):
    """« Enregistrer »; return the tab « N° Inscription »."""
    return client.post(page.request["PATH_INFO"], follow=True)


def ask_to_withdraw(client, number):
    """« Me désinscrire », with the password asked again; return the page that asks to confirm."""
    address = f"/mes-inscriptions/{number}/desinscription"
    asked = client.get(address, follow=True)
    known = {"password": PASSWORD}
    return client.post(asked.request["PATH_INFO"] + "?next=" + address, known, follow=True)


def confirm(client, address):
    """Press the button of a page that asks to confirm, with what the page says unseen."""
    unseen = seen(client.get(address)).cssselect("main form input[type=hidden]")
    return client.post(address, {one.get("name"): one.get("value") for one in unseen})


def withdraw(client, number):
    """« Me désinscrire », confirmed; return the page of the registration."""
    page = ask_to_withdraw(client, number)
    return client.post(page.request["PATH_INFO"], follow=True)


def modify(client, number, **changes):
    """« Modifier », the tabs with some other answers, « Enregistrer »."""
    page = client.post(f"/mes-inscriptions/{number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    for slug, answers in answers_with(**changes).items():
        page = answer(client, client.get(f"/inscription/{draft}/{slug}"), answers)
    return save(client, page)
