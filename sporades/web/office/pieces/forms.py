"""Why a piece is refused or waived, until when it may be sent, when it was posted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.text import capfirst

from sporades.acts.sent_files import Sent
from sporades.core.french import ended, local_day
from sporades.core.presses import a_press
from sporades.core.refusals import Refused
from sporades.evidence import delays
from sporades.evidence.models import LONGEST_REASON
from sporades.evidence.operations import SamePostmark, SameReason
from sporades.evidence.queries import Owed
from sporades.evidence.reasons import Reason
from sporades.exams.schema.base import LONGEST_LINE
from sporades.registrations.came import CameBy
from sporades.registrations.fields import CleanCharField, ask_if_called_for, say_missing
from sporades.registrations.models import Registration
from sporades.web.office.days import DayField, ReceivedForm
from sporades.web.office.forms import ScannedField

OTHER = "autre"
A_WEEK = timedelta(days=7)
NOTHING: Mapping[str, str] = MappingProxyType({})
DETAIL = "Précision du service : "
"""What stands between a usual reason and the words that complete it."""
HOW_LONG = "Le candidat peut la fournir jusqu'à la fin de ce jour. Par exemple : {day:%d/%m/%Y}"
HOW_LONG_OR_NOT = f"{HOW_LONG}. Vide : pas de délai de plus"


@dataclass(frozen=True)
class Time:
    """The time that a candidate has to send a piece.

    Attributes:
        registration: whose piece it is.
        owed: the piece.
        at: the instant.
    """

    registration: Registration
    owed: Owed
    at: datetime

    @property
    def usual(self) -> date | None:
        """The last day that the réglementation gives from now on; nothing where as much is left."""
        return delays.usual_day(self.registration, self.owed, at=self.at)

    @property
    def today(self) -> date:
        """The day that it is where the piece is due."""
        return local_day(self.at, self.registration.service.zone)

    @property
    def posted_until(self) -> date:
        """The last day that a postmark may bear: today, where it was posted."""
        return self.registration.last_day(self.at)

    @property
    def opens(self) -> date:
        """The day on which its service opened."""
        service = self.registration.service
        return local_day(service.opens_at, service.zone)

    @property
    def example(self) -> date:
        """A last day that may be granted, to show how one is written."""
        due = local_day(self.owed.until, self.registration.service.zone)
        return self.usual or min(max(due, self.today) + A_WEEK, self.latest)

    @property
    def is_over(self) -> bool:
        """Whether none of it is given any more: nothing is asked for once the exam is over."""
        return self.registration.is_exam_over(self.at)

    @property
    def is_short(self) -> bool:
        """Whether more of it is proposed: its deadline has passed, or leaves less than is usual."""
        return not self.is_over and (bool(self.usual) or not self.owed.is_in_time(self.at))

    @property
    def earliest(self) -> date | None:
        """The first day to which what was granted may be cut back; nothing where it may not be."""
        return delays.earliest(self.registration, self.owed, at=self.at)

    @property
    def latest(self) -> date:
        """The last day that may be granted."""
        return self.today + delays.MOST

    def check(self, day: date, *, may_cut_back: bool) -> None:
        """Refuse a last day that cannot be granted. Raises Refused."""
        allowed = delays.changed if may_cut_back else delays.granted
        allowed(self.registration, self.owed, day, at=self.at)


class DelayForm(forms.Form):
    """Until which day a piece may be sent, where that is later than its deadline.

    It is proposed where the réglementation gives more time than is left; emptied, it gives none.
    """

    delai = DayField(label="À fournir jusqu'au")

    def __init__(
        self,
        data: Any = None,
        *,
        time: Time,
        is_required: bool = False,
        kept: Mapping[str, str] = NOTHING,
    ) -> None:
        """Propose the usual day.

        Args:
            data: what was sent.
            time: what is left, and how much is usual.
            is_required: whether a day must be said; what was granted may then be cut back to it.
            kept: what was sent before something changed, shown to be confirmed.
        """
        initial = {"delai": time.usual} if time.usual else {}
        super().__init__(data, initial={**initial, **kept})
        self._time = time
        self.fields["delai"].required = is_required
        how = HOW_LONG if is_required else HOW_LONG_OR_NOT
        self.fields["delai"].help_text = how.format(day=time.example)

    def clean_delai(self) -> Any:
        """Refuse a day that gives no more time, or too much."""
        day = self.cleaned_data["delai"]
        if day is not None:
            try:
                self._time.check(day, may_cut_back=self.fields["delai"].required)
            except Refused as refusal:
                raise forms.ValidationError(str(refusal), code="delay") from None
        return day


class RefusalForm(DelayForm):
    """Why a piece is refused: a usual reason, what completes it, or words of one's own; until when to replace it."""

    raison = forms.ChoiceField(
        label="Motif du refus",
        widget=forms.RadioSelect(attrs={"data-key-goes": "n"}),
        error_messages={"required": "Choisissez un motif : le candidat le lira."},
    )
    motif = CleanCharField(
        label="Précision",
        help_text="Facultative, sauf avec « Autre motif ». Le candidat la lit après le motif. Par "
        "exemple : le bas de la page 2 est coupé",
        max_length=LONGEST_REASON - LONGEST_LINE - len(f" {DETAIL}."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    field_order = ("raison", "motif", "delai")
    rule = "Pour une pièce non conforme, le motif est obligatoire."

    def __init__(
        self,
        data: Any = None,
        *,
        reasons: Sequence[Reason],
        time: Time,
        former: str = "",
        kept: Mapping[str, str] = NOTHING,
    ) -> None:
        """Offer the usual reasons, and more time where none is left to replace it.

        Args:
            data: what was sent.
            reasons: the usual ones.
            time: what is left, and how much more is usual.
            former: the reason that is corrected, where one is.
            kept: what the form shows at first.
        """
        super().__init__(data, time=time, kept=kept)
        self._former = former
        if not time.is_short:
            del self.fields["delai"]
        self.reasons = {one.code: one for one in reasons}
        self.fields["raison"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            *((one.code, one.label) for one in reasons),
            (OTHER, "Autre motif, dit dans la précision"),
        ]
        ask_if_called_for(self.fields["motif"])

    def clean(self) -> dict[str, Any]:
        """Ask for words, where no usual reason says why."""
        data = super().clean() or {}
        if data.get("raison") == OTHER and not data.get("motif"):
            say_missing(self, "motif", "Dites le motif : le candidat le lira.")
            return data
        is_read = data.get("raison") and "motif" in data
        if self._former and is_read and self.decided["reason"] == self._former:
            self.add_error("raison", SameReason.message)
        return data

    @property
    def decided(self) -> dict[str, Any]:
        """Why, as an act takes it."""
        usual = self.reasons.get(self.cleaned_data["raison"])
        own = ended(capfirst(self.cleaned_data["motif"]))
        reason = usual.sentence if usual else own
        return {
            "reason": f"{ended(reason)} {DETAIL}{own}" if usual and own else reason,
            "motive": usual.label if usual else "",
            "until": self.cleaned_data.get("delai"),
        }


def as_refused(reason: str, reasons: Sequence[Reason]) -> dict[str, str]:
    """Return what the form of a refusal said, from the reason that it made.

    Args:
        reason: as its candidate reads it; nothing where the piece is not refused.
        reasons: the usual ones.
    """
    if not reason:
        return {}
    for one in reasons:
        if reason == one.sentence:
            return {"raison": one.code}
        if reason.startswith(begun := f"{ended(one.sentence)} {DETAIL}"):
            return {"raison": one.code, "motif": reason.removeprefix(begun)}
    return {"raison": OTHER, "motif": reason}


class WaiverForm(forms.Form):
    """Why a registration does without a piece."""

    pourquoi = CleanCharField(
        label="Motif",
        help_text="Un message le dit au candidat. Par exemple : diplôme vu au guichet",
        max_length=LONGEST_REASON,
        error_messages={"required": "Dites le motif : le candidat le lira."},
    )


class CorrectedPostmarkForm(ReceivedForm):
    """How and on which day it came, in place of what was written by mistake."""

    lu = forms.DateField(
        input_formats=["%Y-%m-%d"],
        widget=forms.HiddenInput,
        error_messages={
            "required": "La date à corriger n'est plus là : rechargez cette page.",
            "invalid": "La date à corriger n'est plus là : rechargez cette page.",
        },
    )

    def clean(self) -> dict[str, Any]:
        """Refuse the day and the way that are written already: nothing is corrected."""
        data = super().clean() or {}
        is_same_way = data.get("par") == self.initial.get("par", CameBy.POST)
        if data.get("poste_le") and data["poste_le"] == data.get("lu") and is_same_way:
            self.add_error("poste_le", SamePostmark.message)
        return data


class ScanForm(ReceivedForm):
    """What came on paper, once it is scanned."""

    fichier = ScannedField(
        help_text="Un PDF (5\u00a0Mo au plus) ou une photo JPEG ou PNG (20\u00a0Mo au plus) : le candidat qui a un compte la verra"
    )
    envoi = forms.Field(widget=forms.HiddenInput, required=False, initial=a_press)

    @property
    def sent(self) -> list[Sent]:
        """The file, as it comes."""
        chosen = self.cleaned_data["fichier"]
        return [Sent(chosen.name, chosen.read())]
