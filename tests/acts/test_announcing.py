from datetime import timedelta

import pytest

from sporades.acts import consulting
from sporades.acts.registrations import deciding, leaving, registering
from sporades.acts.services import announcing, closing_moved, opening
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.notices import queries
from sporades.notices.models import Banner, OpeningAlert
from sporades.registrations.models import Draft, Registration
from sporades.registrations.refusals import NoLongerStands
from sporades.registrations.states import RESTORE, SET_ASIDE
from sporades.registrations.summary import SUMMARY
from tests.factories import (
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
from tests.refusing import refuse
from tests.requests import moved_house
from tests.spaces import plain

HOUR = timedelta(hours=1)
INSTANT = timedelta(microseconds=1)
FIVE_DAYS, THIRTY_DAYS = timedelta(days=5), timedelta(days=30)

pytestmark = pytest.mark.usefixtures("invented_exam")


def a_service_to_come():
    service = RegistrationService.objects.get(academy="A09")
    service.opens_at = NOW + timedelta(days=1)
    service.save()
    forget()
    return service


def links():
    return [
        m.body.split("/alerte/")[1].split()[0] for m in Message.objects.filter(kind="alert_asked")
    ]


def test_a_banner_is_shown_until_it_is_taken_down_or_its_hour_comes():
    queries.forget()
    assert queries.banner(NOW) is None

    announcing.show_banner(
        kind="warning", message="Maintenance ce soir", until=NOW + HOUR, by=OPERATOR, at=NOW
    )

    assert queries.banner(NOW).message == "Maintenance ce soir"
    assert queries.banner(NOW + HOUR) is None
    assert announcing.take_banner_down(by=OPERATOR, at=NOW + HOUR / 2) is True
    assert queries.banner(NOW + HOUR / 2) is None
    assert announcing.take_banner_down(by=OPERATOR, at=NOW + HOUR / 2) is False


def test_a_second_banner_replaces_the_first():
    queries.forget()
    for at, words in ((NOW, "Un"), (NOW + HOUR, "Deux")):
        announcing.show_banner(kind="info", message=words, until=None, by=OPERATOR, at=at)

    assert queries.banner(NOW + HOUR).message == "Deux"


def shown_from(at, message, **more):
    """Show a banner, or plan it, an hour of the day counted from now."""
    later = {"starts_at": at} if at > NOW else {}
    said = {"kind": "alert", "message": message, "until": None, **later, **more}
    return announcing.show_banner(**said, by=OPERATOR, at=NOW)


def cancelled(banner):
    return announcing.cancel_banner(planned=str(banner.pk), by=OPERATOR, at=NOW + HOUR)


def stand(at):
    """Return what every banner says that stands at an instant, and until when."""
    return [(one.message, one.ends_at) for one in Banner.objects.shown_at(at)]


@pytest.mark.parametrize("is_planned_first", [False, True])
@pytest.mark.parametrize("until", [None, NOW + 4 * HOUR])
def test_read_only_goes_on_where_what_was_to_end_it_is_cancelled(is_planned_first, until):
    restoring = ("Base en restauration", {"until": until, "stops_writing": True})
    if not is_planned_first:
        shown_from(NOW, restoring[0], **restoring[1])
    planned = shown_from(NOW + 2 * HOUR, "Retour à la normale")
    if is_planned_first:
        shown_from(NOW, restoring[0], **restoring[1])
    assert stand(NOW) == [("Base en restauration", NOW + 2 * HOUR)]
    queries.forget()
    assert queries.stops_writing(NOW)

    assert cancelled(planned)

    assert stand(NOW + 3 * HOUR) == [("Base en restauration", until)]
    assert queries.stops_writing(NOW + 3 * HOUR)


def test_what_is_shown_then_gives_way_to_the_next_that_is_planned():
    shown_from(NOW, "Panne", until=NOW + 6 * HOUR)
    last = shown_from(NOW + 5 * HOUR, "Trois")
    first = shown_from(NOW + 2 * HOUR, "Deux", until=NOW + 3 * HOUR)

    cancelled(first)
    assert stand(NOW) == [("Panne", NOW + 5 * HOUR)]

    cancelled(last)
    assert stand(NOW) == [("Panne", NOW + 6 * HOUR)]


def test_one_that_ends_before_what_is_cancelled_keeps_its_end():
    shown_from(NOW, "Panne", until=NOW + 2 * HOUR)

    cancelled(shown_from(NOW + 3 * HOUR, "Demain"))

    assert stand(NOW) == [("Panne", NOW + 2 * HOUR)]


def test_one_that_was_taken_down_is_not_shown_again_by_what_is_cancelled():
    shown_from(NOW, "Panne")
    planned = shown_from(NOW + 2 * HOUR, "Demain")
    announcing.take_banner_down(by=OPERATOR, at=NOW + HOUR / 2)

    cancelled(planned)

    assert stand(NOW + 3 * HOUR) == []


def test_who_asks_and_confirms_is_told_once_when_the_service_opens():
    service = a_service_to_come()
    announcing.ask_alert(service=service, email="Ana@Exemple.test", network="n", at=NOW)
    [key] = links()
    announcing.confirm_alert(alert=notices.named_by(key), at=NOW + HOUR)

    told = [
        announcing.tell_openings(at=at) for at in (NOW + HOUR, service.opens_at, service.opens_at)
    ]

    assert told == [0, 1, 0]
    [mail] = Message.objects.filter(kind="service_opened")
    assert mail.recipient == "ana@exemple.test"
    assert service.closing_in_words in mail.body
    assert f"/m-inscrire/{service.domain.code}/{service.session.code}?academie=A09" in mail.body


def test_who_does_not_confirm_is_never_told_and_is_forgotten():
    service = a_service_to_come()
    announcing.ask_alert(service=service, email="ana@exemple.test", network="n", at=NOW)

    assert announcing.tell_openings(at=service.opens_at) == 0
    assert notices.forget_settled(at=NOW + timedelta(hours=49)) == 1
    assert OpeningAlert.objects.count() == 0


def test_who_asks_again_has_as_long_as_the_second_mail_says():
    service = a_service_to_come()
    again = NOW + timedelta(hours=47)
    for at in (NOW, again):
        announcing.ask_alert(service=service, email="ana@exemple.test", network="n", at=at)
    assert len(links()) == 2

    assert notices.forget_settled(at=again + 2 * HOUR) == 0
    announcing.confirm_alert(alert=notices.named_by(links()[1]), at=again + 3 * HOUR)

    assert announcing.tell_openings(at=again + 4 * HOUR) == 1


def test_who_confirms_twice_confirmed_the_first_time():
    alert = notices.ask(service=a_service_to_come(), email="ana@exemple.test", at=NOW)

    for at in (NOW + INSTANT, NOW + HOUR):
        notices.confirm(alert, at=at)

    assert OpeningAlert.objects.get().confirmed_at == NOW + INSTANT


def test_who_confirmed_and_asks_again_stays_confirmed():
    service = a_service_to_come()
    announcing.ask_alert(service=service, email="ana@exemple.test", network="n", at=NOW)
    announcing.confirm_alert(alert=OpeningAlert.objects.get(), at=NOW + INSTANT)
    announcing.ask_alert(service=service, email="ana@exemple.test", network="n", at=NOW + HOUR)

    assert OpeningAlert.objects.get().confirmed_at == NOW + INSTANT


@pytest.mark.parametrize(("late", "forgotten"), [(timedelta(0), 0), (INSTANT, 1)])
def test_an_alert_that_was_never_told_goes_a_day_after_the_closing(late, forgotten):
    service = a_service_to_come()
    alert = notices.ask(service=service, email="ana@exemple.test", at=NOW)
    notices.confirm(alert, at=service.closes_at + HOUR)

    assert announcing.tell_openings(at=service.closes_at + HOUR) == 0
    day_after = service.closes_at + timedelta(days=1)
    assert notices.forget_settled(at=day_after + late) == forgotten


@pytest.mark.parametrize("what", ["waits", "sent", "closed"])
def test_the_mail_that_tells_of_an_opening_is_not_erased_before_it_leaves(what):
    service = a_service_to_come()
    alert = notices.ask(service=service, email="ana@exemple.test", at=NOW)
    notices.confirm(alert, at=NOW)
    announcing.tell_openings(at=service.opens_at)
    if what == "sent":
        Message.objects.update(state=Message.State.SENT, sent_at=service.opens_at)

    last = service.closes_at if what == "closed" else service.opens_at
    forgotten = notices.forget_settled(at=last + timedelta(days=1, hours=1))

    assert forgotten == (what != "waits")
    assert Message.objects.exists() is (what == "waits")


def test_a_forged_key_confirms_nothing():
    with pytest.raises(Refused, match="plus valable"):
        notices.named_by("1:forged:key")


def test_a_draft_is_reminded_once_in_the_last_three_days():
    draft = a_draft()
    closing = draft.service.closes_at

    reminded = [
        announcing.remind_drafts(at=at)
        for at in (
            closing - timedelta(days=4),
            closing - timedelta(days=2),
            closing - timedelta(days=1),
        )
    ]

    assert reminded == [0, 1, 0]
    assert Entry.objects.filter(verb="draft reminded").count() == 1
    [mail] = Message.objects.filter(kind="draft_closing")
    assert "il vous reste 2 jours" in mail.body
    assert f"/inscription/{draft.pk}" in mail.body


def test_a_reminder_says_the_closing_by_the_clock_of_the_address_that_is_typed():
    draft = a_draft(identification={"postcode": "97400", "town": "Saint-Denis"})
    service = draft.service

    announcing.remind_drafts(at=service.closes_at - timedelta(days=2))

    body = " ".join(Message.objects.get(kind="draft_closing").body.split())
    there = service.said(service.closes_at, "Indian/Reunion")
    assert there != service.said(service.closes_at, "")
    assert " ".join(there.split()) in body


@pytest.mark.parametrize("days", [1, 10], ids=["by a day", "by ten days"])
def test_a_draft_reminded_of_a_closing_is_reminded_once_of_the_one_that_replaces_it(days):
    draft = a_draft()
    first = draft.service.closes_at
    announcing.remind_drafts(at=first - timedelta(hours=1))
    RegistrationService.objects.filter(pk=draft.service_id).update(
        closes_at=first + timedelta(days=days)
    )

    reminded = [
        announcing.remind_drafts(at=at)
        for at in (
            first + timedelta(days=days, hours=-2),
            first + timedelta(days=days, hours=-1),
        )
    ]

    assert reminded == [1, 0]
    before, after = Message.objects.filter(kind="draft_closing").order_by("pk")
    draft = Draft.objects.select_related("service__academy").get(pk=draft.pk)
    assert draft.service.closing_in_words in after.body
    assert draft.service.closing_in_words not in before.body


def test_a_closing_put_off_is_not_reminded_of_before_its_last_three_days():
    draft = a_draft()
    first = draft.service.closes_at
    announcing.remind_drafts(at=first - timedelta(hours=1))
    RegistrationService.objects.filter(pk=draft.service_id).update(
        closes_at=first + timedelta(days=10)
    )

    assert announcing.remind_drafts(at=first) == 0


def test_a_filed_or_abandoned_draft_is_not_reminded():
    draft = a_draft()
    Draft.objects.filter(pk=draft.pk).update(abandoned_at=NOW)

    assert announcing.remind_drafts(at=draft.service.closes_at - timedelta(days=1)) == 0


# --- Documents that nobody opens ------------------------------------------------------------------


def test_a_draft_that_a_standing_registration_excludes_is_not_reminded():
    registration = a_registration()
    draft = a_draft(registration.candidate, speciality="FOREST")

    announcing.remind_drafts(at=draft.service.closes_at - HOUR)

    assert not Message.objects.filter(kind="draft_closing").exists()


def withdrawn(registration, *, at):
    whole = Registration.objects.whole().get(pk=registration.pk)
    leaving.withdraw(registration=whole, by=author(registration.candidate), at=at)


def set_aside(registration, *, at):
    whole = Registration.objects.whole().get(pk=registration.pk)
    deciding.decide(registration=whole, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=at)


@pytest.mark.parametrize("leave", [withdrawn, set_aside])
def test_it_is_reminded_once_what_kept_it_from_being_filed_stands_no_more(leave):
    registration = a_registration()
    draft = a_draft(registration.candidate, speciality="FOREST")
    closing = draft.service.closes_at
    announcing.remind_drafts(at=closing - 3 * HOUR)

    leave(registration, at=closing - 2 * HOUR)

    assert announcing.remind_drafts(at=closing - HOUR) == 1
    assert announcing.remind_drafts(at=closing - HOUR / 2) == 0
    told = Message.objects.get(kind="draft_closing")
    assert (told.recipient, told.about_id) == (registration.candidate.user.email, str(draft.pk))


def test_who_was_reminded_before_is_not_reminded_again_for_what_stood_meanwhile():
    draft = a_draft(speciality="FOREST")
    closing = draft.service.closes_at
    announcing.remind_drafts(at=closing - 5 * HOUR)
    registration = a_registration(draft.candidate, at=closing - 4 * HOUR)

    withdrawn(registration, at=closing - 3 * HOUR)

    assert announcing.remind_drafts(at=closing - HOUR) == 0
    assert Message.objects.filter(kind="draft_closing").count() == 1
    assert Entry.objects.filter(verb="draft reminded").count() == 1


@pytest.fixture
def modified():
    """A registration, and an address that its candidate was changing."""
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    return registration, moved_house(draft, NOW + HOUR)


def decide(registration, decision):
    """Set a registration aside, or restore it, two hours later."""
    deciding.decide(
        registration=Registration.objects.whole().get(pk=registration.pk),
        decision=decision,
        reason="Doublon.",
        by=OPERATOR,
        at=NOW + 2 * HOUR,
    )


def test_who_is_registered_and_modifies_is_not_told_in_a_subject_that_they_are_not(modified):
    _, draft = modified

    announcing.remind_drafts(at=draft.service.closes_at - timedelta(days=1))

    mail = Message.objects.get(kind="draft_closing")
    assert mail.subject.startswith("Modification non enregistrée : ")
    assert "votre inscription reste telle qu'elle est" in mail.body.replace("\xa0", " ")


def test_who_modifies_what_was_set_aside_is_reminded_once_it_is_restored(modified):
    registration, draft = modified
    soon = draft.service.closes_at - timedelta(days=1)

    decide(registration, SET_ASIDE)
    assert announcing.remind_drafts(at=soon) == 0
    with pytest.raises(NoLongerStands):
        registering.register(draft=draft, by=author(draft.candidate), at=soon)

    decide(registration, RESTORE)
    assert announcing.remind_drafts(at=soon + HOUR) == 1
    assert registering.register(draft=draft, by=author(draft.candidate), at=soon + HOUR)


def closed_later(service):
    """Have a service close three days later, and return the change."""
    return opening.change(
        service=service,
        opens_at=service.opens_at,
        closes_at=service.closes_at + timedelta(days=3),
        reason="Panne",
        by=OPERATOR,
        at=NOW + 3 * HOUR,
        is_urgent=True,
    )


@pytest.mark.parametrize(("decisions", "told"), [((SET_ASIDE,), 0), ((SET_ASIDE, RESTORE), 1)])
def test_nor_is_told_of_another_closing(modified, decisions, told):
    registration, draft = modified
    for decision in decisions:
        decide(registration, decision)

    made = closed_later(draft.service)
    closing_moved.tell_change(made.pk, after="", at=NOW + 3 * HOUR)

    assert Message.objects.filter(kind="service_moved").count() == told


@pytest.mark.usefixtures("invented_exam")
def test_of_another_closing_one_who_cannot_be_told_keeps_no_other_from_it(caplog):
    first, second = (a_draft(a_candidate(email=f"{name}@exemple.test")) for name in ("une", "deux"))
    made = closed_later(first.service)
    refuse("mail_message", "une@exemple.test", "recipient")

    closing_moved.tell_change(made.pk, after="", at=NOW + 3 * HOUR)

    told = Message.objects.filter(kind="service_moved").values_list("recipient", flat=True)
    assert list(told) == [second.candidate.user.email]
    assert f"could not be applied to {first.pk}" in caplog.text


@pytest.mark.usefixtures("invented_exam")
@pytest.mark.parametrize("is_offered", [True, False])
def test_of_what_is_no_longer_offered_no_mail_asks_to_save_it(is_offered):
    papers = {"statut-M1": None, "statut-M2": "inscrit"}
    new = a_draft(a_candidate(), speciality="FOREST", epreuves=papers)
    registration = a_registration(
        a_candidate(email="forest@exemple.test"), speciality="FOREST", epreuves=papers
    )
    begun = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    moved_house(begun, NOW + HOUR)
    if not is_offered:
        load_invented(("      - {code: FOREST, libelle: Forestier}\n", ""))
        forget()

    assert announcing.remind_drafts(at=new.service.closes_at - HOUR) == 2 * is_offered
    made = closed_later(new.service)
    closing_moved.tell_change(made.pk, after="", at=NOW + 3 * HOUR)

    for kind in ("draft_closing", "service_moved"):
        assert Message.objects.filter(kind=kind).count() == 2 * is_offered


@pytest.mark.usefixtures("invented_exam")
@pytest.mark.parametrize("what", ["the speciality", "the exam"])
def test_who_has_begun_what_is_offered_no_more_is_told_once(what):
    papers = {"statut-M1": None, "statut-M2": "inscrit"}
    new = a_draft(a_candidate(), speciality="FOREST", epreuves=papers)
    filed = a_registration(
        a_candidate(email="forest@exemple.test"), speciality="FOREST", epreuves=papers
    )
    begun = registering.amend(registration=filed, by=author(filed.candidate), at=NOW)
    untouched = a_registration(
        a_candidate(email="autre@exemple.test"), speciality="FOREST", epreuves=papers
    )
    registering.amend(registration=untouched, by=author(untouched.candidate), at=NOW)
    moved_house(begun, NOW + HOUR)
    a_draft(a_candidate(email="marin@exemple.test"))
    assert announcing.tell_gone(at=NOW + HOUR) == 0

    one = ("      - {code: FOREST, libelle: Forestier}\n", "")
    load_invented(one if what == "the speciality" else ("  - code: BE\n", "  - code: AUTRE\n"))
    forget()
    is_one = what == "the speciality"
    assert announcing.tell_gone(at=new.service.closes_at + HOUR) == 0
    assert announcing.tell_gone(at=NOW + 2 * HOUR) == (2 if is_one else 3)
    assert announcing.tell_gone(at=NOW + 3 * HOUR) == 0

    told = {
        one.recipient: plain(one.body) for one in Message.objects.filter(kind="no_longer_offered")
    }
    assert ("marin@exemple.test" in told) is not is_one
    assert "autre@exemple.test" not in told
    assert "votre inscription reste telle qu'elle est" in told["forest@exemple.test"]
    of_new = told[new.candidate.user.email]
    assert "Vous n'êtes pas inscrit(e)" in of_new
    assert "n'est plus proposé aux inscriptions : les règles ont changé" in of_new
    assert "contactez Bureau des essais de Lille" in of_new


DROPPED = ("      - {code: FOREST, libelle: Forestier}\n", "")


def a_version(*changes, at):
    load_invented(*changes, at=at)
    forget()


def told_of_offers():
    kinds = ("no_longer_offered", "offered_again")
    return [one.kind for one in Message.objects.filter(kind__in=kinds).order_by("pk")]


def turn(at):
    """Do what a quarter of an hour makes due; return what was told until then."""
    announcing.tell_gone(at=at)
    announcing.tell_offered_again(at=at)
    return told_of_offers()


def a_forest_draft():
    papers = {"statut-M1": None, "statut-M2": "inscrit"}
    return a_draft(a_candidate(first_names="Zoé"), speciality="FOREST", epreuves=papers)


@pytest.mark.usefixtures("invented_exam")
def test_what_is_offered_again_is_told_to_who_was_told_that_it_was_not_each_time():
    draft = a_forest_draft()
    gone, again = "no_longer_offered", "offered_again"

    a_version(DROPPED, at=NOW)
    assert turn(NOW + HOUR) == [gone]
    a_version(at=NOW + 2 * HOUR)
    assert turn(NOW + 2 * HOUR) == [gone, again]
    assert turn(NOW + 3 * HOUR) == [gone, again]
    a_version(DROPPED, at=NOW + 4 * HOUR)
    assert turn(NOW + 5 * HOUR) == [gone, again, gone]
    a_version(at=NOW + 6 * HOUR)
    assert turn(NOW + 6 * HOUR) == [gone, again, gone, again]

    mail = Message.objects.filter(kind=again).first()
    assert mail.recipient == draft.candidate.user.email
    assert mail.subject.startswith("De nouveau proposé : Brevet d'essai")
    body = plain(mail.body)
    what = "Brevet d'essai – Forestier, session 2027, académie de Lille"
    assert body.startswith("Bonjour Zoé")
    assert f"C'est de nouveau proposé :\n{what}" in body
    assert "vous pouvez l'enregistrer jusqu'à la fermeture, le mardi 15 décembre 2026" in body
    assert str(draft.pk) in body


@pytest.mark.usefixtures("invented_exam")
def test_what_is_put_right_within_the_hour_is_told_to_nobody():
    a_forest_draft()

    a_version(DROPPED, at=NOW)
    assert turn(NOW + HOUR / 2) == []
    a_version(at=NOW + HOUR / 2)
    assert turn(NOW + 2 * HOUR) == []


@pytest.mark.usefixtures("invented_exam")
def test_what_is_offered_again_is_told_once_it_can_be_saved():
    draft = a_forest_draft()
    a_version(DROPPED, at=NOW)
    turn(NOW + HOUR)
    a_version(at=NOW + 2 * HOUR)

    assert announcing.tell_offered_again(at=draft.service.closes_at + HOUR) == 0
    announcing.show_banner(
        kind="alert",
        message="Panne",
        until=None,
        stops_writing=True,
        by=OPERATOR,
        at=NOW + 2 * HOUR,
    )
    assert announcing.tell_offered_again(at=NOW + 2 * HOUR) == 0


@pytest.mark.usefixtures("invented_exam")
def test_who_cannot_save_what_is_offered_again_keeps_nobody_from_being_told(monkeypatch):
    papers = {"statut-M1": None, "statut-M2": "inscrit"}
    people = [a_candidate(email=f"{name}@exemple.test") for name in ("une", "deux")]
    drafts = [a_draft(one, speciality="FOREST", epreuves=papers) for one in people]
    first, second = sorted(drafts, key=lambda draft: draft.pk)
    a_version(DROPPED, at=NOW)
    turn(NOW + HOUR)
    a_version(at=NOW + 2 * HOUR)
    a_registration(first.candidate)
    monkeypatch.setattr(announcing, "TOLD_AT_ONCE", 1)

    assert announcing.tell_offered_again(at=NOW + 2 * HOUR) == 1

    told = Message.objects.get(kind="offered_again")
    assert told.recipient == second.candidate.user.email


def its_summary(registration):
    its = DocumentVersion.objects.filter(document__folder=registration.folder)
    return its.filter(document__kind=SUMMARY.slug).latest("number")


def test_a_document_not_opened_in_five_days_is_reminded_of_once():
    registration = a_registration()

    reminded = [
        announcing.remind_unread(at=NOW + FIVE_DAYS + later)
        for later in (-INSTANT, timedelta(0), HOUR, 2 * FIVE_DAYS)
    ]

    assert reminded == [0, 1, 0, 0]
    [told] = Message.objects.filter(kind="document_unread")
    assert told.recipient == registration.candidate.user.email
    assert f"/mes-documents/{registration.number}" in told.body
    [entry] = Entry.objects.filter(verb="document reminded")
    title = its_summary(registration).document.title
    assert entry.in_words == f"Document non ouvert rappelé : {title}"


def opened(registration):
    consulting.open_document(
        version=its_summary(registration), by=author(registration.candidate), at=NOW + HOUR
    )


def registration_withdrawn(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW + HOUR)


def taken_back(registration):
    documents.withdraw(its_summary(registration), at=NOW + HOUR)


def under_embargo(registration):
    version = its_summary(registration)
    DocumentVersion.objects.filter(pk=version.pk).update(published_at=NOW + FIVE_DAYS)


def candidate_without_account(registration):
    registration.folder.holder = None
    registration.folder.save()


@pytest.mark.parametrize(
    "become",
    [opened, registration_withdrawn, taken_back, under_embargo, candidate_without_account],
)
def test_a_document_that_was_read_or_matters_no_more_is_not_reminded_of(become):
    other, registration = a_registration(), a_registration()
    become(registration)

    reminded = announcing.remind_unread(at=NOW + FIVE_DAYS)

    told = Message.objects.filter(kind="document_unread").values_list("recipient", flat=True)
    assert (reminded, list(told)) == (1, [other.candidate.user.email])


def test_of_a_document_issued_again_the_last_version_alone_is_reminded_of():
    registration = a_registration()
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW + HOUR)
    answer_all(draft, answers_with(identification={"mobile": "06 39 98 99 99"}), at=NOW + HOUR)
    registering.register(draft=draft, by=by, at=NOW + HOUR)

    reminded = [announcing.remind_unread(at=NOW + FIVE_DAYS + later) for later in (-HOUR, HOUR)]

    assert reminded == [0, 1]
    [told] = Message.objects.filter(kind="document_unread")
    assert told.about_id == str(its_summary(registration).pk)


@pytest.mark.parametrize(("late", "expected"), [(-INSTANT, 1), (timedelta(0), 0)])
def test_after_thirty_days_a_document_is_left_alone(late, expected):
    a_registration()

    assert announcing.remind_unread(at=NOW + THIRTY_DAYS + late) == expected


def read_only_for_two_hours():
    notices.show(
        kind=Banner.Kind.ALERT, message="Panne.", at=NOW, until=NOW + 2 * HOUR, stops_writing=True
    )


def test_nobody_is_pressed_to_save_while_nothing_is_written():
    read_only_for_two_hours()
    draft = a_draft(at=NOW - 2 * HOUR)
    soon = NOW.replace(minute=0) + 30 * HOUR
    RegistrationService.objects.filter(pk=draft.service_id).update(closes_at=soon)

    assert announcing.remind_drafts(at=NOW + HOUR) == 0
    assert announcing.remind_drafts(at=NOW + 2 * HOUR) == 1


def test_an_opening_is_told_once_something_may_be_begun():
    read_only_for_two_hours()
    OpeningAlert.objects.create(
        service=RegistrationService.objects.get(academy="A09"),
        email="zoe@exemple.test",
        asked_at=NOW - HOUR,
        confirmed_at=NOW - HOUR,
    )

    assert announcing.tell_openings(at=NOW + HOUR) == 0
    assert announcing.tell_openings(at=NOW + 2 * HOUR) == 1
