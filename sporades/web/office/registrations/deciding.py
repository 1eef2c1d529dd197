"""« Gérer l'état de la candidature »: one decision, with its reason, told to its candidate."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from sporades.acts import deciding, registering
from sporades.core.refusals import Refused
from sporades.letters.words import announced
from sporades.registrations.deciding import NoRoomLeft
from sporades.registrations.exclusion import standing_instead_of
from sporades.registrations.models import Registration
from sporades.web.layout.seen import seen_in
from sporades.web.office.registrations.decision_forms import DecisionForm, PostmarkForm
from sporades.web.office.registrations.files import TRAIL, author_on
from sporades.web.office.registrations.walking import back_to_file


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Ask what is decided and why; nothing is decided before the button is pressed."""
    visible = Registration.objects.within(request.reach).whole()
    found = get_object_or_404(visible, number=number)
    posted = request.POST if request.method == "POST" else None
    form, instead = DecisionForm(posted, registration=found), None
    seen = seen_in(request.POST) or found.version
    if posted is not None and form.is_valid():
        try:
            deciding.decide(
                registration=found,
                **form.decided,
                seen=seen,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except NoRoomLeft as refusal:
            form.add_error(None, str(refusal))
            instead = _instead_of(request, found)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            told = announced(found.candidate)
            messages.success(request, f"La décision est enregistrée, {told}")
            return back_to_file(request, found.number)
    context = {
        "registration": found,
        "form": form,
        "seen": seen,
        "instead": instead,
        "trail": TRAIL,
    }
    return render(request, "office/decide.html", context, status=422 if form.errors else 200)


def receive_summary(request: HttpRequest, number: str) -> HttpResponse:
    """« Récapitulatif signé reçu »: the day of the postmark, which counts (E9, L-05)."""
    visible = Registration.objects.within(request.reach).whole().with_owed()
    found = get_object_or_404(visible, number=number)
    posted = request.POST if request.method == "POST" else None
    form = PostmarkForm(posted, initial={"poste_le": found.summary_posted_on})
    seen = seen_in(request.POST) or found.version
    if posted is not None and form.is_valid():
        try:
            registering.receive_summary(
                registration=found,
                posted_on=form.cleaned_data["poste_le"],
                seen=seen,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("poste_le", str(refusal))
        else:
            messages.success(request, "Le récapitulatif signé est noté comme reçu.")
            return back_to_file(request, found.number)
    context = {"registration": found, "form": form, "seen": seen, "trail": TRAIL}
    status = 422 if form.errors else 200
    return render(request, "office/receive_summary.html", context, status=status)


def _instead_of(request: HttpRequest, registration: Registration) -> Registration | None:
    """Return the one that took its place, for who may read it: an academy may be elsewhere."""
    own = Registration.objects.within(request.reach).filter(candidate=registration.candidate_id)
    return standing_instead_of(registration, own.for_list())
