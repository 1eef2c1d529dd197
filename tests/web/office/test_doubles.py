"""I12: likely doubles, side by side, decided by two persons one after the other."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership, User
from sporades.acts.identities import comparing
from sporades.candidates.models import Candidate
from sporades.doubles import operations
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import DoubleState
from sporades.exams.models import Exam, RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.operations import drafting
from sporades.web.office import bounded
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    load_invented,
    without_exclusion,
)
from tests.web.guide import main, plain
from tests.web.office.conftest import VERSAILLES, second_factor_shown

FOREST = {"statut-M1": None, "statut-M2": "inscrit"}
HOME, LIST = reverse("office:home"), reverse("office:doubles")
MOST = 20


def where(name, double):
    return reverse(f"office:{name}", args=[double.pk])


def a_double(first_names="Maelle", **changes):
    """File two registrations of two people who look alike, and find them."""
    a_registration(a_candidate())
    second = a_registration(a_candidate(first_names=first_names), **changes).candidate
    operations.look(second.pk, at=NOW)
    without_exclusion()
    return LikelyDouble.objects.filter(second=second).earliest("pk")


@pytest.fixture
def double(db):
    return a_double(speciality="FOREST", epreuves=FOREST)


def test_very_many_are_not_counted_to_the_last(manager, double, monkeypatch):
    LikelyDouble.objects.update(found_at=NOW - timedelta(days=3))
    a_double()
    assert LikelyDouble.objects.waiting().count() > 1
    monkeypatch.setattr(bounded, "IN_A_QUEUE", 1)

    [queue] = manager.get(HOME).context["queues"]

    assert (queue.label, queue.count, queue.is_cut) == ("Doublons probables", 1, True)
    assert queue.age == "3 jours"


def test_whose_letters_will_stop_is_said_with_where_their_messages_will_go(manager):
    account = a_candidate(email="boite.morte@exemple.test")
    record = a_record(first_names="Maelle")
    a_registration(account)
    a_registration(record, speciality="FOREST", epreuves=FOREST)
    operations.look(record.pk, at=NOW)
    page = where("double", LikelyDouble.objects.get(first=account, second=record))

    said = plain(main(manager.get(page).text))

    assert (
        "Le dossier qui reçoit des courriers n'en recevra plus : ses messages iront à "
        "boite.morte@exemple.test (compte jamais ouvert depuis son activation). Assurez-vous"
    ) in said
    Message.objects.filter(recipient=account.email).update(state="refused")
    assert "a été refusé." in plain(main(manager.get(page).text))


@pytest.fixture
def head(member):
    return member("A09", role=Membership.Role.HEAD, email="chef@exemple.test")


def begins(candidate, academy, author=None):
    """Begin another registration, in an academy; by an agent, or by the candidate."""
    exam = Exam.objects.get(code="BE")
    return drafting.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.get(code="MARIN"),
        service=RegistrationService.objects.get(domain=exam.domain, academy=academy),
        author=author,
        at=NOW,
    )


@pytest.mark.parametrize("academy", ["A09", "A25"])
def test_what_is_begun_elsewhere_is_neither_counted_nor_named(manager, double, academy):
    for one in (double.first, double.second):
        begins(one, academy)
    named = "Une inscription à :" if academy == "A09" else "Une même inscription"

    page = manager.get(where("double", double))

    counts = [side.begun for _, side in page.context["sides"]]
    assert counts == ([1, 1] if academy == "A09" else [0, 0])
    [hindrance] = page.context["hindrances"]
    assert hindrance.startswith(f"{named} ")


def test_what_two_hands_have_begun_is_no_hindrance(manager, double):
    begins(double.first, "A09")
    begins(double.second, "A09", author=manager.user)

    assert manager.get(where("double", double)).context["hindrances"] == []


def proposal(double, **changes):
    return {"garde": "1", "motif": "Même carte", "vu": comparing.mark_of(double), **changes}


def test_they_await_on_the_first_page_and_in_their_list(manager, double):
    [queue] = manager.get(HOME).context["queues"]
    home, page = main(manager.get(HOME)), main(manager.get(LIST))

    assert home.count("Doublons probables") == 1
    assert (queue.label, queue.count, queue.url) == ("Doublons probables", 1, LIST)
    assert "Maëlle Anne LE GOFF" in page
    assert "Très ressemblants" in page
    assert where("double", double) in manager.get(LIST).text


def test_both_are_side_by_side_with_what_differs_in_words(manager, double):
    page = manager.get(where("double", double))

    differing = [line.label for line in page.context["lines"] if line.is_different]
    assert differing == ["Prénoms", "Adresse mail"]
    assert page.text.count("<strong>Différent</strong>") == 2
    for registration in Registration.objects.all():
        assert registration.number in main(page)
    assert "2 documents, 0 message)" in main(page)
    read = Entry.objects.filter(verb="file read").values_list("object_id", flat=True)
    assert set(read) == {str(pk) for pk in Registration.objects.values_list("pk", flat=True)}


def test_when_an_account_was_last_used_is_said_by_the_hour_of_paris(manager, double):
    User.objects.filter(pk=double.first.user_id).update(last_login=NOW)

    page = main(manager.get(where("double", double)))

    assert "Dernière connexion le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in page


def test_two_persons_merge_them_and_the_next_one_comes(manager, head, double):
    again = a_double("Maëlle Jeanne", speciality="FOREST", epreuves=FOREST)
    following = LikelyDouble.objects.undecided().exclude(pk=double.pk).order_by("pk").first()
    answer = manager.post(where("propose_merge", double), proposal(double))
    assert answer.url == where("double", following)
    assert f"La fusion est proposée : Maëlle Anne LE GOFF (doublon n°{double.pk})." in main(
        manager.get(answer.url)
    )
    assert "doit l'approuver" in main(manager.get(where("double", double)))

    queues = {one.label: (one.count, one.url) for one in head.get(HOME).context["queues"]}
    to_approve = f"{LIST}?voir=a-approuver"
    assert queues["Fusions à approuver"] == (1, to_approve)
    assert [one.pk for one in head.get(to_approve).context["page"]] == [double.pk]
    assert queues["Doublons probables"] == (head.get(LIST).context["count"], LIST)
    assert double not in head.get(LIST).context["page"]
    assert "Fusions à approuver" not in main(manager.get(HOME))
    page = head.get(where("double", double))
    assert "Approuver la fusion" in main(page)
    seen = {"vu": page.context["seen"]}
    done = head.post(where("approve_merge", double), seen, follow=True)

    double.refresh_from_db()
    # Whom no mail reaches is told by a letter.
    told = f"(doublon n°{double.pk}). Le candidat est prévenu, par mail ou par courrier."
    assert told in main(done)
    assert double.state == DoubleState.MERGED
    assert double.first.registrations.count() == 2
    assert "Fusionnés" in main(manager.get(where("double", double)))
    assert again.state == DoubleState.WAITING
    history = reverse("office:history", args=[Registration.objects.first().number])
    assert "Dossiers de candidat fusionnés, par Claude Martin" in main(manager.get(history))


def test_what_one_proposes_oneself_is_not_among_what_one_may_approve(head, member, double):
    colleague = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    proposed(double, head)
    to_approve, every = f"{LIST}?voir=a-approuver", f"{LIST}?voir=proposes"

    assert [list(head.get(one).context["page"]) for one in (to_approve, every)] == [[], [double]]
    assert list(colleague.get(to_approve).context["page"]) == [double]


def proposed(double, client):
    client.post(where("propose_merge", double), proposal(double))
    double.refresh_from_db()
    assert double.is_proposed


def test_who_may_approve_does_not_take_back_but_refuses_with_a_reason(member, manager, double):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    proposed(double, manager)

    page = head.post(where("drop_merge", double), follow=True)

    assert "Vous pouvez refuser cette fusion : dites pourquoi." in main(page)
    double.refresh_from_db()
    assert double.is_proposed
    manager.post(where("drop_merge", double))
    double.refresh_from_db()
    assert not double.is_proposed


def four_pairs():
    """Find four pairs, each of two who look like no other."""
    pairs = []
    people = (("Le Goff", "Maëlle"), ("Quéméneur", "Théo"), ("Abgrall", "Zoé"), ("Dupuis", "Côme"))
    for year, (surname, first_name) in enumerate(people, start=1995):
        who = {"birth_name": surname, "birth_year": year}
        a_registration(a_candidate(first_names=f"{first_name} Luce", **who))
        second = a_registration(
            a_candidate(first_names=first_name, **who),
            speciality="FOREST",
            epreuves=FOREST,
        ).candidate
        operations.look(second.pk, at=NOW)
        pairs.append(LikelyDouble.objects.get(second=second))
    without_exclusion()
    assert LikelyDouble.objects.count() == len(pairs)
    return pairs


@pytest.mark.parametrize("decision", ["approve_merge", "refuse_merge"])
def test_who_approves_is_given_the_next_proposal_and_who_compares_the_next_pair(
    manager, head, member, decision
):
    member("A09", role=Membership.Role.HEAD, email="autre-chef@exemple.test")
    first, waiting, own, last = four_pairs()
    proposed(first, manager)
    proposed(own, head)
    proposed(last, manager)

    page = head.get(where("double", first))
    said = {"vu": page.context["seen"], "refus": "Deux cousines"}
    answer = head.post(where(decision, first), said)

    assert page.context["following"] == answer.url == where("double", last)
    for compared, client in ((own, head), (last, manager)):
        following = client.get(where("double", compared)).context["following"]
        assert following == where("double", first if decision == "refuse_merge" else waiting)
    answer = manager.post(where("tell_apart", waiting), {"distinction": "Jumelles"})
    first.refresh_from_db()
    assert answer.url == (where("double", first) if first.is_waiting else LIST)
    said["vu"] = head.get(where("double", last)).context["seen"]
    assert head.post(where(decision, last), said).url == LIST


def test_approving_asks_for_the_second_factor_again(manager, head, double, time_machine):
    manager.post(where("propose_merge", double), proposal(double))
    seen = head.get(where("double", double)).context["seen"]
    late = NOW + timedelta(minutes=16)
    time_machine.move_to(late)

    refused = head.post(where("approve_merge", double), {"vu": seen})

    assert refused.url.startswith(reverse("mfa_reauthenticate"))
    assert "approuver une fusion" in head.get(refused.url).text
    second_factor_shown(head, at=late)
    for method in (head.head, head.get):
        assert method(where("approve_merge", double)).url == where("double", double)
    double.refresh_from_db()
    assert double.state == DoubleState.PROPOSED
    head.post(where("approve_merge", double), {"vu": seen})
    double.refresh_from_db()
    assert double.state == DoubleState.MERGED


def test_a_number_that_was_merged_finds_who_is_kept(manager, head, double):
    manager.post(where("propose_merge", double), proposal(double))
    seen = head.get(where("double", double)).context["seen"]
    head.post(where("approve_merge", double), {"vu": seen})
    number = Candidate.objects.get(pk=double.second_id).number

    page = manager.post(reverse("office:find"), {"quoi": number}, follow=True)

    assert all(one in page.text for one in Registration.objects.values_list("number", flat=True))


def test_what_is_missing_is_asked_where_it_is_missing(manager, double):
    page = manager.post(where("propose_merge", double), {"garde": "1", "motif": " "})
    assert page.status_code == 422
    assert "Dites pourquoi c'est une seule personne." in main(page)

    page = manager.post(where("tell_apart", double), {"distinction": ""})
    assert page.status_code == 422
    assert "Dites pourquoi ce sont deux personnes." in main(page)
    double.refresh_from_db()
    assert double.state == DoubleState.WAITING


def test_what_hinders_is_said_and_nothing_is_proposed(manager, head, db):
    double = a_double(speciality="FOREST", epreuves=FOREST)
    load_invented()

    assert "À régler avant de fusionner" in main(manager.get(where("double", double)))
    page = manager.post(where("propose_merge", double), proposal(double), follow=True)
    assert "La fusion n'est pas possible. Les inscriptions n°" in main(page)


def test_who_proposes_may_take_it_back_and_never_approve(member, double):
    proposer = member("A09", role=Membership.Role.HEAD, email="une@exemple.test")
    other = member("A09", role=Membership.Role.HEAD, email="autre@exemple.test")
    proposer.post(where("propose_merge", double), proposal(double))

    page = main(proposer.get(where("double", double)))
    assert "Approuver la fusion" not in page
    assert "Retirer la proposition" in page
    double.refresh_from_db()
    said = {"vu": comparing.mark_of(double)}
    answer = proposer.post(where("approve_merge", double), said, follow=True)
    assert "approuvée par une autre personne" in answer.text
    assert Candidate.objects.filter(merged_into=None).count() == 2
    other.post(where("refuse_merge", double), {"refus": "Deux cousines"})
    assert "Deux cousines" in main(proposer.get(where("double", double)))


def test_told_apart_they_leave_the_queue_and_may_be_found_again(manager, double):
    manager.post(where("tell_apart", double), {"distinction": "Jumelles"})

    home = manager.get(HOME)
    assert home.context["queues"] == []
    assert LIST in home.text
    assert "Maëlle" not in main(manager.get(LIST))
    assert "Maëlle" in main(manager.get(f"{LIST}?voir=distingues"))
    manager.post(where("compare_again", double))
    assert "Maëlle" in main(manager.get(LIST))


def test_of_two_academies_nobody_of_one_learns_that_there_is_another(member, manager, db):
    double = a_double(
        speciality="FOREST", epreuves=FOREST, academy="A25", identification=VERSAILLES
    )
    national = member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")
    both = member("A09", "A25", email="deux@exemple.test")
    elsewhere = member("A25", email="ailleurs@exemple.test")

    for reader in (manager, elsewhere):
        assert reader.get(HOME).context["queues"] == []
        assert "Aucun doublon" in main(reader.get(LIST))
        assert reader.get(where("double", double)).status_code == 404
        assert reader.post(where("tell_apart", double), {"distinction": "x"}).status_code == 404
    for reader in (national, both):
        counts = {one.label: one.count for one in reader.get(HOME).context["queues"]}
        assert counts["Doublons probables"] == 1
        assert reader.get(where("double", double)).status_code == 200


def test_one_more_registration_elsewhere_takes_them_out_of_sight(manager, double):
    a_registration(double.second, academy="A25", identification=VERSAILLES)

    assert manager.get(where("double", double)).status_code == 404


def test_who_has_no_registration_any_more_is_nobodys_but_the_administrators(
    member, manager, double
):
    national = member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")
    Registration.objects.filter(candidate=double.first).update(candidate=a_candidate())

    assert manager.get(where("double", double)).status_code == 404
    assert "les siennes sont archivées" in main(national.get(where("double", double)))
    # Of the one a file is read, of the other what is left: the record.
    read = Entry.objects.filter(verb__in=("file read", "record read")).values_list(
        "verb", flat=True
    )
    assert sorted(read) == ["file read", "record read"]
    Registration.objects.update(candidate=a_candidate(), exclusive_scope="")
    assert national.get(where("double", double)).status_code == 404


def test_foreign_and_nonexistent_cost_the_same(member, double):
    elsewhere = member("A25", email="ailleurs@exemple.test")
    costs = []
    for key in (double.pk, 999_999):
        with CaptureQueriesContext(connection) as queries:
            assert elsewhere.get(reverse("office:double", args=[key])).status_code == 404
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_what_somebody_else_decided_meanwhile_is_said(manager, head, double):
    comparing.tell_apart(double=double, reason="Jumelles", by=OPERATOR, at=NOW)

    for name, said in (("propose_merge", {}), ("propose_merge", proposal(double))):
        page = manager.post(where(name, double), said, follow=True)
        assert page.status_code == 200
        assert "Deux personnes" in main(page)
    assert "relisez" in page.text or "le dossier a changé" in page.text


def test_a_page_costs_no_more_for_many_registrations_as_for_one(manager, double):
    def cost(address):
        manager.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert manager.get(address).status_code == 200
        return len(queries)

    one = cost(where("double", double)), cost(LIST)
    for number in range(3):
        other = a_registration(a_candidate(first_names=f"Maëlle {'bcd'[number]}"))
        operations.look(other.candidate_id, at=NOW)
    assert LikelyDouble.objects.count() > 3
    assert cost(LIST) == one[1]

    mine = Registration.objects.exclude(candidate=double.first)
    mine.update(candidate=double.second, state="withdrawn", withdrawn_at=NOW)
    assert cost(where("double", double)) <= one[0] <= MOST
