"""A candidate whom every rule of the invented exam accepts, to be changed test by test."""

import datetime as dt
from dataclasses import replace

from sporades.exams.rules import Facts
from sporades.exams.rules.papers import Choice

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
