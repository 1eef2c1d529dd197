"""« Gérer les inscriptions »: search them, keep the search, read the list."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from sporades.accounts.permissions import Permission, Reach
from sporades.candidates.models import Candidate
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.exchanges.models import Export
from sporades.searches import operations, quick
from sporades.searches.columns import BY_CODE, Reading, on_a_page
from sporades.searches.models import Search
from sporades.searches.operations import NameTaken, OfItsAuthor, OfSomebody
from sporades.searches.queries import (
    found,
    is_somebody,
    known_order,
    not_found,
    planned_anew,
)
from sporades.searches.records import ALIKE, without_registration
from sporades.searches.rules import is_its_author_s, seeks_somebody
from sporades.searches.trees import Group
from sporades.searches.words import in_words
from sporades.web.layout.finding import AS_LIST, NAMED, QuickForm
from sporades.web.office.registrations.files import TRAIL
from sporades.web.office.registrations.walking import line_of, query_of, reach_for
from sporades.web.office.searches import building
from sporades.web.office.searches.listing import EXACTLY, MOST_PAGES, page_of
from sporades.web.office.searches.search_forms import NameForm

MOST_UNFILED = 5
MOST_NAMED = 20
"""How many of a list that are not found are read above what is found; more are in a fold."""
NOBODY = "Aucune inscription ne répond à ces critères dans votre périmètre."
BY_NAME = "nom_complet"
"""The criterion that forgives a slip of the pen, and no name heard otherwise."""
NAME = "nom"
NAMES = (NAME, "prenoms")
"""The columns that name whose registration a box ticks, where they are shown; the first opens its file too."""


def search(request: HttpRequest) -> HttpResponse:
    """Build the tree of criteria; « Rechercher » leads to the address of what was asked.

    Who reads no lists has the one box here, and nothing else.
    """
    if request.method != "POST":
        return _page(request, Group(), [])
    reach = request.reaches(Permission.READ_LISTS)
    if not reach:
        raise Http404
    tree, columns = building.read(request.POST), _columns(request)
    if request.POST.get("faire") != building.SEARCH:
        done = building.acted(tree, request.POST)
        return _page(request, done.tree, columns, focus=done.field, said=done.said)
    form = building.SearchForm(tree, columns, reach=reach, is_judged=True)
    if not form.is_valid():
        return render(request, "office/search.html", _context(request, form), status=422)
    kept = operations.keep(tree=tree, columns=columns, by=request.user, at=request.arrived_at)
    return redirect(_list_of(kept, request.POST.get("tri", "")))


def find(request: HttpRequest) -> HttpResponse:
    """The one box: a number, a name, a birth date, an address.

    One file alone opens at once, unless its name is only like what was typed, or half of what was
    typed is left out: it is read first.
    """
    form = QuickForm(request.POST)
    if not form.is_valid():
        builder = building.SearchForm(Group(), [], reach=request.reaches(Permission.READ_LISTS))
        context = {**_context(request, builder), "quick": form}
        return render(request, "office/search.html", context, status=422)
    of = meant(request, form)
    if of.number and AS_LIST not in request.POST:
        return redirect("office:registration", of.number)
    kept = operations.keep(tree=of.tree, columns=[], by=request.user, at=request.arrived_at)
    return redirect("office:found", kept.pk)


@dataclass(frozen=True)
class Meant:
    """Who is meant by what was typed in the one box.

    Attributes:
        tree: what is sought by it.
        number: of the one registration that is found and meant; nothing where several are, or one
            alone whose name is only like what was typed.
        is_nobody: whether none is found.
    """

    tree: Group
    number: str
    is_nobody: bool


def meant(request: HttpRequest, form: QuickForm) -> Meant:
    """Return who is meant by what was typed, within the reader's perimeter.

    Args:
        request: the reader's.
        form: the box, valid.
    """
    with planned_anew():
        tree = quick.narrowed(form.tree, reach=request.reach)
        first = list(found(tree, reach=request.reach).values_list("number", "name_key")[:2])
    is_one = len(first) == 1 and quick.is_meant(form.tree, first[0][1])
    return Meant(tree, number=first[0][0] if is_one else "", is_nobody=not first)


def results(request: HttpRequest, search: str) -> HttpResponse:
    """What a search finds within the reader's perimeter, page by page."""
    kept = search_of(request, search)
    try:
        tree_for(request, kept)
    except Refused as refusal:
        return _unknown(request, kept, str(refusal))
    operations.note_used(kept, at=request.arrived_at)
    return _results(request, kept)


def _unknown(request: HttpRequest, kept: Search, why: str) -> HttpResponse:
    """Say why a search finds nothing any more; its author deletes it, and its name serves again."""
    context = {
        "search": kept,
        "title": kept.name or "Inscriptions trouvées",
        "trail": TRAIL,
        "why": why,
        **_whose(request, kept),
    }
    return render(request, "office/unknown_search.html", context, status=409)


def _results(request: HttpRequest, kept: Search, naming: NameForm | None = None) -> HttpResponse:
    order = known_order(request.GET.get("tri") or kept.order)
    here, reach = reverse("office:found", args=[kept.pk]), reach_for(request, kept)
    reading = Reading(on_a_page(kept.shown, reach), reach)
    page = page_of(request, tree_of(kept), order, reading)
    cells, count, base = reading.words(), page.paginator.count, f"{here}?tri={order}&page="
    shown = [column.code for column in kept.shown]
    form = building.SearchForm(tree_of(kept), kept.columns, reach=reach)
    seeks_one = seeks_somebody(kept.tree)
    context = {
        **_context(request, form),
        "quick": QuickForm(initial={NAMED: quick.typed_in(tree_of(kept))}) if seeks_one else None,
        "search": kept,
        "page": page,
        "count": count,
        "counted": in_groups(str(count)),
        "nobody": NOBODY,
        "by_name": not count and any(one.criterion.code == BY_NAME for one in form.tree.leaves()),
        "alone": () if count else _alone(tree_of(kept), reach=reach),
        "exact_url": f"{base}{page.number}&{urlencode(EXACTLY)}" if page.paginator.is_cut else "",
        "title": kept.name or ("Inscriptions trouvées" if count else "Aucune inscription trouvée"),
        "trail": TRAIL,
        "asked": in_words(tree_of(kept), reach=reach),
        "lists": _of_lists(tree_of(kept), reach=reach),
        "columns": _titles(kept, order, here),
        "labels": [column.label for column in kept.shown],
        "name_at": shown.index(NAME) if NAME in shown else None,
        "lines": [
            {
                "number": values[0],
                "id": line_of(values[0]),
                "cells": (line := cells(values)),
                "who": " ".join(
                    said for code, said in zip(shown, line, strict=False) if code in NAMES
                ),
                "walk": query_of(kept, order, place),
            }
            for place, values in enumerate(page, page.start_index())
        ],
        "base": base,
        "is_last": page.number == MOST_PAGES and page.paginator.has_more,
        "export_url": f"{reverse('office:export', args=[kept.pk])}?tri={order}",
        "may_decide": bool(request.reaches(Permission.DECIDE)),
        "may_write": bool(request.reaches(Permission.WRITE_MESSAGES)),
        **_whose(request, kept),
        "order": order,
        "naming": naming or NameForm.of(kept),
        "is_refused": naming is not None,
        "seeks_somebody": seeks_one,
        "is_its_author_s": is_its_author_s(kept.tree),
        "unfiled": _unfiled(tree_of(kept), reach=reach) if seeks_one and not count else [],
        "address": _address(request, tree_of(kept)) if seeks_one and not count else "",
        "fills": bool(request.reaches(Permission.FILE_FOR_CANDIDATES)),
    }
    return render(request, "office/found.html", context, status=422 if naming else 200)


def _of_lists(tree: Group, *, reach: Reach) -> list[dict[str, Any]]:
    """Say of each pasted list how many of it are found, and name the others."""
    if not tree.lists:
        return []
    with planned_anew():
        missing = [not_found(one, tree, reach=reach) for one in tree.lists]
    return [
        {
            "label": one.criterion.label,
            "count": in_groups(str(len(one.listed))),
            "found": in_groups(str(len(one.listed) - len(others))),
            "missing": ", ".join(others),
            "left": in_groups(str(len(others))),
            "are_many": len(others) > MOST_NAMED,
        }
        for one, others in zip(tree.lists, missing, strict=True)
    ]


def _whose(request: HttpRequest, kept: Search) -> dict[str, bool]:
    """Say whether a search is the reader's, or may be taken away by them since its author has left."""
    is_mine = kept.owner_id == request.user.pk
    is_left = not is_mine and operations.is_left_shared(kept, at=request.arrived_at)
    return {"is_mine": is_mine, "is_left": is_left}


def _unfiled(tree: Group, *, reach: Reach) -> list[Candidate]:
    """Return the first of those of whom an office made the record, without a registration, who may be meant."""
    with planned_anew(alike=ALIKE):
        return list(without_registration(tree, reach=reach)[:MOST_UNFILED])


def _alone(tree: Group, *, reach: Reach) -> list[str]:
    """Return what was typed with a birth date, and that date: those by which alone somebody is found."""
    alone = quick.each_alone(tree)
    return [quick.typed_in(one) for one in alone if is_somebody(found(one, reach=reach))]


def _address(request: HttpRequest, tree: Group) -> str:
    """Return the whole mail address that was typed, for who may ask where its account stands."""
    if not request.reaches(Permission.FIND_ACCOUNTS):
        return ""
    try:
        validate_email(typed := quick.typed_in(tree))
    except ValidationError:
        return ""
    return typed


def name(request: HttpRequest, search: str) -> HttpResponse:
    """« Enregistrer paramétrage »: give a search a name, and share it or not."""
    kept = search_of(request, search)
    form = NameForm.of(kept, request.POST)
    if not form.is_valid():
        return _results(request, kept, form)
    try:
        kept = operations.name(
            search=kept,
            name=form.cleaned_data["nom"],
            shared_within=request.reach if form.cleaned_data.get("partagee") else None,
            order=known_order(request.GET.get("tri", "")),
            replaces=form.replaces,
            by=request.user,
            author=request.actor,
            at=request.arrived_at,
        )
    except NameTaken as refusal:
        again = NameForm.of(kept, request.POST, taken=form.cleaned_data["nom"])
        again.full_clean()
        again.add_error("nom", str(refusal))
        return _results(request, kept, again)
    except Refused as refusal:
        is_of_sharing = isinstance(refusal, OfSomebody | OfItsAuthor)
        form.add_error("partagee" if is_of_sharing else "nom", str(refusal))
        return _results(request, kept, form)
    messages.success(request, "La recherche est enregistrée.")
    return redirect("office:found", kept.pk)


def forget(request: HttpRequest, search: str) -> HttpResponse:
    """Forget one of one's own searches, or stop sharing one whose author has left."""
    kept, by, at = search_of(request, search), request.actor, request.arrived_at
    if kept.owner_id == request.user.pk:
        operations.forget(kept, by=by, at=at)
        messages.success(request, "La recherche est supprimée.")
        return redirect("office:search")
    try:
        operations.stop_sharing(kept, by=by, at=at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:found", kept.pk)
    messages.success(request, "La recherche n'est plus partagée.")
    return redirect("office:search")


def _list_of(kept: Search, asked: str) -> str:
    """Return the address of what a search finds, sorted as a queue asks, if one does."""
    here = reverse("office:found", args=[kept.pk])
    return f"{here}?tri={known_order(asked)}" if asked else here


def _page(
    request: HttpRequest, tree: Group, columns: list[str], *, focus: str = "", said: str = ""
) -> HttpResponse:
    form = building.SearchForm(tree, columns, reach=request.reaches(Permission.READ_LISTS))
    if focus in form.fields:
        form.fields[focus].widget.attrs["autofocus"] = True
        # Read out with the field that the page goes on from.
        form.fields[focus].help_text = said
    return render(request, "office/search.html", _context(request, form))


def _context(request: HttpRequest, form: building.SearchForm) -> dict[str, Any]:
    return {
        "form": form,
        "quick": QuickForm(),
        "named": named(request),
        "reads_lists": bool(request.reaches(Permission.READ_LISTS)),
        "may_export": bool(request.reaches(Permission.EXPORT)),
        "may_fill": bool(request.reaches(Permission.FILE_FOR_CANDIDATES)),
    }


def _columns(request: HttpRequest) -> list[str]:
    return [code for code in request.POST.getlist("colonnes") if code in BY_CODE]


def named(request: HttpRequest) -> list[Search]:
    """Return the searches with a name that the reader may use: their own, and their colleagues'."""
    reach = request.reaches(Permission.READ_LISTS)
    listed = Search.objects.named().defer("tree", "columns")
    return list(listed.open_to(request.user.pk, reach)) if reach else []


def search_of(request: HttpRequest, pk: Any) -> Search:
    """Return the reader's search, or one that a colleague shares with them; there is no other."""
    reach = request.reaches(Permission.READ_FILES)
    found = next(Search.objects.filter(pk=pk).open_to(request.user.pk, reach), None)
    if found is None or not reach_for(request, found):
        raise Http404
    return found


def tree_of(search: Search | Export) -> Group:
    """Return the tree of a search. Raises Refused when the service knows it no more."""
    try:
        return search.group
    except (KeyError, ValueError):
        raise Refused(
            "Cette recherche porte sur un critère qui n'existe plus. Composez-la de nouveau."
        ) from None


def tree_for(request: HttpRequest, search: Search) -> Group:
    """Return the tree of a search that its reader asks. Raises Refused too where it finds nothing for them."""
    tree = tree_of(search)
    reach = reach_for(request, search)
    if any(one.criterion.within(reach).is_gone(one.values) for one in tree.leaves()):
        raise Refused(
            "Cette recherche porte sur un lot que vous ne listez pas : il n'existe plus, il n'est pas "
            "le vôtre, ou ce qui l'a trouvé touche à la santé. Composez-la de nouveau."
        )
    return tree


def _titles(search: Search, order: str, here: str) -> list[dict[str, str]]:
    """Return the titles of the columns, each with the address that sorts by it.

    The list is read under other addresses too: that of its results is given, `here`.
    """
    return [
        {
            "label": column.label,
            "url": f"{here}?tri={'-' if order == column.code else ''}{column.code}"
            if column.order
            else "",
            "sorted": {column.code: "ascending", f"-{column.code}": "descending"}.get(order, ""),
        }
        for column in search.shown
    ]
