"""« Modifier mon compte »: civil data, until the first registration (B6, B7)."""

import pytest
from django.urls import reverse

from sporades.candidates import operations as candidates
from sporades.candidates.forms import answers_of
from sporades.candidates.operations import ChangedMeanwhile
from tests.factories import NOW, a_registration
from tests.web.account.owner import sign_in
from tests.web.guide import main, seen, value_of, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_the_name_stands_at_the_top_with_modifier_mon_compte_under_it(client, user):
    sign_in(client)

    [person] = seen(client.get(reverse("account_edit"))).cssselect("header .s-person")

    name, acts = person
    assert words(name) == "Maëlle Anne LE GOFF"
    assert [(words(one), one.get("href")) for one in acts.cssselect("a")] == [
        ("Modifier mon compte", reverse("account_edit"))
    ]


def edited(user, **changes):
    answers = answers_of(user.candidate.identity)
    day, month, year = answers.pop("birth_date")
    return {
        **{name: value for name, value in answers.items() if value not in (None, False)},
        "birth_date_day": day,
        "birth_date_month": month,
        "birth_date_year": year,
        **changes,
    }


def test_civil_data_can_be_corrected_before_the_first_registration(client, user):
    sign_in(client)

    answer = client.post(reverse("account_edit"), edited(user, usage_name="Kermarrec"))

    assert answer.url == reverse("account_edit")
    user.candidate.refresh_from_db()
    assert user.candidate.identity.usage_name == "Kermarrec"
    assert "Maëlle Anne KERMARREC" in client.get(reverse("account_edit")).text


def test_data_that_another_window_has_changed_are_read_before_they_are_changed_again(client, user):
    sign_in(client)
    here = reverse("account_edit")
    before = value_of(client.get(here), "lu")
    client.post(here, edited(user, first_names="Annette Lise", lu=before))

    page = client.post(here, edited(user, usage_name="Kermarrec", lu=before))

    user.candidate.refresh_from_db()
    assert user.candidate.identity.first_names == "Annette Lise"
    said = main(page)
    assert ChangedMeanwhile.message.split(" : ")[0] in said
    assert "Prénoms : Maëlle Anne → Annette Lise" in said
    assert value_of(page, "usage_name") == "Kermarrec"
    client.post(here, edited(user, usage_name="Kermarrec", lu=value_of(page, "lu")))
    user.candidate.refresh_from_db()
    assert user.candidate.identity.usage_name == "Kermarrec"


def test_the_same_data_sent_twice_are_no_conflict(client, user):
    sign_in(client)
    sent = edited(user, usage_name="Kermarrec", lu=user.candidate.identity_id)

    answers = [client.post(reverse("account_edit"), sent) for _ in range(2)]

    assert [one.status_code for one in answers] == [302, 302]


def test_frozen_data_are_greyed_and_cannot_be_posted(client, user):
    candidates.freeze_identity(user.candidate, at=NOW)
    sign_in(client)

    page = client.get(reverse("account_edit"))
    answer = client.post(reverse("account_edit"), edited(user, usage_name="Kermarrec"))

    assert page.context["form"] is None
    greyed = words(seen(page).cssselect("main .s-greyed")[0])
    assert "Prénoms Maëlle Anne" in greyed
    assert "Enregistrer mes informations" not in page.text
    assert "contactez le service des examens et concours" in page.text
    assert answer.status_code == 409
    user.candidate.refresh_from_db()
    assert user.candidate.identity.usage_name == ""


def test_the_services_of_ones_registrations_stand_beside_greyed_data(client):
    registration = a_registration()
    user = registration.candidate.user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    sign_in(client, email=user.email)

    page = client.get(reverse("account_edit"))

    assert [service.pk for service in page.context["services"]] == [
        registration.service.managing_service_id
    ]
    assert registration.service.managing_service.name in page.text
