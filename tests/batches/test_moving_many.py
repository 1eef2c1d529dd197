"""Many registrations are given to another academy, once each, by whoever had them (I4)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.registrations import leaving, moving
from sporades.batches import moving as many
from sporades.batches import operations, queries
from sporades.batches.actions import ACTIONS, WRITTEN_ALONE
from sporades.batches.operations import running
from sporades.batches.states import BatchState
from sporades.candidates.models import Candidate
from sporades.core.refusals import NobodyApproves, ReasonMissing
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.journal.queries import once
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.publications.models import Publication
from sporades.registrations.models import Registration
from tests.batches.test_pieces_of_many import launched, refused
from tests.evidence.given import MANAGER
from tests.factories import NOW, a_candidate, a_registration, author, load_invented
from tests.publications.doing import publish
from tests.spaces import plain
from tests.web.registry.world import a_member

WHY = "Les spécialités rares sont regroupées à Versailles."
THERE = "A25"
pytestmark = pytest.mark.usefixtures("kept")


def moved(prepare, **said):
    return prepare("move", WHY, academy=THERE, **said)


def academies(three):
    return list(
        Registration.objects.filter(pk__in=[one.pk for one in three])
        .order_by("pk")
        .values_list("academy", flat=True)
    )


def foreseen(batch, *, at=NOW):
    return sorted((one.seen, one.count, one.refusal) for one in queries.forecast(batch, at=at))


def test_each_is_given_once_and_told_once(prepare, three):
    batch = moved(prepare)
    assert foreseen(batch) == [("proposée là-bas", 3, "")]

    launched(batch)

    assert refused(batch) == []
    assert academies(three) == [THERE] * 3
    for one in three:
        one.refresh_from_db()
        assert (one.version, one.is_placed) == (2, True)
    told = Message.objects.filter(kind="registration_moved")
    assert sorted(told.values_list("about_id", flat=True)) == sorted(str(one.pk) for one in three)
    assert f"Motif : {WHY}" in told.first().body
    assert once(Entry.objects.filter(verb="registration moved")).count() == 3
    launching = Entry.objects.get(verb="batch launched").payload["after"]
    assert (launching["given_to"], launching["reason"]) == (THERE, WHY)


def test_it_says_before_where_it_is_closed_and_refuses_where_it_is_not_offered(prepare, three):
    batch = moved(prepare)
    there = RegistrationService.objects.filter(academy=THERE)
    there.update(opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(days=1))
    assert foreseen(batch) == [("proposée là-bas, inscriptions fermées", 3, "")]
    there.update(opens_at=NOW + timedelta(days=1), closes_at=NOW + timedelta(days=9))
    assert foreseen(batch) == [("proposée là-bas, inscriptions fermées", 3, "")]

    nowhere = prepare("move", WHY, academy="A01")

    why = "Cette académie n'inscrit pas à cet examen ou concours pour cette session."
    assert foreseen(nowhere) == [("pas proposée dans cette académie", 3, why)]
    assert refused(launched(nowhere)) == [why] * 3
    assert academies(three) == ["A09"] * 3


def test_what_is_there_already_or_has_left_or_stands_no_more_is_refused(prepare, three, asker):
    asker.memberships.update(academies=["A09", THERE])
    moving.move_for_good(registration=three[0], academy=THERE, reason="Un.", by=MANAGER, at=NOW)
    batch = moved(prepare)
    moving.move_for_good(registration=three[1], academy=THERE, reason="Deux.", by=MANAGER, at=NOW)
    leaving.withdraw(registration=three[2], by=author(three[2].candidate), at=NOW)

    assert foreseen(batch) == [
        ("donnée à une autre académie depuis", 1, many.MOVED_SINCE),
        ("déjà dans cette académie", 1, many.ALREADY_THERE),
        ("proposée là-bas", 1, "Le candidat s'est désinscrit : elle ne change plus d'académie."),
    ]
    launched(batch)

    assert sorted(refused(batch)) == sorted(
        [
            many.MOVED_SINCE,
            many.ALREADY_THERE,
            "Le candidat s'est désinscrit : elle ne change plus d'académie.",
        ]
    )
    assert Message.objects.filter(kind="registration_moved").count() == 2


def test_it_is_prepared_with_an_academy_and_a_reason(prepare, three):
    with pytest.raises(operations.AcademyMissing):
        prepare("move", WHY)
    with pytest.raises(ReasonMissing):
        prepare("move", academy=THERE)
    assert prepare("validate", academy=THERE).academy == ""


def test_what_would_be_to_settle_there_is_counted_before(prepare, asker, monkeypatch):
    permit = '{code: permis, type: oui_non, libelle: "Avez-vous le permis bateau ?"}'
    there = "{code: bateau, type: texte, libelle: Nom du bateau, longueur_maximale: 20, si: {academie: [A25]}}"
    load_invented((permit, f"{permit}\n      - {there}"))
    three = [a_registration(a_candidate(birth_name=name)) for name in ("Abadie", "Bézier", "Cœur")]
    alone = Registration.objects.filter(pk=three[0].pk)
    launched(prepare("prepare-attestation-inscription", registrations=alone))
    batch = moved(prepare)
    assert many.ahead(batch.lines.all(), academy=THERE, at=NOW).to_come == 1
    publish(Publication.objects.get(), asker)

    found = many.ahead(batch.lines.all(), academy=THERE, at=NOW)
    asked = "« Informations supplémentaires », « Nom du bateau » : Écrivez votre réponse."
    assert (found.judged, found.is_whole, found.to_review) == (3, True, 3)
    assert found.asked == [(asked, 3)]
    assert (found.published, found.to_come) == (1, 0)
    assert found.in_words["published"] == "1 inscription"

    monkeypatch.setattr(many, "MOST_JUDGED", 2)
    first = many.ahead(batch.lines.all(), academy=THERE, at=NOW)
    assert (first.judged, first.is_whole, first.to_review) == (2, False, 2)
    assert not many.ahead(batch.lines.all(), academy="A01", at=NOW).judged

    launched(batch)
    assert all(one.to_review_since for one in Registration.objects.all())


def test_looking_ahead_asks_as_much_of_twenty_as_of_three(prepare, three):
    def asked(count):
        keys = Registration.objects.order_by("pk").values("pk")[:count]
        batch = moved(prepare, registrations=Registration.objects.filter(pk__in=keys))
        with CaptureQueriesContext(connection) as queries_of:
            found = many.ahead(batch.lines.all(), academy=THERE, at=NOW)
        assert found.judged == count
        return len(queries_of)

    homes = [("59000", "Lille"), ("59800", "Lille"), ("62000", "Arras")] * 6
    for letter, (postcode, town) in zip("abcdefghijklmnopqr", homes, strict=True):
        home = {"postcode": postcode, "town": town}
        a_registration(a_candidate(birth_name=f"Nom{letter}"), identification=home)
    asked(3)  # what a process holds is read
    first = asked(3)

    assert asked(20) == first
    assert first <= 12


def test_nobody_gives_away_what_is_not_of_their_perimeter(prepare, three, asker):
    foreign = a_registration(a_candidate(birth_name="Ailleurs"))
    moving.move_for_good(registration=foreign, academy=THERE, reason="Un.", by=MANAGER, at=NOW)
    allowed = reach(asker.memberships.all(), Permission.MOVE_REGISTRATIONS)
    batch = operations.prepare(
        registrations=Registration.objects.all(),
        action=ACTIONS["move"],
        reason=WHY,
        reach=allowed,
        by=asker,
        at=NOW,
        academy="A10",
    )

    assert sum(one.count for one in queries.forecast(batch, at=NOW)) == 3
    launched(batch)

    assert batch.lines.get(registration=foreign).why == running.OUTSIDE
    foreign.refresh_from_db()
    assert foreign.academy_id == THERE


def test_once_given_away_they_are_no_more_of_whoever_gave_them(prepare, three, asker):
    launched(moved(prepare))
    again = prepare("move", WHY, academy="A10", registrations=Registration.objects.all())

    assert queries.forecast(again, at=NOW) == []
    assert set(refused(launched(again))) == {running.OUTSIDE}
    assert academies(three) == [THERE] * 3


def test_its_letters_are_those_of_the_academy_that_receives_them(prepare, three):
    Candidate.objects.filter(pk=three[0].candidate_id).update(user=None, email="")
    batch = launched(moved(prepare))

    assert Letter.objects.waiting().get().service.academy_id == THERE
    assert queries.letters_waiting(batch) == 0


def test_one_person_alone_does_not_give_thousands_away(prepare, three):
    batch = moved(prepare)
    batch.total = WRITTEN_ALONE + 1
    batch.save(update_fields=["total"])

    with pytest.raises(NobodyApproves) as refusal:
        operations.launch(batch=batch, by=batch.author, at=NOW)
    assert "5\u202f000 changements d'académie par jour" in plain(str(refusal.value))
    a_member("chef@exemple.test", Membership.Role.HEAD, ["A09"])
    operations.launch(batch=batch, by=batch.author, at=NOW)
    assert batch.state == BatchState.PROPOSED
