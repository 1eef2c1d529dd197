"""What candidates ask, read and decided one after the other (E7, I6, I7).

« Demandes de modification », after the closing, and « Demandes de correction d'état civil »: two
queues, one way to go through them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import ModuleType
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission, Reach
from sporades.acts import consulting
from sporades.acts.identities import asking
from sporades.acts.registrations import requesting
from sporades.acts.requests.completing import why_not_another_day, why_not_more
from sporades.acts.requests.holding import held_in_words, is_free, with_holders
from sporades.acts.requests.silence import (
    is_accepted_by_silence,
    silence_in_words,
    standings_for,
    to_refuse_in_words,
)
from sporades.candidates.models import Identity
from sporades.core.refusals import Refused
from sporades.letters.words import announced, to_be_told
from sporades.registrations.contacts import kept_in_words
from sporades.registrations.issued_before import published_of
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Registration
from sporades.registrations.models.correction_request import reached
from sporades.registrations.models.request import DAYS_TO_COMPLETE, LONGEST_REASON, Request
from sporades.registrations.operations.requesting import Outcome, mark_of, outcome_of
from sporades.registrations.refusals import Incomplete, RulesChanged
from sporades.registrations.reviewing import to_review_in_words
from sporades.web.layout.clock import day_of
from sporades.web.layout.papers import kept, paper
from sporades.web.layout.sent import taking
from sporades.web.office.forms import AnswerForm, MissingForm, age_turned
from sporades.web.office.noting import author_on
from sporades.web.office.places import PlacesForm
from sporades.web.office.registrations.complement_form import ComplementForm, OtherDayForm
from sporades.web.office.registrations.elsewhere import not_here
from sporades.web.office.registrations.files import reaches
from sporades.web.office.registrations.told import done_on
from sporades.web.wizard.recap import READ

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]
WITH_CANDIDATE = "candidat"
EXCHANGED = "echanges"
"""The field that says how far the page showed what was asked for and answered."""
SHOWN = {
    "": "À traiter",
    "libres": "À prendre en charge",
    "miennes": "Que j'ai prises en charge",
    WITH_CANDIDATE: "Qui attendent le candidat",
}

_NOTHING_LACKS = (
    "Rien ne manque plus à cette demande : elle est déjà complétée, décidée ou retirée."
)
_NOTED = "Le complément est noté, et le délai de réponse court de nouveau : {}"
_REDATED = "Le jour reçu est rectifié, et le délai de réponse est compté de nouveau : {}"
_RULES_CHANGED = ", les règles ont changé"
_ASKED_OTHERWISE = (
    " : ce qui est demandé à ce candidat a changé depuis son envoi (état civil corrigé, autre "
    "académie)"
)
_SAME_DAY = "Ce jour est déjà celui qui est noté : rien ne change."


def _as_they_are(requests: Iterable[ChangeRequest], reach: Reach) -> None:
    """Leave each with the registration that it asks to change."""


@dataclass(frozen=True)
class Queue:
    """One kind of request, and what is said of it.

    Attributes:
        model: the requests.
        acts: what is done to one: `assign`, `accept`, `ask_more`, `complete`, `correct_day`,
            `refuse`.
        permission: what whoever decides them is allowed.
        named: lets each name the registration through which its reader reaches it.
        title: of the list.
        one: of the page of one.
        lead: what the list holds.
        explained: what accepting does.
        accepted: what is said once it is done.
        mended: what mends one that was decided by mistake.
        routes: the pages and the buttons, by what they do.
    """

    model: Any
    acts: ModuleType
    permission: Permission
    named: Callable[[Iterable[Any], Reach], None]
    title: str
    one: str
    lead: str
    explained: str
    accepted: str
    mended: str
    routes: dict[str, str]

    @property
    def url_of_list(self) -> str:
        """Where they are listed."""
        return reverse(self.routes["list"])

    def urls_of(self, request: Request, form: PlacesForm) -> dict[str, str]:
        """Return where one is read, and where its buttons lead, on the way through what is chosen."""
        parts = {**self.routes}
        del parts["list"]
        query = form.query()
        return {
            what: f"{reverse(route, args=[request.pk])}{query}" for what, route in parts.items()
        }


CHANGES = Queue(
    model=ChangeRequest,
    acts=requesting,
    permission=Permission.DECIDE_CHANGES,
    named=_as_they_are,
    title="Demandes de modification",
    one="Demande de modification",
    lead="Ce que des candidats demandent de changer après la fermeture, les plus anciennes d'abord.",
    explained="L'accepter enregistre aussitôt cette modification en votre nom, sous les règles en "
    "vigueur.",
    accepted="La demande est acceptée : l'inscription est modifiée, {}",
    mended="Décidée par erreur ? « Modifier pour le candidat », dans son dossier, enregistre ce qui "
    "aurait dû l'être : il en est prévenu, et lit votre motif.",
    routes={
        "list": "office:change_requests",
        "page": "office:change_request",
        "assign": "office:assign_request",
        "accept": "office:accept_request",
        "ask_more": "office:ask_more_request",
        "note": "office:note_request_complement",
        "redate": "office:redate_request_complement",
        "refuse": "office:refuse_request",
        "proof": "office:request_proof",
    },
)
CORRECTIONS = Queue(
    model=CorrectionRequest,
    acts=asking,
    permission=Permission.CORRECT_IDENTITY,
    named=reached,
    title="Demandes de correction d'état civil",
    one="Demande de correction d'état civil",
    lead="Ce que des candidats demandent de corriger dans leur état civil figé, les plus anciennes "
    "d'abord.",
    explained="L'accepter corrige aussitôt l'état civil en votre nom : chacune des inscriptions en "
    "cours du candidat, dans toute académie, a une nouvelle version et un nouveau récapitulatif.",
    accepted="La demande est acceptée : l'état civil est corrigé, {}",
    mended="Décidée par erreur ? « Corriger l'état civil », dans son dossier, écrit ce qui aurait "
    "dû l'être : il en est prévenu.",
    routes={
        "list": "office:correction_requests",
        "page": "office:correction_request",
        "assign": "office:assign_correction",
        "accept": "office:accept_correction",
        "ask_more": "office:ask_more_correction",
        "note": "office:note_correction_complement",
        "redate": "office:redate_correction_complement",
        "refuse": "office:refuse_correction",
        "proof": "office:correction_proof",
    },
)


def listed(request: HttpRequest, queue: Queue) -> HttpResponse:
    """Those that wait, the oldest first."""
    said = request.GET.get("voir", "")
    shown = said if said in SHOWN else ""
    form = PlacesForm(request.GET, reach=request.reach)
    waiting = _shown(request, queue, shown, form)
    page = Paginator(waiting.for_list(), ON_THE_PAGE).get_page(request.GET.get("page"))
    queue.named(page.object_list, request.reach)
    standings = standings_for(page)
    for one in page:
        one.age = one.age_in_words(request.arrived_at)
        one.due = one.due_in_words(request.arrived_at)
        one.held = held_in_words(one, at=request.arrived_at)
        one.is_theirs = one.is_with_candidate(request.arrived_at)
        one.silence = silence_in_words(one, standings, at=request.arrived_at)
        one.url = queue.urls_of(one, form)["page"]
    context = {
        "queue": queue,
        "form": form,
        "is_chosen": bool(form.chosen),
        "page": page,
        "count": page.paginator.count,
        "shown": shown,
        "is_theirs": shown == WITH_CANDIDATE,
        "choices": [
            (value, label, queue.url_of_list + form.query(**({"voir": value} if value else {})))
            for value, label in SHOWN.items()
        ],
        "base": f"{queue.url_of_list}{form.query(voir=shown)}&page=",
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/requests.html", context, status=status)


def read(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """What is asked, why, and what may be decided."""
    found = _found(request, queue, asked)
    return _page(request, queue, found, _answer_to(request, found))


def assign(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """Say that one deals with it."""
    found = _found(request, queue, asked)
    return _done(
        request,
        queue,
        found,
        lambda said: queue.acts.assign(user=request.user, **said),
        "Vous avez pris cette demande en charge.",
        back=redirect(_here(request, queue, found)),
    )


def accept(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """Do what is asked."""
    found = _found(request, queue, asked)
    onwards = _onwards(request, queue, found)
    shown = {"shown": request.POST.get(READ, "")} if queue is CHANGES else {}
    return _done(
        request,
        queue,
        found,
        lambda said: queue.acts.accept(seen=_exchanged(request), **said, **shown),
        queue.accepted.format(announced(found.registration.candidate)),
        back=onwards,
        after=partial(to_review_in_words, found.candidate.pk) if queue is CORRECTIONS else str,
    )


def refuse(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """Refuse, with the reason that the candidate will read."""
    found = _found(request, queue, asked)
    form = _answer_to(request, found)
    if not form.is_valid():
        return _page(request, queue, found, form)
    onwards = _onwards(request, queue, found)
    return _done(
        request,
        queue,
        found,
        lambda said: queue.acts.refuse(
            answer=form.cleaned_data["motif"],
            seen=_exchanged(request),
            takes_back=form.cleaned_data.get("retrait", False),
            **said,
        ),
        f"La demande est refusée : {announced(found.registration.candidate)}",
        back=onwards,
        written=form.cleaned_data["motif"],
    )


def ask_more(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """Ask the candidate for what is missing."""
    found = _found(request, queue, asked)
    form = MissingForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, queue, found, _answer_to(request, found, is_sent=False), more=form)
    onwards = _onwards(request, queue, found)
    return _done(
        request,
        queue,
        found,
        lambda said: queue.acts.ask_more(
            missing=form.cleaned_data["manque"], seen=_exchanged(request), **said
        ),
        f"Le complément est demandé : {announced(found.registration.candidate)}",
        back=onwards,
        written=form.cleaned_data["manque"],
        called="Ce que vous avez écrit",
    )


def note_complement(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """Note what was missing, where it has come by post, at the desk or by mail."""
    found = _found(request, queue, asked)
    here = _here(request, queue, found)
    posted = request.method == "POST"
    form = ComplementForm(
        *((request.POST, request.FILES) if posted else ()), asked=found, at=request.arrived_at
    )
    if posted and not found.is_incomplete:
        messages.info(request, f"{_NOTHING_LACKS}{_written(form)}")
        return redirect(here)
    by = _author(request, found)
    if posted and form.is_valid():
        with taking(form, "fichier"):
            queue.acts.complete(
                request=found,
                words=form.cleaned_data["recu"],
                proof=form.proof,
                came=form.came,
                by=by,
                at=request.arrived_at,
            )
        if not form.errors:
            messages.success(request, _NOTED.format(announced(found.registration.candidate)))
            return redirect(here)
    consulting.consult_file(registration=found.registration, by=by, at=request.arrived_at)
    context = {
        "asked": found,
        "form": form if found.is_incomplete else None,
        "nothing_lacks": _NOTHING_LACKS,
        "here": here,
        "trail": _trail(request, queue, found),
    }
    status = 422 if form.errors else 200
    return render(request, "office/note_complement.html", context, status=status)


def correct_day(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """Correct the day on which what was missing came."""
    found = _found(request, queue, asked)
    here = _here(request, queue, found)
    refusal = why_not_another_day(found, at=request.arrived_at)
    said = request.POST if request.method == "POST" else None
    if said is not None and refusal is not None:
        messages.info(request, str(refusal))
        return redirect(here)
    form = OtherDayForm(said, asked=found, at=request.arrived_at)
    by = _author(request, found)
    if form.is_valid():
        try:
            is_another = queue.acts.correct_day(
                request=found,
                on=form.cleaned_data["recu_le"],
                seen=form.cleaned_data["vu"],
                by=by,
                at=request.arrived_at,
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect(here)
        told = _REDATED.format(announced(found.registration.candidate))
        messages.success(request, told if is_another else _SAME_DAY)
        return redirect(here)
    consulting.consult_file(registration=found.registration, by=by, at=request.arrived_at)
    context = {
        "asked": found,
        "form": form if refusal is None else None,
        "refusal": refusal or "",
        "here": here,
        "trail": _trail(request, queue, found),
    }
    status = 422 if form.errors else 200
    return render(request, "office/redate_complement.html", context, status=status)


def _trail(request: HttpRequest, queue: Queue, found: Request) -> list[tuple[str, str]]:
    """Return what leads to a page that stands under that of a request."""
    listed_at = queue.url_of_list + _row_of(request).query()
    number = found.registration.number
    return [*TRAIL, (queue.title, listed_at), (number, _here(request, queue, found))]


def _written(form: ComplementForm) -> str:
    """Give back the words of what is noted no more, if there are any."""
    words = form.data.get("recu", "").strip()[: 2 * LONGEST_REASON]
    return f" Ce que vous avez écrit n'est pas noté : « {words} »" if words else ""


def proof(request: HttpRequest, queue: Queue, asked: int) -> HttpResponse:
    """The PDF that the candidate joined, once the antivirus has found nothing in it."""
    found = _found(request, queue, asked, proof_key__gt="", proof_is_clean=True)

    def content() -> bytes:
        sent = kept(found.proof_key, of=found)
        consulting.consult_proof(request=found, by=_author(request, found), at=request.arrived_at)
        return sent

    back = _here(request, queue, found)
    return paper(
        request,
        name=f"piece-{found.registration.number}",
        read=content,
        instead=[("Revenir à la demande", back)],
    )


def _shown(request: HttpRequest, queue: Queue, shown: str, form: PlacesForm) -> Any:
    if shown == WITH_CANDIDATE:
        theirs = queue.model.objects.with_candidate(request.arrived_at)
        return _held(request, queue, theirs, form).order_by("complete_before", "pk")
    waiting = _waiting(request, queue, form).order_by("sent_at", "pk")
    if shown == "libres":
        return waiting.filter(is_free(request.arrived_at)).exclude(assigned_to=request.user)
    return waiting.filter(assigned_to=request.user) if shown == "miennes" else waiting


def _waiting(request: HttpRequest, queue: Queue, form: PlacesForm) -> Any:
    """Return those that wait for the office, of what is chosen, with who deals with each."""
    return _held(request, queue, queue.model.objects.to_answer(request.arrived_at), form)


def _held(request: HttpRequest, queue: Queue, requests: Any, form: PlacesForm) -> Any:
    within = requests.within(request.reach, **form.where())
    return with_holders(within, permission=queue.permission, at=request.arrived_at)


def _found(request: HttpRequest, queue: Queue, pk: int, **more: Any) -> Any:
    within = queue.model.objects.within(request.reach).for_list()
    held = with_holders(within, permission=queue.permission, at=request.arrived_at)
    found = held.filter(pk=pk, **more).first()
    if found is None:
        asked = queue.model.objects.filter(pk=pk).values("registration")
        raise not_here(request, Registration.objects.filter(pk__in=asked))
    queue.named([found], request.reach)
    return found


def _answer_to(request: HttpRequest, found: Request, *, is_sent: bool = True) -> AnswerForm:
    is_accepted = is_accepted_by_silence(found, at=request.arrived_at)
    said = request.POST if request.method == "POST" and is_sent else None
    return AnswerForm(said, is_accepted=is_accepted)


def _exchanged(request: HttpRequest) -> str:
    return request.POST.get(EXCHANGED, "")


def _author(request: HttpRequest, found: Request) -> Any:
    return author_on(request, found.registration)


def _next(request: HttpRequest, queue: Queue, found: Request) -> Any:
    """Return the one that waits after this one, and that nobody else deals with."""
    waiting = _waiting(request, queue, _row_of(request)).exclude(pk=found.pk)
    others = waiting.filter(is_free(request.arrived_at) | Q(assigned_to=request.user))
    after = others.filter(sent_at__gte=found.sent_at).order_by("sent_at", "pk").first()
    return after or others.order_by("sent_at", "pk").first()


def _onwards(request: HttpRequest, queue: Queue, found: Request) -> HttpResponseRedirect:
    """Go to the next one, or back to the list when there is none."""
    following = _next(request, queue, found)
    if following is None:
        return redirect(queue.url_of_list + _row_of(request).query())
    return redirect(_here(request, queue, following))


def _row_of(request: HttpRequest) -> PlacesForm:
    """Return which requests one goes through, as the list that one came from chose them."""
    return PlacesForm(request.GET, reach=request.reach)


def _here(request: HttpRequest, queue: Queue, found: Request) -> str:
    """Return where a request is read, on the same way."""
    return queue.urls_of(found, _row_of(request))["page"]


def _page(
    request: HttpRequest,
    queue: Queue,
    found: Any,
    form: AnswerForm,
    *,
    more: MissingForm | None = None,
) -> HttpResponse:
    following = _next(request, queue, found)
    by, about = _author(request, found), found.registration
    consulting.consult_file(registration=about, by=by, at=request.arrived_at)
    outcome = _outcome(request, queue, found)
    keeps = outcome is not None and outcome.keeps
    context = {
        "queue": queue,
        "asked": found,
        "changes": found.changed if queue is CHANGES else found.changes,
        "would": outcome.changes if outcome and outcome.besides else [],
        "read": mark_of(outcome.changes) if outcome else "",
        "lives_elsewhere": outcome is not None and outcome.lives_elsewhere,
        "may_move": reaches(request, Permission.MOVE_REGISTRATIONS, about),
        "urls": queue.urls_of(found, _row_of(request)),
        "form": form if found.is_waiting else None,
        "more": _more(found, more, at=request.arrived_at),
        "is_theirs": found.is_with_candidate(request.arrived_at),
        "may_be_redated": found.came_on is not None
        and why_not_another_day(found, at=request.arrived_at) is None,
        "days": DAYS_TO_COMPLETE,
        "held": held_in_words(found, at=request.arrived_at),
        "is_mine": found.assigned_to_id == request.user.pk,
        "is_overtaken": queue is CORRECTIONS and found.is_overtaken,
        "turned": age_turned(found.before, Identity(**found.identity), on=day_of(request))
        if queue is CORRECTIONS and found.is_waiting
        else "",
        "amended_since": queue is CHANGES and found.is_waiting and found.draft.is_overtaken,
        "age": found.age_in_words(request.arrived_at),
        "due": found.due_in_words(request.arrived_at),
        "published": published_of(about, at=request.arrived_at)
        if queue is CHANGES and found.is_waiting and not keeps
        else [],
        "kept": kept_in_words(about) if keeps else "",
        "silence": silence_in_words(found, at=request.arrived_at),
        "to_refuse": to_refuse_in_words(found, at=request.arrived_at),
        "told_how": to_be_told(about.candidate) if found.is_waiting else "",
        "mended": queue.mended if found.decided_name and about.is_active else "",
        "following": _here(request, queue, following) if following else "",
        "trail": [*TRAIL, (queue.title, queue.url_of_list + _row_of(request).query())],
    }
    status = 422 if form.errors or (more and more.errors) else 200
    return render(request, "office/one_request.html", context, status=status)


def _more(found: Request, sent: MissingForm | None, *, at: datetime) -> MissingForm | None:
    """Return the form by which its candidate is asked for what is missing, where they may be."""
    is_askable = found.is_waiting and not found.is_incomplete
    return (sent or MissingForm()) if is_askable and why_not_more(found, at=at) is None else None


def _outcome(request: HttpRequest, queue: Queue, found: Any) -> Outcome | None:
    """Return what accepting a modification would change now; nothing where it cannot be accepted."""
    if queue is not CHANGES or not found.is_waiting:
        return None
    try:
        return outcome_of(found, at=request.arrived_at)
    except Refused:  # « Accepter » says why
        return None


def _done(
    request: HttpRequest,
    queue: Queue,
    found: Request,
    act: Any,
    said: str,
    *,
    back: HttpResponseRedirect,
    written: str = "",
    called: str = "Votre motif",
    after: Callable[[], str] = str,
) -> HttpResponse:
    """Do it and go on; of what is refused, give back what was written."""
    by = _author(request, found)
    try:
        act({"request": found, "by": by, "at": request.arrived_at})
    except Incomplete as refusal:
        points = " ; ".join(f"{one.title} : {one.message}" for one in refusal.troubles)
        why = _RULES_CHANGED if isinstance(refusal, RulesChanged) else _ASKED_OTHERWISE
        messages.error(request, f"Elle ne peut plus être acceptée telle quelle{why}. {points}")
        return redirect(_here(request, queue, found))
    except Refused as refusal:
        unsent = f" {called} n'est pas envoyé : « {written} »" if written else ""
        messages.error(request, f"{refusal}{unsent}")
        return redirect(_here(request, queue, found))
    here = _here(request, queue, found)
    about = done_on(found.registration, said + after(), onwards=back, back=here, to="cette demande")
    messages.success(request, about)
    return back
