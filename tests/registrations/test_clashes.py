"""R-12: two modifications of one version, put together question by question."""

from itertools import product

import pytest

from sporades.registrations.clashes import merge
from tests.factories import answers_with

VALUES = (None, "", "oui", "non", ["NAGE"])


def tab(value):
    return {"onglet": {} if value is None else {"question": value}}


def said(tabs):
    """Return what a tab says; no answer may be sent in several ways."""
    return tabs.get("onglet", {}).get("question") or None


@pytest.mark.parametrize(("base", "theirs", "mine"), list(product(VALUES, repeat=3)))
def test_what_one_alone_changed_is_kept_and_what_both_changed_is_chosen(base, theirs, mine):
    three = {"base": tab(base), "theirs": tab(theirs), "mine": tab(mine)}
    was, there, here = (said(one) for one in three.values())

    merged = merge(**three, wholes={})
    chosen = merge(**three, wholes={}, keeps_mine=[("onglet", "question")])

    is_a_clash = len({str(was), str(there), str(here)}) == 3
    assert merged.clashes == ((("onglet", "question"),) if is_a_clash else ())
    if is_a_clash:
        assert (said(merged.answers), said(chosen.answers)) == (there, here)
    else:
        kept = there if here == was else here
        assert said(merged.answers) == said(chosen.answers) == kept


def test_of_any_two_questions_of_a_registration_both_changes_are_kept():
    base = answers_with()
    names = [(section, name) for section, answers in base.items() for name in answers]

    for here, there in product(names, repeat=2):
        theirs, mine = changed(there, "leur"), changed(here, "mienne")
        merged = merge(base=base, theirs=theirs, mine=mine, wholes={})

        if here == there:
            assert merged.clashes == (here,)
        else:
            assert merged.clashes == ()
            assert merged.answers[here[0]][here[1]] == "mienne"
            assert merged.answers[there[0]][there[1]] == "leur"
        others = set(names) - {here, there}
        assert {merged.answers[tab][name] == base[tab][name] for tab, name in others} == {True}


def changed(key, value):
    section, name = key
    return answers_with(**{section: {name: value}})


def test_a_tab_that_was_left_meanwhile_is_left():
    base = answers_with()
    without = {slug: answers for slug, answers in base.items() if slug != "qualification"}

    left = merge(base=base, theirs=without, mine=base, wholes={})
    assert left.answers["qualification"] == {}
    assert merge(base=without, theirs=base, mine=without, wholes={}).answers == base


PLACE = ("voie", "code", "commune")


@pytest.mark.parametrize(("here", "there"), list(product(product((0, 1), repeat=3), repeat=2)))
def test_what_makes_one_answer_is_of_one_of_the_two_whole(here, there):
    base, mine, theirs = (
        {
            "onglet": {
                name: f"{who} {name}" if one else name for name, one in zip(PLACE, of, strict=True)
            }
        }
        for who, of in (("", (0, 0, 0)), ("ma", here), ("leur", there))
    )
    three = {"base": base, "theirs": theirs, "mine": mine, "wholes": {"onglet": [PLACE]}}

    merged = merge(**three)
    chosen = merge(**three, keeps_mine=[("onglet", "voie")])

    if any(here) and any(there):
        assert merged.clashes == (("onglet", "voie"),)
        assert (merged.answers, chosen.answers) == (theirs, mine)
    else:
        assert merged.clashes == ()
        assert merged.answers == chosen.answers == (mine if any(here) else theirs)
