"""An appeal against a decision: entered where it came otherwise, refused, or taken up (H2)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accommodations.appeals import lateness_in_words, received_in_words, silence_in_words
from sporades.accommodations.contesting import clock_of, first_day_of, last_day_of
from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.models import Again, Appeal, Came, Case
from sporades.accommodations.operations import (
    AlreadyAppealed,
    AppealAnswered,
    DecisionReplaced,
    NotNotified,
)
from sporades.accommodations.queries import (
    appeal_against,
    appeal_of,
    appeals_of,
    cases_of,
    decision_of,
    open_case_of,
)
from sporades.acts import accommodating
from sporades.core.actors import Actor
from sporades.core.french import day_in_words, instant_in_words
from sporades.core.refusals import Refused
from sporades.letters.words import announced
from sporades.registrations.models import Registration
from sporades.web.office.accommodations.appeal_forms import (
    EnteredAppealForm,
    RefuseAppealForm,
    left_of,
)
from sporades.web.office.accommodations.following import reading_in_words, said_of
from sporades.web.office.accommodations.forms import CALL, AgainForm, CallForm, ReadOverForm
from sporades.web.office.accommodations.waiting import FROM_LIST, phones_of, queue_of
from sporades.web.office.forms import faulty
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL, registration_of
from sporades.web.office.registrations.told import done_on
from sporades.web.office.registrations.walking import back_to_file

ENTER, REFUSE, TAKE_UP, TAKE_BACK = "saisir", "rejeter", "reprendre", "retirer"
WHICH, DECISION = "recours", "decision"
"""Which appeal, and which decision, the page showed."""
REPLACED = (
    "Une autre décision a été notifiée depuis que vous avez ouvert cette page : vérifiez laquelle ce "
    "recours conteste."
)
ANSWER = "Répondez-y ci-dessous."
ANSWER_FIRST = "Un autre attend déjà : répondez d'abord à celui-là, ci-dessous."
NO_CALL = "Aucune réponse à un recours n'est à annoncer par téléphone : relisez cette page."
THEIRS = "Le candidat a fait ce recours lui-même : lui seul le retire."
DONE = {
    ENTER: "Le recours est enregistré, {told} {next}",
    REFUSE: "Le recours est rejeté, {told}",
    TAKE_UP: "La décision est reprise à la suite du recours, {told} Celle qui est notifiée vaut jusqu'à "
    "la nouvelle.",
    TAKE_BACK: "Le recours est retiré, {told}",
    CALL: "L'appel est noté.",
}


@dataclass
class _Asked:
    """What was sent to the page, by one of its buttons, and the forms that it shows."""

    act: str
    last: Case | None
    """The last decision that was notified, which a letter contests unless it was sent before."""
    entering: EnteredAppealForm
    refusing: RefuseAppealForm
    taking: AgainForm
    calling: CallForm
    read_over: ReadOverForm | None = None
    why: str = ""

    def is_pressed_twice(self, standing: Appeal | None) -> bool:
        """Return whether what is asked was done already: in the same words, where it has words."""
        if standing is None:
            return False
        if self.act == TAKE_UP:
            return standing.taken_up is not None
        if self.act == ENTER and self.entering.is_valid():
            return self.is_entered(standing)
        if self.act == REFUSE and standing.is_answered and self.refusing.is_valid():
            return standing.reason == self.refusing.cleaned_data["motif"]
        return False

    def is_entered(self, standing: Appeal) -> bool:
        """Return whether an appeal is what is entered, in the same words."""
        return bool(standing.text == self.entering.cleaned_data["texte"])

    @property
    def is_valid(self) -> bool:
        """Whether what was sent can be done."""
        form = self.form
        return self.act == TAKE_BACK or (form is not None and form.is_valid())

    @property
    def form(self) -> forms.Form | None:
        """The one that says more of the act that was pressed, if there is one."""
        found: dict[str, forms.Form] = {
            ENTER: self.entering,
            REFUSE: self.refusing,
            TAKE_UP: self.taking,
            CALL: self.calling,
        }
        return found.get(self.act)


def appeal(request: HttpRequest, number: str) -> HttpResponse:
    """Enter an appeal that came otherwise; refuse the one that waits, or take the decision again on it."""
    found = registration_of(request, number)
    case, standing = _contested(request, found)
    by = author_on(request, found)
    asked = _asked(request, case, by)
    if request.method != "POST":
        return _page(request, case, standing, asked)
    already = _standing_already(asked, case)
    if asked.is_pressed_twice(already) or (asked.act != ENTER and asked.is_pressed_twice(standing)):
        return _done(request, case, standing, asked)
    if refusal := _overtaken(request, asked, case, standing):
        asked.why = str(refusal)
        return _page(request, case, standing, asked, status=409)
    if not asked.is_valid or _is_to_read_over(request, asked):
        return _page(request, case, standing, asked, status=422)
    try:
        _do(request, case, standing, asked, by=by)
    except Refused as refusal:
        asked.why = str(refusal)
        return _page(request, *_contested(request, found), asked, status=409)
    return _done(request, case, standing, asked)


def _contested(request: HttpRequest, registration: Registration) -> tuple[Case, Appeal | None]:
    """Return the decision that a page is about, and its appeal.

    First what waits, even if it was replaced; from the list of answers to call about, what is there.
    """
    queue, case = queue_of(request), decision_of(registration)
    is_answer = queue is not None and queue.step is not None and queue.step.is_answer
    answered = appeal_against(case) if is_answer and case is not None else None
    standing = answered or appeal_of(registration.pk)
    if standing is not None:
        case = standing.case
    if case is None:
        raise Http404
    case.registration = registration
    return case, standing or appeal_against(case)


def _standing_already(asked: _Asked, case: Case) -> Appeal | None:
    """Return the appeal against what a letter that is entered contests, if there is one.

    Of one that is not understood yet, the one against the last decision.

    Args:
        asked: what was sent to the page.
        case: the decision that it is about.
    """
    last = asked.last or case
    if asked.act == ENTER and asked.entering.is_valid():
        last = _sent_against(last, asked.entering.cleaned_data["envoye_le"])
    return appeal_against(last)


def _may_be_contested(registration: Registration) -> list[Case]:
    """Return the decisions against which no appeal stands, the last one first: what came otherwise is entered."""
    if registration.withdrawn_at is not None:
        return []
    contested = {one.case_id for one in appeals_of(registration.pk) if one.withdrawn_at is None}
    return [one for one in _notified(registration) if one.pk not in contested]


def _asked(request: HttpRequest, case: Case, by: Actor) -> _Asked:
    found, at = case.registration, request.arrived_at
    act = request.POST.get("geste", "") if request.method == "POST" else ""
    notified = _notified(found)

    def sent(name: str) -> Any:
        return request.POST if act == name else None

    return _Asked(
        act=act,
        last=next(iter(notified), None),
        entering=EnteredAppealForm(
            sent(ENTER),
            today=found.last_day(at),
            notified=first_day_of(notified[-1]),
            is_minor=found.is_minor(at),
            guardian=found.guardian_name,
        ),
        refusing=RefuseAppealForm(sent(REFUSE), author=accommodating.author_of(found, by)),
        taking=AgainForm(sent(TAKE_UP)),
        calling=CallForm(sent(CALL)),
    )


def _notified(registration: Registration) -> list[Case]:
    """Return the decisions that were notified for a registration, the last one first."""
    known = [one for one in cases_of(registration=registration.pk) if one.notified_at]
    for one in known:
        one.registration = registration
    return known


def _sent_against(last: Case, sent_on: date) -> Case:
    """Return the decision that a letter contests: the last one that was notified when it was sent."""
    before = (one for one in _notified(last.registration) if first_day_of(one) <= sent_on)
    return next(before, last)


def _overtaken(
    request: HttpRequest, asked: _Asked, case: Case, standing: Appeal | None
) -> Refused | None:
    """Return why what was sent of an appeal is possible no more, as it stands now."""
    if asked.act == ENTER:
        last = str((asked.last or case).pk)
        if request.POST.get(DECISION, last) != last:
            return DecisionReplaced(REPLACED)
        return AlreadyAppealed() if _standing_already(asked, case) is not None else None
    if standing is None or request.POST.get(WHICH) != str(standing.pk):
        return NotNotified(NO_CALL) if asked.act == CALL else AppealAnswered()
    if asked.act == CALL:
        return None if standing.is_answered else NotNotified(NO_CALL)
    if not standing.is_waiting:
        return AppealAnswered()
    is_theirs = asked.act == TAKE_BACK and standing.came == Came.SPACE
    return Refused(THEIRS) if is_theirs else None


def _is_to_read_over(request: HttpRequest, asked: _Asked) -> bool:
    """Return whether words of health are to be read over before they are sent."""
    written = {REFUSE: (asked.refusing, "motif"), ENTER: (asked.entering, "texte")}
    if asked.act not in written:
        return False
    form, name = written[asked.act]
    words = words_of_health(form.cleaned_data[name])
    read_over = ReadOverForm(request.POST, words=words)
    if not words or read_over.is_read:
        return False
    asked.read_over = read_over
    return True


def _do(
    request: HttpRequest, case: Case, standing: Appeal | None, asked: _Asked, *, by: Actor
) -> None:
    at = request.arrived_at
    if asked.act == ENTER:
        said = asked.entering.said_by(by.name)
        contested = _sent_against(asked.last or case, asked.entering.cleaned_data["envoye_le"])
        accommodating.appeal(case=contested, said=said, by=by, at=at)
    elif standing is None:
        raise AppealAnswered
    elif asked.act == REFUSE:
        form = asked.refusing
        accommodating.refuse_appeal(
            found=standing, reason=form.cleaned_data["motif"], author=form.author, by=by, at=at
        )
    elif asked.act == CALL:
        accommodating.note_call_about_answer(
            found=standing,
            is_reached=asked.calling.is_reached,
            by=by,
            at=at,
            seen=request.POST.get("appele"),
        )
    elif asked.act == TAKE_BACK:
        accommodating.withdraw_appeal(found=standing, by=by, at=at)
    else:
        has_opinion = asked.taking.has_opinion
        accommodating.take_again(case=case, why=Again.APPEAL, has_opinion=has_opinion, by=by, at=at)


def _done(request: HttpRequest, case: Case, standing: Appeal | None, asked: _Asked) -> HttpResponse:
    """Say what was done, and lead on."""
    found, queue, act = case.registration, queue_of(request), asked.act
    here = reverse("office:appeal", args=[found.number])
    is_behind = (
        act == ENTER
        and standing is not None
        and standing.is_waiting
        and not asked.is_entered(standing)
    )
    said = DONE[act].format(
        told=announced(found.candidate, is_decision=act == REFUSE),
        next=ANSWER_FIRST if is_behind else ANSWER,
    )
    if act == ENTER:
        messages.success(request, said)
        return redirect(here + (queue.query if queue else ""))
    onwards = _onwards(request, case, act)
    messages.success(request, done_on(found, said, onwards=onwards, back=here, to="ce recours"))
    return onwards


def _onwards(request: HttpRequest, case: Case, act: str) -> HttpResponseRedirect:
    """Lead to what comes next: the next appeal of the list that is gone through."""
    found, queue = case.registration, queue_of(request)
    if act == TAKE_UP:
        return redirect(reverse("office:handle_accommodation", args=[found.number]))
    if queue is not None:
        stays = FROM_LIST in request.POST
        return redirect(queue.list if stays else queue.following(case) or queue.list)
    return back_to_file(request, found.number, tab="accommodation")


def _page(
    request: HttpRequest,
    case: Case,
    standing: Appeal | None,
    asked: _Asked,
    *,
    status: int = 200,
) -> HttpResponse:
    found, at, queue = case.registration, request.arrived_at, queue_of(request)
    zone = found.service.zone
    is_waiting = standing is not None and standing.is_waiting
    now, other = asked.last, open_case_of(found)
    last = last_day_of(case, clock_of(case))
    contestable = _may_be_contested(found)
    context = {
        "registration": found,
        "case": case,
        "notified": instant_in_words(case.notified_at, zone) if case.notified_at else "",
        "last": day_in_words(last) if last else "",
        "asked": asked,
        "form": faulty(asked.form),  # its errors are counted in the title
        "appeal": standing,
        "about": _said(standing, zone, at=at) if standing else [],
        "may_enter": bool(contestable),
        "contested_since": instant_in_words(now.notified_at, zone)
        if now is not None and now.notified_at and now not in contestable
        else "",
        "last_decision": asked.last or case,
        "is_waiting": is_waiting and found.is_active,
        "is_under_way": is_waiting and other is not None and other.asked_at is not None,
        "has_draft": is_waiting and other is not None and other.asked_at is None,
        "replaced": instant_in_words(now.notified_at, zone)
        if now is not None and now.pk != case.pk and now.notified_at
        else "",
        "may_call": standing is not None
        and standing.is_to_read
        and found.is_active
        and found.candidate.has_account,
        "phones": phones_of(found, at=at),
        "may_take_back": is_waiting and standing is not None and standing.came != Came.SPACE,
        **said_of(case, request, may_decide=True),
        "left": left_of(request.POST) if asked.why else [],
        "following": queue.following(case) if queue else "",
        "still": queue.left_in_words() if queue else "",
        "back": queue.list if queue else "",
        "trail": [*TRAIL, (found.number, reverse("office:accommodation", args=[found.number]))],
    }
    return render(request, "office/appeal.html", context, status=status)


def _said(standing: Appeal, zone: str, *, at: Any) -> list[tuple[str, str]]:
    """Return what is said of an appeal beside its words, label and value."""
    clock = clock_of(standing.case)
    received = received_in_words(standing)
    if standing.entered_name:
        received = f"{received}, saisi par {standing.entered_name}"
    guardian = f"{standing.guardian_name}, {standing.guardian_quality}"
    rows = [
        ("Réception", received),
        ("Délai", lateness_in_words(standing, clock) or "Envoyé à temps."),
        ("Fait par", guardian if standing.guardian_name else ""),
        ("Papiers de santé", "Il en annonce d'autres." if standing.has_papers else ""),
        ("Réponse", silence_in_words(standing, clock, at=at) if standing.is_waiting else ""),
    ]
    if standing.answered_at is not None:
        when = instant_in_words(standing.answered_at, zone)
        rows += [
            ("Rejeté", f"{standing.author_in_words}, le {when}"),
            ("Motif", standing.reason),
            ("Lecture", reading_in_words(standing, standing.answer, standing.case, zone)),
        ]
    return [(label, said) for label, said in rows if said]
