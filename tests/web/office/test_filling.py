"""I3, R-12: « Modifier pour le candidat », « Inscrire ce candidat », and two who edit at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import deciding, leaving, moving, registering
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.exams.models import Exam, RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.operations import drafting
from sporades.registrations.refusals import MOST_BEGUN_IN_A_DAY, TooManyBegun
from sporades.registrations.states import FLAG, RESTORE, SET_ASIDE, VALIDATE, State
from tests.factories import NOW, a_candidate, a_record, a_registration, answers_with, author
from tests.registrations.test_standing_in import modified_by_candidate
from tests.web.guide import buttons, links, main, seen, value_of, words

MOBILE, OTHER_MOBILE = "06 39 98 99 99", "06 39 98 11 11"
OTHER_LINE = "03 53 01 99 99"
INE = "0801234567A"
MOST = 11
MANAGER = Actor("manager", "Claude Martin", "user:0")
COLLEAGUE = Actor("manager", "Ana Colin", "user:1")
LATER = NOW + timedelta(minutes=5)


def opened(client, registration):
    """Press « Modifier pour le candidat », and return the draft."""
    client.post(reverse("office:amend", args=[registration.number]))
    return Draft.objects.open().get(amends=registration, author=client.user)


def at(name, draft, *more):
    return reverse(f"office:{name}", args=[draft.pk, *more])


def answer(client, draft, section="identification", **answers):
    """Answer a tab as its page would, from what it shows."""
    row = draft.answers.filter(section=section).first()
    shown = row.answers if row else {}
    where = at("tab", draft, section)
    return client.post(where, {**shown, **answers, "revision": row.revision if row else 0})


def candidate_files(registration, **answers):
    """Let the candidate modify and file some answers of « Identification »."""
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    row = draft.answers.get(section="identification")
    row.answers = {**row.answers, **answers}
    row.save()
    return registering.register(draft=draft, by=by, at=NOW)


def kept(registration):
    """Return what « Identification » says in the version that stands."""
    last = registration.versions.latest("number")
    return last.snapshot["answers"]["identification"]


def test_a_manager_modifies_through_the_candidates_own_tabs(manager, in_lille):
    page = manager.get(reverse("office:registration", args=[in_lille.number]))
    assert reverse("office:amend", args=[in_lille.number]) in page.text
    assert "Rien n'est verrouillé" in main(
        manager.get(reverse("office:amend", args=[in_lille.number]))
    )
    draft = opened(manager, in_lille)

    page = manager.get(at("tab", draft, "identification"))
    assert "« vous » y désigne le candidat" in main(page)
    assert answer(manager, draft, mobile=MOBILE).status_code == 302
    page = manager.get(at("recap", draft))
    assert "Téléphone mobile : 06 39 98 12 34 → devient 06 39 98 99 99" in main(page)
    page = manager.post(at("recap", draft), follow=True)

    assert page.request["PATH_INFO"] == reverse("office:registration", args=[in_lille.number])
    assert "un mail part au candidat" in main(page)
    assert "par Claude Martin" in main(page)
    history = main(manager.get(reverse("office:history", args=[in_lille.number])))
    assert "Inscription modifiée pour le candidat, par Claude Martin" in history
    journal = main(manager.get(reverse("office:journal", args=[in_lille.number])))
    assert "Inscription modifiée pour le candidat" in journal
    assert Message.objects.get(kind="amended_for").recipient == in_lille.candidate.user.email


def test_its_candidate_reads_the_service_and_no_name(manager, in_lille, sign_in):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    manager.post(at("recap", draft))

    page = main(sign_in(in_lille.candidate).get(f"/mes-inscriptions/{in_lille.number}/historique"))

    assert "Claude Martin" not in page
    assert f"par {in_lille.service.managing_service.name}" in page


def test_the_tabs_lead_on_and_back_and_what_is_typed_is_kept_by_itself(manager, in_lille):
    draft = opened(manager, in_lille)
    shown = draft.answers.get(section="identification").answers

    saved = manager.post(
        at("autosave", draft, "identification"), {**shown, "mobile": MOBILE, "revision": 1}
    )
    onwards = answer(manager, draft, mobile=MOBILE)
    back = answer(manager, draft, precedent="1")
    first = answer(manager, draft, "modalites", precedent="1")
    later = answer(manager, draft, plus_tard="1")

    assert (saved.status_code, saved.json()["revision"]) == (200, 2)
    assert onwards.url == at("tab", draft, "informations")
    assert back.url == at("tab", draft, "modalites")
    assert first.url == reverse("office:registration", args=[in_lille.number])
    assert later.url == reverse("office:drafts")
    assert "Le Goff".upper() in main(manager.get(later.url)).upper()


def test_two_windows_of_one_manager_choose_between_their_answers(manager, in_lille):
    draft = opened(manager, in_lille)
    shown = draft.answers.get(section="identification").answers
    answer(manager, draft, mobile=MOBILE)

    page = manager.post(
        at("tab", draft, "identification"), {**shown, "mobile": OTHER_MOBILE, "revision": 1}
    )

    assert page.status_code == 409
    assert f"Envoyée à l'instant : {OTHER_MOBILE}" in main(page)
    assert f"Dans votre saisie : {MOBILE}" in main(page)


# --- Another files meanwhile -----------------------------------------------------------------


def test_what_the_candidate_filed_meanwhile_is_shown_and_chosen_field_by_field(manager, in_lille):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE, address_1="3 quai du Wault")
    candidate_files(in_lille, mobile=OTHER_MOBILE, phone=OTHER_LINE)

    page = manager.post(at("recap", draft))

    assert page.status_code == 409
    assert f"Téléphone fixe : rien → devient {OTHER_LINE}" in main(page)
    assert f"Enregistrée entre-temps : {OTHER_MOBILE}" in main(page)
    assert f"Dans votre saisie : {MOBILE}" in main(page)
    assert "Numéro et voie" not in main(page)
    assert manager.get(at("recap", draft)).url == at("differences", draft)
    nothing = manager.post(at("differences", draft), {"version": 2})
    assert (nothing.status_code, "Choisissez" in main(nothing)) == (409, True)
    assert links(nothing, "Identification, Téléphone mobile") == ["#autre-identification.mobile"]

    chosen = {"version": 2, "garder-identification.mobile": "mien"}
    page = manager.post(at("differences", draft), chosen, follow=True)

    assert page.request["PATH_INFO"] == at("recap", draft)
    manager.post(at("recap", draft))
    found = kept(in_lille)
    assert (found["mobile"], found["address_1"]) == (MOBILE, "3 quai du Wault")
    assert (found["phone"], in_lille.versions.count()) == (OTHER_LINE, 3)


def test_a_choice_made_before_yet_another_version_is_asked_again(manager, in_lille):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    candidate_files(in_lille, mobile=OTHER_MOBILE)
    candidate_files(in_lille, mobile="06 39 98 22 22")

    chosen = {"version": 2, "garder-identification.mobile": "autre"}
    page = manager.post(at("differences", draft), chosen)

    assert page.status_code == 409
    assert "Enregistrée entre-temps : 06 39 98 22 22" in main(page)
    assert "Une autre version vient d'être enregistrée" in main(page)
    assert not seen(page).cssselect("input[checked]")


def test_two_managers_on_one_file(manager, member, in_lille):
    colleague = member("A09", email="collegue@exemple.test")
    mine, theirs = opened(manager, in_lille), opened(colleague, in_lille)
    answer(manager, mine, mobile=MOBILE)
    answer(colleague, theirs, mobile=OTHER_MOBILE)
    colleague.post(at("recap", theirs))

    page = manager.post(at("recap", mine))

    assert (page.status_code, colleague.get(at("draft", mine)).status_code) == (409, 404)
    assert "par Claude Martin" in main(page)
    manager.post(at("differences", mine), {"version": 2, "garder-identification.mobile": "autre"})
    assert "Rien n'est changé pour l'instant" in main(manager.get(at("recap", mine)))


def test_what_a_candidate_was_typing_is_put_together_with_what_the_office_filed(
    manager, in_lille, sign_in
):
    candidate = sign_in(in_lille.candidate)
    candidate.post(f"/mes-inscriptions/{in_lille.number}/modifier")
    theirs = Draft.objects.get(amends=in_lille, author=None)
    path = f"/inscription/{theirs.pk}"
    shown = theirs.answers.get(section="identification").answers
    candidate.post(f"{path}/identification", {**shown, "mobile": MOBILE, "revision": 1})
    Draft.objects.filter(pk=theirs.pk).update(answered_at=NOW + timedelta(seconds=1))
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=OTHER_MOBILE)
    manager.post(at("recap", draft))

    refused = candidate.post(f"{path}/recapitulatif")
    again = candidate.post(f"/mes-inscriptions/{in_lille.number}/modifier", follow=True)

    assert refused.status_code == 409
    for page in (refused, again):
        assert f"Enregistrée entre-temps : {OTHER_MOBILE}" in main(page)
        assert "Claude Martin" not in main(page)
    candidate.post(f"{path}/differences", {"version": 2, "garder-identification.mobile": "mien"})
    candidate.post(f"{path}/recapitulatif")
    assert (kept(in_lille)["mobile"], in_lille.versions.count()) == (MOBILE, 3)


@pytest.mark.parametrize("done", ["withdrawn", "set aside", "given away"])
def test_what_was_typed_stays_readable_when_the_registration_is_no_more(manager, in_lille, done):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    if done == "withdrawn":
        leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    elif done == "set aside":
        deciding.decide(
            registration=in_lille, decision=SET_ASIDE, reason="Doublon", by=MANAGER, at=NOW
        )
    else:
        moving.move_for_good(
            registration=in_lille, academy="A25", reason="Parti", by=MANAGER, at=NOW
        )
    said = (
        "Cette inscription a été donnée à une autre académie"
        if done == "given away"
        else "Cette inscription n'est plus en cours"
    )

    page, refused = manager.get(at("recap", draft)), manager.post(at("recap", draft))

    assert (page.status_code, refused.status_code) == (200, 409)
    for one in (page, refused):
        assert said in main(one)
        assert MOBILE in main(one)
        assert "Enregistrer" not in buttons(one)
    assert manager.get(at("tab", draft, "identification")).status_code == 200


def decided(registration, decision, reason="", at=LATER):
    deciding.decide(
        registration=registration, decision=decision, reason=reason, by=COLLEAGUE, at=at
    )


def test_what_was_decided_meanwhile_is_read_with_who_and_when_before_it_is_undone(
    manager, in_lille
):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE, ine=INE)
    shown = manager.get(at("recap", draft)).context["draft"].amends.decided_mark
    decided(in_lille, VALIDATE)

    page = manager.post(at("recap", draft), {"etat": shown})

    assert page.status_code == 409
    text = main(page)
    assert "Une décision a été prise sur cette inscription pendant votre saisie." in text
    assert "Inscription validée, par Ana Colin, gestionnaire" in text
    assert "une fois modifiée, elle est à valider de nouveau" in text
    assert "Une fois l'inscription modifiée, son récapitulatif signé est à renvoyer" in text
    assert "Téléphone mobile : 06 39 98 12 34 → devient 06 39 98 99 99" in text
    assert links(page, "Abandonner cette saisie") == [at("abandon", draft)]
    in_lille.refresh_from_db()
    assert (in_lille.state, in_lille.version) == (State.VALIDATED, 1)

    again = manager.post(at("recap", draft), {"etat": value_of(page, "etat")})

    in_lille.refresh_from_db()
    assert again.status_code == 302
    assert (in_lille.state, in_lille.version) == (State.REGISTERED, 2)


UNLESS = "Rien n'est à refaire si seuls changent l'adresse postale, dans la même académie, ou des téléphones."
KEPT = "Rien n'est à refaire : l'inscription reste validée."
ANEW = "une fois modifiée, elle est à valider de nouveau"


def test_contact_data_alone_keep_what_was_validated_and_the_pages_say_so(manager, in_lille):
    decided(in_lille, VALIDATE)
    before = main(manager.get(reverse("office:amend", args=[in_lille.number])))
    assert ANEW in before
    assert UNLESS in before

    draft = opened(manager, in_lille)
    begun = main(manager.get(at("recap", draft)))
    assert ANEW in begun
    assert UNLESS in begun
    answer(manager, draft, mobile=MOBILE)
    page = manager.get(at("recap", draft))

    assert KEPT in main(page)
    assert ANEW not in main(page)
    assert "est à renvoyer de nouveau" not in main(page)
    manager.post(at("recap", draft), {"etat": value_of(page, "etat")})
    in_lille.refresh_from_db()
    assert (in_lille.state, in_lille.version) == (State.VALIDATED, 2)
    written = Message.objects.get(kind="amended_for").body
    assert "Rien n'est à refaire : votre inscription reste validée." in written


def test_every_page_of_a_modification_says_what_was_done_meanwhile(manager, in_lille):
    draft = opened(manager, in_lille)
    assert "Depuis le début de votre saisie" not in main(manager.get(at("recap", draft)))
    decided(in_lille, FLAG, "Il manque <b>tout</b>")

    for name, more in (("tab", ["identification"]), ("recap", []), ("ready", []), ("abandon", [])):
        text = main(manager.get(at(name, draft, *more)))
        assert "Mise en anomalie, par Ana Colin, gestionnaire" in text
        assert "Il manque <b>tout</b>" in text


def test_its_candidate_too_reads_what_was_decided_before_undoing_it(sign_in, in_lille):
    client = sign_in(in_lille.candidate)
    mine = modified_by_candidate(in_lille, mobile=MOBILE, ine=INE)
    where = reverse("candidate:recap", args=[mine.pk])
    shown = value_of(client.get(where), "etat")
    decided(in_lille, VALIDATE)

    page = client.post(where, {"etat": shown})

    assert page.status_code == 409
    assert "Votre inscription est validée." in main(page)
    assert "Ana Colin" not in page.text
    assert client.post(where, {"etat": value_of(page, "etat")}).status_code == 302


def test_what_was_set_aside_meanwhile_leads_who_may_to_restoring_it(manager, in_lille):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    decided(in_lille, SET_ASIDE, "Doublon")

    page = manager.post(at("recap", draft))

    assert page.status_code == 409
    assert "Inscription écartée, par Ana Colin, gestionnaire" in main(page)
    assert links(page, "Gérer l'état de la candidature") == [
        reverse("office:decide", args=[in_lille.number])
    ]
    decided(in_lille, RESTORE, at=LATER)
    assert manager.post(at("recap", draft)).status_code == 302
    assert kept(in_lille)["mobile"] == MOBILE


def test_answers_of_what_its_candidate_withdrew_serve_a_new_registration(manager, in_lille):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=LATER)
    page = manager.post(at("recap", draft))
    where = at("register_anew", draft)
    assert page.status_code == 409
    assert where in page.text

    assert manager.post(where).url == at("draft", draft)
    first = seen(manager.get(at("tab", draft, "modalites")))
    [box] = first.cssselect("main input[name=accepted]")
    assert box.get("checked") is None
    answer(manager, draft, "modalites", accepted=box.get("value"))
    page = manager.post(at("recap", draft), follow=True)

    made = Registration.objects.exclude(pk=in_lille.pk).get(candidate=in_lille.candidate)
    assert kept(made)["mobile"] == MOBILE
    assert page.request["PATH_INFO"] == reverse("office:registration", args=[made.number])
    assert manager.post(where).status_code == 409


def test_a_new_registration_begun_already_is_said_and_nothing_is_lost(manager, in_lille):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=LATER)
    choose(manager, in_lille)

    page = manager.post(at("register_anew", draft))

    assert page.status_code == 409
    assert "Vous avez déjà une saisie commencée pour ce candidat" in main(page)
    assert draft.answers.get(section="identification").answers["mobile"] == MOBILE


def test_what_was_given_to_another_academy_of_ones_perimeter_goes_on_there(member, in_lille):
    both = member("A09", "A25")
    draft = opened(both, in_lille)
    answer(both, draft, mobile=MOBILE)
    moving.move_for_good(
        registration=in_lille, academy="A25", reason="Déménagement", by=COLLEAGUE, at=LATER
    )

    page = both.post(at("recap", draft))
    assert page.status_code == 409
    assert "Y continuer ma saisie" in main(page)
    both.post(reverse("office:amend", args=[in_lille.number]))
    both.post(at("differences", draft), {"version": 2})

    assert both.post(at("recap", draft)).status_code == 302
    in_lille.refresh_from_db()
    assert (kept(in_lille)["mobile"], in_lille.academy_id) == (MOBILE, "A25")


def test_what_is_filed_in_another_academy_is_not_shown_to_the_one_that_gave_it(manager, in_lille):
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    moving.move_for_good(registration=in_lille, academy="A25", reason="Parti", by=MANAGER, at=NOW)
    in_lille.refresh_from_db()
    candidate_files(in_lille, mobile=OTHER_MOBILE)

    pages = [
        manager.get(at(name, draft), follow=True) for name in ("draft", "differences", "recap")
    ]
    pages.append(manager.post(at("differences", draft), {"version": 2}))

    assert [page.status_code for page in pages] == [200, 200, 200, 409]
    for page in pages:
        assert "Cette inscription a été donnée à une autre académie" in main(page)
        assert MOBILE in main(page)
        assert OTHER_MOBILE not in page.text
        assert "Enregistrer" not in buttons(page)


# --- After the closing, before the opening ---------------------------------------------------


def test_who_has_moved_to_another_academy_stays_where_they_are_registered(manager, in_lille):
    draft = opened(manager, in_lille)
    away = {"postcode": "78000", "town": "Versailles"}
    page = manager.get(answer(manager, draft, **away)["Location"])
    stay = "Il reste inscrit dans notre académie : seule son adresse change"
    assert stay in buttons(page)
    assert reverse("office:move_registration", args=[in_lille.number]) in page.text

    page = manager.post(at("keep_here", draft), follow=True)

    assert "L'inscription reste dans l'académie de Lille." in main(page)
    recap = manager.get(at("recap", draft))
    assert "Comme vous l'avez dit, l'inscription y reste." in main(recap)
    manager.post(at("recap", draft), {"lu": value_of(recap, "lu")})
    in_lille.refresh_from_db()
    assert (in_lille.postcode, in_lille.academy_id) == ("78000", "A09")
    history = main(manager.get(reverse("office:history", args=[in_lille.number])))
    assert "gardée : la nouvelle adresse n'en dépend pas" in history


def test_after_the_closing_a_reason_is_asked_at_its_place(manager, in_lille):
    RegistrationService.objects.update(closes_at=NOW - timedelta(days=1))
    draft = opened(manager, in_lille)
    answer(manager, draft, mobile=MOBILE)
    assert "en disant pourquoi" in main(manager.get(at("tab", draft, "identification")))

    refused = manager.post(at("recap", draft), {"motif": " "})
    filed = manager.post(at("recap", draft), {"motif": "Erreur du service"})

    assert refused.status_code == 422
    assert main(refused).count("Dites pourquoi, en une phrase.") == 2  # above, and at its field
    assert filed.status_code == 302
    assert "Motif : Erreur du service" in Message.objects.get(kind="amended_for").body
    history = main(manager.get(reverse("office:history", args=[in_lille.number])))
    assert "Erreur du service" in history


def test_before_the_opening_nothing_is_modified(manager, in_lille):
    RegistrationService.objects.update(opens_at=NOW + timedelta(days=1))

    page = manager.post(reverse("office:amend", args=[in_lille.number]))

    assert page.status_code == 409
    assert "Les inscriptions ouvrent le" in main(page)


# --- A new registration ----------------------------------------------------------------------


def choose(client, registration, **answers):
    where = reverse("office:register_for", args=[registration.candidate_id])
    same = f"{registration.exam_id}-{registration.speciality_id}"
    return client.post(where, {"examen": same, "academie": "A09", **answers})


def test_a_manager_registers_somebody_who_is_known(manager, in_lille):
    leaving.withdraw(registration=in_lille, by=author(in_lille.candidate), at=NOW)
    response = choose(manager, in_lille)
    draft = Draft.objects.get(author=manager.user)
    assert response.url == at("draft", draft)
    first = manager.get(at("tab", draft, "modalites"))
    page = manager.get(at("tab", draft, "identification"))
    assert "Je saisis ces réponses pour le candidat" in main(first)
    assert "je les accepte" not in main(first)
    assert "Cette adresse est celle de sa dernière inscription" in main(page)
    assert seen(page).cssselect("#id_address_1")[0].get("value") == "12 rue des Îles"
    for section, answers in answers_with().items():
        answer(manager, draft, section, **answers)

    page = manager.post(at("recap", draft), follow=True)

    assert "Modalités d'inscription, à lire par le candidat" in main(page)
    assert "Lues et acceptées" not in main(page)
    made = Registration.objects.exclude(pk=in_lille.pk).get()
    assert page.request["PATH_INFO"] == reverse("office:registration", args=[made.number])
    assert (made.candidate_id, made.publishes_name) == (in_lille.candidate_id, False)
    assert Message.objects.get(kind="registered_for").recipient == made.candidate.user.email
    assert Entry.objects.filter(verb="registration filed on behalf").count() == 1


@pytest.mark.parametrize(
    ("phone", "line"), [("0353011234", "#id_phone"), ("0639981234", "#id_mobile")]
)
def test_the_address_of_the_record_is_proposed_for_a_first_registration(manager, phone, line):
    made = a_record(phone=phone)

    page = first_tab_for(manager, made)

    assert "Cette adresse est celle de la fiche" in main(page)
    assert [proposed(page, name) for name in ("#id_address_1", "#id_town", line)] == [
        "4 rue du Port",
        "Lille",
        phone,
    ]


def test_the_address_of_the_record_is_proposed_rather_than_one_filed_before_it(manager):
    made = a_record()
    filed = a_registration(made, identification={"address_1": "9 rue Neuve", "mobile": MOBILE})
    Candidate.objects.filter(pk=made.pk).update(address_1="5 quai du Wault")
    leaving.withdraw(registration=filed, by=author(made), at=NOW)

    page = first_tab_for(manager, made)

    assert (proposed(page, "#id_address_1"), proposed(page, "#id_mobile")) == (
        "5 quai du Wault",
        MOBILE,
    )


def first_tab_for(client, candidate):
    """Begin a registration for a candidate, and open « Identification »."""
    exam = Exam.objects.get(code="BE")
    chosen = f"{exam.pk}-{exam.specialities.get(code='MARIN').pk}"
    where = reverse("office:register_for", args=[candidate.pk])
    client.post(where, {"examen": chosen, "academie": "A09"})
    return client.get(at("tab", Draft.objects.get(author=client.user), "identification"))


def proposed(page, field):
    return seen(page).cssselect(field)[0].get("value")


def test_another_registration_that_stands_is_said_before_anything_is_typed(manager, in_lille):
    page = choose(manager, in_lille)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["examen"]
    assert "Ce candidat a déjà une inscription en cours au même examen" in main(page)
    file = reverse("office:registration", args=[in_lille.number])
    assert [one.get("href") for one in seen(page).cssselect(f'main a[href="{file}"]')] == [file]
    assert not Draft.objects.filter(author=manager.user).exists()


def test_who_began_one_too_many_for_a_candidate_reads_it_beside_the_choice(manager):
    made = a_record()
    chosen = {
        "candidate": made,
        "exam": Exam.objects.get(code="BE"),
        "speciality": Exam.objects.get(code="BE").specialities.get(code="MARIN"),
        "service": RegistrationService.objects.get(academy="A09"),
        "author": manager.user,
    }
    for _ in range(MOST_BEGUN_IN_A_DAY):
        drafting.abandon(draft=drafting.begin(**chosen, at=NOW), at=NOW)

    where = reverse("office:register_for", args=[made.pk])
    choice = f"{chosen['exam'].pk}-{chosen['speciality'].pk}"
    page = manager.post(where, {"examen": choice, "academie": "A09"})

    assert page.status_code == 422
    assert page.context["form"].errors["academie"] == [TooManyBegun.message]


def test_what_a_colleague_has_begun_for_a_candidate_is_said(manager, member):
    made = a_record()
    first_tab_for(member("A09", email="collegue@exemple.test"), made)
    where = reverse("office:register_for", args=[made.pk])

    said = main(manager.get(where))
    assert "a commencé une inscription pour ce candidat" in said
    assert "rien n'en est enregistré." in said

    first_tab_for(manager, other := a_record())
    mine = main(manager.get(reverse("office:register_for", args=[other.pk])))
    assert "a commencé une inscription" not in mine


def test_another_registration_that_stands_is_said_and_nothing_is_filed(manager):
    made = a_record()
    first_tab_for(manager, made)
    in_lille = a_registration(made)
    draft = Draft.objects.get(author=manager.user)
    for section, answers in answers_with().items():
        answer(manager, draft, section, **answers)

    page, posted = manager.get(at("recap", draft)), manager.post(at("recap", draft))

    assert (page.status_code, posted.status_code) == (200, 409)
    assert in_lille.number in main(page)
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("answers", "field"), [({"examen": ""}, "examen"), ({"academie": "A25"}, "academie")]
)
def test_a_choice_that_cannot_be_is_refused_at_its_place(manager, in_lille, answers, field):
    page = choose(manager, in_lille, **answers)

    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert not Draft.objects.filter(author=manager.user).exists()


def test_the_consents_are_not_asked_of_the_office(manager, in_lille):
    draft = opened(manager, in_lille)
    page = manager.get(at("tab", draft, "supplementaires"))
    answer(manager, draft, "supplementaires", publishes_name="oui", shares_name="oui")
    answer(manager, draft, mobile=MOBILE)
    manager.post(at("recap", draft))

    assert "La publication du nom est le choix du candidat" in main(page)
    assert [words(one) for one in seen(page).cssselect(".s-field__locked")] == ["Non", "Non"]
    in_lille.refresh_from_db()
    assert (in_lille.version, in_lille.publishes_name, in_lille.shares_name) == (2, False, False)


def test_of_who_has_no_account_the_office_answers_as_it_was_told(manager, in_lille):
    Candidate.objects.filter(pk=in_lille.candidate_id).update(user=None, email="")
    draft = opened(manager, in_lille)
    answer(manager, draft, "supplementaires", publishes_name="oui")

    page = manager.post(at("recap", draft), follow=True)

    in_lille.refresh_from_db()
    assert (in_lille.version, in_lille.publishes_name, in_lille.shares_name) == (2, True, False)
    assert "un courrier au candidat attend d'être imprimé" in main(page)
    assert Message.objects.get(kind="amended_for").state == Message.State.LETTER


def test_a_candidates_new_address_is_no_answer_that_a_colleague_has_changed(manager, in_lille):
    draft = opened(manager, in_lille)
    nothing = main(manager.get(at("recap", draft)))
    Candidate.objects.filter(pk=in_lille.candidate_id).update(email="autre@exemple.test")

    page = main(manager.get(at("recap", draft)))

    assert "Rien n'est changé pour l'instant dans la version n°1" in nothing
    assert (
        "Aucune réponse n'est changée dans la version n°1 ; le compte du candidat l'a été" in page
    )
    assert "Rien n'est changé pour l'instant" not in page


@pytest.mark.parametrize("name", ["tab", "recap", "ready", "amend", "register_for"])
def test_a_page_costs_little(manager, in_lille, name):
    draft = opened(manager, in_lille)
    where = {
        "tab": at("tab", draft, "supplementaires"),
        "amend": reverse("office:amend", args=[in_lille.number]),
        "register_for": reverse("office:register_for", args=[in_lille.candidate_id]),
    }
    manager.get(where.get(name) or at(name, draft))

    with CaptureQueriesContext(connection) as queries:
        page = manager.get(where.get(name) or at(name, draft))

    assert page.status_code == 200
    assert len(queries) <= MOST, "\n".join(one["sql"][:150] for one in queries)


# --- Who may -----------------------------------------------------------------------------------


def test_a_draft_ends_with_the_role_of_its_author(manager, in_lille):
    draft = opened(manager, in_lille)
    manager.user.memberships.update(academies=["A25"])

    assert manager.get(at("tab", draft, "identification")).status_code == 404
    assert main(manager.get(reverse("office:drafts"))).count("Abandonner") == 0


def test_an_auditor_is_offered_nothing(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    page = auditor.get(reverse("office:registration", args=[in_lille.number]))

    assert "Modifier pour le candidat" not in page.text
    assert "Inscrire ce candidat" not in page.text
    assert auditor.get(reverse("office:drafts")).status_code == 404


def test_who_is_known_elsewhere_alone_is_nobody_here(manager, in_versailles):
    where = reverse("office:register_for", args=[in_versailles.candidate_id])

    assert manager.get(where).status_code == 404


def test_a_draft_that_is_left_leads_back_to_the_file(manager, in_lille):
    draft = opened(manager, in_lille)

    left = manager.post(at("abandon", draft))
    late = answer(manager, draft, mobile=MOBILE)

    assert left.url == late.url == reverse("office:registration", args=[in_lille.number])
    assert not draft.answers.exists()
    noted = Entry.objects.get(verb="draft abandoned")
    assert (noted.object_id, noted.actor_id) == (str(in_lille.pk), f"user:{manager.user.pk}")


@pytest.mark.parametrize("name", ["drafts", "search"])
def test_where_somebody_new_is_registered_is_said(manager, name):
    page = manager.get(reverse(f"office:{name}"))

    assert links(page, "Candidats sans compte") == [reverse("office:records")]


def test_who_registers_nobody_is_not_told_where_to(member):
    page = member("A09", role=Membership.Role.AUDITOR).get(reverse("office:search"))

    assert "fiche" not in main(page)


def test_the_list_of_drafts_costs_as_much_for_many_as_for_one(manager, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(reverse("office:drafts"))
        return len(queries)

    opened(manager, in_lille)
    cost()
    one = cost()
    for _ in range(3):
        opened(manager, a_registration(a_candidate()))

    assert cost() == one
