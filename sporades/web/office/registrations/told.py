"""What is said once something was done: of whom it was done, with the way back to it."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from sporades.registrations.models import Registration
from sporades.web.layout.markup import directed


def done_on(registration: Registration, said: str, *, back: str, to: str) -> SafeString:
    """Say what was done of a registration; whoever goes through a queue is at the next one already.

    Args:
        registration: whose.
        said: the sentence.
        back: where it is looked at again.
        to: what that is: « ce dossier ».
    """
    return format_html(
        '{}, n°{} : {} <a href="{}">Revenir à {}</a>',
        directed(registration.identity.full_name),
        registration.number,
        said,
        back,
        to,
    )
