"""A file that comes in parts and goes on after a cut: tus 1.0, with creation, termination, checksum.

https://tus.io/protocols/resumable-upload; docs/adr/0031-uploads-that-resume.md says what is not taken of it.
"""

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from sporades.accounts import limits
from sporades.core.numbers import whole
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.intake.reading import LARGEST_PHOTO, TooLarge, Unfit

VERSION = "1.0.0"
PART = "application/offset+octet-stream"
CORRUPT = 460
"""What the protocol answers to a part that is not the one that was announced."""

TOO_OFTEN = "Vous avez commencé trop d'envois depuis hier. Recommencez demain."

_LONGEST_METADATA = 2_000

type Page = Callable[..., HttpResponse]


class _Wrong(Exception):
    """A request that is not written as the protocol says."""


def _spoken(view: Page) -> Page:
    """Answer those who speak the same version, and nobody's mistake with an error of ours."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        said = request.headers.get("Tus-Resumable")
        if said != VERSION and request.method not in ("GET", "HEAD", "OPTIONS"):
            response = _said(HTTPStatus.PRECONDITION_FAILED)
            response.headers["Tus-Version"] = VERSION
        else:
            try:
                response = view(request, *args, **kwargs)
            except _Wrong:
                response = _said(HTTPStatus.BAD_REQUEST)
        response.headers["Tus-Resumable"] = VERSION
        response.headers["Cache-Control"] = "no-store"
        return response

    return answer


@_spoken
def uploads(request: HttpRequest) -> HttpResponse:
    """Announce a file; or say what is understood here."""
    if request.method == "OPTIONS":
        response = _said(HTTPStatus.NO_CONTENT)
        response.headers["Tus-Version"] = VERSION
        response.headers["Tus-Extension"] = "creation,termination,checksum"
        response.headers["Tus-Max-Size"] = str(LARGEST_PHOTO)
        response.headers["Tus-Checksum-Algorithm"] = ",".join(drawers.CHECKSUMS)
        # tus 1.0 has no word for the size of a part; what is to follow it has this one.
        response.headers["Upload-Limit"] = (
            f"min-append-size={drawers.SMALLEST_PART}, max-append-size={drawers.LARGEST_PART}"
        )
        return response
    told, length = _metadata(request), _number(request, "Upload-Length")
    at = request.arrived_at
    if not limits.spend(limits.UPLOADS_OF_AN_ACCOUNT, str(request.user.pk), at=at):
        return _said(HTTPStatus.TOO_MANY_REQUESTS, TOO_OFTEN)
    try:
        begun = drawers.begin(
            owner=request.user,
            name=told.get("filename", ""),
            mark=told.get("mark", ""),
            length=length,
            at=at,
        )
    except TooLarge as refusal:
        return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(refusal))
    except ValueError as fault:
        raise _Wrong from fault
    response = _said(HTTPStatus.CREATED)
    response.headers["Location"] = reverse("candidate:upload", args=[begun.pk])
    response.headers["Upload-Offset"] = str(begun.offset)
    return response


@_spoken
def upload(request: HttpRequest, upload: str) -> HttpResponse:
    """Say how much of a file has come, take its next part, or forget it."""
    found: Upload = get_object_or_404(Upload.objects.visible_to(request.user.pk), pk=upload)
    if request.method == "DELETE":
        drawers.forget_upload(found)
        return _said(HTTPStatus.NO_CONTENT)
    if request.method == "PATCH":
        return _patched(request, found)
    response = _said(HTTPStatus.NO_CONTENT)
    response.headers["Upload-Offset"] = str(found.offset)
    response.headers["Upload-Length"] = str(found.length)
    return response


def _patched(request: HttpRequest, found: Upload) -> HttpResponse:
    if request.content_type != PART:
        return _said(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        offset = drawers.take(
            upload=found,
            start=_number(request, "Upload-Offset"),
            content=request.body,
            checksum=_checksum(request),
            at=request.arrived_at,
        )
    except Upload.DoesNotExist:
        return _said(HTTPStatus.NOT_FOUND)
    except drawers.Elsewhere:
        return _said(HTTPStatus.CONFLICT)
    except (drawers.Overlong, Unfit) as refusal:
        return _said(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, str(refusal))
    except drawers.Undersized as fault:
        # Sent again it would be refused again: clients of the protocol give up on this one.
        raise _Wrong from fault
    except drawers.Corrupt:
        return _said(CORRUPT)
    response = _said(HTTPStatus.NO_CONTENT)
    response.headers["Upload-Offset"] = str(offset)
    return response


def _said(status: int, words: str = "") -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")


def _number(request: HttpRequest, header: str) -> int:
    number = whole(request.headers.get(header, ""))
    if number is None:
        raise _Wrong
    return number


def _checksum(request: HttpRequest) -> tuple[str, bytes] | None:
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _, digest = said.partition(" ")
    if algorithm not in drawers.CHECKSUMS:
        raise _Wrong
    return algorithm, _decoded(digest)


def _metadata(request: HttpRequest) -> dict[str, str]:
    """Return what is told of a file, by name."""
    said = request.headers.get("Upload-Metadata", "")
    if len(said) > _LONGEST_METADATA:
        raise _Wrong
    pairs = (one.strip().partition(" ") for one in said.split(",") if one.strip())
    try:
        told = {name: _decoded(value).decode() for name, _, value in pairs}
    except UnicodeDecodeError as fault:
        raise _Wrong from fault
    if any("\0" in value for value in told.values()):
        raise _Wrong  # PostgreSQL keeps no U+0000
    return told


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error as fault:
        raise _Wrong from fault
