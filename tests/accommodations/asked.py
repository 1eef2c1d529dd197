"""The invented exam with accommodations, and requests at every stage, made through the real acts."""

from dataclasses import replace
from datetime import timedelta

from sporades.accommodations.models import Again, Came, Case
from sporades.accommodations.operations import Asked, Author, Contested, DecisionOn, OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.accounts.models import Membership, User
from sporades.acts import accommodating
from sporades.core.actors import Actor
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.exams.schema.accommodations import OTHER_REASON
from sporades.registrations.models import Registration
from tests.factories import INVENTED, NOW, a_candidate, a_registration, author, load_invented

_INVENTED = INVENTED.read_text(encoding="utf-8")
WITHOUT_ACCOMMODATIONS = (
    _INVENTED[_INVENTED.index("    amenagements:\n") : _INVENTED.index("    pieces:\n")],
    "",
)
"""A change to the file of the invented exam: accommodations are asked for elsewhere."""

WITHOUT_READER = (
    "        - {code: LECTEUR, libelle: Secrétaire lecteur, aide: Il lit le sujet, famille: Aide humaine}\n",
    "",
)
"""The same: a measure is proposed no more."""

MANAGER = Actor("manager", "Claude Martin", "user:12")
RECTOR = Author("Claude", "Martin", "cheffe du service des examens", "Rectorat de Lille", "user:12")
THIRD, HALF, READER, ACCESS = "TIERS", "MOITIE", "LECTEUR", "ACCESSIBLE"
WISHES = (Wish(THIRD, ("E1",)), Wish(ACCESS))
EXCLUDING = ("temps: 1/2, procedure", "temps: 1/2, exclut: [TIERS], procedure")
WORDS = "« Temps majoré d'un tiers » et « Temps majoré de moitié » s'excluent"
SAID = "Les mesures conviennent."
MINOR = {"birth_year": 2009, "birth_month": 11, "birth_day": 26}
"""Somebody who is of age the day after NOW, but in 2027."""
LATE = NOW + timedelta(days=25)
"""After the deadline of the invented exam."""
SIGNED = {"name": "Anne Le Goff", "quality": "mère", "statement": "Je demande ces mesures."}


CONTESTED = "Je demande aussi un secrétaire pour l'épreuve de mathématiques."
"""What an appeal contests."""


def contest(case, *, text=CONTESTED, at=NOW, by=None, **said):
    """Appeal against a notified decision; return the appeal."""
    return accommodating.appeal(
        case=Case.objects.get(pk=case.pk),
        said=Contested(text, **said),
        by=by or author(Registration.objects.get(pk=case.registration_id).candidate),
        at=at,
    )


def taken_again(case, *, why=Again.APPEAL, has_opinion=False, at=NOW):
    """Have the office take a notified decision again, on an appeal that is made; return the new request."""
    if why == Again.APPEAL:
        contest(case, at=at)
    return accommodating.take_again(case=case, why=why, has_opinion=has_opinion, by=MANAGER, at=at)


def said_so(*registrations):
    """Have a réglementation, that of these registrations too, say that the two times exclude each other."""
    load_invented(EXCLUDING)
    forget()
    last = Regulation.objects.latest("pk")
    keys = [one.pk for one in registrations]
    Registration.objects.filter(pk__in=keys).update(regulation=last)


def under(*changes):
    """Put a changed file in force, and every registration under it, as a modification does."""
    load_invented(*changes)
    forget()
    Registration.objects.update(regulation=Regulation.objects.latest("pk"))


def again(registration):
    """Return a registration as its pages load it."""
    return Registration.objects.whole().with_owed().get(pk=registration.pk)


def a_minor(candidate=None, *, guardian="anne@exemple.test"):
    """File the registration of a minor, whose guardian is written to there."""
    return a_registration(
        candidate or a_candidate(**MINOR),
        informations={"has_disability": "oui", "national_service": "RECENSE", "category": "FORM"},
        qualification={"experience": "3"},
        identification={
            "guardian_name": "Anne Le Goff",
            "guardian_phone": "06 39 98 12 35",
            "guardian_email": guardian,
        },
        epreuves={"statut-E3": "inscrit"},
    )


def sign(registration, *, at=NOW, **changes):
    """Sign what is asked now, as the guardian."""
    case = case_of(registration)
    said = {**SIGNED, "seen": case.revision, **changes}
    accommodating.sign(case=case, **said, by=author(registration.candidate), at=at)


def case_of(registration):
    """Return the last request of a registration."""
    return Case.objects.filter(registration=registration).latest("begun_at", "pk")


def a_doctor(name="docteur@exemple.test"):
    """Return the account of a doctor."""
    found = User.objects.filter(email=name).first()
    return found or User.objects.create_user(
        name, "phrase de passe d'essai", created_at=NOW, activated_at=NOW
    )


def as_doctor(user):
    """Return a doctor as the author of an act."""
    return Actor("doctor", "Dr Camille Roy", f"user:{user.pk}")


def write(registration, *wishes, at=NOW, **said):
    """Choose measures, as the candidate."""
    return accommodating.write(
        registration=again(registration),
        asked=Asked(wishes or WISHES, **said),
        by=author(registration.candidate),
        at=at,
    )


def send(registration, *, at=NOW):
    """Send what was chosen."""
    case = case_of(registration)
    by = author(registration.candidate)
    accommodating.send(case=case, seen=case.revision, by=by, at=at)


def entrust(registration, doctor=None, *, at=NOW):
    """Give a request to a doctor, who is one of its academy."""
    found = doctor or a_doctor()
    role = {"user": found, "role": Membership.Role.DOCTOR}
    if not Membership.objects.filter(**role).exists():
        academies = [again(registration).academy_id]
        Membership.objects.create(**role, full_name="Dr Camille Roy", academies=academies)
    accommodating.entrust(
        case=case_of(registration),
        doctor=found,
        name="Dr Camille Roy",
        by=MANAGER,
        at=at,
    )


def opine(registration, *, at=NOW, says=SAID, **opinions):
    """Have the doctor favour every measure, but those that are named, of which they say this."""
    case = case_of(registration)
    every = {one.code: OpinionOn(Opinion.FAVOURABLE) for one in case.measures.all()}
    named = {code: replace(one, text=one.text or says) for code, one in opinions.items()}
    accommodating.opine(
        case=case,
        opinions={**every, **named},
        text="Un mot pour l'ensemble.",
        seen=case.revision,
        by=as_doctor(case.doctor),
        at=at,
    )


def decide(registration, *, at=NOW, author=RECTOR, **decisions):
    """Grant every measure, but those that are named."""
    case = case_of(registration)
    every = {one.code: DecisionOn(Decision.GRANTED) for one in case.measures.all()}
    accommodating.decide(
        case=case,
        decisions={**every, **decisions},
        author=author,
        seen=case.revision,
        by=MANAGER,
        at=at,
    )


def has_decided(by=MANAGER.identifier):
    """Have somebody decide a first time, of another academy: in what quality they do is known since."""
    other = a_registration(
        a_candidate(birth_name="Tanguy", first_names="Ronan", email=""),
        academy="A25",
        identification={"postcode": "78000", "town": "Versailles"},
    )
    write(other)
    send(other)
    entrust(other, a_doctor("medecin.versailles@exemple.test"))
    opine(other)
    decide(other, author=replace(RECTOR, identifier=by))


def follow(registration, *, at=NOW):
    """Decide as the doctor advises, of somebody who has decided before."""
    has_decided()
    accommodating.follow_opinion(registration=registration, by=MANAGER, at=at)


def find_incomplete(registration, *, at=NOW):
    """Say what is missing."""
    accommodating.declare_incomplete(
        case=case_of(registration), missing="Le papier est illisible.", by=MANAGER, at=at
    )


def reach(registration, state, *wishes, at=NOW, **said):
    """Bring the request of a registration to a state, through the acts; return it."""
    write(registration, *wishes, at=at, **said)
    steps = {
        State.ASKED: (send,),
        State.INCOMPLETE: (send, find_incomplete),
        State.WITH_DOCTOR: (send, entrust),
        State.OPINION_GIVEN: (send, entrust, opine),
        State.DECIDED: (send, entrust, opine, decide),
        State.NOTIFIED: (send, entrust, opine, decide, _notify),
        State.WITHDRAWN: (send, _withdraw),
    }.get(state, ())
    for step in steps:
        step(registration, at=at)
    found = case_of(registration)
    assert found.state == state
    return found


def _notify(registration, *, at):
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=at)


def _withdraw(registration, *, at):
    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=at)


def fill_every_text(registration, mark):
    """Leave a notified decision and an incomplete request whose texts are all marked."""
    by = author(registration.candidate)
    reach(registration, State.ASKED, Wish(THIRD), Wish(READER))
    accommodating.entrust(
        case=case_of(registration), doctor=a_doctor(), name=f"Dr {mark}", by=MANAGER, at=NOW
    )
    case = case_of(registration)
    accommodating.opine(
        case=case,
        opinions={
            THIRD: OpinionOn(Opinion.OTHER, HALF),
            READER: OpinionOn(Opinion.UNFAVOURABLE, text=f"Avis {mark}"),
        },
        text=f"Avis {mark}",
        seen=case.revision,
        by=as_doctor(case.doctor),
        at=NOW,
    )
    decide(
        registration,
        author=Author(*[f"Claude {mark}"] * 4, "user:12"),
        TIERS=DecisionOn(Decision.OTHER, HALF, f"Motif {mark}"),
        LECTEUR=DecisionOn(Decision.REFUSED, reason=f"Motif {mark}"),
    )
    _notify(registration, at=NOW)
    agent = Actor("manager", f"Claude {mark}", "user:12")
    accommodating.note_call(case=case_of(registration), is_reached=False, by=agent, at=NOW)
    made = accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=False, by=MANAGER, at=NOW
    )
    accommodating.cancel_taking_again(case=made, reason=f"Reprise {mark}", by=MANAGER, at=NOW)
    appealed = contest(
        made.instead_of,
        text=f"Recours {mark}",
        guardian_name=f"Anne {mark}",
        guardian_quality="mère",
        came=Came.LETTER,
        entered_name=f"Claude {mark}",
        by=MANAGER,
    )
    accommodating.refuse_appeal(
        found=appealed,
        reason=f"Rejet {mark}",
        author=Author(*[f"Claude {mark}"] * 4, "user:12"),
        by=MANAGER,
        at=NOW,
    )
    accommodating.note_call_about_answer(found=appealed, is_reached=False, by=agent, at=NOW)
    write(
        registration,
        Wish(READER, ("E1",)),
        late_reason=OTHER_REASON,
        late_words=f"Raison {mark}",
        at=LATE,
    )
    case = case_of(registration)
    accommodating.sign(
        case=case,
        name=f"Anne {mark}",
        quality="mère",
        statement=f"Je demande {mark}",
        seen=case.revision,
        by=by,
        at=LATE,
    )
    send(registration, at=LATE)
    accommodating.declare_incomplete(
        case=case_of(registration), missing=f"Il manque {mark}", by=MANAGER, at=LATE
    )
