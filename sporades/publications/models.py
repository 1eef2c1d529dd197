"""Publications and their lines."""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from psycopg.types.json import Jsonb

from sporades.accounts.asking import AskedByMember
from sporades.accounts.permissions import Perimeter, Reach
from sporades.core.counts import counted
from sporades.core.french import instant_in_words
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.publications.states import EXPLAINED, LineOutcome, PublicationState
from sporades.registrations.models import Registration

DECIDED = (PublicationState.PUBLISHED, PublicationState.WITHDRAWN)


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Questions about publications."""

    def within(self, reach: Reach) -> Self:
        """Keep those of a perimeter, as `Publication.is_within` says it of one."""
        proposed = Q(concerns__isnull=False) & ~Q(concerns=[]) & Q(_Held("concerns", reach))
        return self.filter(Q(_Held("perimeters", reach)) | proposed)

    def to_approve(self, user: AbstractBaseUser, reach: Reach) -> Self:
        """Keep what others propose, and somebody who is allowed that far may approve."""
        mine = PublicationLine.objects.filter(
            publication=OuterRef("pk"), prepared_by=f"user:{user.pk}"
        )
        proposed = self.filter(~Exists(mine), state=PublicationState.PROPOSED)
        others = proposed.exclude(Q(asked_by=user.pk) | Q(proposed_by=user.pk))
        return others.filter(_Held("concerns", reach))

    def refused_whole(self) -> Self:
        """Keep those in preparation of which every document was refused: nothing is left to publish."""
        lines = PublicationLine.objects.filter(publication=OuterRef("pk"))
        is_refused = Exists(lines) & ~Exists(lines.exclude(outcome=LineOutcome.REFUSED))
        return self.filter(is_refused, state=PublicationState.PREPARING, archive_key="")

    def to_finish(self) -> Self:
        """Keep those in preparation that are still to be prepared, or to be published."""
        refused = Publication.objects.refused_whole().filter(pk=OuterRef("pk"))
        return self.filter(~Exists(refused), state=PublicationState.PREPARING)


class _Held(models.Func):
    """Whether each perimeter of a column lies in one of a reach, as `Reach.includes` says it."""

    output_field = models.BooleanField()

    def __init__(self, column: str, reach: Reach, **more: Any) -> None:
        super().__init__(F(column), **more)
        self._reach = reach

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:  # noqa: ARG002 - as Django calls it
        column, given = compiler.compile(self.get_source_expressions()[0])
        within, values = ["FALSE"], [*given]
        for mine in self._reach.perimeters:
            lists = {"academies": mine.academies, "domains": mine.domains}
            bounded = {key: sorted(codes) for key, codes in lists.items() if codes is not None}
            within.append(" AND ".join(["TRUE", *(f"one -> '{key}' <@ %s" for key in bounded)]))
            values += [Jsonb(codes) for codes in bounded.values()]
        held = " OR ".join(f"({one})" for one in within)
        elements = f"jsonb_array_elements({column}) AS one"
        return f"NOT EXISTS (SELECT FROM {elements} WHERE NOT ({held}))", tuple(values)


class Publication(AskedByMember):
    """Documents of one kind that are published together, once they were seen and approved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="publications"
    )
    kind = models.SlugField("nature", max_length=40)
    state = models.CharField(
        "état", max_length=10, choices=PublicationState, default=PublicationState.PREPARING
    )
    zone = models.CharField("fuseau horaire", max_length=40)
    archive_key = models.CharField("fichiers déposés, à lire", max_length=100, blank=True)
    archive_names = models.JSONField(
        "noms des archives déposées, dans leur ordre",
        default=list,
        db_default=Value([], models.JSONField()),
        editable=False,
    )
    moved_at = models.DateTimeField("dernière avancée le")
    publish_at = models.DateTimeField("à publier le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_name = models.CharField("décidé par", max_length=255, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposed_name = models.CharField("proposé par", max_length=255, blank=True)
    concerns = models.JSONField(
        "périmètre des documents proposés", null=True, blank=True, editable=False
    )
    within = models.JSONField(
        "périmètre de qui publie beaucoup", null=True, blank=True, editable=False
    )
    refused_at = models.DateTimeField("proposition refusée le", null=True, blank=True)
    refused_name = models.CharField("proposition refusée par", max_length=255, blank=True)
    refusal = models.CharField("motif du refus", max_length=300, blank=True)
    why = models.CharField("motif du retrait", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    taken_by = models.CharField("décision prise par", max_length=120, blank=True)
    taken_as = models.CharField("qualité de l'auteur", max_length=120, blank=True)
    appeal = models.CharField("voies et délais de recours", max_length=1_000, blank=True)

    objects: ClassVar[Any] = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = "publication"
        constraints = [
            models.CheckConstraint(
                name="an_author_of_a_decision_has_a_quality",
                condition=Q(taken_by="", taken_as="") | ~Q(taken_by="") & ~Q(taken_as=""),
            ),
            models.CheckConstraint(
                name="what_is_proposed_says_by_whom_and_whom_it_concerns",
                condition=~Q(state=PublicationState.PROPOSED)
                | Q(proposed_by__isnull=False, concerns__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_approves_what_they_began_or_proposed",
                condition=Q(proposed_by=None)
                | Q(decided_by=None)
                | ~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="a_proposal_that_is_refused_says_when_by_whom_and_why",
                condition=Q(refused_at=None, refused_name="", refusal="")
                | Q(refused_at__isnull=False) & ~Q(refused_name="") & ~Q(refusal=""),
            ),
            models.CheckConstraint(
                name="what_is_published_has_its_instant_and_who_decided",
                condition=~Q(state__in=DECIDED)
                | Q(publish_at__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_under_way_has_its_instant_who_decided_and_where",
                condition=~Q(state=PublicationState.PUBLISHING)
                | Q(
                    publish_at__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    within__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="only_a_withdrawn_publication_says_when",
                condition=Q(withdrawn_at=None) | Q(state=PublicationState.WITHDRAWN),
            ),
            models.CheckConstraint(
                name="a_withdrawn_publication_says_why",
                condition=Q(state=PublicationState.WITHDRAWN) & ~Q(why="")
                | ~Q(state=PublicationState.WITHDRAWN) & Q(why=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_at"], name="publication_by_age"),
            models.Index(
                fields=["moved_at"], condition=~Q(archive_key=""), name="publication_to_fill"
            ),
        ]

    def __str__(self) -> str:
        """Return the kind of its documents."""
        return self.publishes.title

    @property
    def publishes(self) -> kinds.Kind:
        """The kind of its documents."""
        return kinds.get(self.kind)

    @property
    def lacks_its_author(self) -> bool:
        """Whether its documents are decisions of nobody: they were deposited before it was asked."""
        return self.publishes.is_decision and not self.taken_by

    @property
    def is_in_preparation(self) -> bool:
        """Whether it still takes documents."""
        return self.state == PublicationState.PREPARING

    @property
    def is_proposed(self) -> bool:
        """Whether it waits for a second person."""
        return self.state == PublicationState.PROPOSED

    @property
    def proposal_mark(self) -> str:
        """What tells what is proposed from what was before, sent back or taken up again since."""
        instant = self.publish_at.isoformat() if self.publish_at else ""
        return f"{self.moved_at.isoformat()} {instant}" if self.is_proposed else ""

    @property
    def is_under_way(self) -> bool:
        """Whether its documents get their instant, some at a time: nobody reads any meanwhile."""
        return self.state == PublicationState.PUBLISHING

    @property
    def is_let_out(self) -> bool:
        """Whether its documents are read from their instant on, or were until they were taken back."""
        return self.state in DECIDED

    @property
    def is_decided(self) -> bool:
        """Whether its documents are read, at once or from an instant to come on."""
        return self.state == PublicationState.PUBLISHED

    @property
    def is_over(self) -> bool:
        """Whether it was taken back, or dropped: nobody reads its documents, nor will."""
        return self.state in (PublicationState.WITHDRAWN, PublicationState.DROPPED)

    @property
    def concerned(self) -> Reach:
        """Where whoever approves must be allowed: what the documents proposed concern."""
        if self.concerns is None:
            return self.reach
        return Reach(tuple(Perimeter.from_json(one, self.author) for one in self.concerns))

    @property
    def judged_within(self) -> Reach:
        """Where whoever decided might publish at that instant, of what jobs go through."""
        return Reach(tuple(Perimeter.from_json(one, self.author) for one in self.within or ()))

    @property
    def says_of_health(self) -> bool:
        """Whether to be among its lines says something of health (P-12)."""
        return self.publishes.is_on_accommodations

    def is_within(self, reach: Reach) -> bool:
        """Return whether a reach holds that of its author, or all that is proposed."""
        is_concerned = bool(self.concerns) and reach.includes(self.concerned)
        return is_concerned or reach.includes(self.reach)

    def is_of(self, user: AbstractBaseUser) -> bool:
        """Return whether somebody began it, proposed it, or prepared one of its documents."""
        if user.pk in (self.asked_by_id, self.proposed_by_id):
            return True
        mine: bool = self.lines.filter(prepared_by=f"user:{user.pk}").exists()
        return mine

    @property
    def is_filling(self) -> bool:
        """Whether deposited files wait to be read."""
        return bool(self.archive_key)

    @property
    def has_several_archives(self) -> bool:
        """Whether which archive a file came in is worth saying."""
        return len(self.archive_names) > 1

    def archive_in_words(self, number: int | None) -> str:
        """Say which of its archives is meant, by its number and its name; nothing of none."""
        if number is None:
            return ""
        name = self.archive_names[number - 1]
        return f"n°{number} ({name})" if name else f"n°{number}"

    def takes_archives_of(self, user: AbstractBaseUser) -> bool:
        """Return whether somebody may add an archive: who began it, before it is proposed."""
        is_deposited = self.is_in_preparation and self.publishes.is_deposited
        return is_deposited and self.asked_by_id == user.pk

    def is_scheduled(self, at: datetime) -> bool:
        """Return whether it is decided, and its instant is to come: nobody has seen it."""
        return self.is_decided and self.publish_at is not None and self.publish_at > at

    def may_be_dropped(self, at: datetime) -> bool:
        """Return whether nobody outside the office has seen any of it."""
        is_kept = self.is_in_preparation or self.is_proposed or self.is_under_way
        return is_kept or self.is_scheduled(at)

    def may_be_withdrawn(self, at: datetime) -> bool:
        """Return whether its documents are read."""
        return self.is_decided and not self.is_scheduled(at)

    @property
    def publish_in_words(self) -> str:
        """Say from when its documents are read."""
        return instant_in_words(self.publish_at, self.zone) if self.publish_at else ""

    @property
    def decided_in_words(self) -> str:
        """Say when it was decided."""
        return instant_in_words(self.decided_at, self.zone) if self.decided_at else ""

    @property
    def refused_in_words(self) -> str:
        """Say when its proposal was refused."""
        return instant_in_words(self.refused_at, self.zone) if self.refused_at else ""

    def counts(self) -> dict[str, int]:
        """Return how many lines there are of each outcome."""
        return counted(self.lines, "outcome", LineOutcome.values)


class PublicationLine(models.Model):
    """One document of a publication, or why there is none."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    registration = models.ForeignKey(
        Registration,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="publication_lines",
    )
    number = models.CharField("numéro d'inscription, tel qu'il est dit", max_length=40)
    file_name = models.CharField("fichier déposé", max_length=200, blank=True)
    archive = models.PositiveSmallIntegerField(
        "archive d'où vient son fichier", null=True, blank=True
    )
    of_version = models.PositiveIntegerField("version de l'inscription", null=True, blank=True)
    version = models.OneToOneField(
        DocumentVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="publication_line",
    )
    prepared_by = models.CharField("préparé par", max_length=40, blank=True)
    outcome = models.CharField("résultat", max_length=10, choices=LineOutcome)
    why = models.CharField("motif", max_length=300, blank=True)
    told_at = models.DateTimeField("annoncé le", null=True, blank=True)
    withdrawal_told_at = models.DateTimeField("retrait annoncé le", null=True, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "ligne d'une publication"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "registration"],
                condition=~Q(outcome=LineOutcome.REFUSED),
                name="a_registration_is_once_in_a_publication",
            ),
            models.CheckConstraint(
                name="a_line_that_was_refused_or_withdrawn_says_why",
                condition=Q(outcome__in=EXPLAINED) & ~Q(why="")
                | ~Q(outcome__in=EXPLAINED) & Q(why=""),
            ),
            models.CheckConstraint(
                name="a_published_line_has_its_document",
                condition=~Q(outcome=LineOutcome.PUBLISHED) | Q(registration__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_line_that_was_told_has_its_withdrawal_told",
                condition=Q(withdrawal_told_at=None) | Q(outcome=LineOutcome.WITHDRAWN),
            ),
        ]
        indexes = [
            models.Index(fields=["publication", "outcome", "id"], name="publication_by_outcome"),
            models.Index(
                fields=["publication", "id"],
                condition=Q(outcome=LineOutcome.PUBLISHED, told_at=None),
                name="publication_line_to_tell",
            ),
        ]

    def __str__(self) -> str:
        """Return what became of it."""
        return f"{self.number} : {self.get_outcome_display()}"

    @property
    def is_published(self) -> bool:
        """Whether its candidate reads it, or will from the instant of its publication on."""
        return self.outcome == LineOutcome.PUBLISHED
