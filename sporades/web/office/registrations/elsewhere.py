"""A registration that is asked for by its number: here, nowhere, or given to another academy."""

from django.conf import settings
from django.http import Http404, HttpRequest

from sporades.acts.registrations.moving import left_from
from sporades.core.french import instant_in_words
from sporades.registrations.models import Registration
from sporades.registrations.models.registration import RegistrationQuerySet
from sporades.web.layout.errors import GivenAway


def held_in(visible: RegistrationQuerySet, request: HttpRequest, number: str) -> Registration:
    """Return a registration of those that the reader may act on so.

    Args:
        visible: those, all of the reader's perimeter.
        request: the request.
        number: of the registration.

    Raises:
        GivenAway: their perimeter had it, and another academy has it now.
        Http404: there is none.
    """
    found: Registration | None = visible.filter(number=number).first()
    if found is not None:
        return found
    other = Registration.objects.filter(number=number).select_related("exam__domain").first()
    raise Http404 if other is None else not_here(request, other)


def not_here(request: HttpRequest, registration: Registration) -> Http404:
    """Return what is said of a registration that the reader does not find: where it is now is not theirs to know.

    Args:
        request: the request.
        registration: which.
    """
    domain = registration.exam.domain.code
    if request.reach.covers(academy=registration.academy_id, domain=domain):
        return Http404()
    move = left_from(registration, request.reach)
    if move is None:
        return Http404()
    return GivenAway(instant_in_words(move.at, settings.TIME_ZONE))
