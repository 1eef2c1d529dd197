"""A process that is killed while it sends the proof of a request leaves nothing of it."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import transaction

from sporades.candidates.models import Candidate
from sporades.evidence import operations as evidence
from sporades.evidence.models import ArrivingFile
from sporades.registrations.models import CorrectionRequest
from tests.endurance.arena import eventually, now
from tests.endurance.servers import environment_of
from tests.factories import a_registration

ASKS = """
import django; django.setup()
from sporades.acts.identities import asking
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from tests.endurance.arena import now
from tests.evidence.given import a_photo
from tests.factories import author
candidate = Candidate.objects.get(pk={candidate})
asking.send(
    candidate=candidate,
    identity={{**civil_data(candidate.identity), "usage_name": "Kermarrec"}},
    seen=candidate.identity_id,
    reason="Mariage",
    proof=[a_photo()],
    by=author(candidate),
    at=now(),
)
"""
"""What the process does that is killed."""

pytestmark = pytest.mark.usefixtures("kept")


def test_a_process_killed_between_the_store_and_the_request_leaves_neither(arena, kept, tmp_path):
    candidate = a_registration(at=now()).candidate
    environment = environment_of(arena, tmp_path, FILES_URL=f"file://{tmp_path / 'kept'}")
    with transaction.atomic():
        # It keeps its proof, then waits for this lock.
        Candidate.objects.select_for_update().get(pk=candidate.pk)
        asking = subprocess.Popen(
            [sys.executable, "-c", ASKS.format(candidate=candidate.pk)], env=environment
        )
        [left] = eventually(lambda: [one for one in kept() if one.endswith(".pdf")])
        asking.kill()
        asking.wait()

    assert not CorrectionRequest.objects.exists()
    assert ArrivingFile.objects.get().key.endswith(left)
    assert evidence.sweep(older_than=now() + timedelta(seconds=1)) == 1
    assert (kept(), ArrivingFile.objects.count()) == ([], 0)
