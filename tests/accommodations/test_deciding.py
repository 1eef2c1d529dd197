"""The doctor's opinion, the authority's decision, what is then in force (H2, H4, L-03)."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import IntegrityError, transaction

from sporades.accommodations import operations
from sporades.accommodations.granted import NOTHING, InForce, granted, granted_to
from sporades.accommodations.models import AskedMeasure, Case, Signature
from sporades.accommodations.operations import Author, DecisionOn, OpinionOn
from sporades.accommodations.queries import proposals
from sporades.accommodations.rules import Wish, sat_for
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts import accommodating
from sporades.acts.consulting import open_document
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
    SAID,
    THIRD,
    a_doctor,
    again,
    as_doctor,
    case_of,
    decide,
    find_incomplete,
    follow,
    opine,
    reach,
    send,
    taken_again,
)
from tests.factories import NOW, a_record, a_registration, author

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


def test_what_the_doctor_says_of_all_the_measures_is_the_reason_of_none(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD), Wish(READER), Wish(ACCESS))
    opine(
        registration,
        says="",
        TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="L'épreuve  est courte."),
        LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=("E1",)),
        ACCESSIBLE=OpinionOn(Opinion.OTHER, HALF),
    )

    advised = operations.as_advised(case_of(registration))

    assert {code: one.reason for code, one in advised.items()} == {
        THIRD: "Le médecin désigné a donné un avis défavorable à cette mesure. "
        "Il écrit : L'épreuve est courte.",
        READER: "",
        ACCESS: "",
    }
    with pytest.raises(ReasonMissing):
        accommodating.decide(
            case=(case := case_of(registration)),
            decisions=advised,
            author=RECTOR,
            seen=case.revision,
            by=MANAGER,
            at=NOW,
        )
    with pytest.raises(operations.ReasonToWrite, match="« Secrétaire lecteur » et « Locaux"):
        accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW)
    assert case_of(registration).state == State.OPINION_GIVEN


@pytest.mark.parametrize(
    "reason",
    ["Une autre aide suffit.", "Le médecin désigné a donné un avis défavorable à cette mesure."],
)
def test_where_the_doctor_says_nothing_the_authority_writes_why(registration, reason):
    reach(registration, State.WITH_DOCTOR)
    opine(registration, says="", TIERS=OpinionOn(Opinion.UNFAVOURABLE))

    decide(registration, TIERS=DecisionOn(Decision.REFUSED, reason=reason))

    assert case_of(registration).measures.get(code=THIRD).reason == reason


def test_what_was_said_of_a_measure_goes_with_its_opinion_where_that_is_kept(registration):
    reach(registration, State.WITH_DOCTOR)
    opine(registration, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    decide(registration, TIERS=REFUSED)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    made = taken_again(case_of(registration), has_opinion=True, at=NOW)

    assert made.measures.get(code=THIRD).opinion_text == SAID


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

    for reason in (proposed, proposed.partition(" IL ÉCRIT")[0]):
        with pytest.raises(operations.ReasonOfAnother):
            decide(registration, TIERS=replace(decision, reason=reason))

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
        {
            **dict.fromkeys(("opinion", "decision", "decided_code", "decided_label"), ""),
            "opinion_text": "Un motif sans avis.",
        },
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


def test_a_decision_replaces_the_one_before_it_whole(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER), Wish(ACCESS))
    reach(registration, State.OPINION_GIVEN, Wish(THIRD), Wish(ACCESS))
    meanwhile = [one.code for one in granted(registration, "E1").measures]

    decide(registration, TIERS=REFUSED)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    assert meanwhile == [THIRD, READER, ACCESS]
    assert [one.code for one in granted(registration, "E1").measures] == [ACCESS]


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


# --- For some épreuves only ---------------------------------------------------------------------
def asked_for_some(registration, *wishes, **opinions):
    """Bring a request for a reader, and for the whole exam, to its opinion."""
    reach(registration, State.WITH_DOCTOR, *(wishes or (Wish(READER), Wish(ACCESS))))
    opine(registration, **opinions)
    return case_of(registration)


def test_a_measure_is_favoured_then_granted_for_some_epreuves_only(registration):
    first, *rest = of_reader(registration)
    case = asked_for_some(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=(first,)))
    advised = operations.as_advised(case)[READER]
    assert (advised.decision, advised.papers) == (Decision.GRANTED, (first,))
    assert advised.reason == (
        "Le médecin désigné a donné un avis favorable pour une partie des épreuves. "
        "Il écrit : Les mesures conviennent."
    )

    follow(registration)

    measure = case_of(registration).measures.get(code=READER)
    assert (measure.decided_papers, measure.decision_in_words) == ([first], "Accordée en partie")
    assert [one.code for one in granted(registration, first).measures] == [READER, ACCESS]
    for other in rest:
        assert [one.code for one in granted(registration, other).measures] == [ACCESS]
    assert granted_to([again(registration)])[registration.pk][first] == granted(registration, first)


def of_reader(registration):
    """Return the épreuves that are sat for which a reader may be asked: two at least."""
    found = [paper.code for paper in sat_for(again(registration), None) if READER in paper.measures]
    assert len(found) > 1
    return found


def test_another_measure_may_be_for_some_epreuves_only(registration):
    first, second, *_ = of_reader(registration)
    other = OpinionOn(Opinion.OTHER, THIRD, (first,))
    asked_for_some(registration, Wish(READER), LECTEUR=other)

    follow(registration)

    assert granted(registration, first).time == Fraction(1, 3)
    assert granted(registration, second) == NOTHING


def test_all_that_is_asked_for_is_no_part_of_it(registration):
    every = tuple(of_reader(registration))
    case = asked_for_some(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=every))

    assert case.measures.get(code=READER).opinion_papers == []
    decide(registration, LECTEUR=DecisionOn(Decision.GRANTED, papers=every))
    assert case_of(registration).measures.get(code=READER).decided_papers == []


@pytest.mark.parametrize(
    "opinion",
    [
        OpinionOn(Opinion.FAVOURABLE, papers=("E9",)),
        OpinionOn(Opinion.UNFAVOURABLE, papers=("E1",)),
    ],
)
def test_an_opinion_names_epreuves_that_are_asked_for_and_favoured(registration, opinion):
    reach(registration, State.WITH_DOCTOR, Wish(READER))

    with pytest.raises(operations.PapersUnknown):
        opine(registration, LECTEUR=opinion)


def test_a_measure_of_the_whole_exam_is_granted_or_not_as_a_whole(registration):
    reach(registration, State.WITH_DOCTOR)

    with pytest.raises(operations.PapersUnknown):
        opine(registration, ACCESSIBLE=OpinionOn(Opinion.FAVOURABLE, papers=("E1",)))


@pytest.mark.parametrize(
    "decision",
    [
        DecisionOn(Decision.GRANTED, reason="Motif.", papers=("E9",)),
        DecisionOn(Decision.REFUSED, reason="Motif.", papers=("E1",)),
    ],
)
def test_a_decision_names_epreuves_that_are_asked_for_and_granted(registration, decision):
    asked_for_some(registration)

    with pytest.raises(operations.PapersUnknown):
        decide(registration, LECTEUR=decision)


def test_a_decision_for_other_epreuves_than_the_opinion_says_why(registration):
    first, second, *_ = of_reader(registration)
    case = asked_for_some(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=(first,)))
    proposed = operations.as_advised(case)[READER].reason

    with pytest.raises(ReasonMissing):
        decide(registration, LECTEUR=DecisionOn(Decision.GRANTED))
    for papers in ((), (second,)):
        with pytest.raises(operations.ReasonOfAnother):
            decide(registration, LECTEUR=DecisionOn(Decision.GRANTED, "", proposed, papers))

    decide(registration, LECTEUR=DecisionOn(Decision.GRANTED, "", "L'oral est long.", (second,)))
    assert case_of(registration).measures.get(code=READER).decided_papers == [second]


def test_an_opinion_on_an_epreuve_that_is_left_is_not_one_on_all_of_them(registration):
    first, *_ = of_reader(registration)
    asked_for_some(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=(first,)))
    registration.papers.filter(paper__code=first).update(status="waived")

    follow(registration)

    measure = case_of(registration).measures.get(code=READER)
    assert measure.decided_papers == [first]
    for paper in of_reader(registration):
        assert [one.code for one in granted(registration, paper).measures] == [ACCESS]


def test_what_was_granted_for_some_epreuves_is_proposed_again_for_them_alone(registration):
    first, *_ = of_reader(registration)
    asked_for_some(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=(first,)))
    follow(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    before = Registration.objects.whole().get(pk=registration.pk)
    before.pk = -1
    assert (READER, ()) in [(one.code, one.papers) for one in proposals(before)]  # unread: as asked
    by = author(registration.candidate)
    open_document(version=case_of(registration).notification, by=by, at=NOW)
    later = Registration.objects.whole().get(pk=registration.pk)
    later.pk = -1  # another registration of the same candidate, of another session

    assert (READER, (first,)) in [(one.code, one.papers) for one in proposals(later)]


def in_another_session(registration):
    """Return another registration of the same candidate, once they have opened the notification."""
    by = author(registration.candidate)
    open_document(version=case_of(registration).notification, by=by, at=NOW)
    other = again(a_registration(informations={"has_disability": "oui"}))
    other.candidate = registration.candidate
    return other


def test_another_measure_is_proposed_for_no_more_than_the_one_that_was_asked_was_for(registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD))
    decide(registration, TIERS=DecisionOn(Decision.OTHER, READER, "Il suffit."))
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    [proposed] = proposals(in_another_session(registration))

    assert (proposed.code, proposed.papers) == (READER, ("E1", "E2", "E3"))


def test_what_one_decision_grants_twice_is_proposed_for_all_of_its_epreuves(registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD, ("E1",)), Wish(READER, ("M1",)))
    decide(registration, TIERS=DecisionOn(Decision.OTHER, READER, "Il suffit."))
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    [proposed] = proposals(in_another_session(registration))

    assert (proposed.code, proposed.papers) == (READER, ("E1", "M1"))


def test_the_notification_says_for_which_epreuves_it_is_granted_and_refused(registration):
    first, second, *_ = of_reader(registration)
    asked_for_some(
        registration,
        Wish(READER, (first, second)),
        LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=(first,)),
    )
    follow(registration)

    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    labels = {paper.code: paper.label for paper in sat_for(again(registration), None)}
    [said] = case_of(registration).notification.content["measures"]
    assert (said["said"], said["papers"]) == (
        "Accordée en partie",
        f"Accordée pour : {labels[first]} ; refusée pour : {labels[second]}",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"opinion_papers": ["E9"]},
        {"decided_papers": ["E9"]},
        {"opinion": "unfavourable", "opinion_papers": ["E1"]},
        {"decision": "refused", "decided_code": "", "decided_label": "", "decided_time": ""}
        | {"decided_papers": ["E1"], "reason": "Motif."},
        {"decided_papers": ["E1"], "reason": ""},
        {"opinion_papers": ["E1"], "reason": ""},
    ],
)
def test_the_database_grants_for_epreuves_that_are_asked_for_and_says_why(registration, changes):
    case = reach(registration, State.DECIDED, Wish(THIRD, ("E1", "E2")))
    rows = AskedMeasure.objects.filter(case=case)
    rows.update(opinion_papers=["E2"], decided_papers=["E2"], reason="Motif.")

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**changes)


def test_another_request_takes_its_opinion_over_with_its_epreuves(registration):
    first, *_ = of_reader(registration)
    asked_for_some(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=(first,)))
    follow(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)

    made = accommodating.take_again(
        case=case_of(registration), why="error", has_opinion=True, by=MANAGER, at=LATER
    )

    assert made.measures.get(code=READER).opinion_papers == [first]


def test_the_paragraphs_that_a_doctor_writes_stay_apart_in_the_reason_that_is_proposed(
    registration,
):
    reach(registration, State.WITH_DOCTOR, Wish(READER))
    said = "Premier point.\n\n- un\n- deux"
    opine(registration, LECTEUR=OpinionOn(Opinion.UNFAVOURABLE, text=said))

    [advised] = operations.as_advised(case_of(registration)).values()

    assert advised.reason == f"{operations.deciding.WHY[Opinion.UNFAVOURABLE]} Il écrit : {said}"
    assert not operations.explains_another(advised, advised, None)
