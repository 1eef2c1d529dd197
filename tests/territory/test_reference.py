import pytest

from sporades.territory import queries, reference
from sporades.territory.models import Academy, ReferenceLoad

pytestmark = pytest.mark.usefixtures("_forgotten")


@pytest.fixture
def _a_minute_has_passed(monkeypatch):
    monkeypatch.setattr(reference, "FRESH_FOR", 0)


def load_elsewhere():
    """Do what a load in another process leaves in the database."""
    Academy.objects.filter(code="A09").update(website="https://exemple.test")
    ReferenceLoad.objects.create(digest="0" * 64)


def test_what_is_held_is_believed_for_a_minute(django_assert_num_queries):
    before = queries.academy("A09").website
    load_elsewhere()

    with django_assert_num_queries(0):
        assert queries.academy("A09").website == before


@pytest.mark.usefixtures("_a_minute_has_passed")
def test_a_load_in_another_process_is_seen_when_the_minute_is_over():
    before = queries.academy("A09").website
    load_elsewhere()

    assert before != "https://exemple.test"
    assert queries.academy("A09").website == "https://exemple.test"


@pytest.mark.usefixtures("_a_minute_has_passed")
def test_looking_again_costs_one_query_and_keeps_what_did_not_change(django_assert_num_queries):
    before = queries.academy("A09")

    with django_assert_num_queries(1):
        after = queries.academy("A09")

    assert after is before


def test_what_is_forgotten_is_read_again():
    before = queries.academy("A09").website
    Academy.objects.filter(code="A09").update(website="https://exemple.test")
    reference.forget()

    assert before != queries.academy("A09").website
