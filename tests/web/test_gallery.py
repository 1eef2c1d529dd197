"""The gallery and the scripts of every page, in a browser."""

import re
import threading
from wsgiref.simple_server import make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.wsgi import get_wsgi_application
from django.templatetags.static import static
from playwright.sync_api import expect

from sporades.web import registry
from sporades.web.access import Route, Who
from tests.web import gallery_urls
from tests.web.browser import Handler, Server, tick


@pytest.fixture
def site(settings, monkeypatch):
    """Serve the gallery and the scripted page, without a database behind them."""
    settings.ROOT_URLCONF = "tests.web.gallery_urls"
    settings.ALLOWED_HOSTS = ["localhost"]
    for name in ("gallery", "scripted", "keep", "send", "extend", "towns"):
        monkeypatch.setitem(registry.ACCESS, name, Route(Who.ANYONE, ("GET", "POST")))
    gallery_urls.received.clear()
    gallery_urls.answers.clear()
    server = make_server(
        "localhost", 0, StaticFilesHandler(get_wsgi_application()), Server, Handler
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEEN = ["/composants", "/composants?erreurs=1"]


each_way = pytest.mark.parametrize(
    "shown", [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
)


def show(page, shown):
    """Look at a page on a screen of some width, in light or in dark; return the width."""
    width, scheme = shown
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    return width


@each_way
@pytest.mark.parametrize("address", SEEN)
def test_a_page_has_no_fault_of_accessibility_and_never_scrolls_sideways(
    site, page, complaints, address, shown
):
    width = show(page, shown)
    page.goto(site + address)
    page.wait_for_load_state("networkidle")

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]

    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [one for one in complaints if "404" not in one] == []


# --- In the reader's own colours -------------------------------------------------------------

UNSEEN = """() => {
  const main = document.querySelector("main"), ground = getComputedStyle(main).backgroundColor;
  const drawn = (one, part) => getComputedStyle(one, part);
  const name = (one) => one.outerHTML.slice(0, 90);
  const seen = (kind) => [...document.querySelectorAll(kind)].filter((one) => one.checkVisibility());
  const edged = seen(".fr-input, .fr-select, .fr-btn, .s-scheme__choice, .s-field__locked");
  const native = seen("input[type=radio], input[type=checkbox]");
  const marked = seen("[class*='fr-icon-'], .fr-error-text, .s-state").flatMap((one) =>
    ["::before", "::after"].filter((part) => !["none", "normal"].includes(drawn(one, part).content))
      .map((part) => [one, drawn(one, part)]));
  return {
    edged: edged.filter((one) => parseFloat(drawn(one).borderTopWidth) === 0).map(name),
    native: native.filter((one) => drawn(one).opacity !== "1" || drawn(one).appearance === "none").map(name),
    marked: marked.filter(([one, its]) => its.backgroundColor === ground && its.borderTopWidth === "0px")
      .map(([one]) => name(one)),
    counts: [edged.length, native.length, marked.length],
  };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_fields_buttons_choices_and_signs_are_still_seen(site, page, scheme):
    page.emulate_media(forced_colors="active", color_scheme=scheme)
    page.goto(f"{site}/composants?erreurs=1")

    found = page.evaluate(UNSEEN)

    assert min(found.pop("counts")) >= 7
    assert found == {"edged": [], "native": [], "marked": []}


def test_in_forced_colours_a_link_in_a_sentence_is_underlined(site, page):
    page.emulate_media(forced_colors="active")
    page.goto(f"{site}/mentions-legales")

    links = page.locator("main p a").evaluate_all(
        "all => all.map(one => getComputedStyle(one).textDecorationLine)"
    )

    # What underlines it else is a background, which is not drawn then.
    assert set(links) == {"underline"}


# --- By keyboard ---------------------------------------------------------------------------


def test_the_first_key_leads_to_the_content(site, page):
    page.goto(f"{site}/mentions-legales")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def test_every_link_and_control_is_reached_by_the_keyboard_in_the_order_of_the_page(site, page):
    page.goto(f"{site}/composants")
    expected = page.evaluate(
        """() => [...document.querySelectorAll(
             "a[href], button:not([disabled]), input:not([type=hidden]), select, textarea, summary")]
           .filter(one => one.checkVisibility({ visibilityProperty: true }))
           .filter(one => one.type !== "radio" || one === document.querySelector(`[name=${one.name}]`))
           .map((one, index) => (one.dataset.place = index))"""
    )

    reached = []
    for _ in expected:
        page.keyboard.press("Tab")
        reached.append(page.evaluate("Number(document.activeElement.dataset.place)"))

    assert reached == expected


def test_on_a_telephone_buttons_stand_in_the_order_in_which_the_keyboard_reaches_them(site, page):
    show(page, (320, "light"))
    page.goto(site + "/composants")
    step = page.locator(".s-buttons--wizard").first

    tops = step.evaluate(
        "step => [...step.querySelectorAll('a, button')].map((one) => one.getBoundingClientRect().top)"
    )

    assert len(set(tops)) == 2
    assert tops == sorted(tops)


def test_a_link_to_a_question_shows_what_it_asks(site, page):
    page.set_viewport_size({"width": 390, "height": 800})

    page.goto(f"{site}/composants?erreurs=1#id_civility_0")

    expect(page.locator("legend", has_text="Civilité")).to_be_in_viewport(ratio=1)


def test_the_menu_opens_on_a_small_screen_without_script(site, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/mentions-legales")
    link = page.get_by_role("link", name="Créer mon compte")
    expect(link).to_be_hidden()

    page.locator("summary", has_text="Menu").click()

    expect(link).to_be_visible()
    context.close()


def test_the_summary_of_errors_takes_the_focus_and_its_links_lead_to_the_fields(site, page):
    page.goto(f"{site}/composants?erreurs=1")
    heading = page.get_by_role("heading", name="points à corriger")
    expect(heading).to_be_focused()
    expect(heading).to_have_accessible_description(re.compile("^Civilité"))

    page.get_by_role("link", name=re.compile("Date de naissance")).click()

    expect(page.get_by_label("Jour")).to_be_focused()


# --- Scripts -------------------------------------------------------------------------------


def test_dark_can_be_chosen_and_is_remembered(site, page):
    page.goto(f"{site}/cookies")

    page.get_by_role("button", name="Sombre").click()
    page.goto(f"{site}/plan-du-site")

    expect(page.get_by_role("button", name="Sombre")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 22, 27)"


def test_what_is_typed_is_kept_and_it_is_said(site, page):
    page.clock.install()
    page.goto(f"{site}/essai")
    page.get_by_label("Nom", exact=True).fill("Durand")

    page.clock.fast_forward(2500)

    expect(page.locator("[data-autosave-said]")).to_have_text(
        "Saisie gardée à 23 h 41 (heure de Paris)."
    )
    (where, sent), *more = gallery_urls.received
    assert (where, sent["nom"], sent["revision"], more) == ("/saisie", "Durand", "1", [])
    assert page.locator("[name=revision]").input_value() == "2"


def test_a_failure_to_keep_is_said_tried_again_and_loses_nothing(site, page):
    page.clock.install()
    page.goto(f"{site}/essai")
    gallery_urls.answers["/saisie"] = 503
    page.get_by_label("Nom", exact=True).fill("Durand")
    page.clock.fast_forward(2500)
    expect(page.locator("[data-autosave-said]")).to_contain_text("elle reste sur cette page")

    gallery_urls.answers.clear()
    page.clock.fast_forward(5000)

    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")
    assert page.get_by_label("Nom", exact=True).input_value() == "Durand"
    assert [sent["nom"] for _, sent in gallery_urls.received] == ["Durand", "Durand"]


def test_a_refusal_without_words_is_said_as_it_is_and_tried_again(site, page):
    page.clock.install()
    page.goto(f"{site}/essai")
    page.route("**/saisie", lambda one: one.fulfill(status=409, content_type="text/html", body=""))
    page.get_by_label("Nom", exact=True).fill("Durand")
    page.clock.fast_forward(2500)
    expect(page.locator("[data-autosave-said]")).to_contain_text("n'est pas encore gardée")

    page.unroute_all()
    page.clock.fast_forward(5000)

    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")


def test_another_tab_that_wrote_meanwhile_stops_the_keeping(site, page):
    page.clock.install()
    page.goto(f"{site}/essai")
    gallery_urls.answers["/saisie"] = 409
    page.get_by_label("Nom", exact=True).fill("Durand")
    page.clock.fast_forward(2500)
    expect(page.locator("[data-autosave-said]")).to_have_text("Cette page est ouverte ailleurs.")

    page.get_by_label("Nom", exact=True).fill("Durand-Martin")
    page.clock.fast_forward(60_000)

    assert len(gallery_urls.received) == 1


def test_what_is_sent_waits_for_what_is_being_kept(site, page):
    held = []
    page.clock.install()
    page.route("**/saisie", lambda route: held.insert(0, route))
    page.goto(f"{site}/essai")
    page.get_by_label("Nom", exact=True).fill("Durand")
    with page.expect_request("**/saisie"):
        page.clock.fast_forward(2500)
    page.get_by_label("Nom", exact=True).fill("Durand-Martin")

    page.get_by_role("button", name="Envoyer").click()
    assert gallery_urls.received == []
    held[0].continue_()
    page.wait_for_url("**/envoi")

    kept, sent = gallery_urls.received
    assert (kept[0], kept[1]["nom"], kept[1]["revision"]) == ("/saisie", "Durand", "1")
    assert (sent[0], sent[1]["nom"], sent[1]["revision"]) == ("/envoi", "Durand-Martin", "2")


def test_what_is_sent_does_not_wait_for_ever(site, page):
    page.clock.install()
    page.route("**/saisie", lambda route: None)
    page.goto(f"{site}/essai")
    page.get_by_label("Nom", exact=True).fill("Durand")
    with page.expect_request("**/saisie"):
        page.clock.fast_forward(2500)

    page.get_by_role("button", name="Envoyer").click()
    page.clock.fast_forward(10_000)
    page.wait_for_url("**/envoi")

    assert [(where, sent["nom"]) for where, sent in gallery_urls.received] == [("/envoi", "Durand")]


FAILED = """
let failed = 0;
addEventListener("error", ({ target }) => {
  if (target.closest?.("[data-pages]")) document.documentElement.dataset.failed = ++failed;
}, true);
"""


def test_a_page_that_was_not_drawn_is_asked_for_again_and_not_for_ever(site, page):
    page.clock.install()
    page.add_init_script(FAILED)
    page.route("**/mark*.svg", lambda asked: asked.fulfill(status=503))
    page.goto(f"{site}/composants")
    # Of the office, after the page: the image has failed by then.
    page.add_script_tag(url=f"{site}{static('js/office.js')}", type="module")
    image = page.locator("[data-pages] img").first
    for failed, after in enumerate((1, 2, 4, 8), start=1):
        expect(page.locator("html")).to_have_attribute("data-failed", str(failed))
        page.clock.fast_forward(after * 1_000)
    expect(page.locator("html")).to_have_attribute("data-failed", "5")
    page.unroute_all()

    page.clock.fast_forward(16_000)

    expect(image).not_to_have_js_property("naturalWidth", 0)


def test_two_clicks_send_once(site, page):
    page.goto(f"{site}/essai")
    # The answer stays on the way: the page is still there for the second click.
    page.evaluate("""() => {
        const button = document.querySelector("button[type=submit]");
        button.click();
        button.click();
    }""")
    page.wait_for_url("**/envoi")

    assert [where for where, _ in gallery_urls.received] == ["/envoi"]


def test_without_an_answer_a_press_is_free_again_says_so_and_what_is_typed_is_kept(site, page):
    page.clock.install()
    # As the reader does who stops what hangs: the page stays.
    page.route("**/envoi", lambda sent: sent.abort("aborted"))
    page.goto(f"{site}/essai")
    page.get_by_label("Nom", exact=True).fill("Durand")
    with page.expect_event("requestfailed"):
        page.get_by_role("button", name="Envoyer").click(no_wait_after=True)
    page.clock.run_for(14_000)
    expect(page.get_by_role("button", name="Envoi…")).to_have_attribute("aria-disabled", "true")
    assert gallery_urls.received == []

    page.clock.run_for(2_000)

    expect(page.get_by_role("button", name="Envoyer")).not_to_have_attribute(
        "aria-disabled", "true"
    )
    expect(page.get_by_text("vous pouvez appuyer de nouveau")).to_have_role("status")
    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")
    page.unroute_all()
    page.get_by_role("button", name="Envoyer").click()
    page.wait_for_url("**/envoi")
    assert [where for where, _ in gallery_urls.received] == ["/saisie", "/envoi"]


def test_what_a_press_sets_going_is_said_to_those_who_listen(site, page):
    page.goto(f"{site}/essai")

    said = page.evaluate("""() => {
        document.querySelector("main button[type=submit]").click();
        return [...document.querySelectorAll("body > [role=status]")].map((one) => one.textContent);
    }""")

    assert [one for one in said if one] == ["Envoi…"]
    page.wait_for_url("**/envoi")


def test_a_town_is_picked_by_the_keyboard_with_its_code(site, page):
    page.goto(f"{site}/essai")
    field = page.get_by_role("combobox", name="Ville")
    field.press_sequentially("lill")
    expect(page.get_by_role("option")).to_have_text(
        ["Lille (Nord)", "Lillebonne (Seine-Maritime)", "Lillers (Pas-de-Calais)"]
    )

    field.press("ArrowDown")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "propositions-1-1")
    field.press("Enter")

    expect(field).to_have_value("Lillebonne")
    expect(page.locator("#code")).to_have_value("76384")
    expect(page.get_by_role("option")).to_have_count(0)
    assert page.url.endswith("/essai")


def test_typing_on_after_a_pick_forgets_its_code_and_escape_closes_the_list(site, page):
    page.goto(f"{site}/essai")
    field = page.get_by_role("combobox", name="Ville")
    field.press_sequentially("lille")
    page.get_by_role("option", name="Lille (Nord)").click()
    expect(page.locator("#code")).to_have_value("59350")

    field.press_sequentially("r")
    expect(page.locator("#code")).to_have_value("")
    expect(page.get_by_role("option")).to_have_count(1)
    counted = page.get_by_role("status").filter(has_text="proposition")
    expect(counted).to_have_text("1 proposition.")
    field.press("Escape")

    expect(page.get_by_role("option")).to_have_count(0)
    expect(counted).to_have_count(0)
    expect(field).to_have_value("Liller")


def test_a_press_on_a_suggestion_that_is_let_go_elsewhere_picks_nothing(site, page):
    page.goto(f"{site}/essai")
    field = page.get_by_role("combobox", name="Ville")
    field.press_sequentially("lille")
    page.get_by_role("option", name="Lille (Nord)").hover()

    page.mouse.down()
    page.get_by_role("heading", level=1).hover()
    page.mouse.up()

    expect(field).to_have_value("lille")
    expect(page.locator("#code")).to_have_value("")


def test_an_open_list_of_suggestions_has_no_fault_of_accessibility(site, page):
    page.goto(f"{site}/essai")
    page.get_by_role("combobox", name="Ville").press_sequentially("lill")
    expect(page.get_by_role("option")).to_have_count(3)

    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]

    assert [one["id"] for one in found] == []


def test_a_password_can_be_read_by_the_one_who_types_it(site, page):
    page.goto(f"{site}/essai")
    tick(page.get_by_label("Afficher le mot de passe"))

    expect(page.locator("#secret")).to_have_attribute("type", "text")


@each_way
def test_the_end_of_a_session_is_announced_and_can_be_put_off(site, page, shown):
    width = show(page, shown)
    page.clock.install()
    page.goto(f"{site}/essai?session=1")
    page.clock.fast_forward(24 * 60_000)
    expect(page.get_by_role("dialog")).to_be_hidden()

    page.clock.fast_forward(2 * 60_000)
    dialog = page.get_by_role("dialog", name="Êtes-vous toujours là ?")
    expect(dialog.get_by_role("status").first).to_contain_text(
        "Votre session se termine dans 4 minutes"
    )
    assert Axe().run(page, options={"runOnly": RULES}).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    dialog.get_by_role("button", name="Prolonger ma session").click()

    expect(page.get_by_role("dialog")).to_be_hidden()
    assert [where for where, _ in gallery_urls.received] == ["/prolonger"]
    page.clock.fast_forward(20 * 60_000)
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_the_end_that_nothing_puts_off_is_announced_once_in_its_own_words(site, page):
    page.clock.install()
    page.goto(f"{site}/essai?session=1&left=3600")
    dialog = page.get_by_role("dialog")
    for _ in range(2):
        page.clock.fast_forward(27 * 60_000)
        page.get_by_role("button", name="Prolonger ma session").click()
        expect(dialog).to_be_hidden()
    page.clock.fast_forward(1_000)
    # The second time, the thirty minutes would have gone beyond the hour.
    expect(page.get_by_text("Votre session est prolongée de 6 minutes.")).to_be_attached()

    page.clock.fast_forward(2 * 60_000)

    dialog = page.get_by_role("dialog", name="Votre session se termine bientôt")
    expect(dialog).to_have_accessible_description(
        re.compile(r"la vôtre se termine dans 4 minutes, sans pouvoir être prolongée")
    )
    expect(page.get_by_text("Votre session est prolongée de")).to_have_count(0)
    dialog.get_by_role("button", name="J'ai compris").click()
    page.clock.fast_forward(2 * 60_000)
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert [where for where, _ in gallery_urls.received] == ["/prolonger"] * 2

    page.clock.fast_forward(3 * 60_000)

    expect(page.get_by_role("dialog", name="Votre session est terminée")).to_be_visible()


def test_a_session_that_another_tab_has_opened_since_ends_as_that_tab_says(site, context):
    first, second = context.new_page(), context.new_page()
    first.clock.install()
    first.goto(f"{site}/essai?session=1&left=600")
    first.clock.fast_forward(11 * 60_000)
    expect(first.get_by_role("dialog", name="Votre session est terminée")).to_be_visible()

    second.clock.install()
    second.clock.fast_forward(11 * 60_000)
    second.goto(f"{site}/essai?session=1&left=3600")

    expect(first.get_by_role("dialog")).to_be_hidden()
    first.clock.fast_forward(20 * 60_000)
    expect(first.get_by_role("dialog")).to_be_hidden()


def test_after_the_end_of_a_session_what_was_typed_is_still_there(site, page):
    page.clock.install()
    page.goto(f"{site}/essai?session=1")
    gallery_urls.answers.update({"/saisie": 403, "/prolonger": 403})
    page.get_by_label("Nom", exact=True).fill("Durand")

    page.clock.fast_forward(31 * 60_000)

    dialog = page.get_by_role("dialog", name="Votre session est terminée")
    expect(dialog.get_by_role("status").first).to_contain_text("Votre session est terminée")
    expect(dialog.get_by_role("link", name="Me connecter dans un nouvel onglet")).to_be_visible()
    dialog.get_by_role("button", name="Revenir à ma saisie").click()
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Durand")


def test_on_a_screen_enlarged_four_times_the_end_is_read_and_answered(site, page):
    page.set_viewport_size({"width": 320, "height": 256})
    page.clock.install()
    page.goto(f"{site}/essai?session=1")
    gallery_urls.answers.update({"/prolonger": 403})

    for minutes, title, button in (
        (26, "Êtes-vous toujours là ?", "Prolonger ma session"),
        (5, "Votre session est terminée", "Revenir à ma saisie"),
    ):
        page.clock.fast_forward(minutes * 60_000)
        dialog = page.get_by_role("dialog", name=title)
        expect(dialog.get_by_role("heading")).to_be_in_viewport(ratio=1)
        expect(dialog.get_by_role("button", name=button)).to_be_in_viewport(ratio=1)


def test_a_browser_without_dialogs_shows_nothing_of_the_end_and_helps_as_before(site, page):
    failed = []
    page.on("pageerror", lambda failure: failed.append(failure.message))
    # Safari before 15.4 knows neither: what it does not know stands in the page as any text.
    page.add_init_script("""
        delete window.HTMLDialogElement;
        const { createElement } = document;
        document.createElement = (name) =>
            createElement.call(document, name === "dialog" ? "unknown" : name);
    """)
    page.clock.install()
    page.goto(f"{site}/essai?session=1")
    page.get_by_label("Nom", exact=True).fill("Durand")
    page.clock.fast_forward(2500)
    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")

    page.clock.fast_forward(31 * 60_000)

    expect(page.locator(".s-dialog")).to_have_count(0)
    assert failed == []


def test_another_tab_keeps_this_one_alive_and_renews_its_token(site, context):
    first, second = context.new_page(), context.new_page()
    first.clock.install()
    first.goto(f"{site}/essai?session=1")
    first.clock.fast_forward(26 * 60_000)
    expect(first.get_by_role("dialog")).to_be_visible()

    second.goto(f"{site}/essai?session=1")

    expect(first.get_by_role("dialog")).to_be_hidden()
    fresh = second.locator("[name=csrfmiddlewaretoken]").first.input_value()
    expect(first.locator("[name=csrfmiddlewaretoken]").first).to_have_value(fresh)


def test_what_another_tab_keeps_keeps_this_one_alive(site, context):
    first, second = context.new_page(), context.new_page()
    first.clock.install()
    for page in (first, second):
        page.goto(f"{site}/essai?session=1")
    # Whichever was made last said so to the other.
    first.clock.fast_forward(20 * 60_000)
    second.get_by_label("Nom", exact=True).fill("Durand")
    first.clock.fast_forward(3_000)
    expect(second.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")

    first.clock.fast_forward(15 * 60_000)

    expect(second.get_by_role("dialog")).to_be_hidden()
    expect(first.get_by_role("dialog")).to_be_hidden()


def test_a_script_that_fails_keeps_none_of_the_others_from_helping(site, page):
    failed = []
    page.on("pageerror", lambda failure: failed.append(failure.message))
    page.add_init_script("""
        const { querySelectorAll } = document;
        document.querySelectorAll = (asked) => {
            if (asked === "[data-password]") throw new Error("Fails.");
            return querySelectorAll.call(document, asked);
        };
    """)
    page.clock.install()
    page.goto(f"{site}/essai?session=1")
    page.get_by_label("Nom", exact=True).fill("Durand")
    page.clock.fast_forward(2500)

    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")
    page.clock.fast_forward(26 * 60_000)
    expect(page.get_by_role("dialog", name="Êtes-vous toujours là ?")).to_be_visible()
    assert failed == ["Fails."]


def test_a_page_made_for_somebody_else_does_not_take_the_token_of_another_tab(site, context):
    others, mine, second = (context.new_page() for _ in range(3))
    for page in (others, mine):
        page.goto(f"{site}/essai?session=1")
    others.evaluate(
        "document.querySelector('form').insertAdjacentHTML("
        "'afterbegin', '<input type=hidden name=reader value=une-autre>')"
    )
    token = "[name=csrfmiddlewaretoken]"
    before = others.locator(token).first.input_value()

    second.goto(f"{site}/essai?session=1")

    fresh = second.locator(token).first.input_value()
    expect(mine.locator(token).first).to_have_value(fresh)
    assert others.locator(token).first.input_value() == before != fresh
