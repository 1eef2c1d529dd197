"""The pieces that wait to be verified: chosen, listed, gone through one after the other (I7)."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Reach
from sporades.core.french import time_left_in_words
from sporades.core.text import search_key
from sporades.evidence.models import LOOKED_AT_FOR, Evidence
from sporades.evidence.queries import (
    labels_within,
    of_code,
    posted_late,
    to_verify_within,
    with_added,
)
from sporades.exams.queries import programmes
from sporades.registrations.former import once_offered
from sporades.registrations.models import Registration
from sporades.searches.queries import planned_anew
from sporades.web.office.bounded import FirstOnes, counted_in_words
from sporades.web.office.places import OF_REGISTRATION, PlacesForm

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]
WALK = "suite"
"""What the address of a piece says when its reader goes through the queue."""

PIECE, SPECIALITY, ARRIVED = "piece", "specialite", "arrivee"
LATE = "hors"
PATHS = {**OF_REGISTRATION, "academie": "academy", SPECIALITY: "registration__speciality"}


class QueueForm(PlacesForm):
    """Which pieces are gone through, of what the reader reaches.

    A speciality is asked for within the exam that is chosen, or that is alone, where it has several.
    """

    specialite = forms.ChoiceField(label="Spécialité", required=False)
    piece = forms.ChoiceField(label="Pièce", required=False)
    arrivee = forms.ChoiceField(
        label="Arrivée", required=False, choices=[("", "À tout moment"), (LATE, "Hors délai")]
    )
    field_order = ("domaine", "examen", SPECIALITY, PIECE, ARRIVED, "academie")

    def __init__(self, data: Any, *, reach: Reach) -> None:
        """Offer what the réglementations ask for, and did, within a perimeter."""
        super().__init__(data, reach=reach)
        self.offer(PIECE, with_added(labels_within(reach)), every="Toutes")
        if specialities := self._specialities(reach):
            self.offer(SPECIALITY, specialities, every="Toutes")
        else:
            del self.fields[SPECIALITY]

    def _specialities(self, reach: Reach) -> dict[str, str]:
        """Return those of the exam; one of another exam, chosen before, is let go with that exam."""
        in_force = [
            offered
            for programme in programmes()
            if reach.knows(programme.regulation.domain.code)
            for offered in programme.exams
        ]
        known = [*in_force, *once_offered(reach)]
        alone = "" if "examen" in self.fields else str(known[0].exam.pk) if known else ""
        exam = alone or self.data.get("examen", "")
        found = {
            str(one.pk): one.label
            for offered in reversed(known)
            if str(offered.exam.pk) == exam
            for one in offered.specialities
        }
        if self.data.get(SPECIALITY, "") not in found:
            self.data = {name: self.data[name] for name in self.data if name != SPECIALITY}
        return dict(sorted(found.items(), key=lambda pair: search_key(pair[1])))


class PieceQueue:
    """The pieces that its reader goes through."""

    def __init__(self, said: Any, reach: Reach, *, at: datetime) -> None:
        """Keep what the address chooses among the pieces of a perimeter.

        Those of an exam that is over are gone through where it is chosen.
        """
        self.form = QueueForm(said, reach=reach)
        chosen = self.form.chosen
        rows = to_verify_within(reach, at=None if "examen" in chosen else at).filter(
            *(of_code(value) for name, value in chosen.items() if name == PIECE),
            **self.form.where(PATHS),
        )
        self.rows = rows.filter(pk__in=posted_late(rows)) if ARRIVED in chosen else rows
        self.query = self.form.query(**{WALK: "pieces"})
        self.list = f"{reverse('office:pieces_to_verify')}{self.form.query()}"

    def address_of(self, row: Evidence, number: str) -> str:
        """Return where one of them is verified, on the way through all of them."""
        return reverse("office:judge_piece", args=[number, row.code]) + self.query

    def ahead(self, row: Evidence, *, user: str, at: datetime) -> tuple[str, str]:
        """Return where the next one is verified, as `following`, and how many wait, this one included."""
        with planned_anew():
            found = self._next(row, user=user, at=at)
            left = counted_in_words(self.rows)
        return self._where(found), f"Encore {left} à vérifier" if left else ""

    def following(self, row: Evidence, *, user: str, at: datetime) -> str:
        """Return where the next one is verified: no colleague has it open; nothing when none is left.

        Args:
            row: the one that is left.
            user: its reader, as an actor names them.
            at: the instant.
        """
        with planned_anew():
            return self._where(self._next(row, user=user, at=at))

    def _where(self, found: Evidence | None) -> str:
        return self.address_of(found, found.registration.number) if found else ""

    def _next(self, row: Evidence, *, user: str, at: datetime) -> Evidence | None:
        free = (
            self.rows.exclude(pk=row.pk)
            .exclude(Q(looked_at__gt=at - LOOKED_AT_FOR) & ~Q(looked_by=user))
            .select_related("registration")
        )
        after = Q()
        if row.arrived_at is not None:
            after = Q(arrived_at__gt=row.arrived_at) | Q(arrived_at=row.arrived_at, pk__gt=row.pk)
            # Said apart, it is what an index begins at: the rest alone would read all that wait.
            after &= Q(arrived_at__gte=row.arrived_at)
        found: Evidence | None = free.filter(after).first() or free.first()
        return found


def queue_of(request: HttpRequest) -> PieceQueue | None:
    """Return the queue that a reader goes through, as the address says; nothing for none."""
    if request.GET.get(WALK) != "pieces":
        return None
    return PieceQueue(request.GET, request.reach, at=request.arrived_at)


def to_verify(request: HttpRequest) -> HttpResponse:
    """The pieces that wait to be verified, the oldest first."""
    at, user = request.arrived_at, request.actor.identifier
    queue = PieceQueue(request.GET, request.reach, at=at)
    pages = FirstOnes(queue.rows, ON_THE_PAGE)
    with planned_anew():
        page = pages.get_page(request.GET.get("page"))
        rows = list(page)
        oldest = queue.rows.values_list("arrived_at", flat=True).first()
    keys = {one.registration_id for one in rows}
    found = Registration.objects.within(request.reach).for_office().in_bulk(keys)
    lines = [
        {
            "registration": found[one.registration_id],
            "row": one,
            "is_late": _is_late(one, found[one.registration_id]),
            "url": queue.address_of(one, found[one.registration_id].number),
            "age": time_left_in_words(at - one.arrived_at),
            "reader": one.looked_name if one.looked_at_by_another(user, at) else "",
        }
        for one in rows
        if one.registration_id in found  # it has not left the perimeter meanwhile
    ]
    chosen = queue.form.chosen
    context = {
        "page": page,
        "form": queue.form,
        "is_chosen": bool(chosen),
        "lines": lines,
        "first": next((line["url"] for line in lines if not line["reader"]), ""),
        "count": pages.count,
        "is_cut": pages.is_cut,
        "oldest": time_left_in_words(at - oldest) if oldest else "",
        "base": f"{reverse('office:pieces_to_verify')}?{urlencode({**chosen, 'page': ''})}",
        "trail": TRAIL,
    }
    status = 422 if queue.form.errors else 200
    return render(request, "office/pieces_to_verify.html", context, status=status)


def _is_late(row: Evidence, registration: Registration) -> bool:
    row.registration = registration
    return row.is_late
