"""The rules change: what was accepted is read again, and what no longer fits is said at once."""

import pytest
from django.urls import reverse

from sporades.registrations.models import Draft, Registration
from sporades.registrations.refusals import AS_FILED
from tests.factories import a_draft, answers_with, load_invented
from tests.registrations.test_accepted import CHANGED, ELSEWHERE, OTHER_BOX, OTHER_TERMS
from tests.registrations.test_reworded import ASKED, CHOICE, QUESTION
from tests.spaces import plain
from tests.web.guide import main, seen, value_of

BANNER = "Les règles ont changé"

pytestmark = pytest.mark.usefixtures("stopped_clock")


def at(name, draft, *more):
    return reverse(f"candidate:{name}", args=[draft.pk, *more])


def box(page):
    [found] = seen(page).cssselect("main input[name=accepted]")
    return found


def modified(client, registration):
    """Press « Modifier », and return the draft with the page that it leads to."""
    page = client.post(reverse("candidate:amend", args=[registration.number]), follow=True)
    return Draft.objects.get(amends=registration), page


def accept(client, draft, page):
    """Tick the box of a page and press « Suivant »."""
    said = {"accepted": box(page).get("value"), "revision": value_of(page, "revision")}
    return client.post(at("tab", draft, "modalites"), said)


@pytest.mark.parametrize("change", [OTHER_TERMS, OTHER_BOX])
def test_of_another_text_the_box_is_ticked_again_before_anything_is_saved(mine, change):
    registration, client = mine
    load_invented(change)

    draft, page = modified(client, registration)
    assert page.request["PATH_INFO"] == at("tab", draft, "modalites")
    assert (box(page).get("checked"), main(page).count(CHANGED)) == (None, 2)
    assert BANNER in main(page)
    recap = client.get(at("recap", draft), follow=True)
    assert recap.request["PATH_INFO"] == at("ready", draft)
    assert f"Modalités d'inscription : {CHANGED}" in main(recap).replace(" :", " :")
    assert BANNER in main(recap)
    client.post(at("recap", draft))
    assert Registration.objects.get().version == 1

    assert accept(client, draft, page).status_code == 302
    page = client.get(at("tab", draft, "modalites"))
    assert (box(page).get("checked") is not None, CHANGED in main(page)) == (True, False)
    recap = client.get(at("recap", draft))
    assert "Nouveau texte lu et accepté" in main(recap)
    client.post(at("recap", draft), {"lu": value_of(recap, "lu"), "etat": value_of(recap, "etat")})

    version = Registration.objects.get().versions.latest("number")
    assert version.number == 2
    assert version.changes == [
        "Modalités d'inscription : Lues et acceptées → Nouveau texte lu et accepté"
    ]


def test_rules_that_change_elsewhere_leave_the_box_ticked(mine):
    registration, client = mine
    load_invented(ELSEWHERE)

    draft, page = modified(client, registration)

    assert page.request["PATH_INFO"] == at("recap", draft)
    assert BANNER in main(page)
    assert box(client.get(at("tab", draft, "modalites"))).get("checked") is not None


@pytest.mark.parametrize("sent", ["tab", "autosave"])
def test_whoever_answers_a_tab_meanwhile_goes_on_reading_that_the_rules_have_changed(sign_in, sent):
    draft = a_draft()
    client = sign_in(draft.candidate)
    page = client.get(at("tab", draft, "identification"))
    load_invented(ELSEWHERE)

    typed = {**answers_with()["identification"], "address_2": "Bât. B"}
    client.post(
        at(sent, draft, "identification"), {**typed, "revision": value_of(page, "revision")}
    )

    assert Draft.objects.get().answers.get(section="identification").revision == 2
    for there in (at("tab", draft, "epreuves"), at("ready", draft), at("recap", draft)):
        assert BANNER in main(client.get(there))


def test_what_the_rules_ask_anew_is_laid_at_their_door_once_another_tab_is_answered(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    page = client.get(at("tab", draft, "identification"))
    load_invented(("{age: {minimum: 18, au: 2027-12-31}}", "{experience: {minimum: 5}}"))
    typed = {**answers_with()["identification"], "revision": value_of(page, "revision")}
    client.post(at("tab", draft, "identification"), typed)

    page = client.get(at("draft", draft), follow=True)

    # Accepted once, it is said at once, not after « Suivant ».
    assert page.request["PATH_INFO"] == at("tab", draft, "qualification")
    assert (BANNER in main(page), main(page).count("Il faut avoir 18 ans")) == (True, 2)


@pytest.mark.parametrize("name", ["recap", "ready"])
def test_answers_given_to_other_words_are_named_with_their_way(sign_in, name):
    draft = a_draft()
    client = sign_in(draft.candidate)
    load_invented(QUESTION, CHOICE)

    page = client.get(at(name, draft))

    asked = "Avez-vous été condamné pour un délit maritime ?"
    said = plain(main(page))
    assert (
        f"Relisez celles dont l'intitulé, ou celui du choix, a changé : « {asked} » et « Équipe »."
        in said
    )
    assert f"Informations supplémentaires, {asked} {ASKED}" in said
    links = seen(page).cssselect("main .s-troubles a")
    [link] = [one for one in links if f", {asked}" in plain(one.text_content())]
    assert link.get("href").startswith(f"{at('tab', draft, 'supplementaires')}?verifier=1#")


def test_a_page_shown_under_the_text_before_accepts_that_text_alone(sign_in):
    draft = a_draft(modalites={"accepted": None})
    client = sign_in(draft.candidate)
    page = client.get(at("tab", draft, "modalites"))
    load_invented(OTHER_TERMS)

    kept = client.post(
        at("autosave", draft, "modalites"),
        {"accepted": box(page).get("value"), "revision": value_of(page, "revision")},
    )
    assert kept.status_code == 200
    fresh = client.get(at("tab", draft, "modalites"))
    assert (box(fresh).get("checked"), main(fresh).count(CHANGED)) == (None, 1)
    assert CHANGED in main(client.get(at("ready", draft)))

    assert accept(client, draft, fresh).status_code == 302
    assert client.get(at("recap", draft)).status_code == 200


def test_what_two_windows_ticked_under_two_texts_is_told_apart(sign_in):
    draft = a_draft(modalites={"accepted": None})
    client = sign_in(draft.candidate)
    old = client.get(at("tab", draft, "modalites"))
    load_invented(OTHER_TERMS)
    accept(client, draft, client.get(at("tab", draft, "modalites")))

    page = accept(client, draft, old)

    assert page.status_code == 409
    assert "Cochée, sous un texte qui a changé" in main(page)
    [kept] = seen(page).cssselect("main input[type=radio][checked]")
    assert kept.get("value") == "autre"


def test_the_first_page_of_a_modification_says_what_no_longer_fits(mine):
    registration, client = mine
    load_invented(("{code: LILLE, libelle: Lille", "{code: CENTRE, libelle: Lille"))

    draft, page = modified(client, registration)

    assert page.request["PATH_INFO"] == at("tab", draft, "informations")
    assert BANNER in main(page)
    assert main(page).count("Cette réponse n'est pas proposée ici") == 2
    [field] = seen(page).cssselect("main .s-field--error select")
    assert field.get("name") == "zone"
    answers = {**answers_with()["informations"], "zone": "CENTRE", "revision": "1"}
    assert client.post(at("tab", draft, "informations"), answers).status_code == 302
    assert client.get(at("recap", draft)).status_code == 200


def test_a_stricter_rule_leaves_a_modification_its_pages_and_is_said_on_them(mine):
    registration, client = mine
    load_invented(("{age: {minimum: 18, au: 2027-12-31}}", "{experience: {minimum: 5}}"))

    draft, page = modified(client, registration)

    assert page.request["PATH_INFO"] == at("recap", draft)
    assert f"Formation, Années d'expérience professionnelle : {AS_FILED}" in plain(main(page))
    typed = {**answers_with()["qualification"], "experience": "4", "revision": "1"}
    page = client.post(at("tab", draft, "qualification"), typed, follow=True)
    assert page.request["PATH_INFO"] == at("tab", draft, "qualification")
    assert main(page).count("Il faut avoir 18 ans") == 2


def test_nothing_is_begun_of_an_exam_that_is_no_longer_offered(mine):
    registration, client = mine
    load_invented(("  - code: BE\n", "  - code: AUTRE\n"))

    page = client.post(reverse("candidate:amend", args=[registration.number]), follow=True)

    assert page.request["PATH_INFO"] == reverse(
        "candidate:registration", args=[registration.number]
    )
    assert "n'est plus proposé aux inscriptions" in main(page)
    assert "Votre inscription reste telle qu'elle est" in main(page)
    assert "Épreuves écrites du 17 mai 2027 au 21 mai 2027" in main(page)
    assert not Draft.objects.filter(amends=registration).exists()
