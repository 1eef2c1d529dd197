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
from sporades.evidence.models import LOOKED_AT_FOR, Evidence
from sporades.evidence.queries import labels_within, of_code, to_verify_within, with_added
from sporades.exams.queries import programmes
from sporades.registrations.former import and_gone, once_offered
from sporades.registrations.models import Registration
from sporades.registrations.titles import title_of
from sporades.searches.queries import planned_anew
from sporades.web.office.bounded import FirstOnes, counted_in_words
from sporades.web.office.places import academies_of

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]
WALK = "suite"
"""What the address of a piece says when its reader goes through the queue."""

PIECE = "piece"
PATHS = {
    "domaine": "registration__exam__domain",
    "examen": "registration__exam",
    PIECE: "code",
    "academie": "academy",
}


class QueueForm(forms.Form):
    """Which pieces are gone through, of what the reader reaches."""

    domaine = forms.ChoiceField(label="Domaine", required=False)
    examen = forms.ChoiceField(label="Examen ou concours", required=False)
    piece = forms.ChoiceField(label="Pièce", required=False)
    academie = forms.ChoiceField(label="Académie", required=False)

    def __init__(self, data: Any, *, reach: Reach) -> None:
        """Offer what the réglementations ask for, and did, within a perimeter."""
        super().__init__(data)
        domains, exams = {}, {}
        for programme in programmes():
            domain = programme.regulation.domain
            if not reach.knows(domain.code):
                continue
            domains[str(domain.pk)] = domain.label
            for offered in programme.exams:
                exams[str(offered.exam.pk)] = title_of(offered.exam, None)
        once = ((str(one.exam.pk), title_of(one.exam, None)) for one in once_offered(reach))
        self.offered = {
            "domaine": domains,
            "examen": and_gone(exams, once),
            "piece": with_added(labels_within(reach)),
            "academie": academies_of(reach),
        }
        for name, choices in self.offered.items():
            every = "Toutes" if name in ("piece", "academie") else "Tous"
            if len(choices) == 1:
                del self.fields[name]
                continue
            self.fields[name].choices = [("", every), *choices.items()]  # type: ignore[attr-defined] # a ChoiceField

    @property
    def chosen(self) -> dict[str, str]:
        """What was chosen and can be, by name."""
        if not self.is_valid():
            return {}
        return {name: value for name in PATHS if (value := self.cleaned_data.get(name))}


class PieceQueue:
    """The pieces that its reader goes through."""

    def __init__(self, said: Any, reach: Reach, *, at: datetime) -> None:
        """Keep what the address chooses among the pieces of a perimeter.

        Those of an exam that is over are gone through where it is chosen.
        """
        self.form = QueueForm(said, reach=reach)
        chosen = self.form.chosen
        self.rows = to_verify_within(reach, at=None if "examen" in chosen else at).filter(
            *(of_code(value) for name, value in chosen.items() if name == PIECE),
            **{PATHS[name]: value for name, value in chosen.items() if name != PIECE},
        )
        self.query = "?" + urlencode({WALK: "pieces", **chosen})
        self.list = f"{reverse('office:pieces_to_verify')}{_question(chosen)}"

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


def _question(chosen: dict[str, str]) -> str:
    return f"?{urlencode(chosen)}" if chosen else ""
