"""« Activer mon compte »: the click on the page that the mail leads to.

The link shows who reads the letter box, the password who made the account: both are asked.
Otherwise somebody who signs up with another's address would be let in by that person's click.
"""

from datetime import datetime
from http import HTTPStatus

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from sporades.accounts.keys import account_to_activate
from sporades.accounts.models import User
from sporades.accounts.operations import AlreadyActivated, TooOld
from sporades.acts.people import joining
from sporades.candidates import claims
from sporades.core.french import instant_in_words
from sporades.notices.queries import stops_writing
from sporades.web.account import franceconnect
from sporades.web.account.forms import ActivationForm
from sporades.web.account.joining import AWAITED, GOES_ON_TO, LETTER_BOX, NOT_ACTIVATED


@sensitive_post_parameters("password")
def activate(request: HttpRequest, key: str) -> HttpResponse:
    """Show the page of the link, which activates nothing: mail scanners open links too."""
    number = account_to_activate(key)
    if number is None:
        return _page(request, "wrong")
    user = User.objects.filter(pk=number).first()
    state = _state(user, at=request.arrived_at)
    if user is None or state != "ready":
        return _page(request, state, user)
    if request.method != "POST":
        return _page(request, "ready", user, _form(user))
    if "recommencer" in request.POST:
        return _begin_again(request, user)
    if user.has_usable_password():
        return _by_password(request, user)
    return _by_franceconnect(request, user)


def _begin_again(request: HttpRequest, user: User) -> HttpResponse:
    """Go back to where the account was made: a sign-up would make a second file of a record."""
    if claims.is_taken_by(user):
        return redirect("account_claim")
    request.session[LETTER_BOX] = user.email
    return redirect("account_signup")


def _form(user: User, answers: QueryDict | None = None) -> ActivationForm | None:
    """Return the form for the password; an account made by FranceConnect has none."""
    return ActivationForm(answers, user=user) if user.has_usable_password() else None


def _by_password(request: HttpRequest, user: User) -> HttpResponse:
    form = _form(user, request.POST)
    if not form.is_valid():
        return _page(request, "ready", user, form)
    try:
        activated = joining.activate(user.pk, at=request.arrived_at)
    except TooOld:
        return _page(request, "too_old")
    except AlreadyActivated:
        return _page(request, "already")
    return _let_in(request, activated)


def _by_franceconnect(request: HttpRequest, user: User) -> HttpResponse:
    if not settings.FRANCECONNECT_URL:
        return _page(request, "ready", user)
    request.session[franceconnect.TO_ACTIVATE] = user.pk
    return franceconnect.sign_in(request, franceconnect.PROVIDER)


def _let_in(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in whoever has just given the password, and go on to what asked for an account."""
    goes_on_to = request.session.pop(GOES_ON_TO, None)
    for name in (AWAITED, NOT_ACTIVATED):
        request.session.pop(name, None)
    login = Login(user=user, email=user.email, redirect_url=goes_on_to)
    answer = perform_password_login(request, {"email": user.email}, login)
    messages.success(request, "Votre compte est activé. Vous voici dans votre espace.")
    return answer


def _state(user: User | None, *, at: datetime) -> str:
    if user is not None and user.activated_at is not None:
        return "already"
    # What ended in read-only mode is taken once its end is known: nobody is told meanwhile to begin anew.
    is_over = user is None or (at > user.activation_deadline and not stops_writing(at))
    return "too_old" if is_over else "ready"


def _page(
    request: HttpRequest,
    state: str,
    user: User | None = None,
    form: ActivationForm | None = None,
) -> HttpResponse:
    deadline = instant_in_words(user.activation_deadline, settings.TIME_ZONE) if user else ""
    status = {"wrong": HTTPStatus.NOT_FOUND, "too_old": HTTPStatus.GONE}.get(state, HTTPStatus.OK)
    context = {
        "state": state,
        "deadline": deadline,
        "form": form,
        "has_code": user is not None and claims.is_taken_by(user),
        "franceconnect": bool(settings.FRANCECONNECT_URL),
    }
    return render(request, "account/email_confirm.html", context, status=status)
