"""Candidates who confide papers of health and ask for accommodations, doctors, who decides.

Each request goes the whole way, then its candidate makes another one.
"""

import html
import random
import re
from dataclasses import dataclass, field
from uuid import uuid4

from sporades.acts.medical.confiding import TooOften
from sporades.medical.operations import TooMuch, TooMuchWithDoctor
from sporades.web.candidate.accommodations.health_shown import OTHER
from tests.accommodations.asked import THIRD
from tests.endurance.crowd import A_BREATH, PAUSE, Crowd, Person, a_form_with
from tests.endurance.servers import Answer, Browser

CONFIDED, TAKEN_BACK, SENT = "papers confided", "papers taken back", "requests sent"
OPENED, SIGNED = "papers opened", "opinions"
DECIDED, NOTIFIED = "decisions", "notifications"

KINDS = ("CERTIFICAT", OTHER.code)
WISHES = {"mesures-1": THIRD, "decision": "non", "plan": "aucun"}
SIGNATORY = {
    "prenom": "Claude",
    "nom": "Martin",
    "fonction": "cheffe du service des examens",
    "service": "Rectorat de Lille",
}
DOCTOR = "/medecin/"
REVISION = r'name="revision" value="(\d+)"'
SEEN = r'name="vue" value="(\d+)"'
STEPS = ("a-confier", "a-decider", "a-notifier")
LATELY = 3
"""One paper in so many is taken back before the request is sent."""


@dataclass(frozen=True)
class Opinion:
    """An opinion that was signed: of which request, and which on its measure."""

    case: int
    opinion: str


@dataclass(frozen=True)
class Decided:
    """A decision that was kept: for which registration, and which on its measure."""

    number: str
    decision: str


@dataclass(frozen=True)
class Opened:
    """A paper of which a doctor was given the bytes."""

    paper: str
    reader: str


@dataclass(frozen=True)
class Tried:
    """A paper that its candidate meant to confide."""

    person: Person
    photo: bytes


@dataclass
class Accommodations:
    """What a crowd does of requests for accommodations.

    Attributes:
        crowd: who acts.
        photos: what candidates confide.
        tried: the papers that somebody meant to confide, by their name.
        leaving: the names of those that somebody meant to take back.
    """

    crowd: Crowd
    photos: list[bytes]
    tried: dict[str, Tried] = field(default_factory=dict)
    leaving: set[str] = field(default_factory=set)

    # --- A candidate ----------------------------------------------------------------------

    def asks(self, people: list[Person]) -> None:
        """Confide a paper and send a request, as one of some candidates, unless theirs is looked at."""
        person = random.choice(people)
        if not self.crowd.insists(lambda: self._is_written(person)):
            self.crowd.waits(PAUSE)
            return
        if not self._confides(person):
            people.remove(person)
            return
        if not random.randrange(LATELY):
            self._takes_back(person)
        self.crowd.insists(lambda: self._sends(person))
        self.crowd.told[SENT].append(person.number)
        self.crowd.waits(random.uniform(0, A_BREATH))

    def _is_written(self, person: Person) -> bool | None:
        """Begin a request where one may be; return whether there is one to be sent."""
        page = self._reads(person, "amenagement")
        if page is None:
            return None
        if "/amenagement/mesures" not in page.text:
            return False
        if _to_be_sent(page) is None:
            where = person.at("amenagement/mesures")
            answer = person.browser.post(self.crowd.web, where, WISHES)
            if answer.status != 302:
                return self.crowd.later(answer)
        return True

    def _confides(self, person: Person) -> bool:
        name, photo, press = f"{uuid4()}.jpg", random.choice(self.photos), str(uuid4())
        where = f"sante/{random.choice(KINDS)}"
        self.tried[name] = Tried(person, photo)

        def sent() -> bool | None:
            token = person.browser.token
            form = a_form_with(name, photo, csrfmiddlewaretoken=token, envoi=press)
            answer = person.browser.send(self.crowd.web, "POST", person.at(where), *form)
            full = (TooMuch, TooMuchWithDoctor, TooOften)
            return self.crowd.is_taken(answer, "/sante", refusals=full)

        self.crowd.insists(lambda: self._reads(person, where))
        if is_given := self.crowd.insists(sent):
            self.crowd.told[CONFIDED].append(name)
        return is_given

    def _takes_back(self, person: Person) -> None:
        page = self.crowd.insists(lambda: self._reads(person, "sante"))
        given = re.findall(
            r'href="([^"]+/sante/papiers/[0-9a-f-]{36})">\W*([0-9a-f-]{36}\.jpg)', page.text
        )
        # What a decision was made with is not taken back while it may be contested.
        free = [(where, name) for where, name in given if f'{where}/retrait"' in page.text]
        if not free:
            return
        where, name = random.choice(free)
        self.leaving.add(name)
        self.crowd.insists(lambda: self._erases(person, where))
        self.crowd.told[TAKEN_BACK].append(name)

    def _erases(self, person: Person, where: str) -> bool | None:
        answer = person.browser.post(self.crowd.web, f"{where}/retrait")
        # It is not there any more once a first try, without an answer, has taken it back.
        return True if answer.status in (302, 404) else self.crowd.later(answer)

    def _sends(self, person: Person) -> bool | None:
        """Send the request; return that it is, once its page says so."""
        page = self._reads(person, "amenagement")
        if page is None:
            return None
        if (seen := _to_be_sent(page)) is None:
            return True
        answer = person.browser.post(self.crowd.web, person.at("amenagement/envoi"), {"vu": seen})
        if answer.status != 302:
            return self.crowd.later(answer)
        page = self._reads(person, "amenagement")
        return True if page and _to_be_sent(page) is None else None

    def _reads(self, person: Person, page: str) -> Answer | None:
        answer = person.browser.get(self.crowd.web, person.at(page))
        return answer if answer.status == 200 else self.crowd.later(answer)

    # --- A doctor -------------------------------------------------------------------------

    def opines(self, browser: Browser, reader: str) -> None:
        """Take a request, open a paper of it and sign an opinion.

        Args:
            browser: the doctor's.
            reader: how the service names them.
        """
        if told := self.crowd.insists(lambda: self._opines(browser, reader)):
            self.crowd.told[SIGNED].append(told)
        else:
            self.crowd.waits(PAUSE)

    def _opines(self, browser: Browser, reader: str) -> Opinion | bool | None:
        home = browser.get(self.crowd.web, DOCTOR)
        if home.status != 200:
            return self.crowd.later(home)
        mine, _, others = home.text.partition('<h2 id="a-prendre">')
        if waiting := re.findall(r'href="(/medecin/demandes/\d+)"', mine):
            where = random.choice(waiting)
        elif free := re.findall(r'action="(/medecin/demandes/\d+)/prise"', others):
            where = random.choice(free)
            taken = browser.post(self.crowd.web, f"{where}/prise")
            if taken.status != 302:
                return self.crowd.later(taken)
            if taken.location != where:
                return False
        else:
            return False
        return self._signs(browser, reader, where)

    def _signs(self, browser: Browser, reader: str, where: str) -> Opinion | bool | None:
        page = browser.get(self.crowd.web, where)
        if page.status != 200:
            return self.crowd.later(page)
        if papers := re.findall(r'name="ouvrir" value="([0-9a-f-]+)"', page.text):
            paper = random.choice(papers)
            opened = browser.get(self.crowd.web, f"{where}/papiers/{paper}")
            if opened.status != 200:
                return self.crowd.later(opened)
            self.crowd.told[OPENED].append(Opened(paper, reader))
        [field] = set(re.findall(r'name="(avis-\w+)"', page.text))
        [revision] = re.findall(REVISION, page.text)
        opinion = random.choice(("favourable", "unfavourable"))
        typed = {field: opinion, "texte": "Rien de plus.", "revision": revision, "relire": "1"}
        kept = browser.post(self.crowd.web, where, typed)
        if kept.status != 302:
            return False if kept.status == 409 else self.crowd.later(kept)
        over = browser.get(self.crowd.web, f"{where}/signature")
        if over.status != 200:
            return self.crowd.later(over)
        [seen], [revision] = re.findall(SEEN, over.text), re.findall(REVISION, over.text)
        signed = browser.post(
            self.crowd.web, f"{where}/signature", {"vue": seen, "revision": revision}
        )
        if signed.status != 302:
            return self.crowd.later(signed)
        return (
            Opinion(int(where.rpartition("/")[2]), opinion) if signed.location == DOCTOR else False
        )

    # --- Who decides ----------------------------------------------------------------------

    def decides(self, browser: Browser) -> None:
        """Entrust a request, decide of one or notify one; what a colleague came before is left."""
        if not self.crowd.insists(lambda: self._decides(browser)):
            self.crowd.waits(PAUSE)

    def _decides(self, browser: Browser) -> bool | None:
        step = random.choice(STEPS)
        queue = browser.get(self.crowd.web, f"/gestion/amenagements?etape={step}")
        if queue.status != 200:
            return self.crowd.later(queue)
        lines = re.findall(r'href="(/gestion/inscriptions/[^"]+/traiter[^"]*)"', queue.text)
        if not lines:
            return False
        where = html.unescape(random.choice(lines))
        page = browser.get(self.crowd.web, where)
        if page.status != 200:
            return self.crowd.later(page)
        acts = re.findall(r'name="geste" value="(\w+)"', page.text)
        act = next((one for one in ("confier", "decider", "notifier") if one in acts), None)
        if act is None:
            return False
        answers = {"geste": act, "vue": re.findall(SEEN, page.text)[0], **_answers(act, page)}
        answer = browser.post(self.crowd.web, where, answers)
        if answer.status != 302:
            return False if answer.status == 422 else self.crowd.later(answer)
        number = where.split("/")[3]
        if act == "decider":
            [decision] = [said for name, said in answers.items() if name.startswith("decision-")]
            self.crowd.told[DECIDED].append(Decided(number, decision))
        elif act == "notifier":
            self.crowd.told[NOTIFIED].append(number)
        return True


def _answers(act: str, page: Answer) -> dict[str, str]:
    """Return what a form of the page asks for."""
    if act == "confier":
        doctors = re.findall(r'<option value="(\d+)"', page.text)
        return {"medecin": random.choice(doctors)}
    if act == "notifier":
        return {"decidee": re.findall(r'name="decidee" value="([^"]+)"', page.text)[0]}
    [code] = set(re.findall(r'name="decision-(\w+)"', page.text))
    decision = random.choice(("granted", "refused"))
    follows = ("Avis favorable" in page.text) == (decision == "granted")
    return {
        f"decision-{code}": decision,
        f"{'motif' if follows else 'contre'}-{code}": "Non prévue pour cette épreuve.",
        **SIGNATORY,
    }


def _to_be_sent(page: Answer) -> str | None:
    """Return the revision of the request that a page offers to send, if it does."""
    found = re.search(r'name="vu" value="(\d+)"', page.text)
    return found[1] if found else None
