"""« Demandes de correction d'état civil »: read and decided one after the other (I6, I7)."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.identities import asking, correcting
from sporades.acts.registrations import leaving
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.exams import operations as exams
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.states import RequestState
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.requests import proof_found_clean
from tests.web.guide import links, main
from tests.web.registry.world import source, with_specialities, without_specialities

WHY = "Une lettre manque"


def where(name, *arguments):
    return reverse(f"office:{name}", args=arguments)


def ask(registration, *, at=NOW, **changes):
    candidate = Candidate.objects.get(pk=registration.candidate_id)
    return asking.send(
        candidate=candidate,
        identity={**civil_data(candidate.identity), **(changes or {"birth_name": "Le Gouff"})},
        seen=candidate.identity_id,
        reason=WHY,
        proof=[a_pdf()],
        by=author(candidate),
        at=at,
    )


@pytest.fixture
def asked(in_lille):
    return ask(in_lille, at=NOW - timedelta(days=3))


@pytest.fixture
def another(asked):
    """Return a request that waits after the first."""
    other = a_registration(a_candidate(birth_name="Zannier", email="z@exemple.test"))
    return ask(other, at=NOW - timedelta(days=1))


def test_requests_are_read_and_decided_one_after_the_other(manager, asked, another, in_lille):
    door = main(manager.get(where("home")))
    assert "Demandes de correction d'état civil" in door
    assert "Demandes de correction d'état civil 2 3 jours" in door
    listed = main(manager.get(where("correction_requests")))
    assert listed.index("GOFF") < listed.index("ZANNIER")

    page = manager.get(where("correction_request", asked.pk))
    assert "Nom de famille : Le Goff → devient Le Gouff" in main(page)
    assert WHY in html.unescape(page.text)
    assert where("correction_request", another.pk) in page.text
    assert manager.get(where("correction_proof", asked.pk)).status_code == 404
    proof_found_clean(asked)
    proof = manager.get(where("correction_proof", asked.pk))
    assert proof.content == cleaning.clean(a_pdf()).content
    assert Entry.objects.get(verb="proof read").object_id == str(in_lille.pk)

    assert "Ce qui changerait" in main(manager.get(where("correction_request", asked.pk)))

    page = manager.post(where("accept_correction", asked.pk), follow=True)

    assert "Ce qui a changé" in main(manager.get(where("correction_request", asked.pk)))
    assert page.redirect_chain[-1][0] == where("correction_request", another.pk)
    in_lille.refresh_from_db()
    assert (in_lille.version, in_lille.identity.birth_name) == (2, "Le Gouff")
    assert Message.objects.filter(kind="identity_corrected").count() == 1
    page = manager.post(where("refuse_correction", another.pk), {"motif": "Illisible"}, follow=True)
    assert page.redirect_chain[-1][0] == where("correction_requests")
    assert "Aucune demande" in main(page)
    assert "en attente" not in main(manager.get(where("home")))


def test_the_file_says_who_asked_when_and_the_answer(manager, member, asked, in_lille):
    asking.refuse(request=asked, answer="Illisible", by=OPERATOR, at=NOW)

    page = manager.get(where("history", in_lille.number))

    said = main(page)
    assert "Demande du dimanche 22 novembre 2026" not in said  # sent before it was filed
    journal = main(manager.get(where("journal", in_lille.number)))
    assert "Demande de correction d'état civil refusée" in journal
    again = ask(in_lille, at=NOW)
    page = manager.get(where("history", in_lille.number))
    assert "Nom de famille : Le Goff → devient Le Gouff" in main(page)
    assert where("correction_request", again.pk) in page.text
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    read = auditor.get(where("history", in_lille.number))
    assert WHY in html.unescape(read.text)
    assert where("correction_request", again.pk) not in read.text


def test_a_date_that_makes_a_minor_of_who_was_of_age_is_read_before_it_is_accepted(manager, asked):
    said = "jusqu'ici majeur, est mineur : un représentant légal répond de lui."

    other = a_registration(a_candidate(birth_name="Zannier", email="z@exemple.test"))
    minor = ask(other, birth_year=2010)

    assert said not in main(manager.get(where("correction_request", asked.pk)))
    assert said in main(manager.get(where("correction_request", minor.pk)))


def test_a_refusal_says_why(manager, asked):
    page = manager.post(where("refuse_correction", asked.pk), {"motif": " "})

    assert page.status_code == 422
    assert "le candidat le lira" in html.unescape(page.text)


def test_who_deals_with_a_request_is_said_and_holds_nobody_back(manager, member, asked, another):
    manager.post(where("assign_correction", asked.pk))
    colleague = member("A09", email="collegue@exemple.test")

    assert "Claude Martin" in main(colleague.get(where("correction_requests")))
    free = main(colleague.get(where("correction_requests"), {"voir": "libres"}))
    assert "ZANNIER" in free
    assert "GOFF" not in free
    assert "GOFF" in main(manager.get(where("correction_requests"), {"voir": "miennes"}))
    page = colleague.get(where("correction_request", another.pk))
    assert where("correction_request", asked.pk) not in page.text
    colleague.post(where("accept_correction", asked.pk))
    asked.refresh_from_db()
    assert asked.state == RequestState.ACCEPTED


def test_of_two_managers_the_second_is_told_that_it_was_decided(manager, member, asked):
    colleague = member("A09", email="collegue@exemple.test")
    assert "Accepter" in colleague.get(where("correction_request", asked.pk)).text
    manager.post(where("accept_correction", asked.pk))

    page = colleague.post(where("refuse_correction", asked.pk), {"motif": "Non"}, follow=True)

    assert "n'est plus possible" in html.unescape(page.text)
    assert "Votre motif n'est pas envoyé : « Non »" in main(page)
    assert "Acceptée" in main(page)


def test_what_was_corrected_meanwhile_is_said_before_and_after_the_press(manager, asked, in_lille):
    found = Registration.objects.whole().get(pk=in_lille.pk)
    identity = civil_data(found.candidate.identity)
    correcting.correct_identity(
        registration=found,
        identity={**identity, "first_names": "Maëlle Rose"},
        seen=found.candidate.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )
    told = "L'état civil a été corrigé depuis cette demande"

    assert told in main(manager.get(where("correction_request", asked.pk)))
    page = manager.post(where("accept_correction", asked.pk), follow=True)

    assert page.redirect_chain[-1][0] == where("correction_request", asked.pk)
    assert html.unescape(page.text).count(told) == 2
    assert CorrectionRequest.objects.get().is_waiting
    in_lille.refresh_from_db()
    assert in_lille.identity.birth_name == "Le Goff"


def test_a_request_of_elsewhere_does_not_exist(member, asked):
    elsewhere = member("A25", email="ailleurs@exemple.test")

    for name in ("correction_request", "correction_proof"):
        assert elsewhere.get(where(name, asked.pk)).status_code == 404
    assert elsewhere.post(where("accept_correction", asked.pk)).status_code == 404
    assert "Aucune demande" in main(elsewhere.get(where("correction_requests")))
    assert "en attente" not in main(elsewhere.get(where("home")))


def test_a_person_of_two_academies_is_for_either_and_each_names_its_own(member, manager, asked):
    """What lies outside a perimeter does not exist: not the number of the other registration."""
    mine = Registration.objects.get()
    another_exam = {**without_specialities(), "ouvertures": with_specialities()["ouvertures"]}
    exams.load(source(another_exam), by=OPERATOR, at=NOW)
    theirs = a_registration(
        asked.candidate,
        academy="A25",
        exam="BS",
        speciality="",
        identification={"postcode": "78000", "town": "Versailles"},
    )
    elsewhere = member("A25", email="ailleurs@exemple.test")

    for browser, own, other in ((manager, mine, theirs), (elsewhere, theirs, mine)):
        for page in (where("correction_requests"), where("correction_request", asked.pk)):
            said = browser.get(page).text
            assert own.number in said
            assert other.number not in said
    elsewhere.post(where("refuse_correction", asked.pk), {"motif": "Non"})
    assert Entry.objects.get(verb="correction refused").academy == "A25"


def test_once_nothing_stands_the_queue_holds_it_still(manager, member, in_lille):
    asked = ask(in_lille)
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    elsewhere = member("A25", email="ailleurs@exemple.test")
    page = where("correction_request", asked.pk)

    assert "1 demande en attente" in main(manager.get(where("correction_requests")))
    assert links(manager.get(where("history", in_lille.number)), "Ouvrir la demande") == [page]
    assert elsewhere.get(page).status_code == 404
    assert manager.get(page).status_code == 200
    manager.post(where("accept_correction", asked.pk))
    asked.refresh_from_db()
    assert asked.is_accepted


def test_the_list_asks_as_much_for_one_as_for_many(manager, django_assert_max_num_queries):
    for number in range(6):
        ask(a_registration(a_candidate(email=f"p{number}@exemple.test")))

    with django_assert_max_num_queries(11):
        page = manager.get(where("correction_requests"))
    assert "6 demandes en attente" in main(page)


def test_an_academy_that_was_left_does_not_read_what_is_asked_of_another(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    a_registration(
        in_lille.candidate,
        academy="A25",
        at=NOW + timedelta(minutes=1),
        identification={"postcode": "78000", "town": "Versailles"},
    )
    ask(in_lille, at=NOW + timedelta(minutes=2))

    for tab in ("history", "journal"):
        page = main(manager.get(where(tab, in_lille.number)))
        assert "Gouff" not in page
        assert WHY not in page
        assert "Correction d'état civil demandée" not in page


@pytest.mark.parametrize("is_standing", [True, False])
def test_what_was_taken_in_charge_by_who_has_left_is_offered_again(
    manager, member, asked, in_lille, is_standing
):
    manager.post(where("assign_correction", asked.pk))
    if not is_standing:
        leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    colleague = member("A09", email="collegue@exemple.test")
    free = {"voir": "libres"}
    assert "GOFF" not in main(colleague.get(where("correction_requests"), free))

    manager.user.memberships.update(academies=["A25"])

    assert "qui ne peut plus la traiter" in main(colleague.get(where("correction_requests"), free))
