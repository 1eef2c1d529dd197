"""Templates: each is used, trusts no text, holds no script, carries its token."""

import ast
import re
from pathlib import Path

import django
from allauth import account

from sporades.documents import kinds
from sporades.registrations.sections import SECTIONS
from sporades.web.candidate.drafts import DOOR as CANDIDATE
from sporades.web.office.registrations.filling import DOOR as OFFICE
from sporades.web.wizard.door import PAGES
from tests.tree import ending, found, parsed, text_of, tree

TEMPLATE_LIBRARIES = (
    Path(django.__file__).parent / "forms/templates",
    Path(account.__file__).parent.parent / "templates",
)


def templates():
    """Every template of ours, Django's and Jinja's: its name, its path."""
    found = (re.fullmatch(r"sporades/.+?/(?:templates|jinja2)/(.+)", path) for path in tree())
    return {one[1]: one[0] for one in found if one}


def names_made_of_data():
    """The templates whose names are computed: of a tab, of a door to them, of a kind of document."""
    return {
        *(f"wizard/tabs/{section.slug}.html" for section in SECTIONS),
        *(door.page(name) for door in (CANDIDATE, OFFICE) for name in PAGES),
        *(kind.twin_template for kind in kinds.registered()),
    }


def strings_of(path):
    return {
        node.value
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


GALLERY = "components/gallery.html"


def test_every_template_is_used():
    """The gallery is no use: what it alone shows is dead."""
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
    assert unused == set()


KEEPS = re.compile(r'<a class="([^"]+)"[^>]*>(Garder [^<]+)</a>')
DESTROYS = re.compile(r'<button class="([^"]+)"[^>]*>([^<]+)</button>')


def test_where_one_is_asked_whether_one_is_sure_the_filled_button_comes_first_and_keeps():
    """Nor does the other say « Retirer » alone: it says what it takes away."""
    asking = {}
    for path in templates().values():
        for row in re.findall(r'<p class="s-buttons">.*?</p>', text_of(path), flags=re.DOTALL):
            keeps, destroys = KEEPS.search(row), DESTROYS.search(row)
            if keeps and destroys:
                classes = keeps[1], destroys[1], keeps.start() < destroys.start()
                asking[Path(path).stem] = (*classes, " " in destroys[2])

    assert set(asking.values()) == {("fr-btn", "fr-btn fr-btn--secondary", True, True)}, asking
    assert asking.keys() >= {
        "abandon",
        "drop_file",
        "take_back_paper",
        "take_back_piece",
        "withdraw",
    }


def test_a_template_trusts_no_text_and_holds_no_script_nor_style():
    ours = sorted(templates().values())

    assert found(r"\|\s*safe\b|\|\s*safeseq\b|autoescape off|\bcsrf_exempt\b", ours) == []
    assert found(r"<style|\sstyle\s*=|[\s\"']on[a-z]+\s*=\s*[\"']|javascript:", ours) == []
    assert (
        found(r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"|type=\"module\" src=))", ours)
        == []
    )


def test_a_template_asks_where_a_row_stands_of_a_property():
    """A state that is called otherwise takes its branch away, and nothing fails."""
    ours = [path for path in sorted(templates().values()) if not path.endswith("/checklist.html")]

    assert found(r"\.(state|outcome)\s*[!=]=|\.(state|outcome) (not )?in ", ours) == []


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


def test_a_part_that_posts_is_given_the_token_of_its_page():
    posting = {name for name, path in templates().items() if "{% csrf_token %}" in text_of(path)}
    included = [
        (name, part, said)
        for name, path in templates().items()
        for part, said in re.findall(r"{% include \"([^\"]+)\"([^%]*)%}", text_of(path))
    ]
    without = [
        (name, part)
        for name, part, said in included
        if part in posting and re.search(r"\bonly\b", said) and "csrf_token=csrf_token" not in said
    ]

    assert {part for _, part, _ in included} & posting
    assert without == []


def test_whoever_works_on_files_reads_both_names_of_a_candidate():
    """Lists are sorted by the family name, found by either: one of them alone would not be known."""
    rooms = ["sporades/web/office/", "sporades/web/doctor/"]
    named = {
        path: re.findall(r"identity\.(\w*name\w*)", text_of(path))
        for path in (*ending(".html", under=rooms), *ending(".py", under=rooms))
    }

    # The file of a registration says apart the family name of whoever has two.
    assert {name for names in named.values() for name in names} == {
        "listed_name",
        "usage_name",
        "birth_name",
    }
    assert [path for path, names in named.items() if {"birth_name"} & set(names)] == [
        "sporades/web/office/templates/office/file.html"
    ]
