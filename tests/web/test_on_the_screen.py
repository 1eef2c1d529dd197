"""Every value of what is filed is read on the screen: before it is saved, after, and in its history."""

import pytest

from sporades.exams.held import forget
from sporades.registrations.models import Registration
from tests.factories import a_candidate, answers_with
from tests.web.filled import MINOR
from tests.web.guide import (
    COMPETITION,
    COMPETITION_ANSWERS,
    EXAM,
    load_competition,
    main,
    save,
    seen,
    walk,
    words,
)

ALL_ANSWERED = answers_with(
    identification={
        "ine": "0801234567A",
        "address_2": "Escalier B",
        "address_3": "Chez M. Ÿve",
        "address_4": "BP 12",
        "phone": "03 20 99 12 34",
        "father_name": "Jürgen Müller",
        "mother_name": "Anne Le Goff",
        "guardian_name": "Yann Le Goff",
        "guardian_phone": "06 39 98 12 35",
        "guardian_email": "yann@exemple.test",
    },
    informations={"national_service": "JDC", "has_disability": "oui"},
    qualification={"diploma": "BAC"},
    supplementaires={
        "q-permis": "oui",
        "q-permis_numero": "MER-4412",
        "q-taille": "172",
        "q-visite": "14 03 2020",
        "q-sports": ["VOILE", "AVIRON"],
        "q-projet": "Faire le tour\ndes îles.",
        "publishes_name": "oui",
    },
    epreuves={
        "statut-E1": "benefice",
        "note-E1": "12,5",
        "session-E1": "2025",
        "statut-E2": "dispense",
        "statut-F1": "inscrit",
        "option-F1": "BRETON",
    },
)
FILED = [
    pytest.param(MINOR, EXAM, ALL_ANSWERED, id="exam, everything answered"),
    pytest.param({}, COMPETITION, COMPETITION_ANSWERS, id="competition"),
]
# What is not an answer: the last tab and « N° Inscription » say it. What programs alone read.
BESIDE = {"candidate_number", "service", "receipt", "to_return", "evidence", "accommodation"}
UNREAD = {
    "accepted",
    "accommodation_until",
    "answers",
    "choice",
    "closes_at",
    "filed_at",
    "regulation",
    "zone",
}


@pytest.fixture(autouse=True)
def _competition(stopped_clock):
    load_competition()
    forget()


def said(page):
    """Return the questions with their answers, part by part, and the tables, row by row."""
    tree = seen(page)
    parts = {
        words(part.cssselect("h2")[0]): [
            (words(row.cssselect("dt")[0]), words(row.cssselect("dd")[0]))
            for row in part.cssselect(".s-answers__row")
        ]
        for part in tree.cssselect("main .s-answers")
    }
    tables = {
        words(table.cssselect("caption")[0]): [
            tuple(words(cell) for cell in row.cssselect("th, td"))
            for row in table.cssselect("tbody tr")
        ]
        for table in tree.cssselect("main table")
    }
    return parts, tables


def pairs(lines):
    return [(label, " ".join(value.split())) for label, value in lines]


def filed(snapshot):
    """Return the same of what was filed."""
    parts = {"Identité": pairs(snapshot["identity"])} | {
        section["title"]: pairs(section["lines"])
        for section in snapshot["sections"]
        if section["lines"]
    }
    tables = {
        table["caption"]: [tuple(row) for row in table["rows"]]
        for section in snapshot["sections"]
        for table in section["tables"]
    }
    return parts, tables


def leaves(value):
    """Return every text within a value."""
    match value:
        case dict():
            return [one for inner in value.values() for one in leaves(inner)]
        case list():
            return [one for inner in value for one in leaves(inner)]
        case bool() | None | "":
            return []
        case _:
            return [" ".join(str(value).split())]


@pytest.mark.parametrize(("identity", "start", "answers"), FILED)
def test_every_answer_is_read_before_saving_after_it_and_in_the_history(
    sign_in, identity, start, answers
):
    client = sign_in(a_candidate(**identity))
    recap = walk(client, start=start, answers=answers)
    save(client, recap)
    registration = Registration.objects.get()
    snapshot = registration.versions.get().snapshot
    mine = f"/mes-inscriptions/{registration.number}"

    summary, version = client.get(f"{mine}/recapitulatif"), client.get(f"{mine}/historique/1")

    expected = filed(snapshot)
    assert sum(len(lines) for lines in expected[0].values()) > 15
    assert said(summary) == said(version) == expected
    # Before it is filed, a part has the name of its tab.
    parts, tables = said(recap)
    assert list(parts)[:2] == ["Candidature", "Identité"]
    assert parts["Identité"][-1] == ("Adresse mail", registration.candidate.user.email)
    assert list(parts.values())[1:] == list(expected[0].values())
    assert tables == expected[1]


@pytest.mark.parametrize(("identity", "start", "answers"), FILED)
def test_what_is_filed_beside_the_answers_is_read_too(sign_in, identity, start, answers):
    client = sign_in(a_candidate(**identity))
    number_page = main(save(client, walk(client, start=start, answers=answers)))
    registration = Registration.objects.get()
    snapshot = registration.versions.get().snapshot
    summary = main(client.get(f"/mes-inscriptions/{registration.number}/recapitulatif"))

    beside = {key: value for key, value in snapshot.items() if key in BESIDE}
    headed = {
        key: value
        for key, value in snapshot.items()
        if key not in BESIDE | UNREAD | {"identity", "sections", "name"}
    }

    assert set(headed) == {
        "title",
        "registration_number",
        "version",
        "filed_in_words",
        "academy",
        "academy_name",
    }
    assert [text for text in leaves(headed) if text not in summary] == []
    unread = {
        owed.get(name)
        for owed in [*snapshot["evidence"], snapshot["to_return"] or {}]
        for name in ("code", "until")
    }
    # A postmark bears a day, and no hour.
    unread |= set(leaves((snapshot["to_return"] or {}).get("before")))
    missing = [text for text in leaves(beside) if text not in number_page and text not in unread]
    # How to sign the paper is said on the paper too.
    paper = main(client.get(f"/mes-documents/{registration.number}/recapitulatif"))
    assert missing == []
    assert [
        one for one in leaves((snapshot["to_return"] or {}).get("text")) if one not in paper
    ] == []
