"""Set aside then restored, validated then reopened: what could not be given meanwhile may be given."""

from datetime import datetime

import pytest
import time_machine

from sporades.acts.registrations import deciding, moving
from sporades.documents.models import DocumentVersion
from sporades.evidence.completeness import lacking
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.registrations.checklist import checklist
from sporades.registrations.operations.correcting import ASKED_AGAIN
from sporades.registrations.states import FLAG, REOPEN, RESTORE, SET_ASIDE, VALIDATE
from tests.evidence.given import MANAGER, again, complete, give, piece
from tests.evidence.test_asked_late import DAY, UNTIL, before, told
from tests.factories import NOW, a_record, a_registration, load_invented
from tests.renamed import rename
from tests.spaces import plain
from tests.web.guide import main, signed_in

pytestmark = pytest.mark.usefixtures("kept")

BACK = UNTIL + 3 * DAY
USUAL = datetime.fromisoformat("2027-01-10T23:59:00+01:00")
SAID = "avant le dimanche 10 janvier 2027 à 23 h 59 (heure de Paris)"
WAYS = pytest.mark.parametrize(
    ("away", "back"),
    [(SET_ASIDE, RESTORE), (VALIDATE, REOPEN), (VALIDATE, FLAG)],
    ids=["restored", "reopened", "put in anomaly"],
)


def decide(registration, decision, *, at):
    reason = "Par erreur" if decision in (SET_ASIDE, FLAG) else ""
    deciding.decide(
        registration=again(registration), decision=decision, reason=reason, by=MANAGER, at=at
    )


@WAYS
def test_what_could_not_be_given_meanwhile_leaves_the_usual_days(registration, away, back):
    decide(registration, away, at=NOW)

    decide(registration, back, at=BACK)

    found = again(registration)
    assert piece(found).until == piece(found).granted_until == USUAL
    assert pieces_of(found)[0].until == USUAL
    assert before(found.owed["to_return"]) == SAID
    signed = next(one for one in checklist(found, [], [], at=NOW) if "signé" in one.label)
    assert signed.note == "À poster au plus tard le dimanche 10 janvier 2027."
    assert not lacking(BACK).exists()
    give(registration, at=USUAL)
    assert piece(registration).state == State.CHECKING


@WAYS
def test_it_leaves_no_more_days_to_another(registration, away, back):
    other = a_registration()
    until = piece(other).until
    decide(registration, away, at=NOW)

    decide(registration, back, at=BACK)

    row = piece(other)
    assert (row.until, row.granted_until) == (until, None)


@WAYS
def test_the_mail_says_what_is_asked_for_again_and_until_when(registration, away, back):
    decide(registration, away, at=NOW)

    decide(registration, back, at=BACK)

    body = told("state_changed")
    assert (
        "récapitulatif d'inscription signé, à poster au plus tard le dimanche 10 janvier 2027 (cachet "
        "de la poste), à : Bureau des" in body
    )
    assert f"- Pièce d'identité, {SAID}" in body
    assert "se déposent dans votre espace candidat, ou s'envoient par courrier" in body
    journal = Entry.objects.filter(verb__in=["piece given time", "summary asked again"])
    assert {entry.in_words for entry in journal} == {
        "Délai accordé pour une pièce justificative : Pièce d'identité, jusqu'au 10 janvier 2027",
        "Récapitulatif signé demandé de nouveau, délai passé",
    }


def test_the_letter_says_it_too():
    registration = a_registration(a_record())
    decide(registration, SET_ASIDE, at=NOW)

    decide(registration, RESTORE, at=BACK)

    body = told("state_changed")
    assert f"- Pièce d'identité, {SAID}" in body
    assert "espace candidat" not in body


def test_a_mail_that_names_no_piece_says_that_some_are_awaited():
    due = "libelle: Pièce d'identité, "
    load_invented((due, f"{due}si: {{sauf: {{handicap: true}}}}, "))
    registration = a_registration()
    decide(registration, SET_ASIDE, at=NOW)

    decide(registration, RESTORE, at=BACK)

    body = told("state_changed")
    assert "- des pièces justificatives : lisez dans votre espace lesquelles" in body
    assert "Pièce d'identité" not in body


def test_what_may_still_be_given_keeps_its_day(registration):
    decide(registration, SET_ASIDE, at=NOW)

    decide(registration, RESTORE, at=NOW + DAY)

    found = again(registration)
    assert (piece(found).until, piece(found).granted_until) == (UNTIL, None)
    assert found.summary_until is None
    assert "- Pièce d'identité, avant le mercredi 30 décembre 2026" in told("state_changed")


def test_of_what_has_come_nothing_is_asked_for_again(registration):
    complete(registration)
    decide(registration, VALIDATE, at=NOW)

    decide(registration, REOPEN, at=BACK)

    found = again(registration)
    assert (piece(found).granted_until, found.summary_until) == (None, None)
    assert "attendu de vous" not in told("state_changed")


def test_where_the_reglementation_leaves_no_day_the_deadline_stays():
    due = "libelle: Pièce d'identité, "
    load_invented((due, f"{due}delai_de_remplacement: 0, "))
    registration = a_registration()
    decide(registration, SET_ASIDE, at=NOW)

    decide(registration, RESTORE, at=BACK)

    assert piece(registration).until == UNTIL
    assert lacking(BACK).exists()
    assert "Pièce d'identité" not in told("state_changed")


def test_the_summary_that_was_issued_says_that_there_is_more_time(registration):
    decide(registration, SET_ASIDE, at=NOW)
    decide(registration, RESTORE, at=BACK)
    path = f"/mes-documents/{registration.number}/recapitulatif"

    with time_machine.travel(BACK + DAY, tick=False):
        page = main(signed_in(registration.candidate.user).get(path))

    assert "Vous avez plus de temps que ne le dit ce document" in page


def corrected(registration, *, at=NOW + DAY):
    rename(registration, at=at)


def moved(registration):
    moving.move_for_good(
        registration=again(registration),
        academy="A25",
        reason="Déménagée",
        by=MANAGER,
        at=NOW + DAY,
    )


def issued(registration, kind):
    found = DocumentVersion.objects.filter(document__folder=registration.folder_id)
    return found.filter(document__kind=kind).latest("number").content


def test_restored_under_corrected_civil_data_its_documents_say_the_new_days(registration):
    decide(registration, SET_ASIDE, at=NOW)
    corrected(registration)

    decide(registration, RESTORE, at=BACK)

    assert before(issued(registration, "recapitulatif")["to_return"]) == SAID


@pytest.mark.parametrize("act", [corrected, moved])
@pytest.mark.parametrize(
    "back", [[REOPEN], [FLAG], [SET_ASIDE, RESTORE]], ids=["reopened", "put in anomaly", "restored"]
)
def test_what_was_issued_while_nothing_was_asked_is_issued_again_with_what_is(
    registration, act, back
):
    decide(registration, VALIDATE, at=NOW)
    act(registration)
    assert issued(registration, "recapitulatif")["to_return"] is None

    for decision in back:
        decide(registration, decision, at=BACK)

    found, summary = again(registration), issued(registration, "recapitulatif")
    request = issued(registration, "demande-pieces")
    assert (found.version, summary["version"], request["version"]) == (3, 3, 3)
    assert before(summary["to_return"]) == SAID
    assert "À signer plus bas, puis à poster au plus tard le dimanche 10 janvier" in plain(
        summary["warning"]
    )
    assert [before(one) for one in request["evidence"]] == [SAID]
    assert request["asked"].startswith("Votre candidature demande les pièces")
    assert (
        "Cette inscription a une nouvelle version : son récapitulatif est publié de nouveau, avec ce qui "
        "est attendu de vous. Téléchargez-le ou imprimez-le, sauf si vous avez déjà posté le précédent, "
        "signé : il reste valable."
    ) in told("state_changed")
    assert found.versions.get(number=3).changes == [ASKED_AGAIN]


def test_what_asks_for_all_that_is_awaited_is_issued_once(registration):
    decide(registration, VALIDATE, at=NOW)

    decide(registration, REOPEN, at=BACK)

    assert again(registration).version == 1
    assert "nouvelle version" not in told("state_changed")


def test_what_has_come_since_is_not_asked_for_by_another_version(registration):
    complete(registration)
    decide(registration, VALIDATE, at=NOW)
    corrected(registration)

    decide(registration, REOPEN, at=BACK)

    assert again(registration).version == 2


def test_who_has_no_space_receives_what_is_issued_again_with_the_letter():
    registration = a_registration(a_record())
    decide(registration, VALIDATE, at=NOW)
    corrected(registration)

    decide(registration, REOPEN, at=BACK)

    letter = Letter.objects.get(message__kind="state_changed", enclosed__number=3)
    assert "avec ce qui est attendu de vous. Il est joint à ce courrier" in plain(
        letter.message.body
    )
