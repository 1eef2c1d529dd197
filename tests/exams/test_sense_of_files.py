"""A file that is well written and well shaped, and yet makes no sense."""

import pytest

from sporades.documents.models import Folder
from sporades.exams.checking import Source, checked
from sporades.exams.titles import LONGEST_TITLE, titled
from tests.exams.conftest import ZONES

BREVET = "examens[BREVET]"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("specialites: [MER]", "specialites: [AIR]", "epreuves[E2].specialites"),
        ("categories: [APPRENTI]", "categories: [SCOLAIRE]", "epreuves[E1].formes[1].categories"),
        ("nature: ecrite\n", "nature: ecrite\n        phase: ORAUX\n", "epreuves[E1].phase"),
        ("libelle: Anglais\n        groupe: LANGUE", "libelle: Anglais\n        groupe: LANGUES",
         "epreuves[LVA].groupe"),
        ("diplomes: [CAP, BAC]", "diplomes: [CAP, BTS]", "epreuves[E4].dispenses[1].diplomes"),
        ("epreuves: [A1, A2]", "epreuves: [A1, A9]", "regles[PAS-LES-DEUX].epreuves"),
        ("epreuves: [E5, EF]", "epreuves: [E5, EG]", "regles[SPORTS].epreuves"),
        ("epreuve: A3", "epreuve: A4", "regles[NUIT].epreuve"),
        ("demande: [A1]", "demande: [A1, A5]", "regles[NUIT].demande"),
        ("- diplome: [CAP, BAC]", "- diplome: [BEP]",
         "categories[INDIVIDUEL].recevabilite[EXPERIENCE].exige.un_de[2].diplome"),
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {categorie: [CNED]}",
         "recevabilite[AGE].exige.categorie"),
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {forme_de_passage: [LENTE]}",
         "recevabilite[AGE].exige.forme_de_passage"),
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {specialite: [AIR]}",
         "recevabilite[AGE].exige.specialite"),
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {academie: [A99]}",
         "recevabilite[AGE].exige.academie"),
        ("statuts: [benefice]", "statuts: [garde]", "pieces[RELEVE].si.statut.statuts"),
        ("statuts: [benefice]", "epreuves: [E9], statuts: [benefice]", "pieces[RELEVE].si.statut.epreuves"),
        ("question: permis", "question: licence", "questions[milles].si.reponse.question"),
        ("question: milles", "question: taille", "questions[delivre_le].si.reponse.question"),
        ("question: service_national, egal: JDC", "question: service_national, egal: FAIT",
         "pieces[JDC].si.reponse"),
        ("code: NORD, libelle: Nord, academies: [A09]", "code: NORD, libelle: Nord, academies: [A90]",
         "souhait_geographique.choix[NORD].academies"),
        ("etranger: [A09]", "etranger: [A90]", "rattachement.etranger"),
        ('"99351"], vers: A28', '"99351"], vers: A90', "rattachement.pays_rattaches[1].vers"),
        ("academies: [A01, A24], vers: A25", "academies: [A01, A90], vers: A25",
         "rattachement.regroupements[1].academies"),
        ("academies: [A01, A24], vers: A25", "academies: [A01, A24], vers: A90",
         "rattachement.regroupements[1].vers"),
    ],
)  # fmt: skip
def test_a_name_that_leads_nowhere_is_told(change, problems, line_of, *, old, new, field):
    found = problems(change(old, new))

    assert [(where, rule) for _, where, rule in found] == [
        (f"{BREVET}.{field}", "reference_inconnue")
    ]
    assert abs(found[0][0] - line_of(old)) <= new.count("\n")


@pytest.mark.parametrize(
    "kind",
    [
        "texte",
        "texte_long",
        'choix, choix: [{code: "75", libelle: Paris}, {code: "59", libelle: Nord}]',
    ],
)
def test_a_text_or_a_code_may_be_made_of_figures(change, told, kind):
    asked = change("type: oui_non}", f"type: {kind}}}").text

    def of(answer):
        return told(change("permis, egal: oui", f"permis, egal: {answer}", asked))

    assert of('"75"') == []
    assert (
        f"{BREVET}.questions[milles].si.reponse.egal : « egal » doit être un texte, entre guillemets "
        "s'il est en chiffres, pour cette question. [type]"
    ) in of("75")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"99351"], vers: A28', '"99999"], vers: A28', "rattachement.pays_rattaches[1].pays"),
        (
            "exige: {age: {minimum: 18, au: 2027-12-31}}",
            "exige: {nationalite: ['99100', '99999']}",
            "recevabilite[AGE].exige.nationalite",
        ),
        (
            "service_national:\n",
            "service_national:\n      nationalites: ['99999']\n",
            "service_national.nationalites",
        ),
    ],
)
def test_a_country_that_does_not_exist_is_told(change, old, new, field):
    countries = {"99100", "99350", "99351"}

    def found(source):
        return [
            (one.field, one.rule, one.message)
            for one in checked(source, zones=ZONES, countries=countries)[2]
        ]

    [(where, rule, message)] = found(change(old, new))

    assert (where, rule) == (f"{BREVET}.{field}", "reference_inconnue")
    assert message.startswith("Pays « 99999 » : ce code n'existe pas ici")
    assert found(change(old, new.replace("99999", "99351"))) == []


def test_what_could_stand_there_is_told(change, messages):
    assert messages(change("specialites: [MER]", "specialites: [AIR]")) == [
        "Spécialité « AIR » : ce code n'existe pas ici (MER, TERRE)."
    ]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("{code: TERRE, libelle", "{code: MER, libelle", "specialites[MER]"),
        ("- code: APPRENTI", "- code: INDIVIDUEL", "categories[INDIVIDUEL]"),
        ("- code: PROGRESSIVE", "- code: GLOBALE", "formes_de_passage[GLOBALE]"),
        ("{code: BAC, libelle", "{code: CAP, libelle", "qualification.diplomes.choix[CAP]"),
        ("- code: taille", "- code: permis", "questions[permis]"),
        ("{code: L, libelle", "{code: S, libelle", "questions[taille].choix[S]"),
        ("- code: LIBRE", "- code: LANGUE", "groupes[LANGUE]"),
        ("{code: A2, libelle", "{code: A1, libelle", "epreuves[A1]"),
        ("code: NUIT", "code: PAS-LES-DEUX", "regles[PAS-LES-DEUX]"),
        ("- code: RELEVE", "- code: IDENTITE", "pieces[IDENTITE]"),
    ],
)
def test_a_code_names_one_thing_in_its_list(change, problems, line_of, *, old, new, field):
    found = [one for one in problems(change(old, new)) if one[2] == "code_en_double"]

    assert found == [(line_of(old), f"{BREVET}.{field}.code", "code_en_double")]


def test_a_reason_of_refusal_is_named_once_for_its_piece(change, problems):
    reasons = "motifs_de_refus: [{code: COPIE, libelle: A.}, {code: COPIE, libelle: B.}]"
    due = '        echeance: {jours_apres_fermeture: 21, heure: "17:00"}\n'

    found = problems(change(due, f"{due}        {reasons}\n"))

    assert [(field, rule) for _, field, rule in found] == [
        (f"{BREVET}.pieces[IDENTITE].motifs_de_refus[COPIE].code", "code_en_double")
    ]


def test_the_reasons_of_refusal_of_a_piece_are_told_apart_by_what_stands_before_a_colon(
    change, problems
):
    reasons = ", ".join(
        f'{{code: {code}, libelle: "Copie floue : {to_do}."}}'
        for code, to_do in (("UNE", "reprenez la photo"), ("DEUX", "numérisez-la"))
    )
    due = '        echeance: {jours_apres_fermeture: 21, heure: "17:00"}\n'

    found = problems(change(due, f"{due}        motifs_de_refus: [{reasons}]\n"))

    assert [(field, rule) for _, field, rule in found] == [
        (f"{BREVET}.pieces[IDENTITE].motifs_de_refus[DEUX].libelle", "contradiction")
    ]


@pytest.mark.parametrize(
    ("signs", "is_too_long"), [(LONGEST_TITLE, False), (LONGEST_TITLE + 1, True)]
)
def test_what_one_registers_for_is_named_by_a_title_that_documents_hold(
    change, problems, signs, is_too_long
):
    others = titled("Brevet d'essai des îles", ", option Grand large", "Session 2027")
    label = "M" * (signs - len(others))
    assert Folder._meta.get_field("label").max_length == LONGEST_TITLE

    found = problems(change("libelle: Métiers de la mer", f"libelle: {label}"))

    told = [(f"{BREVET}.specialites[MER].libelle", "trop_long")] if is_too_long else []
    assert [(field, rule) for _, field, rule in found] == told


def test_two_exams_do_not_share_a_code(essai, problems):
    start, end = essai.index("  - code: BREVET"), essai.index("services_gestionnaires:")
    twice = (
        essai[:end]
        + essai[start:end].replace("&garde", "&encore").replace("*garde", "*encore")
        + essai[end:]
    )

    found = problems(Source("essai.yaml", twice))

    assert [(field, rule) for _, field, rule in found] == [(f"{BREVET}.code", "code_en_double")]


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        # Bounds that leave no room.
        ("ages: {minimum: 16, maximum: 24}", "ages: {minimum: 25, maximum: 24}",
         "service_national.ages.maximum", "bornes"),
        ("minimum: 0\n        maximum: 50000", "minimum: 9\n        maximum: 8",
         "questions[milles].maximum", "bornes"),
        ("maximum: 2026-12-31", "maximum: 1999-12-31", "questions[delivre_le].maximum", "bornes"),
        ("question: milles, minimum: 100", "question: milles, minimum: 100, maximum: 2027-01-01",
         "questions[delivre_le].si.reponse.maximum", "bornes"),
        ("longueur_maximale: 40", "longueur_minimale: 41, longueur_maximale: 40",
         "questions[devise].longueur_maximale", "bornes"),
        ("minimum: 0\n        maximum: 2\n        choix", "minimum: 0\n        maximum: 4\n        choix",
         "questions[materiel].maximum", "bornes"),
        ("du: 2027-06-07", "du: 2027-06-12", "calendrier[1].au", "bornes"),
        ("note: 5, precision", "note: 21, precision", "epreuves[E1].note_eliminatoire.note", "bornes"),
        ("minimum: 0\n        maximum: 2\n    epreuves", "minimum: 3\n        maximum: 2\n    epreuves",
         "groupes[LIBRE].maximum", "bornes"),
        # Groups that cannot be satisfied.
        ("minimum: 1\n        maximum: 1", "minimum: 1\n        maximum: 3",
         "groupes[LANGUE].maximum", "groupe_impossible"),
        ("- code: LIBRE\n", "- {code: VIDE, libelle: Vide, minimum: 0, maximum: 1}\n      - code: LIBRE\n",
         "groupes[VIDE]", "groupe_impossible"),
        # Rules that contradict each other.
        ("groupe: LANGUE\n        nature: orale\n        duree: 20 min\n      - code: LVB",
         "groupe: LANGUE\n        obligatoire: oui\n        nature: orale\n        duree: 20 min\n      - code: LVB",
         "epreuves[LVA].obligatoire", "contradiction"),
        ("epreuves: [A1, A2]", "epreuves: [E1, E4]", "regles[PAS-LES-DEUX].epreuves", "contradiction"),
        ("epreuves: [A1, A2]", "epreuves: [A1, A3]", "regles[NUIT].demande", "epreuve_impossible"),
        ("demande: [A1]", "demande: [A3]", "regles[NUIT].demande", "contradiction"),
        ("epreuves: [E5, EF]", "epreuves: [E5, E4]", "regles[SPORTS].epreuves", "contradiction"),
        ("- {categories: [APPRENTI], forme: ccf, nature: pratique, duree: 1 h 30}",
         "- {categories: [APPRENTI], forme: ccf}\n          - {categories: [APPRENTI], forme: ponctuel}",
         "epreuves[E1].formes", "contradiction"),
        ("annees: 5\n", "annees: 5\n          message: Rien à garder.\n",
         "epreuves[E1].benefice.message", "contradiction"),
        ("motif: Sur simple demande, sur_demande: oui", "motif: Sur simple demande",
         "epreuves[E5].dispenses[1]", "contradiction"),
        ("motif: Sur simple demande, sur_demande: oui",
         "motif: Sur simple demande, sur_demande: oui, diplomes: [CAP]",
         "epreuves[E5].dispenses[1]", "contradiction"),
        # Conditions that cannot be asked where they stand.
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {}", "recevabilite[AGE].exige", "condition_vide"),
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {age: {au: 2027-12-31}}",
         "recevabilite[AGE].exige.age", "condition_vide"),
        ("- experience: {minimum: 3}", "- experience: {}",
         "categories[INDIVIDUEL].recevabilite[EXPERIENCE].exige.un_de[1].experience", "condition_vide"),
        ("{question: permis, egal: oui}", "{question: permis}", "questions[milles].si.reponse", "condition_vide"),
        ("{question: permis, egal: oui}", "{question: permis, egal: oui, donnee: non}",
         "questions[milles].si.reponse.donnee", "contradiction"),
        ("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {statut: {statuts: [inscrit]}}",
         "recevabilite[AGE].exige.statut", "condition_impossible"),
        ("question: permis, egal: oui", "question: permis, minimum: 3",
         "questions[milles].si.reponse.minimum", "condition_impossible"),
        ("si: {categorie: [INDIVIDUEL]}\n    recevabilite", "si: {experience: {minimum: 1}}\n    recevabilite",
         "qualification.experience.si", "condition_impossible"),
        ("si: {categorie: [INDIVIDUEL]}\n    recevabilite", "si: {reponse: {question: permis, egal: oui}}\n    recevabilite",
         "qualification.experience.si.reponse.question", "reference_inconnue"),
        ("question: permis, egal: oui", 'question: permis, egal: "oui"',
         "questions[milles].si.reponse.egal", "type"),
        ("question: milles, minimum: 100", "question: milles, minimum: 2027-01-01",
         "questions[delivre_le].si.reponse.minimum", "type"),
        ("code: permis", "code: service_national", "questions", "code_reserve"),
        # Dates due that say too much or too little.
        ("{le: 2027-03-01, fuseau: Europe/Paris}", "{fuseau: Europe/Paris}", "pieces[JDC].echeance", "echeance"),
        ("{le: 2027-03-01, fuseau: Europe/Paris}", "{le: 2027-03-01, jours_apres_fermeture: 2}",
         "pieces[JDC].echeance", "echeance"),
        ("{le: 2027-03-01, fuseau: Europe/Paris}", '{le: 2026-11-15, heure: "12:00"}',
         "pieces[JDC].echeance", "echeance"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told(change, problems, *, old, new, field, rule):
    assert (f"{BREVET}.{field}", rule) in [
        (where, kind) for _, where, kind in problems(change(old, new))
    ]


@pytest.mark.parametrize("nested", ["{}", "{{un_de: [{}, {{handicap: oui}}]}}"])
def test_two_questions_that_wait_for_each_other_are_told(change, problems, nested):
    by_years = nested.format("{experience: {minimum: 1}}")
    diploma = change(
        "libelle: Diplôme présenté\n", f"libelle: Diplôme présenté\n        si: {by_years}\n"
    )
    years = "si: {categorie: [INDIVIDUEL]}\n    recevabilite"
    source = change(years, years.replace("categorie: [INDIVIDUEL]", "diplome: [CAP]"), diploma.text)

    inside = ".un_de[1]" if "un_de" in by_years else ""
    assert (f"{BREVET}.qualification.diplomes.si{inside}.experience", "condition_impossible") in [
        (where, kind) for _, where, kind in problems(source)
    ]


GROUPED = "- {academies: [A01, A24], vers: A25}"


def test_academies_that_register_for_each_other_are_told(change, told):
    source = change(GROUPED, f"{GROUPED}\n        - {{academies: [A25], vers: A01}}")

    assert told(source) == [
        (
            f"{BREVET}.rattachement.regroupements[1].vers : « A25 » est elle-même regroupée vers "
            "« A01 » : elle ne peut pas inscrire pour d'autres. [contradiction]"
        ),
        (
            f"{BREVET}.rattachement.regroupements[2].vers : « A01 » est elle-même regroupée vers "
            "« A25 » : elle ne peut pas inscrire pour d'autres. [contradiction]"
        ),
    ]


def test_an_academy_grouped_twice_is_told(change, told):
    source = change(GROUPED, f"{GROUPED}\n        - {{academies: [A24], vers: A09}}")

    assert told(source) == [
        (
            f"{BREVET}.rattachement.regroupements[2].academies : « A24 » est déjà regroupée vers "
            "« A25 » : une académie n'est que dans un regroupement. [contradiction]"
        )
    ]


def test_a_country_attached_twice_is_told(change, told):
    source = change(
        '"99351"], vers: A28}', '"99351"], vers: A28}\n        - {pays: ["99350"], vers: A09}'
    )

    assert told(source) == [
        (
            f"{BREVET}.rattachement.pays_rattaches[2].pays : « 99350 » est déjà rattaché à « A28 » : "
            "un pays ne l'est qu'à une académie. [contradiction]"
        )
    ]


def test_an_academy_may_be_in_the_group_that_it_registers(change, problems):
    groups = "- {academies: [A01, A24, A25], vers: A25}\n        - {academies: [A31], vers: A09}"

    assert problems(change(GROUPED, groups)) == []


def test_a_speciality_without_epreuves_is_told(change, problems):
    text = change("- code: E1\n", "- code: E1\n        specialites: [TERRE]\n").text
    for code in ("E4", "E5", "LVA", "LVB", "EF"):
        text = change(
            f"- code: {code}\n", f"- code: {code}\n        specialites: [TERRE]\n", text
        ).text
    for code in ("A1", "A2", "A3"):
        text = change(f"code: {code},", f"code: {code}, specialites: [TERRE],", text).text
    source = change("specialites: [MER]", "specialites: [TERRE]", text)

    assert [(field, rule) for _, field, rule in problems(source)] == [
        (f"{BREVET}.epreuves", "sans_epreuve")
    ]


def test_a_group_has_enough_epreuves_in_each_speciality(change, problems):
    source = change(
        "libelle: Anglais\n",
        "libelle: Anglais\n        specialites: [MER]\n",
        change("minimum: 1\n        maximum: 1", "minimum: 2\n        maximum: 2").text,
    )

    assert [(field, rule) for _, field, rule in problems(source)] == [
        (f"{BREVET}.groupes[LANGUE].minimum", "groupe_impossible")
    ]


def test_an_exam_with_phases_says_the_phase_of_each_epreuve(change, problems):
    source = change(
        "    groupes:\n", "    phases: [{code: ECRITS, libelle: Écrits}]\n    groupes:\n"
    )

    assert {(rule) for _, _, rule in problems(source)} == {"cle_manquante"}
    assert len(problems(source)) == 11


def test_the_epreuves_of_a_group_are_of_one_phase(change, problems):
    text = change(
        "    groupes:\n",
        "    phases: [{code: P1, libelle: Un}, {code: P2, libelle: Deux}]\n    groupes:\n",
    ).text
    text = text.replace("        nature:", "        phase: P1\n        nature:")
    for code in ("A1", "A2", "A3"):
        text = change(f"code: {code},", f"code: {code}, phase: P1,", text).text
    source = change(
        "libelle: Breton\n        groupe: LANGUE\n        phase: P1",
        "libelle: Breton\n        groupe: LANGUE\n        phase: P2",
        text,
    )

    assert [(field, rule) for _, field, rule in problems(source)] == [
        (f"{BREVET}.groupes[LANGUE]", "contradiction")
    ]


@pytest.mark.parametrize(
    "when",
    [
        "{handicap: oui}",
        "{un_de: [{diplome: [CAP]}, {sauf: {handicap: non}}]}",
        "{statut: {epreuves: [E4], statuts: [dispense]}}",
    ],
)
def test_a_piece_that_tells_who_declared_a_handicap_is_pointed_out_and_loaded(change, when):
    text = change("si: {statut: {statuts: [benefice]}}", f"si: {when}").text
    told = "diplomes: [CAP, BAC]\n"
    text = text.replace(told, f"{told}            si: {{handicap: oui}}\n")
    found = checked(Source("essai.yaml", text), zones=ZONES)[2]

    assert [(one.field, one.rule, one.is_error) for one in found] == [
        (f"{BREVET}.pieces[RELEVE].si", "dit_un_handicap", False)
    ]


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        (
            "annees: 5\n",
            "annees: 5\n          si: {handicap: oui}\n",
            "epreuves: [E1], statuts: [benefice]",
        ),
        (
            "libelle: Épreuve facultative de sport\n",
            "libelle: Épreuve adaptée\n        si: {handicap: oui}\n",
            "epreuves: [EF], statuts: [inscrit]",
        ),
    ],
)
def test_a_piece_of_what_a_handicap_alone_offers_or_keeps_is_pointed_out(change, old, new, status):
    text = change("si: {statut: {statuts: [benefice]}}", f"si: {{statut: {{{status}}}}}").text
    assert text.count(old) == 1
    found = checked(Source("essai.yaml", text.replace(old, new)), zones=ZONES)[2]

    assert [(one.field, one.rule) for one in found] == [
        (f"{BREVET}.pieces[RELEVE].si", "dit_un_handicap")
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "minimum: 0\n        maximum: 50000",
            "minimum: 9\n        maximum: 8",
            "« minimum » (9) est plus grand que « maximum » (8) : rien ne convient.",
        ),
        (
            "du: 2027-06-07",
            "du: 2027-06-12",
            "« du » (2027-06-12) est après « au » (2027-06-11) : rien ne convient.",
        ),
    ],
)
def test_bounds_that_leave_no_room_are_said_as_numbers_or_as_days(change, messages, old, new, said):
    assert said in messages(change(old, new))
