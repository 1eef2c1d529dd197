"""A registration that is asked for by its number: here, nowhere, or given to another academy."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest

from sporades.acts.registrations.moving import left_from
from sporades.core.french import instant_in_words
from sporades.registrations.models import Registration
from sporades.registrations.models.registration import RegistrationQuerySet
from sporades.web.layout.errors import NoLongerYours


def held_in(visible: RegistrationQuerySet, request: HttpRequest, number: str) -> Registration:
    """Return a registration of those that the reader may act on so.

    Args:
        visible: those, all of the reader's perimeter.
        request: the request.
        number: of the registration.

    Raises:
        NoLongerYours: their perimeter had it, and another academy has it now.
        Http404: there is none.
    """
    found: Registration | None = visible.filter(number=number).first()
    if found is None:
        raise not_here(request, Registration.objects.filter(number=number))
    return found


def not_here(request: HttpRequest, which: RegistrationQuerySet) -> Http404:
    """Return what is said of a registration that the reader does not find: where it is now is not theirs to know.

    Args:
        request: the request.
        which: the registration, or none.
    """
    move: Any = left_from(which, request.reach)
    if move is None or request.reach.covers(academy=move.now_in, domain=move.of_domain):
        return Http404()
    return NoLongerYours(instant_in_words(move.at, settings.TIME_ZONE))
