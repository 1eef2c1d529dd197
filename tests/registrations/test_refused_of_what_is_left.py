"""What was answered before a category was changed neither opens a right nor hides a refusal."""

import pytest

from sporades.acts.registrations import registering
from sporades.registrations.refusals import Incomplete
from tests.factories import NOW, a_draft, author, load_invented

REFUSED = "Il faut trois ans d'expérience professionnelle en formation continue. (Règle : article 2 inventé.)"


@pytest.mark.parametrize("experience", ["2", "4"])
def test_a_tab_that_is_asked_no_more_hides_no_refusal(experience):
    load_invented(
        (
            "        libelle: Diplôme le plus élevé\n",
            "        libelle: Diplôme le plus élevé\n        si: {categorie: [INDIV]}\n",
        ),
        (
            "{libelle: Années d'expérience professionnelle}",
            "{libelle: Années d'expérience professionnelle, si: {diplome: [CAP]}}",
        ),
    )
    # Answered as an individual, whose diploma calls for the experience: who is trained is asked neither.
    draft = a_draft(
        informations={"category": "FORM"},
        qualification={"diploma": "CAP", "experience": experience},
        epreuves={"statut-E3": "inscrit"},
    )

    with pytest.raises(Incomplete) as refusal:
        registering.register(draft=draft, by=author(draft.candidate), at=NOW)

    assert [(one.section, one.field, one.message) for one in refusal.value.troubles] == [
        ("informations", "category", REFUSED)
    ]
