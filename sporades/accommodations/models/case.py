"""A request for accommodations of one registration, from what is prepared to what is notified (H1, H2)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, NamedTuple, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.functional import cached_property

from sporades.accommodations.models.called import (
    A_CALL_IS_WHOLE,
    NOT_CALLED,
    UNREAD_FOR,
    Called,
)
from sporades.accommodations.models.lengths import LONGEST_NAME, LONGEST_REASON, LONGEST_TEXT
from sporades.accommodations.models.measure import AskedMeasure
from sporades.accommodations.models.signature import Signature
from sporades.accommodations.states import (
    OPEN,
    PAPER_ASKED,
    SETTLED,
    SINCE,
    UNDECIDED,
    WITH_A_DOCTOR,
    WRITABLE,
    OpinionAgain,
    State,
)
from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.documents.models import DocumentVersion
from sporades.exams.schema.accommodations import OTHER_REASON, Procedure
from sporades.exams.schema.base import LONGEST_LINE
from sporades.letters.queries import Posting, posting_of
from sporades.registrations.models import Registration

_SINCE = " ".join(f"WHEN '{state.value}' THEN NEW.{since}" for state, since in SINCE.items())

PROCEDURES = [(one.value, one.label) for one in Procedure]


class AsRead(NamedTuple):
    """What tells a request that was read from what became of it since: see `Case.as_read`."""

    revision: int
    state: str
    since: datetime | None


class CaseQuerySet(models.QuerySet["Case"]):
    """Questions about requests."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of this account's candidate."""
        return self.filter(registration__candidate__user=user)

    def within(self, reach: Reach) -> Self:
        """Return those of a perimeter: for the others there is nothing else."""
        where = {"academy": "academy", "domain": "registration__exam__domain__code"}
        return self.filter(reach.condition(**where))

    def entrusted_to(self, user: User | int) -> Self:
        """Return those of a doctor, whatever else this account may do."""
        return self.filter(doctor=user)

    def left_by(self, user: User | int) -> Self:
        """Return those that a doctor was the last to have, and has no more."""
        return self.filter(former_doctor=user).exclude(doctor=user)

    def made(self) -> Self:
        """Return those that were sent once, and not taken back: the office reads of no other."""
        return self.filter(asked_at__isnull=False).exclude(state=State.WITHDRAWN)

    def taken_up(self) -> Self:
        """Return those that were sent and that their candidate is changing, their registration standing."""
        return self.filter(state=State.PREPARING, asked_at__isnull=False, stands=True)

    def without_a_doctor(self) -> Self:
        """Return those that a doctor may take: sent, in charge of nobody, their registration standing."""
        return self.filter(state=State.ASKED, stands=True)

    def fallen(self) -> Self:
        """Return those that fell with their registration, and were not taken back before."""
        return self.filter(
            registration__withdrawn_at=F("withdrawn_at"), state=State.WITHDRAWN, instead_of=None
        )

    def fallen_last(self) -> Self:
        """Return the same, but those after which a decision was notified for the same exam: it says more."""
        later = Case.objects.filter(
            registration__candidate=OuterRef("registration__candidate"),
            registration__exam=OuterRef("registration__exam"),
            notified_at__gt=OuterRef("withdrawn_at"),
        )
        return self.fallen().filter(~Exists(later))

    def open(self) -> Self:
        """Return those of which something is still awaited."""
        return self.filter(state__in=OPEN)

    def settled(self) -> Self:
        """Return those whose decision acts."""
        return self.filter(state__in=SETTLED)

    def without_one_taken_again(self) -> Self:
        """Leave out those that take a decision again on the opinion that it was taken from."""
        return self.exclude(instead_of__isnull=False, opined_at=F("instead_of__opined_at"))

    def without_those_taken_again_on_it(self) -> Self:
        """Leave out those whose opinion another one takes up: it says the same, and what becomes of it."""
        again = Case.objects.filter(
            instead_of=OuterRef("pk"), opined_at=OuterRef("opined_at"), withdrawn_at=None
        )
        return self.filter(~Exists(again))

    def with_a_reason_to_write(self) -> Self:
        """Return those of which the doctor has not said why a measure is not favoured as asked."""
        unsaid = AskedMeasure.objects.filter(case=OuterRef("pk")).without_a_text()
        return self.filter(Exists(unsaid))

    def accepted_against_their_opinion(self) -> Self:
        """Return those that silence has accepted, as was kept of each, of which the opinion is not all favourable."""
        others = AskedMeasure.objects.filter(case=OuterRef("pk")).not_favoured_as_asked()
        return self.filter(Exists(others), accepted_on__isnull=False, instead_of=None)

    def unread(self, at: datetime) -> Self:
        """Return those whose notification nobody has opened in time, nor was told of by telephone.

        Only the last notification of a registration that stands, of a candidate who has an account.
        """
        later = Case.objects.filter(
            registration=OuterRef("registration"),
            state=State.NOTIFIED,
            notified_at__gt=OuterRef("notified_at"),
        )
        return self.filter(
            ~Exists(later),
            state=State.NOTIFIED,
            notified_at__lte=at - UNREAD_FOR,
            notification__opened_at=None,
            notification__document__folder__holder__isnull=False,
            stands=True,
            is_reached=False,
        )


class Again(models.TextChoices):
    """Why a decision is taken again."""

    APPEAL = "appeal", "Recours du candidat"
    ERROR = "error", "Erreur dans la décision"


class Case(Called):
    """One request for accommodations; a registration may have several in time, one open at most."""

    registration = models.ForeignKey(
        Registration,
        on_delete=models.CASCADE,
        related_name="accommodation_cases",
        db_index=False,
    )
    academy = models.CharField(
        "académie de l'inscription", max_length=3, blank=True, default="", db_default=""
    )
    stands = models.BooleanField("l'inscription tient", default=False, db_default=False)
    """Written by the database, both: where its registration is now, and whether it stands."""
    state = models.CharField("état", max_length=14, choices=State, default=State.PREPARING)
    since = models.DateTimeField("attend depuis", null=True, blank=True)
    """Written by the database: the instant from which it waits in its state."""
    procedure = models.CharField(
        "procédure", max_length=12, choices=PROCEDURES, default=Procedure.COMPLETE.value
    )
    plan = models.CharField("plan", max_length=20, blank=True)
    has_former_decision = models.BooleanField("a une décision antérieure", default=False)
    is_former_held = models.BooleanField(
        "la décision antérieure est celle du service", default=False, db_default=False
    )
    """Whether the service has notified that decision itself: its paper is not asked for."""
    late_reason = models.CharField("motif d'une demande tardive", max_length=20, blank=True)
    late_words = models.CharField(
        "autre raison d'une demande tardive",
        max_length=LONGEST_REASON,
        blank=True,
        default="",
        db_default="",
    )
    posted_on = models.DateField("postée le", null=True, blank=True)
    """Of what came on paper, and was entered by the office: the last postmark (L-05)."""
    has_envelope = models.BooleanField(
        "enveloppe de papiers de santé", default=False, db_default=False
    )
    """Whether a closed envelope came with it, for its doctor alone."""
    missing = models.CharField("ce qui manque", max_length=LONGEST_REASON, blank=True)
    revision = models.PositiveIntegerField("révision", default=1)

    begun_at = models.DateTimeField("commencée le")
    asked_at = models.DateTimeField("envoyée le", null=True, blank=True)
    regulation = models.ForeignKey(
        "exams.Regulation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name="version de la réglementation",
    )
    """That under which what it asks was sent, by which it is read: see `rules.rules_for`."""
    first_asked_at = models.DateTimeField("envoyée d'abord le", null=True, blank=True)
    """Written by the database: the first sending, by which it is in time; `asked_at` is the last."""
    as_sent = models.JSONField("telle qu'elle était envoyée", null=True, blank=True)
    """What it asked when its candidate took it up to change it; the database forgets it elsewhere."""
    received = models.JSONField("telle qu'elle a été reçue", null=True, blank=True)
    """What it asked when it was sent in time, and late, and what was added since: see `late`."""
    incomplete_at = models.DateTimeField("dite incomplète le", null=True, blank=True)
    incomplete_revision = models.PositiveIntegerField(
        "révision dite incomplète", null=True, blank=True
    )
    """What was sent: its candidate may have changed it since, and has not sent it."""
    entrusted_at = models.DateTimeField("confiée au médecin le", null=True, blank=True)
    left_at = models.DateTimeField("laissée par son médecin le", null=True, blank=True)
    opined_at = models.DateTimeField("avis rendu le", null=True, blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    notified_at = models.DateTimeField("notifiée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    accepted_on = models.DateField("acceptée par le silence depuis le", null=True, blank=True)
    """Kept once silence has accepted it: what becomes of it later takes nothing of that back."""

    doctor = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="médecin",
    )
    doctor_name = models.CharField("nom du médecin", max_length=LONGEST_NAME, blank=True)
    former_doctor = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="médecin d'avant",
    )
    """Written by the database: who was in charge before whoever is now, or before nobody."""
    opinion_again = models.CharField(
        "pourquoi redonner l'avis",
        max_length=10,
        choices=OpinionAgain,
        blank=True,
        default="",
        db_default="",
    )
    opinion_text = models.CharField("avis, pour l'autorité", max_length=LONGEST_TEXT, blank=True)
    decided_first_name = models.CharField("prénom de l'auteur", max_length=LONGEST_NAME, blank=True)
    decided_last_name = models.CharField("nom de l'auteur", max_length=LONGEST_NAME, blank=True)
    decided_quality = models.CharField("qualité de l'auteur", max_length=LONGEST_NAME, blank=True)
    decided_service = models.CharField("service de l'auteur", max_length=LONGEST_LINE, blank=True)
    decided_by_id = models.CharField("compte de l'auteur", max_length=60, blank=True)

    court_seat = models.CharField(
        "académie dont le tribunal est saisi", max_length=3, blank=True, default="", db_default=""
    )
    """The academy that has taken the decision: where the registration goes later changes no court."""
    months_of_distance = models.PositiveSmallIntegerField(
        "mois de plus pour saisir le tribunal", default=0, db_default=0
    )
    """What its notification has told (CJA R. 421-7): wherever its candidate lives later, not less."""
    notification = models.OneToOneField(
        DocumentVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="accommodation_case",
        verbose_name="notification",
    )
    instead_of = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="taken_again",
        verbose_name="décision reprise",
    )
    again = models.CharField("pourquoi la reprendre", max_length=10, choices=Again, blank=True)
    appeal = models.ForeignKey(
        "accommodations.Appeal",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name="recours",
    )
    """That on which the decision is taken again."""
    left_reason = models.CharField(
        "pourquoi la reprise est annulée",
        max_length=LONGEST_REASON,
        blank=True,
        default="",
        db_default="",
    )

    objects: ClassVar[Any] = CaseQuerySet.as_manager()

    appealed_on: date | None = None
    """When the appeal that waits for an answer was received, where a question tells it."""
    cancelled: Sequence["Case"] = ()
    """The takings again of it that were cancelled, the last first, where a question tells them."""

    class Meta:
        verbose_name = "demande d'aménagement"
        verbose_name_plural = "demandes d'aménagement"
        indexes = [
            models.Index(fields=["registration"], name="case_by_registration"),
            models.Index(
                fields=["state", "since", "id"], condition=Q(stands=True), name="case_waits_since"
            ),
            models.Index(
                fields=["academy", "state", "since", "id"],
                condition=Q(stands=True),
                name="case_waits_there",
            ),
            models.Index(
                fields=["notified_at"],
                condition=Q(state=State.NOTIFIED, is_reached=False),
                name="case_to_call",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state__in=OPEN),
                name="a_registration_has_one_open_request",
            ),
            models.CheckConstraint(
                name="a_request_was_sent_before_it_is_looked_at",
                condition=Q(state__in=[State.PREPARING, State.WITHDRAWN])
                | Q(asked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_request_was_first_sent_once_it_was_sent",
                condition=Q(asked_at=None, first_asked_at=None)
                | Q(asked_at__isnull=False, first_asked_at__lte=F("asked_at")),
            ),
            models.CheckConstraint(
                name="another_reason_of_a_late_request_has_its_words",
                condition=Q(late_reason=OTHER_REASON) & ~Q(late_words="")
                | ~Q(late_reason=OTHER_REASON) & Q(late_words=""),
            ),
            models.CheckConstraint(
                name="only_a_former_decision_is_held",
                condition=Q(is_former_held=False) | Q(has_former_decision=True),
            ),
            models.CheckConstraint(
                name="only_what_came_on_paper_has_an_envelope",
                condition=Q(has_envelope=False) | Q(posted_on__isnull=False),
            ),
            models.CheckConstraint(
                name="an_incomplete_request_says_what_is_missing",
                condition=Q(state=State.INCOMPLETE, incomplete_at__isnull=False) & ~Q(missing="")
                | ~Q(state=State.INCOMPLETE) & Q(missing=""),
            ),
            models.CheckConstraint(
                name="only_an_incomplete_request_has_the_revision_that_was_one",
                condition=Q(state=State.INCOMPLETE) | Q(incomplete_revision=None),
            ),
            models.CheckConstraint(
                name="a_request_is_with_its_doctor",
                condition=~Q(state__in=WITH_A_DOCTOR)
                | Q(entrusted_at__isnull=False, doctor__isnull=False) & ~Q(doctor_name=""),
            ),
            models.CheckConstraint(
                name="a_request_that_its_doctor_left_waits_for_another",
                condition=Q(left_at=None) | Q(state=State.ASKED),
            ),
            models.CheckConstraint(
                name="no_opinion_that_is_given_is_asked_for_again",
                condition=Q(opinion_again="") | ~Q(state__in=[State.OPINION_GIVEN, *SETTLED]),
            ),
            models.CheckConstraint(
                name="an_opinion_has_its_instant",
                condition=~Q(state__in=[State.OPINION_GIVEN, *SETTLED])
                | Q(opined_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_decision_has_its_opinion_its_author_and_its_instant",
                condition=Q(state__in=SETTLED, opined_at__isnull=False, decided_at__isnull=False)
                & ~Q(decided_first_name="")
                & ~Q(decided_last_name="")
                & ~Q(decided_quality="")
                & ~Q(decided_service="")
                | ~Q(state__in=SETTLED)
                & Q(
                    decided_at=None,
                    decided_first_name="",
                    decided_last_name="",
                    decided_quality="",
                    decided_service="",
                ),
            ),
            models.CheckConstraint(
                name="a_notified_decision_has_its_instant",
                condition=Q(state=State.NOTIFIED, notified_at__isnull=False)
                | ~Q(state=State.NOTIFIED) & Q(notified_at=None),
            ),
            models.CheckConstraint(
                name="only_a_notified_decision_is_a_document_and_a_call",
                condition=Q(state=State.NOTIFIED) | Q(notification=None, **NOT_CALLED),
            ),
            models.CheckConstraint(
                name="a_call_has_its_instant_and_its_author", condition=A_CALL_IS_WHOLE
            ),
            models.CheckConstraint(
                name="a_decision_taken_again_says_why",
                condition=Q(instead_of=None, again="") | Q(instead_of__isnull=False) & ~Q(again=""),
            ),
            models.CheckConstraint(
                name="only_an_appeal_has_a_decision_taken_again_on_it",
                condition=Q(appeal=None) | Q(again=Again.APPEAL),
            ),
            models.CheckConstraint(
                name="only_a_taking_again_is_cancelled_with_a_reason",
                condition=Q(left_reason="") | Q(state=State.WITHDRAWN, instead_of__isnull=False),
            ),
            models.CheckConstraint(
                name="a_request_taken_back_has_its_instant",
                condition=Q(state=State.WITHDRAWN, withdrawn_at__isnull=False)
                | ~Q(state=State.WITHDRAWN) & Q(withdrawn_at=None),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_request_waits_since_the_instant_of_its_state",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"NEW.since := CASE NEW.state {_SINCE} END; "
                "IF NEW.instead_of_id IS NOT NULL AND NEW.since < NEW.begun_at THEN "
                "NEW.since := NEW.begun_at; END IF; "
                "NEW.first_asked_at := COALESCE(NEW.first_asked_at, NEW.asked_at); "
                f"NEW.as_sent := CASE NEW.state WHEN '{State.PREPARING.value}' THEN NEW.as_sent END; "
                "IF TG_OP = 'UPDATE' THEN "
                "IF OLD.doctor_id <> NEW.doctor_id OR OLD.doctor_id IS NOT NULL AND "
                "NEW.doctor_id IS NULL THEN NEW.former_doctor_id := OLD.doctor_id; END IF; "
                "END IF; RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return f"Demande d'aménagement, {self.get_state_display().lower()}"

    @property
    def is_preparing(self) -> bool:
        """Whether its candidate has not sent it, or takes it up."""
        return self.state == State.PREPARING

    @property
    def is_asked(self) -> bool:
        """Whether it is sent, and nobody has begun to deal with it."""
        return self.state == State.ASKED

    @property
    def is_incomplete(self) -> bool:
        """Whether its candidate is to complete it."""
        return self.state == State.INCOMPLETE

    @property
    def is_with_doctor(self) -> bool:
        """Whether a doctor has it."""
        return self.state == State.WITH_DOCTOR

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken back."""
        return self.state == State.WITHDRAWN

    @property
    def is_open(self) -> bool:
        """Whether something is still awaited of it."""
        return self.state in OPEN

    @property
    def is_writable(self) -> bool:
        """Whether its candidate may change it."""
        return self.state in WRITABLE

    @property
    def is_undecided(self) -> bool:
        """Whether its candidate may still take it back."""
        return self.state in UNDECIDED

    @property
    def is_settled(self) -> bool:
        """Whether its decision acts."""
        return self.state in SETTLED

    @property
    def is_opinion_kept(self) -> bool:
        """Whether it takes a decision again on the opinion that it was taken from."""
        return self.instead_of is not None and self.instead_of.opined_at == self.opined_at

    @property
    def is_on_paper(self) -> bool:
        """Whether it came by post, or what completes it: its papers of health are not here."""
        return self.posted_on is not None

    @property
    def is_taken_up(self) -> bool:
        """Whether it was sent, and its candidate is changing it."""
        return self.state == State.PREPARING and self.asked_at is not None

    @property
    def as_read(self) -> AsRead:
        """What its reader has read: it is sent with what they do of it."""
        return AsRead(self.revision, str(self.state), self.since)

    @property
    def is_asked_by_doctor(self) -> bool:
        """Whether what is missing is what a doctor asks of its candidate."""
        return self.state == State.INCOMPLETE and self.missing == PAPER_ASKED

    @property
    def is_changed_since_incomplete(self) -> bool:
        """Whether its candidate has begun to change it since it was said incomplete."""
        return self.state == State.INCOMPLETE and self.revision != self.incomplete_revision

    @property
    def is_complete_after_all(self) -> bool:
        """Whether it was said incomplete since it was sent, and its service went back on that."""
        return self.state == State.ASKED and self.is_taken_back_incomplete

    @property
    def is_taken_back_incomplete(self) -> bool:
        """Whether it was said incomplete since it was sent, and is so no more without being sent again."""
        is_later = self.incomplete_at and self.asked_at and self.incomplete_at > self.asked_at
        return bool(is_later) and self.state not in {State.INCOMPLETE, State.PREPARING}

    @property
    def is_taking_again(self) -> bool:
        """Whether it takes a decision again of which nothing new is decided: that may be cancelled."""
        return self.instead_of_id is not None and self.is_undecided

    @property
    def is_cancelled(self) -> bool:
        """Whether it took a decision again, which was cancelled: the former decision stands."""
        return bool(self.left_reason)

    @property
    def is_simple(self) -> bool:
        """Whether a plan spares it the whole procedure."""
        return self.procedure == Procedure.SIMPLE

    @property
    def missing_for_office(self) -> str:
        """What is missing, as the managing service reads it: what a doctor asks is for the candidate."""
        if self.missing == PAPER_ASKED:
            return "un papier ou une précision que le médecin demande au candidat."
        return self.missing

    @property
    def former_in_words(self) -> str:
        """Whether a decision was received before, and whether it is the service's own."""
        if self.is_former_held:
            return "Oui, que le service a notifiée"
        return "Oui" if self.has_former_decision else "Non"

    @property
    def opened_at(self) -> datetime | None:
        """When its notification was opened for the first time, if it was."""
        return self.notification.opened_at if self.notification else None

    @cached_property
    def posting(self) -> Posting | None:
        """How its notification left by letter, where a question tells it or else asked for."""
        known = vars(self)
        if "is_lettered" in known:
            return Posting(known["lettered_on"]) if known["is_lettered"] else None
        return posting_of(self.notification_id)

    @property
    def is_to_read(self) -> bool:
        """Whether its candidate has a notification in their space, and has not opened it."""
        return self.notification is not None and self.notification.opened_at is None

    @property
    def author_in_words(self) -> str:
        """Who decided: first name, last name, quality, service (L-03)."""
        who = f"{self.decided_first_name} {self.decided_last_name}"
        return f"{who}, {self.decided_quality}, {self.decided_service}"

    @property
    def kind(self) -> str:
        """How its state is shown: see `components/state.html`."""
        return {
            State.PREPARING: "warning",
            State.INCOMPLETE: "warning",
            State.DECIDED: "success",
            State.NOTIFIED: "success",
            State.WITHDRAWN: "off",
        }.get(State(self.state), "info")

    def lacks_signature(self, at: datetime) -> bool:
        """Return whether a minor's guardian has not signed what was sent, as of somebody of age."""
        is_own = self.asked_at is not None and self.instead_of_id is None
        return is_own and self.signature is None and self.registration.is_minor(at)

    @property
    def signature(self) -> Signature | None:
        """The guardian's signature of what it asks now, if there is one."""
        found: Signature | None = self.signatures.filter(revision=self.revision).first()
        return found
