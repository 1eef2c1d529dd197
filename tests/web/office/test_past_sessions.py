"""What waits of a session whose exam has taken place: under a line of its own, and pressed of nobody."""

import pytest
import time_machine
from django.urls import reverse

from sporades.batches.models import Batch
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.evidence.given import again, complete, receive
from tests.factories import (
    NOW,
    a_candidate,
    a_registration,
    load_invented,
    registered_in_two_academies,
)
from tests.jobs import work
from tests.spaces import plain
from tests.web.guide import main
from tests.web.office.test_incoming import shown
from tests.web.office.test_search import numbers

HOME = reverse("office:home")
LABEL = "Inscriptions de sessions passées, ni validées ni écartées"
LONG_AFTER = NOW.replace(year=2027, month=9, day=20)
OVER = "Les dates de cet examen ou concours sont passées"


@pytest.fixture
def long_after(in_lille, member):
    """File what lacks its pieces, what is complete and what waits for a verdict; return a browser a year later."""
    complete(a_registration(a_candidate(birth_name="Le Bihan")))
    receive(a_registration(a_candidate(birth_name="Kermadec")))
    with time_machine.travel(LONG_AFTER, tick=False):
        browser = member("A09", email="apres@exemple.test", at=LONG_AFTER)
        session, now = browser.session, LONG_AFTER.isoformat()
        session.update({"seen_at": now, "since": now})
        session.save()
        yield browser


def test_it_waits_under_one_line_that_leads_to_all_of_it(long_after, in_lille):
    [queue] = long_after.get(HOME).context["queues"]
    assert (queue.label, queue.count, queue.age) == (LABEL, 3, "")

    page = long_after.post(queue.url, dict_of(queue.asked), follow=True)

    assert in_lille.number in numbers(page)
    assert len(numbers(page)) == 3


def dict_of(asked):
    """Return what is posted, with all the values of a name."""
    said = {}
    for name, value in asked:
        said.setdefault(name, []).append(value)
    return said


def test_its_pieces_are_gone_through_where_its_exam_is_chosen(long_after, in_lille):
    load_invented(
        (
            'session: {code: "2027", libelle: session 2027, annee: 2027}',
            'session: {code: "2028", libelle: session 2028, annee: 2028}',
        ),
        ("du: 2027-05-17, au: 2027-05-21", "du: 2028-05-17, au: 2028-05-21"),
    )
    where = reverse("office:pieces_to_verify")
    assert long_after.get(where).context["lines"] == []

    page = long_after.get(where, {"examen": in_lille.exam_id})

    assert page.context["lines"]


def test_nobody_is_declared_incomplete_for_it(long_after, in_lille):
    assert long_after.get(reverse("office:incomplete")).context["lines"] == []
    tab = plain(main(long_after.get(reverse("office:pieces", args=[in_lille.number]))))
    assert OVER in tab
    assert "Déclarer l'inscription incomplète" not in tab

    where = reverse("office:declare_incomplete", args=[in_lille.number])
    assert OVER in plain(main(long_after.post(where, follow=True)))
    assert again(in_lille).state == "registered"


def test_a_batch_that_would_declare_it_says_before_that_it_is_refused(long_after, in_lille):
    [queue] = long_after.get(HOME).context["queues"]
    found = long_after.post(queue.url, dict_of(queue.asked), follow=True).context["search"]
    where = reverse("office:batch", args=[found.pk])

    page = long_after.post(where, {"decision": "declare-incomplete", "motif": ""}, follow=True)

    assert "Acceptées : 0. Refusées : 3." in plain(main(page))
    long_after.post(reverse("office:launch_batch", args=[Batch.objects.get().pk]))
    work("batches")
    assert not Message.objects.filter(kind="state_changed").exists()


def test_a_paper_that_comes_for_another_is_not_looked_for_there(long_after, member, db):
    registered_in_two_academies(a_candidate())
    there, _ = Registration.objects.order_by("-pk")[:2]
    both = member("A09", "A25", email="deux@exemple.test", at=LONG_AFTER)
    session, now = both.session, LONG_AFTER.isoformat()
    session.update({"seen_at": now, "since": now})
    session.save()

    boxes, _ = shown(both, there)

    assert boxes
    assert all(one.startswith(there.number) for one in boxes)
