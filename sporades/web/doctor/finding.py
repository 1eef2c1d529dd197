"""Find a request by a few words: among those that one has or had, and, by its number, one to take (H3)."""

from typing import Any

from django.db.models import Case as Conditional
from django.db.models import DateTimeField, F, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.registrations.models import Registration
from sporades.searches import quick
from sporades.searches.queries import TakesTooLong, found, is_somebody, planned_anew
from sporades.searches.trees import Group
from sporades.web.doctor.cases import OVER, line_of
from sporades.web.doctor.forms import FindCaseForm
from sporades.web.layout.asking import Asked
from sporades.web.layout.finding import AS_LIST, NAMED

MOST_FOUND = 25
"""How many lines a page shows of what is found."""


def find(request: HttpRequest) -> HttpResponse:
    """The one box: a number, a name, a birth date; one's own request alone opens at once.

    Not where half of what was typed is left out: the list shows first whose it is.

    Of a request that nobody has, its candidate is not named: it is found by its number alone.
    """
    asked = Asked(request, hidden=NAMED)
    form = FindCaseForm.of(asked)
    context: dict[str, Any] = {
        "quick": form,
        "form": form,  # its errors are counted in the title
        "here": "Trouver une demande",
        "trail": [("Demandes", reverse("doctor:home"))],
    }
    if not form.is_valid():
        return render(request, "doctor/found.html", context, status=422 if form.errors else 200)
    try:
        with planned_anew():
            cases = list(_found(request, form.tree)[: MOST_FOUND + 1])
    except TakesTooLong:
        form.add_error(
            NAMED, "Cette recherche demande trop de temps : ajoutez une date de naissance."
        )
        return render(request, "doctor/found.html", context, status=422)
    theirs = Registration.objects.for_office().with_owed()
    registrations = theirs.in_bulk({one.registration_id for one in cases})
    if request.method == "POST":
        if len(cases) == 1 and AS_LIST not in request.POST and _is_mine(request, cases[0]):
            meant = registrations[cases[0].registration_id].name_key
            if quick.is_meant(form.tree, meant):
                return redirect("doctor:case", cases[0].pk)
        # What is found has an address: one goes back to it from a request.
        return redirect(asked.leads_on(form))
    lines = [line_of(request, one, registrations[one.registration_id]) for one in cases]
    context |= {
        "here": "Demandes trouvées" if lines else "Aucune demande trouvée",
        "is_cut": len(cases) > MOST_FOUND,
        "alone": [] if lines else _alone(request, form.tree),
        "lines": [{**line, **_shown(request, line)} for line in lines[:MOST_FOUND]],
    }
    return render(request, "doctor/found.html", context)


def _found(request: HttpRequest, tree: Group) -> QuerySet[Case]:
    """Return what is found: first what waits for the reader, the oldest first, then the last that changed."""
    theirs = Q(doctor=request.user) | Q(former_doctor=request.user)
    named = Q(registration__in=found(tree, reach=request.reach).values("pk"))
    free = Q(state=State.ASKED, stands=True, registration__number__in=_numbers(tree))
    within = Case.objects.within(request.reach).exclude(state=State.WITHDRAWN)
    sought = within.filter(theirs & named | free)
    cases: QuerySet[Case] = sought.without_those_taken_again_on_it().select_related("instead_of")
    waits = Q(doctor=request.user, state=State.WITH_DOCTOR)
    waiting_since = Conditional(When(waits, then=F("since")), output_field=DateTimeField())
    return cases.order_by(
        waiting_since.asc(nulls_last=True), F("since").desc(nulls_last=True), "-pk"
    )


def _alone(request: HttpRequest, tree: Group) -> list[str]:
    """Return what was typed with a birth date, and that date: those by which alone a request is found."""
    alone = quick.each_alone(tree)
    return [quick.typed_in(one) for one in alone if is_somebody(_found(request, one))]


def _numbers(tree: Group) -> list[str]:
    """Return the number of a registration that was typed, if that is what was."""
    return [
        str(value)
        for leaf in tree.leaves()
        if leaf.criterion.code == "numero_inscription"
        for value in leaf.values
    ]


def _is_mine(request: HttpRequest, case: Case) -> bool:
    return case.doctor_id == request.user.pk and case.state in (State.WITH_DOCTOR, *OVER)


def _shown(request: HttpRequest, line: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a request that was found, beside what each list says."""
    case: Case = line["case"]
    is_theirs = request.user.pk in (case.doctor_id, case.former_doctor_id)
    return {
        "is_mine": _is_mine(request, case),
        "is_known": is_theirs or line["has_opined"],
        "is_free": case.state == State.ASKED,
        "where": _where(request, line),
    }


def _where(request: HttpRequest, line: dict[str, Any]) -> str:
    """Say where a request is, as the lists of the reader's home name it."""
    case: Case = line["case"]
    if case.state == State.ASKED:
        return "À prendre"
    if _is_mine(request, case):
        if case.state == State.WITH_DOCTOR:
            return "Chez vous"
        return f"Avis signé le {line['opined']}. Demande {case.get_state_display().lower()}"
    if case.state in (State.INCOMPLETE, State.PREPARING):
        return "Attend le candidat"
    return (
        f"Vous ne l'avez plus : {case.doctor_name}" if case.doctor_name else "Vous ne l'avez plus"
    )
