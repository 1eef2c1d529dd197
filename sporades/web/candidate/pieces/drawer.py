"""« Mon porte-documents »: the files that a candidate keeps, to give one again."""

from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from sporades.acts.pieces import keeping
from sporades.drawers import operations as drawers
from sporades.drawers.models import LONGEST_LABEL, KeptFile
from sporades.drawers.queries import begun_by, kept_by
from sporades.evidence.queries import given_again
from sporades.registrations.fields import CleanCharField
from sporades.web.candidate.pieces.forms import UploadsForm
from sporades.web.layout.papers import kept as read_kept
from sporades.web.layout.papers import paper
from sporades.web.layout.sent import taking


class LabelForm(forms.Form):
    """What a candidate calls a file of their drawer."""

    nom = CleanCharField(
        label="Nom que vous lui donnez",
        max_length=LONGEST_LABEL,
        required=False,
        help_text="Par exemple : « Diplôme du bac ». Sans réponse, le nom du fichier",
    )


def drawer(request: HttpRequest) -> HttpResponse:
    """What is kept, when and where it served; one more file."""
    posted = request.method == "POST"
    form = UploadsForm(*([request.POST, request.FILES] if posted else []), sender=request.user)
    if posted and form.is_valid():
        with taking(form, "fichiers", names=form.names, refusals="fichiers"):
            keeping.keep(
                owner=request.user.candidate,
                sent=form.sent,
                press=form.press,
                by=request.actor,
                at=request.arrived_at,
            )
        if not form.errors:
            drawers.note_used([one.pk for one in form.uploads], at=request.arrived_at)
            messages.success(request, "Votre fichier est dans votre porte-documents.")
            return redirect("candidate:drawer")
    if form.errors:
        form.keep_received(at=request.arrived_at)
    kept = kept_by(user=request.user.pk)
    given = given_again(request.user.pk, [one.digest for one in kept]) if kept else {}
    context = {
        "form": form,
        "begun": begun_by(request.user),
        "files": [{"row": one, "given": given.get(one.digest, [])} for one in kept],
    }
    return render(request, "candidate/drawer.html", context, status=422 if form.errors else 200)


def file(request: HttpRequest, kept: int) -> HttpResponse:
    """A file of one's drawer."""
    found = _found(request, kept)
    return paper(
        request,
        name=f"porte-documents-{found.pk}",
        read=partial(read_kept, found.key, of=found),
        instead=[("Revenir à mon porte-documents", reverse("candidate:drawer"))],
        is_attached=True,
    )


def label(request: HttpRequest, kept: int) -> HttpResponse:
    """Give a file a name by which its candidate knows it again."""
    found = _found(request, kept)
    posted = request.method == "POST"
    form = LabelForm(request.POST) if posted else LabelForm(initial={"nom": found.label})
    if posted and form.is_valid():
        keeping.label(
            kept=found, said=form.cleaned_data["nom"], by=request.actor, at=request.arrived_at
        )
        messages.success(request, "Le nom de ce fichier est enregistré.")
        return redirect("candidate:drawer")
    context = {"kept": found, "form": form}
    return render(request, "candidate/name_file.html", context, status=422 if form.errors else 200)


def drop(request: HttpRequest, kept: int) -> HttpResponse:
    """Ask whether a file is to be erased, then erase it."""
    found = _found(request, kept)
    if request.method == "POST":
        keeping.remove(kept=found, by=request.actor, at=request.arrived_at)
        messages.success(
            request, "Le fichier est supprimé. Ce qui en a été déposé reste là où il a été déposé."
        )
        return redirect("candidate:drawer")
    return render(request, "candidate/drop_file.html", {"kept": found})


def _found(request: HttpRequest, kept: int) -> KeptFile:
    found: KeptFile = get_object_or_404(
        KeptFile.objects.visible_to(request.user.pk).select_related("owner"), pk=kept
    )
    return found
