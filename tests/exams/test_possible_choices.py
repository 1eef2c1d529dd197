"""Whether candidates can choose: what the check says of a file is what the wizard will answer."""

import json
from decimal import Decimal
from itertools import product

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from sporades.exams.checking import checked
from sporades.exams.checking.possible import Situation, Work, faults, findings, situations
from sporades.exams.models import Regulation
from sporades.exams.rules.facts import Facts
from sporades.exams.rules.papers import Choice, breaches, offered
from sporades.exams.schema import Exam, Status
from tests.exams.conftest import ZONES

BREVET = "examens[BREVET]"
RULES = "    pieces:\n      - code: IDENTITE"
ONE_LANGUAGE = "minimum: 1\n        maximum: 1"
TWO_LANGUAGES = "minimum: 2\n        maximum: 2"


@pytest.fixture
def with_rule(essai, change):
    """Return a function that adds a rule between épreuves to the invented exam."""

    def added(rule: str, text: str = essai):
        return change(RULES, f"      - {{{rule}, reference: article 11}}\n{RULES}", text)

    return added


def exclusion(*codes: str) -> str:
    return f"type: exclusion, code: R, epreuves: [{', '.join(codes)}]"


def dependency(code: str, *needs: str) -> str:
    return f"type: dependance, code: R, epreuve: {code}, demande: [{', '.join(needs)}]"


# --- Groups and rules that meet ---------------------------------------------------------------


def test_a_group_whose_epreuves_exclude_each_other_is_told(change, with_rule, told):
    text = change(ONE_LANGUAGE, TWO_LANGUAGES).text

    assert told(with_rule(exclusion("LVA", "LVB"), text)) == [
        (
            f"{BREVET}.regles[R].epreuves : Personne ne peut s'inscrire avec la forme de passage "
            "« GLOBALE » : le groupe « LANGUE » (2 épreuves parmi « LVA » et « LVB ») et la règle "
            "« R » (une seule épreuve parmi « LVA » et « LVB ») se contredisent. "
            "Changez l'un d'eux. [contradiction]"
        )
    ]


def test_a_group_that_leaves_room_for_what_is_excluded_is_accepted(with_rule, told):
    assert told(with_rule(exclusion("LVA", "LVB"))) == []


def test_a_mandatory_epreuve_that_demands_one_of_another_speciality_is_told(with_rule, told):
    assert told(with_rule(dependency("E2", "E3"))) == [
        (
            f"{BREVET}.regles[R].demande : Personne ne peut s'inscrire dans la spécialité « MER », "
            "avec la forme de passage « GLOBALE » : l'épreuve obligatoire « E2 » et la règle « R » "
            "(« E2 » demande « E3 », qui n'y est pas proposée) se contredisent. "
            "Changez l'un d'eux. [contradiction]"
        ),
        (
            f"{BREVET}.regles[R].demande : « E2 » ne peut jamais être choisie dans la spécialité "
            "« MER », avec la forme de passage « PROGRESSIVE » : la règle « R » (« E2 » demande "
            "« E3 », qui n'y est pas proposée) s'y oppose. Changez une règle, ou dites quand "
            "« E2 » est proposée (« specialites », « si »). [epreuve_impossible]"
        ),
    ]


def test_an_optional_epreuve_that_demands_one_of_another_speciality_is_told(with_rule, told):
    assert told(with_rule(dependency("EF", "E4", "E3"))) == [
        (
            f"{BREVET}.regles[R].demande : « EF » ne peut jamais être choisie dans la spécialité "
            "« MER » : la règle « R » (« EF » demande « E4 » et « E3 », et « E3 » n'y est pas "
            "proposée) s'y oppose. Changez une règle, ou dites quand « EF » est proposée "
            "(« specialites », « si »). [epreuve_impossible]"
        )
    ]


def test_an_epreuve_of_a_speciality_may_demand_one_of_the_same(change, with_rule, told):
    text = change("- code: EF\n", "- code: EF\n        specialites: [TERRE]\n").text

    assert told(with_rule(dependency("EF", "E3"), text)) == []


def test_an_epreuve_that_demands_more_than_a_group_allows_is_told(change, told):
    assert told(change("demande: [A1]", "demande: [LVA, LVB]")) == [
        (
            f"{BREVET}.regles[NUIT].demande : « A3 » ne peut jamais être choisie : le groupe "
            "« LANGUE » (1 épreuve parmi « LVA » et « LVB ») et la règle « NUIT » (« A3 » demande "
            "« LVA » et « LVB ») s'y opposent. Changez une règle, ou dites quand « A3 » est "
            "proposée (« specialites », « si »). [epreuve_impossible]"
        )
    ]


def test_an_epreuve_may_demand_as_many_as_a_group_allows(change, told):
    text = change("demande: [A1]", "demande: [LVA, LVB]").text

    assert told(change(ONE_LANGUAGE, "minimum: 1\n        maximum: 2", text)) == []


def test_demands_that_lead_to_what_is_excluded_are_told_step_by_step(change, with_rule, messages):
    text = change("epreuves: [A1, A2]", "epreuves: [E4, A2]").text
    source = with_rule(dependency("A1", "A2"), text)

    # One who spreads the épreuves may leave E4; but A3 demands three of a group of two at most.
    assert [message.partition(" : ")[0] for message in messages(source)] == [
        "« A2 » ne peut jamais être choisie avec la forme de passage « GLOBALE »",
        "« A1 » ne peut jamais être choisie avec la forme de passage « GLOBALE »",
        "« A3 » ne peut jamais être choisie",
    ]


# --- Where, and for whom ----------------------------------------------------------------------


def an_exam(*papers: dict, groups=(), rules=(), **parts) -> Exam:
    """Make an exam of which only some épreuves, groups and rules are said."""
    content = {
        "code": "ESSAI",
        "libelle": "Essai",
        "modalites": ["Aucune."],
        "epreuves": [{"libelle": paper["code"], "nature": "ecrite", **paper} for paper in papers],
        "groupes": [{"libelle": "Groupe", **group} for group in groups],
        "regles": [
            {"code": f"R{rank}", "reference": "article", **rule}
            for rank, rule in enumerate(rules, 1)
        ],
        "qualification": {"diplomes": {"choix": labelled("CAP")}},
        **parts,
    }
    return Exam.model_validate_json(json.dumps(content))


def labelled(*codes: str, **more) -> list[dict]:
    return [{"code": code, "libelle": code, **more} for code in codes]


CATEGORIES = labelled("INDIVIDUEL", "APPRENTI", explication="Ce que cela veut dire.")
FORMS = [
    *labelled("GLOBALE", engage="Toutes.", toutes_les_epreuves=True),
    *labelled("PROGRESSIVE", engage="Une partie.", toutes_les_epreuves=False),
]
E1, E2 = {"code": "E1"}, {"code": "E2"}
NEVER_BOTH = {"type": "exclusion", "epreuves": ["E1", "E2"]}


def said(exam: Exam) -> list[str]:
    return [fault.message for fault in faults(exam, ())]


def told_of(exam: Exam) -> list[str]:
    """Return what nobody can do, and where, without the reason."""
    return [message.partition(" : ")[0] for message in said(exam)]


def test_what_holds_everywhere_is_told_once():
    exam = an_exam(E1, E2, rules=[NEVER_BOTH], categories=CATEGORIES)

    assert told_of(exam) == ["Personne ne peut s'inscrire"]


def test_what_depends_on_the_category_is_told_of_that_category():
    only = {**E2, "si": {"categorie": ["APPRENTI"]}}
    exam = an_exam(E1, only, rules=[NEVER_BOTH], categories=CATEGORIES)

    assert told_of(exam) == ["Personne ne peut s'inscrire dans la catégorie « APPRENTI »"]


def test_what_depends_on_the_speciality_and_the_form_is_told_of_both():
    exam = an_exam(
        E1,
        {**E2, "specialites": ["MER", "CIEL"]},
        {"code": "E3"},
        rules=[NEVER_BOTH],
        specialites=labelled("MER", "CIEL", "TERRE"),
        formes_de_passage=FORMS,
    )

    assert told_of(exam) == [
        (
            "Personne ne peut s'inscrire dans les spécialités « MER » et « CIEL », "
            "avec la forme de passage « GLOBALE »"
        )
    ]


@pytest.mark.parametrize(
    "condition",
    [
        {"handicap": True},
        {"diplome": ["CAP"]},
        {"sauf": {"academie": ["A09"]}},
        {"un_de": [{"categorie": ["INCONNUE"]}, {"age": {"minimum": 18}}]},
    ],
)
def test_what_depends_on_anything_else_has_the_benefit_of_the_doubt(condition):
    maybe = {**E2, "si": condition}

    assert (
        said(an_exam(E1, maybe, rules=[{"type": "dependance", "epreuve": "E1", "demande": ["E2"]}]))
        == []
    )


def test_an_epreuve_that_is_not_offered_to_all_may_yet_be_one_that_nobody_can_choose():
    maybe = {**E2, "si": {"handicap": True}}

    assert told_of(an_exam(E1, maybe, rules=[NEVER_BOTH])) == ["« E2 » ne peut jamais être choisie"]


def test_a_situation_that_eligibility_closes_to_everybody_is_not_looked_at():
    only = {**E2, "si": {"categorie": ["APPRENTI"]}}
    closed = [
        {
            "code": "A",
            "reference": "article",
            "message": "Non.",
            "exige": {"categorie": ["INDIVIDUEL"]},
        }
    ]

    exam = an_exam(E1, only, rules=[NEVER_BOTH], categories=CATEGORIES, recevabilite=closed)

    assert said(exam) == []


def test_a_group_too_small_for_a_category_is_told():
    group = {"code": "G", "minimum": 2, "maximum": 2}
    small = [{**E1, "groupe": "G"}, {**E2, "groupe": "G", "si": {"categorie": ["APPRENTI"]}}]

    assert said(an_exam(*small, groups=[group], categories=CATEGORIES)) == [
        (
            "Personne ne peut s'inscrire dans la catégorie « INDIVIDUEL » : le groupe « G » "
            "(2 épreuves parmi « E1 ») s'y oppose. Changez-le."
        )
    ]


def test_a_group_that_may_not_be_offered_at_all_is_accepted():
    group = {"code": "G", "minimum": 1, "maximum": 1}
    maybe = {**E2, "groupe": "G", "si": {"handicap": True}}
    rules = [NEVER_BOTH, {"type": "exclusion", "epreuves": ["E2", "E3"]}]

    assert told_of(an_exam(E1, maybe, {"code": "E3"}, groups=[group], rules=rules)) == [
        "« E2 » ne peut jamais être choisie"
    ]


@pytest.mark.parametrize(
    "way_out",
    [
        {"dispenses": [{"motif": "Diplôme", "diplomes": ["CAP"]}]},
        {"benefice": {"seuil": 10, "annees": 5}},
    ],
)
def test_the_same_option_demanded_twice_is_told_unless_one_need_not_be_sat(way_out):
    swims = {"libelle": "Activité", "choix": labelled("NAGE")}
    differ = {"type": "options_differentes", "epreuves": ["E1", "E2"]}
    one, two = {**E1, "options": swims}, {**E2, "options": swims}

    assert said(an_exam(one, two, rules=[differ])) == [
        (
            "Personne ne peut s'inscrire : l'épreuve obligatoire « E1 », l'épreuve obligatoire « E2 » "
            "et la règle « R1 » (options différentes dans « E1 » et « E2 ») se contredisent. "
            "Changez l'un d'eux."
        )
    ]
    assert said(an_exam(one, {**two, **way_out}, rules=[differ])) == []


def test_a_form_that_leaves_nothing_to_another_session_is_told():
    alone = an_exam(E1, formes_de_passage=FORMS)

    assert [(fault.path, fault.rule) for fault in faults(alone, ())] == [
        (("formes_de_passage", 1), "forme_impossible")
    ]
    assert told_of(alone) == [
        "Personne ne peut s'inscrire avec la forme de passage « PROGRESSIVE »"
    ]
    assert said(an_exam(E1, E2, formes_de_passage=FORMS)) == []


# --- Too many choices to try ------------------------------------------------------------------

MANY = [f"X{rank}" for rank in range(12)]


@pytest.fixture
def tangled(change, with_rule):
    """Return an exam of twelve épreuves that must differ in one of eleven options."""
    options = ", ".join(f"{{code: O{rank}, libelle: O{rank}}}" for rank in range(11))
    papers = "".join(
        f"      - {{code: {code}, libelle: X, nature: orale, "
        f"options: {{libelle: Choix, choix: [{options}]}}}}\n"
        for code in MANY
    )
    text = change("      - code: EF\n", f"{papers}      - code: EF\n").text
    return with_rule(f"type: options_differentes, code: R, epreuves: [{', '.join(MANY)}]", text)


def test_a_check_that_gives_up_says_so_and_calls_it_no_error(tangled):
    assert [(one.field, one.rule, one.is_error) for one in checked(tangled, zones=ZONES)[2]] == [
        (f"{BREVET}.epreuves", "non_verifie", False)
    ]


def test_a_file_that_could_not_be_checked_to_the_end_is_loaded(
    academies, tangled, tmp_path, capsys
):
    path = tmp_path / "essai.yaml"
    path.write_text(tangled.text, encoding="utf-8")

    call_command("reglementation", "load", str(path))

    told = capsys.readouterr()
    assert "le contrôle s'est arrêté" in told.err
    assert told.out.startswith("1 fichier(s) sans problème.")
    assert Regulation.objects.count() == 1


# --- The check and the wizard agree -----------------------------------------------------------

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
