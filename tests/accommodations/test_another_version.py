"""A request that was sent is read by the version under which it was sent, whatever comes after (H1, H4)."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL

from sporades.accommodations.as_sent import as_office_reads
from sporades.accommodations.granted import granted
from sporades.accommodations.models import Again, Case
from sporades.accommodations.operations import NotTheirs, UnknownMeasure
from sporades.accommodations.replacing import granted_in_words, lost_by_asking, replaced_by
from sporades.accommodations.rules import Wish, papers_in_words, sat_for
from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from tests.accommodations.asked import (
    ACCESS,
    MANAGER,
    READER,
    RECTOR,
    THIRD,
    WITHOUT_ACCOMMODATIONS,
    WITHOUT_READER,
    a_minor,
    again,
    case_of,
    contest,
    decide,
    entrust,
    find_incomplete,
    opine,
    reach,
    send,
    sign,
    taken_again,
    under,
    write,
)
from tests.accommodations.test_following import DECLARED, amend, in_training
from tests.factories import NOW, author, load_invented

LATER = NOW + timedelta(days=1)
WRITTEN = "Français, Mathématiques et Éducation physique et sportive"
SIMPLE = "procedure_simplifiee: {categories: [FORM], plans: [PAP]}"


def asked_of(registration):
    case = case_of(registration)
    case.registration = again(registration)
    return case


def in_words(registration):
    """Return each measure of the last request, with its épreuves as its readers read them."""
    case = asked_of(registration)
    sat = sat_for(case.registration, case)
    return {one.code: papers_in_words(one.papers, sat, one.code) for one in case.measures.all()}


def take_up(registration):
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=NOW)


def keep(registration):
    case, by = case_of(registration), author(registration.candidate)
    accommodating.keep_as_sent(case=case, seen=case.revision, by=by, at=NOW)


@pytest.mark.parametrize("state", [State.ASKED, State.OPINION_GIVEN, State.NOTIFIED])
def test_a_measure_that_is_proposed_no_more_is_still_for_what_it_was_asked_for(registration, state):
    reach(registration, state, Wish(READER))
    before = in_words(registration)
    under(WITHOUT_READER)

    assert in_words(registration) == before == {READER: "Toutes les épreuves"}


def test_a_decision_is_notified_as_it_is_in_force(registration):
    reach(registration, State.DECIDED, Wish(THIRD), Wish(READER))
    under(
        WITHOUT_READER, ("natures: [ecrite, pratique], temps: 1/3", "natures: [orale], temps: 1/3")
    )
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)

    said = case_of(registration).notification.content["measures"]
    assert [(one["papers"], one["said"]) for one in said] == [
        (WRITTEN, "Accordée"),
        ("Toutes les épreuves", "Accordée"),
    ]
    found = granted(again(registration), "E1").measures
    assert [one.code for one in found] == [THIRD, READER]


@pytest.mark.parametrize("step", [take_up, find_incomplete])
def test_what_was_sent_is_sent_again_as_it_was(registration, step):
    reach(registration, State.ASKED, Wish(READER), Wish(ACCESS))
    first = case_of(registration).regulation_id
    step(registration)
    under(WITHOUT_READER)

    send(registration, at=LATER)

    assert (case_of(registration).state, case_of(registration).regulation_id) == (
        State.ASKED,
        first,
    )


def test_what_was_taken_up_is_kept_as_it_was_sent(registration):
    reach(registration, State.ASKED, Wish(READER), Wish(ACCESS))
    take_up(registration)
    under(WITHOUT_READER)
    write(registration, Wish(ACCESS))

    keep(registration)

    assert in_words(registration)[READER] == "Toutes les épreuves"


def test_what_was_taken_up_before_its_words_were_kept_is_read_in_those_of_its_version(registration):
    reach(registration, State.ASKED, Wish(READER), Wish(ACCESS))
    take_up(registration)
    kept = case_of(registration).as_sent
    kept["wishes"] = [one[:3] for one in kept["wishes"]]
    Case.objects.update(as_sent=kept)
    under(WITHOUT_READER)
    write(registration, Wish(ACCESS))

    _, measures = as_office_reads(asked_of(registration))

    assert [one.label for one in measures] == ["Secrétaire lecteur", "Locaux accessibles"]


def test_what_is_written_anew_is_of_what_is_proposed_now(registration):
    reach(registration, State.ASKED, Wish(READER), Wish(ACCESS))
    take_up(registration)
    under(WITHOUT_READER)

    with pytest.raises(UnknownMeasure, match="« Secrétaire lecteur » n'est plus parmi"):
        write(registration, Wish(READER), Wish(THIRD))
    write(registration, Wish(THIRD))
    send(registration)

    assert case_of(registration).regulation == Regulation.objects.latest("pk")


def test_what_was_not_sent_is_of_what_is_proposed_when_it_is(registration):
    write(registration, Wish(READER))
    under(WITHOUT_READER)

    with pytest.raises(UnknownMeasure):
        send(registration)


def test_a_decision_taken_again_is_sent_again_by_who_may_change_nothing_of_it(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER))
    taken_again(case_of(registration), why=Again.ERROR)
    under(WITHOUT_READER)
    find_incomplete(registration, at=LATER)
    with pytest.raises(NotTheirs):
        write(registration, Wish(THIRD), at=LATER)

    send(registration, at=LATER)

    assert case_of(registration).state == State.ASKED


@pytest.mark.parametrize(
    "change",
    [
        ("temps: 1/3}", "temps: 1/3, procedure_complete: true}"),
        (SIMPLE, "procedure_simplifiee: {categories: [INDIV], plans: [PAP]}"),
        WITHOUT_ACCOMMODATIONS,
    ],
)
def test_it_follows_the_procedure_under_which_it_was_sent(change):
    registration = in_training()
    reach(registration, State.WITH_DOCTOR, Wish(THIRD), plan="PAP")
    load_invented(change)
    forget()

    amend(
        registration,
        informations={**DECLARED, "category": "FORM"},
        qualification={"experience": "3"},
        identification={"mobile": "06 39 98 56 78"},
    )

    assert again(registration).regulation == Regulation.objects.latest("pk")
    assert (case_of(registration).state, case_of(registration).procedure) == (
        State.WITH_DOCTOR,
        "simplifiee",
    )


def test_a_category_of_another_name_is_judged_by_the_version_that_names_it():
    registration = in_training()
    reach(registration, State.WITH_DOCTOR, Wish(THIRD), plan="PAP")
    load_invented(
        ("- code: FORM\n", "- code: CONTINUE\n"),
        ("formes: [{categories: [FORM]", "formes: [{categories: [CONTINUE]"),
        (SIMPLE, SIMPLE.replace("FORM", "CONTINUE")),
    )
    forget()

    amend(
        registration,
        informations={**DECLARED, "category": "CONTINUE"},
        qualification={"experience": "3"},
        identification={"mobile": "06 39 98 56 78"},
    )

    assert case_of(registration).state == State.WITH_DOCTOR


def test_what_was_asked_here_goes_on_where_nothing_more_is_asked_here(registration):
    reach(registration, State.INCOMPLETE, Wish(THIRD), Wish(READER))
    under(WITHOUT_ACCOMMODATIONS)

    write(registration, Wish(THIRD, ("E1",)), at=LATER)
    send(registration, at=LATER)
    entrust(registration, at=LATER)
    opine(registration, at=LATER)
    decide(registration, at=LATER)
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=LATER)

    said = case_of(registration).notification.content
    assert "tribunal administratif des essais" in said["appeal"]
    assert [one["said"] for one in said["measures"]] == ["Accordée"]
    appeal = contest(case_of(registration), at=LATER)
    accommodating.refuse_appeal(
        found=appeal, reason="Non fondé.", author=RECTOR, by=MANAGER, at=LATER
    )
    assert appeal.__class__.objects.get().answer is not None


def test_a_guardian_signs_again_what_goes_on_where_nothing_more_is_asked_here():
    registration = a_minor()
    write(registration, Wish(READER))
    sign(registration)
    send(registration)
    take_up(registration)
    under(WITHOUT_ACCOMMODATIONS)
    write(registration, Wish(THIRD))
    sign(registration)
    send(registration)

    assert case_of(registration).state == State.ASKED


def test_what_a_decision_granted_and_may_not_be_asked_again_is_named(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER))
    under(WITHOUT_READER)
    write(registration, Wish(THIRD), at=LATER)
    case = asked_of(registration)
    former, sat = replaced_by(case), sat_for(case.registration, case)

    assert granted_in_words(former, sat) == [
        f"Temps majoré d'un tiers ({WRITTEN})",
        "Secrétaire lecteur (Toutes les épreuves)",
    ]
    lost = ["Secrétaire lecteur (Toutes les épreuves)"]
    assert lost_by_asking(case, former, sat, by_candidate=False) == lost
    for step in (send, entrust, opine, decide):
        step(registration, at=LATER)
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=LATER)
    assert case_of(registration).notification.content["lost"] == lost


def test_what_was_sent_before_it_was_kept_is_of_the_version_of_its_registration_then(registration):
    reach(registration, State.ASKED)
    first = case_of(registration).regulation_id
    load_invented(WITHOUT_READER)
    forget()
    amend(registration, informations=DECLARED, identification={"mobile": "06 39 98 56 78"})
    Case.objects.update(regulation=None)

    _say_of_what_was_sent_before()

    assert case_of(registration).regulation_id == first != again(registration).regulation_id


def test_so_is_what_its_candidate_was_changing_then(registration):
    reach(registration, State.ASKED, Wish(READER), Wish(ACCESS))
    take_up(registration)
    under(WITHOUT_READER)
    Case.objects.update(regulation=None, as_sent=RawSQL("as_sent - 'regulation_id'", ()))

    _say_of_what_was_sent_before()
    write(registration, Wish(ACCESS))
    keep(registration)

    assert in_words(registration)[READER] == "Toutes les épreuves"


def _say_of_what_was_sent_before():
    found = import_module("sporades.accommodations.migrations.0006_asked_under_before").Migration
    with connection.cursor() as cursor:
        for one in found.operations:
            cursor.execute(one.sql)
