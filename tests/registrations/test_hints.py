"""What the réglementation explains is read beside what it explains."""

from types import SimpleNamespace

import lxml.html
import pytest

from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections import SECTIONS
from sporades.registrations.sections.papers import PaperRow
from tests.factories import NOW, a_candidate, a_draft, load_invented

EXPERIENCE = "      experience: {libelle: Années"
HISTORY = "{code: HIST, libelle: Histoire, aide: ancienne ou moderne}"
HIGHEST = "        libelle: Diplôme le plus élevé"
COLOURING = (EXPERIENCE, f"      coloration: {{choix: [{HISTORY}]}}\n{EXPERIENCE}")


def fields(slug, **changes):
    """Return the fields of a tab as they are printed."""
    draft = a_draft(a_candidate(birth_year=2005), **changes)
    answers = {row.section: row.answers for row in draft.answers.all()}
    section = next(section for section in SECTIONS if section.slug == slug)
    return section.form_for(dossier_of(draft, day=NOW.date(), answers=answers))


def read(bound):
    """Return the choices of a field as they are read."""
    html = lxml.html.fromstring(f"<div>{bound}</div>")
    return [
        " ".join(" ".join(choice.itertext()).split()) for choice in html.cssselect("label, option")
    ]


@pytest.mark.parametrize(
    ("asked", "is_settled"),
    [([], True), (["option-E4"], True), (["statut-E4"], False), (["statut-E4", "note-E4"], False)],
)
def test_an_epreuve_whose_option_alone_is_chosen_says_its_status(asked, is_settled):
    row = PaperRow(None, tuple(SimpleNamespace(name=name) for name in asked))

    assert row.is_settled is is_settled


@pytest.mark.parametrize(
    ("change", "slug", "name", "choice"),
    [
        pytest.param(
            (
                "libelle: J'ai fait ma journée défense}",
                "libelle: Faite, aide: avec son certificat}",
            ),
            "informations",
            "national_service",
            "Faite avec son certificat",
            id="national service",
        ),
        pytest.param(
            ("libelle: Rouge}", "libelle: Rouge, aide: le matin}"),
            "supplementaires",
            "q-equipe",
            "Rouge le matin",
            id="one of a list",
        ),
        pytest.param(
            ("libelle: Aviron}", "libelle: Aviron, aide: en équipe}"),
            "supplementaires",
            "q-sports",
            "Aviron en équipe",
            id="several of a list",
        ),
        pytest.param(
            ("libelle: Nage}", "libelle: Nage, aide: en bassin}"),
            "epreuves",
            "option-E3",
            "Nage (en bassin)",
            id="an option",
        ),
        pytest.param(
            COLOURING,
            "qualification",
            "colouring",
            "Histoire (ancienne ou moderne)",
            id="colouring",
        ),
    ],
)
def test_a_choice_is_shown_with_what_explains_it(change, slug, name, choice):
    load_invented(change)

    assert choice in read(fields(slug)[name])


def test_the_reason_of_a_dispensation_stands_under_it():
    form = fields("epreuves", qualification={"diploma": "BAC"})

    assert read(form["statut-E2"]) == ["Inscrit", "Dispensé Titulaire du baccalauréat"]
    assert read(form["statut-E3"]) == ["Inscrit", "Dispensé Dispense demandée"]


@pytest.mark.parametrize(
    ("condition", "more", "said"),
    [
        ("{diplome: [BAC]}", [], "Seulement si vous choisissez « Baccalauréat »."),
        ("{sauf: {diplome: [AUCUN]}}", [], "Laissez vide si vous choisissez « Aucun diplôme »."),
        (
            "{diplome: [BAC, CAP]}",
            [(HIGHEST, f"        obligatoire: non\n{HIGHEST}")],
            "Seulement si vous choisissez « CAP » ou « Baccalauréat ».",
        ),
        (
            "{sauf: {diplome: [AUCUN]}}",
            [(HIGHEST, f"        obligatoire: non\n{HIGHEST}")],
            "Laissez vide si vous choisissez « Aucun diplôme ».",
        ),
        ("{diplome: [BAC, CAP, AUCUN]}", [], ""),
    ],
    ids=["one calls", "one does not", "nothing does not", "nothing calls", "all call"],
)
def test_a_question_that_some_diplomas_call_for_says_which(condition, more, said):
    colouring = f"      coloration: {{si: {condition}, choix: [{HISTORY}]}}\n{EXPERIENCE}"
    load_invented((EXPERIENCE, colouring), *more)

    assert fields("qualification")["colouring"].help_text == said


def test_a_number_says_its_unit():
    assert fields("supplementaires")["q-taille"].help_text == "En cm."


def groups(bound):
    html = lxml.html.fromstring(f"<div>{bound}</div>")
    return {
        group.get("label"): [option.text for option in group.cssselect("option")]
        for group in html.cssselect("optgroup")
    }


def test_what_may_be_presented_stands_under_the_name_of_its_nature():
    load_invented(
        ("{code: AUCUN, libelle: Aucun diplôme}", "{code: AUCUN, libelle: Aucun, nature: titre}"),
        ("{code: CAP, libelle: CAP}", "{code: CAP, libelle: Sportif, nature: dispense}"),
    )

    assert groups(fields("qualification")["diploma"]) == {
        "Diplômes": ["Baccalauréat"],
        "Titres et autres situations": ["Aucun"],
        "Dispenses": ["Sportif"],
    }


def test_a_single_nature_is_not_named():
    assert groups(fields("qualification")["diploma"]) == {}


@pytest.mark.parametrize("slug", ["identification", "informations", "epreuves"])
def test_a_hint_that_is_a_sentence_ends_with_a_full_stop(slug):
    hints = [str(field.help_text) for field in fields(slug).fields.values() if field.help_text]

    assert hints
    # An example alone is no sentence: it may be copied as it is.
    assert [
        one for one in hints if not one.endswith(".") and not one.startswith("Par exemple :")
    ] == []
