"""« Laisser plus de temps pour tout » of a file: one day for all that is still to be sent, told once (I7)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, receiving
from sporades.core.french import local_day
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import TO_PROVIDE
from sporades.mail.models import Message
from sporades.registrations.states import VALIDATE
from tests.evidence.given import MANAGER, again, piece
from tests.factories import NOW
from tests.spaces import plain
from tests.web.guide import main, seen, words

DAY, SENT = date(2027, 2, 5), {"delai": "05/02/2027"}
BUTTON = "Laisser plus de temps pour tout"

pytestmark = pytest.mark.usefixtures("kept")


def page_of(registration, name="give_time"):
    return reverse(f"office:{name}", args=[registration.number])


def told(registration):
    mails = Message.objects.filter(about_id=str(registration.pk))
    return list(mails.exclude(kind="registered").values_list("kind", flat=True))


def test_all_that_is_left_is_read_then_has_the_day_and_one_mail_says_it(manager, in_lille):
    listed = seen(manager.get(page_of(in_lille, "pieces")))
    [button] = [one for one in listed.cssselect("main a") if words(one) == BUTTON]
    page = main(manager.get(button.get("href")))
    assert "Pièce d'identité : avant le" in page
    assert "Récapitulatif signé : avant le" in page
    # The example is a day that would be given: a week after the last of these deadlines.
    last = max(one.until for one in pieces_of(again(in_lille)))
    assert f"Par exemple : {local_day(last, 'Europe/Paris') + timedelta(days=7):%d/%m/%Y}" in page

    done = manager.post(button.get("href"), SENT, follow=True)

    assert "Délai accordé jusqu'au 5 février 2027 : un mail part au candidat." in main(done)
    assert done.redirect_chain[-1][0] == page_of(in_lille, "pieces")
    found = again(in_lille)
    due = [one for one in pieces_of(found) if one.row.state in TO_PROVIDE]
    assert {local_day(one.until, "Europe/Paris") for one in due} == {DAY}
    assert local_day(found.summary_until, "Europe/Paris") == DAY
    assert told(in_lille) == ["pieces_given_time"]


def test_pressed_twice_it_is_told_once(manager, in_lille):
    manager.post(page_of(in_lille), SENT)

    page = manager.post(page_of(in_lille), SENT)

    assert page.status_code == 422
    said = plain(main(page))
    assert "Tout ce qui reste à envoyer peut déjà l'être jusqu'à ce jour, ou plus tard." in said
    assert told(in_lille) == ["pieces_given_time"]


def test_a_day_that_has_passed_is_refused_at_its_box(manager, in_lille):
    page = manager.post(page_of(in_lille), {"delai": "01/11/2026"})

    assert page.status_code == 422
    assert "Ce jour est passé" in main(page)
    assert told(in_lille) == []


def test_of_one_thing_alone_its_own_page_does_it(manager, in_lille):
    receiving.receive_summary(
        registration=again(in_lille), posted_on=NOW.date(), by=MANAGER, at=NOW
    )
    mandatory = [one.row for one in pieces_of(again(in_lille))]
    for row in mandatory[1:]:
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)

    assert piece(in_lille).state in TO_PROVIDE
    assert BUTTON not in main(manager.get(page_of(in_lille, "pieces")))


def test_nothing_is_left_to_what_is_validated(manager, in_lille):
    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    assert BUTTON not in main(manager.get(page_of(in_lille, "pieces")))
    assert "plus rien n'en est demandé" in main(manager.get(page_of(in_lille)))
    assert manager.post(page_of(in_lille), SENT).status_code == 422
    assert "pieces_given_time" not in told(in_lille)
