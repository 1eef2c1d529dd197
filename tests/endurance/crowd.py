"""People before a service that breaks: candidates who give files, members of the office who judge them.

They know what its answers say, and nothing else; what got no answer they try again, as people do.
"""

import base64
import html
import http.client
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from sporades.acts.providing import NothingAwaited, TooOften
from sporades.web.layout.sent import NOT_KEPT
from tests.endurance.arena import PATIENCE, eventually
from tests.endurance.servers import Answer, Browser, Web
from tests.evidence.given import IDENTITY
from tests.spaces import plain

PART = 100_000
PAUSE = 0.05
A_BREATH = 1.0
"""How long a candidate waits at most before the next file, in seconds."""
PATIENCE_OF_A_CROWD = 2 * PATIENCE
"""How long it takes at most until they are acknowledged again, all parts up, in seconds."""
ACCEPTED_OF_TEN = 1
"""How many verdicts of ten are « Conforme », after which nothing more is given for a piece."""


class Leaving(Exception):
    """Nobody tries again: the day is over."""


@dataclass(frozen=True)
class Told:
    """A verdict that was acknowledged: of which file, and which."""

    deposit: int
    verdict: str


@dataclass
class Person:
    """A candidate before the page of one piece."""

    browser: Browser
    number: str

    @property
    def page(self) -> str:
        """Where the piece is given."""
        return f"/mes-inscriptions/{self.number}/pieces/{IDENTITY}"


@dataclass
class Crowd:
    """Who acts, until the day is over, and what they were told of it.

    Attributes:
        web: where they act.
        photos: what candidates give.
        tried: the names of the files that somebody meant to give.
        given: those of which the service has said that they are.
        verdicts: those of which the service has said that they are kept.
        resumed: how many times a file went on after a part without an answer.
        unanswered: how many requests got no answer, or one that says to try later.
        wrong: what should never have happened.
    """

    web: Web
    photos: list[bytes]
    tried: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    verdicts: list[Told] = field(default_factory=list)
    resumed: int = 0
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

    def goes_on(self, *, meanwhile: Callable[[], None]) -> None:
        """Wait until a file and a verdict more are acknowledged; raise what should never happen.

        Args:
            meanwhile: what a supervisor does as long as it lasts.
        """
        given, verdicts = len(self.given), len(self.verdicts)

        def is_served() -> bool:
            meanwhile()
            return bool(self.wrong) or (len(self.given) > given and len(self.verdicts) > verdicts)

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

    # --- A candidate ----------------------------------------------------------------------

    def gives(self, people: list[Person], *, by_parts: bool) -> None:
        """Give one file, as one of some candidates of whom a piece is awaited."""
        person = random.choice(people)
        name = f"{uuid4()}.jpg"
        photo = random.choice(self.photos)
        self.tried.append(name)
        if not self.insists(lambda: self._reads(person)):
            people.remove(person)
            return
        send = self._sends_by_parts if by_parts else self._sends
        if send(person, name, photo):
            self.given.append(name)
            self.waits(random.uniform(0, A_BREATH))
        else:
            people.remove(person)

    def _reads(self, person: Person) -> bool | None:
        """Open the page; return whether a file may be given."""
        page = person.browser.get(self.web, person.page)
        return page.status == 200 if page.status in (200, 302) else self._later(page)

    def _sends(self, person: Person, name: str, photo: bytes) -> bool:
        press = str(uuid4())

        def sent() -> bool | None:
            told = {"csrfmiddlewaretoken": person.browser.token, "envoi": press}
            file = SimpleUploadedFile(name, photo, "image/jpeg")
            body = encode_multipart(BOUNDARY, {**told, "fichiers": file})
            return self._outcome(
                person.browser.send(
                    self.web, "POST", person.page, body, {"Content-Type": MULTIPART_CONTENT}
                )
            )

        return self.insists(sent)

    def _sends_by_parts(self, person: Person, name: str, photo: bytes) -> bool:
        where = self.insists(lambda: self._announces(person, name, photo))
        start = 0
        while start < len(photo):
            reached = self.insists(lambda: self._sends_part(person, where, photo, start))  # noqa: B023 - called at once
            # What was acknowledged is there; and of a part without an answer, all or nothing.
            assert reached in (start, min(start + PART, len(photo))), (reached, start)
            start = reached
        key = where.rpartition("/")[2]
        return self.insists(
            lambda: self._outcome(
                person.browser.post(self.web, person.page, {"envois": key, "envoi": key})
            )
        )

    def _announces(self, person: Person, name: str, photo: bytes) -> str | None:
        told = ((one, base64.b64encode(name.encode()).decode()) for one in ("filename", "mark"))
        said = {
            "Upload-Length": str(len(photo)),
            "Upload-Metadata": ",".join(" ".join(pair) for pair in told),
        }
        answer = self._speaks(person, "POST", "/envois", **said)
        return answer.location if answer.status == 201 else self._later(answer)

    def _sends_part(self, person: Person, where: str, photo: bytes, start: int) -> int | None:
        """Send a part; return how much has come, also where no answer said so."""
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
        try:
            answer = self._speaks(person, "PATCH", where, photo[start : start + PART], **kind)
        except (OSError, http.client.HTTPException):
            answer = None
        if answer is None or answer.status != 204:
            if answer is not None and answer.status != 409:
                self._later(answer)
            self.unanswered += 1
            answer = self._speaks(person, "HEAD", where)
            self.resumed += answer.status == 204
        if answer.status != 204:
            return self._later(answer)
        return int(answer.headers["Upload-Offset"])

    def _speaks(
        self, person: Person, method: str, path: str, body: bytes = b"", **said: str
    ) -> Answer:
        told = {"Tus-Resumable": "1.0.0", "X-CSRFToken": person.browser.token, **said}
        return person.browser.send(self.web, method, path, body, told)

    def _outcome(self, answer: Answer) -> bool | None:
        """Return whether a file is given, by what the service answers; None where it is not known."""
        if answer.status == 302:
            assert answer.location.endswith(f"/pieces#piece-{IDENTITY}"), answer
            return True
        words = " ".join(plain(html.unescape(answer.text)).split())
        if answer.status == 422 and NOT_KEPT in words:
            return None
        if answer.status == 422 and (NothingAwaited.message in words or TooOften.message in words):
            return False
        return self._later(answer)

    # --- The office -----------------------------------------------------------------------

    def judges(self, browser: Browser) -> None:
        """Judge one of the pieces that wait; what a colleague or the candidate came before is left."""
        if told := self.insists(lambda: self._judges(browser)):
            self.verdicts.append(told)
        else:
            self.waits(PAUSE)

    def _judges(self, browser: Browser) -> Told | bool | None:
        queue = browser.get(self.web, "/gestion/pieces")
        if queue.status != 200:
            return self._later(queue)
        lines = re.findall(r'<th scope="row"><a class="fr-link" href="([^"]+)"', queue.text)
        if not lines:
            return False
        where = html.unescape(random.choice(lines))
        page = browser.get(self.web, where)
        if page.status != 200:
            return self._later(page)
        if not (seen := re.search(r'name="vue" value="(\d+)"', page.text)):
            return False
        verdict = "accept" if random.randrange(10) < ACCEPTED_OF_TEN else "refuse"
        answers = {"vue": seen[1], "verdict": verdict, "raison": "autre", "motif": "Illisible."}
        answer = browser.post(self.web, where, answers)
        if answer.status == 302:
            return Told(int(seen[1]), verdict)
        return False if answer.status == 422 else self._later(answer)

    def _later(self, answer: Answer) -> None:
        """Take an answer that says to try later; any other should never come."""
        assert answer.status >= 500, (answer.status, answer.location, answer.text[:2_000])
