"""What « Enregistrer » would refuse is said before it is pressed: a registration, a closing (D10)."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving, registering
from sporades.registrations.models import Registration, SectionAnswers
from tests.factories import (
    NOW,
    a_candidate,
    a_draft,
    a_registration,
    answers_with,
    author,
    load_invented,
)
from tests.requests import moved_house
from tests.web.guide import buttons, links, main, plain, seen, value_of, words

FOREST = {"epreuves": {"statut-M1": None, "statut-M2": "inscrit"}}
RULE = "Une seule spécialité par session. Désinscrivez-vous de l'autre d'abord. (Règle : règlement inventé.)"
MANAGE = "Gérer ma candidature"
CLOSING = "mardi 15 décembre 2026 à 23 h 59 (heure de Paris)"
WHOM = "Pour savoir que faire, contactez Bureau des essais de Lille, 03 53 01 00 01."

pytestmark = pytest.mark.usefixtures("stopped_clock")


def withdraw(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)


# --- One registration a session -----------------------------------------------------------------


def test_a_registration_that_excludes_another_is_named_before_one_starts(sign_in):
    standing = a_registration()
    client = sign_in(standing.candidate)

    page = client.get("/m-inscrire/ESSAI/2027/BE/FOREST?academie=A09")
    same = client.get("/m-inscrire/ESSAI/2027/BE/MARIN?academie=A09")

    assert RULE in main(page)
    assert "Démarrer mon inscription" in buttons(page)
    assert "Vous avez déjà une inscription en cours au même examen ou concours" in main(same)
    assert "Démarrer mon inscription" not in buttons(same)
    for shown in (page, same):
        assert links(shown, MANAGE) == [f"/mes-inscriptions/{standing.number}"]


def test_a_withdrawn_registration_and_somebody_elses_exclude_nothing(sign_in):
    a_registration()
    withdrawn = a_registration()
    withdraw(withdrawn)
    client = sign_in(withdrawn.candidate)

    page = client.get("/m-inscrire/ESSAI/2027/BE/FOREST?academie=A09")

    assert "Vous avez déjà une inscription" not in main(page)
    assert "Démarrer mon inscription" in buttons(page)


def test_a_complete_draft_is_not_ready_while_another_registration_excludes_it(sign_in):
    standing = a_registration()
    draft = a_draft(standing.candidate, speciality="FOREST", **FOREST)
    client = sign_in(standing.candidate)

    ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")

    named = "Votre inscription à : Brevet d'essai – Marin, session 2027"
    assert "Pas encore : il reste 1 point à régler." in main(ready)
    assert f"{named} : {RULE}" in main(ready)
    assert links(ready, named) == [f"/mes-inscriptions/{standing.number}"]
    assert links(recap, MANAGE) == [f"/mes-inscriptions/{standing.number}"]
    assert RULE in main(recap)
    assert "Enregistrer" not in buttons(recap)
    assert "cliquez sur « Enregistrer »" not in main(recap)


def test_a_draft_that_another_registration_excludes_is_not_asked_to_be_saved(sign_in):
    standing = a_registration()
    a_draft(standing.candidate, speciality="FOREST", **FOREST)
    client = sign_in(standing.candidate)
    why = (
        "Elle ne peut pas l'être tant que votre inscription à : Brevet d'essai – Marin, session "
        f"2027 est en cours. {RULE} Pour la garder en changeant son choix, sans vous désinscrire : "
        "« Changer de spécialité », dans « Gérer ma candidature »."
    )
    way = f"/mes-inscriptions/{standing.number}"

    pages = [client.get(address) for address in ("/accueil", "/mes-inscriptions")]
    withdraw(standing)
    afterwards = [client.get(address) for address in ("/accueil", "/mes-inscriptions")]

    for page in pages:
        assert main(page).count(why) == 1
        assert "À enregistrer avant" not in main(page)
        assert way in [link.get("href") for link in seen(page).cssselect("main li a, article a")]
    for page in afterwards:
        assert "Elle ne peut pas l'être" not in main(page)
        assert "À enregistrer avant" in main(page)


def test_a_question_that_blocks_is_followed_by_no_colon(sign_in):
    draft = a_draft(supplementaires={"q-permis": None})

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/est-elle-prete")

    assert "Avez-vous le permis bateau ? Répondez « Oui » ou « Non »." in main(page)


@pytest.mark.parametrize(
    "question",
    [
        "Avez-vous le permis bateau ?",
        "Acceptez-vous d'être interrogé pour une enquête nationale sur les candidats à cet examen",
    ],
)
def test_the_summary_of_errors_names_the_question_however_long(sign_in, question):
    load_invented(("Avez-vous le permis bateau ?", question))
    draft = a_draft(supplementaires={"q-permis": None})

    client, tab = sign_in(draft.candidate), f"/inscription/{draft.pk}/supplementaires"
    page = client.post(tab, {"revision": value_of(client.get(tab), "revision")}, follow=True)

    [point] = [words(one) for one in seen(page).cssselect(".s-summary li")]
    assert (
        point.replace("\xa0", " ").replace(" :", "") == f"{question} Répondez « Oui » ou « Non »."
    )


def test_the_count_is_that_of_the_lines_and_no_line_says_a_thing_twice(sign_in):
    draft = a_draft(identification={"address_1": "", "postcode": "", "mobile": "12"})
    SectionAnswers.objects.filter(draft=draft, section__in=["qualification", "epreuves"]).delete()

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/est-elle-prete")

    assert "Pas encore : il reste 3 points à régler et 2 étapes à remplir." in main(page)
    [street, postcode, mobile] = [words(one) for one in seen(page).cssselect(".s-troubles li")]
    assert street == "Identification : Indiquez « Numéro et voie », par exemple 12 rue des Îles."
    assert postcode == "Identification : Indiquez votre code postal, par exemple 59000."
    assert mobile.startswith("Identification, Téléphone mobile : ")
    assert main(page).count("Pas encore rempli") == 2


def test_what_is_refused_in_a_tab_without_naming_a_field_is_listed(sign_in):
    rule = "{code: TRENTE, exige: {age: {minimum: 30, au: 2027-12-31}}, reference: article 5 inventé, message: Il faut trente ans.}"
    load_invented(("    categories:\n", f"    recevabilite: [{rule}]\n    categories:\n"))
    draft = a_draft()

    page = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/est-elle-prete")

    assert "Données de compte : Il faut trente ans." in main(page)


def test_what_the_account_closes_is_said_before_one_starts(sign_in):
    rule = "{code: PAYS, exige: {nationalite: ['99100']}, reference: article 5 inventé, message: Ouvert aux Français.}"
    load_invented(("    categories:\n", f"    recevabilite: [{rule}]\n    categories:\n"))
    here = "/m-inscrire/ESSAI/2027/BE/MARIN?academie=A09"
    cannot = "Vous ne pouvez pas vous inscrire à cet examen : votre compte dit « Nationalité : Ukrainienne »."

    shown = sign_in(a_candidate(nationality="99155")).get(here)
    other = sign_in(a_candidate()).get(here)

    assert cannot in plain(main(shown))
    assert "Ouvert aux Français." in main(shown)
    [way] = links(shown, "Corriger mon compte")
    assert "next=/m-inscrire/ESSAI/2027/BE/MARIN" in way
    assert "Préparer quand même" in buttons(shown)
    assert "Démarrer mon inscription" not in buttons(shown)
    assert "Vous ne pouvez pas" not in main(other)
    assert "Démarrer mon inscription" in buttons(other)


def test_of_civil_data_that_are_frozen_a_correction_is_asked_for(sign_in):
    left = a_registration(speciality="FOREST", **FOREST)
    withdraw(left)
    rule = "{code: AGE, exige: {age: {minimum: 40}}, reference: article 5 inventé, message: Quarante ans.}"
    load_invented(("    categories:\n", f"    recevabilite: [{rule}]\n    categories:\n"))
    client = sign_in(left.candidate)

    page = client.get("/m-inscrire/ESSAI/2027/BE/MARIN?academie=A09")
    undone = client.get("/m-inscrire/ESSAI/2027/BE/FOREST?academie=A09")

    assert "votre compte dit « Date de naissance : " in plain(main(page))
    assert len(links(page, "Demander une correction")) == 1
    # Whoever begins again what is still undone was promised all of their answers.
    assert "Vous ne pouvez pas" not in main(undone)


def test_the_draft_is_ready_once_the_other_registration_is_left(sign_in):
    standing = a_registration()
    draft = a_draft(standing.candidate, speciality="FOREST", **FOREST)
    withdraw(standing)
    client = sign_in(standing.candidate)

    ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")

    assert "Oui. Il ne reste qu'à vérifier et enregistrer." in main(ready)
    assert "Enregistrer" in buttons(recap)


def test_a_modification_is_not_excluded_by_the_registration_that_it_modifies(sign_in):
    standing = a_registration()
    draft = registering.amend(registration=standing, by=author(standing.candidate), at=NOW)
    client = sign_in(standing.candidate)
    moved = {**answers_with()["identification"], "address_1": "3 quai du Port", "revision": "1"}
    client.post(f"/inscription/{draft.pk}/identification", moved)

    ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")

    assert "Oui. Il ne reste qu'à vérifier et enregistrer." in main(ready)
    assert "Enregistrer" in buttons(recap)


def test_a_page_opened_before_is_refused_with_the_way_to_the_other_registration(sign_in):
    candidate = a_candidate()
    draft = a_draft(candidate, speciality="FOREST", **FOREST)
    client = sign_in(candidate)
    client.get(f"/inscription/{draft.pk}/recapitulatif")
    standing = a_registration(candidate)

    page = client.post(f"/inscription/{draft.pk}/recapitulatif")

    assert page.status_code == 409
    assert RULE in main(page)
    assert links(page, MANAGE) == [f"/mes-inscriptions/{standing.number}"]
    assert Registration.objects.get() == standing


# --- The closing --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["est-elle-prete", "recapitulatif", "identification"])
def test_a_draft_whose_service_has_closed_says_since_when_and_whom_to_ask(
    sign_in, stopped_clock, page
):
    draft = a_draft()
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))
    client = sign_in(draft.candidate)

    shown = client.get(f"/inscription/{draft.pk}/{page}")

    text = main(shown).replace("\xa0", " ")
    assert f"Les inscriptions sont fermées depuis le {CLOSING}." in text
    assert "Votre saisie est gardée, mais elle ne peut pas être enregistrée." in text
    assert WHOM in text
    assert "Enregistrer" not in buttons(shown)
    assert "« Enregistrer »" not in text
    assert "Oui." not in text


def test_the_last_minute_still_counts_on_every_page(sign_in, stopped_clock):
    draft = a_draft()
    stopped_clock.move_to(draft.service.closes_at + timedelta(seconds=59))
    client = sign_in(draft.candidate)

    ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
    recap = client.get(f"/inscription/{draft.pk}/recapitulatif")

    assert "Oui. Il ne reste qu'à vérifier et enregistrer." in main(ready)
    assert "Enregistrer" in buttons(recap)


def test_a_modification_after_the_closing_says_that_the_registration_stands(sign_in, stopped_clock):
    standing = a_registration()
    draft = registering.amend(registration=standing, by=author(standing.candidate), at=NOW)
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))
    client = sign_in(standing.candidate)

    shown = client.get(f"/inscription/{draft.pk}/recapitulatif")

    said = main(shown)
    assert "Votre modification ne peut plus être enregistrée" in said
    assert (
        "« Demander cette modification » est en bas du récapitulatif, dès qu'une réponse est changée."
        in said
    )
    assert "Demander cette modification" not in buttons(shown)
    assert "Votre inscription reste telle qu'elle est." in said


def test_a_draft_of_a_service_put_back_says_when_it_opens(sign_in, stopped_clock):
    draft = a_draft()
    stopped_clock.move_to(draft.service.opens_at - timedelta(minutes=1))
    client = sign_in(draft.candidate)

    shown = main(client.get(f"/inscription/{draft.pk}/est-elle-prete")).replace("\xa0", " ")

    assert "Les inscriptions ouvrent le lundi 12 octobre 2026 à 8 h 00 (heure de Paris)." in shown


def test_the_list_of_drafts_does_not_ask_to_save_before_a_day_that_is_past(sign_in, stopped_clock):
    draft = a_draft()
    before = main(sign_in(draft.candidate).get("/mes-inscriptions")).replace("\xa0", " ")
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))

    after = main(sign_in(draft.candidate).get("/mes-inscriptions")).replace("\xa0", " ")

    assert f"À enregistrer avant la fermeture : {CLOSING}." in before
    assert "À enregistrer avant la fermeture" not in after
    assert f"Les inscriptions sont fermées depuis le {CLOSING}." in after
    assert WHOM in after


def test_pressing_after_the_closing_still_answers_with_the_instant_received(sign_in, stopped_clock):
    draft = a_draft()
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))
    client = sign_in(draft.candidate)

    page = client.post(f"/inscription/{draft.pk}/recapitulatif")

    text = main(page).replace("\xa0", " ")
    assert page.status_code == 409
    assert "Votre demande a été reçue le mercredi 16 décembre 2026 à 0 h 00" in text
    assert WHOM in text
    assert "Enregistrer" not in buttons(page)


def test_pressing_after_the_closing_leads_to_what_may_be_asked_for_and_to_nobody_else(
    sign_in, stopped_clock
):
    standing = a_registration()
    begun = registering.amend(registration=standing, by=author(standing.candidate), at=NOW)
    draft = moved_house(begun, NOW)
    stopped_clock.move_to(draft.service.closes_at + timedelta(minutes=1))

    page = sign_in(standing.candidate).post(f"/inscription/{draft.pk}/recapitulatif")

    assert page.status_code == 409
    assert "Demander cette modification" in main(page)
    assert "Pour savoir que faire" not in main(page)
