"""What the tests of pieces give and decide, through the real acts."""

import io
from uuid import uuid4

from PIL import Image

from sporades.acts.pieces import providing, verifying
from sporades.acts.registrations import deciding, receiving
from sporades.acts.registrations.adding import More
from sporades.acts.sent_files import Sent
from sporades.core.actors import Actor
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG
from tests.factories import NOW, author

MANAGER = Actor("manager", "Claude Martin", "user:12")
IDENTITY, BAC = "IDENTITE", "BAC"


def a_photo(colour="white", *, width=60, height=80):
    """Return a photograph, as a telephone makes it."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "JPEG")
    return made.getvalue()


def a_heavy_photo(width, height):
    """Return a photograph that packs as badly as those of telephones."""
    made = io.BytesIO()
    Image.effect_noise((width, height), 70).convert("RGB").save(made, "JPEG", quality=88)
    return made.getvalue()


def again(registration):
    """Return a registration as its pages load it."""
    return Registration.objects.whole().with_owed().get(pk=registration.pk)


def piece(registration, code=IDENTITY):
    """Return a piece as it stands."""
    return registration.evidence.select_related("deposit").get(code=code)


def give(registration, code=IDENTITY, *, photos=None, name="carte.jpg", press=None, at=NOW):
    """Give photographs for a piece, as its candidate."""
    contents = photos or [a_photo()]
    return providing.deposit(
        registration=again(registration),
        code=code,
        sent=[Sent(name, content) for content in contents],
        press=press or str(uuid4()),
        by=author(registration.candidate),
        at=at,
    )


def receive(registration, *, at=NOW):
    """Note every mandatory piece as received by post: nobody has judged them."""
    for row in registration.evidence.asked().filter(is_mandatory=True):
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=at)


def flag_with(registration, *, until, at=NOW):
    """Put a registration in anomaly with a piece that no réglementation lists, to be sent until a day."""
    deciding.decide(
        registration=again(registration),
        decision=FLAG,
        reason="Votre diplôme manque.",
        more=More(label="Copie de votre diplôme", until=until),
        by=MANAGER,
        at=at,
    )


def complete(registration, *, at=NOW):
    """Receive all that a registration owes, and find it good."""
    receive(registration, at=at)
    accept_all(registration, at=at)


def accept_all(registration, *, at=NOW):
    """Find good all that came by post, and note the signed summary as received."""
    for row in registration.evidence.asked().filter(is_mandatory=True):
        verifying.accept(row=row, seen=None, by=MANAGER, at=at)
    receiving.receive_summary(
        registration=again(registration),
        posted_on=NOW.date(),
        seen=registration.version,
        by=MANAGER,
        at=at,
    )
