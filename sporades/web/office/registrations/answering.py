"""« Messages »: what candidates write about their registrations, and the answers (M2, I7)."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts.writing import messaging
from sporades.candidates.models import Candidate
from sporades.core.french import time_left_in_words
from sporades.core.refusals import Refused
from sporades.registrations.models import Registration
from sporades.threads.forms import MessageForm
from sporades.threads.operations import Overtaken
from sporades.threads.queries import handled_within, last_of, page_of, texts_of, waiting_within
from sporades.web.office.bounded import is_cut
from sporades.web.office.bounded import page_of as page_of_rows
from sporades.web.office.noting import author_on
from sporades.web.office.places import OF_REGISTRATION, PlacesForm
from sporades.web.office.registrations.files import file_page, reaches, registration_of
from sporades.web.office.registrations.told import done_on
from sporades.web.office.registrations.walking import back_to_file, kept_of

ON_THE_PAGE = 50
TRAIL = [("Accueil", reverse_lazy("office:home"))]
IN_A_ROW = {"suite": "oui"}
"""Said by the address of a file that is come to from « Messages sans réponse »."""
HANDLED = "traites"
"""Said by the address of « Messages traités »."""
SETTLED = "Sans suite : rien n'est envoyé au candidat, à qui vous pouvez encore répondre."
_MOVED_ON = "Un message est arrivé dans ce fil depuis que vous l'avez ouvert : relisez-le. Rien n'est changé."


class AnswerMessageForm(MessageForm):
    """What the office answers."""

    def __init__(self, *args: object, candidate: Candidate, **options: object) -> None:
        """Say where it is read."""
        super().__init__(*args, **options)
        self.fields["texte"].label = "Votre message"
        self.fields["texte"].help_text = f"2 000 signes au plus. {_read_where(candidate)}"


def unanswered(request: HttpRequest) -> HttpResponse:
    """The registrations whose candidate waits for an answer, the oldest first; or those that wait no more."""
    form = _row_of(request)
    if request.GET.get("voir") == HANDLED:
        return _handled(request, form)
    waiting = waiting_within(request.reach, **form.where(OF_REGISTRATION))
    page = Paginator(waiting, ON_THE_PAGE).get_page(request.GET.get("page"))
    keys = [one["registration_id"] for one in page]
    found = Registration.objects.within(request.reach).for_office().in_bulk(keys)
    texts = texts_of(one["first"] for one in page)
    context = {
        "page": page,
        "form": form,
        "is_chosen": bool(form.chosen),
        "lines": [
            {
                "registration": found[one["registration_id"]],
                "url": _in_a_row(one["registration__number"], form),
                "text": texts.get(one["first"], ""),
                "unanswered": one["unanswered"],
                "age": time_left_in_words(request.arrived_at - one["since"]),
            }
            for one in page
            if one["registration_id"] in found  # it has not left the perimeter meanwhile
        ],
        "count": page.paginator.count,
        "base": f"{reverse('office:unanswered')}?{urlencode({**form.chosen, 'page': ''})}",
        "handled_url": f"{reverse('office:unanswered')}{form.query(voir=HANDLED)}",
        "trail": TRAIL,
    }
    status = 422 if form.errors else 200
    return render(request, "office/unanswered.html", context, status=status)


def _handled(request: HttpRequest, form: PlacesForm) -> HttpResponse:
    """The threads that wait for no answer, the latest first: what was said to somebody is found again."""
    here = reverse("office:unanswered")
    page = page_of_rows(request, handled_within(request.reach, **form.where(OF_REGISTRATION)))
    keys = [one.registration_id for one in page]
    found = Registration.objects.within(request.reach).for_office().in_bulk(keys)
    lines = [one for one in page if one.registration_id in found]
    for one in lines:
        one.registration = found[one.registration_id]
    context = {
        "page": page,
        "lines": lines,
        "form": form,
        "shown": HANDLED,
        "is_chosen": bool(form.chosen),
        "every": f"{here}?{urlencode({'voir': HANDLED})}",
        "is_cut": is_cut(page),
        "base": f"{here}{form.query(voir=HANDLED)}&page=",
        "trail": [*TRAIL, ("Messages sans réponse", here + form.query())],
    }
    status = 422 if form.errors else 200
    return render(request, "office/handled_messages.html", context, status=status)


def thread(request: HttpRequest, number: str) -> HttpResponse:
    """The messages of a file, the oldest first; whoever may answer has read them."""
    found = registration_of(request, number)
    return _page(request, found, AnswerMessageForm(candidate=found.candidate))


def answer(request: HttpRequest, number: str) -> HttpResponse:
    """Answer, then go on to the next one that waits, if one came from there."""
    found = registration_of(request, number)
    form = AnswerMessageForm(request.POST, candidate=found.candidate)
    if not form.is_valid():
        return _page(request, found, form)
    following = _following(request, found) if _is_in_a_row(request) else ""
    try:
        messaging.answer(
            registration=found,
            text=form.cleaned_data["texte"],
            sending=form.sending,
            seen=request.POST.get("vu", ""),
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        form.add_error("texte", str(refusal))
        return _page(request, found, form)
    onwards = _onwards(request, found, following)
    messages.success(request, _done(found, _said(found), onwards=onwards))
    return onwards


def settle(request: HttpRequest, number: str) -> HttpResponse:
    """« Sans suite »: a message that needs no answer leaves the queue, then one goes on."""
    found = registration_of(request, number)
    following = _following(request, found) if _is_in_a_row(request) else ""
    try:
        settled = messaging.settle(
            registration=found,
            seen=request.POST.get("vu", ""),
            by=author_on(request, found),
            at=request.arrived_at,
        )
    except Refused as refusal:
        is_overtaken = isinstance(refusal, Overtaken)
        messages.error(request, _MOVED_ON if is_overtaken else str(refusal))
        return _page(request, found, AnswerMessageForm(candidate=found.candidate), status=409)
    onwards = _onwards(request, found, following)
    if settled:
        messages.success(request, _done(found, SETTLED, onwards=onwards))
    else:
        messages.info(request, "Aucun message de ce fil n'attendait de réponse.")
    return onwards


def _done(found: Registration, said: str, *, onwards: HttpResponseRedirect) -> str:
    back = reverse("office:thread", args=[found.number])
    return done_on(found, said, onwards=onwards, back=back, to="ces messages")


def _onwards(request: HttpRequest, found: Registration, following: str) -> HttpResponseRedirect:
    if not _is_in_a_row(request):
        return back_to_file(request, found.number, tab="thread")
    return redirect(following or f"{reverse('office:unanswered')}{_row_of(request).query()}")


def _read_where(candidate: Candidate) -> str:
    if candidate.by_letter:
        return "Un courrier au candidat le contient"
    if candidate.has_account:
        return "Le candidat le lira sur sa page ; un mail lui dit qu'il l'attend, sans le contenir"
    return "Ce candidat n'a pas d'espace : un mail le contient en entier. N'y écrivez rien de confidentiel"


def _said(registration: Registration) -> str:
    if registration.candidate.by_letter:
        return "Le message est écrit : un courrier, qui le contient, attend d'être imprimé."
    if registration.candidate.has_account:
        return "Le message est envoyé : un mail dit au candidat qu'il l'attend."
    return "Le message est envoyé : un mail au candidat le contient."


def _page(
    request: HttpRequest, found: Registration, form: AnswerMessageForm, *, status: int | None = None
) -> HttpResponse:
    may_answer = reaches(request, Permission.ANSWER_MESSAGES, found)
    page, last = page_of(found, request.GET.get("page")), last_of(found)
    said = {
        "page": page,
        "base": _pages(request, found),
        "form": form if may_answer else None,
        "seen": last.pk if last else "",
        "waits": may_answer and found.thread.unanswered().exists(),
    }
    if _is_in_a_row(request) and may_answer:
        said["query"] = _row_of(request).query(**IN_A_ROW)
        said["following"] = _following(request, found)
    response = file_page(request, found, "thread", "office/thread.html", said)
    if may_answer:
        messaging.read(page.object_list, by_candidate=False, at=request.arrived_at)
    if status is not None:
        response.status_code = status
    return response


def _pages(request: HttpRequest, found: Registration) -> str:
    """Return the address of the pages of a thread: none leaves the row or the walk one is on."""
    row = {**IN_A_ROW, **_row_of(request).chosen} if _is_in_a_row(request) else {}
    kept = {**row, **kept_of(request), "page": ""}
    return f"{reverse('office:thread', args=[found.number])}?{urlencode(kept)}"


def _is_in_a_row(request: HttpRequest) -> bool:
    return request.GET.get("suite") == IN_A_ROW["suite"]


def _row_of(request: HttpRequest) -> PlacesForm:
    """Return which messages one goes through, as the list that one came from chose them."""
    return PlacesForm(request.GET, reach=request.reaches(Permission.ANSWER_MESSAGES))


def _in_a_row(number: str, row: PlacesForm) -> str:
    return f"{reverse('office:thread', args=[number])}{row.query(**IN_A_ROW)}"


def _following(request: HttpRequest, found: Registration) -> str:
    """Return the address of the one that waits after this one, nothing when no other does."""
    row = _row_of(request)
    reach = request.reaches(Permission.ANSWER_MESSAGES)
    waiting = waiting_within(reach, **row.where(OF_REGISTRATION))
    numbers = [one["registration__number"] for one in waiting]
    place = numbers.index(found.number) if found.number in numbers else -1
    others = numbers[place + 1 :] + numbers[: max(place, 0)]
    return _in_a_row(others[0], row) if others else ""
