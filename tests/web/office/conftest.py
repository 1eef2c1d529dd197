"""Members of staff, and what the candidates of two academies have filed."""

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from sporades.accounts.models import Membership
from sporades.exams.held import forget
from tests.factories import NOW, a_candidate, a_registration, load_invented
from tests.web.registry.world import HOST, Role, a_member, signed_in

OF_VERSAILLES = "  - {academie: A25, ouverture: 2026-10-12 08:00, fermeture: 2026-12-15 17:00, service: essais}\n"
OF_REUNION = OF_VERSAILLES.replace("A25", "A28")
MANAGING = "  - {code: essais, academie: A25, secteur: Secteur des essais, "
MANAGING_REUNION = (
    "  - {code: essais, academie: A28, secteur: Secteur des essais, nom: Bureau de Saint-Denis, "
    "telephone: 02 62 00 00 01, courriel: essais@reunion.exemple.test, adresse: [97400 Saint-Denis]}\n"
)
VERSAILLES = {"postcode": "78000", "town": "Versailles"}


def second_factor_shown(client, *, at):
    """Have whoever a browser is signed in for show their second factor again."""
    session = client.session
    shown = {"method": "mfa", "type": "totp", "at": at.timestamp()}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        *session[AUTHENTICATION_METHODS_SESSION_KEY],
        shown,
    ]
    session.save()


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


@pytest.fixture
def member():
    """Return a browser in which a member of staff has signed in with two factors."""

    def made(
        *academies, role=Membership.Role.MANAGER, domains=(), email="agent@exemple.test", at=NOW
    ):
        user = a_member(email, role, list(academies))
        user.memberships.update(domains=list(domains))
        client = Client(headers={"host": HOST})
        client.cookies["__Host-session"] = signed_in(user, Role.MANAGER, at=at)
        client.user = user
        return client

    return made


@pytest.fixture
def manager(member):
    """Return the browser of a manager of Lille."""
    return member("A09")


@pytest.fixture
def in_lille(db):
    """File a registration in Lille."""
    return a_registration(a_candidate(birth_name="Le Goff", first_names="Maëlle Anne"))


@pytest.fixture
def in_versailles(db):
    """File a registration in Versailles."""
    return a_registration(
        a_candidate(birth_name="Le Goffic", first_names="Yann"),
        academy="A25",
        identification=VERSAILLES,
    )


@pytest.fixture
def with_reunion(db):
    """Open a service in La Réunion too, by its own clock."""
    load_invented(
        (OF_VERSAILLES, OF_VERSAILLES + OF_REUNION), (MANAGING, MANAGING_REUNION + MANAGING)
    )
    forget()
    yield
    forget()
