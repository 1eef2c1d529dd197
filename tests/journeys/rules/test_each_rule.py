"""Each type of rule, refused then accepted, on the tab that it speaks of."""

from dataclasses import dataclass, field

import pytest

from sporades.exams.held import forget
from tests.factories import a_candidate, a_draft, load_invented
from tests.journeys.helpers import answers, open_tab, press, tab, troubles
from tests.journeys.people import ABROAD, FOREIGN, MINOR, YOUNG

NEXT = {
    "identification": "Informations candidature",
    "informations": "Formation",
    "qualification": "Informations supplémentaires",
    "supplementaires": "Épreuves",
    "epreuves": "Récapitulatif",
}


TOO_YOUNG = {"birth_year": 2010}


@dataclass(frozen=True)
class Case:
    """A tab, answered wrongly, then rightly.

    Attributes:
        tab: its slug.
        wrong: what is answered first.
        refusal: what the page then says at its top.
        right: what is answered next.
        person: what sets this candidate apart.
        before: what sets the answers of the tabs apart.
        rules: what sets the réglementation apart: passages of its file, old and new.
    """

    tab: str
    wrong: dict
    refusal: list
    right: dict
    person: dict = field(default_factory=dict)
    before: dict = field(default_factory=dict)
    rules: tuple = ()


DEPENDENCY = "      - {code: DEP, type: dependance"


DISTINCT = "      - {code: OPT, type: options_differentes, reference: article 5 inventé, epreuves: [E3, F1]}"


AGE = "          - code: AGE18"


FRENCH_ONLY = """\
          - code: FRANCAIS
            reference: article 6 inventé
            exige: {nationalite: ["99100"]}
            message: Il faut être français pour s'inscrire comme individuel. Choisissez une autre catégorie.
"""


CASES = {
    "at most so many of a group": Case(
        "epreuves",
        wrong={"Cartographie > Statut": "Inscrit", "Météorologie > Statut": "Inscrit"},
        refusal=[
            "« Épreuves au choix » : choisissez une ou deux épreuves ; vous en avez choisi 3.",
        ],
        right={"Météorologie > Statut": "Non inscrit"},
    ),
    "at least so many of a group": Case(
        "epreuves",
        wrong={"Navigation > Statut": "Non inscrit"},
        refusal=[
            "« Épreuves au choix » : choisissez une ou deux épreuves ; vous n'en avez choisi aucune.",
        ],
        right={"Cartographie > Statut": "Inscrit"},
    ),
    "one excludes another": Case(
        "epreuves",
        wrong={
            "Météorologie > Statut": "Inscrit",
            "Langue facultative > Statut": "Inscrit",
            "Langue facultative > Langue": "Anglais",
            "Chant facultatif > Statut": "Inscrit",
        },
        refusal=[
            "« Langue facultative » et « Chant facultatif » ne peuvent pas être choisies ensemble : n'en gardez qu'une (article 3 inventé).",
        ],
        right={"Langue facultative > Statut": "Non inscrit"},
    ),
    "one depends on another": Case(
        "epreuves",
        wrong={"Chant facultatif > Statut": "Inscrit"},
        refusal=[
            "« Chant facultatif » demande aussi « Météorologie » (U6) : choisissez aussi ce qui manque, ou retirez la première (article 4 inventé).",
        ],
        right={"Météorologie > Statut": "Inscrit"},
    ),
    "a kept mark, high enough": Case(
        "epreuves",
        wrong={
            "Français > Statut": "Bénéfice",
            "Français > Note obtenue": "9,5",
            "Français > Année de la session": "2025",
        },
        refusal=[
            "Français (U1), Note obtenue : Seule une note d'au moins 10 sur 20 peut être gardée. Avec 9,5, choisissez « Inscrit » pour repasser l'épreuve, et effacez la note et son année.",
        ],
        right={"Français > Note obtenue": "10"},
    ),
    "a kept mark, recent enough": Case(
        "epreuves",
        wrong={
            "Français > Statut": "Bénéfice",
            "Français > Note obtenue": "12,5",
            "Français > Année de la session": "2019",
        },
        refusal=[
            "Français (U1), Année de la session : Une note se garde 5 ans, depuis la session 2022 au plus tôt. Choisissez « Inscrit » pour repasser l'épreuve, et effacez la note et son année.",
        ],
        right={"Français > Année de la session": "2024"},
    ),
    "an option goes with an épreuve": Case(
        "epreuves",
        wrong={"Éducation physique et sportive > Activité": "Choisir"},
        refusal=[
            "Éducation physique et sportive (U3), Activité : Choisissez dans la liste.",
        ],
        right={"Éducation physique et sportive > Statut": "Dispensé"},
    ),
    "never the same option twice": Case(
        "epreuves",
        wrong={"Langue facultative > Statut": "Inscrit", "Langue facultative > Langue": "Nage"},
        refusal=[
            "« Éducation physique et sportive » (U3) et « Langue facultative » : vous avez fait deux fois le même choix, changez l'un des deux (article 5 inventé).",
        ],
        right={"Langue facultative > Langue": "Anglais"},
        rules=(
            (DEPENDENCY, f"{DISTINCT}\n{DEPENDENCY}"),
            ("{code: BRETON, libelle: Breton}", "{code: NAGE, libelle: Nage}"),
        ),
    ),
    "a progressive form leaves something": Case(
        "epreuves",
        wrong={},
        refusal=[
            "Vous avez choisi la forme de passage « Progressive », et vous passez à cette session toutes les épreuves qui vous restent. Choisissez « Non inscrit » pour celles que vous passerez plus tard, ou la forme de passage « Globale ».",
        ],
        right={"Mathématiques > Statut": "Non inscrit"},
        before={"informations": {"passing_form": "PROGRESSIVE"}},
    ),
    "a global form leaves nothing": Case(
        "epreuves",
        wrong={},
        refusal=[
            "Mathématiques (U2), Statut : Cette épreuve est obligatoire : vous la passez à cette session. Choisissez « Inscrit » ou changez de forme de passage.",
        ],
        right={"Mathématiques > Statut": "Inscrit"},
        before={"epreuves": {"statut-E2": "non_inscrit"}},
    ),
    "of the right nationality": Case(
        "informations",
        wrong={"Catégorie de candidat": "Individuel"},
        refusal=[
            "Catégorie de candidat : Il faut être français pour s'inscrire comme individuel. Choisissez une autre catégorie. (Règle : article 6 inventé.)",
        ],
        right={"Catégorie de candidat": "Formation continue"},
        person=FOREIGN,
        rules=((AGE, FRENCH_ONLY + AGE),),
    ),
    "old enough": Case(
        "informations",
        wrong={"Catégorie de candidat": "Individuel"},
        refusal=[
            "Catégorie de candidat : Il faut avoir 18 ans au 31 décembre 2027 pour s'inscrire comme individuel. Choisissez une autre catégorie. (Règle : article 1 inventé.)",
        ],
        right={"Catégorie de candidat": "Formation continue"},
        person=TOO_YOUNG,
        before={"informations": {"category": "FORM", "national_service": "RECENSE"}},
    ),
    "experienced enough": Case(
        "qualification",
        wrong={"Années d'expérience professionnelle": "2"},
        refusal=[
            "Années d'expérience professionnelle : Il faut trois ans d'expérience professionnelle en formation continue. (Règle : article 2 inventé.)",
        ],
        right={"Années d'expérience professionnelle": "3"},
        before={"informations": {"category": "FORM"}},
    ),
    "a question that an answer calls for": Case(
        "supplementaires",
        wrong={"Avez-vous le permis bateau ?": "Oui"},
        refusal=[
            "Numéro du permis : Écrivez votre réponse.",
        ],
        right={"Numéro du permis": "BX 1234"},
    ),
    "the national service of the young": Case(
        "informations",
        wrong={},
        refusal=[
            "Recensement et journée défense : Choisissez votre situation au regard du service national.",
        ],
        right={"Recensement et journée défense": "J'ai fait ma journée défense"},
        person=YOUNG,
    ),
    "the parents of who was born abroad": Case(
        "identification",
        wrong={},
        refusal=[
            "Remplissez « Nom et prénoms du père ».",
            "Remplissez « Nom et prénoms de la mère ».",
        ],
        right={
            "Nom et prénoms du père": "Le Goff Yann",
            "Nom et prénoms de la mère": "inconnu",
        },
        person=ABROAD,
    ),
    "the guardian of a minor": Case(
        "identification",
        wrong={},
        refusal=[
            "Remplissez « Nom et prénom de votre représentant légal ».",
            "Remplissez « Téléphone de votre représentant légal ».",
        ],
        right={
            "Nom et prénom de votre représentant légal": "Le Goff Yann",
            "Téléphone de votre représentant légal": "06 39 98 00 00",
        },
        person=MINOR,
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_rule_refuses_then_lets_through(site, context, case):
    load_invented(*case.rules)
    forget()
    draft = a_draft(a_candidate(**case.person), **case.before)
    page = open_tab(context, site, draft, case.tab)
    here = tab(page)

    answers(page, case.wrong)
    press(page, "Suivant")
    assert (tab(page), troubles(page)) == (here, case.refusal)

    answers(page, case.right)
    press(page, "Suivant")
    assert tab(page) == NEXT[case.tab]
