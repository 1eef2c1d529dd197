"""`kill -9` of any part of an installation while files are given and judged (R-33, R-35).

Of the database, the file store, the antivirus, the web and the worker, at random, each started
again as a supervisor does, under candidates and members of the office who know its answers alone.
"""

import json
import random
from collections import Counter
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from config.environment import file_store
from sporades.accounts.models import Membership, User
from sporades.acts import providing
from sporades.core import files
from sporades.evidence import operations as evidence
from sporades.evidence.models import ArrivingFile, Deposit, Evidence, Verdict
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.endurance.arena import eventually, figure, now, pointing_at
from tests.endurance.crowd import PATIENCE_OF_A_CROWD, Crowd, Person
from tests.endurance.installation import an_installation
from tests.endurance.servers import a_browser, a_browser_of_the_office
from tests.evidence.given import a_heavy_photo
from tests.factories import a_registration

KILLS = figure(5, 100)
PARTS = ("web", "worker", "clamd", "database", "store")
CANDIDATES, MANAGERS = 4, 2
REGISTRATIONS = figure(5, 60)
"""Of each of the candidates."""
A_WHILE = 0.5
"""How long after an act the next part is killed at most, in seconds."""
VERBS = {"accept": "piece accepted", "refuse": "piece refused"}


def people():
    """File registrations, and return their candidates."""
    made = [a_registration(at=now()) for _ in range(REGISTRATIONS)]
    return [Person(a_browser(one.candidate), one.number) for one in made]


def a_manager(number):
    user = User.objects.create_user(f"agent{number}@exemple.test", "x", created_at=now())
    Membership.objects.create(
        user=user, role="manager", full_name=f"Camille Agent {number}", academies=["A09"]
    )
    return a_browser_of_the_office(user)


def look_again():
    """Do what the job of every ten minutes does, without its ten minutes."""
    connection.close()  # the database may have been killed since
    providing.scan_again(older_than=now())


def is_all_looked_at(installation):
    installation.revive()
    return not Deposit.objects.unscanned().exists()


@pytest.fixture
def store(monkeypatch, settings):
    """Make this process read the store of an installation, of which the address is given."""

    def use(address):
        monkeypatch.setenv("FILES_URL", address)
        settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}

    yield use
    default_storage.connection.meta.client.close()


def test_whatever_is_killed_no_file_and_no_verdict_is_lost(own_server, store, tmp_path):
    order = random.sample(PARTS * (KILLS // len(PARTS)), KILLS)
    with pointing_at(own_server.url), an_installation(own_server, tmp_path) as installation:
        store(installation.files_url)
        crowd = Crowd(installation.web, [a_heavy_photo(700, 900) for _ in range(4)])
        crowds = [people() for _ in range(CANDIDATES)]
        offices = [a_manager(number) for number in range(MANAGERS)]
        for place, some in enumerate(crowds):
            crowd.comes(lambda some=some, place=place: crowd.gives(some, by_parts=place % 2 == 1))
        for browser in offices:
            crowd.comes(lambda browser=browser: crowd.judges(browser))
        try:
            for name in order:
                crowd.goes_on(meanwhile=installation.revive)
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
        left = ArrivingFile.objects.count()
        swept = evidence.sweep(older_than=now() + timedelta(seconds=1))

        _check_files(crowd)
        _check_verdicts(crowd)
    said = {
        "kills": Counter(order),
        "ended by themselves": installation.ended,
        "given": len(crowd.given),
        "verdicts": len(crowd.verdicts),
        "resumed": crowd.resumed,
        "unanswered": crowd.unanswered,
        "announced and left": left,
        "swept": swept,
    }
    print(json.dumps(said))


def _check_files(crowd):
    names = Counter(Deposit.objects.values_list("name", flat=True))
    # What was acknowledged is there once, and nothing twice, pressed again or not.
    assert set(crowd.given) <= set(names) <= set(crowd.tried)
    assert set(names.values()) == {1}
    # No row without its file, and the one that was given: each is read and its digest compared.
    keys = set(Deposit.objects.values_list("key", flat=True))
    assert all(files.get(key) for key in keys)
    # No file without its row. What the server of the store had half written itself is no object.
    kept = {one.key for one in default_storage.bucket.objects.all()}
    assert {one for one in kept if one.endswith(".pdf")} == keys
    assert not ArrivingFile.objects.exists()


def _check_verdicts(crowd):
    entries = Counter(
        (entry.payload["after"]["deposit"], entry.verb)
        for entry in Entry.objects.filter(verb__in=VERBS.values())
    )
    told = {(one.deposit, VERBS[one.verdict]) for one in crowd.verdicts}
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
