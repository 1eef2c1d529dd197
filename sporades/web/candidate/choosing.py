"""The funnel: what, then in which academy; its dates are shown before anything is asked."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from sporades.acts.registrations import registering
from sporades.core.french import listed, local_day
from sporades.core.text import search_key
from sporades.exams import queries as exams
from sporades.exams import schema
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.exams.queries import OfferedExam, Programme
from sporades.exams.rules.eligibility import conditions
from sporades.exams.rules.facts import Facts
from sporades.exams.rules.residence import is_by_address, is_free, registering_academy
from sporades.exams.schema import Audience, Rubric
from sporades.exams.schema.eligibility import Residence
from sporades.registrations.clocks import zone_of_reader
from sporades.registrations.dossier import dossier_of
from sporades.registrations.exclusion import (
    Exclusion,
    exclusion_by,
    exclusion_of,
    standing_instead_of,
)
from sporades.registrations.journey import outside_of, said_before_tabs
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import asking_late
from sporades.registrations.queries import late_requests_of, registrations_of
from sporades.registrations.titles import title_of
from sporades.territory import queries as territory
from sporades.territory.models import Academy
from sporades.web.candidate import drafts
from sporades.web.candidate.dates import dates_of
from sporades.web.components.openings import closing_in_words

_DOUBTS = {
    "birth_date": "Ce n'est pas votre date de naissance ?",
    "birth_place": "Ce n'est pas votre lieu de naissance ?",
    "nationality": "Ce n'est pas votre nationalité ?",
}
"""What may be wrong of the account of whom a rule refuses, as `Breach.field` names it."""


@dataclass(frozen=True)
class Choice:
    """An exam, or a speciality of one.

    Attributes:
        heading: the exam that a speciality belongs to; nothing where the domain names it already.
        label: what is read.
        url: the page that asks for the academy.
    """

    heading: str
    label: str
    url: str


class AcademyForm(forms.Form):
    """The academy in which one registers."""

    academie = forms.ChoiceField(
        label="Académie", error_messages={"required": "Choisissez une académie."}
    )

    def __init__(
        self, data: Any, services: list[RegistrationService], residence: Residence, *, at: datetime
    ) -> None:
        """Offer the academies that hold a service.

        Args:
            data: what was chosen, None before.
            services: theirs.
            residence: what it has to do with where one lives; the departments then tell which.
            at: the instant: what has closed, or is to open, says so.
        """
        super().__init__(data)
        self.fields["academie"].choices = [
            ("", "Choisir"),
            *((one.academy_id, _offered_as(one, residence, at=at)) for one in services),
        ]


def _offered_as(service: RegistrationService, residence: Residence, *, at: datetime) -> str:
    state = "" if service.accepts(at) else " – fermé" if service.has_closed(at) else " – à venir"
    return f"{_with_departments(service.academy, residence)}{state}"


def _with_departments(academy: Academy, residence: Residence) -> str:
    """Say « Lille (Nord, Pas-de-Calais) »; « Mayotte » alone, whose department is of that name."""
    names = [
        one.name
        for one in territory.departments()
        if not is_free(residence) and registering_academy(residence, one.academy_id) == academy.code
    ]
    return academy.name if names in ([], [academy.name]) else f"{academy.name} ({', '.join(names)})"


def choose(request: HttpRequest) -> HttpResponse:
    """The domains for which a service is open, exams then competitions."""
    at = request.arrived_at
    rubrics = [
        (rubric.value, [_domain(one, at) for one in exams.open_programmes(at, rubric=rubric)])
        for rubric in Rubric
    ]
    return render(request, "candidate/choose.html", {"rubrics": [one for one in rubrics if one[1]]})


def choose_exam(request: HttpRequest, domain: str, session: str) -> HttpResponse:
    """The exams of a domain, with their specialities; a single one is chosen already."""
    programme = _programme(domain, session)
    choices = _choices(programme, _academy_asked(request, programme))
    if len(choices) == 1:
        return redirect(choices[0].url)
    context = {
        "here": f"{programme.regulation.domain.label}, {programme.regulation.session.label}",
        "is_competition": programme.regulation.domain.rubric == Rubric.COMPETITIONS,
        "groups": [
            (heading, list(inside))
            for heading, inside in groupby(choices, key=lambda choice: choice.heading)
        ],
        "links": [("M'inscrire", reverse("candidate:choose"))],
    }
    return render(request, "candidate/choose_exam.html", context)


def choose_academy(
    request: HttpRequest, domain: str, session: str, exam: str, speciality: str = ""
) -> HttpResponse:
    """The academy, its dates and conditions; « Démarrer mon inscription »."""
    programme = _programme(domain, session)
    offered = _offered(programme, exam)
    special = _speciality(offered, speciality)
    services = _services(programme)
    chosen = (request.POST if request.method == "POST" else request.GET).get("academie")
    service = next((one for one in services if one.academy_id == chosen), None)
    if request.method == "POST":
        return _start(request, offered, special, service)
    residence = offered.rules.residence
    form = AcademyForm(
        request.GET if "academie" in request.GET else None,
        services,
        residence,
        at=request.arrived_at,
    )
    mine = registrations_of(user=request.user.pk)
    exclusion = exclusion_by(
        mine,
        exam=offered.exam,
        speciality=special,
        rules=offered.rules,
        regulation=programme.regulation,
    )
    context = {
        "title": title_of(offered.exam, special),
        "alone": special.label if special and len(_choices(programme, "")) == 1 else "",
        "form": form,
        "service": service,
        "needs_residence": not is_free(residence),
        "is_by_address": is_by_address(residence),
        "exclusion": exclusion,
        "may_become": exclusion is not None and exclusion.may_become(request.arrived_at),
        **_standing_elsewhere(exclusion, service, at=request.arrived_at),
        **_last_left(mine, offered, special, at=request.arrived_at),
        "links": _way_here(programme, _academy_asked(request, programme)),
        **(_about(request, offered, special, service, mine) if service else {}),
    }
    return render(request, "candidate/choose_academy.html", context)


def _standing_elsewhere(
    exclusion: Exclusion | None, service: RegistrationService | None, *, at: datetime
) -> dict[str, Any]:
    """Return the registration in the way that stands in another academy, and whether it may be left."""
    standing = exclusion.registration if exclusion else None
    is_elsewhere = standing and service and standing.service_id != service.pk
    return {
        "standing_elsewhere": standing if is_elsewhere else None,
        "may_leave": standing is not None and standing.is_editable(at),
    }


def _programme(domain: str, session: str) -> Programme:
    for one in exams.programmes():
        if (one.regulation.domain.code, one.regulation.session.code) == (domain, session):
            return one
    raise Http404


def _services(programme: Programme) -> list[RegistrationService]:
    return [one for one in programme.services if one.audience == Audience.PUBLIC]


def _last_left(
    mine: list[Registration], offered: OfferedExam, speciality: Speciality | None, *, at: datetime
) -> dict[str, Registration | None]:
    """Return the last registration for this choice: set aside, or withdrawn and undone by another.

    Its answers can then be taken up again (E8), unless one stands in its place.
    """
    choice = (offered.exam, speciality)
    last = next((one for one in mine if (one.exam, one.speciality) == choice), None)
    can_be_undone = last and last.can_be_undone(at) and not standing_instead_of(last, mine)
    return {
        "set_aside": last if last and last.is_set_aside else None,
        "withdrawn": last if can_be_undone else None,
    }


def _academy_asked(request: HttpRequest, programme: Programme) -> str:
    """Return the code of the academy that the address of the page names, if it registers."""
    asked = request.GET.get("academie", "")
    return asked if any(one.academy_id == asked for one in _services(programme)) else ""


def _choices(programme: Programme, academy: str) -> list[Choice]:
    """Return what may be chosen in a programme, by label, each with the way to its academy."""
    domain, several = programme.regulation.domain, len(programme.exams) > 1
    where = (domain.code, programme.regulation.session.code)
    found = []
    for offered in sorted(programme.exams, key=lambda one: search_key(one.exam.label)):
        exam = offered.exam
        for speciality in offered.specialities:
            url = reverse("candidate:choose_academy_for", args=[*where, exam.code, speciality.code])
            heading = exam.label if several or exam.label != domain.label else ""
            found.append(Choice(heading, speciality.label, _with(url, academy)))
        if not offered.specialities:
            url = reverse("candidate:choose_academy", args=[*where, exam.code])
            found.append(Choice("", exam.label, _with(url, academy)))
    return found


def _way_here(programme: Programme, academy: str) -> list[tuple[str, str]]:
    """Return the links of the breadcrumb: a page where there is nothing to choose has none."""
    domain, session = programme.regulation.domain, programme.regulation.session
    links = [("M'inscrire", reverse("candidate:choose"))]
    if len(_choices(programme, academy)) > 1:
        url = reverse("candidate:choose_exam", args=[domain.code, session.code])
        links.append((domain.label, _with(url, academy)))
    return links


def _with(url: str, academy: str) -> str:
    return f"{url}?{urlencode({'academie': academy})}" if academy else url


def _offered(programme: Programme, code: str) -> OfferedExam:
    found = next((one for one in programme.exams if one.exam.code == code), None)
    if found is None:
        raise Http404
    return found


def _speciality(offered: OfferedExam, code: str) -> Speciality | None:
    found = next((one for one in offered.specialities if one.code == code), None)
    if bool(offered.specialities) != bool(code) or (code and found is None):
        raise Http404
    return found


def _domain(programme: Programme, at: datetime) -> dict[str, Any]:
    services = programme.open_services(at)
    names = ", ".join(service.academy.name for service in services)
    return {
        "domain": programme.regulation.domain,
        "session": programme.regulation.session,
        "openings_in_words": format_html("Ouvert : {}. {}", names, closing_in_words(services, at)),
    }


def _start(
    request: HttpRequest,
    offered: OfferedExam,
    speciality: Speciality | None,
    service: RegistrationService | None,
) -> HttpResponse:
    if service is None:
        raise Http404
    begun = _begun(request, offered, speciality)
    moves = begun is not None and begun.service_id != service.pk
    before = drafts.suited(request, drafts.own(request, begun.pk)) if begun and moves else None
    draft = registering.begin(
        candidate=request.user.candidate,
        exam=offered.exam,
        speciality=speciality,
        service=service,
        by=request.actor,
        at=request.arrived_at,
    )
    if before is not None:
        drafts.say_moved(request, drafts.own(request, draft.pk), before=before)
    return redirect("candidate:draft", draft.pk)


def _about(
    request: HttpRequest,
    offered: OfferedExam,
    speciality: Speciality | None,
    service: RegistrationService,
    mine: list[Registration],
) -> dict[str, Any]:
    at, reader = request.arrived_at, zone_of_reader(request.user.pk, mine)
    draft = _begun(request, offered, speciality)
    left = _last_left(mine, offered, speciality, at=at)["withdrawn"]
    undoing = Draft(created_at=at, waived=left.waived if left else {})
    return {
        "closed": service.closed_in_words(at, reader),
        "is_to_come": service.opens_at > at,
        "is_over": service.has_closed(at),
        "is_engaging": is_free(offered.rules.residence) and not service.has_closed(at),
        "refused": _refused(request, draft or undoing, offered, speciality, service),
        "dates": dates_of(service, offered.rules.events, at=at, reader=reader),
        "conditions": conditions(offered.rules),
        "terms": offered.rules.terms,
        "to_hand": listed(_to_hand(request, offered.rules, service)),
        "account_url": drafts.account_from(request.get_full_path()),
        "is_frozen": request.user.candidate.is_frozen,
        "draft": draft,
        **_once_closed(
            request, draft, exam=offered.exam, speciality=speciality, service=service, mine=mine
        ),
        "is_elsewhere": draft is not None and draft.service_id != service.pk,
        "may_come": service.accepts(at),
        "closing": service.said(service.closes_at, reader),
    }


def _once_closed(
    request: HttpRequest,
    draft: Draft | None,
    *,
    exam: Exam,
    speciality: Speciality | None,
    service: RegistrationService,
    mine: list[Registration],
) -> dict[str, Any]:
    """Return what is said, of a service that has closed, of what was begun: it is kept, and is no registration."""
    nothing = {"kept": "", "may_ask_late": False, "waits": None}
    at = request.arrived_at
    if not service.has_closed(at):
        return nothing
    if draft is None:
        waiting = late_requests_of(user=request.user.pk)
        same = (one for one in waiting if _is_for(one.draft, exam, speciality))
        return {**nothing, "waits": next(same, None)}
    excluded = exclusion_of(draft, mine) is not None
    if draft.service_id != service.pk:
        there = draft.service.academy.with_preposition
        kept = f"Votre saisie, commencée auprès {there}, est gardée."
    elif excluded:
        kept = "Votre saisie n'a pas été enregistrée à temps. Elle est gardée."
    else:
        kept = f"{draft.missed_in_words(at)} Votre saisie est gardée."
    may_ask_late = not excluded and asking_late.why_not(draft, at=at) is None
    return {**nothing, "kept": kept, "may_ask_late": may_ask_late}


def _is_for(draft: Draft, exam: Exam, speciality: Speciality | None) -> bool:
    return (draft.exam_id, draft.speciality_id) == (exam.pk, speciality and speciality.pk)


def _refused(
    request: HttpRequest,
    draft: Draft,
    offered: OfferedExam,
    speciality: Speciality | None,
    service: RegistrationService,
) -> list[dict[str, str]]:
    """Say what refuses the reader before anything is answered: their civil data, or this very choice.

    Each refusal comes with what may be wrong of the account, and how it is corrected, if that is it.
    """
    at, candidate = request.arrived_at, request.user.candidate
    if service.has_closed(at):
        return []
    # As it would be begun here and now: of what is undone, what was filed stands.
    choice = {"exam": offered.exam, "speciality": speciality, "service": service}
    would_be = Draft(
        candidate=candidate, created_at=draft.created_at, waived=draft.waived, **choice
    )
    dossier = dossier_of(would_be, day=local_day(at, service.zone), answers={})
    is_competition = offered.exam.domain.rubric == Rubric.COMPETITIONS
    cannot = (
        f"Vous ne pouvez pas vous inscrire à {'ce concours' if is_competition else 'cet examen'}"
    )
    found = []
    for point in outside_of(dossier):
        said = said_before_tabs(dossier, point.field)
        if not said:
            continue
        doubt = _DOUBTS.get(point.field, "")
        title = (
            f"{cannot} : votre compte dit « {said} »." if doubt else f"{cannot} avec « {said} »."
        )
        found.append({"title": title, "message": point.message, "doubt": doubt})
    return found


def _to_hand(request: HttpRequest, rules: schema.Exam, service: RegistrationService) -> list[str]:
    """Return what the tabs will ask that one may have to look for."""
    day = local_day(request.arrived_at, service.zone)
    born = request.user.candidate.identity.latest_birth_date
    is_minor = Facts(on=day, session_year=day.year, birth_date=born).is_minor_on(day)
    asked = {
        "votre adresse": True,
        "le nom de votre représentant légal": is_minor,
        "son téléphone": is_minor,
        "vos diplômes": rules.qualification.diplomas is not None,
        "vos années d'expérience": rules.qualification.experience is not None,
        "vos relevés de notes, si vous avez déjà passé des épreuves": any(
            paper.kept_mark for paper in rules.papers
        ),
    }
    return [what for what, is_asked in asked.items() if is_asked]


def _begun(
    request: HttpRequest, offered: OfferedExam, speciality: Speciality | None
) -> Draft | None:
    """Return what the reader has begun for this choice, in whichever academy."""
    own = Draft.objects.open().of_candidates().for_list()
    choice = {"exam": offered.exam, "speciality": speciality}
    return own.filter(amends=None, candidate=request.user.candidate, **choice).first()
