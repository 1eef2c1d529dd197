"""What differs between two versions, in the words of whoever reads it."""

import copy
import json

import pytest
from pydantic import ValidationError

from sporades.exams import schema
from sporades.exams.checking import Source, checked
from sporades.exams.differences.content import chapters
from tests.exams.conftest import ZONES
from tests.factories import INVENTED

TEXT = INVENTED.read_text(encoding="utf-8")
LONG = "Un paragraphe assez long pour ne pas tenir dans une phrase de soixante signes, vraiment."


def file_of(text):
    _, file, problems = checked(Source("essai.yaml", text), zones=ZONES)
    assert not [one for one in problems if one.is_error]
    return file


def changed(text, *changes):
    """Return a file of which some passages, pairs of old and new, are others."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def told(*changes, since=TEXT):
    """Return what is said of some changes to a file, the invented one, pairs of old and new."""
    return [
        " : ".join(filter(None, (change.place, change.words)))
        for chapter in chapters(file_of(since), file_of(changed(since, *changes)))
        for change in chapter.changes
    ]


E1 = "{code: E1, unite: U1, libelle: Français, nature: ecrite, duree: 3 h, coefficient: 3,"
BAC = "      - {code: BAC, libelle: Copie du baccalauréat, si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}}\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("coefficient: 3,", "coefficient: 7,", "Épreuve E1, Français : coefficient 7 au lieu de 3"),
        (
            "coefficient: 2.5,",
            "coefficient: 2.25,",
            "Épreuve E2, Mathématiques : coefficient 2,25 au lieu de 2,5",
        ),
        ("duree: 3 h,", "duree: 4 h,", "Épreuve E1, Français : durée : « 4 h » au lieu de « 3 h »"),
        (" duree: 3 h,", "", "Épreuve E1, Français : durée : plus rien, « 3 h » auparavant"),
        (
            "seuil: 10, annees: 5",
            "seuil: 12, annees: 5",
            "Épreuve E1, Français, bénéfice d'une note : seuil 12 au lieu de 10",
        ),
        (
            E1,
            E1.replace("nature: ecrite", "nature: orale"),
            "Épreuve E1, Français : nature : orale au lieu de écrite",
        ),
        (
            "- {code: FOREST, libelle: Forestier}",
            "- {code: FOREST, libelle: Forestier}\n      - {code: MONT, libelle: Montagnard}",
            "Nouvelle spécialité : MONT, Montagnard",
        ),
        (
            BAC,
            BAC.replace(
                "15}}", "15}, motifs_de_refus: [{code: COPIE, libelle: Déposez le diplôme.}]}"
            ),
            "Pièce BAC, Copie du baccalauréat : Nouveau motif de refus : COPIE, Déposez le diplôme.",
        ),
        (
            "    pieces:\n",
            "    anomalie_automatique: oui\n    pieces:\n",
            "anomalie sans décision quand une pièce manque : oui au lieu de non",
        ),
        (
            BAC,
            BAC.replace("15}}", "15}, voies: [depot]}"),
            (
                "Pièce BAC, Copie du baccalauréat : voies par où les pièces se fournissent : dépôt dans "
                "l'espace candidat, rien auparavant"
            ),
        ),
        (
            "    pieces:\n",
            "    voies_selon_academie: [{academies: [A09, A25], voies: [courrier]}]\n    pieces:\n",
            "Nouvelles voies, académies : A09, A25 (voies par où les pièces se fournissent courrier)",
        ),
        (BAC, "", "La pièce BAC, Copie du baccalauréat n'est plus demandée"),
        (
            "    retour_du_recapitulatif:\n",
            (
                "      - {code: PHOTO, libelle: Photo, echeance: {le: 2027-01-31}}\n"
                "    retour_du_recapitulatif:\n"
            ),
            "Nouvelle pièce demandée : PHOTO, Photo (date limite 31 janvier 2027, 23 h 59)",
        ),
        (
            "du: 2027-05-17",
            "du: 2027-05-18",
            "Date Épreuves écrites : du 18 mai 2027 au lieu du 17 mai 2027",
        ),
        (
            "minimum: 18, au: 2027-12-31",
            "minimum: 16, au: 2027-12-31",
            (
                "Catégorie INDIV, Individuel, règle AGE18, ce qui est exigé, âge : "
                "minimum 16 au lieu de 18"
            ),
        ),
        (
            "si: {diplome: [BAC]}, echeance",
            "si: {diplome: [BAC], handicap: non}, echeance",
            "Pièce BAC, Copie du baccalauréat, condition : handicap : non, rien auparavant",
        ),
        (
            "si: {diplome: [BAC]}, echeance",
            "echeance",
            "Pièce BAC, Copie du baccalauréat : condition : plus rien, diplôme BAC auparavant",
        ),
        (
            "mois: 2",
            "mois: 4",
            "Mentions légales, décision implicite : mois de silence 4 au lieu de 2",
        ),
        (
            "{code: BLEU, libelle: Bleue}",
            "{code: BLEU, libelle: Bleue}, {code: VERT, libelle: Verte}",
            "Question equipe, Équipe : Nouveau choix : VERT, Verte",
        ),
        (
            "- {code: EXCL, type: exclusion, reference: article 3 inventé, epreuves: [F1, F2]}\n",
            "",
            "La règle EXCL est levée",
        ),
        (
            "libelle: Numéro du permis,",
            "libelle: Numéro du permis, obligatoire: false,",
            "Question permis_numero, Numéro du permis : obligatoire : non au lieu de oui",
        ),
        (
            "    inscription_unique: {dans: examen,",
            "    inscription_unique: {dans: domaine,",
            "Inscription unique : une seule parmi : tout le domaine au lieu de cet examen",
        ),
    ],
)
def test_a_change_is_said_in_plain_words(old, new, said):
    assert told((old, new)) == [said]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "{le: 2027-03-01, fuseau: Europe/Paris}",
            "{le: 2027-03-01, fuseau: Indian/Reunion}",
            (
                "1er mars 2027, 23 h 59 (heure de La Réunion) au lieu de "
                "1er mars 2027, 23 h 59 (heure de Paris)"
            ),
        ),
        (
            "{le: 2027-03-01, fuseau: Europe/Paris}",
            "{le: 2027-03-01}",
            (
                "1er mars 2027, 23 h 59 (heure de chaque service) au lieu de "
                "1er mars 2027, 23 h 59 (heure de Paris)"
            ),
        ),
        (
            "{le: 2027-03-01}",
            "{le: 2027-03-01, fuseau: Pacific/Noumea}",
            (
                "1er mars 2027, 23 h 59 (heure de Nouméa) au lieu de "
                "1er mars 2027, 23 h 59 (heure de chaque service)"
            ),
        ),
        (
            "{jours_apres_fermeture: 15}",
            "{jours_apres_fermeture: 1}",
            "1 jour après la fermeture, 23 h 59 au lieu de 15 jours après la fermeture, 23 h 59",
        ),
        (
            "{jours_apres_fermeture: 1}",
            "{jours_apres_fermeture: 0, fuseau: Pacific/Tahiti}",
            (
                "le jour de la fermeture, 23 h 59 (heure de Tahiti) au lieu de "
                "1 jour après la fermeture, 23 h 59 (heure de chaque service)"
            ),
        ),
    ],
)
def test_a_deadline_says_by_which_clock_it_falls(old, new, said):
    piece = "si: {diplome: [BAC]}, echeance: "
    since = changed(TEXT, (f"{piece}{{jours_apres_fermeture: 15}}", f"{piece}{old}"))

    assert told((f"{piece}{old}}}", f"{piece}{new}}}"), since=since) == [
        f"Pièce BAC, Copie du baccalauréat : date limite : {said}"
    ]


def test_a_deadline_that_comes_says_its_zone():
    photo = "      - {code: PHOTO, libelle: Photo, echeance: {le: 2027-01-31, fuseau: Pacific/Tahiti}}\n"

    assert told(("    retour_du_recapitulatif:\n", f"{photo}    retour_du_recapitulatif:\n")) == [
        "Nouvelle pièce demandée : PHOTO, Photo (date limite 31 janvier 2027, 23 h 59 (heure de Tahiti))"
    ]


def attached(*groups):
    """Return the change by which countries, pairs of code and academy, are attached."""
    said = ", ".join(f'{{pays: ["{country}"], vers: {academy}}}' for country, academy in groups)
    return "    categories:\n", f"    rattachement: {{pays_rattaches: [{said}]}}\n    categories:\n"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            [],
            [("99109", "A09")],
            ["Rattachement : Nouveaux pays rattachés, académie : A09 (pays 99109 (Allemagne))"],
        ),
        (
            [("99109", "A09")],
            [("99109", "A09"), ("99110", "A25")],
            ["Rattachement : Nouveaux pays rattachés, académie : A25 (pays 99110 (Autriche))"],
        ),
        (
            [("99109", "A09"), ("99110", "A25")],
            [("99110", "A25")],
            ["Rattachement : Les pays rattachés à l'académie A09 ne le sont plus"],
        ),
        (
            [("99109", "A09")],
            [("99110", "A09")],
            [
                "Rattachement, pays rattachés à l'académie A09 : pays : 99110 (Autriche) au lieu de 99109 (Allemagne)",
            ],
        ),
        (
            [("99109", "A09")],
            [("99109", "A25")],
            [
                "Rattachement : Nouveaux pays rattachés, académie : A25 (pays 99109 (Allemagne))",
                "Rattachement : Les pays rattachés à l'académie A09 ne le sont plus",
            ],
        ),
    ],
)
def test_countries_are_said_with_the_academy_that_registers_their_residents(
    db, before, after, said
):
    since = changed(TEXT, attached(*before))
    [_, old], [_, new] = attached(*before), attached(*after)

    assert told((old, new), since=since) == said


def test_nationalities_are_said_by_their_names(db):
    piece = "si: {diplome: [BAC]}, echeance"

    assert told((piece, "si: {diplome: [BAC], nationalite: ['99100', '99109']}, echeance")) == [
        (
            "Pièce BAC, Copie du baccalauréat, condition : nationalité : 99100 (France), "
            "99109 (Allemagne), rien auparavant"
        )
    ]
    assert told((piece, "si: {nationalite: ['99999']}, echeance")) == [
        "Pièce BAC, Copie du baccalauréat, condition : diplôme : plus rien, BAC auparavant",
        "Pièce BAC, Copie du baccalauréat, condition : nationalité : 99999, rien auparavant",
    ]


def test_a_country_of_a_long_name_is_said_too(db):
    piece = "si: {diplome: [BAC]}, echeance"
    text = changed(TEXT, (piece, "si: {diplome: [BAC], nationalite: ['99427']}, echeance"))

    [chapter] = chapters(file_of(TEXT), file_of(text))

    [change] = chapter.changes
    assert (change.words, change.before, change.after) == (
        "nationalité",
        "",
        "99427 (Îles Malouines et territoires britanniques de l'Atlantique Sud)",
    )


def test_the_type_of_a_question_that_changes_is_said_with_what_comes_with_it():
    old = (
        "{code: taille, type: nombre, libelle: Votre taille, minimum: 100, maximum: 250, unite: cm,"
    )
    new = "{code: taille, type: choix, libelle: Votre taille, choix: [{code: P, libelle: Petit}, {code: G, libelle: Grand}],"

    assert told((old, new)) == [
        "Question taille, Votre taille : type : « choix » au lieu de « nombre »",
        "Question taille, Votre taille : Nouveau choix : P, Petit",
        "Question taille, Votre taille : Nouveau choix : G, Grand",
    ]


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        (
            "Avez-vous le permis bateau ?",
            "Avez-vous été condamné ?",
            "Les réponses déjà données sont gardées : pour une autre question, donnez un autre code.",
        ),
        (
            "{code: ROUGE, libelle: Rouge}",
            "{code: ROUGE, libelle: Verte}",
            "Qui l'a fait le garde : pour un autre choix, donnez un autre code.",
        ),
        (
            "libelle: Copie du baccalauréat",
            "libelle: Permis bateau",
            "Les pièces déjà données sont gardées, acceptées ou non : pour une autre pièce, donnez un autre code.",
        ),
        (
            "libelle: Marin}",
            "libelle: Bûcheron}",
            "Qui s'y est inscrit reste sous ce code, et lit ce nouvel intitulé : pour une autre spécialité, donnez un autre code.",
        ),
        (
            "libelle: Français,",
            "libelle: Latin,",
            "Qui l'a choisie la garde : pour une autre épreuve, donnez un autre code.",
        ),
        (
            "    libelle: Brevet d'essai\n",
            "    libelle: Diplôme d'essai\n",
            "Qui s'y est inscrit reste sous ce code, et lit ce nouvel intitulé : pour un autre examen, donnez un autre code.",
        ),
        (
            "libelle: Formation continue\n",
            "libelle: Apprenti\n",
            "Qui l'a choisie la garde : pour une autre catégorie, donnez un autre code.",
        ),
        (
            "libelle: Progressive,",
            "libelle: Étalée,",
            "Qui l'a choisie la garde : pour une autre forme de passage, donnez un autre code.",
        ),
        (
            "libelle: Littoral,",
            "libelle: Avesnois,",
            "Qui l'a choisie la garde : pour une autre zone, donnez un autre code.",
        ),
        (
            "{code: BAC, libelle: Baccalauréat}",
            "{code: BAC, libelle: Licence}",
            "Qui l'a présenté le garde : pour un autre diplôme, donnez un autre code.",
        ),
        (
            "libelle: Secrétaire lecteur,",
            "libelle: Secrétaire scripteur,",
            "Qui l'a demandée la garde : pour une autre mesure, donnez un autre code.",
        ),
        ("coefficient: 3,", "coefficient: 7,", ""),
        ("libelle: session 2027,", "libelle: session de juin,", ""),
        ("{libelle: Activité,", "{libelle: Sport,", ""),
    ],
)
def test_another_name_under_the_same_code_says_that_what_was_answered_is_kept(old, new, note):
    [chapter] = chapters(file_of(TEXT), file_of(changed(TEXT, (old, new))))

    [change] = chapter.changes
    assert change.note == note


def test_long_texts_stand_one_under_the_other_and_the_paragraphs_that_stay_are_left_out():
    file = file_of(TEXT.replace("L'absence à une épreuve obligatoire est éliminatoire.", LONG))

    [chapter] = chapters(file_of(TEXT), file)

    [change] = chapter.changes
    assert change.words == "modalités d'inscription"
    assert change.before == "L'absence à une épreuve obligatoire est éliminatoire."
    assert change.after == LONG


ACCOMMODATIONS = TEXT[TEXT.index("    amenagements:\n") : TEXT.index("    pieces:\n")]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (ACCOMMODATIONS, "", "aménagements d'épreuves : plus rien"),
        (
            "      - L'absence à une épreuve obligatoire est éliminatoire.\n",
            "",
            "modalités d'inscription, en moins",
        ),
    ],
)
def test_what_is_long_and_goes_is_said_to_go(old, new, words):
    since = changed(TEXT, ("L'absence à une épreuve obligatoire est éliminatoire.", LONG))
    old = old.replace("L'absence à une épreuve obligatoire est éliminatoire.", LONG)

    [chapter] = chapters(file_of(since), file_of(changed(since, (old, new))))

    [change] = chapter.changes
    assert (change.words, bool(change.before), change.after) == (words, True, "")


def test_another_order_is_said():
    lines = TEXT.splitlines(keepends=True)
    first = next(rank for rank, line in enumerate(lines) if "{code: F1," in line)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]

    [chapter] = chapters(file_of(TEXT), file_of("".join(lines)))

    [change] = chapter.changes
    assert change.words == "épreuves, ordre"
    assert (change.before[-6:], change.after[-6:]) == ("F1, F2", "F2, F1")


def test_exams_that_come_and_go_have_a_chapter_each():
    file = file_of(TEXT)
    other = file.model_copy(
        update={"exams": (file.exams[0].model_copy(update={"code": "BF", "label": "Brevet bis"}),)}
    )

    found = {chapter.title: chapter.changes[0].words for chapter in chapters(file, other)}

    assert list(found) == ["Brevet bis (BF)", "Brevet d'essai (BE)"]
    assert found["Brevet bis (BF)"] == (
        "Nouvel examen : 8 épreuves, 2 spécialités, 2 catégories, 2 pièces."
    )
    assert found["Brevet d'essai (BE)"].startswith("Cet examen n'est plus proposé")


def test_a_first_version_says_what_it_contains():
    [chapter] = chapters(None, file_of(TEXT))

    assert chapter.title == "Brevet d'essai (BE)"
    assert [one.words for one in chapter.changes] == [
        "8 épreuves, 2 spécialités, 2 catégories, 2 pièces."
    ]


def test_the_same_file_says_nothing():
    assert list(chapters(file_of(TEXT), file_of(TEXT))) == []


def leaves(node, path=()):
    """Give the path of every value of a file."""
    match node:
        case dict():
            for key, value in node.items():
                yield from leaves(value, (*path, key))
        case list():
            for rank, value in enumerate(node):
                yield from leaves(value, (*path, rank))
        case _:
            yield path


def altered(data, path):
    """Return the file with one value changed, as the schema takes it, or nothing."""
    made = copy.deepcopy(data)
    place = made
    for step in path[:-1]:
        place = place[step]
    value = place[path[-1]]
    if isinstance(value, bool):
        place[path[-1]] = not value
    elif isinstance(value, int):
        place[path[-1]] = value + 1
    elif isinstance(value, str):
        place[path[-1]] = f"{value}X"
    try:
        return schema.File.model_validate_json(json.dumps(made))
    except ValidationError:
        return None


def test_no_value_of_a_file_can_change_without_a_word():
    document, file, _ = checked(Source("essai.yaml", TEXT), zones=ZONES)
    versioned = {key: value for key, value in document.data.items() if key[:2] not in ("se", "ou")}
    looked_at, silent = 0, []

    for path in leaves(versioned):
        other = altered(document.data, path)
        if other is not None and other != file:
            looked_at += 1
            if not list(chapters(file, other)):
                silent.append(path)

    assert silent == []
    assert looked_at > 150
