"""A candidate asks for accommodations; a guardian signs for a minor (H1, P-06)."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError

from sporades.accommodations import operations
from sporades.accommodations.left import unsent_in_words
from sporades.accommodations.models import Again, Case
from sporades.accommodations.rules import Wish, deadline_of
from sporades.accommodations.states import State
from sporades.accommodations.words import sent_in_words
from sporades.accounts import operations as accounts
from sporades.acts import accommodating
from sporades.acts.accommodating.asking import SignedTooOften
from sporades.acts.people.addressing import may_write
from sporades.acts.people.guardians import guardian_address, told_of_withdrawal
from sporades.acts.registrations import leaving, registering
from sporades.candidates.names import is_named
from sporades.core.refusals import Refused
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.exams.schema.accommodations import OTHER_REASON
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.sections.identification import IdentificationForm
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    MANAGER,
    MINOR,
    READER,
    THIRD,
    WITHOUT_ACCOMMODATIONS,
    a_minor,
    again,
    case_of,
    decide,
    entrust,
    find_incomplete,
    opine,
    reach,
    send,
    sign,
    taken_again,
    write,
)
from tests.factories import NOW, a_candidate, a_registration, author, load_invented
from tests.mail.test_letters import TITLE
from tests.medical.given import confide

AFTER_CLOSING = datetime(2026, 12, 20, 12, tzinfo=UTC)


def test_what_is_chosen_is_kept_in_the_order_of_the_reglementation(registration):
    write(registration, Wish(ACCESS), Wish(THIRD, ("E1", "E3")))

    case = case_of(registration)
    assert case.state == State.PREPARING
    assert [(one.code, one.papers, one.time) for one in case.measures.all()] == [
        (THIRD, ["E1", "E3"], "1/3"),
        (ACCESS, [], ""),
    ]


@pytest.mark.parametrize(
    "wish",
    [
        Wish("INVENTEE"),
        # A third of time is for what is written or practical: M1 is oral.
        Wish(THIRD, ("M1",)),
        # Not sat.
        Wish(READER, ("M2",)),
        # For the whole exam alone.
        Wish(ACCESS, ("E1",)),
    ],
)
def test_a_measure_that_the_reglementation_does_not_propose_is_refused(registration, wish):
    with pytest.raises(operations.UnknownMeasure):
        write(registration, Wish(THIRD, ("E1",)), wish)

    assert not Case.objects.exists()


def test_a_plan_or_a_late_reason_that_is_not_proposed_is_refused(registration):
    with pytest.raises(operations.UnknownMeasure):
        write(registration, plan="PPS")
    with pytest.raises(operations.LateReasonMissing):
        write(registration, late_reason="OUBLI")


def test_sending_leaves_a_receipt_and_an_act_that_say_nothing_of_health(registration):
    write(registration)
    send(registration)

    case = case_of(registration)
    assert (case.state, case.asked_at, case.procedure) == (State.ASKED, NOW, "complete")
    mail = Message.objects.get(kind="request_received")
    for word in ("aménagement", "handicap", "santé", "mesure", "Temps"):
        assert word not in mail.subject + mail.body
    entry = Entry.objects.get(verb="accommodation sent")
    assert entry.payload["after"] == {"case": case.pk, "measures": [THIRD, ACCESS]}


@pytest.mark.parametrize("is_confided", [False, True])
def test_a_receipt_says_that_something_mandatory_is_missing_and_not_what(
    registration, is_confided, kept, confided
):
    if is_confided:
        confide(registration, kind="CERTIFICAT")
    write(registration)
    send(registration)

    body = Message.objects.get(kind="request_received").body
    assert ("Il y manque encore quelque chose d'obligatoire" in body) != is_confided
    for word in ("aménagement", "handicap", "santé", "certificat", "médecin"):
        assert word not in body.lower()


@pytest.mark.parametrize("is_confided", [False, True])
def test_a_receipt_says_when_silence_decides_and_that_what_is_missing_moves_it(
    registration, is_confided, kept, confided
):
    if is_confided:
        confide(registration, kind="CERTIFICAT")
    write(registration)
    send(registration)

    body = " ".join(Message.objects.get(kind="request_received").body.split())
    assert "Sans réponse de sa part le 25 janvier 2027, votre demande sera" in body
    assert ("Ce délai ne court que du jour" in body) != is_confided


def test_the_journal_says_each_step_of_a_request_and_who_took_it():
    registration = a_minor()
    for step in (write, sign, send):
        step(registration)
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=NOW)
    case = case_of(registration)
    accommodating.keep_as_sent(case=case, seen=case.revision, by=by, at=NOW)
    for step in (entrust, opine, decide):
        step(registration)
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)
    accommodating.note_call(case=case, is_reached=False, by=MANAGER, at=NOW)
    taken_again(case, why=Again.ERROR)

    entries = Entry.objects.filter(verb__startswith="accommodation ").order_by("pk")
    assert [(one.verb.removeprefix("accommodation "), one.actor_kind) for one in entries] == [
        ("begun", "candidate"),
        ("written", "candidate"),
        ("signed", "candidate"),
        ("sent", "candidate"),
        ("taken up", "candidate"),
        ("kept as sent", "candidate"),
        ("entrusted", "manager"),
        ("opinion given", "doctor"),
        ("decided", "manager"),
        ("notified", "manager"),
        ("call noted", "manager"),
        ("taken again", "manager"),
    ]


def test_pressing_twice_sends_once(registration):
    write(registration)
    send(registration)
    send(registration)

    assert Entry.objects.filter(verb="accommodation sent").count() == 1
    assert Message.objects.filter(kind="request_received").count() == 1


def test_nothing_is_sent_without_a_measure(registration):
    accommodating.prepare(registration=registration, by=author(registration.candidate), at=NOW)

    with pytest.raises(operations.NothingAsked):
        send(registration)


def test_what_was_changed_in_another_window_is_read_again_before_it_is_sent(registration):
    read = write(registration)
    write(registration, Wish(READER))

    with pytest.raises(operations.Rewritten):
        accommodating.send(case=read, seen=read.revision, by=author(registration.candidate), at=NOW)


def test_one_request_is_open_at_a_time_and_another_may_follow(registration):
    first = reach(registration, State.NOTIFIED)
    second = write(registration, Wish(READER))

    assert second.pk != first.pk
    assert (
        accommodating.prepare(registration=registration, by=author(registration.candidate), at=NOW)
        == second
    )


def test_after_the_closing_a_reason_is_asked_for(registration):
    write(registration, at=AFTER_CLOSING)
    with pytest.raises(operations.LateReasonMissing):
        send(registration, at=AFTER_CLOSING)

    write(registration, late_reason="APPARUE", at=AFTER_CLOSING)
    send(registration, at=AFTER_CLOSING)

    assert case_of(registration).late_reason == "APPARUE"


@pytest.mark.parametrize(
    "said",
    [
        {"late_reason": OTHER_REASON},
        {"late_words": "Je l'ignorais."},
        {"late_reason": "APPARUE", "late_words": "Je l'ignorais."},
    ],
)
def test_another_reason_has_its_words_and_no_other_has(registration, said):
    with pytest.raises(operations.LateReasonMissing):
        write(registration, at=AFTER_CLOSING, **said)


def test_the_database_wants_the_words_of_another_reason(registration):
    case = write(registration, late_reason=OTHER_REASON, late_words="Je l'ignorais.")

    with pytest.raises(IntegrityError):
        Case.objects.filter(pk=case.pk).update(late_words="")


def test_the_last_minute_of_the_closing_is_in_time(registration):
    last = datetime(2026, 12, 15, 22, 59, 59, tzinfo=UTC)
    write(registration, at=last)
    send(registration, at=last)

    assert case_of(registration).state == State.ASKED


def test_what_was_sent_in_time_is_sent_again_without_a_reason(registration):
    reach(registration, State.INCOMPLETE)
    send(registration, at=AFTER_CLOSING)

    assert case_of(registration).state == State.ASKED


@pytest.mark.parametrize(
    ("category", "plan", "wishes", "procedure"),
    [
        ("INDIV", "PAP", (Wish(THIRD),), "complete"),
        ("FORM", "PAP", (Wish(THIRD),), "simplifiee"),
        ("FORM", "PAP", (Wish(HALF),), "complete"),
        ("FORM", "", (Wish(THIRD),), "complete"),
    ],
)
def test_the_procedure_is_computed_by_the_rules(category, plan, wishes, procedure):
    registration = a_registration(
        informations={"category": category, "has_disability": "oui"},
        qualification={"experience": "3"},
    )
    write(registration, *wishes, plan=plan)
    send(registration)

    assert case_of(registration).procedure == procedure


def test_an_exam_without_accommodations_takes_no_request(registration):
    load_invented(WITHOUT_ACCOMMODATIONS)
    forget()
    other = a_registration()

    with pytest.raises(operations.NotOffered):
        write(other)


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR, State.OPINION_GIVEN])
def test_what_is_sent_is_not_changed(registration, state):
    reach(registration, state)

    with pytest.raises(operations.Sent):
        write(registration, Wish(READER))


def test_what_nobody_has_looked_at_is_taken_up_and_sent_again(registration):
    case = reach(registration, State.ASKED)
    accommodating.take_up(case=case, by=author(registration.candidate), at=NOW)
    write(registration, Wish(READER))
    send(registration)

    assert [one.code for one in case_of(registration).measures.all()] == [READER]


def take_up(registration, *, at=NOW):
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=at)


def keep_as_sent(registration, *, seen=None, at=AFTER_CLOSING):
    case, by = case_of(registration), author(registration.candidate)
    seen = case.revision if seen is None else seen
    accommodating.keep_as_sent(case=case, seen=seen, by=by, at=at)


def test_what_was_sent_in_time_keeps_its_first_date_and_no_reason_is_asked_for(registration):
    reach(registration, State.ASKED)
    take_up(registration, at=AFTER_CLOSING)
    write(registration, Wish(ACCESS), at=AFTER_CLOSING)
    send(registration, at=AFTER_CLOSING)

    case = case_of(registration)
    assert (case.first_asked_at, case.asked_at, case.late_reason) == (NOW, AFTER_CLOSING, "")
    assert sent_in_words(case).replace("\xa0", " ") == (
        "Le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris), puis de nouveau le dimanche "
        "20 décembre 2026 à 13 h 00 (heure de Paris)"
    )
    assert case.as_sent is None


def test_what_is_taken_up_goes_back_to_what_was_sent_at_its_date(registration):
    reach(registration, State.ASKED, plan="PAP", has_former_decision=True)
    before = case_of(registration)
    asked = list(before.measures.values_list("code", "papers", "precision"))
    take_up(registration)
    write(registration, Wish(READER))
    seen = case_of(registration).revision
    keep_as_sent(registration, seen=seen)
    keep_as_sent(registration, seen=seen)

    case = case_of(registration)
    assert (case.state, case.asked_at, case.since) == (State.ASKED, NOW, NOW)
    assert list(case.measures.values_list("code", "papers", "precision")) == asked
    assert (case.plan, case.has_former_decision) == ("PAP", True)
    assert case.as_sent is None


def test_what_the_guardian_had_signed_stays_signed_once_it_is_kept_as_sent():
    registration = a_minor()
    write(registration)
    sign(registration)
    send(registration)
    take_up(registration)
    write(registration, Wish(READER))
    assert case_of(registration).signature is None
    later = NOW + timedelta(days=1)
    sign(registration, name="Paul Le Goff", is_another=True, at=later)
    keep_as_sent(registration)

    signature = case_of(registration).signature
    assert (signature.name, signature.signed_at) == ("Anne Le Goff", NOW)


def test_what_was_signed_and_is_chosen_anew_stays_signed_once_it_is_kept_as_sent():
    registration = a_minor()
    write(registration)
    sign(registration)
    send(registration)
    take_up(registration)
    write(registration, Wish(READER))
    write(registration)
    keep_as_sent(registration)

    assert case_of(registration).signature.name == "Anne Le Goff"


def test_what_was_signed_is_kept_under_the_name_that_it_had():
    registration = a_minor()
    write(registration, Wish(THIRD))
    sign(registration)
    send(registration)
    take_up(registration)
    write(registration, Wish(READER))
    load_invented(("libelle: Temps majoré d'un tiers, ", "libelle: Temps sans limite, "))
    forget()
    Registration.objects.update(regulation=Regulation.objects.latest("pk"))
    write(registration, Wish(THIRD))
    assert [one.label for one in case_of(registration).measures.all()] == ["Temps sans limite"]
    keep_as_sent(registration)

    kept = [(one.label, one.time) for one in case_of(registration).measures.all()]
    assert kept == [("Temps majoré d'un tiers", "1/3")]
    assert case_of(registration).signature


def test_what_one_window_keeps_as_it_was_sent_another_has_not_sent(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    write(registration, Wish(READER))
    case, by = case_of(registration), author(registration.candidate)
    keep_as_sent(registration)

    with pytest.raises(operations.Rewritten):
        accommodating.send(case=case, seen=case.revision, by=by, at=NOW)


def test_what_one_window_sends_another_has_not_kept_as_it_was_sent(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    write(registration, Wish(READER))
    with pytest.raises(operations.Rewritten):
        keep_as_sent(registration, seen=case_of(registration).revision - 1)
    send(registration)

    with pytest.raises(operations.Rewritten):
        keep_as_sent(registration)
    assert [one.code for one in case_of(registration).measures.all()] == [READER]


def test_the_address_that_the_guardian_gave_is_kept_with_what_they_had_signed():
    registration = a_minor_without_the_address_of_a_guardian()
    sign(registration, email="anne@exemple.test")
    send(registration)
    take_up(registration)
    write(registration, Wish(READER))
    keep_as_sent(registration)

    assert case_of(registration).signature.email == "anne@exemple.test"
    assert guardian_address(again(registration)) == "anne@exemple.test"


@pytest.mark.parametrize("state", [State.PREPARING, State.INCOMPLETE, State.WITH_DOCTOR])
def test_only_what_is_taken_up_is_kept_as_it_was_sent(registration, state):
    reach(registration, state)

    with pytest.raises(operations.NotTakenUp):
        keep_as_sent(registration)


def test_a_late_request_that_is_completed_keeps_its_reason_and_says_so(registration):
    reach(registration, State.INCOMPLETE, late_reason="APPARUE", at=AFTER_CLOSING)
    send(registration, at=AFTER_CLOSING + timedelta(days=1))

    said = sent_in_words(case_of(registration)).replace("\xa0", " ")
    assert said.endswith(", puis de nouveau le lundi 21 décembre 2026 à 13 h 00 (heure de Paris)")


@pytest.mark.parametrize("step", [take_up, find_incomplete])
def test_a_late_request_that_was_sent_does_not_lose_its_reason(registration, step):
    reach(registration, State.ASKED, late_reason="APPARUE", at=AFTER_CLOSING)
    step(registration, at=AFTER_CLOSING)

    with pytest.raises(operations.LateReasonMissing):
        write(registration, Wish(READER), at=AFTER_CLOSING)
    write(registration, Wish(READER), late_reason="APPARUE", at=AFTER_CLOSING)
    send(registration, at=AFTER_CLOSING)

    assert case_of(registration).late_reason == "APPARUE"


@pytest.mark.parametrize("state", [State.WITH_DOCTOR, State.OPINION_GIVEN, State.DECIDED])
def test_what_is_looked_at_is_not_taken_up(registration, state):
    case = reach(registration, state)

    with pytest.raises(Refused):
        accommodating.take_up(case=case, by=author(registration.candidate), at=NOW)


@pytest.mark.parametrize("state", [State.DECIDED, State.NOTIFIED])
def test_what_is_decided_is_not_withdrawn(registration, state):
    case = reach(registration, state)

    with pytest.raises(Refused):
        accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)


# --- Minors -----------------------------------------------------------------------------------


def test_the_request_of_a_minor_is_sent_once_its_guardian_has_signed():
    registration = a_minor()
    write(registration)
    with pytest.raises(operations.NotSigned):
        send(registration)

    sign(registration)
    send(registration)

    signature = case_of(registration).signature
    assert (signature.name, signature.quality) == ("Anne Le Goff", "mère")
    mail, letter = Message.objects.filter(kind="signed_as_guardian").order_by("pk")
    assert (mail.recipient, letter.recipient) == ("anne@exemple.test", "")
    for told in (mail, letter):
        for word in HEALTH:
            assert word not in told.subject + told.body


HEALTH = ("aménagement", "handicap", "santé", "mesure", "épreuve")


def told_to_sign(registration):
    """Return what the last mail to a guardian says of a signature, and the letter beside it."""
    found = Message.objects.filter(kind="signed_as_guardian", about_id=str(registration.pk))
    for one in found:
        assert not [word for word in HEALTH if word in f"{one.subject} {one.body}"]
    mail = found.exclude(recipient="").latest("pk")
    letter = found.filter(recipient="").last()
    return mail, letter


def plainly(message):
    return message.body.replace("\xa0", " ")


def test_a_guardian_reads_which_request_was_signed_that_it_is_not_sent_and_until_when():
    registration = a_minor()
    write(registration)

    sign(registration)

    mail, letter = told_to_sign(registration)
    subject = f"Demande de Maëlle Anne… signée, inscription n°{registration.number}"
    assert [mail.subject, letter.subject] == [subject, subject]
    whose = f"Examen ou concours : {TITLE}\nNuméro d'inscription : {registration.number}\n\n"
    until = "elle est à envoyer avant le mardi 15 décembre 2026 à 23 h 59 (heure de Paris)."
    for one, named in ((mail, "mail"), (letter, "courrier")):
        assert f"{whose}Par discrétion, ce {named} n'en dit pas plus." in plainly(one)
        assert (
            f"Au moment où ce {named} est écrit, cette demande n'est pas encore envoyée : {until}"
        ) in plainly(one)


def test_a_guardian_who_signs_a_late_request_reads_that_it_is_late():
    registration = a_minor()
    write(registration, late_reason="APPARUE", at=AFTER_CLOSING)

    sign(registration, at=AFTER_CLOSING)

    mail, _ = told_to_sign(registration)
    assert (
        "n'est pas encore envoyée, et la date limite, le mardi 15 décembre 2026 à 23 h 59 (heure de "
        "Paris), est passée : une demande tardive est encore reçue."
    ) in plainly(mail)


def test_until_when_a_late_request_is_taken_is_said_to_whoever_signs():
    load_invented(
        (
            "      tardive:\n",
            "      tardive_jusqu_au: {jours_apres_fermeture: 10}\n      tardive:\n",
        )
    )
    forget()
    registration = a_minor()
    case = write(registration)
    case.registration = again(registration)

    late = "une demande tardive est encore reçue avant le vendredi 25 décembre 2026 à 23 h 59 ("
    said = [
        unsent_in_words(case, at=one).replace("\xa0", " ")
        for one in (AFTER_CLOSING, AFTER_CLOSING + timedelta(days=10))
    ]
    assert [late in one for one in said] == [True, False]
    assert said[1].endswith("(heure de Paris), est passée.")


def test_a_guardian_who_signs_anew_reads_that_the_request_is_to_be_sent_again():
    registration = a_minor()
    write(registration)
    sign(registration)
    send(registration)
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=NOW)
    write(registration, Wish(READER))

    sign(registration)

    mail, _ = told_to_sign(registration)
    assert (
        "n'est pas encore envoyée de nouveau : aucune date limite n'est fixée pour cela, mais personne "
        "ne l'étudie d'ici là."
    ) in plainly(mail)


TOLD = {
    "signed_as_guardian": "demandez un aménagement d'épreuves",
    "guardian_awaited": "demandez un aménagement d'épreuves",
    "signed_request_withdrawn": "demandez un aménagement d'épreuves",
    "minor_withdrawn": "si vous vous désinscrivez",
}
"""What is written to a guardian, and how the question of their address says it."""


@pytest.mark.parametrize(
    ("guardian", "mails", "letters"),
    [
        ("anne@exemple.test", set(TOLD), {"signed_as_guardian"}),
        ("", set(), set(TOLD)),
    ],
)
def test_the_question_of_a_guardian_s_address_says_what_it_receives(guardian, mails, letters):
    registration = a_minor(guardian=guardian)
    write(registration)
    sign(registration)
    send(registration)
    find_incomplete(registration, at=NOW + timedelta(hours=2))
    by, case = author(registration.candidate), case_of(registration)
    accommodating.withdraw(case=case, by=by, at=NOW + timedelta(hours=3))
    leaving.withdraw(registration=again(registration), by=by, at=NOW + timedelta(hours=4))

    own = registration.candidate.email
    told = Message.objects.filter(about_id=str(registration.pk)).exclude(recipient=own)
    by_mail, by_letter = told.exclude(recipient=""), told.filter(recipient="")
    assert {one.kind for one in by_mail} == mails
    assert {one.kind for one in by_letter} == letters
    hint = IdentificationForm.base_fields["guardian_email"].help_text
    assert [words for words in (*TOLD.values(), "par courrier") if words not in hint] == []


def test_a_minor_is_told_that_the_guardian_signs_the_summary_too(registration):
    a_minor()

    by_two = "À poster, signé par vous et par votre représentant légal, au plus tard le"
    of_age, minor = Message.objects.filter(kind="registered").order_by("pk")
    assert by_two not in of_age.body
    assert by_two in minor.body


def test_an_account_given_back_takes_no_request_back_for_72_hours(registration):
    case = reach(registration, State.ASKED)
    accounts.hold(registration.candidate.user, at=NOW)
    by = author(registration.candidate)

    with pytest.raises(accounts.Held, match="ni retirer une demande"):
        accommodating.withdraw(case=case, by=by, at=NOW + timedelta(hours=72))

    assert case_of(registration).state == State.ASKED
    assert not Message.objects.filter(kind="request_withdrawn").exists()
    accommodating.withdraw(case=case, by=by, at=NOW + timedelta(hours=72, seconds=1))
    assert case_of(registration).state == State.WITHDRAWN


def test_who_withdraws_a_request_that_was_sent_is_told_and_whoever_signed_it():
    registration = a_minor()
    write(registration)
    sign(registration)
    send(registration)

    reached = case_of(registration)
    by = author(registration.candidate)
    accommodating.withdraw(case=reached, by=by, at=NOW)
    accommodating.withdraw(case=reached, by=by, at=NOW)

    own = Message.objects.get(kind="request_withdrawn")
    theirs = Message.objects.get(kind="signed_request_withdrawn")
    assert own.recipient == registration.candidate.email
    assert theirs.recipient == "anne@exemple.test"
    assert "vous, Anne Le Goff, avez signée le mercredi 25" in theirs.body.replace("\xa0", " ")
    assert ": plus personne ne l'étudie. Son inscription reste." in theirs.body.replace("\xa0", " ")
    assert "Son service gestionnaire : " in theirs.body
    assert "Votre service" not in theirs.body
    for told in (own, theirs):
        for word in ("aménagement", "handicap", "santé", "mesure"):
            assert word not in told.subject + told.body


def test_each_guardian_who_signed_a_request_is_told_that_it_is_withdrawn():
    registration = a_minor(guardian="")
    write(registration)
    sign(registration, email="anne@exemple.test", at=NOW - timedelta(hours=2))
    write(registration, Wish(READER))
    sign(registration, email="anne@exemple.test")
    write(registration, Wish(THIRD))
    paul = {"name": "Paul Le Goff", "quality": "père", "email": "paul@exemple.test"}
    sign(registration, **paul, is_another=True)
    send(registration)

    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=NOW)

    told = Message.objects.filter(kind="signed_request_withdrawn").order_by("recipient")
    assert [one.recipient for one in told] == ["anne@exemple.test", "paul@exemple.test"]


@pytest.mark.parametrize(("state", "is_said"), [(State.PREPARING, False), (State.ASKED, True)])
def test_the_mail_of_a_withdrawn_registration_says_that_a_request_that_was_sent_goes_with_it(
    registration, state, is_said
):
    reach(registration, state)

    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    told = Message.objects.get(kind="withdrawn")
    assert (
        "La demande que vous aviez envoyée pour cette inscription est retirée" in told.body
    ) is (is_said)
    assert "aménagement" not in told.body


def test_who_drops_a_request_that_was_never_sent_nor_signed_is_told_nothing(registration):
    write(registration)

    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=NOW)

    withdrawn = ("request_withdrawn", "signed_request_withdrawn")
    assert not Message.objects.filter(kind__in=withdrawn).exists()


def test_of_a_signed_request_that_was_never_sent_nobody_is_told_that_it_was_studied():
    registration = a_minor()
    write(registration)
    sign(registration)

    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=NOW)

    told = Message.objects.get(kind="signed_request_withdrawn")
    assert "elle n'avait pas été envoyée. Son inscription reste." in told.body
    assert "plus personne ne l'étudie" not in told.body


ENDED = ("minor_withdrawn", "signed_request_withdrawn")


@pytest.mark.parametrize(
    ("is_sent", "fate"),
    [(True, "plus personne ne l'étudie"), (False, "elle n'avait pas été envoyée")],
)
def test_a_guardian_who_signed_is_told_at_once_that_the_registration_and_the_request_ended(
    is_sent, fate
):
    registration = a_minor()
    write(registration)
    sign(registration)
    if is_sent:
        send(registration)

    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    told = Message.objects.get(kind__in=ENDED)
    body = told.body.replace("\xa0", " ")
    assert (told.kind, told.recipient) == ("minor_withdrawn", "anne@exemple.test")
    assert "La demande que vous, Anne Le Goff, avez signée le mercredi 25 novembre" in body
    assert f"comme représentant légal est retirée avec elle : {fate}." in body
    for word in ("aménagement", "handicap", "santé", "mesure"):
        assert word not in told.subject + told.body
    assert not Message.objects.filter(kind="request_withdrawn").exists()


def test_another_who_signed_is_told_that_the_request_goes_with_its_registration():
    registration = a_minor()
    write(registration)
    paul = {"name": "Paul Martin", "email": "paul@exemple.test"}
    sign(registration, **paul, is_another=True)
    send(registration)

    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    left, fallen = Message.objects.filter(kind__in=ENDED).order_by("kind")
    assert (left.kind, left.recipient) == ("minor_withdrawn", "anne@exemple.test")
    assert "La demande" not in left.body
    assert (fallen.kind, fallen.recipient) == ("signed_request_withdrawn", "paul@exemple.test")
    assert "Son inscription reste" not in fallen.body


@pytest.mark.parametrize("is_of_registration", [True, False])
def test_no_guardian_is_told_of_what_an_adult_withdraws(is_of_registration):
    registration = a_minor(a_candidate(**{**MINOR, "birth_year": 2008}))
    write(registration)
    sign(registration)
    send(registration)
    of_age = NOW + timedelta(days=1)
    case, by = case_of(registration), author(registration.candidate)
    assert told_of_withdrawal(case, at=NOW) == "un mail"

    if is_of_registration:
        leaving.withdraw(registration=again(registration), by=by, at=of_age)
    else:
        accommodating.withdraw(case=case, by=by, at=of_age)

    assert case_of(registration).state == State.WITHDRAWN
    assert not Message.objects.filter(kind="signed_request_withdrawn").exists()
    assert not told_of_withdrawal(case, at=of_age)


def test_of_what_is_incomplete_the_guardian_is_told_too_and_the_mail_says_that_it_is_waited_for():
    registration = a_minor()
    write(registration)
    sign(registration)
    send(registration)

    accommodating.declare_incomplete(
        case=case_of(registration), missing="Le papier est illisible.", by=MANAGER, at=NOW
    )

    told = Message.objects.get(kind="something_awaits")
    assert "Aucune date limite n'est fixée : répondez dès que possible." in told.body
    guardian = Message.objects.get(kind="guardian_awaited")
    assert guardian.recipient == "anne@exemple.test"
    assert "illisible" not in told.body + guardian.body


OWN = "zoe@exemple.test"


def a_minor_without_the_address_of_a_guardian(own=""):
    """Return the registration of a minor whose guardian's address is not known, or is their own."""
    registration = a_minor(a_candidate(email=OWN, **MINOR))
    Registration.objects.filter(pk=registration.pk).update(guardian_email=own)
    write(registration)
    return registration


@pytest.mark.parametrize("own", ["", OWN, "Zoe+parent@exemple.test"])
def test_a_guardian_whom_no_mail_reaches_is_told_of_their_signature_by_a_letter(own):
    registration = a_minor_without_the_address_of_a_guardian(own)

    sign(registration)

    letter = Letter.objects.get(message__kind="signed_as_guardian")
    assert letter.address[0] == "Anne Le Goff"
    assert letter.address[-1].startswith("59000")
    assert "une demande a été signée au nom d'Anne Le Goff" in letter.message.body
    assert not Message.objects.filter(kind="signed_as_guardian", recipient=OWN).exists()


def test_no_mail_nor_letter_repeats_a_name_that_only_whoever_signs_has_typed():
    registration = a_minor()
    write(registration)
    sign(registration, name="Le Goff Anne Votre compte est bloqué", at=NOW - timedelta(hours=2))
    write(registration, Wish(READER))
    sign(registration, name="Paul Martin", is_another=True)
    send(registration)

    by = author(registration.candidate)
    accommodating.withdraw(case=case_of(registration), by=by, at=NOW)

    kinds = ("signed_as_guardian", "signed_request_withdrawn")
    own, other, left = Message.objects.filter(kind__in=kinds).exclude(recipient="").order_by("pk")
    assert "au nom d'Anne Le Goff, comme représentant légal de" in own.body
    assert (
        "une demande a été signée par quelqu'un qui se dit représentant légal de "
        f"{registration.identity.full_name}, sous un autre nom que celui de l'inscription."
    ) in other.body
    assert left.subject == f"Demande signée puis retirée, inscription n°{registration.number}"
    for told in Message.objects.filter(kind__in=kinds):
        assert "Paul" not in told.subject + told.body
        assert "bloqué" not in told.subject + told.body


def sign_anew(registration, times, **said):
    """Have a request signed so often, each time changed."""
    for _ in range(times):
        is_read = Case.objects.filter(registration=registration, measures__code=READER).exists()
        write(registration, Wish(ACCESS if is_read else READER))
        sign(registration, **said)


def told_of_signing(registration):
    """Return how many mails, to each address, and how many letters have told of a signature."""
    told = Message.objects.filter(kind="signed_as_guardian", about_id=str(registration.pk))
    return Counter(told.values_list("recipient", flat=True))


def test_no_address_that_nobody_has_confirmed_is_written_to_without_end():
    registration = a_minor()

    sign_anew(registration, 6)
    sign_anew(registration, 2, at=NOW + timedelta(hours=2))
    sign_anew(registration, 2, at=NOW + timedelta(hours=4))

    # The first is told at home too, then what is past the count, once.
    assert told_of_signing(registration) == {"anne@exemple.test": 4, "": 2}
    letter = Letter.objects.filter(message__kind="signed_as_guardian").latest("pk")
    assert letter.address[0] == "Anne Le Goff"
    assert letter.address[-1].startswith("59000")
    sign_anew(registration, 8, at=NOW + timedelta(days=1, hours=5))
    assert told_of_signing(registration) == {"anne@exemple.test": 6, "": 3}


def test_no_candidate_has_one_address_after_another_written_to_without_end():
    registration = a_minor_without_the_address_of_a_guardian()
    for number in range(20):
        sign_anew(registration, 1, email=f"autre{number}@exemple.test")

    with pytest.raises(SignedTooOften, match="Recommencez demain"):
        sign_anew(registration, 1, email="encore@exemple.test")

    told = told_of_signing(registration)
    assert (len(told), told[""]) == (21, 20)
    assert case_of(registration).signatures.count() == 20
    sign_anew(registration, 1, at=NOW + timedelta(days=1), email="encore@exemple.test")
    assert told_of_signing(registration)["encore@exemple.test"] == 1


def test_an_address_of_the_registration_is_told_at_home_when_it_is_first_signed_with():
    registration = a_minor()

    sign_anew(registration, 1)
    assert told_of_signing(registration) == {"anne@exemple.test": 1, "": 1}
    sign_anew(registration, 2, at=NOW + timedelta(hours=2))
    assert told_of_signing(registration) == {"anne@exemple.test": 3, "": 1}

    Registration.objects.filter(pk=registration.pk).update(guardian_email="autre@exemple.test")
    sign_anew(registration, 2, at=NOW + timedelta(hours=4))
    assert told_of_signing(registration) == {
        "anne@exemple.test": 3,
        "autre@exemple.test": 2,
        "": 2,
    }


def test_whoever_the_registration_does_not_name_signs_once_it_is_said_that_they_may():
    registration = a_minor()
    write(registration)

    with pytest.raises(
        operations.AnotherGuardian, match="un autre représentant légal, Anne Le Goff"
    ):
        sign(registration, name="Paul Martin")
    sign(registration, name="Paul Martin", is_another=True)

    assert case_of(registration).signature.name == "Paul Martin"


def test_whoever_signs_where_the_registration_names_nobody_is_asked_nothing_more():
    registration = a_minor()
    Registration.objects.filter(pk=registration.pk).update(guardian_name="")
    write(registration)

    sign(registration, name="Paul Martin")

    assert case_of(registration).signature.name == "Paul Martin"
    told = Message.objects.filter(kind="signed_as_guardian").first()
    assert "par quelqu'un qui se dit représentant légal" in told.body
    assert "un autre nom" not in told.body


def test_the_count_of_an_address_is_one_with_what_else_may_be_caused_to_it():
    registration = a_minor()
    for _ in range(2):
        assert may_write("anne@exemple.test", network="192.0.2.1", at=NOW)

    sign_anew(registration, 1)

    assert told_of_signing(registration) == {"": 1}
    assert may_write("Anne@exemple.test".lower(), network=None, at=NOW, is_reset=True)


def test_that_a_registration_ended_reaches_a_guardian_by_mail_once_a_day_past_their_count():
    registration = a_minor()
    by = author(registration.candidate)
    sign_anew(registration, 2)

    leaving.withdraw(registration=again(registration), by=by, at=NOW)
    draft = registering.begin_again(registration=again(registration), by=by, at=NOW)
    made = registering.register(
        draft=Draft.objects.whole().get(pk=draft.pk), by=by, at=NOW
    ).registration
    leaving.withdraw(registration=again(made), by=by, at=NOW)

    first, second = Message.objects.filter(kind="minor_withdrawn").order_by("pk")
    assert (first.recipient, second.recipient) == ("anne@exemple.test", "")
    assert Letter.objects.get(message=second).address[0] == "Anne Le Goff"
    assert may_write("anne@exemple.test", network=None, at=NOW, is_reset=True)


def test_that_it_is_made_anew_reaches_them_past_their_count_as_that_it_ended_did():
    registration = a_minor()
    by = author(registration.candidate)
    sign_anew(registration, 2)
    send(registration)
    for _ in range(2):
        leaving.withdraw(registration=again(registration), by=by, at=NOW)
        draft = registering.begin_again(registration=again(registration), by=by, at=NOW)
        whole = Draft.objects.whole().get(pk=draft.pk)
        registration = registering.register(draft=whole, by=by, at=NOW).registration

    first, second = Message.objects.filter(kind="minor_returned").order_by("pk")

    assert (first.recipient, second.recipient) == ("anne@exemple.test", "")
    said = "S'il en faut encore une, elle est à refaire pour celle-ci, et à signer de nouveau."
    assert "La demande que vous, Anne Le Goff, avez signée" in plainly(first)
    assert said in plainly(first)
    assert may_write("anne@exemple.test", network=None, at=NOW, is_reset=True)


def test_what_a_guardian_whose_count_is_spent_must_be_told_goes_home():
    registration = a_minor()
    sign_anew(registration, 2)
    send(registration)

    find_incomplete(registration)
    accommodating.withdraw(case=case_of(registration), by=author(registration.candidate), at=NOW)

    kinds = ("guardian_awaited", "signed_request_withdrawn")
    letters = Letter.objects.filter(message__kind__in=kinds).order_by("message__pk")
    assert [one.message.kind for one in letters] == list(kinds)
    assert {one.address[0] for one in letters} == {"Anne Le Goff"}
    assert not Message.objects.filter(kind__in=kinds).exclude(recipient="").exists()
    awaited = letters[0].message.body.replace("\xa0", " ")
    assert "Ouvrez-la ensemble." in awaited
    assert "Par discrétion, ce courrier n'en dit pas plus." in awaited
    assert "http" not in awaited


def test_a_guardian_gives_an_address_as_they_sign_and_is_written_to_there_from_then_on():
    registration = a_minor_without_the_address_of_a_guardian(OWN)
    with pytest.raises(operations.OwnAddress):
        sign(registration, email="ZOE@exemple.test")

    sign(registration, email="anne@exemple.test")

    letter = Letter.objects.get(message__kind="signed_as_guardian")
    assert letter.address[0] == "Anne Le Goff"
    told = Message.objects.filter(kind="signed_as_guardian").exclude(pk=letter.message_id)
    assert told.get().recipient == "anne@exemple.test"
    assert guardian_address(again(registration)) == "anne@exemple.test"

    write(registration, Wish(READER))
    sign(registration, email="Anne@exemple.test")
    assert Letter.objects.count() == 1

    write(registration)
    sign(registration, email="autre@exemple.test")
    assert Letter.objects.count() == 2


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        ("Zoé Ñuñez-Le Goff", True),
        ("NUNEZ LE GOFF Zoe", True),
        ("Zoé Marie Ñuñez Le Goff", True),
        ("Zoé Martin", True),
        ("Zoé", True),
        ("zoe marie", True),
        ("Marie", False),
        ("Anne Ñuñez-Le Goff", False),
        ("Zoé Le Goff", False),
        ("Zoé Anne Ñuñez-Le Goff", False),
        ("Marie Ñuñez-Le Goff", False),
    ],
)
def test_nobody_signs_for_themselves_but_a_parent_may_bear_the_same_names(name, is_own):
    named = {"birth_name": "Ñuñez-Le Goff", "usage_name": "Martin", "first_names": "Zoé, Marie"}
    registration = a_minor(a_candidate(**MINOR, **named))
    write(registration)
    assert is_named(registration.identity, name) == is_own

    if is_own:
        with pytest.raises(operations.OwnSignature):
            sign(registration, name=name)
    sign(registration, name=name, is_namesake=is_own, is_another=not is_own)

    assert case_of(registration).signature.name == name


def test_a_change_makes_the_signature_fall():
    registration = a_minor()
    write(registration)
    sign(registration)
    write(registration, Wish(READER))

    with pytest.raises(operations.NotSigned):
        send(registration)


def test_what_is_signed_is_what_was_read():
    registration = a_minor()
    before = write(registration).revision
    write(registration, Wish(READER))

    with pytest.raises(operations.Rewritten):
        sign(registration, seen=before)


def test_the_same_said_again_keeps_the_signature():
    registration = a_minor()
    write(registration)
    sign(registration)
    write(registration)
    send(registration)

    assert case_of(registration).state == State.ASKED


@pytest.mark.parametrize(
    ("born", "postcode", "at", "is_one"),
    [
        # Eighteen on the 26th of November 2026, in Paris from 23:00 UTC on the day before.
        (date(2008, 11, 26), "59000", datetime(2026, 11, 25, 22, 59, tzinfo=UTC), True),
        (date(2008, 11, 26), "59000", datetime(2026, 11, 25, 23, tzinfo=UTC), False),
        # At Saint-Denis of La Réunion the day begins at 20:00 UTC.
        (date(2008, 11, 26), "97400", datetime(2026, 11, 25, 19, 59, tzinfo=UTC), True),
        (date(2008, 11, 26), "97400", datetime(2026, 11, 25, 20, tzinfo=UTC), False),
        # Born on a 29th of February: of age on the 1st of March of a year that has none.
        (date(2008, 2, 29), "59000", datetime(2026, 2, 28, 22, 59, tzinfo=UTC), True),
        (date(2008, 2, 29), "59000", datetime(2026, 2, 28, 23, tzinfo=UTC), False),
    ],
)
def test_of_age_on_the_day_by_the_clock_of_the_address(registration, born, postcode, at, is_one):
    registration.postcode = postcode
    identity = registration.identity
    identity.birth_year, identity.birth_month, identity.birth_day = born.year, born.month, born.day

    assert registration.is_minor(at) is is_one


def test_of_a_birth_date_half_known_the_latest_counts(registration):
    registration.identity.birth_year = 2008
    registration.identity.birth_month = registration.identity.birth_day = None

    assert registration.is_minor(datetime(2026, 12, 31, 12, tzinfo=UTC) - timedelta(days=1))
    assert not registration.is_minor(datetime(2026, 12, 31, 12, tzinfo=UTC))


def test_a_request_of_a_registration_that_stands_no_more_is_refused(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    with pytest.raises(operations.NotStanding):
        write(again(registration))


def test_a_closing_that_comes_earlier_takes_back_no_time(registration):
    told = registration.service.closes_at
    service = registration.service
    service.closes_at -= timedelta(days=7)
    service.save(update_fields=["closes_at"])

    assert deadline_of(again(registration)) == told
    service.closes_at += timedelta(days=14)
    service.save(update_fields=["closes_at"])
    assert deadline_of(again(registration)) == told + timedelta(days=7)
