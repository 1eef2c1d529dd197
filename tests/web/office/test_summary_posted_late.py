"""A signed summary posted after its day: said as such to all, and not complete by itself (E9, L-05)."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accounts.permissions import Permission, reach
from sporades.acts.registrations import deciding, receiving
from sporades.evidence import operations as evidence
from sporades.evidence.states import State
from sporades.evidence.unmet import LATE_SUMMARY
from sporades.exams.models import RegistrationService
from sporades.registrations.states import VALIDATE
from sporades.searches.operators import Operator
from tests.evidence.given import MANAGER, again, complete
from tests.evidence.test_found_and_counted import finds
from tests.factories import NOW, OPERATOR, a_registration
from tests.spaces import plain
from tests.web.guide import main, signed_in
from tests.web.office.test_incoming import envelope

LAST = date(2026, 12, 25)
DAY = timedelta(days=1)
LATE = datetime.fromisoformat("2027-01-10T10:00:00+01:00")


def note(registration, posted_on):
    """Find all its pieces good, and note its signed summary in January, by its postmark."""
    if registration.evidence.filter(state=State.OWED).exists():
        complete(registration)
    receiving.receive_summary(
        registration=again(registration), posted_on=posted_on, by=MANAGER, at=LATE
    )
    return again(registration)


def its_page(client, page, registration):
    return plain(main(client.get(reverse(f"office:{page}", args=[registration.number]))))


def is_late(registration):
    return again(registration).is_summary_posted_late


@pytest.mark.parametrize(("posted_on", "late"), [(LAST, False), (LAST + DAY, True)])
def test_the_postmark_alone_says_whether_it_is_late(manager, in_lille, posted_on, late):
    note(in_lille, posted_on)
    lille = reach(manager.user.memberships.all(), Permission.DECIDE)

    said = its_page(manager, "registration", in_lille)
    assert ("posté le 26 décembre 2026, hors délai" in said) == late
    assert ("Hors délai." in plain(main(manager.get(envelope(in_lille))))) == late
    assert (LATE_SUMMARY in its_page(manager, "decide", in_lille)) == late
    assert finds(lille, "recapitulatif_hors_delai", Operator.IS, "oui") == [in_lille] * late
    # Whoever reads it decides: no file is « complet, à valider » in which something is late.
    assert finds(lille, "complet", Operator.IS, "oui") == [in_lille] * (not late)


def test_who_notes_it_reads_at_once_that_it_is_late(manager, invented_exam):
    services = RegistrationService.objects.filter(academy="A09")
    services.update(opens_at=NOW - 40 * DAY, closes_at=NOW - 20 * DAY)
    registration = a_registration(at=NOW - 21 * DAY)
    where = reverse("office:receive_summary", args=[registration.number])

    page = manager.post(where, {"poste_le": "21/11/2026"}, follow=True)

    assert "Le récapitulatif signé est noté comme reçu, hors délai." in plain(main(page))


def test_its_candidate_reads_it_among_the_conditions_until_it_is_validated(in_lille):
    note(in_lille, LAST + DAY)

    with time_machine.travel(LATE, tick=False):
        client = signed_in(in_lille.candidate.user)
        where = reverse("candidate:registered", args=[in_lille.number])
        before = plain(main(client.get(where)))
        deciding.decide(
            registration=again(in_lille), decision=VALIDATE, reason="", by=OPERATOR, at=LATE
        )
        after = plain(main(client.get(where)))

    assert (
        "Reçu, posté le 26 décembre 2026 : hors délai. Il était à poster au plus tard le vendredi "
        "25 décembre 2026. Votre service gestionnaire décidera."
    ) in before
    assert "hors délai" not in after


def test_what_came_late_and_is_validated_is_not_said_to_have_been_complete(in_lille):
    assert deciding.unmet_of(note(in_lille, LAST + DAY)).in_words == [LATE_SUMMARY]
    assert not deciding.unmet_of(note(in_lille, LAST))


def test_a_service_that_is_extended_since_makes_it_in_time(in_lille):
    note(in_lille, LAST + 2 * DAY)
    service = in_lille.service
    for more, late in ((DAY, True), (2 * DAY, False)):
        RegistrationService.objects.filter(pk=service.pk).update(closes_at=service.closes_at + more)
        evidence.follow_dates(service.pk, after=0, most=500)
        assert is_late(in_lille) == late


def test_what_is_taken_back_or_was_not_late_is_late_no_more(in_lille):
    found = note(in_lille, LAST + DAY)

    receiving.take_summary_back(registration=found, noted="2026-12-26", by=MANAGER, at=LATE)

    assert not is_late(in_lille)
    note(in_lille, LAST + DAY)
    note(in_lille, LAST)
    assert not is_late(in_lille)
