"""A réglementation file: loaded, its difference read, put in force, or dropped."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from sporades.accounts.permissions import Permission, Reach
from sporades.acts.services import regulating
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.exams.differences import Chapter, Difference
from sporades.exams.differences.reaching import reaching
from sporades.exams.models import PreparedRegulation
from sporades.exams.operations import preparing
from sporades.exams.operations.loading import Invalid
from sporades.exams.operations.preparing import Overtaken
from sporades.registrations.exclusion import standing_together
from sporades.registrations.models import Draft, Registration
from sporades.web.layout.proofs import needs_second_factor_again, second_factor_again
from sporades.web.office.regulations.regulation_forms import EnforceForm, LoadForm
from sporades.web.office.regulations.regulations import MOST_TOGETHER, TRAIL, as_file
from sporades.web.office.regulations.trying import trials_of

MOST_PROBLEMS = 200
TITLES = ("Ligne", "Où", "Ce qui ne va pas", "Règle")
WARNED = ("Ligne", "Où", "Ce qui est à relire")


def load(request: HttpRequest) -> HttpResponse:
    """Take a file; a good one is prepared, of any other everything that is wrong is told."""
    form, problems = LoadForm(), ()
    if request.method == "POST":
        form = LoadForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                made = regulating.prepare(
                    **form.sent,
                    reach=request.reach,
                    by=request.actor,
                    at=request.arrived_at,
                )
            except Invalid as refusal:
                problems = refusal.problems
                form.add_error("fichier", _counted(len(problems)))
            except Refused as refusal:
                form.add_error("fichier", str(refusal))
            else:
                messages.success(request, "Le fichier est chargé. Il n'est pas en vigueur.")
                return redirect("office:prepared", made.pk)
    context = {
        "form": form,
        "titles": TITLES,
        "problems": [
            (str(one.line or ""), one.field, one.message, one.rule)
            for one in problems[:MOST_PROBLEMS]
        ],
        "is_cut": len(problems) > MOST_PROBLEMS,
        "trail": TRAIL,
    }
    return render(
        request, "office/load_regulation.html", context, status=422 if form.errors else 200
    )


def prepared(request: HttpRequest, prepared: str) -> HttpResponse:
    """A file that is prepared: what it would change, its dry runs, what may be done with it."""
    found = _prepared(request, prepared)
    reach = request.reaches(Permission.PREPARE_REGULATIONS)
    may_prepare = reach.knows(found.domain_code) and found.is_waiting
    enforces = request.reaches(Permission.ENFORCE_REGULATIONS)
    context = {
        "prepared": found,
        "kind": {"enforced": "success", "dropped": "off"}.get(found.state, "info"),
        **(_waiting(request, found) if found.is_waiting else {}),
        "trials": trials_of(request, found),
        "may_prepare": may_prepare,
        "may_drop": may_prepare and regulating.may_drop(found, reach, by=request.actor),
        "knows_it": enforces.knows(found.domain_code),
        "hindrance": _hindrance(found, enforces, request),
        "trail": TRAIL,
    }
    return render(request, "office/prepared.html", context)


def prepared_file(request: HttpRequest, prepared: str) -> HttpResponse:
    """The file itself, as it was loaded."""
    found = _prepared(request, prepared)
    return as_file(found.source, f"{found.domain_code}-{found.session_code}.yaml")


def enforce(request: HttpRequest, prepared: str) -> HttpResponse:
    """Put a file in force: its difference read again, its name typed, a second factor shown."""
    found = _prepared(request, prepared)
    if needs_second_factor_again(request):
        return second_factor_again(request)
    form = EnforceForm(request.POST if request.method == "POST" else None, prepared=found)
    if request.method == "POST" and form.is_valid():
        try:
            loaded = regulating.enforce(
                prepared=found,
                seen=form.cleaned_data["vu"],
                reach=request.reach,
                by=request.reach.member_for(found.domain_code),
                at=request.arrived_at,
            )
        except Overtaken as refusal:
            messages.error(request, str(refusal))
            return redirect("office:enforce_regulation", found.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = f"La version {loaded.regulation.number} est en vigueur, partout en dix secondes."
            messages.success(request, said)
            return redirect("office:regulation", found.domain_code, found.session_code)
    shown = _difference(request, found)
    form.show(shown["difference"].seal)
    context = {
        "prepared": found,
        "form": form,
        "hindrance": _hindrance(found, request.reach, request),
        "drafts": _drafts(request, found),
        **(_together(request, found) if found.is_waiting else {}),
        **shown,
        "trail": TRAIL,
    }
    return render(request, "office/enforce.html", context, status=422 if form.errors else 200)


def drop(request: HttpRequest, prepared: str) -> HttpResponse:
    """Give a file up, one's own or one of one's perimeter; it stays in the list of what was loaded."""
    found = _prepared(request, prepared)
    by = request.reach.member_for(found.domain_code)
    try:
        regulating.drop(prepared=found, reach=request.reach, by=by, at=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Le fichier est retiré. Rien n'a changé pour les candidats.")
    return redirect("office:prepared", found.pk)


def _prepared(request: HttpRequest, pk: str) -> PreparedRegulation:
    visible = PreparedRegulation.objects.within(request.reach)
    found: PreparedRegulation = get_object_or_404(visible.select_related("regulation"), pk=pk)
    return found


def _hindrance(prepared: PreparedRegulation, reach: Reach, request: HttpRequest) -> Refused | None:
    if not prepared.is_waiting:
        return None
    return regulating.hindered(prepared, reach, at=request.arrived_at)


def _difference(request: HttpRequest, prepared: PreparedRegulation) -> dict[str, Any]:
    found: Difference = preparing.difference(prepared)
    return {
        "difference": found,
        "chapters": found.chapters,
        "count": sum(len(chapter.changes) for chapter in found.chapters),
        "reached": list(_reached(request, prepared, found)),
        "turned": preparing.at_once(prepared, found, at=request.arrived_at)
        if prepared.is_waiting
        else (),
    }


def _reached(
    request: HttpRequest, prepared: PreparedRegulation, found: Difference
) -> Iterator[Chapter]:
    """Say what would change at once for registrations that stand, and for how many one may read."""
    changes = list(reaching(prepared.file, found.in_force))
    if not changes:
        return
    reads = request.reaches(Permission.READ_FILES)
    readable = Registration.objects.active().within(reads).filter(**_here(prepared)).order_by()
    counts = list(readable.values_list("exam__code", "speciality__code").annotate(Count("pk")))
    for one in changes:
        count = sum(
            number
            for exam, speciality, number in counts
            if one.exam in ("", exam) and one.speciality in ("", speciality)
        )
        if count:
            plural = "s" if count > 1 else ""
            title = f"{one.title} : {in_groups(str(count))} inscription{plural} en cours"
            yield Chapter(title, one.changes)


def _waiting(request: HttpRequest, prepared: PreparedRegulation) -> dict[str, Any]:
    """Return what is read before a decision: the difference, and what the check warns of."""
    found = preparing.warnings(prepared, at=request.arrived_at)
    return {
        **_difference(request, prepared),
        "warned": [(str(one.line or ""), one.field, one.message) for one in found[:MOST_PROBLEMS]],
        "warned_titles": WARNED,
    }


def _here(prepared: PreparedRegulation) -> dict[str, str]:
    return {
        "exam__domain__code": prepared.domain_code,
        "exam__session__code": prepared.session_code,
    }


def _drafts(request: HttpRequest, prepared: PreparedRegulation) -> dict[str, int]:
    """Count, in the perimeter of the reader, what will be judged anew when it is filed or accepted.

    What agents fill is counted too, and what waits to be accepted.
    """
    reads = request.reaches(Permission.READ_FILES)
    found = Draft.objects.unfiled().answered().within(reads).filter(**_here(prepared))
    counts: dict[str, int] = found.aggregate(
        new=Count("pk", filter=Q(amends=None)),
        amending=Count("pk", filter=Q(amends__isnull=False, sent_at=None)),
        asked=Count("pk", filter=Q(sent_at__isnull=False)),
    )
    return counts


def _together(request: HttpRequest, prepared: PreparedRegulation) -> dict[str, Any]:
    """Return what stands, in the perimeter of the reader, and the file does not admit together."""
    reads = request.reaches(Permission.READ_FILES)
    found = standing_together(prepared.as_regulation(), reads, most=MOST_TOGETHER)
    return {"together": found}


def _counted(problems: int) -> str:
    errors = "une erreur, dite" if problems == 1 else f"{problems} erreurs, dites"
    return f"Ce fichier a {errors} plus bas : corrigez-le, puis chargez-le. Rien n'est changé."
