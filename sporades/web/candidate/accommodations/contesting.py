"""« Contester la décision », and take that back (H2)."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accommodations.answering import ANSWER
from sporades.accommodations.appeals import followed_in_words, received_in_words
from sporades.accommodations.contesting import (
    INTERRUPTS,
    clock_of,
    given_back_until,
    last_day_of,
    papers_until_once_taken_back,
    sent_on_from_space,
    silence_about,
    silent_on,
)
from sporades.accommodations.forms.appeal import AppealForm
from sporades.accommodations.models import LONGEST_APPEAL, Appeal, Case
from sporades.accommodations.operations import (
    AlreadyAppealed,
    BeingTakenAgain,
    DecisionReplaced,
    NotNotified,
    NotStanding,
)
from sporades.accommodations.queries import (
    appeal_against,
    appeal_of,
    appeals_of,
    cases_of,
    decision_of,
    open_case_of,
)
from sporades.accommodations.rules import rules_for
from sporades.acts import accommodating as acts
from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import Refused
from sporades.core.text import clean_lines
from sporades.registrations.models import Registration
from sporades.retention.categories import confided_until
from sporades.web.candidate.accommodations.confided import has_confided
from sporades.web.candidate.accommodations.pressed import press_in_time, told_of
from sporades.web.candidate.accommodations.writable import PAGE
from sporades.web.candidate.not_sent import not_sent, written
from sporades.web.candidate.own import own_registration
from sporades.web.layout.arrivals import Press
from sporades.web.layout.kept import forget, kept, typed_before

WHICH = "decision"
"""Which decision the page showed."""
APPEAL = "recours"
"""And which appeal: one against a decision that another has replaced may wait beside the last one's."""
UNREAD = "Lisez d'abord la notification : la décision se conteste ensuite."
_KEPT = (
    "Votre session s'était terminée. Votre recours est là, il n'est pas envoyé : vérifiez-le, puis "
    "envoyez-le."
)
SENT = "Votre recours est reçu. Un message vous le confirme, avec les jours qui comptent."


def contest(request: HttpRequest, number: str) -> HttpResponse:
    """Have the last decision that was notified looked at again."""
    found = own_registration(request, number)
    case = decision_of(found)
    if case is not None and _is_sent_already(request, case):
        return _sent(request, found)
    if case is None or (refusal := _why_not(request, case, found)) is not None:
        return _not_sent(request, found, case and refusal)
    case.registration = found
    press = _press(request, case)
    typed = typed_before(request)
    if typed and request.method != "POST":
        messages.warning(request, _KEPT)
    form = AppealForm(
        request.POST if request.method == "POST" else None,
        registration=found,
        is_minor=found.is_minor(request.arrived_at),
        initial=typed,
    )
    if request.method == "POST" and form.is_valid():
        try:
            acts.appeal(case=case, said=form.said, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            return _not_sent(request, found, refusal)
        return _sent(request, found)
    return _page(request, case, form, press=press, status=422 if form.errors else 200)


def _press(request: HttpRequest, case: Case) -> Press | None:
    """Return « Envoyer mon recours » that came in time, as its reader's session had just ended.

    What was typed waits in the session that its answer began: elsewhere nobody types it the same.
    """
    zone = clock_of(case)
    last = last_day_of(case, zone)
    if last is None:
        return None
    return press_in_time(
        request,
        case.registration,
        acts.APPEAL_UNSENT,
        is_late=lambda at: sent_on_from_space(case, zone, at=at) > last,
        fields=[(name, one) for name, values in (kept(request) or {}).items() for one in values],
    )


def _is_sent_already(request: HttpRequest, case: Case) -> bool:
    """Return whether the button was pressed twice: the very words that were typed were received."""
    text = _text_of(request)
    standing = appeal_against(case) if text else None
    return standing is not None and standing.text == text


def _text_of(request: HttpRequest) -> str:
    return clean_lines(written(request, "texte")[: LONGEST_APPEAL * 2])


def _sent(request: HttpRequest, registration: Registration) -> HttpResponse:
    forget(request)
    messages.success(request, SENT)
    return redirect(PAGE, registration.number)


def _why_not(request: HttpRequest, case: Case, registration: Registration) -> Refused | None:
    """Return why the decision that a page showed is not contested, as it stands now."""
    if (written(request, WHICH) or str(case.pk)) != str(case.pk):
        return DecisionReplaced()
    under_way, appeal = open_case_of(registration), appeal_against(case)
    if may_contest(case, registration, appeal, under_way=under_way):
        return None
    if registration.withdrawn_at is not None:
        return NotStanding()
    if appeal is not None:
        return AlreadyAppealed()
    return NotNotified(UNREAD) if case.is_to_read else BeingTakenAgain()


def _not_sent(
    request: HttpRequest, registration: Registration, refusal: Refused | None
) -> HttpResponse:
    """Lead back where nothing is contested now; whoever has just written it has it back, to be copied."""
    text = _text_of(request)
    if not text:
        return redirect(PAGE, registration.number)
    return not_sent(
        request,
        text,
        title="Recours non envoyé",
        why=str(refusal or ""),
        back=reverse(PAGE, args=[registration.number]),
        leads="Aller à la décision",
        about=registration,
    )


def _page(
    request: HttpRequest, case: Case, form: AppealForm, *, press: Press | None, status: int
) -> HttpResponse:
    found, at = case.registration, request.arrived_at
    zone, rules = clock_of(case), rules_for(found, case)
    last, today = last_day_of(case, zone), local_day(at, zone)
    is_late = last is not None and sent_on_from_space(case, zone, at=at) > last
    given = given_back_until(case, zone) if last is not None and today > last else None
    context = {
        "registration": found,
        "case": case,
        "form": form,
        "notified": day_in_words(local_day(case.notified_at or at, zone)),
        "last": day_in_words(last) if last else "",
        "is_late": is_late,
        "given": found.service.said(given, found.reader_zone) if given and not is_late else "",
        "silent": day_in_words(silent_on(today)),
        "interrupts": INTERRUPTS,
        "appeal": rules.decision.appeal if rules else "",
        **told_of(
            request,
            press,
            found,
            button="Envoyer mon recours",
            again="Envoyez-le de nouveau, sans rien y changer,",
        ),
    }
    return render(request, "candidate/accommodation_contest.html", context, status=status)


def take_back(request: HttpRequest, number: str) -> HttpResponse:
    """« Retirer mon recours », confirmed."""
    found = own_registration(request, number)
    appeal = _named(request, found)
    if appeal is None or found.withdrawn_at is not None:
        return redirect(PAGE, found.number)
    if request.method == "POST":
        try:
            acts.withdraw_appeal(found=appeal, by=request.actor, at=request.arrived_at)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Votre recours est retiré. La décision reste en vigueur.")
        return redirect(PAGE, found.number)
    if not appeal.is_waiting:
        return redirect(PAGE, found.number)
    appeal.case.registration = found
    at, zone = request.arrived_at, clock_of(appeal.case)
    last, given = last_day_of(appeal.case, zone), given_back_until(appeal.case, zone)
    is_late = last is not None and sent_on_from_space(appeal.case, zone, at=at) > last
    if given is not None and not is_late:
        last = local_day(given, zone)
    context = {
        "registration": found,
        "appeal": appeal,
        "received": day_in_words(appeal.received_on),
        "last": day_in_words(last) if last else "",
        "is_late": is_late,
        "papers": _papers_left(found, appeal, at=at),
    }
    return render(request, "candidate/accommodation_contest_back.html", context)


def _named(request: HttpRequest, registration: Registration) -> Appeal | None:
    """Return the appeal that a page has named, whatever became of it; else the oldest that waits.

    Pressed twice, the button takes back no other one that waits too.
    """
    sent = request.POST if request.method == "POST" else request.GET
    if (key := sent.get(APPEAL)) is None:
        return appeal_of(registration.pk)
    return next((one for one in appeals_of(registration.pk) if str(one.pk) == key), None)


def may_contest(
    case: Case, registration: Registration, appeal: Appeal | None, *, under_way: Case | None
) -> bool:
    """Return whether a decision may be contested: it is read, and nobody looks at it again yet.

    Also while its registration is set aside: its delay runs on.

    Args:
        case: the last decision that was notified.
        registration: whose it is.
        appeal: the one against it, if there is one.
        under_way: the request of which something is awaited, if there is one.
    """
    is_taken_again = under_way is not None and under_way.instead_of_id == case.pk
    is_free = appeal is None and not is_taken_again
    return registration.withdrawn_at is None and not case.is_to_read and is_free


def _papers_left(registration: Registration, appeal: Appeal, *, at: datetime) -> str:
    """Say when what was confided is erased once an appeal is taken back; where no day is known, nothing."""
    if not has_confided(registration):
        return ""
    cases = cases_of(registration=registration.pk)
    until = papers_until_once_taken_back(registration, cases, appeal=appeal, at=at)
    if until is None:
        return ""
    day = day_in_words(confided_until(until, registration))
    return f"Vos papiers de santé seront effacés à partir du {day}."


def said_of_appeals(
    case: Case, registration: Registration, *, last: Case | None, at: datetime
) -> dict[str, Any]:
    """Return what the page of a decision says of the appeals against it, and whether one may be made.

    Also of one that waits against a decision that another has replaced.

    Args:
        case: the last decision that was notified.
        registration: whose it is.
        last: the last request of the registration, which may be another one.
        at: now.
    """
    known = list(appeals_of(registration.pk))
    under_way = last if last is not None and last.is_open else None
    against = next((one for one in known if one.case_id == case.pk and not one.withdrawn_at), None)
    shown = [one for one in known if one.case_id == case.pk or one.is_waiting]
    newest = max((one.answer.number for one in known if one.answer is not None), default=0)
    return {
        "may_contest": may_contest(case, registration, against, under_way=under_way),
        "is_contested": against is not None,
        "appeals": [_said_of(one, registration, newest=newest, at=at) for one in shown],
    }


def _said_of(
    appeal: Appeal, registration: Registration, *, newest: int, at: datetime
) -> dict[str, Any]:
    appeal.case.registration = registration
    zone = clock_of(appeal.case)
    if appeal.withdrawn_at is not None:
        day = day_in_words(local_day(appeal.withdrawn_at, zone))
        said = [f"{received_in_words(appeal)}.", f"Vous l'avez retiré le {day}."]
    else:
        is_standing = registration.is_active
        said = followed_in_words(appeal, zone, is_standing=is_standing, at=at)
    return {
        "row": appeal,
        "kind": "warning" if appeal.is_to_read else appeal.kind,
        "state": "Réponse à lire" if appeal.is_to_read else _state_of(appeal, zone, at=at),
        "said": said,
        "reason": "" if appeal.is_to_read else appeal.reason,
        "may_take_back": appeal.is_waiting and registration.withdrawn_at is None,
        "answer": _answer_at(appeal, registration, newest=newest),
    }


def _answer_at(appeal: Appeal, registration: Registration, *, newest: int) -> str:
    """Return the address of the answer to an appeal: its own, were another one answered since; or nothing."""
    if appeal.answer is None:
        return ""
    number = appeal.answer.number
    which = f"?version={number}" if number < newest else ""
    return reverse("candidate:document", args=[registration.number, ANSWER.slug]) + which


def _state_of(appeal: Appeal, zone: str, *, at: datetime) -> str:
    """Return what became of an appeal, as its candidate reads it: once silence has refused it, that."""
    silence = silence_about(appeal.received_on)
    is_silent = appeal.is_waiting and silence.has_decided(local_day(at, zone))
    return "Resté sans réponse" if is_silent else appeal.state_in_words
