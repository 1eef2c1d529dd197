"""Documents are prepared, seen, approved, read from one instant on, told once, taken back."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.registrations import leaving
from sporades.acts.registrations.deciding import decide
from sporades.acts.writing import posting, resending
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS
from sporades.candidates.models import Candidate
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import AlreadyPrepared, mark_opened
from sporades.documents.queries import by_code
from sporades.journal.models import Entry
from sporades.letters.mentions import since_printed
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.letters.words import fate_in_words
from sporades.mail.models import Message
from sporades.publications import refusals, tasks
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import deciding, preparing, telling
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE
from tests.factories import NOW, OPERATOR, author
from tests.jobs import work
from tests.letters.test_printing import printed
from tests.publications.doing import (
    INSTANT,
    LATER,
    SLUG,
    member,
    publish,
    publish_together,
    read,
    tell,
    told,
)
from tests.refusing import refuse

# --- Embargo ---------------------------------------------------------------------------------


def test_nobody_outside_sees_what_is_prepared(prepare, three):
    made = prepare()

    codes = [line.version.code for line in made.lines.all()]
    assert made.counts()["prepared"] == 3
    for registration in three:
        assert SLUG not in read(registration, NOW + timedelta(days=365))
    assert [by_code(code, at=LATER) for code in codes] == [None] * 3
    assert told() == []


def test_what_is_published_for_later_is_read_from_that_instant_to_the_microsecond(
    prepare, three, manager
):
    made = prepare()
    publish(made, manager, LATER)

    code = made.lines.first().version.code
    assert {SLUG in read(one, LATER - INSTANT) for one in three} == {False}
    assert {SLUG in read(one, LATER) for one in three} == {True}
    assert by_code(code, at=LATER - INSTANT) is None
    assert by_code(code, at=LATER) is not None
    tell(made, LATER - INSTANT)
    assert told() == []
    assert not Entry.objects.filter(verb="document published").exists()
    tell(made, LATER)
    assert len(told()) == 3


def test_the_job_that_tells_waits_for_the_instant(prepare, three, manager):
    publish(prepare(), manager, LATER)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'publications.tell'"
        )
        assert cursor.fetchall() == [(LATER,)]


def test_an_instant_that_has_passed_is_refused(prepare, three, manager):
    made = prepare()

    for instant in (NOW, NOW - INSTANT):
        with pytest.raises(refusals.InstantPast):
            publish(made, manager, instant)
    made.refresh_from_db()
    assert made.state == PublicationState.PREPARING


# --- Telling ---------------------------------------------------------------------------------


def test_each_candidate_is_told_once_however_often_the_job_runs(prepare, three, manager):
    made = prepare()
    publish(made, manager)

    for _ in range(3):
        tell(made)

    assert told() == sorted(one.candidate.address for one in three)
    entries = Entry.objects.filter(verb="document published")
    assert entries.count() == 3
    assert {one.academy for one in entries} == {"A09"}
    begun = Entry.objects.filter(object_kind="publication")
    assert {one.academy for one in begun} == {"A09"}


def test_one_who_cannot_be_told_keeps_no_other_from_it(prepare, three, manager, caplog):
    made = prepare()
    publish(made, manager)
    first = made.lines.order_by("pk").first()
    refuse("publications_publicationline", first.pk)

    tell(made)

    assert told() == sorted(one.candidate.address for one in three if one != first.registration)
    assert f"could not be applied to {first.pk}" in caplog.text


def test_those_who_cannot_be_told_wait_for_the_next_time(prepare, three, manager, monkeypatch):
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    made = prepare()
    publish(made, manager)
    refuse("publications_publicationline", made.lines.order_by("pk").first().pk)

    assert telling.tell(str(made.pk), at=NOW) is False

    later = NOW + tasks.PATIENCE
    work("publications")
    assert telling.take_up_again(at=later, older_than=later) == 1


def test_what_a_killed_worker_left_untold_is_taken_up_again(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'publications.tell'")

    later = NOW + tasks.PATIENCE
    assert telling.take_up_again(at=later, older_than=NOW) == 0
    assert telling.take_up_again(at=later, older_than=later) == 1
    work("publications")
    assert len(told()) == 3
    assert telling.take_up_again(at=later, older_than=later) == 0


def test_what_waits_to_be_told_waits_once(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)

    telling.queue(made, LATER)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'publications.tell'"
        )
        assert cursor.fetchall() == [(LATER,)]


def test_who_has_no_address_is_told_by_a_letter_with_the_document(prepare, three, manager):
    made = prepare()
    three[0].candidate.user.delete()
    type(three[0].candidate).objects.filter(pk=three[0].candidate_id).update(email="")
    publish(made, manager)
    tell(made)

    assert len(told()) == 3
    letter = Letter.objects.get(message__kind="document_published")
    assert letter.candidate_id == three[0].candidate_id
    assert letter.enclosed == made.lines.get(registration=three[0]).version
    assert SLUG in read(three[0], NOW)


# --- What moved meanwhile --------------------------------------------------------------------


def test_what_no_longer_stands_or_has_changed_is_refused_at_its_line(prepare, three, manager):
    made = prepare()
    decide(registration=three[0], decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW)
    Registration.objects.filter(pk=three[1].pk).update(version=2)

    publish(made, manager)

    assert made.counts() == {
        "waiting": 0,
        "prepared": 0,
        "published": 1,
        "refused": 2,
        "withdrawn": 0,
    }
    assert set(made.lines.filter(outcome="refused").values_list("why", flat=True)) == {
        refusals.STANDS_NO_MORE,
        refusals.HAS_CHANGED,
    }
    assert [SLUG in read(one, NOW) for one in three] == [False, False, True]
    assert DocumentVersion.objects.filter(document__kind=SLUG).count() == 1


def test_when_nothing_stands_any_more_the_office_sees_why(prepare, three, manager):
    made = prepare()
    for one in three:
        leaving.withdraw(registration=one, by=author(one.candidate), at=NOW)

    with pytest.raises(refusals.NothingHolds):
        publish(made, manager)

    made.refresh_from_db()
    assert (made.state, made.counts()["refused"]) == (PublicationState.PREPARING, 3)
    assert set(made.lines.values_list("why", flat=True)) == {refusals.STANDS_NO_MORE}
    assert not DocumentVersion.objects.filter(document__kind=SLUG).exists()
    with pytest.raises(refusals.NothingToPublish):
        publish(made, manager)


def test_what_has_moved_out_of_the_reach_of_who_publishes_is_refused_at_its_line(
    prepare, three, manager
):
    made = prepare()
    Registration.objects.filter(pk=three[0].pk).update(academy="A25")

    publish(made, manager)

    assert made.lines.get(registration=three[0]).why == refusals.HAS_MOVED
    assert [SLUG in read(one, NOW) for one in three] == [False, True, True]


def test_an_instant_too_far_away_is_a_slip(prepare, three, manager):
    made = prepare()

    with pytest.raises(refusals.InstantFar):
        publish(made, manager, NOW + deciding.FURTHEST + INSTANT)
    publish(made, manager, NOW + deciding.FURTHEST)
    assert made.state == PublicationState.PUBLISHED


def test_a_validation_changes_nothing_of_what_is_prepared(prepare, three, manager):
    made = prepare()
    decide(registration=three[0], decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    publish(made, manager)

    assert made.counts()["published"] == 3


def test_a_registration_has_one_document_of_a_kind_that_waits(prepare, three):
    prepare()

    with pytest.raises(AlreadyPrepared):
        prepare()


def test_nothing_is_added_to_what_is_published(prepare, three, manager):
    made = prepare()
    publish(made, manager)

    with pytest.raises(refusals.NotInPreparation):
        preparing.prepare_one(
            publication=made.pk, registration=three[0], by=member(manager), at=NOW
        )


# --- Dropped, taken back ---------------------------------------------------------------------


def test_what_is_dropped_never_existed(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    code = made.lines.first().version.code

    preparing.drop(publication=made, by=member(manager), at=LATER - INSTANT)

    assert made.state == PublicationState.DROPPED
    assert by_code(code, at=LATER) is None
    assert not DocumentVersion.objects.filter(document__kind=SLUG).exists()
    tell(made, LATER)
    assert told() == []
    assert prepare().counts()["prepared"] == 3


def test_what_somebody_has_read_since_its_request_came_is_not_dropped(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    version = made.lines.get(registration=three[0]).version
    mark_opened(version, at=LATER)

    with pytest.raises(refusals.AlreadyRead):
        preparing.drop(publication=made, by=member(manager), at=LATER - INSTANT)

    assert {SLUG in read(one, LATER) for one in three} == {True}


def test_what_somebody_has_read_of_another_publication_hinders_no_dropping(
    convocations, prepare, three, manager
):
    publish_together(convocations, manager)
    mark_opened(convocations.lines.get().version, at=NOW)
    made = prepare()
    publish(made, manager, LATER)

    preparing.drop(publication=made, by=member(manager), at=NOW)

    assert {SLUG in read(one, LATER) for one in three} == {False}
    assert "convocation" in read(three[0], LATER)


def test_what_somebody_was_told_of_is_not_dropped(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)
    tell(made, LATER)

    with pytest.raises(refusals.AlreadyRead):
        preparing.drop(publication=made, by=member(manager), at=LATER - INSTANT)


def test_whose_publication_another_drops_is_told(convocations, manager, head, second):
    publish(convocations, head)

    preparing.drop(publication=convocations, by=member(second), at=NOW)

    assert told("publication_decided") == sorted([manager.email, head.email])
    assert "abandonnée" in Message.objects.filter(kind="publication_decided").first().body


def test_who_drops_their_own_publication_is_not_told(convocations, manager):
    preparing.drop(publication=convocations, by=member(manager), at=NOW)

    assert told("publication_decided") == []


def test_what_is_read_is_not_dropped(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)

    with pytest.raises(Refused, match="peuvent être retirés"):
        preparing.drop(publication=made, by=member(manager), at=LATER)
    assert SLUG in read(three[0], LATER)


def test_what_is_taken_back_is_read_no_more_and_who_was_told_is_told_why(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    telling.tell(str(made.pk), at=NOW)
    code = made.lines.first().version.code

    preparing.withdraw(publication=made, reason="Erreur de date", by=member(manager), at=LATER)
    tell(made, LATER)
    tell(made, LATER)

    assert {SLUG in read(one, LATER) for one in three} == {False}
    assert len(told("document_withdrawn")) == 3
    assert "Erreur de date" in Message.objects.filter(kind="document_withdrawn").first().body
    assert by_code(code, at=LATER).withdrawn_at == LATER
    assert Entry.objects.filter(verb="document withdrawn").count() == 3


def test_what_is_done_of_one_publication_touches_no_other_document(convocations, prepare, manager):
    publish_together(convocations, manager, instant=LATER + timedelta(days=9))
    made, by = prepare(), member(manager)
    documents = DocumentVersion.objects.exclude(publication_line__publication=made).order_by("pk")
    publications = Publication.objects.exclude(pk=made.pk)
    # The summaries are read already, the convocation is to be.
    assert {one.published_at > NOW for one in documents} == {False, True}

    def others():
        return list(documents.values()), list(publications.values())

    before = others()
    publish(made, manager, LATER)
    assert others() == before
    deciding.reschedule(publication=made, instant=LATER + INSTANT, user=manager, by=by, at=NOW)
    assert others() == before
    preparing.withdraw(publication=made, reason="Erreur", by=by, at=LATER + INSTANT)
    assert others() == before


def test_who_was_not_told_of_a_document_is_not_told_of_its_withdrawal(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)
    tell(made)

    assert told() == told("document_withdrawn") == []


def test_who_has_read_theirs_before_being_told_of_it_is_told_of_its_withdrawal(
    prepare, three, manager
):
    made = prepare()
    publish(made, manager)
    lines = list(made.lines.order_by("pk"))
    for line in lines[:2]:
        mark_opened(line.version, at=NOW)

    preparing.withdraw_one(line=lines[0], reason="Erreur", by=member(manager), at=NOW)
    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=NOW)
    tell(made)

    assert told("document_withdrawn") == [one.candidate.address for one in three[:2]]


@pytest.mark.parametrize("is_printed", [False, True], ids=["waits", "printed"])
def test_whom_letters_reach_is_told_nothing_of_what_they_never_had(
    prepare, three, manager, kept, is_printed
):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    made = prepare()
    publish(made, manager)
    tell(made)
    [letter] = Letter.objects.all()
    if is_printed:
        printed()

    preparing.withdraw(publication=made, reason="Erreur de date", by=member(manager), at=LATER)
    tell(made, LATER)

    letter.refresh_from_db()
    others = Letter.objects.exclude(pk=letter.pk)
    assert [one.message.kind for one in others] == ["document_withdrawn"] * is_printed
    assert letter.state == (LetterState.PRINTED if is_printed else LetterState.OVERTAKEN)
    assert ("Non imprimé : le document qu'il annonce" in fate_in_words(letter)) is not is_printed
    assert letter.goes_without_document is not is_printed
    assert len(told("document_withdrawn")) == 2 + is_printed


def test_whose_letter_came_back_and_waits_to_go_again_is_told_of_the_withdrawal(
    prepare, three, manager, kept
):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    made = prepare()
    publish(made, manager)
    tell(made)
    [run] = printed()
    [letter] = Letter.objects.all()
    by = member(manager)
    posting.note_posted(run=run, posted_on=NOW.date(), by=by, at=NOW)
    posting.note_returned(letter=letter, by=by, at=NOW)
    again = {"message": letter.message, "registration": three[0], "by": by, "at": NOW}
    with pytest.raises(resending.Doubtful) as raised:
        resending.send_again(**again)
    copy = resending.send_again(**again, sure_of=raised.value.mark)

    preparing.withdraw(publication=made, reason="Erreur de date", by=by, at=LATER)
    tell(made, LATER)

    assert Letter.objects.get(message=copy).state == LetterState.OVERTAKEN
    assert Letter.objects.filter(message__kind="document_withdrawn").count() == 1


def test_a_run_that_is_not_posted_says_which_document_was_taken_back_since(
    prepare, three, manager, kept
):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    made = prepare()
    publish(made, manager)
    tell(made)
    [run] = printed()
    [letter] = Letter.objects.all()
    assert since_printed(run) == {}

    preparing.withdraw(publication=made, reason="Erreur de date", by=member(manager), at=LATER)
    tell(made, LATER)

    assert since_printed(run) == {letter.pk: "le document joint a été retiré"}
    said = {"run": run, "posted_on": NOW.date(), "by": member(manager), "at": LATER}
    with pytest.raises(posting.ReadAgain):
        posting.note_posted(**said)
    posting.note_posted(**said, read=[letter.pk])
    run.refresh_from_db()
    letter.refresh_from_db()
    assert since_printed(run) == {}
    assert fate_in_words(letter) == "Non posté : le document joint a été retiré"
    entry = Entry.objects.get(verb="letters posted")
    assert entry.payload["after"] == {
        "posted_on": NOW.date().isoformat(),
        "letters": 0,
        "left": [letter.pk],
    }

    posting.take_back_posted(run=run, by=member(manager), at=LATER)
    letter.refresh_from_db()
    assert letter.why == ""
    posting.note_posted(**said, read=[letter.pk], all_went=True)
    letter.refresh_from_db()
    assert letter.is_posted


def test_whoever_took_an_account_since_is_told_of_the_withdrawal_and_no_letter_goes(
    prepare, three, manager
):
    candidate = Candidate.objects.filter(pk=three[0].candidate_id)
    user = candidate.get().user_id
    candidate.update(user=None, email="")
    made = prepare()
    publish(made, manager)
    tell(made)
    candidate.update(user=user)

    preparing.withdraw(publication=made, reason="Erreur de date", by=member(manager), at=LATER)
    tell(made, LATER)

    assert Letter.objects.get().state == LetterState.OVERTAKEN
    assert len(told("document_withdrawn")) == 3


def test_one_document_alone_is_taken_back(prepare, three, manager):
    made = prepare()
    publish(made, manager)
    tell(made)
    line = made.lines.get(registration=three[0])

    preparing.withdraw_one(line=line, reason="Homonyme", by=member(manager), at=LATER)

    assert [SLUG in read(one, LATER) for one in three] == [False, True, True]
    assert told("document_withdrawn") == [three[0].candidate.address]
    with pytest.raises(Refused):
        preparing.withdraw_one(line=line, reason="Homonyme", by=member(manager), at=LATER)
    made.refresh_from_db()
    assert made.state == PublicationState.PUBLISHED


@pytest.mark.parametrize("is_read", [True, False])
def test_who_has_a_later_version_is_told_with_the_withdrawal_that_it_stands(
    prepare, three, manager, is_read
):
    first, address = prepare(), three[0].candidate.address
    publish(first, manager)
    tell(first)
    second = prepare()
    publish(second, manager)
    tell(second)
    if not is_read:
        line = second.lines.get(registration=three[0])
        preparing.withdraw_one(line=line, reason="Homonyme", by=member(manager), at=NOW)

    preparing.withdraw(publication=first, reason="Mauvaise heure", by=member(manager), at=LATER)
    tell(first, LATER)

    said = [
        " ".join(one.body.split())
        for one in Message.objects.filter(kind="document_withdrawn", recipient=address)
        if "Mauvaise heure" in one.body
    ]
    stands = "La version n°2, qui l'a remplacé, vaut toujours : gardez celle-là."
    assert [stands in one for one in said] == [is_read]


@pytest.mark.parametrize("is_taken_back", [True, False])
def test_only_what_is_read_is_said_to_be_replaced(prepare, three, manager, is_taken_back):
    first = prepare()
    publish(first, manager)
    tell(first)
    if is_taken_back:
        line = first.lines.get(registration=three[0])
        preparing.withdraw_one(line=line, reason="Homonyme", by=member(manager), at=NOW)
    second = prepare()
    publish(second, manager)

    tell(second)

    address = three[0].candidate.address
    told = Message.objects.filter(kind="document_published", recipient=address).order_by("pk")
    before, last = (" ".join(one.body.split()) for one in told)
    assert "version n°1." in before
    assert ("version n°2, qui remplace la précédente." in last) != is_taken_back


@pytest.mark.parametrize("act", ["withdraw", "withdraw_one"])
def test_nothing_is_taken_back_without_a_word(prepare, three, manager, act):
    made = prepare()
    publish(made, manager)
    what = {"publication": made} if act == "withdraw" else {"line": made.lines.first()}

    with pytest.raises(refusals.ReasonMissing):
        getattr(preparing, act)(**what, reason="", by=member(manager), at=NOW)


# --- By a batch ------------------------------------------------------------------------------


def test_a_batch_prepares_the_documents_of_a_search(three, manager, allowed):
    batch = batches.prepare(
        registrations=Registration.objects.within(allowed),
        action=ACTIONS[f"prepare-{SLUG}"],
        reason="",
        reach=allowed,
        by=manager,
        at=NOW,
    )
    assert not Publication.objects.exists()
    decide(registration=three[0], decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW)
    batches.launch(batch=batch, by=member(manager), at=NOW)
    work("batches")

    made = Publication.objects.get(pk=batch.about)
    assert made.counts()["prepared"] == 2
    assert batch.counts() == {"done": 2, "refused": 1, "waiting": 0}
    assert SLUG not in read(three[1], LATER)


# --- What the database holds -----------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": "published"},
        {"state": "publishing"},
        {"state": "publishing", "publish_at": NOW, "decided_at": NOW},
        {"state": "withdrawn"},
        {"withdrawn_at": NOW},
        {"why": "Erreur"},
        {"state": "proposed"},
        {"refusal": "Erreur"},
    ],
    ids=str,
)
def test_the_database_refuses_a_publication_that_cannot_be(prepare, three, change):
    made = prepare()

    with pytest.raises(IntegrityError), transaction.atomic():
        Publication.objects.filter(pk=made.pk).update(**change)


@pytest.mark.parametrize(
    "change", [{"outcome": "refused"}, {"why": "Erreur"}, {"withdrawal_told_at": NOW}], ids=str
)
def test_the_database_refuses_a_line_that_cannot_be(prepare, three, change):
    made = prepare()

    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationLine.objects.filter(publication=made).update(**change)


# --- Which are one's own ---------------------------------------------------------------------

PLACES = (
    [{"academies": ["A09"], "domains": None}],
    [{"academies": ["A09", "A25"], "domains": ["BAC"]}],
    [{"academies": None, "domains": None}],
    [{"academies": None, "domains": ["BAC"]}],
    [{"academies": ["A25"], "domains": ["CAP"]}, {"academies": ["A09"], "domains": ["BAC"]}],
    [],
)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_database_finds_those_of_a_perimeter_as_a_perimeter_says(manager, place):
    for theirs in PLACES:
        for concerned in (None, *PLACES):
            Publication.objects.create(
                asked_by=manager,
                asked_name="Camille",
                asked_role="manager",
                perimeters=theirs,
                concerns=concerned,
                asked_at=NOW,
                moved_at=NOW,
                kind=SLUG,
                zone="Europe/Paris",
            )
    mine = Reach(tuple(Perimeter.from_json(one, OPERATOR) for one in place))

    found = set(Publication.objects.within(mine).values_list("pk", flat=True))

    assert found == {one.pk for one in Publication.objects.all() if one.is_within(mine)}
