"""A piece that one registration owes, and the files given for it (G1, G2)."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst

from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.core import files
from sporades.core.actors import CANDIDATE
from sporades.core.french import instant_in_words, pdf_in_words
from sporades.evidence.states import (
    RECEIVED,
    REPLACEABLE,
    RETRACTABLE,
    SETTLED,
    TO_PROVIDE,
    TO_VERIFY,
    UNJUDGED,
    VERDICTS,
    State,
)
from sporades.exams.schema.base import LONGEST_LINE, LONGEST_PARAGRAPH
from sporades.intake import scanned
from sporades.registrations.came import CameBy, as_kept, came_in_words
from sporades.registrations.models import Registration

LONGEST_NAME = 120
BY_POST = "Reçue par courrier"
"""Where a piece stands that came by post: it may have come by another way, and be judged alike."""
LONGEST_REASON = 500
ANTIVIRUS = "l'antivirus"
"""Who has refused a file in which something was found."""
MARKED = ("state", "deposit", "decided_at", "posted_on", "granted_until")
"""What tells a piece from what it was as somebody read it."""
READ_FOR_MARK = (*MARKED, "came_by")
"""The columns that say so: how it was received stands with the day."""
LOOKED_AT_FOR = timedelta(minutes=10)
"""For how long a piece that somebody has opened is not proposed to a colleague."""


UNSETTLED = Q(state__in=UNJUDGED) | Q(state__in=TO_PROVIDE, is_mandatory=True)
"""What makes a registration wait for something else than « Valider »."""


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    """Questions about pieces."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of this account's candidate."""
        return self.filter(registration__candidate__user=user)

    def within(self, reach: Reach) -> Self:
        """Return those of a perimeter: for the others there is nothing else."""
        where = {"academy": "academy", "domain": "registration__exam__domain__code"}
        return self.filter(reach.condition(**where))

    def asked(self) -> Self:
        """Return those that the last version of their registration calls for."""
        return self.exclude(state=State.WITHDRAWN)

    def for_list(self) -> Self:
        """Everything that a line shows; touching anything else raises."""
        return self.select_related("deposit").fetch_mode(models.FETCH_RAISE)


class Evidence(models.Model):
    """One piece that one registration owes, as its last version calls for it."""

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="evidence", db_index=False
    )
    academy = models.CharField(
        "académie de l'inscription", max_length=3, blank=True, default="", db_default=""
    )
    """Written by the database: where its registration is now."""
    code = models.CharField("code", max_length=40)
    place = models.PositiveSmallIntegerField("rang")
    label = models.CharField("libellé", max_length=LONGEST_LINE)
    help = models.CharField("aide", max_length=LONGEST_LINE + LONGEST_PARAGRAPH + 3, blank=True)
    is_mandatory = models.BooleanField("obligatoire")
    until = models.DateTimeField("à fournir jusqu'au")
    granted_until = models.DateTimeField("délai accordé jusqu'au", null=True, blank=True)
    """More than its version gives; `until` is then the same."""
    state = models.CharField("état", max_length=12, choices=State, default=State.OWED)
    reason = models.CharField("motif", max_length=LONGEST_REASON, blank=True)
    posted_on = models.DateField("postée le", null=True, blank=True)
    """Or handed over, or sent by mail: the day that counts, of what was not deposited."""
    came_by = models.CharField(
        "venue", max_length=4, choices=CameBy, default=CameBy.POST, db_default=CameBy.POST
    )
    decided_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    decided_name = models.CharField("vérifiée par", max_length=255, blank=True)
    asked_at = models.DateTimeField("demandée le")
    deposit = models.ForeignKey(
        "Deposit", on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    arrived_at = models.DateTimeField("arrivée le", null=True, blank=True)
    looked_at = models.DateTimeField("ouverte le", null=True, blank=True)
    looked_by = models.CharField("ouverte par le compte", max_length=60, blank=True)
    looked_name = models.CharField("ouverte par", max_length=255, blank=True)
    is_asked_again = False
    """Whether a version has just asked for it, that the one before did not: see `operations.ask`."""

    objects: ClassVar[Any] = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "pièce justificative"
        verbose_name_plural = "pièces justificatives"
        indexes = [
            models.Index(
                fields=["registration"],
                condition=Q(state__in=TO_VERIFY),
                name="evidence_to_be_verified",
            ),
            models.Index(
                fields=["arrived_at"], condition=Q(state__in=TO_VERIFY), name="evidence_waits_since"
            ),
            models.Index(
                fields=["academy", "arrived_at", "id"],
                condition=Q(state__in=TO_VERIFY),
                name="evidence_waits_there",
            ),
            models.Index(
                fields=["until"],
                condition=Q(state__in=TO_PROVIDE, is_mandatory=True),
                name="evidence_to_be_provided",
            ),
            models.Index(
                fields=["academy", "registration"],
                condition=UNSETTLED,
                name="evidence_unsettled_there",
            ),
            models.Index(
                fields=["academy", "registration"],
                condition=Q(state__in=SETTLED),
                name="evidence_settled_there",
            ),
            models.Index(
                fields=["registration"],
                condition=Q(state=State.REFUSED, decided_name=ANTIVIRUS, is_mandatory=True),
                name="evidence_infected",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "code"], name="a_piece_is_owed_once_by_a_registration"
            ),
            models.CheckConstraint(
                name="a_piece_has_the_time_that_was_granted",
                condition=Q(granted_until=None) | Q(until__gte=F("granted_until")),
            ),
            models.CheckConstraint(
                name="a_piece_is_refused_with_a_reason",
                # Those that were waived before say no reason.
                condition=Q(state=State.REFUSED) & ~Q(reason="")
                | Q(state=State.WAIVED)
                | ~Q(state__in=[State.REFUSED, State.WAIVED]) & Q(reason=""),
            ),
            models.CheckConstraint(
                name="a_piece_that_was_deposited_has_its_file",
                condition=Q(deposit__isnull=False)
                | ~Q(state__in=[State.CHECKING, State.DEPOSITED]),
            ),
            models.CheckConstraint(
                name="a_piece_that_waits_says_since_when",
                condition=Q(arrived_at__isnull=False) | ~Q(state__in=TO_VERIFY),
            ),
            models.CheckConstraint(
                name="a_piece_that_came_by_post_has_its_postmark",
                condition=Q(posted_on__isnull=False) | ~Q(state=State.POSTED),
            ),
            models.CheckConstraint(
                name="a_piece_comes_by_a_way_that_exists_on_a_day",
                condition=Q(came_by=CameBy.POST)
                | Q(came_by__in=CameBy.values, posted_on__isnull=False),
            ),
            models.CheckConstraint(
                name="a_verdict_has_its_author_and_its_instant",
                condition=Q(decided_at=None, decided_name="")
                & ~Q(state__in=[State.ACCEPTED, State.REFUSED, State.WAIVED])
                | Q(decided_at__isnull=False) & ~Q(decided_name=""),
            ),
        ]

    def __str__(self) -> str:
        """Return what is asked for."""
        return self.label

    @property
    def is_late(self) -> bool:
        """Whether it was posted after its deadline: the postmark alone counts (L-05)."""
        if self.posted_on is None:
            return False
        return bool(self.posted_on > self.registration.last_day(self.until))

    def looked_at_by_another(self, user: str, at: datetime) -> bool:
        """Whether a colleague has it open: two never judge the same piece without knowing it.

        Args:
            user: the account of its reader, as an actor names it.
            at: the instant.
        """
        return bool(
            self.looked_at and self.looked_by != user and at - self.looked_at < LOOKED_AT_FOR
        )

    @property
    def is_owed(self) -> bool:
        """Whether it is still to be given, as its state says."""
        return self.state == State.OWED

    @property
    def is_checking(self) -> bool:
        """Whether the antivirus has still to look at its file."""
        return self.state == State.CHECKING

    @property
    def is_refused(self) -> bool:
        """Whether what was given is not fit."""
        return self.state == State.REFUSED

    @property
    def is_received(self) -> bool:
        """Whether the office has noted that it came by post, and nothing has taken its place."""
        return self.posted_on is not None and self.state in RECEIVED

    @property
    def mark(self) -> str:
        """What tells it from what it becomes once somebody gives, or decides, anything else.

        That the antivirus has found nothing in its file changes nothing of what was read.
        """
        state = State.DEPOSITED if self.state == State.CHECKING else State(self.state)
        decided, granted = self.decided_at, self.granted_until
        said = (
            state.value,
            self.deposit_id,
            decided and decided.isoformat(),
            as_kept(self.came_by, self.posted_on),
            granted and granted.isoformat(),
        )
        return " ".join(str(one or "-") for one in said)

    @property
    def is_replaceable(self) -> bool:
        """Whether its candidate may give a file, or another one."""
        return self.state in REPLACEABLE

    @property
    def is_unopened(self) -> bool:
        """Whether nobody of those who verify has opened its page since its candidate gave a file.

        Whether somebody else has read that file, or judged it, the journal and its verdicts say.
        """
        if self.deposit is None or self.state not in RETRACTABLE:
            return False
        return self.looked_at is None or self.looked_at < self.deposit.given_at

    @property
    def is_there(self) -> bool:
        """Whether there is something to judge: a file in which nothing was found, or a paper.

        The paper that came is there, whatever the antivirus says, or has not said yet, of its scan.
        """
        return self.posted_on is not None or bool(self.deposit and self.deposit.is_clean)

    @property
    def note(self) -> str:
        """Say what its state does not: the postmark, or why it is refused."""
        if self.posted_on is not None and self.state in {State.POSTED, State.ACCEPTED}:
            return f"{capfirst(self.came_in_words)}."
        return self.reason

    @property
    def came_in_words(self) -> str:
        """Say how it came where nobody deposited it, and on which day: « postée le … »; else nothing."""
        if self.posted_on is None:
            return ""
        return came_in_words(self.came_by, self.posted_on, is_feminine=True)

    @property
    def stands(self) -> str:
        """Say its state as one row has it: by which way it came, where that is known at once."""
        if self.state == State.POSTED and self.came_by == CameBy.POST:
            return BY_POST
        return str(self.get_state_display())

    @property
    def kind(self) -> str:
        """How its state is shown: see `components/state.html`."""
        return {
            State.ACCEPTED: "success",
            State.WAIVED: "success",
            State.REFUSED: "error",
            State.OWED: "warning",
        }.get(State(self.state), "info")


class DepositQuerySet(models.QuerySet["Deposit"]):
    """Questions about files that were given."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of this account's candidate."""
        return self.filter(evidence__registration__candidate__user=user)

    def unscanned(self) -> Self:
        """Return those of which the antivirus has said nothing."""
        return self.filter(scanned_at=None)


class Deposit(models.Model):
    """One file given for a piece: its own copy, never rewritten; the last one is in force."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="deposits")
    name = models.CharField("nom du fichier", max_length=LONGEST_NAME)
    key = models.CharField("fichier", max_length=120, unique=True)
    size = models.PositiveIntegerField("taille, en octets")
    pages = models.PositiveSmallIntegerField("pages")
    given_at = models.DateTimeField("déposé le")
    author_kind = models.CharField("qualité de l'auteur", max_length=20)
    author_name = models.CharField("auteur", max_length=255)
    author_id = models.CharField("compte de l'auteur", max_length=60)
    sending = models.UUIDField("envoi", editable=False)
    scanned_at = models.DateTimeField("passé à l'antivirus le", null=True, blank=True)
    is_clean = models.BooleanField("sain", null=True, blank=True)

    doubts: tuple[str, ...] = ()
    """What was odd in it as it was given, told then to its giver and kept nowhere."""

    objects: ClassVar[Any] = DepositQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier d'une pièce justificative"
        verbose_name_plural = "fichiers de pièces justificatives"
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "sending"], name="two_presses_deposit_one_file"
            ),
            scanned.clean_or_not("a_file_that_was_scanned_is_clean_or_not"),
            models.CheckConstraint(
                name="a_deposit_holds_something", condition=Q(size__gt=0, pages__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["given_at"], condition=Q(scanned_at=None), name="deposit_to_be_scanned"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="a_deposit_is_never_rewritten", exclude=["scanned_at", "is_clean"]
            ),
            scanned.scanned_once("a_deposit_is_scanned_once"),
        ]

    def __str__(self) -> str:
        """Return the name that its candidate gave it."""
        return self.name

    @property
    def digest(self) -> str:
        """The fingerprint of what is kept."""
        return files.digest_of(self.key)

    @property
    def is_infected(self) -> bool:
        """Whether the antivirus found something in it: nobody opens it."""
        return self.is_clean is False

    @property
    def size_in_words(self) -> str:
        """« 2 pages, 350 Ko »."""
        return pdf_in_words(self.pages, self.size)

    def given_in_words(self, zone: str) -> str:
        """Say when it was given, by a clock, and by whom where it is not its candidate."""
        when = instant_in_words(self.given_at, zone)
        return (
            f"déposé le {when}"
            if self.author_kind == CANDIDATE
            else f"ajouté par le service le {when}"
        )


class VerdictQuerySet(models.QuerySet["Verdict"]):
    """Questions about what was found of pieces."""

    def within(self, reach: Reach) -> Self:
        """Return those of a perimeter."""
        where = {
            "academy": "evidence__registration__academy",
            "domain": "evidence__registration__exam__domain__code",
        }
        return self.filter(reach.condition(**where))


class Verdict(models.Model):
    """What the office found of a piece once: never rewritten, so that delays and refusals are counted."""

    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="verdicts")
    outcome = models.CharField("verdict", max_length=12, choices=VERDICTS)
    motive = models.CharField("motif", max_length=LONGEST_LINE, blank=True)
    arrived_at = models.DateTimeField("arrivée le", null=True, blank=True)
    at = models.DateTimeField("rendu le", db_index=True)

    objects: ClassVar[Any] = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = "verdict sur une pièce justificative"
        verbose_name_plural = "verdicts sur des pièces justificatives"
        triggers = [pgtrigger.ReadOnly(name="a_verdict_is_never_rewritten")]
        constraints = [
            models.CheckConstraint(
                name="a_refusal_alone_has_a_motive",
                condition=Q(outcome=State.REFUSED) | Q(motive=""),
            )
        ]

    def __str__(self) -> str:
        """Return what was found."""
        return str(State(self.outcome).label)


class Incompleteness(models.Model):
    """A registration is in anomaly for the pieces that it lacks: they come, and it is so no more."""

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="incompleteness"
    )
    at = models.DateTimeField("trouvée incomplète le")
    lifted_at = models.DateTimeField("levée par le service le", null=True, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "candidature incomplète"
        verbose_name_plural = "candidatures incomplètes"

    def __str__(self) -> str:
        """Return of which registration."""
        return str(self.registration_id)


class ArrivingFile(models.Model):
    """A file that is being kept, until the row that names it stands: a cut between the two loses neither.

    It is of a piece, of a drawer, or the proof of a request.
    """

    key = models.CharField("fichier", max_length=120, unique=True)
    at = models.DateTimeField("annoncé le")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "fichier en cours de dépôt"
        verbose_name_plural = "fichiers en cours de dépôt"

    def __str__(self) -> str:
        """Return its key."""
        return self.key
