"""A message to many: each candidate once, in the name of their service, whatever happens."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS, WRITE, WRITTEN_ALONE
from sporades.batches.models import Batch
from sporades.batches.queries import forecast as forecast_of
from sporades.batches.states import BatchState
from sporades.core.refusals import NobodyApproves, Refused, SamePerson
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.mailings import operations
from sporades.mailings.models import Mailing, MailingTemplate
from sporades.registrations.models import Registration
from tests.evidence.given import receive
from tests.factories import NOW, a_candidate, a_registration
from tests.jobs import work
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("stopped_clock")

MUCH_LATER = NOW + batches.preparing.PREPARED_FOR + timedelta(minutes=1)
SUBJECT, TEXT = "Votre centre, {nom}", "{prénoms}, apportez une pièce d'identité : {lien}"


@pytest.fixture
def author(db):
    """Return a manager of Lille."""
    return a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])


@pytest.fixture
def head(db):
    """Return the head of service of Lille."""
    return a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])


@pytest.fixture
def three(invented_exam):
    """File three registrations in Lille."""
    return [
        a_registration(a_candidate(birth_name=name, first_names="Maëlle"))
        for name in ("Abadie", "Bézier", "Cœur")
    ]


@pytest.fixture
def prepare(author):
    """Prepare a message to what stands in the perimeter."""

    def prepared(subject=SUBJECT, text=TEXT, total=None):
        allowed = reach(author.memberships.all(), Permission.WRITE_MESSAGES)
        batch = batches.prepare_message(
            registrations=Registration.objects.within(allowed),
            subject=subject,
            text=text,
            reach=allowed,
            by=author,
            at=NOW,
        )
        if total:
            Batch.objects.filter(pk=batch.pk).update(total=total)
            batch.total = total
        return batch

    return prepared


def actor(batch):
    return batch.reach.perimeters[0].member


def launched(batch):
    batches.launch(batch=batch, by=actor(batch), at=NOW)
    while batches.go_on(str(batch.pk), at=NOW):
        pass
    batch.refresh_from_db()
    return batch


def written():
    return Message.objects.filter(kind=operations.KIND)


def without_address(registration):
    """Take the account and the address away from the candidate of a registration."""
    candidate = registration.candidate
    type(candidate).objects.filter(pk=candidate.pk).update(user=None, email="")


def test_each_candidate_is_written_to_once_in_words_of_their_own(prepare, three):
    batch = launched(prepare())

    assert batch.counts() == {"done": 3, "refused": 0, "waiting": 0}
    assert set(written().values_list("recipient", "subject")) == {
        (one.candidate.address, f"Votre centre, {one.identity.name_used}") for one in three
    }
    one = written().get(recipient=three[0].candidate.address)
    assert one.about_id == str(three[0].pk)
    assert "Maëlle, apportez une pièce d'identité : https://" in one.body
    assert three[0].number in one.body


def test_the_mail_says_who_writes_how_to_answer_and_that_nobody_reads_its_address(prepare, three):
    launched(prepare())

    body = written().first().body
    assert "N'y répondez pas : personne ne lit ce qui arrive à l'adresse qui l'envoie." in body
    assert "Votre service gestionnaire : Bureau des essais de Lille (Secteur des essais)" in body
    assert "Adresse mail : essais@lille.exemple.test" in body


def test_the_journal_has_it_on_each_file_and_for_the_batch(prepare, three, author):
    batch = launched(prepare())

    told = Entry.objects.filter(verb="candidate written to")
    assert {one.object_id for one in told} == {str(one.pk) for one in three}
    assert {one.actor_id for one in told} == {f"user:{author.pk}"}
    assert {one.payload["after"]["mailing"] for one in told} == {str(batch.about)}
    kept = Entry.objects.filter(object_kind="batch").order_by("pk")
    assert [one.verb for one in kept] == ["batch launched", "batch ended"]
    assert kept[0].payload["after"]["about"] == str(batch.about)


def test_who_has_no_address_is_written_a_letter_in_the_same_words(prepare, three):
    without_address(three[1])
    batch = prepare()

    forecast = [(one.count, one.refusal) for one in forecast_of(batch, at=NOW)]
    launched(batch)

    assert forecast == [(3, "")]
    assert batch.counts() == {"done": 3, "refused": 0, "waiting": 0}
    letter = written().get(state=Message.State.LETTER)
    assert (letter.recipient, letter.about_id) == ("", str(three[1].pk))
    assert "apportez une pièce d'identité : à demander à votre service" in letter.body
    assert "N'y répondez pas" not in letter.body
    assert letter.letter.candidate_id == three[1].candidate_id


def test_a_subject_that_grows_too_long_is_refused_at_its_line(prepare, three):
    batch = launched(prepare(subject="{examen} " * 11))

    assert {one.why for one in batch.lines.all()} == {operations.SubjectTooLong.message}
    assert not written().exists()


@pytest.mark.parametrize("text", ["{nome}", "{{nom}}", "{% debug %}", "Bonjour {nom"])
def test_what_is_no_placeholder_is_never_kept(prepare, three, text):
    with pytest.raises(operations.NotAPlaceholder):
        prepare(text=text)

    assert not Mailing.objects.exists()
    assert not Batch.objects.exists()


def test_what_is_to_be_sent_is_read_at_the_instant_of_sending_and_not_before(prepare, three):
    batch = prepare(text="Il vous reste à envoyer : {pièces à fournir}.")
    receive(three[0])
    without_address(three[1])

    launched(batch)

    said = {one.about_id: one.body for one in written()}
    assert "Il vous reste à envoyer : aucune pièce." in said[str(three[0].pk)]
    for one in three[1:]:
        assert "Il vous reste à envoyer : Pièce d'identité, avant le" in said[str(one.pk)]


@pytest.mark.parametrize("subject", ["{pièces à fournir}", "{récapitulatif signé}"])
def test_a_subject_holds_no_sentence(prepare, three, subject):
    with pytest.raises(operations.NotAPlaceholder):
        prepare(subject=subject)


def test_markup_stays_text_to_the_last_sign(prepare, three):
    launched(prepare(text="Lisez <b>ceci</b> & <script>alert(1)</script> {nom}"))

    assert "<b>ceci</b> & <script>alert(1)</script> ABADIE" in written().first().body


def test_a_stopped_message_goes_no_further_and_ends_with_each_written_to_once(
    prepare, three, monkeypatch
):
    monkeypatch.setattr(batches.running, "AT_ONCE", 1)
    batch = prepare()
    batches.launch(batch=batch, by=actor(batch), at=NOW)
    batches.go_on(str(batch.pk), at=NOW)
    batches.stop(batch=batch, by=actor(batch), at=NOW)
    work("batches")
    assert written().count() == 1

    batches.resume(batch=batch, by=actor(batch), at=NOW)
    for _ in range(4):
        work("batches")

    assert written().count() == written().values("recipient").distinct().count() == 3


# --- A second person -----------------------------------------------------------------------


def test_beyond_what_one_writes_alone_nothing_leaves_before_another_approves(prepare, three, head):
    batch = prepare(total=WRITTEN_ALONE + 1)

    batches.launch(batch=batch, by=actor(batch), at=NOW)
    work("batches")

    assert batch.state == BatchState.PROPOSED
    assert not written().exists()
    asked = Message.objects.filter(kind="batch_to_approve")
    assert list(asked.values_list("recipient", flat=True)) == [head.email]

    by = reach(head.memberships.all(), Permission.APPROVE_MESSAGES).perimeters[0].member
    batches.approve(batch=batch, user=head, by=by, at=NOW)
    work("batches")

    assert written().count() == 3
    batch.refresh_from_db()
    assert (batch.state, batch.decided_by) == (BatchState.DONE, head)
    entries = Entry.objects.filter(object_kind="batch").order_by("pk")
    assert [one.verb for one in entries] == ["batch proposed", "batch approved", "batch ended"]
    assert entries[1].actor_id == f"user:{head.pk}"


def test_what_one_writes_in_a_day_is_counted_together(prepare, three, head):
    launched(prepare(total=WRITTEN_ALONE))
    more = prepare()

    batches.launch(batch=more, by=actor(more), at=NOW)

    assert more.state == BatchState.PROPOSED


def test_a_refused_message_is_never_sent_and_its_author_is_told(prepare, three, head):
    batch = prepare(total=WRITTEN_ALONE + 1)
    batches.launch(batch=batch, by=actor(batch), at=NOW)
    by = reach(head.memberships.all(), Permission.APPROVE_MESSAGES).perimeters[0].member

    batches.refuse(batch=batch, user=head, by=by, at=NOW)
    work("batches")

    assert not written().exists()
    told = Message.objects.get(kind="batch_ended")
    assert told.subject == "Lot refusé : écrire aux candidats"
    assert Entry.objects.get(verb="batch refused").actor_id == f"user:{head.pk}"
    for again in (batches.launch, batches.resume):
        with pytest.raises(Refused):
            again(batch=batch, by=actor(batch), at=NOW)


def test_nobody_approves_their_own(prepare, three, head, author):
    batch = prepare(total=WRITTEN_ALONE + 1)
    batches.launch(batch=batch, by=actor(batch), at=NOW)

    with pytest.raises(SamePerson):
        batches.approve(batch=batch, user=author, by=actor(batch), at=NOW)
    with pytest.raises(IntegrityError, match="their_own_batch"), transaction.atomic():
        Batch.objects.update(decided_by=author)


def test_where_nobody_could_approve_it_is_refused_and_stays_to_be_launched(prepare, three):
    batch = prepare(total=WRITTEN_ALONE + 1)

    with pytest.raises(NobodyApproves):
        batches.launch(batch=batch, by=actor(batch), at=NOW)

    assert Batch.objects.get().state == BatchState.PREPARED


def test_what_its_author_words_or_nobody_undoes_alone_has_such_a_bound():
    bounded = {one.code for one in ACTIONS.values() if one.alone is not None}

    assert bounded == {WRITE.code, "ask-piece", "move"}


# --- What is kept --------------------------------------------------------------------------


def test_the_words_go_with_their_batch(prepare, three):
    prepare()

    batches.forget_old(at=NOW + batches.preparing.PREPARED_FOR * 2)

    assert not Mailing.objects.exists()


def test_a_template_of_the_same_name_replaces_ones_own(author):
    allowed = reach(author.memberships.all(), Permission.WRITE_MESSAGES)

    for text in ("Le premier texte", "Le second texte"):
        operations.keep_template(
            name="Rappel", subject="Objet", text=text, reach=allowed, by=author, at=NOW
        )

    assert [one.text for one in MailingTemplate.objects.all()] == ["Le second texte"]


def test_templates_are_not_kept_without_end(author, monkeypatch):
    monkeypatch.setattr(operations, "MOST_TEMPLATES", 1)
    allowed = reach(author.memberships.all(), Permission.WRITE_MESSAGES)
    said = {"subject": "Objet", "text": "Texte", "reach": allowed, "by": author, "at": NOW}
    operations.keep_template(name="Un", **said)

    with pytest.raises(operations.TooManyTemplates):
        operations.keep_template(name="Deux", **said)


def test_the_message_is_read_once_for_many_lines(prepare, three):
    batch = prepare()
    batches.launch(batch=batch, by=actor(batch), at=NOW)

    with CaptureQueriesContext(connection) as asked:
        batches.go_on(str(batch.pk), at=NOW)

    read = [one["sql"] for one in asked if 'FROM "mailings_mailing"' in one["sql"]]
    assert batch.counts()["done"] == 3
    assert len(read) == 1


# --- What nobody launched ------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_that_is_launched_meanwhile_is_not_forgotten(prepare, three):
    batch = prepare()
    is_locked, may_go = threading.Event(), threading.Event()

    def launch():
        try:
            with transaction.atomic():
                batches.launch(batch=batch, by=actor(batch), at=MUCH_LATER)
                is_locked.set()
                may_go.wait(timeout=30)
        finally:
            connection.close()

    other = threading.Thread(target=launch)
    other.start()
    is_locked.wait(timeout=30)
    forgotten = batches.forget_old(at=MUCH_LATER)
    may_go.set()
    other.join()

    assert forgotten == 0
    assert Batch.objects.get().state == BatchState.RUNNING
    assert Mailing.objects.exists()
    assert batches.forget_old(at=MUCH_LATER) == 0


DAY = timedelta(days=1, minutes=1)


@pytest.fixture
def stopped(prepare, three, author):
    """Launch as many as one person launches alone, and stop them at once."""
    batch, by = prepare(total=WRITTEN_ALONE), author.memberships.get().as_actor()
    batches.launch(batch=batch, by=by, at=NOW)
    batches.stop(batch=batch, by=by, at=NOW)
    return batch


def test_what_is_resumed_another_day_counts_on_that_day(stopped, prepare, author):
    by = author.memberships.get().as_actor()
    batches.resume(batch=stopped, by=by, at=NOW + DAY)

    with pytest.raises(NobodyApproves):
        batches.launch(batch=prepare(total=1), by=by, at=NOW + DAY)


def test_nor_is_it_resumed_beyond_what_one_person_launches_alone(stopped, prepare, author):
    by = author.memberships.get().as_actor()
    batches.launch(batch=prepare(total=WRITTEN_ALONE), by=by, at=NOW + DAY)

    with pytest.raises(Refused, match="il en reste 3 dans cet envoi, et vous en avez lancé 5"):
        batches.resume(batch=stopped, by=by, at=NOW + DAY)
    stopped.refresh_from_db()
    assert stopped.state == BatchState.STOPPED

    batches.resume(batch=stopped, by=by, at=NOW + 2 * DAY)
    assert stopped.state == BatchState.RUNNING


def test_what_is_stopped_and_resumed_at_once_counts_once(stopped, author):
    batches.resume(batch=stopped, by=author.memberships.get().as_actor(), at=NOW)

    assert stopped.state == BatchState.RUNNING


def test_what_a_second_person_approved_is_resumed(stopped, prepare, author, head):
    by = author.memberships.get().as_actor()
    large = prepare(total=WRITTEN_ALONE + 1)
    batches.launch(batch=large, by=by, at=NOW + DAY)
    approver = head.memberships.get().as_actor()
    batches.approve(batch=large, user=head, by=approver, at=NOW + DAY)
    batches.stop(batch=large, by=by, at=NOW + DAY)
    batches.resume(batch=stopped, by=by, at=NOW + DAY)

    batches.resume(batch=large, by=by, at=NOW + DAY)

    assert large.state == BatchState.RUNNING
