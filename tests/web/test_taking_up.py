"""« Papiers de santé » of a new registration takes up what was confided for the one that was left (E8, H3)."""

from datetime import timedelta

import lxml.html
import pytest
import time_machine

from sporades.accommodations.models import Case
from sporades.accommodations.queries import fallen_before
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import State
from sporades.accounts import limits
from sporades.acts import accommodating
from sporades.acts.consulting import open_document
from sporades.acts.registrations import deciding, leaving, registering
from sporades.core import files
from sporades.core.days import midnight
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.models import Paper, Remark
from sporades.registrations.models import Draft
from sporades.registrations.states import SET_ASIDE
from sporades.retention import operations as retention
from tests.accommodations import asked
from tests.accommodations.asked import READER, THIRD, case_of, reach
from tests.accommodations.test_following import amend
from tests.evidence.given import a_photo
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.medical.given import again, compartment, confide, found_clean, write
from tests.spaces import plain
from tests.web.guide import ask_to_withdraw, buttons, links, main, seen

pytestmark = pytest.mark.usefixtures("stopped_clock", "kept", "confided")
DAY = "29 novembre 2026"
OVER = midnight(NOW.date() + timedelta(days=4), "Europe/Paris")


@pytest.fixture
def registration():
    """File a registration for which two papers and a comment are confided."""
    made = a_registration(informations={"has_disability": "oui"})
    found_clean(
        confide(made, kind="CERTIFICAT", name="certificat.jpg", at=NOW - timedelta(minutes=1))
    )
    confide(made, kind="papier-de-sante", name="bilan.jpg", photos=[a_photo("black")])
    write(made, "Je suis suivie depuis mars.")
    return made


def leave(registration):
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=NOW)
    return again(registration)


def back(left):
    by = author(left.candidate)
    draft = registering.begin_again(registration=again(left), by=by, at=NOW)
    whole = Draft.objects.whole().get(pk=draft.pk)
    return registering.register(draft=whole, by=by, at=NOW).registration


@pytest.fixture
def left(registration):
    return leave(registration)


@pytest.fixture
def anew(left):
    return back(left)


@pytest.fixture
def mine(sign_in, registration):
    return sign_in(registration.candidate)


def at(registration, *parts):
    return "/".join(["/mes-inscriptions", registration.number, *parts])


def said_in(page):
    """Return what a page says, as it was written."""
    return plain(main(page))


def reprise(anew, left):
    return at(anew, "sante", "reprise", left.number)


def papers(registration):
    rows = Paper.objects.filter(compartment__registration=registration)
    return sorted(one.name for one in rows)


def ticked(*registrations, **others):
    """Return what the form sends with every paper ticked."""
    rows = Paper.objects.filter(compartment__registration__in=registrations)
    return {"papiers": [str(one.pk) for one in rows.exclude(is_clean=False)], **others}


# --- Until when -------------------------------------------------------------------------------


def test_before_one_leaves_the_day_and_what_may_be_done_until_it_are_said(mine, registration):
    reach(registration, State.ASKED)

    said = said_in(ask_to_withdraw(mine, registration.number))

    assert f"que vous avez déposés seront effacés à partir du {DAY}" in said
    assert "Si vous vous réinscrivez avant ce jour, vous pourrez reprendre ces papiers" in said
    assert "nouvelle demande, où vos choix vous seront proposés" in said


@pytest.mark.parametrize("page", [(), ("sante",)])
def test_once_left_the_same_day_is_said_there(mine, left, page):
    said = said_in(mine.get(at(left, *page)))

    assert f"seront effacés à partir du {DAY}" in said
    assert "Si vous vous réinscrivez d'ici là, vous pourrez reprendre ces papiers" in said


def test_where_the_service_has_closed_nothing_is_said_of_a_new_registration(sign_in, left):
    RegistrationService.objects.update(closes_at=NOW + timedelta(minutes=1))
    with time_machine.travel(NOW + timedelta(minutes=3), tick=False):
        said = said_in(sign_in(left.candidate).get(at(left, "sante")))

    assert f"seront effacés à partir du {DAY}" in said
    assert "Si vous vous réinscrivez" not in said


def test_without_anything_confided_nothing_is_said_of_papers(sign_in):
    other = a_registration(informations={"has_disability": "oui"})
    asked.write(other)
    client = sign_in(other.candidate)

    assert "papiers de santé" not in main(ask_to_withdraw(client, other.number))
    assert "papiers de santé" not in main(client.get(at(leave(other))))


def test_one_that_only_takes_a_request_back_is_told_the_next_day(mine, registration):
    reach(registration, State.ASKED)

    said = said_in(mine.get(at(registration, "amenagement", "retrait")))

    assert "sont effacés à partir du 26 novembre 2026." in said
    case = case_of(registration)
    accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)
    assert "à partir du 26 novembre 2026" in said_in(mine.get(at(registration, "sante")))


# --- It is offered ----------------------------------------------------------------------------


def test_the_new_registration_names_the_papers_and_takes_none_by_itself(mine, left, anew):
    page = mine.get(at(anew, "sante"))

    said = said_in(page)
    assert (
        f"Vous aviez déposé 2 papiers et 1 commentaire pour l'inscription n°{left.number}" in said
    )
    assert "certificat.jpg" in said
    assert "bilan.jpg" in said
    assert f"Tout y est effacé à partir du {DAY}." in said
    words = f"Reprendre les papiers déposés pour l'inscription n°{left.number}"
    assert links(page, words) == [reprise(anew, left)]
    assert papers(anew) == []


def test_the_request_and_the_former_registration_lead_there_too(mine, left, anew):
    where = reprise(anew, left)

    assert where in mine.get(at(anew, "amenagement")).text
    asked.write(anew)
    assert where in mine.get(at(anew, "amenagement")).text
    assert where in mine.get(at(left, "sante")).text
    assert f"se reprend dans l'inscription n°{anew.number}" in said_in(mine.get(at(left)))


def test_once_a_request_is_sent_its_page_offers_nothing_and_papers_still_do(mine, left, anew):
    confide(anew, kind="CERTIFICAT")
    reach(anew, State.ASKED)

    assert reprise(anew, left) not in mine.get(at(anew, "amenagement")).text
    assert reprise(anew, left) in mine.get(at(anew, "sante")).text


def test_the_page_ticks_every_paper_and_no_comment(mine, left, anew):
    page = mine.get(reprise(anew, left))

    boxes = seen(page).cssselect("main input[type=checkbox]")
    assert [one.get("name") for one in boxes] == ["papiers", "papiers", "commentaires"]
    assert [one.get("checked") is not None for one in boxes] == [True, True, False]
    said = said_in(page)
    assert "L'antivirus ne l'a pas encore vérifié" in said
    assert "Je suis suivie depuis mars." in said
    assert "Un commentaire qui est repris ne se retire plus" in said
    assert "facultatif" not in said
    assert "certificat" not in seen(page).findtext(".//title")


def test_an_infected_one_is_said_not_to_be_offered(mine, registration):
    found_clean(confide(registration, name="infecte.jpg"), is_clean=False)
    left = leave(registration)
    anew = back(left)

    said = said_in(mine.get(reprise(anew, left)))

    assert "infecte.jpg" not in said
    assert "Un fichier, où un programme malveillant a été trouvé, n'est pas proposé" in said
    assert "infecte.jpg" not in said_in(mine.get(at(anew, "sante")))


# --- It is taken up ---------------------------------------------------------------------------


def test_what_is_ticked_is_taken_up_and_what_is_left_to_do_is_said(mine, left, anew):
    asked.write(anew)
    [remark] = Remark.objects.all()

    data = ticked(left, commentaires=[str(remark.pk)])
    answer = mine.post(reprise(anew, left), data, follow=True)

    assert papers(anew) == ["bilan.jpg", "certificat.jpg"]
    said = said_in(answer)
    assert "2 papiers et 1 commentaire sont repris. L'antivirus les vérifie." in said
    assert "Votre demande d'aménagement n'est pas encore envoyée." in said
    assert "Je suis suivie depuis mars." in said
    assert "Vous aviez déposé" not in said
    again_shown = mine.get(reprise(anew, left), follow=True)
    assert "Ce que vous aviez déposé pour cette inscription est déjà repris" in said_in(again_shown)


def test_pressed_twice_it_says_that_it_is_done(mine, left, anew):
    data = ticked(left)
    mine.post(reprise(anew, left), data)

    answer = mine.post(reprise(anew, left), data, follow=True)

    assert "Ce que vous avez coché est déjà repris." in said_in(answer)
    assert len(papers(anew)) == 2


def test_nothing_ticked_is_said_where_it_is_ticked(mine, left, anew):
    answer = mine.post(reprise(anew, left), {})

    assert answer.status_code == 422
    assert "Cochez au moins un papier ou un commentaire." in main(answer)
    assert papers(anew) == []


@pytest.mark.parametrize("key", ["rien", "00000000-0000-0000-0000-000000000000"])
def test_what_was_never_there_is_refused(mine, left, anew, key):
    answer = mine.post(reprise(anew, left), {"papiers": [key]})

    assert answer.status_code == 422
    assert papers(anew) == []


def test_once_erased_the_page_that_was_shown_says_so(mine, left, anew):
    data = ticked(left)
    retention.apply(at=OVER)

    for answer in (
        mine.post(reprise(anew, left), data, follow=True),
        mine.get(reprise(anew, left), follow=True),
    ):
        assert "est déjà repris, ou effacé" in said_in(answer)
    assert papers(anew) == []
    assert reprise(anew, left) not in mine.get(at(anew, "sante")).text


def test_what_a_limit_stops_is_told_with_what_is_taken(mine, left, anew):
    for _ in range(29):
        assert limits.spend(limits.CONFIDED_OF_A_REGISTRATION, str(anew.pk), at=NOW)

    said = said_in(mine.post(reprise(anew, left), ticked(left), follow=True))

    assert "1 papier est repris. L'antivirus le vérifie." in said
    assert "Le reste n'est pas repris. Vous avez déjà envoyé trente fichiers" in said
    assert len(papers(anew)) == 1


def test_one_that_cannot_be_read_is_told_with_what_is_taken(mine, left, anew):
    first = Paper.objects.order_by("given_at").first()
    files.forget(first.key, store=medical.STORE)

    said = said_in(mine.post(reprise(anew, left), ticked(left), follow=True))

    assert "1 papier est repris." in said
    assert (
        "Un papier ou un commentaire ne peut pas être lu en ce moment, et n'est pas repris" in said
    )


def test_while_no_doctor_would_read_it_the_page_says_why(mine, left, anew):
    confide(anew, kind="CERTIFICAT")
    reach(anew, State.OPINION_GIVEN)

    answer = mine.post(reprise(anew, left), ticked(left), follow=True)

    assert "ne serait pas lu" in said_in(answer)
    assert reprise(anew, left) not in mine.get(at(anew, "sante")).text
    assert papers(anew) == ["papier.jpg"]


def test_somebody_else_finds_neither_page(sign_in, left, anew):
    other = a_registration()
    client = sign_in(other.candidate)

    for here, there in ((anew, left), (other, left), (anew, other)):
        for answer in (client.get(reprise(here, there)), client.post(reprise(here, there))):
            assert answer.status_code == 404
    assert papers(anew) == []


def test_a_name_from_right_to_left_says_its_direction(sign_in, registration):
    confide(registration, name="כהן.jpg", at=NOW)
    write(registration, "כהן")
    left = leave(registration)
    anew = back(left)
    client = sign_in(registration.candidate)

    for page in (reprise(anew, left), at(anew, "sante")):
        shown = lxml.html.fromstring(client.get(page).text)
        named = [one for one in shown.xpath("//main//text()") if "כהן" in one]
        assert named
        for one in named:
            assert one.getparent().xpath("ancestor-or-self::*[@dir]")


# --- What was asked ---------------------------------------------------------------------------


def checked(page):
    """Return what a form shows ticked."""
    return [one.get("value") for one in seen(page).cssselect("main form input[checked]")]


def test_the_new_request_starts_from_what_fell_with_the_registration(mine, registration):
    reach(registration, State.ASKED, Wish(READER), Wish(THIRD))
    left = leave(registration)
    anew = back(left)

    page = mine.get(at(anew, "amenagement", "mesures"))

    assert {READER, THIRD} <= set(checked(page))
    said = said_in(page)
    assert f"Votre demande pour l'inscription n°{left.number} a été retirée avec elle." in said
    assert "Ce que vous aviez demandé est coché." in said
    assert "Le service l'a déjà" not in said
    begun = said_in(mine.get(at(anew, "amenagement")))
    assert "Celle-ci part de ce que vous y demandiez" in begun
    assert "Commencer ma demande" in begun
    assert not Case.objects.filter(registration=anew).exists()


def set_aside(registration):
    deciding.decide(
        registration=again(registration), decision=SET_ASIDE, reason="Erreur", by=OPERATOR, at=NOW
    )


@pytest.mark.parametrize("is_read", [True, False])
def test_a_decision_notified_after_what_fell_is_what_is_started_from(mine, registration, is_read):
    reach(registration, State.ASKED, Wish(READER))
    left = leave(registration)
    decided = back(left)
    reach(decided, State.NOTIFIED, Wish(THIRD), at=NOW + timedelta(minutes=1))
    if is_read:
        version = case_of(decided).notification
        open_document(version=version, by=author(left.candidate), at=NOW)
    set_aside(decided)
    anew = back(left)

    page = mine.get(at(anew, "amenagement", "mesures"))

    assert THIRD in checked(page)
    assert READER not in checked(page)
    assert checked(page)[-1] == "oui"  # the decision that was received before
    said = said_in(page)
    assert f"pour l'inscription n°{decided.number} ne passe pas" in said
    assert "a été retirée avec elle" not in said
    what = "Ce qu'elle vous accorde" if is_read else "Ce que vous aviez demandé"
    assert f"{what} est coché." in said
    begun = said_in(mine.get(at(anew, "amenagement")))
    assert f"n°{decided.number} ne passe pas" in begun
    assert ("Lisez d'abord la notification" in begun) is not is_read
    assert "a été retirée avec elle" not in said_in(mine.get("/accueil"))
    assert fallen_before(anew) is None


def test_what_was_taken_back_before_one_left_is_not_proposed(mine, registration):
    case = reach(registration, State.ASKED, Wish(READER))
    by = author(registration.candidate)
    accommodating.withdraw(case=case, by=by, at=NOW - timedelta(minutes=1))
    anew = back(leave(registration))

    page = mine.get(at(anew, "amenagement", "mesures"))

    assert READER not in checked(page)
    assert "a été retirée avec elle" not in said_in(page)


def test_once_a_new_request_is_begun_nothing_of_before_is_ticked_anew(mine, registration):
    reach(registration, State.ASKED, Wish(READER))
    anew = back(leave(registration))
    asked.write(anew, Wish(THIRD))

    page = mine.get(at(anew, "amenagement", "mesures"))

    assert THIRD in checked(page)
    assert READER not in checked(page)
    assert "a été retirée avec elle" not in said_in(page)
    case = case_of(anew)
    accommodating.withdraw(case=case, by=author(anew.candidate), at=NOW)
    page = mine.get(at(anew, "amenagement", "mesures"))
    assert not {READER, THIRD} & set(checked(page))


def test_who_left_says_the_same_day_to_both_pages_of_one_compartment(mine, left, anew):
    assert compartment(left).erase_after == NOW + timedelta(hours=72, minutes=1)
    told = f"Ce qui reste à l'inscription n°{left.number} est effacé à partir du {DAY}."
    assert told in said_in(mine.get(reprise(anew, left)))
    assert buttons(mine.get(reprise(anew, left))).count("Reprendre ce qui est coché") == 1


# --- That it is to be made again --------------------------------------------------------------


def undeclared(registration):
    """Say « Non » to the question on the handicap."""
    return amend(registration, informations={"has_disability": "non"})


def places(client, registration):
    """Return what each page says that lists what is left to do of a registration."""
    own = [at(registration), at(registration, "numero"), at(registration, "suis-je-inscrit")]
    return [said_in(client.get(page)) for page in ("/accueil", *own)]


@pytest.mark.parametrize("declared", ["oui", "non"])
def test_a_request_that_fell_is_to_be_made_again_wherever_things_to_do_are_listed(
    mine, registration, declared
):
    reach(registration, State.ASKED, Wish(READER))
    if declared == "non":
        undeclared(registration)
    left = leave(registration)
    anew = back(left)

    fell = (
        f"Votre demande d'aménagement pour l'inscription n°{left.number} a été retirée avec elle : "
        "si vous en avez toujours besoin, refaites-la. À envoyer avant le"
    )
    assert [fell in said for said in places(mine, anew)] == [True] * 4
    assert links(mine.get(at(anew, "numero")), "Refaire ma demande d'aménagement") == [
        at(anew, "amenagement")
    ]


@pytest.mark.parametrize("declared", ["oui", "non"])
def test_once_begun_it_is_to_be_sent_there_whatever_was_declared(mine, registration, declared):
    if declared == "non":
        undeclared(registration)
    asked.write(registration, Wish(READER))

    home, own, number, registered = places(mine, registration)

    for said in (home, number):
        assert "Votre demande d'aménagement n'est pas envoyée. À envoyer avant le" in said
    for said in (own, registered):
        assert "À vous : finissez votre demande, puis envoyez-la." in said


def test_after_the_deadline_it_is_still_said_while_a_late_one_is_taken(sign_in, registration):
    reach(registration, State.ASKED, Wish(READER))
    anew = back(leave(registration))

    with time_machine.travel(asked.LATE, tick=False):
        said = places(sign_in(registration.candidate), anew)

    assert ["refaites-la. La date limite" in one for one in said] == [True] * 4
    assert not any("Un besoin apparu après la clôture" in one for one in said)


def test_once_taken_back_for_the_new_one_it_is_asked_for_no_more(mine, registration):
    undeclared(registration)
    reach(registration, State.ASKED, Wish(READER))
    anew = back(leave(registration))
    asked.write(anew, Wish(THIRD))
    accommodating.withdraw(case=case_of(anew), by=author(anew.candidate), at=NOW)

    assert not any("refaites-la" in one for one in places(mine, anew))


@pytest.mark.parametrize("has_asked", [True, False])
def test_the_mail_says_to_everybody_who_is_back_what_became_of_a_request(registration, has_asked):
    if has_asked:
        reach(registration, State.ASKED, Wish(READER))

    back(leave(registration))

    told = Message.objects.filter(kind="registered").latest("pk")
    assert (
        "Une demande faite pour une inscription que vous avez quittée a été retirée avec elle : elle "
        "est à refaire."
    ) in plain(told.body)
    first = Message.objects.filter(kind="registered").earliest("pk")
    assert "à refaire" not in plain(first.body)
