"""I3: the managing service registers and modifies on a candidate's behalf; nothing is locked."""

from datetime import timedelta

import pytest
from django.db.models import ProtectedError

from sporades.accounts.permissions import Permission, reach
from sporades.acts.agents import inviting
from sporades.acts.identities import correcting
from sporades.acts.registrations import (
    deciding,
    leaving,
    moving,
    registering,
    requesting,
    standing_in,
)
from sporades.acts.registrations.meanwhile import befallen
from sporades.acts.services import announcing
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, local_day
from sporades.core.refusals import ReasonMissing, Refused
from sporades.exams.models import Exam, RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, Version
from sporades.registrations.operations import drafting, rebasing
from sporades.registrations.operations.filing import Shown
from sporades.registrations.queries import last_address_of, modifications_of, open_drafts_of
from sporades.registrations.refusals import (
    AlreadyBegun,
    AmendedMeanwhile,
    AnsweredMeanwhile,
    Closed,
    DecidedMeanwhile,
    GivenAway,
    Incomplete,
    NoLongerStands,
    NothingAmended,
    NotLeft,
    TooManyBegun,
)
from sporades.registrations.states import CLEAR, FLAG, REOPEN, RESTORE, SET_ASIDE, VALIDATE, State
from tests.documents.summaries import a_pdf
from tests.endurance.arena import first, together
from tests.factories import (
    EVERYWHERE,
    IDENTITY,
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
    answers_with,
    author,
)
from tests.web.registry.world import a_member

MANAGER = Actor("manager", "Claude Martin", "user:0")
COLLEAGUE = Actor("manager", "Ana Colin", "user:1")
MOBILE, LINE, STREET = "06 39 98 99 99", "03 53 01 99 99", "3 quai du Wault"
INE = "0801234567A"


@pytest.fixture
def registration(invented_exam):
    return a_registration()


@pytest.fixture
def agent(db):
    return a_member("agent@exemple.test", "manager", ["A09"])


@pytest.fixture
def late(registration):
    """Return an instant after the closing."""
    return registration.service.closes_at + timedelta(days=2)


def typed(draft, section="identification", *, at=NOW, **answers):
    """Answer a tab, a moment after its draft was begun."""
    row = draft.answers.filter(section=section).first()
    before = row.answers if row else {}
    drafting.answer(
        draft=draft,
        section=section,
        typed={**before, **answers},
        seen_revision=None,
        at=at + timedelta(seconds=1),
    )
    return Draft.objects.whole().get(pk=draft.pk)


def modified_for(registration, agent, *, at=NOW, **answers):
    draft = standing_in.amend(registration=registration, author=agent, by=MANAGER, at=at)
    return typed(draft, at=at, **answers)


def modified_by_candidate(registration, *, at=NOW, **answers):
    by = author(registration.candidate)
    return typed(registering.amend(registration=registration, by=by, at=at), at=at, **answers)


def filed_for(draft, *, reason="", at=NOW):
    return standing_in.register(draft=draft, reason=reason, by=MANAGER, at=at)


def filed_by_candidate(draft, *, at=NOW):
    return registering.register(draft=draft, by=author(draft.candidate), at=at)


def difference(draft):
    day = local_day(NOW, draft.service.zone)
    whole = Draft.objects.whole().get(pk=draft.pk)
    return rebasing.difference(whole, dossier_of(whole, day=day))


def mails(kind):
    return list(Message.objects.filter(kind=kind))


@pytest.mark.parametrize("is_for_candidate", [True, False], ids=["for them", "by them"])
def test_what_changes_nothing_files_no_version(registration, agent, is_for_candidate):
    draft = (
        standing_in.amend(registration=registration, author=agent, by=MANAGER, at=NOW)
        if is_for_candidate
        else registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    )
    file = filed_for if is_for_candidate else filed_by_candidate

    with pytest.raises(NothingAmended):
        file(draft)

    assert registration.versions.count() == 1
    registering.choose_consents(
        registration=registration,
        publishes=True,
        shares=True,
        by=author(registration.candidate),
        at=NOW,
    )
    assert file(draft).number == 2


def test_a_modification_is_filed_in_the_name_of_who_made_it_and_told_to_the_candidate(
    registration, agent
):
    version = filed_for(modified_for(registration, agent, mobile=MOBILE))

    assert version.changes == [
        "Téléphone mobile : 06 39 98 12 34 → 06 39 98 99 99",
    ]
    assert version.author_in_office == f"Claude Martin, {version.service_name}"
    assert version.author_for_candidate == version.service_name
    entry = Entry.objects.get(verb="registration amended on behalf")
    assert (entry.actor_name, entry.payload["after"]["version"]) == ("Claude Martin", 2)
    [mail] = mails("amended_for")
    assert mail.recipient == registration.candidate.user.email
    assert "Votre service gestionnaire a modifié votre inscription pour vous." in mail.body
    assert "06 39 98 99 99" not in mail.body
    assert f"/mes-inscriptions/{registration.number}" in mail.body
    assert not mails("amended")


def test_the_same_button_pressed_twice_makes_one_version(registration, agent):
    draft = modified_for(registration, agent, mobile=MOBILE)

    assert filed_for(draft) == filed_for(draft)
    assert registration.versions.count() == 2
    assert len(mails("amended_for")) == 1


def test_after_the_closing_it_asks_for_a_reason_that_the_candidate_reads(registration, agent, late):
    draft = modified_for(registration, agent, at=late, mobile=MOBILE)

    with pytest.raises(ReasonMissing):
        filed_for(draft, at=late)
    filed_for(draft, reason="Erreur de saisie du service", at=late)

    [mail] = mails("amended_for")
    assert "Motif : Erreur de saisie du service" in mail.body
    entry = Entry.objects.get(verb="registration amended on behalf")
    assert entry.payload["after"]["reason"] == "Erreur de saisie du service"


def test_before_the_opening_nobody_registers_or_modifies(registration, agent):
    service = registration.service
    early = service.opens_at - timedelta(minutes=1)

    with pytest.raises(Closed):
        modified_for(registration, agent, at=early)
    with pytest.raises(Closed):
        standing_in.begin(
            candidate=registration.candidate,
            exam=registration.exam,
            speciality=registration.speciality,
            service=service,
            author=agent,
            by=MANAGER,
            at=early,
        )


def test_what_was_validated_is_to_be_validated_again(registration, agent):
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    version = filed_for(modified_for(registration, agent, mobile=MOBILE, ine=INE))

    assert version.registration.awaits_new_validation
    assert registering.amendments_told_of(registration).get().in_words == (
        "Inscription modifiée pour le candidat, à valider de nouveau"
    )


def test_each_has_a_draft_of_their_own_and_sees_no_other(registration, agent):
    colleague = a_member("collegue@exemple.test", "manager", ["A09"])

    drafts = [
        modified_by_candidate(registration, mobile=MOBILE),
        modified_for(registration, agent, mobile=MOBILE),
        modified_for(registration, colleague, mobile=MOBILE),
    ]

    user = registration.candidate.user
    assert len({draft.pk for draft in drafts}) == 3
    assert {*drafts} & {*Draft.objects.visible_to(user)} == {drafts[0]}
    assert [one.pk for one in open_drafts_of(user=user.pk)] == [drafts[0].pk]
    assert [one.pk for one in modifications_of(registration=registration.pk)] == [drafts[0].pk]
    assert list(Draft.objects.open().filled_by(agent)) == drafts[1:2]
    assert list(Draft.objects.open().touched()) == drafts[:1]


def test_the_candidate_is_neither_reminded_nor_shown_what_the_office_fills(registration, agent):
    typed(
        standing_in.begin(
            candidate=registration.candidate,
            exam=registration.exam,
            speciality=registration.exam.specialities.exclude(pk=registration.speciality_id).get(),
            service=registration.service,
            author=agent,
            by=MANAGER,
            at=NOW,
        ),
        address_1="99 rue du service",
    )
    soon = registration.service.closes_at - timedelta(hours=30)

    assert announcing.remind_drafts(at=soon) == 0
    [last] = last_address_of(user=registration.candidate.user_id)
    assert last.answers["address_1"] == answers_with()["identification"]["address_1"]


def test_one_candidate_is_begun_forty_times_by_each_at_most(registration, agent):
    for _ in range(40):
        draft = standing_in.amend(registration=registration, author=agent, by=MANAGER, at=NOW)
        drafting.abandon(draft=draft, at=NOW)

    with pytest.raises(TooManyBegun):
        standing_in.amend(registration=registration, author=agent, by=MANAGER, at=NOW)
    assert modified_by_candidate(registration, mobile=MOBILE)


def test_the_consents_of_who_has_an_account_stay_theirs(registration, agent):
    registering.choose_consents(
        registration=registration,
        publishes=True,
        shares=False,
        by=author(registration.candidate),
        at=NOW,
    )
    draft = standing_in.amend(registration=registration, author=agent, by=MANAGER, at=NOW)
    typed(draft, "supplementaires", publishes_name="non", shares_name="oui")
    typed(draft, mobile=MOBILE)

    filed_for(draft)

    registration.refresh_from_db()
    assert (registration.publishes_name, registration.shares_name) == (True, False)


# --- Somebody else files meanwhile -----------------------------------------------------------


def test_what_the_other_filed_is_said_and_what_both_changed_is_chosen(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE, address_1=STREET)
    filed_by_candidate(modified_by_candidate(registration, mobile="06 39 98 11 11", phone=LINE))

    with pytest.raises(AmendedMeanwhile):
        filed_for(mine)

    found = difference(mine)
    assert found.version.number == 2
    assert found.changes == [
        "Téléphone fixe : rien → 03 53 01 99 99",
        "Téléphone mobile : 06 39 98 12 34 → 06 39 98 11 11",
    ]
    [clash] = found.clashes
    assert (clash.label, clash.before, clash.theirs, clash.mine) == (
        "Identification, Téléphone mobile",
        "06 39 98 12 34",
        "06 39 98 11 11",
        "06 39 98 99 99",
    )


@pytest.mark.parametrize(("keeps_mine", "mobile"), [(True, MOBILE), (False, "06 39 98 11 11")])
def test_once_chosen_both_changes_are_filed(registration, agent, keeps_mine, mobile):
    mine = modified_for(registration, agent, mobile=MOBILE, address_1=STREET)
    filed_by_candidate(modified_by_candidate(registration, mobile="06 39 98 11 11", phone=LINE))
    [clash] = difference(mine).clashes
    said = {"draft": mine, "seen": 2, "at": NOW}

    assert not rebasing.rebase(settled=[], keeps_mine=[], **said)
    assert not rebasing.rebase(**{**said, "seen": 1}, settled=[clash.key], keeps_mine=[])
    assert rebasing.rebase(
        settled=[clash.key], keeps_mine=[clash.key] if keeps_mine else [], **said
    )

    kept = filed_for(mine).snapshot["answers"]["identification"]
    assert (kept["mobile"], kept["address_1"], kept["phone"]) == (mobile, STREET, LINE)


@pytest.mark.parametrize(
    ("keeps_mine", "address"),
    [
        (True, (STREET, "", "59800")),
        (False, (answers_with()["identification"]["address_1"], "Étage 3, porte 12", "59000")),
    ],
)
def test_an_address_is_never_made_of_two(registration, agent, keeps_mine, address):
    mine = modified_by_candidate(registration, address_1=STREET, postcode="59800")
    filed_for(modified_for(registration, agent, address_2="Étage 3, porte 12"))
    said = {"draft": mine, "seen": 2, "at": NOW}

    [clash] = difference(mine).clashes
    assert (clash.label, clash.before, clash.theirs, clash.mine) == (
        "Identification, Adresse postale",
        "12 rue des Îles, 59000, Lille, France",
        "12 rue des Îles, Étage 3, porte 12, 59000, Lille, France",
        f"{STREET}, 59800, Lille, France",
    )
    assert not rebasing.rebase(settled=[], keeps_mine=[], **said)
    assert rebasing.rebase(
        settled=[clash.key], keeps_mine=[clash.key] if keeps_mine else [], **said
    )

    kept = mine.answers.get(section="identification").answers
    assert (kept["address_1"], kept.get("address_2", ""), kept["postcode"]) == address


def test_what_a_candidate_typed_outlives_what_the_office_filed(registration, agent):
    mine = modified_by_candidate(registration, mobile=MOBILE)
    filed_for(modified_for(registration, agent, address_1=STREET))

    again = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)

    assert again == mine
    assert difference(mine).clashes == []
    assert rebasing.rebase(draft=mine, seen=2, settled=[], keeps_mine=[], at=NOW)
    kept = filed_by_candidate(mine).snapshot["answers"]["identification"]
    assert (kept["mobile"], kept["address_1"]) == (MOBILE, STREET)


def test_a_modification_in_which_nothing_was_answered_begins_from_what_stands(registration, agent):
    by = author(registration.candidate)
    opened = registering.amend(registration=registration, by=by, at=NOW)
    filed_for(modified_for(registration, agent, at=NOW + timedelta(minutes=1), address_1=STREET))

    again = registering.amend(registration=registration, by=by, at=NOW + timedelta(minutes=2))

    assert again != opened
    assert (again.amends_version, again.is_overtaken) == (2, False)


def test_what_is_corrected_meanwhile_does_not_hide_what_was_filed_before(registration, agent):
    mine = modified_by_candidate(registration, mobile=MOBILE)
    filed_for(modified_for(registration, agent, mobile="06 39 98 11 11"))
    candidate = Candidate.objects.get(pk=registration.candidate_id)

    correcting.correct_identity(
        registration=registration,
        identity={**IDENTITY, "usage_name": "Kermarrec"},
        seen=candidate.identity_id,
        proof="Livret de famille",
        by=MANAGER,
        at=NOW,
    )

    with pytest.raises(AmendedMeanwhile):
        filed_by_candidate(mine)
    assert [one.mine for one in difference(mine).clashes] == [MOBILE]


def test_the_consents_chosen_meanwhile_win_over_every_draft(registration, agent):
    mine = modified_by_candidate(registration, mobile=MOBILE)
    filed_for(modified_for(registration, agent, address_1=STREET))
    registering.choose_consents(
        registration=registration,
        publishes=True,
        shares=True,
        by=author(registration.candidate),
        at=NOW,
    )

    assert rebasing.rebase(draft=mine, seen=2, settled=[], keeps_mine=[], at=NOW)

    filed_by_candidate(mine)
    registration.refresh_from_db()
    assert (registration.publishes_name, registration.shares_name) == (True, True)


def test_what_is_withdrawn_meanwhile_is_refused_and_what_was_typed_stays(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    with pytest.raises(NoLongerStands):
        filed_for(mine)

    assert mine.answers.get(section="identification").answers["mobile"] == MOBILE
    assert Draft.objects.open().filled_by(agent).get() == mine


def test_what_is_set_aside_meanwhile_is_refused_to_both(registration, agent):
    drafts = [
        modified_for(registration, agent, mobile=MOBILE),
        modified_by_candidate(registration, mobile=MOBILE),
    ]
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=MANAGER, at=NOW
    )

    for draft, file in zip(drafts, (filed_for, filed_by_candidate), strict=True):
        with pytest.raises(NoLongerStands):
            file(draft)
        assert draft.answers.get(section="identification").answers["mobile"] == MOBILE


def test_what_is_given_away_meanwhile_is_refused_to_the_office_that_had_it(registration, agent):
    mine, theirs = (
        modified_for(registration, agent, mobile=MOBILE),
        modified_by_candidate(registration, mobile="06 39 98 11 11"),
    )
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement", by=MANAGER, at=NOW
    )

    with pytest.raises(GivenAway):
        filed_for(Draft.objects.whole().get(pk=mine.pk))
    followed = Draft.objects.whole().get(pk=theirs.pk)
    assert (mine.service.academy_id, followed.service.academy_id) == ("A09", "A25")


LATER, LAST = NOW + timedelta(minutes=5), NOW + timedelta(minutes=9)


def decided(registration, decision, *, reason="", at=LATER, **seen):
    deciding.decide(
        registration=registration, decision=decision, reason=reason, by=COLLEAGUE, at=at, **seen
    )


@pytest.mark.parametrize("is_for_candidate", [True, False], ids=["for them", "by them"])
@pytest.mark.parametrize(("decision", "reason"), [(VALIDATE, ""), (FLAG, "Une pièce manque")])
def test_what_is_decided_meanwhile_is_read_before_a_modification_is_filed(
    registration, agent, is_for_candidate, decision, reason
):
    draft = (
        modified_for(registration, agent, mobile=MOBILE, ine=INE)
        if is_for_candidate
        else modified_by_candidate(registration, mobile=MOBILE, ine=INE)
    )
    file = standing_in.register if is_for_candidate else registering.register
    said = {"draft": draft, "by": MANAGER, "at": LAST}
    said |= {"reason": ""} if is_for_candidate else {}
    decided(registration, decision, reason=reason)

    with pytest.raises(DecidedMeanwhile):
        file(**said)
    with pytest.raises(DecidedMeanwhile):
        file(**said, shown=Shown("registered"))

    registration.refresh_from_db()
    assert (registration.state, registration.version) == (decision.target, 1)
    assert draft.answers.get(section="identification").answers["mobile"] == MOBILE
    assert file(**said, shown=Shown(registration.decided_mark)).number == 2


@pytest.mark.parametrize("is_for_candidate", [True, False], ids=["for them", "by them"])
def test_what_is_filed_is_what_was_read(registration, agent, is_for_candidate):
    draft = (
        modified_for(registration, agent, mobile=MOBILE)
        if is_for_candidate
        else modified_by_candidate(registration, mobile=MOBILE)
    )
    file = standing_in.register if is_for_candidate else registering.register
    said = {"draft": draft, "by": MANAGER, "at": LAST}
    said |= {"reason": ""} if is_for_candidate else {}

    with pytest.raises(AnsweredMeanwhile):
        file(**said, shown=Shown(answers="0" * 64))

    registration.refresh_from_db()
    assert registration.version == 1


@pytest.mark.parametrize("ways", [(VALIDATE, REOPEN), (FLAG, CLEAR)], ids=["reopened", "cleared"])
def test_what_was_decided_and_undone_meanwhile_stands_in_the_way_of_nothing(
    registration, agent, ways
):
    draft = modified_for(registration, agent, mobile=MOBILE)
    for decision in ways:
        decided(registration, decision, reason="Une pièce manque" if decision is FLAG else "")

    assert filed_for(draft, at=LAST).number == 2


def test_what_was_decided_before_a_modification_was_begun_is_not_asked_again(registration, agent):
    decided(registration, VALIDATE, at=NOW)

    assert filed_for(modified_for(registration, agent, at=LATER, mobile=MOBILE), at=LAST)


def test_a_decision_on_what_a_colleague_has_decided_of_since_is_refused(registration):
    read = registration.decided_mark
    decided(registration, FLAG, reason="Une pièce manque")

    with pytest.raises(deciding.DecidedSince):
        decided(registration, VALIDATE, at=LAST, seen=1, mark=read)

    registration.refresh_from_db()
    assert (registration.state, registration.reason) == (State.ANOMALY, "Une pièce manque")
    decided(registration, VALIDATE, at=LAST, seen=1, mark=registration.decided_mark)


def test_what_was_done_meanwhile_is_said_with_who_and_when_and_why(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    decided(registration, SET_ASIDE, reason="Doublon")
    decided(registration, RESTORE, at=LAST)
    correcting.correct_identity(
        registration=registration,
        identity={**IDENTITY, "usage_name": "Kermarrec"},
        seen=Candidate.objects.get(pk=registration.candidate_id).identity_id,
        proof="Livret de famille",
        by=COLLEAGUE,
        at=LAST,
    )

    told = befallen(Draft.objects.whole().get(pk=mine.pk), reach=EVERYWHERE)

    assert [(one.what, one.note) for one in told] == [
        (
            "État civil corrigé, sur justificatif : Livret de famille, par Ana Colin, gestionnaire",
            "",
        ),
        ("Inscription rétablie, par Ana Colin, gestionnaire", ""),
        ("Inscription écartée, par Ana Colin, gestionnaire", "Doublon"),
    ]
    assert told[-1].when == instant_in_words(LATER, registration.service.zone)
    assert filed_for(mine, at=LAST).snapshot["answers"]["identification"]["mobile"] == MOBILE


def test_what_is_done_where_it_was_given_is_not_said_where_it_was(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Vit à Versailles", by=COLLEAGUE, at=LATER
    )
    registration.refresh_from_db()
    decided(registration, SET_ASIDE, reason="Secret de Versailles", at=LAST)
    here = reach(agent.memberships.all(), Permission.FILE_FOR_CANDIDATES)

    told = befallen(Draft.objects.whole().get(pk=mine.pk), reach=here)

    assert [(one.what, one.note) for one in told] == [
        ("Inscription donnée à une autre académie, par Ana Colin, gestionnaire", "")
    ]
    assert len(befallen(Draft.objects.whole().get(pk=mine.pk), reach=EVERYWHERE)) == 2


def test_answers_of_what_was_withdrawn_go_on_in_a_new_registration(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    with pytest.raises(Refused):
        standing_in.register_anew(draft=mine, by=MANAGER, at=LATER)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)

    standing_in.register_anew(draft=mine, by=MANAGER, at=LAST)
    # What was accepted for the one is not accepted for the other.
    with pytest.raises(Incomplete):
        filed_for(mine, at=LAST)
    mine = typed(mine, "modalites", accepted="on", at=LATER)

    version = filed_for(mine, at=LAST)
    assert version.snapshot["answers"]["identification"]["mobile"] == MOBILE
    assert (version.number, version.registration.number == registration.number) == (1, False)
    entry = Entry.objects.get(verb="registration begun on behalf")
    assert (entry.object_kind, entry.object_id) == ("registration", str(registration.pk))


def test_what_was_filed_before_it_was_withdrawn_is_no_new_registration(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    filed_for(mine)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)

    with pytest.raises(Refused):
        standing_in.register_anew(draft=mine, by=MANAGER, at=LAST)

    mine.refresh_from_db()
    assert (mine.amends, mine.filed_as.number) == (registration, 2)


def test_a_new_registration_begun_already_is_not_written_over(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)
    begun = standing_in.begin(
        candidate=registration.candidate,
        exam=registration.exam,
        speciality=registration.speciality,
        service=registration.service,
        author=agent,
        by=MANAGER,
        at=LATER,
    )

    with pytest.raises(AlreadyBegun):
        standing_in.register_anew(draft=mine, by=MANAGER, at=LAST)

    assert set(Draft.objects.open().filled_by(agent)) == {mine, begun}
    assert mine.answers.get(section="identification").answers["mobile"] == MOBILE


# --- Its author fills for candidates no more --------------------------------------------------


def ended(agent):
    agent.memberships.update(ends_on=NOW.date() - timedelta(days=1))


def moved_away(agent):
    agent.memberships.update(academies=["A25"])


def made_an_auditor(agent):
    agent.memberships.update(role="auditor")


def shut(agent):
    agent.is_active = False
    agent.save()


def left(*, on=NOW):
    return list(Draft.objects.open().left(on=on.date()))


@pytest.mark.parametrize("leaves", [ended, moved_away, made_an_auditor, shut])
def test_what_an_author_may_fill_no_more_is_left(registration, agent, leaves):
    mine = modified_for(registration, agent, mobile=MOBILE)
    modified_by_candidate(registration, mobile=MOBILE)
    modified_for(registration, a_member("autre@exemple.test", "manager", ["A09"]), mobile=MOBILE)
    assert left() == []

    leaves(agent)

    [found] = left()
    assert (found, found.filler) == (mine, "Claude Martin")
    assert found.answers.get(section="identification").answers["mobile"] == MOBILE


def test_an_administrator_and_who_has_the_domain_fill_on(registration, agent):
    modified_for(registration, agent, mobile=MOBILE)
    agent.memberships.update(domains=[registration.exam.domain.code])
    assert left() == []
    agent.memberships.update(domains=["AUTRE"])
    assert len(left()) == 1
    agent.memberships.update(role="administrator", academies=[], domains=[])
    assert left() == []


@pytest.mark.parametrize("closes", ["closed", "asleep"])
def test_a_colleague_takes_up_what_a_closed_account_had_begun(registration, agent, closes):
    mine = modified_for(registration, agent, mobile=MOBILE)
    if closes == "closed":
        inviting.close(email=agent.email, by=OPERATOR, at=LATER)
    else:
        assert inviting.close_dormant(at=NOW + timedelta(days=200)) == 1
    at = LATER if closes == "closed" else NOW + timedelta(days=201)
    colleague = a_member("autre@exemple.test", "manager", ["A09"])

    standing_in.take_up(draft=mine, author=colleague, by=COLLEAGUE, at=at)

    taken = Draft.objects.whole().get(pk=mine.pk)
    assert (taken.author, left(on=at)) == (colleague, [])
    version = filed_for(taken, reason="Reprise", at=at)
    assert version.snapshot["answers"]["identification"]["mobile"] == MOBILE
    entry = Entry.objects.get(verb="filling taken up")
    assert (entry.actor_name, entry.object_id) == ("Ana Colin", str(registration.pk))


def test_what_was_left_is_dropped_and_the_candidate_goes_on(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    theirs = modified_by_candidate(registration, address_1=STREET)
    ended(agent)

    standing_in.drop(draft=mine, by=COLLEAGUE, at=NOW)

    assert not mine.answers.exists()
    assert left() == []
    assert filed_by_candidate(theirs).number == 2
    assert Entry.objects.get(verb="filling dropped").actor_name == "Ana Colin"


def test_nobody_takes_up_or_drops_what_its_author_still_fills(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    colleague = a_member("autre@exemple.test", "manager", ["A09"])

    for act in (
        lambda: standing_in.take_up(draft=mine, author=colleague, by=COLLEAGUE, at=NOW),
        lambda: standing_in.drop(draft=mine, by=COLLEAGUE, at=NOW),
    ):
        with pytest.raises(NotLeft):
            act()

    assert Draft.objects.open().filled_by(agent).get() == mine


def test_what_its_author_has_filed_is_neither_taken_up_nor_dropped(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    filed_for(mine)
    ended(agent)
    colleague = a_member("autre@exemple.test", "manager", ["A09"])

    with pytest.raises(NotLeft):
        standing_in.take_up(draft=mine, author=colleague, by=COLLEAGUE, at=NOW)
    with pytest.raises(NotLeft):
        standing_in.drop(draft=mine, by=COLLEAGUE, at=NOW)

    mine.refresh_from_db()
    assert (mine.author, mine.answers.exists()) == (agent, True)


def test_who_has_a_draft_of_their_own_settles_it_before_taking_up_another(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    colleague = a_member("autre@exemple.test", "manager", ["A09"])
    own = modified_for(registration, colleague, address_1=STREET)
    ended(agent)

    with pytest.raises(AlreadyBegun):
        standing_in.take_up(draft=mine, author=colleague, by=COLLEAGUE, at=NOW)

    assert left() == [mine]
    assert Draft.objects.open().filled_by(colleague).get() == own


def test_what_was_given_away_may_be_handed_over_to_who_has_it(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    with pytest.raises(Refused):
        standing_in.hand_over(draft=mine, by=MANAGER, at=NOW)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement", by=MANAGER, at=LATER
    )

    standing_in.hand_over(draft=mine, by=MANAGER, at=LATER)

    [found] = left()
    assert (found, found.service.academy_id) == (mine, "A25")
    there = a_member("versailles@exemple.test", "manager", ["A25"])
    standing_in.take_up(draft=found, author=there, by=COLLEAGUE, at=LATER)
    version = filed_for(Draft.objects.whole().get(pk=mine.pk), at=LAST)
    assert version.snapshot["answers"]["identification"]["mobile"] == MOBILE


def test_what_was_filed_before_it_was_given_away_is_handed_over_to_nobody(registration, agent):
    mine = modified_for(registration, agent, mobile=MOBILE)
    filed_for(mine)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement", by=MANAGER, at=LATER
    )

    with pytest.raises(Refused):
        standing_in.hand_over(draft=mine, by=MANAGER, at=LATER)

    mine.refresh_from_db()
    assert mine.service.academy_id == "A09"


def test_an_account_with_something_begun_is_not_deleted_with_it(registration, agent):
    modified_for(registration, agent, mobile=MOBILE)

    with pytest.raises(ProtectedError):
        agent.delete()


def test_what_was_asked_and_is_accepted_keeps_what_the_office_filed_since(
    registration, agent, late
):
    by = author(registration.candidate)
    asked = requesting.begin(registration=registration, by=by, at=late)
    asked = typed(asked, at=late, address_1=STREET)
    sent = requesting.send(draft=asked, reason="Déménagement", proof=[a_pdf()], by=by, at=late)
    filed_for(
        modified_for(registration, agent, at=late, mobile=MOBILE, address_1="1 rue Neuve"),
        reason="Au téléphone",
        at=late,
    )

    version = requesting.accept(request=sent, by=OPERATOR, at=late)

    kept = version.snapshot["answers"]["identification"]
    assert (version.number, kept["mobile"], kept["address_1"]) == (3, MOBILE, STREET)


# --- Without an account ----------------------------------------------------------------------


@pytest.mark.parametrize("email", ["", "papier@exemple.test"])
def test_who_has_no_account_is_registered_and_told_where_a_mail_reaches_them(
    invented_exam, agent, email
):
    candidate = candidates.enrol(user=None, identity=IDENTITY, email=email, at=NOW)
    exam = Exam.objects.get(code="BE")
    draft = standing_in.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        author=agent,
        by=MANAGER,
        at=NOW,
    )
    for section, answers in answers_with(supplementaires={"publishes_name": "oui"}).items():
        typed(draft, section, **answers)

    registration = filed_for(draft).registration

    assert (registration.number is not None, registration.publishes_name) == (True, True)
    # Without an address it is a letter.
    assert [one.recipient for one in mails("registered_for")] == [email]
    assert not email or "Demandez votre récapitulatif" in mails("registered_for")[0].body
    assert Entry.objects.get(verb="registration filed on behalf").actor_name == "Claude Martin"


# --- At the same instant ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_who_file_at_the_same_instant_one_is_shown_what_the_other_filed(
    invented_exam,
):
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    drafts = [
        modified_for(registration, agent, mobile=MOBILE),
        modified_by_candidate(registration, mobile="06 39 98 11 11"),
    ]

    outcomes = together(lambda: filed_for(drafts[0]), lambda: filed_by_candidate(drafts[1]))

    assert sorted(type(one).__name__ for one in outcomes) == ["AmendedMeanwhile", "Version"]
    assert Version.objects.filter(registration=registration).count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_opens_one_modification_however_often_the_button_is_pressed(invented_exam):
    registration = a_registration(a_candidate())
    agent = a_member("agent@exemple.test", "manager", ["A09"])

    def open_it():
        return standing_in.amend(registration=registration, author=agent, by=MANAGER, at=NOW)

    assert len({one.pk for one in together(open_it, open_it)}) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_typed_while_its_tabs_are_opened_again_elsewhere_is_not_erased(invented_exam):
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    filed_for(modified_for(registration, agent, address_1=STREET))

    def type_in_one_window(holds):
        typed(draft, at=LATER, mobile=MOBILE)
        holds()

    def open_in_another():
        return registering.amend(registration=registration, by=by, at=LATER)

    _, opened = first(type_in_one_window, open_in_another)

    assert opened == draft
    assert opened.answers.get(section="identification").answers["mobile"] == MOBILE


@pytest.mark.django_db(transaction=True)
def test_of_a_decision_and_a_modification_at_the_same_instant_the_second_is_told_of_the_first(
    invented_exam,
):
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = modified_for(registration, agent, mobile=MOBILE, ine=INE)
    read = registration.decided_mark

    outcomes = together(
        lambda: filed_for(draft, at=LAST),
        lambda: decided(registration, VALIDATE, seen=1, mark=read),
    )

    told = [type(one).__name__ for one in outcomes]
    assert told in (["Version", "Overtaken"], ["DecidedMeanwhile", "NoneType"])
    registration.refresh_from_db()
    is_filed = told[0] == "Version"
    assert (registration.version, registration.state) == (
        (2, State.REGISTERED) if is_filed else (1, State.VALIDATED)
    )
    assert draft.answers.get(section="identification").answers["mobile"] == MOBILE


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_who_decide_at_the_same_instant_one_is_told_of_the_other(invented_exam):
    registration = a_registration()
    read = registration.decided_mark

    outcomes = together(
        lambda: decided(registration, FLAG, reason="Une pièce manque", seen=1, mark=read),
        lambda: decided(registration, VALIDATE, at=LAST, seen=1, mark=read),
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["DecidedSince", "NoneType"]
    assert deciding.decisions_on(registration).count() == 1


@pytest.mark.django_db(transaction=True)
def test_answers_are_taken_up_in_a_new_registration_once_however_often_it_is_pressed(invented_exam):
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = modified_for(registration, agent, mobile=MOBILE)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=LATER)

    def take():
        return standing_in.register_anew(draft=draft, by=MANAGER, at=LAST)

    assert sorted(type(one).__name__ for one in together(take, take)) == ["NoneType", "Refused"]
    assert Draft.objects.open().filled_by(agent).get().amends_id is None


@pytest.mark.django_db(transaction=True)
def test_what_was_left_is_taken_up_by_one_of_two_who_press_at_the_same_instant(invented_exam):
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = modified_for(registration, agent, mobile=MOBILE)
    ended(agent)
    two = [a_member(f"{one}@exemple.test", "manager", ["A09"]) for one in ("ana", "luc")]

    def take(author):
        return standing_in.take_up(draft=draft, author=author, by=COLLEAGUE, at=NOW)

    outcomes = together(*(lambda one=one: take(one) for one in two))

    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "NotLeft"]
    [author] = [one for one, said in zip(two, outcomes, strict=True) if said is None]
    assert Draft.objects.open().get().author == author
    assert draft.answers.get(section="identification").answers["mobile"] == MOBILE


@pytest.mark.django_db(transaction=True)
def test_what_was_left_is_either_taken_up_or_dropped_at_the_same_instant(invented_exam):
    registration = a_registration()
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = modified_for(registration, agent, mobile=MOBILE)
    ended(agent)
    colleague = a_member("ana@exemple.test", "manager", ["A09"])

    outcomes = together(
        lambda: standing_in.take_up(draft=draft, author=colleague, by=COLLEAGUE, at=NOW),
        lambda: standing_in.drop(draft=draft, by=COLLEAGUE, at=NOW),
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "NotLeft"]
    is_taken = outcomes[0] is None
    assert draft.answers.exists() is is_taken
    assert Draft.objects.open().filled_by(colleague).exists() is is_taken
