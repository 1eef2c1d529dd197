"""Where to report a flaw: RFC 9116."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse

from sporades.core.links import link_to

GOOD_FOR = timedelta(days=180)


def security_txt(request: HttpRequest) -> HttpResponse:
    """Name the page that says whom to write to, the language and how long this is good for."""
    lines = (
        f"Contact: {link_to('public:legal')}",
        f"Expires: {request.arrived_at + GOOD_FOR:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {link_to('public:security_txt')}",
    )
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
