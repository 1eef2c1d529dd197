"""P-24: a copy of the database in which nobody is left, and which still stands."""

import subprocess

import psycopg
import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from sporades.candidates.models import Candidate, Identity
from sporades.core import files
from sporades.core.numbers import is_valid
from sporades.core.text import search_key
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Deposit
from sporades.exams.held import forget
from sporades.journal.models import Entry
from sporades.journal.sealing import seal, verify
from sporades.mail.models import Message
from sporades.medical.models import Opening, Paper
from sporades.personal import anonymising
from sporades.personal.nobody import Nobody, own_words, words_of
from sporades.personal.tables import BY_MODEL, TABLES
from sporades.registrations.models import Registration, SectionAnswers, Version
from tests.factories import NOW, a_draft
from tests.web.registry.planting import nothing_frozen, plant, text_columns
from tests.web.registry.world import build

KEPT_WHOLE = [table for table in TABLES if not table.is_emptied]


def name():
    return connection.settings_dict["NAME"]


def anonymise(settings):
    settings.COPY = name()
    call_command("copie", "anonymiser", "--base", name())


def dumped():
    """Return a dump of the database, as an operator makes one."""
    params = connection.settings_dict
    url = psycopg.conninfo.make_conninfo(
        host=params["HOST"], port=params["PORT"], user=params["USER"], password=params["PASSWORD"]
    )
    done = subprocess.run(
        ["pg_dump", f"--dbname={url} dbname={name()}"], capture_output=True, check=True
    )
    return done.stdout.decode()


@pytest.fixture
def world(territory, transactional_db, kept, confided):
    """Return a world that is committed, so that a dump has it."""
    forget()
    with time_machine.travel(NOW, tick=False):
        yield build()
    forget()


def planted():
    """Put a word in each column of text that is of somebody, in every row; return the words."""
    words = set()
    with transaction.atomic(), nothing_frozen():
        for table in TABLES:
            model = apps.get_model(table.model)
            for column in text_columns(model):
                if column.name in table.keep.split() or _is_reference(table.model):
                    continue
                for key in model._base_manager.values_list("pk", flat=True):
                    try:
                        with transaction.atomic():
                            words.add(plant(model, key, column))
                    except IntegrityError:
                        continue
    return words


def _is_reference(label):
    return label.startswith(("auth.", "contenttypes.", "procrastinate."))


def identifying():
    """Return what names somebody in the world, as it was typed."""
    found = set()
    for table in KEPT_WHOLE:
        model = apps.get_model(table.model)
        for column in f"{table.emails} {table.phones} {table.files}".split():
            found |= set(model._base_manager.values_list(column, flat=True))
    found |= set(Registration.objects.values_list("number", flat=True))
    found |= set(Candidate.objects.values_list("number", flat=True))
    found |= {"Le Goff", "LE GOFF", "Maëlle", "12 rue des Îles", "14 mars 1998", "14/03/1998"}
    return {one for one in found if one and len(one) > 5}


# --- The map ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", KEPT_WHOLE, ids=lambda table: table.model)
def test_every_column_of_text_is_named_by_the_map(table):
    columns = {
        column.name
        for column in apps.get_model(table.model)._meta.concrete_fields
        if isinstance(column, anonymising.TEXTS) and not column.choices and not column.is_relation
    }

    assert columns <= {*table.listed}
    assert len(table.listed) == len({*table.listed})


def test_a_column_that_the_map_does_not_name_stops_all(db, monkeypatch):
    whole = BY_MODEL["threads.ThreadMessage"]
    without = type(whole)(**{**vars(whole), "texts": ""})
    changed = [without if one is whole else one for one in TABLES]
    monkeypatch.setattr(anonymising, "TABLES", changed)

    with pytest.raises(anonymising.Unclassified, match=r"threads\.ThreadMessage\.text"):
        anonymising.anonymise(by=None, at=NOW)


def test_every_table_of_the_database_is_one_of_a_model_or_known(db):
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'archives'")
        tables |= {f'archives"."{one}' for [one] in cursor.fetchall()}
    ours = {model._meta.db_table for model in apps.get_models()}

    assert tables - ours == {"auth_group_permissions", "django_migrations", "shared_cache"}


# --- The guard --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "typed", "refusal"),
    [
        ("", None, anonymising.NotACopy),
        ("sporades", None, anonymising.NotACopy),
        (None, "sporades", anonymising.AnotherName),
    ],
)
def test_what_is_not_declared_a_copy_is_left_alone(db, declared, typed, refusal):
    declared = name() if declared is None else declared
    typed = name() if typed is None else typed

    with pytest.raises(refusal):
        anonymising.check(declared=declared, typed=typed)


def test_the_command_says_why_it_refuses(db, settings):
    settings.COPY = ""

    with pytest.raises(CommandError, match="SPORADES_COPY"):
        call_command("copie", "anonymiser", "--base", name())


def test_what_somebody_is_connected_to_is_left_alone(db):
    params = connection.settings_dict
    said = {"host": params["HOST"], "port": params["PORT"], "user": params["USER"]}
    with (
        psycopg.connect(**said, password=params["PASSWORD"], dbname=name()),
        pytest.raises(anonymising.InUse),
    ):
        anonymising.check(declared=name(), typed=name())


def test_its_own_pool_is_nobody_else(db):
    own = connections.create_connection("default")
    options = {**own.settings_dict["OPTIONS"], "pool": {"min_size": 2, "max_size": 4}}
    own.settings_dict = {**own.settings_dict, "OPTIONS": options}
    own.ensure_connection()
    own.pool.wait(timeout=60)
    asked = "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)"
    pids = [one.info.backend_pid for one in own.pool._pool] + [own.connection.info.backend_pid]
    assert len(pids) >= 2

    anonymising.connect_alone(own)

    with own.cursor() as cursor:
        assert own.pool is None
        for _ in range(100):
            cursor.execute(asked, [pids])
            if cursor.fetchone() == (0,):
                break
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.1)")
        else:
            pytest.fail("its pool is still connected")
    own.close()


# --- What is left -----------------------------------------------------------------------------


def test_a_dump_of_the_copy_has_nothing_of_anybody(world, settings):
    known = identifying()
    before = dumped()
    assert len(known) > 30
    assert {one for one in known if one not in before} <= {"14 mars 1998", "14/03/1998"}

    anonymise(settings)

    after = dumped()
    assert {one for one in known if one in after} == set()


def test_a_word_in_any_column_of_any_row_is_not_in_a_dump_of_the_copy(world, settings):
    words = planted()
    assert len(words) > 500

    anonymise(settings)

    after = dumped()
    assert {word for word in words if word in after} == set()


def test_the_copy_stands(world, settings):
    seal(at=NOW)
    counts = {
        table.model: apps.get_model(table.model)._base_manager.count() for table in KEPT_WHOLE
    }
    categories = sorted(Registration.objects.values_list("category", "state", "academy"))

    anonymise(settings)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    counts["journal.Entry"] += 1
    assert {
        table.model: apps.get_model(table.model)._base_manager.count() for table in KEPT_WHOLE
    } == counts
    assert sorted(Registration.objects.values_list("category", "state", "academy")) == categories
    assert all(version.is_intact for version in Version.objects.all())
    assert all(map(is_valid, Registration.objects.values_list("number", flat=True)))
    for identity in Identity.objects.all():
        assert identity.birth_name_key == search_key(identity.birth_name)
    for registration in Registration.objects.select_related("identity"):
        assert registration.name_key == registration.identity.name_key
        assert registration.birth_date == registration.identity.birth_date
    assert (Paper.objects.count(), Opening.objects.count()) == (0, 0)
    assert not Message.objects.filter(state=Message.State.WAITING).exists()
    assert verify(at=NOW).findings == ()
    assert Entry.objects.latest("pk").verb == "copy made of nobody"


def test_a_name_that_was_typed_and_never_filed_goes_though_the_program_has_its_words(invented_exam):
    typed = {"guardian_name": "Marie Martin", "town": "Saint-Pierre"}
    draft = a_draft(identification=typed)
    answers = SectionAnswers.objects.get(draft=draft, section="identification").answers
    own = words_of("Marie Martin Saint Pierre")
    assert own <= own_words()

    made = anonymising._taught().tree(answers)

    assert not own & {word for name in typed for word in words_of(made[name])}


def test_its_files_and_documents_are_others_that_open(world, settings, kept):
    anonymise(settings)

    for deposit in Deposit.objects.all():
        assert files.get(deposit.key)[:4] == b"%PDF"
    for version in DocumentVersion.objects.all():
        assert documents.printed(version)[:4] == b"%PDF"
        assert version.content.get("code") is None or version.code in version.content["verify_url"]


# --- What each thing becomes ------------------------------------------------------------------


@pytest.fixture
def nobody():
    made = Nobody(vocabulary=frozenset({"n", "votre", "inscription", "de", "le", "petit", "99100"}))
    made.learn("Petit", "0639981234")
    made.born(1998, 3, 14)
    return made


def test_a_name_becomes_another_of_its_shape_the_same_everywhere(nobody):
    made = nobody.text("Le Goff-Éland")

    assert [len(word) for word in made.replace("-", " ").split()] == [2, 4, 5]
    assert made != "Le Goff-Éland"
    assert nobody.text("LE GOFF") == made.split("-")[0].upper()


def test_a_sentence_keeps_the_words_of_the_program_and_none_of_somebody(nobody):
    made = nobody.said("Votre inscription de M. Petit, née le 14 mars 1998, 06 39 98 12 34")

    assert made.startswith("Votre inscription de ")
    assert {"Petit", "14 mars 1998", "39 98"} & {
        one for one in ("Petit", "14 mars 1998", "39 98") if one in made
    } == set()
    assert nobody.said("14/03/1998") != "14/03/1998"
    assert nobody.said("99100") == "99100"
    assert nobody.said("2026-11-25T09:30:00+00:00") == "2026-11-25T09:30:00+00:00"


def test_the_parts_of_a_birth_date_move_together(nobody):
    made = nobody.tree({"birth_year": 1998, "birth_month": "3", "birth_day": "14"})
    day = nobody.births[next(iter(nobody.births))]

    assert made == {
        "birth_year": day.year,
        "birth_month": str(day.month),
        "birth_day": str(day.day),
    }


def test_a_number_keeps_its_check_digit_and_comes_from_no_sequence(nobody):
    made = nobody.number("20000000058")

    assert is_valid(made)
    assert made[0] == "9"
    assert len(made) == 11
    assert nobody.said("N° 20 000 000 058") == f"N° {made[:2]} {made[2:5]} {made[5:8]} {made[8:]}"


def test_a_telephone_and_a_postcode_keep_how_they_begin_and_no_letter(nobody):
    assert nobody.phone("0639981234")[:2] == "06"
    assert nobody.phone("0639981234") != "0639981234"
    assert nobody.postcode("59000")[:2] == "59"
    assert "SW" not in nobody.postcode("SW1A 1AA")


def test_what_somebody_typed_becomes_as_many_signs(nobody):
    assert len(nobody.free("Je suis malade." * 9)) in {134, 135}
    assert nobody.free("") == ""
