"""Civil data, or an academy, that are others ask for what a registration does not say (I6, I4, D3)."""

from datetime import timedelta

import pytest

from sporades.acts.identities import correcting
from sporades.acts.pieces import reminding
from sporades.acts.registrations import completing, deciding, moving, receiving, registering
from sporades.candidates.operations import civil_data
from sporades.documents.models import DocumentVersion
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State as PieceState
from sporades.mail.models import Message
from sporades.registrations.operations import drafting
from sporades.registrations.reviewing import to_review_in_words
from sporades.registrations.states import FLAG, REOPEN, RESTORE, SET_ASIDE, VALIDATE, State
from sporades.registrations.summary import GUARDIAN, SIGNER
from tests.accommodations.asked import MINOR, a_minor
from tests.evidence.given import MANAGER, again, complete
from tests.evidence.test_completeness import WITH_BAC
from tests.factories import NOW, OPERATOR, a_record, a_registration, author, load_invented
from tests.jobs import work
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam")

DAY = timedelta(days=1)
LATE = NOW + 60 * DAY
LONG_AFTER = NOW + 250 * DAY
ADULT = {"birth_year": 1998, "birth_month": 3, "birth_day": 14}
ASKED = [
    "« Identification » : Remplissez « Nom et prénom de votre représentant légal ».",
    "« Identification » : Remplissez « Téléphone de votre représentant légal ».",
    (
        "« Informations candidature », « Recensement et journée défense » : Choisissez votre situation "
        "au regard du service national."
    ),
]


@pytest.mark.parametrize(
    ("answers", "state", "lacks"),
    [({}, State.REGISTERED, ""), (WITH_BAC, State.ANOMALY, "Copie du baccalauréat")],
)
def test_incomplete_for_what_other_civil_data_ask_for_no_more_is_so_no_more(answers, state, lacks):
    label = "libelle: Pièce d'identité, "
    load_invented((label, f"{label}si: {{age: {{minimum: 20, au: 2026-12-31}}}}, "))
    registration = a_registration(**answers)
    completing.declare_incomplete(registration=registration, by=MANAGER, at=LATE)
    assert "Pièce d'identité" in again(registration).reason

    correct(registration, at=LATE, birth_year=2007)
    work()

    found = again(registration)
    assert found.state == state
    assert lacks in found.reason
    assert "Pièce d'identité" not in found.reason


@pytest.fixture
def registration():
    """Return one of a category that a minor may choose."""
    return a_registration(
        informations={"category": "FORM"},
        qualification={"experience": "3"},
        epreuves={"statut-E3": "inscrit"},
    )


def correct(registration, *, at=NOW, **changes):
    candidate = again(registration).candidate
    correcting.correct_identity(
        registration=again(registration),
        identity={**civil_data(candidate.identity), **changes},
        seen=candidate.identity_id,
        proof="Acte de naissance",
        by=MANAGER,
        at=at,
    )
    return again(registration)


def decide(registration, decision, *, at=NOW):
    reason = "Doublon" if decision in (SET_ASIDE, FLAG) else ""
    deciding.decide(
        registration=again(registration), decision=decision, reason=reason, by=MANAGER, at=at
    )


def receive_summary(registration, *, at=NOW):
    found = again(registration)
    receiving.receive_summary(registration=found, posted_on=at.date(), by=MANAGER, at=at)


def last_issued(kind):
    return DocumentVersion.objects.filter(document__kind=kind).latest("pk").content


def told(kind):
    return plain(Message.objects.filter(kind=kind).latest("pk").body)


def amend(registration, at=NOW, **typed):
    """File what is typed of « Identification » and « Informations candidature »."""
    by = author(registration.candidate)
    draft = registering.amend(registration=again(registration), by=by, at=at)
    for section, said in typed.items():
        known = draft.answers.get(section=section).answers
        drafting.answer(
            draft=draft, section=section, typed={**known, **said}, seen_revision=None, at=at
        )
    registering.register(draft=draft, by=by, at=at)
    return again(registration)


# --- The civil data --------------------------------------------------------------------------


def test_a_minor_is_asked_for_a_guardian_and_whatever_their_age_calls_for(registration):
    found = correct(registration, **MINOR)

    assert (found.to_review, found.to_review_since) == (ASKED, NOW)
    body = told("identity_corrected")
    assert "Ces informations changent ce qui est demandé pour cette inscription" in body
    assert all(f"- {said}" in body for said in ASKED)
    assert "Vous pouvez la modifier jusqu'au mardi 15 décembre 2026" in body
    assert to_review_in_words(found.candidate_id).startswith(" 1 inscription est à revoir")


def test_what_does_not_change_what_is_asked_is_followed_by_nothing(registration):
    found = correct(registration, birth_name="Le Gouff")

    assert (found.to_review, found.to_review_since) == ([], None)
    assert "to_review" not in found.versions.latest("number").snapshot
    assert "ce qui est demandé" not in told("identity_corrected")
    assert to_review_in_words(found.candidate_id) == ""


def test_another_correction_keeps_what_is_not_said_yet_and_one_that_is_undone_nothing(registration):
    correct(registration, **MINOR)

    named = correct(registration, birth_name="Le Gouff", at=NOW + DAY / 24)
    undone = correct(registration, **ADULT, at=NOW + DAY / 12)

    assert (named.to_review, named.to_review_since) == (ASKED, NOW)
    assert (undone.to_review, undone.to_review_since) == ([], None)


def test_a_modification_answers_it(registration):
    correct(registration, **MINOR)

    found = amend(
        registration,
        at=NOW + DAY / 24,
        identification={"guardian_name": "Anne Le Goff", "guardian_phone": "06 39 98 12 35"},
        informations={"national_service": "RECENSE"},
    )

    assert (found.to_review, found.to_review_since) == ([], None)


def test_whoever_validates_has_read_it(registration):
    complete(registration)
    correct(registration, **MINOR)

    unmet = deciding.unmet_of(again(registration))
    decide(registration, VALIDATE, at=NOW + DAY / 24)

    assert unmet.in_words == [
        *(f"À revoir : {said}" for said in ASKED),
        "Le récapitulatif signé n'est pas noté comme reçu.",
    ]
    assert again(registration).to_review == []


ENDED = {
    "undone": [REOPEN],
    "in anomaly": [FLAG],
    "set aside, then restored": [SET_ASIDE, RESTORE],
}


@pytest.mark.parametrize("ended", ENDED.values(), ids=ENDED)
@pytest.mark.parametrize("meanwhile", [{}, {"birth_name": "Le Gouff"}], ids=["nothing", "a name"])
def test_a_validation_that_counts_no_more_brings_back_what_it_took_as_it_was(
    registration, ended, meanwhile
):
    complete(registration)
    correct(registration, **MINOR)
    decide(registration, VALIDATE, at=NOW + DAY / 24)
    if meanwhile:
        assert correct(registration, **meanwhile, at=NOW + DAY / 12).to_review == []
        assert "ce qui est demandé" not in told("identity_corrected")

    for decision in ended:
        decide(registration, decision, at=NOW + DAY)

    found = again(registration)
    assert (found.to_review, found.to_review_since) == (ASKED, NOW + DAY)
    assert deciding.unmet_of(found).to_review == tuple(ASKED)
    body = told("state_changed")
    assert "Votre inscription ne dit pas tout ce qui est demandé :" in body
    assert all(f"- {said}" in body for said in ASKED)
    assert "Vous pouvez la modifier jusqu'au mardi 15 décembre 2026" in body
    assert "rien à faire" not in body


def test_what_was_taken_as_it_was_is_foreseen_before_the_validation_is_undone(registration):
    complete(registration)
    correct(registration, **MINOR)
    receive_summary(registration)
    decide(registration, VALIDATE, at=NOW + DAY / 24)

    foreseen = deciding.told_of(
        REOPEN, deciding.unmet_of(again(registration)), is_over=False
    ).sentence
    decide(registration, REOPEN, at=NOW + DAY / 12)

    assert "Ce qu'elle ne dit pas est de nouveau demandé." in foreseen
    assert plain(foreseen) in told("state_changed")


def test_what_is_asked_for_once_validated_is_said_with_what_was_taken_as_it_was(registration):
    complete(registration)
    correct(registration, **MINOR)
    decide(registration, VALIDATE, at=NOW + DAY / 24)

    undone = correct(registration, **ADULT, at=NOW + DAY / 12)
    found = correct(registration, **MINOR, at=NOW + DAY / 6)

    assert undone.to_review == []
    assert (found.to_review, found.to_review_since) == (ASKED, NOW + DAY / 6)


def test_a_validated_one_is_to_be_reviewed_too(registration):
    complete(registration)
    decide(registration, VALIDATE)

    found = correct(registration, **MINOR, at=NOW + DAY / 24)

    assert found.is_validated
    assert found.to_review == ASKED


def test_what_was_set_aside_is_judged_when_it_is_restored(registration):
    decide(registration, SET_ASIDE)
    before = correct(registration, **MINOR)

    decide(registration, RESTORE, at=NOW + DAY)

    assert before.to_review == []
    assert again(registration).to_review == ASKED
    body = told("state_changed")
    assert f"- {ASKED[0]}" in body


def test_a_piece_that_other_civil_data_call_for_is_asked_for_and_named():
    due = "echeance: {jours_apres_fermeture: 15}}"
    load_invented(
        (
            f"libelle: Copie du baccalauréat, si: {{diplome: [BAC]}}, {due}",
            f'libelle: Titre de séjour, si: {{sauf: {{nationalite: ["99100"]}}}}, {due}',
        )
    )
    made = a_registration()
    assert [one.row.code for one in pieces_of(again(made))] == ["IDENTITE"]

    correct(made, nationality="99109")

    assert [one.row.code for one in pieces_of(again(made))] == ["IDENTITE", "BAC"]
    body = told("identity_corrected")
    assert "- Pièce justificative à fournir : Titre de séjour, avant le mercredi 30" in body
    correct(made, nationality="99100", at=NOW + DAY / 24)
    assert made.evidence.get(code="BAC").state == PieceState.WITHDRAWN


# --- Once the exam is over -------------------------------------------------------------------


def test_the_age_that_calls_for_a_piece_is_that_of_the_filing_whatever_was_modified_since():
    label = "libelle: Pièce d'identité, "
    load_invented((label, f"{label}si: {{age: {{minimum: 18}}}}, "))
    found = a_registration(
        informations={"category": "FORM"},
        qualification={"experience": "3"},
        epreuves={"statut-E3": "inscrit"},
    )
    amend(found, NOW + 5 * DAY, supplementaires={"q-equipe": "BLEU"})

    # Of age between the two: on the day of the registration they were not.
    correct(found, at=NOW + 6 * DAY, birth_year=2008, birth_month=11, birth_day=27)

    assert pieces_of(again(found)) == []


def test_once_the_exam_is_over_a_correction_asks_for_nothing_anew(registration):
    due = "echeance: {jours_apres_fermeture: 15}}"
    other = 'si: {sauf: {nationalite: ["99100"]}}'
    load_invented(
        (
            f"libelle: Copie du baccalauréat, si: {{diplome: [BAC]}}, {due}",
            f"libelle: Titre de séjour, {other}, {due}",
        )
    )

    found = correct(registration, nationality="99109", **MINOR, at=LONG_AFTER)

    assert found.is_exam_over(LONG_AFTER)
    assert found.to_review_since is None
    assert [one.row.code for one in pieces_of(found)] == ["IDENTITE"]
    body = told("identity_corrected")
    assert "ce qui est demandé pour cette inscription" not in body
    assert "à signer" not in body
    issued = DocumentVersion.objects.filter(document__kind="recapitulatif").latest("pk").content
    assert issued["to_return"] is None
    assert found.is_summary_late(LONG_AFTER)  # its office reads still that it never came


def test_what_was_to_be_reviewed_before_the_exam_stays_so_and_is_asked_no_more(registration):
    correct(registration, **MINOR)

    found = correct(registration, birth_name="Le Gouff", at=LONG_AFTER)

    assert found.to_review == ASKED
    assert "ce qui est demandé pour cette inscription" not in told("identity_corrected")


def test_once_the_exam_is_over_what_came_back_signed_stays_good(registration):
    complete(registration)

    found = correct(registration, **MINOR, at=LONG_AFTER)

    assert found.summary_posted_on == NOW.date()
    assert "Récapitulatif signé" not in " ".join(found.versions.latest("number").changes)


def test_once_the_exam_is_over_who_is_given_to_another_academy_is_led_to_ask_no_modification(
    registration,
):
    moving.move_for_good(
        registration=again(registration),
        academy="A25",
        reason="Déménagée",
        by=OPERATOR,
        at=LONG_AFTER,
    )

    body = told("registration_moved")
    assert "Les dates de cet examen ou concours sont passées" in body
    assert "demandez une modification" not in body


@pytest.mark.parametrize("ended", ENDED.values(), ids=ENDED)
def test_once_the_exam_is_over_a_validation_that_is_undone_asks_for_none_of_it(registration, ended):
    complete(registration)
    correct(registration, **MINOR)
    receive_summary(registration)
    decide(registration, VALIDATE, at=NOW + DAY / 24)
    unmet = deciding.unmet_of(again(registration))

    for decision in ended:
        decide(registration, decision, at=LONG_AFTER)

    body = told("state_changed")
    assert "de nouveau demandé" not in deciding.told_of(REOPEN, unmet, is_over=True).sentence
    assert "de nouveau demandé" not in body
    assert "ne dit pas tout" not in body
    assert "Les dates de cet examen" not in body
    assert again(registration).to_review == ASKED  # its office reads it still


def test_once_the_exam_is_over_an_academy_that_alone_asks_for_a_signed_summary_asks_for_none():
    load_invented(
        ("    retour_du_recapitulatif:\n", "    retour_du_recapitulatif:\n      academies: [A25]\n")
    )
    registration = a_registration()

    moving.move_for_good(
        registration=again(registration),
        academy="A25",
        reason="Déménagée",
        by=OPERATOR,
        at=LONG_AFTER,
    )

    assert again(registration).summary_awaited is None
    assert "renvoyer" not in told("registration_moved")


# --- The signed summary ----------------------------------------------------------------------


def test_of_who_is_a_minor_now_the_signed_summary_is_asked_for_again_by_two(registration):
    complete(registration)

    found = correct(registration, **MINOR)

    assert found.summary_posted_on is None
    assert found.is_signed_by_two
    issued = last_issued("recapitulatif")
    assert issued["signers"] == [SIGNER, GUARDIAN]
    assert "par le candidat et par son représentant légal, puis à poster" in issued["warning"]
    assert "récapitulatif est à signer, par vous et par votre représentant légal, et à" in told(
        "identity_corrected"
    )
    assert found.versions.latest("number").changes[-1] == (
        "Récapitulatif signé : à renvoyer de nouveau, signé aussi par le représentant légal"
    )


def test_once_its_day_has_passed_it_leaves_the_usual_days_and_is_reminded_of(registration):
    complete(registration)
    late = NOW + 60 * DAY

    found = correct(registration, **MINOR, at=late)

    until = found.summary_until
    assert until.date() == (late + 8 * DAY).date()
    assert not found.is_summary_late(late)
    assert reminding.remind_pieces(at=until - 7 * DAY) == 1


def test_awaited_once_its_day_has_passed_it_leaves_the_usual_days_and_the_one_before_is_good(
    registration,
):
    late = NOW + 40 * DAY

    found = correct(registration, birth_name="Le Gouff", at=late)

    assert found.summary_until.date() == (late + 8 * DAY).date()
    assert found.summary_last_day == "mardi 12 janvier 2027"
    issued = DocumentVersion.objects.filter(document__kind="recapitulatif").latest("pk").content
    assert "À signer plus bas, puis à poster au plus tard le mardi 12 janvier" in issued["warning"]
    assert (
        "et à poster au plus tard le mardi 12 janvier 2027, sauf si vous avez déjà posté le précédent, "
        "signé : il reste valable"
    ) in told("identity_corrected")


def test_posted_in_time_before_a_correction_it_is_in_time(registration):
    late = NOW + 40 * DAY
    found = correct(registration, birth_name="Le Gouff", at=late)

    receiving.receive_summary(
        registration=found, posted_on=(NOW + 5 * DAY).date(), by=MANAGER, at=late + DAY
    )

    assert not again(registration).is_summary_posted_late


def test_signed_by_its_candidate_alone_it_is_not_good_of_who_is_a_minor_now(registration):
    correct(registration, **MINOR)

    assert "celui d'une version précédente ne vaut plus" in told("identity_corrected")


@pytest.mark.parametrize(
    ("made", "changes"),
    [
        (a_registration, {"birth_name": "Le Gouff"}),
        (a_minor, {"birth_name": "Le Gouff"}),
        (a_minor, ADULT),
    ],
    ids=["an adult", "a minor", "a minor who was none"],
)
def test_any_other_that_came_back_stays_good(made, changes):
    registration = made()
    complete(registration)

    assert correct(registration, **changes).summary_posted_on == NOW.date()


def test_its_validation_that_is_undone_asks_for_it(registration):
    complete(registration)
    decide(registration, VALIDATE)
    correct(registration, **MINOR, at=NOW + DAY / 24)
    assert again(registration).summary_awaited is None

    decide(registration, REOPEN, at=NOW + DAY / 12)

    assert again(registration).summary_awaited
    body = told("state_changed")
    assert "signé par vous et par votre représentant légal" in body
    assert "celui d'une version précédente ne vaut plus" in body
    issued = last_issued("recapitulatif")
    assert "par le candidat et par son représentant légal, puis à poster" in issued["warning"]
    assert issued["to_return"] is not None


def test_signed_by_two_before_it_was_validated_it_is_good_whatever_was_corrected_meanwhile():
    registration = a_minor()
    complete(registration)
    decide(registration, VALIDATE)
    receiving.take_summary_back(
        registration=again(registration), noted=NOW.date().isoformat(), by=MANAGER, at=NOW
    )
    correct(registration, **ADULT, at=NOW + DAY / 24)
    correct(registration, **MINOR, at=NOW + DAY / 12)

    decide(registration, REOPEN, at=NOW + DAY / 6)

    assert "sauf si vous avez déjà posté le précédent, signé : il reste valable" in told(
        "state_changed"
    )


# --- Another academy -------------------------------------------------------------------------


def test_what_another_academy_alone_asks_is_said_to_its_candidate():
    permit = '{code: permis, type: oui_non, libelle: "Avez-vous le permis bateau ?"}'
    there = "{code: bateau, type: texte, libelle: Nom du bateau, longueur_maximale: 20, si: {academie: [A25]}}"
    load_invented((permit, f"{permit}\n      - {there}"))
    registration = a_registration()

    moving.move_for_good(
        registration=again(registration), academy="A25", reason="Déménagée", by=OPERATOR, at=NOW
    )

    found = again(registration)
    asked = "« Informations supplémentaires », « Nom du bateau » : Écrivez votre réponse."
    assert asked in found.to_review
    assert f"- {asked}" in told("registration_moved")


def test_what_comes_by_letter_says_whom_to_ask():
    registration = a_registration(
        a_record(),
        informations={"category": "FORM"},
        qualification={"experience": "3"},
        epreuves={"statut-E3": "inscrit"},
    )

    correct(registration, **MINOR)

    assert "Pour changer une réponse, demandez-le à ce service avant le mardi 15" in told(
        "identity_corrected"
    )


# --- The address that reaches them -------------------------------------------------------------


def moved_away(registration):
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="Déménagée", by=OPERATOR, at=NOW
    )


@pytest.mark.parametrize(
    "act",
    [lambda one: correct(one, birth_name="Le Gouff"), moved_away],
    ids=["civil data", "moved"],
)
def test_a_version_that_the_service_makes_says_the_address_of_today(registration, act):
    candidate = registration.candidate
    former, candidate.email = candidate.email, "nouvelle@exemple.test"
    candidate.save(update_fields=["email"])

    act(registration)

    version = registration.versions.latest("number")
    assert version.address == "nouvelle@exemple.test"
    assert f"Adresse mail : {former} → nouvelle@exemple.test" in version.changes
