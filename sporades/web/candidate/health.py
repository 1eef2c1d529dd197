"""« Papiers de santé » of a registration: what is confided to a doctor, and who opened it (H3)."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.accommodations.contesting import contestable_among
from sporades.accommodations.models import Case
from sporades.accommodations.queries import (
    cases_of,
    last_among,
    last_case_of,
    open_among,
    papers_called_for_by,
)
from sporades.accommodations.rules import rules_of
from sporades.accommodations.states import State
from sporades.acts import confiding
from sporades.acts.opining import is_asked_by_doctor
from sporades.core import files
from sporades.core.french import day_in_words, ended, instant_in_words, times_in_words
from sporades.core.refusals import Refused
from sporades.documents.operations import BeingPrepared
from sporades.medical import sealing
from sporades.medical.models import Compartment, Paper, Remark
from sporades.medical.queries import (
    compartment,
    compartment_to_show,
    openings_of,
    papers_of,
    remarks_of,
)
from sporades.registrations.models import Registration
from sporades.registrations.queries import registration_of
from sporades.retention.categories import confided_until
from sporades.web.candidate.confided import SERVES_AGAIN
from sporades.web.candidate.evidence_forms import doubt_in_words
from sporades.web.candidate.health_forms import ConfideForm, RemarkForm
from sporades.web.layout.kept import Answers, forget, kept
from sporades.web.layout.papers import paper
from sporades.web.layout.sent import taking

ON_THE_PAGE = 50
UNREADABLE_NAME = "Nom illisible pour le moment"


@dataclass(frozen=True)
class Kind:
    """A kind of paper that may be confided.

    Attributes:
        code: how the réglementation calls it.
        label: the same, as it is read.
        help: what is expected of it.
        is_mandatory: whether the request is incomplete without it.
        is_asked: whether it is still called for: another one may be given.
    """

    code: str
    label: str
    help: str = ""
    is_mandatory: bool = False
    is_asked: bool = True


_KEPT = (
    "Votre session s'était terminée. Votre commentaire est là, il n'est pas confié : vérifiez-le, "
    "puis confiez-le."
)
TO_SEND = "Votre demande d'aménagement n'est pas encore envoyée."
TO_SEND_AGAIN = (
    "Vous modifiez votre demande d'aménagement : personne ne l'étudie tant qu'elle n'est pas envoyée "
    "de nouveau."
)

STILL_TO_SEND = (
    "Il reste à envoyer de nouveau votre demande d'aménagement : personne ne l'étudie d'ici là."
)
"""Said of an incomplete request to whoever has just given something for it."""

RETURNS = (
    "il revient si vous gardez votre demande telle qu'elle était envoyée ; il est effacé quand vous "
    "l'envoyez de nouveau."
)

NOT_PUT_OFF = (
    "Contester la décision, par un message, une lettre ou devant le tribunal, ne repousse pas ce jour : "
    "seule une reprise de la décision par le service, ou une autre demande de votre part, les garde ; "
    "téléchargez avant ce jour ceux dont vous voulez une copie."
)

OTHER = Kind("papier-de-sante", "Autre papier de santé")
"""What the réglementation does not name."""


def health(request: HttpRequest, number: str) -> HttpResponse:
    """What was confided, to whom, who opened it; a comment is written."""
    found = _registration(request, number)
    posted = request.method == "POST"
    answers = None if posted else kept(request)
    form = RemarkForm(request.POST) if posted else _writing(answers)
    if posted and form.is_valid():
        try:
            confiding.remark(
                registration=found,
                text=form.cleaned_data["texte"],
                press=form.press,
                by=request.actor,
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("texte", str(refusal))
        else:
            forget(request)
            to_send = _still_to_send(found, last_case_of(found))
            messages.success(request, f"Votre commentaire est confié. {to_send}".strip())
            return redirect(f"{reverse('candidate:health', args=[number])}#commentaires")
    shown = _shown(found, page=request.GET.get("page"), at=request.arrived_at)
    if answers and shown["is_open"]:
        messages.warning(request, _KEPT)
    # The page has no form any more: what was typed in it is shown all the same.
    left = "" if shown["is_open"] else str(form["texte"].value() or "").strip()
    context = {"registration": found, "form": form, "left": left, **shown}
    return render(request, "candidate/health.html", context, status=422 if form.errors else 200)


def _writing(answers: Answers | None) -> RemarkForm:
    """Return the form with the comment that was sent once the session had ended, if one was."""
    if not answers:
        return RemarkForm()
    return RemarkForm(
        initial={name: answers[name][-1] for name in ("texte", "envoi") if answers.get(name)}
    )


def confide(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """Choose a file, or photographs, and confide it."""
    found = _registration(request, number)
    chosen = _kind(found, kind)
    posted = request.method == "POST"
    form = ConfideForm(request.POST, request.FILES) if posted else ConfideForm()
    if not posted:
        try:
            confiding.check_awaited(found)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("candidate:health", number)
    elif form.is_valid():
        with taking(form, "fichiers", names=form.names, refusals="fichiers"):
            given = confiding.deposit(
                registration=found,
                kind=chosen.code,
                sent=form.sent,
                press=form.press,
                by=request.actor,
                at=request.arrived_at,
            )
        if not form.errors:
            to_send = _still_to_send(found, last_case_of(found))
            said = f"Votre fichier est confié. L'antivirus le vérifie. {to_send}"
            messages.success(request, said.strip())
            if doubt := doubt_in_words(given.doubts):
                messages.warning(request, doubt)
            return redirect(f"{reverse('candidate:health', args=[number])}#{chosen.code}")
    over = _why_not(request, number) if form.errors else ""
    if form.errors and not over:
        form.tell_none_kept()
    context = {
        "registration": found,
        "kind": chosen,
        "form": form,
        "over": over,
        "given": _given(found),
    }
    return render(request, "candidate/confide.html", context, status=422 if form.errors else 200)


def _why_not(request: HttpRequest, number: str) -> str:
    """Say why nothing is taken any more of a registration, as it stands now; else nothing."""
    try:
        confiding.check_awaited(_registration(request, number))
    except Refused as refusal:
        return str(refusal)
    return ""


def file(request: HttpRequest, number: str, paper_id: UUID) -> HttpResponse:
    """A paper, to whoever confided it, unless a virus was found in it."""
    found = _paper(request, number, paper_id)
    if found.is_infected:
        raise Http404
    return paper(
        request,
        name=f"papier-{number}",
        read=partial(_read, request, found),
        instead=[("Revenir aux papiers de santé", reverse("candidate:health", args=[number]))],
        is_attached=True,
    )


def take_back(request: HttpRequest, number: str, paper_id: UUID) -> HttpResponse:
    """Ask whether a paper is to be taken back, then erase it."""
    found = _paper(request, number, paper_id)
    if request.method == "POST":
        returns = confiding.take_back(paper=found, by=request.actor, at=request.arrived_at)
        messages.success(
            request, f"Ce fichier est retiré : {RETURNS if returns else 'il est effacé.'}"
        )
        return redirect("candidate:health", number)
    registration = _registration(request, number)
    try:
        returns = confiding.may_take_back(found, registration, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:health", number)
    case = last_case_of(registration)
    called = {
        one.code: one.label for one in papers_called_for_by(case, registration) if one.is_mandatory
    }
    others = papers_of(found.compartment).filter(kind=found.kind).exclude(pk=found.pk)
    context = {
        "registration": registration,
        "paper": found,
        "name": _name(found),
        "returns": RETURNS if returns else "",
        "only": called.get(found.kind, "") if case and not others.exists() else "",
    }
    return render(request, "candidate/take_back_paper.html", context)


def _read(request: HttpRequest, found: Paper) -> bytes:
    try:
        return confiding.read(
            paper=found.pk, reader=request.user, by=request.actor, at=request.arrived_at
        )
    except (files.OutOfReach, files.Unreadable) as failure:
        raise BeingPrepared from failure
    except sealing.Unreadable:
        raise Refused(sealing.UNREADABLE) from None


def _shown(registration: Registration, *, page: str | None, at: datetime) -> dict[str, Any]:
    """Return what the page says of what was confided, and some of who opened it."""
    zone = registration.service.zone
    found = compartment_to_show(registration, zone)
    cases = list(cases_of(registration=registration.pk))
    case, decided = last_among(cases), contestable_among(cases, zone, at=at)
    given, labels = _papers(found, zone, decided=decided), _labels(registration)
    is_here = rules_of(registration) is not None
    is_open = is_here and registration.is_active and (found is None or found.is_taking)
    unread = confiding.why_unread(open_among(cases)) if is_open else None
    is_over, is_open = unread is not None, is_open and unread is None
    kinds = _with_those_given(
        _kinds(registration, case) if is_open or is_over else [], given, labels
    )
    if not is_open:
        kinds = [kind for kind in kinds if any(one["kind"] == kind.code for one in given)]
    openings = _openings(found, zone).get_page(page)
    remarks = [_remark(one, zone) for one in remarks_of(found)] if found else []
    asked = _asked_by_doctor(case, remarks, given) if registration.is_active else None
    return {
        "asked": asked,
        "doctor": _doctor(found, is_asking=asked is not None),
        "compartment": found,
        "is_here": is_here,
        "erased_on": day_in_words(confided_until(found.erase_after))
        if found and found.erase_after and not found.erased_at
        else "",
        "not_put_off": NOT_PUT_OFF if decided is not None else "",
        "is_open": is_open,
        "over": str(unread or ""),
        "closed": _closed(registration, cases, is_here=is_here) if not (is_open or is_over) else "",
        "to_send": _to_send(registration, case) if asked is None else "",
        "serves_again": _serves_again(case, remarks, given),
        "kinds": [
            {
                "kind": kind,
                "papers": [one for one in given if one["kind"] == kind.code],
            }
            for kind in kinds
        ],
        "remarks": remarks,
        "is_given": bool(given),
        "is_confided": bool(given or remarks),
        "is_held": any(one["is_held"] for one in given),
        "openings": [_opening(one, labels, zone) for one in openings],
        "page": openings,
    }


def _closed(registration: Registration, cases: list[Case], *, is_here: bool) -> str:
    """Say why nothing is taken of a registration, whatever stands of its requests."""
    if not registration.is_active:
        return confiding.NothingToConfide.message
    return str(confiding.why_closed(cases)) if is_here else confiding.AskedElsewhere.message


def _asked_by_doctor(
    case: Case | None, remarks: list[dict[str, Any]], given: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Return what its doctor asks of a candidate, and whether it was answered; else nothing."""
    theirs = [one for one in remarks if not one["is_candidates"]]
    if not is_asked_by_doctor(case) or not theirs:
        return None
    last = theirs[-1]
    answered = any(one["is_candidates"] and one["at"] > last["at"] for one in remarks)
    given_since = any(one["row"].given_at > last["at"] for one in given)
    return {**last, "is_answered": answered or given_since}


def _doctor(found: Compartment | None, *, is_asking: bool) -> str:
    """Say which doctor reads what was confided."""
    if found is not None and found.doctor_name:
        return f"Médecin en charge : {found.doctor_name}."
    if is_asking:
        return (
            "Un médecin attend votre réponse. Il ne lit plus ces papiers jusqu'à ce que vous "
            "envoyiez de nouveau votre demande : un médecin la prend alors en charge."
        )
    return (
        "Aucun médecin n'est en charge pour l'instant : personne d'autre que vous ne lit ces "
        "papiers."
    )


def _to_send(registration: Registration, case: Case | None) -> str:
    """Say that nobody looks at a request until it is sent, begun or incomplete; else nothing."""
    if case is None or not registration.is_active:
        return ""
    if case.state == State.INCOMPLETE:
        return (
            f"Votre demande d'aménagement est incomplète : {ended(case.missing)} Donnez ce qui manque, "
            "puis envoyez-la de nouveau : personne ne l'étudie d'ici là."
        )
    if case.state != State.PREPARING:
        return ""
    return TO_SEND_AGAIN if case.is_taken_up else TO_SEND


def _still_to_send(registration: Registration, case: Case | None) -> str:
    """Say to whoever has just given something that it is still to be sent; else nothing."""
    is_incomplete = case is not None and case.state == State.INCOMPLETE
    return (
        STILL_TO_SEND if is_incomplete and registration.is_active else _to_send(registration, case)
    )


def _serves_again(
    case: Case | None, remarks: list[dict[str, Any]], given: list[dict[str, Any]]
) -> str:
    """Say that what was confided before a request was begun serves it too; else nothing."""
    if case is None or not case.is_writable or case.instead_of_id is not None:
        return ""
    own = [one["at"] for one in remarks if one["is_candidates"]]
    confided = [*own, *(one["row"].given_at for one in given if not one["row"].is_infected)]
    return SERVES_AGAIN if any(at < case.begun_at for at in confided) else ""


def _kinds(registration: Registration, case: Case | None) -> list[Kind]:
    """Return the papers that its request calls for, all that the réglementation names until it is begun."""
    named = [
        Kind(one.code, one.label, one.help or "", one.is_mandatory)
        for one in papers_called_for_by(case, registration)
    ]
    return [] if rules_of(registration) is None else [*named, OTHER]


def _labels(registration: Registration) -> dict[str, str]:
    """Return how each kind of paper is read, whether it is still called for or not."""
    asked = rules_of(registration)
    return {one.code: one.label for one in asked.papers} if asked else {}


def _with_those_given(
    kinds: list[Kind], given: list[dict[str, Any]], labels: dict[str, str]
) -> list[Kind]:
    """Return the kinds that are called for, and those of what was given while they were."""
    called = {one.code for one in kinds}
    others = dict.fromkeys(one["kind"] for one in given if one["kind"] not in called)
    return [*kinds, *(Kind(code, labels.get(code, OTHER.label), is_asked=False) for code in others)]


def _kind(registration: Registration, code: str) -> Kind:
    found = next(
        (one for one in _kinds(registration, last_case_of(registration)) if one.code == code), None
    )
    if found is None:
        raise Http404
    return found


def _papers(found: Compartment | None, zone: str, *, decided: Case | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "row": row,
            "kind": row.kind,
            "name": _name(row),
            "given": row.given_in_words(zone),
            "is_held": (held := decided is not None and confiding.served(decided, row)),
            "may_be_taken_back": not (found.is_closed or held) or row.is_infected,
        }
        for row in papers_of(found)
    ]


def _given(registration: Registration) -> list[dict[str, Any]]:
    """Return what was confided already, by its kind in words: it is read beside what is being given."""
    labels = _labels(registration)
    given = _papers(compartment(registration), registration.service.zone, decided=None)
    return [{**one, "label": labels.get(one["kind"], OTHER.label)} for one in given]


def _name(row: Paper) -> str:
    try:
        return row.name
    except sealing.Unreadable:
        return UNREADABLE_NAME


def _remark(row: Remark, zone: str) -> dict[str, Any]:
    try:
        text, is_readable = row.text, True
    except sealing.Unreadable:
        text, is_readable = sealing.UNREADABLE, False
    return {
        "is_candidates": row.is_candidates,
        "at": row.written_at,
        "who": "Vous" if row.is_candidates else f"{row.author_name}, médecin désigné",
        "written": instant_in_words(row.written_at, zone),
        "text": text,
        "is_readable": is_readable,
    }


def _openings(found: Compartment | None, zone: str) -> "Paginator[dict[str, Any]]":
    """Return who opened what, in pages: how many lines there are is known of the compartment."""
    pages: Paginator[dict[str, Any]] = Paginator(
        openings_of(found, zone) if found else (), ON_THE_PAGE
    )
    pages.count = found.opened if found else 0
    return pages


def _opening(line: dict[str, Any], labels: dict[str, str], zone: str) -> dict[str, str]:
    own = "Vous, dans une copie de vos données" if line["is_for_copy"] else "Vous"
    is_own = line["reader_kind"] == "candidate"
    return {
        "who": own if is_own else f"{line['reader_name']}, médecin désigné",
        "what": f"ouverture de « {labels.get(line['kind'], OTHER.label)} »"
        if line["kind"]
        else "lecture de vos commentaires",
        "at": times_in_words(line["times"], line["first"], line["last"], zone),
    }


def _registration(request: HttpRequest, number: str) -> Registration:
    found: Registration = get_object_or_404(registration_of, user=request.user.pk, number=number)
    return found


def _paper(request: HttpRequest, number: str, key: UUID) -> Paper:
    mine = Paper.objects.visible_to(request.user).select_related("compartment")
    found: Paper = get_object_or_404(
        mine, pk=key, compartment__registration=_registration(request, number)
    )
    return found
