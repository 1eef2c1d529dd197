"""What several acts on one candidate leave when they happen at the same instant."""

import re
from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.db import connection, transaction
from django.test import Client

from sporades.acts.identities import correcting
from sporades.acts.people import changing
from sporades.acts.registrations import leaving, registering
from sporades.candidates.models import Identity
from sporades.candidates.operations import civil_data
from sporades.core.refusals import Refused
from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.models import Exam, RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration, Version
from sporades.registrations.operations import drafting
from tests.endurance.arena import eventually, figure, now, rows, together
from tests.factories import (
    IDENTITY,
    INVENTED,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
)
from tests.web.guide import BACKEND, HOST

MODIFIED = answers_with(identification={"mobile": "06 39 98 99 99"})
ROUNDS = range(figure(5, 200))


def kinds(outcomes):
    """Name what came of each act: the class of a refusal, or « done »."""
    return [type(one).__name__ if isinstance(one, Exception) else "done" for one in outcomes]


def no_fault(outcomes):
    """Whatever was refused was refused in words that its reader understands."""
    return [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)]


def file(draft):
    return registering.register(draft=draft, by=author(draft.candidate), at=now())


def test_two_specialities_of_one_exclusive_scope_filed_at_once_make_one_registration(arena):
    for _ in ROUNDS:
        candidate = a_candidate(at=now())
        drafts = [
            a_draft(candidate, at=now()),
            a_draft(
                candidate,
                at=now(),
                speciality="FOREST",
                epreuves={"statut-M1": None, "statut-M2": "inscrit"},
            ),
        ]

        outcomes = together(*[partial(file, draft) for draft in drafts])

        assert sorted(kinds(outcomes)) == ["AlreadyRegistered", "done"]
        assert Registration.objects.filter(candidate=candidate).count() == 1
        assert Message.objects.filter(recipient=candidate.user.email).count() == 1
        candidate.refresh_from_db()
        assert candidate.number
        lost = drafts[kinds(outcomes).index("AlreadyRegistered")]
        lost.refresh_from_db()
        assert lost.is_open


def test_a_modification_saved_while_its_registration_is_withdrawn_counts_before_it_or_is_refused(
    arena,
):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)
        draft = registering.amend(registration=registration, by=by, at=now())
        answer_all(draft, MODIFIED, at=now())

        outcomes = together(
            partial(file, draft),
            partial(leaving.withdraw, registration=registration, by=by, at=now()),
        )

        assert no_fault(outcomes) == []
        registration.refresh_from_db()
        versions = registration.versions.count()
        assert registration.state == "withdrawn"
        assert (kinds(outcomes)[0], versions) in {("done", 2), ("NoLongerStands", 1)}
        assert registration.version == versions
        assert not Draft.objects.open().filter(amends=registration).exists()


def test_a_registration_withdrawn_while_it_is_modified_stays_withdrawn_and_is_told_once(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)
        draft = registering.amend(registration=registration, by=by, at=now())

        outcomes = together(
            partial(file, draft),
            partial(leaving.withdraw, registration=registration, by=by, at=now()),
            partial(registering.amend, registration=registration, by=by, at=now()),
            partial(registering.amend, registration=registration, by=by, at=now()),
        )

        assert no_fault(outcomes) == []
        registration.refresh_from_db()
        assert registration.state == "withdrawn"
        assert registration.version == registration.versions.count()
        assert not Draft.objects.open().filter(amends=registration).exists()
        told = Message.objects.filter(about_kind="registration", about_id=str(registration.pk))
        assert told.filter(kind="withdrawn").count() == 1
        assert told.exclude(kind="withdrawn").count() == registration.version


def test_a_modification_begun_and_saved_several_times_at_once_is_one_version(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)

        drafts = together(
            *[partial(registering.amend, registration=registration, by=by, at=now())] * 5
        )
        answer_all(drafts[0], MODIFIED, at=now())
        outcomes = together(*[partial(file, draft) for draft in drafts])

        assert len({draft.pk for draft in drafts}) == 1
        assert {version.number for version in outcomes} == {2}
        assert registration.versions.count() == 2


def test_of_two_windows_that_modify_one_answer_at_once_one_counts_and_the_other_is_told(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)
        draft = registering.amend(registration=registration, by=by, at=now())
        shown = draft.answers.get(section="identification")

        def modify(street, draft=draft, shown=shown):
            """Change the street on the tab as it was shown, then press « Enregistrer »."""
            drafting.answer(
                draft=draft,
                section="identification",
                typed={**shown.answers, "address_1": street},
                seen_revision=shown.revision,
                at=now(),
            )
            file(draft)

        streets = ["3 quai du Wault", "5 rue Royale"]
        outcomes = together(*[partial(modify, street) for street in streets])

        assert no_fault(outcomes) == []
        assert kinds(outcomes).count("done") == 1
        registration.refresh_from_db()
        assert registration.version == registration.versions.count() == 2
        kept = registration.versions.get(number=2).snapshot["answers"]["identification"]
        assert kept["address_1"] == streets[kinds(outcomes).index("done")]


def test_a_choice_begun_several_times_at_once_is_one_draft(arena):
    exam = Exam.objects.get(code="BE")
    for _ in ROUNDS:
        candidate = a_candidate(at=now())

        drafts = together(
            *[
                partial(
                    registering.begin,
                    candidate=candidate,
                    exam=exam,
                    speciality=exam.specialities.get(code="MARIN"),
                    service=RegistrationService.objects.get(academy=academy),
                    by=author(candidate),
                    at=now(),
                )
                for academy in ["A09", "A25"] * 5
            ]
        )

        assert no_fault(drafts) == []
        assert len({draft.pk for draft in drafts}) == 1
        assert (
            Entry.objects.filter(
                verb="registration begun", actor_id=f"user:{candidate.user_id}"
            ).count()
            == 1
        )


def test_a_withdrawn_registration_begun_again_several_times_at_once_is_one_draft(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)
        leaving.withdraw(registration=registration, by=by, at=now())

        drafts = together(
            *[partial(registering.begin_again, registration=registration, by=by, at=now())] * 5
        )

        assert no_fault(drafts) == []
        assert len({draft.pk for draft in drafts}) == 1
        assert drafts[0].answers.count() == 6


def test_civil_data_corrected_while_a_first_registration_is_saved_are_in_it_or_refused(arena):
    for _ in ROUNDS:
        draft = a_draft(at=now())
        candidate = draft.candidate
        corrected = {**IDENTITY, "first_names": "Maëlle Rose"}

        outcomes = together(
            partial(file, draft),
            partial(
                changing.change_identity,
                candidate,
                identity=corrected,
                by=author(candidate),
                at=now(),
            ),
        )

        assert no_fault(outcomes) == []
        candidate.refresh_from_db()
        registration = Registration.objects.get(candidate=candidate)
        assert registration.identity_id == candidate.identity_id
        assert Identity.objects.get(pk=candidate.identity_id).full_name in str(
            registration.versions.get().snapshot["name"]
        )
        assert kinds(outcomes) in (["done", "done"], ["done", "Frozen"])


def test_a_tab_answered_while_the_draft_is_saved_is_in_the_registration_or_refused(arena):
    for _ in ROUNDS:
        draft = a_draft(at=now())
        typed = {
            **draft.answers.get(section="identification").answers,
            "address_1": "3 quai du Wault",
        }

        outcomes = together(
            partial(file, draft),
            partial(
                drafting.answer,
                draft=draft,
                section="identification",
                typed=typed,
                seen_revision=1,
                at=now(),
            ),
        )

        assert no_fault(outcomes) == []
        filed = Version.objects.get(draft=draft).snapshot["answers"]["identification"]["address_1"]
        assert (kinds(outcomes)[1], filed) in {
            ("done", "3 quai du Wault"),
            ("Refused", "12 rue des Îles"),
        }


def test_a_draft_abandoned_while_it_is_saved_is_one_or_the_other(arena):
    for _ in ROUNDS:
        draft = a_draft(at=now())

        outcomes = together(partial(file, draft), partial(drafting.abandon, draft=draft, at=now()))

        assert no_fault(outcomes) == []
        draft.refresh_from_db()
        is_filed = draft.filed_as_id is not None
        assert is_filed != bool(draft.abandoned_at)
        assert Registration.objects.filter(candidate=draft.candidate).count() == is_filed


@pytest.mark.parametrize("clicks", [2, 10])
def test_a_withdrawal_asked_several_times_at_once_is_told_once(arena, clicks):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)

        outcomes = together(
            *[partial(leaving.withdraw, registration=registration, by=by, at=now())] * clicks
        )

        assert sorted(kinds(outcomes)) == ["Refused"] * (clicks - 1) + ["done"]
        assert Message.objects.filter(kind="withdrawn", about_id=str(registration.pk)).count() == 1
        assert (
            Entry.objects.filter(
                verb="registration withdrawn", object_id=str(registration.pk)
            ).count()
            == 1
        )


def test_a_window_that_waits_for_another_shows_what_that_one_wrote_meanwhile(arena):
    draft = a_draft(at=now())
    client = Client(SERVER_NAME=HOST)
    client.force_login(draft.candidate.user, backend=BACKEND)
    path = f"/inscription/{draft.pk}/identification"
    typed = draft.answers.get(section="identification").answers
    pages = []

    def answer_here():
        pages.append(client.post(path, {**typed, "address_1": "ici", "revision": 1}))
        connection.close()

    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk)
        here = Thread(target=answer_here)
        here.start()
        eventually(lambda: rows("SELECT pid FROM pg_locks WHERE NOT granted"))
        drafting.answer(
            draft=draft,
            section="identification",
            typed={**typed, "address_1": "ailleurs"},
            seen_revision=1,
            at=now(),
        )
    here.join()

    [page] = pages
    assert page.status_code == 409
    [difference] = page.context["differences"]
    assert (difference.mine, difference.theirs) == ("ici", "ailleurs")
    assert page.context["revision"] == 2


def test_rules_put_in_force_while_registrations_are_saved_leave_each_under_one_version(arena):
    text = INVENTED.read_text(encoding="utf-8")
    opening, closing = (f"{now() + timedelta(days=days):%Y-%m-%d} 08:00" for days in (-2, 20))
    text = text.replace("2026-10-12 08:00", opening)
    text = re.sub(r"fermeture: [\d-]+ [\d:]+", f"fermeture: {closing}", text)
    for number in ROUNDS:
        drafts = [a_draft(at=now()) for _ in range(6)]
        source = Source(
            "invented.yaml",
            text.replace("Bureau des essais de Lille", f"Bureau n° {number}").replace(
                "libelle: Français,", f"libelle: Français {number},"
            ),
        )

        outcomes = together(
            *[partial(file, draft) for draft in drafts[:3]],
            partial(exams.load, source, by=OPERATOR, at=now()),
            *[partial(file, draft) for draft in drafts[3:]],
        )

        assert [one for one in outcomes if isinstance(one, Exception)] == []
        for draft in drafts:
            version = Version.objects.select_related("regulation").get(draft=draft)
            [label] = [
                paper.label
                for paper in version.regulation.rules.exam("BE").papers
                if paper.code == "E1"
            ]
            assert label in str(version.snapshot["sections"])
            assert version.snapshot["regulation"] == version.regulation.number


@pytest.mark.parametrize("_round", ROUNDS)
def test_a_correction_and_a_modification_at_once_wait_for_each_other(arena, _round):
    registration = a_registration(at=now())
    candidate = registration.candidate
    draft = registering.amend(registration=registration, by=author(candidate), at=now())
    civil = {**civil_data(candidate.identity), "usage_name": "Kermarrec"}

    outcomes = together(
        lambda: file(draft),
        lambda: correcting.correct_identity(
            registration=registration,
            identity=civil,
            seen=candidate.identity_id,
            proof="Acte de mariage",
            by=OPERATOR,
            at=now(),
        ),
        lambda: registering.amend(registration=registration, by=author(candidate), at=now()),
    )

    assert no_fault(outcomes) == []
    registration.refresh_from_db()
    assert registration.identity.usage_name == "Kermarrec"
    numbers = list(registration.versions.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, registration.version + 1))
