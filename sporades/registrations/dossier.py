"""Everything that the tabs of a registration are judged on, whatever door it comes through."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django import forms

from sporades.candidates.models import Candidate, Identity
from sporades.core.french import local_day
from sporades.exams import queries
from sporades.exams.models import Exam, RegistrationService, Regulation, Speciality
from sporades.exams.rules import Facts, candidacy, questions
from sporades.exams.schema import Exam as ExamRules
from sporades.exams.schema import Regulation as Rules
from sporades.exams.schema.candidacy import NATIONAL_SERVICE
from sporades.exams.schema.questions import Question, YesNoQuestion
from sporades.registrations import consents
from sporades.registrations.clocks import zone_typed
from sporades.registrations.fields import WholeNumberField, as_data
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.questions import PREFIX, YES, field_of, is_of_several
from sporades.registrations.refusals import NoLongerOffered
from sporades.registrations.titles import title_of
from sporades.territory.models import FRANCE

type Answers = dict[str, Any]

_YEARS = WholeNumberField(required=False)


@dataclass
class Dossier:
    """A registration in the making.

    Attributes:
        candidate: who registers.
        exam: what for.
        speciality: its speciality, where the exam has any.
        service: where: an academy and its openings.
        regulation: the version of the réglementation that judges it.
        answers: for each tab, the answers as typed.
        day: the day of the answers, where the service is.
        amends: whether it changes a registration that stands.
        registered_on: the day on which what it changes was filed, or it was asked for late; any other
            new one is filed on `day`.
        is_placed: whether the office placed it in this academy, whatever its address.
        stays: whether it stays in the academy where it was filed if its address leaves it: one registers
            where one lives, and may live elsewhere since.
        begun_under: the version of the réglementation under which it was typed so far, where known.
        kept_consents: the two consents as the candidate chose them, where they are not asked:
            whoever has an account gives them alone, and the office fills the other questions.
        is_typed_for: whether the office types for the candidate.
        accepted_before: the mark of the modalités that what is modified was filed under, where known.
        filed_under: the version of the réglementation that what is modified was filed under.
        waived: the derogations that were granted, by the code of the rule: see `waivers`.
        draft: the draft that it is of, where what it leaves as it was filed counts: see `as_filed`.
    """

    candidate: Candidate
    exam: Exam
    speciality: Speciality | None
    service: RegistrationService
    regulation: Regulation
    day: date
    answers: dict[str, Answers] = field(default_factory=dict)
    amends: bool = False
    registered_on: date | None = None
    is_placed: bool = False
    stays: bool = False
    begun_under: int | None = None
    kept_consents: Mapping[str, str] | None = None
    is_typed_for: bool = False
    accepted_before: str = ""
    filed_under: int | None = None
    waived: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    draft: Draft | None = None

    @property
    def identity(self) -> Identity:
        """The civil data of the candidate."""
        return self.candidate.identity

    @cached_property
    def rules(self) -> ExamRules:
        """What the réglementation says of this exam. Raises NoLongerOffered."""
        found = rules_of(self.regulation, exam=self.exam, speciality=self.speciality)
        if found is None:
            title = title_of(self.exam, self.speciality)
            raise NoLongerOffered(title=title, service=self.service.managing_service.name)
        return found

    def of(self, section: str) -> Answers:
        """Return the answers typed in a tab."""
        return self.answers.get(section, {})

    @property
    def reader_zone(self) -> str:
        """The clock of the candidate's address, nothing when it is not known."""
        return zone_typed(self.of("identification"))

    @property
    def asks_qualification(self) -> bool:
        """Whether the exam asks what the candidate holds: « Formation »."""
        return candidacy.asks_qualification(self.rules, self.counted)

    @cached_property
    def facts(self) -> Facts:
        """What the rules want to know, read from whatever is answered so far."""
        return _facts_of(self)

    @cached_property
    def counted(self) -> Facts:
        """The facts with only what counts: what is asked of this candidate."""
        return questions.counted(self.rules, self.facts)

    @cached_property
    def filed(self) -> "Filed | None":
        """What it changes, or begins again; read from the database where it is first asked for."""
        found = _filed_before(self.draft) if self.draft else None
        if found is None:
            return None
        version = found.versions.get(number=found.version)
        same: dict[str, Any] = {
            "answers": version.snapshot["answers"],
            "service": found.service,
            "registered_on": found.registered_on,
        }
        judged_by = [
            replace(self, **same, is_placed=found.is_placed, regulation=one, draft=None)
            for one in Regulation.objects.filter(pk__in=found.versions.values("regulation"))
            if rules_of(one, exam=self.exam, speciality=self.speciality) is not None
        ]
        return Filed(found, version, sorted(judged_by, key=lambda one: -one.regulation.number))

    def facts_with(self, form: Any) -> Facts:
        """Return the facts, with the cleaned answers of a tab's form in place of those kept."""
        return _facts_of(self, form.cleaned_data)


@dataclass(frozen=True)
class Filed:
    """A registration that is changed, or was left and is begun again, as its last version says it.

    Attributes:
        registration: the registration.
        version: its last version.
        judged_by: what that version says, under each version of the réglementation under which the
            registration was ever filed, its own first, ages as on the day on which they counted.
    """

    registration: Registration
    version: Version
    judged_by: list[Dossier]


def dossier_of(
    draft: Draft,
    *,
    day: date,
    answers: dict[str, Answers] | None = None,
    is_asked_late: bool = False,
) -> Dossier:
    """Return the dossier of a draft, loaded by `Draft.objects.whole()`.

    It is judged under the réglementation in force, whichever one the draft was begun under.

    Args:
        draft: the draft.
        day: the day of the answers, where the service is.
        answers: the answers that count, those kept when nothing is given.
        is_asked_late: whether its candidate asks its managing service for it, once that has closed.
    """
    if answers is None:
        answers = {row.section: row.answers for row in draft.answered}
    return Dossier(
        candidate=draft.candidate,
        exam=draft.exam,
        speciality=draft.speciality,
        service=draft.service,
        regulation=rules_in_force(draft),
        answers=answers,
        day=day,
        amends=draft.amends_id is not None,
        registered_on=registered_on(draft),
        is_placed=draft.amends.is_placed if draft.amends else draft.is_placed,
        stays=draft.amends is not None and (draft.is_placed if draft.author_id else is_asked_late),
        begun_under=draft.regulation_id,
        kept_consents=_kept_consents(draft),
        is_typed_for=draft.author_id is not None,
        accepted_before=draft.accepted_before if draft.author_id else "",
        filed_under=draft.amends.regulation_id if draft.amends else None,
        waived=_waived(draft),
        draft=draft,
    )


def _filed_before(draft: Draft) -> Registration | None:
    """Return the registration that a draft changes; of a new one, that of which it undoes the withdrawal.

    None where it is to be for something else: what was filed says nothing of that.
    """
    if draft.amends is not None:
        was = (draft.amends.exam_id, draft.amends.speciality_id)
        return draft.amends if was == (draft.exam_id, draft.speciality_id) else None
    same = {"candidate": draft.candidate_id, "speciality": draft.speciality_id}
    filed = Registration.objects.filter(exam=draft.exam_id, **same).whole()
    last: Registration | None = filed.order_by("-filed_at", "-pk").first()
    return last if last and last.can_be_undone(draft.created_at) else None


def _waived(draft: Draft) -> dict[str, dict[str, str]]:
    """Return the derogations of a draft: those of what it modifies, and its own.

    Those of another exam are kept with them, and count for nothing: see `waivers`.
    """
    before = draft.amends.waived if draft.amends else {}
    return {rule: one for rule, one in {**before, **draft.waived}.items() if one}


def registered_on(draft: Draft) -> date | None:
    """Return the day on which ages count: what a draft modifies has one; of what is asked late, when it was sent.

    Of another new one there is none yet: it is that of its filing.
    """
    if draft.amends is not None:
        return draft.amends.registered_on
    # However late its office answers: a birthday meanwhile neither closes it nor opens it.
    return local_day(draft.sent_at, draft.service.zone) if draft.sent_at else None


def _kept_consents(draft: Draft) -> dict[str, str] | None:
    if draft.author_id is None or not draft.candidate.has_account:
        return None
    if draft.amends:
        return consents.as_answers(draft.amends)
    # What their candidate had answered where it is taken up: the office answers neither.
    rows = (one.answers for one in draft.answered if one.section == consents.SECTION)
    taken_up: Answers = next(rows, {})
    return {name: taken_up.get(name, no) for name, no in consents.NEITHER.items()}


def rules_of(
    regulation: Regulation, *, exam: Exam, speciality: Speciality | None
) -> ExamRules | None:
    """Return what a version of the réglementation says of an exam, if it offers it."""
    return rules_among(regulation.rules, exam=exam, speciality=speciality)


def rules_among(
    regulation: Rules, *, exam: Exam, speciality: Speciality | None
) -> ExamRules | None:
    """Return the same, of a version that was read already."""
    wanted = speciality.code if speciality else ""
    for rules in regulation.exams:
        codes = [one.code for one in rules.specialities] or [""]
        if rules.code == exam.code and wanted in codes:
            return rules
    return None


def have_rules_moved(draft: Draft, dossier: Dossier) -> bool:
    """Tell whether what is said of the exam has changed since a draft was begun.

    A modification was begun with the registration that it modifies.
    """
    begun_under = {draft.regulation_id}
    if draft.amends is not None:
        begun_under.add(draft.amends.regulation_id)
    return any(
        rules_among(queries.rules(pk), exam=dossier.exam, speciality=dossier.speciality)
        != dossier.rules
        for pk in begun_under - {dossier.regulation.pk}
    )


def rules_in_force(draft: Draft) -> Regulation:
    """Return the réglementation that judges a draft now, as the process knows it."""
    programme = queries.programme_of(draft.service)
    if programme is None:
        raise Regulation.DoesNotExist
    return programme.regulation


def _facts_of(dossier: Dossier, known: Mapping[str, Any] | None = None) -> Facts:
    """Return the facts of a dossier.

    Args:
        dossier: the dossier.
        known: answers that count instead of those of the dossier, those of a tab being
            judged for instance; each either typed or already cleaned.
    """
    said = {
        **dossier.of("informations"),
        **dossier.of("qualification"),
        **dossier.of("supplementaires"),
        **(known or {}),
    }
    return Facts(
        # A modification changes what was filed: a birthday since neither closes it nor opens it.
        on=dossier.registered_on or dossier.day,
        session_year=dossier.regulation.rules.session.year,
        academy=dossier.service.academy_id,
        speciality=dossier.speciality.code if dossier.speciality else "",
        **civil_facts(dossier.identity),
        has_disability=said.get("has_disability") == YES,
        category=said.get("category") or "",
        passing_form=said.get("passing_form") or "",
        diplomas=frozenset(filter(None, [said.get("diploma")])),
        years_of_experience=_years(said.get("experience")),
        answers={
            NATIONAL_SERVICE: said.get("national_service") or None,
            **{question.code: _answer(question, said) for question in dossier.rules.questions},
        },
    )


def civil_facts(identity: Identity) -> dict[str, Any]:
    """Return those of the facts that civil data say."""
    return {
        "birth_date": identity.latest_birth_date,
        "nationality": identity.nationality,
        "is_born_abroad": identity.birth_country != FRANCE,
    }


def _years(said: Any) -> int | None:
    """Read years as their field does: a browser may send « 3.0 »."""
    try:
        found: int | None = _YEARS.clean(said)
    except forms.ValidationError:
        return None
    return found


def _answer(question: Question, said: Mapping[str, Any]) -> Any:
    name = PREFIX + question.code
    value = said.get(name)
    if value in (None, "", []) or is_of_several(question, value):
        return None
    if isinstance(question, YesNoQuestion):
        return value == YES
    if not isinstance(value, str | list):
        return value
    field = field_of(question)
    try:
        return field.clean(field.widget.value_from_datadict(as_data({name: value}), {}, name))
    except forms.ValidationError:
        return None
