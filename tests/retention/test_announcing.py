"""P-20: a month before a registration leaves their area, whoever has an account is told by mail."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.retention import operations
from tests.factories import NOW, a_candidate, a_record, a_registration, author
from tests.retention.test_retention import archived_at

DAY = timedelta(days=1)


def told():
    return Message.objects.filter(kind="registration_leaves")


def test_it_is_told_once_a_month_before_and_says_until_which_day(filed):
    at = archived_at(filed) - 31 * DAY

    operations.apply(at=at)
    assert not told().exists()
    operations.apply(at=at + DAY)
    operations.apply(at=at + 2 * DAY)

    mail = told().get()
    assert mail.recipient == filed.candidate.address
    assert mail.subject.startswith("À télécharger d'ici au 15 décembre 2028, n°")
    assert "reste dans votre espace candidat jusqu'au 15 décembre 2028." in mail.body
    assert f"/mes-documents/{filed.number}" in mail.body
    assert Entry.objects.filter(verb="archiving announced", object_id=str(filed.pk)).count() == 1
    assert Registration.objects.filter(pk=filed.pk).exists()


def test_that_one_was_told_keeps_no_other_from_being_told(filed):
    other = a_registration(a_candidate(email="autre@exemple.test"))

    operations.apply(at=archived_at(filed) - DAY)

    leaving_soon = {one.candidate.address for one in (filed, other)}
    assert {one.recipient for one in told()} == leaving_soon


def test_the_message_leaves_with_the_registration(filed):
    operations.apply(at=archived_at(filed) - DAY)
    assert told().exists()

    assert operations.apply(at=archived_at(filed)) == 1

    assert not told().exists()


def test_what_is_archived_at_once_is_not_announced(filed):
    operations.apply(at=archived_at(filed) + 400 * DAY)

    assert not told().exists()


@pytest.mark.usefixtures("invented_exam")
def test_neither_who_has_no_account_nor_who_withdrew_is_told():
    a_registration(a_record())
    left = a_registration(a_candidate(email="parti@exemple.test"))
    leaving.withdraw(
        registration=Registration.objects.whole().get(pk=left.pk), by=author(left.candidate), at=NOW
    )

    operations.apply(at=archived_at(left) - DAY)

    assert not told().exists()
    assert Registration.objects.count() == 2
