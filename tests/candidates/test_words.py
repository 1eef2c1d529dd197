"""Civil data as they are read in the summaries."""

import pytest

from sporades.candidates.models import Identity
from sporades.candidates.words import identity_in_words
from tests.factories import IDENTITY


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "words"), [("99100", "Française"), ("aucun", "Apatride"), ("autre", "Autre")]
)
def test_a_nationality_stands_with_a_capital_as_in_the_list(territory, code, words):
    lines = dict(identity_in_words(Identity(**{**IDENTITY, "nationality": code})))

    assert lines["Nationalité"] == words
