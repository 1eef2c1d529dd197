"""What a candidate confides to a doctor, and who opens it (H3): nothing of it is said elsewhere.

The journal keeps that something was confided, opened or erased: neither its kind, its name nor
its fingerprint. A mail says that something waits, never what.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sporades import journal
from sporades.accommodations.as_sent import was_sent_with
from sporades.accommodations.contesting import contestable_among, papers_needed_until
from sporades.accommodations.models import Case
from sporades.accommodations.queries import (
    decision_among,
    open_among,
    requests_of,
    taken_back_among,
)
from sporades.accommodations.rules import rules_of
from sporades.accommodations.states import WRITABLE, State
from sporades.accounts import limits
from sporades.accounts.models import User
from sporades.acts.sent_files import Sent, name_of, named
from sporades.core import files
from sporades.core.actors import CANDIDATE, SYSTEM, Actor
from sporades.core.days import midnight, months_after
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.core.presses import named_text
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.intake import antivirus, cleaning
from sporades.letters.operations import tell
from sporades.letters.queries import reached_since
from sporades.medical import operations as medical
from sporades.medical.models import LONGEST_NAME, Compartment, Paper, Remark
from sporades.medical.queries import all_remarks_of, compartment, lately_at, remarks_of
from sporades.notices import queries as notices
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration
from sporades.registrations.snapshot import contact_of

SCAN = "medical.scan"
UNSENT_MONTHS = 6
"""How long what was confided stays for a request that is left: see `unsent`."""
MARKS = ("begun_at", "asked_at", "incomplete_at", "notified_at")
"""The instants of a request after which that time begins anew."""


class NothingToConfide(Refused):
    """The registration stands no more."""

    message = "Cette inscription ne tient plus : rien n'est plus à confier."


class OpinionGiven(Refused):
    """The doctor has given the opinion, and nothing is notified yet: nobody would read it."""

    message = (
        "L'avis du médecin est rendu, et la décision s'en prépare : ce que vous confieriez maintenant "
        "ne serait pas lu. Si quelque chose a changé, écrivez-le à votre service gestionnaire, sans "
        "parler de votre santé : il peut demander un nouvel avis."
    )


class DecisionTaken(OpinionGiven):
    """The decision is taken, and not notified yet: nobody would read it."""

    message = (
        "La décision est prise et va vous être notifiée : ce que vous confieriez maintenant ne serait "
        "pas lu. Si quelque chose a changé, écrivez-le à votre service gestionnaire, sans parler de "
        "votre santé : il peut corriger la décision, ou la reprendre."
    )


class TakenBack(medical.TakesNothing):
    """The last request was taken back."""

    message = (
        "Votre demande d'aménagement est retirée : plus rien n'est à confier. Si vous faites une autre "
        "demande, vous pourrez de nouveau confier des papiers et des commentaires."
    )


class Notified(medical.TakesNothing):
    """The decision is notified, and nothing is asked since."""

    message = (
        "La décision vous est notifiée : plus rien n'est à confier. Si vous faites une autre demande, "
        "vous pourrez de nouveau confier des papiers et des commentaires."
    )


class AskedElsewhere(Refused):
    """The réglementation says nothing of accommodations."""

    message = (
        "Pour cette inscription, un aménagement se demande à votre service gestionnaire : "
        "n'envoyez rien de médical par ce site."
    )


class TooOften(Refused):
    """As much was confided in a day as may be."""

    message = (
        "Vous avez déjà envoyé trente fichiers ou commentaires en vingt-quatre heures pour cette "
        "inscription : recommencez demain."
    )


class Held(Refused):
    """A decision that was taken on it may still be contested."""

    message = (
        "Ce papier a servi à une décision qui peut encore être contestée : il ne se retire pas "
        "d'ici là."
    )


class Infected(Refused):
    """A virus was found in it."""

    message = (
        "Un programme malveillant a été trouvé dans ce fichier : personne ne l'ouvrira. Retirez-le, "
        "puis donnez-en un autre, fait depuis un autre appareil si vous le pouvez."
    )


# --- The candidate ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Safe:
    """A file of health that may be kept: what came from outside was looked at, and made safe.

    Attributes:
        kind: what the réglementation calls it, by its code.
        name: as its candidate named it, clean.
        content: its bytes.
        pages: how many it has.
    """

    kind: str
    name: str
    content: bytes
    pages: int


def deposit(
    *,
    registration: Registration,
    kind: str,
    sent: Sequence[Sent],
    press: str,
    by: Actor,
    at: datetime,
) -> Paper:
    """Confide a file of health, or several photographs that become one.

    Args:
        registration: the giver's own.
        kind: what the réglementation calls it, by its code.
        sent: one file, or several photographs, in the order of their pages.
        press: names the press of the button: pressed twice, it gives one file.
        by: its candidate.
        at: the instant at which the request arrived.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven, TooOften: see each.
        medical.TakesNothing, medical.TooMuch: see each.
        Unfit: it is not taken; each of its classes says why (`intake.cleaning`).
        files.OutOfReach: the store does not answer.
    """
    sending = named(press, sent)
    if (already := given_as(registration, sending)) is not None:
        return already
    check_awaited(registration)
    spend(registration, at=at)
    made = cleaning.join([one.content for one in sent])
    name = name_of(sent, longest=LONGEST_NAME)
    safe = Safe(kind=kind, name=name, content=made.content, pages=made.pages)
    given = keep(registration=registration, safe=safe, sending=sending, by=by, at=at)
    given.doubts = made.doubts
    return given


def keep(
    *,
    registration: Registration,
    safe: Safe,
    sending: UUID,
    first: Callable[[], None] = lambda: None,
    by: Actor,
    at: datetime,
) -> Paper:
    """Keep a file of health, sealed for its registration; the antivirus will look at it.

    Args:
        registration: the giver's own.
        safe: the file.
        sending: names the press of the button: pressed twice, it gives one file.
        first: what is locked and checked before the registration is, in the same transaction.
        by: its candidate.
        at: the instant at which the request arrived.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven: see each.
        medical.TakesNothing, medical.TooMuch: see each.
        files.OutOfReach: the store does not answer.
    """
    sealed = medical.SealedFile(registration, content=safe.content, name=safe.name)
    own = files.own_suffix(medical.SUFFIX)
    key = medical.announce(sealed, own=own, at=at)
    with files.kept_apart(sealed.content, suffix=medical.SUFFIX, own=own, store=medical.STORE):
        first()
        locked = lock_registration(registration.pk)
        if (already := given_as(locked, sending)) is not None:
            transaction.on_commit(lambda: files.forget_or_say([key], store=medical.STORE))
            return already
        check_awaited(locked)
        given = medical.take(
            taking(locked),
            sealed,
            kind=safe.kind,
            key=key,
            size=len(safe.content),
            pages=safe.pages,
            sending=sending,
            at=at,
        )
        record("paper confided", locked, by=by, at=at)
        defer_once(SCAN, queue="evidence", paper=str(given.pk))
    return given


@transaction.atomic
def take_back(*, paper: Paper, by: Actor, at: datetime) -> bool:
    """Erase a paper that its candidate does not wish to confide any more.

    Returns:
        Whether it may return: it was sent with the request that is being changed.

    Raises:
        medical.Closed: it is with the doctor.
        Held: see there.
        Paper.DoesNotExist: it is erased already.
    """
    locked = lock_registration(paper.compartment.registration_id)
    held: Paper = Paper.objects.select_related("compartment").get(pk=paper.pk)
    may_return = may_take_back(held, locked, at=at)
    if held.taken_back_at is None:
        medical.take_back(held, may_return=may_return, at=at)
        record("confided paper taken back", locked, by=by, at=at)
    return may_return


def may_take_back(paper: Paper, registration: Registration, *, at: datetime) -> bool:
    """Check that a paper may be taken back; return whether it may then return.

    Args:
        paper: with its compartment.
        registration: whose it is.
        at: the instant.

    Raises:
        medical.Closed: it is with the doctor.
        Held: see there.
    """
    if paper.is_infected:
        return False
    if paper.compartment.is_closed:
        raise medical.Closed
    cases = list(requests_of(registration.pk))
    decided = contestable_among(cases, registration.service.zone, at=at)
    if decided is not None and served(decided, paper):
        raise Held
    return was_sent_with(open_among(cases), paper.given_at)


def served(decided: Case, paper: Paper) -> bool:
    """Return whether a paper was there when a request was decided of."""
    return decided.decided_at is not None and paper.given_at <= decided.decided_at


@transaction.atomic
def remark(
    *,
    registration: Registration,
    text: str,
    press: str,
    is_between_doctors: bool = False,
    by: Actor,
    at: datetime,
) -> Remark:
    """Write a comment of health: the candidate to the doctor, or the doctor in charge.

    Args:
        registration: what it is about.
        text: what is said, clean.
        press: names the press of the button: pressed twice, it sends one comment.
        is_between_doctors: whether the candidate does not read it.
        by: who writes.
        at: the instant at which the request arrived.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven, TooOften, medical.TakesNothing: see each.
    """
    locked = lock_registration(registration.pk)
    already = said_already(locked, text=text, press=press)
    if already is not None:
        return already
    if by.kind == CANDIDATE:
        check_awaited(locked)
    its = taking(locked)
    if by.kind == CANDIDATE:
        # What its candidate sends stops no doctor, who answers for what they write.
        spend(locked, at=at)
    written = medical.remark(
        its,
        text=text,
        sending=_sending(text, press),
        is_between_doctors=is_between_doctors,
        by=by,
        at=at,
    )
    record("remark confided", locked, by=by, at=at)
    return written


def said_already(registration: Registration, *, text: str, press: str) -> Remark | None:
    """Return the comment that a press has written already, if it has.

    Args:
        registration: locked.
        text, press: see `remark`.
    """
    found = compartment(registration)
    if found is None:
        return None
    already: Remark | None = found.remarks.filter(sending=_sending(text, press)).first()
    return already


def _sending(text: str, press: str) -> UUID:
    return named_text(f"{press}\0{text}")


def check(registration: Registration) -> None:
    """Check that something may be confided for a registration.

    Raises:
        NothingToConfide, AskedElsewhere, TakenBack, Notified, medical.TakesNothing: see each.
    """
    if not registration.is_active:
        raise NothingToConfide
    if rules_of(registration) is None:
        raise AskedElsewhere
    found = compartment(registration)
    if found is not None and not found.is_taking:
        raise why_closed(requests_of(registration.pk))


def check_awaited(registration: Registration) -> None:
    """Check that its candidate may confide something: a doctor reads it, or will.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven, DecisionTaken: see each.
        TakenBack, Notified, medical.TakesNothing: see each.
    """
    check(registration)
    if (unread := why_unread(open_among(requests_of(registration.pk)))) is not None:
        raise unread


def why_unread(case: Case | None) -> OpinionGiven | None:
    """Return why what is confided for an open request is read by nobody: it has its opinion."""
    if case is None:
        return None
    if case.state == State.DECIDED:
        return DecisionTaken()
    return OpinionGiven() if case.state == State.OPINION_GIVEN else None


def why_closed(cases: Iterable[Case]) -> medical.TakesNothing:
    """Return why nothing is taken of a registration whose papers are erased, or soon will be.

    Args:
        cases: all of its requests, the last one first.
    """
    known = list(cases)
    if taken_back_among(known) is not None:
        return TakenBack()
    return medical.TakesNothing() if decision_among(known) is None else Notified()


def taking(registration: Registration) -> Compartment:
    """Return the compartment of a locked registration, to which something may be given."""
    check(registration)
    return medical.compartment_of(registration)


def spend(registration: Registration, *, at: datetime) -> None:
    """Count one more thing that is confided for a registration. Raises TooOften."""
    if not limits.spend(limits.CONFIDED_OF_A_REGISTRATION, str(registration.pk), at=at):
        raise TooOften


def given_as(registration: Registration, sending: UUID) -> Paper | None:
    """Return the paper that a press has given already, if it has."""
    found: Paper | None = Paper.objects.filter(
        compartment__registration=registration, sending=sending
    ).first()
    return found


# --- Whoever opens ----------------------------------------------------------------------------


def read(
    *,
    paper: UUID,
    reader: User,
    is_by_page: bool = False,
    is_for_copy: bool = False,
    by: Actor,
    at: datetime,
) -> bytes:
    """Return the bytes of a paper, once it is kept that they were read.

    Args:
        paper: its key.
        reader: whose account reads: its candidate, or the doctor in charge.
        is_by_page: whether one page of it is shown: those that follow soon are the same opening.
        is_for_copy: whether it is joined to a copy of the reader's own data.
        by: the same, as an author.
        at: the instant.

    Raises:
        Paper.DoesNotExist: there is none, for this reader.
        Infected: see there.
        sealing.Unreadable: no master key opens it.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    visible = Paper.objects.visible_to(reader).select_related("compartment__registration")
    found: Paper = visible.get(pk=paper)
    if found.is_infected:
        raise Infected
    content = medical.content_of(found)
    is_going_on = is_by_page and medical.is_being_read(found.compartment, found, by=by, at=at)
    if _is_noted(by) and not is_going_on:
        with transaction.atomic():
            locked = lock_registration(found.compartment.registration_id)
            # Another doctor may be in charge by now.
            medical.note_opened(
                found.compartment, visible.get(pk=paper), is_for_copy=is_for_copy, by=by, at=at
            )
            record("confided paper opened", locked, by=by, at=at)
    return content


@transaction.atomic
def read_remarks(*, found: Compartment, reader: User, by: Actor, at: datetime) -> list[Remark]:
    """Return the comments of a compartment, once it is kept that the doctor read them.

    A candidate who reads their own leaves no trace, and does not read those between doctors.

    Args:
        found: the compartment.
        reader: whose account reads: its candidate, or the doctor in charge.
        by: the same, as an author.
        at: the instant.

    Raises:
        Compartment.DoesNotExist: there is none, for this reader.
    """
    mine: Compartment = Compartment.objects.visible_to(reader).get(pk=found.pk)
    is_candidates = by.kind == CANDIDATE
    remarks = list(remarks_of(mine) if is_candidates else all_remarks_of(mine))
    if remarks and not is_candidates and not medical.is_being_read(mine, None, by=by, at=at):
        locked = lock_registration(mine.registration_id)
        medical.note_opened(
            Compartment.objects.visible_to(reader).get(pk=found.pk), None, by=by, at=at
        )
        record("confided remarks read", locked, by=by, at=at)
    return remarks


def _is_noted(by: Actor) -> bool:
    """Return whether an opening is noted: always, unless its own candidate reads on (R-05)."""
    return by.kind != CANDIDATE or not notices.is_database_read_only()


# --- The antivirus ----------------------------------------------------------------------------


def scan(key: UUID, *, at: datetime) -> None:
    """Have a paper looked at by the antivirus, and keep what it says.

    Args:
        key: of the paper; one that is gone, or was looked at, is left.
        at: the instant.

    Raises:
        antivirus.Unreachable: nothing is known of it: nobody looks, or nobody answers.
        sealing.Unreadable: no master key opens it.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    waiting = Paper.objects.unscanned().filter(pk=key).select_related("compartment").first()
    if waiting is None:
        return
    verdict = antivirus.scan(medical.content_of(waiting))
    with transaction.atomic():
        locked = lock_registration(waiting.compartment.registration_id)
        noted = medical.note_scanned(waiting, is_clean=verdict.is_clean, at=at)
        if noted and not verdict.is_clean:
            record("confided paper found infected", locked, by=SYSTEM, at=at)
            _tell_refused(waiting, locked, at=at)


def scan_again(*, older_than: datetime) -> None:
    """Queue the papers that a killed worker left, and those for which no antivirus answered."""
    waiting = Paper.objects.unscanned().filter(given_at__lt=older_than)
    for key in waiting.values_list("pk", flat=True).order_by("given_at")[:500]:
        defer_once(SCAN, queue="evidence", paper=str(key))


def _tell_refused(paper: Paper, registration: Registration, *, at: datetime) -> None:
    """Tell its candidate to give another; nothing where none would be taken."""
    try:
        check_awaited(registration)
    except Refused:
        return
    tell(
        registration.candidate,
        "file_refused",
        service=registration.service,
        at=at,
        key=f"file refused:{paper.pk}",
        about=registration,
        urgent=True,
        registration=registration,
        contact=contact_of(registration.service),
        link=link_to("candidate:registration", registration.number),
    )


# --- In its time ------------------------------------------------------------------------------


def unsent(at: datetime) -> QuerySet[Compartment]:
    """Return the compartments that only a request which is left keeps, and for too long.

    It is left where its candidate never sent it, is changing it or was told that it lacks
    something; and, wherever it stands, where its registration was set aside or withdrawn.

    Six months after the closing, and after whatever came later: the beginning of that request, its
    sending, its being taken up or found incomplete, the last paper or comment, the end of its
    registration, the notification of a decision before it; nor before the letter that notifies it
    has been posted for as long. Then that decision is contested no more, whenever it was read: at
    the latest two months after fifteen days and two months (`papers_needed_until`).

    Args:
        at: the instant.
    """
    today = local_day(at, settings.TIME_ZONE)
    since = midnight(months_after(today, -UNSENT_MONTHS), settings.TIME_ZONE)
    its = Case.objects.filter(registration=OuterRef("registration"))
    # What the service takes again is not its candidate's to go on with.
    going = its.open().exclude(Q(state__in=WRITABLE, instead_of=None) | Q(stands=False))
    recent = its.filter(
        Q.create([(f"{mark}__gte", since) for mark in MARKS], connector=Q.OR)
        | Q(as_sent__until__gte=since.timestamp())
    )
    ended = its.filter(
        Q(registration__decided_at__gte=since) | Q(registration__withdrawn_at__gte=since),
        stands=False,
    )
    # What is told by a letter is contested later: nobody has received what waits, or came back.
    told = its.filter(reached_since("notification", since.date()))
    papers = Paper.objects.filter(compartment=OuterRef("pk"))
    remarks = Remark.objects.filter(compartment=OuterRef("pk"))
    lately = papers.filter(given_at__gte=since), remarks.filter(written_at__gte=since)
    found: QuerySet[Compartment] = Compartment.objects.filter(
        Exists(papers) | Exists(remarks),
        *(~Exists(one) for one in (going, recent, ended, told, *lately)),
        erase_after=None,
        erased_at=None,
        registration__service__closes_at__lt=since,
    )
    return found


def unsent_from(
    found: Compartment, registration: Registration, cases: Iterable[Case]
) -> datetime | None:
    """Return from when `unsent` finds a compartment that keeps something, if nothing happens until then.

    It is the same rule, of one that its candidate looks at.

    Args:
        found: the compartment; a day of its own is not looked at.
        registration: whose, with its service.
        cases: all of its requests.

    Returns:
        The midnight; nothing where a request is looked at, or a letter waits to be posted.
    """
    known, is_active = list(cases), registration.is_active
    if is_active and any(
        one.is_open and not (one.state in WRITABLE and one.instead_of_id is None) for one in known
    ):
        return None
    instants = [registration.service.closes_at]
    instants += [instant for one in known for mark in MARKS if (instant := getattr(one, mark))]
    instants += [
        datetime.fromtimestamp(one.as_sent["until"], UTC)
        for one in known
        if one.as_sent and "until" in one.as_sent
    ]
    if known and not is_active:
        instants += filter(None, (registration.decided_at, registration.withdrawn_at))
    instants += filter(None, [lately_at(found)])
    days = [local_day(one, settings.TIME_ZONE) for one in instants]
    letters = [posting for one in known if (posting := one.posting)]
    if any(one.posted_on is None for one in letters):
        return None
    days += [one.posted_on for one in letters if one.posted_on]
    last = max(days)
    day = months_after(last, UNSENT_MONTHS)
    # The last of February is six months before several days of August.
    while months_after(day, -UNSENT_MONTHS) <= last:
        day += timedelta(days=1)
    return midnight(day, settings.TIME_ZONE)


@transaction.atomic
def erase(found: Compartment, *, at: datetime) -> bool:
    """Erase what no decision needs any more; return whether it was not erased yet.

    Whatever day was written, what a request that was sent still needs stays: it may have been made
    meanwhile.

    Args:
        found: the compartment.
        at: the instant.
    """
    locked = lock_registration(found.registration_id)
    cases = list(requests_of(locked.pk))
    if any(case.asked_at is not None for case in cases):
        until = papers_needed_until(locked, cases, at=at)
        is_needed = until > at if until else not unsent(at).filter(pk=found.pk).exists()
        if is_needed:
            medical.erase_after(found, until)
            return False
    elif not _is_over(locked, at) and not unsent(at).filter(pk=found.pk).exists():
        return False
    is_done = medical.erase(found, at=at)
    if is_done:
        record("confided papers erased", locked, by=SYSTEM, at=at)
        if any(case.is_open for case in cases):
            # Whoever goes on with a request that was left confides other papers.
            medical.take_again(found)
    return is_done


def _is_over(registration: Registration, at: datetime) -> bool:
    """Return whether the day written for a locked registration is over, as it is written now."""
    now = compartment(registration)
    return now is not None and now.erase_after is not None and now.erase_after <= at


def record(verb: str, registration: Registration, *, by: Actor, at: datetime) -> None:
    """Keep in the journal that something was done with what was confided, and nothing of it (P-12)."""
    journal.record(verb, by=by, on=registration, at=at, academy=registration.academy_id)
