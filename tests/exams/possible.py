"""What the tests of possible choices share: rules and exams made for one test."""

import json

from sporades.exams.schema import Exam


def exclusion(*codes: str) -> str:
    return f"type: exclusion, code: R, epreuves: [{', '.join(codes)}]"


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
