"""One request before its doctor: what is asked, what was confided, the opinion (H3)."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html

from sporades.accommodations.health_words import words_of_health
from sporades.accommodations.late import late_told
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
    rules_of,
    sat_by,
)
from sporades.accommodations.states import Opinion, OpinionAgain, State
from sporades.accommodations.tracker import is_set_aside
from sporades.acts.accommodating import NotInCharge, papers_given
from sporades.acts.consulting import consult_file
from sporades.acts.medical import opining, reading
from sporades.candidates.words import birth_date_in_words
from sporades.core import files
from sporades.core.french import day_in_words, hour_in_words, instant_in_words, listed, local_day
from sporades.core.refusals import Refused
from sporades.exams.rules.facts import Facts
from sporades.medical import sealing
from sporades.medical.models import Compartment, OpinionDraft, Paper
from sporades.medical.operations import DraftOvertaken
from sporades.medical.queries import all_remarks_of, compartment, draft_of, unread_by
from sporades.retention.categories import confided_until
from sporades.web.doctor.cases import (
    Gone,
    author_on,
    case_of,
    former_of,
    gone_page,
    is_typed,
    left_of,
    trail,
    typed_on,
)
from sporades.web.doctor.forms import NOTE, TEXT, OpinionForm, opinion_in_words
from sporades.web.layout.seen import seen_in

REVISION, SEEN, OPEN = "revision", "vue", "ouvrir"
REOPEN = "corriger"
KEY_LENGTH = 36
"""Of the key of a paper, as it is written."""

NOT_SHOWN = files.OutOfReach, files.Unreadable, sealing.Unreadable

SIGNED = "Votre avis sur la demande n°{} est signé. Le service gestionnaire décide."
OVERTAKEN = (
    "Votre avis a été changé dans une autre fenêtre. Ce que vous venez de taper est affiché ici, et "
    "n'est pas enregistré : « Enregistrer » le met à la place de l'autre."
)
KEPT_ELSEWHERE = (
    "Votre avis a été changé dans une autre fenêtre : ce que vous tapez ici n'est plus enregistré. "
    "« Enregistrer » vous montre les deux, sans rien perdre."
)


def case(request: HttpRequest, case: int) -> HttpResponse:
    """What is asked and what was confided, side by side with the opinion."""
    try:
        found = case_of(request, case)
    except Gone as gone:
        return gone_page(request, case, gone, left=_typed(request, case))
    if request.method != "POST":
        # Whoever opens no paper reads who asks for what, too.
        by = author_on(request, found)
        consult_file(registration=found.registration, by=by, at=request.arrived_at)
        return _page(request, found)
    return _reopened(request, found) if REOPEN in request.POST else _saved(request, found)


def _saved(request: HttpRequest, found: Case) -> HttpResponse:
    """Keep what was typed, and go where the button pressed leads."""
    form = OpinionForm(request.POST, case=found)
    try:
        _keep(request, found, form)
    except DraftOvertaken:
        return _page(request, found, form=form, is_overtaken=True, status=409)
    except Refused as refusal:
        return gone_page(request, found.pk, Gone(str(refusal)), left=form.in_words())
    if "relire" in request.POST and not form.is_valid():
        return _page(request, found, form=form, status=422)
    return _onwards(request, found)


def _typed(request: HttpRequest, key: int) -> list[tuple[str, str]]:
    """Return what was just typed of an opinion, in words."""
    typed = typed_on(request)
    return OpinionForm(typed, case=left_of(request, key)).in_words() if typed else []


def _reopened(request: HttpRequest, found: Case) -> HttpResponse:
    """« Corriger mon avis »."""
    try:
        opining.reopen(case=found, by=author_on(request, found), at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, "Votre avis est de nouveau chez vous : corrigez-le, puis signez-le."
        )
    return redirect("doctor:case", found.pk)


def _onwards(request: HttpRequest, found: Case) -> HttpResponse:
    """Go where the button pressed leads, once what was typed is kept."""
    if "relire" in request.POST:
        return redirect("doctor:sign", found.pk)
    here = reverse("doctor:case", args=[found.pk])
    if paper := request.POST.get(OPEN):
        return redirect(f"{here}?{urlencode({'papier': paper[:KEY_LENGTH]})}")
    messages.success(request, "Votre saisie est gardée. Rien n'est encore signé.")
    paper = request.GET.get("papier", "")
    return redirect(f"{here}?{urlencode({'papier': paper[:KEY_LENGTH]})}" if paper else here)


def keep(request: HttpRequest, case: int) -> HttpResponse:
    """Keep what is being typed; answer in JSON."""
    try:
        found = case_of(request, case)
        revision = _keep(request, found, OpinionForm(request.POST, case=found))
    except DraftOvertaken:
        return JsonResponse({"message": KEPT_ELSEWHERE}, status=409)
    except Refused as refusal:
        return JsonResponse({"message": str(refusal)}, status=409)
    hour = hour_in_words(request.arrived_at, found.registration.service.zone)
    return JsonResponse({"saved_at": hour, "revision": revision})


def sign(request: HttpRequest, case: int) -> HttpResponse:
    """The opinion, read over before it is signed: it is then final."""
    try:
        found = case_of(request, case)
    except Gone as gone:
        return gone_page(request, case, gone, left=_typed(request, case))
    draft = _draft(found)
    form = _drafted(found, draft)
    if draft is None or form is None or found.state != State.WITH_DOCTOR or not form.is_valid():
        return redirect("doctor:case", found.pk)
    if request.method == "POST":
        try:
            opining.sign(
                case=found,
                opinions=form.opinions(),
                text=form.cleaned_data[TEXT],
                note=form.cleaned_data[NOTE],
                seen=seen_in(request.POST, SEEN),
                draft_seen=seen_in(request.POST, REVISION),
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except (NotInCharge, opining.Withdrawn) as refusal:
            return gone_page(request, case, Gone(str(refusal)), left=_typed(request, case))
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("doctor:case", found.pk)
        messages.success(request, _signed(request, found))
        return redirect("doctor:home")
    context = {
        "case": found,
        "rows": form.rows(),
        "typed": form.pairs(),
        "text": form.cleaned_data[TEXT],
        "note": form.cleaned_data[NOTE],
        "revision": draft.revision,
        "words": words_of_health(*form.texts()),
        "lacking": _lacking(found),
        "trail": trail(found),
        **_unread(request, found, compartment(found.registration)),
    }
    return render(request, "doctor/sign.html", context)


def _signed(request: HttpRequest, case: Case) -> str:
    """Say that an opinion is signed, and lead to the request that has waited longest for the next one."""
    said = SIGNED.format(case.registration.number)
    mine = Case.objects.within(request.reach).entrusted_to(request.user)
    following = mine.filter(state=State.WITH_DOCTOR).order_by("since", "pk")
    key = following.values_list("pk", flat=True).first()
    if key is None:
        return said
    return format_html(
        '{} <a href="{}">Demande suivante</a>', said, reverse("doctor:case", args=[key])
    )


def _lacking(case: Case) -> str:
    """Name the mandatory papers of health that nobody has confided; of what may be on paper, none."""
    papers = papers_given(case)
    if case.is_on_paper and (case.has_envelope or not any(one.is_given for one in papers)):
        return ""
    due = [f"« {one.label} »" for one in papers if one.is_mandatory and not one.is_given]
    return f"Aucun fichier n'est confié pour {listed(due)}." if due else ""


def attest(request: HttpRequest, case: int) -> HttpResponse:
    """« Le plan porte l'avis »: every measure is favoured, as it is read over before it is signed."""
    found = case_of(request, case)
    if request.method != "POST":
        return _attested(request, found)
    try:
        opining.attest(
            case=found,
            seen=seen_in(request.POST, SEEN),
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("doctor:case", found.pk)
    messages.success(request, _signed(request, found))
    return redirect("doctor:home")


def _attested(request: HttpRequest, found: Case) -> HttpResponse:
    """Show what « Le plan porte l'avis » would sign; the request says why it may not."""
    registration = found.registration
    held = compartment(registration)
    if found.state != State.WITH_DOCTOR or _why_not_attested(request, found):
        return redirect("doctor:case", found.pk)
    sat = sat_by(registration)
    favourable = Opinion.FAVOURABLE.label
    context = {
        "case": found,
        "rows": [
            (f"{one.named} ({papers_in_words(one.papers, sat, one.code)})", favourable)
            for one in found.measures.all()
        ],
        "text": opining.PLAN_SAYS,
        "is_typed": is_typed(_draft(found)),
        "trail": trail(found),
        **_unread(request, found, held),
    }
    return render(request, "doctor/attest.html", context)


def _why_not_attested(request: HttpRequest, case: Case) -> str:
    """Say why no plan may be said to hold the opinion; nothing where it may."""
    try:
        opining.check_plan(case, by=author_on(request, case))
    except Refused as refusal:
        return str(refusal)
    return ""


def _keep(request: HttpRequest, case: Case, form: OpinionForm) -> int:
    """Keep what was typed; return the revision that is kept now. Raises Refused."""
    return opining.keep(
        case=case,
        typed=form.typed(),
        seen=seen_in(request.POST, REVISION),
        by=author_on(request, case),
        at=request.arrived_at,
    )


def _page(
    request: HttpRequest,
    found: Case,
    *,
    form: OpinionForm | None = None,
    is_overtaken: bool = False,
    status: int = 200,
) -> HttpResponse:
    registration = found.registration
    held = compartment(registration)
    draft = _draft(found)
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
        "no_plan": _why_not_attested(request, found) if is_writable and found.is_simple else "",
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
        **_unread(request, found, held),
        "trail": trail(found)[:1],
        **papers,
    }
    return render(request, "doctor/case.html", context, status=status)


def _other(case: Case, draft: OpinionDraft | None, form: OpinionForm) -> list[tuple[str, str]]:
    """Return what another window has kept and this one says otherwise, in words."""
    kept = _drafted(case, draft)
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


def _unread(request: HttpRequest, case: Case, held: Compartment | None) -> dict[str, Any]:
    """Return what the doctor is told of papers and comments that they have not read."""
    if held is None or held.doctor_id != request.user.pk or case.state != State.WITH_DOCTOR:
        return {"unopened": "", "unread": 0}
    left = unread_by(held, author_on(request, case).identifier)
    unopened = ""
    if left.papers:
        labels = labels_of_papers(case.registration)
        named = [f"{labels.get(one.kind, OTHER_PAPER)}, {_name(one)}" for one in left.papers]
        unopened = (
            "Vous n'avez ouvert aucun des papiers de santé confiés"
            if len(left.papers) == left.of
            else f"Vous n'avez pas ouvert {len(left.papers)} des {left.of} papiers de santé confiés"
        )
        unopened = f"{unopened} : {' ; '.join(named)}."
    return {"unopened": unopened, "unread": left.remarks}


def _facts(case: Case, at: Any) -> list[tuple[str, str]]:
    """Return what an opinion needs to know of a candidate and of what is asked, and no more."""
    registration = case.registration
    rules, day = rules_of(registration), local_day(at, registration.service.zone)
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
        return f"La demande est arrivée sur papier, {came} ; ce que le candidat a confié depuis est ici."
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
    former.registration, sat = case.registration, sat_by(case.registration)
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
    asked, labels = papers_asked_of(case.registration), labels_of_papers(case.registration)
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
    sat = sat_by(case.registration)
    return [
        (
            f"{one.named} ({papers_in_words(one.papers, sat, one.code)})",
            opinion_in_words(one, sat),
        )
        for one in case.measures.all()
    ]


def _draft(case: Case) -> OpinionDraft | None:
    held = compartment(case.registration)
    return draft_of(held) if held is not None and held.doctor_id == case.doctor_id else None


def _drafted(case: Case, draft: OpinionDraft | None) -> OpinionForm | None:
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
