"""Who worked in the office is forgotten too (P-20, P-23, S-60)."""

from datetime import date, timedelta

import pytest

from sporades import journal, mail
from sporades.accounts.members import Access, in_access
from sporades.accounts.models import NOBODY, Membership, User
from sporades.acts.agents import inviting
from sporades.acts.people import forgetting
from sporades.candidates.models import Candidate, Identity
from sporades.core.days import midnight
from sporades.exams.models import RegistrationService
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.mailings.models import MailingTemplate
from sporades.retention import categories, operations
from tests.factories import NOW, OPERATOR, PASSWORD, a_candidate, a_registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("invented_exam")]
LAST = date(2026, 11, 30)
NAME = "Camille Petitjean"
DAY = timedelta(days=1)


def after(years, day=LAST):
    """The first instant at which so many years since a day are over."""
    return midnight(day.replace(year=day.year + years) + DAY, "Europe/Paris")


def an_agent(email, *, ends_on, role="manager"):
    user = User.objects.create_user(email, PASSWORD, created_at=NOW, activated_at=NOW)
    user.emailaddress_set.create(email=email, primary=True, verified=True)
    Membership.objects.create(
        user=user, role=role, full_name=NAME, academies=["A09"], domains=[], ends_on=ends_on
    )
    return User.objects.get(pk=user.pk)


def _written(address):
    """Something is written to an agent of what they decided."""
    Message.objects.create(
        recipient=address,
        subject="Prolongation",
        body=NAME,
        kind="extension_decided",
        key="agent",
        written_at=NOW,
        next_try_at=NOW,
        about_kind="servicechange",
        about_id=str(RegistrationService.objects.first().pk),
    )


@pytest.fixture
def left():
    return an_agent("camille@exemple.test", ends_on=LAST)


def test_who_left_is_somebody_for_a_year_and_nobody_after(left):
    operations.apply(at=after(1) - DAY)
    assert User.objects.get(pk=left.pk).email == "camille@exemple.test"

    operations.apply(at=after(1))

    kept = User.objects.get(pk=left.pk)
    assert (kept.email, kept.is_active) == (f"agent-{left.pk}@efface.invalid", False)
    assert not kept.has_usable_password()
    assert not kept.emailaddress_set.exists()
    assert kept.memberships.get().full_name == NOBODY
    assert categories.overdue(after(1))["agent"] == 0
    assert not Message.objects.filter(recipient="camille@exemple.test").exists()


def test_what_was_written_to_them_as_the_guardian_of_a_minor_stays_with_its_registration(left):
    registration = a_registration(a_candidate(email="maelle@exemple.test"))
    for about, key in ((registration, "of the child"), (left, "of the office")):
        mail.write(
            "password_changed",
            to=left.email,
            at=NOW,
            key=key,
            about=about,
            when="maintenant",
            reset="là",
        )

    operations.apply(at=after(1))

    assert [one.key for one in Message.objects.filter(recipient=left.email)] == ["of the child"]


def test_who_has_another_role_that_goes_on_stays(left):
    Membership.objects.create(user=left, role="head", full_name=NAME, academies=["A09"], domains=[])

    operations.apply(at=after(3))

    assert set(left.memberships.values_list("full_name", flat=True)) == {NAME}


def test_the_list_of_agents_says_nothing_of_who_was_erased(left):
    ended = Membership.objects.all()
    assert in_access(ended, Access.ENDED, on=LAST + DAY).count() == 1

    operations.apply(at=after(1))

    assert in_access(ended, Access.ENDED, on=after(1).date()).count() == 0


def _kept_by(user, name="Salle"):
    """A message that an agent keeps to be written again."""
    return MailingTemplate.objects.create(
        asked_by=user,
        asked_name=NAME,
        asked_role="manager",
        perimeters=[],
        asked_at=NOW,
        name=name,
        subject="Votre salle",
        text="La salle a changé.",
    )


def test_a_message_that_they_kept_for_their_colleagues_stays_without_their_name(left):
    kept = _kept_by(left)

    operations.apply(at=after(1))

    kept.refresh_from_db()
    assert (kept.asked_name, kept.text) == (NOBODY, "La salle a changé.")


def test_a_colleague_who_stays_keeps_their_name_and_what_was_written_to_them(left):
    colleague = an_agent("sacha@exemple.test", ends_on=None)
    kept = _kept_by(colleague, name="Horaires")
    _written(colleague.email)

    operations.apply(at=after(1))

    kept.refresh_from_db()
    assert kept.asked_name == colleague.memberships.get().full_name == NAME
    assert Message.objects.get().recipient == "sacha@exemple.test"
    assert not User.objects.filter(email=left.email).exists()


def test_what_they_decided_of_a_registration_stays_with_it(left):
    registration = a_registration(a_candidate(email="maelle@exemple.test"))
    by = left.memberships.get().as_actor()
    journal.record("anomaly found", by=by, on=registration, at=NOW, after={"reason": "Photo"})

    operations.apply(at=after(1))

    assert Entry.objects.get(verb="anomaly found").actor_name == NAME


@pytest.mark.parametrize(
    ("on_service", "years"), [(False, 3), (True, 11)], ids=["an export", "a service"]
)
def test_an_act_of_the_office_has_its_term(left, on_service, years):
    by = left.memberships.get().as_actor()
    service = RegistrationService.objects.first() if on_service else None
    made = journal.record("export asked", by=by, on=service, at=NOW, after={"why": NAME})
    sealing.seal(at=NOW)
    day = NOW.date()

    operations.apply(at=after(years, day) - DAY)
    assert Entry.objects.get(pk=made.pk).actor_name == NAME
    operations.apply(at=after(years, day))

    kept = Entry.objects.get(pk=made.pk)
    assert (kept.actor_name, kept.payload) == ("", {})
    told = Entry.objects.filter(verb="acts forgotten").latest("pk")
    assert made.pk in told.payload["after"]["acts"]
    assert sealing.verify(at=after(years, day)).findings == ()


def test_what_says_which_acts_were_forgotten_is_never_forgotten(left):
    journal.record("export asked", by=left.memberships.get().as_actor(), at=NOW)
    operations.apply(at=after(4))
    told = Entry.objects.get(verb="acts forgotten")

    operations.apply(at=after(60))

    assert operations.apply(at=after(60)) == 0
    assert Entry.objects.get(pk=told.pk).payload == told.payload
    assert sealing.verify(at=after(60)).findings == ()


def test_who_is_a_candidate_too_keeps_the_account(left):
    candidate = a_candidate(email="maelle@exemple.test")
    Membership.objects.create(
        user=candidate.user,
        role="head",
        full_name=NAME,
        academies=["A09"],
        domains=[],
        ends_on=LAST,
    )

    operations.apply(at=after(1))

    kept = User.objects.get(pk=candidate.user_id)
    assert (kept.email, kept.is_active) == ("maelle@exemple.test", True)
    assert kept.memberships.get().full_name == NOBODY


def test_who_is_a_candidate_too_goes_as_one_once_nothing_is_kept_of_their_registrations():
    candidate = a_candidate(email="maelle@exemple.test")
    user = candidate.user
    Membership.objects.create(
        user=user, role="head", full_name=NAME, academies=["A09"], domains=[], ends_on=LAST
    )
    _written(user.email)
    operations.apply(at=after(1) - DAY)
    assert forgetting.warn_unused(at=after(1) - DAY) == 0
    operations.apply(at=after(1))
    assert Message.objects.filter(recipient=user.email).exists()

    assert forgetting.warn_unused(at=after(1)) == 1
    assert forgetting.erase_unused(at=after(1) + 30 * DAY) == 1

    kept = User.objects.get(pk=user.pk)
    assert (kept.email, kept.is_active) == (f"agent-{user.pk}@efface.invalid", False)
    assert kept.memberships.get().full_name == NOBODY
    assert not Candidate.objects.exists()
    assert not Identity.objects.exists()
    assert not Message.objects.filter(recipient="maelle@exemple.test").exists()
    assert forgetting.warn_unused(at=after(3)) == forgetting.erase_unused(at=after(3)) == 0


def test_who_is_a_candidate_too_has_it_erased_when_they_ask_once_they_left():
    user = a_candidate(email="maelle@exemple.test").user
    Membership.objects.create(
        user=user, role="head", full_name=NAME, academies=["A09"], domains=[], ends_on=LAST
    )
    with pytest.raises(forgetting.Kept):
        forgetting.erase_as_asked(user, reason="Carte lue", by=OPERATOR, at=after(1))
    operations.apply(at=after(1))

    forgetting.erase_as_asked(user, reason="Carte lue", by=OPERATOR, at=after(1))

    assert User.objects.get(pk=user.pk).email == f"agent-{user.pk}@efface.invalid"
    assert not Candidate.objects.exists()


def test_who_was_erased_and_is_a_candidate_too_is_invited_anew_and_not_reopened():
    user = a_candidate(email="maelle@exemple.test").user
    Membership.objects.create(
        user=user, role="head", full_name=NAME, academies=["A09"], domains=[], ends_on=LAST
    )
    operations.apply(at=after(1))

    with pytest.raises(inviting.NotInvited, match="Aucun agent n'a l'adresse"):
        inviting.reopen(email=user.email, ends_on=None, by=OPERATOR, at=after(1))

    assert not user.memberships.current(after(1).date()).exists()


def test_what_was_written_to_them_of_anything_is_forgotten(left):
    _written(left.email)

    operations.apply(at=after(1))

    assert not Message.objects.filter(recipient="camille@exemple.test").exists()


def test_nobody_is_written_to_at_the_address_of_who_was_erased(left):
    assert User.objects.who_acted(left.identifier) == left

    operations.apply(at=after(1))

    assert User.objects.who_acted(left.identifier) is None


def test_acts_on_services_stay_while_an_archive_of_their_time_is_withheld(left):
    registration = a_registration(a_candidate(email="maelle@exemple.test"))
    made = journal.record(
        "registration service changed", by=OPERATOR, on=registration.service, at=NOW
    )
    operations.withhold(number=registration.number, reason="Recours", by=OPERATOR, at=NOW)

    operations.apply(at=after(13))
    assert Entry.objects.get(pk=made.pk).actor_name
    operations.release(number=registration.number, reason="Jugé", by=OPERATOR, at=after(13))
    operations.apply(at=after(13))

    assert not Entry.objects.get(pk=made.pk).actor_name
