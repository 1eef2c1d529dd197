"""What is done with a request: entrusted, said incomplete, decided, notified, called; then the next one (H2, H4)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from sporades.accommodations import notification
from sporades.accommodations import operations as accommodations
from sporades.accommodations.doctors import doctors_for
from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.models import Again, AsRead, Case
from sporades.accommodations.queries import (
    cases_of,
    decision_among,
    last_among,
    open_case_of,
)
from sporades.accommodations.rules import rules_for
from sporades.accommodations.states import OpinionAgain, State
from sporades.accounts.permissions import Permission
from sporades.acts import accommodating
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, local_day
from sporades.core.refusals import Refused
from sporades.letters.words import announced
from sporades.registrations.models import Registration
from sporades.web.layout.kept import waiting
from sporades.web.layout.seen import seen_in
from sporades.web.office.accommodations.following import minor_in_words, said_of, told_of
from sporades.web.office.accommodations.forms import (
    AGAIN,
    CALL,
    DECIDING,
    LEAVE,
    ON_MISSING,
    TAKE,
    CaseForms,
    ReadOverForm,
    reasons_of,
)
from sporades.web.office.accommodations.waiting import FROM_LIST, phones_of, queue_of
from sporades.web.office.forms import faulty
from sporades.web.office.registrations.files import TRAIL, registration_of
from sporades.web.office.registrations.told import done_on
from sporades.web.office.registrations.walking import back_to_file

DONE = {
    "confier": "La demande est confiée au médecin.",
    "incomplete": "La demande est dite incomplète",
    "reformuler": "Ce qui manque est dit autrement",
    "complete": "La demande est complète, telle qu'elle était envoyée : elle est à confier",
    TAKE: "La demande est reprise au médecin : elle est à confier.",
    "nouvel-avis": "Un nouvel avis est demandé : la demande est de nouveau chez le médecin.",
    "decider": "La décision est enregistrée : relisez-la, puis notifiez-la.",
    "corriger": "La décision est corrigée : relisez-la, puis notifiez-la.",
    "notifier": "La décision est notifiée",
    CALL: "L'appel est noté.",
    "revoir": "La décision est reprise (celle qui est notifiée vaut jusqu'à la nouvelle)",
    LEAVE: "La reprise est annulée : la décision notifiée reste en vigueur",
}
NO_DOCTOR_THERE = (
    "Un nouvel avis est demandé. Le médecin qui avait rendu le premier ne peut plus s'en charger : la "
    "demande est à confier à un autre, qui trouve cet avis dans son brouillon."
)
TELLS = ("incomplete", "reformuler", "complete", "notifier", "revoir", LEAVE)
CORRECTING = "corriger"
READ = {"since": "depuis", "read_state": "etat", "opined": "avis", "read": "decidee"}
"""What a page says of what its reader has read: the name of each in it, and in what it sends."""


def handle(request: HttpRequest, number: str) -> HttpResponse:
    """Entrust a request, say what it lacks, decide of it, notify, note a call; then the next one."""
    found = registration_of(request, number)
    case = _case_to_handle(request, found)
    if case is None:
        raise Http404
    by = request.reaches(Permission.DECIDE_ACCOMMODATIONS).author(
        academy=found.academy_id, domain=found.exam.domain.code
    )
    is_posted = request.method == "POST"
    asked = _asked(request, case, by, is_posted=is_posted)
    seen = seen_in(request.POST) if is_posted else case.revision
    if asked.act == LEAVE and str(case.pk) != request.POST.get("demande"):
        return _leave_another(request, case, by)
    if is_posted and asked.is_valid():
        try:
            _do(case, asked, seen, by=by, request=request)
        except Refused as refusal:
            if asked.act in (LEAVE, TAKE, CALL):
                return _overtaken(request, found, by, str(refusal))
            if asked.act in ON_MISSING:
                return _read_again(request, found, by, str(refusal))
            asked.refuse(str(refusal))
        else:
            return _done(request, found, case, asked.act)
    if asked.act == LEAVE and case.state == State.DECIDED:
        return _overtaken(request, found, by, accommodations.DecidedMeanwhile.message)
    return _page(request, case, asked, by, seen=seen, status=422 if asked.is_refused else 200)


def _asked(request: HttpRequest, case: Case, by: Actor, *, is_posted: bool) -> CaseForms:
    """Return what may be done with a request where it stands, and what was sent of it."""
    found = case.registration
    asked = CaseForms(
        request.POST if is_posted else None,
        case=case,
        doctors=doctors_for(found, day=local_day(request.arrived_at, found.service.zone)),
        author=accommodating.author_of(found, by),
    )
    if AGAIN in asked.possible and _under_way(case) is not None:
        asked.possible.remove(AGAIN)
    return asked


def _done(request: HttpRequest, registration: Registration, case: Case, act: str) -> HttpResponse:
    """Say what was done, and lead on."""
    told = (
        f", {announced(registration.candidate, is_decision=act == 'notifier')}"
        if act in TELLS
        else ""
    )
    done = DONE[act]
    if act == "nouvel-avis" and Case.objects.filter(pk=case.pk, state=State.ASKED).exists():
        done = NO_DOCTOR_THERE
    back = reverse("office:accommodation", args=[registration.number])
    onwards = _onwards(request, registration, case, act)
    said = done_on(registration, f"{done}{told}", onwards=onwards, back=back, to="cette demande")
    messages.success(request, said)
    return onwards


def _leave_another(request: HttpRequest, case: Case, by: Actor) -> HttpResponse:
    """Answer whoever cancels a taking again that is not the one that stands: it is cancelled already, or gone."""
    if request.POST.get("demande") in {str(one.pk) for one in case.cancelled}:
        return _done(request, case.registration, case, LEAVE)
    return _overtaken(request, case.registration, by, accommodations.Rewritten.message)


def _overtaken(
    request: HttpRequest, registration: Registration, by: Actor, why: str
) -> HttpResponse:
    """Show where a request stands now: a colleague was at it meanwhile."""
    case = _case_to_handle(request, registration)
    if case is None:
        raise Http404
    asked = _asked(request, case, by, is_posted=False)
    asked.refuse_keeping(why, request.POST)
    return _page(request, case, asked, by, seen=case.revision, status=409)


def _read_again(
    request: HttpRequest, registration: Registration, by: Actor, why: str
) -> HttpResponse:
    """Show where a request stands now, with what was typed of it: whoever reads it may press again."""
    case = _case_to_handle(request, registration)
    if case is None:
        raise Http404
    asked = _asked(request, case, by, is_posted=True)
    asked.refuse_keeping(why, request.POST)
    return _page(request, case, asked, by, seen=case.revision, status=409)


def _page(
    request: HttpRequest, case: Case, asked: CaseForms, by: Actor, *, seen: int, status: int
) -> HttpResponse:
    found, at, queue = case.registration, request.arrived_at, queue_of(request)
    context = {
        "registration": found,
        "case": case,
        "asked": asked,
        "form": faulty(asked.form),  # its errors are counted in the title
        "seen": seen,
        "since": case.since.isoformat() if case.since else "",
        "read_state": str(case.state),
        "rules": rules_for(found, case),
        "is_under_way": _under_way(case) is not None,
        "has_draft": AGAIN in asked.possible and _has_draft(found),
        "taken_again": instant_in_words(case.begun_at, found.service.zone),
        "born": f"date de naissance : {found.identity.born_in_digits}"
        f"{minor_in_words(found) if found.is_minor(at) else ''}",
        **_shown_before(case, asked, request),
        **_deciding(case, asked, by, request),
        "papers": _papers(case) if case.is_open else [],
        "may_propose": request.reaches(Permission.PROPOSE_ROLES).covers(
            academy=found.academy_id, domain=found.exam.domain.code
        ),
        "may_enter": case.is_open and accommodating.why_not_entered(found, case) is None,
        "phones": phones_of(found, at=at),
        **told_of(found),
        "following": queue.following(case) if queue else "",
        "still": queue.left_in_words() if queue else "",
        "back": queue.list if queue else "",
        "trail": [*TRAIL, (found.number, reverse("office:accommodation", args=[found.number]))],
        **said_of(case, request, may_decide=True),
    }
    if asked.is_shown_again:
        context |= {name: request.POST[sent] for name, sent in READ.items() if sent in request.POST}
    # What is decided of is said once, in the form.
    is_open = "decider" in asked.possible or context["is_correcting"]
    context["said_once"] = [] if is_open else context["measures"]
    return render(request, "office/handle_accommodation.html", context, status=status)


def _shown_before(case: Case, asked: CaseForms, request: HttpRequest) -> dict[str, Any]:
    """Return the decision as its candidate will read it, before it leaves, or why it cannot."""
    if "notifier" not in asked.possible or _is_correcting(asked, request):
        return {}
    try:
        return {
            "paper": notification.content(accommodating.notified(case, at=request.arrived_at)),
            # What was pointed out as it was saved, or comes from the doctor, is so until it leaves.
            "read_over": asked.read_over or ReadOverForm(words=words_of_health(*reasons_of(case))),
        }
    except Refused as refusal:
        return {"cannot": str(refusal)}


def _deciding(case: Case, asked: CaseForms, by: Actor, request: HttpRequest) -> dict[str, Any]:
    """Return which form decides, if one is open, and how the page leads to it and back."""
    where = request.GET.copy()
    where.pop(CORRECTING, None)
    kept = where.urlencode()
    is_correcting = _is_correcting(asked, request)
    deciding = CORRECTING if is_correcting else "decider"
    is_of_another = is_correcting and case.decided_by_id != by.identifier
    return {
        "keeps_answers": asked.keeps_answers or _is_put_back(request, deciding),
        "signed_by_another": case.author_in_words if is_of_another else "",
        "is_correcting": is_correcting,
        "deciding": deciding,
        "to_refuse": accommodating.to_refuse_in_words(case, at=request.arrived_at),
        "starts_again": case.state == State.OPINION_GIVEN and case.is_opinion_kept,
        "opined": case.opined_at.isoformat() if case.opined_at else "",
        "health": words_of_health(
            case.opinion_text, *(one.opinion_text for one in case.measures.all())
        )
        if case.state == State.OPINION_GIVEN
        else [],
        "read": case.decided_at.isoformat() if case.decided_at else "",
        "correct": f"?{f'{kept}&' if kept else ''}{CORRECTING}=1",
        "leave": f"?{kept}",
    }


def _is_put_back(request: HttpRequest, act: str) -> bool:
    """Return whether what was sent of an act, once the session had ended, is put back in its form."""
    return request.method == "GET" and any(
        one.path == request.path and act in (one.answers or {}).get("geste", [])
        for one in waiting(request)
    )


def _papers(case: Case) -> list[accommodating.PaperGiven]:
    """Return the papers that a request calls for; of one on paper, where some are confided here too.

    What may be in its envelope is not said to be missing.
    """
    papers = accommodating.papers_given(case)
    if not case.is_on_paper:
        return papers
    given = [one for one in papers if one.is_given]
    return given if case.has_envelope or not given else papers


def _is_correcting(asked: CaseForms, request: HttpRequest) -> bool:
    return "corriger" in asked.possible and (asked.act == "corriger" or CORRECTING in request.GET)


def _do(case: Case, asked: CaseForms, seen: int, *, by: Actor, request: HttpRequest) -> None:
    at = request.arrived_at
    match asked.act:
        case "confier":
            chosen = asked.entrust.doctor
            accommodating.entrust(
                case=case, doctor=chosen.user, name=chosen.full_name, seen=seen, by=by, at=at
            )
        case str(act) if act in ON_MISSING:
            _say_missing(case, asked, _as_read(request, seen), by=by, at=at)
        case str(act) if act == TAKE:
            read = _as_read(request, seen)
            accommodating.take_from_doctor(case=case, seen=read, by=by, at=at)
        case "nouvel-avis":
            why = OpinionAgain(asked.new_opinion.cleaned_data["raison"])
            accommodating.reopen(case=case, why=why, by=by, at=at)
        case "decider" | "corriger":
            _settle(case, asked, seen, by=by, request=request)
        case "notifier":
            accommodating.notify(case=case, seen=_decision_read(request), by=by, at=at)
        case str(act) if act == CALL:
            is_reached = asked.call.is_reached
            read = request.POST.get("appele")
            accommodating.note_call(case=case, is_reached=is_reached, seen=read, by=by, at=at)
        case str(act) if act == LEAVE:
            reason = asked.leave.cleaned_data["motif"]
            accommodating.cancel_taking_again(case=case, reason=reason, by=by, at=at)
        case _:
            has_opinion = asked.again.has_opinion
            accommodating.take_again(
                case=case, why=Again.ERROR, has_opinion=has_opinion, by=by, at=at
            )


def _say_missing(case: Case, asked: CaseForms, read: AsRead, *, by: Actor, at: datetime) -> None:
    """Say what a request lacks, say it otherwise, or go back on it, as it was read."""
    if asked.act == "complete":
        accommodating.find_complete(case=case, seen=read.since, by=by, at=at)
        return
    missing = asked.missing.cleaned_data["manque"]
    if asked.act == "incomplete":
        accommodating.declare_incomplete(case=case, missing=missing, seen=read, by=by, at=at)
    else:
        accommodating.reword_missing(case=case, missing=missing, seen=read.since, by=by, at=at)


def _settle(case: Case, asked: CaseForms, seen: int, *, by: Actor, request: HttpRequest) -> None:
    """Decide of a request, or correct what was decided of it."""
    form, at = asked.decision, request.arrived_at
    if form is None:
        return
    said = {"case": case, "decisions": form.decisions, "author": form.author, "by": by, "at": at}
    if asked.act == CORRECTING:
        accommodating.correct(**said, seen=_decision_read(request))
    else:
        opined = _instant(request.POST.get("avis", ""))
        accommodating.decide(**said, seen=seen, opinion_seen=opined)


def _as_read(request: HttpRequest, revision: int) -> AsRead:
    """Return how a request stood on the page that was sent."""
    sent = request.POST
    return AsRead(revision, sent.get("etat", ""), _instant(sent.get("depuis", "")))


def _decision_read(request: HttpRequest) -> datetime | None:
    """Return when the decision that the page showed was taken, of what it sent; nothing for none."""
    return _instant(request.POST.get("decidee", ""))


def _instant(said: str) -> datetime | None:
    try:
        return parse_datetime(said)
    except ValueError:
        return None


def _onwards(
    request: HttpRequest, registration: Registration, case: Case, act: str
) -> HttpResponseRedirect:
    """Lead to the next request of the step that is gone through; a decision is notified first."""
    queue = queue_of(request)
    here = reverse("office:handle_accommodation", args=[registration.number])
    if act in {*DECIDING, "revoir", LEAVE}:
        return redirect(here + (queue.query if queue else ""))
    if queue is None:
        return back_to_file(request, registration.number, tab="accommodation")
    if FROM_LIST in request.POST:
        return redirect(queue.list)
    return redirect(queue.following(case) or queue.list)


def _case_to_handle(request: HttpRequest, registration: Registration) -> Case | None:
    """Return the request that the office has, or had: of one that was never sent there is nothing.

    One that its candidate is changing, or has taken back, says so to whoever had its page open. What
    they have begun after a decision is theirs alone: the decision is called about and taken again.
    From the list of those to call, it is the decision that they have not read, whatever follows it.
    """
    sent = [one for one in cases_of(registration=registration.pk) if one.asked_at is not None]
    case, queue = last_among(sent), queue_of(request)
    if queue is not None and queue.step is not None and queue.step.is_of_decisions_to_call:
        case = decision_among(sent) or case
    case = case or next(iter(sent), None)
    if case is not None:
        case.registration = registration
    return case


def _under_way(case: Case) -> Case | None:
    """Return what was sent, or taken again, after the decision that is looked at, and is open."""
    other = open_case_of(case.registration) if case.state == State.NOTIFIED else None
    return other if other is not None and other.asked_at is not None else None


def _has_draft(registration: Registration) -> bool:
    """Return whether its candidate has begun a request that was never sent."""
    begun = open_case_of(registration)
    return begun is not None and begun.asked_at is None
