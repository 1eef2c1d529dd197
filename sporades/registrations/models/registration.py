"""A registration as last filed: rows that the whole service relies on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Greatest, JSONObject
from django.utils.text import capfirst

from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.core.french import day_in_words, ended, instant_in_words, local_day
from sporades.core.prepared import prepared
from sporades.exams.fetching import WITH_REFERENCE, WITH_REFERENCE_ALONE
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.models.service import MINUTE
from sporades.exams.queries import dates_of, is_offered, last_date_of, programme_of, rules
from sporades.exams.rules.facts import Facts
from sporades.exams.schema.exam import Event
from sporades.exams.states import ChangeState
from sporades.exams.titles import qualification_of
from sporades.registrations.came import CameBy, came_in_words
from sporades.registrations.deadlines import (
    accommodation_told,
    after_reading,
    asked_until,
    owed_now,
)
from sporades.registrations.models.holding import held_by_one_who_stands
from sporades.registrations.models.version import Version
from sporades.registrations.states import (
    REASONED,
    STANDING,
    State,
    decided_mark,
    is_to_validate_anew,
    state_in_office,
)
from sporades.registrations.titles import gone_in_words, title_of
from sporades.territory import queries as territory

UNDO_FOR = timedelta(hours=72)


def undone_before(withdrawn_at: datetime, service: RegistrationService) -> datetime:
    """Return the first instant at which a withdrawal is undone no more, its service open or not.

    The minute that is displayed as the last one is whole, as at a closing (D11); where nothing was
    written in it, it is the evening of the day that follows (R-05).

    Args:
        withdrawn_at: the instant of the withdrawal.
        service: that of the registration.
    """
    last = (withdrawn_at + UNDO_FOR).replace(second=0, microsecond=0)
    return after_reading(service, last) + MINUTE


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Questions about registrations."""

    def active(self) -> Self:
        """Return those that stand."""
        return self.filter(state__in=STANDING)

    def correctable(self) -> Self:
        """Return those in whose file the civil data of their candidate are corrected (I6).

        They stand; or none of their candidate's stands anywhere, and any of them will do: what stands
        is for those who reach it.
        """
        standing = Registration.objects.active().filter(candidate=OuterRef("candidate"))
        return self.filter(Q(state__in=STANDING) | ~Exists(standing))

    def visible_to(self, user: User | int) -> Self:
        """Return the registrations of this account's candidate."""
        return self.filter(candidate__user=user)

    def within(self, reach: Reach) -> Self:
        """Return the registrations of a perimeter: for the others there is nothing else."""
        return self.filter(reach.condition(academy="academy", domain="exam__domain__code"))

    def for_office(self) -> Self:
        """Everything that a line of the office shows; touching anything else raises."""
        related = ("service", "identity", "candidate__user")
        return self.select_related(*related).fetch_mode(WITH_REFERENCE_ALONE)

    def for_list(self) -> Self:
        """Everything that a card shows; touching anything else raises."""
        return self.select_related("service", "candidate").fetch_mode(WITH_REFERENCE_ALONE)

    def whole(self) -> Self:
        """Everything that the page of one registration shows."""
        return self.select_related("candidate__identity", "service").fetch_mode(WITH_REFERENCE)

    def with_owed(self) -> Self:
        """Add when the last version was filed and what it calls for, without the rest of it.

        And the latest closing that its service has had since it was filed, if it has moved: the one
        under which it was filed, or one that was told since (`openings.note_told`).
        """
        last = Version.objects.filter(registration=OuterRef("pk"), number=OuterRef("version"))
        keys = (
            "filed_in_words",
            "closes_at",
            "to_return",
            "evidence",
            "accommodation",
            "accommodation_until",
            "to_review",
        )
        told = JSONObject(**{key: KeyTransform(key, "snapshot") for key in keys})
        moved = ServiceChange.objects.filter(
            service=OuterRef("service"),
            state=ChangeState.APPLIED,
            decided_at__gte=OuterRef("filed_at"),
        )
        filed_under = moved.order_by("decided_at", "pk").values("closed_at")[:1]
        known = moved.exclude(told_at=None).order_by().values("service")
        latest = known.annotate(latest=Max("closes_at")).values("latest")
        return self.annotate(
            told=Subquery(last.values(told=told)),
            latest_closing=Greatest(Subquery(filed_under), Subquery(latest)),
        )


class Registration(models.Model):
    """A candidature: one candidate, one exam, one session, one service."""

    number = models.CharField("numéro d'inscription", max_length=14, unique=True)
    candidate = models.ForeignKey(
        "candidates.Candidate", on_delete=models.PROTECT, related_name="registrations"
    )
    identity = models.ForeignKey("candidates.Identity", on_delete=models.PROTECT, related_name="+")
    folder = models.OneToOneField(
        "documents.Folder", on_delete=models.PROTECT, related_name="registration"
    )
    academy = models.ForeignKey("territory.Academy", on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(
        "exams.RegistrationService", on_delete=models.PROTECT, related_name="registrations"
    )
    exam = models.ForeignKey("exams.Exam", on_delete=models.PROTECT, related_name="+")
    speciality = models.ForeignKey(
        "exams.Speciality", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    regulation = models.ForeignKey(
        "exams.Regulation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_placed = models.BooleanField("placée dans cette académie par la gestion", default=False)
    exclusive_scope = models.CharField("une seule inscription parmi", max_length=60, blank=True)
    state = models.CharField("état", max_length=12, choices=State, default=State.REGISTERED)
    version = models.PositiveIntegerField("version", default=1)
    filed_at = models.DateTimeField("enregistrée le")
    # By the clock of the service that had it then; that on which it was asked for late.
    ages_on = models.DateField("jour où comptent les âges", null=True, blank=True)
    amended_at = models.DateTimeField("modifiée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("désinscrite le", null=True, blank=True)
    decided_at = models.DateTimeField("état décidé par la gestion le", null=True, blank=True)
    reason = models.CharField("motif de l'état", max_length=500, blank=True)

    summary_posted_on = models.DateField("récapitulatif signé posté le", null=True, blank=True)
    """Or handed over, or sent by mail: the day that counts."""
    summary_came_by = models.CharField(
        "récapitulatif signé venu",
        max_length=4,
        choices=CameBy,
        default=CameBy.POST,
        db_default=CameBy.POST,
    )
    """Of what has not come it says nothing."""
    summary_until = models.DateTimeField(
        "récapitulatif signé demandé de nouveau jusqu'au", null=True, blank=True
    )
    is_summary_posted_late = models.BooleanField(
        "récapitulatif signé posté hors délai", default=False, db_default=False
    )

    to_review_since = models.DateTimeField(
        "à revoir depuis une correction, le", null=True, blank=True
    )
    """When its civil data or its academy became such that its rules refuse it: see `reviewing`."""
    waived = models.JSONField("dérogations notées", default=dict, db_default={}, blank=True)
    """By the code of a rule of eligibility, the derogation that was granted to it: see `waivers`."""
    waivers = models.JSONField("dérogations", default=list, db_default=[], blank=True)
    """Those without which a rule would refuse it: what each asks, and the derogation, in words."""

    name_key = models.TextField("clé de recherche", db_collation="C")
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    ine = models.CharField("INE", max_length=11, blank=True)
    address_1 = models.CharField("adresse, ligne 1", max_length=38, blank=True)
    address_2 = models.CharField("adresse, ligne 2", max_length=38, blank=True)
    address_3 = models.CharField("adresse, ligne 3", max_length=38, blank=True)
    address_4 = models.CharField("adresse, ligne 4", max_length=38, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    town = models.CharField("commune", max_length=80, blank=True)
    commune = models.CharField("code de la commune", max_length=5, blank=True)
    country = models.CharField("pays", max_length=5, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    mobile = models.CharField("téléphone mobile", max_length=20, blank=True)
    guardian_name = models.CharField("représentant légal", max_length=120, blank=True)
    guardian_phone = models.CharField("téléphone du représentant légal", max_length=20, blank=True)
    guardian_email = models.EmailField("adresse du représentant légal", max_length=254, blank=True)
    father_name = models.CharField("nom et prénoms du père", max_length=120, blank=True)
    mother_name = models.CharField("nom et prénoms de la mère", max_length=120, blank=True)
    category = models.CharField("catégorie", max_length=20, blank=True)
    passing_form = models.CharField("forme de passage", max_length=20, blank=True)
    zone = models.CharField("zone souhaitée", max_length=40, blank=True)
    national_service = models.CharField("service national", max_length=60, blank=True)
    has_disability = models.BooleanField("handicap déclaré", default=False)
    diploma = models.CharField("diplôme présenté", max_length=60, blank=True)
    experience = models.PositiveSmallIntegerField("années d'expérience", null=True, blank=True)
    colouring = models.CharField("coloration disciplinaire", max_length=60, blank=True)
    publishes_name = models.BooleanField("nom dans les résultats publiés", default=False)
    shares_name = models.BooleanField("nom communiqué à des tiers", default=False)
    consents_chosen_at = models.DateTimeField(
        "choix de publication changés après l'enregistrement, le", null=True, blank=True
    )

    told: dict[str, Any]
    """What `with_owed()` reads in the last version, where it was asked for."""
    latest_closing: datetime | None
    """The latest closing of its service since it was filed, as `with_owed()` finds it, if it has moved."""

    objects: ClassVar[Any] = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        triggers = [held_by_one_who_stands("a_registration_is_of_one_who_stands")]
        constraints = [
            models.CheckConstraint(
                name="a_signed_summary_comes_by_a_way_that_exists",
                condition=Q(summary_came_by__in=CameBy.values),
            ),
            models.CheckConstraint(
                name="a_withdrawn_registration_has_its_date",
                condition=Q(state=State.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(state=State.WITHDRAWN) & Q(withdrawn_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_registration_in_anomaly_or_set_aside_says_why",
                condition=(Q(state__in=REASONED) & ~Q(reason=""))
                | (~Q(state__in=REASONED) & Q(reason="")),
            ),
            models.UniqueConstraint(
                fields=["candidate", "exam", "speciality"],
                condition=Q(state__in=STANDING),
                nulls_distinct=False,
                name="a_candidate_registers_once_for_an_exam",
            ),
            models.UniqueConstraint(
                fields=["candidate", "exclusive_scope"],
                condition=Q(state__in=STANDING) & ~Q(exclusive_scope=""),
                name="a_candidate_registers_once_in_an_exclusive_scope",
            ),
        ]
        indexes = [
            models.Index(fields=["academy", "exam", "state"], name="registration_by_academy"),
            models.Index(fields=["regulation", "academy", "state"], name="registration_by_rules"),
            models.Index(fields=["academy", "name_key", "id"], name="registration_by_name_there"),
            models.Index(fields=["name_key", "id"], name="registration_by_name"),
            models.Index(
                fields=["academy", "state", "name_key", "id"], name="registration_by_state_there"
            ),
            models.Index(fields=["state", "name_key", "id"], name="registration_by_state"),
            models.Index(fields=["birth_date"], name="registration_by_birth_date"),
            models.Index(
                fields=["academy"], condition=Q(is_placed=True), name="registration_placed_there"
            ),
            models.Index(
                fields=["academy", "name_key", "id"],
                condition=Q(amended_at__gte=F("decided_at")),
                name="registration_amended_since",
            ),
            models.Index(
                fields=["decided_at", "id"],
                condition=Q(state=State.ANOMALY),
                name="registration_in_anomaly",
            ),
            models.Index(
                fields=["academy", "decided_at", "id"],
                condition=Q(state=State.ANOMALY),
                name="registration_in_anomaly_there",
            ),
            models.Index(
                fields=["to_review_since", "id"],
                condition=Q(to_review_since__isnull=False),
                name="registration_to_review",
            ),
            models.Index(fields=["ine"], condition=~Q(ine=""), name="registration_by_ine"),
            models.Index(fields=["mobile"], condition=~Q(mobile=""), name="registration_by_mobile"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="registration_by_phone"),
            models.Index(
                fields=["guardian_phone"],
                condition=~Q(guardian_phone=""),
                name="registration_by_guardian_phone",
            ),
            models.Index(
                fields=["academy", "filed_at"],
                include=["exam", "service", "speciality", "category", "state", "candidate"],
                name="registration_counted",
            ),
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="registration_by_likeness"),
        ]

    def __str__(self) -> str:
        """Return what it is for, in full."""
        return self.title

    @property
    def title(self) -> str:
        """Name the exam, its speciality and its session."""
        return title_of(self.exam, self.speciality)

    @property
    def registered_on(self) -> date:
        """The day on which ages count where no rule names another; no modification, nor move, changes it."""
        return self.ages_on or local_day(self.filed_at, self.service.zone)

    @property
    def qualification(self) -> str:
        """Name the exam and its speciality, without the session."""
        return qualification_of(self.exam.label, self.speciality_label)

    @property
    def category_label(self) -> str:
        """Name the category as its réglementation does, or nothing."""
        exam = rules(self.regulation_id).exam(self.exam.code)
        category = exam.category(self.category)
        return category.label if category else ""

    @property
    def card_over(self) -> str:
        """What stands above the title of a card: session, academy, number."""
        session = capfirst(self.exam.session.label)
        return f"{session}, {self.service.academy.full_name}, n°{self.number}"

    @property
    def speciality_label(self) -> str:
        """Name the speciality, or nothing."""
        return self.speciality.label if self.speciality else ""

    @property
    def state_in_words(self) -> str:
        """Say where the registration stands, as a sentence."""
        if self.withdrawn_at:
            return f"Désinscription enregistrée le {self.withdrawn_in_words}."
        if self.state == State.ANOMALY:
            return ended(f"Votre inscription est enregistrée, mais incomplète : {self.reason}")
        if self.state == State.SET_ASIDE:
            return ended(f"Votre inscription est écartée : {self.reason}")
        return f"{self.heading}."

    @property
    def heading(self) -> str:
        """Say where the registration stands, as the title of its page."""
        return {
            State.VALIDATED: "Votre inscription est validée",
            State.ANOMALY: "Votre inscription est enregistrée, mais incomplète",
            State.SET_ASIDE: "Votre inscription est écartée",
            State.WITHDRAWN: "Votre désinscription est enregistrée",
        }.get(State(self.state), "Votre inscription est enregistrée")

    @property
    def state_kind(self) -> str:
        """How its state is shown: see `components/state.html`."""
        return {
            State.ANOMALY: "warning",
            State.SET_ASIDE: "error",
            State.WITHDRAWN: "off",
        }.get(State(self.state), "success")

    @property
    def withdrawn_in_words(self) -> str:
        """Say when it was withdrawn."""
        if self.withdrawn_at is None:
            return ""
        return instant_in_words(self.withdrawn_at, self.service.zone)

    @property
    def is_active(self) -> bool:
        """Whether the registration stands."""
        return self.state in STANDING

    @property
    def is_validated(self) -> bool:
        """Whether its managing service has found it complete: it owes nothing any more."""
        return self.state == State.VALIDATED

    @property
    def decided_mark(self) -> str:
        """What tells one decision on it from another: a page says which one it showed."""
        return decided_mark(self.state, self.decided_at)

    @property
    def awaits_new_validation(self) -> bool:
        """Whether its last modification undid its validation, of which nothing came since."""
        return is_to_validate_anew(self.state, self.decided_at, self.amended_at)

    @property
    def state_in_office(self) -> str:
        """Say where it stands, as the office tells it apart."""
        return state_in_office(self.state, self.decided_at, self.amended_at)

    @property
    def amended_since_decided(self) -> str:
        """Say when its candidate changed what had been decided of, or nothing."""
        if not self.is_active or self.amended_at is None or self.decided_at is None:
            return ""
        is_since = self.amended_at >= self.decided_at
        return instant_in_words(self.amended_at, self.service.zone) if is_since else ""

    @property
    def undone_by_modifying(self) -> str:
        """Say what is undone as soon as a modification is saved, or nothing."""
        return self._undone("si vous enregistrez une modification")

    @property
    def undone_if_accepted(self) -> str:
        """Say what is undone if a modification that is asked is accepted, or nothing."""
        return self._undone("si votre demande est acceptée")

    def _undone(self, if_so: str) -> str:
        sentences = []
        if self.is_validated:
            sentences.append(
                f"Votre inscription est validée : {if_so}, le service gestionnaire devra la vérifier "
                "de nouveau, et les pièces qu'il n'a pas reçues seront de nouveau à fournir."
            )
        if self.is_summary_due_anew:
            # Alone, the sentence says of what it is the price: nothing is changed yet.
            when = "" if sentences else f"{if_so}, "
            said = (
                "le récapitulatif signé que le service gestionnaire a reçu ne vaudra plus : il faudra "
                "signer et renvoyer le nouveau."
                if self.summary_posted_on
                else "il faudra signer et renvoyer le nouveau récapitulatif."
            )
            whole = f"{when}{said}"
            sentences.append(f"{whole[0].upper()}{whole[1:]}")
        return " ".join(sentences)

    @property
    def is_summary_due_anew(self) -> bool:
        """Whether a modification makes the signed summary due that is due no more (E9).

        By the rules in force, under which it would be filed, in the academy that has it now.
        """
        if not self.summary_posted_on and not self.is_validated:
            return False
        programme = programme_of(self.service)
        offered = programme.exam(self.exam.code) if programme else None
        exam = offered.rules if offered else rules(self.regulation_id).exam(self.exam.code)
        return exam.summary_return_in(self.academy_id) is not None

    @property
    def is_in_anomaly(self) -> bool:
        """Whether its managing service has found that something is missing, which its reason says."""
        return self.state == State.ANOMALY

    @property
    def is_set_aside(self) -> bool:
        """Whether its managing service has set it aside."""
        return self.state == State.SET_ASIDE

    @property
    def decided_in_words(self) -> str:
        """Say when its managing service last decided of its state."""
        return instant_in_words(self.decided_at, self.service.zone) if self.decided_at else ""

    @property
    def reader_zone(self) -> str:
        """The clock of the candidate's address, nothing when it is not known."""
        return territory.zone_of_address(self.postcode, self.country)

    @property
    def months_of_distance(self) -> int:
        """How many months more its candidate has to go to court, from where they live (CJA R. 421-7)."""
        return territory.months_of_distance(
            self.postcode, self.country, seat=self.service.academy_id
        )

    @property
    def closing_in_words(self) -> str:
        """Say the closing of its service, by the candidate's clock too."""
        return self.service.said(self.service.closes_at, self.reader_zone)

    def last_day(self, instant: datetime) -> date:
        """Return the day that an instant is, by the latest of the clocks of a postmark (L-05).

        What is posted bears the day of where it is posted: by the clock of the service, or by the
        other that is said with it, of the candidate's address or of the academy.
        """
        return max(self._days(instant))

    def last_day_in_words(self, asked: Mapping[str, Any]) -> str:
        """Say by which day what is asked for is posted: a postmark bears no hour.

        Args:
            asked: what says `until` when, as a version keeps it.
        """
        last = self.last_day(datetime.fromisoformat(asked["until"]))
        return day_in_words(last, weekday=True)

    def first_day(self, instant: datetime) -> date:
        """Return the same, by the earliest of these clocks."""
        return min(self._days(instant))

    def _days(self, instant: datetime) -> tuple[date, date]:
        service = self.service
        there = self.reader_zone or service.academy.zone
        return local_day(instant, service.zone), local_day(instant, there)

    def is_editable(self, at: datetime) -> bool:
        """Return whether its candidate may still change or withdraw it."""
        return self.is_active and self.service.accepts(at)

    @property
    def is_offered(self) -> bool:
        """Whether the réglementation in force still offers what it is for."""
        return is_offered(self.service, exam=self.exam, speciality=self.speciality)

    @property
    def gone_in_words(self) -> str:
        """Say that what it is for is offered no more, and whom to ask; nothing where it is."""
        if self.is_offered:
            return ""
        what = "Votre inscription reste telle qu'elle est, et ne peut plus être modifiée."
        return gone_in_words(self.service, exam=self.exam, speciality=self.speciality, what=what)

    def is_amendable(self, at: datetime) -> bool:
        """Return whether its candidate may still change it: what is offered no more stays as it is."""
        return self.is_editable(at) and self.is_offered

    def is_askable(self, at: datetime) -> bool:
        """Return whether its candidate may ask for a modification that they can make no more."""
        is_closed = not self.service.accepts(at) and not self.is_exam_over(at)
        return self.is_active and self.is_offered and is_closed

    def deadline_in_words(self, at: datetime) -> str:
        """Say until when its candidate may change it; nothing when it is too late."""
        if not self.is_amendable(at):
            return ""
        return f"Vous pouvez la modifier jusqu'au {self.closing_in_words}."

    def until_in_words(self, at: datetime) -> str:
        """Say until when its candidate may change it, or could, or that it is offered no more."""
        if said := self.deadline_in_words(at):
            return said
        if self.is_active and (said := self.gone_in_words):
            return said
        return self.service.closed_in_words(at, self.reader_zone) if self.is_active else ""

    def is_minor(self, at: datetime) -> bool:
        """Return whether its candidate is under eighteen, by the clock of their address (P-06)."""
        return self.is_minor_on(local_day(at, self.reader_zone or self.service.zone))

    def is_minor_on(self, day: date) -> bool:
        """Return whether its candidate is under eighteen on a day, as that of a postmark.

        Who was born on a 29th of February is of age on the 1st of March of a year that has none; of
        a date of birth that is not fully known, the latest that it can be counts.
        """
        holder: Any = self
        if not Registration.identity.is_cached(self):
            # What is there already: a list of a candidate's own holds the identity of the candidate.
            person = self.candidate
            holder = person if person.identity_id == self.identity_id else self
        born = holder.identity.latest_birth_date
        return Facts(on=day, session_year=day.year, birth_date=born).is_minor_on(day)

    @property
    def owed(self) -> dict[str, Any]:
        """What `told` calls for, by the dates that its service has now."""
        return self.owed_now(self.told)

    def owed_now(self, told: dict[str, Any]) -> dict[str, Any]:
        """Return what its last version calls for, by the dates that its service has now."""
        exam = rules(self.regulation_id).exam(self.exam.code)
        return owed_now(
            told,
            service=self.service,
            rules=exam,
            reader=self.reader_zone,
            has_account=self.candidate.has_account,
            filed_at=self.filed_at,
            latest_closing=self.__dict__.get("latest_closing"),
            summary_until=self.summary_until,
        )

    @property
    def told_closing(self) -> datetime:
        """The latest closing that it was told: none that comes earlier takes back what it gave."""
        return self._closing_told_to(self._as_told())

    @property
    def accommodation_until(self) -> datetime:
        """Until when an accommodation is asked for in time: what was told is not taken back.

        Whoever was registered after the deadline has the usual days.
        """
        return self.told_days()[1]

    def told_days(self) -> tuple[datetime, datetime]:
        """Return `told_closing` and `accommodation_until`, by one question where they are asked for."""
        exam, of = rules(self.regulation_id).exam(self.exam.code), self._as_told()
        closing = self._closing_told_to(of)
        told = accommodation_told(of.told or {})
        until = asked_until(self.service, exam, closing=closing, filed_at=self.filed_at, told=told)
        return closing, until

    def _closing_told_to(self, of: "Registration") -> datetime:
        closings = [self.service.closes_at]
        if of.told and of.told["closes_at"]:
            closings.append(datetime.fromisoformat(of.told["closes_at"]))
        if of.latest_closing:
            closings.append(of.latest_closing)
        return max(closings)

    def _as_told(self) -> "Registration":
        return self if "told" in self.__dict__ else _told_to.get(pk=self.pk)

    @property
    def to_review(self) -> list[str]:
        """What its rules ask, and it does not say since its civil data or its academy are others."""
        return (self.told.get("to_review") or []) if self.to_review_since and self.told else []

    def keep_summary_day(self, asked: Mapping[str, Any] | None) -> bool:
        """Keep until when its signed summary may come back, where its service gives less time.

        Reminders go by the day of the service, or by this one.

        Args:
            asked: what its last version calls for, or nothing.

        Returns:
            Whether it is later than what was kept: the row is to be saved.
        """
        exam = rules(self.regulation_id).exam(self.exam.code)
        usual = exam.summary_return_in(self.academy_id)
        if not asked or usual is None:
            return False
        until = datetime.fromisoformat(asked["until"])
        kept = self.summary_until
        if until <= self.service.instant_of(usual.deadline) or (kept and until <= kept):
            return False
        self.summary_until = until
        return True

    def judge_postmark(self, asked: Mapping[str, Any] | None) -> bool:
        """Keep whether its signed summary was posted after its day: the postmark alone counts (L-05).

        Args:
            asked: what its last version calls for, or nothing.

        Returns:
            Whether it is another than what was kept: the row is to be saved.
        """
        day, was = self.summary_posted_on, self.is_summary_posted_late
        until = datetime.fromisoformat(asked["until"]) if asked else None
        self.is_summary_posted_late = bool(day and until and day > self.last_day(until))
        return self.is_summary_posted_late != was

    @property
    def calendar(self) -> Sequence[Event]:
        """The dates to know of its exam, as they are now; its version's where it is offered no more."""
        return dates_of(self.service, exam=self.exam.code, regulation=self.regulation_id)

    def is_exam_over(self, at: datetime) -> bool:
        """Return whether the last of the dates of its exam has passed; without any, the year of its session."""
        last = last_date_of(self.service, exam=self.exam.code, regulation=self.regulation_id)
        return local_day(at, self.service.zone) > (last or date(self.exam.session.year, 12, 31))

    def is_summary_late(self, at: datetime) -> bool:
        """Return whether the day by which its signed summary was to come back has passed."""
        asked = self.summary_awaited if self.told else None
        if not asked:
            return False
        return at >= datetime.fromisoformat(asked["until"]) + MINUTE

    def is_given_more_time(self, told: Mapping[str, Any], *, at: datetime) -> bool:
        """Return whether a deadline that a document told has moved later since, and still runs.

        Args:
            told: what the document says: `to_return`, `evidence`, `accommodation` or some of them.
            at: the instant.
        """
        owed, last = self.owed, []
        pieces = {one["code"]: one for one in owed["evidence"]}
        for one in told.get("evidence") or ():
            now = pieces.get(one["code"])
            last += [now["until"]] if now and now["until"] != one["until"] else []
        signed = told.get("to_return")
        if signed and owed["to_return"] and owed["to_return"]["until"] != signed["until"]:
            last.append(owed["to_return"]["until"])
        asked = told.get("accommodation")
        if asked and owed["accommodation"] not in ("", asked):
            last.append(self.accommodation_until.isoformat())
        return any(at < datetime.fromisoformat(one) + MINUTE for one in last)

    def is_reached_elsewhere(self, told: Mapping[str, Any]) -> bool:
        """Return whether its managing service has another postal address than a document told.

        Args:
            told: what the document, or the version, says: its `service`.
        """
        said, managing = told["service"], self.service.managing_service
        return [said["name"], *said["address"]] != [managing.name, *managing.address]

    @property
    def summary_awaited(self) -> dict[str, Any] | None:
        """What its last version says of the signed summary, until it has come back (E9).

        Of one that stands no more nothing is awaited.
        """
        is_here = self.is_validated or self.summary_posted_on
        return None if is_here or not self.is_active else self.owed["to_return"]

    @property
    def summary_came_in_words(self) -> str:
        """Say how its signed summary came, and on which day: « posté le … »; nothing until it has."""
        day = self.summary_posted_on
        return came_in_words(self.summary_came_by, day) if day else ""

    @property
    def summary_last_day(self) -> str:
        """By which day its signed summary is posted, in words; nothing where none is asked for."""
        asked = self.owed["to_return"]
        return self.last_day_in_words(asked) if asked else ""

    @property
    def is_signed_by_two(self) -> bool:
        """Whether its last version was filed for a minor: their guardian signs the summary too."""
        last = self.versions.filter(number=self.version).first()
        return bool(last and last.is_of_a_minor)

    def can_be_undone(self, at: datetime) -> bool:
        """Return whether its withdrawal may still be undone by a new, pre-filled one (E8).

        What may stand in its place, and whether it is offered, are asked apart:
        `exclusion.standing_instead_of`, `is_offered`.
        """
        if self.withdrawn_at is None:
            return False
        is_in_time = at < undone_before(self.withdrawn_at, self.service)
        return is_in_time and self.service.accepts(at)

    @property
    def undone_until_in_words(self) -> str:
        """Say until when its withdrawal may be undone, by the candidate's clock too."""
        if self.withdrawn_at is None:
            return ""
        return self.service.said(self.undone_until(self.withdrawn_at), self.reader_zone)

    @property
    def is_undone_until_closing(self) -> bool:
        """Whether its withdrawal may be undone as long as one may register, for it is withdrawn late."""
        return bool(self.withdrawn_at and self.would_be_undone_until_closing(self.withdrawn_at))

    def would_be_undone_until_closing(self, at: datetime) -> bool:
        """Return the same of a withdrawal of that instant."""
        return self.undone_until(at) == self.service.closes_at

    def undone_until(self, withdrawn_at: datetime) -> datetime:
        """Return until when a withdrawal of that instant may be undone: 72 hours, or the closing."""
        return min(after_reading(self.service, withdrawn_at + UNDO_FOR), self.service.closes_at)


@prepared(Registration)
def _told_to(pk: int) -> models.QuerySet[Registration]:
    """Return what its last version was told, and nothing else of it: a batch asks it for each line."""
    found: models.QuerySet[Registration] = Registration.objects.with_owed().only("pk").filter(pk=pk)
    return found


class RegistrationPaper(models.Model):
    """One épreuve of a registration, and what its candidate chose for it."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="papers")
    paper = models.ForeignKey(
        "exams.Paper", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    status = models.CharField("statut", max_length=20)
    form = models.CharField("forme", max_length=20, blank=True)
    option = models.CharField("option", max_length=40, blank=True)
    mark = models.DecimalField(
        "note conservée", max_digits=4, decimal_places=2, null=True, blank=True
    )
    mark_session = models.PositiveSmallIntegerField("session de la note", null=True, blank=True)

    class Meta:
        verbose_name = "épreuve d'une inscription"
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "paper"], name="an_epreuve_stands_once_in_a_registration"
            ),
        ]
        indexes = [
            models.Index(
                fields=["paper", "status", "registration"], name="epreuve_by_what_was_chosen"
            ),
            models.Index(
                fields=["option", "paper", "status", "registration"],
                condition=~Q(option=""),
                name="epreuve_by_option",
            ),
        ]

    def __str__(self) -> str:
        """Return the épreuve and its status."""
        return f"{self.paper} : {self.status}"


class RegistrationAnswer(models.Model):
    """The answer to one question that the exam asks."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField("question", max_length=40)
    value = models.JSONField("réponse")

    class Meta:
        verbose_name = "réponse à une question d'examen"
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "question"], name="a_question_is_answered_once"
            ),
        ]
        indexes = [
            models.Index(fields=["question", "registration"], name="answer_by_question"),
        ]

    def __str__(self) -> str:
        """Return the question's code."""
        return self.question
