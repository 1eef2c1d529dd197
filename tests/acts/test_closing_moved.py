"""Who is registered is told of a closing brought forward, and of what became of it (I1)."""

import pytest

from sporades.accommodations.rules import deadline_of
from sporades.acts import tasks
from sporades.acts.registrations import deciding, moving
from sporades.acts.services import closing_moved, opening
from sporades.exams.models import RegistrationService
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.operations import drafting
from sporades.registrations.queries import with_owed
from sporades.registrations.states import FLAG, SET_ASIDE, VALIDATE
from tests.accommodations.asked import MINOR
from tests.acts.test_coming_back_moved import HOUR, closes, move, said, withdrawn
from tests.acts.test_to_review import correct
from tests.evidence.given import MANAGER, again, complete
from tests.factories import NOW, OPERATOR, a_candidate, a_draft, a_record, a_registration
from tests.requests import moved_house

SOONER, LATER = "service_closes_sooner", "service_closes_later"

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")


def tell(change, at=NOW + 3 * HOUR):
    closing_moved.tell_change(change.pk, after="", at=at)


def told(kind):
    return list(Message.objects.filter(kind=kind).order_by("pk"))


def decide(registration, decision, reason=""):
    deciding.decide(
        registration=again(registration), decision=decision, reason=reason, by=MANAGER, at=NOW
    )


@pytest.mark.usefixtures("stopped_clock")
def test_who_was_told_of_a_closing_brought_forward_is_told_when_it_is_put_back():
    mailed, posted = a_registration(), a_registration(a_record())
    before, sooner = mailed.closing_in_words, NOW + 20 * HOUR
    closes(sooner)
    a_registration()  # filed under the closing brought forward: told of no other

    closes(mailed.service.closes_at, at=NOW + 2 * HOUR)

    first, second = told(LATER)
    assert [first.about_id, second.about_id] == [str(mailed.pk), str(posted.pk)]
    assert first.subject.startswith("Fermeture repoussée, inscription n°")
    for one in (first, second):
        assert f"ferment plus tard que prévu : le {before}" in one.body
        assert "La fermeture annoncée avant était le jeudi 26 novembre 2026 à 6 h 30" in said(one)
    assert "Si vous vouliez la modifier, ou la quitter, faites-le avant" in first.body
    letters = Letter.objects.filter(message__kind__in=(SOONER, LATER))
    kept = dict(letters.values_list("message__kind", "state"))
    assert kept == {SOONER: LetterState.OVERTAKEN, LATER: LetterState.TO_PRINT}


def test_it_is_told_once_and_of_no_extension_after_it():
    registration = a_registration()
    closing = registration.service.closes_at
    closes(NOW + 20 * HOUR)
    closes(closing, at=NOW + 2 * HOUR)

    closes(closing + 24 * HOUR, at=NOW + 3 * HOUR)

    assert [len(told(kind)) for kind in (SOONER, LATER)] == [1, 1]
    assert closing_moved.take_up_again(older_than=NOW + 4 * HOUR) == 0


@pytest.mark.parametrize("is_left", [True, False])
def test_who_stands_no_more_is_not_told_of_it(is_left):
    registration = a_registration()
    closing = registration.service.closes_at
    closes(NOW + 20 * HOUR)
    if is_left:
        withdrawn(registration, at=NOW + HOUR)
    else:
        decide(registration, SET_ASIDE, "Doublon")

    closes(closing, at=NOW + 2 * HOUR)

    assert told(LATER) == []


def test_who_left_and_was_told_so_reads_that_it_is_put_back():
    registration = withdrawn(a_registration())
    closing = registration.service.closes_at
    closes(NOW + 100 * HOUR)

    *_, last = closes(closing, at=NOW + 2 * HOUR)

    assert last.subject.startswith("Fermeture repoussée, désinscription n°")


def test_of_a_closing_put_back_before_anybody_was_told_nothing_is_said():
    registration = a_registration()
    first = move(NOW + 20 * HOUR)
    second = move(registration.service.closes_at, at=NOW + 2 * HOUR)

    tell(first)
    tell(second)

    assert [*told(SOONER), *told(LATER)] == []


@pytest.mark.parametrize("is_told", [False, True])
def test_an_extension_put_back_before_anybody_was_told_gives_nothing(is_told):
    registration = a_registration()
    closing = registration.service.closes_at
    first = move(closing + 365 * 24 * HOUR)
    if is_told:
        tell(first)
    second = move(closing, at=NOW + 2 * HOUR)

    for one in (first, second):
        tell(one)
    tasks.follow_dates(str(registration.service_id), "0")

    found = with_owed.get(pk=registration.pk)
    given = closing.replace(second=0) + (365 * 24 * HOUR if is_told else 0 * HOUR)
    assert found.told_closing == given
    assert deadline_of(again(registration)) == given


def test_of_two_moves_the_second_is_told_with_the_closing_before_both():
    registration = a_registration()
    before = registration.closing_in_words
    draft = a_draft(a_candidate(email="brouillon@exemple.test"))
    moved_house(draft, NOW)
    first = move(NOW + 20 * HOUR)
    second = move(NOW + 44 * HOUR, at=NOW + 2 * HOUR)

    for one in (first, second, first):
        tell(one)

    [sooner], [begun] = told(SOONER), told("service_moved")
    assert "ferment plus tôt que prévu : le vendredi 27 novembre 2026 à 6 h 30" in said(sooner)
    assert "Le service ferme désormais le vendredi 27 novembre 2026 à 6 h 30" in said(begun)
    for one in (sooner, begun):
        assert f"La fermeture annoncée avant était le {before}." in one.body
    assert told(LATER) == []


@pytest.mark.parametrize("by_letter", [False, True])
def test_who_has_something_to_do_is_not_told_to_do_nothing(by_letter):
    made = [
        a_registration(a_record() if by_letter else a_candidate(email=f"{name}@exemple.test"))
        for name in ("owing", "flagged", "reviewed", "complete", "validated")
    ]
    owing, flagged, reviewed, full, validated = made
    for one in (reviewed, full):
        complete(one)
    decide(flagged, FLAG, "Diplôme à corriger")
    decide(validated, VALIDATE)
    correct(reviewed, **MINOR)

    closes(NOW + 20 * HOUR)
    closes(owing.service.closes_at, at=NOW + 2 * HOUR)

    sooner, later = ({one.about_id: said(one) for one in told(kind)} for kind in (SOONER, LATER))
    nothing, send = "vous n'avez rien à faire", "ce qu'il vous reste à envoyer"
    for kept in (sooner, later):
        assert {str(one.pk): nothing in kept[str(one.pk)] for one in made} == {
            str(one.pk): one in (full, validated) for one in made
        }
        assert send in kept[str(owing.pk)]
        assert send not in kept[str(full.pk)] + kept[str(validated.pk)]
        assert "mais elle est en anomalie. Si une réponse est à corriger" in kept[str(flagged.pk)]
        assert "ne dit pas tout ce qui est maintenant demandé" in kept[str(reviewed.pk)]
    assert "Les dates de ce qu'il vous reste à envoyer ne changent pas." in sooner[str(owing.pk)]
    assert "Relisez ce qu'il vous reste à envoyer" in later[str(owing.pk)]


def given_elsewhere(registration, at):
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="x", by=OPERATOR, at=at
    )


def draft_gone_to(academy, at):
    draft = a_draft(a_candidate(email="zoe@exemple.test"))
    there = RegistrationService.objects.get(academy=academy)
    drafting.move(draft=draft, service=there, at=at)
    return draft


@pytest.mark.usefixtures("stopped_clock")
def test_who_comes_to_an_academy_whose_closing_had_moved_is_not_told_of_it():
    there = RegistrationService.objects.for_list().get(academy="A25")
    change = opening.change(
        service=there,
        opens_at=there.opens_at,
        closes_at=NOW.replace(second=0, microsecond=0) + 48 * HOUR,
        reason="Panne",
        by=OPERATOR,
        at=NOW,
        is_urgent=True,
    )
    before = a_registration(
        academy="A25", identification={"postcode": "78000", "town": "Versailles"}
    )
    Registration.objects.filter(pk=before.pk).update(filed_at=NOW - HOUR)
    given_elsewhere(a_registration(), NOW + HOUR)
    draft_gone_to("A25", NOW + HOUR)

    tell(change)

    assert [one.about_id for one in told(SOONER)] == [str(before.pk)]
    assert told("service_moved") == []
    assert closing_moved.take_up_again(older_than=NOW + 2 * HOUR) == 0


@pytest.mark.usefixtures("stopped_clock")
def test_told_once_it_has_closed_nobody_is_asked_to_do_it_before():
    a_registration()
    a_draft(a_candidate(email="zoe@exemple.test"))
    change = move(NOW + HOUR)

    tell(change, at=NOW + 2 * HOUR)

    [registered], [begun] = told(SOONER), told("service_moved")
    assert "Les inscriptions ont fermé plus tôt que prévu" in said(registered)
    assert "Vous ne pouvez plus la modifier ni la quitter vous-même" in said(registered)
    assert "avant cette date" not in said(registered)
    assert "Le service a fermé le mercredi 25 novembre 2026 à 11 h 30" in said(begun)
    assert "mais vous ne pouvez plus les enregistrer" in said(begun)
    assert "Pour terminer" not in said(begun)
