"""Letters, and the runs in which they are printed."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, NullIf

from sporades.accounts.permissions import Reach
from sporades.candidates.models import is_minor_on
from sporades.core.french import day_in_words, hour_in_words, instant_in_words, local_day
from sporades.documents.queries import taken_back_at
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.territory.models import named_within

MOST_LINES, LONGEST_LINE = 8, 220
SAME_ONCE_MOVED = ("domain", "session", "audience")
"""What the service of a registration has as before once it is given to another academy."""
OF_A_MINOR = ("registration", "draft")
"""What a guardian is written of: what a minor has registered, or has asked late to be registered for."""
FOR_GUARDIAN = Q(has_own_envelope=True, message__about_kind__in=OF_A_MINOR)
"""What a letter satisfies that is to the guardian of a minor; the other envelopes of their own are
about a person, where they were reached until then. It is `Letter.is_to_guardian` as the database
reads it.
"""
NOT_JOINED = "il n'est pas joint"
"""What every mention says of a document that does not go: those that were printed are read by it."""
NOT_POSTED = Q(state=LetterState.PRINTED, run__posted_on__isnull=False)
"""What a letter satisfies that was taken out of its envelope before its run was posted; `why` says why."""


class PrintRunQuerySet(models.QuerySet["PrintRun"]):
    """Questions about print runs."""

    def within(self, reach: Reach) -> Self:
        """Return the runs of a perimeter: for the others there is nothing else."""
        return self.filter(reach.condition(academy="academy", domain="domain__code"))

    def to_make(self) -> Self:
        """Return the runs whose file is not made yet, or is asked for again."""
        return self.filter(Q(made_at=None) | Q(again_at__isnull=False))

    def with_returns(self) -> Self:
        """Count the letters of each that are kept, came back, and were not posted with it."""
        back = Q(letters__state=LetterState.RETURNED)
        left = Q(letters__state=LetterState.PRINTED, posted_on__isnull=False)
        return self.annotate(
            kept=Count("letters"),
            returned=Count("letters", filter=back),
            left=Count("letters", filter=left),
        )

    def whole(self) -> Self:
        """Everything that a line or a page shows."""
        return self.select_related("managing", "academy", "domain")


class PrintRun(models.Model):
    """The letters of a managing service that are printed together: one PDF.

    They are of one academy and one domain: a perimeter holds a run as a whole, or not at all.
    """

    managing = models.ForeignKey(
        "territory.ManagingService",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="service gestionnaire",
    )
    academy = models.ForeignKey(
        "territory.Academy", on_delete=models.PROTECT, related_name="+", verbose_name="académie"
    )
    domain = models.ForeignKey(
        "exams.Domain", on_delete=models.PROTECT, related_name="+", verbose_name="domaine"
    )
    day = models.DateField("jour")
    asked_at = models.DateTimeField("commencé le")
    asked_name = models.CharField("commencé par", max_length=120)
    total = models.PositiveIntegerField("courriers", default=0)
    """How many it was made of: those that are kept are counted, some are erased since."""
    file_key = models.CharField("fichier", max_length=120, blank=True)
    made_at = models.DateTimeField("fichier prêt le", null=True, blank=True)
    again_at = models.DateTimeField("fichier redemandé le", null=True, blank=True)
    made_again_at = models.DateTimeField("fichier refait le", null=True, blank=True)
    trouble = models.CharField("pourquoi il n'est pas refait", max_length=200, blank=True)
    posted_on = models.DateField("posté le", null=True, blank=True)
    posted_name = models.CharField("posté par", max_length=120, blank=True)

    objects: ClassVar[Any] = PrintRunQuerySet.as_manager()

    class Meta:
        verbose_name = "impression de courriers"
        verbose_name_plural = "impressions de courriers"
        constraints = [
            models.CheckConstraint(
                name="a_run_is_posted_by_somebody_once_it_is_made",
                condition=Q(posted_on__isnull=True, posted_name="")
                | (Q(posted_on__isnull=False, made_at__isnull=False) & ~Q(posted_name="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], name="run_to_make", condition=Q(made_at__isnull=True)
            ),
            models.Index(fields=["academy", "-asked_at"], name="run_by_age"),
        ]

    def __str__(self) -> str:
        """Return « Courriers du 26 novembre 2026 »."""
        return f"Courriers du {day_in_words(self.day)}"

    @property
    def sender(self) -> str:
        """The managing service whose letters they are, and its academy where that name does not say it."""
        return named_within(self.managing.name, self.academy.full_name)

    @property
    def zone(self) -> str:
        """The clock of its academy."""
        return str(self.academy.zone)

    @property
    def asked_in_words(self) -> str:
        """When it was begun."""
        return instant_in_words(self.asked_at, self.zone, weekday=False)

    @property
    def asked_hour(self) -> str:
        """The hour at which it was begun: two of one day are told apart by it."""
        return hour_in_words(self.asked_at, self.zone)

    @property
    def is_as_first_made(self) -> bool:
        """Whether its file is the one that was printed first: another is made of what is kept by then."""
        return bool(self.file_key) and self.made_again_at is None

    @property
    def is_being_made(self) -> bool:
        """Whether its file will be there in a moment."""
        return self.made_at is None or self.again_at is not None


class LetterQuerySet(models.QuerySet["Letter"]):
    """Questions about letters."""

    def within(self, reach: Reach) -> Self:
        """Return the letters of a perimeter: for the others there is nothing else."""
        return self.filter(
            reach.condition(academy="service__academy", domain="service__domain__code")
        )

    def managed_within(self, reach: Reach) -> Self:
        """Return the letters of which a perimeter has the registration, whoever prints them.

        A letter is of the service that wrote it, which prints and posts it; what is to do once it
        came back, or where it has no address, is done on a file, which may be elsewhere since. What
        was asked late has no file: it is of the service that was asked.
        """
        service = OuterRef("service")
        alike = {f"service__{one}": OuterRef(f"service__{one}") for one in SAME_ONCE_MOVED}
        theirs = Registration.objects.filter(candidate=OuterRef("candidate"), **alike)
        # The one that it may be about is where it was written; else the one that has left it.
        nearest = theirs.alias(is_here=Q(service=service)).order_by("-is_here", "-filed_at", "-pk")
        managing = Coalesce(
            NullIf("message__academy", Value("")),
            Case(When(message__about_kind="draft", then=F("service__academy"))),
            Subquery(nearest.values("academy")[:1]),
            F("service__academy"),
            output_field=models.CharField(),
        )
        return self.alias(managing=managing).filter(
            reach.condition(academy="managing", domain="service__domain__code")
        )

    def waiting(self) -> Self:
        """Return the letters that no run has taken."""
        return self.filter(state=LetterState.TO_PRINT, run=None)

    def in_envelope_of(self, letter: "Letter") -> Self:
        """Return the letters that one envelope holds: those of a run to one person, at one address.

        One that was not posted with its run is in none.
        """
        if letter.run_id is None:
            return self.filter(pk=letter.pk)
        held = self.filter(run=letter.run_id, candidate=letter.candidate_id, address=letter.address)
        return held.exclude(NOT_POSTED)

    def come_back(self, *, at: datetime) -> Self:
        """Return the letters that came back and of which nothing was done.

        Their candidate has no account to read them from, and none was sent again (by letter, or by
        mail where these reach them now) or said to be left so: another address alone brings them to
        nobody. A guardian has neither account nor record: a letter to them is one of these until
        then too, or its candidate is of age. One that warns where somebody was reached until then is,
        whoever has an account since: it may be another's.

        Args:
            at: the instant.
        """
        again = Message.objects.filter(again_of=OuterRef("message"))
        back = self.filter(~Exists(again), state=LetterState.RETURNED, is_settled=False)
        minor = is_minor_on("candidate__identity", local_day(at, settings.TIME_ZONE))
        reads_no_space = Q(candidate__user=None) | Q(has_own_envelope=True)
        return back.filter((FOR_GUARDIAN & minor) | (~FOR_GUARDIAN & reads_no_space))

    def whole(self) -> Self:
        """Everything that a line shows."""
        return self.select_related(
            "message", "candidate__identity", "run__academy", "service__academy"
        )


class Letter(models.Model):
    """A message that is printed and posted, and what has become of it."""

    message = models.OneToOneField(
        "mail.Message", on_delete=models.CASCADE, related_name="letter", verbose_name="message"
    )
    candidate = models.ForeignKey(
        "candidates.Candidate",
        on_delete=models.PROTECT,
        related_name="letters",
        verbose_name="destinataire",
    )
    service = models.ForeignKey(
        "exams.RegistrationService",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="service d'inscription",
    )
    enclosed = models.ForeignKey(
        "documents.DocumentVersion",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="document joint",
    )
    state = models.CharField(
        "état", max_length=10, choices=LetterState, default=LetterState.TO_PRINT
    )
    why = models.CharField("pourquoi il ne s'imprime pas", max_length=200, blank=True)
    run = models.ForeignKey(
        PrintRun,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="letters",
        verbose_name="impression",
    )
    address = ArrayField(
        models.CharField(max_length=LONGEST_LINE),
        size=MOST_LINES,
        default=list,
        blank=True,
        verbose_name="adresse imprimée",
    )
    mention = models.TextField(  # noqa: DJ001 - nothing is said, "", or nothing is known
        "mention imprimée sous son texte", null=True, blank=True
    )
    has_own_envelope = models.BooleanField(
        "son adresse n'est pas celle du candidat", default=False, db_default=False
    )
    returned_on = models.DateField("revenu le", null=True, blank=True)
    returned_name = models.CharField("retour noté par", max_length=120, blank=True)
    is_settled = models.BooleanField("rien à renvoyer", default=False, db_default=False)
    overtaken_at = models.DateTimeField("remplacé par un courrier du", null=True, blank=True)

    objects: ClassVar[Any] = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier"
        verbose_name_plural = "courriers"
        constraints = [
            models.CheckConstraint(
                name="a_printed_letter_has_its_run_and_its_address",
                condition=Q(state__in=(LetterState.TO_PRINT, LetterState.OVERTAKEN))
                | (Q(run__isnull=False) & ~Q(address=[])),
            ),
            models.CheckConstraint(
                name="an_overtaken_letter_has_its_instant_and_no_run",
                condition=Q(
                    state=LetterState.OVERTAKEN, overtaken_at__isnull=False, run__isnull=True
                )
                | (~Q(state=LetterState.OVERTAKEN) & Q(overtaken_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_returned_letter_has_its_day",
                condition=Q(state=LetterState.RETURNED, returned_on__isnull=False)
                | (~Q(state=LetterState.RETURNED) & Q(returned_on__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["service"],
                name="letter_waiting",
                condition=Q(state="to_print", run__isnull=True),
            ),
            models.Index(
                fields=["service"],
                name="letter_come_back",
                condition=Q(state="returned", is_settled=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the subject."""
        return str(self.message)

    @property
    def goes_without_document(self) -> bool:
        """Whether the document that it announces was taken back, or replaced, before it was printed."""
        if self.mention is not None:
            return self.enclosed is not None and NOT_JOINED in self.mention
        taken_back = taken_back_at(self.enclosed) if self.enclosed else None
        made_at = self.run.made_at if self.run else None
        return taken_back is not None and (made_at is None or taken_back <= made_at)

    @property
    def is_posted(self) -> bool:
        """Whether it is on its way, or has arrived."""
        return self.state == LetterState.POSTED

    @property
    def is_to_guardian(self) -> bool:
        """Whether it is to the guardian of a minor, beside what their candidate is told."""
        return self.has_own_envelope and self.message.about_kind in OF_A_MINOR

    @property
    def is_returned(self) -> bool:
        """Whether it came back."""
        return self.state == LetterState.RETURNED
