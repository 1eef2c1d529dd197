"""« Demander une correction »: of civil data that are frozen, with what shows it (I6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict

from sporades.accounts import limits
from sporades.acts.identities import asking
from sporades.candidates.forms import answers_of
from sporades.core.files import OutOfReach
from sporades.core.refusals import Refused
from sporades.intake.reading import Unready
from sporades.registrations.models import CorrectionRequest
from sporades.registrations.refusals import NothingChanged
from sporades.web.candidate.request_forms import CorrectionRequestForm
from sporades.web.layout.clock import day_of
from sporades.web.layout.kept import forget, kept
from sporades.web.layout.seen import seen_in
from sporades.web.layout.sent import NOT_KEPT

_KEPT = (
    "Votre session s'était terminée. Vos réponses sont là : vérifiez-les, joignez de nouveau la "
    "pièce, puis envoyez la demande."
)
_TOO_OFTEN = "Vous avez envoyé trop de demandes depuis hier. Recommencez demain."


def ask_correction(request: HttpRequest) -> HttpResponse:
    """Show the civil data, take what they ought to be, the proof and why."""
    candidate = request.user.candidate
    posted = request.method == "POST"
    if not posted and not asking.may_ask(candidate):
        return redirect("account_edit")
    answers = request.POST if posted else MultiValueDict(kept(request) or {})
    form = CorrectionRequestForm(
        answers if posted or answers else None,
        request.FILES if posted else None,
        initial=answers_of(candidate.identity),
        on=day_of(request),
    )
    if answers and not posted:
        messages.warning(request, _KEPT)
    if posted and form.is_valid() and _is_sent(request, form):
        forget(request)
        messages.success(request, "Votre demande est envoyée : un mail vous le confirme.")
        return redirect("account_edit")
    if posted:
        form.tell_the_rest(candidate.identity)
    # Once it is refused, what was read is what is kept now.
    seen = candidate.identity_id if form.non_field_errors() else seen_in(answers)
    seen = seen or candidate.identity_id
    context = {"form": form, "seen": seen}
    status = 422 if posted else 200
    return render(request, "candidate/ask_correction.html", context, status=status)


def take_back_correction(request: HttpRequest) -> HttpResponse:
    """Take the request back, to change or to leave it."""
    mine = CorrectionRequest.objects.waiting().for_list()
    asked = mine.filter(candidate=request.user.candidate).first()
    try:
        if asked is not None:  # else the button was pressed twice, or it has just been decided
            asking.take_back(request=asked, by=request.actor, at=request.arrived_at)
            messages.success(request, "Votre demande de correction est retirée.")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("account_edit")


def _is_sent(request: HttpRequest, form: CorrectionRequestForm) -> bool:
    """Send what is asked; else say in the form why it is not."""
    at = request.arrived_at
    if not limits.spend(limits.CORRECTIONS_ASKED, str(request.user.pk), at=at):
        form.add_error(None, _TOO_OFTEN)
        return False
    try:
        asking.send(
            candidate=request.user.candidate,
            identity=form.identity(),
            seen=seen_in(request.POST),
            reason=form.cleaned_data["motif"],
            proof=form.proof,
            by=request.actor,
            at=at,
        )
    except (NothingChanged, asking.NotAsked) as refusal:
        form.add_error(None, str(refusal))
    except Refused as refusal:
        form.add_error("piece", str(refusal))
    except (OutOfReach, Unready):
        form.add_error("piece", NOT_KEPT)
    return not form.errors
