"""P-11: why accommodations are granted or refused is read by who decides of them, and nobody else of the office."""

import pypdfium2
import pytest
from django.urls import reverse

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accounts.permissions import GRANTED, Permission
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.web.access import Who
from sporades.web.office.registrations.files import opened_with
from sporades.web.registry import ACCESS
from tests.web.registry.routes import READABLE, address
from tests.web.registry.world import Role

ROUTES = [
    name
    for name in READABLE
    if ACCESS[name].who is Who.STAFF and ACCESS[name].permission is not Permission.GIVE_OPINIONS
]
NOTHING_OF_HEALTH = "Rien de la santé n'est montré à l'accueil : ni aménagements, ni pièces ou mails qui en parlent, ni motif d'une décision sur l'inscription, qui peut en parler."
MARK = "parce que zyrtho"
OF_DECISIONS = {"decision-amenagement", "notification-amenagement", "reponse-recours"}


@pytest.fixture
def marked(world):
    """Have every reason and every word of a doctor say what is looked for; name the papers that say it."""
    of = {"case__registration": world.owner.registration}
    # What is notified is never rewritten: it says its own reason.
    said = {*AskedMeasure.objects.filter(**of).exclude(reason="").values_list("reason", flat=True)}
    cases = Case.objects.filter(registration=world.owner.registration)
    cases.filter(opined_at__isnull=False).update(opinion_text=MARK)
    versions = DocumentVersion.objects.filter(document__folder=world.owner.registration.folder_id)
    assert OF_DECISIONS & {one.document.kind for one in versions}
    assert said
    return said | {MARK}


def text_of(answer):
    """Return what an answer says, also as a PDF, with one space between two words."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        pages = pypdfium2.PdfDocument(content)
        said = " ".join(page.get_textpage().get_text_range() for page in pages)
    else:
        said = content.decode("utf-8", "replace")
    return " ".join(said.split())


def read_by(world, role):
    """Return what each address of the office answers to a role, the papers of a file too."""
    browser, number = world.browser(role), world.owner.registration.number
    found = {name: browser.get(address(name, world)) for name in ROUTES}
    for kind in kinds.registered():
        where = reverse("office:document_pdf", args=[number, kind.slug])
        found[f"paper {kind.slug}"] = browser.get(where)
    return found


def test_who_may_not_decide_reads_why_nowhere(world, marked):
    answers = read_by(world, Role.AUDITOR)

    said = {name: text_of(one) for name, one in answers.items()}
    assert answers["paper recapitulatif"].status_code == 200
    assert {answers[f"paper {slug}"].status_code for slug in OF_DECISIONS} == {404}
    assert [name for name, text in said.items() if any(word in text for word in marked)] == []
    page = said["office:documents"]
    assert "Notification d&#x27;aménagement d&#x27;épreuves" in page
    assert "decision-amenagement/pdf" not in page


def test_who_may_decide_reads_it(world, marked):
    answers = read_by(world, Role.MANAGER)

    said = {name: text_of(one) for name, one in answers.items()}
    found = {name for name, text in said.items() if any(word in text for word in marked)}
    assert "paper decision-amenagement" in found
    assert "decision-amenagement/pdf" in said["office:documents"]


def test_who_answers_the_telephone_reads_no_word_of_health(world, marked):
    # What one may not do is named there, and by whom it is done; the dates of a service are
    # nobody's, and the guide is of everybody's work. A file says why it shows nothing, and what is
    # not to be written in a note.
    of_nobody = {"office:role", "office:service", "office:guide", "office:guide_part"}
    said = {
        name: text_of(one)
        for name, one in read_by(world, Role.HELPDESK).items()
        if one.status_code == 200 and name not in of_nobody
    }

    assert {"office:registration", "office:documents", "office:mails", "office:envelope"} <= {*said}
    assert not [name for name in said if name.startswith("paper ")]
    shown = {
        name: text.replace(NOTHING_OF_HEALTH, "").replace("sans rien sur la santé", "")
        for name, text in said.items()
    }
    words = {*marked, "ménagement", "andicap", "édecin", "santé"}
    assert {name for name, text in shown.items() if any(word in text for word in words)} == set()


def test_each_decision_on_accommodations_is_opened_by_who_decides_alone():
    asked = {one.slug: opened_with(one.slug) for one in kinds.registered()}

    restricted = {slug for slug, one in asked.items() if one is not Permission.READ_WHOLE_FILES}
    assert restricted == OF_DECISIONS
    assert {asked[slug] for slug in restricted} == {Permission.DECIDE_ACCOMMODATIONS}


@pytest.mark.parametrize(
    "permission",
    [
        Permission.PREPARE_DOCUMENTS,
        Permission.APPROVE_PUBLICATIONS,
        Permission.PRINT_LETTERS,
        Permission.EXPORT,
    ],
)
def test_who_prepares_prints_or_exports_such_a_paper_may_decide(permission):
    assert GRANTED[permission] <= GRANTED[Permission.DECIDE_ACCOMMODATIONS]
