"""What was published of a registration that is modified, or given away, is said to be of before (F9)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import moving, registering
from sporades.candidates.models import Candidate
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import documents_in
from sporades.mail.models import Message
from sporades.registrations.issued_before import since
from sporades.registrations.models import Registration
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf
from tests.factories import EVERYWHERE, NOW, OPERATOR, a_candidate, answer_all, answers_with, author
from tests.publications.doing import SLUG, approve, publish, tell
from tests.requests import ask
from tests.spaces import plain
from tests.web.guide import main, signed_in
from tests.web.registry.world import HOST, Role, a_member
from tests.web.registry.world import signed_in as signed_in_as

HOUR = timedelta(hours=1)
AFTER = NOW + 2 * HOUR
ANOTHER_TEAM = {"supplementaires": {"q-equipe": "BLEU"}}


@pytest.fixture
def summoned(convocations, three, manager, head):
    """Publish the convocation of a registration; return it."""
    publish(convocations, manager)
    approve(convocations, head)
    convocations.refresh_from_db()
    tell(convocations)
    return three[0]


def move(registration):
    moving.move_for_good(
        registration=Registration.objects.whole().get(pk=registration.pk),
        academy="A25",
        reason="Déménagement.",
        by=OPERATOR,
        at=NOW + HOUR,
    )


def modified(registration, at=NOW + HOUR, said=None):
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=at)
    answer_all(draft, answers_with(**(said or ANOTHER_TEAM)), at=at)
    registering.register(draft=draft, by=by, at=at)


def page_of(user, *where):
    with time_machine.travel(AFTER, tick=False):
        return plain(main(signed_in(user).get(reverse(where[0], args=where[1:]))))


def office_of(user, *where, at=AFTER):
    client = Client(headers={"host": HOST})
    with time_machine.travel(at, tick=False):
        client.cookies["__Host-session"] = signed_in_as(user, Role.MANAGER, at=at)
        return plain(main(client.get(reverse(where[0], args=where[1:]))))


def verified(kind="convocation"):
    code = DocumentVersion.objects.filter(document__kind=kind).latest("pk").code
    with time_machine.travel(AFTER, tick=False):
        return plain(main(signed_in(a_candidate().user).get(f"/verifier/{code}")))


@pytest.mark.parametrize("is_changed", [True, False])
def test_whom_letters_reach_reads_there_that_it_is_of_before_a_modification(
    convocations, three, manager, head, is_changed
):
    if is_changed:
        modified(three[0])
    three[0].candidate.user.delete()
    Candidate.objects.filter(pk=three[0].candidate_id).update(email="")
    publish(convocations, manager, at=AFTER)
    approve(convocations, head, at=AFTER)

    tell(convocations, AFTER)

    said = plain(Message.objects.get(kind="document_published").body)
    told = "Votre inscription a été modifiée depuis. Ce document est du 25 novembre 2026"
    assert (told in " ".join(said.split())) is is_changed


@pytest.mark.parametrize(
    ("changed", "short", "title", "to_others"),
    [
        (
            move,
            "Délivré avant votre changement d'académie",
            "Votre inscription a changé d'académie depuis",
            "Depuis, la candidature a changé d'académie : ce document dit ce qui était avant.",
        ),
        (
            modified,
            "Délivré avant votre dernière modification",
            "Votre inscription a été modifiée depuis",
            "Depuis, la candidature a été modifiée, le mercredi 25 novembre 2026 à 11 h 30",
        ),
    ],
)
def test_whoever_holds_it_or_verifies_it_reads_that_it_is_of_before(
    summoned, changed, short, title, to_others
):
    holder = summoned.candidate.user
    documents = ("candidate:folder", summoned.number)
    document = ("candidate:document", summoned.number, "convocation")
    assert "Délivré avant" not in page_of(holder, *documents)
    assert title not in page_of(holder, *document)
    assert "Depuis, la candidature" not in verified()

    changed(summoned)

    # Of the summary, which is issued again, nothing is said.
    assert page_of(holder, *documents).count("Délivré avant") == 1
    assert short in page_of(holder, *documents)
    assert title in page_of(holder, *document)
    assert title not in page_of(holder, "candidate:document", summoned.number, "recapitulatif")
    assert to_others in verified()


def test_a_document_of_after_and_one_of_what_stands_no_more_are_said_to_be_of_nothing(
    three, prepare, manager
):
    modified(three[0], at=NOW)
    made = prepare()
    publish(made, manager)
    tell(made)
    DocumentVersion.objects.filter(document__kind=SLUG).exclude(
        document__folder=three[0].folder_id
    ).delete()

    assert "Délivré avant" not in page_of(
        three[0].candidate.user, "candidate:folder", three[0].number
    )
    assert "Depuis, la candidature" not in verified(SLUG)


def test_whoever_gives_it_away_then_whoever_receives_it_reads_what_its_candidate_still_has(
    summoned, manager
):
    before = office_of(manager, "office:move_registration", summoned.number)
    move(summoned)
    there = a_member("versailles@exemple.test", Membership.Role.MANAGER, ["A25"])

    assert "Le candidat lit déjà, et lira encore après ce changement : Convocation (du" in before
    assert "retirez-le dans « Documents »" in before
    assert "encore lu par le candidat : Convocation." in office_of(
        there, "office:registration", summoned.number
    )
    assert "Délivré par l'académie de Lille, avant le changement d'académie." in office_of(
        there, "office:documents", summoned.number
    )
    told = plain(Message.objects.get(kind="registration_moved").body)
    assert "De l'académie précédente, vous avez déjà : Convocation." in told


def test_a_document_of_a_vice_rectorate_is_said_to_be_of_it(summoned):
    move(summoned)
    version = DocumentVersion.objects.get(document__kind="convocation")
    version.academy = "A40"

    told = since(version, Registration.objects.for_list().get(pk=summoned.pk))

    assert told.text.startswith("Ce document est du vice-rectorat de la Nouvelle-Calédonie. ")
    assert told.to_office.startswith("Délivré par le vice-rectorat de la Nouvelle-Calédonie, ")


@pytest.mark.parametrize("more", [{}, {"ine": "0801234567A"}], ids=["street", "more"])
def test_whoever_accepts_a_modification_reads_it_first(summoned, manager, more):
    late = NOW + timedelta(days=60)
    asked = ask(summoned, late, **more)

    page = office_of(manager, "office:change_request", asked.pk, at=late)

    assert ("lira encore après cette modification : Convocation (du" in page) is bool(more)


def test_other_contact_data_leave_it_as_good_as_it_was(summoned, manager):
    assert "Rien n'est à refaire si seuls changent" in office_of(
        manager, "office:amend", summoned.number
    )

    modified(summoned, said={"identification": {"mobile": "06 39 98 56 78"}})

    assert summoned.versions.count() == 2
    assert "Délivré avant" not in page_of(
        summoned.candidate.user, "candidate:folder", summoned.number
    )
    assert "Depuis, la candidature" not in verified()
    assert found_of_before() == said_of_before() == []


def test_whoever_modifies_it_reads_it_first_and_who_has_nothing_published_nothing(
    summoned, three, manager
):
    said = "lira encore après cette modification : Convocation (du"

    assert said in office_of(manager, "office:amend", summoned.number)
    for page in ("office:amend", "office:move_registration"):
        assert "Le candidat lit déjà" not in office_of(manager, page, three[1].number)


def found_of_before(kind="convocation"):
    """Return the registrations of which a search says that a document is of before."""
    leaf = Leaf(CRITERIA["document"], Operator.DOCUMENT_OF_BEFORE, (kind,))
    with time_machine.travel(AFTER, tick=False):
        return list(found(Group(members=(leaf,)), reach=EVERYWHERE))


def said_of_before():
    """Return those of whose documents each says so by itself."""
    every = Registration.objects.whole().order_by("pk")
    return [
        one
        for one in every
        if any(since(each, one) for each in documents_in(folder=one.folder_id, at=AFTER))
    ]


@pytest.mark.parametrize("changed", [move, modified])
def test_a_search_finds_those_of_which_a_document_says_so(summoned, three, changed):
    assert found_of_before() == said_of_before() == []

    changed(summoned)

    assert found_of_before() == said_of_before() == [summoned]
    # The summary is issued again, and its own says nothing of before.
    assert found_of_before("recapitulatif") == found_of_before(SLUG) == []
    Registration.objects.filter(pk=summoned.pk).update(state="withdrawn", withdrawn_at=AFTER)
    assert found_of_before() == said_of_before() == []


def test_a_document_of_after_is_not_found(summoned):
    Registration.objects.filter(pk=summoned.pk).update(amended_at=NOW)

    assert found_of_before() == said_of_before() == []
