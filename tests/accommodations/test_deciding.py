"""The doctor's opinion, the authority's decision, what is then in force (H2, H4, L-03)."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from sporades.accommodations import operations
from sporades.accommodations.granted import NOTHING, InForce, granted
from sporades.accommodations.models import AskedMeasure, Case, Signature
from sporades.accommodations.operations import Author, DecisionOn, OpinionOn
from sporades.accommodations.queries import proposals
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts import accommodating
from sporades.core.refusals import ReasonMissing, Refused
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    MANAGER,
    READER,
    RECTOR,
    THIRD,
    a_doctor,
    as_doctor,
    case_of,
    decide,
    entrust,
    find_incomplete,
    opine,
    reach,
    send,
    write,
)
from tests.factories import NOW, a_record, a_registration

LATER = NOW + timedelta(days=6)
REFUSED = DecisionOn(Decision.REFUSED, reason="L'épreuve ne le permet pas.")


def test_what_is_missing_is_said_in_the_space_and_never_in_the_mail(registration):
    reach(registration, State.INCOMPLETE)

    assert case_of(registration).missing == "Le papier est illisible."
    mail = Message.objects.get(kind="something_awaits")
    for word in ("illisible", "aménagement", "handicap", "santé"):
        assert word not in mail.subject + mail.body
    assert "illisible" not in str(Entry.objects.get(verb="accommodation found incomplete").payload)


def test_what_is_missing_is_said(registration):
    reach(registration, State.ASKED)

    with pytest.raises(ReasonMissing):
        accommodating.declare_incomplete(case=case_of(registration), missing="", by=MANAGER, at=NOW)


def test_what_was_incomplete_goes_on_from_the_start(registration):
    reach(registration, State.WITH_DOCTOR)
    find_incomplete(registration)

    case = case_of(registration)
    assert (case.doctor, case.entrusted_at) == (None, None)
    send(registration)
    assert case_of(registration).missing == ""


def test_the_doctor_in_charge_alone_opines(registration):
    case = reach(registration, State.WITH_DOCTOR)
    other = as_doctor(a_doctor("autre@exemple.test"))
    opinions = {one.code: OpinionOn(Opinion.FAVOURABLE) for one in case.measures.all()}

    with pytest.raises(accommodating.NotInCharge):
        accommodating.opine(
            case=case, opinions=opinions, text="", seen=case.revision, by=other, at=NOW
        )

    assert case_of(registration).state == State.WITH_DOCTOR


def test_every_measure_has_its_opinion(registration):
    case = reach(registration, State.WITH_DOCTOR)

    with pytest.raises(operations.OpinionMissing):
        accommodating.opine(
            case=case,
            opinions={THIRD: OpinionOn(Opinion.FAVOURABLE)},
            text="",
            seen=case.revision,
            by=as_doctor(case.doctor),
            at=NOW,
        )

    assert case_of(registration).state == State.WITH_DOCTOR


def test_the_doctor_may_propose_another_measure_that_is_known(registration):
    reach(registration, State.WITH_DOCTOR)
    with pytest.raises(operations.UnknownMeasure):
        opine(registration, TIERS=OpinionOn(Opinion.OTHER, "INVENTEE"))

    opine(registration, TIERS=OpinionOn(Opinion.OTHER, READER))

    measure = case_of(registration).measures.get(code=THIRD)
    assert (measure.opinion_code, measure.opinion_label) == (READER, "Secrétaire lecteur")


@pytest.mark.parametrize(
    "state", [State.PREPARING, State.ASKED, State.INCOMPLETE, State.WITH_DOCTOR]
)
def test_nothing_is_decided_without_an_opinion(registration, state):
    reach(registration, state)

    with pytest.raises(Refused):
        decide(registration)

    assert case_of(registration).state == state


def test_a_decision_says_who_takes_it(registration):
    reach(registration, State.OPINION_GIVEN)
    decide(registration)

    case = case_of(registration)
    assert (
        case.decided_first_name,
        case.decided_last_name,
        case.decided_quality,
        case.decided_service,
        case.decided_at,
    ) == (RECTOR.first_name, RECTOR.last_name, RECTOR.quality, RECTOR.service, NOW)
    entry = Entry.objects.get(verb="accommodation decided")
    assert entry.payload["after"]["measures"] == {THIRD: "granted", ACCESS: "granted"}


@pytest.mark.parametrize("lacking", ["first_name", "last_name", "quality", "service"])
def test_a_decision_without_a_part_of_its_author_is_refused(registration, lacking):
    reach(registration, State.OPINION_GIVEN)
    said = {
        "first_name": "Claude",
        "last_name": "Martin",
        "quality": "cheffe",
        "service": "Rectorat",
        lacking: "",
    }

    with pytest.raises(operations.AuthorMissing):
        decide(registration, author=Author(**said))


def test_every_measure_is_decided_of(registration):
    case = reach(registration, State.OPINION_GIVEN)

    with pytest.raises(operations.DecisionMissing):
        accommodating.decide(
            case=case,
            decisions={THIRD: DecisionOn(Decision.GRANTED)},
            author=RECTOR,
            seen=case.revision,
            by=MANAGER,
            at=NOW,
        )

    assert case_of(registration).state == State.OPINION_GIVEN


@pytest.mark.parametrize(
    ("opinion", "decision"),
    [
        (Opinion.FAVOURABLE, DecisionOn(Decision.REFUSED)),
        (Opinion.FAVOURABLE, DecisionOn(Decision.OTHER, READER)),
        (Opinion.UNFAVOURABLE, DecisionOn(Decision.GRANTED)),
    ],
)
def test_what_is_not_what_was_asked_and_favoured_says_why(registration, opinion, decision):
    reach(registration, State.WITH_DOCTOR)
    opine(registration, TIERS=OpinionOn(opinion))

    with pytest.raises(ReasonMissing):
        decide(registration, TIERS=decision)


def opined(registration, **opinions):
    reach(registration, State.WITH_DOCTOR)
    opine(registration, **opinions)
    return case_of(registration)


def test_the_proposed_reason_quotes_what_the_doctor_writes_for_the_authority(registration):
    case = opined(registration, TIERS=OpinionOn(Opinion.UNFAVOURABLE))

    assert operations.as_advised(case)[THIRD].reason == (
        "Le médecin désigné a donné un avis défavorable à cette mesure. "
        "Il écrit : Les mesures conviennent."
    )


@pytest.mark.parametrize(
    "decision", [DecisionOn(Decision.GRANTED), DecisionOn(Decision.OTHER, READER)]
)
def test_the_reason_of_the_opinion_goes_with_no_other_decision(registration, decision):
    case = opined(registration, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    proposed = operations.as_advised(case)[THIRD].reason.upper()

    with pytest.raises(operations.ReasonOfAnother):
        decide(registration, TIERS=replace(decision, reason=proposed))

    assert case_of(registration).state == State.OPINION_GIVEN
    decide(registration, TIERS=replace(decision, reason="La famille a produit un autre avis."))


def corrected(registration, *, seen=None, at=LATER, **decisions):
    case = case_of(registration)
    every = {one.code: DecisionOn(Decision.GRANTED) for one in case.measures.all()}
    accommodating.correct(
        case=case,
        decisions={**every, **decisions},
        author=RECTOR,
        seen=seen or case.decided_at,
        by=MANAGER,
        at=at,
    )


def test_a_decision_is_corrected_until_it_is_notified(registration):
    reach(registration, State.OPINION_GIVEN)
    decide(registration, TIERS=REFUSED)
    assert [one.code for one in granted(registration, "E1").measures] == [ACCESS]

    corrected(registration)

    case = case_of(registration)
    assert (case.state, case.decided_at) == (State.DECIDED, LATER)
    assert [(one.decision, one.reason) for one in case.measures.all()] == [("granted", "")] * 2
    assert [one.code for one in granted(registration, "E1").measures] == [THIRD, ACCESS]
    entry = Entry.objects.get(verb="accommodation corrected")
    assert entry.payload["after"]["measures"] == {THIRD: "granted", ACCESS: "granted"}


def test_a_notified_decision_is_not_corrected(registration):
    reach(registration, State.NOTIFIED)

    with pytest.raises(Refused, match="n'est plus possible"):
        corrected(registration)


def test_what_was_corrected_meanwhile_is_neither_corrected_nor_notified_unread(registration):
    reach(registration, State.DECIDED)
    read = case_of(registration).decided_at
    corrected(registration, TIERS=REFUSED)

    with pytest.raises(operations.Rewritten):
        corrected(registration, seen=read)
    with pytest.raises(operations.Rewritten):
        accommodating.notify(case=case_of(registration), seen=read, by=MANAGER, at=LATER)

    assert case_of(registration).state == State.DECIDED


def test_the_reason_of_a_decision_goes_with_no_other_one_once_it_is_corrected(registration):
    reach(registration, State.OPINION_GIVEN)
    decide(registration, TIERS=REFUSED)

    with pytest.raises(operations.ReasonOfAnother):
        corrected(registration, TIERS=DecisionOn(Decision.OTHER, READER, REFUSED.reason))

    corrected(registration, TIERS=REFUSED)


def test_a_notified_decision_is_told_by_a_mail_that_does_not_say_what(registration):
    reach(registration, State.NOTIFIED)

    mail = Message.objects.get(kind="something_awaits")
    for word in ("aménagement", "handicap", "santé", "accordée", "Temps"):
        assert word not in mail.subject + mail.body


# --- The database -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "changes"),
    [
        (State.DECIDED, {"decided_last_name": ""}),
        (State.DECIDED, {"decided_quality": ""}),
        (State.DECIDED, {"decided_service": ""}),
        (State.DECIDED, {"decided_first_name": ""}),
        (State.DECIDED, {"decided_at": None}),
        (State.DECIDED, {"opined_at": None}),
        (State.OPINION_GIVEN, {"state": State.DECIDED}),
        (State.OPINION_GIVEN, {"opined_at": None}),
        (State.WITH_DOCTOR, {"doctor": None}),
        (State.WITH_DOCTOR, {"state": State.INCOMPLETE}),
        (State.ASKED, {"asked_at": None}),
        (State.ASKED, {"state": State.WITHDRAWN}),
        (State.DECIDED, {"state": State.NOTIFIED}),
    ],
)
def test_the_database_refuses_a_state_without_what_it_carries(registration, state, changes):
    case = reach(registration, state)

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": "refused", "decided_code": "", "decided_label": "", "reason": ""},
        {"decision": "granted", "decided_code": "", "decided_label": ""},
        {"decision": "granted", "decided_code": "TIERS", "decided_label": "x", "opinion": ""},
        {"opinion": "other", "opinion_code": ""},
    ],
)
def test_the_database_refuses_half_a_measure(registration, changes):
    case = reach(registration, State.OPINION_GIVEN)

    with pytest.raises(IntegrityError), transaction.atomic():
        AskedMeasure.objects.filter(case=case, code=THIRD).update(**changes)


def test_the_database_keeps_one_open_request(registration):
    case = reach(registration, State.ASKED)

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.create(registration=case.registration, begun_at=NOW)


def test_the_database_keeps_what_was_notified_and_signed(registration):
    case = reach(registration, State.DECIDED)
    signed = Signature.objects.create(
        case=case, revision=9, name="A", quality="mère", statement="x", signed_at=NOW
    )

    AskedMeasure.objects.filter(case=case, code=THIRD).update(reason="corrigé")
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)
    with pytest.raises(Exception, match=r"[Cc]annot update"), transaction.atomic():
        AskedMeasure.objects.filter(case=case, code=THIRD).update(reason="autre")
    with pytest.raises(Exception, match=r"[Cc]annot update"), transaction.atomic():
        Signature.objects.filter(pk=signed.pk).update(name="B")


# --- In force ---------------------------------------------------------------------------------


def test_nothing_is_in_force_before_it_is_decided(registration):
    reach(registration, State.OPINION_GIVEN)

    assert granted(registration, "E1") == NOTHING


def test_what_is_granted_is_in_force_for_its_epreuves(registration):
    reach(registration, State.DECIDED)

    access = InForce(ACCESS, "Locaux accessibles")
    third = InForce(THIRD, "Temps majoré d'un tiers")
    assert granted(registration, "E1").measures == (third, access)
    assert granted(registration, "E1").time == Fraction(1, 3)
    assert granted(registration, "E3").measures == (access,)
    assert granted(registration, "E3").time == 0


def test_an_epreuve_that_is_not_sat_has_nothing_in_force(registration):
    reach(registration, State.DECIDED)

    assert granted(registration, "M2") == NOTHING


def test_what_is_refused_is_not_in_force_and_another_measure_is(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD, ("E1",)), Wish(READER))
    opine(registration, TIERS=OpinionOn(Opinion.OTHER, HALF))
    decide(
        registration,
        TIERS=DecisionOn(Decision.OTHER, HALF, "L'avis du médecin est suivi."),
        LECTEUR=REFUSED,
    )

    found = granted(registration, "E1")
    assert [one.code for one in found.measures] == [HALF]
    assert found.time == Fraction(1, 2)


def test_times_are_not_added_up(registration):
    reach(registration, State.DECIDED, Wish(THIRD), Wish(HALF))

    assert granted(registration, "E1").time == Fraction(1, 2)


def test_of_two_decisions_on_a_measure_the_last_counts(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER))
    write(registration, Wish(THIRD))
    send(registration)
    entrust(registration)
    opine(registration)
    decide(registration, TIERS=REFUSED)

    assert [one.code for one in granted(registration, "E1").measures] == [READER]


def test_a_registration_that_stands_no_more_has_nothing_in_force(registration):
    reach(registration, State.DECIDED)
    Registration.objects.filter(pk=registration.pk).update(state="set_aside", reason="Doublon.")
    registration.refresh_from_db()

    assert granted(registration, "E1") == NOTHING


def test_what_was_granted_in_another_session_is_proposed_again(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E1",)), Wish(READER))
    later = Registration.objects.whole().get(pk=registration.pk)
    later.pk = -1  # another registration of the same candidate, of another session

    assert [(one.code, one.papers, one.session) for one in proposals(later)] == [
        (THIRD, ("E1",), "session 2027"),
        (READER, (), "session 2027"),
    ]
    assert proposals(registration) == []


def test_who_is_reached_by_letter_is_told_to_ask_their_service():
    registration = a_registration(a_record())
    reach(registration, State.INCOMPLETE)

    for kind in ("request_received", "something_awaits"):
        said = Message.objects.get(kind=kind).body
        assert "espace" not in said
        assert "aménagement" not in said
        assert "Bureau des essais de Lille" in said
