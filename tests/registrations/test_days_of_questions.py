"""The day that a question of an exam asks for, as it is typed."""

import pytest
from django import forms

from sporades.exams.schema.questions import DateQuestion
from sporades.registrations.questions import field_of

DAY = field_of(DateQuestion.model_validate({"code": "depuis", "libelle": "Depuis", "type": "date"}))


@pytest.mark.parametrize(
    "typed", ["31/02/2008", "31 02 2008", "31.02.2008", "2008-02-31", "1/13/2008"]
)
def test_a_day_of_no_calendar_is_said_to_be_none(typed):
    with pytest.raises(forms.ValidationError, match="Ce jour n'existe pas dans le calendrier"):
        DAY.clean(typed)


@pytest.mark.parametrize("typed", ["hier", "31/02", "14/03/08", "\x00"])
def test_what_is_no_day_at_all_is_told_how_one_is_written(typed):
    with pytest.raises(forms.ValidationError) as refused:
        DAY.clean(typed)

    assert "n'existe pas" not in str(refused.value)
