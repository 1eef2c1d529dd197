"""Pieces due, by category, answers and statuses; what the receipt says of silence."""

import datetime as dt

import pytest

from sporades.exams.rules import legal
from sporades.exams.rules.evidence import due
from sporades.exams.schema.legal import ImplicitDecision, Meaning
from tests.exams.facts import marin

YOUNG = {"birth_date": dt.date(2008, 1, 1)}


@pytest.mark.parametrize(
    ("facts", "pieces"),
    [
        ({}, ["IDENTITE", "CERTIFICAT"]),
        ({"category": "APPRENTI"}, ["IDENTITE"]),
        ({"diplomas": frozenset({"CAP"})}, ["IDENTITE"]),
        ({"statuses": {"E1": "benefice"}}, ["IDENTITE", "RELEVE", "CERTIFICAT"]),
        ({**YOUNG, "answers": {"service_national": "JDC"}}, ["IDENTITE", "JDC", "CERTIFICAT"]),
        ({**YOUNG, "answers": {"service_national": "RECENSE"}}, ["IDENTITE", "CERTIFICAT"]),
        # Asked of nobody of that age.
        ({"answers": {"service_national": "JDC"}}, ["IDENTITE", "CERTIFICAT"]),
    ],
)
def test_the_pieces_due_follow_the_category_and_the_answers(exam, facts, pieces):
    assert [piece.code for piece in due(exam, marin(**facts))] == pieces


def test_a_piece_says_what_it_is_and_until_when(exam):
    identity, certificate = due(exam, marin())

    assert (identity.label, identity.help) == (
        "Pièce d'identité",
        "Recto et verso, en cours de validité.",
    )
    assert identity.is_mandatory
    assert not certificate.is_mandatory
    assert identity.deadline.instant(
        closing=dt.datetime(2026, 11, 15, 22, 59, tzinfo=dt.UTC), zone="Europe/Paris"
    ) == dt.datetime(2026, 12, 6, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("received", "months", "decided"),
    [
        (dt.date(2026, 11, 25), 2, dt.date(2027, 1, 25)),
        (dt.date(2026, 12, 31), 2, dt.date(2027, 2, 28)),
        (dt.date(2027, 12, 31), 2, dt.date(2028, 2, 29)),
        (dt.date(2026, 10, 31), 1, dt.date(2026, 11, 30)),
        (dt.date(2026, 3, 15), 12, dt.date(2027, 3, 15)),
    ],
)
def test_silence_becomes_a_decision_after_whole_months(received, months, decided):
    decision = ImplicitDecision(sens=Meaning.ACCEPTED, mois=months)

    assert legal.decided_on(decision, received) == decided


def test_the_receipt_says_who_decides_and_what_silence_means(regulation):
    assert legal.in_words(regulation.legal, dt.date(2026, 11, 1), is_complete=True) == (
        "Autorité compétente : Recteur de l'académie (Code des essais, article 1). "
        "Sans réponse de sa part le 1er janvier 2027, votre demande sera réputée rejetée. "
        "Vous pouvez saisir le tribunal administratif dans les deux mois."
    )


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        (
            Meaning.REJECTED,
            "elle recule tant que le service attend ce qui vous est demandé, au plus tard jusqu'à la",
        ),
        (
            Meaning.ACCEPTED,
            "le délai ne court que du jour où le service reçoit ce qui vous est demandé, avant la",
        ),
    ],
)
def test_the_receipt_says_how_its_date_and_the_deadlines_fit_together(regulation, meaning, said):
    decision = regulation.legal.implicit_decision.model_copy(update={"meaning": meaning})
    mentions = regulation.legal.model_copy(update={"implicit_decision": decision})

    receipt = legal.in_words(mentions, dt.date(2026, 11, 1), is_complete=False)

    assert receipt.endswith(
        f" La date du 1er janvier 2027 vaut pour un dossier complet : {said} date limite d'envoi, "
        "qui ne change pas (code des relations entre le public et l'administration, article L. 114-5)."
    )
