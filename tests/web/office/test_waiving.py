"""« Une dérogation est accordée »: the office notes it under the refusal; its candidate reads it."""

import pytest
from django.urls import reverse

from sporades.accounts.permissions import Permission, reach
from sporades.registrations.models import Draft, Registration
from sporades.searches.columns import BY_CODE
from sporades.searches.operators import Operator
from tests.evidence.test_found_and_counted import finds
from tests.factories import a_record, answer_all, answers_with, load_invented
from tests.registrations.test_waivers import FORBIDDEN, UNTRAINED
from tests.spaces import plain
from tests.web.guide import buttons, links, main, signed_in, value_of
from tests.web.office.test_filling import answer, at, first_tab_for, opened

GRANTED = {
    "accordee_par": "le recteur de l'académie de Lille",
    "accordee_le": "12/11/2026",
    "reference": "2026-154",
}
SAID = "Dérogation accordée le 12 novembre 2026 par le recteur de l'académie de Lille, référence 2026-154"
LINK = "Une dérogation est accordée"


@pytest.fixture
def refused(manager, in_lille):
    """Modify a registration into what a rule refuses; return the draft."""
    draft = opened(manager, in_lille)
    answer(manager, draft, "informations", category="FORM")
    answer(manager, draft, "epreuves", **{"statut-E3": "inscrit"})
    return draft


def noted(client, draft, **changes):
    return client.post(at("waive", draft, "EXP3"), {**GRANTED, **changes}, follow=True)


def saved(client, draft):
    page = client.get(at("recap", draft))
    return client.post(at("recap", draft), {"lu": value_of(page, "lu")})


def test_it_is_noted_under_the_refusal_and_read_by_all(manager, in_lille, refused):
    tab = manager.get(answer(manager, refused, "qualification", experience="2")["Location"])
    assert links(tab, LINK) == [at("waive", refused, "EXP3")]
    assert links(manager.get(at("ready", refused)), LINK)
    page = main(manager.get(at("waive", refused, "EXP3")))
    assert "Article 2 inventé" in page
    assert "vaut pour cette condition seule" in page

    page = noted(manager, refused)

    assert "« Article 2 inventé » : dérogation notée." in main(page)
    recap = manager.get(at("recap", refused))
    assert SAID in plain(main(recap))
    assert not links(recap, LINK)
    assert saved(manager, refused).status_code == 302
    of_file = manager.get(reverse("office:registration", args=[in_lille.number]))
    assert SAID in plain(main(of_file))
    candidate = signed_in(in_lille.candidate.user)
    for name in ("registered", "registration"):
        page = candidate.get(reverse(f"candidate:{name}", args=[in_lille.number]))
        assert SAID in plain(main(page)), name


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"accordee_par": " "}, "Dites qui l'a accordée."),
        ({"accordee_le": ""}, "Indiquez le jour, le mois et l'année"),
        ({"accordee_le": "26/11/2026"}, "Cette date n'est pas encore passée"),
    ],
)
def test_by_whom_and_on_which_day_are_asked(manager, refused, wrong, said):
    page = noted(manager, refused, **wrong)

    assert page.status_code == 422
    assert main(page).count(said) == 2  # above the page, and at its field
    refused.refresh_from_db()
    assert refused.waived == {}


def test_it_is_taken_back_from_where_it_is_read_again(manager, refused):
    noted(manager, refused)
    recap = manager.get(at("recap", refused))
    label = "Changer ou retirer la dérogation : Article 2 inventé"
    assert links(recap, label) == [at("waive", refused, "EXP3")]
    page = manager.get(at("waive", refused, "EXP3"))
    assert value_of(page, "accordee_par") == GRANTED["accordee_par"]
    assert "Retirer cette dérogation" in buttons(page)

    page = manager.post(at("waive", refused, "EXP3"), {"retirer": "1"}, follow=True)

    assert "dérogation retirée" in main(page)
    assert links(page, LINK)


def test_it_is_offered_of_no_rule_that_admits_none(manager, refused):
    load_invented(FORBIDDEN)

    assert not links(manager.get(at("ready", refused)), LINK)
    page = manager.get(at("waive", refused, "EXP3"), follow=True)
    assert "il n'y a pas de dérogation à noter" in main(page)


def test_its_candidate_is_offered_none(in_lille):
    candidate = signed_in(in_lille.candidate.user)
    candidate.post(reverse("candidate:amend", args=[in_lille.number]))
    draft = in_lille.drafts.get(author=None)
    answer_all(draft, answers_with(**UNTRAINED))

    page = candidate.get(reverse("candidate:ready", args=[draft.pk]))

    assert "trois ans d'expérience" in main(page)
    assert not links(page, LINK)


def test_it_is_found_and_taken_out(manager, in_lille, refused):
    noted(manager, refused)
    saved(manager, refused)
    lille = reach(manager.user.memberships.all(), Permission.READ_FILES)

    assert finds(lille, "derogation", Operator.IS, "oui") == [in_lille]
    assert finds(lille, "derogation", Operator.IS, "non") == []
    [found] = Registration.objects.exclude(waivers=[])
    column = BY_CODE["derogations"]
    assert column.say(found.waivers) == f"Article 2 inventé : {SAID}"
    assert column.say([]) is None


def test_civil_data_that_a_rule_refuses_are_mended_on_the_record(manager, invented_exam):
    rule = (
        "{code: TRENTE, exige: {age: {minimum: 30, au: 2027-12-31}}, reference: article 5 inventé, "
        "message: Il faut trente ans.}"
    )
    load_invented(("    categories:\n", f"    recevabilite: [{rule}]\n    categories:\n"))
    candidate = a_record()
    first_tab_for(manager, candidate)

    page = manager.get(at("ready", Draft.objects.get(candidate=candidate)))

    assert "Fiche candidat : Il faut trente ans." in main(page)
    assert f'href="{reverse("office:record", args=[candidate.pk])}"' in page.text
