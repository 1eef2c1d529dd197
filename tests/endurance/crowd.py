"""People before a service that breaks: they know what its answers say, and nothing else.

What got no answer they try again, as people do. What they do: `crowd_of_pieces`,
`crowd_of_accommodations`.
"""

import html
import http.client
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from threading import Event, Thread

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from sporades.core.refusals import Refused
from sporades.web.layout.sent import NOT_KEPT
from tests.endurance.arena import PATIENCE, eventually
from tests.endurance.servers import Answer, Browser, Web
from tests.spaces import plain

PAUSE = 0.05
A_BREATH = 1.0
"""How long a candidate waits at most before the next file, in seconds."""
PATIENCE_OF_A_CROWD = 2 * PATIENCE
"""How long it takes at most until they are acknowledged again, all parts up, in seconds."""


class Leaving(Exception):
    """Nobody tries again: the day is over."""


@dataclass(frozen=True)
class Person:
    """A candidate before the pages of one registration."""

    browser: Browser
    number: str

    def at(self, page: str) -> str:
        """Return the address of a page of the registration."""
        return f"/mes-inscriptions/{self.number}/{page}"


@dataclass
class Crowd:
    """Who acts, until the day is over, and what they were told of it.

    Attributes:
        web: where they act.
        told: what the service has said that it keeps, by the kind of act.
        unanswered: how many requests got no answer, or one that says to try later.
        wrong: what should never have happened.
    """

    web: Web
    told: defaultdict[str, list] = field(default_factory=lambda: defaultdict(list))
    unanswered: int = 0
    wrong: list[Exception] = field(default_factory=list)
    _leaving: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def comes(self, act: Callable[[], None]) -> None:
        """Let somebody act again and again."""

        def run() -> None:
            try:
                while not self._leaving.is_set():
                    act()
            except Leaving:
                pass
            except Exception as trouble:  # noqa: BLE001 - what happened is what is looked at
                self.wrong.append(trouble)

        thread = Thread(target=run)
        self._threads.append(thread)
        thread.start()

    def leaves(self) -> None:
        """Let everybody go."""
        self._leaving.set()
        for thread in self._threads:
            thread.join()

    def goes_on(self, *, of: Collection[str], meanwhile: Callable[[], None]) -> None:
        """Wait until an act more of each kind is acknowledged; raise what should never happen.

        Args:
            of: the kinds of acts.
            meanwhile: what a supervisor does as long as it lasts.
        """
        before = {kind: len(self.told[kind]) for kind in of}

        def is_served() -> bool:
            meanwhile()
            return bool(self.wrong) or all(len(self.told[kind]) > before[kind] for kind in of)

        eventually(is_served, within=PATIENCE_OF_A_CROWD)
        self.checks()

    def checks(self) -> None:
        """Raise what should never have happened."""
        if self.wrong:
            raise ExceptionGroup("wrong answers", self.wrong)

    def waits(self, seconds: float) -> None:
        """Let some time pass: chance says how much, and nothing relies on it."""
        self._leaving.wait(seconds)

    def insists[T](self, act: Callable[[], T | None]) -> T:
        """Return what an act comes to, tried until it comes to something. Raises Leaving."""
        while not self._leaving.is_set():
            try:
                found = act()
            except (OSError, http.client.HTTPException):
                found = None
            if found is not None:
                return found
            self.unanswered += 1
            self._leaving.wait(PAUSE)
        raise Leaving

    def is_taken(
        self, answer: Answer, back: str, *, refusals: Collection[type[Refused]]
    ) -> bool | None:
        """Return whether a file is kept, by what the service answers; None where it is not known.

        Args:
            answer: to the form that gave the file.
            back: the end of the address to which it sends who gave a file that is kept.
            refusals: those after which it is useless to try again.
        """
        if answer.status == 302:
            assert answer.location.endswith(back), answer
            return True
        words = " ".join(plain(html.unescape(answer.text)).split())
        if answer.status == 422 and NOT_KEPT in words:
            return None
        if answer.status in (409, 422) and any(one.message in words for one in refusals):
            return False
        return self.later(answer)

    def later(self, answer: Answer) -> None:
        """Take an answer that says to try later; any other should never come."""
        assert answer.status >= 500, (answer.status, answer.location, answer.text[:2_000])


def a_form_with(name: str, photo: bytes, **said: str) -> tuple[bytes, dict[str, str]]:
    """Return what a form sends with a file, and what its head says of it."""
    file = SimpleUploadedFile(name, photo, "image/jpeg")
    body = encode_multipart(BOUNDARY, {**said, "fichiers": file})
    return body, {"Content-Type": MULTIPART_CONTENT}
