"""« Coordonnées »: how a managing service is reached, changed by those whom it serves."""

from datetime import date, timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.differences.openings import managing
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.exams.operations.loading import understand
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.snapshot import contact_of
from sporades.territory.models import ManagingService
from tests.factories import (
    INVENTED,
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    load_invented,
)
from tests.web.guide import main, seen, sign_in
from tests.web.office.conftest import second_factor_shown

LIST = reverse("office:contacts")
SAID = {
    "interlocuteur": "Gestionnaire des essais",
    "telephone": "03 20 11 22 33",
    "courriel": "essais@exemple.test",
    "adresse_postale": "Bureau des essais\n144 rue de Bavay\n59000 Lille",
    "horaires": "le matin",
}
ELSEWHERE = ["1 rue d'ailleurs", "59000 Lille"]
TOO_LATE = NOW + timedelta(minutes=16)


@pytest.fixture
def lille(db):
    """Return the managing service of Lille."""
    return RegistrationService.objects.get(academy="A09").managing_service


def page_of(service):
    return reverse("office:contact", args=[service.pk])


def change(client, service, **changes):
    """Read the page, type, and press « Enregistrer ces coordonnées »."""
    read = client.get(page_of(service)).context["form"]["vu"].value()
    answer = client.post(page_of(service), {**SAID, "vu": read, **changes}, follow=True)
    service.refresh_from_db()
    return answer


def test_they_are_changed_and_read_everywhere(manager, lille, client):
    before = lille.phone

    page = change(manager, lille)

    assert "Les coordonnées sont changées." in main(page)
    assert lille.address == ["Bureau des essais", "144 rue de Bavay", "59000 Lille"]
    assert lille.reached_so_since == NOW
    assert "03 20 11 22 33" in main(client.get("/contact?academie=A09"))
    entry = Entry.objects.get(verb="managing service changed", object_id=str(lille.pk))
    assert entry.payload["before"]["phone"] == before
    assert entry.payload["after"]["phone"] == "03 20 11 22 33"
    assert (entry.academy, entry.actor_name) == ("A09", "Claude Martin")


def test_where_one_is_reached_asks_for_the_second_factor_again(manager, lille):
    page = page_of(lille)
    moved = {**dict(main_form(manager.get(page))), "adresse_postale": "\n".join(ELSEWHERE)}
    with time_machine.travel(TOO_LATE, tick=False):
        asked = manager.post(page, moved)
        lille.refresh_from_db()
        stayed = list(lille.address)
        said = main(manager.get(asked.url))
        second_factor_shown(manager, at=TOO_LATE)
        kept = dict(main_form(manager.get(page)))
        manager.post(page, kept)
        lille.refresh_from_db()

    assert asked.url == f"{reverse('mfa_reauthenticate')}?next={quote(page, '')}"
    assert "Pour changer les coordonnées d'un service gestionnaire" in said
    assert stayed != ELSEWHERE
    assert lille.address == ELSEWHERE


def test_what_a_service_tells_for_some_days_asks_nothing(manager, lille):
    told = dict(main_form(manager.get(page_of(lille))))
    told |= {
        "information": "fermé le 24 décembre",
        "information_du": "24/12/2026",
        "information_au": "24/12/2026",
    }
    with time_machine.travel(TOO_LATE, tick=False):
        manager.post(page_of(lille), told)

    lille.refresh_from_db()
    assert lille.information == "fermé le 24 décembre"


def main_form(page):
    """Return what a browser would send of the form of a page."""
    return seen(page).cssselect("main form")[0].form_values()


def test_who_has_two_roles_changes_them_in_that_which_reaches_the_service(member, lille):
    client = member("A25")
    client.user.memberships.create(
        role=Membership.Role.HEAD, full_name="Claude Martin", academies=["A09"]
    )

    change(client, lille)

    entry = Entry.objects.get(verb="managing service changed", object_id=str(lille.pk))
    assert entry.actor_kind == "head"


def test_what_is_filed_already_keeps_what_it_said(manager, lille, in_lille):
    filed = in_lille.versions.get().snapshot

    change(manager, lille)

    assert in_lille.versions.get().snapshot == filed
    assert SAID["telephone"] not in str(filed)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"telephone": ""}, "telephone"),
        ({"telephone": "0" * 31}, "telephone"),
        ({"telephone": "abc"}, "telephone"),
        ({"courriel": "essais"}, "courriel"),
        ({"adresse_postale": " \n "}, "adresse_postale"),
        ({"adresse_postale": "\n".join("1234567")}, "adresse_postale"),
        ({"adresse_postale": "x" * 81}, "adresse_postale"),
        ({"interlocuteur": "x" * 121}, "interlocuteur"),
        ({"horaires": "x" * 201}, "horaires"),
        ({"vu": "autre"}, "__all__"),
        ({"telephone": "03\0"}, "telephone"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(manager, lille, changes, field):
    before = lille.reached

    page = change(manager, lille, **changes)

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert lille.reached == before
    assert not Entry.objects.filter(object_id=str(lille.pk), at=NOW, actor_kind="manager").exists()


def test_the_second_of_two_who_change_them_is_told(manager, member, lille):
    other = member("A09", email="autre@exemple.test")
    read = other.get(page_of(lille)).context["form"]["vu"].value()
    change(manager, lille)

    page = other.post(page_of(lille), {**SAID, "telephone": "03 00 00 00 00", "vu": read})

    assert page.status_code == 422
    assert "Un collègue vient de changer ces coordonnées" in main(page)
    assert SAID["telephone"] in main(page)
    lille.refresh_from_db()
    assert lille.phone == SAID["telephone"]

    again = {**SAID, "telephone": "03 00 00 00 00", "vu": page.context["form"]["vu"].value()}
    assert other.post(page_of(lille), again).status_code == 302


def test_the_same_again_changes_nothing(manager, lille):
    change(manager, lille)

    page = change(manager, lille)

    assert "Ce sont déjà les coordonnées affichées" in main(page)
    assert Entry.objects.filter(verb="managing service changed", actor_kind="manager").count() == 1


def test_another_academy_reads_neither_list_nor_page(member, lille):
    foreign = member("A25")

    assert lille.name not in main(foreign.get(LIST)) or lille.academy.full_name not in main(
        foreign.get(LIST)
    )
    assert foreign.get(page_of(lille)).status_code == 404


def test_who_has_some_domains_of_those_that_it_serves_changes_nothing(member, lille):
    service = RegistrationService.objects.get(academy="A09")
    elsewhere = RegistrationService.objects.exclude(domain=service.domain).first()
    if elsewhere is None:
        load_second_domain(lille)
    bounded = member("A09", domains=["ESSAI"])

    page = bounded.get(LIST)

    assert "sert aussi hors de votre périmètre" in main(page)
    assert bounded.get(page_of(lille)).status_code == 404


def load_second_domain(managing):
    """Let another domain be managed by the same service."""
    text = INVENTED.read_text(encoding="utf-8").replace("code: ESSAI", "code: AUTRE")
    exams.load(Source("autre.yaml", text), by=OPERATOR, at=NOW)
    assert RegistrationService.objects.filter(managing_service=managing).count() > 1


def test_an_auditor_reads_them_and_changes_none(member, lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert lille.phone in main(auditor.get(LIST))
    assert "Changer ces coordonnées" not in main(auditor.get(LIST))
    assert "sert aussi" not in main(auditor.get(LIST))
    assert auditor.get(page_of(lille)).status_code == 404


def test_a_file_that_is_loaded_again_leaves_what_the_office_has_changed(manager, lille):
    change(manager, lille)
    other = ("code: essais, academie: A09,", "code: essais, academie: A09, horaires: jamais,")

    _, _, file = understand(
        Source("essai.yaml", INVENTED.read_text(encoding="utf-8").replace(*other)), at=NOW
    )
    told = list(managing(file, ManagingService.objects.all()))
    load_invented(other)

    lille.refresh_from_db()
    assert lille.opening_hours == SAID["horaires"]
    assert told == []


CLOSED = "Fermé du 24 novembre au 3 décembre : réponses à partir du 4."
INFORMS = {
    "information": CLOSED,
    "information_du": "24/11/2026",
    "information_au": "03/12/2026",
}


def informed(service, first, last, said=CLOSED):
    """Have a managing service tell something on some days."""
    days = {"information_from": first, "information_until": last}
    ManagingService.objects.filter(pk=service.pk).update(information=said, **days)
    forget()


@pytest.fixture(autouse=True)
def _held():
    yield
    forget()


def test_what_a_service_tells_is_shown_beside_its_contact_and_journalled(
    manager, lille, in_lille, client
):
    telephone = {"telephone": lille.phone, "courriel": lille.email, "horaires": lille.opening_hours}
    address = {"adresse_postale": "\n".join(lille.address), "interlocuteur": lille.contact_name}

    page = change(manager, lille, **telephone, **address, **INFORMS)
    forget()

    assert "L'information du service est enregistrée" in main(page)
    entry = Entry.objects.get(verb="managing service changed", object_id=str(lille.pk))
    assert entry.payload["after"] == {
        "information": CLOSED,
        "information_from": "2026-11-24",
        "information_until": "2026-12-03",
    }
    # How it is reached stays that of its file, which may change it still.
    assert lille.reached_so_since is None
    sign_in(client, in_lille.candidate.user)
    for where in (
        "/contact?academie=A09",
        "/ouverture-des-services?academie=A09",
        "/aide",
        *(
            reverse(f"candidate:{one}", args=[in_lille.number])
            for one in ("registration", "number", "thread")
        ),
    ):
        assert CLOSED in main(client.get(where)), where
    assert CLOSED in main(manager.get(LIST))


def test_it_is_of_its_academy_alone(lille, client):
    informed(lille, NOW.date(), NOW.date())

    page = main(client.get("/ouverture-des-services?academie=A09"))
    assert f"{lille.name}, {lille.sector}" in page
    assert CLOSED in page
    for where in ("/ouverture-des-services?academie=A25", "/ouverture-des-services"):
        assert CLOSED not in main(client.get(where))


@pytest.mark.parametrize(
    ("first", "last", "is_shown"), [(0, 0, True), (-9, 0, True), (1, 9, False), (-9, -1, False)]
)
def test_it_is_shown_from_its_first_day_to_its_last(lille, client, first, last, is_shown):
    today = NOW.date()
    informed(lille, today + timedelta(days=first), today + timedelta(days=last))

    assert (CLOSED in main(client.get("/contact?academie=A09"))) is is_shown


def test_its_days_are_those_of_its_academy(with_reunion, client):
    there = RegistrationService.objects.get(academy="A28").managing_service
    informed(there, NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=1))
    evening = NOW.replace(hour=21, minute=30)  # 21:30 in Paris, 00:30 in Saint-Denis

    with time_machine.travel(evening, tick=False):
        assert CLOSED in main(client.get("/contact?academie=A28"))


def test_what_is_to_come_is_read_by_the_office(manager, lille):
    informed(lille, NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=3))

    assert f"À partir du 26 novembre 2026 : {CLOSED}" in main(manager.get(LIST))


def test_mails_and_papers_do_not_say_it(lille, in_lille):
    informed(lille, NOW.date(), NOW.date())
    filed = a_registration(a_candidate())

    assert CLOSED not in str(contact_of(filed.service))
    assert not Message.objects.filter(body__contains=CLOSED).exists()


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"information": ""}, "information", "Écrivez l'information, ou effacez ses dates."),
        ({"information_du": ""}, "information_du", "Indiquez le jour, le mois et l'année"),
        ({"information_au": ""}, "information_au", "Indiquez le jour, le mois et l'année"),
        ({"information_au": "23/11/2026"}, "information_au", "ne vient pas avant le premier"),
        (
            {"information_du": "20/11/2026", "information_au": "24/11/2026"},
            "information_au",
            "Ce jour est passé",
        ),
        ({"information_au": "24/01/2027"}, "information_au", "60 jours au plus"),
        ({"information": "x" * 201}, "information", "200"),
    ],
)
def test_what_would_never_be_shown_or_for_too_long_is_refused(manager, lille, typed, field, said):
    page = change(manager, lille, **{**INFORMS, **typed})

    assert page.status_code == 422
    assert said in " ".join(page.context["form"].errors[field])
    assert lille.information == ""


def test_sixty_days_are_not_too_many_and_what_is_over_is_shown_no_more(manager, lille):
    change(manager, lille, **{**INFORMS, "information_au": "23/01/2027"})
    assert lille.information_until == date(2027, 1, 23)
    informed(lille, NOW.date() - timedelta(days=9), NOW.date() - timedelta(days=1))

    form = manager.get(page_of(lille)).context["form"]

    assert {form[name].value() for name in INFORMS} == {"", None}


def test_one_that_has_passed_is_changed_by_nobody_who_does_not_touch_it(manager, lille):
    change(manager, lille)
    informed(lille, NOW.date() - timedelta(days=9), NOW.date() - timedelta(days=1))
    acts = Entry.objects.filter(verb="managing service changed", actor_kind="manager")

    same = change(manager, lille)

    assert "Ce sont déjà les coordonnées affichées" in main(same)
    assert (lille.information, acts.count()) == (CLOSED, 1)
    change(manager, lille, horaires="l'après-midi")
    assert [*acts.latest("pk").payload["after"]] == ["opening_hours"]
    assert "est enregistrée" in main(change(manager, lille, horaires="l'après-midi", **INFORMS))


@pytest.mark.parametrize("first", [0, 3])
def test_one_that_is_taken_away_is_said_to_be(manager, lille, first):
    change(manager, lille)
    informed(lille, NOW.date() + timedelta(days=first), NOW.date() + timedelta(days=9))

    page = main(change(manager, lille))

    assert "L'information du service est retirée." in page
    assert (lille.information, lille.information_until) == ("", None)


def test_a_file_loaded_again_leaves_it(lille):
    informed(lille, NOW.date(), NOW.date())

    load_invented(("telephone: 03 53 01 00 01", "telephone: 03 53 01 00 02"))

    lille.refresh_from_db()
    assert (lille.phone, lille.information) == ("03 53 01 00 02", CLOSED)
