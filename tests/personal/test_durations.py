"""P-01, RGPD art. 30: each table says what it serves, who reads it, how long it is kept; all that is told of it agrees."""

import re
from collections import Counter

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command

from sporades.personal import register
from sporades.personal.activities import RECIPIENTS, Activity, Reader, recipients
from sporades.personal.durations import DURATIONS, TOLD
from sporades.personal.tables import BY_MODEL, HEALTH, MEASURES, TABLES
from tests.factories import NOW
from tests.tree import text_of

LINES = {line.code for line in DURATIONS}
GIVEN = [table for table in TABLES if table.chapter]
OF_NOBODY = {Activity.RUNNING, Activity.ORGANISING}


def codes(said):
    return said.split()


def lines_of(tables):
    return {code for table in tables for code in codes(table.kept)}


# --- The map ----------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.model)
def test_a_table_says_who_reads_it_and_by_which_durations_it_goes(table):
    alone = {Reader.NOBODY, Reader.EVERYBODY} & {*table.read_by}

    assert codes(table.kept)
    assert {*codes(table.kept)} <= LINES
    assert len({*codes(table.kept)}) == len(codes(table.kept))
    assert table.read_by
    assert len({*table.read_by}) == len(table.read_by)
    assert not alone or len(table.read_by) == 1


def test_a_table_that_is_given_to_its_person_is_read_by_them():
    assert [table.model for table in GIVEN if Reader.PERSON not in table.read_by] == []


def test_every_duration_activity_and_reader_is_one_of_some_table():
    assert lines_of(TABLES) == LINES
    assert [
        code for code, count in Counter(one.code for one in DURATIONS).items() if count > 1
    ] == []
    assert {table.serves for table in TABLES} == {*Activity}
    assert {reader for table in TABLES for reader in table.read_by} == {*Reader}


def test_what_says_something_of_health_is_sensitive():
    def may_speak_of_it(table):
        columns = {one.name for one in apps.get_model(table.model)._meta.concrete_fields}
        is_of_it = table.chapter in {HEALTH, MEASURES} or table.serves is Activity.ACCOMMODATIONS
        return is_of_it or "has_disability" in columns

    named = {table.model for table in TABLES if may_speak_of_it(table)}
    assert named <= {table.model for table in TABLES if table.is_sensitive}
    assert all(BY_MODEL[model].serves is not Activity.FIGURES for model in named)


def test_a_paper_of_health_is_read_by_no_member_of_the_office():
    confided = [table for table in TABLES if "sante" in codes(table.kept)]

    readers = {reader for table in confided for reader in table.read_by}
    assert readers == {Reader.PERSON, Reader.DOCTOR}


def test_every_measure_is_a_paragraph_of_the_page_on_security():
    written = set(re.findall(r"^\*\*([^*]+)\*\*", text_of("docs/security.md"), re.MULTILINE))

    named = {measure.source for one in Activity for measure in one.value.measures}
    assert named - written == set()


# --- What is told -----------------------------------------------------------------------------


def test_a_person_reads_every_duration_of_what_is_theirs():
    told = [code for one in TOLD for code in codes(one.lines)]

    assert {*told} <= LINES
    assert lines_of(GIVEN) - {*told} == set()


def test_a_person_reads_who_receives_what_is_theirs():
    readers = {reader for table in GIVEN for reader in table.read_by}

    assert {*RECIPIENTS} == readers - {Reader.PERSON}
    assert recipients(publisher="Académie", host="")[-1].startswith("Académie pour faire")
    assert (
        "Académie, et Hôte qui l'héberge, pour" in recipients(publisher="Académie", host="Hôte")[-1]
    )


def rows_of_architecture():
    """What each step of « One person's data, end to end » is kept in, and by which lines it goes."""
    page = text_of("docs/architecture.md").partition("## One person's data, end to end")[2]
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|[^|]*\|$", page, re.MULTILINE)
    return [
        (re.findall(r"`(\w+)`", kept), {*re.findall(r"`([\w-]+)`", lines)})
        for kept, lines in rows[1:]
    ]


def test_the_page_on_architecture_has_every_table_of_persons_with_its_durations():
    ours = [table for table in TABLES if table.serves not in OF_NOBODY]
    by_name = {table.model.partition(".")[2]: table for table in ours}
    rows = rows_of_architecture()

    assert len(by_name) == len(ours)
    assert sorted(name for names, _ in rows for name in names) == sorted(by_name)
    for names, said in rows:
        assert said == lines_of(by_name[name] for name in names), names


# --- The register -----------------------------------------------------------------------------


def test_the_register_says_all_that_the_regulation_asks_of_each_activity(capsys, settings):
    settings.RETENTION_ACTIVE_YEARS = 3
    settings.PRIVACY_CONTACT = "donnees@exemple.test"
    with time_machine.travel(NOW, tick=False):
        call_command("archives", "registre")

    said = capsys.readouterr().out
    head, *parts = said.split("\n## ")
    assert "Tiré le 25 novembre 2026" in head
    assert "donnees@exemple.test" in head
    assert len(parts) == len(Activity)
    for one, part in zip(Activity, parts, strict=True):
        assert part.startswith(one.value.title)
        for asked in ("Finalité", "Base légale", "Personnes", "Destinataires", "Mesures"):
            assert f"- **{asked}** :" in part
        assert part.count("\n| ") == 1 + sum(table.serves is one for table in TABLES)
        named = {*re.findall(r"`([\w-]+)`", part)}
        assert named == lines_of(table for table in TABLES if table.serves is one)
    assert "3 ans, puis 8 ans d'archives, à compter de : la fermeture du service" in said


def test_the_register_names_each_table_in_french():
    names = [register._named(table) for table in TABLES]

    twice = [name for name, count in Counter(names).items() if count > 1]
    assert twice == []
    assert [
        name for name in names if re.search(r"(?i)jobs?\b|token|user|email|vous|ss\b", name)
    ] == []
