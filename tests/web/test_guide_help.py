"""The guide, « J'ai besoin d'aide »: its questions, answered from the reader's own state."""

from datetime import timedelta

import pytest
import time_machine

from sporades.acts.registrations import deciding, leaving, registering
from sporades.registrations.states import SET_ASIDE
from tests.factories import (
    NOW,
    OPERATOR,
    WITH_WHOM_AND_WHEN,
    a_candidate,
    a_draft,
    a_registration,
    author,
    load_invented,
)
from tests.web.guide import links, main, seen, words

QUESTIONS = [
    "Je ne peux pas accéder à mon compte",
    "Je ne peux pas m'inscrire",
    "Je veux changer un élément de ma candidature",
    "Je veux changer mon adresse mail ou mon mot de passe",
    "Je ne peux pas changer mes informations personnelles, les champs sont grisés",
    "Je me suis désinscrit(e). Mais finalement, je veux me réinscrire",
    "Contacts",
]
OURS = [
    "Je veux me désinscrire",
    "Je n'ai plus mon téléphone ou ma clé pour la double authentification",
    "J'ai moins de 18 ans",
    "Mon nom s'écrit dans un autre alphabet, ou le jour de ma naissance n'est pas connu",
    "Quelles pièces dois-je fournir ?",
    "Je veux demander un aménagement d'épreuves",
    "Où sont mes documents ?",
]

pytestmark = pytest.mark.usefixtures("stopped_clock")


def answered(page, question):
    """Return what stands under a question, up to the next one."""
    [title] = [one for one in seen(page).cssselect("main h2") if words(one) == question]
    found = []
    for following in title.itersiblings():
        if following.tag == "h2":
            break
        found.append(words(following))
    return " ".join(found)


def test_the_questions_are_those_of_the_guide_then_ours(client):
    page = client.get("/aide")

    titles = [words(title) for title in seen(page).cssselect("main h2")]
    assert titles == [*QUESTIONS[:-1], *OURS, QUESTIONS[-1]]
    assert [words(one) for one in seen(page).cssselect("main nav a")] == titles


def test_who_is_registered_finds_the_pieces_and_the_documents_from_the_help(sign_in):
    registration = a_registration()

    page = sign_in(registration.candidate).get("/aide")

    assert links(page, "Mes documents") == ["/mes-documents"]
    [pieces] = [one for one in seen(page).cssselect("main h2") if one.get("id") == "pieces"]
    [way] = pieces.getnext().cssselect("a")
    assert way.get("href") == f"/mes-inscriptions/{registration.number}/numero"


def test_who_cannot_reach_an_account_is_asked_whether_it_was_activated_in_48_hours(client):
    text = answered(client.get("/aide"), QUESTIONS[0])

    assert "48 heures" in text
    assert "le compte est supprimé avec ses données" in text


def test_who_waits_for_a_mail_is_told_how_to_have_it_sent_again(client):
    page = client.get("/aide")

    text = answered(page, QUESTIONS[0])
    assert "Le mail d'activation n'arrive pas ?" in text
    assert text.count("courriers indésirables") == 2
    [again] = links(page, "faites-le renvoyer")
    asking = main(client.get(again))
    assert "Renvoyer le mail" in asking
    assert "Un mail part" not in asking


def test_who_cannot_register_is_sent_to_the_openings(client):
    page = client.get("/aide")
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        closed = client.get("/aide")

    assert "2 services d'inscription sont ouverts" in answered(page, QUESTIONS[1])
    assert "Aucun service d'inscription n'est ouvert" in answered(closed, QUESTIONS[1])
    assert links(page, "Ouverture des services") == ["/ouverture-des-services"]


def test_who_wants_to_change_a_registration_is_told_which_can_be(sign_in, client):
    registration = a_registration()

    own = answered(sign_in(registration.candidate).get("/aide"), QUESTIONS[2])
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        closed = answered(sign_in(registration.candidate).get("/aide"), QUESTIONS[2])
    anyone = answered(client.get("/aide"), QUESTIONS[2])

    assert "Brevet d'essai – Marin, session 2027" in own
    assert "augmente le numéro de version de 1, visible dans « Mes documents »" in own
    assert "leur service est fermé" in closed
    assert "« Demander une modification », à la page de Brevet d'essai – Marin" in closed
    assert "Le numéro de version augmente de 1" in anyone


def test_who_has_nothing_yet_is_told_how_a_registration_is_changed(sign_in):
    own = answered(sign_in(a_candidate()).get("/aide"), QUESTIONS[2])

    assert own.startswith("Vous n'avez pas d'inscription. Une fois enregistrée, elle se modifie")


def test_who_has_begun_and_not_saved_is_told_that_answers_are_still_free(sign_in):
    draft = a_draft()

    page = sign_in(draft.candidate).get("/aide")

    own = answered(page, QUESTIONS[2])
    assert "Votre inscription n'est pas encore enregistrée" in own
    assert links(page, "Brevet d'essai – Marin, session 2027") == [f"/inscription/{draft.pk}"] * 2


def test_who_has_left_the_only_registration_may_register_again(sign_in):
    registration = a_registration()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    page = sign_in(registration.candidate).get("/aide")

    own = answered(page, QUESTIONS[2])
    assert "fermé" not in own
    assert "Vous n'avez plus d'inscription en cours" in own
    assert "vous pouvez faire une nouvelle inscription" in own
    assert links(page, "M'inscrire") == ["/m-inscrire"]


def test_a_registration_that_was_left_says_nothing_of_the_one_that_stands(sign_in):
    left = a_registration()
    leaving.withdraw(registration=left, by=author(left.candidate), at=NOW)
    again = a_registration(left.candidate)

    own = answered(sign_in(again.candidate).get("/aide"), QUESTIONS[2])
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        closed = answered(sign_in(again.candidate).get("/aide"), QUESTIONS[2])

    assert own.count("Brevet d'essai – Marin, session 2027") == 1
    assert "Vous pouvez encore modifier" in own
    assert "leur service est fermé" in closed
    assert "« Demander une modification », à la page de Brevet d'essai – Marin" in closed


def test_address_and_password_change_in_two_ways(sign_in, client):
    signed_in = sign_in(a_candidate()).get("/aide")
    anyone = client.get("/aide")

    assert links(signed_in, "Modifier mon compte") == ["/mon-compte"]
    assert "« Modifier mon compte », sous votre nom" in answered(anyone, QUESTIONS[3])
    assert "Mot de passe oublié, réinitialisation du mot de passe" in answered(anyone, QUESTIONS[3])


def test_who_finds_greyed_fields_is_told_why_and_whom_to_ask(sign_in):
    frozen = a_registration().candidate

    before = answered(sign_in(a_candidate()).get("/aide"), QUESTIONS[4])
    after = answered(sign_in(frozen).get("/aide"), QUESTIONS[4])

    assert "Vous n'avez encore rien enregistré" in before
    assert "figées, même après une désinscription" in after
    assert "demandez-le au service gestionnaire" in after
    assert "L'adresse mail et le mot de passe restent modifiables à tout moment." in after


def test_who_wants_back_is_told_that_a_new_registration_is_needed(sign_in):
    registration = a_registration()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    text = answered(sign_in(registration.candidate).get("/aide"), QUESTIONS[5])

    assert "ne peut pas être réactivée : il faut procéder à une nouvelle inscription" in text
    assert "Brevet d'essai – Marin, session 2027" in text


def test_who_is_registered_again_reads_nothing_of_what_was_left_and_one_contact(sign_in):
    left = a_registration()
    leaving.withdraw(registration=left, by=author(left.candidate), at=NOW)
    again = a_registration(left.candidate)

    page = sign_in(again.candidate).get("/aide")

    assert "Vos désinscriptions" not in answered(page, QUESTIONS[5])
    assert answered(page, "Contacts").count("Bureau des essais de Lille") == 1


def test_a_minor_is_told_what_the_guardian_signs(client):
    page = client.get("/aide")

    said = answered(page, "J'ai moins de 18 ans")
    assert "Il signe aussi, avec vous, le récapitulatif" in said
    assert "la demande d'aménagement d'épreuves" in said


def test_a_need_for_reasons_of_health_is_said_to_be_declared_too(client):
    page = client.get("/aide")
    said = answered(page, "Je veux demander un aménagement d'épreuves")

    steps = [words(one) for one in seen(page).cssselect("#amenagement + ol > li")]
    assert len(steps) == 5
    assert steps[1].startswith(
        "Une fois l'inscription enregistrée, ouvrez-la dans Mes inscriptions"
    )
    assert "vaut aussi pour un trouble de la santé" in said


def test_the_contacts_are_those_of_ones_registrations_then_all(sign_in):
    load_invented(WITH_WHOM_AND_WHEN)
    registration = a_registration()

    page = sign_in(registration.candidate).get("/aide")

    assert "Bureau des essais de Lille" in answered(page, "Contacts")
    assert "Gestionnaire des essais" in answered(page, "Contacts")
    assert "03 53 01 00 01" in answered(page, "Contacts")
    assert "Tous les services gestionnaires" in main(page)


def test_who_has_only_begun_finds_whom_to_call_too(sign_in):
    page = sign_in(a_draft().candidate).get("/aide")

    assert "03 53 01 00 01" in answered(page, "Contacts")


def test_who_wants_to_leave_is_told_where_then_that_it_is_done_online_no_more(sign_in, client):
    registration = a_registration()

    page = sign_in(registration.candidate).get("/aide")
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        closed = answered(sign_in(registration.candidate).get("/aide"), OURS[0])

    assert "« Me désinscrire » est en bas de la page de votre inscription" in answered(
        page, OURS[0]
    )
    assert "une désinscription ne se fait plus en ligne. Contactez votre service" in closed
    assert "Pendant que le service est ouvert" in answered(client.get("/aide"), OURS[0])


def test_what_was_not_saved_in_time_is_no_more_said_to_be_still_free(sign_in):
    draft = a_draft()

    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        page = sign_in(draft.candidate).get("/aide")

    assert "n'est pas encore enregistrée" not in main(page)
    assert "une saisie à terminer" not in main(page)
    own = answered(page, QUESTIONS[1])
    assert "Votre saisie « Brevet d'essai – Marin, session 2027 » n'est pas enregistrée." in own
    assert "Pour savoir que faire, contactez Bureau des essais de Lille" in own


def test_who_has_another_registration_instead_is_told_which(sign_in):
    registration = a_registration()
    a_draft(registration.candidate)

    own = answered(sign_in(registration.candidate).get("/aide"), QUESTIONS[1])

    assert "Elle ne peut pas l'être tant que votre inscription à : Brevet d'essai" in own
    assert "une saisie à terminer" not in own


def test_a_modification_that_can_be_saved_no_more_is_not_to_be_finished(sign_in):
    registration = a_registration()
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    saved_in_time = main(sign_in(registration.candidate).get("/aide"))

    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        page = sign_in(registration.candidate).get("/aide")

    assert "une saisie à terminer" in saved_in_time
    assert "une saisie à terminer" not in main(page)
    assert str(begun.pk) not in page.text


def test_once_its_exam_is_over_a_registration_is_changed_by_its_service_alone(sign_in):
    registration = a_registration()

    with time_machine.travel(NOW + timedelta(days=250), tick=False):
        closed = answered(sign_in(registration.candidate).get("/aide"), QUESTIONS[2])

    assert "Contactez votre service gestionnaire" in closed
    assert "Demander une modification" not in closed


def test_who_was_set_aside_reads_that_nothing_of_it_is_changed_nor_left(sign_in):
    registration = a_registration()
    registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon.", by=OPERATOR, at=NOW
    )

    page = sign_in(registration.candidate).get("/aide")

    assert "Votre inscription est écartée, et ne se modifie plus" in answered(page, QUESTIONS[2])
    assert "il n'y a rien à désinscrire" in answered(page, OURS[0])
    assert "une saisie à terminer" not in main(page)
