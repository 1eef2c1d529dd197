"""« Demander une correction »: of civil data that are frozen, with what shows it (I6)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from sporades.acts.identities import asking
from sporades.candidates.forms import answers_of
from sporades.core.refusals import Refused
from sporades.core.text import clean_lines
from sporades.drawers import operations as drawers
from sporades.drawers.queries import begun_by
from sporades.registrations.models import CorrectionRequest
from sporades.web.candidate.not_sent import not_sent, written
from sporades.web.candidate.request_forms import CorrectionRequestForm, is_counted
from sporades.web.layout.clock import day_of
from sporades.web.layout.kept import forget, kept, typed_before
from sporades.web.layout.seen import seen_in
from sporades.web.layout.sent import taking

_KEPT = (
    "Votre session s'était terminée. Vos réponses sont là : vérifiez-les, joignez de nouveau la "
    "pièce si elle n'est plus là, puis envoyez la demande."
)
_UNSENT = "La demande de correction que vous veniez d'envoyer n'est pas prise en compte."


def ask_correction(request: HttpRequest) -> HttpResponse:
    """Show the civil data, take what they ought to be, the proof and why."""
    candidate = request.user.candidate
    posted = request.method == "POST"
    if not posted and (refusal := asking.why_not(candidate)) is not None:
        return _asked_no_more(request, refusal)
    answers = request.POST if posted else MultiValueDict(kept(request) or {})
    form = CorrectionRequestForm(
        answers if posted or answers else None,
        request.FILES if posted else None,
        initial=answers_of(candidate.identity),
        on=day_of(request),
        sender=request.user,
    )
    if answers and not posted:
        messages.warning(request, _KEPT)
    if posted and _is_taken(request, form) and form.is_valid() and _is_sent(request, form):
        forget(request)
        drawers.note_used([one.pk for one in form.uploads], at=request.arrived_at)
        messages.success(request, "Votre demande est envoyée : un mail vous le confirme.")
        return redirect("account_edit")
    if posted:
        form.tell_the_rest(candidate.identity)
    if form.is_bound:
        form.keep_received(at=request.arrived_at)
    # Once it is refused, what was read is what is kept now.
    seen = candidate.identity_id if form.non_field_errors() else seen_in(answers)
    seen = seen or candidate.identity_id
    context = {"form": form, "seen": seen, "begun": begun_by(request.user)}
    status = 422 if posted else 200
    return render(request, "candidate/ask_correction.html", context, status=status)


def _asked_no_more(request: HttpRequest, refusal: asking.NotAsked) -> HttpResponse:
    """Lead back where nothing is asked for now; what had been sent meanwhile is said not to be."""
    if not typed_before(request):
        return redirect("account_edit")
    back = reverse("account_edit")
    if reason := clean_lines(written(request, "motif")):
        why, leads = str(refusal), "Aller à mon compte"
        return not_sent(
            request, reason, title="Demande non envoyée", why=why, back=back, leads=leads
        )
    forget(request)
    messages.warning(request, f"{_UNSENT} {refusal}")
    return redirect(back)


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


def _is_taken(request: HttpRequest, form: CorrectionRequestForm) -> bool:
    """Return whether what is asked is looked at, its proof with it; else its form says why not."""
    try:
        asking.check_answered(request.user.candidate)
    except asking.NotAsked as refusal:
        form.add_error(None, str(refusal))
        return False
    return is_counted(request, form)


def _is_sent(request: HttpRequest, form: CorrectionRequestForm) -> bool:
    """Send what is asked; else say in the form why it is not."""
    with taking(form, "fichiers", names=form.names):
        asking.send(
            candidate=request.user.candidate,
            identity=form.identity(),
            seen=seen_in(request.POST),
            reason=form.cleaned_data["motif"],
            proof=form.proof,
            by=request.actor,
            at=request.arrived_at,
        )
    return not form.errors
