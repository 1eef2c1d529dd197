"""« Pièces » of a file: opened once clean, judged; those that wait to be verified (G2, I7)."""

import io
import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from sporades.accounts.models import Membership
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding
from sporades.candidates.models import Candidate
from sporades.core import files, leaving
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence, Verdict
from sporades.evidence.reasons import reasons_for
from sporades.evidence.states import State
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.intake import reading
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE
from sporades.web.office import bounded
from sporades.web.office.days import HOW
from tests.evidence.given import BAC, a_photo, again, give, piece
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, load_invented
from tests.web.guide import load_competition, main, seen, sign_in, words

LIST = reverse("office:pieces_to_verify")
LATER = NOW + timedelta(days=40)
WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}
MOST = 10
MOST_OF_ONE = 13

pytestmark = pytest.mark.usefixtures("kept")


def tab(registration):
    return reverse("office:pieces", args=[registration.number])


def decision(registration):
    return reverse("office:judge_piece", args=[registration.number, "IDENTITE"])


def file(registration):
    return reverse("office:piece_file", args=[registration.number, "IDENTITE"])


def title(page):
    return words(seen(page).cssselect("title")[0])


def clean(registration, **said):
    """Give a file, in which the antivirus finds nothing."""
    given = give(registration, **said)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    return given


def opened(client, registration):
    """Open the page of the piece, and return what its forms send of what it shows."""
    page = seen(client.get(decision(registration)))
    return {
        name: page.cssselect(f"main input[name={name}]")[0].get("value") for name in ("vue", "lue")
    }


def decide(client, registration, **said):
    """Choose, on the page as it is shown, and press « Enregistrer »."""
    read = opened(client, registration)
    return client.post(decision(registration), {**read, **said}, follow=True)


def test_a_file_is_opened_once_the_antivirus_has_found_nothing_in_it(manager, in_lille):
    given = give(in_lille)
    assert "L'antivirus n'a pas encore vérifié ce fichier" in main(manager.get(tab(in_lille)))
    assert manager.get(file(in_lille)).status_code == 404

    evidence.note_scanned(given, is_clean=True, at=NOW)

    assert manager.get(file(in_lille)).content == files.get(given.key)
    noted = {"piece": "IDENTITE", "label": "Pièce d'identité", "deposit": given.pk}
    assert Entry.objects.get(verb="piece read").payload["after"] == noted


def test_a_file_in_which_a_virus_was_found_is_opened_by_nobody(manager, in_lille):
    evidence.note_scanned(give(in_lille), is_clean=False, at=NOW)

    assert manager.get(file(in_lille)).status_code == 404


def test_a_piece_is_found_good(manager, in_lille):
    clean(in_lille)

    page = decide(manager, in_lille, verdict="accept", motif="")

    whose = f"{in_lille.identity.full_name}, n°{in_lille.number}"
    assert f"« Pièce d'identité », {whose} : conforme. Revenir à cette pièce" in main(page)
    [back] = seen(page).xpath("//main//a[.='Revenir à cette pièce']/@href")
    assert back == decision(in_lille)
    assert (piece(in_lille).state, piece(in_lille).decided_name) == (
        State.ACCEPTED,
        "Claude Martin",
    )


def test_a_piece_is_refused_with_a_reason_that_a_mail_says(manager, in_lille):
    clean(in_lille)

    unsaid = decide(manager, in_lille, verdict="refuse", motif="")
    assert "Choisissez un motif : le candidat le lira." in main(unsaid)
    assert title(unsaid).startswith("1 erreur : Pièce d'identité")
    assert title(manager.get(decision(in_lille))).startswith("Pièce d'identité")
    decide(manager, in_lille, verdict="refuse", raison="autre", motif="la photo est floue")

    assert (piece(in_lille).state, piece(in_lille).reason) == (
        State.REFUSED,
        "La photo est floue.",
    )
    assert Message.objects.filter(kind="piece_refused").count() == 1


def test_what_is_refused_of_no_form_is_counted_in_the_title_too(manager, in_lille):
    clean(in_lille)

    page = decide(manager, in_lille, verdict="x")

    assert title(page).startswith("1 erreur : Pièce d'identité")


@pytest.mark.parametrize("by_letter", [False, True])
def test_whoever_refuses_reads_before_that_the_candidate_is_told(manager, in_lille, by_letter):
    clean(in_lille)
    if by_letter:
        Candidate.objects.update(user=None, email="")

    page = main(manager.get(decision(in_lille)))

    by_mail = "Dès l'enregistrement, un mail part au candidat. Il y lit le motif"
    by_post = "un courrier au candidat est à imprimer et à poster. Il y lit le motif"
    assert (by_mail in page, by_post in page) == (not by_letter, by_letter)


def test_who_has_no_account_is_never_told_to_deposit(manager, in_lille):
    receive(in_lille)
    Candidate.objects.update(user=None, email="")

    decide(manager, in_lille, verdict="refuse", raison="illisible", motif="")

    letter = Message.objects.get(kind="piece_refused")
    assert "envoyez une copie nette, où tout se lit." in letter.body
    assert "dépos" not in letter.body
    for reason in reasons_for(again(in_lille), "IDENTITE"):
        assert "dépos" not in reason.sentence


def test_a_piece_that_came_by_post_has_its_postmark_then_is_judged(manager, in_lille):
    unsaid = decide(manager, in_lille, verdict="receive", poste_le="")
    assert HOW in main(unsaid)
    to_come = decide(manager, in_lille, verdict="receive", poste_le="26/11/2026")
    assert [words(one) for one in seen(to_come).cssselect(".fr-error-text")] == [
        "Erreur : Cette date n'est pas encore passée."
    ]

    decide(manager, in_lille, verdict="receive", poste_le="24/11/2026")
    assert "Reçue par courrier Postée le 24 novembre 2026." in main(manager.get(tab(in_lille)))
    decide(manager, in_lille, verdict="accept", motif="")

    assert piece(in_lille).state == State.ACCEPTED
    judged = main(manager.get(decision(in_lille)))
    assert "La pièce est arrivée, postée le 24 novembre 2026" in judged
    assert "Aucun fichier n'est déposé" not in judged


@pytest.fixture
def pressing(db):
    """Return a registration of which the identity card is replaced within 45 days, and is due before."""
    piece = "{code: IDENTITE, libelle: Pièce d'identité, "
    load_invented((piece, f"{piece}delai_de_remplacement: 45, "))
    forget()
    return a_registration()


def test_what_is_asked_is_read_first_and_a_refusal_says_what_it_needs(manager, in_lille):
    clean(in_lille)

    page = main(manager.get(decision(in_lille)))

    found = ("Demande À fournir", "À comparer", "Verdict", "Conforme Pour une pièce non conforme")
    places = [page.index(one) for one in found]
    assert places == sorted(places)
    assert "Tout est à remplir" not in page


def test_while_enough_time_is_left_no_more_is_proposed(manager, in_lille):
    clean(in_lille)

    assert "À fournir jusqu'au" not in main(manager.get(decision(in_lille)))


def test_refused_after_its_deadline_a_piece_is_given_the_usual_days_unless_they_are_changed(
    manager, pressing
):
    clean(pressing)
    page = manager.get(decision(pressing))
    assert seen(page).cssselect("#id_delai")[0].get("value") == "09/01/2027"

    why = {"verdict": "refuse", "raison": "illisible", "motif": ""}
    past = decide(manager, pressing, **why, delai="20/11/2026")
    assert "Ce jour est passé" in main(past)
    assert piece(pressing).state == State.DEPOSITED
    decide(manager, pressing, **why, delai="05/01/2027")

    assert "À fournir avant le mardi 5 janvier 2027 à 23" in main(manager.get(decision(pressing)))


def test_a_day_that_has_passed_is_no_more_to_come(manager, member, in_lille):
    later = NOW + timedelta(days=50)
    tab = reverse("office:pieces", args=[in_lille.number])
    addresses = (tab, reverse("office:judge_piece", args=[in_lille.number, "IDENTITE"]))
    for address in addresses:
        assert "À fournir avant le" in main(manager.get(address))

    with time_machine.travel(later, tick=False):
        manager_then = member("A09", email="plus.tard@exemple.test", at=later)
        for address in addresses:
            page = main(manager_then.get(address))
            assert "Était à fournir avant le" in page
            assert "À fournir avant le" not in page


def test_emptied_the_day_gives_no_more_time(manager, pressing):
    clean(pressing)

    decide(manager, pressing, verdict="refuse", raison="illisible", motif="", delai="")

    assert (piece(pressing).state, piece(pressing).granted_until) == (State.REFUSED, None)


def test_more_time_is_left_for_what_is_still_to_be_sent(manager, pressing):
    assert "Laisser plus de temps" in main(manager.get(decision(pressing)))

    unsaid = decide(manager, pressing, verdict="delay", delai="")
    assert HOW in main(unsaid)
    decide(manager, pressing, verdict="delay", delai="05/01/2027")

    assert "À fournir avant le mardi 5 janvier 2027" in main(manager.get(decision(pressing)))
    assert Message.objects.filter(kind="piece_given_time").count() == 1


def test_a_day_granted_by_mistake_is_cut_back_within_bounds_that_are_said(manager, pressing):
    decide(manager, pressing, verdict="delay", delai="20/02/2027")

    page = main(manager.get(decision(pressing))).replace("\xa0", " ")
    assert "Changer le délai accordé" in page
    assert "Le délai accordé va jusqu'au samedi 20 février 2027 à 23 h 59" in page
    [earliest] = re.findall(r"ramené au (\d+ \w+ \d+) au plus tôt", page)
    refused = decide(manager, pressing, verdict="delay", delai="01/01/2026")
    assert refused.status_code == 422
    assert f"Ce délai ne peut pas finir avant le {earliest}." in main(refused)
    decide(manager, pressing, verdict="delay", delai="05/02/2027")

    assert "À fournir avant le vendredi 5 février 2027" in main(manager.get(decision(pressing)))
    assert Message.objects.filter(kind="piece_time_cut_back").count() == 1


def test_a_registration_does_without_a_piece(manager, in_lille):
    unsaid = decide(manager, in_lille, verdict="waive", pourquoi="")
    assert "Dites le motif : le candidat le lira." in main(unsaid)
    decide(manager, in_lille, verdict="waive", pourquoi="Diplôme vu au guichet.")

    assert piece(in_lille).state == State.WAIVED
    assert "Dispensée Motif : Diplôme vu au guichet." in main(manager.get(tab(in_lille)))

    asked = decide(manager, in_lille, verdict="ask")

    assert piece(in_lille).state == State.OWED
    assert "demandée de nouveau." in main(asked)


def test_another_file_than_the_one_that_was_read_is_not_judged(manager, in_lille):
    former = clean(in_lille)
    clean(in_lille, photos=[a_photo("black")])

    page = manager.post(decision(in_lille), {"vue": former.pk, "verdict": "accept"})

    assert page.status_code == 409
    assert "Le candidat vient de déposer un autre fichier" in main(page)
    # The page shows the new one: it may be judged from there.
    assert seen(page).cssselect("main input[name=vue]")[0].get("value") == str(
        piece(in_lille).deposit_id
    )
    assert piece(in_lille).state == State.DEPOSITED


def test_the_file_is_shown_page_by_page_beside_what_the_candidate_has_said(manager, in_lille):
    clean(in_lille, photos=[a_photo(), a_photo("black")])

    page = seen(manager.get(decision(in_lille)))
    shown = [one.get("src") for one in page.cssselect(".s-pages img")]
    image = manager.get(shown[1])

    assert shown == [f"{file(in_lille).removesuffix('fichier')}pages/{one}" for one in (1, 2)]
    assert image.headers["Content-Type"] == "image/jpeg"
    darkest, _ = Image.open(io.BytesIO(image.content)).convert("L").getextrema()
    assert darkest < 40
    assert Entry.objects.get(verb="piece read").payload["after"]["piece"] == "IDENTITE"
    assert "Le Goff" in page.cssselect("main .s-facts")[0].text_content()
    assert [words(one) for one in page.cssselect("main .s-compared > div")] == [
        "Nom de famille Le Goff",
        "Prénoms Maëlle Anne",
        "Date de naissance 14 mars 1998",
        "Lieu de naissance Lille (Nord)",
    ]
    [trail] = page.cssselect(".fr-breadcrumb a[href$=pieces]")
    assert trail.get("href") == tab(in_lille)


def test_a_page_that_lies_on_its_side_is_turned_by_the_address_and_the_file_stays(
    manager, in_lille
):
    clean(in_lille, photos=[a_photo(), a_photo("black")])
    kept = files.get(piece(in_lille).deposit.key)
    upright = Image.open(
        io.BytesIO(manager.get(f"{file(in_lille).removesuffix('fichier')}pages/2").content)
    )

    page = seen(manager.get(f"{decision(in_lille)}?suite=pieces&tourner-1=45"))
    links = [one.get("href") for one in page.cssselect(".s-pages__bar a")]
    turned = seen(manager.get(decision(in_lille) + links[1].partition("#")[0]))

    assert links == [
        "?suite=pieces&tourner-1=90#page-1",
        "?suite=pieces&tourner-1=45&tourner-2=90#page-2",
    ]
    first, second = (one.get("src") for one in turned.cssselect(".s-pages img"))
    assert (first[-2:], second[-13:]) == ("/1", "/2?tourner=90")
    assert turned.cssselect(".s-pages li > a")[1].get("href") == second
    assert turned.cssselect(".s-pages__bar a")[1].get("href").endswith("&tourner-2=180#page-2")
    image = Image.open(io.BytesIO(manager.get(second).content))
    assert image.width == upright.width
    assert image.height / image.width == pytest.approx(upright.width / upright.height, abs=0.01)
    assert files.get(piece(in_lille).deposit.key) == kept
    assert "« r » tourne la page que vous regardez" in main(manager.get(decision(in_lille)))


def test_who_reads_a_file_again_within_the_hour_is_noted_once_another_file_is_noted_too(
    manager, in_lille
):
    clean(in_lille, photos=[a_photo(), a_photo("black")])
    for _ in range(2):
        manager.get(file(in_lille))
        for page in (1, 2):
            manager.get(reverse("office:piece_page", args=[in_lille.number, "IDENTITE", page]))
    assert Entry.objects.filter(verb="piece read").count() == 1

    clean(in_lille, photos=[a_photo("black")])
    manager.get(file(in_lille))

    assert Entry.objects.filter(verb="piece read").count() == 2


@pytest.mark.parametrize("page", [0, 2, 101])
def test_a_page_that_is_not_of_the_file_is_not_drawn(manager, in_lille, page):
    clean(in_lille)

    assert manager.get(f"{file(in_lille).removesuffix('fichier')}pages/{page}").status_code == 404


def test_while_another_file_is_read_for_long_a_page_is_not_waited_for(
    manager, in_lille, children, monkeypatch
):
    clean(in_lille)
    children.clear()
    page = reverse("office:piece_page", args=[in_lille.number, "IDENTITE", 1])
    monkeypatch.setattr(reading, "WAITING", 0)

    with reading.for_who_waits():
        answers = [manager.get(page) for _ in range(3)]

    assert {(one.status_code, one["Retry-After"]) for one in answers} == {(503, "2")}
    assert children == []
    assert not Entry.objects.filter(verb="piece read").exists()
    assert manager.get(page).status_code == 200


def test_no_page_of_a_file_that_the_antivirus_has_not_looked_at_is_drawn(manager, in_lille):
    give(in_lille)

    assert manager.get(f"{file(in_lille).removesuffix('fichier')}pages/1").status_code == 404
    assert not seen(manager.get(decision(in_lille))).cssselect(".s-pages")


def test_a_usual_reason_is_one_click_and_may_be_completed(manager, in_lille):
    clean(in_lille)

    decide(manager, in_lille, verdict="refuse", raison="illisible", motif="le verso manque aussi")

    assert piece(in_lille).reason == (
        "Le document est illisible : déposez une photo nette, bien éclairée, où tout se lit. "
        "Précision du service : Le verso manque aussi."
    )
    assert Verdict.objects.get().motive == "Illisible"


def test_a_key_goes_to_the_first_of_the_reasons(manager, in_lille):
    clean(in_lille)

    page = seen(manager.get(decision(in_lille)))

    [first, *_] = page.cssselect("[data-key-goes=n]")
    assert (first.get("type"), first.get("name")) == ("radio", "raison")


def test_another_reason_needs_its_words(manager, in_lille):
    clean(in_lille)

    unsaid = decide(manager, in_lille, verdict="refuse", raison="autre", motif="")

    assert "Dites le motif : le candidat le lira." in main(unsaid)
    assert piece(in_lille).state == State.DEPOSITED


def test_the_reasons_of_the_reglementation_come_first(manager, in_lille):
    due = "si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}"
    load_invented(
        (
            due,
            f"{due}, motifs_de_refus: [{{code: COPIE, libelle: 'Non certifiée : faites-la certifier.'}}]",
        )
    )
    forget()
    with_bac = a_registration(a_candidate(), **WITH_BAC)
    clean(with_bac, code=BAC)

    where = reverse("office:judge_piece", args=[with_bac.number, BAC])
    page = seen(manager.get(where))
    offered = [one.get("value") for one in page.cssselect("input[name=raison]")]

    said = [words(one) for one in page.cssselect("label[for^=id_raison]")]
    assert offered[:2] == ["COPIE", "illisible"]
    # What to do about it is for the candidate.
    assert said[:2] == ["Non certifiée", "Illisible"]
    read = {
        name: page.cssselect(f"main input[name={name}]")[0].get("value") for name in ("vue", "lue")
    }
    manager.post(where, {**read, "verdict": "refuse", "raison": "COPIE", "motif": ""})
    assert piece(with_bac, BAC).reason == "Non certifiée : faites-la certifier."
    assert Verdict.objects.get().motive == "Non certifiée"


@pytest.mark.parametrize("verdict", ["", "erase", "waive receive"])
def test_what_is_no_verdict_is_refused_with_words(manager, in_lille, verdict):
    clean(in_lille)

    page = manager.post(decision(in_lille), {"vue": piece(in_lille).deposit_id, "verdict": verdict})

    assert page.status_code == 422
    assert "Choisissez une décision parmi celles de cette page." in main(page)


COLLEAGUE = Actor("head", "Camille Ferrand", "user:77")


def refuse(registration):
    verifying.refuse(
        row=piece(registration),
        reason="Floue.",
        seen=piece(registration).deposit_id,
        by=COLLEAGUE,
        at=NOW,
    )


def accept(registration):
    verifying.accept(
        row=piece(registration), seen=piece(registration).deposit_id, by=COLLEAGUE, at=NOW
    )


def waive(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=COLLEAGUE, at=NOW)


def receive(registration, day=date(2026, 11, 24)):
    verifying.receive(row=piece(registration), posted_on=day, by=COLLEAGUE, at=NOW)


WHY = {"verdict": "refuse", "raison": "illisible", "motif": "le verso manque aussi"}


def opened_before(client, registration, act):
    """Open the page of a piece, and have a colleague act on it."""
    read = opened(client, registration)
    act(registration)
    return read


def test_what_a_colleague_has_just_found_good_is_not_refused_unread(manager, in_lille):
    clean(in_lille)
    read = opened_before(manager, in_lille, accept)

    page = manager.post(decision(in_lille), {**read, **WHY})

    assert page.status_code == 409
    assert "Camille Ferrand a décidé de cette pièce entre-temps : conforme." in main(page)
    assert "Décision de Camille Ferrand, le mercredi 25 novembre 2026 à 10" in main(page)
    assert piece(in_lille).state == State.ACCEPTED
    assert not Message.objects.filter(kind="piece_refused").exists()
    assert not Entry.objects.filter(verb="piece refused").exists()

    # What was typed is there, and may be put in place of what the colleague decided.
    form = seen(page).xpath("//form[.//input[@value='refuse']]")[0]
    assert form.getparent().getparent().get("open") is not None
    assert form.cssselect("[value=illisible]")[0].get("checked") is not None
    assert words(form.cssselect("textarea")[0]) == WHY["motif"]
    again = {one.get("name"): one.get("value") for one in form.cssselect("input[type=hidden]")}
    manager.post(decision(in_lille), {**again, **WHY})
    assert piece(in_lille).state == State.REFUSED


@pytest.mark.parametrize(
    ("meanwhile", "pressed", "said"),
    [
        ((True, accept), {"verdict": "accept"}, "entre-temps : conforme"),
        ((True, accept), {"verdict": "waive", "pourquoi": "vu"}, "entre-temps : conforme"),
        ((True, refuse), {"verdict": "accept"}, "entre-temps : non conforme"),
        ((True, refuse), WHY, "entre-temps : non conforme"),
        ((True, refuse), {"verdict": "waive", "pourquoi": "vu"}, "entre-temps : non conforme"),
        ((True, waive), {"verdict": "accept"}, "entre-temps : dispensée"),
        ((True, waive), WHY, "entre-temps : dispensée"),
        ((False, waive), {"verdict": "receive", "poste_le": "20/11/2026"}, "temps : dispensée"),
        ((False, receive), {"verdict": "waive", "pourquoi": "vu"}, "noter cette pièce comme reçue"),
        ((False, clean), {"verdict": "waive", "pourquoi": "vu"}, "Le candidat vient de déposer un"),
    ],
)
def test_nothing_is_decided_over_what_was_decided_or_given_meanwhile(
    manager, in_lille, meanwhile, pressed, said
):
    is_given, act = meanwhile
    if is_given:
        clean(in_lille)
    read = opened_before(manager, in_lille, act)
    before = piece(in_lille)

    page = manager.post(decision(in_lille), {**read, **pressed})

    assert page.status_code == 409
    assert said in main(page)
    after = piece(in_lille)
    assert (after.state, after.decided_name) == (before.state, before.decided_name)


@pytest.mark.parametrize("act", [accept, waive])
def test_what_was_typed_on_two_lines_comes_back_on_two(manager, in_lille, act):
    clean(in_lille)
    read = opened_before(manager, in_lille, act)

    page = manager.post(
        decision(in_lille), {**read, **WHY, "motif": "Le verso manque.\r\nLa page 2 est floue."}
    )

    shown = seen(page).cssselect("main dd, main form textarea")
    assert "Le verso manque.\nLa page 2 est floue." in [one.text_content().strip() for one in shown]


def test_a_refusal_found_good_and_refused_again_is_not_the_one_that_was_read(manager, in_lille):
    clean(in_lille)
    refuse(in_lille)
    read = opened(manager, in_lille)
    row = piece(in_lille)
    later = NOW + timedelta(minutes=1)
    verifying.overturn(row=row, seen=row.deposit_id, by=COLLEAGUE, at=later)
    said = {"seen": row.deposit_id, "by": COLLEAGUE}
    verifying.refuse(row=row, reason="Tronquée.", **said, at=later + timedelta(minutes=1))

    page = manager.post(decision(in_lille), {**read, "verdict": "overturn"})

    assert page.status_code == 409
    assert piece(in_lille).reason == "Tronquée."


def test_time_that_a_colleague_has_just_given_is_not_cut_back_unread(manager, pressing):
    read = opened(manager, pressing)
    granted = date(2027, 2, 20)
    verifying.grant(row=piece(pressing), until=granted, by=COLLEAGUE, at=NOW)

    page = manager.post(decision(pressing), {**read, "verdict": "delay", "delai": "05/02/2027"})

    assert page.status_code == 409
    assert "Un collègue vient de changer le délai de cette pièce" in main(page)
    assert local_day(piece(pressing).granted_until, pressing.service.zone) == granted
    assert seen(page).cssselect("#id_delai")[0].get("value") == "05/02/2027"


def left(page):
    """Return what the page shows of what was answered and has no form any more."""
    return [words(one) for one in seen(page).cssselect("[aria-labelledby=ecrit] .s-answers__row")]


@pytest.mark.parametrize("act", [waive, refuse])
def test_what_was_typed_of_a_refusal_is_shown_where_its_form_is_gone(manager, in_lille, act):
    clean(in_lille)
    read = opened_before(manager, in_lille, act)

    page = manager.post(decision(in_lille), {**read, **WHY})

    assert left(page) == ["Motif du refus Illisible", "Précision le verso manque aussi"]


def test_so_is_why_a_piece_was_to_be_waived(manager, in_lille):
    clean(in_lille)
    read = opened_before(manager, in_lille, accept)

    page = manager.post(decision(in_lille), {**read, "verdict": "waive", "pourquoi": "diplôme vu"})

    assert left(page) == ["Motif diplôme vu"]


def test_where_its_form_is_still_there_it_stands_in_it(manager, in_lille):
    clean(in_lille)
    read = opened_before(manager, in_lille, refuse)

    page = manager.post(decision(in_lille), {**read, "verdict": "waive", "pourquoi": "diplôme vu"})

    [field] = seen(page).cssselect("details[open] [name=pourquoi]")
    assert field.get("value") == "diplôme vu"
    assert left(page) == []


def test_whoever_decided_from_another_page_is_not_taken_for_a_colleague(manager, in_lille):
    clean(in_lille)
    read = opened(manager, in_lille)
    decide(manager, in_lille, verdict="accept")

    page = manager.post(decision(in_lille), {**read, **WHY})

    assert "Une décision est déjà enregistrée à votre nom pour cette pièce : conforme" in main(page)
    assert piece(in_lille).state == State.ACCEPTED


def test_what_the_antivirus_found_meanwhile_is_no_decision_of_a_colleague(manager, in_lille):
    given = give(in_lille)
    read = opened(manager, in_lille)
    evidence.note_scanned(given, is_clean=False, at=NOW)

    page = manager.post(decision(in_lille), {**read, "verdict": "waive", "pourquoi": "vu"})

    assert page.status_code == 409
    assert "L'antivirus vient de trouver un programme malveillant" in main(page)


def test_that_the_antivirus_has_found_nothing_meanwhile_is_no_other_piece(manager, in_lille):
    given = give(in_lille)
    read = opened(manager, in_lille)
    evidence.note_scanned(given, is_clean=True, at=NOW)

    manager.post(decision(in_lille), {**read, "verdict": "waive", "pourquoi": "vu"})

    assert piece(in_lille).state == State.WAIVED


@pytest.mark.parametrize("lue", ["x", "accepted", "- - - - - - -", "\x00", "é" * 5_000])
def test_a_page_that_says_anything_of_what_it_showed_is_refused_with_words(manager, in_lille, lue):
    given = clean(in_lille)

    page = manager.post(decision(in_lille), {"vue": given.pk, "lue": lue, "verdict": "accept"})

    assert page.status_code == 409
    assert piece(in_lille).state == State.DEPOSITED


def test_a_page_that_says_nothing_of_what_it_showed_judges_no_verdict_of_another(manager, in_lille):
    given = clean(in_lille)
    refuse(in_lille)

    page = manager.post(decision(in_lille), {"vue": given.pk, "verdict": "accept"})

    assert page.status_code == 409
    assert "Camille Ferrand a décidé de cette pièce entre-temps : non conforme." in main(page)


def test_a_refusal_is_taken_back_on_the_page_that_the_message_leads_to(manager, in_lille):
    queued(in_lille)
    here = f"{decision(in_lille)}?suite=pieces"
    said = {"vue": piece(in_lille).deposit_id, "verdict": "refuse", "raison": "illisible"}
    refused = manager.post(here, said, follow=True)

    [back] = seen(refused).xpath("//a[text()='Revenir à cette pièce']")
    # The queue is not left by looking back.
    assert back.get("href") == here
    assert "Pièces à vérifier" in main(manager.get(here))
    done = manager.post(here, {"vue": piece(in_lille).deposit_id, "verdict": "overturn"})

    assert done.status_code == 302
    assert piece(in_lille).state == State.ACCEPTED


def test_the_wrong_reason_of_a_refusal_is_corrected_where_it_is_read(manager, in_lille):
    clean(in_lille)
    refuse(in_lille)
    here = seen(manager.get(decision(in_lille)))
    form = here.xpath("//form[input[@name='verdict'][@value='correction']]")[0]
    assert form.xpath(".//input[@name='raison'][@checked]/@value") == ["autre"]
    assert form.cssselect("textarea")[0].text.strip() == piece(in_lille).reason

    same = decide(
        manager, in_lille, verdict="correction", raison="autre", motif=piece(in_lille).reason
    )
    assert "C'est le motif qui est déjà enregistré : rien n'est à corriger." in main(same)
    done = decide(manager, in_lille, verdict="correction", raison="perime", motif="depuis 2024")

    assert "motif du refus corrigé" in main(done)
    assert piece(in_lille).state == State.REFUSED
    again_there = seen(manager.get(decision(in_lille)))
    form = again_there.xpath("//form[input[@name='verdict'][@value='correction']]")[0]
    assert form.xpath(".//input[@name='raison'][@checked]/@value") == ["perime"]
    assert form.cssselect("textarea")[0].text.strip() == "Depuis 2024."


def test_a_reason_that_a_colleague_has_corrected_is_not_corrected_unread(manager, in_lille):
    clean(in_lille)
    refuse(in_lille)
    read = opened(manager, in_lille)
    said = {"seen": piece(in_lille).deposit_id, "by": COLLEAGUE, "at": NOW + timedelta(minutes=1)}
    verifying.correct_refusal(row=piece(in_lille), reason="Tronquée.", **said)

    page = manager.post(
        decision(in_lille), {**read, "verdict": "correction", "raison": "perime", "motif": ""}
    )

    assert page.status_code == 409
    assert piece(in_lille).reason == "Tronquée."


@pytest.mark.parametrize("by_letter", [False, True])
def test_whoever_takes_back_a_refusal_reads_before_how_it_is_told(manager, in_lille, by_letter):
    clean(in_lille)
    if by_letter:
        Candidate.objects.update(user=None, email="")
    refuse(in_lille)

    page = seen(manager.get(decision(in_lille)))

    [fold] = page.xpath("//details[summary='Revenir sur ce refus']")
    by_mail, by_post = "un mail part au candidat", "un courrier au candidat est à imprimer"
    assert (by_mail in words(fold), by_post in words(fold)) == (not by_letter, by_letter)


def test_the_reason_of_a_refusal_is_read_with_its_verdict(manager, in_lille):
    clean(in_lille)
    refuse(in_lille)

    page = seen(manager.get(decision(in_lille)))

    [asked], [verdict] = (
        page.cssselect(f"section[aria-labelledby={name}]") for name in ("demande", "verdict")
    )
    assert "Motif" not in words(asked)
    assert "Non conforme Motif : Floue. Décision" in words(verdict)


@pytest.mark.parametrize("by_letter", [False, True])
def test_whoever_gives_time_or_asks_again_reads_how_it_is_told(manager, in_lille, by_letter):
    if by_letter:
        Candidate.objects.update(user=None, email="")
    how = "un courrier au candidat" if by_letter else "un mail part au candidat"

    [more_time] = seen(manager.get(decision(in_lille))).xpath(
        "//details[summary='Laisser plus de temps']"
    )
    decide(manager, in_lille, verdict="waive", pourquoi="Vue au guichet")
    asked_again = main(manager.get(decision(in_lille)))

    assert how in words(more_time)
    assert how in asked_again


def test_a_refusal_by_the_antivirus_is_not_taken_back(manager, in_lille):
    evidence.note_scanned(give(in_lille), is_clean=False, at=NOW)

    page = main(manager.get(decision(in_lille)))
    assert "Revenir sur ce refus" not in page
    assert "Corriger le motif" not in page


def test_a_wrong_postmark_is_corrected_without_a_scan(manager, in_lille):
    decide(manager, in_lille, verdict="receive", poste_le="24/11/2026")
    lu = "2026-11-24"
    to_come = decide(manager, in_lille, verdict="postmark", poste_le="26/11/2026", lu=lu)
    assert "Cette date n'est pas encore passée." in main(to_come)

    [read] = seen(manager.get(decision(in_lille))).cssselect("input[name=lu]")
    assert read.get("value") == lu
    decide(manager, in_lille, verdict="postmark", poste_le="20/11/2026", lu=lu)

    assert "Postée le 20 novembre 2026." in main(manager.get(tab(in_lille)))


def test_the_same_postmark_corrects_nothing_and_says_so(manager, in_lille):
    receive(in_lille)

    page = decide(manager, in_lille, verdict="postmark", poste_le="24/11/2026", lu="2026-11-24")

    assert page.status_code == 422
    assert "C'est ce qui est déjà écrit : rien n'est à corriger." in main(page)
    assert not Entry.objects.filter(verb="piece postmark corrected").exists()


@pytest.mark.parametrize("verdict", ["receive", "postmark"])
def test_a_postmark_before_registrations_opened_is_written_once_it_was_looked_at_twice(
    manager, in_lille, verdict
):
    said = {"verdict": verdict, "poste_le": "11/10/2026"}
    if verdict == "postmark":
        receive(in_lille)
        said["lu"] = "2026-11-24"
    assert not seen(manager.get(decision(in_lille))).cssselect("[name=certain]")

    unsure = decide(manager, in_lille, **said)
    assert unsure.status_code == 422
    assert "avant l'ouverture des inscriptions, le 12 octobre 2026" in main(unsure)
    assert piece(in_lille).posted_on in (None, date(2026, 11, 24))
    [box] = seen(unsure).cssselect("[name=certain]")
    assert box.get("checked") is None
    # Typed anew, the day asks nothing.
    anew = decide(manager, in_lille, **said | {"poste_le": "x"})
    assert not seen(anew).cssselect("[name=certain]")
    decide(manager, in_lille, **said, certain="on")

    assert piece(in_lille).posted_on == date(2026, 10, 11)


def test_the_day_on_which_registrations_opened_is_sure(manager, in_lille):
    decide(manager, in_lille, verdict="receive", poste_le="12/10/2026")

    assert piece(in_lille).posted_on == date(2026, 10, 12)


def test_a_day_of_no_calendar_is_said_to_be_none(manager, in_lille):
    page = decide(manager, in_lille, verdict="receive", poste_le="31/02/2026")

    assert "Ce jour n'existe pas dans le calendrier : vérifiez-le." in main(page)
    assert HOW not in main(page)


def test_the_journal_says_which_piece_and_which_days(manager, in_lille):
    clean(in_lille)
    refuse(in_lille)
    receive(in_lille)
    read = {"read": date(2026, 11, 24), "seen": None}
    said = {"row": piece(in_lille), "by": COLLEAGUE, "at": NOW}
    verifying.correct_postmark(posted_on=date(2026, 11, 20), **read, **said)
    accept(in_lille)

    rows = [
        words(one)
        for one in seen(manager.get(reverse("office:journal", args=[in_lille.number]))).cssselect(
            "main tbody tr td:nth-child(2)"
        )
    ]

    corrected = "Pièce justificative reçue, date ou façon corrigée : Pièce d'identité"
    assert [one for one in rows if "Pièce" in one] == [
        "Pièce justificative trouvée conforme : Pièce d'identité",
        f"{corrected}, cachet du 20 novembre 2026 au lieu du 24 novembre 2026",
        "Pièce justificative reçue : Pièce d'identité, cachet du 24 novembre 2026",
        "Pièce justificative trouvée non conforme : Pièce d'identité",
        "Pièce justificative déposée : Pièce d'identité",
    ]


def queued(*registrations):
    """Give a file for each, an hour after the one before."""
    for rank, one in enumerate(registrations):
        clean(one, press=str(uuid4()), at=NOW - timedelta(hours=len(registrations) - rank))
    return registrations


def test_a_verdict_leads_to_the_next_piece_then_back_to_the_queue(manager, in_lille):
    queued(in_lille, second := a_registration(a_candidate()))
    [begin] = seen(manager.get(LIST)).cssselect("main a.fr-btn")
    said = {"verdict": "accept"}

    assert begin.get("href") == f"{decision(in_lille)}?suite=pieces"
    after = manager.post(begin.get("href"), {"vue": piece(in_lille).deposit_id, **said})
    assert after.url == f"{decision(second)}?suite=pieces"
    assert "Encore 1 à vérifier" in main(manager.get(after.url))
    last = manager.post(after.url, {"vue": piece(second).deposit_id, **said})
    assert last.url == LIST
    assert "Encore" not in main(manager.get(after.url))


def test_what_a_colleague_has_open_is_skipped_for_ten_minutes(manager, member, in_lille):
    queued(
        in_lille, second := a_registration(a_candidate()), third := a_registration(a_candidate())
    )
    colleague = member("A09", email="collegue@exemple.test")
    colleague.get(decision(second))

    first = seen(manager.get(f"{decision(in_lille)}?suite=pieces"))
    assert first.cssselect("a[data-key=j]")[0].get("href") == f"{decision(third)}?suite=pieces"
    assert "Ouverte par Claude Martin" in main(manager.get(LIST))
    assert "a ouvert cette pièce il y a moins d'une minute" in main(manager.get(decision(second)))

    Evidence.objects.filter(pk=piece(second).pk).update(
        looked_at=NOW - timedelta(minutes=11), looked_by="user:0"
    )
    first = seen(manager.get(f"{decision(in_lille)}?suite=pieces"))
    assert first.cssselect("a[data-key=j]")[0].get("href") == f"{decision(second)}?suite=pieces"


def test_the_queue_is_chosen_by_what_its_pieces_are_of(manager, in_lille):
    queued(in_lille)

    def found(**said):
        return [line["registration"] for line in manager.get(LIST, said).context["lines"]]

    assert found(piece="IDENTITE") == [in_lille]
    assert found(piece="BAC") == []
    wrong = manager.get(LIST, {"piece": "AUTRE"})
    assert wrong.status_code == 422
    assert manager.get(f"{decision(in_lille)}?suite=pieces&piece=AUTRE").status_code == 200


def test_the_queue_is_narrowed_to_a_speciality_and_to_what_came_late(manager, in_lille):
    forester = a_registration(
        a_candidate(birth_name="Le Bihan", first_names="Goulven"),
        speciality="FOREST",
        epreuves={"statut-M1": None, "statut-M2": "inscrit"},
    )
    for one, posted_on in ((in_lille, date(2026, 12, 30)), (forester, date(2026, 12, 31))):
        verifying.receive(row=piece(one), posted_on=posted_on, by=COLLEAGUE, at=LATER)

    def found(**said):
        return [line["registration"] for line in manager.get(LIST, said).context["lines"]]

    own = {"specialite": str(forester.speciality_id)}
    assert (found(), found(**own)) == ([in_lille, forester], [forester])
    assert found(arrivee="hors") == [forester]
    assert "Reçue par courrier Hors délai" in main(manager.get(LIST, own))
    # Who goes through them stays among them.
    first = manager.get(LIST, {"arrivee": "hors", **own}).context["first"]
    page = manager.get(first)
    assert "arrivee=hors" in first
    assert "Encore 1 à vérifier" in main(page)


def test_a_speciality_goes_with_its_exam(manager, in_lille):
    queued(in_lille)
    load_competition()
    forget()

    def asked(**said):
        page = manager.get(LIST, {**said, "specialite": "0"})
        assert page.status_code == 200
        assert [line["registration"] for line in page.context["lines"]] == [in_lille]
        return set(page.context["form"].fields)

    assert "specialite" not in asked()
    assert "specialite" in asked(examen=str(in_lille.exam_id))


def test_what_leaves_one_choice_is_not_asked(manager, member, in_lille, in_versailles):
    queued(in_lille, in_versailles)
    both = member("A09", "A25", email="deux@exemple.test")

    asked = {"piece", "specialite", "arrivee"}
    assert set(manager.get(LIST).context["form"].fields) == asked
    assert set(both.get(LIST).context["form"].fields) == {*asked, "academie"}
    lines = both.get(LIST, {"academie": "A25"}).context["lines"]
    assert [line["registration"] for line in lines] == [in_versailles]


def test_a_paper_that_came_is_scanned_for_its_candidate(manager, in_lille):
    at = reverse("office:scan_piece", args=[in_lille.number, "IDENTITE"])
    photo = SimpleUploadedFile("scan.jpg", a_photo(), content_type="image/jpeg")

    unsaid = manager.post(at, {})
    assert "Choisissez le fichier de la numérisation." in main(unsaid)

    manager.post(at, {"fichier": photo, "poste_le": "24/11/2026"})

    row = piece(in_lille)
    assert (row.state, row.posted_on, row.deposit.author_name) == (
        State.POSTED,
        date(2026, 11, 24),
        "Claude Martin",
    )
    evidence.note_scanned(row.deposit, is_clean=True, at=NOW)
    assert piece(in_lille).state == State.POSTED
    assert seen(manager.get(decision(in_lille))).cssselect(".s-pages img")


def scanned(client, registration, day="24/11/2026", colour="white"):
    """Join the scan of a paper, in which the antivirus finds nothing."""
    at = reverse("office:scan_piece", args=[registration.number, "IDENTITE"])
    photo = SimpleUploadedFile("scan.jpg", a_photo(colour), content_type="image/jpeg")
    client.post(at, {"fichier": photo, "poste_le": day})
    found = piece(registration).deposit
    evidence.note_scanned(found, is_clean=True, at=NOW)
    return found


def candidates_file(client, registration):
    """Open the file of the piece, as its candidate."""
    sign_in(client, registration.candidate.user)
    return client.get(reverse("candidate:evidence_file", args=[registration.number, "IDENTITE"]))


@pytest.mark.parametrize("verdict", ["", "accept", "refuse", "waive"])
def test_a_scan_put_on_the_wrong_file_is_taken_away_whatever_was_found_of_it(
    manager, in_lille, client, django_capture_on_commit_callbacks, verdict
):
    scan = scanned(manager, in_lille)
    assert candidates_file(client, in_lille).status_code == 200
    said = {"accept": {}, "refuse": {"raison": "autre", "motif": "D'une autre"}}
    if verdict:
        decide(
            manager, in_lille, verdict=verdict, **said.get(verdict, {"pourquoi": "Vue au guichet"})
        )
    told = Message.objects.count()
    assert "La numérisation est effacée" in main(manager.get(decision(in_lille)))

    with django_capture_on_commit_callbacks(execute=True):
        page = decide(manager, in_lille, verdict="unreceive")

    assert "réception annulée" in main(page)
    row = piece(in_lille)
    assert (row.state, row.deposit, row.posted_on) == (
        State.WAIVED if verdict == "waive" else State.OWED,
        None,
        None,
    )
    assert not row.deposits.exists()
    with pytest.raises(files.Unreadable):
        files.get(scan.key)
    # For the process that is killed between the two.
    forgets = ProcrastinateJob.objects.filter(task_name=leaving.FORGET)
    assert [one.args for one in forgets] == [{"keys": [scan.key]}]
    assert candidates_file(client, in_lille).status_code == 404
    assert Message.objects.count() == told
    entry = Entry.objects.get(verb="piece reception taken back")
    assert entry.payload["after"]["erased"] == 1
    assert "cachet du 24 novembre 2026" in entry.in_words


def test_what_was_refused_before_the_wrong_paper_came_is_refused_as_it_was(manager, in_lille):
    own = clean(in_lille)
    refuse(in_lille)
    was = Evidence.objects.filter(pk=piece(in_lille).pk).values(
        "state", "reason", "deposit", "posted_on", "decided_at", "decided_name"
    )
    [before] = was
    receive(in_lille)
    scanned(manager, in_lille)
    decide(manager, in_lille, verdict="refuse", raison="autre", motif="D'une autre")

    decide(manager, in_lille, verdict="unreceive")

    assert list(was) == [before]
    assert before["deposit"] == own.pk
    assert list(piece(in_lille).deposits.all()) == [own]


def test_a_paper_noted_on_the_wrong_file_is_taken_back_without_a_message(manager, in_lille):
    told = Message.objects.count()
    receive(in_lille)

    page = decide(manager, in_lille, verdict="unreceive")

    assert "réception annulée" in main(page)
    assert (piece(in_lille).state, piece(in_lille).posted_on) == (State.OWED, None)
    assert Message.objects.count() == told
    again_pressed = decide(manager, in_lille, verdict="unreceive")
    assert again_pressed.status_code == 409


def test_two_papers_of_somebody_else_are_taken_back_one_after_the_other(manager, in_lille):
    receive(in_lille)
    decide(manager, in_lille, verdict="refuse", raison="autre", motif="D'une autre")
    first = piece(in_lille).posted_on
    scanned(manager, in_lille, day="20/11/2026")

    decide(manager, in_lille, verdict="unreceive")

    row = piece(in_lille)
    assert (row.state, row.posted_on, row.reason) == (State.REFUSED, first, "D'une autre.")
    decide(manager, in_lille, verdict="unreceive")
    row = piece(in_lille)
    assert (row.state, row.posted_on, row.reason) == (State.OWED, None, "")
    assert not row.deposits.exists()


def test_a_reception_taken_back_meanwhile_is_said_to_whoever_judges_it(manager, in_lille):
    receive(in_lille)
    read = opened(manager, in_lille)
    verifying.take_back(row=piece(in_lille), seen=None, by=COLLEAGUE, at=NOW)

    page = manager.post(decision(in_lille), {**read, "verdict": "accept"})

    assert page.status_code == 409
    assert "Un collègue vient de revenir sur la réception de cette pièce" in main(page)


def test_nothing_that_its_candidate_gave_is_taken_back(manager, in_lille):
    clean(in_lille)

    page = decide(manager, in_lille, verdict="unreceive")

    assert page.status_code == 409
    assert "Revenir sur cette réception" not in main(page)
    assert piece(in_lille).state == State.DEPOSITED


def test_a_scan_takes_the_place_of_no_refusal_that_was_not_read(manager, in_lille):
    at = reverse("office:scan_piece", args=[in_lille.number, "IDENTITE"])
    receive(in_lille)
    [lue] = seen(manager.get(at)).cssselect("main input[name=lue]")
    refuse(in_lille)

    def send(lue):
        photo = SimpleUploadedFile("scan.jpg", a_photo(), content_type="image/jpeg")
        return manager.post(at, {"lue": lue, "fichier": photo, "poste_le": "23/11/2026"})

    page = send(lue.get("value"))

    assert page.status_code == 422
    assert "Camille Ferrand a décidé de cette pièce entre-temps : non conforme." in main(page)
    assert seen(page).cssselect("[name=poste_le]")[0].get("value") == "23/11/2026"
    assert piece(in_lille).state == State.REFUSED
    send(seen(page).cssselect("main input[name=lue]")[0].get("value"))
    assert piece(in_lille).state == State.POSTED


def sent_from_one_page(client, registration, page, **said):
    """Send a scan from a page that was opened, found again by « Retour » or shown anew after a refusal."""
    at = reverse("office:scan_piece", args=[registration.number, "IDENTITE"])
    hidden = {one.name: one.value for one in seen(page).cssselect("main input[type=hidden]")}
    photo = SimpleUploadedFile("scan.jpg", a_photo(), content_type="image/jpeg")
    return client.post(at, {**hidden, "fichier": photo, **said})


def test_another_day_from_the_page_found_again_is_not_dropped_without_a_word(manager, in_lille):
    opened_page = manager.get(reverse("office:scan_piece", args=[in_lille.number, "IDENTITE"]))
    sent_from_one_page(manager, in_lille, opened_page, poste_le="24/11/2026")

    page = sent_from_one_page(manager, in_lille, opened_page, poste_le="20/11/2026")

    assert page.status_code == 422
    assert piece(in_lille).posted_on == date(2026, 11, 24)
    assert sent_from_one_page(manager, in_lille, page, poste_le="20/11/2026").status_code == 302
    assert piece(in_lille).posted_on == date(2026, 11, 20)


def test_the_button_of_a_scan_pressed_twice_joins_one(manager, in_lille):
    opened_page = manager.get(reverse("office:scan_piece", args=[in_lille.number, "IDENTITE"]))
    for _ in range(2):
        page = sent_from_one_page(manager, in_lille, opened_page, poste_le="24/11/2026")
        assert page.status_code == 302

    assert piece(in_lille).deposits.count() == 1


def test_a_scan_that_another_has_replaced_is_not_said_to_be_there(manager, in_lille):
    opened_page = manager.get(reverse("office:scan_piece", args=[in_lille.number, "IDENTITE"]))
    sent_from_one_page(manager, in_lille, opened_page, poste_le="24/11/2026")
    second = scanned(manager, in_lille, colour="black")

    page = sent_from_one_page(manager, in_lille, opened_page, poste_le="24/11/2026")

    assert page.status_code == 422
    assert piece(in_lille).deposit == second
    again_sent = sent_from_one_page(manager, in_lille, page, poste_le="24/11/2026")
    assert again_sent.status_code == 302
    assert piece(in_lille).deposit != second


def test_a_scan_says_why_it_is_not_taken(manager, in_lille):
    at = reverse("office:scan_piece", args=[in_lille.number, "IDENTITE"])

    def send(content, day):
        said = {"fichier": SimpleUploadedFile("scan.jpg", content), "poste_le": day}
        return main(manager.post(at, said))

    assert "ni un PDF ni une photo" in send(b"bonjour", "24/11/2026")
    assert "n'est pas encore passée" in send(a_photo(), "27/11/2026")
    assert "avant l'ouverture des inscriptions" in send(a_photo(), "11/10/2026")
    assert HOW in send(a_photo(), "")
    assert piece(in_lille).state == State.OWED


@pytest.mark.parametrize(("days", "is_late"), [(-1, False), (0, False), (1, True)])
def test_the_postmark_alone_says_whether_a_piece_is_late(manager, in_lille, days, is_late):
    row = piece(in_lille)
    posted = local_day(row.until, in_lille.service.zone) + timedelta(days=days)
    Evidence.objects.filter(pk=row.pk).update(state="posted", posted_on=posted, arrived_at=NOW)

    assert ("Hors délai." in main(manager.get(tab(in_lille)))) is is_late
    assert ("Hors délai." in main(manager.get(decision(in_lille)))) is is_late


def test_the_page_of_a_piece_costs_as_much_for_many_as_for_one(manager, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(f"{decision(in_lille)}?suite=pieces")
        return len(queries)

    queued(in_lille, a_registration(a_candidate()))
    manager.get(decision(in_lille))
    one = cost()
    queued(*(a_registration(a_candidate()) for _ in range(3)))

    assert cost() == one <= MOST_OF_ONE


def test_an_auditor_reads_and_judges_nothing(member, in_lille):
    clean(in_lille)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    assert "Décider" not in main(auditor.get(tab(in_lille)))
    assert auditor.get(decision(in_lille)).status_code in (403, 404)
    assert piece(in_lille).state == State.DEPOSITED


def test_what_waits_is_listed_the_oldest_first_within_the_perimeter(
    manager, in_lille, in_versailles
):
    later = a_registration(a_candidate())
    give(a_registration(a_candidate()))  # the antivirus has not looked at it
    for one in (in_lille, later, in_versailles):
        clean(one, press=str(uuid4()))

    lines = manager.get(LIST).context["lines"]

    assert [line["registration"] for line in lines] == [in_lille, later]
    assert "Pièces à vérifier" in main(manager.get(reverse("office:home")))


@pytest.mark.parametrize(("most", "said"), [(1, "Plus de 1 pièce à vérifier"), (2, "2 pièces")])
def test_very_many_are_not_counted_to_the_last(manager, in_lille, monkeypatch, most, said):
    monkeypatch.setattr(bounded, "IN_A_QUEUE", most)
    for one in (in_lille, a_registration(a_candidate())):
        clean(one, press=str(uuid4()))

    page, home = main(manager.get(LIST)), main(manager.get(reverse("office:home")))

    assert said in page
    assert ("Plus de" in page) == ("Plus de 1" in home) == (most == 1)


def test_they_are_counted_in_the_order_that_an_index_gives(manager, in_lille):
    clean(in_lille)

    with CaptureQueriesContext(connection) as asked:
        manager.get(LIST)

    counts = [one["sql"] for one in asked if "COUNT(" in one["sql"] and "arrived_at" in one["sql"]]
    assert counts
    assert all('ORDER BY "evidence_evidence"."arrived_at"' in one for one in counts)


def test_a_piece_is_where_its_registration_is(member, manager, in_lille, in_versailles):
    there = member("A25", email="versailles@exemple.test")
    clean(in_lille)
    assert not there.get(LIST).context["lines"]

    moved = RegistrationService.objects.get(academy="A25")
    Registration.objects.filter(pk=in_lille.pk).update(academy="A25", service=moved)

    assert not manager.get(LIST).context["lines"]
    assert [line["registration"] for line in there.get(LIST).context["lines"]] == [in_lille]


def test_whatever_is_written_a_piece_says_the_academy_of_its_registration(in_lille, in_versailles):
    rows = Evidence.objects.filter(registration=in_lille)
    Evidence.objects.update(academy="A99")
    assert set(rows.values_list("academy", flat=True)) == {"A09"}

    for row in rows:
        row.academy = ""
        row.save()
    assert set(rows.values_list("academy", flat=True)) == {"A09"}

    keys = [row.pk for row in rows]
    Evidence.objects.filter(registration=in_versailles).delete()
    rows.update(registration=in_versailles)
    assert {row.academy for row in Evidence.objects.filter(pk__in=keys)} == {"A25"}


def test_the_pieces_of_a_validated_registration_wait_no_more(manager, in_lille):
    clean(in_lille)
    deciding.decide(registration=again(in_lille), decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    assert manager.get(LIST).context["lines"] == []


@pytest.mark.parametrize(("decided", "reason"), [(VALIDATE, ""), (SET_ASIDE, "Hors délai.")])
def test_the_pieces_that_a_decision_did_without_are_asked_for_no_more(
    manager, in_lille, decided, reason
):
    tab = reverse("office:pieces", args=[in_lille.number])
    before = [main(manager.get(one)) for one in (tab, decision(in_lille))]
    deciding.decide(
        registration=again(in_lille), decision=decided, reason=reason, by=OPERATOR, at=NOW
    )

    after = [main(manager.get(one)) for one in (tab, decision(in_lille))]

    for page in before:
        assert "À fournir avant le" in page
        assert "N'est plus demandée" not in page
    for page in after:
        assert "À fournir avant" not in page
        assert "N'est plus demandée" in page


def validate(registration):
    found = again(registration)
    deciding.decide(registration=found, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)


def verdicts(page):
    return set(seen(page).xpath("//main//input[@name='verdict']/@value"))


def test_nothing_is_asked_of_a_validated_registration_and_the_way_to_do_it_is_said(
    manager, in_lille
):
    clean(in_lille)
    decide(manager, in_lille, verdict="accept")
    assert verdicts(manager.get(decision(in_lille))) == {"refuse"}

    validate(in_lille)

    page = manager.get(decision(in_lille))
    assert not verdicts(page)
    assert "en dispenser ou la redemander, revenez d'abord sur la validation" in main(page)
    assert "Rien n'est à décider" not in main(page)


def test_a_piece_not_yet_read_of_a_validated_registration_is_still_found_good(manager, in_lille):
    clean(in_lille)
    validate(in_lille)

    page = manager.get(decision(in_lille))

    assert verdicts(page) == {"accept"}
    assert "« n »" not in main(page)


def test_what_was_typed_of_a_refusal_is_shown_where_it_was_validated_meanwhile(manager, in_lille):
    clean(in_lille)
    read = opened(manager, in_lille)
    validate(in_lille)

    answered = manager.post(
        decision(in_lille), {**read, "verdict": "refuse", "motif": "Le verso manque."}
    )

    assert answered.status_code == 409
    assert "revenez d'abord sur la validation" in main(answered)
    assert "Le verso manque." in main(answered)
    assert piece(in_lille).state == State.DEPOSITED


def test_the_list_costs_as_much_for_many_as_for_one(manager, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(LIST)
        return len(queries)

    clean(in_lille)
    manager.get(LIST)
    one = cost()
    for _ in range(3):
        posted = a_registration(a_candidate())
        Evidence.objects.filter(registration=posted).update(
            state="posted", posted_on=NOW.date(), arrived_at=NOW
        )

    assert len(manager.get(LIST).context["lines"]) == 4
    assert cost() == one <= MOST


def test_the_days_given_as_examples_can_be_said(manager, in_lille):
    """A last day that has passed is no example of more time, nor a day to come one of a postmark."""
    page = main(manager.get(decision(in_lille)))

    [granted] = re.findall(r"jusqu'à la fin de ce jour. Par exemple : ([\d/]+)", page)
    posted = set(re.findall(r"le jour de la réception. Par exemple : ([\d/]+)", page))
    assert granted == f"{piece(in_lille).until.date() + timedelta(days=7):%d/%m/%Y}"
    assert posted == {f"{NOW:%d/%m/%Y}"}
