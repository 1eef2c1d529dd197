"""« Noter le courrier reçu »: whose envelope it is, what it holds, then the next one (E9, L-05)."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accommodations.queries import cases_of, is_asked_here, open_among
from sporades.accounts.permissions import Permission
from sporades.acts.accommodating import why_not_entered
from sporades.acts.pieces import envelopes
from sporades.acts.pieces.envelopes import Enclosed
from sporades.documents.queries import by_code, replacement_of
from sporades.evidence.queries import Owed, pieces_of
from sporades.evidence.states import RECEIVE
from sporades.evidence.unmet import is_let_go, stands_in_words
from sporades.registrations.came import CameBy, came_in_words
from sporades.registrations.checklist import summary_due_in_words
from sporades.registrations.models import Registration
from sporades.registrations.summary import SUMMARY, is_still_good
from sporades.searches.queries import USUAL_ORDER, found, in_order, planned_anew
from sporades.searches.trees import Group
from sporades.web.layout.asking import Asked
from sporades.web.layout.finding import NAMED
from sporades.web.office.noting import author_on, note_file
from sporades.web.office.pieces.envelope_form import EnvelopeForm, Paper, WhoseForm
from sporades.web.office.pieces.verdict_forms import READ
from sporades.web.office.registrations.files import reaches, registration_of
from sporades.web.office.registrations.requests import CHANGES, CORRECTIONS
from sporades.web.office.registrations.sparing import REASON_NOT_SHOWN, Spared, spared_of
from sporades.web.office.registrations.told import done_on
from sporades.web.office.searches.searching import NOBODY, meant

TRAIL = [("Accueil", reverse_lazy("office:home"))]
THERE = [*TRAIL, ("Noter le courrier reçu", reverse_lazy("office:incoming"))]
DAY = "poste"
"""What an address says of the postmark that was typed last: many envelopes of a morning bear one."""
SAID = "note"
"""The id of what was just noted, which describes the box: the box has the focus, and it is heard."""
MOST = 20
"""How many of one name are shown: whoever has more adds the date of birth."""
OF_DEPOSIT = "Se dépose dans l'espace candidat : à noter si elle est venue sur papier."
NO_DOCUMENT = "Aucun document d'une inscription de votre périmètre ne porte ce code."
REPLACED = (
    "Le récapitulatif dont vous avez lu le code a été remplacé depuis : c'est le dernier qui est à "
    "renvoyer signé."
)
NO_MORE = "un papier qui était coché n'est plus demandé"


def incoming(request: HttpRequest) -> HttpResponse:
    """Find whose envelope it is: one file alone leads on to what may come for it."""
    asked = Asked(request, hidden=NAMED)
    form, day, lines = _box(asked), day_of(request), []
    if form.is_bound and form.is_valid() and form.code:
        if number := _of_document(request, form.code):
            return redirect(reverse("office:envelope", args=[number]) + query_of(day))
        form.add_error(NAMED, NO_DOCUMENT)
    elif form.is_bound and form.is_valid():
        of = meant(request, form)
        if of.number and request.method == "POST":
            return redirect(reverse("office:envelope", args=[of.number]) + query_of(day))
        if of.is_nobody:
            form.add_error(NAMED, NOBODY)
        elif request.method == "POST":
            return redirect(asked.leads_on(form) + query_of(day).replace("?", "&"))
        else:
            lines = _lines(request, of.tree)
    if not form.errors and not lines:
        _led_to(request, form)
    context = {
        "quick": form,
        "form": form,  # its errors are counted in the title
        "where": reverse("office:incoming") + query_of(day),
        "query": query_of(day),
        "lines": lines[:MOST],
        "has_more": len(lines) > MOST,
        "said": SAID,
        "trail": TRAIL,
    }
    return render(request, "office/incoming.html", context, status=422 if form.errors else 200)


def envelope(request: HttpRequest, number: str) -> HttpResponse:
    """Tick what came for somebody, under one postmark; noted together, by the acts of each."""
    whose = registration_of(request, number)
    papers = _papers(request, whose)
    if request.method != "POST":
        form = EnvelopeForm(
            papers=papers, at=request.arrived_at, initial={"poste_le": day_of(request)}
        )
        return _page(request, whose, papers, form)
    form = EnvelopeForm(request.POST, papers=papers, at=request.arrived_at)
    changed = list(_changed(request, papers))
    if not changed and form.is_valid():
        try:
            envelopes.note(papers=form.chosen, **form.decided, at=request.arrived_at)
        except envelopes.NotNoted as refusal:
            # In this very second: what a colleague did is read again.
            whose = registration_of(request, number)
            papers = _papers(request, whose)
            changed = list(_changed(request, papers))
            if not changed:
                form.add_error("poste_le", str(refusal))
        else:
            return _onwards(request, whose, form.chosen, *form.came)
    if changed:
        form = EnvelopeForm(request.POST, papers=papers, at=request.arrived_at)
        if there := form.noted_so(papers):
            # The button was pressed twice, or a colleague read the same envelope.
            return _onwards(request, whose, there, *form.came)
        return _overtaken(request, whose, papers, changed)
    return _page(request, whose, papers, form, status=422)


def day_of(request: HttpRequest) -> date | None:
    """Return the postmark that an address says, nothing where it says none."""
    try:
        return date.fromisoformat(request.GET.get(DAY, ""))
    except ValueError:
        return None


def query_of(day: date | None) -> str:
    """Return the end of an address that keeps a postmark."""
    return f"?{urlencode({DAY: day.isoformat()})}" if day else ""


def _box(asked: Asked | None = None) -> WhoseForm:
    """Return the box that finds whose envelope it is."""
    return WhoseForm.of(asked) if asked else WhoseForm()


def _of_document(request: HttpRequest, code: str) -> str:
    """Return the number of the registration of which a document bears a code; nothing out of the perimeter.

    A summary that was replaced may have been signed: it is said, before it is noted, unless it is good.
    """
    at = request.arrived_at
    version = by_code(code, at=at)
    if version is None:
        return ""
    within = Registration.objects.within(request.reach).for_office().with_owed()
    of = within.filter(folder=version.document.folder_id).first()
    if of is None:
        return ""
    is_former = version.document.kind == SUMMARY.slug and replacement_of(version, at=at)
    if is_former and of.summary_awaited and not is_still_good(version, of):
        messages.warning(request, REPLACED)
    return str(of.number)


def _led_to(request: HttpRequest, form: WhoseForm) -> None:
    """Put the cursor in the box, for the next number; what was just noted is heard there."""
    field = form.fields[NAMED]
    field.widget.attrs["autofocus"] = True
    if len(messages.get_messages(request)):
        field.described_by = SAID  # type: ignore[attr-defined] # read by our fields


def _lines(request: HttpRequest, tree: Group) -> list[Registration]:
    with planned_anew():
        rows = found(tree, reach=request.reach).for_office()
        return list(in_order(rows, USUAL_ORDER, tree=tree)[: MOST + 1])


def _papers(request: HttpRequest, whose: Registration) -> list[Paper]:
    """Return what may come for somebody: for this registration first, then for their others."""
    others = Registration.objects.within(request.reach).active().for_office().with_owed()
    others = others.filter(candidate=whose.candidate_id).exclude(pk=whose.pk)
    papers = list(_papers_for(request, whose)) if whose.is_active else []
    for one in others.order_by("-filed_at", "-pk"):
        if one.is_exam_over(request.arrived_at):
            continue  # what came this year is not for last year's
        awaited = [paper for paper in _papers_for(request, one, is_other=True) if paper.is_awaited]
        if awaited:
            note_file(request, one)
        papers += awaited
    return papers


def _papers_for(
    request: HttpRequest, registration: Registration, *, is_other: bool = False
) -> Iterator[Paper]:
    by = author_on(request, registration)
    # A group is read above its boxes, and not heard as one goes from box to box.
    of = f"Inscription n°{registration.number}. " if is_other else ""
    if registration.told["to_return"]:
        yield _summary(request, registration, Enclosed(registration, None, by), of)
    spared = spared_of(request, registration)
    for owed in spared.of_pieces(pieces_of(registration)):
        if owed.row.pk is not None:
            stands = stands_in_words(registration, owed.row)
            note = spared.of_piece(owed.row) if spared.is_any else owed.row.note
            yield Paper(
                Enclosed(registration, owed.row, by),
                stands=f"{stands}. {note}".strip(),
                hint=of + _hint(request, registration, owed, spared),
                is_awaited=owed.row.state in RECEIVE.sources,
            )


def _summary(
    request: HttpRequest, registration: Registration, enclosed: Enclosed, of: str
) -> Paper:
    day, asked = registration.summary_posted_on, registration.summary_awaited
    if day is not None:
        late = " Hors délai." if registration.is_summary_posted_late else ""
        said = f"Reçu, {registration.summary_came_in_words}.{late}"
    elif asked is None:
        said = "N'est plus demandé depuis la validation."
    elif registration.is_summary_late(request.arrived_at):
        said = f"Était à poster au plus tard le {registration.summary_last_day}."
    else:
        said = summary_due_in_words(registration)
    return Paper(enclosed, stands=said, hint=of + said, is_awaited=day is None)


def _hint(request: HttpRequest, registration: Registration, owed: Owed, spared: Spared) -> str:
    """Say of a piece by when it is due, what was wrong before, and that it is not meant to come so."""
    if is_let_go(registration, owed.row):
        due = "N'est plus demandée depuis la validation."
    else:
        was = "À" if owed.is_in_time(request.arrived_at) else "Était à"
        due = f"{was} fournir avant le {owed.before}."
    why = f". {REASON_NOT_SHOWN}" if spared.is_any else f" : {owed.row.reason}"
    refused = f"Non conforme{why}" if owed.row.reason else ""
    return " ".join(filter(None, (due, refused, "" if owed.is_posted else OF_DEPOSIT)))


def _changed(request: HttpRequest, papers: Iterable[Paper]) -> Iterator[str]:
    """Say what became of what is ticked since its page was read, where anything did."""
    known = {one.value: one for one in papers}
    read = dict(one.split(" ", 1) for one in request.POST.getlist(READ) if " " in one)
    for value in dict.fromkeys(request.POST.getlist("contenu")):
        paper = known.get(value)
        if paper is None:
            yield NO_MORE
        elif not paper.is_awaited:
            stands = paper.stands.removesuffix(".")
            yield f"« {paper.enclosed.label} » : {stands[:1].lower()}{stands[1:]}"
        elif read.get(value, paper.enclosed.mark) != paper.enclosed.mark:
            yield f"« {paper.enclosed.label} » a changé"


def _overtaken(
    request: HttpRequest, whose: Registration, papers: list[Paper], changed: list[str]
) -> HttpResponse:
    """Show what became of it; the other ticks and the day are still there, nothing is noted."""
    sent = {"contenu": request.POST.getlist("contenu")}
    sent |= {name: request.POST.get(name) for name in ("par", "poste_le")}
    form = EnvelopeForm(papers=papers, at=request.arrived_at, initial=sent)
    why = (
        f"Depuis que vous avez ouvert cette page : {' ; '.join(dict.fromkeys(changed))}. Rien n'est "
        "noté : vérifiez ce qui est coché, puis notez de nouveau."
    )
    return _page(request, whose, papers, form, refusal=why, status=409)


def _onwards(
    request: HttpRequest,
    whose: Registration,
    noted: Iterable[Enclosed],
    day: date,
    came_by: CameBy,
) -> HttpResponse:
    """Lead to the next envelope, and name what was noted and for whom."""
    onwards = redirect(reverse("office:incoming") + query_of(day))
    names = [_named(one, whose) for one in noted]
    said = f"Reçu, {came_in_words(came_by, day)} : {' ; '.join(names)}."
    back = reverse("office:registration", args=[whose.number])
    messages.success(request, done_on(whose, said, onwards=onwards, back=back, to="ce dossier"))
    return onwards


def _named(paper: Enclosed, whose: Registration) -> str:
    of = paper.registration
    label = paper.label.lower() if paper.row is None else f"« {paper.label} »"
    return label if of.pk == whose.pk else f"{label} (n°{of.number})"


def _lacking(request: HttpRequest, whose: Registration) -> Iterator[dict[str, str]]:
    """Return which requests of somebody lack something, and where it is noted by who decides them."""
    for queue, of in (
        (CHANGES, {"registration": whose.pk}),
        (CORRECTIONS, {"candidate": whose.candidate_id}),
    ):
        lacking = queue.model.objects.incomplete()
        if (one := lacking.filter(**of).first()) is None:
            continue
        is_theirs = lacking.within(request.reaches(queue.permission)).filter(pk=one.pk).exists()
        url = reverse(queue.routes["note"], args=[one.pk]) if is_theirs else ""
        yield {"what": queue.one.lower(), "url": url}


def _page(
    request: HttpRequest,
    whose: Registration,
    papers: list[Paper],
    form: EnvelopeForm,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    day = day_of(request)
    enters = reaches(request, Permission.DECIDE_ACCOMMODATIONS, whose) and is_asked_here(whose)
    context: dict[str, Any] = {
        "registration": whose,
        "reason": spared_of(request, whose).of_reason(whose.reason),
        "form": form,
        "refusal": refusal,
        "awaited": [one for one in papers if one.is_awaited],
        "here": [one for one in papers if not one.is_awaited],
        "lacking": list(_lacking(request, whose)),
        "quick": _box(),
        "where": reverse("office:incoming") + query_of(day),
        "enters": bool(enters),
        "may_enter": bool(enters)
        and why_not_entered(whose, open_among(cases_of(registration=whose.pk))) is None,
        "read": READ,
        "trail": THERE,
    }
    return render(request, "office/envelope.html", context, status=status)
