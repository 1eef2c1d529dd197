import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import reverse

from sporades.accommodations.models import Appeal, Case
from sporades.accommodations.states import State
from sporades.accounts.models import User
from sporades.candidates.claims import digest_of
from sporades.candidates.models import ClaimCode
from sporades.cli import demo_people, demo_registrations
from sporades.evidence.completeness import is_ready
from sporades.evidence.models import Deposit
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State as Stage
from sporades.exams import queries
from sporades.exams.held import forget
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.sections.terms import TO_READ
from tests.factories import NOW
from tests.web.account.newcomer import sign_in

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def _demo(settings, territory, db, stopped_clock):
    settings.DEMO = True
    forget()
    yield
    forget()


@pytest.mark.usefixtures("_demo")
def test_the_demo_has_its_people_its_services_and_its_registrations():
    call_command("demo", "load")

    assert set(User.objects.values_list("email", flat=True)) == {
        *demo_people.CANDIDATES,
        *demo_people.ASKING,
        *demo_people.STAFF,
    }
    states = sorted(Registration.objects.values_list("exam__code", "state", "version"))
    assert states == [
        ("BACPRO-ASSP", "registered", 1),
        ("CAP-AEPE", "anomaly", 1),
        *[("CAP-AEPE", "registered", 1)] * (1 + len(demo_people.ASKING)),  # and the minor
        ("CAP-AEPE", "registered", 2),
        ("CRPE-EXT-BAC3", "registered", 1),
        ("CS4-AG2S", "registered", 1),
        ("DNB", "withdrawn", 1),
    ]
    assert Draft.objects.open().get().exam.code == "CS4-AG2S"
    assert Letter.objects.waiting().count() == 2
    claimed = ClaimCode.objects.get()
    assert claimed.digest == digest_of(demo_registrations.CODE)
    assert f"`{demo_registrations.CODE}`" in README.read_text("utf-8")
    services = [service for one in queries.programmes() for service in one.services]
    assert {service.accepts(NOW) for service in services} == {True, False}
    told = Case.objects.get(registration__candidate__user__email=demo_people.NOTIFIED)
    assert (told.state, told.notification.opened_at) == (State.NOTIFIED, None)
    assert Appeal.objects.waiting().count() == 1
    opined = Case.objects.exclude(opined_at=None).filter(
        registration__compartment__papers__isnull=False
    )
    assert opined
    for case in opined:
        compartment = case.registration.compartment
        given, opened = compartment.papers.latest("given_at"), compartment.openings.earliest("at")
        assert given.given_at < opened.at < case.opined_at
    assert [s for s in services if NOW < s.closes_at < NOW + timedelta(hours=1, minutes=1)] != []
    assert queries.upcoming_services(NOW) != []


@pytest.mark.usefixtures("_demo")
def test_who_has_no_account_was_registered_by_the_office_and_is_told_so():
    call_command("demo", "load")

    registration = Registration.objects.get(candidate__user=None)
    version = Version.objects.get(registration=registration)
    [first, *_] = Letter.objects.order_by("pk")
    assert version.snapshot["terms"] != []
    assert TO_READ in str(version.snapshot["sections"])
    assert first.message.kind == "registered_for"
    assert "Inscription enregistrée pour vous" in first.message.subject


@pytest.mark.usefixtures("_demo")
def test_in_lille_some_files_are_complete_and_a_piece_is_given_by_post_alone():
    call_command("demo", "load")

    in_lille = Registration.objects.filter(academy="A09")
    complete = in_lille.filter(is_ready())
    assert {one.candidate.user.email for one in complete} == set(demo_people.COMPLETE)
    for one in complete:
        assert set(one.evidence.values_list("state", flat=True)) == {Stage.ACCEPTED}
        assert not one.evidence.filter(deposit=None).exists()
    [(whose, posted)] = [
        (registration.candidate.user.email, one)
        for registration in in_lille.whole().with_owed()
        for one in pieces_of(registration)
        if not one.is_deposited
    ]
    assert posted.is_awaited(NOW)
    assert whose == demo_people.NOTIFIED


@pytest.mark.usefixtures("_demo")
def test_loading_the_demo_again_changes_nothing():
    def there():
        return [one.objects.count() for one in (Registration, User, Draft, Deposit, Message)]

    call_command("demo", "load")
    before = there()

    call_command("demo", "load")

    assert there() == before


@pytest.mark.usefixtures("_demo")
def test_a_code_is_given_for_staff_and_for_nobody_else(capsys):
    call_command("demo", "load")
    capsys.readouterr()

    call_command("demo", "code", "administrateur@demo.test")

    assert len(capsys.readouterr().out.strip()) == 6
    with pytest.raises(CommandError, match="n'a pas de second facteur"):
        call_command("demo", "code", "nouveau@demo.test")
    with pytest.raises(CommandError, match=r"Aucun compte n'a l'adresse inconnu@demo\.test"):
        call_command("demo", "code", "inconnu@demo.test")


@pytest.mark.usefixtures("_demo")
def test_the_messages_of_the_demo_are_of_the_instants_of_their_acts():
    call_command("demo", "load")

    sent = Message.objects.filter(letter=None).values_list("written_at", "sent_at")

    assert {written == left for written, left in sent} == {True}
    assert min(written for written, _ in sent) < NOW - timedelta(days=19)


@pytest.mark.django_db
def test_a_real_installation_has_no_demo_command():
    with pytest.raises(CommandError, match="n'existe que dans la démonstration"):
        call_command("demo", "load")


def test_the_readme_names_every_account_of_the_demo_and_no_other():
    told = re.findall(r"^\| `([^`]+@demo\.test)` \|", README.read_text("utf-8"), re.MULTILINE)

    assert told == [*demo_people.CANDIDATES, demo_people.NOTIFIED, *demo_people.STAFF]
    assert f"`{demo_people.PASSWORD}`" in README.read_text("utf-8")


@pytest.mark.usefixtures("_demo")
@pytest.mark.parametrize(
    "email", [*demo_people.CANDIDATES, demo_people.NOTIFIED, *demo_people.STAFF]
)
def test_every_account_of_the_demo_signs_in(client, email, capsys):
    cache.clear()
    demo_people.make_people(at=NOW - timedelta(days=60))

    answer = sign_in(client, email=email, password=demo_people.PASSWORD)
    home = reverse("candidate:home")
    if email in demo_people.STAFF:
        assert answer.url == reverse("mfa_authenticate")
        call_command("demo", "code", email)
        code = capsys.readouterr().out.strip()
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
        is_doctor = email.startswith("medecin")
        home = reverse("doctor:home" if is_doctor else "office:home")

    assert answer.url == home
    assert client.get(home).status_code == 200
