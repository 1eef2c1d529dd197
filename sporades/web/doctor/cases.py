"""The requests of a doctor: those that wait, theirs, those whose opinion is signed (H3)."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from sporades.accommodations.doctors import doctors_for
from sporades.accommodations.left import papers_in_hand
from sporades.accommodations.missing import is_set_aside
from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.accommodations.words import usual_day_of
from sporades.acts.accommodating import (
    LEFT_BY_DOCTOR,
    TAKEN_FROM_DOCTOR,
    NotInCharge,
    with_kinds_given,
)
from sporades.acts.medical import opining
from sporades.acts.registrations.moving import left_from
from sporades.core.french import day_in_words, instant_in_words, local_day, time_left_in_words
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.medical import sealing
from sporades.medical.models import OpinionDraft
from sporades.medical.queries import asked_of, compartment, said_by
from sporades.registrations.fields import as_data
from sporades.registrations.models import Registration
from sporades.registrations.queries import with_owed
from sporades.retention.categories import confided_until
from sporades.web.doctor.forms import FindCaseForm, GiveBackForm
from sporades.web.layout.clock import day_of
from sporades.web.layout.kept import forget, kept

MOST_AT_ONCE, A_FEW = 25, 10
"""How many lines a page shows of what waits for its reader, and of the two other lists."""
OVER = (State.OPINION_GIVEN, State.DECIDED, State.NOTIFIED)
TAKEN_FROM = (TAKEN_FROM_DOCTOR, LEFT_BY_DOCTOR)
GONE = "Cette demande n'est plus chez vous"
SET_ASIDE = (
    "le service gestionnaire l'a dite complète, sans attendre ce que vous aviez demandé au candidat"
)


def home(request: HttpRequest) -> HttpResponse:
    """The requests in charge, those that a doctor may take, those whose opinion is signed."""
    mine = Case.objects.within(request.reach).entrusted_to(request.user)
    free = (
        with_kinds_given(Case.objects.without_a_doctor().within(request.reach))
        .annotate(
            is_set_aside=Exists(
                asked_of(OuterRef("registration"), at=OuterRef("incomplete_at")).filter(
                    written_at__gt=OuterRef("asked_at")
                )
            ),
        )
        .select_related("instead_of")
    )
    waiting = (
        with_kinds_given(mine.filter(state=State.WITH_DOCTOR))
        .select_related("instead_of")
        .order_by("since", "pk")
    )
    said = mine.filter(state__in=OVER).without_those_taken_again_on_it()
    left = Case.objects.within(request.reach).left_by(request.user).filter(state=State.INCOMPLETE)
    pages = {
        name: Paginator(cases, on_a_page).get_page(request.GET.get(name))
        for name, cases, on_a_page in (
            ("chez-vous", waiting, MOST_AT_ONCE),
            ("a-prendre", _MineFirst(free, request.user.pk), A_FEW),
            ("attend-le-candidat", left.order_by("since", "pk"), A_FEW),
            ("avis", said.order_by("-opined_at", "-pk"), A_FEW),
        )
    }
    keys = {one.registration_id for page in pages.values() for one in page}
    found = Registration.objects.for_office().with_owed().in_bulk(keys)
    typed = _typed_of(one for one in pages["a-prendre"] if _was_mine(request, one))
    lists = [
        {
            "page": page,
            "base": f"?{name}=",
            "lines": [
                {
                    **line_of(request, one, found[one.registration_id]),
                    "has_draft": one.registration_id in typed,
                }
                for one in page
            ],
        }
        for name, page in pages.items()
    ]
    context = dict(zip(("waiting", "free", "left", "said"), lists, strict=True))
    return render(request, "doctor/home.html", {**context, "quick": FindCaseForm()})


class _MineFirst:
    """Requests to be taken, those that the reader had already before the others: their candidates wait.

    Each part comes from an index, in its order; together they would be sorted, with all that waits.
    """

    def __init__(self, cases: QuerySet[Case], doctor: int) -> None:
        ordered = cases.order_by("since", "pk")
        self._mine = ordered.filter(former_doctor=doctor)
        self._others = ordered.exclude(former_doctor=doctor)

    @cached_property
    def _known(self) -> int:
        return self._mine.count()

    def count(self) -> int:
        return self._known + self._others.count()

    def __getitem__(self, asked: slice) -> list[Case]:
        start, stop = asked.start, asked.stop
        mine = self._mine[start:stop] if start < self._known else ()
        others = self._others[max(0, start - self._known) : max(0, stop - self._known)]
        return [*mine, *others]


def _was_mine(request: HttpRequest, case: Case) -> bool:
    return case.former_doctor_id == request.user.pk


def _typed_of(cases: Iterable[Case]) -> set[int]:
    """Return the registrations, of these requests, for which something was answered in a draft."""
    keys = [one.registration_id for one in cases]
    if not keys:
        return set()
    drafts = OpinionDraft.objects.filter(compartment__registration__in=keys)
    kept = drafts.select_related("compartment")
    return {one.compartment.registration_id for one in kept if is_typed(one)}


def is_typed(draft: OpinionDraft | None) -> bool:
    """Return whether anything was answered in what is kept."""
    if draft is None:
        return False
    try:
        return any(opining.typed_in(draft).values())
    except sealing.Unreadable:
        return True


def take(request: HttpRequest, case: int) -> HttpResponse:
    """« Je m'en charge »."""
    found = within_reach(request, case)
    try:
        opining.take(
            case=found,
            doctor=request.user,
            reach=request.reach,
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("doctor:home")
    messages.success(request, "Vous êtes en charge de cette demande.")
    return redirect("doctor:case", found.pk)


def give_back(request: HttpRequest, case: int) -> HttpResponse:
    """Leave a request to another doctor, or to whoever takes it."""
    found = case_of(request, case)
    day = day_of(request)
    doctors = doctors_for(found.registration, day=day)
    others = [one for one in doctors if one.user_id != request.user.pk]
    posted = request.POST if request.method == "POST" else None
    form = GiveBackForm(posted, others=others)
    if posted is not None and form.is_valid():
        try:
            opining.give_back(
                case=found,
                to=form.chosen,
                by=author_on(request, found),
                at=request.arrived_at,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            number = found.registration.number
            messages.success(request, f"La demande n°{number} n'est plus chez vous.")
        return redirect("doctor:home")
    context = {"case": found, "form": form, "trail": trail(found)}
    return render(request, "doctor/give_back.html", context, status=422 if form.errors else 200)


def within_reach(request: HttpRequest, key: int) -> Case:
    """Return a request of the reader's academies and domains, with its registration."""
    return _with_registration(Case.objects.within(request.reach), key)


def case_of(request: HttpRequest, key: int) -> Case:
    """Return a request that is entrusted to the reader, with its registration; for any other, 404.

    Raises:
        Gone: it was the reader's, and is no more, be it in another academy; or it is over before its
            opinion.
    """
    within = Case.objects.within(request.reach)
    try:
        found = _with_registration(within.entrusted_to(request.user), key)
    except Http404:
        try:
            left = _with_registration(within.left_by(request.user), key)
        except Http404:
            raise Gone(_why_elsewhere(_elsewhere(request, key)[1])) from None
        raise Gone(_why_gone(left, reader=request.user.identifier)) from None
    if found.state == State.WITHDRAWN:
        raise Gone(str(opining.Withdrawn.of(found)))
    return found


def left_of(request: HttpRequest, key: int) -> Case:
    """Return a request that the reader has or had, in another academy too; for any other, 404."""
    try:
        return within_reach(request, key)
    except Http404:
        return _elsewhere(request, key)[0]


def _elsewhere(request: HttpRequest, key: int) -> tuple[Case, Entry]:
    """Return a request of the reader whose registration has left their academies, and the act that gave it.

    Of one that they do not reach because they themselves went elsewhere, there is nothing to say: 404.
    """
    mine = Case.objects.filter(Q(doctor=request.user) | Q(former_doctor=request.user))
    found = _with_registration(mine, key)
    move = left_from(Registration.objects.filter(pk=found.registration.pk), request.reach)
    if move is None:
        raise Http404
    return found, move


def _why_elsewhere(move: Entry) -> str:
    """Say that a registration was given away, and when: where it is now is not the reader's to know."""
    when = instant_in_words(move.at, settings.TIME_ZONE)
    return f"{GONE} : l'inscription a été donnée à une autre académie, le {when}."


class Gone(Refused):
    """Who had a request has it no more."""


def gone_page(
    request: HttpRequest, key: int, gone: Gone, *, left: list[tuple[str, str]]
) -> HttpResponse:
    """Say that a request is the reader's no more, with what they have just typed, to be copied.

    Where it waits for what they asked of the candidate, what they asked is there to be reread. What
    was typed is shown and kept nowhere: what was kept before goes with the request, or is of no more use.

    Args:
        request: the request.
        key: of the request for accommodations.
        gone: why.
        left: what was typed, in words.
    """
    found = left_of(request, key)
    registration = found.registration
    if not request.reach.covers(
        academy=registration.academy_id, domain=registration.exam.domain.code
    ):
        # Nothing of the file but what was typed: it is out of the reader's perimeter.
        why = _why_elsewhere(_elsewhere(request, key)[1])
        said = {"why": why, "left": left, "trail": trail(found)[:1]}
        return render(request, "doctor/gone.html", said, status=409)
    asked = _asked(request, found)
    context = {
        "why": str(gone),
        "papers": _papers_left(found) if found.state == State.WITHDRAWN else "",
        "former": former_of(request, found) if found.is_cancelled else None,
        "asked": asked,
        "left": left,
        "goes_along": found.state not in {State.WITHDRAWN, *OVER},
        "trail": trail(found)[:1],
        "case": found,
    }
    is_read = asked is not None and request.method != "POST"
    return render(request, "doctor/gone.html", context, status=200 if is_read else 409)


def typed_on(request: HttpRequest) -> MultiValueDict[str, Any]:
    """Return what was just typed on a page that shows it in no form, and lets go of it.

    Sent after the end of the session, it waited for its author to sign in again.
    """
    if request.method == "POST":
        return request.POST
    typed = as_data(kept(request) or {})
    if typed:
        forget(request)
    return typed


def _asked(request: HttpRequest, case: Case) -> dict[str, str] | None:
    """Return what the reader has asked of a candidate, while it is waited for: their own words alone."""
    held = compartment(case.registration) if opining.is_asked_by_doctor(case) else None
    if held is None or case.incomplete_at is None:
        return None
    remark = said_by(held, request.user.identifier, at=case.incomplete_at)
    if remark is None:
        return None
    try:
        text = remark.text
    except sealing.Unreadable:
        text = sealing.UNREADABLE
    zone = case.registration.service.zone
    return {"text": text, "written": instant_in_words(remark.written_at, zone)}


def _papers_left(case: Case) -> str:
    """Say what becomes of the papers of health of a request that is taken back, as their date tells it.

    Where a decision of before has its papers back, and where another request has taken them, nothing
    is known here of when they go.
    """
    held = None if case.is_cancelled else compartment(case.registration)
    if held is None:
        return ""
    if held.erased_at is not None:
        return "Ses papiers de santé sont effacés."
    if held.erase_after is None:
        return ""
    day = day_in_words(confided_until(held.erase_after, case.registration))
    return f"Ses papiers de santé seront effacés à partir du {day}."


def _why_gone(case: Case, *, reader: str) -> str:
    """Say what became of a request that its reader had: who has taken it, or whom it waits for."""
    zone = case.registration.service.zone
    if case.state == State.INCOMPLETE:
        why = (
            "vous avez demandé un papier ou une précision, et elle attend le candidat"
            if opining.is_asked_by_doctor(case)
            else "le service gestionnaire l'a dite incomplète, et elle attend le candidat"
        )
        return f"{GONE} : {why}. Elle revient dans « À prendre » quand il l'envoie de nouveau."
    if case.state == State.PREPARING:
        return (
            f"{GONE} : le candidat la modifie. Elle revient dans « À prendre » quand il l'envoie."
        )
    if case.state == State.WITHDRAWN:
        return f"{GONE}. {opining.why_over(case)}."
    acts = entries_about(case.registration).filter(verb__in=TAKEN_FROM)
    taken = acts.filter(payload__after__case=case.pk).first()
    who = ""
    if taken is not None:
        is_own = taken.actor_id == reader
        by = "vous l'avez rendue" if is_own else f"elle est reprise par {taken.author_in_words},"
        who = f"{by} le {instant_in_words(taken.at, zone)}"
    said = f"{GONE} : {who}." if who else f"{GONE}."
    if is_set_aside(case):
        said = f"{GONE} : {SET_ASIDE}."
    if case.doctor_id is not None:
        return f"{said} {case.doctor_name} l'a maintenant."
    return f"{said} Elle attend un médecin."


def former_of(request: HttpRequest, case: Case) -> Case | None:
    """Return the request whose decision another one takes again, if the reader signed its opinion."""
    former: Case | None = case.instead_of
    return former if former is not None and former.doctor_id == request.user.pk else None


def author_on(request: HttpRequest, case: Case) -> Any:
    """Return the reader as the author of an act on a request."""
    registration = case.registration
    domain = registration.exam.domain.code
    try:
        return request.reach.author(academy=registration.academy_id, domain=domain)
    except LookupError:
        raise NotInCharge from None


def trail(case: Case) -> list[tuple[str, str]]:
    """Return the way to the pages of one request."""
    return [
        ("Demandes", reverse("doctor:home")),
        (case.registration.identity.listed_name, reverse("doctor:case", args=[case.pk])),
    ]


def _with_registration(cases: QuerySet[Case], key: int) -> Case:
    found = cases.filter(pk=key).select_related("instead_of").first()
    if found is None:
        raise Http404
    found.registration = with_owed.get(pk=found.registration_id)
    return found


def line_of(request: HttpRequest, case: Case, registration: Registration) -> dict[str, Any]:
    """Return what a list says of a request, its registration with what is owed."""
    case.registration = registration
    zone = registration.service.zone
    usual = usual_day_of(case)
    return {
        "case": case,
        "registration": registration,
        "age": time_left_in_words(request.arrived_at - case.asked_at) if case.asked_at else "",
        "usual": day_in_words(usual) if usual else "",
        "is_overdue": usual is not None and usual < local_day(request.arrived_at, zone),
        "lacks": papers_in_hand(case, registration, case.given) if hasattr(case, "given") else "",
        "was_mine": _was_mine(request, case),
        "has_opined": former_of(request, case) is not None,
        "again": case.get_again_display().lower(),
        "is_asked": opining.is_asked_by_doctor(case),
        "since": day_in_words(local_day(case.since, zone)) if case.since else "",
        "opined": day_in_words(local_day(case.opined_at, zone)) if case.opined_at else "",
    }
