"""Each tab asks what it has to ask, of whom it concerns, once; and takes what is typed whole."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError

from sporades.acts.registrations import deciding, registering
from sporades.registrations.fields import MarkField
from sporades.registrations.models import Draft, Registration, SectionAnswers
from sporades.registrations.sections.communes import MOST_NAMED
from sporades.registrations.states import VALIDATE
from sporades.territory import queries as territory
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answers_with,
    author,
    load_invented,
)
from tests.web.guide import (
    answer,
    begin,
    buttons,
    faulty,
    links,
    main,
    mandatory,
    seen,
    shown,
    titles,
    value_of,
    words,
)

WITH_DIPLOMAS_FOR_SOME = (
    "    qualification:\n      diplomes:\n",
    "    qualification:\n      diplomes:\n        si: {categorie: [FORM]}\n",
)
EXPERIENCE_FOR_SOME = (
    "      experience: {libelle: Années d'expérience professionnelle}\n",
    "      experience: {libelle: Années d'expérience professionnelle, si: {categorie: [FORM]}}\n",
)
NOTHING_DUE = (
    (
        '"Avez-vous le permis bateau ?"}',
        '"Avez-vous le permis bateau ?", obligatoire: false}',
    ),
    ("{code: BLEU, libelle: Bleue}]}", "{code: BLEU, libelle: Bleue}], obligatoire: false}"),
)
UNREAD = "Indiquez un nombre, par exemple 12,5."
NOT_ON_THE_LIST = "Cette réponse n'est pas proposée ici : choisissez dans la liste."

pytestmark = pytest.mark.usefixtures("stopped_clock")


def judged(client, draft, tab):
    return client.get(f"/inscription/{draft.pk}/{tab}?verifier=1")


def all_links(page):
    return [link.get("href") for link in seen(page).cssselect("main a[href]")]


def errors(page):
    found = seen(page).cssselect("main .fr-error-text")
    return [words(one).removeprefix("Erreur : ") for one in found]


def test_a_tab_never_opened_is_not_said_to_be_done(sign_in):
    draft = a_draft()
    SectionAnswers.objects.filter(draft=draft, section="supplementaires").delete()
    load_invented()
    client = sign_in(draft.candidate)

    ready = main(client.get(f"/inscription/{draft.pk}/est-elle-prete"))

    assert "Pas encore : il reste 1 étape à remplir." in ready
    assert ready.count("Informations supplémentaires Pas encore rempli") == 1
    assert "Cet onglet n'est pas encore rempli" not in ready


def test_a_tab_that_asks_for_nothing_is_said_to_be_optional_until_it_is_opened(sign_in):
    load_invented(*NOTHING_DUE)
    draft = a_draft()
    client = sign_in(draft.candidate)
    SectionAnswers.objects.filter(draft=draft, section="supplementaires").delete()

    ready = main(client.get(f"/inscription/{draft.pk}/est-elle-prete"))
    assert "Pas encore : il reste 1 étape facultative à ouvrir." in ready
    assert (
        "À faire : Informations supplémentaires Pas encore ouvert : rien d'obligatoire n'y manque"
        in ready
    )

    path = f"/inscription/{draft.pk}/supplementaires"
    client.post(path, shown(client.get(path)))
    ready = main(client.get(f"/inscription/{draft.pk}/est-elle-prete"))
    assert "Oui. Il ne reste qu'à vérifier et enregistrer." in ready


@pytest.mark.parametrize("tab", ["modalites", "identification", "epreuves"])
def test_each_tab_says_whom_to_telephone(sign_in, tab):
    draft = a_draft()
    service = draft.service.managing_service

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/{tab}")

    assert f"Une question ? {service.name} : {service.phone}" in main(page).replace("\xa0", " ")


def test_what_is_left_to_do_comes_before_the_buttons_of_a_registration(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    where = f"/mes-inscriptions/{registration.number}"

    page = seen(client.get(where))
    first = next(iter(page.cssselect("main .s-checks, main .s-buttons")))
    assert {one.get("class") for one in first.cssselect("li")} == {"is-yours"}
    assert not page.cssselect("main details .is-yours, main details .is-missing")

    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    client.get(f"/mes-documents/{registration.number}/recapitulatif")
    page = seen(client.get(where))
    assert not page.cssselect(".s-checks .is-missing, .s-checks .is-yours")
    assert not page.cssselect("main > .s-checks")


def test_a_qualification_that_asks_nothing_of_a_category_is_no_tab(sign_in):
    load_invented(WITH_DIPLOMAS_FOR_SOME, EXPERIENCE_FOR_SOME)
    draft = a_draft(qualification={"diploma": None, "experience": None})
    client = sign_in(draft.candidate)

    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")

    away = client.get(f"/inscription/{draft.pk}/qualification")
    assert (away.status_code, away.url) == (302, f"/inscription/{draft.pk}")
    assert "Étape 6 sur 7" in main(recap)
    assert "Formation" not in main(recap)


@pytest.mark.parametrize(
    ("category", "following"), [("INDIV", "supplementaires"), ("FORM", "qualification")]
)
def test_a_category_leads_to_the_tabs_that_it_asks_for(sign_in, category, following):
    load_invented(WITH_DIPLOMAS_FOR_SOME, EXPERIENCE_FOR_SOME)
    client = sign_in(a_candidate())
    page = answer(client, begin(client), answers_with()["modalites"])
    page = answer(client, page, answers_with()["identification"])

    page = answer(client, page, {**answers_with()["informations"], "category": category})

    assert page.status_code == 200
    assert page.request["PATH_INFO"].endswith(f"/{following}")
    told = "D'après ces réponses, l'étape « Formation » n'est pas demandée."
    assert (told in main(page)) is (following == "supplementaires")


def test_a_step_that_was_taken_away_while_typing_is_said_on_the_next_one(sign_in):
    load_invented(WITH_DIPLOMAS_FOR_SOME, EXPERIENCE_FOR_SOME)
    client = sign_in(a_candidate())
    page = answer(client, begin(client), answers_with()["modalites"])
    page = answer(client, page, answers_with()["identification"])
    typed = {**shown(page), **answers_with()["informations"], "category": "INDIV"}

    client.post(f"{page.request['PATH_INFO']}/saisie", typed)
    page = answer(client, client.get(page.request["PATH_INFO"]), {"category": "INDIV"})
    again = answer(client, page, answers_with()["supplementaires"])

    told = "D'après ces réponses, l'étape « Formation » n'est pas demandée."
    assert told in main(page)
    assert told not in main(again)


def test_a_day_typed_in_one_box_is_no_other_once_its_tab_is_gone_through(sign_in):
    draft = a_draft(supplementaires={"q-visite": "14/03/2020"})
    client, tab = sign_in(draft.candidate), f"/inscription/{draft.pk}/supplementaires"

    page = client.get(tab)
    answer(client, page, {name: one for name, [one] in shown(page).items()})
    kept = draft.answers.get(section="supplementaires").answers["q-visite"]
    turned = {"q-visite_day": "2020", "q-visite_month": "03", "q-visite_year": "14"}
    refused = answer(client, client.get(tab), turned)

    assert kept == "14/03/2020"
    assert errors(refused) == ["Indiquez l'année sur quatre chiffres, par exemple 2024."]
    boxes = {name: one for name, [one] in shown(refused).items() if name in turned}
    assert boxes == turned


def test_a_day_is_asked_for_in_three_boxes_and_kept_as_it_was_typed(sign_in):
    draft = a_draft()
    client, tab = sign_in(draft.candidate), f"/inscription/{draft.pk}/supplementaires"
    boxes = {"q-visite_day": "14", "q-visite_month": "mars", "q-visite_year": "2020"}

    answer(client, client.get(tab), {**answers_with()["supplementaires"], **boxes})
    kept = draft.answers.get(section="supplementaires").answers["q-visite"]
    again = {name: one for name, [one] in shown(client.get(tab)).items() if name in boxes}
    without = answer(
        client,
        client.get(tab),
        {**answers_with()["supplementaires"], **boxes, "q-visite_day": ""},
    )

    assert (kept, again) == ("14 mars 2020", boxes)
    assert errors(without) == ["Indiquez le jour."]
    assert [one.get("name") for one in seen(without).cssselect("[aria-invalid=true]")] == [
        "q-visite_day"
    ]


def test_a_number_that_cannot_be_read_breaks_no_rule_yet(sign_in):
    draft = a_draft(informations={"category": "FORM"}, qualification={"experience": "3,5"})

    page = judged(sign_in(draft.candidate), draft, "qualification")

    assert errors(page) == ["Indiquez un nombre d'années entier, par exemple 3."]


def test_every_line_of_the_epreuves_says_its_error_at_once(sign_in):
    draft = a_draft(
        epreuves={
            "statut-E1": "benefice",
            "note-E1": "25",
            "session-E1": "2030",
            "statut-E3": "inscrit",
            "option-E3": "",
        }
    )

    page = judged(sign_in(draft.candidate), draft, "epreuves")

    assert errors(page) == [
        "Indiquez un nombre entre 0 et 20.",
        "Une note gardée vient d'une session passée, 2026 au plus tard.",
        "Choisissez dans la liste.",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"statut-E1": "benefice", "note-E1": "douze", "session-E1": "2024"}, UNREAD),
        ({"statut-E3": "inscrit", "option-E3": "CHANT"}, NOT_ON_THE_LIST),
    ],
)
def test_what_is_wrong_between_lines_is_said_beside_a_line_that_cannot_be_read(sign_in, line, said):
    draft = a_draft(epreuves={**line, "statut-F2": "inscrit"})

    page = judged(sign_in(draft.candidate), draft, "epreuves")

    assert errors(page) == [
        said,
        (
            "« Chant facultatif » demande aussi « Météorologie » (U6) : choisissez aussi ce qui "
            "manque, ou retirez la première (article 4 inventé)."
        ),
    ]


def test_a_mark_without_end_costs_nobody_a_minute():
    field = MarkField(out_of=Decimal(20))

    assert field.clean(f"15{' ' * 400_000}/{' ' * 400_000}20") == 15
    for typed in (f"1{' ' * 400_000}x", "1 " * 200_000, "1/" * 200_000, "9" * 400_000):
        with pytest.raises(ValidationError):
            field.clean(typed)


def test_a_draft_that_keeps_such_marks_costs_no_minute_of_who_reads_it_either(sign_in):
    kept = {f"note-{code}": f"1{' ' * 100_000}x" for code in ("E1", "E2", "E3")}
    asked = {name.replace("note", "statut"): "benefice" for name in kept}
    draft = a_draft(epreuves={**asked, **kept})
    candidate = sign_in(draft.candidate)

    page = judged(candidate, draft, "epreuves")

    assert UNREAD in errors(page)
    assert candidate.get(f"/inscription/{draft.pk}/est-elle-prete").status_code == 200


@pytest.mark.parametrize("typed", ["15", "15/20", "15 / 20", "15 sur 20", "15,0 sur 20,00"])
def test_a_mark_is_read_as_a_transcript_writes_it(sign_in, typed):
    draft = a_draft(
        epreuves={
            "statut-E1": "benefice",
            "note-E1": typed,
            "session-E1": "2024",
            "statut-F2": "non_inscrit",
        }
    )

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/recapitulatif")

    assert "note 15 sur 20, session 2024" in main(page).replace("\xa0", " ")


@pytest.mark.parametrize("typed", ["8/10", "15/", "15 sur", "15 sur vingt"])
def test_a_mark_out_of_another_is_not_read(sign_in, typed):
    draft = a_draft(epreuves={"statut-E1": "benefice", "note-E1": typed, "session-E1": "2024"})

    page = judged(sign_in(draft.candidate), draft, "epreuves")

    assert UNREAD in errors(page)


def test_who_sits_nothing_is_led_to_the_first_epreuve(sign_in):
    nothing = {f"statut-{code}": "non_inscrit" for code in ("E1", "E2", "E3", "M1", "M2", "M3")}
    draft = a_draft(informations={"passing_form": "PROGRESSIVE"}, epreuves=nothing)

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/est-elle-prete")

    assert f"/inscription/{draft.pk}/epreuves?verifier=1#id_statut-E1_0" in page.text


@pytest.mark.parametrize("name", ["address_1", "town", "ine", "father_name"])
def test_no_control_cuts_what_is_pasted_into_it(sign_in, name):
    draft = a_draft(a_candidate(birth_country="99109", birth_place="Köln", birth_department=""))

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/identification")

    [control] = seen(page).cssselect(f"main [name={name}]")
    assert control.get("maxlength") is None


def test_an_address_too_long_for_its_envelope_is_refused_whole(sign_in):
    street = "12 rue Chargoggagoggmanchauggagoggchaubunagung"
    draft = a_draft(identification={"address_1": street})

    page = judged(sign_in(draft.candidate), draft, "identification")

    said = "Cette ligne a 46 signes, pour 38 au plus : mettez la suite dans les lignes du dessous."
    assert errors(page) == [said]
    assert seen(page).cssselect("main [name=address_1]")[0].get("value") == street


@pytest.mark.parametrize("name", ["address_1", "address_3"])
def test_pictures_in_an_address_are_refused_and_named(sign_in, name):
    draft = a_draft(identification={name: "🏠 n° 3, rue du Test 🎉"})

    page = judged(sign_in(draft.candidate), draft, "identification")

    assert errors(page) == ["Enlevez ce qui ne s'imprime pas sur une enveloppe : 🏠 🎉."]


@pytest.mark.parametrize("line", ["3 ul. Świętojańska", "Οδός Ερμού 3", "சென்னை 600001"])
def test_an_address_is_written_in_any_alphabet(sign_in, line):
    draft = a_draft(identification={"address_3": line})

    assert errors(judged(sign_in(draft.candidate), draft, "identification")) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("🦄 Le Goff", "Enlevez ce qui n'appartient pas à un nom"),
        ("Cliquez piege.fr", "Mettez une espace ou un trait d'union après chaque point"),
        ("Le Goff, Anne", ""),
        ("Le Goff J.-P.", ""),
    ],
)
def test_a_guardian_has_the_name_of_a_person(sign_in, typed, said):
    guardian = {"guardian_name": typed, "guardian_phone": "06 39 98 12 35"}
    draft = a_draft(a_candidate(birth_year=NOW.year - 16), identification=guardian)

    found = errors(judged(sign_in(draft.candidate), draft, "identification"))

    assert [one[: len(said)] for one in found] == ([said] if said else [])


@pytest.mark.parametrize("name", ["father_name", "mother_name"])
def test_a_parent_is_named_by_words_that_are_no_address(sign_in, name):
    abroad = {"birth_country": "99109", "birth_place": "Köln", "birth_department": ""}
    parents = {"father_name": "inconnu", "mother_name": "Le Goff Anne"}
    draft = a_draft(a_candidate(**abroad), identification={**parents, name: "moi@piege.test"})

    page = judged(sign_in(draft.candidate), draft, "identification")

    assert errors(page) == [
        "Un nom ne contient pas d'adresse, ni de site ni de messagerie : enlevez-la."
    ]
    assert seen(page).cssselect(f"main [name={name}]")[0].get("value") == "moi@piege.test"


@pytest.mark.parametrize(
    ("typed", "kept"), [("59 000", "59000"), (" 59000 ", "59000")], ids=["spaced", "padded"]
)
def test_a_postcode_is_taken_however_it_is_spaced(sign_in, typed, kept):
    draft = a_draft(identification={"postcode": typed})

    recap = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/recapitulatif")

    assert f"Code postal {kept}" in main(recap)


def test_a_postcode_of_one_commune_names_it(sign_in):
    draft = a_draft(identification={"postcode": "59491", "town": "Lille"})

    page = judged(sign_in(draft.candidate), draft, "identification")

    [said] = errors(page)
    assert said == (
        "Avec le code postal 59491, indiquez la commune de Villeneuve-d'Ascq. "
        "Si la commune est bien la vôtre, corrigez le code postal."
    )


@pytest.mark.parametrize("typed", ["Villers Poll", "villers", "Viller-Pol"])
def test_of_many_communes_that_a_postcode_serves_those_that_are_meant_are_named(sign_in, typed):
    draft = a_draft(identification={"postcode": "59530", "town": typed})

    [said] = errors(judged(sign_in(draft.candidate), draft, "identification"))

    assert said == (
        "Le code postal 59530 est celui de 15 communes, dont Villers-Pol : écrivez le nom entier de la "
        "vôtre. S'il est bien écrit, corrigez le code postal."
    )


def test_where_none_of_many_communes_is_meant_all_are_named(sign_in):
    draft = a_draft(identification={"postcode": "59530", "town": "Xanadu"})

    [said] = errors(judged(sign_in(draft.candidate), draft, "identification"))

    named = [one.name for one in territory.communes_of_postcode("59530")]
    assert len(named) > MOST_NAMED
    assert all(one in said for one in named)


def test_a_postcode_of_another_academy_with_a_commune_of_this_one_is_one_trouble(sign_in):
    draft = a_draft(identification={"postcode": "78000", "town": "Lille"})

    page = judged(sign_in(draft.candidate), draft, "identification")

    assert faulty(page) == {"postcode"}
    assert errors(page) == [
        (
            "Vérifiez le code postal et la commune : ils ne vont pas ensemble. 78000 dépend de l'académie "
            "de Versailles, et cette inscription est ouverte auprès de l'académie de Lille."
        )
    ]
    assert "Continuer auprès" not in main(page)


def test_a_year_out_of_its_bounds_is_called_a_year(sign_in):
    load_invented(
        (
            "libelle: Votre taille, minimum: 100, maximum: 250, unite: cm",
            "libelle: Année de votre dernière session, minimum: 2011, maximum: 2026",
        )
    )
    draft = a_draft(supplementaires={"q-taille": "2030"})

    page = judged(sign_in(draft.candidate), draft, "supplementaires")

    assert errors(page) == ["Indiquez une année entre 2011 et 2026."]


def test_a_second_registration_starts_from_the_address_of_the_first(sign_in):
    registration = a_registration(identification={"address_1": "3 quai du Wault"})
    client = sign_in(registration.candidate)

    tab = answer(
        client, begin(client, "/m-inscrire/ESSAI/2027/BE/FOREST"), answers_with()["modalites"]
    )

    assert "Ces réponses sont celles de votre saisie précédente" in main(tab)
    assert seen(tab).cssselect("main [name=address_1]")[0].get("value") == "3 quai du Wault"
    draft = Draft.objects.open().get(candidate=registration.candidate)
    assert not SectionAnswers.objects.filter(draft=draft, section="identification").exists()


def test_before_the_first_tab_stands_the_choice_of_the_academy(sign_in):
    draft = a_draft()

    page = sign_in(draft.candidate).post(
        f"/inscription/{draft.pk}/modalites", {**answers_with()["modalites"], "precedent": "1"}
    )

    assert page["Location"] == "/m-inscrire/ESSAI/2027/BE/MARIN?academie=A09"


def test_a_tab_opened_from_the_summary_leads_back_to_it_once_it_is_right(sign_in):
    draft = a_draft()
    client = sign_in(draft.candidate)
    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")
    [way] = links(recap, "Modifier : Identification")

    tab = client.get(way)
    wrong = {**answers_with()["identification"], "postcode": "abc", "retour": "1"}
    refused = client.post(
        f"/inscription/{draft.pk}/identification", {**wrong, "revision": "1"}, follow=True
    )
    right = {**answers_with()["identification"], "retour": "1", "revision": "2"}
    back = client.post(f"/inscription/{draft.pk}/identification", right)

    for page in (tab, refused):
        assert "Garder et revenir au récapitulatif" in buttons(page)
    where, _, part = back["Location"].partition("#")
    assert where == f"/inscription/{draft.pk}/recapitulatif"
    assert seen(client.get(where)).cssselect(f"#{part} h2")[0].text == "Identification"


def test_from_a_tab_of_a_modification_one_comes_back_to_what_changes(sign_in):
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    said = {**answers_with()["identification"], "address_1": "3 quai du Port", "retour": "1"}
    tab = f"/inscription/{draft.pk}/identification"
    client = sign_in(registration.candidate)
    revision = value_of(client.get(f"{tab}?retour=1"), "revision")

    back = client.post(tab, {**said, "revision": revision})

    assert back["Location"] == f"/inscription/{draft.pk}/recapitulatif"
    assert titles(client.get(back["Location"]))[0] == "Ce qui change"


def test_a_tab_without_an_answer_says_to_which_question(sign_in):
    label = "        libelle: Diplôme le plus élevé\n"
    load_invented((label, f"{label}        obligatoire: false\n"), EXPERIENCE_FOR_SOME)
    draft = a_draft(qualification={"diploma": "", "experience": None})

    recap = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/recapitulatif")

    assert "Diplôme le plus élevé Aucune réponse" in main(recap)


def test_a_modification_that_changes_nothing_is_not_offered_to_be_saved(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)

    assert "rien n'y est changé pour l'instant" in main(page)
    assert "Enregistrer" not in buttons(page)


def test_the_identity_is_corrected_from_the_summary_as_long_as_it_can_be(sign_in):
    draft = a_draft()
    frozen = a_registration()
    again = a_draft(
        frozen.candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"}
    )

    way = f"/mon-compte?next=/inscription/{draft.pk}/recapitulatif#informations-titre"
    for owner, expected in ((draft, [way]), (again, [])):
        page = sign_in(owner.candidate).get(f"/inscription/{owner.pk}/recapitulatif")
        assert links(page, "Modifier : Identité") == expected
        assert f"Adresse mail {owner.candidate.user.email}" in main(page)


@pytest.mark.parametrize("page", ["recapitulatif", "identification"])
def test_who_corrects_the_identity_comes_back_to_the_draft_with_what_was_typed(sign_in, page):
    draft = a_draft()
    client = sign_in(draft.candidate)
    here = f"/inscription/{draft.pk}/{page}"
    opened = client.get(here)
    if page == "identification":
        assert buttons(opened).count("Corrigez votre compte") == 1
        typed = {**shown(opened), "address_1": "3 quai de l'Île", "postcode": "59", "compte": "1"}
        way = client.post(here, typed)["Location"]
        kept = SectionAnswers.objects.get(draft=draft, section=page).answers
        assert (kept["address_1"], kept["postcode"]) == ("3 quai de l'Île", "59")
    else:
        [way] = {link for link in all_links(opened) if link.startswith("/mon-compte?")}
    assert way.endswith("#informations-titre")

    account = client.get(way)
    saved = client.post(way, {**shown(account, form="form"), "birth_name": "Le Bihan"})

    assert links(account, "Revenir où j'en étais") == [here]
    assert saved["Location"] == here


@pytest.mark.parametrize("address", ["https://ailleurs.test/", "//ailleurs.test", ""])
def test_the_account_leads_back_to_no_other_site(sign_in, address):
    client = sign_in(a_candidate())
    way = f"/mon-compte?{urlencode({'next': address})}"

    account = client.get(way)
    saved = client.post(way, shown(account, form="form"))

    assert links(account, "Revenir où j'en étais") == []
    assert saved["Location"] == "/mon-compte"


def test_a_question_that_another_calls_for_says_which(sign_in):
    draft = a_draft()

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/supplementaires")

    [hint] = seen(page).cssselect("#id_q-permis_numero_helptext")
    assert words(hint) == "Seulement si vous répondez « Oui » à « Avez-vous le permis bateau ? »."


def test_what_a_regulation_asks_of_everybody_is_heard_as_due(sign_in):
    draft = a_draft()

    page = seen(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/supplementaires"))

    for button in page.cssselect("[name=q-permis], [name=q-equipe]"):
        said = " ".join(
            words(page.get_element_by_id(one)) for one in button.get("aria-describedby", "").split()
        )
        assert "Réponse obligatoire." in said
    assert not page.cssselect("[name=q-sports][aria-describedby*=_due]")


def test_a_tab_in_which_nothing_was_answered_has_no_heading_on_the_summary():
    optional = "      diplomes:\n        obligatoire: false\n        libelle"
    load_invented(("      diplomes:\n        libelle", optional), EXPERIENCE_FOR_SOME)
    registration = a_registration(qualification={"diploma": None, "experience": None})

    titles = [one["title"] for one in registration.versions.get().snapshot["sections"]]

    assert "Identification" in titles
    assert "Formation" not in titles


def test_the_situation_towards_national_service_is_a_column_of_what_is_filed():
    young = a_candidate(birth_year=2008)

    registration = a_registration(young, informations={"national_service": "JDC"})

    assert Registration.objects.get(pk=registration.pk).national_service == "JDC"


@pytest.mark.parametrize(("category", "is_optional"), [("INDIV", True), ("FORM", False)])
def test_a_diploma_that_a_rule_demands_is_not_said_to_be_optional(sign_in, category, is_optional):
    load_invented(
        (
            "libelle: Diplôme le plus élevé",
            "libelle: Diplôme le plus élevé\n        obligatoire: false",
        ),
        ("exige: {experience: {minimum: 3}}", "exige: {diplome: [CAP, BAC]}"),
    )
    draft = a_draft(informations={"category": category})
    client = sign_in(draft.candidate)

    page = client.get(f"/inscription/{draft.pk}/qualification")

    assert ("diploma" not in mandatory(page)) is is_optional


def test_what_an_epreuve_commits_to_describes_the_choice_of_it(sign_in):
    draft = a_draft()
    load_invented(
        (
            "duree: 10 min, obligatoire: false}",
            "duree: 10 min, obligatoire: false, engage: Compte double.}",
        )
    )

    page = seen(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/epreuves"))

    described = {
        name: {one.get("aria-describedby") for one in page.cssselect(f"[name={name}]")}
        for name in ("statut-F1", "statut-F2")
    }
    assert described == {"statut-F1": {None}, "statut-F2": {"engage-F2"}}
    assert words(page.get_element_by_id("engage-F2")) == "Compte double."


def test_one_goes_by_ear_from_one_epreuve_to_the_next(sign_in):
    draft = a_draft()

    page = seen(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/epreuves"))

    for section in page.cssselect(".s-papers"):
        assert [one.tag for one in section.iterchildren("h2")] == ["h2"]
        papers = section.cssselect(".s-paper")
        assert [len(one.cssselect("h3")) for one in papers] == [1] * len(papers)
        # Its heading and what is asked of it name it: a group around both would say it once more.
        assert {one.get("role") for one in papers} == {None}
    [asked] = page.cssselect("#id_statut-E1_group legend")
    assert words(asked) == f"Statut : {words(page.get_element_by_id('epreuve-E1'))}"
    assert words(asked.cssselect(".fr-sr-only")[0]).startswith(": ")
    [option] = page.cssselect("label[for=id_option-E3]")
    assert words(option).endswith(f": {words(page.get_element_by_id('epreuve-E3'))}")
