"""The letters of publications, of requests and of a move, as they arrive: all that they say."""

from datetime import timedelta
from functools import partial

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.registrations import moving, requesting
from sporades.acts.services import announcing
from sporades.acts.writing import resending
from sporades.candidates.models import Candidate, Channel
from sporades.documents import kinds
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.publications.operations import deciding, depositing, preparing, telling
from sporades.registrations.models import Registration
from sporades.registrations.receipt import named
from tests.accommodations.asked import a_minor
from tests.documents.summaries import a_pdf
from tests.factories import NOW, OPERATOR, a_candidate, a_record, a_registration, author
from tests.mail.post_office import words
from tests.mail.test_letters import CONTACT, FULL_NAME, NAMED, SIGNED, SITE, TITLE
from tests.publications.doing import DECISION, publish_together
from tests.publications.zips import archive
from tests.spaces import plain
from tests.threads.said import answer
from tests.web.guide import main
from tests.web.office.test_requests import change
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

LATER = NOW + timedelta(days=3)
THEN = "samedi 28 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris)"


@pytest.fixture
def registration(invented_exam):
    return a_registration(a_candidate(email="zoe@exemple.test", **NAMED))


@pytest.fixture
def manager(db):
    return a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])


@pytest.fixture
def head(db):
    return a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])


def deposit(registration, user, kind):
    allowed = reach(user.memberships.all(), Permission.PREPARE_DOCUMENTS)
    return depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=registration.pk),
        kind=kinds.get(kind),
        decision=DECISION,
        content=a_pdf(),
        reach=allowed,
        by=user,
        author=allowed.perimeters[0].member,
        at=NOW,
    )


@pytest.fixture
def convocation(registration, manager):
    return deposit(registration, manager, "convocation")


def member(user):
    return user.memberships.get().as_actor()


def about(registration):
    return f"""\
Examen ou concours : {TITLE}
Numéro d'inscription : {registration.number}
"""


def test_an_answer_to_a_message_is_told_and_not_held(letters, registration):
    letters()
    answer(registration)
    [letter] = letters()

    assert letter["Subject"] == f"Message de votre service, inscription n°{registration.number}"
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre service gestionnaire vous a écrit. Son message vous attend dans votre espace candidat : {SITE}/mes-inscriptions/{registration.number}/messages

{about(registration)}
{CONTACT}
{SIGNED}"""
    )


def test_a_document_is_published_then_taken_back(letters, registration, manager):
    made = deposit(registration, manager, "notification-amenagement")
    publish_together(made, manager)
    letters()
    telling.tell(str(made.pk), at=NOW)
    [letter] = letters()

    name = "Décision administrative"  # its own name would tell who asked for what
    folder = f"Vos documents : {SITE}/mes-documents/{registration.number}"
    assert letter["Subject"] == f"{name} à lire, inscription n°{registration.number}"
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Un document est publié pour votre inscription : {name}, version n°1. Lisez-le et gardez-le. N'attendez pas : un délai peut courir à compter du jour où vous l'ouvrez.

{about(registration)}
{folder}

{CONTACT}
{SIGNED}"""
    )

    preparing.withdraw(
        publication=made, reason="<b>Erreur</b> de date", by=member(manager), at=LATER
    )
    telling.tell(str(made.pk), at=LATER)
    [letter] = letters(LATER)
    assert letter["Subject"] == f"Document retiré : {name}, n°{registration.number}"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Un document publié pour votre inscription est retiré : {name}, version n°1. Il ne vaut plus : ne vous en servez pas.

{about(registration)}
Motif : <b>Erreur</b> de date

{folder}

{CONTACT}
{SIGNED}"""
    )


def published(registration, manager, kind):
    made = deposit(registration, manager, kind)
    publish_together(made, manager)
    telling.tell(str(made.pk), at=NOW)
    return made


def test_what_decides_nothing_presses_nobody(manager):
    published(a_minor(), manager, "releve-de-notes")
    said = Message.objects.get(kind="document_published").body
    assert "version n°1. Lisez-le et gardez-le.\n" in said
    assert not Message.objects.filter(recipient="anne@exemple.test").exists()


def test_a_decision_made_elsewhere_goes_home_with_its_delay(manager):
    published(a_registration(a_record()), manager, "notification-amenagement")
    letter = Letter.objects.get(message__kind="document_published")
    assert letter.enclosed.document.kind == "notification-amenagement"
    assert "un délai peut courir à compter du jour où vous le recevez." in letter.message.body


def test_the_guardian_of_a_minor_is_told_of_a_decision_made_elsewhere_and_reminded(client, manager):
    registration = a_minor()
    published(registration, manager, "notification-amenagement")
    told = Message.objects.filter(kind="guardian_awaited", recipient="anne@exemple.test")
    assert "n'a pas encore été ouvert" not in told.get().body

    client.force_login(registration.candidate.user)
    home = plain(main(client.get("/accueil")))
    assert "Elle peut être contestée : le délai court du jour où vous l'ouvrez" in home

    announcing.remind_unread(at=NOW + announcing.UNREAD_FOR)
    assert "n'a pas encore été ouvert" in told.latest("pk").body
    own = Message.objects.get(
        kind="document_unread",
        subject=f"Rappel : à lire sans attendre, inscription n°{registration.number}",
    )
    assert "amén" not in own.body.casefold()


def test_the_guardian_of_a_minor_is_told_too_that_a_decision_made_elsewhere_is_taken_back(manager):
    made = published(a_minor(), manager, "notification-amenagement")

    preparing.withdraw(publication=made, reason="Erreur", by=member(manager), at=LATER)
    telling.tell(str(made.pk), at=LATER)

    told = Message.objects.filter(kind="guardian_awaited", recipient="anne@exemple.test")
    assert [one.written_at for one in told.order_by("pk")] == [NOW, LATER]


@pytest.mark.parametrize("instant", [None, LATER], ids=["at once", "later"])
def test_a_publication_to_approve(letters, registration, manager, head, instant):
    made = deposit(registration, manager, "convocation")
    letters()
    deciding.publish(publication=made, instant=instant, user=manager, by=member(manager), at=NOW)
    [letter] = letters()

    assert letter["Subject"] == "Publication à approuver : Convocation"
    assert letter.taken_for == ["cheffe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Claude Martin propose de publier des documents. Pour cette nature de document, une seconde personne doit les voir et les approuver.

Nature : Convocation
Documents : 1
À publier : {THEN if instant else "dès l'approbation"}

Voir les documents, approuver ou refuser : {SITE}/gestion/publications/{made.pk}

{SIGNED}"""
    )


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (
            deciding.approve,
            (
                "Publication approuvée",
                (
                    "La publication que vous avez proposée est approuvée par Claude Martin. Les documents "
                    f"sont lus à partir du {THEN}."
                ),
            ),
        ),
        (
            partial(deciding.refuse, reason="<b>Date</b> fausse"),
            (
                "Publication refusée",
                (
                    "La publication que vous avez proposée est refusée par Claude Martin. Elle est de "
                    "nouveau en préparation : rien n'est publié.\n\nMotif : <b>Date</b> fausse"
                ),
            ),
        ),
    ],
    ids=["approved", "refused"],
)
def test_a_publication_that_is_decided(letters, convocation, head, act, told):
    made, (subject, sentence) = convocation, told
    manager = made.asked_by
    deciding.publish(publication=made, instant=LATER, user=manager, by=member(manager), at=NOW)
    letters()
    act(publication=made, user=head, by=member(head), at=NOW)
    [letter] = letters()

    assert letter["Subject"] == f"{subject} : Convocation"
    assert letter.taken_for == ["agent@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

{sentence}

La publication : {SITE}/gestion/publications/{made.pk}

{SIGNED}"""
    )


def test_a_publication_that_another_drops(letters, convocation, head):
    letters()
    preparing.drop(publication=convocation, by=member(head), at=NOW)
    [letter] = letters()

    assert letter["Subject"] == "Publication abandonnée : Convocation"
    assert letter.taken_for == ["agent@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

La publication que vous avez préparée ou proposée est abandonnée par Claude Martin. Ses documents sont effacés, et aucun candidat ne les a vus.

La publication : {SITE}/gestion/publications/{convocation.pk}

{SIGNED}"""
    )


def test_deposited_files_are_read(letters, registration, manager):
    allowed = reach(manager.memberships.all(), Permission.PREPARE_DOCUMENTS)
    made = depositing.deposit_many(
        kind=kinds.get("convocation"),
        archive=archive(**{registration.number: a_pdf(), "1": a_pdf()}),
        reach=allowed,
        by=manager,
        author=allowed.perimeters[0].member,
        at=NOW,
    )
    letters()
    depositing.fill(str(made.pk), at=NOW)
    [letter] = letters()

    assert letter["Subject"] == "Fichiers lus : Convocation"
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Les fichiers que vous avez déposés sont lus. Rien n'est encore publié.

Nature : Convocation
Prêts à publier : 1
Refusés : 1

Voir les documents et les publier : {SITE}/gestion/publications/{made.pk}

{SIGNED}"""
    )


@pytest.fixture
def late(registration):
    return registration.service.closes_at + timedelta(days=1)


def test_a_request_its_answer_and_what_it_changes(letters, registration, late):
    draft = change(registration, late)
    letters(late)
    asked = requesting.send(
        draft=draft,
        reason="J'ai <b>déménagé</b>",
        proof=[],
        by=author(registration.candidate),
        at=late,
    )
    [letter] = letters()
    page = f"Votre inscription : {SITE}/mes-inscriptions/{registration.number}"

    assert letter["Subject"] == (
        f"Demande de modification envoyée, inscription n°{registration.number}"
    )
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre demande de modification a été reçue le mercredi 16 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris). Votre service gestionnaire l'acceptera ou la refusera, et un mail vous le dira. D'ici là, votre inscription reste telle qu'elle est.

{about(registration)}
Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier). Sans réponse de sa part le 16 février 2027, votre demande sera réputée acceptée.

Ce mail ne dit pas ce que vous demandez : lisez-le dans votre espace.

{page}

{CONTACT}
{SIGNED}"""
    )

    requesting.refuse(request=asked, answer="<b>Trop tard</b>", by=OPERATOR, at=late)
    [letter] = letters()
    assert letter["Subject"] == (
        f"Demande de modification refusée, inscription n°{registration.number}"
    )
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre demande de modification est refusée : votre inscription reste telle qu'elle est.

{about(registration)}
Motif : lisez-le à la page de votre inscription

Décision prise par : {OPERATOR.name}, {named(registration.service)}.

Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier). Dans les deux mois qui suivent cette décision, vous pouvez demander au service gestionnaire qu'elle soit revue, ou saisir le tribunal administratif.

Ce mail ne dit pas ce que vous demandiez : lisez-le dans votre espace.

{page}

{CONTACT}
{SIGNED}"""
    )


def test_a_request_that_is_accepted(letters, registration, late):
    draft = change(registration, late, ine="0801234567A")
    asked = requesting.send(
        draft=draft, reason="Déménagé", proof=[], by=author(registration.candidate), at=late
    )
    letters(late)
    requesting.accept(request=asked, by=OPERATOR, at=late)
    [letter] = letters()

    assert letter["Subject"] == (
        f"Demande de modification acceptée, inscription n°{registration.number}"
    )
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre demande de modification est acceptée : votre inscription est modifiée, version n°2.

{about(registration)}
Ce mail ne dit pas ce qui a changé : lisez-le dans l'historique de votre inscription, {SITE}/mes-inscriptions/{registration.number}/historique

Téléchargez ou imprimez votre nouveau récapitulatif d'inscription, c'est indispensable. Imprimez, \
signez et renvoyez ce récapitulatif. À poster au plus tard le vendredi 25 décembre 2026 (cachet de \
la poste), à l'adresse ci-dessous. Celui d'une version précédente, si vous l'avez déjà renvoyé, ne vaut plus.

Pièces justificatives à fournir, si ce n'est pas déjà fait :
- Pièce d'identité, avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris), à déposer dans votre \
espace candidat, ou à envoyer par courrier

Votre inscription : {SITE}/mes-inscriptions/{registration.number}

{CONTACT}
{SIGNED}"""
    )


def test_a_registration_that_goes_to_another_academy(letters, registration):
    letters()
    moving.move_for_good(
        registration=registration,
        academy="A25",
        reason="<b>Déménagement</b>",
        by=OPERATOR,
        at=NOW,
    )
    [letter] = letters()

    assert letter["Subject"] == f"Changement d'académie, inscription n°{registration.number}"
    said = words(letter)
    for sentence in (
        "Votre inscription est désormais gérée par : Bureau des essais de Versailles, académie de",
        "Motif : <b>Déménagement</b>",
        "- Académie : Lille → Versailles",
        "Téléchargez ou imprimez votre nouveau récapitulatif",
        f"Votre inscription : {SITE}/mes-inscriptions/{registration.number}",
        "Versailles",
    ):
        assert sentence in said
    assert CONTACT not in said


def test_a_mail_that_is_refused_goes_as_a_letter_with_what_it_announced(
    registration, convocation, manager
):
    publish_together(convocation, manager)
    telling.tell(str(convocation.pk), at=NOW)
    message = Message.objects.get(kind="document_published")
    Message.objects.filter(pk=message.pk).update(state=Message.State.REFUSED)
    Candidate.objects.filter(pk=registration.candidate_id).update(
        user=None, email="", channel=Channel.LETTER
    )

    fresh = resending.send_again(message=message, registration=registration, by=OPERATOR, at=NOW)

    assert fresh.letter.enclosed.document.kind == "convocation"
