"""Pieces due, by category, answers and statuses; what the receipt says of silence."""

import datetime as dt

import pytest

from sporades.exams.rules import legal
from sporades.exams.rules.evidence import due
from sporades.exams.rules.silence import Silence
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
def test_silence_becomes_a_decision_after_whole_months(regulation, received, months, decided):
    decision = ImplicitDecision(sens=Meaning.ACCEPTED, mois=months)
    mentions = regulation.legal.model_copy(update={"implicit_decision": decision})

    silence = legal.silence_of(mentions, received)

    assert silence.on == decided
    assert not silence.has_accepted(decided)
    assert silence.has_accepted(decided + dt.timedelta(days=1))


def test_the_receipt_says_who_decides_and_what_silence_means(regulation):
    day = dt.date(2026, 11, 1)
    assert legal.in_words(regulation.legal, day, is_complete=True, today=day) == (
        "Autorité compétente : Recteur de l'académie (Code des essais, article 1). "
        "Sans réponse de sa part le 1er janvier 2027, votre demande sera réputée rejetée. "
        "Vous pouvez saisir le tribunal administratif dans les deux mois."
    )


@pytest.mark.parametrize(
    ("meaning", "said"),
    [
        (
            Meaning.REJECTED,
            (
                "s'arrête tant que le service attend ce qui vous est demandé, et reprend dès qu'il le "
                "reçoit, au plus tard à la"
            ),
        ),
        (
            Meaning.ACCEPTED,
            "ne court que du jour où le service reçoit tout ce qui vous est demandé, avant la",
        ),
    ],
)
def test_the_receipt_says_how_its_date_and_the_deadlines_fit_together(regulation, meaning, said):
    day = dt.date(2026, 11, 1)

    authority, silence, appeal = legal.paragraphs(
        meant(regulation, meaning), day, is_complete=False, has_deadline=True, today=day
    )

    assert authority.startswith("Autorité compétente : ")
    assert silence.startswith(
        "Sans réponse de sa part le 1er janvier 2027, votre demande sera réputée"
    )
    assert silence.endswith(
        f" Ce délai {said} date limite d'envoi (code des relations entre le public et "
        "l'administration, article L. 114-5)."
    )
    assert appeal == "Vous pouvez saisir le tribunal administratif dans les deux mois."


def meant(regulation, meaning):
    """Return the legal mentions, where silence has this meaning."""
    decision = regulation.legal.implicit_decision.model_copy(update={"meaning": meaning})
    return regulation.legal.model_copy(update={"implicit_decision": decision})


LAST = dt.date(2027, 1, 1)
"""The day of silence on what was received on 1 November 2026."""


def said_of(regulation, meaning, today, *, is_complete=True):
    mentions = meant(regulation, meaning)
    received = dt.date(2026, 11, 1)
    return legal.in_words(mentions, received, is_complete=is_complete, today=today)


@pytest.mark.parametrize(
    ("meaning", "after"),
    [
        (Meaning.ACCEPTED, "réputée acceptée depuis ce jour. Si rien n'a suivi, écrivez à votre"),
        (Meaning.REJECTED, "réputée rejetée depuis ce jour. Une réponse reste possible."),
    ],
)
def test_once_its_day_is_over_silence_is_said_to_have_decided(regulation, meaning, after):
    assert "votre demande sera réputée" in said_of(regulation, meaning, LAST)

    said = said_of(regulation, meaning, LAST + dt.timedelta(days=1))

    assert f"Sans réponse de sa part le 1er janvier 2027, votre demande est {after}" in said
    assert "sera réputée" not in said


@pytest.mark.parametrize("meaning", list(Meaning))
def test_of_what_lacks_something_silence_has_decided_nothing(regulation, meaning):
    said = said_of(regulation, meaning, LAST + dt.timedelta(days=1), is_complete=False)

    assert "Votre demande n'est pas réputée" in said
    assert "article L. 114-5" in said
    assert "depuis ce jour" not in said


@pytest.mark.parametrize("meaning", list(Meaning))
def test_no_deadline_is_named_where_none_is_set(regulation, meaning):
    assert "date limite" not in said_of(regulation, meaning, LAST, is_complete=False)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (LAST, ""),
        (LAST + dt.timedelta(days=1), "(jusqu'au 1er mai 2027)"),
        (dt.date(2027, 5, 1), "(jusqu'au 1er mai 2027)"),
        (dt.date(2027, 5, 2), "(ce délai est passé depuis le 1er mai 2027)"),
    ],
)
def test_what_silence_has_accepted_is_taken_back_within_four_months(today, said):
    words = Silence(LAST, Meaning.ACCEPTED).to_refuse_in_words(today)

    assert (said in words) if said else words == ""
    assert Silence(LAST, Meaning.REJECTED).to_refuse_in_words(today) == ""


@pytest.mark.parametrize("meaning", list(Meaning))
def test_the_office_reads_from_when_and_then_since_when(meaning):
    silence = Silence(LAST, meaning)

    assert (
        silence.in_words(LAST) == f"Sans réponse, le silence vaudra {meaning} le 1er janvier 2027"
    )
    after = silence.in_words(LAST + dt.timedelta(days=1))
    assert after == f"Le silence vaut {meaning} depuis le 1er janvier 2027"
