"""What one person prepares and proposes, another approves, or sends back with a reason."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.agents import inviting
from sporades.core import files
from sporades.core.refusals import NoLongerProposed
from sporades.documents import kinds
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.publications import refusals
from sporades.publications.deposited import Deposit
from sporades.publications.models import Publication
from sporades.publications.operations import deciding, depositing, preparing
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.jobs import work
from tests.publications.doing import INSTANT, LATER, approve, member, publish, read, refuse, told
from tests.publications.zips import archive
from tests.web.registry.world import a_member


def test_a_convocation_is_published_by_two_persons(convocations, three, manager, head):
    publish(convocations, manager, LATER)
    assert convocations.state == PublicationState.PROPOSED
    assert told("publication_to_approve") == [head.email]
    assert "convocation" not in read(three[0], LATER)

    approve(convocations, head)

    assert convocations.decided_name == member(head).name
    assert "convocation" in read(three[0], LATER)
    assert "convocation" not in read(three[0], LATER - INSTANT)
    assert told("publication_decided") == [manager.email]


def test_nobody_approves_nor_refuses_their_own_proposal(convocations, three, manager, head):
    publish(convocations, manager)

    for act in (approve, refuse):
        with pytest.raises(refusals.SamePerson):
            act(convocations, manager)
    assert "convocation" not in read(three[0], LATER)


def test_what_a_closed_account_proposed_is_not_published_by_one_person(
    convocations, three, manager, head
):
    publish(convocations, manager)
    inviting.close(email=manager.email, reason="compte volé", by=OPERATOR, at=NOW)

    with pytest.raises(NoLongerProposed):
        approve(convocations, head)

    assert "convocation" not in read(three[0], NOW)
    refuse(convocations, head)


def test_whoever_proposes_what_another_began_does_not_approve_it(
    convocations, three, head, second, manager
):
    publish(convocations, head)

    assert (convocations.proposed_by, convocations.asked_by) == (head, manager)
    assert told("publication_to_approve") == [second.email]
    for user in (head, manager):
        with pytest.raises(refusals.SamePerson):
            approve(convocations, user)
    approve(convocations, second)
    assert "convocation" in read(three[0], NOW)
    assert told("publication_decided") == [head.email]


def test_whoever_prepared_one_of_its_documents_does_not_approve_it(
    convocations, three, manager, head, second
):
    one = Registration.objects.whole().get(pk=three[1].pk)
    source = Deposit(one, files.put(a_pdf(), suffix=".essai.pdf"), 1, NOW)
    with transaction.atomic():
        preparing.add(
            publication=convocations, registration=one, source=source, by=member(head), at=NOW
        )
    publish(convocations, manager)

    assert told("publication_to_approve") == [second.email]
    with pytest.raises(refusals.SamePerson):
        approve(convocations, head)
    assert list(Publication.objects.to_approve(head, lille(head))) == []
    assert list(Publication.objects.to_approve(second, lille(second))) == [convocations]


def lille(user):
    return reach(user.memberships.all(), Permission.APPROVE_PUBLICATIONS)


def test_what_concerns_an_academy_is_approved_there_whoever_proposes_it(three, head):
    everywhere = a_member("partout@exemple.test", Membership.Role.ADMINISTRATOR, [])
    allowed = reach(everywhere.memberships.all(), Permission.PREPARE_DOCUMENTS)
    made = depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        kind=kinds.get("convocation"),
        content=a_pdf(),
        reach=allowed,
        by=everywhere,
        author=member(everywhere),
        at=NOW,
    )
    assert not made.is_within(lille(head))
    publish(made, everywhere)

    made.refresh_from_db()
    assert made.concerned.as_json() == [{"academies": ["A09"], "domains": [domain_of(three[0])]}]
    assert made.is_within(lille(head))
    assert told("publication_to_approve") == [head.email]
    approve(made, head)
    assert "convocation" in read(three[0], NOW)


def domain_of(registration):
    return registration.exam.domain.code


def test_what_concerns_two_academies_is_not_approved_in_one(three, head):
    everywhere = a_member("partout@exemple.test", Membership.Role.ADMINISTRATOR, [])
    a_registration(
        a_candidate(email="ailleurs@exemple.test"),
        academy="A25",
        identification={"postcode": "78000", "town": "Versailles"},
    )
    allowed = reach(everywhere.memberships.all(), Permission.PREPARE_DOCUMENTS)
    papers = {one.number: a_pdf() for one in Registration.objects.all()}
    made = depositing.deposit_many(
        kind=kinds.get("convocation"),
        archive=archive(**papers),
        reach=allowed,
        by=everywhere,
        author=member(everywhere),
        at=NOW,
    )
    work("publications")

    with pytest.raises(refusals.NobodyApproves):
        publish(made, everywhere)
    another = a_member("aussi@exemple.test", Membership.Role.ADMINISTRATOR, [])
    publish(made, everywhere)
    assert told("publication_to_approve") == [another.email]
    assert list(Publication.objects.to_approve(head, lille(head))) == []
    for act in (approve, refuse):
        with pytest.raises(refusals.BeyondPerimeter):
            act(made, head)
    assert not made.lines.exclude(outcome="prepared").exists()


def test_a_proposal_is_refused_with_a_reason_that_is_kept_and_told(convocations, manager, head):
    publish(convocations, manager, LATER)

    with pytest.raises(refusals.RefusalUnexplained):
        refuse(convocations, head, reason="")
    refuse(convocations, head)

    convocations.refresh_from_db()
    assert (convocations.refusal, convocations.refused_at) == ("La date est fausse", NOW)
    assert convocations.proposed_by is None
    assert told("publication_decided") == [manager.email]
    assert "La date est fausse" in Message.objects.get(kind="publication_decided").body
    entry = Entry.objects.get(verb="publication refused")
    assert entry.payload["after"]["reason"] == "La date est fausse"
    publish(convocations, manager)
    assert (convocations.refusal, convocations.refused_at) == ("", None)
    entry = Entry.objects.filter(verb="publication proposed").last()
    assert entry.payload["after"]["reason"] == ""


def test_who_proposes_anew_is_told_of_each_refusal(convocations, manager, head):
    for day in (1, 2):
        at = NOW + timedelta(days=day)
        publish(convocations, manager, at=at)
        refuse(convocations, head, at=at)

    assert told("publication_decided") == [manager.email] * 2


def test_what_is_decided_is_not_decided_again(convocations, manager, head, second):
    publish(convocations, manager)
    stale = Publication.objects.get()
    approve(convocations, head)

    for act in (approve, refuse):
        with pytest.raises(refusals.AlreadyMoved):
            act(stale, second)
    with pytest.raises(refusals.AlreadyMoved):
        publish(stale, manager)


def test_what_moves_after_its_proposal_is_set_aside_at_its_approval(
    convocations, three, manager, head
):
    publish(convocations, manager)
    Registration.objects.filter(pk=three[0].pk).update(academy="A25")

    with pytest.raises(refusals.NothingHolds):
        approve(convocations, head)

    assert convocations.lines.get().why == refusals.HAS_MOVED
    convocations.refresh_from_db()
    assert convocations.state == PublicationState.PROPOSED


def test_a_proposal_that_is_refused_is_in_preparation_again(convocations, manager, head):
    publish(convocations, manager, LATER)

    refuse(convocations, head)

    assert (convocations.state, convocations.publish_at) == (PublicationState.PREPARING, None)
    publish(convocations, manager)
    assert convocations.state == PublicationState.PROPOSED


def test_a_proposal_whose_instant_has_passed_is_not_approved(convocations, three, manager, head):
    publish(convocations, manager, LATER)

    with pytest.raises(refusals.InstantPast, match="refusez la proposition"):
        deciding.approve(publication=convocations, user=head, by=member(head), at=LATER)
    assert "convocation" not in read(three[0], LATER)


def test_what_nobody_could_approve_is_not_proposed(convocations, manager):
    a_member("ailleurs@exemple.test", Membership.Role.HEAD, ["A25"])

    with pytest.raises(refusals.NobodyApproves):
        publish(convocations, manager)
    convocations.refresh_from_db()
    assert convocations.state == PublicationState.PREPARING


@pytest.mark.parametrize("field", ["asked_by", "proposed_by"])
def test_the_database_refuses_an_approval_by_who_began_or_proposed(
    convocations, manager, head, second, field
):
    publish(convocations, head)
    approve(convocations, second)
    own = getattr(convocations, field)

    with pytest.raises(IntegrityError, match="nobody_approves"), transaction.atomic():
        Publication.objects.update(decided_by=own)
