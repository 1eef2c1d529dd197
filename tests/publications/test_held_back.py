"""What is published for a later instant is read by those of whom it is still true then (I5, F3)."""

from datetime import timedelta

import pytest

from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.registrations import leaving, moving
from sporades.acts.registrations.deciding import decide
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import AlreadyPrepared
from sporades.documents.queries import by_code
from sporades.mail.models import Message
from sporades.publications.attestation import ATTESTATION
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import depositing, preparing
from sporades.publications.refusals import (
    ASKED_SINCE,
    GIVEN_ANEW,
    HAS_CHANGED,
    HAS_MOVED,
    REPLACED_ALREADY,
    STANDS_NO_MORE,
)
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import reach as reach_case
from tests.acts.test_issuing import amend
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, author
from tests.publications.doing import (
    DECISION,
    LATER,
    SLUG,
    approve,
    member,
    publish,
    publish_together,
    read,
    tell,
    told,
)
from tests.web.registry.world import a_member

HOUR = timedelta(hours=1)
ABADIE = "abadie@exemple.test"


def decided(registration, decision, at, reason=""):
    held = Registration.objects.get(pk=registration.pk)
    decide(
        registration=held, decision=decision, reason=reason, seen=held.version, by=OPERATOR, at=at
    )


def withdrawn(registration):
    leaving.withdraw(
        registration=Registration.objects.get(pk=registration.pk),
        by=author(registration.candidate),
        at=NOW + HOUR,
    )


@pytest.fixture
def scheduled(three, prepare, manager):
    """Attestations that are read in three days."""
    made = prepare()
    publish(made, manager, LATER)
    return made


@pytest.fixture
def convocation(convocations, manager, head):
    """A convocation that is read in three days."""
    publish(convocations, manager, LATER)
    approve(convocations, head)
    convocations.refresh_from_db()
    return convocations


def why(made, registration):
    line = PublicationLine.objects.get(publication=made, registration=registration)
    return line.why


def test_who_withdrew_meanwhile_reads_nothing_and_is_told_nothing(scheduled, three):
    withdrawn(three[0])

    assert SLUG not in read(three[0], LATER)
    tell(scheduled, LATER)

    assert SLUG not in read(three[0], LATER)
    assert told() == ["bezier@exemple.test", "coeur@exemple.test"]
    assert why(scheduled, three[0]) == STANDS_NO_MORE
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 2


def test_who_was_set_aside_meanwhile_is_not_summoned(convocation, three):
    decided(three[0], SET_ASIDE, NOW + HOUR, "Condition non remplie.")

    assert "convocation" not in read(three[0], LATER)
    tell(convocation, LATER)

    assert told() == []
    assert why(convocation, three[0]) == STANDS_NO_MORE


def test_who_was_restored_before_the_instant_is_summoned_at_it(convocation, three):
    decided(three[0], SET_ASIDE, NOW + HOUR, "Condition non remplie.")
    decided(three[0], RESTORE, NOW + 2 * HOUR)

    assert "convocation" not in read(three[0], LATER - HOUR)
    tell(convocation, LATER)

    assert "convocation" in read(three[0], LATER)
    assert told() == [ABADIE]


def test_what_was_held_back_is_told_to_nobody_who_reads_a_later_one(
    convocation, three, manager, allowed
):
    """It would go by post, after the one that is right."""
    decided(three[0], SET_ASIDE, NOW, "À tort.")
    decided(three[0], RESTORE, NOW)
    anew = depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        kind=kinds.get("convocation"),
        content=a_pdf("autre salle"),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )
    publish_together(anew, manager)
    tell(anew)

    tell(convocation, LATER)

    assert told() == [ABADIE]
    assert why(convocation, three[0]) == REPLACED_ALREADY
    assert "convocation" in read(three[0], LATER)


def test_what_was_attested_of_a_version_is_not_read_of_the_next(scheduled, three):
    amend(three[0], identification={"mobile": "06 39 98 56 78"})

    assert SLUG not in read(three[0], LATER)
    tell(scheduled, LATER)

    assert why(scheduled, three[0]) == HAS_CHANGED
    assert SLUG in read(three[1], LATER)


def test_a_modification_takes_back_no_convocation(convocation, three):
    amend(three[0], identification={"mobile": "06 39 98 56 78"})

    assert "convocation" in read(three[0], LATER)


@pytest.fixture
def moved(convocations, three):
    """Give away a registration, of which a convocation is prepared; return it."""
    mine = Registration.objects.whole().get(pk=three[0].pk)
    moving.move_for_good(
        registration=mine, academy="A25", reason="Déménagement", by=OPERATOR, at=NOW
    )
    return Registration.objects.whole().get(pk=mine.pk)


def summoned_there(moved):
    """Deposit the convocation of the academy that has it now; return its publication."""
    there = a_member("versailles@exemple.test", Membership.Role.MANAGER, ["A25"])
    return depositing.deposit_one(
        registration=moved,
        kind=kinds.get("convocation"),
        content=a_pdf("Versailles"),
        reach=reach(there.memberships.all(), Permission.PREPARE_DOCUMENTS),
        by=there,
        author=member(there),
        at=NOW,
    )


@pytest.mark.parametrize("is_proposed", [False, True], ids=["prepared", "proposed"])
def test_what_the_academy_before_prepared_gives_way_to_the_one_that_has_it_now(
    convocations, manager, head, moved, is_proposed
):
    if is_proposed:
        Publication.objects.filter(pk=convocations.pk).update(
            state="proposed", proposed_by=manager, proposed_name="A", concerns=[]
        )

    made = summoned_there(moved)

    assert why(convocations, moved) == GIVEN_ANEW
    assert why(made, moved) == ""
    assert DocumentVersion.objects.filter(document__kind="convocation").count() == 1


def test_what_the_academy_before_publishes_first_stays_and_is_replaced(
    convocations, manager, head, three
):
    publish(convocations, manager, LATER)
    approve(convocations, head)
    moving.move_for_good(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        academy="A25",
        reason="Déménagement",
        by=OPERATOR,
        at=NOW,
    )

    summoned_there(Registration.objects.whole().get(pk=three[0].pk))

    assert why(convocations, three[0]) == ""


def test_what_ones_own_academy_prepared_gives_way_to_nothing(convocations, three, manager, allowed):
    with pytest.raises(AlreadyPrepared):
        depositing.deposit_one(
            registration=Registration.objects.whole().get(pk=three[0].pk),
            kind=kinds.get("convocation"),
            content=a_pdf("autre"),
            reach=allowed,
            by=manager,
            author=member(manager),
            at=NOW,
        )

    assert why(convocations, three[0]) == ""


def test_what_is_held_back_hinders_no_other(scheduled, three, manager, allowed):
    amend(three[0], identification={"mobile": "06 39 98 56 78"})
    by = member(manager)
    again = preparing.begin(kind=ATTESTATION, by=manager, author=by, reach=allowed, at=NOW)
    mine = Registration.objects.whole().get(pk=three[0].pk)
    preparing.prepare_one(publication=again.pk, registration=mine, by=by, at=NOW)
    publish(again, manager)
    tell(again)

    assert SLUG in read(three[0], NOW)
    tell(scheduled, LATER)

    assert SLUG in read(three[0], LATER)


def test_who_moved_meanwhile_is_not_summoned_by_the_academy_that_they_left(convocation, three):
    moving.move_for_good(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        academy="A25",
        reason="Déménagement.",
        by=OPERATOR,
        at=NOW + HOUR,
    )

    assert "convocation" not in read(three[0], LATER)
    tell(convocation, LATER)

    assert why(convocation, three[0]) == HAS_MOVED


def test_who_made_it_is_told_once_of_what_its_instant_refused(scheduled, three, manager):
    withdrawn(three[0])
    amend(three[1], identification={"mobile": "06 39 98 56 78"})
    tell(scheduled, LATER)
    tell(scheduled, LATER + HOUR)

    [mail] = Message.objects.filter(kind="publication_decided")
    assert mail.recipient == manager.email
    assert mail.subject.startswith("Documents non publiés")
    assert "2 documents de la publication" in mail.body


def test_of_a_convocation_that_its_instant_refused_both_who_decided_are_told(
    convocation, three, manager, head
):
    decided(three[0], SET_ASIDE, NOW + HOUR, "Condition non remplie.")
    before = set(Message.objects.values_list("pk", flat=True))
    tell(convocation, LATER)

    mails = Message.objects.filter(kind="publication_decided").exclude(pk__in=before)
    assert sorted(one.recipient for one in mails) == sorted([manager.email, head.email])
    assert all("Un document de la publication" in one.body for one in mails)


def test_of_what_was_refused_before_it_was_decided_nobody_is_told_at_its_instant(
    three, prepare, manager
):
    made = prepare()
    withdrawn(three[0])
    publish(made, manager, LATER)
    tell(made, LATER)

    assert why(made, three[0]) == STANDS_NO_MORE
    assert told("publication_decided") == []


def test_the_code_of_what_nobody_has_read_says_nothing(scheduled, three):
    version = DocumentVersion.objects.get(document__folder=three[0].folder_id, document__kind=SLUG)

    withdrawn(three[0])

    assert by_code(version.code, at=LATER) is None


def test_what_was_read_before_is_not_hidden_by_what_was_held_back(prepare, manager, three):
    first = prepare()
    publish(first, manager)
    tell(first)
    publish(prepare(), manager, LATER)

    withdrawn(three[0])

    assert SLUG in read(three[0], LATER)


@pytest.fixture
def decision(three, manager, head, allowed):
    """A decision on accommodations that was made elsewhere, and is read in three days."""
    Registration.objects.filter(pk=three[0].pk).update(has_disability=True)
    made = depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        kind=kinds.get("notification-amenagement"),
        content=a_pdf(),
        decision=DECISION,
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )
    publish(made, manager, LATER)
    approve(made, head)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize(
    ("state", "is_read"), [(State.PREPARING, False), (State.ASKED, False), (State.WITHDRAWN, True)]
)
def test_a_decision_made_elsewhere_is_not_read_beside_what_was_asked_here(
    decision, three, state, is_read
):
    reach_case(Registration.objects.whole().get(pk=three[0].pk), state)

    tell(decision, LATER)

    assert ("notification-amenagement" in read(three[0], LATER)) == is_read
    assert why(decision, three[0]) == ("" if is_read else ASKED_SINCE)
