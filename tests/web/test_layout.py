"""What every page shares: its look, its frame, and what it says when something fails."""

import json
import re
from pathlib import Path

import brotli
import lxml.html
import pytest
from django.contrib.staticfiles.finders import get_finder
from django.core.management import call_command
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from sporades.core.refusals import Refused
from sporades.notices.models import Banner
from sporades.web.layout import bundle, errors
from sporades.web.layout.context import CANDIDATE, SIGNED_OUT, STAFF, frame
from sporades.web.layout.middleware import arrival, refusals
from tests.web.guide import words

WEB = Path(bundle.__file__).resolve().parents[1]
TEMPLATES = sorted(WEB.parent.glob("**/*.html"))
STATE_MARKS = re.compile(r"marianne-|spectral|liberté, égalité|république française", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam, and no database."""


# --- The look ------------------------------------------------------------------------------


def test_the_style_sheet_is_the_one_that_the_installed_design_system_gives():
    assert bundle.TARGET.read_text(encoding="utf-8") == bundle.bundle()


def test_dark_is_the_same_whether_the_device_or_the_reader_asks_for_it():
    theme = bundle.THEME.read_text(encoding="utf-8")
    asked = re.search(r":root:not\(\[data-fr-theme=\"light\"\]\) \{(.*?)\}", theme, re.DOTALL)[1]
    chosen = re.search(r":root\[data-fr-theme=\"dark\"\] \{(.*?)\}", theme, re.DOTALL)[1]

    assert asked.split() == chosen.split()
    assert "--page" in asked


def test_no_brand_of_the_state_is_in_the_repository():
    named = [path.name for path in WEB.parent.rglob("*") if STATE_MARKS.search(path.name)]
    said = [
        path.name
        for path in [*TEMPLATES, *bundle.STATIC.rglob("*.css"), *bundle.STATIC.rglob("*.svg")]
        if re.search(
            r"font-family:\s*[\"']?(marianne|spectral)|marianne\.|liberté, égalité|république française",
            path.read_text(encoding="utf-8"),
            re.IGNORECASE,
        )
    ]

    assert (named, said) == ([], [])


def test_no_page_asks_to_turn_the_screen():
    ruled = [
        path.name
        for path in [*bundle.STATIC.rglob("*.css"), *bundle.STATIC.rglob("*.js")]
        if re.search(r"\borientation\b", path.read_text(encoding="utf-8"))
    ]

    assert ruled == []


def test_only_what_pages_use_is_collected(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "sporades.web.layout.static.Storage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    collected = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in collected if STATE_MARKS.search(path.name)]
    assert sum(path.stat().st_size for path in collected) < 3_000_000
    main = next(tmp_path.glob("js/main.*.js")).read_text()
    imported = re.findall(r"from \"\./([\w.]+)\"", main)
    assert imported
    assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name) for name in imported)


@pytest.fixture
def brand(tmp_path, settings):
    """A deployer's own look, in a folder of its own."""
    (tmp_path / "brand.css").write_text(".s-top { background: url(mark.svg) }")
    (tmp_path / "mark.svg").write_text("<svg/>")
    settings.BRAND_FOLDER = tmp_path
    settings.BRAND_WORDS = ["Autorité", "d'essai <b>"]
    settings.STATICFILES_DIRS = [("brand", tmp_path)]
    settings.WHITENOISE_USE_FINDERS = True
    get_finder.cache_clear()
    yield
    get_finder.cache_clear()


def sheets(page):
    return [link.get("href") for link in page.cssselect("link[rel=stylesheet]")]


def test_a_deployers_brand_lies_over_ours_and_is_served_from_our_own_address(brand, client):
    page = printed()

    assert sheets(page) == ["/static/design.css", "/static/theme.css", "/static/brand/brand.css"]
    assert page.cssselect("link[rel=icon]")[0].get("href") == "/static/brand/mark.svg"
    assert [*page.cssselect("header .fr-logo")[0].itertext()] == ["Autorité", "d'essai <b>"]
    assert page.cssselect(".s-mark") == []
    served = client.get("/static/brand/brand.css")
    assert b"".join(served.streaming_content) == b".s-top { background: url(mark.svg) }"
    assert "style-src 'self';" in f"{served.headers['Content-Security-Policy']};"


def test_without_one_the_brand_is_the_neutral_one():
    page = printed()

    assert sheets(page) == ["/static/design.css", "/static/theme.css"]
    assert page.cssselect("link[rel=icon]")[0].get("href") == "/static/mark.svg"
    assert page.cssselect(".fr-logo") == []
    assert len(page.cssselect(".s-mark")) == 2


def fetched_with(script):
    """Return a module and all that it imports."""
    found, waiting = set(), {bundle.STATIC / "js" / script}
    while waiting:
        path = waiting.pop()
        found.add(path)
        named = re.findall(r'from "\./([\w-]+\.js)"', path.read_text(encoding="utf-8"))
        waiting |= {path.with_name(name) for name in named} - found
    return found


def test_a_page_weighs_little():
    sent = [
        *(bundle.STATIC / name for name in ("design.css", "theme.css", "mark.svg", "js/scheme.js")),
        *fetched_with("main.js"),
    ]

    assert sum(len(brotli.compress(path.read_bytes())) for path in sent) < 50_000


def test_every_module_is_fetched_by_some_page_and_those_of_the_office_by_no_other():
    every, office = fetched_with("main.js"), fetched_with("office.js")
    alone = {bundle.STATIC / "js" / name for name in ("scheme.js", "office.js")}

    assert every | office | alone == set(bundle.STATIC.glob("js/*.js"))
    assert sorted(path.name for path in office - every) == [
        "folds.js",
        "in_full.js",
        "keys.js",
        "office.js",
        "pages.js",
        "ticked.js",
    ]


def test_the_scripts_of_the_office_are_on_its_pages_alone():
    office = lxml.html.fromstring(render_to_string("base.html", {"layout": frame(entries=STAFF)}))

    assert office.cssselect("script[src$='js/office.js']")
    for entries in (SIGNED_OUT, CANDIDATE):
        page = lxml.html.fromstring(
            render_to_string("base.html", {"layout": frame(entries=entries)})
        )
        assert page.cssselect("script[src$='js/main.js']")
        assert not page.cssselect("script[src$='js/office.js']")


def test_every_class_that_a_template_names_has_its_rule():
    css = "".join(path.read_text(encoding="utf-8") for path in bundle.STATIC.glob("*.css"))
    known = set(re.findall(r"\.((?:fr|s)-[\w-]+)", css))
    named = {
        (name, path.name)
        for path in TEMPLATES
        for words in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8"))
        for name in re.sub(r"\S*\{[{%].*?[}%]\}\S*", " ", words).split()
        if name.startswith(("fr-", "s-"))
    }

    known.add("fr-logo")  # of a deployer's own brand
    assert sorted((name, where) for name, where in named if name not in known) == []


def test_what_old_browsers_do_not_read_is_said_plainly_before():
    theme = bundle.THEME.read_text(encoding="utf-8")
    rules = [rule for rule in re.findall(r"{([^{}]*)}", theme) if '/ ""' in rule or "dvh" in rule]
    said = [[one.strip() for one in rule.split(";")] for rule in rules]
    plain = re.compile(r'/ ""|\ddvh')
    later = [(one, rule) for rule in said for one in rule if plain.search(one)]

    assert later
    for one, rule in later:
        name = one.partition(":")[0]
        before = rule[: rule.index(one)]
        assert any(other.startswith(f"{name}:") and not plain.search(other) for other in before)
    assert "@supports not (container-type: inline-size)" in theme


def test_what_a_safari_of_before_16_lacks_is_asked_for_before_it_is_used():
    for path in bundle.STATIC.rglob("*.js"):
        script = path.read_text(encoding="utf-8")
        asked = re.search(r"form\.requestSubmit(?!\()", script)
        called = re.search(r"form\.requestSubmit\(", script)
        assert not called or (asked and asked.start() < called.start()), path.name


def test_a_title_in_what_will_be_read_is_smaller_than_that_above_it():
    theme = bundle.THEME.read_text(encoding="utf-8")
    [above], [below] = (
        re.findall(rf"\.s-letter {title} {{[^}}]*font-size: ([\d.]+)rem", theme)
        for title in ("h2", "h3")
    )

    assert float(below) < float(above)


def test_our_sheet_has_no_rule_and_no_colour_that_nothing_names():
    theme = bundle.THEME.read_text(encoding="utf-8")
    sheets = "".join(path.read_text(encoding="utf-8") for path in bundle.STATIC.glob("*.css"))
    pages = [path for kind in ("html", "py", "js") for path in WEB.parent.rglob(f"*.{kind}")]
    said = "".join(path.read_text(encoding="utf-8") for path in pages)
    # A component puts the end of some after what it is given: « s-state--{{ kind }} ».
    named = set(re.findall(r"\bs-[\w-]+", said))
    begun = tuple(re.findall(r"\b(s-\w[\w-]*--)\{[{%]", said))
    rules = set(re.findall(r"\.(s-[\w-]+)", theme))
    colours = set(re.findall(r"^ +(--[\w-]+):", theme, re.MULTILINE))

    assert begun
    assert sorted(rule for rule in rules - named if not rule.startswith(begun)) == []
    assert sorted(colours - set(re.findall(r"var\((--[\w-]+)", sheets))) == []


def test_of_the_design_system_what_pages_name_is_kept_and_nothing_else():
    """`.fr-logo` is of a deployer's own brand, whose sheet it is that dresses it."""
    kept = set(re.findall(r"\.(fr-[\w-]+)", bundle.TARGET.read_text(encoding="utf-8")))
    pages = [path for kind in ("html", "py", "js") for path in WEB.parent.rglob(f"*.{kind}")]
    pages.remove(Path(bundle.__file__))
    said = " ".join(path.read_text(encoding="utf-8") for path in pages)
    words = set(re.findall(r"[\w-]+", said))
    named = {one for one in words if re.fullmatch(r"fr-[a-z][\w-]*\w", one)}
    icons = {one for one in bundle.ICONS if {one, f"fr-icon-{one}"} & words}

    assert sorted(named - kept - {"fr-logo"}) == []
    assert sorted(bundle.CLASSES - {one.removeprefix("fr-") for one in named}) == []
    assert icons == bundle.ICONS


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(WEB.parent)))
def test_a_template_has_no_inline_script_or_style_and_trusts_no_text(path):
    text = path.read_text(encoding="utf-8")

    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|safe\b|autoescape off", text)
    assert not re.search(r"<script(?![^>]*(\bsrc=|type=\"application/json\"))", text)
    assert not re.search(r"<(iframe|frame|video|audio|object|embed|marquee|blink)\b", text)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(WEB.glob("components/**/*.html")) if path.name != "gallery.html"],
    ids=lambda path: path.stem,
)
def test_a_component_says_its_parameters_and_is_in_the_gallery(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    gallery = (path.parent / "gallery.html").read_text(encoding="utf-8")

    assert re.fullmatch(r"\{# .* #\}", first)
    assert f'"components/{path.name}"' in gallery or path.name == "error_summary.html"


# --- The frame -----------------------------------------------------------------------------


def printed(template="base.html", **context):
    return lxml.html.fromstring(render_to_string(template, {"layout": frame(), **context}))


def test_signed_out_the_menu_leads_to_sign_in_sign_up_and_openings():
    page = printed()

    [beside], [folded] = page.cssselect(".s-menu-wide"), page.cssselect(".s-menu-narrow")
    [title] = beside.cssselect("#menu-title")
    [button] = folded.cssselect("summary")
    assert (words(title), words(button)) == ("Menu", "Menu")
    for menu in (beside, folded):
        assert [(words(link), link.get("href")) for link in menu.cssselect("a")][:3] == [
            ("Me connecter", "/connexion"),
            ("Créer mon compte", "/creer-mon-compte"),
            ("Ouverture des services", "/ouverture-des-services"),
        ]


def test_a_candidate_finds_the_four_entries_of_the_guide():
    menu = printed(layout=frame(entries=CANDIDATE)).cssselect(".s-menu-wide a")

    assert [words(link) for link in menu][1:5] == [
        "M'inscrire",
        "Mes inscriptions",
        "Mes documents",
        "Ouverture des services",
    ]


def test_staff_find_the_office():
    menu = printed(layout=frame(entries=STAFF)).cssselect(".s-menu-wide a")

    assert words(menu[0]) == "Accueil"


def test_the_menu_is_the_same_on_small_and_large_screens():
    layout = printed()

    wide, narrow = (layout.cssselect(f"{nav} a") for nav in (".s-menu-wide", ".s-menu-narrow"))

    assert [link.get("href") for link in wide] == [link.get("href") for link in narrow]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/mes-inscriptions", "Mes inscriptions"),
        ("/mes-inscriptions/00012/historique", "Mes inscriptions"),
        ("/m-inscrire", "M'inscrire"),
        ("/inscription/6d1f0c1e-0000-4000-8000-000000000000/identification", "Mes inscriptions"),
        ("/mon-porte-documents", "Mes documents"),
        ("/mentions-legales", None),
    ],
)
def test_the_menu_says_where_the_reader_is(path, current):
    layout = printed(layout=frame(path=path, entries=CANDIDATE))

    here = layout.cssselect(".s-menu-wide [aria-current=page]")
    assert [words(link) for link in here] == ([current] if current else [])


def test_the_name_of_the_reader_stands_at_the_top_with_their_account_and_the_way_out():
    page = printed(layout=frame(entries=CANDIDATE), signed_in="Camille DURAND")
    [top] = page.cssselect("header .s-person")

    assert words(top) == "Camille DURAND Modifier mon compte Se déconnecter"
    assert top.cssselect("form")[0].get("method") == "post"


def test_what_is_kept_printed_of_a_page_holds_nothing_of_its_reader():
    kept = frame(path="/mes-inscriptions", entries=CANDIDATE)
    page = printed(layout=kept, signed_in="Camille DURAND")

    assert "Camille" in words(page)
    assert frame(path="/mes-inscriptions/0012", entries=CANDIDATE) is kept
    for part in (kept.head, kept.brand, kept.menus, kept.bottom):
        assert not re.search("Camille|csrf|0012", part)


def test_signed_out_no_name_stands_there():
    assert printed().cssselect(".s-person") == []


def test_the_header_and_the_footer_say_what_the_law_and_the_guide_want(settings):
    settings.SERVICE_NAME, settings.DEPLOYER_NAME = "Inscriptions", "Académie d'essai"
    layout = printed(layout=frame())

    assert (
        words(layout.cssselect("header .s-brand")[0])
        == "Inscriptions Gestion des examens et concours"
    )
    foot = layout.cssselect("footer")[0]
    assert [
        re.sub(r"(Accessibilité : ).*", r"\1…", words(link)) for link in foot.cssselect("li a")
    ] == [
        "Mentions légales",
        "Accessibilité : …",
        "Données personnelles",
        "Cookies",
        "Plan du site",
        "Vérifier un document",
        "Contact",
    ]
    assert "© Académie d'essai - Tous droits réservés" in words(foot)


def test_the_first_links_lead_to_parts_of_the_page():
    layout = printed()
    links = layout.cssselect(".fr-skiplinks a")

    assert [link.get("href") for link in links] == ["#contenu", "#menu", "#pied"]
    assert all(layout.cssselect(link.get("href")) for link in links)


def test_a_page_says_its_language_and_its_kind():
    html = render_to_string("base.html", {"layout": frame()})

    assert html.lstrip().startswith("<!doctype html>")
    assert printed().get("lang") == "fr"


def test_a_banner_shows_on_every_page():
    layout = printed(banner=Banner(kind="warning", message="Clôture prolongée."))

    assert words(layout.cssselect(".s-banner")[0]) == "Clôture prolongée."


def arriving(view):
    """Return what a view answers to a request that has just arrived."""
    return arrival(view)(RequestFactory().get("/quelque-part"))


def test_the_frame_of_a_page_asks_nothing_of_the_database():
    # No mark gives this test a database: a query would fail it.
    assert arriving(lambda request: HttpResponse(render_to_string("base.html", {}, request)))


# --- Errors --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accepted", "is_json"),
    [
        ("application/json", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("*/*", False),
    ],
)
def test_a_script_is_told_why_in_words_and_never_in_a_page(accepted, is_json):
    request = RequestFactory().post("/quelque-part", headers={"accept": accepted})
    said, refusing = Refused("Trop tard."), refusals(lambda _: None)

    refused = arrival(lambda asked: refusing.process_exception(asked, said))(request)
    unread = arrival(errors.bad_request)(request)

    assert (refused.status_code, unread.status_code) == (409, 400)
    kinds = {one.headers["Content-Type"].partition(";")[0] for one in (refused, unread)}
    assert kinds == {"application/json" if is_json else "text/html"}
    if is_json:
        assert json.loads(refused.text) == {"message": "Trop tard."}
        assert json.loads(unread.text) == {"message": errors.UNREADABLE}


PAGES_OF_ERROR = [
    (errors.bad_request, 400),
    (errors.too_large, 413),
    (errors.forbidden, 403),
    (errors.not_found, 404),
    (errors.csrf_failure, 403),
    (errors.server_error, 500),
    (errors.unavailable, 503),
]


@pytest.mark.parametrize(
    ("view", "status"), PAGES_OF_ERROR, ids=lambda one: getattr(one, "__name__", one)
)
def test_a_page_of_error_stands_without_a_database_and_never_says_closed(view, status):
    response = arriving(view)
    html = lxml.html.fromstring(response.content.decode())

    assert response.status_code == status
    assert len(html.cssselect("h1")) == 1
    assert not re.search(r"clos|clôtur|fermé|dépassé|trop tard", words(html), re.IGNORECASE)


def test_an_overloaded_service_says_when_to_come_back():
    assert int(arriving(errors.unavailable).headers["Retry-After"]) > 0
