"""The morning's post, without a mouse: three envelopes, one of elsewhere, one number mistyped (E9, L-05)."""

from datetime import date

import pytest
from playwright.sync_api import expect

from sporades.accounts.models import Membership
from sporades.evidence.states import State
from tests.factories import a_candidate, a_registration
from tests.journeys.helpers import choose, text
from tests.journeys.test_without_script_or_room import TELEPHONE, fits

POSTED = date(2026, 11, 25)
VERSAILLES = {"postcode": "78000", "town": "Versailles"}


@pytest.fixture
def awaited(site):
    """File three registrations in Lille, and one elsewhere."""
    names = (("Le Goff", "Maëlle"), ("Martin", "Zoé"), ("Dupont", "Léa"))
    here = [
        a_registration(a_candidate(birth_name=last, first_names=first)) for last, first in names
    ]
    there = a_registration(
        a_candidate(birth_name="Quéméner", first_names="Yann"),
        academy="A25",
        identification=VERSAILLES,
    )
    return here, there


def scan(page, said):
    """Have a number read by what types it and presses Enter; the cursor is in its box."""
    box = page.get_by_label("N° d'inscription, ou nom")
    expect(box).to_be_focused()
    box.press("ControlOrMeta+a")
    page.keyboard.type(said)
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def press(page, *keys):
    """Press keys, of which the last one sends the form."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_event("load"):
        page.keyboard.press(keys[-1])


def stands(registration):
    registration.refresh_from_db()
    row = registration.evidence.get(code="IDENTITE")
    return registration.summary_posted_on, State(row.state), row.posted_on


def test_a_morning_of_envelopes(site, enter, awaited):
    (first, second, third), elsewhere = awaited
    manager = enter("agent@exemple.test", Membership.Role.MANAGER)
    manager.set_viewport_size(TELEPHONE["viewport"])
    choose(manager, "Noter le courrier reçu")
    fits(manager)

    # Two papers, under a postmark that is typed once.
    scan(manager, f"N° {first.number[:3]} {first.number[3:7]} {first.number[7:]}")
    expect(manager.get_by_role("region", name="Maëlle LE GOFF")).to_be_focused()
    fits(manager)
    for key in ("Tab", "Space", "Tab", "Space", "Tab"):
        manager.keyboard.press(key)
    manager.keyboard.type("25/11/2026")
    press(manager, "Enter")
    assert "récapitulatif signé ; « Pièce d'identité »." in text(manager)
    assert stands(first) == (POSTED, State.POSTED, POSTED)
    fits(manager)

    # One of another academy: it is nobody's here.
    scan(manager, elsewhere.number)
    assert "Aucune inscription ne répond à ces critères dans votre périmètre." in text(manager)
    expect(manager.get_by_role("heading", name="Il y a un point à corriger")).to_be_focused()
    fits(manager)

    # One whose number is mistyped, then typed again.
    press_on_the_field(manager)
    wrong = str((int(second.number[-1]) + 1) % 10)
    scan(manager, f"{second.number[:-1]}{wrong}")
    assert "Ce numéro a un chiffre faux" in text(manager)
    press_on_the_field(manager)
    scan(manager, second.number)
    press(manager, "Tab", "Space", "Enter")
    assert stands(second) == (POSTED, State.OWED, None)

    # Nothing ticked, then what is there.
    scan(manager, "dupont léa")
    press(manager, "Tab", "Enter")
    assert "Cochez ce que contient l'enveloppe." in text(manager)
    box = manager.get_by_role("checkbox", name="Pièce d'identité")
    box.focus()
    press(manager, "Space", "Enter")
    assert stands(third) == (None, State.POSTED, POSTED)
    expect(manager.get_by_label("N° d'inscription, ou nom")).to_be_focused()


def press_on_the_field(page):
    """Follow, from the summary of what is wrong, the link to the box."""
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def test_the_same_without_a_script(site, enter, awaited, browser):
    (first, *_), _ = awaited
    manager = enter("agent@exemple.test", Membership.Role.MANAGER)
    context = browser.new_context(
        java_script_enabled=False, storage_state=manager.context.storage_state(), **TELEPHONE
    )
    page = context.new_page()
    page.goto(f"{site}/gestion/courrier-recu")

    scan(page, first.number)
    expect(page.locator("[autofocus]")).to_be_focused()
    for key in ("Tab", "Space", "Tab", "Tab"):
        page.keyboard.press(key)
    page.keyboard.type("25/11/2026")
    press(page, "Enter")

    assert stands(first) == (POSTED, State.OWED, None)
    expect(page.get_by_label("N° d'inscription, ou nom")).to_be_focused()
    assert "Reçu, posté le 25 novembre 2026 : récapitulatif signé." in text(page)
    context.close()
