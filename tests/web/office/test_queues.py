"""« À traiter », on the office's first page: how many, and since when."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.services import opening
from sporades.candidates.models import Candidate
from sporades.evidence.models import ANTIVIRUS
from sporades.evidence.operations import INFECTED
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.publications.attestation import ATTESTATION
from sporades.publications.operations import preparing
from sporades.registrations.models import ChangeRequest, Registration
from sporades.web.office import bounded
from sporades.web.office.queues import ALONE
from tests.factories import NOW, a_candidate, a_mail, a_record, a_registration
from tests.requests import ask
from tests.web.guide import main, seen, words

HOME = reverse("office:home")


def said(client):
    """Return what each queue says: of what, how many, since when."""
    return {one.label: (one.count, one.age) for one in client.get(HOME).context["queues"]}


def decided(registration, **ago):
    Registration.objects.filter(pk=registration.pk).update(
        state="anomaly", reason="Il manque une pièce", decided_at=NOW - timedelta(**ago)
    )


def test_nothing_awaits_where_there_is_nothing(manager, in_lille):
    page = manager.get(HOME)

    assert page.context["queues"] == []
    assert "À traiter" not in main(page)


def test_a_page_that_a_queue_alone_leads_to_is_reached_when_nothing_waits(manager, in_lille):
    page = seen(manager.get(HOME))

    links = {words(one): one.get("href") for one in page.cssselect("main a")}
    for name, label in ALONE.items():
        assert links[label] == reverse(name)
        assert manager.get(links[label]).status_code == 200


def test_what_waits_for_ones_agreement_comes_first_with_its_count_and_age(member, in_lille):
    manager = member("A09")
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    decided(in_lille, days=40)
    service = in_lille.service
    opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + timedelta(days=7),
        reason="Panne",
        by=manager.user.memberships.get().as_actor(),
        at=NOW - timedelta(hours=3),
    )

    page = seen(head.get(HOME))

    rows = [words(one) for one in page.cssselect("main table tbody tr")]
    assert rows[0] == "Prolongations à approuver 1 3 heures"
    assert rows[1].startswith("Inscriptions en anomalie 1 ")
    [link] = page.xpath("//main//a[.='Prolongations à approuver']/@href")
    assert [words(one) for one in page.cssselect(link)] == ["Prolongations à approuver"]
    assert "Prolongations à approuver" not in said(manager)


def test_one_where_something_waits_is_said_once(manager, in_lille):
    ask(in_lille, in_lille.service.closes_at + timedelta(days=1))

    page = seen(manager.get(HOME))

    links = [words(one) for one in page.cssselect("main a")]
    assert links.count("Demandes de modification") == 1


def test_a_page_is_offered_to_whoever_may_open_it_alone(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    page = auditor.get(HOME)

    assert page.context["idle"] == []


def test_how_many_and_since_when(manager, in_lille, in_versailles):
    other = a_registration(a_candidate())
    decided(in_lille, days=3)
    decided(other, hours=5)
    decided(in_versailles, days=30)

    assert said(manager) == {"Inscriptions en anomalie": (2, "3 jours")}


def test_a_line_is_named_by_what_waits_whether_a_link_or_a_button_leads_there(manager, in_lille):
    decided(in_lille, days=3)
    other = a_registration(a_candidate())
    ask(other, other.service.closes_at + timedelta(days=1))

    titles = seen(manager.get(HOME)).cssselect("main .s-table--tally tbody th")

    # Of a form a header takes no name.
    assert {bool(one.cssselect("form")) for one in titles} == {True, False}
    assert [one.get("aria-label") for one in titles] == [words(one) for one in titles]


def test_very_many_are_not_counted_to_the_last_and_the_oldest_says_since_when(
    manager, in_lille, monkeypatch
):
    monkeypatch.setattr(bounded, "IN_A_QUEUE", 1)
    decided(in_lille, hours=5)
    assert "Plus de" not in main(manager.get(HOME))

    decided(a_registration(a_candidate()), days=3)

    assert said(manager) == {"Inscriptions en anomalie": (1, "3 jours")}
    assert "Plus de 1" in main(manager.get(HOME))


def test_what_was_modified_since_is_told(manager, in_lille):
    Registration.objects.filter(pk=in_lille.pk).update(
        state="validated", decided_at=NOW - timedelta(days=2), amended_at=NOW - timedelta(days=1)
    )

    assert said(manager) == {"Inscriptions modifiées depuis la décision": (1, "1 jour")}


def test_a_virus_found_once_validated_is_told(manager, in_lille):
    decided = {"state": "validated", "decided_at": NOW - timedelta(days=2), "reason": ""}
    Registration.objects.filter(pk=in_lille.pk).update(**decided)
    in_lille.evidence.update(
        state="refused",
        reason=INFECTED,
        decided_name=ANTIVIRUS,
        decided_at=NOW - timedelta(days=1),
    )

    assert said(manager) == {"Inscriptions validées, pièce infectée depuis": (1, "2 jours")}
    queue = manager.get(HOME).context["queues"][0]
    page = manager.post(queue.url, list_as_data(queue.asked), follow=True)
    assert in_lille.number in main(page)


def test_a_queue_leads_to_its_files_one_after_the_other(manager, in_lille):
    decided(in_lille, days=3)
    queue = manager.get(HOME).context["queues"][0]

    page = manager.post(queue.url, list_as_data(queue.asked), follow=True)

    assert in_lille.number in main(page)
    assert f"/gestion/inscriptions/{in_lille.number}?dans=" in page.text


@pytest.mark.parametrize(
    ("since", "title", "said"),
    [
        ("decided_at", "État décidé le", {"state": "anomaly", "reason": "Il manque une pièce"}),
        ("amended_at", "Réponses modifiées le", {"state": "validated", "reason": ""}),
    ],
)
def test_its_files_are_listed_the_oldest_first_and_say_since_when(
    manager, in_lille, since, title, said
):
    older = a_registration(a_candidate(birth_name="Zéphyr"))
    for one, days in ((in_lille, 3), (older, 5)):
        decided(one, days=9)
        ago = {since: NOW - timedelta(days=days)}
        Registration.objects.filter(pk=one.pk).update(**said, **ago)
    queue = manager.get(HOME).context["queues"][0]

    page = manager.post(queue.url, list_as_data(queue.asked), follow=True)

    lines = page.context["lines"]
    assert [line["number"] for line in lines] == [older.number, in_lille.number]
    at = page.context["labels"].index(title)
    assert len(page.context["labels"]) == 7
    assert ("État" in page.context["labels"]) == (said["state"] == "validated")
    assert [line["cells"][at] for line in lines] == ["20/11/2026", "22/11/2026"]


def test_its_heading_is_of_the_level_of_the_others(manager, in_lille):
    decided(in_lille, days=3)

    assert "<h2>À traiter</h2>" in manager.get(HOME).text


@pytest.mark.parametrize("academy", ["A09", "A25"])
def test_documents_that_are_prepared_and_not_published_await(member, academy):
    mine = member("A09", email="autre@exemple.test").user
    preparing.begin(
        kind=ATTESTATION,
        by=mine,
        author=mine.memberships.get().as_actor(),
        reach=reach(mine.memberships.all(), Permission.PREPARE_DOCUMENTS),
        at=NOW - timedelta(days=2),
    )

    found = said(member(academy))

    assert found == (
        {"Publications à finir de préparer, ou à publier": (1, "2 jours")}
        if academy == "A09"
        else {}
    )


def list_as_data(asked):
    data = {}
    for name, value in asked:
        data.setdefault(name, []).append(value)
    return data


def test_who_decides_nothing_has_no_queue(member, in_lille):
    decided(in_lille, days=3)

    assert said(member("A09", role=Membership.Role.AUDITOR)) == {}


@pytest.mark.parametrize("academy", ["A09", "A25"])
def test_the_requests_of_the_perimeter_alone(member, in_lille, academy):
    ask(in_lille, in_lille.service.closes_at + timedelta(days=1))
    ChangeRequest.objects.update(sent_at=NOW - timedelta(hours=2))

    found = said(member(academy))

    assert found == ({"Demandes de modification": (1, "2 heures")} if academy == "A09" else {})


def test_requests_are_to_be_answered_in_a_month_and_the_office_is_reminded_before(
    manager, in_lille
):
    asked = ask(in_lille, in_lille.service.closes_at + timedelta(days=1))

    def at(**ago):
        ChangeRequest.objects.filter(pk=asked.pk).update(sent_at=NOW - timedelta(**ago))
        listed = main(manager.get(reverse("office:change_requests")))
        return said(manager)["Demandes de modification"], listed

    assert at(days=3)[0] == (1, "3 jours")
    assert "À traiter jusqu'au" in at(days=3)[1]
    assert at(days=25)[0] == (1, "25 jours (1 à traiter dans les sept jours)")
    assert "30 novembre 2026 : bientôt" in at(days=26)[1]
    assert at(days=40)[0] == (1, "40 jours (1 au-delà d'un mois)")
    assert "délai dépassé" in at(days=40)[1]


PARIS, NOUMEA = "Europe/Paris", "Pacific/Noumea"


@pytest.mark.parametrize(
    ("sent", "now", "zone"),
    [
        ("2027-02-28T10:00", "2027-03-29T09:00", PARIS),
        ("2027-02-28T10:00", "2027-03-28T23:59", PARIS),
        ("2027-03-01T00:01", "2027-03-31T09:00", PARIS),
        ("2027-01-31T10:00", "2027-02-28T09:00", PARIS),
        ("2027-01-31T10:00", "2027-03-01T09:00", PARIS),
        ("2027-04-30T10:00", "2027-05-31T09:00", PARIS),
        # By the clock of the service: it is the day before in Paris, then the day itself.
        ("2027-01-10T08:00", "2027-02-10T20:00", NOUMEA),
        ("2027-01-10T08:00", "2027-02-11T01:00", NOUMEA),
    ],
)
def test_what_is_counted_as_late_is_what_its_line_says_is_late(
    member, stopped_clock, in_lille, *, sent, now, zone
):
    RegistrationService.objects.filter(pk=in_lille.service_id).update(zone=zone)
    asked = ask(in_lille, in_lille.service.closes_at + timedelta(days=1))
    clock = ZoneInfo(zone)
    instant = datetime.fromisoformat(sent).replace(tzinfo=clock)
    ChangeRequest.objects.filter(pk=asked.pk).update(sent_at=instant)
    at = datetime.fromisoformat(now).replace(tzinfo=clock)
    stopped_clock.move_to(at)

    _, age = said(member("A09", at=at))["Demandes de modification"]

    found = ChangeRequest.objects.get(pk=asked.pk)
    assert ("au-delà d'un mois" in age) == found.is_late(at)
    assert ("dans les sept jours" in age) == found.is_due_soon(at)


def test_of_requests_that_are_many_no_more_are_looked_at_than_tell_so(
    manager, in_lille, monkeypatch
):
    for _ in range(3):
        asked = ask(in_lille, in_lille.service.closes_at + timedelta(days=1))
        ChangeRequest.objects.filter(pk=asked.pk).update(sent_at=NOW - timedelta(days=40))
        in_lille = a_registration()
    monkeypatch.setattr(bounded, "IN_A_QUEUE", 2)

    assert said(manager)["Demandes de modification"] == (
        3,
        "40 jours (au moins 2 au-delà d'un mois)",
    )


def test_letters_that_wait_to_be_printed_await(manager, in_lille):
    before = main(manager.get(HOME))
    a_registration(a_record())

    page = main(manager.get(HOME))

    assert "Courriers à imprimer" not in before
    assert "Courriers à imprimer 1" in page


UNREACHED = "Candidats sans compte que les mails n'atteignent pas"


def refused(registration, *, at=NOW - timedelta(days=2)):
    """Let the last mail to a candidate be refused."""
    mail = Message.objects.filter(recipient=registration.candidate.address)
    mail.update(state="refused", written_at=at)


def test_whom_mails_do_not_reach_is_listed_until_they_are_reached_otherwise(manager, in_lille):
    record = a_record(email="fausse@exemple.test", channel="mail", birth_name="Kermarrec")
    registration = a_registration(record)
    assert UNREACHED not in said(manager)

    refused(registration)

    assert said(manager)[UNREACHED] == (1, "2 jours")
    page = seen(manager.get(HOME))
    [link] = page.xpath(f'//main//table//a[contains(., "{UNREACHED}")]/@href')
    assert "KERMARREC" in main(manager.get(link))
    Candidate.objects.filter(pk=record.pk).update(channel="letter")
    assert UNREACHED not in said(manager)
    assert "KERMARREC" not in main(manager.get(link))


def test_whom_a_later_mail_has_reached_or_who_reads_a_space_or_has_left_is_not(manager, in_lille):
    refused(in_lille)
    reached = a_registration(a_record(email="une@exemple.test", channel="mail"))
    refused(reached)
    later = a_mail("une@exemple.test")
    Message.objects.filter(pk=later.pk).update(state="sent", sent_at=NOW)
    left = a_registration(a_record(email="deux@exemple.test", channel="mail"))
    refused(left)
    Registration.objects.filter(pk=left.pk).update(state="withdrawn", withdrawn_at=NOW)

    assert UNREACHED not in said(manager)


WITH_ACCOUNT = "Inscriptions de candidats que les mails n'atteignent pas"


def test_who_has_an_account_and_whom_mails_do_not_reach_is_listed_to_be_called(manager, in_lille):
    a_registration(a_candidate())
    refused(a_registration(a_record(email="une@exemple.test", channel="mail")))
    assert WITH_ACCOUNT not in said(manager)

    refused(in_lille)

    assert said(manager)[WITH_ACCOUNT] == (1, "")
    [queue] = [one for one in manager.get(HOME).context["queues"] if one.label == WITH_ACCOUNT]
    page = manager.post(queue.url, list_as_data(queue.asked), follow=True)
    assert [line["number"] for line in page.context["lines"]] == [in_lille.number]
    cells = dict(zip(page.context["labels"], page.context["lines"][0]["cells"], strict=True))
    assert cells["Dernier mail refusé le"] == "23/11/2026"
    assert cells["Téléphone"]
    assert "Téléphone du représentant légal" in cells


def test_who_was_reached_since_who_has_left_and_whose_exam_is_over_are_not(manager, in_lille):
    refused(in_lille)
    later = a_mail(in_lille.candidate.address)
    assert WITH_ACCOUNT in said(manager)  # nobody knows yet whether it arrives

    Message.objects.filter(pk=later.pk).update(state="sent", sent_at=NOW)
    assert WITH_ACCOUNT not in said(manager)

    Message.objects.filter(pk=later.pk).update(state="refused", sent_at=None)
    assert WITH_ACCOUNT in said(manager)
    Registration.objects.update(state="withdrawn", withdrawn_at=NOW)
    assert WITH_ACCOUNT not in said(manager)


def test_nor_is_who_is_registered_elsewhere(member, in_lille):
    elsewhere = member("A25", email="versailles@exemple.test")
    refused(a_registration(a_record(email="une@exemple.test", channel="mail")))

    assert UNREACHED not in said(elsewhere)
