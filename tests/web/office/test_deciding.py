"""« Gérer l'état de la candidature »: what a manager decides, and what its candidate reads of it."""

import html

import pytest
from django.db import IntegrityError
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, leaving, receiving, registering
from sporades.acts.registrations.deciding import decisions_on
from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.publications.attestation import ATTESTATION
from sporades.publications.operations import preparing
from sporades.registrations.models import Registration
from sporades.registrations.operations import drafting
from sporades.registrations.states import FLAG, RESTORE, SET_ASIDE, VALIDATE, State
from tests.acts.test_to_review import correct
from tests.evidence.given import accept_all, again, complete, piece, receive
from tests.factories import NOW, OPERATOR, a_draft, a_registration, author
from tests.registrations.test_standing_in import filed_by_candidate, modified_by_candidate
from tests.web.guide import links, main, seen, value_of, words

WHY = "Il manque la copie de votre diplôme"


def decided(client, registration, decision, motif=""):
    """Press « Enregistrer la décision »."""
    where = reverse("office:decide", args=[registration.number])
    page = client.post(where, {"decision": decision, "motif": motif}, follow=True)
    registration.refresh_from_db()
    return page


def decide(registration, decision, reason=""):
    """Decide without a page."""
    deciding.decide(
        registration=registration, decision=decision, reason=reason, by=OPERATOR, at=NOW
    )


@pytest.mark.parametrize(
    ("way", "state"),
    [
        ([("validate", "")], State.VALIDATED),
        ([("validate", ""), ("reopen", "")], State.REGISTERED),
        ([("flag", WHY)], State.ANOMALY),
        ([("flag", WHY), ("clear", "")], State.REGISTERED),
        ([("set_aside", WHY)], State.SET_ASIDE),
        ([("set_aside", WHY), ("restore", "")], State.REGISTERED),
        ([("validate", ""), ("flag", WHY), ("set_aside", WHY)], State.SET_ASIDE),
    ],
)
def test_each_decision_is_kept_told_and_in_the_journal(manager, in_lille, way, state):
    for decision, motif in way:
        page = decided(manager, in_lille, decision, motif)

    assert (in_lille.state, in_lille.decided_at) == (state, NOW)
    assert "un mail part au candidat" in page.text
    letters = Message.objects.filter(kind="state_changed")
    assert letters.count() == len(way)
    assert {one.recipient for one in letters} == {in_lille.candidate.user.email}
    last = letters.latest("pk")
    assert (WHY in last.body) is (state in {State.ANOMALY, State.SET_ASIDE})
    entries = decisions_on(in_lille)
    assert entries[0].payload["after"]["state"] == state
    assert entries[0].actor_name == "Claude Martin"


def test_what_a_validation_does_without_is_said_before_it_is_decided(manager, in_lille):
    where = reverse("office:decide", args=[in_lille.number])

    never = manager.get(where)
    assert (
        "1 pièce obligatoire manque : Pièce d'identité. "
        "Le récapitulatif signé n'est pas noté comme reçu." in main(never)
    )
    assert links(never, "Voir les pièces") == [reverse("office:pieces", args=[in_lille.number])]

    receive(in_lille)
    assert "1 pièce obligatoire attend un verdict : Pièce d'identité." in main(manager.get(where))

    accept_all(in_lille)
    assert "Avant de valider" not in main(manager.get(where))


def test_nothing_is_said_of_it_where_nothing_is_to_validate(manager, in_lille):
    decided(manager, in_lille, "validate")

    page = main(manager.get(reverse("office:decide", args=[in_lille.number])))

    assert "Avant de valider" not in page


@pytest.mark.parametrize("by_letter", [False, True])
def test_it_says_before_that_the_candidate_is_told_at_once_and_what(manager, in_lille, by_letter):
    if by_letter:
        Candidate.objects.update(user=None, email="")
    where = reverse("office:decide", args=[in_lille.number])

    page = main(manager.get(where))

    assert (
        "Dès l'enregistrement, un courrier au candidat est à imprimer et à poster."
        if by_letter
        else "Dès l'enregistrement, un mail part au candidat."
    ) in page
    sentence = "Votre inscription est validée : vous n'avez plus rien à envoyer"
    assert f"est complète et conforme. Le candidat lira : « {sentence}" in page
    assert (
        "Le candidat lira votre motif, et : « Votre inscription est enregistrée, mais il y manque quelque chose. »"
        in page
    )
    decided(manager, in_lille, "validate")
    assert sentence in Message.objects.get(kind="state_changed").body


def test_what_was_decided_stands_with_its_reason_where_it_is_decided_again(manager, in_lille):
    decided(manager, in_lille, "flag", WHY)

    page = manager.get(reverse("office:decide", args=[in_lille.number]))

    assert f"Motif : {WHY}" in main(page)


@pytest.mark.parametrize("decision", ["flag", "set_aside"])
def test_what_is_told_with_a_reason_is_not_decided_without(manager, in_lille, decision):
    page = decided(manager, in_lille, decision)

    assert page.status_code == 422
    assert "Dites le motif" in page.text
    assert in_lille.state == State.REGISTERED
    assert not Message.objects.filter(kind="state_changed").exists()


def test_a_reason_that_nobody_would_read_is_not_dropped(manager, in_lille):
    page = decided(manager, in_lille, "validate", WHY)

    assert page.status_code == 422
    assert WHY in html.unescape(page.text)
    assert in_lille.state == State.REGISTERED


@pytest.mark.parametrize("decision", ["restore", "clear", "reopen", "withdraw", "x", ""])
def test_what_cannot_be_decided_here_is_refused(manager, in_lille, decision):
    assert decided(manager, in_lille, decision).status_code == 422
    assert in_lille.state == State.REGISTERED


def test_what_its_candidate_withdrew_nobody_restores(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    page = manager.get(reverse("office:decide", args=[in_lille.number]))

    assert "Pour inscrire de nouveau le candidat, il faut en faire une autre." in main(page)
    assert decided(manager, in_lille, "restore").status_code == 422
    assert in_lille.state == State.WITHDRAWN


def test_an_auditor_reads_and_decides_nothing(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    assert decided(auditor, in_lille, "validate").status_code == 404
    file = auditor.get(reverse("office:registration", args=[in_lille.number])).text
    assert "Gérer l'état de la candidature" not in html.unescape(file)


def test_two_managers_decide_once(in_lille):
    same = Registration.objects.get(pk=in_lille.pk)
    decide(in_lille, SET_ASIDE, WHY)

    with pytest.raises(Refused, match="a changé entre-temps"):
        decide(same, VALIDATE)


def test_one_that_was_set_aside_leaves_room_and_does_not_come_back_into_it(in_lille):
    decide(in_lille, SET_ASIDE, WHY)
    other = a_registration(in_lille.candidate)

    with pytest.raises(Refused, match="a pris la place"):
        decide(in_lille, RESTORE)

    in_lille.refresh_from_db()
    assert (in_lille.state, other.state) == (State.SET_ASIDE, State.REGISTERED)


@pytest.mark.parametrize("decision", [VALIDATE, FLAG])
def test_one_that_stands_still_excludes_another(in_lille, decision):
    decide(in_lille, decision, WHY if decision is FLAG else "")
    draft = a_draft(in_lille.candidate)

    with pytest.raises(Refused):
        registering.register(draft=draft, by=author(in_lille.candidate), at=NOW)


def test_a_validated_registration_that_is_modified_is_to_be_validated_again(in_lille):
    decide(in_lille, VALIDATE)
    by = author(in_lille.candidate)
    draft = registering.amend(registration=in_lille, by=by, at=NOW)
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "address_1": "3 quai du Wault", "ine": "0801234567A"},
        seen_revision=None,
        at=NOW,
    )

    registering.register(draft=draft, by=by, at=NOW)

    in_lille.refresh_from_db()
    assert (in_lille.state, in_lille.version) == (State.REGISTERED, 2)


def test_one_that_is_set_aside_is_neither_modified_nor_withdrawn(in_lille):
    decide(in_lille, SET_ASIDE, WHY)
    by = author(in_lille.candidate)

    for act in (registering.amend, leaving.withdraw):
        with pytest.raises(Refused):
            act(registration=in_lille, by=by, at=NOW)


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (
            VALIDATE,
            (
                "Votre inscription est validée",
                "Oui, votre inscription est validée",
            ),
        ),
        (
            FLAG,
            (
                "Votre inscription est enregistrée, mais incomplète",
                "Oui, votre inscription est enregistrée, mais incomplète",
            ),
        ),
        (
            SET_ASIDE,
            (
                "Votre inscription est écartée",
                "Non, votre inscription est écartée",
            ),
        ),
    ],
)
def test_its_candidate_reads_where_it_stands_and_why(sign_in, in_lille, decision, said):
    heading, answer = said
    decide(in_lille, decision, "" if decision is VALIDATE else WHY)
    candidate = sign_in(in_lille.candidate)

    pages = [
        candidate.get(where).text
        for where in (
            "/accueil",
            "/mes-inscriptions",
            f"/mes-inscriptions/{in_lille.number}",
            f"/mes-inscriptions/{in_lille.number}/suis-je-inscrit",
        )
    ]

    assert all(heading in page for page in pages[:2])
    title = words(seen(candidate.get(f"/mes-inscriptions/{in_lille.number}")).cssselect("h1")[0])
    managed = f"Gérer ma candidature : {heading.lower()}"
    assert title == (heading if decision is SET_ASIDE else managed)
    assert answer in pages[3]
    if decision is not VALIDATE:
        assert all(WHY in page for page in pages)
    assert ("Modifier</button>" in pages[2]) is (decision is not SET_ASIDE)


def test_the_database_holds_that_a_reason_goes_with_its_state(in_lille):
    with pytest.raises(IntegrityError, match="says_why"):
        Registration.objects.filter(pk=in_lille.pk).update(state=State.SET_ASIDE)


def test_who_has_no_address_is_written_a_letter(manager, in_lille):
    Candidate.objects.update(user=None, email="")

    page = decided(manager, in_lille, "validate")

    assert "un courrier au candidat attend d&#x27;être imprimé" in page.text
    told = Message.objects.get(kind="state_changed")
    assert (told.state, told.recipient, told.letter.run) == (Message.State.LETTER, "", None)


def test_the_history_says_what_was_decided_to_its_manager_and_to_its_candidate(
    manager, sign_in, in_lille
):
    decided(manager, in_lille, "flag", WHY)
    decided(manager, in_lille, "clear")

    office = manager.get(reverse("office:history", args=[in_lille.number])).text
    own = sign_in(in_lille.candidate).get(f"/mes-inscriptions/{in_lille.number}/historique").text

    for page in (office, own):
        assert page.index("Anomalie levée") < page.index("Mise en anomalie") < page.index(WHY)
    assert "par Claude Martin" in office
    assert "Claude Martin" not in own


@pytest.mark.parametrize("ended", [Membership.Role.HEAD, Membership.Role.AUDITOR])
def test_the_journal_names_the_role_in_which_one_acts_and_no_other(member, in_lille, ended):
    client = member("A25", role=ended)
    client.user.memberships.create(
        role=Membership.Role.MANAGER, full_name="Camille Agent", academies=["A09"]
    )

    decided(client, in_lille, "validate")

    assert Entry.objects.latest("pk").actor_kind == "manager"


def test_one_in_anomaly_is_validated_at_once(manager, in_lille):
    decided(manager, in_lille, "flag", WHY)

    decided(manager, in_lille, "validate")

    assert (in_lille.state, in_lille.reason) == (State.VALIDATED, "")


def test_one_that_is_not_restored_leads_to_the_one_that_took_its_place(manager, in_lille):
    decide(in_lille, SET_ASIDE, WHY)
    other = a_registration(in_lille.candidate)

    page = decided(manager, in_lille, "restore")

    assert page.status_code == 422
    assert links(page, f"Brevet d'essai – Marin, session 2027, n°{other.number}") == [
        reverse("office:registration", args=[other.number])
    ]


def test_one_that_took_its_place_where_its_manager_does_not_reach_is_not_named(manager, in_lille):
    decide(in_lille, SET_ASIDE, WHY)
    other = a_registration(
        in_lille.candidate,
        academy="A25",
        identification={"postcode": "78000", "town": "Versailles"},
    )

    page = decided(manager, in_lille, "restore")

    assert page.status_code == 422
    assert other.number not in page.text


def test_who_set_a_registration_aside_and_how_to_contest_it_are_said_to_its_candidate(
    manager, sign_in, in_lille
):
    decided(manager, in_lille, "set_aside", WHY)

    page = main(sign_in(in_lille.candidate).get(f"/mes-inscriptions/{in_lille.number}"))

    assert (
        "Décision prise par : Claude Martin, gestionnaire, Bureau des essais de Lille, "
        "académie de Lille."
    ) in page
    assert "Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier)." in page
    assert "saisir le tribunal administratif" in page


def test_what_was_filed_anew_since_it_was_read_is_not_decided(manager, in_lille):
    where = reverse("office:decide", args=[in_lille.number])
    seen = value_of(manager.get(where), "vue")
    filed_by_candidate(modified_by_candidate(in_lille, mobile="06 39 98 11 11"))

    page = manager.post(where, {"decision": "flag", "motif": WHY, "vue": seen})

    in_lille.refresh_from_db()
    assert page.status_code == 409
    said = main(page)
    assert "Cette inscription a une nouvelle version" in said
    assert "Version n°2 enregistrée le" in said
    assert "Téléphone mobile : 06 39 98 12 34 → devient 06 39 98 11 11" in said
    assert in_lille.state == State.REGISTERED
    assert not Message.objects.filter(kind="state_changed").exists()
    # What was chosen and written is still there, to be confirmed.
    assert (value_of(page, "decision"), value_of(page, "motif")) == ("flag", WHY)
    confirmed = {name: value_of(page, name) for name in ("decision", "motif", "vue", "etat")}
    assert manager.post(where, confirmed).status_code == 302
    in_lille.refresh_from_db()
    assert (in_lille.state, in_lille.reason) == (State.ANOMALY, WHY)


def test_what_a_colleague_decided_since_it_was_read_is_not_decided_over(manager, in_lille):
    where = reverse("office:decide", args=[in_lille.number])
    read = manager.get(where)
    decide(in_lille, FLAG, WHY)

    page = manager.post(
        where,
        {
            "decision": "validate",
            "motif": "",
            "vue": value_of(read, "vue"),
            "etat": value_of(read, "etat"),
        },
    )

    in_lille.refresh_from_db()
    assert page.status_code == 409
    when = " ".join(instant_in_words(NOW, in_lille.service.zone).split())
    assert f"Mise en anomalie le {when}, par" in main(page)
    assert f"Motif : {WHY}" in main(page)
    assert (in_lille.state, in_lille.reason) == (State.ANOMALY, WHY)


def sent(page, decision, motif=""):
    """Return what the page of a decision sends."""
    shown = {name: value_of(page, name) for name in ("vue", "etat", "manque")}
    return {"decision": decision, "motif": motif, **shown}


def refuse_piece(registration):
    verifying.refuse(row=piece(registration), reason="Illisible", seen=None, by=OPERATOR, at=NOW)


def take_summary_back(registration):
    held = again(registration)
    noted = receiving.noted_in(held)
    receiving.take_summary_back(registration=held, noted=noted, by=OPERATOR, at=NOW)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (refuse_piece, "1 pièce obligatoire manque : Pièce d'identité."),
        (take_summary_back, "Le récapitulatif signé n'est pas noté comme reçu."),
    ],
)
@pytest.mark.parametrize("decision", ["validate", "clear"])
def test_what_a_colleague_has_judged_since_it_was_read_is_read_before_it_is_validated(
    manager, in_lille, change, said, decision
):
    where = reverse("office:decide", args=[in_lille.number])
    complete(in_lille)
    decide(in_lille, FLAG, WHY)
    read = manager.get(where)
    change(in_lille)

    page = manager.post(where, sent(read, decision))

    in_lille.refresh_from_db()
    assert (page.status_code, in_lille.state) == (409, State.ANOMALY)
    assert "Ses pièces, ou son récapitulatif signé, ont changé" in main(page)
    assert said in main(page)
    assert seen(page).cssselect("#entre-temps ~ ul") == []
    assert manager.post(where, sent(page, value_of(page, "decision"))).status_code == 302
    in_lille.refresh_from_db()
    assert in_lille.state == (State.VALIDATED if decision == "validate" else State.REGISTERED)


def test_what_is_decided_whatever_it_lacks_is_not_read_again(manager, in_lille):
    where = reverse("office:decide", args=[in_lille.number])
    complete(in_lille)
    read = manager.get(where)
    refuse_piece(in_lille)

    assert manager.post(where, sent(read, "flag", WHY)).status_code == 302


def test_what_its_candidate_withdrew_since_it_was_read_is_said(manager, in_lille):
    where = reverse("office:decide", args=[in_lille.number])
    decide(in_lille, FLAG, WHY)
    read = manager.get(where)
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)

    page = manager.post(
        where, {"decision": "clear", "vue": value_of(read, "vue"), "etat": value_of(read, "etat")}
    )

    assert page.status_code == 409
    assert "Désinscription enregistrée le" in main(page)
    assert "Mise en anomalie le" not in main(page)


def attested(manager):
    """Prepare the attestations of what stands, as a manager: nobody has read them."""
    allowed = reach(manager.user.memberships.all(), Permission.PREPARE_DOCUMENTS)
    by = allowed.perimeters[0].member
    made = preparing.begin(kind=ATTESTATION, by=manager.user, author=by, reach=allowed, at=NOW)
    for one in Registration.objects.active().whole():
        preparing.prepare_one(publication=made.pk, registration=one, by=by, at=NOW)


def test_what_another_version_would_have_refused_is_said_before_a_validation_is_undone_and_after(
    manager, in_lille
):
    decide(in_lille, VALIDATE)
    correct(in_lille, birth_name="Le Gouff")  # its new summary has no place to sign
    attested(manager)

    before = main(manager.get(reverse("office:decide", args=[in_lille.number])))
    after = main(decided(manager, in_lille, "reopen"))

    assert in_lille.version == 3
    assert "Pas encore lu : Attestation d'inscription. Si vous revenez sur la validation" in before
    assert "préparez-le de nouveau : Attestation d'inscription." in after


def test_what_waits_to_be_read_stays_where_no_version_is_made(manager, in_lille):
    decide(in_lille, VALIDATE)
    attested(manager)

    after = main(decided(manager, in_lille, "reopen"))

    assert in_lille.version == 1
    assert "préparez-le de nouveau" not in after
