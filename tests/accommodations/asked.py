"""The invented exam with accommodations, and requests at every stage, made through the real acts."""

from sporades.accommodations.models import Case
from sporades.accommodations.operations import Asked, Author, DecisionOn, OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.accounts.models import User
from sporades.acts import accommodating
from sporades.core.actors import Actor
from sporades.registrations.models import Registration
from tests.factories import NOW, author

WITH_ACCOMMODATIONS = (
    "    retour_du_recapitulatif:\n",
    """    amenagements:
      presentation: Demandez ce qui vous aide à passer les épreuves.
      mesures:
        - {code: TIERS, libelle: Temps majoré d'un tiers, famille: Temps, natures: [ecrite, pratique], temps: 1/3}
        - {code: MOITIE, libelle: Temps majoré de moitié, famille: Temps, temps: 1/2, procedure_complete: true}
        - {code: LECTEUR, libelle: Secrétaire lecteur, aide: Il lit le sujet, famille: Aide humaine}
        - {code: ACCESSIBLE, libelle: Locaux accessibles, famille: Lieu, par_epreuve: false}
      decision_anterieure: {libelle: "Avez-vous déjà une décision ?", aide: Joignez-la à vos papiers}
      plans:
        - {code: PAP, libelle: Plan d'accompagnement personnalisé}
      procedure_simplifiee: {categories: [FORM], plans: [PAP]}
      papiers:
        - {code: CERTIFICAT, libelle: Certificat du médecin, si: {procedure: complete}}
        - {code: PLAN, libelle: Votre plan, si: {plans: [PAP]}}
        - {code: BILAN, libelle: Autre bilan, obligatoire: false}
      tardive:
        - {code: APPARUE, libelle: La gêne est apparue après la date limite}
      decision:
        autorite: Recteur de l'académie
        adresse: [Rectorat des essais, 59000 Lille]
        recours: Dans les deux mois, vous pouvez saisir le tribunal administratif.
        validite: Les mesures valent jusqu'à l'obtention du diplôme.
    retour_du_recapitulatif:
""",
)
"""A change to the file of the invented exam."""

MANAGER = Actor("manager", "Claude Martin", "user:12")
RECTOR = Author("Claude", "Martin", "cheffe du service des examens", "Rectorat de Lille", "user:12")
THIRD, HALF, READER, ACCESS = "TIERS", "MOITIE", "LECTEUR", "ACCESSIBLE"
WISHES = (Wish(THIRD, ("E1",)), Wish(ACCESS))


def again(registration):
    """Return a registration as its pages load it."""
    return Registration.objects.whole().with_owed().get(pk=registration.pk)


def case_of(registration):
    """Return the last request of a registration."""
    return Case.objects.filter(registration=registration).latest("begun_at", "pk")


def a_doctor(name="medecin@exemple.test"):
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
    """Give a request to a doctor."""
    accommodating.entrust(
        case=case_of(registration),
        doctor=doctor or a_doctor(),
        name="Dr Camille Roy",
        by=MANAGER,
        at=at,
    )


def opine(registration, *, at=NOW, **opinions):
    """Have the doctor favour every measure, but those that are named."""
    case = case_of(registration)
    every = {one.code: OpinionOn(Opinion.FAVOURABLE) for one in case.measures.all()}
    accommodating.opine(
        case=case,
        opinions={**every, **opinions},
        text="Les mesures conviennent.",
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
    accommodating.notify(case=case_of(registration), by=MANAGER, at=at)


def _withdraw(registration, *, at):
    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=at)
