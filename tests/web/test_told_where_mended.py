"""What a rule refuses is said at the tab, and the field, that mends it; what none mends stops no tab."""

import pytest
from django.urls import reverse

from sporades.candidates.models import Candidate
from sporades.registrations.models import Registration
from tests.factories import NOW, a_draft, answers_with, load_invented
from tests.web.guide import links, main, plain, seen, value_of

MESSAGE = "Cette spécialité ne suit pas ce diplôme."
pytestmark = pytest.mark.usefixtures("stopped_clock")


def ruled(*rules):
    """Put rules of eligibility in force for the whole exam."""
    said = ", ".join(
        f"{{code: R{rank}, reference: règle inventée, message: {MESSAGE}, {rule}}}"
        for rank, rule in enumerate(rules)
    )
    load_invented(("    categories:\n", f"    recevabilite: [{said}]\n    categories:\n"))


def at(name, draft, *more):
    return reverse(f"candidate:{name}", args=[draft.pk, *more])


def answer(client, draft, tab, **changes):
    """Answer a tab as its page would, and press « Suivant »."""
    page = client.get(at("tab", draft, tab))
    said = {**answers_with()[tab], **changes, "revision": value_of(page, "revision")}
    return client.post(at("tab", draft, tab), said, follow=True)


def faulty(page):
    """Return the names of the controls that the page says are wrong."""
    fields = seen(page).cssselect("main .s-field--error")
    return {one.get("name") for field in fields for one in field.cssselect("input, select")}


NONE_IS_OF_FORESTERS = "si: {diplome: [AUCUN]}, exige: {specialite: [FOREST]}"


def test_a_rule_that_turns_on_the_speciality_is_told_on_the_diploma_that_calls_for_it(sign_in):
    ruled(NONE_IS_OF_FORESTERS)
    draft = a_draft()
    client = sign_in(draft.candidate)

    page = answer(client, draft, "qualification", diploma="AUCUN")

    assert page.request["PATH_INFO"] == at("tab", draft, "qualification")
    assert (faulty(page), main(page).count(MESSAGE)) == ({"diploma"}, 2)
    choice = reverse("candidate:choose_exam", args=["ESSAI", "2027"]) + "?academie=A09"
    assert links(page, "Changer : Spécialité choisie") == [choice]
    # The tabs that hold nothing of it let one go on; « Récapitulatif » does not.
    for tab in ("informations", "supplementaires"):
        page = answer(client, draft, tab)
        assert page.request["PATH_INFO"] != at("tab", draft, tab)
    ready = client.get(at("recap", draft), follow=True)
    assert ready.request["PATH_INFO"] == at("ready", draft)
    assert main(ready).count(MESSAGE) == 1

    assert answer(client, draft, "qualification").request["PATH_INFO"] == at(
        "tab", draft, "supplementaires"
    )
    recap = client.get(at("recap", draft))
    client.post(at("recap", draft), {"lu": value_of(recap, "lu")})
    assert Registration.objects.get().diploma == "CAP"


def test_the_other_speciality_is_accepted(sign_in):
    ruled(NONE_IS_OF_FORESTERS)
    draft = a_draft(speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"})
    client = sign_in(draft.candidate)

    page = answer(client, draft, "qualification", diploma="AUCUN")

    assert page.request["PATH_INFO"] == at("tab", draft, "supplementaires")
    assert client.get(at("recap", draft)).status_code == 200


@pytest.mark.parametrize(
    ("rule", "title", "way", "said"),
    [
        (
            "exige: {specialite: [FOREST]}",
            "Spécialité choisie",
            "/m-inscrire/ESSAI/2027",
            "Spécialité : Marin",
        ),
        (
            "exige: {academie: [A25]}",
            "Académie choisie",
            "/m-inscrire/ESSAI/2027/BE/MARIN",
            "Académie : Lille",
        ),
        (
            "exige: {age: {minimum: 40}}",
            "Données de compte",
            "account_edit",
            "Date de naissance : 14 mars 1998",
        ),
    ],
)
def test_what_no_tab_holds_is_said_from_the_first_and_stops_none(sign_in, rule, title, way, said):
    ruled(rule)
    draft = a_draft()
    client = sign_in(draft.candidate)
    way = reverse(way) if way == "account_edit" else way

    for tab in ("modalites", "identification", "informations", "qualification", "supplementaires"):
        page = client.get(at("tab", draft, tab))
        assert main(page).count(MESSAGE) == 1
        cannot = f"Avec « {said} », cette inscription ne pourra pas être enregistrée."
        assert cannot in plain(main(page))
        folds = [one for one in seen(page).cssselect(".s-fold") if MESSAGE in one.text_content()]
        assert len(folds) == (tab != "modalites")
        assert [one.partition("?")[0] for one in links(page, f"Changer : {title}")] == [way]
        assert answer(client, draft, tab).request["PATH_INFO"] != at("tab", draft, tab)

    ready = client.get(at("draft", draft), follow=True)
    assert ready.request["PATH_INFO"] == at("ready", draft)
    assert f"{title} : {MESSAGE}" in main(ready).replace("\xa0", " ").replace("\u202f", " ")
    assert "Non : une condition n'est pas remplie." in plain(main(ready))
    assert "Pas encore" not in main(ready)
    assert links(ready, "Continuer ma saisie") == []
    client.post(at("recap", draft))
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    ("rule", "tab", "field", "change"),
    [
        # What lacks is on an earlier tab than what calls for it: told where both are known.
        (
            "si: {diplome: [CAP]}, exige: {categorie: [FORM]}",
            "qualification",
            "diploma",
            "Informations candidature, Catégorie de candidat",
        ),
        # What calls for the rule mends it too, were it answered on another tab.
        (
            "si: {categorie: [INDIV]}, exige: {diplome: [BAC]}",
            "qualification",
            "diploma",
            "Informations candidature, Catégorie de candidat",
        ),
        # Either of two is enough: the last of them decides.
        (
            "exige: {un_de: [{diplome: [BAC]}, {reponse: {question: permis, egal: true}}]}",
            "supplementaires",
            "q-permis",
            "Formation, Diplôme le plus élevé",
        ),
        ("exige: {handicap: true}", "informations", "has_disability", None),
        # It is known that one of two lacks as soon as the first is asked.
        (
            "exige: {diplome: [BAC], reponse: {question: permis, egal: true}}",
            "qualification",
            "diploma",
            "Informations supplémentaires, Avez-vous le permis bateau ?",
        ),
        # A question that is not asked is called for by another answer.
        (
            "exige: {reponse: {question: permis_numero, donnee: true}}",
            "supplementaires",
            "q-permis",
            None,
        ),
    ],
)
def test_a_rule_is_told_on_the_last_tab_that_it_turns_on(sign_in, rule, tab, field, change):
    ruled(rule)
    draft = a_draft()
    client = sign_in(draft.candidate)

    page = answer(client, draft, tab)

    assert (page.request["PATH_INFO"], faulty(page)) == (at("tab", draft, tab), {field})
    ways = [one for one in seen(page).cssselect("main a") if "Changer" in one.text_content()]
    said = [" ".join(one.text_content().split()) for one in ways]
    assert said == ([f"Changer : {change}"] if change else [])


def test_an_age_that_is_frozen_leads_to_the_request_that_corrects_it(sign_in):
    ruled("exige: {age: {minimum: 40}}")
    draft = a_draft()
    Candidate.objects.update(frozen_at=NOW)

    page = sign_in(draft.candidate).get(at("tab", draft, "modalites"))

    changed = links(page, "Changer : Données de compte, par une demande de correction")
    assert changed == [reverse("candidate:ask_correction")]
