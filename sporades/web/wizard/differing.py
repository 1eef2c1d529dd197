"""Something was filed while a modification was typed: both are kept, or one is chosen (R-12)."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from sporades.core.numbers import INTEGER, whole
from sporades.registrations.clashes import Key
from sporades.registrations.models import Draft
from sporades.registrations.operations import rebasing
from sporades.registrations.refusals import Standing
from sporades.web.wizard import recap
from sporades.web.wizard.conflicts import CHOICE
from sporades.web.wizard.door import Door, dossier_for

MINE, THEIRS = "mien", "autre"
SEEN = "version"


def differences(request: HttpRequest, draft: Draft, *, door: Door) -> HttpResponse:
    """Show what was filed meanwhile and what both changed; bring the draft onto it once chosen."""
    if not draft.is_open:
        return door.after(draft)
    if request.method != "POST":
        return page(request, draft, door=door) if draft.is_overtaken else door.to("draft", draft)
    chosen = _chosen(request.POST)
    try:
        is_there = rebasing.rebase(
            draft=draft,
            seen=whole(request.POST.get(SEEN, ""), most=INTEGER),
            settled=chosen.keys(),
            keeps_mine=[key for key, choice in chosen.items() if choice == MINE],
            at=request.arrived_at,
        )
    except Standing as refusal:
        return recap.refused(request, draft, refusal, door=door)
    return door.to("draft", draft) if is_there else page(request, draft, door=door, status=409)


def page(request: HttpRequest, draft: Draft, *, door: Door, status: int = 200) -> HttpResponse:
    """Return the page where one chooses; of what stands no more, or elsewhere, what was typed alone."""
    # Read now: it may have been filed again while this request waited for its turn.
    draft = Draft.objects.whole().get(pk=draft.pk)
    refusal = recap.gone(draft)
    if refusal is not None:
        # Nothing that was filed there since: it may be out of the reader's perimeter.
        return recap.refused(request, draft, refusal, door=door, status=status)
    found = rebasing.difference(draft, dossier_for(request, draft))
    is_sent = SEEN in request.POST
    is_anew = is_sent and whole(request.POST[SEEN], most=INTEGER) != found.version.number
    # What was chosen before yet another version is no answer to what this one says.
    chosen = {} if is_anew else _chosen(request.POST)
    context = {
        "draft": draft,
        "here": door.url("differences", draft),
        "version": found.version,
        "changes": found.changes,
        "clashes": [(one, chosen.get(one.key, "")) for one in found.clashes],
        "is_anew": is_anew,
        **door.besides(request, draft),
        "lacking": [
            one for one in found.clashes if is_sent and not is_anew and one.key not in chosen
        ],
    }
    return render(request, door.page("differences"), context, status=status)


def _chosen(post: QueryDict) -> dict[Key, str]:
    """Return what was chosen, question by question."""
    found = {}
    for name, choice in post.items():
        section, dot, field = name.removeprefix(CHOICE).partition(".")
        if name.startswith(CHOICE) and dot and choice in (MINE, THEIRS):
            found[section, field] = choice
    return found
