"""What is asked for: what the doctor thinks of it, what is decided of it (H1, H2)."""

from fractions import Fraction
from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sporades.accommodations.models.lengths import LONGEST_PRECISION, LONGEST_TEXT, LONGEST_WHY
from sporades.accommodations.states import (
    Decision,
    Opinion,
    State,
)
from sporades.core.text import search_key
from sporades.exams.schema.base import LONGEST_LINE

_KEPT = f"""
    IF EXISTS (
        SELECT FROM accommodations_case WHERE id = OLD.case_id AND state = '{State.NOTIFIED.value}'
    ) THEN
        RAISE EXCEPTION 'pgtrigger: Cannot update what was notified from %', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
"""  # noqa: S608 - names of our own


OTHERWISE = "avec une autre précision"
"""How the measure that is asked for is favoured or granted, in another size, with another person …"""


class AskedMeasureQuerySet(models.QuerySet["AskedMeasure"]):
    """Questions about measures."""

    def without_a_text(self) -> Self:
        """Return those that are not favoured as they are asked for, and whose opinion says no reason."""
        return self.not_favoured_as_asked().filter(opinion_text="").exclude(opinion="")

    def not_favoured_as_asked(self) -> Self:
        """Return those that the opinion, or the want of one, does not favour for all that they are asked for."""
        return self.filter(~Q(opinion=Opinion.FAVOURABLE, opinion_papers=[]))


class AskedMeasure(models.Model):
    """A measure that is asked for, what the doctor thinks of it, what is decided of it."""

    case = models.ForeignKey(
        "accommodations.Case", on_delete=models.CASCADE, related_name="measures", db_index=False
    )
    code = models.CharField("mesure", max_length=20)
    place = models.PositiveSmallIntegerField("rang")
    label = models.CharField("libellé", max_length=LONGEST_LINE)
    papers = ArrayField(
        models.CharField(max_length=20), verbose_name="épreuves ; aucune : toutes", default=list
    )
    time = models.CharField("temps ajouté", max_length=4, blank=True)
    precision = models.CharField(
        "précision", max_length=LONGEST_PRECISION, blank=True, default="", db_default=""
    )
    """Which one, how large: in the candidate's words, where the réglementation asks."""

    opinion = models.CharField("avis", max_length=12, choices=Opinion, blank=True)
    opinion_code = models.CharField("mesure de l'avis", max_length=20, blank=True)
    opinion_label = models.CharField(
        "libellé de la mesure de l'avis", max_length=LONGEST_LINE, blank=True
    )
    opinion_precision = models.CharField(
        "précision de la mesure de l'avis",
        max_length=LONGEST_PRECISION,
        blank=True,
        default="",
        db_default="",
    )
    """Which one, how large: of another measure, where the réglementation asks."""
    opinion_papers = ArrayField(
        models.CharField(max_length=20),
        verbose_name="épreuves de l'avis ; aucune : toutes celles demandées",
        default=list,
        db_default=[],
    )
    """Those for which the measure, or the other one, is favoured; it is not for the others."""
    opinion_text = models.CharField(
        "motif de l'avis", max_length=LONGEST_TEXT, blank=True, default="", db_default=""
    )
    """Of this measure alone; without any, whoever refuses it writes why."""
    decision = models.CharField("décision", max_length=10, choices=Decision, blank=True)
    decided_code = models.CharField("mesure accordée", max_length=20, blank=True)
    decided_label = models.CharField(
        "libellé de la mesure accordée", max_length=LONGEST_LINE, blank=True
    )
    decided_precision = models.CharField(
        "précision de la mesure accordée",
        max_length=LONGEST_PRECISION,
        blank=True,
        default="",
        db_default="",
    )
    """The same, of another measure that is granted; of the one that is asked, see `precision`."""
    decided_time = models.CharField("temps accordé", max_length=4, blank=True)
    decided_papers = ArrayField(
        models.CharField(max_length=20),
        verbose_name="épreuves accordées ; aucune : toutes celles demandées",
        default=list,
        db_default=[],
    )
    """Those for which the decision grants; it refuses for the others that are asked for."""
    reason = models.CharField("motif de la décision", max_length=LONGEST_WHY, blank=True)

    objects: ClassVar[Any] = AskedMeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "mesure demandée"
        verbose_name_plural = "mesures demandées"
        ordering = ("place",)
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code"], name="a_measure_is_asked_once_in_a_request"
            ),
            models.CheckConstraint(
                name="another_measure_of_the_opinion_is_named",
                condition=Q(opinion=Opinion.OTHER) & ~Q(opinion_code="") & ~Q(opinion_label="")
                | ~Q(opinion=Opinion.OTHER) & Q(opinion_code="", opinion_label=""),
            ),
            models.CheckConstraint(
                name="another_measure_alone_has_a_precision_of_its_own",
                condition=(Q(opinion_precision="") | Q(opinion=Opinion.OTHER))
                & (Q(decided_precision="") | Q(decision=Decision.OTHER)),
            ),
            models.CheckConstraint(
                name="a_measure_is_decided_after_its_opinion",
                condition=Q(decision="") | ~Q(opinion=""),
            ),
            models.CheckConstraint(
                name="a_text_of_an_opinion_goes_with_its_opinion",
                condition=Q(opinion_text="") | ~Q(opinion=""),
            ),
            models.CheckConstraint(
                name="a_measure_granted_is_named",
                condition=Q(decision__in=[Decision.GRANTED, Decision.OTHER])
                & ~Q(decided_code="")
                & ~Q(decided_label="")
                | ~Q(decision__in=[Decision.GRANTED, Decision.OTHER])
                & Q(decided_code="", decided_label="", decided_time=""),
            ),
            models.CheckConstraint(
                name="a_decision_that_is_not_the_opinion_says_why",
                condition=~Q(reason="")
                | Q(decision="")
                | Q(
                    decision=Decision.GRANTED,
                    opinion=Opinion.FAVOURABLE,
                    opinion_papers=[],
                    decided_papers=[],
                ),
            ),
            models.CheckConstraint(
                name="an_opinion_and_a_decision_are_of_epreuves_asked_for",
                condition=Q(papers=[])
                | Q(
                    opinion_papers__contained_by=F("papers"),
                    decided_papers__contained_by=F("papers"),
                ),
            ),
            models.CheckConstraint(
                name="only_what_is_favoured_is_so_for_some_epreuves",
                condition=Q(opinion_papers=[]) | Q(opinion__in=[Opinion.FAVOURABLE, Opinion.OTHER]),
            ),
            models.CheckConstraint(
                name="only_what_is_granted_is_so_for_some_epreuves",
                condition=Q(decided_papers=[]) | Q(decision__in=[Decision.GRANTED, Decision.OTHER]),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_notified_measure_is_never_rewritten",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__decision=""),
                func=_KEPT,
            ),
        ]

    def __str__(self) -> str:
        """Return what is asked for."""
        return self.label

    @property
    def named(self) -> str:
        """What is asked for, with its precision: « Sujet agrandi : A3 »."""
        return _with_precision(self.label, self.precision)

    def is_asked_as(self, code: str, precision: str) -> bool:
        """Return whether what is said is the measure that is asked for, with the very precision that it asks."""
        return code == self.code and search_key(precision) == search_key(self.precision)

    def is_covered_by(self, other: Self) -> bool:
        """Return whether another measure is asked for all the épreuves of this one."""
        return not other.papers or (bool(self.papers) and set(self.papers) <= set(other.papers))

    @property
    def opinion_in_words(self) -> str:
        """What the doctor thinks of it: « Autre mesure : … »."""
        said = self.get_opinion_display()
        if self.opinion == Opinion.FAVOURABLE and self.opinion_papers:
            return f"{said} en partie"
        if self.opinion == Opinion.OTHER and self.opinion_code == self.code:
            return f"{Opinion.FAVOURABLE.label}, {OTHERWISE} : {self.opinion_precision}"
        return f"{said} : {self.opinion_named}" if self.opinion_label else said

    @property
    def opinion_named(self) -> str:
        """The other measure that the doctor proposes, with its precision."""
        return _with_precision(self.opinion_label, self.opinion_precision)

    @property
    def granted_precision(self) -> str:
        """Which one, how large, of what is granted."""
        own = self.precision if self.decided_code == self.code else ""
        return self.decided_precision or own

    @property
    def granted_named(self) -> str:
        """What is granted, with its precision; nothing where it is refused."""
        return _with_precision(self.decided_label, self.granted_precision)

    @property
    def decision_in_words(self) -> str:
        """What is decided of it: « Autre mesure accordée : … »."""
        return self._decided_as(self.granted_named, precision=self.decided_precision)

    @property
    def decision_without_precision(self) -> str:
        """The same, for who does not decide: the words of what suits somebody are not for them."""
        return self._decided_as(self.decided_label)

    def _decided_as(self, named: str, *, precision: str = "") -> str:
        said = self.get_decision_display()
        if self.decision == Decision.OTHER and self.decided_code == self.code:
            return _with_precision(f"{Decision.GRANTED.label}, {OTHERWISE}", precision)
        if self.decision == Decision.GRANTED and self.decided_papers:
            return f"{said} en partie"
        return f"{said} : {named}" if self.decision == Decision.OTHER else said

    @property
    def is_as_asked(self) -> bool:
        """Whether all that was asked for is granted, and as it was."""
        return self.decision == Decision.GRANTED and not self.decided_papers

    @property
    def granted_papers(self) -> list[str]:
        """The épreuves for which something is granted; none for all that are sat."""
        return list(self.decided_papers or self.papers)

    def grants(self, paper: str) -> bool:
        """Return whether it grants something for an épreuve that it is asked for."""
        return bool(self.decided_code) and (not self.decided_papers or paper in self.decided_papers)

    @property
    def share(self) -> Fraction:
        """The time that is granted, as a share of the duration."""
        return Fraction(self.decided_time or 0)


def _with_precision(label: str, precision: str) -> str:
    return f"{label} : {precision}" if precision else label
