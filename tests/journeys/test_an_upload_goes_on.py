"""The network is cut, the tab is closed: the file goes on from where it was, and is given whole (G2)."""

import pytest
from playwright.sync_api import expect

from sporades.core import files
from sporades.drawers.models import Upload
from sporades.evidence.models import Deposit
from tests.evidence.given import a_photo
from tests.factories import a_registration
from tests.journeys.helpers import heading, press, signed_in, text
from tests.journeys.test_without_script_or_room import TELEPHONE, fits

pytestmark = pytest.mark.usefixtures("kept")
PART = 262_144
HEARD = """
    window.heard = [];
    const status = document.querySelector("form [role=status]");
    const note = () => heard.push(status.textContent);
    new MutationObserver(note).observe(status, { childList: true, characterData: true, subtree: true });
"""
"""Notes each of the words that a reader of screens is given to read out."""


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    """A photograph of several parts, on the disk: a tab opened anew knows it again by its date."""
    found = tmp_path_factory.mktemp("photos") / "carte.jpg"
    content = a_photo(width=1_200, height=1_600)
    # What follows the end of a photograph is not read.
    found.write_bytes(content + bytes(PART * 4 - len(content)))
    return found


def cut(page, *, after):
    """Let some parts through, and what forgets a file, then cut the network; return what joins it again."""
    passed = []

    def answer(route):
        if route.request.method == "PATCH" and len(passed) < after:
            passed.append(route)
            route.continue_()
        elif route.request.method == "DELETE":
            route.continue_()
        else:
            route.abort("internetdisconnected")

    page.route("**/envois/*", answer)
    return lambda: page.unroute("**/envois/*")


def choose(page, site, registration, photo):
    page.goto(f"{site}/mes-inscriptions/{registration.number}/pieces/IDENTITE")
    page.get_by_label("Votre fichier").set_input_files(photo)


def test_after_a_cut_it_goes_on_by_itself_and_says_how_much_is_sent(site, browser, photo):
    registration = a_registration()
    context = browser.new_context(**TELEPHONE)
    page = signed_in(context, site, registration.candidate)
    choose(page, site, registration, photo)
    join = cut(page, after=2)

    page.get_by_role("button", name="Déposer", exact=True).click()

    status = page.locator("form [role=status]")
    expect(status).to_contain_text("50 % envoyés. Le réseau est coupé")
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "50")
    fits(page)
    assert Upload.objects.get().offset == 2 * PART
    assert not Deposit.objects.exists()

    sent = []
    page.on("request", lambda one: sent.append(one) if one.method == "PATCH" else None)
    join()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_url("**/pieces")

    assert "Votre fichier est déposé." in text(page)
    assert [one.headers["upload-offset"] for one in sent if not one.failure] == [
        str(2 * PART),
        str(3 * PART),
    ]
    given = Deposit.objects.get()
    assert given.name == "carte.jpg"
    assert files.get(given.key).startswith(b"%PDF-")
    context.close()


def test_a_cut_is_read_out_once_whatever_the_number_of_tries(site, browser, photo):
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    choose(page, site, registration, photo)
    join = cut(page, after=2)
    page.evaluate(HEARD)

    with page.expect_event("requestfailed", lambda one: one.method == "PATCH"):
        page.get_by_role("button", name="Déposer", exact=True).click()
    with page.expect_event("requestfailed", lambda one: one.method == "PATCH"):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    heard = page.evaluate("heard")

    expect(page.locator("form [role=status]")).to_contain_text("50 % envoyés. Le réseau est coupé")
    assert len([one for one in heard if one.startswith("50\u00a0%")]) == 2
    assert heard[-1].endswith("l'envoi reprendra tout seul où il en est.")
    join()
    context.close()


def test_after_the_tab_was_closed_the_same_file_chosen_anew_goes_on(site, browser, photo):
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    choose(page, site, registration, photo)
    cut(page, after=3)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.locator("form [role=status]")).to_contain_text("Le réseau est coupé")
    page.close()

    page = context.new_page()
    sent = []
    page.on("request", lambda one: sent.append(one) if one.method == "PATCH" else None)
    choose(page, site, registration, photo)
    assert "L'envoi de « carte.jpg » s'est arrêté en chemin" in text(page)
    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    assert heading(page) == "Pièces justificatives"
    assert [one.headers["upload-offset"] for one in sent] == [str(3 * PART)]
    assert Deposit.objects.count() == 1
    context.close()


def test_an_upload_that_is_stopped_gives_nothing_and_leaves_nothing(site, browser, photo):
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    choose(page, site, registration, photo)
    cut(page, after=1)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.locator("form [role=status]")).to_contain_text("Le réseau est coupé")

    with page.expect_response(lambda one: one.request.method == "DELETE"):
        page.get_by_role("button", name="Arrêter l'envoi").click()

    expect(page.locator("form [role=status]")).to_have_text("Envoi arrêté : rien n'est déposé.")
    assert not Upload.objects.exists()
    assert not Deposit.objects.exists()
    context.close()


def test_files_too_heavy_together_are_told_how_much_before_their_first_byte(
    site, browser, tmp_path
):
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    heavy = [tmp_path / f"{number}.jpg" for number in range(3)]
    for one in heavy:
        one.write_bytes(bytes(14_040_000))
    choose(page, site, registration, heavy)

    page.get_by_role("button", name="Déposer", exact=True).click()

    expect(page.locator("form .fr-error-text")).to_have_text(
        "Erreur : Ces fichiers pèsent 42,2 Mo ensemble, pour 40 Mo au plus : envoyez moins de photos à la fois, "
        "ou reprenez-les avec la définition ordinaire de l'appareil."
    )
    assert not Upload.objects.exists()
    context.close()


def test_the_second_of_two_presses_follows_nothing_that_comes_under_the_finger(
    site, browser, photo
):
    """The buttons go as the sending begins, and a link comes where « Déposer » was."""
    registration = a_registration()
    page = signed_in(browser.new_context(**TELEPHONE), site, registration.candidate)
    choose(page, site, registration, photo)

    page.evaluate("""() => {
        const form = document.querySelector("form[data-uploads]");
        form.querySelector("button[type=submit]").click();
        form.querySelector(".s-buttons a").click();
    }""")

    expect(page.locator("h1")).to_have_text("Pièces justificatives")
    assert Deposit.objects.get().evidence.registration == registration


def test_what_is_refused_at_once_may_be_sent_again_at_once(site, browser, photo, tmp_path):
    """Whoever has chosen another file presses « Déposer » once more, as soon as they like."""
    registration = a_registration()
    page = signed_in(browser.new_context(), site, registration.candidate)
    large = tmp_path / "grande.jpg"
    large.write_bytes(bytes(20_000_001))
    page.clock.install()
    choose(page, site, registration, large)
    page.clock.pause_at(page.evaluate("Date.now() / 1000 + 1"))
    give = page.get_by_role("button", name="Déposer", exact=True)
    give.click()
    expect(page.locator("form .s-errors")).to_have_count(1)

    page.get_by_label("Votre fichier").set_input_files(photo)
    give.click()

    expect(page.locator("h1")).to_have_text("Pièces justificatives")
    assert Deposit.objects.get().evidence.registration == registration


def test_a_file_that_is_too_large_is_said_before_its_first_byte(site, browser, tmp_path):
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    large = tmp_path / "grande.jpg"
    large.write_bytes(bytes(20_000_001))
    choose(page, site, registration, large)

    page.get_by_role("button", name="Déposer", exact=True).click()

    expect(page.locator("form .fr-error-text")).to_contain_text(
        "grande.jpg : Cette photo dépasse 20 Mo"
    )
    assert not Upload.objects.exists()
    context.close()


def test_a_page_that_sends_a_file_is_not_left_without_a_word(site, browser, photo):
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    choose(page, site, registration, photo)
    join = cut(page, after=1)
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.locator("form [role=status]")).to_contain_text("Le réseau est coupé")

    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.assign('/mes-inscriptions'))")

    assert asked == ["beforeunload"]
    # Once whole, the form leaves by itself and asks nothing.
    join()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_url("**/pieces")
    assert asked == ["beforeunload"]
    assert Deposit.objects.count() == 1
    context.close()


def test_a_page_found_again_as_it_was_left_says_nothing_of_the_file_that_was_sent(
    site, browser, photo
):
    """Browsers that keep a page whole show it again with « un instant… », and no button to stop."""
    registration = a_registration()
    context = browser.new_context()
    page = signed_in(context, site, registration.candidate)
    choose(page, site, registration, photo)
    # The form stays, as does a page that is kept.
    page.evaluate("HTMLFormElement.prototype.requestSubmit = () => {}")
    page.get_by_role("button", name="Déposer", exact=True).click()
    status = page.locator("form [role=status]")
    expect(status).to_contain_text("100 % envoyés")

    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")

    expect(status).to_have_text("")
    expect(page.get_by_role("progressbar")).to_be_hidden()
    cut(page, after=0)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_role("button", name="Arrêter l'envoi")).to_be_visible()
    context.close()
