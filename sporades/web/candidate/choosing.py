"""The funnel: what, then in which academy; its dates are shown before anything is asked."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.acts import registering
from sporades.exams import queries as exams
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.registrations.models import Draft, Registration
from sporades.registrations.titles import title_of


class AcademyForm(forms.Form):
    """The academy in which one registers."""

    academie = forms.ChoiceField(
        label="Académie", error_messages={"required": "Choisissez une académie."}
    )

    def __init__(self, data: Any, services: list[RegistrationService]) -> None:
        """Offer the academies that hold a service."""
        super().__init__(data, label_suffix="")
        self.fields["academie"].choices = [
            ("", "Choisir"),
            *((service.academy_id, service.academy.name) for service in services),
        ]


def choose(request: HttpRequest) -> HttpResponse:
    """The domains for which a service is open or about to open."""
    context = {"rubrics": exams.rubrics(at=request.arrived_at)}
    return render(request, "candidate/choose.html", context)


def choose_exam(request: HttpRequest, domain: str, session: str) -> HttpResponse:
    """The exams of a domain, with their specialities."""
    regulation = exams.regulation_of(domain, session)
    if regulation is None:
        raise Http404
    context = {
        "domain": regulation.domain,
        "session": regulation.session,
        "exams": exams.catalogue(regulation),
        "links": [("M'inscrire", reverse("candidate:choose"))],
    }
    return render(request, "candidate/choose_exam.html", context)


def choose_academy(
    request: HttpRequest, domain: str, session: str, exam: str, speciality: str | None = None
) -> HttpResponse:
    """The academy, its dates and conditions; « Démarrer mon inscription »."""
    found = get_object_or_404(
        Exam.objects.select_related("domain", "session"),
        domain__code=domain,
        session__code=session,
        code=exam,
    )
    special = get_object_or_404(found.specialities, code=speciality) if speciality else None
    services = exams.services_of(found, at=request.arrived_at)
    chosen = (request.POST if request.method == "POST" else request.GET).get("academie")
    service = next((one for one in services if one.academy_id == chosen), None)
    if request.method == "POST":
        return _start(request, found, special, service)
    form = AcademyForm(request.GET if "academie" in request.GET else None, services)
    context = {
        "exam": found,
        "title": title_of(found, special),
        "form": form,
        "service": service,
        "needs_residence": exams.rules_of(found).residence.rule == "residence",
        "links": [
            ("M'inscrire", reverse("candidate:choose")),
            (found.domain.label, reverse("candidate:choose_exam", args=[domain, session])),
        ],
        **(_about(request, found, special, service) if service else {}),
    }
    return render(request, "candidate/choose_academy.html", context)


def _start(
    request: HttpRequest,
    exam: Exam,
    speciality: Speciality | None,
    service: RegistrationService | None,
) -> HttpResponse:
    if service is None:
        raise Http404
    draft = registering.begin(
        candidate=request.user.candidate,
        exam=exam,
        speciality=speciality,
        service=service,
        by=request.actor,
        at=request.arrived_at,
    )
    return redirect("candidate:draft", draft.pk)


def _about(
    request: HttpRequest, exam: Exam, speciality: Speciality | None, service: RegistrationService
) -> dict[str, Any]:
    at = request.arrived_at
    mine = {"candidate": request.user.candidate, "exam": exam, "speciality": speciality}
    left = service.time_left_in_words(at) if service.accepts(at) else ""
    return {
        "is_accepting": service.accepts(at),
        "status": (
            f"Les inscriptions ouvrent {service.opening_in_words}."
            if at < service.opens_at
            else "Les inscriptions ne sont plus ouvertes."
        ),
        "dates": [
            {"label": "Ouverture", "when": service.opening_in_words},
            {
                "label": "Fermeture",
                "when": service.closing_in_words,
                "left": f"Il reste {left}" if left else "",
            },
            *exams.events_of(exam),
        ],
        "existing": Registration.objects.active().filter(**mine).first(),
        "draft": Draft.objects.open().filter(amends=None, **mine).first(),
    }
