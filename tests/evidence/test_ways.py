"""A piece is given by the ways that the réglementation says, and all that is sent says them (C49, C53)."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import providing, reminding, verifying
from sporades.acts.registrations import completing, deciding, moving
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.evidence import operations as evidence
from sporades.evidence.checks import checks_of
from sporades.evidence.queries import piece_of, pieces_of
from sporades.evidence.reasons import reasons_for
from sporades.evidence.states import State
from sporades.mail.models import Message
from sporades.registrations.giving import Giving, giving_of
from sporades.registrations.states import FLAG
from tests.documents.reading import page_text, pdf_text, twin, twins_differ
from tests.documents.summaries import in_words
from tests.evidence.given import MANAGER, again, give, piece
from tests.factories import NOW, OPERATOR, a_record, a_registration, load_invented

IDENTITY = (
    "      - {code: IDENTITE, libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}"
)
PHOTO = "      - {code: PHOTO, libelle: Photographie, echeance: {jours_apres_fermeture: 15}"
ADDRESS = "Bureau des essais de Lille, 1 place des Essais, 59000 Lille"
LINES = "Bureau des essais de Lille 1 place des Essais 59000 Lille"

pytestmark = pytest.mark.usefixtures("kept")


def load(*, identity="", photo=None):
    """Say how the identity is given; ask for a photograph too, given otherwise."""
    pieces = f"{IDENTITY}{_said(identity)}}}\n"
    if photo is not None:
        pieces += f"{PHOTO}{_said(photo)}}}\n"
    load_invented((f"{IDENTITY}}}\n", pieces))


def _said(ways):
    return f", voies: [{ways}]" if ways else ""


WAYS = {
    "both": {},
    "deposit": {"identity": "depot"},
    "post": {"identity": "courrier"},
    "each": {"identity": "depot", "photo": "courrier"},
}


def mail(kind):
    """Return the words of the last mail of a kind."""
    return " ".join(Message.objects.filter(kind=kind).latest("pk").body.split())


def papers(registration, kind):
    """Return what a document says, on paper then on the page."""
    found = DocumentVersion.objects.get(document__folder=registration.folder, document__kind=kind)
    assert twins_differ(found) == []
    return [in_words(pdf_text(printed(found))), in_words(page_text(twin(found)))]


@pytest.mark.parametrize(
    ("ways", "said", "unsaid"),
    [
        (
            "both",
            (
                "Pièces justificatives à déposer dans votre espace candidat, ou à envoyer par courrier à "
                "votre service gestionnaire, avant le mercredi 30 décembre 2026 à 23 h 59 (heure de "
                "Paris) : - Pièce d'identité"
            ),
            "non par courrier",
        ),
        (
            "deposit",
            "Pièces justificatives à déposer dans votre espace candidat, et non par courrier, avant le",
            "à envoyer par courrier",
        ),
        (
            "post",
            "Pièces justificatives à envoyer par courrier à votre service gestionnaire, avant le",
            "à déposer dans votre espace",
        ),
        (
            "each",
            (
                "Pièces justificatives à fournir à votre service gestionnaire, avant le mercredi 30 décembre "
                "2026 à 23 h 59 (heure de Paris) : - Pièce d'identité, à déposer dans votre espace candidat, "
                "pas par courrier - Photographie, à envoyer par courrier, pas à déposer"
            ),
            "ou à envoyer",
        ),
    ],
)
def test_the_mail_of_a_registration_says_how_its_pieces_are_given(ways, said, unsaid):
    load(**WAYS[ways])
    a_registration()

    assert said in mail("registered")
    assert unsaid not in mail("registered")


@pytest.mark.parametrize(
    ("ways", "summary", "call", "posted"),
    [
        (
            "both",
            (f"Déposez-les dans votre espace candidat, ou envoyez-les par courrier, à : {ADDRESS}"),
            (
                "Déposez-les dans votre espace candidat, ou envoyez-les par courrier à cette "
                f"adresse ; le cachet de la poste fait foi : {LINES} Par courrier, joignez"
            ),
            True,
        ),
        (
            "deposit",
            "Déposez-les dans votre espace candidat : aucune n'est à envoyer par courrier.",
            "Déposez-les dans votre espace candidat : aucune n'est à envoyer par courrier.",
            False,
        ),
        (
            "post",
            f"Envoyez-les par courrier, à : {ADDRESS}",
            f"Envoyez-les par courrier à cette adresse ; le cachet de la poste fait foi : {LINES} Par",
            True,
        ),
        (
            "each",
            f"Ce qui est à envoyer par courrier va à : {ADDRESS}",
            (
                "Chacune dit plus haut par où l'envoyer. Ce qui est à envoyer par courrier va à cette "
                f"adresse ; le cachet de la poste fait foi : {LINES} Par courrier, joignez"
            ),
            True,
        ),
    ],
)
def test_papers_say_how_pieces_are_given_and_no_address_where_none_is_posted(
    ways, summary, call, posted
):
    load(**WAYS[ways])
    registration = a_registration()

    for text in papers(registration, "recapitulatif"):
        assert summary in text
        assert (f": {ADDRESS}" in text) is posted
    for text in papers(registration, "demande-pieces"):
        assert call in text
        assert ("joignez cette page" in text) is posted


def test_papers_say_of_each_piece_how_it_is_given_where_they_differ():
    load(**WAYS["each"])
    registration = a_registration()

    for kind in ("recapitulatif", "demande-pieces"):
        for text in papers(registration, kind):
            assert (
                "(heure de Paris) : Pièce d'identité, à déposer dans votre espace candidat, pas par "
                "courrier."
            ) in text
            assert "Photographie, à envoyer par courrier, pas à déposer." in text


def test_a_paper_that_goes_with_a_letter_is_to_be_kept_and_its_pieces_are_posted(invented_exam):
    registration = a_registration(a_record())

    for text in papers(registration, "recapitulatif"):
        assert "Il est indispensable d'en garder une copie." in text
        assert "télécharger" not in text
        assert f"Envoyez-les par courrier, à : {ADDRESS}" in text
    for text in papers(registration, "demande-pieces"):
        assert "Envoyez-les par courrier à cette adresse" in text
        assert "espace candidat" not in text


def test_a_paper_that_was_issued_before_ways_were_said_says_either(registration):
    for kind in ("recapitulatif", "demande-pieces"):
        found = DocumentVersion.objects.get(
            document__folder=registration.folder, document__kind=kind
        )
        found.content = {
            key: value for key, value in found.content.items() if key not in ("giving", "is_posted")
        }

        assert "si vous avez un compte, ou envoyez-les par courrier" in in_words(
            page_text(twin(found))
        )


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ("both", "dans votre espace candidat, ou par courrier à l'adresse ci-dessous."),
        ("deposit", "dans votre espace candidat, et non par courrier."),
        ("post", "par courrier, et non dans votre espace candidat, à l'adresse ci-dessous."),
    ],
)
def test_what_is_told_of_one_piece_says_how_it_is_given(ways, said):
    load(**WAYS[ways])
    registration = a_registration()
    row = piece(registration)

    verifying.grant(row=row, until=NOW.date() + timedelta(days=60), by=MANAGER, at=NOW)
    verifying.waive(row=row, reason="Vue", by=MANAGER, at=NOW)
    verifying.ask_again(row=row, by=MANAGER, at=NOW)
    verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.refuse(row=row, reason="Floue", seen=None, by=MANAGER, at=NOW)

    for kind in ("piece_given_time", "piece_asked_again", "piece_refused"):
        assert f", {said}" in mail(kind)


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        (
            "both",
            "Déposez-la dans votre espace candidat, ou envoyez-la par courrier à l'adresse ci-dessous :",
        ),
        (
            "deposit",
            "Déposez-la dans votre espace candidat, et non par courrier. Votre récapitulatif",
        ),
        (
            "post",
            "Envoyez-la par courrier, et non dans votre espace candidat, à l'adresse ci-dessous :",
        ),
        (
            "each",
            (
                "(heure de Paris), à déposer dans votre espace candidat, pas par courrier - Photographie, "
                "avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris), à envoyer par courrier, pas "
                "à déposer Fournissez chacune comme il est dit. Ce qui est à envoyer par courrier va à l'adresse "
                "ci-dessous ; le cachet de la poste fait foi. Votre récapitulatif"
            ),
        ),
    ],
)
def test_a_reminder_says_how_pieces_are_given(ways, said):
    load(**WAYS[ways])
    row = piece(a_registration())

    assert reminding.remind_pieces(at=row.until - timedelta(days=7)) == 1

    assert said in mail("pieces_due")


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        (
            "both",
            "Une pièce justificative peut aussi être déposée dans votre espace candidat, à la",
        ),
        (
            "deposit",
            "Une pièce justificative n'est pas à envoyer par courrier : elle se dépose dans votre",
        ),
        (
            "each",
            "Une pièce justificative se fournit comme le dit votre page de pièces : par courrier, ou dans",
        ),
    ],
)
def test_an_anomaly_says_how_pieces_are_given(ways, said):
    load(**WAYS[ways])
    registration = a_registration()

    deciding.decide(registration=registration, decision=FLAG, reason="Manque", by=OPERATOR, at=NOW)

    assert said in mail("state_changed")


def test_an_anomaly_proposes_no_deposit_where_all_comes_by_post():
    load(**WAYS["post"])

    deciding.decide(
        registration=a_registration(), decision=FLAG, reason="Manque", by=OPERATOR, at=NOW
    )

    assert "Envoyez ce qui manque à votre service" in mail("state_changed")
    assert "Pièces justificatives »" not in mail("state_changed")


@pytest.mark.parametrize("ways", sorted(WAYS))
def test_an_anomaly_whose_day_has_passed_sends_nobody_to_the_post(ways):
    load(**WAYS[ways])
    registration = a_registration()
    late = max(one.until for one in registration.evidence.asked()) + timedelta(days=1)

    completing.declare_incomplete(registration=again(registration), by=OPERATOR, at=late)

    said = mail("state_changed")
    assert (
        "La date limite d'une pièce justificative est passée : contactez sans attendre votre"
        in said
    )
    assert "Envoyez" not in said
    assert "au plus vite" not in said


def test_an_anomaly_says_that_a_piece_keeps_its_day_and_that_the_rest_has_none():
    load(**WAYS["post"])

    deciding.decide(
        registration=a_registration(), decision=FLAG, reason="Manque", by=OPERATOR, at=NOW
    )

    assert (
        "La date limite d'une pièce justificative reste celle qui vous a été dite ; pour le reste, "
        "aucune n'est fixée : faites-le au plus vite." in mail("state_changed")
    )


def test_no_file_is_taken_for_what_comes_by_post():
    load(**WAYS["each"])
    registration = a_registration()

    give(registration, "IDENTITE")
    with pytest.raises(providing.ByPostAlone) as refusal:
        give(registration, "PHOTO")

    assert str(refusal.value) == (
        "Cette pièce ne se dépose pas ici : envoyez-la par courrier à votre service gestionnaire."
    )
    assert piece(registration, "PHOTO").state == State.OWED
    assert not piece(registration, "PHOTO").deposits.exists()


def test_the_office_notes_paper_that_was_not_meant_to_come_by_post():
    load(**WAYS["deposit"])
    registration = a_registration()

    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)

    assert piece(registration).state == State.POSTED


@pytest.mark.parametrize(
    ("ways", "said"),
    [
        ("both", "ou envoyez cette pièce par courrier à votre service gestionnaire."),
        ("deposit", "ou contactez votre service gestionnaire."),
    ],
)
def test_who_has_sent_too_much_is_led_to_the_post_where_it_is_a_way(ways, said, monkeypatch):
    load(**WAYS[ways])
    registration = a_registration()
    monkeypatch.setattr(evidence.giving, "MOST_BYTES", 10)

    with pytest.raises(evidence.TooMuch) as refusal:
        give(registration)

    assert str(refusal.value).endswith(said)


def test_a_usual_reason_asks_for_a_copy_where_none_is_deposited():
    load(**WAYS["each"])
    registration = again(a_registration())

    said = {
        code: next(one.sentence for one in reasons_for(registration, code) if one.code == "perime")
        for code in ("IDENTITE", "PHOTO")
    }

    assert said == {
        "IDENTITE": "Le document n'est plus valable : déposez-en un en cours de validité.",
        "PHOTO": "Le document n'est plus valable : envoyez-en un en cours de validité.",
    }


def test_the_checklist_says_how_a_piece_is_given_that_is_given_one_way():
    load(identity="courrier", photo="")
    registration = again(a_registration())

    post, either = (one.note for one in checks_of(registration, pieces_of(registration), at=NOW))

    assert post.endswith("(heure de Paris). À envoyer par courrier, pas à déposer.")
    assert either.endswith("(heure de Paris).")


def test_who_has_no_account_sends_by_post_what_others_deposit():
    load(**WAYS["deposit"])
    registration = again(a_registration(a_record()))

    assert piece_of(registration, "IDENTITE").is_posted
    assert "à envoyer par courrier à votre service gestionnaire, avant le" in mail("registered")
    assert "espace candidat" not in mail("registered")


def test_pieces_are_given_as_where_their_registration_is_now():
    own = "voies_selon_academie: [{academies: [A25], voies: [depot]}]"
    load_invented(
        (f"{IDENTITY}}}\n", f"{IDENTITY}, {own}}}\n"),
        (
            "      echeance: {jours_apres_fermeture: 10}\n",
            "      echeance: {jours_apres_fermeture: 10}\n      academies: [A09]\n",
        ),
    )
    registration = a_registration()
    here = piece_of(again(registration), "IDENTITE")
    asked = registration.versions.get().snapshot["to_return"]

    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagé", by=OPERATOR, at=NOW
    )

    there = piece_of(again(registration), "IDENTITE")
    assert (here.is_deposited, here.is_posted) == (True, True)
    assert (there.is_deposited, there.is_posted) == (True, False)
    assert asked is not None
    assert registration.versions.get(number=2).snapshot["to_return"] is None
    said = mail("registration_moved")
    assert "se déposent désormais dans votre espace candidat, et non par courrier." in said
    assert "à envoyer par courrier va désormais à ce service" not in said


def test_the_signed_summary_is_asked_for_by_the_academy_that_wants_it():
    due = "      echeance: {jours_apres_fermeture: 10}\n"
    load_invented((due, f"{due}      academies: [A25]\n"))
    registration = a_registration()

    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagé", by=OPERATOR, at=NOW
    )

    first, second = registration.versions.order_by("number")
    assert first.snapshot["to_return"] is None
    assert second.snapshot["to_return"]["address"] == [
        "Bureau des essais de Versailles",
        "2 rue des Essais",
        "78000 Versailles",
    ]


def test_where_pieces_are_given_alike_nothing_is_said_of_a_move(registration):
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagé", by=OPERATOR, at=NOW
    )

    assert "Vos pièces justificatives" not in mail("registration_moved")
    assert "à envoyer par courrier va désormais à ce service" in mail("registration_moved")


@pytest.mark.parametrize("ways", ["courrier, depot", "depot, courrier"])
def test_the_order_of_ways_says_nothing_of_a_move(ways):
    own = f"voies_selon_academie: [{{academies: [A25], voies: [{ways}]}}]"
    load_invented((f"{IDENTITY}}}\n", f"{IDENTITY}, {own}}}\n"))

    moving.move_for_good(
        registration=a_registration(), academy="A25", reason="Déménagé", by=OPERATOR, at=NOW
    )

    assert "Vos pièces justificatives" not in mail("registration_moved")


def test_together_pieces_are_given_as_all_of_them_are():
    both, deposit, post = ("depot", "courrier"), ("depot",), ("courrier",)

    assert [giving_of(one) for one in ([], [both], [deposit], [post, post], [both, post])] == [
        Giving.BOTH,
        Giving.BOTH,
        Giving.DEPOSIT,
        Giving.POST,
        Giving.EACH,
    ]
