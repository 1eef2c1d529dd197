"""What candidates chose and answered is in columns, in the words of the réglementation (I3)."""

from datetime import timedelta

import pytest

from sporades.exams.models import Paper
from sporades.exchanges.operations import OfHealth
from sporades.registrations.models import Registration
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import BY_CODE, Reading
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.rules import says_of_health
from sporades.searches.trees import Group, Leaf
from tests.evidence.given import receive
from tests.exchanges.test_exports import lines, prepared
from tests.factories import EVERYWHERE, NOW, a_candidate, a_registration, load_invented

MORE_ANSWERS = {
    "q-permis": "oui",
    "q-permis_numero": "=1+1",
    "q-taille": "172",
    "q-visite": "14 03 2026",
    "q-equipe": "BLEU",
    "q-sports": ["VOILE", "AVIRON"],
}
KEPT = {
    "statut-E1": "benefice",
    "note-E1": "14,5",
    "session-E1": "2025",
    "statut-E3": "dispense",
    "option-E3": "COURSE",
    "statut-F1": "inscrit",
    "option-F1": "BRETON",
}
GUARDIAN = {
    "guardian_name": "Le Goff Anne",
    "guardian_phone": "06 39 98 00 01",
    "guardian_email": "anne@exemple.test",
}


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


def cells(registration, *codes):
    """Return what columns say of a registration."""
    reading = Reading([BY_CODE[code] for code in codes], EVERYWHERE)
    (row,) = reading.of(Registration.objects.filter(pk=registration.pk))
    return reading.words()(row)


def test_what_was_chosen_of_each_epreuve_is_in_a_cell(invented_exam):
    filed = a_registration(epreuves=KEPT)

    assert cells(filed, "epreuves", "options", "notes_gardees") == [
        (
            "Français (U1) : Bénéfice, note 14,5 sur 20, session 2025 ; "
            "Éducation physique et sportive (U3) : Dispensé, Course ; Navigation (U4) : Inscrit ; "
            "Langue facultative : Inscrit, Breton"
        ),
        "Éducation physique et sportive (U3) : Course ; Langue facultative : Breton",
        "Français (U1) : note 14,5 sur 20, session 2025",
    ]


def test_epreuves_of_one_name_are_told_apart_in_a_cell(db):
    load_invented(("unite: U6, libelle: Météorologie", "unite: U5, libelle: Cartographie"))
    both = {"statut-M1": "non_inscrit", "statut-M2": "inscrit", "statut-M3": "inscrit"}

    [said] = cells(a_registration(epreuves=both), "epreuves")

    assert "Cartographie (U5), M2 : Inscrit ; Cartographie (U5), M3 : Inscrit" in said


def test_answers_are_read_as_they_were_given_in_the_order_of_the_questions(invented_exam):
    filed = a_registration(supplementaires=MORE_ANSWERS)

    assert cells(filed, "questions") == [
        (
            "Avez-vous le permis bateau ? Oui ; Numéro du permis : =1+1 ; Votre taille : 172 cm ; "
            "Date de votre dernière sortie en mer : 14/03/2026 ; Équipe : Bleue ; "
            "Sports pratiqués : Voile, Aviron"
        )
    ]


def test_what_is_of_a_version_before_is_said_in_its_words(invented_exam):
    filed = a_registration(epreuves=KEPT)
    before = cells(filed, "epreuves", "options", "questions")
    load_invented(
        ("libelle: Breton", "libelle: Breton de Bretagne"), ("libelle: Équipe", "libelle: Camp")
    )

    assert cells(filed, "epreuves", "options", "questions") == before


def test_what_only_those_who_declared_a_handicap_are_asked_is_in_no_column(db):
    load_invented(("libelle: Votre projet,", "libelle: Votre projet, si: {handicap: oui},"))
    declared = {"has_disability": "oui"}
    filed = a_registration(informations=declared, supplementaires={"q-projet": "Naviguer"})

    assert filed.answers.filter(question="projet").exists()
    assert cells(filed, "questions") == ["Avez-vous le permis bateau ? Non ; Équipe : Rouge"]


OF_A_HANDICAP = (
    "motif: Dispense demandée, sur_demande: true",
    "motif: Handicap déclaré, sur_demande: true, si: {handicap: oui}",
)


def test_of_what_a_handicap_dispenses_no_column_says_who_is(db):
    load_invented(OF_A_HANDICAP)
    declared = {"has_disability": "oui"}
    dispensed, enrolled = a_registration(informations=declared, epreuves=KEPT), a_registration()

    assert dispensed.papers.filter(paper__code="E3", status="dispense").exists()
    said, options = cells(dispensed, "epreuves", "options")
    assert ("Éducation physique" in said, options) == (False, "Langue facultative : Breton")
    # All must sit it: whoever is not said to is dispensed.
    said, options = cells(enrolled, "epreuves", "options")
    assert ("Éducation physique" in said, options) == (False, "")


OFFERED_BY_A_HANDICAP = (
    "libelle: Langue facultative, nature",
    "libelle: Langue facultative, si: {handicap: oui}, nature",
)
KEPT_BY_A_HANDICAP = (
    "benefice: {seuil: 10, annees: 5}",
    "benefice: {seuil: 10, annees: 5, si: {handicap: oui}}",
)


def test_what_a_handicap_alone_offers_or_keeps_is_in_no_column(db):
    load_invented(OFFERED_BY_A_HANDICAP, KEPT_BY_A_HANDICAP)
    declared = a_registration(informations=DECLARED, epreuves=KEPT)
    taken = declared.papers.exclude(status="non_inscrit").values_list("paper__code", flat=True)

    assert {"E1", "F1"} <= set(taken)
    assert cells(declared, "epreuves", "options", "notes_gardees") == [
        "Éducation physique et sportive (U3) : Dispensé, Course ; Navigation (U4) : Inscrit",
        "Éducation physique et sportive (U3) : Course",
        "",
    ]


def test_a_search_of_what_a_handicap_alone_offers_or_keeps_is_of_health(db):
    load_invented(OFFERED_BY_A_HANDICAP, KEPT_BY_A_HANDICAP)
    french, language = (Paper.objects.get(code=code).pk for code in ("E1", "F1"))

    def of_health(criterion, operator, value):
        return says_of_health(leaf_of(criterion, operator, value).as_json())

    assert of_health("epreuve", Operator.ENTERED, language)
    assert of_health("epreuve", Operator.NOT_ENTERED, language)
    assert of_health("option", Operator.ENTERED, f"{language}:BRETON")
    assert of_health("epreuve", Operator.KEPT, french)
    assert not of_health("epreuve", Operator.ENTERED, french)
    assert not of_health("epreuve", Operator.DISPENSED, french)


def test_a_search_of_who_is_dispensed_by_a_handicap_is_of_health(db):
    load_invented(OF_A_HANDICAP)
    sport, mathematics = (Paper.objects.get(code=code).pk for code in ("E3", "E2"))

    def of_health(criterion, operator, value):
        leaf = Leaf(CRITERIA[criterion], operator, (str(value),))
        return says_of_health(Group(members=(Group(members=(leaf,)),)).as_json())

    assert of_health("epreuve", Operator.DISPENSED, sport)
    assert of_health("option", Operator.DISPENSED, f"{sport}:NAGE")
    assert of_health("option", Operator.DISPENSED, "NAGE")
    assert not of_health("epreuve", Operator.DISPENSED, mathematics)
    assert not of_health("option", Operator.DISPENSED, "ANGLAIS")
    assert not of_health("epreuve", Operator.ENTERED, sport)
    load_invented()
    assert not of_health("epreuve", Operator.DISPENSED, sport)


DECLARED = {"has_disability": "oui"}


def leaf_of(criterion, operator, value):
    return Group(members=(Leaf(CRITERIA[criterion], operator, (str(value),)),))


@pytest.mark.usefixtures("db")
def test_whom_a_former_version_dispenses_by_a_handicap_is_taken_out_in_no_file(ask):
    load_invented(OF_A_HANDICAP)
    a_registration(informations=DECLARED, epreuves=KEPT)

    load_invented()

    asked = leaf_of("epreuve", Operator.DISPENSED, Paper.objects.get(code="E3").pk)
    with pytest.raises(OfHealth):
        ask(tree=asked)
    of_any = leaf_of("option", Operator.DISPENSED, "COURSE")
    assert says_of_health(of_any.as_json())


@pytest.mark.usefixtures("db")
def test_whom_a_former_version_asked_by_a_handicap_is_found_and_taken_out_in_no_file(ask):
    load_invented(("libelle: Votre projet,", "libelle: Votre projet, si: {handicap: oui},"))
    declared = a_registration(informations=DECLARED, supplementaires={"q-projet": "Naviguer"})

    load_invented()

    asked = leaf_of("question", Operator.IS, f"{declared.exam_id}:projet:")
    assert list(found(asked, reach=EVERYWHERE)) == [declared]
    with pytest.raises(OfHealth):
        ask(tree=asked)


OF_A_PIECE = (
    "code: BAC, libelle: Copie du baccalauréat, si: {diplome: [BAC]}",
    "code: BAC, libelle: Reconnaissance, si: {handicap: oui}",
)


@pytest.mark.usefixtures("db")
def test_of_an_exam_that_asks_a_piece_by_a_handicap_no_file_names_pieces_nor_who_owes_it(ask):
    load_invented(OF_A_PIECE)
    declared = a_registration(informations=DECLARED)
    other = a_registration(a_candidate(birth_name="Autre"))
    owed = leaf_of("piece", Operator.PIECE_OWED, "BAC")
    assert list(found(owed, reach=EVERYWHERE)) == [declared]
    for one in (declared, other):
        receive(one)

    for load in (list, load_invented):  # a version that asks it no more leaves them as they are
        load()
        for one in (declared, other):
            assert cells(one, "pieces_a_fournir", "pieces_a_verifier") == ["", ""]
            assert cells(one, "piece_arrivee", "piece_jugee") == ["", ""]
        with pytest.raises(OfHealth):
            ask(tree=owed)
    assert not says_of_health(leaf_of("piece", Operator.PIECE_OWED, "IDENTITE").as_json())


OF_A_QUESTION = ("libelle: Votre projet,", "libelle: Votre projet, si: {handicap: oui},")


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("written", [" {}", "{}\t", "\u200b{}"])
def test_a_sign_that_is_not_compared_makes_no_other_search_of_what_is_of_health(ask, written):
    load_invented(OF_A_HANDICAP, OF_A_PIECE, OF_A_QUESTION)
    given = {"epreuves": KEPT, "supplementaires": {"q-projet": "Naviguer"}}
    declared = a_registration(informations=DECLARED, **given)
    sport = Paper.objects.get(code="E3").pk
    load_invented()  # who answered a question that is in force is found by it no more

    for criterion, operator, value in (
        ("epreuve", Operator.DISPENSED, sport),
        ("option", Operator.DISPENSED, f"{sport}:COURSE"),
        ("option", Operator.DISPENSED, "COURSE"),
        ("piece", Operator.PIECE_OWED, "BAC"),
        ("question", Operator.IS, f"{declared.exam_id}:projet:"),
    ):
        asked = leaf_of(criterion, operator, written.format(value))
        assert list(found(asked, reach=EVERYWHERE)) == [declared]
        with pytest.raises(OfHealth):
            ask(tree=asked)


def test_where_one_lives_was_born_and_who_answers_for_a_minor_are_columns(invented_exam):
    minor = a_candidate(birth_year=2009)
    moved = {
        "address_2": "Bâtiment B",
        "address_3": "Chez Anne",
        "address_4": "Le Port",
        **GUARDIAN,
    }

    filed = a_registration(
        minor, identification=moved, informations={"national_service": "RECENSE"}
    )

    assert cells(filed, "adresse_1", "adresse_2", "adresse_3", "adresse_4") == [
        "12 rue des Îles",
        "Bâtiment B",
        "Chez Anne",
        "Le Port",
    ]
    assert cells(filed, "lieu_naissance", "departement_naissance") == ["Lille", "Nord"]
    assert cells(filed, "representant", "representant_telephone", "representant_mail") == [
        "Le Goff Anne",
        "06 39 98 00 01",
        "anne@exemple.test",
    ]


@pytest.mark.parametrize(
    ("day", "named"), [(24, ""), (25, ""), (26, "Le Goff Anne"), (None, "Le Goff Anne")]
)
def test_who_is_of_age_now_has_no_guardian_in_a_list(invented_exam, day, named):
    born = {"birth_year": 2008, "birth_month": 11 if day else None, "birth_day": day}
    person = a_candidate(**born)
    then = NOW - timedelta(days=3)
    informations = {"national_service": "RECENSE"}
    filed = a_registration(person, at=then, identification=GUARDIAN, informations=informations)
    contacts = ("representant", "representant_telephone", "representant_mail")

    said = cells(filed, *contacts)

    assert said[0] == named
    assert [bool(one) for one in said] == [bool(named)] * 3


def test_who_was_born_elsewhere_has_no_department(invented_exam):
    born = {"birth_country": "99352", "birth_department": "", "birth_commune": ""}
    filed = a_registration(
        a_candidate(**born, birth_place="Oran"),
        identification={"father_name": "Ali Amrani", "mother_name": "Aya Amrani"},
    )

    assert cells(filed, "lieu_naissance", "departement_naissance") == ["Oran", ""]


def test_a_file_holds_them_and_runs_none(ask, invented_exam):
    several = {**MORE_ANSWERS, "q-projet": "=2+2\nVoyager"}
    a_registration(supplementaires=several)

    export = prepared(ask(columns=["epreuves", "questions"]))

    [line] = lines(export)
    assert "Éducation physique et sportive (U3) : Inscrit, Nage" in line["Épreuves choisies"]
    assert line["Réponses aux questions de l'examen"].startswith("Avez-vous le permis bateau ?")
    assert "Votre projet : =2+2 Voyager" in line["Réponses aux questions de l'examen"]
