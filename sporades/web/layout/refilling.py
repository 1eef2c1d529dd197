"""What was typed before a session ended is put back in its form, as the page that holds it leaves.

The pages of the office and of the doctor have a hundred forms, whose views know nothing of it. A
form gets back what it had sent; nothing of it is saved before it is sent again. What the page showed
then goes back with it: what a colleague has decided since is not overwritten unread.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from django.forms.utils import flatatt
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.html import escape

from sporades.web.layout.kept import NEVER_KEPT, Answers, Waiting, forget, waiting

type Attributes = dict[str, str | None]

SHOWN = (HTTPStatus.OK, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
"""The answers of a page that was posted to, with what was typed in it."""

WHICH = frozenset({"geste", "verdict"})
"""What a hidden field says of its form, where several of a page are sent to one address."""
BUTTONS = frozenset({"submit", "button", "image", "reset"})
TICKED = frozenset({"checkbox", "radio"})
NOT_TYPED = BUTTONS | {"file", "password", "hidden"}
_SENTENCE = re.compile(r"[^\W\d_][,;:.!?»)\"]*\s+[«(\"]*[^\W\d_]")
"""Two words, one after the other."""

ENDED = "Votre session s'était terminée avant l'envoi. "
SENT_AGAIN = (
    "Ce que vous aviez saisi est de nouveau dans le formulaire et n'est pas enregistré : "
    "vérifiez-le, puis envoyez-le."
)
FILE_AGAIN = " Le fichier est à choisir de nouveau."
NO_PLACE = (
    "Rien n'est enregistré. La page a changé depuis, et n'a plus de place pour ce que vous aviez "
    "saisi. Le voici, à copier s'il sert encore."
)
NOTHING_TYPED = "Rien n'est enregistré."
UNREADABLE = (
    "Rien n'est enregistré, et ce que vous aviez saisi ne peut pas être lu en ce moment : le "
    "service n'a pas la clé qui le protège."
)


class refilled:  # noqa: N801 - a middleware, used as the functions beside it
    """Put what waits for the reader in the page that they open, and let go of what they send again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on, then look at what waits."""
        response = self.get_response(request)
        if request.method == "GET" and _is_page(response):
            for one in waiting(request):
                _put_back(request, response, one)
        elif request.method == "POST" and _is_shown_or_taken(request, response):
            for one in waiting(request):
                if one.path == request.path:
                    forget(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Note that the answer shows nothing of what was sent."""
        request.is_refused = True


def _is_page(response: HttpResponse) -> bool:
    is_html = response.get("Content-Type", "").startswith("text/html")
    return is_html and not response.streaming and response.status_code == HTTPStatus.OK


def _is_shown_or_taken(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether what was posted was taken, or is in the page that answers."""
    if getattr(request, "is_kept", False) or getattr(request, "is_refused", False):
        return False
    return response.status_code in SHOWN or response.status_code == HTTPStatus.FOUND


def _put_back(request: HttpRequest, response: HttpResponse, one: Waiting) -> None:
    """Put what waits in its form; on the page that held it, say what has no place there any more."""
    page = Page(response.content.decode(), here=request.path)
    is_its_page = urlsplit(one.page).path == request.path
    form = page.form_of(one.path, one.answers) if one.answers else None
    if form is None and not is_its_page:
        return
    if form is None:
        # What its key does not open is kept for when it is put back.
        if one.answers is not None:
            forget(request, at=one.path)
        text, left = _without_place(one.answers)
    else:
        left = page.fill(form, one.answers or {})
        text = SENT_AGAIN + FILE_AGAIN * form.takes_file
    said = {"text": text if one.was_open else f"{ENDED}{text}", "left": left}
    page.announce(render_to_string("layout/refilled.html", said))
    response.content = page.changed().encode()


def is_written(said: str) -> bool:
    """Return whether somebody wrote this, rather than chose it among others, or is a day or a mark of what was read."""
    return _SENTENCE.search(said) is not None


def _without_place(answers: Answers | None) -> tuple[str, list[str]]:
    if answers is None:
        return UNREADABLE, []
    left = [said for values in answers.values() for said in values if is_written(said)]
    return NO_PLACE if left else NOTHING_TYPED, left


@dataclass
class Control:
    """A control of a form, and where it stands in its page.

    Attributes:
        tag: `input`, `textarea` or `option`, which is of its list.
        start: where its tag begins; it ends at `end`.
        folds: the tags of what is folded around it, as places in the page.
        inside: where the text of a `textarea` begins and ends.
        text: that text.
    """

    tag: str
    kind: str
    name: str
    attrs: Attributes
    start: int
    end: int
    folds: tuple[tuple[int, int], ...]
    inside: tuple[int, int] = (0, 0)
    text: str = ""

    @property
    def value(self) -> str:
        """What it sends; a box without a value sends « on »."""
        return self.attrs.get("value") or ("on" if self.kind in TICKED else "")

    @property
    def said(self) -> str:
        """What is written in it."""
        return self.text if self.tag == "textarea" else self.value

    @said.setter
    def said(self, said: str) -> None:
        if self.tag == "textarea":
            self.text = said
        else:
            self.attrs["value"] = said


@dataclass
class PostForm:
    """A form that is posted, and its controls."""

    path: str
    controls: list[Control] = field(default_factory=list)

    @property
    def takes_file(self) -> bool:
        """Whether a file goes with it, which is never kept."""
        return any(one.kind == "file" for one in self.controls)

    def is_sent_with(self, answers: Answers) -> bool:
        """Return whether it is the one, of those of its address, that sends such answers."""
        hidden = {one.name: one.value for one in self.controls if one.kind == "hidden"}
        return all(
            hidden.get(name, "") == (answers.get(name) or [""])[-1]
            for name in WHICH
            if name in hidden or name in answers
        )

    def asks_of(self, answers: Answers) -> int:
        """Return how many of the questions answered it asks."""
        asked = {one.name for one in self.controls if one.kind not in NOT_TYPED}
        return sum(name in asked for name, values in answers.items() if any(values))


class Page(HTMLParser):
    """A page of ours, whose forms are found and filled without touching anything else of it."""

    def __init__(self, text: str, *, here: str) -> None:
        """Find the forms, and where `main` begins."""
        super().__init__(convert_charrefs=True)
        self.text, self.here = text, here
        self.forms: list[PostForm] = []
        self._lines = [0, *(end + 1 for end, sign in enumerate(text) if sign == "\n")]
        self._form: PostForm | None = None
        self._list, self._textarea, self._main = "", None, 0
        self._folds: list[tuple[int, int]] = []
        self._edits: dict[tuple[int, int], str] = {}
        self.feed(text)
        self.close()

    def form_of(self, path: str, answers: Answers) -> PostForm | None:
        """Return the form that had sent these answers; nothing where it is not in the page."""
        found = [one for one in self.forms if one.path == path and one.is_sent_with(answers)]
        best = max(found, key=lambda one: one.asks_of(answers), default=None)
        return best if best and best.asks_of(answers) else None

    def fill(self, form: PostForm, answers: Answers) -> list[str]:
        """Put answers in a form; return what was written and that it does not ask any more."""
        given = {name: list(values) for name, values in answers.items()}
        for one in form.controls:
            self._fill(one, given, answers)
        asked = {one.name for one in form.controls}
        return [
            said
            for name, values in answers.items()
            if name not in asked
            for said in values
            if is_written(said)
        ]

    def announce(self, said: str) -> None:
        """Say something at the head of the page."""
        self._edits[self._main, self._main] = self._edits.get((self._main, self._main), "") + said

    def changed(self) -> str:
        """Return the page with what was put in it."""
        parts, since = [], 0
        for (start, end), said in sorted(self._edits.items()):
            parts += [self.text[since:start], said]
            since = end
        return "".join([*parts, self.text[since:]])

    def _fill(self, one: Control, given: dict[str, list[str]], answers: Answers) -> None:
        if one.kind in BUTTONS | {"file", "password"} or one.name in NEVER_KEPT:
            return
        if one.kind in TICKED or (one.tag == "option" and one.name in answers):
            mark = "selected" if one.tag == "option" else "checked"
            was_chosen = mark in one.attrs
            one.attrs.pop(mark, None)
            if is_chosen := one.value in answers.get(one.name, []):
                one.attrs[mark] = None
            self._write(one, is_seen=is_chosen and not was_chosen)
        elif given.get(one.name):
            said = given[one.name].pop(0)
            if not said and _is_out_of_sight(one, answers):
                return
            was, one.said = one.said, said
            self._write(one, is_seen=one.kind != "hidden" and said.strip() != was.strip())

    def _write(self, one: Control, *, is_seen: bool) -> None:
        """Write a control as it is now; what is folded around what was typed is opened."""
        if one.tag == "textarea":
            # The first line break of a text area is not of its text.
            self._edits[one.inside] = f"\n{escape(one.said)}"
        else:
            self._edits[one.start, one.end] = f"<{one.tag}{_printed(one.attrs)}>"
        for start, end in one.folds if is_seen else ():
            self._edits[start, end] = self.text[start : end - 1].removesuffix(" open") + " open>"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a form, a control or a fold stands."""
        start = self._place()
        end, said = start + len(self.get_starttag_text() or ""), dict(attrs)
        if tag == "main":
            self._main = end
        elif tag == "details":
            self._folds.append((start, end))
        elif tag == "form" and (said.get("method") or "").lower() == "post":
            action = urlsplit(urljoin(self.here, said.get("action") or "")).path
            self._form = PostForm(action)
            self.forms.append(self._form)
        elif tag == "select":
            self._list = said.get("name") or "" if "disabled" not in said else ""
        elif tag in {"input", "textarea", "option"} and self._form and "disabled" not in said:
            name = self._list if tag == "option" else said.get("name") or ""
            kind = (said.get("type") or "text").lower() if tag == "input" else tag
            if name:
                one = Control(tag, kind, name, said, start, end, tuple(self._folds))
                self._form.controls.append(one)
                self._textarea = one if tag == "textarea" else None

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._list = ""
        elif tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "textarea" and self._textarea:
            inside = (self._textarea.end, self._place())
            self._textarea.inside, self._textarea.text = inside, unescape(self.text[slice(*inside)])
            self._textarea = None

    def _place(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column


def _is_out_of_sight(one: Control, answers: Answers) -> bool:
    """Return whether no answer called for a control: the page emptied what it proposes as it sent it."""
    called_for = one.attrs.get("data-shown-when") or ""
    return bool(called_for) and not any(
        all(_holds(condition, answers) for condition in clause.split("&"))
        for clause in called_for.split("|")
    )


def _holds(condition: str, answers: Answers) -> bool:
    name, _, values = condition.partition("=")
    said = answers.get(name.removesuffix("!"), [])
    return any(value in said for value in values.split(" ")) != name.endswith("!")


def _printed(attrs: Mapping[str, str | None]) -> str:
    return flatatt({name: True if said is None else said for name, said in attrs.items()})
