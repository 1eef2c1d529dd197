"""Registrations are found by their pieces, listed with them; delays and refusals are counted."""

from datetime import timedelta

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, leaving
from sporades.evidence import operations as evidence
from sporades.registrations.states import VALIDATE
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import Reading, chosen
from sporades.searches.criteria import PieceState, Unreadable
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf
from sporades.statistics.delays import delays
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection
from tests.evidence.given import BAC, IDENTITY, MANAGER, again, give, piece
from tests.evidence.test_following_a_version import asks_no_more
from tests.factories import NOW, a_candidate, a_registration, author, load_invented
from tests.web.registry.world import a_member

WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}
PERIOD = Period(NOW.date() - timedelta(days=1), NOW.date() + timedelta(days=40), "Europe/Paris")

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def lille(db):
    """Return where a manager of Lille reads."""
    manager = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    return reach(manager.memberships.all(), Permission.READ_FILES)


def clean(registration, code=IDENTITY, *, at=NOW):
    """Give a file, in which the antivirus finds nothing."""
    given = give(registration, code, at=at)
    evidence.note_scanned(given, is_clean=True, at=at)
    return given


def finds(lille, criterion, operator, *values):
    leaf = Leaf(CRITERIA[criterion], operator, values)
    return list(found(Group(members=(leaf,)), reach=lille).order_by("pk"))


def test_every_state_that_a_piece_may_have_is_a_comparison(lille, registration):
    states = set(PieceState.STATES.values())

    assert {operator for operator in PieceState.STATES if operator.label} == set(
        PieceState.operators
    )
    assert states == {one for one in type(next(iter(states))) if one != "withdrawn"}


@pytest.mark.parametrize("operator", PieceState.operators)
def test_a_registration_is_found_by_where_a_piece_stands(lille, registration, operator):
    evidence_row = piece(registration)
    other = a_registration(a_candidate())
    type(evidence_row).objects.filter(pk=evidence_row.pk).update(
        **_standing(PieceState.STATES[operator], clean(registration))
    )

    assert registration in finds(lille, "piece", operator, IDENTITY)
    assert (other in finds(lille, "piece", operator, IDENTITY)) is (operator == Operator.PIECE_OWED)
    assert finds(lille, "piece", operator, BAC) == []


def _standing(state, given):
    """Return the columns of a piece that stands somewhere, as constraints want them."""
    is_decided = state in ("accepted", "refused", "waived")
    return {
        "state": state,
        "deposit": given,
        "arrived_at": NOW,
        "posted_on": NOW.date(),
        "reason": "Floue." if state == "refused" else "",
        "decided_at": NOW if is_decided else None,
        "decided_name": "Claude" if is_decided else "",
    }


def test_a_piece_is_to_be_chosen(lille):
    with pytest.raises(Unreadable):
        finds(lille, "piece", Operator.PIECE_OWED, "")


def test_those_that_lack_a_mandatory_piece(lille, registration):
    complete = a_registration(a_candidate())
    verifying.waive(row=piece(complete), reason="Vue au guichet.", by=MANAGER, at=NOW)

    assert finds(lille, "pieces_manquantes", Operator.IS, "oui") == [registration]
    assert finds(lille, "pieces_manquantes", Operator.IS, "non") == [complete]


def test_one_that_may_be_left_out_is_not_lacking(lille):
    load_invented(("libelle: Pièce d'identité,", "libelle: Pièce d'identité, obligatoire: false,"))
    registration = a_registration()
    assert finds(lille, "piece", Operator.PIECE_OWED, IDENTITY) == [registration]

    assert finds(lille, "pieces_manquantes", Operator.IS, "oui") == []


def test_what_is_asked_for_no_more_has_not_come(lille):
    registration = a_registration(**WITH_BAC)
    clean(registration, BAC)

    asks_no_more(registration)

    assert finds(lille, "piece_arrivee", Operator.FILLED) == []
    reading = Reading(chosen(["piece_arrivee"]), lille)
    [values] = reading.of(found(Group(), reach=lille))
    assert reading.words()(values) == [registration.number, ""]


def test_one_piece_came_between_two_days(lille):
    both = a_registration(**WITH_BAC)
    none = a_registration(a_candidate())
    clean(both, at=NOW)
    clean(both, BAC, at=NOW + timedelta(days=10))

    def between(first, last):
        said = [f"{NOW + timedelta(days=day):%d/%m/%Y}" for day in (first, last)]
        return finds(lille, "piece_arrivee", Operator.BETWEEN, *said)

    assert between(0, 0) == [both]
    assert between(9, 11) == [both]
    assert between(2, 8) == []  # one came before, the other one after
    assert finds(lille, "piece_arrivee", Operator.EMPTY) == [none]
    assert finds(lille, "piece_arrivee", Operator.FILLED) == [both]


def test_a_list_names_the_pieces(lille):
    registration = a_registration(**WITH_BAC)
    clean(registration, BAC)
    columns = chosen(["pieces_a_fournir", "pieces_a_verifier", "piece_arrivee"])
    reading = Reading(columns, lille)

    [values] = reading.of(found(Group(), reach=lille))

    assert reading.words()(values) == [
        registration.number,
        "Pièce d'identité",
        "Copie du baccalauréat",
        f"{NOW:%d/%m/%Y}",
    ]


def withdrawn(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)


def validated(registration):
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=MANAGER, at=NOW
    )


@pytest.mark.parametrize("end", [withdrawn, validated])
def test_nothing_is_to_provide_for_a_registration_that_owes_nothing_any_more(
    lille, registration, end
):
    end(registration)
    reading = Reading(chosen(["pieces_a_fournir", "pieces_a_verifier"]), lille)

    [values] = reading.of(found(Group(), reach=lille))

    assert reading.words()(values) == [registration.number, "", ""]
    assert finds(lille, "piece", Operator.PIECE_OWED, IDENTITY) == []
    assert finds(lille, "pieces_manquantes", Operator.IS, "oui") == []
    assert finds(lille, "pieces_manquantes", Operator.IS, "non") == [registration]


@pytest.mark.parametrize("end", [withdrawn, validated])
def test_a_piece_that_is_not_good_is_found_no_more_once_it_is_asked_for_no_more_and_what_came_is(
    lille, registration, end
):
    given = clean(registration)
    verifying.refuse(row=piece(registration), reason="Floue.", seen=given.pk, by=MANAGER, at=NOW)
    other = a_registration(a_candidate())
    clean(other)

    end(registration)
    end(other)

    assert finds(lille, "piece", Operator.PIECE_REFUSED, IDENTITY) == []
    assert finds(lille, "piece", Operator.PIECE_DEPOSITED, IDENTITY) == [other]


def test_delays_are_those_of_every_verdict_and_refusals_by_their_reason(lille, registration):
    other = a_registration(a_candidate())
    first = clean(registration)
    verifying.refuse(
        row=piece(registration),
        reason="Illisible.",
        motive="Illisible",
        seen=first.pk,
        by=MANAGER,
        at=NOW + timedelta(days=2),
    )
    second = clean(registration, at=NOW + timedelta(days=3))
    verifying.accept(
        row=piece(registration), seen=second.pk, by=MANAGER, at=NOW + timedelta(days=7)
    )
    clean(other, at=NOW + timedelta(days=1))

    counted = delays(Selection(lille), PERIOD, at=NOW + timedelta(days=10))

    assert (counted.whole.count, counted.whole.median) == (2, timedelta(days=2))
    assert counted.whole.most == timedelta(days=4)
    assert dict(counted.ages) == {0: 0, 1: 1, 2: 1, 3: 0, 4: 0, 5: 0}
    assert dict(counted.waiting) == {0: 0, 1: 0, 2: 0, 3: 1, 4: 0, 5: 0}
    assert dict(counted.refusals) == {"Illisible": 1}
    assert list(counted.by_academy) == ["A09"]
    assert list(counted.by_exam) == [registration.exam_id]
    assert list(counted.by_piece) == [IDENTITY]
    assert again(registration).state == "registered"


def test_nothing_is_counted_outside_of_the_perimeter(lille):
    elsewhere = a_registration(
        academy="A25", identification={"postcode": "78000", "town": "Versailles"}
    )
    given = clean(elsewhere)
    verifying.accept(row=piece(elsewhere), seen=given.pk, by=MANAGER, at=NOW)

    counted = delays(Selection(lille), PERIOD, at=NOW)

    assert (counted.whole.count, sum(counted.waiting.values())) == (0, 0)
