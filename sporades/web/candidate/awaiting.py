"""What awaits a candidate, in sentences: what a decision asks for, by deadline, what has none."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse

from sporades.accommodations.contesting import (
    APPEAL_MONTHS,
    contested_until,
    court_from,
    presumed_by,
)
from sporades.core.days import midnight
from sporades.core.french import day_in_words, local_day
from sporades.documents.models import DocumentVersion
from sporades.evidence.checks import PASSED, checks_of, name_of, takes_files, together
from sporades.evidence.queries import Rows, owed_by
from sporades.exams.models.service import MINUTE
from sporades.letters.queries import posting_of
from sporades.mail.queries import undelivered_to
from sporades.registrations.checklist import (
    CALL,
    Check,
    summary_due_in_words,
    summary_late_in_words,
)
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from sporades.registrations.exclusion import Exclusion, begun_again_from, exclusion_of
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.models.request import last_day_to_complete
from sporades.registrations.operations import asking_late
from sporades.registrations.queries import Lacking, last_request_of, late_refusals_of
from sporades.registrations.receipt import against_of
from sporades.registrations.reviewing import how_to_change
from sporades.registrations.states import State
from sporades.registrations.summary import SUMMARY
from sporades.territory.queries import MONTHS_FROM_ABROAD
from sporades.web.candidate.accommodations.awaiting import of_accommodations
from sporades.web.candidate.as_issued import since_issued
from sporades.web.candidate.awaited import Awaiting, Cases, Name

SAID_OTHERWISE = (SUMMARY.slug, EVIDENCE_REQUEST.slug)
"""The documents of which the page of their registration says more: they ask for something."""
SUMMARY_DUE = "Récapitulatif d'inscription à signer et à renvoyer."
SUMMARY_LATE = "Votre récapitulatif d'inscription signé n'est pas noté comme reçu."
NO_TIME = timedelta(0)
ASKED_NO_MORE = "Plus rien n'est à envoyer"


def awaiting(
    registrations: Iterable[Registration],
    drafts: Iterable[Draft],
    unread: Iterable[DocumentVersion],
    pieces: Rows,
    cases: Cases,
    *,
    fallen: Cases,
    elsewhere: Container[int],
    refused: Mapping[UUID, LateRequest],
    at: datetime,
    reader: str,
) -> list[Awaiting]:
    """Return what awaits the candidate.

    Args:
        registrations: the active ones, as `for_list()` and `with_owed()` load them.
        drafts: the open ones, as `for_list()` loads them.
        unread: the documents that may be read now and were not; those of other registrations
            await nothing.
        pieces: the supporting documents that are asked for, by registration.
        cases: the last request for accommodations of each registration.
        fallen: the one that fell with another registration, of each that had none since.
        elsewhere: those, without a request, of which a decision made elsewhere is read.
        refused: what was asked late of a draft and is refused, as `late_refusals` returns it.
        at: now.
        reader: the zone of the candidate's address, nothing when it is not known.
    """
    registrations = list(registrations)
    drafts = [draft for draft in drafts if not draft.is_untouched]
    name = _name_among(registrations, drafts)
    unread = list(unread)
    # What may be contested goes first: its delay runs.
    decisions = [one for one in unread if one.kind.is_contested]
    others = [one for one in unread if not one.kind.is_contested]
    dated = [
        *_drafts(registrations, drafts, refused, at=at, reader=reader, name=name),
        *_summaries(registrations, at=at, name=name),
        *_pieces(registrations, pieces, at=at, name=name),
        *of_accommodations(
            [one for one in registrations if one.pk not in elsewhere],
            cases,
            fallen,
            at=at,
            name=name,
        ),
        *_documents(registrations, others, name=name),
    ]
    dated.sort(key=lambda one: (not one.until, one.until))
    return [
        *_anomalies(registrations, name=name),
        *_to_review(registrations, name=name, at=at),
        *_documents(registrations, decisions, name=name),
        *(replace(one, left=_left(one.until, at=at)) for one in dated),
    ]


def _left(until: str, *, at: datetime) -> timedelta:
    """Return how long there is until the end of a last minute; nothing of what has none, or has passed."""
    left = datetime.fromisoformat(until) + MINUTE - at if until else NO_TIME
    return max(left, NO_TIME)


def contestable(registrations: Iterable[Registration], *, at: datetime) -> list[Awaiting]:
    """Return the registrations that were set aside, while that is contested in time.

    Nothing says when it was read: the day that is said is in time whenever it was.

    Args:
        registrations: of a candidate, as `for_list()` loads them.
        at: now.
    """
    found = []
    for one in registrations:
        if not one.is_set_aside or one.decided_at is None or not against_of(one):
            continue
        zone = one.service.zone
        last, court = contested_until(one.decided_at, zone), court_from(one.decided_at, one)
        if local_day(at, zone) > court:
            continue
        before_court = f", devant le tribunal au plus tard le {day_in_words(court)}"
        found.append(
            Awaiting(
                sentence="Votre inscription est écartée : lisez comment contester cette décision.",
                about=str(one),
                link=reverse("candidate:registration", args=[one.number]),
                act="Lire la décision",
                deadline="Pour rester dans les délais, contestez-la au plus tard le "
                f"{day_in_words(last)}{before_court if court > last else ''}.",
                until=midnight(last, zone).astimezone(UTC).isoformat(),
            )
        )
    return found


def on_its_page(
    registration: Registration,
    drafts: Iterable[Draft],
    unread: Iterable[DocumentVersion],
    *,
    at: datetime,
) -> list[Awaiting]:
    """Return what awaits beside « Suis-je bien inscrit ? », which says the rest with its dates."""
    drafts = [draft for draft in drafts if draft.is_open and not draft.is_untouched]
    others = [version for version in unread if version.document.kind not in SAID_OTHERWISE]
    return [
        *_drafts([registration], drafts, {}, at=at, reader=registration.reader_zone, name=_unnamed),
        *_documents([registration], others, name=_unnamed),
    ]


def with_openings(
    versions: Iterable[DocumentVersion], registration: Registration
) -> list[tuple[DocumentVersion, str, str]]:
    """Return documents, each with whether it was opened, and whether it names its candidate as they were.

    « Vous ne l'avez pas encore ouvert » calls for doing so: of one that asked for something, it is not said any
    more once its registration stands no more.
    """
    asks = {EVIDENCE_REQUEST.slug, SUMMARY.slug if registration.owed["to_return"] else ""}
    return [
        (
            one,
            (one.opening_in_words if one.opened_at else "Vous ne l'avez pas encore ouvert")
            if registration.is_active or one.opened_at or one.document.kind not in SAID_OTHERWISE
            else ASKED_NO_MORE
            if one.document.kind in asks
            else "",
            since_issued(one, registration),
        )
        for one in versions
    ]


def _name_among(registrations: list[Registration], drafts: list[Draft]) -> Name:
    """Return how each thing says what it is about: not at all when there is one registration.

    A draft of a new one says it always: no card on the page is about it.
    """
    about = {draft.amends_id or draft.pk for draft in drafts}
    is_one = len(about | {registration.pk for registration in registrations}) == 1
    return _unnamed if is_one else str


def _unnamed(about: Registration | Draft) -> str:
    return ""


def undelivered(address: str) -> list[Awaiting]:
    """Return that the last message to this address did not arrive, if so (F5)."""
    message = undelivered_to(address)
    if message is None:
        return []
    return [
        Awaiting(
            sentence=message.failure_in_words,
            link=reverse("account_email"),
            act="Modifier mon adresse mail",
        )
    ]


def unread_answers(registrations: Sequence[Any]) -> list[Awaiting]:
    """Return what the managing service has answered and its candidate has not read.

    Args:
        registrations: all of the candidate's, those that do not stand too, with `unread_answers`.
    """
    return [
        Awaiting(
            sentence="Votre service gestionnaire vous a écrit."
            if one.unread_answers == 1
            else f"Votre service gestionnaire vous a envoyé {one.unread_answers} messages.",
            about=str(one) if len(registrations) > 1 else "",
            link=reverse("candidate:thread", args=[one.number]),
            act="Lire le message" if one.unread_answers == 1 else "Lire les messages",
        )
        for one in registrations
        if one.unread_answers
    ]


def to_complete(
    lacking: Iterable[Lacking], registrations: Iterable[Registration], *, at: datetime
) -> list[Awaiting]:
    """Return the requests of which the managing service has said that something is missing.

    Args:
        lacking: those of a candidate.
        registrations: all of the candidate's.
        at: now.
    """
    named = {one.number: str(one) for one in registrations}
    return [
        Awaiting(
            sentence=f"Votre demande de {'modification' if one.number else 'correction'} attend "
            "quelque chose de vous.",
            about=named.get(one.number, "") if len(named) > 1 else "",
            link=reverse("candidate:complete_request", args=[one.number])
            if one.number
            else reverse("candidate:complete_correction"),
            act="Compléter ma demande",
            which="modification" if one.number else "correction",
            deadline="À envoyer au plus tard le "
            f"{last_day_to_complete(one.complete_before, one.zone)}."
            if at < one.complete_before
            else "La date est passée : votre demande peut être décidée sans cela.",
            until=(one.complete_before - MINUTE).astimezone(UTC).isoformat(),
            left=max(one.complete_before - at, NO_TIME),
        )
        for one in lacking
    ]


def begun_again(
    registrations: Sequence[Registration], drafts: Iterable[Draft], *, at: datetime
) -> list[Awaiting]:
    """Return the withdrawn registrations that a new one may still be filled from (E8).

    Args:
        registrations: all of the candidate's.
        drafts: the open ones: what is begun anew is offered no more.
        at: now.
    """
    return [
        Awaiting(
            sentence="Votre désinscription est enregistrée. Si vous changez d'avis, une nouvelle "
            "inscription peut reprendre vos réponses.",
            about=str(one),
            link=reverse("candidate:registration", args=[one.number]),
            act="Me réinscrire avec mes réponses",
            deadline=f"Possible jusqu'au {one.undone_until_in_words}.",
        )
        for one in begun_again_from(registrations, drafts, at=at)
    ]


def _drafts(
    registrations: Iterable[Registration],
    drafts: Iterable[Draft],
    refused: Mapping[UUID, LateRequest],
    *,
    at: datetime,
    reader: str,
    name: Name,
) -> list[Awaiting]:
    registrations = list(registrations)
    standing = {one.pk: one for one in registrations}
    found = []
    for draft in drafts:
        exclusion = exclusion_of(draft, registrations)
        if draft.amends_id is not None and draft.amends_id not in standing:
            # Set aside: its card says why, and how to contest it.
            continue
        if not draft.is_offered:
            found.append(_gone(draft, name=name))
        elif draft.service.accepts(at):
            found.append(_draft(draft, exclusion, at=at, reader=reader, name=name))
        elif draft.service.has_closed(at) and draft.amends_id is not None:
            found.append(_left_unsaved(draft, standing[draft.amends_id], at=at, name=name))
        elif draft.service.has_closed(at) and draft.amends_id is None and exclusion is None:
            found.append(_never_filed(draft, refused.get(draft.pk), at=at))
    return found


def _gone(draft: Draft, *, name: Name) -> Awaiting:
    """Say that what was begun is offered no more: nobody is pressed to save what cannot be."""
    return Awaiting(
        sentence=draft.gone_in_words,
        about=name(draft) if draft.amends_id else "",
        link=reverse("candidate:abandon", args=[draft.pk]),
        act="Abandonner ma modification" if draft.amends_id else "Abandonner ma saisie",
    )


def late_refusals(user: int, drafts: Iterable[Draft], *, at: datetime) -> dict[UUID, LateRequest]:
    """Return what is refused of what was asked late, by its draft, while it may be contested.

    It may be sent again for less long. Where its candidate lives is not looked for: nobody has
    longer than who lives farthest.

    Args:
        user: the key of the account.
        drafts: its open ones: where none was missed, nothing is asked of the database.
        at: now.
    """
    if not any(one.missed_in_words(at) for one in drafts):
        return {}
    months = APPEAL_MONTHS + MONTHS_FROM_ABROAD
    return {
        one.draft_id: one
        for one in late_refusals_of(user=user)
        if local_day(at, one.service.zone)
        <= contested_until(one.decided_at, one.service.zone, months=months)
    }


def _never_filed(draft: Draft, refused: LateRequest | None, *, at: datetime) -> Awaiting:
    """Say that a registration was not saved before the closing, and whom to ask, or how."""
    may_ask = asking_late.why_not(draft, at=at) is None
    if refused is not None:
        last = f"Elle peut être envoyée de nouveau jusqu'au {asking_late.last_day_in_words(draft)}."
        return Awaiting(
            sentence="Votre demande d'inscription tardive est refusée, vous n'êtes pas inscrit(e).",
            about=str(draft),
            link=reverse("candidate:ask_late", args=[draft.pk]),
            act="Lire le motif du refus",
            deadline=last if may_ask else "Elle ne peut plus être envoyée de nouveau.",
            is_first=may_ask,
        )
    if may_ask:
        return Awaiting(
            sentence=draft.missed_in_words(at),
            about=str(draft),
            link=reverse("candidate:ask_late", args=[draft.pk]),
            act="Demander une inscription tardive",
            deadline=(
                f"À demander au plus tard le {asking_late.last_day_in_words(draft)}. "
                "Sinon, abandonnez cette saisie."
            ),
            is_first=True,
        )
    return Awaiting(
        sentence=draft.missed_in_words(at),
        about=str(draft),
        link=reverse("candidate:draft", args=[draft.pk]),
        act="Revoir ma saisie",
        deadline=f"{draft.whom_to_ask(at)} Sinon, abandonnez cette saisie.",
    )


def _left_unsaved(draft: Draft, filed: Registration, *, at: datetime, name: Name) -> Awaiting:
    """Say that a modification was not saved before the closing, and what may be done of it."""
    if filed.is_exam_over(at):
        return Awaiting(
            sentence="Votre modification n'a pas été enregistrée, et les dates de l'examen ou du "
            "concours sont passées : votre inscription reste telle qu'elle est.",
            about=name(draft),
            link=reverse("candidate:abandon", args=[draft.pk]),
            act="Abandonner ma modification",
        )
    last = next(iter(last_request_of(registration=filed.pk)), None)
    is_refused = last is not None and last.draft_id == draft.pk and last.is_refused
    begins = (
        "Votre demande de modification est refusée"
        if is_refused
        else "Votre modification n'est pas enregistrée, et le service est fermé"
    )
    found = Awaiting(
        sentence=f"{begins} : votre inscription reste telle qu'elle est.",
        about=name(draft),
        link=reverse("candidate:draft", args=[draft.pk]),
        act="Revoir ma modification",
        deadline="Vous pouvez la changer et la demander de nouveau, ou l'abandonner."
        if is_refused
        else "Vous pouvez la demander à votre service gestionnaire, ou l'abandonner.",
    )
    if filed.version == draft.amends_version:
        return found
    # The office may have saved for them what it had refused: what is asked may be done already.
    return replace(
        found,
        sentence=f"{begins}. Votre inscription a été modifiée entre-temps.",
        deadline="Voyez ce qui a changé : si cela vous convient, abandonnez votre modification.",
    )


def _draft(
    draft: Draft, exclusion: Exclusion | None, *, at: datetime, reader: str, name: Name
) -> Awaiting:
    """Ask to save a draft, or say what to do of the registration that keeps it from being saved."""
    found = Awaiting(
        sentence="Votre modification n'est pas enregistrée."
        if draft.amends_id
        else "Votre inscription n'est pas encore enregistrée.",
        about=name(draft) if draft.amends_id else str(draft),
        link=reverse("candidate:draft", args=[draft.pk]),
        act="Reprendre ma saisie",
        deadline=f"À enregistrer avant le {draft.service.said(draft.service.closes_at, reader)}.",
        until=draft.service.closes_at.astimezone(UTC).isoformat(),
    )
    if exclusion is None:
        return found
    return replace(
        found,
        link=reverse("candidate:registration", args=[exclusion.registration.number]),
        act="Gérer ma candidature",
        deadline=exclusion.in_words(at),
        until="",
    )


def _documents(
    registrations: Iterable[Registration], unread: Iterable[DocumentVersion], *, name: Name
) -> list[Awaiting]:
    folders = {registration.folder_id: registration for registration in registrations}
    return [
        Awaiting(
            sentence=f"Un document vous attend : {version.document.title}.",
            about=name(folders[version.document.folder_id]),
            # Its page, also of a PDF made elsewhere: not all of them are read by every reader.
            link=reverse(
                "candidate:document",
                args=[folders[version.document.folder_id].number, version.document.kind],
            ),
            act="Ouvrir le document",
            which=version.document.title,
            deadline=_presumed(version, folders[version.document.folder_id]),
        )
        for version in unread
        if version.document.folder_id in folders
        and not _is_sent_back(version, folders[version.document.folder_id])
    ]


def _presumed(version: DocumentVersion, registration: Registration) -> str:
    """Say from when a decision that may be contested is presumed received, unread; or nothing."""
    if not version.kind.is_contested or version.published_at is None:
        return ""
    zone = registration.service.zone
    presumed = presumed_by(version.published_at, posting_of(version.pk), zone)
    said = "Elle peut être contestée : le délai court du jour où vous l'ouvrez"
    if presumed is None:
        return f"{said}, ou recevez le courrier qui la porte."
    return f"{said}, ou du {day_in_words(local_day(presumed, zone))} si vous ne l'ouvrez pas."


def _is_sent_back(version: DocumentVersion, registration: Registration) -> bool:
    """Return whether what a document asks for is said already, or asked for no more.

    It is itself, signed, or its pieces; a registration that is validated owes none.
    """
    if version.document.kind == SUMMARY.slug:
        return bool(registration.summary_awaited)
    if version.document.kind == EVIDENCE_REQUEST.slug:
        return registration.is_validated or bool(registration.owed["evidence"])
    return False


def _anomalies(registrations: Iterable[Registration], *, name: Name) -> list[Awaiting]:
    return [
        Awaiting(
            sentence=one.state_in_words,
            about=name(one),
            link=reverse("candidate:registration", args=[one.number]),
            act="Gérer ma candidature",
        )
        for one in registrations
        if one.state == State.ANOMALY
    ]


def _to_review(
    registrations: Iterable[Registration], *, name: Name, at: datetime
) -> list[Awaiting]:
    return [
        Awaiting(
            sentence=f"Votre inscription ne dit pas tout ce qui est maintenant demandé. {' '.join(one.to_review)}",
            about=name(one),
            link=reverse("candidate:registration", args=[one.number]),
            act="Gérer ma candidature",
            deadline=how_to_change(one, at=at),
        )
        for one in registrations
        if one.to_review and not one.is_exam_over(at)
    ]


def _summaries(
    registrations: Iterable[Registration], *, at: datetime, name: Name
) -> list[Awaiting]:
    """Return the summaries to be signed and sent back, those that are late too while the exam is not over."""
    found = []
    for registration in registrations:
        asked, is_late = registration.summary_awaited, registration.is_summary_late(at)
        if not asked or (is_late and registration.is_exam_over(at)):
            continue
        found.append(
            Awaiting(
                sentence=SUMMARY_LATE if is_late else SUMMARY_DUE,
                about=name(registration),
                link=reverse("candidate:document_pdf", args=[registration.number, SUMMARY.slug]),
                act="Visualiser/imprimer le récapitulatif",
                deadline=f"{summary_late_in_words(registration)} {CALL}"
                if is_late
                else summary_due_in_words(registration),
                until=asked["until"],
            )
        )
    return found


def _pieces(
    registrations: Iterable[Registration], pieces: Rows, *, at: datetime, name: Name
) -> list[Awaiting]:
    """Return the pieces that each registration is complete only with, those of one thing to do together.

    Those that are late are said until an anomaly says so, which asks for them, or the exam is over.
    """
    found = []
    for one in registrations:
        checks = checks_of(one, owed_by(one, pieces.get(one.pk, [])), at=at)
        groups = together(check for check in checks if check.completes)
        is_asked = one.state == State.ANOMALY
        found += [
            _of_pieces(group, one, name=name)
            for group in groups
            if not (is_asked and group[0].is_late)
        ]
    return found


def _of_pieces(group: Sequence[Check], registration: Registration, *, name: Name) -> Awaiting:
    first = group[0]
    begins = "manquantes" if first.is_late else "à fournir"
    act = "Déposer" if takes_files(group) else "Voir"
    return Awaiting(
        sentence=f"Pièces justificatives {begins} : {' ;\n'.join(map(_piece, group))}.",
        about=name(registration),
        link=f"{reverse('candidate:evidence', args=[registration.number])}#piece-{first.piece}",
        act=f"{act} mes pièces justificatives",
        which=_first_of(group),
        deadline=PASSED if first.is_late else first.due,
        until=min(one.until for one in group if one.until).isoformat(),
    )


def _piece(check: Check) -> str:
    return f"{name_of(check)}{' (non conforme, à remplacer)' if check.reason else ''}"


def _first_of(group: Sequence[Check]) -> str:
    """Return which pieces a link leads to: the first one, and how many others."""
    others = len(group) - 1
    first = name_of(group[0])
    return f"{first}, et {others} autre{'s' if others > 1 else ''}" if others else first
