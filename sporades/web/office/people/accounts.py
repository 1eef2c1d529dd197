"""« Un compte, par son adresse »: what is answered on the telephone to who cannot sign in."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from sporades.acts import tasks
from sporades.acts.people import looking_up
from sporades.acts.people.looking_up import Account, Stands, TooManyLookedUp
from sporades.core.french import instant_in_words
from sporades.mail.fate import in_words
from sporades.web.layout.network import network_of
from sporades.web.office.registrations.mail_lines import KINDS

TRAIL = [("Accueil", reverse_lazy("office:home"))]
ZONE = settings.TIME_ZONE
SAID = {
    Stands.NOTHING: "Aucun compte de candidat dont l'état se dise ici.",
    Stands.KNOWN: "Aucun compte ne s'ouvre par cette adresse, et aucun ne peut être créé avec elle : elle "
    "est celle d'un candidat sans compte, ou un compte l'a quittée il y a peu.",
    Stands.TOO_LATE: "Un compte n'a pas été activé à temps : le candidat peut le créer de nouveau.",
    Stands.CLOSED: "Un compte à cette adresse est fermé : il ne s'ouvre plus.",
}
SENT_AGAIN = (
    "Si un compte attend son activation à cette adresse, le mail y est renvoyé. Au plus deux de ces "
    "mails partent par heure, et quatre par jour."
)


class SoughtAccountForm(forms.Form):
    """Whose account it is, by the whole address."""

    adresse = forms.EmailField(
        label="Adresse mail du candidat",
        help_text="L'adresse entière. Par exemple : prenom.nom@exemple.fr",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": 40}),
        error_messages={
            "required": "Indiquez l'adresse mail du candidat.",
            "invalid": "Indiquez une adresse mail entière, par exemple prenom.nom@exemple.fr.",
        },
    )


def find_account(request: HttpRequest) -> HttpResponse:
    """Say what stands at the address that is typed, which stands in none of ours."""
    form = SoughtAccountForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "sentence": "", "trail": TRAIL}
    if form.is_bound and form.is_valid():
        try:
            found = looking_up.look_up(
                form.cleaned_data["adresse"],
                by=request.actor,
                academy=request.reach.only_academy,
                at=request.arrived_at,
            )
        except TooManyLookedUp as refusal:
            form.add_error("adresse", str(refusal))
        else:
            context |= {
                "sentence": _said(found),
                "address": form.cleaned_data["adresse"],
                "is_waiting": found.stands is Stands.WAITING,
                "mails": [
                    {
                        "kind": KINDS[one.kind],
                        "when": instant_in_words(one.written_at, ZONE),
                        "fate": in_words(one, ZONE),
                    }
                    for one in found.mails
                ],
            }
    return render(request, "office/find_account.html", context, status=422 if form.errors else 200)


def send_activation(request: HttpRequest) -> HttpResponse:
    """Send the activation mail again, with the same answer whatever the address is, under a candidate's own caps."""
    form = SoughtAccountForm(request.POST)
    if form.is_valid():
        looking_up.note_activation_asked(
            by=request.actor, academy=request.reach.only_academy, at=request.arrived_at
        )
        # By a job, as for a candidate: the page takes the same time whatever the address is.
        tasks.send_activation_again.defer(
            address=form.cleaned_data["adresse"],
            network=network_of(request),
            at=request.arrived_at.isoformat(),
        )
        messages.success(request, SENT_AGAIN)
    return redirect("office:find_account")


def _said(found: Account) -> str:
    if found.stands is Stands.WAITING and found.until is not None:
        return f"Un compte attend son activation jusqu'au {instant_in_words(found.until, ZONE)}."
    if found.stands is not Stands.ACTIVE:
        return SAID[found.stands]
    last = (
        f"dernière connexion le {instant_in_words(found.last_sign_in, ZONE)}"
        if found.last_sign_in
        else "personne ne s'y est encore connecté"
    )
    factor = " Il demande une double authentification." if found.has_second_factor else ""
    return f"Un compte est activé ; {last}.{factor}"
