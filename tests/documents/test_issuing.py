"""What is issued is frozen, is read when it may be, and is known by a code that nobody guesses."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from sporades.documents import codes, queries
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import (
    AlreadyPrepared,
    issue,
    mark_opened,
    withdraw,
)
from tests.endurance.arena import together

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
INSTANT = timedelta(microseconds=1)


def listed(folder, at):
    """Return the numbers that the list of a folder shows."""
    return [version.number for version in DocumentVersion.objects.for_folder(folder, at)]


def jobs():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'version_id')::bigint FROM procrastinate_jobs"
            " WHERE task_name = 'documents.print'"
        )
        return {version for (version,) in cursor.fetchall()}


# --- Numbers -----------------------------------------------------------------------------------


def test_a_kind_numbered_by_the_registration_carries_its_number(folder, filed):
    version = issue(folder, filed, {}, number=7, at=NOON)

    assert (version.number, version.content["version"]) == (7, 7)
    assert str(version) == "Récapitulatif d'essai, version n°7"


def test_a_kind_numbered_by_the_registration_is_not_issued_without_a_number(folder, filed):
    with pytest.raises(ValueError, match=filed.slug):
        issue(folder, filed, {}, at=NOON)


def test_a_kind_with_its_own_numbers_counts_them_in_each_folder(folder, called):
    other = type(folder).objects.create(label="Autre dossier")

    numbers = [issue(folder, called, {}, at=NOON, published_at=NOON).number for _ in range(3)]

    assert numbers == [1, 2, 3]
    assert issue(other, called, {}, at=NOON).number == 1


def test_a_folder_that_was_read_earlier_gives_a_document_to_nobody_else(folder, called):
    folder.documents.create(kind=called.slug, academy="A25")
    folder.academy = "A09"

    issue(folder, called, {}, at=NOON)

    assert [one.academy for one in folder.documents.all()] == ["A25"]


def test_two_issues_at_once_take_two_numbers(shared_folder, called):
    issued = together(*[lambda: issue(shared_folder, called, {}, at=NOON, published_at=NOON)] * 8)

    assert sorted(version.number for version in issued) == list(range(1, 9))
    assert shared_folder.documents.count() == 1


# --- One to publish at a time ------------------------------------------------------------------


@pytest.mark.parametrize("published_at", [None, LATER], ids=["not published", "published later"])
def test_nothing_is_prepared_over_what_nobody_has_read_yet(folder, called, published_at):
    issue(folder, called, {}, at=NOON, published_at=published_at)

    with pytest.raises(AlreadyPrepared), transaction.atomic():
        issue(folder, called, {}, at=NOON)

    assert issue(folder, called, {}, at=LATER).number == 2 if published_at else True


def test_of_two_prepared_at_once_one_is_refused(shared_folder, called):
    outcomes = together(*[lambda: issue(shared_folder, called, {}, at=NOON)] * 4)

    refused = [one for one in outcomes if isinstance(one, AlreadyPrepared)]
    assert (len(refused), DocumentVersion.objects.count()) == (3, 1)


def test_the_database_refuses_two_versions_to_publish(folder, called):
    version = issue(folder, called, {}, at=NOON)
    version.pk, version.number, version.code = None, 2, codes.new_code()

    with pytest.raises(IntegrityError, match="a_document_has_one_version_to_publish"):
        version.save(force_insert=True)


# --- The same again ------------------------------------------------------------------------------


def test_issuing_the_same_again_finds_what_was_issued(folder, filed):
    first = issue(folder, filed, {"name": "Ève"}, number=1, at=NOON)

    again = issue(folder, filed, {"name": "Ève"}, number=1, at=LATER)

    assert (again.pk, again.code, again.issued_at) == (first.pk, first.code, NOON)
    assert DocumentVersion.objects.count() == 1
    assert jobs() == {first.pk}


def test_the_same_issue_many_times_at_once_makes_one_version(shared_folder, filed):
    issued = together(*[lambda: issue(shared_folder, filed, {}, number=1, at=NOON)] * 8)

    assert len({version.pk for version in issued}) == 1


def test_a_number_that_was_issued_never_says_something_else(folder, filed):
    first = issue(folder, filed, {"name": "Ève"}, number=1, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        issue(folder, filed, {"name": "Zoé"}, number=1, at=LATER)

    first.refresh_from_db()
    assert first.content["name"] == "Ève"


def test_what_causes_a_document_may_change_afterwards_and_the_document_does_not(folder, filed):
    source = {"identity": [["Nom", "Ève"]]}
    version = issue(folder, filed, source, number=1, at=NOON)

    source["identity"][0][1] = "Zoé"

    version.refresh_from_db()
    assert version.content["identity"] == [["Nom", "Ève"]]


@pytest.mark.parametrize(
    ("column", "other"),
    [
        ("content", {"title": "autre"}),
        ("digest", "0" * 64),
        ("code", "0" * codes.LENGTH),
        ("number", 9),
        ("academy", "A01"),
        ("issued_at", LATER),
    ],
)
def test_the_database_refuses_to_rewrite_what_was_issued(folder, filed, column, other):
    version = issue(folder, filed, {}, number=1, at=NOON)
    before = getattr(version, column)

    with pytest.raises(DatabaseError, match="documents_documentversion"), transaction.atomic():
        DocumentVersion.objects.filter(pk=version.pk).update(**{column: other})

    version.refresh_from_db()
    assert getattr(version, column) == before


# --- When it may be read ---------------------------------------------------------------------------


def test_a_document_published_by_its_issue_is_read_at_once(folder, filed):
    issue(folder, filed, {}, number=1, at=NOON)

    assert listed(folder, NOON) == [1]


def test_a_document_that_waits_is_read_by_nobody_until_it_is_published(folder, called):
    version = issue(folder, called, {}, at=NOON)
    assert listed(folder, NOON + timedelta(days=4000)) == []

    DocumentVersion.objects.filter(pk=version.pk).update(published_at=LATER)
    version.refresh_from_db()

    assert listed(folder, LATER) == [1]


@pytest.mark.parametrize("instant", [LATER, LATER + timedelta(microseconds=999_999)])
def test_an_embargo_ends_at_its_microsecond(folder, called, instant):
    version = issue(folder, called, {}, at=NOON, published_at=instant)
    code = version.content["code"]

    assert listed(folder, instant - INSTANT) == []
    assert queries.by_code(code, at=instant - INSTANT) is None
    assert listed(folder, instant) == [1]
    assert queries.by_code(code, at=instant) == version


def test_a_withdrawn_document_is_read_no_more_from_that_microsecond_and_its_code_says_so(
    folder, filed
):
    version = issue(folder, filed, {}, number=1, at=NOON)

    withdraw(version, at=LATER)

    assert listed(folder, LATER - INSTANT) == [1]
    assert listed(folder, LATER) == []
    assert queries.by_code(version.code, at=LATER).withdrawn_at == LATER


def test_what_was_never_published_is_not_withdrawn(folder, called):
    version = issue(folder, called, {}, at=NOON)

    with pytest.raises(IntegrityError), transaction.atomic():
        withdraw(version, at=LATER)


def test_the_next_version_takes_the_place_of_the_one_before(folder, filed):
    first = issue(folder, filed, {}, number=1, at=NOON)
    second = issue(folder, filed, {}, number=2, at=LATER)

    assert listed(folder, LATER - INSTANT) == [1]
    assert listed(folder, LATER) == [2]
    assert queries.replacement_of(first, at=LATER - INSTANT) is None
    assert queries.replacement_of(first, at=LATER) == second


def test_a_replaced_version_never_comes_back(folder, filed):
    issue(folder, filed, {}, number=1, at=NOON)
    second = issue(folder, filed, {}, number=2, at=NOON)
    withdraw(second, at=LATER)
    assert listed(folder, LATER) == []

    issue(folder, filed, {}, number=3, at=LATER)

    assert listed(folder, LATER) == [3]


def test_a_version_under_embargo_hides_nothing_before_its_instant(folder, called):
    issue(folder, called, {}, at=NOON, published_at=NOON)
    issue(folder, called, {}, at=NOON, published_at=LATER)

    assert listed(folder, LATER - INSTANT) == [1]
    assert listed(folder, LATER) == [2]


# --- Opened ----------------------------------------------------------------------------------------


def test_the_first_opening_is_the_one_that_is_kept(folder, filed):
    version = issue(folder, filed, {}, number=1, at=NOON)

    mark_opened(version, at=NOON + INSTANT)
    mark_opened(version, at=LATER)

    assert version.opened_at == NOON + INSTANT


def test_the_database_refuses_another_first_opening(folder, filed):
    version = issue(folder, filed, {}, number=1, at=NOON)
    mark_opened(version, at=NOON)

    for other in (LATER, None):
        with pytest.raises(DatabaseError, match="documents_documentversion"), transaction.atomic():
            DocumentVersion.objects.update(opened_at=other)


# --- Codes -----------------------------------------------------------------------------------------


def test_a_code_is_drawn_among_more_than_two_to_the_128():
    drawn = [codes.new_code() for _ in range(500)]

    assert len(codes.ALPHABET) ** codes.LENGTH >= 2**128
    assert len(set(drawn)) == 500
    for place in range(codes.LENGTH):
        assert len({code[place] for code in drawn}) == len(set(codes.ALPHABET)) == 32


def test_two_papers_that_say_the_same_have_two_codes(folder, called):
    first, second = (issue(folder, called, {}, at=NOON, published_at=NOON) for _ in range(2))

    assert first.code != second.code


def test_a_code_names_one_version_in_the_database_itself(folder, called):
    version = issue(folder, called, {}, at=NOON)
    version.pk, version.number = None, 2

    with pytest.raises(IntegrityError, match="a_code_names_one_document_version"):
        version.save(force_insert=True)


def test_the_paper_and_its_address_carry_the_code_that_is_kept(folder, filed):
    version = issue(folder, filed, {}, number=1, at=NOON)

    assert codes.normalised(version.content["code"]) == version.code
    assert version.content["verify_url"] == (
        f"https://inscriptions.exemple.test/verifier/{version.code}"
    )


@given(st.randoms(use_true_random=False))
def test_a_code_is_understood_however_it_is_copied(chance):
    code = "".join(chance.choices(codes.ALPHABET, k=codes.LENGTH))
    mistaken = code.replace("0", chance.choice("0Oo")).replace("1", chance.choice("1IiLl"))
    typed = "".join(
        chance.choice((sign.lower(), sign.upper())) + chance.choice(("", "", " ", "-", "\u00a0"))
        for sign in mistaken
    )

    assert codes.normalised(typed) == code
    assert codes.normalised(codes.in_groups(code)) == code


LETTERS = "ABCDEFGHJKMNPQRSTVWXYZABCDEF"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("7" * 28, "7" * 28),
        ("-".join(["K7QF"] * 7).lower(), "K7QF" * 7),
        (f"https://sporades.exemple.test/verifier/{LETTERS}", LETTERS),
        (f"https://sporades.exemple.test/verifier/{'7' * 27}", ""),
        (LETTERS, ""),
        ("20000000791", ""),
        ("Marie-Antoinette De La Rochejaquelein 2007", ""),
        ("28/02/2007", ""),
        ("", ""),
    ],
)
def test_a_code_is_told_from_what_else_is_typed_in_a_box(said, code):
    assert codes.code_in(said) == code
