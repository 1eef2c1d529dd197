"""« Contester la décision », as its candidate does it, and what they read of it afterwards (H2)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from sporades.accommodations.contesting import clock_of, is_in_time
from sporades.accommodations.models import Again, Appeal, Came
from sporades.accommodations.states import State
from sporades.acts import accommodating, consulting
from sporades.acts.registrations import deciding, leaving
from sporades.core.french import day_in_words
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE
from sporades.retention.categories import confided_until
from tests.accommodations.asked import (
    CONTESTED,
    MANAGER,
    RECTOR,
    a_minor,
    case_of,
    contest,
    reach,
    taken_again,
)
from tests.accommodations.test_notifying import notified
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.medical.given import compartment, confide
from tests.spaces import plain
from tests.web import guide
from tests.web.guide import BACKEND, a_browser, ask_to_withdraw, main, seen, shown

pytestmark = pytest.mark.usefixtures("stopped_clock", "db")

TO_CONTEST, READ = "Contester la décision", "Lire la réponse"


@pytest.fixture
def registration():
    return a_registration(informations={"has_disability": "oui"})


@pytest.fixture
def decided(registration):
    """Return a request whose notification its candidate has read."""
    reach(registration, State.NOTIFIED)
    return read_by(registration)


def read_by(registration):
    case = case_of(registration)
    by = author(registration.candidate)
    consulting.open_document(version=case.notification, by=by, at=NOW)
    return case_of(registration)


def at(registration, *, page=""):
    return f"/mes-inscriptions/{registration.number}/amenagement{page}"


LATER = NOW + timedelta(minutes=32)
CONTEST, BACK = "/recours", "/recours/retrait"


def page_of(client, registration, page=""):
    return plain(main(client.get(at(registration, page=page))))


def test_from_the_decision_to_the_appeal_that_is_received(sign_in, registration, decided):
    client = sign_in(registration.candidate)
    assert TO_CONTEST in page_of(client, registration)
    form = page_of(client, registration, CONTEST)
    assert "Votre dernier jour est le 26 janvier 2027" in form
    assert "envoyé aujourd'hui et sans réponse le 25 janvier 2027, il est rejeté" in form

    answer = client.post(at(registration, page=CONTEST), {"texte": CONTESTED}, follow=True)

    said = plain(main(answer))
    assert "Votre recours est reçu" in plain(answer.text)
    assert "Reçu le 25 novembre 2026." in said
    assert "L'autorité a jusqu'au 25 janvier 2027 pour y répondre." in said
    assert CONTESTED in said
    assert TO_CONTEST not in said
    assert "Retirer mon recours" in said
    sure = plain(main(client.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit")))
    assert "Votre recours du 25 novembre 2026 est à l'étude" in sure


@pytest.mark.parametrize("is_changed", [False, True])
def test_an_appeal_sent_in_time_as_the_session_ended_counts_sent_again_as_it_was(
    sign_in, registration, decided, stopped_clock, is_changed
):
    midnight, where = datetime(2027, 1, 26, 23, tzinfo=UTC), at(registration, page=CONTEST)
    stopped_clock.move_to(midnight - timedelta(minutes=32))
    client = sign_in(registration.candidate)
    typed = {**shown(client.get(where), "form[method=post]"), "texte": [CONTESTED]}
    stopped_clock.move_to(midnight - timedelta(seconds=30))
    assert client.post(where, typed).url.startswith("/connexion")
    stopped_clock.move_to(midnight + timedelta(minutes=3))
    client.force_login(registration.candidate.user, backend=BACKEND)

    elsewhere = plain(main(sign_in(registration.candidate).get(where)))
    assert "Cette heure est gardée, mais rien n'est envoyé : contactez" in elsewhere
    page = client.get(where)
    assert "Envoyez-le de nouveau, sans rien y changer, avant le" in plain(main(page))
    sent = shown(page, "form[method=post]")
    assert sent["texte"] == [CONTESTED]
    client.post(where, {**sent, "texte": ["Autre chose."]} if is_changed else sent)

    appeal = Appeal.objects.get()
    assert appeal.received_on == date(2027, 1, 27 if is_changed else 26)
    assert is_in_time(appeal, clock_of(appeal.case)) is not is_changed


def test_what_was_not_read_is_not_contested_yet(sign_in, registration):
    reach(registration, State.NOTIFIED)
    client = sign_in(registration.candidate)

    assert TO_CONTEST not in page_of(client, registration)
    assert client.get(at(registration, page=CONTEST)).headers["Location"] == at(registration)
    answer = client.post(at(registration, page=CONTEST), {"texte": CONTESTED})

    assert answer.status_code == 409
    assert "Lisez d'abord la notification" in plain(main(answer))
    assert CONTESTED in main(answer)
    assert not Appeal.objects.exists()


def test_a_decision_to_be_read_is_counted_once_as_on_the_home_page(sign_in, registration):
    reach(registration, State.NOTIFIED)
    browser = sign_in(registration.candidate)

    home = browser.get("/accueil")
    own = f"/mes-inscriptions/{registration.number}"
    pages = [main(browser.get(f"{own}{page}")) for page in ("", "/suis-je-inscrit")]

    [count] = re.findall(r"(\d+) choses vous attendent", main(home))
    for page in pages:
        assert plain(page).count("Notification d'aménagement d'épreuves.") == 1
        assert "lisez la notification" not in page
        assert f"Il reste {count} choses à faire." in page


def test_the_button_pressed_twice_sends_once_and_frightens_nobody(sign_in, registration, decided):
    client = sign_in(registration.candidate)
    said = {"texte": f"{CONTESTED}\r\nMerci."}

    answers = [client.post(at(registration, page=CONTEST), said, follow=True) for _ in range(2)]

    assert [one.status_code for one in answers] == [200, 200]
    assert all("Votre recours est reçu." in plain(one.text) for one in answers)
    assert Appeal.objects.count() == 1


def test_what_is_typed_in_a_second_window_is_given_back(sign_in, registration, decided):
    client = sign_in(registration.candidate)
    client.post(at(registration, page=CONTEST), {"texte": CONTESTED})

    answer = client.post(at(registration, page=CONTEST), {"texte": "Bien plus long, et autre."})

    assert answer.status_code == 409
    assert "Un recours contre cette décision est déjà enregistré." in plain(main(answer))
    assert "Bien plus long, et autre." in main(answer)
    assert Appeal.objects.get().text == CONTESTED


def test_the_page_of_a_decision_that_another_has_replaced_contests_nothing(
    sign_in, registration, decided
):
    client = sign_in(registration.candidate)
    shown = seen(client.get(at(registration, page=CONTEST)))
    [which] = [one.get("value") for one in shown.cssselect("main [name=decision]")]
    reach(registration, State.NOTIFIED, at=NOW + timedelta(minutes=1))
    read_by(registration)

    answer = client.post(at(registration, page=CONTEST), {"texte": CONTESTED, "decision": which})

    assert answer.status_code == 409
    assert "Une autre décision a été notifiée depuis" in plain(main(answer))
    assert not Appeal.objects.exists()


@pytest.fixture
def left(registration, decided, stopped_clock):
    """An appeal that was sent once the session had ended, of a browser that has signed in again."""
    browser = a_browser()
    guide.sign_in(browser, registration.candidate.user)
    shown = seen(browser.get(at(registration, page=CONTEST)))
    [which] = [one.get("value") for one in shown.cssselect("main [name=decision]")]
    stopped_clock.shift(timedelta(minutes=31))
    browser.post(at(registration, page=CONTEST), {"texte": CONTESTED, "decision": which})
    guide.sign_in(browser, registration.candidate.user)
    return browser


def taken_again_meanwhile(registration):
    accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=False, by=MANAGER, at=LATER
    )


def another_notified_meanwhile(registration):
    reach(registration, State.NOTIFIED, at=LATER)
    read_by(registration)


def contested_meanwhile(registration):
    contest(case_of(registration), text="Tout autre chose.", at=LATER)


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (taken_again_meanwhile, "Le service reprend déjà cette décision"),
        (another_notified_meanwhile, "Une autre décision a été notifiée depuis"),
        (contested_meanwhile, "Un recours contre cette décision est déjà enregistré."),
    ],
)
def test_what_waited_and_contests_nothing_any_more_is_given_back_once(
    registration, left, meanwhile, why
):
    meanwhile(registration)

    page = left.get(at(registration, page=CONTEST))
    again = left.get(at(registration, page=CONTEST), follow=True)

    assert page.status_code == 200
    assert why in plain(main(page))
    assert (CONTESTED in main(page), CONTESTED in main(again)) == (True, False)


def test_an_appeal_is_still_shown_once_another_decision_replaces_what_it_contests(
    sign_in, registration, decided
):
    contest(decided)
    reach(registration, State.NOTIFIED, at=NOW + timedelta(minutes=1))
    client = sign_in(registration.candidate)

    said = page_of(client, registration)

    assert CONTESTED in said
    assert "Retirer mon recours" in said


def test_once_its_registration_is_left_nobody_looks_at_it(sign_in, registration, decided):
    contest(decided)
    client = sign_in(registration.candidate)
    whole = Registration.objects.whole().get(pk=registration.pk)
    leaving.withdraw(registration=whole, by=author(registration.candidate), at=NOW)

    said = page_of(client, registration)

    assert "Votre inscription n'est plus en cours : personne ne l'étudie." in said
    assert "L'autorité a jusqu'au" not in said
    assert "Retirer mon recours" not in said
    assert client.get(at(registration, page=BACK)).status_code == 302


def test_while_its_registration_is_set_aside_a_decision_is_contested_and_the_appeal_waits(
    sign_in, registration, decided, stopped_clock
):
    client = sign_in(registration.candidate)
    said = {"registration": registration, "by": OPERATOR}
    deciding.decide(decision=SET_ASIDE, reason="Une erreur.", at=NOW, **said)
    assert TO_CONTEST in page_of(client, registration)

    client.post(at(registration, page=CONTEST), {"texte": CONTESTED, "decision": decided.pk})

    made = Appeal.objects.get()
    page = page_of(client, registration)
    assert "personne ne l'étudie tant qu'elle n'est pas rétablie" in page
    assert "L'autorité a jusqu'au" in page
    assert "Retirer mon recours" in page
    deciding.decide(decision=RESTORE, reason="", at=NOW + timedelta(days=80), **said)
    stopped_clock.move_to(NOW + timedelta(days=80))
    made.case.registration = Registration.objects.whole().get(pk=registration.pk)
    assert is_in_time(made, clock_of(made.case))
    client = sign_in(registration.candidate)
    assert "tant qu'elle n'est pas rétablie" not in page_of(client, registration)


@pytest.mark.parametrize("is_answered", [True, False])
def test_what_became_of_it_is_still_read_once_its_registration_is_left(
    sign_in, registration, decided, stopped_clock, is_answered
):
    appeal = contest(decided)
    if is_answered:
        accommodating.refuse_appeal(
            found=appeal, reason="Les mesures suffisent.", author=RECTOR, by=MANAGER, at=NOW
        )
    whole = Registration.objects.whole().get(pk=registration.pk)
    leaving.withdraw(registration=whole, by=author(registration.candidate), at=NOW)
    stopped_clock.move_to(NOW + timedelta(days=1 if is_answered else 70))

    said = page_of(sign_in(registration.candidate), registration)

    became = "Une réponse vous a été donnée le" if is_answered else "il est rejeté depuis ce jour"
    assert became in said
    assert "saisir le tribunal" in said
    assert "personne ne l'étudie" not in said
    assert "L'autorité peut encore y répondre" not in said


def test_whoever_leaves_a_registration_is_told_that_nobody_will_look_at_the_appeal(
    sign_in, registration, decided
):
    contest(decided)
    client = sign_in(registration.candidate)

    page = ask_to_withdraw(client, registration.number)

    assert "Plus personne n'étudiera votre recours contre la décision." in plain(main(page))


def test_an_appeal_that_says_nothing_is_refused_at_its_field(sign_in, registration, decided):
    client = sign_in(registration.candidate)

    answer = client.post(at(registration, page=CONTEST), {"texte": "  "})

    assert answer.status_code == 422
    assert "Dites ce que vous contestez, et pourquoi." in plain(main(answer))


def test_words_of_health_are_pointed_out_once_and_may_be_left(sign_in, registration, decided):
    client = sign_in(registration.candidate)
    said = {"texte": "Je suis dyslexique : le tiers-temps ne suffit pas."}

    first = client.post(at(registration, page=CONTEST), said)
    second = client.post(at(registration, page=CONTEST), {**said, "relu": "on"})

    assert (first.status_code, second.status_code) == (422, 302)
    assert "semblent dire quelque chose de votre santé : « dyslexique »" in plain(main(first))
    assert seen(first).cssselect("[name=texte]")[0].text.strip() == said["texte"]
    assert Appeal.objects.get().text == said["texte"]


def test_after_the_last_day_it_is_taken_and_said_to_interrupt_nothing(
    sign_in, registration, decided, stopped_clock
):
    stopped_clock.move_to(NOW + timedelta(days=90))
    client = sign_in(registration.candidate)

    form = page_of(client, registration, CONTEST)
    client.post(at(registration, page=CONTEST), {"texte": CONTESTED})

    assert "Votre dernier jour pour contester était le 26 janvier 2027" in form
    said = page_of(client, registration)
    assert "le délai pour saisir le tribunal n'est pas interrompu" in said
    assert "vous pourrez alors saisir" not in said


def test_what_could_not_be_sent_on_the_last_day_is_taken_as_of_it(
    sign_in, registration, decided, stopped_clock
):
    """It was 26 January: nothing was written that evening."""
    ended = datetime(2027, 1, 26, 23, tzinfo=UTC)
    notices.show(
        kind=Banner.Kind.ALERT,
        message="Panne.",
        at=ended - timedelta(hours=4),
        until=ended + timedelta(hours=5),
        stops_writing=True,
    )
    stopped_clock.move_to(ended + timedelta(hours=9))
    client = sign_in(registration.candidate)

    form = page_of(client, registration, CONTEST)
    client.post(at(registration, page=CONTEST), {"texte": CONTESTED})
    said, back = page_of(client, registration), page_of(client, registration, BACK)

    assert "Votre dernier jour était le 26 janvier 2027, et le service était alors en" in form
    assert "comme envoyé ce jour-là, jusqu'au jeudi 28 janvier 2027 à 23 h 59" in form
    assert "Reçu le 27 janvier 2027, et compté du 26 janvier 2027, dernier jour" in said
    assert "vous pourrez alors saisir le tribunal" in said
    assert "Vous pourrez encore la contester jusqu'au 28 janvier 2027 inclus." in back


def test_once_silence_has_refused_it_nothing_says_that_it_is_looked_at(
    sign_in, registration, decided, stopped_clock
):
    contest(decided)
    stopped_clock.move_to(NOW + timedelta(days=70))
    client = sign_in(registration.candidate)

    said = page_of(client, registration)

    assert "Resté sans réponse Reçu le 25 novembre 2026." in said
    assert "À l'étude" not in said


def test_a_guardian_appeals_for_a_minor_under_their_own_name(sign_in):
    registration = a_minor()
    notified(registration)
    read_by(registration)
    client = sign_in(registration.candidate)
    own = f"{registration.identity.birth_name} {registration.identity.first_names}"

    without = client.post(at(registration, page=CONTEST), {"texte": CONTESTED})
    said = {"texte": CONTESTED, "qualite": "mère"}
    own_name = client.post(at(registration, page=CONTEST), {**said, "nom": own})
    name = registration.guardian_name or "Anne Le Goff"
    done = client.post(at(registration, page=CONTEST), {**said, "nom": name})

    assert (without.status_code, own_name.status_code, done.status_code) == (422, 422, 302)
    assert "Indiquez le nom et le prénom de qui fait ce recours." in plain(main(without))
    assert f"Fait par {name}, mère." in page_of(client, registration)


def test_an_appeal_is_taken_back_and_may_be_made_again(sign_in, registration, decided):
    contest(decided)
    client = sign_in(registration.candidate)
    assert "Vous pourrez encore la contester jusqu'au 26 janvier 2027 inclus." in page_of(
        client, registration, BACK
    )

    client.post(at(registration, page=BACK))

    assert "Vous l'avez retiré le 25 novembre 2026." in page_of(client, registration)
    assert TO_CONTEST in page_of(client, registration)
    assert client.get(at(registration, page=BACK)).status_code == 302


def test_of_two_appeals_that_wait_the_one_that_is_shown_is_taken_back_once(
    sign_in, registration, decided, stopped_clock
):
    later = NOW + timedelta(days=1)
    first = contest(decided)
    reach(registration, State.NOTIFIED, at=later)
    second = contest(read_by(registration), at=later)
    stopped_clock.move_to(later)
    client = sign_in(registration.candidate)
    links = seen(client.get(at(registration))).cssselect(f"a[href*='{BACK}']")
    to_second = next(one.get("href") for one in links if str(second.pk) in one.get("href"))
    page = client.get(to_second)

    for _ in range(2):
        client.post(at(registration, page=BACK), shown(page, "form[method=post]"))

    assert set(Appeal.objects.standing()) == {first}
    assert len(links) == 2
    assert "votre recours reçu le 26 novembre 2026" in plain(main(page))


def test_the_answer_is_read_in_its_document_before_its_reason_is_shown(
    sign_in, registration, decided
):
    reason = "Les mesures demandées sont déjà accordées."
    accommodating.refuse_appeal(
        found=contest(decided), reason=reason, author=RECTOR, by=MANAGER, at=NOW
    )
    client = sign_in(registration.candidate)

    before = page_of(client, registration)
    document = plain(main(client.get(f"/mes-documents/{registration.number}/reponse-recours")))
    after = page_of(client, registration)

    shown = ("Rejeté", reason, "Lire la réponse", "Réponse à lire")
    assert [one in before for one in shown] == [False, False, True, True]
    assert reason in document
    assert "Dernier jour pour saisir le tribunal : le 26 janvier 2027" in document
    assert (
        "Votre recours est rejeté : la décision reste telle qu'elle vous a été notifiée."
        in document
    )
    assert reason in after
    assert "vous pouvez saisir le tribunal jusqu'au 26 janvier 2027 inclus" in after
    assert TO_CONTEST not in after


def test_each_appeal_leads_to_its_own_answer_which_no_other_replaces(
    sign_in, registration, decided, stopped_clock
):
    """A letter against the first decision is answered after the appeal against the second."""
    later = NOW + timedelta(days=1)
    reach(registration, State.NOTIFIED, at=later)
    own = contest(read_by(registration), at=later)
    letter = {"came": Came.LETTER, "sent_on": NOW.date(), "received_on": later.date()}
    former = contest(decided, at=later, entered_name="Jeanne Kerbrat", **letter)
    for appeal, reason in ((own, "La vôtre."), (former, "Celle d'avant.")):
        accommodating.refuse_appeal(
            found=appeal, reason=reason, author=RECTOR, by=MANAGER, at=later
        )
    stopped_clock.move_to(later)
    client = sign_in(registration.candidate)

    [link] = [one for one in seen(client.get(at(registration))).cssselect("a") if one.text == READ]
    document = plain(main(client.get(link.get("href"))))

    assert "La vôtre." in document
    assert "Remplacée" not in document
    own.refresh_from_db()
    assert not own.is_to_read


def test_a_decision_that_is_taken_again_on_an_appeal_says_so(sign_in, registration, decided):
    taken_again(decided)
    client = sign_in(registration.candidate)

    said = page_of(client, registration)

    assert "Votre service gestionnaire a repris la décision à la suite de ce recours, le" in said
    assert "Retirer mon recours" not in said
    assert client.get(at(registration, page=BACK)).status_code == 302


def test_what_another_candidate_contests_does_not_exist(sign_in, registration, decided):
    other = a_registration(informations={"has_disability": "oui"})
    client = sign_in(other.candidate)

    for page in (CONTEST, BACK):
        assert client.get(at(registration, page=page)).status_code == 404
        assert client.post(at(registration, page=page), {"texte": "Oui."}).status_code == 404


def _contested_then(registration, state):
    """Contest a decision on papers of health, then bring another request to a state."""
    confide(registration)
    reach(registration, State.NOTIFIED)
    contest(read_by(registration))
    reach(registration, state, at=NOW + timedelta(days=10))


def test_taking_back_says_nothing_of_papers_that_another_request_keeps(sign_in, registration):
    _contested_then(registration, State.ASKED)
    client = sign_in(registration.candidate)

    assert "effacés" not in page_of(client, registration, BACK)

    client.post(at(registration, page=BACK))
    assert compartment(registration).erase_after is None


def test_taking_back_says_the_day_that_a_later_decision_gives(sign_in, registration):
    _contested_then(registration, State.NOTIFIED)
    client = sign_in(registration.candidate)

    said = page_of(client, registration, BACK)
    client.post(at(registration, page=BACK))

    day = day_in_words(confided_until(compartment(registration).erase_after, registration))
    assert f"Vos papiers de santé seront effacés à partir du {day}." in said


def test_taking_back_says_when_papers_of_health_are_erased(sign_in, registration):
    confide(registration)
    reach(registration, State.NOTIFIED)
    contest(read_by(registration))
    client = sign_in(registration.candidate)

    said = page_of(client, registration, BACK)

    assert "Vos papiers de santé seront effacés à partir du " in said
