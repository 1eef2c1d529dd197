"""Make the one style sheet of the design system: ``python -m sporades.web.layout.bundle``.

The DSFR, as django-dsfr carries it, is 17 MB in 1,600 files: every component, three
versions of each, and the brand of the French State. What pages use of it is kept in one
file, ``static/design.css``, written by this module and compared with it by a test:

- of the components named below, the rules of the classes named below, without the State's
  fonts and emblem;
- the icons named below, inside the file;
- dark colours also when the system asks for them, so that no script is needed.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

STATIC = Path(__file__).resolve().parent.parent / "static"
TARGET = STATIC / "design.css"
THEME = STATIC / "theme.css"

COMPONENTS = (
    "breadcrumb",
    "button",
    "checkbox",
    "form",
    "input",
    "link",
    "pagination",
    "radio",
    "select",
    "skiplink",
)
CLASSES = frozenset(
    """
    breadcrumb breadcrumb__link breadcrumb__list btn btn--icon-left btn--secondary btn--sm
    btn--tertiary btn--tertiary-no-outline checkbox-group checkbox-group--error
    checkbox-group--sm container error-text fieldset fieldset__element fieldset__legend h3 h5 h6
    hint-text icon--sm input label link link--icon-left mb-4w mt-6w pagination pagination__link
    pagination__link--label pagination__link--next pagination__link--prev pagination__list
    radio-group select skiplinks skiplinks__list sr-only text--regular
    """.split()  # noqa: SIM905 - a list to read at a glance
)
ICONS = frozenset(
    """
    arrow-left-line calendar-event-line checkbox-circle-fill close-circle-line download-line
    edit-line error-warning-line file-text-line folder-2-line information-line lock-line
    mail-line map-pin-2-line menu-2-fill phone-line save-line time-line user-line warning-fill
    """.split()  # noqa: SIM905 - a list to read at a glance
)
# Old names of icons, old browsers, and what is told by a part of its name alone.
UNUSED = re.compile(r"-ms-|fr-fi-|fr-ratio|fr-responsive|fr-artwork|fr-btns-group")
STATE_FONT = re.compile(r"font-family:(?:Marianne|Spectral)[^;}]*")
STATE_BLUE = {"%23000091": "%230b4d73", "%238585f6": "%2385c8ee", "#000091": "#0b4d73"}
# What may stand as it is in the address of an icon, between double quotes.
SAFE = " '=:/,.()-"
DARK = "[data-fr-theme=dark]"
CLASS, NOT = re.compile(r"\.fr-([\w-]+)"), re.compile(r":not\([^()]*\)")
REFERENCE = re.compile(r"url\((['\"]?)((?:\.\./)+icons/[^'\")]+)\1\)")
VARIABLE = re.compile(r"var\((--[\w-]+)")
DECLARED = re.compile(r"""(?<=[{;])(--[\w-]+):((?:"[^"]*"|'[^']*'|[^;}"'])*);?""")


def bundle() -> str:
    """Return the style sheet that the installed django-dsfr gives."""
    source = files("dsfr") / "static/dsfr/dist"
    sheets = [source / "core/core.main.min.css", source / "scheme/scheme.min.css"]
    sheets += [source / f"component/{name}/{name}.main.min.css" for name in COMPONENTS]
    sheets += [source / "utility/icons/icons.main.min.css"]
    texts = [sheet.read_text(encoding="utf-8") for sheet in sheets]
    version = re.search(r"DSFR v([\d.]+)", texts[0])
    icons = {
        f"{folder.name}/{icon.name}": icon.read_text(encoding="utf-8")
        for folder in (source / "icons").iterdir()
        for icon in folder.iterdir()
        if icon.name.endswith(".svg")
    }
    kept = [
        _own_brand(rule, icons)
        for text in texts
        for rule in _filtered(re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    ]
    css = _without_unused_variables([rule for rule in kept if rule])
    head = (
        f"/*! DSFR {version[1] if version else ''}, MIT licence, as carried by django-dsfr; "
        "reduced by sporades/web/layout/bundle.py: do not edit. */\n"
    )
    return head + "\n".join(css) + "\n"


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Give each (prelude, body) of a minified sheet; quoted strings hold no brace."""
    start = depth = opened = 0
    quote = ""
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            depth += 1
            opened = opened if depth > 1 else index
        elif sign == "}":
            depth -= 1
            if not depth:
                yield text[start:opened].strip(), text[opened + 1 : index].strip()
                start = index + 1


def _filtered(text: str) -> Iterator[str]:
    for prelude, body in _blocks(text):
        if prelude.startswith("@font-face") or "-ms-" in prelude:
            continue
        if prelude.startswith(("@media", "@supports")):
            inner = "".join(_filtered(body))
            if inner:
                yield f"{prelude}{{{inner}}}"
            continue
        selectors = [one for one in _selectors(prelude) if _is_used(one)]
        dark = [one for one in selectors if DARK in one]
        light = [one for one in selectors if DARK not in one]
        if light:
            yield f"{','.join(light)}{{{body}}}"
        if dark:
            # On a screen only: paper is white.
            chosen = ",".join(dark)
            asked = chosen.replace(DARK, ":not([data-fr-theme=light])")
            yield f"@media screen{{{chosen}{{{body}}}}}"
            yield f"@media screen and (prefers-color-scheme:dark){{{asked}{{{body}}}}}"


def _selectors(prelude: str) -> list[str]:
    return re.split(r",(?![^(\[]*[)\]])", prelude)


def _is_used(selector: str) -> bool:
    """Return whether a page may have what a selector is of: every class in it is named."""
    named = CLASS.findall(NOT.sub("", selector))
    return not UNUSED.search(selector) and all(map(_is_named, named))


def _is_named(name: str) -> bool:
    icon = name.removeprefix("icon-").removeprefix("fr--")
    return name in CLASSES or (name.startswith("icon-") and icon in ICONS)


def _own_brand(rule: str, icons: dict[str, str]) -> str:
    rule = STATE_FONT.sub("font-family:var(--font)", rule)
    for state, ours in STATE_BLUE.items():
        rule = rule.replace(state, ours)
    # Every browser reads the prefixed name: the icon is written once.
    rule = re.sub(r"(-webkit-mask-image:(url\([^)]*\));)mask-image:\2", r"\1", rule)

    def inside(match: re.Match[str]) -> str:
        svg = icons["/".join(match[2].split("/")[-2:])]
        return f'url("data:image/svg+xml,{quote(svg.replace(chr(34), chr(39)), safe=SAFE)}")'

    return REFERENCE.sub(inside, rule)


def _without_unused_variables(rules: list[str]) -> list[str]:
    declared: dict[str, set[str]] = {}
    for rule in rules:
        for name, value in DECLARED.findall(rule):
            declared.setdefault(name, set()).update(VARIABLE.findall(value))
    roots = THEME.read_text(encoding="utf-8") + "".join(DECLARED.sub("", rule) for rule in rules)
    used: set[str] = set()
    waiting = set(VARIABLE.findall(roots))
    while waiting:
        name = waiting.pop()
        used.add(name)
        waiting |= declared.get(name, set()) - used

    def pruned(rule: str) -> str:
        rule = DECLARED.sub(lambda match: match[0] if match[1] in used else "", rule)
        previous = ""
        while previous != rule:
            previous, rule = rule, re.sub(r"[^{}]*\{\}", "", rule)
        return rule

    return [rule for rule in map(pruned, rules) if rule]


if __name__ == "__main__":
    TARGET.write_text(bundle(), encoding="utf-8")
