"""Épreuves: whatever is chosen is answered as the rules say."""

from hypothesis import given
from hypothesis import strategies as st

from sporades.exams.checking import Source, checked
from sporades.exams.rules.papers import Choice, breaches, offered
from sporades.exams.schema import Status
from tests.exams.conftest import ESSAI, ZONES
from tests.exams.facts import activities, marin, told

EXAM = checked(Source.read(ESSAI), zones=ZONES)[1].exam("BREVET")


people = st.builds(
    marin,
    speciality=st.sampled_from(["MER", "TERRE"]),
    category=st.sampled_from(["INDIVIDUEL", "APPRENTI"]),
    passing_form=st.sampled_from(["GLOBALE", "PROGRESSIVE"]),
    diplomas=st.frozensets(st.sampled_from(["CAP", "BAC", "TITRE5"]), max_size=1),
)


@st.composite
def valid_choices(draw, facts):
    """Draw choices that respect every rule, from what is offered."""
    choices = {}
    for offer in offered(EXAM, facts):
        if not offer.is_mandatory:
            continue
        status = draw(st.sampled_from(offer.statuses))
        choices[offer.code] = draw(lines(offer, status))
    choices[draw(st.sampled_from(["LVA", "LVB"]))] = Choice("inscrit")
    choices |= {code: Choice("inscrit") for code in draw(activities)}
    if draw(st.booleans()):
        choices["EF"] = Choice("inscrit", option="TIR")
    return choices


@st.composite
def lines(draw, offer, status):
    if status is Status.KEPT:
        mark = draw(st.decimals(10, 20, places=2))
        return Choice(status, mark=mark, mark_session=draw(st.integers(2022, 2026)))
    if status is Status.ENTERED and offer.options:
        return Choice(
            status, option=draw(st.sampled_from([one.code for one in offer.options.choices]))
        )
    return Choice(status)


@given(data=st.data(), facts=people)
def test_choices_made_by_the_rules_break_none(data, facts):
    choices = data.draw(valid_choices(facts))

    found = {breach.rule for breach in breaches(EXAM, facts, choices)}

    is_whole = facts.passing_form == "GLOBALE"
    left = any(
        offer.is_mandatory and choices[offer.code].status is Status.NOT_ENTERED
        for offer in offered(EXAM, facts)
    )
    expected = set() if is_whole or left else {"forme_de_passage"}
    if not any(choice.status is Status.ENTERED for choice in choices.values()):
        expected = {"aucune_epreuve"}
    assert found == expected


@given(
    facts=people,
    choices=st.dictionaries(
        st.sampled_from([paper.code for paper in EXAM.papers]),
        st.builds(
            Choice,
            st.sampled_from(Status),
            option=st.sampled_from(["", "NAGE", "VOILE", "TIR", "X"]),
            mark=st.none() | st.decimals(allow_nan=True, allow_infinity=True),
            mark_session=st.none() | st.integers(1900, 2100),
        ),
    ),
)
def test_any_choice_at_all_is_answered_in_words(facts, choices):
    for breach in breaches(EXAM, facts, choices):
        assert breach.rule
        assert breach.field.startswith(("papers", "groups.", "passing_form"))
        assert breach.message.endswith((".", ".)"))


@given(data=st.data(), facts=people)
def test_leaving_a_mandatory_epreuve_out_of_a_whole_form_is_always_told(data, facts):
    facts = marin(speciality=facts.speciality, diplomas=facts.diplomas)
    choices = data.draw(valid_choices(facts))
    mandatory = [offer.code for offer in offered(EXAM, facts) if offer.is_mandatory]
    left = data.draw(st.sampled_from(mandatory))

    found = told(EXAM, facts, choices | {left: Choice("non_inscrit")})

    assert ("epreuve_obligatoire", f"papers.{left}") in found
