"""The name of one press of a button: pressed twice, it does its work once."""

from uuid import UUID, uuid4

from django.http import HttpRequest

from sporades.acts.sending import named_text

FIELD = "envoi"
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


def a_press() -> str:
    """Return a new one: each page that shows a form names its own."""
    return str(uuid4())


def press_of(request: HttpRequest) -> UUID:
    """Return the name of a press: the same for the same answers sent twice from one page.

    Answers that were changed meanwhile, on a page found again by « Retour », are another press.
    """
    named = request.POST.get(FIELD) or a_press()
    answers = sorted(
        (name, value)
        for name, values in request.POST.lists()
        if name not in (FIELD, _TOKEN)
        for value in values
    )
    return named_text(repr((request.path, named, answers)))
