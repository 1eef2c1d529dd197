"""A file that does not have the right shape: every fault at once, with its line and its key."""

import re

import pytest

from sporades.exams.checking import Source, checked
from sporades.exams.checking.document import Document, read
from sporades.exams.checking.problems import MOST_TOLD
from sporades.exams.checking.shape import shaped
from tests.exams.conftest import ZONES


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("code: ESSAI", "code: essai", "domaine.code", "format"),
        ("libelle: Brevet d'essai\n", 'libelle: ""\n', "domaine.libelle", "texte"),
        ("rubrique: Examens", "rubrique: Examen", "domaine.rubrique", "valeur"),
        ('code: "2027"', "code: 2027", "session.code", "type"),
        ("libelle: Session 2027", "libelle: non", "session.libelle", "type"),
        ("libelle: Session 2027", "libelle:", "session.libelle", "type"),
        ("annee: 2027", 'annee: "2027"', "session.annee", "type"),
        ("annee: 2027", "annee: 1999", "session.annee", "borne"),
        ("annee: 2027", "annee: 2101", "session.annee", "borne"),
        ("format: 1", "format: 2", "format", "valeur"),
        ("sens: rejet", "sens: refus", "mentions_legales.decision_implicite.sens", "valeur"),
        ("du: 2027-06-07", "du: 2027-02-29", "examens[BREVET].calendrier[1].du", "type"),
        ("dans: examen", "dans: session", "examens[BREVET].inscription_unique.dans", "valeur"),
        ("etranger: [A09]", "etranger: A09", "examens[BREVET].rattachement.etranger", "type"),
        ("etranger: [A09]", "etranger: [Lille]", "examens[BREVET].rattachement.etranger[1]", "format"),
        ("epreuves: [A1, A2]", "epreuves: [A1]", "examens[BREVET].regles[PAS-LES-DEUX].epreuves", "borne"),
        ("demande: [A1]", "demande: []", "examens[BREVET].regles[NUIT].demande", "borne"),
        (
            "toutes_les_epreuves: oui",
            "toutes_les_epreuves: vrai",
            "examens[BREVET].formes_de_passage[GLOBALE].toutes_les_epreuves",
            "type",
        ),
        ("duree: 4 h\n", "duree: 4h\n", "examens[BREVET].epreuves[E1].duree", "format"),
        ("coefficient: 2.5", "coefficient: 2,5", "examens[BREVET].epreuves[E2].coefficient", "type"),
        ("coefficient: 5\n", "coefficient: 101\n", "examens[BREVET].epreuves[E1].coefficient", "borne"),
        ("coefficient: 5\n", "coefficient: 1.234\n", "examens[BREVET].epreuves[E1].coefficient", "borne"),
        *(
            ("coefficient: 2.5", f"coefficient: {said}", "examens[BREVET].epreuves[E2].coefficient", "type")
            for said in ("1e1", "1_0", "+5", ".5", "5.", "\u0663")
        ),
        *(
            ("du: 2027-06-07", f'du: "{said}"', "examens[BREVET].calendrier[1].du", "type")
            for said in ("1812326400", "0", "00000000")
        ),
        ("note: 5,", "note: nan,", "examens[BREVET].epreuves[E1].note_eliminatoire.note", "type"),
        ("nature: ecrite\n", "nature: ecrit\n", "examens[BREVET].epreuves[E1].nature", "valeur"),
        ("type: oui_non", "type: vrai_faux", "examens[BREVET].questions[permis].type", "valeur"),
        ("code: milles", "code: Milles", "examens[BREVET].questions[Milles].code", "format"),
        ("minimum: 2000-01-01", "minimum: jadis", "examens[BREVET].questions[delivre_le].minimum", "type"),
        ("question: milles, minimum: 100", "question: milles, minimum: cent",
         "examens[BREVET].questions[delivre_le].si.reponse.minimum", "type"),
        ('heure: "17:00"', 'heure: "25:00"', "examens[BREVET].pieces[IDENTITE].echeance.heure", "format"),
        ("courriel: essais-lille@exemple.fr", "courriel: essais",
         "services_gestionnaires[dec-essai].courriel", "courriel"),
        ("site: https://www.ac-lille.fr", "site: ac-lille", "ouvertures[A09].site", "site"),
        ("fermeture: 2026-11-15 23:59", "fermeture: 15/11/2026", "ouvertures[A09].fermeture", "instant"),
        ("fermeture: 2026-11-15 23:59", "fermeture: 2026-11-31 23:59", "ouvertures[A09].fermeture", "instant"),
        ("site: https://www.ac-lille.fr", "fuseau: Europe/Lille", "ouvertures[A09].fuseau", "fuseau"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_on_its_line(
    change, problems, line_of, *, old, new, field, rule
):
    source = change(old, new)

    assert problems(source) == [(line_of(old), field, rule)]


@pytest.mark.parametrize(
    "text", ["|\n            Deux\n            lignes", '"caché\\u200b"', "x" * 201]
)
def test_a_label_is_one_visible_line_of_reasonable_length(change, problems, text):
    source = change("libelle: Épreuves écrites", f"libelle: {text}")

    assert [(field, rule) for _, field, rule in problems(source)] == [
        ("examens[BREVET].calendrier[1].libelle", "texte")
    ]


@pytest.mark.parametrize(
    ("passage", "field"),
    [
        ("  rubrique: Examens\n", "domaine.rubrique"),
        ("  autorite: Recteur de l'académie\n", "mentions_legales.autorite"),
        (
            "        explication: Vous êtes en apprentissage dans un centre habilité.\n",
            "examens[BREVET].categories[APPRENTI].explication",
        ),
        (
            "    adresse: [Rectorat, 1 rue de l'Exemple, 59000 Lille]\n",
            "services_gestionnaires[dec-essai].adresse",
        ),
        ("        type: nombre\n", "examens[BREVET].questions[milles].type"),
    ],
)
def test_each_mandatory_key_is_asked_for(change, problems, passage, field):
    assert [(where, rule) for _, where, rule in problems(change(passage, ""))] == [
        (field, "cle_manquante")
    ]


def test_a_missing_key_is_told_on_the_line_of_what_lacks_it(change, problems, line_of):
    source = change("  rubrique: Examens\n", "")

    assert problems(source)[0][0] == line_of("domaine:")


def test_an_unknown_key_is_told_with_the_nearest_one(change, messages, problems, line_of):
    source = change("    regle: residence\n", "    regles: residence\n")
    typo = change(
        "secteur: Essais\n    nom: Bureau des essais\n    telephone: 03 53",
        "secteur: Essais\n    nom: Bureau des essais\n    horraires: le matin\n    telephone: 03 53",
    )

    assert problems(typo) == [
        (line_of("telephone: 03 53"), "services_gestionnaires[dec-essai].horraires", "cle_inconnue")
    ]
    assert messages(typo) == [
        "La clé « horraires » n'est pas admise ici. Vouliez-vous écrire « horaires » ?"
    ]
    assert [rule for _, _, rule in problems(source)] == ["cle_inconnue"]


def test_a_key_of_another_place_is_told_with_where_it_goes(change, messages):
    source = change(
        "    modalites:\n", "    diplomes: {libelle: Diplôme, choix: []}\n    modalites:\n"
    )
    near = change("    regle: residence\n", "    regles: residence\n")

    assert messages(source) == [
        "La clé « diplomes » n'est pas admise ici. Elle se met sous « dispenses » ou « qualification »."
    ]
    assert messages(near) == [
        "La clé « regles » n'est pas admise ici. Vouliez-vous écrire « regle » ?"
    ]


def test_every_fault_is_told_at_once_and_in_the_order_of_the_lines(change, problems):
    text = change("rubrique: Examens", "rubrique: Autres").text
    text = change("duree: 45 min", "duree: longtemps", text).text
    source = change("annee: 2027", "annee: bientôt", text)

    assert [field for _, field, _ in problems(source)] == [
        "domaine.rubrique",
        "session.annee",
        "examens[BREVET].epreuves[E2].duree",
    ]


def test_a_fault_in_an_item_does_not_make_its_list_too_short(change, problems):
    source = change("- libelle: Épreuves écrites\n        du:", "- libelle: Épreuves\n        le:")

    assert "borne" not in {rule for _, _, rule in problems(source)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1", "Une liste ne convient pas : des clés sont attendues."),
        ("~", "La valeur manque : des clés sont attendues."),
        ("3", "« 3 » sans guillemets est un nombre : des clés sont attendues."),
    ],
)
def test_a_file_that_is_not_made_of_keys_says_so(messages, text, message):
    assert messages(Source("essai.yaml", text)) == [message]


JUNK = (None, True, -3, 1.5, "x", "nan", "9" * 400, [], [1], {}, {"x": 1})


def leaves(data, path=()):
    """Go through everything in a file, by the path that leads there."""
    yield path
    if isinstance(data, (dict, list)):
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(value, (*path, key))


def spoilt(data, path, junk):
    """Return a file with something else at a place."""
    if not path:
        return junk
    copy = data.copy()
    copy[path[0]] = spoilt(data[path[0]], path[1:], junk)
    return copy


def test_whatever_stands_anywhere_in_a_file_is_answered_in_french(essai):
    data = read(Source("essai.yaml", essai)).data
    english = re.compile(r"\b(should|must|input|valid|value|expected|field)\b", re.IGNORECASE)

    messages = {
        problem.message
        for path in leaves(data)
        for junk in JUNK
        for problem in shaped(Document("essai.yaml", spoilt(data, path, junk), {}))[1]
    }

    assert len(messages) > 50
    assert [message for message in messages if english.search(message)] == []


CURLY = (
    " Les guillemets courbes d'un traitement de texte (“ ”) ne comptent pas : tapez des guillemets "
    'droits (").'
)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "toutes_les_epreuves: oui",
            'toutes_les_epreuves: "oui"',
            (
                "« oui » entre guillemets est un texte : « oui » ou « non » est attendu, en minuscules et "
                "sans guillemets."
            ),
        ),
        (
            "toutes_les_epreuves: oui",
            "toutes_les_epreuves: Oui",
            (
                "« Oui » ne convient pas : « oui » ou « non » est attendu, en minuscules et sans "
                "guillemets."
            ),
        ),
        (
            'code: "2027"',
            "code: “2027”",
            (
                "« “2027” » ne convient pas : ce code a 16 signes au plus, majuscules sans accent, "
                f"chiffres, « - » ou « _ ».{CURLY}"
            ),
        ),
        (
            "rubrique: Examens",
            "rubrique: “Examens”",
            f"« “Examens” » ne convient pas : Examens ou Concours.{CURLY}",
        ),
    ],
)
def test_quotes_that_should_not_be_there_are_named(change, messages, old, new, said):
    assert messages(change(old, new)) == [said]


def test_a_number_is_written_with_or_without_quotes_and_zeros(change, problems):
    for said in ("2.50", '"2.5"', "05"):
        assert problems(change("coefficient: 2.5", f"coefficient: {said}")) == []


@pytest.mark.parametrize(
    "text",
    [
        "examens:\n" + "  - {a: 1}\n" * 2_000,
        None,
    ],
    ids=["shape", "sense"],
)
def test_problems_without_end_are_not_all_looked_for_and_it_is_said(change, text):
    source = Source("essai.yaml", text or _unknown(change))

    told = checked(source, zones=ZONES)[2]

    assert len(told) == MOST_TOLD + 1
    assert str(told[0]).startswith(f"essai.yaml : Plus de {MOST_TOLD} problèmes")


def _unknown(change):
    """Return a file of the right shape with more references that lead nowhere than are told."""
    codes = ", ".join(f"A{number}" for number in range(10, 99) for _ in range(8))
    return change("etranger: [A09]", f"etranger: [{codes}]").text
