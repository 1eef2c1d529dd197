"""What awaits a candidate, as the home page says it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from sporades.acts.registrations import completing, deciding, leaving, receiving, registering
from sporades.documents.models import DocumentVersion
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.registrations.evidence_request import EVIDENCE_REQUEST
from sporades.registrations.models import Registration
from sporades.registrations.operations import drafting
from sporades.registrations.states import FLAG, RESTORE, SET_ASIDE, VALIDATE
from tests.factories import (
    INVENTED,
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
    load_invented,
)
from tests.requests import moved_house
from tests.spaces import plain
from tests.web.guide import links, main, seen, words

TITLE = "Brevet d'essai – Marin, session 2027"
SUMMARY = (
    "Récapitulatif d'inscription à signer et à renvoyer. "
    "À poster au plus tard le vendredi 25 décembre 2026."
)
PIECES = (
    "Pièces justificatives à fournir : Pièce d'identité. "
    "À fournir avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
)
LEFT = re.compile(r" Il reste [^.]*\.")
NOTHING = "Rien ne vous attend aujourd'hui"
LAST_MINUTE_OF_PIECES = datetime(2026, 12, 30, 23, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def heading(page):
    return words(seen(page).cssselect("h1")[0])


def awaited(page):
    """Return what awaits, in order: each with its deadline, without how long there is."""
    found = [
        one.cssselect("h2, h3, h4, p")[:-1] for one in seen(page).cssselect("main .s-awaiting li")
    ]
    return [LEFT.sub("", " ".join(words(part) for part in parts)) for parts in found]


def open_documents(registration, but=()):
    given = DocumentVersion.objects.filter(document__folder=registration.folder)
    given.exclude(document__kind__in=but).update(opened_at=NOW)


def a_modification(registration):
    """Open a modification, and answer something in it an hour later."""
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    drafting.answer(
        draft=draft,
        section="identification",
        typed=answers_with()["identification"],
        seen_revision=None,
        at=NOW + timedelta(hours=1),
    )


def receive_summary(registration, at):
    filed = Registration.objects.whole().with_owed().get(pk=registration.pk)
    receiving.receive_summary(registration=filed, posted_on=date(2026, 12, 1), by=OPERATOR, at=at)


def test_the_card_of_a_registration_leads_to_what_awaits_its_candidate(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    for page in (client.get("/accueil"), client.get("/mes-inscriptions")):
        assert links(page, "Afficher les informations importantes : Brevet d'essai") == [
            f"/mes-inscriptions/{registration.number}/suis-je-inscrit"
        ]


def test_after_saving_the_summary_to_sign_and_the_pieces_await_with_their_deadlines(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    with time_machine.travel(NOW, tick=False):
        page = client.get("/accueil")

    assert awaited(page) == [SUMMARY, PIECES]
    assert heading(page) == "2 choses vous attendent"


def test_each_thing_is_said_then_its_date_and_the_first_has_the_one_main_button(sign_in):
    registration = a_registration()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    first, second = seen(page).cssselect("main .s-awaiting li")
    assert [words(one) for one in first.cssselect("h2, p")[:2]] == [
        "Récapitulatif d'inscription à signer et à renvoyer.",
        "À poster au plus tard le vendredi 25 décembre 2026. Il reste 30 jours .",
    ]
    assert not first.cssselect("p")[0].cssselect(".s-quiet")
    assert words(second.cssselect("p")[1]).endswith("Il reste 35 jours .")
    filled = seen(page).cssselect("main .fr-btn:not([class*=secondary]):not([class*=tertiary])")
    assert [words(one).partition(" : ")[0] for one in filled] == [
        "Visualiser/imprimer le récapitulatif"
    ]
    [card] = seen(page).cssselect("main .s-card .fr-btn:first-child")
    assert words(card).startswith("Gérer ma candidature")
    assert "fr-btn--secondary" in card.get("class")


def test_each_thing_has_its_heading_and_a_link_that_says_in_short_what_it_is_about(sign_in):
    registration = a_registration()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    tasks = seen(page).cssselect("main .s-awaiting li")
    assert [words(one.cssselect("h2")[0]) for one in tasks] == [
        "Récapitulatif d'inscription à signer et à renvoyer.",
        "Pièces justificatives à fournir :",
    ]
    assert [words(one.cssselect("a")[0]) for one in tasks] == [
        "Visualiser/imprimer le récapitulatif",
        "Déposer mes pièces justificatives : Pièce d'identité",
    ]


def test_where_nothing_awaits_the_main_button_is_that_of_a_card(sign_in):
    registration = a_registration()
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    open_documents(registration)

    page = sign_in(registration.candidate).get("/accueil")

    assert heading(page) == NOTHING
    filled = seen(page).cssselect("main .fr-btn:not([class*=secondary]):not([class*=tertiary])")
    assert [words(one).partition(" : ")[0] for one in filled] == ["Gérer ma candidature"]


def test_what_has_passed_says_no_time_left(sign_in):
    registration = a_registration()

    with time_machine.travel(LAST_MINUTE_OF_SUMMARY, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    late, due = [words(one) for one in seen(page).cssselect("main .s-awaiting li")]
    assert "n'est pas noté comme reçu" in late
    assert "Il reste" not in late
    assert "Il reste 5 jours ." in due


def test_a_document_that_is_read_awaits_no_more_what_is_to_be_sent_does(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = client.get("/accueil")

    assert awaited(page) == [SUMMARY, PIECES]
    assert heading(page) == "2 choses vous attendent"
    way = f"/mes-documents/{registration.number}/recapitulatif/pdf"
    assert links(page, "Visualiser/imprimer le récapitulatif") == [way]


def test_the_summary_awaits_until_it_has_come_back(sign_in):
    registration = a_registration()
    later = NOW + timedelta(days=8)
    open_documents(registration)
    receive_summary(registration, at=later)

    with time_machine.travel(later, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == [PIECES]


PIECES_LATE = (
    "Pièces justificatives manquantes : Pièce d'identité. "
    "La date limite est passée. Contactez votre service gestionnaire."
)
SUMMARY_LATE = (
    "Votre récapitulatif d'inscription signé n'est pas noté comme reçu. Il était à poster au plus tard "
    "le vendredi 25 décembre 2026. Contactez votre service gestionnaire."
)
LAST_MINUTE_OF_SUMMARY = datetime(2026, 12, 25, 23, 0, tzinfo=UTC)
EXAM_OVER = datetime(2027, 5, 21, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (LAST_MINUTE_OF_SUMMARY - INSTANT, [SUMMARY, PIECES]),
        (LAST_MINUTE_OF_SUMMARY, [SUMMARY_LATE, PIECES]),
        (LAST_MINUTE_OF_PIECES, [SUMMARY_LATE, PIECES_LATE]),
        (EXAM_OVER - INSTANT, [SUMMARY_LATE, PIECES_LATE]),
        (EXAM_OVER, []),
    ],
)
def test_what_is_late_is_said_to_be_and_no_more_once_the_exam_is_over(sign_in, at, expected):
    registration = a_registration()
    open_documents(registration)

    with time_machine.travel(at, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == expected


def test_what_an_anomaly_says_is_missing_is_said_once(sign_in):
    registration = a_registration()
    open_documents(registration)
    receive_summary(registration, at=NOW + timedelta(days=8))
    late = LAST_MINUTE_OF_PIECES + timedelta(days=1)
    completing.declare_incomplete(
        registration=Registration.objects.whole().with_owed().get(pk=registration.pk),
        by=OPERATOR,
        at=late,
    )

    with time_machine.travel(late, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert heading(page) == "Une chose vous attend"
    assert "Pièces justificatives manquantes : Pièce d'identité (non fournie)" in main(page)


@pytest.mark.parametrize(
    ("at", "expected"),
    [(LAST_MINUTE_OF_PIECES - INSTANT, [PIECES]), (LAST_MINUTE_OF_PIECES, [PIECES_LATE])],
)
def test_pieces_await_until_the_end_of_their_last_minute_then_are_late(sign_in, at, expected):
    registration = a_registration()
    open_documents(registration)
    receive_summary(registration, at=at)

    with time_machine.travel(at, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == expected
    assert heading(page) == "Une chose vous attend"


def test_what_is_to_be_sent_first_stands_first(sign_in, tmp_path):
    file = tmp_path / "essai.yaml"
    days = "echeance: {jours_apres_fermeture: %d}"
    file.write_text(INVENTED.read_text().replace(days % 10, days % 20))
    exams.load(file, by=OPERATOR, at=NOW)
    forget()
    registration = a_registration()
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    later = SUMMARY.replace("vendredi 25 décembre 2026", "lundi 4 janvier 2027")
    assert awaited(page) == [PIECES, later]


def test_a_draft_stands_at_its_deadline_before_what_is_to_be_sent(sign_in):
    registration = a_registration()
    open_documents(registration)
    a_modification(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    first, *others = awaited(page)
    assert first == (
        "Votre modification n'est pas enregistrée. "
        "À enregistrer avant le mardi 15 décembre 2026 à 23 h 59 (heure de Paris)."
    )
    assert others == [SUMMARY, PIECES]


def test_a_modification_that_the_closing_has_overtaken_is_still_said(sign_in):
    registration = a_registration()
    open_documents(registration)
    a_modification(registration)

    with time_machine.travel(datetime(2026, 12, 20, 12, tzinfo=UTC), tick=False):
        client = sign_in(registration.candidate)
        home, own = client.get("/accueil"), client.get(f"/mes-inscriptions/{registration.number}")

    said = "Votre modification n'est pas enregistrée, et le service est fermé"
    for page in (home, own):
        assert [one.startswith(said) for one in awaited(page)].count(True) == 1
        assert "Revoir ma modification" in main(page)


@pytest.mark.parametrize(("at", "is_over"), [(EXAM_OVER - INSTANT, False), (EXAM_OVER, True)])
def test_a_modification_left_unsaved_is_to_be_asked_for_until_the_exam_is_over(
    sign_in, at, is_over
):
    registration = a_registration()
    open_documents(registration)
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    draft = moved_house(begun, NOW + timedelta(hours=1))

    with time_machine.travel(at, tick=False):
        client = sign_in(registration.candidate)
        home, cards = client.get("/accueil"), client.get("/mes-inscriptions")
        recap = client.get(f"/inscription/{draft.pk}/recapitulatif")

    for page in (home, cards, recap):
        said = main(page).replace("\xa0", " ")
        assert ("demandée à votre service" in said or "demander à votre service" in said) != is_over
        assert ("dates de cet examen ou concours sont passées" in said) == (
            is_over and page is not home
        )
    led = [one.get("href") for one in seen(home).cssselect(".s-awaiting a")]
    assert (f"/inscription/{draft.pk}/abandon" in led) == is_over
    assert bool(links(recap, "Demander cette modification")) != is_over


def test_who_did_not_save_before_the_closing_is_told_that_they_are_not_registered(sign_in):
    draft = a_draft()

    with time_machine.travel(datetime(2026, 12, 20, 12, tzinfo=UTC), tick=False):
        page = sign_in(draft.candidate).get("/accueil")

    [said] = awaited(page)
    assert said.startswith("Vous n'êtes pas inscrit(e) : votre saisie n'a pas été enregistrée")
    assert "contactez Bureau des essais de Lille" in said
    assert "Revoir ma saisie" in main(page)


def test_but_not_where_another_registration_stands_in_its_place(sign_in):
    registration = a_registration()
    open_documents(registration)
    a_draft(registration.candidate)

    with time_machine.travel(datetime(2026, 12, 20, 12, tzinfo=UTC), tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert not [one for one in awaited(page) if "pas inscrit" in one]


def test_a_modification_that_was_only_opened_awaits_nobody(sign_in):
    registration = a_registration()
    open_documents(registration)
    registering.amend(registration=registration, by=author(registration.candidate), at=NOW)

    with time_machine.travel(NOW, tick=False):
        client = sign_in(registration.candidate)
        home, own = client.get("/accueil"), client.get(f"/mes-inscriptions/{registration.number}")
        mine = main(client.get("/mes-inscriptions"))

    assert awaited(home) == [SUMMARY, PIECES]
    assert awaited(own) == []
    assert "À terminer" not in mine


def test_who_modifies_what_was_set_aside_is_not_asked_to_save_it(sign_in):
    registration = a_registration()
    open_documents(registration)
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    draft = moved_house(begun, NOW + timedelta(hours=1))
    where = f"/mes-inscriptions/{registration.number}"
    set_aside = {"registration": registration, "decision": SET_ASIDE, "reason": "Doublon."}
    deciding.decide(**set_aside, by=OPERATOR, at=NOW + timedelta(hours=2))

    for at in (NOW + timedelta(hours=3), datetime(2026, 12, 20, 12, tzinfo=UTC)):
        with time_machine.travel(at, tick=False):
            client = sign_in(registration.candidate)
            home, mine = client.get("/accueil"), client.get("/mes-inscriptions")
            is_ready = client.get(f"/inscription/{draft.pk}/est-elle-prete")
            read = client.get(f"/inscription/{draft.pk}/recapitulatif")
            tab = client.get(f"/inscription/{draft.pk}/identification")

        [contested] = awaited(home)
        assert contested.startswith("Votre inscription est écartée : lisez comment contester")
        card = plain(main(mine))
        assert "écartée : cette modification ne peut pas être enregistrée" in card
        assert links(mine, f"Voir pourquoi elle est écartée : {TITLE}") == [where]
        for page in (is_ready, read):
            assert "Cette inscription n'est plus en cours" in plain(main(page))
            assert "Il vous reste" not in main(page)
        assert "à vérifier et enregistrer" not in main(is_ready)
        assert main(tab).count("vos modifications ne peuvent pas être enregistrées") == 2
        assert "Il vous reste" not in main(tab)
        assert "Vos modifications ne peuvent pas être enregistrées" in main(read)
        for page in (home, mine, is_ready, read, tab):
            assert "reste telle qu'elle est" not in main(page)
            assert "À enregistrer avant" not in main(page)


def test_what_was_set_aside_as_one_saves_it_lists_no_change_of_a_tab_that_cannot_be_read(sign_in):
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    unread = answers_with(epreuves={"statut-E1": "autre"})["epreuves"]
    answer_all(draft, {"epreuves": unread}, at=NOW + timedelta(hours=1))
    deciding.decide(
        registration=registration,
        decision=SET_ASIDE,
        reason="Doublon.",
        by=OPERATOR,
        at=NOW + timedelta(hours=2),
    )

    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        client = sign_in(registration.candidate)
        page = client.post(f"/inscription/{draft.pk}/recapitulatif")

    said = plain(main(page))
    assert "Cette inscription n'est plus en cours" in said
    assert "Vos modifications ne peuvent pas être enregistrées" in said
    assert "devient" not in said


def test_restored_it_is_asked_to_be_saved_again(sign_in):
    registration = a_registration()
    open_documents(registration)
    a_modification(registration)
    for decision, reason in ((SET_ASIDE, "Doublon."), (RESTORE, "Il n'y en a qu'une.")):
        deciding.decide(
            registration=Registration.objects.whole().get(pk=registration.pk),
            decision=decision,
            reason=reason,
            by=OPERATOR,
            at=NOW + timedelta(hours=2),
        )

    with time_machine.travel(NOW + timedelta(hours=3), tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page)[0].startswith("Votre modification n'est pas enregistrée. À enregistrer")


WITHOUT_FOREST = ("      - {code: FOREST, libelle: Forestier}\n", "")
OF_FOREST = {
    "speciality": "FOREST",
    "epreuves": {"statut-M1": None, "statut-M2": "inscrit"},
}
GONE = "Brevet d'essai – Forestier, session 2027 n'est plus proposé aux inscriptions"
ASK = "Pour savoir que faire, contactez Bureau des essais de Lille"


@pytest.mark.usefixtures("stopped_clock")
def test_nobody_is_asked_to_save_what_is_no_longer_offered(sign_in):
    draft = a_draft(a_candidate(), **OF_FOREST)
    load_invented(WITHOUT_FOREST)
    forget()
    client = sign_in(draft.candidate)
    abandon = f"/inscription/{draft.pk}/abandon"

    home, mine = client.get("/accueil"), client.get("/mes-inscriptions")
    opened = client.get(f"/inscription/{draft.pk}", follow=True)

    [sentence] = awaited(home)
    assert GONE in sentence
    assert f"Vous n'êtes pas inscrit(e), et votre saisie ne peut pas être enregistrée. {ASK}" in (
        sentence
    )
    assert abandon in [link.get("href") for link in seen(home).cssselect(".s-awaiting a")]
    for page in (home, mine, opened):
        assert GONE in plain(main(page))
        assert "À enregistrer avant" not in main(page)
        assert f'href="/inscription/{draft.pk}"' not in page.text
    assert opened.redirect_chain == [("/mes-inscriptions", 302)]
    assert client.get(abandon).status_code == 200


def test_what_is_filed_for_it_stays_and_is_not_said_to_be_modifiable(sign_in):
    registration = a_registration(a_candidate(), **OF_FOREST)
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    moved_house(begun, NOW + timedelta(hours=1))
    load_invented(WITHOUT_FOREST)
    forget()
    where = f"/mes-inscriptions/{registration.number}"

    for at in (NOW + timedelta(hours=2), registration.service.closes_at + timedelta(days=2)):
        with time_machine.travel(at, tick=False):
            client = sign_in(registration.candidate)
            pages = [client.get(one) for one in ("/accueil", "/mes-inscriptions", where)]
            summary = client.get(f"{where}/recapitulatif")
            aid = client.get("/aide")
        for page in pages:
            said = plain(main(page))
            assert GONE in said
            assert (
                "Votre inscription reste telle qu'elle est, et ne peut plus être modifiée" in said
            )
            assert "Vous pouvez la modifier" not in said
            assert "Demander une modification" not in said
            assert "Reprendre ma saisie" not in said
        assert ">Modifier<" not in pages[-1].text + summary.text
        assert "Vous pouvez encore modifier" not in main(aid)
        assert "une saisie à terminer" not in main(aid)


@pytest.mark.usefixtures("stopped_clock")
def test_its_withdrawal_is_not_said_to_be_undone(sign_in):
    registration = a_registration(a_candidate(), **OF_FOREST)
    by = author(registration.candidate)
    leaving.withdraw(registration=registration, by=by, at=NOW)
    client = sign_in(registration.candidate)
    pages = ("/accueil", "/mes-inscriptions", f"/mes-inscriptions/{registration.number}")
    for page in pages:
        assert "Me réinscrire" in client.get(page).text

    load_invented(WITHOUT_FOREST)
    forget()

    for page in pages:
        assert "Me réinscrire" not in client.get(page).text


def test_where_no_summary_is_sent_back_it_awaits_to_be_read(sign_in):
    load_invented(
        (
            """    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
""",
            "",
        )
    )
    registration = a_registration()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == [PIECES, "Un document vous attend : Récapitulatif d'inscription."]


def test_of_two_registrations_each_thing_says_which_it_is_about(sign_in):
    registration = a_registration()
    open_documents(registration)
    a_draft(registration.candidate, speciality="FOREST")

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == [
        f"{SUMMARY} {TITLE}",
        f"{PIECES} {TITLE}",
        (
            "Votre inscription n'est pas encore enregistrée. "
            f"Elle ne peut pas l'être tant que votre inscription à : {TITLE} est en cours. Une seule "
            "spécialité par session. Désinscrivez-vous de l'autre d'abord. (Règle : règlement inventé.) "
            "Pour la garder en changeant son choix, sans vous désinscrire : « Changer de spécialité », "
            "dans « Gérer ma candidature ». "
            "Brevet d'essai – Forestier, session 2027"
        ),
    ]


def test_a_draft_that_no_card_is_about_is_named(sign_in):
    draft = a_draft()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(draft.candidate).get("/accueil")

    assert awaited(page) == [
        (
            "Votre inscription n'est pas encore enregistrée. "
            f"À enregistrer avant le mardi 15 décembre 2026 à 23 h 59 (heure de Paris). {TITLE}"
        )
    ]


def test_what_a_decision_asks_for_stands_before_every_deadline(sign_in):
    registration = a_registration()
    open_documents(registration)
    a_modification(registration)
    deciding.decide(
        registration=registration,
        decision=FLAG,
        reason="Il manque votre diplôme.",
        by=OPERATOR,
        at=NOW,
    )

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    first, second, *_ = awaited(page)
    assert first == (
        "Votre inscription est enregistrée, mais incomplète : Il manque votre diplôme."
    )
    assert second.startswith("Votre modification n'est pas enregistrée.")


def test_a_piece_that_is_only_wished_for_awaits_nobody(sign_in, tmp_path):
    file = tmp_path / "essai.yaml"
    file.write_text(
        INVENTED.read_text().replace(
            "libelle: Pièce d'identité,", "libelle: Pièce d'identité, obligatoire: false,"
        )
    )
    exams.load(file, by=OPERATOR, at=NOW)
    forget()
    registration = a_registration()
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == [SUMMARY]


def test_a_withdrawn_registration_awaits_nothing(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    with time_machine.travel(NOW, tick=False):
        page = client.get("/accueil")

    assert awaited(page) == []


def test_what_awaits_is_what_the_last_version_calls_for(sign_in):
    candidate = a_candidate()
    registration = a_registration(
        candidate,
        qualification={"diploma": "BAC"},
        epreuves={"statut-E2": "dispense"},
    )
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(candidate).get("/accueil")

    assert awaited(page)[1] == PIECES.replace(
        "Pièce d'identité", "Pièce d'identité ; Copie du baccalauréat"
    )
    assert Registration.objects.count() == 1


@pytest.mark.parametrize("is_read", [True, False])
def test_a_validated_registration_owes_nothing_any_more(sign_in, is_read):
    registration = a_registration()
    open_documents(registration, but=() if is_read else (EVIDENCE_REQUEST.slug,))
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == []
    assert heading(page) == NOTHING
