"""A head of service of Lille, an administrator, and a file that asks more than the one in force."""

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.services import regulating
from sporades.trials import operations
from tests.factories import INVENTED, NOW
from tests.web.registry.world import a_member

AGE = "exige: {age: {minimum: 18, au: 2027-12-31}}"
OLDER = (AGE, "exige: {age: {minimum: 40, au: 2027-12-31}}")
Role = Membership.Role


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


@pytest.fixture
def head(db):
    """Return a head of service of Lille."""
    return a_member("cheffe@exemple.test", Role.HEAD, ["A09"])


@pytest.fixture
def administrator(db):
    """Return an administrator."""
    return a_member("admin@exemple.test", Role.ADMINISTRATOR, [])


def reach_of(user, permission=Permission.PREPARE_REGULATIONS):
    """Return where somebody may do something."""
    return reach(user.memberships.all(), permission)


@pytest.fixture
def prepare(invented_exam, administrator):
    """Prepare the invented file, some of its passages changed."""

    def prepared(*changes):
        text = INVENTED.read_text(encoding="utf-8")
        for old, new in changes or (OLDER,):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return regulating.prepare(
            content=text.encode(),
            name="essai.yaml",
            reach=reach_of(administrator),
            by=administrator.memberships.get().as_actor(),
            at=NOW,
        )

    return prepared


@pytest.fixture
def tried(administrator):
    """Try a file, to the end."""

    def done(prepared, by=None, at=NOW):
        user = by or administrator
        trial = operations.ask(prepared=prepared, reach=reach_of(user), by=user, at=at)
        while operations.go_on(str(trial.pk), at=at):
            pass
        trial.refresh_from_db()
        return trial

    return done
