"""« Messages » of a file, and those that have no answer (M2, I7)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.registrations import leaving
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.threads.models import ThreadMessage
from sporades.web.office.registrations.answering import SETTLED
from tests.factories import NOW, a_candidate, a_registration, author
from tests.threads.said import ANSWERED, ASKED, answer, write
from tests.web.guide import links, main, names_of_articles, seen, words

LIST = reverse("office:unanswered")
IN_A_ROW = "?suite=oui"


def tab(registration, end=""):
    """Return the address of the messages of a file."""
    return reverse("office:thread", args=[registration.number]) + end


def sent(page, text=ANSWERED):
    """Return what the form of a page sends."""
    fields = {one.get("name"): one.get("value") for one in seen(page).cssselect("main input")}
    return {"vu": fields["vu"], "envoi": fields["envoi"], "texte": text}


def press(client, registration, said, end=""):
    """Press « Envoyer le message »."""
    return client.post(reverse("office:answer_message", args=[registration.number]) + end, said)


def articles(page):
    return [words(one) for one in seen(page).cssselect("main article")]


def test_a_message_is_read_with_its_author_then_answered(manager, in_lille):
    write(in_lille)
    page = manager.get(tab(in_lille))
    assert articles(page)[0].endswith(f"{ASKED} Nouveau message.")

    gone = press(manager, in_lille, sent(page))
    shown = articles(manager.get(gone.url))

    when = "le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)"
    assert gone.url == tab(in_lille)
    assert shown == [
        f"{in_lille.thread.first().author_name} (candidat), {when} {ASKED} Lu {when}.",
        f"Claude Martin (gestionnaire), {when} {ANSWERED} Pas encore lu par le candidat.",
    ]
    assert Message.objects.filter(kind="message_answered").count() == 1


def test_each_message_is_named_by_who_wrote_it(manager, in_lille):
    write(in_lille)

    page = manager.get(tab(in_lille))

    [name] = names_of_articles(page)
    assert name == words(seen(page).cssselect("main article .s-card__over")[0])


def test_an_auditor_reads_marks_nothing_and_does_not_answer(member, in_lille):
    write(in_lille)
    auditor = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")

    page = auditor.get(tab(in_lille))

    assert ASKED in main(page)
    assert "Pas encore lu par le service." in main(page)
    assert "Nouveau message." not in main(page)
    assert "Envoyer le message" not in page.text
    assert press(auditor, in_lille, {"texte": ANSWERED}).status_code == 404
    assert auditor.get(LIST).status_code == 404
    assert [(one.text, one.read_at) for one in ThreadMessage.objects.all()] == [(ASKED, None)]


def test_two_colleagues_do_not_both_answer(manager, member, in_lille):
    write(in_lille)
    colleague = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    mine, theirs = manager.get(tab(in_lille)), colleague.get(tab(in_lille))
    press(colleague, in_lille, sent(theirs))

    page = press(manager, in_lille, sent(mine, "Moi aussi je réponds."))

    assert page.status_code == 422
    assert "Un message est arrivé dans ce fil depuis que vous l'avez ouvert" in main(page)
    assert "Moi aussi je réponds." in page.text
    assert in_lille.thread.count() == 2
    # Having read it, one may still send what one wrote.
    assert press(manager, in_lille, sent(page, "Moi aussi je réponds.")).status_code == 302
    assert in_lille.thread.count() == 3


def test_an_answer_that_says_nothing_is_not_sent(manager, in_lille):
    write(in_lille)

    page = press(manager, in_lille, sent(manager.get(tab(in_lille)), " "))

    assert page.status_code == 422
    assert "Écrivez votre message avant de l'envoyer." in main(page)
    assert in_lille.thread.count() == 1


def test_a_file_of_another_perimeter_has_no_thread(manager, in_versailles):
    write(in_versailles)

    assert manager.get(tab(in_versailles)).status_code == 404
    assert press(manager, in_versailles, {"texte": ANSWERED}).status_code == 404
    assert "Aucun message n'attend de réponse." in main(manager.get(LIST))
    assert in_versailles.thread.count() == 1


def test_a_candidate_without_address_reads_the_answer_in_a_letter(manager, in_lille):
    in_lille.candidate.user.delete()
    type(in_lille.candidate).objects.filter(pk=in_lille.candidate_id).update(email="")

    gone = press(manager, in_lille, sent(manager.get(tab(in_lille))))

    assert "un courrier, qui le contient, attend d'être imprimé" in words(
        seen(manager.get(gone.url))
    )
    told = Message.objects.get(kind="message_answered")
    assert (told.state, told.recipient) == (Message.State.LETTER, "")
    assert in_lille.thread.get(is_candidates=False).text in told.body
    assert "http" not in told.body


def test_the_list_has_the_first_words_of_the_oldest_and_marks_none_as_read(manager, in_lille):
    write(in_lille, "Quand aurai-je ma convocation ? " * 10, at=NOW - timedelta(hours=2))
    write(in_lille, "Toujours rien ?", at=NOW - timedelta(hours=1))

    page = manager.get(LIST)

    [said] = [one for one in seen(page).cssselect("main td") if "convocation" in words(one)]
    assert words(said).startswith("Quand aurai-je ma convocation ?")
    assert len(words(said)) <= 120
    assert "Toujours rien ?" not in main(page)
    assert not ThreadMessage.objects.exclude(read_at=None).exists()


def test_the_list_says_of_whom_has_left_that_they_have(manager, three):
    registration = three[0]
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    page = seen(manager.get(LIST))

    # The question may be about having left: it stays until it is answered, or put aside.
    said = [words(one) for one in page.cssselect("main td[data-label=Inscription]")]
    assert [one.endswith(f"n°{registration.number} Désinscription") for one in said] == [
        True,
        False,
        False,
    ]


def test_what_was_answered_or_left_is_found_again_the_latest_first(
    manager, in_lille, in_versailles
):
    waiting, settled = (a_registration(a_candidate()) for _ in range(2))
    for one in (in_lille, in_versailles, waiting, settled):
        write(one)
    answer(in_lille)
    answer(in_versailles)
    manager.post(
        reverse("office:settle_messages", args=[settled.number]),
        sent(manager.get(tab(settled))),
    )
    [way] = links(manager.get(LIST), "Messages traités")

    page = manager.get(way)

    rows = [words(one) for one in seen(page).cssselect("main tbody tr")]
    opened = [one.get("href") for one in seen(page).cssselect("main tbody a")]
    assert opened == [tab(in_lille), tab(settled)]
    assert "Sans suite, par Claude Martin, le mercredi 25 novembre 2026" in rows[1]
    assert ANSWERED in rows[0]
    assert "Claude Martin (gestionnaire), le mercredi 25 novembre 2026" in rows[0]

    write(in_lille, "Merci, et à quelle heure ?")
    write(settled, "Toujours rien ?")
    assert "Aucun échange n'est traité." in main(manager.get(f"{LIST}?voir=traites"))


@pytest.fixture
def three():
    """Let three candidates write, the second one twice, one hour after the other."""
    made = [a_registration(a_candidate()) for _ in range(3)]
    for place, one in enumerate(made):
        write(one, at=NOW - timedelta(hours=5 - place))
    write(made[1], "Toujours rien ?", at=NOW - timedelta(hours=1))
    return made


def test_what_waits_is_counted_and_listed_the_oldest_first(manager, in_versailles, three):
    answer(a_registration())
    write(in_versailles, at=NOW - timedelta(days=9))

    [queue] = manager.get(reverse("office:home")).context["queues"]
    page = manager.get(LIST)

    assert (queue.label, queue.count, queue.age) == ("Messages sans réponse", 3, "5 heures")
    assert queue.url == LIST
    lines = [
        (line["registration"], line["age"], line["unanswered"]) for line in page.context["lines"]
    ]
    assert lines == [
        (three[0], "5 heures", 1),
        (three[1], "4 heures", 2),
        (three[2], "3 heures", 1),
    ]
    assert links(page, three[0].identity.full_name)[0] == tab(three[0], IN_A_ROW)


def test_answering_goes_on_to_the_next_then_back_to_the_list(manager, three):
    visited = [three[1]]
    while True:
        page = manager.get(tab(visited[-1], IN_A_ROW))
        gone = press(manager, visited[-1], sent(page), IN_A_ROW)
        if gone.url == LIST:
            break
        [following] = [one for one in three if gone.url == tab(one, IN_A_ROW)]
        visited.append(following)

    assert visited == [three[1], three[2], three[0]]
    assert "Aucun message n'attend de réponse." in main(manager.get(LIST))
    assert manager.get(reverse("office:home")).context["queues"] == []


def settle(client, registration, said, end=""):
    """Press « Sans suite »."""
    return client.post(reverse("office:settle_messages", args=[registration.number]) + end, said)


def test_a_message_that_needs_no_answer_leaves_the_queue_until_the_next_one(manager, in_lille):
    write(in_lille, "Merci.")
    page = manager.get(tab(in_lille))

    gone = settle(manager, in_lille, sent(page))
    settle(manager, in_lille, sent(page))

    assert gone.url == tab(in_lille)
    shown = manager.get(gone.url)
    [said] = articles(shown)
    assert said.endswith(
        "Sans suite, par Claude Martin, le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)."
    )
    assert "Sans suite" not in [words(one) for one in seen(shown).cssselect("main button")]
    assert manager.get(LIST).context["count"] == 0
    assert not Message.objects.filter(kind="message_answered").exists()
    assert Entry.objects.filter(verb="message settled").count() == 1
    write(in_lille, "J'ai une autre question.")
    [line] = manager.get(LIST).context["lines"]
    assert (line["registration"], line["unanswered"]) == (in_lille, 1)


def test_what_has_come_meanwhile_is_never_left_without_an_answer(manager, in_lille):
    write(in_lille, "Merci.")
    page = manager.get(tab(in_lille))
    write(in_lille, "J'ai une autre question.")

    late = settle(manager, in_lille, sent(page))

    assert late.status_code == 409
    assert "Un message est arrivé dans ce fil" in main(late)
    assert manager.get(LIST).context["lines"][0]["unanswered"] == 2


def test_leaving_one_goes_on_to_the_next_and_its_candidate_knows_nothing(manager, three, sign_in):
    page = manager.get(tab(three[0], IN_A_ROW))

    gone = settle(manager, three[0], sent(page), IN_A_ROW)

    assert gone.url == tab(three[1], IN_A_ROW)
    shown = manager.get(gone.url)
    assert f"{three[0].identity.listed_name}, n°{three[0].number}. {SETTLED}" in main(shown)
    assert links(shown, "Revenir à ces messages") == [tab(three[0])]
    own = sign_in(three[0].candidate)
    thread = main(own.get(reverse("candidate:thread", args=[three[0].number])))
    assert ASKED in thread
    assert "Sans suite" not in thread


def test_one_may_go_past_a_message_without_answering(manager, three):
    page = manager.get(tab(three[0], IN_A_ROW))

    assert links(page, "Message suivant sans réponse") == [tab(three[1], IN_A_ROW)]
    last = manager.get(tab(three[2], IN_A_ROW))
    assert links(last, "Message suivant sans réponse") == [tab(three[0], IN_A_ROW)]


def test_a_file_on_a_walk_keeps_it_after_an_answer(manager, in_lille):
    write(in_lille)
    walk = "?dans=00000000-0000-0000-0000-000000000000&tri=nom&rang=1"

    gone = press(manager, in_lille, sent(manager.get(tab(in_lille))), walk)

    assert gone.url == tab(in_lille) + walk


@pytest.mark.parametrize(
    "on_the_way",
    [IN_A_ROW, "?dans=00000000-0000-0000-0000-000000000000&tri=nom&rang=1"],
    ids=["in a row", "on a walk"],
)
def test_the_pages_of_a_long_thread_stay_on_ones_way(manager, in_lille, on_the_way):
    for _ in range(51):
        answer(in_lille)

    page = manager.get(tab(in_lille, on_the_way))

    assert links(page, "Page précédente") == [tab(in_lille, f"{on_the_way}&page=1")]
