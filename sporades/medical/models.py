"""Papers and comments of health of one registration, and who opened them (H3).

Nothing here says anything of health in clear: contents, names of files and texts are sealed.
"""

from typing import Any, ClassVar, Self
from uuid import uuid4

import pgtrigger
from django.db import models
from django.db.models import Q

from sporades.accounts.models import User
from sporades.core.actors import CANDIDATE
from sporades.core.french import instant_in_words, pdf_in_words
from sporades.intake import scanned
from sporades.medical import sealing
from sporades.registrations.models import Registration

LONGEST_NAME = 120
LONGEST_REMARK = 4_000


class CompartmentQuerySet(models.QuerySet["Compartment"]):
    """Questions about compartments."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of this account's candidate, and those that it is the doctor in charge of.

        Nobody else sees any, whatever their roles.
        """
        return self.filter(Q(registration__candidate__user=user) | Q(doctor=user))


class Compartment(models.Model):
    """What one candidate confides for one registration, and to which doctor."""

    registration = models.OneToOneField(
        Registration, on_delete=models.PROTECT, related_name="compartment"
    )
    doctor = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="compartments",
        verbose_name="médecin en charge",
    )
    is_closed = models.BooleanField("rien ne s'en retire plus", default=False)
    erase_after = models.DateTimeField("à effacer après le", null=True, blank=True, db_index=True)
    erased_at = models.DateTimeField("effacé le", null=True, blank=True)
    emptied_at = models.DateTimeField("ce qui s'y trouvait avant, effacé le", null=True, blank=True)
    """When it was erased last, of one that takes papers again since."""

    objects: ClassVar[Any] = CompartmentQuerySet.as_manager()

    class Meta:
        verbose_name = "compartiment médical"
        verbose_name_plural = "compartiments médicaux"

    def __str__(self) -> str:
        """Return whose it is."""
        return f"compartiment de l'inscription n°{self.registration.number}"

    @property
    def is_taking(self) -> bool:
        """Whether anything may still be given to it: what is soon erased is not."""
        return self.erase_after is None and self.erased_at is None


class _Sealed(models.Model):
    """What a data key of its own seals, itself sealed by a master key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    wrapped = models.BinaryField("clé, scellée")
    master = models.CharField("empreinte de la clé maîtresse", max_length=16, db_index=True)

    class Meta:
        abstract = True

    @property
    def place(self) -> str:
        """What it is bound to: this row of this registration."""
        return place_of(self.compartment.registration_id, self.pk)  # type: ignore[attr-defined] # each has one

    def as_wrapped(self) -> sealing.Wrapped:
        """Return its data key, sealed."""
        return sealing.Wrapped(bytes(self.wrapped), self.master)

    def unwrapped(self) -> sealing.DataKey:
        """Return its data key. Raises sealing.Unreadable."""
        return sealing.unwrap(self.as_wrapped(), place=f"{self.place}:key")

    def opened(self, sealed: bytes | memoryview, part: str) -> str:
        """Return a text of it that is sealed, of the part of this name. Raises sealing.Unreadable."""
        return self.unwrapped().open(bytes(sealed), place=f"{self.place}:{part}").decode()


def place_of(registration: int, row: object) -> str:
    """Return what a row is bound to, before it is written.

    Args:
        registration: the key of its registration.
        row: its own.
    """
    return f"{registration}:{row}"


class PaperQuerySet(models.QuerySet["Paper"]):
    """Questions about papers."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of the compartments that this account sees; of a doctor, the clean ones."""
        mine = Q(compartment__registration__candidate__user=user)
        return self.filter(mine | Q(compartment__doctor=user, is_clean=True))

    def confided(self) -> Self:
        """Leave out those that were taken back and may return."""
        return self.filter(taken_back_at=None)

    def unscanned(self) -> Self:
        """Return those of which the antivirus has said nothing."""
        return self.filter(scanned_at=None)


class Paper(_Sealed):
    """One file of health: sealed in a store of its own, its name sealed here."""

    compartment = models.ForeignKey(Compartment, on_delete=models.CASCADE, related_name="papers")
    kind = models.CharField("nature", max_length=40)
    sealed_name = models.BinaryField("nom du fichier, scellé")
    key = models.CharField("fichier", max_length=120, unique=True)
    size = models.PositiveIntegerField("taille, en octets")
    pages = models.PositiveSmallIntegerField("pages")
    given_at = models.DateTimeField("déposé le")
    sending = models.UUIDField("envoi", editable=False)
    scanned_at = models.DateTimeField("passé à l'antivirus le", null=True, blank=True)
    is_clean = models.BooleanField("sain", null=True, blank=True)
    taken_back_at = models.DateTimeField("retiré, et peut revenir, le", null=True, blank=True)
    """While its candidate changes a request that was sent with it: then it returns, or is erased."""

    doubts: tuple[str, ...] = ()
    """What was odd in it as it was given, told then to its giver and kept nowhere."""

    objects: ClassVar[Any] = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = "papier de santé"
        verbose_name_plural = "papiers de santé"
        constraints = [
            models.UniqueConstraint(
                fields=["compartment", "sending"], name="two_presses_confide_one_paper"
            ),
            scanned.clean_or_not("a_paper_that_was_scanned_is_clean_or_not"),
            models.CheckConstraint(
                name="a_paper_holds_something", condition=Q(size__gt=0, pages__gt=0)
            ),
        ]
        indexes = [
            models.Index(
                fields=["given_at"], condition=Q(scanned_at=None), name="paper_to_be_scanned"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="a_paper_is_never_rewritten",
                exclude=["wrapped", "master", "scanned_at", "is_clean", "taken_back_at"],
            ),
            scanned.scanned_once("a_paper_is_scanned_once"),
        ]

    def __str__(self) -> str:
        """Return which one it is, and nothing of what it holds."""
        return f"papier {self.pk}"

    @property
    def name(self) -> str:
        """The name that its candidate gave it. Raises sealing.Unreadable."""
        return self.opened(self.sealed_name, "name")

    @property
    def is_infected(self) -> bool:
        """Whether the antivirus found something in it: nobody opens it."""
        return self.is_clean is False

    @property
    def size_in_words(self) -> str:
        """« 2 pages, 350 Ko »."""
        return pdf_in_words(self.pages, self.size)

    def given_in_words(self, zone: str) -> str:
        """Say when it was given, by a clock."""
        return instant_in_words(self.given_at, zone)


class Remark(_Sealed):
    """A comment of health, by the candidate or by the doctor in charge."""

    compartment = models.ForeignKey(Compartment, on_delete=models.CASCADE, related_name="remarks")
    sealed_text = models.BinaryField("commentaire, scellé")
    author_kind = models.CharField("qualité de l'auteur", max_length=20)
    author_name = models.CharField("auteur", max_length=255)
    author_id = models.CharField("compte de l'auteur", max_length=60)
    written_at = models.DateTimeField("écrit le")
    is_between_doctors = models.BooleanField("entre médecins", default=False)
    sending = models.UUIDField("envoi", editable=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "commentaire de santé"
        verbose_name_plural = "commentaires de santé"
        constraints = [
            models.UniqueConstraint(
                fields=["compartment", "sending"], name="two_presses_write_one_remark"
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="a_remark_is_never_rewritten", exclude=["wrapped", "master"]),
        ]

    def __str__(self) -> str:
        """Return which one it is, and nothing of what it says."""
        return f"commentaire {self.pk}"

    @property
    def text(self) -> str:
        """What it says. Raises sealing.Unreadable."""
        return self.opened(self.sealed_text, "text")

    @property
    def is_candidates(self) -> bool:
        """Whether the candidate wrote it, or else the doctor."""
        return self.author_kind == CANDIDATE


class OpinionDraft(_Sealed):
    """What the doctor in charge has typed and not signed: what is taken out of it leaves no trace."""

    compartment = models.OneToOneField(
        Compartment, on_delete=models.CASCADE, related_name="opinion_draft"
    )
    sealed_text = models.BinaryField("saisie, scellée")
    revision = models.PositiveIntegerField("révision", default=1)
    saved_at = models.DateTimeField("gardé le")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "brouillon d'avis"
        verbose_name_plural = "brouillons d'avis"

    def __str__(self) -> str:
        """Return which one it is, and nothing of what it says."""
        return f"brouillon {self.pk}"

    @property
    def text(self) -> str:
        """What was typed, as JSON. Raises sealing.Unreadable."""
        return self.opened(self.sealed_text, "text")


class Opening(models.Model):
    """That somebody opened a paper, or the comments: added, never changed, kept when those are erased."""

    compartment = models.ForeignKey(Compartment, on_delete=models.CASCADE, related_name="openings")
    reader_kind = models.CharField("qualité du lecteur", max_length=20)
    reader_name = models.CharField("lecteur", max_length=255)
    reader_id = models.CharField("compte du lecteur", max_length=60)
    paper = models.UUIDField("papier", null=True, blank=True)
    kind = models.CharField("nature du papier", max_length=40, blank=True)
    is_for_copy = models.BooleanField(
        "dans une copie de ses données", default=False, db_default=False
    )
    at = models.DateTimeField("le")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "ouverture du compartiment médical"
        verbose_name_plural = "ouvertures du compartiment médical"
        constraints = [
            models.CheckConstraint(
                name="an_opened_paper_has_its_kind",
                condition=Q(paper=None, kind="") | Q(paper__isnull=False) & ~Q(kind=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="an_opening_is_never_rewritten", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="an_opening_stays_while_papers_do",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=(
                    "IF EXISTS (SELECT 1 FROM medical_compartment WHERE id = OLD.compartment_id "
                    "AND erased_at IS NULL) THEN RAISE EXCEPTION 'an opening stays while papers do'; "
                    "END IF; RETURN OLD;"
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return who opened something, and when."""
        return f"{self.reader_name}, {self.at:%d/%m/%Y %H:%M}"


class PassingFile(models.Model):
    """A file that has no row, about to have one or erased: cut off there, it leaves the store."""

    key = models.CharField("fichier", max_length=120, unique=True)
    at = models.DateTimeField("depuis le")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "fichier de santé sans papier"
        verbose_name_plural = "fichiers de santé sans papier"

    def __str__(self) -> str:
        """Return its key."""
        return self.key
