"""`kill -9` of any part of an installation while files are given and decided of (R-33, R-35).

Of the database, the file stores, the antivirus, the web and the worker, at random, each started
again as a supervisor does, under candidates, doctors and members of the office who know its
answers alone.
"""

import json
import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.files.storage import storages
from django.db import connection

from config.environment import file_store
from sporades.accommodations.models import Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.states import State as RequestState
from sporades.accounts.models import Membership, User
from sporades.acts.medical import scanning
from sporades.acts.pieces import providing
from sporades.core import files
from sporades.documents.models import DocumentVersion
from sporades.evidence import operations as evidence
from sporades.evidence.models import ArrivingFile, Deposit, Evidence, Verdict
from sporades.evidence.states import State
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.models import Opening, Paper, PassingFile
from tests.endurance import crowd_of_accommodations as requests
from tests.endurance import crowd_of_pieces as pieces
from tests.endurance.arena import eventually, figure, now, pointing_at
from tests.endurance.crowd import PATIENCE_OF_A_CROWD, Crowd, Person
from tests.endurance.installation import an_installation
from tests.endurance.servers import a_browser, a_browser_of_the_office
from tests.evidence.given import a_heavy_photo
from tests.factories import a_registration

KILLS = figure(5, 100)
PARTS = ("web", "worker", "clamd", "database", "store")
GIVERS, JUDGES = 4, 2
ASKERS, DOCTORS, DECIDERS = 3, 2, 2
REGISTRATIONS = figure(5, 60)
"""Of each of those who give pieces."""
REQUESTS = figure(4, 20)
"""Of each of those who ask for accommodations."""
A_WHILE = 0.5
"""How long after an act the next part is killed at most, in seconds."""
AWAITED = (
    *(pieces.GIVEN, pieces.JUDGED),
    *(requests.CONFIDED, requests.SIGNED, requests.DECIDED, requests.NOTIFIED),
)
"""Of which an act is acknowledged before another part is killed."""
VERBS = {"accept": "piece accepted", "refuse": "piece refused"}
STEPS = {
    "accommodation sent": RequestState.ASKED,
    "accommodation entrusted": RequestState.WITH_DOCTOR,
    "accommodation opinion given": RequestState.OPINION_GIVEN,
    "accommodation decided": RequestState.DECIDED,
    "accommodation notified": RequestState.NOTIFIED,
}
"""Where a request stands after each act, in their order."""


def people(count, **answers):
    """File registrations, and return their candidates."""
    made = [a_registration(at=now(), informations=answers) for _ in range(count)]
    return [Person(a_browser(one.candidate), one.number) for one in made]


def a_member(role, number):
    """Return the account of somebody of Lille, and a browser in which they have signed in."""
    user = User.objects.create_user(f"{role}{number}@exemple.test", "x", created_at=now())
    Membership.objects.create(
        user=user, role=role, full_name=f"Camille {role} {number}", academies=["A09"]
    )
    return user, a_browser_of_the_office(user)


def come(crowd, given, asked):
    """Have everybody come before the service."""
    for place in range(GIVERS):
        some = people(REGISTRATIONS)
        crowd.comes(lambda some=some, place=place: given.gives(some, by_parts=place % 2 == 1))
    for _ in range(ASKERS):
        some = people(REQUESTS, has_disability="oui")
        crowd.comes(lambda some=some: asked.asks(some))
    for number in range(JUDGES):
        _, browser = a_member("manager", f"pieces{number}")
        crowd.comes(lambda browser=browser: given.judges(browser))
    for number in range(DECIDERS):
        _, browser = a_member("manager", f"decisions{number}")
        crowd.comes(lambda browser=browser: asked.decides(browser))
    for number in range(DOCTORS):
        user, browser = a_member("doctor", number)
        name = f"user:{user.pk}"
        crowd.comes(lambda browser=browser, name=name: asked.opines(browser, name))


def look_again():
    """Do what the jobs of every ten minutes do, without their ten minutes."""
    connection.close()  # the database may have been killed since
    providing.scan_again(older_than=now())
    scanning.scan_again(older_than=now())


def is_all_looked_at(installation):
    installation.revive()
    return not (Deposit.objects.unscanned().exists() or Paper.objects.unscanned().exists())


@pytest.fixture
def stores(monkeypatch, settings):
    """Make this process read the stores of an installation, as their variables name them."""
    names = {"FILES_URL": "default", "MEDICAL_FILES_URL": medical.STORE}

    def use(addresses):
        for variable, address in addresses.items():
            monkeypatch.setenv(variable, address)
        made = {name: file_store(variable) for variable, name in names.items()}
        settings.STORAGES = {**settings.STORAGES, **made}

    yield use
    for name in names.values():
        storages[name].connection.meta.client.close()


def test_whatever_is_killed_no_file_no_verdict_and_no_decision_is_lost(
    own_server, stores, tmp_path
):
    order = random.sample(PARTS * (KILLS // len(PARTS)), KILLS)
    photos = [a_heavy_photo(700, 900) for _ in range(4)]
    with pointing_at(own_server.url), an_installation(own_server, tmp_path) as installation:
        stores(installation.stores)
        crowd = Crowd(installation.web)
        given, asked = pieces.Pieces(crowd, photos), requests.Accommodations(crowd, photos)
        try:
            come(crowd, given, asked)
            for name in order:
                crowd.goes_on(of=AWAITED, meanwhile=installation.revive)
                crowd.waits(random.uniform(0, A_WHILE))
                installation.parts[name].kill()
                crowd.waits(random.uniform(0, A_WHILE))
                installation.parts[name].come_back()
                look_again()
        finally:
            crowd.leaves()
        crowd.checks()
        look_again()
        eventually(lambda: is_all_looked_at(installation), within=PATIENCE_OF_A_CROWD)
        left = ArrivingFile.objects.count() + PassingFile.objects.count()
        sweepers = (evidence, medical)
        swept = sum(one.sweep(older_than=now() + timedelta(seconds=1)) for one in sweepers)

        _check_files(given)
        _check_verdicts(crowd)
        _check_papers(asked)
        _check_requests(crowd)
    said = {
        "kills": Counter(order),
        "ended by themselves": installation.ended,
        **{kind: len(told) for kind, told in crowd.told.items()},
        "resumed": given.resumed,
        "unanswered": crowd.unanswered,
        "announced and left": left,
        "swept": swept,
    }
    print(json.dumps(said))


def _check_files(given):
    names = Counter(Deposit.objects.values_list("name", flat=True))
    # What was acknowledged is there once, and nothing twice, pressed again or not.
    assert set(given.crowd.told[pieces.GIVEN]) <= set(names) <= set(given.tried)
    assert set(names.values()) == {1}
    # No row without its file, and the one that was given: each is read and its digest compared.
    keys = set(Deposit.objects.values_list("key", flat=True))
    assert all(files.get(key) for key in keys)
    assert _kept("default", ".pdf") == keys
    assert not ArrivingFile.objects.exists()


def _kept(store, suffix):
    """Return the keys of a store; what its server had half written itself is no object."""
    kept = {one.key for one in storages[store].bucket.objects.all()}
    return {one for one in kept if one.endswith(suffix)}


def _check_verdicts(crowd):
    entries = Counter(
        (entry.payload["after"]["deposit"], entry.verb)
        for entry in Entry.objects.filter(verb__in=VERBS.values()).order_by("pk")
    )
    told = {(one.deposit, VERBS[one.verdict]) for one in crowd.told[pieces.JUDGED]}
    assert told <= set(entries)
    assert set(entries.values()) == {1}
    assert Verdict.objects.count() == len(entries)
    refused = sum(verb == VERBS["refuse"] for _, verb in entries)
    assert Message.objects.filter(kind="piece_refused").count() == refused
    # Every file in force was looked at, whatever was killed; the state of its piece says so.
    assert not Evidence.objects.filter(state=State.CHECKING).exists()
    judged = dict(list(entries))
    for row in Evidence.objects.filter(deposit__isnull=False):
        state = {None: State.DEPOSITED, VERBS["accept"]: State.ACCEPTED}
        assert row.state == state.get(judged.get(row.deposit_id), State.REFUSED)


def _check_papers(asked):
    told = asked.crowd.told
    rows = {one.name: one for one in Paper.objects.select_related("compartment")}
    assert len(rows) == Paper.objects.count()
    # What was acknowledged is there, what was taken back is not, and nothing that nobody gave.
    assert set(told[requests.CONFIDED]) - asked.leaving <= set(rows) <= set(asked.tried)
    assert not set(told[requests.TAKEN_BACK]) & set(rows)
    assert all(one.is_clean for one in rows.values())
    # Each is read by its candidate, as the service made it of what they gave.
    made = {photo: cleaning.join([photo]).content for photo in asked.photos}
    for name, row in rows.items():
        person, photo = asked.tried[name].person, asked.tried[name].photo
        read = person.browser.get(asked.crowd.web, person.at(f"sante/papiers/{row.pk}"))
        assert (read.status, read.content) == (200, made[photo])
    # No file without its row.
    assert _kept(medical.STORE, medical.SUFFIX) == {one.key for one in rows.values()}
    assert not PassingFile.objects.exists()
    # Whatever a doctor was given, its candidate sees that it was opened.
    openings = set(Opening.objects.values_list("paper", "reader_id"))
    assert {(str(paper), reader) for paper, reader in openings} >= {
        (one.paper, one.reader) for one in told[requests.OPENED]
    }


def _check_requests(crowd):
    """Compare what the journal says of each request with its state, its papers and what was told."""
    cases = {one.pk: one for one in Case.objects.select_related("registration")}
    entries = Counter(
        (entry.verb, entry.payload["after"]["case"])
        for entry in Entry.objects.filter(verb__in=STEPS)
    )
    assert set(entries.values()) == {1}
    reached = {step: {case for verb, case in entries if verb == step} for step in STEPS}
    assert all(after <= before for before, after in pairwise(reached.values()))
    for key, case in cases.items():
        acts = [step for step in STEPS if key in reached[step]]
        assert case.state == (STEPS[acts[-1]] if acts else RequestState.PREPARING)

    opinions, decisions = Counter(), Counter()
    for key, case in cases.items():
        [measure] = case.measures.all()
        opinions[requests.Opinion(key, measure.opinion)] += 1
        decisions[requests.Decided(case.registration.number, measure.decision)] += 1
    sent, notified = (
        Counter(cases[key].registration.number for key in reached[f"accommodation {what}"])
        for what in ("sent", "notified")
    )
    assert Counter(crowd.told[requests.SIGNED]) <= opinions
    assert Counter(crowd.told[requests.DECIDED]) <= decisions
    assert Counter(crowd.told[requests.SENT]) <= sent
    assert Counter(crowd.told[requests.NOTIFIED]) <= notified

    # Each notification is one document and one mail; what tells of a request, one mail.
    documents = DocumentVersion.objects.filter(document__kind=NOTIFICATION.slug)
    issued = [one.notification_id for one in cases.values() if one.notification_id]
    assert sorted(documents.values_list("pk", flat=True)) == sorted(issued)
    assert len(issued) == len(reached["accommodation notified"])
    for kind, verb in (
        ("something_awaits", "accommodation notified"),
        ("request_received", "accommodation sent"),
    ):
        told = Message.objects.filter(kind=kind).values_list("key", flat=True)
        assert sorted(int(key.split(":")[1]) for key in told) == sorted(reached[verb])
