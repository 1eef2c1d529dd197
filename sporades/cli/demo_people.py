"""The demo's people: accounts that exist nowhere else, made through the real operations."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sporades.accounts import operations as accounts
from sporades.accounts import second_factor
from sporades.accounts.models import Membership, User
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate

PASSWORD = "sporades-demo-2026"  # noqa: S105 - in the README, of no use elsewhere

NEWCOMER, REGULAR, MINOR = "nouveau@demo.test", "habitue@demo.test", "mineure@demo.test"

CANDIDATES: dict[str, dict[str, Any]] = {
    NEWCOMER: {
        "civility": "m",
        "birth_name": "Vasseur",
        "first_names": "Tomé Augustin",
        "born": (2004, 5, 2),
        "place": ("99100", "59", "59512", "Roubaix"),
    },
    REGULAR: {
        "civility": "mme",
        "birth_name": "Dérignac",
        "usage_name": "Dérignac-Lô",
        "first_names": "Océane Inès",
        "born": (1991, 11, 23),
        "place": ("99100", "974", "97411", "Saint-Denis"),
    },
    MINOR: {
        "civility": "mme",
        "birth_name": "Benhaddou",
        "first_names": "Lina",
        "born": (2010, 2, 17),
        "place": ("99350", "", "", "Rabat"),
    },
}

ASKING: dict[str, dict[str, Any]] = {
    f"amenagement{rank}@demo.test": {
        "civility": civility,
        "birth_name": birth_name,
        "first_names": first_names,
        "born": (1988 + rank, rank, 3 * rank),
        "place": ("99100", "59", "59350", "Lille"),
    }
    for rank, (civility, birth_name, first_names) in enumerate(
        (
            ("m", "Delgrange", "Aristide"),
            ("mme", "Poutrain", "Faustine"),
            ("m", "Wattrelot", "Ismaël"),
            ("mme", "Caudron", "Hermine"),
            ("m", "Lestienne", "Octave"),
            ("mme", "Dubrulle", "Sidonie"),
            ("m", "Vandamme", "Prosper"),
            ("mme", "Herbaut", "Zélie"),
            ("m", "Delplanque", "Anselme"),
        ),
        start=1,
    )
}
"""Those whose requests for accommodations stand at every step."""

NOTIFIED = "amenagement7@demo.test"
"""Whose decision is notified and not read yet: the one of them that the demo names."""
COMPLETE = ("amenagement8@demo.test", "amenagement9@demo.test")
"""Those of whom every piece was found good: their registrations wait for « Valider »."""

STAFF = {
    "gestionnaire.lille@demo.test": ("Camille Ferrand", Membership.Role.MANAGER, ["A09"]),
    "gestionnaire.reunion@demo.test": (
        "Yanis Payet",
        Membership.Role.MANAGER,
        ["A28"],
    ),
    "cheffe.lille@demo.test": ("Solène Marchal", Membership.Role.HEAD, ["A09"]),
    "accueil.lille@demo.test": ("Lou Castelain", Membership.Role.HELPDESK, ["A09"]),
    "auditeur@demo.test": ("Hugo Lemaire", Membership.Role.AUDITOR, ["A09"]),
    "medecin.lille@demo.test": ("Anne Roussel", Membership.Role.DOCTOR, ["A09"]),
    "medecin.reunion@demo.test": ("Maëva Hoarau", Membership.Role.DOCTOR, ["A28"]),
    "administrateur@demo.test": ("Nour Delattre", Membership.Role.ADMINISTRATOR, []),
}


@transaction.atomic
def make_people(*, at: datetime) -> None:
    """Make the demo's accounts, those that are not there yet."""
    password = accounts.hashed(PASSWORD)
    known = set(User.objects.values_list("email", flat=True))
    for email, facts in (CANDIDATES | ASKING).items():
        if email not in known:
            user = account(email, password, at=at)
            candidates.enrol(user=user, identity=_identity(facts), email=email, at=at)
    for email, (name, role, academies) in STAFF.items():
        if email not in known:
            user = account(email, password, at=at)
            Membership.objects.create(user=user, role=role, full_name=name, academies=academies)
            second_factor.enrol_totp(user)


def candidate(email: str) -> Candidate:
    """Return a candidate of the demo."""
    return Candidate.objects.select_related("identity", "user").get(user__email=email)


def account(email: str, password: str, *, at: datetime) -> User:
    """Open an account and activate it at once.

    Args:
        email: its address.
        password: its password, hashed.
        at: the instant.
    """
    user = accounts.open_account(email=email, password_hash=password, at=at)
    return accounts.activate(user.pk, at=at)


def _identity(facts: dict[str, Any]) -> dict[str, Any]:
    year, month, day = facts["born"]
    country, department, commune, place = facts["place"]
    return {
        "civility": facts["civility"],
        "birth_name": facts["birth_name"],
        "usage_name": facts.get("usage_name", ""),
        "first_names": facts["first_names"],
        "birth_year": year,
        "birth_month": month,
        "birth_day": day,
        "birth_country": country,
        "birth_department": department,
        "birth_commune": commune,
        "birth_place": place,
        "nationality": "99100",
    }
