"""What a request carries: read whole before anything is done with it, or refused unread."""

import io
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import Resolver404, resolve
from django.utils import timezone

from sporades.core.charsets import OTHER_SIGNS, is_ours
from sporades.intake import reading
from sporades.web.access import Route, Who
from sporades.web.layout.errors import too_large, unreadable
from sporades.web.layout.sent import NOT_KEPT

type Page = Callable[[HttpRequest], HttpResponse]

READ_TO_BE_REFUSED = 50_000_000
"""Bytes of a file that is too heavy, beside a text that its author would have to type again."""
LONGEST_READING = timedelta(seconds=30)
"""A page as large as they come, on a bad telephone. A proxy that buffers leaves nothing to wait for."""

IN_MEMORY = reading.LARGEST
"""Bytes of the files of a request that need no disk: most pieces are given though it is full."""

logger = logging.getLogger(__name__)


def carried(get_response: Page) -> Page:
    """Read what a request carries, unless it is too large, holds files, or is in other signs than ours.

    The first two wait, unread, for `admitted` to know who sent them.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        if OTHER_SIGNS in request.META or not is_ours(request.encoding or ""):
            return unreadable()
        route = _taking_files(request)
        if route is None and _length(request) <= _most(None):
            return _read(request, lambda: _length(request) and request.body, get_response)
        return get_response(request)

    return answer


def admitted(get_response: Page) -> Page:
    """Read the files of whoever a route takes some from; of anybody else, the rest of the form.

    Nobody fills the disk who has not signed in. What is too large is refused unread, to a reader
    who is known: their page says how much this route takes. Where a text stands beside the file,
    one that is too heavy is read, and not kept, for its field to say it.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        route = _taking_files(request)
        if _length(request) > _most(route):
            return too_large(request, takes=route.takes_files if route else 0)
        if route is None:
            return get_response(request)
        if _is_for(route, request.user):
            handler = _InMemory if route.writes_no_file else _Bounded
            request.upload_handlers = [handler(request, most=route.takes_files)]
        return _read(request, lambda: request.POST, get_response)

    return answer


class _Bounded(FileUploadHandler):
    """Keeps no more of a file than shows that it is too heavy: in memory, then on the disk."""

    def __init__(self, request: HttpRequest, *, most: int) -> None:
        """Say how many bytes of a file may be used."""
        super().__init__(request)
        self.most, self._room = most, IN_MEMORY

    def new_file(self, *args: Any, **options: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **options)
        folder = settings.FILE_UPLOAD_TEMP_DIR
        self._file: Any = SpooledTemporaryFile(  # noqa: SIM115 - the request closes it
            max(self._room, 1), dir=folder
        )
        self._is_kept = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write what comes, until it is too heavy, or the disk is full."""
        if start <= self.most and self._is_kept:
            try:
                self._file.write(raw_data)
            except OSError as trouble:
                self._lose(trouble)

    def file_complete(self, file_size: int) -> UploadedFile:
        """Return the file, or what says at its field that it is not kept."""
        try:
            self._file.seek(0)  # what waits to be written is
        except OSError as trouble:
            self._lose(trouble)
        if not self._is_kept:
            return _NotKept(self.file_name)
        self._room -= min(file_size, self._room)
        return UploadedFile(
            self._file,
            self.file_name,
            self.content_type,
            file_size,
            self.charset,
            self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """Leave nothing of what did not come whole."""
        if hasattr(self, "_file"):
            with suppress(OSError):
                self._file.close()

    def _lose(self, trouble: OSError) -> None:
        logger.error("The folder of temporary files takes nothing: %s", trouble)
        with suppress(OSError):
            self._file.close()
        self._file, self._is_kept = io.BytesIO(), False


class _NotKept(UploadedFile):
    """A file for which the disk had no room. Each form asks first how large a file is."""

    content_type = None

    def __init__(self, name: str) -> None:
        """Keep its name alone."""
        super(UploadedFile, self).__init__(io.BytesIO(), name)

    @property
    def size(self) -> int:
        """Say, at the field where it was chosen, that it is not kept."""
        raise ValidationError(NOT_KEPT, code="not_kept")


class _InMemory(MemoryFileUploadHandler):
    """The same, of what is never written on the disk."""

    def __init__(self, request: HttpRequest, *, most: int) -> None:
        """Say how many bytes of a file may be used."""
        super().__init__(request)
        self.most = most

    def handle_raw_input(self, *args: Any, **options: Any) -> None:
        """Take what comes whatever its length: the route has bounded it."""
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what comes, until it is too heavy."""
        if start <= self.most:
            super().receive_data_chunk(raw_data, start)


def _read(request: HttpRequest, read: Callable[[], Any], get_response: Page) -> HttpResponse:
    """Read, then go on.

    A request that took long to come arrived when it was whole: held open by its sender, it would
    otherwise decide after a closing with the instant of before (R-22).
    """
    began = timezone.now()
    try:
        read()
    except UnreadablePostError:  # who sent it is gone
        return unreadable()
    now = timezone.now()
    if now - began > LONGEST_READING:
        request.arrived_at = now
    response = get_response(request)
    _let_go(request)
    return response


def _let_go(request: HttpRequest) -> None:
    """Forget the bytes of a request that is answered, here and in the server.

    Django leads from a request to its reader and back: it stands until the collector passes, which
    is hundreds of parts of files later.
    """
    nothing = io.BytesIO()
    request.META["wsgi.input"] = nothing
    if hasattr(request, "_body"):
        request._body, request._stream = b"", nothing  # noqa: SLF001 - nothing else names them


def _taking_files(request: HttpRequest) -> Route | None:
    """Return the route of a form that may hold files, if it takes some."""
    from sporades.web.registry import ACCESS  # noqa: PLC0415 - the audiences import `access`

    if request.content_type != "multipart/form-data":
        return None
    try:
        route = ACCESS.get(resolve(request.path_info).view_name)
    except Resolver404:
        return None
    return route if route and route.takes_files else None


def _is_for(route: Route, user: Any) -> bool:
    """Return whether a reader is of those for whom a route is made; `access` looks at the rest."""
    return user.is_authenticated and user.is_staff_member == (route.who is Who.STAFF)


def _most(route: Route | None) -> int:
    """Return how much a request may carry, in bytes."""
    usual: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if route is None:
        return usual
    says_it_at_its_field = route.keeps_answers and not route.is_refilled
    return usual + route.takes_files + (READ_TO_BE_REFUSED if says_it_at_its_field else 0)


def _length(request: HttpRequest) -> int:
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0
