"""« Gérer l'état de la candidature »: one decision, with its reason, told to its candidate."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accounts.permissions import Permission
from sporades.acts.registrations import deciding, leaving, receiving
from sporades.acts.registrations.silent import to_set_aside_in_words
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.core.transitions import Transition
from sporades.letters.words import announced, to_be_told
from sporades.publications.queries import lines_to_come, missed_lines
from sporades.registrations.exclusion import standing_instead_of
from sporades.registrations.models import Registration
from sporades.registrations.operations.deciding import NoRoomLeft
from sporades.registrations.states import RESTORE, VALIDATE
from sporades.web.layout.seen import seen_in
from sporades.web.office.noting import author_on, note_file
from sporades.web.office.registrations.decision_forms import (
    DecisionForm,
    PostmarkForm,
    SummaryTimeForm,
)
from sporades.web.office.registrations.elsewhere import held_in
from sporades.web.office.registrations.files import TRAIL, reaches
from sporades.web.office.registrations.left import being_filled
from sporades.web.office.registrations.told import done_on
from sporades.web.office.registrations.walking import back_to_file, walk_of
from sporades.web.wizard.recap import DECIDED

LACKED = "manque"
"""What the page of a decision showed to lack, as `Unmet.mark` says it."""

NOTED = "deja_note"
"""The postmark that « Récapitulatif signé reçu » showed as noted already."""

MORE_TIME = "plus_de_temps"
"""Sent where more time is left for a signed summary."""

TAKE_BACK = "annuler"
"""Sent where a signed summary noted as received has not come."""

NOT_PUBLISHED = (
    "Nouvelle version de l'inscription : ce qui est fait d'après la précédente et pas encore lu n'est "
    "pas publié pour elle, préparez-le de nouveau : {}."
)


def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Ask what is decided and why; nothing is decided before the button is pressed."""
    visible = Registration.objects.within(request.reach).whole().with_owed()
    found = held_in(visible, request, number)
    note_file(request, found)
    posted = request.POST if request.method == "POST" else None
    seen = seen_in(request.POST) or found.version
    mark = request.POST.get(DECIDED) or found.decided_mark
    if (seen, mark) != (found.version, found.decided_mark):
        refusal = deciding.Overtaken() if seen != found.version else deciding.DecidedSince()
        return _decided_since(request, found, seen=seen, mark=mark, refusal=refusal)
    to_set_aside = to_set_aside_in_words(found, at=request.arrived_at)
    asked: dict[str, Any] = {"is_accepted": bool(to_set_aside), "at": request.arrived_at}
    form, instead = DecisionForm(posted, registration=found, **asked), None
    to_come = _not_read_yet(found, at=request.arrived_at) if found.is_validated else ""
    if posted is not None and form.is_valid():
        try:
            deciding.decide(
                registration=found,
                **form.decided,
                seen=seen,
                mark=mark,
                lacked=request.POST.get(LACKED, ""),
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except deciding.Overtaken as refusal:
            # In this very second: what the other one did is read again.
            now = held_in(visible, request, number)
            return _decided_since(request, now, seen=seen, mark=mark, refusal=refusal)
        except NoRoomLeft as refusal:
            form.add_error(None, str(refusal))
            instead = _instead_of(request, found)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            # Its documents may ask for what they did not: it has then another version.
            missed = to_come if found.version != seen else ""
            return _onwards(request, found, form.decided["decision"], missed)
    said = {
        "instead": instead,
        "to_set_aside": to_set_aside,
        "status": 422 if form.errors else 200,
    }
    return _decision_page(request, found, form, **said)


def _not_read_yet(registration: Registration, *, at: datetime) -> str:
    """Say what waits to be read, made from its version, that another version would have refused."""
    lines = lines_to_come(registration, at=at)
    made = [one.publication for one in lines if not one.publication.publishes.is_deposited]
    return ", ".join(
        f"{one} (à publier le {one.publish_in_words})" if one.publish_at else str(one)
        for one in made
    )


def _onwards(
    request: HttpRequest, found: Registration, decision: Transition, refused: str
) -> HttpResponse:
    """Say what is done; whoever goes through a search that is done with the file is at the next one."""
    said = f"La décision est enregistrée, {announced(found.candidate)}"
    if decision is RESTORE and (missed := [str(one.publication) for one in missed_lines(found)]):
        said = f"{said} Pas publié pour cette inscription : {', '.join(missed)} (« Documents »)."
    if refused:
        said = f"{said} {NOT_PUBLISHED.format(refused)}"
    walk = walk_of(request, found.number)
    if walk is None or not walk.onwards:
        messages.success(request, said)
        return back_to_file(request, found.number)
    onwards = redirect(walk.onwards)
    back = reverse("office:registration", args=[found.number]) + walk.query
    done = done_on(found, said, onwards=onwards, back=back, to="ce dossier")
    messages.success(request, done)
    return onwards


def _decided_since(
    request: HttpRequest, registration: Registration, *, seen: int, mark: str, refusal: Refused
) -> HttpResponse:
    """Show what a colleague, or its candidate, did since the page was read; what was typed is kept."""
    last = deciding.decisions_on(registration).first()
    # A withdrawal is no decision, nor is a modification that undoes one.
    is_decided = (
        last is not None
        and last.at == registration.decided_at
        and registration.withdrawn_at is None
    )
    said: dict[str, Any] = {
        "refusal": refusal,
        "last": last if is_decided and registration.decided_mark != mark else None,
        "versions": registration.versions.for_history().filter(number__gt=seen),
    }
    to_set_aside = to_set_aside_in_words(registration, at=request.arrived_at)
    said["to_set_aside"] = to_set_aside
    form = DecisionForm(
        registration=registration,
        at=request.arrived_at,
        is_accepted=bool(to_set_aside),
        initial=request.POST.dict(),
    )
    return _decision_page(request, registration, form, status=409, **said)


def _decision_page(
    request: HttpRequest,
    registration: Registration,
    form: DecisionForm,
    *,
    status: int,
    **said: Any,
) -> HttpResponse:
    context = {
        "registration": registration,
        "form": form,
        "instead": None,
        "refusal": None,
        "last": None,
        "versions": (),
        "filled": being_filled(request, registration),
        "to_come": _not_read_yet(registration, at=request.arrived_at)
        if registration.is_validated
        else "",
        "is_as_asked": leaving.withdrawals_as_asked(registration).exists()
        if registration.withdrawn_at
        else False,
        **_before_deciding(registration, form, at=request.arrived_at),
        **said,
        "trail": TRAIL,
    }
    if last := context["last"]:
        context["last_when"] = instant_in_words(last.at, registration.service.zone)
    return render(request, "office/decide.html", context, status=status)


def _before_deciding(
    registration: Registration, form: DecisionForm, *, at: datetime
) -> dict[str, Any]:
    """Return what a validation would do without; each decision says what its candidate will read."""
    if not form.has_choices:
        return {"unmet": None, "lacked": None}
    unmet = deciding.unmet_of(registration)
    form.show_what_is_told(unmet, is_over=registration.is_exam_over(at))
    return {
        "unmet": unmet if VALIDATE.name in form.possible else None,
        "lacked": (LACKED, unmet.mark),
        "told_how": to_be_told(registration.candidate),
    }


def receive_summary(request: HttpRequest, number: str) -> HttpResponse:
    """« Récapitulatif signé reçu »: how it came, and the day that counts (E9, L-05)."""
    visible = Registration.objects.within(request.reach).whole().with_owed()
    found = held_in(visible, request, number)
    note_file(request, found)
    posted = request.POST if request.method == "POST" else None
    form = PostmarkForm.of(posted, found)
    time = SummaryTimeForm()
    seen = seen_in(request.POST) or found.version
    refused, may_decide = "", reaches(request, Permission.DECIDE, found)
    taken_back = _taken_back_in_words(found, at=request.arrived_at)
    if posted is not None and TAKE_BACK in posted:
        refused = _take_back(request, found, taken_back)
        if not refused:
            return back_to_file(request, found.number)
        form = PostmarkForm.of(None, found)
    elif posted is not None and MORE_TIME in posted and may_decide:
        form, time = PostmarkForm.of(None, found), SummaryTimeForm(posted)
        if time.is_valid():
            refused = _left_more_time(request, found, time)
            if not refused:
                return back_to_file(request, found.number)
            found = held_in(visible, request, number)
    elif posted is not None and form.is_valid():
        if _receive(request, found, form, seen=seen):
            return back_to_file(request, found.number)
        # Whoever reads which day a colleague has noted may write another in its place.
        found.refresh_from_db(fields=["summary_posted_on", "summary_came_by"])
    noted = (NOTED, receiving.noted_in(found))
    context = {
        "registration": found,
        "form": form,
        "seen": seen,
        "noted": noted,
        "received": found.summary_posted_on,
        "taken_back": taken_back,
        "refused": refused,
        "time": time if may_decide and receiving.given_time(found, at=request.arrived_at) else None,
        "more_time": MORE_TIME,
        "told_how": to_be_told(found.candidate),
        "trail": TRAIL,
    }
    status = 422 if form.errors or time.errors or refused else 200
    return render(request, "office/receive_summary.html", context, status=status)


def _take_back(request: HttpRequest, found: Registration, taken_back: list[str]) -> str:
    """Take the reception back; return why not, or nothing once it is."""
    noted, at = request.POST.get(NOTED, ""), request.arrived_at
    try:
        receiving.take_summary_back(
            registration=found, noted=noted, by=author_on(request, found), at=at
        )
    except Refused as refusal:
        return str(refusal)
    messages.success(
        request, f"La réception du récapitulatif signé est annulée. {' '.join(taken_back)}"
    )
    return ""


def _receive(request: HttpRequest, found: Registration, form: PostmarkForm, *, seen: int) -> bool:
    """Note how the summary came, and the day; return whether it is noted, or the form says why not."""
    try:
        receiving.receive_summary(
            registration=found,
            posted_on=form.cleaned_data["poste_le"],
            came_by=form.cleaned_data["par"],
            seen=seen,
            noted=request.POST.get(NOTED),
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        form.add_error("poste_le", str(refusal))
        return False
    late = ", hors délai" if found.is_summary_posted_late else ""
    messages.success(request, f"Le récapitulatif signé est noté comme reçu{late}.")
    return True


def _left_more_time(request: HttpRequest, found: Registration, time: SummaryTimeForm) -> str:
    """Leave more time for the signed summary; return why not, or nothing once it is left."""
    by, at = author_on(request, found), request.arrived_at
    try:
        receiving.grant_summary(registration=found, until=time.cleaned_data["delai"], by=by, at=at)
    except Refused as refusal:
        return str(refusal)
    messages.success(request, f"Récapitulatif signé : délai accordé, {announced(found.candidate)}")
    return ""


def _taken_back_in_words(registration: Registration, *, at: datetime) -> list[str]:
    """Say what becomes of the signed summary once its reception is taken back, and whether it is told."""
    untold = "Aucun message ne part."
    if registration.is_validated:
        return ["L'inscription est validée : il n'est plus attendu.", untold]
    if not registration.is_active:
        return ["L'inscription n'est plus en cours : il n'est plus attendu.", untold]
    told = "Un message le dit au candidat, avec le dernier jour pour le poster."
    is_told = receiving.is_told_of_it(registration, at=at)
    said = ["Il est de nouveau attendu.", told if is_told else untold]
    to_come = _not_read_yet(registration, at=at)
    if to_come and receiving.is_issued_again(registration, at=at):
        said.append(NOT_PUBLISHED.format(to_come))
    return said


def _instead_of(request: HttpRequest, registration: Registration) -> Registration | None:
    """Return the one that took its place, for who may read it: an academy may be elsewhere."""
    own = Registration.objects.within(request.reach).filter(candidate=registration.candidate_id)
    return standing_instead_of(registration, own.for_list())
