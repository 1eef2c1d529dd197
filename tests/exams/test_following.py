"""A later closing moves other deadlines: which, and until when, is said to whoever moves it."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from sporades.acts.registrations import leaving
from sporades.exams.following import falling, following, following_together
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.registrations.former import stood_under
from tests.factories import INVENTED, NOW, a_registration, author, load_invented

FIXED = "{le: 2026-12-18}"
IDENTITY = (
    "libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}",
    f"libelle: Pièce d'identité, echeance: {FIXED}",
)
BAC = (
    "si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}",
    f"si: {{diplome: [BAC]}}, echeance: {FIXED}",
)
SUMMARY = ("echeance: {jours_apres_fermeture: 10}", f"echeance: {FIXED}")
WEEK = timedelta(days=7)
MOVED = "jusqu'au mardi 22 décembre 2026 à 23 h 59 (heure de Paris), au lieu du vendredi 18 décembre 2026 à 23 h 59 (heure de Paris)"

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


def plain(text):
    """Return a text with spaces that are all of one kind."""
    return text.replace("\xa0", " ")


@pytest.fixture
def service():
    return RegistrationService.objects.for_list().get(academy="A09")


def every(service, by):
    closing = service.closes_at
    under = stood_under([service])
    lines = following(service, closed_at=closing, closes_at=closing + by, under=under)
    return [plain(line) for line in lines]


def said(service, by):
    """Return what is said of those that are a fixed day."""
    return [line for line in every(service, by) if "au lieu du vendredi 18 décembre" in line]


def test_a_fixed_day_before_the_new_closing_becomes_that_closing(service):
    load_invented(IDENTITY)

    assert said(service, WEEK) == [f"pièce « Pièce d'identité » : {MOVED}"]


def test_what_falls_on_one_day_is_said_in_one_sentence(service):
    load_invented(IDENTITY, BAC, SUMMARY)

    assert said(service, WEEK) == [
        "pièces « Pièce d'identité » et « Copie du baccalauréat », récapitulatif signé : " + MOVED
    ]


def test_what_the_academy_does_not_ask_for_is_not_said(service):
    elsewhere = SUMMARY[1] + "\n      academies: [A25]"
    load_invented(
        IDENTITY,
        (SUMMARY[0], elsewhere),
        (BAC[0], BAC[1].replace("{diplome:", "{academie: [A25], diplome:")),
    )
    other = RegistrationService.objects.for_list().get(academy="A25")

    [here], [there] = said(service, WEEK), said(other, WEEK)

    assert "Copie du baccalauréat" not in " ".join(every(service, WEEK))
    assert here == f"pièce « Pièce d'identité » : {MOVED}"
    assert there == (
        "pièces « Pièce d'identité » et « Copie du baccalauréat », récapitulatif signé : "
        + MOVED.replace("23 h 59 (heure de Paris), au", "17 h 00 (heure de Paris), au")
    )


def test_so_many_days_after_a_closing_move_with_it_and_so_does_what_has_no_day_of_its_own(service):
    paris = "à 23 h 59 (heure de Paris)"

    lines = every(service, WEEK)

    assert lines == [
        f"{what} : jusqu'au {after} {paris}, au lieu du {before} {paris}"
        for what, before, after in (
            ("demandes d'aménagement", "mardi 15 décembre 2026", "mardi 22 décembre 2026"),
            ("récapitulatif signé", "vendredi 25 décembre 2026", "vendredi 1er janvier 2027"),
            (
                "pièces « Pièce d'identité » et « Copie du baccalauréat »",
                "mercredi 30 décembre 2026",
                "mercredi 6 janvier 2027",
            ),
        )
    ]


def test_a_fixed_day_that_the_new_closing_does_not_reach_stays(service):
    load_invented(IDENTITY)

    assert said(service, timedelta(days=2)) == []


def test_a_request_for_accommodations_has_a_day_of_its_own_where_the_regulation_gives_one(service):
    load_invented(
        ("      decision:\n", f"      echeance: {FIXED}\n      decision:\n"),
    )

    assert said(service, WEEK) == [f"demandes d'aménagement : {MOVED}"]


def test_an_earlier_closing_takes_nothing_along(service):
    load_invented(IDENTITY)

    assert said(service, -WEEK) == []


def test_a_sentence_that_is_true_of_several_services_is_said_once(service):
    load_invented(IDENTITY)
    other = RegistrationService.objects.for_list().get(academy="A25")
    until = service.closes_at + WEEK

    found = following_together(
        [(one, service.closes_at, until) for one in (service, other)], under={}
    )

    [(line, of_which)] = [one for one in found if "Pièce d'identité" in one[0]]
    assert (plain(line), of_which) == (f"pièce « Pièce d'identité » : {MOVED}", [service, other])


@pytest.mark.parametrize(
    "asked",
    [
        ("dates", "ESSAI", "2027", "A09", "--fermeture", "2026-12-22T23:59", "--motif", "Panne"),
        ("prolonger", "--jours", "7", "--academie", "A09", "--motif", "Panne"),
        ("prolonger", "--jours", "7", "--academie", "A09", "--motif", "Panne", "--pour-voir"),
    ],
)
def test_the_command_says_which_deadlines_follow(service, capsys, asked):
    load_invented(IDENTITY)

    call_command("service", *asked)

    line = f"  Suit la nouvelle fermeture : pièce « Pièce d'identité » : {MOVED}."
    assert line in plain(capsys.readouterr().out).splitlines()
    assert ServiceChange.objects.exists() is ("--pour-voir" not in asked)


def test_what_has_its_last_minute_within_some_time_is_said_but_for_what_goes_by_post(service):
    load_invented(IDENTITY, BAC, SUMMARY)
    last = service.closes_at.replace(year=2026, month=12, day=18, hour=22, minute=59)

    def within(before, after):
        found = falling([service], since=last - before, until=last + after, under={})
        return [(plain(line), some) for line, some in found]

    minute = timedelta(minutes=1)
    due = "jusqu'au vendredi 18 décembre 2026 à 23 h 59 (heure de Paris)"
    line = f"pièces « Pièce d'identité » et « Copie du baccalauréat » : {due}"
    assert within(timedelta(hours=1), minute) == [(line, [service])]
    assert within(timedelta(hours=1), timedelta(0)) == []
    assert within(-minute, timedelta(hours=1)) == []


def test_who_registered_before_keeps_deadlines_that_move_and_fall_too(service):
    a_registration()
    load_invented(IDENTITY)
    under = stood_under([service])
    paris = "à 23 h 59 (heure de Paris)"
    last = service.closes_at + timedelta(days=15)

    lines = every(service, WEEK)
    [(line, some)] = falling(
        [service], since=last - timedelta(hours=1), until=last + timedelta(hours=1), under=under
    )

    version = "(Brevet d'essai, inscrits sous la version 1)"
    assert [one for one in lines if "Pièce d'identité" in one] == [
        f"pièce « Pièce d'identité (Brevet d'essai) » : {MOVED}",
        (
            f"pièces « Copie du baccalauréat » et « Pièce d'identité {version} » : jusqu'au mercredi "
            f"6 janvier 2027 {paris}, au lieu du mercredi 30 décembre 2026 {paris}"
        ),
    ]
    assert plain(line) == (
        "pièces « Copie du baccalauréat » et « Pièce d'identité (inscrits sous la version 1) » : "
        f"jusqu'au mercredi 30 décembre 2026 {paris}"
    )
    assert some == [service]


def test_late_requests_of_one_exam_keep_the_day_that_another_exam_has_still(service):
    text = INVENTED.read_text(encoding="utf-8")
    exam = text[text.index("  - code: BE\n") : text.index("services_gestionnaires:")]
    until = exam.replace("      decision:\n", f"      tardive_jusqu_au: {FIXED}\n      decision:\n")
    other = until.replace("code: BE\n", "code: BF\n").replace(
        "libelle: Brevet d'essai\n", "libelle: Brevet bis\n"
    )
    load_invented((exam, until + other))
    a_registration()

    load_invented((exam, until.replace(FIXED, "{le: 2026-12-20}") + other))

    late = "demandes d'aménagement tardives"
    assert said(service, WEEK) == [
        f"{late} (Brevet bis), {late} (Brevet d'essai, inscrits sous la version 2) : {MOVED}"
    ]


def test_a_version_is_looked_at_where_somebody_stands_under_it_alone(service):
    standing = a_registration()
    load_invented(IDENTITY)
    services = RegistrationService.objects.for_list()

    assert stood_under(services) == {service.pk: [standing.regulation]}
    leaving.withdraw(registration=standing, by=author(standing.candidate), at=NOW)
    assert stood_under(services) == {}
