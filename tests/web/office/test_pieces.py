"""« Pièces » of a file: opened once clean, judged; those that wait to be verified (G2, I7)."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts import deciding
from sporades.core import files
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.states import VALIDATE
from tests.evidence.given import a_photo, again, give, piece
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.web.guide import main, seen

LIST = reverse("office:pieces_to_verify")
MOST = 8

pytestmark = pytest.mark.usefixtures("kept")


def tab(registration):
    return reverse("office:pieces", args=[registration.number])


def decision(registration):
    return reverse("office:judge_piece", args=[registration.number, "IDENTITE"])


def file(registration):
    return reverse("office:piece_file", args=[registration.number, "IDENTITE"])


def clean(registration, **said):
    """Give a file, in which the antivirus finds nothing."""
    given = give(registration, **said)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    return given


def decide(client, registration, **said):
    """Choose, on the page as it is shown, and press « Enregistrer »."""
    page = seen(client.get(decision(registration)))
    [vue] = page.cssselect("main input[name=vue]")
    return client.post(decision(registration), {"vue": vue.get("value"), **said}, follow=True)


def test_a_file_is_opened_once_the_antivirus_has_found_nothing_in_it(manager, in_lille):
    given = give(in_lille)
    assert "L'antivirus n'a pas encore vérifié ce fichier" in main(manager.get(tab(in_lille)))
    assert manager.get(file(in_lille)).status_code == 404

    evidence.note_scanned(given, is_clean=True, at=NOW)

    assert manager.get(file(in_lille)).content == files.get(given.key)
    assert Entry.objects.get(verb="piece read").payload["after"] == {"piece": "IDENTITE"}


def test_a_file_in_which_a_virus_was_found_is_opened_by_nobody(manager, in_lille):
    evidence.note_scanned(give(in_lille), is_clean=False, at=NOW)

    assert manager.get(file(in_lille)).status_code == 404


def test_a_piece_is_found_good(manager, in_lille):
    clean(in_lille)

    page = decide(manager, in_lille, verdict="accept", motif="")

    assert "« Pièce d'identité » : conforme." in main(page)
    assert (piece(in_lille).state, piece(in_lille).decided_name) == (
        State.ACCEPTED,
        "Claude Martin",
    )


def test_a_piece_is_refused_with_a_reason_that_a_mail_says(manager, in_lille):
    clean(in_lille)

    unsaid = decide(manager, in_lille, verdict="refuse", motif="")
    assert "Dites le motif : le candidat le lira." in main(unsaid)
    decide(manager, in_lille, verdict="refuse", motif="La photo est floue.")

    assert (piece(in_lille).state, piece(in_lille).reason) == (
        State.REFUSED,
        "La photo est floue.",
    )
    assert Message.objects.filter(kind="piece_refused").count() == 1


def test_a_piece_that_came_by_post_has_its_postmark_then_is_judged(manager, in_lille):
    unsaid = decide(manager, in_lille, verdict="receive", poste_le="")
    assert "Dites la date du cachet de la poste." in main(unsaid)
    to_come = decide(manager, in_lille, verdict="receive", poste_le="26/11/2026")
    assert "La date du cachet de la poste n'est pas encore passée." in main(to_come)

    decide(manager, in_lille, verdict="receive", poste_le="24/11/2026")
    assert "Reçue par courrier Postée le 24 novembre 2026." in main(manager.get(tab(in_lille)))
    decide(manager, in_lille, verdict="accept", motif="")

    assert piece(in_lille).state == State.ACCEPTED


def test_a_registration_does_without_a_piece(manager, in_lille):
    decide(manager, in_lille, verdict="waive", motif="")

    assert piece(in_lille).state == State.WAIVED


def test_another_file_than_the_one_that_was_read_is_not_judged(manager, in_lille):
    former = clean(in_lille)
    clean(in_lille, photos=[a_photo("black")])

    page = manager.post(decision(in_lille), {"vue": former.pk, "verdict": "accept"})

    assert page.status_code == 422
    assert "Le candidat vient de déposer un autre fichier" in main(page)
    assert piece(in_lille).state == State.DEPOSITED


def test_an_auditor_reads_and_judges_nothing(member, in_lille):
    clean(in_lille)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    assert "Décider" not in main(auditor.get(tab(in_lille)))
    assert auditor.get(decision(in_lille)).status_code in (403, 404)
    assert piece(in_lille).state == State.DEPOSITED


def test_what_waits_is_listed_the_oldest_first_within_the_perimeter(
    manager, in_lille, in_versailles
):
    later = a_registration(a_candidate())
    give(a_registration(a_candidate()))  # the antivirus has not looked at it
    for one in (in_lille, later, in_versailles):
        clean(one, press=str(uuid4()))

    lines = manager.get(LIST).context["lines"]

    assert [line["registration"] for line in lines] == [in_lille, later]
    assert "Pièces à vérifier" in main(manager.get(reverse("office:home")))


def test_the_pieces_of_a_validated_registration_wait_no_more(manager, in_lille):
    clean(in_lille)
    deciding.decide(registration=again(in_lille), decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    assert manager.get(LIST).context["lines"] == []


def test_the_list_costs_as_much_for_many_as_for_one(manager, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(LIST)
        return len(queries)

    clean(in_lille)
    manager.get(LIST)
    one = cost()
    for _ in range(3):
        posted = a_registration(a_candidate())
        Evidence.objects.filter(registration=posted).update(state="posted", posted_on=NOW.date())

    assert len(manager.get(LIST).context["lines"]) == 4
    assert cost() == one <= MOST
