"""« Gérer les services »: dates moved by one person, extended by two, told to whom it concerns."""

import html
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import leaving, registering
from sporades.acts.services import closing_moved, opening
from sporades.core.actors import Actor
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.operations.openings import SamePerson, mark_of
from sporades.exams.states import ChangeState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import INVENTED, NOW, OPERATOR, a_draft, a_record, a_registration, author
from tests.jobs import work
from tests.web.guide import main, seen, words

WHY = "Panne du 24 novembre au soir"
HEAD = Membership.Role.HEAD
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def service(db):
    """Return the service of Lille, which is open."""
    return RegistrationService.objects.get(academy="A09")


def dates(service, **changes):
    """Return what the page of dates posts."""
    said = {"opens_at": service.opens_at, "closes_at": service.closes_at, **changes}
    opens, closes = (f"{one.astimezone(PARIS):%d/%m/%Y %H:%M}" for one in said.values())
    read = mark_of(RegistrationService.objects.get(pk=service.pk))
    return {"ouverture": opens, "fermeture": closes, "motif": WHY, "vu": read}


def later(service, **by):
    """Return a later closing."""
    return service.closes_at + timedelta(**by)


def move(client, service, **changes):
    """Press « Changer les dates »."""
    where = reverse("office:move_service", args=[service.pk])
    return client.post(where, dates(service, **changes), follow=True)


def shorten(client, service, **changes):
    """Press « Changer les dates », then « Fermer plus tôt »; return both pages."""
    asked = move(client, service, **changes)
    return asked, confirm(client, service, asked)


def confirm(client, service, asked, press="fermer"):
    """Press a button of the page that asks whether to close earlier."""
    where = reverse("office:move_service", args=[service.pk])
    sent = dict(seen(asked).cssselect("main form")[0].form_values())
    return client.post(where, {**sent, "etape": press}, follow=True)


def listed(page):
    """Return the academies of the services that a page lists."""
    return [one.academy_id for one, *_ in page.context["rows"]]


def test_services_are_shown_by_state_domain_and_academy(member, manager, service):
    administrator = member(role=Membership.Role.ADMINISTRATOR, email="nationale@exemple.test")
    RegistrationService.objects.filter(academy="A25").update(closes_at=NOW - timedelta(days=1))
    where = reverse("office:services")

    every = administrator.get(where)
    closed = administrator.get(where, {"etat": "Fermé"})
    none = administrator.get(where, {"etat": "Fermé", "academie": "A09"})
    senseless = administrator.get(where, {"etat": "?", "domaine": "?"})

    assert listed(every) == listed(senseless) == ["A09", "A25"]
    assert listed(closed) == ["A25"]
    assert "1 service sur 2" in main(closed)
    assert "Aucun ne répond à ces choix ensemble : changez-en un." in main(none)
    assert list(every.context["form"].fields) == ["etat", "academie"]  # there is one domain
    assert not manager.get(where).context["form"].fields


def test_an_extension_awaits_a_second_person(member, service):
    manager, head = member("A09"), member("A09", role=HEAD, email="cheffe@exemple.test")
    wanted = later(service, days=2)

    page = move(manager, service, closes_at=wanted)
    service.refresh_from_db()
    assert service.closes_at != wanted
    assert "Une autre personne doit l'approuver" in html.unescape(page.text)

    change = ServiceChange.objects.get()
    assert "Prolongations à approuver" in head.get(reverse("office:services")).text
    head.post(reverse("office:approve_change", args=[change.pk]))

    service.refresh_from_db()
    change.refresh_from_db()
    assert (service.closes_at, change.state) == (wanted, ChangeState.APPLIED)
    assert change.decided_by == "Claude Martin"


def test_nobody_approves_what_they_propose(member, service):
    head = member("A09", role=HEAD)
    move(head, service, closes_at=later(service, days=2))
    change = ServiceChange.objects.get()

    page = head.post(reverse("office:approve_change", args=[change.pk]), follow=True)

    assert "une autre personne que celle qui la propose" in page.text
    assert ServiceChange.objects.proposed().count() == 1


def test_the_database_holds_that_two_persons_extend(service):
    with pytest.raises(IntegrityError, match="nobody_approves_what_they_propose"):
        ServiceChange.objects.create(
            service=service,
            opened_at=service.opens_at,
            closed_at=service.closes_at,
            opens_at=service.opens_at,
            closes_at=later(service, days=1),
            reason=WHY,
            needs_two=True,
            state=ChangeState.APPLIED,
            proposed_at=NOW,
            proposed_by_id="user:1",
            decided_at=NOW,
            decided_by_id="user:1",
        )


def test_what_was_proposed_at_one_instant_is_listed_in_the_order_in_which_it_was(service):
    others = RegistrationService.objects.exclude(pk=service.pk)
    changes = [
        ServiceChange.objects.create(
            service=one,
            opened_at=one.opens_at,
            closed_at=one.closes_at,
            opens_at=one.opens_at,
            closes_at=later(one, days=1),
            reason=WHY,
            needs_two=True,
            state=ChangeState.PROPOSED,
            proposed_at=NOW,
            proposed_by_id="user:1",
        )
        for one in (service, others.first())
    ]
    # Whatever is written of a row puts it after the others.
    ServiceChange.objects.filter(pk=changes[0].pk).update(reason="Panne")
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=service.opens_at)

    assert list(ServiceChange.objects.for_list()) == changes


@pytest.mark.parametrize("act", ["approve", "refuse"])
def test_a_manager_and_an_auditor_decide_nothing(member, service, act):
    other = member("A09", email="autre@exemple.test")
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    move(member("A09"), service, closes_at=later(service, days=2))
    change = ServiceChange.objects.get()

    found = [
        one.post(reverse(f"office:{act}_change", args=[change.pk])).status_code
        for one in (other, auditor)
    ]

    assert found == [404, 404]
    assert auditor.get(reverse("office:move_service", args=[service.pk])).status_code == 404


def test_the_head_of_another_academy_approves_nothing(member, service):
    move(member("A09"), service, closes_at=later(service, days=2))
    foreign = member("A25", role=HEAD, email="ailleurs@exemple.test")

    where = reverse("office:approve_change", args=[ServiceChange.objects.get().pk])

    assert foreign.post(where).status_code == 404


def test_an_extension_at_five_to_midnight_lets_in_who_comes_after_the_first_closing(
    service, manager
):
    draft, closing = a_draft(), service.closes_at
    change = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=closing + timedelta(days=1),
        reason=WHY,
        by=Actor("manager", "A", manager.user.identifier),
        at=closing - timedelta(minutes=4),
    )
    opening.approve_together(
        [(change, Actor("head", "B", "user:2"))], at=closing - timedelta(minutes=3)
    )
    draft.refresh_from_db()

    version = registering.register(
        draft=draft, by=author(draft.candidate), at=closing + timedelta(hours=1)
    )

    assert version.registration.is_active


def test_those_who_have_begun_something_are_told_once(member, service):
    begun = a_draft()
    move(member("A09"), service, closes_at=later(service, days=2))
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    head.post(reverse("office:approve_change", args=[ServiceChange.objects.get().pk]))

    work()
    closing_moved.tell_change(ServiceChange.objects.get().pk, after="", at=NOW)

    letter = Message.objects.get(kind="service_moved")
    service.refresh_from_db()
    assert letter.recipient == begun.candidate.user.email
    assert service.closing_in_words in letter.body


def test_those_whom_a_killed_worker_left_untold_are_told_once(manager, service, monkeypatch):
    monkeypatch.setattr(closing_moved, "TOLD_AT_ONCE", 1)
    begun = [a_draft(), a_draft()]
    shorten(manager, service, closes_at=later(service, days=-1))
    change = ServiceChange.objects.get()
    with connection.cursor() as cursor:  # the first is told, its worker is killed just there
        closing_moved.tell_change(change.pk, after="", at=NOW)
        cursor.execute("DELETE FROM procrastinate_jobs")
    a_draft(at=NOW + timedelta(seconds=1))  # begun under the new dates
    soon = NOW + timedelta(minutes=6)

    assert closing_moved.take_up_again(older_than=NOW - timedelta(seconds=1)) == 0
    assert [closing_moved.take_up_again(older_than=soon) for _ in range(2)] == [1, 0]
    work()

    told = Message.objects.filter(kind="service_moved")
    assert {one.recipient for one in told} == {one.candidate.user.email for one in begun}
    assert told.count() == len(begun)
    assert closing_moved.take_up_again(older_than=soon) == 0


def test_of_two_closings_the_last_one_is_told_of(manager, service):
    a_draft()
    shorten(manager, service, closes_at=later(service, days=-1))
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        service.refresh_from_db()
        shorten(manager, service, closes_at=later(service, days=-1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")

    assert closing_moved.take_up_again(older_than=NOW + timedelta(minutes=6)) == 1
    work()

    service.refresh_from_db()
    assert service.closing_in_words in Message.objects.get(kind="service_moved").body


def test_a_closing_brought_forward_is_in_force_at_once_and_told(manager, service):
    a_draft()
    wanted = service.closes_at - timedelta(days=1)

    shorten(manager, service, closes_at=wanted)
    work()

    service.refresh_from_db()
    assert service.closes_at == wanted
    assert Message.objects.filter(kind="service_moved").count() == 1
    entry = Entry.objects.get(verb="registration service changed")
    assert entry.payload["after"]["reason"] == WHY
    assert entry.actor_name == "Claude Martin"


def test_who_is_registered_is_told_that_the_closing_is_brought_forward(
    manager, service, monkeypatch
):
    monkeypatch.setattr(closing_moved, "TOLD_AT_ONCE", 1)
    made = [a_registration(), a_registration(a_record())]
    left = a_registration()
    leaving.withdraw(registration=left, by=author(left.candidate), at=NOW)
    former = made[0].closing_in_words

    shorten(manager, service, closes_at=later(service, days=-10))
    work()
    for _ in range(2):
        closing_moved.tell_change(ServiceChange.objects.get().pk, after="", at=NOW)

    # Who has left and may come back reads it too: acts/test_coming_back_moved.
    assert Message.objects.get(kind="coming_back_moved").about_id == str(left.pk)
    mailed, posted = Message.objects.filter(kind="service_closes_sooner").order_by("pk")
    assert [mailed.about_id, posted.about_id] == [str(one.pk) for one in made]
    now = Registration.objects.whole().get(pk=made[0].pk).closing_in_words
    assert now != former
    for one in (mailed, posted):
        assert f"le {now}. La fermeture annoncée avant était le {former}." in one.body
    assert "Si vous vouliez la modifier, ou la quitter, faites-le avant" in mailed.body
    assert "demandez-le à votre service gestionnaire avant" in posted.body
    assert closing_moved.take_up_again(older_than=NOW + timedelta(minutes=6)) == 0


def test_who_is_registered_and_was_left_untold_is_told_once(manager, service):
    a_registration()
    shorten(manager, service, closes_at=later(service, days=-1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")

    assert closing_moved.take_up_again(older_than=NOW + timedelta(minutes=6)) == 1
    work()

    assert Message.objects.filter(kind="service_closes_sooner").count() == 1


def test_of_an_extension_nothing_is_said_to_who_is_registered(member, service):
    a_registration()
    move(member("A09"), service, closes_at=later(service, days=2))
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    head.post(reverse("office:approve_change", args=[ServiceChange.objects.get().pk]))

    work()

    assert not Message.objects.filter(kind="service_closes_sooner").exists()


def test_a_service_is_opened_at_once(manager, service):
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=NOW + timedelta(days=3))
    service.refresh_from_db()
    page = reverse("office:move_service", args=[service.pk])
    forever = "Une fois le service ouvert, son ouverture ne se change plus."
    assert forever in main(manager.get(page))

    move(manager, service, opens_at=NOW)

    service.refresh_from_db()
    assert service.opens_at == NOW
    assert forever not in main(manager.get(page))


def test_those_alone_who_may_approve_an_extension_are_told_by_mail(member, service):
    proposer = member("A09", role=HEAD)
    for email, role, academies in (
        ("cheffe@exemple.test", HEAD, ["A09"]),
        ("nationale@exemple.test", Membership.Role.ADMINISTRATOR, []),
        ("ailleurs@exemple.test", HEAD, ["A25"]),
        ("collegue@exemple.test", Membership.Role.MANAGER, ["A09"]),
        ("audit@exemple.test", Membership.Role.AUDITOR, ["A09"]),
    ):
        member(*academies, role=role, email=email)
    gone = member("A09", role=HEAD, email="partie@exemple.test").user
    gone.memberships.update(ends_on="2026-11-24")
    other = member("A09", role=HEAD, domains=["AUTRE"], email="autre@exemple.test").user

    page = move(proposer, service, closes_at=later(service, days=2))

    letters = Message.objects.filter(kind="extension_to_approve")
    assert sorted(one.recipient for one in letters) == [
        "cheffe@exemple.test",
        "nationale@exemple.test",
    ]
    assert other.email not in {one.recipient for one in Message.objects.all()}
    assert "un mail prévient celles qui le peuvent" in page.text


def test_where_nobody_may_approve_an_extension_its_author_is_told(manager, service):
    page = move(manager, service, closes_at=later(service, days=2))

    assert "aucune ne le peut dans ce périmètre" in page.text
    assert not Message.objects.filter(kind="extension_to_approve").exists()


@pytest.mark.parametrize(
    "typed",
    [
        "23/12/2026 18:30",
        "23/12/2026 18 h 30",
        "23/12/2026 à 18h30",
        "23/12/26 18h30",
        "23/12/2026, 18:30",
        "2026-12-23 18:30",
        "2026-12-23T18:30",
        "2026-12-23 18h30",
    ],
)
def test_dates_are_read_as_people_write_them(manager, service, typed):
    RegistrationService.objects.update(opens_at=NOW + timedelta(days=3))

    manager.post(
        reverse("office:move_service", args=[service.pk]),
        {**dates(service, opens_at=NOW + timedelta(days=3)), "fermeture": typed},
    )

    service.refresh_from_db()
    assert service.closes_at == datetime(2026, 12, 23, 18, 30, tzinfo=PARIS)


@pytest.mark.parametrize("typed", ["23/12/2026 18h", "23/12/2026 18 h", "2026-12-23 18 h"])
def test_an_hour_may_be_written_without_its_minutes(manager, service, typed):
    RegistrationService.objects.update(opens_at=NOW + timedelta(days=3))

    manager.post(
        reverse("office:move_service", args=[service.pk]),
        {**dates(service, opens_at=NOW + timedelta(days=3)), "fermeture": typed},
    )

    service.refresh_from_db()
    assert service.closes_at == datetime(2026, 12, 23, 18, 0, tzinfo=PARIS)


@pytest.mark.parametrize(
    ("after", "hour", "shown"),
    [
        (", avant le changement d'heure", 0, ", avant le changement d'heure"),
        (" (après le changement d’heure)", 1, ", après le changement d'heure"),
    ],
)
def test_an_hour_that_the_clock_shows_twice_is_said_which_and_read_back_as_it_is(
    manager, service, after, hour, shown
):
    RegistrationService.objects.update(opens_at=NOW + timedelta(days=3))
    said = dates(service, opens_at=NOW + timedelta(days=3))
    where = reverse("office:move_service", args=[service.pk])

    manager.post(where, {**said, "fermeture": f"31/10/2027 02:30{after}"})

    service.refresh_from_db()
    assert service.closes_at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    form = dict(seen(manager.get(where)).cssselect("main form")[0].form_values())
    assert form["fermeture"] == f"31/10/2027 02:30{shown}"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ({}, "Ce sont déjà les dates de ce service"),
        ({"fermeture": "31/10/2027 02:30"}, "Cette heure existe deux fois ce jour-là"),
        ({"ouverture": "01/12/2026 08:00"}, "Ce service a déjà ouvert"),
        ({"ouverture": "01/12/2026 08:00"}, "Pour arrêter les inscriptions, avancez la fermeture."),
        (
            {"fermeture": "24/11/2026 08:00"},
            "La fermeture que vous indiquez est passée : indiquez l'heure qu'il est, ou une date à venir.",
        ),
        ({"fermeture": "demain"}, "Indiquez le jour et l'heure"),
        ({"fermeture": "23/12/2026 18:"}, "Indiquez le jour et l'heure"),
        ({"fermeture": "2026-12-23"}, "Indiquez aussi l'heure, par exemple 23/12/2026 23:59"),
        ({"fermeture": "31/02/2027 08:00"}, "Ce jour ou cette heure n'existe pas"),
        ({"fermeture": "01/01/0001 00:00"}, "Indiquez une année entre 2000 et 2100."),
        ({"fermeture": "31/12/9999 23:59"}, "Indiquez une année entre 2000 et 2100."),
        ({"fermeture": "28/03/2027 02:30"}, "on change d'heure"),
        ({"motif": " "}, "Motif"),
    ],
)
def test_dates_that_cannot_be_are_refused_at_their_place(manager, service, said, answer):
    where = reverse("office:move_service", args=[service.pk])

    page = manager.post(where, {**dates(service), **said})

    assert page.status_code == 422
    assert answer in html.unescape(page.text).replace("\u00a0", " ")
    assert not ServiceChange.objects.exists()


def test_a_service_has_one_proposal_at_a_time(manager, service):
    move(manager, service, closes_at=later(service, days=2))

    page = move(manager, service, closes_at=later(service, days=3))

    change = ServiceChange.objects.get()
    awaited = (
        f"attend déjà une décision : {change.in_words}, proposé le mercredi 25 novembre 2026 à"
    )
    assert awaited.replace("\u00a0", " ") in main(page)
    assert "par Claude Martin. Qu'il soit d'abord approuvé, refusé ou retiré." in main(page)
    links = [one.get("href") for one in seen(page).cssselect("main .s-card a")]
    assert links == [reverse("office:service", args=[service.pk])]


def test_a_closing_brought_forward_while_something_is_proposed_is_refused_before_it_is_confirmed(
    member, service
):
    move(member("A09"), service, closes_at=later(service, days=2))
    head = member("A09", role=HEAD, email="cheffe@exemple.test")

    page = move(head, service, closes_at=later(service, days=-2))

    assert page.status_code == 422
    assert "attend déjà une décision" in main(page)


def test_who_refuses_an_extension_says_why_to_whoever_proposed_it(member, service):
    manager, head = member("A09"), member("A09", role=HEAD, email="cheffe@exemple.test")
    move(manager, service, closes_at=later(service, days=2))
    change = ServiceChange.objects.get()
    where = reverse("office:refuse_change", args=[change.pk])
    page = reverse("office:service", args=[service.pk])

    asked = head.get(where)
    silent = head.post(where, {"motif": " "})
    said = [head.post(where, {"motif": "Un jour suffit."}, follow=True) for _ in range(2)]

    assert WHY in main(asked)
    assert silent.status_code == 422
    assert "Dites le motif du refus." in main(silent)
    assert ["La prolongation est refusée." in main(one) for one in said] == [True, True]
    assert "Motif du refus : Un jour suffit." in main(manager.get(page))
    letter = Message.objects.get(kind="extension_decided")
    assert letter.recipient == manager.user.email
    assert "Motif : Un jour suffit." in letter.body
    entry = Entry.objects.get(verb="extension refused")
    assert entry.payload["after"]["answer"] == "Un jour suffit."


def test_an_extension_that_was_decided_meanwhile_is_refused_no_more(member, service):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    other = member("A09", role=HEAD, email="chef@exemple.test")
    move(member("A09"), service, closes_at=later(service, days=2))
    change = ServiceChange.objects.get()
    other.post(reverse("office:approve_change", args=[change.pk]))
    where = reverse("office:refuse_change", args=[change.pk])

    pages = [head.get(where, follow=True), head.post(where, {"motif": "Non."}, follow=True)]

    assert ["a été décidée entre-temps" in main(one) for one in pages] == [True, True]
    change.refresh_from_db()
    assert change.state == ChangeState.APPLIED


def test_the_history_says_when_each_change_was_proposed_decided_and_applied(member, service):
    manager, head = member("A09"), member("A09", role=HEAD, email="cheffe@exemple.test")
    shorten(manager, service, closes_at=later(service, days=-1))
    service.refresh_from_db()
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        move(manager, service, closes_at=later(service, days=2))
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        change = ServiceChange.objects.proposed().get()
        head.post(reverse("office:approve_change", args=[change.pk]))
        page = head.get(reverse("office:service", args=[service.pk]))

    lines = [words(one) for one in seen(page).cssselect("main article .s-card__line")]
    lines = [one for one in lines if "Motif" in one]
    day, me = "le mercredi 25 novembre 2026 à 10 h", "(heure de Paris) par Claude Martin"
    assert lines == [
        f"Proposée {day} 32 {me}, approuvée et appliquée {day} 35 {me}. Motif : {WHY}",
        f"Décidé et appliqué {day} 30 {me}. Motif : {WHY}",
    ]


def test_the_other_days_that_a_later_closing_moves_are_read_by_who_proposes_approves_and_looks_back(
    member, service
):
    moved = (
        "Pièces « Pièce d'identité » et « Copie du baccalauréat » : jusqu'au {} janvier 2027 à "
        "23 h 59 (heure de Paris), au lieu du mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
    )
    manager, head = member("A09"), member("A09", role=HEAD, email="cheffe@exemple.test")
    where = reverse("office:service", args=[service.pk])

    before = words(seen(manager.get(reverse("office:move_service", args=[service.pk]))))
    proposed = words(seen(move(manager, service, closes_at=later(service, days=7))))
    approving = words(seen(head.get(where)))
    change = ServiceChange.objects.proposed().get()
    head.post(reverse("office:approve_change", args=[change.pk]))
    after = words(seen(head.get(where)))

    assert "D'un jour, par exemple : " in before
    assert moved.format("jeudi 31 décembre 2026").replace(" janvier 2027", "") in before
    week = moved.format("mercredi 6")
    assert (proposed.count(week), approving.count(week), after.count(week)) == (1, 1, 1)
    assert "D'autres dates limites ont changé avec la fermeture" in after


def test_what_awaits_approval_once_the_service_has_closed_is_said_to_be_closed(member, service):
    member("A09", role=HEAD, email="cheffe@exemple.test")
    RegistrationService.objects.filter(pk=service.pk).update(closes_at=NOW - timedelta(days=3))
    service.refresh_from_db()

    move(member("A09"), service, closes_at=later(service, days=5))

    letter = Message.objects.get(kind="extension_to_approve")
    assert f"le service reste fermé : il a fermé le {service.closing_in_words}." in letter.body
    assert "ferme à la date annoncée" not in letter.body


def test_a_proposal_taken_back_or_refused_changes_nothing_and_is_decided_once(member, service):
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    manager = member("A09")
    before = service.closes_at
    for act, client, state in (
        ("drop", manager, ChangeState.DROPPED),
        ("refuse", head, ChangeState.REFUSED),
    ):
        move(manager, service, closes_at=later(service, days=2))
        change = ServiceChange.objects.proposed().get()
        client.post(reverse(f"office:{act}_change", args=[change.pk]), {"motif": "Rien ne presse."})
        change.refresh_from_db()
        assert change.state == state

        page = head.post(reverse("office:approve_change", args=[change.pk]), follow=True)
        assert "n'est plus possible" in html.unescape(page.text)

    service.refresh_from_db()
    assert service.closes_at == before


def test_a_proposal_whose_dates_have_passed_is_approved_no_more(service, manager):
    proposer = Actor("manager", "A", manager.user.identifier)
    other = Actor("head", "B", "user:2")
    change = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=later(service, days=1),
        reason=WHY,
        by=proposer,
        at=NOW,
    )

    own = opening.approve_together([(change, proposer)], at=NOW)
    late = opening.approve_together([(change, other)], at=later(service, days=2))

    [(_, of_oneself)], [(_, passed)] = own.left, late.left
    assert isinstance(of_oneself, SamePerson)
    assert "passée" in str(passed)
    change.refresh_from_db()
    assert change.state == ChangeState.PROPOSED


def test_loading_the_file_again_undoes_no_change_of_the_office(manager, service):
    wanted = service.closes_at - timedelta(days=1)
    shorten(manager, service, closes_at=wanted)

    loaded = exams.load(
        Source(INVENTED.name, INVENTED.read_text(encoding="utf-8")), by=OPERATOR, at=NOW
    )

    service.refresh_from_db()
    assert service.closes_at == wanted
    assert [one.pk for one in loaded.held] == [service.pk]


def awaited(client, where="office:home"):
    """Return each list of proposals, with what it leads to."""
    tree = seen(client.get(reverse(where)))
    return {
        words(title): [one.get("href") for one in title.getnext().cssselect("a")]
        for title in tree.cssselect("main h2")
        if words(title).startswith("Prolongations")
    }


@pytest.mark.parametrize("where", ["office:home", "office:services"])
def test_what_awaits_approval_is_listed_to_those_who_may_give_it_and_to_its_proposer(
    member, service, where
):
    proposer = member("A09", role=HEAD)
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    elsewhere = member("A25", role=HEAD, email="ailleurs@exemple.test")
    move(proposer, service, closes_at=later(service, days=2))

    found = [awaited(client, where) for client in (proposer, head, elsewhere)]

    link = [reverse("office:service", args=[service.pk])]
    assert found == [
        {"Prolongations en attente d'une autre personne": link},
        {"Prolongations à approuver": link},
        {},
    ]


def test_who_may_approve_a_proposal_takes_back_none_but_their_own(member, service):
    proposer = member("A09", role=HEAD)
    head = member("A09", role=HEAD, email="cheffe@exemple.test")
    colleague = member("A09", email="collegue@exemple.test")
    move(proposer, service, closes_at=later(service, days=2))
    page = reverse("office:service", args=[service.pk])

    found = [
        [words(one) for one in seen(client.get(page)).cssselect("main button")]
        for client in (proposer, head, colleague)
    ]

    assert found == [
        ["Retirer la proposition"],
        ["Approuver la prolongation"],
        ["Retirer la proposition"],
    ]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "fermeture"),
        ({"ouverture": "01/12/2026 08:00"}, "ouverture"),
        ({"fermeture": "24/11/2026 08:00"}, "fermeture"),
    ],
)
def test_a_date_that_cannot_be_is_refused_at_its_own_field(manager, service, said, field):
    page = manager.post(
        reverse("office:move_service", args=[service.pk]), {**dates(service), **said}
    )

    assert list(page.context["form"].errors) == [field]


def test_before_it_opens_each_date_is_refused_at_its_own_field(manager, service):
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=NOW + timedelta(days=3))
    service.refresh_from_db()
    where = reverse("office:move_service", args=[service.pk])

    found = [
        list(manager.post(where, dates(service, **changes)).context["form"].errors)
        for changes in (
            {"opens_at": NOW - timedelta(days=1)},
            {"closes_at": NOW + timedelta(days=2)},
        )
    ]

    assert found == [["ouverture"], ["fermeture"]]


def test_what_is_begun_is_counted_in_words(manager, service):
    page = reverse("office:service", args=[service.pk])
    before = words(seen(manager.get(page)).cssselect("main .s-facts")[0])

    a_draft()

    after = words(seen(manager.get(page)).cssselect("main .s-facts")[0])
    assert "Saisies commencées, pas encore enregistrées Aucune" in before
    assert "Saisies commencées, pas encore enregistrées 1 pour une nouvelle inscription" in after
    assert "0 modification" not in after


def opened_in(client, service):
    """Open « Changer les dates »; return what its form holds, as a browser sends it."""
    page = client.get(reverse("office:move_service", args=[service.pk]))
    return dict(seen(page).cssselect("main form")[0].form_values())


def test_what_a_colleague_changed_since_the_form_was_opened_is_not_undone(member, service):
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=NOW + timedelta(days=3))
    service.refresh_from_db()
    one, other = member("A09"), member("A09", email="collegue@exemple.test")
    where = reverse("office:move_service", args=[service.pk])
    stale = {**opened_in(other, service), "fermeture": "08/01/2027 23:59", "motif": WHY}
    wanted = NOW + timedelta(days=4)
    move(one, service, opens_at=wanted)

    refused = other.post(where, stale)
    again = dict(seen(refused).cssselect("main form")[0].form_values())
    service.refresh_from_db()
    between = service.opens_at

    assert refused.status_code == 422
    assert "Un collègue vient de changer les dates de ce service" in main(refused)
    assert service.opening_in_words.replace("\u00a0", " ") in main(refused)
    assert between == wanted
    assert (again["fermeture"], again["motif"]) == (stale["fermeture"], WHY)
    assert again["vu"] != stale["vu"]
    other.post(where, {**again, "ouverture": f"{wanted.astimezone(PARIS):%d/%m/%Y %H:%M}"})
    service.refresh_from_db()
    assert (service.opens_at, service.closes_at.day) == (wanted, 8)


def test_an_extension_approved_meanwhile_is_not_cut_short(member, service):
    head = member("A09", role=HEAD)
    other = member("A09", role=HEAD, email="cheffe@exemple.test")
    stale = {**dates(service, closes_at=later(service, days=2)), "motif": WHY}
    wanted = later(service, days=4)
    move(head, service, closes_at=wanted)
    other.post(reverse("office:approve_change", args=[ServiceChange.objects.get().pk]))

    page = head.post(reverse("office:move_service", args=[service.pk]), stale)

    service.refresh_from_db()
    assert "Un collègue vient de changer" in main(page)
    assert service.closes_at == wanted


def test_a_form_that_was_opened_before_a_proposal_says_that_there_is_one(member, service):
    one, other = member("A09"), member("A09", email="collegue@exemple.test")
    stale = {**opened_in(other, service), "fermeture": "20/12/2026 23:59", "motif": WHY}
    move(one, service, closes_at=later(service, days=2))

    page = other.post(reverse("office:move_service", args=[service.pk]), stale)

    assert "ou ce qui en est proposé" in main(page)
    assert ServiceChange.objects.count() == 1


@pytest.mark.parametrize("days", [2, -2], ids=["an extension", "a closing brought forward"])
def test_dates_that_are_sent_twice_are_changed_once(manager, service, days):
    where = reverse("office:move_service", args=[service.pk])
    sent = {**dates(service, closes_at=later(service, days=days)), "etape": "fermer"}

    pages = [main(manager.post(where, sent, follow=True)) for _ in range(2)]
    other = manager.post(where, {**sent, "motif": "Un autre motif"})

    assert pages[0] == pages[1]
    assert "Vous venez de changer les dates" in main(other)
    assert ServiceChange.objects.count() == 1


def test_closing_earlier_is_asked_again_with_what_it_does(member, service):
    a_registration()
    a_draft()
    closer = member("A09")
    member("A09", role=HEAD, email="cheffe@exemple.test")
    before, wanted = service.closes_at, later(service, days=-3)

    asked = move(closer, service, closes_at=wanted)
    service.refresh_from_db()
    read = main(asked)

    assert service.closes_at == before
    assert "Fermer plus tôt ?" in read
    assert "Inscriptions en cours 1" in read
    assert "Saisies commencées, pas encore enregistrées 1 pour une nouvelle inscription" in read
    assert "Un autre prévient qui peut approuver une prolongation : Claude Martin." in read
    assert f"Motif {WHY}" in read
    assert "demande une seconde personne." in read
    back = confirm(closer, service, asked, press="relire")
    typed = dict(seen(back).cssselect("main form")[0].form_values())
    assert (back.status_code, typed["motif"]) == (200, WHY)
    assert typed["fermeture"] == f"{wanted.astimezone(PARIS):%d/%m/%Y %H:%M}"
    done = confirm(closer, service, asked)
    service.refresh_from_db()
    assert "Les nouvelles dates sont en vigueur." in main(done)
    assert service.closes_at == wanted


def test_those_who_can_put_a_closing_back_learn_that_it_was_brought_forward(member, service):
    closer = member("A09", role=HEAD)
    member("A09", role=HEAD, email="cheffe@exemple.test")
    member(role=Membership.Role.ADMINISTRATOR, email="nationale@exemple.test")
    member("A25", role=HEAD, email="ailleurs@exemple.test")
    member("A09", email="collegue@exemple.test")

    shorten(closer, service, closes_at=later(service, days=-3))

    letters = Message.objects.filter(kind="closing_brought_forward")
    assert sorted(one.recipient for one in letters) == [
        "cheffe@exemple.test",
        "nationale@exemple.test",
    ]
    service.refresh_from_db()
    assert f"Fermeture le {service.closing_in_words} au lieu du" in letters[0].body
    assert WHY in letters[0].body


def test_before_it_opens_a_closing_is_brought_forward_at_once(member, service):
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=NOW + timedelta(days=3))
    service.refresh_from_db()
    member("A09", role=HEAD, email="cheffe@exemple.test")

    page = move(member("A09"), service, closes_at=later(service, days=-3))

    assert "Les nouvelles dates sont en vigueur." in main(page)
    assert not Message.objects.filter(kind="closing_brought_forward").exists()


def test_a_closing_that_cannot_be_is_refused_before_it_is_asked_again(manager, service):
    page = move(manager, service, closes_at=NOW - timedelta(days=1))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["fermeture"]


def test_one_that_opens_at_once_is_not_closed_earlier_without_a_question(member, service):
    manager, head = member("A09"), member("A09", role=HEAD, email="cheffe@exemple.test")
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=NOW + timedelta(days=5))
    service.refresh_from_db()
    soon = {"opens_at": NOW + timedelta(minutes=1), "closes_at": NOW + timedelta(minutes=2)}

    asked = move(manager, service, **soon)

    assert "Fermer plus tôt ?" in main(asked)
    assert "Ouvrira le" in main(asked)
    assert "est ouvert" not in main(asked)
    assert "Une fois le service ouvert, vous ne pourrez plus revenir seul" in main(asked)
    before = service.closes_at
    service.refresh_from_db()
    assert service.closes_at == before
    confirm(manager, service, asked)
    service.refresh_from_db()
    assert service.closes_at == soon["closes_at"]
    [told] = Message.objects.filter(kind="closing_brought_forward")
    assert told.recipient == head.user.email


def test_who_may_approve_does_not_take_back_but_refuses_with_a_reason(member, service):
    manager, head = member("A09"), member("A09", role=HEAD, email="cheffe@exemple.test")
    move(manager, service, closes_at=later(service, days=2))
    change = ServiceChange.objects.get()

    page = head.post(reverse("office:drop_change", args=[change.pk]), follow=True)

    assert page.request["PATH_INFO"] == reverse("office:refuse_change", args=[change.pk])
    assert "Vous pouvez refuser cette proposition : dites pourquoi." in main(page)
    change.refresh_from_db()
    assert change.state == ChangeState.PROPOSED


def test_who_proposed_is_told_when_a_colleague_takes_it_back_and_not_when_they_do(member, service):
    manager, colleague = member("A09"), member("A09", email="collegue@exemple.test")
    for client in (manager, colleague):
        move(manager, service, closes_at=later(service, days=2))
        change = ServiceChange.objects.get(state=ChangeState.PROPOSED)
        page = client.post(reverse("office:drop_change", args=[change.pk]), follow=True)
        assert "La proposition est retirée." in html.unescape(page.text)

    [told] = Message.objects.filter(kind="extension_decided")
    assert told.recipient == manager.user.email
    assert told.subject == "Prolongation retirée : Lille, Brevet d'essai, session 2027"
    assert "retire la prolongation que vous avez proposée" in told.body


def test_closing_earlier_asks_for_the_second_factor_again_and_extending_does_not(manager, service):
    where = reverse("office:move_service", args=[service.pk])
    opened = opened_in(manager, service)
    shorter = {**opened, **dates(service, closes_at=later(service, days=-3))}
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):
        asked = manager.post(where, shorter)
        confirmed = manager.post(where, {**shorter, "etape": "fermer"})
        kept = dict(seen(manager.get(where)).cssselect("main form")[0].form_values())
        extended = move(manager, service, closes_at=later(service, days=1))

    assert asked.url == confirmed.url == f"{reverse('mfa_reauthenticate')}?next={quote(where, '')}"
    assert (kept["fermeture"], kept["motif"]) == (shorter["fermeture"], WHY)
    assert ServiceChange.objects.get().needs_two
    assert "La prolongation est proposée." in main(extended)


@pytest.mark.parametrize("days", [2, -2], ids=["an extension", "a closing brought forward"])
def test_the_administrator_is_not_sent_to_the_administrator(member, service, days):
    alone = member(role=Membership.Role.ADMINISTRATOR)

    page = move(alone, service, closes_at=later(service, days=days))

    assert "d'inviter un second administrateur" in main(page)
    assert "agent invite" not in main(page)
    assert "votre administrateur" not in main(page)
