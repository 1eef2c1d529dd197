"""Begin a draft, answer its tabs, leave it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from django.db import IntegrityError, transaction

from sporades.accounts.models import User
from sporades.candidates.models import Candidate
from sporades.candidates.operations import Merged
from sporades.core.french import local_day
from sporades.core.leaving import leave
from sporades.core.refusals import Refused
from sporades.exams.models import Exam, RegistrationService, Regulation, Speciality
from sporades.exams.queries import in_force
from sporades.registrations import accepted, consents, rewording
from sporades.registrations.choices import Choice, choice_of, choices_beside
from sporades.registrations.dossier import Answers, dossier_of, rules_of
from sporades.registrations.exclusion import is_set_aside_since, standing_instead_of
from sporades.registrations.models import (
    ChangeRequest,
    Draft,
    LateRequest,
    Registration,
    SectionAnswers,
)
from sporades.registrations.models.draft import DraftQuerySet
from sporades.registrations.queries import lock_registration
from sporades.registrations.refusals import (
    LONGEST_ANSWER,
    MOST_BEGUN_IN_A_DAY,
    AlreadyBegun,
    AlreadyRegistered,
    AwaitsDecision,
    Closed,
    ExamOver,
    NoLongerOffered,
    NotUndone,
    Overtaken,
    StillOpen,
    TooLong,
    TooManyBegun,
    TypedLate,
)
from sporades.registrations.states import RequestState
from sporades.registrations.titles import title_of


def begin(
    *,
    candidate: Candidate,
    exam: Exam,
    speciality: Speciality | None,
    service: RegistrationService,
    at: datetime,
    author: User | None = None,
) -> Draft:
    """Return the open draft of whoever fills it for this choice, begun now if there is none.

    An open draft in another academy follows to the one just chosen, with its answers.

    Args:
        candidate: who registers.
        exam: for what.
        speciality: its speciality, where the exam has any.
        service: where.
        at: the instant.
        author: the member of the office who fills it; nothing when its candidate does.

    Raises:
        Closed: the service is not open at this instant; for the office, not yet.
        TooManyBegun: forty drafts were begun since the day before.
        Merged: the candidate has just been found to be another.
    """
    refuse_shut(service, author=author, at=at)
    regulation = version_in_force(exam)
    choice = {
        "candidate": candidate,
        "exam": exam,
        "speciality": speciality,
        "amends": None,
        "author": author,
    }
    try:
        with transaction.atomic():
            draft, is_new = Draft.objects.open().get_or_create(
                **choice,
                defaults={
                    "service": service,
                    "regulation": regulation,
                    "created_at": at,
                    "answered_at": at,
                },
            )
            if is_new:
                _refuse_too_many(draft, at=at)
    except IntegrityError:
        _refuse_merged(candidate.pk)
        # What waits as a request is given as it is: its page says how it is taken back.
        draft = Draft.objects.unfiled().get(**choice)
    if draft.service_id != service.pk and draft.sent_at is None:
        _go_to(service, draft, at=at)
    return draft


def begin_from(*, draft: Draft, author: User, at: datetime) -> Draft:
    """Return the open draft of a member of the office for what a candidate could not save in time.

    It has the candidate's answers, but for the modalités; in one begun already, the tabs that were
    answered stay. The candidate's own stays theirs, as it is.

    Args:
        draft: the candidate's, of a new registration.
        author: the member of the office who fills theirs.
        at: the instant.

    Raises:
        NoLongerOffered: the réglementation in force speaks no more of what it is for.
        Closed, TooManyBegun, Merged: see `begin`.
    """
    if not draft.is_offered:
        raise NoLongerOffered(title=str(draft), service=draft.service.managing_service.name)
    made = begin(
        candidate=draft.candidate,
        exam=draft.exam,
        speciality=draft.speciality,
        service=draft.service,
        author=author,
        at=at,
    )
    if made.created_at == at:
        made.is_placed = draft.is_placed
    # Nobody accepts the modalités for somebody: whoever fills ticks that they type for them.
    typed = {row.section: row.answers for row in draft.answers.exclude(section=accepted.SECTION)}
    _take_up(made, typed, of=draft)
    return made


def begin_amending(
    *,
    registration: Registration,
    at: datetime,
    late: bool = False,
    author: User | None = None,
    choice: Choice | None = None,
) -> Draft:
    """Return the open modification of a registration, begun now from what was last filed.

    One that started from an older version is given as it is: what it did not know of is not
    overwritten, see `rebasing`. One in which nothing was answered begins anew.

    Args:
        registration: what is modified.
        at: the instant.
        late: to be sent as a request, while the service takes nothing (E7).
        author: the member of the office who modifies it; nothing when its candidate does.
        choice: for which exam, and speciality, it goes on; as it stands unless said.

    Raises:
        Closed: the service is not open at this instant, for the office not yet; `StillOpen` for
            a late one when it is.
        AwaitsDecision: one is sent as a request.
        ExamOver: a late one, once the exam has taken place.
        Refused: the registration does not stand any more.
        NoLongerOffered: the réglementation in force speaks no more of what it is for, or does not
            offer the choice beside it.
        TooManyBegun: forty drafts were begun since the day before.
    """
    if author is None:
        refuse_unless(registration.service, late=late, at=at)
    else:
        refuse_shut(registration.service, author=author, at=at)
    with transaction.atomic():
        # Looked at once locked: it may be withdrawn, or filed again, in this very second.
        locked = lock_registration(registration.pk)
        if not locked.is_active:
            message = "Cette inscription n'est plus en cours : elle ne peut pas être modifiée."
            raise Refused(message)
        if late and locked.is_exam_over(at):
            raise ExamOver
        # So is it: what is typed in this very second, in another window, is neither erased nor overwritten.
        mine = Draft.objects.unfiled().filter(amends=locked, author=author)
        draft = mine.select_for_update(of=("self",), no_key=True).first()
        if draft and draft.sent_at is not None:
            raise AwaitsDecision
        if draft and draft.is_untouched and draft.amends_version != locked.version:
            abandon(draft=draft, at=at)
            draft = None
        if draft and draft.service_id != locked.service_id:
            draft.amends = locked
            follow_registration(draft=draft)
        if draft and choice is None and not draft.is_offered and locked.is_offered:
            # What it was to be is offered no more: it goes on for what the registration is for.
            choice = choice_of(locked)
        draft = draft or _copy(locked, amends=locked, author=author, choice=choice, at=at)
        if choice is not None:
            _choose(draft, choice, of=locked, at=at)
        return draft


def _take_up(draft: Draft, answers: Mapping[str, Answers], *, of: Draft | Registration) -> None:
    """Give a draft the tabs that it does not answer yet, and the derogations, of something else.

    They were answered under the rules of then: its pages say where these have moved since the older
    of the two.
    """
    known = set(draft.answers.values_list("section", flat=True))
    given_at = draft.created_at
    SectionAnswers.objects.bulk_create(
        SectionAnswers(draft=draft, section=section, answers=said, answered_at=given_at)
        for section, said in answers.items()
        if section not in known
    )
    draft.regulation = min(of.regulation, draft.regulation, key=attrgetter("number"))
    draft.waived = {**of.waived, **draft.waived}
    draft.save(update_fields=["regulation", "is_placed", "waived"])


def begin_again(*, registration: Registration, at: datetime) -> Draft:
    """Return a new draft filled from a withdrawn registration (E8), or the one begun already.

    In that one the tabs that were answered stay: the others are filled. It goes on where the
    registration was.

    Raises:
        Closed: the service is not open at this instant.
        AlreadyRegistered: it stands, or another does in its place.
        NotUndone: it was withdrawn more than 72 hours ago.
        NoLongerOffered: the réglementation in force speaks no more of what it was for.
        TooManyBegun: forty drafts were begun since the day before.
    """
    refuse_closed(registration.service, at=at)
    if standing_instead_of(registration):
        raise AlreadyRegistered
    if not registration.can_be_undone(at):
        raise NotUndone
    begun = Draft.objects.unfiled().filter(
        candidate=registration.candidate_id,
        exam=registration.exam_id,
        speciality=registration.speciality_id,
        amends=None,
        author=None,
    )
    try:
        with transaction.atomic():
            draft: Draft | None = begun.select_for_update().first()
            if draft is None:
                return _copy(registration, amends=None, at=at)
            if draft.sent_at is not None:  # asked for late: its answers are frozen
                return draft
            last = registration.versions.get(number=registration.version)
            answers = accepted.answers_of(last)
            if consents.SECTION in answers:  # they are changed at any time
                answers[consents.SECTION] |= consents.as_answers(registration)
            if draft.service_id != registration.service_id:
                _go_to(registration.service, draft, at=at)
            draft.is_placed = draft.is_placed or registration.is_placed
            _take_up(draft, answers, of=registration)
            return draft
    except IntegrityError:  # another page of the same candidate was faster
        _refuse_merged(registration.candidate_id)
        return begun.get()


def begin_for_who_left(*, registration: Registration, author: User, at: datetime) -> Draft:
    """Return a new draft that the office fills, with the answers of a registration that was left.

    However long ago, and once the service has closed: each tab is judged anew.

    Args:
        registration: one that its candidate left, or whose office noted that they did.
        author: the member of the office who fills it.
        at: the instant.

    Raises:
        Closed: the service has not opened yet.
        AlreadyRegistered: another registration stands in its place.
        AlreadyBegun: its author has begun one for this choice already.
        NoLongerOffered: the réglementation in force speaks no more of what it was for.
        ExamOver: the exam has taken place.
        Refused: nobody left it.
    """
    refuse_shut(registration.service, author=author, at=at)
    if registration.withdrawn_at is None:
        raise Refused("Cette inscription n'est pas désinscrite : modifiez-la.")
    if registration.is_exam_over(at):
        raise ExamOver
    if standing_instead_of(registration):
        raise AlreadyRegistered
    if is_set_aside_since(registration):
        raise Refused(
            "Une inscription au même examen a été écartée depuis : rétablissez-la plutôt."
        )
    try:
        with transaction.atomic():
            return _copy(registration, amends=None, author=author, at=at)
    except IntegrityError:
        _refuse_merged(registration.candidate_id)
        raise AlreadyBegun from None


def _copy(
    registration: Registration,
    *,
    amends: Registration | None,
    at: datetime,
    author: User | None = None,
    choice: Choice | None = None,
) -> Draft:
    regulation = version_in_force(registration.exam)
    exam, speciality = registration.exam, registration.speciality
    wanted = choice or choice_of(registration)
    if rules_of(regulation, exam=wanted.exam, speciality=wanted.speciality) is None:
        raise NoLongerOffered(
            title=title_of(*wanted),
            service=registration.service.managing_service.name,
            kept="Votre inscription reste telle qu'elle est",
        )
    last = registration.versions.get(number=registration.version)
    draft = Draft.objects.create(
        candidate=registration.candidate,
        author=author,
        exam=exam,
        speciality=speciality,
        service=registration.service,
        is_placed=registration.is_placed,
        # What is begun again was answered under the rules of then: its pages say that they have moved.
        regulation=regulation if amends else registration.regulation,
        amends=amends,
        # A modification has those of what it modifies, whatever is noted there meanwhile.
        waived={} if amends else registration.waived,
        amends_version=amends.version if amends else None,
        created_at=at,
        answered_at=at,
    )
    _refuse_too_many(draft, at=at)
    SectionAnswers.objects.bulk_create(
        SectionAnswers(draft=draft, section=section, answers=answers, answered_at=at)
        for section, answers in accepted.answers_of(last).items()
    )
    take_consents(draft=draft, registration=registration)
    return draft


def _choose(draft: Draft, choice: Choice, *, of: Registration, at: datetime) -> None:
    """Have a modification go on for another exam, or speciality, with its answers; or for its own again.

    Raises:
        NoLongerOffered: that is not offered beside what is registered.
    """
    if choice not in (choice_of(of), *choices_beside(of)):
        raise NoLongerOffered(
            title=title_of(*choice),
            service=of.service.managing_service.name,
            kept="Votre inscription reste telle qu'elle est",
        )
    if choice == choice_of(draft):
        return
    if choice.exam != draft.exam:
        _leave_out(draft, choice, of=of, at=at)
    draft.exam, draft.speciality = choice
    draft.regulation = version_in_force(choice.exam)
    # To choose is to answer, even in the instant in which the tabs are opened: see `is_untouched`.
    draft.answered_at = max(at, draft.created_at + timedelta(microseconds=1))
    draft.save(update_fields=["exam", "speciality", "regulation", "answered_at"])


def _leave_out(draft: Draft, choice: Choice, *, of: Registration, at: datetime) -> None:
    """Forget the answers of a modification that say nothing of another exam: they are asked anew.

    Of whoever goes back to the exam of the registration, those that it was filed with come back.
    """
    whole = Draft.objects.whole().get(pk=draft.pk)
    dossier = dossier_of(whole, day=local_day(at, whole.service.zone))
    after = replace(dossier, exam=choice.exam, speciality=choice.speciality)
    left = rewording.left_by_choice(after, was=choice_of(whole), source=whole)
    back: dict[str, Answers] = {}
    if choice.exam == of.exam and draft.amends_version == of.version:
        last = of.versions.get(number=of.version)
        filed, was = replace(dossier, answers=accepted.answers_of(last)), choice_of(of)
        if rules_of(filed.regulation, exam=filed.exam, speciality=filed.speciality) is None:
            # What they had chosen is offered no more: it is read as it was when they chose it.
            filed = replace(filed, regulation=whole.regulation)
        for section, names in rewording.left_by_choice(filed, was=was, source=last).items():
            back[section] = {name: filed.of(section)[name] for name in names}
    for row in SectionAnswers.objects.filter(draft=draft, section__in={*left, *back}):
        kept = rewording.without({row.section: row.answers}, left)[row.section]
        row.answers = {**back.get(row.section, {}), **kept}
        row.revision += 1
        row.save(update_fields=["answers", "revision"])


def _refuse_merged(candidate: int) -> None:
    """Raise `Merged` for a candidate who was found to be another in this very second."""
    if Candidate.objects.filter(pk=candidate, merged_into__isnull=False).exists():
        raise Merged


def _refuse_too_many(draft: Draft, *, at: datetime) -> None:
    """Raise `TooManyBegun` when the draft just begun is one too many: it is not made."""
    lately = Draft.objects.filter(
        candidate=draft.candidate_id,
        author=draft.author_id,
        created_at__gt=at - timedelta(days=1),
    )
    if lately.count() > MOST_BEGUN_IN_A_DAY:
        raise TooManyBegun


def take_consents(*, draft: Draft, registration: Registration) -> None:
    """Bring the consents of a draft to those of a registration: they are changed at any time (D6).

    They were not typed in the draft: the instant of its answers stays.
    """
    row = SectionAnswers.objects.filter(draft=draft, section=consents.SECTION).first()
    if row is None:
        return
    chosen = {**row.answers, **consents.as_answers(registration)}
    if row.answers != chosen:
        row.answers, row.revision = chosen, row.revision + 1
        row.save(update_fields=["answers", "revision"])


def answer(
    *, draft: Draft, section: str, typed: Answers, seen_revision: int | None, at: datetime
) -> SectionAnswers:
    """Keep the answers to a tab, as typed.

    Args:
        draft: the draft.
        section: the tab's slug.
        typed: the answers.
        seen_revision: the revision that the page showed (0: none yet), or nothing to
            overwrite whatever is there.
        at: the instant of arrival.

    Raises:
        AwaitsDecision: it was sent to its managing service, which has still to decide of it.
        Refused: the draft is filed or abandoned.
        Overtaken: somebody answered the tab since the page was shown.
        TooLong: an answer has more signs than any question takes; what was there stays.
    """
    if any(len(str(value)) > LONGEST_ANSWER for value in typed.values()):
        raise TooLong
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.awaits_decision:
            raise AwaitsDecision
        if not locked.is_open:
            message = "Cette saisie est déjà enregistrée ou abandonnée : vos réponses n'y sont plus ajoutées."
            raise Refused(message)
        row = SectionAnswers.objects.filter(draft=draft, section=section).first()
        if row is None:
            row = SectionAnswers.objects.create(
                draft=draft, section=section, answers=typed, answered_at=at
            )
        elif row.answers != typed:
            if seen_revision is not None and seen_revision != row.revision:
                raise Overtaken
            row.answers, row.answered_at, row.revision = typed, at, row.revision + 1
            row.save(update_fields=["answers", "answered_at", "revision"])
        locked.answered_at = at
        locked.save(update_fields=["answered_at"])
    return row


def move(*, draft: Draft, service: RegistrationService, at: datetime) -> None:
    """Take a draft, with its answers, to the service of another academy.

    Raises:
        Closed: that service is not open.
        Refused: a registration already filed does not change academy by itself; nor what is filed,
            abandoned or sent as a request meanwhile.
    """
    if draft.amends_id:
        message = "Une inscription enregistrée ne change d'académie qu'à la demande du service gestionnaire."
        raise Refused(message)
    refuse_closed(service, at=at)
    if not _go_to(service, draft, at=at):
        raise Refused(
            "Cette saisie vient d'être enregistrée, envoyée ou abandonnée : elle ne change plus d'académie."
        )


def _go_to(service: RegistrationService, draft: Draft, *, at: datetime) -> bool:
    """Take a draft where its candidate chooses: the office has not placed it there.

    Returns:
        Whether it goes: what was filed, sent or abandoned in this very second stays where it was.
    """
    there = {"service": service, "is_placed": False, "moved_at": at}
    if not Draft.objects.open().filter(pk=draft.pk).update(**there):
        return False
    draft.service, draft.is_placed, draft.moved_at = service, False, at
    return True


def make_new(*, draft: Draft) -> None:
    """Make a new registration of the modification of one that was withdrawn: its answers stay.

    Args:
        draft: locked, and open.

    Raises:
        AlreadyBegun: whoever fills it has another draft for this choice.
    """
    if draft.amends is not None:
        draft.is_placed = draft.amends.is_placed
        draft.waived = {**draft.amends.waived, **draft.waived}
        # What nobody has answered since was answered under the rules of then.
        draft.regulation = draft.amends.regulation
    draft.amends, draft.amends_version = None, None
    _keep_as_own(draft, "amends", "amends_version", "is_placed", "waived", "regulation")


def give(*, draft: Draft, author: User) -> None:
    """Let another member of the office fill a draft that is locked. Raises `AlreadyBegun`."""
    draft.author = author
    _keep_as_own(draft, "author")


def _keep_as_own(draft: Draft, *fields: str) -> None:
    """Keep what makes a draft its author's one alone for what it is about."""
    try:
        with transaction.atomic():
            draft.save(update_fields=fields)
    except IntegrityError:
        raise AlreadyBegun from None


def keep_here(*, draft: Draft) -> None:
    """Say of a modification that its registration stays in its academy, wherever its candidate lives now.

    Raises:
        Refused: it is filed or abandoned, or is none of a registration.
    """
    mine = Draft.objects.open().filter(pk=draft.pk, amends__isnull=False, author__isnull=False)
    if not mine.update(is_placed=True):
        raise Refused("Cette saisie ne modifie plus d'inscription : rien n'est changé.")


def note_waiver(*, draft: Draft, rule: str, waiver: dict[str, str], at: datetime) -> None:
    """Note the derogation to a rule that was granted to whom the office registers.

    Args:
        draft: locked, and open.
        rule: the code of the rule.
        waiver: as `waivers.waiver` makes it; nothing takes it back.
        at: the instant.
    """
    draft.waived, draft.answered_at = {**draft.waived, rule: waiver}, at
    draft.save(update_fields=["waived", "answered_at"])


def follow_registration(*, draft: Draft) -> None:
    """Take a modification to the service that has its registration now."""
    if draft.amends is not None:
        draft.service, draft.is_placed = draft.amends.service, draft.amends.is_placed
        draft.save(update_fields=["service", "is_placed"])


def abandon(*, draft: Draft, at: datetime) -> None:
    """Leave a draft, and erase its answers: what was filed before stays as it is."""
    abandon_all(Draft.objects.filter(pk=draft.pk), at=at)


@transaction.atomic
def abandon_all(drafts: DraftQuerySet, *, at: datetime) -> None:
    """Leave the drafts among these that are open. Nobody can read their answers any more: erase them."""
    left = list(drafts.unfiled().select_for_update(no_key=True).values_list("pk", flat=True))
    Draft.objects.filter(pk__in=left).update(abandoned_at=at, sent_at=None, waived={})
    for kind in (ChangeRequest, LateRequest):
        asked = kind.objects.waiting().filter(draft__in=left)
        proofs = list(asked.exclude(proof_key="").values_list("proof_key", flat=True))
        asked.update(state=RequestState.TAKEN_BACK, decided_at=at, proof_key="")
        leave(proofs)
    SectionAnswers.objects.filter(draft__in=left).delete()


def remind_anew(candidate: int) -> None:
    """Have a candidate reminded of what they have begun: what kept it from being filed stands no more.

    Of a closing that was told already nothing is told again. What is being filed now needs no reminder.

    Args:
        candidate: the key.
    """
    begun = Draft.objects.unfiled().of_candidates().filter(candidate=candidate)
    told = begun.exclude(reminded_of=None).order_by("pk").only("pk")
    free = [one.pk for one in told.select_for_update(no_key=True, skip_locked=True)]
    if free:
        Draft.objects.filter(pk__in=free).update(reminded_of=None)


def version_in_force(exam: Exam) -> Regulation:
    """Return the version in force, asked of the database: filing relies on it."""
    found = in_force(exam.domain, exam.session)
    if found is None:
        raise Regulation.DoesNotExist
    return found


def refuse_closed(service: RegistrationService, *, at: datetime, has_answers: bool = False) -> None:
    """Raise `Closed` unless the service accepts a request arrived at this instant.

    Args:
        service: where.
        at: the instant.
        has_answers: whether the request files answers, which are kept where it is refused.
    """
    if not service.accepts(at):
        raise Closed(service, at=at, has_answers=has_answers)


def refuse_shut(service: RegistrationService, *, author: User | None, at: datetime) -> None:
    """Raise `Closed` unless the service takes what is filed: of its office, from its opening on."""
    if author is None or not service.has_closed(at):
        refuse_closed(service, at=at)


def refuse_unless(service: RegistrationService, *, late: bool, at: datetime) -> None:
    """Raise `Closed` unless the service accepts what is filed, or takes nothing for what is late."""
    if not late:
        refuse_closed(service, at=at)
    elif service.accepts(at):
        raise StillOpen


def refuse_typed_late(draft: Draft, *, at: datetime) -> None:
    """Raise `TypedLate` when an answer was typed once the service had closed.

    A request may be held on its way: what it says was sent in time, not what the draft has held
    since. Before the closing, two pages may file and answer in any order.
    """
    typed_at = max((row.answered_at for row in draft.answered), default=at)
    if typed_at > at and draft.service.has_closed(typed_at):
        raise TypedLate(draft.service, at=at, typed_at=typed_at)
