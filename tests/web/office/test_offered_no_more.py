"""What a new version of the réglementation drops is still sought among those who registered for it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.evidence.queries import labels_of
from sporades.exams import held
from sporades.exams.models import Exam, Paper, Speciality
from tests.evidence.given import receive
from tests.factories import a_candidate, a_registration, load_invented
from tests.web.guide import main, seen
from tests.web.office.test_search import SEARCH, leaf, numbers, sought
from tests.web.office.test_statistics import table

NO_MORE = "(n'est plus en vigueur)"
SPECIALITY = ("      - {code: FOREST, libelle: Forestier}\n", "")
ZONE = ("        - {code: LITTORAL, libelle: Littoral, academies: [A09]}\n", "")
DIPLOMA = ("          - {code: CAP, libelle: CAP}\n", "")
PIECE = (
    "      - {code: IDENTITE, libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}}\n"
)
MEASURE = (
    "        - {code: ACCESSIBLE, libelle: Locaux accessibles, famille: Lieu, par_epreuve: false}\n"
)
SONG = "      - {code: F2, libelle: Chant facultatif, nature: orale, duree: 10 min, obligatoire: false}\n"
OF_SONG = (
    "    regles:\n"
    "      - {code: EXCL, type: exclusion, reference: article 3 inventé, epreuves: [F1, F2]}\n"
    "      - {code: DEP, type: dependance, reference: article 4 inventé, epreuve: F2, demande: [M3]}\n"
)


@pytest.fixture
def forester(db):
    """File a registration for what later versions drop, one thing at a time."""
    return a_registration(
        a_candidate(birth_name="Kerbrat", first_names="Loeiza"),
        speciality="FOREST",
        informations={"zone": "LITTORAL"},
        epreuves={"statut-M1": None, "statut-M2": "inscrit"},
    )


@pytest.fixture
def dropped(invented_exam):
    """Put a version in force that no longer says some passages of the one before."""

    def drop(*changes):
        load_invented(*changes)
        held.forget()

    yield drop
    held.forget()


def offered(client, criterion):
    """Return what the list of a criterion offers, its titles left out."""
    page = client.post(SEARCH, {"g-lien": "et", "g-ajout": criterion, "faire": "ajouter:g"})
    [chosen] = seen(page).cssselect("select[name='g-1-valeur']")
    return {one.get("value"): " ".join(one.text_content().split()) for one in chosen.iter("option")}


def key_of(model, code):
    """Return what gives the key of a row, once it is there."""
    return lambda: str(model.objects.get(code=code).pk)


@pytest.mark.usefixtures("forester")
@pytest.mark.parametrize(
    ("criterion", "changes", "option"),
    [
        (
            "qualification",
            [SPECIALITY],
            ("Brevet d'essai – Forestier, session 2027", key_of(Speciality, "FOREST")),
        ),
        ("zone", [ZONE], ("Littoral", lambda: "LITTORAL")),
        ("diplome", [DIPLOMA], ("CAP", lambda: "CAP")),
        ("piece", [(PIECE, "")], ("Pièce d'identité", lambda: "IDENTITE")),
        ("mesure", [(MEASURE, "")], ("Locaux accessibles", lambda: "ACCESSIBLE")),
        ("epreuve", [(SONG, ""), (OF_SONG, "")], ("Chant facultatif", key_of(Paper, "F2"))),
    ],
)
def test_what_is_in_force_no_more_stays_on_the_lists_and_is_said_to_be_no_more(
    manager, dropped, criterion, changes, option
):
    label, value = option
    before = offered(manager, criterion)
    assert before[value()] == label

    dropped(*changes)

    assert offered(manager, criterion) == {**before, value(): f"{label} {NO_MORE}"}


def test_an_exam_that_is_in_force_no_more_is_still_sought(manager, forester, dropped):
    before = offered(manager, "examen")
    dropped(
        (
            "  - code: BE\n    libelle: Brevet d'essai\n",
            "  - code: NV\n    libelle: Nouveau brevet\n",
        )
    )
    old, new = (str(Exam.objects.get(code=code).pk) for code in ("BE", "NV"))

    assert before == {"": "Choisir", old: "Brevet d'essai, session 2027"}
    assert offered(manager, "examen") == {
        "": "Choisir",
        new: "Nouveau brevet, session 2027",
        old: f"Brevet d'essai, session 2027 {NO_MORE}",
    }
    assert numbers(sought(manager, leaf("g-1", "examen", "egal", old))) == [forester.number]


def test_those_who_registered_for_it_are_found_and_what_was_sought_is_said(
    manager, in_lille, forester, dropped
):
    dropped(SPECIALITY)
    sought_for = str(Speciality.objects.get(code="FOREST").pk)

    page = sought(manager, leaf("g-1", "qualification", "egal", sought_for))

    assert numbers(page) == [forester.number]
    said = f"« Brevet d'essai – Forestier, session 2027 {NO_MORE} »"
    assert f"Qualification présentée : {said}" in main(page)


@pytest.mark.parametrize(
    ("criterion", "change", "option"),
    [
        (
            "categorie",
            ("        libelle: Individuel\n", "        libelle: Candidat libre\n"),
            ("INDIV", "Candidat libre (avant : Individuel)"),
        ),
        (
            "piece",
            (PIECE, PIECE.replace("Pièce d'identité", "Carte d'identité")),
            ("IDENTITE", "Carte d'identité (avant : Pièce d'identité)"),
        ),
        (
            "mesure",
            (MEASURE, MEASURE.replace("Locaux accessibles", "Salle accessible")),
            ("ACCESSIBLE", "Salle accessible (avant : Locaux accessibles)"),
        ),
    ],
)
@pytest.mark.usefixtures("in_lille")
def test_what_is_called_otherwise_now_is_said_by_both_its_names(
    manager, dropped, criterion, change, option
):
    dropped(change)

    assert option in offered(manager, criterion).items()
    page = sought(manager, leaf("g-1", "categorie", "egal", "INDIV"), colonnes=["categorie"])
    assert [line["cells"][1] for line in page.context["lines"]] == ["Individuel"]


def test_what_nobody_registered_under_is_not_offered(manager, invented_exam, dropped):
    dropped(ZONE)

    assert set(offered(manager, "zone").values()) == {"Choisir", "Lille et sa métropole"}


def test_what_is_of_another_domain_is_not_offered(member, forester, dropped):
    dropped(ZONE)

    assert offered(member("A09", domains=["AUTRE"]), "zone") == {"": "Choisir"}


def test_the_lists_ask_the_database_nothing_of_former_versions_from_one_page_to_the_next(
    manager, forester, dropped
):
    dropped(ZONE)
    offered(manager, "zone")

    with CaptureQueriesContext(connection) as asked:
        assert f"Littoral {NO_MORE}" in offered(manager, "zone").values()

    assert [one["sql"] for one in asked if "exams_" in one["sql"]] == []


def test_a_piece_that_is_asked_for_no_more_is_still_chosen_in_the_queue_and_named(
    manager, forester, dropped
):
    receive(forester)
    dropped((PIECE, ""))

    page = manager.get(reverse("office:pieces_to_verify"))

    [listed] = seen(page).cssselect("select[name='piece']")
    said = {one.get("value"): one.text_content().strip() for one in listed.iter("option")}
    assert said["IDENTITE"] == f"Pièce d'identité {NO_MORE}"
    assert labels_of(["IDENTITE"]) == {"IDENTITE": "Pièce d'identité"}


def test_a_category_that_is_no_more_keeps_its_name_in_what_is_counted(manager, forester, dropped):
    dropped(("- code: INDIV\n        libelle: Individuel", "- code: SEUL\n        libelle: Seul"))

    counted = table(manager.get(reverse("office:statistics")), "Inscriptions par catégorie")

    assert counted == {"Individuel": 1}
