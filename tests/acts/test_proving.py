"""L-04: the proof of a filing tells what happened, shows what was touched, says nothing of health."""

import hashlib
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command
from django.db import connection

from sporades.acts import proving
from sporades.acts.proving import verbs
from sporades.acts.registrations import (
    deciding,
    late,
    leaving,
    moving,
    registering,
    requesting,
    standing_in,
)
from sporades.acts.services import announcing, opening
from sporades.core import origin
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.origin import Origin
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.journal import sealing
from sporades.journal.models import Entry, Seal
from sporades.journal.queries import entries_about
from sporades.journal.words import IN_WORDS
from sporades.registrations.models import Draft, Registration
from sporades.registrations.states import VALIDATE
from tests.accommodations.asked import fill_every_text
from tests.core.test_seal import PASSWORD, self_signed, verdict
from tests.documents.conformity import problems
from tests.documents.reading import data_in, pdf_text, words
from tests.factories import (
    NOW,
    a_candidate,
    a_draft,
    a_record,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.medical.given import confide
from tests.medical.given import write as remark
from tests.registrations.test_asking_late import YES
from tests.spaces import plain
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OPERATOR = Actor("operator", "ligne de commande (essai)")
HEAD = Actor("head", "Cécile Cheffe", "user:4242")
OTHER_HEAD = Actor("head", "Marc Autre", "user:4243")
FILE = "preuve-du-depot.json"


@pytest.fixture
def key_file(tmp_path, settings):
    """Give the deployer a key."""
    file = tmp_path / "cachet.p12"
    file.write_bytes(self_signed(ec.generate_private_key(ec.SECP256R1())))
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(file), PASSWORD
    return file


def proof_of(registration, *, at=NOW):
    whole = Registration.objects.whole().get(pk=registration.pk)
    return proving.of_registration(registration=whole, by=OPERATOR, at=at)


def facts(made):
    return json.loads(data_in(made.pdf, named=FILE))


def utc(instant):
    """Write an instant as the data do."""
    return instant.isoformat(timespec="microseconds")


def refused_late(draft, *, at):
    registering.note_out_of_hours(draft=draft, by=author(draft.candidate), at=at)


# --- What is in it ---------------------------------------------------------------------------


def test_it_says_from_which_network_a_candidate_acted_and_of_an_agent_nothing():
    here, there = Origin("9f86d081884c7d65", "203.0.113.7"), Origin("60303ae22b998861", "192.0.2.1")
    with origin.coming_from(here):
        filed = a_registration()
    with origin.coming_from(there):
        deciding.decide(registration=filed, decision=VALIDATE, reason="", by=HEAD, at=NOW)

    made = proof_of(filed)

    said = {one["quoi"]: one["provenance"] for one in facts(made)["actes"]}
    assert said["Inscription enregistrée"] == {"request": here.number, "network": here.network}
    assert said["Inscription validée"] is None
    assert "203.0.113.7" in words(pdf_text(made.pdf))
    assert "192.0.2.1" not in pdf_text(made.pdf) + data_in(made.pdf, named=FILE).decode()


def test_what_its_candidate_typed_stays_said_so_once_their_account_is_closed():
    filed = a_registration()
    candidate = filed.candidate

    call_command(
        "compte", "detacher", candidate.user.email, "--candidat", candidate.number, "--motif", "Vu."
    )

    assert [one["par"] for one in facts(proof_of(filed))["saisies"]] == ["le candidat"]


def test_what_its_candidate_had_asked_for_stays_theirs_once_the_office_accepts_it():
    load_invented(YES)
    draft = a_draft(a_candidate())
    closed, by = draft.service.closes_at, author(draft.candidate)
    asked = late.send(draft=draft, reason="Malade", proof=[], by=by, at=closed + DAY)
    filed = late.accept(request=asked, by=HEAD, at=closed + 2 * DAY).registration
    whole = Registration.objects.whole().get(pk=filed.pk)
    change = requesting.begin(registration=whole, by=by, at=closed + 3 * DAY)
    answer_all(change, answers_with(identification={"address_2": "Bât. B"}), at=closed + 3 * DAY)
    asked = requesting.send(draft=change, reason="Erreur", proof=[], by=by, at=closed + 3 * DAY)
    requesting.accept(request=asked, by=HEAD, at=closed + 4 * DAY)

    said = facts(proof_of(filed, at=closed + 5 * DAY))["saisies"]

    assert [(one["par"], one["envoyee_comme_demande_le"]) for one in said] == [
        ("le candidat", utc(closed + DAY)),
        ("le candidat", utc(closed + 3 * DAY)),
    ]


def test_what_was_typed_for_a_candidate_is_said_to_be():
    agent, draft = a_member("agent@exemple.test", "manager", ["A09"]), a_draft(a_record())
    draft.author = agent
    draft.save()
    by = agent.memberships.get().as_actor()
    filed = registering.register(draft=draft, by=by, at=NOW).registration

    assert [one["par"] for one in facts(proof_of(filed))["saisies"]] == ["la gestion"]


def test_it_tells_the_arrival_the_version_the_tabs_the_hours_and_the_receipt():
    filed = a_registration()
    version, service = filed.versions.get(), filed.service

    said = facts(proof_of(filed))

    [arrival], [kept], [typed] = said["arrivees"], said["versions"], said["saisies"]
    assert arrival == {
        "arrivee_le": "2026-11-25T09:30:00.000000+00:00",
        "ecrite_le": utc(version.stored_at),
        "suite": "enregistrée : version n°1",
        "par": str(filed.candidate),
        "saisie": str(version.draft.pk),
        "service": service.pk,
        "ouverture": utc(service.opens_at),
        "fermeture": utc(service.closes_at),
        "dans_les_heures": True,
    }
    assert (kept["empreinte"], kept["accuse_de_reception"]) == (
        digest(version.snapshot),
        version.snapshot["receipt"],
    )
    assert len(typed["onglets"]) == version.draft.answers.count()
    assert {one["garde_le"] for one in typed["onglets"]} == {utc(NOW)}
    assert [(one["version"], one["ouvert_le"]) for one in said["recapitulatifs"]] == [(1, None)]
    assert [(one["a"], one["suite"]) for one in said["messages"]] == [
        (filed.candidate.user.email, "En attente d'envoi")
    ]
    assert said["anomalies"] == []


def test_what_came_too_late_is_in_it_with_the_hours_that_stood_then():
    filed = a_registration()
    service, late = filed.service, filed.service.closes_at + MINUTE
    draft = registering.amend(registration=filed, by=author(filed.candidate), at=NOW)
    refused_late(draft, at=late)
    made = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + DAY,
        reason="Panne du soir",
        by=OPERATOR,
        at=late + MINUTE,
    )
    opening.approve_together(
        [(ServiceChange.objects.get(pk=made.pk), OTHER_HEAD)], at=late + 2 * MINUTE
    )

    said = facts(proof_of(filed, at=late + DAY))

    _, refused = said["arrivees"]
    assert (refused["arrivee_le"], refused["suite"]) == (
        utc(late),
        "refusée : hors des heures du service",
    )
    assert (refused["fermeture"], refused["dans_les_heures"]) == (utc(service.closes_at), False)
    [moved] = said["services"]
    assert moved["fermeture"] == utc(service.closes_at + DAY)
    assert [(one["quoi"], one["motif"]) for one in moved["changements"][1:]] == [
        ("Prolongation proposée", "Panne du soir"),
        ("Service d'inscription changé", "Panne du soir"),
    ]


def test_what_came_too_late_keeps_its_hours_when_it_goes_on_in_another_academy():
    filed = a_registration()
    service, late = filed.service, filed.service.closes_at + MINUTE
    draft = registering.amend(registration=filed, by=author(filed.candidate), at=NOW)
    refused_late(draft, at=late)
    whole = Registration.objects.whole().get(pk=filed.pk)
    moving.move_for_good(
        registration=whole, academy="A25", reason="Déménagement", by=HEAD, at=late + MINUTE
    )
    there = RegistrationService.objects.get(academy="A25")
    RegistrationService.objects.filter(pk=there.pk).update(closes_at=late + DAY)
    whole = Registration.objects.whole().get(pk=filed.pk)
    assert whole.service == there
    again = registering.amend(registration=whole, by=author(filed.candidate), at=late + HOUR)
    assert (again.pk, again.service) == (draft.pk, there)

    made = proof_of(filed, at=late + DAY)

    said = facts(made)
    [refused] = [one for one in said["arrivees"] if one["suite"].startswith("refusée")]
    assert refused["service"] == service.pk
    assert (refused["ouverture"], refused["fermeture"]) == (
        utc(service.opens_at),
        utc(service.closes_at),
    )
    assert refused["dans_les_heures"] is False
    assert {one["cle"] for one in said["services"]} == {service.pk, there.pk}


def test_what_a_candidate_could_not_file_is_told_with_what_the_office_filed_since():
    candidate = a_candidate()
    draft = a_draft(candidate)
    late = draft.service.closes_at + MINUTE
    refused_late(draft, at=late)
    Draft.objects.filter(pk=draft.pk).update(abandoned_at=late)
    filed = a_registration(candidate)

    said = facts(proof_of(filed, at=late))

    assert [one["suite"] for one in said["arrivees"]] == [
        "enregistrée : version n°1",
        "refusée : hors des heures du service",
    ]
    assert {one["saisie"] for one in said["arrivees"]} == {one["cle"] for one in said["saisies"]}


def test_what_came_as_the_session_had_just_ended_is_told_before_what_it_became():
    draft = a_draft()
    by, candidate = author(draft.candidate), draft.candidate
    registering.note_session_ended(user=candidate.user, draft=draft.pk, by=by, at=NOW, sent="x")
    filed = registering.register(draft=draft, by=by, at=NOW).registration

    said = facts(proof_of(filed))

    assert [(one["suite"], one["dans_les_heures"]) for one in said["arrivees"]] == [
        ("non prise en compte : la session venait de se terminer", True),
        ("enregistrée : version n°1", True),
    ]


def test_the_last_millisecond_of_the_closing_minute_is_in_the_hours_and_is_read_as_such():
    draft = a_draft()
    last = draft.service.closes_at + MINUTE - timedelta(milliseconds=1)
    version = registering.register(draft=draft, by=author(draft.candidate), at=last)

    made = proof_of(version.registration, at=last)

    [arrival] = facts(made)["arrivees"]
    assert arrival["dans_les_heures"] is True
    assert "23 h 59 min 59,999 s (heure de Paris)" in " ".join(words(pdf_text(made.pdf)))


def test_a_period_of_read_only_is_in_it_and_a_cancelled_one_is_not():
    filed = a_registration()
    said = {"kind": "alert", "message": "Maintenance", "stops_writing": True, "by": HEAD}
    announcing.show_banner(**said, until=NOW + MINUTE, at=NOW)
    planned = announcing.show_banner(
        **said, until=NOW + 2 * DAY, starts_at=NOW + DAY, at=NOW + 2 * MINUTE
    )
    announcing.cancel_banner(planned=str(planned.pk), by=HEAD, at=NOW + 3 * MINUTE)

    [service] = facts(proof_of(filed, at=NOW + 3 * DAY))["services"]

    assert service["lectures_seules"] == [
        {"debut": utc(NOW), "fin": utc(NOW + MINUTE), "bandeau": "Maintenance"}
    ]


def test_what_was_typed_and_never_filed_is_proved_by_the_account():
    draft = a_draft()
    late = draft.service.closes_at + MINUTE
    refused_late(draft, at=late)

    made = proving.of_account(candidate=draft.candidate, by=OPERATOR, at=late)

    said = facts(made)
    assert (said["inscription"], said["versions"]) == (None, [])
    assert [one["arrivee_le"] for one in said["arrivees"]] == [utc(late)]
    assert "Saisies non enregistrées" in pdf_text(made.pdf)


def test_what_was_given_to_another_academy_keeps_the_hours_under_which_it_was_filed():
    filed = a_registration()
    whole = Registration.objects.whole().get(pk=filed.pk)
    moving.move_for_good(registration=whole, academy="A25", reason="Déménagement", by=HEAD, at=NOW)

    made = proof_of(filed)

    said = facts(made)
    first, moved = said["arrivees"]
    assert (first["fermeture"], first["dans_les_heures"]) == (utc(filed.service.closes_at), True)
    assert (moved["suite"], moved["saisie"], moved["fermeture"]) == (
        "enregistrée : version n°2",
        None,
        None,
    )
    assert len(said["services"]) == 2
    assert "Sans saisie : faite par la gestion." in " ".join(words(pdf_text(made.pdf)))
    # Why it was moved is in free words: there is the act, and no content.
    assert [one["contenu"] for one in said["actes"] if "donnée à une autre" in one["quoi"]] == [
        None
    ]
    assert "Déménagement" not in data_in(made.pdf, named=FILE).decode()


def test_what_could_not_be_filed_stays_in_it_once_it_is_given_to_another_academy():
    late = a_draft()
    refused_late(late, at=NOW - MINUTE)
    Draft.objects.filter(pk=late.pk).update(abandoned_at=NOW)
    filed = a_registration(late.candidate)
    whole = Registration.objects.whole().get(pk=filed.pk)

    moving.move_for_good(registration=whole, academy="A25", reason="Déménagement", by=HEAD, at=NOW)

    said = facts(proof_of(filed))
    assert str(late.pk) in {one["cle"] for one in said["saisies"]}
    assert said["arrivees"][0]["saisie"] == str(late.pk)


def test_a_letter_is_told_with_its_fate():
    draft = a_draft()
    record = a_record()
    Draft.objects.filter(pk=draft.pk).update(candidate=record)
    version = registering.register(draft=Draft.objects.get(pk=draft.pk), by=OPERATOR, at=NOW)

    [letter] = facts(proof_of(version.registration))["messages"]

    assert (letter["suite"], letter["message_id"]) == ("À imprimer", "")


def test_there_is_nothing_to_prove_of_who_began_nothing():
    with pytest.raises(proving.NothingBegun):
        proving.of_account(candidate=a_candidate(), by=OPERATOR, at=NOW)


def test_it_is_a_tagged_paper_that_says_what_its_data_say(tmp_path):
    filed = a_registration()
    sealing.seal(at=NOW)

    made = proof_of(filed)

    text, said = plain(pdf_text(made.pdf)), facts(made)
    assert problems(made.pdf, tmp_path, part="3") == []
    whole = "".join(text.split())
    for one in (*said["actes"], *said["sceaux"], *said["versions"], *said["recapitulatifs"]):
        assert one["empreinte"] in whole
    for line in said["versions"][0]["accuse_de_reception"]:
        assert "".join(plain(line).split()) in whole


# --- What shows that it is true ----------------------------------------------------------------


def test_each_act_has_the_fingerprint_of_its_content_and_stands_in_its_seal():
    filed = a_registration()
    sealing.seal(at=NOW)
    deciding.decide(registration=filed, decision=VALIDATE, reason="", by=HEAD, at=NOW)

    said = facts(proof_of(filed))

    given = [one for one in said["actes"] if one["contenu"]]
    assert {one["quoi"] for one in given} >= {"Inscription commencée", "Inscription enregistrée"}
    assert all(digest(one["contenu"]) == one["empreinte"] for one in given)
    [sealed] = said["sceaux"]
    made = Seal.objects.get(number=sealed["numero"])
    listed = dict(map(tuple, made.acts))
    inside = {one["numero"]: one["empreinte"] for one in said["actes"] if one["sceau"]}
    assert {key: listed[key] for key in inside} == inside
    [validated] = [one for one in said["actes"] if one["quoi"] == "Inscription validée"]
    assert (validated["sceau"], validated["contenu"]) == (None, None)


def test_a_byte_that_is_changed_is_found_by_the_seal(key_file):
    made = proof_of(a_registration())
    assert made.is_sealed
    found = verdict(made.pdf, key_file)
    assert (found.intact, found.trusted, found.coverage.name) == (True, True, "ENTIRE_FILE")

    at = made.pdf.index(b"Type/EmbeddedFile") if b"Type/EmbeddedFile" in made.pdf else 2_000
    spoilt = bytearray(made.pdf)
    spoilt[made.pdf.index(b"stream", at) + 40] ^= 1

    assert not verdict(bytes(spoilt), key_file).intact


def test_the_journal_keeps_who_had_it_made_and_the_fingerprint_of_its_data():
    filed = a_registration()

    made = proof_of(filed)

    noted = Entry.objects.get(verb="filing proof taken")
    assert (noted.object_id, noted.academy) == (str(filed.pk), filed.academy_id)
    assert noted.payload["after"] == {"digest": made.digest, "sealed": False}
    assert hashlib.sha256(data_in(made.pdf, named=FILE)).hexdigest() == made.digest
    assert made.digest in "".join(pdf_text(made.pdf).split())


def test_without_a_key_it_says_that_nothing_seals_it():
    made = proof_of(a_registration())

    assert not made.is_sealed
    assert "Ce fichier n'a pas de cachet électronique" in plain(pdf_text(made.pdf))


def test_what_was_rewritten_by_hand_is_told():
    filed = a_registration()
    sealing.seal(at=NOW)
    act = Entry.objects.get(verb="registration filed")
    tables = {"journal_entry": "actor_name = 'Une autre'", "registrations_version": "digest = 'x'"}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table, change in tables.items():
            key = act.pk if table == "journal_entry" else filed.versions.get().pk
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE {table} SET {change} WHERE id = %s", [key])
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    made = proof_of(filed)

    assert made.anomalies == (
        "Version n°1 : son contenu n'a plus l'empreinte prise au dépôt.",
        f"Acte {act.pk} : il a été réécrit.",
    )


# --- What is not in it -------------------------------------------------------------------------


def test_the_reason_of_what_the_office_files_for_somebody_is_not_in_it():
    agent, filed = a_member("agent@exemple.test", "manager", ["A09"]), a_registration()
    late = filed.service.closes_at + DAY
    for decided in (False, True):
        if decided:
            deciding.decide(registration=filed, decision=VALIDATE, reason="", by=HEAD, at=late)
        draft = standing_in.amend(registration=filed, author=agent, by=HEAD, at=late)
        row = draft.answers.get(section="identification")
        row.answers = {**row.answers, "ine": f"080123456{decided:d}A"}
        row.save()
        standing_in.register(draft=draft, reason="Hospitalisé, SENTINELLE", by=HEAD, at=late)
    kept = [one for one in entries_about(filed) if "SENTINELLE" in str(one.payload)]
    assert len({one.verb for one in kept}) == 2

    made = proof_of(filed, at=late)

    assert "SENTINELLE" not in data_in(made.pdf, named=FILE).decode() + pdf_text(made.pdf)
    given = {one["numero"]: one for one in facts(made)["actes"]}
    for one in kept:
        assert (given[one.pk]["contenu"], given[one.pk]["empreinte"]) == (None, one.digest)
    assert not {*registering.FOR_CANDIDATES.values()} & {*verbs.WITH_CONTENT}


def test_it_names_each_act_that_it_gives_without_its_content():
    text = plain(pdf_text(proof_of(a_registration()).pdf))

    whole = "".join(text.split())
    for verb in verbs.NAMED_ALONE:
        assert "".join(f"« {IN_WORDS[verb]} »".split()) in whole
    assert "avec le contenu de chaque acte" not in " ".join(text.split())


def test_by_no_fingerprint_one_tries_whether_a_request_fell_with_a_withdrawal():
    filed = a_registration()
    leaving.withdraw(
        registration=Registration.objects.whole().get(pk=filed.pk),
        by=author(filed.candidate),
        at=NOW,
    )

    told = facts(proof_of(filed, at=NOW + timedelta(hours=1)))["messages"]

    first, last = (one["empreinte_du_texte"] for one in told)
    assert first
    assert last is None


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

    data, text = data_in(made.pdf, named=FILE).decode(), pdf_text(made.pdf)
    for said in (data, text):
        for word in (mark, "aménagement", "handicap", "médecin", "de santé", "recours"):
            assert word.casefold() not in said.casefold()
    # By the fingerprint of an act whose instant is known one could try what it says.
    for one in left_out:
        assert one.digest not in data


def test_every_verb_that_enters_a_proof_is_known_and_none_is_of_health():
    given = {*verbs.WITH_CONTENT, *verbs.NAMED_ALONE}

    assert given <= set(IN_WORDS)
    assert not [verb for verb in given if "accommodation" in verb or "confided" in verb]
    assert not {*verbs.WITH_CONTENT} & {*verbs.NAMED_ALONE}


# --- By command --------------------------------------------------------------------------------


def test_an_operator_has_the_proof_of_a_registration_in_a_file_of_their_own(tmp_path, capsys):
    filed, file = a_registration(), tmp_path / "preuve.pdf"

    call_command("inscription", "preuve", filed.number, "--vers", str(file))

    said = json.loads(data_in(file.read_bytes(), named=FILE))
    assert said["inscription"]["numero"] == filed.number
    assert file.stat().st_mode & 0o777 == 0o600
    out, err = capsys.readouterr()
    assert hashlib.sha256(data_in(file.read_bytes(), named=FILE)).hexdigest() in out
    assert "pas de cachet" in err


def test_an_operator_has_that_of_what_was_never_filed_by_the_address(tmp_path):
    draft, file = a_draft(), tmp_path / "preuve.pdf"
    refused_late(draft, at=draft.service.closes_at + MINUTE)

    call_command(
        "inscription", "preuve", "--compte", draft.candidate.user.email.upper(), "--vers", str(file)
    )

    [arrival] = json.loads(data_in(file.read_bytes(), named=FILE))["arrivees"]
    assert arrival["suite"] == "refusée : hors des heures du service"
    assert Entry.objects.get(verb="filing proof taken").academy == draft.service.academy_id


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["20000000058"], "Aucune inscription ne porte le numéro 20000000058."),
        (["--compte", "personne@exemple.test"], "Aucun candidat n'a l'adresse"),
    ],
)
def test_who_is_nobody_is_said_and_nothing_is_written(tmp_path, asked, said):
    file = tmp_path / "preuve.pdf"

    with pytest.raises(CommandError, match=said):
        call_command("inscription", "preuve", *asked, "--vers", str(file))

    assert not file.exists()


@pytest.mark.parametrize("where", ["ici.pdf", "absent/preuve.pdf"])
def test_no_file_is_replaced_and_a_place_that_is_not_there_is_said_before_anything_is_noted(
    tmp_path, where
):
    filed = a_registration()
    (tmp_path / "ici.pdf").write_bytes(b"autre chose")

    with pytest.raises(CommandError, match="--vers"):
        call_command("inscription", "preuve", filed.number, "--vers", str(tmp_path / where))

    assert (tmp_path / "ici.pdf").read_bytes() == b"autre chose"
    assert not Entry.objects.filter(verb="filing proof taken").exists()
