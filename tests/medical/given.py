"""What the tests of the compartment confide and open, through the real acts."""

from uuid import uuid4

from sporades.accounts.models import Membership, User
from sporades.acts.medical import confiding, reading
from sporades.acts.sent_files import Sent
from sporades.core.actors import Actor
from sporades.medical import operations as medical
from sporades.medical.models import Compartment
from sporades.registrations.models import Registration
from tests.evidence.given import a_photo
from tests.factories import NOW, PASSWORD, author

KIND = "certificat-medical"


def again(registration):
    """Return a registration as it stands."""
    return Registration.objects.get(pk=registration.pk)


def confide(registration, *, kind=KIND, photos=None, name="papier.jpg", press=None, at=NOW):
    """Confide photographs, as its candidate."""
    return confiding.deposit(
        registration=again(registration),
        kind=kind,
        sent=[Sent(name, content) for content in photos or [a_photo()]],
        press=press or str(uuid4()),
        by=author(registration.candidate),
        at=at,
    )


def found_clean(paper, *, is_clean=True, at=NOW):
    """Have the antivirus find nothing in a paper, or something."""
    medical.note_scanned(paper, is_clean=is_clean, at=at)
    return paper


def write(registration, text="Un commentaire.", *, by=None, press=None, at=NOW):
    """Write a comment, as its candidate unless another is said."""
    return confiding.remark(
        registration=again(registration),
        text=text,
        press=press or str(uuid4()),
        by=by or author(registration.candidate),
        at=at,
    )


def compartment(registration):
    """Return the compartment of a registration as it stands."""
    return Compartment.objects.get(registration=registration)


def a_doctor(address="medecin@exemple.test", name="Dr Anne Roussel", academies=("A09",)):
    """Make the account of a doctor."""
    user = User.objects.create_user(address, PASSWORD, created_at=NOW, activated_at=NOW)
    role = Membership.Role.DOCTOR
    Membership.objects.create(user=user, role=role, full_name=name, academies=list(academies))
    return user


def as_actor(user):
    """Return a member of staff as the author of an act."""
    actor: Actor = user.memberships.get().as_actor()
    return actor


def entrust(registration, doctor):
    """Put a doctor in charge."""
    medical.entrust(compartment(registration), doctor=doctor)
    return doctor


def read(paper, user, *, by=None, at=NOW):
    """Open a paper, as the doctor of this account unless another author is said."""
    return reading.read(paper=paper.pk, reader=user, by=by or as_actor(user), at=at)
