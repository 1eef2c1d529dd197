"""What is said of two versions when the réglementation has changed between them."""

from copy import deepcopy

import pytest

from sporades.acts.registrations import registering
from sporades.registrations.changes import changes_between
from tests.factories import NOW, a_registration, author, load_invented

RENAMED = ("libelle: Cartographie", "libelle: Lecture de cartes")
MOVED = ("libelle: Épreuves au choix", "libelle: Épreuves à choisir")


def modified(registration, **papers):
    """Modify a registration, with other answers about its épreuves; return the new version."""
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    kept = draft.answers.get(section="epreuves")
    kept.answers = {**kept.answers, **papers}
    kept.save()
    return registering.register(draft=draft, by=by, at=NOW)


def test_an_epreuve_that_bears_another_name_is_the_same_one():
    registration = a_registration()
    load_invented(RENAMED)

    version = modified(registration)

    assert version.changes == ["Cartographie (U5) s'appelle désormais Lecture de cartes (U5)"]


def test_what_was_answered_of_it_is_compared_under_its_new_name():
    registration = a_registration()
    load_invented(RENAMED)

    version = modified(registration, **{"statut-M2": "inscrit"})

    assert [one for one in version.changes if "cartes" in one] == [
        "Cartographie (U5) s'appelle désormais Lecture de cartes (U5)",
        "Lecture de cartes (U5) : Non inscrit, Ecrite → Inscrit, Ecrite",
    ]


def test_a_group_that_bears_another_name_takes_nothing_away():
    registration = a_registration()
    load_invented(MOVED)

    changes = modified(registration).changes

    assert changes
    assert not [one for one in changes if "rien" in one]
    assert all("« Épreuves au choix" in one and "« Épreuves à choisir" in one for one in changes)


def test_one_that_is_no_longer_offered_becomes_nothing():
    registration = a_registration()
    load_invented(
        ("      - {code: F2,", "      - {code: F3,"),
        ("epreuves: [F1, F2]", "epreuves: [F1, F3]"),
        ("epreuve: F2, demande", "epreuve: F3, demande"),
    )

    assert modified(registration, **{"statut-F3": "non_inscrit"}).changes == [
        "Chant facultatif : Non inscrit, Orale → rien",
        "Chant facultatif : rien → Non inscrit, Orale",
    ]


@pytest.mark.parametrize("older", ["before", "after"])
def test_a_version_of_before_the_codes_is_compared_by_names(older):
    before = a_registration().versions.get().snapshot
    after = deepcopy(before)
    for part in {"before": before, "after": after}[older]["sections"]:
        for table in part["tables"]:
            del table["codes"]

    assert changes_between(before, after) == []
    assert changes_between({**before, "identity": []}, after) != []
