"""One document, or one archive, is taken out before it is read: nothing hidden, no consent kept."""

from datetime import timedelta

import pytest

from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import hold_back
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.personal.gathering import gathered, person_of
from sporades.publications.models import Publication
from sporades.publications.operations import by_parts, counting, depositing, preparing, taking_out
from sporades.publications.queries import given_again, lines_to_come, missed_lines
from sporades.publications.refusals import (
    TAKEN_OUT,
    TAKEN_OUT_WITH,
    AlreadyMoved,
    AlreadyRead,
    NotTheirOwn,
    StillFilling,
    TakenOutAlready,
)
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.models import Registration
from tests.documents.summaries import a_pdf
from tests.factories import NOW, a_candidate, a_registration
from tests.jobs import work
from tests.publications.doing import LATER, approve, member, publish, read, tell, told
from tests.publications.zips import archive, lines

CONVOCATION = kinds.get("convocation")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def two_archives(three, manager, allowed):
    """Deposit an archive of the first, then one of the two others and of a number of nobody."""

    def given(*registrations, **more):
        return archive(**{one.number: a_pdf(one.number) for one in registrations}, **more)

    said = {"reach": allowed, "by": manager, "author": member(manager), "at": NOW}
    made = depositing.deposit_many(
        kind=CONVOCATION, archive=given(three[0]), name="lot-1.zip", **said
    )
    work("publications")
    more = given(*three[1:], **{"20000099999": a_pdf()})
    depositing.deposit_more(publication=made, archive=more, name="lot-2.zip", **said)
    work("publications")
    return now(made)


@pytest.fixture
def add(manager, allowed):
    """Add a third archive, which nobody has read yet."""

    def added(made, content):
        depositing.deposit_more(
            publication=made,
            archive=content,
            name="lot-3.zip",
            reach=allowed,
            by=manager,
            author=member(manager),
            at=NOW,
        )

    return added


@pytest.fixture
def decide(manager, head):
    """Have two persons publish it from LATER on; return who deposited it."""

    def decided(made):
        publish(made, manager, LATER)
        approve(now(made), head)
        return manager

    return decided


def now(made):
    return Publication.objects.get(pk=made.pk)


def line_of(made, registration):
    return made.lines.select_related("publication").get(registration=registration)


def take_out(made, registration, by, at=NOW):
    line = line_of(made, registration)
    return taking_out.take_out(line=line, by=member(by), at=at)


def take_archive_out(made, number, by, at=NOW):
    return taking_out.take_archive_out(
        publication=made, number=number, user=by, by=member(by), at=at
    )


def outcomes(made):
    return list(made.lines.order_by("pk").values_list("outcome", "why"))


def mails(what):
    return [one for one in Message.objects.filter(kind="publication_decided") if what in one.body]


def test_one_document_is_taken_out_of_what_is_in_preparation(prepare, three, manager):
    made = prepare()

    take_out(made, three[1], manager)

    assert outcomes(made)[1] == (LineOutcome.REFUSED, TAKEN_OUT)
    assert line_of(made, three[1]).version is None
    assert DocumentVersion.objects.filter(publication_line__publication=made).count() == 2
    [act] = Entry.objects.filter(verb="document taken out")
    assert act.object_id == str(three[1].pk)
    [whole] = Entry.objects.filter(verb="publication document taken out")
    assert (whole.payload["after"]["prepared"], whole.payload["after"]["refused"]) == (2, 1)
    assert not Message.objects.filter(kind="publication_decided").exists()
    publish(made, manager)
    tell(made)
    assert told() == ["abadie@exemple.test", "coeur@exemple.test"]
    missed = missed_lines(Registration.objects.get(pk=three[1].pk))
    assert [one.why for one in missed] == [TAKEN_OUT]


def test_no_copy_of_ones_data_tells_of_a_document_taken_out_unread(prepare, three, manager):
    made = prepare()
    take_out(made, three[1], manager)
    publish(made, manager)
    tell(made)

    def told_of(registration):
        person = person_of(registration.candidate, at=NOW)
        acts = gathered(person, is_health=False)["journal.Entry"]
        return {one["verb"] for one in acts if one["verb"].startswith("document ")}

    assert told_of(three[0]) == {"document prepared", "document published"}
    assert told_of(three[1]) == set()


def test_a_document_taken_out_may_be_prepared_again(prepare, three, manager, allowed):
    made = prepare()
    take_out(made, three[1], manager)

    by = allowed.perimeters[0].member
    whole = Registration.objects.whole().get(pk=three[1].pk)
    preparing.prepare_one(publication=made.pk, registration=whole, by=by, at=NOW)

    assert made.lines.filter(outcome=LineOutcome.PREPARED).count() == 3


def test_taken_out_by_a_colleague_its_author_is_told(prepare, three, manager, head):
    made = prepare()

    take_out(made, three[1], head)

    [one] = mails("a retiré un document")
    assert one.recipient == manager.email
    assert "Elle est en préparation" in one.body


def test_an_archive_is_taken_out_and_who_is_without_a_document_is_listed(
    two_archives, three, manager, allowed
):
    take_archive_out(two_archives, 2, manager)

    made = now(two_archives)
    assert made.archive_names == ["lot-1.zip", "lot-2.zip, retirée"]
    why = TAKEN_OUT_WITH.format("n°2 (lot-2.zip)")
    # What was refused of it, of nobody, is gone with it.
    assert outcomes(made) == [(LineOutcome.PREPARED, ""), *[(LineOutcome.REFUSED, why)] * 2]
    assert DocumentVersion.objects.filter(publication_line__publication=made).count() == 1
    [act] = Entry.objects.filter(verb="publication archive taken out")
    assert act.payload["after"]["reason"] == "n°2 (lot-2.zip)"
    depositing.deposit_more(
        publication=made,
        archive=archive(**{three[1].number: a_pdf("corrigé")}),
        name="lot-3.zip",
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )
    work("publications")
    assert sorted(made.lines.values_list("outcome", "archive", "registration")) == [
        ("prepared", 1, three[0].pk),
        ("prepared", 3, three[1].pk),
        ("refused", 2, three[2].pk),
    ]


def test_who_is_without_a_document_has_one_line_whatever_other_archives_gave_them(
    two_archives, three, manager, add
):
    fourth = a_registration(a_candidate(birth_name="Dauphin", email="dauphin@exemple.test"))
    numbers = (three[0].number, three[1].number, fourth.number)
    named = dict(zip("bcd", numbers, strict=True))
    table = lines(*((number, f"{name}.pdf") for name, number in named.items()))
    add(two_archives, archive(table, **dict.fromkeys(named, a_pdf())))
    work("publications")

    take_archive_out(now(two_archives), 1, manager)
    line = two_archives.lines.get(registration=three[1], outcome=LineOutcome.PREPARED)
    taking_out.take_out(line=line, by=member(manager), at=NOW)

    refused = two_archives.lines.filter(outcome=LineOutcome.REFUSED, registration__in=three)
    assert list(refused.order_by("pk").values_list("registration", "why")) == [
        (three[0].pk, TAKEN_OUT_WITH.format("n°1 (lot-1.zip)")),
        (three[1].pk, TAKEN_OUT),
    ]


def test_an_archive_of_many_is_read_of_nobody_from_then_on_and_is_deleted_by_parts(
    two_archives, three, decide, add, monkeypatch
):
    manager = decide(two_archives)
    monkeypatch.setattr(counting, "AT_ONCE", 1)

    take_archive_out(now(two_archives), 2, manager)

    made = now(two_archives)
    assert made.lines.filter(outcome=LineOutcome.REFUSED, version__isnull=False).count() == 2
    assert not any(lines_to_come(one, at=NOW).exists() for one in three[1:])
    monkeypatch.setattr(counting, "AT_ONCE", 200)
    add(made, archive(**{three[1].number: a_pdf("corrigé")}))
    depositing.fill(str(made.pk), at=NOW)
    decide(now(made))
    assert ["convocation" in read(one, LATER) for one in three] == [True, True, False]
    assert by_parts.take_up_again(older_than=LATER) == 1
    by_parts.go_on(str(made.pk), at=NOW)
    # Those who read theirs, and none of those that were taken out.
    assert DocumentVersion.objects.filter(document__kind=CONVOCATION.slug).count() == 2
    assert by_parts.take_up_again(older_than=LATER) == 0


def test_another_is_prepared_where_the_one_of_many_that_was_taken_out_is_not_deleted_yet(
    two_archives, three, manager, allowed, monkeypatch
):
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    take_archive_out(two_archives, 2, manager)

    depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[1].pk),
        kind=CONVOCATION,
        content=a_pdf("anew"),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )

    assert line_of(two_archives, three[1]).version is None


def test_what_was_given_again_before_is_said_to_be_kept_no_more(
    two_archives, three, manager, allowed
):
    again = archive(**{three[0].number: a_pdf(three[0].number), three[1].number: a_pdf("x")})
    take_archive_out(two_archives, 2, manager)
    depositing.deposit_more(
        publication=two_archives,
        archive=again,
        name="lot-3.zip",
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )
    work("publications")
    assert given_again(now(two_archives)) == 1

    take_archive_out(now(two_archives), 1, manager)

    assert given_again(now(two_archives)) == 0


def test_a_proposal_is_void_once_something_of_it_is_taken_out(two_archives, three, manager, head):
    publish(two_archives, manager, LATER)

    take_archive_out(now(two_archives), 1, manager)

    made = now(two_archives)
    assert (made.state, made.publish_at, made.proposed_by) == (
        PublicationState.PREPARING,
        None,
        None,
    )
    assert made.concerns is None
    publish(made, manager)
    approve(now(made), head)
    assert [bool(read(one, NOW)) for one in three] == [True, True, True]
    assert ["convocation" in read(one, NOW) for one in three] == [False, True, True]


@pytest.fixture(params=[200, 1], ids=["at once", "by parts"])
def _at_once(request, monkeypatch):
    """Go through so many lines at once."""
    monkeypatch.setattr(counting, "AT_ONCE", request.param)


@pytest.mark.usefixtures("_at_once")
def test_an_approval_is_void_and_nothing_is_read_at_its_instant(two_archives, three, manager, head):
    publish(two_archives, manager, LATER)
    approve(now(two_archives), head)
    while by_parts.go_on(str(two_archives.pk), at=NOW):
        pass
    assert now(two_archives).is_scheduled(NOW)

    take_out(now(two_archives), three[0], manager)

    made = now(two_archives)
    assert (made.state, made.decided_by) == (PublicationState.PREPARING, None)
    assert all("convocation" not in read(one, LATER + MINUTE) for one in three)
    [one] = mails("a retiré un document")
    assert (one.recipient, "proposé et approuvé" in one.body) == (head.email, True)
    while by_parts.go_on(str(made.pk), at=NOW):
        pass
    assert not DocumentVersion.objects.filter(
        publication_line__publication=made, published_at__isnull=False
    ).exists()
    publish(made, manager)
    approve(now(made), head)
    while by_parts.go_on(str(made.pk), at=NOW):
        pass
    assert ["convocation" in read(one, NOW) for one in three] == [False, True, True]


def test_one_that_was_held_back_and_made_anew_keeps_no_other_from_being_taken_out(
    two_archives, three, manager, head, allowed
):
    publish(two_archives, manager, LATER)
    approve(now(two_archives), head)
    hold_back(three[1].folder_id, at=NOW)
    anew = depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[1].pk),
        kind=CONVOCATION,
        content=a_pdf("anew"),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )

    take_out(now(two_archives), three[0], manager)

    assert (now(two_archives).state, now(anew).state) == (PublicationState.PREPARING,) * 2
    held, free = (line_of(two_archives, one).version for one in three[1:])
    assert (held.is_held_back, free.published_at) == (True, None)
    assert all("convocation" not in read(one, LATER + MINUTE) for one in three)


def test_what_one_person_decides_is_read_at_its_instant_but_what_was_taken_out(
    prepare, three, manager
):
    made = prepare()
    publish(made, manager, LATER)

    take_out(now(made), three[0], manager)

    assert now(made).is_scheduled(NOW)
    assert not read(three[0], LATER) & {made.kind}
    assert read(three[1], LATER) & {made.kind}
    tell(now(made), LATER)
    assert told() == ["bezier@exemple.test", "coeur@exemple.test"]
    # Whoever took it out knows: no mail says that it was refused for what has changed.
    assert not mails("n'est pas publié")


def test_of_what_is_to_come_the_last_document_leaves_nothing_to_publish(prepare, three, manager):
    made = prepare()
    publish(made, manager, LATER)

    for one in three:
        take_out(now(made), one, manager)

    assert now(made).state == PublicationState.PREPARING
    assert Publication.objects.refused_whole().filter(pk=made.pk).exists()


def test_what_is_read_is_taken_out_no_more(prepare, three, manager):
    made = prepare()
    publish(made, manager)

    with pytest.raises(AlreadyRead):
        take_out(now(made), three[0], manager)
    preparing.withdraw(publication=now(made), reason="Erreur", by=member(manager), at=NOW)
    with pytest.raises(AlreadyMoved):
        take_out(now(made), three[0], manager)


def test_it_is_taken_out_once(prepare, three, manager):
    made = prepare()
    take_out(made, three[0], manager)

    with pytest.raises(TakenOutAlready):
        take_out(made, three[0], manager)
    assert Entry.objects.filter(verb="document taken out").count() == 1


def test_an_archive_is_taken_out_once_by_who_deposited_it_and_not_while_files_are_read(
    two_archives, manager, head, allowed, three
):
    with pytest.raises(NotTheirOwn):
        take_archive_out(two_archives, 1, head)
    take_archive_out(two_archives, 1, manager)
    with pytest.raises(TakenOutAlready):
        take_archive_out(two_archives, 1, manager)
    depositing.deposit_more(
        publication=two_archives,
        archive=archive(**{three[0].number: a_pdf()}),
        name="lot-3.zip",
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )
    with pytest.raises(StillFilling):
        take_archive_out(two_archives, 2, manager)
