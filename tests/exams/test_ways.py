"""By which ways a piece is given, what is refused of them, what differs between two versions (C49, C53)."""

import pytest

from sporades.exams.rules.evidence import ways_of
from sporades.exams.schema.evidence import Way

BREVET = "examens[BREVET]"
BOTH, DEPOSIT, POST = (Way.DEPOSIT, Way.POST), (Way.DEPOSIT,), (Way.POST,)
ALL = "    voies: [depot, courrier]\n"
ELSEWHERE = "    voies_selon_academie: [{academies: [A28, A31], voies: [depot]}]\n"
RETURN = "      academies: [A09, A25]\n"
OWN = "        voies: [courrier]\n"
OWN_ELSEWHERE = "        voies_selon_academie: [{academies: [A25], voies: [depot]}]\n"


@pytest.mark.parametrize(
    ("code", "academy", "ways"),
    [
        # What is said of the piece counts before what is said of all, of an academy first.
        ("IDENTITE", "A09", POST),
        ("IDENTITE", "A28", POST),
        ("IDENTITE", "A25", DEPOSIT),
        ("RELEVE", "A09", BOTH),
        ("RELEVE", "A31", DEPOSIT),
        # A piece that an older version asked for, and this one does not know.
        ("ANCIENNE", "A31", DEPOSIT),
    ],
)
def test_what_is_said_of_a_piece_counts_before_what_is_said_of_all(exam, code, academy, ways):
    assert ways_of(exam, code, academy) == ways


def test_of_what_nothing_is_said_either_way_will_do(exam):
    silent = exam.model_copy(update={"ways": None, "ways_by_academy": ()})

    assert ways_of(silent, "RELEVE", "A31") == BOTH


@pytest.mark.parametrize(("academy", "is_asked"), [("A09", True), ("A28", False)])
def test_the_signed_summary_comes_back_where_it_is_said(exam, academy, is_asked):
    everywhere = exam.summary_return.model_copy(update={"academies": None})

    assert (exam.summary_return_in(academy) is not None) is is_asked
    assert exam.model_copy(update={"summary_return": everywhere}).summary_return_in(academy)
    assert exam.model_copy(update={"summary_return": None}).summary_return_in(academy) is None


NONE = (
    "Sans aucune voie, rien ne pourrait être fourni : écrivez « depot », « courrier », ou les deux ; ou "
    "retirez cette clé."
)
TWICE = (
    "« {} » est déjà écrit plus haut dans cette liste : une voie ne s'y écrit qu'une fois, retirez "
    "celle-ci."
)


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        (ALL, "    voies: []\n", "voies", NONE),
        (OWN, "        voies: []\n", "pieces[IDENTITE].voies", NONE),
        (
            OWN_ELSEWHERE,
            OWN_ELSEWHERE.replace("[depot]", "[]"),
            "pieces[IDENTITE].voies_selon_academie[1].voies",
            NONE,
        ),
        (
            ELSEWHERE,
            ELSEWHERE.replace("}]", "}, {academies: [A31], voies: [courrier]}]"),
            "voies_selon_academie[2].academies",
            "L'académie « A31 » a deux listes de voies : gardez-en une.",
        ),
        (
            RETURN,
            RETURN.replace("A25", "A31"),
            "retour_du_recapitulatif",
            (
                "Le récapitulatif signé ne revient que par courrier, et rien ne se fournit par courrier "
                "(académie A31) : ajoutez « courrier » à « voies », dites dans « academies » celles où il est "
                "à renvoyer, ou retirez « retour_du_recapitulatif » et demandez le récapitulatif signé comme "
                "une pièce."
            ),
        ),
        (
            RETURN,
            "",
            "retour_du_recapitulatif",
            (
                "Le récapitulatif signé ne revient que par courrier, et rien ne se fournit par courrier "
                "(académie A28, A31) : ajoutez « courrier » à « voies », dites dans « academies » celles où il "
                "est à renvoyer, ou retirez « retour_du_recapitulatif » et demandez le récapitulatif signé "
                "comme une pièce."
            ),
        ),
        (
            ALL,
            "    voies: [depot]\n",
            "retour_du_recapitulatif",
            (
                "Le récapitulatif signé ne revient que par courrier, et rien ne se fournit par courrier "
                "(académie A09, A25) : ajoutez « courrier » à « voies », ou retirez "
                "« retour_du_recapitulatif » et demandez le récapitulatif signé comme une pièce."
            ),
        ),
    ],
)
def test_ways_that_contradict_one_another_are_refused_with_a_remedy(
    change, problems, messages, line_of, *, old, new, field, message
):
    changed = change(old, new)

    where = line_of("    retour_du_recapitulatif:" if "retour" in field else old)
    assert problems(changed) == [(where, f"{BREVET}.{field}", "contradiction")]
    assert messages(changed) == [message]


def test_a_way_is_one_of_those_that_exist_and_is_said_once(change, messages):
    assert messages(change(OWN, "        voies: [guichet]\n")) == [
        "« guichet » ne convient pas : depot ou courrier."
    ]
    assert messages(change(OWN, "        voies: [depot, depot]\n")) == [TWICE.format("depot")]


@pytest.mark.parametrize(
    ("old", "field"),
    [
        (ALL, "voies[2]"),
        (ELSEWHERE, "voies_selon_academie[1].voies[2]"),
        (OWN, "pieces[IDENTITE].voies[2]"),
        (OWN_ELSEWHERE, "pieces[IDENTITE].voies_selon_academie[1].voies[2]"),
    ],
)
def test_a_way_that_is_said_twice_is_refused_where_it_is_with_a_remedy(
    change, problems, messages, line_of, *, old, field
):
    before, _, after = old.partition(" voies: [")
    changed = change(old, f"{before} voies: [courrier, courrier]{after[after.index(']') + 1 :]}")

    assert problems(changed) == [(line_of(old), f"{BREVET}.{field}", "code_en_double")]
    assert messages(changed) == [TWICE.format("courrier")]


def test_an_academy_of_which_ways_are_said_exists(change, problems, line_of):
    assert problems(change(ELSEWHERE, ELSEWHERE.replace("A28", "A99"))) == [
        (line_of(ELSEWHERE), f"{BREVET}.voies_selon_academie[1].academies", "reference_inconnue")
    ]
    assert problems(change(RETURN, RETURN.replace("A25", "A99"))) == [
        (line_of(RETURN), f"{BREVET}.retour_du_recapitulatif.academies", "reference_inconnue")
    ]
