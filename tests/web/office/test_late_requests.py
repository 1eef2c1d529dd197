"""« Demander une inscription tardive », from the candidate's page to the office's answer."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.acts.people import changing
from sporades.acts.registrations import late as acts
from sporades.acts.registrations import standing_in
from sporades.acts.requests import late
from sporades.candidates.operations import civil_data
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Draft, LateRequest, Registration
from sporades.registrations.operations import drafting
from tests.documents.summaries import a_pdf
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    author,
    load_invented,
)
from tests.registrations.test_asking_late import WHY, YES
from tests.registrations.test_changing_speciality import MAPS
from tests.registrations.test_outcomes import NEW_QUESTION
from tests.web.guide import links, main, plain, seen, value_of, words
from tests.web.registry.world import a_member, proof_found_clean
from tests.web.test_awaiting import awaited

CLOSED = timedelta(days=21)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOT_ONE = "Votre demande n'est pas une inscription."
WITHOUT_IT = (
    ("      - {code: MARIN, libelle: Marin}\n", ""),
    ("specialites: [MARIN]", "specialites: [FOREST]"),
)
"""What a réglementation loses that offers the speciality no more."""


@pytest.fixture
def draft(invented_exam):
    """Answer every tab, and leave it unsaved."""
    load_invented(YES)
    return a_draft(a_candidate(email="lea@exemple.test"))


@pytest.fixture
def asked(draft, stopped_clock):
    """Ask, with a proof, once the service has closed."""
    stopped_clock.shift(CLOSED)
    by, at = author(draft.candidate), NOW + CLOSED
    return proof_found_clean(acts.send(draft=draft, reason=WHY, proof=[a_pdf()], by=by, at=at))


def agent(member, academy="A09", later=0 * DAY):
    return member(academy, email=f"{academy}@exemple.test", at=NOW + CLOSED + later)


def said(browser, route, *args):
    return plain(main(browser.get(reverse(route, args=args))))


def test_a_candidate_asks_reads_where_it_stands_and_takes_it_back(draft, sign_in, stopped_clock):
    assert "inscription tardive" not in said(sign_in(draft.candidate), "candidate:registrations")
    stopped_clock.shift(CLOSED)
    browser = sign_in(draft.candidate)
    page = reverse("candidate:ask_late", args=[draft.pk])
    for where in (
        reverse("candidate:registrations"),
        reverse("candidate:recap", args=[draft.pk]),
    ):
        assert f'href="{page}"' in browser.get(where).text
    told = said(browser, "candidate:recap", draft.pk)
    assert told.index("demander une inscription tardive en ligne") < told.index("Identité")
    assert "À demander au plus tard le" in said(browser, "candidate:home")
    # What one may do oneself is read before whom to call, and so is its button.
    card = said(browser, "candidate:registrations")
    ways = ("en ligne, au plus tard le", "Demander une inscription tardive", "contactez")
    assert sorted(map(card.index, ways)) == [*map(card.index, ways)]
    form = browser.get(page)
    assert NOT_ONE in plain(main(form))

    missing = browser.post(page, {"lu": value_of(form, "lu"), "motif": ""})
    assert missing.status_code == 422
    sent = browser.post(page, {"lu": value_of(form, "lu"), "motif": WHY})

    assert sent.headers["Location"] == page
    waits = said(browser, "candidate:ask_late", draft.pk)
    assert NOT_ONE in waits
    assert WHY in waits
    assert "sera réputée" in waits
    assert f'href="{page}"' in browser.get(reverse("candidate:registrations")).text
    assert browser.get(reverse("candidate:recap", args=[draft.pk])).headers["Location"] == page
    # Another window: what it wrote is given back.
    assert "Autre motif" in plain(browser.post(page, {"motif": "Autre motif"}).text)
    browser.post(reverse("candidate:take_back_late", args=[draft.pk]))
    assert LateRequest.objects.waiting().count() == 0
    assert "Demander une inscription tardive" in said(browser, "candidate:registrations")


def test_the_page_of_what_is_closed_leads_to_what_is_kept_there(draft, sign_in, stopped_clock):
    exam = draft.exam
    names = [exam.domain.code, exam.session.code, exam.code, draft.speciality.code]
    here = f"{reverse('candidate:choose_academy_for', args=names)}?academie=A09"
    kept, asking = "Votre saisie est gardée.", reverse("candidate:ask_late", args=[draft.pk])
    assert kept not in plain(main(sign_in(draft.candidate).get(here)))
    stopped_clock.shift(CLOSED)
    browser = sign_in(draft.candidate)

    with CaptureQueriesContext(connection) as queries:
        page = browser.get(here)

    assert "Vous n'êtes pas inscrit(e) : votre saisie n'a pas été enregistrée" in plain(main(page))
    assert kept in plain(main(page))
    assert links(page, "Demander une inscription tardive") == [asking]
    assert links(page, "Revoir ma saisie") == [reverse("candidate:draft", args=[draft.pk])]
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) <= 8
    by, at = author(draft.candidate), NOW + CLOSED
    acts.send(draft=draft, reason=WHY, proof=[], by=by, at=at)
    assert links(browser.get(here), "Suivre ma demande") == [asking]
    # Of somebody else's it says nothing.
    other = main(sign_in(a_candidate(email="noe@exemple.fr")).get(here))
    assert "saisie" not in other.partition("Modalités")[0]


def test_what_loses_a_year_is_read_first_while_it_may_be_asked(sign_in, stopped_clock):
    alone = "    inscription_unique: {dans: examen, reference: règlement inventé, message: Une seule spécialité par session. Désinscrivez-vous de l'autre d'abord.}\n"
    load_invented(YES, (alone, ""))
    filed = a_registration()
    a_draft(filed.candidate, speciality="FOREST", epreuves=MAPS)
    stopped_clock.shift(CLOSED)
    browser = sign_in(filed.candidate)

    found = awaited(browser.get(reverse("candidate:home")))

    assert len(found) > 1
    assert found[0].startswith("Vous n'êtes pas inscrit(e)")


def test_it_is_not_offered_where_the_reglementation_does_not(draft, sign_in, stopped_clock):
    load_invented()
    stopped_clock.shift(CLOSED)
    browser = sign_in(draft.candidate)

    for route, args in (("candidate:registrations", []), ("candidate:recap", [draft.pk])):
        assert "inscription tardive" not in said(browser, route, *args)
    assert "ne se demande en ligne" in said(browser, "candidate:ask_late", draft.pk)


def test_the_office_reads_the_answers_and_registers(asked, member, stopped_clock):
    browser = agent(member)
    assert "Demandes d'inscription tardive" in said(browser, "office:home")
    assert WHY in said(browser, "office:late_requests")
    page = browser.get(reverse("office:late_request", args=[asked.pk]))
    assert "12 rue des Îles" in plain(main(page))
    assert Entry.objects.filter(verb="record read").count() == 1

    read = value_of(page, "lu")
    done = browser.post(reverse("office:accept_late", args=[asked.pk]), {"lu": read}, follow=True)

    registration = Registration.objects.get()
    told = f"le candidat est inscrit, n°{registration.number}, un mail part au candidat."
    assert told in plain(main(done))
    assert registration.number in said(browser, "office:late_request", asked.pk)
    history = said(browser, "office:history", registration.number)
    assert f"Motif du candidat : {WHY}" in history
    assert "La demande d'inscription tardive du" in history
    assert "Votre demande" not in history
    assert (
        reverse("office:late_request", args=[asked.pk])
        in browser.get(reverse("office:history", args=[registration.number])).text
    )
    assert "Demande d'inscription tardive envoyée" in said(
        browser, "office:mails", registration.number
    )
    again = browser.post(reverse("office:accept_late", args=[asked.pk]), {"lu": read}, follow=True)
    assert "vient d'être décidée" in plain(main(again))


def test_whose_request_was_decided_is_named_as_they_are_called(
    invented_exam, member, stopped_clock
):
    load_invented(YES)
    called = {"birth_name": "L'Hostis", "first_names": "Léa"}
    draft = a_draft(a_candidate(email="lea@exemple.test", **called))
    stopped_clock.shift(CLOSED)
    by, at = author(draft.candidate), NOW + CLOSED
    asked = acts.send(draft=draft, reason=WHY, proof=[], by=by, at=at)
    url = reverse("office:refuse_late", args=[asked.pk])

    done = agent(member).post(url, {"motif": "Trop tard"}, follow=True)

    told = words(seen(done).cssselect("[data-said]")[0])
    assert told.startswith("Léa L'HOSTIS : la demande est refusée")


def test_what_was_decided_of_it_is_in_the_history_of_the_registration(asked, member, sign_in):
    at = NOW + CLOSED
    acts.refuse(request=asked, answer="Trop vague", by=OPERATOR, at=at)
    draft = Draft.objects.whole().get(pk=asked.draft_id)
    by = author(draft.candidate)
    again = acts.send(draft=draft, reason=WHY, proof=[], by=by, at=at + HOUR)
    acts.accept(request=again, by=OPERATOR, at=at + 2 * HOUR)
    registration = Registration.objects.get()

    theirs = said(sign_in(draft.candidate), "candidate:history", registration.number)

    accepted, refused = ("Demande d'inscription tardive " + one for one in ("acceptée", "refusée"))
    assert theirs.index(accepted) < theirs.index(refused) < theirs.index("Trop vague")
    assert WHY not in theirs
    ours = said(agent(member), "office:history", registration.number)
    assert ours.count("Motif du candidat") == 2


def test_one_that_a_registration_has_ended_is_in_its_history(asked, member, sign_in):
    at = NOW + CLOSED
    user = a_member("agent@exemple.test", "manager", ["A09"])
    draft = Draft.objects.get(pk=asked.draft_id)
    made = drafting.begin_from(draft=draft, author=user, at=at)
    answer_all(made, {"modalites": {"accepted": "on"}}, at=at)
    standing_in.register(draft=made, reason="Au téléphone", by=OPERATOR, at=at)
    registration = Registration.objects.get()

    ours = said(agent(member), "office:history", registration.number)
    theirs = said(sign_in(asked.draft.candidate), "candidate:history", registration.number)

    assert f"{OPERATOR.name} a inscrit le candidat autrement" in ours
    assert WHY in ours
    assert "Votre demande d'inscription tardive n'attend plus de réponse" in theirs


def test_a_refusal_is_read_with_its_reason_by_its_candidate(asked, member, sign_in):
    browser = agent(member)
    url = reverse("office:refuse_late", args=[asked.pk])
    assert browser.post(url, {"motif": ""}).status_code == 422

    done = browser.post(url, {"motif": "Sans justificatif"}, follow=True)
    assert "la demande est refusée, un mail part au candidat." in plain(main(done))

    theirs = said(sign_in(asked.draft.candidate), "candidate:ask_late", asked.draft_id)
    assert "est refusée. Motif : Sans justificatif" in theirs
    card = said(sign_in(asked.draft.candidate), "candidate:registrations")
    assert card.index("Lire le motif du refus") < card.index("contactez")
    assert f"Vous aviez écrit : {WHY}" in theirs
    assert "Décision prise par : " in theirs
    assert "Envoyer la demande" in theirs
    assert WHY not in said(browser, "office:late_requests")
    refused = browser.get(f"{reverse('office:late_requests')}?etat=refused")
    assert "Refusée le" in plain(main(refused))
    assert f"{reverse('office:late_request', args=[asked.pk])}?etat=refused" in refused.text
    its_page = reverse("office:late_request", args=[asked.pk])
    assert links(browser.get(its_page), "inscrivez-le avec ses réponses") == [
        reverse("office:unsaved")
    ]
    Draft.objects.update(abandoned_at=NOW + CLOSED)
    assert "Refusée par erreur ?" not in main(browser.get(its_page))


def test_a_refusal_is_read_where_answers_are_missing_since(asked, sign_in):
    acts.refuse(request=asked, answer="Sans justificatif", by=OPERATOR, at=NOW + CLOSED)
    load_invented(YES, NEW_QUESTION)

    theirs = said(sign_in(asked.draft.candidate), "candidate:ask_late", asked.draft_id)

    assert "Motif : Sans justificatif" in theirs
    assert "complétez d'abord votre saisie. Voir ce qui manque" in theirs


def test_a_refusal_stays_in_sight_while_it_is_contested_or_sent_again(
    asked, sign_in, stopped_clock
):
    refused = NOW + CLOSED + 2 * DAY
    acts.refuse(request=asked, answer="Sans justificatif", by=OPERATOR, at=refused)
    page = reverse("candidate:ask_late", args=[asked.draft_id])
    again = "Elle peut être envoyée de nouveau jusqu'au 14 janvier 2027."
    no_more = "Elle ne peut plus être envoyée de nouveau."
    for later, said_of_it in ((3, again), (50, no_more)):
        stopped_clock.move_to(NOW + CLOSED + later * DAY)
        browser = sign_in(asked.draft.candidate)
        for where in (reverse("candidate:home"), reverse("candidate:registrations")):
            shown = browser.get(where)
            assert f'href="{page}"' in shown.text
            assert "Votre demande d'inscription tardive est refusée" in plain(main(shown))
            assert said_of_it in plain(main(shown))
        assert "Sans justificatif" in plain(main(browser.get(page)))
    stopped_clock.move_to(NOW + CLOSED + 200 * DAY)
    for route in ("candidate:home", "candidate:registrations"):
        assert "refusée" not in said(sign_in(asked.draft.candidate), route)


def test_the_last_day_on_which_it_may_be_sent_again_is_said_before_it_ends(
    asked, member, sign_in, stopped_clock
):
    stopped_clock.shift(45 * DAY)
    page = said(agent(member, later=45 * DAY), "office:late_request", asked.pk)
    assert "elle peut être envoyée de nouveau en ligne jusqu'au 14 février 2027" in page
    candidate, own = asked.draft.candidate, asked.draft_id
    theirs = said(sign_in(candidate), "candidate:ask_late", own)
    assert "Retirée aujourd'hui, elle peut être envoyée de nouveau jusqu'au 14 février" in theirs
    assert "y renoncer" not in theirs

    stopped_clock.shift(30 * DAY)
    browser = sign_in(candidate)
    due = said(browser, "candidate:ask_late", own)
    assert "réputée acceptée : la retirer, c'est y renoncer" in due
    done = browser.post(reverse("candidate:take_back_late", args=[own]), follow=True)
    assert "peut être envoyée de nouveau jusqu'au 16 mars 2027" in plain(main(done))


def test_what_could_not_be_sent_again_says_so_before_it_ends(asked, member, sign_in, stopped_clock):
    stopped_clock.shift(200 * DAY)
    page = said(agent(member, later=200 * DAY), "office:late_request", asked.pk)
    assert "elle ne pourra plus être envoyée de nouveau en ligne" in page
    theirs = said(sign_in(asked.draft.candidate), "candidate:ask_late", asked.draft_id)
    assert "Retirée, votre demande ne pourrait plus être envoyée." in theirs


def test_who_has_another_in_its_place_does_not_read_that_they_are_not_registered(asked, sign_in):
    """The two exclude each other: the other one was restored, or came with a merge."""
    draft, at = asked.draft, NOW + CLOSED
    epreuves = {"statut-M1": None, "statut-M2": "inscrit"}
    other = a_registration(draft.candidate, speciality="FOREST", epreuves=epreuves)
    stands = f"n°{other.number}, reste telle qu'elle est."
    browser = sign_in(draft.candidate)
    cards = said(browser, "candidate:registrations")
    page = said(browser, "candidate:ask_late", draft.pk)
    assert f"Vous restez inscrit(e) à : {other}" in cards
    assert stands in page

    late.tell_of_silence(at=at + timedelta(days=70))
    found = LateRequest.objects.for_list().get()
    over = at + timedelta(days=71)
    acts.refuse(request=found, answer="Déjà", takes_back=True, by=OPERATOR, at=over)

    told = Message.objects.filter(kind__in=("late_request_silent", "late_refused"))
    mails = [plain(one.body) for one in told]
    assert [stands in one for one in mails] == [True, True]
    assert not any("ous n'êtes pas inscrit" in one for one in (cards, page, *mails))


def test_what_is_offered_no_more_is_read_and_refused(asked, member):
    """The service has opened again meanwhile: it says so too."""
    browser = agent(member)
    RegistrationService.objects.update(closes_at=NOW + 2 * CLOSED)
    assert "de nouveau ouvert : le candidat peut" in said(browser, "office:late_request", asked.pk)
    assert "Un refus le dit au candidat" in said(browser, "office:late_request", asked.pk)
    load_invented(YES, *WITHOUT_IT)

    page = browser.get(reverse("office:late_request", args=[asked.pk]))

    assert "n'est plus proposé aux inscriptions" in plain(main(page))
    assert reverse("office:accept_late", args=[asked.pk]) not in page.text
    browser.post(reverse("office:refuse_late", args=[asked.pk]), {"motif": "Plus proposé"})
    assert LateRequest.objects.get().is_refused


def test_of_civil_data_that_are_others_since_nobody_reads_that_the_rules_have_changed(
    asked, member
):
    browser, at = agent(member), NOW + CLOSED + HOUR
    candidate = asked.draft.candidate
    changing.change_identity(
        candidate,
        identity={**civil_data(candidate.identity), "birth_year": 2012},
        by=author(candidate),
        at=at,
    )

    page = said(browser, "office:late_request", asked.pk)

    assert "L'état civil du candidat a changé depuis cette demande" in page
    assert "règles ont changé" not in page
    done = browser.post(reverse("office:accept_late", args=[asked.pk]), {"lu": ""}, follow=True)
    assert "règles ont changé" not in plain(main(done))
    assert not Registration.objects.exists()


def test_what_is_sent_again_says_what_was_refused_before(asked, member, stopped_clock):
    browser = agent(member)
    assert "a été refusée" not in said(browser, "office:late_request", asked.pk)
    refuse = reverse("office:refuse_late", args=[asked.pk])
    browser.post(refuse, {"motif": "Sans justificatif"})
    minute = timedelta(minutes=1)
    stopped_clock.shift(minute)
    by, at = author(asked.draft.candidate), NOW + CLOSED + minute
    again = acts.send(draft=asked.draft, reason="Le voici", proof=[], by=by, at=at)

    page = browser.get(reverse("office:late_request", args=[again.pk]))

    assert "a été refusée le" in plain(main(page))
    assert "Motif de ce refus : Sans justificatif" in plain(main(page))
    assert f'href="{reverse("office:late_request", args=[asked.pk])}"' in page.text


def test_its_candidate_reads_that_the_file_went_with_it(asked, sign_in):
    browser = sign_in(asked.draft.candidate)
    went = "Votre pièce jointe est envoyée avec la demande."
    assert went in said(browser, "candidate:ask_late", asked.draft_id)

    LateRequest.objects.update(proof_key="")

    assert went not in said(browser, "candidate:ask_late", asked.draft_id)


def test_what_is_offered_no_more_is_still_kept_out_by_what_stands(asked, member):
    epreuves = {"statut-M1": None, "statut-M2": "inscrit"}
    other = a_registration(asked.draft.candidate, speciality="FOREST", epreuves=epreuves)
    load_invented(YES, *WITHOUT_IT)

    page = said(agent(member), "office:late_request", asked.pk)
    acts.refuse(request=asked, answer="Plus proposé", by=OPERATOR, at=NOW + CLOSED)

    assert f"une inscription du candidat est en cours. {other}, n°{other.number}" in page
    told = plain(Message.objects.get(kind="late_refused").body)
    assert f"n°{other.number}, reste telle qu'elle est." in told
    assert "ous n'êtes pas inscrit" not in told


def test_its_candidate_alone_reads_the_answers_that_they_sent(asked, sign_in):
    browser = sign_in(asked.draft.candidate)
    page = reverse("candidate:ask_late", args=[asked.draft_id])
    browser.get(page)

    with CaptureQueriesContext(connection) as queries:
        theirs = plain(main(browser.get(page)))

    sent = theirs.partition("Vos réponses, telles que vous les avez envoyées")[2]
    assert "12 rue des Îles" in sent
    assert "Modifier" not in sent
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) <= 8
    assert sign_in(a_candidate(email="noe@exemple.fr")).get(page).status_code == 404


def test_its_answers_are_read_no_more_once_nothing_is_left_to_read_them_by(asked, sign_in):
    load_invented(YES, *WITHOUT_IT)

    theirs = said(sign_in(asked.draft.candidate), "candidate:ask_late", asked.draft_id)

    assert "Votre demande attend une réponse" in theirs
    assert "Vos réponses, telles que vous les avez envoyées" not in theirs


def test_its_proof_is_opened_by_who_decides_here_alone(asked, member):
    url = reverse("office:proof_of_late", args=[asked.pk])
    assert agent(member).get(url).status_code == 200
    assert Entry.objects.filter(verb="proof read", object_kind="draft").count() == 1
    elsewhere = agent(member, "A25")
    assert elsewhere.get(url).status_code == 404
    assert elsewhere.get(reverse("office:late_request", args=[asked.pk])).status_code == 404
    assert WHY not in said(elsewhere, "office:late_requests")
