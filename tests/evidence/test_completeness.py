"""« Candidature incomplète »: one test for each row of the table of docs/states.md."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from sporades.acts.pieces import providing, verifying
from sporades.acts.registrations import completing, deciding, receiving, registering
from sporades.acts.registrations.completing import NothingMissing
from sporades.acts.sent_files import Sent
from sporades.core.actors import SYSTEM
from sporades.evidence import operations as evidence
from sporades.evidence.completeness import lacking, lacking_within
from sporades.evidence.models import Evidence, Incompleteness
from sporades.evidence.queries import piece_of
from sporades.evidence.states import State as Piece
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.operations.filing import Shown
from sporades.registrations.states import CLEAR, FLAG, REOPEN, VALIDATE, State
from tests.evidence.given import BAC, IDENTITY, MANAGER, a_photo, again, flag_with, give, piece
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.refusing import refuse
from tests.spaces import plain

WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}
AFTER = NOW + timedelta(days=100)
"""After the last days of the pieces, before the exam."""
MISSING = "Pièces justificatives manquantes"

pytestmark = pytest.mark.usefixtures("kept")


def declare(registration, *, at=AFTER):
    completing.declare_incomplete(registration=registration, by=MANAGER, at=at)


def clean(registration, **said):
    """Give a file, in which the antivirus finds nothing."""
    given = give(registration, **said)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    return given


def mandatory(registration):
    """Return the mandatory pieces of a registration."""
    return list(registration.evidence.filter(is_mandatory=True).order_by("place"))


def settle(registration, *, but=()):
    """Do without every mandatory piece, but for some."""
    for row in mandatory(registration):
        if row.code not in but:
            verifying.waive(row=row, reason="Vue au guichet.", by=MANAGER, at=NOW)


def decided(registration, decision, reason="", *, at):
    deciding.decide(
        registration=again(registration), decision=decision, reason=reason, by=OPERATOR, at=at
    )


def state(registration):
    return again(registration).state


def test_a_piece_that_was_not_given_after_its_deadline_makes_it_incomplete(registration):
    settle(registration, but=[IDENTITY])

    declare(registration)

    found = again(registration)
    assert (found.state, found.reason) == (
        State.ANOMALY,
        "Pièces justificatives manquantes : Pièce d'identité (non fournie).",
    )
    assert Message.objects.filter(kind="state_changed").count() == 1


MANY = "".join(
    f"      - {{code: P{n}, libelle: Attestation de la structure qui accueille le candidat pour l'année {n}, "
    "echeance: {jours_apres_fermeture: 15}}\n"
    for n in range(9)
)


@pytest.mark.parametrize(
    ("who", "where"),
    [
        (a_candidate, "que nomme la page « Pièces justificatives » de votre inscription"),
        (a_record, "que votre service gestionnaire vous nommera"),
    ],
)
def test_of_many_pieces_as_many_are_named_as_a_reason_holds(who, where):
    load_invented(("    pieces:\n", "    pieces:\n" + MANY))
    registration = a_registration(who())

    declare(registration)

    reason = again(registration).reason
    assert "Attestation de la structure qui accueille le candidat pour l'année 3" in reason
    assert reason.endswith(f" ; et 6 autres, {where}.")
    body = Message.objects.filter(kind="state_changed").latest("pk").body
    assert reason in body.replace("\n", " ")


def test_a_piece_that_was_refused_makes_it_incomplete(registration):
    settle(registration, but=[IDENTITY])
    given = clean(registration)
    verifying.refuse(row=piece(registration), reason="Floue.", seen=given.pk, by=MANAGER, at=NOW)

    declare(registration)

    assert again(registration).reason.endswith("Pièce d'identité (non conforme).")


def test_until_the_last_minute_nothing_is_missing(registration):
    settle(registration, but=[IDENTITY])
    last = piece(registration).until + timedelta(seconds=59)

    with pytest.raises(NothingMissing):
        declare(registration, at=last)
    assert not lacking(last).exists()

    declare(registration, at=last + timedelta(seconds=1))
    assert state(registration) == State.ANOMALY


@pytest.mark.parametrize("stands", ["checking", "deposited", "accepted", "posted", "waived"])
def test_a_piece_that_has_come_or_that_nobody_needs_does_not_make_it_incomplete(
    registration, stands
):
    settle(registration, but=[IDENTITY])
    if stands in ("checking", "deposited", "accepted"):
        given = give(registration)
        if stands != "checking":
            evidence.note_scanned(given, is_clean=True, at=NOW)
        if stands == "accepted":
            verifying.accept(row=piece(registration), seen=given.pk, by=MANAGER, at=NOW)
    elif stands == "posted":
        verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    else:
        settle(registration)

    with pytest.raises(NothingMissing):
        declare(registration)
    assert piece(registration).state == stands
    assert not lacking(AFTER).exists()


def test_an_optional_piece_does_not_make_it_incomplete(registration):
    Evidence.objects.filter(registration=registration).update(is_mandatory=False)

    assert piece(registration).state == Piece.OWED
    with pytest.raises(NothingMissing):
        declare(registration)


@pytest.mark.parametrize("decision", [VALIDATE, FLAG])
def test_one_that_is_validated_or_in_anomaly_is_not_declared(registration, decision):
    decided(registration, decision, "Autre chose." if decision is FLAG else "", at=NOW)

    with pytest.raises(NothingMissing):
        declare(registration)
    assert not lacking(AFTER).exists()


def test_more_time_given_by_the_service_counts(registration):
    settle(registration, but=[IDENTITY])
    until = piece(registration).until
    RegistrationService.objects.filter(pk=registration.service_id).update(
        closes_at=registration.service.closes_at + timedelta(days=10)
    )

    with pytest.raises(NothingMissing):
        declare(registration, at=until + timedelta(days=1))
    declare(registration, at=until + timedelta(days=11))


@pytest.mark.parametrize("how", ["waived", "posted", "scanned"])
def test_it_ends_by_itself_once_everything_has_come(registration, how):
    settle(registration, but=[IDENTITY])
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW
    )
    declare(registration)
    late = AFTER + timedelta(days=1)

    row = piece(registration)
    if how == "waived":
        verifying.waive(row=row, reason="Vue au guichet.", by=MANAGER, at=late)
    elif how == "posted":
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=late)
    else:
        verifying.scan_in(
            registration=again(registration),
            code=IDENTITY,
            sent=[Sent("scan.jpg", a_photo())],
            press=str(uuid4()),
            posted_on=NOW.date(),
            by=MANAGER,
            at=late,
        )

    found = again(registration)
    assert (found.state, found.reason) == (State.REGISTERED, "")
    assert not Incompleteness.objects.exists()
    assert Entry.objects.get(verb="anomaly cleared").actor_name == SYSTEM.name
    subjects = Message.objects.filter(kind="state_changed").values_list("subject", flat=True)
    assert any("Inscription complétée" in one for one in subjects)


def test_whoever_has_still_to_send_the_signed_summary_is_not_told_that_nothing_is_missing(
    registration,
):
    settle(registration, but=[IDENTITY])
    declare(registration)

    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=AFTER)

    assert again(registration).state == State.REGISTERED
    cleared = Message.objects.filter(kind="state_changed").latest("pk")
    assert cleared.subject.startswith("Anomalie levée")
    assert "Il ne manque plus rien" not in cleared.body


def test_it_ends_when_a_file_that_came_with_more_time_is_found_clean(registration):
    settle(registration, but=[IDENTITY])
    late = piece(registration).until + timedelta(days=1)
    declare(registration, at=late)
    RegistrationService.objects.filter(pk=registration.service_id).update(
        closes_at=registration.service.closes_at + timedelta(days=10)
    )

    given = give(registration, at=late)
    assert state(registration) == State.ANOMALY
    providing.note_scan(given, is_clean=True, at=late)

    assert state(registration) == State.REGISTERED


def lifted_by_a_paper(registration, *, grants=None):
    """Note on the wrong file the paper of somebody else: the anomaly ends, and its candidate is told."""
    settle(registration, but=[IDENTITY])
    declare(registration)
    if grants is not None:
        verifying.grant(row=piece(registration), until=grants, by=MANAGER, at=AFTER)
    at = AFTER + timedelta(hours=1)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=at)
    assert state(registration) == State.REGISTERED


def taken_back(registration, at=AFTER + timedelta(hours=2)):
    owed = piece_of(again(registration), IDENTITY)
    said = verifying.taken_back_in_words(owed, again(registration), at=at)
    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=at)
    return said


def test_once_the_exam_is_over_the_paper_of_another_is_taken_back_and_nothing_asked_for(
    registration,
):
    lifted_by_a_paper(registration)

    said = taken_back(registration, at=datetime(2028, 3, 1, 10, tzinfo=UTC))

    assert said.startswith("Une anomalie a été levée depuis")
    assert state(registration) == State.REGISTERED
    told = Message.objects.get(kind="piece_asked_again").body
    assert "sont passées : vous n'avez pas à l'envoyer." in " ".join(told.split())
    assert "avant le" not in told


def test_it_is_found_anew_where_the_paper_that_ended_it_was_not_theirs(registration):
    lifted_by_a_paper(registration)

    said = taken_back(registration)

    found = again(registration)
    assert "est constatée de nouveau : un message le dit" in said
    assert (found.state, found.reason) == (
        State.ANOMALY,
        "Pièces justificatives manquantes : Pièce d'identité (non fournie).",
    )
    assert Incompleteness.objects.get().at == found.decided_at
    assert Entry.objects.filter(verb="anomaly found").first().actor_name == MANAGER.name
    told = Message.objects.latest("pk")
    assert (told.kind, told.subject.split(",")[0]) == ("state_changed", "Inscription incomplète")
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=AFTER)
    assert state(registration) == State.REGISTERED


def test_what_may_still_be_sent_is_asked_for_of_who_read_that_nothing_was_missing(registration):
    lifted_by_a_paper(registration, grants=(AFTER + timedelta(days=10)).date())

    said = taken_back(registration)

    assert state(registration) == State.REGISTERED
    assert said.endswith("un message dit au candidat que cette pièce manque.")
    told = Message.objects.latest("pk")
    assert told.kind == "piece_asked_again"
    body = plain(told.body)
    assert "notée comme reçue par erreur, manque à votre inscription" in body
    assert "dispense" not in body
    assert "Envoyez-la avant le " in body


def test_an_anomaly_that_somebody_ended_meanwhile_is_not_found_anew(registration):
    lifted_by_a_paper(registration)
    decided(registration, FLAG, "La signature manque.", at=AFTER + timedelta(minutes=90))

    taken_back(registration)

    assert again(registration).reason == "La signature manque."
    told = Message.objects.latest("pk")
    assert (told.kind, "contactez votre service" in told.body) == ("piece_asked_again", True)


def test_incomplete_since_for_another_piece_it_names_this_one_too_once_its_paper_was_not_theirs():
    registration = a_registration(**WITH_BAC)
    settle(registration, but=[IDENTITY, BAC])
    verifying.receive(row=piece(registration, BAC), posted_on=NOW.date(), by=MANAGER, at=NOW)
    declare(registration)
    at = AFTER + timedelta(minutes=30)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=at)
    at = AFTER + timedelta(hours=1)
    verifying.refuse(
        row=piece(registration, BAC), reason="Illisible.", seen=None, by=MANAGER, at=at
    )
    declare(registration, at=at + timedelta(days=60))
    assert "Pièce d'identité" not in again(registration).reason

    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=at + timedelta(days=61))

    assert again(registration).reason == (
        f"{MISSING} : Pièce d'identité (non fournie) ; Copie du baccalauréat (non conforme)."
    )


def test_who_read_only_that_another_anomaly_is_over_reads_no_more_that_they_were_told_otherwise():
    registration = a_registration(**WITH_BAC)
    decided(registration, FLAG, "La photographie ne convient pas.", at=NOW)
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    decided(registration, CLEAR, at=NOW + timedelta(hours=1))
    assert "n'est plus en anomalie" in Message.objects.latest("pk").body  # the other is missing

    at = NOW + timedelta(hours=2)
    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=at)

    told = Message.objects.latest("pk")
    assert told.kind == "piece_asked_again"
    assert "notée comme reçue par erreur, manque à votre inscription : " in plain(told.body)


def test_of_a_paper_that_ended_no_anomaly_nothing_is_said(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    told = Message.objects.count()

    assert taken_back(registration) == "Aucun message ne part."

    assert state(registration) == State.REGISTERED
    assert Message.objects.count() == told


def test_it_stays_while_one_of_two_is_missing():
    registration = a_registration(**WITH_BAC)
    declare(registration)
    assert again(registration).reason.count(" ; ") == 1
    told = Message.objects.filter(kind="state_changed").count()

    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=AFTER)
    assert state(registration) == State.ANOMALY
    assert again(registration).reason == f"{MISSING} : Copie du baccalauréat (non fournie)."
    assert Message.objects.filter(kind="state_changed").count() == told
    verifying.waive(row=piece(registration, BAC), reason="Vue au guichet.", by=MANAGER, at=AFTER)
    assert state(registration) == State.REGISTERED


def refused(registration):
    verifying.refuse(row=piece(registration), reason="Illisible.", seen=None, by=MANAGER, at=AFTER)


def asked_again(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=AFTER)
    verifying.ask_again(row=piece(registration), by=MANAGER, at=AFTER)


def paper_taken_back(registration):
    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=AFTER)


def infected(registration):
    providing.note_scan(give(registration), is_clean=False, at=AFTER)


@pytest.mark.parametrize(
    ("lacks", "how"),
    [
        (refused, "non conforme"),
        (asked_again, "non fournie"),
        (paper_taken_back, "non fournie"),
        (infected, "non conforme"),
    ],
)
def test_what_lacks_anew_is_named_again(lacks, how):
    registration = a_registration(**WITH_BAC)
    settle(registration, but=[IDENTITY, BAC])
    declare(registration)
    if lacks in (refused, paper_taken_back):
        verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=AFTER)
        assert "Pièce d'identité" not in again(registration).reason

    lacks(registration)

    assert f"Pièce d'identité ({how})" in again(registration).reason


def test_it_ends_whatever_another_registration_still_lacks(registration):
    other = a_registration()
    for n, one in enumerate((other, registration)):
        settle(one, but=[IDENTITY])
        declare(one, at=AFTER + timedelta(minutes=n))

    verifying.waive(
        row=piece(registration),
        reason="Vue au guichet.",
        by=MANAGER,
        at=AFTER + timedelta(days=1),
    )

    assert (state(registration), state(other)) == (State.REGISTERED, State.ANOMALY)
    assert Incompleteness.objects.get().registration_id == other.pk


def test_it_ends_when_a_new_version_asks_no_more_for_what_was_missing():
    registration = a_registration(**WITH_BAC)
    settle(registration, but=[BAC])
    declare(registration)
    mine = author(registration.candidate)
    draft = registering.amend(registration=again(registration), by=mine, at=NOW)
    answer_all(draft, answers_with(), at=NOW)
    read = again(registration).decided_mark
    registering.register(draft=draft, by=mine, at=NOW, shown=Shown(read))

    assert state(registration) == State.REGISTERED


def test_an_anomaly_decided_for_another_reason_does_not_end_by_itself(registration):
    settle(registration, but=[IDENTITY])
    declare(registration)
    decided(registration, CLEAR, at=AFTER + timedelta(hours=1))
    decided(registration, FLAG, "La signature manque.", at=AFTER + timedelta(hours=2))

    verifying.waive(
        row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=AFTER + timedelta(hours=3)
    )

    assert again(registration).reason == "La signature manque."


def test_the_reason_of_another_anomaly_names_no_piece():
    registration = a_registration(**WITH_BAC)
    declare(registration)
    decided(registration, CLEAR, at=AFTER + timedelta(hours=1))
    decided(registration, FLAG, "La signature manque.", at=AFTER + timedelta(hours=2))

    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=AFTER)

    assert again(registration).reason == "La signature manque."


def test_nobody_declares_by_themselves_what_the_reglementation_leaves_to_the_office(registration):
    assert completing.flag_some(after=0, most=10, at=AFTER) == 0
    assert state(registration) == State.REGISTERED


def test_what_the_reglementation_says_is_declared_by_the_service():
    load_invented(("    pieces:\n", "    anomalie_automatique: oui\n    pieces:\n"))
    forget()
    registration, other = a_registration(), a_registration(a_candidate())
    settle(other)

    last = completing.flag_some(after=0, most=10, at=AFTER)

    assert last == registration.pk
    assert (state(registration), state(other)) == (State.ANOMALY, State.REGISTERED)
    assert completing.flag_some(after=last, most=10, at=AFTER) == 0
    assert Entry.objects.get(verb="anomaly found").actor_name == SYSTEM.name
    told = Message.objects.filter(kind="state_changed").latest("pk").body
    assert "C'est constaté automatiquement, une date limite étant passée" in told
    assert "article L. 311-3-1" in told


@pytest.mark.parametrize(
    "change", [(), ("- code: BE\n", "- code: AUTRE\n")], ids=["the rule alone", "the exam"]
)
def test_what_a_later_version_drops_is_still_of_who_registered_under_the_one_before(change):
    load_invented(("    pieces:\n", "    anomalie_automatique: oui\n    pieces:\n"))
    forget()
    registration = a_registration()
    load_invented(*[change] if change else [])
    forget()
    after_it = a_registration(a_candidate()) if not change else None

    completing.flag_some(after=0, most=10, at=AFTER)

    assert state(registration) == State.ANOMALY
    assert after_it is None or state(after_it) == State.REGISTERED


def test_who_decides_it_is_not_said_to_be_a_machine(registration):
    settle(registration, but=[IDENTITY])

    declare(registration)
    told = Message.objects.filter(kind="state_changed").latest("pk").body
    assert "automatiquement" not in told

    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=AFTER)
    told = Message.objects.filter(kind="state_changed").latest("pk").body
    assert "C'est constaté automatiquement." in told


def test_one_that_cannot_be_declared_keeps_no_other_from_it(caplog):
    load_invented(("    pieces:\n", "    anomalie_automatique: oui\n    pieces:\n"))
    forget()
    registration, other = a_registration(), a_registration(a_candidate())
    refuse("registrations_registration", registration.pk)

    assert completing.flag_some(after=0, most=10, at=AFTER) == other.pk

    assert (state(registration), state(other)) == (State.REGISTERED, State.ANOMALY)
    assert f"could not be applied to {registration.pk}" in caplog.text


def test_a_deposit_that_comes_first_is_not_declared_missing(registration):
    settle(registration, but=[IDENTITY])
    read = again(registration)  # as the page of the queue has read it
    until = piece(registration).until
    give(registration, at=until)

    with pytest.raises(NothingMissing):
        declare(read, at=until + timedelta(days=1))
    assert state(registration) == State.REGISTERED


LIFTED = AFTER + timedelta(hours=1)
NEXT = AFTER + timedelta(hours=2)


@pytest.fixture
def lifted(registration):
    """Make a registration whose incompleteness a manager has lifted."""
    settle(registration, but=[IDENTITY])
    declare(registration)
    decided(registration, CLEAR, at=LIFTED)
    assert state(registration) == State.REGISTERED
    return registration


def test_one_that_was_lifted_by_hand_is_not_proposed_again_and_may_be_declared(lifted):
    assert not lacking(NEXT).exists()
    assert not lacking_within(EVERYWHERE, NEXT).exists()

    declare(lifted, at=NEXT)

    assert state(lifted) == State.ANOMALY
    assert Incompleteness.objects.get().lifted_at is None


def test_lifting_it_leaves_what_another_was_declared_at_the_same_instant(registration):
    other = a_registration()
    for one in (registration, other):
        settle(one, but=[IDENTITY])
        declare(one)

    decided(registration, CLEAR, at=LIFTED)

    assert Incompleteness.objects.get(registration=other).lifted_at is None
    assert state(other) == State.ANOMALY


def test_the_service_does_not_declare_again_what_was_lifted_by_hand():
    load_invented(("    pieces:\n", "    anomalie_automatique: oui\n    pieces:\n"))
    forget()
    registration = a_registration()
    completing.flag_some(after=0, most=10, at=AFTER)
    decided(registration, CLEAR, at=LIFTED)

    completing.flag_some(after=0, most=10, at=NEXT)

    assert state(registration) == State.REGISTERED


def test_one_that_was_validated_in_spite_of_it_then_reopened_is_not_proposed_again(registration):
    settle(registration, but=[IDENTITY])
    declare(registration)
    decided(registration, VALIDATE, at=LIFTED)
    decided(registration, REOPEN, at=NEXT)

    assert not lacking(NEXT).exists()


def asked_anew(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=LIFTED)
    verifying.ask_again(row=piece(registration), by=MANAGER, at=NEXT)


def refused_since(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=LIFTED)
    verifying.refuse(row=piece(registration), reason="Floue.", seen=None, by=MANAGER, at=NEXT)


def another_deadline(registration):
    Evidence.objects.filter(pk=piece(registration).pk).update(until=NEXT - timedelta(minutes=5))


@pytest.mark.parametrize("change", [asked_anew, refused_since, another_deadline])
def test_something_that_changes_after_it_was_lifted_proposes_it_again(lifted, change):
    change(lifted)

    assert lacking(NEXT + timedelta(hours=1)).exists()


def test_an_anomaly_for_another_reason_that_is_cleared_lifts_nothing(registration):
    settle(registration, but=[IDENTITY])
    decided(registration, FLAG, "La signature manque.", at=NOW)
    decided(registration, CLEAR, at=LIFTED)

    assert lacking(NEXT).exists()


def lift_what_the_office_asked_for(registration):
    """Put in anomaly with a piece that no réglementation lists, and lift it once its day has passed."""
    flag_with(registration, until=(NOW + timedelta(days=5)).date())
    decided(registration, CLEAR, at=LIFTED)


def test_what_the_office_asked_for_itself_and_lets_be_is_not_declared_missing(registration):
    settle(registration)
    lift_what_the_office_asked_for(registration)

    assert not lacking(NEXT).exists()

    verifying.grant(
        row=registration.evidence.get(code="plus-1"),
        until=(NEXT + timedelta(days=2)).date(),
        by=MANAGER,
        at=NEXT,
    )
    assert lacking(NEXT + timedelta(days=4)).exists()


def test_that_lets_no_other_piece_be(registration):
    settle(registration, but=[IDENTITY])
    lift_what_the_office_asked_for(registration)

    assert lacking(NEXT).exists()
