"""An appeal in the office: it waits in « Aménagements », is entered, refused, or taken up (H2)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from sporades.accommodations.models import Appeal, Came
from sporades.accommodations.operations import Author, DecisionOn, NotNotified
from sporades.accommodations.queries import appeal_against
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, State
from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.accommodations.asked import (
    CONTESTED,
    MANAGER,
    READER,
    case_of,
    contest,
    decide,
    reach,
    send,
    write,
)
from tests.accommodations.test_following import DECLARED, LATER, amend
from tests.factories import NOW, a_candidate, a_record, a_registration
from tests.spaces import plain
from tests.web.guide import main, seen, words

LIST = reverse("office:accommodations")
REASON = "Un secrétaire n'est pas nécessaire pour une épreuve à l'ordinateur."
AUTHOR = {
    "prenom": "Claude",
    "nom": "Martin",
    "fonction": "cheffe de division",
    "service": "Rectorat de Lille",
}
LETTER = {
    "venu": "letter",
    "envoye_le": "20/11/2026",
    "recu_le": "24/11/2026",
    "texte": CONTESTED,
}


@pytest.fixture
def decided(in_lille):
    return reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=10))


def here(registration, step=""):
    where = reverse("office:appeal", args=[registration.number])
    return f"{where}?etape={step}" if step else where


def do(client, registration, act, *, step="", **said):
    """Press a button of the page as it is shown."""
    page = seen(client.get(here(registration, step)))
    shown = {
        one.get("name"): one.get("value") for one in page.cssselect("main input[name=recours]")
    }
    return client.post(here(registration, step), {**shown, "geste": act, **said}, follow=True)


def read(client, registration):
    return plain(main(client.get(here(registration))))


def test_an_appeal_waits_in_the_list_the_oldest_first_and_at_home(manager, in_lille, decided):
    contest(decided)
    younger = a_registration(a_candidate())
    contest(reach(younger, State.NOTIFIED), at=NOW + timedelta(days=0))

    page = manager.get(LIST, {"etape": "recours"})

    lines = page.context["lines"]
    assert [one["registration"].number for one in lines] == [in_lille.number, younger.number]
    assert "Recours à étudier" in plain(main(page))
    assert "Sans réponse, le silence vaudra rejet le 25 janvier 2027" in plain(main(page))
    assert lines[0]["url"] == here(in_lille, "recours")
    home = plain(main(manager.get(reverse("office:home"))))
    assert "Aménagements" in home


def test_what_was_refused_in_part_is_said_as_it_was_notified_once_its_epreuve_is_left(
    manager, sign_in
):
    registration = a_registration(a_candidate(), informations=DECLARED)
    reach(registration, State.OPINION_GIVEN, Wish(READER, ("E1", "M1")))
    part = DecisionOn(Decision.GRANTED, reason="Pas nécessaire à l'oral.", papers=("E1",))
    decide(registration, LECTEUR=part)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    notified = "ccordée pour : Français ; refusée pour : Navigation"
    mine = sign_in(registration.candidate)
    mine.get(f"/mes-documents/{registration.number}/decision-amenagement")
    page = f"/mes-inscriptions/{registration.number}/amenagement"
    before = plain(main(mine.get(page)))
    assert f"A{notified}." in before
    assert "Selon la notification" not in before

    amend(
        registration,
        informations={**DECLARED, "passing_form": "PROGRESSIVE"},
        epreuves={
            "statut-E1": "non_inscrit",
            "statut-E2": "inscrit",
            "statut-M1": "non_inscrit",
            "statut-M2": "inscrit",
        },
    )
    contest(case_of(registration), at=LATER)

    said = (
        f"Selon la notification, a{notified}. Aujourd'hui, accordée pour : Aucune des épreuves de "
        "l'inscription"
    )
    assert said in plain(main(mine.get(page)))
    assert said in read(manager, registration)
    assert said in plain(
        main(manager.get(reverse("office:accommodation", args=[registration.number])))
    )


def test_no_appeal_no_line(manager, decided):
    page = manager.get(LIST, {"etape": "recours"})

    assert page.context["lines"] == []
    assert "Recours à étudier 0" in plain(main(page))


def test_its_page_says_what_is_contested_until_when_and_both_answers(manager, in_lille, decided):
    contest(decided, has_papers=True)

    page = read(manager, in_lille)

    assert CONTESTED in page
    assert "Reçu le 25 novembre 2026" in page
    assert "Envoyé à temps." in page
    assert "Il en annonce d'autres." in page
    assert "Sans réponse, le silence vaudra rejet le 25 janvier 2027." in page
    for leads in ("office:handle_accommodation", "office:accommodation"):
        there = plain(main(manager.get(reverse(leads, args=[in_lille.number]))))
        assert "le recours et y répondre" in there


def test_a_letter_is_entered_with_its_postmark_and_is_acknowledged(manager, in_lille, decided):
    assert "Saisir un recours" in read(manager, in_lille)

    page = do(manager, in_lille, "saisir", **LETTER)

    made = appeal_against(decided)
    assert (made.came, made.sent_on, made.received_on) == (
        Came.LETTER,
        date(2026, 11, 20),
        date(2026, 11, 24),
    )
    said = plain(main(page))
    assert "Reçu par lettre le 24 novembre 2026 (cachet de la poste du 20 novembre 2026)" in said
    assert "saisi par" in said
    assert Message.objects.filter(kind="appeal_received").count() == 1


def test_a_letter_that_was_posted_before_another_decision_contests_the_one_before_it(
    manager, in_lille, decided
):
    reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=2))

    page = manager.post(here(in_lille), {"geste": "saisir", **LETTER}, follow=True)

    assert appeal_against(decided) is not None
    assert "a remplacé celle-ci : elle ne se reprend plus" in plain(main(page))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"venu": ""}, "Dites comment il est venu."),
        ({"texte": " "}, "Écrivez ce que le recours conteste, et pourquoi."),
        ({"envoye_le": "26/11/2026"}, "Ce jour est à venir"),
        ({"recu_le": "26/11/2026"}, "Ce jour est à venir"),
        ({"recu_le": "19/11/2026"}, "Le service ne l'a pas reçu avant qu'il ne soit envoyé"),
        ({"envoye_le": "20/11/2025"}, "Ce jour vient avant la notification de la décision"),
        ({"envoye_le": "hier"}, "Indiquez le jour, le mois et l'année"),
    ],
)
def test_what_is_entered_wrongly_is_said_at_its_field_and_nothing_is_lost(
    manager, in_lille, decided, changed, said
):
    page = manager.post(here(in_lille), {"geste": "saisir", **LETTER, **changed})

    assert page.status_code == 422
    assert said in plain(main(page))
    assert changed.get("texte", CONTESTED) in seen(page).cssselect("[name=texte]")[0].text
    assert appeal_against(decided) is None


def test_it_is_refused_by_a_document_that_its_candidate_reads(manager, in_lille, decided):
    contest(decided)

    page = do(manager, in_lille, "rejeter", motif=REASON, **AUTHOR)

    found = appeal_against(decided)
    assert (found.reason, found.author_in_words) == (
        REASON,
        "Claude Martin, cheffe de division, Rectorat de Lille",
    )
    assert "Le recours est rejeté" in plain(page.text)
    version = DocumentVersion.objects.get(document__kind="reponse-recours")
    assert (version.pk, version.content["reason"]) == (found.answer_id, REASON)
    assert "Pas encore lue." in read(manager, in_lille)


def test_words_of_health_are_read_over_before_the_answer_leaves(manager, in_lille, decided):
    contest(decided)
    words = "La dyslexie ne le justifie pas."

    first = do(manager, in_lille, "rejeter", motif=words, **AUTHOR)

    assert first.status_code == 422
    assert "Ces mots semblent dire quelque chose de la santé" in plain(main(first))
    assert appeal_against(decided).is_waiting
    hidden = seen(first).cssselect("[name=mots]")[0].get("value")
    do(manager, in_lille, "rejeter", motif=words, relu="on", mots=hidden, **AUTHOR)
    assert appeal_against(decided).is_answered


def test_an_answer_without_a_reason_is_refused_at_its_field(manager, in_lille, decided):
    contest(decided)

    page = do(manager, in_lille, "rejeter", motif="", **AUTHOR)

    assert page.status_code == 422
    assert words(seen(page).cssselect("title")[0]).startswith("1 erreur : Recours")
    assert "Dites le motif : le candidat le lira." in plain(main(page))


def test_the_decision_is_taken_again_on_it(manager, in_lille, decided):
    contest(decided)

    page = do(manager, in_lille, "reprendre", avis="garde")

    case = case_of(in_lille)
    assert (case.state, case.appeal) == (State.OPINION_GIVEN, appeal_against(decided))
    assert "La décision est reprise à la suite du recours" in plain(page.text)
    assert "est en vigueur jusqu'à la nouvelle" in plain(main(page))
    assert "Recours du candidat" in plain(main(page))
    assert "La décision est reprise à la suite de ce recours" in read(manager, in_lille)


def test_nobody_says_how_it_is_taken_again_it_is_asked(manager, in_lille, decided):
    contest(decided)

    page = do(manager, in_lille, "reprendre")

    assert page.status_code == 422
    assert "Dites si l'avis du médecin est gardé." in plain(main(page))


def test_while_another_request_is_under_way_it_waits(manager, in_lille, decided):
    contest(decided)
    write(in_lille)
    send(in_lille)

    page = read(manager, in_lille)

    assert "tant qu'elle l'est, la décision ne se reprend pas" in page
    refused = do(manager, in_lille, "reprendre", avis="garde")
    assert refused.status_code == 409
    assert "Une autre demande est en cours" in plain(main(refused))


def test_for_an_error_no_decision_is_taken_again_while_an_appeal_waits(manager, in_lille, decided):
    where = reverse("office:handle_accommodation", args=[in_lille.number])
    opened = seen(manager.get(where))
    assert opened.cssselect("#revoir")
    contest(decided)

    said = manager.post(where, {"geste": "revoir", "vue": decided.revision, "avis": "garde"})

    assert "Un recours attend une réponse contre cette décision" in plain(main(said))
    assert not seen(manager.get(where)).cssselect("#revoir")


def test_what_a_colleague_has_answered_meanwhile_is_said_and_what_was_typed_is_kept(
    manager, in_lille, decided
):
    made = contest(decided)
    typed = {"geste": "rejeter", "recours": made.pk, "motif": REASON, **AUTHOR}
    manager.post(here(in_lille), {**typed, "motif": "Les mesures sont déjà accordées."})

    page = manager.post(here(in_lille), typed)

    assert page.status_code == 409
    assert "Ce recours n'attend plus de réponse" in plain(main(page))
    assert REASON in plain(main(page))
    assert appeal_against(decided).reason == "Les mesures sont déjà accordées."


def test_buttons_pressed_twice_do_it_once(manager, in_lille, decided):
    entered = [manager.post(here(in_lille), {"geste": "saisir", **LETTER}) for _ in range(2)]
    found = appeal_against(decided)
    refused = [
        manager.post(
            here(in_lille), {"geste": "rejeter", "recours": found.pk, "motif": REASON, **AUTHOR}
        )
        for _ in range(2)
    ]

    assert [one.status_code for one in (*entered, *refused)] == [302] * 4
    assert DocumentVersion.objects.filter(document__kind="reponse-recours").count() == 1
    assert Message.objects.filter(kind="appeal_received").count() == 1


def test_taken_again_twice_it_is_once(manager, in_lille, decided):
    found = contest(decided)
    said = {"geste": "reprendre", "recours": found.pk, "avis": "garde"}

    answers = [manager.post(here(in_lille), said) for _ in range(2)]

    where = reverse("office:handle_accommodation", args=[in_lille.number])
    assert [one.headers.get("Location") for one in answers] == [where] * 2


def test_what_its_candidate_sent_while_a_letter_was_entered_stands_and_the_entry_is_kept(
    manager, in_lille, decided
):
    contest(decided, text="Autre chose.")

    page = manager.post(here(in_lille), {"geste": "saisir", **LETTER})

    assert page.status_code == 409
    assert "Un recours contre cette décision est déjà enregistré." in plain(main(page))
    assert CONTESTED in plain(main(page))


def test_what_was_entered_wrongly_is_taken_back_what_its_candidate_made_is_not(
    manager, in_lille, decided
):
    do(manager, in_lille, "saisir", **LETTER)
    assert "Retirer ce recours" in read(manager, in_lille)

    do(manager, in_lille, "retirer")

    assert appeal_against(decided) is None
    contest(decided)
    assert "Retirer ce recours" not in read(manager, in_lille)
    refused = do(manager, in_lille, "retirer")
    assert "lui seul le retire" in plain(main(refused))
    assert appeal_against(decided).is_waiting


def test_words_of_health_of_a_letter_are_read_over(manager, in_lille, decided):
    words = "Sa dyslexie le gêne."

    first = do(manager, in_lille, "saisir", **{**LETTER, "texte": words})

    assert (first.status_code, appeal_against(decided)) == (422, None)
    hidden = seen(first).cssselect("[name=mots]")[0].get("value")
    do(manager, in_lille, "saisir", **{**LETTER, "texte": words}, relu="on", mots=hidden)
    assert appeal_against(decided).text == words


def test_what_another_decision_has_replaced_is_answered_and_not_taken_again(
    manager, in_lille, decided
):
    contest(decided)
    reach(in_lille, State.NOTIFIED)

    page = read(manager, in_lille)

    assert CONTESTED in page
    assert "a remplacé celle-ci : elle ne se reprend plus." in page
    assert len(manager.get(LIST, {"etape": "recours"}).context["lines"]) == 1
    do(manager, in_lille, "rejeter", motif="La nouvelle décision y répond.", **AUTHOR)
    assert appeal_against(decided).is_answered
    assert "Saisir un recours" in read(manager, in_lille)


def test_a_draft_of_its_candidate_is_said_to_be_left(manager, in_lille, decided):
    contest(decided)
    write(in_lille)

    assert "jamais envoyée, est alors abandonnée" in read(manager, in_lille)
    do(manager, in_lille, "reprendre", avis="garde")

    assert case_of(in_lille).appeal == appeal_against(decided)


def test_a_letter_against_a_decision_that_was_replaced_meanwhile_is_not_of_the_new_one(
    manager, in_lille, decided
):
    shown = seen(manager.get(here(in_lille))).cssselect("main [name=decision]")[0].get("value")
    reach(in_lille, State.NOTIFIED)

    page = manager.post(here(in_lille), {"geste": "saisir", "decision": shown, **LETTER})

    assert page.status_code == 409
    assert "Une autre décision a été notifiée depuis" in plain(main(page))
    assert CONTESTED in plain(main(page))


@pytest.fixture
def replaced(in_lille, decided):
    """Another decision, notified two days ago, while an appeal against the former one waits."""
    contest(decided, text="Le tiers-temps ne suffit pas.", at=NOW - timedelta(days=5))
    return reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=2))


def enter(manager, registration, **changes):
    """Enter a letter, as the page of the appeal that waits has it."""
    [shown] = seen(manager.get(here(registration))).cssselect("main [name=decision]")
    letter = {**LETTER, "envoye_le": "24/11/2026", "decision": shown.get("value")}
    said = {"geste": "saisir", **letter, **changes}
    return manager.post(here(registration), said, follow=True)


def test_a_letter_against_the_new_decision_is_entered_while_an_appeal_against_the_former_waits(
    manager, in_lille, decided, replaced
):
    enter(manager, in_lille)
    page = pressed_again(manager, in_lille, replaced)

    assert "répondez d'abord à celui-là, ci-dessous" in plain(main(page))
    assert appeal_against(replaced).text == CONTESTED
    assert Appeal.objects.count() == 2
    said = plain(main(page))
    assert "Le tiers-temps ne suffit pas." in said
    assert "Saisir un recours" not in said
    do(manager, in_lille, "rejeter", motif="La nouvelle décision y répond.", **AUTHOR)
    assert CONTESTED in read(manager, in_lille)


def pressed_again(manager, registration, decision):
    letter = {**LETTER, "envoye_le": "24/11/2026", "decision": decision.pk}
    return manager.post(here(registration), {"geste": "saisir", **letter}, follow=True)


def test_what_is_wrong_in_it_is_said_at_its_field_beside_the_appeal_that_waits(
    manager, in_lille, replaced
):
    page = enter(manager, in_lille, texte="Il a une dyslexie.")

    assert page.status_code == 422
    assert len(seen(page).cssselect("main [name=relu]")) == 1
    assert seen(page).cssselect("main details[open] [name=relu]")
    assert appeal_against(replaced) is None
    enter(manager, in_lille, texte="Il a une dyslexie.", relu="on", mots="dyslexie")
    assert appeal_against(replaced) is not None


def test_a_letter_of_before_it_is_another_appeal_against_the_former_one(
    manager, in_lille, decided, replaced
):
    page = enter(manager, in_lille, envoye_le="20/11/2026")

    assert page.status_code == 409
    assert "Un recours contre cette décision est déjà enregistré." in plain(main(page))
    assert appeal_against(replaced) is None


@pytest.fixture
def contested(in_lille, decided):
    """Another decision, notified two days ago and contested since; the former one never was."""
    new = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=2))
    contest(new, text="Le tiers-temps ne suffit pas.", at=NOW - timedelta(days=1))
    return new


def test_a_letter_of_before_the_new_decision_contests_the_former_though_the_new_one_is_contested(
    manager, in_lille, decided, contested
):
    shown = plain(main(manager.get(here(in_lille))))
    page = enter(manager, in_lille, envoye_le="20/11/2026")
    twice = {"geste": "saisir", **LETTER, "decision": contested.pk}
    manager.post(here(in_lille), twice, follow=True)

    assert "Saisir un recours contre une décision d'avant" in shown
    assert appeal_against(decided).text == CONTESTED
    assert Appeal.objects.count() == 2
    said = plain(main(page))
    assert "Le recours est enregistré" in said
    assert "Un autre attend déjà : répondez d'abord à celui-là, ci-dessous." in said
    do(manager, in_lille, "rejeter", motif="Il lui en faut un.", **AUTHOR)
    assert CONTESTED in read(manager, in_lille)


def test_one_of_after_it_is_refused_as_the_new_one_is_contested_already(
    manager, in_lille, decided, contested
):
    page = enter(manager, in_lille, envoye_le="24/11/2026")

    assert page.status_code == 409
    assert "Un recours contre cette décision est déjà enregistré." in plain(main(page))
    assert Appeal.objects.count() == 1


def test_nothing_more_is_entered_once_each_decision_is_contested(
    manager, in_lille, decided, contested
):
    enter(manager, in_lille, envoye_le="20/11/2026")

    assert "Saisir un recours" not in read(manager, in_lille)


def test_a_page_of_before_an_appeal_against_the_former_decision_enters_one_against_the_new(
    manager, in_lille, decided
):
    last = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=2))
    [shown] = seen(manager.get(here(in_lille))).cssselect("main [name=decision]")
    manager.post(here(in_lille), {"geste": "saisir", **LETTER, "texte": "Le premier."}, follow=True)
    assert appeal_against(decided) is not None

    letter = {**LETTER, "envoye_le": "24/11/2026", "decision": shown.get("value")}
    page = manager.post(here(in_lille), {"geste": "saisir", **letter}, follow=True)

    assert "Une autre décision a été notifiée" not in plain(main(page))
    assert appeal_against(last).text == CONTESTED


def test_one_goes_from_an_appeal_to_the_next(manager, in_lille, decided):
    contest(decided)
    other = a_registration(a_candidate())
    contest(reach(other, State.NOTIFIED))
    page = manager.get(here(in_lille, "recours"))
    assert "Recours suivant" in main(page)

    said = do(manager, in_lille, "rejeter", step="recours", motif=REASON, **AUTHOR)

    assert said.redirect_chain[-1][0] == here(other, "recours")


def test_who_has_no_account_is_answered_by_a_letter(manager, in_lille):
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED)
    contest(
        case_of(registration),
        came=Came.LETTER,
        entered_name="Claude Martin",
        by=MANAGER,
    )

    page = do(manager, registration, "rejeter", motif=REASON, **AUTHOR)

    assert page.status_code == 200
    letter = Message.objects.filter(kind="something_awaits").latest("pk")
    assert letter.recipient == ""


def test_nothing_is_contested_without_a_notified_decision(manager, in_lille):
    assert manager.get(here(in_lille)).status_code == 404
    reach(in_lille, State.DECIDED)
    assert manager.get(here(in_lille)).status_code == 404


def test_who_only_reads_files_reads_no_appeal(member, in_lille, decided):
    contest(decided)
    reader = member("A09", role=Membership.Role.AUDITOR)

    assert reader.get(here(in_lille)).status_code in {403, 404}
    tab = reader.get(reverse("office:accommodation", args=[in_lille.number]))
    assert CONTESTED not in main(tab)
    assert "ecours" not in main(tab)
    assert "Aménagement (" not in main(tab)


TO_CALL = "a-appeler-reponse"


@pytest.fixture
def answered(in_lille):
    """An appeal that was refused six days ago, by an answer that nobody has opened."""
    decided = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=20))
    made = contest(decided, at=NOW - timedelta(days=10))
    author = Author("Claude", "Martin", "cheffe de division", "Rectorat de Lille")
    accommodating.refuse_appeal(
        found=made, reason=REASON, author=author, by=MANAGER, at=NOW - timedelta(days=6)
    )
    return appeal_against(decided)


def waiting(client):
    return [
        one["registration"].number for one in client.get(LIST, {"etape": TO_CALL}).context["lines"]
    ]


def call(client, registration, gave, **said):
    """Press a button of the list, as its row was made."""
    last = Appeal.objects.filter(case__registration=registration).latest("pk")
    key = {"recours": str(last.pk), "appele": "", "de_la_liste": "1"}
    said = {"geste": "appel", "appel": gave, **key, **said}
    return client.post(here(registration, TO_CALL), said, follow=True)


def test_an_answer_that_nobody_has_opened_for_five_days_is_a_telephone_call(
    manager, in_lille, answered
):
    page = manager.get(LIST, {"etape": TO_CALL})

    [line] = page.context["lines"]
    assert (line["url"], line["age"]) == (here(in_lille, TO_CALL), "6 jours")
    assert "À appeler : réponse à un recours non lue" in plain(main(page))
    assert "Dites seulement qu'un document attend" in plain(main(page))

    none = plain(main(call(manager, in_lille, "absent")))
    assert "L'appel est noté." in none
    assert "Appelé le mercredi 25 novembre 2026" in none
    assert waiting(manager) == [in_lille.number]

    call(manager, in_lille, "prevenu")
    assert waiting(manager) == []
    assert "prévenu." in read(manager, in_lille)
    verbs = Entry.objects.filter(verb="accommodation appeal call noted")
    assert [one.payload["after"]["is_reached"] for one in verbs.order_by("pk")] == [False, True]


def test_it_is_noted_from_its_page_too_and_a_colleague_s_word_stands(manager, in_lille, answered):
    page = manager.get(here(in_lille))
    assert "Prévenir par téléphone" in plain(main(page))
    assert "Pas encore lue." in plain(main(page))
    refused = manager.post(here(in_lille), {"geste": "appel", "appele": "", "recours": answered.pk})
    assert refused.status_code == 422
    assert "Dites ce que l'appel a donné." in plain(main(refused))

    accommodating.note_call_about_answer(found=answered, is_reached=True, by=MANAGER, at=NOW)
    late = call(manager, in_lille, "absent")

    assert late.status_code == 409
    assert f"{MANAGER.name} a prévenu le candidat entre-temps" in plain(main(late))


def test_who_has_opened_it_or_whom_a_letter_reaches_is_not_called(manager, in_lille, answered):
    DocumentVersion.objects.filter(pk=answered.answer_id).update(opened_at=NOW)

    assert waiting(manager) == []
    assert "Prévenir par téléphone" not in read(manager, in_lille)
    assert "Rien n'est à faire." in read(manager, in_lille)


def test_who_has_no_space_is_written_to_and_not_called_about_what_awaits_there(manager):
    found = a_registration(a_record())
    decided = reach(found, State.NOTIFIED, at=NOW - timedelta(days=20))
    made = contest(decided, came=Came.COUNTER, entered_name="Claude Martin", by=MANAGER, at=NOW)
    author = Author("Claude", "Martin", "cheffe de division", "Rectorat de Lille")
    accommodating.refuse_appeal(found=made, reason=REASON, author=author, by=MANAGER, at=NOW)

    for page in (here(found), reverse("office:handle_accommodation", args=[found.number])):
        assert "Prévenir par téléphone" not in plain(main(manager.get(page)))


def test_whoever_has_another_decision_since_is_called_about_that_one(manager, in_lille, answered):
    assert waiting(manager) == [in_lille.number]
    reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=5))

    assert waiting(manager) == []
    refused = call(manager, in_lille, "prevenu")
    assert refused.status_code == 409
    assert "Aucune réponse à un recours n'est à annoncer" in plain(main(refused))


def test_an_answer_about_a_decision_that_was_replaced_waits_for_no_call(manager, in_lille):
    decided = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=30))
    made = contest(decided, at=NOW - timedelta(days=20))
    reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=10))
    author = Author("Claude", "Martin", "cheffe de division", "Rectorat de Lille")
    accommodating.refuse_appeal(
        found=made, reason=REASON, author=author, by=MANAGER, at=NOW - timedelta(days=6)
    )

    assert waiting(manager) == []


def test_a_call_is_noted_on_the_answer_that_it_was_about_though_another_appeal_waits(
    manager, in_lille
):
    older = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=30))
    waits = contest(older, at=NOW - timedelta(days=25))
    newer = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=20))
    made = contest(newer, at=NOW - timedelta(days=10))
    author = Author("Claude", "Martin", "cheffe de division", "Rectorat de Lille")
    accommodating.refuse_appeal(
        found=made, reason=REASON, author=author, by=MANAGER, at=NOW - timedelta(days=6)
    )
    page = manager.get(LIST, {"etape": TO_CALL})
    [key] = seen(page).xpath("//main//tbody//input[@name='recours']/@value")[:1]

    assert key == str(made.pk)
    assert call(manager, in_lille, "prevenu", recours=str(waits.pk)).status_code == 409
    call(manager, in_lille, "prevenu", recours=key)
    assert [one.is_reached for one in Appeal.objects.order_by("pk")] == [False, True]
    assert waiting(manager) == []


def test_nobody_is_called_about_an_appeal_without_an_answer(manager, in_lille, decided):
    made = contest(decided)

    assert call(manager, in_lille, "prevenu").status_code == 409
    with pytest.raises(NotNotified):
        accommodating.note_call_about_answer(found=made, is_reached=True, by=MANAGER, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(called_at=NOW, called_name="x")
