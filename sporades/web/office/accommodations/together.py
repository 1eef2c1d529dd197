"""What is done of many requests of a step at once: entrusted to one doctor, decided of or notified by a batch (H4)."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sporades.accommodations.doctors import doctors_for_any, is_doctor_of
from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.accounts.models import Membership, User
from sporades.acts import accommodating
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS
from sporades.batches.models import BatchLine
from sporades.batches.states import Outcome
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.layout.presses import press_of
from sporades.web.layout.seen import seen_in
from sporades.web.office import bounded
from sporades.web.office.accommodations.forms import EntrustForm
from sporades.web.office.accommodations.waiting import ON_THE_PAGE, CaseQueue
from sporades.web.office.noting import author_on

NOTHING_TICKED = "Cochez au moins une demande dans la liste."
TOGETHER = {
    "a-confier": "Confier celles qui sont cochées",
    "a-decider": "Décider selon l'avis du médecin celles qui sont cochées",
    "a-notifier": "Notifier celles qui sont cochées",
}
"""What is done to many at once, where something is."""
BATCH = "lot"
"""The batch whose requests come first, ticked, in the address."""
GONE = "elle n'est plus à confier"
ELSEWHERE = "ce médecin n'est ni de son académie, ni de son domaine"


def do(request: HttpRequest, queue: CaseQueue) -> HttpResponse | str:
    """Do of the requests that are ticked what their step calls for; return why nothing is done, else where to go."""
    step = queue.step
    if step is None or step.code not in TOGETHER:
        return redirect(queue.list)
    if "toutes" not in request.POST and not ticked_in(request):
        return NOTHING_TICKED
    return _entrust(request, queue) if step.is_entrusted else _prepare(request, queue, step.batch)


def ticked_in(request: HttpRequest) -> list[str]:
    """Return the numbers of the registrations that are ticked."""
    return bounded.ticked_in(request.POST, most=ON_THE_PAGE)


def batch_of(request: HttpRequest) -> UUID | None:
    """Return the batch that leads here, of the address; nothing for none."""
    try:
        return UUID(request.GET.get(BATCH, ""))
    except ValueError:
        return None


def first_of_batch(cases: Any, batch: UUID, *, user: User) -> Any:
    """Put before the others those that a batch of the reader's own has done: `is_of_batch`.

    Args:
        cases: those of a step, in their order.
        batch: its key.
        user: the reader.
    """
    done = BatchLine.objects.filter(
        batch=batch,
        batch__asked_by=user,
        outcome=Outcome.DONE,
        registration=OuterRef("registration"),
    )
    return cases.annotate(is_of_batch=Exists(done)).order_by("-is_of_batch", "since", "pk")


def entrusting(request: HttpRequest, registrations: Iterable[Registration]) -> EntrustForm | None:
    """Return the form that asks to which doctor requests go; nothing where none may have any."""
    known = list(registrations)
    doctors = _doctors_for(request, known) if known else []
    if not doctors:
        return None
    said = request.POST if ticked_in(request) else None
    form = EntrustForm(said, doctors=doctors)
    form.initial = {"medecin": request.POST.get("medecin", "")}  # kept where nothing was ticked
    return form


def _doctors_for(request: HttpRequest, known: list[Registration]) -> list[Membership]:
    day = local_day(request.arrived_at, known[0].service.zone)
    return doctors_for_any(known, day=day)


def _entrust(request: HttpRequest, queue: CaseQueue) -> HttpResponse | str:
    """Entrust the requests that are ticked to a doctor, each for itself: those that may not be are named."""
    numbers = ticked_in(request)
    found = Registration.objects.within(request.reach).for_office().filter(number__in=numbers)
    known = {one.number: one for one in found}
    form = entrusting(request, known.values())
    if form is None or not form.is_valid():
        return "Choisissez le médecin à qui confier les demandes cochées."
    doctor, at = form.doctor, request.arrived_at
    there = queue.step.of(queue.cases, at)  # type: ignore[union-attr] # there is one
    waiting = there.filter(registration__number__in=known)
    cases = {one.registration.number: one for one in waiting.select_related("registration")}
    done, refused = 0, []
    for number, registration in sorted(known.items()):
        try:
            _entrust_one(request, registration, cases.get(number), doctor, at=at)
        except Refused as refusal:
            refused.append(f"n°{number} : {str(refusal).rstrip('.')}")
        else:
            done += 1
    _say(request, done, refused, doctor)
    return redirect(queue.list)


def _entrust_one(
    request: HttpRequest, registration: Registration, case: Any, doctor: Membership, *, at: Any
) -> None:
    if case is None:
        theirs = Case.objects.filter(registration=registration, state=State.WITH_DOCTOR)
        if theirs.filter(doctor=doctor.user).exists():
            return  # the button was pressed twice
        raise Refused(GONE)
    if not is_doctor_of(doctor, registration):
        raise Refused(ELSEWHERE)
    accommodating.entrust(
        case=case,
        doctor=doctor.user,
        name=doctor.full_name,
        seen=seen_in(request.POST, f"vue-{registration.number}"),
        by=author_on(request, registration),
        at=at,
    )


def _say(request: HttpRequest, done: int, refused: list[str], doctor: Membership) -> None:
    """Say how many were entrusted, and which were not, with why."""
    if done:
        which = "1 demande est confiée" if done == 1 else f"{done} demandes sont confiées"
        messages.success(request, f"{which} à {doctor.full_name}.")
    if refused:
        which = "Pas confiée" if len(refused) == 1 else "Pas confiées"
        messages.error(request, f"{which} : {' ; '.join(refused)}.")


def _prepare(request: HttpRequest, queue: CaseQueue, action: str) -> HttpResponse | str:
    """Prepare a batch of the requests of a step that are ticked, or of all of them."""
    waiting = queue.step.of(queue.cases, request.arrived_at).order_by()  # type: ignore[union-attr] # there is one
    chosen = Registration.objects.within(request.reach).filter(
        pk__in=waiting.values("registration")
    )
    if "toutes" not in request.POST:
        chosen = chosen.filter(number__in=ticked_in(request))
    try:
        made = batches.prepare(
            registrations=chosen,
            action=ACTIONS[action],
            reason="",
            reach=request.reach,
            by=request.user,
            at=request.arrived_at,
            sending=press_of(request),
        )
    except Refused as refusal:
        return str(refusal)
    return redirect("office:one_batch", made.pk)
