"""« Papiers de santé »: what is confided, to whom, who opened it (H3)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.medical import confiding, erasing, opining, reading
from sporades.acts.registrations import deciding, leaving
from sporades.core.days import midnight
from sporades.medical import operations as medical
from sporades.medical.models import Opening, Paper, Remark
from sporades.registrations.states import SET_ASIDE
from sporades.web.candidate.pieces.forms import ALL_AGAIN
from sporades.web.layout import bodies
from tests.accommodations import asked
from tests.accommodations.asked import READER, WITHOUT_ACCOMMODATIONS
from tests.endurance.arena import WAITING, eventually, held, rows
from tests.evidence.given import a_photo
from tests.factories import NOW, a_registration, author, load_invented
from tests.intake.photos import jpeg
from tests.medical.given import (
    a_doctor,
    as_actor,
    compartment,
    confide,
    entrust,
    found_clean,
    read,
    write,
)
from tests.spaces import plain
from tests.web.guide import main, seen, signed_in, words

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept", "confided")
KIND = "papier-de-sante"


@pytest.fixture
def registration():
    return a_registration(informations={"has_disability": "oui"})


@pytest.fixture
def mine(sign_in, registration):
    return sign_in(registration.candidate)


def address(registration, *parts):
    return "/".join(["/mes-inscriptions", registration.number, "sante", *map(str, parts)])


def _set_aside(registration):
    deciding.decide(
        registration=asked.again(registration),
        decision=SET_ASIDE,
        reason="Doublon",
        by=asked.MANAGER,
        at=NOW,
    )


def photo(colour="white", name="ordonnance.jpg"):
    return SimpleUploadedFile(name, a_photo(colour), "image/jpeg")


def send(browser, registration, *photos):
    """Press « Déposer »."""
    data = {"fichiers": list(photos), "envoi": str(uuid4())}
    return browser.post(address(registration, KIND), data, follow=True)


def line(browser, registration):
    """Return what the page says of what was given."""
    return words(seen(browser.get(address(registration))).get_element_by_id(KIND))


def test_the_page_says_who_reads_and_leads_to_giving(mine, registration):
    said = main(mine.get(address(registration)))

    assert "Seuls vous et le médecin désigné lisez ce que vous déposez ici." in said
    assert "Votre service gestionnaire et les administrateurs ne peuvent pas l'ouvrir." in said
    assert "Pour l'instant, vous seul pouvez lire" not in said
    assert "Qui a ouvert vos papiers Personne : rien n'est déposé." in said
    assert line(mine, registration) == (
        "Autre papier de santé (pas obligatoire) Déposer un papier : Autre papier de santé"
    )


def test_the_registration_leads_there_when_a_handicap_was_declared(mine, sign_in, registration):
    where = f"/mes-inscriptions/{registration.number}"
    without = a_registration()

    assert f'href="{where}/sante"' in mine.get(where).text
    other = sign_in(without.candidate).get(f"/mes-inscriptions/{without.number}")
    assert "/sante" not in other.text


def test_a_request_that_is_not_sent_is_said_and_led_to(mine, registration):
    asked.write(registration)

    page = mine.get(address(registration))
    said = send(mine, registration, photo())

    assert "Votre demande d'aménagement n'est pas encore envoyée." in main(page)
    assert f'href="/mes-inscriptions/{registration.number}/amenagement"' in page.text
    assert "L'antivirus le vérifie. Votre demande d'aménagement n'est pas encore" in main(said)


def test_each_paper_says_whether_it_is_owed_in_the_words_of_the_request(mine, registration):
    asked.write(registration)

    page = seen(mine.get(address(registration)))

    assert [words(one) for one in page.cssselect("main section.s-card h2")] == [
        "Certificat du médecin (obligatoire)",
        "Autre bilan (selon votre situation)",
        "Autre papier de santé (pas obligatoire)",
    ]


def test_a_request_that_is_being_changed_is_not_said_never_to_be_sent(mine, registration):
    asked.reach(registration, State.ASKED)
    accommodating.take_up(
        case=asked.case_of(registration), by=author(registration.candidate), at=NOW
    )

    page = main(mine.get(address(registration)))

    assert "n'est pas encore envoyée" not in page
    assert "Vous modifiez votre demande d'aménagement" in page


def test_what_is_mandatory_is_given_before_the_way_back_to_the_request(mine, registration):
    asked.write(registration)
    way = "Relire et envoyer ma demande"

    def plain_buttons(page):
        found = seen(page).cssselect("main a.fr-btn")
        return [words(one) for one in found if one.get("class") == "fr-btn"]

    assert plain_buttons(mine.get(address(registration))) == [
        "Déposer un papier : Certificat du médecin"
    ]
    confide(registration, kind="CERTIFICAT")

    assert plain_buttons(mine.get(address(registration))) == [way]


def test_of_two_mandatory_papers_one_is_led_to(mine, registration):
    asked.write(registration, Wish(READER), plan="PAP")

    main_buttons = seen(mine.get(address(registration))).cssselect('main a[class="fr-btn"]')

    assert [words(one) for one in main_buttons] == ["Déposer un papier : Certificat du médecin"]


def test_a_request_that_is_incomplete_is_said_to_be_sent_again_once_what_lacks_is_given(
    mine, registration
):
    asked.reach(registration, State.INCOMPLETE)

    page = main(mine.get(address(registration)))
    said = main(send(mine, registration, photo()))

    assert (
        "est incomplète : Le papier est illisible. Déposez ce qui manque, puis envoyez-la" in page
    )
    assert "Relire et envoyer ma demande" in page
    assert "Votre fichier est déposé." in said
    assert "Il reste à envoyer de nouveau votre demande d'aménagement : personne ne" in said
    written = {"texte": "Voici ce qui manquait.", "envoi": str(uuid4())}
    answered = main(mine.post(address(registration), written, follow=True))
    assert "Votre commentaire est envoyé. Il reste à envoyer de nouveau" in answered
    tracker = main(mine.get(f"/mes-inscriptions/{registration.number}/amenagement"))
    assert (
        "personne n'étudie votre demande tant que vous ne l'avez pas envoyée de nouveau" in tracker
    )


def test_until_when_papers_stay_is_said_with_one_day_before_and_after(mine, registration):
    confide(registration)
    asked.reach(registration, State.ASKED)

    before = main(mine.get(f"/mes-inscriptions/{registration.number}/amenagement/retrait"))
    asked._withdraw(registration, at=NOW)
    after = main(mine.get(address(registration)))

    for page in (before, after):
        assert "effacés à partir du 26 novembre 2026" in page.replace("\xa0", " ")
        assert "Contester la décision" not in page


@pytest.mark.parametrize("decided_before", [False, True])
def test_what_is_left_of_what_was_confided_is_led_to_after_a_withdrawal(
    mine, registration, decided_before
):
    here = f"/mes-inscriptions/{registration.number}/amenagement"
    if decided_before:
        asked.reach(registration, State.NOTIFIED)
    asked.write(registration)
    asked._withdraw(registration, at=NOW)
    link = f'href="{address(registration)}"'
    assert link not in mine.get(here).text
    asked.write(registration)
    confide(registration)

    asked._withdraw(registration, at=NOW)

    page = mine.get(here).text
    assert "a été retirée" in page
    assert link in page


def test_what_contesting_the_decision_changes_for_papers_is_said_where_they_will_be_erased(
    mine, registration
):
    confide(registration)
    asked.reach(registration, State.NOTIFIED)

    told = main(mine.get(address(registration)))

    assert "seront effacés à partir du" in told
    assert "saisir le tribunal ne le repousse pas" in plain(told)
    erased = compartment(registration).erase_after
    asked.taken_again(asked.case_of(registration), has_opinion=True, at=NOW)
    assert (erased is None, compartment(registration).erase_after) == (False, None)
    assert "saisir le tribunal" not in main(mine.get(address(registration)))


@pytest.mark.parametrize("how", ["paper", "comment"])
def test_what_was_confided_for_the_request_before_is_said_to_serve_again(mine, registration, how):
    here = f"/mes-inscriptions/{registration.number}/amenagement"
    asked.write(registration)
    if how == "paper":
        confide(registration)
    else:
        write(registration, "Je fatigue vite.")
    said = "déposé pour une demande précédente"
    assert said not in main(mine.get(here))
    asked.send(registration)
    asked._withdraw(registration, at=NOW)

    asked.write(registration, at=NOW + timedelta(hours=1))

    for page in (here, address(registration)):
        assert said in main(mine.get(page)), page


def test_what_was_put_aside_is_not_said_to_serve_again(mine, registration):
    here = f"/mes-inscriptions/{registration.number}/amenagement"
    asked.write(registration)
    paper = confide(registration)
    asked.send(registration)
    asked._withdraw(registration, at=NOW)
    later = NOW + timedelta(hours=1)
    asked.write(registration, at=later)
    asked.send(registration, at=later)
    by = author(registration.candidate)
    accommodating.take_up(case=asked.case_of(registration), by=by, at=later)
    said = "déposé pour une demande précédente"
    assert said in main(mine.get(here))

    mine.post(retire(registration, paper))

    assert Paper.objects.get().taken_back_at is not None
    assert said not in main(mine.get(here))


def test_a_paper_of_this_request_is_not_said_to_be_of_another(mine, registration):
    asked.write(registration)
    confide(registration)

    for page in (f"/mes-inscriptions/{registration.number}/amenagement", address(registration)):
        assert "demande précédente" not in main(mine.get(page)), page


def test_what_a_doctor_asks_is_said_first_and_led_to_from_the_request(mine, registration):
    doctor = a_doctor()
    case = asked.reach(registration, State.ASKED)
    by = as_actor(doctor)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=by, at=NOW)
    opining.ask_more(case=case, text="L'audiogramme de juin.", press=str(uuid4()), by=by, at=NOW)

    tracker = mine.get(f"/mes-inscriptions/{registration.number}/amenagement")
    home = mine.get("/accueil")
    page = mine.get(address(registration))

    there = f'href="{address(registration)}#demande-du-medecin"'
    assert f'class="fr-btn" {there}' in tracker.text
    [main_one] = seen(tracker).cssselect("main .fr-btn:not(.fr-btn--secondary)")
    assert words(main_one) == "Lire et répondre au médecin"
    assert "Lire son commentaire" in main(tracker)
    assert there in home.text
    said = words(seen(page).get_element_by_id("demande-du-medecin"))
    assert "Dr Anne Roussel, médecin désigné, le" in said
    assert "L'audiogramme de juin." in said
    assert "Déposez le papier demandé ci-dessous" in said
    assert "Un médecin attend votre réponse." in main(page)
    assert "Pour l'instant, vous seul pouvez lire" not in main(page)


def test_who_has_not_answered_the_doctor_is_warned_before_sending_again(mine, registration):
    doctor = a_doctor()
    case = asked.reach(registration, State.ASKED)
    by = as_actor(doctor)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=by, at=NOW)
    opining.ask_more(case=case, text="Une précision.", press=str(uuid4()), by=by, at=NOW)
    here = f"/mes-inscriptions/{registration.number}/amenagement"
    warned = "Vous n'avez rien déposé pour le médecin depuis sa demande."

    before, home = main(mine.get(here)), main(mine.get("/accueil"))
    write(registration, "La voici.", at=NOW + timedelta(minutes=1))

    assert warned in before
    assert "répondez-lui là" in before
    assert "répondez-lui là" in home
    for page in (main(mine.get(here)), main(mine.get("/accueil"))):
        assert warned not in page
        assert "répondez-lui là" not in page
        assert "Vous avez répondu au médecin : il reste à envoyer de nouveau" in page
    assert "Relire ce que j'ai répondu" in main(mine.get(here))
    number = f"/mes-inscriptions/{registration.number}"
    assert "Vous avez répondu au médecin" in main(mine.get(f"{number}/suis-je-inscrit"))


def test_what_a_doctor_asked_is_said_to_be_answered_then_goes_with_the_request(mine, registration):
    doctor = a_doctor()
    case = asked.reach(registration, State.ASKED)
    by = as_actor(doctor)
    accommodating.entrust(case=case, doctor=doctor, name=by.name, by=by, at=NOW)
    opining.ask_more(case=case, text="Une précision.", press=str(uuid4()), by=by, at=NOW)
    write(registration, "La voici.", at=NOW + timedelta(minutes=5))

    answered = mine.get(address(registration))
    asked.send(registration, at=NOW + timedelta(minutes=6))
    sent = mine.get(address(registration))

    assert "Vous avez répondu. Il reste à envoyer de nouveau votre demande." in main(answered)
    assert "Le médecin vous demande quelque chose" not in main(sent)


def test_the_page_says_what_comments_are_for_and_who_reads_them(mine, registration):
    said = main(mine.get(address(registration)))

    assert "Un commentaire complète vos papiers pour le médecin" in said
    assert said.count("Seuls vous et le médecin désigné") == 1


def test_nothing_empty_is_shown_where_nothing_is_taken_any_more(mine, registration):
    asked.reach(registration, State.NOTIFIED)

    page = mine.get(address(registration))

    assert "Déposer un papier" not in main(page)
    assert "Autre papier de santé" not in main(page)


def test_photos_are_given_without_script_and_opened_again_and_it_is_noted(mine, registration):
    said = send(mine, registration, photo("white"), photo("gray"))

    assert "Votre fichier est déposé." in main(said)
    assert "En vérification ordonnance.jpg et 1 autre : Autre papier de santé , 2 pages," in line(
        mine, registration
    )
    paper = Paper.objects.get()
    opened = mine.get(address(registration, "papiers", paper.pk))
    assert opened.content == medical.content_of(paper)
    assert opened.headers["Content-Disposition"] == (
        f'attachment; filename="papier-{registration.number}.pdf"'
    )
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert (
        "Qui a ouvert vos papiers Le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris) : Vous, "
        "ouverture de « Autre papier de santé »" in main(mine.get(address(registration)))
    )


def test_a_paper_put_into_the_copy_of_ones_data_is_not_said_to_be_opened(mine, registration):
    given = found_clean(confide(registration, kind=KIND)) or Paper.objects.get()
    reading.read(
        paper=given.pk,
        reader=registration.candidate.user,
        is_for_copy=True,
        by=author(registration.candidate),
        at=NOW,
    )

    assert "Vous, dans une copie de vos données" in main(mine.get(address(registration)))


def test_what_the_antivirus_finds_is_said(mine, registration):
    clean, infected = confide(registration, kind=KIND), confide(registration, kind=KIND)
    found_clean(clean)
    found_clean(infected, is_clean=False)

    said = line(mine, registration)

    assert "Déposé papier.jpg" in said
    assert "Refusé papier.jpg" in said
    assert "personne ne l'ouvrira. Retirez-le, puis déposez-en un autre" in said
    assert mine.get(address(registration, "papiers", infected.pk)).status_code == 404


def test_a_file_that_is_not_taken_says_why_at_its_field(mine, registration):
    said = send(mine, registration, photo(), SimpleUploadedFile("a.exe", b"MZ un programme"))

    assert said.status_code == 422
    assert "a.exe : Ce fichier n'est ni un PDF ni une photo JPEG ou PNG" in main(said)
    assert ALL_AGAIN in main(said)
    alone = send(mine, registration, SimpleUploadedFile("a.exe", b"MZ un programme"))
    assert ALL_AGAIN not in main(alone)
    assert not Paper.objects.exists()


def test_a_file_that_is_not_taken_leaves_what_was_given_on_the_page(mine, registration):
    send(mine, registration, photo(name="ordonnance.jpg"))
    confide(registration, kind="CERTIFICAT", name="certificat.jpg", at=NOW + timedelta(minutes=1))
    Paper.objects.filter(kind="CERTIFICAT").update(is_clean=False, scanned_at=NOW)

    answers = (
        mine.get(address(registration, KIND)),
        send(mine, registration, SimpleUploadedFile("lettre.docx", b"PK\x03\x04", "x/y")),
    )

    assert [answer.status_code for answer in answers] == [200, 422]
    for answer in answers:
        said = main(answer).partition("Vous avez déjà déposé ")[2]
        assert said.startswith(
            "Autre papier de santé : ordonnance.jpg, déposé le mercredi 25 novembre 2026"
        )
        assert (
            " Certificat du médecin : certificat.jpg, déposé le mercredi 25 novembre 2026" in said
        )
        assert said.endswith("– refusé, un programme malveillant y a été trouvé")


def test_files_too_heavy_together_are_refused_at_their_field_and_by_a_page_that_leads_back(
    mine, registration
):
    heavy = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-" + b"0" * 4_300_000) for n in range(6)]

    said = send(mine, registration, *heavy)

    assert said.status_code == 422
    assert "pour 25 Mo au plus" in main(said)
    [field] = seen(said).cssselect("[data-together]")
    assert field.get("data-together") == "25000000"
    assert "25 Mo au plus" in field.get("data-together-said")
    more = [SimpleUploadedFile(f"{n}.pdf", b"%PDF-" + b"0" * 4_700_000) for n in range(8)]
    too_heavy = send(mine, registration, *more)
    assert too_heavy.status_code == 413
    [link] = seen(too_heavy).cssselect("main a")
    assert link.get("href") == address(registration, KIND)
    assert not Paper.objects.exists()


def test_a_page_on_which_nothing_is_seen_is_taken_and_told(mine, registration):
    paper = SimpleUploadedFile("certificat.jpg", jpeg(), "image/jpeg")

    blank, right = (
        main(send(mine, registration, photo("white"))),
        main(send(mine, registration, paper)),
    )

    assert Paper.objects.count() == 2
    assert "Votre fichier est déposé." in blank
    assert "Votre fichier semble vide" in blank
    assert "Votre fichier est déposé." in right
    assert "semble vide" not in right


def test_of_who_confided_nothing_no_paper_is_spoken_of(mine, registration):
    asked.reach(registration, State.NOTIFIED)

    said = main(mine.get(address(registration)))

    assert "Qui a ouvert vos papiers Personne : rien n'est déposé." in said
    assert "effacés à partir du" not in said
    assert "ils ne se retirent plus" not in said


def test_once_nothing_more_is_taken_only_what_was_given_is_listed(mine, registration):
    confide(registration, kind=KIND)
    asked.reach(registration, State.DECIDED)

    page = mine.get(address(registration))

    assert [card.get("id") for card in seen(page).cssselect("main section.s-card")] == [KIND]
    assert "Personne ne les a ouverts." in main(page)


def test_a_paper_is_taken_back_until_it_is_with_the_doctor(mine, registration):
    first, second = confide(registration, kind=KIND), confide(registration, kind=KIND)

    said = mine.post(address(registration, "papiers", first.pk, "retrait"), follow=True)
    assert "Ce fichier est retiré : il est effacé." in main(said)
    entrust(registration, a_doctor())

    page = main(mine.get(address(registration)))
    assert "Médecin désigné : Dr Anne Roussel." in page
    assert "ils ne se retirent plus. Vous pouvez encore en ajouter." in page
    assert "Retirer" not in page
    refused = mine.post(address(registration, "papiers", second.pk, "retrait"))
    assert (refused.status_code, Paper.objects.get()) == (409, second)
    assert "ils ne se retirent plus" in main(refused)


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_taking_a_paper_back_leads_to_what_the_first_press_did(registration):
    paper = confide(registration, kind=KIND)
    browsers = [signed_in(registration.candidate.user) for _ in range(2)]

    def press(browser):
        try:
            return main(browser.post(retire(registration, paper), follow=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as apart:
        # Both have read the paper, and wait for its registration.
        with held(registration):
            presses = [apart.submit(press, browser) for browser in browsers]
            eventually(lambda: len(rows(WAITING)) == 2)
        pages = sorted(one.result() for one in presses)

    assert not Paper.objects.exists()
    taken, gone = pages
    assert "Ce fichier n'est plus parmi vos papiers : il est retiré." in gone
    assert "Ce fichier est retiré : il est effacé." in taken


def retire(registration, paper):
    return address(registration, "papiers", paper.pk, "retrait")


def certificate(registration, **options):
    return found_clean(confide(registration, kind="CERTIFICAT", **options))


def test_taking_a_paper_back_is_confirmed_and_says_what_is_lost(mine, registration):
    asked.write(registration)
    paper = certificate(registration)

    [link] = seen(mine.get(address(registration))).cssselect(
        f"a[href='{retire(registration, paper)}']"
    )
    page = main(mine.get(retire(registration, paper)))

    assert words(link).startswith("Retirer")
    assert "effacé tout de suite : il ne pourra pas être retrouvé" in page
    assert "C'est votre seul fichier pour « Certificat du médecin »" in page
    assert Paper.objects.get() == paper
    certificate(registration)
    assert "votre seul fichier" not in main(mine.get(retire(registration, paper)))


def _taken_up(registration):
    """Send a request with a certificate, then begin to change it."""
    asked.reach(registration, State.PREPARING)
    paper = certificate(registration)
    asked.send(registration)
    accommodating.take_up(
        case=asked.case_of(registration), by=author(registration.candidate), at=NOW
    )
    return paper


def test_what_a_request_was_sent_with_returns_when_it_is_kept_as_it_was(
    mine, registration, confided
):
    paper, where = _taken_up(registration), f"/mes-inscriptions/{registration.number}/amenagement"
    assert "il revient si vous gardez votre demande" in main(mine.get(retire(registration, paper)))

    said = main(mine.post(retire(registration, paper), follow=True))
    assert "Ce fichier est retiré : il revient si vous gardez votre demande" in said
    assert paper.name not in said
    assert "Il reste à déposer « Certificat du médecin »" in main(mine.get(where))
    mine.post(f"{where}/telle-qu-envoyee", {"vu": asked.case_of(registration).revision})

    assert paper.name in main(mine.get(address(registration)))
    assert "Il reste à déposer" not in main(mine.get(where))
    assert asked.case_of(registration).state == State.ASKED
    assert confided()


def test_what_was_taken_back_is_confided_again_from_the_page_that_had_given_it(mine, registration):
    asked.reach(registration, State.PREPARING)
    sent = {"press": str(uuid4()), "photos": [a_photo()]}
    paper = confide(registration, **sent)
    asked.send(registration)
    by = author(registration.candidate)
    accommodating.take_up(case=asked.case_of(registration), by=by, at=NOW)
    mine.post(retire(registration, paper))
    assert Paper.objects.get().taken_back_at == NOW

    confide(registration, **sent)
    asked.send(registration)

    assert Paper.objects.get().taken_back_at is None


@pytest.mark.parametrize("act", ["send", "withdraw"])
def test_what_was_taken_back_is_erased_once_it_will_not_return(
    mine, registration, confided, act, django_capture_on_commit_callbacks
):
    paper = _taken_up(registration)
    mine.post(retire(registration, paper))
    assert Paper.objects.get().taken_back_at == NOW

    with django_capture_on_commit_callbacks(execute=True):
        if act == "send":
            asked.send(registration)
        else:
            by = author(registration.candidate)
            accommodating.withdraw(case=asked.case_of(registration), by=by, at=NOW)

    assert not Paper.objects.exists()
    assert not confided()


def test_what_is_given_while_a_request_is_changed_is_taken_back_for_good(mine, registration):
    _taken_up(registration)
    later = certificate(registration, at=NOW + timedelta(minutes=1))

    said = main(mine.post(retire(registration, later), follow=True))

    assert "Ce fichier est retiré : il est effacé." in said
    assert not Paper.objects.filter(pk=later.pk).exists()


@pytest.mark.parametrize("is_withdrawn", [False, True])
def test_what_served_a_decision_is_not_taken_back_whatever_request_comes_next(
    mine, registration, is_withdrawn
):
    paper = certificate(registration)
    asked.reach(registration, State.NOTIFIED)
    soon = NOW + timedelta(days=1)
    asked.write(registration, at=soon)
    later = certificate(registration, at=soon)
    if is_withdrawn:
        accommodating.withdraw(
            case=asked.case_of(registration), by=author(registration.candidate), at=soon
        )

    shown = mine.get(address(registration))

    links = {link.get("href") for link in seen(shown).cssselect("a[href$='/retrait']")}
    assert links == {retire(registration, later)}
    assert "ne se retirent pas tant qu'elle peut être contestée" in main(shown)
    refused = mine.post(retire(registration, paper))
    assert refused.status_code == 409
    assert "une décision qui peut encore être contestée" in main(refused)
    told = main(mine.get(retire(registration, paper), follow=True))
    assert "une décision qui peut encore être contestée" in told


def test_what_served_a_decision_that_is_final_is_taken_back(registration):
    paper = certificate(registration)
    asked.reach(registration, State.NOTIFIED)
    asked.write(registration)
    final = NOW + timedelta(days=100)

    confiding.take_back(paper=paper, by=author(registration.candidate), at=final)

    assert not Paper.objects.exists()


def test_a_comment_is_written_and_the_doctors_is_read(mine, registration):
    said = mine.post(
        address(registration), {"texte": "Je suis suivie.", "envoi": "une"}, follow=True
    )
    assert "Votre commentaire est envoyé." in main(said)
    doctor = entrust(registration, a_doctor())
    write(registration, "Merci.", by=doctor.memberships.get().as_actor())

    page = main(mine.get(address(registration)))

    assert "Vous, le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris) Je suis suivie." in page
    assert "Dr Anne Roussel, médecin désigné, le mercredi 25 novembre 2026" in page
    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "Écrivez votre commentaire avant de l'envoyer."), ("a" * 4_001, "4001")],
    ids=["empty", "long"],
)
def test_a_comment_that_is_not_taken_says_why(mine, registration, text, said):
    page = mine.post(address(registration), {"texte": text})

    assert page.status_code == 422
    assert said in main(page)
    assert not Remark.objects.exists()


@pytest.mark.parametrize(
    ("where", "data"),
    [((), lambda: {"texte": "Je suis suivie."}), ((KIND,), lambda: {"fichiers": [photo()]})],
    ids=["comment", "file"],
)
def test_what_is_confided_leads_to_the_top_of_the_page_where_it_is_said(
    mine, registration, where, data
):
    # A browser goes to the part that an address names, and takes the focus from what is said.
    answer = mine.post(address(registration, *where), data() | {"envoi": "une"})

    assert answer.url == address(registration)


def test_the_doctors_opening_is_shown_with_its_hour_and_quality(mine, registration):
    paper = found_clean(confide(registration, kind=KIND))
    read(paper, entrust(registration, a_doctor()), at=NOW + timedelta(hours=1))

    assert (
        "Le mercredi 25 novembre 2026 à 11 h 30 (heure de Paris) : Dr Anne Roussel, médecin désigné, "
        "ouverture de « Autre papier de santé »" in main(mine.get(address(registration)))
    )


def test_under_a_wrong_master_key_the_page_stands_and_says_what_is_not_read(
    mine, registration, settings
):
    paper = confide(registration, kind=KIND)
    write(registration, "Je suis suivie.")
    settings.MEDICAL_KEYS = {"fautive": bytes(range(32))}

    page = mine.get(address(registration))
    opened = mine.get(address(registration, "papiers", paper.pk))

    assert page.status_code == 200
    assert "Nom illisible pour le moment" in main(page)
    assert "le service n'a pas la clé qui le protège. Il n'est pas perdu" in main(page)
    assert opened.status_code == 409
    assert "le service n'a pas la clé qui le protège" in main(opened)
    assert mine.get(f"/mes-inscriptions/{registration.number}").status_code == 200
    assert not Opening.objects.exists()


def test_of_a_registration_that_stands_no_more_nothing_is_taken(mine, registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    assert "Plus rien n'est à déposer." in main(mine.get(address(registration)))
    told = mine.get(address(registration, KIND), follow=True)
    assert "Cette inscription ne tient plus" in told.text.replace("\u00a0", " ")
    assert send(mine, registration, photo()).status_code == 422


def test_once_it_is_erased_the_page_says_so_and_who_had_opened_it(mine, registration):
    paper = found_clean(confide(registration, kind=KIND))
    read(paper, entrust(registration, a_doctor()))
    medical.erase(compartment(registration), at=NOW)

    page = main(mine.get(address(registration)))

    assert "Vos papiers et vos commentaires sont effacés. Plus rien n'est à déposer" in page
    assert "décision est définitive" not in page
    assert "Dr Anne Roussel, médecin désigné, ouverture de « Autre papier de santé »" in page
    assert "Déposer un" not in page


def test_what_is_another_candidates_or_of_another_registration_is_not_found(
    mine, sign_in, registration
):
    paper = confide(registration, kind=KIND)
    theirs = a_registration()
    other = sign_in(theirs.candidate)

    for number in (registration, theirs):
        assert other.get(address(number, "papiers", paper.pk)).status_code == 404
        assert other.post(address(number, "papiers", paper.pk, "retrait")).status_code == 404
    assert mine.get(address(registration, "inconnu")).status_code == 404
    assert Paper.objects.get() == paper


def test_the_page_costs_the_same_with_one_paper_and_with_three(
    mine, registration, django_assert_num_queries
):
    def cost():
        with django_assert_num_queries(7):
            mine.get(address(registration))

    confide(registration, kind=KIND)
    write(registration)
    mine.get(address(registration))  # what the process holds is read once
    cost()
    for _ in range(2):
        confide(registration, kind=KIND)
        write(registration)
    cost()


def test_what_is_sent_is_never_written_on_the_disk(
    mine, registration, settings, tmp_path, monkeypatch
):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "nowhere"
    monkeypatch.setattr(bodies, "IN_MEMORY", 0)

    assert "Votre fichier est déposé." in main(send(mine, registration, photo()))


# --- Which papers -----------------------------------------------------------------------------


def titles(browser, registration):
    page = seen(browser.get(address(registration)))
    return [words(one) for one in page.cssselect("main section h2")]


def test_what_was_given_stays_when_it_is_called_for_no_more(mine, registration):
    confide(registration, kind="PLAN")
    assert "Votre plan (obligatoire ou non, selon votre demande)" in titles(mine, registration)
    asked.write(registration)

    said = words(seen(mine.get(address(registration))).get_element_by_id("PLAN"))

    assert said.startswith("Votre plan En vérification papier.jpg")
    assert "Retirer" in said
    assert "Déposer un" not in said
    assert mine.get(address(registration, "PLAN")).status_code == 404


def test_where_accommodations_are_asked_for_elsewhere_nothing_is_taken(sign_in):
    load_invented(WITHOUT_ACCOMMODATIONS)
    registration = a_registration(informations={"has_disability": "oui"})
    mine = sign_in(registration.candidate)

    page = mine.get(address(registration))
    assert "n'envoyez rien de médical par ce site" in main(page)
    assert titles(mine, registration) == []
    said = mine.post(address(registration), {"texte": "Un commentaire."})
    assert (said.status_code, Remark.objects.count()) == (422, 0)
    assert mine.get(address(registration, KIND)).status_code == 404
    assert "/sante" not in mine.get(f"/mes-inscriptions/{registration.number}").text


def test_who_opened_papers_has_pages_the_last_first(mine, registration):
    paper = found_clean(confide(registration, kind=KIND))
    for number in range(51):
        Opening.objects.create(
            compartment=paper.compartment,
            reader_kind="doctor",
            reader_name=f"Dr n°{number}.",
            reader_id="user:1",
            paper=paper.pk,
            kind=KIND,
            at=NOW + timedelta(minutes=number),
        )

    first, second = (main(mine.get(f"{address(registration)}{page}")) for page in ("", "?page=2"))

    assert "Dr n°50." in first
    assert "Dr n°0." not in first
    assert "Dr n°0." in second
    assert "Dr n°50." not in second
    page = mine.get(f"{address(registration)}?page=rien").text
    assert 'href="?page=2#ouvertures"' in page


def opened(paper, *, minutes, name="Dr Anne Roussel", are_comments=False):
    """Note that a doctor has opened a paper, or the comments, so many minutes after now."""
    said = {} if are_comments else {"paper": paper.pk, "kind": paper.kind}
    Opening.objects.create(
        compartment=paper.compartment,
        reader_kind="doctor",
        reader_name=name,
        reader_id=f"user:{name}",
        at=NOW + timedelta(minutes=minutes),
        **said,
    )


def test_what_one_opens_several_times_in_a_day_is_one_line(mine, registration):
    paper = found_clean(confide(registration, kind=KIND))
    for minutes in (0, 20, 45):
        opened(paper, minutes=minutes)
    for minutes in (30, 30):
        opened(paper, minutes=minutes, name="Dr Paul Noir")
    opened(paper, minutes=50, are_comments=True)
    # The day is that of the service: 00 h 30 in Paris, the 25th still in Greenwich.
    opened(paper, minutes=14 * 60)

    said = main(mine.get(address(registration))).partition("Qui a ouvert vos papiers ")[2]

    day, what = "mercredi 25 novembre 2026", "ouverture de « Autre papier de santé »"
    lines = (
        ("jeudi 26 novembre 2026 à 0 h 30", "Dr Anne Roussel", what),
        (f"{day} à 11 h 20", "Dr Anne Roussel", "lecture de vos commentaires"),
        (f"{day}, 3 fois entre 10 h 30 et 11 h 15", "Dr Anne Roussel", what),
        (f"{day}, 2 fois à 11 h 00", "Dr Paul Noir", what),
    )
    assert said == " ".join(
        f"Le {when} (heure de Paris) : {who}, médecin désigné, {did}" for when, who, did in lines
    )
    assert Opening.objects.count() == 7


def test_pages_of_who_opened_papers_count_lines(mine, registration):
    paper = found_clean(confide(registration, kind=KIND))
    for number in range(52):
        opened(paper, minutes=number % 26, name=f"Dr n°{number % 26}.")

    assert "?page=2" not in mine.get(address(registration)).text


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.OPINION_GIVEN, "L'avis du médecin est rendu, et la décision s'en prépare"),
        (State.DECIDED, "La décision est prise et va vous être notifiée"),
    ],
)
def test_nothing_is_confided_that_nobody_would_read(mine, registration, state, said):
    asked.reach(registration, state)

    page = mine.get(address(registration))
    assert said in main(page)
    assert not seen(page).cssselect("main form, main a[href$='/CERTIFICAT']")
    assert said in main(mine.get(address(registration, "CERTIFICAT"), follow=True))
    refused = mine.post(address(registration), {"texte": "Un mot", "envoi": str(uuid4())})
    assert (refused.status_code, said in main(refused)) == (422, True)
    for give in (confide, write):
        with pytest.raises(confiding.OpinionGiven):
            give(registration)
    assert not Paper.objects.exists()
    assert not Remark.objects.exists()


def test_a_comment_that_is_taken_no_more_is_shown_with_why(mine, registration):
    asked.reach(registration, State.OPINION_GIVEN)

    page = mine.post(
        address(registration), {"texte": "Je fatigue.\nVite.", "envoi": "une-pression"}
    )

    shown = seen(page).get_element_by_id("non-confie")
    assert page.status_code == 422
    assert words(shown).startswith("Votre commentaire n'est pas envoyé L'avis du médecin est rendu")
    assert "Je fatigue.\nVite." in shown.text_content()
    assert main(page).count("L'avis du médecin est rendu") == 1
    assert not Remark.objects.exists()


def test_what_another_window_took_back_meanwhile_takes_nothing_and_says_so(mine, registration):
    confide(registration)
    asked.reach(registration, State.ASKED)
    asked._withdraw(registration, at=NOW)
    why = "Votre demande d'aménagement est retirée : plus rien n'est à déposer."

    comment = mine.post(address(registration), {"texte": "Un mot.", "envoi": "une-pression"})
    assert why in words(seen(comment).get_element_by_id("non-confie"))
    assert "Un mot." in main(comment)
    assert why in main(mine.get(address(registration)))

    given = send(mine, registration, photo())
    assert given.status_code == 422
    assert f"Votre fichier n'est pas déposé. {why}" in main(given)
    assert "définitive" not in main(given)
    assert not seen(given).cssselect("main form")
    assert Paper.objects.count() == 1


def test_nothing_is_confided_once_the_decision_is_notified_and_the_page_says_why(
    mine, registration
):
    confide(registration)
    asked.reach(registration, State.NOTIFIED)

    page = mine.get(address(registration))

    assert "La décision vous est notifiée : plus rien n'est à déposer." in main(page)
    assert not seen(page).cssselect("main form")


@pytest.mark.parametrize(
    ("done", "unless"),
    [
        ((), "Si vous n'envoyez pas de demande d'aménagement d'ici là, vos"),
        ((asked.write,), "Si votre demande d'aménagement n'est pas envoyée d'ici là, vos"),
        (
            (asked.write, asked.send, asked.find_incomplete),
            "Si votre demande d'aménagement n'est pas envoyée de nouveau d'ici là, vos",
        ),
        ((asked.write, asked.send, _set_aside), "Vos"),
    ],
)
def test_from_which_day_papers_of_what_is_left_are_erased_is_said_before(
    mine, registration, done, unless
):
    confide(registration)
    for step in done:
        step(registration)

    said = plain(main(mine.get(address(registration))))

    # The service closes on 15 December 2026: six months, whole.
    assert f"{unless} papiers et vos commentaires seront effacés à partir du 16 juin 2027." in said


def test_no_day_is_said_of_papers_of_a_request_that_others_look_at(mine, registration):
    confide(registration)
    asked.reach(registration, State.ASKED)

    assert "effacés à partir du" not in main(mine.get(address(registration)))


def test_papers_of_a_request_that_was_left_are_said_erased_where_others_are_asked_for(
    sign_in, registration
):
    asked.write(registration)
    confide(registration, kind="CERTIFICAT")
    erased_at = midnight(date(2027, 6, 16), "Europe/Paris")
    assert erasing.erase(erasing.unsent(erased_at).get(), at=erased_at)

    with time_machine.travel(erased_at, tick=False):
        mine = sign_in(registration.candidate)
        said = "Ce que vous aviez déposé avant est effacé depuis le 16 juin 2027."
        page = plain(main(mine.get(address(registration))))
        assert f"{said} Déposez de nouveau ce qui sert à votre demande." in page
        assert "Personne : rien n'est déposé." not in page
        assert said in plain(main(mine.get(f"/mes-inscriptions/{registration.number}/amenagement")))

        confide(registration, kind="CERTIFICAT", at=erased_at)
        page = plain(main(mine.get(address(registration))))
        assert said in page
        assert "Déposez de nouveau" not in page
