"""Whom mails reach without an account: no mail leads them to a page that they cannot open."""

from datetime import date, timedelta

import pytest

from sporades.accounts.models import Membership
from sporades.acts.identities import correcting
from sporades.acts.pieces import reminding, verifying
from sporades.acts.registrations import deciding, leaving, moving, standing_in
from sporades.candidates.operations import civil_data
from sporades.documents.models import DocumentVersion
from sporades.evidence import operations as evidence
from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.publications.operations import preparing as withdrawing
from sporades.publications.operations import telling
from sporades.registrations.models import Registration
from sporades.registrations.states import CLEAR, FLAG, REOPEN, SET_ASIDE, VALIDATE
from sporades.registrations.summary import SUMMARY
from tests.evidence.given import MANAGER, give, piece
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.mail.test_health_is_not_mailed import OF_WHOM, answered
from tests.mail.test_letters_of_publications import answer, deposit, member
from tests.mail.test_letters_of_the_office import a_message
from tests.publications.doing import publish_together
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")

ADDRESS = "papier@exemple.test"
HOUR = timedelta(hours=1)
LEADS = (
    *("https://", "http://", "votre espace", "espace candidat", "à la page", "sur la page"),
    *(
        "Téléchargez",
        "Déposez",
        "mot de passe",
        "vous pouvez modifier",
        "pouvez la modifier",
        "ce courrier",
    ),
)
"""What only somebody with a page, or a letter in the hand, can do or read."""


def by_mail():
    """A registration of somebody whom mails reach, and who has no account."""
    return a_registration(a_record(channel="mail", email=ADDRESS))


def test_a_summary_is_not_to_be_downloaded_by_who_can_not():
    by_mail()

    said = DocumentVersion.objects.get(document__kind=SUMMARY.slug).content["warning"]
    assert "indispensable d'en garder une copie" in said
    assert "télécharger" not in said


def read(registration):
    return Registration.objects.whole().get(pk=registration.pk)


def decided(*decisions):
    def act(registration):
        for decision in decisions:
            deciding.decide(
                registration=read(registration),
                decision=decision,
                reason="Motif",
                by=OPERATOR,
                at=NOW + HOUR,
            )

    act.__name__ = "-".join(one.name for one in decisions)
    return act


def refused(registration):
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)
    row = piece(registration)
    verifying.refuse(row=row, reason="Floue.", seen=row.deposit_id, by=MANAGER, at=NOW)


def refused_then_good(registration):
    refused(registration)
    row = piece(registration)
    verifying.overturn(row=row, seen=row.deposit_id, by=MANAGER, at=NOW + HOUR)


def waived(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=NOW)


def waived_then_asked_again(registration):
    waived(registration)
    verifying.ask_again(row=piece(registration), by=MANAGER, at=NOW + HOUR)


def given_time_then_less(registration):
    for day, at in ((date(2027, 1, 29), NOW), (date(2027, 1, 15), NOW + HOUR)):
        verifying.grant(row=piece(registration), until=day, by=MANAGER, at=at)


def reminded(registration):
    assert reminding.remind_pieces(at=piece(registration).until - timedelta(days=1)) == 1


def answered_to(registration):
    answer(registration)


def written_to(registration):
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    a_message(asker, "Regardez : {lien}")


def published_then_withdrawn(registration):
    user = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    made = deposit(registration, user, "notification-amenagement")
    publish_together(made, user)
    telling.tell(str(made.pk), at=NOW)
    withdrawing.withdraw(publication=made, reason="Erreur", by=member(user), at=NOW + HOUR)
    telling.tell(str(made.pk), at=NOW + HOUR)


def moved(registration):
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement", by=OPERATOR, at=NOW
    )


def corrected(registration):
    identity = civil_data(registration.candidate.identity)
    correcting.correct_identity(
        registration=registration,
        identity={**identity, "usage_name": "Kermarrec"},
        seen=registration.candidate.identity_id,
        proof="Acte de mariage",
        by=OPERATOR,
        at=NOW,
    )


def modified_for_them(registration):
    agent = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=NOW)
    draft = answered(draft, NOW, identification={"address_1": "3 quai de l'Île"})
    standing_in.register(draft=draft, reason="", by=OPERATOR, at=NOW)


def withdrawn(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)


ACTS = (
    *(decided(VALIDATE), decided(FLAG), decided(FLAG, CLEAR), decided(VALIDATE, REOPEN)),
    *(decided(SET_ASIDE), refused, refused_then_good, waived, waived_then_asked_again),
    *(given_time_then_less, reminded, answered_to, written_to, published_then_withdrawn),
    *(moved, corrected, modified_for_them, withdrawn),
)


def mails_of(act, registration):
    """What is written to its candidate by an act."""
    before = set(Message.objects.values_list("pk", flat=True))
    act(registration)
    written = Message.objects.exclude(pk__in=before).filter(
        recipient=registration.candidate.address
    )
    return [f"{one.subject}\n{one.body}" for one in written]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_no_mail_leads_to_a_page_whoever_has_none(act):
    mails = mails_of(act, by_mail())

    assert mails
    for text in mails:
        assert [words for words in LEADS if words in text] == []


@pytest.mark.parametrize(
    "act", [waived, refused, decided(FLAG), reminded], ids=lambda a: a.__name__
)
def test_what_no_mail_names_is_to_be_asked_of_the_service(act):
    load_invented(*OF_WHOM["directly"])
    forget()

    [text] = mails_of(act, by_mail())

    assert "emande" in text.partition("Votre service gestionnaire : ")[0]
    assert "votre service gestionnaire" in text
    assert [words for words in LEADS if words in text] == []


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_every_mail_leads_to_their_page_whoever_has_one(act):
    mails = mails_of(act, a_registration(a_candidate(email=ADDRESS)))

    assert mails
    assert all("https://" in text for text in mails)


def test_an_answer_is_in_the_mail_of_whoever_has_no_page_and_says_how_to_reply():
    [text] = mails_of(answered_to, by_mail())

    assert "Votre service gestionnaire vous a écrit : son message suit.\n\n" in text
    assert "Ne répondez pas à ce mail" in text
