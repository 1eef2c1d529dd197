"""Another measure that must say which, advised by the doctor, granted by the authority (H2, H4)."""

import pytest
from django.db import IntegrityError, transaction

from sporades.accommodations import notification, operations
from sporades.accommodations.granted import InForce, granted
from sporades.accommodations.notification import Notified, decided_on_papers
from sporades.accommodations.operations import DecisionOn, OpinionOn
from sporades.accommodations.queries import asked_again
from sporades.accommodations.replacing import granted_in_words, lost_by_asking
from sporades.accommodations.rules import (
    Wish,
    granted_in_part,
    papers_in_words,
    rules_of,
    sat_for,
)
from sporades.accommodations.states import Decision, Opinion, OpinionAgain, State
from sporades.acts import accommodating, consulting
from sporades.core.refusals import ReasonMissing
from sporades.exams.held import forget
from tests.accommodations.asked import (
    MANAGER,
    READER,
    THIRD,
    again,
    case_of,
    decide,
    entrust,
    follow,
    opine,
    reach,
    send,
    write,
)
from tests.accommodations.test_following import DECLARED, LATER, amend
from tests.factories import NOW, a_registration, author, load_invented

LENT = "Une personne lente"
SAID = f"Secrétaire lecteur : {LENT}"
WHY = "L'épreuve ne le permet pas."


@pytest.fixture
def registration():
    """File a registration where who asks for a reader says which one."""
    load_invented(
        ("libelle: Secrétaire lecteur, ", 'libelle: Secrétaire lecteur, precision: "Lequel ?", ')
    )
    forget()
    return a_registration(informations={"has_disability": "oui"})


def advised(registration, precision=LENT):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD))
    opine(registration, TIERS=OpinionOn(Opinion.OTHER, READER, precision=precision))


def granting(precision=LENT, reason=WHY):
    return DecisionOn(Decision.OTHER, READER, reason, precision=precision)


def test_another_measure_that_must_say_which_is_not_advised_without_it(registration):
    with pytest.raises(operations.OtherToSpecify):
        advised(registration, precision="")

    assert case_of(registration).state == State.WITH_DOCTOR


def test_another_measure_that_must_say_which_is_not_granted_without_it(registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD))

    with pytest.raises(operations.OtherToSpecify):
        decide(registration, TIERS=granting(""))

    assert case_of(registration).state == State.OPINION_GIVEN


def test_what_is_granted_says_which_in_the_document_and_in_what_is_in_force(registration):
    advised(registration)
    follow(registration)

    case = case_of(registration)
    [one] = case.measures.all()
    assert one.opinion_in_words == f"Autre mesure : {SAID}"
    assert one.decision_in_words == f"Autre mesure accordée : {SAID}"
    assert one.decision_without_precision == "Autre mesure accordée : Secrétaire lecteur"
    [printed] = notification.content(Notified(case, NOW))["measures"]
    assert printed["said"] == f"Autre mesure accordée : {SAID}"
    in_force = InForce(READER, "Secrétaire lecteur", LENT)
    assert granted(registration, "E1").measures == (in_force,)


def test_what_is_granted_as_it_was_asked_says_which_as_it_was_asked(registration):
    reach(registration, State.DECIDED, Wish(READER, precision="La mienne"))

    [one] = case_of(registration).measures.all()
    assert (one.granted_named, one.decided_precision) == ("Secrétaire lecteur : La mienne", "")


def test_another_precision_than_the_doctors_is_another_decision(registration):
    advised(registration)
    of_doctor = operations.as_advised(case_of(registration))[THIRD].reason

    for reason, refusal in (("", ReasonMissing), (of_doctor, operations.ReasonOfAnother)):
        with pytest.raises(refusal):
            decide(registration, TIERS=granting("Une personne rapide", reason))
    decide(registration, TIERS=granting("Une personne rapide"))

    assert case_of(registration).measures.get().decided_precision == "Une personne rapide"


def test_an_opinion_of_before_that_does_not_say_which_is_not_followed_as_it_is(registration):
    advised(registration)
    case_of(registration).measures.update(opinion_precision="")

    with pytest.raises(operations.OtherToSpecify):
        accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW)
    decide(registration, TIERS=granting())


def test_a_precision_that_nobody_asks_for_is_not_kept(registration):
    reach(registration, State.WITH_DOCTOR, Wish(READER, precision=LENT))
    opine(registration, LECTEUR=OpinionOn(Opinion.OTHER, THIRD, precision="Du tiers"))

    assert case_of(registration).measures.get().opinion_precision == ""


def test_it_is_proposed_again_with_which(registration):
    advised(registration)
    decide(registration, TIERS=granting())
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)
    version = case_of(registration).notification
    consulting.open_document(version=version, by=author(registration.candidate), at=NOW)

    sat = sat_for(registration, None)
    [proposed] = asked_again(case_of(registration), rules_of(registration), sat)

    assert (proposed.code, proposed.precision) == (READER, LENT)


def test_a_taking_again_and_a_new_opinion_start_from_it(registration):
    advised(registration)
    decide(registration, TIERS=granting())
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)

    made = accommodating.take_again(
        case=case_of(registration), why="error", has_opinion=True, by=MANAGER, at=NOW
    )

    assert made.measures.get().opinion_precision == LENT
    assert operations.as_decided(made)[THIRD].precision == LENT


def test_an_opinion_that_is_asked_again_says_which_no_more(registration):
    advised(registration)

    accommodating.reopen(case=case_of(registration), why=OpinionAgain.UNCLEAR, by=MANAGER, at=NOW)

    assert case_of(registration).measures.get().opinion_precision == ""


@pytest.mark.parametrize("name", ["opinion_precision", "decided_precision"])
def test_the_database_keeps_a_precision_of_another_measure_alone(registration, name):
    reach(registration, State.DECIDED, Wish(THIRD))

    with pytest.raises(IntegrityError), transaction.atomic():
        case_of(registration).measures.update(**{name: "Une autre"})


ORAL = "M1"
"""It suits a reader and no third of the time."""
USELESS = "« Temps majoré d'un tiers » ne concerne aucune des épreuves demandées pour « Secrétaire"


def test_another_measure_that_would_change_nothing_is_neither_advised_nor_granted():
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.WITH_DOCTOR, Wish(READER, (ORAL,)))
    with pytest.raises(operations.SuitsNone, match=USELESS):
        opine(registration, LECTEUR=OpinionOn(Opinion.OTHER, THIRD))
    assert case_of(registration).state == State.WITH_DOCTOR
    opine(registration)

    with pytest.raises(operations.SuitsNone, match=USELESS):
        decide(registration, LECTEUR=DecisionOn(Decision.OTHER, THIRD, WHY))

    assert case_of(registration).state == State.OPINION_GIVEN


def test_nor_does_a_batch_follow_an_opinion_that_would():
    registration = a_registration(informations={"has_disability": "oui"})
    case = reach(registration, State.OPINION_GIVEN, Wish(READER, (ORAL,)))
    changed = {"opinion": Opinion.OTHER, "opinion_code": THIRD, "opinion_label": "Temps majoré"}
    case.measures.update(**changed, opinion_text="Elle suffit.")

    with pytest.raises(operations.SuitsNone, match=USELESS):
        operations.check_advised(case_of(registration))


# --- The measure that is asked for, with another precision ------------------------------------


def test_the_same_measure_is_favoured_and_granted_with_another_precision(registration):
    reach(registration, State.WITH_DOCTOR, Wish(READER, precision="La mienne"))
    opine(registration, LECTEUR=OpinionOn(Opinion.OTHER, READER, text="Non.", precision=LENT))
    follow(registration)

    case = case_of(registration)
    [one] = case.measures.all()
    assert one.opinion_in_words == f"Favorable, avec une autre précision : {LENT}"
    assert one.decision_in_words == f"Accordée, avec une autre précision : {LENT}"
    assert one.decision_without_precision == "Accordée, avec une autre précision"
    assert one.granted_named == SAID
    assert one.reason == (
        "Le médecin désigné a donné un avis favorable à ce qui est accordé. Il écrit : Non."
    )
    [printed] = notification.content(Notified(case, NOW))["measures"]
    assert (printed["label"], printed["said"]) == (
        "Secrétaire lecteur : La mienne",
        f"Accordée, avec une autre précision : {LENT}",
    )
    assert granted(registration, "E1").measures == (InForce(READER, "Secrétaire lecteur", LENT),)


def test_the_authority_grants_another_precision_than_is_asked_and_favoured(registration):
    reach(registration, State.OPINION_GIVEN, Wish(READER, precision="La mienne"))

    decide(registration, LECTEUR=granting())

    [one] = case_of(registration).measures.all()
    assert (one.granted_named, one.precision) == (SAID, "La mienne")


# --- Another measure, for the épreuves that were asked for -------------------------------------

WRITTEN = "Français, Mathématiques et Éducation physique et sportive"
"""Those that a third of the time suits, and not the oral."""


def decided_as(asked, other, *wishes, at=NOW):
    """Have another measure granted and notified instead of the one that is asked for; return the request."""
    registration = a_registration(informations=DECLARED)
    reach(registration, State.OPINION_GIVEN, *wishes, at=at)
    decide(registration, at=at, **{asked: DecisionOn(Decision.OTHER, other, WHY)})
    accommodating.notify_decision(registration=registration, by=MANAGER, at=at)
    return as_read(registration)


def as_read(registration):
    case = case_of(registration)
    case.registration = again(registration)
    return case


def opened(case):
    """Have its candidate open the notification: what it grants is proposed from then on."""
    by = author(case.registration.candidate)
    consulting.open_document(version=case.notification, by=by, at=NOW)
    return as_read(case.registration)


def test_what_suited_an_epreuve_that_is_sat_no_more_is_not_said_to_be_granted_for_the_others():
    case = decided_as(READER, THIRD, Wish(READER, ("E1", ORAL)))
    kept = {"statut-E1": "benefice", "note-E1": "12", "session-E1": "2025"}
    amend(case.registration, informations=DECLARED, epreuves=kept)
    case = as_read(case.registration)
    [one], sat = case.measures.all(), sat_for(case.registration, case)

    assert granted(case.registration, ORAL).measures == ()
    said = decided_on_papers(case, one, sat)
    assert said.endswith(
        "Aujourd'hui, sans objet pour : Navigation, que cette mesure ne concerne pas"
    )
    assert granted_in_part(one, sat) == (
        "Sans objet pour : Navigation, que cette mesure ne concerne pas"
    )


def test_another_measure_is_granted_for_no_more_than_was_asked_for():
    case = opened(decided_as(THIRD, READER, Wish(THIRD)))
    sat = sat_for(case.registration, case)

    assert granted(case.registration, ORAL).measures == ()
    assert granted_in_words(case, sat) == [f"Secrétaire lecteur ({WRITTEN})"]
    [proposed] = asked_again(case, rules_of(case.registration), sat)
    assert papers_in_words(proposed.papers, sat, READER) == WRITTEN


@pytest.mark.parametrize("by_candidate", [True, False])
def test_who_asks_for_it_again_loses_nothing_that_they_never_had(by_candidate):
    case = opened(decided_as(THIRD, READER, Wish(THIRD)))
    write(case.registration, Wish(READER, ("E1", "E2")), at=LATER)
    made, sat = as_read(case.registration), sat_for(case.registration, case)

    assert lost_by_asking(made, case, sat, by_candidate=by_candidate) == [
        "Secrétaire lecteur (Éducation physique et sportive)"
    ]


def test_what_was_had_for_all_and_is_granted_for_some_alone_is_said_to_be_taken_away():
    registration = a_registration(informations=DECLARED)
    reach(registration, State.NOTIFIED, Wish(READER))
    write(registration, Wish(THIRD), at=LATER)
    for step in (send, entrust, opine):
        step(registration, at=LATER)
    decide(registration, at=LATER, TIERS=DecisionOn(Decision.OTHER, READER, WHY))

    told = notification.content(Notified(as_read(registration), LATER))

    assert told["lost"] == ["Secrétaire lecteur (Navigation)"]
