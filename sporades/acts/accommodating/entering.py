"""The office enters a request that came on paper, of whoever had no account when it was posted (L-05, I13)."""

from datetime import date, datetime

from django.db import transaction

from sporades.accommodations import operations as accommodations
from sporades.accommodations.late import counted_at
from sporades.accommodations.models import Case, Signature
from sporades.accommodations.operations import Asked, OnPaper
from sporades.accommodations.queries import requests_of, revision_after
from sporades.accommodations.states import State
from sporades.acts.accommodating.asking import receive_papers
from sporades.acts.accommodating.entrusting import lacks_a_paper
from sporades.acts.accommodating.silent import keep_acceptance
from sporades.acts.accommodating.telling import note, tell_candidate
from sporades.acts.people.attaching import had_none_until
from sporades.acts.people.guardians import tell_of_signature
from sporades.acts.postmarks import check_postmark
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over, lock_registration


def last_day_on_paper(registration: Registration) -> date | None:
    """Return the day on which its candidate came to have an account: until then they asked on paper.

    Args:
        registration: with its candidate and its service.

    Returns:
        Nothing of whoever has none, or had theirs from the first.
    """
    until = had_none_until(registration) if registration.candidate.has_account else None
    return None if until is None else local_day(until, registration.service.zone)


def why_not_entered(registration: Registration, case: Case | None) -> Refused | None:
    """Return why nothing that came on paper is entered for a registration; nothing where it may be.

    Args:
        registration: with its candidate and its service.
        case: its request of which something is awaited, if there is one.
    """
    return accommodations.why_not_entered(
        registration, case, last_day=last_day_on_paper(registration)
    )


@transaction.atomic
def enter(
    *,
    registration: Registration,
    asked: Asked,
    paper: OnPaper,
    seen: int,
    by: Actor,
    at: datetime,
    is_certain: bool = False,
) -> Case:
    """Keep what a paper asks, and send it; pressed twice, once. What was entered wrongly is entered anew.

    Its candidate is told of what came, and not of a slip that is mended, unless something is found
    to be missing: silence decides nothing then, whatever they were told.

    Args:
        registration: whose request it is.
        asked: what the paper asks.
        paper: what it says beside that.
        seen: the revision that the page was made from: that with which a request begins, of none.
        by: who enters it.
        at: the instant.
        is_certain: whether a postmark before registrations opened was looked at twice.

    Raises:
        HandedOver: it is another academy's since it was read.
        HasAccount, WrittenThere, NotDeclared, NotStanding, NotOffered, NotOnPaper, LookedAt: see
            `accommodations.operations.why_not_entered`.
        Rewritten: a colleague has entered something else meanwhile.
        PostmarkToCome, PostmarkBeforeOpening: see `postmarks.check_postmark`.
        Refused: see `accommodations.operations.enter`.
    """
    locked = lock_registration(registration.pk)
    check_not_handed_over(held=locked, read=registration)
    case = _open_case(locked)
    if case is not None and case.revision != seen:
        if accommodations.is_entered(case, asked, paper):
            return case
        raise accommodations.Rewritten
    last_day = last_day_on_paper(locked)
    if refusal := accommodations.why_not_entered(locked, case, last_day=last_day):
        raise refusal
    if last_day is not None and paper.posted_on > last_day:
        raise accommodations.HasAccount.since(last_day)
    if case is None and revision_after(requests_of(locked.pk)) != seen:
        raise accommodations.Rewritten
    check_postmark(locked, paper.posted_on, is_certain=is_certain, at=at)
    is_mended = case is not None and case.state == State.ASKED
    former = case.signature if case is not None and is_mended else None
    lacked = case is not None and is_mended and lacks_a_paper(case)
    if case is None:
        counted = counted_at(locked, paper.posted_on)
        case = accommodations.begin(locked, at=at, counted=counted)
        case.registration = locked
        receive_papers(locked)
    keep_acceptance(case, at=at)
    signature = accommodations.enter(case, asked, paper, at=at)
    verb = "accommodation entry mended" if is_mended else "accommodation entered from paper"
    codes = [wish.code for wish in asked.wishes]
    note(verb, case, by=by, at=at, measures=codes, posted_on=paper.posted_on.isoformat())
    lacks = lacks_a_paper(case)
    if not is_mended or (lacks and not lacked):
        tell_candidate(case, "request_received", at=at, lacks=lacks, is_on_paper=True)
    if signature is not None and not _is_of(former, signature):
        tell_of_signature(case, signature, at=at)
    return case


def _open_case(registration: Registration) -> Case | None:
    """Return the request of which something is awaited, locked after its registration."""
    found = Case.objects.open().filter(registration=registration.pk)
    case: Case | None = found.select_for_update(of=("self",)).first()
    if case is not None:
        case.registration = registration
    return case


def _is_of(former: Signature | None, signature: Signature) -> bool:
    """Return whether a guardian was told already that something was signed in their name."""
    return former is not None and former.name == signature.name
