"""The same registration without a mouse: Tab, Space, Enter, arrows, and what one writes."""

import re

from sporades.registrations.models import Registration
from tests.factories import a_candidate
from tests.journeys.helpers import TABS, heading, numbers, signed_in, tab, troubles

FARTHEST = 80


class Keyboard:
    """Hands that never leave it."""

    def __init__(self, page):
        """Sit down before a page."""
        self.page = page
        self.main = page.get_by_role("main")

    def press(self, *keys):
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def go_to(self, what):
        """Press Tab until the focus is on, or in, some part of the page."""
        for _ in range(FARTHEST):
            if what.evaluate("part => part.contains(document.activeElement)"):
                return
            self.press("Tab")
        raise AssertionError(f"{what} cannot be reached")

    def skip_to_content(self):
        """« Aller au contenu », the first stop of every page."""
        self.go_to(self.page.get_by_role("link", name="Aller au contenu"))
        self.press("Enter")

    def follow(self, link):
        """Follow a link."""
        self._use(self.main.get_by_role("link", name=link, exact=True))

    def press_button(self, name):
        """Press a button."""
        self._use(self.main.get_by_role("button", name=name, exact=True))

    def _use(self, what):
        self.go_to(what)
        with self.page.expect_navigation():
            self.press("Enter")

    def answer(self, question, value):
        """Answer a question of the tab that is shown."""
        part = self.main
        paper, _, asked = question.rpartition(" > ")
        if paper:
            part = part.get_by_role("group", name=re.compile(rf"^{paper} \("))
        label = re.compile(rf"^\s*{re.escape(asked)}(\s*\(facultatif\))?\s*$")
        group = part.get_by_role("group", name=label)
        if value is True:
            self.go_to(part.get_by_role("checkbox", name=asked))
            self.press("Space")
        elif group.count():
            self.go_to(group)
            self.choose(group.get_by_role("radio", name=re.compile(rf"^\s*{value}(?=\s|$)")))
        else:
            self.go_to(part.get_by_label(label))
            self.page.keyboard.type(value)

    def choose(self, radio):
        """Choose one radio button of the group where the focus is."""
        here = "radio => radio === document.activeElement"
        for _ in range(FARTHEST):
            if radio.evaluate(here):
                return self.press("Space")
            self.press("ArrowDown")
        raise AssertionError(f"{radio} cannot be reached")


def test_one_registers(site, context):
    page = signed_in(context, site, a_candidate())
    hands = Keyboard(page)
    page.goto(f"{site}/m-inscrire")

    hands.skip_to_content()
    hands.follow("Brevet d'essai, session 2027")
    hands.skip_to_content()
    hands.follow("Marin")
    hands.skip_to_content()
    hands.answer("Académie", "Lille")
    hands.press_button("Voir les dates")
    hands.press_button("Démarrer mon inscription")
    for title, given in TABS.items():
        assert tab(page) == title
        hands.skip_to_content()
        for question, value in given.items():
            hands.answer(question, value)
        hands.press_button("Suivant")
    assert tab(page) == "Récapitulatif"
    hands.skip_to_content()
    hands.press_button("Enregistrer")

    assert heading(page) == "Votre inscription est enregistrée"
    assert numbers(page)["Numéro d'inscription"] == Registration.objects.get().number


def test_what_is_wrong_is_read_first_and_leads_to_its_field(site, context):
    from tests.factories import a_draft

    draft = a_draft(identification={"address_1": "", "postcode": "590"})
    page = signed_in(context, site, draft.candidate)
    hands = Keyboard(page)
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    hands.press_button("Suivant")
    summary = page.locator("[data-error-summary]")
    assert summary.evaluate("summary => summary === document.activeElement")
    assert len(troubles(page)) == 2
    hands.press("Tab", "Enter")
    street = page.get_by_label("Numéro et voie")
    assert street.evaluate("field => field === document.activeElement")
    page.keyboard.type("3 quai du Wault")
    hands.go_to(page.get_by_label("Code postal"))
    hands.press("End")
    page.keyboard.type("00")
    hands.press("Enter")

    page.wait_for_url("**/informations")
    assert tab(page) == "Informations candidature"
