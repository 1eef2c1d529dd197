"""An answer counts as its question reads it, and only where the rules in force ask it."""

import pytest

from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.sections import EXTRA, QUALIFICATION
from tests.factories import NOW, a_draft, a_registration, load_invented
from tests.web.guide import a_browser, seen, sign_in, words

DIPLOMA = "libelle: Diplôme le plus élevé\n"
YEARS = "{libelle: Années d'expérience professionnelle}"
OF_ONE_CATEGORY = (DIPLOMA, DIPLOMA + "        si: {categorie: [FORM]}\n")
PIECE = (
    "    pieces:\n",
    (
        "    pieces:\n      - {code: EMPLOI, libelle: Certificat de travail, "
        "si: {experience: {minimum: 3}}, echeance: {jours_apres_fermeture: 15}}\n"
    ),
)
SEVERAL = "{code: sports, type: choix_multiple, libelle: Sports pratiqués, obligatoire: false, maximum: 2,"
SAID = "Vous aviez répondu « Voile, Natation » : cette question ne prend plus qu'une réponse, choisissez-la."


def dossier(draft):
    return dossier_of(Draft.objects.whole().get(pk=draft.pk), day=NOW.date())


def troubles(draft):
    return [one.message for one in journey.troubles(journey.judged(dossier(draft)))]


@pytest.mark.parametrize("typed", ["3", "3.0", " 3 "])
def test_years_call_for_the_same_pieces_however_they_are_typed(db, typed):
    load_invented(PIECE)

    filed = a_registration(
        informations={"category": "FORM"}, qualification={"diploma": "CAP", "experience": typed}
    )

    asked = [one["code"] for one in filed.versions.get().snapshot["evidence"]]
    assert (filed.experience, "EMPLOI" in asked) == (3, True)


@pytest.mark.parametrize("typed", ["7_0", "trois", "\u0663", "3.5", ["3", "4"], None, ""])
def test_what_is_no_number_of_years_is_none(db, typed):
    load_invented()
    found = dossier(a_draft())
    found.answers["qualification"]["experience"] = typed

    assert found.facts.years_of_experience is None


def test_a_diploma_of_a_category_that_was_left_calls_for_no_question(db):
    load_invented(
        OF_ONE_CATEGORY, ("unite: cm, obligatoire: false}", "unite: cm, si: {diplome: [BAC]}}")
    )
    left, right = (
        dossier(a_draft(qualification={"diploma": "BAC"}, informations={"category": one}))
        for one in ("INDIV", "FORM")
    )

    assert "q-taille" not in EXTRA.form_for(left).fields
    assert EXTRA.form_for(right).fields["q-taille"].required


def test_nor_for_years_of_experience(db):
    load_invented(OF_ONE_CATEGORY, (YEARS, YEARS[:-1] + ", si: {diplome: [BAC]}}"))
    left, right = (
        dossier(a_draft(qualification={"diploma": "BAC"}, informations={"category": one}))
        for one in ("INDIV", "FORM")
    )

    assert QUALIFICATION not in journey.journey(left)
    assert list(QUALIFICATION.form_for(left).fields) == []
    assert "experience" in QUALIFICATION.form_for(right).fields


def test_a_long_text_is_counted_as_its_page_counts_it(db):
    long = "code: projet, type: texte_long,"
    load_invented((long, f"{long} longueur_maximale: 20,"))

    assert troubles(a_draft(supplementaires={"q-projet": "aaaaaaaaa\r\naaaaaaaaaa"})) == []
    assert troubles(a_draft(supplementaires={"q-projet": "aaaaaaaaa\r\naaaaaaaaaaa"})) == [
        "Raccourcissez cette réponse : elle a 21 signes, pour 20 au plus."
    ]


def test_a_long_text_of_signs_that_nobody_sees_is_no_answer(db):
    load_invented(("libelle: Votre projet, obligatoire: false", "libelle: Votre projet"))

    assert troubles(a_draft(supplementaires={"q-projet": "\u200b\r\n\u200b"})) == [
        "Écrivez votre réponse."
    ]


@pytest.mark.parametrize("is_due", [True, False])
def test_several_answers_are_none_to_a_question_that_now_takes_one(stopped_clock, is_due):
    draft = a_draft(supplementaires={"q-sports": ["VOILE", "NATATION"]})
    due = "" if is_due else " obligatoire: false,"
    load_invented((SEVERAL, f"{{code: sports, type: choix, libelle: Sport principal,{due}"))
    client, path = a_browser(), f"/inscription/{draft.pk}/supplementaires"
    sign_in(client, draft.candidate.user)

    assert troubles(draft) == [SAID]
    assert dossier(draft).facts.answers["sports"] is None
    for page in (client.get(path), client.get(f"{path}?verifier=1")):
        assert not seen(page).cssselect("[name=q-sports][checked]")
    assert SAID in words(seen(page))

    # Nothing is chosen: what was answered stays as it was, and is asked again.
    row = draft.answers.get(section="supplementaires")
    typed = {name: one for name, one in row.answers.items() if name != "q-sports"}
    client.post(path, {**typed, "revision": row.revision})
    assert troubles(draft) == [SAID]

    client.post(path, {**typed, "q-sports": "NATATION"})
    assert troubles(draft) == []


def test_one_answer_alone_is_still_that_one(db):
    draft = a_draft(supplementaires={"q-sports": ["VOILE"]})
    load_invented((SEVERAL, "{code: sports, type: choix, libelle: Sport principal,"))

    assert troubles(draft) == []
    assert dossier(draft).facts.answers["sports"] == "VOILE"


ALL = ["VOILE", "NATATION", "AVIRON"]


@pytest.mark.parametrize(
    ("bounds", "chosen", "said"),
    [
        ("maximum: 2", ALL[:2], []),
        ("maximum: 2", ALL, ["Choisissez au plus 2 réponses."]),
        ("maximum: 1", ALL[:2], ["Choisissez au plus 1 réponse."]),
        ("minimum: 2", ALL[:1], ["Choisissez au moins 2 réponses."]),
        ("minimum: 2", ALL[:2], []),
        ("minimum: 2", [], []),
    ],
)
def test_as_many_are_chosen_as_the_question_takes(db, bounds, chosen, said):
    load_invented((SEVERAL, SEVERAL.replace("maximum: 2", bounds)))

    assert troubles(a_draft(supplementaires={"q-sports": chosen})) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1/9/23", "Indiquez l'année sur quatre chiffres, par exemple 2024."),
        ("1er sept. 23", "Indiquez l'année sur quatre chiffres, par exemple 2024."),
        ("septembre 2023", "Indiquez le jour."),
        ("hier", "Indiquez le mois et l'année."),
    ],
)
def test_a_day_that_cannot_be_read_says_what_it_lacks(db, typed, said):
    load_invented()

    assert troubles(a_draft(supplementaires={"q-visite": typed})) == [said]
