"""All that a candidate holds, locked, and given to another candidate who is the same person."""

from collections.abc import Collection

from sporades.candidates.models import Candidate
from sporades.documents import operations as documents
from sporades.exams.fetching import WITH_REFERENCE
from sporades.registrations.exclusion import standing_instead_of
from sporades.registrations.models import CorrectionRequest, Draft, Registration
from sporades.registrations.operations import scoping

type Held = tuple[list[int], list[str]]


def lock_all(candidates: Collection[int]) -> Held:
    """Lock the registrations, then the open drafts, of candidates; return the keys of all of them."""
    return _held(candidates, lock=True)


def held_by(candidates: Collection[int]) -> Held:
    """Return the keys of the registrations and of the open drafts of candidates."""
    return _held(candidates, lock=False)


def _held(candidates: Collection[int], *, lock: bool) -> Held:
    mine = Registration.objects.filter(candidate__in=candidates).order_by("pk")
    drafts = Draft.objects.unfiled().filter(candidate__in=candidates).order_by("pk")
    if lock:
        mine = mine.select_for_update(of=("self",))
        drafts = drafts.select_for_update(of=("self",))
    keys = list(mine.values_list("pk", flat=True))
    return keys, [str(pk) for pk in drafts.values_list("pk", flat=True)]


def give_all(left: Candidate, *, kept: Candidate) -> list[Registration]:
    """Give all that a candidate holds to another, in a transaction that has locked it.

    Numbers, versions, documents, messages and notes stay with their registration. Files whose
    holder is to be another account are given by `give_folders`.

    Returns:
        The registrations that were given.
    """
    given = list(
        Registration.objects.filter(candidate=left).order_by("pk").values_list("pk", flat=True)
    )
    scoping.brought_up_to_date([left.pk, kept.pk])
    Registration.objects.filter(pk__in=given).update(candidate=kept)
    Draft.objects.filter(candidate=left).update(candidate=kept)
    CorrectionRequest.objects.filter(candidate=left).update(candidate=kept)
    return list(Registration.objects.whole().filter(pk__in=given).order_by("pk"))


def give_folders(candidate: Candidate) -> None:
    """Let the account of a candidate, where there is one, hold the documents of all they have."""
    folders = Registration.objects.filter(candidate=candidate).values_list("folder", flat=True)
    documents.give_folders(list(folders), holder=candidate.user_id)


def excluding(left: Candidate, *, kept: Candidate) -> list[tuple[Registration, Registration]]:
    """Return the registrations of two candidates of whom one alone may stand for one person."""
    standing = Registration.objects.active().filter(candidate__in=(left.pk, kept.pk))
    own = list(standing.select_related("service").fetch_mode(WITH_REFERENCE).order_by("pk"))
    theirs = [one for one in own if one.candidate_id == left.pk]
    mine = [one for one in own if one.candidate_id == kept.pk]
    pairs = [(one, standing_instead_of(one, mine)) for one in theirs]
    return [(one, other) for one, other in pairs if other is not None]


def begun_twice(left: Candidate, *, kept: Candidate) -> list[tuple[Draft, Draft]]:
    """Return the new registrations that one hand has begun for a candidate, and for the other too.

    They are those of which the database keeps one alone for one person.
    """
    begun = Draft.objects.unfiled().filter(amends=None).fetch_mode(WITH_REFERENCE).order_by("pk")
    mine = {
        (one.exam_id, one.speciality_id, one.author_id): one for one in begun.filter(candidate=kept)
    }
    pairs = [
        (one, mine.get((one.exam_id, one.speciality_id, one.author_id)))
        for one in begun.filter(candidate=left)
    ]
    return [(one, other) for one, other in pairs if other is not None]
