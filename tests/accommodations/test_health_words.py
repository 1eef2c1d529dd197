"""Words of health are pointed out to whoever signs a text, and ordinary ones are not (H3, H4)."""

import pytest
import yaml

from sporades.accommodations import notification
from sporades.accommodations.health_words import UNBROKEN, words_of_health
from sporades.accommodations.operations import CATEGORY_CHANGED
from sporades.accommodations.operations.deciding import WHY, WHY_SOME
from sporades.accommodations.states import PAPER_ASKED
from sporades.acts.medical import opining
from sporades.cli import demo_accommodations
from sporades.evidence.reasons import GENERAL
from tests.factories import INVENTED
from tests.tree import ROOT

DEMO = sorted((ROOT / "demo/reglementation").glob("*.yaml"))

WORDS = """
fracture plâtre plâtrée entorse grossesse AVC hémiplégie hémiplégique paraplégie tétraplégique
amputation amputé cécité bégaiement bègue allergie allergique greffe greffée dialyse hépatite
lupus Prozac burn-out burnout HPI dyspraxie dysphonie dys multi-dys TSA TDAH TOC VIH cancer
lombalgie névralgie kinésithérapie ergothérapeute psychothérapie surdité sourd
malentendante non-voyante aveugle daltonien myopie glaucome acouphènes asthmatique diabétique
insuline anémie leucémie drépanocytose endométriose épileptique migraines méningite sclérose
scoliose arthrose tendinite hernie ligaments luxation blessé blessure cicatrice chirurgical
rééducation béquilles attelle prothèse convalescente séquelles symptômes syndrome pathologie
maladie malades maladive infirmité déficience douleurs anxieux anxiolytique angoisses phobie
dépressive bipolaire schizophrène autisme Asperger anorexique boulimie addiction alcoolisme
accouchement allaitement Ritaline Concerta Xanax Doliprane cortisone morphine IRM chimio Crohn
épilepsie Épilepsies œdème troubles infection affection covid psychologue psychiatrique
"""
"""Of each kind that the list knows."""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dysorthographie, et TDAH.", ["Dysorthographie", "TDAH"]),
        ("Un PAP, un tiers temps, une salle à part, du repos.", []),
        ("L'épilepsie ; code G40.2", ["épilepsie", "G40.2"]),
        ("Elle suit un traitement.", ["traitement"]),
        ("Traitement de texte, clavier B12.", []),
        ("DYSLEXIE et dyslexie", ["DYSLEXIE"]),
    ],
)
def test_words_that_look_like_a_diagnosis_are_found_as_they_are_written(text, found):
    assert words_of_health(text) == found


@pytest.mark.parametrize(
    "word",
    WORDS.split(),
)
def test_a_word_of_health_stands_out_in_its_capitals_accents_and_number(word):
    assert words_of_health(f"À cause de : {word}, comme le dit le papier.") == [word]
    assert words_of_health(word.upper()) == [word.upper()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Un bras cassé en mars.", ["bras cassé"]),
        ("Son poignet droit est cassé.", ["poignet droit est cassé"]),
        ("Elle s'est cassé la jambe.", ["s'est cassé la jambe"]),
        ("Il s’est foulé la cheville.", ["s’est foulé la cheville"]),
        ("Opéré du genou.", ["Opéré du genou"]),
        ("La candidate est enceinte de six mois.", ["enceinte"]),
        ("Enceinte, elle ne peut rester assise.", ["Enceinte"]),
        ("Le mal de dos l'empêche d'écrire.", ["mal de dos"]),
        ("Un trouble de l'attention.", ["trouble de l'attention"]),
        ("Des troubles du langage.", ["troubles"]),
        ("Un déficit de l'attention.", ["déficit de l'attention"]),
        ("À haut potentiel.", ["haut potentiel"]),
        ("Une greffe du rein.", ["greffe"]),
        ("L'insuffisance rénale.", ["insuffisance rénale"]),
        ("Un malaise pendant l'épreuve.", ["Un malaise"]),
        ("Non voyant.", ["Non voyant"]),
        ("Sa santé mentale.", ["santé mentale"]),
        ("Un congé de maternité.", ["congé de maternité"]),
        ("Son traitement lui est donné à midi.", ["traitement"]),
        (
            "La dyslexie du candidat et sa Ritaline ne justifient pas un lecteur.",
            ["dyslexie", "Ritaline"],
        ),
        ("La de\u0301pression.", ["d\u00e9pression"]),
    ],
)
def test_what_several_words_say_of_health_stands_out(text, found):
    assert words_of_health(text) == [one.replace(" ", UNBROKEN) for one in found]
    assert words_of_health(text.replace(" ", "\n")) == words_of_health(text)
    assert not any(" " in one for one in words_of_health(text))


@pytest.mark.parametrize(
    "text",
    [
        "Vous pouvez saisir le greffe du tribunal administratif, ou déposer au greffe.",
        "L'égalité de traitement entre les candidats ne le permet pas.",
        "Le traitement de votre demande, des copies et des données, le traitement par lot.",
        "Dans l'enceinte de l'établissement ; cette enceinte ; l’enceinte du centre.",
        "Ce serait une entorse au règlement, ou à la règle d'anonymat.",
        "La fracture numérique, les plaques de plâtre, le plâtrier.",
        "Une prothèse dentaire ; CAP Prothésiste dentaire ; audioprothésiste.",
        "Pour ne pas troubler l'épreuve : le bruit trouble les autres, un trouble à l'ordre public.",
        "Le dysfonctionnement de l'ordinateur, une dystopie, la nostalgie.",
        "Une correction en double aveugle, des copies en souffrance, une épreuve diagnostique.",
        "Un trouble de santé, un handicap, un besoin, une gêne, de la fatigue.",
        "La maladresse du geste ; la gastronomie ; le tubercule ; un accès malaisé ; le stress.",
        "Interprète en langue des signes, sujet en braille, fauteuil roulant, infirmerie.",
        "L'académie ; l'affectation ; la sténographie ; l'allergène ; la main courante cassée.",
        "Le médecin désigné, l'infirmière, le certificat médical, un PAI, un PAP, un PPS, la RQTH.",
        "Le calcul mental, la carte muette, les TIC, la SEP du lycée, TSA 80715.",
        "La sympathie, l'empathie, la microscopie, la radioscopie, le diplôme, l'anémomètre.",
    ],
)
def test_what_is_ordinary_in_the_text_of_a_decision_does_not(text):
    assert words_of_health(text) == []


def _said_in(node):
    """Give every text of a réglementation, but the papers of health that it asks for."""
    if isinstance(node, dict):
        for name, one in node.items():
            yield from () if name == "papiers" else _said_in(one)
    elif isinstance(node, list):
        for one in node:
            yield from _said_in(one)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("path", [*DEMO, INVENTED], ids=lambda path: path.name)
def test_nothing_that_a_reglementation_says_stands_out(path):
    texts = list(_said_in(yaml.safe_load(path.read_text(encoding="utf-8"))))

    assert len(texts) > 100
    assert words_of_health(*texts) == []


def test_no_standard_reason_and_no_sentence_of_the_demo_stands_out():
    texts = [
        *WHY.values(),
        *WHY_SOME.values(),
        *(one.sentence for one in GENERAL),
        *notification.REPLACES.values(),
        notification.COURT,
        CATEGORY_CHANGED,
        PAPER_ASKED,
        opining.PLAN_SAYS,
        demo_accommodations.MISSING,
        demo_accommodations.TEXT,
        demo_accommodations.WHY,
    ]

    assert words_of_health(*texts) == []
