"""A deadline is said by the clock that counts, then by the reader's own where it differs (R-21)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sporades.acts.registrations import registering
from sporades.acts.services import announcing
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.mail.models import Message
from sporades.registrations.operations import drafting
from sporades.territory.queries import zone_of_address
from tests.factories import NOW, OPERATOR, a_candidate, a_draft, author
from tests.web.guide import COMPETITION, COMPETITION_ANSWERS, CONCOURS, a_browser, main, seen, words

PARIS = "mardi 15 décembre 2026 à 17 h 00 (heure de Paris)"
BOTH = f"{PARIS}, soit le mardi 15 décembre 2026 à 20 h 00 (heure de La Réunion)"
SAINT_DENIS = {
    **COMPETITION_ANSWERS["identification"],
    "postcode": "97400",
    "town": "Saint-Denis",
}
CLOSING = datetime(2026, 12, 15, 16, 0, tzinfo=UTC)
ABROAD = {**SAINT_DENIS, "postcode": "B-7500", "town": "Tournai", "country": "99131"}


@pytest.fixture(autouse=True)
def _competition(stopped_clock):
    """The invented competition, national: open in Lille and in La Réunion at the hour of Paris."""
    written = CONCOURS.read_text()
    service = next(line for line in written.splitlines() if "bureau" in line.lower())
    opening = written.splitlines()[-1]
    there = [
        line.replace("A09", "A28").replace("Lille", "La Réunion") for line in (service, opening)
    ]
    written = written.replace(service, f"{service}\n{there[0]}") + f"{there[1]}\n"
    exams.load(Source("concours.yaml", written), by=OPERATOR, at=NOW)
    forget()


def begun(address=SAINT_DENIS, academy="A09"):
    """Return a complete draft for the competition, by somebody who lives at an address."""
    candidate = a_candidate()
    exam = Exam.objects.get(code="CE")
    draft = registering.begin(
        candidate=candidate,
        exam=exam,
        speciality=None,
        service=RegistrationService.objects.get(domain=exam.domain, academy=academy),
        by=author(candidate),
        at=NOW,
    )
    for section, answers in {**COMPETITION_ANSWERS, "identification": address}.items():
        drafting.answer(draft=draft, section=section, typed=answers, seen_revision=None, at=NOW)
    return draft


def filed(draft):
    return registering.register(draft=draft, by=author(draft.candidate), at=NOW).registration


def text(page):
    """Return what a page says, with plain spaces."""
    return main(page).replace("\xa0", " ")


def test_the_openings_say_the_hour_of_an_academy_that_lives_by_another_clock():
    page = a_browser().get("/ouverture-des-services")

    rows = [words(row).replace("\xa0", " ") for row in seen(page).cssselect("main tbody tr")]
    closing = {
        row.split("Académie de ")[1].split(" Site")[0]: row for row in rows if "Concours" in row
    }
    assert BOTH in closing["La Réunion"]
    assert PARIS in closing["Lille"]
    assert "soit" not in closing["Lille"]


def test_what_several_academies_share_is_said_by_the_clock_of_none_of_them(sign_in):
    funnel = text(sign_in(a_candidate()).get("/m-inscrire"))

    assert f". Jusqu'au {PARIS}. Il reste" in funnel
    assert "La Réunion" in funnel


def test_a_candidate_reads_every_opening_by_the_clock_of_the_address_given(sign_in):
    client = sign_in(begun().candidate)

    openings = text(client.get("/ouverture-des-services?academie=A09"))
    funnel = text(client.get(f"{COMPETITION}?academie=A09"))

    assert BOTH in openings
    assert BOTH in funnel


@pytest.mark.parametrize(
    "page", ["modalites", "identification", "epreuves", "recapitulatif", "est-elle-prete"]
)
def test_each_tab_says_the_closing_by_both_clocks(sign_in, page):
    draft = begun()

    shown = sign_in(draft.candidate).get(f"/inscription/{draft.pk}/{page}")

    assert f"le service ferme le {BOTH}." in text(shown)


def test_what_awaits_and_what_is_to_be_finished_say_both(sign_in):
    client = sign_in(begun().candidate)

    assert f"À enregistrer avant le {BOTH}." in text(client.get("/accueil"))
    assert f"À enregistrer avant la fermeture : {BOTH}." in text(client.get("/mes-inscriptions"))


def test_once_closed_both_are_said_still(sign_in):
    draft = begun()
    with time_machine.travel(draft.service.closes_at + timedelta(minutes=1), tick=False):
        shown = text(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/recapitulatif"))

    assert f"Les inscriptions sont fermées depuis le {BOTH}." in shown


def test_the_registration_and_the_help_say_both(sign_in):
    registration = filed(begun())
    client = sign_in(registration.candidate)

    page = text(client.get(f"/mes-inscriptions/{registration.number}"))
    leaving = text(client.get("/aide"))

    assert f"Vous pouvez la modifier jusqu'au {BOTH}." in page
    assert f"Vous pouvez la modifier jusqu'au {BOTH}." in text(client.get("/accueil"))
    assert f", jusqu'au {BOTH}" in leaving


def test_the_receipt_says_both_on_the_screen_and_by_mail(sign_in):
    registration = filed(begun())

    page = text(
        sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/numero")
    )
    body = Message.objects.get(kind="registered").body.replace("\xa0", " ")

    received = (
        "Demande reçue le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris), "
        "soit le mercredi 25 novembre 2026 à 13 h 30 (heure de La Réunion)"
    )
    assert received in page
    assert received in body


def test_the_reminder_says_both():
    draft = begun()

    announcing.remind_drafts(at=draft.service.closes_at - timedelta(days=1))

    body = Message.objects.get(kind="draft_closing").body.replace("\xa0", " ")
    assert f"Le service ferme le {BOTH} :" in body


def test_a_reader_of_the_same_hour_reads_one_clock_wherever_the_academy_is(sign_in):
    draft = begun(COMPETITION_ANSWERS["identification"], academy="A28")

    shown = text(sign_in(draft.candidate).get(f"/inscription/{draft.pk}/recapitulatif"))

    assert f"le service ferme le {PARIS}." in shown


@pytest.mark.parametrize("address", [ABROAD, {}], ids=["abroad", "nothing typed"])
def test_until_the_address_is_known_the_academy_gives_the_clock(sign_in, address):
    lille, reunion = begun(address), begun(address, academy="A28")

    here = text(sign_in(lille.candidate).get(f"/inscription/{lille.pk}/modalites"))
    there = text(sign_in(reunion.candidate).get(f"/inscription/{reunion.pk}/modalites"))

    assert f"le service ferme le {PARIS}." in here
    assert f"le service ferme le {BOTH}." in there


def test_the_deadlines_that_a_summary_freezes_are_said_by_both_clocks():
    draft = a_draft(at=NOW)
    RegistrationService.objects.filter(pk=draft.service_id).update(zone="Indian/Reunion")
    forget()

    snapshot = registering.register(draft=draft, by=author(draft.candidate), at=NOW).snapshot

    deadlines = [snapshot["to_return"]["before"], *(one["before"] for one in snapshot["evidence"])]
    assert deadlines
    for before in deadlines:
        assert before.count("(heure de") == 2
        assert before.endswith("(heure de Paris)")
    assert snapshot["receipt"][0].count("(heure de") == 2


def test_a_postcode_that_nobody_knows_gives_no_clock():
    assert zone_of_address("00000") == ""
    assert zone_of_address(" 98800 ") == "Pacific/Noumea"
    assert zone_of_address("97 500") == "America/Miquelon"
    assert zone_of_address("1000", "99131") == ""


def test_the_competition_closes_at_the_hour_of_paris():
    services = RegistrationService.objects.filter(domain__code="CONCESSAI")

    assert set(services.values_list("academy", "closes_at", "zone")) == {
        ("A09", CLOSING, "Europe/Paris"),
        ("A28", CLOSING, "Europe/Paris"),
    }


@pytest.mark.parametrize("page", ["identification", "recapitulatif", "est-elle-prete"])
def test_on_its_last_day_the_closing_is_said_in_plain_sight(sign_in, page):
    draft = begun()
    client, address = sign_in(draft.candidate), f"/inscription/{draft.pk}/{page}"
    assert not in_sight(client.get(address))

    with time_machine.travel(draft.service.closes_at - timedelta(minutes=38), tick=False):
        [said] = in_sight(sign_in(draft.candidate).get(address))

    assert said.startswith("Il vous reste 39 minutes : le service ferme le ")


def in_sight(page):
    """Return what a page says of the time that is left, where it cannot be overlooked."""
    told = [words(one) for one in seen(page).cssselect(".s-notice--warning")]
    return [one for one in told if one.startswith("Il vous reste")]
