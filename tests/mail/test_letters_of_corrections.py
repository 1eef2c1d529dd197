"""The letters of a request to correct civil data, as they arrive: all that they say."""

from datetime import timedelta

import pytest

from sporades.acts.identities import asking
from sporades.candidates.operations import civil_data
from sporades.registrations.receipt import named
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.mail.post_office import words
from tests.mail.test_letters import CONTACT, FULL_NAME, NAMED, SIGNED, SITE

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

SENT = "mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris)"


def test_a_request_and_its_refusal(letters, invented_exam):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    candidate = registration.candidate
    candidate.refresh_from_db()
    letters()

    asked = asking.send(
        candidate=candidate,
        identity={**civil_data(candidate.identity), "usage_name": "Kermarrec"},
        seen=candidate.identity_id,
        reason="Un mariage",
        proof=[a_pdf()],
        by=author(candidate),
        at=NOW,
    )

    [letter] = letters()
    assert letter["Subject"] == "Demande de correction de votre état civil envoyée"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre demande de correction de votre état civil a été reçue le {SENT}, avec la pièce jointe. Votre service gestionnaire l'acceptera ou la refusera, et un mail vous le dira. D'ici là, votre état civil et vos inscriptions restent ce qu'ils sont.

Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier). Sans réponse de sa part le 25 janvier 2027, votre demande sera réputée acceptée.

Votre compte, où vous pouvez retirer cette demande : {SITE}/mon-compte

Si vous n'avez pas fait cette demande, prévenez le service gestionnaire.

{CONTACT}
{SIGNED}"""
    )

    later = NOW + timedelta(hours=1)
    asking.refuse(request=asked, answer="<b>Illisible</b>", by=OPERATOR, at=later)

    [letter] = letters(later)
    assert letter["Subject"] == "Demande de correction de votre état civil refusée"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre demande de correction de votre état civil, envoyée le {SENT}, est refusée : il reste tel qu'il est.

Motif : <b>Illisible</b>

Décision prise par : {OPERATOR.name}, {named(registration.service)}.

Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier). Dans les deux mois qui suivent cette décision, vous pouvez demander au service gestionnaire qu'elle soit revue, ou saisir le tribunal administratif.

Votre compte, où vous pouvez faire une autre demande : {SITE}/mon-compte

{CONTACT}
{SIGNED}"""
    )


def test_a_request_that_is_accepted_is_said_to_be(letters, invented_exam):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    candidate = registration.candidate
    candidate.refresh_from_db()
    asked = asking.send(
        candidate=candidate,
        identity={**civil_data(candidate.identity), "usage_name": "Kermarrec"},
        seen=candidate.identity_id,
        reason="Un mariage",
        proof=[a_pdf()],
        by=author(candidate),
        at=NOW,
    )
    letters()

    later = NOW + timedelta(hours=1)
    asking.accept(request=asked, by=OPERATOR, at=later)

    letter = letters(later)[-1]
    candidate.refresh_from_db()
    assert letter["Subject"] == "Demande de correction de votre état civil acceptée"
    assert (
        words(letter)
        == f"""\
Bonjour {candidate.identity.full_name},

Votre demande de correction de votre état civil, envoyée le {SENT}, est acceptée : il est corrigé comme vous l'avez demandé.

Chaque inscription en cours a une nouvelle version, et son récapitulatif est publié de nouveau :
- {registration.title}, numéro {registration.number} : ce récapitulatif est à signer et à poster au plus tard le vendredi 25 décembre 2026, sauf si vous avez déjà posté le précédent, signé : il reste valable

L'historique de chaque inscription dit ce qui a changé.

Tout autre document déjà délivré reste tel qu'il est, avec l'état civil d'avant : une décision, une attestation. Si vous devez le montrer, montrez aussi votre nouveau récapitulatif.

Vérifiez-le : {SITE}/mes-inscriptions

S'il reste une erreur, prévenez le service gestionnaire.

{CONTACT}
{SIGNED}"""
    )
