"""What a candidate does in a browser, in the words of the page."""

import re
from datetime import timedelta

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from tests.factories import NOW, PASSWORD
from tests.spaces import plain
from tests.web.browser import follow, tick
from tests.web.guide import BACKEND

STREET = "3 quai du Wault"
SAVED = "Saisie gardée à 10 h 30 (heure de Paris)."

# What one answers, tab by tab, to register for the invented exam.
TABS = {
    "Modalités d'inscription": {
        "J'ai pris connaissance des modalités d'inscription et je les accepte.": True
    },
    "Identification": {
        "Numéro et voie": "12 rue des Îles",
        "Code postal": "59000",
        "Commune": "Lille",
        "Téléphone mobile": "06 39 98 12 34",
    },
    "Informations candidature": {
        "Catégorie de candidat": "Individuel",
        "Forme de passage": "Globale",
        "Zone géographique souhaitée": "Lille et sa métropole",
        "Handicap": "Non",
    },
    "Formation": {
        "Diplôme le plus élevé": "CAP",
        "Années d'expérience professionnelle": "2",
    },
    "Informations supplémentaires": {
        "Avez-vous le permis bateau ?": "Non",
        "Équipe": "Rouge",
    },
    "Épreuves": {
        "Éducation physique et sportive > Activité": "Nage",
        "Navigation > Statut": "Inscrit",
    },
}


def sign_in(page, site, email, password=PASSWORD):
    """« Me connecter »."""
    page.goto(f"{site}/connexion")
    answer(page, "Adresse mail", email)
    answer(page, "Mot de passe", password)
    press(page, "Se connecter")


def signed_in(context, site, candidate):
    """Open a page of a browser in which the candidate has signed in already."""
    client = Client()
    client.force_login(candidate.user, backend=BACKEND)
    session = client.session
    shown = {"method": "password", "at": NOW.timestamp(), "username": candidate.user.email}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [shown]
    session["account_authentication_methods_user"] = str(candidate.user.pk)
    session.save()
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": site}
    context.add_cookies([cookie])
    return context.new_page()


def choose(page, *links):
    """Follow links, one after the other."""
    for link in links:
        follow(page.get_by_role("main").get_by_role("link", name=link, exact=True))


def press(page, button):
    """Press a button, or follow the link that looks like one."""
    main = page.get_by_role("main")
    either = main.get_by_role("button", name=button, exact=True).or_(
        main.get_by_role("link", name=button, exact=True)
    )
    follow(either)


def paper_of(page, paper):
    """Return what the tab of the épreuves asks of one, by its name."""
    name = page.get_by_role("heading", name=re.compile(rf"^{re.escape(paper)}( \(|$)"))
    return page.locator(".s-paper").filter(has=name)


def answer(page, question, value):
    """Answer a question as its kind wants: write, pick in a list, tick.

    Args:
        page: the page, or the part of it that asks.
        question: its label; « épreuve > question » on the tab of the épreuves.
        value: what is written, the choice or the choices taken; True or False for a box.
    """
    paper, _, asked = question.rpartition(" > ")
    if paper:
        page = paper_of(page, paper)
    label = re.compile(rf"^\s*{re.escape(asked)}(\s:\s.*|\s*\(facultatif\))?\s*$")
    field = page.get_by_role("group", name=label)
    if isinstance(value, bool):
        tick(page.get_by_role("checkbox", name=asked), value)
    elif field.count():
        for one in [value] if isinstance(value, str) else value:
            name = re.compile(rf"^\s*{re.escape(one)}(?=\s|$)")
            tick(
                field.get_by_role("radio", name=name).or_(field.get_by_role("checkbox", name=name))
            )
    else:
        control = page.get_by_label(label)
        if control.evaluate("control => control.localName") == "select":
            control.select_option(label=value)
        else:
            control.fill(value)


def answers(page, given):
    """Answer some questions of a tab."""
    for question, value in given.items():
        answer(page, question, value)


def start(page, site):
    """Go from « M'inscrire » to the first tab of the invented exam."""
    page.goto(f"{site}/m-inscrire")
    choose(page, "Brevet d'essai, session 2027", "Marin")
    answer(page, "Académie", "Lille (Nord, Pas-de-Calais)")
    press(page, "Voir les dates")
    press(page, "Démarrer mon inscription")


def go_through(page, tabs=None, *, looking=lambda _: None):
    """Answer every tab, « Suivant » after each; the tab « Récapitulatif » follows.

    Args:
        page: the page, which shows the first tab.
        tabs: what is answered, tab by tab.
        looking: called with the page on each tab, once answered.
    """
    for title, given in (tabs or TABS).items():
        assert tab(page) == title
        answers(page, given)
        looking(page)
        press(page, "Suivant")


def tab(page):
    """Return the title of the tab that is shown."""
    return re.sub(r"^(Étape \d+ sur \d+|Modifier mon inscription) : ", "", heading(page))


def heading(page):
    """Return the title of the page."""
    return said(page.get_by_role("heading", level=1))


def text(page):
    """Return what the page says, without its frame."""
    return said(page.get_by_role("main"))


def said(part):
    """Return what a part of a page says, with one space between words."""
    return " ".join(plain(part.inner_text()).split())


def troubles(page):
    """Return what the summary at the top says is to be corrected."""
    return [said(item) for item in page.locator("[data-error-summary] li").all()]


def numbers(page):
    """Return what the tab « N° Inscription » gives, by its name."""
    rows = page.locator(".s-numbers > div").all()
    return {said(row.locator("dt")): said(row.locator("dd")) for row in rows}


def open_tab(context, site, draft, slug="identification"):
    """Open a tab of a draft in the browser of its candidate."""
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/{slug}")
    return page


def contacts(page):
    """Return the links to contacts that stand on the page, by their words."""
    found = page.get_by_role("main").locator("a[href^='/contact']").all()
    return {said(link): link.get_attribute("href") for link in found}


def wait(minutes, page, clock):
    """Do nothing for some minutes, here and there."""
    clock.shift(timedelta(minutes=minutes))
    page.clock.fast_forward(minutes * 60_000)


def said_of_the_draft(page):
    """Expect something of what the page says of the draft."""
    return expect(page.locator("[data-autosave-said]"))
