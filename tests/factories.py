"""People and registrations for the tests, made through the real acts."""

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sporades import mail
from sporades.accounts.models import User
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.registrations import registering
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.models import Exam, RegistrationService
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration, SectionAnswers

HERE = Path(__file__).parent
INVENTED = HERE / "registrations/invented.yaml"
WITH_WHOM_AND_WHEN = (
    "code: essais, academie: A09,",
    "code: essais, academie: A09, interlocuteur: Gestionnaire des essais, horaires: le mardi matin,",
)
"""A change to its file: the managing service says whom to ask for, and when."""
PASSWORD = "phrase de passe d'essai"
NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
OPERATOR = Actor("operator", "Essai")
EVERYWHERE = Reach((Perimeter(None, None, OPERATOR),))
_serial = count(1)

IDENTITY = {
    "civility": "mme",
    "birth_name": "Le Goff",
    "usage_name": "",
    "first_names": "Maëlle Anne",
    "birth_year": 1998,
    "birth_month": 3,
    "birth_day": 14,
    "birth_country": "99100",
    "birth_department": "59",
    "birth_commune": "59350",
    "birth_place": "Lille",
    "nationality": "99100",
}

BY_LETTER = {
    "channel": "letter",
    "email": "",
    "phone": "0353011234",
    "address_1": "4 rue du Port",
    "address_2": "",
    "address_3": "",
    "address_4": "",
    "postcode": "59000",
    "town": "Lille",
    "country": "99100",
}
"""How somebody without mail is reached."""

ANSWERS = {
    "modalites": {"accepted": "on"},
    "identification": {
        "address_1": "12 rue des Îles",
        "postcode": "59000",
        "town": "Lille",
        "country": "99100",
        "mobile": "06 39 98 12 34",
    },
    "informations": {
        "category": "INDIV",
        "passing_form": "GLOBALE",
        "zone": "LILLE",
        "has_disability": "non",
    },
    "qualification": {"diploma": "CAP", "experience": "2"},
    "supplementaires": {
        "q-permis": "non",
        "q-equipe": "ROUGE",
        "publishes_name": "non",
        "shares_name": "non",
    },
    "epreuves": {
        "statut-E1": "inscrit",
        "statut-E3": "inscrit",
        "option-E3": "NAGE",
        "statut-M1": "inscrit",
        "statut-M2": "non_inscrit",
        "statut-M3": "non_inscrit",
        "statut-F1": "non_inscrit",
        "statut-F2": "non_inscrit",
    },
}


def load_invented(*changes: tuple[str, str], at: datetime = NOW) -> None:
    """Put the invented exam in force, some passages of its file changed: pairs of old and new."""
    text = INVENTED.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    exams.load(Source(INVENTED.name, text), by=OPERATOR, at=at)


def without_exclusion() -> None:
    """Put the invented exam in force with no rule on how many specialities one registers for."""
    rule = re.search(
        r"^ *inscription_unique:.*\n", INVENTED.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert rule
    load_invented((rule[0], ""))


def a_candidate(*, email: str = "", at: datetime = NOW, **changes: object) -> Candidate:
    """Make an active account and its candidate."""
    address = email or f"candidate{next(_serial)}@exemple.test"
    user = User.objects.create_user(address, PASSWORD, created_at=at, activated_at=at)
    return candidates.enrol(user=user, identity={**IDENTITY, **changes}, email=address, at=at)


def a_record(*, academy: str = "A09", at: datetime = NOW, **changes: object) -> Candidate:
    """Make the record of somebody without an account: civil data and ways to reach them may change."""
    reached = {name: changes.pop(name, value) for name, value in BY_LETTER.items()}
    return candidates.enrol(
        user=None, identity={**IDENTITY, **changes}, academy_id=academy, at=at, **reached
    )


def a_mail(to: str, *, at: datetime = NOW) -> Message:
    """Write a mail that needs nothing else to have happened."""
    return mail.write(
        "password_changed",
        to=to,
        at=at,
        key=f"{to}:{at}",
        about=User(pk=1),
        when="maintenant",
        reset="là",
    )


def author(candidate: Candidate) -> Actor:
    """The candidate as the author of an act."""
    return Actor("candidate", str(candidate), f"user:{candidate.user_id}")


def a_draft(
    candidate: Candidate | None = None,
    *,
    academy: str = "A09",
    exam: str = "BE",
    speciality: str = "MARIN",
    at: datetime = NOW,
    **changes: dict[str, object],
) -> Draft:
    """Begin a draft and answer every tab; a change replaces some answers of a tab, None takes one out."""
    candidate = candidate or a_candidate(at=at)
    chosen = Exam.objects.get(code=exam)
    draft = registering.begin(
        candidate=candidate,
        exam=chosen,
        speciality=chosen.specialities.get(code=speciality) if speciality else None,
        service=RegistrationService.objects.get(domain=chosen.domain, academy=academy),
        by=author(candidate),
        at=at,
    )
    answer_all(draft, answers_with(**changes), at=at)
    return draft


def answer_all(draft: Draft, said: dict[str, dict[str, object]], *, at: datetime = NOW) -> None:
    """Answer tabs of a draft, all in one question: thousands of tests begin so."""
    SectionAnswers.objects.bulk_create(
        [
            SectionAnswers(draft=draft, section=section, answers=answers, answered_at=at)
            for section, answers in said.items()
        ],
        update_conflicts=True,
        unique_fields=["draft", "section"],
        update_fields=["answers", "answered_at"],
    )


def answers_with(**changes: dict[str, object]) -> dict[str, dict[str, object]]:
    """Return the usual answers, some of them changed."""
    return {
        section: {
            name: value
            for name, value in {**answers, **changes.get(section, {})}.items()
            if value is not None
        }
        for section, answers in ANSWERS.items()
    }


def registered_in_two_academies(candidate: Candidate) -> None:
    """File a registration of a candidate in Lille and another in Versailles."""
    without_exclusion()
    a_registration(candidate)
    a_registration(
        candidate,
        academy="A25",
        speciality="FOREST",
        identification={"postcode": "78000", "town": "Versailles"},
        epreuves={"statut-M1": None, "statut-M2": "inscrit"},
    )


def a_registration(
    candidate: Candidate | None = None, *, at: datetime = NOW, **changes: dict[str, object]
) -> Registration:
    """File a registration."""
    draft = a_draft(candidate, at=at, **changes)
    version = registering.register(draft=draft, by=author(draft.candidate), at=at)
    return version.registration
