"""« Mails »: every mail about a registration of the perimeter, its fate, sent again (I9)."""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.writing import resending
from sporades.core.numbers import in_groups
from sporades.core.refusals import Refused
from sporades.letters.queries import with_letters
from sporades.mail.models import Message
from sporades.mail.queries import with_fate, written_between
from sporades.registrations.models import Registration
from sporades.registrations.queries import mails_to_accounts, mails_to_candidates, mails_within
from sporades.web.layout.asking import FORGOTTEN, Asked, base_of
from sporades.web.office.bounded import MOST, is_cut, page_of
from sporades.web.office.registrations.files import TRAIL as FILES_TRAIL
from sporades.web.office.registrations.mail_lines import MailLine, letters_elsewhere, lines_of
from sporades.web.office.searches.message_forms import RETURNED, MailLogForm

TRAIL = [("Accueil", reverse_lazy("office:home"))]
NAMED = "adresse"
"""The field that says whose mails."""


def all_mails(request: HttpRequest) -> HttpResponse:
    """The mails of a period, the last first; an address is sent, and stands in none of ours."""
    asked = Asked(request, hidden=NAMED)
    form = MailLogForm(asked.data, at=request.arrived_at, reach=request.reach)
    if asked.is_forgotten:
        form.add_error(NAMED, FORGOTTEN)
    if where := asked.leads_on(form):
        return redirect(where)
    found = _found(request, form)
    page = page_of(request, _keys(found))
    lines = _lines(request, _read(found, list(page)))
    filters = asked.filters(form)
    context = {
        "form": form,
        "page": page,
        "lines": lines,
        "counted": in_groups(str(page.paginator.count)),
        "is_cut": is_cut(page),
        "base": base_of(filters),
        "filters": filters,
        "finds_accounts": not lines
        and bool(form.asked.get(NAMED))
        and bool(request.reaches(Permission.FIND_ACCOUNTS)),
        "trail": TRAIL,
    }
    return render(request, "office/all_mails.html", context, status=422 if form.errors else 200)


class SureForm(forms.Form):
    """What is sent again although something has changed since."""

    vu = forms.CharField(widget=forms.HiddenInput)
    certain = forms.BooleanField(
        label="Envoyer quand même, tel qu'il était",
        error_messages={"required": "Lisez ce qui a changé, puis cochez cette case."},
    )


def send_again(request: HttpRequest, message: int) -> HttpResponse:
    """Send a refused mail again, to the address that is the candidate's now.

    Where something was told or done since, its page says it first, and asks to be sure.
    """
    found = get_object_or_404(mails_within(request.reach), pk=message)
    registration = Registration.objects.whole().get(pk=found.registration_pk)
    by = request.reach.author(academy=registration.academy_id, domain=registration.exam.domain.code)
    form = SureForm(request.POST if "vu" in request.POST else None)
    try:
        fresh = resending.send_again(
            message=found,
            registration=registration,
            by=by,
            at=request.arrived_at,
            sure_of=form.cleaned_data["vu"] if form.is_valid() else "",
        )
    except resending.Doubtful as doubtful:
        return _doubtful(request, found, registration, doubtful, form)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            f"Le mail part de nouveau, à {fresh.recipient}."
            if fresh.recipient
            else "Un courrier attend d'être imprimé.",
        )
    if "liste" in request.POST:
        # What is asked of the list is read again by its own form.
        asked = Asked(request, hidden=NAMED)
        again = MailLogForm(
            asked.again(request.POST["liste"]), at=request.arrived_at, reach=request.reach
        )
        return redirect(f"{reverse('office:all_mails')}?{asked.filters(again)}")
    return redirect(_tab(registration))


def _doubtful(
    request: HttpRequest,
    message: Message,
    registration: Registration,
    doubtful: resending.Doubtful,
    form: SureForm,
) -> HttpResponse:
    """Say what has changed since, and ask to be sure; what changed meanwhile is to be read anew."""
    if form.data.get("vu") != doubtful.mark:
        form = SureForm(initial={"vu": doubtful.mark})
    context = {
        "message": message,
        "registration": registration,
        "doubts": doubtful.doubts,
        "form": form,
        "list": request.POST.get("liste", ""),
        "is_of_list": "liste" in request.POST,
        "trail": [*FILES_TRAIL, (registration.number, _tab(registration))],
    }
    status = 422 if form.errors else 200
    return render(request, "office/send_again.html", context, status=status)


def _tab(registration: Registration) -> str:
    return reverse("office:mails", args=[registration.number])


def _lines(request: HttpRequest, found: list[Message]) -> list[MailLine]:
    known = Registration.objects.filter(pk__in={one.registration_pk for one in found})
    about = {one.pk: one for one in known.for_office()} if found else {}
    elsewhere = letters_elsewhere(request, found)
    return [
        line
        for one in found
        for line in lines_of(request, about[one.registration_pk], [one], elsewhere=elsewhere)
    ]


def _keys(found: list[QuerySet[Message]]) -> list[int]:
    """Return the keys of the mails that are turned over, the last first.

    Each of the questions is read along an index of its own, no further than that.
    """
    one, *others = (
        some.order_by("-written_at", "-pk").values_list("pk", "written_at")[:MOST] for some in found
    )
    merged = one.union(*others, all=True).order_by("-written_at", "-pk")[:MOST]
    return [pk for pk, _ in merged]


def _read(found: list[QuerySet[Message]], keys: list[int]) -> list[Message]:
    """Return the mails of a page, each with the registration from which it is read."""
    return sorted(
        (one for some in found for one in with_letters(with_fate(some.filter(pk__in=keys)))),
        key=lambda one: keys.index(one.pk),
    )


def _found(request: HttpRequest, form: MailLogForm) -> list[QuerySet[Message]]:
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    first, last = form.days
    asked = {
        field: said[name]
        for field, name in (("state", "etat"), ("kind", "nature"))
        if said.get(name)
    }
    if asked.get("state") == RETURNED:
        asked["letter__state"] = asked.pop("state")
    if address := said.get("adresse"):
        # Addresses are kept in small letters, but for what somebody typed elsewhere.
        asked["recipient__in"] = [address, address.lower()]
    asked_for = [mails_within, mails_to_candidates]
    if address:
        asked_for.append(mails_to_accounts)
    academy = said.get("academie")
    reach = request.reach.in_academy(academy) if academy else request.reach
    return [written_between(within(reach), first, last).filter(**asked) for within in asked_for]
