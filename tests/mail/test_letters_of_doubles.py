"""The letters of a merge, as they arrive: all that they say."""

import pytest

from sporades.acts.identities import comparing, merging
from sporades.candidates.models import Candidate
from sporades.doubles import operations
from sporades.doubles.models import LikelyDouble
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_record, a_registration, without_exclusion
from tests.mail.post_office import words
from tests.mail.test_letters import CONTACT, FULL_NAME, NAMED, SIGNED, SITE
from tests.spaces import plain
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

MERGED = "Le service des examens et concours a constaté que deux dossiers étaient les vôtres : ils sont réunis. Chaque inscription garde son numéro, ses documents et ses messages. Votre numéro candidat est désormais :"
BEFORE = "Ce qui a déjà été délivré sous un autre numéro reste le vôtre."
WRONG = "Si l'un de ces dossiers n'est pas le vôtre, prévenez aussitôt le service gestionnaire."
FOREST = {"statut-M1": None, "statut-M2": "inscrit"}


@pytest.fixture
def double():
    """Find that two accounts are somebody's who was registered once under each."""
    first = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    second = a_registration(
        a_candidate(email="autre@exemple.test", **NAMED), speciality="FOREST", epreuves=FOREST
    )
    without_exclusion()
    operations.look(second.candidate_id, at=NOW)
    return LikelyDouble.objects.get(first=first.candidate)


def member(email, role):
    return a_member(email, role, ["A09"]).memberships.get().as_actor()


def propose(double, by):
    comparing.propose(
        double=double,
        kept=double.first,
        reason="Même carte",
        seen=comparing.mark_of(double),
        by=by,
        at=NOW,
    )


def merged(double):
    manager, head = member("agent@exemple.test", "manager"), member("chef@exemple.test", "head")
    propose(double, manager)
    merging.approve(double=double, seen=comparing.mark_of(double), by=head, at=NOW)


def read(letters):
    return {letter["To"]: letter for letter in letters()}


def test_each_of_two_accounts_is_told_which_one_is_left(double, letters):
    letters()
    merged(double)
    found = read(letters)
    number = Candidate.objects.get(pk=double.first_id).number
    filed = [
        f"- {one.title}, numéro {one.number}"
        for one in Registration.objects.order_by("-filed_at", "-pk")
    ]

    assert found["zoe@exemple.test"]["Subject"] == "Vos deux dossiers n'en font plus qu'un"
    assert words(found["zoe@exemple.test"]) == (
        f"""\
Bonjour {FULL_NAME},

{MERGED} {number}. {BEFORE}

Connectez-vous avec l'adresse zoe@exemple.test. Le compte que vous aviez avec l'adresse a…@exemple.test est fermé.

Vos inscriptions :
{filed[0]}
{filed[1]}

Vérifiez-les : {SITE}/mes-inscriptions

{WRONG}

{CONTACT}
{SIGNED}"""
    )
    assert words(found["autre@exemple.test"]) == (
        f"""\
Bonjour {FULL_NAME},

{MERGED} {number}. {BEFORE}

Le compte que vous aviez avec cette adresse mail est fermé. Connectez-vous désormais avec votre autre compte, à l'adresse z…@exemple.test, avec son mot de passe. Si vous l'avez oublié, la page de connexion permet d'en choisir un autre. Pour utiliser cette adresse-ci, changez-la ensuite dans « Modifier mon compte ».

Vos inscriptions : {SITE}/mes-inscriptions

{WRONG}

{CONTACT}
{SIGNED}"""
    )


def test_without_any_account_nothing_is_said_of_signing_in(double, letters):
    letters()
    Candidate.objects.filter(pk=double.first_id).update(user=None)
    Candidate.objects.filter(pk=double.second_id).update(user=None, email="")
    merged(LikelyDouble.objects.get(pk=double.pk))
    number = Candidate.objects.get(pk=double.first_id).number
    filed = [
        f"- {one.title}, numéro {one.number}"
        for one in Registration.objects.order_by("-filed_at", "-pk")
    ]

    assert words(read(letters)["zoe@exemple.test"]) == (
        f"""\
Bonjour {FULL_NAME},

{MERGED} {number}. {BEFORE}

Vos inscriptions :
{filed[0]}
{filed[1]}

{WRONG}

{CONTACT}
{SIGNED}"""
    )


def under_other_data(account):
    """Find that two are one person of whom the second gave a usage name; return their pair."""
    first = a_registration(account(NAMED, "zoe@exemple.test"))
    second = a_registration(
        account({**NAMED, "usage_name": "Kermarrec"}, "autre@exemple.test"),
        speciality="FOREST",
        epreuves=FOREST,
    )
    without_exclusion()
    operations.look(second.candidate_id, at=NOW)
    Letter.objects.all().delete()
    return LikelyDouble.objects.get(first=first.candidate)


def by_mail(named, email):
    return a_candidate(email=email, **named)


def by_letter(named, _):
    return a_record(**named)


@pytest.mark.parametrize("account", [by_mail, by_letter])
def test_what_is_issued_again_under_the_data_that_are_kept_is_said_with_its_summary(account):
    double = under_other_data(account)

    merged(double)

    again = Registration.objects.with_owed().get(version=2)
    said = Message.objects.filter(kind="candidates_merged", body__contains=again.number)
    [told] = [plain(one.body) for one in said]
    assert (
        f"- {again.title}, numéro {again.number} : ce récapitulatif est à signer et à poster "
        f"au plus tard le {again.summary_last_day}, sauf si vous avez déjà posté le précédent, signé : il "
        "reste valable"
    ) in told
    assert "Celle-ci était sous d'autres informations personnelles" in told
    if account is by_letter:
        letter = Letter.objects.get(message=said.get())
        assert "Celui de cette inscription est joint à ce courrier" in told
        assert (letter.enclosed.document.folder_id, letter.enclosed.number) == (again.folder_id, 2)
        assert letter.service_id == again.service_id
    else:
        assert "L'historique de chaque inscription dit ce qui a changé" in told


def test_who_proposed_is_told_that_it_is_approved(double, letters):
    letters()
    merged(double)

    letter = read(letters)["agent@exemple.test"]

    assert letter["Subject"] == "Fusion de deux dossiers approuvée"
    assert words(letter) == (
        f"""\
Bonjour,

Claude Martin approuve la fusion de deux dossiers que vous aviez proposée : ils n'en font plus qu'un, et les candidats en sont prévenus.

Ce qui a été réuni : {SITE}/gestion/doublons/{double.pk}

{SIGNED}"""
    )


def test_who_approves_and_who_proposed_are_told(double, letters):
    letters()
    manager, head = member("agent@exemple.test", "manager"), member("chef@exemple.test", "head")
    propose(double, manager)
    asked = read(letters)["chef@exemple.test"]
    comparing.refuse(double=double, answer="<b>Deux cousines</b>", by=head, at=NOW)
    refused = read(letters)["agent@exemple.test"]
    link = f"{SITE}/gestion/doublons/{double.pk}"

    assert asked["Subject"] == "Fusion de deux dossiers à approuver"
    assert words(asked) == (
        f"""\
Bonjour Claude Martin,

Claude Martin propose de réunir deux dossiers, qui seraient ceux d'une même personne.

Tant que la fusion n'est pas approuvée, les deux dossiers restent séparés. Comparez-les avant de décider.

Approuver ou refuser : {link}

{SIGNED}"""
    )
    assert refused["Subject"] == "Fusion de deux dossiers refusée"
    assert words(refused) == (
        f"""\
Bonjour,

Claude Martin refuse la fusion de deux dossiers que vous aviez proposée.
Motif : <b>Deux cousines</b>

Les deux dossiers restent séparés et sont à comparer de nouveau : {link}

{SIGNED}"""
    )
