"""What is withdrawn while an account may come back to an address that it has left is told there too."""

from datetime import timedelta

import pytest

from sporades.accommodations.states import State
from sporades.accounts import operations as accounts
from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.acts import accommodating
from sporades.acts.identities import asking
from sporades.acts.medical import confiding
from sporades.acts.people import changing, joining
from sporades.acts.registrations import late, leaving, requesting
from sporades.candidates.operations import civil_data
from sporades.documents import operations as documents
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.medical.models import Paper
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    LateRequest,
    Registration,
)
from tests.accommodations import asked
from tests.acts.test_claiming import claim, given
from tests.documents.summaries import a_pdf
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.medical.given import confide, found_clean
from tests.registrations.test_asking_late import YES
from tests.requests import ask as ask_to_change
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")

OWN, THEIRS = "elle@exemple.test", "voleur@exemple.test"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WITH_HANDICAP = {"informations": {"has_disability": "oui"}}


def registered(**answers):
    return a_registration(a_candidate(email=OWN), **answers)


def moved(registration, *, to=THEIRS, at=NOW):
    """Somebody changes the address of an account; return the registration as it stands then."""
    user = User.objects.get(pk=registration.candidate.user_id)
    changing.ask_address_change(user, email=to, network="", at=at)
    changing.confirm_address_change(AddressChange.objects.get().pk, at=at)
    return Registration.objects.whole().get(pk=registration.pk)


def withdraw(registration, *, at=NOW + MINUTE):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=at)


def told():
    return list(
        Message.objects.filter(kind="withdrawn_meanwhile")
        .order_by("pk")
        .values_list("recipient", flat=True)
    )


def body(kind, to=OWN):
    text = Message.objects.filter(kind=kind, recipient=to).latest("pk").body
    return plain(text).replace("\N{NO-BREAK SPACE}", " ")


def test_who_lost_their_account_reads_at_once_that_they_are_registered_no_more():
    registration = moved(registered())

    withdraw(registration)

    assert told() == [OWN]
    mail = Message.objects.get(kind="withdrawn_meanwhile")
    assert mail.subject == f"Désinscription enregistrée, n°{registration.number} (ancienne adresse)"
    said = body("withdrawn_meanwhile")
    assert f"Ce compte Sporades avait l'adresse {OWN} jusqu'au mercredi 25 novembre 2026" in said
    assert "Ce n'était pas moi : https://inscriptions.exemple.test/ce-n-etait-pas-moi/" in said
    assert (
        "jusqu'au samedi 28 novembre 2026 à 10 h 31 (heure de Paris), elle peut reprendre toutes vos "
        "réponses."
    ) in said
    assert THEIRS not in said


def test_the_way_back_that_it_carries_gives_the_account_back():
    registration = moved(registered())
    withdraw(registration)
    changed = body("address_changed")

    undo = [line for line in changed.splitlines() if line.startswith("Ce n'était pas moi")]

    assert undo[0] in body("withdrawn_meanwhile")


def test_it_is_told_nowhere_else_once_nobody_may_take_the_account_back():
    registration = moved(registered())

    withdraw(registration, at=NOW + timedelta(hours=72, seconds=1))

    assert told() == []


def test_what_was_registered_since_an_address_was_left_is_not_told_there():
    candidate = a_candidate(email=OWN)
    user = User.objects.get(pk=candidate.user_id)
    changing.ask_address_change(user, email=THEIRS, network="", at=NOW - HOUR)
    changing.confirm_address_change(AddressChange.objects.get().pk, at=NOW - HOUR)
    candidate.refresh_from_db()

    withdraw(a_registration(candidate))

    assert told() == []


def test_every_address_that_may_have_the_account_back_is_told():
    registration = moved(moved(registered(), to="deux@exemple.test"), at=NOW + MINUTE)

    withdraw(registration, at=NOW + HOUR)

    assert told() == [OWN, "deux@exemple.test"]


def test_what_the_office_withdraws_as_it_was_asked_is_told_too():
    registration = moved(registered())

    leaving.withdraw_as_asked(
        registration=registration,
        asked_on=NOW.date(),
        paper="lettre signée",
        seen=registration.version,
        mark=registration.decided_mark,
        by=OPERATOR,
        at=NOW + HOUR,
    )

    assert told() == [OWN]


def test_once_an_account_is_given_back_its_owner_reads_what_was_withdrawn_and_until_when_it_comes_back():
    registration = moved(registered())
    withdraw(registration)

    changing.undo(LeftAddress.objects.get().pk, at=NOW + HOUR)

    page = f"https://inscriptions.exemple.test/mes-inscriptions/{registration.number}"
    line = (
        f"- {registration.title}, n°{registration.number} : faites une nouvelle inscription, qui "
        "peut reprendre toutes vos réponses jusqu'au samedi 28 novembre 2026 à 10 h 31 (heure de "
        f"Paris) : {page}"
    )
    assert line in body("address_restored")
    assert registration.number not in body("address_restored", to=THEIRS)


def test_once_registrations_are_closed_its_owner_is_sent_to_the_managing_service():
    late = NOW + timedelta(days=19)
    registration = moved(registered(), at=late)
    withdraw(registration, at=late)

    changing.undo(LeftAddress.objects.get().pk, at=late + timedelta(hours=48))

    said = body("address_restored")
    assert f"n°{registration.number} : prévenez sans attendre votre service gestionnaire" in said


def test_what_was_left_before_the_address_was_is_no_news():
    registration = registered()
    withdraw(registration, at=NOW)

    moved(registration, at=NOW + MINUTE)
    changing.undo(LeftAddress.objects.get().pk, at=NOW + HOUR)

    assert registration.number not in body("address_restored")


def test_a_request_that_is_taken_back_is_told_without_a_word_of_what_it_is():
    registration = registered(**WITH_HANDICAP)
    asked.write(registration)
    asked.send(registration)
    moved(registration)

    accommodating.withdraw(
        case=asked.case_of(registration), by=author(registration.candidate), at=NOW + MINUTE
    )

    assert told() == [OWN]
    said = body("withdrawn_meanwhile")
    assert "une demande envoyée pour cette inscription a été retirée" in said
    assert "aménagement" not in said.casefold()


def test_an_appeal_that_is_taken_back_is_told():
    registration = registered(**WITH_HANDICAP)
    found = asked.contest(asked.reach(registration, State.NOTIFIED))
    moved(registration)

    accommodating.withdraw_appeal(found=found, by=author(registration.candidate), at=NOW + HOUR)

    assert told() == [OWN]
    assert "un recours formé pour cette inscription a été retiré" in body("withdrawn_meanwhile")


def test_a_request_that_was_sent_since_an_address_was_left_is_not_told_there():
    registration = moved(registered(**WITH_HANDICAP))
    asked.write(registration, at=NOW + MINUTE)
    asked.send(registration, at=NOW + MINUTE)

    accommodating.withdraw(
        case=asked.case_of(registration), by=author(registration.candidate), at=NOW + HOUR
    )

    assert told() == []


def test_a_request_that_was_sent_before_and_again_since_is_told():
    registration = registered(**WITH_HANDICAP)
    asked.write(registration)
    asked.send(registration)
    moved(registration)
    by = author(registration.candidate)
    accommodating.take_up(case=asked.case_of(registration), by=by, at=NOW + MINUTE)
    asked.send(registration, at=NOW + MINUTE)

    accommodating.withdraw(case=asked.case_of(registration), by=by, at=NOW + HOUR)

    assert told() == [OWN]


@pytest.mark.parametrize("is_since", [True, False], ids=["sent since", "sent before"])
def test_what_falls_with_a_registration_is_told_where_it_was_known(is_since):
    registration = registered(**WITH_HANDICAP)
    at = NOW + MINUTE if is_since else NOW
    if is_since:
        moved(registration)
    asked.write(registration, at=at)
    asked.send(registration, at=at)
    if not is_since:
        moved(registration)

    withdraw(Registration.objects.whole().get(pk=registration.pk), at=NOW + HOUR)

    assert told() == [OWN]
    said = body("withdrawn_meanwhile")
    assert ("La demande envoyée pour cette inscription" in said) is not is_since


def test_an_appeal_that_was_made_since_an_address_was_left_is_not_told_there():
    registration = registered(**WITH_HANDICAP)
    notified = asked.reach(registration, State.NOTIFIED)
    moved(registration)
    found = asked.contest(notified, at=NOW + MINUTE)

    accommodating.withdraw_appeal(found=found, by=author(registration.candidate), at=NOW + HOUR)

    assert told() == []


def claimed(record, *, at=NOW):
    """Somebody takes a record with its code; return its registration as it stands then."""
    registration = a_registration(record)
    joining.activate(claim(given(record, at=at), email=THEIRS, at=at).pk, at=at)
    return Registration.objects.whole().get(pk=registration.pk)


def test_who_received_letters_reads_at_home_what_is_withdrawn_once_their_record_was_taken():
    registration = claimed(a_record())

    withdraw(registration, at=NOW + HOUR)

    letter = Letter.objects.get(message__kind="withdrawn_once_taken")
    assert letter.address[1:] == ["12 rue des Îles", "59000 LILLE"]
    assert letter.has_own_envelope
    said = plain(letter.message.body).replace("\N{NO-BREAK SPACE}", " ")
    assert "une désinscription a été enregistrée. Votre dossier est rattaché à un compte" in said
    assert f"Numéro d'inscription : {registration.number}" in said
    assert (
        "prévenez tout de suite le service gestionnaire : il peut vous inscrire de nouveau" in said
    )
    assert "http" not in said
    assert THEIRS not in said


def test_who_received_mails_reads_it_where_they_arrived():
    registration = claimed(a_record(email=OWN, channel="mail"))

    withdraw(registration, at=NOW + HOUR)

    [mail] = Message.objects.filter(kind="withdrawn_once_taken")
    assert mail.recipient == OWN


def test_whose_account_has_the_address_of_before_reads_it_once():
    registration = claimed(a_record(email=THEIRS, channel="mail"))

    withdraw(registration, at=NOW + HOUR)

    assert not Message.objects.filter(kind="withdrawn_once_taken").exists()


def test_nor_is_it_written_home_ten_days_later():
    registration = claimed(a_record())

    withdraw(registration, at=NOW + timedelta(days=10, seconds=1))

    assert not Message.objects.filter(kind="withdrawn_once_taken").exists()


def test_what_was_filed_since_a_record_was_taken_is_not_told_at_home():
    registration = claimed(a_record())
    Registration.objects.filter(pk=registration.pk).update(filed_at=NOW + MINUTE)

    withdraw(Registration.objects.whole().get(pk=registration.pk), at=NOW + HOUR)

    assert not Message.objects.filter(kind="withdrawn_once_taken").exists()


# --- What was asked of what stands --------------------------------------------------------------


def asked_to_change(registration):
    """Ask for a modification after the closing; return its instant."""
    at = registration.service.closes_at + timedelta(days=1)
    ask_to_change(Registration.objects.whole().get(pk=registration.pk), at)
    return at


def asked_to_correct(registration):
    """Ask for a correction of civil data; return its instant."""
    candidate = Registration.objects.whole().get(pk=registration.pk).candidate
    asking.send(
        candidate=candidate,
        identity={**civil_data(candidate.identity), "birth_name": "Kermarrec"},
        reason="",
        proof=[a_pdf()],
        seen=candidate.identity_id,
        by=author(candidate),
        at=NOW,
    )
    return NOW


def take_change_back(*, at):
    request = ChangeRequest.objects.get()
    requesting.take_back(request=request, by=author(request.registration.candidate), at=at)


def take_correction_back(*, at):
    request = CorrectionRequest.objects.get()
    asking.take_back(request=request, by=author(request.candidate), at=at)


BOTH = [(asked_to_change, take_change_back), (asked_to_correct, take_correction_back)]


@pytest.mark.parametrize(("ask", "back"), BOTH, ids=["change", "correction"])
def test_what_is_asked_of_a_registration_and_taken_back_is_told(ask, back):
    registration = registered()
    at = ask(registration)
    moved(registration, at=at + MINUTE)

    back(at=at + HOUR)

    assert told() == [OWN]
    said = body("withdrawn_meanwhile")
    assert "une demande envoyée pour cette inscription a été retirée" in said
    assert f"Numéro d'inscription : {registration.number}" in said


@pytest.mark.parametrize(("ask", "back"), BOTH, ids=["change", "correction"])
def test_an_account_that_was_given_back_takes_none_of_them_back(ask, back):
    registration = registered()
    at = ask(registration)
    moved(registration, at=at + MINUTE)
    changing.undo(LeftAddress.objects.get().pk, at=at + HOUR)

    with pytest.raises(accounts.Held, match="ni retirer une demande"):
        back(at=at + 2 * HOUR)

    back(at=at + 80 * HOUR)


# --- What was asked late -----------------------------------------------------------------------


def asked_late(*, after=timedelta(0)):
    """Ask to be registered two days after the closing, or so long after an address was left then.

    Returns:
        The request, and its instant.
    """
    load_invented(YES)
    draft = a_draft(a_candidate(email=OWN))
    closed = draft.service.closes_at + timedelta(days=2)
    if after:
        move_address(draft.candidate, at=closed)
    at = closed + after
    by = author(draft.candidate)
    return late.send(draft=draft, reason="En panne", proof=[], by=by, at=at), at


def move_address(candidate, *, at):
    user = User.objects.get(pk=candidate.user_id)
    changing.ask_address_change(user, email=THEIRS, network="", at=at)
    changing.confirm_address_change(AddressChange.objects.get().pk, at=at)


def take_late_back(*, at):
    request = LateRequest.objects.for_list().get()
    late.take_back(request=request, by=author(request.draft.candidate), at=at)


def test_a_late_request_that_is_taken_back_is_told_and_how_to_ask_again():
    request, at = asked_late()
    move_address(request.draft.candidate, at=at + MINUTE)

    take_late_back(at=at + HOUR)

    assert told() == [OWN]
    mail = Message.objects.get(kind="withdrawn_meanwhile")
    assert mail.subject == "Demande d'inscription tardive retirée (ancienne adresse)"
    said = body("withdrawn_meanwhile")
    assert "une demande d'inscription tardive a été retirée" in said
    assert f"Examen ou concours : {request.draft}\n\nSi c'était vous" in said
    assert "Envoyez ensuite la demande de nouveau, jusqu'au " in said
    assert THEIRS not in said


def test_a_late_request_that_was_sent_since_an_address_was_left_is_not_told_there():
    _, at = asked_late(after=MINUTE)

    take_late_back(at=at + HOUR)

    assert told() == []


def test_once_an_account_is_given_back_its_owner_reads_until_when_a_late_request_is_sent_again():
    request, at = asked_late()
    move_address(request.draft.candidate, at=at + MINUTE)
    take_late_back(at=at + HOUR)

    changing.undo(LeftAddress.objects.get().pk, at=at + 2 * HOUR)

    page = f"https://inscriptions.exemple.test/inscription/{request.draft_id}/inscription-tardive"
    said = body("address_restored")
    assert f"- {request.draft} : envoyez-la de nouveau, jusqu'au " in said
    assert page in said
    assert page not in body("address_restored", to=THEIRS)


def test_a_late_request_that_was_taken_back_before_is_no_news():
    request, at = asked_late()
    take_late_back(at=at)
    move_address(request.draft.candidate, at=at + MINUTE)

    changing.undo(LeftAddress.objects.get().pk, at=at + HOUR)

    assert "inscription tardive retirée" not in body("address_restored")


def test_an_account_that_was_given_back_takes_no_late_request_back():
    request, at = asked_late()
    move_address(request.draft.candidate, at=at + MINUTE)
    changing.undo(LeftAddress.objects.get().pk, at=at + HOUR)

    with pytest.raises(accounts.Held, match="ni retirer une demande"):
        take_late_back(at=at + 2 * HOUR)

    assert LateRequest.objects.get().is_waiting
    take_late_back(at=at + 80 * HOUR)


# --- Papers that are confided to a doctor ------------------------------------------------------


def with_a_paper(*, at=NOW):
    registration = registered(**WITH_HANDICAP)
    asked.write(registration)
    asked.send(registration)
    return registration, found_clean(confide(registration, at=at))


def take_back(registration, paper, *, at=NOW + HOUR):
    confiding.take_back(paper=paper, by=author(registration.candidate), at=at)


@pytest.mark.usefixtures("confided")
def test_a_paper_that_is_taken_back_is_told_without_a_word_of_what_it_is():
    registration, paper = with_a_paper()
    moved(registration, at=NOW + MINUTE)

    take_back(registration, paper)

    assert told() == [OWN]
    mail = Message.objects.get(kind="withdrawn_meanwhile")
    assert mail.subject == f"Fichier retiré, n°{registration.number} (ancienne adresse)"
    said = body("withdrawn_meanwhile")
    assert "un fichier déposé pour cette inscription a été retiré" in said
    assert "Déposez-le ensuite de nouveau, sans attendre." in said
    assert not {"aménagement", "santé", "médecin"} & {*said.casefold().split()}


@pytest.mark.usefixtures("confided")
def test_a_paper_that_was_confided_since_an_address_was_left_is_not_told_there():
    registration, paper = with_a_paper(at=NOW + HOUR)
    moved(registration, at=NOW + MINUTE)

    take_back(registration, paper, at=NOW + 2 * HOUR)

    assert told() == []


@pytest.mark.usefixtures("confided")
def test_an_account_that_was_given_back_takes_no_paper_back_but_an_infected_one():
    registration, paper = with_a_paper()
    infected = found_clean(confide(registration), is_clean=False)
    moved(registration, at=NOW + MINUTE)
    changing.undo(LeftAddress.objects.get().pk, at=NOW + HOUR)

    with pytest.raises(accounts.Held, match="un papier déposé ou un recours"):
        take_back(registration, paper, at=NOW + 2 * HOUR)
    take_back(registration, infected, at=NOW + 2 * HOUR)

    assert list(Paper.objects.all()) == [paper]
    take_back(registration, paper, at=NOW + 80 * HOUR)


# --- What was read -----------------------------------------------------------------------------


def read(registration, *, at):
    notification = asked.case_of(registration).notification
    documents.mark_opened(notification, at=at)


@pytest.mark.parametrize(
    ("read_at", "is_told"), [(NOW + 2 * MINUTE, True), (NOW, False), (None, False)]
)
def test_once_an_account_is_given_back_its_owner_reads_what_was_opened_meanwhile(read_at, is_told):
    registration = registered(**WITH_HANDICAP)
    asked.reach(registration, State.NOTIFIED)
    if read_at == NOW:
        read(registration, at=NOW)
    moved(registration, at=NOW + MINUTE)
    if read_at:
        read(registration, at=read_at)

    changing.undo(LeftAddress.objects.get().pk, at=NOW + HOUR)

    page = f"https://inscriptions.exemple.test/mes-inscriptions/{registration.number}"
    said = body("address_restored")
    assert (f"- {registration.title}, n°{registration.number} : {page}" in said) is is_told
    assert ("un délai court peut-être depuis" in said) is is_told
    assert "notification" not in said.casefold()
    assert registration.number not in body("address_restored", to=THEIRS)


# --- What others did meanwhile -----------------------------------------------------------------


def test_nothing_that_another_candidate_withdrew_or_read_meanwhile_is_told():
    moved(registered())
    other = a_registration(a_candidate(email="autre@exemple.test"), **WITH_HANDICAP)
    asked.reach(other, State.NOTIFIED)
    read(other, at=NOW + MINUTE)
    withdraw(Registration.objects.whole().get(pk=other.pk), at=NOW + 2 * MINUTE)

    changing.undo(LeftAddress.objects.get().pk, at=NOW + HOUR)

    assert other.number not in body("address_restored")


def test_what_is_withdrawn_is_told_where_nobody_else_was_written_to():
    registration = claimed(a_record(email=OWN, channel="mail"))
    neighbour = a_record(email="voisine@exemple.test", channel="mail")
    joining.activate(claim(given(neighbour), email="autre@exemple.test").pk, at=NOW)
    moved(a_registration(a_candidate(email="loin@exemple.test")), to="plus-loin@exemple.test")

    withdraw(registration, at=NOW + HOUR)

    assert Message.objects.get(kind="withdrawn_once_taken").recipient == OWN
    assert told() == []


def test_no_late_request_that_another_candidate_took_back_meanwhile_is_told():
    request, at = asked_late()
    move_address(request.draft.candidate, at=at + MINUTE)
    draft = a_draft(a_candidate(email="autre@exemple.test"))
    by = author(draft.candidate)
    other = late.send(draft=draft, reason="En panne", proof=[], by=by, at=at)
    late.take_back(request=other, by=by, at=at + HOUR)

    changing.undo(LeftAddress.objects.get().pk, at=at + 2 * HOUR)

    assert "inscription tardive" not in body("address_restored")
