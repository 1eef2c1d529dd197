"""« Modifier pour le candidat », « Inscrire ce candidat »: the candidate's own tabs (I3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.accommodations.rules import rules_of
from sporades.accounts.permissions import Permission
from sporades.acts.registrations import registering, standing_in
from sporades.acts.registrations.meanwhile import befallen
from sporades.candidates.models import Candidate
from sporades.candidates.operations import ADDRESS
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.phones import LANDLINE
from sporades.core.refusals import Refused
from sporades.exams import queries as exams
from sporades.exams.models import RegistrationService
from sporades.exams.queries import Programme
from sporades.exams.schema import Audience
from sporades.letters.words import announced
from sporades.registrations import waivers
from sporades.registrations.contacts import unless_alone
from sporades.registrations.dossier import Answers, Dossier
from sporades.registrations.exclusion import (
    Exclusion,
    exclusion_by,
    is_set_aside_since,
    standing_instead_of,
)
from sporades.registrations.issued_before import published_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.models.draft import DraftQuerySet
from sporades.registrations.operations import drafting
from sporades.registrations.queries import version_of
from sporades.registrations.records import records_held, records_within
from sporades.registrations.refusals import (
    AlreadyBegun,
    AlreadyRegistered,
    AmendedMeanwhile,
    Incomplete,
    NothingWaived,
    Trouble,
)
from sporades.registrations.sections import IDENTIFICATION, eligibility
from sporades.registrations.sections.base import Section, SectionForm
from sporades.web.office.noting import author_on, note_draft, note_file, note_record
from sporades.web.office.registrations.elsewhere import held_in
from sporades.web.office.registrations.files import TRAIL, reaches
from sporades.web.office.registrations.filling_forms import ChoiceForm, LateForm, RuleWaiverForm
from sporades.web.office.registrations.left import begun_for, left_within
from sporades.web.wizard import differing, tabs
from sporades.web.wizard import recap as recapping
from sporades.web.wizard.door import Door, dossier_for
from sporades.web.wizard.specialities import (
    WANTED,
    SpecialityForm,
    offered_to,
    without_those_kept_out,
)

_TOO_LATE = (
    "Cette saisie était déjà {what} : les réponses que vous venez d'envoyer n'y sont pas ajoutées."
)
_TAKEN_UP = "Cette adresse est celle de sa dernière inscription : vérifiez-la avec le candidat."
_OF_RECORD = "Cette adresse est celle de la fiche : vérifiez-la avec le candidat."
_INCOMPLETE = "Des réponses manquent ou sont à revoir : rien n'est enregistré."
_ALREADY = (
    "Ce candidat a déjà une inscription en cours au même examen ou concours pour cette session : "
    "rien n'est enregistré."
)

ON_PAPER = (
    "Un handicap est déclaré : la demande d'aménagement reçue sur papier se saisit dans l'onglet "
    "« Aménagement »."
)
"""What is said of whoever has no account, and asks for nothing in a space."""
TAKEN_UP = "reprendre"
"""The name of the buttons that take up the answers of what was left: the value is its number."""
MOST_LEFT = 50
"""How many of those that colleagues have left are listed."""


# --- Beginning -------------------------------------------------------------------------------


def amend(request: HttpRequest, number: str) -> HttpResponse:
    """Say what modifying for somebody does, then open the tabs."""
    visible = Registration.objects.within(request.reach).active().whole()
    found = held_in(visible, request, number)
    note_file(request, found)
    refusal = None
    if request.method == "POST":
        try:
            draft = standing_in.amend(
                registration=found,
                author=request.user,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as said:
            refusal = said
        else:
            return redirect("office:draft", draft.pk)
    at = request.arrived_at
    context = {
        "registration": found,
        "refusal": refusal,
        "begun": Draft.objects.open().filled_by(request.user).filter(amends=found).exists(),
        "is_late": found.service.has_closed(at),
        "closed": found.service.closed_in_words(at),
        "published": published_of(found, at=at),
        "unless": unless_alone(found),
        "trail": TRAIL,
    }
    return render(request, "office/amend.html", context, status=409 if refusal else 200)


def change_speciality(request: HttpRequest, number: str) -> HttpResponse:
    """Choose for what else a registration is to be, then open the tabs."""
    visible = Registration.objects.within(request.reach).active().whole()
    found = held_in(visible, request, number)
    note_file(request, found)
    mine = Draft.objects.open().filled_by(request.user).filter(amends=found)
    begun = mine.whole().select_related("amends").first()
    offered = offered_to(found, begun, _own(request, found.candidate_id))
    offered, kept_out = without_those_kept_out(found, offered)
    form = SpecialityForm(
        request.POST if request.method == "POST" else None,
        offered=offered,
        wanted=request.GET.get(WANTED, ""),
    )
    at, refusal = request.arrived_at, None
    if request.method == "POST" and form.is_valid():
        try:
            draft = standing_in.amend(
                registration=found,
                choice=form.choice,
                author=request.user,
                by=author_on(request, found),
                at=at,
            )
        except Refused as said:
            refusal = said
        else:
            return redirect("office:draft", draft.pk)
    context = {
        "registration": found,
        "form": form if form.offered else None,
        "of_an_exam": kept_out,
        "refusal": refusal,
        "begun": begun,
        "is_late": found.service.has_closed(at),
        "closed": found.service.closed_in_words(at),
        "published": published_of(found, at=at),
        "trail": TRAIL,
    }
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "office/change_speciality.html", context, status=status)


def register_for(request: HttpRequest, candidate: int) -> HttpResponse:
    """Choose for what and where somebody is registered, then open the tabs."""
    # Somebody who gave the number of what they did not save has no registration here yet.
    begun = Draft.objects.open().filled_by(request.user).within(request.reach)
    mine = begun.filter(candidate=OuterRef("pk"))
    known = records_within(request.reach) | Candidate.objects.filter(Exists(mine))
    found = get_object_or_404(known.select_related("identity"), pk=candidate)
    note_record(request, found)
    offers = _offers(request)
    former, refusal = _former(request, found.pk, offers), None
    if number := request.POST.get(TAKEN_UP):
        left = next((one for one in former if one.number == number), None)
        if left is None:
            raise Http404
        try:
            draft = standing_in.begin_for_who_left(
                registration=left,
                author=request.user,
                by=_author(request, left.service),
                at=request.arrived_at,
            )
        except Refused as said:
            refusal = _of_somebody(said)
        else:
            return redirect("office:draft", draft.pk)
    is_chosen = request.method == "POST" and not number
    form = ChoiceForm(request.POST if is_chosen else None, offers=offers)
    excluded = None
    if is_chosen and form.is_valid():
        service = form.choice["service"]
        excluded = _excluded_by(_own(request, found.pk), form.choice, offers)
        if excluded:
            form.add_error("examen", _why(excluded))
    if is_chosen and form.is_valid():
        try:
            draft = standing_in.begin(
                candidate=found,
                **form.choice,
                author=request.user,
                by=_author(request, service),
                at=request.arrived_at,
            )
        except Refused as said:
            form.add_error("academie", str(said))
        else:
            return redirect("office:draft", draft.pk)
    context = {
        "candidate": found,
        "form": form,
        "offers": offers,
        "former": former,
        "refusal": refusal,
        "excluded": excluded,
        "begun": begun_for(request, found),
        "trail": TRAIL,
    }
    status = 409 if refusal else 422 if form.errors else 200
    return render(request, "office/register_for.html", context, status=status)


def _former(
    request: HttpRequest,
    candidate: int,
    offers: Iterable[tuple[Programme, list[RegistrationService]]],
) -> list[Registration]:
    """Return what a candidate left and may be registered for again, the last of each choice."""
    own = list(Registration.objects.within(request.reach).filter(candidate=candidate).whole())
    services = {one.pk for _, some in offers for one in some}
    left = [one for one in own if one.withdrawn_at is not None and one.service_id in services]
    last = {
        (one.exam_id, one.speciality_id): one for one in sorted(left, key=lambda one: one.filed_at)
    }
    return [
        one
        for one in last.values()
        if one.is_offered
        and not one.is_exam_over(request.arrived_at)
        and standing_instead_of(one, own) is None
        and not is_set_aside_since(one)
    ]


def _excluded_by(
    standing: Iterable[Registration],
    choice: dict[str, Any],
    offers: Iterable[tuple[Programme, list[RegistrationService]]],
) -> Exclusion | None:
    """Return what stands already in the way of a choice: it is said before anything is typed."""
    exam, speciality = choice["exam"], choice["speciality"]
    return next(
        exclusion_by(
            standing,
            exam=exam,
            speciality=speciality,
            rules=offered.rules,
            regulation=programme.regulation,
        )
        for programme, _ in offers
        for offered in programme.exams
        if offered.exam.pk == exam.pk
    )


def drafts(request: HttpRequest) -> HttpResponse:
    """What one has begun for candidates and not filed; what colleagues have left, the oldest first."""
    mine = _mine(request).open().select_related("amends").order_by("-answered_at")
    left = left_within(request).whole().select_related("amends").order_by("created_at")
    shown = list(left[: MOST_LEFT + 1])
    context = {
        "drafts": mine,
        "left": shown[:MOST_LEFT],
        "more_left": len(shown) > MOST_LEFT,
        "trail": TRAIL,
    }
    return render(request, "office/drafts.html", context)


# --- The tabs --------------------------------------------------------------------------------


def resume(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Go to where the draft stands."""
    return tabs.resume(request, own(request, draft), door=DOOR)


def tab(request: HttpRequest, draft: UUID, section: str) -> HttpResponse:
    """Show a tab, or keep its answers and go on."""
    return tabs.tab(request, own(request, draft), section, door=DOOR)


def autosave(request: HttpRequest, draft: UUID, section: str) -> HttpResponse:
    """Keep what is being typed in a tab."""
    return tabs.autosave(request, own(request, draft), section, door=DOOR)


def differences(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What was filed since a modification was begun: question by question, one chooses."""
    return differing.differences(request, own(request, draft), door=DOOR)


def ready(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What is missing, what is odd."""
    return recapping.ready(request, own(request, draft), door=DOOR)


def abandon(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Leave a draft, once confirmed."""
    found = own(request, draft)
    if not found.is_open:
        return _after(found)
    if request.method == "POST":
        by = _author(request, found.service)
        registering.abandon(draft=found, by=by, at=request.arrived_at)
        messages.success(request, "Votre saisie est abandonnée.")
        return _before(found)
    return render(request, "office/abandon.html", {"draft": found, **_besides(request, found)})


def register_anew(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Go on with the answers of a modification in a new registration: the first was withdrawn."""
    found = own(request, draft)
    try:
        standing_in.register_anew(
            draft=found, by=_author(request, found.service), at=request.arrived_at
        )
    except AlreadyBegun as refusal:
        return recapping.refused(request, found, refusal, door=DOOR)
    messages.success(request, "Vos réponses sont reprises dans une nouvelle inscription.")
    return redirect("office:draft", found.pk)


def hand_over(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Give what one was typing to the academy that has the registration now."""
    found = own(request, draft)
    by = _author(request, found.service)
    standing_in.hand_over(draft=found, by=by, at=request.arrived_at)
    messages.success(request, "Votre saisie est confiée au service qui a l'inscription.")
    return redirect("office:drafts")


def keep_here(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Keep a registration in its academy, though its candidate lives elsewhere by now."""
    found = own(request, draft)
    drafting.keep_here(draft=found)
    academy = found.service.academy.with_article
    messages.success(
        request, f"L'inscription reste dans {academy}. Enregistrez pour changer l'adresse."
    )
    return DOOR.to("draft", found)


def waive(request: HttpRequest, draft: UUID, rule: str) -> HttpResponse:
    """Note the derogation to a rule that was granted to a candidate, or take it back."""
    found, at = own(request, draft), request.arrived_at
    if not found.is_open:
        return _after(found)
    judged = dossier_for(request, found)
    refusal = next((one for one in eligibility.may_be_waived(judged) if one.rule == rule), None)
    if refusal is None:
        messages.info(request, NothingWaived.message)
        return DOOR.to("ready", found)
    noted = judged.waived.get(rule)
    known = (
        {
            "accordee_par": noted["by"],
            "accordee_le": waivers.granted_on(noted),
            "reference": noted["reference"],
        }
        if noted
        else None
    )
    is_taken_back = noted is not None and "retirer" in request.POST
    posted = request.POST if request.method == "POST" and not is_taken_back else None
    form = RuleWaiverForm(posted, initial=known, today=local_day(at, found.service.zone))
    if is_taken_back or (posted is not None and form.is_valid()):
        standing_in.note_waiver(
            draft=found,
            rule=rule,
            waiver=None if is_taken_back else form.waiver,
            by=_author(request, found.service),
            at=at,
        )
        said = "retirée" if is_taken_back else "notée"
        messages.success(request, f"« {refusal.condition} » : dérogation {said}.")
        return DOOR.to("ready" if is_taken_back else "draft", found)
    context = {"draft": found, "asked": refusal, "noted": noted, "form": form, "trail": TRAIL}
    return render(request, "office/waive.html", context, status=422 if form.errors else 200)


def recap(request: HttpRequest, draft: UUID) -> HttpResponse:
    """Everything, to be checked; « Enregistrer » stands here, and asks why after the closing."""
    found = own(request, draft)
    posted = request.POST if request.method == "POST" else None
    form = LateForm(posted) if found.service.has_closed(request.arrived_at) else None
    if posted is None:
        return recapping.recap(request, found, door=DOOR, form=form)
    if found.is_open and form is not None and not form.is_valid():
        return recapping.refused(request, found, None, door=DOOR, status=422, form=form)
    try:
        version = standing_in.register(
            draft=found,
            reason=form.cleaned_data["motif"] if form is not None and form.is_valid() else "",
            by=_author(request, found.service),
            at=request.arrived_at,
            shown=recapping.shown_in(request),
        )
    except Incomplete:
        messages.error(request, _INCOMPLETE)
        return redirect("office:ready", found.pk)
    except Refused as refusal:
        return _not_filed(request, draft, refusal, form)
    messages.success(request, _outcome(version.registration))
    return redirect("office:registration", version.registration.number)


def _not_filed(
    request: HttpRequest, draft: UUID, refusal: Refused, form: LateForm | None
) -> HttpResponse:
    """Show why it was not filed, with all that was typed, and what somebody else did meanwhile."""
    # Read now: what was filed or decided meanwhile is what there is to say.
    found = own(request, draft)
    if isinstance(refusal, AmendedMeanwhile):
        return differing.page(request, found, door=DOOR, status=409)
    if not found.is_open:
        raise refusal
    return recapping.refused(request, found, _of_somebody(refusal), door=DOOR, form=form)


# --- What is the office's own of them --------------------------------------------------------


def own(request: HttpRequest, pk: UUID) -> Draft:
    """Return a draft that the reader fills, in their perimeter; that they read it is noted.

    Raises:
        Http404: there is none.
    """
    found: Draft = get_object_or_404(_mine(request), pk=pk)
    note_draft(request, found)
    return found


def _mine(request: HttpRequest) -> DraftQuerySet:
    return Draft.objects.filled_by(request.user).within(request.reach).whole()


def _author(request: HttpRequest, service: RegistrationService) -> Actor:
    where = {"academy": service.academy_id, "domain": service.domain.code}
    author: Actor = request.reach.author(**where)
    return author


def _offers(request: HttpRequest) -> list[tuple[Programme, list[RegistrationService]]]:
    """Return what somebody may be registered for in the perimeter: open, or closed already."""
    found = []
    for programme in exams.programmes():
        domain = programme.regulation.domain.code
        services = [
            one
            for one in programme.services
            if one.audience == Audience.PUBLIC
            and one.opens_at <= request.arrived_at
            and request.reach.covers(academy=one.academy_id, domain=domain)
        ]
        if services:
            found.append((programme, services))
    return found


def _too_late(draft: Draft) -> str:
    return _TOO_LATE.format(what="abandonnée" if draft.abandoned_at else "enregistrée")


def _after(draft: Draft) -> HttpResponse:
    if draft.filed_as is not None:
        return redirect("office:registration", draft.filed_as.registration.number)
    return _before(draft)


def _before(draft: Draft) -> HttpResponse:
    """Go to what stands before the first tab: the file, or what is begun."""
    if draft.amends is not None and draft.amends.service_id == draft.service_id:
        return redirect("office:registration", draft.amends.number)
    return redirect("office:drafts")


def _civil(draft: Draft) -> tuple[str, str] | None:
    """Lead to the record, which corrects the civil data or says who does; who has only an account has none here."""
    if draft.amends is None and draft.candidate.has_account:
        return None
    return "Fiche candidat", reverse("office:record", args=[draft.candidate_id])


def _choice(draft: Draft) -> str:
    """Return where a speciality is chosen."""
    if draft.amends is not None and draft.amends.service_id != draft.service_id:
        return _before(draft)["Location"]
    if draft.amends is not None:
        return reverse("office:change_speciality", args=[draft.amends.number])
    return reverse("office:register_for", args=[draft.candidate_id])


def _later(request: HttpRequest) -> HttpResponse:
    messages.success(request, "Votre saisie est gardée : vous la retrouverez ici.")
    return redirect("office:drafts")


def _shown(request: HttpRequest, dossier: Dossier, section: Section) -> SectionForm:
    """Return a tab as it was answered; an address not given yet, as it is known."""
    if section is IDENTIFICATION and section.slug not in dossier.answers:
        filed, recorded = (
            _filed_last(request, dossier.candidate),
            _recorded(request, dossier.candidate),
        )
        if recorded or filed:
            messages.info(request, _OF_RECORD if recorded else _TAKEN_UP)
            # A registration renews the address of the record, not its telephone.
            address = {name: recorded[name] for name in ADDRESS if name in recorded}
            return section.form(dossier, shown={**recorded, **filed, **address})
    return section.form_for(dossier)


def _filed_last(request: HttpRequest, candidate: Candidate) -> Answers:
    """Return what « Identification » says in the candidate's last registration of the perimeter."""
    mine = Registration.objects.within(request.reach).filter(candidate=candidate)
    last = mine.order_by("-filed_at").first()
    if last is None:
        return {}
    filed = version_of.get(registration=last.pk, number=last.version)
    answers: Answers = filed.snapshot["answers"].get(IDENTIFICATION.slug, {})
    return answers


def _recorded(request: HttpRequest, candidate: Candidate) -> Answers:
    """Return the address and the telephone of the record, which the office keeps.

    Nothing of a candidate who has an account: they say themselves where they live. Nothing either of
    one who has a registration elsewhere: what was typed there is not told here.
    """
    if candidate.has_account or not candidate.address_1:
        return {}
    if not records_held(request.reach).filter(pk=candidate.pk).exists():
        return {}
    line = "phone" if LANDLINE.fullmatch(candidate.phone) else "mobile"
    return {**{name: getattr(candidate, name) for name in ADDRESS}, line: candidate.phone}


def _closed(draft: Draft, at: datetime, reader: str) -> str:
    closed = draft.service.closed_in_words(at, reader)
    if not closed:
        return ""
    if draft.service.has_closed(at):
        return f"{closed} Vous pouvez enregistrer, en disant pourquoi."
    return f"{closed} Rien ne s'enregistre avant."


def _accepts(draft: Draft, at: datetime) -> bool:
    return draft.service.accepts(at) or draft.service.has_closed(at)


def _standing(request: HttpRequest, draft: Draft) -> Iterable[Registration]:
    return _own(request, draft.candidate_id)


def _own(request: HttpRequest, candidate: int) -> Iterable[Registration]:
    return Registration.objects.within(request.reach).filter(candidate=candidate).for_list()


def _excluded(exclusion: Exclusion) -> tuple[Trouble, str]:
    standing = exclusion.registration
    title = f"Autre inscription de ce candidat : {standing}"
    why = _why(exclusion)
    return Trouble("", title, "", "", why), reverse("office:registration", args=[standing.number])


def _why(exclusion: Exclusion) -> str:
    return _ALREADY if exclusion.is_the_same else exclusion.message


def _besides(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """Return what was done to a registration while it is modified, and what is left to do of it."""
    told = befallen(draft, reach=request.reach)
    return {"befallen": told, "ways": _ways_out(request, draft)}


def _ways_out(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """Return where each way leads out of a modification of what stands no more, or elsewhere."""
    registration = draft.amends
    if registration is None or recapping.gone(draft) is None:
        return {}
    may_decide = reaches(request, Permission.DECIDE, registration)
    is_elsewhere = registration.service_id != draft.service_id
    is_reached = reaches(request, Permission.FILE_FOR_CANDIDATES, registration)
    is_set_aside = registration.is_set_aside and not is_elsewhere
    is_gone = not registration.is_active and not registration.is_set_aside
    there = is_elsewhere and is_reached and registration.is_active
    number = [registration.number]
    return {
        "restore": reverse("office:decide", args=number) if is_set_aside and may_decide else "",
        "restored_by": is_set_aside and not may_decide,
        "anew": reverse("office:register_anew", args=[draft.pk])
        if is_gone and not is_elsewhere
        else "",
        "there": reverse("office:amend", args=number) if there else "",
        "hand_over": reverse("office:hand_over", args=[draft.pk])
        if is_elsewhere and not is_reached
        else "",
    }


def _of_somebody(refusal: Refused) -> Refused:
    """Return a refusal as it is said to the office."""
    is_ours = isinstance(refusal, AlreadyRegistered) and str(refusal) == AlreadyRegistered.message
    return Refused(_ALREADY) if is_ours else refusal


def _outcome(registration: Registration) -> str:
    said = f"L'inscription est enregistrée, {announced(registration.candidate)}"
    is_on_paper = registration.has_disability and not registration.candidate.has_account
    return f"{said} {ON_PAPER}" if is_on_paper and rules_of(registration) else said


DOOR = Door(
    space="office",
    after=_after,
    before=_before,
    later=_later,
    too_late=_too_late,
    shown=_shown,
    account=lambda _address: "",
    civil=_civil,
    closed=_closed,
    accepts=_accepts,
    standing=_standing,
    excluded=_excluded,
    leads_elsewhere=False,
    choice=_choice,
    besides=_besides,
)
