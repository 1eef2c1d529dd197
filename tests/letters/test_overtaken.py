"""A letter that waits and that a later one makes false or needless: one test for each row of docs/states.md."""

import re
from datetime import date, timedelta

import pytest

from sporades.acts.people import joining
from sporades.acts.pieces import granting, reminding, verifying
from sporades.acts.registrations import deciding, leaving, receiving
from sporades.acts.writing import posting
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core import pdf
from sporades.documents.models import DocumentVersion
from sporades.letters import mentions, operations, printing
from sporades.letters.models import Letter, PrintRun
from sporades.letters.rules import DECISION, WITHDRAWAL
from sporades.letters.states import LetterState
from sporades.letters.words import fate_in_words
from sporades.mail.models import Message
from sporades.registrations.states import CLEAR, FLAG, REOPEN, RESTORE, SET_ASIDE, VALIDATE
from sporades.registrations.summary import SUMMARY
from tests.acts.test_claiming import claim, given
from tests.endurance.arena import first
from tests.evidence.given import BAC, IDENTITY, again, piece
from tests.evidence.test_completeness import WITH_BAC
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    load_invented,
    without_exclusion,
)
from tests.jobs import work
from tests.letters.test_printing import LILLE, MANAGER, pages, printed
from tests.mail.test_letters_of_doubles import FOREST
from tests.renamed import rename

open_exam = pytest.mark.usefixtures("invented_exam", "stopped_clock")
LATER = NOW + timedelta(minutes=7)


@pytest.fixture
def registration(invented_exam, stopped_clock):
    """File the registration of somebody whom letters reach; its receipt is printed."""
    filed = a_registration(a_record())
    Letter.objects.all().delete()
    return filed


def waive(registration, *, at=NOW):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=at)


def waive_later(registration):
    waive(registration, at=LATER)


def ask(registration, *, at=NOW):
    verifying.ask_again(row=piece(registration), by=MANAGER, at=at)


def grant_all(registration, *, until=date(2027, 2, 5), at=LATER):
    granting.grant_all(registration=again(registration), until=until, by=MANAGER, at=at)


def receive(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)


def refuse(registration, *, at=NOW):
    verifying.refuse(row=piece(registration), reason="Illisible.", seen=None, by=MANAGER, at=at)


def overturn(registration, *, at=NOW):
    verifying.overturn(row=piece(registration), seen=None, by=MANAGER, at=at)


def refuse_later(registration):
    refuse(registration, at=LATER)


def overturn_later(registration):
    overturn(registration, at=LATER)


def grant(registration, day=10):
    verifying.grant(row=piece(registration), until=date(2027, 2, day), by=MANAGER, at=NOW)


def cut_back(registration):
    grant(registration, day=5)


def decide(decision, *, at=NOW):
    def done(registration):
        reason = "Un motif." if decision in (FLAG, SET_ASIDE) else ""
        deciding.decide(
            registration=again(registration), decision=decision, reason=reason, by=MANAGER, at=at
        )

    return done


def withdraw(registration):
    leaving.withdraw(registration=again(registration), by=OPERATOR, at=NOW)


def remind(registration):
    row = piece(registration)
    assert reminding.remind_pieces(at=row.until - timedelta(hours=3))


def subjects(letters):
    """Return what letters say, the first words of each."""
    found = letters.order_by("pk").values_list("message__subject", flat=True)
    return [re.split(" : |, ", one)[0] for one in found]


def waiting():
    return subjects(Letter.objects.waiting())


WAIVED, ASKED = "Non demandée", "Redemandée"
REFUSED, GOOD = "Non conforme", "Conforme"
TIME, CUT = "Délai accordé", "Délai corrigé"
VALID, REOPENED = "Inscription validée", "Inscription à valider de nouveau"
INCOMPLETE, CLEARED = "Inscription incomplète", "Anomalie levée"
ASIDE, RESTORED = "Inscription écartée", "Inscription rétablie"
LEFT, REMINDED = "Désinscription enregistrée", "Pièces à fournir"


@pytest.mark.parametrize(
    ("acts", "left"),
    [
        # The acts on one piece: the last says it all.
        ((waive, ask), [ASKED]),
        ((waive, ask, waive_later), [WAIVED]),
        ((receive, refuse), [REFUSED]),
        ((receive, refuse, waive), [WAIVED]),
        ((receive, refuse, grant), [TIME]),
        ((grant, cut_back), [CUT]),
        ((waive, ask, grant), [TIME]),
        # What is decided of a registration.
        ((decide(VALIDATE), decide(REOPEN)), [REOPENED]),
        ((decide(VALIDATE), decide(REOPEN), decide(VALIDATE)), [VALID]),
        ((decide(VALIDATE), decide(FLAG)), [INCOMPLETE]),
        ((decide(FLAG), decide(CLEAR)), [CLEARED]),
        ((decide(FLAG), decide(VALIDATE)), [VALID]),
        ((decide(FLAG), decide(SET_ASIDE)), [ASIDE]),
        # What may be contested waits, unless it is taken back.
        ((decide(SET_ASIDE), decide(RESTORE)), [RESTORED]),
        ((decide(SET_ASIDE), decide(RESTORE), decide(SET_ASIDE)), [ASIDE]),
        ((decide(VALIDATE), decide(SET_ASIDE), decide(RESTORE)), [RESTORED]),
        ((decide(SET_ASIDE), decide(RESTORE), decide(VALIDATE)), [RESTORED, VALID]),
        ((decide(SET_ASIDE), decide(RESTORE), withdraw), [RESTORED, LEFT]),
        # Who has left owes nothing.
        ((waive, ask, withdraw), [LEFT]),
        ((remind, withdraw), [LEFT]),
        ((remind, decide(SET_ASIDE)), [ASIDE]),
        ((remind, decide(SET_ASIDE), decide(RESTORE)), [RESTORED]),
        ((decide(FLAG), withdraw), [LEFT]),
        # A validation may be undone: what is asked of a piece is said all the same.
        ((waive, ask, decide(VALIDATE)), [ASKED, VALID]),
        ((remind, waive), [REMINDED, WAIVED]),
        ((decide(FLAG), waive), [INCOMPLETE, WAIVED]),
    ],
)
def test_what_is_false_or_needless_is_printed_no_more(registration, acts, left):
    for act in acts:
        act(registration)

    assert waiting() == left
    kept = Letter.objects.filter(state=LetterState.OVERTAKEN)
    told = [letter for letter in Letter.objects.all() if letter not in Letter.objects.waiting()]
    assert sorted(kept, key=str) == sorted(told, key=str)


def test_a_refusal_taken_back_before_its_letter_is_printed_is_told_by_none(registration):
    receive(registration)
    refuse_later(registration)

    assert "il ne part pas" in verifying.overturned_in_words(piece(registration), registration)
    overturn_later(registration)

    assert waiting() == []
    assert fate_in_words(Letter.objects.get()).replace("\u00a0", " ") == (
        "Non imprimé : le service est revenu sur le refus de cette pièce, mercredi 25 novembre 2026 "
        "à 10 h 37 (heure de Paris)"
    )


def correct_reason(registration):
    said = {"reason": "Périmée.", "seen": None, "by": MANAGER, "at": LATER + timedelta(minutes=1)}
    verifying.correct_refusal(row=piece(registration), **said)


def test_a_reason_corrected_before_its_letter_is_printed_is_the_only_one_that_is_read(registration):
    receive(registration)
    refuse_later(registration)

    correct_reason(registration)

    letter = Letter.objects.waiting().get()
    assert letter.message.subject.startswith("Non conforme : ")
    assert "Motif : Périmée." in letter.message.body
    assert "qui vous avait été donné" not in letter.message.body


def test_the_title_of_a_letter_is_the_whole_name_of_a_piece(registration):
    named = "Certificats de travail ou attestations des employeurs successifs"
    registration.evidence.filter(code=IDENTITY).update(label=named)

    waive(registration)

    assert Message.objects.get(kind="piece_waived").subject == (
        f"Non demandée : {named}, n°{registration.number}"
    )


def print_it(registration):
    printed(at=LATER)


def begin_to_print(registration):
    posting.print_now(LILLE, by=MANAGER, at=LATER)


@pytest.mark.parametrize(
    "acts",
    [
        (print_it,),
        (begin_to_print,),
        # What lacks, a refused piece too, was said in another letter.
        (remind,),
        # An earlier refusal was read, and what took it back was not.
        (print_it, overturn_later, refuse_later),
    ],
)
def test_one_of_which_something_was_read_is_told_to_be_over(registration, acts):
    receive(registration)
    refuse_later(registration)
    for act in acts:
        act(registration)

    assert "un courrier au candidat" in verifying.overturned_in_words(
        piece(registration), registration
    )
    overturn(registration, at=LATER)

    assert GOOD in waiting()


@open_exam
def test_what_is_asked_of_another_piece_is_printed():
    registration = a_registration(a_record(), **WITH_BAC)
    Letter.objects.all().delete()
    for code in (IDENTITY, BAC):
        verifying.waive(row=piece(registration, code), reason="Vue.", by=MANAGER, at=NOW)

    assert waiting() == [WAIVED, WAIVED]


def test_of_another_registration_of_the_same_person_nothing_is_overtaken(registration):
    without_exclusion()
    other = a_registration(registration.candidate, speciality="FOREST", epreuves=FOREST)
    Letter.objects.all().delete()

    for one in (registration, other):
        decide(FLAG)(one)

    assert waiting() == [INCOMPLETE, INCOMPLETE]


def test_time_that_is_given_says_again_why_a_piece_is_refused(registration):
    receive(registration)
    refuse(registration)

    grant(registration)

    said = Message.objects.get(kind="piece_given_time").body
    assert "Celle que vous avez fournie n'est pas conforme. Motif : Illisible." in said


def test_what_is_overtaken_says_by_what_is_in_no_queue_and_in_no_run(registration, kept):
    waive(registration)
    ask(registration, at=LATER)

    letter = Letter.objects.get(message__kind="piece_waived")
    assert fate_in_words(letter).replace("\u00a0", " ") == (
        "Remplacé, avant l'impression, par un courrier du mercredi 25 novembre 2026 à 10 h 37 "
        "(heure de Paris)"
    )
    [run] = printed()
    assert subjects(run.letters) == [ASKED]
    assert not any("plus à fournir" in text for text in pages(run))
    assert Message.objects.filter(kind="piece_waived").exists()


def test_a_letter_that_is_printed_or_in_a_run_is_overtaken_no_more(registration, kept):
    waive(registration)
    posting.print_now(LILLE, by=MANAGER, at=NOW)

    ask(registration)

    assert subjects(PrintRun.objects.get().letters) == [WAIVED]
    work("letters")
    letter = Letter.objects.get(message__kind="piece_waived")
    assert letter.state == LetterState.PRINTED
    assert waiting() == [ASKED]
    # Who posts the run reads that it is false.
    assert list(mentions.since_printed(PrintRun.objects.get())) == [letter.pk]


def test_what_began_before_a_run_and_is_written_after_it_makes_its_letters_false(
    registration, kept
):
    waive(registration)
    printing.begin(printing.sender_of(Letter.objects.get()), by=MANAGER, at=LATER)

    # A batch, of which each line has the instant of its job.
    ask(registration, at=LATER - timedelta(seconds=5))

    work("letters")
    [letter] = PrintRun.objects.get().letters.all()
    assert list(mentions.since_printed(PrintRun.objects.get())) == [letter.pk]


@open_exam
def test_time_for_all_makes_needless_what_asked_for_some_of_it_and_is_printed_no_more(kept):
    registration = a_registration(a_record(), **WITH_BAC)
    Letter.objects.all().delete()
    waive(registration)
    ask(registration)
    verifying.waive(row=piece(registration, BAC), reason="Vue.", by=MANAGER, at=NOW)
    [run] = printed()
    asked = Letter.objects.get(message__kind="piece_asked_again")

    grant_all(registration)

    assert list(mentions.since_printed(run)) == [asked.pk]


def test_it_makes_needless_what_encloses_the_summary_where_it_encloses_it_too(registration, kept):
    grant_all(registration)
    [run] = printed(at=LATER)

    grant_all(registration, until=date(2027, 2, 12), at=LATER + timedelta(minutes=7))

    [letter] = run.letters.all()
    assert letter.enclosed is not None
    assert list(mentions.since_printed(run)) == [letter.pk]


def test_one_that_leaves_its_run_unprinted_does_not_wait_where_it_is_overtaken(
    registration, kept, monkeypatch
):
    waive(registration)
    decide(FLAG)(registration)
    posting.print_now(LILLE, by=MANAGER, at=NOW)
    ask(registration)

    def fails(*_args, **_options):
        raise pdf.CannotPrint

    monkeypatch.setattr(printing.pdf, "typeset", fails)
    work("letters")

    assert waiting() == [INCOMPLETE, ASKED]
    assert Letter.objects.get(message__kind="piece_waived").state == LetterState.OVERTAKEN


def test_one_that_leaves_its_run_waits_where_another_registration_is_told_otherwise(
    registration, kept, monkeypatch
):
    without_exclusion()
    other = a_registration(registration.candidate, speciality="FOREST", epreuves=FOREST)
    Letter.objects.all().delete()
    decide(FLAG)(registration)
    posting.print_now(LILLE, by=MANAGER, at=NOW)
    decide(FLAG)(other)

    def fails(*_args, **_options):
        raise pdf.CannotPrint

    monkeypatch.setattr(printing.pdf, "typeset", fails)
    work("letters")

    assert waiting() == [INCOMPLETE, INCOMPLETE]


def test_a_letter_that_goes_with_a_document_waits(registration):
    waive(registration)
    summary = DocumentVersion.objects.first()
    Letter.objects.update(enclosed=summary)

    ask(registration)

    assert waiting() == [WAIVED, ASKED]


def test_another_document_goes_whatever_has_become_of_its_registration(registration):
    waive(registration)
    asks = DocumentVersion.objects.exclude(document__kind=SUMMARY.slug).first()
    Letter.objects.update(enclosed=asks)

    withdraw(registration)

    assert waiting() == [WAIVED, LEFT]


def correct(registration):
    rename(registration)
    Letter.objects.all().delete()


def take_summary_back(registration):
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW
    )
    correct(registration)
    receiving.take_summary_back(
        registration=again(registration), noted=NOW.date().isoformat(), by=MANAGER, at=NOW
    )


VALIDATED_THEN_CORRECTED = (decide(VALIDATE), correct)
TAKEN_BACK = "Récapitulatif signé de nouveau attendu"


@pytest.mark.parametrize(
    ("acts", "left"),
    [
        ((*VALIDATED_THEN_CORRECTED, decide(REOPEN), decide(VALIDATE)), [VALID]),
        ((*VALIDATED_THEN_CORRECTED, decide(FLAG), decide(SET_ASIDE)), [ASIDE]),
        ((*VALIDATED_THEN_CORRECTED, decide(REOPEN), withdraw), [LEFT]),
        ((take_summary_back, decide(SET_ASIDE)), [ASIDE]),
        ((take_summary_back, withdraw), [LEFT]),
        # It is asked for still, or may be again.
        ((*VALIDATED_THEN_CORRECTED, decide(FLAG), decide(CLEAR)), [INCOMPLETE, CLEARED]),
        ((take_summary_back, decide(VALIDATE)), [TAKEN_BACK, VALID]),
    ],
)
def test_a_summary_to_sign_goes_no_more_once_it_is_asked_for_no_more(registration, acts, left):
    for act in acts:
        act(registration)

    assert waiting() == left
    assert DocumentVersion.objects.filter(document__kind="recapitulatif").count() == 3


@pytest.mark.parametrize("back", [(REOPEN,), (FLAG,), (SET_ASIDE, RESTORE)])
def test_asked_for_again_it_goes_with_what_asks(registration, back):
    for decision in (VALIDATE, None, REOPEN, VALIDATE, *back):
        (correct if decision is None else decide(decision))(registration)

    [letter] = Letter.objects.waiting()
    assert letter.enclosed.number == 3
    assert "Il est joint à ce courrier" in letter.message.body


def test_what_a_service_writes_is_never_overtaken(registration):
    said = {"registration": registration, "subject": "Objet", "text": "Un texte.", "contact": {}}
    for kind, key in (("message_of_service", "a"), ("message_answered", "b")):
        operations.tell(
            registration.candidate,
            kind,
            service=registration.service,
            at=NOW,
            key=key,
            about=registration,
            **said,
        )
    before = waiting()

    decide(VALIDATE)(registration)
    withdraw(registration)

    assert waiting() == [*before, LEFT]


def test_a_letter_sent_again_overtakes_nothing(registration):
    waive(registration)
    old = Message.objects.get(kind="piece_waived")
    Letter.objects.update(state=LetterState.OVERTAKEN, overtaken_at=NOW)
    ask(registration)

    operations.tell_again(
        old,
        candidate=registration.candidate,
        service=registration.service,
        preface="De nouveau.",
        at=LATER,
    )

    assert waiting() == [ASKED, WAIVED]


def take_account(registration):
    joining.activate(claim(given(registration.candidate)).pk, at=NOW)


def read_mails(registration):
    reached = {"channel": "mail", "email": "fiche@exemple.test"}
    candidates.reach_at(again(registration).candidate, reached=reached)


def merged_into_an_account(registration):
    """Have its candidate be who had an account already, whose record another's has completed."""
    take_account(registration)
    Candidate.objects.filter(pk=registration.candidate_id).update(academy=None)


@pytest.mark.parametrize("reach", [take_account, read_mails, merged_into_an_account])
@pytest.mark.parametrize(
    ("acts", "later", "left"),
    [
        ((decide(SET_ASIDE),), decide(RESTORE, at=LATER), []),
        ((decide(FLAG),), decide(CLEAR, at=LATER), []),
        ((receive, refuse), overturn_later, []),
        ((remind,), withdraw, []),
        ((remind,), waive_later, [REMINDED]),
    ],
)
def test_a_letter_is_printed_no_more_once_a_mail_says_otherwise(
    registration, reach, acts, later, left
):
    for act in acts:
        act(registration)
    reach(registration)
    Letter.objects.filter(has_own_envelope=True).delete()

    later(registration)

    assert waiting() == left
    for letter in Letter.objects.exclude(pk__in=Letter.objects.waiting()):
        assert fate_in_words(letter).startswith("Non imprimé : un mail le remplace, ")


def test_one_that_leaves_its_run_unprinted_does_not_wait_where_a_mail_has_overtaken_it(
    registration, kept, monkeypatch
):
    decide(SET_ASIDE)(registration)
    read_mails(registration)
    posting.print_now(LILLE, by=MANAGER, at=NOW)
    decide(RESTORE, at=LATER)(registration)
    assert Letter.objects.exclude(run=None).exists()

    def fails(*_args, **_options):
        raise pdf.CannotPrint

    monkeypatch.setattr(printing.pdf, "typeset", fails)
    work("letters")

    assert Letter.objects.get().state == LetterState.OVERTAKEN


@open_exam
def test_a_mail_has_its_matter_and_overtakes_no_other():
    filed = a_registration(a_candidate())

    decide(VALIDATE)(filed)
    withdraw(filed)

    told = Message.objects.exclude(matter="").order_by("pk")
    assert [one.matter for one in told] == [DECISION, WITHDRAWAL]
    assert {one.state for one in told} == {Message.State.WAITING}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_told_first", [True, False])
def test_a_run_begun_at_the_same_instant_has_it_or_has_it_not(
    territory, stopped_clock, kept, is_told_first
):
    load_invented()
    filed = a_registration(a_record())
    Letter.objects.all().delete()
    waive(filed)

    def tell(holds):
        ask(filed)
        holds()

    def take(holds):
        posting.print_now(LILLE, by=MANAGER, at=NOW)
        holds()

    def print_now():
        return posting.print_now(LILLE, by=MANAGER, at=NOW)

    outcomes = first(tell, print_now) if is_told_first else first(take, lambda: ask(filed))

    assert not [one for one in outcomes if isinstance(one, Exception)]
    letter = Letter.objects.get(message__kind="piece_waived")
    assert (letter.state, letter.run is None) == (
        (LetterState.OVERTAKEN, True) if is_told_first else (LetterState.TO_PRINT, False)
    )
    assert waiting() == [ASKED]
