"""Who looked at a file is named for a year (S-60), unless the file is withheld; the rest stays."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from sporades import journal
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts import consulting
from sporades.acts.people import enrolling, forgetting
from sporades.acts.registrations import moving
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core.actors import Actor
from sporades.documents.models import DocumentVersion
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.journal.queries import consultations, entries_about
from sporades.journal.words import CONSULTATIONS, READINGS
from sporades.personal.readers import readings_of
from sporades.registrations.models import Registration
from sporades.retention import archiving, categories, gathering, operations
from sporades.retention.models import Archive
from tests.endurance.arena import first
from tests.factories import NOW, OPERATOR
from tests.retention.test_retention import archived_at, withhold, years_later
from tests.web.registry.world import a_member

CURIOUS = Actor("manager", "Camille Ferrand", "user:12")
DAY = timedelta(days=1)
A_YEAR = NOW + 366 * DAY
PROVED = "filing proof taken"


def look(registration, *, at=NOW):
    """Look at a file in four ways, and have its proof made."""
    paper = DocumentVersion.objects.filter(document__folder=registration.folder_id).first()
    academy = registration.academy_id
    consulting.consult_file(registration=registration, by=CURIOUS, at=at)
    consulting.consult_record(
        candidate=registration.candidate, academy=academy, by=CURIOUS, at=at + timedelta(minutes=1)
    )
    consulting.consult_document(version=paper, by=CURIOUS, at=at + timedelta(minutes=2))
    consulting.read_sign_ins(registration.candidate.address, reason="Plainte", by=CURIOUS, at=at)
    journal.record(PROVED, by=CURIOUS, on=registration, at=at, after={"digest": "0" * 64})


def named():
    """Return what of it the journal still says by whom."""
    mine = Entry.objects.filter(verb__in=READINGS, actor_name=CURIOUS.name)
    return sorted(mine.values_list("verb", flat=True))


ALL = ["document read", "file read", "record read", "sign-ins read"]


def test_who_looked_is_forgotten_after_a_year_and_who_took_a_proof_is_not(filed):
    look(filed)
    sealing.seal(at=NOW)
    was = Entry.objects.get(verb="file read")

    operations.forget_acts(at=NOW + 365 * DAY)
    assert named() == sorted([*ALL, PROVED])
    assert categories.overdue(A_YEAR)["consultation"] == len(ALL)
    operations.forget_acts(at=A_YEAR)

    kept = Entry.objects.get(pk=was.pk)
    assert named() == [PROVED]
    assert categories.overdue(A_YEAR)["consultation"] == 0
    assert kept.is_empty
    assert (kept.verb, kept.at, kept.academy) == (was.verb, was.at, was.academy)
    assert sealing.verify(at=NOW).findings == ()


def test_that_somebody_looked_is_still_told_to_whose_file_it_is_and_to_the_office(filed):
    look(filed)
    before, _ = readings_of(filed.candidate, at=A_YEAR)
    Registration.objects.filter(pk=filed.pk).update(is_placed=True)
    moved = {"on": filed, "academy": filed.academy_id, "before": {"academy": "A25"}}
    journal.record("registration moved", by=OPERATOR, at=NOW - DAY, **moved)
    manager = a_member("agent2@exemple.test", Membership.Role.MANAGER, [filed.academy_id])
    theirs = reach(manager.memberships.all(), Permission.READ_FILES)

    operations.forget_acts(at=A_YEAR)

    assert readings_of(filed.candidate, at=A_YEAR) == (before, False)
    assert not moving.unopened_within(theirs).exists()
    journal.record("registration moved", by=OPERATOR, at=A_YEAR, **moved)
    assert moving.unopened_within(theirs).exists()


def test_no_archive_has_who_looked_and_the_journal_has_it_for_its_year(filed, capsys):
    look(filed)
    at = archived_at(filed)
    look(filed, at=at - 2 * DAY)

    operations.apply(at=at)

    verbs = {line["fields"].get("verb") for line in Archive.objects.get().content}
    assert PROVED in verbs
    assert not verbs & set(CONSULTATIONS)
    assert named() == ALL
    call_command("archives", "lire", filed.number, "--motif", "Recours")
    said = json.loads(capsys.readouterr().out)
    looked = said["consultations de douze mois, ou gardées par un gel"]
    assert len(looked) == len(ALL)
    assert all(one.endswith("par Camille Ferrand, gestionnaire") for one in looked)
    operations.apply(at=at + 366 * DAY)
    assert named() == []


def made_by_an_older_version(registration, *, at):
    """Archive a registration, who looked at it after all the rest; return the archive."""
    looked = gathering.written(consultations(entries_about(registration, registration.candidate)))
    assert archiving.archive(registration.pk, at=at)
    # It does not know the column.
    [said] = Archive.objects.values("number", "academy", "counts_from", "facts", "content", "files")
    Archive.objects.all().delete()
    said["content"] += looked
    return Archive.objects.create(archived_at=at, **said)


def named_in(archive):
    archive.refresh_from_db()
    instants = [gathering.looked_at(line) for line in archive.content]
    return [instant for instant in instants if instant]


def test_who_looked_leaves_what_an_older_version_archived_at_its_year_and_nothing_else(filed):
    at = archived_at(filed)
    look(filed)
    look(filed, at=at - 2 * DAY)
    made = made_by_an_older_version(filed, at=at)
    assert len(named_in(made)) == 4
    rest = made.content[:-4]
    assert categories.overdue(at)["consultation"] > 0

    operations.apply(at=at)
    assert len(named_in(made)) == 2
    assert min(named_in(made)) == made.looked_since == at - 2 * DAY
    assert categories.overdue(at)["consultation"] == 0
    operations.apply(at=at + 363 * DAY)
    assert len(named_in(made)) == 2
    operations.apply(at=at + 364 * DAY)

    assert named_in(made) == []
    assert (made.content, made.looked_since) == (rest, None)
    assert not categories.looked_at(at + 3650 * DAY).exists()


def test_of_what_is_withheld_an_older_archive_keeps_who_looked(filed):
    look(filed)
    at = archived_at(filed)
    made = made_by_an_older_version(filed, at=at)
    withhold(filed.number)

    operations.apply(at=at)
    assert len(named_in(made)) == 2
    operations.release(number=filed.number, reason="Jugé", by=OPERATOR, at=at)
    operations.apply(at=at)

    assert named_in(made) == []


def test_of_what_is_withheld_who_looked_outlives_the_account(filed):
    look(filed)
    withhold(filed.number)
    at = archived_at(filed)
    operations.apply(at=at)
    forgetting.warn_unused(at=at)

    assert forgetting.erase_unused(at=at + 31 * DAY) == 1
    operations.forget_acts(at=at + 31 * DAY)

    assert named() == ALL


def test_of_what_is_withheld_who_looked_outlives_the_record_of_who_has_no_account(filed):
    look(filed)
    withhold(filed.number)
    at = archived_at(filed)
    Candidate.objects.update(user=None)
    code = {"digest": "0" * 64, "made_at": NOW, "made_name": "", "expires_at": at + DAY}
    ClaimCode.objects.create(candidate=filed.candidate, **code)
    operations.apply(at=at)
    ClaimCode.objects.all().delete()

    assert enrolling.erase_unused(at=at) == 1
    operations.forget_acts(at=at)

    assert {"document read", "file read", "record read"} <= set(named())


@pytest.mark.parametrize("is_archived", [False, True])
def test_of_what_is_withheld_who_looked_stays_until_it_is_released(filed, is_archived):
    look(filed)
    withhold(filed.number)

    if is_archived:
        operations.apply(at=archived_at(filed))
        operations.apply(at=years_later(9))
        assert named() == ALL
    else:
        operations.forget_acts(at=A_YEAR)
        assert named() == sorted([*ALL, PROVED])
    assert categories.overdue(A_YEAR)["consultation"] == 0
    operations.release(number=filed.number, reason="Jugé", by=OPERATOR, at=A_YEAR)
    operations.forget_acts(at=A_YEAR)

    assert not set(named()) & set(CONSULTATIONS)


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_is_placed_while_acts_are_forgotten_keeps_who_looked(territory, filed):
    look(filed)

    def hold(holds):
        withhold(filed.number)
        holds()

    first(hold, lambda: operations.forget_acts(at=A_YEAR))

    assert named() == sorted([*ALL, PROVED])
