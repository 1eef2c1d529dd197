"""A paper as a PDF, or when to come back for it."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.core import files
from sporades.documents.operations import BeingPrepared
from sporades.intake import drawing
from sporades.intake.reading import TooBusy, Unfit, Unready

TURNED = "tourner"
"""What the address of a page says when it is drawn turned, by how many degrees clockwise."""
QUARTER, ROUND = 90, 360
SOON, LATER = "2", "60"
"""After how many seconds a page that is not drawn may be: once another is; once what is out of order is mended."""

logger = logging.getLogger(__name__)


class NotRead(BeingPrepared):
    """A file that was sent to us, that its store does not give whole: nothing makes it anew."""

    message = (
        "Ce fichier a bien été reçu, mais il ne peut pas être lu en ce moment. Le service technique "
        "en est prévenu. S'il sert à une inscription, demandez à son service gestionnaire s'il faut "
        "le déposer de nouveau."
    )
    title = "Fichier indisponible"
    retry_after = timedelta(hours=1)


def paper(
    request: HttpRequest,
    *,
    name: str,
    read: Callable[[], bytes],
    instead: list[tuple[str, str]],
    is_attached: bool = False,
) -> HttpResponse:
    """Answer with a PDF; while its seal or its store is late, say so and when to ask again.

    Args:
        name: of the file, without « .pdf ».
        read: returns the PDF; raises `BeingPrepared` while it cannot.
        instead: where the reader may go meanwhile: the words of each link and its address.
        is_attached: whether the browser keeps it beside the page, and does not show it.
    """
    try:
        content = read()
    except BeingPrepared as wait:
        context = {"wait": wait, "instead": instead}
        status = HTTPStatus.SERVICE_UNAVAILABLE
        response = render(request, "errors/being_prepared.html", context, status=status)
        response.headers["Retry-After"] = str(int(wait.retry_after.total_seconds()))
        return response
    except ObjectDoesNotExist as gone:
        # It was discarded since its page was read.
        raise Http404 from gone
    shown = "attachment" if is_attached else "inline"
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'{shown}; filename="{name}.pdf"'},
    )


def turned_in(said: Mapping[str, str], name: str = TURNED) -> int:
    """Return by how many degrees a page is turned, as an address says; 0 for what is no quarter."""
    quarters = {str(turned): turned for turned in range(QUARTER, ROUND, QUARTER)}
    return quarters.get(said.get(name, ""), 0)


def page_drawn(page: int, *, read: Callable[[], bytes], turned: int = 0) -> HttpResponse:
    """Answer with a page of a PDF as an image; one that is not drawn has a status that tells its script.

    Args:
        page: which, from 1.
        read: returns the PDF; raises `BeingPrepared` while it cannot.
        turned: by how many degrees, clockwise; the file stays as it is.
    """
    try:
        image = drawing.page_of(read(), page, turned=turned)
    except TooBusy as refusal:
        return _undrawn(HTTPStatus.SERVICE_UNAVAILABLE, str(refusal), retry_after=SOON)
    except (BeingPrepared, Unready):
        words = "Cette page ne peut pas être dessinée en ce moment : réessayez dans une minute."
        return _undrawn(HTTPStatus.SERVICE_UNAVAILABLE, words, retry_after=LATER)
    except Unfit as refusal:
        return _undrawn(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal))
    return HttpResponse(image, content_type="image/jpeg")


def _undrawn(status: int, words: str, *, retry_after: str = "") -> HttpResponse:
    headers = {"Retry-After": retry_after} if retry_after else {}
    # For whoever opens it by itself.
    return HttpResponse(
        words, status=status, content_type="text/plain; charset=utf-8", headers=headers
    )


def kept(key: str, *, of: Model) -> bytes:
    """Return a file that was sent to us, by its key in the store.

    Args:
        key: what names it.
        of: the row that does, which the log says.

    Raises:
        BeingPrepared: the store does not answer.
        NotRead: it does, and does not give that file whole.
    """
    with given(of):
        return files.get(key)


@contextmanager
def given(of: Model) -> Iterator[None]:
    """Read a file that was sent to us, in the block; raises as `kept` does."""
    try:
        yield
    except files.OutOfReach as failure:
        raise BeingPrepared from failure
    except files.Unreadable as failure:
        # Nothing makes it anew: whoever is on duty has to know which it is, and nobody's name.
        logger.error(  # noqa: TRY400 - a line
            "The file of %s %s is lost: %s", of._meta.label_lower, of.pk, type(failure).__name__
        )
        raise NotRead from failure
