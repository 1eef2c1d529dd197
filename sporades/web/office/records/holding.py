"""« Conservation »: what must not be erased in its time, put and lifted by whoever may (P-20)."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.core.refusals import Refused
from sporades.registrations.fields import CleanCharField
from sporades.registrations.models import Registration
from sporades.retention import categories, operations
from sporades.retention.models import LONGEST_REASON, Hold
from sporades.territory import queries as territory
from sporades.web.office.bounded import page_of
from sporades.web.office.noting import author_on
from sporades.web.office.registrations.files import TRAIL as FILES_TRAIL
from sporades.web.office.registrations.files import registration_of

TRAIL = [("Accueil", reverse_lazy("office:home"))]
ARCHIVED = (
    "Elle est archivée : son terme ne se lit pas d'ici, l'exploitation le connaît. S'il est passé, elle "
    "est effacée cette nuit, avec ses documents ; sinon, après ce jour."
)


class HoldForm(forms.Form):
    """Why an erasure is held up, or is no more."""

    motif = CleanCharField(
        label="Motif",
        help_text="Sans nommer personne : il est gardé au journal, qui survit à l'inscription. "
        "Par exemple : recours n°2027-12",
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Dites le motif, sans nommer personne."},
    )


def holds(request: HttpRequest) -> HttpResponse:
    """What is withheld within the perimeter, the last first."""
    page = page_of(request, Hold.objects.within(request.reach).order_by("-placed_at", "-pk"))
    read = Registration.objects.within(request.reaches(Permission.READ_FILES))
    in_use = set(
        read.filter(number__in=[one.number for one in page]).values_list("number", flat=True)
    )
    for one in page:
        one.academy_name = territory.academy(one.academy).full_name
        one.is_in_use = one.number in in_use
    return render(request, "office/holds.html", {"page": page, "trail": TRAIL})


def withhold(request: HttpRequest, number: str) -> HttpResponse:
    """Hold up the erasure of a registration."""
    found = registration_of(request, number)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.withhold_in_use(
                number=found.number,
                reason=form.cleaned_data["motif"],
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"L'effacement de l'inscription n°{found.number} est gelé.")
            return redirect("office:holds")
    context = {"registration": found, "form": form, "trail": FILES_TRAIL}
    return render(request, "office/withhold.html", context, status=422 if form.errors else 200)


def release_hold(request: HttpRequest, hold: int) -> HttpResponse:
    """Let it be erased in its time again."""
    found = get_object_or_404(Hold.objects.within(request.reach), pk=hold)
    then = _then(request, found)
    form = HoldForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.release(
                number=found.number,
                reason=form.cleaned_data["motif"],
                by=request.actor,
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"Le gel de l'inscription n°{found.number} est levé. {then}")
        return redirect("office:holds")
    context = {
        "hold": found,
        "then": then,
        "form": form,
        "trail": [*TRAIL, ("Conservation", reverse_lazy("office:holds"))],
    }
    return render(request, "office/release_hold.html", context, status=422 if form.errors else 200)


def _then(request: HttpRequest, hold: Hold) -> str:
    """Say what becomes of what is no longer withheld: no page reads an archive, nor its term."""
    kept = Registration.objects.within(request.reaches(Permission.READ_FILES))
    found = kept.select_related("service").filter(number=hold.number).first()
    if found is None:
        unnamed = f" {categories.UNNAMED_TONIGHT}" if settings.RETENTION_WITHOUT_NAMES else ""
        return f"{ARCHIVED}{unnamed}"
    return categories.released_in_words(
        categories.counts_from(found.service), at=request.arrived_at
    )
