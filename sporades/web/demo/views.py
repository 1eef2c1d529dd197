"""The demo's post: every message that Sporades sends, read in the browser."""

import email
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.core.french import instant_in_words
from sporades.mail.pages import as_html

CLOCK = "Europe/Paris"
SHOWN = 200


@dataclass(frozen=True)
class Post:
    """One message of the folder."""

    number: int
    recipient: str
    subject: str
    sent: str
    at: datetime
    body: str


def mails(request: HttpRequest) -> HttpResponse:
    """The last messages, those to one address when it is asked."""
    wanted = request.GET.get("a", "").strip().lower()
    found = [post for post in last_posts() if not wanted or wanted in post.recipient.lower()]
    return render(request, "demo/mails.html", {"posts": found, "wanted": wanted})


def last_posts() -> list[Post]:
    """Return the last messages, the newest first: those of the invented past are posted after it."""
    posts = [_read(path) for path in _files()[:SHOWN]]
    return sorted(posts, key=lambda post: (post.at, post.number), reverse=True)


def mail(request: HttpRequest, number: int) -> HttpResponse:
    """One message, its links ready to be followed."""
    path = _folder() / f"sporades.{number}.eml"
    if not path.is_file():
        raise Http404
    post = _read(path)
    body, _ = as_html(post.body)
    return render(request, "demo/mail.html", {"post": post, "body": body})


def _folder() -> Path:
    return Path(settings.MAILERS["default"]["OPTIONS"]["folder"])


def _number(path: Path) -> int:
    return int(path.stem.split(".")[-1])


def _files() -> list[Path]:
    return sorted(_folder().glob("sporades.*.eml"), key=_number, reverse=True)


def _read(path: Path) -> Post:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what the default policy makes
    body = message.get_body(("plain",))
    sent: datetime = message["date"].datetime
    return Post(
        number=_number(path),
        recipient=str(message["to"]),
        subject=str(message["subject"]),
        sent=instant_in_words(sent, CLOCK),
        at=sent,
        body=body.get_content() if body else "",
    )
