"""« Laisser plus de temps pour tout » of a file: all that is still to be sent has another day, by one message (I7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.acts.pieces import granting
from sporades.acts.registrations import receiving
from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence.queries import Owed, pieces_of
from sporades.evidence.states import TO_PROVIDE
from sporades.evidence.unmet import owes_pieces
from sporades.letters.words import announced, to_be_told
from sporades.registrations.models import Registration
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL, registration_of
from sporades.web.office.registrations.more_form import UntilForm
from sporades.web.office.registrations.walking import back_to_file

SIGNED = "Récapitulatif signé"
A_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Left:
    """Something that is still to be sent.

    Attributes:
        label: what it is.
        before: until when, in words.
        until: the same instant.
    """

    label: str
    before: str
    until: datetime


def give_time(request: HttpRequest, number: str) -> HttpResponse:
    """Leave until another day all that is still to be sent; its candidate is told once, of all of it."""
    found = registration_of(request, number)
    at, posted = request.arrived_at, request.POST if request.method == "POST" else None
    left = left_to_send(found, pieces_of(found), at=at)
    form = UntilForm(posted, registration=found, at=at, example=_example(found, left, at=at))
    if posted is not None and form.is_valid():
        day = form.cleaned_data["delai"]
        try:
            granting.grant_all(registration=found, until=day, by=author_on(request, found), at=at)
        except delays.Shorter as refusal:
            form.add_error("delai", str(refusal))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            told = announced(found.candidate)
            messages.success(request, f"Délai accordé jusqu'au {day_in_words(day)} : {told}")
            return back_to_file(request, found.number, tab="pieces")
    context = {
        "registration": found,
        "form": form,
        "left": left,
        "is_signed": any(one.label == SIGNED for one in left),
        "told_how": to_be_told(found.candidate),
        "trail": [*TRAIL, (found.number, reverse("office:pieces", args=[found.number]))],
    }
    return render(request, "office/give_time.html", context, status=422 if form.errors else 200)


def _example(registration: Registration, left: Iterable[Left], *, at: datetime) -> date:
    """Return a day that may be given, to show how one is written: a week after the last of them."""
    zone = registration.service.zone
    today = local_day(at, zone)
    last = max((local_day(one.until, zone) for one in left), default=today)
    return min(max(last, today) + A_WEEK, today + delays.MOST)


def left_to_send(registration: Registration, owed: Iterable[Owed], *, at: datetime) -> list[Left]:
    """Return what is still to be sent of a registration, as `grant_all` takes it.

    Args:
        registration: as `with_owed()` loads it.
        owed: its pieces.
        at: the instant.

    Returns:
        Nothing where no time is left: nothing is asked for any more, or nothing that must be.
    """
    if not owes_pieces(registration) or registration.is_exam_over(at):
        return []
    due = [one for one in owed if one.row.state in TO_PROVIDE]
    signed = receiving.given_time(registration, at=at)
    if not signed and not any(one.row.is_mandatory for one in due):
        return []
    left = [Left(one.row.label, one.before, one.until) for one in due]
    if signed:
        until = datetime.fromisoformat(signed["until"])
        left.append(Left(SIGNED, signed["before"], until))
    return left
