"""« Créer mon compte », and the page that says that a mail follows."""

from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from sporades.accounts import limits
from sporades.accounts.models import User
from sporades.acts import tasks
from sporades.acts.people import addressing, joining
from sporades.core.french import instant_in_words
from sporades.mail import queries as mails
from sporades.web.account.forms import AddressForm, SignUpForm
from sporades.web.account.places import say_understood
from sporades.web.layout.clock import day_of
from sporades.web.layout.network import network_of

KNOWN_SO_SIGN_IN = "Si ce compte est le vôtre, connectez-vous ; sinon, indiquez une autre adresse."
AWAITED = "address_to_activate"
GOES_ON_TO = "page_that_asked_for_an_account"
NOT_ACTIVATED = "account_to_activate"
"""Which account a right password was given for, before its activation."""
LETTER_BOX = "address_shown_by_a_mail"
"""The address whose mail was opened by whoever signs up anew."""


@sensitive_post_parameters("password")
def sign_up(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("account_edit")
    letter_box = request.session.get(LETTER_BOX, "")
    form = SignUpForm(
        request.POST or None,
        initial={"email": letter_box},
        on=day_of(request),
    )
    goes_on_to = get_next_redirect_url(request)
    address_is_known = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            joining.join(
                identity=form.identity(),
                email=email,
                password=form.cleaned_data["password"],
                network=network_of(request),
                at=request.arrived_at,
                holds_letter_box=email == letter_box,
                is_told=not settings.HIDE_KNOWN_ADDRESSES,
            )
        except joining.NoMailLeft as refusal:
            form.add_error("email", str(refusal))
        except addressing.AddressKnown as refusal:
            addressing.warn_owner(email, network=network_of(request), at=request.arrived_at)
            if may_say_it_is_known(request):
                form.add_error("email", f"{refusal}. {KNOWN_SO_SIGN_IN}")
                address_is_known = True
        if not form.errors:
            say_understood(request, form)
            request.session.pop(LETTER_BOX, None)
            request.session[AWAITED] = email
            request.session[GOES_ON_TO] = goes_on_to
            return redirect("account_email_verification_sent")
    context = {
        "form": form,
        "address_is_known": address_is_known,
        "begun_before": letter_box,
        "sign_in": _sign_in(goes_on_to),
    }
    return render(request, "account/signup.html", context)


def _sign_in(goes_on_to: str | None) -> str:
    """Return where one signs in, to go on to the page that asked for an account."""
    address = reverse("account_login")
    return f"{address}?{urlencode({'next': goes_on_to}, safe='/')}" if goes_on_to else address


def may_say_it_is_known(request: HttpRequest) -> bool:
    """Return whether the page may say that an address is known.

    Never where the deployer hides it; and a network that asks about one address after another
    soon gets the silent answer too (B2).
    """
    return not settings.HIDE_KNOWN_ADDRESSES and limits.spend(
        limits.KNOWN_ADDRESSES_SHOWN, network_of(request), at=request.arrived_at
    )


def activation_sent(request: HttpRequest) -> HttpResponse:
    """Say that the mail has left; send it again to whoever asks, with the same answer to all.

    Whoever has just given the password of an account is told that it waits, and since when.
    """
    awaited = request.session.get(AWAITED, "")
    form = AddressForm(request.POST or None, initial={"email": awaited})
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        # By a job: the page takes the same time whatever the address is.
        tasks.send_activation_again.defer(
            address=email, network=network_of(request), at=request.arrived_at.isoformat()
        )
        request.session[AWAITED] = email
        messages.success(
            request,
            "Si un compte attend son activation à cette adresse, le mail y est renvoyé. Au plus "
            "deux de ces mails partent par heure, et quatre par jour : si vous les avez déjà "
            "reçus, ouvrez le dernier.",
        )
        return redirect("account_email_verification_sent")
    number = request.session.get(NOT_ACTIVATED)
    user = User.objects.filter(pk=number, email=awaited, activated_at=None).first()
    sent_at = mails.last_written("activation", about=user) if user else None
    context = {
        "form": form,
        "address": awaited,
        "is_refused": user is not None,
        "sent": instant_in_words(sent_at, settings.TIME_ZONE) if sent_at else "",
    }
    return render(request, "account/verification_sent.html", context)
