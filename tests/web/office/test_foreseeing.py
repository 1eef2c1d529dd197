"""A batch of accommodations, read before it is launched: how many, by whom, each document (I11, H4)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accommodations.operations import OpinionOn, as_decided
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Opinion, OpinionAgain, State
from sporades.accounts.permissions import Permission, reach
from sporades.acts import accommodating
from sporades.acts.registrations import moving
from sporades.batches import operations
from sporades.batches.accommodations import OTHER_DECISION, OTHER_OPINION
from sporades.batches.actions import ACTIONS
from sporades.core.actors import Actor
from sporades.registrations.models import Registration
from tests.accommodations import asked
from tests.accommodations.asked import HALF, READER, THIRD, WORDS, case_of, opine, said_so
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.medical.given import confide
from tests.web.guide import main, seen
from tests.web.office.test_budgets import MOST_WITH_PREVIEWS, cost


def prepared(client, action):
    """Prepare a batch on all that its reader decides of."""
    allowed = reach(client.user.memberships.all(), Permission.DECIDE_ACCOMMODATIONS)
    return operations.prepare(
        registrations=Registration.objects.within(allowed),
        action=ACTIONS[action],
        reason="",
        reach=allowed,
        by=client.user,
        at=NOW,
    )


def page_of(batch):
    return reverse("office:one_batch", args=[batch.pk])


def document_of(batch, registration):
    return reverse("office:batch_decision", args=[batch.pk, registration.number])


@pytest.fixture(autouse=True)
def signed(manager):
    """Have the manager decide once: it is known in what quality they do."""
    asked.has_decided(f"user:{manager.user.pk}")


def opined(registration):
    asked.reach(registration, State.WITH_DOCTOR, Wish(THIRD), Wish(READER))
    opine(registration, LECTEUR=OpinionOn(Opinion.UNFAVOURABLE))


def test_opinions_that_will_be_followed_are_counted_signed_and_read_before(manager, in_lille):
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")

    page = main(manager.get(page_of(batch)))

    assert "Demandes d'aménagement traitées : 1. Inscriptions laissées de côté : 0." in page
    assert "Accordée 1 mesure Refusée 1 mesure" in page
    assert "Les décisions seront signées ainsi :" in page
    assert "Claude Martin, cheffe du service des examens, " in page
    assert "Secrétaire lecteur : Refusée" in page
    [link] = seen(manager.get(page_of(batch))).xpath("//main//a[starts-with(., 'Lire')]/@href")
    document = main(manager.get(link))
    assert "Secrétaire lecteur Refusée." in document
    assert "Il écrit : Les mesures conviennent." in document
    assert case_of(in_lille).state == State.OPINION_GIVEN


def test_who_has_never_decided_reads_before_that_none_will_be_and_what_to_do(manager, in_lille):
    Case.objects.exclude(registration=in_lille).update(decided_by_id="user:0")
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")

    page = main(manager.get(page_of(batch)))
    document = main(manager.get(document_of(batch, in_lille)))

    said = "Vous n'avez encore signé aucune décision dans votre rôle actuel : votre qualité n'est pas connue."
    assert said in page
    assert said in document
    assert "seront signées ainsi" not in page


def foreseen(manager, in_lille, action):
    """Return the page of a batch that decides of an opinion, and the document that it shows before."""
    if action == "notify-accommodation":
        by = manager.user.memberships.get()
        accommodating.follow_opinion(registration=in_lille, by=member_of(by), at=NOW)
    batch = prepared(manager, action)
    return main(manager.get(page_of(batch))), main(manager.get(document_of(batch, in_lille)))


@pytest.mark.parametrize("action", ["follow-opinion", "notify-accommodation"])
def test_words_of_health_that_a_batch_would_decide_or_notify_are_pointed_out(
    manager, in_lille, action
):
    asked.reach(in_lille, State.WITH_DOCTOR, Wish(READER))
    opine(in_lille, LECTEUR=OpinionOn(Opinion.UNFAVOURABLE, text="Son autisme ne le demande pas."))

    page, document = foreseen(manager, in_lille, action)

    assert "À relire. Des mots semblent dire quelque chose de la santé : « autisme »" in page
    assert "Ces mots semblent dire quelque chose de la santé du candidat" in document


@pytest.mark.parametrize("action", ["follow-opinion", "notify-accommodation"])
def test_so_are_those_that_say_which_measure_is_granted_instead(manager, in_lille, action):
    asked.under(
        ("libelle: Secrétaire lecteur, ", 'libelle: Secrétaire lecteur, precision: "Lequel ?", ')
    )
    asked.reach(in_lille, State.WITH_DOCTOR, Wish(READER, precision="Une personne lente"))
    which = {"precision": "Formé à l'autisme", "text": "Elle suffit."}
    opine(in_lille, LECTEUR=OpinionOn(Opinion.OTHER, READER, **which))

    page, document = foreseen(manager, in_lille, action)

    assert "À relire. Des mots semblent dire quelque chose de la santé : « autisme »" in page
    assert "Accordée, avec une autre précision : Formé à l'autisme" in page
    assert "Ces mots semblent dire quelque chose de la santé du candidat" in document


def member_of(membership):
    return Actor(membership.role, "Claude Martin", f"user:{membership.user_id}")


def test_decisions_that_will_be_notified_are_read_before(manager, in_lille):
    asked.reach(in_lille, State.DECIDED)
    batch = prepared(manager, "notify-accommodation")

    page = main(manager.get(page_of(batch)))
    document = main(manager.get(document_of(batch, in_lille)))

    assert "Les décisions sont signées ainsi :" in page
    assert "Claude Martin, cheffe du service des examens, Rectorat de Lille (1 décision)" in page
    assert "Décision prise par : Claude Martin" in document
    assert "Notifiée le 25 novembre 2026" in document
    assert case_of(in_lille).state == State.DECIDED


def test_a_document_that_the_batch_does_not_decide_is_not_there(
    manager, member, in_lille, two_more
):
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")
    other = member("A09", email="autre@exemple.test")

    assert manager.get(document_of(batch, two_more[0])).status_code == 404
    assert other.get(document_of(batch, in_lille)).status_code == 404
    plain = prepared(manager, "notify-accommodation")
    assert manager.get(document_of(plain, in_lille)).status_code == 404
    operations.launch(batch=batch, by=batch.reach.perimeters[0].member, at=NOW)
    assert manager.get(document_of(batch, in_lille)).status_code == 404


def test_what_cannot_be_said_is_told_in_the_place_of_the_document(manager, in_lille):
    opined(in_lille)
    measures = case_of(in_lille).measures.filter(code=READER)
    measures.update(opinion=Opinion.OTHER, opinion_code="PARTIE", opinion_label="Une mesure partie")
    batch = prepared(manager, "follow-opinion")

    page = main(manager.get(document_of(batch, in_lille)))

    assert "Cette mesure n'est pas proposée pour cette inscription" in page


def test_a_line_that_will_be_refused_says_why_before(manager, in_lille):
    asked.reach(in_lille, State.OPINION_GIVEN, Wish(THIRD, ("E1",)), Wish(HALF, ("E1",)))
    said_so(in_lille)
    batch = prepared(manager, "follow-opinion")

    page = main(manager.get(page_of(batch))).replace("\xa0", " ")

    assert f"Sera refusée. {WORDS}" in page


@pytest.fixture
def two_more(in_lille):
    return [a_registration(a_candidate()) for _ in range(2)]


@pytest.mark.parametrize("action", ["follow-opinion", "notify-accommodation"])
def test_many_decisions_cost_as_much_to_foresee_as_one(manager, in_lille, two_more, action):
    state = State.OPINION_GIVEN if action == "follow-opinion" else State.DECIDED
    asked.reach(in_lille, state)
    first = cost(manager, page_of(prepared(manager, action)))
    for one in two_more:
        asked.reach(one, state)

    assert cost(manager, page_of(prepared(manager, action))) == first <= MOST_WITH_PREVIEWS


def test_a_line_that_has_left_the_perimeter_since_leaves_the_page(manager, in_lille):
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")

    moving.move_for_good(registration=in_lille, academy="A25", reason="Ici", by=OPERATOR, at=NOW)

    assert manager.get(page_of(batch)).status_code == 200


def test_what_has_left_the_perimeter_since_is_not_counted_and_that_is_said(manager, in_lille):
    opined(in_lille)
    other = a_registration(a_candidate())
    opined(other)
    batch = prepared(manager, "follow-opinion")
    left = "Ce qui a quitté le périmètre depuis que ce lot est préparé n'est pas compté ici"
    assert left not in main(manager.get(page_of(batch)))
    Registration.objects.filter(pk=other.pk).update(academy="A25")

    page = main(manager.get(page_of(batch)))

    assert "Demandes d'aménagement traitées : 1. Inscriptions laissées de côté : 0." in page
    assert "Accordée 1 mesure Refusée 1 mesure" in page
    assert "(1 décision)" in page
    assert left in page
    assert other.number not in page


@pytest.mark.parametrize(
    ("state", "action", "leads_to"),
    [
        (State.OPINION_GIVEN, "follow-opinion", ["?etape=a-notifier&lot={}", ""]),
        (State.DECIDED, "notify-accommodation", [""]),
    ],
)
def test_a_batch_that_was_launched_leads_to_the_next_step(
    manager, in_lille, state, action, leads_to
):
    asked.reach(in_lille, state)
    batch = prepared(manager, action)
    operations.launch(batch=batch, by=batch.reach.perimeters[0].member, at=NOW)

    links = seen(manager.get(page_of(batch))).xpath("//main//p[@class='s-links']/a/@href")

    every = reverse("office:accommodations")
    assert links == [every + end.format(batch.pk) for end in leads_to]


def test_what_silence_has_granted_against_the_opinion_is_left_out(
    manager, in_lille, kept, confided
):
    long_ago = NOW - timedelta(days=70)
    confide(in_lille, kind="CERTIFICAT", at=long_ago)
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")
    assert "réputée acceptée" not in main(manager.get(page_of(batch)))

    Case.objects.update(asked_at=long_ago, first_asked_at=long_ago)

    assert "Faute de réponse, cette demande est réputée acceptée" in main(
        manager.get(page_of(batch))
    )


LATER = NOW + timedelta(hours=1)


def test_a_forecast_says_what_the_doctor_has_signed_again_since_and_is_not_launched(
    manager, in_lille
):
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")
    case = case_of(in_lille)
    assert "Lancer" in main(manager.get(page_of(batch)))
    accommodating.reopen(case=case, why=OpinionAgain.UNCLEAR, by=asked.MANAGER, at=LATER)
    opine(in_lille, at=LATER)

    page = main(manager.get(page_of(batch)))

    assert "traitées : 0. Inscriptions laissées de côté : 1." in page
    assert OTHER_OPINION in page
    assert "Rien ne serait fait" in page
    assert "Lancer" not in page


def test_a_forecast_says_what_was_corrected_since(manager, in_lille):
    asked.reach(in_lille, State.DECIDED)
    batch = prepared(manager, "notify-accommodation")
    case = case_of(in_lille)
    accommodating.correct(
        case=case,
        decisions=as_decided(case),
        author=asked.RECTOR,
        seen=NOW,
        by=asked.MANAGER,
        at=LATER,
    )

    page = main(manager.get(page_of(batch)))

    assert OTHER_DECISION in page
    assert "Lancer" not in page


@pytest.mark.parametrize("is_done", [True, False])
def test_decisions_are_notified_after_a_batch_that_has_decided_some(manager, in_lille, is_done):
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")
    if not is_done:
        case = case_of(in_lille)
        accommodating.reopen(case=case, why=OpinionAgain.UNCLEAR, by=asked.MANAGER, at=LATER)
    operations.launch(batch=batch, by=batch.reach.perimeters[0].member, at=LATER)
    while operations.go_on(str(batch.pk), at=LATER):
        pass

    page = main(manager.get(page_of(batch)))

    assert f"Faites {int(is_done)}" in page
    assert ("Notifier ces décisions" in page) is is_done


def test_those_that_the_batch_has_decided_are_ticked_where_they_are_notified(
    manager, member, in_lille
):
    opined(in_lille)
    batch = prepared(manager, "follow-opinion")
    operations.launch(batch=batch, by=batch.reach.perimeters[0].member, at=LATER)
    while operations.go_on(str(batch.pk), at=LATER):
        pass
    older = asked.reach(a_registration(a_candidate()), State.DECIDED, at=NOW - timedelta(days=9))
    where = {"etape": "a-notifier", "lot": str(batch.pk)}

    def ticked(client, **said):
        page = seen(client.get(reverse("office:accommodations"), {**where, **said}))
        return page.xpath("//main//input[@name='choix'][@checked]/@value")

    listed = manager.get(reverse("office:accommodations"), where).context["lines"]
    assert [one["registration"].number for one in listed] == [
        in_lille.number,
        older.registration.number,
    ]
    assert ticked(manager) == [in_lille.number]
    assert ticked(manager, lot="rien") == []
    assert ticked(member("A09", email="collegue@exemple.test")) == []
