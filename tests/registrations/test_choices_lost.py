"""A choice that another answer has taken away: the candidate is told, and chooses again."""

import pytest

from sporades.exams.models import RegistrationService
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.sections.candidacy import CANDIDACY
from sporades.registrations.sections.papers import PAPERS
from tests.factories import NOW, a_draft, load_invented

NO_DISPENSATION = (
    "Aucune dispense n'est possible pour cette épreuve. "
    "Ce qui en dispense : « Titulaire du baccalauréat ». "
    "Choisissez un autre statut, ou corrigez le diplôme présenté."
)
DISPENSED = {"statut-E2": "dispense"}
VERSAILLES = "        - {code: SUD, libelle: Sud des Yvelines, academies: [A25]}\n"
WITHOUT_LANGUAGE = (
    "{code: F1, libelle: Langue facultative,",
    "{code: F1, specialites: [FOREST], libelle: Langue facultative,",
)
LEFT_OUT = {"statut-E2": "non_inscrit"}


def dossier(**changes):
    draft = a_draft(**changes)
    answers = {row.section: row.answers for row in draft.answers.all()}
    return dossier_of(draft, day=NOW.date(), answers=answers)


def said(form):
    return {name: list(messages) for name, messages in form.errors.items()}


def test_a_dispensation_stands_as_long_as_its_diploma():
    form = PAPERS.judged(dossier(qualification={"diploma": "BAC"}, epreuves=DISPENSED))

    assert form.is_valid()
    assert form.choices_made()["E2"].status == "dispense"


def test_a_dispensation_whose_diploma_is_gone_is_refused_by_its_rule():
    form = PAPERS.judged(dossier(epreuves=DISPENSED))

    assert said(form) == {"statut-E2": [NO_DISPENSATION]}


def test_an_epreuve_left_out_is_refused_once_the_form_of_passing_wants_them_all():
    form = PAPERS.judged(dossier(epreuves=LEFT_OUT))

    assert said(form) == {
        "statut-E2": [
            (
                "Cette épreuve est obligatoire : vous la passez à cette session. "
                "Choisissez « Inscrit » ou changez de forme de passage."
            )
        ]
    }


def test_the_choice_is_asked_again_and_what_was_chosen_is_said():
    form = PAPERS.form_for(dossier(epreuves=DISPENSED))

    field = form["statut-E2"]
    assert field.field.choices == [("inscrit", "Inscrit")]
    assert field.help_text == (
        "Vous aviez choisi « Dispensé », qui n'est plus possible. Choisissez de nouveau."
    )
    assert "checked" not in str(field)


def test_a_page_sent_without_choosing_again_keeps_what_was_lost_and_its_refusal():
    of_draft = dossier(epreuves=DISPENSED)
    others = {name: value for name, value in of_draft.of("epreuves").items() if name != "statut-E2"}

    form = PAPERS.form(of_draft, others)

    assert said(form) == {"statut-E2": [NO_DISPENSATION]}
    assert form.typed()["statut-E2"] == "dispense"


def test_once_chosen_again_it_is_settled():
    of_draft = dossier(epreuves=DISPENSED)

    form = PAPERS.form(of_draft, {**of_draft.of("epreuves"), "statut-E2": "inscrit"})

    assert form.is_valid()
    assert "statut-E2" not in form.typed()


@pytest.mark.parametrize("posted", ["toutes", ""])
def test_what_is_no_status_is_no_choice(posted):
    of_draft = dossier()

    form = PAPERS.form(of_draft, {**of_draft.of("epreuves"), "statut-M2": posted})

    assert said(form) == {"statut-M2": ["Choisissez un statut."]}


def test_an_epreuve_that_is_offered_no_more_is_said_on_its_tab_and_before_saving():
    draft = a_draft(epreuves={"statut-F1": "inscrit", "option-F1": "BRETON"})
    load_invented(WITHOUT_LANGUAGE)

    answers = {row.section: row.answers for row in draft.answers.all()}
    forms = journey.judged(
        dossier_of(Draft.objects.whole().get(pk=draft.pk), day=NOW.date(), answers=answers)
    )

    said_of_language = (
        "Vous aviez choisi « Langue facultative », qui ne vous est plus proposée : "
        "elle n'est pas reprise."
    )
    assert dict(forms)[PAPERS].withdrawn == (said_of_language,)
    assert [one.message for one in journey.oddities(forms)] == [said_of_language]


def test_an_epreuve_not_chosen_may_go_without_a_word():
    draft = a_draft()
    load_invented(WITHOUT_LANGUAGE)

    form = PAPERS.form_for(dossier_of(Draft.objects.whole().get(pk=draft.pk), day=NOW.date()))

    assert form.withdrawn == ()


def test_a_zone_of_the_academy_that_one_leaves_is_chosen_again():
    load_invented(
        ("academies: [A09]}\n    service", "academies: [A09]}\n" + VERSAILLES + "    service")
    )
    draft = a_draft()
    there = RegistrationService.objects.get(academy="A25")

    drafting.move(draft=draft, service=there, at=NOW)

    moved = Draft.objects.whole().get(pk=draft.pk)
    form = CANDIDACY.judged(dossier_of(moved, day=NOW.date()))
    assert said(form) == {
        "zone": ["Cette réponse n'est pas proposée ici : choisissez dans la liste."]
    }


def test_a_choice_that_is_gone_is_never_said_by_its_code():
    form = CANDIDACY.judged(dossier(informations={"zone": "DISPARUE"}))

    assert form.typed_in_words("zone") == "Un choix qui n'est plus proposé"
