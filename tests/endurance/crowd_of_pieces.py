"""Candidates who give pieces, members of the office who judge them."""

import base64
import html
import http.client
import random
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

from sporades.acts.pieces.providing import NothingAwaited, TooOften
from tests.endurance.crowd import A_BREATH, PAUSE, Crowd, Person, a_form_with
from tests.endurance.servers import Answer, Browser
from tests.evidence.given import IDENTITY

GIVEN, JUDGED = "pieces given", "verdicts"
PAGE = f"pieces/{IDENTITY}"
PART = 100_000
ACCEPTED_OF_TEN = 1
"""How many verdicts of ten are « Conforme », after which nothing more is given for a piece."""


@dataclass(frozen=True)
class Told:
    """A verdict that was acknowledged: of which file, and which."""

    deposit: int
    verdict: str


@dataclass
class Pieces:
    """What a crowd does of pieces.

    Attributes:
        crowd: who acts.
        photos: what candidates give.
        tried: the names of the files that somebody meant to give.
        resumed: how many times a file went on after a part without an answer.
    """

    crowd: Crowd
    photos: list[bytes]
    tried: list[str] = field(default_factory=list)
    resumed: int = 0

    # --- A candidate ----------------------------------------------------------------------

    def gives(self, people: list[Person], *, by_parts: bool) -> None:
        """Give one file, as one of some candidates of whom a piece is awaited."""
        person = random.choice(people)
        name = f"{uuid4()}.jpg"
        photo = random.choice(self.photos)
        self.tried.append(name)
        if not self.crowd.insists(lambda: self._reads(person)):
            people.remove(person)
            return
        send = self._sends_by_parts if by_parts else self._sends
        if send(person, name, photo):
            self.crowd.told[GIVEN].append(name)
            self.crowd.waits(random.uniform(0, A_BREATH))
        else:
            people.remove(person)

    def _reads(self, person: Person) -> bool | None:
        """Open the page; return whether a file may be given."""
        page = person.browser.get(self.crowd.web, person.at(PAGE))
        return page.status == 200 if page.status in (200, 302) else self.crowd.later(page)

    def _sends(self, person: Person, name: str, photo: bytes) -> bool:
        press = str(uuid4())

        def sent() -> bool | None:
            token = person.browser.token
            form = a_form_with(name, photo, csrfmiddlewaretoken=token, envoi=press)
            return self._is_taken(
                person.browser.send(self.crowd.web, "POST", person.at(PAGE), *form)
            )

        return self.crowd.insists(sent)

    def _sends_by_parts(self, person: Person, name: str, photo: bytes) -> bool:
        where = self.crowd.insists(lambda: self._announces(person, name, photo))
        start = 0
        while start < len(photo):
            reached = self.crowd.insists(lambda: self._sends_part(person, where, photo, start))  # noqa: B023 - called at once
            # What was acknowledged is there; and of a part without an answer, all or nothing.
            assert reached in (start, min(start + PART, len(photo))), (reached, start)
            start = reached
        key = where.rpartition("/")[2]
        return self.crowd.insists(
            lambda: self._is_taken(
                person.browser.post(self.crowd.web, person.at(PAGE), {"envois": key, "envoi": key})
            )
        )

    def _announces(self, person: Person, name: str, photo: bytes) -> str | None:
        told = ((one, base64.b64encode(name.encode()).decode()) for one in ("filename", "mark"))
        said = {
            "Upload-Length": str(len(photo)),
            "Upload-Metadata": ",".join(" ".join(pair) for pair in told),
        }
        answer = self._speaks(person, "POST", "/envois", **said)
        return answer.location if answer.status == 201 else self.crowd.later(answer)

    def _sends_part(self, person: Person, where: str, photo: bytes, start: int) -> int | None:
        """Send a part; return how much has come, also where no answer said so."""
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(start)}
        try:
            answer = self._speaks(person, "PATCH", where, photo[start : start + PART], **kind)
        except (OSError, http.client.HTTPException):
            answer = None
        if answer is None or answer.status != 204:
            if answer is not None and answer.status != 409:
                self.crowd.later(answer)
            self.crowd.unanswered += 1
            answer = self._speaks(person, "HEAD", where)
            self.resumed += answer.status == 204
        if answer.status != 204:
            return self.crowd.later(answer)
        return int(answer.headers["Upload-Offset"])

    def _speaks(
        self, person: Person, method: str, path: str, body: bytes = b"", **said: str
    ) -> Answer:
        told = {"Tus-Resumable": "1.0.0", "X-CSRFToken": person.browser.token, **said}
        return person.browser.send(self.crowd.web, method, path, body, told)

    def _is_taken(self, answer: Answer) -> bool | None:
        back = "/pieces"
        return self.crowd.is_taken(answer, back, refusals=(NothingAwaited, TooOften))

    # --- The office -----------------------------------------------------------------------

    def judges(self, browser: Browser) -> None:
        """Judge one of the pieces that wait; what a colleague or the candidate came before is left."""
        if told := self.crowd.insists(lambda: self._judges(browser)):
            self.crowd.told[JUDGED].append(told)
        else:
            self.crowd.waits(PAUSE)

    def _judges(self, browser: Browser) -> Told | bool | None:
        queue = browser.get(self.crowd.web, "/gestion/pieces")
        if queue.status != 200:
            return self.crowd.later(queue)
        lines = re.findall(r'<th scope="row"><a class="fr-link" href="([^"]+)"', queue.text)
        if not lines:
            return False
        where = html.unescape(random.choice(lines))
        page = browser.get(self.crowd.web, where)
        if page.status != 200:
            return self.crowd.later(page)
        if not (seen := re.search(r'name="vue" value="(\d+)"', page.text)):
            return False
        verdict = "accept" if random.randrange(10) < ACCEPTED_OF_TEN else "refuse"
        read = re.search(r'name="lue" value="([^"]*)"', page.text)
        mark = {"lue": html.unescape(read[1])} if read else {}
        said = {"verdict": verdict, "raison": "autre", "motif": "Illisible."}
        answers = {"vue": seen[1], **mark, **said}
        answer = browser.post(self.crowd.web, where, answers)
        if answer.status == 302:
            return Told(int(seen[1]), verdict)
        is_overtaken = answer.status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
        return False if is_overtaken else self.crowd.later(answer)
