"""An export is asked for a reason, approved by another beyond a size, prepared once, forgotten."""

import csv
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from openpyxl import load_workbook

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.agents import inviting
from sporades.core import files
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.locks import alone
from sporades.core.refusals import Refused
from sporades.exams import held
from sporades.exams.models import Exam, RegistrationService
from sporades.exchanges import operations, tasks
from sporades.exchanges.models import KEPT_FOR, Export
from sporades.exchanges.states import ExportState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.searches import quick
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.rules import says_of_health
from sporades.searches.trees import Group, Leaf
from sporades.searches.words import clock_in_words, perimeter_in_words
from tests.exchanges.conftest import WHY
from tests.exchanges.test_spreadsheets import tables
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.jobs import work
from tests.web.registry.world import a_member

VERSAILLES = {"postcode": "78000", "town": "Versailles"}


def actor(user):
    """Return a member as the author of an act."""
    return user.memberships.get().as_actor()


def lines(export):
    """Return the lines of the file of an export."""
    text = files.get(export.file_key).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def prepared(export, at=NOW):
    """Prepare an export and return it as it stands."""
    operations.prepare(str(export.pk), at=at)
    export.refresh_from_db()
    return export


def test_a_file_holds_what_the_search_finds_in_the_perimeter_and_its_mark(ask, in_lille):
    a_registration(a_candidate(birth_name="Ailleurs"), academy="A25", identification=VERSAILLES)

    export = prepared(ask(columns=["numero_inscription", "nom"]))

    assert export.state == ExportState.READY
    assert [line["Nom de famille"] for line in lines(export)] == ["Abadie", "Bézier", "Cœur"]
    assert {line["Export"] for line in lines(export)} == {export.mark}
    assert (export.done, export.total) == (3, 3)


def test_a_file_has_the_family_name_alone_in_its_cell(ask, in_lille):
    a_registration(a_candidate(birth_name="Jourdain", usage_name="Quéméner"))

    export = prepared(ask(columns=["numero_inscription", "nom"]))

    names = [line["Nom de famille"] for line in lines(export)]
    assert names == ["Abadie", "Bézier", "Cœur", "Jourdain"]


def test_a_file_of_a_name_that_was_sought_has_that_of_use_and_the_order_of_the_list(ask, in_lille):
    for one in (
        {"birth_name": "Jourdain", "usage_name": "Quéméner"},
        {"birth_name": "Quéméner"},
        {"birth_name": "Le Quémener"},
    ):
        a_registration(a_candidate(**one))
    sought = quick.tree_of("Quéméner")

    export = prepared(ask(sought, columns=["numero_inscription", "nom"]))

    names = [(line["Nom de famille"], line["Nom d'usage"]) for line in lines(export)]
    assert names[0] == ("Quéméner", "")
    assert sorted(names) == [("Jourdain", "Quéméner"), ("Le Quémener", ""), ("Quéméner", "")]


def test_each_column_that_a_list_shows_can_be_taken(ask, in_lille):
    from sporades.searches.columns import COLUMNS

    export = prepared(ask(columns=[column.code for column in COLUMNS]))

    assert list(lines(export)[0]) == [*(column.label for column in COLUMNS), "Export"]


def test_asking_queues_a_job_and_its_author_is_told_when_it_is_ready(ask, in_lille, asker):
    export = ask()
    assert export.state == ExportState.WAITING

    work("exchanges")

    export.refresh_from_db()
    assert export.state == ExportState.READY
    assert Message.objects.get(kind="export_ended").recipient == asker.email


def test_whoever_has_more_by_then_asks_for_another_export(ask, in_lille, asker, few):
    first = ask()
    assert ask().pk == first.pk

    asker.memberships.update(academies=["A09", "A25"])

    assert ask().pk != first.pk


def test_a_search_that_finds_nothing_gives_no_file(ask, in_lille):
    nobody = Group(members=(Leaf(CRITERIA["nom"], Operator.IS, ("Zola",)),))

    with pytest.raises(operations.Nothing):
        ask(nobody)

    assert not Export.objects.exists()


def test_more_than_a_file_takes_is_refused(ask, in_lille, monkeypatch):
    monkeypatch.setattr(operations, "MOST_LINES", 2)

    with pytest.raises(operations.TooLong, match="ajoutez un critère"):
        ask()


@pytest.mark.usefixtures("few")
def test_a_large_export_waits_for_a_second_person_who_is_told(ask, in_lille, head):
    export = ask()
    work("exchanges")
    export.refresh_from_db()
    assert export.state == ExportState.PROPOSED
    assert Message.objects.filter(kind="export_to_approve", recipient=head.email).count() == 1

    operations.approve(export=export, user=head, by=actor(head), at=NOW)
    work("exchanges")

    export.refresh_from_db()
    assert (export.state, len(lines(export))) == (ExportState.READY, 3)


@pytest.mark.usefixtures("few")
def test_nobody_approves_their_own_export_the_database_neither(ask, in_lille, head):
    export = ask(by=head)

    with pytest.raises(operations.SamePerson):
        operations.approve(export=export, user=head, by=actor(head), at=NOW)
    with pytest.raises(IntegrityError, match="nobody_approves_their_own"), transaction.atomic():
        Export.objects.update(decided_by=head, decided_name="Camille")


@pytest.mark.usefixtures("few")
def test_where_nobody_may_approve_it_is_refused_at_once(ask, in_lille, national):
    national.memberships.update(ends_on="2026-11-24")

    with pytest.raises(operations.NobodyApproves, match="limitez la recherche"):
        ask()

    assert not Export.objects.exists()


@pytest.mark.usefixtures("few")
def test_what_has_grown_far_beyond_what_was_approved_is_approved_again(ask, in_lille, head):
    export = ask()
    operations.approve(export=export, user=head, by=actor(head), at=NOW)
    for name in ("Dalí", "Éon"):
        a_registration(a_candidate(birth_name=name))

    prepared(export)

    assert (export.state, export.total, export.approved_total) == (ExportState.PROPOSED, 5, None)
    operations.approve(export=export, user=head, by=actor(head), at=NOW)
    assert prepared(export).state == ExportState.READY
    assert len(lines(export)) == 5


@pytest.mark.usefixtures("few")
def test_lines_taken_out_bit_by_bit_are_counted_together_for_a_day(ask, in_lille, asker):
    one = Group(members=(Leaf(CRITERIA["nom"], Operator.IS, ("Abadie",)),))
    two = Group(members=(Leaf(CRITERIA["nom"], Operator.IS, ("Bézier",)),))
    three = Group(members=(Leaf(CRITERIA["nom"], Operator.IS, ("Cœur",)),))

    assert prepared(ask(one)).state == ExportState.READY
    assert prepared(ask(two)).state == ExportState.READY
    assert ask(three).state == ExportState.PROPOSED
    Export.objects.update(asked_at=NOW - timedelta(days=2))
    assert ask(three, form="ods").state == ExportState.WAITING


@pytest.mark.usefixtures("few")
def test_of_what_one_takes_alone_neither_what_another_approved_nor_what_came_to_nothing_is(
    ask, in_lille, asker, head
):
    one, two, three = (
        Group(members=(Leaf(CRITERIA["nom"], Operator.IS, (name,)),))
        for name in ("Abadie", "Bézier", "Cœur")
    )
    export = ask()
    operations.approve(export=export, user=head, by=actor(head), at=NOW)
    assert prepared(export).state == ExportState.READY
    stopped = ask(one)
    operations.stop(export=stopped, by=actor(asker), at=NOW)

    assert not operations.is_for_two(2, by=asker, at=NOW)
    assert [ask(tree).state for tree in (two, three)] == [ExportState.WAITING] * 2
    # Those that are still to be made count with those that are.
    assert operations.is_for_two(1, by=asker, at=NOW)
    a_day_later = NOW + operations.COUNTED_FOR
    assert operations.is_for_two(1, by=asker, at=a_day_later - timedelta(seconds=1))
    assert not operations.is_for_two(2, by=asker, at=a_day_later)


@pytest.mark.usefixtures("few")
def test_what_has_grown_since_it_was_read_is_neither_approved_nor_refused_unread(
    ask, in_lille, head
):
    export = ask()
    said = {"export": export, "seen": "2", "user": head, "by": actor(head), "at": NOW}

    for decide in (operations.approve, operations.refuse):
        with pytest.raises(operations.AskedAnew):
            decide(**said)
    assert Export.objects.get().state == ExportState.PROPOSED
    operations.refuse(**said | {"seen": "3"})

    # Of one that was decided it is said that it was, whatever was read.
    with pytest.raises(Refused) as refusal:
        operations.refuse(**said)
    assert not isinstance(refusal.value, operations.AskedAnew)


@pytest.mark.parametrize(
    ("total", "approved", "needs"),
    [(5_000, None, False), (5_001, None, True), (6_600, 6_000, False), (6_601, 6_000, True)],
)
def test_a_second_person_approves_from_so_many_lines_and_again_from_a_tenth_more(
    total, approved, needs
):
    assert Export(total=total, approved_total=approved).needs_approval is needs


def test_the_button_pressed_twice_asks_once(ask, in_lille):
    assert ask().pk == ask().pk
    assert Export.objects.count() == 1


def test_another_reason_makes_another_export_which_keeps_it(ask, in_lille):
    reasons = ["Préparer les convocations", "Répondre au rectorat"]

    first, second = (ask(purpose=reason) for reason in reasons)

    assert first.pk != second.pk
    assert [first.purpose, second.purpose] == reasons
    assert Entry.objects.filter(verb="export asked").count() == 2


def test_a_large_export_that_nobody_approved_is_not_made_the_database_says(ask, in_lille):
    export = ask()

    with pytest.raises(IntegrityError, match="is_approved_before"), transaction.atomic():
        Export.objects.filter(pk=export.pk).update(total=5_001, state=ExportState.RUNNING)


@pytest.mark.usefixtures("few")
def test_whose_perimeter_is_smaller_is_not_asked_to_approve(ask, in_lille, national):
    everywhere = a_member("nord@exemple.test", Membership.Role.HEAD, ["A09", "A25"])
    a_member("ouest@exemple.test", Membership.Role.HEAD, ["A25"])
    a_member("partie@exemple.test", Membership.Role.HEAD, ["A09"]).memberships.update(
        domains=["AUTRE"]
    )
    a_member("parti@exemple.test", Membership.Role.HEAD, ["A09"]).memberships.update(
        ends_on="2026-11-24"
    )

    ask()

    asked = Message.objects.filter(kind="export_to_approve").values_list("recipient", flat=True)
    assert set(asked) == {everywhere.email, national.email}


@pytest.mark.usefixtures("few")
def test_a_refused_export_is_not_made_and_its_author_is_told(ask, in_lille, head, asker):
    export = ask()

    operations.refuse(export=export, user=head, by=actor(head), at=NOW)
    work("exchanges")

    export.refresh_from_db()
    assert export.state == ExportState.REFUSED
    assert Entry.objects.get(verb="export refused").actor_id == f"user:{head.pk}"
    assert Message.objects.filter(kind="export_ended", recipient=asker.email).count() == 1
    with pytest.raises(Refused):
        operations.approve(export=export, user=head, by=actor(head), at=NOW)


def test_an_export_that_has_grown_beyond_what_one_person_takes_waits_for_another(
    ask, in_lille, head, few, monkeypatch
):
    monkeypatch.setattr(operations, "WITHOUT_APPROVAL", 5_000)
    export = ask()

    prepared(export)

    assert (export.state, export.total) == (ExportState.PROPOSED, 3)
    assert Message.objects.filter(kind="export_to_approve", recipient=head.email).count() == 1


def test_one_that_has_grown_where_nobody_may_approve_ends_and_its_author_is_told(
    ask, in_lille, asker, monkeypatch
):
    export = ask()
    monkeypatch.setattr("sporades.exchanges.models.WITHOUT_APPROVAL", 2)

    prepared(export)

    assert (export.state, export.why) == (ExportState.STOPPED, operations.NOBODY_APPROVES)
    assert Message.objects.filter(kind="export_ended", recipient=asker.email).count() == 1


@pytest.mark.parametrize("loss", [{"ends_on": "2026-11-24"}, {"role": Membership.Role.AUDITOR}])
def test_a_role_that_ends_before_the_file_is_made_stops_it(ask, in_lille, asker, loss):
    export = ask()
    asker.memberships.update(**loss)

    prepared(export)

    assert (export.state, export.why) == (
        ExportState.STOPPED,
        "Votre rôle ne permet plus d'exporter.",
    )


def test_whose_account_is_closed_is_not_told_what_became_of_it(ask, in_lille, asker):
    export = ask()
    inviting.close(email=asker.email, by=OPERATOR, at=NOW)

    prepared(export)

    assert export.state == ExportState.STOPPED
    assert not Message.objects.filter(kind="export_ended").exists()


def test_a_role_that_ends_while_the_file_is_written_stops_it(ask, in_lille, asker, monkeypatch):
    monkeypatch.setattr(operations, "AT_ONCE", 1)
    export = ask(columns=["nom"])
    looked = operations._still_allowed

    def looked_at_and_gone(*arguments, **options):
        found = looked(*arguments, **options)
        asker.memberships.update(ends_on="2026-11-24")
        return found

    monkeypatch.setattr(operations, "_still_allowed", looked_at_and_gone)

    prepared(export)

    assert export.state == ExportState.STOPPED
    assert export.file_key == ""


def test_a_perimeter_that_shrinks_meanwhile_bounds_the_file(ask, in_lille, asker):
    a_registration(a_candidate(birth_name="Ailleurs"), academy="A25", identification=VERSAILLES)
    asker.memberships.update(academies=["A09", "A25"])
    export = ask(columns=["nom"])
    asker.memberships.update(academies=["A25"])

    prepared(export)

    assert [line["Nom de famille"] for line in lines(export)] == ["Ailleurs"]


def test_a_perimeter_that_grows_meanwhile_adds_nothing(ask, in_lille, asker):
    a_registration(a_candidate(birth_name="Ailleurs"), academy="A25", identification=VERSAILLES)
    export = ask(columns=["nom"])
    asker.memberships.update(academies=["A09", "A25"])

    prepared(export)

    assert "Ailleurs" not in [line["Nom de famille"] for line in lines(export)]


def test_a_stopped_export_is_not_made(ask, in_lille, asker):
    export = ask()
    operations.stop(export=export, by=actor(asker), at=NOW)

    work("exchanges")

    export.refresh_from_db()
    assert export.state == ExportState.STOPPED
    assert Entry.objects.get(verb="export stopped").actor_id == f"user:{asker.pk}"
    with pytest.raises(Refused):
        operations.hand_over(export=export, by=actor(asker), at=NOW)


def test_an_export_stopped_at_its_last_line_leaves_no_file(ask, in_lille, asker, monkeypatch):
    export = ask()
    put = files.put

    def put_and_stopped(*arguments, **options):
        key = put(*arguments, **options)
        operations.stop(export=Export.objects.get(), by=actor(asker), at=NOW)
        put_and_stopped.key = key
        return key

    monkeypatch.setattr(files, "put", put_and_stopped)

    prepared(export)

    assert export.state == ExportState.STOPPED
    assert not default_storage.exists(put_and_stopped.key)


def test_what_cannot_be_written_ends_and_its_author_is_told(ask, in_lille, asker, caplog):
    export = ask(columns=["nom", "categorie"])
    # The réglementation of a registration knows its exam no more: nothing of ours does that.
    Exam.objects.filter(pk=in_lille[0].exam_id).update(code="AUTRE")

    prepared(export)

    assert (export.state, export.why) == (ExportState.STOPPED, operations.OUR_FAULT)
    assert operations.take_up_again(older_than=NOW + timedelta(days=1)) == 0
    assert Message.objects.filter(kind="export_ended", recipient=asker.email).exists()
    assert "cannot be made" in caplog.text


def test_an_export_whose_worker_was_killed_begins_again(ask, in_lille):
    export = ask()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'exchanges.prepare'")
    Export.objects.filter(pk=export.pk).update(state=ExportState.RUNNING, begun_at=NOW, done=2)

    assert operations.take_up_again(older_than=NOW - timedelta(minutes=1)) == 0
    later = NOW + timedelta(minutes=11)
    assert [operations.take_up_again(older_than=later) for _ in range(2)] == [1, 0]
    work("exchanges")

    export.refresh_from_db()
    assert (export.state, export.done) == (ExportState.READY, 3)


def test_the_file_of_a_worker_that_was_killed_before_the_end_is_forgotten(
    ask, in_lille, monkeypatch
):
    export = ask(form="xlsx")
    monkeypatch.setattr(operations, "_finished", lambda *_, **__: None)  # killed just there
    operations.prepare(str(export.pk), at=NOW)
    export.refresh_from_db()
    first = export.pending_key
    assert default_storage.exists(first)
    monkeypatch.undo()
    a_registration(a_candidate(birth_name="Dernière"))

    prepared(export, at=NOW + timedelta(minutes=11))

    assert not default_storage.exists(first)
    assert (export.state, export.pending_key) == (ExportState.READY, "")


def test_two_workers_do_not_write_one_export(ask, in_lille):
    export = ask()
    with ThreadPoolExecutor(1) as other, alone("export", str(export.pk)) as is_held:
        assert is_held
        other.submit(_elsewhere, str(export.pk)).result()

    export.refresh_from_db()
    assert export.state == ExportState.WAITING


def _elsewhere(pk):
    try:
        operations.prepare(pk, at=NOW)
    finally:
        connection.close()


def test_a_killed_workers_job_holds_back_no_other(ask, in_lille):
    export = ask()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'exchanges.prepare'"
        )
    operations.take_up_again(older_than=NOW + timedelta(minutes=11))

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'export' FROM procrastinate_jobs"
            " WHERE task_name = 'exchanges.prepare' AND status = 'todo' AND lock IS NULL"
        )
        assert cursor.fetchall() == [(str(export.pk),)]


def test_a_job_that_comes_twice_makes_one_file(ask, in_lille):
    export = prepared(ask())
    first = export.file_key

    prepared(export)

    assert export.file_key == first
    assert Entry.objects.filter(verb="export made").count() == 1


def test_the_file_is_forgotten_after_two_days(ask, in_lille):
    export = prepared(ask())
    key = export.file_key

    assert operations.forget_old(at=NOW + KEPT_FOR) == 0
    assert default_storage.exists(key)
    assert operations.forget_old(at=NOW + KEPT_FOR + timedelta(seconds=1)) == 1

    export.refresh_from_db()
    assert (export.state, export.file_key) == (ExportState.FORGOTTEN, "")
    assert Entry.objects.filter(verb="export forgotten", object_id=str(export.pk)).exists()
    assert not default_storage.exists(key)


def test_whoever_kept_the_file_proves_it_once_it_is_erased(ask, in_lille):
    export = prepared(ask())
    kept = hashlib.sha256(files.get(export.file_key)).hexdigest()

    operations.forget_old(at=NOW + KEPT_FOR + timedelta(seconds=1))

    export.refresh_from_db()
    assert (export.file_key, export.digest) == ("", kept)
    made = Entry.objects.get(verb="export made", object_id=str(export.pk))
    assert made.payload["after"]["digest"] == kept
    assert made.in_words == f"Export prêt : empreinte {kept}"
    assert Entry.objects.get(verb="export asked").in_words == "Export demandé"


def test_a_fingerprint_is_of_a_file_that_was_made(ask, in_lille):
    export = ask()

    for digest_of in ("0" * 64, "0" * 63):
        with pytest.raises(IntegrityError), transaction.atomic():
            Export.objects.filter(pk=export.pk).update(digest=digest_of)


def test_what_was_sought_is_forgotten_after_a_year(ask, in_lille):
    prepared(ask())
    operations.forget_old(at=NOW + KEPT_FOR + timedelta(seconds=1))

    operations.forget_old(at=NOW + operations.FORGOTTEN_AFTER)
    assert Export.objects.count() == 1
    operations.forget_old(at=NOW + operations.FORGOTTEN_AFTER + timedelta(seconds=1))

    assert not Export.objects.exists()
    assert Entry.objects.filter(verb="export made").exists()


def test_but_not_before_its_file_is_erased(ask, in_lille):
    """Nothing would lead to the file any more."""
    export = prepared(ask())
    late = NOW + operations.FORGOTTEN_AFTER + timedelta(seconds=1)

    assert operations.forget_old(at=late) == 1

    assert not default_storage.exists(export.file_key)
    assert Export.objects.get().state == ExportState.FORGOTTEN


def test_the_sweeper_forgets_and_takes_up(ask, in_lille, time_machine):
    export = prepared(ask())
    time_machine.move_to(NOW + KEPT_FOR + timedelta(minutes=1))

    tasks.sweep(0)

    export.refresh_from_db()
    assert export.state == ExportState.FORGOTTEN


def test_the_journal_says_who_why_and_how_many_and_nothing_that_was_sought(ask, in_lille, asker):
    secret = Group(members=(Leaf(CRITERIA["nom"], Operator.IS_NOT, ("Vercingétorix",)),))
    export = prepared(ask(secret))
    operations.hand_over(export=export, by=actor(asker), at=NOW)

    entries = Entry.objects.filter(object_kind="export").order_by("pk")

    assert [one.verb for one in entries] == ["export asked", "export made", "export taken"]
    assert {one.academy for one in entries} == {"A09"}
    assert entries[0].actor_id == f"user:{asker.pk}"
    assert entries[0].payload["after"] | {"perimeters": None} == {
        "purpose": "Préparer les convocations",
        "lines": 3,
        "form": "csv",
        "columns": [column.code for column in export.shown],
        "criteria": ["nom"],
        "perimeters": None,
    }
    assert not any("Vercing" in str(one.payload) for one in entries)


def test_each_academy_of_its_lines_learns_of_an_export_of_several(ask, in_lille, national):
    a_registration(a_candidate(birth_name="Ailleurs"), academy="A25", identification=VERSAILLES)
    export = prepared(ask(by=national))
    operations.hand_over(export=export, by=actor(national), at=NOW)

    entries = Entry.objects.filter(object_kind="export").order_by("pk")
    told = {one.academy: one for one in entries if one.academy}

    assert [one.verb for one in entries if not one.academy] == [
        "export asked",
        "export made",
        "export taken",
    ]
    assert len(told) == len([one for one in entries if one.academy]) == 2
    assert {code: one.payload["after"]["lines"] for code, one in told.items()} == {
        "A09": 3,
        "A25": 1,
    }
    for one in told.values():
        assert (one.verb, one.actor_id, one.actor_kind) == (
            "export made",
            f"user:{national.pk}",
            "administrator",
        )
        assert one.payload["after"]["purpose"] == WHY
        assert not any(row.identity.birth_name in str(one.payload) for row in in_lille)
    assert one.digest == digest(one.content)


def test_of_an_export_that_stops_no_academy_is_told(ask, in_lille, national):
    export = ask(by=national)
    national.memberships.update(ends_on=NOW.date() - timedelta(days=1))

    prepared(export)

    assert export.state == ExportState.STOPPED
    assert not Entry.objects.exclude(academy="").filter(object_kind="export").exists()


def test_an_export_of_one_academy_asked_for_the_whole_country_is_in_its_journal_alone(
    ask, in_lille, national
):
    prepared(ask(by=national))

    told = Entry.objects.filter(verb="export made").exclude(academy="")
    assert [(one.academy, one.payload["after"]["lines"]) for one in told] == [("A09", 3)]


def test_a_criterion_that_is_no_more_stops_the_export(ask, in_lille):
    export = ask()
    tree = {"link": "et", "members": [{"criterion": "parti", "operator": "egal", "values": []}]}
    Export.objects.filter(pk=export.pk).update(tree=tree)

    prepared(export)

    assert export.state == ExportState.STOPPED
    assert "n'existe plus" in export.why


def test_a_search_of_health_gives_no_file_even_asked_for_before(ask, in_lille):
    export = ask()
    declared = Group(members=(Leaf(CRITERIA["handicap"], Operator.IS, ("oui",)),))
    Export.objects.update(tree=declared.as_json())

    export = prepared(Export.objects.get())

    assert (export.state, export.file_key) == (ExportState.STOPPED, "")
    assert "critère de santé" in export.why


def test_what_is_granted_and_where_a_request_stands_are_taken_out():
    granted = Leaf(CRITERIA["mesure"], Operator.GRANTED, ("TEMPS",))
    stands = Leaf(CRITERIA["amenagement"], Operator.FILLED)

    assert not says_of_health(Group(members=(granted, stands)).as_json())


def test_another_may_be_the_author_of_a_decision_in_their_role(ask, in_lille, head, few):
    export = ask()

    operations.approve(export=export, user=head, by=actor(head), at=NOW)

    entry = Entry.objects.get(verb="export approved")
    assert isinstance(actor(head), Actor)
    assert (entry.actor_kind, entry.actor_name) == ("head", export.decided_name)


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_file_says_what_it_is_of(ask, in_lille, form):
    some = Group(members=(Leaf(CRITERIA["nom"], Operator.IS_NOT, ("Abadie",)),))

    export = prepared(ask(some, form=form))

    said = dict(about(form, files.get(export.file_key)))
    assert said == {
        "Export": export.mark,
        "Demandé par": export.asked_name,
        "Demandé le": export.asked_in_words,
        "Motif": WHY,
        "Approuvé par": "(sans objet)",
        "Périmètre": "académie de Lille, tous les domaines",
        "Critères": "Nom de famille : autre que « Abadie »",
        "Lignes": "2",
        "Jours et heures": "heure de Paris",
        "Format": export.spreadsheet.label,
    }


def test_a_file_says_the_perimeter_that_its_author_has_left(asker, ask, in_lille):
    asker.memberships.update(academies=["A09", "A25"])
    export = ask(form="ods")
    asker.memberships.update(academies=["A09"])

    said = dict(about("ods", files.get(prepared(export).file_key)))

    assert said["Périmètre"] == "académie de Lille, tous les domaines"
    assert said["Périmètre de la demande"] == (
        "académie de Lille et académie de Versailles, tous les domaines"
    )
    assert said["Jours et heures"] == "heure de Paris"


def about(form, content):
    """Return what the second sheet of a file says."""
    if form == "ods":
        return tables(content)[1]
    return [
        [cell.value for cell in row] for row in load_workbook(io.BytesIO(content)).worksheets[1]
    ]


def test_a_perimeter_and_its_clocks_are_said(invented_exam):
    RegistrationService.objects.filter(academy="A25").update(zone="Indian/Reunion")
    held.forget()
    member = Actor("manager", "Essai")
    whole = Reach((Perimeter(None, None, member),))
    some = Reach((Perimeter(frozenset({"A25"}), frozenset({"ESSAI"}), member),))

    assert perimeter_in_words(whole) == ["toutes les académies, tous les domaines"]
    assert perimeter_in_words(some) == ["académie de Versailles, domaine « Brevet d'essai »"]
    assert clock_in_words(some) == "heure de La Réunion"
    assert clock_in_words(whole) == (
        "heure du service de chaque inscription : heure de Paris et heure de La Réunion"
    )


def test_days_and_numbers_of_an_export_are_such_and_numbers_that_name_are_text(ask, in_lille):
    columns = ["numero_candidat", "naissance", "code_postal", "version", "enregistree"]

    export = prepared(ask(columns=columns, form="xlsx"))

    [_, first, *_] = load_workbook(io.BytesIO(files.get(export.file_key))).worksheets[0]
    assert [cell.data_type for cell in first] == ["s", "s", "d", "s", "d", "n", "s"]
