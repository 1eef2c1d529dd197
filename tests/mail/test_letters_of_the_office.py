"""Each letter that a manager's act sends, as it arrives: what a person must read in it."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, reach
from sporades.acts.agents import inviting
from sporades.acts.identities import correcting
from sporades.acts.registrations import deciding
from sporades.acts.services import opening
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS, WRITTEN_ALONE
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.core.actors import Actor
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exchanges import operations as exchanges
from sporades.registrations.models import Registration
from sporades.registrations.states import CLEAR, FLAG, REOPEN, RESTORE, SET_ASIDE, VALIDATE
from sporades.searches import operations as searches
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from tests.evidence.given import complete, receive
from tests.factories import NOW, OPERATOR, a_candidate, a_draft, a_registration
from tests.jobs import work
from tests.mail.post_office import words
from tests.mail.test_letters import CONTACT, FULL_NAME, NAMED, SIGNED, SITE, TITLE, TO_ALL_TOLD
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

MANAGER = Actor("manager", "Claude Martin", "user:1")


@pytest.mark.parametrize(
    ("decisions", "subject", "sentence"),
    [
        (
            [(VALIDATE, "")],
            "Inscription validée",
            (
                "Votre inscription est validée : votre service gestionnaire l'a trouvée complète, "
                "vous n'avez plus rien à lui envoyer.\n\n"
                f"Si vous avez besoin d'un aménagement d'épreuves, il se demande à part. {TO_ALL_TOLD[1:].rstrip()} "
                "Si vous en avez demandé un, envoyez ce qui vous est demandé pour cela, si ce n'est pas déjà fait.\n"
            ),
        ),
        (
            [(FLAG, "Il manque <b>& la copie</b> de l'attestation.")],
            "Inscription incomplète",
            (
                "Votre inscription est enregistrée, mais il y manque quelque chose.\n\n"
                "Motif : Il manque <b>& la copie</b> de l'attestation.\n\n"
                "Envoyez ce qui manque à votre service gestionnaire, aux coordonnées ci-dessous. "
                "Aucune date limite n'est fixée pour cela : faites-le au plus vite. "
                "Si une réponse est à corriger, vous pouvez modifier votre inscription jusqu'au "
                "mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris).\n"
            ),
        ),
        (
            [(SET_ASIDE, "Hors académie.")],
            "Inscription écartée",
            (
                "Votre inscription est écartée : elle ne compte plus.\n\n"
                "Motif : Hors académie.\n\n"
                "Si vous aviez demandé quelque chose pour elle, ce n'est plus étudié tant qu'elle n'est "
                "pas rétablie.\n\n"
                "Décision prise par : Claude Martin, gestionnaire, Bureau des essais de Lille, "
                "académie de Lille.\n\n"
                "Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier). "
                "Dans les deux mois qui suivent cette décision, vous pouvez demander au service "
                "gestionnaire qu'elle soit revue, ou saisir le tribunal administratif.\n"
            ),
        ),
        (
            [(SET_ASIDE, "Hors académie."), (RESTORE, "")],
            "Inscription rétablie",
            (
                "Votre inscription, qui avait été écartée, est rétablie : elle compte de nouveau.\n\n"
                "Si une demande faite pour elle attendait une réponse, elle est de nouveau étudiée, et "
                "le délai pour vous répondre recommence, sauf s'il avait déjà pris fin.\n"
            ),
        ),
    ],
)
def test_a_decision(letters, decisions, subject, sentence):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    complete(registration)
    letters()

    for decision, reason in decisions:
        deciding.decide(
            registration=registration, decision=decision, reason=reason, by=MANAGER, at=NOW
        )

    letter = letters()[-1]
    happened, _, rest = sentence.partition("\n")
    assert letter["Subject"] == f"{subject}, n°{registration.number}"
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

{happened}

Examen ou concours : {TITLE}
Numéro d'inscription : {registration.number}
{rest}
Votre inscription : {SITE}/mes-inscriptions/{registration.number}

{CONTACT}
{SIGNED}"""
    )


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        (
            False,
            (
                "\n\n"
                "Si vous avez besoin d'un aménagement d'épreuves, il se demande à part. Pour "
                "obtenir un aménagement d'épreuves, faites votre demande, si ce n'est pas déjà fait, dans "
                "votre espace candidat, à la page « Aménagement d'épreuves » de votre inscription, avant le mardi 15 décembre 2026 à "
                "23\u00a0h\u00a059 (heure de Paris). Si vous en avez demandé un, envoyez ce qui vous "
                "est demandé pour cela, si ce n'est pas déjà fait.\n\n"
            ),
        ),
        (
            True,
            (
                "\n\n"
                "Pour obtenir un aménagement d'épreuves, si vous l'avez demandé, envoyez ce qui vous est "
                "demandé pour cela, si ce n'est pas déjà fait.\n\nVotre inscription"
            ),
        ),
    ],
)
def test_a_validation_leaves_the_request_of_an_accommodation_while_it_may_be_made(
    letters, closed, said
):
    registration = a_registration(informations={"has_disability": "oui"})
    complete(registration)
    at = registration.service.closes_at + timedelta(days=1) if closed else NOW
    letters()

    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=at)

    assert said in words(letters(at)[-1])


@pytest.mark.parametrize(
    ("case", "is_said"),
    [("owed", True), ("all good", False), ("too late", False), ("no account", False)],
)
def test_what_is_missing_is_deposited_where_it_may_be(letters, case, is_said):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    if case == "all good":
        complete(registration)
    elif case == "no account":
        Candidate.objects.update(user=None, email="zoe@exemple.test")
    registration.refresh_from_db()
    at = NOW + timedelta(days=90) if case == "too late" else NOW
    letters()

    deciding.decide(
        registration=registration, decision=FLAG, reason="Il manque une pièce.", by=MANAGER, at=at
    )

    said = words(letters(at)[-1])
    assert (
        "aux coordonnées ci-dessous. Une pièce justificative peut aussi être déposée dans votre "
        "espace candidat, à la page « Pièces justificatives » de votre inscription." in said
    ) is is_said


@pytest.mark.parametrize("come", ["nothing", "unjudged", "without the summary"])
def test_a_validation_of_what_nobody_checked_does_not_say_that_it_is_complete(letters, come):
    registration = a_registration()
    if come == "unjudged":
        receive(registration)
    elif come == "without the summary":
        complete(registration)
        Registration.objects.update(summary_posted_on=None)
    letters()

    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    said = words(letters()[-1])
    assert "complète" not in said
    assert (
        "Votre inscription est validée : vous n'avez plus rien à envoyer à votre service "
        "gestionnaire.\n" in said
    )


@pytest.mark.parametrize(
    ("decisions", "has_come", "subject", "said"),
    [
        ([VALIDATE, REOPEN], True, "Inscription à valider de nouveau", "Vous n'avez rien à faire."),
        (
            [VALIDATE, REOPEN],
            False,
            "Inscription à valider de nouveau",
            "Ce que vous n'avez pas envoyé est de nouveau attendu.",
        ),
        ([FLAG, CLEAR], True, "Inscription complétée", "Il ne manque plus rien"),
        ([FLAG, CLEAR], False, "Anomalie levée", "n'est pas conforme, reste attendu."),
    ],
)
def test_what_is_undone_says_whether_something_is_still_to_come(
    letters, decisions, has_come, subject, said
):
    registration = a_registration()
    if has_come:
        complete(registration)

    for decision in decisions:
        reason = "Il manque une pièce." if decision is FLAG else ""
        deciding.decide(
            registration=registration, decision=decision, reason=reason, by=MANAGER, at=NOW
        )

    letter = letters()[-1]
    assert letter["Subject"] == f"{subject}, n°{registration.number}"
    assert said in words(letter)


def test_a_closing_that_is_moved(letters):
    draft = a_draft(a_candidate(email="zoe@exemple.test", **NAMED))
    service = RegistrationService.objects.get(academy="A09")
    change = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + timedelta(days=2),
        reason="Panne",
        by=OPERATOR,
        at=NOW,
    )
    opening.approve_together([(change, Actor("head", "B", "user:2"))], at=NOW)

    work()

    [letter] = letters()
    assert letter["Subject"] == "Nouvelle date de fermeture : Brevet d'essai – Marin…"
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Vous avez commencé une inscription qui n'est pas enregistrée :
{TITLE}, académie de Lille

Le service ferme désormais le jeudi 17 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris).
La fermeture annoncée avant était le mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris).

Vos réponses sont gardées. Pour terminer : {SITE}/inscription/{draft.pk}

{SIGNED}"""
    )


@pytest.mark.parametrize(
    ("decide", "subject", "said", "becomes"),
    [
        (
            opening.approve_together,
            "Prolongation approuvée",
            "approuve",
            (
                "Fermeture le jeudi 17 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris) au lieu"
                " du mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris)."
            ),
        ),
        (
            partial(opening.refuse_together, answer="Un jour suffit."),
            "Prolongation refusée",
            "refuse",
            "Les dates du service n'ont pas changé.\nMotif : Un jour suffit.",
        ),
    ],
)
def test_an_extension_that_somebody_decided(letters, decide, subject, said, becomes):
    proposer = a_member("claude@exemple.test", Membership.Role.MANAGER, ["A09"])
    service = RegistrationService.objects.get(academy="A09")
    proposed = opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + timedelta(days=2),
        reason="Panne du 24",
        by=Actor("manager", "Claude Martin", f"user:{proposer.pk}"),
        at=NOW,
    )

    decide([(proposed, Actor("head", "Dominique Petit", "0"))], at=NOW)

    [letter] = letters()
    assert letter["Subject"] == f"{subject} : Lille, Brevet d'essai, session 2027"
    assert letter.taken_for == ["claude@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Dominique Petit {said} la prolongation que vous avez proposée :
{service}

{becomes}

Le service : {SITE}/gestion/services/{service.pk}

{SIGNED}"""
    )


def test_an_extension_to_approve(letters):
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])
    service = RegistrationService.objects.get(academy="A09")

    opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + timedelta(days=2),
        reason="Panne <b>du</b> 24 & du 25",
        by=Actor("manager", "Claude Martin", "user:0"),
        at=NOW,
    )

    [letter] = letters()
    assert letter["Subject"] == "Prolongation à approuver : Lille, Brevet d'essai, session…"
    assert letter.taken_for == ["cheffe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {head.memberships.get().full_name},

Claude Martin propose de prolonger un service d'inscription :
{service}

Fermeture le jeudi 17 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris) au lieu du mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris).
Motif : Panne <b>du</b> 24 & du 25

Tant qu'elle n'est pas approuvée, le service ferme à la date annoncée.

Approuver ou refuser : {SITE}/gestion/services/{service.pk}

{SIGNED}"""
    )


def of_two_academies(proposer="user:0"):
    """Propose to extend two services together; return them by academy."""
    services = {one.academy_id: one for one in RegistrationService.objects.for_list()}
    by = Actor("administrator", "Claude Martin", proposer)
    opening.extend(
        wanted=[
            opening.Later(one, one.closes_at + timedelta(days=2), by) for one in services.values()
        ],
        reason="Panne du 24",
        seen="",
        together=uuid4(),
        at=NOW,
    )
    return services


def test_extensions_to_approve_together(letters):
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09", "A25"])

    services = of_two_academies()

    [letter] = letters()
    first = ServiceChange.objects.order_by("service").first().service_id
    assert letter["Subject"] == "2 prolongations à approuver"
    assert letter.taken_for == ["cheffe@exemple.test"]
    lines = [
        f"- {one.service} : {one.in_words}" for one in ServiceChange.objects.order_by("service")
    ]
    assert (
        words(letter)
        == f"""\
Bonjour {head.memberships.get().full_name},

Claude Martin propose de prolonger ensemble 2 services d'inscription. Motif : Panne du 24

{lines[0]}
{lines[1]}

Tant qu'elles ne sont pas approuvées, chaque service ferme à la date annoncée.

Approuver ou refuser, en une fois : {SITE}/gestion/services/{first}

{SIGNED}"""
    )
    assert services.keys() == {"A09", "A25"}


@pytest.mark.parametrize("is_approved", [True, False])
def test_extensions_that_somebody_decided_together(letters, is_approved):
    proposer = a_member("claude@exemple.test", Membership.Role.ADMINISTRATOR, [])
    of_two_academies(f"user:{proposer.pk}")
    changes = list(ServiceChange.objects.order_by("service").select_related("service"))
    decisions = [(one, Actor("head", "Dominique Petit", "0")) for one in changes]

    if is_approved:
        opening.approve_together(decisions, at=NOW)
    else:
        opening.refuse_together(decisions, answer="Un jour suffit.", at=NOW)

    [letter] = letters()
    done = "approuvées" if is_approved else "refusées"
    assert letter["Subject"] == f"2 prolongations {done}"
    body = "\n".join(
        f"- {one.service} : {one.in_words}" if is_approved else f"- {one.service}"
        for one in changes
    )
    if not is_approved:
        body += "\n\nLeurs dates n'ont pas changé.\nMotif : Un jour suffit."
    verb = "approuve" if is_approved else "refuse"
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Dominique Petit {verb} 2 prolongations que vous avez proposées ensemble :

{body}

Le premier de ces services : {SITE}/gestion/services/{changes[0].service_id}

{SIGNED}"""
    )


def test_an_office_account_that_is_closed(letters):
    user = User.objects.create_user("claude@exemple.test", created_at=NOW, activated_at=NOW)
    Membership.objects.create(user=user, role="manager", full_name="Claude", academies=["A09"])

    inviting.close_dormant(at=NOW + timedelta(days=183))

    [letter] = letters(NOW + timedelta(days=183))
    assert letter["Subject"] == "Votre compte d'agent Sporades est fermé"
    assert letter.taken_for == ["claude@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour,

Votre compte d'agent n'a pas servi depuis six mois : il est fermé, pour que personne d'autre ne s'en serve.

Si vous en avez encore besoin, demandez à votre chef de service ou à votre administrateur de vous rendre l'accès.

{SIGNED}"""
    )


@pytest.fixture
def large_export(monkeypatch):
    """Ask for an export that another person must approve."""
    monkeypatch.setattr(exchanges, "WITHOUT_APPROVAL", 0)
    monkeypatch.setattr("sporades.exchanges.models.WITHOUT_APPROVAL", 0)
    a_registration()
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    search = searches.keep(
        tree=Group(members=(Leaf(CRITERIA["nom"], Operator.FILLED),)), columns=[], by=asker, at=NOW
    )
    return exchanges.ask(
        search=search,
        order="nom",
        form="csv",
        purpose="Préparer <b>les</b> convocations & l'accueil",
        reach=reach(asker.memberships.all(), Permission.EXPORT),
        by=asker,
        at=NOW,
    )


def test_an_export_to_approve(letters, request):
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])
    export = request.getfixturevalue("large_export")

    letter = next(one for one in letters() if one.taken_for == [head.email])

    assert letter["Subject"] == "Export à approuver : 1 ligne"
    assert (
        words(letter)
        == f"""\
Bonjour {head.memberships.get().full_name},

{export.asked_name} demande un export de 1 ligne. Au-delà de 5 000 lignes qu'une même personne demande en un jour, une seconde doit l'approuver.

Motif : Préparer <b>les</b> convocations & l'accueil

Approuver ou refuser : {SITE}/gestion/inscriptions/exports/{export.pk}

{SIGNED}"""
    )


@pytest.mark.parametrize(
    ("end", "subject", "sentence"),
    [
        (
            "made",
            "Votre export est prêt",
            "est prêt : 1 ligne. Le fichier est gardé jusqu'au vendredi 27 novembre 2026 à ",
        ),
        ("refused", "Votre export est refusé", "est refusé par "),
        (
            "stopped",
            "Votre export s'est arrêté",
            "L'export que vous avez demandé s'est arrêté. Votre rôle ne permet plus d'exporter.",
        ),
    ],
)
def test_an_export_that_has_ended(letters, request, end, subject, sentence):
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])
    export = request.getfixturevalue("large_export")
    by = head.memberships.get().as_actor()

    if end == "refused":
        exchanges.refuse(export=export, user=head, by=by, at=NOW)
    else:
        exchanges.approve(export=export, user=head, by=by, at=NOW)
        if end == "stopped":
            export.asked_by.memberships.update(role=Membership.Role.AUDITOR)
        exchanges.prepare(str(export.pk), at=NOW)

    letter = next(one for one in letters() if one.taken_for == [export.asked_by.email])
    assert letter["Subject"] == subject
    assert sentence in words(letter)
    assert "Motif de votre demande : Préparer <b>les</b> convocations & l'accueil" in words(letter)
    assert f"{SITE}/gestion/inscriptions/exports/{export.pk}" in words(letter)


def test_a_batch_that_has_ended(letters):
    a_registration()
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    batch = batches.prepare(
        registrations=Registration.objects.all(),
        action=ACTIONS["validate"],
        reason="",
        reach=reach(asker.memberships.all(), Permission.DECIDE),
        by=asker,
        at=NOW,
    )
    batches.launch(batch=batch, by=asker.memberships.get().as_actor(), at=NOW)
    batches.go_on(str(batch.pk), at=NOW)

    letter = next(one for one in letters() if one.taken_for == [asker.email])

    assert letter["Subject"] == "Lot terminé : valider"
    assert (
        words(letter)
        == f"""\
Bonjour {batch.asked_name},

Le lot que vous avez lancé est terminé.

Action : Valider
Faites : 1
Refusées : 0
En attente : 0

Le détail, ligne à ligne : {SITE}/gestion/inscriptions/lots/{batch.pk}

{SIGNED}"""
    )


def a_message(asker, text, *, total=0):
    """Prepare a message to every registration, and launch it."""
    allowed = reach(asker.memberships.all(), Permission.WRITE_MESSAGES)
    batch = batches.prepare_message(
        registrations=Registration.objects.all(),
        subject="Votre centre, {prénoms}",
        text=text,
        reach=allowed,
        by=asker,
        at=NOW,
    )
    batch.total = total or batch.total
    batches.launch(batch=batch, by=asker.memberships.get().as_actor(), at=NOW)
    batches.go_on(str(batch.pk), at=NOW)
    return batch


def test_a_message_of_the_service(letters):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    letters()

    a_message(asker, "Apportez <b>votre</b> pièce & {numéro d'inscription}.\n\nÀ bientôt.")

    letter = next(one for one in letters() if one.taken_for == ["zoe@exemple.test"])
    assert letter["Subject"] == "Votre centre, Zoë, Anaïs <b>& Cie</b>"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Apportez <b>votre</b> pièce & {registration.number}.

À bientôt.

Examen ou concours : {TITLE}
Numéro d'inscription : {registration.number}

Votre inscription : {SITE}/mes-inscriptions/{registration.number}

Ce message vous est écrit par votre service gestionnaire. N'y répondez pas : personne ne lit ce qui arrive à l'adresse qui l'envoie. Pour répondre, utilisez les coordonnées ci-dessous.

{CONTACT}
{SIGNED}"""
    )


def test_a_large_message_to_approve(letters):
    a_registration()
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    letters()

    batch = a_message(asker, "Apportez une pièce.", total=WRITTEN_ALONE + 1)

    [letter] = letters()
    assert letter.taken_for == [head.email]
    assert letter["Subject"] == "Lot à approuver : écrire aux candidats"
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Claude Martin propose un lot qui, par sa taille, demande l'accord d'une seconde personne.

Action : Écrire aux candidats
Lignes : {batch.counted}

Voir le lot, l'approuver ou le refuser : {SITE}/gestion/inscriptions/lots/{batch.pk}

{SIGNED}"""
    )


def test_corrected_civil_data(letters):
    registration = a_registration(a_candidate(email="zoe@exemple.test", **NAMED))
    letters()
    identity = civil_data(registration.candidate.identity)

    correcting.correct_identity(
        registration=registration,
        identity={**identity, "usage_name": "Kermarrec"},
        seen=registration.candidate.identity_id,
        proof="Acte de mariage",
        by=OPERATOR,
        at=NOW,
    )

    letter = letters()[-1]
    name = registration.candidate.__class__.objects.get().identity.full_name
    assert letter["Subject"] == "Votre état civil a été corrigé"
    assert (
        words(letter)
        == f"""\
Bonjour {name},

Le service des examens et concours a corrigé votre état civil.

Chaque inscription en cours a une nouvelle version, et son récapitulatif est publié de nouveau :
- {TITLE}, numéro {registration.number} : ce récapitulatif est à signer et à poster au plus tard le vendredi 25 décembre 2026, sauf si vous avez déjà posté le précédent, signé : il reste valable

L'historique de chaque inscription dit ce qui a changé.

Tout autre document déjà délivré reste tel qu'il est, avec l'état civil d'avant : une décision, une attestation. Si vous devez le montrer, montrez aussi votre nouveau récapitulatif.

Vérifiez-le : {SITE}/mes-inscriptions

Si vous n'avez pas demandé cette correction, ou si elle est fausse, prévenez le service gestionnaire.

{CONTACT}
{SIGNED}"""
    )
