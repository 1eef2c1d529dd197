"""What a person must show prints well on A4: the numbers, the summary."""

import re
from dataclasses import dataclass

import pypdfium2
import pytest

from sporades.acts.services import announcing
from tests.factories import NOW, OPERATOR, a_registration
from tests.journeys.helpers import signed_in

A4 = (595, 842)
BANNER = "Maintenance jeudi de 6 h à 7 h (heure de Paris)."


@dataclass
class Paper:
    """What a page shows when it is printed, and what came out on paper."""

    shown: str
    sheets: list[pypdfium2.PdfPage]

    @property
    def text(self) -> str:
        return "\n".join(sheet.get_textpage().get_text_range() for sheet in self.sheets)

    @property
    def text_within_the_sheets(self) -> str:
        return "\n".join(sheet.get_textpage().get_text_bounded() for sheet in self.sheets)


def signs(text):
    """The signs of a text, whatever the lines that it is cut into."""
    return re.sub(r"[\s\u00ad\ufffe-]", "", text)


@pytest.fixture(params=["numero", "recapitulatif"])
def paper(request, site, context):
    """A page of a filed registration, printed under a banner."""
    registration = a_registration()
    announcing.show_banner(kind="warning", message=BANNER, until=None, by=OPERATOR, at=NOW)
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/{request.param}")
    assert BANNER in page.locator("body").inner_text().replace("\u00a0", " ")
    page.emulate_media(media="print")
    printed = page.pdf(prefer_css_page_size=True)
    page.evaluate("document.querySelectorAll('main .fr-sr-only').forEach(said => said.remove())")
    shown = page.locator("main").inner_text()
    with pypdfium2.PdfDocument(printed) as file:
        yield Paper(shown, list(file))
    announcing.take_banner_down(by=OPERATOR, at=NOW)


def test_what_is_printed_is_the_page_itself_whole(paper):
    lines = [line for line in re.split(r"[\n\t]", paper.shown) if line.strip()]
    printed = signs(paper.text)

    assert len(lines) > 10
    assert [line for line in lines if signs(line) not in printed] == []
    assert signs(paper.text_within_the_sheets) == printed
    assert {tuple(map(round, sheet.get_size())) for sheet in paper.sheets} == {A4}


def test_neither_the_menu_nor_the_buttons_nor_the_banner_are_printed(paper):
    printed = signs(paper.text)

    for left_out in (
        *("Menu", "Mes documents", "J'ai besoin d'aide", "Se déconnecter", "Modifier mon compte"),
        *("Visualiser/imprimer", "Gérer ma candidature", "Quitter", "Historique"),
        *("Mentions légales", "Aller au contenu", BANNER),
    ):
        assert signs(left_out) not in printed, left_out
