"""« Aménagement »: the queue, entrusted, found incomplete, decided, notified, called (H2, H4, I7)."""

from datetime import timedelta

import pypdfium2
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accommodations.models import Case, Signature
from sporades.accommodations.operations import Author, OpinionOn
from sporades.accommodations.queries import papers_asked_of
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import (
    PAPER_ASKED,
    SINCE,
    Decision,
    Opinion,
    OpinionAgain,
    State,
)
from sporades.accounts.models import Membership
from sporades.acts import accommodating, consulting
from sporades.acts.medical import relieving
from sporades.acts.registrations import deciding, leaving
from sporades.batches.models import Batch
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService, Regulation
from sporades.exams.schema.accommodations import OTHER_REASON
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import REASONED, STANDING
from sporades.registrations.states import SET_ASIDE as REGISTRATION_SET_ASIDE
from sporades.registrations.states import State as RegistrationState
from sporades.web.office.accommodations.decision_form import (
    AS_ASKED,
    NOT_SPECIFIED,
    SPECIFIED,
    UNSPECIFIED,
)
from tests.accommodations import asked
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    MANAGER,
    MINOR,
    READER,
    THIRD,
    WISHES,
    WITHOUT_ACCOMMODATIONS,
    WITHOUT_READER,
    WORDS,
    a_doctor,
    a_minor,
    again,
    case_of,
    contest,
    decide,
    entrust,
    has_decided,
    opine,
    reach,
    said_so,
    send,
    sign,
    under,
    write,
)
from tests.accommodations.test_notifying import notified
from tests.factories import NOW, a_candidate, a_registration, author, load_invented
from tests.medical.given import confide, found_clean
from tests.spaces import plain
from tests.web.guide import links, main, seen, signed_in, words

LIST = reverse("office:accommodations")
AUTHOR = {
    "prenom": "Claude",
    "nom": "Martin",
    "fonction": "cheffe de division",
    "service": "Rectorat de Lille",
}
MOST = 14


@pytest.fixture
def doctor(db):
    user = a_doctor()
    Membership.objects.create(
        user=user, role=Membership.Role.DOCTOR, full_name="Dr Camille Roy", academies=["A09"]
    )
    return user


def another(state):
    """Return another registration of Lille whose request stands there."""
    registration = a_registration(a_candidate())
    reach(registration, state)
    return registration


def tab(registration):
    return reverse("office:accommodation", args=[registration.number])


def page_of(registration, step=""):
    where = reverse("office:handle_accommodation", args=[registration.number])
    return f"{where}?etape={step}" if step else where


def do(client, registration, act, *, step="", **said):
    """Press a button of the page as it is shown."""
    page = seen(client.get(page_of(registration, step)))
    shown = {
        one.get("name"): one.get("value")
        for one in page.cssselect(
            "main input[name=vue], main input[name=decidee], main input[name=demande], "
            "main input[name=etat], main input[name=depuis]"
        )
    }
    return client.post(page_of(registration, step), {**shown, "geste": act, **said}, follow=True)


def as_shown(client, registration, *, correcting=False):
    """Return what the form of a decision holds before anything is changed."""
    asked = {"corriger": "1"} if correcting else {}
    form = client.get(page_of(registration), asked).context["asked"].decision
    shown = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in shown.items()}


def test_what_a_doctor_asks_of_the_candidate_is_not_told_to_the_service_as_to_them(
    manager, in_lille
):
    reach(in_lille, State.ASKED)
    case = case_of(in_lille)
    accommodating.declare_incomplete(case=case, missing=PAPER_ASKED, by=MANAGER, at=NOW)

    for page in (tab(in_lille), page_of(in_lille)):
        said = main(manager.get(page))
        assert "répondez-lui" not in said, page
        assert "un papier ou une précision" in said, page


def as_sent(client, registration, act, **said):
    """Return what a button of the page sends, as it is shown now."""
    page = seen(client.get(page_of(registration)))
    [form] = [one.getparent() for one in page.cssselect(f"main input[name=geste][value={act}]")]
    return {**dict(form.form_values()), "geste": act, **said}


TYPED = "Il manque la page 2 de l'avis de l'établissement."


@pytest.mark.parametrize("state", [State.WITH_DOCTOR, State.ASKED])
def test_what_is_missing_of_an_older_page_is_kept_and_said_once_it_is_read_again(
    manager, in_lille, doctor, state
):
    reach(in_lille, State.ASKED)
    sent = as_sent(manager, in_lille, "incomplete", manque=TYPED)
    if state == State.WITH_DOCTOR:
        entrust(in_lille, doctor, at=NOW + timedelta(hours=1))
    else:
        by = author(in_lille.candidate)
        accommodating.take_up(case=case_of(in_lille), by=by, at=NOW)
        write(in_lille, Wish(READER))
        send(in_lille)

    answer = manager.post(page_of(in_lille), sent)

    assert (answer.status_code, case_of(in_lille).state) == (409, state)
    page = seen(answer)
    assert page.cssselect("main textarea[name=manque]")[0].text.strip() == TYPED
    said = "Un médecin a cette demande" if state == State.WITH_DOCTOR else "a changé depuis"
    assert said in main(answer)
    [form] = [one.getparent() for one in page.cssselect("input[name=geste][value=incomplete]")]

    manager.post(page_of(in_lille), {**dict(form.form_values()), "geste": "incomplete"})

    assert case_of(in_lille).missing == TYPED


def test_what_is_missing_is_said_otherwise_from_its_page(manager, in_lille):
    reach(in_lille, State.INCOMPLETE)
    page = seen(manager.get(page_of(in_lille)))
    assert page.cssselect("textarea[name=manque]")[0].text.strip() == "Le papier est illisible."

    said = main(do(manager, in_lille, "reformuler", manque=TYPED))

    assert "Ce qui manque est dit autrement" in said
    assert case_of(in_lille).missing == TYPED


PARAGRAPHS = "La page 2 manque.\n\nL'avis n'est pas signé."


def paragraphs_of(page, begins):
    """Return the paragraphs that begin so and keep their lines."""
    found = [one.text_content().strip() for one in seen(page).cssselect("main .s-lines")]
    return [one for one in found if begins in one.replace("\xa0", " ")]


def test_the_paragraphs_of_what_is_missing_stay_apart_for_the_office_and_for_the_candidate(
    manager, db
):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.ASKED)

    do(manager, registration, "incomplete", manque=PARAGRAPHS.replace("\n", "\r\n"))

    assert case_of(registration).missing == PARAGRAPHS
    mine = signed_in(registration.candidate.user)
    theirs = reverse("candidate:accommodation", args=[registration.number])
    for client, where, begins in (
        (manager, page_of(registration), "Il manque :"),
        (manager, tab(registration), "Le candidat complète sa demande :"),
        (mine, theirs, "La page 2 manque."),
        (mine, reverse("candidate:home"), "La page 2 manque."),
    ):
        [said] = paragraphs_of(client.get(where), begins)
        assert PARAGRAPHS in said


def test_the_paragraphs_of_why_a_taking_again_is_cancelled_stay_apart(manager, in_lille):
    reach(in_lille, State.NOTIFIED)
    do(manager, in_lille, "revoir", avis="garde")

    do(manager, in_lille, "laisser", motif=PARAGRAPHS)

    told = paragraphs_of(manager.get(tab(in_lille)), "Motif :")
    assert len(told) == 2
    assert all(PARAGRAPHS in one for one in told)


def test_who_rewords_what_a_colleague_has_reworded_reads_it_and_keeps_what_they_typed(
    manager, in_lille
):
    reach(in_lille, State.INCOMPLETE)
    sent = as_sent(manager, in_lille, "reformuler", manque=TYPED)
    accommodating.reword_missing(
        case=case_of(in_lille),
        missing="Une page.",
        seen=NOW,
        by=MANAGER,
        at=NOW + timedelta(hours=1),
    )

    answer = manager.post(page_of(in_lille), sent)

    assert (answer.status_code, case_of(in_lille).missing) == (409, "Une page.")
    assert "Il manque : Une page." in main(answer)
    assert seen(answer).cssselect("textarea[name=manque]")[0].text.strip() == TYPED


def test_an_incomplete_request_is_complete_after_all_from_its_page(manager, in_lille):
    reach(in_lille, State.INCOMPLETE)

    said = main(do(manager, in_lille, "complete"))

    assert "La demande est complète, telle qu'elle était envoyée" in said
    assert "un mail" in said.lower()
    assert case_of(in_lille).state == State.ASKED


def test_a_request_that_its_candidate_is_changing_is_not_found_complete_from_its_page(
    manager, in_lille
):
    reach(in_lille, State.INCOMPLETE)
    sent = as_sent(manager, in_lille, "complete")
    write(in_lille, Wish(READER))

    page = manager.get(page_of(in_lille))
    assert "Le candidat a commencé à changer sa demande" in main(page)
    assert not seen(page).cssselect("input[name=geste][value=complete]")
    assert manager.post(page_of(in_lille), sent).status_code == 422
    assert case_of(in_lille).state == State.INCOMPLETE


def test_what_a_doctor_asks_is_gone_back_on_but_not_reworded_by_the_service(manager, in_lille):
    case = reach(in_lille, State.WITH_DOCTOR)
    accommodating.declare_incomplete(case=case, missing=PAPER_ASKED, by=MANAGER, at=NOW)

    page = seen(manager.get(page_of(in_lille)))

    acts = [one.get("value") for one in page.cssselect("input[name=geste]")]
    assert acts == ["complete"]


def test_the_queue_says_how_many_wait_at_each_step_and_for_how_long(manager, in_lille):
    reach(in_lille, State.ASKED, at=NOW - timedelta(days=3))
    another(State.ASKED)
    another(State.OPINION_GIVEN)
    another(State.WITH_DOCTOR)
    another(State.INCOMPLETE)

    said = {
        one.label: (one.count, one.age)
        for one in manager.get(reverse("office:home")).context["queues"]
    }
    steps = manager.get(LIST).context["steps"]

    assert said["Aménagements"] == (3, "3 jours")
    assert {one["step"].code: one["count"] for one in steps} == {
        "a-confier": 2,
        "a-decider": 1,
        "a-notifier": 0,
        "recours": 0,
        "a-appeler": 0,
        "a-appeler-reponse": 0,
        "chez-le-medecin": 1,
        "a-completer": 1,
        "en-modification": 0,
    }


def test_what_its_candidate_changes_has_a_step_that_says_since_when(manager, in_lille):
    ago, by = timedelta(days=1), author(in_lille.candidate)
    case = reach(in_lille, State.ASKED, at=NOW - 5 * ago)
    accommodating.take_up(case=case, by=by, at=NOW - 3 * ago)
    write(in_lille, Wish(READER), late_reason="APPARUE", at=NOW - 2 * ago)
    another(State.PREPARING)  # never sent, it is its candidate's alone

    page = manager.get(LIST, {"etape": "en-modification"})

    assert page.context["steps"][-1]["count"] == 1
    assert page.context["steps"][-1]["age"] == "3 jours"
    [line] = page.context["lines"]
    assert (line["holder"], line["age"], line["late"]) == ("Le candidat", "3 jours", "")
    assert in_lille.number in main(page)
    assert "Le candidat modifie sa demande" in main(manager.get(line["url"]))
    queues = manager.get(reverse("office:home")).context["queues"]
    assert "Aménagements" not in {one.label for one in queues}


@pytest.mark.parametrize(
    ("state", "step", "holder"),
    [
        (State.ASKED, "a-confier", "Votre service"),
        (State.INCOMPLETE, "a-completer", "Le candidat"),
        (State.WITH_DOCTOR, "chez-le-medecin", "Dr Camille Roy"),
        (State.OPINION_GIVEN, "a-decider", "Votre service"),
        (State.DECIDED, "a-notifier", "Votre service"),
    ],
)
def test_each_step_names_its_requests_and_who_has_them(manager, in_lille, state, step, holder):
    reach(in_lille, state)

    page = manager.get(LIST, {"etape": step})

    assert [one["holder"] for one in page.context["lines"]] == [holder]
    assert in_lille.number in main(page)


@pytest.mark.usefixtures("kept", "confided")
@pytest.mark.parametrize("is_confided", [False, True])
@pytest.mark.parametrize(
    ("state", "is_said"),
    [(State.ASKED, True), (State.OPINION_GIVEN, True), (State.DECIDED, False)],
)
def test_the_list_says_whether_the_mandatory_papers_are_there(
    manager, in_lille, is_confided, state, is_said
):
    if is_confided:
        confide(in_lille, kind="CERTIFICAT")
    reach(in_lille, state)

    page = main(manager.get(LIST))

    said = "tous déposés" if is_confided else "il en manque un"
    assert (f"Papiers obligatoires : {said}" in page) == is_said


@pytest.mark.parametrize(
    ("state", "step", "action"),
    [
        (State.OPINION_GIVEN, "a-decider", "follow-opinion"),
        (State.DECIDED, "a-notifier", "notify-accommodation"),
    ],
)
def test_those_that_are_ticked_or_all_go_to_a_batch_that_is_seen_first(
    manager, in_lille, state, step, action
):
    reach(in_lille, state)
    another(state)
    another(State.ASKED)
    where = f"{LIST}?etape={step}"
    ticks = seen(manager.get(where)).cssselect("main input[name=choix]")
    assert min(one.get("value") for one in ticks) == in_lille.number

    page = manager.post(where, {"choix": [in_lille.number]}, follow=True)

    batch = Batch.objects.get()
    assert (batch.total, batch.action, batch.state) == (1, action, "prepared")
    assert "Demandes d'aménagement traitées : 1." in main(page)
    manager.post(where, {"toutes": "1"})
    assert sorted(Batch.objects.values_list("total", flat=True)) == [1, 2]
    assert case_of(in_lille).state == state


def test_pressed_again_it_leads_to_the_batch_that_is_made_already(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    where = f"{LIST}?etape=a-decider"

    def pressed():
        page = seen(manager.get(where))
        return {
            one.get("name"): one.get("value")
            for one in page.cssselect("main [name=envoi], main [name=toutes]")
        }

    asked = pressed()
    first, second = manager.post(where, asked), manager.post(where, asked)

    assert first.url == second.url == reverse("office:one_batch", args=[Batch.objects.get().pk])
    another(State.OPINION_GIVEN)
    manager.post(where, {**pressed(), "envoi": asked["envoi"]})
    assert sorted(Batch.objects.values_list("total", flat=True)) == [1, 2]


def test_nothing_ticked_is_said_and_no_other_step_has_a_batch(manager, in_lille):
    reach(in_lille, State.ASKED)

    said = manager.post(f"{LIST}?etape=a-decider", {}, follow=True)
    manager.post(f"{LIST}?etape=a-confier", {"toutes": "1"})
    manager.post(f"{LIST}?etape=a-decider", {"choix": [in_lille.number]})
    manager.post(LIST, {"toutes": "1"})

    assert "Cochez au moins une demande dans la liste." in main(said)
    assert not seen(manager.get(f"{LIST}?etape=a-confier")).cssselect("main input[name=choix]")
    assert not Batch.objects.exists()


def test_no_batch_takes_what_is_in_another_academy(manager, in_versailles):
    reach(in_versailles, State.OPINION_GIVEN)

    manager.post(f"{LIST}?etape=a-decider", {"choix": [in_versailles.number]})
    manager.post(f"{LIST}?etape=a-decider", {"toutes": "1"})

    assert not Batch.objects.exists()


def test_another_academy_has_its_own_queue(manager, in_versailles):
    reach(in_versailles, State.ASKED)

    assert manager.get(LIST).context["lines"] == []
    assert manager.get(tab(in_versailles)).status_code == 404
    assert manager.get(page_of(in_versailles)).status_code == 404


def test_until_when_a_request_that_is_not_sent_may_be_is_said_also_once_it_is_late(
    member, in_lille, stopped_clock
):
    asked.write(in_lille)
    deadline = "mardi 15 décembre 2026 à 23 h 59 (heure de Paris)"
    said = plain(main(member("A09", email="avant@exemple.test").get(tab(in_lille))))
    assert f"La demande n'est pas encore envoyée : elle est à envoyer avant le {deadline}." in said

    stopped_clock.move_to(asked.LATE)
    client, now = member("A09"), asked.LATE.isoformat()
    session = client.session
    session.update({"seen_at": now, "since": now})
    session.save()
    said = plain(main(client.get(tab(in_lille))))
    assert (
        f"La demande n'est pas encore envoyée, et la date limite, le {deadline}, est passée : une "
        "demande tardive est encore reçue."
    ) in said

    deciding.decide(
        registration=again(in_lille),
        decision=REGISTRATION_SET_ASIDE,
        reason="Doublon",
        by=MANAGER,
        at=asked.LATE,
    )
    said = plain(main(client.get(tab(in_lille))))
    assert "n'est pas encore envoyée" not in said


@pytest.mark.parametrize("declared", ["oui", "non"])
@pytest.mark.parametrize("how", ["alone", "with its registration"])
def test_a_request_that_was_taken_back_is_not_said_not_begun(manager, declared, how):
    registration = a_registration(informations={"has_disability": declared})
    not_begun = "Le candidat a déclaré un handicap, et n'a pas commencé de demande."
    before = plain(main(manager.get(tab(registration))))
    assert (not_begun in before) is (declared == "oui")
    if how == "alone":
        reach(registration, State.WITHDRAWN)
    else:
        reach(registration, State.ASKED)
        by = author(registration.candidate)
        leaving.withdraw(registration=again(registration), by=by, at=NOW)

    said = plain(main(manager.get(tab(registration))))

    assert "Aucune demande n'est en cours : la dernière a été retirée." in said
    assert not_begun not in said
    assert "Aucun aménagement n'est demandé." not in said


def test_of_who_is_set_aside_nothing_is_awaited_of_the_office(manager, in_lille):
    reach(in_lille, State.ASKED)
    assert "À vous : vérifiez que la demande est complète." in plain(
        main(manager.get(tab(in_lille)))
    )

    deciding.decide(
        registration=again(in_lille),
        decision=REGISTRATION_SET_ASIDE,
        reason="Doublon",
        by=MANAGER,
        at=NOW,
    )

    assert "À vous" not in main(manager.get(tab(in_lille)))


def test_a_request_is_entrusted_to_a_doctor_then_comes_the_next_one(manager, in_lille, doctor):
    reach(in_lille, State.ASKED, at=NOW - timedelta(days=3))
    following = another(State.ASKED)

    answered = do(manager, in_lille, "confier", step="a-confier", medecin=str(doctor.pk))

    case = case_of(in_lille)
    assert (case.state, case.doctor, case.doctor_name) == (
        State.WITH_DOCTOR,
        doctor,
        "Dr Camille Roy",
    )
    assert answered.redirect_chain[-1][0] == page_of(following, "a-confier")


def test_a_doctor_of_another_academy_is_not_offered(manager, in_lille):
    reach(in_lille, State.ASKED)
    far = a_doctor("loin@exemple.test")
    Membership.objects.create(
        user=far, role=Membership.Role.DOCTOR, full_name="Dr Loin", academies=["A25"]
    )

    assert "Aucun médecin désigné n'a de compte ouvert" in main(manager.get(page_of(in_lille)))
    vue = case_of(in_lille).revision
    answered = manager.post(
        page_of(in_lille), {"vue": vue, "geste": "confier", "medecin": str(far.pk)}
    )

    assert answered.status_code == 422
    assert case_of(in_lille).state == State.ASKED


def test_of_several_doctors_it_is_said_how_many_requests_each_has(manager, in_lille, doctor):
    other = a_doctor("autre.medecin@exemple.test")
    Membership.objects.create(
        user=other, role=Membership.Role.DOCTOR, full_name="Dr Paul Petit", academies=["A09"]
    )
    elsewhere = a_registration(a_candidate(email="une.autre@exemple.test"))
    reach(elsewhere, State.ASKED)
    entrust(elsewhere, doctor)
    reach(in_lille, State.ASKED)

    page = manager.get(page_of(in_lille))

    offered = [words(one) for one in seen(page).cssselect("[name=medecin] option")]
    assert offered == [
        "Choisissez",
        "Dr Camille Roy (1 demande en attente)",
        "Dr Paul Petit (aucune demande en attente)",
    ]


def test_a_doctor_who_was_only_invited_is_not_offered(manager, in_lille, doctor):
    reach(in_lille, State.ASKED)
    doctor.set_unusable_password()
    doctor.save()

    page = main(manager.get(page_of(in_lille)))

    assert "Aucun médecin désigné n'a de compte ouvert pour son académie et son domaine" in page


def test_where_no_doctor_is_it_is_said_whom_to_ask_for_one(manager, in_lille, member):
    reach(in_lille, State.ASKED)
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    invite = "Proposer une invitation"

    for page in (page_of(in_lille), f"{LIST}?etape=a-confier"):
        asked = manager.get(page)
        assert "Demandez à un chef de service ou à un administrateur d'en inviter un." in main(
            asked
        )
        assert links(asked, invite) == []
        assert links(head.get(page), invite) == [reverse("office:invite_agent")]


def test_what_was_changed_meanwhile_is_not_entrusted_unread(manager, in_lille, doctor):
    reach(in_lille, State.ASKED)
    vue = case_of(in_lille).revision
    Case.objects.update(revision=vue + 1)

    answered = manager.post(
        page_of(in_lille), {"vue": vue, "geste": "confier", "medecin": str(doctor.pk)}
    )

    assert answered.status_code == 422
    assert "Cette demande a changé depuis que vous l'avez ouverte" in main(answered)


def test_what_is_missing_is_said_to_the_candidate(manager, in_lille):
    reach(in_lille, State.ASKED)

    refused = manager.post(page_of(in_lille), {"vue": 1, "geste": "incomplete", "manque": ""})
    assert refused.status_code == 422
    assert words(seen(refused).cssselect("title")[0]).startswith("1 erreur : Aménagement")
    do(manager, in_lille, "incomplete", manque="L'avis de l'établissement n'est pas signé.")

    case = case_of(in_lille)
    assert (case.state, case.missing) == (
        State.INCOMPLETE,
        "L'avis de l'établissement n'est pas signé.",
    )
    assert Message.objects.filter(kind="something_awaits").count() == 1


def test_a_request_is_taken_from_its_doctor(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)

    do(manager, in_lille, "reprendre")

    assert case_of(in_lille).state == State.ASKED


def test_nor_from_the_next_one_by_a_page_that_was_opened_before(manager, in_lille, doctor):
    former = reach(in_lille, State.WITH_DOCTOR)
    page = seen(manager.get(page_of(in_lille)))
    [form] = [
        one for one in page.cssselect("main form") if one.cssselect("[name=geste][value=reprendre]")
    ]
    read = {one.get("name"): one.get("value") for one in form.cssselect("input")}
    accommodating.take_from_doctor(case=former, by=MANAGER, at=NOW)
    entrust(in_lille, doctor, at=NOW + timedelta(minutes=1))

    answered = manager.post(page_of(in_lille), read)

    assert answered.status_code == 409
    assert "Cette demande a changé depuis que vous l'avez ouverte" in main(answered)
    assert case_of(in_lille).doctor == doctor
    do(manager, in_lille, "reprendre")
    assert case_of(in_lille).state == State.ASKED


def test_which_papers_were_confided_is_seen_and_none_is_opened(manager, in_lille):
    reach(in_lille, State.ASKED)
    before = main(manager.get(page_of(in_lille)))
    asked, *_ = papers_asked_of(in_lille)
    found_clean(confide(in_lille, kind=asked.code, name="ordonnance secrète.pdf"))

    after = main(manager.get(page_of(in_lille)))

    assert before.count("pas déposé") == after.count("pas déposé") + 1
    assert "ordonnance" not in after
    assert "sante" not in str(seen(manager.get(page_of(in_lille))).xpath("//main//a/@href"))


def test_the_form_proposes_what_the_doctor_advises(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR, Wish(THIRD), Wish(READER), Wish(ACCESS))
    opine(
        in_lille,
        TIERS=OpinionOn(Opinion.OTHER, HALF),
        LECTEUR=OpinionOn(Opinion.UNFAVOURABLE),
    )

    do(manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR})

    case = case_of(in_lille)
    assert (case.state, case.author_in_words) == (
        State.DECIDED,
        "Claude Martin, cheffe de division, Rectorat de Lille",
    )
    assert [(one.code, one.decision, one.decided_code) for one in case.measures.all()] == [
        (THIRD, Decision.OTHER, HALF),
        (READER, Decision.REFUSED, ""),
        (ACCESS, Decision.GRANTED, ACCESS),
    ]


def test_the_way_back_to_a_request_is_said_where_one_is_led_elsewhere_alone(
    manager, in_lille, doctor
):
    reach(in_lille, State.ASKED)
    back = "//main//a[.='Revenir à cette demande']/@href"

    entrusted = do(manager, in_lille, "confier", step="a-confier", medecin=str(doctor.pk))
    opine(in_lille, ACCESS=OpinionOn(Opinion.FAVOURABLE))
    decided = do(manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR})

    assert seen(entrusted).xpath(back) == [tab(in_lille)]
    assert "La décision est enregistrée : relisez-la, puis notifiez-la." in main(decided)
    assert seen(decided).xpath(back) == []


def test_a_decision_against_the_opinion_says_why(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    against = {**as_shown(manager, in_lille), **AUTHOR, "decision-tiers": "refused"}

    refused = do(manager, in_lille, "decider", **against)
    assert refused.status_code == 422
    assert "Dites le motif : le candidat le lira." in main(refused)
    do(manager, in_lille, "decider", **{**against, "contre-tiers": "L'épreuve est courte."})

    found = case_of(in_lille).measures.get(code=THIRD)
    assert (found.decision, found.reason) == (Decision.REFUSED, "L'épreuve est courte.")


def test_two_measures_that_exclude_each_other_are_not_both_granted(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR, Wish(THIRD, ("E1",)), Wish(HALF, ("E1",)))
    said_so(in_lille)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    typed = {**as_shown(manager, in_lille), **AUTHOR, "decision-tiers": "granted"}

    page = do(manager, in_lille, "decider", **{**typed, "contre-tiers": "La famille insiste."})

    assert page.status_code == 422
    [fault] = page.context["asked"].decision.errors["decision-moitie"]
    assert fault.startswith(WORDS)
    assert page.context["asked"].decision["contre-tiers"].value() == "La famille insiste."
    assert case_of(in_lille).state == State.OPINION_GIVEN


def test_a_reason_of_the_opinion_is_proposed_with_the_doctors_words(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))

    shown = as_shown(manager, in_lille)

    assert shown["motif-tiers"].endswith("Il écrit : Les mesures conviennent.")
    assert shown["contre-tiers"] == ""
    assert "motif-accessible" not in shown


def test_where_the_doctor_says_nothing_of_a_measure_its_reason_is_to_be_written(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, says="", TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    page = main(manager.get(page_of(in_lille)))
    assert "Le médecin n'en a pas écrit pour cette mesure : c'est à vous de l'écrire." in page
    assert "Le médecin écrit, pour l'ensemble de la demande : Un mot pour l'ensemble." in page
    shown = {**as_shown(manager, in_lille), **AUTHOR}
    assert shown["motif-tiers"] == ""

    refused = do(manager, in_lille, "decider", **shown)
    assert refused.context["asked"].decision.errors == {
        "motif-tiers": ["Dites le motif : le candidat le lira."]
    }
    do(manager, in_lille, "decider", **{**shown, "motif-tiers": "L'épreuve est courte."})

    assert case_of(in_lille).measures.get(code=THIRD).reason == "L'épreuve est courte."


def test_what_the_opinion_refuses_is_granted_for_a_reason_of_its_own(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    shown = as_shown(manager, in_lille)
    against = {**shown, **AUTHOR, "decision-tiers": "granted"}

    unsaid = do(manager, in_lille, "decider", **against)
    hidden = do(manager, in_lille, "decider", **{**against, "motif-tiers": ""})
    copied = do(manager, in_lille, "decider", **{**against, "contre-tiers": shown["motif-tiers"]})

    assert (unsaid.status_code, copied.status_code) == (422, 422)
    assert "Dites le motif : le candidat le lira." in main(unsaid)
    assert shown["motif-tiers"] in main(hidden)
    assert "Ce motif explique une autre décision" in main(copied)
    do(manager, in_lille, "decider", **{**against, "contre-tiers": "Un autre avis le demande."})
    found = case_of(in_lille).measures.get(code=THIRD)
    assert (found.decision, found.reason) == (Decision.GRANTED, "Un autre avis le demande.")


@pytest.mark.parametrize(
    ("opinion", "said"),
    [
        (Opinion.UNFAVOURABLE, "écrivez votre motif dans l'autre champ"),
        (Opinion.FAVOURABLE, "aucun motif n'est dit"),
    ],
)
def test_a_reason_against_the_opinion_that_is_followed_is_not_lost_unsaid(
    manager, in_lille, opinion, said
):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(opinion))
    typed = {**as_shown(manager, in_lille), **AUTHOR, "contre-tiers": "Un mot de trop."}

    answered = do(manager, in_lille, "decider", **typed)

    assert (answered.status_code, said in main(answered)) == (422, True)
    assert "Un mot de trop." in answered.text


def test_what_is_written_for_the_opinion_is_not_lost_unsaid_where_it_is_not_followed(
    manager, in_lille
):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    against = {**as_shown(manager, in_lille), **AUTHOR, "decision-tiers": "granted"}
    against["contre-tiers"] = "Un autre avis le demande."

    answered = do(manager, in_lille, "decider", **{**against, "motif-tiers": "Mes mots."})

    assert answered.status_code == 422
    assert "écrivez votre motif dans l'autre champ, et effacez celui-ci" in main(answered)
    assert "Mes mots." in answered.text
    assert do(manager, in_lille, "decider", **{**against, "motif-tiers": ""}).status_code == 200


def test_another_measure_that_goes_with_no_such_decision_is_not_dropped_unsaid(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    typed = {**as_shown(manager, in_lille), **AUTHOR, "autre-tiers": HALF}

    answered = do(manager, in_lille, "decider", **typed)

    assert answered.status_code == 422
    assert "la décision n'est pas « Autre mesure accordée »" in main(answered)
    assert answered.context["asked"].decision["autre-tiers"].value() == HALF


def test_the_other_measure_that_the_form_proposed_goes_with_what_it_was_proposed_for(
    manager, in_lille
):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.OTHER, HALF))
    typed = {**as_shown(manager, in_lille), **AUTHOR, "decision-tiers": "refused"}
    assert typed["autre-tiers"] == HALF

    do(manager, in_lille, "decider", **{**typed, "contre-tiers": "L'épreuve est courte."})

    assert case_of(in_lille).measures.get(code=THIRD).decision == Decision.REFUSED


def test_a_decision_that_is_read_over_is_corrected_before_it_is_notified(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    refused = {
        **as_shown(manager, in_lille),
        **AUTHOR,
        "decision-tiers": "refused",
        "contre-tiers": "L'épreuve est courte.",
    }
    do(manager, in_lille, "decider", **refused)
    page = seen(manager.get(page_of(in_lille, "a-notifier")))
    link, *_ = page.xpath("//main//a[text()='Corriger la décision']/@href")
    assert link == "?etape=a-notifier&corriger=1"

    shown = as_shown(manager, in_lille, correcting=True)
    assert shown == refused
    corrected = {**shown, "contre-tiers": "L'épreuve est trop courte."}
    answered = do(manager, in_lille, "corriger", step="a-notifier", **corrected)

    assert answered.redirect_chain[-1][0] == page_of(in_lille, "a-notifier")
    assert "L'épreuve est trop courte." in main(answered)
    assert case_of(in_lille).state == State.DECIDED
    do(manager, in_lille, "notifier")
    assert "trop courte" in str(case_of(in_lille).notification.content)


def test_a_correction_that_is_refused_loses_nothing(manager, in_lille):
    reach(in_lille, State.DECIDED)
    shown = as_shown(manager, in_lille, correcting=True)

    answered = do(
        manager, in_lille, "corriger", **{**shown, "decision-tiers": "refused", "nom": "Dubois"}
    )

    assert answered.status_code == 422
    assert "Enregistrer la correction" in main(answered)
    assert answered.context["asked"].decision["nom"].value() == "Dubois"
    assert case_of(in_lille).measures.get(code=THIRD).decision == Decision.GRANTED


def test_of_two_who_read_a_decision_over_none_notifies_what_the_other_corrected(
    manager, member, in_lille
):
    reach(in_lille, State.DECIDED)
    page = seen(manager.get(page_of(in_lille)))
    read = {one.get("name"): one.get("value") for one in page.cssselect("main form input")}
    shown = as_shown(manager, in_lille, correcting=True)
    refused = {**shown, **AUTHOR, "decision-tiers": "refused", "contre-tiers": "Motif."}
    other = member("A09", email="autre@exemple.test")
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        do(other, in_lille, "corriger", **refused)

        answered = manager.post(page_of(in_lille), {**read, "geste": "notifier"})

    assert answered.status_code == 422
    assert "Cette demande a changé depuis que vous l'avez ouverte" in main(answered)
    assert case_of(in_lille).state == State.DECIDED


@pytest.mark.parametrize("read", ["", "hier", "2026-13-45T00:00:00+00:00"])
def test_a_decision_that_was_not_read_is_not_notified(manager, in_lille, read):
    reach(in_lille, State.DECIDED)

    answered = do(manager, in_lille, "notifier", decidee=read)

    assert answered.status_code == 422
    assert case_of(in_lille).state == State.DECIDED


def test_who_corrects_the_decision_of_another_is_named_when_they_say_so(manager, member, in_lille):
    reach(in_lille, State.DECIDED)
    first = case_of(in_lille).decided_by_id
    shown = as_shown(manager, in_lille, correcting=True)
    named = {"nom": "Martin", "prenom": "Claude", "fonction": "cheffe du service des examens"}

    do(manager, in_lille, "corriger", **{**shown, **named, "service": "Rectorat de Lille"})
    kept = case_of(in_lille).decided_by_id
    do(manager, in_lille, "corriger", **{**shown, **AUTHOR, "nom": "Dubois"})

    assert (kept, case_of(in_lille).decided_by_id) == (first, f"user:{manager.user.pk}")


@pytest.mark.parametrize("name", AUTHOR)
def test_a_decision_says_who_takes_it(manager, in_lille, name):
    reach(in_lille, State.OPINION_GIVEN)

    answered = do(
        manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR, name: ""}
    )

    assert answered.status_code == 422
    assert case_of(in_lille).state == State.OPINION_GIVEN


def test_two_who_decide_at_once_make_one_decision(manager, member, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    said = {
        "vue": case_of(in_lille).revision,
        "geste": "decider",
        **as_shown(manager, in_lille),
        **AUTHOR,
    }

    first = manager.post(page_of(in_lille), said)
    second = member("A09", email="autre@exemple.test").post(
        page_of(in_lille), {**said, "nom": "Dubois"}
    )

    assert (first.status_code, second.status_code) == (302, 422)
    assert case_of(in_lille).decided_last_name == "Martin"


def test_a_decision_without_an_opinion_is_not_offered(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)

    answered = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **AUTHOR})

    assert answered.status_code == 422
    assert case_of(in_lille).state == State.WITH_DOCTOR


def test_from_the_decision_to_the_notification_that_is_read(manager, in_lille):
    reach(in_lille, State.DECIDED)

    do(manager, in_lille, "notifier")

    case = case_of(in_lille)
    assert case.state == State.NOTIFIED
    assert "Pas encore lue." in main(manager.get(tab(in_lille)))
    by = author(in_lille.candidate)
    consulting.open_document(version=case.notification, by=by, at=NOW)
    assert "Lue pour la première fois le" in main(manager.get(tab(in_lille)))
    assert DocumentVersion.objects.filter(document__kind="decision-amenagement").count() == 1


def test_who_goes_through_a_step_reads_how_many_are_left(manager, in_lille):
    reach(in_lille, State.ASKED)
    another(State.ASKED)
    another(State.DECIDED)

    assert "Encore 2 à cette étape" in main(manager.get(page_of(in_lille, "a-confier")))
    assert "Encore" not in main(manager.get(page_of(in_lille)))


def test_calls_are_made_and_noted_one_after_the_other_from_the_list(manager, in_lille):
    reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=6))
    where = f"{LIST}?etape=a-appeler"
    page = seen(manager.get(where))
    assert page.xpath("//main//a[starts-with(@href, 'tel:')]/@href")
    [form] = page.xpath("//main//form[.//button[@value='absent']]")
    sent = {one.get("name"): one.get("value") for one in form.xpath(".//input")}

    noted = manager.post(form.get("action"), {**sent, "appel": "absent"}, follow=True)
    manager.post(form.get("action"), {**sent, "appel": "prevenu"})
    late = manager.post(form.get("action"), {**sent, "appel": "absent"})

    assert late.status_code == 409
    assert "Rien n'est noté : " in main(late)
    assert "a prévenu le candidat entre-temps, le " in main(late)
    assert noted.redirect_chain[-1][0] == where
    assert "personne n'a répondu" in main(noted)
    assert case_of(in_lille).is_reached
    assert not seen(manager.get(f"{LIST}?etape=a-confier")).xpath(
        "//main//a[starts-with(@href, 'tel:')]"
    )


def test_who_has_not_read_is_called_and_a_colleague_knows_it(manager, in_lille):
    reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=6))
    page = manager.get(LIST, {"etape": "a-appeler"})
    assert [one["registration"].number for one in page.context["lines"]] == [in_lille.number]

    do(manager, in_lille, "appel", appel="absent")
    assert "personne n'a répondu" in main(manager.get(LIST, {"etape": "a-appeler"}))
    do(manager, in_lille, "appel", appel="prevenu")

    assert manager.get(LIST, {"etape": "a-appeler"}).context["lines"] == []
    assert case_of(in_lille).is_reached


SIX_DAYS_LATER = NOW + timedelta(days=6)


@pytest.mark.parametrize(("year", "is_called"), [(2009, True), (2008, False)])
def test_the_guardian_of_who_has_come_of_age_since_is_not_called(member, year, is_called):
    minor = a_minor(a_candidate(**{**MINOR, "birth_year": year}))
    notified(minor)

    with time_machine.travel(SIX_DAYS_LATER, tick=False):
        manager = member("A09", email="apres@exemple.test", at=SIX_DAYS_LATER)
        pages = [main(manager.get(one)) for one in (f"{LIST}?etape=a-appeler", page_of(minor))]

    assert [minor.number in one for one in pages] == [True, True]
    assert ["06 39 98 12 35" in plain(one) for one in pages] == [is_called] * 2


@pytest.mark.parametrize(("year", "is_called"), [(2009, True), (2008, False)])
def test_nor_are_they_of_an_answer_that_is_not_read(member, year, is_called):
    minor = a_minor(a_candidate(**{**MINOR, "birth_year": year}))
    notified(minor)
    signer = Author("Claude", "Martin", "cheffe de division", "Rectorat de Lille")
    accommodating.refuse_appeal(
        found=contest(case_of(minor)), reason="Non", author=signer, by=MANAGER, at=NOW
    )
    appeal = reverse("office:appeal", args=[minor.number])

    with time_machine.travel(SIX_DAYS_LATER, tick=False):
        manager = member("A09", email="apres@exemple.test", at=SIX_DAYS_LATER)
        pages = [main(manager.get(one)) for one in (f"{LIST}?etape=a-appeler-reponse", appeal)]

    assert ["Prévenir par téléphone" in one or "Prévenu" in one for one in pages] == [True, True]
    assert ["06 39 98 12 35" in plain(one) for one in pages] == [is_called] * 2


def test_who_has_not_read_is_called_though_they_have_begun_another_request(manager, in_lille):
    decided = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=6))
    write(in_lille, Wish(READER))
    [line] = manager.get(LIST, {"etape": "a-appeler"}).context["lines"]

    page = main(manager.get(line["url"]))
    do(manager, in_lille, "appel", step="a-appeler", appel="prevenu")

    assert "Temps majoré d'un tiers" in page
    assert "Secrétaire lecteur" not in page
    decided.refresh_from_db()
    assert decided.is_reached
    assert case_of(in_lille).state == State.PREPARING


@pytest.mark.parametrize("is_taken_again", [True, False])
def test_who_has_not_read_is_called_about_that_decision_while_another_is_made(
    manager, in_lille, is_taken_again
):
    decided = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=6))
    if is_taken_again:
        do(manager, in_lille, "revoir", avis="garde")
    else:
        reach(in_lille, State.ASKED, Wish(READER))
    [line] = manager.get(LIST, {"etape": "a-appeler"}).context["lines"]

    page = main(manager.get(line["url"]))
    noted = do(manager, in_lille, "appel", step="a-appeler", appel="prevenu")

    assert "est en cours : la traiter" in page
    assert "Reprendre la décision" not in page
    assert "L'appel est noté." in main(noted)
    decided.refresh_from_db()
    assert decided.is_reached
    assert manager.get(LIST, {"etape": "a-appeler"}).context["lines"] == []
    assert "Prévenir par téléphone" not in main(manager.get(page_of(in_lille)))


def test_a_decision_is_taken_again_though_its_candidate_has_begun_another_request(
    manager, in_lille
):
    decided = reach(in_lille, State.NOTIFIED, at=NOW - timedelta(days=6))
    assert "jamais envoyée, est alors abandonnée" not in main(manager.get(page_of(in_lille)))
    write(in_lille, Wish(READER), at=NOW)
    begun, file = case_of(in_lille), main(manager.get(tab(in_lille)))

    assert "Traiter la décision notifiée" in file
    assert "Traiter la demande" not in file
    assert "jamais envoyée, est alors abandonnée" in main(manager.get(page_of(in_lille)))
    do(manager, in_lille, "revoir", avis="garde")

    begun.refresh_from_db()
    assert begun.state == State.WITHDRAWN
    made = Case.objects.get(instead_of=decided)
    assert made.state == State.OPINION_GIVEN


def asked_for_less(registration):
    """Have measures notified, and less asked for the day after, with the doctor."""
    later = NOW + timedelta(days=1)
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER, ("E1", "E2")))
    write(registration, Wish(READER, ("E1",)), at=later)
    send(registration, at=later)
    entrust(registration, at=later)


def test_who_decides_reads_what_is_granted_now_and_what_will_stop(manager, in_lille):
    asked_for_less(in_lille)

    page = main(manager.get(page_of(in_lille)))
    opine(in_lille, at=NOW + timedelta(days=1))
    to_decide = main(manager.get(page_of(in_lille)))

    whole = "Temps majoré d'un tiers (Français, Mathématiques et Éducation physique et sportive)"
    for said in (page, to_decide):
        assert "Décision antérieure Oui, que le service a notifiée le 25 novembre 2026" in plain(
            said
        )
        assert f"Elle accorde : {whole} Secrétaire lecteur" in plain(said)
        assert (
            f"plus une fois la nouvelle décision notifiée : {whole} Secrétaire lecteur "
            "(Mathématiques)"
        ) in plain(said)


def test_who_only_reads_the_file_is_not_told_more_of_it(member, in_lille):
    asked_for_less(in_lille)

    page = main(member("A09", role=Membership.Role.AUDITOR, email="a@b.test").get(tab(in_lille)))

    assert "est en vigueur jusqu'à la nouvelle" in page
    assert "Elle accorde" not in page
    assert "plus une fois" not in page


def test_who_decides_reads_which_papers_were_confided(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)

    assert "Certificat du médecin : pas déposé" in main(manager.get(page_of(in_lille)))


# --- What changes while a page is open --------------------------------------------------------


def taken_up(registration):
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=NOW)


def test_what_was_typed_of_a_request_that_its_candidate_changes_is_shown(manager, in_lille, doctor):
    reach(in_lille, State.ASKED)
    vue = case_of(in_lille).revision
    taken_up(in_lille)
    said = {"vue": vue, "geste": "incomplete", "manque": "L'avis n'est pas signé."}

    answered = manager.post(page_of(in_lille, "a-confier"), said)
    entrusted = manager.post(
        page_of(in_lille), {"vue": vue, "geste": "confier", "medecin": str(doctor.pk)}
    )
    opened = manager.get(page_of(in_lille))

    assert [one.status_code for one in (answered, entrusted, opened)] == [422, 422, 200]
    assert "Le candidat modifie sa demande : rien de ce que vous venez de faire" in main(answered)
    assert "Ce que vous aviez répondu Ce qui manque L'avis n'est pas signé." in main(answered)
    assert "elle revient à votre service quand il l'envoie de nouveau" in main(opened)
    assert case_of(in_lille).state == State.PREPARING


def test_of_a_request_that_was_taken_back_it_is_said_with_what_was_typed(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    typed = {
        **as_shown(manager, in_lille),
        **AUTHOR,
        "decision-tiers": "refused",
        "contre-tiers": "L'épreuve est courte.",
    }
    by = author(in_lille.candidate)
    accommodating.withdraw(case=case_of(in_lille), by=by, at=NOW)

    answered = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **typed})

    assert answered.status_code == 422
    assert "Cette demande a été retirée : rien de ce que vous venez de faire" in main(answered)
    assert "Refusée. Motif : L'épreuve est courte." in main(answered)
    assert f"Qualité {AUTHOR['fonction']}" in main(answered)


def test_of_a_request_that_was_taken_back_the_ticked_epreuves_are_shown_too(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(THIRD))
    typed = {**as_shown(manager, in_lille), **AUTHOR, "epreuves-tiers": ["E1"]}
    by = author(in_lille.candidate)
    accommodating.withdraw(case=case_of(in_lille), by=by, at=NOW)

    answered = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **typed})
    replaced = {**typed, "decision-tiers": "other", "autre-tiers": READER}
    other = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **replaced})

    assert "Accordée. Seulement pour Français" in main(answered)
    assert "Autre mesure accordée : Secrétaire lecteur. Seulement pour Français" in main(other)


def test_who_decides_second_sees_both_decisions_and_may_put_theirs_instead(
    manager, member, in_lille
):
    reach(in_lille, State.OPINION_GIVEN)
    mine = {
        **as_shown(manager, in_lille),
        **AUTHOR,
        "decision-tiers": "refused",
        "contre-tiers": "L'épreuve est courte.",
    }
    other = member("A09", email="autre@exemple.test")
    theirs = {**as_shown(other, in_lille), **AUTHOR, "nom": "Dubois"}
    do(other, in_lille, "decider", **theirs)

    answered = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **mine})

    assert answered.status_code == 422
    page = main(answered)
    assert "Une décision a été prise entre-temps par Claude Dubois" in page
    assert "Décision prise : accordée" in page
    assert "Le formulaire garde vos réponses." in page
    assert "part de ce qui a été décidé" not in page
    form = answered.context["asked"].decision
    assert form["decision-tiers"].value() == "refused"
    assert form["contre-tiers"].value() == "L'épreuve est courte."
    shown = {
        one.get("name"): one.get("value")
        for one in seen(answered).cssselect("main input[type=hidden]")
        if one.get("name") in ("vue", "decidee", "geste")
    }
    assert shown["geste"] == "corriger"
    manager.post(page_of(in_lille), {**mine, **shown})
    assert case_of(in_lille).measures.get(code=THIRD).decision == Decision.REFUSED


def test_who_decides_second_reads_why_the_first_decided_so(manager, member, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    mine = {**as_shown(manager, in_lille), **AUTHOR}
    other = member("A09", email="autre@exemple.test")
    refused = {"decision-tiers": "refused", "contre-tiers": "L'épreuve est courte."}
    do(other, in_lille, "decider", **{**mine, **refused, "nom": "Dubois"})

    answered = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **mine})
    correcting = manager.get(page_of(in_lille), {"corriger": "1"})

    assert answered.status_code == 422
    assert "Décision prise : refusée. Motif : « L'épreuve est courte. »" in main(answered)
    assert "Décision prise : refusée. Motif" not in main(correcting)
    assert correcting.context["asked"].decision["contre-tiers"].value() == "L'épreuve est courte."


def test_who_decides_in_two_windows_is_not_told_of_a_colleague(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    mine = {**as_shown(manager, in_lille), **AUTHOR}
    do(manager, in_lille, "decider", **mine)

    answered = manager.post(page_of(in_lille), {"vue": 1, "geste": "decider", **mine})

    page = main(answered)
    assert "Vous avez déjà enregistré une décision : celle-ci n'est pas enregistrée." in page
    assert "entre-temps par" not in page


def test_a_new_opinion_is_asked_for_before_anything_is_decided(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="Dyslexie sévère."))
    page = main(manager.get(page_of(in_lille)))
    assert "L'avis semble dire quelque chose de la santé du candidat « Dyslexie »" in page

    unsaid = do(manager, in_lille, "nouvel-avis")
    answer = do(manager, in_lille, "nouvel-avis", raison="health")

    assert unsaid.status_code == 422
    assert "Un nouvel avis est demandé" in main(answer)
    case = case_of(in_lille)
    assert (case.state, case.opinion_again) == (State.WITH_DOCTOR, "health")
    assert not case.measures.exclude(opinion="", opinion_text="").exists()
    opine(in_lille, at=NOW + timedelta(hours=1))
    assert case_of(in_lille).opinion_again == ""


def test_an_opinion_that_was_given_again_is_not_decided_of_unread(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    typed = {**as_shown(manager, in_lille), **AUTHOR, "vue": "1", "geste": "decider"}
    page = seen(manager.get(page_of(in_lille)))
    [read] = page.cssselect("main input[name=avis][type=hidden]")
    case = case_of(in_lille)
    accommodating.reopen(case=case, why=OpinionAgain.UNCLEAR, by=MANAGER, at=NOW)
    opine(in_lille, at=NOW + timedelta(hours=1), TIERS=OpinionOn(Opinion.UNFAVOURABLE))

    answered = manager.post(page_of(in_lille), {**typed, "avis": read.get("value")})

    assert answered.status_code == 422
    assert "Le médecin a donné un autre avis depuis que vous avez ouvert cette page" in main(
        answered
    )
    assert case_of(in_lille).state == State.OPINION_GIVEN


def test_a_reason_that_quotes_an_opinion_given_anew_since_is_proposed_anew(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    against = OpinionOn(Opinion.UNFAVOURABLE, text="Elle fatigue vite.")
    opine(in_lille, TIERS=against)
    shown = {**as_shown(manager, in_lille), **AUTHOR, "vue": "2", "geste": "decider"}
    written = {**shown, "motif-tiers": "Elle suit un autre rythme."}
    [read] = seen(manager.get(page_of(in_lille))).cssselect("main input[name=avis][type=hidden]")
    case = case_of(in_lille)
    accommodating.reopen(case=case, why=OpinionAgain.DOCTOR, by=MANAGER, at=NOW)
    anew = OpinionOn(Opinion.UNFAVOURABLE, text="Elle a le temps.")
    opine(in_lille, at=NOW + timedelta(hours=1), TIERS=anew)

    answers = [
        manager.post(page_of(in_lille), {**said, "avis": read.get("value")})
        for said in (shown, written)
    ]

    found = [one.context["asked"].decision["motif-tiers"] for one in answers]
    assert "fatigue" in shown["motif-tiers"]
    assert found[0].value().endswith("Il écrit : Elle a le temps.")
    assert found[1].value() == "Elle suit un autre rythme."
    assert "Proposé d'après l'avis" in found[0].field.help_text


def test_what_was_written_with_an_opinion_stays_where_the_next_one_calls_for_no_reason(
    manager, in_lille
):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE, text="Elle fatigue vite."))
    shown = {**as_shown(manager, in_lille), **AUTHOR, "vue": "2", "geste": "decider"}
    written = {**shown, "motif-tiers": "Elle suit un autre rythme."}
    [read] = seen(manager.get(page_of(in_lille))).cssselect("main input[name=avis][type=hidden]")
    accommodating.reopen(case=case_of(in_lille), why=OpinionAgain.DOCTOR, by=MANAGER, at=NOW)
    opine(in_lille, at=NOW + timedelta(hours=1))

    answer = manager.post(page_of(in_lille), {**written, "avis": read.get("value")})

    form = answer.context["asked"].decision
    assert "motif-tiers" not in form.fields
    assert form["contre-tiers"].value() == "Elle suit un autre rythme."


def test_who_corrects_the_decision_of_another_is_its_author(manager, member, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    other = member("A09", email="autre@exemple.test")
    do(other, in_lille, "decider", **{**as_shown(other, in_lille), **AUTHOR, "nom": "Dubois"})

    shown = as_shown(manager, in_lille, correcting=True)
    page = main(manager.get(page_of(in_lille), {"corriger": "1"}))
    own = as_shown(other, in_lille, correcting=True)

    assert shown["nom"] != "Dubois"
    assert "Elle est signée de Claude Dubois, cheffe de division" in page
    assert own["nom"] == "Dubois"
    assert "Elle est signée de" not in main(other.get(page_of(in_lille), {"corriger": "1"}))


def test_the_name_of_who_signed_is_elided(manager, member, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    other = member("A09", email="autre@exemple.test")
    said = {**as_shown(other, in_lille), **AUTHOR, "prenom": "Anne-Élise"}
    do(other, in_lille, "decider", **said)

    page = main(manager.get(page_of(in_lille), {"corriger": "1"}))

    assert "Elle est signée d'Anne-Élise Martin, cheffe de division" in page


def test_what_the_doctor_writes_of_a_measure_stands_whatever_is_decided(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))

    form = manager.get(page_of(in_lille)).context["asked"].decision

    told = form["decision-tiers"].help_text
    assert told.endswith("Avis défavorable. Il écrit : « Les mesures conviennent. »")


def test_each_fault_of_a_decision_names_its_measure(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    against = {
        **as_shown(manager, in_lille),
        **AUTHOR,
        "decision-tiers": "refused",
        "decision-accessible": "other",
    }

    page = main(do(manager, in_lille, "decider", **against))

    assert (
        "« Temps majoré d'un tiers », motif, si vous ne suivez pas l'avis du médecin : Dites le motif"
        in page.replace("\xa0", " ")
    )
    assert "« Locaux accessibles », mesure accordée à la place : Choisissez" in page.replace(
        "\xa0", " "
    )


def test_another_reason_of_a_late_request_is_read_in_its_words(manager, in_lille):
    late = timedelta(days=25)
    reach(
        in_lille, State.ASKED, late_reason=OTHER_REASON, late_words="Je l'ignorais.", at=NOW + late
    )

    page = main(manager.get(page_of(in_lille))).replace("\xa0", " ")

    assert "Autre raison : Je l'ignorais." in page


def test_what_came_after_the_deadline_of_a_request_that_was_in_time_is_read(manager, in_lille):
    after = NOW + timedelta(days=25)
    case = reach(in_lille, State.ASKED)
    accommodating.take_up(case=case, by=author(in_lille.candidate), at=after)
    reach(in_lille, State.ASKED, *WISHES, Wish(READER), late_reason="APPARUE", at=after)

    page = main(manager.get(page_of(in_lille))).replace("\xa0", " ")
    assert (
        "Après la date limite « Secrétaire lecteur ». La gêne est apparue après la date limite"
        in page
    )
    listed = main(manager.get(f"{LIST}?etape=a-confier")).replace("\xa0", " ")
    assert "Procédure complète, avec un ajout tardif" in listed


@pytest.mark.parametrize(("civility", "said"), [("mme", ", mineure"), ("m", ", mineur")])
def test_who_is_a_minor_is_said_by_their_civility(manager, civility, said):
    minor = a_minor(a_candidate(**MINOR, civility=civility))
    write(minor)
    sign(minor)
    send(minor)

    page = manager.get(page_of(minor))

    assert page.context["born"].endswith(said)


def test_what_no_guardian_of_a_minor_has_signed_is_said(manager):
    minor = a_minor()
    write(minor)
    sign(minor)
    send(minor)
    assert "Non signée" not in main(manager.get(tab(minor)))
    Signature.objects.all().delete()

    assert "Non signée : le candidat est mineur" in main(manager.get(tab(minor)))
    assert "Non signée : le candidat est mineur" in main(manager.get(page_of(minor)))


@pytest.mark.parametrize("name", ["Paul Martin", "LE GOFF Anne"])
def test_a_signature_by_another_than_the_registration_names_is_said(manager, name):
    minor = a_minor()
    write(minor)
    sign(minor, name=name, is_another=True)
    send(minor)

    said = main(manager.get(tab(minor)))

    assert f"Signée par {name}, mère, le" in said
    named = "L'inscription nomme un autre représentant légal : Anne Le Goff." in said
    assert named is (name == "Paul Martin")


def test_former_requests_are_told_apart_where_a_decision_was_taken_again(manager, in_lille):
    reach(in_lille, State.NOTIFIED)
    for _ in range(2):
        do(manager, in_lille, "revoir", avis="garde")
        decide(in_lille)
        case = case_of(in_lille)
        accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)

    lines = [one["said"] for one in manager.get(tab(in_lille)).context["before"]]

    assert [one.startswith("Décision reprise le ") for one in lines] == [True, False]
    assert lines[1].startswith("Demande du ")
    assert all(" : notifiée le " in one for one in lines)


def test_a_decision_taken_again_by_mistake_is_left_as_it_is(manager, in_lille):
    reach(in_lille, State.NOTIFIED)
    again = main(do(manager, in_lille, "revoir", avis="garde"))
    assert "(celle qui est notifiée vaut jusqu'à la nouvelle), un mail part" in again
    Message.objects.all().delete()

    unsaid = do(manager, in_lille, "laisser", motif="")
    assert (unsaid.status_code, "Dites le motif" in main(unsaid)) == (422, True)
    shown = {"vue": 1, "demande": case_of(in_lille).pk, "geste": "laisser", "motif": "Par erreur."}
    said = main(manager.post(page_of(in_lille), shown, follow=True))

    assert "La reprise est annulée : la décision notifiée reste en vigueur" in said
    assert "Reprendre la décision" in said
    case = case_of(in_lille)
    assert (case.state, case.left_reason) == (State.WITHDRAWN, "Par erreur.")
    page = main(manager.get(tab(in_lille))).replace("\xa0", " ")
    assert "Fait : Décision reprise" in page
    assert "Fait : Reprise annulée" in page
    assert "la décision notifiée reste en vigueur. Motif : Par erreur." in page
    assert "reprise annulée le mercredi 25 novembre 2026" in page
    # Pressed twice, it is done once.
    twice = manager.post(page_of(in_lille), shown, follow=True)
    assert "La reprise est annulée" in main(twice)
    assert Message.objects.filter(kind="something_awaits").count() == 1


def test_what_a_colleague_decided_meanwhile_is_shown_in_the_place_of_cancelling(
    manager, member, in_lille
):
    reach(in_lille, State.NOTIFIED)
    do(manager, in_lille, "revoir", avis="garde")
    shown = {"vue": 1, "demande": case_of(in_lille).pk, "geste": "laisser", "motif": "Par erreur."}
    other = member("A09", email="autre@exemple.test")
    do(other, in_lille, "decider", **{**as_shown(other, in_lille), **AUTHOR, "nom": "Dubois"})

    answered = manager.post(page_of(in_lille), shown)

    assert answered.status_code == 409
    assert "Une nouvelle décision a été prise entre-temps" in main(answered)
    assert "Claude Dubois, cheffe de division" in main(answered)
    assert "Ce que vous aviez répondu Motif Par erreur." in main(answered)
    assert case_of(in_lille).state == State.DECIDED


def test_another_taking_again_than_the_one_that_was_read_is_not_cancelled(manager, in_lille):
    reach(in_lille, State.NOTIFIED)
    do(manager, in_lille, "revoir", avis="garde")
    former = {"vue": 1, "demande": 0, "geste": "laisser", "motif": "Par erreur."}

    answered = manager.post(page_of(in_lille), former)

    assert answered.status_code == 409
    assert case_of(in_lille).is_open


def test_a_decision_taken_again_starts_from_what_was_decided(manager, in_lille):
    reach(in_lille, State.WITH_DOCTOR)
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    granted = {
        **as_shown(manager, in_lille),
        **AUTHOR,
        "decision-tiers": "granted",
        "contre-tiers": "Un autre avis le demande.",
    }
    do(manager, in_lille, "decider", **granted)
    do(manager, in_lille, "notifier")

    do(manager, in_lille, "revoir", avis="garde")

    shown = as_shown(manager, in_lille)
    assert {**shown, "service": AUTHOR["service"]} == granted
    page = main(manager.get(page_of(in_lille)))
    assert "Les mesures conviennent. » Décision prise : accordée" in page
    do(manager, in_lille, "decider", **{**granted, "nom": "Martine"})
    found = case_of(in_lille).measures.get(code=THIRD)
    assert (found.decision, found.reason) == (Decision.GRANTED, "Un autre avis le demande.")


def test_after_another_opinion_the_form_starts_from_it_and_says_what_was_decided(manager, in_lille):
    reach(in_lille, State.NOTIFIED)
    do(manager, in_lille, "revoir", avis="nouveau")
    entrust(in_lille)
    opine(in_lille, at=NOW + timedelta(days=1), TIERS=OpinionOn(Opinion.UNFAVOURABLE))

    assert as_shown(manager, in_lille)["decision-tiers"] == "refused"
    page = main(manager.get(page_of(in_lille)))
    assert "Les mesures conviennent. » Décision prise : accordée" in page


def test_who_only_reads_sees_measures_and_neither_why_nor_the_doctor_s_words(member, in_lille):
    reach(in_lille, State.WITH_DOCTOR, Wish(THIRD))
    opine(in_lille, TIERS=OpinionOn(Opinion.UNFAVOURABLE))
    manager = member("A09")
    said = {**as_shown(manager, in_lille), **AUTHOR, "motif-tiers": "Un motif écrit."}
    do(manager, in_lille, "decider", **said)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="auditeur@exemple.test")

    page = main(auditor.get(tab(in_lille)))

    assert "Temps majoré d'un tiers" in page
    assert "Refusée" in page
    for secret in ("Un motif écrit.", "Les mesures conviennent.", "Avis du médecin"):
        assert secret in main(manager.get(tab(in_lille)))
        assert secret not in page
    assert auditor.get(page_of(in_lille)).status_code in (403, 404)
    assert auditor.get(LIST).status_code in (403, 404)


def test_a_request_that_is_being_prepared_is_not_looked_at(manager, in_lille):
    write(in_lille)

    assert "Le candidat prépare sa demande" in main(manager.get(tab(in_lille)))
    assert manager.get(page_of(in_lille)).status_code == 404


OWN_WORDS = {"late_reason": OTHER_REASON, "late_words": "Je sors de l'hôpital.", "plan": "PAP"}


def test_nothing_is_read_of_a_request_that_was_never_sent_and_no_word_of_it_stays(
    manager, in_lille
):
    write(in_lille, Wish(READER), **OWN_WORDS, at=NOW + timedelta(days=25))

    page = main(manager.get(tab(in_lille))).replace("\xa0", " ")
    by = author(in_lille.candidate)
    accommodating.withdraw(case=case_of(in_lille), by=by, at=NOW + timedelta(days=25))

    assert "Elle se lit ici une fois envoyée." in page
    for said in ("hôpital", "Plan en vigueur", "Secrétaire lecteur"):
        assert said not in page
    assert (case_of(in_lille).late_reason, case_of(in_lille).late_words) == ("", "")


@pytest.fixture
def precise(db):
    """Have the réglementation ask which reader: in the candidate's words."""
    load_invented(("Secrétaire lecteur, ", 'Secrétaire lecteur, precision: "Lequel ?", '))
    forget()
    return a_registration(informations={"has_disability": "oui"})


def test_what_is_changed_of_a_request_is_read_once_it_is_sent_again(manager, precise):
    reach(precise, State.ASKED, Wish(READER, (), "Une personne lente"), plan="PAP")
    taken_up(precise)
    write(precise, Wish(READER, (), "Quelqu'un du service de soins"), Wish(ACCESS))

    def pages():
        got = [manager.get(where(precise)) for where in (tab, page_of)]
        return [main(one).replace("\xa0", " ") for one in got]

    for page in pages():
        assert "Secrétaire lecteur : Une personne lente" in page
        assert "Plan en vigueur Plan d'accompagnement" in page
        for changed in ("soins", "Locaux accessibles"):
            assert changed not in page
    send(precise)
    for page in pages():
        assert "Secrétaire lecteur : Quelqu'un du service de soins" in page
        assert "Plan en vigueur Aucun" in page


@pytest.mark.parametrize("state", [State.INCOMPLETE, State.WITHDRAWN])
def test_own_words_that_may_not_have_been_sent_are_not_read(manager, precise, state):
    late = NOW + timedelta(days=25)
    reach(precise, State.INCOMPLETE, Wish(READER, (), "Une lente"), **OWN_WORDS, at=late)
    said = {**OWN_WORDS, "late_words": "Je sors de chimiothérapie."}
    write(precise, Wish(READER, (), "Du service de soins"), **said, at=late)
    if state == State.WITHDRAWN:
        by = author(precise.candidate)
        accommodating.withdraw(case=case_of(precise), by=by, at=late)

    page = main(manager.get(page_of(precise))).replace("\xa0", " ")

    assert "Secrétaire lecteur" in page
    assert "Demande tardive Autre raison" in page
    for unsent in ("soins", "chimiothérapie"):
        assert unsent not in page


def test_a_request_is_where_its_registration_is(member, manager, in_lille):
    there = member("A25", email="versailles@exemple.test")
    reach(in_lille, State.ASKED)
    assert not there.get(LIST).context["lines"]

    moved = RegistrationService.objects.get(academy="A25")
    Registration.objects.filter(pk=in_lille.pk).update(academy="A25", service=moved)

    assert not manager.get(LIST).context["lines"]
    assert [line["registration"] for line in there.get(LIST).context["lines"]] == [in_lille]


@pytest.mark.parametrize("state", RegistrationState)
def test_the_request_of_a_registration_that_stands_no_more_waits_for_nobody(
    manager, in_lille, state
):
    reach(in_lille, State.ASKED)
    reason = "Motif" if state in REASONED else ""
    left_at = NOW if state == RegistrationState.WITHDRAWN else None

    Registration.objects.filter(pk=in_lille.pk).update(
        state=state, reason=reason, withdrawn_at=left_at
    )

    assert bool(manager.get(LIST).context["lines"]) == (state in STANDING)


def test_whatever_is_written_a_request_says_what_its_registration_says(in_lille, in_versailles):
    reach(in_lille, State.ASKED)
    rows = Case.objects.filter(registration=in_lille)
    rows.update(academy="A99", stands=False, since=None)
    found = rows.get()
    assert (found.academy, found.stands, found.since) == ("A09", True, found.asked_at)

    found.academy, found.stands, found.since = "", False, None
    found.save()
    found.refresh_from_db()
    assert (found.academy, found.stands, found.since) == ("A09", True, found.asked_at)

    rows.update(registration=in_versailles)
    found.refresh_from_db()
    assert found.academy == "A25"


@pytest.mark.parametrize("state", SINCE)
def test_a_request_waits_since_the_instant_of_its_state(in_lille, state):
    found = reach(in_lille, state)
    found.refresh_from_db()

    assert found.state == state
    assert found.since == getattr(found, SINCE[state]) is not None


def test_the_queue_asks_as_many_questions_for_one_as_for_three(manager, in_lille):
    reach(in_lille, State.ASKED)

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as counted:
            manager.get(LIST)
        return len(counted)

    asked()
    one = asked()
    another(State.ASKED)
    another(State.ASKED)

    assert asked() == one
    assert one <= MOST


def test_what_a_doctor_has_is_not_entrusted_again(manager, in_lille, doctor):
    write(in_lille)
    send(in_lille)
    entrust(in_lille)

    answered = manager.post(
        page_of(in_lille), {"vue": 1, "geste": "confier", "medecin": str(doctor.pk)}
    )

    assert answered.status_code == 422


def test_the_office_sees_that_a_request_lost_its_doctor(manager, in_lille, doctor):
    reach(in_lille, State.WITH_DOCTOR)
    Membership.objects.filter(user=doctor).update(academies=["A25"])
    relieving.relieve(at=NOW)
    Membership.objects.filter(user=doctor).update(academies=["A09"])

    listed = main(manager.get(LIST, {"etape": "a-confier"}))
    page = main(manager.get(page_of(in_lille))).replace("\xa0", " ")

    assert "Son médecin ne peut plus s'en charger" in listed
    assert "le médecin qui l'avait ne peut plus s'en charger : confiez-la à un autre." in page
    do(manager, in_lille, "confier", medecin=str(doctor.pk))
    assert "ne peut plus s'en charger" not in main(manager.get(page_of(in_lille)))


def test_the_decision_is_read_before_it_is_notified(manager, in_lille):
    reach(in_lille, State.DECIDED)

    page = main(manager.get(page_of(in_lille)))

    assert "Relisez-le, tel que le candidat le lira : corrigez-le s'il le faut" in page
    assert "Décision prise par : Claude Martin, cheffe du service des examens" in page
    assert "Autorité : Recteur de l'académie" in page
    assert "Le tribunal compétent est celui du lieu où siège l'autorité qui décide." in page


def test_who_decides_for_the_first_time_writes_their_quality_which_is_then_said_again(
    manager, in_lille
):
    reach(in_lille, State.OPINION_GIVEN)

    shown = as_shown(manager, in_lille)

    has_decided(f"user:{manager.user.pk}")
    again = as_shown(manager, in_lille)
    assert (shown["prenom"], shown["nom"], shown["fonction"]) == ("Claude", "Martin", "")
    assert again["fonction"] == "cheffe du service des examens"


# --- For some épreuves only ---------------------------------------------------------------------


def opined_for(registration, *papers):
    """Have the doctor favour a reader for some of the épreuves alone."""
    reach(registration, State.WITH_DOCTOR, Wish(READER))
    opine(registration, LECTEUR=OpinionOn(Opinion.FAVOURABLE, papers=papers))


def test_the_form_starts_from_the_epreuves_that_the_doctor_favours(manager, in_lille):
    opined_for(in_lille, "E1")

    shown = as_shown(manager, in_lille)
    page = main(manager.get(page_of(in_lille)))
    do(manager, in_lille, "decider", **{**shown, **AUTHOR})

    assert shown["epreuves-lecteur"] == ["E1"]
    assert "Toutes les épreuves. Avis favorable seulement pour Français" in page
    found = case_of(in_lille).measures.get()
    assert (found.decided_papers, found.reason) == (["E1"], shown["motif-lecteur"])
    decided = main(manager.get(page_of(in_lille)))
    assert "Accordée en partie Accordée pour : Français ; refusée pour : Mathématiques" in decided


@pytest.mark.parametrize("ticked", [[], ["E2"], ["E1", "E2"]])
def test_other_epreuves_than_the_doctor_favours_are_granted_for_a_reason(manager, in_lille, ticked):
    opined_for(in_lille, "E1")
    against = {**as_shown(manager, in_lille), **AUTHOR, "epreuves-lecteur": ticked}

    refused = do(manager, in_lille, "decider", **against)

    assert refused.status_code == 422
    assert "Dites le motif : le candidat le lira." in main(refused)
    do(manager, in_lille, "decider", **{**against, "contre-lecteur": "Le sujet est long."})
    assert case_of(in_lille).measures.get().decided_papers == ticked


def test_what_is_favoured_for_all_is_granted_for_some_for_a_reason(manager, in_lille):
    opined_for(in_lille)
    some = {**as_shown(manager, in_lille), **AUTHOR, "epreuves-lecteur": ["E2"]}

    refused = do(manager, in_lille, "decider", **some)
    do(manager, in_lille, "decider", **{**some, "contre-lecteur": "L'autre est courte."})

    assert refused.status_code == 422
    found = case_of(in_lille).measures.get()
    assert (found.decision, found.decided_papers) == (Decision.GRANTED, ["E2"])


def test_a_refusal_for_some_epreuves_only_is_not_guessed_at(manager, in_lille):
    opined_for(in_lille, "E1")
    refused = {
        **as_shown(manager, in_lille),
        **AUTHOR,
        "decision-lecteur": "refused",
        "contre-lecteur": "Non prévu.",
    }

    answered = do(manager, in_lille, "decider", **{**refused, "epreuves-lecteur": ["E2"]})

    assert answered.status_code == 422
    assert "Un refus porte sur toutes les épreuves demandées" in main(answered)
    do(manager, in_lille, "decider", **refused)
    found = case_of(in_lille).measures.get()
    assert (found.decision, found.decided_papers) == (Decision.REFUSED, [])


def test_a_correction_starts_from_the_epreuves_that_were_granted(manager, in_lille):
    opined_for(in_lille, "E1")
    decided = {**as_shown(manager, in_lille), **AUTHOR, "epreuves-lecteur": ["E2"]}
    do(manager, in_lille, "decider", **{**decided, "contre-lecteur": "Le sujet est long."})

    shown = as_shown(manager, in_lille, correcting=True)

    assert (shown["epreuves-lecteur"], shown["contre-lecteur"]) == (["E2"], "Le sujet est long.")
    page = main(manager.get(page_of(in_lille), {"corriger": "1"}))
    assert "Décision prise : accordée seulement pour Mathématiques" in page


def test_no_epreuve_is_chosen_of_what_is_for_the_whole_exam_nor_of_one_alone(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(THIRD, ("E1",)), Wish(ACCESS))

    shown = as_shown(manager, in_lille)

    assert [name for name in shown if name.startswith("epreuves")] == []


def test_which_epreuves_another_measure_reaches_is_said_before_and_the_rest_is_not_refused(
    manager, member
):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.OPINION_GIVEN, Wish(READER))
    form = manager.get(page_of(registration)).context["asked"].decision
    told = form.fields["autre-lecteur"].help_text
    typed = {
        "decision-lecteur": "other",
        "autre-lecteur": THIRD,
        "contre-lecteur": "Le temps suffit.",
    }

    do(manager, registration, "decider", **{**as_shown(manager, registration), **AUTHOR, **typed})
    page = main(manager.get(page_of(registration)))

    assert "« Temps majoré d'un tiers »" in told
    assert "seulement pour Français" in told
    assert "Navigation" not in told
    assert "sans objet pour : Navigation, que cette mesure ne concerne pas" in page
    assert "refusée pour" not in page


def test_another_measure_that_suits_none_of_the_epreuves_is_told_at_its_place(manager, member):
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.OPINION_GIVEN, Wish(READER, ("M1",)))
    typed = {
        "decision-lecteur": "other",
        "autre-lecteur": THIRD,
        "contre-lecteur": "Le temps suffit.",
    }

    answered = do(
        manager, registration, "decider", **{**as_shown(manager, registration), **AUTHOR, **typed}
    )

    form = answered.context["asked"].decision
    [fault] = form.errors["autre-lecteur"]
    assert "« Temps majoré d'un tiers » ne concerne aucune des épreuves demandées" in fault
    assert form["contre-lecteur"].value() == "Le temps suffit."
    assert case_of(registration).state == State.OPINION_GIVEN


def test_who_has_read_the_decision_sees_for_which_epreuves_it_grants(manager, in_lille):
    opined_for(in_lille, "E1")
    do(manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR})
    do(manager, in_lille, "notifier")
    by = author(in_lille.candidate)
    consulting.open_document(version=case_of(in_lille).notification, by=by, at=NOW)
    mine = signed_in(in_lille.candidate.user)

    page = main(mine.get(reverse("candidate:accommodation", args=[in_lille.number])))

    assert "Accordée en partie Accordée pour : Français ; refusée pour : Mathématiques" in page


HEALTH = "La dyslexie du candidat et sa Ritaline ne justifient pas un lecteur."
AFTER_READING = {"relu": "on", "mots": "dyslexie Ritaline"}


def pointed_out(answer):
    """Return the words of health that a page asks to read over, as its form would send them."""
    return [one.get("value") for one in seen(answer).cssselect("main form input[name=mots]")]


def test_words_of_health_in_a_decision_are_read_over_before_it_is_saved(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(READER))
    refused = {"decision-lecteur": "refused", "contre-lecteur": HEALTH}
    said = {**as_shown(manager, in_lille), **AUTHOR, **refused}

    answer = do(manager, in_lille, "decider", **said)

    assert (answer.status_code, case_of(in_lille).state) == (422, State.OPINION_GIVEN)
    assert pointed_out(answer) == ["dyslexie Ritaline"]
    assert seen(answer).cssselect("textarea[name=contre-lecteur]")[0].text.strip() == HEALTH
    do(manager, in_lille, "decider", **said, **AFTER_READING)
    assert case_of(in_lille).measures.get().reason == HEALTH


def test_a_word_of_health_that_comes_after_the_others_were_read_over_is_read_over_too(
    manager, in_lille
):
    reach(in_lille, State.OPINION_GIVEN, Wish(READER))
    refused = {"decision-lecteur": "refused", "contre-lecteur": f"{HEALTH} Ni son asthme."}
    said = {**as_shown(manager, in_lille), **AUTHOR, **refused}

    answer = do(manager, in_lille, "decider", **said, **AFTER_READING)

    assert case_of(in_lille).state == State.OPINION_GIVEN
    assert pointed_out(answer) == ["dyslexie Ritaline asthme"]


def test_words_of_health_that_come_from_the_doctor_are_read_over_until_they_leave(
    manager, in_lille, doctor
):
    reach(in_lille, State.ASKED, Wish(READER))
    entrust(in_lille, doctor)
    opine(in_lille, LECTEUR=OpinionOn(Opinion.UNFAVOURABLE, text="Son autisme ne le demande pas."))
    said = {**as_shown(manager, in_lille), **AUTHOR}
    do(manager, in_lille, "decider", **said, relu="on", mots="autisme")

    page = manager.get(page_of(in_lille))
    assert pointed_out(page) == ["autisme"]
    answer = do(manager, in_lille, "notifier")
    assert (pointed_out(answer), case_of(in_lille).state) == (["autisme"], State.DECIDED)

    do(manager, in_lille, "notifier", relu="on", mots="autisme")

    assert case_of(in_lille).state == State.NOTIFIED


def test_words_of_health_of_the_candidate_are_read_over_before_the_decision_says_them(
    manager, precise
):
    reach(precise, State.OPINION_GIVEN, Wish(READER, (), "Une personne lente, cécité totale"))
    said = {**as_shown(manager, precise), **AUTHOR}

    answer = do(manager, precise, "decider", **said)
    assert (pointed_out(answer), case_of(precise).state) == (["cécité"], State.OPINION_GIVEN)

    do(manager, precise, "decider", **said, relu="on", mots="cécité")
    answer = do(manager, precise, "notifier")
    assert (pointed_out(answer), case_of(precise).state) == (["cécité"], State.DECIDED)


def test_a_decision_without_a_word_of_health_is_notified_at_once(manager, in_lille):
    reach(in_lille, State.DECIDED)

    assert pointed_out(manager.get(page_of(in_lille))) == []
    do(manager, in_lille, "notifier")

    assert case_of(in_lille).state == State.NOTIFIED


@pytest.mark.parametrize(
    ("state", "act"), [(State.ASKED, "incomplete"), (State.INCOMPLETE, "reformuler")]
)
def test_words_of_health_in_what_is_missing_are_read_over_before_they_are_sent(
    manager, in_lille, state, act
):
    case = reach(in_lille, state)
    missing = "Il manque le bilan de votre dyslexie."

    answer = do(manager, in_lille, act, manque=missing)

    assert (answer.status_code, case_of(in_lille).missing) == (422, case.missing)
    assert pointed_out(answer) == ["dyslexie"]
    assert seen(answer).cssselect("textarea[name=manque]")[0].text.strip() == missing
    do(manager, in_lille, act, manque=missing, relu="on", mots="dyslexie")
    assert case_of(in_lille).missing == missing


def shown_on(client, registration):
    """Return what a page says of what is read in it, as its forms send it."""
    page = seen(client.get(page_of(registration)))
    names = ("vue", "decidee", "etat", "depuis", "avis")
    return {
        one.get("name"): one.get("value")
        for one in page.cssselect("main input")
        if one.get("name") in names
    }


def test_words_to_read_over_hide_nothing_of_what_a_colleague_has_decided(manager, in_lille):
    reach(in_lille, State.DECIDED, Wish(READER))
    read = shown_on(manager, in_lille)
    at = page_of(in_lille)
    refused = {"decision-lecteur": "refused", "contre-lecteur": HEALTH}
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        said = {
            **as_shown(manager, in_lille, correcting=True),
            **AUTHOR,
            **refused,
            **AFTER_READING,
        }
        do(manager, in_lille, "corriger", **said)
    assert case_of(in_lille).measures.get().reason == HEALTH

    for act, more in (("notifier", {}), ("corriger", {**said, "contre-lecteur": "Son asthme."})):
        answer = manager.post(at, {**more, **read, "geste": act, "relu": "", "mots": ""})
        assert answer.status_code == 422
        assert "Cette demande a changé depuis que vous l'avez ouverte" in main(answer)
        assert case_of(in_lille).state == State.DECIDED
        assert case_of(in_lille).measures.get().reason == HEALTH


def test_a_form_with_a_fault_keeps_what_its_reader_had_read(manager, in_lille):
    reach(in_lille, State.DECIDED, Wish(READER))
    read = shown_on(manager, in_lille)
    said = {**as_shown(manager, in_lille, correcting=True), **AUTHOR}
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        do(manager, in_lille, "corriger", **said)
    faulty = {**said, "decision-lecteur": "refused", "contre-lecteur": ""}

    answer = manager.post(page_of(in_lille), {**faulty, **read, "geste": "corriger"})

    assert answer.status_code == 422
    [kept] = {one.get("value") for one in seen(answer).cssselect("main input[name=decidee]")}
    assert kept == read["decidee"]


def test_words_to_read_over_hide_nothing_of_what_a_colleague_says_is_missing(manager, in_lille):
    reach(in_lille, State.INCOMPLETE)
    read = shown_on(manager, in_lille)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        do(manager, in_lille, "reformuler", manque="Il manque la page 2.")
        missing = "Il manque le bilan de votre dyslexie."
        sent = {**read, "geste": "reformuler", "manque": missing}
        answer = manager.post(page_of(in_lille), sent)

    assert answer.status_code == 409
    assert case_of(in_lille).missing == "Il manque la page 2."
    assert missing in main(answer)


def test_words_of_health_in_why_a_taking_again_is_cancelled_are_read_over(manager, in_lille):
    case = reach(in_lille, State.NOTIFIED)
    accommodating.take_again(case=case, why="error", has_opinion=True, by=MANAGER, at=NOW)

    answer = do(manager, in_lille, "laisser", motif="Sa dyslexie est ancienne.")

    assert (pointed_out(answer), case_of(in_lille).state) == (["dyslexie"], State.OPINION_GIVEN)


@pytest.fixture
def which_reader(in_lille):
    """Have a reader be specified, in the réglementation of this registration too."""
    load_invented(
        ("libelle: Secrétaire lecteur, ", 'libelle: Secrétaire lecteur, precision: "Lequel ?", ')
    )
    forget()
    Registration.objects.filter(pk=in_lille.pk).update(regulation=Regulation.objects.latest("pk"))


@pytest.mark.usefixtures("which_reader")
def test_another_measure_that_must_say_which_is_granted_with_it(manager, member, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(THIRD))
    chosen = {"decision-tiers": "other", "autre-tiers": READER, "contre-tiers": "Il ne suffit pas."}
    said = {**as_shown(manager, in_lille), **AUTHOR, **chosen}

    unsaid = do(manager, in_lille, "decider", **said)

    assert unsaid.context["asked"].decision.errors == {"precision-tiers": [UNSPECIFIED]}
    help_text = str(unsaid.context["asked"].decision.fields["precision-tiers"].help_text)
    assert help_text.startswith("Secrétaire lecteur : Lequel ?")
    said["precision-tiers"] = "Une personne lente"
    kept = do(manager, in_lille, "decider", **said)
    assert "Autre mesure accordée : Secrétaire lecteur : Une personne lente" in main(kept)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="auditeur@exemple.test")
    assert "Autre mesure accordée : Secrétaire lecteur" in main(auditor.get(tab(in_lille)))
    assert "Une personne lente" not in main(auditor.get(tab(in_lille)))


@pytest.mark.usefixtures("which_reader")
def test_the_measure_that_is_asked_for_is_granted_with_another_precision(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(READER, precision="Une personne lente"))
    chosen = {"decision-lecteur": "other", "autre-lecteur": READER, "contre-lecteur": "Non."}
    said = {**as_shown(manager, in_lille), **AUTHOR, **chosen}

    same = do(manager, in_lille, "decider", **{**said, "precision-lecteur": "une personne LENTE"})
    kept = do(manager, in_lille, "decider", **{**said, "precision-lecteur": "Une personne vive"})

    assert same.context["asked"].decision.errors == {"precision-lecteur": [AS_ASKED]}
    assert "Accordée, avec une autre précision : Une personne vive" in plain(main(kept))


@pytest.mark.usefixtures("which_reader")
def test_a_precision_typed_for_a_measure_that_is_refused_is_not_dropped_unsaid(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(THIRD))
    said = {**as_shown(manager, in_lille), **AUTHOR, "precision-tiers": "Une personne lente"}

    answer = do(manager, in_lille, "decider", **said)

    assert answer.context["asked"].decision.errors == {"precision-tiers": [NOT_SPECIFIED]}


@pytest.mark.usefixtures("which_reader")
def test_another_precision_than_the_doctors_says_why(manager, in_lille, doctor):
    reach(in_lille, State.ASKED, Wish(THIRD))
    entrust(in_lille, doctor)
    opine(in_lille, TIERS=OpinionOn(Opinion.OTHER, READER, precision="Une personne lente"))
    said = {**as_shown(manager, in_lille), **AUTHOR}
    assert said["precision-tiers"] == "Une personne lente"

    answer = do(manager, in_lille, "decider", **{**said, "precision-tiers": "Une autre"})

    assert answer.context["asked"].decision.errors == {"contre-tiers": [SPECIFIED]}
    do(manager, in_lille, "decider", **said)
    assert case_of(in_lille).measures.get().decided_precision == "Une personne lente"


def test_the_paragraphs_of_a_reason_stay_apart_on_the_page_and_in_the_document(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(READER))
    why = "Premier point.\n\nDeuxième point :\n- un\n- deux"
    refused = {"decision-lecteur": "refused", "contre-lecteur": why.replace("\n", "\r\n")}

    page = do(manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR, **refused})

    assert case_of(in_lille).measures.get().reason == why
    said = seen(page).cssselect("article .s-lines")
    shown = [one.text_content().replace("\xa0", " ") for one in said]
    assert shown == [f"Motif : {why}"]
    do(manager, in_lille, "notifier")
    lines = lines_of(case_of(in_lille).notification)
    assert "Motif : Premier point." in lines
    assert [one for one in lines if one in {"Deuxième point :", "- un", "- deux"}] == [
        "Deuxième point :",
        "- un",
        "- deux",
    ]


def lines_of(version):
    """Return the lines of a document, as they are printed."""
    pages = pypdfium2.PdfDocument(printed(version))
    return [
        line.replace("\xa0", " ").strip()
        for page in pages
        for line in page.get_textpage().get_text_range().splitlines()
    ]


def test_a_measure_that_is_proposed_no_more_is_read_and_decided_as_it_was_asked(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN, Wish(READER))
    before = main(manager.get(tab(in_lille)))
    under(WITHOUT_READER)

    deciding = manager.get(page_of(in_lille))

    assert main(manager.get(tab(in_lille))) == before
    assert "Aucune des épreuves" not in main(deciding)
    assert "Toutes les épreuves" in main(deciding)
    do(manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR})
    assert case_of(in_lille).state == State.DECIDED


def test_a_request_is_decided_where_nothing_more_is_asked_here(manager, in_lille):
    reach(in_lille, State.OPINION_GIVEN)
    under(WITHOUT_ACCOMMODATIONS)

    assert "Recteur de l'académie" in main(manager.get(page_of(in_lille)))
    assert "se demandent hors du service" not in main(manager.get(tab(in_lille)))
    do(manager, in_lille, "decider", **{**as_shown(manager, in_lille), **AUTHOR})
    assert case_of(in_lille).state == State.DECIDED
