"""What is the reader's own: what is another's is as if it did not exist."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from sporades.registrations.models import Registration
from sporades.registrations.queries import registration_of
from sporades.threads.queries import registration_and_answers_to


def own_registration(request: HttpRequest, number: str) -> Registration:
    """Return the registration of the reader that a page is about. Raises Http404."""
    found: Registration = get_object_or_404(registration_of, user=request.user.pk, number=number)
    return found


def own_registration_and_answers(request: HttpRequest, number: str) -> Registration:
    """Return it with how many answers of its service are unread. Raises Http404."""
    found: Registration = get_object_or_404(
        registration_and_answers_to, user=request.user.pk, number=number
    )
    return found
