"""Accounts: who can sign in, and what staff may see."""

import contextlib
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Self

import idna
import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from sporades.accounts.states import ProposalState
from sporades.core.actors import Actor
from sporades.core.numbers import whole
from sporades.notices.queries import after_reading, judged_before

ACTIVATION_LASTS = timedelta(hours=48)
CHANGE_LASTS = timedelta(hours=24)
UNDOING_LASTS = timedelta(hours=72)
NOBODY = "Agent effacé"
"""What stands for the name of a member of staff who left too long ago: nobody knows which they were."""
SECOND_FACTORS = ("totp", "webauthn")
"""What is a second factor by itself, as allauth names it: recovery codes stand in for one."""
COPIED = "copied"
"""Where the data of a passkey keep that it has answered as a copy of itself."""
LONGEST_NAME = 120
"""Signs of the name of a member of staff, as it is kept."""


def normalised_address(email: str) -> str:
    """Return an e-mail address in the one form in which it is kept and compared."""
    local, at, domain = email.strip().rpartition("@")
    if not at:
        return email.strip().lower()
    with contextlib.suppress(idna.IDNAError):
        domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local}@{domain}".lower()


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def who_acted(self, identifier: str) -> "User | None":
        """Return the account that an act was done from, if it is still there and somebody's.

        Args:
            identifier: that of the act's author, as `Actor` has it.
        """
        key = whole(identifier.removeprefix("user:"))
        return None if key is None else self.filter(pk=key, is_active=True).first()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an account with this address and password."""
        user = self.model(email=normalised_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account with this address, however it was typed."""
        return self.get(email=normalised_address(username or ""))


class User(AbstractBaseUser):
    """An account: an address, a password. What it may do comes from its memberships."""

    email = models.EmailField(
        "adresse électronique",
        max_length=254,
        unique=True,
        error_messages={"unique": "Cette adresse est déjà celle d'un compte."},
    )
    is_active = models.BooleanField("actif", default=True)
    created_at = models.DateTimeField("créé le")
    activated_at = models.DateTimeField("activé le", null=True, blank=True)
    reset_asked_at = models.DateTimeField("nouveau mot de passe demandé le", null=True, blank=True)
    taken_back_at = models.DateTimeField("rendu à son ancienne adresse le", null=True, blank=True)
    warned_at = models.DateTimeField("averti de l'effacement le", null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()
    authenticator_set: Any  # allauth's second factors

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = "compte"
        constraints = [
            models.CheckConstraint(
                name="an_address_is_kept_in_small_letters",
                condition=Q(email=Lower("email")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(activated_at__isnull=True),
                name="account_awaiting_activation",
            ),
        ]

    def __str__(self) -> str:
        """Return the address."""
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address in its one form."""
        self.email = normalised_address(self.email)
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        """Keep a password, however the keyboard composed its accents."""
        super().set_password(_composed(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Return whether this is the password, however the keyboard composed its accents."""
        return check_password(_composed(raw_password) or "", self.password, self._hash_anew)

    def _hash_anew(self, password: str) -> None:
        """Keep the password by the cost of today, unless its owner has chosen another meanwhile."""
        before, self.password = self.password, make_password(password)
        User.objects.filter(pk=self.pk, password=before).update(password=self.password)

    @property
    def identifier(self) -> str:
        """The account as the author of an act is named: « user:12 »."""
        return f"user:{self.pk}"

    @cached_property
    def is_staff_member(self) -> bool:
        """Whether this account belongs to the office."""
        return bool(self.memberships.all())

    @cached_property
    def has_second_factor(self) -> bool:
        """Whether this account has an authenticator application or a passkey."""
        return bool(self.authenticator_set.filter(type__in=SECOND_FACTORS).exists())

    def memberships_on(self, day: date) -> list["Membership"]:
        """Return the memberships that have not ended on this day, the most everyday role first."""
        roles = list(Membership.Role)
        current = [one for one in self.memberships.all() if one.is_current(day)]
        return sorted(current, key=lambda one: roles.index(Membership.Role(one.role)))

    @property
    def activation_deadline(self) -> datetime:
        """The last instant at which the account can be activated."""
        return after_reading(self.created_at + ACTIVATION_LASTS, settings.TIME_ZONE)

    @property
    def held_until(self) -> datetime | None:
        """The last instant at which an account given back may not be moved nor emptied."""
        if self.taken_back_at is None:
            return None
        return after_reading(self.taken_back_at + UNDOING_LASTS, settings.TIME_ZONE)


def _composed(password: str | None) -> str | None:
    return password if password is None else unicodedata.normalize("NFC", password)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships."""

    def current(self, day: date) -> Self:
        """Return the memberships that have not ended on this day."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def named(self) -> Self:
        """Leave out those of who left too long ago: of them nobody knows any more that they were agents."""
        return self.exclude(full_name=NOBODY)


class Membership(models.Model):
    """A role of a member of staff, within a perimeter: academies × domains."""

    class Role(models.TextChoices):
        """What a member of staff is there for."""

        MANAGER = "manager", "Gestionnaire"
        HEAD = "head", "Chef de service"
        ADMINISTRATOR = "administrator", "Administrateur"
        AUDITOR = "auditor", "Auditeur"
        HELPDESK = "helpdesk", "Accueil"
        DOCTOR = "doctor", "Médecin désigné"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField("rôle", max_length=20, choices=Role)
    full_name = models.CharField("nom", max_length=LONGEST_NAME)
    academies = ArrayField(models.CharField(max_length=3), verbose_name="académies", default=list)
    domains = ArrayField(models.CharField(max_length=20), verbose_name="domaines", default=list)
    ends_on = models.DateField("jusqu'au", null=True, blank=True)
    reopened_at = models.DateTimeField("rouverte le", null=True, blank=True)
    replaced_at = models.DateTimeField("remplacée le", null=True, blank=True)
    """When another took its place: it is kept, and never opened again."""

    objects: ClassVar[Any] = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(replaced_at=None),
                name="a_member_holds_a_role_once",
            ),
            models.CheckConstraint(
                name="only_an_administrator_has_all_academies",
                condition=Q(role="administrator", academies=[])
                | (~Q(role="administrator") & ~Q(academies=[])),
            ),
        ]

    def __str__(self) -> str:
        """Return the role and its holder."""
        return f"{self.get_role_display()} : {self.full_name}"

    def is_current(self, day: date) -> bool:
        """Return whether the membership has not ended on this day."""
        return self.ends_on is None or day <= self.ends_on

    def as_actor(self) -> Actor:
        """Return this member as the author of an act."""
        return Actor(self.role, self.full_name, f"user:{self.user_id}")


class RoleProposalQuerySet(models.QuerySet["RoleProposal"]):
    """Questions about proposed roles."""

    def proposed(self) -> Self:
        """Return those that wait for a second person, the oldest first."""
        return self.filter(state=ProposalState.PROPOSED).order_by("proposed_at", "pk")

    def decided_since(self, at: datetime) -> Self:
        """Return those that were given, refused or taken back since an instant, the latest first."""
        return self.filter(decided_at__gte=at).order_by("-decided_at", "-pk")


class RoleProposal(models.Model):
    """A role that one person proposes to give and another gives: to a new agent, or to one who has another.

    Its authors are text, as in the journal: what was decided outlives their accounts.
    """

    LONGEST_REASON = 300

    user = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="agent dont le rôle changerait",
    )
    email = models.EmailField("adresse électronique", max_length=254)
    full_name = models.CharField("nom", max_length=LONGEST_NAME)
    role = models.CharField("rôle", max_length=20, choices=Membership.Role)
    academies = ArrayField(models.CharField(max_length=3), verbose_name="académies")
    domains = ArrayField(models.CharField(max_length=20), verbose_name="domaines", default=list)
    ends_on = models.DateField("jusqu'au", null=True, blank=True)
    reason = models.CharField("motif", max_length=LONGEST_REASON)
    sending = models.UUIDField("envoi", unique=True, editable=False)
    state = models.CharField("état", max_length=10, choices=ProposalState)
    proposed_at = models.DateTimeField("proposé le")
    proposed_by = models.CharField("proposé par", max_length=255)
    proposed_by_id = models.CharField("compte de qui propose", max_length=60)
    answer = models.CharField("motif du refus", max_length=LONGEST_REASON, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.CharField("décidé par", max_length=255, blank=True)
    decided_by_id = models.CharField("compte de qui décide", max_length=60, blank=True)

    objects: ClassVar[Any] = RoleProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "accès proposé"
        verbose_name_plural = "accès proposés"
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                condition=Q(state=ProposalState.PROPOSED),
                name="somebody_has_one_proposed_role",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state=ProposalState.PROPOSED),
                name="an_agent_has_one_proposed_role",
            ),
            models.CheckConstraint(
                name="a_proposed_role_has_academies",
                condition=~Q(academies=[]) & ~Q(role="administrator"),
            ),
            models.CheckConstraint(
                name="a_decided_role_has_its_instant",
                condition=Q(state=ProposalState.PROPOSED, decided_at__isnull=True)
                | (~Q(state=ProposalState.PROPOSED) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="nobody_gives_the_role_that_they_propose",
                condition=~Q(state=ProposalState.GIVEN) | ~Q(decided_by_id=F("proposed_by_id")),
            ),
        ]

    def __str__(self) -> str:
        """Return the role and whom it is for."""
        return f"{self.get_role_display()} : {self.full_name}"

    def as_membership(self) -> Membership:
        """Return the role as it would be, which nobody has kept."""
        return Membership(
            user=self.user,
            role=self.role,
            full_name=self.full_name,
            academies=self.academies,
            domains=self.domains,
            ends_on=self.ends_on,
        )


class AddressChange(models.Model):
    """A new address that an account asked for, until the click in the mail sent there."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="address_change", verbose_name="compte"
    )
    email = models.EmailField("nouvelle adresse", max_length=254)
    asked_at = models.DateTimeField("demandé le")

    class Meta:
        verbose_name = "changement d'adresse"

    def __str__(self) -> str:
        """Return the address asked for."""
        return self.email

    @property
    def expires_at(self) -> datetime:
        """The last instant at which the change can be confirmed."""
        return after_reading(self.asked_at + CHANGE_LASTS, settings.TIME_ZONE)


class LeftAddress(models.Model):
    """The address of an account before a change, which « Ce n'était pas moi » gives it back to.

    The change is of the address itself, or of the ways to sign in: then the address is often
    still the account's, and what was added goes.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="left_addresses", verbose_name="compte"
    )
    email = models.EmailField("ancienne adresse", max_length=254, db_index=True)
    left_at = models.DateTimeField("quittée le")
    is_moved = models.BooleanField("le changement est celui de l'adresse", default=True)

    class Meta:
        verbose_name = "adresse quittée"

    def __str__(self) -> str:
        """Return the address left."""
        return self.email

    @property
    def expires_at(self) -> datetime:
        """The last instant at which the account can be given back."""
        return after_reading(self.left_at + UNDOING_LASTS, settings.TIME_ZONE)

    @property
    def suspect_since(self) -> datetime:
        """From when on what was added to sign in goes with the change.

        Whoever takes an address may have prepared it for as long as its link was good.
        """
        if not self.is_moved:
            return self.left_at
        return judged_before(self.left_at, settings.TIME_ZONE) - CHANGE_LASTS


class SignIn(models.Model):
    """A sign-in, its first step, or a secret that was refused: kept a year, then forgotten (S-60, ASVS 16.3.1).

    The account is text, as the author of an act is: what was tried outlives what was erased.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        ACCEPTED = "accepted", "connexion"
        HALFWAY = "halfway", "première étape"
        REFUSED = "refused", "refus"

    at = models.DateTimeField("instant")
    account = models.CharField("compte", max_length=60, blank=True)
    outcome = models.CharField("issue", max_length=20, choices=Outcome)
    means = models.CharField("moyens", max_length=60, blank=True)
    network = models.GenericIPAddressField("adresse réseau")
    device = models.CharField("appareil", max_length=60)

    class Meta:
        verbose_name = "connexion"
        constraints = [
            models.CheckConstraint(
                name="a_sign_in_ends_in_one_of_its_ways",
                condition=Q(outcome__in=["accepted", "halfway", "refused"]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="a_sign_in_is_never_rewritten", operation=pgtrigger.Update),
        ]
        indexes = [
            models.Index(fields=["account", "-at"], name="sign_in_by_account"),
            BrinIndex(fields=["at"], autosummarize=True, name="sign_in_by_instant"),
        ]

    def __str__(self) -> str:
        """Return what came of it, and when."""
        return f"{self.get_outcome_display()} {self.at:%d/%m/%Y %H:%M}"


class Attempt(models.Model):
    """One use of what may not be done too often. Neither address nor network is kept in clear."""

    limit = models.CharField("limite", max_length=30)
    key = models.CharField("sur quoi", max_length=64, db_collation="C")
    at = models.DateTimeField("instant")

    class Meta:
        verbose_name = "tentative"
        indexes = [
            models.Index(fields=["limit", "key", "at"], name="attempt_by_key"),
            models.Index(fields=["at"], name="attempt_by_instant"),
        ]

    def __str__(self) -> str:
        """Return what was attempted."""
        return f"{self.limit} {self.at:%d/%m/%Y %H:%M}"
