"""What is asked for once its day has passed leaves the usual days from then (E7, I3)."""

from datetime import datetime, timedelta

import pytest

from sporades.acts.pieces import reminding
from sporades.acts.registrations import completing, deciding, moving, requesting, standing_in
from sporades.evidence.completeness import lacking
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State
from sporades.exams.models import Exam, RegistrationService
from sporades.mail.models import Message
from sporades.registrations.operations import drafting
from sporades.registrations.states import VALIDATE
from tests.evidence.given import BAC, MANAGER, again, complete, give, piece
from tests.evidence.test_reminding import DAY, INSTANT, UNTIL
from tests.factories import (
    NOW,
    a_candidate,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.requests import ask
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("kept")

LATE = datetime.fromisoformat("2027-01-05T11:00:00+01:00")
USUAL = datetime.fromisoformat("2027-01-13T23:59:00+01:00")
SAID = "avant le mercredi 13 janvier 2027 à 23 h 59 (heure de Paris)"
POSTED = "au plus tard le mercredi 13 janvier 2027"
DUE_BAC = "diplome: [BAC]}, "


def told(kind):
    """Return the last mail of a kind, on one line."""
    return " ".join(Message.objects.filter(kind=kind).latest("pk").body.split())


def before(due):
    """Return how the deadline of something that is asked for reads."""
    return f"avant le {' '.join(due['before'].split())}"


def with_a_diploma(registration, *, at=LATE):
    """Ask, after the closing, to have another diploma, which calls for another piece; accept it."""
    by = author(registration.candidate)
    draft = requesting.begin(registration=registration, by=by, at=at)
    for section, said in (
        ("qualification", {"diploma": "BAC"}),
        ("epreuves", {"statut-E2": "inscrit"}),
    ):
        typed = {**draft.answers.get(section=section).answers, **said}
        drafting.answer(draft=draft, section=section, typed=typed, seen_revision=None, at=at)
    sent = requesting.send(draft=draft, reason="Je l'ai eu", proof=[], by=by, at=at)
    return requesting.accept(request=sent, by=MANAGER, at=at)


def test_an_accepted_modification_leaves_the_usual_days_for_what_it_asks_for_first(registration):
    complete(registration)

    version = with_a_diploma(again(registration))

    asked = {one["code"]: one["until"] for one in version.snapshot["evidence"]}
    assert {code: datetime.fromisoformat(until) for code, until in asked.items()} == {
        "IDENTITE": UNTIL,
        BAC: USUAL,
    }
    assert before(version.snapshot["to_return"]) == SAID
    assert piece(registration, BAC).until == USUAL
    body = told("change_accepted")
    assert f"À poster {POSTED} (cachet de la poste), à l'adresse ci-dessous." in body
    assert f"- Copie du baccalauréat, {SAID}, à déposer dans votre espace candidat" in body
    assert "Pièce d'identité" not in body


def test_it_may_be_given_is_reminded_of_and_is_missing_only_then(registration):
    complete(registration)
    with_a_diploma(again(registration))

    assert not lacking(LATE).exists()
    with pytest.raises(completing.NothingMissing):
        completing.declare_incomplete(registration=again(registration), by=MANAGER, at=LATE)
    assert reminding.remind_pieces(at=USUAL - 7 * DAY) == 1
    assert lacking(USUAL + DAY).exists()

    give(registration, BAC, at=USUAL)

    assert piece(registration, BAC).state == State.CHECKING


def test_a_summary_to_be_signed_again_is_reminded_of_before_its_own_day(registration):
    complete(registration)
    with_a_diploma(again(registration))
    give(registration, BAC, at=LATE)

    told = [
        reminding.remind_pieces(at=USUAL - before)
        for before in (7 * DAY + INSTANT, 7 * DAY, 6 * DAY, 2 * DAY, DAY)
    ]

    assert told == [0, 1, 0, 1, 0]
    body = Message.objects.filter(kind="pieces_due").latest("pk").body.replace("\xa0", " ")
    assert "au plus tard le mercredi 13 janvier 2027 (cachet de la poste)" in body


def test_a_modification_gives_no_more_time_for_what_was_asked_for_in_time(registration):
    sent = ask(again(registration), LATE)

    version = requesting.accept(request=sent, by=MANAGER, at=LATE)

    [asked] = version.snapshot["evidence"]
    assert datetime.fromisoformat(asked["until"]) == piece(registration).until == UNTIL
    assert lacking(LATE).exists()
    assert "(heure de Paris) (cette date est passée : contactez ce service)" in told(
        "change_accepted"
    )


def test_the_next_version_says_the_days_that_were_left(registration):
    complete(registration)
    with_a_diploma(again(registration))
    later = LATE + 2 * DAY

    version = requesting.accept(request=ask(again(registration), later), by=MANAGER, at=later)

    asked = {one["code"]: one["until"] for one in version.snapshot["evidence"]}
    assert datetime.fromisoformat(asked[BAC]) == USUAL
    signed = datetime.fromisoformat(version.snapshot["to_return"]["until"])
    assert signed == USUAL + 2 * DAY


def test_a_validation_that_is_undone_by_a_modification_asks_for_everything_again(registration):
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    sent = ask(again(registration), LATE, ine="0801234567A")
    requesting.accept(request=sent, by=MANAGER, at=LATE)

    assert piece(registration).until == USUAL
    assert pieces_of(again(registration))[0].until == USUAL


def test_where_the_reglementation_leaves_no_day_the_deadline_stays(registration):
    load_invented((DUE_BAC, f"{DUE_BAC}delai_de_remplacement: 0, "))
    complete(registration)

    with_a_diploma(again(registration))

    assert piece(registration, BAC).until == UNTIL


def test_what_the_office_files_after_the_closing_is_due_after_it(invented_exam):
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=a_candidate(),
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=agent,
        by=MANAGER,
        at=LATE,
    )
    neither = {"publishes_name": None, "shares_name": None}
    answer_all(draft, answers_with(supplementaires=neither), at=LATE)

    version = standing_in.register(draft=draft, reason="Erreur du service", by=MANAGER, at=LATE)

    body = told("registered_for")
    assert f"À poster {POSTED}" in body
    assert f"gestionnaire, {SAID} : - Pièce d'identité" in body
    assert not lacking(LATE).filter(pk=version.registration_id).exists()


def test_an_academy_that_alone_asks_for_the_signed_summary_leaves_days_for_it():
    due = "echeance: {jours_apres_fermeture: 10}\n"
    load_invented((due, f"{due}      academies: [A25]\n"))
    made = a_registration()

    version = moving.move_for_good(
        registration=again(made), academy="A25", reason="Déménagée", by=MANAGER, at=LATE
    )

    assert datetime.fromisoformat(version.snapshot["to_return"]["until"]) == USUAL


def test_an_extension_takes_nothing_back_of_the_days_that_were_left(registration):
    complete(registration)
    with_a_diploma(again(registration))
    service = RegistrationService.objects.get(pk=registration.service_id)
    service.closes_at += timedelta(days=7)
    service.save()

    owed = again(registration).owed

    assert datetime.fromisoformat(owed["to_return"]["until"]) == USUAL
    assert {one["code"]: datetime.fromisoformat(one["until"]) for one in owed["evidence"]} == {
        "IDENTITE": UNTIL + 7 * DAY,
        BAC: USUAL,
    }
