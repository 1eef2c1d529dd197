"""P-20: active, archived, erased; nothing past its day, nothing that is withheld."""

import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from sporades import journal, mail
from sporades.accounts import sign_ins
from sporades.accounts.models import Membership, SignIn, User
from sporades.acts.agents import inviting
from sporades.acts.identities import correcting
from sporades.acts.people import enrolling, forgetting
from sporades.acts.registrations import deciding, registering, standing_in
from sporades.candidates.models import Candidate, ClaimCode, Identity
from sporades.candidates.operations import civil_data, enrol, merge
from sporades.core import files, origin
from sporades.core.actors import SYSTEM
from sporades.core.days import OVER_EVERYWHERE, midnight, years_after, years_before
from sporades.core.origin import Origin
from sporades.documents.models import DocumentVersion, Folder
from sporades.doubles.models import LikelyDouble
from sporades.exams.models import RegistrationService
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.journal.operations import forget as forget_acts
from sporades.journal.operations import forget_provenance
from sporades.journal.words import FORGETTING
from sporades.letters.models import Letter, PrintRun
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.models import Compartment
from sporades.personal.durations import TOLD
from sporades.publications.models import Publication
from sporades.registrations.models import CorrectionRequest, Draft, Registration, Version
from sporades.registrations.operations import drafting
from sporades.registrations.states import SET_ASIDE
from sporades.retention import archiving, categories, erasing, operations, tasks
from sporades.retention.models import Archive, Hold, LeavingFile
from sporades.searches import operations as searches
from sporades.searches.models import Search
from sporades.searches.trees import Group
from tests.acts.people import join
from tests.endurance.arena import together
from tests.factories import (
    IDENTITY,
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
)
from tests.jobs import work
from tests.journal.test_sealing import documented_role
from tests.leftovers import columns, where
from tests.medical.given import confide
from tests.retention.conftest import BEFORE, NAME, WORDS, a_print_run, again
from tests.spaces import plain
from tests.web.guide import BACKEND, HOST

PARIS = "Europe/Paris"
DAY = timedelta(days=1)


def archived_at(registration):
    """The first instant at which a registration is to be archived: its last day is over everywhere."""
    over = midnight(categories.active_until(counted(registration)) + DAY, PARIS)
    return over + OVER_EVERYWHERE


def erased_at(registration):
    return midnight(categories.kept_until(counted(registration)) + DAY, PARIS) + OVER_EVERYWHERE


def counted(registration):
    return categories.counts_from(registration.service)


def withhold(number):
    return operations.withhold(number=number, reason="Recours n°12", by=OPERATOR, at=NOW)


# --- Days -------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [1, 2, 8, 10, 50])
def test_a_day_is_over_when_the_same_day_of_a_later_year_is(years):
    counted_days = [date(2027, 2, 27) + DAY * n for n in range(400)]
    for day in counted_days:
        last = years_after(day, years)
        assert not day < years_before(last, years)
        assert day < years_before(last + DAY, years)


# --- Archived ---------------------------------------------------------------------------------


def test_the_world_of_these_tests_names_its_person_everywhere(whole, kept):
    assert where(*WORDS) >= {
        "accounts_user",
        "candidates_identity",
        "documents_documentversion",
        "evidence_deposit",
        "journal_entry",
        "mail_message",
        "registrations_correctionrequest",
        "registrations_note",
        "registrations_registration",
        "registrations_version",
        "threads_threadmessage",
    }
    assert len(kept()) >= 3
    assert ("archives", "archive", "content") in columns()


def test_a_registration_is_archived_the_day_after_its_active_use_and_not_before(filed):
    at = archived_at(filed)

    assert operations.apply(at=at - timedelta(seconds=1)) == 0
    assert operations.apply(at=at) == 1

    assert not Registration.objects.exists()
    assert Archive.objects.get().number == filed.number
    assert operations.apply(at=at) == 0


@pytest.mark.parametrize("zone", ["America/Martinique", "Pacific/Tahiti"])
def test_a_registration_is_there_until_its_last_day_is_over_where_it_is(filed, zone):
    clock = ZoneInfo(zone)
    RegistrationService.objects.update(closes_at=datetime(2026, 12, 15, 12, tzinfo=clock))
    service = RegistrationService.objects.get(pk=filed.service_id)
    assert "jusqu'au 15 décembre 2028," in categories.kept_in_words(service).replace(
        "\N{NO-BREAK SPACE}", " "
    )

    assert operations.apply(at=datetime(2028, 12, 15, 23, 59, tzinfo=clock)) == 0
    assert operations.apply(at=datetime(2028, 12, 17, 3, 10, tzinfo=ZoneInfo(PARIS))) == 1


def test_what_is_archived_is_read_nowhere_else(whole):
    operations.apply(at=archived_at(whole))

    assert where(*WORDS) == {
        "archive",
        "accounts_user",
        "candidates_identity",
        "candidates_candidate",
    }
    for model in (Version, DocumentVersion, Folder, Publication.lines.rel.related_model):
        assert not model.objects.exists(), model
    assert Identity.objects.count() == 1


def test_an_archive_holds_nothing_of_another_registration(whole):
    other = a_registration(a_record(birth_name="Moreau", first_names="Jeanne"))

    operations.apply(at=archived_at(whole))

    mine, theirs = (
        json.dumps(Archive.objects.get(number=one.number).content, ensure_ascii=False)
        for one in (whole, other)
    )
    assert ("Jeanne" in mine, "Jeanne" in theirs) == (False, True)
    assert ("letters.letter" in mine, "letters.letter" in theirs) == (False, True)
    assert (NAME in mine, NAME in theirs) == (True, False)


def test_an_archive_says_all_that_was_kept_and_names_each_file(whole, kept):
    before = kept()
    models = {
        "version",
        "note",
        "threadmessage",
        "message",
        "entry",
        "identity",
        "correctionrequest",
    }
    snapshot = Version.objects.order_by("pk").last().snapshot

    operations.apply(at=archived_at(whole))

    found = Archive.objects.get()
    assert models <= {row["model"].partition(".")[2] for row in found.content}
    assert snapshot in [row["fields"].get("snapshot") for row in found.content]
    assert NAME in json.dumps(found.content, ensure_ascii=False)
    assert sorted(key.rpartition("/")[2] for key in found.files) == before == kept()


def test_an_archive_says_who_decided_to_publish_once_that_publication_is_erased(whole):
    [decided] = Entry.objects.filter(verb="publication published").values_list("actor_name", "at")
    at = archived_at(whole)

    for later in (at, at + timedelta(days=600)):
        operations.apply(at=later)

    assert not Publication.objects.exists()
    said = [
        (one["fields"]["actor_name"], datetime.fromisoformat(one["fields"]["at"]))
        for one in Archive.objects.get().content
        if one["fields"].get("verb") == "publication published"
    ]
    assert said == [decided]
    assert decided[0]


def test_the_journal_keeps_the_acts_without_whom_and_its_seals_hold(filed):
    sealing.seal(at=NOW)
    acts = Entry.objects.count()

    operations.apply(at=archived_at(filed))

    assert Entry.objects.count() == acts + 1
    assert sealing.verify(at=NOW).findings == ()
    assert set(
        Entry.objects.filter(object_kind="registration", object_id=str(filed.pk))
        .exclude(verb="registration archived")
        .values_list("actor_name", flat=True)
    ) == {""}


def test_an_act_that_is_written_once_they_are_copied_keeps_what_it_says(filed, monkeypatch):
    """It would be lost: neither in the archive, nor in the journal."""
    keep = archiving.figures.keep

    def write_then_keep(registration):
        journal.record("piece received", by=OPERATOR, on=registration, at=NOW)
        keep(registration)

    monkeypatch.setattr(archiving.figures, "keep", write_then_keep)

    operations.apply(at=archived_at(filed))

    late = Entry.objects.get(verb="piece received", object_id=str(filed.pk))
    assert late.actor_name == OPERATOR.name
    [gone] = Entry.objects.filter(verb="registration archived")
    assert late.pk not in gone.payload["after"]["acts"]


@pytest.mark.parametrize(("times", "is_archived"), [(1, True), (2, False)])
def test_what_a_mail_is_written_about_as_it_is_copied_is_archived_anew_with_it(
    filed, monkeypatch, times, is_archived
):
    """It would be lost, in no archive, or stay about what is no more; once more, it is for another night."""
    keep, before = archiving.figures.keep, Message.objects.count()
    late = iter(range(times))

    def write_then_keep(registration):
        if next(late, None) is not None:
            mail.write(
                "message_of_service",
                to="tard@exemple.fr",
                at=NOW,
                key="trop tard",
                about=registration,
                registration=registration,
                subject="Objet",
                text="Un texte.",
                contact={},
            )
        keep(registration)

    monkeypatch.setattr(archiving.figures, "keep", write_then_keep)

    operations.apply(at=archived_at(filed))

    assert Archive.objects.exists() is is_archived
    assert Registration.objects.filter(pk=filed.pk).exists() is not is_archived
    assert Message.objects.filter(about_kind="registration").exists() is not is_archived
    assert is_archived or Message.objects.count() == before


def test_an_act_that_was_emptied_otherwise_is_named(filed):
    emptied = Entry.objects.filter(object_kind="registration").order_by("pk").first()
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_forget(ARRAY[%s]::bigint[])", [emptied.pk])

    assert sealing.verify(at=NOW).findings == (
        f"Acte {emptied.pk} : il a été réécrit avant d'être scellé.",
    )


def test_the_act_that_lists_the_forgotten_is_never_forgotten(filed):
    made = forget_acts(
        Entry.objects.filter(pk=Entry.objects.first().pk),
        "draft erased",
        by=OPERATOR,
        at=NOW,
        on=filed,
    )

    forget_acts(Entry.objects.filter(pk=made.pk), "draft erased", by=OPERATOR, at=NOW, on=filed)

    assert Entry.objects.get(pk=made.pk).payload == made.payload


def test_a_service_that_was_extended_meanwhile_keeps_its_registrations(filed):
    at = archived_at(filed)
    service = filed.service
    service.closes_at += timedelta(days=7)
    service.save()

    assert archiving.archive(filed.pk, at=at) is False
    assert Registration.objects.exists()


def test_of_two_registrations_the_other_stays_whole(whole):
    other = a_registration(whole.candidate)

    archiving.archive(whole.pk, at=archived_at(whole))

    left = Registration.objects.get()
    assert left.pk == other.pk
    assert left.identity.birth_name == NAME
    assert left.versions.count() == 1
    assert Entry.objects.filter(verb="identity corrected").exclude(payload={}).exists()


# --- Erased -----------------------------------------------------------------------------------


def test_nothing_is_left_anywhere_once_it_is_erased(whole, kept):
    operations.apply(at=archived_at(whole))
    operations.apply(at=erased_at(whole) - timedelta(seconds=1))
    assert Archive.objects.exists()

    operations.apply(at=erased_at(whole))
    forgetting.warn_unused(at=erased_at(whole))
    forgetting.erase_unused(at=erased_at(whole) + timedelta(days=30))

    assert where(*WORDS) == set()
    assert kept() == []
    assert not LeavingFile.objects.exists()
    assert sealing.verify(at=NOW).findings == ()


def test_what_a_closed_account_of_the_office_had_begun_is_erased_in_its_time(filed, manager):
    modified = standing_in.amend(
        registration=filed, author=manager, by=manager.memberships.get().as_actor(), at=NOW
    )
    begun = drafting.begin(
        candidate=filed.candidate,
        exam=filed.exam,
        speciality=filed.exam.specialities.exclude(pk=filed.speciality_id).get(),
        service=filed.service,
        author=manager,
        at=NOW,
    )
    inviting.close(email=manager.email, by=OPERATOR, at=NOW)
    at = archived_at(filed)

    operations.apply(at=at - DAY)
    assert set(Draft.objects.unfiled()) == {modified, begun}
    operations.apply(at=at)

    assert not Draft.objects.exists()
    assert numbers_of(Archive) == [filed.number]
    assert User.objects.filter(pk=manager.pk).exists()


@pytest.mark.parametrize("has_account", [True, False])
def test_civil_data_that_the_office_has_corrected_are_nobodys_and_go(
    invented_exam, manager, has_account
):
    registration = a_registration(a_candidate(email=f"{NAME}@exemple.test", birth_name=BEFORE))
    candidate, by = registration.candidate, manager.memberships.get().as_actor()
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(candidate.identity), "birth_name": NAME},
        seen=candidate.identity_id,
        proof="Carte d'identité",
        by=by,
        at=NOW,
    )
    if not has_account:
        Candidate.objects.update(user=None)

    operations.apply(at=NOW)

    assert Identity.objects.get().birth_name == NAME
    assert BEFORE in json.dumps([one.payload for one in Entry.objects.all()], ensure_ascii=False)
    operations.apply(at=archived_at(registration))
    forgetting.warn_unused(at=archived_at(registration))
    forgetting.erase_unused(at=archived_at(registration) + 30 * DAY)
    operations.apply(at=erased_at(registration))
    assert where(*WORDS) - {"accounts_user"} == set()
    assert not Identity.objects.exists()


def test_civil_data_under_which_something_was_left_stay_with_it(filed, manager):
    deciding.decide(
        registration=filed,
        decision=SET_ASIDE,
        reason="Deux fois",
        by=manager.memberships.get().as_actor(),
        at=NOW,
    )
    identity = {**civil_data(filed.identity), "birth_name": BEFORE}
    correcting.correct_identity(
        registration=again(filed),
        identity=identity,
        seen=filed.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )

    operations.apply(at=NOW)

    assert set(Identity.objects.values_list("birth_name", flat=True)) == {NAME, BEFORE}


def test_what_may_lead_to_civil_data_is_looked_at_before_they_go():
    pointing = {
        (one.related_model, one.field.name)
        for one in Identity._meta.get_fields(include_hidden=True)
        if one.auto_created and not one.concrete
    }

    assert pointing == {
        (Candidate, "identity"),
        (Registration, "identity"),
        (CorrectionRequest, "before"),
    }


def test_a_candidate_without_an_account_goes_with_the_last_registration(filed):
    Candidate.objects.update(user=None)

    operations.apply(at=archived_at(filed))

    assert where(*WORDS) - {"accounts_user"} == {"archive"}
    assert not Candidate.objects.exists()
    assert not Identity.objects.exists()


@pytest.mark.parametrize("what", ["draft", "code", "account"])
def test_whoever_is_being_registered_or_takes_their_record_is_kept_until_that_is_over(
    filed, manager, what
):
    """The last registration goes; what goes on is kept with its person, and all goes in its turn."""
    candidate, at = filed.candidate, archived_at(filed)
    Candidate.objects.update(user=None)
    if what == "draft":
        there = filed.service
        there.pk, there.academy_id = None, "A25"
        there.opens_at, there.closes_at = at - DAY, at + DAY
        RegistrationService.objects.filter(academy="A25", domain=there.domain).delete()
        there.save()
        drafting.begin(
            candidate=candidate,
            exam=filed.exam,
            speciality=None,
            service=there,
            author=manager,
            at=at,
        )
    else:
        expires = at + DAY if what == "code" else NOW
        pending = manager if what == "account" else None
        ClaimCode.objects.create(
            candidate=candidate,
            digest="0" * 64,
            made_at=NOW,
            made_name="",
            expires_at=expires,
            taken_by=pending,
        )

    assert operations.apply(at=at) == 1

    assert Archive.objects.get().number == filed.number
    assert list(Candidate.objects.all()) == [candidate]
    assert (Draft.objects.exists(), ClaimCode.objects.exists()) == (
        what == "draft",
        what != "draft",
    )
    assert enrolling.erase_unused(at=at) == 0
    late = at + 800 * DAY
    operations.apply(at=late)
    ClaimCode.objects.all().delete()
    assert enrolling.erase_unused(at=late) == 1
    assert where(*WORDS) - {"accounts_user"} == {"archive"}


def test_what_was_written_of_a_draft_that_they_left_goes_with_who_has_no_account(filed):
    at, candidate = archived_at(filed), filed.candidate
    there = filed.service
    there.pk, there.academy_id = None, "A25"
    there.opens_at, there.closes_at = at - 300 * DAY, at - 200 * DAY
    RegistrationService.objects.filter(academy="A25", domain=there.domain).delete()
    there.save()
    by = author(candidate)
    draft = registering.begin(
        candidate=candidate,
        exam=filed.exam,
        speciality=None,
        service=there,
        by=by,
        at=at - 250 * DAY,
    )
    journal.record("late registration requested", by=by, on=draft, at=at - 190 * DAY)
    mail.write(
        "password_changed",
        to=candidate.address,
        at=at - 190 * DAY,
        key="draft",
        about=draft,
        when="maintenant",
        reset="là",
    )
    registering.abandon(draft=draft, by=by, at=at - 180 * DAY)
    Candidate.objects.update(user=None)

    operations.apply(at=at)

    assert where(*WORDS) - {"accounts_user"} == {"archive"}
    assert not Draft.objects.exists()
    operations.apply(at=erased_at(filed))
    assert where(*WORDS) - {"accounts_user"} == set()


def test_letters_and_a_code_to_claim_go_with_whoever_has_no_account(invented_exam):
    civil = {**IDENTITY, "birth_name": NAME}
    candidate = enrol(user=None, identity=civil, email="", at=NOW)
    registration = a_registration(candidate)
    letter = Letter.objects.get()
    Letter.objects.update(address=[NAME])
    ClaimCode.objects.create(
        candidate=candidate, digest="0" * 64, made_at=NOW, made_name=NAME, expires_at=NOW
    )
    assert {"letters_letter", "candidates_claimcode"} <= where(NAME)

    operations.apply(at=archived_at(registration))

    assert where(NAME) == {"archive"}
    content = Archive.objects.get().content
    assert letter.pk in [row["pk"] for row in content if row["model"] == "letters.letter"]


@pytest.mark.parametrize("has_account", [True, False])
def test_whoever_was_merged_into_a_candidate_goes_with_them(filed, has_account):
    left = enrol(user=None, identity={**IDENTITY, "birth_name": BEFORE}, email="", at=NOW)
    journal.record("merge proposed", by=author(left), on=left, at=NOW, after={"name": BEFORE})
    merge(left, kept=filed.candidate, at=NOW)
    LikelyDouble.objects.create(
        first=filed.candidate, second=left, found_at=NOW, left={"email": BEFORE}
    )
    if not has_account:
        Candidate.objects.update(user=None)
    assert where(BEFORE) == {"candidates_identity", "doubles_likelydouble", "journal_entry"}

    at = archived_at(filed)
    operations.apply(at=at)
    forgetting.warn_unused(at=at)
    forgetting.erase_unused(at=at + 30 * DAY)

    assert where(BEFORE) == {"archive"}
    assert not Identity.objects.exists()
    operations.apply(at=erased_at(filed))
    assert where(BEFORE) == set()
    assert Entry.objects.get(verb="archive erased").payload["after"] == {"number": filed.number}


def test_an_account_whose_registrations_are_archived_is_one_without_a_registration(filed):
    at = archived_at(filed)
    assert forgetting.warn_unused(at=at) == 0

    operations.apply(at=at)

    assert forgetting.warn_unused(at=at) == 1
    assert Entry.objects.filter(verb="unused account warned").count() == 1
    assert forgetting.erase_unused(at=at + timedelta(days=29)) == 0
    assert forgetting.erase_unused(at=at + timedelta(days=30)) == 1


def test_an_account_that_was_warned_before_it_was_registered_is_warned_anew(filed):
    person = filed.candidate
    User.objects.filter(pk=person.user_id).update(warned_at=NOW + DAY)
    at = archived_at(filed)

    operations.apply(at=at)
    assert forgetting.erase_unused(at=at) == 0
    assert forgetting.warn_unused(at=at) == 1

    assert forgetting.erase_unused(at=at + 30 * DAY - timedelta(minutes=1)) == 0
    assert forgetting.erase_unused(at=at + 30 * DAY) == 1
    assert not User.objects.filter(pk=person.user_id).exists()


def test_what_is_archived_of_one_leaves_the_warning_of_another_account(filed):
    other = a_candidate(email="autre@exemple.test").user
    User.objects.update(warned_at=NOW)

    operations.apply(at=archived_at(filed))

    filed.candidate.user.refresh_from_db()
    other.refresh_from_db()
    assert (filed.candidate.user.warned_at, other.warned_at) == (None, NOW)


def test_without_names_an_archive_says_what_it_was_and_of_nobody(whole, kept, settings):
    settings.RETENTION_WITHOUT_NAMES = True

    operations.apply(at=archived_at(whole))

    found = Archive.objects.get()
    assert (found.content, found.files, kept()) == ([], [], [])
    assert found.facts["état"] == "Inscription écartée"
    assert found.facts["épreuves"]["E1"] == "inscrit"


# --- Withheld ---------------------------------------------------------------------------------


@pytest.mark.parametrize("is_archived", [False, True])
def test_what_is_withheld_is_never_erased_until_it_is_released(whole, kept, settings, is_archived):
    settings.RETENTION_WITHOUT_NAMES = True
    before = kept()
    if is_archived:
        settings.RETENTION_WITHOUT_NAMES = False
        operations.apply(at=archived_at(whole))
        settings.RETENTION_WITHOUT_NAMES = True
    withhold(whole.number)

    for years in (2, 3, 10, 11, 51):
        operations.apply(at=years_later(years))

    assert NAME in json.dumps(Archive.objects.get().content, ensure_ascii=False)
    assert kept() == before
    operations.release(number=whole.number, reason="Jugé", by=OPERATOR, at=NOW)
    operations.apply(at=years_later(51))
    assert not Archive.objects.exists()
    assert kept() == []


def years_later(years):
    return NOW.replace(year=NOW.year + years) + timedelta(days=60)


def test_of_two_archives_the_one_that_is_withheld_keeps_all_and_the_other_nothing(filed, settings):
    other = a_registration(a_candidate(email="autre@exemple.test"))
    at = archived_at(filed)
    operations.apply(at=at)
    withhold(filed.number)
    settings.RETENTION_WITHOUT_NAMES = True

    operations.apply(at=at + DAY)

    assert operations.left_of(at=at + DAY) == 0
    kept, emptied = (Archive.objects.get(number=one.number) for one in (filed, other))
    assert NAME in json.dumps(kept.content, ensure_ascii=False)
    assert (emptied.content, emptied.files) == ([], [])
    operations.apply(at=erased_at(filed))
    assert numbers_of(Archive) == [filed.number]


def test_only_what_is_kept_is_withheld_and_once(filed):
    with pytest.raises(operations.Unknown):
        withhold("29999999999")
    withhold(filed.number)
    with pytest.raises(operations.AlreadyWithheld):
        withhold(filed.number)

    assert Hold.objects.count() == 1


def test_what_nobody_withholds_is_not_released(filed):
    with pytest.raises(operations.NotWithheld):
        operations.release(number=filed.number, reason="Jugé", by=OPERATOR, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_hold_and_an_erasure_at_one_instant_end_in_one_of_the_two(territory, filed):
    try:
        operations.apply(at=archived_at(filed))
        found = Archive.objects.get()

        outcomes = together(
            lambda: withhold(found.number),
            lambda: erasing.erase_archive(found.pk, at=erased_at(filed)),
        )

        is_held, is_there = Hold.objects.exists(), Archive.objects.exists()
        assert is_held == is_there
        assert isinstance(outcomes[0], Hold if is_held else operations.Unknown)
        assert outcomes[1] is not is_held
    finally:
        for model in (Archive, Hold, LeavingFile):
            model.objects.all().delete()


# --- Cut off ----------------------------------------------------------------------------------


class Cut(BaseException):
    """The end of a process, wherever it is."""


@pytest.mark.parametrize("where_it_is", ["Message", "candidates", "forget_acts"])
def test_an_archiving_that_is_cut_off_leaves_all_as_it_was(filed, kept, monkeypatch, where_it_is):
    before, named = kept(), where(*WORDS)
    cut(monkeypatch, archiving, where_it_is)

    with pytest.raises(Cut):
        operations.apply(at=archived_at(filed))
    monkeypatch.undo()

    assert (kept(), where(*WORDS)) == (before, named)
    assert operations.apply(at=archived_at(filed)) == 1


def cut(monkeypatch, module, name):
    class Cutting:
        def __getattr__(self, _):
            raise Cut

        def __call__(self, *_, **__):
            raise Cut

    monkeypatch.setattr(module, name, Cutting())


def test_an_erasure_that_is_cut_off_between_a_row_and_its_files_is_taken_up(
    whole, kept, monkeypatch
):
    operations.apply(at=archived_at(whole))
    store, left = files.forget, kept()

    def once(key):
        if len(kept()) < len(left):
            raise Cut
        store(key)

    monkeypatch.setattr(erasing.files, "forget", once)
    with pytest.raises(Cut):
        operations.apply(at=erased_at(whole))
    monkeypatch.undo()

    assert not Archive.objects.exists()
    named = {leaving.key.rpartition("/")[2] for leaving in LeavingFile.objects.all()}
    assert set(kept()) <= named
    operations.apply(at=erased_at(whole))
    assert (kept(), LeavingFile.objects.count()) == ([], 0)


def test_one_that_fails_keeps_no_other(filed, monkeypatch, caplog):
    failing = a_draft()
    a_draft()
    erase = erasing.erase_draft

    def fails(key, *, at):
        if key == failing.pk:
            raise ValueError
        return erase(key, at=at)

    monkeypatch.setattr(
        operations,
        "STEPS",
        ((categories.drafts, fails), (categories.registrations, archiving.archive)),
    )
    assert operations.apply(at=archived_at(filed)) == 2

    assert Draft.objects.get().pk == failing.pk
    assert "could not be applied" in caplog.text


def test_a_job_takes_some_rows_and_leaves_the_next_to_another(filed, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 1)
    for _ in range(2):
        a_draft()
    place, places = operations.BEGINNING, []

    while place:
        done, place = operations.apply_some(place, at=archived_at(filed))
        places.append((done, place[:1]))

    steps = len(operations.STEPS)
    assert places[:4] == [(1, (0,)), (1, (0,)), (0, (1,)), (1, (1,))]
    assert places[-1] == (0, ())
    assert len(places) == steps + 3


def test_the_job_of_the_night_goes_on_to_the_end_in_one_chain(filed, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 1)
    with time_machine.travel(archived_at(filed), tick=False):
        tasks.apply(0)
        tasks.apply(0)
        assert waiting() == 1
        for _ in range(len(operations.STEPS) + 1):
            work("retention")

        assert waiting() == 0
    assert not Registration.objects.exists()
    assert Archive.objects.count() == 1


def waiting():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'retention.go_on'"
        )
        return cursor.fetchone()[0]


# --- Fifty-one years --------------------------------------------------------------------------


LATER = [
    *(timedelta(days=days) for days in (1, 3, 150, 160, 184, 200, 240)),
    *(timedelta(days=365.25 * years + 45) for years in (1, 2, 3, 3.5, 9, 10, 11, 25, 51)),
]


def test_over_fifty_one_years_nothing_of_any_category_is_past_its_day(
    whole, manager, kept, confided
):
    join("jamais@exemple.test")
    a_candidate(email="rien@exemple.test")
    typing = a_candidate(email="saisie@exemple.test")
    a_draft(typing)
    User.objects.filter(pk=typing.user_id).update(last_login=NOW.replace(year=NOW.year + 2))
    with origin.coming_from(Origin(origin.drawn(), "203.0.113.7")):
        journal.record("account opened", by=SYSTEM, on=typing.user, at=NOW)
    sign_ins.accepted(typing.user, means=[], network="203.0.113.7", device="Firefox", at=NOW)
    held = a_registration(a_candidate(email="gel@exemple.test"))
    withhold(held.number)
    confide(held, name=f"Certificat de {NAME}.jpg")
    medical.erase_after(Compartment.objects.get(), NOW + 100 * DAY)
    passing = searches.keep(tree=Group(), columns=(), by=manager, at=NOW)
    searches.name(
        search=passing,
        name=NAME,
        shared_within=None,
        by=manager,
        author=manager.memberships.get().as_actor(),
        at=NOW,
    )
    Membership.objects.update(ends_on=NOW.date())
    service = RegistrationService.objects.first()
    a_print_run(service, asked_name=NAME, asked_at=NOW)
    journal.record("service dates changed", by=OPERATOR, on=service, at=NOW, after={"why": NAME})
    journal.record(
        "export asked", by=manager.memberships.get().as_actor(), at=NOW, after={"why": NAME}
    )
    seen = set()

    for later in LATER:
        at = NOW + later
        seen |= {code for code, count in categories.overdue(at).items() if count}
        forgetting.delete_unactivated(at=at)
        forgetting.erase_unused(at=at)
        forgetting.warn_unused(at=at)
        sign_ins.forget_old(at=at)
        forget_provenance(at=at)
        operations.apply(at=at)
        assert set(categories.overdue(at).values()) == {0}, at
        kept_numbers = [*numbers_of(Archive), *numbers_of(Registration)]
        assert held.number in kept_numbers, at

    # A publication is past its day once its registrations are archived, in the same run.
    # Of what is withheld, the acts of its time stay.
    # That a code was given is nobody's: it has no day.
    never = {"publication", "acte-ancien", "code-de-document"}
    assert seen == set(categories.overdue(NOW)) - never
    assert kept_numbers == [held.number]
    for model in (
        Registration,
        Compartment,
        Draft,
        Candidate,
        Identity,
        Message,
        PrintRun,
        Publication,
        Search,
        SignIn,
    ):
        assert not model.objects.exists(), model
    assert not Membership.objects.named().exists()
    operations.release(number=held.number, reason="Jugé", by=OPERATOR, at=at)
    operations.apply(at=at)
    told = Entry.objects.filter(at__lt=at).exclude(verb__in=FORGETTING)
    assert not told.exclude(actor_name="", payload={}).exists()
    assert where(*WORDS) == set()
    medical.sweep(older_than=at)
    assert confided() == []


def numbers_of(model):
    return list(model.objects.values_list("number", flat=True))


# --- Who may ----------------------------------------------------------------------------------


def test_the_role_that_serves_pages_reads_no_archive_and_forgets_no_act(filed):
    operations.apply(at=archived_at(filed))
    with connection.cursor() as cursor:
        cursor.execute(documented_role())
        cursor.execute("SET LOCAL ROLE sporades_app")
        for statement in (
            "SELECT * FROM archives.archive",
            "INSERT INTO archives.leaving_file (key) VALUES ('1')",
            "SELECT journal_forget(ARRAY[1]::bigint[])",
            "SELECT journal_forget_provenance(now())",
        ):
            with (
                pytest.raises(ProgrammingError, match="permission denied"),
                transaction.atomic(),
            ):
                cursor.execute(statement)
        with pytest.raises(CommandError, match="sporades_archives"), transaction.atomic():
            call_command("archives", "lire", filed.number, "--motif", "Recours")
        cursor.execute("RESET ROLE")


def test_the_role_of_the_archives_archives_withholds_and_erases(filed, kept):
    correcting.correct_identity(
        registration=filed,
        identity={**civil_data(filed.identity), "birth_name": BEFORE},
        seen=filed.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )
    with connection.cursor() as cursor:
        cursor.execute(documented_role())
        cursor.execute("SET LOCAL ROLE sporades_archives")
        operations.apply(at=archived_at(filed))
        withhold(filed.number)
        operations.release(number=filed.number, reason="Jugé", by=OPERATOR, at=NOW)
        operations.apply(at=erased_at(filed))
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE journal_entry SET actor_name = 'x'")
        cursor.execute("RESET ROLE")

    assert (Archive.objects.count(), kept()) == (0, [])
    assert Identity.objects.get().birth_name == BEFORE


# --- Commands ---------------------------------------------------------------------------------


def test_an_archive_is_read_by_command_with_its_files_and_that_is_written(
    whole, kept, tmp_path, capsys
):
    operations.apply(at=archived_at(whole))

    call_command(
        "archives", "lire", whole.number, "--motif", "Recours", "--fichiers", tmp_path / "lus"
    )

    said = json.loads(capsys.readouterr().out)
    assert said["numéro"] == whole.number
    assert NAME in json.dumps(said["lignes"], ensure_ascii=False)
    assert sorted(path.name for path in (tmp_path / "lus").iterdir()) == kept()
    written = Entry.objects.get(verb="archive read")
    assert written.actor_kind == "operator"
    assert written.payload["after"] == {"number": whole.number, "reason": "Recours"}


def test_an_archive_that_is_withheld_is_not_said_to_be_erased(filed, capsys):
    withhold(filed.number)
    operations.apply(at=archived_at(filed))

    call_command("archives", "lire", filed.number, "--motif", "Recours")

    said = json.loads(capsys.readouterr().out)
    assert "effacée après le" not in said
    assert said["son terme"] == categories.kept_until(counted(filed)).isoformat()
    assert said["gelée"].endswith(" : Recours n°12")


def test_a_folder_in_which_nothing_can_be_copied_is_said_before_the_archive_is_opened(
    whole, kept, tmp_path, capsys
):
    operations.apply(at=archived_at(whole))
    (tmp_path / "file").touch()
    where = tmp_path / "file" / "lus"

    with pytest.raises(CommandError, match="--fichiers : rien ne peut être écrit dans"):
        call_command("archives", "lire", whole.number, "--motif", "Recours", "--fichiers", where)

    assert capsys.readouterr().out == ""
    assert not Entry.objects.filter(verb="archive read").exists()


def test_a_hold_is_placed_listed_and_lifted_by_command(filed, capsys):
    call_command("archives", "gel", filed.number, "--motif", "Recours n°12")
    call_command("archives", "gels")
    call_command("archives", "degel", filed.number, "--motif", "Jugé")

    assert f"{filed.number}, depuis le 25/11/2026, par ligne de commande" in capsys.readouterr().out
    assert not Hold.objects.exists()
    assert Entry.objects.filter(verb__startswith="archive ").count() == 2


@pytest.mark.parametrize(
    ("is_archived", "at", "said"),
    [
        (False, lambda _: NOW, "est levé. Elle est archivée après le"),
        (True, archived_at, "est levé. Son terme est le"),
        (True, erased_at, "est passé : elle est effacée cette nuit"),
    ],
    ids=["used", "archived", "past its term"],
)
def test_whoever_lifts_a_hold_by_command_reads_what_becomes_of_it(
    filed, capsys, *, is_archived, at, said
):
    when = at(filed)
    if is_archived:
        operations.apply(at=archived_at(filed))
    withhold(filed.number)

    with time_machine.travel(when, tick=False):
        call_command("archives", "degel", filed.number, "--motif", "Jugé")

    assert said in capsys.readouterr().out
    assert not Hold.objects.exists()


@pytest.mark.parametrize("is_archived", [False, True], ids=["used", "archived"])
def test_without_names_whoever_lifts_a_hold_reads_what_is_erased_that_night(
    filed, kept, settings, is_archived
):
    settings.RETENTION_WITHOUT_NAMES = True
    withhold(filed.number)
    at = archived_at(filed) if is_archived else NOW
    operations.apply(at=at)

    said = categories.released_in_words(counted(filed), at=at, is_archived=is_archived)
    operations.release(number=filed.number, reason="Jugé", by=OPERATOR, at=at)
    operations.apply(at=at + DAY)

    assert ("une archive perd cette nuit ses noms, son contenu et ses documents" in said) == (
        is_archived
    )
    assert ("rien n'en est effacé cette nuit" in said) != is_archived
    assert (Archive.objects.filter(content=[]).exists() and kept() == []) == is_archived


@pytest.mark.parametrize(
    ("years", "is_unnamed", "day", "said"),
    [
        (8, False, "2028-12-15", "Elle est archivée après le 15 décembre 2028. Son terme"),
        (8, False, "2036-12-15", "Elle est archivée après le 15 décembre 2028. Son terme"),
        (8, False, "2036-12-16", "Son terme, le 15 décembre 2036, est passé"),
        (8, True, "2028-12-15", "Elle est archivée après le 15 décembre 2028, et perd"),
        (8, True, "2028-12-16", "Ce service ne garde pas les noms dans ses archives"),
        (8, True, "2036-12-16", "Son terme, le 15 décembre 2036, est passé"),
        (0, False, "2028-12-15", "Son terme est le 15 décembre 2028 : rien n'en est"),
        (0, True, "2028-12-15", "Son terme est le 15 décembre 2028 : rien n'en est"),
        (0, True, "2028-12-16", "Son terme, le 15 décembre 2028, est passé"),
    ],
)
def test_whoever_lifts_a_hold_reads_what_becomes_of_it_on_each_last_day_and_the_day_after(
    settings, years, is_unnamed, day, said
):
    settings.RETENTION_ARCHIVE_YEARS, settings.RETENTION_WITHOUT_NAMES = years, is_unnamed
    at = midnight(date.fromisoformat(day), settings.TIME_ZONE)

    told = categories.released_in_words(date(2026, 12, 15), at=at)

    assert plain(told).startswith(said)


def test_without_names_a_page_promises_no_archive_of_what_is_erased(filed, settings):
    settings.RETENTION_WITHOUT_NAMES = True

    said = categories.kept_in_words(filed.service)

    assert "puis archivée sans votre nom, vos réponses ni vos documents" in said
    [told] = [one.until() for one in TOLD if one.lines.startswith("inscription publication")]
    assert "8 ans d'archives sans les noms ni les documents. Tout est" in told
    assert "attestation" not in told


def test_releasing_one_leaves_another_withheld(filed):
    other = a_registration()
    for one in (filed, other):
        withhold(one.number)

    operations.release(number=other.number, reason="Jugé", by=OPERATOR, at=NOW)

    assert Hold.objects.get().number == filed.number


def test_a_hold_is_listed_with_the_day_that_its_page_says(filed, capsys):
    half_past_midnight = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
    operations.withhold(
        number=filed.number, reason="Recours n°12", by=OPERATOR, at=half_past_midnight
    )

    call_command("archives", "gels")

    assert "depuis le 26/11/2026" in capsys.readouterr().out
    assert Hold.objects.get().placed_in_words.startswith("26 novembre 2026 à 0")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gel", "20000000058", "--motif", "x"], "Aucune inscription"),
        (["degel", "20000000058", "--motif", "x"], "n'est pas gelé"),
        (["lire", "20000000058", "--motif", " "], "Le motif compte"),
        (["lire", "20000000058", "--motif", "x"], "Aucune inscription"),
    ],
)
def test_a_command_says_in_one_line_what_it_refuses(db, arguments, said):
    with pytest.raises(CommandError, match=said):
        call_command("archives", *arguments)


def test_one_that_stands_is_said_to_be_read_in_the_office(filed):
    with pytest.raises(CommandError, match="n'est pas archivée : elle se lit dans la gestion"):
        call_command("archives", "lire", filed.number, "--motif", "x")


def test_what_is_late_is_said_with_a_status(filed, capsys):
    call_command("archives", "retard")
    assert "Rien n'est gardé plus d'un jour au-delà de son terme." in capsys.readouterr().out

    service = filed.service
    service.opens_at = service.opens_at.replace(year=2020)
    service.closes_at = service.closes_at.replace(year=2021)
    service.save()
    with pytest.raises(CommandError):
        call_command("archives", "retard")

    assert "inscription : 1" in capsys.readouterr().out


@pytest.mark.parametrize(("hours", "said"), [(0, ""), (25, ""), (27, "connexion : 1\n")])
def test_what_the_next_night_erases_is_not_late_before_it(db, capsys, hours, said):
    sign_ins.refused(None, means=sign_ins.PASSWORD, at=NOW, network="192.0.2.0", device="Firefox")

    later = NOW + timedelta(days=365, hours=hours, minutes=1)
    with time_machine.travel(later, tick=False), suppress(CommandError):
        call_command("archives", "retard")

    assert capsys.readouterr().out == (
        said or "Rien n'est gardé plus d'un jour au-delà de son terme.\n"
    )


def test_the_table_is_said_with_its_sources(db, capsys):
    call_command("archives", "durees")

    said = capsys.readouterr().out
    assert "2 ans, puis 8 ans d'archives, à compter de : la fermeture du service" in said
    assert "À fixer par le responsable" in said


# --- Told to candidates -----------------------------------------------------------------------


def test_the_page_of_a_registration_says_until_which_day_it_is_kept(filed, client):
    client.force_login(filed.candidate.user, backend=BACKEND)

    page = client.get(f"/mes-inscriptions/{filed.number}", headers={"host": HOST})

    said = unescape(page.content.decode()).replace("\N{NO-BREAK SPACE}", " ")
    assert "conservée ici jusqu'au 15 décembre 2028, puis archivée" in said
    assert "effacée après le 15 décembre 2036" in said


def test_without_archives_a_registration_is_said_to_be_erased_at_once(filed, settings):
    settings.RETENTION_ARCHIVE_YEARS = 0

    assert categories.kept_in_words(filed.service) == (
        "Cette inscription est conservée jusqu'au 15 décembre 2028, puis effacée."
    )
    operations.apply(at=archived_at(filed))
    assert not Archive.objects.exists()
