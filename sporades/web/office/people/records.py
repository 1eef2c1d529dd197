"""« Fiche candidat »: somebody as the office knows them, with or without an account (I13)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.people import enrolling
from sporades.acts.people.addressing import AddressKnown
from sporades.acts.people.known_addresses import TooManyKnown
from sporades.candidates import claims
from sporades.candidates.claims import MOST_FAILURES
from sporades.candidates.forms import answers_of
from sporades.candidates.models import Candidate, ClaimCode
from sporades.candidates.postal import lines_of
from sporades.candidates.words import identity_in_words
from sporades.core.french import day_in_words, instant_in_words
from sporades.core.numbers import in_groups
from sporades.core.phones import phone_in_words
from sporades.core.refusals import Refused
from sporades.letters.models import Letter
from sporades.letters.printing import other_addressee_of
from sporades.letters.words import fate_in_words
from sporades.mail.queries import undelivered_to
from sporades.registrations.models import Registration
from sporades.registrations.records import (
    address_known_to,
    like_persons,
    postal_address_of,
    records_held,
    records_within,
    unreached_within,
)
from sporades.searches.queries import planned_anew
from sporades.searches.records import ALIKE, records_found
from sporades.territory import queries as territory
from sporades.web.layout.asking import Asked, base_of
from sporades.web.layout.clock import day_of
from sporades.web.layout.finding import NAMED
from sporades.web.office.bounded import ON_A_PAGE, is_cut, page_of
from sporades.web.office.noting import academy_of, note_record
from sporades.web.office.people.record_forms import (
    FindRecordForm,
    ReachedForm,
    RecordForm,
    reached_now,
)

TRAIL = [("Accueil", reverse_lazy("office:home"))]
MOST_LETTERS = 50
ZONE = settings.TIME_ZONE
LIST_TRAIL = [*TRAIL, ("Candidats sans compte", reverse_lazy("office:records"))]
UNREACHED, UNREACHED_LABEL = "non-joints", "Candidats sans compte que les mails n'atteignent pas"
SEEN = "vue"
"""The mark of what a page showed of a record."""


def records(request: HttpRequest) -> HttpResponse:
    """The candidates without an account, the last made first; those whom the one box means, or whom no mail reaches.

    A name or a birth date is sent, and stands in no address.
    """
    asked = Asked(request, hidden=NAMED)
    form = FindRecordForm.of(asked)
    if where := asked.leads_on(form):
        return redirect(where)
    is_unreached = request.GET.get("voir") == UNREACHED
    found = records_within(request.reach).filter(user=None).order_by("-pk")
    if is_unreached:
        found = unreached_within(request.reach).order_by("refused_at", "pk")
    sought = form.asked.get(NAMED, "")
    if sought:
        with planned_anew(alike=ALIKE):
            found = records_found(form.tree, reach=request.reach)
            found = list(found.select_related("identity")[: ON_A_PAGE + 1])
    else:
        found = found.select_related("identity")
    page = page_of(request, found[:ON_A_PAGE] if sought else found)
    context = {
        "form": form,
        "page": page,
        "counted": in_groups(str(page.paginator.count)),
        "is_cut": len(found) > ON_A_PAGE if sought else is_cut(page),
        "sought": sought,
        "base": base_of(f"voir={UNREACHED}" if is_unreached else ""),
        "title": UNREACHED_LABEL if is_unreached else "Candidats sans compte",
        "is_unreached": is_unreached,
        "may_keep": bool(request.reaches(Permission.KEEP_RECORDS)),
        "trail": TRAIL,
    }
    return render(request, "office/records.html", context, status=422 if form.errors else 200)


def new_record(request: HttpRequest) -> HttpResponse:
    """Make the record of somebody without an account; those who are like them are shown first."""
    codes = request.reach.academies(one.code for one in territory.academies())
    posted = request.POST if request.method == "POST" else None
    form = RecordForm(posted, on=day_of(request), academies=codes)
    like: list[dict[str, Any]] = []
    if posted is not None and form.is_valid():
        try:
            made = enrolling.enrol(
                identity=form.identity(),
                reached=form.reached,
                academy=form.academy,
                reach=request.reaches(Permission.READ_FILES),
                is_another=form.is_another,
                by=request.actor,
                at=request.arrived_at,
            )
        except enrolling.LikelyKnown as refusal:
            form.ask_whether_another()
            form.add_error("autre_personne", str(refusal))
            like = _like(request, form)
        except (AddressKnown, TooManyKnown) as refusal:
            form.add_error("email", _said(refusal))
        else:
            messages.success(request, "La fiche est faite.")
            return redirect("office:record", made.pk)
    if form.is_another:
        form.ask_whether_another()
    context = {"form": form, "like": like, "trail": LIST_TRAIL}
    return render(request, "office/new_record.html", context, status=422 if form.errors else 200)


def _said(refusal: AddressKnown | TooManyKnown) -> str:
    """Say what may be done of an address that is refused."""
    if isinstance(refusal, AddressKnown):
        return f"{refusal} : indiquez-en une autre, ou choisissez le courrier."
    return str(refusal)


def _like(request: HttpRequest, form: RecordForm) -> list[dict[str, Any]]:
    reach = request.reaches(Permission.READ_FILES)
    found = like_persons(form.identity(), reach=reach)
    here = reach.condition(
        academy="registrations__academy", domain="registrations__exam__domain__code"
    )
    counted = found.annotate(registered=Count("registrations", filter=here))
    return [{"candidate": one, "born": one.identity.born_in_words} for one in counted]


def record(request: HttpRequest, candidate: int) -> HttpResponse:
    """Who somebody is, how they are reached, where they are registered."""
    found = record_of(request, candidate)
    registrations = Registration.objects.within(request.reach).filter(candidate=found)
    known, phone = address_known_to(found, reach=request.reach)
    address, letters = lines_of(known), _letters(request, found)
    context = {
        "candidate": found,
        "identity": identity_in_words(found.identity),
        "address": address,
        "came_back": _came_back(address, letters),
        "account": _account_in_words(found),
        "undelivered": _undelivered(found),
        "phone": phone_in_words(phone),
        "code": _code_in_words(found, at=request.arrived_at),
        "code_seen": claims.mark_of(found),
        "made_by": _made_by(request, found),
        "letters": letters,
        "registrations": registrations.for_office().order_by("-filed_at"),
        "may_keep": may_keep(request, found),
        "corrected_from": _corrected_from(request, found),
        "may_fill": bool(request.reaches(Permission.FILE_FOR_CANDIDATES)) and not found.is_merged,
        "trail": LIST_TRAIL if not found.has_account else TRAIL,
    }
    return render(request, "office/record.html", context)


def _made_by(request: HttpRequest, candidate: Candidate) -> str:
    """Return which academy made the record, where the reader has it: of another, it would say where to look."""
    if not candidate.academy_id or not request.reach.in_academy(candidate.academy_id):
        return ""
    return territory.academy(candidate.academy_id).full_name


def _corrected_from(request: HttpRequest, candidate: Candidate) -> str:
    """Return the number of the last registration from which the reader may correct the civil data, if any."""
    reach = request.reaches(Permission.CORRECT_IDENTITY)
    theirs = Registration.objects.within(reach).correctable().filter(candidate=candidate)
    last = theirs.order_by("-filed_at").first()
    return last.number if last else ""


def _letters(request: HttpRequest, candidate: Candidate) -> list[tuple[Letter, str, str]]:
    """Return the last letters to a candidate of the reader's perimeter, each with whom else it names, and its fate."""
    reach = request.reaches(Permission.READ_WHOLE_FILES)
    mine = candidate.letters.within(reach).whole().order_by("-pk")[:MOST_LETTERS]
    return [(one, other_addressee_of(one), fate_in_words(one)) for one in mine]


def _came_back(address: list[str], letters: list[tuple[Letter, str, str]]) -> str:
    """Say when the last letter came back from the address that is the candidate's now, if one did."""
    days = [
        one.returned_on for one, *_ in letters if one.returned_on and one.address[1:] == address
    ]
    return day_in_words(max(days)) if days else ""


def _account_in_words(candidate: Candidate) -> str:
    """Say whether somebody has an account, and since when nobody has signed in to it."""
    if candidate.user is None:
        return "Non"
    last = candidate.user.last_login
    if last is None:
        return "Oui, jamais ouvert depuis son activation"
    return f"Oui, dernière connexion le {instant_in_words(last, ZONE)}"


def _undelivered(candidate: Candidate) -> str:
    """Say when the last mail to the address of somebody was written, if it was refused."""
    address = "" if candidate.by_letter else candidate.address
    refused = undelivered_to(address) if address else None
    return instant_in_words(refused.written_at, ZONE) if refused else ""


def _code_in_words(candidate: Candidate, *, at: datetime) -> str:
    """Say which code was given, and what it is still good for."""
    code = ClaimCode.objects.filter(candidate=candidate).first()
    if code is None:
        return ""
    given = f"Donné le {instant_in_words(code.made_at, ZONE)} par {code.made_name}"
    if code.taken_by_id is not None:
        return (
            f"{given}. Il a servi : le compte attend son activation. Si le mail qui l'active n'arrive "
            "pas, le candidat tape de nouveau le même code. En donner un autre efface ce compte."
        )
    if code.failures >= MOST_FAILURES:
        return f"{given}. Trop d'essais avec une autre date de naissance : il ne sert plus."
    if code.expires_at <= at:
        return f"{given}. Il ne sert plus."
    return f"{given}, valable jusqu'au {instant_in_words(code.expires_at, ZONE)}."


def keep_record(request: HttpRequest, candidate: int) -> HttpResponse:
    """Change how somebody without an account is reached, and civil data that nothing froze."""
    found = record_of(request, candidate)
    posted = request.POST if request.method == "POST" else None
    shown = {**answers_of(found.identity), **reached_now(found, postal_address_of(found))}
    form = (
        ReachedForm(posted, initial=shown)
        if found.is_frozen
        else RecordForm(posted, initial=shown, on=day_of(request))
    )
    reach = request.reaches(Permission.KEEP_RECORDS)
    try:
        enrolling.check(found, reach=reach)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:record", found.pk)
    if posted is not None and form.is_valid():
        try:
            is_changed = enrolling.keep(
                found,
                reach=reach,
                reached=form.reached,
                identity=form.identity() if isinstance(form, RecordForm) else None,
                academy=academy_of(request, found),
                by=request.actor,
                at=request.arrived_at,
                seen=request.POST.get(SEEN, ""),
            )
        except (AddressKnown, TooManyKnown) as refusal:
            form.add_error("email", _said(refusal))
        except enrolling.ChangedMeanwhile as refusal:
            found = record_of(request, candidate, noted_by_caller=True)
            form.add_error(None, f"{refusal} {_said_now(found)}")
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = (
                "La fiche est changée. De nouvelles coordonnées, le candidat est prévenu là où il "
                "était joint avant."
                if is_changed
                else "Rien n'était à changer."
            )
            messages.success(request, said)
            return redirect("office:record", found.pk)
    seen = enrolling.mark_of(found)
    context = {"candidate": found, "form": form, "seen": seen, "trail": LIST_TRAIL}
    return render(request, "office/keep_record.html", context, status=422 if form.errors else 200)


def _said_now(found: Candidate) -> str:
    """Say what a record says by now: who it is of, and how they are reached."""
    who = (
        "" if found.is_frozen else f"{found.identity.listed_name}, {found.identity.born_in_digits}"
    )
    channel = "écrit par courrier" if found.by_letter else "écrit par mail"
    said = (
        who,
        channel,
        found.email and f"adresse mail : {found.email}",
        found.phone and f"téléphone : {phone_in_words(found.phone)}",
        f"adresse : {', '.join(lines_of(postal_address_of(found))) or 'aucune'}",
    )
    return f"Elle dit : {' ; '.join(filter(None, said))}."


def record_of(request: HttpRequest, candidate: int, *, noted_by_caller: bool = False) -> Candidate:
    """Return a candidate of the reader's perimeter; for any other, there is none.

    That they look at the record is noted, whatever the page is for.
    """
    visible = records_within(request.reach).select_related("identity", "user")
    found: Candidate = get_object_or_404(visible, pk=candidate)
    if not noted_by_caller:
        note_record(request, found)
    return found


def may_keep(request: HttpRequest, candidate: Candidate) -> bool:
    """Return whether the reader keeps the record of a candidate, with all that is theirs."""
    kept = records_held(request.reaches(Permission.KEEP_RECORDS)).filter(user=None)
    return bool(kept.filter(pk=candidate.pk).exists())
