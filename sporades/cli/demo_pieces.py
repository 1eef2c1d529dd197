"""The demo's supporting documents, at every stage: given and judged through the real acts."""

import io
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from textwrap import wrap

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from sporades.accounts.models import User
from sporades.acts.pieces import providing, verifying
from sporades.acts.sent_files import Sent
from sporades.cli.demo_people import COMPLETE, REGULAR, candidate
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.french import instant_in_words, local_day
from sporades.evidence.models import Deposit, Evidence
from sporades.evidence.reasons import GENERAL
from sporades.registrations.models import Registration
from sporades.registrations.states import State

MANAGERS = {
    "A09": "gestionnaire.lille@demo.test",
    "A28": "gestionnaire.reunion@demo.test",
}
FONT = settings.BASE_DIR / "sporades/core/fonts/NotoSans-Regular.ttf"
IN_A_JOB = 2
"""Of how many of the crowd each job gives a file: each takes as long as a real one."""

STAGES = ("accepted", "deposited", "refused", "replaced", "checking", "posted", "waived")


def make_pieces(*, at: datetime) -> None:
    """Give the pieces of the demo's regular candidate, once: one for each stage, the last is owed."""
    own = Registration.objects.filter(candidate=candidate(REGULAR), state=State.REGISTERED)
    if Deposit.objects.filter(evidence__registration__in=own).exists():
        return
    rows = Evidence.objects.asked().filter(registration__in=own, registration__academy__in=MANAGERS)
    for row, stage in zip(rows.order_by("registration", "place"), STAGES, strict=False):
        _bring(row, stage, at=at)


def make_complete(*, at: datetime) -> None:
    """Give every piece of some of the demo's people, once, and find each good."""
    for email in COMPLETE:
        rows = Evidence.objects.asked().filter(registration__candidate=candidate(email))
        if not rows.exclude(deposit=None).exists():
            for row in rows.order_by("registration", "place"):
                _bring(row, "accepted", at=at)


def give_some(made: Iterable[Registration], chance: Random, *, at: datetime) -> None:
    """Give a piece of some of the crowd, which waits to be verified or has been.

    Args:
        made: those that were just filed.
        chance: what draws.
        at: the instant.
    """
    rows = list(
        Evidence.objects.filter(
            registration__in=[one.pk for one in made],
            registration__state=State.REGISTERED,
            registration__academy__in=MANAGERS,
            until__gt=at,
        ).order_by("pk")
    )
    # No mail leaves for the crowd: nothing of it is refused.
    for row in chance.sample(rows, min(IN_A_JOB, len(rows))):
        _bring(row, chance.choice(("deposited", "deposited", "posted", "accepted")), at=at)


def _bring(row: Evidence, stage: str, *, at: datetime) -> None:
    """Bring a piece to a stage, some hours after its registration was filed."""
    registration = Registration.objects.whole().with_owed().get(pk=row.registration_id)
    given_at = registration.filed_at + (at - registration.filed_at) / 3
    judged_at = given_at + (at - given_at) / 2
    by = _manager(registration)
    if stage == "posted":
        opened_on = local_day(registration.service.opens_at, registration.service.zone)
        posted_on = max(given_at.date() - timedelta(days=2), opened_on)
        verifying.receive(row=row, posted_on=posted_on, by=by, at=given_at)
        return
    if stage == "waived":
        verifying.waive(row=row, reason="Vue au guichet.", by=by, at=judged_at)
        return
    given = _give(registration, row, at=given_at, is_looked_at=stage != "checking")
    if stage == "accepted":
        verifying.accept(row=row, seen=given.pk, by=by, at=judged_at)
    elif stage in {"refused", "replaced"}:
        usual = GENERAL[0]
        verifying.refuse(
            row=row,
            reason=usual.sentence,
            motive=usual.label,
            seen=given.pk,
            by=by,
            at=judged_at,
        )
    if stage == "replaced":
        _give(registration, row, at=judged_at + (at - judged_at) / 2, is_looked_at=True)


def _give(
    registration: Registration, row: Evidence, *, at: datetime, is_looked_at: bool
) -> Deposit:
    given = providing.deposit(
        registration=registration,
        code=row.code,
        sent=[Sent("exemple.jpg", a_photo(row.label, at=at, zone=registration.service.zone))],
        press=f"demo:{row.pk}:{at.isoformat()}",
        by=_candidate(registration),
        at=at,
    )
    if not is_looked_at:
        return given
    if settings.CLAMD:
        providing.scan(given.pk, at=at)
    else:
        # What the demo has just drawn is known; what a visitor deposits waits for an antivirus.
        providing.note_scan(given, is_clean=True, at=at)
    given.refresh_from_db()
    return given


def a_photo(label: str, *, at: datetime, zone: str) -> bytes:
    """Draw a paper that nobody takes for a real one, with the instant by the clock of its service."""
    said = instant_in_words(at, zone, weekday=False)
    image = Image.new("RGB", (620, 877), "white")
    drawing = ImageDraw.Draw(image)
    font = ImageFont.truetype(FONT, 20)
    drawing.rectangle((40, 40, 580, 837), outline="black", width=3)
    for place, line in enumerate(("DÉMONSTRATION", *wrap(label, 45), *wrap(said, 45))):
        drawing.text((70, 80 + 60 * place), line, fill="black", font=font)
    made = io.BytesIO()
    image.save(made, "JPEG", quality=70)
    return made.getvalue()


def _candidate(registration: Registration) -> Actor:
    person = registration.candidate
    if not person.has_account:
        return Actor(CANDIDATE, registration.identity.full_name)
    return Actor(CANDIDATE, str(person), f"user:{person.user_id}")


def _manager(registration: Registration) -> Actor:
    user = User.objects.get(email=MANAGERS[registration.academy_id])
    return user.memberships.get().as_actor()
