"""Each letter about a registration, as it arrives: what a person must read in it."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from sporades import mail
from sporades.accounts.models import User
from sporades.acts.registrations import leaving, registering
from sporades.acts.services import announcing
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail import tasks
from sporades.notices import operations as notices
from sporades.registrations.operations import drafting
from tests.accounts.test_mails import MAILS
from tests.factories import (
    NOW,
    WITH_WHOM_AND_WHEN,
    a_candidate,
    a_draft,
    a_registration,
    answers_with,
    author,
    load_invented,
)
from tests.mail.post_office import body, page, words

SITE = "https://inscriptions.exemple.test"
HOUR = timedelta(hours=1)
NAMED = {"birth_name": "D'Élan-Çağlar", "usage_name": "", "first_names": "Zoë, Anaïs <b>& Cie</b>"}
FULL_NAME = "Zoë, Anaïs <b>& Cie</b> D'ÉLAN-ÇAĞLAR"
TITLE = "Brevet d'essai – Marin, session 2027"
WHEN = "mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris)"
LATER = "mercredi 25 novembre 2026 à 11\u00a0h\u00a030 (heure de Paris)"
CONTACT = """\
Votre service gestionnaire : Bureau des essais de Lille (Secteur des essais)
Téléphone : 03 53 01 00 01
Adresse mail : essais@lille.exemple.test
Adresse : 1 place des Essais, 59000 Lille
"""
TO_SEND = """\
- Imprimez, signez et renvoyez ce récapitulatif. À poster au plus tard le vendredi 25 décembre 2026 (cachet de la poste), à l'adresse ci-dessous.

Pièces justificatives à déposer dans votre espace candidat, ou à envoyer par courrier à votre service gestionnaire, avant le mercredi 30 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris) :
- Pièce d'identité
"""
TO_ALL = """
Pour obtenir un aménagement d'épreuves, faites votre demande dans votre espace candidat, à la \
page « Aménagement d'épreuves » de votre inscription, avant le mardi 15 décembre 2026 à \
23\u00a0h\u00a059 (heure de Paris).
"""
TO_ALL_TOLD = TO_ALL.replace(
    "faites votre demande dans", "faites votre demande, si ce n'est pas déjà fait, dans"
)
"""What is said again to all, of a registration that stays as it is."""
VERIFIED = "une mesure ne vaut que pour les épreuves que vous passez.\n"
"""The end of what a modification says to all of a request that may be made already."""
TO_ALL_AGAIN = TO_ALL_TOLD.replace(
    "Paris).\n", f"Paris). Si votre demande est déjà faite, vérifiez-la : {VERIFIED}"
)
TO_DO = TO_SEND + TO_ALL
TO_SEND_AGAIN = TO_SEND.replace(
    "ci-dessous.\n",
    "ci-dessous. Celui d'une version précédente, si vous l'avez déjà renvoyé, ne vaut plus.\n",
).replace("gestionnaire, avant le", "gestionnaire, si ce n'est pas déjà fait, avant le")
TO_DO_AGAIN = TO_SEND_AGAIN + TO_ALL_AGAIN
SIGNED = "Sporades, Autorité d'essai\n"

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def read(office, stopped_clock):
    """Let what is due be delivered at an instant; return the one letter that came."""

    def reader(at=NOW):
        stopped_clock.move_to(at)
        seen = len(office.letters)
        tasks.sweep(0)
        [letter] = office.letters[seen:]
        return letter

    return reader


def a_named_registration():
    return a_registration(a_candidate(email="zoe@exemple.test", **NAMED))


def test_the_receipt(read):
    registration = a_named_registration()

    letter = read()

    assert letter["Subject"] == f"Inscription enregistrée, n°{registration.number}"
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre inscription est enregistrée. Vous pouvez la modifier dans votre espace candidat jusqu'au mardi 15 décembre 2026 à 23 h 59 (heure de Paris).

Examen ou concours : {TITLE}, académie de Lille
Numéro candidat : {registration.candidate.number}
Numéro d'inscription : {registration.number}

Ce qu'il vous reste à faire :
- Téléchargez ou imprimez votre récapitulatif d'inscription, c'est indispensable : {SITE}/mes-inscriptions/{registration.number}
{TO_DO}
{CONTACT}
Accusé de réception :
Demande reçue le {WHEN} et enregistrée sous le numéro {registration.number}, version n°1, par le service : Bureau des essais de Lille, académie de Lille.
{chr(10).join(registration.versions.get().snapshot["receipt"][1:])}

{SIGNED}"""
    )


def test_the_receipt_of_a_modification(read):
    registration = a_named_registration()
    read()
    by, at = author(registration.candidate), NOW + HOUR
    draft = registering.amend(registration=registration, by=by, at=at)
    kept = draft.answers.get(section="supplementaires")
    kept.answers = {**kept.answers, "q-equipe": "BLEU"}
    kept.save()

    version = registering.register(draft=draft, by=by, at=at)
    letter = read(at)

    assert letter["Subject"] == f"Modification d'inscription : {TITLE}, n°{registration.number}"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

La modification de votre inscription est enregistrée.

Examen ou concours : {TITLE}, académie de Lille
Numéro candidat : {registration.candidate.number}
Numéro d'inscription : {registration.number}

Ce mail ne dit pas ce qui a changé : lisez-le dans l'historique de votre inscription, {SITE}/mes-inscriptions/{registration.number}/historique

Si vous n'êtes pas à l'origine de cette modification, changez votre mot de passe et prévenez le service gestionnaire.

Ce qu'il vous reste à faire :
- Téléchargez ou imprimez votre nouveau récapitulatif d'inscription, c'est indispensable : {SITE}/mes-inscriptions/{registration.number}
{TO_DO_AGAIN}
{CONTACT}
Accusé de réception :
Demande reçue le {LATER} et enregistrée sous le numéro {registration.number}, version n°2, par le service : Bureau des essais de Lille, académie de Lille.
{chr(10).join(version.snapshot["receipt"][1:])}

{SIGNED}"""
    )


def test_a_receipt_says_whom_to_ask_for_when_and_where_else_the_summary_goes(read):
    load_invented(
        WITH_WHOM_AND_WHEN,
        (
            "texte: Imprimez, signez",
            "adresse: [Boîte des essais, 59001 Lille]\n      texte: Imprimez, signez",
        ),
    )
    a_registration()

    text = words(read())

    assert "Interlocuteur : Gestionnaire des essais\n" in text
    assert "Horaires : le mardi matin\n" in text
    assert "(cachet de la poste), à : Boîte des essais, 59001 Lille.\n" in text


def test_the_spaces_that_french_keeps_are_unbroken_in_a_letter(read):
    a_registration()

    letter = read()

    for said in (body(letter), page(letter)):
        assert "version n°1, par le service\u00a0: Bureau" in said
        assert " :" not in said.split("<h1>")[-1]


def test_the_receipt_of_a_withdrawal(read):
    registration = a_named_registration()
    read()

    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW + HOUR)
    letter = read(NOW + HOUR)

    assert letter["Subject"] == f"Désinscription enregistrée, n°{registration.number}"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Votre désinscription a été enregistrée le {LATER}.

Examen ou concours : {TITLE}
Numéro d'inscription : {registration.number}

Cette inscription ne peut pas être réactivée. Si vous changez d'avis, faites une nouvelle inscription avant la fermeture du service, le mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris). Jusqu'au samedi 28 novembre 2026 à 11\u00a0h\u00a030 (heure de Paris), elle peut reprendre toutes vos réponses : {SITE}/mes-inscriptions/{registration.number}

Si vous n'êtes pas à l'origine de cette désinscription, réinscrivez-vous sans attendre par le lien ci-dessus, changez votre mot de passe et prévenez le service gestionnaire.

{CONTACT}
{SIGNED}"""
    )


def test_the_reminder_of_a_draft(read):
    draft = a_draft(a_candidate(email="zoe@exemple.test", **NAMED))
    at = draft.service.closes_at - timedelta(days=2)

    announcing.remind_drafts(at=at)
    letter = read(at)

    assert letter["Subject"] == "Inscription non enregistrée : Brevet d'essai – Marin…"
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Vous avez commencé une inscription qui n'est pas enregistrée :
{TITLE}, académie de Lille

Le service ferme le mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris) : il vous reste 2 jours.
Après la fermeture, il ne sera plus possible de vous inscrire à cette session.

Vos réponses sont gardées. Pour terminer : {SITE}/inscription/{draft.pk}

{SIGNED}"""
    )


def test_the_reminder_of_a_modification_says_that_what_was_filed_stands(read):
    registration = a_named_registration()
    read()
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    drafting.answer(
        draft=draft,
        section="identification",
        typed=answers_with()["identification"],
        seen_revision=None,
        at=NOW + HOUR,
    )
    at = draft.service.closes_at - timedelta(days=2)

    announcing.remind_drafts(at=at)

    text = words(read(at))
    assert "Vous avez commencé une modification qui n'est pas enregistrée :" in text
    assert "Sans enregistrement, votre inscription reste telle qu'elle est.\n" in text


def test_a_modification_that_was_only_opened_is_not_reminded():
    registration = a_named_registration()
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)

    assert announcing.remind_drafts(at=draft.service.closes_at - timedelta(days=2)) == 0


def test_the_reminder_of_a_document_names_what_it_is_about_and_not_what_it_says(read):
    registration = a_named_registration()
    read()
    at = NOW + timedelta(days=5)

    announcing.remind_unread(at=at)
    letter = read(at)

    assert letter["Subject"] == (
        f"Rappel : récapitulatif d'inscription à lire, n°{registration.number}"
    )
    assert letter.taken_for == ["zoe@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour {FULL_NAME},

Vous n'avez pas encore ouvert votre récapitulatif d'inscription, qui est dans votre espace candidat depuis le {WHEN}.

Examen ou concours : {TITLE}
Numéro d'inscription : {registration.number}

Pour le lire : {SITE}/mes-documents/{registration.number}

Ce rappel n'est envoyé qu'une fois pour ce document.

{CONTACT}
{SIGNED}"""
    )


def test_the_alert_of_an_opening_is_confirmed_then_told(read):
    service = RegistrationService.objects.get(academy="A09")
    service.opens_at = NOW + timedelta(days=1)
    service.save()
    forget()
    announcing.ask_alert(service=service, email="Zoe@Exemple.test", network="n", at=NOW)

    asked = read()

    [(link, key)] = re.findall(rf"({SITE}/\S+/alerte/(\S+))", words(asked))
    assert asked["Subject"] == "Confirmez votre demande : ouverture des inscriptions"
    assert asked.taken_for == ["zoe@exemple.test"]
    assert (
        words(asked)
        == f"""\
Bonjour,

Quelqu'un, sans doute vous, a demandé à être prévenu à cette adresse de l'ouverture des inscriptions :
Brevet d'essai, session 2027, académie de Lille
Ouverture : jeudi 26 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris)

Pour confirmer, ouvrez cette page dans les 48 heures : {link}

Sans confirmation, vous ne recevrez rien d'autre.

{SIGNED}"""
    )

    announcing.confirm_alert(alert=notices.named_by(key), at=NOW)
    announcing.tell_openings(at=service.opens_at)
    told = read(service.opens_at)

    assert told["Subject"] == "Inscriptions ouvertes : Brevet d'essai"
    assert words(told).startswith(
        """\
Bonjour,

Comme vous l'avez demandé, nous vous prévenons : les inscriptions sont ouvertes.

Brevet d'essai, session 2027, académie de Lille
Fermeture : mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris)

Pour vous inscrire : https://inscriptions.exemple.test/"""
    )


# --- The two halves of a letter ----------------------------------------------------------------


def text_of(html):
    """Return what a person reads of a page, each link with where it leads, without its signs."""
    body = re.sub(r"(?s)<head>.*?</head>|<hr>.*", "", html)
    body = re.sub(r'<a href="(https:[^"]+)">(?!https:)', r" \1 ", body)
    said = re.findall(r"[^\s:,-]+", unescape(re.sub(r"<[^>]+>", " ", body)))
    return sorted(word.rstrip(".") for word in said if word != ".")


def test_names_are_as_they_are_in_the_text_and_escaped_in_the_page(read):
    a_named_registration()

    letter = read()

    assert f"Bonjour {FULL_NAME}," in words(letter)
    assert "Zoë, Anaïs &lt;b&gt;&amp; Cie&lt;/b&gt; D&#x27;ÉLAN-ÇAĞLAR" in page(letter)
    assert "<b>" not in page(letter)


@pytest.mark.parametrize(("kind", "said", "subject"), [mail[:3] for mail in MAILS])
def test_the_page_says_what_the_text_says_and_its_links_can_be_followed(read, kind, said, subject):
    message = mail.write(kind, to="zoe@exemple.test", at=NOW, key=kind, about=User(pk=1), **said)

    letter = read()

    assert (letter["Subject"], words(letter)) == (subject, message.body)
    assert text_of(page(letter)) == text_of(f"{subject} {message.body}")
    assert '<html lang="fr">' in page(letter)
    for link in re.findall(r"https://\S+", message.body):
        assert f'<a href="{link.rstrip(".")}">' in unescape(page(letter))
        assert f">{link.rstrip('.')}</a>" not in unescape(page(letter))
        assert link.startswith(SITE)


def test_every_kind_of_letter_is_read_by_a_test():
    kinds = {
        path.stem
        for path in Path(mail.__file__).parents[1].glob("*/templates/mail/*.txt")
        if path.read_text().startswith("Objet : ")
    }
    here = {
        "registered",
        "amended",
        "withdrawn",
        "draft_closing",
        "document_unread",
        "alert_asked",
        "service_opened",
        # That of a minor who leaves: test_letters_to_guardians.
        "minor_returned",
        "minor_withdrawn",
        # Those of the office: test_letters_of_the_office.
        "batch_ended",
        "batch_to_approve",
        "export_ended",
        "identity_corrected",
        "export_to_approve",
        # Those of publications, of requests and of a move: test_letters_of_publications.
        "change_accepted",
        "change_refused",
        "change_requested",
        # Those of what is asked for late: tests/registrations/test_asking_late.
        "late_file_refused",
        "late_refused",
        "late_request_silent",
        "late_requested",
        # Those of what is filed for a candidate: test_letters_on_behalf.
        "amended_for",
        "registered_for",
        # Those of likely doubles: test_letters_of_doubles.
        "candidates_merged",
        "merge_approved",
        "merge_refused",
        "merge_to_approve",
        # Those of the requests to correct civil data: test_letters_of_corrections.
        "correction_refused",
        "correction_requested",
        "document_published",
        "document_withdrawn",
        "publication_decided",
        "publication_filled",
        "publication_to_approve",
        "registration_moved",
        # Those of a record that is claimed: tests/acts/test_claiming.
        # That of a record that is kept: tests/acts/test_enrolling.
        "record_changed",
        "record_claimed",
        # That of one that is given back to letters: tests/acts/test_detaching.
        "record_detached",
        "record_taken",
        "closing_brought_forward",
        "extension_decided",
        "extension_to_approve",
        "member_changed",
        "member_closed",
        "member_dormant",
        "role_decided",
        "role_to_approve",
        "regulation_dropped",
        "message_answered",
        # Those of accommodations: tests/accommodations.
        "appeal_received",
        "appeal_silent",
        "appeal_withdrawn",
        "guardian_awaited",
        "opinions_awaited",
        "request_received",
        "request_silent",
        # Those of what a request lacks: tests/registrations/test_incomplete_requests.
        "request_completed",
        "request_incomplete",
        "request_withdrawn",
        "signed_as_guardian",
        "signed_request_withdrawn",
        "something_awaits",
        # That of what is withdrawn from an account that may come back: tests/acts/test_withdrawn_meanwhile.
        "withdrawn_meanwhile",
        "withdrawn_once_taken",
        # Those of pieces: tests/evidence/test_giving, tests/evidence/test_reminding.
        "piece_asked_again",
        # Of one that no réglementation lists: tests/web/office/test_asked_for_more.
        "piece_asked_for",
        "piece_found_good",
        "piece_given_time",
        "piece_refused",
        "piece_time_cut_back",
        "piece_waived",
        "pieces_due",
        # Of all that is still to be sent: tests/batches/test_more_time_for_all.
        "pieces_given_time",
        # That of a file of which nothing is said: tests/medical/test_scanning.
        "file_refused",
        # That of a copy of one's data: tests/web/registry/test_own_data.
        "data_copy_ready",
        "message_of_service",
        # That of a closing brought forward, or put back, to who is registered: acts/test_closing_moved.
        "service_closes_later",
        "service_closes_sooner",
        "service_moved",
        # That of a closing that moves, to who may come back: acts/test_coming_back_moved.
        "coming_back_moved",
        # Those of what is offered no more, then again: acts/test_announcing.
        "no_longer_offered",
        "offered_again",
        # That of what is soon archived: tests/retention/test_announcing.
        "registration_leaves",
        "state_changed",
        # That of a signed summary that was not received: tests/acts/test_summary_taken_back.
        "summary_asked_again",
        "summary_given_time",
        # That of one that came late, and is so no more: tests/batches/test_more_time_for_many.
        "summary_in_time",
    }

    assert kinds == here | {kind for kind, *_ in MAILS}
