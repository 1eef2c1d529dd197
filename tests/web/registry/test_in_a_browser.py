"""A-01 to A-04 and P-07 in Chromium, over the registry: every page, in each of its states."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from axe_playwright_python.base import AXE_SCRIPT
from django.core.exceptions import SuspiciousOperation
from django.db import OperationalError
from django.test import override_settings
from django.urls import path
from playwright.sync_api import expect

from sporades.acts.registrations import standing_in
from sporades.exams.models import RegistrationService
from sporades.notices.operations import show
from sporades.registrations.operations import drafting
from sporades.web import registry
from sporades.web.access import Route, Who
from tests.factories import NOW
from tests.web.browser import ONE_AFTER_ANOTHER, serving
from tests.web.registry.routes import address, answer
from tests.web.registry.states import ASKING, READ, REFUSING
from tests.web.registry.test_routes import careless_urls
from tests.web.registry.world import Role, author_of

LOOKING = (Path(__file__).parent / "looking.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
# What axe leaves undecided and we measure: docs/accessibility.md says why.
MEASURED = {"color-contrast"}
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 320, "height": 800}
ANSWERED = "Failed to load resource: the server responded with a status of"
PERSONAL = re.compile(r"camille|nouveau|exemple\.test|le.?goff|maëlle|2000000|1998", re.IGNORECASE)


@pytest.fixture(scope="module")
def _clock():
    """The clock goes on: a browser waits for it."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(scope="module")
def site(world, browser):
    """Serve the world over plain HTTP."""
    plain = {
        "SESSION_COOKIE_NAME": "session",
        "CSRF_COOKIE_NAME": "csrf",
        "SESSION_COOKIE_SECURE": False,
        "CSRF_COOKIE_SECURE": False,
    }
    with override_settings(**plain), serving() as url:
        yield url


@pytest.fixture(scope="module")
def tabs(world, site, browser):
    """Return the window of each reader, opened once."""
    windows = {}

    def window(role):
        if role not in windows:
            context = browser.new_context(base_url=site, reduced_motion="reduce")
            context.add_init_script(AXE_SCRIPT)
            windows[role] = listened_to(context.new_page())
        page = windows[role]
        page.context.clear_cookies()
        if role is not Role.ANONYMOUS:
            cookie = {"name": "session", "value": world.cookies[role], "url": site}
            page.context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])
        page.said.clear()
        page.asked.clear()
        return page

    yield window
    for page in windows.values():
        page.context.close()


def listened_to(page):
    """Note what the console of a page says, and all that the page asks for."""
    page.said, page.asked = [], []
    page.on("console", lambda one: one.type in ("error", "warning") and page.said.append(one.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    return page


@pytest.fixture(autouse=True)
def _windows_rest(db):
    """No request is under way when the test is undone."""
    yield
    with ONE_AFTER_ANOTHER:
        pass


# --- What is looked at ---------------------------------------------------------------------


def faults(page, site, *, part="body"):
    """Return everything that is wrong with the page that is open, by the check that found it.

    What takes long is seen of the whole page, or of its `main` alone where the frame around it
    is seen whole on another page of the same reader.
    """
    found = {}
    page.set_viewport_size(WIDE)
    found["wider than 1280 px"] = look(page, "overflow")
    found["axe"] = axe(page, RULES, but_frame=part != "body")
    found["colours"] = colours(page, part)
    found["keyboard"] = keyboard(page, part)
    page.set_viewport_size(NARROW)
    found["axe, 320 px"] = axe(page, RULES, part, but="color-contrast")
    found["colours, 320 px"] = colours(page, part)
    found["wider than 320 px"] = look(page, "overflow")
    found["keyboard, dark, 320 px"] = keyboard_in_the_dark(page, part)
    look(page, "spaceText")
    found["cut, spaced, 320 px"] = look(page, "clipped")
    page.set_viewport_size(WIDE)
    found["cut, spaced"] = look(page, "clipped")
    found["not enlarged"] = look(page, "enlargeText")
    found["cut, enlarged"] = look(page, "clipped")
    found["wider, enlarged"] = look(page, "overflow")
    found["lost without styles"] = look(page, "unstyled")
    found["kept in the browser"] = PERSONAL.findall(look(page, "stored"))
    found["console"] = [one for one in page.said if not one.startswith(ANSWERED)]
    found["elsewhere"] = [one for one in page.asked if not one.startswith((site, "data:"))]
    return {check: faults for check, faults in found.items() if faults}


def look(page, what):
    return page.evaluate(f"{LOOKING}.{what}()")


def axe(page, rules, part="body", *, but="", but_frame=False):
    """Return what axe finds, and what it cannot decide but for the colours, measured by us.

    Without its frame, a page is still judged as a whole: its title, its landmarks, its language.
    """
    options = {"runOnly": rules, "resultTypes": ["violations", "incomplete"]}
    if but:
        options["rules"] = {but: {"enabled": False}}
    # In a part of a page, axe leaves out the rules that are about the whole of it.
    where = "document" if part == "body" else f"'{part}'"
    if but_frame:
        where = "{ include: [['html']], exclude: [['body > header'], ['body > footer']] }"
    said = page.evaluate(f"options => axe.run({where}, options)", options)
    undecided = [one for one in said["incomplete"] if one["id"] not in MEASURED]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in said["violations"] + undecided
    ]


def colours(page, part):
    """Return the texts that are too pale, in light and in dark."""
    found = look(page, "pale")
    page.emulate_media(color_scheme="dark")
    found += look(page, "pale")
    found += axe(page, COLOURS, part) if page.viewport_size == WIDE else []
    page.emulate_media(color_scheme="light")
    return found


def keyboard_in_the_dark(page, part):
    """Return the same as `keyboard`, in dark, the menu of small screens unfolded."""
    page.emulate_media(color_scheme="dark")
    look(page, "openMenu")
    found = keyboard(page, part)
    page.emulate_media(color_scheme="light")
    return found


def keyboard(page, part):
    """Return the controls that Tab does not reach in their order, or that do not show it.

    It goes from the control before those of the part to the one that follows them.
    """
    first, last = page.evaluate(f"{LOOKING}.watchFocus('{part}')")
    # From the first of them, wherever a script has put the focus.
    page.locator(f"[data-place='{first}']").focus()
    for _ in range(last - first):
        page.keyboard.press("Tab")
    looked = page.evaluate("looked")
    order = list(range(first, last + 1))
    return looked["unseen"] + ([] if looked["reached"] == order else [looked["reached"]])


SPOILT = """() => {
  const main = document.querySelector("main");
  const add = (html, style = {}) => {
    main.insertAdjacentHTML("beforeend", html);
    Object.assign(main.lastElementChild.style, style);
  };
  const wide = { width: "2000px", maxWidth: "none" };
  add("<p>Trop pâle</p>", { color: "rgb(170, 170, 170)", ...wide });
  add("<p>Coupé, coupé, coupé, coupé</p>", { overflow: "hidden", width: "60px", height: "20px" });
  add("<a href='/x' tabindex='1'>Hors de son rang</a>");
  add("<button>Sans contour</button>", { outline: "none" });
  add("<img src='http://ailleurs.exemple.test/x.png'>");
  add("<p>Ni plus grand, ni plus petit</p>", { fontSize: "16px" });
  add("<p>Remis devant</p>", { order: "-1" });
  localStorage.setItem("nom", "Camille");
}"""


def test_what_looks_at_a_page_sees_its_faults(site, tabs):
    page = tabs(Role.ANONYMOUS)
    page.goto("/cookies")
    page.evaluate(SPOILT)

    found = faults(page, site)
    page.evaluate("localStorage.clear(), document.title = ''")
    without_its_frame = {rule for rule, _ in axe(page, RULES, but_frame=True)}

    assert found.keys() == {
        "axe",
        "axe, 320 px",
        "colours",
        "colours, 320 px",
        "console",
        "cut, enlarged",
        "cut, spaced",
        "cut, spaced, 320 px",
        "elsewhere",
        "keyboard",
        "keyboard, dark, 320 px",
        "kept in the browser",
        "lost without styles",
        "not enlarged",
        "wider than 1280 px",
        "wider than 320 px",
        "wider, enlarged",
    }
    assert {"color-contrast", "image-alt", "tabindex"} <= {rule for rule, _ in found["axe"]}
    assert {"document-title", "image-alt", "tabindex"} <= without_its_frame
    assert "Sans contour" in str(found["keyboard"])
    assert "Ni plus grand" in str(found["not enlarged"])
    assert "Remis devant" in str(found["lost without styles"])
    assert "Content Security Policy" in str(found["console"])


# --- Pages as they are read ----------------------------------------------------------------

# The first page of each reader, which shows what stands around the others too.
FRAMES = [
    next(state for state in READ if state.role is role) for role in {one.role for one in READ}
]


@pytest.mark.parametrize("state", READ, ids=str)
def test_a_page_is_for_everyone(world, site, tabs, state):
    page = tabs(state.role)

    response = page.goto(state.address(world))

    assert response.status == answer(state.name, "GET")
    assert faults(page, site, part="body" if state in FRAMES else "main") == {}


def test_the_academy_once_chosen_is_for_everyone(world, site, tabs):
    page = tabs(Role.NEWCOMER)

    page.goto(address("candidate:choose_academy_for", world))
    page.get_by_label("Académie").select_option("A09")
    page.get_by_role("button", name="Voir les dates").click()

    heading = page.get_by_role("heading", name="Académie de Lille")
    expect(page).to_have_title(re.compile("Académie de Lille"))
    expect(heading).to_be_focused()
    expect(page.get_by_role("button", name="Démarrer mon inscription")).to_be_visible()
    assert faults(page, site) == {}


def test_the_post_of_the_demo_is_for_everyone(world, site, tabs, demo):
    page = tabs(Role.ANONYMOUS)

    # The gallery, which stands in the demo too, has its own tests.
    for where in demo[2:]:
        assert page.goto(where).status == 200
        assert faults(page, site) == {}


# --- Pages that say what is wrong ----------------------------------------------------------

EMPTIED = """() => {
  const forms = [...document.querySelectorAll("main form[method=post]")];
  const asked = (form) => [...form.elements].filter((one) => !["hidden", "submit"].includes(one.type));
  const form = forms.reduce((one, other) => asked(other).length > asked(one).length ? other : one);
  for (const one of form.elements) {
    if (["hidden", "submit", "button"].includes(one.type)) continue;
    if (one.type === "checkbox") one.checked = false;
    else if (one.type === "radio") one.value = "?"; // once made, a choice is always sent
    else if (one.tagName === "SELECT") one.selectedIndex = -1;
    else one.value = "";
  }
  form.noValidate = true;
  form.submit();
}"""


@pytest.mark.parametrize("state", REFUSING, ids=str)
def test_a_page_that_refuses_is_for_everyone(world, site, tabs, state):
    page = tabs(state.role)
    page.goto(state.address(world))

    with page.expect_event("load"):
        page.evaluate(EMPTIED)

    assert page.locator("[data-error-summary]").is_visible()
    assert page.locator("main [aria-invalid=true]").count() >= 1
    assert faults(page, site, part="main") == {}


# --- Pages that ask first -------------------------------------------------------------------

SENT = """([typed, pressed, ticked]) => {
  const forms = [...document.querySelectorAll("main form[method=post]")];
  const form = forms.find((one) => Object.keys(typed).every((name) => one.elements[name]));
  for (const [name, value] of Object.entries(typed)) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = true;
    else field.value = value;
  }
  for (const box of form.querySelectorAll(`[name="${ticked}"]`)) box.checked = true;
  const buttons = [...form.elements].filter((one) => one.type === "submit");
  const meant = ([name, value]) => buttons.find((one) => one.name === name && one.value === value);
  form.noValidate = true;
  form.requestSubmit(pressed ? meant(pressed) : undefined);
}"""


@pytest.mark.usefixtures("services_move")
@pytest.mark.parametrize("state", ASKING, ids=str)
def test_a_page_that_asks_first_is_for_everyone(world, site, tabs, state):
    with ONE_AFTER_ANOTHER:
        state.begun()
    page = tabs(state.role)
    page.goto(address(state.name, world))
    assert not page.get_by_text(state.shows).count()

    with page.expect_event("load"):
        page.evaluate(SENT, [state.typed, state.pressed, state.ticked])

    assert page.get_by_text(state.shows).first.is_visible()
    assert faults(page, site, part="main") == {}


# --- Pages for what goes wrong -------------------------------------------------------------


def test_an_answer_given_elsewhere_meanwhile_is_shown_to_everyone(world, site, tabs):
    page = tabs(Role.OWNER)
    page.goto(address("candidate:tab", world))
    page.evaluate("document.querySelector('[name=revision]').value = 0")
    page.get_by_label("Numéro et voie").fill("5 rue Esquermoise")

    with page.expect_event("load"):
        page.get_by_role("button", name="Suivant").last.click()

    assert page.get_by_role(
        "heading", level=1, name="Quelle réponse voulez-vous garder ?"
    ).is_visible()
    assert faults(page, site) == {}


def overtake(world):
    """File another answer than the one that is being typed for the owner's registration."""
    by, registration = author_of(world.users[Role.HEAD]), world.owner.registration
    said = {"author": world.users[Role.HEAD], "by": by, "at": NOW}
    draft = standing_in.amend(registration=registration, **said)
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "address_2": "Escalier 4"},
        seen_revision=None,
        at=NOW,
    )
    standing_in.register(draft=draft, reason="", by=by, at=NOW)


def test_what_two_have_modified_is_for_everyone(world, site, tabs):
    with ONE_AFTER_ANOTHER:
        overtake(world)
    page = tabs(Role.MANAGER)
    page.goto(address("office:differences", world))
    page.evaluate("document.querySelector('main form').noValidate = true")

    with page.expect_event("load"):
        page.get_by_role("button", name="Garder ces réponses et continuer").click()

    assert page.locator(".s-troubles").is_visible()
    assert page.get_by_role("group", name="Adresse postale").is_visible()
    assert faults(page, site, part="main") == {}


@pytest.mark.usefixtures("services_move")
def test_a_late_summary_of_the_office_is_for_everyone(world, site, tabs):
    with ONE_AFTER_ANOTHER:
        RegistrationService.objects.filter(pk=world.filled.service_id).update(
            closes_at=NOW - timedelta(days=1)
        )
    page = tabs(Role.MANAGER)

    page.goto(address("office:recap", world))

    assert page.locator("[name=motif]").first.is_visible()
    assert faults(page, site, part="main") == {}


def refused(page, world):
    """Send « Enregistrer » from a window opened before the other registration stood."""
    page.goto(address("candidate:recap", world))
    with page.expect_event("load"):
        page.evaluate("""() => {
          const form = document.querySelector("header form");
          form.action = location.pathname;
          form.submit();
        }""")


def without_token(page, world):
    page.goto("/contact")
    page.context.clear_cookies(name="csrf")
    page.goto("/connexion")
    page.context.clear_cookies(name="csrf")
    with page.expect_event("load"):
        page.evaluate("document.querySelector('main form').submit()")


def stopped(page, world):
    """Send something while an administrator has stopped all writing."""
    page.goto(address("candidate:tab", world))
    with ONE_AFTER_ANOTHER:
        show(kind="warning", message="Maintenance.", at=NOW, stops_writing=True)
    with page.expect_event("load"):
        page.evaluate("""() => {
          const form = document.querySelector("main form[method=post]");
          form.noValidate = true;
          form.submit();
        }""")


def failing(error):
    """Return a view that fails."""

    def view(request):
        raise error

    return view


def failing_urls():
    """Return our addresses, with some that fail, declared or not."""
    module = careless_urls()
    module.urlpatterns += [
        path("illisible", failing(SuspiciousOperation), name="unreadable"),
        path("sans-base", failing(OperationalError), name="unreachable"),
    ]
    return module


WRONG = [
    (400, Role.ANONYMOUS, lambda page, world: page.goto("/illisible")),
    (503, Role.OWNER, lambda page, world: page.goto("/sans-base")),
    (404, Role.ANONYMOUS, lambda page, world: page.goto("/nulle-part")),
    (404, Role.OWNER, lambda page, world: page.goto("/nulle-part")),
    (405, Role.OWNER, lambda page, world: page.goto(address("candidate:amend", world))),
    (410, Role.ANONYMOUS, lambda page, world: page.goto("/ouverture-des-services/alerte/abc")),
    (403, Role.ANONYMOUS, without_token),
    (409, Role.OWNER, refused),
    (503, Role.OWNER, stopped),
    (500, Role.OWNER, lambda page, world: page.goto("/tout-voir")),
]


@pytest.mark.parametrize(
    ("status", "role", "go"),
    WRONG,
    ids=[f"{status} {role.name.lower()}" for status, role, _ in WRONG],
)
def test_a_page_for_what_goes_wrong_is_for_everyone(  # noqa: PLR0917
    world, site, tabs, monkeypatch, status, role, go
):
    for name in ("unreadable", "unreachable"):
        monkeypatch.setitem(registry.ACCESS, name, Route(Who.ANYONE))
    page = tabs(role)
    answers = []
    page.once("response", lambda response: answers.append(response.status))
    with override_settings(ROOT_URLCONF=failing_urls()):
        go(page, world)
        answers.append(
            page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        )

    assert answers[-1] == status
    assert faults(page, site) == {}


def test_what_was_done_takes_the_focus_and_is_read_out(world, site, tabs):
    page = tabs(Role.MANAGER)
    page.goto(address("office:notes", world))
    page.get_by_label("Note").first.fill("A rappelé le 25 novembre")
    with page.expect_event("load"):
        page.get_by_role("button", name="Ajouter la note").click()

    assert page.evaluate("document.activeElement.innerText") == "La note est ajoutée."
    assert page.locator("main").aria_snapshot().count("La note est ajoutée.") == 1


def test_each_cell_of_the_list_is_heard_with_its_column_where_the_list_is_cards(world, site, tabs):
    page = tabs(Role.MANAGER)
    page.set_viewport_size(NARROW)
    page.goto(address("office:found", world))
    cells = page.locator("main .s-table tbody tr").first.locator("td[data-label]:not(:empty)")
    labels = cells.evaluate_all("all => all.map(one => one.dataset.label)")

    heard = page.locator("main .s-table").aria_snapshot().replace("''", "'")

    assert len(labels) > 1
    assert [one for one in labels if f'cell "{one} : ' not in heard.replace("\xa0", " ")] == []


def test_the_window_of_somebody_who_left_shows_nothing_more(world, site, tabs):
    page = tabs(Role.NEWCOMER)
    page.goto("/mon-compte")
    page.goto("/cookies")

    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/connexion")
    for _ in range(2):
        page.go_back()
        page.reload()
        assert "Le Goff" not in page.content()
