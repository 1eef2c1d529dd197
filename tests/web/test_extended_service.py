"""What a version told to send follows its service: more time, never less (I1)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.states import State
from sporades.acts.identities import correcting
from sporades.acts.services import opening
from sporades.candidates.operations import civil_data
from sporades.core.actors import Actor
from sporades.documents.operations import issue
from sporades.exams.models import ServiceChange
from sporades.exams.states import ChangeState
from sporades.publications.attestation import ATTESTATION, Attested
from tests.accommodations.asked import reach
from tests.factories import NOW, OPERATOR, a_registration, load_invented
from tests.web.guide import main

HEAD = Actor("head", "Cheffe d'essai", "user:0")
WEEK = timedelta(days=7)
TOLD = {
    "accommodation": "votre inscription, avant le mardi 15 décembre 2026 à 23 h 59",
    "summary": "au plus tard le vendredi 25 décembre 2026",
    "piece": "avant le mercredi 30 décembre 2026 à 23 h 59",
}
EXTENDED = {
    "accommodation": "votre inscription, avant le mardi 22 décembre 2026 à 23 h 59",
    "summary": "au plus tard le vendredi 1er janvier 2027",
    "piece": "avant le mercredi 6 janvier 2027 à 23 h 59",
}

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def registration(db):
    return a_registration(informations={"has_disability": "oui"})


def move(registration, by):
    """Move the closing of the service of a registration, with the approval that it needs."""
    service = registration.service
    made = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + by,
        reason="Essai",
        by=OPERATOR,
        at=NOW,
    )
    if made.state == ChangeState.PROPOSED:
        opening.approve_together([(ServiceChange.objects.get(pk=made.pk), HEAD)], at=NOW)


def pages(sign_in, registration):
    """Return « N° Inscription », « Suis-je bien inscrit ? » and the home page."""
    client = sign_in(registration.candidate)
    mine = f"/mes-inscriptions/{registration.number}"
    where = (f"{mine}/numero", f"{mine}/suis-je-inscrit", "/accueil")
    return [main(client.get(page)).replace("\xa0", " ") for page in where]


def said(page, deadlines):
    """Return which of some deadlines a page says."""
    return [name for name, words in deadlines.items() if words in page]


def test_each_page_says_the_deadlines_that_an_extension_gives(registration, sign_in):
    before = pages(sign_in, registration)
    move(registration, WEEK)

    after = pages(sign_in, registration)

    every, dated = ["accommodation", "summary", "piece"], ["summary", "piece"]
    assert [said(page, TOLD) for page in before] == [every, dated, dated]
    assert [said(page, EXTENDED) for page in after] == [every, dated, dated]
    assert [said(page, TOLD) for page in after] == [[], [], []]


def test_a_closing_that_comes_earlier_takes_back_nothing_that_was_told(registration, sign_in):
    before = pages(sign_in, registration)
    move(registration, -WEEK)

    assert pages(sign_in, registration)[:2] == before[:2]
    assert said(pages(sign_in, registration)[2], TOLD) == ["summary", "piece"]


@pytest.mark.parametrize(
    ("day", "due"),
    [
        ("2026-12-23", "mercredi 23 décembre 2026"),
        # Whoever registers on the last day may still send it: the closing has passed that day.
        ("2026-12-18", "mardi 22 décembre 2026"),
    ],
)
def test_a_fixed_day_does_not_move_unless_the_closing_passes_it(sign_in, day, due):
    load_invented(("echeance: {jours_apres_fermeture: 10}", f"echeance: {{le: {day}}}"))
    registration = a_registration()
    move(registration, WEEK)

    [number, *_] = pages(sign_in, registration)

    assert f"À poster au plus tard le {due} (cachet de la poste)" in number
    assert said(number, EXTENDED) == ["piece"]


def test_what_reminds_of_a_piece_goes_on_until_the_last_minute_in_force(registration, sign_in):
    move(registration, WEEK)

    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        [*_, home] = pages(sign_in, registration)

    assert said(home, EXTENDED) == ["summary", "piece"]


def test_the_summary_that_was_issued_says_that_there_is_more_time(registration, sign_in):
    client = sign_in(registration.candidate)
    twin = f"/mes-documents/{registration.number}/recapitulatif"
    more_time = "Vous avez plus de temps que ne le dit ce document"
    before = main(client.get(twin))
    move(registration, WEEK)

    after = main(client.get(twin))

    assert more_time not in before
    assert more_time in after


@pytest.mark.parametrize(("days", "is_said"), [(38, True), (46, False)])
def test_the_summary_says_so_no_more_once_all_of_it_has_passed(
    registration, sign_in, days, is_said
):
    move(registration, WEEK)

    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        page = main(
            sign_in(registration.candidate).get(
                f"/mes-documents/{registration.number}/recapitulatif"
            )
        )

    assert ("Vous avez plus de temps" in page) == is_said


def test_what_calls_for_nothing_does_not_speak_of_more_time(registration, sign_in):
    issue(registration.folder, ATTESTATION, Attested(registration, NOW), at=NOW, published_at=NOW)
    reach(registration, State.NOTIFIED)
    move(registration, WEEK)
    client, mine = sign_in(registration.candidate), f"/mes-documents/{registration.number}"

    pages = [main(client.get(f"{mine}/{kind.slug}")) for kind in (ATTESTATION, NOTIFICATION)]

    assert not any("plus de temps" in page for page in pages)


def test_a_correction_issues_the_summary_with_the_deadlines_in_force(registration):
    move(registration, WEEK)
    identity = registration.candidate.identity

    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )

    was, now = (
        [version.snapshot["to_return"]["until"], version.snapshot["evidence"][0]["until"]]
        for version in registration.versions.order_by("number")
    )
    assert was == ["2026-12-25T22:59:00+00:00", "2026-12-30T22:59:00+00:00"]
    assert now == ["2027-01-01T22:59:00+00:00", "2027-01-06T22:59:00+00:00"]
