"""What comes from outside: one PDF, or an archive of thousands with its table."""

import io
import zipfile

import pikepdf
import pytest

from sporades.core import files, pdf_checks
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import Lost, printed
from sporades.mail.models import Message
from sporades.publications import depositing, operations
from sporades.publications.models import Publication
from sporades.registrations.models import Registration
from tests.documents.summaries import a_pdf
from tests.factories import NOW, a_candidate, a_registration
from tests.jobs import work

NOTICE = kinds.get("notification-amenagement")
TABLE = "tableau.csv"


def archive(table=None, encoding="utf-8", **papers):
    """Return a ZIP of papers, « a » standing for « a.pdf », and of a table."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in papers.items():
            file.writestr(f"{name}.pdf", content)
        if table is not None:
            file.writestr(TABLE, table.encode(encoding))
    return made.getvalue()


def lines(*pairs, separator=";"):
    """Return a table."""
    titles = ("N° Inscription", "Fichier")
    return "\r\n".join(separator.join(one) for one in (titles, *pairs)) + "\r\n"


@pytest.fixture
def one(three):
    """Return a registration, whole."""
    return Registration.objects.whole().get(pk=three[0].pk)


@pytest.fixture
def deposit_one(manager, allowed, one):
    """Deposit a PDF for a registration."""

    def deposited(content, kind=NOTICE):
        return depositing.deposit_one(
            registration=one,
            kind=kind,
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


def outcomes(made):
    """Return what became of each line."""
    return list(made.lines.order_by("pk").values_list("outcome", "why"))


# --- One -------------------------------------------------------------------------------------


def test_a_deposited_pdf_is_given_as_it_came_and_says_how_many_pages_it_has(deposit_one):
    content = a_pdf(pages=3)
    version = deposit_one(content).lines.get().version

    assert printed(version) == content
    assert version.content["pages"] == 3


def act(name):
    """Return a PDF that does something by itself."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")
        page = pdf.pages[0]
        if name == "at opening":
            pdf.Root.OpenAction = action
        elif name == "in a link":
            page.Annots = pikepdf.Array([pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)])
        elif name == "launched":
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="a.exe")
        elif name == "attached":
            pdf.attachments["a.exe"] = b"MZ"
        elif name == "at each page":
            page.AA = pikepdf.Dictionary(O=action)
        else:
            pdf.Root.AcroForm = pikepdf.Dictionary(XFA="<xdp/>")
        pdf.save(made)
    return made.getvalue()


def locked():
    """Return a PDF that a password or a right holds."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.save(made, encryption=pikepdf.Encryption(owner="o", user=""))
    return made.getvalue()


def with_password():
    """Return a PDF that only its password opens."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(a_pdf())) as pdf:
        pdf.save(made, encryption=pikepdf.Encryption(owner="o", user="u"))
    return made.getvalue()


ACTIVE = ("at opening", "in a link", "launched", "attached", "at each page", "a form")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", pdf_checks.NotAPdf),
        (b"MZ\x90", pdf_checks.NotAPdf),
        (b"%PDF-1.7\nrien", pdf_checks.NotAPdf),
        (a_pdf()[: len(a_pdf()) // 2], pdf_checks.NotAPdf),
        (a_pdf(pages=0), pdf_checks.NotAPdf),
        (b"%PDF-1.7" + bytes(pdf_checks.LARGEST), pdf_checks.TooLarge),
        (locked(), pdf_checks.Locked),
        (with_password(), pdf_checks.Locked),
        *((act(name), pdf_checks.Acts) for name in ACTIVE),
    ],
    ids=["empty", "program", "junk", "cut", "no page", "large", "locked", "password", *ACTIVE],
)
def test_what_is_no_plain_pdf_is_refused_and_leaves_nothing(deposit_one, content, refusal):
    with pytest.raises(refusal):
        deposit_one(content)

    assert not Publication.objects.exists()
    assert not DocumentVersion.objects.filter(document__kind=NOTICE.slug).exists()


def test_a_deposit_that_is_refused_leaves_no_file(deposit_one, settings):
    kept = deposit_one(a_pdf()).lines.get().version.content["file"]
    forgotten = []
    real = files.forget_or_say

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "forget_or_say", lambda keys: (forgotten.extend(keys), real(keys)))
        with pytest.raises(Refused):
            deposit_one(a_pdf())

    assert len(forgotten) == 1
    assert forgotten != [kept]
    with pytest.raises(files.Missing):
        files.get(forgotten[0])
    assert files.get(kept)


@pytest.mark.django_db(transaction=True)
def test_what_is_dropped_leaves_no_file(deposit_one, manager):
    made = deposit_one(a_pdf())
    key = made.lines.get().version.content["file"]

    operations.drop(publication=made, by=manager.memberships.get().as_actor(), at=NOW)

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
        (elsewhere.number, "a.pdf"),
        ("20999999993", "a.pdf"),
        ("=1+1", "a.pdf"),
    )

    made = deposit_many(archive(said, a=a_pdf(), faux=b"MZ"))

    assert outcomes(made) == [
        ("prepared", ""),
        ("refused", depositing.NO_FILE),
        ("refused", str(pdf_checks.NotAPdf())),
        ("refused", depositing.UNKNOWN),
        ("refused", depositing.UNKNOWN),
        ("refused", depositing.UNKNOWN),
    ]


def test_a_number_given_twice_has_neither_file(deposit_many, three):
    said = lines((three[0].number, "a.pdf"), (f" {three[0].number} ", "b.pdf"))

    made = deposit_many(archive(said, a=a_pdf("un"), b=a_pdf("deux")))

    assert outcomes(made) == [("refused", depositing.TWICE)] * 2


def test_a_file_that_swells_is_refused_at_its_line(deposit_many, three):
    said = lines((three[0].number, "a.pdf"))
    made = deposit_many(archive(said, a=b"%PDF-" + bytes(50_000_000)))

    assert outcomes(made) == [("refused", str(pdf_checks.TooLarge()))]


def test_a_million_empty_lines_are_no_lines(deposit_many, three):
    said = lines((three[0].number, "a.pdf")) + ";\r\n" * 600_000

    made = deposit_many(archive(said, a=a_pdf()))

    assert outcomes(made) == [("prepared", "")]


def two_tables():
    made = io.BytesIO(archive(lines(), a=a_pdf()))
    with zipfile.ZipFile(made, "a") as file:
        file.writestr("autre.csv", "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "refusal", "words"),
    [
        (b"rien", depositing.NotAnArchive, "archive ZIP lisible"),
        (archive(a=a_pdf())[:-30], depositing.NotAnArchive, "archive ZIP lisible"),
        (archive(lines(("1", "a.pdf"))), depositing.TableWrong, "aucun fichier PDF"),
        (archive("a;b\r\n1;a.pdf", a=a_pdf()), depositing.TableWrong, "N° Inscription"),
        (archive("", a=a_pdf()), depositing.TableWrong, "N° Inscription"),
        (archive(lines(), a=a_pdf()), depositing.TableWrong, "aucune ligne"),
        (archive(lines(("1",)), a=a_pdf()), depositing.TableWrong, "Ligne 2"),
        (archive(lines(('"1', "a.pdf")), a=a_pdf()), depositing.TableWrong, "CSV"),
        (two_tables(), depositing.TableWrong, "plusieurs tableaux"),
    ],
    ids=["junk", "cut", "no file", "titles", "empty", "no line", "short", "quote", "two tables"],
)
def test_an_archive_that_cannot_be_read_is_refused_whole(deposit_many, content, refusal, words):
    with pytest.raises(refusal, match=words):
        deposit_many(content)

    assert not Publication.objects.exists()


def test_too_many_files_are_refused(deposit_many, monkeypatch):
    monkeypatch.setattr(depositing, "MOST_FILES", 2)

    with pytest.raises(depositing.ArchiveTooLarge):
        deposit_many(archive(**{str(number): a_pdf() for number in range(4)}))


def test_nothing_is_published_while_files_are_read(manager, allowed, three):
    made = depositing.deposit_many(
        kind=NOTICE,
        archive=archive(**{three[0].number: a_pdf()}),
        reach=allowed,
        by=manager,
        author=allowed.perimeters[0].member,
        at=NOW,
    )

    with pytest.raises(operations.StillFilling):
        operations.publish(
            publication=made,
            instant=None,
            user=manager,
            by=allowed.perimeters[0].member,
            at=NOW,
        )


def test_a_role_that_ends_while_files_are_read_refuses_the_others(manager, allowed, three):
    made = depositing.deposit_many(
        kind=NOTICE,
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
        archive=archive(**{three[0].number: a_pdf()}),
        reach=allowed,
        by=manager,
        author=by,
        at=NOW,
    )
    operations.drop(publication=made, by=by, at=NOW)
    work("publications")

    assert not made.lines.exists()
    assert not DocumentVersion.objects.filter(document__kind=NOTICE.slug).exists()
