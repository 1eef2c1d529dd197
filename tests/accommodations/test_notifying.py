"""The notification: a document, read once, called about, taken again (H2, H4, F2, F5, L-03, P-11)."""

import datetime as dt
from dataclasses import replace
from datetime import timedelta

import pytest

from sporades.accommodations import operations
from sporades.accommodations.contesting import contested_until, final_at, received_at
from sporades.accommodations.doctors import doctors_for
from sporades.accommodations.granted import granted
from sporades.accommodations.models import Again, Case
from sporades.accommodations.notification import (
    NOTIFICATION,
    MentionsMissing,
    Notified,
    content,
)
from sporades.accommodations.operations import AuthorMissing, DecisionOn, OpinionOn
from sporades.accommodations.queries import decision_of
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.accommodations.tracker import steps_of
from sporades.accounts.models import Membership
from sporades.acts import accommodating, consulting
from sporades.acts.agents import inviting
from sporades.acts.services import announcing
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.documents.queries import by_code, documents_in, replaced_in, replacement_of
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    MANAGER,
    MINOR,
    READER,
    RECTOR,
    THIRD,
    WITHOUT_ACCOMMODATIONS,
    a_doctor,
    a_minor,
    case_of,
    decide,
    entrust,
    follow,
    has_decided,
    opine,
    reach,
    send,
    sign,
    taken_again,
    write,
)
from tests.factories import (
    NOW,
    OPERATOR,
    a_candidate,
    a_record,
    a_registration,
    author,
    load_invented,
)
from tests.web.registry.world import a_member

LATER = NOW + timedelta(days=6)
SECRETS = ("Temps majoré", "Secrétaire", "handicap", "santé", "aménagement", "Avis")


def notify(registration, *, at=NOW):
    case = case_of(registration)
    accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=at)


def opened(registration, *, at=NOW):
    consulting.open_document(
        version=case_of(registration).notification, by=author(registration.candidate), at=at
    )


def take_again(registration, *, why=Again.APPEAL, has_opinion=True, at=NOW):
    return taken_again(case_of(registration), why=why, has_opinion=has_opinion, at=at)


def test_a_notification_is_a_document_that_its_candidate_reads_at_once(registration):
    reach(registration, State.NOTIFIED)

    version = case_of(registration).notification
    assert version in list(documents_in(folder=registration.folder_id, at=NOW))
    assert version.content["author"] == (
        "Décision prise par : Claude Martin, cheffe du service des examens, Rectorat de Lille, "
        "le 25 novembre 2026."
    )
    assert version.content["until"] == (
        "Notifiée le 25 novembre 2026. Vous avez deux mois pour la contester, à compter du jour où "
        "vous l'ouvrez dans votre espace, ou la recevez par courrier : une fois ouverte, votre dernier "
        "jour est dit dans votre espace, au-dessus de ce document et à la page « Aménagement "
        "d'épreuves ». Si rien ne montre ce jour, elle est réputée reçue le 10 décembre 2026 : vous pouvez alors la contester jusqu'au "
        "11 février 2027 inclus."
    )
    assert [one["said"] for one in version.content["measures"]] == ["Accordée", "Accordée"]


def test_nothing_of_the_opinion_stands_on_the_notification(registration):
    reach(registration, State.DECIDED)
    Case.objects.update(opinion_text="Un mot du médecin")

    notify(registration)

    assert "Un mot du médecin" not in str(case_of(registration).notification.content)


def test_who_verifies_a_notification_learns_no_measure_and_not_that_there_is_a_handicap(
    registration,
):
    reach(registration, State.NOTIFIED)
    version = by_code(case_of(registration).notification.code, at=NOW)

    said = version.kind.verified_as + str(version.public_facts)

    assert version.kind.verified_as == "Décision administrative"
    assert [word for word in SECRETS if word.lower() in said.lower()] == []


def test_the_mail_says_that_something_awaits_and_never_what(registration):
    reach(registration, State.NOTIFIED)

    mail = Message.objects.filter(kind="something_awaits").latest("pk")
    assert [word for word in SECRETS if word.lower() in (mail.subject + mail.body).lower()] == []


def notified(registration):
    for step in (write, sign, send, entrust, opine, decide, notify):
        step(registration)


def told_to_guardians():
    return list(Message.objects.filter(kind="guardian_awaited").order_by("pk"))


def test_the_guardian_of_a_minor_is_told_and_reminded_that_something_awaits_never_what(db):
    registration = a_minor()

    notified(registration)
    announcing.remind_unread(at=LATER)
    announcing.remind_unread(at=LATER + timedelta(hours=1))

    first, reminder = told_to_guardians()
    assert {first.recipient, reminder.recipient} == {"anne@exemple.test"}
    awaits = f"uelque chose attend Maëlle Anne LE…, n°{registration.number}"
    assert (first.subject, reminder.subject) == (f"Q{awaits}", f"Rappel : q{awaits}")
    said = "".join(one.subject + one.body for one in (first, reminder)).lower()
    assert f"/mes-inscriptions/{registration.number}" in said
    assert [word for word in SECRETS if word.lower() in said] == []


def test_a_guardian_is_not_reminded_of_what_was_opened(db):
    registration = a_minor()
    notified(registration)

    opened(registration)
    announcing.remind_unread(at=LATER)

    assert len(told_to_guardians()) == 1


def test_a_guardian_is_not_reminded_of_other_documents(db):
    a_minor()

    announcing.remind_unread(at=LATER)

    assert Message.objects.filter(kind="document_unread").exists()
    assert told_to_guardians() == []


@pytest.mark.parametrize("email", ["", "zoe@exemple.test", "Zoe+parent@exemple.test"])
def test_one_letter_box_is_told_once(db, email):
    candidate = a_candidate(email="zoe@exemple.test", **MINOR)

    registration = a_minor(candidate)
    Registration.objects.filter(pk=registration.pk).update(guardian_email=email)
    registration.refresh_from_db()
    notified(registration)

    # Of none a letter goes home, which is no letter box of the candidate's.
    assert [one.state for one in told_to_guardians()] == ([] if email else ["letter"])


def test_the_guardian_of_who_is_of_age_is_told_nothing(registration):
    Registration.objects.filter(pk=registration.pk).update(guardian_email="parent@exemple.test")

    reach(registration, State.NOTIFIED)

    assert told_to_guardians() == []


def test_the_guardian_of_a_minor_without_an_account_learns_that_a_letter_comes(db):
    notified(a_minor(a_record(**MINOR)))

    (mail,) = told_to_guardians()
    assert "envoyée par courrier" in mail.body
    assert "/mes-inscriptions" not in mail.body


def test_whoever_has_no_account_is_sent_the_document_by_letter(db):
    registration = a_registration(a_record(), informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED)

    letter = Letter.objects.filter(message__kind="something_awaits").latest("pk")
    assert letter.enclosed == case_of(registration).notification
    assert "contactez-le" not in letter.message.body
    assert "\nLisez-la sans attendre : un délai peut courir" in letter.message.body
    assert "de votre espace" not in letter.enclosed.content["review"]


def test_whoever_has_an_account_is_led_to_the_page_where_a_decision_is_contested(registration):
    said = reach(registration, State.NOTIFIED).notification.content["review"]

    assert "à la page « Aménagement d'épreuves » de votre espace, ou par une lettre" in said


def test_whoever_has_no_account_is_told_by_mail_that_a_delay_may_run_where_no_document_says_it(db):
    record = a_record(channel="mail", email="rose@exemple.test")
    case = reach(a_registration(record, informations={"has_disability": "oui"}), State.NOTIFIED)
    made = taken_again(case, why=Again.ERROR)
    accommodating.cancel_taking_again(case=made, reason="Sans objet.", by=MANAGER, at=LATER)

    told = Message.objects.filter(kind="something_awaits", recipient="rose@exemple.test")
    assert "contactez-le sans attendre, un délai peut courir" in told.latest("pk").body


def test_a_decision_whose_author_is_not_said_is_not_notified(registration):
    case = reach(registration, State.DECIDED)
    case.decided_service = ""

    with pytest.raises(AuthorMissing):
        content(Notified(case, NOW))


def test_a_decision_is_not_notified_where_nothing_says_how_to_contest_it(registration):
    case = reach(registration, State.DECIDED)
    load_invented(WITHOUT_ACCOMMODATIONS)
    forget()
    last = Regulation.objects.latest("pk")
    Registration.objects.filter(pk=registration.pk).update(regulation=last)
    Case.objects.filter(pk=case.pk).update(regulation=last)

    with pytest.raises(MentionsMissing):
        accommodating.notify(case=case, seen=case.decided_at, by=MANAGER, at=NOW)

    assert case_of(registration).state == State.DECIDED
    assert not DocumentVersion.objects.filter(document__kind=NOTIFICATION.slug).exists()


def test_a_decision_is_notified_once(registration):
    reach(registration, State.NOTIFIED)

    with pytest.raises(Refused):
        notify(registration)

    assert DocumentVersion.objects.filter(document__kind=NOTIFICATION.slug).count() == 1


def test_the_first_reading_is_shown_in_the_tracker(registration):
    reach(registration, State.NOTIFIED)
    last = steps_of(case_of(registration), at=NOW)[-1]
    assert (last.state, last.note) == (
        "yours",
        "À vous : lisez la notification, dans « Mes documents ».",
    )

    opened(registration)
    opened(registration, at=LATER)

    last = steps_of(case_of(registration), at=LATER)[-1]
    assert (last.label, last.state) == ("Notification lue", "done")
    assert "25 novembre" in last.note


def test_a_notification_that_is_unread_for_five_days_is_reminded_of_then_called_about(registration):
    reach(registration, State.NOTIFIED)
    assert list(Case.objects.unread(NOW + timedelta(days=4))) == []

    announcing.remind_unread(at=LATER)
    assert list(Case.objects.unread(LATER)) == [case_of(registration)]

    mail = Message.objects.get(
        kind="document_unread", about_id=str(case_of(registration).notification_id)
    )
    assert [word for word in SECRETS if word.lower() in (mail.subject + mail.body).lower()] == []


def test_a_notification_that_was_read_is_not_called_about(registration):
    reach(registration, State.NOTIFIED)

    opened(registration)

    assert list(Case.objects.unread(LATER)) == []


@pytest.mark.parametrize("is_reached", [True, False])
def test_who_does_not_answer_is_called_again(registration, is_reached):
    case = reach(registration, State.NOTIFIED)

    accommodating.note_call(case=case, is_reached=is_reached, by=MANAGER, at=LATER)

    case = case_of(registration)
    assert (case.called_at, case.called_name) == (LATER, "Claude Martin")
    assert Case.objects.unread(LATER).exists() is not is_reached


def test_nobody_is_called_about_what_is_not_notified(registration):
    case = reach(registration, State.DECIDED)

    with pytest.raises(operations.NotNotified):
        accommodating.note_call(case=case, is_reached=True, by=MANAGER, at=NOW)


def test_after_an_appeal_the_former_decision_is_in_force_until_the_new_notification(registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD, ("E1",)))
    decide(registration, TIERS=DecisionOn(Decision.REFUSED, reason="L'épreuve est courte."))
    notify(registration)
    former = case_of(registration).notification

    again = take_again(registration, at=LATER)

    assert (again.state, again.is_open) == (State.OPINION_GIVEN, True)
    assert [one.opinion for one in again.measures.all()] == [Opinion.FAVOURABLE]
    assert granted(registration, "E1").measures == ()
    assert decision_of(registration).notification == former
    decide(registration, at=LATER)
    notify(registration, at=LATER)

    version = case_of(registration).notification
    assert replacement_of(former, at=LATER) == version
    assert version.content["replaces"] == (
        "La présente décision fait suite à un recours et remplace la décision du 25 novembre 2026."
    )
    assert list(documents_in(folder=registration.folder_id, at=LATER)).count(version) == 1
    assert [one.code for one in granted(registration, "E1").measures] == [THIRD]


def test_the_decision_on_another_request_says_which_one_it_replaces(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E1",)), at=LATER)

    said = case_of(registration).notification.content["replaces"]

    assert said == "La présente décision remplace la décision du 25 novembre 2026."


def test_a_decision_that_replaces_one_of_the_same_day_says_at_what_hour(registration):
    reach(registration, State.NOTIFIED)
    take_again(registration, why=Again.ERROR, at=NOW)
    decide(registration, at=NOW + timedelta(hours=1))
    notify(registration, at=NOW + timedelta(hours=1))

    said = case_of(registration).notification.content["replaces"].replace("\xa0", " ")

    assert said == (
        "La présente décision corrige et remplace la décision du 25 novembre 2026 à 10 h 30 (heure "
        "de Paris)."
    )


def test_a_decision_that_is_replaced_is_still_read_and_said_to_be(registration):
    former = reach(registration, State.NOTIFIED).notification
    assert replaced_in(registration.folder_id, at=LATER) == []
    reach(registration, State.NOTIFIED, at=LATER)

    assert replaced_in(registration.folder_id, at=LATER - timedelta(minutes=1)) == []  # to come
    [found] = replaced_in(registration.folder_id, at=LATER)
    assert (found, found.replaced_at) == (former, LATER)


def test_a_decision_taken_again_may_want_another_opinion(registration):
    reach(registration, State.NOTIFIED)

    take_again(registration, why=Again.ERROR, has_opinion=False)

    case = case_of(registration)
    assert (case.state, case.doctor) == (State.ASKED, None)
    assert [one.opinion for one in case.measures.all()] == ["", ""]
    entrust(registration)
    opine(registration)


def test_a_decision_is_taken_again_once_at_a_time(registration):
    first = reach(registration, State.NOTIFIED)
    take_again(registration)

    with pytest.raises(operations.UnderWay):
        accommodating.take_again(case=first, why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW)


def test_a_new_request_leaves_the_former_decision_in_force(registration):
    former = reach(registration, State.NOTIFIED)
    write(registration, Wish(READER), at=LATER)
    send(registration, at=LATER)

    assert decision_of(registration) == former
    assert [one.code for one in granted(registration, "E1").measures] == [THIRD, ACCESS]


def test_a_batch_follows_each_opinion_and_says_why(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD), Wish(READER), Wish(ACCESS))
    opine(
        registration,
        TIERS=OpinionOn(Opinion.OTHER, HALF),
        LECTEUR=OpinionOn(Opinion.UNFAVOURABLE),
    )

    follow(registration)

    case = case_of(registration)
    assert (case.state, case.decided_last_name, case.decided_quality) == (
        State.DECIDED,
        "Martin",
        "cheffe du service des examens",
    )
    assert [(one.code, one.decision, bool(one.reason)) for one in case.measures.all()] == [
        (THIRD, Decision.OTHER, True),
        (READER, Decision.REFUSED, True),
        (ACCESS, Decision.GRANTED, False),
    ]


def test_who_has_decided_before_is_named_in_the_same_words(registration):
    reach(registration, State.DECIDED)
    other = a_registration(informations={"has_disability": "oui"})
    reach(other, State.OPINION_GIVEN)

    accommodating.follow_opinion(registration=other, by=MANAGER, at=NOW)

    assert case_of(other).decided_quality == "cheffe du service des examens"


def test_a_delegation_is_written_by_who_has_it_the_first_time_and_said_again_afterwards(
    registration,
):
    reach(registration, State.OPINION_GIVEN)

    first = accommodating.author_of(registration, MANAGER)
    with pytest.raises(accommodating.AuthorUnknown, match="Décidez d'une première demande"):
        accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW)
    decide(registration, author=replace(RECTOR, quality="gestionnaire"))
    again = accommodating.author_of(registration, MANAGER)

    assert (first.first_name, first.last_name, first.quality) == ("Claude", "Martin", "")
    assert again.quality == "gestionnaire"


def test_a_delegation_of_a_former_role_is_not_said_again_in_another(registration):
    user = a_member("agent@exemple.test", Membership.Role.HEAD, ["A25"])
    has_decided(f"user:{user.pk}")
    reach(registration, State.OPINION_GIVEN)
    head = user.memberships.get().as_actor()
    assert accommodating.author_of(registration, head).quality == RECTOR.quality

    inviting.change(email=user.email, role="manager", academies=["A09"], by=OPERATOR, at=NOW)

    now = user.memberships.get(replaced_at=None).as_actor()
    assert accommodating.author_of(registration, now).quality == ""
    with pytest.raises(accommodating.AuthorUnknown, match="dans votre rôle actuel"):
        accommodating.follow_opinion(registration=registration, by=now, at=NOW)


def test_a_last_day_that_is_moved_leaves_a_delegation_as_it_is(registration):
    user = a_member("agent@exemple.test", Membership.Role.HEAD, ["A25"])
    has_decided(f"user:{user.pk}")
    reach(registration, State.OPINION_GIVEN)

    for at, until in ((NOW, dt.date(2027, 8, 31)), (LATER, None)):
        inviting.change(email=user.email, ends_on=until, by=OPERATOR, at=at)

    now = user.memberships.get(replaced_at=None).as_actor()
    assert accommodating.author_of(registration, now).quality == RECTOR.quality


def _moved(user):
    inviting.change(email=user.email, role="manager", by=OPERATOR, at=NOW)
    inviting.change(email=user.email, ends_on=dt.date(2027, 8, 31), by=OPERATOR, at=LATER)


def _reopened(user):
    inviting.close(email=user.email, by=OPERATOR, at=NOW)
    inviting.reopen(email=user.email, ends_on=None, by=OPERATOR, at=LATER)


def _invited_again(user):
    said = {"full_name": "Claude Martin", "role": "head", "academies": ["A25"]}
    inviting.close(email=user.email, by=OPERATOR, at=NOW)
    inviting.invite(email=user.email, **said, by=OPERATOR, at=LATER)


@pytest.mark.parametrize("done", [_moved, _reopened, _invited_again])
def test_a_delegation_is_not_said_again_once_the_role_was_another_or_nobodys(registration, done):
    user = a_member("agent@exemple.test", Membership.Role.HEAD, ["A25"])
    has_decided(f"user:{user.pk}")
    reach(registration, State.OPINION_GIVEN)

    done(user)

    now = user.memberships.get(replaced_at=None).as_actor()
    assert accommodating.author_of(registration, now).quality == ""


def test_who_decides_in_two_academies_is_named_as_they_were_in_that_one(registration):
    has_decided()
    reach(registration, State.OPINION_GIVEN)
    decide(registration, author=replace(RECTOR, quality="gestionnaire"))
    Case.objects.exclude(registration=registration).update(decided_at=LATER)

    assert accommodating.author_of(registration, MANAGER).quality == "gestionnaire"


def test_no_opinion_is_followed_where_there_is_none(registration):
    reach(registration, State.WITH_DOCTOR)

    with pytest.raises(accommodating.NoOpinion):
        accommodating.follow_opinion(registration=registration, by=MANAGER, at=NOW)


def test_a_request_is_entrusted_to_the_doctors_of_its_academy_and_domain(registration):
    def doctor(name, *, academies, domains=(), **more):
        return Membership.objects.create(
            user=a_doctor(f"{name}@exemple.test"),
            role=Membership.Role.DOCTOR,
            full_name=name,
            academies=academies,
            domains=list(domains),
            **more,
        )

    near = doctor("pres", academies=["A09"])
    named = doctor("domaine", academies=["A09", "A25"], domains=[registration.exam.domain.code])
    doctor("loin", academies=["A25"])
    doctor("autre", academies=["A09"], domains=["AUTRE"])
    doctor("parti", academies=["A09"], ends_on=NOW.date() - timedelta(days=1))

    assert doctors_for(registration, day=NOW.date()) == [named, near]


@pytest.mark.parametrize(
    ("received", "last"),
    [
        # Neither the day of the reception nor the one on which two months end counts.
        (dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC), dt.date(2027, 1, 26)),
        (dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC), dt.date(2027, 1, 27)),
        (dt.datetime(2026, 12, 31, 12, tzinfo=dt.UTC), dt.date(2027, 3, 1)),
        # Easter Monday, then the 1st of January, a Friday.
        (dt.datetime(2027, 1, 28, 12, tzinfo=dt.UTC), dt.date(2027, 3, 30)),
        (dt.datetime(2026, 10, 31, 12, tzinfo=dt.UTC), dt.date(2027, 1, 4)),
    ],
)
def test_a_decision_may_be_contested_for_two_clear_months_by_the_clock_of_its_service(
    received, last
):
    assert contested_until(received, "Europe/Paris") == last
    assert final_at(received, "Europe/Paris").date() == last + timedelta(days=1)


@pytest.mark.parametrize(
    ("notified_at", "presumed_on"),
    [
        # At half past midnight on 11 October 2026, then before midnight on 20 March 2027, in Paris.
        (dt.datetime(2026, 10, 10, 22, 30, tzinfo=dt.UTC), dt.date(2026, 10, 26)),
        (dt.datetime(2027, 3, 20, 22, 30, tzinfo=dt.UTC), dt.date(2027, 4, 4)),
    ],
)
def test_what_nobody_reads_is_received_fifteen_days_later_however_the_clock_changes(
    notified_at, presumed_on
):
    received = received_at(notified_at, None, "Europe/Paris", posting=None)

    assert local_day(received, "Europe/Paris") == presumed_on
