"""Names with an ʻokina are found as with an apostrophe, those that were kept before it too."""

from importlib import import_module

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sporades.candidates.models import Identity
from sporades.registrations.models import Registration
from tests.factories import a_candidate, a_registration

KEYS = ("name_key", "birth_name_key", "usage_name_key", "first_names_key")
BEFORE = {
    "name_key": "fa\u02bbatau moana \u02bcura",
    "birth_name_key": "fa\u02bbatau",
    "first_names_key": "moana",
    "usage_name_key": "\u02bcura",
}


@pytest.fixture
def kept_before(invented_exam):
    """File a registration, then give it the keys that were kept before."""
    one = a_registration(
        a_candidate(birth_name="Fa\u02bbatau", first_names="Moana", usage_name="\u02bcUra")
    )
    with connection.cursor() as cursor:
        cursor.execute(
            import_module("sporades.candidates.migrations.0002_keys_of_apostrophes").ASIDE
        )
        Identity.objects.filter(pk=one.identity_id).update(**BEFORE)
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
    Registration.objects.filter(pk=one.pk).update(name_key=BEFORE["name_key"])
    return one


def migrated():
    """Do again what the migrations do to rows."""
    for room, name, act in (
        ("candidates", "0002_keys_of_apostrophes", "make_again"),
        ("registrations", "0003_keys_of_apostrophes", "take_again"),
    ):
        state = MigrationExecutor(connection).loader.project_state((room, name))
        module = import_module(f"sporades.{room}.migrations.{name}")
        with connection.schema_editor() as editor:
            getattr(module, act)(state.apps, editor)


def test_keys_that_were_kept_before_are_made_again(kept_before):
    other = a_registration(a_candidate(birth_name="Ørsted"))
    whole = Registration.objects.get(pk=other.pk).name_key

    migrated()

    identity = Identity.objects.get(pk=kept_before.identity_id)
    assert [getattr(identity, key) for key in KEYS] == [
        "fa atau moana ura",
        "fa atau",
        "ura",
        "moana",
    ]
    assert Registration.objects.get(pk=kept_before.pk).name_key == "fa atau moana ura"
    assert Registration.objects.get(pk=other.pk).name_key == whole


def test_identities_are_frozen_again_once_it_is_done(kept_before):
    migrated()

    with pytest.raises(Exception, match="Cannot update rows"):
        Identity.objects.update(birth_place="Ailleurs")
