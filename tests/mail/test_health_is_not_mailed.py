"""Mails never tell who declared a handicap: those of two candidates who differ in that are the same."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import reminding, verifying
from sporades.acts.registrations import deciding, registering, requesting, standing_in
from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.registrations.operations import drafting
from sporades.registrations.states import FLAG, VALIDATE
from tests.evidence.given import MANAGER, piece
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.web.registry.world import a_member

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")

HOUR = timedelta(hours=1)
OTHER = {"oui": "non", "non": "oui"}


def reads(registration):
    """The last mail or letter about a registration, without the numbers that are its own."""
    last = Message.objects.filter(about_id=str(registration.pk)).latest("written_at", "pk")
    text = f"{last.subject}\n{last.body}"
    for own in (registration.number, registration.candidate.number):
        text = text.replace(own, "…")
    return text


def filed(declared):
    """A registration that answers « Handicap » so."""
    mine = a_candidate(email=f"{declared}@exemple.test")
    return a_registration(mine, informations={"has_disability": declared})


def answered(draft, at, **changes):
    for section, said in changes.items():
        typed = {**draft.answers.get(section=section).answers, **said}
        drafting.answer(draft=draft, section=section, typed=typed, seen_revision=None, at=at)
    return draft


def turned(registration):
    return {"has_disability": OTHER["oui" if registration.has_disability else "non"]}


def receipt(registration):
    return reads(registration)


def amended(registration, **changes):
    by, at = author(registration.candidate), NOW + HOUR
    draft = registering.amend(registration=registration, by=by, at=at)
    registering.register(draft=answered(draft, at, **changes), by=by, at=at)
    return reads(registration)


def moved(registration):
    return amended(registration, identification={"address_1": "3 quai de l'Île"})


def declared_otherwise(registration):
    return amended(registration, informations=turned(registration))


def declared_otherwise_by_its_service(registration):
    agent = a_member(f"{registration.pk}@exemple.test", "manager", ["A09"])
    at = NOW + HOUR
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=at)
    draft = answered(draft, at, informations=turned(registration))
    standing_in.register(draft=draft, reason="", by=OPERATOR, at=at)
    return reads(registration)


def decided(decision):
    def act(registration):
        deciding.decide(
            registration=registration, decision=decision, reason="Motif", by=OPERATOR, at=NOW + HOUR
        )
        return reads(registration)

    act.__name__ = decision.name
    return act


def asked(registration):
    """A request for the other answer, and what follows it."""
    by, late = author(registration.candidate), registration.service.closes_at + HOUR
    draft = requesting.begin(registration=registration, by=by, at=late)
    draft = answered(draft, late, informations=turned(registration))
    reason = f"Je réponds {turned(registration)}"
    return requesting.send(draft=draft, reason=reason, proof=[], by=by, at=late), late


def requested(registration):
    asked(registration)
    return reads(registration)


def request_refused(registration):
    request, late = asked(registration)
    requesting.refuse(request=request, answer=request.reason, by=OPERATOR, at=late + HOUR)
    return reads(registration)


def request_accepted(registration):
    request, late = asked(registration)
    requesting.accept(request=request, by=OPERATOR, at=late + HOUR)
    return reads(registration)


@pytest.mark.parametrize(
    "told",
    [
        receipt,
        moved,
        declared_otherwise,
        declared_otherwise_by_its_service,
        decided(VALIDATE),
        decided(FLAG),
        requested,
        request_refused,
        request_accepted,
    ],
    ids=lambda told: told.__name__,
)
def test_two_candidates_who_differ_in_that_answer_alone_get_the_same_mail(told):
    texts = [told(filed(declared)) for declared in ("non", "oui")]

    assert texts[0] == texts[1]
    assert "handicap" not in texts[0].casefold()


@pytest.mark.parametrize(
    "said",
    [
        {"informations": {"has_disability": "non"}},
        {"informations": {"zone": "LITTORAL"}},
        {"identification": {"ine": "0801234567A"}},
        {"epreuves": {"statut-E3": "dispense", "option-E3": ""}},
    ],
)
def test_a_mail_is_the_same_whatever_has_changed(said):
    text = amended(filed("oui"), **said)

    assert text == amended(filed("non"), supplementaires={"q-equipe": "BLEU"})
    assert "Ce mail ne dit pas ce qui a changé : lisez-le dans l'historique" in text


def test_that_contact_data_alone_have_changed_says_it_no_more():
    assert amended(filed("oui"), identification={"mobile": "06 39 98 12 99"}) == moved(filed("non"))


def test_a_letter_does_not_write_it_either():
    record = a_record()
    registration = a_registration(record, informations={"has_disability": "non"})

    text = declared_otherwise_by_its_service(registration)

    assert "Ce courrier ne dit pas ce qui a changé : votre service" in text
    assert "handicap" not in text.casefold()


def test_all_read_how_an_accommodation_is_asked_for():
    assert "Pour obtenir un aménagement d'épreuves, faites votre demande" in receipt(filed("non"))


BAC = "libelle: Copie du baccalauréat, si: {diplome: [BAC]}"
OWED_BY_SOME = "libelle: Attestation de droits, obligatoire: non, si: {handicap: oui}"
DISPENSED = "{motif: Dispense déclarée, sur_demande: true, si: {handicap: oui}}"
OF_WHOM = {
    "directly": [(BAC, OWED_BY_SOME)],
    "by a dispense": [
        ("{motif: Dispense demandée, sur_demande: true}", DISPENSED),
        (BAC, "libelle: Attestation, si: {statut: {epreuves: [E3], statuts: [dispense]}}"),
    ],
}


@pytest.mark.parametrize("changes", OF_WHOM.values(), ids=OF_WHOM)
def test_where_a_piece_tells_who_declared_it_no_mail_names_any(changes):
    load_invented(*changes)
    forget()
    texts = [receipt(filed(declared)) for declared in ("non", "oui")]

    assert texts[0] == texts[1]
    assert "lisez celles qui vous sont demandées à la page de votre inscription" in texts[0]
    assert "Attestation" not in texts[0]


def told_of_a_piece(act):
    load_invented(*OF_WHOM["directly"])
    forget()
    registration = filed("oui")
    act(registration)
    return reads(registration)


def test_a_mail_about_a_piece_does_not_name_it_then():
    text = told_of_a_piece(
        lambda one: verifying.waive(row=piece(one), reason="Vue", by=MANAGER, at=NOW)
    )

    assert "une pièce justificative : lisez laquelle dans votre espace." in text
    assert text.startswith("Pièce non demandée, inscription n°…\n")
    assert "Motif : lisez-le à la page" in text


def test_a_registration_that_lacks_pieces_does_not_name_them_by_mail_then():
    text = told_of_a_piece(
        lambda one: deciding.decide(
            registration=one, decision=FLAG, reason="Attestation de droits", by=OPERATOR, at=NOW
        )
    )

    assert "Attestation" not in text
    assert "Motif : lisez-le à la page de votre inscription" in text


def test_a_reminder_does_not_name_them_then():
    def remind(registration):
        assert reminding.remind_pieces(at=piece(registration).until - timedelta(days=1)) == 1

    text = told_of_a_piece(remind)

    assert "manque encore à votre inscription.\n" in text
    assert "\nLisez dans votre espace laquelle, et avant quel jour.\n" in text
    assert "- " not in text


def test_a_reminder_of_some_that_are_not_given_alike_sends_to_the_page_then():
    piece_asked = (
        "      - {code: IDENTITE, libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}"
    )
    other = f"{piece_asked.replace('IDENTITE', 'PHOTO')}, voies: [courrier]}}\n"
    load_invented(*OF_WHOM["directly"], (f"{piece_asked}}}\n", f"{piece_asked}}}\n{other}"))
    forget()
    registration = filed("non")

    assert reminding.remind_pieces(at=piece(registration).until - timedelta(days=1)) == 1

    assert (
        "Votre page de pièces dit comment chacune se fournit. Ce qui est à envoyer par courrier va à "
        "l'adresse ci-dessous ; le cachet de la poste fait foi."
    ) in " ".join(reads(registration).split())


def test_a_letter_names_them_all_the_same():
    load_invented(*OF_WHOM["directly"])
    forget()

    text = receipt(a_registration(a_record(), informations={"has_disability": "oui"}))

    assert "- Attestation de droits (facultative)" in text
