"""The keys by which people are found by their names."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from sporades.candidates.models import Identity
from sporades.registrations.models import Registration
from tests.factories import a_candidate, a_registration
from tests.web.registry.planting import nothing_frozen

pytestmark = pytest.mark.usefixtures("invented_exam")

WITH_UNSEEN = {
    "birth_name": "Du\ufe0fmarlin",
    "usage_name": "Ro\u034fche",
    "first_names": "Zo\u3164é",
}
BEFORE = {
    "birth_name_key": "du marlin",
    "usage_name_key": "ro\u034fche",
    "first_names_key": "zo\u1160e",
    "name_key": "du marlin zo\u1160e ro\u034fche",
}
SINCE = {
    "birth_name_key": "dumarlin",
    "usage_name_key": "roche",
    "first_names_key": "zoe",
    "name_key": "dumarlin zoe roche",
}


def migrate():
    step = import_module("sporades.candidates.migrations.0008_keys_without_unseen_signs")
    with connection.schema_editor() as editor:
        step.make_again(apps, editor)
    following = import_module("sporades.registrations.migrations.0028_keys_without_unseen_signs")
    with connection.cursor() as cursor:
        cursor.execute(following.KEYS)


def test_who_was_kept_with_a_sign_that_nobody_sees_is_found_by_the_keys_made_again():
    registration = a_registration(a_candidate(**WITH_UNSEEN))
    other = a_registration(a_candidate(birth_name="Autret"))
    with nothing_frozen():
        Identity.objects.filter(pk=registration.identity_id).update(**BEFORE)
    Registration.objects.filter(pk=registration.pk).update(name_key=BEFORE["name_key"])

    migrate()

    assert Identity.objects.filter(pk=registration.identity_id).values(*SINCE).get() == SINCE
    found = Registration.objects.get(name_key=SINCE["name_key"])
    assert (found, found.identity.birth_name) == (registration, WITH_UNSEEN["birth_name"])
    other.refresh_from_db()
    assert other.name_key == other.identity.name_key
