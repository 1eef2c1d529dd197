"""The requests of a doctor: those that wait, theirs, those whose opinion is signed (H3)."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accommodations.queries import doctors_for, papers_called_for_by
from sporades.accommodations.rules import deadline_of
from sporades.accommodations.states import State
from sporades.acts import opining
from sporades.acts.accommodating import NotInCharge
from sporades.core.french import day_in_words, local_day, time_left_in_words
from sporades.core.refusals import Refused
from sporades.medical.queries import kinds_confided
from sporades.registrations.models import Registration
from sporades.web.doctor.forms import GiveBackForm

MOST_AT_ONCE, A_FEW = 25, 10
"""How many lines a page shows of what waits for its reader, and of the two other lists."""
LONGEST_KEY = 2**63
OVER = (State.OPINION_GIVEN, State.DECIDED, State.NOTIFIED)


def home(request: HttpRequest) -> HttpResponse:
    """The requests in charge, those that a doctor may take, those whose opinion is signed."""
    mine = Case.objects.within(request.reach).entrusted_to(request.user)
    free = (
        Case.objects.without_a_doctor()
        .within(request.reach)
        .annotate(given=kinds_confided(OuterRef("registration")))
        .prefetch_related("measures")
    )
    waiting = mine.filter(state=State.WITH_DOCTOR).order_by("since", "pk")
    said = mine.filter(state__in=OVER).order_by("-opined_at", "-pk")
    pages = {
        name: Paginator(cases, on_a_page).get_page(request.GET.get(name))
        for name, cases, on_a_page in (
            ("chez-vous", waiting, MOST_AT_ONCE),
            ("a-prendre", free.order_by("since", "pk"), A_FEW),
            ("avis", said, A_FEW),
        )
    }
    keys = {one.registration_id for page in pages.values() for one in page}
    found = Registration.objects.for_office().with_owed().in_bulk(keys)
    lists = [
        {
            "page": page,
            "base": f"?{name}=",
            "lines": [_line(request, one, found[one.registration_id]) for one in page],
        }
        for name, page in pages.items()
    ]
    context = dict(zip(("waiting", "free", "said"), lists, strict=True))
    return render(request, "doctor/home.html", context)


def take(request: HttpRequest, case: int) -> HttpResponse:
    """« Je m'en charge »."""
    found = within_reach(request, case)
    try:
        opining.take(
            case=found,
            doctor=request.user,
            reach=request.reach,
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("doctor:home")
    return redirect("doctor:case", found.pk)


def give_back(request: HttpRequest, case: int) -> HttpResponse:
    """Leave a request to another doctor, or to whoever takes it."""
    found = case_of(request, case)
    day = local_day(request.arrived_at, settings.TIME_ZONE)
    doctors = doctors_for(found.registration, day=day)
    others = [one for one in doctors if one.user_id != request.user.pk]
    posted = request.POST if request.method == "POST" else None
    form = GiveBackForm(posted, others=others)
    if posted is not None and form.is_valid():
        try:
            opining.give_back(
                case=found,
                to=form.chosen,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Cette demande n'est plus chez vous.")
        return redirect("doctor:home")
    context = {"case": found, "form": form, "trail": trail(found)}
    return render(request, "doctor/give_back.html", context, status=422 if form.errors else 200)


def within_reach(request: HttpRequest, key: int) -> Case:
    """Return a request of the reader's academies and domains, with its registration."""
    return _with_registration(Case.objects.within(request.reach), key)


def case_of(request: HttpRequest, key: int) -> Case:
    """Return a request that is entrusted to the reader, with its registration; for any other, 404."""
    mine = Case.objects.within(request.reach).entrusted_to(request.user)
    return _with_registration(mine, key)


def author_on(request: HttpRequest, case: Case) -> Any:
    """Return the reader as the author of an act on a request."""
    registration = case.registration
    domain = registration.exam.domain.code
    try:
        return request.reach.author(academy=registration.academy_id, domain=domain)
    except LookupError:
        raise NotInCharge from None


def trail(case: Case) -> list[tuple[str, str]]:
    """Return the way to the pages of one request."""
    return [
        ("Demandes", reverse("doctor:home")),
        (case.registration.identity.full_name, reverse("doctor:case", args=[case.pk])),
    ]


def _with_registration(cases: QuerySet[Case], key: int) -> Case:
    found = cases.filter(pk=key).first() if key < LONGEST_KEY else None
    if found is None:
        raise Http404
    found.registration = Registration.objects.whole().with_owed().get(pk=found.registration_id)
    return found


def _line(request: HttpRequest, case: Case, registration: Registration) -> dict[str, Any]:
    case.registration = registration
    zone = registration.service.zone
    deadline = local_day(deadline_of(registration), zone)
    return {
        "case": case,
        "registration": registration,
        "age": time_left_in_words(request.arrived_at - case.asked_at) if case.asked_at else "",
        "deadline": day_in_words(deadline),
        "lacks": _lacks(case, registration) if hasattr(case, "given") else "",
        "opined": day_in_words(local_day(case.opined_at, zone)) if case.opined_at else "",
    }


def _lacks(case: Any, registration: Registration) -> str:
    """Say whether a mandatory paper of health is not confided yet, of what was read with a request."""
    due = [one.code for one in papers_called_for_by(case, registration) if one.is_mandatory]
    missing = len(set(due) - set(case.given))
    if not missing:
        return "Tous confiés"
    return "Il en manque un" if missing == 1 else f"Il en manque {missing}"
