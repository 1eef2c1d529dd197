"""The codebase tests itself: what no reviewer should have to look for."""

import ast
import re
import tomllib

import pytest
from django.core.checks import run_checks
from django.core.management import call_command

from tests.tree import ROOT, ending, found, parsed, text_of

CODE = ("sporades/", "config/", "tools/", "benchmarks/")


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


def test_every_room_with_tables_is_held_to_the_order_inside_a_room():
    linted = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = next(
        contract["containers"]
        for contract in linted["contracts"]
        if contract["name"].startswith("Inside a room:")
    )

    rooms = {folder.parent.name for folder in (ROOT / "sporades").glob("*/migrations")}
    assert held == [f"sporades.{room}" for room in sorted(rooms)]


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


def forgotten(module):
    """Where a name that an `except` gave is read once Python has forgotten it."""
    for function in ast.walk(module):
        if not isinstance(function, ast.FunctionDef):
            continue
        every = list(ast.walk(function))
        handlers = [one for one in every if isinstance(one, ast.ExceptHandler) and one.name]
        spans = {}
        for one in handlers:
            spans.setdefault(one.name, []).append((one.lineno, one.end_lineno))
        for node in every:
            if not (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
                continue
            those = spans.get(node.id, [])
            is_within = any(first <= node.lineno <= last for first, last in those)
            if not is_within and any(last < node.lineno for _, last in those):
                yield node.lineno


def test_what_an_except_names_is_read_there_alone():
    assert [
        f"{path}:{line}" for path in ending(".py", under=CODE) for line in forgotten(parsed(path))
    ] == []


def test_such_a_name_would_be_seen_once_it_is_forgotten():
    read = ast.parse(
        "def view():\n"
        "    refusal = None\n"
        "    try:\n"
        "        act()\n"
        "    except Refused as refusal:\n"
        "        say(refusal)\n"
        "    return refusal\n"
    )

    assert list(forgotten(read)) == [7]


# The tests have a clock of their own: none has another result one day, or at midnight.
CLOCK = r"\b(?:datetime|dt|timezone)\.now\(|\btime\.time\(|\.today\(\)|\blocal(?:date|time)\(\)|\butcnow\("
# Processes of their own have no other: the arena says their instant, servers sign in by it.
BY_THE_REAL_CLOCK = {"tests/endurance/arena.py", "tests/endurance/servers.py"}


def test_no_test_reads_the_clock_of_the_machine():
    tests = set(ending(".py", under=["tests/"])) - BY_THE_REAL_CLOCK

    assert found(CLOCK, sorted(tests)) == []


@pytest.mark.parametrize("read", ["datetime.{}(UTC)", "timezone.{}()", "dt.datetime.{}(dt.UTC)"])
def test_such_a_clock_would_be_seen(read):
    assert re.search(CLOCK, read.format("now"))


# A browser goes on without waiting for the page that a link leads to: what is read of it at
# once, its width or its address, may be of a page without its style or of the one before.
WITHOUT_WAITING = r"""role\(["']link["'].*\)\.click\(\)"""


def test_a_link_is_followed_to_its_page():
    """What waits for something else than the page itself says so on the line above."""
    unguarded = []
    for path in ending(".py", under=["tests/"]):
        lines = text_of(path).splitlines()
        unguarded += [
            f"{path}:{number + 1}"
            for number, line in enumerate(lines)
            if re.search(WITHOUT_WAITING, line) and ".expect_" not in lines[number - 1]
        ]

    # The one link that leads to a field of its own page.
    assert [place.rpartition(":")[0] for place in unguarded] == ["tests/web/test_gallery.py"]


def asks_how_much(node):
    """Return whether a piece of code asks for a figure, small or full."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "figure"


def test_what_has_a_full_figure_is_met_at_it_by_the_long_run():
    # Those of tests/endurance bear the mark by their folder.
    short = [path for path in ending(".py", under=["tests/"]) if "/endurance/" not in path]
    unmarked = [
        f"{path}: {node.name}"
        for path in short
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and any(asks_how_much(one) for part in node.body for one in ast.walk(part))
        and "endurance" not in "".join(map(ast.unparse, node.decorator_list))
    ]

    assert unmarked == []


def test_nothing_is_ever_served_as_to_those_who_write_it():
    said = ending(".py", under=("sporades/", "config/"))

    assert found(r"\bDEBUG\b\s*=\s*False$", said) != []
    assert found(r"\bDEBUG\b\s*=(?!\s*False$)|runserver|debug_toolbar", said) == []


# --- Who asks other machines, what is drawn, how it is sealed ---------------------------------

ASKING = r"^\s*(?:from|import) (?:socket|smtplib|ftplib|requests|httpx|aiohttp|urllib3|urllib\.request|http\.client|boto3|botocore)\b"
# An address of each is in the settings: none is typed by anybody (ASVS 1.3.6).
ASKED = {
    "config/environment.py": "FILES_URL, MEDICAL_FILES_URL",
    "sporades/core/files.py": "FILES_URL, MEDICAL_FILES_URL",
    "sporades/intake/antivirus.py": "CLAMD_URL",
    "sporades/mail/conversation.py": "MAIL_URL",
    "sporades/mail/delivery.py": "MAIL_URL",
    "sporades/web/account/franceconnect.py": "FRANCECONNECT_URL",
}


def files_with(pattern, paths):
    return {one.rpartition(":")[0] for one in found(pattern, paths)}


def test_whoever_asks_another_machine_is_named():
    ours = ending(".py", under=("sporades/", "config/"))

    assert files_with(ASKING, ours) == set(ASKED)
    assert {"sporades/web/account/franceconnect.py"} == files_with(r"get_requests_session", ours)


def test_no_command_goes_through_a_shell():
    ours = ending(".py", under=("sporades/", "config/"))

    assert files_with(r"\bsubprocess\b|\bos\.exec|\bos\.spawn", ours) == {
        "sporades/intake/reading.py"
    }
    assert found(r"shell\s*=\s*True|os\.system|os\.popen|getoutput", ours) == []


def test_what_nobody_may_guess_is_drawn_by_what_nobody_foresees():
    """`random` gives the same again, which a demo and a rehearsal want; the rest is of `secrets`."""
    ours = ending(".py", under=("sporades/", "config/"))
    drawn = files_with(r"^(?:from|import) (?:random|numpy)\b|\buuid1\b", ours)

    assert drawn
    assert {one for one in drawn if not one.startswith("sporades/cli/")} == set()


# What is broken, or is easily put together wrongly: seals are of AESGCM, or of Fernet.
WEAK = {"md5", "sha1", "MD5", "SHA1", "DES", "TripleDES", "ARC4", "Blowfish", "ECB", "CBC", "CTR"}
WEAK |= {"Cipher", "PKCS1v15"}
ALLOWED = {
    "sporades/core/pades.py: PKCS1v15": "the signature of an RSA key, not a padding of what is sealed",
    "sporades/drawers/operations.py: sha1": "tus: how its sender says that a part came whole",
}


def names_of(path):
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
                yield name.rpartition(".")[2]
            case ast.Call(func=ast.Attribute(attr="new"), args=[ast.Constant(value=str(name)), *_]):
                yield name


def test_nothing_is_sealed_or_known_by_what_is_broken():
    used = {
        f"{path}: {name}"
        for path in ending(".py", under=("sporades/", "config/"))
        for name in WEAK & set(names_of(path))
    }

    assert used == set(ALLOWED)


# --- Scripts ----------------------------------------------------------------------------------


def test_no_script_writes_html_from_text():
    scripts = ending(".js", under=["sporades/"])

    assert scripts
    assert found(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", scripts) == []


# Of what a script reads of its window and its page, nothing may be an element that has that name.
STANDARD = (
    r"HTMLDialogElement|activeElement|addEventListener|baseURI|body|createElement|createImageBitmap|crypto|"
    r"dispatchEvent|documentElement|forms|getElementById|querySelector|querySelectorAll|"
    r"removeEventListener|title|visibilityState"
)


def test_no_script_takes_an_element_for_something_of_its_own():
    scripts = ending(".js", under=["sporades/"])

    assert found(rf"\b(?:document|window)\.(?!(?:{STANDARD})\b)\w", scripts) == []
    assert found(r"\bvar |globalThis|new Function", scripts) == []


def test_no_script_gives_an_object_a_property_whose_name_came_from_elsewhere():
    scripts = ending(".js", under=["sporades/"])

    assert (
        found(r"__proto__|\.prototype\s*[.=\[]\s*\w+\s*=|[\w)\]]\[[^\]'\"]+\]\s*=[^=>]", scripts)
        == []
    )


def test_no_script_likens_things_of_two_kinds():
    scripts = ending(".js", under=["sporades/"])

    assert found(r"\s==\s|\s!=\s", scripts) == []


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


# What Django, pytest or a server looks for by its name.
LOOKED_FOR = (
    r"app_name|urlpatterns|handler\d+|Command|register|SessionStore|pytest\w*|test_\w+|__\w+__"
)
# Every name of these is.
LOOKED_INTO = r"\.apps\.|settings\w*\.|\.migrations\.|^tests\.web\.identity_provider\."


def said_at_the_top(module):
    """Every function, class and value of a module; what is decorated serves by that."""
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name, decorator_list=[]) | ast.ClassDef(name=name):
                yield name
            case ast.TypeAlias(name=ast.Name(id=name)) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Assign(targets=targets):
                parts = [part for target in targets for part in ast.walk(target)]
                yield from (part.id for part in parts if is_said(part))


def is_said(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def used_by(module, name, modules):
    """What a module reads, imports, or asks of a module that it imports, by its whole name."""
    imported, asked = set(), set()
    for node in ast.walk(module):
        match node:
            case ast.Name(id=read, ctx=ast.Load()):
                yield f"{name}.{read}"
            case ast.Attribute(attr=attribute):
                asked.add(attribute)
            case ast.ImportFrom(module=source, names=names):
                imported.update(f"{source}.{one.name}" for one in names)
            case ast.Import(names=names):
                imported.update(one.name for one in names)
            case ast.Constant(value=str(text)):
                imported.add(text)
    yield from imported
    yield from (f"{one}.{attribute}" for one in imported & modules for attribute in asked)


def never_used(modules):
    """Return what modules, by their names, say at their top and none uses."""
    used = {one for name, module in modules.items() for one in used_by(module, name, set(modules))}
    return [
        f"{name}.{one}"
        for name, module in modules.items()
        for one in said_at_the_top(module)
        if f"{name}.{one}" not in used and not re.fullmatch(LOOKED_FOR, one)
    ]


def test_no_module_has_a_name_that_nothing_uses():
    modules = {
        path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): parsed(path)
        for path in ending(".py")
    }

    assert [one for one in never_used(modules) if not re.search(LOOKED_INTO, one)] == []


def test_such_a_name_would_be_seen():
    said = {
        "ours.hours": "HOUR = 1\nDAY = 24\nclass Clock: ...\ndef told(): return DAY",
        "ours.page": "from ours import hours\nHOUR = hours.HOUR\ndef test_it(): hours.told()",
    }

    assert never_used({name: ast.parse(text) for name, text in said.items()}) == [
        "ours.hours.Clock",
        "ours.page.HOUR",
    ]
