"""« Mes inscriptions »: where each stands, what is to be done, modified, chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from sporades.accommodations.contesting import court_from
from sporades.accommodations.models import Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.queries import cases_of, decision_among, is_asked_here, last_among
from sporades.accommodations.rules import exam_of, may_appear, rules_of
from sporades.accommodations.tracker import Told, check_of, told_of
from sporades.accommodations.words import LACKING
from sporades.acts.registrations import registering, unsaved
from sporades.acts.registrations.deciding import against
from sporades.acts.registrations.moving import placed_in_words
from sporades.acts.requests.silence import formally, is_decided_by_silence
from sporades.core.actors import CANDIDATE
from sporades.core.alike import alike
from sporades.core.french import instant_in_words, local_day, within
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import documents_in
from sporades.evidence.checks import PASSED, checks_of, each_once, name_of
from sporades.evidence.queries import Owed, gave_some, owed_by, rows_of
from sporades.evidence.states import TO_PROVIDE
from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.registrations.checklist import checklist
from sporades.registrations.choices import choice_of, choices_beside
from sporades.registrations.clocks import zone_of_reader
from sporades.registrations.consents import ConsentsForm, chosen_since
from sporades.registrations.contacts import price_in_words
from sporades.registrations.deadlines import IF_NOT_DONE, IN_SPACE, accommodation_of
from sporades.registrations.exclusion import (
    Exclusion,
    begun_again_from,
    exclusion_of,
    is_set_aside_since,
    standing_instead_of,
)
from sporades.registrations.giving import giving_of
from sporades.registrations.models import ChangeRequest, Draft, LateRequest, Registration, Version
from sporades.registrations.operations import asking_late
from sporades.registrations.queries import (
    lacking_of,
    last_request_of,
    late_requests_of,
    modifications_of,
    open_drafts_of,
    registrations_of,
    version_of,
)
from sporades.registrations.receipt import in_parts
from sporades.registrations.refusals import AwaitsDecision, NoLongerOffered
from sporades.registrations.summary import SUMMARY, is_former_good
from sporades.retention.categories import kept_in_words
from sporades.web.candidate.accommodations.confided import (
    cases_and_fallen_of,
    missing_in_words,
    papers_called_for,
)
from sporades.web.candidate.accommodations.falling import left_in_words
from sporades.web.candidate.accommodations.taking_up import once_left
from sporades.web.candidate.awaited import Awaiting
from sporades.web.candidate.awaiting import (
    late_refusals,
    on_its_page,
    to_complete,
    unread_answers,
    with_openings,
)
from sporades.web.candidate.dates import dates_of
from sporades.web.candidate.own import own_registration_and_answers

TO_DO = ("missing", "yours")
"""The states of what its candidate has to do."""
LEFT = "À faire"
GROUPS = (
    (LEFT, TO_DO),
    ("C'est fait", ("done",)),
    ("En attente", ("waiting",)),
    ("N'est plus demandé", ("ended",)),
)
"""The headings of « Suis-je bien inscrit ? », each with the states of the conditions under it."""
AT_ONCE = datetime.min.replace(tzinfo=UTC)
"""Before each date: what has none is done first."""
JUST_FILED = timedelta(hours=1)
"""For how long « N° Inscription » says first that it is filed."""


def registrations(request: HttpRequest) -> HttpResponse:
    """Cards of active registrations, drafts, what may be begun again; other withdrawn ones, quietly."""
    user = request.user.pk
    mine = list(registrations_of(user=user))
    drafts = [draft for draft in open_drafts_of(user=user) if not draft.is_untouched]
    at = request.arrived_at
    reader = zone_of_reader(user, mine) if drafts else ""
    left = begun_again_from(mine, drafts, at=at)
    withdrawn = [one for one in mine if one.withdrawn_at and one not in left]
    missed = [one for one in drafts if one.missed_in_words(at) and not exclusion_of(one, mine)]
    taken = unsaved.taken_up(missed)
    refused = late_refusals(user, missed, at=at)
    cards = [_card(draft, mine, taken, refused, at=at, reader=reader) for draft in drafts]
    context = {
        "active": [(one, one.until_in_words(at)) for one in mine if not one.withdrawn_at],
        "left": left,
        "withdrawn": withdrawn,
        "withdrawn_title": f"Vos désinscriptions ({len(withdrawn)})",
        "begun": [
            (title, slug, cards)
            for title, slug, cards in (
                ("À terminer", "saisies", [one for one in cards if not one["missed"]]),
                ("Pas enregistrées à temps", "manquees", [one for one in cards if one["missed"]]),
            )
            if cards
        ],
        "late": [(one, exclusion_of(one.draft, mine)) for one in late_requests_of(user=user)],
        "is_to_finish": any(not one["missed"] for one in cards),
    }
    return render(request, "candidate/registrations.html", context)


def registration(request: HttpRequest, number: str) -> HttpResponse:
    """« Gérer ma candidature »: where it stands, what can be done."""
    found = own_registration_and_answers(request, number)
    at = request.arrived_at
    documents = documents_in(folder=found.folder_id, at=at)
    modifications = list(modifications_of(registration=found.pk))
    asked = _asked(found, modifications, at=at)
    is_waiting = asked is not None and asked.is_waiting
    requests = _requests_of(found) if found.is_active else NO_REQUEST
    has_accommodations = is_asked_here(found)
    left = cases_of(registration=found.pk) if found.withdrawn_at else []
    awaiting = [*unread_answers([found]), *_awaiting(found, modifications, documents, at=at)]
    checks = _said_once(_checks(found, documents, requests, at=at), awaiting)
    context = {
        "registration": found,
        "left_request": left_in_words(left, found),
        "left_papers": once_left(found, at=at),
        "awaiting": awaiting,
        **_answered(found, checks, awaiting),
        "unread": found.unread_answers,
        "modifications": modifications,
        "placed": placed_in_words(found),
        "asked": asked,
        "formally": formally(asked, at=at),
        "is_silent": is_decided_by_silence(asked, at=at),
        "may_ask": found.is_askable(at) and not is_waiting,
        "may_ask_otherwise": found.is_askable(at) and is_waiting,
        "may_amend": found.is_amendable(at) and not is_waiting,
        "may_choose": found.is_editable(at) and not is_waiting and bool(choices_beside(found)),
        "undone": price_in_words(found),
        "gone": found.gone_in_words,
        "is_editable": found.is_editable(at),
        "deadline": found.deadline_in_words(at),
        **_once_ended(found, at=at),
        "groups": _grouped(checks, has_more=bool(awaiting)),
        "is_left_to_do": bool(awaiting) or any(one["state"] in TO_DO for one in checks),
        # The office may ask for one where the réglementation asks for none.
        "has_pieces": found.is_active
        and bool(found.told["evidence"] or rows_of(registration=found.pk) or gave_some(found)),
        "has_accommodations": has_accommodations,
        "has_health_papers": has_accommodations
        and (found.has_disability or requests.last is not None),
        # Of who declared a handicap, or asked before, what precedes says that nothing was asked for.
        "late_need": requests == NO_REQUEST and not found.has_disability and may_appear(found, at),
        "time_left": found.service.time_left(at),
        "documents": with_openings(documents, found),
        "kept": kept_in_words(found.service),
        "dates": dates_of(found.service, found.calendar, at=at, reader=found.reader_zone)
        if found.is_active
        else [],
    }
    return render(request, "candidate/registration.html", context)


def _once_ended(registration: Registration, *, at: datetime) -> dict[str, Any]:
    """Return what `ended.html` says of a registration that stands no more."""
    return {
        "closed": registration.service.closed_in_words(at, registration.reader_zone),
        "is_offered": registration.is_offered,
        "is_accepting": registration.service.accepts(at),
        "can_be_undone": registration.can_be_undone(at)
        and registration.is_offered
        and not is_set_aside_since(registration),
        "instead": standing_instead_of(registration) if registration.withdrawn_at else None,
        "against": against(registration),
        "gave": not registration.is_active and gave_some(registration),
    }


def number(request: HttpRequest, number: str) -> HttpResponse:
    """« N° Inscription »: the numbers, the service, the receipt; of one that stands."""
    found = own_registration_and_answers(request, number)
    if not found.is_active:
        return redirect("candidate:registration", found.number)
    last, owed, at = _last(found), found.owed, request.arrived_at
    case, former, fallen = _requests_of(found)
    to_ask, missing = _to_ask(found, owed["accommodation"]), _missing(found, case)
    told = (
        told_of(found, case, to_ask=to_ask, former=former, fallen=fallen, at=at, papers=missing)
        if to_ask or case is not None or fallen is not None
        else None
    )
    pieces = [] if found.is_validated else owed_by(found, rows_of(registration=found.pk))
    missing_ones = [one for one in pieces if one.row.state in TO_PROVIDE]
    to_give = [one for one in missing_ones if one.is_in_time(at)]
    late = [one for one in missing_ones if not one.is_in_time(at)]
    pressing = [*to_give, *(one for one in late if one.row.is_mandatory)]
    said = last.snapshot.get("candidate_number", "")
    received, law = in_parts(last.snapshot["receipt"])
    context = {
        "registration": found,
        "version": last,
        "former_number": said if said != found.candidate.number else "",
        "owed": owed,
        "is_summary_late": found.is_summary_late(at),
        "is_former_good": last.number > 1 and bool(found.summary_awaited) and is_former_good(found),
        "told": told,
        "has_accommodations": is_asked_here(found),
        "ask_before": "" if told else _ask_before(found, at=at),
        "sections": _by_deadline(found, pressing, told),
        "late": late,
        "is_pressing": bool(pressing),
        "passed": PASSED,
        "pieces": to_give,
        "before": alike(to_give, "before"),
        "giving": giving_of(one.ways for one in to_give),
        "given": [one for one in pieces if one.row.state not in TO_PROVIDE],
        "is_just_filed": _is_just_filed(last, at=at),
        "is_reached_elsewhere": found.is_reached_elsewhere(last.snapshot),
        "heading": _filing_in_words(last, at=at),
        "received": received,
        "law": law,
    }
    return render(request, "candidate/number.html", context)


def _to_ask(registration: Registration, told: str) -> str:
    """Return how accommodations are asked for: in their space, by who had none as it was told."""
    if not told or IN_SPACE in told or rules_of(registration) is None:
        return told
    return accommodation_of(
        registration.service,
        exam_of(registration),
        registration.reader_zone,
        has_account=True,
        is_told_again=IF_NOT_DONE in told,
        closing=registration.told_closing,
        filed_at=registration.filed_at,
        told=registration.accommodation_until,
    )


def _ask_before(registration: Registration, *, at: datetime) -> str:
    """Say before when who declared no handicap would ask for an accommodation; nothing where it is not here."""
    if rules_of(registration) is None:
        return ""
    until = registration.accommodation_until
    last = registration.service.said(until, registration.reader_zone)
    if at < until + MINUTE:
        return f" avant le {last}"
    return f" : la date limite des demandes, le {last}, est passée"


def _by_deadline(
    registration: Registration, to_give: Iterable[Owed], told: Told | None
) -> list[str]:
    """Return the sections of what is to be done, the most pressing first, what has no date where it was.

    The summary of one that sends none back is to be opened at once.
    """
    returned = registration.summary_awaited
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    until = {
        "summary": datetime.fromisoformat(returned["until"]) if returned else first,
        "pieces": min((one.until for one in to_give), default=last),
        "accommodation": (told and told.until) or last,
    }
    return sorted(until, key=lambda one: until[one])


def _is_just_filed(version: Version, *, at: datetime) -> bool:
    """Return whether its candidate comes from the button that filed a version."""
    return version.author_kind == CANDIDATE and at - version.filed_at <= JUST_FILED


def _filing_in_words(version: Version, *, at: datetime) -> str:
    """Say that the candidate's filing is kept, while they come from it; then what the page holds."""
    if not _is_just_filed(version, at=at):
        return "N° Inscription"
    return f"Votre {'modification' if version.number > 1 else 'inscription'} est enregistrée"


def summary(request: HttpRequest, number: str) -> HttpResponse:
    """« Mon inscription », tab « Récapitulatif »: read only."""
    found = own_registration_and_answers(request, number)
    context = {
        "registration": found,
        "version": _last(found),
        "is_editable": found.is_amendable(request.arrived_at),
        "undone": price_in_words(found),
        "consents": chosen_since(found),
    }
    return render(request, "candidate/summary.html", context)


def registered(request: HttpRequest, number: str) -> HttpResponse:
    """« Suis-je bien inscrit ? »: every condition, ticked or not, with its date (E6)."""
    found = own_registration_and_answers(request, number)
    at = request.arrived_at
    documents = documents_in(folder=found.folder_id, at=at)
    requests = _requests_of(found) if found.is_active else NO_REQUEST
    awaiting = [
        *unread_answers([found]),
        *_awaiting(found, modifications_of(registration=found.pk), documents, at=at),
    ]
    checks = _said_once(_checks(found, documents, requests, at=at), awaiting)
    context = {
        "registration": found,
        **_answered(found, checks, awaiting),
        "groups": _grouped(checks, has_more=bool(awaiting)),
        **_once_ended(found, at=at),
        "awaiting": awaiting,
    }
    return render(request, "candidate/registered.html", context)


def amend(request: HttpRequest, number: str) -> HttpResponse:
    """« Modifier »: all tabs again; nothing changes until « Enregistrer »."""
    found = own_registration_and_answers(request, number)
    try:
        draft = registering.amend(registration=found, by=request.actor, at=request.arrived_at)
    except (AwaitsDecision, NoLongerOffered) as refusal:
        messages.error(request, str(refusal))
        return redirect("candidate:registration", found.number)
    return redirect("candidate:draft", draft.pk)


def consents(request: HttpRequest, number: str) -> HttpResponse:
    """The two consents, changeable at any time (D6)."""
    found = own_registration_and_answers(request, number)
    form = ConsentsForm(request.POST or None, registration=found)
    if request.method == "POST" and form.is_valid():
        registering.choose_consents(
            registration=found, **form.choices_made(), by=request.actor, at=request.arrived_at
        )
        messages.success(request, "Vos choix sont enregistrés.")
        return redirect("candidate:registration", found.number)
    return render(request, "candidate/consents.html", {"registration": found, "form": form})


def _card(
    draft: Draft,
    mine: Iterable[Registration],
    taken: dict[str, datetime],
    refusals: dict[UUID, LateRequest],
    *,
    at: datetime,
    reader: str,
) -> dict[str, Any]:
    service = draft.service
    exclusion = exclusion_of(draft, mine)
    filed = next((one for one in mine if one.pk == draft.amends_id), None)
    may_ask_late = exclusion is None and asking_late.why_not(draft, at=at) is None
    refused = refusals.get(draft.pk) if exclusion is None else None
    return {
        "draft": draft,
        "stays": filed.title if filed is not None and choice_of(filed) != choice_of(draft) else "",
        "set_aside": filed if filed is not None and filed.is_set_aside else None,
        "gone": draft.gone_in_words,
        "goes_on": filed is not None and filed.is_amendable(at),
        "missed": _missed_in_words(draft, exclusion, at=at),
        "closed": draft.closed_in_words(at, reader, filed=filed),
        "exclusion": exclusion,
        "excluded": exclusion.in_words(at) if exclusion else "",
        "taken": _taken_in_words(taken.get(str(draft.pk)), service),
        "refused": refused,
        "ask_until": asking_late.last_day_in_words(draft) if may_ask_late else "",
        "closing": service.said(service.closes_at, reader),
    }


def _taken_in_words(at: datetime | None, service: RegistrationService) -> str:
    """Say that the managing service has the answers of what was not saved: it is no registration yet."""
    if at is None:
        return ""
    return (
        f"Votre service gestionnaire a repris vos réponses le {instant_in_words(at, service.zone)}. "
        "Vous n'êtes inscrit(e) que si un message de sa part vous donne votre numéro d'inscription."
    )


def _missed_in_words(draft: Draft, exclusion: Exclusion | None, *, at: datetime) -> str:
    """Say that what is offered was not saved before the closing; else nothing."""
    if not (missed := draft.missed_in_words(at)) or not draft.is_offered:
        return ""
    # Another registration stands in its place: whoever has that one is registered.
    return missed if exclusion is None else "Cette saisie n'a pas été enregistrée à temps."


def _asked(
    registration: Registration, modifications: list[Draft], *, at: datetime
) -> ChangeRequest | None:
    """Return the last modification that was asked for, where one may have been.

    Of a service that was opened for longer: the one that waits, or whose refusal may be contested.
    What was asked leaves a modification to take up again; without any, « Historique » says the refusal.
    """
    is_open = registration.service.accepts(at)
    if is_open and not modifications:
        return None
    last = next(iter(last_request_of(registration=registration.pk)), None)
    if last is None:
        return None
    last.registration = registration
    is_said = last.is_waiting or (last.is_refused and _may_be_contested(last, at=at))
    return last if is_said or not is_open else None


def _may_be_contested(refused: ChangeRequest, *, at: datetime) -> bool:
    """Return whether it is in time to contest a refusal, whenever it was read."""
    registration, decided_at = refused.registration, refused.decided_at
    today = local_day(at, registration.service.zone)
    return decided_at is not None and today <= court_from(decided_at, registration)


def _last(registration: Registration) -> Version:
    found: Version = version_of.get(registration=registration.pk, number=registration.version)
    found.registration = registration
    return found


def _awaiting(
    registration: Registration,
    modifications: Iterable[Draft],
    documents: list[DocumentVersion],
    *,
    at: datetime,
) -> list[Awaiting]:
    if not registration.is_active:
        return []
    unread = [version for version in documents if version.opened_at is None]
    # What a correction of civil data lacks is of the person: the home page says it.
    lacking = [one for one in lacking_of([registration]) if one.number]
    return [
        *to_complete(lacking, [registration], at=at),
        *on_its_page(registration, modifications, unread, at=at),
    ]


class Requests(NamedTuple):
    """What was asked for a registration: the last request, the last that was decided, or what fell before."""

    last: Case | None = None
    decision: Case | None = None
    fallen: Case | None = None


NO_REQUEST = Requests()


def _requests_of(registration: Registration) -> Requests:
    """Return the requests of a registration that stands; where it had none, the one that fell before it."""
    found = cases_and_fallen_of(
        registration=registration.pk,
        candidate=registration.candidate_id,
        exam=registration.exam_id,
    )
    cases = [one for one in found if one.registration_id == registration.pk]
    if not cases:
        if rules_of(registration) is None:
            return NO_REQUEST
        fallen = max(found, key=lambda one: one.withdrawn_at, default=None)
        return Requests(fallen=fallen if fallen is not None and fallen.codes else None)
    for one in cases:
        one.registration = registration
    return Requests(last_among(cases), decision_among(cases))


def _missing(registration: Registration, case: Case | None) -> str:
    """Name the papers of health that a request that is sent still lacks."""
    if case is None or case.state not in LACKING:
        return ""
    return missing_in_words(papers_called_for(case, registration))


def _grouped(
    checks: Sequence[dict[str, Any]], *, has_more: bool = False
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return conditions under their headings: those to be done by date, first what is done at once.

    Args:
        checks: as `_checks` gives them.
        has_more: whether more than these is to be done: « À faire » is there without any then.
    """
    found = {title: [one for one in checks if one["state"] in states] for title, states in GROUPS}
    found[LEFT].sort(key=lambda one: one["until"] or AT_ONCE)
    return [
        (title, items) for title, items in found.items() if items or (has_more and title == LEFT)
    ]


def _answered(
    registration: Registration, checks: Sequence[dict[str, Any]], awaiting: Sequence[Awaiting]
) -> dict[str, Any]:
    """Return what `registered.html#answer` says of a registration."""
    is_or_not = "Oui" if registration.is_active else "Non"
    return {
        "answer": f"{is_or_not}, {within(registration.heading)}.",
        "left": _left_to_do_in_words(checks, len(awaiting)) if registration.is_active else "",
        "is_to_complete": any(one["completes"] for one in checks),
    }


def _left_to_do_in_words(checks: Iterable[dict[str, Any]], more: int) -> str:
    """Say how many things its candidate has to do, and how many of them only if they like."""
    to_do = [one for one in checks if one["state"] in TO_DO]
    optional = sum(one["is_optional"] for one in to_do)
    if not (count := len(to_do) + more):
        return "Vous n'avez rien à faire."
    if count == 1:
        return f"Il reste une chose à faire{', facultative' if optional else ''}."
    said = f"Il reste {count} choses à faire"
    if not optional:
        return f"{said}."
    return f"{said}, dont {optional} {'facultative' if optional == 1 else 'facultatives'}."


def _said_once(
    checks: Iterable[dict[str, Any]], awaiting: Iterable[Awaiting]
) -> list[dict[str, Any]]:
    """Return the conditions but what awaits beside them: a decision to be read is one thing, not two."""
    said = {one.link for one in awaiting}
    return [one for one in checks if one["about"] != "notification" or one["url"] not in said]


SAID_WHOLE = {"summary", "accommodation", "notification", "decision"}
"""What the words of the link say already."""


def _checks(
    registration: Registration,
    documents: list[DocumentVersion],
    requests: Requests,
    *,
    at: datetime,
) -> list[dict[str, Any]]:
    """Return the conditions of a registration, each with the way to what is left to do."""
    asked = reverse("candidate:number", args=[registration.number])
    given = reverse("candidate:evidence", args=[registration.number])
    pieces = (
        [
            *checks_of(
                registration, owed_by(registration, rows_of(registration=registration.pk)), at=at
            ),
            *check_of(
                registration,
                requests.last,
                former=requests.decision,
                fallen=requests.fallen,
                is_decided_elsewhere=any(
                    one.document.kind in kinds.decided_elsewhere() for one in documents
                ),
                at=at,
                papers=_missing(registration, requests.last),
            ),
        ]
        if registration.is_active
        else []
    )
    ways = {
        "summary": (
            reverse("candidate:document_pdf", args=[registration.number, SUMMARY.slug]),
            "Ouvrir le récapitulatif",
        ),
        "return": (f"{asked}#a-renvoyer", "Lire ce qui est demandé"),
        "piece": (f"{given}#piece-", ""),
        "accommodation": (reverse("candidate:accommodation", args=[registration.number]), ""),
        "notification": (
            reverse("candidate:document", args=[registration.number, NOTIFICATION.slug]),
            "",
        ),
        "decision": (reverse("candidate:folder", args=[registration.number]), ""),
        "": ("", ""),
    }
    return [
        {
            **asdict(check),
            "completes": check.completes,
            "url": ways[check.about][0] + check.piece,
            "act": check.act or ways[check.about][1],
            "which": "" if check.about in SAID_WHOLE or check.parts else name_of(check),
        }
        for check in each_once(checklist(registration, documents, pieces, at=at))
    ]
