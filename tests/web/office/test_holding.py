"""« Conservation »: what must not be erased, put and lifted by administrators (P-20)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import moving
from sporades.core.french import day_in_words
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.personal.gathering import gathered, person_of
from sporades.registrations.models import Registration
from sporades.retention import categories, operations
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


def test_where_it_is_put_is_said_what_its_candidate_reads_of_it(administrator, in_lille):
    said = main(administrator.get(withhold_page(in_lille)))
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})

    person = person_of(in_lille.candidate, at=NOW)
    [given] = gathered(person, is_health=False)["retention.Hold"]

    assert given["reason"] == MOTIF
    assert (
        "qui demande une copie de ses données y lit que l'effacement est gelé, et le motif" in said
    )


def test_what_a_hold_does_not_keep_is_said_where_it_is_put_and_listed(administrator, in_lille):
    for page in (withhold_page(in_lille), LIST):
        said = main(administrator.get(page))
        assert (
            "les papiers de santé déposés pour le médecin, effacés le jour que le candidat" in said
        )
        assert (
            "l'adresse réseau d'où vient chaque acte et chaque connexion, oubliée au bout de douze mois"
            in said
        )


def test_lifting_it_says_the_term_and_whether_anything_is_erased_tonight(administrator, in_lille):
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})
    release = reverse("office:release_hold", args=[Hold.objects.get().pk])
    service = in_lille.service
    term = categories.kept_until(categories.counts_from(service))

    page = main(administrator.get(release))
    assert f"Son terme est le {day_in_words(term)} : rien n'en est effacé cette nuit" in page

    RegistrationService.objects.update(
        opens_at=NOW - timedelta(days=5000), closes_at=NOW - timedelta(days=4000)
    )
    assert "est passé : elle est effacée cette nuit" in main(administrator.get(release))

    Hold.objects.update(number="20990000001")
    assert "l'exploitation le connaît" in main(administrator.get(release))
    lifted = main(administrator.post(release, {"motif": "Jugement rendu"}, follow=True))
    assert "Le gel de l'inscription n°20990000001 est levé. Elle est archivée" in lifted


def test_without_names_lifting_it_says_that_an_archive_loses_them_tonight(
    administrator, in_lille, settings
):
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})
    Hold.objects.update(number="20990000001")
    release = reverse("office:release_hold", args=[Hold.objects.get().pk])
    assert "perd cette nuit ses noms" not in main(administrator.get(release))
    settings.RETENTION_WITHOUT_NAMES = True

    assert "perd cette nuit ses noms" in main(administrator.get(release))


def test_its_own_journal_has_the_hold_and_its_release(administrator, in_lille):
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})
    release = reverse("office:release_hold", args=[Hold.objects.get().pk])
    administrator.post(release, {"motif": "Jugement rendu"})

    own = main(administrator.get(reverse("office:journal", args=[in_lille.number])))
    every = main(administrator.get(reverse("office:all_acts")))

    assert "Effacement d'une inscription gelé" in own
    assert "Gel d'une inscription levé" in own
    assert f"Gel (n°{in_lille.number} ; motif : {MOTIF})" in every
    assert f"Gel (n°{in_lille.number} ; motif : Jugement rendu)" in every


def test_what_is_archived_is_listed_and_leads_nowhere(administrator, in_lille):
    Hold.objects.create(
        number="20990000058", academy="A09", reason=MOTIF, placed_at=NOW, placed_by="Exploitation"
    )

    page = administrator.get(LIST)

    assert "n°20990000058, archivée" in main(page)
    assert links(page, "n°20990000058") == []


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


def test_a_hold_follows_its_registration_to_another_academy(administrator, member, in_lille):
    there = member("A25", role=Membership.Role.HEAD, email="versailles@exemple.test")
    administrator.post(withhold_page(in_lille), {"motif": MOTIF})
    assert "académie de Lille" in main(administrator.get(LIST))

    moving.move_for_good(
        registration=in_lille, academy="A25", reason="Il a déménagé", by=OPERATOR, at=NOW
    )

    listed = main(administrator.get(LIST))
    assert "académie de Versailles" in listed
    assert "académie de Lille" not in listed
    release = reverse("office:release_hold", args=[Hold.objects.get().pk])
    administrator.post(release, {"motif": "Jugement rendu"})
    assert "motif : Jugement rendu" in main(there.get(reverse("office:all_acts")))


def test_it_says_where_its_registration_is_whatever_is_written(in_lille):
    Hold.objects.create(
        number=in_lille.number, academy="A25", reason=MOTIF, placed_at=NOW, placed_by="Exploitation"
    )

    assert Hold.objects.get().academy == "A09"


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
            operations.withhold_in_use(**{**said, "number": "20990000058"})
        cursor.execute("RESET ROLE")

    assert Registration.objects.filter(pk=in_lille.pk).exists()
    assert not Hold.objects.exists()
