"""The file of a registration, as its manager reads it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy

from sporades.accounts.permissions import Permission
from sporades.acts import consulting, proving
from sporades.acts.identities.correcting import corrections_on, while_it_counts
from sporades.acts.identities.merging import merges_of
from sporades.acts.registrations import noting
from sporades.acts.registrations.deciding import decisions_on
from sporades.acts.registrations.leaving import withdrawals_as_asked
from sporades.acts.registrations.moving import moves_of, received_in_words
from sporades.acts.registrations.registering import amendments_told_of
from sporades.core.french import instant_in_words, local_day, times_in_words
from sporades.core.prepared import prepared
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import documents_in
from sporades.evidence.checks import each_once
from sporades.journal import queries as acts
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.letters.queries import with_letters
from sporades.letters.words import fate_in_words
from sporades.publications.queries import (
    authors_of,
    lines_to_come,
    lines_to_withdraw,
    missed_lines,
    withdrawn_lines,
)
from sporades.registrations.choices import choices_beside
from sporades.registrations.issued_before import since, still_read_in_words
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    LateRequest,
    Registration,
    Version,
)
from sporades.registrations.operations.deciding import decisions_for
from sporades.registrations.queries import mails_about, version_of
from sporades.registrations.receipt import named
from sporades.registrations.snapshot import read_by_office
from sporades.registrations.states import STANDING
from sporades.retention.models import Hold
from sporades.web.layout.papers import paper
from sporades.web.layout.presses import press_of
from sporades.web.office.forms import NoteForm
from sporades.web.office.noting import author_on, note_file
from sporades.web.office.registrations.awaited import (
    awaited_of,
    counts_of,
    undelivered_in_words,
    with_counts,
)
from sporades.web.office.registrations.elsewhere import not_here
from sporades.web.office.registrations.left import being_filled
from sporades.web.office.registrations.mail_lines import letters_elsewhere, lines_of
from sporades.web.office.registrations.sparing import Spared, spared_of
from sporades.web.office.registrations.walking import back_to_file, walk_of

TRAIL = [
    ("Accueil", reverse_lazy("office:home")),
    ("Gérer les inscriptions", reverse_lazy("office:search")),
]
MOST_READINGS = 200
"""How many consultations of a file are shown: « Journal » finds the others by their days."""
OF_THE_WHOLE = frozenset({"history", "accommodation", "journal"})
"""The tabs that whoever does not read the whole of a file has not."""
TABS = (
    ("registration", "Inscription"),
    ("history", "Historique"),
    ("pieces", "Pièces"),
    ("accommodation", "Aménagement"),
    ("documents", "Documents"),
    ("thread", "Messages"),
    ("mails", "Mails"),
    ("notes", "Notes"),
    ("journal", "Journal"),
)


def registration(request: HttpRequest, number: str) -> HttpResponse:
    """What was last filed, in the candidate's own tabs."""
    found: Any = registration_of(request, number)
    version = version_of.get(registration=found.pk, number=found.version)
    spared = spared_of(request, found)
    others = list(
        Registration.objects.within(request.reach)
        .filter(candidate=found.candidate_id)
        .exclude(pk=found.pk)
        .for_office()
        .order_by("-filed_at")
    )
    said = {
        "others": others,
        "set_aside": [
            (one, "" if spared_of(request, one).is_any else one.reason)
            for one in others
            if one.is_set_aside and one.exam_id == found.exam_id
        ],
        "received": _received(found, spared, at=request.arrived_at),
        "filled": being_filled(request, found) if found.is_begun else [],
        "awaited": {
            "title": "Ce que lit le candidat" if found.candidate.has_account else "Ce qui l'attend",
            "has_account": found.candidate.has_account,
            "is_whole": not spared.is_any,
            # What is spared is left out of it before what is given by one day is one.
            "checks": each_once(spared.of_checks(awaited_of(found, at=request.arrived_at))),
        },
        **_filed(found, version, spared),
    }
    return file_page(request, found, "registration", "office/registration.html", said)


def history(request: HttpRequest, number: str) -> HttpResponse:
    """Each version, its author and what it changed; what was decided, corrected and asked for."""
    found = registration_of(request, number)
    decisions = [
        {
            "when": instant_in_words(one.at, found.service.zone),
            "what": f"{one.in_words}, par {one.actor_name}",
            "note": one.payload["after"].get("reason", ""),
        }
        for one in decisions_on(found)
        | withdrawals_as_asked(found)
        | amendments_told_of(found)
        | corrections_on(found)
        | moves_of(found)
        | merges_of(found)
    ]
    of_version = {"candidate": OuterRef("registration__candidate"), "at": OuterRef("filed_at")}
    asked = Exists(_late_requests(draft__filed_as=OuterRef("pk"), **of_version))
    versions = list(found.versions.for_history().annotate(was_asked_late=asked))
    was_asked_late = any(one.was_asked_late for one in versions)
    said = {
        "versions": versions,
        "decisions": decisions,
        "requests": [
            *_changes_asked(request, found),
            *_corrections_asked(request, found),
            *(_asked_late(request, found) if was_asked_late else ()),
        ],
    }
    return file_page(request, found, "history", "office/history.html", said)


def _received(registration: Registration, spared: Spared, *, at: datetime) -> list[str]:
    """Say from where it came, and what its candidate still reads of there; nothing unless it was moved."""
    said = received_in_words(registration, of_reason=spared.of_reason)
    return [*said, *still_read_in_words(registration, at=at)] if said else []


def _changes_asked(request: HttpRequest, registration: Registration) -> Iterator[ChangeRequest]:
    """Give what its candidate asked to change after the closing, the last first."""
    may_answer = request.reaches(Permission.DECIDE_CHANGES).covers(**_where(registration))
    for one in registration.change_requests.order_by("-sent_at", "-pk"):
        one.title = "Demandes de modification"
        one.url = reverse("office:change_request", args=[one.pk]) if may_answer else ""
        yield one


def _corrections_asked(
    request: HttpRequest, registration: Registration
) -> Iterator[CorrectionRequest]:
    """Give what its candidate asked to correct in civil data while it counts, the last first."""
    reach = request.reaches(Permission.CORRECT_IDENTITY)
    asked = CorrectionRequest.objects.filter(candidate=registration.candidate_id)
    mine = while_it_counts(asked, "sent_at", registration, here=Q(registration=registration))
    answered = Exists(asked.within(reach).filter(pk=OuterRef("pk")))
    for one in mine.annotate(is_answered=answered).order_by("-sent_at", "-pk"):
        one.registration = registration
        one.title = "Demandes de correction d'état civil"
        one.url = reverse("office:correction_request", args=[one.pk]) if one.is_answered else ""
        yield one


def _asked_late(request: HttpRequest, registration: Registration) -> Iterator[LateRequest]:
    """Give what was asked once too late, of the draft from which it was filed or that it left, the last first."""
    reach = request.reaches(Permission.FILE_FOR_CANDIDATES)
    asked = _late_requests(
        draft__filed_as__registration=registration.pk,
        candidate=registration.candidate_id,
        at=registration.filed_at,
    )
    answered = Exists(LateRequest.objects.within(reach).filter(pk=OuterRef("pk")))
    found = asked.annotate(is_answered=answered).for_list()
    for one in found.order_by("-sent_at", "-pk"):
        one.title = "Demandes d'inscription tardive"
        one.changes = []
        one.url = reverse("office:late_request", args=[one.pk]) if one.is_answered else ""
        yield one


def _late_requests(*, candidate: Any, at: Any, **filed: Any) -> Any:
    """Return what was asked late of a draft that was filed, or is over since its candidate has a registration.

    Args:
        candidate: whose.
        at: when that registration was filed, which ended what waited then.
        filed: of which draft it is else.
    """
    otherwise = LateRequest.objects.fulfilled().filter(draft__candidate=candidate, decided_at=at)
    return LateRequest.objects.filter(**filed) | otherwise


def version(request: HttpRequest, number: str, version: int) -> HttpResponse:
    """One version, as it was filed."""
    found = registration_of(request, number)
    said = _filed(found, get_object_or_404(found.versions, number=version), Spared())
    return file_page(request, found, "history", "office/version.html", said)


def documents(request: HttpRequest, number: str) -> HttpResponse:
    """What was published for it, and whether it was opened."""
    found = registration_of(request, number)
    at, is_any = request.arrived_at, spared_of(request, found).is_any

    def is_shown(kind: str) -> bool:
        return not is_any or not kinds.get(kind).is_on_accommodations

    prepares = request.reaches(Permission.PREPARE_DOCUMENTS)
    may_deposit = prepares.covers(**_where(found))
    said = {
        "versions": [
            (one, _may_open(request, found, one), _reached(found, one), _before(found, one))
            for one in documents_in(folder=found.folder_id, at=at)
            if is_shown(one.document.kind)
        ],
        "withdrawn": [
            (line, reaches(request, _says_why(line.version.document.kind), found))
            for line in withdrawn_lines(found, at=at)
            if is_shown(line.version.document.kind)
        ],
        "may_deposit": may_deposit and found.is_active,
        "withdrawable": {one.publication.kind for one in lines_to_withdraw(found, at=at)}
        if may_deposit
        else set(),
        "to_come": [
            (line, line.publication.is_within(prepares), line.version.academy != found.academy_id)
            for line in lines_to_come(found, at=at)
            if is_shown(line.publication.kind)
        ],
        "missed": [
            (line, reaches(request, _says_why(line.publication.kind), found))
            for line in missed_lines(found)
            if is_shown(line.publication.kind)
        ]
        if found.is_active
        else [],
    }
    return file_page(request, found, "documents", "office/documents.html", said)


def _before(registration: Registration, version: DocumentVersion) -> str:
    """Say that a document was issued before its registration moved, or was modified; or nothing."""
    told = since(version, registration)
    return told.to_office if told else ""


def _reached(registration: Registration, version: DocumentVersion) -> str:
    """Say whether a document was opened; for whoever opens no page, what became of its letter."""
    if registration.candidate.has_account or version.opened_at is not None:
        return version.opening_in_words
    sent = Letter.objects.filter(enclosed=version).select_related("run", "service")
    last = sent.order_by("-pk").first()
    return f"Par courrier. {fate_in_words(last)}" if last else "Sans compte : pas à ouvrir en ligne"


def pdf(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A document as a PDF. That a manager opens it is no reading by its holder."""
    found = registration_of(request, number, noted_by_caller=True)
    published = documents_in(folder=found.folder_id, at=request.arrived_at)
    version = next((one for one in published if one.document.kind == kind), None)
    if version is None or not _may_open(request, found, version):
        raise Http404
    return paper(
        request,
        name=f"{kind}-{found.number}-v{version.number}",
        read=partial(
            consulting.consult_pdf,
            version=version,
            by=author_on(request, found),
            at=request.arrived_at,
        ),
        instead=[("Revenir aux documents", reverse("office:documents", args=[found.number]))],
    )


def _may_open(request: HttpRequest, registration: Registration, version: DocumentVersion) -> bool:
    """Return whether the reader may open a document: why of some decisions is for who decides."""
    return reaches(request, opened_with(version.document.kind), registration)


def opened_with(kind: str) -> Permission:
    """Return what a member of the office must be allowed to do to open a document of a kind.

    The summary says whether a handicap is declared, and what was deposited may say anything.
    """
    return _for_who_decides(kind) or Permission.READ_WHOLE_FILES


def _says_why(kind: str) -> Permission:
    """Return what a member of the office must be allowed to do to read why one was withdrawn, or is missing."""
    return _for_who_decides(kind) or Permission.READ_WHOLE_FILES


def _for_who_decides(kind: str) -> Permission | None:
    return Permission.DECIDE_ACCOMMODATIONS if kinds.get(kind).is_on_accommodations else None


def mails(request: HttpRequest, number: str) -> HttpResponse:
    """The messages about it, each with its fate."""
    found = registration_of(request, number)
    spared = spared_of(request, found)
    messages = spared.of_mails(with_letters(mails_about(found)), found)
    elsewhere = letters_elsewhere(request, messages)
    lines = lines_of(
        request, found, messages, elsewhere=elsewhere, by_kind=spared.is_any, with_text=True
    )
    said = {"lines": lines}
    return file_page(request, found, "mails", "office/mails.html", said)


def notes(request: HttpRequest, number: str) -> HttpResponse:
    """What the office noted for itself, the last first."""
    return _notes(request, registration_of(request, number), NoteForm())


def write_note(request: HttpRequest, number: str) -> HttpResponse:
    """Add a note."""
    found, form = registration_of(request, number), NoteForm(request.POST)
    if not form.is_valid():
        return _notes(request, found, form)
    noting.write_note(
        registration=found,
        text=form.cleaned_data["note"],
        sending=press_of(request),
        by=author_on(request, found),
        at=request.arrived_at,
    )
    messages.success(request, "La note est ajoutée.")
    return back_to_file(request, found.number, tab="notes")


def _notes(request: HttpRequest, found: Registration, form: NoteForm) -> HttpResponse:
    written = list(found.notes.order_by("-written_at", "-pk"))
    for note in written:
        note.registration = found
    may_write = request.reaches(Permission.WRITE_NOTES).covers(**_where(found))
    said = {"notes": written, "form": form if may_write else None}
    return file_page(request, found, "notes", "office/notes.html", said)


def journal(request: HttpRequest, number: str) -> HttpResponse:
    """Every act on it: who, what, when; apart, who looked at it."""
    found = registration_of(request, number)
    every = acts.once(consulting.acts_on(found))
    shows_readings = "consultations" in request.GET
    zone = found.service.zone
    shown = list(acts.readings(every)[:MOST_READINGS] if shows_readings else acts.changing(every))
    authors = {} if shows_readings else authors_of(shown)
    rows = (
        _by_day(shown, zone)
        if shows_readings
        else [(instant_in_words(one.at, zone), one.in_words, authors[one.pk]) for one in shown]
    )
    said = {
        "rows": rows,
        "columns": ("Quand", "Acte", "Auteur"),
        "shows_readings": shows_readings,
        "cut_at": MOST_READINGS if shows_readings and len(shown) == MOST_READINGS else None,
        "may_prove": reaches(request, Permission.READ_JOURNAL, found),
    }
    return file_page(request, found, "journal", "office/journal.html", said)


def filing_proof(request: HttpRequest, number: str) -> HttpResponse:
    """All that is kept of its filing, in one file that proves itself (L-04)."""
    return _proof(request, number, "preuve-du-depot", proving.of_registration)


def instruction_proof(request: HttpRequest, number: str) -> HttpResponse:
    """All that is kept of how it was dealt with, likewise."""
    return _proof(request, number, "preuve-de-l-instruction", proving.of_instruction)


def _proof(
    request: HttpRequest, number: str, name: str, take: Callable[..., proving.Proof]
) -> HttpResponse:
    found = registration_of(request, number, noted_by_caller=True)

    def made() -> bytes:
        return take(registration=found, by=author_on(request, found), at=request.arrived_at).pdf

    return paper(
        request,
        name=f"{name}-{found.number}",
        read=made,
        instead=[("Revenir au journal", reverse("office:journal", args=[found.number]))],
        is_attached=True,
    )


def _by_day(entries: Iterable[Entry], zone: str) -> list[tuple[str, str, str]]:
    """Return what was read, on which day and by whom, one line for all the times of a day."""
    found: dict[tuple[Any, ...], list[Entry]] = {}
    for one in entries:
        which = local_day(one.at, zone), one.in_words, one.actor_id, one.author_in_words
        found.setdefault(which, []).append(one)
    return [
        (
            times_in_words(len(same), same[-1].at, same[0].at, zone),
            same[0].in_words,
            same[0].author_in_words,
        )
        for same in found.values()
    ]


@prepared(Registration)
def _numbered(number: str) -> QuerySet[Registration]:
    withheld = Exists(Hold.objects.filter(number=OuterRef("number")))
    found: QuerySet[Registration] = Registration.objects.for_office().with_owed()
    domain = F("exam__domain__code")
    # Few have any: whose they are is asked of those alone.
    begun = Exists(Draft.objects.open().of_office().filter(amends=OuterRef("pk")))
    told = found.annotate(is_withheld=withheld, in_domain=domain, is_begun=begun)
    return with_counts(told).filter(number=number)


def registration_of(
    request: HttpRequest, number: str, *, noted_by_caller: bool = False
) -> Registration:
    """Return a registration of the reader's perimeter; for any other, there is none.

    That they look at its file is noted: whatever a page is for, it shows whose it is.

    Whose it is is asked of what was read, not of the database: perimeters are of every shape, and
    what is prepared has one. Nothing more is read before that: of any other there is no trace.

    Args:
        request: the request.
        number: of the registration.
        noted_by_caller: whether its caller notes what is read of it, one file that was given for instance.

    Raises:
        Http404: there is none, or `NoLongerYours`: their perimeter had it, and another academy has it now.
    """
    found: Any = next(iter(_numbered(number)), None)
    if found is None or not request.reach.covers(academy=found.academy_id, domain=found.in_domain):
        raise not_here(request, Registration.objects.filter(number=number))
    if not noted_by_caller:
        note_file(request, found)
    return cast("Registration", found)


def _filed(registration: Registration, version: Version, spared: Spared) -> dict[str, Any]:
    """Return a version, what it says, and its mail address where that is not today's."""
    is_left = version.address != registration.candidate.address
    return {
        "version": version,
        "snapshot": read_by_office(spared.of_snapshot(version.snapshot)),
        "left_address": version.address if is_left else "",
    }


def _where(registration: Registration) -> dict[str, str]:
    return {"academy": registration.academy_id, "domain": registration.exam.domain.code}


def reaches(request: HttpRequest, permission: Permission, registration: Registration) -> bool:
    """Return whether the reader may do something to a registration."""
    return bool(request.reaches(permission).covers(**_where(registration)))


def _standing(request: HttpRequest, registration: Registration) -> list[Registration]:
    """Return the registrations that stand of whose candidate has left or lost this one."""
    theirs = Registration.objects.within(request.reach).filter(
        candidate=registration.candidate_id, state__in=STANDING
    )
    return list(theirs.exclude(pk=registration.pk).for_office().order_by("-filed_at", "-pk"))


def _is_correctable(registration: Registration) -> bool:
    """Return whether civil data are corrected in this file, of a registration that stands no more."""
    return Registration.objects.correctable().filter(pk=registration.pk).exists()


def file_page(
    request: HttpRequest, registration: Registration, tab: str, template: str, said: dict[str, Any]
) -> HttpResponse:
    """Return a tab of a file in its frame.

    Args:
        request: the request.
        registration: of the file, as `registration_of` returns it.
        tab: its name in `TABS`.
        template: of the tab.
        said: what the tab says, and what it says otherwise than the frame.
    """
    here, at = _where(registration), request.arrived_at
    walk = walk_of(request, registration.number)
    counts, spared = counts_of(registration, at=at), spared_of(request, registration)
    if spared.is_any:
        counts.pop("pieces", None)  # of all of them: it would say that some are left out
    if not request.reaches(Permission.DECIDE_ACCOMMODATIONS).covers(**here):
        counts.pop("accommodation", None)  # an appeal is for who decides
    context = {
        "registration": registration,
        "is_whole": not spared.is_any,
        "reason": spared.of_reason(registration.reason),
        "to_review": [one for one in registration.to_review or () if not spared.is_told(one)],
        "summary_is_late": registration.is_summary_late(at),
        "undelivered": undelivered_in_words(registration),
        "guardian": registration.guardian_name if registration.is_minor(at) else "",
        "service": named(registration.service),
        "tabs": [
            (name, label, counts.get(name, ""))
            for name, label in TABS
            if not spared.is_any or name not in OF_THE_WHOLE
        ],
        "tab": tab,
        "trail": TRAIL,
        "may_decide": request.reaches(Permission.DECIDE).covers(**here)
        and bool(decisions_for(registration)),
        "may_correct": request.reaches(Permission.CORRECT_IDENTITY).covers(**here)
        and (registration.is_active or _is_correctable(registration)),
        "may_fill": request.reaches(Permission.FILE_FOR_CANDIDATES).covers(**here),
        "may_choose": registration.is_active
        and request.reaches(Permission.FILE_FOR_CANDIDATES).covers(**here)
        and bool(choices_beside(registration)),
        "may_move": registration.is_active
        and request.reaches(Permission.MOVE_REGISTRATIONS).covers(**here),
        "may_receive": registration.is_active
        and request.reaches(Permission.RECEIVE).covers(**here)
        and bool(registration.told["to_return"]),
        "may_note": registration.is_active and request.reaches(Permission.RECEIVE).covers(**here),
        "may_withhold": request.reaches(Permission.WITHHOLD).covers(**here),
        "standing": [] if registration.is_active else _standing(request, registration),
        "walk": walk,
        "query": walk.query if walk else "",
        **said,
    }
    form = said.get("form")
    status = 422 if form is not None and form.errors else 200
    return render(request, template, context, status=status)
