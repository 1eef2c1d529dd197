"""What the documentation says is true: commands, variables, tests, figures, links."""

import ast
import csv
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import reverse

from sporades.cli import demo_people
from sporades.documents import kinds
from sporades.registrations.sections import SECTIONS
from sporades.web.layout import kept
from sporades.web.layout.errors import RETRY_AFTER
from sporades.web.registry import ACCESS
from tests.moves import moves
from tests.web.registry.test_in_a_browser import MEASURED

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
GRID = DOCS / "rgaa.csv"
ASVS = DOCS / "asvs.csv"


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def everywhere(pattern, sheets=PAGES):
    """What a pattern finds in every page, each with the page that says it."""
    return {
        (found, str(page.relative_to(ROOT)))
        for page in sheets
        for found in re.findall(pattern, text_of(page), re.MULTILINE)
    }


def wrong(said, known):
    return sorted(f"{page}: {name}" for name, page in said if name not in known)


def test_the_proxy_says_what_our_own_page_says_where_the_web_does_not_answer():
    page = text_of(ROOT / "sporades/web/layout/templates/errors/503.html")
    page = page.replace("\N{NO-BREAK SPACE}", " ")
    proxy = text_of(DOCS / "operations.md").partition("```nginx")[2].partition("```")[0]

    [said] = re.findall(r'return 503 "(.*)\\n";', proxy)

    assert said.split("\\n\\n") == re.findall(r"<p[^>]*>(.*)</p>", page)
    assert "error_page 502 504 = @away;" in proxy
    assert f"add_header Retry-After {RETRY_AFTER} always;" in proxy


def test_a_web_that_is_told_to_stop_has_as_long_as_the_proxy_waits():
    operations = text_of(DOCS / "operations.md")
    [waits] = re.findall(r"proxy_read_timeout (\d+)s;", operations)

    assert re.findall(r"--workers-kill-timeout=(\d+)", operations) == [waits]


def test_the_proxy_lets_pass_what_the_service_takes():
    [megabytes] = re.findall(r"client_max_body_size (\d+)m;", text_of(DOCS / "operations.md"))

    assert int(megabytes) * 2**20 > max(route.takes_files for route in ACCESS.values()) + 1_000_000


# --- Links, paths, addresses -----------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("sheet", PAGES, ids=lambda sheet: str(sheet.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(sheet):
    broken = []
    links = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", text_of(sheet))
    for link in (one or other for one, other in links):
        if re.match(r"https?:|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (sheet.parent / path).resolve() if path else sheet
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)

    assert broken == []


def test_every_page_is_reached_from_the_index():
    index = text_of(DOCS / "index.md")
    pages = {path.name for path in DOCS.iterdir() if path.is_file()}

    assert {name for name in pages if name != "index.md" and f"]({name})" not in index} == set()


def test_how_much_is_kept_of_whoever_has_not_signed_in_is_the_figure_in_the_code():
    said = text_of(DOCS / "adr/0012-answers-outlive-the-session.md")

    assert re.findall(r"[\d,]+,000", said) == [
        f"{most:,}" for most in (kept.KEPT_OF_A_STRANGER, kept.KEPT_AT_MOST)
    ]


def test_no_limit_is_allauths_own(settings):
    assert "allauth's own limits are all off" in text_of(DOCS / "adr/0014-limits-are-rows.md")
    assert not any(settings.ACCOUNT_RATE_LIMITS.values())


def test_agents_read_that_a_gap_between_numbers_is_not_a_missing_file():
    operations = text_of(DOCS / "operations.md")

    assert "A number that leads to nothing is a gap, not a file that was lost" in operations


def test_every_decision_is_listed_and_numbered_once():
    written = sorted(path.name for path in (DOCS / "adr").glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", text_of(DOCS / "adr/README.md"))

    assert listed == written
    assert [name[:4] for name in written] == [f"{n:04}" for n in range(1, len(written) + 1)]
    for name in written:
        page = text_of(DOCS / "adr" / name)
        assert page.startswith(f"# {name[:4]}. ")
        assert all(part in page for part in ("**In question.**", "**Decided.**", "**Cost.**")), name


def test_every_file_that_is_named_exists():
    said = everywhere(r"`((?:sporades|config|tools|tests|docs|demo)/[\w./-]+)`")
    known = {name for name, _ in said if (ROOT / name).exists()}

    assert len(known) > 10
    assert wrong(said, known) == []


# --- Commands and variables ------------------------------------------------------------------


def test_every_make_command_that_is_named_exists():
    known = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))

    said = everywhere(r"(?:`|^)make ([a-z-]+)")
    assert {"demo", "test", "lint", "bench", "endure"} <= {name for name, _ in said}
    assert wrong(said, known) == []


def test_every_command_of_sporades_that_is_named_exists():
    said = everywhere(r"python -m sporades ([a-z_]+)")

    assert {"migrate", "reglementation", "bandeau", "territoire"} <= {name for name, _ in said}
    assert wrong(said, get_commands() | {"help": ""}) == []


def test_operators_are_told_of_every_command_of_ours():
    ours = {path.stem for path in (ROOT / "sporades/cli/management/commands").glob("[a-z]*.py")}
    told = set(re.findall(r"python -m sporades ([a-z]+)", text_of(DOCS / "operations.md")))

    assert ours - {"demo"} - told == set()


def variables_read():
    """The variables that the settings read from the environment."""
    return {
        argument.value
        for path in (ROOT / "config").glob("*.py")
        for call in ast.walk(ast.parse(text_of(path)))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "environment"
        # The variables, before what stands in for one that is not set.
        for argument in (call.args if call.func.attr == "together" else call.args[:1])
        if isinstance(argument, ast.Constant)
    }


def test_the_readme_tells_every_variable_and_no_other():
    told = re.findall(r"^\| `([A-Z_]+)` \|", text_of(ROOT / "README.md"), re.MULTILINE)

    assert len(told) == len(set(told))
    assert set(told) == variables_read()


def test_every_variable_that_a_page_names_is_read_by_something():
    read = variables_read() | {"SPORADES_CHROMIUM", "SPORADES_ENDURE"}
    named = everywhere(
        r"`((?:SPORADES|SEAL|FRANCECONNECT|MAIL|FILES|DATABASE|SECRET|SITE)_[A-Z_]+)`"
    )

    assert wrong(named, read) == []


def test_the_addresses_of_the_service_that_pages_name_exist(settings):
    readme = text_of(ROOT / "README.md")

    for name in ("public:alive", "public:ready"):
        assert f"GET {reverse(name)}" in readme
    assert f"`{reverse('public:security_txt')}`" in text_of(ROOT / "SECURITY.md")
    callback = reverse("openid_connect_callback", args=["franceconnect"])
    assert f"https://…{callback}`" in readme
    assert f"https://…{reverse('account_login')}`" in readme


def test_the_jobs_of_the_worker_are_those_that_operators_are_told_of():
    from sporades.core.queue import app

    told = re.findall(r"^\| `([\w.]+)` \| (.+?) \|", text_of(DOCS / "operations.md"), re.MULTILINE)
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    words = {
        "* * * * *": "every minute",
        "*/5 * * * *": "every 5 minutes",
        "*/10 * * * *": "every 10 minutes",
        "25 * * * *": "every hour",
        "*/15 * * * *": "every 15 minutes",
        "*/15 6-20 * * *": "every 15 minutes from 6 to 20.45 UTC, five hundred at a time",
        "20 1 * * *": "1.20 each day, UTC",
        "15 2 * * *": "2.15 each day, UTC",
        "55 4 * * *": "4.55 each day, UTC",
        "20 5 * * *": "5.20 each day, UTC",
        "40 5 * * *": "5.40 each day, UTC",
        "0 6 * * *": "6.00 each day, UTC",
        "10 6 * * *": "6.10 each day, UTC",
        "10 3 * * *": "3.10 each day, UTC",
    }

    ours = {name: words.get(cron, cron) for name, cron in crons.items() if "builtin" not in name}
    assert dict(told) == ours


# --- The demo --------------------------------------------------------------------------------


def test_the_demos_people_are_those_that_the_readme_names():
    readme = text_of(ROOT / "README.md")

    assert set(re.findall(r"^\| `(\S+@demo\.test)` \|", readme, re.MULTILINE)) == {
        *demo_people.CANDIDATES,
        demo_people.NOTIFIED,
        *demo_people.STAFF,
    }
    assert f"`{demo_people.PASSWORD}`" in readme


def test_the_readme_says_what_the_brand_of_the_state_is_reserved_for():
    readme = text_of(ROOT / "README.md")

    for said in (
        "only authorised entities may use them",
        "with the agreement of the Service d'information du Gouvernement (SIG)",
        "without modifying its components",
        "Nothing of the brand of the French State is in this repository",
    ):
        assert said in readme


# --- Figures ---------------------------------------------------------------------------------


def drawing():
    """The rooms that exist, one above the other, as the contract orders them."""
    contracts = tomllib.loads(text_of(ROOT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["containers"] == ["sporades"])
    rooms = [
        [room for room in re.findall(r"\w+", layer) if (ROOT / "sporades" / room).is_dir()]
        for layer in layers
    ]
    built = ["_".join(layer) for layer in rooms if layer]
    title = " · ".join(rooms[0])
    return "\n".join(
        [
            "```mermaid",
            "flowchart TD",
            f'    {built[0]}["{title}"]',
            *(f"    {one} --> {other}" for one, other in pairwise(built)),
            "```",
        ]
    )


def test_the_figure_of_the_rooms_is_the_one_that_the_contract_draws():
    assert drawing() in text_of(DOCS / "architecture.md")


def test_the_figures_of_states_are_those_of_the_code():
    arrows = [
        "".join(
            f"    {source.value} --> {transition.target.value} : {transition.name}\n"
            for transition in transitions
            for source in sorted(transition.sources)
        )
        for transitions in moves().values()
    ]

    page = text_of(DOCS / "states.md")
    drawn = re.findall(r"^```mermaid\nstateDiagram-v2\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert sorted(drawn) == sorted(arrows)


@pytest.mark.parametrize("states", moves(), ids=lambda states: states.__name__)
def test_each_state_that_moves_has_its_line(states):
    page = text_of(DOCS / "states.md")

    assert set(states.values) <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def test_every_room_has_its_line_and_every_line_its_room():
    told = re.findall(r"^\| `(\w+)` \|", text_of(DOCS / "architecture.md"), re.MULTILINE)
    rooms = {
        path.name
        for path in (ROOT / "sporades").iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    }

    assert set(told) == rooms


def test_every_audience_of_the_web_is_named():
    shared = {"components", "layout"}
    folders = {
        path.name
        for path in (ROOT / "sporades/web").iterdir()
        if path.is_dir() and (path / "__init__.py").exists()
    }

    named = set(re.findall(r"`(\w+)`", text_of(DOCS / "architecture.md")))
    assert folders - named == set()
    assert shared <= folders


def test_the_tabs_that_a_page_counts_are_the_tabs():
    page = text_of(DOCS / "adding-a-tab.md")
    said = re.search(r"^SECTIONS = \((.+)\)$", page, re.MULTILINE)[1].split(", ")

    said.remove("ARRIVAL")
    assert len(said) == len(SECTIONS)


def test_what_documents_a_kind_must_have_is_what_kinds_have():
    page = text_of(DOCS / "adding-a-document.md")
    fields = set(kinds.Kind.__dataclass_fields__)

    assert {name for name in fields if name not in page} == set()


def test_what_axe_cannot_decide_is_told_rule_by_rule():
    page = text_of(DOCS / "accessibility.md")

    assert set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE)) == MEASURED


# --- Tests that pages name -------------------------------------------------------------------

NAMED = r"\b(tests/[\w/]+\.py::\w+)"


def named_tests():
    """The tests that pages, the grid of accessibility and the ASVS name, each with what names it."""
    return everywhere(NAMED, [*PAGES, GRID, ASVS])


@pytest.fixture(scope="module")
def collected(request):
    """Every test of the files that are named, as pytest finds them."""
    files = sorted({name.partition("::")[0] for name, _ in named_tests()})
    there = [name for name in files if (ROOT / name).is_file()]
    ours = {item.nodeid.partition("[")[0] for item in request.session.items}
    found = {name for name in ours if name.partition("::")[0] in there}
    if {name.partition("::")[0] for name in found} == set(there) and not narrowed(request.config):
        return found
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:xdist", *there],
        cwd=ROOT,
        # What whoever runs the tests adds, as `-v`, has the names written otherwise.
        env={**os.environ, "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return {line.partition("[")[0] for line in answer.stdout.splitlines() if "::" in line}


def narrowed(config):
    """Return whether this run was asked for some tests of its files."""
    asked = config.option
    return bool(asked.keyword or asked.markexpr or asked.deselect or "::" in "".join(config.args))


def test_every_test_that_a_page_names_exists_and_is_collected(collected):
    said = named_tests()

    assert len(said) > 60
    assert {page for _, page in said} >= {
        "docs/rgaa.csv",
        "docs/asvs.csv",
        "docs/guide-coverage.md",
    }
    assert wrong(said, collected) == []


@pytest.mark.parametrize("grid", [GRID, ASVS], ids=lambda grid: grid.stem)
def test_a_grid_names_tests_and_not_only_their_files(grid):
    files = re.findall(r"\btests/[\w/.]+", text_of(grid))

    assert len(files) == len(re.findall(NAMED, text_of(grid)))


def test_a_test_that_a_page_names_is_never_skipped(collected):
    files = {name.partition("::")[0] for name in collected}

    skipping = [
        name
        for name in files
        if re.search(r"mark\.skip|mark\.xfail|pytest\.skip\(", text_of(ROOT / name))
    ]
    assert skipping == []


def rows_of_the_guide():
    page = text_of(DOCS / "guide-coverage.md")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+) \|$", page, re.MULTILINE)
    return [row for row in rows if row[0] != "The guide says that"]


def test_every_sentence_of_the_guide_has_its_feature_and_its_proof_or_its_issue():
    rows = rows_of_the_guide()

    assert len(rows) > 80
    for sentence, features, proof in rows:
        assert re.fullmatch(r"[A-N]\d*(?:, [A-N]\d+)*", features), sentence
        assert re.search(NAMED, proof) or re.match(r"issue \d", proof), sentence


# --- The requirements of the ASVS ------------------------------------------------------------

# How many each of its sections has, in OWASP ASVS 5.0.0: V1.1 has two, V1.2 ten…
SECTIONS_OF_ASVS = (
    (2, 10, 12, 3, 3),
    (3, 3, 5, 2),
    (1, 3, 5, 8, 8, 1, 5),
    (5, 5, 2, 4),
    (1, 6, 3, 3),
    (3, 12, 8, 6, 8, 4, 2, 4),
    (3, 4, 2, 5, 3, 2),
    (4, 4, 3, 2),
    (3, 4),
    (2, 3, 5, 16, 5, 2, 3),
    (4, 5, 5, 4, 2, 2, 2),
    (5, 2, 5),
    (4, 6, 4, 7),
    (2, 8, 3),
    (5, 5, 7, 4),
    (1, 5, 4, 3, 4),
    (2, 8, 2),
)
OF_EACH_LEVEL = {"1": 70, "2": 183, "3": 92}
# These ask that something be written: a page is a proof of it.
WRITTEN = ("2.1", "3.1", "5.1", "6.1", "7.1", "8.1", "11.1", "13.1", "14.1", "15.1", "16.1")
PAGE = r"\b((?:docs/[\w/-]+|README|SECURITY)\.md)(?:#([\w-]+))?"


def requirements():
    """The rows of the ASVS: requirement, level, status, and the proof or the reason."""
    with ASVS.open(encoding="utf-8", newline="") as rows:
        return [tuple(row.values()) for row in csv.DictReader(rows)]


def test_each_requirement_of_the_asvs_has_its_line():
    rows = requirements()

    assert [number for number, *_ in rows] == [
        f"{chapter}.{section}.{rank}"
        for chapter, sections in enumerate(SECTIONS_OF_ASVS, 1)
        for section, count in enumerate(sections, 1)
        for rank in range(1, count + 1)
    ]
    assert Counter(level for _, level, *_ in rows) == OF_EACH_LEVEL
    assert {status for *_, status, _ in rows} == {"proved", "not applicable", "at deployment", "no"}


def test_what_is_said_to_meet_the_asvs_has_a_test_or_is_written_where_it_asks_for_that():
    silent = [number for number, _, _, said in requirements() if not said.strip()]
    unproved = [
        number
        for number, _, status, said in requirements()
        if status == "proved"
        and not re.search(NAMED, said)
        and not (number.rpartition(".")[0] in WRITTEN and re.search(PAGE, said))
    ]

    assert (silent, unproved) == ([], [])


def test_the_pages_that_answer_the_asvs_are_there_to_be_read():
    broken = [
        (number, page, anchor)
        for number, *_, said in requirements()
        for page, anchor in re.findall(PAGE, said)
        if not (ROOT / page).is_file() or (anchor and anchor not in anchors(ROOT / page))
    ]

    assert broken == []


def test_a_requirement_that_another_answers_for_is_one():
    numbers = {number for number, *_ in requirements()}
    sent = re.compile(r"(?<![\w.])\d{1,2}\.\d{1,2}\.\d{1,2}(?![\w.])")

    assert {one for *_, said in requirements() for one in sent.findall(said)} <= numbers


def test_nine_tenths_of_what_the_asvs_asks_of_this_software_are_proved_by_a_test():
    """Of levels 1 and 2, and of what is not the deployer's to do."""
    asked = [
        (status, said)
        for _, level, status, said in requirements()
        if level in "12" and status in {"proved", "no"}
    ]

    proved = [said for status, said in asked if status == "proved" and re.search(NAMED, said)]
    assert len(proved) >= 0.9 * len(asked)


def test_what_the_asvs_asks_first_and_is_not_met_is_said_where_one_looks_for_it():
    missing = text_of(DOCS / "security.md").partition("\n- **Of the ASVS**")[2].partition("\n")[0]
    unmet = {
        number for number, level, status, _ in requirements() if level in "12" and status == "no"
    }

    assert set(re.findall(r"\((\d+\.\d+\.\d+)\)", missing)) == unmet


# --- Keys ------------------------------------------------------------------------------------

USES_OF_KEYS = (
    r"^\s*(?:from|import) (?:cryptography|hmac|hashlib|secrets|jwt|pyhanko)\b"
    r"|\bcore import signing\b|salted_hmac|constant_time_compare|Argon2PasswordHasher"
)


def test_the_inventory_of_keys_names_each_module_that_has_to_do_with_one():
    written = text_of(DOCS / "security.md").partition("\n## Keys and algorithms\n")[2]
    named = set(re.findall(r"`(sporades/[\w/]+\.py)`", written.partition("\n## ")[0]))

    using = {
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "sporades").rglob("*.py"), *(ROOT / "config").glob("*.py")]
        if re.search(USES_OF_KEYS, text_of(path), re.MULTILINE)
    }
    assert named == using
