"""« J'ai reçu un code »: the record that an office made becomes one's account (B8)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from sporades.acts.people import addressing, claiming, joining
from sporades.core.refusals import Refused
from sporades.web.account.forms import ClaimForm, SlipForm
from sporades.web.account.joining import AWAITED, KNOWN_SO_SIGN_IN, may_say_it_is_known
from sporades.web.layout.clock import day_of
from sporades.web.layout.network import network_of


@sensitive_post_parameters("password", "code_recu")
def claim(request: HttpRequest) -> HttpResponse:
    """Type the code and the birth date; choose an address and a password, unless signed in."""
    if request.user.is_authenticated:
        return _into(request)
    form = ClaimForm(request.POST or None, on=day_of(request))
    address_is_known = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            claiming.claim(
                code=form.cleaned_data["code_recu"],
                birth=form.cleaned_data["birth_date"],
                email=email,
                password=form.cleaned_data["password"],
                network=network_of(request),
                at=request.arrived_at,
            )
        except addressing.AddressKnown as refusal:
            addressing.warn_owner(email, network=network_of(request), at=request.arrived_at)
            if may_say_it_is_known(request):
                form.add_error("email", f"{refusal}. {KNOWN_SO_SIGN_IN}")
                address_is_known = True
        except joining.TooManyMails as refusal:
            form.add_error("email", str(refusal))
        except Refused as refusal:
            form.add_error("code_recu", str(refusal))
        if not form.errors:
            request.session[AWAITED] = email
            return redirect("account_email_verification_sent")
    context = {"form": form, "address_is_known": address_is_known}
    return render(request, "account/claim.html", context)


def _into(request: HttpRequest) -> HttpResponse:
    """Give the record to the account that is signed in."""
    if request.user.is_staff_member:
        messages.error(request, "Un compte d'agent ne prend pas la fiche d'un candidat.")
        return redirect("account_edit")
    form = SlipForm(request.POST or None, on=day_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            claiming.claim_into(
                request.user,
                code=form.cleaned_data["code_recu"],
                birth=form.cleaned_data["birth_date"],
                network=network_of(request),
                at=request.arrived_at,
            )
        except Refused as refusal:
            form.add_error("code_recu", str(refusal))
        else:
            messages.success(request, "Votre dossier est rattaché à votre compte.")
            return redirect("candidate:home")
    return render(request, "account/claim.html", {"form": form, "address_is_known": False})
