"""The doctor's space: from the list to the signed opinion (H3)."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accommodations.models import Again, Case
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import OpinionAgain, State
from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.acts.medical import erasing, opining, reading
from sporades.acts.registrations import leaving
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical import sealing
from sporades.medical.models import Opening, OpinionDraft, Paper, Remark
from sporades.personal.readers import readings_of
from sporades.registrations.models import Registration
from sporades.web.doctor import cases
from sporades.web.doctor.forms import AS_ASKED, NO_ONE, NOT_SPECIFIED, UNSPECIFIED
from tests.accommodations.asked import MANAGER, again, case_of, decide, reach, taken_again
from tests.accommodations.asked import send as send_again
from tests.accommodations.asked import write as ask
from tests.accommodations.test_following import in_training
from tests.factories import NOW, a_candidate, a_record, a_registration, author, load_invented
from tests.medical.given import confide, found_clean
from tests.medical.given import write as confide_remark
from tests.web.doctor.space import (
    FAVOURABLE,
    OPINION,
    OTHER,
    UNFAVOURABLE,
    a_doctor,
    at,
    browser_of,
    comment,
    plain,
    revision_of,
    sign,
    take,
    write,
)
from tests.web.guide import main, names_of_articles, seen, signed_in, words

HOME = "/medecin/"


def said(response):
    return main(response)


# --- The list ---------------------------------------------------------------------------------


def test_a_request_without_a_doctor_is_taken_and_its_candidate_is_then_named(doctor, sent):
    before = said(doctor.get(HOME))
    take(doctor, sent)
    after = said(doctor.get(HOME))

    assert "Aucune demande n'attend votre avis." in before
    assert sent.registration.number in before
    assert "Le Goff" not in before.title()
    assert "Maëlle" in after
    assert "Aucune demande de votre périmètre n'attend de médecin." in after
    sent.refresh_from_db()
    assert (sent.state, sent.doctor, sent.doctor_name) == (
        State.WITH_DOCTOR,
        doctor.user,
        "Dr Anne Roussel",
    )


def test_a_doctor_who_opens_no_paper_is_known_to_have_read_the_request(doctor, case):
    doctor.get(at("case", case))
    doctor.get(at("case", case))

    [read], is_cut = readings_of(case.registration.candidate, at=NOW)
    assert (read.what, read.by) == ("Dossier consulté", "Médecin désigné, académie de Lille")
    assert (read.number, is_cut) == (case.registration.number, False)


def test_who_takes_a_request_knows_whether_its_mandatory_papers_were_confided(doctor, db):
    bare = reach(a_registration(a_candidate(email="sans@exemple.test")), State.ASKED)
    before = said(doctor.get(HOME))
    take(doctor, bare)
    taken = said(doctor.get(HOME))
    confide(bare.registration, kind="CERTIFICAT")
    after = said(doctor.get(HOME))

    assert "Procédure complète Il en manque un" in before
    assert "Procédure complète Il en manque un" in taken
    assert "Procédure complète Tous déposés" in after


@pytest.fixture
def a_delay_is_usual(db):
    """Put a réglementation in force that says in how many days a decision ordinarily comes."""
    load_invented(
        (
            "      decision:\n        autorite:",
            "      decision:\n        delai_habituel: 60\n        autorite:",
        )
    )
    forget()


@pytest.mark.usefixtures("a_delay_is_usual")
@pytest.mark.parametrize(
    ("days", "read"),
    [
        (0, "24 janvier 2027"),  # what the candidate's tracker says
        (60, "25 novembre 2026"),
        (61, "24 novembre 2026 Délai passé"),
    ],
)
def test_a_doctor_reads_by_which_day_the_candidate_expects_the_decision(doctor, sent, days, read):
    then = NOW - timedelta(days=days)
    Case.objects.update(first_asked_at=then, asked_at=then)
    waiting = usual_in(doctor.get(HOME))
    take(doctor, sent)
    taken = usual_in(doctor.get(HOME))

    assert (waiting, taken) == (read, read)


def usual_in(page):
    """What the only line says of the day by which a decision ordinarily comes."""
    [cell] = seen(page).cssselect("main td[data-label^='Décision']")
    return words(cell)


def test_a_request_that_one_had_comes_back_before_those_that_have_waited_longer(doctor, case):
    older = reach(
        a_registration(a_candidate(email="avant@x.test")), State.ASKED, at=NOW - timedelta(days=9)
    )
    doctor.post(at("give_back", case), {"medecin": NO_ONE})

    listed = doctor.get(HOME).context["free"]["lines"]

    assert [one["case"].pk for one in listed] == [case.pk, older.pk]


def test_what_came_after_the_deadline_is_read_with_its_reason(doctor, case):
    case.received = {**case.received, "added": ["ACCESSIBLE"]}
    case.late_reason = "APPARUE"
    case.save(update_fields=["received", "late_reason"])

    page = said(doctor.get(at("case", case))).replace("\xa0", " ")

    late = "« Locaux accessibles ». La gêne est apparue après la date limite"
    assert f"Après la date limite {late}" in page


def test_two_doctors_take_a_request_and_one_has_it(doctor, other, sent):
    take(doctor, sent)

    answer = take(other, sent)

    assert "Cette demande n'attend plus de médecin" in said(answer)
    assert Case.objects.get(pk=sent.pk).doctor == doctor.user


def test_pressed_twice_it_is_taken_once(doctor, sent):
    take(doctor, sent)
    take(doctor, sent)

    assert Entry.objects.filter(verb="accommodation entrusted").count() == 1


@pytest.mark.parametrize("where", [{"academies": ["A25"]}, {"domains": ["AILLEURS"]}])
def test_of_another_academy_or_domain_there_is_nothing(sent, where):
    browser = browser_of(a_doctor("loin@exemple.test", "Dr Loin"))
    browser.user.memberships.update(**where)

    assert sent.registration.number not in said(browser.get(HOME))
    assert browser.post(at("take", sent)).status_code == 404


def test_a_request_of_another_doctor_does_not_exist(case, other):
    pages = [other.get(at(name, case)).status_code for name in ("case", "remarks", "ask", "sign")]

    assert pages == [404] * 4


def test_a_role_that_ends_closes_the_space_and_its_papers(case, doctor):
    paper = Paper.objects.get()
    assert doctor.get(at("paper", case, paper.pk)).status_code == 200

    doctor.user.memberships.update(ends_on="2026-11-24")

    found = [
        doctor.get(one).status_code for one in (HOME, at("case", case), at("paper", case, paper.pk))
    ]
    assert found == [404, 404, 404]


def test_a_request_that_moves_to_another_academy_is_the_doctors_no_more(case, doctor):
    doctor.user.memberships.update(academies=["A25"])

    assert doctor.get(at("case", case)).status_code == 404


@pytest.mark.parametrize("role", [Membership.Role.MANAGER, Membership.Role.HEAD])
def test_who_works_in_the_office_has_no_page_of_the_doctors_space(case, role):
    browser = browser_of(a_doctor("bureau@exemple.test", "Claude Martin"))
    browser.user.memberships.update(role=role)

    assert browser.get("/gestion/").status_code == 200
    assert [browser.get(one).status_code for one in (HOME, at("case", case))] == [404, 404]


def test_a_doctor_has_no_page_of_the_office(doctor):
    assert doctor.get("/gestion/").status_code == 404
    assert doctor.get("/accueil").headers["Location"] == HOME


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_questions_for_three_requests_as_for_one(
    doctor, django_assert_num_queries, count
):
    for rank in range(count):
        for state in (State.ASKED, State.ASKED, State.OPINION_GIVEN):
            found = reach(
                a_registration(a_candidate(email=f"{rank}-{state}-{Case.objects.count()}@x.test")),
                State.ASKED,
            )
            if Case.objects.count() % 3 != 1:
                take(doctor, found)
            if state == State.OPINION_GIVEN:
                write(doctor, found, button="relire")
                sign(doctor, found)
    doctor.get(HOME)

    with django_assert_num_queries(LIST):
        page = doctor.get(HOME)

    assert page.text.count("demande-") == 0
    assert {len(page.context[name]["lines"]) for name in LISTS} == {count}


LIST = 14
LISTS = ("waiting", "free", "said")


@pytest.mark.parametrize(
    ("taken", "place", "name"), [(True, "chez-vous", "waiting"), (False, "a-prendre", "free")]
)
def test_every_list_is_turned_over_the_oldest_first(doctor, monkeypatch, taken, place, name):
    monkeypatch.setattr(cases, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(cases, "A_FEW", 1)
    asked = [
        reach(
            a_registration(a_candidate(email=f"{days}@x.test")),
            State.ASKED,
            at=NOW - timedelta(days=days),
        )
        for days in (1, 2)
    ]
    for one in reversed(asked) if taken else ():
        with time_machine.travel(NOW - timedelta(hours=asked.index(one)), tick=False):
            take(doctor, one)

    pages = [doctor.get(f"{HOME}?{place}={number}") for number in (1, 2)]

    shown = [line["case"].pk for page in pages for line in page.context[name]["lines"]]
    assert shown == [one.pk for one in reversed(asked)]
    assert f"?{place}=2#{place}" in pages[0].text


@pytest.mark.parametrize("on_a_page", [1, 2, 3, 5])
def test_what_a_doctor_had_already_comes_before_the_others_page_by_page(
    doctor, monkeypatch, on_a_page
):
    monkeypatch.setattr(cases, "A_FEW", on_a_page)
    by_age = [
        reach(
            a_registration(a_candidate(email=f"{days}@x.test")),
            State.ASKED,
            at=NOW - timedelta(days=days),
        )
        for days in (5, 4, 3, 2, 1)
    ]
    mine = [by_age[1], by_age[3]]
    Case.objects.filter(pk__in=[one.pk for one in mine]).update(former_doctor=doctor.user)
    other = a_doctor("autre@exemple.test", "Dr Paul Petit")
    Case.objects.filter(pk=by_age[0].pk).update(former_doctor=other)

    pages = [doctor.get(f"{HOME}?a-prendre={page + 1}") for page in range(-(-5 // on_a_page))]

    shown = [line["case"].pk for page in pages for line in page.context["free"]["lines"]]
    assert shown == [one.pk for one in (by_age[1], by_age[3], by_age[0], by_age[2], by_age[4])]


# --- The papers -------------------------------------------------------------------------------


def test_what_is_asked_of_each_measure_is_heard_with_its_name(case, doctor):
    page = seen(doctor.get(at("case", case)))
    case.refresh_from_db()

    labels = [words(one) for one in page.cssselect("#avis label, #avis legend")]

    for label in ("Autre mesure proposée", "Motif de votre avis sur cette mesure"):
        asked = [one for one in labels if one.startswith(label)]
        assert asked == [f"{label} : {one.label}" for one in case.measures.all()]


def test_a_paper_is_read_beside_the_opinion_and_its_candidate_sees_who_opened_it(case, doctor):
    paper = Paper.objects.get()
    page = doctor.get(f"{at('case', case)}?papier={paper.pk}")
    assert at("paper_page", case, paper.pk, 1) in page.text

    image = doctor.get(at("paper_page", case, paper.pk, 1))

    assert Opening.objects.count() == 1
    assert (image.status_code, image.content[:3]) == (200, b"\xff\xd8\xff")
    mine = signed_in(case.registration.candidate.user)
    shown = said(mine.get(f"/mes-inscriptions/{case.registration.number}/sante"))
    assert "Dr Anne Roussel, médecin désigné, ouverture de « Autre papier de santé »" in shown


def test_the_pages_of_a_paper_are_one_opening_and_the_whole_file_another(case, doctor):
    paper = Paper.objects.get()
    for _ in range(3):
        doctor.get(at("paper_page", case, paper.pk, 1))
    assert Opening.objects.count() == 1

    doctor.get(at("paper", case, paper.pk))

    assert Opening.objects.count() == 2


def test_a_page_that_is_not_there_is_not_found_and_opens_nothing(case, doctor):
    paper = Paper.objects.get()

    assert doctor.get(at("paper_page", case, paper.pk, 2)).status_code == 404
    assert doctor.get(at("paper_page", case, paper.pk, 0)).status_code == 404
    assert not Opening.objects.exists()


def test_a_paper_that_no_antivirus_has_seen_is_not_opened(case, doctor):
    waiting = confide(case.registration, name="autre.jpg")

    page = said(doctor.get(at("case", case)))

    assert "1 papier en vérification par l'antivirus : vous ne pouvez pas encore l'ouvrir." in page
    assert doctor.get(at("paper", case, waiting.pk)).status_code == 404


def test_the_papers_of_another_registration_are_not_those_of_this_request(case, doctor):
    theirs = a_registration(a_candidate(email="autre.candidat@exemple.test"))
    paper = found_clean(confide(theirs))
    take(doctor, reach(theirs, State.ASKED))

    assert doctor.get(at("paper", case, paper.pk)).status_code == 404


def test_without_its_key_a_paper_says_so_and_the_rest_stands(case, doctor, settings):
    write(doctor, case)
    settings.MEDICAL_KEYS = {"autre": bytes(range(32))}
    paper = Paper.objects.get()

    page = doctor.get(at("case", case))
    file = doctor.get(at("paper", case, paper.pk))

    assert (page.status_code, file.status_code) == (200, 409)
    assert "n'a pas la clé qui le protège" in said(file)
    assert "Nom illisible pour le moment" in said(page)
    assert "n'a pas la clé qui le protège" in said(page)


# --- The opinion ------------------------------------------------------------------------------


def test_from_the_page_to_the_signed_opinion(case, doctor):
    read_over = write(
        doctor,
        case,
        button="relire",
        **{
            "avis-tiers": OTHER,
            "autre-tiers": "MOITIE",
            "texte": "Le tiers ne suffit pas.",
            "note": "À revoir en juin.",
        },
    )
    shown = said(read_over)
    assert "Temps majoré d'un tiers (Français) Autre mesure : Temps majoré de moitié" in shown
    assert "Locaux accessibles (Toutes les épreuves) Favorable Pour l'autorité" in shown
    assert "À revoir en juin." in shown
    assert Case.objects.get(pk=case.pk).state == State.WITH_DOCTOR

    sign(doctor, case)

    case.refresh_from_db()
    assert (case.state, case.opinion_text) == (State.OPINION_GIVEN, "Le tiers ne suffit pas.")
    assert list(case.measures.values_list("code", "opinion", "opinion_code")) == [
        ("TIERS", "other", "MOITIE"),
        ("ACCESSIBLE", "favourable", ""),
    ]
    note = Remark.objects.get()
    assert (note.text, note.is_between_doctors) == ("À revoir en juin.", True)
    assert not OpinionDraft.objects.exists()
    assert "Avis signé" in said(doctor.get(at("case", case)))


def test_another_measure_that_must_say_which_is_proposed_with_it(case, doctor):
    load_invented(
        ("libelle: Secrétaire lecteur, ", 'libelle: Secrétaire lecteur, precision: "Lequel ?", ')
    )
    forget()
    last = Regulation.objects.latest("pk")
    Registration.objects.filter(pk=case.registration_id).update(regulation=last)
    Case.objects.filter(pk=case.pk).update(regulation=last)
    chosen = {"avis-tiers": OTHER, "autre-tiers": "LECTEUR", "texte": "Le tiers ne suffit pas."}

    unsaid = write(doctor, case, button="relire", **chosen)
    moved = write(doctor, case, button="relire", **{"precision-tiers": "Une personne lente"})
    shown = said(
        write(doctor, case, button="relire", **chosen, **{"precision-tiers": "Une personne lente"})
    )

    assert unsaid.context["form"].errors == {"precision-tiers": [UNSPECIFIED]}
    assert moved.context["form"].errors == {"precision-tiers": [NOT_SPECIFIED]}
    assert "Autre mesure : Secrétaire lecteur : Une personne lente" in shown
    sign(doctor, case)
    assert case.measures.get(code="TIERS").opinion_precision == "Une personne lente"
    accommodating.reopen(
        case=Case.objects.get(pk=case.pk), why=OpinionAgain.UNCLEAR, by=MANAGER, at=NOW
    )
    page = seen(doctor.get(at("case", case)))
    assert page.cssselect("input[name=precision-tiers]")[0].get("value") == "Une personne lente"


def test_two_measures_that_exclude_each_other_are_not_both_favoured(case, doctor):
    load_invented(("par_epreuve: false}", "par_epreuve: false, exclut: [MOITIE]}"))
    forget()
    last = Regulation.objects.latest("pk")
    Registration.objects.filter(pk=case.registration_id).update(regulation=last)
    typed = {"avis-tiers": OTHER, "autre-tiers": "MOITIE", "texte": "Le tiers ne suffit pas."}

    page = write(doctor, case, button="relire", **typed)

    [fault] = page.context["form"].errors["avis-accessible"]
    assert "« Temps majoré de moitié » et « Locaux accessibles » s'excluent" in fault
    assert page.context["form"]["texte"].value() == "Le tiers ne suffit pas."


def test_which_epreuves_another_measure_suits_is_said(registration, doctor):
    sent = reach(registration, State.ASKED, Wish("LECTEUR", ("M1", "E1")))
    take(doctor, sent)

    page = seen(doctor.get(at("case", sent)))

    told = page.cssselect("#id_autre-lecteur")[0].getparent().text_content()
    assert "«\xa0Temps majoré d'un tiers\xa0»\xa0: seulement pour Français" in told


def test_another_measure_that_suits_no_epreuve_is_refused_at_its_place(registration, doctor):
    sent = reach(registration, State.ASKED, Wish("LECTEUR", ("M1",)))
    take(doctor, sent)
    typed = {"avis-lecteur": OTHER, "autre-lecteur": "TIERS"}

    page = write(doctor, sent, button="relire", texte="Le temps suffit.", **typed)

    [fault] = page.context["form"].errors["autre-lecteur"]
    assert "ne concerne aucune des épreuves demandées pour « Secrétaire lecteur »" in fault
    assert page.context["form"]["texte"].value() == "Le temps suffit."


def test_a_text_of_its_own_says_why_of_a_measure(case, doctor):
    typed = {"avis-tiers": UNFAVOURABLE, "motif-tiers": "L'épreuve est courte."}
    unsaid = write(doctor, case, button="relire", **{**typed, "motif-tiers": ""})
    assert "ici, ou pour plusieurs mesures dans « Avis pour l'autorité qui décide »" in said(unsaid)
    assert set(unsaid.context["form"].errors) == {"motif-tiers"}
    assert "N'y écrivez ni diagnostic, ni maladie, ni traitement" in said(unsaid)
    assert "À écrire ici, ou pour plusieurs mesures dans « Avis pour l'autorité" in said(unsaid)

    read_over = write(doctor, case, button="relire", **typed)
    assert "Défavorable. Motif : L'épreuve est courte." in said(read_over)
    sign(doctor, case)

    measures = case.measures.values_list("code", "opinion_text")
    assert list(measures) == [("TIERS", "L'épreuve est courte."), ("ACCESSIBLE", "")]
    assert "Motif : L'épreuve est courte." in said(doctor.get(at("case", case)))


def test_each_fault_names_its_measure_and_all_are_said_at_once(case, doctor):
    page = write(
        doctor,
        case,
        button="relire",
        **{"avis-tiers": UNFAVOURABLE, "avis-accessible": OTHER},
    )

    lines = page.text[page.text.index('id="erreurs"') :].split("</ul>")[0]
    lines = lines.replace("&nbsp;", " ").replace("\xa0", " ").replace("&#x27;", "'")
    assert "« Temps majoré d'un tiers », motif de votre avis sur cette mesure : Dites" in lines
    assert "« Locaux accessibles », autre mesure proposée : Choisissez" in lines
    assert "« Locaux accessibles », motif de votre avis sur cette mesure : Dites" in lines


def test_what_is_typed_is_kept_and_comes_back(case, doctor):
    write(doctor, case, **{"avis-tiers": "", "texte": "Un début"})

    page = doctor.get(at("case", case))

    assert "Un début" in page.text
    assert Case.objects.get(pk=case.pk).state == State.WITH_DOCTOR


def test_opening_a_paper_keeps_what_is_typed(case, doctor):
    paper = Paper.objects.get()
    answers = {"texte": "Un début", "revision": "0", "ouvrir": str(paper.pk)}

    answer = doctor.post(at("case", case), answers)

    assert answer.headers["Location"] == f"{at('case', case)}?papier={paper.pk}"
    assert "Un début" in doctor.get(at("case", case)).text


def test_what_is_typed_is_kept_as_one_goes(case, doctor):
    kept = doctor.post(at("keep", case), {"texte": "Un début", "revision": "0"})
    stale = doctor.post(at("keep", case), {"texte": "Une autre fenêtre", "revision": "0"})

    assert json.loads(kept.content)["revision"] == 1
    assert (stale.status_code, "autre fenêtre" in json.loads(stale.content)["message"]) == (
        409,
        True,
    )
    assert "Un début" in doctor.get(at("case", case)).text


def test_of_two_windows_nothing_is_lost_unseen(case, doctor):
    write(doctor, case, revision=0, texte="La première")

    answer = write(doctor, case, revision=0, texte="La seconde")

    assert answer.status_code == 409
    assert "La seconde" in answer.text
    # « Retour » of the browser shows it again: autosave.js.
    assert 'data-revision="1" data-untaken="0"' in answer.text
    # Read out: the title is that of the page that was sent.
    [told] = seen(answer).cssselect("[data-said]")
    assert "changé dans une autre fenêtre" in words(told)
    assert "La première" in doctor.get(at("case", case)).text


def test_an_opinion_that_was_not_read_over_is_not_signed(case, doctor):
    write(doctor, case, button="relire", texte="Relu")
    read_over = revision_of(case)
    write(doctor, case, texte="Changé depuis")

    answer = sign(doctor, case, revision=read_over)

    assert "changé dans une autre fenêtre" in said(answer)
    assert Case.objects.get(pk=case.pk).state == State.WITH_DOCTOR


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({"avis-tiers": ""}, "Donnez votre avis sur cette mesure."),
        ({"avis-tiers": OTHER, "texte": "x"}, "Choisissez la mesure que vous proposez."),
        ({"avis-tiers": UNFAVOURABLE}, "pourquoi cet avis n'est pas favorable"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(case, doctor, answers, missing):
    answer = write(doctor, case, button="relire", note="Gardée", **answers)

    assert (answer.status_code, missing in said(answer)) == (422, True)
    assert "Gardée" in doctor.get(at("case", case)).text
    assert doctor.get(at("sign", case)).status_code == 302


@pytest.mark.parametrize("code", ["INCONNUE", "TIERS"])
def test_a_measure_that_is_not_proposed_is_refused(case, doctor, code):
    answer = write(
        doctor, case, button="relire", **{"avis-tiers": OTHER, "autre-tiers": code, "texte": "x"}
    )

    assert answer.status_code == 422


def test_another_measure_that_goes_with_no_such_opinion_is_not_dropped_unsaid(case, doctor):
    answer = write(doctor, case, button="relire", **{"autre-tiers": "MOITIE"})

    assert answer.status_code == 422
    assert "Vous proposez une mesure, et votre avis n'est pas « Autre mesure »" in said(answer)
    assert answer.context["form"]["autre-tiers"].value() == "MOITIE"


def test_the_field_says_that_it_holds_no_diagnosis(case, doctor):
    assert "n'y écrivez ni diagnostic, ni maladie, ni traitement" in said(
        doctor.get(at("case", case))
    )


def test_signing_one_opinion_asks_for_no_second_factor_again(case, doctor):
    write(doctor, case, button="relire")

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        sign(doctor, case)

    assert Case.objects.get(pk=case.pk).state == State.OPINION_GIVEN


def test_signed_it_does_not_change(case, doctor):
    write(doctor, case, button="relire")
    sign(doctor, case)

    answers = [write(doctor, case, texte="Encore"), doctor.post(at("attest", case), follow=True)]

    assert all("L'avis est signé" in said(one) for one in answers)
    assert doctor.post(at("keep", case), {"revision": "0"}).status_code == 409
    assert Entry.objects.filter(verb="accommodation opinion given").count() == 1


def test_a_candidate_who_withdraws_while_the_doctor_opines_is_told_to_the_doctor(case, doctor):
    write(doctor, case, button="relire")
    accommodating.withdraw(case=case, by=author(case.registration.candidate), at=NOW)

    answer = sign(doctor, case)

    assert "Le candidat a retiré sa demande" in said(answer)
    assert not case.measures.exclude(opinion="").exists()
    assert "Papiers de santé" not in said(doctor.get(at("case", case)))
    assert doctor.get(at("paper", case, Paper.objects.get().pk)).status_code == 404


# --- The simple procedure ---------------------------------------------------------------------


@pytest.fixture
def simple(doctor):
    found = reach(in_training(), State.ASKED, plan="PAP")
    assert found.is_simple
    take(doctor, found)
    return found


def the_plan(case):
    """Return the plan of a request, confided and found clean."""
    return found_clean(confide(case.registration, kind="PLAN"))


def test_in_the_simple_procedure_the_plan_that_was_read_holds_the_opinion(simple, doctor):
    plan = the_plan(simple)
    doctor.get(at("paper", simple, plan.pk))
    assert "Le plan porte l'avis : relire et signer" in said(doctor.get(at("case", simple)))

    read_over = doctor.get(at("attest", simple))
    doctor.post(at("attest", simple), {"vue": simple.revision})

    assert opining.PLAN_SAYS in said(read_over)
    assert [row[1] for row in read_over.context["rows"]] == ["Favorable", "Favorable"]
    simple.refresh_from_db()
    assert (simple.state, simple.opinion_text) == (State.OPINION_GIVEN, opining.PLAN_SAYS)
    assert set(simple.measures.values_list("opinion", flat=True)) == {"favourable"}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (lambda case: None, "« Votre plan » : rien de déposé"),
        (lambda case: found_clean(confide(case.registration, kind="BILAN")), "rien de déposé"),
        (lambda case: confide(case.registration, kind="PLAN"), "rien de déposé"),
        (the_plan, "« Votre plan » : ouvrez ce papier"),
    ],
    ids=["nothing", "another paper", "not verified yet", "not opened"],
)
def test_a_plan_that_is_not_there_or_was_not_opened_signs_nothing(simple, doctor, given, why):
    given(simple)

    page = said(doctor.get(at("case", simple)))
    read_over = doctor.get(at("attest", simple), follow=True)
    answer = doctor.post(at("attest", simple), {"vue": simple.revision}, follow=True)

    assert "relire et signer" not in page
    assert all(why in text for text in (page, said(read_over), said(answer)))
    simple.refresh_from_db()
    assert (simple.state, simple.opinion_text) == (State.WITH_DOCTOR, "")


def test_the_page_that_shows_the_plan_opens_it_and_has_its_button(simple, doctor):
    plan = the_plan(simple)
    other = browser_of(a_doctor("autre@exemple.test"))

    other.get(f"{at('case', simple)}?papier={plan.pk}")
    assert not Opening.objects.exists()
    shown = doctor.get(f"{at('case', simple)}?papier={plan.pk}")

    assert "Le plan porte l'avis : relire et signer" in said(shown)
    assert "ouvrez ce papier" not in said(shown)
    assert Opening.objects.get().paper == plan.pk
    doctor.get(at("paper_page", simple, plan.pk, 1))
    assert Opening.objects.count() == 1
    assert doctor.get(at("attest", simple)).status_code == 200


def test_a_plan_that_cannot_be_shown_is_not_opened(simple, doctor, settings):
    plan = the_plan(simple)
    settings.MEDICAL_KEYS = {"autre": bytes(range(32))}

    shown = doctor.get(f"{at('case', simple)}?papier={plan.pk}")

    assert shown.status_code == 200
    assert "ouvrez ce papier" in said(shown)
    assert not Opening.objects.exists()


def test_of_a_plan_in_two_files_both_are_opened(simple, doctor):
    doctor.get(at("paper", simple, the_plan(simple).pk))
    the_plan(simple)

    doctor.post(at("attest", simple), {"vue": simple.revision})

    simple.refresh_from_db()
    assert simple.state == State.WITH_DOCTOR


def test_what_another_doctor_has_opened_is_not_read(simple, doctor, other):
    doctor.get(at("paper", simple, the_plan(simple).pk))
    doctor.post(at("give_back", simple), {"medecin": "service"})
    take(other, simple)

    other.post(at("attest", simple), {"vue": simple.revision})

    simple.refresh_from_db()
    assert simple.state == State.WITH_DOCTOR


def test_in_the_whole_procedure_no_click_does(case, doctor):
    answer = doctor.post(at("attest", case), {"vue": case.revision}, follow=True)

    assert "donnez votre avis mesure par mesure" in said(answer)
    assert "Le plan porte l'avis" not in doctor.get(at("case", case)).text


# --- To the candidate, to another doctor ------------------------------------------------------


def test_a_comment_reaches_its_candidate_and_one_between_doctors_does_not(case, doctor):
    confide_remark(case.registration, "Voici pourquoi.")
    comment(doctor, case, "Merci, c'est clair.")
    comment(doctor, case, "À surveiller.", "medecins")

    found = doctor.get(at("remarks", case))
    page = said(found)
    mine = signed_in(case.registration.candidate.user)
    read = mine.get(f"/mes-inscriptions/{case.registration.number}/sante")
    theirs = said(read)

    assert [len(set(names_of_articles(one))) for one in (found, read)] == [3, 2]
    assert all(one in page for one in ("Voici pourquoi.", "Merci, c'est clair.", "À surveiller."))
    assert "Merci, c'est clair." in theirs
    assert "À surveiller." not in theirs


def test_a_paper_is_asked_for_and_nothing_but_that_something_awaits_is_said_by_mail(case, doctor):
    doctor.post(at("ask", case), {"texte": "L'audiogramme de juin.", "envoi": "une"})

    case.refresh_from_db()
    assert (case.state, case.doctor, case.missing) == (State.INCOMPLETE, None, opining.PAPER_ASKED)
    mine = signed_in(case.registration.candidate.user)
    assert "L'audiogramme de juin." in said(
        mine.get(f"/mes-inscriptions/{case.registration.number}/sante")
    )
    told = Message.objects.filter(kind="something_awaits").latest("pk")
    assert "audiogramme" not in str(vars(told))
    assert not Entry.objects.filter(payload__icontains="audiogramme").exists()


def test_sent_again_it_waits_for_a_doctor_and_the_draft_is_there(case, doctor):
    write(doctor, case, texte="Un début")
    doctor.post(at("ask", case), {"texte": "L'audiogramme.", "envoi": "une"})
    send_again(case.registration)

    take(doctor, case)

    assert "Un début" in doctor.get(at("case", case)).text


def test_a_request_goes_to_another_doctor_with_its_notes(case, doctor, other):
    write(doctor, case, note="Vu au téléphone.")
    answer = doctor.post(at("give_back", case), {"medecin": str(other.user.pk)}, follow=True)

    assert "n'est plus chez vous" in said(answer)
    assert doctor.get(at("case", case)).status_code == 409
    assert "Vu au téléphone." in other.get(at("case", case)).text
    assert doctor.get(at("paper", case, Paper.objects.get().pk)).status_code == 404


def test_a_request_goes_back_to_whoever_takes_it(case, doctor):
    doctor.post(at("give_back", case), {"medecin": "service"})

    case.refresh_from_db()
    assert (case.state, case.doctor) == (State.ASKED, None)


@pytest.mark.parametrize("who", ["", "999999", "mot"])
def test_it_goes_to_nobody_who_is_not_offered(case, doctor, who):
    assert doctor.post(at("give_back", case), {"medecin": who}).status_code == 422


@pytest.mark.parametrize("academies", [["A25"], ["A09"]])
def test_only_doctors_of_its_academy_are_offered(case, doctor, academies):
    a_doctor("candidate@exemple.test", "Dr Nouvelle", academies)

    offered = "Dr Nouvelle" in said(doctor.get(at("give_back", case)))

    assert offered is (academies == ["A09"])


def test_a_doctor_whose_request_is_taken_while_they_type_reads_who_took_it_and_what_they_typed(
    case, doctor
):
    write(doctor, case, texte="Un début")
    accommodating.take_from_doctor(case=case, by=MANAGER, at=NOW)

    typed = {**OPINION, "texte": "La suite, qui n'est pas gardée.", "revision": "1"}
    kept = doctor.post(at("keep", case), typed)
    read_over = doctor.post(at("case", case), {**typed, "relire": "1"})

    why = "Cette demande n'est plus chez vous : elle est reprise par Claude Martin, gestionnaire, le mercredi"
    assert kept.status_code == 409
    assert why in json.loads(kept.content)["message"].replace("\xa0", " ")
    assert read_over.status_code == 409
    assert why in said(read_over).replace("\xa0", " ")
    assert "La suite, qui n'est pas gardée." in said(read_over)
    assert "Un début" not in said(read_over)
    assert doctor.get(at("sign", case)).status_code == 409
    assert doctor.get(at("paper", case, Paper.objects.get().pk)).status_code == 404


@pytest.mark.parametrize("page", ["remarks", "ask"])
def test_a_comment_that_was_typed_of_a_request_that_was_taken_is_shown(case, doctor, page):
    accommodating.take_from_doctor(case=case, by=MANAGER, at=NOW)

    answer = doctor.post(at(page, case), {"texte": "L'audiogramme de juin.", "lecteur": "candidat"})

    assert answer.status_code == 409
    assert "L'audiogramme de juin." in said(answer)
    assert not Remark.objects.exists()


def test_who_gave_a_request_back_reads_who_has_it_now(case, doctor, other):
    doctor.post(at("give_back", case), {"medecin": str(other.user.pk)})

    page = said(doctor.get(at("case", case)))

    assert "vous l'avez rendue le" in page
    assert f"{Case.objects.get(pk=case.pk).doctor_name} l'a maintenant." in page


# --- It waits for its candidate, and comes back -------------------------------------------------


def test_what_a_doctor_asked_for_is_waited_for_in_their_list_then_comes_back_named(case, doctor):
    write(doctor, case, texte="Un début")
    doctor.post(at("ask", case), {"texte": "L'audiogramme.", "envoi": "une"})
    waits = doctor.get(HOME)
    page = doctor.get(at("case", case))
    send_again(case.registration)
    back = said(doctor.get(HOME))

    assert [one["case"].pk for one in waits.context["left"]["lines"]] == [case.pk]
    assert "Attend le candidat" in said(waits)
    assert page.status_code == 200
    assert "vous avez demandé un papier ou une précision, et elle attend le candidat" in said(page)
    assert "Attend le candidat" not in back
    assert "Vous l'aviez déjà : votre brouillon vous attend" in back
    assert "Maëlle" in back


def set_aside(case):
    found = Case.objects.get(pk=case.pk)
    accommodating.find_complete(case=found, seen=found.incomplete_at, by=MANAGER, at=NOW)


def test_a_doctor_whose_demand_is_set_aside_reads_it_in_the_list_and_on_the_pages(case, doctor):
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        doctor.post(at("ask", case), {"texte": "L'audiogramme.", "envoi": "une"})
        set_aside(case)
        listed = said(doctor.get(HOME))
        gone = said(doctor.get(at("case", case)))
        take(doctor, case)
        page = said(doctor.get(at("case", case)))

    assert (
        "Vous l'aviez déjà. Le service gestionnaire l'a dite complète, sans attendre ce que vous "
        "aviez demandé"
    ) in listed
    assert "l'a dite complète, sans attendre ce que vous aviez demandé au candidat" in gone
    assert "Elle attend un médecin." in gone
    assert "le service gestionnaire a dit la demande complète, sans attendre de réponse" in page


def test_what_the_office_goes_back_on_by_itself_sets_no_demand_aside(case, doctor):
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        now = NOW + timedelta(minutes=5)
        accommodating.declare_incomplete(case=case, missing="Une page.", by=MANAGER, at=now)
        set_aside(case)
        listed, gone = said(doctor.get(HOME)), said(doctor.get(at("case", case)))

    assert "sans attendre" not in listed
    assert "sans attendre" not in gone


def test_a_draft_without_an_answer_awaits_nobody(case, doctor):
    doctor.post(at("case", case), {"revision": "0"})
    assert OpinionDraft.objects.exists()
    accommodating.take_from_doctor(case=case, by=MANAGER, at=NOW)

    page = said(doctor.get(HOME))

    assert "Vous l'aviez déjà" in page
    assert "votre brouillon vous attend" not in page


def test_to_another_doctor_what_comes_back_is_as_any_other(case, doctor, other):
    doctor.post(at("ask", case), {"texte": "L'audiogramme.", "envoi": "une"})
    assert not other.get(HOME).context["left"]["lines"]
    send_again(case.registration)

    page = said(other.get(HOME))

    assert "Vous l'aviez déjà" not in page
    assert "Maëlle" not in page


def test_a_paper_that_was_not_opened_is_marked_and_named_before_signing(case, doctor):
    first = Paper.objects.get()
    second = found_clean(confide(case.registration, name="audiogramme.jpg"))
    before = said(doctor.get(at("case", case)))
    doctor.get(at("paper", case, first.pk))
    after = said(doctor.get(at("case", case)))
    write(doctor, case)

    signing = said(doctor.get(at("sign", case)))

    assert (before.count("Pas encore ouvert"), after.count("Pas encore ouvert")) == (2, 1)
    assert f"1 des 2 papiers de santé déposés : Autre papier de santé, {second.name}." in signing


def test_a_paper_is_not_said_to_be_unopened_beside_its_own_pages(case, doctor):
    found_clean(confide(case.registration, name="audiogramme.jpg"))

    page = said(
        doctor.get(at("case", case), {"papier": Paper.objects.earliest("given_at", "pk").pk})
    )

    assert "Ouvrir le PDF" in page
    assert page.count("Pas encore ouvert") == 1


def test_a_paper_whose_pages_cannot_be_shown_is_still_said_to_be_unopened(
    case, doctor, monkeypatch
):
    def unreadable(**_):
        raise sealing.Unreadable

    monkeypatch.setattr(reading, "read", unreadable)

    page = said(doctor.get(at("case", case), {"papier": Paper.objects.get().pk}))

    assert page.count("Pas encore ouvert") == 1


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (accommodating.take_up, "Le candidat modifie cette demande"),
        (
            accommodating.withdraw,
            "Le candidat a retiré sa demande. Cette demande n'attend plus de médecin.",
        ),
    ],
)
def test_why_a_request_cannot_be_taken_is_said_as_it_is(doctor, sent, what, why):
    what(case=sent, by=author(sent.registration.candidate), at=NOW)

    answer = said(take(doctor, sent))

    assert why in answer
    assert "s'en est chargé" not in answer


def test_one_opinion_is_one_line_whatever_its_decision_became(case, doctor, registration):
    write(doctor, case, button="relire")
    sign(doctor, case)
    decide(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    later = accommodating.take_again(
        case=case_of(registration),
        why=Again.ERROR,
        has_opinion=True,
        by=MANAGER,
        at=NOW + timedelta(days=1),
    )

    listed = doctor.get(HOME).context["said"]["lines"]
    former = said(doctor.get(at("case", case)))

    assert [one["case"].pk for one in listed] == [later.pk]
    assert "Le service gestionnaire a repris la décision, et garde votre avis" in former


def test_a_doctor_reads_what_is_granted_already_and_what_is_not_asked_again(
    doctor, notified, registration
):
    ask(registration, Wish("ACCESSIBLE"), at=NOW + timedelta(minutes=1))
    send_again(registration, at=NOW + timedelta(minutes=1))
    later = case_of(registration)
    take(doctor, later)

    page = plain(doctor.get(at("case", later)))

    assert (
        "Décision antérieure Oui, que le service a notifiée le 25 novembre 2026 pour cette "
        "inscription"
    ) in page
    assert "Accordé en ce moment Temps majoré d'un tiers (Français) ; Locaux accessibles" in page
    assert "Accordé, et pas redemandé : cessera Temps majoré d'un tiers" in page


@pytest.mark.parametrize("is_here", [True, False], ids=["here", "in another academy"])
def test_a_doctor_reads_what_was_granted_for_another_registration(
    doctor, notified, registration, is_here
):
    by, later = author(registration.candidate), NOW + timedelta(minutes=1)
    leaving.withdraw(registration=again(registration), by=by, at=later)
    other = a_registration(registration.candidate, informations={"has_disability": "oui"}, at=later)
    reach(other, State.ASKED, Wish("ACCESSIBLE"), has_former_decision=True, at=later)
    case = case_of(other)
    take(doctor, case)
    if not is_here:
        Registration.objects.filter(pk=registration.pk).update(academy="A25")

    page = plain(doctor.get(at("case", case)))

    which = f"l'inscription n°{registration.number}" if is_here else "une autre"
    assert (
        f"Décision antérieure Oui, que le service a notifiée le 25 novembre 2026 pour {which} "
        f"({registration}). Elle accorde : Temps majoré d'un tiers (Français) ; Locaux accessibles."
    ) in page


def test_a_mandatory_paper_that_nobody_confided_is_said_before_the_opinion_is_signed(
    doctor, registration
):
    reach(registration, State.ASKED)
    case = case_of(registration)
    take(doctor, case)
    write(doctor, case)

    lacking = said(doctor.get(at("sign", case)))
    confide(registration, kind="CERTIFICAT")  # The antivirus has not answered yet.
    given = said(doctor.get(at("sign", case)))

    assert "Aucun fichier n'est déposé pour « Certificat du médecin »." in lacking
    assert "Aucun fichier n'est déposé" not in given


def test_who_has_signed_is_led_to_the_request_that_has_waited_longest(doctor, case):
    other = a_registration(a_candidate(birth_name="Zola"), informations={"has_disability": "oui"})
    reach(other, State.ASKED)
    waiting = case_of(other)
    take(doctor, waiting)
    write(doctor, case)

    page = sign(doctor, case)
    [link] = [one for one in seen(page).cssselect("a") if "Demande suivante" in one.text_content()]
    write(doctor, waiting)
    last = sign(doctor, waiting)

    assert link.get("href") == at("case", waiting)
    assert "Demande suivante" not in said(last)


def test_whoever_reads_nothing_here_is_not_said_to_get_a_mail(doctor, db):
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    reach(registration, State.WITH_DOCTOR)
    Case.objects.update(doctor=doctor.user)

    page = said(doctor.get(at("ask", case_of(registration))))

    assert "Ce candidat n'a pas de compte" in page
    assert "Un mail" not in page


# --- Two windows --------------------------------------------------------------------------------


def test_of_two_windows_both_texts_are_shown_and_nothing_is_said_to_be_kept_that_is_not(
    case, doctor
):
    write(doctor, case, texte="L'autre fenêtre")
    stale = {**OPINION, "avis-tiers": UNFAVOURABLE, "texte": "Celle-ci", "revision": "0"}

    kept = doctor.post(at("keep", case), stale)
    page = doctor.post(at("case", case), stale)

    assert "rechargez" not in json.loads(kept.content)["message"]
    assert "« Enregistrer » vous montre les deux" in json.loads(kept.content)["message"]
    text = said(page)
    assert page.status_code == 409
    assert "L'autre fenêtre" in text
    assert page.context["form"]["texte"].value() == "Celle-ci"
    assert "Saisie gardée" not in text
    assert "Ce qui est affiché n'est pas gardé." in text
    assert [label for label, _ in page.context["other"]] == [
        "Temps majoré d'un tiers",
        "Avis pour l'autorité qui décide",
    ]


# --- No diagnosis -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "words"),
    [
        ("Dyslexie sévère, sous Ritaline.", ["Dyslexie", "Ritaline"]),
        ("Voir CIM F81.0, et le traitement.", ["CIM", "F81.0", "traitement"]),
        ("Un ordinateur avec traitement de texte, sujet en A3.", []),
    ],
)
def test_words_that_look_like_a_diagnosis_stand_out_before_signing_and_refuse_nothing(
    case, doctor, texte, words
):
    page = write(doctor, case, button="relire", texte=texte)

    assert page.context["words"] == words
    assert bool(words) == ("semblent dire quelque chose de la santé" in said(page))
    sign(doctor, case)
    assert Case.objects.get(pk=case.pk).state == State.OPINION_GIVEN


def test_a_doctor_corrects_a_signed_opinion_while_nothing_is_decided(case, doctor, registration):
    typed = {"avis-tiers": UNFAVOURABLE, "motif-tiers": "Sa dyslexie.", "texte": "En tout."}
    write(doctor, case, button="relire", **typed)
    sign(doctor, case)
    assert "vous pouvez corriger votre avis" in said(doctor.get(at("case", case)))

    answer = doctor.post(at("case", case), {"corriger": "1"}, follow=True)
    doctor.post(at("case", case), {"corriger": "1"})

    case.refresh_from_db()
    assert (case.state, case.opinion_text, case.opined_at) == (State.WITH_DOCTOR, "", None)
    assert not case.measures.exclude(opinion="", opinion_text="").exists()
    form = answer.context["form"]
    shown = {name: form[name].value() for name in typed}
    assert shown == typed
    assert Entry.objects.filter(verb="accommodation opinion taken back").count() == 1
    assert "Avis repris par son médecin" in said(answer)
    assert "Un nouvel avis est demandé" not in said(answer)
    assert not Entry.objects.filter(payload__icontains="dyslexie").exists()
    write(doctor, case, button="relire", texte="Sa fatigue.")
    sign(doctor, case)
    decide(registration)

    late = doctor.post(at("case", case), {"corriger": "1"}, follow=True)

    assert "Une décision est prise : l'avis ne se corrige plus." in said(late)
    assert Case.objects.get(pk=case.pk).state == State.DECIDED


def test_a_new_opinion_that_the_office_asks_for_is_seen_by_the_doctor(case, doctor):
    write(doctor, case, button="relire", texte="Dyslexie.")
    sign(doctor, case)
    accommodating.reopen(case=case, why=OpinionAgain.HEALTH, by=MANAGER, at=NOW)

    home, page = said(doctor.get(HOME)), said(doctor.get(at("case", case)))

    assert "Avis à redonner" in home
    assert "L'avis dit quelque chose de la santé du candidat" in page
    assert "Dyslexie." in doctor.get(at("case", case)).text


# --- In its time ------------------------------------------------------------------------------


def test_the_page_says_when_papers_are_erased_and_the_draft_goes_with_them(case, doctor):
    from sporades.medical.queries import compartment
    from tests.accommodations.asked import decide

    comment(doctor, case, "À surveiller.", "medecins")
    write(doctor, case, button="relire")
    sign(doctor, case)
    decide(case.registration)
    case = case_of(case.registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)

    assert "Ils seront effacés à partir du 27 février 2027" in said(
        doctor.get(at("case", case))
    ).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    mine = signed_in(case.registration.candidate.user)
    shown = said(mine.get(f"/mes-inscriptions/{case.registration.number}/sante"))
    assert "seront effacés à partir du 27 février 2027" in shown
    found = compartment(case.registration)
    erasing.erase(found, at=found.erase_after)
    assert not Remark.objects.exists()
    assert not Paper.objects.exists()
    assert reverse("doctor:case", args=[case.pk]) in doctor.get(HOME).text


# --- What was not read ------------------------------------------------------------------------


def test_who_signs_unread_is_told_which_papers_and_comments_they_leave(case, doctor):
    paper = Paper.objects.get()
    confide_remark(case.registration)
    write(doctor, case)

    unread = said(doctor.get(at("sign", case)))
    doctor.get(at("paper", case, paper.pk))
    doctor.get(at("remarks", case))
    read = said(doctor.get(at("sign", case)))

    assert "Vous n'avez ouvert aucun des papiers de santé déposés : " in unread
    assert "Vous n'avez pas encore lu un commentaire du candidat" in unread
    assert "Vous n'avez" not in read


def test_of_several_papers_the_number_that_was_not_opened_is_said(case, doctor):
    found_clean(confide(case.registration))
    doctor.get(at("paper", case, Paper.objects.first().pk))
    write(doctor, case)

    assert "Vous n'avez pas ouvert 1 des 2 papiers de santé déposés : " in said(
        doctor.get(at("sign", case))
    )


def test_a_measure_that_is_asked_for_already_is_not_proposed_instead_of_another(case, doctor):
    page = seen(doctor.get(at("case", case)))

    offered = page.xpath("//select[@name='autre-tiers']/option/@value")

    assert "MOITIE" in offered
    assert "ACCESSIBLE" not in offered
    answered = write(doctor, case, **{"avis-tiers": OTHER, "autre-tiers": "ACCESSIBLE"}, relire=1)
    assert (
        "celles que le candidat demande déjà pour ces mêmes épreuves ont leur propre avis."
        in said(answered)
    )


# --- For some épreuves only ---------------------------------------------------------------------


@pytest.fixture
def for_two(doctor):
    """A request for a reader, of every épreuve that is sat, in the charge of the doctor."""
    found = reach(
        a_registration(informations={"has_disability": "oui"}), State.ASKED, Wish("LECTEUR")
    )
    take(doctor, found)
    return found


def ticked(browser, case, *papers, button="relire", opinion=FAVOURABLE, **answers):
    """Fill the opinion on the reader alone."""
    said = {
        "avis-lecteur": opinion,
        "epreuves-lecteur": papers,
        "texte": "Utile à l'écrit.",
        "note": "",
        "revision": revision_of(case),
        **answers,
    }
    if button:
        said[button] = "1"
    return browser.post(at("case", case), said, follow=True)


def test_an_opinion_is_favourable_for_some_of_the_epreuves_only(for_two, doctor):
    shown = said(ticked(doctor, for_two, "E1"))
    assert (
        "Favorable en partie. Favorable pour : Français ; défavorable pour : Mathématiques" in shown
    )

    sign(doctor, for_two)

    assert for_two.measures.get().opinion_papers == ["E1"]
    assert "Favorable en partie. Favorable pour : Français" in said(doctor.get(at("case", for_two)))


def test_the_epreuves_that_are_ticked_are_kept_and_come_back(for_two, doctor):
    ticked(doctor, for_two, "E1", button="")

    page = seen(doctor.get(at("case", for_two)))

    assert page.xpath("//input[@name='epreuves-lecteur'][@checked]/@value") == ["E1"]


def test_every_epreuve_ticked_is_an_opinion_on_all(for_two, doctor):
    every = seen(doctor.get(at("case", for_two))).xpath("//input[@name='epreuves-lecteur']/@value")

    shown = said(ticked(doctor, for_two, *every, texte=""))

    assert "Secrétaire lecteur (Toutes les épreuves) Favorable Pour l'autorité" in shown


def test_an_opinion_for_some_epreuves_says_why_to_the_authority(for_two, doctor):
    answer = ticked(doctor, for_two, "E1", texte="")

    assert (answer.status_code, "pourquoi cet avis n'est pas favorable" in said(answer)) == (
        422,
        True,
    )


def test_an_unfavourable_opinion_on_some_epreuves_is_not_guessed_at(for_two, doctor):
    answer = ticked(doctor, for_two, "E1", opinion=UNFAVOURABLE)

    assert answer.status_code == 422
    assert "Un avis défavorable porte sur toutes les épreuves demandées" in said(answer)


@pytest.mark.parametrize("paper", ["E9", "F1"])
def test_an_epreuve_that_is_not_asked_for_is_refused(for_two, doctor, paper):
    assert ticked(doctor, for_two, paper).status_code == 422


def test_of_a_request_that_another_one_followed_it_is_said_where_the_papers_went(
    case, doctor, registration
):
    write(doctor, case, button="relire")
    sign(doctor, case)
    assert "Autre papier de santé" in said(doctor.get(at("case", case)))
    decide(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    taken_again(case_of(registration), has_opinion=False, at=NOW + timedelta(days=1))

    page = said(doctor.get(at("case", case)))

    assert "les papiers de santé et les commentaires sont passés à elle" in page
    assert "rien de déposé" not in page
    assert "Commentaires (0)" not in page


def test_a_request_that_is_taken_at_the_very_instant_keeps_what_was_typed(
    case, doctor, monkeypatch
):
    def taken(**_):
        raise accommodating.NotInCharge

    monkeypatch.setattr(opining, "keep", taken)

    answer = doctor.post(at("case", case), {**OPINION, "texte": "Un mot.", "revision": "0"})

    assert answer.status_code == 409
    assert "Cette demande ne vous est pas confiée, ou ne l'est plus." in said(answer)
    assert "Un mot." in said(answer)


def test_the_measure_that_is_asked_for_is_favoured_with_another_precision(case, doctor):
    load_invented(
        (
            "libelle: Temps majoré d'un tiers, ",
            'libelle: Temps majoré d\'un tiers, precision: "Comment ?", ',
        )
    )
    forget()
    last = Regulation.objects.latest("pk")
    Registration.objects.filter(pk=case.registration_id).update(regulation=last)
    Case.objects.filter(pk=case.pk).update(regulation=last)
    case.measures.filter(code="TIERS").update(precision="En une fois")
    chosen = {"avis-tiers": OTHER, "autre-tiers": "TIERS", "texte": "En deux fois suffit."}

    offered = said(doctor.get(at("case", case)))
    as_asked = write(doctor, case, button="relire", **chosen, **{"precision-tiers": "en une fois"})
    shown = said(
        write(doctor, case, button="relire", **chosen, **{"precision-tiers": "En deux fois"})
    )
    sign(doctor, case)

    assert "La même mesure, avec une autre précision" in offered
    assert as_asked.context["form"].errors == {"precision-tiers": [AS_ASKED]}
    assert "Favorable, avec une autre précision : En deux fois" in shown
    found = case.measures.get(code="TIERS")
    assert (found.opinion_code, found.opinion_precision) == ("TIERS", "En deux fois")
