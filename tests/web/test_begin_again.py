"""A withdrawal is undone within 72 hours, by a new registration filled from the old one (E8, S-18)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.acts.registrations import leaving, registering, standing_in
from sporades.acts.services import announcing
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.registrations.accepted import answers_of, mark_under, typed_for
from sporades.registrations.dossier import dossier_of, have_rules_moved
from sporades.registrations.exclusion import standing_instead_of
from sporades.registrations.models import Draft, Registration
from sporades.registrations.models.registration import UNDO_FOR
from sporades.registrations.refusals import AlreadyRegistered, Closed, NotUndone
from tests.accommodations.asked import a_minor
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
    registered_in_two_academies,
)
from tests.registrations.test_outcomes import GONE
from tests.spaces import plain
from tests.web import guide
from tests.web.guide import a_browser, ask_to_withdraw, buttons, confirm, links, main, seen, words
from tests.web.registry.world import a_member

BUTTON = "Me réinscrire avec mes réponses"
INSTANT = timedelta(microseconds=1)
UNTIL = "samedi 28 novembre 2026 à 10 h 30 (heure de Paris)"
DISPLAYED = NOW + timedelta(hours=72)
LAST = DISPLAYED + timedelta(minutes=1) - INSTANT


def a_withdrawn_registration(candidate=None):
    registration = a_registration(candidate)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)
    return Registration.objects.whole().get(pk=registration.pk)


def begin_again(registration, at=NOW):
    return registering.begin_again(
        registration=registration, by=author(registration.candidate), at=at
    )


def close(registration, at):
    """Close the service: its last minute ends at this instant."""
    RegistrationService.objects.filter(pk=registration.service_id).update(
        closes_at=at - timedelta(minutes=1)
    )


def seen_and_asked(sign_in, registration, at):
    """Return the page of a withdrawn registration, and what pressing the button answers."""
    with time_machine.travel(at, tick=False):
        client = sign_in(registration.candidate)
        page = client.get(f"/mes-inscriptions/{registration.number}")
        return page, client.post(f"/mes-inscriptions/{registration.number}/reprendre")


def test_it_is_said_before_one_leaves(sign_in):
    registration = a_registration()

    page = ask_to_withdraw(sign_in(registration.candidate), registration.number)

    assert (
        "Pendant 72 heures, tant que le service est ouvert, vous pourrez faire cette nouvelle "
        "inscription en reprenant toutes vos réponses."
    ) in main(page)


@pytest.mark.parametrize(
    ("after", "is_left"), [(timedelta(minutes=15), True), (timedelta(minutes=15, seconds=1), False)]
)
def test_its_button_waits_for_whoever_reads_its_page(stopped_clock, after, is_left):
    registration, browser = a_registration(), a_browser()
    where = f"/mes-inscriptions/{registration.number}/desinscription"
    guide.sign_in(browser, registration.candidate.user)
    stopped_clock.move_to(NOW + timedelta(minutes=5))
    assert "Me désinscrire" in buttons(browser.get(where))
    stopped_clock.move_to(NOW + timedelta(minutes=5, seconds=1))
    assert "c-est-bien-moi" in browser.get(where).url

    stopped_clock.move_to(NOW + after)
    browser.post(where)

    left = Registration.objects.get(pk=registration.pk).withdrawn_at
    assert left == (NOW + after if is_left else None)


def test_who_leaves_when_the_service_closes_sooner_reads_its_closing_once(sign_in):
    registration = a_minor()
    close(registration, NOW + timedelta(minutes=49))

    with time_machine.travel(NOW, tick=False):
        page = main(ask_to_withdraw(sign_in(registration.candidate), registration.number))
    leaving.withdraw(
        registration=Registration.objects.whole().get(), by=author(registration.candidate), at=NOW
    )

    assert "72 heures" not in page
    assert "Jusque-là, vous pourrez faire cette nouvelle inscription" in page
    told = Message.objects.filter(kind__contains="withdrawn")
    assert {one.kind for one in told} == {"withdrawn", "minor_withdrawn"}
    for body in [one.body.replace("\xa0", " ") for one in told]:
        assert body.count("25 novembre 2026 à 11 h 18 (heure de Paris)") == 1
        assert "11 h 18 (heure de Paris). Elle peut reprendre toutes" in body


FOR_GOOD = "n'est plus proposé aux inscriptions"
PROMISED = (
    "réinscri",
    "reprenant toutes",
    "nouvelle inscription avant",
    "peut reprendre",
    "Jusqu'au",
)


@pytest.mark.parametrize("changes", GONE)
def test_who_leaves_what_is_offered_no_more_reads_before_and_after_that_it_is_for_good(
    sign_in, changes
):
    registration = a_registration(a_candidate(email="zoe@exemple.test"))
    load_invented(*changes)
    client = sign_in(registration.candidate)

    page = main(ask_to_withdraw(client, registration.number))
    confirm(client, f"/mes-inscriptions/{registration.number}/desinscription")

    left = client.get(f"/mes-inscriptions/{registration.number}")
    assert "vous ne pouvez pas vous y réinscrire" in main(left)
    assert "vous pouvez en faire une nouvelle" not in main(left)
    mail = plain(Message.objects.get(kind="withdrawn").body)
    assert FOR_GOOD in page
    assert FOR_GOOD in mail
    assert "vous ne pouvez pas vous y réinscrire" in mail
    assert "changez votre mot de passe et prévenez sans attendre" in mail
    said = page + mail.replace("vous ne pouvez pas vous y réinscrire", "")
    assert [one for one in PROMISED if one in said] == []


def test_a_guardian_reads_that_a_minor_has_left_for_good_what_is_offered_no_more():
    registration = a_minor()
    load_invented(*GONE[0].values[0])

    leaving.withdraw(
        registration=Registration.objects.whole().get(), by=author(registration.candidate), at=NOW
    )

    said = plain(Message.objects.get(kind="minor_withdrawn").body)
    assert FOR_GOOD in said
    assert [one for one in PROMISED if one in said] == []


def test_at_72_hours_exactly_the_page_still_offers_it_and_the_answers_are_there(sign_in):
    registration = a_withdrawn_registration()

    page, answered = seen_and_asked(sign_in, registration, LAST)

    assert BUTTON in buttons(page)
    assert f"Jusqu'au {UNTIL}, vous pouvez en faire une nouvelle" in main(page)
    draft = Draft.objects.open().get()
    assert answered.url == f"/inscription/{draft.pk}"
    typed = {row.section: row.answers for row in draft.answers.all()}
    assert typed == answers_of(registration.versions.get())
    assert Registration.objects.active().count() == 0


@pytest.mark.parametrize(("at", "offered"), [(LAST, True), (LAST + INSTANT, False)])
def test_the_home_page_says_the_withdrawal_and_offers_the_answers_for_72_hours(
    sign_in, at, offered
):
    registration = a_withdrawn_registration()

    with time_machine.travel(at, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert "Votre désinscription est enregistrée" in main(page)
    said = "Désinscription enregistrée le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)."
    assert f"{registration}. {said}" in main(page)
    assert "pas encore d'inscription" not in main(page)
    assert (BUTTON in buttons(page)) is offered
    assert (f"Jusqu'au {UNTIL}, vous pouvez en faire une nouvelle" in main(page)) is offered
    assert links(page, "M'inscrire") == ["/m-inscrire"]


@pytest.mark.parametrize(("at", "offered"), [(LAST, True), (LAST + INSTANT, False)])
def test_beside_another_registration_the_home_page_offers_it_and_does_not_count_it(
    sign_in, at, offered
):
    candidate = a_candidate()
    registered_in_two_academies(candidate)
    left = Registration.objects.get(candidate=candidate, academy="A09")
    leaving.withdraw(registration=left, by=author(candidate), at=NOW)

    with time_machine.travel(at, tick=False):
        home = sign_in(candidate).get("/accueil")
        page = main(home)

    awaited, *more = [
        [words(one) for one in each.cssselect("li")] for each in seen(home).cssselect(".s-awaiting")
    ]
    assert words(seen(home).cssselect("h1")[0]) == f"{len(awaited)} choses vous attendent"
    assert not any("Me réinscrire" in one for one in awaited)
    assert ["Me réinscrire" in one for [one] in more] == ([True] if offered else [])
    assert ("Si vous changez d'avis, une nouvelle inscription peut reprendre" in page) is offered
    assert (f"Possible jusqu'au {UNTIL}." in page) is offered


def test_of_two_withdrawn_registrations_for_one_exam_the_last_one_is_taken_up(sign_in):
    first = a_withdrawn_registration()
    second = a_registration(first.candidate, at=NOW + INSTANT)
    leaving.withdraw(registration=second, by=author(first.candidate), at=NOW + INSTANT)

    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        page = sign_in(first.candidate).get("/mes-inscriptions")

    acts = [one.get("action") for one in seen(page).cssselect("main form")]
    assert acts == [f"/mes-inscriptions/{second.number}/reprendre"]
    assert "Vos désinscriptions (1)" in main(page)
    assert first.number in main(page)


@pytest.mark.parametrize("how", ["begun", "filed"])
def test_what_is_begun_anew_or_stands_again_is_offered_no_more_on_the_home_page(sign_in, how):
    candidate = a_candidate()
    registered_in_two_academies(candidate)
    left = Registration.objects.get(candidate=candidate, academy="A09")
    leaving.withdraw(registration=left, by=author(candidate), at=NOW)
    draft = registering.begin_again(registration=left, by=author(candidate), at=NOW)
    if how == "filed":
        registering.register(draft=draft, by=author(candidate), at=NOW)

    with time_machine.travel(NOW, tick=False):
        page = main(sign_in(candidate).get("/accueil"))

    assert "Si vous changez d'avis" not in page


@pytest.mark.parametrize(("at", "offered"), [(LAST, True), (LAST + INSTANT, False)])
def test_my_registrations_offer_the_answers_for_72_hours_then_fold_the_card(sign_in, at, offered):
    registration = a_withdrawn_registration()

    with time_machine.travel(at, tick=False):
        client = sign_in(registration.candidate)
        page = client.get("/mes-inscriptions")
        own = client.get(f"/mes-inscriptions/{registration.number}")

    ways = [
        [one.get("action") for one in seen(of).cssselect("main form[action$=reprendre]")]
        for of in (page, own)
    ]
    assert ways == [[f"/mes-inscriptions/{registration.number}/reprendre"] * offered] * 2
    assert (f"{BUTTON} : {registration}" in buttons(page)) is offered
    assert ("Vos désinscriptions (1)" in main(page)) is not offered


def test_my_registrations_offer_nothing_anew_where_another_stands(sign_in):
    old = a_withdrawn_registration()
    a_registration(old.candidate)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(old.candidate).get("/mes-inscriptions")

    assert buttons(page) == []
    assert "Vos désinscriptions (1)" in main(page)


def test_an_instant_later_it_is_neither_offered_nor_done(sign_in):
    registration = a_withdrawn_registration()

    page, answered = seen_and_asked(sign_in, registration, LAST + INSTANT)

    assert BUTTON not in buttons(page)
    assert links(page, "M'inscrire") == ["/m-inscrire"]
    assert answered.status_code == 409
    assert (
        "Vos réponses pouvaient être reprises pendant les 72 heures qui suivent la désinscription. "
        "Vous pouvez faire une nouvelle inscription depuis « M'inscrire »."
    ) in main(answered)
    assert Draft.objects.open().count() == 0


def test_once_the_service_is_closed_it_is_neither_offered_nor_done(sign_in):
    registration = a_withdrawn_registration()
    at = NOW.replace(second=0, microsecond=0) + timedelta(hours=5)
    close(registration, at)

    before = seen_and_asked(sign_in, registration, at - INSTANT)
    Draft.objects.all().delete()
    page, answered = seen_and_asked(sign_in, registration, at)

    assert (BUTTON in buttons(before[0]), before[1].status_code) == (True, 302)
    assert BUTTON not in buttons(page)
    assert links(page, "M'inscrire") == []
    closing = "Les inscriptions sont fermées depuis le mercredi 25 novembre 2026 à 15 h 29 (heure de Paris)"
    assert closing in main(page)
    assert answered.status_code == 409
    assert closing in main(answered)
    assert Draft.objects.open().count() == 0


def test_when_the_service_closes_before_it_may_be_undone_until_then(sign_in):
    registration = a_withdrawn_registration()
    close(registration, DISPLAYED - timedelta(hours=24))

    page, _ = seen_and_asked(sign_in, registration, NOW)

    assert "Jusqu'au vendredi 27 novembre 2026 à 10 h 29 (heure de Paris)" in main(page)


def test_what_was_begun_anew_meanwhile_is_filled_with_the_answers(sign_in):
    registration = a_registration()
    by = author(registration.candidate)
    leaving.withdraw(registration=registration, by=by, at=NOW)
    registration.waived = {"EXP3": {"by": "le recteur", "on": "2026-11-12", "reference": ""}}
    registration.save(update_fields=["waived"])
    where = {"exam": registration.exam, "speciality": registration.speciality}
    begun = registering.begin(
        candidate=registration.candidate, service=registration.service, **where, by=by, at=NOW
    )
    own = {"mobile": "06 39 98 99 99"}
    begun.answers.create(section="identification", answers=own, answered_at=NOW)

    with time_machine.travel(NOW + INSTANT, tick=False):
        client = sign_in(registration.candidate)
        there = client.post(f"/mes-inscriptions/{registration.number}/reprendre", follow=True)

    assert "Votre saisie commencée continue" in main(there)
    begun.refresh_from_db()
    assert Draft.objects.open().get() == begun
    given = {one.section: one.answers for one in begun.answers.all()}
    assert given["identification"] == own
    assert given["qualification"] == answers_of(registration.versions.get())["qualification"]
    assert begun.waived == registration.waived


def begun_elsewhere(registration, *, at):
    """Begin another for the same in the other academy, as its candidate."""
    return registering.begin(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.speciality,
        service=RegistrationService.objects.get(domain=registration.exam.domain, academy="A25"),
        by=author(registration.candidate),
        at=at,
    )


def test_what_was_begun_elsewhere_goes_where_the_registration_was(sign_in):
    registration = a_withdrawn_registration()
    Registration.objects.update(is_placed=True)
    begun = begun_elsewhere(registration, at=NOW)
    RegistrationService.objects.filter(academy="A25").update(closes_at=NOW - timedelta(days=1))

    draft = begin_again(Registration.objects.whole().get(), at=NOW + INSTANT)

    assert draft == begun
    draft.refresh_from_db()
    assert (draft.service, draft.is_placed) == (registration.service, True)
    done = registering.register(
        draft=draft, by=author(registration.candidate), at=NOW + INSTANT
    ).registration
    assert done.academy_id == "A09"


def test_what_was_begun_under_older_rules_says_that_they_have_moved():
    candidate = a_candidate()
    older = a_draft(candidate)
    load_invented(("{age: {minimum: 18, au: 2027-12-31}}", "{age: {minimum: 17, au: 2027-12-31}}"))
    theirs = standing_in.begin(
        candidate=candidate,
        exam=older.exam,
        speciality=older.speciality,
        service=older.service,
        author=a_member("agent@exemple.test", "manager", ["A09"]),
        by=OPERATOR,
        at=NOW,
    )
    text = mark_under(theirs.regulation_id, exam=older.exam, speciality=older.speciality)
    answer_all(theirs, answers_with(modalites={"accepted": typed_for(text)}))
    filed = standing_in.register(draft=theirs, reason="", by=OPERATOR, at=NOW)
    registration = filed.registration
    leaving.withdraw(registration=registration, by=author(candidate), at=NOW)

    draft = begin_again(Registration.objects.whole().get(pk=registration.pk), at=NOW + INSTANT)

    assert draft == older
    draft = Draft.objects.whole().get(pk=draft.pk)
    assert have_rules_moved(draft, dossier_of(draft, day=NOW.date()))


def test_a_new_registration_in_its_place_leaves_nothing_to_undo(sign_in):
    old = a_withdrawn_registration()
    new = a_registration(old.candidate)

    page, answered = seen_and_asked(sign_in, old, NOW)

    assert BUTTON not in buttons(page)
    assert links(page, f"{new}, n°{new.number}") == [f"/mes-inscriptions/{new.number}"]
    assert answered.status_code == 409
    assert "Vous avez déjà une inscription en cours au même examen ou concours" in main(answered)
    assert Draft.objects.open().count() == 0
    assert announcing.remind_drafts(at=old.service.closes_at - timedelta(days=1)) == 0


def test_a_registration_that_the_rules_exclude_beside_it_leaves_nothing_to_undo():
    old = a_withdrawn_registration()
    a_registration_elsewhere = a_registration(
        old.candidate,
        speciality="FOREST",
        epreuves={"statut-M1": None, "statut-M2": "inscrit", "statut-M3": "non_inscrit"},
    )

    with pytest.raises(AlreadyRegistered):
        begin_again(old)

    assert standing_instead_of(old) == a_registration_elsewhere


def test_what_stands_elsewhere_excludes_nothing():
    old = a_withdrawn_registration()
    a_registration(a_candidate())

    draft = begin_again(old)

    assert (draft.candidate, draft.amends) == (old.candidate, None)


@pytest.mark.parametrize(
    ("prepare", "at", "refusal"),
    [
        (lambda old: None, LAST + INSTANT, NotUndone),
        (lambda old: close(old, NOW), NOW, Closed),
        (lambda old: a_registration(old.candidate), NOW, AlreadyRegistered),
    ],
    ids=["too late", "closed", "replaced"],
)
def test_the_act_itself_refuses_whatever_page_it_comes_from(prepare, at, refusal):
    old = a_withdrawn_registration()
    prepare(old)

    with pytest.raises(refusal):
        begin_again(Registration.objects.whole().get(pk=old.pk), at=at)

    assert Draft.objects.open().count() == 0


def test_a_registration_that_stands_is_not_begun_again():
    registration = a_registration()

    with pytest.raises(Refused):
        begin_again(registration)

    assert Draft.objects.open().count() == 0


@pytest.mark.parametrize(("at", "offered"), [(LAST, True), (LAST + INSTANT, False)])
def test_who_registers_again_for_the_same_exam_is_told_of_the_answers(sign_in, at, offered):
    registration = a_withdrawn_registration()

    with time_machine.travel(at, tick=False):
        client = sign_in(registration.candidate)
        same = client.get("/m-inscrire/ESSAI/2027/BE/MARIN?academie=A09")
        other = client.get("/m-inscrire/ESSAI/2027/BE/FOREST?academie=A09")

    expected = [f"/mes-inscriptions/{registration.number}"] if offered else []
    assert links(same, BUTTON) == expected
    assert links(other, BUTTON) == []


def test_the_numbers_of_a_withdrawn_registration_lead_to_its_withdrawal(sign_in):
    registration = a_withdrawn_registration()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get(
            f"/mes-inscriptions/{registration.number}/numero"
        )

    assert page["Location"] == f"/mes-inscriptions/{registration.number}"


@pytest.mark.parametrize(
    ("later", "heading"),
    [
        (timedelta(0), "N° Inscription : Votre inscription est enregistrée"),
        (timedelta(hours=2), "N° Inscription"),
    ],
)
def test_the_page_of_the_numbers_says_that_it_is_filed_while_one_comes_from_it(
    sign_in, later, heading
):
    registration = a_registration()

    with time_machine.travel(NOW + later, tick=False):
        page = sign_in(registration.candidate).get(
            f"/mes-inscriptions/{registration.number}/numero"
        )

    assert words(seen(page).cssselect("h1")[0]) == heading
    # Later on, the address may be another than the one that the mail went to.
    assert ("Un mail vous le confirme à l'adresse" in main(page)) is not later


def test_the_page_of_a_registration_shows_the_dates_of_its_exam(sign_in):
    registration = a_registration()

    with time_machine.travel(NOW, tick=False):
        page = main(sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}"))

    assert "Fermeture mardi 15 décembre 2026 à 23 h 59 (heure de Paris)" in page
    assert "Épreuves écrites du 17 mai 2027 au 21 mai 2027" in page


def test_the_minute_that_is_displayed_as_the_last_one_is_whole():
    registration = a_registration()
    left_at = NOW.replace(second=20)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=left_at)
    found = Registration.objects.whole().get(pk=registration.pk)
    last = NOW.replace(second=59) + UNDO_FOR
    assert "10 h 30" in found.undone_until_in_words.replace("\xa0", " ")

    with pytest.raises(NotUndone):
        registering.begin_again(
            registration=found, by=author(found.candidate), at=last + timedelta(seconds=1)
        )
    assert registering.begin_again(registration=found, by=author(found.candidate), at=last)
