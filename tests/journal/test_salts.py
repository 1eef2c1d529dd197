"""Of an act that is forgotten, its fingerprint finds nobody again (standards P-20)."""

import importlib

import pytest
from django.db import connection

from sporades import journal
from sporades.core import origin
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.origin import Origin
from sporades.journal import sealing
from sporades.journal.models import Entry, Seal
from sporades.journal.operations import forget
from tests.factories import NOW
from tests.journal.test_sealing import UNTOUCHED, by_hand

INES = Actor("candidate", "Inès Marchand", "user:403")
SERVICE = Actor("system", "service", "")
BEFORE = importlib.import_module("sporades.journal.migrations.0005_forgotten_before")

pytestmark = pytest.mark.django_db


def written(*, source=None):
    """Return an act that says no more than its author, sealed."""
    if source is None:
        made = journal.record("document opened", by=INES, at=NOW)
    else:
        with origin.coming_from(source):
            made = journal.record("document opened", by=INES, at=NOW)
    sealing.seal(at=NOW)
    return made


def as_before(act):
    """Make an act one of a version that knew no salt, seal included."""
    act.salt = ""
    act.digest = digest(act.content)
    by_hand("UPDATE journal_entry SET salt = '', seal_id = NULL, digest = %s", act.digest)
    by_hand("DELETE FROM journal_seal")
    sealing.seal(at=NOW)


def forgotten(act):
    """Forget an act, and return what is left of it."""
    forget(Entry.objects.filter(pk=act.pk), "unused account erased", by=SERVICE, at=NOW)
    return Entry.objects.get(pk=act.pk)


def is_found_by(kept, **tried):
    """Tell whether somebody who reads the journal finds that it was so, by its fingerprint."""
    listed = {fingerprint for made in Seal.objects.all() for _, fingerprint in made.acts}
    for name, value in tried.items():
        setattr(kept, name, value)
    found = digest(kept.content)
    assert kept.digest in listed
    return found in listed


@pytest.mark.parametrize("source", [None, Origin("9f86d081884c7d65", "203.0.113.7")])
def test_whoever_knows_all_that_a_forgotten_act_said_does_not_find_it_again(source):
    act = written(source=source)
    whole = Entry.objects.get(pk=act.pk)
    assert is_found_by(whole, actor_name=INES.name)

    kept = forgotten(act)

    assert not is_found_by(kept, actor_name=INES.name, actor_id=INES.identifier, payload={})
    assert Entry.objects.get(pk=act.pk).is_empty
    assert sealing.verify(at=NOW).findings == UNTOUCHED


def test_an_act_of_before_there_were_salts_is_whole_and_no_page_of_its_finds_it_once_forgotten():
    act = written(source=Origin("9f86d081884c7d65", "203.0.113.7"))
    as_before(act)
    assert sealing.verify(at=NOW).findings == UNTOUCHED

    kept = forgotten(act)

    assert not is_found_by(kept, actor_name=INES.name, actor_id=INES.identifier)
    assert sealing.verify(at=NOW).findings == UNTOUCHED


def test_an_act_told_to_another_academy_has_a_salt_of_its_own():
    act = journal.record("registration filed", by=INES, at=NOW, academy="A09")
    other = journal.also_for(act, academy="A25")

    assert len({act.salt, other.salt, ""}) == 3
    assert len(act.salt) == 32


def test_what_an_older_version_left_of_a_forgotten_act_is_taken_out_and_of_no_other():
    act = written(source=Origin("9f86d081884c7d65", "203.0.113.7"))
    as_before(act)
    was = Entry.objects.get(pk=act.pk)
    forgotten(act)
    by_hand(
        "UPDATE journal_entry SET actor_id = %s, origin = %s WHERE id = %s",
        *(was.actor_id, was.origin, was.pk),
    )
    other = written(source=Origin("aaaaaaaaaaaaaaaa", "203.0.113.7"))
    nameless = journal.record("document opened", by=Actor("link", "", "link:1"), at=NOW)
    left = Entry.objects.get(pk=act.pk)
    assert is_found_by(left, actor_name=INES.name)

    with connection.cursor() as cursor:
        cursor.execute(BEFORE.EMPTIED)
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)

    assert Entry.objects.get(pk=act.pk).is_empty
    assert Entry.objects.get(pk=other.pk).actor_id == INES.identifier
    assert Entry.objects.get(pk=nameless.pk).actor_id == "link:1"
    assert sealing.verify(at=NOW).findings == UNTOUCHED
