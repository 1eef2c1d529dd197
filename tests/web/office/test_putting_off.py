"""« Repousser plusieurs ouvertures »: read first, then in force at once, before any has opened."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.services import opening
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.operations.openings import NotMoved, OvertakenTogether, marks_of
from sporades.exams.states import ChangeState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, OPERATOR
from tests.spaces import plain
from tests.web.guide import buttons, links, main, seen, words
from tests.web.office.test_extending import pressed, whole

PAGE = reverse("office:put_off_services")
SERVICES = reverse("office:services")
OPENS = NOW + timedelta(days=5)
WHY = "Décret paru trop tard"
A_DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("invented_exam")


@pytest.fixture
def services(invented_exam):
    """Return the services of Lille and of Versailles, which open in five days."""
    RegistrationService.objects.update(opens_at=OPENS)
    return {
        one.academy_id: one for one in RegistrationService.objects.for_list().order_by("academy")
    }


@pytest.fixture
def administrator(member):
    """Return the browser of whoever changes the dates of every academy."""
    return member(role=Membership.Role.ADMINISTRATOR, email="nationale@exemple.test")


def asked(services, **changes):
    """Return what the page sends: every service, a day later."""
    return {"ensembles": [whole(services)], "jours": "1", "motif": WHY, **changes}


def opened(services):
    return [RegistrationService.objects.get(pk=one.pk).opens_at for one in services.values()]


def test_openings_are_read_before_they_are_put_off_then_hold_at_once(administrator, services):
    assert links(administrator.get(SERVICES), "Repousser plusieurs ouvertures") == [PAGE]

    read = administrator.post(PAGE, asked(services))

    assert "2 ouvertures à repousser" in main(read)
    rows = [words(one) for one in seen(read).cssselect("main tbody tr")]
    assert all("lundi 30 novembre 2026 à 10 h 30" in one for one in rows)
    assert all("mardi 1er décembre 2026 à 10 h 30" in one for one in rows)
    assert opened(services) == [OPENS, OPENS]

    done = administrator.post(PAGE, pressed(read, "repousser"), follow=True)

    assert "2 ouvertures sont repoussées." in main(done)
    assert opened(services) == [OPENS + A_DAY] * 2
    made = ServiceChange.objects.all()
    assert {(one.state, one.reason, one.needs_two) for one in made} == {
        (ChangeState.APPLIED, WHY, False)
    }
    assert Entry.objects.filter(verb="registration service changed").count() == 2
    assert not Message.objects.exists()


def test_pressed_twice_they_are_put_off_once(administrator, services):
    sent = pressed(administrator.post(PAGE, asked(services)), "repousser")

    for _ in range(2):
        again = administrator.post(PAGE, sent, follow=True)

    assert "2 ouvertures sont repoussées." in main(again)
    assert ServiceChange.objects.count() == 2
    assert opened(services) == [OPENS + A_DAY] * 2


def test_one_that_has_opened_or_closes_by_then_is_left_and_named(administrator, services):
    closes_at = OPENS + timedelta(hours=10)
    RegistrationService.objects.filter(academy="A25").update(closes_at=closes_at)

    read = administrator.post(PAGE, asked(services))
    RegistrationService.objects.filter(academy="A09").update(opens_at=NOW)
    nothing = administrator.post(PAGE, pressed(read, "repousser"))

    assert "1 ouverture à repousser" in main(read)
    assert "Ne seront pas repoussés" in main(read)
    assert "Il ferme le lundi 30 novembre 2026 à 20 h 30 (heure de Paris)" in main(read)
    assert nothing.status_code in {409, 422, 200}
    assert "Repousser l'ouverture" not in buttons(nothing)
    assert not ServiceChange.objects.exists()


def test_dates_that_have_changed_since_they_were_read_are_read_again(administrator, services):
    read = administrator.post(PAGE, asked(services, jours="", ouverture="02/12/2026 08:00"))
    RegistrationService.objects.filter(academy="A25").update(opens_at=OPENS + A_DAY)

    page = administrator.post(PAGE, pressed(read, "repousser"))

    assert page.status_code == 409
    assert not ServiceChange.objects.exists()
    assert words(seen(page).cssselect("main tbody tr")[1]).count("mardi 1er décembre 2026") == 1


def test_who_changes_the_dates_of_one_academy_puts_off_its_own(member, services):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")

    page = head.get(PAGE)
    refused = head.post(
        PAGE, {**asked(services), "ensembles": [], "services": [services["A25"].pk]}
    )

    assert "Versailles" not in main(page)
    assert refused.status_code == 422
    assert links(head.get(SERVICES), "Repousser plusieurs ouvertures") == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"ensembles": []}, "Choisissez au moins un service dont l'ouverture est repoussée."),
        ({"jours": ""}, "Indiquez une ouverture, ou des jours de plus pour chacun."),
        ({"ouverture": "02/12/2026 08:00"}, "pas les deux"),
        ({"motif": ""}, "Remplissez « Motif »."),
    ],
)
def test_what_is_left_out_is_asked_for(administrator, services, said, why):
    page = administrator.post(PAGE, asked(services, **said))

    assert page.status_code == 422
    assert why in plain(main(page))


def test_none_is_put_off_where_one_cannot_be(services):
    lille, versailles = services.values()
    wanted = [
        opening.PutOff(lille, OPENS + A_DAY, OPERATOR),
        opening.PutOff(versailles, OPENS - A_DAY, OPERATOR),
    ]
    said = {"wanted": wanted, "reason": WHY, "together": uuid4(), "at": NOW}

    with pytest.raises(OvertakenTogether):
        opening.put_off(**said, seen="?")
    with pytest.raises(NotMoved, match="Versailles"):
        opening.put_off(**said, seen=marks_of(services.values()))

    assert opened(services) == [OPENS, OPENS]
