"""A candidate whom every rule of the invented exam accepts, to be changed test by test."""

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from sporades.exams.rules import Facts
from sporades.exams.rules.papers import Choice, breaches

MARIN = Facts(
    on=dt.date(2026, 11, 1),
    session_year=2027,
    academy="A09",
    speciality="MER",
    birth_date=dt.date(2000, 5, 17),
    nationality="99100",
    category="INDIVIDUEL",
    passing_form="GLOBALE",
    years_of_experience=3,
    answers={"permis": True, "milles": 200, "delivre_le": "2020-06-01", "taille": "L"},
)
CHOICES = {
    "E1": Choice("inscrit"),
    "E2": Choice("inscrit"),
    "E4": Choice("inscrit"),
    "E5": Choice("inscrit", option="VOILE"),
    "LVB": Choice("inscrit"),
}


def marin(**changes) -> Facts:
    return replace(MARIN, **changes)


PROGRESSIVE = marin(passing_form="PROGRESSIVE")
HOLDER = marin(diplomas=frozenset({"CAP"}))


def chosen(**changes) -> dict[str, Choice]:
    """Return the valid choices of a sailor, with some changes."""
    return CHOICES | {code: Choice(**change) for code, change in changes.items()}


def told(exam, facts, choices) -> list[tuple[str, str]]:
    return [(breach.rule, breach.field) for breach in breaches(exam, facts, choices)]


activities = st.sampled_from([[], ["A1"], ["A2"], ["A1", "A3"]])
