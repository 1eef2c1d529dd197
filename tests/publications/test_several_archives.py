"""One publication of several archives: nothing lost, nothing given twice, all of it told."""

from pathlib import Path

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.intake import pdf_checks
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.publications import archives, refusals
from sporades.publications.models import Publication
from sporades.publications.operations import counting, depositing, preparing
from sporades.publications.queries import given_again
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.numbers import UNKNOWN
from tests.documents.summaries import a_pdf
from tests.endurance.arena import first, together
from tests.factories import NOW
from tests.jobs import work
from tests.publications.doing import approve, member, publish, read
from tests.publications.test_at_once import locked
from tests.publications.zips import TABLE, archive, lines, zipped
from tests.spaces import plain

CONVOCATION = kinds.get("convocation")


@pytest.fixture
def deposit(manager, allowed):
    """Deposit a first archive, which nobody has read yet."""

    def deposited(content, name="lot-1.zip"):
        return depositing.deposit_many(
            kind=CONVOCATION,
            archive=content,
            name=name,
            reach=allowed,
            by=manager,
            author=member(manager),
            at=NOW,
        )

    return deposited


@pytest.fixture
def add(manager, allowed):
    """Add an archive, which nobody has read yet."""

    def added(made, content, name="lot-2.zip", by=manager, within=allowed):
        depositing.deposit_more(
            publication=made,
            archive=content,
            name=name,
            reach=within,
            by=by,
            author=member(by),
            at=NOW,
        )

    return added


def of(*registrations):
    """Return an archive of a document for each of these."""
    return archive(**{one.number: a_pdf(one.number) for one in registrations})


def given_before(which):
    return depositing.NOT_ADDED.format(f", par l'archive {which}")


def outcomes(made):
    """Return what became of each line, and in which archive it came."""
    return list(made.lines.order_by("pk").values_list("outcome", "archive", "why"))


def test_two_archives_are_one_publication_with_one_instant_and_one_approval(
    deposit, add, three, manager, head
):
    made = deposit(of(three[0]))
    work("publications")
    add(made, of(*three[1:]))
    work("publications")
    made.refresh_from_db()

    assert not made.is_filling
    assert made.archive_names == ["lot-1.zip", "lot-2.zip"]
    assert outcomes(made) == [("prepared", 1, ""), ("prepared", 2, ""), ("prepared", 2, "")]
    publish(made, manager)
    approve(made, head)
    assert Publication.objects.get().state == PublicationState.PUBLISHED
    assert [read(one, NOW) & {"convocation"} for one in three] == [{"convocation"}] * 3


def test_each_archive_is_told_once_it_is_read_and_noted_when_it_is_added(deposit, add, three):
    made = deposit(of(three[0]))
    work("publications")
    add(made, of(*three[1:]))
    work("publications")

    letters = Message.objects.filter(kind="publication_filled").order_by("pk")
    assert [plain(one.body).count("Archives lues : 2") for one in letters] == [0, 1]
    assert "Prêts à publier : 3" in plain(letters[1].body)
    noted = Entry.objects.get(verb="publication archive added")
    assert (noted.object_id, noted.payload["after"]["waiting"]) == (str(made.pk), 2)


def test_who_has_their_document_keeps_it_and_what_is_given_again_is_counted_and_no_refusal(
    deposit, add, three
):
    made = deposit(of(three[0]))
    work("publications")
    version = made.lines.get().version

    add(made, archive(**{three[0].number: a_pdf("autre"), three[1].number: a_pdf()}))
    work("publications")

    assert outcomes(made) == [("prepared", 1, ""), ("prepared", 2, "")]
    assert made.lines.get(registration=three[0]).version == version
    noted = Entry.objects.get(verb="publication archive added")
    assert noted.payload["after"]["given_again"] == 1
    made.refresh_from_db()
    assert given_again(made) == 1
    first, second = Message.objects.filter(kind="publication_filled").order_by("pk")
    assert "Donnés de nouveau" not in first.body
    assert "Refusés : 0" in plain(second.body)
    assert "(l'inscription garde son document) : 1\n" in plain(second.body)


def test_a_whole_export_that_is_given_again_once_mended_leaves_no_refusal(deposit, add, three):
    one, two, third = (each.number for each in three)
    table = lines((one, "a.pdf"), (two, "b.pdf"), (third, "c.pdf"))
    made = deposit(archive(table, a=a_pdf(), b=a_pdf(), c=b"MZ"))
    work("publications")
    assert made.counts()["refused"] == 1

    add(made, zipped({f"export/{name}.pdf": a_pdf() for name in "abc"} | {TABLE: table.encode()}))
    work("publications")

    assert outcomes(made) == [("prepared", 1, ""), ("prepared", 1, ""), ("prepared", 2, "")]
    made.refresh_from_db()
    assert given_again(made) == 2


def test_another_file_for_a_number_that_has_its_document_is_refused_once(deposit, add, three):
    one, two, third = (each.number for each in three)
    made = deposit(archive(lines((one, "a.pdf")), a=a_pdf()))
    work("publications")
    for name, number in (("lot-2.zip", two), ("lot-3.zip", third)):
        table = lines((one, "b.pdf"), (number, f"{number}.pdf"))
        add(made, archive(table, b=a_pdf(), **{number: a_pdf()}), name)
        work("publications")
        made.refresh_from_db()

    assert outcomes(made) == [
        ("prepared", 1, ""),
        ("refused", 2, given_before("n°1 (lot-1.zip)")),
        ("prepared", 2, ""),
        ("prepared", 3, ""),
    ]
    assert given_again(made) == 1


def test_what_was_refused_is_so_no_more_once_another_archive_gives_it(deposit, add, three):
    one, two, third = (each.number for each in three)
    said = lines((one, "a.pdf"), (two, "b.pdf"), (third, "c.pdf"), (third, "d.pdf"), ("?", "e.pdf"))
    made = deposit(archive(said, **dict.fromkeys("acde", a_pdf()), b=b"MZ"))
    work("publications")
    assert made.counts()["refused"] == 4

    add(made, archive(lines((two, "b.pdf"), (third, "c.pdf")), b=a_pdf(), c=b"MZ"))
    work("publications")

    assert outcomes(made) == [
        ("prepared", 1, ""),
        ("refused", 1, depositing.TWICE),
        ("refused", 1, depositing.TWICE),
        ("refused", 1, UNKNOWN),
        ("prepared", 2, ""),
        ("refused", 2, pdf_checks.NotAPdf.message),
    ]


def test_a_refusal_without_a_registration_is_forgotten_once_its_file_is_taken(deposit, add, three):
    one, two, third = (each.number for each in three)
    table = lines((one, "a.pdf"), ("?", "b.pdf"), ("!", "d.pdf"))
    made = deposit(archive(table, **dict.fromkeys("abcd", a_pdf())))
    work("publications")
    assert [why for _, _, why in outcomes(made)] == ["", UNKNOWN, UNKNOWN, archives.UNNAMED]

    add(made, archive(lines((two, "b.pdf"), (third, "c.pdf")), b=a_pdf(), c=a_pdf()))
    work("publications")

    assert outcomes(made) == [
        ("prepared", 1, ""),
        ("refused", 1, UNKNOWN),
        ("prepared", 2, ""),
        ("prepared", 2, ""),
    ]
    assert made.lines.get(outcome="refused").file_name == "d.pdf"
    last = Message.objects.filter(kind="publication_filled").latest("pk")
    assert "Refusés : 1" in plain(last.body)


def test_a_refusal_of_a_number_that_was_out_of_reach_is_forgotten_once_it_has_its_document(
    deposit, add, three
):
    Registration.objects.filter(pk=three[1].pk).update(academy="A25")
    made = deposit(archive(lines((three[1].number, "b.pdf")), b=a_pdf()))
    work("publications")
    assert outcomes(made) == [("refused", 1, UNKNOWN)]
    Registration.objects.filter(pk=three[1].pk).update(academy=three[1].academy)

    said = f" {three[1].number[:5]} {three[1].number[5:]}"
    add(made, archive(lines((said, "autre.pdf")), autre=a_pdf()))
    work("publications")

    assert outcomes(made) == [("prepared", 2, "")]


def test_a_refusal_stays_where_the_file_that_would_mend_it_is_refused_too(deposit, add, three):
    made = deposit(archive(lines(("?", "b.pdf")), b=a_pdf()))
    work("publications")

    add(made, archive(lines((three[1].number, "b.pdf")), b=b"MZ"))
    work("publications")

    assert outcomes(made) == [("refused", 1, UNKNOWN), ("refused", 2, pdf_checks.NotAPdf.message)]


def test_where_archives_name_the_files_of_two_persons_alike_a_name_forgets_no_refusal(
    deposit, add, three
):
    one, two, third = (each.number for each in three)
    made = deposit(archive(lines((one, "1.pdf"), ("?", "2.pdf")), **{"1": a_pdf(), "2": a_pdf()}))
    work("publications")

    second = lines((two, "1.pdf"), (third, "2.pdf"))
    add(made, archive(second, **{"1": a_pdf(), "2": a_pdf()}))
    work("publications")

    assert outcomes(made) == [
        ("prepared", 1, ""),
        ("refused", 1, UNKNOWN),
        ("prepared", 2, ""),
        ("prepared", 2, ""),
    ]


@pytest.mark.django_db(transaction=True)
def test_an_archive_that_is_added_again_brings_nothing_and_leaves_nothing(
    deposit, add, three, kept
):
    made = deposit(of(*three))
    work("publications")
    before = outcomes(made)
    papers = sorted(Path(one.version.content["file"]).name for one in made.lines.all())

    with pytest.raises(refusals.NothingNew):
        add(made, of(*three), "lot-1.zip")

    made.refresh_from_db()
    assert (outcomes(made), made.archive_names) == (before, ["lot-1.zip"])
    assert not made.is_filling
    assert sorted(kept()) == papers


@pytest.mark.django_db(transaction=True)
def test_nothing_is_kept_of_what_is_no_archive(deposit, add, three, kept):
    made = deposit(of(three[0]))
    work("publications")
    papers = kept()

    with pytest.raises(archives.NotAnArchive):
        add(made, b"rien")

    assert kept() == papers


def test_an_archive_waits_until_the_one_before_is_read(deposit, add, three):
    made = deposit(of(three[0]))

    with pytest.raises(refusals.StillFilling):
        add(made, of(three[1]))

    assert made.lines.count() == 1


@pytest.mark.usefixtures("head")
def test_nothing_is_added_to_what_is_proposed(deposit, add, three, manager):
    made = deposit(of(three[0]))
    work("publications")
    publish(made, manager)

    with pytest.raises(refusals.NotInPreparation):
        add(made, of(three[1]))


def test_nobody_adds_to_what_another_has_deposited(deposit, add, three, head):
    made = deposit(of(three[0]))
    work("publications")
    theirs = reach(head.memberships.all(), Permission.PREPARE_DOCUMENTS)

    with pytest.raises(refusals.NotTheirOwn):
        add(made, of(three[1]), by=head, within=theirs)


def test_no_archive_is_added_to_what_the_service_makes_itself(prepare, add, three):
    with pytest.raises(refusals.NotTheirOwn):
        add(prepare(), of(three[0]))


def test_who_reaches_more_than_before_adds_nothing_that_their_readers_might_not_read(
    deposit, add, three, manager
):
    made = deposit(of(three[0]))
    work("publications")
    manager.memberships.update(academies=["A09", "A25"])
    wider = reach(manager.memberships.all(), Permission.PREPARE_DOCUMENTS)

    with pytest.raises(refusals.WiderNow):
        add(made, of(three[1]), within=wider)


def test_a_publication_has_so_many_lines_and_no_more(deposit, add, three, monkeypatch):
    monkeypatch.setattr(depositing, "MOST_LINES", 2)
    made = deposit(of(three[0]))
    work("publications")

    with pytest.raises(refusals.TooMany):
        add(made, of(*three[1:]))
    add(made, of(*three[:2]))  # what is given again counts for nothing
    assert made.lines.count() == 2


def test_what_began_before_archives_were_counted_has_a_first_one(deposit, add, three):
    made = deposit(of(three[0]))
    made.lines.update(archive=None)
    Publication.objects.update(archive_names=[])
    work("publications")
    assert made.counts()["prepared"] == 1

    add(made, of(*three[:2]))
    work("publications")

    made.refresh_from_db()
    assert made.archive_names == ["", "lot-2.zip"]
    assert outcomes(made) == [("prepared", None, ""), ("prepared", 2, "")]
    assert given_again(made) == 1


def test_a_role_that_has_ended_refuses_the_files_of_the_next_archive_alone(
    deposit, add, three, manager
):
    made = deposit(of(three[0]))
    work("publications")
    add(made, of(three[1]))
    manager.memberships.update(role=Membership.Role.AUDITOR)
    work("publications")

    assert outcomes(made) == [("prepared", 1, ""), ("refused", 2, depositing.ROLE_ENDED)]


def test_what_is_dropped_while_a_second_archive_waits_leaves_nothing(deposit, add, three, manager):
    made = deposit(of(three[0]))
    work("publications")
    add(made, of(three[1]))

    preparing.drop(publication=made, by=member(manager), at=NOW)
    work("publications")

    assert not made.lines.exists()
    assert not DocumentVersion.objects.filter(document__kind=CONVOCATION.slug).exists()


def test_a_job_that_reads_what_is_dropped_meanwhile_refuses_none_of_its_lines(
    deposit, three, manager, monkeypatch
):
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    made = deposit(of(*three))
    read_before = Publication.objects.select_related("asked_by").get(pk=made.pk)
    waiting = list(made.lines.order_by("pk"))
    preparing.drop(publication=made, by=member(manager), at=NOW)

    with pytest.raises(refusals.NotInPreparation):
        depositing._take_all(read_before, waiting, at=NOW)

    # They go with it, some at a time.
    assert {outcome for outcome, *_ in outcomes(made)} == {"waiting"}


# --- At once ---------------------------------------------------------------------------------


@pytest.fixture
def begun(transactional_db, deposit, three):
    """Deposit a first archive, and read it."""
    made = deposit(of(three[0]))
    depositing.fill(str(made.pk), at=NOW)
    return made


def test_of_an_archive_that_is_added_twice_at_once_one_is_taken(begun, add, three):
    outcomes_of_both = together(*[lambda: add(begun, of(*three[1:]))] * 2)

    assert sorted(type(one).__name__ for one in outcomes_of_both) == ["NoneType", "StillFilling"]
    while depositing.fill(str(begun.pk), at=NOW):
        pass
    assert begun.counts()["prepared"] == 3
    assert DocumentVersion.objects.filter(document__kind=CONVOCATION.slug).count() == 3


@pytest.mark.parametrize(
    "act",
    [publish, lambda made, user: preparing.drop(publication=made, by=member(user), at=NOW)],
    ids=["proposed", "dropped"],
)
@pytest.mark.usefixtures("head")
def test_nothing_is_added_to_what_is_meanwhile(act, begun, add, three, manager):
    done = first(
        lambda holds: locked(begun, holds, lambda: act(begun, manager)),
        lambda: add(begun, of(three[1])),
    )

    assert done[0] is None
    assert isinstance(done[1], refusals.NotInPreparation)
    assert not begun.lines.filter(registration=three[1]).exists()
