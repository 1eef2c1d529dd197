"""What the check says of a file is what the wizard will answer."""

from decimal import Decimal
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from sporades.exams.checking.possible import Situation, Work, findings, situations
from sporades.exams.rules.facts import Facts
from sporades.exams.rules.papers import Choice, breaches, offered
from sporades.exams.schema import Exam, Status
from tests.exams.possible import CATEGORIES, FORMS, an_exam, labelled

AS_A_WHOLE = {"aucune_epreuve", "forme_de_passage"}
KNOWN = [
    {"categorie": ["APPRENTI"]},
    {"forme_de_passage": ["GLOBALE"]},
    {"sauf": {"specialite": ["MER"]}},
]


OTHER = [{"handicap": True}, {"sauf": {"handicap": True}}, {"un_de": [{"handicap": True}, *KNOWN]}]


@st.composite
def exams(draw, conditions):
    """Draw a small exam: its épreuves, groups and rules make sense each by itself."""
    codes = [f"E{rank}" for rank in range(1, draw(st.integers(1, 4)) + 1)]
    specialities, categories, forms = (draw(st.booleans()) for _ in range(3))
    papers = [draw(a_paper(code, conditions, with_specialities=specialities)) for code in codes]
    groups = [
        draw(a_group(code, papers)) for code in {p["groupe"] for p in papers if "groupe" in p}
    ]
    rules = draw(st.lists(a_rule(papers), max_size=3)) if len(codes) > 1 else []
    return an_exam(
        *papers,
        groups=groups,
        rules=rules,
        specialites=labelled("MER", "TERRE") if specialities else [],
        categories=CATEGORIES if categories else [],
        formes_de_passage=FORMS if forms else [],
    )


@st.composite
def a_paper(draw, code, conditions, *, with_specialities):
    kept = {"seuil": 10, "annees": 5}
    dispensed = [{"motif": "Diplôme", "diplomes": ["CAP"]}]
    return {
        "code": code,
        **draw(st.sampled_from([{}, {"obligatoire": False}, {"groupe": "G1"}, {"groupe": "G2"}])),
        **draw(st.sampled_from([{}, {}, *({"si": condition} for condition in conditions)])),
        **draw(st.sampled_from([{}, {}, {"benefice": kept}, {"dispenses": dispensed}])),
        **(draw(st.sampled_from([{}, {"specialites": ["MER"]}])) if with_specialities else {}),
        "options": {
            "libelle": "Choix",
            "choix": labelled(*draw(st.sampled_from([["A"], ["B"], ["A", "B"]]))),
            "obligatoire": draw(st.booleans()),
        },
    }


@st.composite
def a_group(draw, code, papers):
    most = draw(st.integers(1, sum(paper.get("groupe") == code for paper in papers)))
    return {"code": code, "minimum": draw(st.integers(0, most)), "maximum": most}


@st.composite
def a_rule(draw, papers):
    codes = st.sampled_from([paper["code"] for paper in papers])
    some = draw(st.lists(codes, min_size=2, max_size=3, unique=True))
    return draw(
        st.sampled_from(
            [
                {"type": "exclusion", "epreuves": some},
                {"type": "dependance", "epreuve": some[0], "demande": some[1:]},
                {"type": "options_differentes", "epreuves": some},
            ]
        )
    )


def by_check(exam: Exam, situation: Situation) -> tuple[bool, set[str]]:
    """Return whether the check says that one may register, and what nobody can choose."""
    found = list(findings(exam, situation, Work()))
    never = {one.what.split(" ")[1] for one in found if one.rule == "epreuve_impossible"}
    return all(one.rule == "epreuve_impossible" for one in found), never


def by_trying(exam: Exam, people: list[Facts]) -> tuple[bool, set[str]]:
    """Return the same, having put every choice of some people to the rules."""
    may_register, chosen, offered_to_some, is_tied = False, set(), set(), True
    for facts in people:
        offers = offered(exam, facts)
        offered_to_some |= {offer.code for offer in offers}
        for choices in product(*(every_choice(offer) for offer in offers)):
            line = dict(zip((offer.code for offer in offers), choices, strict=True))
            broken = {breach.rule for breach in breaches(exam, facts, line)}
            may_register |= not broken
            if broken <= AS_A_WHOLE:
                is_tied = False
                chosen |= {code for code, choice in line.items() if choice.is_taken}
    return may_register, set() if is_tied else offered_to_some - chosen


def every_choice(offer) -> list[Choice]:
    return [
        Choice(status, option=option, mark=Decimal(12), mark_session=2026)
        for status in offer.statuses
        for option in (["", "A", "B"] if status is Status.ENTERED else [""])
    ]


def people_in(situation: Situation) -> list[Facts]:
    """Return people of a situation, with the diploma that dispenses, who differ in the rest."""
    return [
        Facts(
            on=situation.facts.on,
            session_year=2027,
            diplomas=frozenset({"CAP"}),
            has_disability=has_disability,
            **situation._asdict(),
        )
        for has_disability in (False, True)
    ]


@given(exam=exams(KNOWN))
def test_the_check_says_what_trying_every_choice_says(exam):
    for situation in situations(exam):
        assert by_check(exam, situation) == by_trying(exam, people_in(situation)[:1])


@given(exam=exams(KNOWN + OTHER))
def test_the_check_never_refuses_what_somebody_can_choose(exam):
    for situation in situations(exam):
        is_possible, never = by_check(exam, situation)
        somebody_can, never_tried = by_trying(exam, people_in(situation))

        assert is_possible or not somebody_can
        assert not somebody_can or never <= never_tried
