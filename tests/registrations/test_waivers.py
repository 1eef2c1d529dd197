"""A derogation sets one rule of eligibility aside for one candidate, and no other."""

from datetime import date

import pytest

from sporades.accounts.models import User
from sporades.acts.consulting import acts_on
from sporades.acts.proving import filing as filing_proof
from sporades.acts.proving import instruction
from sporades.acts.registrations import leaving, moving, registering, standing_in
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.exams.models import Exam, RegistrationService
from sporades.journal.models import Entry
from sporades.journal.words import IN_WORDS
from sporades.registrations import waivers
from sporades.registrations.checklist import checklist
from sporades.registrations.contacts import changes_contacts_alone
from sporades.registrations.dossier import dossier_of
from sporades.registrations.journey import judged
from sporades.registrations.models import Draft
from sporades.registrations.operations import drafting, filing
from sporades.registrations.queries import with_owed
from sporades.registrations.refusals import Incomplete, NothingWaived
from sporades.registrations.sections.eligibility import waivable
from sporades.registrations.trying import troubles_under
from tests.acts.test_to_review import correct
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.registrations.test_as_filed import MOBILE, answered, modified, whole
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam")

UNTRAINED = {
    "informations": {"category": "FORM"},
    "qualification": {"experience": "2"},
    "epreuves": {"statut-E3": "inscrit"},
}
"""Two years of experience, where three are asked."""
GRANTED = waivers.waiver(
    granted_by="le recteur de l'académie de Lille",
    granted_on=date(2026, 11, 12),
    reference="2026-154",
)
KEPT = {**GRANTED, "exam": "BE", "category": "FORM"}
"""Of a rule of one category."""
SAID = [
    "Article 2 inventé",
    "Dérogation accordée le 12 novembre 2026 par le recteur de l'académie de Lille, référence 2026-154",
]
EXPERIENCE = "            exige: {experience: {minimum: 3}}\n"
FORBIDDEN = (EXPERIENCE, f"{EXPERIENCE}            derogation: non\n")
TWO_RULES = (
    EXPERIENCE,
    EXPERIENCE + "            message: Non\n"
    "          - code: BAC\n"
    "            reference: article 9\n"
    "            exige: {diplome: [BAC]}\n",
)


AGREED = {"modalites": {"accepted": "on"}}
"""Who was typed for reads the text themselves."""
MINOR = {"birth_year": 2010, "birth_month": 3, "birth_day": 14}
GUARDED = {
    "identification": {
        "guardian_name": "Anne Le Goff",
        "guardian_phone": "06 39 98 12 35",
        "guardian_email": "anne@exemple.test",
    },
    "informations": {"national_service": "RECENSE"},
}


def an_agent():
    known = User.objects.filter(email="agent@exemple.test").first()
    return known or a_member("agent@exemple.test", "manager", ["A09"])


def typed_for(candidate=None, **changes):
    """Begin, in the office, a registration that a rule refuses."""
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=candidate or a_candidate(),
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=an_agent(),
        by=OPERATOR,
        at=NOW,
    )
    answer_all(draft, answers_with(**{**UNTRAINED, **changes}))
    return Draft.objects.whole().get(pk=draft.pk)


def waive(draft, rule="EXP3", waiver=GRANTED):
    standing_in.note_waiver(draft=draft, rule=rule, waiver=waiver, by=OPERATOR, at=NOW)
    return Draft.objects.whole().get(pk=draft.pk)


def file(draft):
    return standing_in.register(draft=draft, reason="", by=OPERATOR, at=NOW)


def filed_with_a_waiver():
    return file(waive(typed_for())).registration


def offered(draft):
    """Return the rules to which « Ce qui manque » offers to note a derogation."""
    dossier = dossier_of(draft, day=NOW.date())
    answered = [one for section, one in judged(dossier) if section.slug in dossier.answers]
    return [one.rule for one in waivable(dossier, answered)]


def section_of(version):
    found = [one for one in version.snapshot["sections"] if one["slug"] == waivers.SLUG]
    return found[0]["lines"] if found else None


def again_in_office(registration, **changes):
    draft = standing_in.amend(
        registration=whole(registration),
        author=an_agent(),
        by=OPERATOR,
        at=NOW,
    )
    return answered(draft, changes)


def test_who_was_granted_one_is_registered_with_true_answers():
    draft = typed_for()
    with pytest.raises(Incomplete):
        file(draft)

    version = file(waive(draft))

    found = whole(version.registration)
    assert (found.experience, found.category) == (2, "FORM")
    assert (found.waived, found.waivers) == ({"EXP3": KEPT}, [SAID])
    assert version.snapshot["waived"] == {"EXP3": KEPT}
    assert section_of(version) == [SAID]


def test_it_is_printed_in_the_summary_and_said_among_the_conditions():
    registration = filed_with_a_waiver()

    folder = {"document__folder": registration.folder_id, "document__kind": "recapitulatif"}
    summary = DocumentVersion.objects.get(**folder)
    assert summary.content["sections"][-1]["lines"] == [SAID]
    assert "waived" not in summary.content
    checks = checklist(with_owed.get(pk=registration.pk), [summary], [], at=NOW)
    assert [(one.state, one.note) for one in checks if one.label == SAID[0]] == [
        ("done", f"{SAID[1]}.")
    ]


def test_another_rule_still_refuses():
    load_invented(TWO_RULES)
    draft = waive(typed_for())

    with pytest.raises(Incomplete) as refusal:
        file(draft)

    assert [one.field for one in refusal.value.troubles] == ["diploma"]
    assert SAID in section_of(file(waive(draft, "BAC")))


def test_nobody_else_may_note_one_nor_to_a_rule_that_refuses_nothing():
    candidate = a_candidate()
    exam = Exam.objects.get(code="BE")
    own = registering.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        by=author(candidate),
        at=NOW,
    )
    answer_all(own, answers_with(**UNTRAINED))
    own = Draft.objects.whole().get(pk=own.pk)
    assert offered(own) == []
    with pytest.raises(Refused, match="rien n'y est noté"):
        waive(own)

    office = typed_for(candidate)
    assert offered(office) == ["EXP3"]
    for rule in ("AGE18", "NONE"):
        with pytest.raises(NothingWaived):
            waive(office, rule)


def test_none_is_offered_to_a_rule_whose_answers_are_not_given_yet():
    draft = typed_for()
    draft.answers.filter(section="qualification").delete()

    assert offered(Draft.objects.whole().get(pk=draft.pk)) == []


def test_the_reglementation_may_forbid_it():
    load_invented(FORBIDDEN)

    with pytest.raises(NothingWaived):
        waive(typed_for())


def test_one_that_was_noted_before_it_was_forbidden_counts_once_filed_alone():
    filed, noted = filed_with_a_waiver(), waive(typed_for())
    load_invented(FORBIDDEN)

    with pytest.raises(Incomplete):
        file(noted)
    assert section_of(modified(filed, **MOBILE, **AGREED)) == [SAID]


def test_it_is_kept_by_what_its_candidate_modifies():
    registration = filed_with_a_waiver()

    version = modified(registration, **MOBILE, **AGREED)

    assert (version.number, section_of(version)) == (2, [SAID])
    assert version.snapshot["contacts_alone"]
    assert "Téléphone mobile : 06 39 98 12 34 → 06 39 98 56 78" in version.changes
    assert not any("Dérogation" in one for one in version.changes)


def test_one_that_is_met_since_is_kept_and_said_no_more():
    registration = filed_with_a_waiver()

    version = modified(registration, qualification={"experience": "4"}, **AGREED)

    found = whole(registration)
    assert section_of(version) is None
    assert version.snapshot["waived"] == {"EXP3": KEPT}
    assert (found.waived, found.waivers) == ({"EXP3": KEPT}, [])
    assert f"{SAID[0]} : {SAID[1]} → rien" in version.changes
    assert section_of(modified(registration, qualification={"experience": "1"})) == [SAID]


def test_what_its_candidate_types_meanwhile_goes_on_with_it():
    registration = filed_with_a_waiver()
    office = again_in_office(registration)
    waive(office, waiver={**GRANTED, "reference": "2026-200"})
    by = author(registration.candidate)
    theirs = registering.amend(registration=whole(registration), by=by, at=NOW)
    assert not changes_contacts_alone(
        whole(registration),
        (checked := filing.check(Draft.objects.whole().get(pk=office.pk), at=NOW, late=True))[0],
        checked[1],
    )
    version = file(office)
    assert "référence 2026-154 → Dérogation" in version.changes[0]

    Draft.objects.filter(pk=theirs.pk).update(amends_version=2)
    again = registering.register(
        draft=answered(Draft.objects.whole().get(pk=theirs.pk), {**MOBILE, **AGREED}), by=by, at=NOW
    )

    assert "référence 2026-200" in section_of(again)[0][1]


def test_it_is_taken_back_before_and_after_it_is_filed():
    draft = waive(waive(typed_for()), waiver=None)
    with pytest.raises(Incomplete):
        file(draft)
    registration = file(waive(draft)).registration

    office = waive(again_in_office(registration), waiver=None)

    with pytest.raises(Incomplete):
        file(office)
    version = file(answered(office, {"qualification": {"experience": "3"}}))
    assert ("waived" in version.snapshot, whole(registration).waived) == (False, {})


def test_each_is_in_the_journal_by_the_rule():
    registration = file(waive(waive(waive(typed_for()), waiver=None))).registration
    waive(again_in_office(registration), waiver={**GRANTED, "reference": ""})

    said = Entry.objects.filter(verb__startswith="waiver ").order_by("pk")
    assert [one.in_words for one in said] == [
        "Dérogation notée : Article 2 inventé",
        "Dérogation retirée : Article 2 inventé",
        "Dérogation notée : Article 2 inventé",
        "Dérogation notée : Article 2 inventé",
    ]
    assert said.last().payload["after"]["by"] == GRANTED["by"]


def told_of(registration):
    """Return the acts on a derogation in the journal of a file, and in both of its proofs."""
    words = {IN_WORDS[verb] for verb in standing_in.WAIVING}
    whole = with_owed.get(pk=registration.pk)
    proofs = (
        filing_proof.facts_of(filing_proof.matter_of_registration(whole), by=OPERATOR, at=NOW),
        instruction.facts_of(whole, by=OPERATOR, at=NOW),
    )
    return [
        [one.in_words for one in acts_on(whole) if one.verb in standing_in.WAIVING],
        *(
            [one["quoi"] for one in each["actes"] if one["quoi"].split(" : ")[0] in words]
            for each in proofs
        ),
    ]


def test_it_is_told_of_the_registration_once_what_it_was_noted_in_is_filed():
    registration = a_registration()
    dropped = waive(again_in_office(registration, **UNTRAINED))
    assert told_of(registration) == [[], [], []]
    registering.abandon(draft=dropped, by=OPERATOR, at=NOW)
    assert told_of(registration) == [[], [], []]

    file(waive(again_in_office(registration, **UNTRAINED)))

    assert told_of(registration) == [["Dérogation notée : Article 2 inventé"]] * 3


def test_what_other_civil_data_ask_for_is_settled_by_one_and_asked_no_more():
    registration = correct(a_registration(), **MINOR)
    assert any("18 ans" in one for one in with_owed.get(pk=registration.pk).to_review)

    file(waive(again_in_office(registration, **GUARDED), "AGE18"))

    found = correct(registration, first_names="Maëlle")
    assert (found.to_review_since, len(found.waivers)) == (None, 1)
    grown = correct(registration, birth_year=1998)
    assert (grown.waivers, list(grown.waived)) == ([], ["AGE18"])
    assert section_of(grown.versions.latest("number")) is None
    young = correct(registration, birth_year=2010)
    assert (young.to_review_since, young.waivers) == (None, found.waivers)
    assert section_of(young.versions.latest("number")) == found.waivers


def test_another_academy_keeps_it():
    registration = filed_with_a_waiver()

    moving.move_for_good(
        registration=whole(registration), academy="A25", reason="Essai", by=OPERATOR, at=NOW
    )

    found = whole(registration)
    assert (found.academy_id, found.waivers) == ("A25", [SAID])
    answers = found.versions.get(number=found.version).snapshot["answers"]
    assert troubles_under(found.regulation, found, answers=answers, others=(), at=NOW) == []


def test_who_left_and_begins_again_has_it():
    registration = filed_with_a_waiver()
    by = author(registration.candidate)
    leaving.withdraw(registration=whole(registration), by=by, at=NOW)

    draft = drafting.begin_again(registration=whole(registration), at=NOW)

    version = registering.register(draft=answered(draft, AGREED), by=by, at=NOW)
    assert version.registration.number != registration.number
    assert section_of(version) == [SAID]
    assert told_of(version.registration) == [["Dérogation notée : Article 2 inventé"]] * 3


def test_an_abandoned_draft_forgets_it():
    draft = waive(typed_for())
    drafting.abandon(draft=draft, at=NOW)
    assert Draft.objects.get(pk=draft.pk).waived == {}
    with pytest.raises(Refused):
        file(draft)


def test_one_counts_for_the_rule_of_its_exam_and_category_alone():
    registration = filed_with_a_waiver()
    draft = again_in_office(registration)
    day = NOW.date()

    def counts(**changes):
        registration.waived = {"EXP3": {**KEPT, **changes}}
        registration.save(update_fields=["waived"])
        whole = Draft.objects.whole().get(pk=draft.pk)
        return bool(waivers.standing(dossier_of(whole, day=day)))

    assert counts()
    assert not counts(exam="AUTRE")
    assert not counts(category="INDIV")
