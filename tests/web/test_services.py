from datetime import timedelta

import lxml.html
import pytest
import time_machine

from sporades.acts.services import announcing
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.notices.models import OpeningAlert
from sporades.territory.models import Academy
from tests.factories import NOW, OPERATOR
from tests.web.guide import load_competition, main, plain, seen, titles, words

pytestmark = pytest.mark.usefixtures("stopped_clock")


BETWEEN = (
    "La fermeture dépend de l'académie : entre le mardi 15 décembre 2026 à 17 h 00 (heure de Paris) et "
    "le mardi 15 décembre 2026 à 23 h 59 (heure de Paris)."
)
LATEST = "mardi 15 décembre 2026 à 17 h 00 (heure de Paris). Il reste 20 jours ."


def move_services(**changes):
    RegistrationService.objects.update(**changes)
    forget()


def test_open_services_are_shown_with_their_hours_zones_and_time_left(visitor):
    page = main(visitor.get("/ouverture-des-services")).replace("\xa0", " ")

    assert "mardi 15 décembre 2026 à 23 h 59 (heure de Paris)" in page
    assert "mardi 15 décembre 2026 à 17 h 00 (heure de Paris)" in page
    assert "Il reste 20 jours" in page


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(days=3), "Ouvre dans 3 jours"),
        (timedelta(hours=5, minutes=10), "Ouvre dans 5 heures et 10 minutes"),
        (timedelta(minutes=1), "Ouvre dans 1 minute"),
        (timedelta(seconds=30), "Ouvre dans moins d'une minute"),
    ],
)
def test_the_next_openings_say_in_how_long_they_open(visitor, wait, words):
    opening = (NOW + wait).replace(second=0)
    move_services(opens_at=opening)

    with time_machine.travel(opening - wait, tick=False):
        page = main(visitor.get("/ouverture-des-services"))

    assert words in page
    assert "Il reste" not in page


def open_in_many_academies():
    """Open the invented exam wherever there is an academy."""
    there = RegistrationService.objects.get(academy="A09")
    known = RegistrationService.objects.values_list("academy", flat=True)
    for academy in Academy.objects.exclude(pk__in=known):
        there.pk, there.academy, there._state.adding = None, academy, True
        there.save()
    forget()


def test_many_services_are_folded_by_domain_until_something_is_chosen(visitor):
    open_in_many_academies()
    load_competition()
    forget()

    everywhere = seen(visitor.get("/ouverture-des-services"))
    chosen = seen(visitor.get("/ouverture-des-services?academie=A25"))

    total = Academy.objects.count()
    assert [words(one) for one in everywhere.cssselect("main summary")] == [
        f"Brevet d'essai, session 2027 {total} académies. {BETWEEN}",
        f"Concours d'essai, session 2027 Académie de Lille. Jusqu'au {LATEST}",
    ]
    assert [words(one) for one in everywhere.cssselect("main summary h3")] == [
        "Brevet d'essai, session 2027",
        "Concours d'essai, session 2027",
    ]
    assert everywhere.cssselect("main details[open]") == []
    assert len(everywhere.cssselect("main details tbody tr")) == total + 1
    assert chosen.cssselect("main details") == []
    assert len(chosen.cssselect("main tbody tr")) == 1


def test_a_title_that_closes_far_apart_says_between_when_and_how_long_is_left_of_none(visitor):
    open_in_many_academies()
    lille = RegistrationService.objects.filter(academy="A09")
    lille.update(closes_at=NOW.replace(second=0) + timedelta(minutes=58))
    forget()

    said = seen(visitor.get("/ouverture-des-services")).cssselect("main summary")[0]

    between = "entre le 25 novembre et le 15 décembre 2026."
    assert between in words(said)
    assert "Il reste" not in words(said)
    soon = "Lille ferme aujourd'hui à 11 h 28 (heure de Paris) : il reste 59 minutes"
    assert soon in plain(words(said))
    assert words(said).count(" ferme ") == 1


def test_of_many_that_close_within_a_day_the_number_is_said(visitor):
    open_in_many_academies()
    move_services(closes_at=NOW.replace(second=0) + timedelta(minutes=58))
    RegistrationService.objects.filter(academy="A09").update(closes_at=NOW + timedelta(days=3))
    forget()

    said = words(seen(visitor.get("/ouverture-des-services")).cssselect("main summary")[0])

    many = Academy.objects.count() - 1
    assert f"Dans {many} académies, il reste moins d'un jour." in said
    assert " ferme " not in said


def test_what_closes_within_a_day_comes_first_and_says_today(visitor):
    open_in_many_academies()
    versailles = RegistrationService.objects.filter(academy="A25")
    versailles.update(closes_at=NOW.replace(second=0) + timedelta(minutes=58))
    forget()

    [first, second, *_] = seen(visitor.get("/ouverture-des-services?domaine=ESSAI")).cssselect(
        "main tbody tr"
    )

    assert words(first).startswith("Académie de Versailles")
    assert "aujourd'hui à 11 h 28 (heure de Paris)" in plain(words(first))
    assert [len(row.cssselect(".s-state--warning")) for row in (first, second)] == [1, 0]


def test_a_title_that_is_to_open_says_when_in_one_academy_or_first_of_several(visitor):
    open_in_many_academies()
    move_services(opens_at=NOW + timedelta(days=3))
    lille = RegistrationService.objects.filter(academy="A09")
    lille.update(opens_at=NOW + timedelta(days=2))
    forget()

    [said] = [
        words(one) for one in seen(visitor.get("/ouverture-des-services")).cssselect("main summary")
    ]

    assert said.endswith(
        "académies. Première ouverture : Lille, le vendredi 27 novembre 2026 à 10 h 30 (heure de "
        "Paris), dans 2 jours."
    )


def in_sight(page):
    """Return a page without what is said to those who listen alone."""
    shown = seen(page)
    for one in shown.cssselect(".fr-sr-only"):
        one.drop_tree()
    return shown


def test_a_title_is_read_once_above_its_academies(visitor):
    load_competition()
    forget()

    shown = in_sight(visitor.get("/ouverture-des-services"))
    tables = shown.cssselect("main table")

    assert [words(table.cssselect("caption")[0]) for table in tables] == [
        "Services ouverts : Brevet d'essai, session 2027",
        "Services ouverts : Concours d'essai, session 2027",
    ]
    assert [words(row) for row in tables[0].cssselect("tbody th")] == [
        "Académie de Lille Site de l'académie",
        "Académie de Versailles Site de l'académie",
    ]
    # Heard at each cell of its line, without the link.
    assert [row.get("aria-label") for row in tables[0].cssselect("tbody th")] == [
        "Académie de Lille",
        "Académie de Versailles",
    ]
    assert [one.get("href") for one in tables[0].cssselect("tbody td a")] == [
        "/m-inscrire/ESSAI/2027?academie=A09",
        "/m-inscrire/ESSAI/2027?academie=A25",
    ]
    assert words(shown.cssselect("main")[0]).count("Brevet d'essai, session 2027") == 1


def test_a_title_that_is_opened_is_not_read_again_under_it(visitor):
    open_in_many_academies()

    shown = in_sight(visitor.get("/ouverture-des-services"))

    assert words(shown.cssselect("main details")[0]).count("Brevet d'essai, session 2027") == 1


def test_of_one_academy_each_title_has_its_line(visitor):
    load_competition()
    forget()

    [table] = seen(visitor.get("/ouverture-des-services?academie=A09")).cssselect("main table")

    assert words(table.cssselect("caption")[0]) == "Services ouverts"
    assert [words(one) for one in table.cssselect("tbody th")] == [
        "Brevet d'essai, session 2027",
        "Concours d'essai, session 2027",
    ]


def test_one_academy_can_be_shown_alone(visitor):
    page = visitor.get("/ouverture-des-services?academie=A25").text

    assert "Académie de Versailles" in page
    assert "Académie de Lille" not in page


def test_one_exam_can_be_shown_alone_in_one_academy_or_in_all(visitor):
    load_competition()
    forget()

    everywhere = main(visitor.get("/ouverture-des-services?domaine=ESSAI&academie="))
    nowhere = main(visitor.get("/ouverture-des-services?domaine=CONCESSAI&academie=A25"))

    assert "Services ouverts : Brevet d'essai, session 2027" in everywhere
    assert "Concours d'essai, session 2027" not in everywhere
    assert "n'est ouvert pour le moment à cet examen ou concours dans cette académie." in nowhere


def test_who_asks_for_a_closed_service_reads_when_it_closed(visitor):
    RegistrationService.objects.filter(academy="A25").update(
        opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1)
    )
    forget()
    said = (
        "Brevet d'essai, session 2027, académie de Versailles : les inscriptions sont fermées "
        "depuis le mardi 24 novembre 2026 à 10 h 30 (heure de Paris)."
    )

    asked = main(visitor.get("/ouverture-des-services?domaine=ESSAI&academie=A25"))
    unasked = main(visitor.get("/ouverture-des-services"))

    assert said in asked
    assert "sont fermées" not in unasked


def test_a_choice_that_no_service_has_shows_them_all(visitor):
    page = visitor.get("/ouverture-des-services?domaine=RIEN&academie=%00")

    assert len(seen(page).cssselect("main tbody tr")) == 2


def test_nothing_open_is_said_plainly(visitor):
    move_services(opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))

    page = visitor.get("/ouverture-des-services").text

    assert "Aucun service d&#x27;inscription n&#x27;est ouvert" in page or (
        "Aucun service d'inscription n'est ouvert" in page
    )


def test_the_calendar_holds_each_date_to_come(visitor):
    answer = visitor.get("/ouverture-des-services/agenda.ics")

    lines = answer.text.split("\r\n")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert [line for line in lines if line.startswith("DTSTART")] == [
        "DTSTART:20261215T225900Z",
        "DTSTART:20261215T160000Z",
    ]
    assert max(len(line.encode()) for line in lines) <= 75


def test_the_calendar_holds_the_dates_that_the_page_shows(visitor):
    page = visitor.get("/ouverture-des-services?academie=A25").text

    assert 'href="/ouverture-des-services/agenda.ics?academie=A25"' in page
    lines = visitor.get("/ouverture-des-services/agenda.ics?academie=A25").text.split("\r\n")
    assert "Lille" not in " ".join(lines)
    assert len([line for line in lines if line.startswith("DTSTART")]) == 1


def test_who_asks_to_be_told_must_confirm_by_a_click(visitor):
    move_services(opens_at=NOW + timedelta(days=2))
    service = RegistrationService.objects.get(academy="A09")
    assert "Me prévenir" in visitor.get("/ouverture-des-services").text

    visitor.post(f"/ouverture-des-services/{service.pk}/me-prevenir", {"email": "ana@exemple.test"})
    link = next(word for word in Message.objects.get().body.split() if "/alerte/" in word)
    path = link.removeprefix("https://inscriptions.exemple.test")

    assert visitor.get(path).status_code == 200
    assert OpeningAlert.objects.get().confirmed_at is None
    assert "Un mail vous préviendra" in visitor.post(path).text
    assert OpeningAlert.objects.get().confirmed_at == NOW


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_pressed_once_the_service_has_closed_says_so(visitor, method):
    move_services(opens_at=NOW + timedelta(days=2))
    service = RegistrationService.objects.get(academy="A09")
    visitor.post(f"/ouverture-des-services/{service.pk}/me-prevenir", {"email": "ana@exemple.test"})
    link = next(word for word in Message.objects.get().body.split() if "/alerte/" in word)
    move_services(opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))

    page = getattr(visitor, method)(link.removeprefix("https://inscriptions.exemple.test"))

    assert "Ce service est fermé" in main(page)
    assert OpeningAlert.objects.get().confirmed_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_pressed_once_the_service_has_opened_promises_no_mail_and_leads_in(visitor, method):
    service = RegistrationService.objects.get(academy="A09")
    opens_at = service.opens_at
    move_services(opens_at=NOW + timedelta(days=2))
    visitor.post(f"/ouverture-des-services/{service.pk}/me-prevenir", {"email": "ana@exemple.test"})
    link = next(word for word in Message.objects.get().body.split() if "/alerte/" in word)
    move_services(opens_at=opens_at)

    page = getattr(visitor, method)(link.removeprefix("https://inscriptions.exemple.test"))

    assert "Ce service est déjà ouvert" in main(page)
    assert "M'inscrire" in main(page)
    assert OpeningAlert.objects.get().confirmed_at is None


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_left_open_until_the_service_opened_is_told_so_with_the_way_in(visitor, method):
    service = RegistrationService.objects.get(academy="A09")
    ask = getattr(visitor, method)

    page = ask(f"/ouverture-des-services/{service.pk}/me-prevenir", {"email": "ana@exemple.test"})

    main = lxml.html.fromstring(page.text).cssselect("main")[0]
    assert main.cssselect("h1")[0].text_content() == "Ce service est déjà ouvert"
    way_in = f"/m-inscrire/{service.domain.code}/{service.session.code}?academie=A09"
    assert [link.get("href") for link in main.cssselect("a")] == [way_in]
    assert OpeningAlert.objects.count() == 0


def test_a_page_left_open_until_the_service_closed_is_told_so(visitor):
    move_services(opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    service = RegistrationService.objects.get(academy="A09")

    page = visitor.get(f"/ouverture-des-services/{service.pk}/me-prevenir")

    assert "Ce service est fermé" in page.text
    assert "M'inscrire" not in lxml.html.fromstring(page.text).cssselect("main")[0].text_content()


def test_an_alert_for_a_service_of_schools_or_of_nobody_does_not_exist(visitor):
    service = RegistrationService.objects.get(academy="A09")
    RegistrationService.objects.filter(pk=service.pk).update(audience="etablissements")
    forget()

    for pk in (service.pk, 999_999):
        assert visitor.get(f"/ouverture-des-services/{pk}/me-prevenir").status_code == 404


def test_a_false_address_is_told_at_its_field(visitor):
    move_services(opens_at=NOW + timedelta(days=2))
    service = RegistrationService.objects.get(academy="A09")

    page = visitor.post(f"/ouverture-des-services/{service.pk}/me-prevenir", {"email": "ana@"})

    assert "Indiquez une adresse mail complète" in page.text
    assert OpeningAlert.objects.count() == 0


def test_the_banner_stands_on_every_page(visitor):
    announcing.show_banner(
        kind="alert", message="Maintenance à 20 h <b>", until=None, by=OPERATOR, at=NOW
    )

    for address in ("/", "/connexion", "/ouverture-des-services", "/nulle-part"):
        assert "Maintenance à 20 h &lt;b&gt;" in visitor.get(address).text


def test_what_was_chosen_is_said_with_what_is_found(visitor):
    page = visitor.get("/ouverture-des-services?academie=A09")

    [said] = [words(one) for one in seen(page).cssselect("main [data-said]")]
    assert said == "Lille : 1 service ouvert."
    [title] = seen(page).cssselect("title")
    assert words(title) == "Ouverture des services : Lille - Sporades"
    assert "Services ouverts" in titles(page)
    assert seen(visitor.get("/ouverture-des-services")).cssselect("main [data-said]") == []
