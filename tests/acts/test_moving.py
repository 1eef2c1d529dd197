"""I4: a registration is given to another academy, for good."""

from datetime import timedelta

import pytest

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.accommodations.words import awaited_in_words
from sporades.acts import consulting
from sporades.acts.identities import asking
from sporades.acts.registrations import (
    deciding,
    leaving,
    moving,
    receiving,
    registering,
    requesting,
)
from sporades.acts.registrations.silent import to_set_aside_in_words
from sporades.acts.requests.silence import formally, silence_in_words
from sporades.candidates.operations import civil_data
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.refusals import Refused
from sporades.documents.models import Document, DocumentVersion
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations import reviewing
from sporades.registrations.models import ChangeRequest, Draft, Registration, Version
from sporades.registrations.operations import drafting
from sporades.registrations.operations.requesting import mark_of, outcome_of
from sporades.registrations.refusals import AnsweredMeanwhile, Incomplete
from sporades.registrations.states import RESTORE, SET_ASIDE, VALIDATE
from sporades.registrations.trying import troubles_under
from tests.accommodations.asked import a_doctor, entrust, reach
from tests.documents.summaries import a_pdf
from tests.endurance.arena import together
from tests.evidence.given import again, complete, receive
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author, load_invented
from tests.requests import ask
from tests.web.registry.world import a_member

WHY = "Il a déménagé"


@pytest.fixture
def registration(invented_exam):
    return a_registration()


def move(registration, academy="A25", reason=WHY, at=NOW):
    return moving.move_for_good(
        registration=registration, academy=academy, reason=reason, by=OPERATOR, at=at
    )


def test_it_keeps_its_numbers_and_answers_and_has_another_service(registration):
    number, filed = registration.number, registration.versions.get().snapshot
    version = move(registration)

    registration.refresh_from_db()
    assert (registration.number, registration.version) == (number, 2)
    assert registration.academy_id == registration.service.academy_id == "A25"
    assert registration.folder.academy == "A25"
    assert version.snapshot["sections"] == filed["sections"]
    assert version.snapshot["registration_number"] == number
    assert version.snapshot["academy_name"] == "Versailles"
    assert version.snapshot["service"]["academy"] == registration.service.academy.full_name
    assert version.changes[0] == "Académie : Lille → Versailles"
    assert version.author_name == OPERATOR.name


def test_its_candidate_has_a_new_summary_and_a_mail_that_says_why(registration):
    move(registration)

    last = DocumentVersion.objects.filter(document__folder=registration.folder_id).latest("number")
    assert (last.number, last.content["academy_name"]) == (2, "Versailles")
    told = Message.objects.get(kind="registration_moved")
    assert WHY in told.body
    assert "Lille → Versailles" in told.body


def test_the_journals_of_both_academies_say_it_and_where_it_went(registration):
    move(registration)

    there, left = Entry.objects.filter(verb="registration moved").order_by("pk")
    assert (there.academy, left.academy) == ("A25", "A09")
    for one in (there, left):
        assert one.payload["before"] == {"academy": "A09"}
        assert one.payload["after"]["academy"] == "A25"
        assert (one.at, one.actor_name, one.object_id) == (NOW, OPERATOR.name, str(registration.pk))
    assert left.payload["after"]["number"] == registration.number
    assert left.digest == digest(left.content)
    assert list(moving.moves_of(registration)) == [there]


def test_that_its_request_is_taken_from_a_doctor_is_in_both_journals(registration):
    case = reach(registration, State.WITH_DOCTOR)
    move(registration)

    taken = Entry.objects.filter(verb="accommodation taken from its doctor").order_by("pk")
    assert [one.academy for one in taken] == ["A25", "A09"]
    assert {one.payload["after"]["case"] for one in taken} == {case.pk}


def test_its_candidate_reads_that_the_doctor_has_their_request_no_more_and_no_mail_says_it(
    registration,
):
    case = reach(registration, State.WITH_DOCTOR)
    studied = "Le médecin désigné étudie votre demande et rend son avis."
    assert awaited(case) == studied

    move(registration)

    assert awaited(case) == (
        "Le médecin qui avait votre demande ne l'a plus depuis le 25 novembre 2026 : un autre médecin "
        "désigné (académie de Versailles) la prendra en charge."
    )
    assert "médecin" not in Message.objects.get(kind="registration_moved").body

    doctor = a_doctor("autre@exemple.test")
    entrust(registration, doctor)
    assert awaited(case) == studied


def awaited(case):
    """Return what a candidate reads of what their request waits for."""
    return awaited_in_words(Case.objects.get(pk=case.pk), at=NOW)


def test_its_pieces_and_its_request_for_accommodations_come_with_it(registration):
    reach(registration, State.ASKED)
    rows = (registration.evidence, registration.accommodation_cases)
    assert registration.evidence.exists()

    move(registration)

    assert [set(one.values_list("academy", flat=True)) for one in rows] == [{"A25"}] * 2


def test_its_request_stands_as_long_as_it_does(registration):
    case = reach(registration, State.ASKED)
    found = []
    for decision, reason in ((SET_ASIDE, "Hors délai"), (RESTORE, "")):
        registration = Registration.objects.whole().get(pk=registration.pk)
        deciding.decide(
            registration=registration, decision=decision, reason=reason, by=OPERATOR, at=NOW
        )
        case.refresh_from_db()
        found.append(case.stands)

    assert found == [False, True]


def test_the_versions_before_stay_as_they_were(registration):
    before = registration.versions.get()
    move(registration)

    kept = Version.objects.get(pk=before.pk)
    assert (kept.snapshot, kept.is_intact) == (before.snapshot, True)


def test_a_modification_that_is_open_goes_on_there(registration):
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    move(registration)

    draft = Draft.objects.whole().get(pk=draft.pk)
    typed = draft.answers.get(section="identification").answers
    there = {**typed, "postcode": "78000", "town": "Versailles"}
    drafting.answer(draft=draft, section="identification", typed=there, seen_revision=None, at=NOW)
    assert (draft.service.academy_id, draft.amends_version) == ("A25", 2)
    version = registering.register(draft=draft, by=by, at=NOW)
    assert version.number == 3
    assert version.snapshot["academy_name"] == "Versailles"


def whole(registration):
    return Registration.objects.whole().get(pk=registration.pk)


def change(draft, *, at=NOW, **answers):
    """Change some answers of « Identification »."""
    typed = {**draft.answers.get(section="identification").answers, **answers}
    drafting.answer(draft=draft, section="identification", typed=typed, seen_revision=None, at=at)
    return Draft.objects.whole().get(pk=draft.pk)


def test_its_candidate_changes_an_answer_there_and_keeps_an_address_of_before(registration):
    by = author(registration.candidate)
    move(registration)

    draft = registering.amend(registration=whole(registration), by=by, at=NOW)
    version = registering.register(draft=change(draft, mobile="06 39 98 56 78"), by=by, at=NOW)

    registration.refresh_from_db()
    assert (version.number, registration.academy_id, registration.postcode) == (3, "A25", "59000")
    assert registration.is_placed


def test_a_modification_opened_before_goes_on_there_with_an_address_of_before(registration):
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    draft = change(draft, mobile="06 39 98 56 78")
    move(registration)

    version = registering.register(draft=draft, by=by, at=NOW)

    assert (version.number, version.snapshot["academy_name"]) == (3, "Versailles")
    assert version.changes[0] == "Téléphone mobile : 06 39 98 12 34 → 06 39 98 56 78"


def test_what_waits_for_an_answer_is_accepted_there(registration):
    by, late = author(registration.candidate), registration.service.closes_at + timedelta(days=2)
    draft = requesting.begin(registration=registration, by=by, at=late)
    draft = change(draft, at=late, mobile="06 39 98 56 78")
    asked = requesting.send(draft=draft, reason="Perdu", proof=[], by=by, at=late)
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    requesting.assign(request=asked, user=agent, by=OPERATOR, at=late)
    move(registration)
    asked.refresh_from_db()
    assert (asked.assigned_to, asked.assigned_name) == (None, "")

    # The zone that was chosen is one of the academy that was left: it is read before it is dropped.
    would, besides, *_ = outcome_of(asked, at=late)
    assert besides == ["Zone géographique souhaitée : Lille et sa métropole → rien"]
    assert would == [*asked.changes, *besides]
    with pytest.raises(AnsweredMeanwhile):
        requesting.accept(request=asked, by=OPERATOR, at=late)
    version = requesting.accept(request=asked, shown=mark_of(would), by=OPERATOR, at=late)

    assert (version.number, version.snapshot["academy_name"]) == (3, "Versailles")
    assert version.changes == would


def test_what_another_has_begun_or_asked_stays_where_it_was(registration):
    other, agent = a_registration(), a_member("agent@exemple.test", "manager", ["A09"])
    late = other.service.closes_at + timedelta(days=2)
    waiting = (
        ask(other, late),
        asking.send(
            candidate=other.candidate,
            identity={**civil_data(other.candidate.identity), "birth_name": "Zyzomys"},
            seen=other.candidate.identity_id,
            reason="Une lettre manque",
            proof=[a_pdf()],
            by=author(other.candidate),
            at=late,
        ),
    )
    for asked in waiting:
        requesting.assign(request=asked, user=agent, by=OPERATOR, at=late)

    move(registration)

    for asked in waiting:
        asked.refresh_from_db()
        assert asked.assigned_to == agent
    draft = Draft.objects.get(amends=other)
    assert (draft.service_id, draft.is_placed) == (other.service_id, False)
    assert draft.amends_version == other.version


def test_a_withdrawal_is_undone_where_the_office_had_placed_it(registration):
    by = author(registration.candidate)
    move(registration)
    leaving.withdraw(registration=whole(registration), by=by, at=NOW)

    draft = registering.begin_again(registration=whole(registration), by=by, at=NOW)
    again = registering.register(draft=draft, by=by, at=NOW).registration

    assert (again.academy_id, again.postcode, again.is_placed) == ("A25", "59000", True)


def test_a_draft_that_its_candidate_takes_elsewhere_is_placed_there_by_nobody(registration):
    by = author(registration.candidate)
    move(registration)
    leaving.withdraw(registration=whole(registration), by=by, at=NOW)
    draft = registering.begin_again(registration=whole(registration), by=by, at=NOW)
    change(draft, postcode="78000", town="Versailles")

    drafting.begin(
        candidate=draft.candidate,
        exam=draft.exam,
        speciality=draft.speciality,
        service=RegistrationService.objects.get(academy="A09"),
        at=NOW,
    )

    with pytest.raises(Incomplete, match="pas complète"):
        registering.register(draft=draft, by=by, at=NOW)


def test_a_dry_run_finds_it_where_it_stands(registration):
    move(registration)
    moved = whole(registration)
    answers = moved.versions.get(number=2).snapshot["answers"]

    assert troubles_under(moved.regulation, moved, answers=answers, others=[], at=NOW) == []


def test_its_documents_follow_and_what_was_issued_says_who_issued_it(registration):
    move(registration)

    there = Document.objects.filter(folder=registration.folder_id)
    assert set(there.values_list("kind", "academy")) == {
        ("recapitulatif", "A25"),
        ("demande-pieces", "A25"),
    }
    for document in there:
        issued = document.versions.order_by("number").values_list("academy", flat=True)
        assert list(issued) == ["A09", "A25"]


def test_who_reads_what_was_issued_before_is_in_the_journal_of_where_it_is(registration):
    issued = DocumentVersion.objects.get(document__kind="recapitulatif")
    move(registration)
    version = DocumentVersion.objects.select_related("document").get(pk=issued.pk)

    consulting.open_document(version=version, by=author(registration.candidate), at=NOW)
    consulting.consult_pdf(version=version, by=OPERATOR, at=NOW)

    read = Entry.objects.filter(verb__in=["document opened", "document read"])
    assert (issued.academy, [one.academy for one in read]) == ("A09", ["A25", "A25"])


def test_each_version_names_the_service_that_had_it_and_the_one_that_signs(registration):
    move(registration)
    draft = registering.amend(registration=whole(registration), by=OPERATOR, at=NOW)
    registering.register(draft=change(draft, mobile="06 39 98 56 78"), by=OPERATOR, at=NOW)

    lille, versailles = "Bureau des essais de Lille", "Bureau des essais de Versailles"
    said = [
        (one.service_name, one.signed_by, one.author_for_candidate)
        for one in registration.versions.for_history()
    ]
    assert said == [
        (versailles, versailles, versailles),
        (versailles, lille, lille),
        (lille, lille, str(registration.candidate)),
    ]
    last = registration.versions.get(number=3)
    # A command is of no service, whichever has the registration.
    assert (last.service_name, last.author_in_office) == (versailles, "Essai, ligne de commande")


def test_a_version_says_its_instant_by_the_clock_of_its_own_service(registration):
    RegistrationService.objects.filter(academy="A25").update(zone="Indian/Reunion")
    move(registration)

    last, first = registration.versions.for_history()

    assert last.filed_in_words.endswith("à 13\u00a0h\u00a030 (heure de La Réunion)")
    assert first.filed_in_words.endswith("à 10\u00a0h\u00a030 (heure de Paris)")


def test_the_clock_of_its_own_service_gives_nobody_another_age(invented_exam):
    load_invented(("exige: {age: {minimum: 18, au: 2027-12-31}}", "exige: {age: {maximum: 28}}"))
    RegistrationService.objects.filter(academy="A25").update(zone="Indian/Reunion")
    late = NOW.replace(hour=22)
    tomorrow = late + timedelta(days=1)
    born = {"birth_month": tomorrow.month, "birth_day": tomorrow.day}
    candidate = a_candidate(birth_year=tomorrow.year - 29, **born)
    registration = a_registration(candidate, at=late)
    there = RegistrationService.objects.get(academy="A25")
    whole = Registration.objects.whole().get(pk=registration.pk)
    assert reviewing.asked_there(whole, [there], at=tomorrow) == []

    move(registration, at=tomorrow)

    registration.refresh_from_db()
    assert registration.registered_on == late.date()
    assert registration.to_review == []


@pytest.fixture
def of_an_evening(invented_exam):
    """A registration filed on an evening of Paris, where La Réunion is at the next day."""
    RegistrationService.objects.filter(academy="A25").update(zone="Indian/Reunion")
    return a_registration(at=NOW.replace(hour=22))


def test_silence_counts_from_the_day_that_its_receipt_says(of_an_evening):
    at = of_an_evening.filed_at
    complete(of_an_evening, at=at)
    [said] = [one for one in of_an_evening.versions.get().snapshot["receipt"] if "réputée" in one]
    assert "Sans réponse de sa part le 25 janvier 2027" in said

    move(of_an_evening, at=at + timedelta(days=3))

    later = at + timedelta(days=90)
    assert "vaut acceptation depuis le 25 janvier 2027" in to_set_aside_in_words(
        again(of_an_evening), at=later
    )


def test_silence_on_a_request_counts_from_the_day_that_its_receipt_says(of_an_evening):
    asked_at = of_an_evening.service.closes_at.replace(hour=22) + timedelta(days=1)
    asked = ask(of_an_evening, asked_at)
    [said] = formally(asked, at=asked_at)
    assert "Sans réponse de sa part le 16 février 2027" in said

    move(of_an_evening, at=asked_at + timedelta(days=3))

    asked = ChangeRequest.objects.get()
    assert formally(asked, at=asked_at + timedelta(days=3)) == [said]
    assert silence_in_words(asked, at=asked_at + timedelta(days=3)).endswith("le 16 février 2027")


def test_what_comes_once_it_has_moved_comes_by_the_clock_of_where_it_is(of_an_evening):
    at = of_an_evening.filed_at
    move(of_an_evening, at=at + timedelta(days=3))
    complete(again(of_an_evening), at=at + timedelta(days=4))

    assert "vaut acceptation depuis le 30 janvier 2027" in to_set_aside_in_words(
        again(of_an_evening), at=at + timedelta(days=90)
    )


def test_the_mail_says_who_manages_it_now_and_until_when_it_may_be_changed(registration):
    move(registration)

    said = Message.objects.get(kind="registration_moved").body
    assert "Ce qu'il vous reste à envoyer par courrier va désormais à ce service." in said
    assert "désormais gérée par : Bureau des essais de Versailles" in said
    assert "Vous pouvez la modifier jusqu'au mardi 15 décembre 2026 à 17\u00a0h\u00a000" in said


def test_where_the_other_service_is_not_open_the_mail_says_how_to_ask(registration):
    RegistrationService.objects.filter(academy="A25").update(closes_at=NOW - timedelta(days=3))
    move(registration)

    said = Message.objects.get(kind="registration_moved").body
    assert "Les inscriptions sont fermées depuis le" in said
    assert "demandez une modification sur la page de votre inscription" in said


def test_a_validated_one_is_asked_to_send_nothing(registration):
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    move(registration)

    assert "reste à envoyer" not in Message.objects.get(kind="registration_moved").body


@pytest.mark.parametrize("is_whole", [True, False])
def test_what_has_come_by_post_is_not_said_to_be_left_to_send(registration, is_whole):
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=OPERATOR, at=NOW
    )
    if is_whole:
        receive(registration)

    move(registration)

    last = DocumentVersion.objects.filter(document__kind="recapitulatif").latest("number")
    said = Message.objects.get(kind="registration_moved").body
    assert (last.number, last.content["to_return"]) == (2, None)
    assert "renvoyer" not in last.content["warning"]
    assert ("reste à envoyer" in said) is not is_whole
    assert "récapitulatif signé va" not in said


def test_by_who_read_it_where_it_is_no_more_it_is_not_given_further(registration):
    RegistrationService.objects.create(
        **{
            name: getattr(registration.service, name)
            for name in ("domain", "session", "audience", "opens_at", "closes_at", "zone")
        },
        academy_id="A10",
        managing_service=registration.service.managing_service,
    )
    stale = whole(registration)
    move(registration, "A25")

    with pytest.raises(Refused, match="vient d'être donnée"):
        move(stale, "A10")


def test_there_and_back(registration):
    move(registration)
    registration.refresh_from_db()
    move(registration, "A09")

    registration.refresh_from_db()
    assert (registration.academy_id, registration.version) == ("A09", 3)


@pytest.mark.parametrize("academy", ["A09", "A13", "", "A99"])
def test_an_academy_that_does_not_register_for_it_is_refused(registration, academy):
    with pytest.raises(moving.NoSuchService):
        move(registration, academy)


def test_without_a_word_it_stays(registration):
    with pytest.raises(moving.ReasonMissing):
        move(registration, reason="")


def test_what_does_not_stand_stays(registration):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
    )

    with pytest.raises(Refused, match="plus en cours"):
        move(registration)
    assert registration.versions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_by_two_at_once_it_moves_once(registration):
    outcomes = together(*[lambda: move(registration)] * 4)

    registration.refresh_from_db()
    assert registration.version == 2
    assert sum(isinstance(one, Refused) for one in outcomes) == 3


@pytest.mark.django_db(transaction=True)
def test_by_two_who_read_one_page_and_choose_otherwise_it_moves_once(registration):
    seen = registration.service_id

    def move_as_read(academy):
        fresh = whole(registration)
        return moving.move_for_good(
            registration=fresh, academy=academy, reason=WHY, seen=seen, by=OPERATOR, at=NOW
        )

    outcomes = together(*[lambda: move_as_read("A25"), lambda: move_as_read("A09")] * 2)

    registration.refresh_from_db()
    assert (registration.academy_id, registration.version) == ("A25", 2)
    assert sum(isinstance(one, Refused) for one in outcomes) == 3


def test_who_refused_what_it_asks_is_of_the_service_that_refused(registration):
    late = registration.service.closes_at + timedelta(days=2)
    asked = ask(registration, late)
    by = Actor("manager", "Claude Martin", "user:12")
    requesting.refuse(request=asked, answer="Trop tard", by=by, at=late)
    before = formally(ChangeRequest.objects.get(), at=late)

    move(registration, at=late + timedelta(days=1))

    assert before[0].endswith(
        "Claude Martin, gestionnaire, Bureau des essais de Lille, académie de Lille."
    )
    assert formally(ChangeRequest.objects.get(), at=late) == before
