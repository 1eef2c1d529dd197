"""Whether a form was sent before: which press of its button it comes from."""

from uuid import UUID

from django.http import HttpRequest

from sporades.core.presses import a_press, named_text

FIELD = "envoi"
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


def press_of(request: HttpRequest, *found: object) -> UUID:
    """Return the name of a press: the same for the same answers sent twice from one page.

    Answers that were changed meanwhile, on a page found again by « Retour », are another press.

    Args:
        request: what the press sends.
        found: what it acts upon that no answer says, as a page found again finds it now.
    """
    named = request.POST.get(FIELD) or a_press()
    answers = sorted(
        (name, value)
        for name, values in request.POST.lists()
        if name not in (FIELD, _TOKEN)
        for value in values
    )
    return named_text(repr((request.path, named, answers, *found)))
