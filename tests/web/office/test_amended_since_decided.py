"""A registration that its candidate has modified since it was decided of: seen, sought, listed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import deciding, leaving, registering
from sporades.registrations.operations import drafting
from sporades.registrations.states import CLEAR, FLAG, REOPEN, VALIDATE
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, answers_with, author
from tests.web.guide import main, seen
from tests.web.office.conftest import VERSAILLES
from tests.web.office.test_search import leaf, numbers, sought

ANEW = "Inscription enregistrée, à valider de nouveau"
LIST = "Inscriptions modifiées depuis la décision"
WHY = "Il manque la copie de votre diplôme"


def decide(registration, decision, *, hours):
    """Decide, some hours from now."""
    registration.refresh_from_db()
    deciding.decide(
        registration=registration,
        decision=decision,
        reason=WHY if decision is FLAG else "",
        by=OPERATOR,
        at=NOW + timedelta(hours=hours),
    )


def modify(registration, *, hours, **where):
    """Change a line of the address, and an answer, some hours from now."""
    registration.refresh_from_db()
    at, by = NOW + timedelta(hours=hours), author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=at)
    for section, answers in answers_with(
        identification={"address_1": f"{hours} quai", **where},
        supplementaires={"q-taille": f"{170 + hours}"},
    ).items():
        drafting.answer(draft=draft, section=section, typed=answers, seen_revision=None, at=at)
    registering.register(draft=draft, by=by, at=at)
    registration.refresh_from_db()


def tab(client, registration, name="registration"):
    """Return what a tab of the file says."""
    return main(client.get(reverse(f"office:{name}", args=[registration.number])))


@pytest.mark.parametrize("times", [1, 2])
def test_one_that_was_validated_is_to_be_validated_anew(manager, in_lille, times):
    decide(in_lille, VALIDATE, hours=1)
    for time in range(times):
        modify(in_lille, hours=2 + time)

    assert ANEW in tab(manager, in_lille)
    assert "Elle a été modifiée le" in tab(manager, in_lille)
    decisions = seen(manager.get(reverse("office:history", args=[in_lille.number])))
    last = decisions.cssselect(".s-timeline li")[0].text_content()
    assert "Inscription modifiée, à valider de nouveau, par" in last
    assert "Inscription modifiée, à valider de nouveau" in tab(manager, in_lille, "journal")


def test_it_is_told_apart_no_longer_once_it_is_decided_again(manager, in_lille):
    decide(in_lille, VALIDATE, hours=1)
    modify(in_lille, hours=2)
    decide(in_lille, VALIDATE, hours=3)

    assert "à valider de nouveau" not in tab(manager, in_lille)
    assert "Elle a été modifiée" not in tab(manager, in_lille)


def test_an_anomaly_that_its_candidate_has_modified_says_so(manager, in_lille):
    decide(in_lille, FLAG, hours=1)
    modify(in_lille, hours=2)

    page = tab(manager, in_lille)
    assert "Inscription en anomalie" in page
    assert "Elle a été modifiée le" in page
    assert "à valider de nouveau" not in page


@pytest.mark.parametrize("wanted", ["oui", "non"])
def test_those_that_were_modified_since_are_found(manager, in_lille, wanted):
    others = [a_registration(a_candidate()) for _ in range(4)]
    never_decided, decided_since, reopened, withdrawn = others
    modify(never_decided, hours=2)
    modify(decided_since, hours=1)
    decide(decided_since, FLAG, hours=2)
    decide(decided_since, CLEAR, hours=2)
    decide(reopened, VALIDATE, hours=1)
    decide(reopened, REOPEN, hours=2)
    decide(in_lille, VALIDATE, hours=1)
    modify(in_lille, hours=2)
    decide(withdrawn, VALIDATE, hours=1)
    modify(withdrawn, hours=2)
    leaving.withdraw(
        registration=withdrawn, by=author(withdrawn.candidate), at=NOW + timedelta(hours=3)
    )

    page = sought(manager, leaf("g-1", "modifiee_depuis", "egal", wanted))

    expected = [in_lille] if wanted == "oui" else others
    assert sorted(numbers(page)) == sorted(one.number for one in expected)


def test_the_list_tells_them_apart(manager, in_lille):
    decide(in_lille, VALIDATE, hours=1)
    modify(in_lille, hours=2)

    assert ANEW in main(sought(manager, leaf("g-1", "nom", "non_vide")))


def test_the_home_page_counts_them_and_opens_their_list(manager, in_lille, in_versailles):
    assert LIST not in main(manager.get(reverse("office:home")))
    for one, where in ((in_lille, {}), (in_versailles, VERSAILLES)):
        decide(one, VALIDATE, hours=1)
        modify(one, hours=2, **where)

    page = seen(manager.get(reverse("office:home")))

    [form] = [one for one in page.cssselect("main form") if LIST in one.text_content()]
    said = {field.name: field.value for field in form.cssselect("input[type=hidden]")}
    said.pop("csrfmiddlewaretoken", None)
    found = manager.post(form.action, said, follow=True)
    assert numbers(found) == [in_lille.number]


def test_who_decides_nothing_has_no_such_list(member, in_lille):
    decide(in_lille, VALIDATE, hours=1)
    modify(in_lille, hours=2)

    home = member("A09", role=Membership.Role.AUDITOR).get(reverse("office:home"))

    assert LIST not in main(home)
