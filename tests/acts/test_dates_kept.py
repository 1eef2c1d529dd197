"""What was told of a date stays, whichever way the closing moves afterwards (I1, G1, H1)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sporades.accommodations.rules import Wish, deadline_of
from sporades.accommodations.words import deadline_in_words
from sporades.acts import tasks
from sporades.acts.accommodating import reminding
from sporades.acts.identities import correcting
from sporades.acts.pieces import verifying
from sporades.acts.registrations import moving, registering, standing_in
from sporades.acts.services import opening
from sporades.candidates.operations import civil_data
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.evidence.queries import pieces_of
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.mail.models import Message
from sporades.registrations.models import Draft
from tests.accommodations.asked import THIRD, again, write
from tests.evidence.given import piece
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.web.registry.world import a_member

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DECLARED = {"has_disability": "oui"}
CLAUDE = Actor("manager", "Claude Martin", "user:0")

pytestmark = pytest.mark.usefixtures("invented_exam", "kept", "stopped_clock")


def move_by(delta, *, academy="A09", at=NOW):
    service = RegistrationService.objects.for_list().get(academy=academy)
    opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + delta,
        reason="Panne",
        by=OPERATOR,
        at=at,
        is_urgent=True,
    )
    forget()
    tasks.follow_dates(str(service.pk), "0")


def amend(registration, *, at):
    mine = author(registration.candidate)
    draft = registering.amend(registration=again(registration), by=mine, at=at)
    changed = answers_with(informations=DECLARED, identification={"mobile": "06 39 98 99 99"})
    answer_all(draft, changed, at=at)
    registering.register(draft=draft, by=mine, at=at)


def by_day(instant):
    """Return the day of an instant that is kept, by the clock of the service."""
    found = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return local_day(found, "Europe/Paris")


def days_of(registration):
    """Return until when its signed summary, and its request for accommodations, are in time."""
    one = again(registration)
    return by_day(one.owed["to_return"]["until"]), by_day(deadline_of(one))


def test_a_modification_keeps_the_later_closing_that_was_told():
    registration = a_registration(informations=DECLARED)
    told = days_of(registration)
    move_by(-7 * DAY)

    amend(registration, at=NOW + HOUR)

    assert days_of(registration) == told == (date(2026, 12, 25), date(2026, 12, 15))
    one = again(registration)
    assert "mardi 15 décembre" in one.owed["accommodation"]
    assert "mardi 15 décembre" in one.versions.get(number=2).snapshot["accommodation"]
    [mail] = Message.objects.filter(kind="amended")
    assert "8 décembre" not in mail.body.partition("aménagement")[2]


def test_it_is_reminded_of_the_day_that_it_keeps():
    registration = a_registration(informations=DECLARED)
    move_by(-7 * DAY)
    amend(registration, at=NOW + HOUR)
    until = deadline_of(again(registration))

    first, second = [reminding.remind_requests(at=until - left * DAY + HOUR) for left in (10, 7)]

    assert (first, second) == (0, 1)


def test_an_extension_that_is_put_back_takes_nothing_back():
    registration = a_registration(informations=DECLARED)
    move_by(7 * DAY)
    extended = days_of(registration)

    move_by(-6 * DAY, at=NOW + HOUR)

    assert days_of(registration) == extended == (date(2027, 1, 1), date(2026, 12, 22))
    assert again(registration).summary_until is not None  # by which it is reminded


def give_away(registration, *, at):
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="x", by=OPERATOR, at=at
    )


def test_another_academy_takes_back_nothing_of_an_extension_that_was_told():
    registration = a_registration(informations=DECLARED)
    move_by(7 * DAY)
    told = days_of(registration)

    give_away(registration, at=NOW + HOUR)

    assert days_of(registration) == told == (date(2027, 1, 1), date(2026, 12, 22))
    said = again(registration).versions.get(number=2).snapshot
    assert "22 décembre" in said["accommodation"]
    assert by_day(said["to_return"]["until"]) == date(2027, 1, 1)


def test_civil_data_that_are_corrected_keep_an_extension_that_is_put_back():
    registration = a_registration(informations=DECLARED)
    move_by(7 * DAY)
    move_by(-7 * DAY, at=NOW + HOUR)
    identity = registration.candidate.identity

    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Carte",
        by=OPERATOR,
        at=NOW + 2 * HOUR,
    )

    said = again(registration).versions.get(number=2).snapshot
    assert "22 décembre" in said["accommodation"]
    assert days_of(registration) == (date(2027, 1, 1), date(2026, 12, 22))


def test_who_was_given_more_time_for_a_piece_keeps_an_extension_as_everybody():
    granted, other = (a_registration(a_candidate(birth_name=name)) for name in ("Abadie", "Bézier"))
    verifying.grant(row=piece(granted), until=date(2027, 1, 2), by=CLAUDE, at=NOW)
    move_by(7 * DAY)
    move_by(-7 * DAY, at=NOW + HOUR)

    of_granted, of_other = (pieces_of(again(one))[0] for one in (granted, other))

    assert of_granted.before == of_other.before
    assert by_day(of_granted.until) == by_day(piece(granted).until) == date(2027, 1, 6)


def late(*changes):
    """Have the office register somebody five days after the closing."""
    if changes:
        load_invented(*changes)
        forget()
    at = NOW + 25 * DAY
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=a_candidate(email="tardive@exemple.test"),
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=a_member("agent@exemple.test", "manager", ["A09"]),
        by=CLAUDE,
        at=at,
    )
    answer_all(draft, answers_with(informations=DECLARED), at=at)
    whole = Draft.objects.whole().get(pk=draft.pk)
    version = standing_in.register(draft=whole, reason="Panne", by=CLAUDE, at=at)
    return again(version.registration), at


@pytest.mark.parametrize("takes_late", [True, False])
def test_who_is_registered_after_the_deadline_has_the_usual_days_to_ask(takes_late):
    none = "      tardive:\n        - {code: APPARUE, libelle: La gêne est apparue après la date limite}\n"
    registration, at = late(*([] if takes_late else [(none, "")]))

    write(registration, Wish(THIRD, ("E1",)), at=at + DAY)

    assert by_day(deadline_of(registration)) == date(2026, 12, 28)
    assert "lundi 28 décembre" in deadline_in_words(registration, at=at)
    assert "lundi 28 décembre" in registration.owed["accommodation"]
    [mail] = Message.objects.filter(kind="registered_for")
    assert "aménagement d'épreuves" in mail.body
    assert "28 décembre" in mail.body.partition("aménagement d'épreuves")[2]


def test_a_piece_of_another_academy_follows_its_extension():
    load_invented(
        (
            "Pièce d'identité, echeance: {jours_apres_fermeture: 15}",
            "Pièce d'identité, si: {academie: [A25]}, echeance: {jours_apres_fermeture: 15}",
        )
    )
    RegistrationService.objects.filter(academy="A25").update(
        closes_at=datetime(2026, 12, 8, 22, 59, tzinfo=UTC)
    )
    forget()
    registration = a_registration()
    give_away(registration, at=NOW)
    [before] = [one.until for one in pieces_of(again(registration))]

    move_by(6 * DAY, academy="A25", at=NOW + HOUR)

    [owed] = pieces_of(again(registration))
    assert (by_day(before), by_day(owed.until)) == (date(2026, 12, 23), date(2026, 12, 29))
    assert owed.row.until == owed.until


def test_a_modification_after_a_move_keeps_the_day_to_ask_that_was_told():
    RegistrationService.objects.filter(academy="A25").update(
        closes_at=datetime(2026, 12, 8, 22, 59, tzinfo=UTC)
    )
    forget()
    registration = a_registration(informations=DECLARED)
    told = days_of(registration)
    give_away(registration, at=NOW)

    amend(registration, at=NOW + HOUR)

    assert days_of(registration) == told == (date(2026, 12, 25), date(2026, 12, 15))
    said = again(registration).versions.get(number=3).snapshot
    assert "mardi 15 décembre" in said["accommodation"]
    assert by_day(said["closes_at"]) == date(2026, 12, 15)


def test_another_reglementation_takes_back_no_day_to_ask_that_was_told():
    head = "    amenagements:\n"
    load_invented((head, f"{head}      echeance: {{le: 2027-01-10}}\n"))
    forget()
    registration = a_registration(informations=DECLARED)
    load_invented((head, f"{head}      echeance: {{le: 2026-12-20}}\n"), at=NOW + HOUR)
    forget()

    amend(registration, at=NOW + 2 * HOUR)

    until = deadline_of(again(registration))
    assert by_day(until) == date(2027, 1, 10)
    [mail] = Message.objects.filter(kind="amended")
    assert "10 janvier" in mail.body.partition("aménagement d'épreuves")[2]
    assert "dimanche 10 janvier" in again(registration).owed["accommodation"]
    assert reminding.remind_requests(at=until - 2 * DAY + HOUR) == 1


def test_an_extension_takes_back_nothing_of_who_was_registered_after_the_closing():
    registration, at = late()

    move_by(7 * DAY, at=at + DAY)

    until = deadline_of(again(registration))
    assert by_day(until) == date(2026, 12, 28)
    assert "lundi 28 décembre" in again(registration).owed["accommodation"]
    assert reminding.remind_requests(at=until - 2 * DAY + HOUR) == 1
