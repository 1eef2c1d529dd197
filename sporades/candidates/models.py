"""Who a candidate is: a civil identity, with or without an account."""

from calendar import monthrange
from datetime import date

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from sporades.accounts.addresses import letter_box
from sporades.accounts.models import normalised_address
from sporades.candidates.names import family_names
from sporades.core.french import birth_date_in_digits, born_in_words
from sporades.core.text import search_key
from sporades.exams.rules.facts import OF_AGE


class Identity(models.Model):
    """The civil data of a person at a moment. A row is never rewritten: a change is a new row.

    A registration points to the row it was filed with, so that a later correction never
    rewrites a closed session.
    """

    class Civility(models.TextChoices):
        """How a person is addressed."""

        MADAME = "mme", "Madame"
        MONSIEUR = "m", "Monsieur"

    civility = models.CharField("civilité", max_length=3, choices=Civility)
    birth_name = models.CharField("nom de famille", max_length=100)
    usage_name = models.CharField("nom d'usage", max_length=100, blank=True)
    first_names = models.CharField("prénoms", max_length=100, blank=True)
    birth_year = models.PositiveSmallIntegerField("année de naissance")
    birth_month = models.PositiveSmallIntegerField("mois de naissance", null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField("jour de naissance", null=True, blank=True)
    birth_country = models.CharField("pays de naissance", max_length=5)
    birth_department = models.CharField("département de naissance", max_length=3, blank=True)
    birth_commune = models.CharField("commune de naissance", max_length=5, blank=True)
    birth_place = models.CharField("lieu de naissance", max_length=120)
    nationality = models.CharField("nationalité", max_length=5)
    name_key = models.TextField("clé de recherche", db_collation="C")
    birth_name_key = models.TextField("clé du nom de famille", db_collation="C")
    usage_name_key = models.TextField("clé du nom d'usage", blank=True, db_collation="C")
    first_names_key = models.TextField("clé des prénoms", blank=True, db_collation="C")
    created_at = models.DateTimeField("créé le")

    class Meta:
        verbose_name = "identité"
        triggers = [
            pgtrigger.Protect(name="an_identity_is_never_rewritten", operation=pgtrigger.Update),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_birth_day_has_its_month",
                condition=Q(birth_day__isnull=True) | Q(birth_month__isnull=False),
            ),
            models.CheckConstraint(
                name="a_birth_month_is_a_month",
                condition=Q(birth_month__isnull=True) | Q(birth_month__range=(1, 12)),
            ),
            models.CheckConstraint(
                name="a_birth_day_is_a_day",
                condition=Q(birth_day__isnull=True) | Q(birth_day__range=(1, 31)),
            ),
            models.CheckConstraint(
                name="a_person_has_a_name",
                condition=~Q(birth_name=""),
            ),
        ]
        indexes = [
            # By which likely doubles are found: the same birth date, the same surname.
            models.Index(
                fields=["birth_year", "birth_month", "birth_day"], name="identity_by_birth"
            ),
            models.Index(fields=["birth_name_key"], name="identity_by_birth_name"),
            # By which those who have registered for nothing are found, in any order of their names.
            GinIndex(OpClass("name_key", name="gin_trgm_ops"), name="identity_by_likeness"),
        ]

    def __str__(self) -> str:
        """Return the name as it is printed."""
        return self.full_name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search keys beside the names: one surname is sorted by first names."""
        self.birth_name_key = search_key(self.birth_name)
        self.usage_name_key = search_key(self.usage_name)
        self.first_names_key = search_key(self.first_names)
        keys = (self.birth_name_key, self.first_names_key, self.usage_name_key)
        self.name_key = " ".join(key for key in keys if key)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def full_name(self) -> str:
        """First names, then the name used."""
        return f"{self.first_names} {self.name_used}".strip()

    @property
    def name_used(self) -> str:
        """The name by which a person wishes to be called, in capitals."""
        return (self.usage_name or self.birth_name).upper()

    @property
    def birth_name_beside(self) -> str:
        """The family name in capitals, where a paper that is shown to others names by another."""
        is_other = search_key(self.usage_name) not in ("", search_key(self.birth_name))
        return self.birth_name.upper() if is_other else ""

    @property
    def listed_name(self) -> str:
        """First names, then both family names: what those who work on files find and sort them by."""
        names = family_names(self.birth_name, self.usage_name).upper()
        return f"{self.first_names} {names}".strip()

    @property
    def birth_date(self) -> date | None:
        """The date of birth, when its day is known."""
        if self.birth_month is None or self.birth_day is None:
            return None
        return date(self.birth_year, self.birth_month, self.birth_day)

    @property
    def born_in_digits(self) -> str:
        """« 14/03/1998 », « 03/1998 » or « 1998 »: what is known of the birth date."""
        return birth_date_in_digits(self.birth_year, self.birth_month, self.birth_day)

    @property
    def born_in_words(self) -> str:
        """« né(e) le 14/03/1998 », « né(e) en 1998 »."""
        return born_in_words(self.born_in_digits)

    @property
    def latest_birth_date(self) -> date:
        """The latest date of birth that the known parts allow: nobody is made older by a doubt."""
        if self.birth_date:
            return self.birth_date
        month = self.birth_month or 12
        next_month = date(self.birth_year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(next_month.toordinal() - 1)


class Channel(models.TextChoices):
    """How somebody without an account is written to."""

    MAIL = "mail", "Mail"
    LETTER = "letter", "Courrier postal"


def is_minor_on(identity: str, day: date) -> Q:
    """Return what a row must satisfy whose candidate is under eighteen, given the path of their identity.

    It is `Facts.is_minor_on` of `Identity.latest_birth_date` as the database reads them.

    Args:
        identity: the path.
        day: the day.
    """
    year, month, born_on = (f"{identity}__birth_{part}" for part in ("year", "month", "day"))
    of_age = day.year - OF_AGE
    later = Q(**{f"{month}__gt": day.month}) | Q(**{month: day.month, f"{born_on}__gt": day.day})
    if (day.month, day.day) < (12, 31):
        later |= Q(**{month: None})
    if day.day < monthrange(of_age, day.month)[1]:
        later |= Q(**{month: day.month, born_on: None})
    return Q(**{f"{year}__gt": of_age}) | (Q(**{year: of_age}) & later)


def told_by_letter(candidate: str, *, is_decision: bool = False) -> Q:
    """Return what a row must satisfy whose candidate letters reach, given the path of its candidate.

    It is `Candidate.by_letter` as the database reads it.

    Args:
        candidate: the path.
        is_decision: whether they are told of a decision on accommodations: whoever has no account
            receives the paper, even where mails reach them.
    """
    if is_decision:
        return Q(**{f"{candidate}__user": None})
    unread = Q(**{f"{candidate}__email": ""}) | Q(**{f"{candidate}__channel": Channel.LETTER})
    return Q(**{f"{candidate}__user": None}) & unread


_NOTHING_IS_LEFT = """
IF EXISTS (SELECT FROM registrations_registration WHERE candidate_id = NEW.id)
    OR EXISTS (SELECT FROM registrations_draft WHERE candidate_id = NEW.id)
    OR EXISTS (SELECT FROM registrations_correctionrequest WHERE candidate_id = NEW.id)
    OR EXISTS (SELECT FROM candidates_candidate WHERE merged_into_id = NEW.id)
    OR EXISTS (
        SELECT FROM candidates_candidate WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL
    )
THEN
    RAISE EXCEPTION 'a_merged_candidate_leaves_nothing_behind' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""
"""What is merged has given all that it had to who is kept, who is merged into nobody."""


class Candidate(models.Model):
    """A person known to the service.

    One that was found to be another is merged into it: its row stays, with its number, and holds
    nothing any more. The postal address is the newest that was given, on the record or by a
    registration filed since.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="candidate",
        verbose_name="compte",
    )
    identity = models.ForeignKey(
        Identity, on_delete=models.PROTECT, related_name="+", verbose_name="identité"
    )
    number = models.CharField("numéro candidat", max_length=12, null=True, blank=True, unique=True)
    email = models.EmailField("adresse électronique", max_length=254, blank=True)
    channel = models.CharField("canal", max_length=6, choices=Channel, default=Channel.MAIL)
    academy = models.ForeignKey(
        "territory.Academy",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="académie qui a fait la fiche",
    )
    address_1 = models.CharField("adresse, ligne 1", max_length=38, blank=True)
    address_2 = models.CharField("adresse, ligne 2", max_length=38, blank=True)
    address_3 = models.CharField("adresse, ligne 3", max_length=38, blank=True)
    address_4 = models.CharField("adresse, ligne 4", max_length=38, blank=True)
    postcode = models.CharField("code postal", max_length=10, blank=True)
    town = models.CharField("commune", max_length=80, blank=True)
    country = models.CharField("pays", max_length=5, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    frozen_at = models.DateTimeField("figé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le")
    # Whatever erases who is kept erases what it was made of: it is one person.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="merged",
        verbose_name="fusionné avec",
    )
    merged_at = models.DateTimeField("fusionné le", null=True, blank=True)

    class Meta:
        verbose_name = "candidat"
        triggers = [
            pgtrigger.Trigger(
                name="a_merged_candidate_leaves_nothing_behind",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("merged_into_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__merged_into__isnull=False),
                func=_NOTHING_IS_LEFT,
            ),
            pgtrigger.Protect(
                name="a_merged_candidate_stays_so",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__merged_into__isnull=False)
                & (
                    pgtrigger.Q(new__merged_into__isnull=True)
                    | pgtrigger.Q(old__identity__df=pgtrigger.F("new__identity"))
                    | pgtrigger.Q(old__number__df=pgtrigger.F("new__number"))
                ),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_merged_candidate_has_its_instant",
                condition=Q(merged_into__isnull=True, merged_at__isnull=True)
                | Q(merged_into__isnull=False, merged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="a_merged_candidate_has_no_account_and_no_address",
                condition=Q(merged_into__isnull=True) | Q(user__isnull=True, email=""),
            ),
            models.CheckConstraint(
                name="nobody_is_merged_into_themselves",
                condition=~Q(merged_into=F("pk")),
            ),
            models.CheckConstraint(
                name="a_numbered_candidate_is_frozen",
                condition=Q(number__isnull=True) | Q(frozen_at__isnull=False),
            ),
            models.CheckConstraint(
                name="who_has_an_account_is_told_by_mail",
                condition=Q(channel=Channel.MAIL) | Q(user__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["email"], name="candidate_by_address"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="candidate_by_telephone"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return str(self.identity)

    @property
    def address(self) -> str:
        """Where mail reaches the person: the account's address, else the one that was given."""
        return self.user.email if self.user else self.email

    def is_reached_at(self, address: str) -> bool:
        """Return whether an address ends in the letter box of the person, however it is written."""
        boxes = [letter_box(normalised_address(one)) for one in (address, self.address)]
        return bool(address) and boxes[0] == boxes[1]

    @property
    def is_merged(self) -> bool:
        """Whether it was found to be another candidate, who has all that it had."""
        return self.merged_into_id is not None

    @property
    def has_account(self) -> bool:
        """Whether the person has a candidate area to sign in to."""
        return self.user_id is not None

    @property
    def by_letter(self) -> bool:
        """Whether what is told to the person is printed and posted (I13)."""
        return not self.has_account and (self.channel == Channel.LETTER or not self.email)

    @property
    def channel_in_words(self) -> str:
        """How the person is written to."""
        return str((Channel.LETTER if self.by_letter else Channel.MAIL).label)

    @property
    def is_frozen(self) -> bool:
        """Whether only the managing service can change the civil data."""
        return self.frozen_at is not None


class ClaimCode(models.Model):
    """The one-time code by which a record becomes an account's; its digest alone is kept (B8)."""

    candidate = models.OneToOneField(
        Candidate, on_delete=models.CASCADE, related_name="claim_code", verbose_name="fiche"
    )
    digest = models.CharField("empreinte", max_length=64, unique=True, db_collation="C")
    made_at = models.DateTimeField("donné le")
    made_name = models.CharField("donné par", max_length=120)
    email = models.EmailField("adresse mail quand il fut donné", max_length=254, blank=True)
    envelope = ArrayField(
        models.CharField(max_length=220),
        default=list,
        blank=True,
        verbose_name="adresse postale quand il fut donné",
    )
    expires_at = models.DateTimeField("valable jusqu'au")
    failures = models.PositiveSmallIntegerField("essais manqués", default=0)
    taken_by = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="claim_code",
        verbose_name="compte qui attend son activation",
    )

    class Meta:
        verbose_name = "code de rattachement"
        verbose_name_plural = "codes de rattachement"

    def __str__(self) -> str:
        """Return whose record it opens."""
        return str(self.candidate)
