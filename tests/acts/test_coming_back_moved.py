"""Who left, and was told until when they may come back, is told when that moves (E8, I1)."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving, registering
from sporades.acts.services import closing_moved, opening
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.evidence.given import again
from tests.factories import NOW, OPERATOR, a_candidate, a_record, a_registration, author

HOUR = timedelta(hours=1)
KIND = "coming_back_moved"

pytestmark = pytest.mark.usefixtures("invented_exam", "kept")


def withdrawn(registration, at=NOW):
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=at)
    return registration


def move(closing, at=NOW + HOUR):
    """Move the closing, at once; nobody is told of it yet."""
    service = RegistrationService.objects.for_list().get(academy="A09")
    return opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=closing.replace(second=0, microsecond=0),
        reason="Panne",
        by=OPERATOR,
        at=at,
        is_urgent=True,
    )


def closes(closing, at=NOW + HOUR):
    """Move it, and tell whoever is to be told; return what was written."""
    closing_moved.tell_change(move(closing, at=at).pk, after="", at=at)
    return list(Message.objects.filter(kind=KIND).order_by("pk"))


def said(message):
    return message.body.replace("\N{NO-BREAK SPACE}", " ")


def test_who_may_come_back_is_told_that_there_is_less_time():
    left, stays = withdrawn(a_registration()), a_registration()

    (told,) = closes(NOW + 20 * HOUR)

    assert told.about_id == str(left.pk)
    assert "ferment plus tôt que prévu : le jeudi 26 novembre 2026 à 6 h 30" in said(told)
    assert "faites une nouvelle inscription avant cette date. Elle peut reprendre" in said(told)
    registered = Message.objects.get(kind="service_closes_sooner")
    assert registered.about_id == str(stays.pk)


def test_who_keeps_their_72_hours_reads_the_new_closing_and_until_when():
    withdrawn(a_registration())

    (told,) = closes(NOW + 100 * HOUR)

    assert "Jusqu'au samedi 28 novembre 2026 à 10 h 30 (heure de Paris), elle peut" in said(told)


def test_who_has_no_account_asks_their_service():
    registration = a_registration(a_record(email="ines@exemple.test"))
    withdrawn(registration)

    (told,) = closes(NOW + 60 * HOUR)

    assert "reprendre toutes vos réponses, auprès de votre service gestionnaire." in said(told)


def test_an_extension_is_told_to_whom_it_gives_more_time():
    withdrawn(a_registration())
    closes(NOW + 2 * HOUR)
    Message.objects.all().delete()

    (told,) = closes(NOW + 48 * HOUR, at=NOW + 3 * HOUR)

    assert told.subject.startswith("Fermeture repoussée, désinscription n°")
    assert "ferment plus tard que prévu" in said(told)


def test_an_extension_that_gives_them_no_more_time_is_not():
    withdrawn(a_registration())

    assert closes(NOW + 60 * 24 * HOUR) == []


@pytest.mark.parametrize("what", ["long ago", "is back", "comes back", "left after"])
def test_who_may_come_back_no_more_or_has_come_back_is_not_told(what):
    registration = a_registration(a_candidate())
    since = {"long ago": -80 * HOUR, "left after": 2 * HOUR}.get(what, timedelta())
    if what == "long ago":
        Registration.objects.filter(pk=registration.pk).update(filed_at=NOW + since - HOUR)
    withdrawn(registration, at=NOW + since)
    if "back" in what:
        by = author(registration.candidate)
        draft = registering.begin_again(registration=again(registration), by=by, at=NOW)
        if what == "is back":
            registering.register(draft=draft, by=by, at=NOW)

    assert closes(NOW + 20 * HOUR) == []


def test_it_is_told_once():
    withdrawn(a_registration())
    closes(NOW + 20 * HOUR)

    closing_moved.tell_change(ServiceChange.objects.get().pk, after="", at=NOW + HOUR)

    assert Message.objects.filter(kind=KIND).count() == 1
    assert closing_moved.take_up_again(older_than=NOW + 2 * HOUR) == 0
