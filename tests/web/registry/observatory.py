"""The grade that the HTTP Observatory (Mozilla, now MDN) gives an answer, by its published rules.

A hundred points to begin with, penalties, then bonuses for whoever keeps ninety. What needs a
network is left out: redirection from HTTP belongs to the proxy, preloading to the browsers.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import lxml.html
from django.http import HttpResponseBase

BONUS_FROM = 90
HALF_A_YEAR = 15_768_000
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
UNSAFE = {"'unsafe-inline'", "data:"}
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}

type Policy = dict[str, set[str]]


@dataclass(frozen=True)
class Grade:
    """A grade, and what each rule changed."""

    points: dict[str, int]

    @property
    def score(self) -> int:
        """The score; bonuses count from ninety on."""
        base = 100 + sum(points for points in self.points.values() if points < 0)
        bonuses = sum(points for points in self.points.values() if points > 0)
        return max(0, base + bonuses if base >= BONUS_FROM else base)

    @property
    def letter(self) -> str:
        """The letter, from A+ to F."""
        steps = ((100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-"))
        steps += ((60, "C+"), (50, "C"), (45, "C-"), (40, "D+"), (30, "D"), (25, "D-"))
        return next((letter for least, letter in steps if self.score >= least), "F")


def grade(response: HttpResponseBase) -> Grade:
    """Return the grade of an answer, as if it came over HTTPS."""
    headers = response.headers
    policy = parsed(headers.get("Content-Security-Policy", ""))
    return Grade(
        {
            "Content-Security-Policy": _policy(policy),
            "cookies": _cookies(response, is_kept_to_https=_transport(headers) == 0),
            "cross-origin sharing": _sharing(headers),
            "Referrer-Policy": _referrer(headers.get("Referrer-Policy", "")),
            "Strict-Transport-Security": _transport(headers),
            "scripts of other sites": _scripts(response),
            "X-Content-Type-Options": 0
            if headers.get("X-Content-Type-Options") == "nosniff"
            else -5,
            "frames": _frames(policy, headers.get("X-Frame-Options", "")),
            "Cross-Origin-Resource-Policy": _resource(
                headers.get("Cross-Origin-Resource-Policy", "")
            ),
        }
    )


def parsed(header: str) -> Policy:
    """Return the directives of a content security policy, the first of each."""
    policy: Policy = {}
    for directive in header.split(";"):
        name, *sources = directive.split() or [""]
        if name:
            policy.setdefault(name.lower(), set(sources))
    return policy


def _policy(policy: Policy) -> int:
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    script, style = policy.get("script-src", default), policy.get("style-src", default)
    active = set().union(*(policy[name] for name in policy if name not in ("img-src", "media-src")))
    rules = (
        (script & (BROAD | UNSAFE) or policy.get("object-src", default) & BROAD, -20),
        (_insecure(active), -20),
        ("'unsafe-eval'" in script | style, -10),
        (_insecure(policy.get("img-src", default) | policy.get("media-src", default)), -10),
        (style & (BROAD | UNSAFE), 0),
        (default == {"'none'"}, 10),
    )
    return next((points for applies, points in rules if applies), 5)


def _insecure(sources: set[str]) -> bool:
    return any(source.startswith(("http:", "ftp:")) for source in sources)


def _cookies(response: HttpResponseBase, *, is_kept_to_https: bool) -> int:
    kept = {name: cookie for name, cookie in response.cookies.items() if cookie["max-age"] != 0}
    found = [0 if kept else None]
    for name, cookie in kept.items():
        is_session = "sess" in name.lower() or "login" in name.lower()
        if not cookie["secure"]:
            found.append(-5 if is_kept_to_https else -20)
            if is_session:
                found.append(-10 if is_kept_to_https else -40)
        if is_session and not cookie["httponly"]:
            found.append(-30)
        if cookie["samesite"] not in ("Lax", "Strict"):
            found.append(-20 if "csrf" in name.lower() or cookie["samesite"] else -1)
    if found == [None]:
        return 0
    worst = min(points for points in found if points is not None)
    return {0: 5, -1: 0}.get(worst, worst)


def _sharing(headers: dict[str, str]) -> int:
    is_open = headers.get("Access-Control-Allow-Origin", "") not in ("", "null")
    return -50 if is_open and headers.get("Access-Control-Allow-Credentials") == "true" else 0


def _referrer(said: str) -> int:
    last = said.rsplit(",", maxsplit=1)[-1].strip().lower()
    if last in PRIVATE:
        return 5
    return 0 if not last else -5


def _transport(headers: dict[str, str]) -> int:
    found = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if found is None:
        return -20
    return 0 if int(found[1]) >= HALF_A_YEAR else -10


def _scripts(response: HttpResponseBase) -> int:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if not is_page or response.streaming or not response.content:
        return 0
    scripts = lxml.html.fromstring(response.content.decode()).xpath("//script[@src]")
    foreign = [one for one in scripts if urlsplit(one.get("src")).netloc]
    if not foreign:
        return 0
    is_checked = all(one.get("integrity") for one in foreign)
    is_secure = all(one.get("src").startswith("https:") for one in foreign)
    return {(True, True): 5, (True, False): -20, (False, True): -5}.get(
        (is_checked, is_secure), -50
    )


def _frames(policy: Policy, header: str) -> int:
    if "frame-ancestors" in policy and not policy["frame-ancestors"] & BROAD:
        return 5
    return 0 if header.upper() in ("DENY", "SAMEORIGIN") else -20


def _resource(said: str) -> int:
    return {"": 0, "cross-origin": 0, "same-origin": 10, "same-site": 10}.get(said, -5)
