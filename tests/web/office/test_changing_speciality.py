"""« Changer de spécialité », by a managing service: in the tabs, after the closing with a reason."""

from django.urls import reverse

from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.registrations.models import Draft
from tests.accommodations.asked import reach
from tests.acts.test_changing_exam import begun, put_two
from tests.evidence.given import again
from tests.factories import a_registration
from tests.registrations.test_changing_speciality import MAPS, answered, beside, filed
from tests.web.guide import main


def page_of(registration):
    return reverse("office:change_speciality", args=[registration.number])


def test_a_manager_changes_it_for_a_candidate(manager, in_lille):
    file = manager.get(reverse("office:registration", args=[in_lille.number]))
    assert page_of(in_lille) in file.text
    assert "Rien ne change avant « Enregistrer »" in main(manager.get(page_of(in_lille)))

    manager.post(page_of(in_lille), {"choix": beside(in_lille).key})

    draft = Draft.objects.open().get(amends=in_lille, author=manager.user)
    begun = main(manager.get(reverse("office:drafts")))
    assert f"Changement de spécialité de l'inscription n°{in_lille.number}" in begun
    answered(draft, "epreuves", **MAPS)
    recap = manager.get(reverse("office:recap", args=[draft.pk]))
    assert "Spécialité : Marin → devient Forestier" in main(recap)
    manager.post(reverse("office:recap", args=[draft.pk]), {"lu": recap.context["read"]})
    in_lille.refresh_from_db()
    assert in_lille.speciality.code == "FOREST"
    history = main(manager.get(reverse("office:history", args=[in_lille.number])))
    assert "Spécialité : Marin → devient Forestier" in history


def test_a_derogation_is_said_to_stay_with_the_exam_it_was_granted_for(manager, in_lille):
    said = "La dérogation notée ne vaut que pour « Brevet d'essai »"
    assert said not in main(manager.get(page_of(in_lille)))

    in_lille.waivers = [["Article 2", "Dérogation accordée"]]
    in_lille.save(update_fields=["waivers"])

    assert said in main(manager.get(page_of(in_lille)))


def test_an_exam_with_which_what_was_asked_for_cannot_go_is_not_offered(manager, invented_exam):
    put_two(epreuves={"E1": "Anglais"})
    registration = a_registration()
    before = main(manager.get(page_of(registration)))
    reach(registration, State.ASKED)

    page = main(manager.get(page_of(registration)))

    apart = "L'inscription ne change donc pas d'examen."
    assert "Brevet simple" in before
    assert apart not in before
    assert "Brevet simple" not in page
    assert "Forestier" in page
    assert apart in page


def test_where_every_other_exam_is_such_a_one_nothing_is_to_be_chosen(manager, invented_exam):
    put_two(epreuves={"E1": "Anglais"})
    registration = a_registration()
    filed(answered(begun(registration), "epreuves", **{"statut-E1": "inscrit"}))
    reach(again(registration), State.ASKED)

    page = manager.get(page_of(registration))

    assert page.context["form"] is None
    assert "L'inscription ne change donc pas d'examen." in main(page)
    assert "Aucune autre spécialité" not in main(page)


def test_who_files_for_nobody_is_not_offered_it(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    file = auditor.get(reverse("office:registration", args=[in_lille.number]))

    assert page_of(in_lille) not in file.text
    assert auditor.post(page_of(in_lille)).status_code == 404


def test_another_academys_is_not_found(member, in_lille):
    elsewhere = member("A25", email="ailleurs@exemple.test")

    assert elsewhere.get(page_of(in_lille)).status_code == 404


def test_what_keeps_another_one_out_leads_to_it(manager, in_lille):
    choice = beside(in_lille)
    page = manager.post(
        reverse("office:register_for", args=[in_lille.candidate_id]),
        {"examen": choice.key, "academie": "A09"},
    )

    assert f"{page_of(in_lille)}?vers={choice.key}" in page.text
