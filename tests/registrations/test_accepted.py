"""What was accepted is a text: of another one, the box is to be ticked again."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import registering, requesting, standing_in
from sporades.registrations import accepted
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting, rebasing
from sporades.registrations.refusals import Incomplete, NothingAmended, RulesChanged
from sporades.registrations.trying import troubles_under
from tests.factories import NOW, OPERATOR, a_draft, a_registration, author, load_invented
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam")

LATER = NOW + timedelta(minutes=5)
OTHER_TERMS = ("une épreuve obligatoire est éliminatoire", "une épreuve élimine, même justifiée")
OTHER_BOX = (
    "    specialites:\n      - {code: MARIN",
    "    attestation: Je certifie sur l'honneur.\n    specialites:\n      - {code: MARIN",
)
ELSEWHERE = ("libelle: Littoral", "libelle: Le littoral")
CHANGED = (
    "Les modalités d'inscription ont changé depuis que vous les avez acceptées : relisez-les, puis "
    "cochez la case."
)


def read_again(draft):
    return Draft.objects.whole().get(pk=draft.pk)


def ticked(draft, mark="on"):
    """Tick the box of a draft, as the page of a text would."""
    draft.answers.filter(section="modalites").update(answers={"accepted": mark})
    return read_again(draft)


def mark(draft):
    """Return the mark of the text in force."""
    return accepted.mark_of(dossier_of(read_again(draft), day=NOW.date()).rules)


def save(draft, *, at=LATER):
    return registering.register(draft=read_again(draft), by=author(draft.candidate), at=at)


def amended(registration, *, at=LATER):
    by = author(registration.candidate)
    return registering.amend(registration=registration, by=by, at=at)


@pytest.mark.parametrize("changes", [(OTHER_TERMS,), (OTHER_BOX,), (OTHER_TERMS, OTHER_BOX)])
@pytest.mark.parametrize("is_marked", [True, False])
def test_a_draft_whose_text_changed_is_not_filed_before_the_box_is_ticked_again(changes, is_marked):
    draft = a_draft()
    if is_marked:
        ticked(draft, mark(draft))
    load_invented(*changes)

    with pytest.raises(RulesChanged) as refusal:
        save(draft)
    assert [(one.section, one.field, one.message) for one in refusal.value.troubles] == [
        ("modalites", "accepted", CHANGED)
    ]

    # Answering another tab brings the draft under the new rules, and accepts nothing for it.
    answer_another_tab(draft)
    with pytest.raises(Incomplete):
        save(draft)

    ticked(draft, mark(draft))
    version = save(draft)
    assert (version.regulation.number, version.snapshot["accepted"]) == (2, mark(draft))


def answer_another_tab(draft):
    kept = draft.answers.get(section="identification")
    drafting.answer(
        draft=read_again(draft),
        section="identification",
        typed={**kept.answers, "address_2": "Bât. B"},
        seen_revision=None,
        at=LATER,
    )


@pytest.mark.parametrize("is_marked", [True, False])
def test_rules_that_change_elsewhere_ask_nothing_again(is_marked):
    draft = a_draft()
    if is_marked:
        ticked(draft, mark(draft))
    load_invented(ELSEWHERE)

    answer_another_tab(draft)

    assert save(draft).regulation.number == 2


def test_a_modification_says_that_another_text_was_accepted_and_that_alone_may_be_filed():
    registration = a_registration()
    load_invented(OTHER_TERMS)
    draft = amended(registration)
    with pytest.raises(Incomplete) as refusal:
        save(draft)
    assert [one.message for one in refusal.value.troubles] == [CHANGED]

    ticked(draft, mark(draft))
    version = save(draft)

    assert version.changes == [
        "Modalités d'inscription : Lues et acceptées → Nouveau texte lu et accepté"
    ]
    again = amended(version.registration)
    with pytest.raises(NothingAmended):
        save(again)


def test_a_version_made_before_there_were_marks_accepts_the_text_of_its_rules():
    registration = a_registration()
    version = registration.versions.get()
    said = {**version.snapshot}
    del said["accepted"]
    version.snapshot = said
    load_invented(ELSEWHERE)
    draft = amended(registration)

    assert accepted.accepted_in(version) == mark(draft)
    with pytest.raises(NothingAmended):
        save(draft)


def test_of_two_who_modify_the_text_in_force_holds_and_nobody_chooses():
    registration = a_registration()
    load_invented(OTHER_TERMS)
    mine = amended(registration)
    ticked(mine, mark(mine))
    filed_by_the_office(registration)
    registration.refresh_from_db()
    load_invented(OTHER_TERMS, OTHER_BOX)
    ticked(mine, mark(mine))

    overtaken = read_again(mine)
    found = rebasing.difference(overtaken, dossier_of(overtaken, day=NOW.date()))
    assert found.clashes == []
    assert rebasing.rebase(
        draft=overtaken, seen=registration.version, settled=[], keeps_mine=[], at=LATER
    )
    assert mine.answers.get(section="modalites").answers == {"accepted": mark(mine)}


def filed_by_the_office(registration):
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=LATER)
    # Of a text that the candidate has not accepted, whoever types for them says so.
    ticked(draft, accepted.typed_for(mark(draft)))
    standing_in.register(draft=read_again(draft), reason="", by=OPERATOR, at=LATER)


def test_a_modification_asked_for_is_not_accepted_under_a_text_that_nobody_has_read():
    registration = a_registration()
    late = registration.service.closes_at + timedelta(hours=1)
    by = author(registration.candidate)
    draft = requesting.begin(registration=registration, by=by, at=late)
    answer_another_tab(draft)
    asked = requesting.send(
        draft=read_again(draft), reason="Déménagement", proof=[], by=by, at=late
    )
    load_invented(OTHER_TERMS)

    with pytest.raises(RulesChanged) as refusal:
        requesting.accept(request=asked, by=OPERATOR, at=late)

    assert [one.message for one in refusal.value.troubles] == [CHANGED]


def test_a_dry_run_excludes_nobody_for_a_text_that_is_to_be_read_again():
    registration = a_registration()
    load_invented(OTHER_TERMS)
    regulation = dossier_of(amended(registration), day=NOW.date()).regulation

    found = troubles_under(
        regulation,
        registration,
        answers=accepted.answers_of(registration.versions.get()),
        others=[],
        at=NOW,
    )

    assert found == []
