"""Django numbers its fields, and no class changes for it."""

from django.contrib.contenttypes.models import ContentType
from django.db.models import BooleanField, CharField, Field, Manager
from django.db.models.manager import BaseManager

from sporades.registrations.models import Registration


def test_a_field_more_changes_no_class():
    before = dict(vars(Field)), dict(vars(BaseManager))
    BooleanField(), CharField(max_length=1), CharField(auto_created=True), Manager()
    assert (dict(vars(Field)), dict(vars(BaseManager))) == before


def test_fields_are_in_the_order_that_they_are_written_in():
    first, second = BooleanField(), BooleanField()
    ours, its = BooleanField(auto_created=True), BooleanField(auto_created=True)
    assert sorted([second, its, first, ours]) == [its, ours, first, second]
    assert first != second
    assert hash(first) != hash(second)


def test_no_two_fields_of_all_models_have_one_number():
    fields = [*Registration._meta.local_fields, *ContentType._meta.local_fields]
    numbers = {one.creation_counter for one in fields}
    assert len(numbers) == len(fields)
    assert BooleanField().creation_counter not in numbers


def test_a_manager_more_comes_after():
    assert Manager().creation_counter < Manager().creation_counter
