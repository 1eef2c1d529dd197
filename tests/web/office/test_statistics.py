"""« Statistiques »: figures that are true, within a perimeter, by the clock that is said."""

import html
import math
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.registrations import deciding, leaving, registering
from sporades.acts.writing import resending
from sporades.documents.models import DocumentVersion
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.states import VALIDATE
from sporades.statistics import queries
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection
from sporades.web.office.charts import Row, add_up, by_size, in_time, shares
from tests.factories import (
    ANSWERS,
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.web.guide import seen, words
from tests.web.office.conftest import VERSAILLES

PARIS, REUNION = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion")
ADMINISTRATOR = Membership.Role.ADMINISTRATOR
SAINT_DENIS = {"postcode": "97400", "town": "Saint-Denis"}
PAGES = ("statistics", "hours", "begun", "troubles")


def page(client, name="statistics", **asked):
    """Open a page of statistics."""
    return client.get(reverse(f"office:{name}"), asked)


def tables(answer):
    """Return the tables of a page: each caption, each line with its figure."""
    return {
        words(table.find("caption")): {
            words(row[0]): int(words(row[1]).replace(" ", ""))
            for row in table.cssselect("tbody tr")
        }
        for table in seen(answer).cssselect("main .s-counts")
    }


def table(answer, caption):
    """Return the lines of one table that are not of zero."""
    return {label: count for label, count in tables(answer)[caption].items() if count}


def by_day(answer):
    return table(answer, "Inscriptions par jour")


def at(zone, *moment):
    return datetime(*moment, tzinfo=zone)


def in_reunion(instant):
    return a_registration(academy="A28", identification=SAINT_DENIS, at=instant)


# --- Figures ------------------------------------------------------------------------------------


def test_registrations_are_counted_by_all_that_tells_them_apart(member):
    administrator = member(role=ADMINISTRATOR)
    a_registration()
    a_registration(speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"})
    withdrawn = a_registration(academy="A25", identification=VERSAILLES)
    leaving.withdraw(registration=withdrawn, by=author(withdrawn.candidate), at=NOW)

    answer = page(administrator)

    found = tables(answer)
    assert {name: table(answer, name) for name in found} == {
        "Inscriptions par jour": {"mercredi 25 novembre": 3},
        "Inscriptions par état, aujourd'hui": {"Inscription enregistrée": 2, "Désinscription": 1},
        "Inscriptions par domaine": {"Brevet d'essai": 3},
        "Inscriptions par spécialité": {
            "Brevet d'essai – Marin": 2,
            "Brevet d'essai – Forestier": 1,
        },
        "Inscriptions par catégorie": {"Individuel": 3},
        "Inscriptions par académie": {"Lille": 2, "Versailles": 1},
    }
    assert "3 inscriptions enregistrées, dont 2 en cours." in words(seen(answer))


def test_each_table_is_found_by_its_heading(manager, in_lille):
    found = seen(page(manager))

    headings = [words(one) for one in found.cssselect("main h2")]
    captions = [words(one) for one in found.cssselect("main .s-counts caption")]
    assert len(captions) > 1
    assert headings == captions


def test_a_registration_that_is_modified_is_counted_once_on_its_first_day(manager):
    first = a_registration(at=NOW - timedelta(days=2))
    amending = registering.amend(registration=first, by=author(first.candidate), at=NOW)
    answer_all(amending, answers_with(identification={"mobile": "06 39 98 99 99"}))
    registering.register(draft=amending, by=author(first.candidate), at=NOW)

    assert by_day(page(manager)) == {"lundi 23 novembre": 1}


def test_what_is_of_another_perimeter_is_not_counted(member, in_lille, in_versailles):
    national = member(role=ADMINISTRATOR)
    everywhere = tables(page(national))["Inscriptions par académie"]
    of_lille = page(member("A09", email="lille@exemple.test"))
    of_no_domain = page(member("A09", domains=["AUTRE"], email="rien@exemple.test"))

    assert everywhere == {"Lille": 1, "Versailles": 1}
    assert tables(of_lille)["Inscriptions par domaine"] == {"Brevet d'essai": 1}
    assert "Inscriptions par académie" not in tables(of_lille)
    assert "Versailles" not in of_lille.text
    assert "rien à compter" in of_no_domain.text
    assert "Aucune inscription enregistrée" in of_no_domain.text


def test_a_choice_is_kept_in_the_address_and_narrows_every_page(member, in_lille, in_versailles):
    service = RegistrationService.objects.get(academy="A25")
    administrator = member(role=ADMINISTRATOR)

    for asked in ({"academie": "A25"}, {"service": service.pk}):
        answer = page(administrator, **asked)
        assert tables(answer)["Inscriptions par académie"] == {"Versailles": 1}
        [(name, value)] = asked.items()
        links = [one.get("href") for one in seen(answer).cssselect(".s-tabs a")]
        assert [f"?{name}={value}" in link for link in links] == [True] * len(links)


def test_only_those_that_stand_are_counted_where_it_is_asked(member):
    administrator = member(role=ADMINISTRATOR)
    standing = a_registration()
    for academy, said in (("A09", {}), ("A25", VERSAILLES)):
        gone = a_registration(academy=academy, identification=said)
        leaving.withdraw(registration=gone, by=author(gone.candidate), at=NOW)

    answer = page(administrator, comptees="en-cours")
    of_today = page(administrator, "hours", comptees="en-cours")

    found = tables(answer)
    assert {name: table(answer, name) for name in found} == {
        "Inscriptions par jour": {"mercredi 25 novembre": 1},
        "Inscriptions par état, aujourd'hui": {"Inscription enregistrée": 1},
        "Inscriptions par domaine": {"Brevet d'essai": 1},
        "Inscriptions par spécialité": {"Brevet d'essai – Marin": 1},
        "Inscriptions par catégorie": {"Individuel": 1},
        "Inscriptions par académie": {"Lille": 1},
    }
    assert "1 inscription en cours. 1 candidat" in words(seen(answer))
    assert "Inscriptions comptées : En cours seulement" in words(seen(answer))
    assert table(of_today, "Inscriptions par heure") == {"10 h 00 (heure de Paris)": 1}
    assert "1 inscription enregistrée et en cours." in words(seen(of_today))
    assert "Dans la dernière heure : 1 ." in words(seen(of_today))
    assert page(administrator).context["count"] == 3
    assert standing.state == "registered"


@pytest.mark.parametrize("name", ["begun", "verdicts", "accommodation_delays", "troubles"])
def test_the_choice_is_kept_by_the_pages_that_count_something_else(manager, name):
    answer = page(manager, name, comptees="en-cours")

    [kept] = seen(answer).cssselect("main form [name=comptees]")
    assert (kept.get("type"), kept.get("value")) == ("hidden", "en-cours")
    assert "En cours seulement" not in words(seen(answer))
    links = [one.get("href") for one in seen(answer).cssselect(".s-tabs a")]
    assert ["?comptees=en-cours" in link for link in links] == [True] * len(links)


def test_a_day_leads_to_the_hours_of_those_that_stand(manager, in_lille):
    asked = {"comptees": "en-cours", "du": "25/11/2026"}
    [link] = seen(page(manager, **asked)).cssselect(".s-counts tbody a")

    assert "comptees=en-cours" in link.get("href")
    assert manager.get(link.get("href")).context["is_standing"] is True


def test_who_withdraws_and_registers_anew_is_one_candidate_of_two_registrations(manager):
    first = a_registration()
    leaving.withdraw(registration=first, by=author(first.candidate), at=NOW)
    a_registration(first.candidate)
    a_registration()

    answer = words(seen(page(manager)))

    assert (
        "3 inscriptions enregistrées, dont 2 en cours. 2 candidats, comptés une fois chacun."
    ) in answer


def test_what_is_counted_is_said(manager, in_lille):
    answer = words(seen(page(manager)))
    of_standing = words(seen(page(manager, comptees="en-cours")))

    assert "elle est comptée là où elle est maintenant, aux jours passés aussi." in answer
    assert (
        "« Inscription enregistrée » est celle qui n'est encore ni validée, ni en anomalie, "
        "ni écartée, ni désinscrite : le total réunit tous les états."
    ) in answer
    assert "écartées ou désinscrites depuis ne sont pas comptées" in of_standing


OTHER_INDEXES = """
    SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = 'registrations_registration'::regclass AND relname <> 'registration_counted'
      AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
"""


@pytest.mark.parametrize("asked", [{}, {"comptees": "en-cours"}])
def test_registrations_are_counted_in_one_index_alone(member, in_lille, asked):
    administrator, plans = member(role=ADMINISTRATOR), []

    def explained(execute, sql, params, many, context):
        if sql.startswith("SELECT") and 'FROM "registrations_registration"' in sql:
            execute(f"EXPLAIN {sql}", params, many, context)
            plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        # Of a handful of rows, PostgreSQL would read the table, or any other index, a unique one of
        # some rows too; of many, it does not.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(OTHER_INDEXES)
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP INDEX "{name}"')
    with connection.execute_wrapper(explained):
        page(administrator, **asked)
        page(administrator, "hours", **asked)

    # All that tells them apart, persons, hours; then the hours of today, and those just filed.
    assert len(plans) == 5
    assert [one for one in plans if "Index Only Scan using registration_counted" not in one] == []


# --- Clocks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("zone", "academy"), [(PARIS, "A09"), (REUNION, "A28")])
def test_the_last_minute_of_a_day_is_of_that_day_where_it_counts(
    with_reunion, member, zone, academy
):
    make = in_reunion if academy == "A28" else (lambda instant: a_registration(at=instant))
    make(at(zone, 2026, 11, 23, 23, 59))
    make(at(zone, 2026, 11, 24, 0, 0))
    client = member(academy)

    answer = page(client)
    of_day = page(client, "hours", jour="23/11/2026")

    assert by_day(answer) == {"lundi 23 novembre": 1, "mardi 24 novembre": 1}
    said = "heure de Paris" if zone is PARIS else "heure de La Réunion"
    assert f"comptés à l'{said}." in html.unescape(answer.text)
    assert table(of_day, "Inscriptions par heure") == {f"23 h 00 ({said})": 1}


def test_one_clock_counts_where_there_are_several_and_it_is_said(with_reunion, member):
    in_reunion(at(REUNION, 2026, 11, 24, 0, 30))
    a_registration(at=at(PARIS, 2026, 11, 23, 23, 59))
    administrator = member(role=ADMINISTRATOR)

    together = page(administrator)
    there = page(administrator, academie="A28")

    assert by_day(together) == {"lundi 23 novembre": 2}
    assert "plusieurs horloges" in words(seen(together))
    assert "choisissez un seul service d'inscription" in words(seen(together))
    assert "tous comptés à l'heure de Paris" in words(seen(together))
    assert by_day(there) == {"mardi 24 novembre": 1}


def test_the_hours_of_today_stop_at_the_hour_that_it_is(manager):
    a_registration(at=NOW - timedelta(minutes=5))
    a_registration(at=NOW - timedelta(minutes=50))
    a_registration(at=NOW - timedelta(hours=3))

    answer = page(manager, "hours")

    hours = tables(answer)["Inscriptions par heure"]
    assert [*hours][0::10] == ["0 h 00 (heure de Paris)", "10 h 00 (heure de Paris)"]
    assert {name[:2]: n for name, n in hours.items() if n} == {"7 ": 1, "9 ": 1, "10": 1}
    text = words(seen(answer))
    assert "Dans la dernière heure : 2 . Dans les dix dernières minutes : 1 ." in text
    assert "Compté le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in text


@pytest.mark.parametrize(("day", "count"), [("25/10/2026", 25), ("29/03/2026", 23)])
def test_the_days_on_which_clocks_move_have_the_hours_that_they_have(manager, day, count):
    assert len(tables(page(manager, "hours", jour=day))["Inscriptions par heure"]) == count


def test_the_two_hours_of_one_name_are_told_apart(manager):
    for instant in (at(UTC, 2026, 10, 25, 0, 30), at(UTC, 2026, 10, 25, 1, 30)):
        a_registration(at=instant)

    found = table(page(manager, "hours", jour="2026-10-25"), "Inscriptions par heure")

    assert found == {
        "2 h 00, avant le changement d'heure (heure de Paris)": 1,
        "2 h 00, après le changement d'heure (heure de Paris)": 1,
    }


def test_what_closes_today_is_said_with_the_time_that_is_left(member):
    manager = member("A09")
    RegistrationService.objects.update(closes_at=at(PARIS, 2026, 11, 25, 23, 59))
    forget()

    answer = page(manager, "hours")

    assert "Ferme aujourd'hui" in words(seen(answer))
    assert "23 h 59 (heure de Paris), dans 13 heures et 30 minutes" in words(seen(answer))
    forget()


def close(academy, instant):
    """Let the service of an academy close at an instant."""
    RegistrationService.objects.filter(academy=academy).update(closes_at=instant)
    forget()


def test_the_last_hour_and_minutes_of_what_closed_are_still_told_on_its_day(member):
    """As long as its last minute: 17 h 00 and fifty-nine seconds was in time."""
    closes_at = at(PARIS, 2026, 11, 23, 17, 0)
    for minutes in (-60, -59, -15, -9, 0):
        a_registration(at=closes_at + timedelta(minutes=minutes, seconds=59))
    a_registration(at=closes_at + timedelta(minutes=1))
    gone = a_registration(at=closes_at)
    leaving.withdraw(registration=gone, by=author(gone.candidate), at=NOW)
    a_registration(academy="A25", identification=VERSAILLES, at=closes_at)
    client = member(role=ADMINISTRATOR)
    close("A09", closes_at)

    text = words(seen(page(client, "hours", jour="23/11/2026")))
    of_standing = words(seen(page(client, "hours", jour="23/11/2026", comptees="en-cours")))

    said = (
        "A fermé ce jour-là Brevet d'essai, session 2027, académie de Lille : lundi 23 novembre "
        "2026 à 17 h 00 (heure de Paris). Dans la dernière heure : {} . Dans les dix dernières "
        "minutes : {} ."
    )
    assert said.format(5, 3) in text
    assert said.format(4, 2) in of_standing
    assert "Ferme ce jour-là" not in text
    forget()


def test_what_closed_today_is_told_apart_from_what_will_close(member):
    client = member(role=ADMINISTRATOR)
    close("A09", NOW - timedelta(minutes=1))
    close("A25", NOW)

    text = words(seen(page(client, "hours")))

    assert "A fermé aujourd'hui Brevet d'essai, session 2027, académie de Lille" in text
    assert "Dans la dernière heure : 0 . Dans les dix dernières minutes : 0 ." in text
    assert "Ferme aujourd'hui Brevet d'essai, session 2027, académie de Versailles" in text
    forget()


def test_what_will_close_another_day_is_said_in_the_present(member):
    client = member("A09")
    close("A09", at(PARIS, 2026, 11, 30, 17, 0))

    text = words(seen(page(client, "hours", jour="30/11/2026")))

    assert "Ferme ce jour-là" in text
    assert "A fermé" not in text
    forget()


# --- Periods ------------------------------------------------------------------------------------


def test_without_a_period_all_is_counted_from_the_first_opening(manager):
    a_registration(at=at(PARIS, 2026, 10, 12, 8, 0))

    answer = page(manager)

    assert by_day(answer) == {"lundi 12 octobre": 1}
    assert len(tables(answer)["Inscriptions par jour"]) == 45
    assert "Du 12 octobre 2026 au 25 novembre 2026." in words(seen(answer))


def test_a_long_period_is_gathered_by_week(manager):
    a_registration(at=NOW - timedelta(days=1))
    a_registration(at=NOW - timedelta(days=9))

    answer = page(manager, du="01/09/2026", au="25/11/2026")

    assert table(answer, "Inscriptions par semaine") == {
        "Du 16 au 22 novembre": 1,
        "Du 23 au 25 novembre, semaine en cours": 1,
    }


@pytest.mark.parametrize(
    ("du", "au", "first", "last"),
    [
        (
            "28/09/2026",
            "22/11/2026",
            "Du 28 septembre au 4 octobre",
            "Du 16 au 22 novembre",
        ),
        (
            "30/12/2025",
            "24/11/2026",
            "Du 30 décembre 2025 au 4 janvier 2026",
            "Du 23 au 24 novembre 2026, semaine en cours",
        ),
        (
            "05/10/2026",
            "29/11/2026",
            "Du 5 au 11 octobre",
            "Du 23 au 29 novembre, semaine en cours",
        ),
        (
            "01/09/2026",
            "23/11/2026",
            "Du 1er au 6 septembre",
            "lundi 23 novembre, semaine en cours",
        ),
    ],
)
def test_a_week_says_its_days_and_that_it_is_not_finished(manager, du, au, first, last):
    weeks = [*tables(page(manager, du=du, au=au))["Inscriptions par semaine"]]

    assert (weeks[0], weeks[-1]) == (first, last)
    assert [week for week in weeks[:-1] if "en cours" in week] == []


@pytest.mark.parametrize("days", [1, 2, 7, 45, 46, 100, 366])
def test_the_steps_of_a_period_are_its_days_each_once(days):
    first = date(2026, 2, 26)
    period = Period(first, first + timedelta(days=days - 1), "Europe/Paris")

    found = [
        step.first + timedelta(days=number)
        for step in period.steps()
        for number in range((step.last - step.first).days + 1)
    ]

    assert found == [first + timedelta(days=number) for number in range(days)]


def test_a_day_leads_to_its_hours(manager, in_lille):
    [link] = seen(page(manager, academie="A09", du="25/11/2026")).cssselect(".s-counts tbody a")

    found = manager.get(link.get("href"))

    assert link.get("href") == f"{reverse('office:hours')}?academie=A09&jour=2026-11-25"
    assert table(found, "Inscriptions par heure") == {"10 h 00 (heure de Paris)": 1}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"du": "31/02/2026"}, "Ce jour n'existe pas dans le calendrier"),
        ({"du": "hier"}, "Indiquez le jour, le mois et l'année"),
        ({"du": "01/01/0001"}, "Indiquez une année entre 2000 et 2100."),
        ({"au": "31/12/9999"}, "Indiquez une année entre 2000 et 2100."),
        ({"du": "25/11/2026", "au": "24/11/2026"}, "ne vient pas avant"),
        ({"du": "01/01/2024", "au": "25/11/2026"}, "un an au plus"),
        ({"domaine": "999999"}, "n'est pas proposée ici"),
        ({"domaine": "' OR 1=1"}, "n'est pas proposée ici"),
        ({"session": "9" * 40}, "n'est pas proposée ici"),
        ({"academie": "A25"}, "n'est pas proposée ici"),
        ({"service": "-1"}, "n'est pas proposée ici"),
        ({"service": "\x00"}, "n'est pas proposée ici"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_a_sentence(manager, asked, said):
    answer = page(manager, **asked)

    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert tables(answer) == {}


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("31/02/2026", "Ce jour n'existe pas dans le calendrier"),
        ("\x00", "Indiquez le jour, le mois et l'année"),
        ("x" * 5000, "Indiquez le jour, le mois et l'année"),
        ("01/01/0001", "Indiquez une année entre 2000 et 2100."),
        ("31/12/9999", "Indiquez une année entre 2000 et 2100."),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_a_sentence(manager, day, said):
    answer = page(manager, "hours", jour=day)

    assert answer.status_code == 422
    assert said in html.unescape(answer.text)


def test_a_service_of_another_perimeter_is_refused_as_one_that_does_not_exist(manager):
    theirs = RegistrationService.objects.get(academy="A25").pk

    found = [page(manager, service=key) for key in (theirs, 987_654)]

    assert [one.status_code for one in found] == [422, 422]
    assert words(seen(found[0])) == words(seen(found[1]))
    assert "Versailles" not in found[0].text


def test_choices_that_exclude_one_another_are_said_to(member):
    service = RegistrationService.objects.get(academy="A25").pk

    answer = page(member(role=ADMINISTRATOR), academie="A09", service=service)

    assert answer.status_code == 422
    assert "ne répond à ces choix ensemble" in answer.text


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
@pytest.mark.parametrize("field", ["du", "au"])
def test_one_bound_alone_is_enough(manager, field, day):
    assert page(manager, **{field: day}).status_code == 200


# --- What is begun ------------------------------------------------------------------------------


def test_what_is_begun_is_counted_by_the_last_tab_that_has_answers(member):
    manager = member("A09")
    filled = a_draft()
    for section in ("modalites", "identification"):
        draft = empty()
        drafting.answer(
            draft=draft, section=section, typed=ANSWERS[section], seen_revision=None, at=NOW
        )
    empty()
    empty(academy="A25")
    drafting.abandon(draft=a_draft(), at=NOW)
    a_registration()

    answer = page(manager, "begun")

    assert table(answer, "Saisies commencées, par le dernier onglet répondu") == {
        "Aucune réponse": 1,
        "Modalités d'inscription": 1,
        "Identification": 1,
        "Épreuves": 1,
    }
    assert "4 saisies commencées" in words(seen(answer))
    assert Draft.objects.open().filter(service=filled.service).count() == 4


def test_modifications_are_counted_apart_and_untouched_ones_not_at_all(manager):
    touched, untouched = a_registration(), a_registration()
    for registration in (touched, untouched):
        registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    drafting.answer(
        draft=touched.drafts.get(filed_as=None),
        section="identification",
        typed=ANSWERS["identification"],
        seen_revision=None,
        at=NOW + timedelta(minutes=1),
    )

    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        answer = page(manager, "begun")

    assert "Modifications commencées d'une inscription enregistrée 1 " in words(seen(answer))
    assert "touchées dans la dernière heure 1 " in words(seen(answer))
    assert "Aucune saisie commencée" in words(seen(answer))


def test_what_can_no_longer_be_filed_is_said(manager):
    a_draft()
    RegistrationService.objects.update(closes_at=NOW - timedelta(minutes=30))
    forget()

    answer = page(manager, "begun")

    assert "Dont 1 pour un service qui a fermé" in words(seen(answer))
    forget()


def empty(academy="A09"):
    """Begin a draft, and answer nothing."""
    candidate = a_candidate()
    like = a_draft(candidate, academy=academy)
    like.answers.all().delete()
    return like


# --- Mails --------------------------------------------------------------------------------------


def test_mails_in_trouble_are_those_of_the_perimeter(member, in_lille, in_versailles):
    of_account = Message.objects.create(
        kind="activation",
        key="compte",
        recipient="x@exemple.test",
        subject="Activez votre compte",
        about_kind="user",
        about_id="pas un nombre",
        written_at=NOW - timedelta(hours=2),
        next_try_at=NOW,
    )
    about = Message.objects.filter(about_kind="registration")
    about.filter(about_id=str(in_lille.pk)).update(state="refused", last_error="550 inconnu")
    about.filter(about_id=str(in_versailles.pk)).update(written_at=NOW - timedelta(days=3))
    national, manager = member(role=ADMINISTRATOR), member("A09", email="lille@exemple.test")

    everywhere, here = page(national, "troubles"), page(manager, "troubles")

    assert of_account.state == "waiting"
    assert table(everywhere, "Mails en difficulté") == {
        "Refusés par le serveur du destinataire, depuis 30 jours": 1,
        "En attente depuis plus d'une heure": 1,
        "En attente depuis plus d'un jour": 1,
    }
    assert table(here, "Mails en difficulté") == {
        "Refusés par le serveur du destinataire, depuis 30 jours": 1,
    }
    links = [one.get("href") for one in seen(here).cssselect(".s-table a")]
    assert links == [reverse("office:mails", args=[in_lille.number])]
    assert "550 inconnu" in here.text
    assert in_versailles.number not in here.text


def test_a_mail_that_was_sent_again_and_arrived_is_in_trouble_no_more(manager, in_lille):
    refused = Message.objects.get(kind="registered", about_id=str(in_lille.pk))
    Message.objects.filter(pk=refused.pk).update(state="refused", last_error="554 refused")
    refused.refresh_from_db()
    assert table(page(manager, "troubles"), "Mails en difficulté")

    again = resending.send_again(message=refused, registration=in_lille, by=OPERATOR, at=NOW)
    Message.objects.filter(pk=again.pk).update(state="sent", sent_at=NOW)

    assert "554 refused" not in page(manager, "troubles").text


def test_mails_about_documents_are_those_of_the_registrations_they_are_of(
    member, in_lille, in_versailles
):
    Message.objects.all().delete()
    for registration in (in_lille, in_versailles):
        issued = DocumentVersion.objects.get(
            document__folder=registration.folder, document__kind="recapitulatif"
        )
        Message.objects.create(
            kind="document_unread",
            key=f"document:{issued.pk}:unread",
            recipient="x@exemple.test",
            subject="Un document vous attend",
            about_kind="documentversion",
            about_id=str(issued.pk),
            state="refused",
            written_at=NOW,
            next_try_at=NOW,
        )

    manager = member("A09")

    here = page(manager, "troubles")
    everywhere = page(member(role=ADMINISTRATOR, email="tout@exemple.test"), "troubles")

    refused = "Refusés par le serveur du destinataire, depuis 30 jours"
    assert table(here, "Mails en difficulté") == {refused: 1}
    assert table(everywhere, "Mails en difficulté") == {refused: 2}
    [link] = [one.get("href") for one in seen(here).cssselect(".s-table a")]
    assert link == reverse("office:mails", args=[in_lille.number])
    # There it is, among the mails of the file; that of the other file is not.
    mails = words(seen(manager.get(link)))
    assert mails.count("Rappel d'un document à lire") == 1


@pytest.mark.parametrize(
    ("name", "trail"),
    [
        ("statistics", ["Accueil", "Statistiques"]),
        ("hours", ["Accueil", "Statistiques", "Heure par heure"]),
    ],
)
def test_the_way_to_each_page_is_said(manager, name, trail):
    found = seen(page(manager, name)).cssselect(".fr-breadcrumb__link")

    assert [words(one) for one in found] == trail


def test_a_mail_that_has_just_been_written_is_in_no_trouble(manager, in_lille):
    assert Message.objects.filter(state="waiting").exists()

    assert "Aucun mail en difficulté" in page(manager, "troubles").text


# --- Charts, tables, costs ------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_nothing_says_so_and_draws_nothing(manager, name):
    answer = page(manager, name)

    assert answer.status_code == 200
    assert "Aucun" in answer.text or "aucune" in answer.text
    assert seen(answer).cssselect(".s-figures")
    assert seen(answer).cssselect("[role=img]") == []


def test_a_chart_says_the_figures_of_its_table(member, in_lille, in_versailles):
    a_registration(at=NOW - timedelta(days=1))
    answer = page(member(role=ADMINISTRATOR))

    blocks = seen(answer).cssselect(".s-figures")
    assert len(blocks) == 6
    for block in blocks:
        [chart] = block.cssselect("[role=img]")
        figures = [int(words(row[1])) for row in block.cssselect("tbody tr")]
        bars = chart.cssselect("rect")
        size = "height" if not chart.cssselect(".s-chart__text--count") else "width"
        sizes = [float(bar.get(size).removesuffix("%")) for bar in bars]
        assert len(bars) == len(figures)
        assert [round(one / max(sizes) * max(figures)) for one in sizes] == figures
        assert words(block.find(".//caption")) in chart.get("aria-label")


def test_the_words_and_counts_of_bars_are_those_of_lines(manager, in_lille):
    for block in seen(page(manager)).cssselect(".s-figures")[1:]:
        counts = [words(one) for one in block.cssselect(".s-chart__text--count")]
        labels = [words(one) for one in block.cssselect("p.s-chart__text")]
        lines = block.cssselect("tbody tr")
        assert (labels, counts) == (
            [words(row[0]) for row in lines],
            [words(row[1]) for row in lines],
        )


def test_states_are_in_the_order_of_a_life_whatever_their_size(manager):
    for _ in range(2):
        gone = a_registration()
        leaving.withdraw(registration=gone, by=author(gone.candidate), at=NOW)
    a_registration()

    assert [*tables(page(manager))["Inscriptions par état, aujourd'hui"].items()] == [
        ("Inscription enregistrée", 1),
        ("Inscription validée", 0),
        ("Inscription en anomalie", 0),
        ("Inscription écartée", 0),
        ("Désinscription", 2),
    ]


@pytest.mark.parametrize("asked", [{}, {"comptees": "en-cours"}])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_costs_as_much_for_many_as_for_few(member, name, asked):
    administrator = member(role=ADMINISTRATOR)

    def cost():
        page(administrator, name, **asked)
        with CaptureQueriesContext(connection) as told:
            assert page(administrator, name, **asked).status_code == 200
        return len(told)

    a_registration()
    a_draft()
    Message.objects.update(state="refused")
    few = cost()

    for _ in range(6):
        a_registration(academy="A25", identification=VERSAILLES)
        a_registration(speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"})
        a_draft()
    Message.objects.update(state="refused")

    assert cost() == few <= 10


def test_a_state_decided_since_is_the_one_that_is_counted(manager, in_lille):
    by = author(in_lille.candidate)
    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=by, at=NOW)

    found = table(page(manager), "Inscriptions par état, aujourd'hui")

    assert found == {"Inscription validée": 1}


@pytest.mark.django_db(transaction=True)
def test_what_is_filed_meanwhile_changes_no_figure_of_the_page(territory):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    load_invented()
    everything = Selection(Reach((Perimeter(None, None, OPERATOR),)))
    today = Period(NOW.date(), NOW.date(), "Europe/Paris")

    def file():
        a_registration()
        connections.close_all()

    with queries.one_snapshot():
        before = queries.filed(everything, today).total
        with ThreadPoolExecutor(max_workers=1) as other:
            other.submit(file).result()
        meanwhile = sum(queries.filed_by_hour(everything, today).values())

    assert (before, meanwhile) == (0, 0)
    assert queries.filed(everything, today).total == 1


def test_a_chart_of_very_many_says_that_the_others_are_in_the_table():
    rows = [Row(f"Spécialité {number:02}", 100 - number) for number in range(45)]

    made = by_size("Inscriptions par spécialité", "Spécialité", rows)

    assert [row.label for row in made.rows] == [row.label for row in rows]
    assert made.chart.rest == "Les 5 suivantes sont dans le tableau."
    assert [bar.counted for bar in made.chart.bars] == [row.counted for row in made.rows[:40]]


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([], []),
        ([0, 0], []),
        ([3, 0], ["100,0 %", "0,0 %"]),
        ([1, 1, 1], ["33,3 %", "33,3 %", "33,3 %"]),
        ([2, 2, 2, 1], ["28,6 %", "28,6 %", "28,6 %", "14,3 %"]),
        ([137, 743, 2134], ["4,5 %", "24,7 %", "70,8 %"]),
        ([1, 1999], ["0,1 %", "plus de 99,9 %"]),
        ([99_999, 1], ["plus de 99,9 %", "moins de 0,1 %"]),
    ],
)
def test_a_share_is_neither_nothing_of_something_nor_all_of_less(counts, said):
    assert shares(counts) == said


@given(counts=st.lists(st.integers(0, 200), min_size=1, max_size=30).filter(any))
def test_a_share_is_the_nearest_tenth_whatever_the_others_are(counts):
    said = shares(counts)

    told = {"moins de 0,1 %": "0", "plus de 99,9 %": "100"}
    tenths = [
        round(float(told.get(one, one.removesuffix(" %")).replace(",", ".")) * 10) for one in said
    ]
    exact = [Fraction(1_000 * count, sum(counts)) for count in counts]
    assert tenths == [math.floor(one + Fraction(1, 2)) for one in exact]
    assert add_up(counts) is (sum(tenths) == 1_000)


def test_shares_that_are_not_together_a_hundred_are_said_to_be_rounded(manager, in_lille):
    rounded = "Les parts sont arrondies : leur somme peut différer de 100 %."
    assert rounded not in words(seen(page(manager)))
    validated, withdrawn = a_registration(), a_registration()
    deciding.decide(
        registration=validated, decision=VALIDATE, reason="", by=author(validated.candidate), at=NOW
    )
    leaving.withdraw(registration=withdrawn, by=author(withdrawn.candidate), at=NOW)

    answer = page(manager)

    shown = [words(row[2]) for row in seen(answer).cssselect(".s-counts tbody tr") if len(row) > 2]
    assert shown.count("33,3 %") == 3
    assert words(seen(answer)).count(rounded) == 1


@pytest.mark.parametrize("places", range(1, 54))
def test_what_stands_under_columns_never_overlaps_on_a_telephone(places):
    # As a browser draws them: 320 pixels, less the margins and the scale; five figures of 14 px.
    width, word = 212, 44
    rows = [Row(f"jour {number}", 1, short="25/11") for number in range(places)]

    marks = [mark for mark in in_time("Inscriptions", "Jour", rows).chart.marks if not mark.line]

    spans = []
    for mark in marks:
        x = float(mark.x.removesuffix("%")) * width / 100
        start = {"start": x, "middle": x - word / 2, "end": x - word}[mark.anchor]
        spans.append((start, start + word))
    assert spans[0][0] >= 0
    assert spans[-1][1] <= width
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("most", "lines"),
    [(1, [0, 1]), (3, [0, 1, 2, 3]), (7, [0, 2, 4, 6, 8]), (163, [0, 50, 100, 150, 200])],
)
def test_the_lines_of_a_scale_are_round_figures(most, lines):
    made = in_time("Inscriptions par jour", "Jour", [Row("lundi", most)])

    assert [int(mark.text) for mark in made.chart.marks if mark.line] == lines
