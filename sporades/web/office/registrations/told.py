"""What is said once something was done: of whom it was done, with the way back to it."""

from django.http import HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sporades.registrations.models import Registration
from sporades.web.layout.markup import directed


def done_on(
    registration: Registration, said: str, *, onwards: HttpResponseRedirect, back: str, to: str
) -> SafeString:
    """Say what was done of a registration; whoever goes through a queue is at the next one already.

    Args:
        registration: whose.
        said: the sentences.
        onwards: where its reader is led; the way back is said to whoever is led elsewhere alone.
        back: where it is looked at again, there or under that address.
        to: what that is: « ce dossier ».
    """
    done = format_html(
        "{}, n°{}. {}", directed(registration.identity.listed_name), registration.number, said
    )
    if f"{onwards.url.partition('?')[0]}/".startswith(f"{back}/"):
        return done
    return format_html('{} <a href="{}">Revenir à {}</a>', done, back, to)
