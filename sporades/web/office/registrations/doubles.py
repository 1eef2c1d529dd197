"""« Doublons probables »: compared one after the other, merged by two persons, or told apart (I12)."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.identities import comparing, merging
from sporades.core.refusals import Refused
from sporades.doubles.hindrances import Hindered, hindrances
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import DoubleState
from sporades.web.layout.proofs import second_factor_first
from sporades.web.office.noting import author_on, note_file, note_record
from sporades.web.office.places import PlacesForm
from sporades.web.office.registrations.double_forms import (
    OLDER,
    ApartForm,
    MergeForm,
    RefusedMergeForm,
)
from sporades.web.office.registrations.side_by_side import (
    Side,
    kept_of,
    lines_of,
    sides_of,
    told_elsewhere,
)

ON_THE_PAGE = 50
TITLE = "Doublons probables"
TRAIL = [("Accueil", reverse_lazy("office:home"))]
LIST = reverse_lazy("office:doubles")
TO_APPROVE = "a-approuver"
SHOWN = {
    "": ("À comparer", (DoubleState.WAITING,)),
    TO_APPROVE: ("Dont la fusion est à approuver", (DoubleState.PROPOSED,)),
    "proposes": ("Dont la fusion est proposée", (DoubleState.PROPOSED,)),
    "distingues": ("Dits deux personnes", (DoubleState.TOLD_APART,)),
    "fusionnes": ("Fusionnés", (DoubleState.MERGED,)),
}
type Act = Callable[[dict[str, Any]], object]


def doubles(request: HttpRequest) -> HttpResponse:
    """Those of a perimeter, the oldest first."""
    said = request.GET.get("voir", "")
    may_approve = bool(request.reaches(Permission.APPROVE_MERGES))
    choices = [
        (value, label) for value, (label, _) in SHOWN.items() if may_approve or value != TO_APPROVE
    ]
    shown = said if said in dict(choices) else ""
    # As the first page counts them: one's own proposals are another's to approve.
    among = _to_approve(request) if shown == TO_APPROVE else _within(request)
    form = _row_of(request)
    among = among.registered(**form.where())
    found = among.filter(state__in=SHOWN[shown][1]).order_by("found_at", "pk")
    page = Paginator(found.for_list(), ON_THE_PAGE).get_page(request.GET.get("page"))
    for one in page:
        one.age = one.age_in_words(request.arrived_at)
        one.url = reverse("office:double", args=[one.pk]) + form.query()
    context = {
        "page": page,
        "form": form,
        "is_chosen": bool(form.chosen),
        "count": page.paginator.count,
        "shown": shown,
        "choices": [
            (value, label, LIST + form.query(**({"voir": value} if value else {})))
            for value, label in choices
        ],
        "base": f"{form.query(voir=shown)}&page=",
        "title": TITLE,
        "trail": TRAIL,
    }
    return render(request, "office/doubles.html", context, status=422 if form.errors else 200)


def double(request: HttpRequest, double: int) -> HttpResponse:
    """Both side by side, why they are suspected, and what may be decided."""
    return _page(request, _found(request, double))


def propose_merge(request: HttpRequest, double: int) -> HttpResponse:
    """Propose that they are one person; another person approves."""
    found, form = _found(request, double), MergeForm(request.POST)
    if not form.is_valid():
        return _said_nothing(request, found, merge=form)
    kept = found.first if form.cleaned_data["garde"] == OLDER else found.second
    return _done(
        request,
        found,
        lambda said: comparing.propose(
            kept=kept, reason=form.cleaned_data["motif"], seen=_seen(request), **said
        ),
        f"La fusion est proposée : {_named(found)}. Une autre personne doit l'approuver : un mail "
        "prévient qui le peut.",
    )


def approve_merge(request: HttpRequest, double: int) -> HttpResponse:
    """Merge them, as somebody else proposed, with the second factor shown again (S-17)."""
    found = _found(request, double)
    page = _address(request, found)
    first = second_factor_first(request, page=page, then="relisez, puis approuvez la fusion")
    return first or _done(
        request,
        found,
        lambda said: merging.approve(seen=_seen(request), **said),
        f"La fusion est faite : {_named(found)}. Le candidat est prévenu, par mail ou par courrier.",
    )


def refuse_merge(request: HttpRequest, double: int) -> HttpResponse:
    """Refuse what somebody else proposed, with the reason."""
    found, form = _found(request, double), RefusedMergeForm(request.POST)
    if not form.is_valid():
        return _said_nothing(request, found, refused=form)
    return _done(
        request,
        found,
        lambda said: comparing.refuse(answer=form.cleaned_data["refus"], **said),
        f"La fusion est refusée : {_named(found)}. Les deux dossiers restent séparés.",
    )


def drop_merge(request: HttpRequest, double: int) -> HttpResponse:
    """Take a proposal back: one's own, or a colleague's who is away, for who cannot refuse it."""
    found = _found(request, double)
    if _may_approve(request, found):
        messages.error(request, "Vous pouvez refuser cette fusion : dites pourquoi.")
        return redirect(_address(request, found))
    said = "La proposition de fusion est retirée."
    return _done(request, found, lambda told: comparing.take_back(**told), said, stays=True)


def tell_apart(request: HttpRequest, double: int) -> HttpResponse:
    """Say that they are two persons, for good."""
    found, form = _found(request, double), ApartForm(request.POST)
    if not form.is_valid():
        return _said_nothing(request, found, apart=form)
    return _done(
        request,
        found,
        lambda said: comparing.tell_apart(reason=form.cleaned_data["distinction"], **said),
        f"Ce sont deux personnes : {_named(found)}. Ces deux dossiers ne seront plus proposés.",
    )


def compare_again(request: HttpRequest, double: int) -> HttpResponse:
    """Undo what was said by mistake."""
    found = _found(request, double)
    said = "Ces deux dossiers sont de nouveau à comparer."
    return _done(request, found, lambda told: comparing.compare_again(**told), said, stays=True)


def _row_of(request: HttpRequest) -> PlacesForm:
    """Return which ones one goes through, as the list that one came from chose them."""
    return PlacesForm(request.GET, reach=request.reach)


def _address(request: HttpRequest, double: LikelyDouble) -> str:
    """Return where one is compared, on the same way."""
    return reverse("office:double", args=[double.pk]) + _row_of(request).query()


def _within(request: HttpRequest) -> Any:
    return LikelyDouble.objects.within(request.reach)


def _found(request: HttpRequest, pk: int) -> LikelyDouble:
    both = ("first__identity", "second__identity", "first__user", "second__user")
    found: LikelyDouble = get_object_or_404(_within(request).select_related(*both), pk=pk)
    return found


def _named(found: LikelyDouble) -> str:
    """Name what was decided: the page that opens next is of others."""
    return f"{found.first.identity.listed_name} (doublon n°{found.pk})"


def _to_approve(request: HttpRequest) -> Any:
    """Return those that others propose to merge, and the reader may approve."""
    within = LikelyDouble.objects.within(request.reaches(Permission.APPROVE_MERGES))
    return within.to_approve(request.actor.identifier)


def _may_approve(request: HttpRequest, found: LikelyDouble) -> bool:
    return bool(found.is_proposed and _to_approve(request).filter(pk=found.pk).exists())


def _seen(request: HttpRequest) -> str:
    return str(request.POST.get("vu", ""))


def _sides(request: HttpRequest, double: LikelyDouble) -> list[Side]:
    return sides_of((double.first, double.second), reach=request.reach)


def _following(request: HttpRequest, found: LikelyDouble) -> LikelyDouble | None:
    """Return the next one of the same work: to approve for who approves this one, or to compare."""
    work = _to_approve(request) if _may_approve(request, found) else _within(request).waiting()
    others = work.registered(**_row_of(request).where()).exclude(pk=found.pk)
    after = others.filter(found_at__gte=found.found_at).exclude(
        found_at=found.found_at, pk__lt=found.pk
    )
    ordered: LikelyDouble | None = after.order_by("found_at", "pk").first()
    return ordered or others.order_by("found_at", "pk").first()


def _said_nothing(request: HttpRequest, found: LikelyDouble, **forms: Any) -> HttpResponse:
    """Show the page again with what is missing, or what was decided meanwhile."""
    is_offered = found.is_proposed if "refused" in forms else found.is_waiting
    if is_offered:
        return _page(request, found, **forms)
    messages.error(
        request, "Ces deux dossiers viennent d'être décidés autrement : relisez la page."
    )
    return redirect(_address(request, found))


def _page(request: HttpRequest, found: LikelyDouble, **forms: Any) -> HttpResponse:
    sides = one, other = _sides(request, found)
    for side in sides:
        if side.last is not None:
            note_file(request, side.last)
        else:
            note_record(request, side.candidate)
    following = _following(request, found)
    offered = _offered(request, found, sides, forms)
    context = {
        "double": found,
        "sides": [(place, side) for place, side in enumerate(sides, start=1)],
        "lines": lines_of(one, other),
        "seen": comparing.mark_of(found),
        "kept": kept_of(found, sides),
        "age": found.age_in_words(request.arrived_at),
        **offered,
        "following": _address(request, following) if following else "",
        "query": _row_of(request).query(),
        "trail": [*TRAIL, (TITLE, LIST + _row_of(request).query())],
    }
    return render(request, "office/double.html", context, status=422 if forms else 200)


def _offered(
    request: HttpRequest, found: LikelyDouble, sides: list[Side], forms: dict[str, Any]
) -> dict[str, Any]:
    """Return what the reader may do, and what keeps them from it."""
    is_mine = found.proposed_by_id == request.actor.identifier
    approves = _may_approve(request, found)
    kept, left = (
        (found.second, found.first) if kept_of(found, sides) == 2 else (found.first, found.second)  # noqa: PLR2004 - of two
    )
    undecided = found.is_waiting or found.is_proposed
    return {
        "told_elsewhere": told_elsewhere(sides, kept=kept_of(found, sides)) if undecided else "",
        "merge": forms.get("merge") or MergeForm() if found.is_waiting else None,
        "apart": forms.get("apart") or ApartForm() if found.is_waiting else None,
        "refused": forms.get("refused") or RefusedMergeForm() if approves else None,
        "may_drop": found.is_proposed and (is_mine or not approves),
        "is_mine": is_mine,
        "hindrances": hindrances(kept=kept, left=left, at=request.arrived_at, reach=request.reach)
        if undecided
        else [],
    }


def _done(
    request: HttpRequest, found: LikelyDouble, act: Act, said: str, *, stays: bool = False
) -> HttpResponse:
    here = redirect(_address(request, found))
    last = next(side.last for side in _sides(request, found) if side.last is not None)
    following = _following(request, found)
    try:
        act({"double": found, "by": author_on(request, last), "at": request.arrived_at})
    except Hindered as refusal:
        messages.error(request, f"La fusion n'est pas possible. {refusal}")
        return here
    except Refused as refusal:
        messages.error(request, str(refusal))
        return here
    messages.success(request, said)
    if stays:
        return here
    return redirect(_address(request, following) if following else LIST + _row_of(request).query())
