"""What was handed over at the desk, or sent by mail, is said to be so: no post has carried it (L-05)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import capfirst

from sporades.accounts.permissions import Permission, reach
from sporades.acts.pieces import verifying
from sporades.acts.registrations import receiving
from sporades.evidence.models import Evidence
from sporades.journal.models import Entry
from sporades.registrations.came import CameBy
from sporades.registrations.models import Registration
from sporades.searches.columns import BY_CODE
from sporades.searches.operators import Operator
from sporades.web.office.registrations.decision_forms import PostmarkForm
from tests.accommodations.asked import MINOR
from tests.acts.test_to_review import correct
from tests.evidence.given import MANAGER, again, piece
from tests.factories import NOW
from tests.web.guide import main, seen
from tests.web.office.test_amended_since_decided import modify
from tests.web.office.test_pieces import decide, decision, tab

DAY = date(2026, 11, 24)
WAYS = pytest.mark.parametrize(
    ("par", "came"),
    [
        ("desk", "remis{} au guichet le 24 novembre 2026"),
        ("mail", "envoyé{} par mail le 24 novembre 2026"),
    ],
)

pytestmark = pytest.mark.usefixtures("kept")


def journal_of(client, registration):
    return main(client.get(reverse("office:journal", args=[registration.number])))


def read_by_candidate(sign_in, registration, page):
    client = sign_in(registration.candidate)
    return main(client.get(reverse(f"candidate:{page}", args=[registration.number])))


@WAYS
def test_a_piece_says_how_it_came_wherever_it_is_told(manager, sign_in, in_lille, par, came):
    came = came.format("e")
    said = main(decide(manager, in_lille, verdict="receive", par=par, poste_le="24/11/2026"))

    assert "reçue par le service" in said
    assert f"Reçue par le service {capfirst(came)}." in main(manager.get(tab(in_lille)))
    assert f"arrivée, {came} : aucune numérisation" in main(manager.get(decision(in_lille)))
    assert f"Pièce justificative reçue : Pièce d'identité, {came}" in journal_of(manager, in_lille)
    for page in ("evidence", "registered"):
        read = read_by_candidate(sign_in, in_lille, page)
        assert capfirst(came) in read
        assert "Reçue par courrier" not in read


@WAYS
def test_a_signed_summary_says_how_it_came_wherever_it_is_told(
    manager, sign_in, in_lille, par, came
):
    came = came.format("").replace("24", "25")
    where = reverse("office:receive_summary", args=[in_lille.number])

    page = manager.post(where, {"par": par, "poste_le": "25/11/2026"}, follow=True)

    assert came in main(page)
    assert f"Reçu, {came}." in read_by_candidate(sign_in, in_lille, "registered")
    assert f"Reçu, {came}." in main(manager.get(reverse("office:envelope", args=[in_lille.number])))
    noted = Entry.objects.get(verb="summary received").payload["after"]
    assert noted == {"posted_on": "2026-11-25", "came_by": par}
    shown = seen(manager.get(where)).cssselect("input[name=par][checked]")
    assert [one.get("value") for one in shown] == [par]


def test_what_says_no_way_came_by_post_and_its_journal_is_as_before(manager, in_lille):
    decide(manager, in_lille, verdict="receive", poste_le="24/11/2026")

    assert piece(in_lille).came_by == CameBy.POST
    assert "came_by" not in Entry.objects.get(verb="piece received").payload["after"]
    assert "Reçue par courrier Postée le 24 novembre 2026." in main(manager.get(tab(in_lille)))


def test_how_it_came_is_corrected_alone_and_the_journal_says_both(manager, in_lille):
    decide(manager, in_lille, verdict="receive", poste_le="24/11/2026")

    said = {"verdict": "postmark", "poste_le": "24/11/2026", "lu": "2026-11-24"}
    same = decide(manager, in_lille, **said, par="post")
    decide(manager, in_lille, **said, par="desk")

    assert same.status_code == 422
    assert "Remise au guichet le 24 novembre 2026." in main(manager.get(tab(in_lille)))
    assert "remise au guichet le 24 novembre 2026, et non cachet du 24 novembre 2026" in (
        journal_of(manager, in_lille)
    )


def test_what_is_taken_back_is_as_it_was_handed_over_before(in_lille):
    row = piece(in_lille)
    verifying.receive(row=row, posted_on=DAY, came_by=CameBy.DESK, by=MANAGER, at=NOW)
    verifying.refuse(row=piece(in_lille), reason="Illisible.", seen=None, by=MANAGER, at=NOW)
    verifying.receive(row=piece(in_lille), posted_on=DAY, by=MANAGER, at=NOW)

    verifying.take_back(row=piece(in_lille), seen=None, by=MANAGER, at=NOW)

    now = piece(in_lille)
    assert (now.reason, now.posted_on, now.came_by) == ("Illisible.", DAY, CameBy.DESK)


def test_an_envelope_that_was_handed_over_is_noted_so_whole(manager, in_lille):
    where = reverse("office:envelope", args=[in_lille.number])
    ticked = [f"{in_lille.number}/recapitulatif", f"{in_lille.number}/IDENTITE"]

    page = manager.post(
        where, {"contenu": ticked, "par": "desk", "poste_le": "25/11/2026"}, follow=True
    )

    assert "Reçu, remis au guichet le 25 novembre 2026 : " in main(page)
    assert (piece(in_lille).came_by, again(in_lille).summary_came_by) == ("desk", "desk")
    # Pressed twice: it is noted already, by that very way.
    twice = manager.post(
        where, {"contenu": ticked, "par": "desk", "poste_le": "25/11/2026"}, follow=True
    )
    assert "Reçu, remis au guichet le 25 novembre 2026 : " in main(twice)


def test_the_same_day_by_another_way_replaces_what_was_noted(in_lille):
    for way in (CameBy.POST, CameBy.MAIL):
        receiving.receive_summary(
            registration=again(in_lille),
            posted_on=NOW.date(),
            came_by=way,
            by=MANAGER,
            at=NOW,
        )

    assert again(in_lille).summary_came_by == CameBy.MAIL
    assert Entry.objects.filter(verb="summary received").count() == 2

    receiving.take_summary_back(
        registration=in_lille, noted=receiving.noted_in(again(in_lille)), by=MANAGER, at=NOW
    )
    assert again(in_lille).summary_came_by == CameBy.POST


@pytest.mark.parametrize(
    "changed",
    [lambda found: modify(found, hours=1), lambda found: correct(found, **MINOR)],
    ids=["modified", "of a minor now"],
)
def test_of_a_summary_that_counts_no_more_the_way_is_forgotten_too(in_lille, changed):
    receiving.receive_summary(
        registration=again(in_lille),
        posted_on=NOW.date(),
        came_by=CameBy.DESK,
        by=MANAGER,
        at=NOW,
    )

    changed(in_lille)

    now = again(in_lille)
    assert (now.summary_posted_on, now.summary_came_by) == (None, CameBy.POST)


def test_until_one_has_come_it_is_noted_as_posted_unless_somebody_says_otherwise(in_lille):
    in_lille.summary_came_by = CameBy.DESK  # of one that counted before

    assert PostmarkForm.of(None, in_lille)["par"].value() == CameBy.POST


def test_it_is_found_and_taken_out_by_how_it_came(manager, in_lille):
    from tests.evidence.test_found_and_counted import finds

    lille = reach(manager.user.memberships.all(), Permission.DECIDE)
    assert finds(lille, "recapitulatif_venu", Operator.IS, "post") == []
    receiving.receive_summary(
        registration=again(in_lille),
        posted_on=NOW.date(),
        came_by=CameBy.DESK,
        by=MANAGER,
        at=NOW,
    )

    assert finds(lille, "recapitulatif_venu", Operator.IS, "desk") == [in_lille]
    assert finds(lille, "recapitulatif_venu", Operator.IS_NOT, "desk") == []
    column = BY_CODE["recapitulatif_venu"]
    assert column.say(NOW.date(), "desk") == "Remis au guichet"
    assert column.say(None, "post") is None


@pytest.mark.parametrize("came_by", ["pony", "desk"])
def test_the_database_holds_it(in_lille, came_by):
    with pytest.raises(IntegrityError), transaction.atomic():
        # Of one that has not come, no way is kept.
        Evidence.objects.filter(registration=in_lille).update(came_by=came_by)
    if came_by == "pony":
        with pytest.raises(IntegrityError), transaction.atomic():
            Registration.objects.filter(pk=in_lille.pk).update(summary_came_by=came_by)
