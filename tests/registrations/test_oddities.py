"""What is accepted and unusual: said before « Enregistrer », with the way to its field."""

import pytest

from sporades.acts.registrations import registering
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from tests.factories import NOW, a_candidate, a_draft, a_registration, author, load_invented

LANDLINE = (
    "En France, un numéro de mobile commence par 06 ou 07 : celui-ci est celui d'un téléphone "
    "fixe. Corrigez-le, ou écrivez-le dans « Téléphone fixe »."
)
SAME_NAMES = "Votre prénom est le même que votre nom de famille. Si c'est une erreur, "


def oddities(draft):
    answers = {row.section: row.answers for row in draft.answers.all()}
    forms = journey.judged(dossier_of(draft, day=NOW.date(), answers=answers))
    return [(one.section, one.field, one.message) for one in journey.oddities(forms)]


def test_an_address_of_a_guardian_that_looks_mistyped_is_asked_about():
    minor = a_candidate(birth_year=NOW.year - 16)
    typed = {
        "guardian_name": "Yann Le Goff",
        "guardian_phone": "06 39 98 12 35",
        "guardian_email": "yann@gmial.com",
    }
    draft = a_draft(minor, identification=typed)

    assert oddities(draft) == [
        (
            "identification",
            "guardian_email",
            "Vouliez-vous dire yann@gmail.com ? Corrigez l'adresse si besoin.",
        )
    ]


@pytest.mark.parametrize(("first", "is_odd"), [("{own}", True), ("Yann", False)])
def test_a_guardian_named_as_the_candidate_is_asked_about(first, is_odd):
    minor = a_candidate(birth_year=NOW.year - 16)
    own = minor.identity
    typed = {
        "guardian_name": f"{first.format(own=own.first_names.split()[0])} {own.birth_name}",
        "guardian_phone": "06 39 98 12 35",
    }

    said = oddities(a_draft(minor, identification=typed))

    assert [field for _, field, message in said if "C'est le nom du candidat." in message] == (
        ["guardian_name"] if is_odd else []
    )


@pytest.mark.parametrize(
    ("name", "is_odd"),
    [("Шевченко", True), ("بن علي", True), ("Đặng", False), ("Vel·la Kaʻōpua", False)],
)
def test_a_name_in_another_script_is_asked_about_before_it_is_registered(name, is_odd):
    candidate = a_candidate(birth_name=name)

    said = [one for one in oddities(a_draft(candidate)) if "lettres latines" in one[2]]
    filed = a_registration(candidate)
    again = registering.amend(registration=filed, by=author(candidate), at=NOW)

    assert len(said) == is_odd
    assert not any("lettres latines" in message for _, _, message in oddities(again))


def test_nothing_is_odd_in_a_usual_candidature():
    assert oddities(a_draft()) == []


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        pytest.param(
            {"identification": {"mobile": "03 20 00 12 34"}},
            ("identification", "mobile"),
            LANDLINE,
            id="a landline for a mobile",
        ),
        pytest.param(
            {"identification": {"mobile": "+33 1 99 00 12 34"}},
            ("identification", "mobile"),
            LANDLINE,
            id="a landline, written for abroad",
        ),
        pytest.param(
            {"qualification": {"experience": "20"}},
            ("qualification", "experience"),
            (
                "À 28 ans, 20 ans d'expérience auraient commencé avant vos 14 ans. "
                "Vérifiez ce nombre."
            ),
            id="more experience than years",
        ),
        pytest.param(
            {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}},
            ("epreuves", "statut-E2"),
            (
                "Vous passez cette épreuve, dont vous pouvez être dispensé(e) : « Titulaire du "
                "baccalauréat »."
            ),
            id="a dispensation left aside",
        ),
    ],
)
def test_what_is_unusual_is_said_at_its_field(changes, place, message):
    assert oddities(a_draft(**changes)) == [(*place, message)]


def test_what_one_diploma_dispenses_from_is_said_once():
    load_invented(
        (
            "{motif: Dispense demandée, sur_demande: true}",
            "{motif: Titulaire du baccalauréat, diplomes: [BAC]}",
        )
    )
    draft = a_draft(
        qualification={"diploma": "BAC"},
        epreuves={"statut-E2": "inscrit", "statut-E3": "inscrit"},
    )

    [(*place, message)] = oddities(draft)

    assert place == ["epreuves", ""]
    assert message == (
        "Vous passez « Mathématiques » (U2) et « Éducation physique et sportive » (U3), dont vous "
        "pouvez être dispensé(e) : « Titulaire du baccalauréat »."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"identification": {"mobile": "+687 26 55 55"}},
        {"identification": {"mobile": "0692 12 34 56"}},
        {"qualification": {"experience": "14"}},
        {
            "qualification": {"diploma": "BAC"},
            "epreuves": {"statut-E2": "dispense", "statut-E3": "inscrit"},
        },
    ],
    ids=["abroad", "overseas", "since the age of work", "a dispensation taken, or to ask for"],
)
def test_what_only_looks_unusual_is_left_alone(changes):
    assert oddities(a_draft(**changes)) == []


def test_the_same_option_chosen_twice_is_said():
    load_invented(("libelle: Breton}", "libelle: Nage}"))
    draft = a_draft(epreuves={"statut-F1": "inscrit", "option-F1": "BRETON"})

    [(*place, message)] = oddities(draft)

    assert place == ["epreuves", "option-F1"]
    assert message == (
        "« Éducation physique et sportive » (U3) et « Langue facultative » : vous avez "
        "choisi deux fois « Nage »."
    )


def test_a_name_typed_twice_is_said_while_it_can_be_corrected_then_leads_to_the_service():
    candidate = a_candidate(first_names="LE GOFF")
    draft = a_draft(candidate)
    assert oddities(draft) == [
        (
            "identification",
            "",
            SAME_NAMES
            + "corrigez-la dans « Modifier mon compte » avant d'enregistrer : ensuite, seul le "
            "service gestionnaire pourra le faire.",
        )
    ]

    registration = registering.register(draft=draft, by=author(candidate), at=NOW).registration
    again = registering.amend(registration=registration, by=author(candidate), at=NOW)

    assert [message for *_, message in oddities(again)] == [
        SAME_NAMES + "signalez-la au service gestionnaire."
    ]


def test_a_tab_that_is_refused_is_not_said_to_be_odd_too():
    draft = a_draft(identification={"mobile": "03 20 00 12 34", "postcode": "abc"})

    assert oddities(draft) == []


def test_what_is_odd_stops_nobody_and_is_not_filed():
    registration = a_registration(identification={"mobile": "03 20 00 12 34"})

    assert LANDLINE not in str(registration.versions.get().snapshot)
