"""Doctors, and requests of Lille and Versailles at the stages that a doctor sees."""

import pytest

from sporades.accommodations.states import State
from sporades.acts import accommodating
from tests.accommodations.asked import MANAGER, case_of, decide, reach
from tests.factories import NOW, a_candidate, a_registration
from tests.medical.given import confide, found_clean
from tests.web.doctor.space import a_doctor, browser_of, sign, take, write


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


@pytest.fixture(autouse=True)
def _stores(kept, confided):
    """Each test has stores of its own."""


@pytest.fixture
def registration():
    return a_registration(
        a_candidate(birth_name="Le Goff", first_names="Maëlle"),
        informations={"has_disability": "oui"},
    )


@pytest.fixture
def sent(registration):
    """Send a request, its certificate confided and found clean."""
    found_clean(confide(registration))
    return reach(registration, State.ASKED)


@pytest.fixture
def doctor():
    """Return the browser of a doctor of Lille."""
    return browser_of(a_doctor())


@pytest.fixture
def other():
    """Return the browser of another doctor of Lille."""
    return browser_of(a_doctor("autre@exemple.test", "Dr Paul Petit"))


@pytest.fixture
def case(sent, doctor):
    """Return a request that the doctor has taken."""
    take(doctor, sent)
    sent.refresh_from_db()
    return sent


@pytest.fixture
def notified(case, doctor, registration):
    """Return a request on which the doctor has opined, its decision notified."""
    write(doctor, case, button="relire", texte="Un tiers-temps suffit.")
    sign(doctor, case)
    decide(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    return case_of(registration)
