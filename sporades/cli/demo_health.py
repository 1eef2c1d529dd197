"""The demo's papers of health: confided for the requests of Lille through the real acts."""

from datetime import datetime, timedelta

from django.conf import settings

from sporades.accommodations.models import Case
from sporades.accommodations.queries import papers_asked_of
from sporades.accommodations.states import State
from sporades.accounts.models import User
from sporades.acts import confiding
from sporades.acts.sending import Sent
from sporades.cli.demo_pieces import a_photo
from sporades.core.actors import Actor
from sporades.medical import operations as medical
from sporades.medical.models import Compartment, Paper
from sporades.registrations.models import Registration

STAGES = (State.ASKED, State.WITH_DOCTOR, State.OPINION_GIVEN, State.DECIDED)
BEFORE_THE_OPINION = timedelta(hours=1)
REMARK = "L'exemple de commentaire que seul le médecin en charge lit : l'écriture me fatigue vite."


def make_health() -> None:
    """Confide, once, the papers that the requests of Lille call for, and a comment.

    They are of the instant of the request; a doctor who gave an opinion has opened them before.
    """
    waiting = Case.objects.filter(
        state__in=STAGES,
        registration__academy="A09",
        registration__candidate__user__isnull=False,
        registration__compartment__papers=None,
    )
    for case in waiting.order_by("pk"):
        registration = Registration.objects.whole().get(pk=case.registration_id)
        papers = _confide(registration, at=case.asked_at)
        if case.opined_at is not None:
            _open(papers, doctor=case.doctor, at=case.opined_at - BEFORE_THE_OPINION)


def _open(papers: list[Paper], *, doctor: User, at: datetime) -> None:
    by = doctor.memberships.get().as_actor()
    for one in papers:
        confiding.read(paper=one.pk, reader=doctor, by=by, at=at)
    for found in Compartment.objects.filter(papers__in=papers).distinct():
        confiding.read_remarks(found=found, reader=doctor, by=by, at=at)


def _confide(registration: Registration, *, at: datetime) -> list[Paper]:
    papers = []
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
        papers.append(given)
    confiding.remark(
        registration=registration, text=REMARK, press=f"demo:{registration.pk}", by=by, at=at
    )
    return papers


def _look_at(given: Paper, *, at: datetime) -> None:
    if settings.CLAMD:
        confiding.scan(given.pk, at=at)
    else:
        # What the demo has just drawn is known; what a visitor confides waits for an antivirus.
        medical.note_scanned(given, is_clean=True, at=at)
