"""Hands that never leave the keyboard."""

import re

from tests.journeys.helpers import paper_of

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
        with self.page.expect_event("load"):
            self.press("Enter")

    def answer(self, question, value):
        """Answer a question of the tab that is shown."""
        part = self.main
        paper, _, asked = question.rpartition(" > ")
        if paper:
            part = paper_of(self.page, paper)
        label = re.compile(rf"^\s*{re.escape(asked)}(\s:\s.*|\s*\(facultatif\))?\s*$")
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
