"""« Preuve de l'instruction »: what was asked, found, decided and told, and nothing of health."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sporades import journal
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.acts import accommodating, proving
from sporades.acts.pieces import granting, reminding, verifying
from sporades.acts.proving import verbs
from sporades.acts.proving.instruction import NOT_COPIED, OF_LEAVING, OF_THE_PERSON
from sporades.acts.registrations import deciding, leaving, registering
from sporades.acts.writing import messaging
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.exams.held import forget
from sporades.journal.models import Entry
from sporades.journal.words import IN_WORDS
from sporades.mail.models import Message
from sporades.mail.operations import write_again
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE
from sporades.web.office.registrations.sparing import OF_ACCOMMODATIONS
from tests.accommodations.asked import THIRD, fill_every_text, reach
from tests.acts.test_to_review import correct
from tests.documents.conformity import problems
from tests.documents.reading import data_in, pdf_text, words
from tests.evidence.given import BAC, MANAGER, again, flag_with, piece, receive
from tests.factories import (
    NOW,
    a_candidate,
    a_registration,
    author,
    load_invented,
    registered_in_two_academies,
)
from tests.medical.given import confide, found_clean
from tests.medical.given import write as remark
from tests.medical.test_scanning import INFECTED, look
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPERATOR = Actor("operator", "ligne de commande (essai)")
FILE = "preuve-de-l-instruction.json"
ILLEGIBLE, MISSING = "La date de naissance ne se lit pas.", "Le diplôme n'est pas celui demandé."


def proof_of(registration, *, at=NOW):
    whole = Registration.objects.whole().get(pk=registration.pk)
    return proving.of_instruction(registration=whole, by=OPERATOR, at=at)


def facts(made):
    return json.loads(data_in(made.pdf, named=FILE))


def text_of(made):
    return flat(pdf_text(made.pdf))


def flat(text):
    """Return a text without the spaces that a page gives it."""
    return plain(" ".join(words(text)))


def refuse(registration, *, reason=ILLEGIBLE, code="IDENTITE", at):
    row = piece(registration, code)
    verifying.refuse(row=row, reason=reason, seen=row.deposit_id, by=MANAGER, at=at)


def set_aside(registration, *, reason=MISSING, at):
    deciding.decide(
        registration=again(registration), decision=SET_ASIDE, reason=reason, by=MANAGER, at=at
    )


# --- What is in it ---------------------------------------------------------------------------


def test_it_tells_what_was_asked_what_came_what_was_found_and_why():
    filed = a_registration()
    receive(filed, at=NOW + HOUR)
    refuse(filed, at=NOW + 2 * HOUR)
    set_aside(filed, at=NOW + 3 * HOUR)

    made = proof_of(filed, at=NOW + DAY)

    said = facts(made)
    [identity] = [one for one in said["pieces"] if one["code"] == "IDENTITE"]
    assert (identity["libelle"], identity["etat"], identity["motif"]) == (
        "Pièce d'identité",
        "Non conforme",
        ILLEGIBLE,
    )
    assert flat(identity["a_fournir"]) in text_of(made)
    told = [(one["quoi"].partition(" :")[0], one["motif"]) for one in said["actes"]]
    assert told[0] == ("Inscription enregistrée", "")
    assert ("Pièce justificative trouvée non conforme", ILLEGIBLE) in told
    assert told[-1] == ("Inscription écartée", MISSING)
    assert said["anomalies"] == []
    for reason in (ILLEGIBLE, MISSING):
        assert reason in text_of(made)


def test_each_mail_is_in_it_with_its_text_and_its_fate():
    filed = a_registration()
    receive(filed, at=NOW + HOUR)
    refuse(filed, at=NOW + 2 * HOUR)
    sent = Message.objects.get(kind="piece_refused")

    made = proof_of(filed, at=NOW + DAY)

    told = {one["objet"]: one for one in facts(made)["messages"]}
    kept = told[sent.subject]
    assert (kept["texte"], kept["a"], kept["suite"]) == (
        sent.body,
        sent.recipient,
        "En attente d'envoi",
    )
    printed = text_of(made)
    for line in filter(None, map(str.strip, sent.body.splitlines())):
        assert flat(line) in printed


def test_a_reminder_is_in_it_with_the_pieces_that_it_named():
    filed = a_registration()
    at = filed.service.closes_at + 13 * DAY

    assert reminding.remind_pieces(at=at) == 1

    said = facts(proof_of(filed, at=at))
    [reminded] = [
        one for one in said["actes"] if one["quoi"].startswith(IN_WORDS["pieces reminded"])
    ]
    assert "Pièce d'identité" in reminded["quoi"]
    assert [one for one in said["messages"] if "Pièce d'identité" in one["texte"]]


def test_a_piece_asked_for_in_addition_is_in_it_with_its_day():
    filed = a_registration()
    flag_with(filed, until=NOW.date() + 30 * DAY)

    said = facts(proof_of(filed, at=NOW + DAY))

    [more] = [one for one in said["pieces"] if one["libelle"] == "Copie de votre diplôme"]
    assert "25 décembre 2026" in more["a_fournir"]
    assert [one for one in said["actes"] if "Copie de votre diplôme" in one["quoi"]]


def test_the_fingerprint_of_what_is_given_whole_can_be_computed_again():
    filed = a_registration()
    receive(filed, at=NOW + HOUR)
    refuse(filed, at=NOW + 2 * HOUR)

    whole = [one for one in facts(proof_of(filed))["actes"] if one["contenu"]]

    assert whole
    assert [digest(one["contenu"]) for one in whole] == [one["empreinte"] for one in whole]


def test_an_act_that_was_rewritten_by_hand_is_told():
    filed = a_registration()
    receive(filed, at=NOW + HOUR)
    refuse(filed, at=NOW + 2 * HOUR)
    act = Entry.objects.get(verb="piece refused")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE journal_entry SET payload = jsonb_set(payload, '{after,reason}', '\"Autre\"') "
            "WHERE id = %s",
            [act.pk],
        )
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")

    made = proof_of(filed)

    assert made.anomalies == (f"Acte {act.pk} : il a été réécrit.",)
    assert flat(made.anomalies[0]) in text_of(made)


def test_it_is_a_paper_that_everybody_can_hear(tmp_path):
    filed = a_registration()
    receive(filed, at=NOW + HOUR)
    refuse(filed, at=NOW + 2 * HOUR)

    assert problems(proof_of(filed).pdf, tmp_path, part="3") == []


# --- What is not in it -----------------------------------------------------------------------


def test_what_candidate_and_service_wrote_to_each_other_is_said_to_be_written_and_not_what():
    filed = a_registration()
    messaging.write(
        registration=again(filed),
        text="Je suis SENTINELLE.",
        sending=uuid4(),
        by=author(filed.candidate),
        at=NOW,
    )

    made = proof_of(filed)

    assert "Message du candidat au service gestionnaire" in text_of(made)
    assert "SENTINELLE" not in text_of(made) + data_in(made.pdf, named=FILE).decode()


def test_why_its_candidate_asks_for_a_change_is_not_in_it():
    filed = a_registration()
    draft = registering.amend(registration=filed, by=author(filed.candidate), at=NOW)
    owner = Registration.objects.whole().get(pk=filed.pk)
    for verb in verbs.IN_WORDS_OF_CANDIDATE:
        journal.record(
            verb,
            by=author(filed.candidate),
            on=owner,
            at=NOW,
            academy="A09",
            after={"reason": "Je suis suivi à l'hôpital SENTINELLE.", "draft": str(draft.pk)},
        )

    made = proof_of(filed)

    assert IN_WORDS["change requested"] in text_of(made)
    assert "SENTINELLE" not in text_of(made) + data_in(made.pdf, named=FILE).decode()


def test_nothing_of_health_nor_of_accommodations_is_in_it():
    mark = "SENTINELLE"
    filed = a_registration(informations={"has_disability": "oui"})
    remark(filed, f"Commentaire {mark}")
    confide(filed, name=f"{mark}.jpg")
    fill_every_text(filed, mark)
    every = Entry.objects.filter(object_kind="registration", object_id=str(filed.pk))
    left_out = every.filter(verb__regex="accommodation|confided|remark")
    assert left_out.exists()

    made = proof_of(filed)

    data = data_in(made.pdf, named=FILE).decode()
    assert mark not in data + pdf_text(made.pdf)
    for one in left_out:
        assert one.digest not in data


def test_what_tells_of_a_virus_in_a_paper_of_health_is_not_in_it_sent_again_either(settings):
    filed = a_registration()
    confide(filed)
    look(settings, INFECTED)
    told = Message.objects.get(kind="file_refused")
    write_again(told, to="ailleurs@exemple.test", at=NOW, preface="Ce message n'est pas nouveau.")

    made = proof_of(filed, at=NOW + HOUR)

    assert not [one for one in facts(made)["messages"] if "Fichier à déposer" in one["objet"]]
    assert "Fichier à déposer" not in text_of(made)


def test_silence_on_a_request_for_accommodations_is_not_in_it():
    filed = a_registration()
    found_clean(confide(filed, kind="CERTIFICAT"))
    reach(filed, State.ASKED, Wish(THIRD))
    accommodating.tell_of_unanswered(at=NOW + 70 * DAY)
    assert Message.objects.filter(kind="request_silent").exists()

    made = proof_of(filed, at=NOW + 71 * DAY)

    assert "sans réponse" not in data_in(made.pdf, named=FILE).decode() + text_of(made)


def test_that_a_request_fell_with_a_withdrawal_is_not_in_it():
    filed = a_registration()
    reach(filed, State.ASKED, Wish(THIRD))
    leaving.withdraw(registration=again(filed), by=author(filed.candidate), at=NOW)
    told = Message.objects.get(kind="withdrawn")
    assert "est retirée avec elle" in told.body

    made = proof_of(filed, at=NOW + HOUR)

    [copied] = [one for one in facts(made)["messages"] if one["objet"] == told.subject]
    assert (copied["texte"], copied["empreinte_du_texte"]) == (OF_LEAVING, None)
    assert "est retirée avec elle" not in data_in(made.pdf, named=FILE).decode() + text_of(made)


def test_a_mail_that_names_what_one_has_in_another_academy_is_not_copied():
    registered_in_two_academies(candidate := a_candidate())
    here, there = Registration.objects.filter(candidate=candidate).order_by("pk")
    correct(here, birth_name="Le Gouff")
    [told] = Message.objects.filter(kind="identity_corrected")
    assert there.number in told.body

    made = proof_of(here)

    [copied] = [one for one in facts(made)["messages"] if one["objet"] == told.subject]
    assert (copied["texte"], copied["empreinte_du_texte"]) == (OF_THE_PERSON, None)
    for text in (text_of(made), data_in(made.pdf, named=FILE).decode()):
        assert here.number in text
        assert there.number not in text


@pytest.fixture
def asked_by_a_handicap(invented_exam):
    """A piece is asked for by a declared handicap alone."""
    load_invented(
        (
            "libelle: Copie du baccalauréat, si: {diplome: [BAC]}",
            "libelle: Attestation de droits, si: {handicap: oui}",
        )
    )
    forget()


@pytest.mark.usefixtures("asked_by_a_handicap")
def test_a_piece_that_a_handicap_alone_asks_for_is_named_nowhere():
    filed = a_registration(informations={"has_disability": "oui"})
    assert piece(filed, BAC).label == "Attestation de droits"
    receive(filed, at=NOW + HOUR)
    refuse(filed, code=BAC, at=NOW + 2 * HOUR)
    refuse(filed, at=NOW + 2 * HOUR)
    granting.grant_all(
        registration=again(filed), until=NOW.date() + 60 * DAY, by=MANAGER, at=NOW + 3 * HOUR
    )
    set_aside(filed, reason="Attestation de droits périmée.", at=NOW + 4 * HOUR)

    made = proof_of(filed, at=NOW + DAY)

    said = facts(made)
    for text in (text_of(made), data_in(made.pdf, named=FILE).decode()):
        assert "Attestation" not in text
        assert BAC not in text
    assert [one["quoi"] for one in said["actes"]].count(IN_WORDS["pieces given time"]) == 1
    spared = [one for one in said["messages"] if one["texte"] == NOT_COPIED]
    assert {one["empreinte_du_texte"] for one in spared} == {None}
    assert {one["contenu"] for one in said["actes"] if one["motif"] == NOT_COPIED} == {None}


def test_every_verb_and_mail_that_enters_it_is_known_and_none_is_of_health():
    given = {*verbs.INSTRUCTING, *verbs.INSTRUCTING_ALONE}

    assert given <= set(IN_WORDS)
    assert not [verb for verb in given if "accommodation" in verb or "confided" in verb]
    assert not {*verbs.INSTRUCTING} & {*verbs.INSTRUCTING_ALONE}
    assert not {*verbs.ASKING, *verbs.IN_OWN_WORDS} & OF_ACCOMMODATIONS


# --- By command ------------------------------------------------------------------------------


def test_an_operator_has_it_in_a_file_of_their_own(tmp_path, capsys):
    filed, file = a_registration(), tmp_path / "preuve.pdf"

    call_command("inscription", "preuve", filed.number, "--instruction", "--vers", str(file))

    assert json.loads(data_in(file.read_bytes(), named=FILE))["nature"] == "preuve de l'instruction"
    assert "preuve de l'instruction" in capsys.readouterr().out
    assert Entry.objects.get(verb="instruction proof taken").payload["after"]["digest"]


def test_it_is_of_a_registration_and_not_of_what_was_never_filed(tmp_path):
    with pytest.raises(CommandError, match="donnez son numéro"):
        call_command(
            *("inscription", "preuve", "--compte", "a@exemple.fr", "--instruction"),
            *("--vers", str(tmp_path / "preuve.pdf")),
        )
