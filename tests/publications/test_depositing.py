"""What comes from outside: one PDF, or an archive of thousands with its table."""

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from django.db import transaction

from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.registrations import leaving
from sporades.core import files, seal
from sporades.core.french import day_in_words
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import AlreadyPrepared, Lost, printed
from sporades.documents.queries import replaced_in
from sporades.intake import pdf_checks, reading
from sporades.mail.models import Message
from sporades.publications import archives, deposited, refusals
from sporades.publications.models import Publication
from sporades.publications.operations import deciding, depositing, preparing
from sporades.publications.queries import (
    missed_lines,
    remarks_on,
)
from sporades.publications.refusals import NOT_STANDING, STANDS_NO_MORE, DecidedInItsFile
from sporades.publications.states import PublicationState
from sporades.registrations.models import Registration
from sporades.registrations.numbers import UNKNOWN
from sporades.registrations.receipt import against_of, named
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import MANAGER, case_of, reach
from tests.documents.summaries import a_pdf
from tests.factories import NOW, a_candidate, a_registration, author
from tests.intake import pdfs
from tests.jobs import work
from tests.publications.doing import DECISION, approve, publish, read
from tests.publications.zips import archive, lines
from tests.refusing import refuse
from tests.web.office.test_deciding import decide

NOTICE = kinds.get("notification-amenagement")


@pytest.fixture
def one(three):
    """Return a registration, whole."""
    return Registration.objects.whole().get(pk=three[0].pk)


@pytest.fixture
def deposit_one(manager, allowed, one):
    """Deposit a PDF for a registration."""

    def deposited(content, kind=NOTICE, registration=one):
        return depositing.deposit_one(
            registration=registration,
            kind=kind,
            decision=DECISION if kind.is_decision else None,
            content=content,
            reach=allowed,
            by=manager,
            author=allowed.perimeters[0].member,
            at=NOW,
        )

    return deposited


@pytest.fixture
def deposit_many(manager, allowed):
    """Deposit an archive, and read it."""

    def deposited(content, kind=NOTICE):
        made = depositing.deposit_many(
            kind=kind,
            decision=DECISION if kind.is_decision else None,
            archive=content,
            reach=allowed,
            by=manager,
            author=allowed.perimeters[0].member,
            at=NOW,
        )
        work("publications")
        made.refresh_from_db()
        return made

    return deposited


def test_an_archive_says_of_how_many_documents_a_screen_reader_reads_nothing(deposit_many, three):
    table = lines(*((one.number, f"{name}.pdf") for one, name in zip(three, "abc", strict=True)))

    made = deposit_many(archive(table, a=a_pdf(), b=a_pdf(), c=pdfs.spoken()))

    assert remarks_on(made.lines.all()).unheard == [(deposited.SILENT, 2)]


def of(*said):
    """Return a PDF with text and tags, that says this."""

    def speak(pdf):
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        lines = b" T* ".join(b"(%s) Tj" % line.encode("cp1252") for line in said)
        pdf.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        pdf.pages[0].Contents = pdf.make_stream(b"BT /F1 12 Tf 14 TL 72 720 Td %s ET" % lines)
        pdf.Root.MarkInfo = pikepdf.Dictionary(Marked=True)
        pdf.Root.StructTreeRoot = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot)

    return pdfs.changed(speak)


def test_a_table_that_is_shifted_by_a_line_gives_nobody_the_paper_of_another(deposit_many, three):
    papers = {f"f{place}": of(f"Inscription {one.number}") for place, one in enumerate(three)}
    right = lines(*((one.number, f"f{place}.pdf") for place, one in enumerate(three)))
    shifted = lines(*((one.number, f"f{(place + 1) % 3}.pdf") for place, one in enumerate(three)))

    assert outcomes(deposit_many(archive(shifted, **papers))) == [
        ("refused", refusals.OfAnother.message)
    ] * len(three)
    made = deposit_many(archive(right, **papers))
    assert (outcomes(made), remarks_on(made.lines.all()).unnamed) == ([("prepared", "")] * 3, 0)


def said_of(one):
    identity = one.identity
    return {
        "number": [f"N° {one.number[:2]} {one.number[2:5]} {one.number[5:8]} {one.number[8:]}"],
        "candidate": [f"Candidat {one.candidate.number}"],
        "names": [identity.birth_name.upper(), f"Prénom : {identity.first_names.split()[0]}"],
        "family alone": [identity.birth_name],
        "nothing": ["Convocation aux épreuves"],
    }


@pytest.mark.parametrize(
    ("which", "is_unnamed"),
    [
        ("number", False),
        ("candidate", False),
        ("names", False),
        ("family alone", True),
        ("nothing", True),
    ],
)
def test_a_paper_says_whose_it_is_by_a_number_or_by_a_name_and_a_first_name(
    deposit_one, one, which, is_unnamed
):
    made = deposit_one(of(*said_of(one)[which]))

    assert made.lines.get().version.is_unnamed is is_unnamed


def test_a_paper_that_names_its_candidate_may_name_others_too(deposit_one, one, three):
    made = deposit_one(of(f"{one.number} et {three[1].number}"))

    assert remarks_on(made.lines.all()).unnamed == 0


@pytest.mark.parametrize(
    ("named", "refused"), [("Marie", True), ("Marie-Claire", False)], ids=["neighbour", "homonym"]
)
def test_the_paper_of_a_neighbour_in_the_list_is_not_taken_by_its_names(
    deposit_one, three, named, refused
):
    her = a_registration(a_candidate(first_names="Marie-Claire Anne"))
    paper = of(f"{named} {her.identity.birth_name}, inscription {three[1].number}")
    fresh = Registration.objects.whole().get(pk=her.pk)

    with pytest.raises(refusals.OfAnother) if refused else nullcontext():
        made = deposit_one(paper, registration=fresh)
        assert remarks_on(made.lines.all()).namesakes == 1


@pytest.mark.parametrize(
    ("says", "unnamed", "namesakes"),
    [("Relevé de Rakotomalala", 0, 0), ("Relevé de Rakotomalala, {}", 0, 1), ("Relevé", 1, 0)],
    ids=["named", "with the number of another", "unnamed"],
)
def test_a_paper_names_by_it_whoever_has_one_name_alone(
    deposit_one, three, says, unnamed, namesakes
):
    alone = a_registration(a_candidate(birth_name="Rakotomalala", first_names=""))
    fresh = Registration.objects.whole().get(pk=alone.pk)

    made = deposit_one(of(says.format(three[1].number)), registration=fresh)

    remarks = remarks_on(made.lines.all())
    assert (remarks.unnamed, remarks.namesakes) == (unnamed, namesakes)


@pytest.mark.usefixtures("invented_exam")
@pytest.mark.parametrize(
    "say",
    [
        lambda one: f"candidat {one.candidate.number}",
        lambda one: f"inscription {one.number}",
        lambda one: f"né le {one.identity.born_in_digits}",
        lambda one: f"né le {day_in_words(one.identity.birth_date)}",
    ],
    ids=["candidate", "registration", "birth", "birth in words"],
)
def test_of_two_homonyms_who_are_exchanged_each_is_told(deposit_many, say):
    both = {"birth_name": "Martin", "first_names": "Lucas"}
    keys = [a_registration(a_candidate(**both, birth_day=day)).pk for day in (3, 17)]
    first, second = Registration.objects.whole().filter(pk__in=keys).order_by("pk")
    papers = {
        name: of("CONVOCATION", "MARTIN Lucas", say(one), "épreuve du 2 juin 2027")
        for name, one in (("un", first), ("deux", second))
    }

    exchanged = lines((first.number, "deux.pdf"), (second.number, "un.pdf"))
    made = deposit_many(archive(exchanged, **papers))
    assert (outcomes(made), remarks_on(made.lines.all()).namesakes) == ([("prepared", "")] * 2, 2)
    assert remarks_on(made.lines.all()).unnamed == 0

    right = lines((first.number, "un.pdf"), (second.number, "deux.pdf"))
    made = deposit_many(archive(right, **papers), kind=kinds.get("convocation"))
    assert (outcomes(made), remarks_on(made.lines.all()).namesakes) == ([("prepared", "")] * 2, 0)


def test_the_paper_of_another_candidate_is_not_deposited_for_one(deposit_one, three):
    other = Registration.objects.whole().get(pk=three[1].pk)

    with pytest.raises(refusals.OfAnother):
        deposit_one(of(f"Candidat {other.candidate.number}"))


def test_another_number_of_the_same_person_is_theirs(deposit_one, one):
    leaving.withdraw(registration=one, by=author(one.candidate), at=NOW)
    again = a_registration(one.candidate)

    made = deposit_one(
        of(f"Inscription {one.number}"),
        registration=Registration.objects.whole().get(pk=again.pk),
    )

    assert remarks_on(made.lines.all()).unnamed == 0


def test_the_paper_of_another_is_not_deposited_for_one(deposit_one, three, kept):
    with pytest.raises(refusals.OfAnother):
        deposit_one(of(f"Inscription {three[1].number}"))

    assert kept() == []


def test_what_is_only_an_image_says_of_nobody_whose_it_is(deposit_one):
    assert remarks_on(deposit_one(a_pdf()).lines.all()).unnamed == 1


def outcomes(made):
    """Return what became of each line."""
    return list(made.lines.order_by("pk").values_list("outcome", "why"))


@pytest.fixture(params=[True, False], ids=["proposed", "prepared"])
def deposited_notice(request, head, deposit_one, manager):
    """Deposit a decision on accommodations, which waits for its second person or is not proposed yet."""
    made = deposit_one(a_pdf())
    if request.param:
        publish(made, manager)
    made.refresh_from_db()
    return made


@pytest.mark.parametrize("state", [State.PREPARING, State.NOTIFIED, State.WITHDRAWN])
def test_a_decision_on_accommodations_is_not_published_beside_what_was_asked_here_since(
    deposited_notice, one, manager, head, state
):
    reach(one, state)
    is_refused = state != State.WITHDRAWN

    with pytest.raises(refusals.NothingHolds) if is_refused else nullcontext():
        if deposited_notice.state == PublicationState.PREPARING:
            publish(deposited_notice, manager)
        approve(deposited_notice, head)

    assert (NOTICE.slug in read(one, NOW)) is not is_refused
    if is_refused:
        assert outcomes(deposited_notice) == [("refused", refusals.ASKED_SINCE)]


@pytest.mark.parametrize("kind", [NOTICE, kinds.get("convocation")], ids=lambda kind: kind.slug)
def test_a_decision_that_another_replaces_is_still_read_by_its_holder(
    deposit_one, one, manager, head, kind
):
    for _ in range(2):
        made = deposit_one(a_pdf(), kind)
        publish(made, manager)
        approve(made, head)

    former = replaced_in(one.folder_id, NOW)

    assert [(version.document.kind, version.number) for version in former] == (
        [(NOTICE.slug, 1)] if kind.is_decision else []
    )


# --- One -------------------------------------------------------------------------------------


def test_a_deposited_pdf_is_given_as_it_came_and_says_how_many_pages_it_has(deposit_one):
    content = a_pdf(pages=3)
    version = deposit_one(content).lines.get().version

    assert printed(version) == content
    assert version.content["pages"] == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"MZ\x90", pdf_checks.NotAPdf),
        (b"%PDF-1.7" + bytes(reading.LARGEST), reading.TooLarge),
        (pdfs.locked(), pdf_checks.Locked),
        (pdfs.active("attached"), pdf_checks.Acts),
    ],
    ids=["program", "large", "locked", "attached"],
)
def test_what_is_no_plain_pdf_is_refused_and_leaves_nothing(deposit_one, kept, content, refusal):
    with pytest.raises(refusal):
        deposit_one(content)

    assert not Publication.objects.exists()
    assert not DocumentVersion.objects.filter(document__kind=NOTICE.slug).exists()
    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_what_takes_no_seal_is_refused_where_it_is_deposited(deposit_one, kept, monkeypatch):
    monkeypatch.setattr(seal, "stands_on", lambda _: False)

    with pytest.raises(pdf_checks.Damaged):
        deposit_one(a_pdf())

    assert not Publication.objects.exists()
    assert kept() == []


def test_a_decision_on_accommodations_does_not_stand_beside_a_request(deposit_one, one, kept):
    reach(one, State.ASKED)
    with pytest.raises(DecidedInItsFile):
        deposit_one(a_pdf())
    assert kept() == []
    assert deposit_one(a_pdf(), kinds.get("convocation"))

    accommodating.withdraw(case=case_of(one), by=MANAGER, at=NOW)
    assert deposit_one(a_pdf())


def test_a_signature_that_lets_nothing_be_added_is_told_as_such(deposit_one, kept, monkeypatch):
    def certified(_):
        raise seal.Certified

    monkeypatch.setattr(seal, "stands_on", certified)

    with pytest.raises(pdf_checks.Certified):
        deposit_one(a_pdf())
    assert kept() == []


def test_a_file_of_an_archive_that_takes_no_seal_is_refused_at_its_line(
    deposit_many, three, monkeypatch
):
    monkeypatch.setattr(seal, "stands_on", lambda content: content != a_pdf("deux"))
    first, second, _ = (one.number for one in three)

    made = deposit_many(archive(**{first: a_pdf("un"), second: a_pdf("deux")}))

    assert outcomes(made) == [("prepared", ""), ("refused", pdf_checks.Damaged.message)]


@pytest.mark.parametrize("is_filled", [True, False], ids=["once it is read", "dropped before"])
def test_an_archive_whose_reader_is_killed_once_its_row_is_empty_leaves_by_a_job(
    manager, allowed, one, kept, is_filled
):
    by = allowed.perimeters[0].member
    made = depositing.deposit_many(
        kind=NOTICE,
        archive=archive(**{one.number: a_pdf()}),
        name="lot-1.zip",
        decision=DECISION,
        reach=allowed,
        by=manager,
        author=by,
        at=NOW,
    )
    if is_filled:
        work("publications")
    else:
        preparing.drop(publication=made, by=by, at=NOW)
    assert Publication.objects.get().archive_key == ""
    assert [name for name in kept() if name.endswith(".zip")]

    work("core")

    assert [name for name in kept() if name.endswith(".zip")] == []


def test_a_document_that_is_dropped_leaves_by_a_job_where_that_is_killed(
    deposit_one, allowed, kept
):
    made = deposit_one(a_pdf())
    assert len(kept()) == 1

    preparing.drop(publication=made, by=allowed.perimeters[0].member, at=NOW)

    assert not DocumentVersion.objects.filter(document__kind=NOTICE.slug).exists()
    assert len(kept()) == 1
    work("core")
    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_a_deposit_that_is_refused_leaves_no_file(deposit_one, kept):
    key = deposit_one(a_pdf()).lines.get().version.content["file"]

    with pytest.raises(AlreadyPrepared):
        deposit_one(a_pdf())

    assert kept() == [Path(key).name]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_deposited_inside_what_might_be_undone(deposit_one, kept, one):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        deposit_one(a_pdf())

    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_what_is_dropped_leaves_no_file(deposit_one, manager):
    made = deposit_one(a_pdf())
    key = made.lines.get().version.content["file"]

    preparing.drop(publication=made, by=manager.memberships.get().as_actor(), at=NOW)

    with pytest.raises(files.Missing):
        files.get(key)


def test_a_deposited_file_that_is_lost_is_said_to_be(deposit_one):
    version = deposit_one(a_pdf()).lines.get().version
    files.forget(version.content["file"])

    with pytest.raises(Lost):
        printed(version)


# --- Many ------------------------------------------------------------------------------------


def test_files_named_by_numbers_need_no_table(deposit_many, three):
    made = deposit_many(archive(**{one.number: a_pdf(one.number) for one in three}))

    assert outcomes(made) == [("prepared", "")] * 3
    assert not made.is_filling
    for one in three:
        assert printed(made.lines.get(registration=one).version) == a_pdf(one.number)
    assert Message.objects.filter(kind="publication_filled").count() == 1


def test_what_nobody_foresaw_is_refused_at_its_line_and_the_others_are_taken(
    deposit_many, three, caplog
):
    refuse("documents_document", three[0].folder_id, "folder_id")

    made = deposit_many(archive(**{one.number: a_pdf(one.number) for one in three}))

    assert outcomes(made) == [
        ("refused", depositing.OUR_FAULT),
        ("prepared", ""),
        ("prepared", ""),
    ]
    assert not made.is_filling
    assert Message.objects.filter(kind="publication_filled").count() == 1
    assert f"of publication {made.pk} cannot be taken" in caplog.text


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_table_says_whose_each_file_is(deposit_many, three, separator, encoding):
    said = lines((three[0].number, "été.pdf"), (three[1].number, "b.pdf"), separator=separator)

    made = deposit_many(archive(said, encoding, été=a_pdf("un"), b=a_pdf("deux")))

    assert outcomes(made) == [("prepared", "")] * 2
    assert printed(made.lines.get(registration=three[0]).version) == a_pdf("un")


def test_each_line_that_cannot_be_is_refused_at_its_place(deposit_many, three):
    elsewhere = a_registration(
        a_candidate(email="ailleurs@exemple.test"),
        academy="A25",
        identification={"postcode": "78000", "town": "Versailles"},
    )
    first, second, third = (one.number for one in three)
    said = lines(
        (first, "a.pdf"),
        (second, "absent.pdf"),
        (third, "faux.pdf"),
        (elsewhere.number, "b.pdf"),
        ("20999999993", "c.pdf"),
        ("=1+1", "d.pdf"),
    )

    made = deposit_many(
        archive(said, a=a_pdf(), faux=b"MZ", **dict.fromkeys(("b", "c", "d"), a_pdf()))
    )

    assert outcomes(made) == [
        ("prepared", ""),
        ("refused", archives.NO_FILE),
        ("refused", str(pdf_checks.NotAPdf())),
        ("refused", UNKNOWN),
        ("refused", UNKNOWN),
        ("refused", UNKNOWN),
    ]


def test_who_counted_no_more_until_it_was_proposed_is_named_among_those_who_have_none(
    deposit_many, three, manager, head
):
    decide(three[0], SET_ASIDE, "Condition non remplie.")
    made = deposit_many(archive(**{one.number: a_pdf(one.number) for one in three}))
    decide(three[1], SET_ASIDE, "Condition non remplie.")
    publish(made, manager)
    for one in three[:2]:
        decide(one, RESTORE)

    missed = [[line.why for line in missed_lines(one)] for one in three]

    assert made.state != PublicationState.PUBLISHED
    assert missed == [[NOT_STANDING], [STANDS_NO_MORE], []]


def test_a_number_given_twice_has_neither_file(deposit_many, three):
    said = lines((three[0].number, "a.pdf"), (f" {three[0].number} ", "b.pdf"))

    made = deposit_many(archive(said, a=a_pdf("un"), b=a_pdf("deux")))

    assert outcomes(made) == [("refused", depositing.TWICE)] * 2


def test_a_file_that_swells_is_refused_at_its_line(deposit_many, three):
    said = lines((three[0].number, "a.pdf"))
    made = deposit_many(archive(said, a=b"%PDF-" + bytes(50_000_000)))

    assert outcomes(made) == [("refused", str(reading.TooLarge()))]


def test_a_million_empty_lines_are_no_lines(deposit_many, three):
    said = lines((three[0].number, "a.pdf")) + ";\r\n" * 600_000

    made = deposit_many(archive(said, a=a_pdf()))

    assert outcomes(made) == [("prepared", "")]


def test_one_file_given_to_two_persons_goes_to_neither(deposit_many, three):
    said = lines((three[0].number, "a.pdf"), (three[1].number, "A.PDF"), (three[2].number, "b.pdf"))

    made = deposit_many(archive(said, a=a_pdf(), b=a_pdf()))

    assert outcomes(made) == [
        ("refused", archives.FILE_TWICE),
        ("refused", archives.FILE_TWICE),
        ("prepared", ""),
    ]


def test_a_number_written_two_ways_is_given_twice(deposit_many, three):
    Registration.objects.filter(pk=three[0].pk).update(number="AB12")
    said = lines(("AB12", "a.pdf"), ("ab\u202f1 2", "b.pdf"), (three[1].number, "c.pdf"))

    made = deposit_many(archive(said, a=a_pdf(), b=a_pdf(), c=a_pdf()))

    assert outcomes(made) == [
        ("refused", depositing.TWICE),
        ("refused", depositing.TWICE),
        ("prepared", ""),
    ]


def test_a_number_is_read_in_its_one_form(deposit_many, three):
    Registration.objects.filter(pk=three[0].pk).update(number="AB12")

    made = deposit_many(archive(lines((" ab\u00a012 ", "a.pdf")), a=a_pdf()))

    assert outcomes(made) == [("prepared", "")]


@pytest.mark.django_db(transaction=True)
def test_of_an_archive_there_stay_its_papers_alone(deposit_many, three, kept):
    said = lines((three[0].number, "a.pdf"), (three[1].number, "faux.pdf"))

    made = deposit_many(archive(said, a=a_pdf(), faux=b"MZ"))

    paper = made.lines.get(outcome="prepared").version.content["file"]
    assert kept() == [Path(paper).name]


def test_an_archive_that_is_lost_is_said_to_be_at_each_line_that_waits(allowed, manager, three):
    made = depositing.deposit_many(
        kind=NOTICE,
        decision=DECISION,
        archive=archive(**{one.number: a_pdf() for one in three}),
        reach=allowed,
        by=manager,
        author=allowed.perimeters[0].member,
        at=NOW,
    )
    files.forget(made.archive_key)
    work("publications")

    assert outcomes(made) == [("refused", depositing.ARCHIVE_LOST)] * 3
    made.refresh_from_db()
    assert not made.is_filling


def test_nothing_is_published_while_files_are_read(manager, allowed, three):
    made = depositing.deposit_many(
        kind=NOTICE,
        decision=DECISION,
        archive=archive(**{three[0].number: a_pdf()}),
        reach=allowed,
        by=manager,
        author=allowed.perimeters[0].member,
        at=NOW,
    )

    with pytest.raises(refusals.StillFilling):
        deciding.publish(
            publication=made,
            instant=None,
            user=manager,
            by=allowed.perimeters[0].member,
            at=NOW,
        )


def test_a_role_that_ends_while_files_are_read_refuses_the_others(manager, allowed, three):
    made = depositing.deposit_many(
        kind=NOTICE,
        decision=DECISION,
        archive=archive(**{three[0].number: a_pdf()}),
        reach=allowed,
        by=manager,
        author=allowed.perimeters[0].member,
        at=NOW,
    )
    manager.memberships.update(role="auditor")
    work("publications")

    assert outcomes(made) == [("refused", depositing.ROLE_ENDED)]


def test_what_is_dropped_while_files_wait_is_not_read(manager, allowed, three):
    by = allowed.perimeters[0].member
    made = depositing.deposit_many(
        kind=NOTICE,
        decision=DECISION,
        archive=archive(**{three[0].number: a_pdf()}),
        reach=allowed,
        by=manager,
        author=by,
        at=NOW,
    )
    preparing.drop(publication=made, by=by, at=NOW)
    work("publications")

    assert not made.lines.exists()
    assert not DocumentVersion.objects.filter(document__kind=NOTICE.slug).exists()


# --- Decisions (L-03) -------------------------------------------------------------------------


def test_a_decision_is_deposited_with_its_author_and_its_appeals(deposit_one, one):
    made = deposit_one(a_pdf())

    said = made.lines.get().version.content["decision"]
    assert said == [
        (
            "Décision prise par : Solène Marchal, cheffe de la division des examens, "
            f"{named(one.service)}."
        ),
        *against_of(one),
    ]
    assert len(said) == 2


def test_a_decision_of_nobody_is_neither_deposited_nor_published(
    deposit_one, manager, allowed, one
):
    by = allowed.perimeters[0].member
    with pytest.raises(refusals.DecisionUnsaid):
        depositing.deposit_one(
            registration=one,
            kind=NOTICE,
            content=a_pdf(),
            reach=allowed,
            by=manager,
            author=by,
            at=NOW,
        )
    assert not Publication.objects.exists()

    made = deposit_one(a_pdf())
    Publication.objects.update(taken_by="", taken_as="")
    with pytest.raises(refusals.DecisionUnsaid):
        deciding.publish(publication=made, instant=None, user=manager, by=by, at=NOW)


def test_a_decision_says_its_own_appeals_where_somebody_writes_them(manager, allowed, one):
    made = depositing.deposit_one(
        registration=one,
        kind=NOTICE,
        decision=replace(DECISION, appeal="Recours devant le tribunal dans les deux mois."),
        content=a_pdf(),
        reach=allowed,
        by=manager,
        author=allowed.perimeters[0].member,
        at=NOW,
    )

    assert made.lines.get().version.content["decision"][1:] == [
        "Recours devant le tribunal dans les deux mois."
    ]


def test_a_decision_whose_appeals_nobody_says_is_refused(
    deposit_one, deposit_many, one, monkeypatch
):
    monkeypatch.setattr(deposited, "against_of", lambda _: [])

    with pytest.raises(refusals.NoAppeal):
        deposit_one(a_pdf())
    made = deposit_many(archive(**{one.number: a_pdf()}))

    assert outcomes(made) == [("refused", refusals.NoAppeal.message)]


def test_a_document_that_decides_nothing_names_nobody(deposit_one):
    made = deposit_one(a_pdf(), kinds.get("attestation"))

    assert made.lines.get().version.content["decision"] == []
