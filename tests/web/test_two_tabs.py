"""Two windows on one tab: nothing of either is lost, the candidate chooses (R-12)."""

import itertools

import pytest
from django import forms
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sporades.acts.registrations import leaving, registering
from sporades.registrations.fields import flat
from sporades.registrations.models import Draft, SectionAnswers, Version
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import AnsweredMeanwhile
from tests.endurance.arena import figure
from tests.factories import NOW, a_draft, a_registration, answers_with, author, load_invented
from tests.web.guide import main, seen, words

TABS = [slug for slug in answers_with() if slug != "modalites"]
TYPED = [
    "",
    "L'Élan d'O'Brien",
    '<b>gras</b> & "guillemets"',
    "0",
    "12,5",
    "59000",
    "deux  espaces ",
    "%s {{ x }} ' --",
    "Ελένη 李",
]

pytestmark = pytest.mark.usefixtures("stopped_clock")


def other_answers(field):
    """Return answers that a browser may send for a field; None when nothing is sent."""
    if isinstance(field, forms.MultipleChoiceField):
        values = [value for value, _ in flat(field.choices)]
        return [[], values[:1], values[-2:], values]
    if isinstance(field, forms.ChoiceField):
        return [None, *(value for value, _ in flat(field.choices) if value)]
    return TYPED


def changed(answers, name, value):
    kept = {key: one for key, one in answers.items() if key != name}
    return kept if value in (None, []) else {**kept, name: value}


def sent(fields, answers):
    """Return what a browser sends of these answers: every text and list, empty or not."""
    silent = (forms.RadioSelect, forms.CheckboxSelectMultiple, forms.CheckboxInput)
    empty = {name: "" for name, one in fields.items() if not isinstance(one.widget, silent)}
    return {**empty, **answers}


def with_choices_kept(fields, answers, kept):
    """Add the choices made in another window where this one had none yet to send."""
    radios = {name for name, one in fields.items() if type(one.widget) is forms.RadioSelect}
    return {**{name: kept[name] for name in radios & kept.keys()}, **answers}


def stored(draft, tab):
    return SectionAnswers.objects.get(draft=draft, section=tab)


def fields_of(client, path):
    return client.get(path).context["form"].fields


def form_of(page):
    """Return what the browser would send of the page's form: hidden fields and first choices."""
    [form] = seen(page).cssselect("main form")
    return {
        name: [field.get("value") for field in form.cssselect(f"input[type=hidden][name='{name}']")]
        for name in {field.get("name") for field in form.cssselect("input[type=hidden]")}
    }


def names_in(fields):
    return sorted(name for name, field in fields.items() if not field.disabled)


def answered_in_two_windows(client, tab, here, there, *, draw):
    """Answer a field in one window, one in another, and choose; return how many differed.

    Args:
        client: signs in and asks.
        tab: the tab that both windows show.
        here, there: the field answered in the window that comes second, and first.
        draw: picks one of several things.
    """
    draft = a_draft()
    client = client(draft.candidate)
    path = f"/inscription/{draft.pk}/{tab}"
    shown, fields = stored(draft, tab), fields_of(client, path)
    theirs = sent(fields, changed(shown.answers, there, draw(other_answers(fields[there]))))
    mine = sent(fields, changed(shown.answers, here, draw(other_answers(fields[here]))))

    client.post(path, {**theirs, "revision": shown.revision})
    kept = stored(draft, tab)
    page = client.post(path, {**mine, "revision": shown.revision})

    mine = with_choices_kept(fields, mine, kept.answers)
    different = [name for name in fields if mine.get(name) != kept.answers.get(name)]
    if kept.revision == shown.revision or not different:
        assert page.status_code == 302
        return len(different)
    assert (page.status_code, stored(draft, tab).answers) == (409, kept.answers)
    assert [one.name for one in page.context["differences"]] == different
    for one in page.context["differences"]:
        assert f"Envoyée à l'instant : {' '.join(one.mine.split())}" in main(page)
        assert f"Dans votre saisie : {' '.join(one.theirs.split())}" in main(page)
    choices = {name: draw(["mien", "autre"]) for name in different}

    client.post(path, {**form_of(page), **{f"garder-{name}": one for name, one in choices.items()}})

    wanted = {
        name: (kept.answers if choices.get(name) == "autre" else mine).get(name) for name in fields
    }
    final = stored(draft, tab)
    assert {name: final.answers.get(name) for name in fields} == wanted
    assert final.revision == kept.revision + (final.answers != kept.answers)
    return len(different)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_two_fields_answered_in_two_windows_are_both_kept_and_chosen_one_by_one(sign_in, data):
    tab = data.draw(st.sampled_from(TABS))
    draft = a_draft()
    names = names_in(fields_of(sign_in(draft.candidate), f"/inscription/{draft.pk}/{tab}"))
    here, there = (data.draw(st.sampled_from(names), label=side) for side in ("here", "there"))

    different = answered_in_two_windows(
        sign_in, tab, here, there, draw=lambda among: data.draw(st.sampled_from(among))
    )

    event(f"{different} differences")


@pytest.mark.endurance
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("tab", TABS)
def test_every_pair_of_fields_of_a_tab_is_kept_whichever_is_answered_first(sign_in, tab):
    draft = a_draft()
    names = names_in(fields_of(sign_in(draft.candidate), f"/inscription/{draft.pk}/{tab}"))
    # Always the same picks, all of them met in turn.
    turn = itertools.count()
    pairs = list(itertools.product(names, repeat=2))
    tried = pairs[:: max(1, len(pairs) // figure(8, len(pairs)))]

    different = [
        answered_in_two_windows(
            sign_in, tab, here, there, draw=lambda among: among[next(turn) % len(among)]
        )
        for here, there in tried
    ]

    assert any(different)


def test_a_window_that_waits_for_the_other_shows_what_the_other_has_just_written(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    mine = {**answers_with()["identification"], "address_1": "3 quai du Wault"}
    client.post(path, {**mine, "address_1": "1 rue Neuve", "revision": 1})
    client.post(path, {**mine, "address_1": "2 rue Neuve", "revision": 2})

    page = client.post(path, {**mine, "revision": 1})

    [difference] = page.context["differences"]
    assert (difference.mine, difference.theirs) == ("3 quai du Wault", "2 rue Neuve")
    assert form_of(page)["revision"] == ["3"]


def test_a_second_conflict_while_choosing_is_said_again(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    mine = {**answers_with()["identification"], "address_1": "3 quai du Wault"}
    client.post(path, {**mine, "address_1": "1 rue Neuve", "revision": 1})
    page = client.post(path, {**mine, "revision": 1})
    client.post(path, {**mine, "address_1": "2 rue Neuve", "revision": 2})

    page = client.post(path, {**form_of(page), "garder-address_1": "mien"})

    assert page.status_code == 409
    [difference] = page.context["differences"]
    assert (difference.mine, difference.theirs) == ("3 quai du Wault", "2 rue Neuve")


def test_what_is_wrong_in_a_tab_is_not_said_of_the_choice_between_two_answers(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    mine = {**answers_with()["identification"], "ine": "0123"}
    client.post(path, {**mine, "address_1": "1 rue Neuve", "revision": 1})

    page = client.post(path, {**mine, "address_1": "3 quai du Wault", "revision": 1})

    assert page.context["form"].errors
    [title] = seen(page).cssselect("title")
    assert words(title).startswith("Quelle réponse voulez-vous garder ?")


def test_what_is_registered_is_what_the_page_showed(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    recap = f"/inscription/{draft.pk}/recapitulatif"
    before = form_of(client.get(recap))
    changed = {**answers_with()["identification"], "address_1": "7 rue Changée", "revision": 1}
    client.post(f"/inscription/{draft.pk}/identification", changed)

    page = client.post(recap, before)

    assert page.status_code == 409
    assert AnsweredMeanwhile.message in main(page)
    assert "7 rue Changée" in main(page)
    assert Version.objects.count() == 0
    again = client.post(recap, form_of(page))
    assert again.status_code == 302
    assert "7 rue Changée" in str(Version.objects.get().snapshot)
    assert client.post(recap, before).headers["Location"] == again.headers["Location"]


def test_so_is_what_is_modified(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    recap = f"/inscription/{draft.pk}/recapitulatif"
    changed = {**answers_with()["identification"], "address_1": "7 rue Changée", "revision": 1}
    client.post(f"/inscription/{draft.pk}/identification", changed)
    before = form_of(client.get(recap))
    client.post(
        f"/inscription/{draft.pk}/identification",
        {**changed, "address_1": "8 rue Changée", "revision": 2},
    )

    page = client.post(recap, before)

    assert page.status_code == 409
    assert "8 rue Changée" in main(page)
    assert Version.objects.count() == 1
    assert client.post(recap, form_of(page)).status_code == 302
    assert "8 rue Changée" in str(Version.objects.latest("number").snapshot)


def test_the_same_answers_sent_twice_are_no_conflict(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    mine = {**answers_with()["identification"], "address_1": "3 quai du Wault", "revision": 1}

    first, second = client.post(path, mine), client.post(path, mine)

    assert (first.status_code, second.status_code) == (302, 302)
    assert stored(draft, "identification").revision == 2


def test_what_is_typed_late_and_kept_by_itself_does_not_overwrite_another_window(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    mine = answers_with()["identification"]
    client.post(path, {**mine, "address_1": "1 rue Neuve", "revision": 1})

    answer = client.post(f"{path}/saisie", {**mine, "address_1": "2 rue Neuve", "revision": 1})

    assert (answer.status_code, answer.json()["overtaken"]) == (409, True)
    assert stored(draft, "identification").answers["address_1"] == "1 rue Neuve"


def test_a_window_left_open_on_a_draft_filed_elsewhere_is_told_that_it_changed_nothing(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    version = registering.register(draft=draft, by=author(draft.candidate), at=NOW)
    before = version.registration.versions.get().snapshot

    page = client.post(
        f"/inscription/{draft.pk}/identification",
        {**answers_with()["identification"], "address_1": "3 quai du Wault", "revision": 1},
        follow=True,
    )

    assert page.request["PATH_INFO"] == f"/mes-inscriptions/{version.registration.number}/numero"
    assert "les réponses que vous venez d'envoyer n'y sont pas ajoutées" in words(seen(page))
    assert version.registration.versions.get().snapshot == before


def test_a_window_left_open_on_a_draft_abandoned_elsewhere_is_told_so(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    drafting.abandon(draft=draft, at=NOW)

    page = client.post(
        f"/inscription/{draft.pk}/identification",
        {**answers_with()["identification"], "address_1": "3 quai du Wault", "revision": 1},
        follow=True,
    )

    assert page.request["PATH_INFO"] == "/mes-inscriptions"
    assert "Cette saisie est abandonnée : les réponses que vous venez" in words(seen(page))
    assert "Modifier" not in words(seen(page).cssselect("main")[0])
    assert not draft.answers.exists()


def test_a_window_left_open_on_what_was_withdrawn_elsewhere_is_told_so(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    client.post(f"/mes-inscriptions/{registration.number}/modifier")
    draft = Draft.objects.open().get()
    by = author(registration.candidate)
    leaving.withdraw(registration=registration, by=by, at=NOW)

    page = client.post(
        f"/inscription/{draft.pk}/identification",
        {**answers_with()["identification"], "address_1": "3 quai du Wault", "revision": 1},
        follow=True,
    )

    assert "Cette inscription a été désinscrite : les réponses que vous venez" in words(seen(page))


@pytest.mark.parametrize(
    ("here", "there", "kept"),
    [
        ("590", "59000", "autre"),
        ("", "59000", "autre"),
        ("59000", "590", "mien"),
        ("59000", "59800", "mien"),
    ],
)
def test_of_two_answers_the_one_that_will_do_is_proposed(sign_in, here, there, kept):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    answers = answers_with()["identification"]
    client.post(path, {**answers, "postcode": "59100", "revision": 1})
    client.post(path, {**answers, "postcode": there, "revision": 2})

    page = client.post(path, {**answers, "postcode": here, "revision": 1})

    [proposed] = seen(page).cssselect("input[name=garder-postcode][checked]")
    assert proposed.get("value") == kept


OF_ONE_CATEGORY = (
    (
        "libelle: Diplôme le plus élevé\n",
        "libelle: Diplôme le plus élevé\n        si: {categorie: [INDIV]}\n",
    ),
    (
        "experience: {libelle: Années d'expérience professionnelle}",
        "experience: {libelle: Années d'expérience professionnelle, si: {categorie: [INDIV]}}",
    ),
)
LEFT = "L'onglet « Formation » n'est plus demandé : vos autres réponses ont changé."
NOT_KEPT = "Ce que vous venez d'y saisir n'est pas gardé."


@pytest.fixture
def formation(sign_in):
    """Return who fills a draft, and the address of « Formation », which another window took away."""
    load_invented(*OF_ONE_CATEGORY)
    draft = a_draft()
    client, path = sign_in(draft.candidate), f"/inscription/{draft.pk}"
    assert client.get(f"{path}/qualification").status_code == 200
    informations = {**answers_with()["informations"], "category": "FORM", "revision": 1}
    client.post(f"{path}/informations", informations)
    return client, f"{path}/qualification"


def test_a_tab_that_another_window_took_away_leads_to_where_one_stands(formation):
    client, path = formation

    looked, sent = (
        client.get(path, follow=True),
        client.post(path, {"diploma": "BAC", "experience": "4", "revision": 1}, follow=True),
    )

    for page in (looked, sent):
        assert page.status_code == 200
        # Where the draft stands: this category asks for what its candidate does not have.
        assert page.request["PATH_INFO"] == path.replace("qualification", "informations")
        assert LEFT in words(seen(page))
    assert (NOT_KEPT in words(seen(looked)), NOT_KEPT in words(seen(sent))) == (False, True)
    assert (
        SectionAnswers.objects.get(section="qualification").answers
        == (answers_with()["qualification"])
    )


def test_what_is_typed_in_a_tab_that_another_window_took_away_is_said_not_to_be_kept(formation):
    client, path = formation

    answer = client.post(f"{path}/saisie", {"diploma": "BAC", "revision": 1})

    assert (answer.status_code, answer.json()) == (409, {"message": f"{LEFT} {NOT_KEPT}"})


def test_a_tab_that_never_was_is_no_page(formation):
    client, path = formation

    for address in (path, f"{path}/saisie"):
        assert client.post(address.replace("qualification", "autre"), {}).status_code == 404


def test_what_is_typed_for_an_exam_that_is_offered_no_more_is_said_not_to_be_kept(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    load_invented(("      - {code: MARIN, libelle: Marin}\n", ""), (", specialites: [MARIN]", ""))

    answer = client.post(
        f"/inscription/{draft.pk}/identification/saisie",
        {**answers_with()["identification"], "address_1": "9 rue Neuve", "revision": 1},
    )

    message = answer.json()["message"]
    assert answer.status_code == 409
    assert message.startswith("Brevet d'essai – Marin, session 2027 n'est plus proposé")
    assert message.endswith("Ce que vous venez de saisir n'y est pas ajouté.")
    assert stored(draft, "identification").answers == answers_with()["identification"]


def test_of_two_addresses_one_is_proposed_whole(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    path = f"/inscription/{draft.pk}/identification"
    answers = answers_with()["identification"]
    client.post(path, {**answers, "address_2": "Étage 3, porte 12", "revision": 1})

    mine = {**answers, "address_1": "3 quai du Wault", "address_2": ""}
    page = client.post(path, {**mine, "revision": 1})

    proposed = seen(page).cssselect("input[name^=garder-address][checked]")
    assert [(one.get("name"), one.get("value")) for one in proposed] == [
        ("garder-address_1", "mien"),
        ("garder-address_2", "mien"),
    ]
