"""What was typed, by a candidate or for one, and is not yet filed."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, Reach, allowing
from sporades.core.french import instant_in_words
from sporades.core.numbers import in_fours, with_check_digit
from sporades.core.prepared import prepared
from sporades.exams import queries
from sporades.exams.fetching import WITH_REFERENCE, WITH_REFERENCE_ALONE
from sporades.exams.models.service import MINUTE
from sporades.registrations.models.holding import held_by_one_who_stands
from sporades.registrations.models.version import Version
from sporades.registrations.states import STANDING
from sporades.registrations.titles import gone_in_words, title_of

if TYPE_CHECKING:
    from sporades.registrations.models.registration import Registration

NUMBER_LENGTH = 8
"""How many figures the number of a draft has, the last one being its check digit."""


class DraftQuerySet(models.QuerySet["Draft"]):
    """Questions about drafts."""

    def unfiled(self) -> Self:
        """Return the drafts that are neither filed nor abandoned, those that wait for a decision too."""
        return self.filter(filed_as__isnull=True, abandoned_at__isnull=True)

    def open(self) -> Self:
        """Return the drafts that can still be answered: what is sent as a request is offered no more."""
        return self.unfiled().filter(sent_at__isnull=True)

    def unsaved(self) -> Self:
        """Return those that their candidate may still save: open ones, and what they have asked late.

        Who waits for an answer is not registered: where the service opens again, it is by saving.
        What waits as a modification leaves a registration that stands.
        """
        return self.unfiled().filter(Q(sent_at=None) | Q(amends=None))

    def savable(self) -> Self:
        """Return the drafts but those that cannot be filed, whatever is answered in them.

        Modifications of a registration that was set aside, and what is offered no more.
        """
        exams, specialities = queries.offered()
        return self.of_what_stands().filter(
            Q(speciality__isnull=True, exam__in=exams) | Q(speciality__in=specialities)
        )

    def of_what_stands(self) -> Self:
        """Return the drafts but the modifications of a registration that was set aside."""
        return self.filter(Q(amends__isnull=True) | Q(amends__state__in=STANDING))

    def gone(self) -> Self:
        """Return the drafts of what the réglementation in force offers no more."""
        exams, specialities = queries.gone()
        return self.filter(Q(exam__in=exams) | Q(speciality__in=specialities))

    def touched(self) -> Self:
        """Return those in which their candidate answered something, or began a new registration.

        What the office fills for somebody is neither counted nor reminded to anybody.
        """
        return self.of_candidates().answered()

    def answered(self) -> Self:
        """Return the drafts but the modifications that were only opened."""
        only_opened = Q(amends__isnull=False, sent_at=None, answered_at=F("created_at"))
        return self.exclude(only_opened)

    def of_candidates(self) -> Self:
        """Return the drafts that their candidates fill themselves."""
        return self.filter(author__isnull=True)

    def filled_by(self, user: User) -> Self:
        """Return the drafts that a member of the office fills for candidates."""
        return self.filter(author=user)

    def with_filler(self, *, on: date) -> Self:
        """Say of what the office fills who does, and whether they may no more on this day."""
        member = Membership.objects.filter(user=OuterRef("author")).order_by("pk")
        return self.of_office().annotate(
            filler=Subquery(member.values("full_name")[:1]), is_left=~Exists(_who_fills(on))
        )

    def of_office(self) -> Self:
        """Return the drafts that members of the office fill for candidates."""
        return self.filter(author__isnull=False)

    def left(self, *, on: date) -> Self:
        """Return the drafts of members of the office who may fill them no more.

        Their role has ended, their account is closed, their perimeter has changed, or the
        registration was handed over to another academy.
        """
        return self.with_filler(on=on).filter(is_left=True)

    def within(self, reach: Reach) -> Self:
        """Return the drafts of the services of a perimeter: for the others there is nothing else."""
        return self.filter(
            reach.condition(academy="service__academy", domain="service__domain__code")
        )

    def missed(self, at: datetime) -> Self:
        """Return the registrations that their candidates began and have not saved before the closing.

        Those too that they have asked for since, on line.
        """
        new = self.unsaved().of_candidates().filter(amends=None)
        return new.filter(Q(service__closes_at__lte=at - MINUTE) | Q(sent_at__isnull=False))

    def visible_to(self, user: User | int) -> Self:
        """Return the drafts of this account's candidate: what the office fills is not theirs."""
        return self.of_candidates().filter(candidate__user=user)

    def for_list(self) -> Self:
        """Everything that a card shows; touching anything else raises."""
        return self.select_related("service").fetch_mode(WITH_REFERENCE_ALONE)

    def whole(self) -> Self:
        """Load everything that a tab of the wizard needs, in one query."""
        whole = self.select_related("candidate__identity", "service").fetch_mode(WITH_REFERENCE)
        return whole.annotate(accepted_before=_accepted_before())


def _accepted_before() -> Coalesce:
    """Return the mark of the modalités that what a draft modifies was filed under; nothing of a new one."""
    before = Version.objects.filter(
        registration=OuterRef("amends"), number=OuterRef("amends_version")
    )
    mark = Subquery(before.values(mark=KeyTextTransform("accepted", "snapshot"))[:1])
    return Coalesce(mark, Value(""), output_field=models.TextField())


def _who_fills(on: date) -> QuerySet[Membership]:
    """Return the memberships in which the author of a draft may fill it on a day."""
    return allowing(
        Permission.FILE_FOR_CANDIDATES,
        user=OuterRef("author"),
        academy=OuterRef("service__academy"),
        domain=OuterRef("service__domain__code"),
        on=on,
    )


class Draft(models.Model):
    """Answers on their way to a registration, or to a new version of one.

    It is kept at every step; nothing here is ever taken for a fact. Its candidate fills it, or a
    member of the office for them (I3): each has their own, and keeps nobody from another's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(
        "candidates.Candidate", on_delete=models.CASCADE, related_name="drafts"
    )
    author = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="rempli pour le candidat par",
    )
    exam = models.ForeignKey("exams.Exam", on_delete=models.PROTECT, related_name="+")
    speciality = models.ForeignKey(
        "exams.Speciality", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    service = models.ForeignKey(
        "exams.RegistrationService", on_delete=models.PROTECT, related_name="drafts"
    )
    is_placed = models.BooleanField("placé dans cette académie par la gestion", default=False)
    moved_at = models.DateTimeField("changé d'académie le", null=True, blank=True)
    waived = models.JSONField("dérogations notées", default=dict, db_default={}, blank=True)
    """By the code of a rule, the derogation noted here, or nothing of one that is taken back: see `waivers`."""
    regulation = models.ForeignKey("exams.Regulation", on_delete=models.PROTECT, related_name="+")
    amends = models.ForeignKey(
        "registrations.Registration",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name="modifie",
    )
    amends_version = models.PositiveIntegerField("version de départ", null=True, blank=True)
    filed_as = models.OneToOneField(
        "registrations.Version",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="draft",
        verbose_name="enregistré comme",
    )
    created_at = models.DateTimeField("commencé le")
    answered_at = models.DateTimeField("dernière saisie le")
    abandoned_at = models.DateTimeField("abandonné le", null=True, blank=True)
    sent_at = models.DateTimeField("envoyé comme demande le", null=True, blank=True)
    reminded_of = models.DateTimeField("rappelé de la fermeture du", null=True, blank=True)

    filler: str | None
    is_left: bool
    """What `with_filler()` adds: who fills it for its candidate, and whether they may no more."""

    accepted_before: str
    """The mark of the modalités that what it modifies was filed under: read by `whole`."""

    objects: ClassVar[Any] = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = "brouillon"
        triggers = [held_by_one_who_stands("a_draft_is_of_one_who_stands")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "exam", "speciality", "author"],
                condition=Q(filed_as__isnull=True, abandoned_at__isnull=True, amends__isnull=True),
                nulls_distinct=False,
                name="whoever_fills_has_one_open_draft_for_a_choice",
            ),
            models.UniqueConstraint(
                fields=["amends", "author"],
                condition=Q(filed_as__isnull=True, abandoned_at__isnull=True, amends__isnull=False),
                nulls_distinct=False,
                name="whoever_fills_has_one_open_modification",
            ),
            models.CheckConstraint(
                name="only_what_a_candidate_fills_is_sent_as_a_request",
                condition=Q(sent_at__isnull=True) | Q(author__isnull=True),
            ),
            models.CheckConstraint(
                name="a_modification_knows_what_it_starts_from",
                condition=Q(amends__isnull=True, amends_version__isnull=True)
                | Q(amends__isnull=False, amends_version__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["service", "answered_at"],
                condition=Q(filed_as__isnull=True, abandoned_at__isnull=True),
                name="draft_open_by_service",
            ),
        ]

    def __str__(self) -> str:
        """Return what the draft is for."""
        return title_of(self.exam, self.speciality)

    @cached_property
    def answered(self) -> list["SectionAnswers"]:
        """Return the answers to each tab, as they were when first asked for."""
        return _answers_of(self.pk)

    def closed_in_words(self, at: datetime, reader: str, *, filed: "Registration | None") -> str:
        """Say why it cannot be filed at this instant, and whom to ask; nothing when it can be.

        Args:
            at: the instant.
            reader: the zone of whoever reads it.
            filed: what it modifies, loaded; nothing of a new registration.
        """
        closed = self.service.closed_in_words(at, reader)
        if not closed:
            return ""
        if filed is not None and filed.is_exam_over(at):
            return (
                f"{closed} Les dates de cet examen ou concours sont passées : votre modification ne "
                "peut plus être enregistrée ni demandée. Votre inscription reste telle qu'elle est. "
                f"Si quelque chose y est faux, contactez {self.service.managing_service.name_and_phone}."
            )
        if self.amends_id:
            cannot = "ne peut plus" if self.service.has_closed(at) else "ne peut pas encore"
            return (
                f"{closed} Votre modification {cannot} être enregistrée : elle peut être "
                "demandée à votre service gestionnaire, qui l'accepte ou la refuse. « Demander cette "
                "modification » est en bas du récapitulatif, dès qu'une réponse est changée. Votre inscription reste telle qu'elle est."
            )
        return (
            f"{closed} Votre saisie est gardée, mais elle ne peut pas être enregistrée. "
            f"{self.whom_to_ask(at)}"
        )

    @property
    def number(self) -> str:
        """« 4821 0937 »: what its candidate tells their managing service, who finds it by no other.

        With the address of the account it names one draft; the last figure tells a slip.
        """
        own = self.pk.int % (9 * 10 ** (NUMBER_LENGTH - 2))
        return in_fours(with_check_digit(10 ** (NUMBER_LENGTH - 2) + own))

    def whom_to_ask(self, at: datetime) -> str:
        """Say whom to ask of what cannot be saved; of a new registration, once too late, with what."""
        whom = f"Pour savoir que faire, contactez {self.service.managing_service.name_and_phone}."
        if self.amends_id or not self.service.has_closed(at):
            return whom
        return (
            f"{whom} Si ce service accepte de vous inscrire après la fermeture, donnez-lui l'adresse "
            f"mail de votre compte et votre n° de saisie, {self.number} : il reprend alors vos "
            "réponses, que personne ne retrouve sans ce numéro."
        )

    def missed_in_words(self, at: datetime) -> str:
        """Say that a registration was not saved before the closing: it is none, and may be believed one.

        Nothing while it may be saved, nor of a modification: what it modifies stands.
        """
        if self.amends_id or not self.service.has_closed(at):
            return ""
        return (
            "Vous n'êtes pas inscrit(e) : votre saisie n'a pas été enregistrée, et le service est "
            "fermé."
        )

    @property
    def is_offered(self) -> bool:
        """Whether the réglementation in force still offers what it is for."""
        return queries.is_offered(self.service, exam=self.exam, speciality=self.speciality)

    @property
    def gone_in_words(self) -> str:
        """Say that what it is for is offered no more, and whom to ask; nothing where it is."""
        if self.is_offered:
            return ""
        what = (
            "Votre modification ne peut pas être enregistrée, et votre inscription reste telle "
            "qu'elle est."
            if self.amends_id
            else "Vous n'êtes pas inscrit(e), et votre saisie ne peut pas être enregistrée."
        )
        return gone_in_words(self.service, exam=self.exam, speciality=self.speciality, what=what)

    @property
    def is_answered(self) -> bool:
        """Whether anything was answered in it since it was made."""
        return self.answered_at != self.created_at

    @property
    def is_untouched(self) -> bool:
        """Whether it is a modification that was opened, and in which nothing was answered."""
        return self.amends_id is not None and not self.is_answered

    @property
    def filler_in_words(self) -> str:
        """Name who fills it for its candidate."""
        return self.filler or "Un agent"

    @property
    def begun_in_words(self) -> str:
        """Say when it was begun."""
        return instant_in_words(self.created_at, self.service.zone, weekday=False)

    @property
    def answered_in_words(self) -> str:
        """Say when something was last typed in it."""
        return instant_in_words(self.answered_at, self.service.zone, weekday=False)

    @property
    def is_overtaken(self) -> bool:
        """Whether what it modifies was filed again by somebody else since it was begun."""
        return self.amends is not None and self.amends.version != self.amends_version

    @property
    def awaits_decision(self) -> bool:
        """Whether it is sent as a request that nobody has decided: one that was accepted is filed."""
        return self.sent_at is not None and self.filed_as_id is None

    @property
    def is_open(self) -> bool:
        """Whether the draft can still be answered: one that is sent waits for its decision."""
        return self.filed_as_id is None and self.abandoned_at is None and self.sent_at is None


class SectionAnswers(models.Model):
    """The answers to one tab, as typed, complete or not."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="answers")
    section = models.SlugField("onglet", max_length=30)
    answers = models.JSONField("réponses", default=dict)
    revision = models.PositiveIntegerField("révision", default=1)
    answered_at = models.DateTimeField("saisi le")

    class Meta:
        verbose_name = "réponses à un onglet"
        constraints = [
            models.UniqueConstraint(fields=["draft", "section"], name="a_draft_answers_a_tab_once"),
            models.CheckConstraint(name="a_revision_counts_from_one", condition=Q(revision__gte=1)),
        ]

    def __str__(self) -> str:
        """Return the tab."""
        return f"{self.section}, révision {self.revision}"


@prepared(SectionAnswers)
def _answers_of(draft: uuid.UUID) -> QuerySet[SectionAnswers]:
    return SectionAnswers.objects.filter(draft=draft)
