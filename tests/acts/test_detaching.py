"""An operator gives the record of an account back to letters."""

from datetime import date, datetime, timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from sporades import mail
from sporades.accommodations.contesting import final_at, presumed_at
from sporades.accounts.models import NOBODY, Membership, User
from sporades.acts.people import detaching, joining
from sporades.acts.registrations import deciding, leaving
from sporades.candidates.models import Candidate
from sporades.journal.models import Entry
from sporades.letters.models import Letter, PrintRun
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.personal import operations as personal
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG
from tests.acts.test_claiming import claim, given
from tests.endurance.arena import first
from tests.evidence.given import again, complete, flag_with
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    author,
    registered_in_two_academies,
    without_exclusion,
)
from tests.jobs import work
from tests.mail.test_letters_of_publications import deposit
from tests.publications.doing import publish_together
from tests.spaces import plain
from tests.web.registry.world import a_member

THEIRS = "voleur@exemple.test"
FOREST = {"speciality": "FOREST", "epreuves": {"statut-M1": None, "statut-M2": "inscrit"}}
WHY = "Fiche de connexion volée, identité vérifiée au guichet"

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.fixture
def stolen():
    """Register somebody on paper, whose record another takes with the code."""
    registration = a_registration(a_record())
    joining.activate(claim(given(registration.candidate), email=THEIRS).pk, at=NOW)
    return Candidate.objects.get(pk=registration.candidate_id)


def detach(candidate, address=THEIRS, number="", motif=WHY):
    said = number or candidate.number
    call_command("compte", "detacher", address, "--candidat", said, "--motif", motif)


def test_the_record_is_told_by_letters_again_with_all_that_is_registered(stolen, capsys):
    user = stolen.user
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")
    a_draft(stolen, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"})

    detach(stolen, address="Voleur@exemple.test")

    assert "à imprimer pour : 12 rue des Îles, 59000 LILLE" in plain(capsys.readouterr().out)
    stolen.refresh_from_db()
    assert (stolen.user, stolen.email, stolen.by_letter) == (None, "", True)
    assert stolen.address_1 == "12 rue des Îles"
    assert not User.objects.filter(email=THEIRS).exists()
    assert not UserSession.objects.exists()
    registration = Registration.objects.get(candidate=stolen)
    assert registration.is_active
    assert registration.folder.holder is None
    noted = Entry.objects.get(verb="record detached")
    assert (noted.actor_kind, noted.object_id) == ("operator", str(stolen.pk))
    assert noted.payload["after"] == {"reason": WHY, "account": user.pk}


def test_the_account_and_the_person_are_told(stolen):
    detach(stolen)

    told = {one.recipient: one for one in Message.objects.filter(kind="record_detached")}
    assert set(told) == {THEIRS, ""}
    mailed, letter = plain(told[THEIRS].body), plain(told[""].body)
    for body in (mailed, letter):
        assert "a fermé le compte v…@exemple.test" in body
        assert "Si vous ne l'avez pas demandé, prévenez tout de suite ce service." in body
        assert "Votre service gestionnaire : Bureau des essais de Lille" in body
        assert WHY not in body
    assert "et non plus ici" in mailed
    assert "à l'adresse postale de votre dossier" in letter
    assert told[""].letter.candidate == stolen


def test_what_is_told_from_then_on_is_a_letter_and_a_code_gives_it_to_an_account_again(stolen):
    detach(stolen)
    registration = again(Registration.objects.get(candidate=stolen))
    leaving.withdraw(registration=registration, by=OPERATOR, at=NOW)

    assert Letter.objects.filter(message__kind="withdrawn").exists()
    joining.activate(claim(given(stolen), email="elle@exemple.test").pk, at=NOW)
    stolen.refresh_from_db()
    assert stolen.user.email == "elle@exemple.test"


def test_the_copy_that_the_account_had_asked_for_is_nobody_elses(stolen):
    personal.ask(candidate=stolen, by=author(stolen), at=NOW)
    work("personal")
    assert personal.copy_of(stolen, at=NOW).is_ready

    detach(stolen)

    joining.activate(claim(given(stolen), email="elle@exemple.test").pk, at=NOW)
    stolen.refresh_from_db()
    assert personal.copy_of(stolen, at=NOW) is None
    assert not Message.objects.filter(kind="data_copy_ready").exists()
    assert Entry.objects.filter(verb="data copy erased", actor_kind="operator").exists()


def enclosed():
    return set(
        Letter.objects.filter(enclosed__isnull=False).values_list(
            "message__kind", "enclosed__document__kind"
        )
    )


def test_what_the_account_alone_was_given_is_posted():
    registration = a_registration(a_candidate(email=THEIRS))
    manager = a_member("agent@exemple.test", "manager", ["A09"])
    publish_together(deposit(registration, manager, "convocation"), manager)

    detach(registration.candidate)

    assert enclosed() == {
        ("document_published", "convocation"),
        ("document_published", "recapitulatif"),
    }
    told = Letter.objects.get(message__kind="record_detached").message
    assert "vous y est envoyé aussi" in told.body
    assert "Votre inscription est" not in plain(told.body)  # it stands as it was filed
    summary = Letter.objects.get(enclosed__document__kind="recapitulatif").message
    assert "à signer et à poster comme il le dit" in summary.body
    assert summary.due_by is not None
    other = Letter.objects.get(enclosed__document__kind="convocation").message
    assert "à signer" not in other.body
    assert other.due_by is None


def test_the_letter_says_the_anomaly_and_what_the_account_alone_was_asked_for():
    registration = a_registration(a_candidate(email=THEIRS))
    flag_with(registration, until=date(2026, 12, 8))

    detach(registration.candidate)

    told = {one.recipient: one for one in Message.objects.filter(kind="record_detached")}
    mailed, letter = (plain(" ".join(told[one].body.split())) for one in (THEIRS, ""))
    assert f"Numéro d'inscription : {registration.number} Votre inscription est" in letter
    assert "enregistrée, mais incomplète : Votre diplôme manque. Ce qui est attendu" in letter
    assert "- Copie de votre diplôme, avant le mardi 8 décembre 2026" in letter
    assert "Les pièces justificatives s'envoient par courrier à l'adresse ci-dessous." in letter
    assert told[""].due_by == datetime.fromisoformat("2026-12-08T23:59:00+01:00")
    assert "diplôme" not in mailed


def test_an_anomaly_for_which_nothing_is_to_be_sent_is_said_and_no_signed_summary_is_asked_again():
    registration = a_registration(a_candidate(email=THEIRS))
    complete(registration)
    deciding.decide(
        registration=again(registration),
        decision=FLAG,
        reason="Nom illisible.",
        by=OPERATOR,
        at=NOW,
    )

    detach(registration.candidate)

    letter = Letter.objects.get(message__kind="record_detached").message
    assert "enregistrée, mais incomplète : Nom illisible." in plain(" ".join(letter.body.split()))
    assert "Ce qui est attendu" not in letter.body
    assert letter.due_by is None
    assert enclosed() == set()


def test_each_service_to_which_something_is_to_be_sent_is_named_once():
    candidate = a_candidate(email=THEIRS)
    registered_in_two_academies(candidate)
    lille, versailles = Registration.objects.order_by("academy")
    flag_with(lille, until=date(2026, 12, 8))
    flag_with(versailles, until=date(2026, 12, 8))
    candidate.refresh_from_db()
    named = [f"gestionnaire : {one.service.managing_service}" for one in (lille, versailles)]

    detach(candidate)

    body = plain(Letter.objects.get(message__kind="record_detached").message.body)
    assert [body.count(one) for one in named] == [1, 1]
    # The one where they registered last answers for the whole.
    assert Entry.objects.get(verb="record detached").academy == versailles.academy_id


def test_the_letter_is_due_by_the_first_day_of_all_that_is_awaited():
    without_exclusion()
    candidate = a_candidate(email=THEIRS)
    for day, choice in ((8, {}), (9, FOREST)):
        flag_with(a_registration(candidate, **choice), until=date(2026, 12, day))

    detach(Candidate.objects.get(pk=candidate.pk))

    letter = Letter.objects.get(message__kind="record_detached").message
    assert letter.due_by == datetime.fromisoformat("2026-12-08T23:59:00+01:00")
    assert [f"{day} décembre" in plain(letter.body) for day in (8, 9)] == [True] * 2


def test_what_came_by_letter_before_is_not_posted_again(stolen):
    detach(stolen)

    assert enclosed() == {("registered", "recapitulatif")}
    told = Letter.objects.get(message__kind="record_detached").message
    assert "vous y est envoyé aussi" not in told.body


def test_what_others_received_by_letter_is_posted_all_the_same():
    a_registration(a_record())
    registration = a_registration(a_candidate(email=THEIRS))

    detach(registration.candidate)

    assert enclosed() == {("registered", "recapitulatif"), ("document_published", "recapitulatif")}


def test_a_letter_that_was_overtaken_has_brought_nothing(stolen):
    Letter.objects.update(state=LetterState.OVERTAKEN, overtaken_at=NOW)

    detach(stolen)

    assert ("document_published", "recapitulatif") in enclosed()


def test_a_letter_that_was_taken_out_of_its_envelope_has_brought_nothing(stolen):
    service = Registration.objects.get(candidate=stolen).service
    run = PrintRun.objects.create(
        managing=service.managing_service,
        academy=service.academy,
        domain=service.domain,
        day=NOW.date(),
        asked_at=NOW,
        asked_name="Claude Martin",
        file_key="impressions/une",
        made_at=NOW,
        posted_on=NOW.date(),
        posted_name="Claude Martin",
    )
    Letter.objects.update(state=LetterState.PRINTED, run=run, address=["x"])

    detach(stolen)

    assert ("document_published", "recapitulatif") in enclosed()


def test_of_a_registration_that_was_left_nothing_is_posted():
    registration = a_registration(a_candidate(email=THEIRS))
    manager = a_member("agent@exemple.test", "manager", ["A09"])
    publish_together(deposit(registration, manager, "convocation"), manager)
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    detach(registration.candidate)

    assert enclosed() == set()
    told = Message.objects.filter(kind="record_detached").values_list("recipient", flat=True)
    assert set(told) == {THEIRS, ""}


@pytest.mark.django_db(transaction=True)
def test_what_is_withdrawn_in_that_instant_is_neither_posted_nor_awaited():
    registration = a_registration(a_candidate(email=THEIRS))
    flag_with(registration, until=date(2026, 12, 8))
    number = Candidate.objects.get(pk=registration.candidate_id).number

    def withdraws(holds):
        leaving.withdraw(
            registration=again(registration), by=author(registration.candidate), at=NOW
        )
        holds()

    _, detached = first(
        withdraws,
        lambda: detaching.detach(THEIRS, number=number, reason=WHY, by=OPERATOR, at=NOW),
    )

    assert detached == registration.candidate
    assert enclosed() == set()
    assert "diplôme" not in Letter.objects.get(message__kind="record_detached").message.body


@pytest.mark.parametrize("is_final", [False, True])
def test_no_letter_makes_a_decision_contestable_again(is_final):
    registration = a_registration(a_candidate(email=THEIRS))
    manager = a_member("agent@exemple.test", "manager", ["A09"])
    publish_together(deposit(registration, manager, "notification-amenagement"), manager)
    candidate = Candidate.objects.get(pk=registration.candidate_id)
    zone = registration.service.zone
    final = final_at(presumed_at(NOW, zone), zone)

    detaching.detach(
        THEIRS,
        number=candidate.number,
        reason=WHY,
        by=OPERATOR,
        at=final if is_final else final - timedelta(microseconds=1),
    )

    posted = ("document_published", "notification-amenagement") in enclosed()
    assert posted != is_final


def test_the_record_has_its_postal_address_and_what_was_written_of_the_account_is_forgotten():
    registration = a_registration(a_candidate(email=THEIRS))
    candidate = Candidate.objects.get(pk=registration.candidate_id)
    assert candidate.address_1 == ""
    said = {"to": THEIRS, "at": NOW, "key": "changed", "when": "là", "reset": "ici"}
    mail.write("password_changed", about=candidate.user, **said)

    detach(candidate)

    candidate.refresh_from_db()
    assert candidate.address_1 == "12 rue des Îles"
    assert not Message.objects.filter(kind="password_changed").exists()


@pytest.mark.parametrize(
    ("given_by", "said"),
    [
        ({"number": "20000000058"}, "n'est pas celui du candidat n°20000000058"),
        ({"address": "personne@exemple.test"}, "Aucun compte n'a l'adresse"),
        ({"motif": " "}, "Le motif compte de 1 à"),
    ],
)
def test_a_slip_of_the_hand_detaches_nobody(stolen, given_by, said):
    with pytest.raises(CommandError, match=said):
        detach(stolen, **given_by)

    stolen.refresh_from_db()
    assert stolen.has_account


def test_the_number_of_somebody_else_detaches_neither(stolen):
    other = a_registration(a_candidate(email="autre@exemple.test")).candidate
    other.refresh_from_db()

    with pytest.raises(CommandError, match=f"n'est pas celui du candidat n°{other.number}"):
        detach(stolen, number=other.number)

    for one in (stolen, other):
        one.refresh_from_db()
        assert one.has_account


def test_what_others_have_is_neither_posted_nor_told_to_whoever_is_detached(stolen):
    registration = a_registration(a_candidate(email="autre@exemple.test"))
    manager = a_member("agent@exemple.test", "manager", ["A09"])
    publish_together(deposit(registration, manager, "convocation"), manager)
    flag_with(registration, until=date(2026, 12, 8))

    detach(stolen)

    letter = Letter.objects.get(message__kind="record_detached")
    assert registration.number not in letter.message.body
    assert enclosed() == {("registered", "recapitulatif")}
    assert User.objects.filter(email="autre@exemple.test").exists()


def test_the_account_of_who_was_an_agent_long_ago_is_closed_and_its_row_stays_nobody_s(stolen):
    account = stolen.user
    Membership.objects.create(
        user=account, role="auditor", full_name=NOBODY, academies=["A09"], ends_on=NOW.date()
    )

    detach(stolen)

    account.refresh_from_db()
    assert not account.is_active
    assert account.email != THEIRS
    assert account.memberships.get().full_name == NOBODY
    assert Message.objects.filter(kind="record_detached", recipient=THEIRS).exists()


def test_an_agents_account_stays_and_so_does_one_without_registration():
    a_member(THEIRS, "manager", ["A09"])
    with pytest.raises(CommandError, match="celui d'un agent"):
        detach(None, number="1")

    archived = a_registration(a_candidate(email="autre@exemple.test")).candidate
    archived.refresh_from_db()
    Registration.objects.all().delete()
    with pytest.raises(CommandError, match="pas d'inscription à rendre"):
        detach(archived, address="autre@exemple.test")
