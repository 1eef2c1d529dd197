"""What is in the tree, and what may never be."""

import re
from pathlib import Path

from fontTools.ttLib import TTFont

from tests.tree import ROOT, ending, found, text_of, tree

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
