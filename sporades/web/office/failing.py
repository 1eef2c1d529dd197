"""« Réponses refusées »: which question makes candidates fail, counted without any answer (I9)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy

from sporades.core.french import day_in_words
from sporades.core.numbers import in_groups
from sporades.registrations.counting import rule_in_words
from sporades.registrations.queries import most_refused, refused_answers, refused_by_day
from sporades.registrations.sections import SECTIONS
from sporades.web.office.message_forms import RefusedAnswersForm

TRAIL = [("Accueil", reverse_lazy("office:home"))]
MOST_SHOWN = 100
TITLES = {section.slug: section.title for section in SECTIONS}


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
