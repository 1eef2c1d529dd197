"""What a doctor does in their space, as its pages do it."""

from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from sporades.accommodations.models import Again, Case
from sporades.medical.queries import compartment, draft_of
from tests.accommodations import asked
from tests.factories import NOW
from tests.medical.given import a_doctor
from tests.web.guide import main
from tests.web.registry.world import HOST, Role, signed_in

__all__ = ["a_doctor"]

FAVOURABLE, UNFAVOURABLE, OTHER = "favourable", "unfavourable", "other"
OPINION = {"avis-tiers": FAVOURABLE, "avis-accessible": FAVOURABLE}


def browser_of(user):
    """Return a browser in which a doctor has signed in with two factors."""
    client = Client(headers={"host": HOST})
    client.cookies["__Host-session"] = signed_in(user, Role.DOCTOR)
    client.user = user
    return client


def at(name, case, *parts):
    """Return the address of a page of a request."""
    return reverse(f"doctor:{name}", args=[case.pk, *parts])


def take(browser, case):
    """Press « Je m'en charge »."""
    return browser.post(at("take", case), follow=True)


def revision_of(case):
    """Return the revision of the draft that is kept."""
    draft = draft_of(compartment(case.registration))
    return draft.revision if draft else 0


def write(browser, case, *, button="", revision=None, **answers):
    """Fill the opinion, and press a button of its page."""
    said = {**OPINION, "texte": "", "note": "", **answers}
    said["revision"] = revision_of(case) if revision is None else revision
    if button:
        said[button] = "1"
    return browser.post(at("case", case), said, follow=True)


def sign(browser, case, *, revision=None, seen=None):
    """Press « Signer l'avis »."""
    said = {
        "vue": case.revision if seen is None else seen,
        "revision": revision_of(case) if revision is None else revision,
    }
    return browser.post(at("sign", case), said, follow=True)


def comment(browser, case, text, reader="candidat"):
    """Write a comment."""
    said = {"texte": text, "lecteur": reader, "envoi": str(uuid4())}
    return browser.post(at("remarks", case), said, follow=True)


def take_again(case, *, why=Again.APPEAL, has_opinion=False):
    """Have the office take a notified decision again, the day after; return the new request."""
    return asked.taken_again(
        Case.objects.get(pk=case.pk),
        why=why,
        has_opinion=has_opinion,
        at=NOW + timedelta(days=1),
    )


def plain(response):
    """Return the words of a page, its spaces being those of a keyboard."""
    return main(response).replace("\xa0", " ").replace("\u202f", " ")
