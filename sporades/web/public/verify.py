"""« Vérifier un document »: what a code says, who issued it, and whether it still stands (A5)."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.core.french import instant_in_words
from sporades.documents import queries
from sporades.documents.codes import LENGTH, code_in, normalised
from sporades.documents.models import DocumentVersion
from sporades.journal.queries import lost
from sporades.registrations.issued_before import since_in_words
from sporades.registrations.queries import ended_in_words

LONGEST = 300
"""Signs that may be pasted: a code, or the address that its QR code opens."""


class CodeForm(forms.Form):
    """The code printed on the document."""

    code = forms.CharField(
        label="Code du document",
        max_length=LONGEST,
        help_text=(
            f"{LENGTH} lettres et chiffres, imprimés en bas du document. "
            "Espaces, tirets et minuscules sont acceptés."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Recopiez le code imprimé sur le document."},
    )

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        code = code_in(typed) or normalised(typed)
        if len(code) != LENGTH:
            signs = f"{len(code)} signe{'s' if len(code) > 1 else ''}"
            message = f"Ce code a {signs} sur {LENGTH} : recopiez-le en entier."
            raise forms.ValidationError(message)
        return code


def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a code, then go to the page that says what it names.

    A code that names nothing stays in its field, to be corrected.
    """
    form, perhaps_lost = CodeForm(request.POST or None), []
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if queries.by_code(code, at=request.arrived_at) or queries.archived_code(code):
            return redirect("public:verify_document", code)
        form.add_error("code", "Aucun document ne porte ce code : comparez-le signe par signe.")
        perhaps_lost = _lost_in_words()
    return render(request, "public/verify.html", {"form": form, "lost": perhaps_lost})


def verify_document(request: HttpRequest, code: str) -> HttpResponse:
    """Say what the document of a code says, or that it was issued, or that no document has it."""
    version = queries.by_code(code, at=request.arrived_at)
    archived = queries.archived_code(code) if version is None else None
    said = {"version": None} if version is None else _said(version, request)
    is_known = version is not None or archived is not None
    context = {"archived": archived, "lost": [] if is_known else _lost_in_words(), **said}
    status = 200 if is_known else 404
    response = render(request, "public/verify_document.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _lost_in_words() -> list[str]:
    """Say of a code that nothing bears what a restoration may have lost: it may be that of a true document."""
    return [
        f"Une panne a fait perdre la trace des documents délivrés entre le {_instant(since)} et le "
        f"{_instant(until)}."
        for since, until in lost()
    ]


def _instant(at: datetime) -> str:
    return instant_in_words(at, settings.TIME_ZONE, weekday=False)


def _said(version: DocumentVersion, request: HttpRequest) -> dict[str, object]:
    at, zone = request.arrived_at, version.content["zone"]
    replacement = queries.replacement_of(version, at=at)
    withdrawn = (
        version.withdrawn_at if version.withdrawn_at and version.withdrawn_at <= at else None
    )
    return {
        "version": version,
        "facts": version.public_facts,
        "issuer": version.content["issuer"]["authority"],
        "service": version.content["service"]["name"],
        "issued": instant_in_words(version.issued_at, zone),
        "withdrawn": instant_in_words(withdrawn, zone) if withdrawn else "",
        "replacement": replacement,
        "is_replacement_withdrawn": replacement is not None
        and (back := queries.taken_back_at(replacement)) is not None
        and back <= at,
        "unregistered": ended_in_words(version.document.folder_id, at=at, zone=zone),
        "since": since_in_words(version),
    }
