"""« Agir sur ces inscriptions »: one action on many, seen before, followed, stopped (I11)."""

from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.batches import foreseen, moving, operations, pieces, queries
from sporades.batches.accommodations import FOLLOW
from sporades.batches.models import Batch
from sporades.batches.states import BatchState, Outcome
from sporades.core.actors import Actor
from sporades.core.counts import counted
from sporades.core.numbers import in_groups
from sporades.core.refusals import NoLongerProposed, Refused
from sporades.evidence.queries import labels_of, labels_within
from sporades.registrations.models import Registration
from sporades.registrations.states import CLEAR, STANDING
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.web.layout.presses import press_of
from sporades.web.layout.proofs import second_factor_first
from sporades.web.office.bounded import page_of
from sporades.web.office.registrations.decision_forms import BatchForm, allowed_to
from sporades.web.office.registrations.files import TRAIL as FILES_TRAIL
from sporades.web.office.registrations.more_form import GIVEN
from sporades.web.office.searches import building
from sporades.web.office.searches.choosing import NOTHING_TICKED, chosen_in
from sporades.web.office.searches.foreseeing import foreseen_in
from sporades.web.office.searches.unpublished import unpublished_of
from sporades.web.office.searches.writing import correcting, message_of
from sporades.web.office.sheets import sheet_of

ON_THE_PAGE = 50
SHOWN_REFUSALS = 100
LAUNCHED = "Le lot est lancé : vous recevrez un mail à la fin."
SENT = "L'envoi est lancé : vous recevrez un mail à la fin."
PROPOSED = "Le lot est proposé : une autre personne doit l'approuver."
STOPPED_BY_ITS_AUTHOR = "Son auteur l'a arrêté."
UNDECIDED = (BatchState.PREPARED, BatchState.PROPOSED)
BEGUN = {BatchState.RUNNING, BatchState.STOPPED, BatchState.DONE}
ENDED = {BatchState.STOPPED, BatchState.DONE}
KINDS = {
    BatchState.DONE: "success",
    BatchState.STOPPED: "warning",
    BatchState.PROPOSED: "warning",
    BatchState.REFUSED: "error",
}
COMPLETE_BY = ("pieces_manquantes", "recapitulatif_recu")
"""The criteria that leave out what lacks something."""
TRAIL = [*FILES_TRAIL, ("Lots", reverse_lazy("office:batches"))]


def batch(request: HttpRequest, search: str) -> HttpResponse:
    """Choose what is done to what a search finds, or to the lines that were ticked in its list."""
    choice = chosen_in(request, search)
    if choice is None:
        messages.error(request, NOTHING_TICKED)
        return redirect("office:found", search)
    chosen = queries.chosen_among(
        choice.registrations, allowed_to(request.reaches), allows=request.reaches
    )
    form = BatchForm(
        request.POST if request.method == "POST" else None,
        allows=request.reaches,
        at=request.arrived_at,
        chosen=chosen,
    )
    if request.method == "POST" and form.is_valid():
        allowed = request.reaches(form.decided["action"].permission)
        try:
            prepared = operations.prepare(
                registrations=choice.registrations.within(allowed),
                **form.decided,
                reach=allowed,
                by=request.user,
                at=request.arrived_at,
                sought=choice.in_words(request),
                is_of_health=choice.is_of_health,
                sending=press_of(request, *choice.mark()),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("office:one_batch", prepared.pk)
    context = {
        **choice.as_context(request),
        "form": form,
        "count": in_groups(str(chosen.total)),
        "write_query": urlencode(choice.as_query()),
    }
    return render(request, "office/batch.html", context, status=422 if form.errors else 200)


def batches(request: HttpRequest) -> HttpResponse:
    """One's own batches, the last first, and those that wait for one's approval."""
    mine = request.user.batches.order_by("-asked_at", "pk")
    page = page_of(request, mine.exclude(state=BatchState.PREPARED))
    refused = queries.refused_of(one.pk for one in page)
    prepared = mine.filter(state=BatchState.PREPARED)
    count = prepared.count()
    context = {
        "page": page,
        "mine": [(one, _state_in_words(one, refused.get(one.pk, 0))) for one in page],
        "prepared": prepared[:ON_THE_PAGE],
        "prepared_count": count,
        "prepared_counted": in_groups(str(count)),
        "is_cut": count > ON_THE_PAGE,
        "proposed": batches_to_approve(request),
        "left": _left_to(request),
        "reader": request.user.pk,
        "trail": FILES_TRAIL,
    }
    return render(request, "office/batches.html", context)


def _state_in_words(batch: Batch, refused: int) -> str:
    """Say where a batch stands, and that a part of it was refused: « Terminé » alone, all was done."""
    state = str(batch.get_state_display())
    if not refused or batch.state not in ENDED:
        return state
    several = "refusées" if refused > 1 else "refusée"
    return f"{state} : {in_groups(str(refused))} {several} sur {in_groups(str(batch.total))}"


def one_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """What it will do, how far it is, what was refused."""
    mine = _readable(request, batch)
    is_mine = mine.asked_by_id == request.user.pk
    may_read_left = not is_mine and _is_left_here(request, mine)
    lines, counts, is_narrowed = _seen(request, mine), mine.counts(), _is_narrowed(request, mine)
    listed = counted(lines, "outcome", Outcome.values) if is_narrowed else counts
    refused, done = (
        lines.filter(outcome=outcome).order_by("registration__name_key", "pk")
        for outcome in (Outcome.REFUSED, Outcome.DONE)
    )
    refusals = Paginator(refused, SHOWN_REFUSALS).get_page(request.GET.get("refus"))
    found_count = _found_of_done(request, mine) if is_mine and listed[Outcome.DONE] else 0
    search_of_done = _search_of_done(mine) if found_count else []
    is_open = mine.state in UNDECIDED
    # Nothing is done but where its author may do it now, whoever reads this.
    reached = mine.reach_now(mine.does.permission, at=request.arrived_at) if is_open else Reach()
    forecast = queries.forecast(mine, reached, at=request.arrived_at) if is_open else []
    letters = queries.letters_waiting(mine)
    context = {
        "batch": mine,
        "letters": letters,
        "letters_counted": in_groups(str(letters)),
        "is_mine": is_mine,
        "approvers": queries.approvers_of(mine, at=request.arrived_at)
        if is_mine and mine.is_proposed
        else [],
        "may_approve": not is_mine and mine.state == BatchState.PROPOSED,
        "why": STOPPED_BY_ITS_AUTHOR
        if not is_mine and mine.why == operations.BY_HAND
        else mine.why,
        "may_take_over": may_read_left and mine.decided_by_id != request.user.pk,
        "left_to_others": _left_to_others(request, mine) if may_read_left else "",
        "no_longer": "" if reached or not is_open else NoLongerProposed.message,
        "piece": _piece_of(mine),
        "given": dict(GIVEN).get(mine.giving, ""),
        "prepares": mine.does.begin is not None,
        **message_of(mine, request.reach, at=request.arrived_at),
        "correcting": correcting(request, mine),
        "state": _state_in_words(mine, counts[Outcome.REFUSED]),
        "kind": _kind_of(mine, counts[Outcome.REFUSED]),
        "counts": {name: in_groups(str(count)) for name, count in counts.items()},
        "is_narrowed": is_narrowed,
        "has_refusals": bool(listed[Outcome.REFUSED]),
        "forecast": [
            (
                ", ".join(filter(None, (one.state.label, one.seen))),
                in_groups(str(one.count)),
                one.refusal or "Aucun",
            )
            for one in forecast
        ],
        "expected": _expected(forecast, mine),
        "unmet": _unmet(forecast),
        "apart": [CRITERIA[code].label for code in COMPLETE_BY],
        "clears": mine.action == CLEAR.name,
        "silent": _silent(mine, reached, at=request.arrived_at) if is_open else "",
        "ended": _ended(forecast),
        "beyond": _beyond(request, mine) if is_mine else None,
        "ahead": _ahead(mine, reached, at=request.arrived_at) if is_open else None,
        "has_some": any(not one.refusal for one in forecast),
        "has_left": is_open and sum(one.count for one in forecast) < counts[Outcome.WAITING],
        **(foreseen_in(request, mine) if is_open and is_mine else {}),
        **unpublished_of(mine, lines, is_open=is_open, is_mine=is_mine, at=request.arrived_at),
        "printed": "" if mine.does.silence else _printed(forecast),
        "forecast_titles": ("État", "Inscriptions", "Refus"),
        "rows": _shown(request, refusals.object_list),
        "refusals": refusals,
        "done": _shown(request, done[:SHOWN_REFUSALS]),
        "is_done_cut": listed[Outcome.DONE] > SHOWN_REFUSALS,
        "search_of_done": search_of_done,
        "found_count": in_groups(str(found_count)),
        "next_steps": _next_steps(
            mine, decides=bool(counts[Outcome.DONE] or counts[Outcome.WAITING])
        ),
        "trail": TRAIL,
    }
    return render(request, "office/one_batch.html", context)


def _piece_of(batch: Batch) -> str:
    """Return what the piece of a batch is called where its author chose it; nothing of one without."""
    if not batch.piece:
        return ""
    named = labels_within(batch.reach)
    return named.get(batch.piece) or labels_of([batch.piece]).get(batch.piece, batch.piece)


def _kind_of(batch: Batch, refused: int) -> str:
    kind = KINDS.get(BatchState(batch.state), "info")
    return "warning" if kind == "success" and refused else kind


def _search_of_done(batch: Batch) -> list[tuple[str, str]]:
    """Return what is posted to find all that it has done, to be listed, exported and acted upon.

    Nothing of one whose lines say something of health: no file says them (P-12).
    """
    if batch.says_of_health:
        return []
    return building.posted(Group(members=(Leaf(CRITERIA["lot"], Operator.IS, (str(batch.pk),)),)))


def _found_of_done(request: HttpRequest, batch: Batch) -> int:
    """Return how many that list has: what has left the perimeter since is not in it."""
    reached = Registration.objects.within(request.reaches(Permission.READ_FILES))
    return int(reached.filter(pk__in=batch.done().values("registration")).count())


def _next_steps(batch: Batch, *, decides: bool) -> list[tuple[str, str]]:
    """Return where a batch of requests for accommodations leads: to the next step, and to all of them.

    Args:
        batch: which.
        decides: whether it has decided of some of them, or will.
    """
    if not foreseen.is_foreseen(batch):
        return []
    every = reverse("office:accommodations")
    to_notify = [("Notifier ces décisions", f"{every}?etape=a-notifier&lot={batch.pk}")]
    return [*(to_notify if batch.action == FOLLOW and decides else []), ("Aménagements", every)]


def _expected(forecast: list[queries.Forecast], batch: Batch) -> str:
    """Say how many will be accepted and how many refused."""
    refused = sum(one.count for one in forecast if one.refusal)
    accepted = sum(one.count for one in forecast) - refused
    if foreseen.is_foreseen(batch):
        return (
            f"Demandes d'aménagement traitées : {in_groups(str(accepted))}. "
            f"Inscriptions laissées de côté : {in_groups(str(refused))}."
        )
    return f"Acceptées : {in_groups(str(accepted))}. Refusées : {in_groups(str(refused))}."


def _silent(batch: Batch, *reaches: Reach, at: datetime) -> str:
    """Say how many of those that would be set aside silence may have accepted: they will be refused."""
    count = queries.perhaps_accepted(batch, *reaches, at=at)
    if not count:
        return ""
    among = f"{in_groups(str(count))} sont sans réponse depuis longtemps"
    if count == 1:
        among = "une est sans réponse depuis longtemps"
    return (
        f"Parmi elles, {among} : celles que le silence a acceptées seront refusées. Elles s'écartent "
        "une à une, depuis leur dossier."
    )


def _ended(forecast: list[queries.Forecast]) -> str:
    """Say how many count no more, of those that would be done."""
    ended = sum(one.count for one in forecast if one.state not in STANDING and not one.refusal)
    return in_groups(str(ended)) if ended else ""


def _beyond(request: HttpRequest, batch: Batch) -> queries.Beyond | None:
    """Return why its author would not launch it alone, before they press the button."""
    if batch.state != BatchState.PREPARED:
        return None
    return queries.beyond_alone(
        batch.does, batch.total, reach=batch.reach, by=request.user.pk, at=request.arrived_at
    )


def _ahead(batch: Batch, reached: Reach, *, at: datetime) -> moving.Ahead | None:
    """Return what a batch that gives registrations to an academy leaves to be settled there."""
    if not batch.academy:
        return None
    waiting = batch.lines_within(reached).filter(outcome=Outcome.WAITING)
    return moving.ahead(waiting, academy=batch.academy, at=at)


def _unmet(forecast: list[queries.Forecast]) -> list[str]:
    """Say how many would be validated, or found complete, without their pieces or before anybody judged them."""
    counts = {
        said: sum(one.count for one in forecast if said in one.unmet and not one.refusal)
        for said in pieces.UNMET
    }
    return [
        f"{in_groups(str(count))} inscription{'s' if count > 1 else ''} : {pieces.WORDS[said]}."
        for said, count in counts.items()
        if count
    ]


def _printed(forecast: list[queries.Forecast]) -> str:
    """Say how many letters will be made, which somebody prints and posts."""
    letters = sum(one.by_letter for one in forecast if not one.refusal)
    return in_groups(str(letters)) if letters else ""


def _shown(request: HttpRequest, rows: Any) -> list[tuple[str, str, str]]:
    """Return some lines: number, why it is refused, whose it is, where their reader may open it."""
    lines = list(rows.values_list("registration__number", "why"))
    reads = request.reaches(Permission.READ_FILES)
    asked = Registration.objects.within(reads).filter(number__in=[number for number, _ in lines])
    seen = asked.select_related("identity") if lines else []
    names = {one.number: one.identity.listed_name for one in seen}
    return [(number, why, names.get(number, "")) for number, why in lines]


def launch_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Begin; of many, with the second factor shown again (S-17)."""
    mine = _own(request, batch)
    if mine.state == BatchState.PREPARED and not _reaches_all(request, mine):
        raise Http404
    page, then = _page_of(mine), "relisez, puis lancez le lot"
    if mine.state != BatchState.PREPARED:
        return redirect(page)  # the button was pressed twice: the page says how far it is
    if first := second_factor_first(request, page=page, then=then, is_asked=mine.is_of_many):
        return first
    try:
        operations.launch(batch=mine, by=_author(request), at=request.arrived_at)
    except operations.Launched:
        pass  # by another press, at the same instant
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        is_proposed = mine.state == BatchState.PROPOSED
        begun = SENT if mine.does.asked_apart else LAUNCHED
        messages.success(request, PROPOSED if is_proposed else begun)
    return redirect(page)


def approve_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Approve a large batch of somebody else, with the second factor shown again: it begins."""
    found = _to_decide(request, batch)
    then = "relisez, puis approuvez le lot"
    first = second_factor_first(request, page=_page_of(found), then=then)
    said = "Le lot est approuvé : il commence."
    return first or _decided(request, found, operations.approve, said, so=BEGUN)


def refuse_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Refuse a large batch of somebody else: nothing of it is done."""
    said = "Le lot est refusé : son auteur en est prévenu."
    found = _to_decide(request, batch)
    return _decided(request, found, operations.refuse, said, so={BatchState.REFUSED})


def batches_to_approve(request: HttpRequest) -> list[Batch]:
    """Return the batches of others that the reader may approve, the oldest first."""
    approves = _approves(request)
    if not approves:
        return []
    proposed = Batch.objects.filter(state=BatchState.PROPOSED).exclude(asked_by=request.user.pk)
    return [one for one in proposed.order_by("asked_at") if approves.includes(one.reach)]


def stop_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Stop after the line under way."""
    said = "Le lot est arrêté. Ce qui est fait le reste."
    return _done(request, _own(request, batch), operations.stop, said, so={BatchState.STOPPED})


def resume_batch(request: HttpRequest, batch: str) -> HttpResponse:
    """Go on with the lines that wait; of many, with the second factor shown again (S-17).

    Those of a batch of one's own, or of one that its author has left, which becomes one's own.
    """
    mine: Batch = get_object_or_404(Batch, pk=batch)
    is_own = mine.asked_by_id == request.user.pk
    is_open = _is_followed(request, mine) if is_own else _is_left_here(request, mine)
    if not is_open:
        raise Http404
    act = operations.resume if is_own else partial(operations.take_over, user=request.user)
    page, then = _page_of(mine), "relisez, puis reprenez le lot"
    first = second_factor_first(request, page=page, then=then, is_asked=mine.is_of_many)
    so = {BatchState.RUNNING, BatchState.DONE}
    return first or _done(request, mine, act, "Le lot reprend.", so=so)


def batch_refusals(request: HttpRequest, batch: str) -> HttpResponse:
    """The lines that were refused, each with its reason, as a file."""
    mine = _own(request, batch)
    try:
        lines = operations.hand_over_refusals(
            batch=mine,
            lines=_seen(request, mine),
            by=_author(request),
            at=request.arrived_at,
        )
    except operations.OfHealth as refusal:
        messages.error(request, str(refusal))
        return redirect(_page_of(mine))
    return sheet_of(lines, ("N° Inscription", "Refus"), name=f"refus-{mine.pk.hex[:8]}")


def _own(request: HttpRequest, pk: str) -> Batch:
    mine: Batch = get_object_or_404(request.user.batches, pk=pk)
    if not _is_followed(request, mine):
        raise Http404  # its lines are no longer the reader's to see
    return mine


def _reaches_all(request: HttpRequest, batch: Batch) -> bool:
    return bool(request.reaches(batch.does.permission).includes(batch.reach))


def _is_followed(request: HttpRequest, mine: Batch) -> bool:
    """Return whether its author follows a batch: one that was set going, also where they reach less now."""
    is_set_going = mine.state != BatchState.PREPARED
    return _reaches_all(request, mine) or (
        is_set_going and bool(request.reaches(mine.does.permission))
    )


def _is_narrowed(request: HttpRequest, batch: Batch) -> bool:
    """Return whether its author reaches less than they did; its approver reaches all that they might."""
    return batch.asked_by_id == request.user.pk and not _reaches_all(request, batch)


def _seen(request: HttpRequest, batch: Batch) -> Any:
    """Return the lines that are listed to a reader: of an author who reaches less now, what they reach."""
    if _is_narrowed(request, batch):
        return batch.lines_within(request.reaches(batch.does.permission))
    return batch.lines.all()


def _readable(request: HttpRequest, pk: str) -> Batch:
    """Return one's own batch, or one that one may approve; there is no other."""
    found: Batch = get_object_or_404(Batch, pk=pk)
    is_open = (
        _is_followed(request, found)
        if found.asked_by_id == request.user.pk
        else _is_to_approve(found, _approves(request)) or _is_left_here(request, found)
    )
    if not is_open:
        raise Http404
    return found


def _is_left_here(request: HttpRequest, batch: Batch) -> bool:
    """Return whether a batch of somebody who may do it no more is read by those who may go on with it."""
    heads = request.reaches(Permission.CLOSE_MEMBERS)
    return (
        batch.is_stopped
        and heads.includes(batch.reach)
        and _reaches_all(request, batch)
        and queries.is_left(batch, at=request.arrived_at)
    )


def _left_to(request: HttpRequest) -> list[Batch]:
    """Return the batches of others that stopped, and that those like the reader may go on with."""
    heads = request.reaches(Permission.CLOSE_MEMBERS)
    if not heads:
        return []
    left = queries.left_within(heads, besides=request.user.pk, at=request.arrived_at)
    return [one for one in left if _reaches_all(request, one)]


def _left_to_others(request: HttpRequest, batch: Batch) -> str:
    """Say to whoever approved a batch that somebody else goes on with it, and who may; to others nothing."""
    if batch.decided_by_id != request.user.pk:
        return ""
    heads = queries.heads_of(batch, at=request.arrived_at)
    others = [one.full_name for one in heads if one.user_id != request.user.pk]
    named = ", ".join(others[: queries.MOST_NAMED])
    who = f"Le peuvent : {named}." if named else "Demandez-le à un administrateur."
    return f"{operations.ApprovedIt.message} {who}"


def _is_to_approve(batch: Batch, approves: Reach) -> bool:
    is_shown = batch.does.approval is not None and batch.state != BatchState.PREPARED
    return is_shown and approves.includes(batch.reach)


def _approves(request: HttpRequest) -> Reach:
    approves: Reach = request.reaches(Permission.APPROVE_MESSAGES)
    return approves


def _author(request: HttpRequest) -> Actor:
    author: Actor = request.reach.perimeters[0].member
    return author


def _to_decide(request: HttpRequest, pk: str) -> Batch:
    found: Batch = get_object_or_404(Batch, pk=pk)
    if not _is_to_approve(found, request.reach):
        raise Http404
    return found


def _page_of(batch: Batch) -> str:
    return reverse("office:one_batch", args=[batch.pk])


def _decided(
    request: HttpRequest, found: Batch, act: Any, said: str, *, so: set[BatchState]
) -> HttpResponse:
    return _done(request, found, partial(act, user=request.user), said, so=so)


def _done(
    request: HttpRequest, found: Batch, act: Any, said: str, *, so: set[BatchState]
) -> HttpResponse:
    """Do it and say so; pressed twice, the page it leads to says already how the batch is (`so`)."""
    try:
        act(batch=found, by=_author(request), at=request.arrived_at)
    except Refused as refusal:
        found.refresh_from_db(fields=["state"])
        if found.state not in so:
            messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(_page_of(found))
