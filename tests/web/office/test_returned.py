"""Letters that came back: counted until something is done of them, taken back, found; and what they said."""

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.people import enrolling, joining
from sporades.acts.registrations import deciding, moving, standing_in
from sporades.acts.writing import posting, resending
from sporades.candidates.models import Candidate, Channel
from sporades.candidates.operations import ADDRESS
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from sporades.territory.models import ManagingService
from sporades.web.office.letters import posting as page_of_letters
from tests.acts.test_claiming import claim, given
from tests.endurance.arena import together
from tests.factories import EVERYWHERE, NOW, OPERATOR, a_record, a_registration, load_invented
from tests.letters.test_printing import MANAGER, printed
from tests.requests import moved_house
from tests.web.guide import main, plain, seen, words
from tests.web.office.test_queues import said
from tests.web.registry.world import a_member

BACK = "Courriers revenus"
LOG = "/gestion/mails"


@pytest.fixture
def posted(in_lille, kept):
    """Post the receipt of somebody whom letters reach; return the letter."""
    a_registration(a_record())
    [run] = printed()
    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    return Letter.objects.get()


@pytest.fixture
def returned(posted):
    """Note that it came back."""
    posting.note_returned(letter=posted, by=MANAGER, at=NOW)
    return posted


def keep(letter, **reached):
    """Change how its candidate is reached, on their record."""
    held = Candidate.objects.get(pk=letter.candidate_id)
    now = {name: getattr(held, name) for name in (*ADDRESS, "phone", "email", "channel")}
    enrolling.keep(
        held,
        reach=EVERYWHERE,
        reached={**now, **reached},
        identity=None,
        academy="A09",
        by=OPERATOR,
        at=NOW,
    )


def sent_again(letter, registration):
    with pytest.raises(resending.Doubtful) as raised:
        resending.send_again(message=letter.message, registration=registration, by=OPERATOR, at=NOW)
    return resending.send_again(
        message=letter.message,
        registration=registration,
        by=OPERATOR,
        at=NOW,
        sure_of=raised.value.mark,
    )


def registration_of(letter):
    return letter.candidate.registrations.get()


def test_it_awaits_says_no_cause_and_its_run_says_that_it_came_back(manager, posted):
    assert BACK not in said(manager)

    page = manager.post(reverse("office:return_letter", args=[posted.pk]), follow=True)

    assert "n'est pas la bonne" not in main(page)
    assert "Revenu le 25 novembre 2026" in main(page)
    assert "si c'est une erreur : « Revenir sur le retour »" in main(page)
    assert said(manager)[BACK] == (1, "aujourd'hui")
    listed = main(manager.get(reverse("office:letters")))
    assert "LE GOFF" in listed.partition(BACK)[2]
    assert "1 courrier revenu" in listed
    assert ", par Claude Martin : Brevet d'essai, Bureau des essais de Lille" in listed


def test_the_academy_of_a_service_is_named_once_beside_its_letters(manager, in_lille, kept):
    ManagingService.objects.update(name="Rectorat de l'académie de Lille")
    forget()
    deciding.decide(
        registration=a_registration(a_record()), decision=VALIDATE, reason="", by=MANAGER, at=NOW
    )

    listed = reverse("office:letters")
    [waiting] = seen(manager.get(listed)).cssselect("tbody th")
    [run] = printed()
    [listed_run] = seen(manager.get(listed)).cssselect("td[data-label='Service gestionnaire']")
    printed_page = seen(manager.get(reverse("office:print_run", args=[run.pk])))
    [fact] = printed_page.cssselect(".s-facts > div:first-child dd")

    assert {words(one) for one in (waiting, listed_run, fact)} == {
        "Rectorat de l'académie de Lille"
    }


def test_the_run_says_which_letters_share_an_envelope_and_notes_them_together(
    manager, in_lille, kept
):
    registration = a_registration(a_record())
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    [run] = printed()
    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    page = main(manager.get(reverse("office:print_run", args=[run.pk])))
    assert "Courrier 1 sur 2 de ce pli" in page.partition("dans l'ordre du fichier")[2]
    assert "Noter le pli comme revenu" in page
    last = run.letters.order_by("pk").last()

    page = main(manager.post(reverse("office:return_letter", args=[last.pk]), follow=True))

    assert page.count("Revenu le 25 novembre 2026") == 2
    assert "Ce pli contenait 2 courriers : tous sont notés comme revenus." in page
    assert said(manager)[BACK][0] == 2
    page = main(manager.post(reverse("office:take_back_returned", args=[last.pk]), follow=True))
    assert "Les courriers de ce pli ne sont plus notés comme revenus" in page
    assert BACK not in said(manager)


@pytest.mark.parametrize("what", ["sent again by mail", "sent again", "left so"])
def test_it_awaits_no_more_once_something_was_done(manager, returned, what):
    if what == "sent again by mail":
        keep(returned, channel=Channel.MAIL, email="elle@exemple.test")
        assert said(manager)[BACK][0] == 1
        resending.send_again(
            message=returned.message, registration=registration_of(returned), by=OPERATOR, at=NOW
        )
    elif what == "sent again":
        sent_again(returned, registration_of(returned))
    else:
        posting.settle_returned(letter=returned, by=MANAGER, at=NOW)

    assert BACK not in said(manager)
    assert BACK not in main(manager.get(reverse("office:letters")))


@pytest.mark.parametrize("is_before", [True, False], ids=["came back before", "after"])
def test_another_address_brings_it_to_nobody_and_its_line_says_so(manager, posted, is_before):
    since = "adresse changée depuis : à envoyer de nouveau"
    if is_before:
        posting.note_returned(letter=posted, by=MANAGER, at=NOW)
        assert since not in main(manager.get(reverse("office:letters")))
    keep(posted, address_1="5 quai du Wault")
    if not is_before:
        posting.note_returned(letter=posted, by=MANAGER, at=NOW)

    assert said(manager)[BACK][0] == 1
    assert f"revenu le 25/11/2026, {since}" in main(manager.get(reverse("office:letters")))

    fresh = resending.send_again(
        message=posted.message, registration=registration_of(posted), by=OPERATOR, at=NOW
    )
    assert fresh.state == Message.State.LETTER
    assert BACK not in said(manager)


def test_an_address_that_is_filed_on_paper_does_not_settle_it(manager, returned):
    registration = registration_of(returned)
    agent = a_member("guichet@exemple.test", "manager", ["A09"])
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=NOW)
    standing_in.register(draft=moved_house(draft, NOW), reason="", by=OPERATOR, at=NOW)

    assert said(manager)[BACK][0] == 1


def test_whoever_posts_says_that_there_is_nothing_to_send_again(manager, returned):
    button = reverse("office:settle_returned", args=[returned.pk])
    assert button in manager.get(reverse("office:letters")).text

    for _ in range(2):
        page = main(manager.post(button, follow=True))

    assert "Ce courrier revenu n'attend plus. « Envoyer de nouveau » reste possible" in page
    assert BACK not in said(manager)
    assert Entry.objects.filter(verb="letter left returned").count() == 1
    sent_again(returned, registration_of(returned))


def test_what_came_back_twice_awaits_again(manager, returned):
    posting.settle_returned(letter=returned, by=MANAGER, at=NOW)
    posting.take_back_returned(letter=returned, by=MANAGER, at=NOW)
    with pytest.raises(posting.NotReturned):
        posting.settle_returned(letter=returned, by=MANAGER, at=NOW)

    posting.note_returned(letter=returned, by=MANAGER, at=NOW)

    assert said(manager)[BACK][0] == 1


def test_whom_mails_reach_now_without_an_account_has_by_mail_what_came_back(returned):
    keep(returned, channel=Channel.MAIL, email="elle@exemple.test")

    fresh = resending.send_again(
        message=returned.message, registration=registration_of(returned), by=OPERATOR, at=NOW
    )

    assert fresh.recipient == "elle@exemple.test"
    assert "il est à demander à votre service gestionnaire" in fresh.body
    assert fresh.body.endswith(returned.message.body)


def test_another_telephone_is_no_other_address(manager, returned):
    keep(returned, phone="0612345678")

    assert said(manager)[BACK][0] == 1


def test_it_awaits_whoever_posts_letters_there(member, returned):
    elsewhere = member("A25", email="versailles@exemple.test")
    auditor = member("A09", role=Membership.Role.AUDITOR, email="lit@exemple.test")

    assert BACK not in said(elsewhere)
    assert BACK not in said(auditor)


@pytest.fixture
def there(member):
    """Somebody of the academy to which a registration is given."""
    return member("A25", email="versailles@exemple.test")


def given_away(letter):
    """Give the registration of a letter to Versailles, which writes another that is not printed."""
    registration = registration_of(letter)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Il a déménagé", by=OPERATOR, at=NOW
    )
    return registration


@pytest.mark.parametrize("is_before", [True, False], ids=["came back before", "after"])
def test_it_awaits_where_its_registration_is_given(manager, there, posted, is_before):
    if is_before:
        posting.note_returned(letter=posted, by=MANAGER, at=NOW)
    registration = given_away(posted)
    if not is_before:
        page = manager.post(reverse("office:return_letter", args=[posted.pk]), follow=True)
        assert "L'inscription a été donnée à une autre académie : c'est elle qui" in main(page)
        assert "Fiche du candidat" not in main(page)

    assert BACK not in said(manager)
    assert BACK not in main(manager.get(reverse("office:letters")))
    assert said(there)[BACK][0] == 1
    listed = main(there.get(reverse("office:letters")))
    assert "LE GOFF" in listed.partition(BACK)[2]
    assert there.get(reverse("office:letter", args=[posted.pk])).status_code == 200

    sent_again(posted, Registration.objects.whole().get(pk=registration.pk))
    assert BACK not in said(there)


def test_the_record_of_what_is_given_away_is_led_to_by_no_page_of_its_letter(manager, posted):
    pages = [
        reverse("office:print_run", args=[posted.run_id]),
        reverse("office:letter", args=[posted.pk]),
    ]
    record = reverse("office:record", args=[posted.candidate_id])
    assert all(record in manager.get(page).text for page in pages)

    given_away(posted)

    assert not any(record in manager.get(page).text for page in pages)
    assert all("LE GOFF" in main(manager.get(page)) for page in pages)


def test_a_letter_is_found_in_its_run_and_one_comes_back_to_its_line(manager, in_lille, kept):
    for first_names, birth_name in (("Maëlle", "Le Goff"), ("Yann", "Kervella")):
        a_registration(a_record(first_names=first_names, birth_name=birth_name))
    [run] = printed()
    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    here = reverse("office:print_run", args=[run.pk])
    other, meant = run.letters.order_by("pk")

    def found(said):
        page = manager.post(here, {"quoi": said})
        return [one.pk for one, *_ in page.context["lines"]]

    assert found("kervella yann") == found("KERV") == found(str(meant.pk)) == [meant.pk]
    assert found("Le Goff") == [other.pk]
    assert "ne répond à « Zzz »" in main(manager.post(here, {"quoi": "Zzz"}))
    assert manager.post(here, {"quoi": " "}).status_code == 422

    page = manager.post(reverse("office:return_letter", args=[meant.pk]), follow=True)

    assert "KERVELLA" in main(page).partition("Le retour est noté")[0]
    assert f'href="{here}#courrier-{meant.pk}"' in page.text
    assert f'id="courrier-{meant.pk}"' in page.text


def test_it_is_noted_where_its_registration_is_given(there, posted):
    registration = given_away(posted)
    mails = reverse("office:mails", args=[registration.number])
    back = reverse("office:return_letter", args=[posted.pk])
    assert back in there.get(mails).text

    page = there.post(back, {"dossier": registration.number}, follow=True)
    assert "Fiche du candidat" in main(page)
    for act, state in (
        ("office:take_back_returned", LetterState.POSTED),
        ("office:return_letter", LetterState.RETURNED),
    ):
        done = there.post(reverse(act, args=[posted.pk]))
        assert done.headers["Location"] == reverse("office:letters")
        assert Letter.objects.get(pk=posted.pk).state == state


def test_of_what_is_about_a_person_the_registration_that_was_given_counts(there, manager, posted):
    posted.message.about_kind, posted.message.about_id = "candidate", str(posted.candidate_id)
    posted.message.save()
    posting.note_returned(letter=posted, by=MANAGER, at=NOW)
    assert said(manager)[BACK][0] == 1
    assert BACK not in said(there)

    given_away(posted)

    assert BACK not in said(manager)
    assert said(there)[BACK][0] == 1


def test_one_without_an_address_awaits_where_its_registration_is_given(manager, there, in_lille):
    unaddressed = "Courriers sans adresse, ou qui ne s'impriment pas"
    registration = a_registration(a_record())
    Candidate.objects.filter(pk=registration.candidate_id).update(town="")
    assert said(manager)[unaddressed][0] == 1
    [letter] = Letter.objects.all()

    given_away(letter)
    assert unaddressed not in said(manager)
    # The one that tells it to its candidate is there too.
    assert said(there)[unaddressed][0] == 2
    listed = main(there.get(reverse("office:letters")))
    assert "sa fiche n'a pas d'adresse postale" in listed

    # What failed is tried again where it is printed.
    Letter.objects.filter(pk=letter.pk).update(why="son document n'est pas prêt")
    assert said(manager)[unaddressed][0] == 1
    assert said(there)[unaddressed][0] == 1


def test_that_it_came_back_is_taken_back(manager, returned):
    back = reverse("office:take_back_returned", args=[returned.pk])
    here = reverse("office:print_run", args=[returned.run_id])
    assert back in manager.get(here).text

    for _ in range(2):
        page = manager.post(back, follow=True)

    assert page.redirect_chain == [(here, 302)]
    assert "n'est plus possible" in main(page)
    assert "Posté le 25 novembre 2026" in main(page)
    returned.refresh_from_db()
    assert (returned.state, returned.returned_on, returned.returned_name) == (
        LetterState.POSTED,
        None,
        "",
    )
    assert BACK not in said(manager)
    assert Entry.objects.filter(verb="letter not returned").count() == 1


def test_from_the_file_one_takes_it_back_and_comes_back_to_the_file(manager, returned):
    number = registration_of(returned).number
    tab = reverse("office:mails", args=[number])
    back = reverse("office:take_back_returned", args=[returned.pk])
    assert back in manager.get(tab).text

    assert manager.post(back, {"dossier": number}).url.startswith(tab)


def test_what_went_again_did_come_back(manager, returned):
    sent_again(returned, registration_of(returned))

    page = manager.post(reverse("office:take_back_returned", args=[returned.pk]), follow=True)

    assert "il reste noté comme revenu" in main(page)
    returned.refresh_from_db()
    assert returned.is_returned


@pytest.mark.parametrize("act", ["take_back_returned", "settle_returned"])
def test_whoever_only_reads_takes_nothing_back(member, returned, act):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    elsewhere = member("A25", email="versailles@exemple.test")

    for client in (auditor, elsewhere):
        answer = client.post(reverse(f"office:{act}", args=[returned.pk]))
        assert answer.status_code == 404
    returned.refresh_from_db()
    assert returned.is_returned
    assert not returned.is_settled


def test_the_record_says_that_a_letter_came_back_from_this_address(manager, returned):
    record = reverse("office:record", args=[returned.candidate_id])
    warning = "Un courrier est revenu de cette adresse le 25 novembre 2026"
    assert warning in main(manager.get(record))

    keep(returned, address_1="5 quai du Wault")

    assert warning not in main(manager.get(record))


def test_it_is_found_among_the_mails(manager, posted):
    asked = {"etat": "returned"}
    assert manager.get(LOG, asked).context["lines"] == []
    posting.note_returned(letter=posted, by=MANAGER, at=NOW)

    [line] = manager.get(LOG, asked).context["lines"]

    assert line.letter == posted
    assert Message.objects.filter(kind="registered").count() == 2


def test_what_a_letter_said_is_read_from_the_file_the_record_and_the_run(manager, posted):
    here = reverse("office:letter", args=[posted.pk])
    number = registration_of(posted).number
    for page in (
        reverse("office:mails", args=[number]),
        reverse("office:record", args=[posted.candidate_id]),
        reverse("office:print_run", args=[posted.run_id]),
        LOG,
    ):
        assert f'href="{here}"' in manager.get(page).text

    page = main(manager.get(here))

    assert "Bonjour Maëlle Anne LE GOFF" in page
    assert number in page
    assert "Posté le 25 novembre 2026" in page
    assert "12 rue des Îles" in page


def test_a_mail_has_no_text_there_and_a_letter_none_for_another_perimeter(member, manager, posted):
    elsewhere = member("A25", email="versailles@exemple.test")
    here = reverse("office:letter", args=[posted.pk])

    assert elsewhere.get(here).status_code == 404
    assert not Entry.objects.filter(verb="record read").exists()
    assert manager.get(here).status_code == 200
    assert manager.get(reverse("office:letter", args=[posted.pk + 1])).status_code == 404
    read = Entry.objects.get(verb="record read")
    assert read.object_id == str(posted.candidate_id)


def test_a_letter_follows_its_registration_to_another_academy(member, posted):
    there = member("A25", email="versailles@exemple.test")
    moved = RegistrationService.objects.get(academy="A25")
    Registration.objects.filter(pk=registration_of(posted).pk).update(academy="A25", service=moved)

    assert there.get(reverse("office:letter", args=[posted.pk])).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_is_taken_back_or_sent_again_never_both(territory, kept):
    load_invented()
    filed = a_registration(a_record())
    [run] = printed()
    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    letter = Letter.objects.get()
    posting.note_returned(letter=letter, by=MANAGER, at=NOW)

    outcomes = together(
        lambda: posting.take_back_returned(letter=letter, by=MANAGER, at=NOW),
        lambda: sent_again(letter, filed),
    )

    letter.refresh_from_db()
    assert letter.is_returned is Message.objects.filter(again_of=letter.message).exists()
    assert sum(one is not None and not isinstance(one, Message) for one in outcomes) == 1


@pytest.fixture
def taken(in_lille, kept):
    """Somebody takes a record by its code; all that waited for its candidate is posted."""
    record = a_registration(a_record()).candidate
    joining.activate(claim(given(record), email="voleur@exemple.test").pk, at=NOW)
    for run in printed():
        posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    return record


def note(manager, letter):
    """Note that a letter came back; return what is said."""
    page = reverse("office:return_letter", args=[letter.pk])
    return plain(main(manager.post(page, follow=True)))


def test_what_warned_of_a_code_that_was_used_stays_until_somebody_has_told_it(manager, taken):
    letter = Letter.objects.get(message__kind="record_taken")

    told = note(manager, letter)

    assert "Dites-lui autrement ce qu'il annonçait, puis « Rien à renvoyer »" in told
    # The whole envelope came back; the receipt is read in the space.
    assert said(manager)[BACK] == (1, "aujourd'hui")
    assert "Rien à renvoyer" in main(manager.get(reverse("office:letters")))
    manager.post(reverse("office:settle_returned", args=[letter.pk]))
    assert BACK not in said(manager)


def test_what_whoever_has_an_account_reads_in_their_space_is_not_said_to_go_again(manager, taken):
    receipt = Letter.objects.get(message__kind="registered")

    told = note(manager, receipt)

    assert "il lit ses messages dans son espace" in told
    number = Registration.objects.get(candidate=taken).number
    assert "Envoyer de nouveau" not in main(manager.get(reverse("office:mails", args=[number])))


def test_where_more_wait_than_are_listed_it_says_how_many(manager, in_lille, kept, monkeypatch):
    monkeypatch.setattr(page_of_letters, "MOST_SHOWN", 1)
    for _ in range(2):
        registration = a_registration(a_record())
        Candidate.objects.filter(pk=registration.candidate_id).update(town="")

    page = main(manager.get(reverse("office:letters")))

    assert "Il y en a 2 : les 1 plus anciens sont ici" in page
    assert page.count("sa fiche n'a pas d'adresse postale") == 1
