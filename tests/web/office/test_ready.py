"""« Dossiers complets à valider »: what waits for « Valider » alone is counted, listed, gone through (I7)."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import DateTimeField, F, Func, Q
from django.db.models.lookups import GreaterThan
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding
from sporades.evidence.models import Evidence
from sporades.evidence.states import State
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG, SET_ASIDE, VALIDATE
from sporades.searches.criteria import Ready
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.web.office import bounded, queues
from tests.evidence.given import MANAGER, accept_all, complete, receive
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, load_invented
from tests.web.guide import main, seen
from tests.web.office.test_queues import decided, list_as_data

HOME = reverse("office:home")
LABEL = "Dossiers complets à valider"
PIECE = (
    "      - {code: IDENTITE, libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}}\n"
)
PHOTO = "      - {code: PHOTO, libelle: Photographie, obligatoire: non, echeance: {jours_apres_fermeture: 15}}\n"
RETURN = """    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
"""


@pytest.fixture(autouse=True)
def _tried_again():
    """Begin as a process that has counted nothing yet, and leave it so."""
    queues.forget()
    yield
    queues.forget()


@pytest.fixture
def unhurried(monkeypatch):
    """Give a busy machine as long as it needs, where time is not what is tried."""
    monkeypatch.setattr(queues, "MOST_TO_COUNT_EVERYWHERE", timedelta(minutes=1))


class LongToFind(Func):
    """An instant that PostgreSQL is long to find, as in a table of millions."""

    output_field = DateTimeField()
    template = "(SELECT now() FROM pg_sleep(5))"


class Slow(Ready):
    """What waits for « Valider » alone, long to find."""

    def _holds(self):
        return super()._holds() & Q(GreaterThan(LongToFind(), F("filed_at")))


LONG = Group(members=(Leaf(Slow("complet", "Dossier complet", "evidence"), Operator.IS, ("oui",)),))


def queue_of(client):
    """Return what the first page says of it: nothing where none waits."""
    return next((one for one in client.get(HOME).context["queues"] if one.label == LABEL), None)


def listed(client):
    """Press its name, and return the list."""
    queue = queue_of(client)
    return client.post(queue.url, list_as_data(queue.asked), follow=True)


def numbers(client):
    return [line["number"] for line in listed(client).context["lines"]]


def put(registration, **said):
    Registration.objects.filter(pk=registration.pk).update(**said)


def test_a_file_of_which_the_last_piece_is_judged_waits_to_be_validated(manager, in_lille):
    receive(in_lille)
    assert queue_of(manager) is None

    accept_all(in_lille, at=NOW - timedelta(hours=5))

    queue = queue_of(manager)
    # Not since the verdict: the summary may have come back later.
    assert (queue.count, queue.age, queue.is_cut) == (1, "", False)
    assert numbers(manager) == [in_lille.number]


def test_one_of_another_perimeter_is_not_there(manager, in_lille, in_versailles):
    complete(in_versailles)
    assert queue_of(manager) is None

    complete(in_lille)

    assert numbers(manager) == [in_lille.number]


def test_whoever_does_not_decide_is_told_of_none(member, in_lille):
    complete(in_lille)

    assert queue_of(member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")) is None


def test_the_oldest_comes_first_and_says_when_its_last_piece_was_judged(manager, in_lille):
    older = a_registration(a_candidate(birth_name="Zéphyr"))
    put(older, filed_at=NOW - timedelta(days=9))
    for one in (in_lille, older):
        complete(one, at=NOW)

    page = listed(manager)

    lines, labels = page.context["lines"], page.context["labels"]
    assert [line["number"] for line in lines] == [older.number, in_lille.number]
    assert len(labels) == 7
    assert [
        lines[0]["cells"][labels.index(f"{what} le")]
        for what in (
            "Dernière pièce vérifiée",
            "Enregistrée",
        )
    ] == ["25/11/2026", "16/11/2026"]


def test_they_are_gone_through_and_what_is_validated_leaves(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Abgrall"))
    put(other, filed_at=NOW - timedelta(days=2))
    for one in (in_lille, other):
        complete(one)
    [where, _] = seen(listed(manager)).xpath("//main//th/a[contains(@href, '?dans=')]/@href")
    first = manager.get(where)
    assert first.context["registration"] == other
    assert "Dossier 1 sur 2" in main(first)

    decide = reverse("office:decide", args=[other.number]) + first.context["walk"].query
    done = manager.post(decide, {"decision": "validate", "motif": ""}, follow=True)

    assert Registration.objects.get(pk=other.pk).is_validated
    assert done.context["registration"] == in_lille
    assert numbers(manager) == [in_lille.number]


@pytest.mark.parametrize(
    ("state", "is_mandatory", "waits"),
    [
        (State.ACCEPTED, True, True),
        (State.WAIVED, True, True),
        (State.WITHDRAWN, True, True),
        (State.OWED, True, False),
        (State.REFUSED, True, False),
        (State.CHECKING, True, False),
        (State.DEPOSITED, True, False),
        (State.POSTED, True, False),
        # What is optional is not awaited; what came of it is to be read first.
        (State.OWED, False, True),
        (State.REFUSED, False, True),
        (State.DEPOSITED, False, False),
        (State.POSTED, False, False),
        (State.CHECKING, False, False),
    ],
)
def test_what_stands_of_another_piece_says_whether_the_file_waits(
    manager, kept, state, is_mandatory, waits
):
    load_invented(
        (PIECE, PIECE + (PHOTO if not is_mandatory else PHOTO.replace(" obligatoire: non,", "")))
    )
    registration = a_registration()
    complete(registration)
    given = registration.evidence.get(code="PHOTO")
    is_decided = state in (State.ACCEPTED, State.REFUSED, State.WAIVED)
    deposit = given.deposits.create(
        name="photo.pdf",
        key="photo",
        size=1,
        pages=1,
        given_at=NOW,
        author_kind="candidate",
        author_name="",
        author_id="",
        sending="8f6a1f5e-5a0e-4d6c-9a57-3b1f0c9a2d11",
    )

    Evidence.objects.filter(pk=given.pk).update(
        state=state,
        deposit=deposit,
        arrived_at=NOW,
        posted_on=NOW.date(),
        reason="Floue" if state in (State.REFUSED, State.WAIVED) else "",
        decided_at=NOW if is_decided else None,
        decided_name="Claude" if is_decided else "",
    )

    assert (queue_of(manager) is not None) is waits


@pytest.mark.parametrize("decision", [VALIDATE, FLAG, SET_ASIDE])
def test_what_is_decided_of_waits_no_more(manager, in_lille, decision):
    complete(in_lille)
    assert queue_of(manager) is not None

    deciding.decide(registration=in_lille, decision=decision, reason="Vu", by=OPERATOR, at=NOW)

    assert queue_of(manager) is None


def test_a_signed_summary_is_awaited_where_it_is_to_come_back(manager, in_lille):
    complete(in_lille)
    put(in_lille, summary_posted_on=None)

    assert queue_of(manager) is None


def test_where_no_summary_comes_back_pieces_are_enough(manager):
    load_invented((RETURN, ""))
    registration = a_registration()
    for row in registration.evidence.all():
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)
        verifying.accept(row=row, seen=None, by=MANAGER, at=NOW)

    assert numbers(manager) == [registration.number]


def test_one_of_which_no_piece_was_judged_is_not_said_to_be_complete(manager):
    load_invented((RETURN, ""), (PIECE, PHOTO))
    a_registration()

    assert queue_of(manager) is None


def test_the_first_page_costs_as_much_for_many_as_for_one(
    manager, in_lille, django_assert_num_queries, django_assert_max_num_queries
):
    complete(in_lille)
    manager.get(HOME)
    with django_assert_max_num_queries(41) as one:
        manager.get(HOME)

    for _ in range(3):
        complete(a_registration(a_candidate()))

    with django_assert_num_queries(len(one)):
        assert queue_of(manager).count == 4


@pytest.mark.usefixtures("unhurried")
def test_over_a_country_they_are_counted_where_that_takes_no_time(member, in_lille, in_versailles):
    everywhere = member(role=Membership.Role.ADMINISTRATOR, email="pays@exemple.test")
    assert queue_of(everywhere) is None
    for one in (in_lille, in_versailles):
        complete(one)

    assert queue_of(everywhere).count == 2
    assert set(numbers(everywhere)) == {in_lille.number, in_versailles.number}


def test_over_a_country_they_are_led_to_and_not_counted_where_it_takes_time(
    member, in_lille, in_versailles, monkeypatch
):
    everywhere = member(role=Membership.Role.ADMINISTRATOR, email="pays@exemple.test")
    for one in (in_lille, in_versailles):
        complete(one)
    monkeypatch.setattr(queues, "READY", LONG)

    queue = queue_of(everywhere)

    assert (queue.count, queue.age) == (None, "")
    assert f"{LABEL} Non comptés" in main(everywhere.get(HOME))
    assert set(numbers(everywhere)) == {in_lille.number, in_versailles.number}


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("role", [Membership.Role.MANAGER, Membership.Role.ADMINISTRATOR])
def test_where_none_waits_they_stand_among_what_does_not_wait(member, in_lille, role):
    scope = ["A09"] if role == Membership.Role.MANAGER else []
    reader = member(*scope, role=role, email="personne@exemple.test")

    page = reader.get(HOME)

    assert f"Rien n'attend : {' '.join(one.label for one in page.context['idle'])}" in main(page)
    [idle] = [one for one in page.context["idle"] if one.label == LABEL]
    button = f"//main//form[button[normalize-space()='{LABEL}']]"
    [form] = seen(page).xpath(button)
    asked = [(one.get("name"), one.get("value")) for one in form.cssselect("input")]
    assert [one for one in asked if one in idle.asked] == list(idle.asked)
    listing = reader.post(form.get("action"), list_as_data(idle.asked), follow=True)
    assert listing.context["lines"] == []

    complete(in_lille)

    page = reader.get(HOME)
    assert LABEL not in [one.label for one in page.context["idle"]]
    assert len(seen(page).xpath(button)) == 1


def test_what_takes_too_long_to_count_is_led_to_and_the_page_goes_on(
    manager, in_lille, monkeypatch
):
    complete(in_lille)
    decided(a_registration(a_candidate()), days=3)
    monkeypatch.setattr(queues, "READY", LONG)
    monkeypatch.setattr(queues, "MOST_TO_COUNT", timedelta(milliseconds=50))

    said = {one.label: one.count for one in manager.get(HOME).context["queues"]}

    assert said == {LABEL: None, "Inscriptions en anomalie": 1}


def test_what_took_too_long_is_not_counted_again_for_some_minutes(manager, in_lille, monkeypatch):
    complete(in_lille)
    with monkeypatch.context() as slow:
        slow.setattr(queues, "READY", LONG)
        slow.setattr(queues, "MOST_TO_COUNT", timedelta(milliseconds=50))
        assert queue_of(manager).count is None

    assert queue_of(manager).count is None

    with time_machine.travel(NOW + queues.NOT_AGAIN_FOR, tick=False):
        assert queue_of(manager).count == 1


def test_one_perimeter_that_takes_too_long_keeps_no_other_from_being_counted(
    manager, member, in_lille, in_versailles, monkeypatch
):
    elsewhere = member("A25", email="versailles@exemple.test")
    for one in (in_lille, in_versailles):
        complete(one)
    with monkeypatch.context() as slow:
        slow.setattr(queues, "READY", LONG)
        slow.setattr(queues, "MOST_TO_COUNT", timedelta(milliseconds=50))
        assert queue_of(manager).count is None

    assert queue_of(elsewhere).count == 1


def test_of_very_many_no_more_are_counted_than_tell_so(manager, monkeypatch):
    monkeypatch.setattr(bounded, "IN_A_QUEUE", 1)
    for _ in range(2):
        complete(a_registration(a_candidate()))

    queue = queue_of(manager)

    assert (queue.count, queue.age, queue.is_cut) == (1, "", True)
