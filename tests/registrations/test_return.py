from datetime import date, timedelta
from functools import partial

import pytest

from sporades.acts.identities import correcting
from sporades.acts.registrations import deciding, receiving, registering
from sporades.candidates.operations import civil_data
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.registrations.checklist import checklist
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from tests.endurance.arena import together
from tests.factories import (
    NOW,
    OPERATOR,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)

RETURN = """\
    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
"""
LATER = NOW + timedelta(days=8)


def whole(registration):
    return Registration.objects.whole().with_owed().get(pk=registration.pk)


def test_the_summary_says_where_and_until_when_it_is_sent_back():
    registration = a_registration()

    asked = registration.versions.get().snapshot["to_return"]

    assert asked["address"] == ["Bureau des essais de Lille", "1 place des Essais", "59000 Lille"]
    assert asked["before"].startswith("vendredi 25 décembre 2026 à 23")


def test_the_box_on_top_of_the_summary_says_that_it_is_to_be_sent_back():
    [issued] = DocumentVersion.objects.for_folder(a_registration().folder, NOW).filter(
        document__kind="recapitulatif"
    )
    load_invented((RETURN, ""))
    [unsigned] = DocumentVersion.objects.for_folder(a_registration().folder, NOW).filter(
        document__kind="recapitulatif"
    )

    assert issued.content["warning"] == (
        "À signer plus bas, puis à poster au plus tard le vendredi 25 décembre 2026 : l'adresse y est. "
        "Il est indispensable d'en garder une copie."
    )
    assert unsigned.content["warning"] == "Il est indispensable de conserver ce récapitulatif."


def test_its_return_is_recorded_by_the_postmark_and_shown_to_the_candidate():
    registration = a_registration()

    receiving.receive_summary(
        registration=whole(registration), posted_on=date(2026, 12, 1), by=OPERATOR, at=LATER
    )

    check = next(c for c in checklist(whole(registration), [], [], at=LATER) if "signé" in c.label)
    assert (check.state, check.note) == ("done", "Reçu, posté le 1er décembre 2026.")
    assert Entry.objects.get(verb="summary received").payload == {
        "after": {"posted_on": "2026-12-01"}
    }


@pytest.mark.parametrize("is_back", [True, False])
def test_a_summary_that_the_service_issues_again_asks_to_sign_only_what_has_not_come(is_back):
    registration = a_registration()
    if is_back:
        receiving.receive_summary(
            registration=whole(registration), posted_on=NOW.date(), by=OPERATOR, at=NOW
        )
    identity = registration.candidate.identity

    correcting.correct_identity(
        registration=whole(registration),
        identity={**civil_data(identity), "usage_name": "Kermarrec"},
        seen=identity.pk,
        proof="Acte de mariage",
        by=OPERATOR,
        at=LATER,
    )

    last = DocumentVersion.objects.filter(document__kind="recapitulatif").latest("number")
    assert last.number == 2
    assert (last.content["to_return"] is None) is is_back
    assert ("à poster" in last.content["warning"]) is not is_back


@pytest.mark.parametrize("posted_on", [date(2026, 11, 24), date(2026, 12, 4)])
def test_a_postmark_before_the_registration_or_to_come_is_refused(posted_on):
    registration = a_registration()

    with pytest.raises(Refused, match="Indiquez un jour possible"):
        receiving.receive_summary(
            registration=whole(registration), posted_on=posted_on, by=OPERATOR, at=LATER
        )

    assert whole(registration).summary_posted_on is None


def test_a_new_version_is_to_be_signed_and_returned_again():
    registration = a_registration()
    receiving.receive_summary(
        registration=whole(registration), posted_on=date(2026, 12, 1), by=OPERATOR, at=LATER
    )

    modified(registration)

    check = next(c for c in checklist(whole(registration), [], [], at=LATER) if "signé" in c.label)
    assert check.state == "yours"
    with pytest.raises(Refused, match="dernier enregistrement"):
        receiving.receive_summary(
            registration=whole(registration), posted_on=date(2026, 12, 1), by=OPERATOR, at=LATER
        )


AT_ONCE = RETURN.replace("jours_apres_fermeture: 10", "jours_apres_fermeture: 0")
LONGER = RETURN.replace("jours_apres_fermeture: 10", "jours_apres_fermeture: 20")


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        pytest.param(AT_ONCE, "vendredi 25 décembre 2026", id="less time"),
        pytest.param(LONGER, "lundi 4 janvier 2027", id="more time"),
    ],
)
def test_a_modification_takes_back_no_day_that_was_told_for_it(asked, day):
    registration = a_registration()
    load_invented((RETURN, asked))

    modified(registration)

    found = whole(registration)
    assert found.told["to_return"]["before"].startswith(day)
    assert found.owed["to_return"]["before"].startswith(day)


def test_once_validated_it_is_asked_for_anew_as_its_pieces_are():
    registration = a_registration()
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=LATER)
    load_invented((RETURN, AT_ONCE))

    modified(registration)

    assert whole(registration).told["to_return"]["before"].startswith("mardi 15 décembre 2026")


def modified(registration):
    by = author(registration.candidate)
    draft = registering.amend(registration=whole(registration), by=by, at=LATER)
    answer_all(draft, answers_with(supplementaires={"q-equipe": "BLEU"}), at=LATER)
    registering.register(draft=draft, by=by, at=LATER)


def test_a_return_that_is_not_asked_is_not_recorded():
    load_invented((RETURN, ""))
    registration = a_registration()

    with pytest.raises(Refused, match="ne demande pas de récapitulatif signé"):
        receiving.receive_summary(
            registration=whole(registration), posted_on=date(2026, 12, 1), by=OPERATOR, at=LATER
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_postmarks_that_are_noted_at_once_one_is_refused():
    registration = a_registration()

    def note(day):
        receiving.receive_summary(
            registration=whole(registration),
            posted_on=date(2026, 12, day),
            seen=1,
            noted="",
            by=OPERATOR,
            at=LATER,
        )

    outcomes = together(partial(note, 1), partial(note, 2))

    assert {type(one) for one in outcomes} == {type(None), receiving.OtherPostmark}
    assert Entry.objects.filter(verb="summary received").count() == 1
