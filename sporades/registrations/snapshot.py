"""The content of a version: everything that was said, as it reads and as it was typed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sporades.candidates.words import identity_in_words
from sporades.core.french import instant_in_words
from sporades.registrations import accepted, choices, waivers
from sporades.registrations.deadlines import (
    accommodation_of,
    accommodation_told,
    asked_until,
    later_of,
)
from sporades.registrations.dossier import Dossier
from sporades.registrations.evidence import evidence_of
from sporades.registrations.models import Registration
from sporades.registrations.models.version import ADDRESS
from sporades.registrations.receipt import receipt_of, return_of
from sporades.registrations.sections.base import Section, SectionForm
from sporades.registrations.sections.papers import PapersForm
from sporades.registrations.sections.terms import TermsForm


def snapshot_of(
    registration: Registration,
    *,
    number: int,
    dossier: Dossier,
    forms: list[tuple[Section, SectionForm]],
    before: Mapping[str, Any] | None,
    goes_on: bool,
    owes_more: bool,
    at: datetime,
) -> dict[str, Any]:
    """Return what a version freezes.

    Args:
        registration: the registration, its rows already written.
        number: the number of the version.
        dossier: what was judged.
        forms: the tabs, valid.
        before: the version before, where there is one: the days that it told for an accommodation
            are not taken back.
        goes_on: whether its pieces and its signed summary are still asked for: no more are theirs.
        owes_more: whether its office asks for a piece beyond those of the réglementation.
        at: the instant of filing.
    """
    service, told = dossier.service, before if goes_on else None
    when = instant_in_words(at, service.zone)
    papers = next(form for _, form in forms if isinstance(form, PapersForm))
    to_return = return_of(dossier.rules, service, reader=dossier.reader_zone, at=at)
    if to_return and told and told["to_return"]:
        to_return = {**to_return, **later_of(told["to_return"], to_return)}
    evidence = evidence_of(dossier, papers, told=told["evidence"] if told else (), at=at)
    by: dict[str, Any] = {"closing": service.closes_at, "filed_at": registration.filed_at}
    if before is not None:
        # The one that is being filed has told nothing yet.
        closings = [registration.told_closing]
        if before["closes_at"]:
            closings.append(datetime.fromisoformat(before["closes_at"]))
        by |= {"closing": max(closings), "told": accommodation_told(before)}
    joined = next((form.joined for _, form in forms if isinstance(form, TermsForm)), [])
    is_asked = owes_more or any(piece["is_mandatory"] for piece in evidence)
    is_complete = not to_return and not is_asked
    return {
        "registration_number": registration.number,
        "candidate_number": registration.candidate.number,
        "version": number,
        "regulation": dossier.regulation.number,
        "filed_at": at.isoformat(),
        "filed_in_words": when,
        "zone": service.zone,
        "name": registration.identity.full_name,
        "academy": service.academy.full_name,
        "academy_name": service.academy.name,
        **as_read(dossier, forms),
        **({"terms": joined} if joined else {}),
        **({"waived": dict(dossier.waived)} if dossier.waived else {}),
        "answers": {section.slug: form.typed() for section, form in forms},
        "service": contact_of(service),
        "receipt": receipt_of(
            registration, number=number, dossier=dossier, is_complete=is_complete, at=at
        ),
        "to_return": to_return,
        "evidence": evidence,
        "accommodation": accommodation_of(
            service,
            dossier.rules,
            dossier.reader_zone,
            has_account=registration.candidate.has_account,
            by_letter=registration.candidate.by_letter,
            is_told_again=number > 1,
            **by,
            at=at,
        )
        if registration.has_disability
        else "",
        "accommodation_until": asked_until(service, dossier.rules, **by).isoformat(),
        "closes_at": by["closing"].isoformat(),
    }


def as_read(dossier: Dossier, forms: list[tuple[Section, SectionForm]]) -> dict[str, Any]:
    """Return what a version says of the answers, as `changes_between` compares them."""
    tabs = [said for section, form in forms if (said := _section(section, form))]
    choice = choices.Choice(dossier.exam, dossier.speciality)
    return {
        **choices.named(choice),
        "identity": identity_of(dossier),
        "sections": waivers.with_lines(tabs, waivers.standing(dossier)),
        accepted.BOX: next((form.mark for _, form in forms if isinstance(form, TermsForm)), ""),
    }


def identity_of(dossier: Dossier) -> list[list[str]]:
    """Return the civil data, then the address that receives every message, where there is one."""
    lines = [*identity_in_words(dossier.identity), (ADDRESS, dossier.candidate.email)]
    return [[label, said] for label, said in lines if said]


def _section(section: Section, form: SectionForm) -> dict[str, Any] | None:
    """Return what is read of a tab, nothing when nothing in it was answered."""
    lines, tables = form.lines(), form.tables()
    if not lines and not tables:
        return None
    return {
        "slug": section.slug,
        "title": section.reads_as or section.title,
        "lines": [[line.label, line.value] for line in lines],
        "tables": [
            {
                "caption": table.caption,
                "columns": list(table.columns),
                "rows": [list(row) for row in table.rows],
                "codes": list(table.codes),
            }
            for table in tables
        ],
    }


_OF_THEM = (
    ("de votre représentant légal", "du représentant légal"),
    ("J'accepte que mon nom et mes résultats", "Accepte que son nom et ses résultats"),
    ("J'accepte que mon nom", "Accepte que son nom"),
)
"""What our own questions say to a candidate, and what they say of one to whoever reads a file."""


def read_by_office(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a version says, its questions put to nobody: « votre » is not who reads them.

    Those of a réglementation stay in its words.

    Args:
        snapshot: the content of a version, which stays as it is.
    """
    sections = [
        {**one, "lines": [[_of_them(label), said] for label, said in one["lines"]]}
        for one in snapshot["sections"]
    ]
    return {**snapshot, "sections": sections}


def _of_them(label: str) -> str:
    for to_them, of_them in _OF_THEM:
        label = label.replace(to_them, of_them)
    return label


def contact_of(service: Any) -> dict[str, Any]:
    """Return how the managing service of a registration service can be reached.

    The keys are those that `components/contact.html` and `mail/contact.txt` read.
    """
    managing = service.managing_service
    return {
        "name": managing.name,
        "sector": managing.sector,
        "contact_name": managing.contact_name,
        "phone": managing.phone,
        "email": managing.email,
        "address": managing.address,
        "opening_hours": managing.opening_hours,
        "academy": service.academy.full_name,
    }
