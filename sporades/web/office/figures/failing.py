"""« Réponses refusées »: which question makes candidates fail, counted without any answer (I9)."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Reach
from sporades.core.french import day_in_words
from sporades.core.numbers import in_groups
from sporades.registrations.counting import rule_in_words
from sporades.registrations.queries import most_refused, refused_answers, refused_by_day
from sporades.registrations.sections import SECTIONS
from sporades.searches.catalogue import CRITERIA
from sporades.web.office.days import LatelyForm

TRAIL = [("Accueil", reverse_lazy("office:home"))]
MOST_SHOWN = 100
TITLES = {section.slug: section.title for section in SECTIONS}


class RefusedAnswersForm(LatelyForm):
    """Of which exam."""

    examen = forms.ChoiceField(label="Examen", required=False)
    field_order = ("examen", "du", "au")

    def __init__(self, data: Any = None, *, at: datetime, reach: Reach) -> None:
        """Offer the exams that are reached."""
        super().__init__(data, at=at)
        exams = CRITERIA["examen"].choices(reach) or ()
        self.fields["examen"].choices = [("", "Tous"), *exams]  # type: ignore[attr-defined] # a ChoiceField

    @property
    def exam(self) -> int | None:
        """The key of the exam, nothing for all."""
        said = self.cleaned_data.get("examen") if self.is_bound and self.is_valid() else ""
        return int(said) if said else None


def refused_answers_page(request: HttpRequest) -> HttpResponse:
    """The questions and rules that refuse the most, the most failing first; then day by day."""
    form = RefusedAnswersForm(request.GET or None, at=request.arrived_at, reach=request.reach)
    first, last = form.days
    counts = refused_answers(reach=request.reach, since=first, until=last, exam=form.exam)
    by_day = refused_by_day(counts)
    context = {
        "form": form,
        "total": in_groups(str(sum(total for _, total in by_day))),
        "rows": [
            (
                one["label"] or "L'onglet entier",
                TITLES.get(one["section"], one["section"]),
                rule_in_words(one["rule"]),
                in_groups(str(one["total"])),
            )
            for one in most_refused(counts, most=MOST_SHOWN)
        ],
        "columns": ("Question", "Onglet", "Ce qui la refuse", "Refus"),
        "days": [(day_in_words(day), in_groups(str(total))) for day, total in by_day],
        "day_columns": ("Jour", "Refus"),
        "period": f"Du {day_in_words(first)} au {day_in_words(last)}",
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/refused_answers.html", context, status=status)
