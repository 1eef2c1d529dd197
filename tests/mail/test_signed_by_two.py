"""The signed summary of a minor is signed by their guardian too, whichever message asks for it."""

from datetime import timedelta

import pytest

from sporades.acts.identities import correcting
from sporades.acts.pieces import reminding
from sporades.acts.registrations import deciding, requesting
from sporades.candidates.operations import civil_data
from sporades.mail.models import Message
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import a_minor
from tests.evidence.given import MANAGER, again
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")


def accepted(registration):
    late = registration.service.closes_at + timedelta(days=2)
    by = author(registration.candidate)
    draft = requesting.begin(registration=again(registration), by=by, at=late)
    typed = {**draft.answers.get(section="identification").answers, "address_1": "3 quai du Wault"}
    drafting.answer(draft=draft, section="identification", typed=typed, seen_revision=None, at=late)
    whole = Draft.objects.whole().get(pk=draft.pk)
    sent = requesting.send(draft=whole, reason="Déménagement", proof=[], by=by, at=late)
    requesting.accept(request=sent, by=MANAGER, at=late)


def reminded(registration):
    before = registration.service.closes_at + timedelta(days=8)
    assert reminding.remind_pieces(at=before) == 1


def restored(registration):
    for decision, reason in ((SET_ASIDE, "Doublon."), (RESTORE, "")):
        deciding.decide(
            registration=again(registration), decision=decision, reason=reason, by=MANAGER, at=NOW
        )


def corrected(registration):
    identity = registration.candidate.identity
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(identity), "usage_name": "Kermarrec"},
        seen=identity.pk,
        proof="Acte de naissance",
        by=OPERATOR,
        at=NOW,
    )


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (accepted, "change_accepted"),
        (reminded, "pieces_due"),
        (restored, "state_changed"),
        (corrected, "identity_corrected"),
    ],
)
@pytest.mark.parametrize("is_minor", [True, False])
def test_what_asks_for_a_signed_summary_says_who_signs_it(act, kind, is_minor):
    act(a_minor() if is_minor else a_registration())

    said = plain(Message.objects.filter(kind=kind).latest("pk").body)
    assert "récapitulatif" in said
    assert ("par vous et par votre représentant légal" in said) is is_minor
