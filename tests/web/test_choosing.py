"""The funnel: what is known is not asked again, what is said is said once."""

from datetime import timedelta
from pathlib import Path

import pytest

from sporades.acts.registrations import deciding, leaving, registering
from sporades.cli import demo_files
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.registrations.models import Draft
from sporades.registrations.states import SET_ASIDE
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    author,
    load_invented,
)
from tests.web.guide import buttons, faulty, links, load_competition, main, plain, seen, words
from tests.web.test_services import BETWEEN, LATEST

DEMO = Path("demo/reglementation")
MARIN = "/m-inscrire/ESSAI/2027/BE/MARIN"

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def client(sign_in):
    """The browser of a candidate who has registered for nothing."""
    return sign_in(a_candidate())


def load_demo(name):
    exams.load(demo_files.expanded(DEMO / name, at=NOW), by=OPERATOR, at=NOW)
    forget()


def title(page):
    return words(seen(page).cssselect("h1")[0])


def breadcrumb(page):
    return [words(link) for link in seen(page).cssselect(".fr-breadcrumb__link")]


def texts(page):
    return [words(text) for text in seen(page).cssselect("main > div > p, main > p")]


def texts_of_choices(page):
    return [words(one) for one in seen(page).cssselect(".s-choices .s-quiet")]


def choices(page):
    return [
        (words(link), link.get("href")) for link in seen(page).cssselect("main .s-choices > li > a")
    ]


def test_each_domain_says_where_it_is_open_and_the_first_closing(client):
    load_competition()

    page = client.get("/m-inscrire")
    said = texts_of_choices(page)

    assert "Vous ne trouvez pas votre examen ?" in main(page)
    assert said == [
        f"Ouvert : Lille, Versailles. {BETWEEN}",
        f"Ouvert : Lille. Jusqu'au {LATEST}",
    ]


def test_closings_by_several_clocks_are_each_said_by_their_own(client):
    load_demo("cap.yaml")

    said = [one for one in texts_of_choices(client.get("/m-inscrire")) if "La Réunion" in one]

    assert [("(heure de La Réunion)" in one, "soit" in one) for one in said] == [(True, False)]


# --- The academy --------------------------------------------------------------------------------


def test_the_academy_of_an_opening_is_kept_all_along(client):
    [opening] = links(
        client.get("/ouverture-des-services?academie=A25"),
        "M'inscrire : Brevet d'essai, session 2027, académie de Versailles",
    )

    exam = client.get(opening)
    [speciality] = links(exam, "Marin")
    academy = client.get(speciality)

    assert opening == "/m-inscrire/ESSAI/2027?academie=A25"
    assert speciality == f"{MARIN}?academie=A25"
    assert [words(one) for one in seen(academy).cssselect("option[selected]")] == [
        "Versailles (Yvelines, Essonne, Hauts-de-Seine, Val-d'Oise)"
    ]
    assert "Académie de Versailles" in main(academy)
    assert links(academy, "Brevet d'essai") == [opening]


def test_an_academy_that_is_not_chosen_is_asked_for_by_the_page_itself(client):
    page = client.get(f"{MARIN}?academie=")

    [form] = seen(page).cssselect("main form")
    assert form.get("novalidate") is not None
    assert faulty(page) == {"academie"}
    assert "Choisissez une académie." in main(page)


def test_an_academy_that_does_not_register_is_not_carried(client):
    page = client.get("/m-inscrire/ESSAI/2027?academie=A01")

    assert links(page, "Marin") == [MARIN]


# --- What is chosen -----------------------------------------------------------------------------


def test_where_there_is_one_thing_to_choose_it_is_chosen(client):
    load_competition()

    page = client.get("/m-inscrire/CONCESSAI/2027?academie=A09")

    assert page.url == "/m-inscrire/CONCESSAI/2027/CE?academie=A09"
    assert breadcrumb(client.get(page.url)) == [
        "M'inscrire",
        "Concours externe d'essai, session 2027",
    ]


def test_a_speciality_chosen_for_the_candidate_is_said(client):
    load_demo("bac-pro-assp.yaml")
    sole = (
        "Une seule spécialité est proposée, elle est déjà choisie : Accompagnement, soins et "
        "services à la personne, option à domicile."
    )

    page = client.get("/m-inscrire/BACPRO/2027?academie=A09", follow=True)
    other = client.get(f"{MARIN}?academie=A09")

    assert [text for text in texts(page) if "spécialité" in text] == [sole]
    assert [text for text in texts(other) if "spécialité" in text] == []


def test_the_exams_of_a_domain_are_in_the_order_of_their_names(client):
    load_demo("cap.yaml")

    page = client.get("/m-inscrire/CAP/2027")

    assert title(page) == "Quel examen ?"
    assert breadcrumb(page) == ["M'inscrire", "Certificat d'aptitude professionnelle, session 2027"]
    assert [label for label, _ in choices(page)] == [
        "CAP Accompagnant éducatif petite enfance",
        "CAP Agent de sécurité",
    ]


def test_a_competition_is_not_called_an_exam(client):
    load_demo("crpe.yaml")

    page = client.get("/m-inscrire/CRPE/2027")

    assert title(page) == "Quel concours ?"
    assert len(choices(page)) == 2


def test_the_specialities_of_the_only_exam_stand_without_its_name_above(client):
    page = client.get("/m-inscrire/ESSAI/2027")

    assert seen(page).cssselect("main h2") == []
    assert [label for label, _ in choices(page)] == ["Marin", "Forestier"]


# --- What is said of it -------------------------------------------------------------------------


def test_each_condition_is_said_once_apart_from_what_a_category_is(client):
    load_demo("certificat-specialisation.yaml")

    page = client.get("/m-inscrire/CS/2027/CS4-AG2S/AG2S?academie=A09")

    text = main(page).partition("Modalités d'inscription")[0]
    assert (
        "Individuel, avec expérience professionnelle : Vous vous présentez seul, sans suivre de "
        "formation. Condition : Avoir trois ans d'expérience dans le secteur, sans compter les "
        "stages." in text
    )
    assert text.count("trois ans") == 1


def test_a_condition_that_stands_alone_is_no_list_of_one(client):
    load_demo("certificat-specialisation.yaml")

    page = client.get("/m-inscrire/CS/2027/CS4-AG2S/AG2S?academie=A09")

    assert main(page).count("Condition : ") == 3
    assert seen(page).cssselect("main li ul") == []


def test_the_name_of_the_exam_stands_in_the_breadcrumb_alone(client):
    page = client.get(f"{MARIN}?academie=A09")

    assert main(page).count("Brevet d'essai – Marin, session 2027") == 1
    assert breadcrumb(page)[-1] == "Brevet d'essai – Marin, session 2027"


def test_the_place_of_the_dates_does_not_follow_into_the_tabs(client):
    page = seen(client.get("/m-inscrire/ESSAI/2027/BE/MARIN?academie=A09"))

    [start] = page.cssselect("main form[method=post]")
    # An address without a fragment: that of the page would be kept all along.
    assert start.get("action") == "?academie=A09"


def test_a_service_to_come_says_from_when_and_offers_to_tell(client):
    RegistrationService.objects.update(opens_at=(NOW + timedelta(days=9)).replace(second=0))
    forget()
    service = RegistrationService.objects.get(domain__code="ESSAI", academy="A25")

    page = client.get(f"{MARIN}?academie=A25")

    assert "Les inscriptions ouvrent le vendredi 4 décembre 2026" in main(page)
    offered = [words(one) for one in seen(page).cssselect("select option")][1:]
    assert [one.endswith(" – à venir") for one in offered] == [True] * len(offered)
    alert = f"/ouverture-des-services/{service.pk}/me-prevenir"
    assert links(page, "Me prévenir de l'ouverture") == [alert]
    assert client.get(alert).status_code == 200


def test_a_service_that_has_closed_leads_to_those_that_are_open(client):
    RegistrationService.objects.update(closes_at=NOW - timedelta(days=1))
    forget()

    page = client.get(f"{MARIN}?academie=A25")

    assert "Le service gestionnaire est plus bas." in main(page)
    assert links(page, "Voir les services ouverts") == ["/ouverture-des-services"]


@pytest.mark.parametrize(
    ("exam", "born", "said"),
    [
        (
            MARIN,
            1998,
            "votre adresse, vos diplômes, vos années d'expérience et vos relevés de notes,",
        ),
        (
            MARIN,
            2009,
            "votre adresse, le nom de votre représentant légal, son téléphone, vos diplômes,",
        ),
        ("/m-inscrire/CONCESSAI/2027/CE", 1998, "votre adresse et vos diplômes."),
    ],
)
def test_what_to_have_at_hand_is_what_this_exam_asks_of_this_candidate(sign_in, exam, born, said):
    load_competition()
    client = sign_in(a_candidate(birth_year=born))

    assert f"ayez sous la main : {said}" in main(client.get(f"{exam}?academie=A09"))


def test_how_long_an_epreuve_lasts_is_read_apart_from_what_is_told_of_it(sign_in):
    load_demo("cap.yaml")
    exam = Exam.objects.get(code="CAP-AEPE")
    candidate = a_candidate()
    draft = registering.begin(
        candidate=candidate,
        exam=exam,
        speciality=None,
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        by=author(candidate),
        at=NOW,
    )

    page = main(sign_in(candidate).get(f"/inscription/{draft.pk}/epreuves"))

    assert (
        "Ecrite et orale, 1 h 25 (25 min à l'oral, et 1 h d'écrit de "
        "prévention-santé-environnement, coefficient 1), coefficient 7"
    ) in page.replace("\xa0", " ")
    assert "ponctuel" not in page.lower()


# --- What stands in the way ---------------------------------------------------------------------


def test_the_registration_that_stands_comes_before_one_that_could_not_be_filed(sign_in):
    standing = a_registration()
    page = sign_in(standing.candidate).get("/m-inscrire/ESSAI/2027/BE/FOREST?academie=A09")

    first = [words(one) for one in seen(page).cssselect("main .fr-btn:not(.fr-btn--secondary)")]
    others = [words(one) for one in seen(page).cssselect("main .fr-btn--secondary")]

    assert first == ["Changer de spécialité"]
    assert others == ["Gérer ma candidature", "Voir les dates", "Démarrer mon inscription"]
    assert "« Changer de spécialité » garde votre inscription, son numéro et vos réponses." in main(
        page
    )


def test_what_may_not_be_changed_any_more_is_not_offered_to_be(sign_in):
    standing = a_registration()
    RegistrationService.objects.filter(pk=standing.service_id).update(
        closes_at=NOW - timedelta(days=1)
    )
    forget()
    browser = sign_in(standing.candidate)

    page = browser.get("/m-inscrire/ESSAI/2027/BE/FOREST?academie=A25")

    assert "Changer de spécialité" not in main(page)
    assert links(page, "Gérer ma candidature")
    a_draft(standing.candidate, speciality="FOREST", academy="A25")
    assert "« Changer de spécialité »" not in main(browser.get("/mes-inscriptions"))


def test_who_is_registered_in_another_academy_is_told_how_to_be_in_this_one(sign_in):
    standing = a_registration()
    browser = sign_in(standing.candidate)

    there = main(browser.get(f"{MARIN}?academie=A25"))

    assert (
        "Votre inscription est dans l'académie de Lille : « Modifier » ne l'en change pas. Pour la "
        "garder, demandez son transfert à votre service gestionnaire : Bureau des essais de Lille"
    ) in there
    assert "Ou désinscrivez-vous, puis inscrivez-vous ici avant le mardi 15 décembre 2026" in there
    assert "son transfert" not in main(browser.get(f"{MARIN}?academie=A09"))
    assert "son transfert" not in main(browser.get(MARIN))
    RegistrationService.objects.filter(academy="A25").update(closes_at=NOW - timedelta(days=1))
    forget()
    shut = main(browser.get(f"{MARIN}?academie=A25"))
    assert "demandez son transfert" in shut
    assert "désinscrivez-vous" not in shut


def test_what_is_begun_elsewhere_is_said_before_it_is_taken_here(client):
    client.post(f"{MARIN}?academie=A09", {"academie": "A09"})
    draft = Draft.objects.get()

    there = client.get(f"{MARIN}?academie=A09")
    page = client.get(f"{MARIN}?academie=A25")

    assert "Reprendre mon inscription" in buttons(there)
    assert "commencée auprès" not in main(there)
    assert "Votre saisie est commencée auprès de l'académie de Lille." in main(page)
    assert links(page, "la reprendre là-bas") == [f"/inscription/{draft.pk}"]
    assert "Continuer ici" in buttons(page)
    moved = client.post(f"{MARIN}?academie=A25", {"academie": "A25"}, follow=True)
    assert "Votre saisie continue auprès de l'académie de Versailles" in words(seen(moved))
    draft.refresh_from_db()
    assert draft.service.academy_id == "A25"


def test_what_an_answer_is_no_good_for_in_the_other_academy_is_named_as_it_goes_there(sign_in):
    draft = a_draft()
    browser = sign_in(draft.candidate)

    moved = browser.post(f"{MARIN}?academie=A25", {"academie": "A25"}, follow=True)

    said = words(seen(moved))
    assert "avec toutes vos réponses. À revoir : « Code postal », dans « Identification »." in said
    assert (
        "N'y est pas demandé : « Zone géographique souhaitée », dans « Informations candidature »."
        in said
    )
    back = browser.post(f"{MARIN}?academie=A09", {"academie": "A09"}, follow=True)
    assert "avec toutes vos réponses." in words(seen(back))
    for word in ("À revoir :", "N'y est pas demandé"):
        assert word not in words(seen(back))


def test_a_page_left_open_past_the_closing_says_that_nothing_is_begun_and_speaks_of_no_answers(
    sign_in, stopped_clock
):
    service = RegistrationService.objects.get(domain__code="ESSAI", academy="A09")
    stopped_clock.move_to(service.closes_at + timedelta(minutes=2))

    page = sign_in(a_candidate()).post(f"{MARIN}?academie=A09", {"academie": "A09"})

    assert page.status_code == 409
    said = words(seen(page))
    assert "elle n'a pas pu être enregistrée." in said
    assert "saisie" not in main(page)
    assert not Draft.objects.exists()


# --- What was left before ------------------------------------------------------------------------


def left(registration, at=NOW):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=at)


def test_what_stands_anew_is_said_without_offering_the_answers_that_were_left(sign_in):
    old = a_registration()
    left(old)
    new = a_registration(old.candidate, at=NOW + timedelta(minutes=1))

    page = sign_in(old.candidate).get(f"{MARIN}?academie=A09")

    assert links(page, "Me réinscrire avec mes réponses") == []
    assert links(page, "Gérer ma candidature") == [f"/mes-inscriptions/{new.number}"]
    assert "Désinscription" not in main(page)


def test_a_registration_set_aside_says_why_and_whom_to_ask_and_gives_no_older_answers(sign_in):
    old = a_registration()
    left(old)
    last = a_registration(old.candidate, at=NOW + timedelta(minutes=1))
    deciding.decide(
        registration=last, decision=SET_ASIDE, reason="Hors académie.", by=OPERATOR, at=NOW
    )

    client = sign_in(old.candidate)
    page = client.get(f"{MARIN}?academie=A09")

    for here in ("/accueil", f"/mes-inscriptions/{old.number}"):
        assert "Me réinscrire" not in client.get(here).text
    assert links(page, "Me réinscrire avec mes réponses") == []
    assert links(page, "Consulter l'inscription écartée") == [f"/mes-inscriptions/{last.number}"]
    assert (
        f"Votre service gestionnaire a écarté votre inscription n°{last.number} le mercredi "
        "25 novembre 2026 à 10 h 30 (heure de Paris) : Hors académie. Avant d'en faire une "
        "nouvelle, contactez Bureau des essais"
    ) in main(page)
    assert "Démarrer mon inscription" in buttons(page)


def test_an_exam_alone_in_a_domain_of_another_name_is_named_above_its_specialities(client):
    load_invented(
        (
            "domaine: {code: ESSAI, libelle: Brevet d'essai,",
            "domaine: {code: ESSAI, libelle: Essais,",
        )
    )

    page = client.get("/m-inscrire/ESSAI/2027")

    assert [words(one) for one in seen(page).cssselect("main h2")] == ["Brevet d'essai"]
    assert [label for label, _ in choices(page)] == ["Marin", "Forestier"]


def test_what_has_closed_says_it_first_and_in_the_list(client):
    load_invented()
    RegistrationService.objects.filter(academy="A09").update(closes_at=NOW - timedelta(days=3))

    page = seen(client.get(f"{MARIN}?academie=A09"))

    [section] = page.cssselect("main section[aria-labelledby=dates]")
    said = "Les inscriptions sont fermées depuis le dimanche 22 novembre 2026 à 10 h 30"
    assert plain(words(section[1])).startswith(said)
    assert "Qui peut s'inscrire" in [words(one) for one in section.cssselect("summary")]
    options = [words(one) for one in page.cssselect("select option")]
    assert [
        one.endswith("– fermé") for one in options if one.startswith(("Lille", "Versailles"))
    ] == [True, False]


def test_the_academy_of_a_competition_engages_and_its_terms_are_open(client):
    load_competition()

    [terms] = [
        one
        for one in seen(client.get("/m-inscrire/CONCESSAI/2027/CE?academie=A09")).cssselect(
            "details"
        )
        if "Modalités" in words(one)
    ]
    [of_exam] = [
        one
        for one in seen(client.get(f"{MARIN}?academie=A09")).cssselect("details")
        if "Modalités" in words(one)
    ]

    assert ("open" in terms.attrib, "open" in of_exam.attrib) == (True, False)
