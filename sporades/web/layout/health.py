"""Whether this process lives, and whether it can serve."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from sporades.web.layout import outage


def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process does."""
    return HttpResponse("vivant\n", content_type="text/plain; charset=utf-8")


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers, 503 otherwise."""
    with outage.attempt() as is_asked:
        if not (is_asked and _answers()):
            return HttpResponse(
                "base de données injoignable\n",
                status=503,
                content_type="text/plain; charset=utf-8",
                headers={"Retry-After": "10"},
            )
    return HttpResponse("prêt\n", content_type="text/plain; charset=utf-8")


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as failure:
        outage.note(failure)
        return False
    return True
