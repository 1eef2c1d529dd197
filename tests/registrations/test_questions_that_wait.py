"""Two questions that wait for each other: no file is loaded so any more, a version may still be in force."""

import copy

import pytest

from sporades.acts.registrations import registering
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.registrations.refusals import Incomplete
from tests.factories import NOW, a_draft, author

REFUSED = "Il faut trois ans d'expérience professionnelle en formation continue. (Règle : article 2 inventé.)"


@pytest.fixture
def waiting():
    """Put in force, as it was before the check refused it, a diploma that waits for the experience, which waits for it."""
    known = Regulation.objects.get()
    content = copy.deepcopy(known.content)
    asked = content["examens"][0]["qualification"]
    asked["diplomes"]["si"] = {"experience": {"minimum": 1}}
    asked["experience"]["si"] = {"diplome": ["CAP"]}
    Regulation.objects.create(
        domain=known.domain,
        session=known.session,
        number=2,
        content=content,
        source="",
        digest="autre",
        loaded_at=NOW,
        loaded_by="Essai",
    )
    forget()


@pytest.mark.usefixtures("waiting")
def test_what_a_rule_wants_of_them_is_refused_where_the_category_calls_for_it():
    draft = a_draft(
        informations={"category": "FORM"}, qualification={"diploma": None, "experience": None}
    )

    with pytest.raises(Incomplete) as refusal:
        registering.register(draft=draft, by=author(draft.candidate), at=NOW)

    assert [(one.section, one.field, one.message) for one in refusal.value.troubles] == [
        ("informations", "category", REFUSED)
    ]
