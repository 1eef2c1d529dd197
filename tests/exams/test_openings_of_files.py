"""Openings in a file: real academies, real instants, a service, the mentions of the law."""

import pytest

from sporades.core.phones import EXAMPLES
from sporades.exams.checking import Source
from sporades.exams.checking import problems as checked_together
from tests.exams.conftest import ZONES

CLOSES = "fermeture: 2026-11-15 23:59"


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("- academie: A09\n    ouverture", "- academie: A99\n    ouverture", "ouvertures[A99].academie", "reference_inconnue"),
        ("    service: dec-essai\n    site", "    service: dec\n    site", "ouvertures[A09].service", "reference_inconnue"),
        ("- academie: A28\n", "- academie: A09\n", "ouvertures[A09]", "code_en_double"),
        ("academie: A28\n    secteur", "academie: A09\n    secteur", "services_gestionnaires[dec-essai].code", "code_en_double"),
        ("academie: A28\n    secteur", "academie: A98\n    secteur", "services_gestionnaires[dec-essai].academie", "reference_inconnue"),
        (CLOSES, "fermeture: 2026-10-11 23:59", "ouvertures[A09].fermeture", "bornes"),
        (CLOSES, "fermeture: 2026-10-12 08:00", "ouvertures[A09].fermeture", "bornes"),
        (CLOSES, "fermeture: 2027-03-28 02:30", "ouvertures[A09].fermeture", "instant"),
        (CLOSES, "fermeture: 2026-10-25 02:30", "ouvertures[A09].fermeture", "instant"),
        (CLOSES, "fermeture: 2026-11-15 23:59, avant le changement d'heure", "ouvertures[A09].fermeture", "instant"),
        ("    recours: Vous pouvez saisir le tribunal administratif dans les deux mois.\n", "",
         "mentions_legales.decision_implicite.recours", "mentions_legales"),
    ],
)  # fmt: skip
def test_an_opening_that_cannot_be_is_told(change, problems, *, old, new, field, rule):
    assert (field, rule) in [(where, kind) for _, where, kind in problems(change(old, new))]


SERVICE = "services_gestionnaires[dec-essai]"
PHONE = "telephone: 03 53 01 00 01"
ADDRESS = "1 rue de l'Exemple, 59000 Lille]"


def test_a_service_that_no_file_declares_is_said_by_its_academy(change, messages):
    source = change(
        "  - code: dec-essai\n    academie: A28", "  - code: dec-essai\n    academie: A31"
    )

    assert messages(source) == [
        "Service de l'académie A28 « dec-essai » : le fichier n'en déclare pas."
    ]


def test_a_service_that_its_academy_does_not_have_is_said_with_those_it_has(change, messages):
    source = change("    service: dec-essai\n    site", "    service: dec\n    site")

    assert messages(source) == [
        "Service de l'académie A09 « dec » : ce code n'existe pas ici (dec-essai)."
    ]


@pytest.mark.parametrize("number", ["aaa", "03 53 01 00", "26 55 55", "03 53 01 00 01 ou 02"])
def test_a_telephone_that_cannot_be_dialled_is_told_with_an_example(
    change, problems, messages, line_of, number
):
    source = change(PHONE, f"telephone: {number}")

    assert problems(source) == [(line_of(PHONE), f"{SERVICE}.telephone", "telephone")]
    assert messages(source) == [f"« {number} » n'est pas un numéro de téléphone. {EXAMPLES}"]


@pytest.mark.parametrize("number", ["+33 3 53 01 00 01", "03.53.01.00.01", "+687 26 55 55"])
def test_a_telephone_is_written_as_one_likes(change, problems, number):
    assert problems(change(PHONE, f"telephone: {number}")) == []


def test_a_telephone_may_be_as_short_as_where_the_service_is(change, problems):
    text = change(PHONE, "telephone: 26 55 55").text

    assert problems(change(ADDRESS, "1 rue de l'Exemple, 98800 Nouméa]", text)) == []


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        (ADDRESS, '""]', f"{SERVICE}.adresse[2]", "texte"),
        (ADDRESS, '" "]', f"{SERVICE}.adresse[2]", "texte"),
        (f"[Rectorat, {ADDRESS}", "[]", f"{SERVICE}.adresse", "borne"),
        (ADDRESS, f"{'x' * 81}]", f"{SERVICE}.adresse[2]", "texte"),
        (PHONE, f"telephone: {'0' * 31}", f"{SERVICE}.telephone", "texte"),
        ("courriel: essais-lille@exemple.fr", 'courriel: ""', f"{SERVICE}.courriel", "texte"),
        ("courriel: essais-lille@exemple.fr", f"courriel: {'x' * 60}@{'lille.' * 33}fr",
         f"{SERVICE}.courriel", "texte"),
        ("site: https://www.ac-lille.fr", 'site: ""', "ouvertures[A09].site", "texte"),
        ("site: https://www.ac-lille.fr", f"site: https://www.ac-lille.fr/{'x' * 200}",
         "ouvertures[A09].site", "texte"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_to_or_kept_is_told(change, problems, *, old, new, field, rule):
    assert [(where, kind) for _, where, kind in problems(change(old, new))] == [(field, rule)]


# A piece that is due on a day of its own cannot be asked for after it.
TOO_LATE_FOR_A_PIECE = ("examens[BREVET].pieces[JDC].echeance", "echeance")


@pytest.mark.parametrize(
    ("closing", "found"),
    [
        ("2026-10-25 02:30, avant le changement d'heure", []),
        ("2026-10-25 02:30, après le changement d'heure", []),
        ("2028-02-29 23:59", [TOO_LATE_FOR_A_PIECE]),
        ("2026-12-31 23:59", []),
    ],
)
def test_an_hour_that_happens_once_or_says_which_is_accepted(change, problems, closing, found):
    source = change(CLOSES, f"fermeture: {closing}")

    assert [(field, rule) for _, field, rule in problems(source)] == found


def test_an_hour_that_paris_skips_exists_elsewhere(change, problems):
    source = change("fermeture: 2026-11-13 17:00", "fermeture: 2027-02-28 02:30")

    assert problems(source) == []


def test_a_service_does_not_open_without_the_mentions_of_the_law(essai, problems, messages):
    start, end = essai.index("mentions_legales:"), essai.index("examens:")
    source = Source("essai.yaml", essai[:start] + essai[end:])

    line = source.text[: source.text.index("ouvertures:")].count("\n") + 1
    assert problems(source) == [(line, "ouvertures", "mentions_legales")]
    assert "accusé d'enregistrement" in messages(source)[0]


def test_a_file_without_openings_needs_them_too_for_the_services_that_stand(essai, problems):
    start, end = essai.index("mentions_legales:"), essai.index("examens:")
    closed = essai[:start] + essai[end : essai.index("ouvertures:")]

    assert problems(Source("essai.yaml", closed)) == [(2, "", "mentions_legales")]


@pytest.mark.parametrize("value", ['autorite: ""', "autorite:"])
def test_empty_mentions_do_not_do(change, problems, value):
    assert [
        field for _, field, _ in problems(change("autorite: Recteur de l'académie", value))
    ] == ["mentions_legales.autorite"]


# --- Several files ---------------------------------------------------------------------------


def told(*texts: str) -> list[tuple[str, int, str, str]]:
    sources = [Source(f"{rank}.yaml", text) for rank, text in enumerate(texts)]
    return [
        (one.file, one.line, one.field, one.rule) for one in checked_together(sources, zones=ZONES)
    ]


def test_two_files_do_not_tell_the_same_domain_and_session(essai):
    assert told(essai, essai) == [("1.yaml", 4, "domaine.code", "fichier_en_double")]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("libelle: Brevet d'essai\n", "libelle: Brevet d'épreuve\n", "domaine"),
        ("rubrique: Examens", "rubrique: Concours", "domaine"),
    ],
)
def test_two_files_say_the_same_of_a_domain(essai, old, new, field):
    other = essai.replace('code: "2027"', 'code: "2028"').replace(old, new)

    assert [(file, where, rule) for file, _, where, rule in told(essai, other)] == [
        ("1.yaml", field, "contradiction")
    ]


@pytest.mark.parametrize("new", ["libelle: Session d'été", "libelle: Session 2027\n  annee: 2028"])
def test_two_files_say_the_same_of_a_session(essai, new):
    other = essai.replace("code: ESSAI", "code: AUTRE")
    other = other.replace(
        "libelle: Session 2027\n  annee: 2027", new + ("" if "annee" in new else "\n  annee: 2027")
    )

    assert [(file, where, rule) for file, _, where, rule in told(essai, other)] == [
        ("1.yaml", "session", "contradiction")
    ]


def test_two_files_say_the_same_of_a_managing_service(essai):
    other = essai.replace("code: ESSAI", "code: AUTRE").replace("03 53 01 00 01", "03 53 01 00 02")

    assert [(where, rule) for _, _, where, rule in told(essai, other)] == [
        ("services_gestionnaires[dec-essai]", "contradiction")
    ]


def test_files_that_agree_are_all_right(essai):
    assert told(essai, essai.replace("code: ESSAI", "code: AUTRE")) == []


def test_an_unknown_academy_hides_nothing_else_of_its_service(essai, messages):
    text = essai.replace("academie: A28", "academie: A99").replace(
        "fermeture: 2026-11-13 17:00", "fermeture: 2026-10-01 17:00"
    )

    said = messages(Source("essai.yaml", text))

    assert "Académie « A99 » : elle n'existe pas, ou n'existe plus." in said
    assert "Le service ferme avant d'avoir ouvert." in said


def test_an_unknown_academy_may_write_its_hours_either_way(essai, told):
    text = essai.replace("academie: A28", "academie: A99")
    opening = text.rindex("ouverture: 2026-10-12 08:00")
    text = f"{text[:opening]}ouverture: 2026-11-13T08:00{text[opening + 27 :]}"

    said = told(Source("essai.yaml", text))

    assert said
    assert not [one for one in said if "[bornes]" in one]


LATE_IS = "      tardive:\n        - {code: APPARUE, libelle: La gêne est apparue depuis}\n"


@pytest.mark.parametrize(
    ("due", "until", "academies"),
    [
        ("{jours_apres_fermeture: 30}", "{jours_apres_fermeture: 10}", ["A09", "A28"]),
        ("{jours_apres_fermeture: 30}", "{jours_apres_fermeture: 30}", ["A09", "A28"]),
        ("{le: 2027-03-01}", '{le: 2027-03-01, heure: "12:00"}', ["A09", "A28"]),
        # La Réunion is three hours ahead of Paris: there the request is late first.
        ("{le: 2027-03-01}", '{le: 2027-03-01, heure: "22:00", fuseau: Europe/Paris}', ["A09"]),
        ("{jours_apres_fermeture: 30}", "{jours_apres_fermeture: 31}", []),
        ("{le: 2027-03-01}", "{le: 2027-03-02}", []),
    ],
)
def test_late_requests_that_are_over_before_any_is_late_are_told(
    change, told, due, until, academies
):
    source = change(LATE_IS, f"      echeance: {due}\n      tardive_jusqu_au: {until}\n{LATE_IS}")

    found = told(source)

    assert [one.split(",")[0] for one in found] == [
        f"examens[BREVET].amenagements.tardive_jusqu_au : Dans l'académie {academy}"
        for academy in academies
    ]
    assert all("aucune demande tardive n'est jamais reçue" in one for one in found)


def test_late_requests_until_the_closing_where_that_is_the_deadline_are_told(change, told):
    until = '{jours_apres_fermeture: 0, heure: "23:59"}'

    [found] = told(change(LATE_IS, f"      tardive_jusqu_au: {until}\n{LATE_IS}"))

    assert found.startswith(
        "examens[BREVET].amenagements.tardive_jusqu_au : Dans l'académie A09, une demande est tardive "
        "après le dimanche 15 novembre 2026 à 23\u00a0h\u00a059 (heure de Paris), et n'est plus reçue "
        "après le dimanche 15 novembre 2026 à 23\u00a0h\u00a059 (heure de Paris)"
    )


@pytest.mark.parametrize(
    ("when", "academies"),
    [
        # Closed on 13 November in La Réunion, on the 15th in Lille.
        ("{categorie: [APPRENTI]}", ["A09"]),
        ("{academie: [A28]}", []),
        ("{sauf: {academie: [A09]}}", []),
        ("{un_de: [{academie: [A28]}, {handicap: oui}]}", ["A09"]),
    ],
)
def test_a_deadline_before_the_closing_of_an_academy_is_told_where_somebody_there_has_it(
    change, told, when, academies
):
    certificate = "        obligatoire: non\n        si: {categorie: [INDIVIDUEL], sauf: {diplome: [CAP, BAC]}}\n        echeance: {jours_apres_fermeture: 21}\n"
    source = change(certificate, f"        si: {when}\n        echeance: {{le: 2026-11-14}}\n")

    assert [one.partition(", ")[0] for one in told(source)] == [
        (
            "examens[BREVET].pieces[CERTIFICAT].echeance : Cette date limite est avant la fermeture du "
            f"service de l'académie {academy}"
        )
        for academy in academies
    ]


@pytest.mark.parametrize(
    ("academies", "is_told"), [("A28", False), ("A09", True), ("A09, A28", True)]
)
def test_so_is_that_of_the_signed_summary(change, told, academies, is_told):
    returned = "      echeance: {jours_apres_fermeture: 14}\n      academies: [A09, A25]\n"
    source = change(
        returned, f"      echeance: {{le: 2026-11-14}}\n      academies: [{academies}]\n"
    )
    post = source.text.replace(
        "voies_selon_academie: [{academies: [A28, A31], voies: [depot]}]",
        "voies_selon_academie: []",
    )

    assert bool(told(Source("essai.yaml", post))) is is_told
