"""Who has no convocation, and who has not opened theirs, is counted, found and taken out."""

import pytest
from django.db import connection

from sporades.candidates.models import Candidate
from sporades.documents import kinds
from sporades.documents.models import Document, DocumentVersion, Folder
from sporades.publications.models import Publication
from sporades.registrations.models import Registration
from sporades.searches.axes import AXES
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import BY_CODE, Reading
from sporades.searches.counting import count
from sporades.searches.operators import Operator
from sporades.searches.queries import found, planned_anew
from sporades.searches.trees import Group, Leaf
from tests.factories import EVERYWHERE, NOW, a_candidate, a_registration
from tests.jobs import work
from tests.measured import measured
from tests.web.guide import main, seen
from tests.web.office.test_publishing import DECIDED, HEAD, a_file, deposited, published, where
from tests.web.office.test_search import SEARCH, numbers

EVERY = (
    Operator.NO_DOCUMENT,
    Operator.DOCUMENT_PUBLISHED,
    Operator.DOCUMENT_UNOPENED,
    Operator.DOCUMENT_OPENED,
)


@pytest.fixture
def head(member):
    return member("A09", role=HEAD, email="cheffe@exemple.test")


def tree(operator, kind="convocation"):
    """Return a search by one document."""
    return Group(members=(Leaf(CRITERIA["document"], operator, (kind,)),))


def states(registration, kind="convocation"):
    """Return the comparisons that find a registration."""
    return [one for one in EVERY if registration in found(tree(one, kind), reach=EVERYWHERE)]


def cells(registration, *codes):
    """Return what columns say of a registration."""
    reading = Reading([BY_CODE[code] for code in codes], EVERYWHERE)
    (row,) = reading.of(Registration.objects.filter(pk=registration.pk))
    return reading.words()(row)


def opened(registration, kind="convocation"):
    """Have its candidate open a document."""
    of_it = {"document__folder": registration.folder_id, "document__kind": kind}
    DocumentVersion.objects.filter(**of_it).update(opened_at=NOW)


def test_a_document_is_sought_by_what_became_of_it(manager, head, in_lille):
    assert states(in_lille) == [Operator.NO_DOCUMENT]
    made = deposited(manager, in_lille)
    assert states(in_lille) == [Operator.NO_DOCUMENT]  # nobody reads it yet

    published(manager, head, made)
    assert states(in_lille) == [Operator.DOCUMENT_PUBLISHED, Operator.DOCUMENT_UNOPENED]
    assert states(in_lille, "releve-de-notes") == [Operator.NO_DOCUMENT]
    opened(in_lille)
    assert states(in_lille) == [Operator.DOCUMENT_PUBLISHED, Operator.DOCUMENT_OPENED]

    manager.post(where("withdraw_publication", made.pk), {"motif": "Erreur de salle"})
    work("publications")
    assert states(in_lille) == [Operator.NO_DOCUMENT]


def test_who_has_no_account_is_not_said_to_have_left_theirs_unopened(manager, head, in_lille):
    published(manager, head, deposited(manager, in_lille))
    Candidate.objects.update(user=None, email="")

    assert states(in_lille) == [Operator.DOCUMENT_PUBLISHED]
    assert cells(in_lille, "documents") == [
        (
            "Convocation : sans compte ; Demande pièces justificatives : sans compte ; "
            "Récapitulatif d'inscription : sans compte"
        )
    ]


def test_no_list_says_who_was_notified_of_accommodations(manager, head, in_lille):
    published(manager, head, deposited(manager, in_lille, "notification-amenagement"))

    listed = dict(CRITERIA["document"].choices(EVERYWHERE))

    assert listed["convocation"] == "Convocation"
    assert [one for one in listed if kinds.get(one).is_on_accommodations] == []
    assert states(in_lille, "notification-amenagement") == []
    counted = count(Group(), by=AXES["document"], reach=EVERYWHERE)
    assert not any("aménagement" in kind for kind, _ in counted.lines)
    assert "aménagement" not in cells(in_lille, "documents")[0]


def test_when_it_was_published_and_opened_are_columns(manager, head, in_lille):
    columns = ("documents", "convocation_publiee", "convocation_ouverte")
    alone = (
        "Demande pièces justificatives : pas encore ouvert ; "
        "Récapitulatif d'inscription : pas encore ouvert"
    )
    assert cells(in_lille, *columns) == [alone, "", ""]
    published(manager, head, deposited(manager, in_lille))
    opened(in_lille)

    assert cells(in_lille, *columns) == [
        f"Convocation : ouvert le 25/11/2026 ; {alone}",
        "25/11/2026",
        "25/11/2026",
    ]


def test_a_publication_counts_who_opened_and_leads_to_those_who_did_not(
    manager, head, member, in_lille
):
    a_registration(a_candidate(birth_name="Sans convocation"))
    made = deposited(manager, in_lille)
    before = main(manager.get(where("publication", made.pk)))
    published(manager, head, made)

    page = manager.get(where("publication", made.pk))

    assert "uverts" not in before
    assert "Ouverts 0 Pas encore ouverts 1" in main(page)
    [form] = [one for one in seen(page).forms if one.get("action") == SEARCH]
    hidden = {one.get("name"): one.get("value") for one in form.cssselect("input[type=hidden]")}
    list_of_them = manager.post(SEARCH, hidden, follow=True)
    assert numbers(list_of_them) == [in_lille.number]
    assert "Document : publié, pas encore ouvert « Convocation »" in main(list_of_them)

    opened(in_lille)
    page = manager.get(where("publication", made.pk))
    assert "Ouverts 1 Pas encore ouverts 0" in main(page)
    assert "Voir ceux qui" not in main(page)
    assert "Ouverts" not in main(manager.get(f"{where('publication', made.pk)}?page=1"))


def test_who_could_read_another_version_since_is_not_said_to_have_left_this_one(
    manager, head, in_lille
):
    made = deposited(manager, in_lille)
    published(manager, head, made)
    said = {"nature": "convocation", "fichier": a_file(), **DECIDED}
    manager.post(where("deposit_one", in_lille.number), said)
    again = Publication.objects.exclude(pk=made.pk).get()
    published(manager, head, again)

    pages = [main(manager.get(where("publication", one.pk))) for one in (made, again)]

    assert "Ouverts 0 Pas encore ouverts 0" in pages[0]
    assert "Ouverts 0 Pas encore ouverts 1" in pages[1]


def test_a_publication_on_accommodations_leads_to_no_list_of_them(manager, head, in_lille):
    made = deposited(manager, in_lille, "notification-amenagement")
    published(manager, head, made)

    page = main(manager.get(where("publication", made.pk)))

    assert "Pas encore ouverts 1" in page
    assert "Voir ceux qui" not in page


def test_a_document_is_asked_of_an_index(in_lille):
    folders = Folder.objects.bulk_create(Folder(label="Autre") for _ in range(2_000))
    Document.objects.bulk_create(Document(folder=one, kind="autre") for one in folders)
    with planned_anew(), connection.cursor() as cursor:
        measured("documents_document")
        cursor.execute("SET LOCAL enable_nestloop = off")  # as where many are looked for
        condition = tree(Operator.DOCUMENT_UNOPENED).condition()
        plan = Registration.objects.filter(condition).explain()

    assert "document_by_kind" in plan
