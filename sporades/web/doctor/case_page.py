"""What the page of a request shows its doctor: what is asked, what was confided, the opinion begun."""

from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accommodations.late import late_told
from sporades.accommodations.missing import is_set_aside
from sporades.accommodations.models import Case
from sporades.accommodations.queries import OTHER_PAPER, labels_of_papers, papers_asked_of
from sporades.accommodations.replacing import (
    former_decision_in_words,
    granted_in_words,
    lost_by_asking,
    replaced_by,
)
from sporades.accommodations.rules import (
    changed_since_in_words,
    papers_in_words,
    plan_in_words,
    rules_for,
    sat_for,
)
from sporades.accommodations.states import OpinionAgain, State
from sporades.acts.medical import opining, reading
from sporades.candidates.words import birth_date_in_words
from sporades.core import files
from sporades.core.french import day_in_words, hour_in_words, instant_in_words, local_day
from sporades.core.refusals import Refused
from sporades.exams.rules.facts import Facts
from sporades.medical import sealing
from sporades.medical.models import Compartment, OpinionDraft, Paper
from sporades.medical.queries import all_remarks_of, compartment, draft_of, unread_by
from sporades.retention.categories import confided_until
from sporades.web.doctor.cases import author_on, former_of, trail
from sporades.web.doctor.forms import OpinionForm, opinion_in_words

NOT_SHOWN = files.OutOfReach, files.Unreadable, sealing.Unreadable
OVERTAKEN = (
    "Votre avis a été changé dans une autre fenêtre. Ce que vous venez de taper est affiché ici, et "
    "n'est pas enregistré : « Enregistrer » le met à la place de l'autre."
)


def why_not_attested(request: HttpRequest, case: Case) -> str:
    """Say why no plan may be said to hold the opinion; nothing where it may."""
    try:
        opining.check_plan(case, by=author_on(request, case))
    except Refused as refusal:
        return str(refusal)
    return ""


def page_of(
    request: HttpRequest,
    found: Case,
    *,
    form: OpinionForm | None = None,
    is_overtaken: bool = False,
    status: int = 200,
) -> HttpResponse:
    """What is asked and what was confided, beside the opinion, as it was typed or kept."""
    registration = found.registration
    held = compartment(registration)
    draft = draft_on(found)
    is_writable = found.state == State.WITH_DOCTOR
    rows = _rows(request, held)
    opened = _opened_among(request, rows)
    if is_writable and opened is not None and opened.pages:
        _note_opened(request, found, opened)
    papers = _papers(request, found, held, rows)
    shown = form or (_shown(found, draft) if is_writable else None)
    zone = registration.service.zone
    context = {
        "case": found,
        "registration": registration,
        "facts": _facts(found, request.arrived_at),
        "is_writable": is_writable,
        "no_plan": why_not_attested(request, found) if is_writable and found.is_simple else "",
        "form": shown,
        "is_read_first": request.method != "POST",
        "revision": draft.revision if draft else 0,
        "saved_at": hour_in_words(draft.saved_at, zone) if draft and not is_overtaken else "",
        "overtaken": OVERTAKEN if is_overtaken else "",
        "untaken": request.POST.get("revision", "") if is_overtaken else "",
        "other": _other(found, draft, form) if is_overtaken and form else [],
        "other_at": hour_in_words(draft.saved_at, zone) if draft else "",
        "may_reopen": found.state == State.OPINION_GIVEN,
        "set_aside": is_set_aside(found) if is_writable else False,
        "again": found.get_opinion_again_display() if is_writable else "",
        "is_corrected": is_writable and found.opinion_again == OpinionAgain.DOCTOR,
        "follows": _taken_again(found),
        "taken_again": _taken_again_in_words(found),
        "contested": found.appeal if found.appeal_id and found.is_open else None,
        "former": _former(request, found) if is_writable else None,
        "former_open": papers["opened"] is None,
        "unreadable": sealing.UNREADABLE if is_writable and shown is None else "",
        "opinions": _opinions(found),
        "changed_since": changed_since_in_words(registration, found.opined_at),
        "opined": instant_in_words(found.opined_at, zone) if found.opined_at else "",
        "erased": day_in_words(confided_until(held.erase_after, registration))
        if held and held.erase_after
        else "",
        "remarks": all_remarks_of(held).count() if held and held.doctor_id else 0,
        "has_moved": _has_moved(request, found, held),
        "on_paper": _on_paper(found, is_confided=bool(rows)),
        "is_all_on_paper": found.is_on_paper and not rows,
        **unread_on(request, found, held),
        "trail": trail(found)[:1],
        **papers,
    }
    return render(request, "doctor/case.html", context, status=status)


def _other(case: Case, draft: OpinionDraft | None, form: OpinionForm) -> list[tuple[str, str]]:
    """Return what another window has kept and this one says otherwise, in words."""
    kept = drafted_on(case, draft)
    if kept is None:
        return []
    mine = dict(form.in_words(is_whole=True))
    return [
        (label, said) for label, said in kept.in_words(is_whole=True) if mine.get(label) != said
    ]


def _taken_again(case: Case) -> Case | None:
    """Return the request that takes a decision again on this very opinion, if there is one."""
    again: QuerySet[Case] = case.taken_again.filter(opined_at=case.opined_at, withdrawn_at=None)
    return again.first() if case.opined_at is not None else None


def _taken_again_in_words(case: Case) -> str:
    """Say which decision is in force while a request takes it again, since when and why."""
    former: Case | None = case.instead_of
    if former is None or former.notified_at is None or not case.is_open:
        return ""
    zone = case.registration.service.zone
    notified = day_in_words(local_day(former.notified_at, zone))
    begun = day_in_words(local_day(case.begun_at, zone))
    return (
        f"La décision notifiée le {notified} est en vigueur jusqu'à la nouvelle. Le service "
        f"gestionnaire l'a reprise le {begun}. Motif : {case.get_again_display().lower()}."
    )


def _former(request: HttpRequest, case: Case) -> dict[str, Any] | None:
    """Return what the reader had signed on the decision that is taken again, to be read beside the form.

    The form starts empty: a new opinion is asked for, often on an appeal, and what is contested is
    not signed once more by leaving it as it stands. One that was reopened is in the form already.
    """
    former = former_of(request, case)
    if former is None or case.opinion_again or former.opined_at is None:
        return None
    former.registration = case.registration
    day = local_day(former.opined_at, case.registration.service.zone)
    return {
        "case": former,
        "title": f"Votre avis signé le {day_in_words(day)}",
        "opinions": _opinions(former),
    }


def _has_moved(request: HttpRequest, case: Case, held: Compartment | None) -> bool:
    """Return whether what was confided went with a request that came after this one, to another doctor."""
    if held is not None and held.doctor_id == request.user.pk:
        return False
    later = Case.objects.filter(registration=case.registration_id, begun_at__gt=case.begun_at)
    return bool(later.exists())


def _note_opened(request: HttpRequest, case: Case, paper: Paper) -> None:
    """Keep that a paper is opened by the page that shows its pages, before it says what was read.

    Nothing is kept of what cannot be shown: its pages say why.
    """
    with suppress(Paper.DoesNotExist, Refused, *NOT_SHOWN):
        reading.read(
            paper=paper.pk,
            reader=request.user,
            is_by_page=True,
            by=author_on(request, case),
            at=request.arrived_at,
        )


def unread_on(request: HttpRequest, case: Case, held: Compartment | None) -> dict[str, Any]:
    """Return what the doctor is told of papers and comments that they have not read."""
    if held is None or held.doctor_id != request.user.pk or case.state != State.WITH_DOCTOR:
        return {"unopened": "", "unread": 0}
    left = unread_by(held, author_on(request, case).identifier)
    unopened = ""
    if left.papers:
        labels = labels_of_papers(case.registration, case)
        named = [f"{labels.get(one.kind, OTHER_PAPER)}, {_name(one)}" for one in left.papers]
        unopened = (
            "Vous n'avez ouvert aucun des papiers de santé déposés"
            if len(left.papers) == left.of
            else f"Vous n'avez pas ouvert {len(left.papers)} des {left.of} papiers de santé déposés"
        )
        unopened = f"{unopened} : {' ; '.join(named)}."
    return {"unopened": unopened, "unread": left.remarks}


def _facts(case: Case, at: Any) -> list[tuple[str, str]]:
    """Return what an opinion needs to know of a candidate and of what is asked, and no more."""
    registration = case.registration
    rules, day = rules_for(registration, case), local_day(at, registration.service.zone)
    born = registration.identity.latest_birth_date
    age = Facts(on=day, session_year=day.year, birth_date=born).age_on(day)
    rows = [
        ("Date de naissance", birth_date_in_words(registration.identity)),
        ("Âge", f"{age} ans" if age is not None else ""),
        ("Inscription", f"{registration}, n°{registration.number}"),
        ("Catégorie", registration.category_label),
        ("Procédure", case.get_procedure_display()),
        (
            "Reçue",
            f"Sur papier, cachet de la poste du {day_in_words(case.posted_on)}"
            if case.posted_on
            else "",
        ),
    ]
    if rules is None:
        return rows
    return [
        *rows,
        ("Plan en vigueur", plan_in_words(case)),
        ("Décision antérieure", former_decision_in_words(case)),
        *_in_force(case),
        *late_told(case, case.measures.all()),
    ]


def _on_paper(case: Case, *, is_confided: bool) -> str:
    """Say where the papers of health are of a request that came by post; of any other, nothing.

    Args:
        case: which.
        is_confided: whether its candidate has confided some since, which are shown beneath.
    """
    if not case.is_on_paper:
        return ""
    if is_confided:
        came = (
            "avec une enveloppe fermée que le service gestionnaire vous remet sans l'ouvrir"
            if case.has_envelope
            else "sans enveloppe"
        )
        return f"La demande est arrivée sur papier, {came} ; ce que le candidat a déposé depuis est ici."
    if not case.has_envelope:
        return (
            "La demande est arrivée sur papier, sans enveloppe : aucun papier de santé n'est joint. "
            "Demandez-les au service gestionnaire ou au candidat."
        )
    return (
        "Les papiers de cette demande sont sur papier, dans une enveloppe fermée que le service "
        "gestionnaire vous remet sans l'ouvrir : rien n'en est ici."
    )


def _in_force(case: Case) -> list[tuple[str, str]]:
    """Return what the decision that stands grants, and what of it is not asked for again."""
    former = replaced_by(case) if case.is_undecided else None
    if former is None:
        return []
    sat = sat_for(case.registration, case)
    lost = [] if case.instead_of_id else lost_by_asking(case, former, sat, by_candidate=False)
    return [
        ("Accordé en ce moment", " ; ".join(granted_in_words(former, sat)) or "Rien"),
        ("Accordé, et pas redemandé : cessera", " ; ".join(lost)),
    ]


def _rows(request: HttpRequest, held: Compartment | None) -> list[Paper]:
    """Return the papers that the reader, being in charge of them, may open."""
    if held is None or held.doctor_id != request.user.pk:
        return []
    visible = Paper.objects.visible_to(request.user).filter(compartment=held)
    return list(visible.select_related("compartment").order_by("given_at", "pk"))


def _papers(
    request: HttpRequest, case: Case, held: Compartment | None, rows: list[Paper]
) -> dict[str, Any]:
    """Return the papers by kind, what was given of each, and the one that is open.

    Its opening is noted before: it is not said to be unopened beside its own pages.
    """
    asked, labels = papers_asked_of(case.registration), labels_of_papers(case.registration, case)
    named = {one.code: (one.label, one.is_mandatory) for one in asked}
    for row in rows:
        named.setdefault(row.kind, (labels.get(row.kind, OTHER_PAPER), False))
    zone = case.registration.service.zone
    read = _read_by(request, case, held) if rows else set()
    opened = _opened_among(request, rows)
    return {
        "kinds": [
            {
                "label": label,
                "is_mandatory": is_mandatory,
                "papers": [
                    {
                        "row": row,
                        "name": _name(row),
                        "given": row.given_in_words(zone),
                        "is_unread": row.pk not in read,
                    }
                    for row in rows
                    if row.kind == code
                ],
            }
            for code, (label, is_mandatory) in named.items()
        ],
        "unscanned": held.papers.filter(scanned_at=None).count() if held else 0,
        "opened": opened,
        "opened_name": _name(opened) if opened else "",
        "opened_kind": named[opened.kind][0] if opened else "",
        "pages": [
            {
                "number": number,
                "url": reverse("doctor:paper_page", args=[case.pk, opened.pk, number]),
            }
            for number in range(1, opened.pages + 1)
        ]
        if opened
        else [],
    }


def _opened_among(request: HttpRequest, rows: list[Paper]) -> Paper | None:
    return next((row for row in rows if str(row.pk) == request.GET.get("papier")), None)


def _read_by(request: HttpRequest, case: Case, held: Compartment | None) -> set[Any]:
    """Return the papers that the reader has opened."""
    mine = author_on(request, case).identifier
    openings = held.openings.filter(reader_id=mine) if held is not None else []
    return {one.paper for one in openings}


def _name(row: Paper) -> str:
    try:
        return row.name
    except sealing.Unreadable:
        return "Nom illisible pour le moment"


def _opinions(case: Case) -> list[tuple[str, str]]:
    """Return each measure with its épreuves, and what was thought of it."""
    sat = sat_for(case.registration, case)
    return [
        (
            f"{one.named} ({papers_in_words(one.papers, sat, one.code)})",
            opinion_in_words(one, sat),
        )
        for one in case.measures.all()
    ]


def draft_on(case: Case) -> OpinionDraft | None:
    """Return the opinion that the doctor of a request has begun, if there is one."""
    held = compartment(case.registration)
    return draft_of(held) if held is not None and held.doctor_id == case.doctor_id else None


def drafted_on(case: Case, draft: OpinionDraft | None) -> OpinionForm | None:
    """Return the form bound to what is kept; nothing where it cannot be read, or nothing is."""
    if draft is None:
        return None
    try:
        return OpinionForm(opining.typed_in(draft), case=case)
    except sealing.Unreadable:
        return None


def _shown(case: Case, draft: OpinionDraft | None) -> OpinionForm | None:
    """Return the form filled with what is kept, without a word of what is missing."""
    if draft is None:
        return OpinionForm(case=case)
    try:
        return OpinionForm(case=case, initial=opining.typed_in(draft))
    except sealing.Unreadable:
        return None
