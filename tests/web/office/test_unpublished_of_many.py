"""What is published without the registrations of a batch is told before it is launched, and after."""

from datetime import timedelta

import pytest

from sporades.accounts.models import Membership
from sporades.acts.registrations import deciding
from sporades.batches.models import Batch
from sporades.publications.operations import telling
from sporades.registrations.states import SET_ASIDE, VALIDATE
from tests.acts.test_to_review import correct
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.jobs import work
from tests.spaces import plain
from tests.web.guide import main, seen
from tests.web.office.test_batches import WHY, page_of, place
from tests.web.office.test_deciding import attested, decide
from tests.web.office.test_publishing import deposited, where
from tests.web.office.test_search import numbers


@pytest.fixture
def head(member):
    return member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")


@pytest.fixture
def two(in_lille):
    return in_lille, a_registration(a_candidate(birth_name="Le Bihan"))


def batch_of(manager, decision):
    """Prepare a batch on what stands in Lille, or did; return it with its page."""
    page = main(manager.post(place(manager), {"decision": decision, "motif": ""}, follow=True))
    return Batch.objects.latest("asked_at"), page


def ended(manager, batch):
    manager.post(page_of(batch, "launch_batch"))
    work("batches")
    return manager.get(page_of(batch))


def test_what_was_published_without_those_that_a_batch_restores_is_said_before_and_listed_after(
    manager, head, two
):
    registration = two[0]
    made = deposited(manager, registration)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "25/11/2026 18:00"})
    head.post(where("approve_publication", made.pk))
    for one in two:
        deciding.decide(registration=one, decision=SET_ASIDE, reason=WHY, by=OPERATOR, at=NOW)
    telling.tell(str(made.pk), at=NOW + timedelta(hours=9))

    batch, before = batch_of(manager, "restore")
    assert "Convocation : 1 inscription" in before
    after = ended(manager, batch)

    assert "Faites 2" in main(after)
    assert "Convocation : 1 inscription" in main(after)
    said = "Lister celles sans « Convocation »"
    [form] = [one for one in seen(after).forms if said in plain(one.text_content())]
    found = manager.post(form.action, dict(form.form_values()), follow=True)
    assert sorted(numbers(found)) == sorted(one.number for one in two)


def test_what_a_batch_that_undoes_validations_leaves_unpublished_is_said_before_and_after(
    manager, in_lille
):
    decide(in_lille, VALIDATE)
    correct(in_lille, birth_name="Le Gouff")  # its new summary has no place to sign
    attested(manager)

    batch, before = batch_of(manager, "reopen")
    assert "Attestation d'inscription : 1 inscription" in before
    assert "peut avoir une nouvelle version" in before
    after = main(ended(manager, batch))

    assert "Attestation d'inscription : 1 inscription" in after
    assert "Préparez-le de nouveau" in after


def test_a_batch_that_leaves_all_published_says_nothing_of_it(manager, in_lille):
    decide(in_lille, VALIDATE)
    attested(manager)

    batch, _ = batch_of(manager, "reopen")

    assert "Attestation d'inscription" not in main(ended(manager, batch))
