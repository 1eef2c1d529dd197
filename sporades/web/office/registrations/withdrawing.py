"""« Désinscrire à sa demande »: for whoever asked on paper, after the closing too (E8, I4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sporades.accommodations.queries import last_case_of
from sporades.acts.registrations import leaving
from sporades.core.refusals import Refused
from sporades.letters.words import announced, to_be_told
from sporades.registrations.models import Registration
from sporades.web.layout.seen import seen_in
from sporades.web.office.noting import author_on, note_file
from sporades.web.office.registrations.decision_forms import WithdrawalForm
from sporades.web.office.registrations.elsewhere import held_in
from sporades.web.office.registrations.files import TRAIL
from sporades.web.office.registrations.walking import back_to_file
from sporades.web.wizard.recap import DECIDED


def withdraw_as_asked(request: HttpRequest, number: str) -> HttpResponse:
    """Ask on which day the candidate's paper came and what it is; nothing is done before the button."""
    visible = Registration.objects.within(request.reach).whole().with_owed()
    found = held_in(visible, request, number)
    note_file(request, found)
    posted = request.POST if request.method == "POST" else None
    seen = seen_in(request.POST) or found.version
    mark = request.POST.get(DECIDED) or found.decided_mark
    form, refusal = WithdrawalForm(posted), None
    if posted is not None and form.is_valid():
        try:
            leaving.withdraw_as_asked(
                registration=found,
                asked_on=form.cleaned_data["recue_le"],
                paper=form.cleaned_data["papier"],
                seen=seen,
                mark=mark,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except leaving.DayToCheck as wrong:
            form.add_error("recue_le", str(wrong))
        except Refused as said:
            refusal = said
            # Whoever reads what became of it meanwhile may go on.
            found = held_in(visible, request, number)
            seen, mark = found.version, found.decided_mark
        else:
            messages.success(
                request, f"La désinscription est enregistrée, {announced(found.candidate)}"
            )
            return back_to_file(request, found.number)
    case = last_case_of(found)
    context = {
        "registration": found,
        "form": form,
        "refusal": refusal,
        "seen": seen,
        "mark": (DECIDED, mark),
        "told_how": to_be_told(found.candidate),
        "loses_request": case is not None and case.is_undecided,
        "may_return": found.is_offered and found.service.accepts(request.arrived_at),
        "until_closing": found.would_be_undone_until_closing(request.arrived_at),
        "trail": TRAIL,
    }
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "office/withdraw_as_asked.html", context, status=status)
