"""What is kept of a filing, as one JSON: instants are in UTC, fingerprints are SHA-256."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from sporades.acts.consulting import acts_in_drafts
from sporades.acts.proving import verbs
from sporades.acts.proving.hours import Hours, hours_at, hours_said_by
from sporades.acts.proving.kept import Facts, act_of, head, in_order, message_of, seals_of, utc
from sporades.acts.registrations.registering import OUT_OF_HOURS, SESSION_ENDED
from sporades.acts.registrations.standing_in import WAIVING
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.digests import digest
from sporades.documents.models import DocumentVersion
from sporades.exams.models import RegistrationService
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, once
from sporades.letters.queries import with_letters
from sporades.mail.models import Message
from sporades.mail.queries import with_fate
from sporades.notices.queries import read_only_between
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.sections import SECTIONS
from sporades.registrations.summary import SUMMARY

NOT_FILED = {
    OUT_OF_HOURS: "refusée : hors des heures du service",
    SESSION_ENDED: "non prise en compte : la session venait de se terminer",
}
"""What became of an « Enregistrer » that filed nothing, by its act."""
TITLES = {section.slug: section.title for section in SECTIONS}


@dataclass(frozen=True)
class Matter:
    """What is to be proved: a registration, or what a candidate began and never filed.

    Attributes:
        candidate: whose.
        drafts: what was typed, the first first.
        registration: what was filed, if anything.
    """

    candidate: Candidate
    drafts: Sequence[Draft]
    registration: Registration | None = None
    versions: Sequence[Version] = ()
    services: dict[int, RegistrationService] = field(default_factory=dict)


def matter_of_registration(registration: Registration) -> Matter:
    """Return a registration with all that was typed for it, by its candidate or by the office.

    What its candidate began at the same service, or where it was filed before it was given to this
    one, and could not file is of the same matter: what came too late is there, and the office may
    have filed another draft since.
    """
    own = Q(filed_as__registration=registration) | Q(amends=registration)
    at = Draft.objects.filter(own).values_list("service", flat=True)
    unfiled = Q(
        candidate=registration.candidate_id,
        service__in={registration.service_id, *at},
        amends=None,
        filed_as=None,
    )
    drafts = _drafts(own | unfiled)
    versions = list(registration.versions.order_by("number"))
    services = [registration.service, *(one.service for one in drafts)]
    whose = Candidate.objects.select_related("identity", "user").get(pk=registration.candidate_id)
    return Matter(whose, drafts, registration, versions, {one.pk: one for one in services})


def matter_of_candidate(candidate: Candidate) -> Matter:
    """Return what somebody began and never filed."""
    drafts = _drafts(Q(candidate=candidate, filed_as=None, amends=None))
    return Matter(candidate, drafts, services={one.service_id: one.service for one in drafts})


def _drafts(which: Q) -> list[Draft]:
    found = Draft.objects.filter(which).select_related(
        "service__domain", "service__session", "service__academy", "filed_as", "exam", "speciality"
    )
    return list(found.prefetch_related("answers").order_by("created_at", "pk"))


def facts_of(matter: Matter, *, by: Actor, at: datetime) -> Facts:
    """Return all that is kept of a filing.

    Args:
        matter: of what.
        by: who has the proof made.
        at: the instant.
    """
    summaries = _summaries(matter)
    rows = [*([matter.registration] if matter.registration else []), *matter.drafts, *summaries]
    about = entries_about(*rows)
    if matter.registration:
        about = about | acts_in_drafts(matter.registration)
    every = in_order(once(about).filter(verb__in=_every_verb()))
    left = {str(one.pk) for one in matter.drafts if one.filed_as_id is None}
    # A derogation that was noted in what was never filed was granted to no registration.
    acts = [one for one in every if one.verb not in WAIVING or one.object_id not in left]
    refusing = _refusing(matter, acts)
    matter = replace(matter, services=matter.services | {one.pk: one for one in refusing.values()})
    of_services = {
        pk: in_order(entries_about(one).filter(verb__in=verbs.ON_HOURS))
        for pk, one in matter.services.items()
    }
    told = [*(one for every in of_services.values() for one in every), *acts]
    placed = sealing.seals_of(told)
    return {
        **head(
            "preuve du dépôt",
            candidate=matter.candidate,
            registration=matter.registration,
            by=by,
            at=at,
        ),
        "arrivees": _arrivals(matter, acts, of_services, refusing),
        "versions": [_version(one) for one in matter.versions],
        "saisies": [_draft(one) for one in matter.drafts],
        "services": [
            _service(one, of_services[pk], at=at, since=_since(matter, pk))
            for pk, one in matter.services.items()
        ],
        "recapitulatifs": [_summary(one) for one in summaries],
        "messages": [message_of(one) for one in _messages(matter)],
        "actes": [act_of(one, is_whole=one.verb in verbs.WITH_CONTENT) for one in told],
        "sceaux": list(seals_of(placed)),
        "anomalies": [
            *_altered(matter.versions, summaries),
            *sealing.findings_on(told, placed, at=at),
        ],
    }


def _every_verb() -> tuple[str, ...]:
    return (*verbs.WITH_CONTENT, *verbs.NAMED_ALONE)


def _refusing(matter: Matter, acts: Iterable[Entry]) -> dict[int, RegistrationService]:
    """Return which service each « Enregistrer » that filed nothing was sent to, by its act.

    What was typed may have followed its registration to another academy since: the act says which
    had it then.
    """
    drafts = {str(one.pk): one for one in matter.drafts}
    found = {}
    for act in acts:
        if act.verb in NOT_FILED:
            now = drafts[act.object_id].service
            found[act.pk] = now if act.academy == now.academy_id else _there(now, act.academy)
    return found


def _there(service: RegistrationService, academy: str) -> RegistrationService:
    """Return the service of an academy that registers for the same as another."""
    return RegistrationService.objects.select_related("domain", "session", "academy").get(
        domain=service.domain_id,
        session=service.session_id,
        audience=service.audience,
        academy=academy,
    )


def _arrivals(
    matter: Matter,
    acts: Iterable[Entry],
    of_services: dict[int, list[Entry]],
    refusing: dict[int, RegistrationService],
) -> list[Facts]:
    """Return each « Enregistrer » that is kept, filed or not, the first first."""
    drafts = {str(one.pk): one for one in matter.drafts}
    filed = {one.filed_as_id: one for one in matter.drafts}
    found = []
    for version in matter.versions:
        draft = filed.get(version.pk)
        service = draft.service if draft else None
        hours = hours_at(service, of_services[service.pk], version.filed_at) if service else None
        outcome = f"enregistrée : version n°{version.number}"
        found.append(_arrival(version.filed_at, outcome, hours, draft, service))
        found[-1] |= {"par": version.author_in_office, "ecrite_le": utc(version.stored_at)}
    for act in acts:
        if act.verb in NOT_FILED:
            draft = drafts[act.object_id]
            service = refusing[act.pk]
            hours = hours_said_by(act, hours_at(service, of_services[service.pk], act.at))
            found.append(_arrival(act.at, NOT_FILED[act.verb], hours, draft, service))
            found[-1] |= {"par": act.author_in_words, "acte": act.pk}
    # Pressed again as it was, it counts as of the first: what became of that one comes first.
    return sorted(found, key=lambda one: (str(one["arrivee_le"]), "acte" not in one))


def _arrival(
    at: datetime,
    outcome: str,
    hours: Hours | None,
    draft: Draft | None,
    service: RegistrationService | None,
) -> Facts:
    return {
        "arrivee_le": utc(at),
        "suite": outcome,
        "saisie": str(draft.pk) if draft else None,
        "service": service.pk if service else None,
        "ouverture": utc(hours.opens_at) if hours else None,
        "fermeture": utc(hours.closes_at) if hours else None,
        "dans_les_heures": hours.accept(at) if hours else None,
    }


def _version(version: Version) -> Facts:
    return {
        "numero": version.number,
        "arrivee_le": utc(version.filed_at),
        "ecrite_le": utc(version.stored_at),
        "par": version.author_in_office,
        "reglementation": version.snapshot["regulation"],
        "fermeture_dite": version.snapshot["closes_at"],
        "accuse_de_reception": version.snapshot["receipt"],
        "empreinte": version.digest,
    }


def _is_by_candidate(draft: Draft) -> bool:
    """Return whether its candidate filled it: what it was filed as says so, not whether they have an account."""
    filed = draft.filed_as
    by_office = filed is not None and draft.sent_at is None and filed.author_kind != CANDIDATE
    return draft.author_id is None and not by_office


def _draft(draft: Draft) -> Facts:
    order = list(TITLES)
    steps = sorted(
        draft.answers.all(),
        key=lambda one: order.index(one.section) if one.section in order else len(order),
    )
    return {
        "cle": str(draft.pk),
        "intitule": str(draft),
        "service": draft.service_id,
        "par": "le candidat" if _is_by_candidate(draft) else "la gestion",
        "modifie": draft.amends_version,
        "commencee_le": utc(draft.created_at),
        "derniere_reponse_le": utc(draft.answered_at),
        "envoyee_comme_demande_le": utc(draft.sent_at),
        "abandonnee_le": utc(draft.abandoned_at),
        "enregistree_comme": draft.filed_as.number if draft.filed_as else None,
        "onglets": [
            {
                "onglet": TITLES.get(one.section, one.section),
                "revision": one.revision,
                "garde_le": utc(one.answered_at),
            }
            for one in steps
        ],
    }


def _since(matter: Matter, service: int) -> datetime:
    """Return from when on its read-only periods are told: its first draft, else its opening."""
    begun = [one.created_at for one in matter.drafts if one.service_id == service]
    return min([*begun, matter.services[service].opens_at])


def _service(
    service: RegistrationService, acts: Sequence[Entry], *, at: datetime, since: datetime
) -> Facts:
    return {
        "cle": service.pk,
        "intitule": str(service),
        "fuseau": service.zone,
        "ouverture": utc(service.opens_at),
        "fermeture": utc(service.closes_at),
        "changements": [
            {"le": utc(one.at), "acte": one.pk, "quoi": one.in_words, **_moved(one)} for one in acts
        ],
        "lectures_seules": [
            {"debut": utc(one.starts_at), "fin": utc(one.ends_at), "bandeau": one.message}
            for one in read_only_between(since, at)
        ],
    }


def _moved(act: Entry) -> Facts:
    after = act.payload.get("after") or {}
    return {
        "ouverture": after.get("opens_at"),
        "fermeture": after.get("closes_at"),
        "motif": after.get("reason", ""),
        "par": act.author_in_words,
    }


def _summaries(matter: Matter) -> list[DocumentVersion]:
    if matter.registration is None:
        return []
    found = DocumentVersion.objects.filter(
        document__folder=matter.registration.folder_id, document__kind=SUMMARY.slug
    )
    return list(found.order_by("number", "pk"))


def _summary(version: DocumentVersion) -> Facts:
    return {
        "version": version.number,
        "code": version.content["code"],
        "delivre_le": utc(version.issued_at),
        "ouvert_le": utc(version.opened_at),
        "retire_le": utc(version.withdrawn_at),
        "empreinte": version.digest,
        "empreinte_du_pdf": files.digest_of(version.pdf_key) if version.pdf_key else None,
        "cachete": version.sealed,
    }


def _messages(matter: Matter) -> Iterable[Any]:
    about = Q(about_kind="draft", about_id__in=[str(one.pk) for one in matter.drafts])
    if matter.registration is not None:
        about |= Q(about_kind="registration", about_id=str(matter.registration.pk))
    found = with_letters(with_fate(Message.objects.filter(about, kind__in=verbs.TELLING)))
    # Their text is read, for its fingerprint.
    return found.defer(None).order_by("written_at", "pk")


def _altered(versions: Iterable[Version], summaries: Iterable[DocumentVersion]) -> Iterable[str]:
    for version in versions:
        if not version.is_intact:
            yield f"Version n°{version.number} : son contenu n'a plus l'empreinte prise au dépôt."
    for issued in summaries:
        if digest(issued.content) != issued.digest:
            yield f"Récapitulatif n°{issued.number} : son contenu n'a plus son empreinte."
