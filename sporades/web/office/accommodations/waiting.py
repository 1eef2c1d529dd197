"""The requests for accommodations that wait: at which step, for how long, with whom (H4, I7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import CharField, Count, F, Min, Value
from django.http import HttpRequest
from django.urls import reverse

from sporades.accommodations.as_sent import TAKEN_UP_AT
from sporades.accommodations.models import Case
from sporades.accommodations.queries import answers_unread_among, contested_among
from sporades.accommodations.states import TAKEN_UP, State
from sporades.accounts.permissions import Reach
from sporades.batches.accommodations import FOLLOW, NOTIFY
from sporades.core.french import time_left_in_words
from sporades.core.phones import phone_in_words
from sporades.registrations.models import Registration
from sporades.web.office.bounded import counted_in_words
from sporades.web.office.places import OF_REGISTRATION, PlacesForm

ON_THE_PAGE = 50
WALK = "etape"
FROM_LIST = "de_la_liste"
"""What a button of the list sends: its reader stays there."""
PATHS = {**OF_REGISTRATION, "academie": "academy"}
HANDLE, APPEAL = "office:handle_accommodation", "office:appeal"


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
        is_answer: whether the answer to that appeal waits to be read, and not they.
    """

    code: str
    label: str
    holder: str
    state: State
    is_ours: bool = True
    batch: str = ""
    is_appeal: bool = False
    is_answer: bool = False

    @property
    def is_entrusted(self) -> bool:
        """Whether they wait for a doctor."""
        return self.state == State.ASKED

    @property
    def is_calling(self) -> bool:
        """Whether they wait for a telephone call."""
        return self.state == State.NOTIFIED and not self.is_appeal

    @property
    def is_of_decisions_to_call(self) -> bool:
        """Whether they wait for a call about their decision, and not about an answer to an appeal."""
        return self.is_calling and not self.is_answer

    @property
    def is_taken_up(self) -> bool:
        """Whether their candidate is changing what was sent."""
        return self.state == State.PREPARING

    @property
    def is_its_state(self) -> bool:
        """Whether all that is in its state waits there, since the instant of that state."""
        return self.state not in {State.NOTIFIED, State.PREPARING}

    @property
    def page(self) -> str:
        """The name of the page where one of them is looked at."""
        return APPEAL if self.is_appeal or self.is_answer else HANDLE

    @property
    def since(self) -> str:
        """The instant since which each of them waits, as `of` reads it along."""
        if self.is_appeal:
            return "appealed_at"
        if self.is_taken_up:
            return "taken_up_at"
        return "answered_at" if self.is_answer else "since"

    def of(self, cases: Any, at: datetime) -> Any:
        """Return the requests that wait there, the oldest first."""
        return self.among(cases, at).order_by(self.since, "pk")

    def among(self, cases: Any, at: datetime) -> Any:
        """Return the requests that wait there, in no order."""
        if self.is_appeal:
            return contested_among(cases)
        if self.is_answer:
            return answers_unread_among(cases, at)
        if self.is_calling:
            return cases.unread(at)
        if self.is_taken_up:
            return cases.taken_up().annotate(taken_up_at=TAKEN_UP_AT)
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
    Step(
        "a-appeler-reponse",
        "À appeler : réponse à un recours non lue",
        "Votre service",
        State.NOTIFIED,
        is_answer=True,
    ),
    Step("chez-le-medecin", "Chez le médecin", "", State.WITH_DOCTOR, is_ours=False),
    Step(
        "a-completer",
        "Chez le candidat, incomplète",
        "Le candidat",
        State.INCOMPLETE,
        is_ours=False,
    ),
    Step(
        "en-modification",
        TAKEN_UP,
        "Le candidat",
        State.PREPARING,
        is_ours=False,
    ),
)
"""In the order in which they are shown: first what waits for the office."""

BY_CODE = {one.code: one for one in STEPS}


def waiting_at(steps: Sequence[Step], cases: Any, at: datetime) -> dict[str, tuple[int, datetime]]:
    """Return how many requests wait at each step, by its code, and since when, in one question.

    Args:
        steps: which ones; a step where nobody waits has no line.
        cases: among which requests.
        at: the instant.
    """
    codes = {step.state: step.code for step in steps if step.is_its_state}
    found = _summed(cases.filter(state__in=codes, stands=True).annotate(step=F("state")), "since")
    for step in steps:
        if not step.is_its_state:
            found = found.union(_summed(_at(step, step.among(cases, at)), step.since), all=True)
    return {
        codes.get(row["step"], row["step"]): (row["count"], row["oldest"])
        for row in found
        if row["count"]
    }


def _at(step: Step, cases: Any) -> Any:
    return cases.annotate(step=Value(step.code, output_field=CharField()))


def _summed(cases: Any, since: str) -> Any:
    return cases.order_by().values("step").annotate(count=Count("pk"), oldest=Min(since))


class StepForm(PlacesForm):
    """Which requests are gone through, of what the reader reaches; the table leads to a step."""

    etape = forms.ChoiceField(
        label="Étape",
        required=False,
        widget=forms.HiddenInput,
        choices=[("", "Toutes"), *((one.code, one.label) for one in STEPS)],
    )


class CaseQueue:
    """The requests that its reader goes through, at one step or at all of them."""

    def __init__(self, said: Any, reach: Reach, at: datetime) -> None:
        """Keep what the address chooses among the requests of a perimeter."""
        self.form = StepForm(said, reach=reach)
        self.chosen = self.form.chosen
        self._at = at
        self.cases = Case.objects.within(reach).filter(**self.form.where(PATHS))
        self.step = BY_CODE.get(self.chosen.get(WALK, ""))
        self.query = self.form.query()
        self.list = reverse("office:accommodations") + self.query

    def following(self, case: Case) -> str:
        """Return where the next one of the same step is looked at; nothing when none is left."""
        if self.step is None:
            return ""
        waiting = self.step.of(self.cases, self._at).exclude(pk=case.pk)
        found = waiting.select_related("registration").first()
        return self.address_of(found.registration.number) if found else ""

    def left_in_words(self) -> str:
        """Say how many wait at the same step, the one that is read among them; nothing of no step."""
        if self.step is None:
            return ""
        left = counted_in_words(self.step.of(self.cases, self._at))
        return f"Encore {left} à cette étape" if left else ""

    def address_of(self, number: str) -> str:
        """Return where a request is looked at, or the appeal, on the way through all of them."""
        page = self.step.page if self.step else HANDLE
        return reverse(page, args=[number]) + self.query

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


def phones_of(registration: Registration, *, at: datetime) -> list[tuple[str, str, str]]:
    """Return the telephone numbers of a registration: whose, as it is read, as it is dialled.

    Whoever is of age is called themselves: what they asked is no matter of a former guardian's.
    """
    guardian = registration.guardian_phone if registration.is_minor(at) else ""
    numbers = (
        ("Téléphone", registration.mobile),
        ("Téléphone", registration.phone),
        ("Représentant légal", guardian),
    )
    return [(whose, phone_in_words(number), number) for whose, number in numbers if number]
