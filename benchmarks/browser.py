"""A browser without script, for the processes that make the load: the standard library alone."""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

SITE = "inscriptions.exemple.test"
PATIENCE = 60
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
REVISION = re.compile(r'name="revision" value="(\d+)"')


class Wrong(Exception):
    """A page is not the one that was expected: the measure would be worth nothing."""


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    path: str
    body: bytes = field(repr=False)

    def said(self, pattern: re.Pattern[str]) -> str:
        """Return what a page holds; empty where it does not."""
        found = pattern.search(self.body.decode())
        return found[1] if found else ""


class Browser:
    """Cookies, one connection, and how long each answer took."""

    def __init__(self, port: int, cookies: Mapping[str, str] = {}) -> None:
        """Make a browser that knows these cookies."""
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.cookies = dict(cookies)
        self.seconds: list[float] = []

    def get(self, path: str) -> Answer:
        """Read a page, wherever it leads."""
        return self._follow(self.ask("GET", path))

    def post(self, path: str, answers: Mapping[str, str], *, page: Answer | None = None) -> Answer:
        """Send the form of a page, and read where it leads."""
        return self._follow(self.send(path, answers, page=page))

    def send(self, path: str, answers: Mapping[str, str], *, page: Answer | None = None) -> Answer:
        """Send the form of a page; stop there."""
        token = page.said(TOKEN) if page else self.cookies["__Host-csrf"]
        return self.ask("POST", path, urlencode({"csrfmiddlewaretoken": token, **answers}))

    def ask(
        self,
        method: str,
        path: str,
        body: str | bytes = "",
        more: Mapping[str, str] = {},
    ) -> Answer:
        """Make one request; `more` goes in its head."""
        headers = {
            "Host": SITE,
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if method in ("PATCH", "POST"):
            headers["Origin"] = f"https://{SITE}"
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        headers |= more
        start = time.perf_counter()
        self.line.request(method, path, body, headers)
        said = self.line.getresponse()
        content = said.read()
        self.seconds.append(time.perf_counter() - start)
        for cookie in said.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(said.status, said.headers.get("Location", path), content)

    def _follow(self, answer: Answer) -> Answer:
        while answer.status == http.client.FOUND:
            answer = self.ask("GET", urlsplit(answer.path).path)
        if answer.status != http.client.OK:
            raise Wrong(f"{answer.path}: {answer.status}")
        return answer
