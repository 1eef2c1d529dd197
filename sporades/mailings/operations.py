"""Write to a candidate what was written to many; keep it to be written again (I9)."""

from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.letters.operations import tell
from sporades.mail.models import LONGEST_SUBJECT_SENT
from sporades.mailings.models import Mailing, MailingTemplate
from sporades.mailings.placeholders import faults, filled, link_of, too_long_for_a_subject
from sporades.registrations.models import Registration
from sporades.registrations.snapshot import contact_of

KIND = "message_of_service"
MOST_TEMPLATES = 50
"""How many one author keeps."""


class SubjectTooLong(Refused):
    """Once filled, the subject is longer than a mail takes."""

    message = (
        f"L'objet, une fois complété pour ce candidat, dépasse {LONGEST_SUBJECT_SENT} signes : "
        "raccourcissez-le."
    )


class NotAPlaceholder(Refused):
    """Something between braces is none of those that exist, or may not stand where it does."""

    message = "Une accolade du message ne correspond à rien qui existe."


class TooManyTemplates(Refused):
    """An author keeps a great many already."""

    message = f"Vous gardez déjà {MOST_TEMPLATES} modèles : supprimez-en un."


def begin(*, subject: str, text: str, at: datetime) -> Mailing:
    """Keep the words of a message to many; nobody reads them before each line of its batch.

    Raises:
        NotAPlaceholder: something between braces does not exist, or is half written.
    """
    if faults(subject) or too_long_for_a_subject(subject) or faults(text):
        raise NotAPlaceholder
    made: Mailing = Mailing.objects.create(subject=subject, text=text, written_at=at)
    return made


@transaction.atomic
def write_one(*, mailing: Mailing, registration: Registration, by: Actor, at: datetime) -> None:
    """Write a message to the candidate of a registration, in the name of its managing service.

    Raises:
        SubjectTooLong: see there.
    """
    subject, text = read_by(mailing, registration, at=at)
    if len(subject) > LONGEST_SUBJECT_SENT:
        raise SubjectTooLong
    tell(
        registration.candidate,
        KIND,
        service=registration.service,
        at=at,
        key=f"mailing:{mailing.pk}:registration:{registration.pk}",
        about=registration,
        registration=registration,
        subject=subject,
        text=text,
        contact=contact_of(registration.service),
        link=link_of(registration),
    )
    journal.record(
        "candidate written to",
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"mailing": str(mailing.pk), "subject": mailing.subject},
    )


def read_by(mailing: Mailing, registration: Registration, *, at: datetime) -> tuple[str, str]:
    """Return the subject and the text as the candidate of a registration reads them at an instant."""
    subject, text = mailing.subject, mailing.text
    return filled(subject, registration, at=at), filled(text, registration, at=at)


def greeted(registration: Registration) -> str:
    """Return the name after « Bonjour », as the message has it: not that under which lists sort."""
    return registration.candidate.identity.full_name


@transaction.atomic
def keep_template(
    *, name: str, subject: str, text: str, reach: Reach, by: User, at: datetime
) -> MailingTemplate:
    """Keep a message under a name; one's own of that name is replaced.

    Raises:
        NotAPlaceholder, TooManyTemplates: see each.
    """
    if faults(subject) or too_long_for_a_subject(subject) or faults(text):
        raise NotAPlaceholder
    mine = MailingTemplate.objects.filter(asked_by=by)
    if mine.exclude(name=name).count() >= MOST_TEMPLATES:
        raise TooManyTemplates
    author = reach.member
    kept: MailingTemplate
    kept, _ = MailingTemplate.objects.update_or_create(
        asked_by=by,
        name=name,
        defaults={
            "subject": subject,
            "text": text,
            "asked_name": author.name,
            "asked_role": author.kind,
            "perimeters": reach.as_json(),
            "asked_at": at,
        },
    )
    _note("template kept", kept, by=author, at=at)
    return kept


@transaction.atomic
def forget_template(template: MailingTemplate, *, by: Actor, at: datetime) -> None:
    """Forget a template, as its author asks.

    Args:
        template: one of theirs.
        by: who asks, as the journal names them.
        at: the instant.
    """
    _note("template forgotten", template, by=by, at=at)
    template.delete()


def _note(verb: str, template: MailingTemplate, *, by: Actor, at: datetime) -> None:
    """Keep what colleagues may send in its author's stead: its name and subject, not its text."""
    academy, after = (
        template.reach.only_academy,
        {"name": template.name, "subject": template.subject},
    )
    journal.record(verb, by=by, on=template, at=at, academy=academy, after=after)
