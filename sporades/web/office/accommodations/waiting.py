"""The requests for accommodations that wait: at which step, for how long, with whom (H4, I7)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import CharField, Count, F, Min, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accommodations.contesting import silent_on
from sporades.accommodations.late import was_in_time
from sporades.accommodations.left import papers_in_hand
from sporades.accommodations.models import Case
from sporades.accommodations.queries import contested_among
from sporades.accommodations.states import State
from sporades.accounts.permissions import Reach
from sporades.acts.accommodating import with_kinds_given
from sporades.batches import operations as batches
from sporades.batches.accommodations import FOLLOW, NOTIFY
from sporades.batches.actions import ACTIONS
from sporades.core.french import day_in_words, time_left_in_words
from sporades.core.phones import phone_in_words
from sporades.core.presses import a_press
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.web.layout.presses import press_of
from sporades.web.office.places import OfAcademyForm, academies_of

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]
WALK = "etape"
HANDLE, APPEAL = "office:handle_accommodation", "office:appeal"
NOTHING_TICKED = "Cochez au moins une demande dans la liste."
TOGETHER = {
    FOLLOW: "Décider selon l'avis du médecin celles qui sont cochées",
    NOTIFY: "Notifier celles qui sont cochées",
}
"""What is done to many at once, where something is."""


@dataclass(frozen=True)
class Step:
    """Where requests wait.

    Attributes:
        code: in the address.
        label: what a reader sees.
        holder: who has them.
        state: where they stand.
        is_ours: whether they wait for the office.
        batch: the action that does many of them at once, where there is one.
        is_appeal: whether an appeal against their decision waits, and not they.
    """

    code: str
    label: str
    holder: str
    state: State
    is_ours: bool = True
    batch: str = ""
    is_appeal: bool = False

    @property
    def is_calling(self) -> bool:
        """Whether they wait for a telephone call."""
        return self.state == State.NOTIFIED and not self.is_appeal

    def of(self, cases: Any, at: datetime) -> Any:
        """Return the requests that wait there, the oldest first."""
        if self.is_appeal:
            return contested_among(cases).order_by("appealed_on", "pk")
        found = cases.unread(at) if self.is_calling else self._there(cases)
        return found.order_by("since", "pk")

    def _there(self, cases: Any) -> Any:
        return cases.filter(state=self.state, stands=True)


STEPS = (
    Step("a-confier", "À confier à un médecin", "Votre service", State.ASKED),
    Step("a-decider", "À décider", "Votre service", State.OPINION_GIVEN, batch=FOLLOW),
    Step("a-notifier", "À notifier", "Votre service", State.DECIDED, batch=NOTIFY),
    Step("recours", "Recours à étudier", "Votre service", State.NOTIFIED, is_appeal=True),
    Step(
        "a-appeler",
        "À appeler : notification non lue",
        "Votre service",
        State.NOTIFIED,
    ),
    Step("chez-le-medecin", "Chez le médecin", "", State.WITH_DOCTOR, is_ours=False),
    Step(
        "a-completer",
        "Chez le candidat, incomplète",
        "Le candidat",
        State.INCOMPLETE,
        is_ours=False,
    ),
)
"""In the order in which they are shown: first what waits for the office."""

PAPERS_ARE_SAID = {State.ASKED, State.OPINION_GIVEN}
"""Where whoever goes on with a request wants to know whether its papers are there."""

BY_CODE = {one.code: one for one in STEPS}


def waiting_at(steps: Sequence[Step], cases: Any, at: datetime) -> dict[str, tuple[int, datetime]]:
    """Return how many requests wait at each step, by its code, and since when, in one question.

    Args:
        steps: which ones; a step where nobody waits has no line.
        cases: among which requests.
        at: the instant.
    """
    codes = {step.state: step.code for step in steps if step.state != State.NOTIFIED}
    found = _summed(cases.filter(state__in=codes, stands=True).annotate(step=F("state")))
    for step in steps:
        if step.is_calling:
            found = found.union(_summed(_at(step, cases.unread(at))), all=True)
        elif step.is_appeal:
            contested = _at(step, contested_among(cases))
            found = found.union(_summed(contested, since="appealed_at"), all=True)
    return {
        codes.get(row["step"], row["step"]): (row["count"], row["oldest"])
        for row in found
        if row["count"]
    }


def _at(step: Step, cases: Any) -> Any:
    return cases.annotate(step=Value(step.code, output_field=CharField()))


def _summed(cases: Any, *, since: str = "since") -> Any:
    return cases.order_by().values("step").annotate(count=Count("pk"), oldest=Min(since))


class _Pages(Paginator):
    """The pages of requests that are counted already."""

    def __init__(self, rows: Any, *, count: int) -> None:
        super().__init__(rows, ON_THE_PAGE)
        self._count = count

    @property
    def count(self) -> int:
        return self._count


class StepForm(OfAcademyForm):
    """Which requests are gone through, of what the reader reaches."""

    etape = forms.ChoiceField(
        label="Étape",
        required=False,
        widget=forms.HiddenInput,
        choices=[("", "Toutes"), *((one.code, one.label) for one in STEPS)],
    )

    def __init__(self, data: Any, *, reach: Reach) -> None:
        """Offer the academies of a perimeter."""
        super().__init__(data)
        self.offer(academies_of(reach))

    @property
    def has_choices(self) -> bool:
        """Whether there is more to choose than a step, to which the table leads."""
        return "academie" in self.fields

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen and can be, by name."""
        if not self.is_valid():
            return {}
        return {name: value for name, value in self.cleaned_data.items() if value}


class CaseQueue:
    """The requests that its reader goes through, at one step or at all of them."""

    def __init__(self, said: Any, reach: Reach, at: datetime) -> None:
        """Keep what the address chooses among the requests of a perimeter."""
        self.form = StepForm(said, reach=reach)
        self.chosen = self.form.chosen
        self._at = at
        self.cases = Case.objects.within(reach)
        if academy := self.chosen.get("academie"):
            self.cases = self.cases.filter(academy=academy)
        self.step = BY_CODE.get(self.chosen.get(WALK, ""))
        end = f"?{urlencode(self.chosen)}" if self.chosen else ""
        self.query, self.list = end, reverse("office:accommodations") + end

    def following(self, case: Case) -> str:
        """Return where the next one of the same step is looked at; nothing when none is left."""
        if self.step is None:
            return ""
        waiting = self.step.of(self.cases, self._at).exclude(pk=case.pk)
        found = waiting.select_related("registration").first()
        return self.address_of(found.registration.number) if found else ""

    def address_of(self, number: str) -> str:
        """Return where a request is looked at, or the appeal, on the way through all of them."""
        is_appeal = self.step is not None and self.step.is_appeal
        return reverse(APPEAL if is_appeal else HANDLE, args=[number]) + self.query

    def counted(self) -> list[tuple[Step, int, str]]:
        """Return each step, how many wait there, and for how long the oldest has."""
        waiting = waiting_at(STEPS, self.cases, self._at)
        nobody: tuple[int, datetime | None] = (0, None)
        counted = [(step, *waiting.get(step.code, nobody)) for step in STEPS]
        return [
            (step, count, time_left_in_words(self._at - oldest) if oldest else "")
            for step, count, oldest in counted
        ]


def queue_of(request: HttpRequest) -> CaseQueue | None:
    """Return the queue that a reader goes through, as the address says; nothing for none."""
    if WALK not in request.GET:
        return None
    return CaseQueue(request.GET, request.reach, request.arrived_at)


def listed(request: HttpRequest) -> HttpResponse:
    """How many requests wait at each step; those of one step, the oldest first, one by one or together."""
    at = request.arrived_at
    queue = CaseQueue(request.GET, request.reach, at)
    if request.method == "POST":
        return _prepare(request, queue)
    counted = queue.counted()
    step = queue.step or next((one for one, count, _ in counted if count), STEPS[0])
    in_step = next(count for one, count, _ in counted if one == step)
    waiting = step.of(queue.cases, at)
    if step.state in PAPERS_ARE_SAID:
        waiting = with_kinds_given(waiting)
    pages = _Pages(waiting, count=in_step)
    page = pages.get_page(request.GET.get("page"))
    rows = list(page)
    keys = {one.registration_id for one in rows}
    found = Registration.objects.within(request.reach).for_office().in_bulk(keys)
    academy = queue.chosen.get("academie", "")
    address = _addresses(academy)
    context = {
        "form": queue.form,
        "steps": [
            {"step": one, "count": count, "age": age, "url": address(one)}
            for one, count, age in counted
        ],
        "step": step,
        "is_calling": step.is_calling,
        "together": TOGETHER.get(step.batch, ""),
        "press": a_press(),
        "here": address(step),
        "count": in_step,
        "page": page,
        "lines": [
            _line(one, found[one.registration_id], step, at=at, academy=academy)
            for one in rows
            if one.registration_id in found  # it has not left the perimeter meanwhile
        ],
        "base": f"{address(step)}&page=",
        "trail": TRAIL,
    }
    status = 422 if queue.form.errors else 200
    return render(request, "office/accommodations.html", context, status=status)


def _prepare(request: HttpRequest, queue: CaseQueue) -> HttpResponse:
    """Prepare a batch of the requests of a step that are ticked, or of all of them."""
    step = queue.step
    if step is None or not step.batch:
        return redirect(queue.list)
    waiting = step.of(queue.cases, request.arrived_at).order_by()
    chosen = Registration.objects.within(request.reach).filter(
        pk__in=waiting.values("registration")
    )
    if "toutes" not in request.POST:
        numbers = [one for one in request.POST.getlist("choix") if one.isdigit()][:ON_THE_PAGE]
        if not numbers:
            messages.error(request, NOTHING_TICKED)
            return redirect(queue.list)
        chosen = chosen.filter(number__in=numbers)
    try:
        made = batches.prepare(
            registrations=chosen,
            action=ACTIONS[step.batch],
            reason="",
            reach=request.reach,
            by=request.user,
            at=request.arrived_at,
            sending=press_of(request),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(queue.list)
    return redirect("office:one_batch", made.pk)


def _line(
    case: Any, registration: Registration, step: Step, *, at: datetime, academy: str
) -> dict[str, Any]:
    where = {WALK: step.code, **({"academie": academy} if academy else {})}
    called = f"Appelé par {case.called_name} : personne n'a répondu" if case.called_at else ""
    return {
        "registration": registration,
        "procedure": case.get_procedure_display(),
        "holder": step.holder or case.doctor_name,
        "again": case.get_again_display(),
        "late": _late(case),
        "called": called,
        "call_mark": case.call_mark,
        "phones": phones_of(registration) if step.is_calling else [],
        "is_left": case.left_at is not None,
        "papers": papers_in_hand(case, registration, case.given).lower()
        if step.state in PAPERS_ARE_SAID
        else "",
        "silence": _silence(case) if step.is_appeal else "",
        "age": _age(case, step, at),
        "url": f"{reverse(APPEAL if step.is_appeal else HANDLE, args=[registration.number])}?{urlencode(where)}",
    }


def _age(case: Any, step: Step, at: datetime) -> str:
    since = case.appealed_at if step.is_appeal else case.since
    return time_left_in_words(at - since) if since else ""


def _silence(case: Case) -> str:
    day = case.appealed_on
    return f"Sans réponse, rejeté le {day_in_words(silent_on(day))}" if day else ""


def _late(case: Case) -> str:
    if not case.late_reason:
        return ""
    return "avec un ajout tardif" if was_in_time(case) else "tardive"


def phones_of(registration: Registration) -> list[tuple[str, str, str]]:
    """Return the telephone numbers of a registration: whose, as it is read, as it is dialled."""
    numbers = (
        ("Téléphone", registration.mobile),
        ("Téléphone", registration.phone),
        ("Représentant légal", registration.guardian_phone),
    )
    return [(whose, phone_in_words(number), number) for whose, number in numbers if number]


def _addresses(academy: str) -> Callable[[Step], str]:
    also = {"academie": academy} if academy else {}
    return lambda step: f"{reverse('office:accommodations')}?{urlencode({WALK: step.code, **also})}"
