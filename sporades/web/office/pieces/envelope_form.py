"""Whose envelope came, what it holds, and the day of its postmark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms

from sporades.acts.pieces.envelopes import Enclosed
from sporades.core.french import local_day
from sporades.documents.codes import code_in
from sporades.registrations.fields import Hinted
from sporades.registrations.models import Registration
from sporades.web.layout.finding import NAMED, QuickForm
from sporades.web.office.days import ReceivedForm

SUMMARY = "recapitulatif"
"""What a box of the signed summary says; those of pieces say their codes, which have capitals."""


@dataclass(frozen=True)
class Paper:
    """A paper that an envelope may hold, as its box says it.

    Attributes:
        enclosed: the paper, as an act takes it.
        stands: where it stands.
        hint: what is said under its label.
        is_awaited: whether it may be noted; if not, it is here already, or needed no more.
    """

    enclosed: Enclosed
    stands: str
    hint: str
    is_awaited: bool

    @property
    def value(self) -> str:
        """What its box sends."""
        row = self.enclosed.row
        return f"{self.enclosed.registration.number}/{SUMMARY if row is None else row.code}"


class WhoseForm(QuickForm):
    """The one box, which also understands what is read from a document that came back.

    Attributes:
        code: the code of that document, where one was read.
    """

    code = ""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Ask for what an envelope says first."""
        super().__init__(*args, **options)
        self.fields[NAMED].label = "N° d'inscription, ou nom"
        self.fields[NAMED].help_text = "À taper, ou à scanner ; le QR code du récapitulatif aussi"

    def clean_quoi(self) -> str:
        """Understand the code of a document, alone or in the address that its QR code holds."""
        said: str = self.cleaned_data[NAMED]
        self.code = code_in(said)
        return said if self.code else super().clean_quoi()


class EnvelopeForm(ReceivedForm):
    """The papers of an envelope, ticked, how it came and on which day."""

    contenu = forms.MultipleChoiceField(
        label="Ce que contient l'enveloppe",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez ce que contient l'enveloppe."},
    )

    field_order = ("contenu", "poste_le", "par", "certain")

    def __init__(
        self, data: Any = None, *, papers: Sequence[Paper], at: datetime, initial: Any = None
    ) -> None:
        """Offer what may come.

        Args:
            data: what was sent.
            papers: what may be in the envelope.
            at: the instant.
            initial: what is shown first: the day of the envelope before, or what was sent before
                something changed.
        """
        self._papers = {one.value: one for one in papers if one.is_awaited}
        ticked = _ticked(data, self._papers)
        super().__init__(
            data, today=_last(ticked, at=at), opens=_opening(ticked), initial=initial or {}
        )
        self.fields["contenu"].choices = _choices(list(self._papers.values()))  # type: ignore[attr-defined] # a ChoiceField

    @property
    def chosen(self) -> list[Enclosed]:
        """What was ticked, as an act takes it."""
        return [self._papers[value].enclosed for value in self.cleaned_data["contenu"]]

    @property
    def came(self) -> tuple[Any, Any]:
        """On which day it came, and by which way; nothing in the place of what cannot be read."""
        return self.cleaned_data.get("poste_le"), self.cleaned_data.get("par")

    def noted_so(self, papers: Sequence[Paper]) -> list[Enclosed]:
        """Return what is ticked where all of it is noted already, by this very day and way; else nothing.

        Args:
            papers: what may be in the envelope, and what is here already.
        """
        self.full_clean()
        day, known = self.cleaned_data.get("poste_le"), {one.value: one for one in papers}
        sent = dict.fromkeys(self.data.getlist("contenu"))
        there = [known[value] for value in sent if value in known]
        is_so = all(
            not one.is_awaited and (one.enclosed.posted_on, one.enclosed.came_by) == self.came
            for one in there
        )
        return [one.enclosed for one in there] if day and is_so and len(there) == len(sent) else []


def _ticked(data: Any, papers: dict[str, Paper]) -> list[Enclosed]:
    """Return what is ticked; where nothing is, all that might be."""
    sent = data.getlist("contenu") if hasattr(data, "getlist") else ()
    found = [papers[value] for value in sent if value in papers]
    return [one.enclosed for one in found or papers.values()]


def _last(papers: list[Enclosed], *, at: datetime) -> date:
    """Return the last day that the postmark of all of these may bear."""
    days = [one.registration.last_day(at) for one in papers]
    return min(days, default=at.date())


def _opening(papers: list[Enclosed]) -> date:
    """Return the first day on which pieces are posted that nobody looks at twice.

    That of a signed summary has bounds of its own: nobody signs it before it is filed.
    """
    services = [one.registration.service for one in papers if one.row is not None]
    return max((local_day(one.opens_at, one.zone) for one in services), default=date.min)


def _choices(papers: list[Paper]) -> list[Any]:
    """Return the boxes, by registration where there are several."""
    groups: dict[Registration, list[tuple[str, Hinted]]] = {}
    for one in papers:
        boxes = groups.setdefault(one.enclosed.registration, [])
        boxes.append((one.value, Hinted(one.enclosed.label, one.hint)))
    if len(groups) == 1:
        return next(iter(groups.values()))
    return [(f"{one}, n°{one.number}", boxes) for one, boxes in groups.items()]
