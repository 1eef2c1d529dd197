"""A modification that is asked for is answered by the academy that has its registration, and by no other."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import requesting
from sporades.registrations.models import ChangeRequest
from sporades.registrations.refusals import HandedOver
from sporades.registrations.states import RequestState
from tests.acts.test_moved_meanwhile import moved
from tests.endurance.arena import first
from tests.evidence.given import MANAGER
from tests.factories import a_registration
from tests.web.registry.world import a_change_request

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("accept", {}),
        ("refuse", {"answer": "Trop tard."}),
        ("ask_more", {"missing": "Un justificatif."}),
    ],
    ids=["accept", "refuse", "ask more"],
)
def test_nobody_of_the_academy_that_it_has_just_left_answers_what_is_asked(
    invented_exam, act, said
):
    registration = a_registration()
    asked = a_change_request(registration)
    late = registration.service.closes_at + timedelta(days=2)
    read = ChangeRequest.objects.select_related("registration__service", "draft").get(pk=asked.pk)

    _, outcome = first(
        moved(registration),
        lambda: getattr(requesting, act)(request=read, by=MANAGER, at=late, **said),
    )

    asked.refresh_from_db()
    assert isinstance(outcome, HandedOver)
    assert (asked.state, asked.missing) == (RequestState.SENT, "")
