"""What a measured person does. Each act takes a port and what it needs, and returns seconds."""

import re
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from benchmarks.browser import REVISION, Browser, Wrong

type Act = Callable[[int, Mapping[str, Any]], list[float]]

# Django takes a token that is the cookie itself: nobody needs to read the form first.
TOKEN = {"__Host-csrf": "b" * 32}
PART = 262_144
EDGE = "bord-d-une-partie"
LINK = re.compile(r"https://\S+/activer-mon-compte/\S+")


def save(port: int, item: Mapping[str, Any]) -> list[float]:
    """« Enregistrer », alone."""
    browser = Browser(port, {**TOKEN, **item["cookies"]})
    answer = browser.send(item["path"], {})
    browser.line.close()
    if answer.status != HTTPStatus.FOUND or not answer.path.endswith("/numero"):
        raise Wrong(f"« Enregistrer » : {answer.status} {answer.path}")
    return browser.seconds


def sign_in(port: int, item: Mapping[str, Any]) -> list[float]:
    """Send the form of « Me connecter »."""
    browser = Browser(port, TOKEN)
    answer = browser.send("/connexion", {"login": item["email"], "password": item["password"]})
    browser.line.close()
    if answer.status != HTTPStatus.FOUND:
        raise Wrong(f"« Me connecter » : {answer.status}")
    return browser.seconds


def deposit(port: int, item: Mapping[str, Any]) -> list[float]:
    """Give a photograph for a piece, sent part by part as the page's script does it."""
    browser = Browser(port, {**TOKEN, **item["cookies"]})
    content = _bytes(item["file"])
    tus = {"Tus-Resumable": "1.0.0", "X-CSRFToken": TOKEN["__Host-csrf"]}
    begun = browser.ask("POST", "/envois", more={**tus, "Upload-Length": str(len(content))})
    if begun.status != HTTPStatus.CREATED:
        raise Wrong(f"« Déposer » : {begun.status}")
    kind = {"Content-Type": "application/offset+octet-stream"}
    for start in range(0, len(content), PART):
        said = {**tus, **kind, "Upload-Offset": str(start)}
        part = browser.ask("PATCH", begun.path, content[start : start + PART], said)
        if part.status != HTTPStatus.NO_CONTENT:
            raise Wrong(f"« Déposer », partie : {part.status}")
    name = begun.path.rpartition("/")[2]
    answer = browser.send(item["path"], {"envois": name, "envoi": name})
    browser.line.close()
    if answer.status != HTTPStatus.FOUND:
        raise Wrong(f"« Déposer » : {answer.status} {answer.path}")
    return browser.seconds


def deposit_whole(port: int, item: Mapping[str, Any]) -> list[float]:
    """Give a photograph for another piece, in the form itself."""
    browser = Browser(port, {**TOKEN, **item["cookies"]})
    words = {"csrfmiddlewaretoken": TOKEN["__Host-csrf"], "envoi": str(uuid.uuid4())}
    parts = [
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{said}\r\n'.encode()
        for name, said in words.items()
    ]
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="fichiers"; filename="photo.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    ).encode()
    body = b"".join([*parts, head, _bytes(item["file"]), f"\r\n--{EDGE}--\r\n".encode()])
    kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
    answer = browser.ask("POST", item["other"], body, kind)
    browser.line.close()
    if answer.status != HTTPStatus.FOUND:
        raise Wrong(f"« Déposer » sans script : {answer.status} {answer.path}")
    return browser.seconds


@cache
def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def journey(port: int, item: Mapping[str, Any]) -> list[float]:
    """From « Créer mon compte » to the summary's PDF, as a browser without script does it."""
    browser = Browser(port)
    email = item["sign_up"]["email"]
    page = browser.get("/creer-mon-compte")
    browser.post("/creer-mon-compte", item["sign_up"], page=page)
    link = urlsplit(_activation_link(item["database"], email)).path
    known = {"password": item["sign_up"]["password"]}
    browser.post(link, known, page=browser.get(link))
    for path in item["funnel"]:
        page = browser.get(path)
    page = browser.post(urlsplit(item["funnel"][-1]).path, item["academy"], page=page)
    while page.path.rpartition("/")[2] in item["answers"]:
        answers = item["answers"][page.path.rpartition("/")[2]]
        page = browser.post(page.path, {**answers, "revision": page.said(REVISION)}, page=page)
    page = browser.post(page.path, {}, page=page)
    number = re.fullmatch(r"/mes-inscriptions/([^/]+)/numero", page.path)
    if number is None:
        raise Wrong(f"Le parcours finit sur {page.path}")
    browser.get("/mes-documents")
    browser.get(f"/mes-documents/{number[1]}")
    paper = browser.get(f"/mes-documents/{number[1]}/recapitulatif/pdf")
    browser.line.close()
    if not paper.body.startswith(b"%PDF-"):
        raise Wrong("Le récapitulatif n'est pas un PDF")
    return browser.seconds


@cache
def _database(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True)


def _activation_link(url: str, email: str) -> str:
    """Return the link of the mail that was written to an address."""
    found = (
        _database(url)
        .execute("select body from mail_message where recipient = %s", [email])
        .fetchone()
    )
    link = found and LINK.search(found[0])
    if not link:
        raise Wrong(f"Aucun mail d'activation pour {email}")
    return link[0]
