"""Accounts made through the real acts, and acts done at the same instant."""

from datetime import UTC, datetime
from threading import Barrier, Thread

from django.db import connection

from sporades.accounts.models import User
from sporades.acts.people import joining
from sporades.candidates.models import ClaimCode
from sporades.mail.models import Message

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
IDENTITY = {
    "civility": "m",
    "birth_name": "Roussel",
    "usage_name": "",
    "first_names": "Théo",
    "birth_year": 2007,
    "birth_month": 6,
    "birth_day": 1,
    "birth_country": "99100",
    "birth_department": "59",
    "birth_commune": "59350",
    "birth_place": "Lille",
    "nationality": "99100",
}


def join(email="theo@exemple.test", at=NOON, *, holds_letter_box=False, **changes):
    return joining.join(
        identity={**IDENTITY, **changes},
        email=email,
        password="quatre mots sans rapport",
        holds_letter_box=holds_letter_box,
        at=at,
    )


def joined(email="theo@exemple.test", at=NOON):
    user = join(email, at)
    joining.activate(user.pk, at=at)
    return User.objects.get(pk=user.pk)


def whose(email):
    """Say to a command, as an operator does, whose account has an address."""
    user = User.objects.filter(email=email.strip().lower()).first()
    code = user and ClaimCode.objects.filter(taken_by=user).first()
    candidate = code.candidate if code else getattr(user, "candidate", None)
    if candidate is None:
        role = user and user.memberships.first()
        return ["--titulaire", role.full_name if role else "Personne"]
    who = candidate.identity
    born = f"{who.birth_year}-{who.birth_month:02}-{who.birth_day:02}"
    return ["--titulaire", who.full_name, "--naissance", born]


def in_threads(*acts):
    """Do all at the same instant; return what each returned or raised."""
    together, outcomes = Barrier(len(acts)), []

    def run(act):
        together.wait()
        try:
            outcomes.append(act())
        except Exception as refusal:  # noqa: BLE001 - the outcome is what is looked at
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def told(kind):
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))
