"""A button that came in time, as the session of its reader had just ended: pressed again, it counts (R-22)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from sporades.core.french import exact_in_words, instant_in_words
from sporades.journal.queries import presses
from sporades.registrations.models import Registration
from sporades.web.layout.arrivals import OLDEST_ARRIVAL, TOLD_FOR, Fields, Press, press_noted
from sporades.web.layout.kept import ARRIVED

_ARRIVED = (
    "Votre clic sur « {button} » est arrivé le {when}, quand votre session venait de se terminer."
)
_AGAIN = "{again} avant le {until} : il comptera à l'heure du premier."
_ONCE = "Cette heure est gardée, mais rien n'est envoyé : contactez {office}."


def press_in_time(
    request: HttpRequest,
    registration: Registration,
    verb: str,
    *,
    is_late: Callable[[datetime], bool],
    path: str = "",
    fields: Fields | None,
) -> Press | None:
    """Return a button that came in time as the session had just ended, where that is of use; or nothing.

    What the page says then is what the button does, which counts as of that instant.

    Args:
        request: the page that has the button.
        registration: which it is about.
        verb: as which the journal keeps it.
        is_late: whether it would be late at an instant.
        path, fields: see `press_noted`.
    """
    at = request.arrived_at
    if request.method != "GET" or not is_late(at + OLDEST_ARRIVAL) or is_late(at - TOLD_FOR):
        return None
    noted = presses(verb, on=registration, by=request.actor, since=at - TOLD_FOR)
    press = press_noted(request, noted, path=path, fields=fields)
    if press is None or is_late(press.at) or not (press.counts or is_late(at)):
        return None
    if press.counts and is_late(at):
        request.arrived_at = press.at
    return press


def told_of(
    request: HttpRequest,
    press: Press | None,
    registration: Registration,
    *,
    button: str,
    again: str,
) -> dict[str, Any]:
    """Return what a page says of such a button, and what is sent with it to count as of then.

    Args:
        request: the page, as `press_in_time` leaves it.
        press: the button; nothing where there is none.
        registration: which it is about.
        button: how it is called.
        again: what to do for it to count.
    """
    if press is None:
        return {"pressed": "", "arrived": ()}
    zone, office = registration.service.zone, registration.service.managing_service
    then = (
        _AGAIN.format(again=again, until=instant_in_words(press.at + OLDEST_ARRIVAL, zone))
        if press.counts
        else _ONCE.format(office=office.name_and_phone)
    )
    said = _ARRIVED.format(button=button, when=exact_in_words(press.at, zone))
    is_told = not press.counts or request.arrived_at == press.at
    return {
        "pressed": f"{said} {then}" if is_told else "",
        "arrived": (ARRIVED, press.seal) if press.counts else (),
    }
