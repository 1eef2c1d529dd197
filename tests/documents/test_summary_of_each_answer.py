"""Each answer of each tab is a line of the summary, which it alone changes."""

import pytest

from sporades.documents.operations import printed
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.sections import SECTIONS
from tests.documents.conformity import problems
from tests.documents.reading import pdf_text, twins_differ
from tests.documents.summaries import draft_from, in_words, summary_from
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("competition")


def without_numbers(version):
    """Return what a paper says, less what two registrations never share."""
    text = in_words(pdf_text(printed(version)))
    own = {
        "email": dict(version.content["identity"])["Adresse mail"],
        **{
            name: version.content[name]
            for name in ("code", "registration_number", "candidate_number")
        },
    }
    for name, value in own.items():
        assert value in text
        text = text.replace(value, name)
    return text


@pytest.fixture(scope="module")
def usual_words():
    """What the usual summary says, printed once for all."""
    return {}


def change(answers, *lines, name="", base="usual"):
    """Some answers of a tab, and the lines of the paper that they change: before, after."""
    [first, *_] = answers.values()
    return pytest.param(base, answers, lines, id=name or "-".join(first))


CHANGES = [
    change(
        {"identification": {"ine": "0801234567A"}},
        (
            "Identification Numéro",
            "Identification INE (identifiant national élève ou étudiant) 0801234567A Numéro",
        ),
    ),
    change(
        {"identification": {"address_1": "3 quai du Wault"}},
        ("Numéro et voie 12 rue des Îles", "Numéro et voie 3 quai du Wault"),
    ),
    change(
        {"identification": {"address_2": "Escalier B"}},
        ("rue des Îles", "rue des Îles Appartement, étage, bâtiment Escalier B"),
    ),
    change(
        {"identification": {"address_3": "Chez M. Ÿve"}},
        ("rue des Îles", "rue des Îles Résidence, chez… Chez M. Ÿve"),
    ),
    change(
        {"identification": {"address_4": "BP 12"}},
        ("rue des Îles", "rue des Îles Lieu-dit ou boîte postale BP 12"),
    ),
    change(
        {"identification": {"country": "99131"}},
        ("Pays France", "Pays Belgique"),
        base="competition",
    ),
    change(
        {"identification": {"father_name": "Inconnu"}},
        ("du père Jürgen Müller", "du père Inconnu"),
        base="minor",
    ),
    change(
        {"identification": {"mother_name": "Anne D'Élan"}},
        ("de la mère Anne Le Goff", "de la mère Anne D'Élan"),
        base="minor",
    ),
    change(
        {"identification": {"guardian_name": "Rozenn Le Goff"}},
        ("représentant légal Yann Le Goff", "représentant légal Rozenn Le Goff"),
        base="minor",
    ),
    change(
        {"identification": {"guardian_phone": "07 00 00 00 02"}},
        ("représentant légal 06 39 98 12 35", "représentant légal 07 00 00 00 02"),
        base="minor",
    ),
    change(
        {"identification": {"guardian_email": "rozenn@exemple.test"}},
        ("représentant légal yann@exemple.test", "représentant légal rozenn@exemple.test"),
        base="minor",
    ),
    change({"identification": {"postcode": "59800"}}, ("Code postal 59000", "Code postal 59800")),
    change(
        {"identification": {"postcode": "59100", "town": "Roubaix"}},
        ("Code postal 59000 Commune Lille", "Code postal 59100 Commune Roubaix"),
    ),
    change(
        {"identification": {"phone": "03 20 99 12 34"}},
        ("Pays France", "Pays France Téléphone fixe 03 20 99 12 34"),
    ),
    change(
        {"identification": {"mobile": "07 00 00 00 01"}},
        ("Téléphone mobile 06 39 98 12 34", "Téléphone mobile 07 00 00 00 01"),
    ),
    change(
        {
            "informations": {"passing_form": "PROGRESSIVE"},
            "epreuves": {"statut-E2": "inscrit", "statut-E1": "non_inscrit"},
        },
        ("Français (U1) Inscrit", "Français (U1) Non inscrit"),
        ("Forme de passage Globale", "Forme de passage Progressive"),
        name="passing_form",
    ),
    change(
        {"informations": {"category": "FORM"}},
        ("Catégorie de candidat Individuel", "Catégorie de candidat Formation continue"),
        base="experienced",
    ),
    change(
        {"informations": {"national_service": "RECENSE"}},
        ("J'ai fait ma journée défense", "Je suis recensé et j'attends ma journée"),
        base="minor",
    ),
    change(
        {"informations": {"zone": "LITTORAL"}},
        ("souhaitée Lille et sa métropole", "souhaitée Littoral"),
    ),
    change(
        {"informations": {"has_disability": "oui"}},
        ("Handicap Non", "Handicap Oui"),
        (
            "59000 Lille Accusé",
            (
                "59000 Lille Aménagement d'épreuves Pour obtenir un aménagement d'épreuves, faites votre "
                "demande dans votre espace candidat, à la page « Aménagement d'épreuves » de votre "
                "inscription, avant le mardi 15 décembre 2026 à 23 h 59 (heure de Paris). Accusé"
            ),
        ),
    ),
    change(
        {"qualification": {"diploma": "AUCUN"}},
        ("Diplôme le plus élevé CAP", "Diplôme le plus élevé Aucun diplôme"),
    ),
    change(
        {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "dispense"}},
        ("Mathématiques (U2) Inscrit", "Mathématiques (U2) Dispensé"),
        ("Diplôme le plus élevé CAP", "Diplôme le plus élevé Baccalauréat"),
        (
            "Pièce d'identité. Déposez",
            "Pièce d'identité. Copie du baccalauréat. Déposez",
        ),
        name="diploma-that-dispenses-and-calls-for-a-piece",
    ),
    change(
        {"qualification": {"colouring": "PHYS"}},
        ("Coloration disciplinaire Histoire", "Coloration disciplinaire Physique"),
        base="competition",
    ),
    change({"qualification": {"experience": "12"}}, ("professionnelle 2", "professionnelle 12")),
    change(
        {"supplementaires": {"q-permis": "oui", "q-permis_numero": "MER-4412"}},
        ("permis bateau ? Non", "permis bateau ? Oui Numéro du permis MER-4412"),
    ),
    change({"supplementaires": {"q-equipe": "BLEU"}}, ("Équipe Rouge", "Équipe Bleue")),
    change(
        {"supplementaires": {"q-taille": "172"}},
        ("permis bateau ? Non", "permis bateau ? Non Votre taille 172 cm"),
    ),
    change(
        {"supplementaires": {"q-visite": "14 03 2020"}},
        (
            "permis bateau ? Non",
            "permis bateau ? Non Date de votre dernière sortie en mer 14 mars 2020",
        ),
    ),
    change(
        {"supplementaires": {"q-sports": ["VOILE", "AVIRON"]}},
        ("Équipe Rouge", "Équipe Rouge Sports pratiqués Voile, Aviron"),
    ),
    change(
        {"supplementaires": {"q-projet": "Faire le tour\ndes îles."}},
        ("Équipe Rouge", "Équipe Rouge Votre projet Faire le tour des îles."),
    ),
    change(
        {"supplementaires": {"publishes_name": "oui"}},
        ("résultats publiés Non", "résultats publiés Oui"),
    ),
    change({"supplementaires": {"shares_name": "oui"}}, ("à des tiers Non", "à des tiers Oui")),
    change(
        {"epreuves": {"statut-E1": "benefice", "note-E1": "12,5", "session-E1": "2025"}},
        (
            "Français (U1) Inscrit Ecrite",
            "Français (U1) Bénéfice Ecrite note 12,5 sur 20, session 2025",
        ),
    ),
    change({"epreuves": {"option-E3": "COURSE"}}, ("Pratique Nage", "Pratique Course")),
    change(
        {"epreuves": {"statut-E3": "dispense", "option-E3": ""}},
        ("sportive (U3) Inscrit Pratique Nage", "sportive (U3) Dispensé Pratique"),
    ),
    change(
        {"epreuves": {"statut-M2": "inscrit"}},
        ("Cartographie (U5) Non inscrit", "Cartographie (U5) Inscrit"),
    ),
    change(
        {"epreuves": {"statut-M1": "non_inscrit", "statut-M3": "inscrit"}},
        ("Navigation (U4) Inscrit", "Navigation (U4) Non inscrit"),
        ("Météorologie (U6) Non inscrit", "Météorologie (U6) Inscrit"),
    ),
    change(
        {"epreuves": {"statut-F1": "inscrit", "option-F1": "BRETON"}},
        ("Langue facultative Non inscrit Orale", "Langue facultative Inscrit Orale Breton"),
    ),
    change(
        {"epreuves": {"statut-F2": "inscrit", "statut-M3": "inscrit"}},
        ("Chant facultatif Non inscrit", "Chant facultatif Inscrit"),
        ("Météorologie (U6) Non inscrit", "Météorologie (U6) Inscrit"),
    ),
]


@pytest.mark.parametrize(("base", "answers", "changed"), CHANGES)
def test_changing_an_answer_changes_its_line_and_no_other(
    base, answers, changed, usual_words, tmp_path
):
    if base not in usual_words:
        usual_words[base] = without_numbers(summary_from(base))
    expected = usual_words[base]
    for before, after in changed:
        assert expected.count(before) == 1
        expected = expected.replace(before, after)

    version = summary_from(base, **answers)

    assert without_numbers(version) == expected
    assert twins_differ(version) == []
    assert problems(printed(version), tmp_path) == []


def test_no_question_of_any_tab_is_without_its_case():
    changed, asked = set(), set()
    for case in CHANGES:
        base, answers, _ = case.values
        changed |= {(slug, name) for slug, typed in answers.items() for name in typed}
        draft = Draft.objects.whole().get(pk=draft_from(base, **answers).pk)
        forms = journey.judged(dossier_of(draft, day=NOW.date()))
        assert journey.troubles(forms) == []
        asked |= {(section.slug, name) for section, form in forms for name in form.fields}

    assert {slug for slug, _ in asked} == {section.slug for section in SECTIONS}
    # Nothing is filed without this box: its answer does not change.
    assert asked - changed == {("modalites", "accepted")}
