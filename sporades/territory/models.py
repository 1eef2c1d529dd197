"""Academies, departments, communes, countries and managing services.

The codes of academies, departments and countries are their keys: they never change, and a
row that points to them says where without a join. Communes change every year: what must
remember one keeps its name and code as text.
"""

from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Academy(models.Model):
    """An academy or a vice-rectorate, with the clock that its services follow.

    Academies merge: one that has closed names the academy that took over its departments.
    """

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60, unique=True)
    full_name = models.CharField("nom complet", max_length=80)
    is_vice_rectorate = models.BooleanField("vice-rectorat")
    zone = models.CharField("fuseau horaire", max_length=40)
    website = models.URLField("site internet", blank=True)
    opened_on = models.DateField("ouverte le", null=True, blank=True)
    closed_on = models.DateField("fermée le", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="académie qui lui succède",
        related_name="predecessors",
        null=True,
        blank=True,
    )

    class Meta:
        verbose_name = "académie"
        verbose_name_plural = "académies"
        constraints = [
            models.CheckConstraint(
                name="academy_code_is_a_letter_and_two_digits",
                condition=Q(code__regex=r"^A[0-9]{2}$"),
                violation_error_message="Le code d'une académie est « A » suivi de deux chiffres.",
            ),
            models.CheckConstraint(
                name="academy_has_a_zone",
                condition=~Q(zone=""),
                violation_error_message="Une académie suit un fuseau horaire.",
            ),
            models.CheckConstraint(
                name="academy_closes_after_it_opened",
                condition=Q(opened_on__isnull=True)
                | Q(closed_on__isnull=True)
                | Q(closed_on__gte=F("opened_on")),
                violation_error_message="Une académie ferme après avoir ouvert.",
            ),
            models.CheckConstraint(
                name="academy_with_a_successor_has_closed",
                condition=Q(successor__isnull=True) | Q(closed_on__isnull=False),
                violation_error_message="Une académie qui a un successeur est fermée.",
            ),
            models.CheckConstraint(
                name="academy_does_not_succeed_itself",
                condition=Q(successor__isnull=True) | ~Q(successor=F("code")),
                violation_error_message="Une académie ne se succède pas à elle-même.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def with_article(self) -> str:
        """Say « l'académie de Lille », « le vice-rectorat de la Nouvelle-Calédonie »."""
        return f"le {self.full_name}" if self.is_vice_rectorate else f"l'{self.full_name}"

    @property
    def with_preposition(self) -> str:
        """Say « de l'académie de Lille », « du vice-rectorat de la Nouvelle-Calédonie »."""
        return f"du {self.full_name}" if self.is_vice_rectorate else f"de l'{self.full_name}"

    @property
    def as_receiver(self) -> str:
        """Say « à l'académie de Lille », « au vice-rectorat de la Nouvelle-Calédonie »."""
        return f"au {self.full_name}" if self.is_vice_rectorate else f"à l'{self.full_name}"


class Department(models.Model):
    """A department or an overseas collectivity, and the academy its residents belong to."""

    code = models.CharField("code", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    academy = models.ForeignKey(
        Academy, models.PROTECT, verbose_name="académie", related_name="departments"
    )
    zone = models.CharField("fuseau horaire", max_length=40)

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"
        constraints = [
            models.CheckConstraint(
                name="department_code_is_official",
                condition=Q(code__regex=r"^([0-9]{2}|2[AB]|9[78][0-9])$"),
                violation_error_message="Le code d'un département est celui de l'Insee.",
            ),
            models.CheckConstraint(
                name="department_has_a_zone",
                condition=~Q(zone=""),
                violation_error_message="Un département suit un fuseau horaire.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class Commune(models.Model):
    """A commune of the official list, or a part of one that still has a name of its own.

    A commune made by a merger often keeps the code of one of the former communes: a code
    alone says which territory, a code and a kind say which name. How many live there serves to
    suggest the likeliest first; of a former commune, nothing says so.
    """

    class Kind(models.TextChoices):
        """What the name stands for."""

        CURRENT = "current", "Commune"
        DISTRICT = "district", "Arrondissement municipal"
        DELEGATED = "delegated", "Commune déléguée"
        ASSOCIATED = "associated", "Commune associée"

    code = models.CharField("code Insee", max_length=5)
    kind = models.CharField("nature", max_length=10, choices=Kind.choices)
    name = models.CharField("nom", max_length=80)
    department = models.ForeignKey(
        Department, models.PROTECT, verbose_name="département", related_name="communes"
    )
    part_of = models.CharField("fait partie de", max_length=5, blank=True)
    postcodes = ArrayField(
        models.CharField(max_length=5), verbose_name="codes postaux", default=list, blank=True
    )
    population = models.PositiveIntegerField("habitants", default=0, db_default=0)
    search_key = models.CharField("clé de recherche", max_length=80, db_collation="C")

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        constraints = [
            models.UniqueConstraint(
                fields=["code", "kind"],
                name="commune_is_known_by_its_code_and_kind",
                violation_error_message="Cette commune est déjà dans la liste.",
            ),
            models.CheckConstraint(
                name="commune_code_is_official",
                condition=Q(code__regex=r"^([0-9]{2}|2[AB])[0-9]{3}$"),
                violation_error_message="Le code d'une commune est celui de l'Insee.",
            ),
            models.CheckConstraint(
                name="commune_is_current_or_part_of_another",
                condition=Q(kind="current", part_of="") | (~Q(kind="current") & ~Q(part_of="")),
                violation_error_message="Une commune est actuelle, ou fait partie d'une autre.",
            ),
            models.CheckConstraint(
                name="commune_can_be_searched",
                condition=~Q(search_key=""),
                violation_error_message="Une commune a un nom.",
            ),
        ]
        indexes = [
            models.Index(fields=["search_key"], name="commune_by_name"),
            # Loaded all at once, then only read: what is left to be put in its place later would
            # be gone through by each question until a vacuum.
            GinIndex(
                SearchVector("search_key", config="simple"),
                name="commune_by_word",
                fastupdate=False,
            ),
            GinIndex(fields=["postcodes"], name="commune_by_postcode", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.department_id})"


class Country(models.Model):
    """A country or a territory with a code of its own in the official list.

    A country that ended remains a birthplace. One that gives no nationality has none here.
    """

    code = models.CharField("code Insee", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80, unique=True)
    alpha_2 = models.CharField("code ISO à deux lettres", max_length=2, blank=True)
    alpha_3 = models.CharField("code ISO à trois lettres", max_length=3, blank=True)
    nationality = models.CharField("nationalité", max_length=60, blank=True)
    ended_on = models.DateField("a cessé d'exister le", null=True, blank=True)

    class Meta:
        verbose_name = "pays"
        verbose_name_plural = "pays"
        constraints = [
            models.CheckConstraint(
                name="country_code_is_official",
                condition=Q(code__regex=r"^99[0-9]{3}$"),
                violation_error_message="Le code d'un pays est « 99 » suivi de trois chiffres.",
            ),
            models.UniqueConstraint(
                fields=["alpha_2"],
                condition=~Q(alpha_2=""),
                name="country_alone_has_its_iso_code",
            ),
            models.UniqueConstraint(
                fields=["nationality"],
                condition=~Q(nationality=""),
                name="country_alone_has_its_nationality",
            ),
            models.CheckConstraint(
                name="country_that_ended_gives_no_nationality",
                condition=Q(ended_on__isnull=True) | Q(nationality=""),
                violation_error_message="Un pays qui a cessé d'exister ne donne pas de nationalité.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_current(self) -> bool:
        """Tell whether the country still exists."""
        return self.ended_on is None


FRANCE = "99100"


REACHED = ("contact_name", "phone", "email", "address", "opening_hours")
LONGEST_INFORMATION, LONGEST_INFORMED = 200, timedelta(days=60)
"""Signs of what a service tells for some days, and for how long it may."""


class ManagingService(models.Model):
    """The service of an academy that manages some exams, and how it is reached."""

    academy = models.ForeignKey(
        Academy, models.PROTECT, verbose_name="académie", related_name="managing_services"
    )
    code = models.SlugField("code", max_length=60)
    sector = models.CharField("secteur", max_length=120)
    name = models.CharField("nom", max_length=160)
    contact_name = models.CharField("interlocuteur", max_length=120, blank=True)
    phone = models.CharField("téléphone", max_length=30, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    address = ArrayField(
        models.CharField(max_length=80), verbose_name="adresse postale", default=list, blank=True
    )
    opening_hours = models.CharField("horaires d'ouverture", max_length=200, blank=True)
    reached_so_since = models.DateTimeField(
        "coordonnées changées dans la gestion le", null=True, blank=True
    )
    information = models.CharField(
        "information du service",
        max_length=LONGEST_INFORMATION,
        blank=True,
        default="",
        db_default="",
    )
    information_from = models.DateField("information affichée à partir du", null=True, blank=True)
    information_until = models.DateField("information affichée jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "service gestionnaire"
        verbose_name_plural = "services gestionnaires"
        constraints = [
            models.UniqueConstraint(
                fields=["academy", "code"],
                name="managing_service_has_one_code_in_its_academy",
                violation_error_message="Ce service existe déjà dans cette académie.",
            ),
            models.CheckConstraint(
                name="managing_service_has_a_name_and_a_sector",
                condition=~Q(name="") & ~Q(sector=""),
                violation_error_message="Un service a un nom et un secteur.",
            ),
            models.CheckConstraint(
                name="what_a_service_tells_has_its_days",
                condition=Q(information="", information_from=None, information_until=None)
                | (
                    ~Q(information="")
                    & Q(
                        information_from__isnull=False,
                        information_until__gte=F("information_from"),
                    )
                ),
                violation_error_message="Une information a un premier et un dernier jour.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reached(self) -> dict[str, Any]:
        """How it is reached, by the names of its fields: what the office changes."""
        return {name: getattr(self, name) for name in REACHED}

    @property
    def informs(self) -> dict[str, Any]:
        """What it tells for some days, by the names of its fields."""
        return {
            "information": self.information,
            "information_from": self.information_from,
            "information_until": self.information_until,
        }

    def informs_on(self, day: date) -> bool:
        """Return whether what it tells is shown on a day of its academy, both ends included."""
        first, last = self.information_from, self.information_until
        return first is not None and last is not None and first <= day <= last

    @property
    def name_and_phone(self) -> str:
        """Say whom to ask in one line: « Bureau des examens, 03 53 01 00 01 »."""
        return f"{self.name}, {self.phone}" if self.phone else self.name


def named_within(name: str, academy: str) -> str:
    """Name a managing service, and its academy where that name does not: « Bureau des examens, académie de Lille ».

    Args:
        name: of the service.
        academy: the full name of the academy.
    """
    return name if academy.casefold() in name.casefold() else f"{name}, {academy}"


class ReferenceLoad(models.Model):
    """One load of the reference data; the last one tells every process what it should hold."""

    digest = models.CharField("empreinte des fichiers", max_length=64)
    loaded_at = models.DateTimeField("chargé le", db_default=Now())

    class Meta:
        verbose_name = "chargement du territoire"
        verbose_name_plural = "chargements du territoire"

    def __str__(self) -> str:
        return f"{self.loaded_at:%Y-%m-%d %H:%M} {self.digest[:8]}"
