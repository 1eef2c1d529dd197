"""Tables are brought to those of this code from wherever it knows the way, and refused otherwise."""

from io import StringIO

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from sporades.core.standing import LAST_STEP_BY_STEP, migrations_left

pytestmark = pytest.mark.django_db

FIRST = MigrationRecorder.Migration.objects.filter(name="0001_initial")
OWN = ("accommodations", "candidates", "registrations")


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def step_by_step():
    """A database that had every migration one by one, before the first ones stood for them."""
    stood_for = FIRST.filter(app__in=OWN)
    assert stood_for.delete()[0] == len(OWN)


@pytest.fixture
def half_way(step_by_step):
    """One that had not had the last of them."""
    gone = MigrationRecorder.Migration.objects.filter(app="accommodations", name="0019_appeals")
    assert gone.delete()[0] == 1


@pytest.mark.usefixtures("step_by_step")
def test_what_was_done_step_by_step_is_not_done_again():
    said = StringIO()

    assert migrations_left(connection) == 0
    call_command("migrate", interactive=False, stdout=said)

    assert "No migrations to apply." in said.getvalue()
    assert FIRST.filter(app__in=OWN).count() == len(OWN)


@pytest.mark.usefixtures("half_way")
def test_a_database_that_is_too_old_is_told_by_which_version_to_go(client):
    with pytest.raises(CommandError, match=rf"« git checkout {LAST_STEP_BY_STEP} »"):
        call_command("migrate", interactive=False)

    said = {
        one.id: one.msg for one in run_checks(databases=["default"], include_deployment_checks=True)
    }
    assert LAST_STEP_BY_STEP in said["sporades.E004"]


@pytest.mark.usefixtures("half_way")
def test_a_demo_that_is_too_old_is_told_how_to_be_forgotten(settings):
    settings.DEMO = True
    with pytest.raises(CommandError, match="« make demo-reset » les oublie"):
        call_command("demo", "load")
