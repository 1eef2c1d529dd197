"""On the smallest of telephones, with characters twice as large, no button is cut."""

from tests.factories import a_registration
from tests.journeys.helpers import signed_in


def test_no_button_of_the_home_page_is_cut(site, browser):
    registration = a_registration()
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/accueil")
    page.evaluate("document.documentElement.style.fontSize = '200%'")

    buttons = page.locator("main .fr-btn").all()
    cut = [
        one.inner_text()
        for one in buttons
        if one.evaluate("button => button.scrollWidth > button.clientWidth")
    ]

    assert buttons
    assert cut == []
    context.close()
