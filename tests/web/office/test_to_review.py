"""Who reads that a registration no longer answers what is asked of it: its office and its candidate (I6)."""

import time_machine
from django.urls import reverse

from sporades.accounts.permissions import Permission, reach
from sporades.registrations.models import Registration
from sporades.searches.operators import Operator
from tests.acts.test_to_review import ASKED, DAY, MINOR
from tests.acts.test_to_review import correct as correct_as_a_manager
from tests.evidence.given import again, complete
from tests.evidence.test_found_and_counted import finds
from tests.factories import NOW
from tests.spaces import plain
from tests.web.guide import main, signed_in
from tests.web.office.test_correcting import correct

CLOSED = NOW + 40 * DAY


def its_page(client, page, registration):
    return plain(main(client.get(reverse(f"office:{page}", args=[registration.number]))))


def test_whoever_corrects_reads_it_at_once_then_whoever_opens_its_file(manager, in_lille):
    page = plain(main(correct(manager, in_lille, birth_date_year="2009", majorite="on")))

    assert "1 inscription est à revoir : le haut de son dossier dit ce qui lui est demandé" in page
    for tab in ("registration", "pieces", "journal"):
        assert all(one in its_page(manager, tab, in_lille) for one in ASKED[:2])
    assert "À revoir" not in its_page(manager, "registration", in_lille_corrected_back(in_lille))


def in_lille_corrected_back(registration):
    correct_as_a_manager(registration, birth_year=1998, at=NOW + DAY / 24)
    return registration


def test_whoever_decides_reads_it_before_validating(manager, in_lille):
    correct_as_a_manager(in_lille, birth_year=2009)

    page = its_page(manager, "decide", in_lille)

    assert "Avant de valider" in page
    assert all(f"À revoir : {one}" in page for one in ASKED[:2])


def test_it_does_not_wait_for_a_validation_alone(manager, in_lille):
    complete(in_lille)
    lille = reach(manager.user.memberships.all(), Permission.DECIDE)
    assert finds(lille, "complet", Operator.IS, "oui") == [in_lille]

    # What was signed by one who is of age stays good: the category alone is refused.
    Registration.objects.update(to_review_since=NOW)

    assert finds(lille, "complet", Operator.IS, "oui") == []
    assert finds(lille, "a_revoir", Operator.IS, "oui") == [in_lille]


def test_its_candidate_reads_it_on_the_home_and_among_the_conditions(in_lille):
    found = correct_as_a_manager(in_lille, **MINOR)

    with time_machine.travel(NOW + DAY, tick=False):
        client = signed_in(in_lille.candidate.user)
        home = plain(main(client.get("/accueil")))
        conditions = plain(main(client.get(reverse("candidate:registered", args=[found.number]))))

    assert "Votre inscription ne dit pas tout ce qui est maintenant demandé." in home
    assert "À faire : Répondre à ce qui est maintenant demandé" in conditions
    for one in again(found).to_review:
        assert one in home
        assert one in conditions
    assert "Vous pouvez la modifier jusqu'au mardi 15 décembre 2026" in home


def test_once_closed_the_page_of_the_registration_does_not_send_its_reader_to_itself(in_lille):
    found = correct_as_a_manager(in_lille, **MINOR)

    with time_machine.travel(CLOSED, tick=False):
        client = signed_in(in_lille.candidate.user)
        home = plain(main(client.get("/accueil")))
        page = plain(main(client.get(reverse("candidate:registration", args=[found.number]))))

    asked = "demandez une modification{} : ce service l'accepte ou la refuse."
    assert asked.format(" sur la page de votre inscription") in home
    assert asked.format("") in page
