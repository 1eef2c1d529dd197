"""« Publications »: deposited, seen, proposed, approved, taken back, through the pages."""

import html
from datetime import timedelta
from itertools import chain
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import leaving, moving
from sporades.batches.models import Batch
from sporades.candidates.models import Candidate
from sporades.intake import reading
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.publications.deposited import DEPOSITED, SILENT, UNTAGGED
from sporades.publications.models import Publication
from sporades.publications.operations import counting, telling
from sporades.publications.refusals import HAS_MOVED, STANDS_NO_MORE
from sporades.publications.states import PublicationState
from sporades.registrations.states import SET_ASIDE
from sporades.web.layout.readers import READER, mark_of
from sporades.web.office.documents import publishing
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.intake.pdfs import spoken
from tests.jobs import work
from tests.letters.test_printing import printed
from tests.publications.test_depositing import of
from tests.publications.zips import archive
from tests.web.guide import buttons, load_competition, main, seen, value_of, words
from tests.web.office.conftest import second_factor_shown
from tests.web.office.test_deciding import decide
from tests.web.office.test_search import leaf, sought
from tests.web.registry.world import HOST, Role, signed_in

HEAD = Membership.Role.HEAD
SLUG = "attestation-inscription"


def where(name, *arguments):
    return reverse(f"office:{name}", args=arguments)


def a_file(content=None, name="convocation.pdf"):
    return SimpleUploadedFile(name, a_pdf() if content is None else content)


DECIDED = {"auteur": "Solène Marchal", "qualite": "cheffe de la division des examens"}


def deposited(client, registration, kind="convocation", content=None):
    """Deposit a PDF for a registration, and return its publication."""
    said = {"nature": kind, "fichier": a_file(content), **DECIDED}
    client.post(where("deposit_one", registration.number), said)
    return Publication.objects.get()


def published(client, head, made):
    """Have what one member of staff proposes approved by another."""
    client.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    head.post(where("approve_publication", made.pk))


def stands(page):
    """Return what a page says, but for what its list is narrowed by."""
    tree = seen(page)
    for form in tree.cssselect("form.s-filter"):
        form.drop_tree()
    return words(tree.cssselect("main")[0])


@pytest.fixture
def head(member):
    return member("A09", role=HEAD, email="cheffe@exemple.test")


def test_what_has_all_its_documents_is_no_more_said_to_be_prepared(manager, in_lille):
    found = deposited(manager, in_lille)
    pages = [where("publications"), where("publication", found.pk)]

    for page in pages:
        said = stands(manager.get(page))
        assert "Documents prêts, à publier" in said
        assert "En préparation" not in said
    lines = found.lines.all()
    lines.update(outcome="waiting", version=None)
    for page in pages:
        said = stands(manager.get(page))
        assert "En préparation" in said
        assert "Documents prêts" not in said


def test_publications_are_narrowed_to_a_kind_a_state_and_an_exam(manager, in_lille):
    load_competition()
    listing = where("publications")
    assert "Afficher" not in buttons(manager.get(listing))
    made = deposited(manager, in_lille)
    manager.post(where("prepare_attestation", in_lille.number))
    other = Publication.objects.exclude(pk=made.pk).get()

    def shown(**said):
        page = manager.get(listing, said)
        return {one for one in (made, other) if where("publication", one.pk) in page.text}

    exam = str(in_lille.exam_id)
    assert shown() == {made, other}
    assert shown(nature=SLUG) == {other}
    assert shown(nature="convocation", etat="preparing", examen=exam) == {made}
    assert shown(etat="withdrawn") == set()
    assert "Aucune publication de ce choix" in main(manager.get(listing, {"etat": "withdrawn"}))
    assert manager.get(listing, {"etat": "ailleurs"}).status_code == 422
    made.lines.update(registration=None)
    assert shown(examen=exam) == {other}


def test_what_is_to_come_is_sought_apart_and_what_waits_for_one_stands_above_all_of_them(
    manager, head, in_lille
):
    listing = where("publications")
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "28/11/2026 08:00"})
    assert "proposée par" in main(head.get(listing))
    assert "proposée par" not in main(head.get(listing, {"etat": "proposed"}))
    head.post(where("approve_publication", made.pk))

    listed = [
        where("publication", made.pk) in head.get(listing, {"etat": one}).text
        for one in ("a-venir", "published")
    ]

    assert listed == [True, False]


def test_the_list_says_whose_document_is_alone(manager, in_lille):
    whose = f"Maëlle Anne LE GOFF, n°{in_lille.number}"
    found = deposited(manager, in_lille)
    line = found.lines.get()

    assert whose in main(manager.get(where("publications")))

    line.pk, line.registration = None, a_registration(a_candidate())
    line.version = None
    line.save()
    assert "LE GOFF" not in main(manager.get(where("publications")))


@pytest.mark.parametrize(("academies", "is_named"), [(["A09"], True), (["A25"], False)])
def test_whose_document_it_is_is_said_within_a_perimeter(
    manager, member, in_lille, academies, is_named
):
    found = deposited(manager, in_lille)
    theirs = [{"academies": academies, "domains": None}]
    Publication.objects.filter(pk=found.pk).update(perimeters=theirs)

    page = main(member(*academies, email="autre@exemple.test").get(where("publications")))

    assert "Documents prêts, à publier" in page
    assert ("LE GOFF" in page) is is_named


@pytest.fixture
def candidate(in_lille, client):
    """Return the browser of the candidate."""
    client.defaults["HTTP_HOST"] = HOST
    client.cookies["__Host-session"] = signed_in(in_lille.candidate.user, Role.OWNER)
    return client


def test_a_batch_prepares_what_is_then_seen_and_published(manager, in_lille, candidate):
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    acting = reverse("office:batch", args=[page.context["search"].pk])
    assert "Préparer un document" in html.unescape(manager.get(acting).text)
    manager.post(acting, {"decision": f"prepare-{SLUG}", "motif": ""})
    batch = Batch.objects.get()
    manager.post(where("launch_batch", batch.pk))
    work("batches")
    made = Publication.objects.get()
    assert where("publication", made.pk) in manager.get(where("one_batch", batch.pk)).text
    assert where("publication", made.pk) in manager.get(where("documents", in_lille.number)).text

    seen = main(manager.get(where("prepared_document", made.pk, in_lille.number)))
    paper = manager.get(where("prepared_pdf", made.pk, in_lille.number))
    assert "cette personne est inscrite" in seen
    assert paper.content.startswith(b"%PDF-")
    theirs = reverse("candidate:document", args=[in_lille.number, SLUG])
    assert candidate.get(theirs).status_code == 404

    page = manager.post(where("publish_publication", made.pk), {"a_partir_du": ""}, follow=True)
    assert "Les documents sont publiés" in html.unescape(page.text)
    assert "cette personne est inscrite" in main(candidate.get(theirs))
    made.lines.get().version.refresh_from_db()
    assert made.lines.get().version.opened_at == NOW
    work("publications")
    assert Message.objects.filter(kind="document_published").count() == 1


def test_one_attestation_is_prepared_at_once_and_shown_to_whoever_asks_for_it(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Abadie", email="abadie@exemple.test"))
    page = manager.get(where("documents", in_lille.number))
    button = where("prepare_attestation", in_lille.number)
    assert "Préparer une attestation d'inscription" in buttons(page)

    page = manager.post(button, follow=True)

    made = Publication.objects.get()
    assert page.redirect_chain[-1][0] == where("publication", made.pk)
    assert "Publier" in buttons(page)
    assert where("prepared_document", made.pk, in_lille.number) in page.text
    assert (made.kind, made.state) == (SLUG, PublicationState.PREPARING)
    assert [one.registration for one in made.lines.all()] == [in_lille]
    assert not other.publication_lines.exists()
    assert not Batch.objects.exists()
    assert not Message.objects.exclude(about_kind="registration").filter(written_at=NOW).exists()


def test_an_attestation_that_waits_already_is_shown_rather_than_made_twice(manager, in_lille):
    button = where("prepare_attestation", in_lille.number)
    manager.post(button)
    made = Publication.objects.get()

    again = manager.post(button, follow=True)

    assert again.redirect_chain[-1][0] == where("publication", made.pk)
    assert Publication.objects.get() == made


def test_an_attestation_that_waits_where_one_may_not_read_is_said(manager, in_lille):
    manager.post(where("prepare_attestation", in_lille.number))
    everywhere = [{**Publication.objects.get().perimeters[0], "academies": None}]
    Publication.objects.update(perimeters=everywhere)

    page = manager.post(where("prepare_attestation", in_lille.number), follow=True)

    assert page.redirect_chain[-1][0] == where("documents", in_lille.number)
    assert "déjà préparé pour cette inscription" in main(page)


def test_no_attestation_is_offered_of_what_stands_no_more(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    page = manager.get(where("documents", in_lille.number))

    assert "Préparer une attestation" not in main(page)
    again = manager.post(where("prepare_attestation", in_lille.number), follow=True)
    assert "L'inscription ne compte plus" in html.unescape(again.text)
    assert not Publication.objects.exists()


def test_who_reads_only_is_offered_no_attestation_nor_prepares_any(member, in_lille):
    reader = member("A09", role=Membership.Role.AUDITOR)

    assert "Préparer une attestation" not in main(reader.get(where("documents", in_lille.number)))
    assert reader.post(where("prepare_attestation", in_lille.number)).status_code in {403, 404}
    assert not Publication.objects.exists()


def test_what_is_of_another_academy_has_no_attestation(member, in_lille):
    elsewhere = member("A25", email="ailleurs@exemple.test")

    assert elsewhere.post(where("prepare_attestation", in_lille.number)).status_code == 404
    assert not Publication.objects.exists()


def test_what_is_prepared_is_read_in_the_order_of_names(manager, in_lille):
    first = a_registration(a_candidate(birth_name="Abadie", email="abadie@exemple.test"))
    last = a_registration(a_candidate(birth_name="Zidane", email="zidane@exemple.test"))
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    acting = reverse("office:batch", args=[page.context["search"].pk])
    manager.post(acting, {"decision": f"prepare-{SLUG}", "motif": ""})
    manager.post(where("launch_batch", Batch.objects.get().pk))
    work("batches")

    page = manager.get(where("publication", Publication.objects.get().pk))

    shown = [line.number for line in page.context["page"]]
    assert shown == [first.number, in_lille.number, last.number]


def test_that_a_manager_looks_is_no_reading_by_its_candidate(manager, in_lille):
    made = deposited(manager, in_lille)
    for name in ("prepared_document", "prepared_pdf"):
        assert manager.get(where(name, made.pk, in_lille.number)).status_code == 200

    assert made.lines.get().version.opened_at is None


@pytest.mark.parametrize("page", ["deposit_one", "deposit_many"])
def test_a_deposit_that_is_sent_twice_is_one_publication(manager, in_lille, page):
    where_to = where(page, *([in_lille.number] if page == "deposit_one" else []))
    press = value_of(manager.get(where_to), "envoi")

    def sent(content):
        paper = a_pdf(content)
        file = a_file(paper, "convocation.pdf")
        if page == "deposit_many":
            file = a_file(archive(**{in_lille.number: paper}), "convocations.zip")
        name = "fichier" if page == "deposit_one" else "archive"
        return manager.post(where_to, {"nature": "convocation", "envoi": press, name: file})

    first = sent("Convocation de Maëlle Le Goff")
    again = sent("Convocation de Maëlle Le Goff")

    assert (first.status_code, first.url) == (again.status_code, again.url) == (302, first.url)
    made = Publication.objects.get()
    # What was dropped is not what is asked for, from the page that the browser has kept.
    manager.post(where("drop_publication", made.pk))
    anew = sent("Convocation de Maëlle Le Goff")
    assert (anew.status_code, anew.url == first.url) == (302, False)
    assert Publication.objects.count() == 2


@pytest.mark.parametrize("decides", ["approve_publication", "refuse_publication"])
def test_what_is_proposed_anew_is_not_decided_from_the_page_of_what_was_before(
    manager, head, member, in_lille, decides
):
    made = deposited(manager, in_lille)
    again = {"motif": "La date est fausse"}
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "28/11/2026 08:00"})
    read = value_of(head.get(where("publication", made.pk)), "vu")
    member("A09", role=HEAD, email="chef@exemple.test").post(
        where("refuse_publication", made.pk), again
    )
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})

    page = head.post(where(decides, made.pk), {"vu": read, **again}, follow=True)

    made.refresh_from_db()
    assert made.state == "proposed"
    assert "lisez sa page avant de recommencer" in html.unescape(page.text)
    head.post(where(decides, made.pk), {"vu": value_of(page, "vu"), **again})
    made.refresh_from_db()
    assert made.state == {"approve_publication": "published"}.get(decides, "preparing")


def test_a_convocation_is_read_once_a_second_person_has_approved(
    manager, member, in_lille, candidate
):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    made = deposited(manager, in_lille)
    said = {"a_partir_du": "28/11/2026 08:00"}
    page = manager.post(where("publish_publication", made.pk), said, follow=True)
    assert "une autre personne doit l'approuver" in html.unescape(page.text)
    assert "Approuver la publication" not in page.text
    assert manager.post(where("approve_publication", made.pk)).status_code == 404

    assert where("publication", made.pk) in head.get(where("home")).text
    waiting = main(head.get(where("publications")))
    assert "1 document. À publier le samedi 28 novembre 2026 à 8 h" in waiting
    assert "Approuver la publication" in head.get(where("publication", made.pk)).text
    page = head.post(where("approve_publication", made.pk), follow=True)

    assert "seront lus à partir du samedi 28 novembre 2026 à 8 h" in main(page)
    assert "À publier 1" in main(page)
    assert "Publié" not in main(page)
    assert "Publication décidée, à venir le samedi 28 novembre 2026 à 8 h" in main(
        head.get(where("publications"))
    )
    theirs = reverse("candidate:document", args=[in_lille.number, "convocation"])
    assert candidate.get(theirs).status_code == 404
    folder = reverse("candidate:folder", args=[in_lille.number])
    assert "Convocation" not in main(candidate.get(folder))


@pytest.mark.parametrize("kind", DEPOSITED, ids=lambda kind: kind.slug)
def test_what_the_office_deposits_is_listed_told_and_given_to_its_candidate(
    manager, head, in_lille, candidate, kind
):
    content = a_pdf(f"{kind.title} de Maëlle")
    published(manager, head, deposited(manager, in_lille, kind.slug, content))
    folder = reverse("candidate:folder", args=[in_lille.number])
    page, pdf = (
        reverse(f"candidate:{name}", args=[in_lille.number, kind.slug])
        for name in ("document", "document_pdf")
    )

    assert f"À propos de ce document : {kind.title}" in main(candidate.get(folder))
    assert kind.title in main(candidate.get(page))
    assert candidate.get(pdf).content == content


def test_the_journal_of_a_file_says_who_decided_what_the_service_published_and_withdrew(
    manager, head, in_lille
):
    made = deposited(manager, in_lille)
    published(manager, head, made)
    work("publications")
    manager.post(where("withdraw_publication", made.pk), {"motif": "Erreur"})
    work("publications")

    page = main(manager.get(where("journal", in_lille.number)))

    decided, withdrawn = Entry.objects.filter(
        verb__in=("publication published", "publication withdrawn")
    ).order_by("pk")
    assert decided.author_in_words != withdrawn.author_in_words
    title, by = "Convocation", "Sporades, service ; décidé par"
    assert f"Document publié : {title} {by} {decided.author_in_words}" in page
    assert f"Document retiré : {title} {by} {withdrawn.author_in_words}" in page
    assert f"Document préparé : {title}" in page
    lines = main(head.get(where("all_acts"), {"acte": "document published"}))
    assert f"Sporades, service ; décidé par {decided.author_in_words}" in lines


def test_what_was_withdrawn_is_on_the_file_with_its_reason_as_its_candidate_reads_it(
    manager, head, in_lille, candidate
):
    made = deposited(manager, in_lille)
    published(manager, head, made)
    work("publications")
    assert "Documents retirés" not in main(manager.get(where("documents", in_lille.number)))
    manager.post(where("withdraw_publication", made.pk), {"motif": "Erreur de salle"})
    work("publications")

    said = "Convocation, version n°1 : retiré le 25/11/2026. Motif : Erreur de salle"
    assert said in main(candidate.get(reverse("candidate:folder", args=[in_lille.number])))
    assert said in main(manager.get(where("documents", in_lille.number)))


def test_who_opens_no_page_is_said_to_have_a_letter_and_it_is_counted_beforehand(
    manager, head, in_lille
):
    by_letter = "Par courrier, à imprimer et à poster"
    made = deposited(manager, in_lille)
    assert by_letter not in main(manager.get(where("publication", made.pk)))
    Candidate.objects.update(user=None, email="")
    assert f"{by_letter} 1" in main(manager.get(where("publication", made.pk)))
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    assert f"{by_letter} 1" in main(head.get(where("publication", made.pk)))

    page = head.post(where("approve_publication", made.pk), follow=True)
    work("publications")

    assert f"{by_letter} : 1." in main(page)
    file = main(manager.get(where("documents", in_lille.number)))
    assert "Par courrier. À imprimer" in file
    assert "Pas encore ouvert" not in file
    assert f"{by_letter} 1" in main(manager.get(where("publication", made.pk)))
    printed()
    assert by_letter not in main(manager.get(where("publication", made.pk)))


def test_a_decision_is_said_to_go_by_letter_to_whoever_has_no_account_and_reads_mails(
    manager, head, in_lille
):
    Candidate.objects.update(user=None, email="maelle@exemple.test")
    made = deposited(manager, in_lille, kind="notification-amenagement")
    assert "Par courrier, à imprimer et à poster 1" in main(
        manager.get(where("publication", made.pk))
    )
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})

    page = head.post(where("approve_publication", made.pk), follow=True)
    work("publications")

    assert "prévenu, par mail ou par courrier. Par courrier, à imprimer et à poster : 1." in main(
        page
    )
    assert Letter.objects.waiting().count() == 1


def test_what_was_made_elsewhere_is_opened_by_its_pdf_and_not_by_the_page_that_tells_of_it(
    manager, member, in_lille, candidate
):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    head.post(where("approve_publication", made.pk))
    page, pdf = (
        reverse(f"candidate:{name}", args=[in_lille.number, "convocation"])
        for name in ("document", "document_pdf")
    )

    home = candidate.get("/accueil").text
    assert f'href="{page}"' in home
    assert f'href="{pdf}"' not in home
    told = candidate.get(page)
    listed = main(candidate.get(reverse("candidate:folder", args=[in_lille.number])))

    assert "Ce document est un PDF établi par le service gestionnaire." in main(told)
    assert "À propos de ce document : Convocation" in listed
    assert SILENT in main(told)
    assert f"{SILENT} « À propos de ce document » dit à qui le demander." in listed
    version = made.lines.get().version
    version.refresh_from_db()
    assert version.opened_at is None
    assert candidate.get(pdf).status_code == 200
    version.refresh_from_db()
    assert version.opened_at == NOW


@pytest.mark.parametrize(
    ("content", "said"), [(a_pdf(), SILENT), (spoken(tags=False), UNTAGGED), (spoken(), "")]
)
def test_what_no_screen_reader_reads_is_said_to_who_deposits_and_to_who_approves(
    manager, member, in_lille, content, said
):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    made = deposited(manager, in_lille, content=content)
    page = where("publication", made.pk)
    read = [main(manager.get(page))]
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    read.append(main(head.get(page)))

    for one in read:
        assert ("Avec un lecteur d'écran" in one) is bool(said)
        assert (f"1 document. {said or SILENT}" in one) is bool(said)
    assert "Approuver la publication" in read[1]
    assert ("Publier reste possible" in read[1]) is bool(said)

    head.post(where("approve_publication", made.pk))
    published_now = main(head.get(page))
    assert ("Avec un lecteur d'écran" in published_now) is bool(said)
    assert "Publier reste possible" not in published_now
    head.post(where("withdraw_publication", made.pk), {"motif": "Erreur"})
    assert "Avec un lecteur d'écran" not in main(head.get(page))


def test_what_does_not_say_whose_it_is_is_shown_first_to_who_deposits_and_to_who_approves(
    manager, head, in_lille
):
    made = deposited(manager, in_lille, content=a_pdf())
    page = where("publication", made.pk)
    read = [main(manager.get(page))]
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    read.append(main(head.get(page)))
    head.post(where("approve_publication", made.pk))
    read.append(main(head.get(page)))

    said = "1 document. Ni le nom ni un numéro de la personne ne s'y lisent"
    assert [said in one for one in read] == [True] * 3
    assert ["Ouvrez-le avant de publier" in one for one in read] == [True, True, False]
    assert "Ni nom ni numéro de cette personne n'y est lu." in read[1]


def test_what_bears_the_name_of_one_and_the_number_of_another_is_shown_first(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Zola", first_names="Ève"))
    named = f"{in_lille.identity.first_names.split()[0]} {in_lille.identity.birth_name}"
    made = deposited(manager, in_lille, content=of(f"{named}, inscription {other.number}"))

    read = main(manager.get(where("publication", made.pk)))

    assert "1 document. Le nom de la personne s'y lit, avec le numéro ou la date" in read
    assert "Ce PDF porte ce nom, et le numéro ou la date de naissance d'une autre" in read
    assert "Ni le nom ni un numéro" not in read


def test_what_no_screen_reader_reads_is_no_more_said_of_what_was_taken_back(
    manager, head, in_lille
):
    made = deposited(manager, in_lille)
    page = where("publication", made.pk)
    assert "Publier reste possible" in main(manager.get(page))

    published(manager, head, made)
    read = main(manager.get(page))
    assert f"1 document. {SILENT}" in read
    assert "Publier reste possible" not in read

    manager.post(where("withdraw_publication", made.pk), {"motif": "Erreur"})
    assert "Avec un lecteur d'écran" not in main(manager.get(page))


def test_the_instant_that_was_typed_waits_while_the_second_factor_is_shown(
    manager, head, in_lille, time_machine
):
    made = deposited(manager, in_lille, kind="notification-amenagement")
    late = NOW + timedelta(minutes=16)
    time_machine.move_to(late)
    typed = {"a_partir_du": "28/11/2026 08:00", READER: mark_of(manager.user)}

    detour = manager.post(where("publish_publication", made.pk), typed)
    second_factor_shown(manager, at=late)
    page = manager.get(where("publish_publication", made.pk), follow=True)

    assert detour.url.startswith(reverse("mfa_reauthenticate"))
    assert "publier des documents" in main(manager.get(detour.url))
    assert page.redirect_chain == [(where("publication", made.pk), 302)]
    assert "Votre second facteur est vérifié : relisez, puis publiez." in main(page)
    assert "Ce que vous aviez saisi est de nouveau dans le formulaire" in main(page)
    assert "Votre session s'était terminée" not in main(page)
    assert value_of(page, "a_partir_du") == "28/11/2026 08:00"
    done = manager.post(where("publish_publication", made.pk), typed, follow=True)
    assert "samedi 28 novembre 2026 à 8 h" in main(done)
    assert not manager.session.get("kept")


def test_what_is_to_come_and_would_not_follow_is_said_before_an_academy_is_changed_and_there(
    manager, head, member, in_lille, time_machine
):
    move = where("move_registration", in_lille.number)
    warned = "Pas encore lu : Convocation (à publier le mercredi 25 novembre 2026 à 18 h"
    assert "Pas encore lu" not in main(manager.get(move))
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "25/11/2026 18:00"})
    head.post(where("approve_publication", made.pk))

    assert warned in main(manager.get(move)).replace("\xa0", " ")

    manager.post(move, {"academie": "A25", "motif": "Il a déménagé"})
    late = NOW + timedelta(hours=9)
    telling.tell(str(made.pk), at=late)
    time_machine.move_to(late)
    there = member("A25", email="versailles@exemple.test", at=late)
    page = main(there.get(where("documents", in_lille.number)))
    assert "Pas publiés pour cette inscription" in page
    assert HAS_MOVED in page


@pytest.mark.parametrize("kind", ["convocation", "notification-amenagement"])
def test_who_is_restored_after_the_instant_is_said_to_have_none_until_it_is_deposited_again(
    manager, head, in_lille, member, time_machine, *, kind
):
    made = deposited(manager, in_lille, kind=kind)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "25/11/2026 18:00"})
    head.post(where("approve_publication", made.pk))
    decide(in_lille, SET_ASIDE, "Condition non remplie.")
    late = NOW + timedelta(hours=9)
    telling.tell(str(made.pk), at=late)
    time_machine.move_to(late)
    title, office = made.publishes.title, member("A09", email="soir@exemple.test", at=late)
    [documents, decision] = [where(one, in_lille.number) for one in ("documents", "decide")]
    lacks = f"{title}, publication du mercredi 25 novembre 2026 à 18 h"
    assert lacks not in main(office.get(documents))

    done = office.post(decision, {"decision": "restore", "motif": ""}, follow=True)

    assert f"Pas publié pour cette inscription : {title} (« Documents »)." in main(done)
    page = main(office.get(documents))
    assert lacks in page.replace("\xa0", " ")
    assert STANDS_NO_MORE in page
    office.post(
        where("deposit_one", in_lille.number),
        {"nature": kind, "fichier": a_file(), **DECIDED},
    )
    assert "Pas publiés pour cette inscription" not in main(office.get(documents))


def test_what_is_to_be_approved_without_a_registration_is_said_on_its_page(manager, head, in_lille):
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "25/11/2026 18:00"})
    made.lines.update(outcome="refused", why=STANDS_NO_MORE)

    page = main(manager.get(where("documents", in_lille.number)))

    assert "Pas publiés pour cette inscription" in page
    assert "Convocation, publication" in page
    assert STANDS_NO_MORE in page


def test_the_instant_of_what_is_to_come_is_changed_on_its_page(manager, head, in_lille, candidate):
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "28/11/2026 08:00"})
    head.post(where("approve_publication", made.pk))
    page = manager.get(where("publication", made.pk))
    assert "Une autre personne doit approuver le nouvel instant" in main(page)

    page = manager.post(
        where("move_publication", made.pk), {"a_partir_du": "28/11/2026 18:00"}, follow=True
    )
    assert "La publication est proposée : une autre personne doit l'approuver." in main(page)
    assert "Changer l'instant" not in main(page)
    page = head.post(where("approve_publication", made.pk), follow=True)

    assert "Les documents seront lus à partir du samedi 28 novembre 2026 à 18 h" in main(page)


def test_what_is_to_come_is_published_at_once_where_no_other_instant_is_given(
    manager, head, in_lille, candidate
):
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "28/11/2026 08:00"})
    head.post(where("approve_publication", made.pk))

    manager.post(where("move_publication", made.pk), {"a_partir_du": ""})
    page = head.post(where("approve_publication", made.pk), follow=True)

    made.refresh_from_db()
    assert (made.state, made.publish_at) == (PublicationState.PUBLISHED, NOW)
    assert "Les documents sont publiés" in main(page)


def test_what_is_gone_through_by_parts_says_where_it_is(
    manager, head, in_lille, candidate, monkeypatch
):
    """One document more than one transaction takes is taken by a job, once it takes one."""
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    monkeypatch.setattr(counting, "AT_ONCE", 0)

    page = main(head.post(where("approve_publication", made.pk), follow=True))

    assert "lus de tous au même instant" in page
    assert "Publication en cours" in page
    assert "aucun candidat n'en voit" in page
    assert "Publication en cours" in stands(head.get(where("publications")))
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    work("publications")
    page = main(head.get(where("publication", made.pk)))
    assert "Publiés le mercredi 25 novembre 2026" in page
    assert "en cours" not in page

    monkeypatch.setattr(counting, "AT_ONCE", 0)
    page = main(
        head.post(where("withdraw_publication", made.pk), {"motif": "Date fausse"}, follow=True)
    )
    assert "Plus personne ne lit aucun de ces documents." in page
    monkeypatch.setattr(counting, "AT_ONCE", 1)
    work("publications")
    assert "Plus personne ne lit" not in main(head.get(where("publication", made.pk)))


def test_what_is_dropped_says_that_its_documents_are_erased_and_that_none_was_read(
    manager, head, in_lille, candidate, monkeypatch
):
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "28/11/2026 08:00"})
    head.post(where("approve_publication", made.pk))
    monkeypatch.setattr(counting, "AT_ONCE", 0)

    page = main(manager.post(where("drop_publication", made.pk), follow=True))
    page = main(manager.get(where("publication", made.pk)))

    assert "Personne n'a lu aucun de ces documents, qui sont effacés." in page
    assert page.count("À effacer") == 2
    assert "Publié" not in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("24/11/2026 08:00", "Cet instant est passé"),
        ("28/11/2026 08:00", "C'est déjà l'instant de cette publication"),
        ("28/11/2036 08:00", "plus de deux ans"),
    ],
)
def test_another_instant_that_cannot_be_is_refused_at_its_place(
    manager, head, in_lille, typed, words
):
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": "28/11/2026 08:00"})
    head.post(where("approve_publication", made.pk))

    page = manager.post(where("move_publication", made.pk), {"a_partir_du": typed})

    assert page.status_code == 422
    assert words in main(page)
    assert (value_of(page, "a_partir_du") or "") == typed
    made.refresh_from_db()
    assert made.state == PublicationState.PUBLISHED


def test_a_proposal_is_sent_back_with_a_reason_that_its_author_reads(manager, member, in_lille):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    page = head.post(where("refuse_publication", made.pk), {"motif": " "})
    assert page.status_code == 422
    assert "qui a proposé la publication le lira." in html.unescape(page.text)

    page = head.post(where("refuse_publication", made.pk), {"motif": "Date fausse"}, follow=True)

    assert "La proposition est refusée" in html.unescape(page.text)
    seen = main(manager.get(where("publication", made.pk)))
    assert "Proposition refusée par" in seen
    assert "Motif : Date fausse" in seen


def test_who_proposes_reads_who_may_approve_and_that_nobody_may_any_more(manager, member, in_lille):
    head = member("A09", role=HEAD, email="cheffe@exemple.test").user
    made = deposited(manager, in_lille)
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    named = f"Le peut : {head.memberships.get().full_name} (chef de service)."

    assert named in main(manager.get(where("publication", made.pk)))
    head.memberships.update(ends_on=(NOW - timedelta(days=1)).date())

    left = main(manager.get(where("publication", made.pk)))
    assert "doit l'approuver, et aucune ne le peut plus : voyez avec" in left
    assert named not in left


def test_who_reads_what_concerns_them_reads_no_more_of_it_once_it_is_sent_back(
    member, in_lille, manager
):
    everywhere = member(role=Membership.Role.ADMINISTRATOR, email="partout@exemple.test")
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    elsewhere = {"20999999993": a_pdf(), in_lille.number: a_pdf()}
    zipped = SimpleUploadedFile("lot.zip", archive(**elsewhere))
    everywhere.post(where("deposit_many"), {"nature": "convocation", "archive": zipped})
    work("publications")
    made = Publication.objects.get()
    here = where("publication", made.pk)
    assert head.get(here).status_code == 404
    everywhere.post(where("publish_publication", made.pk), {"a_partir_du": ""})

    assert "20999999993" in everywhere.get(here).text
    page = head.get(here)
    assert "Approuver la publication" in page.text
    assert in_lille.number in page.text
    assert "20999999993" not in page.text
    assert "20999999993" not in head.get(where("publication_refusals", made.pk)).content.decode()
    assert manager.get(here).status_code == 200

    page = head.post(where("refuse_publication", made.pk), {"motif": "Date fausse"}, follow=True)
    assert page.redirect_chain == [(where("publications"), 302)]
    assert "La proposition est refusée" in html.unescape(page.text)
    assert head.get(here).status_code == 404


def test_what_another_prepares_farther_than_ones_perimeter_is_said_and_leads_nowhere(
    member, in_lille, manager
):
    everywhere = member(role=Membership.Role.ADMINISTRATOR, email="partout@exemple.test")
    made = deposited(everywhere, in_lille)

    page = manager.get(where("documents", in_lille.number))

    assert "Préparés, pas encore lus" in html.unescape(page.text)
    assert where("publication", made.pk) not in page.text
    assert where("publication", made.pk) in everywhere.get(page.wsgi_request.path).text


def test_what_the_academy_before_prepared_keeps_nobody_from_preparing_theirs(
    member, in_lille, manager
):
    deposited(manager, in_lille)
    assert "avant le changement d'académie" not in main(
        manager.get(where("documents", in_lille.number))
    )
    moving.move_for_good(
        registration=in_lille, academy="A25", reason="Déménagement", by=OPERATOR, at=NOW
    )
    there = member("A25", email="versailles@exemple.test")

    page = there.get(where("documents", in_lille.number))

    assert "préparé avant le changement d'académie, il peut n'être jamais publié" in main(page)


def test_when_nothing_holds_any_more_the_page_says_why(manager, in_lille):
    made = deposited(manager, in_lille, "notification-amenagement")
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    page = manager.post(where("publish_publication", made.pk), {"a_partir_du": ""}, follow=True)

    assert "Aucun document ne tient plus" in html.unescape(page.text)
    assert STANDS_NO_MORE in main(page)


def test_the_list_has_the_old_ones_too(manager, in_lille, django_assert_max_num_queries):
    made = deposited(manager, in_lille)
    one = Publication.objects.values().get()
    Publication.objects.bulk_create(
        Publication(**{**one, "id": uuid4(), "asked_at": NOW + timedelta(minutes=minute)})
        for minute in range(1, 260)
    )
    Publication.objects.filter(pk=made.pk).update(kind="attestation")

    with django_assert_max_num_queries(12):
        page = manager.get(where("publications"))
    assert stands(page).count("En préparation") == 50
    last = manager.get(where("publications"), {"page": 6})
    assert where("publication", made.pk) in last.text
    assert manager.get(where("publications"), {"page": "rien"}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("01/12/2062 08:00", "dans plus de deux ans"),
        ("01/11/2026 08:00", "Cet instant est passé"),
        ("demain", "Indiquez le jour et l'heure"),
        ("31/02/2027 08:00", "n'existe pas"),
    ],
)
def test_an_instant_that_cannot_be_is_refused_at_its_place(manager, in_lille, typed, words):
    made = deposited(manager, in_lille)

    page = manager.post(where("publish_publication", made.pk), {"a_partir_du": typed})

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    assert f'value="{typed}"' in page.text
    made.refresh_from_db()
    assert made.state == PublicationState.PREPARING


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"nature": "convocation"}, "Choisissez le fichier PDF"),
        ({"fichier": b"MZ", "nature": "convocation"}, "n'est pas un PDF lisible"),
        ({"fichier": b"", "nature": "convocation"}, "Choisissez le fichier PDF"),
        ({"fichier": None, "nature": ""}, "Choisissez dans la liste"),
        ({"fichier": None, "nature": "recapitulatif"}, "n'est pas proposée ici"),
    ],
    ids=["no file", "no pdf", "empty", "no kind", "our kind"],
)
def test_what_cannot_be_deposited_is_refused_at_its_place(manager, in_lille, said, words):
    posted = {**said, **({"fichier": a_file(said["fichier"])} if "fichier" in said else {})}

    page = manager.post(where("deposit_one", in_lille.number), posted)

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    assert not Publication.objects.exists()


@pytest.mark.usefixtures("reads_each")
def test_when_files_cannot_be_read_now_it_is_said_and_nothing_is_deposited(
    manager, in_lille, monkeypatch
):
    monkeypatch.setattr(reading, "_CHILD", "sporades.intake.none")
    posted = {"nature": "convocation", "fichier": a_file()}

    page = manager.post(where("deposit_one", in_lille.number), posted)

    assert page.status_code == 422
    assert "réessayez plus tard" in html.unescape(page.text)
    assert not Publication.objects.exists()


def test_a_file_that_is_heavier_than_a_route_takes_is_refused_unread(manager, in_lille):
    page = manager.post(
        where("deposit_one", in_lille.number),
        {"nature": "convocation", "fichier": a_file(b"%PDF-" + bytes(7_000_000))},
    )

    assert page.status_code == 413


def test_a_route_that_takes_no_file_writes_none(manager, in_lille):
    page = manager.post(
        where("write_note", in_lille.number), {"note": "Reçu", "fichier": a_file()}, follow=True
    )

    assert page.status_code == 200
    assert not page.wsgi_request.FILES


def test_an_archive_is_read_by_a_job_and_its_refusals_are_a_file(manager, in_lille):
    papers = {in_lille.number: a_pdf(), "20999999993": a_pdf()}
    zipped = SimpleUploadedFile("lot.zip", archive(**papers))
    manager.post(where("deposit_many"), {"nature": "convocation", "archive": zipped})
    made = Publication.objects.get()
    assert "en cours de préparation" in main(manager.get(where("publication", made.pk)))
    work("publications")

    page = main(manager.get(where("publication", made.pk)))
    assert "Prêts 1" in page
    assert "Refusés 1" in page
    listed = main(manager.get(where("publications")))
    assert "(1 document, 1 refus)" in listed
    assert "LE GOFF" not in listed
    file = manager.get(where("publication_refusals", made.pk)).content.decode("utf-8-sig")
    assert "20999999993;20999999993.pdf;Aucune inscription" in file
    assert Entry.objects.filter(verb="publication refusals taken").count() == 1


def zipped(name, *numbers):
    return SimpleUploadedFile(name, archive(**dict.fromkeys(numbers, a_pdf())))


def test_several_archives_are_one_publication_and_say_which_one_a_refusal_came_from(
    manager, head, in_lille
):
    other = a_registration(a_candidate(email="autre@exemple.test"))
    said = {"nature": "convocation", "archive": zipped("lot-1.zip", in_lille.number, "20999999993")}
    manager.post(where("deposit_many"), said)
    made = Publication.objects.get()
    here, adding = where("publication", made.pk), where("add_archive", made.pk)
    assert "Une autre archive s'ajoute une fois ceux-ci lus." in main(manager.get(here))
    assert adding not in manager.get(here).text
    assert manager.get(adding).url == here
    pressed_twice = manager.post(
        adding, {"archive": zipped("lot-2.zip", other.number)}, follow=True
    )
    assert "attendez la fin" in main(pressed_twice)
    work("publications")
    assert "Archive" not in main(manager.get(here)).replace("Ajouter une archive", "")
    assert adding in manager.get(here).text
    assert adding not in head.get(here).text

    assert "au même instant" in main(manager.get(adding))
    lot = zipped("lot-2.zip", in_lille.number, other.number)
    assert manager.post(adding, {"archive": lot}).url == here
    work("publications")

    page = main(manager.get(here))
    assert "Archives 2 Prêts 2" in page
    assert "Refusés 1" in page
    assert "1 fichier donné de nouveau n'est pas ajouté : son inscription avait déjà" in page
    assert "20999999993 20999999993.pdf n°1 (lot-1.zip) Aucune inscription" in page
    assert "(2 archives, 2 documents, 1 refus)" in main(manager.get(where("publications")))
    file = manager.get(where("publication_refusals", made.pk)).content.decode("utf-8-sig")
    assert "Fichier;Archive;Refus" in file
    assert "20999999993.pdf;n°1 (lot-1.zip);" in file


def test_a_publication_of_several_archives_costs_as_few_queries_as_one(
    manager, in_lille, django_assert_max_num_queries
):
    numbers = [a_registration(a_candidate(email=f"p{one}@exemple.test")).number for one in range(4)]
    said = {"nature": "convocation", "archive": zipped("lot-1.zip", in_lille.number)}
    manager.post(where("deposit_many"), said)
    work("publications")
    here = where("publication", Publication.objects.get().pk)
    for name, given in (("lot-2.zip", numbers[:2]), ("lot-3.zip", numbers)):
        adding = where("add_archive", Publication.objects.get().pk)
        manager.post(adding, {"archive": zipped(name, *given)})
        work("publications")

    with django_assert_max_num_queries(12):
        page = main(manager.get(here))

    assert "Archives 3 Prêts 5" in page
    assert "Refusés 0" in page
    assert "2 fichiers donnés de nouveau ne sont pas ajoutés : leurs inscriptions" in page


def test_an_archive_that_brings_nothing_or_is_none_is_refused_at_its_place(manager, in_lille):
    said = {"nature": "convocation", "archive": zipped("lot-1.zip", in_lille.number)}
    manager.post(where("deposit_many"), said)
    work("publications")
    adding = where("add_archive", Publication.objects.get().pk)

    for file, why in (
        (zipped("lot-1.zip", in_lille.number), "Cette archive n'apporte rien"),
        (SimpleUploadedFile("lot.zip", b"rien"), "archive ZIP lisible"),
    ):
        page = manager.post(adding, {"archive": file})
        assert page.status_code == 422
        assert why in main(page)


def test_an_archive_is_taken_out_of_what_waits_for_an_approval_once_its_page_is_read(
    manager, head, in_lille
):
    other = a_registration(a_candidate(email="autre@exemple.test"))
    said = {"nature": "convocation", "archive": zipped("lot-1.zip", in_lille.number)}
    manager.post(where("deposit_many"), said)
    work("publications")
    made = Publication.objects.get()
    assert "Retirer une archive" not in main(manager.get(where("publication", made.pk)))
    lot = {"archive": zipped("lot-2.zip", other.number)}
    manager.post(where("add_archive", made.pk), lot)
    work("publications")
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    taking_out = where("take_archive_out", made.pk, 2)
    assert f'href="{taking_out}"' in manager.get(where("publication", made.pk)).text
    assert taking_out not in head.get(where("publication", made.pk)).text

    page = main(manager.get(taking_out))
    assert "Archive n°2 (lot-2.zip), documents à lire : 1" in page
    assert "La publication attend une approbation : elle revient en préparation" in page
    page = main(manager.post(taking_out, follow=True))

    assert "L'archive est retirée : qui n'a plus de document est parmi les refus." in page
    assert "Prêts 1" in page
    assert "Refusés 1" in page
    assert "n°2 (lot-2.zip, retirée) Retiré de cette publication" in page
    assert "Proposer la publication" in page
    assert manager.get(where("take_archive_out", made.pk, 7)).status_code == 404


def test_a_document_is_taken_out_before_it_is_read(manager, head, in_lille):
    made = deposited(manager, in_lille)
    taking_out = where("take_document_out", made.pk, in_lille.number)
    assert f'href="{taking_out}"' in manager.get(where("publication", made.pk)).text

    page = main(head.get(taking_out))
    assert "Ce document est effacé pour toujours : le candidat ne l'a pas vu" in page
    assert "Qui l'a préparée est prévenu par mail." in page
    page = head.post(taking_out, follow=True)

    assert "Le document est retiré de la publication : l'inscription n'en a plus." in main(page)
    assert "Retiré de cette publication avant qu'elle ne soit lue." in main(page)
    assert "déjà retiré" in main(manager.post(taking_out, follow=True))
    assert manager.get(where("take_document_out", made.pk, "20000099999")).status_code == 404


def test_nothing_is_taken_out_of_what_is_dropped(manager, in_lille):
    made = deposited(manager, in_lille)
    taking_out = where("take_document_out", made.pk, in_lille.number)
    Publication.objects.update(state="dropped")

    assert taking_out not in manager.get(where("publication", made.pk)).text
    assert manager.post(taking_out).url == where("publication", made.pk)


def test_nobody_adds_an_archive_to_what_is_proposed_or_anothers(manager, head, in_lille):
    made = deposited(manager, in_lille)
    adding = where("add_archive", made.pk)
    lot = {"archive": zipped("lot-1.zip", a_registration(a_candidate()).number)}

    assert "Seule la personne qui a déposé" in main(head.post(adding, lot, follow=True))
    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    assert "n'est plus en préparation" in main(manager.post(adding, lot, follow=True))
    assert adding not in manager.get(where("publication", made.pk)).text
    assert made.lines.count() == 1


def test_a_deposit_of_which_all_was_refused_has_nothing_to_publish_and_waits_for_nobody(
    manager, in_lille
):
    zipped = SimpleUploadedFile("lot.zip", archive(**{"20999999993": a_pdf(), "20999999985": b"?"}))
    manager.post(where("deposit_many"), {"nature": "convocation", "archive": zipped})
    assert "Publications à finir" in main(manager.get(reverse("office:home")))
    work("publications")
    made = Publication.objects.get()

    for page in (where("publications"), where("publication", made.pk)):
        said = stands(manager.get(page))
        assert "Rien à publier : 2 refus" in said
        assert "En préparation" not in said
    assert "Publications à finir" not in main(manager.get(reverse("office:home")))


def test_no_file_says_who_was_to_be_notified_of_accommodations(manager, in_lille, monkeypatch):
    monkeypatch.setattr(publishing, "ON_THE_PAGE", 1)
    elsewhere = {"20999999993": a_pdf(), "20999999985": a_pdf(), in_lille.number: a_pdf()}
    zipped = SimpleUploadedFile("lot.zip", archive(**elsewhere))
    manager.post(
        where("deposit_many"), {"nature": "notification-amenagement", "archive": zipped, **DECIDED}
    )
    work("publications")
    here = where("publication", Publication.objects.get().pk)
    file = where("publication_refusals", Publication.objects.get().pk)

    pages = [manager.get(f"{here}?refus={number}") for number in (1, 2)]
    answer = manager.get(file, follow=True)

    shown = [[one for one in elsewhere if f"{one}.pdf" in page.text] for page in pages]
    assert sorted(chain.from_iterable(shown)) == ["20999999985", "20999999993"]
    assert not any(file in page.text for page in pages)
    assert answer.redirect_chain == [(here, 302)]
    assert "elle se lit sur cette page, et ne se télécharge pas" in main(answer)
    assert not Entry.objects.filter(verb="publication refusals taken").exists()


def test_an_archive_that_is_none_is_refused_at_its_place(manager, db):
    said = {"nature": "convocation", "archive": SimpleUploadedFile("lot.zip", b"rien")}

    page = manager.post(where("deposit_many"), said)

    assert page.status_code == 422
    assert "archive ZIP lisible" in html.unescape(page.text)


def test_one_manager_alone_publishes_no_decision_in_anybodys_name(
    manager, head, in_lille, candidate
):
    kind = "notification-amenagement"
    theirs = reverse("candidate:document", args=[in_lille.number, kind])
    made = deposited(manager, in_lille, kind)

    manager.post(where("publish_publication", made.pk), {"a_partir_du": ""})
    assert manager.post(where("approve_publication", made.pk)).status_code == 404
    assert candidate.get(theirs).status_code == 404
    head.post(where("approve_publication", made.pk))

    assert candidate.get(theirs).status_code == 200


def test_documents_are_taken_back_with_a_reason(manager, head, in_lille):
    made = deposited(manager, in_lille, "notification-amenagement")
    published(manager, head, made)

    assert manager.post(where("withdraw_publication", made.pk), {"motif": ""}).status_code == 422
    page = manager.post(where("withdraw_publication", made.pk), {"motif": "Erreur"}, follow=True)

    assert "Les documents sont retirés" in html.unescape(page.text)
    assert "Motif : Erreur" in main(page)


def test_one_document_is_taken_back_from_its_file(manager, head, in_lille):
    made = deposited(manager, in_lille, "notification-amenagement")
    published(manager, head, made)
    taking = where("withdraw_document", in_lille.number, "notification-amenagement")
    assert taking in manager.get(where("documents", in_lille.number)).text

    page = manager.post(taking, {"motif": "Homonyme"}, follow=True)

    assert "Le document est retiré" in html.unescape(page.text)
    assert manager.get(taking).status_code == 404


def test_its_candidate_reads_what_was_taken_back_and_why_until_it_is_replaced(
    manager, head, in_lille, candidate
):
    folder = reverse("candidate:folder", args=[in_lille.number])
    kind = "notification-amenagement"
    theirs = reverse("candidate:document", args=[in_lille.number, kind])
    dropped = deposited(manager, in_lille, kind)
    manager.post(where("drop_publication", dropped.pk))
    dropped.delete()
    made = deposited(manager, in_lille, kind)
    assert "retiré" not in main(candidate.get(folder))
    published(manager, head, made)
    assert "retiré" not in main(candidate.get(folder))
    manager.post(where("withdraw_publication", made.pk), {"motif": "Erreur <b>de date</b>"})

    page = candidate.get(folder)
    assert (
        "Notification d'aménagement d'épreuves, version n°1 : retiré le 25/11/2026. "
        "Motif : Erreur <b>de date</b>" in main(page)
    )
    assert theirs not in page.text
    assert candidate.get(theirs).status_code == 404
    assert candidate.get(f"{theirs}/pdf").status_code == 404

    again = {"nature": kind, "fichier": a_file(), **DECIDED}
    manager.post(where("deposit_one", in_lille.number), again)
    other = Publication.objects.exclude(pk=made.pk).get()
    assert "version n°1 : retiré" in main(candidate.get(folder))
    published(manager, head, other)
    assert "retiré" not in main(candidate.get(folder))
    assert candidate.get(theirs).status_code == 200


def test_the_summary_is_not_taken_back(manager, in_lille):
    taking = where("withdraw_document", in_lille.number, "recapitulatif")

    assert manager.get(taking).status_code == 404


def test_a_publication_is_dropped_before_it_is_read(manager, in_lille):
    made = deposited(manager, in_lille)

    page = manager.get(where("publication", made.pk))
    assert "<summary>Abandonner la publication</summary>" in page.text
    page = manager.post(where("drop_publication", made.pk), follow=True)

    assert "abandonnée" in html.unescape(page.text)
    assert not made.lines.exists()


def test_who_reads_only_sees_what_is_prepared_and_touches_nothing(manager, member, in_lille):
    made = deposited(manager, in_lille)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    page = auditor.get(where("documents", in_lille.number)).text

    assert "Préparés, pas encore lus" in html.unescape(page)
    assert where("publication", made.pk) not in page
    assert auditor.get(where("publication", made.pk)).status_code == 404
    assert where("deposit_one", in_lille.number) not in page


def test_the_page_of_a_publication_asks_as_much_for_one_document_as_for_many(
    manager, in_lille, django_assert_max_num_queries
):
    for number in range(8):
        a_registration(a_candidate(email=f"p{number}@exemple.test"))
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    acting = reverse("office:batch", args=[page.context["search"].pk])
    manager.post(acting, {"decision": f"prepare-{SLUG}", "motif": ""})
    manager.post(where("launch_batch", Batch.objects.get().pk))
    work("batches")

    with django_assert_max_num_queries(14):
        page = manager.get(where("publication", Publication.objects.get().pk))
    assert main(page).count("Préparé") >= 9


def test_the_hour_is_that_of_the_perimeter(member, db):
    client = member("A28")  # La Réunion
    said = SimpleUploadedFile("lot.zip", archive(**{"1": a_pdf()}))
    client.post(where("deposit_many"), {"nature": "convocation", "archive": said})

    assert Publication.objects.get().zone == "Indian/Reunion"


def test_the_menu_has_what_the_roles_of_its_reader_open(manager, member, db):
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    entry = f'href="{where("publications")}"'

    assert entry in manager.get(where("home")).text
    assert entry not in auditor.get(where("home")).text
    assert entry not in auditor.get("/aide").text


def test_the_author_of_a_decision_is_asked_and_read_beside_it(manager, head, in_lille, candidate):
    kind = "notification-amenagement"
    deposit = where("deposit_one", in_lille.number)
    for said, told in (
        ({}, "dites le prénom et le nom de son auteur"),
        ({"auteur": "Marchal", "qualite": "cheffe"}, "Écrivez le prénom, puis le nom."),
        ({"auteur": "Solène Marchal"}, "dites la qualité de son auteur"),
    ):
        page = manager.post(deposit, {"nature": kind, "fichier": a_file(), **said})
        assert page.status_code == 422
        assert told in html.unescape(page.text)
    assert not Publication.objects.exists()

    made = deposited(manager, in_lille, kind)
    published(manager, head, made)

    twin = html.unescape(
        candidate.get(reverse("candidate:document", args=[in_lille.number, kind])).text
    )
    assert "Décision prise par : Solène Marchal, cheffe de la division des examens" in twin.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_who_has_two_roles_publishes_in_that_which_reaches_the_documents(member, in_lille):
    client = member("A25")
    client.user.memberships.create(role=HEAD, full_name="Claude Martin", academies=["A09"])
    made = deposited(client, in_lille)

    client.post(where("drop_publication", made.pk))

    assert Entry.objects.get(verb="publication dropped").actor_kind == "head"
