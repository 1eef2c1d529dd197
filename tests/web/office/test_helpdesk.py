"""« Accueil »: one file at a time, and nothing in it of health; notes, the post, no decision."""

import ast
import importlib
import pkgutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

import sporades.accommodations
import sporades.acts.medical
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State as CaseState
from sporades.accounts import permissions
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission
from sporades.acts import accommodating
from sporades.acts.people import detaching
from sporades.acts.pieces import granting, verifying
from sporades.acts.registrations import deciding
from sporades.acts.services import announcing
from sporades.acts.writing import resending
from sporades.documents import kinds
from sporades.evidence.queries import pieces_of
from sporades.exams.held import forget
from sporades.journal.models import Entry
from sporades.journal.words import QUALITIES
from sporades.mail.models import Message
from sporades.publications.operations import depositing
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG, SET_ASIDE
from sporades.searches import operations as searches
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.web.office.registrations.deciding import MORE_TIME
from sporades.web.office.registrations.mail_lines import KINDS
from sporades.web.office.registrations.sparing import OF_ACCOMMODATIONS, REASON_NOT_SHOWN
from tests.accommodations.asked import THIRD, reach
from tests.documents.summaries import a_pdf
from tests.evidence.given import MANAGER, again, piece
from tests.exchanges.test_choices_taken_out import (
    DECLARED,
    KEPT_BY_A_HANDICAP,
    OFFERED_BY_A_HANDICAP,
)
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    load_invented,
    registered_in_two_academies,
)
from tests.medical.given import confide, found_clean
from tests.medical.test_scanning import INFECTED, look
from tests.publications import doing
from tests.web.guide import links, main, seen

HELPDESK = Membership.Role.HELPDESK
OF_HEALTH = [
    (
        "libelle: Copie du baccalauréat, si: {diplome: [BAC]}",
        "libelle: Attestation de droits, si: {handicap: oui}",
    ),
    (
        "{motif: Dispense demandée, sur_demande: true}",
        "{motif: Dispense déclarée, sur_demande: true, si: {handicap: oui}}",
    ),
    ("libelle: Votre projet,", "libelle: Votre projet, si: {handicap: oui},"),
]
"""A piece, a dispense and a question that a declared handicap alone calls for."""
TABS = ("registration", "pieces", "documents", "thread", "mails", "notes")
CLOSED = ("history", "accommodation", "journal")

pytestmark = pytest.mark.usefixtures("kept", "confided")


@pytest.fixture
def helpdesk(member):
    return member("A09", role=HELPDESK, email="accueil@exemple.test")


@pytest.fixture
def declared(helpdesk):
    """File the registration of somebody who declared a handicap, and all that it calls for."""
    load_invented(*OF_HEALTH)
    forget()
    filed = a_registration(
        a_candidate(),
        informations={"has_disability": "oui"},
        epreuves={"statut-E3": "dispense", "option-E3": ""},
        supplementaires={"q-projet": "Un projet à moi"},
    )
    yield filed
    forget()


def page_of(registration, tab="registration", **more):
    return reverse(f"office:{tab}", args=[registration.number], **more)


def test_a_file_says_nothing_of_health(manager, helpdesk, declared):
    secrets = ("Handicap", "Attestation de droits", "Un projet à moi", "Éducation physique")

    whole = main(manager.get(page_of(declared)))
    page = main(helpdesk.get(page_of(declared)))

    assert [one for one in secrets if one not in whole] == []
    assert [one for one in secrets if one in page] == []
    assert "Français" in page
    assert "Pièce justificative : Pièce d'identité" in page
    assert "Ses aménagements" not in page


@pytest.mark.usefixtures("db")
def test_an_epreuve_that_a_handicap_alone_offers_or_keeps_the_mark_of_is_not_read(
    manager, helpdesk
):
    load_invented(OFFERED_BY_A_HANDICAP, KEPT_BY_A_HANDICAP)
    kept = {"statut-E1": "benefice", "note-E1": "14", "session-E1": "2025"}
    language = {"statut-F1": "inscrit", "option-F1": "BRETON"}
    filed = a_registration(informations=DECLARED, epreuves={**kept, **language})

    whole, page = (main(one.get(page_of(filed))) for one in (manager, helpdesk))

    secrets = ("Bénéfice", "Langue facultative")
    assert [one for one in secrets if one not in whole] == []
    assert [one for one in secrets if one in page] == []
    assert "Mathématiques" in page


def test_its_tabs_are_those_that_say_none(manager, helpdesk, declared):
    tabs = [one.get("href") for one in seen(helpdesk.get(page_of(declared))).cssselect(".s-tabs a")]

    assert tabs == [page_of(declared, tab) for tab in TABS]
    assert {helpdesk.get(page_of(declared, tab)).status_code for tab in TABS} == {200}
    assert {helpdesk.get(page_of(declared, tab)).status_code for tab in CLOSED} == {404}
    assert {manager.get(page_of(declared, tab)).status_code for tab in CLOSED} == {200}


def test_its_pieces_are_read_but_those_of_health_and_none_is_opened(manager, helpdesk, declared):
    assert "Attestation de droits" in main(manager.get(page_of(declared, "pieces")))

    page = main(helpdesk.get(page_of(declared, "pieces")))

    assert "Pièce d'identité" in page
    assert "Attestation de droits" not in page
    for route in ("piece_file", "judge_piece", "scan_piece"):
        where = reverse(f"office:{route}", args=[declared.number, "IDENTITE"])
        assert helpdesk.get(where).status_code == 404


def test_no_reason_is_read_whatever_it_says(manager, helpdesk, declared):
    pages = set()
    for reason in ("Il manque la pièce d'identité.", "Attestation de droits"):
        Registration.objects.update(state="registered", reason="")
        declared.refresh_from_db()
        deciding.decide(registration=declared, decision=FLAG, reason=reason, by=OPERATOR, at=NOW)

        assert f"Motif : {reason}" in main(manager.get(page_of(declared)))
        pages.add(main(helpdesk.get(page_of(declared))))

    (page,) = pages
    assert page.count(REASON_NOT_SHOWN) == 2  # of its state, and of what its candidate reads
    assert "Manque : Ce que demande votre service gestionnaire" in page


def test_no_page_of_a_file_says_why_the_office_decided(member, manager, in_lille):
    why = "Voir le certificat du neurologue."
    deposit_and_publish(in_lille, manager.user, "convocation")
    withdrawn = reverse("office:withdraw_document", args=[in_lille.number, "convocation"])
    manager.post(withdrawn, {"motif": why})
    to_versailles = reverse("office:move_registration", args=[in_lille.number])
    manager.post(to_versailles, {"academie": "A25", "motif": why})
    moved = again(in_lille)
    verifying.receive(row=piece(moved), posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.refuse(row=piece(moved), reason=why, seen=None, by=MANAGER, at=NOW)
    deciding.decide(registration=moved, decision=FLAG, reason=why, by=OPERATOR, at=NOW)
    there = member("A25", email="versailles@exemple.test")
    helpdesk = member("A25", role=HELPDESK, email="accueil@exemple.test")

    pages = {
        tab: page_of(moved, tab) for tab in ("registration", "pieces", "documents", "envelope")
    }
    said = {tab: main(there.get(page)).count(why) for tab, page in pages.items()}
    assert said == {"registration": 4, "pieces": 2, "documents": 2, "envelope": 2}
    read = {tab: main(helpdesk.get(page)) for tab, page in pages.items()}
    assert [tab for tab, page in read.items() if why in page] == []
    assert f"Non conforme. {REASON_NOT_SHOWN}" in read["registration"]
    assert f"Non conforme. {REASON_NOT_SHOWN}" in read["envelope"]


def test_why_another_registration_is_set_aside_is_read_by_the_role_that_reaches_it(member):
    registered_in_two_academies(candidate := a_candidate())
    mine, other = Registration.objects.filter(candidate=candidate).order_by("-pk")
    why = "Voir le certificat du neurologue."
    deciding.decide(registration=again(other), decision=SET_ASIDE, reason=why, by=OPERATOR, at=NOW)
    browser = member("A25", email="versailles@exemple.test")
    assert main(browser.get(page_of(mine))).count("écartée") == 0
    Membership.objects.create(
        user=browser.user, role=HELPDESK, full_name="Lou Castelain", academies=["A09"]
    )

    page = main(browser.get(page_of(mine)))

    assert f"est écartée : n°{other.number}" in page
    assert why not in page
    browser.user.memberships.exclude(role=HELPDESK).update(academies=["A09", "A25"])
    assert why in main(browser.get(page_of(mine)))


def test_no_document_is_opened_and_decisions_on_accommodations_are_not_listed(helpdesk, in_lille):
    reach(in_lille, CaseState.NOTIFIED, Wish(THIRD))

    page = main(helpdesk.get(page_of(in_lille, "documents")))

    assert "Récapitulatif" in page
    assert "ménagement d'épreuves" not in page
    for kind in kinds.registered():
        where = reverse("office:document_pdf", args=[in_lille.number, kind.slug])
        assert helpdesk.get(where).status_code == 404


def test_mails_are_named_by_their_kinds_and_those_of_accommodations_are_not(
    manager, helpdesk, in_lille
):
    reach(in_lille, CaseState.NOTIFIED, Wish(THIRD))
    subjects = set(Message.objects.values_list("subject", flat=True))
    whole = main(manager.get(page_of(in_lille, "mails")))
    assert any(KINDS[one] in whole for one in OF_ACCOMMODATIONS)

    page = main(helpdesk.get(page_of(in_lille, "mails")))

    assert KINDS["registered"] in page
    assert [one for one in OF_ACCOMMODATIONS if KINDS[one] in page] == []
    assert [one for one in subjects if one in page] == []


def test_every_mail_of_accommodations_to_a_candidate_is_known():
    folder = Path(sporades.accommodations.__file__).parent / "templates/mail"
    to_doctors = {"opinions_awaited"}

    assert {one.stem for one in folder.glob("*.txt")} - to_doctors == OF_ACCOMMODATIONS


def test_every_kind_that_an_act_on_a_request_writes_is_left_out_or_told_by_its_key():
    written = set()
    for package in (accommodating, sporades.acts.medical):
        for one in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(one.name)
            tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
            named = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
            written |= {one for one in (*named, *vars(module).values()) if isinstance(one, str)}

    by_key = {"request_silent", "file_refused"}
    assert (written & KINDS.keys()) - by_key <= OF_ACCOMMODATIONS
    assert by_key <= written


def deposit_and_publish(registration, user, kind, decision=None):
    """Have a PDF deposited for a registration, published, and its candidate told."""
    made = depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=registration.pk),
        kind=kinds.get(kind),
        content=a_pdf(),
        reach=permissions.reach(user.memberships.all(), Permission.PREPARE_DOCUMENTS),
        by=user,
        author=doing.member(user),
        at=NOW,
        decision=decision,
    )
    doing.publish_together(made, user)
    doing.tell(made)


def test_silence_on_accommodations_is_not_told_and_that_on_a_modification_is(
    manager, helpdesk, in_lille
):
    found_clean(confide(in_lille, kind="CERTIFICAT"))
    reach(in_lille, CaseState.ASKED, Wish(THIRD))
    accommodating.tell_of_unanswered(at=NOW + timedelta(days=70))
    silent = Message.objects.get(kind="request_silent")
    Message.objects.filter(pk=silent.pk).update(state=Message.State.REFUSED)
    resending.send_again(
        message=silent, registration=in_lille, by=OPERATOR, at=NOW + timedelta(days=71)
    )

    assert KINDS["request_silent"] in main(manager.get(page_of(in_lille, "mails")))
    assert KINDS["request_silent"] not in main(helpdesk.get(page_of(in_lille, "mails")))

    of_change = {"key": "changerequest:1:silence", "again_of": None}
    Message.objects.filter(pk=silent.pk).update(**of_change)
    assert main(helpdesk.get(page_of(in_lille, "mails"))).count(KINDS["request_silent"]) == 2


def test_a_paper_of_health_that_the_antivirus_refuses_is_not_told(
    manager, helpdesk, in_lille, settings
):
    known = main(helpdesk.get(page_of(in_lille, "mails")))
    confide(in_lille, kind="CERTIFICAT")
    look(settings, INFECTED)

    assert KINDS["file_refused"] in main(manager.get(page_of(in_lille, "mails")))
    assert main(helpdesk.get(page_of(in_lille, "mails"))) == known


def test_a_document_that_is_left_out_is_told_by_no_mail_and_another_is(manager, helpdesk, in_lille):
    known = main(helpdesk.get(page_of(in_lille, "mails")))
    deposit_and_publish(in_lille, manager.user, "notification-amenagement", doing.DECISION)
    announcing.remind_unread(at=NOW + timedelta(days=6))
    unread = Message.objects.filter(kind="document_unread")

    whole = main(manager.get(page_of(in_lille, "mails")))
    assert KINDS["document_published"] in whole
    assert KINDS["document_unread"] in whole
    assert unread.count() == 2  # the summary too
    page = main(helpdesk.get(page_of(in_lille, "mails")))
    assert KINDS["document_published"] not in page
    assert page.count(KINDS["document_unread"]) == 1
    assert page != known

    deposit_and_publish(in_lille, manager.user, "convocation")
    page = main(helpdesk.get(page_of(in_lille, "mails")))
    assert page.count(KINDS["document_published"]) == 1


def test_a_decision_that_is_posted_once_its_account_is_closed_is_not_told(
    manager, helpdesk, in_lille
):
    deposit_and_publish(in_lille, manager.user, "notification-amenagement", doing.DECISION)
    candidate = in_lille.candidate
    detaching.detach(
        candidate.user.email, number=candidate.number, reason="Compte volé", by=OPERATOR, at=NOW
    )

    posted = Message.objects.filter(kind="document_published", state=Message.State.LETTER)
    assert posted.count() == 2  # the summary too
    assert main(helpdesk.get(page_of(in_lille, "mails"))).count(KINDS["document_published"]) == 1


def test_a_piece_of_health_is_told_by_no_mail_and_another_is(manager, helpdesk, declared):
    health = next(
        one for one in pieces_of(again(declared)) if one.row.label == "Attestation de droits"
    )
    for row, count in ((health.row, 0), (piece(declared), 1)):
        verifying.waive(row=row, reason="Vue au guichet.", by=MANAGER, at=NOW)
        page = main(helpdesk.get(page_of(declared, "mails")))
        assert page.count(KINDS["piece_waived"]) == count

    assert main(manager.get(page_of(declared, "mails"))).count(KINDS["piece_waived"]) == 2


def test_a_mail_of_several_pieces_is_not_told_where_one_may_be_of_health(
    manager, helpdesk, declared
):
    granting.grant_all(registration=declared, until=date(2027, 2, 1), by=MANAGER, at=NOW)

    assert KINDS["pieces_given_time"] in main(manager.get(page_of(declared, "mails")))
    page = main(helpdesk.get(page_of(declared, "mails")))
    assert KINDS["pieces_given_time"] not in page
    assert "les rappels de plusieurs pièces non plus" in page


def test_it_finds_somebody_and_lists_nobody_by_criteria(helpdesk, in_lille):
    other = a_registration(a_candidate(birth_name="Le Goffic"))
    criteria = {"g-lien": "et", "g-1-critere": "handicap", "g-1-operateur": "oui"}

    one = helpdesk.post(reverse("office:find"), {"quoi": in_lille.number})
    several = helpdesk.post(reverse("office:find"), {"quoi": "le goff"}, follow=True)

    assert one.headers["Location"] == page_of(in_lille)
    assert {in_lille.number, other.number} <= {*main(several).split()}
    assert "Changer les critères" not in main(several)
    assert "Enregistrer cette recherche" not in main(several)
    assert "Recherche par critères" not in main(helpdesk.get(reverse("office:search")))
    for done in ("rechercher", "ajouter:g"):
        refused = helpdesk.post(reverse("office:search"), {**criteria, "faire": done})
        assert refused.status_code == 404


def test_a_search_by_criteria_is_none_of_theirs_shared_or_kept_from_another_role(
    manager, helpdesk, in_lille
):
    tree = Group(members=(Leaf(CRITERIA["amenagement"], Operator.FILLED),))
    by_name = Group(members=(Leaf(CRITERIA["nom_complet"], Operator.IS, ("Le Goff",)),))
    shared = searches.keep(tree=tree, columns=[], by=manager.user, at=NOW)
    kept = searches.keep(tree=tree, columns=[], by=helpdesk.user, at=NOW)
    named = searches.keep(tree=by_name, columns=["mesures_accordees"], by=helpdesk.user, at=NOW)
    type(shared).objects.filter(pk=shared.pk).update(
        name="Toutes", is_shared=True, perimeters=[{"academies": ["A09"], "domains": None}]
    )

    for search in (shared, kept, named):
        assert helpdesk.get(reverse("office:found", args=[search.pk])).status_code == 404
        walked = helpdesk.get(f"{page_of(in_lille)}?dans={search.pk}&tri=nom&rang=1")
        assert walked.context["walk"] is None
    assert "Toutes" not in main(helpdesk.get(reverse("office:home")))
    assert "Toutes" in main(manager.get(reverse("office:home")))


def test_who_has_another_role_elsewhere_searches_there_alone(member, in_lille, in_versailles):
    both = member("A09", role=HELPDESK)
    Membership.objects.create(
        user=both.user, role=Membership.Role.MANAGER, full_name="Claude Martin", academies=["A25"]
    )
    reach(in_lille, CaseState.NOTIFIED, Wish(THIRD))
    tree = Group(members=(Leaf(CRITERIA["etat"], Operator.IS, ("registered",)),))
    kept = searches.keep(tree=tree, columns=["mesures_accordees"], by=both.user, at=NOW)

    listed = main(both.get(reverse("office:found", args=[kept.pk])))

    assert in_versailles.number in listed
    assert in_lille.number not in listed
    assert both.get(page_of(in_lille)).status_code == 200
    assert both.get(page_of(in_lille, "accommodation")).status_code == 404
    assert both.get(page_of(in_versailles, "accommodation")).status_code == 200


def test_it_notes_and_receives_and_that_it_looked_is_noted(helpdesk, declared):
    written = helpdesk.post(page_of(declared, "write_note"), {"note": "A téléphoné."})
    envelope = page_of(declared, "envelope")
    page = main(helpdesk.get(envelope))
    day = {"poste_le": "20/11/2026", "contenu": [f"{declared.number}/IDENTITE"]}
    noted = helpdesk.post(envelope, day)

    assert written.status_code == noted.status_code == 302
    assert "Pièce d'identité" in page
    assert "Attestation de droits" not in page
    note = declared.notes.get()
    assert (note.text, note.author_name) == ("A téléphoné.", "Claude Martin")
    acts = Entry.objects.filter(actor_kind=HELPDESK).values_list("verb", flat=True)
    assert {"file read", "note written", "piece received"} <= {*acts}
    assert QUALITIES[HELPDESK] == "accueil"


def test_it_leaves_no_more_time_for_a_signed_summary(helpdesk, manager, in_lille):
    Registration.objects.filter(pk=in_lille.pk).update(
        filed_at=NOW - timedelta(days=200), state="registered"
    )
    where = page_of(in_lille, "receive_summary")

    assert "Laisser plus de temps" not in main(helpdesk.get(where))
    helpdesk.post(where, {MORE_TIME: "oui", "delai": "20/01/2027"})
    assert not Entry.objects.filter(verb="summary given time").exists()


def test_it_reads_messages_and_answers_none(helpdesk, in_lille):
    page = main(helpdesk.get(page_of(in_lille, "thread")))

    assert "Envoyer le message" not in page
    answered = helpdesk.post(page_of(in_lille, "answer_message"), {"texte": "Oui."})
    assert answered.status_code == 404


def test_its_home_leads_to_nothing_that_it_may_not_read(helpdesk, in_lille):
    page = seen(helpdesk.get(reverse("office:home")))

    led = {one.get("href") for one in page.cssselect("a[href^='/gestion/']")}
    assert reverse("office:incoming") in led
    assert reverse("office:records") in led
    assert {where: helpdesk.get(where).status_code for where in led} == dict.fromkeys(led, 200)
    assert links(helpdesk.get(reverse("office:home")), "Statistiques") == []


def test_a_head_proposes_the_role_and_the_person_says_what_it_allows(member, helpdesk):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")

    assert "Accueil" in main(head.get(reverse("office:invite_agent")))
    page = main(helpdesk.get(reverse("office:role")))
    may, others = page.split("Ce que d'autres font")
    assert "Noter ce qui arrive par la poste" in may
    assert "Répondre aux messages des candidats" not in may
    assert "Répondre aux messages des candidats" in others
    assert "Lire tout d'un dossier" in others
