"""What the tests of publications do, and what they look at."""

from datetime import timedelta

from sporades.accounts.models import Membership
from sporades.documents.queries import documents_in
from sporades.mail.models import Message
from sporades.publications.deposited import Decision
from sporades.publications.operations import deciding, telling
from tests.factories import NOW
from tests.web.registry.world import a_member

DECISION = Decision("Solène Marchal", "cheffe de la division des examens")
LATER = NOW + timedelta(days=3)
INSTANT = timedelta(microseconds=1)
SLUG = "attestation-inscription"


def member(user):
    """Return who somebody is, in their role."""
    return user.memberships.get().as_actor()


def publish(made, user, instant=None, at=NOW):
    deciding.publish(publication=made, instant=instant, user=user, by=member(user), at=at)


def publish_together(made, user, *, instant=None, at=NOW):
    """Publish what one member of staff proposes and another approves."""
    academies = user.memberships.get().academies
    second = a_member(f"cheffe.{made.pk}@exemple.test", Membership.Role.HEAD, academies)
    publish(made, user, instant, at)
    approve(made, second, at)
    made.refresh_from_db()


def read(registration, at):
    """Return the kinds of documents that a candidate reads at an instant."""
    return {one.document.kind for one in documents_in(folder=registration.folder_id, at=at)}


def tell(made, at=NOW):
    while telling.tell(str(made.pk), at=at):
        pass


def told(kind="document_published"):
    """Return to whom a mail was written."""
    return sorted(Message.objects.filter(kind=kind).values_list("recipient", flat=True))


def approve(made, user, at=NOW):
    deciding.approve(publication=made, user=user, by=member(user), at=at)


def refuse(made, user, reason="La date est fausse", at=NOW):
    deciding.refuse(publication=made, reason=reason, user=user, by=member(user), at=at)
