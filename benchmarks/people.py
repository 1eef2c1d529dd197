"""The people of a measure, and what they have registered for: the demo's, many times over."""

import io
import string
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from PIL import Image

from sporades.accommodations.models import Case
from sporades.accommodations.operations import Asked, OpinionOn
from sporades.accommodations.queries import papers_asked_of
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Opinion
from sporades.accounts import operations as accounts
from sporades.accounts.models import Membership, User
from sporades.accounts.second_factor import enrol_totp
from sporades.acts import accommodating
from sporades.acts.medical import confiding
from sporades.acts.pieces import keeping
from sporades.acts.registrations import registering
from sporades.acts.sent_files import Sent
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.cli import demo_files
from sporades.cli.demo_registrations import BREVET, CHILDHOOD, SPORT, TEACHER
from sporades.core.actors import Actor
from sporades.exams import operations as exams
from sporades.exams.models import Exam, RegistrationService
from sporades.medical import operations as medical
from sporades.registrations.models import Draft, Registration, SectionAnswers
from sporades.territory.operations import load_reference

PASSWORD = "une phrase de passe pour mesurer"
IDENTITY = {
    "civility": "mme",
    "birth_name": "Kerouanton",
    "usage_name": "",
    "first_names": "Apolline Inès",
    "birth_country": "99100",
    "birth_department": "59",
    "birth_commune": "59350",
    "birth_place": "Lille",
    "nationality": "99100",
}
BIRTH_DATE = {f"birth_{part}": f"birth_date_{part}" for part in ("year", "month", "day")}
"""How the form of an account names the parts of the day of birth."""
ACADEMY = {"academie": "A09"}
DOCTOR, ELSEWHERE = "medecin@exemple.test", "medecin-ailleurs@exemple.test"
OFFICE = Actor("manager", "Camille Agent")
ASKED = Asked((Wish("TIERS-TEMPS", ("EP1",)), Wish("LECTEUR")))
HELPED = {
    **CHILDHOOD,
    "informations": {**CHILDHOOD["informations"], "has_disability": "oui"},
}
FUNNEL = ["/m-inscrire", "/m-inscrire/CAP/2027", "/m-inscrire/CAP/2027/CAP-AEPE"]

type Item = dict[str, Any]


def furnish(*, at: datetime) -> None:
    """Load official data and the demo's réglementations, their services open now."""
    load_reference()
    for source in demo_files.sources(settings.BASE_DIR / "demo/reglementation", at=at):
        exams.load(source, by=Actor("operator", "mesure"), at=at)


def a_photo(width: int = 2_800, height: int = 2_100) -> bytes:
    """Return a photograph, as a telephone makes it: of some four megabytes, unless it is smaller."""
    made = io.BytesIO()
    noise = Image.effect_noise((width, height), 70).convert("RGB")
    noise.save(made, "JPEG", quality=88)
    return made.getvalue()


class People:
    """Makes people, who all have one password: it is hashed once, checked each time."""

    def __init__(self, *, at: datetime) -> None:
        """Begin to make them at an instant."""
        self.at, self.count = at, 0
        self.password = accounts.hashed(PASSWORD)

    def readers(self, count: int) -> list[Mapping[str, Item]]:
        """Make candidates with three registrations, a modification and a draft under way.

        Returns for each the pages that they read, by name.
        """
        return [self._reader() for _ in range(count)]

    def savers(self, count: int) -> list[Item]:
        """Make candidates who have but to press « Enregistrer »."""
        return [self._saver() for _ in range(count)]

    def newcomers(self, count: int, *, database: str) -> list[Item]:
        """Return what people type who go through the whole journey."""
        return [self._newcomer(database) for _ in range(count)]

    def givers(self, count: int, *, photo: Path) -> list[Item]:
        """Make candidates who have a photograph to give for a piece."""
        photo.write_bytes(a_photo())
        return [self._giver(str(photo)) for _ in range(count)]

    @transaction.atomic
    def _giver(self, photo: str) -> Item:
        person = self._candidate()
        filed = _file(person, "CAP-AEPE", "", CHILDHOOD, at=self.at)
        code, other = filed.evidence.order_by("place").values_list("code", flat=True)[:2]
        return {
            "path": f"/mes-inscriptions/{filed.number}/pieces/{code}",
            "other": f"/mes-inscriptions/{filed.number}/pieces/{other}",
            "file": photo,
            "cookies": _signed_in(person.user, at=self.at),
        }

    def _reader(self) -> Mapping[str, Item]:
        person = self._candidate()
        numbers = [
            _file(person, *what, at=self.at).number
            for what in (
                ("DNB", "GENERALE", BREVET),
                ("CRPE-EXT-BAC3", "", TEACHER),
                ("CAP-AEPE", "", CHILDHOOD),
            )
        ]
        _draft(person, "CS4-AG2S", "AG2S", SPORT, at=self.at)
        registration = Registration.objects.whole().get(number=numbers[-1])
        draft = registering.amend(registration=registration, by=_author(person), at=self.at)
        signed_in = _signed_in(person.user, at=self.at)
        keeping.keep(
            owner=person,
            sent=[Sent("piece.jpg", a_photo(400, 300))],
            press="mesure",
            by=_author(person),
            at=self.at,
        )
        owed = registration.evidence.order_by("place").values_list("code", flat=True)[0]
        pages = {
            "home": "/accueil",
            "choose": "/m-inscrire",
            "registrations": "/mes-inscriptions",
            "registration": f"/mes-inscriptions/{numbers[-1]}",
            "tab": f"/inscription/{draft.pk}/identification",
            "papers": f"/inscription/{draft.pk}/epreuves",
            "recap": f"/inscription/{draft.pk}/recapitulatif",
            "number": f"/mes-inscriptions/{numbers[-1]}/numero",
            "summary": f"/mes-inscriptions/{numbers[-1]}/recapitulatif",
            "documents": "/mes-documents",
            "folder": f"/mes-documents/{numbers[-1]}",
            "twin": f"/mes-documents/{numbers[-1]}/recapitulatif",
            "services": "/ouverture-des-services",
            "pieces": f"/mes-inscriptions/{numbers[-1]}/pieces",
            "provide": f"/mes-inscriptions/{numbers[-1]}/pieces/{owed}",
            "drawer": "/mon-porte-documents",
        }
        return {
            "floor": {"path": f"/{person.user_id}", "cookies": {}},
            **{name: {"path": path, "cookies": signed_in} for name, path in pages.items()},
            "sign_in": {"path": "/connexion", "cookies": {}},
            **self._asker(),
        }

    def _asker(self) -> Mapping[str, Item]:
        """Make a candidate who follows a request for accommodations, and one who writes theirs."""
        tracked, written = self._filed_with_needs(), self._filed_with_needs()
        self._send(tracked)
        pages = {
            "accommodation": (tracked, "amenagement"),
            "health": (tracked, "sante"),
            "measures": (written, "amenagement/mesures"),
        }
        return {
            name: {
                "path": f"/mes-inscriptions/{one.number}/{page}",
                "cookies": _signed_in(one.candidate.user, at=self.at),
            }
            for name, (one, page) in pages.items()
        }

    def patients(self) -> Mapping[str, Item]:
        """Make a doctor, and two requests before them: one to look at, one whose opinion is signed.

        Another doctor has those of the other academies.

        Returns the pages that the doctor reads, and which request is to be decided of.
        """
        doctor = User.objects.create_user(DOCTOR, created_at=self.at, activated_at=self.at)
        doctor.memberships.create(
            role=Membership.Role.DOCTOR, full_name="Camille Médecin", academies=["A09"]
        )
        User.objects.create_user(ELSEWHERE, created_at=self.at, activated_at=self.at)
        seen, advised = (self._entrusted(doctor) for _ in range(2))
        first, *others = advised.measures.all()
        accommodating.opine(
            case=advised,
            opinions={first.code: OpinionOn(Opinion.FAVOURABLE)}
            | {
                one.code: OpinionOn(Opinion.UNFAVOURABLE, text="Le temps majoré suffit.")
                for one in others
            },
            text="Ces mesures compensent ce que la situation rend plus lent.",
            seen=advised.revision,
            by=doctor.memberships.get().as_actor(),
            at=self.at,
        )
        cookies = signed_in_twice(doctor, at=self.at)
        decided = f"/gestion/inscriptions/{advised.registration.number}/amenagement"
        return {
            "doctor_home": {"path": "/medecin/", "cookies": cookies},
            "doctor_case": {"path": f"/medecin/demandes/{seen.pk}", "cookies": cookies},
            "to_decide": {"path": decided, "cookies": {}},
        }

    def _entrusted(self, doctor: User) -> Case:
        """File a request with its papers, and give it to a doctor."""
        registration = self._filed_with_needs()
        case = self._send(registration)
        for paper in papers_asked_of(registration):
            given = confiding.deposit(
                registration=registration,
                kind=paper.code,
                sent=[Sent("papier.jpg", a_photo(400, 300))],
                press=f"mesure:{registration.pk}:{paper.code}",
                by=_author(registration.candidate),
                at=self.at,
            )
            medical.note_scanned(given, is_clean=True, at=self.at)
        accommodating.entrust(
            case=case, doctor=doctor, name="Camille Médecin", by=OFFICE, at=self.at
        )
        case.refresh_from_db()
        return case

    def _send(self, registration: Registration) -> Case:
        by = _author(registration.candidate)
        case = accommodating.write(registration=registration, asked=ASKED, by=by, at=self.at)
        accommodating.send(case=case, seen=case.revision, by=by, at=self.at)
        return case

    def _filed_with_needs(self) -> Registration:
        filed = _file(self._candidate(), "CAP-AEPE", "", HELPED, at=self.at)
        found: Registration = Registration.objects.whole().get(pk=filed.pk)
        return found

    @transaction.atomic
    def _saver(self) -> Item:
        person = self._candidate()
        draft = _draft(person, "CAP-AEPE", "", CHILDHOOD, at=self.at)
        return {
            "email": person.email,
            "password": PASSWORD,
            "path": f"/inscription/{draft.pk}/recapitulatif",
            "cookies": _signed_in(person.user, at=self.at),
        }

    def _newcomer(self, database: str) -> Item:
        email = self._address()
        own = {name: value for name, value in self._identity().items() if value}
        return {
            "database": database,
            "sign_up": {
                **{BIRTH_DATE.get(name, name): value for name, value in own.items()},
                "email": email,
                "password": PASSWORD,
            },
            "funnel": [*FUNNEL, f"{FUNNEL[-1]}?academie={ACADEMY['academie']}"],
            "academy": ACADEMY,
            "answers": CHILDHOOD,
        }

    def _address(self) -> str:
        self.count += 1
        return f"personne{self.count}@exemple.test"

    def _candidate(self) -> Candidate:
        email = self._address()
        user = accounts.open_account(email=email, password_hash=self.password, at=self.at)
        user = accounts.activate(user.pk, at=self.at)
        return candidates.enrol(user=user, identity=self._identity(), email=email, at=self.at)

    def _identity(self) -> dict[str, Any]:
        """Return the civil data of the last person: their own, or all would be likely doubles."""
        month, day = divmod(self.count, 28)
        year, month = divmod(month, 12)
        letters = "".join(
            string.ascii_lowercase[self.count // place % 26] for place in (676, 26, 1)
        )
        born = {"birth_year": 1980 + year % 20, "birth_month": month + 1, "birth_day": day + 1}
        return {**IDENTITY, **born, "birth_name": f"{IDENTITY['birth_name']}-{letters}"}


def _author(person: Candidate) -> Actor:
    return Actor("candidate", str(person), f"user:{person.user_id}")


def _draft(
    person: Candidate, code: str, speciality: str, answers: Mapping[str, Any], *, at: datetime
) -> Draft:
    exam = Exam.objects.select_related("domain", "session").get(code=code)
    service = RegistrationService.objects.get(
        domain=exam.domain,
        session=exam.session,
        academy=ACADEMY["academie"],
        audience="grand_public",
    )
    draft = registering.begin(
        candidate=person,
        exam=exam,
        speciality=exam.specialities.get(code=speciality) if speciality else None,
        service=service,
        by=_author(person),
        at=at,
    )
    SectionAnswers.objects.bulk_create(
        SectionAnswers(draft=draft, section=section, answers=typed, answered_at=at)
        for section, typed in answers.items()
    )
    return draft


def _file(
    person: Candidate, code: str, speciality: str, answers: Mapping[str, Any], *, at: datetime
) -> Registration:
    draft = _draft(person, code, speciality, answers, at=at)
    return registering.register(draft=draft, by=_author(person), at=at).registration


def _signed_in(user: User, *, at: datetime) -> dict[str, str]:
    """Return the cookie of a session of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["since"] = session["seen_at"] = at.isoformat()
    session.create()
    return {settings.SESSION_COOKIE_NAME: session.session_key}


def signed_in_twice(user: User, *, at: datetime) -> dict[str, str]:
    """Open a session as signing in with two factors does; return its cookies."""
    cookies = _signed_in(user, at=at)
    if not user.has_second_factor:
        enrol_totp(user)
    session = SessionStore(next(iter(cookies.values())))
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": method, "at": at.timestamp()} for method in ("password", "mfa")
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return cookies
