"""« Demandes de modification »: asked by candidates, read and decided one after the other."""

import html
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts import limits
from sporades.accounts.models import Membership
from sporades.acts.identities import correcting
from sporades.acts.registrations import (
    deciding,
    leaving,
    moving,
    registering,
    requesting,
    standing_in,
)
from sporades.acts.requests.completing import Came, CorrectedMeanwhile
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.core import files
from sporades.core.french import day_in_words
from sporades.exams.models import RegistrationService
from sporades.intake import cleaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.came import CameBy
from sporades.registrations.models import ChangeRequest, Draft
from sporades.registrations.refusals import AnsweredMeanwhile
from sporades.registrations.states import SET_ASIDE, VALIDATE, RequestState
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author, load_invented
from tests.requests import WHY, ask, change, proof_found_clean
from tests.web.guide import BACKEND, buttons, main, seen, value_of, words
from tests.web.registry.world import HOST, a_member


def where(name, *arguments):
    return reverse(f"office:{name}", args=arguments)


@pytest.fixture
def late(in_lille):
    return in_lille.service.closes_at + timedelta(days=2)


@pytest.fixture
def asked(in_lille, late):
    return ask(in_lille, late, a_pdf())


@pytest.fixture
def another(asked, late):
    """Return a request that waits after the first."""
    other = a_registration(a_candidate(birth_name="Zannier", email="z@exemple.test"))
    return ask(other, late + timedelta(hours=1))


# --- The candidate ---------------------------------------------------------------------------


@pytest.fixture
def candidate(in_lille, late, client):
    """Return the browser of the candidate, after the closing."""
    client.defaults["HTTP_HOST"] = HOST
    with time_machine.travel(late, tick=False):
        client.force_login(in_lille.candidate.user, backend=BACKEND)
        yield client


def test_once_the_service_is_open_for_longer_it_is_to_be_taken_back_first(
    candidate, asked, in_lille, late
):
    service = in_lille.service
    service.closes_at = late + timedelta(days=30)
    service.save()

    page = candidate.get(f"/mes-inscriptions/{in_lille.number}")

    assert ">Modifier<" not in page.text
    assert "Pour la modifier vous-même, retirez d'abord votre demande." in main(page)


def test_who_has_moved_to_another_academy_asks_for_it_and_is_answered_in_two_ways(
    candidate, in_lille, late, member
):
    candidate.post(f"/mes-inscriptions/{in_lille.number}/demande")
    draft = Draft.objects.get(amends=in_lille)
    typed = draft.answers.get(section="identification").answers
    away = {"postcode": "78000", "town": "Versailles", "suivant": "1"}
    tab = f"/inscription/{draft.pk}/identification"
    assert "verifier" not in candidate.post(tab, {**typed, **away})["Location"]
    not_here = "ne dépend pas de l'académie de Lille. Votre inscription y reste."
    assert not_here in main(candidate.get(f"/inscription/{draft.pk}/recapitulatif"))
    sending = f"/inscription/{draft.pk}/demande"
    assert not_here in main(candidate.get(sending))
    candidate.post(sending, {"motif": "Déménagement"})
    asked = ChangeRequest.objects.get()
    manager = member("A09", at=late)

    page = manager.get(where("change_request", asked.pk))

    assert "Accepter, l'inscription reste ici" in buttons(page)
    assert where("move_registration", in_lille.number) in page.text
    manager.post(where("accept_request", asked.pk), {"lu": value_of(page, "lu")})
    in_lille.refresh_from_db()
    assert (in_lille.postcode, in_lille.academy_id, in_lille.is_placed) == ("78000", "A09", True)


@pytest.mark.parametrize("more", [{}, {"ine": "0801234567A"}], ids=["street", "more"])
def test_that_it_undoes_nothing_is_read_before_it_is_accepted(in_lille, late, member, more):
    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=OPERATOR, at=late)
    asked = ask(in_lille, late, **more)
    manager = member("A09", at=late)

    page = manager.get(where("change_request", asked.pk))

    assert ("Rien n'est à refaire : l'inscription reste validée." in main(page)) is (not more)
    manager.post(where("accept_request", asked.pk), {"lu": value_of(page, "lu")})
    in_lille.refresh_from_db()
    assert in_lille.version == 2
    assert in_lille.is_validated is (not more)
    told = Message.objects.get(kind="change_accepted").body
    assert ("Rien n'est à refaire : votre inscription reste validée." in told) is (not more)


def test_given_to_the_academy_where_they_live_it_is_answered_there(asked, in_lille, late, member):
    answers = asked.draft.answers.get(section="identification")
    answers.answers |= {"postcode": "78000", "town": "Versailles"}
    answers.save()
    moving.move_for_good(
        registration=in_lille, academy="A25", reason="Déménagement", by=OPERATOR, at=late
    )
    there = member("A25", email="versailles@exemple.test")

    page = there.get(where("change_request", asked.pk))

    assert "reste ici" not in main(page)


def test_of_what_is_set_aside_nobody_is_said_to_answer_it(candidate, asked, in_lille, late):
    answered = "l'acceptera ou la refusera"
    page = f"/mes-inscriptions/{in_lille.number}"
    assert answered in main(candidate.get(page))

    deciding.decide(
        registration=in_lille, decision=SET_ASIDE, reason="Hors délai.", by=OPERATOR, at=late
    )

    assert answered not in main(candidate.get(page))


def test_what_went_with_a_registration_is_not_said_to_be_taken_back_by_its_candidate(
    manager, asked, in_lille, late
):
    leaving.withdraw_as_asked(
        registration=in_lille,
        asked_on=late.date(),
        paper="lettre signée",
        seen=in_lille.version,
        mark=in_lille.decided_mark,
        by=OPERATOR,
        at=late,
    )

    page = main(manager.get(where("history", in_lille.number)))

    assert "Retirée avec l'inscription, désinscrite le" in page
    assert "Retirée par le candidat" not in page


def test_a_candidate_asks_for_a_modification_once_the_service_has_closed(candidate, in_lille):
    page = candidate.get(f"/mes-inscriptions/{in_lille.number}")
    assert "Demander une modification" in page.text
    assert ">Modifier<" not in page.text

    candidate.post(f"/mes-inscriptions/{in_lille.number}/demande")
    draft = Draft.objects.get(amends=in_lille)
    tab = f"/inscription/{draft.pk}/identification"
    assert "elle peut être demandée" in main(candidate.get(tab))
    typed = draft.answers.get(section="identification").answers
    candidate.post(tab, {**typed, "address_1": "3 quai du Wault", "suivant": "1"})
    recap = candidate.get(f"/inscription/{draft.pk}/recapitulatif")
    [asking] = seen(recap).xpath("//main//a[.='Demander cette modification']")
    assert "fr-btn" in asking.get("class").split()
    assert ">Enregistrer<" not in recap.text
    assert "Modifier mon inscription" in main(recap)
    assert "Vos modifications sont à demander à votre service gestionnaire" in main(recap)
    assert "enregistrées" not in main(recap)
    assert main(recap).count("« Demander cette modification »") == 1
    sending = f"/inscription/{draft.pk}/demande"
    assert "3 quai du Wault" in main(candidate.get(sending))

    assert "y reste" not in main(candidate.get(sending))
    proof = SimpleUploadedFile("bail.pdf", a_pdf())
    page = candidate.post(sending, {"motif": WHY, "fichiers": proof}, follow=True)

    assert "Votre demande est envoyée" in html.unescape(page.text)
    assert "attend une réponse" in main(page)
    assert "Votre pièce jointe est envoyée avec la demande." in main(page)
    assert "Pour demander autre chose, retirez d'abord votre demande." in main(page)
    assert "Demander une modification" not in page.text
    assert candidate.get(tab).status_code == 302
    page = candidate.post(tab, {**typed, "address_1": "1 rue Neuve"}, follow=True)
    assert "attend une réponse : les réponses que vous venez d'envoyer n'y" in main(page)
    sent = ChangeRequest.objects.get()
    assert sent.proof_key

    ChangeRequest.objects.update(proof_key="")
    page = candidate.get(f"/mes-inscriptions/{in_lille.number}")
    assert "pièce jointe" not in main(page)

    page = candidate.post(f"/mes-inscriptions/{in_lille.number}/demande/reprise", follow=True)
    assert "Votre demande est retirée" in html.unescape(page.text)
    assert candidate.get(tab).status_code == 200
    again = candidate.post(f"/mes-inscriptions/{in_lille.number}/demande/reprise", follow=True)
    assert again.status_code == 200
    assert ChangeRequest.objects.get().state == RequestState.TAKEN_BACK


@pytest.mark.parametrize("is_over", [False, True])
def test_a_modification_is_proposed_until_the_exam_is_over(client, in_lille, is_over):
    client.defaults["HTTP_HOST"] = HOST
    with time_machine.travel(datetime(2027, 5, 22 if is_over else 21, 12, tzinfo=UTC), tick=False):
        client.force_login(in_lille.candidate.user, backend=BACKEND)
        page = main(client.get(f"/mes-inscriptions/{in_lille.number}"))
        asked = client.post(f"/mes-inscriptions/{in_lille.number}/demande", follow=True)

    assert ("Demander une modification" in page) is not is_over
    assert Draft.objects.filter(amends=in_lille).exists() is not is_over
    assert ("son inscription ne se modifie plus" in main(asked)) is is_over


def test_what_is_asked_for_is_what_the_page_showed(candidate, in_lille, late):
    draft = change(in_lille, late)
    sending = f"/inscription/{draft.pk}/demande"
    shown = value_of(candidate.get(sending), "lu")
    typed = draft.answers.get(section="identification").answers
    candidate.post(
        f"/inscription/{draft.pk}/identification", {**typed, "address_1": "4 quai du Wault"}
    )

    page = candidate.post(sending, {"motif": WHY, "lu": shown})

    assert page.status_code == 422
    assert AnsweredMeanwhile.message in main(page)
    assert "4 quai du Wault" in main(page)
    assert f"{WHY}</textarea>" in html.unescape(page.text)
    assert not ChangeRequest.objects.exists()
    candidate.post(sending, {"motif": WHY, "lu": value_of(page, "lu")})
    assert ChangeRequest.objects.get().reason == WHY


def test_reading_the_page_of_a_request_writes_nothing(candidate, in_lille, late):
    sending = f"/inscription/{change(in_lille, late).pk}/demande"
    load_invented(("libelle: Individuel\n", "libelle: Seul\n"))
    candidate.get(sending)  # the session notes that it is used

    with CaptureQueriesContext(connection) as queries:
        page = candidate.get(sending)

    assert "3 quai du Wault" in main(page)
    asked = [one["sql"] for one in queries if "registrations_" in one["sql"]]
    assert asked
    assert [sql for sql in asked if not sql.startswith("SELECT")] == []
    assert Draft.objects.get(amends=in_lille).regulation.number == 1


def test_a_reason_sent_once_the_session_had_ended_waits_for_its_author(candidate, in_lille, late):
    sending = f"/inscription/{change(in_lille, late).pk}/demande"
    assert candidate.get(sending).status_code == 200
    with time_machine.travel(late + timedelta(hours=2), tick=False):
        page = candidate.post(sending, {"motif": WHY})
        assert page.url.split("?")[0] == "/connexion"
        assert not ChangeRequest.objects.exists()

        candidate.force_login(in_lille.candidate.user, backend=BACKEND)
        page = html.unescape(candidate.get(sending).text)

        assert f"{WHY}</textarea>" in page
        assert "joignez de nouveau la pièce" in page
        candidate.post(sending, {"motif": WHY})
    assert ChangeRequest.objects.get().reason == WHY


@pytest.mark.parametrize(
    ("is_sent", "why"),
    [(True, "envoyée d'une autre fenêtre ou d'un autre appareil"), (False, "est abandonnée")],
)
def test_a_reason_that_waits_for_a_request_sent_or_left_meanwhile_is_given_back_once(
    candidate, in_lille, late, is_sent, why
):
    draft, by = change(in_lille, late), author(in_lille.candidate)
    sending = f"/inscription/{draft.pk}/demande"
    candidate.get(sending)
    with time_machine.travel(late + timedelta(hours=2), tick=False):
        candidate.post(sending, {"motif": WHY})
        if is_sent:
            requesting.send(draft=draft, reason="Autre motif.", proof=[], by=by, at=late)
        else:
            registering.abandon(draft=draft, by=by, at=late)
        candidate.force_login(in_lille.candidate.user, backend=BACKEND)

        page, again = candidate.get(sending), candidate.get(sending, follow=True)

    assert why in main(page)
    assert (WHY in main(page), WHY in main(again)) == (True, False)


def test_a_reason_typed_in_a_second_window_is_given_back(candidate, in_lille, late):
    sending = f"/inscription/{change(in_lille, late).pk}/demande"

    first, same, other = (
        candidate.post(sending, {"motif": reason}) for reason in (WHY, WHY, "Un autre motif.")
    )

    assert [first.status_code, same.status_code, other.status_code] == [302, 302, 409]
    assert "Un autre motif." in main(other)
    assert ChangeRequest.objects.get().reason == WHY


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"motif": ""}, "Dites pourquoi vous demandez cette modification."),
        ({"motif": WHY, "piece": b"MZ"}, "n'est ni un PDF ni une photo"),
        ({"motif": WHY, "piece": b"%PDF-" + bytes(8_000_000)}, "Ce fichier dépasse 5 Mo"),
        ({"motif": "x" * 1001}, "Raccourcissez"),
    ],
    ids=["no reason", "no pdf", "heavy", "long"],
)
def test_what_cannot_be_sent_is_refused_at_its_place(candidate, in_lille, late, said, words):
    draft = change(in_lille, late)
    posted = {"motif": said["motif"]}
    if "piece" in said:
        posted["fichiers"] = SimpleUploadedFile("bail.pdf", said["piece"])

    page = candidate.post(f"/inscription/{draft.pk}/demande", posted)

    assert page.status_code == 422
    assert words in html.unescape(page.text)
    assert "Ce que deviennent vos données" in main(page)
    assert f"{said['motif']}</textarea>" in html.unescape(page.text)
    assert not ChangeRequest.objects.exists()


def test_a_request_without_its_reason_keeps_its_files(candidate, in_lille, late):
    sending = f"/inscription/{change(in_lille, late).pk}/demande"
    both = [SimpleUploadedFile(name, a_pdf()) for name in ("bail.pdf", "facture.pdf")]

    page = candidate.post(sending, {"motif": "", "fichiers": both})

    assert page.context["form"].errors.keys() == {"motif"}
    assert "Déjà reçus : « bail.pdf » et « facture.pdf »" in main(page)
    received = page.context["form"]["envois"].value()
    candidate.post(sending, {"motif": WHY, "envois": received})
    proof = files.get(ChangeRequest.objects.get().proof_key)
    assert proof == cleaning.join([a_pdf(), a_pdf()]).content


def test_a_request_goes_without_a_file_too(candidate, in_lille, late):
    candidate.post(f"/inscription/{change(in_lille, late).pk}/demande", {"motif": WHY})

    assert ChangeRequest.objects.get().proof_key == ""


@pytest.mark.parametrize("reason", [WHY, ""], ids=["right", "refused"])
def test_past_the_count_of_an_account_nothing_of_a_request_is_read(
    candidate, in_lille, late, children, reason
):
    draft = change(in_lille, late)
    user = str(in_lille.candidate.user_id)
    while limits.spend(limits.REQUESTS_OF_AN_ACCOUNT, user, at=late):
        pass
    piece = SimpleUploadedFile("piece.pdf", a_pdf())

    page = candidate.post(f"/inscription/{draft.pk}/demande", {"motif": reason, "fichiers": piece})

    assert page.status_code == 422
    assert "trop de demandes" in main(page)
    assert children == []
    assert not ChangeRequest.objects.exists()


def test_a_refusal_and_its_reason_are_on_the_page_of_the_candidate(
    candidate, in_lille, asked, late
):
    requesting.refuse(request=asked, answer="Trop tard", by=OPERATOR, at=late)

    page = main(candidate.get(f"/mes-inscriptions/{in_lille.number}"))

    assert "est refusée. Motif : Trop tard" in page
    assert f"Décision prise par : {OPERATOR.name}, " in page
    assert "saisir le tribunal administratif" in page
    assert "Demander une modification" in page


def test_what_is_accepted_is_said_with_its_date(candidate, in_lille, asked, late):
    requesting.accept(request=asked, by=OPERATOR, at=late)

    page = main(candidate.get(f"/mes-inscriptions/{in_lille.number}"))

    assert "est acceptée, le jeudi 17 décembre 2026 à 23 h 59 (heure de Paris)" in page
    assert "la version n°2 de votre inscription" in page


def test_a_service_that_opens_again_offers_nothing_of_what_waits(candidate, in_lille, asked, late):
    RegistrationService.objects.update(closes_at=late.replace(second=0) + timedelta(days=9))

    page = candidate.get(f"/mes-inscriptions/{in_lille.number}")

    assert "Retirer ma demande" in page.text
    assert ">Modifier<" not in page.text
    for address in (f"/mes-inscriptions/{in_lille.number}", "/accueil", "/mes-inscriptions"):
        assert "Reprendre ma saisie" not in candidate.get(address).text
    page = candidate.post(f"/mes-inscriptions/{in_lille.number}/modifier", follow=True)
    assert "retirez-la d'abord" in html.unescape(page.text)
    assert "Retirer ma demande" in main(page)


def test_of_a_service_that_is_to_open_again_the_page_says_so_and_offers_to_ask(
    candidate, in_lille, late
):
    RegistrationService.objects.update(
        opens_at=(late + timedelta(days=1)).replace(second=0),
        closes_at=(late + timedelta(days=9)).replace(second=0),
    )

    page = candidate.get(f"/mes-inscriptions/{in_lille.number}")

    assert "Demander une modification" in page.text
    assert "Les inscriptions ouvrent le vendredi 18 décembre" in main(page)
    assert "sont fermées" not in main(page)


# --- The office ------------------------------------------------------------------------------


def test_of_civil_data_that_were_corrected_nobody_reads_that_the_rules_have_changed(
    manager, in_lille, asked, late
):
    """Born a minor, a guardian is to be named, whom nobody was asked for."""
    candidate = in_lille.candidate
    correcting.correct_identity(
        registration=in_lille,
        identity={**civil_data(candidate.identity), "birth_year": 2012},
        seen=candidate.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=late,
    )
    page = manager.post(where("accept_request", asked.pk), follow=True)

    said = html.unescape(main(page))
    assert "état civil corrigé" in said
    assert "règles ont changé" not in said
    assert ChangeRequest.objects.get().is_waiting


def test_requests_are_read_and_decided_one_after_the_other(manager, asked, another, in_lille):
    assert "Demandes de modification 2 " in main(manager.get(where("home")))
    listed = main(manager.get(where("change_requests")))
    assert listed.index("GOFF") < listed.index("ZANNIER")

    page = manager.get(where("change_request", asked.pk))
    assert "3 quai du Wault" in main(page)
    assert WHY in html.unescape(page.text)
    assert where("change_request", another.pk) in page.text
    assert manager.get(where("request_proof", asked.pk)).status_code == 404
    proof_found_clean(asked)
    proof = manager.get(where("request_proof", asked.pk))
    assert proof.content == cleaning.clean(a_pdf()).content
    assert Entry.objects.get(verb="proof read").object_id == str(asked.registration_id)

    page = manager.post(where("accept_request", asked.pk), follow=True)

    assert page.redirect_chain[-1][0] == where("change_request", another.pk)
    in_lille.refresh_from_db()
    assert (in_lille.version, in_lille.address_1) == (2, "3 quai du Wault")
    page = manager.post(where("refuse_request", another.pk), {"motif": "Trop tard"}, follow=True)
    assert page.redirect_chain[-1][0] == where("change_requests")
    assert "Aucune demande" in main(page)
    history = main(manager.get(where("history", in_lille.number)))
    assert "Claude Martin" in history


def test_the_history_of_a_file_says_who_asked_when_why_and_the_answer(member, manager, asked):
    requesting.refuse(request=asked, answer="Trop tard", by=OPERATOR, at=asked.sent_at)
    address = where("history", asked.registration.number)

    page = manager.get(address)

    said = main(page)
    assert "Demande du jeudi 17 décembre 2026 à 23 h 59 (heure de Paris)" in said
    assert "(heure de Paris), par Essai. Motif du refus : Trop tard" in said
    assert f"Motif du candidat : {WHY}" in said
    assert "12 rue des Îles → devient 3 quai du Wault" in said
    assert where("change_request", asked.pk) in page.text
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    read = auditor.get(address)
    assert "Trop tard" in main(read)
    assert where("change_request", asked.pk) not in read.text


@pytest.mark.parametrize("act", [requesting.accept, partial(requesting.refuse, answer="Non")])
def test_what_was_decided_by_mistake_says_what_mends_it(manager, asked, late, act):
    before = main(manager.get(where("change_request", asked.pk)))
    act(request=asked, by=OPERATOR, at=late)
    after = main(manager.get(where("change_request", asked.pk)))

    assert "Décidée par erreur ?" not in before
    assert "Décidée par erreur ? « Modifier pour le candidat », dans son dossier" in after


def test_a_refusal_says_why(manager, asked):
    page = manager.post(where("refuse_request", asked.pk), {"motif": " "})

    assert page.status_code == 422
    assert "le candidat le lira" in html.unescape(page.text)


@pytest.mark.parametrize("button", ["accept_request", "refuse_request", "ask_more_request"])
def test_what_has_come_since_the_page_was_read_is_read_before_it_is_decided(
    manager, asked, in_lille, late, button
):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    shown = value_of(manager.get(where("change_request", asked.pk)), "echanges")
    by = author(in_lille.candidate)
    requesting.complete(request=read(asked), words="Le voici", proof=(), by=by, at=late)

    written = {"motif": "Rien n'est venu", "manque": "Toujours le bail"}
    page = manager.post(where(button, asked.pk), {"echanges": shown, **written}, follow=True)

    assert read(asked).is_waiting
    assert not read(asked).is_incomplete
    assert "Cette demande a changé entre-temps : relisez-la ci-dessous." in main(page)
    assert "Le voici" in main(page)
    written_in = {"refuse_request": "Rien n'est venu", "ask_more_request": "Toujours le bail"}
    assert written_in.get(button, "") in main(page)


def test_who_deals_with_a_request_is_said_and_holds_nobody_back(manager, member, asked, another):
    manager.post(where("assign_request", asked.pk))
    colleague = member("A09", email="collegue@exemple.test")

    assert "Claude Martin" in main(colleague.get(where("change_requests")))
    free = main(colleague.get(where("change_requests"), {"voir": "libres"}))
    assert "ZANNIER" in free
    assert "GOFF" not in free
    assert "GOFF" in main(manager.get(where("change_requests"), {"voir": "miennes"}))
    # The next one skips what a colleague deals with.
    page = colleague.get(where("change_request", another.pk))
    assert where("change_request", asked.pk) not in page.text
    colleague.post(where("accept_request", asked.pk))
    asked.refresh_from_db()
    assert asked.state == RequestState.ACCEPTED


def test_what_was_taken_in_charge_a_week_ago_is_offered_again(member, asked, another, late):
    with time_machine.travel(late, tick=False):
        member("A09", email="prend@exemple.test", at=late).post(where("assign_request", asked.pk))
    for days, is_offered in ((7, False), (8, True)):
        now = late + timedelta(days=days)
        with time_machine.travel(now, tick=False):
            colleague = member("A09", email=f"c{days}@exemple.test", at=now)
            free = main(colleague.get(where("change_requests"), {"voir": "libres"}))
            page = colleague.get(where("change_request", another.pk))
            every = main(colleague.get(where("change_requests")))

        assert ("GOFF" in free) is is_offered
        assert (where("change_request", asked.pk) in page.text) is is_offered
        assert f"Claude Martin, depuis {days} jours" in every


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_was_taken_in_charge_by_who_has_left_is_offered_again(
    manager, member, asked, another, is_closed
):
    manager.post(where("assign_request", asked.pk))
    if is_closed:
        type(manager.user).objects.filter(pk=manager.user.pk).update(is_active=False)
    else:
        manager.user.memberships.update(academies=["A25"])
    colleague = member("A09", email="collegue@exemple.test")

    free = main(colleague.get(where("change_requests"), {"voir": "libres"}))

    assert "GOFF" in free
    assert "Claude Martin, qui ne peut plus la traiter" in free
    page = colleague.get(where("change_request", another.pk))
    assert where("change_request", asked.pk) in page.text
    assert "qui ne peut plus la traiter" in main(colleague.get(where("change_request", asked.pk)))
    colleague.post(where("assign_request", asked.pk), follow=True)
    assert "GOFF" not in main(colleague.get(where("change_requests"), {"voir": "libres"}))
    assert "GOFF" in main(colleague.get(where("change_requests"), {"voir": "miennes"}))


def test_a_page_that_has_aged_says_that_it_was_decided(manager, member, asked):
    manager.post(where("accept_request", asked.pk))

    page = manager.post(where("refuse_request", asked.pk), {"motif": "Non"}, follow=True)

    assert "n'est plus possible" in html.unescape(page.text)
    assert "Votre motif n'est pas envoyé : « Non »" in main(page)
    assert "Acceptée" in main(page)


def test_a_request_of_elsewhere_does_not_exist(member, asked):
    elsewhere = member("A25", email="ailleurs@exemple.test")

    assert elsewhere.get(where("change_request", asked.pk)).status_code == 404
    assert "Aucune demande" in main(elsewhere.get(where("change_requests")))
    assert "en attente" not in main(elsewhere.get(where("home")))


def test_a_request_without_a_proof_has_none_to_open(manager, another):
    assert manager.get(where("request_proof", another.pk)).status_code == 404


def test_the_list_asks_as_much_for_one_as_for_many(manager, late, django_assert_max_num_queries):
    for number in range(6):
        ask(a_registration(a_candidate(email=f"p{number}@exemple.test")), late)

    with django_assert_max_num_queries(10):
        page = manager.get(where("change_requests"))
    assert "6 demandes en attente" in main(page)


# --- What the office files meanwhile (I3, R-12) ----------------------------------------------


def modified_by_the_office(registration, at, **answers):
    agent = a_member("autre.agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=at)
    row = draft.answers.get(section="identification")
    row.answers = {**row.answers, **answers}
    row.save()
    return standing_in.register(draft=draft, reason="Au téléphone", by=OPERATOR, at=at)


def test_what_is_about_to_be_asked_is_first_put_together_with_it(candidate, in_lille, late):
    draft = change(in_lille, late)
    modified_by_the_office(in_lille, late, mobile="06 39 98 11 11")
    sending = f"/inscription/{draft.pk}/demande"

    assert candidate.get(sending).url == f"/inscription/{draft.pk}/differences"
    candidate.post(f"/inscription/{draft.pk}/differences", {"version": 2})

    page = main(candidate.get(sending))
    assert "→" in page
    assert "Téléphone mobile" not in page


def test_a_request_that_waits_keeps_what_was_filed_since_and_its_page_says_so(
    manager, asked, late, in_lille
):
    modified_by_the_office(in_lille, late, mobile="06 39 98 11 11")

    page = main(manager.get(where("change_request", asked.pk)))
    with time_machine.travel(late, tick=False):
        requesting.accept(request=asked, by=OPERATOR, at=late)

    assert "L'inscription a été modifiée depuis cette demande." in page
    kept = in_lille.versions.latest("number")
    assert kept.number == 3
    assert kept.snapshot["answers"]["identification"]["mobile"] == "06 39 98 11 11"
    assert "mobile" not in str(kept.changes)


# --- What the rules change besides (R-05) ----------------------------------------------------

A_SONG = "      - {code: F2, libelle: Chant facultatif, nature: orale, duree: 10 min, obligatoire: false}\n"
ITS_RULES = """    regles:
      - {code: EXCL, type: exclusion, reference: article 3 inventé, epreuves: [F1, F2]}
      - {code: DEP, type: dependance, reference: article 4 inventé, epreuve: F2, demande: [M3]}
"""
WITHOUT_THE_SONG = ((A_SONG, ""), (ITS_RULES, ""))
LOST = "Chant facultatif : Inscrit, Orale → rien"


@pytest.fixture
def asked_by_a_singer(invented_exam, in_lille, late):
    singer = a_registration(
        a_candidate(email="chant@exemple.test"),
        epreuves={"statut-M3": "inscrit", "statut-F2": "inscrit"},
    )
    asked = ask(singer, late)
    assert asked.changes == ["Numéro et voie : 12 rue des Îles → 3 quai du Wault"]
    return asked


def test_what_is_offered_no_more_is_not_taken_away_by_accepting_something_else(
    manager, asked_by_a_singer
):
    page = manager.get(where("change_request", asked_by_a_singer.pk))
    assert "Ce que l'accepter changerait" not in main(page)
    before = value_of(page, "lu")
    load_invented(*WITHOUT_THE_SONG)

    for said in ({}, {"lu": before}):
        page = manager.post(where("accept_request", asked_by_a_singer.pk), said, follow=True)

    assert AnsweredMeanwhile.message in main(page)
    assert "Chant facultatif : Inscrit, Orale → devient rien" in main(page)
    assert "l'accepter changerait aussi ce que le candidat ne demande pas" in main(page)
    asked_by_a_singer.refresh_from_db()
    assert asked_by_a_singer.is_waiting
    assert asked_by_a_singer.registration.versions.count() == 1


def test_what_was_read_besides_is_filed_and_its_candidate_is_told(manager, asked_by_a_singer):
    load_invented(*WITHOUT_THE_SONG)
    address = where("change_request", asked_by_a_singer.pk)
    read = value_of(manager.get(address), "lu")

    manager.post(where("accept_request", asked_by_a_singer.pk), {"lu": read})

    asked_by_a_singer.refresh_from_db()
    assert asked_by_a_singer.version.changes == [*asked_by_a_singer.changes, LOST]
    assert "Chant facultatif" in main(manager.get(address))
    body = " ".join(Message.objects.get(kind="change_accepted").body.split())
    assert "change aussi ce que vous n'aviez pas demandé" in body


def test_where_the_office_has_changed_the_same_what_is_asked_is_no_more_than_asked(
    manager, asked, in_lille, late
):
    modified_by_the_office(in_lille, late, address_1="9 rue Royale")

    page = main(manager.get(where("change_request", asked.pk)))
    requesting.accept(request=asked, by=OPERATOR, at=late)

    assert "Ce que l'accepter changerait" not in page
    in_lille.refresh_from_db()
    assert in_lille.address_1 == "3 quai du Wault"
    assert "pas demandé" not in Message.objects.get(kind="change_accepted").body


# --- What a request lacks ----------------------------------------------------------------------


MISSING = "Le bail, recto et verso"


def test_what_is_missing_is_asked_of_the_candidate_and_comes_back_to_the_queue(
    manager, asked, another, in_lille, late
):
    page = manager.get(where("change_request", asked.pk))
    assert "Demander un complément" in buttons(page)
    refused = manager.post(where("ask_more_request", asked.pk), {"manque": " "})
    assert refused.status_code == 422
    assert words(seen(refused).cssselect("title")[0]).startswith(
        "1 erreur : Demande de modification"
    )

    page = manager.post(where("ask_more_request", asked.pk), {"manque": MISSING}, follow=True)

    assert "Le complément est demandé : un mail part au candidat." in main(page)
    assert page.redirect_chain[-1][0] == where("change_request", another.pk)
    assert "GOFF" not in main(manager.get(where("change_requests")))
    assert "Demandes de modification 1 " in main(manager.get(where("home")))
    theirs = main(manager.get(where("change_requests") + "?voir=candidat"))
    assert "1 demande qui attend le candidat" in theirs
    assert "Après la réponse du candidat, attendue jusqu'au " in theirs
    page = manager.get(where("change_request", asked.pk))
    assert "Attend le candidat" in main(page)
    assert MISSING in main(page)
    assert "Demander un complément" not in buttons(page)
    assert "Accepter" in buttons(page)
    file = main(manager.get(where("history", in_lille.number)))
    since = " ".join(read(asked).asked_in_words.split())
    assert f"Elle attend le candidat, depuis le {since} : {MISSING}" in file

    by = author(in_lille.candidate)
    requesting.complete(
        request=read(asked), words="Le voici", proof=[], by=by, at=read(asked).asked_at
    )

    said = f"Complétée le {' '.join(read(asked).completed_in_words.split())}"
    assert said in main(manager.get(where("change_requests")))
    page = main(manager.get(where("change_request", asked.pk)))
    assert said in page
    assert "Le voici" in page
    assert "Demandes de modification 2 " in main(manager.get(where("home")))


def test_a_candidate_completes_a_request_from_its_page(candidate, asked, in_lille, late):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    mine = f"/mes-inscriptions/{in_lille.number}"

    home = main(candidate.get("/accueil"))
    assert "Votre demande de modification attend quelque chose de vous." in home
    assert "Compléter ma demande" in home
    page = candidate.get(mine)
    assert "Votre demande de modification attend quelque chose de vous" in main(page)
    assert f"Votre demande attend de vous : {MISSING}" in main(page)
    assert f'href="{mine}/demande/complement">Compléter<' in page.text
    for read_there in (page, candidate.get(f"{mine}/suis-je-inscrit")):
        assert "Compléter ma demande" in main(read_there)
        assert "rien à faire" not in main(read_there)
    page = candidate.get(f"{mine}/demande/complement")
    assert MISSING in main(page)
    sent = {"reponse": "Les voici", "fichiers": SimpleUploadedFile("bail.pdf", a_pdf())}
    page = candidate.post(f"{mine}/demande/complement", sent, follow=True)

    assert "Votre demande est complétée" in main(page)
    assert "Votre réponse : Les voici" in main(page)
    assert "attend quelque chose de vous" not in main(candidate.get("/accueil"))


def read(asked):
    return ChangeRequest.objects.for_list().get(pk=asked.pk)


def test_what_completes_a_request_is_kept_where_it_is_refused(candidate, asked, in_lille, late):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    completing = f"/mes-inscriptions/{in_lille.number}/demande/complement"

    page = candidate.post(completing, {"reponse": ""})
    assert page.status_code == 422
    assert "Joignez un fichier, ou écrivez votre réponse." in main(page)

    both = [SimpleUploadedFile("recto.pdf", a_pdf()), SimpleUploadedFile("verso.pdf", b"MZ")]
    page = candidate.post(completing, {"reponse": "Les voici", "fichiers": both})
    assert page.status_code == 422
    assert "verso.pdf : Ce fichier n'est ni un PDF ni une photo" in main(page)
    assert "Déjà reçu : « recto.pdf »" in main(page)
    assert "Les voici</textarea>" in page.text
    assert read(asked).is_incomplete


def test_what_was_written_for_a_request_that_lacks_nothing_any_more_is_given_back(
    candidate, asked, in_lille, late
):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    requesting.accept(request=read(asked), by=OPERATOR, at=late)
    completing = f"/mes-inscriptions/{in_lille.number}/demande/complement"

    page = candidate.post(completing, {"reponse": "Le bail suit"})

    assert page.status_code == 409
    assert "Le bail suit" in main(page)
    assert candidate.get(completing).status_code == 302


@pytest.mark.parametrize("is_with_files", [True, False])
def test_what_completes_a_request_is_pressed_twice_and_has_come(
    candidate, asked, in_lille, late, is_with_files
):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    completing = f"/mes-inscriptions/{in_lille.number}/demande/complement"

    def press(words="Les voici"):
        bail = SimpleUploadedFile("bail.pdf", a_pdf())
        sent = {"reponse": words, **({"fichiers": bail} if is_with_files else {})}
        return candidate.post(completing, sent, follow=True)

    press()
    page = press()

    assert page.status_code == 200
    assert "Votre demande est complétée : votre réponse est arrivée le" in main(page)
    assert Message.objects.filter(kind="request_completed").count() == 1
    other = press("Et la quittance")
    assert other.status_code == 409
    assert "Et la quittance" in main(other)


def test_of_who_has_no_account_what_is_missing_is_asked_for_too(manager, asked, in_lille):
    Candidate.objects.filter(pk=in_lille.candidate_id).update(user=None)

    assert "Demander un complément" in buttons(manager.get(where("change_request", asked.pk)))


@pytest.mark.parametrize("act", ["accept_request", "refuse_request"])
@pytest.mark.parametrize("is_by_letter", [False, True])
def test_how_the_candidate_will_know_of_the_answer_is_said(manager, asked, act, is_by_letter):
    if is_by_letter:
        theirs = Candidate.objects.filter(pk=asked.registration.candidate_id)
        theirs.update(user=None, channel="letter")

    page = manager.post(where(act, asked.pk), {"motif": "Trop tard"}, follow=True)

    assert (
        "un courrier au candidat attend d'être imprimé."
        if is_by_letter
        else "un mail part au candidat."
    ) in main(page)


def test_what_comes_on_paper_is_noted_with_its_day_and_its_scan(manager, asked, in_lille, sign_in):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=NOW)
    noting = where("note_request_complement", asked.pk)
    assert f'href="{noting}"' in manager.get(where("change_request", asked.pk)).text
    envelope = manager.get(where("envelope", in_lille.number))
    assert "Un complément est attendu pour une demande de modification." in main(envelope)
    assert f'href="{noting}"' in envelope.text
    assert MISSING in main(manager.get(noting))
    day = f"{NOW:%d/%m/%Y}"

    empty = manager.post(noting, {"recu_le": day, "par": "desk"})
    assert empty.status_code == 422
    assert "Dites ce que vous avez reçu" in main(empty)
    early = manager.post(noting, {"recu_le": "01/09/2026", "recu": "Le bail"})
    assert "où le complément a été demandé" in main(early)
    said = {"recu_le": day, "par": "desk", "recu": "Le bail entier"}
    wrong = manager.post(noting, {**said, "fichier": SimpleUploadedFile("b.pdf", b"MZ")})
    assert "Ce fichier n'est ni un PDF ni une photo" in main(wrong)
    assert "Le bail entier</textarea>" in wrong.text
    scan = SimpleUploadedFile("bail.pdf", a_pdf())
    page = manager.post(noting, {**said, "fichier": scan}, follow=True)

    assert page.redirect_chain[-1][0] == where("change_request", asked.pk)
    assert "Le complément est noté, et le délai de réponse court de nouveau" in main(page)
    assert f"Complétée le {day_in_words(NOW.date())}, au guichet" in main(page)
    assert "Ce qui est arrivé Le bail entier" in main(page)
    assert "antivirus n'a pas encore vérifié la pièce jointe" in main(page)
    mine = main(sign_in(in_lille.candidate).get(f"/mes-inscriptions/{in_lille.number}"))
    assert "Ce que votre service gestionnaire a reçu : Le bail entier" in mine


def test_the_day_on_which_it_came_is_corrected_from_its_page(manager, asked, in_lille):
    then = NOW - timedelta(days=3)
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=then)
    came = Came(then.date(), CameBy.DESK)
    requesting.complete(
        request=read(asked), words="Le bail", proof=[], came=came, by=OPERATOR, at=then
    )
    there, redating = (
        where("change_request", asked.pk),
        where("redate_request_complement", asked.pk),
    )
    assert f'href="{redating}">Rectifier le jour reçu<' in manager.get(there).text
    page = manager.get(redating)
    assert f'value="{then:%d/%m/%Y}"' in page.text
    noted = {"vu": value_of(page, "vu")}

    early = manager.post(redating, {**noted, "recu_le": "01/09/2026"})
    assert early.status_code == 422
    assert "où le complément a été demandé" in main(early)
    day = then.date() + timedelta(days=1)
    for said in ("Le jour reçu est rectifié", "Ce jour est déjà celui qui est noté"):
        page = manager.post(redating, {**noted, "recu_le": f"{day:%d/%m/%Y}"}, follow=True)
        assert page.redirect_chain[-1][0] == there
        assert said in main(page)
    assert f"Complétée le {day_in_words(day)}, au guichet" in main(page)
    page = manager.post(redating, {**noted, "recu_le": f"{NOW:%d/%m/%Y}"}, follow=True)
    assert CorrectedMeanwhile.message in main(page)
    journal = main(manager.get(where("journal", in_lille.number)))
    assert f"{day_in_words(day)}, au guichet, et non le {day_in_words(then.date())}" in journal


def test_no_day_is_corrected_where_none_was_noted(manager, asked):
    redating = where("redate_request_complement", asked.pk)
    assert "Rectifier le jour reçu" not in main(manager.get(where("change_request", asked.pk)))

    for page in (manager.get(redating), manager.post(redating, {}, follow=True)):
        assert page.status_code == 200
        assert "Il n'y a pas de jour à rectifier" in main(page)


def test_of_what_lacks_nothing_any_more_nothing_is_noted_and_its_words_are_given_back(
    manager, asked, late
):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    requesting.accept(request=read(asked), by=OPERATOR, at=late)

    said = {"recu_le": f"{late:%d/%m/%Y}", "par": "post", "recu": "Le bail"}
    page = manager.post(where("note_request_complement", asked.pk), said, follow=True)

    assert "Rien ne manque plus à cette demande" in main(page)
    assert "n'est pas noté : « Le bail »" in main(page)


def test_who_opens_the_post_and_decides_nothing_reads_that_a_complement_is_awaited(
    member, asked, in_lille, late
):
    requesting.ask_more(request=read(asked), missing=MISSING, by=OPERATOR, at=late)
    desk = member("A09", role="helpdesk", email="accueil@ac.example", at=late)

    page = desk.get(where("envelope", in_lille.number))

    assert "S'il est dans l'enveloppe, remettez-le à qui la traite." in main(page)
    assert MISSING not in main(page)
    assert desk.get(where("note_request_complement", asked.pk)).status_code in (403, 404)


def test_once_nothing_may_be_asked_for_the_page_offers_none(manager, asked, in_lille, late):
    deciding.decide(
        registration=in_lille, decision=SET_ASIDE, reason="Hors délai", by=OPERATOR, at=late
    )

    page = manager.get(where("change_request", asked.pk))

    assert "Demander un complément" not in buttons(page)
    page = manager.post(where("ask_more_request", asked.pk), {"manque": MISSING}, follow=True)
    assert f"Ce que vous avez écrit n'est pas envoyé : « {MISSING} »" in main(page)
