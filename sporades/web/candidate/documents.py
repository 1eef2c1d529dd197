"""« Mes documents »: choose a registration, then read what was published for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from sporades.accommodations.answering import ANSWER
from sporades.accommodations.contesting import (
    clock_of,
    contested_until,
    court_after,
    court_until,
    far_in_words,
    is_in_time,
    received_at,
)
from sporades.accommodations.models import Appeal, Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.queries import last_case_of
from sporades.accommodations.rules import is_late, rules_of
from sporades.acts import consulting
from sporades.core.french import day_in_words, local_day
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import documents_in, replaced_in
from sporades.evidence.queries import rows_of
from sporades.evidence.states import TO_PROVIDE
from sporades.exams.models.service import MINUTE
from sporades.publications.queries import withdrawn_lines
from sporades.registrations.evidence_request import EVIDENCE_REQUEST, NOTHING_LEFT
from sporades.registrations.issued_before import since
from sporades.registrations.models import Registration
from sporades.registrations.queries import open_drafts_of, registrations_of
from sporades.registrations.summary import SUMMARY
from sporades.web.candidate.as_issued import as_issued
from sporades.web.candidate.awaiting import with_openings
from sporades.web.candidate.own import own_registration
from sporades.web.layout.papers import paper

AT_ITS_DATE = "Ce document dit ce qui restait à faire à sa date."


def documents(request: HttpRequest) -> HttpResponse:
    """The candidate's registrations, withdrawn ones included."""
    found = registrations_of(user=request.user.pk)
    context = {
        "registrations": found,
        "had_some": request.user.candidate.is_frozen,
        "begun": not found
        and any(
            not (one.is_untouched or one.service.has_closed(request.arrived_at))
            for one in open_drafts_of(user=request.user.pk)
        ),
    }
    return render(request, "candidate/documents.html", context)


def folder(request: HttpRequest, number: str) -> HttpResponse:
    """« Liste des documents publiés pour la candidature n° … »: the last version of each.

    One that was taken back is said to be, with its reason: it is given no more. A decision that another has replaced is read from « Historique ».
    """
    found = own_registration(request, number)
    context = {
        "registration": found,
        "versions": with_openings(
            documents_in(folder=found.folder_id, at=request.arrived_at), found
        ),
        "withdrawn": withdrawn_lines(found, at=request.arrived_at),
        "notice": _ended(found),
    }
    return render(request, "candidate/folder.html", context)


def document(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A document as a page: it says what its PDF says, or what is known of one made elsewhere."""
    found = own_registration(request, number)
    version = _version(request, found, kind)
    if not version.kind.is_deposited:
        with _standing():
            consulting.open_document(version=version, by=request.actor, at=request.arrived_at)
    stands_no_more = _replaced(version) or _ended(found)
    asks = [] if stands_no_more else _asked_otherwise(version, found, at=request.arrived_at)
    context = {
        "trail": [
            ("Mes documents", reverse("candidate:documents")),
            (f"Inscription n°{found.number}", reverse("candidate:folder", args=[found.number])),
        ],
        "onwards": _onwards(found, kind),
        "pdf_url": reverse("candidate:document_pdf", args=[found.number, kind]) + _asked(version),
        "notices": [
            one
            for one in (
                stands_no_more,
                # Its delay runs, whatever has become of its registration.
                _contested(version, found),
                *asks,
                _since(version, found),
                as_issued(version, found),
            )
            if one
        ],
        **version.twin_context(),
    }
    return render(request, version.twin_template, context)


def _onwards(registration: Registration, kind: str) -> list[tuple[str, str]]:
    """Return where a document leads: to what it asks for, or to how it is contested; then to its registration."""
    on = {
        EVIDENCE_REQUEST.slug: [("Mes pièces justificatives", "candidate:evidence")],
        NOTIFICATION.slug: [
            ("Ma demande d'aménagement, et comment contester", "candidate:accommodation")
        ],
        ANSWER.slug: [("Ma demande d'aménagement", "candidate:accommodation")],
    }
    every = [*on.get(kind, ()), ("Gérer ma candidature", "candidate:registration")]
    return [(label, reverse(name, args=[registration.number])) for label, name in every]


def pdf(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    """A document as a PDF."""
    found = own_registration(request, number)
    version = _version(request, found, kind)
    page = reverse("candidate:document", args=[found.number, kind]) + _asked(version)
    on_screen = [("Lire dès maintenant le document à l'écran", page)]
    with _standing():
        return paper(
            request,
            name=f"{kind}-{found.number}-v{version.number}",
            read=partial(
                consulting.open_pdf, version=version, by=request.actor, at=request.arrived_at
            ),
            instead=[
                *(() if version.kind.is_deposited else on_screen),
                ("Revenir à mes documents", reverse("candidate:folder", args=[found.number])),
            ],
        )


@contextmanager
def _standing() -> Iterator[None]:
    """Answer that there is no such page, of what was dropped or put off since it was found."""
    try:
        yield
    except DocumentVersion.DoesNotExist:
        raise Http404 from None


def _ended(registration: Registration) -> dict[str, str]:
    """Say that a registration stands no more above what was issued for it; or nothing."""
    if registration.is_active:
        return {}
    return {
        "title": registration.state_in_words,
        "text": "Ses documents restent ici tels qu'ils ont été délivrés : ils ne prouvent plus une "
        "inscription, et vous n'avez plus rien à renvoyer.",
    }


def _since(version: DocumentVersion, registration: Registration) -> dict[str, str]:
    """Say above a document that its registration was modified, or moved, since; or nothing."""
    told = since(version, registration)
    return {"title": told.title, "text": told.text} if told else {}


def _contested(version: DocumentVersion, registration: Registration) -> dict[str, str]:
    """Say above a decision until when it may be contested, its reading being sooner than presumed.

    It was made before it was read: what it says holds where nothing shows when it was.
    """
    if version.document.kind == ANSWER.slug:
        return _answered(version, registration)
    if version.document.kind != NOTIFICATION.slug or version.opened_at is None:
        return {}
    case = Case.objects.filter(notification=version).first()
    if case is None or case.notified_at is None:
        return {}
    case.registration = registration
    zone = clock_of(case)
    if (
        received_at(case.notified_at, version.opened_at, zone, posting=case.posting)
        != version.opened_at
    ):
        return {}
    last = day_in_words(contested_until(version.opened_at, zone))
    far = far_in_words(version.opened_at, case)
    day = day_in_words(local_day(version.opened_at, zone))
    return {
        "title": f"Dernier jour pour contester cette décision : le {last}",
        "text": f"Vous l'avez ouverte pour la première fois le {day}, et le délai court de ce jour. Le "
        f"document, fait avant, ne pouvait pas le dire. {far}".strip(),
    }


def _answered(version: DocumentVersion, registration: Registration) -> dict[str, str]:
    """Say above the answer to an appeal until when the court may be asked, likewise; or nothing."""
    opened_at = version.opened_at
    found = Appeal.objects.filter(answer=version).select_related("case__notification").first()
    if opened_at is None or found is None or found.answered_at is None:
        return {}
    found.answer, found.case.registration = version, registration
    zone = clock_of(found.case)
    by_reading = court_after(found, opened_at)
    if not is_in_time(found, zone) or court_until(found, zone) != by_reading:
        return {}
    return {
        "title": f"Dernier jour pour saisir le tribunal : le {day_in_words(court_until(found, zone))}",
        "text": f"Vous avez ouvert cette réponse pour la première fois le "
        f"{day_in_words(local_day(opened_at, zone))}, et le délai court de ce jour. Le document, fait "
        "avant, ne pouvait pas le dire.",
    }


def _asked_otherwise(
    version: DocumentVersion, registration: Registration, *, at: datetime
) -> list[dict[str, str]]:
    """Say above a document what it asks for that is asked no more, or otherwise."""
    return [
        _validated(version, registration) or _moved(version, registration, at=at),
        _elsewhere(version, registration),
        _asked_since(version, registration, at=at),
        _lacks_since(version, registration, at=at),
    ]


def _moved(version: DocumentVersion, registration: Registration, *, at: datetime) -> dict[str, str]:
    """Say that the deadlines of a document have moved since it was issued, and still run; or nothing."""
    calls = version.document.kind in (SUMMARY.slug, EVIDENCE_REQUEST.slug)
    if not calls or not registration.is_given_more_time(version.content, at=at):
        return {}
    return {
        "title": "Vous avez plus de temps que ne le dit ce document",
        "text": "Ses dates limites ont changé depuis : celles qui valent sont dans "
        "« N° Inscription » et « Suis-je bien inscrit ? ».",
    }


def _elsewhere(version: DocumentVersion, registration: Registration) -> dict[str, str]:
    """Say that what a document asks to post goes to another address since; or nothing."""
    said = version.content
    calls = version.document.kind in (SUMMARY.slug, EVIDENCE_REQUEST.slug)
    if not calls or registration.is_validated:
        return {}
    is_posted = said.get("to_return") or said.get("is_posted")
    if not is_posted or not registration.is_reached_elsewhere(said):
        return {}
    managing = registration.service.managing_service
    return {
        "title": "L'adresse de votre service gestionnaire a changé depuis ce document",
        "text": "Ce qui s'envoie à ce service par courrier va désormais à : "
        f"{', '.join([managing.name, *managing.address])}.",
    }


def _asked_since(
    version: DocumentVersion, registration: Registration, *, at: datetime
) -> dict[str, str]:
    """Say that a summary calls for a request that was sent since, or is late; or nothing."""
    calls_for_it = version.document.kind == SUMMARY.slug and version.content["accommodation"]
    if not calls_for_it:
        return {}
    case = last_case_of(registration)
    if case is not None and case.asked_at is not None:
        return {
            "title": "Votre demande d'aménagement d'épreuves a été envoyée",
            "text": f"{AT_ITS_DATE} Votre demande se suit à la page « Aménagement d'épreuves ».",
        }
    if rules_of(registration) is not None and is_late(registration, at):
        return {
            "title": "La date limite des demandes d'aménagement est passée",
            "text": f"{AT_ITS_DATE} La page « Aménagement d'épreuves » dit ce qui est encore possible.",
        }
    return {}


def _lacks_since(
    version: DocumentVersion, registration: Registration, *, at: datetime
) -> dict[str, str]:
    """Say that a piece is to be given, or may be given later, since a document was issued; or nothing."""
    said = version.content
    if version.document.kind != EVIDENCE_REQUEST.slug or registration.is_validated:
        return {}
    told = {one["code"]: one["until"] for one in said.get("evidence") or ()}
    due = [one for one in rows_of(registration=registration.pk) if one.state in TO_PROVIDE]
    if (due and said.get("asked") == NOTHING_LEFT) or any(one.code not in told for one in due):
        return {
            "title": "Une pièce est à fournir depuis ce document",
            "text": "La page « Pièces justificatives » de votre inscription dit laquelle, et jusqu'à quand.",
        }
    granted = [one for one in due if one.granted_until and at < one.until + MINUTE]
    if any(one.until > datetime.fromisoformat(told[one.code]) for one in granted):
        return {
            "title": "Vous avez plus de temps que ne le dit ce document",
            "text": "La page « Pièces justificatives » de votre inscription dit jusqu'à quand.",
        }
    return {}


def _validated(version: DocumentVersion, registration: Registration) -> dict[str, str]:
    """Say that what a document asks for is asked for no more, its registration being validated; or nothing."""
    asks = version.content.get("evidence") or version.content.get("to_return")
    if not registration.is_validated or not asks:
        return {}
    return {
        "title": "Ce que ce document demande d'envoyer n'est plus demandé",
        "text": "Votre inscription est validée : vous n'avez plus rien à envoyer à votre service "
        "gestionnaire.",
    }


def _replaced(version: DocumentVersion) -> dict[str, str]:
    """Say above a decision that another has replaced it; or nothing."""
    replaced = version.replaced_in_words
    if not replaced:
        return {}
    return {
        "title": replaced,
        "text": "Elle se lit encore ici, pour la contester par exemple. La nouvelle est dans « Mes "
        "documents ».",
    }


def _asked(version: DocumentVersion) -> str:
    """Return what leads to a version that is not the last one, after the address of its document."""
    return f"?version={version.number}" if version.replaced_at else ""


def _version(request: HttpRequest, registration: Registration, kind: str) -> DocumentVersion:
    asked = request.GET.get("version", "")
    if asked:
        former = replaced_in(registration.folder_id, at=request.arrived_at)
        replaced = next(
            (one for one in former if one.document.kind == kind and str(one.number) == asked), None
        )
        if replaced is None:
            raise Http404
        return replaced
    found = documents_in(folder=registration.folder_id, at=request.arrived_at)
    version = next((one for one in found if one.document.kind == kind), None)
    if version is None:
        raise Http404
    return version
