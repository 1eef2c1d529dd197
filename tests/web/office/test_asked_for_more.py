"""« Demander une pièce de plus »: one that no réglementation lists is given as any other (U1)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from sporades.acts.pieces import reminding, verifying
from sporades.acts.registrations import completing, deciding
from sporades.acts.registrations.adding import More, NothingMore
from sporades.acts.registrations.receiving import receive_summary
from sporades.documents.models import DocumentVersion
from sporades.evidence import delays
from sporades.evidence.queries import pieces_of
from sporades.evidence.states import State
from sporades.exams.held import forget
from sporades.exams.schema.evidence import Way
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.states import CLEAR, FLAG, VALIDATE
from sporades.registrations.states import State as RegistrationState
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from tests.acts.test_moved_pieces import move
from tests.evidence.given import MANAGER, again, give, receive
from tests.factories import NOW, a_record, a_registration, load_invented
from tests.registrations.test_standing_in import filed_by_candidate, modified_by_candidate
from tests.spaces import plain
from tests.web.guide import main, seen

pytestmark = pytest.mark.usefixtures("kept")

DIPLOMA = "Copie de votre diplôme"
DAY = date(2026, 12, 8)
UNTIL = datetime.fromisoformat("2026-12-08T23:59:00+01:00")


def ask(registration, label=DIPLOMA, *, day=DAY, giving=Giving.EACH, at=NOW):
    more = More(label=label, until=day, giving=giving)
    verifying.ask_more(registration=again(registration), more=more, by=MANAGER, at=at)
    return registration.evidence.get(label=label)


def added(registration):
    return registration.evidence.select_related("deposit").get(code__startswith="plus-")


def told(kind):
    return plain(" ".join(Message.objects.filter(kind=kind).latest("pk").body.split()))


def decided(client, registration, **said):
    return client.post(reverse("office:decide", args=[registration.number]), said, follow=True)


def pieces_page(client, registration):
    return main(client.get(reverse("candidate:evidence", args=[registration.number])))


def test_an_anomaly_asks_for_a_piece_that_its_candidate_deposits(manager, in_lille, sign_in):
    page = decided(
        manager,
        in_lille,
        decision="flag",
        motif="Votre diplôme n'est pas au dossier.",
        demandee=DIPLOMA,
        delai="08/12/2026",
        voie="each",
    )

    assert "La décision est enregistrée" in page.text
    row = added(in_lille)
    assert (row.code, row.label, row.state, row.until) == ("plus-1", DIPLOMA, State.OWED, UNTIL)
    said = told("state_changed")
    assert f"Une pièce justificative vous est demandée en plus : {DIPLOMA}." in said
    assert "Envoyez-la avant le mardi 8 décembre 2026 à 23 h 59" in said
    assert "Aucune date limite" not in said
    assert "Envoyez ce qui manque" not in said
    candidate = sign_in(in_lille.candidate)
    shown = pieces_page(candidate, in_lille)
    assert DIPLOMA in shown
    assert "Votre diplôme n'est pas au dossier." in shown
    assert f"Déposer : {DIPLOMA}" in shown
    give(in_lille, row.code)
    assert added(in_lille).state == State.CHECKING


def test_once_it_is_found_good_the_anomaly_is_said_to_be_still_there(manager, in_lille, sign_in):
    said = {"decision": "flag", "motif": "Il manque.", "demandee": DIPLOMA, "delai": "08/12/2026"}
    decided(manager, in_lille, **said, voie="each")
    row = added(in_lille)
    verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)
    judge = reverse("office:judge_piece", args=[in_lille.number, row.code])

    page = manager.post(judge, {"verdict": "accept"}, follow=True)

    assert f"L'inscription n°{in_lille.number} est toujours en anomalie" in main(page)
    sure = reverse("candidate:registered", args=[in_lille.number])
    mine = sign_in(in_lille.candidate)
    assert "Manque : Ce que demande votre service gestionnaire" in main(mine.get(sure))

    for one in in_lille.evidence.filter(state=State.OWED, is_mandatory=True):
        verifying.receive(row=one, posted_on=NOW.date(), by=MANAGER, at=NOW)
    receive_summary(registration=again(in_lille), posted_on=NOW.date(), by=MANAGER, at=NOW)

    said = "En attente : Ce que demande votre service gestionnaire Il manque. Ce qui était à envoyer est"
    assert said in main(mine.get(sure))


def test_a_later_anomaly_is_not_answered_by_what_came_before_it(in_lille, sign_in):
    ask(in_lille)
    receive(in_lille)
    Registration.objects.filter(pk=in_lille.pk).update(summary_posted_on=NOW.date())
    why, later = "Envoyez un acte de naissance.", NOW + timedelta(days=10)
    deciding.decide(registration=again(in_lille), decision=FLAG, reason=why, by=MANAGER, at=later)

    page = main(
        sign_in(in_lille.candidate).get(reverse("candidate:registered", args=[in_lille.number]))
    )

    assert f"Manque : Ce que demande votre service gestionnaire {why}" in page
    assert "Ce qui était à envoyer est arrivé" not in page


def test_a_decision_that_asks_for_no_piece_takes_none_and_a_day_calls_for_one(manager, in_lille):
    sent = {"motif": "", "demandee": DIPLOMA, "delai": "08/12/2026"}
    alone = {"decision": "flag", "motif": "Voir.", "demandee": "", "delai": "08/12/2026"}

    refused = [
        decided(manager, in_lille, decision="validate", **sent),
        decided(manager, in_lille, **alone),
        decided(manager, in_lille, **{**alone, "demandee": DIPLOMA, "delai": ""}),
        decided(manager, in_lille, **{**alone, "demandee": DIPLOMA, "delai": "01/11/2026"}),
    ]

    assert [one.status_code for one in refused] == [422] * 4
    assert "Cette décision ne demande aucune pièce" in refused[0].text
    assert "Dites quelle pièce est à fournir" in refused[1].text
    assert "Dites jusqu&#x27;à quel jour" in refused[2].text
    assert "Ce jour est passé" in refused[3].text
    assert not in_lille.evidence.filter(code__startswith="plus-").exists()


def test_a_piece_is_asked_for_from_the_page_of_pieces_once(manager, in_lille):
    where = reverse("office:ask_piece", args=[in_lille.number])
    listed = manager.get(reverse("office:pieces", args=[in_lille.number]))
    assert "Demander une pièce de plus" in main(listed)

    sent = {"demandee": DIPLOMA, "delai": "08/12/2026", "voie": "post"}
    for _ in range(2):
        page = manager.post(where, sent, follow=True)

    assert f"« {DIPLOMA} » : pièce demandée, un mail part au candidat." in plain(main(page))
    row = added(in_lille)
    assert (row.code, row.is_mandatory) == ("plus-1-courrier", True)
    said = told("piece_asked_for")
    assert f"vous demande une pièce justificative de plus : {DIPLOMA}." in said
    assert "avant le mardi 8 décembre 2026 à 23 h 59" in said
    assert "par courrier, et non dans votre espace candidat" in said
    assert Entry.objects.get(verb="piece asked for").payload["after"] == {
        "piece": "plus-1-courrier",
        "label": DIPLOMA,
        "until": "2026-12-08",
    }


def test_no_reglementation_is_said_to_have_it_deposited(manager, in_lille):
    row = ask(in_lille, giving=Giving.DEPOSIT)

    page = main(manager.get(reverse("office:judge_piece", args=[in_lille.number, row.code])))

    assert "Cette pièce, demandée en plus, se dépose dans l'espace candidat" in page
    assert "Selon la réglementation" not in page


def test_nothing_is_asked_for_of_what_owes_nothing(manager, in_lille):
    deciding.decide(registration=in_lille, decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    where = reverse("office:ask_piece", args=[in_lille.number])

    with pytest.raises(verifying.NothingOwed):
        ask(in_lille)

    assert "revenez d'abord sur la validation" in main(manager.get(where))
    refused = manager.post(where, {"demandee": DIPLOMA, "delai": "08/12/2026"})
    assert refused.status_code == 422
    listed = main(manager.get(reverse("office:pieces", args=[in_lille.number])))
    assert "Demander une pièce de plus" not in listed


def test_it_is_posted_noted_verified_and_waived_as_any_other(manager, in_lille):
    row = ask(in_lille)
    envelope = reverse("office:envelope", args=[in_lille.number])
    box = f"{in_lille.number}/{row.code}"
    page = seen(manager.get(envelope))
    assert box in [one.get("value") for one in page.cssselect("main input[name=contenu]")]
    read = [one.get("value") for one in page.cssselect("main input[name=lue]")]

    manager.post(envelope, {"contenu": [box], "lue": read, "poste_le": "25/11/2026"})

    assert added(in_lille).state == State.POSTED
    listed = main(manager.get(reverse("office:pieces_to_verify") + "?piece=plus"))
    assert DIPLOMA in listed
    verdict = reverse("office:judge_piece", args=[in_lille.number, row.code])
    refusal = {"verdict": "refuse", "raison": "illisible", "motif": "", "vue": "0"}
    manager.post(verdict, {**refusal, "lue": added(in_lille).mark})
    assert added(in_lille).state == State.REFUSED
    verifying.waive(row=added(in_lille), reason="Vue au guichet.", by=MANAGER, at=NOW)
    assert added(in_lille).state == State.WAIVED


def test_it_is_reminded_of_and_makes_incomplete_once_its_day_has_passed(in_lille):
    receive(in_lille)
    Registration.objects.filter(pk=in_lille.pk).update(summary_posted_on=NOW.date())
    ask(in_lille)
    week, after = timedelta(days=7), UNTIL + timedelta(days=1)

    assert reminding.remind_pieces(at=UNTIL - week) == 1
    assert f"- {DIPLOMA}, avant le mardi 8 décembre 2026" in told("pieces_due")
    completing.declare_incomplete(registration=in_lille, by=MANAGER, at=after)
    in_lille.refresh_from_db()
    assert in_lille.reason == f"Pièces justificatives manquantes : {DIPLOMA} (non fournie)."
    verifying.receive(row=added(in_lille), posted_on=DAY, by=MANAGER, at=after)
    in_lille.refresh_from_db()
    assert in_lille.state == RegistrationState.REGISTERED


def test_it_survives_a_modification_that_names_it_in_its_documents(in_lille):
    ask(in_lille)

    filed_by_candidate(modified_by_candidate(in_lille, mobile="06 39 98 11 11"))

    now = again(in_lille)
    assert now.version == 2
    assert [one.row.label for one in pieces_of(now)][-1] == DIPLOMA
    issued = DocumentVersion.objects.filter(document__folder=now.folder_id, number=2)
    assert issued.count() == 2
    for one in issued:
        assert [piece["label"] for piece in one.content["evidence"]][-1] == DIPLOMA


def test_a_modification_that_undoes_a_validation_leaves_it_the_usual_days(in_lille):
    ask(in_lille, day=date(2026, 11, 30))
    deciding.decide(registration=again(in_lille), decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    at = NOW + timedelta(days=10)

    filed_by_candidate(modified_by_candidate(again(in_lille), at=at, ine="0801234567A"), at=at)

    assert pieces_of(again(in_lille))[-1].before.startswith("dimanche 13 décembre 2026")
    assert f"{DIPLOMA}, avant le dimanche 13 décembre 2026" in told("amended")
    issued = DocumentVersion.objects.filter(document__folder=in_lille.folder_id, number=2)
    for one in issued:
        assert one.content["evidence"][-1]["before"].startswith("dimanche 13 décembre 2026")


def test_it_survives_a_move_to_another_academy(in_lille):
    ask(in_lille, giving=Giving.POST)

    moved = move(in_lille)

    last = pieces_of(moved)[-1]
    assert (last.row.label, last.ways, last.row.academy) == (DIPLOMA, (Way.POST,), "A25")


def test_what_was_issued_before_says_that_a_piece_or_time_was_added_since(in_lille, sign_in):
    page = reverse("candidate:document", args=[in_lille.number, "demande-pieces"])
    candidate = sign_in(in_lille.candidate)
    more = "Vous avez plus de temps que ne le dit ce document"
    before = main(candidate.get(page))
    row = in_lille.evidence.exclude(code__startswith="plus-").first()
    verifying.grant(row=row, until=row.until.date() + timedelta(days=9), by=MANAGER, at=NOW)
    granted = main(candidate.get(page))
    ask(in_lille)

    asked = main(candidate.get(page))

    assert [more in one for one in (before, granted, asked)] == [False, True, False]
    assert "Une pièce est à fournir depuis ce document" not in before + granted
    assert "Une pièce est à fournir depuis ce document" in asked


def test_what_was_issued_before_says_nothing_of_time_that_was_added_and_is_over(
    in_lille, sign_in, stopped_clock
):
    row = in_lille.evidence.first()
    verifying.grant(row=row, until=row.until.date() + timedelta(days=9), by=MANAGER, at=NOW)
    stopped_clock.move_to(NOW + timedelta(days=69))

    page = main(
        sign_in(in_lille.candidate).get(
            reverse("candidate:document", args=[in_lille.number, "demande-pieces"])
        )
    )

    assert "Vous avez plus de temps que ne le dit ce document" not in page


def test_more_time_is_left_and_a_day_that_was_wrong_is_corrected(in_lille):
    row = ask(in_lille)

    verifying.grant(row=row, until=DAY + timedelta(days=7), by=MANAGER, at=NOW)
    verifying.grant(row=added(in_lille), until=DAY - timedelta(days=7), by=MANAGER, at=NOW)

    assert pieces_of(again(in_lille))[-1].before.startswith("mardi 1er décembre 2026")
    assert Message.objects.filter(kind="piece_given_time").count() == 1
    assert Message.objects.filter(kind="piece_time_cut_back").count() == 1


@pytest.mark.parametrize(
    ("day", "refusal"),
    [(date(2026, 11, 24), delays.Shorter), (date(2027, 2, 24), delays.TooFar)],
)
def test_no_day_that_has_passed_or_that_nobody_means(in_lille, day, refusal):
    with pytest.raises(refusal):
        ask(in_lille, day=day)

    assert not Entry.objects.filter(verb="piece asked for").exists()


def test_who_has_no_account_is_asked_for_it_by_post():
    registration = a_registration(a_record())

    ask(registration, giving=Giving.DEPOSIT)

    assert pieces_of(again(registration))[-1].ways == (Way.POST,)


def decide_with(registration, decision, reason="", *, at=NOW, day=None):
    more = More(label=DIPLOMA, until=day) if day else None
    deciding.decide(
        registration=again(registration),
        decision=decision,
        reason=reason,
        more=more,
        by=MANAGER,
        at=at,
    )


def waiting_letters():
    waiting = Letter.objects.waiting().select_related("message").order_by("pk")
    return [plain(" ".join(one.message.body.split())) for one in waiting]


def test_by_letter_a_piece_is_asked_for_by_a_letter_of_its_own_whatever_is_decided_next():
    registration = a_registration(a_record())
    decide_with(registration, FLAG, "Votre diplôme manque.", day=DAY)
    anomaly, piece = waiting_letters()[-2:]
    apart = "en plus : un autre courrier dit laquelle, et avant quel jour. Si une réponse est à"
    assert apart in anomaly
    assert DIPLOMA not in anomaly
    assert f"une pièce justificative de plus : {DIPLOMA}." in piece

    decide_with(registration, CLEAR, at=NOW + timedelta(hours=1))
    decide_with(registration, FLAG, "Celui de 2024 manque.", at=NOW + timedelta(hours=2))

    said = waiting_letters()
    assert piece in said
    assert anomaly not in said
    assert "La date limite d'une pièce justificative reste celle qui vous a été dite" in said[-1]


def test_asked_for_again_in_the_same_words_with_another_anomaly_it_is_one(in_lille):
    later = DAY + timedelta(days=7)
    decide_with(in_lille, FLAG, "Votre diplôme manque.", day=DAY)
    decide_with(in_lille, CLEAR, at=NOW + timedelta(hours=1))

    decide_with(in_lille, FLAG, "Celui de 2024.", at=NOW + timedelta(hours=2), day=later)

    assert added(in_lille).until == UNTIL + timedelta(days=7)
    assert f"{DIPLOMA}. Envoyez-la avant le mardi 15 décembre 2026" in told("state_changed")
    decide_with(in_lille, CLEAR, at=NOW + timedelta(hours=3))
    decide_with(in_lille, FLAG, "Celui de 2024.", at=NOW + timedelta(hours=4), day=DAY)
    assert added(in_lille).until == UNTIL + timedelta(days=7)


PIECES = (
    "    pieces:\n"
    "      - {code: IDENTITE, libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}}\n"
    "      - {code: BAC, libelle: Copie du baccalauréat, si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}}\n"
)
RETURN = (
    "    retour_du_recapitulatif:\n"
    "      texte: Imprimez, signez et renvoyez ce récapitulatif.\n"
    "      echeance: {jours_apres_fermeture: 10}\n"
)


def test_the_receipt_of_a_modification_says_that_it_is_still_to_come():
    load_invented((PIECES, ""), (RETURN, ""))
    forget()
    registration = a_registration()
    ask(registration)

    filed_by_candidate(modified_by_candidate(registration, mobile="06 39 98 11 11"))

    first, second = (
        " ".join(one.snapshot["receipt"]) for one in registration.versions.order_by("number")
    )
    assert "L. 114-5)" not in first
    assert "L. 114-5)" in second


def test_the_page_of_a_registration_leads_to_it_where_the_exam_asks_for_none(sign_in):
    load_invented((PIECES, ""))
    forget()
    registration = a_registration()
    candidate = sign_in(registration.candidate)
    page = reverse("candidate:registration", args=[registration.number])
    pieces = reverse("candidate:evidence", args=[registration.number])
    assert f'href="{pieces}"' not in candidate.get(page).text

    ask(registration, giving=Giving.POST)

    assert f'href="{pieces}"' in candidate.get(page).text


def test_the_search_finds_who_owes_one(manager, in_lille):
    ask(in_lille)

    found = Registration.objects.filter(CRITERIA["piece"].condition(Operator.PIECE_OWED, ["plus"]))

    assert list(found) == [in_lille]


def test_no_page_says_that_nothing_is_due_while_an_anomaly_says_otherwise(
    manager, in_lille, sign_in
):
    receive(in_lille)
    Registration.objects.filter(pk=in_lille.pk).update(summary_posted_on=NOW.date())
    why = "Il manque la copie de votre diplôme"
    deciding.decide(registration=again(in_lille), decision=FLAG, reason=why, by=MANAGER, at=NOW)

    assert "« Pièces justificatives »" not in told("state_changed")
    candidate = sign_in(in_lille.candidate)
    for name in ("number", "evidence"):
        page = main(candidate.get(reverse(f"candidate:{name}", args=[in_lille.number])))
        assert why in page
        assert "Plus rien n'est à fournir" not in page
    page = main(manager.get(reverse("office:envelope", args=[in_lille.number])))
    assert "Plus rien n'est attendu" not in page
    assert why in page


def test_nothing_more_is_asked_for_once_the_exam_is_over(member, in_lille, stopped_clock):
    at = datetime(2028, 1, 10, 10, 30, tzinfo=UTC)
    stopped_clock.move_to(at)
    manager = member("A09", at=at)

    listed = manager.get(reverse("office:pieces", args=[in_lille.number]))
    asking = manager.get(reverse("office:ask_piece", args=[in_lille.number]))
    deciding_page = manager.get(reverse("office:decide", args=[in_lille.number]))

    assert "Demander une pièce de plus" not in main(listed)
    assert "sont passées : plus rien n'est demandé au candidat" in main(asking)
    assert 'name="demandee"' not in asking.text + deciding_page.text
    with pytest.raises(NothingMore):
        ask(in_lille, day=date(2028, 1, 20), at=at)
    decided(manager, in_lille, decision="flag", motif="Voir.")
    assert again(in_lille).state == RegistrationState.ANOMALY


def test_nor_is_it_given_time_nor_asked_for_again(member, in_lille, stopped_clock):
    at = datetime(2028, 1, 10, 10, 30, tzinfo=UTC)
    row = in_lille.evidence.filter(is_mandatory=True).order_by("pk").first()
    where = reverse("office:judge_piece", args=[in_lille.number, row.code])
    stopped_clock.move_to(at)
    manager = member("A09", at=at)

    owed = main(manager.get(where))
    pressed = manager.post(where, {"verdict": "delay", "delai": "20/01/2028"})
    verifying.waive(row=row, reason="Vue.", by=MANAGER, at=at)
    waived = main(manager.get(where))

    over = "Les dates de cet examen ou concours sont passées : plus rien n'est demandé au candidat."
    assert "Laisser plus de temps" not in owed
    assert "Redemander cette pièce" not in waived
    assert over in owed
    assert over in waived
    assert over in main(pressed)
    assert pressed.status_code == 409
