"""The rows that outlive a version: domains, sessions, exams, specialities, épreuves."""

from datetime import datetime

from sporades import journal
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.exams import schema
from sporades.exams.models import Domain, Exam, Paper, Session, Speciality
from sporades.exams.schema.regulation import Domain as DomainRules
from sporades.exams.schema.regulation import Session as SessionRules


def keep_domain(rules: DomainRules, *, by: Actor, at: datetime) -> Domain:
    """Return the row of a domain, brought to what a file says; a change is written in the journal.

    Args:
        rules: what the file says.
        by: who loads it.
        at: when.
    """
    wanted = {"label": rules.label, "rubric": rules.rubric.value}
    domain, is_new = Domain.objects.get_or_create(code=rules.code, defaults=wanted)
    before = {name: getattr(domain, name) for name in wanted}
    if is_new or before == wanted:
        return domain
    domain.label, domain.rubric = rules.label, rules.rubric.value
    domain.save(update_fields=["label", "rubric"])
    journal.record("domain changed", by=by, at=at, on=domain, before=before, after=wanted)
    return domain


def keep_session(rules: SessionRules, *, by: Actor, at: datetime) -> Session:
    """Return the row of a session, brought to what a file says; so is its change.

    Args:
        rules: what the file says.
        by: who loads it.
        at: when.

    Raises:
        Refused: its year is known to be another.
    """
    session, _ = Session.objects.get_or_create(
        code=rules.code, defaults={"label": rules.label, "year": rules.year}
    )
    if session.year != rules.year:
        message = (
            f"La session « {rules.code} » est déjà connue, pour l'année {session.year} : "
            "donnez un autre code à celle du fichier, ou corrigez son année."
        )
        raise Refused(message)
    if session.label != rules.label:
        before, after = {"label": session.label}, {"label": rules.label}
        session.label = rules.label
        session.save(update_fields=["label"])
        journal.record("session changed", by=by, at=at, on=session, before=before, after=after)
    return session


def keep_exams(domain: Domain, session: Session, regulation: schema.Regulation) -> None:
    """Add the exams, specialities and épreuves that are new, rename those that are known.

    What a version no longer speaks of stays: registrations and marks may point to it.
    """
    is_competition = regulation.domain.rubric is schema.Rubric.COMPETITIONS
    kind = Exam.Kind.COMPETITION if is_competition else Exam.Kind.EXAM
    for rules in regulation.exams:
        exam, _ = Exam.objects.update_or_create(
            domain=domain,
            session=session,
            code=rules.code,
            defaults={"label": rules.label, "kind": kind},
        )
        Speciality.objects.bulk_create(
            [Speciality(exam=exam, code=one.code, label=one.title) for one in rules.specialities],
            update_conflicts=True,
            unique_fields=["exam", "code"],
            update_fields=["label"],
        )
        Paper.objects.bulk_create(
            [Paper(exam=exam, code=paper.code) for paper in rules.papers],
            ignore_conflicts=True,
        )
