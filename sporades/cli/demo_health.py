"""The demo's papers of health: confided for the requests of Lille through the real acts."""

from datetime import datetime, timedelta

from django.conf import settings

from sporades.accommodations.models import Case
from sporades.accommodations.queries import papers_asked_of
from sporades.accommodations.states import State
from sporades.acts import confiding
from sporades.acts.sending import Sent
from sporades.cli.demo_pieces import a_photo
from sporades.core.actors import Actor
from sporades.medical import operations as medical
from sporades.medical.models import Paper
from sporades.registrations.models import Registration

STAGES = (State.ASKED, State.WITH_DOCTOR, State.OPINION_GIVEN, State.DECIDED)
REMARK = "L'exemple de commentaire que seul le médecin en charge lit : l'écriture me fatigue vite."


def make_health(*, at: datetime) -> None:
    """Confide, once, the papers that the requests of Lille call for, and a comment."""
    waiting = Case.objects.filter(
        state__in=STAGES,
        registration__academy="A09",
        registration__candidate__user__isnull=False,
        registration__compartment__papers=None,
    )
    for key in waiting.order_by("pk").values_list("registration", flat=True):
        _confide(Registration.objects.whole().get(pk=key), at=at - timedelta(hours=6))


def _confide(registration: Registration, *, at: datetime) -> None:
    person = registration.candidate
    by = Actor("candidate", str(person), f"user:{person.user_id}")
    for asked in papers_asked_of(registration):
        if not asked.is_mandatory:
            continue
        given = confiding.deposit(
            registration=registration,
            kind=asked.code,
            sent=[Sent("exemple.jpg", a_photo(asked.label, f"{at:%d/%m/%Y %H:%M}"))],
            press=f"demo:{registration.pk}:{asked.code}",
            by=by,
            at=at,
        )
        _look_at(given, at=at)
    confiding.remark(
        registration=registration, text=REMARK, press=f"demo:{registration.pk}", by=by, at=at
    )


def _look_at(given: Paper, *, at: datetime) -> None:
    if settings.CLAMD:
        confiding.scan(given.pk, at=at)
    else:
        # What the demo has just drawn is known; what a visitor confides waits for an antivirus.
        medical.note_scanned(given, is_clean=True, at=at)
