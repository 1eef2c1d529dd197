"""What the summary of a registration says, and leaves unsaid."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string

from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.registrations.summary import UNPRINTED
from sporades.web.layout.context import frame
from tests.accommodations.asked import a_minor
from tests.documents.reading import heights_of, page_count, page_text, pdf_text, starts_of, twin
from tests.documents.summaries import a_summary, in_words, summary_from
from tests.factories import (
    INVENTED,
    NOW,
    OPERATOR,
    WITH_WHOM_AND_WHEN,
    a_candidate,
    a_registration,
    load_invented,
)

pytestmark = pytest.mark.usefixtures("competition")


def test_the_version_and_its_summary_say_the_same():
    registration = a_registration()
    snapshot = registration.versions.get().snapshot
    content = DocumentVersion.objects.get(
        document__folder=registration.folder, document__kind="recapitulatif"
    ).content

    assert {key: content[key] for key in snapshot if key not in UNPRINTED} == {
        key: value for key, value in snapshot.items() if key not in UNPRINTED
    }


def test_the_address_shown_before_saving_is_on_the_paper_and_its_twin():
    version = a_summary(a_candidate(email="ines.lemaire@exemple.test"))

    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert "Nationalité Française Adresse mail ines.lemaire@exemple.test" in in_words(text)


def test_the_guardian_of_a_minor_has_room_to_sign_and_who_is_of_age_signs_alone():
    own, theirs = "Date et signature du candidat", "Date et signature du représentant légal"
    minor = DocumentVersion.objects.get(
        document__folder=a_minor().folder, document__kind="recapitulatif"
    )

    for text in (page_text(twin(minor)), pdf_text(printed(minor))):
        said = in_words(text)
        assert own in said
        assert theirs in said
        assert (
            "À signer plus bas, par le candidat et par son représentant légal, puis à poster"
            in said
        )
    for text in (page_text(twin(a_summary())), pdf_text(printed(a_summary()))):
        assert own in in_words(text)
        assert "représentant légal" not in in_words(text)


def test_a_summary_that_was_issued_before_guardians_signed_keeps_room_for_its_candidate():
    version = a_summary()
    old = {key: value for key, value in version.content.items() if key != "signers"}

    assert "Date et signature du candidat" in page_text(
        render_to_string(
            version.twin_template,
            {**version.twin_context(), "content": old, "layout": frame()},
        )
    )


def test_a_usual_candidate_gets_one_page_or_two():
    assert page_count(printed(a_summary())) in {1, 2}


def test_what_changes_after_filing_changes_nothing_on_the_paper(tmp_path):
    version = a_summary()
    before = printed(version)
    other = tmp_path / "other.yaml"
    other.write_text(
        INVENTED.read_text()
        .replace("Bureau des essais de Lille", "Tout autre bureau")
        .replace("libelle: Français", "libelle: Latin")
    )
    exams.load(other, by=OPERATOR, at=NOW + timedelta(days=1))
    forget()
    DocumentVersion.objects.update(pdf_key="")

    again = printed(DocumentVersion.objects.get(document__kind="recapitulatif"))

    assert again == before
    assert "Tout autre bureau" in pdf_text(printed(a_summary()))


def test_the_paper_says_whom_to_ask_for_and_when():
    load_invented(WITH_WHOM_AND_WHEN)
    version = a_summary()

    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert (
            "Secteur des essais Gestionnaire des essais 03 53 01 00 01 essais@lille.exemple.test "
            "1 place des Essais, 59000 Lille le mardi matin Vérifier"
        ) in in_words(text)


def test_a_long_word_holds_nothing_that_was_not_typed(tmp_path):
    name = "LONGUE-MAISON-DES-ROSIERS"
    email = "une.adresse.assez.longue.pour.deux@exemple.test"
    version = summary_from(
        "minor", identification={"guardian_name": name + name, "guardian_email": email}
    )

    paper = pdf_text(printed(version))

    assert name + name in paper
    assert email in paper
    assert "\u200b" not in paper


def test_a_paper_names_the_academy_without_saying_the_word_twice():
    version = a_summary()

    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert "Académie Lille Version" in in_words(text)


def test_a_paper_says_once_to_sign_it_and_to_send_it_back():
    text = in_words(pdf_text(printed(a_summary())))

    _, asked = text.split("À renvoyer au service gestionnaire ")
    assert asked.startswith(
        "Imprimez, signez et renvoyez ce récapitulatif. À poster au plus tard le vendredi 25 "
        "décembre 2026 (cachet de la poste), à cette adresse : Bureau des essais"
    )


@pytest.mark.parametrize("column", ["Statut", "Nature", "Précisions"])
def test_tables_under_one_another_have_the_same_columns(column):
    starts = starts_of(column, printed(a_summary()))

    assert len(starts) == 3
    assert len(set(starts)) == 1


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Recensement du service national, nom " * 4 + "cascade", "une réponse d'une ligne " * 3),
        ("Établissement de la dernière cascade", "une réponse de deux lignes " * 6),
    ],
)
def test_an_answer_of_two_lines_stands_beside_a_label_of_two_lines(label, value):
    version = a_summary()
    version.content["identity"] = [[label, f"premier {value}dernier"]]

    paper = printed(version)

    (first,), (last,) = heights_of("premier", paper), heights_of("dernier", paper)
    (label_ends,) = heights_of("cascade", paper)
    assert label_ends < first
    assert last == pytest.approx(label_ends, abs=3)


def test_french_spaces_are_unbroken_on_paper():
    paper = pdf_text(printed(a_summary()))

    assert "version n°1, par le service\u00a0: Bureau" in paper
    assert " :" not in paper


def test_a_kept_mark_is_said_out_of_what_its_rule_says():
    load_invented(
        ("benefice: {seuil: 10, annees: 5}", "benefice: {seuil: 50, annees: 5, sur: 100}")
    )
    kept = {"statut-E1": "benefice", "note-E1": "62,5", "session-E1": "2025"}

    version = a_summary(epreuves=kept)

    line = "Français (U1) Bénéfice Ecrite note 62,5 sur 100, session 2025"
    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert line in in_words(text)
