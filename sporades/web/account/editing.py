"""« Modifier mon compte »: civil data, address."""

from http import HTTPStatus
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.account.views import password_change, password_set
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from sporades.accounts import limits
from sporades.accounts import operations as accounts
from sporades.accounts.addresses import readable
from sporades.accounts.keys import change_to_confirm, change_to_undo
from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.accounts.operations import TooOld
from sporades.accounts.second_factor import ways_left
from sporades.acts.people import addressing, changing, joining
from sporades.acts.requests.silence import formally, is_decided_by_silence
from sporades.candidates import operations as candidates
from sporades.candidates.forms import IdentityForm, answers_of
from sporades.candidates.models import Candidate, Identity
from sporades.candidates.words import identity_in_words
from sporades.core.french import hour_in_words, instant_in_words, listed
from sporades.mail.queries import undelivered_to
from sporades.notices.queries import stops_writing
from sporades.registrations.changes import changes_of_identity
from sporades.registrations.models import Registration
from sporades.registrations.queries import last_correction_of
from sporades.territory.models import ManagingService
from sporades.web.account import devices
from sporades.web.account.forms import ChangeAddressForm
from sporades.web.account.joining import may_say_it_is_known
from sporades.web.account.places import say_understood
from sporades.web.layout.clock import day_of
from sporades.web.layout.network import network_of
from sporades.web.layout.proofs import needs_recent_sign_in, sign_in_again, signed_out
from sporades.web.layout.seen import seen_in

SEEN = "lu"


def edit(request: HttpRequest) -> HttpResponse:
    """Show the account, change its civil data; then go back where one came from."""
    goes_back = get_next_redirect_url(request)
    candidate = getattr(request.user, "candidate", None)
    context = {
        "candidate": candidate,
        "goes_back": goes_back,
        "has_password": request.user.has_usable_password(),
        "has_second_factor": request.user.has_second_factor,
        "uses_franceconnect": bool(settings.FRANCECONNECT_URL),
        "undelivered": undelivered_to(request.user.email),
        "form": None,
        "services": [],
        "asked": None,
        "may_ask": False,
        **_pending(request),
    }
    if candidate is not None:
        if candidate.is_frozen:
            if request.method == "POST":
                raise candidates.Frozen
            context |= _asked(candidate, at=request.arrived_at)
            return render(request, "account/edit.html", context)
        form = _identity_form(request, candidate)
        is_sent = request.method == "POST" and form.is_valid()
        if is_sent and _is_changed(request, candidate, form):
            messages.success(request, "Vos informations sont enregistrées.")
            say_understood(request, form)
            return redirect(goes_back or "account_edit")
        context |= {"form": form, "seen": candidate.identity_id}
    return render(request, "account/edit.html", context)


def _is_changed(request: HttpRequest, candidate: Candidate, form: IdentityForm) -> bool:
    """Change civil data as they were read, and return whether it is done; the form says why not."""
    try:
        changing.change_identity(
            candidate,
            identity=form.identity(),
            seen=seen_in(request.POST, SEEN),
            by=request.actor,
            at=request.arrived_at,
        )
    except candidates.ChangedMeanwhile as refusal:
        differing = changes_of_identity(Identity(**form.identity()), candidate.identity)
        form.add_error(None, f"{refusal} {' ; '.join(differing)}")
        return False
    return True


def _asked(candidate, *, at) -> dict[str, Any]:
    """Return what can be changed no more, whom to ask for a correction, and what was asked last (I6)."""
    asked = last_correction_of(candidate)
    services = _services_of(candidate)
    # The one that waits, if any, is the last.
    is_waiting = asked is not None and asked.is_waiting
    return {
        "identity": identity_in_words(candidate.identity),
        "services": services,
        "asked": asked,
        "formally": formally(asked, at=at),
        "is_silent": is_decided_by_silence(asked, at=at),
        "may_ask": bool(services) and not is_waiting,
    }


def _identity_form(request: HttpRequest, candidate) -> IdentityForm:
    return IdentityForm(
        request.POST or None,
        initial=answers_of(candidate.identity),
        on=day_of(request),
    )


def _services_of(candidate) -> list[ManagingService]:
    registrations = Registration.objects.filter(candidate=candidate)
    return list(
        ManagingService.objects.filter(
            pk__in=registrations.values("service__managing_service")
        ).order_by("academy__name", "sector", "name")
    )


def complete(request: HttpRequest) -> HttpResponse:
    """Ask for the civil data that an account lacks."""
    if request.user.is_staff_member or getattr(request.user, "candidate", None):
        return redirect("account_edit")
    form = IdentityForm(request.POST or None, on=day_of(request))
    if request.method == "POST" and form.is_valid():
        joining.complete(request.user, identity=form.identity(), at=request.arrived_at)
        say_understood(request, form)
        return redirect("candidate:home")
    return render(request, "account/complete.html", {"form": form})


def address(request: HttpRequest) -> HttpResponse:
    """Ask for another address: confirmed where it is, told where it was."""
    if needs_recent_sign_in(request):
        return sign_in_again(request)
    if "cancel" in request.POST:
        accounts.forget_change(request.user)
        messages.success(request, "Le changement est annulé : votre adresse reste la même.")
        return redirect("account_edit")
    form = ChangeAddressForm(request.POST or None, user=request.user)
    address_is_known = False
    if request.method == "POST" and form.is_valid():
        email, at = form.cleaned_data["email"], request.arrived_at
        if not limits.spend(limits.CHANGES_OF_ADDRESS, str(request.user.pk), at=at):
            form.add_error("email", "Trop de demandes de changement. Recommencez dans une heure.")
        else:
            address_is_known = _ask(request, form, email)
            if not form.errors:
                hour = hour_in_words(at, settings.TIME_ZONE)
                messages.success(request, f"Un mail est parti vers cette adresse à {hour}.")
                return redirect("account_email")
    context = {"form": form, "address_is_known": address_is_known, **_pending(request)}
    return render(request, "account/email_change.html", context)


def _pending(request: HttpRequest) -> dict[str, str]:
    """Return the address asked for, and until when its link is good, while it is."""
    change = AddressChange.objects.filter(user=request.user).first()
    if change is None or request.arrived_at > change.expires_at:
        return {"pending": "", "deadline": ""}
    deadline = instant_in_words(change.expires_at, settings.TIME_ZONE)
    return {"pending": change.email, "deadline": deadline}


def _ask(request: HttpRequest, form: ChangeAddressForm, email: str) -> bool:
    """Ask for another address, or say in the form why not; return whether it is known, and said so."""
    network, at = network_of(request), request.arrived_at
    try:
        changing.ask_address_change(request.user, email=email, network=network, at=at)
    except addressing.AddressKnown as refusal:
        addressing.warn_owner(email, network=network, at=at)
        if may_say_it_is_known(request):
            form.add_error("email", f"{refusal}. Indiquez une autre adresse.")
            return True
        # The page must look the same: the wish is noted, no link to it is ever sent.
        accounts.ask_change(request.user, email=email, at=at)
    except changing.NoMailLeft as refusal:
        # Where it is hidden who has an account, an address that nobody has is answered as the others.
        if may_say_it_is_known(request):
            form.add_error("email", str(refusal))
        elif not isinstance(refusal, changing.LinkOnItsWay):
            accounts.ask_change(request.user, email=email, at=at)
    return False


def confirm_address(request: HttpRequest, key: str) -> HttpResponse:
    """Change the address by a click on the page that the mail leads to, once signed in.

    The link alone proves who reads a letter box, perhaps mistyped: the account stays with
    whoever can sign in to it.
    """
    number = change_to_confirm(key)
    if number is None:
        raise Http404
    change = AddressChange.objects.filter(pk=number).first()
    # What ended in read-only mode is taken once its end is known.
    at = request.arrived_at
    if change is None or (at > change.expires_at and not stops_writing(at)):
        return _too_old(request)
    if change.user != request.user:
        context = {"change": None, "is_anothers": True}
        status = HTTPStatus.FORBIDDEN
        return render(request, "account/confirm_address.html", context, status=status)
    if request.method == "POST":
        try:
            with transaction.atomic():
                accounts.hold_as_shown(request.user)
                user = changing.confirm_address_change(number, at=at)
        except accounts.PasswordChanged as refusal:
            return signed_out(request, str(refusal))
        except TooOld:
            done = _has(change.user_id, change.email)
            if done is None:
                return _too_old(request)
            user = done
        messages.success(
            request,
            f"Votre adresse est maintenant {readable(user.email)}. C'est avec elle que vous vous connectez.",
        )
        return redirect("account_edit")
    context = {"change": change, "is_anothers": False}
    return render(request, "account/confirm_address.html", context)


def _has(account: int, email: str) -> User | None:
    """Return an account that has an address by now: the button was pressed twice, and it is done."""
    found: User | None = User.objects.filter(pk=account, email=email).first()
    return found


def _too_old(request: HttpRequest) -> HttpResponse:
    context = {"change": None, "is_anothers": False}
    return render(request, "account/confirm_address.html", context, status=HTTPStatus.GONE)


def undo_address(request: HttpRequest, key: str) -> HttpResponse:
    """« Ce n'était pas moi »: give the account back by a click on the page the mail leads to."""
    number = change_to_undo(key)
    if number is None:
        raise Http404
    left = LeftAddress.objects.filter(pk=number).first()
    # What ended in read-only mode is taken once its end is known.
    at = request.arrived_at
    is_ready = left is not None and (at <= left.expires_at or stops_writing(at))
    state = "ready" if is_ready else "too_old"
    if request.method == "POST" and state == "ready":
        user = None
        try:
            user = changing.undo(number, at=request.arrived_at)
        except TooOld:
            user, state = _has(left.user_id, left.email), "too_old"
        except addressing.AddressKnown:
            state = "taken"
        if user is not None:
            ways = listed(ways_left(user))
            messages.success(
                request,
                f"Votre compte a de nouveau l'adresse {user.email}, et tous les appareils sont "
                "déconnectés. Un mail vient d'y partir : choisissez un nouveau mot de passe avec le "
                "lien qu'il contient."
                if left.is_moved
                else "Ce qui avait été ajouté à votre compte, ou copié, est retiré, et tous les "
                f"appareils sont déconnectés. Un mail vient de partir vers {user.email} : choisissez un nouveau mot "
                "de passe avec le lien qu'il contient.",
            )
            if ways:
                messages.info(request, f"Restent pour vous connecter, avec lui : {ways}.")
            return redirect("account_login")
    status = {"too_old": HTTPStatus.GONE, "taken": HTTPStatus.CONFLICT}.get(state, HTTPStatus.OK)
    context = {"state": state, "left": left}
    return render(request, "account/undo_address.html", context, status=status)


def first_password(request: HttpRequest) -> HttpResponse:
    """Open the page of allauth to those who have just proved who they are."""
    if not request.user.has_usable_password() and needs_recent_sign_in(request):
        return sign_in_again(request)
    return devices.remember_new_password(request, password_set(request))


def password(request: HttpRequest) -> HttpResponse:
    """Serve the page of allauth; the device stays known by the new password."""
    return devices.remember_new_password(request, password_change(request))
