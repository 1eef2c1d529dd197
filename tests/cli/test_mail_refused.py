"""`sporades mail refus`: how many mails are refused, and those of a bad night sent again (R-34)."""

import contextlib
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command

from sporades.accounts.models import User
from sporades.acts.registrations import late as late_acts
from sporades.acts.registrations import leaving, registering
from sporades.acts.writing import resending
from sporades.candidates.models import Candidate
from sporades.documents.models import DocumentVersion
from sporades.doubles.models import LikelyDouble
from sporades.journal.models import Entry
from sporades.mail.models import Message, about_of
from sporades.personal import operations as personal
from sporades.registrations.models import Draft, LateRequest, Registration
from tests.accommodations.asked import a_minor
from tests.evidence.given import again
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_mail,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.registrations.test_asking_late import YES

BARRED = "554 b'refused by policy'"
UNKNOWN = "550 b'5.1.1 User unknown'"


@pytest.fixture(autouse=True)
def _now(invented_exam):
    with time_machine.travel(NOW, tick=False):
        yield


def refused(error=BARRED, *, to="ana@exemple.test", at=NOW):
    message = a_mail(to, at=at)
    message.state, message.last_error = Message.State.REFUSED, error
    message.save()
    return message


def run(capsys, *more):
    call_command("mail", "refus", *more)
    return capsys.readouterr().out.replace("\u00a0", " ").splitlines()


def fresh_of(message):
    return Message.objects.get(again_of=message)


def test_refused_mails_are_counted_by_code_without_an_address(capsys):
    refused(at=NOW - timedelta(days=2))
    refused()
    refused(UNKNOWN, to="bea@exemple.test")

    said = run(capsys)

    old, now = "lundi 23 novembre 2026 à 10 h 30", "mercredi 25 novembre 2026 à 10 h 30"
    first, last = (
        "Le premier écrit le {} (heure de Paris)",
        f"le dernier le {now} (heure de Paris).",
    )
    assert said == [
        f"554 : 2. {first.format(old)}, {last}",
        f"550 5.1.1 : 1. {first.format(now)}, {last}",
        "Mails refusés et pas renvoyés : 3.",
    ]


def test_nothing_leaves_before_it_is_asked_for(capsys):
    refused()

    said = run(capsys, "--depuis", "2026-11-25 10:00", "--code", "554")

    assert said[-2:] == [
        "Mails refusés et pas renvoyés : 1.",
        "Rien n'est parti. Pour renvoyer ces mails, une fois : la même commande et --renvoyer.",
    ]
    assert Message.objects.count() == 1


def test_those_of_a_code_since_an_instant_leave_once_and_the_journal_has_it(capsys):
    old, wanted = refused(at=NOW - timedelta(days=2)), refused()
    other = refused(UNKNOWN, to="bea@exemple.test")
    asked = ["--depuis", "2026-11-25T10:00", "--code", "554", "--renvoyer"]

    assert [run(capsys, *asked) for _ in range(2)] == [["Renvoyés : 1."], ["Renvoyés : 0."]]

    fresh = fresh_of(wanted)
    assert (fresh.recipient, fresh.state) == (wanted.recipient, Message.State.WAITING)
    assert fresh.body.replace("\u00a0", " ").startswith(
        "Ce mail, écrit le mercredi 25 novembre 2026 à 10 h 30"
    )
    assert fresh.body.endswith(wanted.body)
    assert not Message.objects.filter(again_of__in=[old, other]).exists()
    [entry] = Entry.objects.filter(verb="mail sent again")
    assert (entry.actor_kind, entry.payload["after"]) == (
        "operator",
        {"kind": "password_changed", "refused": wanted.pk, "message": fresh.pk},
    )


def test_no_more_leave_than_is_said(capsys):
    for n in range(3):
        refused(to=f"ana{n}@exemple.test")
    asked = ["--depuis", "2026-11-25T10:00", "--code", "554", "--renvoyer", "--au-plus", "2"]

    assert [run(capsys, *asked) for _ in range(2)] == [
        ["Renvoyés : 2.", "Il en reste 1 : relancez la commande."],
        ["Renvoyés : 1."],
    ]


def test_one_about_a_registration_goes_where_its_candidate_is_now(capsys):
    registration = a_registration(a_candidate(email="zoe@exemple.test"))
    message = Message.objects.get(kind="registered")
    message.state, message.last_error = Message.State.REFUSED, BARRED
    message.save()
    User.objects.filter(pk=registration.candidate.user_id).update(email="zoe.neuve@exemple.test")

    run(capsys, "--depuis", "2026-11-25T10:00", "--code", "554", "--renvoyer")

    assert fresh_of(message).recipient == "zoe.neuve@exemple.test"
    entry = Entry.objects.get(verb="mail sent again")
    assert (entry.object_kind, entry.object_id) == ("registration", str(registration.pk))


def test_one_that_may_be_false_by_now_is_left_to_the_office(capsys):
    registration = a_registration(a_candidate())
    message = Message.objects.get(kind="registered")
    message.kind, message.matter = "piece_asked_again", "piece:1"
    message.state, message.last_error = Message.State.REFUSED, BARRED
    message.save()
    type(registration).objects.filter(pk=registration.pk).update(
        state="withdrawn", withdrawn_at=NOW
    )

    said = run(capsys, "--depuis", "2026-11-25T10:00", "--code", "554", "--renvoyer")

    assert said[0] == "Renvoyés : 0."
    assert said[1].startswith("Laissés à la gestion, qui les voit dans « Mails » : 1.")


@pytest.mark.parametrize(
    ("kind", "lasts"),
    [
        ("activation", timedelta(hours=48)),
        ("password_reset", timedelta(hours=1)),
        ("member_invited", timedelta(hours=1)),
        ("address_change", timedelta(hours=24)),
        ("alert_asked", timedelta(hours=48)),
    ],
)
def test_one_whose_link_opens_nothing_any_more_is_not_sent(capsys, kind, lasts):
    dead = refused(at=NOW - lasts)
    alive = refused(at=NOW - lasts + timedelta(minutes=1))
    Message.objects.update(kind=kind)

    said = run(capsys, "--depuis", "2026-11-20T10:00", "--code", "554", "--renvoyer")

    assert said[0] == "Renvoyés : 1."
    assert said[1].startswith("Pas renvoyés : 1. Leur lien n'ouvre plus rien")
    assert fresh_of(alive).recipient == alive.recipient
    assert not Message.objects.filter(again_of=dead).exists()


def test_what_was_sent_again_lasts_no_longer_than_what_it_repeats():
    told = refused()
    Message.objects.update(kind="activation")
    told.refresh_from_db()
    resending.send_refused_again(message=told, by=OPERATOR, at=NOW + timedelta(hours=47))
    Message.objects.filter(again_of=told).update(state=Message.State.REFUSED)

    with pytest.raises(resending.TooLate):
        resending.send_refused_again(
            message=fresh_of(told), by=OPERATOR, at=NOW + timedelta(hours=49)
        )


@pytest.mark.parametrize(
    "asked", [[], ["--code", "554"], ["--depuis", "2026-11-25T10:00"], ["--depuis", "hier"]]
)
def test_without_an_instant_and_a_code_nothing_is_sent_again(asked):
    refused()

    with pytest.raises(CommandError, match=r"dites --depuis et --code|un instant s'écrit"):
        call_command("mail", "refus", "--renvoyer", *asked)

    assert Message.objects.count() == 1


@pytest.fixture
def of_a_guardian():
    """Return what a guardian was told of a withdrawal, which their server refused."""
    registration = a_minor()
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=NOW)
    told = Message.objects.get(kind="minor_withdrawn")
    told.state, told.last_error = Message.State.REFUSED, BARRED
    told.save()
    return registration, told


def about_person(kind, candidate, to):
    message = refused(to=to)
    message.kind, message.about_kind, message.about_id = kind, "candidate", str(candidate.pk)
    message.save()
    return message


@pytest.mark.parametrize(
    ("kind", "reached"),
    [
        ("identity_corrected", "bonne@exemple.test"),
        ("record_claimed", "bonne@exemple.test"),
        ("candidates_merged", "bonne@exemple.test"),
        ("record_changed", "fausse@exemple.test"),
        ("record_taken", "fausse@exemple.test"),
    ],
)
def test_what_is_about_a_person_goes_where_they_are_reached_now(kind, reached):
    record = a_record(email="bonne@exemple.test", channel="mail")
    a_registration(record)
    told = about_person(kind, record, "fausse@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert fresh_of(told).recipient == reached


def test_what_is_about_a_person_goes_by_letter_to_whom_letters_reach_now():
    record = a_record()
    a_registration(record)
    told = about_person("identity_corrected", record, "fausse@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    fresh = fresh_of(told)
    assert (fresh.recipient, fresh.letter.candidate) == ("", record)


@pytest.mark.parametrize(
    ("kind", "reached"),
    [("identity_corrected", "zoe.neuve@exemple.test"), ("record_taken", "zoe@exemple.test")],
)
def test_so_is_what_is_about_a_person_of_whom_no_registration_is_kept(kind, reached):
    told = about_person(kind, a_candidate(email="zoe@exemple.test"), "zoe@exemple.test")
    User.objects.update(email="zoe.neuve@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert fresh_of(told).recipient == reached


def test_where_a_letter_alone_would_reach_them_and_nobody_prints_it_it_goes_nowhere():
    told = about_person("identity_corrected", a_record(), "fausse@exemple.test")

    with pytest.raises(resending.NeverAgain):
        resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert not Message.objects.filter(again_of=told).exists()


def merged_into(kept, *, user, address):
    """Note that somebody whose account had an address was merged into who is kept."""
    said = {"user": user, "account": address, "email": address}
    LikelyDouble.objects.create(
        first=kept,
        second=a_record(),
        found_at=NOW,
        state="merged",
        decided_at=NOW,
        left=said,
        kept=kept,
        reason="x",
        proposed_by_id="user:0",
        decided_by="x",
    )


@pytest.mark.parametrize("is_registered", [True, False])
def test_the_address_of_an_account_that_a_merge_closed_is_told_there(is_registered):
    kept = a_candidate(email="gardee@exemple.test")
    if is_registered:
        a_registration(kept)
    merged_into(kept, user=0, address="fermee@exemple.test")
    told = about_person("candidates_merged", kept, "fermee@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert fresh_of(told).recipient == "fermee@exemple.test"


def test_so_is_where_a_record_without_an_account_was_reached_that_a_merge_ended():
    kept = a_record(email="bonne@exemple.test", channel="mail")
    merged_into(kept, user=None, address="ancienne@exemple.test")
    told = about_person("candidates_merged", kept, "ancienne@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert fresh_of(told).recipient == "ancienne@exemple.test"


def test_whose_account_went_to_who_is_kept_is_told_where_it_is_reached_now():
    kept = a_candidate(email="neuve@exemple.test")
    a_registration(kept)
    merged_into(kept, user=kept.user_id, address="ancienne@exemple.test")
    merged_into(a_candidate(), user=0, address="autre@exemple.test")
    told = about_person("candidates_merged", kept, "ancienne@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert fresh_of(told).recipient == "neuve@exemple.test"


def test_a_guardian_is_told_again_of_a_withdrawal_that_stands(of_a_guardian):
    _, told = of_a_guardian

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW + timedelta(days=5))

    assert fresh_of(told).recipient == told.recipient


@pytest.fixture
def asked_late():
    """Return what somebody asked once the service had closed, and the instant at which they did."""
    load_invented(YES)
    draft = a_draft(a_candidate(email="zoe@exemple.test"))
    at = draft.service.closes_at + timedelta(days=2)
    by = author(draft.candidate)
    return late_acts.send(draft=draft, reason="Hospitalisée", proof=[], by=by, at=at), at


def not_taken(kind):
    """Return the mail of a kind, which its server refused."""
    told = Message.objects.get(kind=kind)
    told.state, told.last_error = Message.State.REFUSED, BARRED
    told.save()
    return told


def refuse_late(request, at):
    late_acts.refuse(request=request, answer="Trop tard", by=OPERATOR, at=at)


def ask_late_again(request, at):
    draft, by = Draft.objects.get(pk=request.draft_id), author(request.draft.candidate)
    late_acts.send(draft=draft, reason="Hospitalisée", proof=[], by=by, at=at)


def accept_another(request, at):
    ask_late_again(request, at)
    late_acts.accept(request=LateRequest.objects.waiting().get(), by=OPERATOR, at=at)


def register_otherwise(request, _):
    a_registration(request.draft.candidate, at=NOW)
    Registration.objects.update(filed_at=request.draft.service.closes_at + timedelta(days=5))


@pytest.mark.parametrize("kind", ["late_requested", "late_refused"])
def test_what_is_told_of_what_somebody_has_begun_goes_where_they_are_reached_now(asked_late, kind):
    request, at = asked_late
    if kind == "late_refused":
        refuse_late(request, at)
    told = not_taken(kind)
    User.objects.update(email="zoe.neuve@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=at)

    assert fresh_of(told).recipient == "zoe.neuve@exemple.test"


@pytest.mark.parametrize(
    ("kind", "since"),
    [
        ("late_requested", refuse_late),
        ("late_refused", ask_late_again),
        ("late_refused", accept_another),
        ("late_refused", register_otherwise),
    ],
)
def test_who_asked_late_is_not_told_again_what_is_so_no_more(asked_late, kind, since):
    request, at = asked_late
    if kind == "late_refused":
        refuse_late(request, at)
    told = not_taken(kind)
    since(LateRequest.objects.get(), at + timedelta(hours=1))

    with pytest.raises(resending.TooLate):
        resending.send_refused_again(message=told, by=OPERATOR, at=at + timedelta(hours=2))

    assert not Message.objects.filter(again_of=told).exists()


@pytest.mark.parametrize(("birth_year", "is_told"), [(2012, True), (1998, False)])
def test_a_guardian_is_told_again_of_what_a_minor_has_begun(birth_year, is_told):
    draft = a_draft(a_candidate(birth_year=birth_year))
    told = refused(to="mere@exemple.test")
    told.kind, told.about_kind, told.about_id = "guardian_awaited", "draft", str(draft.pk)
    told.save()

    said = contextlib.nullcontext() if is_told else pytest.raises(resending.TooLate)
    with said:
        resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    again_to = list(Message.objects.filter(again_of=told).values_list("recipient", flat=True))
    assert again_to == (["mere@exemple.test"] if is_told else [])


@pytest.mark.parametrize("kind", ["document_unread", "registration_leaves"])
def test_what_is_told_of_documents_goes_again_where_their_candidate_is_now(kind):
    registration = a_registration(a_candidate(email="zoe@exemple.test"))
    versions = DocumentVersion.objects.filter(document__folder=registration.folder_id)
    about = versions.earliest("pk") if kind == "document_unread" else registration
    told = refused(to="zoe@exemple.test")
    Message.objects.filter(pk=told.pk).update(kind=kind, **about_of(about))
    User.objects.update(email="zoe.neuve@exemple.test")

    told.refresh_from_db()
    resending.send_refused_again(message=told, by=OPERATOR, at=NOW)

    assert fresh_of(told).recipient == "zoe.neuve@exemple.test"


@pytest.fixture
def of_a_copy():
    """Return who has asked for a copy of their data, and the mail that says it is ready, refused."""
    candidate = a_candidate(email="zoe@exemple.test")
    copy = personal.ask(candidate=candidate, by=author(candidate), at=NOW)
    personal.prepare(str(copy.pk), at=NOW)
    return candidate, not_taken("data_copy_ready")


def test_that_a_copy_is_ready_goes_again_where_its_person_is_now(of_a_copy):
    _, told = of_a_copy
    User.objects.update(email="zoe.neuve@exemple.test")

    resending.send_refused_again(message=told, by=OPERATOR, at=NOW + timedelta(days=6))

    assert fresh_of(told).recipient == "zoe.neuve@exemple.test"


@pytest.mark.parametrize(("days", "account"), [(7, True), (1, False)], ids=["over", "no account"])
def test_of_a_copy_that_nobody_can_take_any_more_nothing_goes_again(of_a_copy, days, account):
    candidate, told = of_a_copy
    if not account:
        Candidate.objects.filter(pk=candidate.pk).update(user=None, email="zoe@exemple.test")

    with pytest.raises(resending.TooLate):
        resending.send_refused_again(message=told, by=OPERATOR, at=NOW + timedelta(days=days))

    assert not Message.objects.filter(again_of=told).exists()


def come_back(registration):
    by, later = author(registration.candidate), NOW + timedelta(hours=1)
    draft = registering.begin_again(registration=again(registration), by=by, at=later)
    registering.register(draft=draft, by=by, at=later)


@pytest.mark.parametrize(
    ("since", "days"), [(come_back, 5), (lambda _: None, 5 * 365)], ids=["came back", "of age"]
)
def test_a_guardian_is_not_told_again_what_is_so_no_more(of_a_guardian, since, days):
    registration, told = of_a_guardian
    since(registration)

    with pytest.raises(resending.TooLate):
        resending.send_refused_again(message=told, by=OPERATOR, at=NOW + timedelta(days=days))

    assert not Message.objects.filter(again_of=told).exists()
