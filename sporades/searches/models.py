"""Searches as they are kept: an address names one, and says nothing of whom is sought."""

import uuid
from collections.abc import Iterator
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from sporades.accounts.permissions import Perimeter, Reach
from sporades.core.actors import Actor
from sporades.searches.columns import Column, chosen
from sporades.searches.trees import Group, from_json


class SearchQuerySet(models.QuerySet["Search"]):
    """Questions about searches."""

    def open_to(self, user: int, reach: Reach) -> "Iterator[Search]":
        """Yield a reader's own searches, and those shared by whom their own perimeter holds.

        Args:
            user: the account of the reader.
            reach: where they read registrations.
        """
        kept = self.filter(Q(owner=user) | Q(is_shared=True))
        return (one for one in kept if one.owner_id == user or reach.includes(one.reach))

    def named(self) -> Self:
        """Return those that were given a name, to be found again."""
        return self.exclude(name="").order_by("name", "pk")


class Search(models.Model):
    """A tree of criteria and the columns to show; each reader finds in it what they may see.

    A name says something of whom is sought: a search is shared within its author's perimeter.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="searches",
        verbose_name="auteur",
    )
    name = models.CharField("nom", max_length=80, blank=True)
    is_shared = models.BooleanField("partagée avec les autres gestionnaires", default=False)
    perimeters = models.JSONField("périmètre de son auteur au moment du partage", default=list)
    tree = models.JSONField("arbre des critères")
    columns = ArrayField(models.CharField(max_length=30), verbose_name="colonnes", default=list)
    order = models.CharField("tri", max_length=40, blank=True, default="", db_default="")
    digest = models.CharField("empreinte de l'arbre et des colonnes", max_length=64)
    asked_at = models.DateTimeField("demandée le")

    objects: ClassVar[Any] = SearchQuerySet.as_manager()

    class Meta:
        verbose_name = "recherche"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "digest"],
                condition=Q(name=""),
                name="a_passing_search_is_kept_once",
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=~Q(name=""),
                name="a_name_is_given_to_one_search",
                violation_error_message="Une de vos recherches porte déjà ce nom.",
            ),
            models.CheckConstraint(
                name="a_shared_search_has_a_name",
                condition=Q(is_shared=False) | ~Q(name=""),
                violation_error_message="Donnez un nom à la recherche que vous partagez.",
            ),
            models.CheckConstraint(
                name="a_shared_search_is_shared_somewhere",
                condition=Q(is_shared=False) | ~Q(perimeters=[]),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(name=""), name="search_passing_by_age"),
        ]

    def __str__(self) -> str:
        """Return its name."""
        return self.name or "recherche sans nom"

    @cached_property
    def group(self) -> Group:
        """Return the tree. Raises KeyError, ValueError when the service knows it no more."""
        return from_json(self.tree)

    @property
    def reach(self) -> Reach:
        """Where its author could read when it was shared."""
        author = Actor("", "", f"user:{self.owner_id}")
        return Reach(tuple(Perimeter.from_json(one, author) for one in self.perimeters))

    @property
    def shown(self) -> list[Column]:
        """The columns to show."""
        return chosen(self.columns)
