"""The codebase tests itself: what no reviewer should have to look for."""

import ast
import re
import subprocess
import unicodedata
from functools import cache
from pathlib import Path

import django
import pytest
from allauth import account
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from fontTools.ttLib import TTFont

from sporades.accounts.models import Membership
from sporades.documents import kinds
from sporades.exams.schema import Rubric
from sporades.exams.schema import Status as PaperStatus
from sporades.registrations.sections import SECTIONS
from sporades.registrations.states import State

ROOT = Path(__file__).parent.parent
CODE = ("sporades/", "config/", "tools/", "benchmarks/")
TEMPLATE_LIBRARIES = (
    Path(django.__file__).parent / "forms/templates",
    Path(account.__file__).parent.parent / "templates",
)


@cache
def tree() -> tuple[str, ...]:
    """Every file that is or may be committed, by its path from the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = sorted(set(listed.stdout.split("\0")) - {""})
    return tuple(path for path in paths if (ROOT / path).is_file())


@cache
def text_of(path: str) -> str:
    """A file as text; a binary one has none."""
    content = (ROOT / path).read_bytes()
    if b"\0" in content:
        return ""
    return content.decode(errors="replace")


def ending(*suffixes, under=("",)):
    return [path for path in tree() if path.endswith(suffixes) and path.startswith(tuple(under))]


def found(pattern, paths):
    """Where a pattern is found, as « path:line »."""
    wanted = re.compile(pattern, re.IGNORECASE)
    return [
        f"{path}:{number}"
        for path in paths
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if wanted.search(line)
    ]


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse(text_of(path))


# --- Tables ----------------------------------------------------------------------------------


def test_models_and_migrations_say_the_same(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_django_finds_nothing_wrong_with_the_program(db):
    # pytest-django puts an object of its own in the setting that E002 is about.
    said = [
        message for message in run_checks(databases=["default"]) if message.id != "templates.E002"
    ]

    assert said == []


def test_a_room_with_tables_names_its_last_migration():
    for folder in sorted((ROOT / "sporades").glob("*/migrations")):
        last = max(path.stem for path in folder.glob("[0-9]*.py"))
        assert (folder / "max_migration.txt").read_text().strip() == last


# --- Names -----------------------------------------------------------------------------------


@cache
def glossary() -> tuple[tuple[str, str], ...]:
    """The rows of the glossary: what is said in French, what stands in the code."""
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", text_of("docs/glossary.md"), re.MULTILINE)
    return tuple((french, code) for french, code in rows if french != "In French")


def models():
    return [model for model in apps.get_models() if model.__module__.startswith("sporades.")]


def plain(text):
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode().lower()


def parts_of(identifier):
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+", identifier)}


def test_every_model_is_in_the_glossary():
    named = {name for _, code in glossary() for name in re.findall(r"`([A-Z]\w+)`", code)}

    assert {model.__name__ for model in models()} - named == set()


def test_every_name_of_the_glossary_is_still_in_the_code():
    names = {
        name.rpartition(".")[2]
        for _, code in glossary()
        for name in re.findall(r"`([\w.]+)`", code)
    }
    known = {
        word
        for path in ending(".py", under=["sporades/"])
        for word in re.findall(r"\w+", text_of(path))
    }

    assert names
    assert names - known == set()


def test_what_a_reader_of_the_wizard_sees_is_in_the_glossary():
    said = " | ".join(french for french, _ in glossary())
    concepts = [
        *(section.title for section in SECTIONS),
        *(kind.title for kind in kinds.registered()),
        *(state.label for state in State),
        *(status.label for status in PaperStatus),
        *(rubric.value for rubric in Rubric),
        *(role.label.lower() for role in Membership.Role),
    ]

    explained = said + " | ".join(text_of("docs/glossary.md").splitlines())
    assert [concept for concept in concepts if concept not in explained] == []


def test_models_and_their_fields_have_english_names():
    both = {part for _, code in glossary() for part in parts_of(plain(code))}
    french = {part for said, _ in glossary() for part in parts_of(plain(said))} - both
    french -= {"question", "option", "service", "vice"}  # the same in both languages
    names = {
        name
        for model in models()
        for name in (
            model.__name__,
            *(field.name for field in model._meta.get_fields() if not field.auto_created),
        )
    }

    assert {"epreuve", "candidature", "gestionnaire", "nom"} <= french
    assert {name for name in names if parts_of(name) & french} == set()
    assert all(name.isascii() for name in names)


# --- Templates -------------------------------------------------------------------------------


def templates():
    """Every template of ours, Django's and Jinja's: its name, its path."""
    found = (re.fullmatch(r"sporades/.+?/(?:templates|jinja2)/(.+)", path) for path in tree())
    return {one[1]: one[0] for one in found if one}


def names_made_of_data():
    """The templates whose names are computed: from a tab, from a kind of document."""
    return {
        *(f"candidate/tabs/{section.slug}.html" for section in SECTIONS),
        *(kind.twin_template for kind in kinds.registered()),
    }


def strings_of(path):
    return {
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


GALLERY = "components/gallery.html"
KEPT_FOR_LATER = {
    "components/timeline.html",  # the history of a file, in the office (issue 3)
    "components/pagination.html",  # what a search finds, in the office (issue 3)
}


def test_every_template_is_used():
    """The gallery is no use: what it alone shows is dead, or waits for an issue that needs it."""
    ours = templates()
    said = {string for path in ending(".py", under=["sporades/"]) for string in strings_of(path)}
    said |= {
        name
        for path in ours.values()
        if not path.endswith(GALLERY)
        for name in re.findall(r"""["']([\w./-]+\.(?:html|txt))["']""", text_of(path))
        if not path.endswith((f"/templates/{name}", f"/jinja2/{name}"))
    }
    said |= names_made_of_data()

    unused = {
        name
        for name in ours
        if name not in said
        and not (name.startswith("mail/") and Path(name).stem in said)
        and not any((library / name).is_file() for library in TEMPLATE_LIBRARIES)
    }
    assert unused == KEPT_FOR_LATER


def test_a_template_trusts_no_text_and_holds_no_script_nor_style():
    ours = sorted(templates().values())

    assert found(r"\|\s*safe\b|\|\s*safeseq\b|autoescape off|\bcsrf_exempt\b", ours) == []
    assert found(r"<style|\sstyle\s*=|[\s\"']on[a-z]+\s*=\s*[\"']|javascript:", ours) == []
    assert (
        found(r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"|type=\"module\" src=))", ours)
        == []
    )


def test_every_form_that_posts_carries_its_token():
    without = [
        path
        for path in templates().values()
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", text_of(path), re.DOTALL | re.IGNORECASE
        )
        if "csrf_token" not in form
    ]

    assert without == []


# --- Code that is not written here -----------------------------------------------------------

# Text is escaped, forms carry their tokens, data are data, a statement has its values apart.
NAMES = {"mark_safe", "csrf_exempt", "RawSQL"}
CALLS = {"SafeString", "SafeText", "eval", "exec"}
MODULES = {"pickle", "marshal", "shelve", "dill", "xml.etree", "xml.dom", "xml.sax"}


def faults(path):
    """Every forbidden thing of a file, with its line."""
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in NAMES:
                yield node.lineno, name
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node.lineno, f"{name}("
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names if one.name in MODULES)
            case ast.ImportFrom(module=module) if module in MODULES:
                yield node.lineno, module
            case ast.Call(func=ast.Attribute(attr="load", value=ast.Name(id="yaml"))):
                yield node.lineno, "yaml.load"
            case ast.Call(func=ast.Attribute(attr=("raw" | "extra") as method)):
                yield node.lineno, f".{method}("
            case ast.Call(
                func=ast.Attribute(attr="execute"),
                args=[(ast.JoinedStr() | ast.BinOp() | ast.Call()) as statement, *_],
            ) if not ast.unparse(statement).startswith("sql.SQL("):
                yield node.lineno, "a statement made of pieces"
            case ast.ImportFrom(module="django.template", names=names) if any(
                one.name == "Template" for one in names
            ):
                yield node.lineno, "a template made at run time"


def test_the_code_never_does_what_opens_a_door():
    assert [
        f"{path}:{line}: {fault}"
        for path in ending(".py", under=CODE)
        for line, fault in faults(path)
    ] == []


@pytest.mark.parametrize(
    "line",
    [
        "from django.utils.safestring import mark_safe\nmark_safe(x)",
        "Model.objects.raw('select 1')",
        "Model.objects.extra(where=['1=1'])",
        "import pickle",
        "yaml.load(text)",
        "eval(text)",
        "SafeString(text)",
        "cursor.execute(f'select {x}')",
        "cursor.execute('select %s' % x)",
        "cursor.execute('select {}'.format(x))",
        "from django.template import Template",
    ],
)
def test_these_things_would_be_seen(line, monkeypatch):
    monkeypatch.setitem(globals(), "parsed", lambda _: ast.parse(line))

    assert list(faults("sporades/anything.py"))


def test_no_script_writes_html_from_text():
    scripts = ending(".js", under=["sporades/"])

    assert scripts
    assert found(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", scripts) == []


# --- What is in the tree ---------------------------------------------------------------------


REGISTRY = r"://[^\s/\"']*(?:pypi|pythonhosted|npmjs|yarnpkg|rubygems|crates|registry|goproxy)"
HOMES = ("work", "farm", "root", "home", "Users")
HOME = rf"(?<![\w.*:/{{}}-])/(?:{'|'.join(HOMES)})/\w"


def test_no_file_holds_the_address_of_a_package_registry():
    options = r"^\s*(?:--index-url|--extra-index-url|--find-links|-i|-f)\b"

    assert found(REGISTRY, tree()) == []
    assert found(options, ending(".txt", ".in")) == []


def test_no_file_holds_the_path_of_somebodys_machine():
    assert found(HOME, tree()) == []


def test_such_addresses_and_paths_would_be_seen():
    for name in ("files.pythonhosted", "registry.npmjs", "pypi"):
        assert re.search(REGISTRY, f"from https://{name}.org/x")
    for name in HOMES:
        assert re.search(HOME, f"in '/{name}/somebody'")


def test_no_secret_is_in_the_tree():
    assert found(r"BEGIN (?:[A-Z]+ )?PRIVATE KEY", tree()) == []
    assert ending(".p12", ".pfx", ".pem", ".key", ".env", ".sqlite3", ".dump") == []


def test_every_address_is_one_that_reaches_nobody():
    reaching = [
        f"{path}: {address}"
        for path in tree()
        if not path.startswith("LICENSE")
        for address in re.findall(r"[\w.+-]+@[\w.-]+\.[a-zA-Z]{2,}\b", text_of(path))
        if not re.search(
            r"[@.](?:test|example|exemple|invalid|localhost)$|@exemple\.fr$", address, re.IGNORECASE
        )
        # Typing slips are tested on the names of real providers, before invented names.
        and not path.startswith(("tests/accounts/test_addresses.py", "tests/web/account/"))
        and path not in ("sporades/accounts/addresses.py", "tests/registrations/test_oddities.py")
    ]

    assert reaching == []


# The brand of the French State, of which nothing may be here (docs/adr/0007).
STATE = r"marianne|spectral"


def test_no_file_and_no_font_is_of_the_brand_of_the_state():
    assert [
        path for path in tree() if re.search(rf"(?:{STATE})", Path(path).name, re.IGNORECASE)
    ] == []
    fonts = ending(".ttf", ".otf", ".woff", ".woff2")
    families = {str(TTFont(ROOT / path)["name"].getDebugName(1)) for path in fonts}
    assert families
    assert not any(re.search(STATE, family, re.IGNORECASE) for family in families)


def test_the_only_pictures_are_our_mark_and_those_of_the_readme():
    pictures = ending(".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".avif", ".eps")

    assert "sporades/web/static/mark.svg" in pictures
    assert [
        path
        for path in pictures
        if path != "sporades/web/static/mark.svg" and not path.startswith("docs/images/")
    ] == []


def test_nothing_that_is_shown_borrows_the_brand_of_the_state():
    shown = [
        path
        for path in ending(".html", ".css", ".svg", ".typ", ".js", ".txt", under=["sporades/"])
        if "/fonts/" not in path and "LICENSE" not in path
    ]

    assert len(shown) > 100
    # « red-marianne » is a name of colour in the design system's own style sheet.
    borrowed = rf"(?<!red-)\b(?:{STATE})\b|république française|liberté\W+égalité"
    assert found(borrowed, shown) == []


def test_each_font_comes_with_its_licence():
    for path in ending(".ttf", ".otf", ".woff2"):
        beside = [one.name.lower() for one in (ROOT / path).parent.iterdir()]
        family = re.split(r"[-.]", Path(path).name.lower())[0]
        assert any("license" in name and re.split(r"[-.]", name)[0] == family for name in beside), (
            path
        )


def test_no_file_is_heavy():
    heavy = [path for path in tree() if (ROOT / path).stat().st_size > 5_000_000]

    assert heavy == []


def test_nothing_is_left_for_later_without_an_issue():
    written = ending(
        ".py",
        ".html",
        ".typ",
        ".js",
        ".css",
        ".sh",
        ".toml",
        ".yaml",
        under=("sporades/", "config/", "tools/", "demo/"),
    )
    words = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))

    assert found(rf"\b(?:{words})\b|raise NotImplemented|lorem ipsum|à compléter", written) == []
