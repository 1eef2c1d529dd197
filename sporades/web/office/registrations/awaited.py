"""What a file awaits, for whoever answers a call: of its candidate, as they read it, and of the office."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from sporades.accommodations import models as asked
from sporades.accommodations.states import State
from sporades.core.french import instant_in_words
from sporades.documents.queries import documents_in
from sporades.evidence.checks import checks_of
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE, pieces_of
from sporades.evidence.states import TO_VERIFY
from sporades.mail.models import Message
from sporades.registrations.checklist import Check, checklist
from sporades.registrations.models import Note, Registration
from sporades.threads.models import ThreadMessage

OF_REQUESTS = {
    State.ASKED: "à confier",
    State.OPINION_GIVEN: "à décider",
    State.DECIDED: "à notifier",
}
"""What a request for accommodations awaits of the office, by where it stands."""
TO_DO = ("missing", "yours")
AT_ONCE = datetime.min.replace(tzinfo=UTC)
"""Before each date: what has none is done first."""


def with_counts(registrations: QuerySet[Registration]) -> QuerySet[Registration]:
    """Add to each what its tabs count, and when the last mail to its candidate was written, if it was refused.

    All in the question that reads them: the tabs of a file ask nothing more.
    """
    refused = Case(When(state=Message.State.REFUSED, then="written_at"))
    settled = Message.objects.filter(recipient=OuterRef("reached_at")).exclude(
        state=Message.State.WAITING
    )
    last = settled.order_by("-written_at", "-pk").values(refused_at=refused)[:1]
    requests = asked.Case.objects.filter(
        registration=OuterRef("pk"), stands=True, state__in=OF_REQUESTS
    )
    contested = asked.Appeal.objects.waiting().filter(
        case__registration=OuterRef("pk"), case__stands=True
    )
    found: QuerySet[Registration] = registrations.annotate(
        request_stands=Subquery(requests.values("state")[:1]),
        is_contested=Exists(contested),
        reached_at=Coalesce("candidate__user__email", "candidate__email"),
        to_verify=_count_of(Evidence.objects.filter(state__in=TO_VERIFY)),
        unanswered=_count_of(ThreadMessage.objects.unanswered()),
        noted=_count_of(Note.objects.all()),
    ).annotate(mail_refused_at=Subquery(last))
    return found


def _count_of(rows: QuerySet[Any]) -> Coalesce:
    theirs = rows.filter(registration=OuterRef("pk")).order_by().values("registration")
    counted = Subquery(theirs.values(count=Count("pk")), output_field=IntegerField())
    return Coalesce(counted, 0)


def counts_of(registration: Any, *, at: datetime) -> dict[str, str]:
    """Say what awaits in the tabs of a file, by their names; nothing of the others.

    Args:
        registration: as `with_counts` reads it.
        at: now.
    """
    # As « Pièces à vérifier » has them: of an exam that is over, or of what is decided, none waits.
    verified = registration.state in TO_COMPLETE and not registration.is_exam_over(at)
    unanswered = registration.unanswered
    requested = OF_REQUESTS.get(registration.request_stands, "")
    said = {
        "accommodation": ", ".join(
            filter(None, (requested, "recours à étudier" if registration.is_contested else ""))
        ),
        "pieces": f"{registration.to_verify} à vérifier"
        if verified and registration.to_verify
        else "",
        "thread": f"{unanswered} sans réponse" if unanswered else "",
        "notes": str(registration.noted or ""),
    }
    return {tab: words for tab, words in said.items() if words}


def undelivered_in_words(registration: Any) -> str:
    """Say when the last mail to the candidate of a file was written, if it did not arrive; or nothing.

    Args:
        registration: as `with_counts` reads it.
    """
    refused_at = registration.mail_refused_at
    if refused_at is None or registration.candidate.by_letter:
        return ""
    return instant_in_words(refused_at, registration.service.zone)


def awaited_of(registration: Registration, *, at: datetime) -> list[Check]:
    """Return what its candidate reads that is left to do or waits, in the order in which they read it.

    What they ask for their health is left out: some of it is between them and the doctor.

    Args:
        registration: with what it owes; of one that stands no more nothing is awaited.
        at: now.
    """
    if not registration.is_active:
        return []
    pieces = checks_of(registration, pieces_of(registration), at=at)
    documents = documents_in(folder=registration.folder_id, at=at)
    checks = checklist(registration, documents, pieces, at=at)
    if not registration.candidate.has_account:
        # They open no document: their summary came by post or by mail.
        checks = [one for one in checks if one.about != "summary"]
    left = [one for one in checks if one.state in TO_DO]
    waiting = [one for one in checks if one.state == "waiting"]
    return [*sorted(left, key=lambda one: one.until or AT_ONCE), *waiting]
