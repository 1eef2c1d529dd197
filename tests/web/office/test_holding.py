"""« Conservation »: what must not be erased, put and lifted by administrators (P-20)."""

import pytest
from django.db import connection
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from sporades.retention import operations
from sporades.retention.models import Hold
from tests.factories import NOW, OPERATOR
from tests.journal.test_sealing import documented_role
from tests.web.guide import links, main

LIST = reverse("office:holds")
MOTIF = "Recours n°2027-12"


@pytest.fixture
def administrator(member):
    return member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")


def file_of(registration):
    return reverse("office:registration", args=[registration.number])


def withhold_page(registration):
    return reverse("office:withhold", args=[registration.number])


def test_an_erasure_is_held_up_with_a_reason_then_no_more(administrator, in_lille):
    assert links(administrator.get(file_of(in_lille)), "Geler l'effacement") == [
        withhold_page(in_lille)
    ]
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})

    page = administrator.get(LIST)
    listed = main(page)
    assert links(page, f"n°{in_lille.number}") == [file_of(in_lille)]
    assert f"{MOTIF} depuis le 25 novembre 2026" in listed
    assert "Claude Martin" in listed
    shown = administrator.get(file_of(in_lille))
    assert "n'est effacée qu'une fois le gel levé" in main(shown)
    assert links(shown, "Geler l'effacement") == []
    release = reverse("office:release_hold", args=[Hold.objects.get().pk])
    administrator.post(release, {"motif": "Jugement rendu"})

    assert not Hold.objects.exists()
    assert "n'est effacée" not in main(administrator.get(file_of(in_lille)))
    said = Entry.objects.filter(verb__startswith="archive ").order_by("pk")
    assert [(one.verb, one.academy, one.payload["after"]["reason"]) for one in said] == [
        ("archive withheld", "A09", MOTIF),
        ("archive released", "A09", "Jugement rendu"),
    ]


def test_what_is_archived_is_listed_and_leads_nowhere(administrator, in_lille):
    Hold.objects.create(
        number="20000000058", academy="A09", reason=MOTIF, placed_at=NOW, placed_by="Exploitation"
    )

    page = administrator.get(LIST)

    assert "n°20000000058, archivée" in main(page)
    assert links(page, "n°20000000058") == []


def test_a_reason_is_asked_for_and_once_is_enough(administrator, in_lille):
    nothing = administrator.post(withhold_page(in_lille), {"motif": " "})
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})
    twice = administrator.post(withhold_page(in_lille), {"motif": MOTIF})
    release = reverse("office:release_hold", args=[Hold.objects.get().pk])
    silent = administrator.post(release, {"motif": ""})

    assert [one.status_code for one in (nothing, twice, silent)] == [422] * 3
    assert "Dites le motif" in main(nothing)
    assert "déjà gelé" in main(twice)
    assert Hold.objects.count() == 1


def test_whoever_manages_reads_it_on_the_file_and_changes_nothing(manager, in_lille):
    hold = operations.withhold(number=in_lille.number, reason=MOTIF, by=OPERATOR, at=NOW)

    page = manager.get(file_of(in_lille))

    assert "Effacement gelé" in main(page)
    assert MOTIF not in main(page)
    for where in (LIST, withhold_page(in_lille), reverse("office:release_hold", args=[hold.pk])):
        assert manager.get(where).status_code == 404


def test_nothing_is_held_up_outside_ones_domains(member, in_lille):
    elsewhere = member(
        role=Membership.Role.ADMINISTRATOR, domains=["SIMPLE"], email="admin@exemple.test"
    )
    hold = operations.withhold(number=in_lille.number, reason=MOTIF, by=OPERATOR, at=NOW)

    assert "Aucun effacement n'est gelé" in main(elsewhere.get(LIST))
    for where in (withhold_page(in_lille), reverse("office:release_hold", args=[hold.pk])):
        assert elsewhere.post(where, {"motif": MOTIF}).status_code == 404
    assert Hold.objects.count() == 1


def test_what_was_archived_meanwhile_is_said_and_no_archive_is_read(in_lille):
    with connection.cursor() as cursor:
        cursor.execute(documented_role())
        cursor.execute("SET LOCAL ROLE sporades_app")
        said = {"number": in_lille.number, "reason": MOTIF, "by": OPERATOR, "at": NOW}
        operations.withhold_in_use(**said)
        operations.release(**said)
        with pytest.raises(operations.ArchivedMeanwhile):
            operations.withhold_in_use(**{**said, "number": "20000000058"})
        cursor.execute("RESET ROLE")

    assert Registration.objects.filter(pk=in_lille.pk).exists()
    assert not Hold.objects.exists()
