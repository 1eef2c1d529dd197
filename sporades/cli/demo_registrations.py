"""The demo's registrations, made through the real acts at instants when they were possible."""

from datetime import datetime, timedelta
from typing import Any

from sporades.accommodations.operations import Asked
from sporades.accommodations.rules import Wish
from sporades.accounts.models import User
from sporades.acts import accommodating
from sporades.acts.registrations import deciding, leaving, registering, standing_in
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Channel, ClaimCode
from sporades.cli.demo_people import ASKING, MINOR, NOTIFIED, REGULAR, candidate
from sporades.core.actors import CANDIDATE, Actor
from sporades.exams.models import Exam, RegistrationService
from sporades.registrations import accepted
from sporades.registrations.dossier import Answers
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.states import FLAG

CODE = "DEMO-CODE-2026"
"""The one-time code of a record to be claimed: in the README, of no use elsewhere."""
MANAGER = "gestionnaire.lille@demo.test"

LILLE = {
    "address_1": "27 rue du Grand-Large",
    "postcode": "59000",
    "town": "Lille",
    "country": "99100",
    "mobile": "06 39 98 27 27",
}
SAINT_DENIS = {
    **LILLE,
    "address_1": "8 allée des Filaos",
    "postcode": "97400",
    "town": "Saint-Denis",
}
NOTHING_MORE = {"publishes_name": "non", "shares_name": "non"}

CHILDHOOD: dict[str, Answers] = {
    "modalites": {"accepted": "on"},
    "identification": LILLE,
    "informations": {
        "category": "INDIVIDUEL",
        "passing_form": "GLOBALE",
        "zone": "NORD",
        "has_disability": "non",
    },
    "qualification": {"diploma": "CAP"},
    "supplementaires": {"q-stage": "CRECHE", **NOTHING_MORE},
    "epreuves": {
        "statut-EP1": "inscrit",
        "statut-EP2": "inscrit",
        "statut-EP3": "inscrit",
        "statut-EG1": "dispense",
        "statut-EG2": "dispense",
        "statut-EG3": "dispense",
        "statut-UF1": "inscrit",
        "option-UF1": "ANGLAIS",
    },
}
TEACHER: dict[str, Answers] = {
    "modalites": {"accepted": "on"},
    "identification": LILLE,
    "informations": {"zone": "LILLE", "has_disability": "non"},
    "qualification": {"diploma": "LICENCE", "colouring": "HISTOIRE"},
    "supplementaires": {"q-fonctionnaire": "non", **NOTHING_MORE, "publishes_name": "oui"},
    "epreuves": {
        "statut-ECRIT2-SCIENCES": "inscrit",
        "statut-ECRIT2-HISTOIRE": "inscrit",
        "statut-ECRIT2-ARTS": "inscrit",
        "statut-ECRIT2-LANGUE": "non_inscrit",
    },
}
BREVET: dict[str, Answers] = {
    "modalites": {"accepted": "on"},
    "identification": LILLE,
    "informations": {"category": "ADULTE", "has_disability": "non"},
    "supplementaires": NOTHING_MORE,
    "epreuves": {"option-LANGUE": "ANGLAIS"},
}
CARE: dict[str, Answers] = {
    "modalites": {"accepted": "on"},
    "identification": SAINT_DENIS,
    "informations": {
        "category": "INDIVIDUEL",
        "passing_form": "GLOBALE",
        "zone": "NORD-EST",
        "has_disability": "oui",
    },
    "qualification": {"experience": "6"},
    "supplementaires": {"q-deja_presente": "oui", "q-derniere_session": "2024", **NOTHING_MORE},
    "epreuves": {
        **{
            f"statut-{code}": "inscrit"
            for code in ("E11", "E12", "E13", "E2", "E31", "E32", "E33", "E34", "E35", "E4", "E6")
        },
        "option-E4": "ANGLAIS",
        "statut-E51": "benefice",
        "note-E51": "13,5",
        "session-E51": "2024",
        "statut-E52": "inscrit",
        "statut-E7": "inscrit",
        "option-E7": "NATATION",
        "statut-EF": "non_inscrit",
        "statut-EFM": "non_inscrit",
    },
}
APPRENTICE: dict[str, Answers] = {
    **CHILDHOOD,
    "identification": {
        **LILLE,
        "father_name": "Benhaddou Karim",
        "mother_name": "Benhaddou Samira",
        "guardian_name": "Benhaddou Samira",
        "guardian_phone": "06 39 98 28 28",
        "guardian_email": "samira@demo.test",
    },
    "informations": {
        "category": "APPRENTI",
        "passing_form": "GLOBALE",
        "zone": "NORD",
        "has_disability": "oui",
        "national_service": "RECENSE",
    },
}
SPORT: dict[str, Answers] = {
    "modalites": {"accepted": "on"},
    "identification": LILLE,
    "informations": {"category": "DEJA-PRESENTE", "has_disability": "non"},
}
COACH: dict[str, Answers] = {
    "modalites": {"accepted": "on"},
    "identification": LILLE,
    "informations": {
        "category": "INDIVIDUEL",
        "passing_form": "GLOBALE",
        "has_disability": "non",
    },
    "qualification": {"experience": "4"},
    "supplementaires": {
        "q-structure": "Club des Deux-Caps",
        "q-projet": "Faire découvrir la voile à des enfants qui n'ont jamais vu la mer.",
        "q-heures": "12",
        "q-debut": "01/09/2019",
        "q-encadre_mineurs": "oui",
        "q-publics": ["ENFANTS"],
        "q-support": "PLEINE-NATURE",
        **NOTHING_MORE,
    },
    "epreuves": {"statut-U1": "inscrit", "statut-U2": "inscrit", "statut-U3": "inscrit"},
}
"""Of somebody who leads minors: an original is asked for, that comes by post alone."""


def make_registrations(*, at: datetime) -> None:
    """Register the demo's regular candidate, once: filed, modified, closed, withdrawn, begun."""
    person = candidate(REGULAR)
    if Registration.objects.filter(candidate=person).exists():
        return
    care = _file(person, "BACPRO-ASSP", "ASSP-DOMICILE", "A28", CARE, at=at - timedelta(days=20))
    _ask_accommodations(care, at=at - timedelta(days=19))
    withdrawn = _file(person, "DNB", "GENERALE", "A09", BREVET, at=at - timedelta(days=15))
    childhood = _file(person, "CAP-AEPE", "", "A09", CHILDHOOD, at=at - timedelta(days=10))
    _amend(childhood, at=at - timedelta(days=9))
    _file(person, "CRPE-EXT-BAC3", "", "A09", TEACHER, at=at - timedelta(days=5))
    _begin(person, "CS4-AG2S", "AG2S", "A09", SPORT, at=at - timedelta(days=1))
    leaving.withdraw(
        registration=Registration.objects.whole().get(pk=withdrawn.pk),
        by=_author(person),
        at=at - timedelta(hours=2),
    )


def make_minor(*, at: datetime) -> None:
    """Register the demo's minor, once, with a request for accommodations that awaits its signature."""
    person = candidate(MINOR)
    if Registration.objects.filter(candidate=person).exists():
        return
    registration = _file(person, "CAP-AEPE", "", "A09", APPRENTICE, at=at - timedelta(days=4))
    accommodating.write(
        registration=registration,
        asked=Asked((Wish("TIERS-TEMPS"), Wish("LECTEUR")), plan="PAP"),
        by=_author(person),
        at=at - timedelta(days=3),
    )


def make_asking(*, at: datetime) -> list[Registration]:
    """Register, once, those who ask for accommodations; return what was made."""
    made = []
    for rank, email in enumerate(ASKING):
        person = candidate(email)
        if Registration.objects.filter(candidate=person).exists():
            continue
        told = {**CHILDHOOD["informations"], "has_disability": "oui"}
        answers = {**CHILDHOOD, "informations": told}
        filed_at = at - timedelta(days=11, hours=rank)
        made.append(_file(person, "CAP-AEPE", "", "A09", answers, at=filed_at))
    return made


def make_posting(*, at: datetime) -> None:
    """Register, once, somebody who owes a piece that is given by post alone."""
    person = candidate(NOTIFIED)
    if not Registration.objects.filter(candidate=person, exam__code="CS4-AG2S").exists():
        _file(person, "CS4-AG2S", "AG2S", "A09", COACH, at=at - timedelta(days=6))


def _ask_accommodations(registration: Registration, *, at: datetime) -> None:
    """Send a request that is still to be looked at."""
    by = _author(registration.candidate)
    case = accommodating.write(
        registration=registration,
        asked=Asked(
            (Wish("TIERS-TEMPS", ("E2",)), Wish("ORDINATEUR"), Wish("SALLE-PEU-NOMBREUSE"))
        ),
        by=by,
        at=at,
    )
    accommodating.send(case=case, seen=case.revision, by=by, at=at)


def make_records(*, at: datetime) -> None:
    """Make, once, two records of candidates without an account: one by letter, one to be claimed."""
    if Candidate.objects.filter(academy="A09").exists():
        return
    by_letter = _record("m", "Quéméneur", "Anselme", born=(1963, 9, 8), at=at - timedelta(days=3))
    registration = _file(by_letter, "CAP-AEPE", "", "A09", CHILDHOOD, at=at - timedelta(days=2))
    deciding.decide(
        registration=Registration.objects.whole().get(pk=registration.pk),
        decision=FLAG,
        reason="Il manque la copie de votre pièce d'identité.",
        by=_author(by_letter),
        at=at - timedelta(days=1),
    )
    claimed = _record("mme", "Vauquelin", "Rosalie", born=(2001, 4, 12), at=at)
    claims.give(claimed, by="Camille Ferrand", email="", envelope=[], at=at)
    ClaimCode.objects.filter(candidate=claimed).update(digest=claims.digest_of(CODE))


def _record(
    civility: str, birth_name: str, first_names: str, *, born: tuple[int, int, int], at: datetime
) -> Candidate:
    year, month, day = born
    own = {
        "civility": civility,
        "birth_name": birth_name,
        "usage_name": "",
        "first_names": first_names,
    }
    birth = {"birth_year": year, "birth_month": month, "birth_day": day}
    reached = {name: LILLE[name] for name in ("address_1", "postcode", "town", "country")}
    return candidates.enrol(
        user=None,
        identity={**candidates.civil_data(candidate(REGULAR).identity), **own, **birth},
        email="",
        channel=Channel.LETTER,
        academy_id="A09",
        at=at,
        **reached,
    )


def _author(person: Candidate) -> Actor:
    if not person.has_account:
        user = User.objects.get(email=MANAGER)
        return user.memberships.get().as_actor()
    return Actor(CANDIDATE, str(person), f"user:{person.user_id}")


def _begin(
    person: Candidate,
    exam: str,
    speciality: str,
    academy: str,
    answers: dict[str, Answers],
    *,
    at: datetime,
) -> Draft:
    found = Exam.objects.select_related("domain", "session").get(code=exam)
    service = RegistrationService.objects.get(
        domain=found.domain, session=found.session, academy=academy, audience="grand_public"
    )
    chosen: dict[str, Any] = {
        "exam": found,
        "speciality": found.specialities.get(code=speciality) if speciality else None,
        "service": service,
    }
    by = _author(person)
    if person.has_account:
        draft = registering.begin(candidate=person, **chosen, by=by, at=at)
    else:
        agent = User.objects.get(email=MANAGER)
        draft = standing_in.begin(candidate=person, **chosen, author=agent, by=by, at=at)
        text = accepted.mark_under(draft.regulation_id, exam=found, speciality=chosen["speciality"])
        answers = {**answers, "modalites": {"accepted": accepted.typed_for(text)}}
    for section, typed in answers.items():
        drafting.answer(draft=draft, section=section, typed=typed, seen_revision=None, at=at)
    return draft


def _file(person: Candidate, *what: Any, at: datetime) -> Registration:
    """File what somebody typed, or what the office typed for who has no account."""
    draft, by = _begin(person, *what, at=at), _author(person)
    if person.has_account:
        return registering.register(draft=draft, by=by, at=at).registration
    return standing_in.register(draft=draft, reason="", by=by, at=at).registration


def _amend(registration: Registration, *, at: datetime) -> None:
    """Change an address, as people do who notice a slip in their summary."""
    by = _author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=at)
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**LILLE, "address_2": "Appartement 12"},
        seen_revision=None,
        at=at,
    )
    registering.register(draft=draft, by=by, at=at)
