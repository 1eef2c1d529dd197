"""« Mails »: all of a perimeter with their fate, and a refused one sent again."""

import html
from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.registrations import deciding
from sporades.acts.writing import posting
from sporades.core import pdf
from sporades.documents import operations as documents
from sporades.exams.models import RegistrationService
from sporades.letters import mentions, printing
from sporades.letters.models import Letter, PrintRun
from sporades.letters.states import LetterState
from sporades.mail.models import Message, about_of
from sporades.registrations.models import Registration
from sporades.registrations.queries import OF_ACCOUNT
from sporades.registrations.states import REOPEN, VALIDATE
from sporades.web.office import bounded
from tests.accommodations.asked import MINOR, a_minor
from tests.factories import NOW, OPERATOR, a_record, a_registration
from tests.jobs import work
from tests.web.guide import links, main, seen, words

LOG = "/gestion/mails"


@pytest.fixture
def refused(in_lille):
    """The receipt of Lille, that was refused."""
    message = Message.objects.get(kind="registered", about_id=str(in_lille.pk))
    message.state, message.last_error = Message.State.REFUSED, "550 b'5.1.1 User unknown'"
    message.save()
    return message


def again(message):
    return reverse("office:send_again", args=[message.pk])


def asking(client, what):
    """Ask for mails as the form does; return the page that it leads to."""
    return client.post(LOG, what, follow=True)


def seen_in(page):
    """Return the recipients of the mails on a page."""
    return {line.message.recipient for line in page.context["lines"]}


def test_the_mails_of_the_perimeter_alone_each_with_its_fate(manager, refused, in_versailles):
    page = manager.get(LOG)

    assert seen_in(page) == {refused.recipient}
    assert "Refusé : cette adresse n'existe pas" in main(page)
    assert "Inscription enregistrée" in main(page)
    assert in_versailles.number not in page.text
    assert "550" not in main(page)


def test_the_mails_of_a_registration_follow_it_to_another_academy(member, manager, in_lille):
    there = member("A25", email="versailles@exemple.test")
    assert seen_in(manager.get(LOG))

    moved = RegistrationService.objects.get(academy="A25")
    Registration.objects.filter(pk=in_lille.pk).update(academy="A25", service=moved)

    assert not seen_in(manager.get(LOG))
    assert seen_in(there.get(LOG)) == {in_lille.candidate.user.email}


def test_a_mail_is_of_the_academy_of_what_it_is_about(in_lille, in_versailles):
    mails = Message.objects.filter(about_kind="registration", about_id=str(in_lille.pk))
    assert set(mails.values_list("academy", flat=True)) == {"A09"}

    for kind, about, academy in (
        ("registration", in_versailles.pk, "A25"),
        ("registration", 0, ""),
        ("registration", "pas un nombre", ""),
        ("user", in_lille.pk, ""),
    ):
        [one] = mails.all()[:1]
        one.about_kind, one.about_id = kind, about
        one.save()
        one.refresh_from_db()
        assert one.academy == academy
        Message.objects.filter(pk=one.pk).update(
            about_kind="registration", about_id=str(in_lille.pk)
        )


def test_a_mail_about_an_account_is_in_no_list(manager, refused):
    Message.objects.filter(pk=refused.pk).update(about_kind="user", kind="activation")

    assert manager.get(LOG).context["lines"] == []
    assert manager.post(again(refused)).status_code == 404


def written(kind, about, recipient, *, at=NOW):
    """Write a mail about a row, with a key in its text."""
    return Message.objects.create(
        kind=kind,
        key=f"{kind} {about.pk} {at}",
        recipient=recipient,
        subject=f"Objet {kind}",
        body="https://exemple.test/secret",
        written_at=at,
        next_try_at=at,
        **about_of(about),
    )


def kinds_in(page):
    """Return the natures of the mails that a page lists, in their order."""
    return [line.message.kind for line in page.context["lines"]]


def test_what_is_written_of_a_civil_status_is_in_both_lists(manager, in_lille, in_versailles):
    candidate, other = in_lille.candidate, in_versailles.candidate
    corrected = written(
        "identity_corrected", candidate, candidate.user.email, at=NOW + timedelta(minutes=1)
    )
    written("identity_corrected", other, other.user.email)
    written("data_copy_ready", candidate, candidate.user.email)

    for page in (manager.get(LOG), manager.get(reverse("office:mails", args=[in_lille.number]))):
        assert kinds_in(page) == ["identity_corrected", "registered"]
        assert "État civil corrigé" in main(page)
        assert "secret" not in page.text
        assert "Envoyer de nouveau" not in main(page)
        assert "e texte et les liens d'un mail ne sont pas montrés ici" in main(page)
    page = manager.get(LOG, {"nature": "identity_corrected"})
    assert kinds_in(page) == ["identity_corrected"]
    assert [line.number for line in page.context["lines"]] == [in_lille.number]
    corrected.delete()
    page = manager.get(LOG, {"nature": "identity_corrected"})
    assert "Aucun mail ne répond à ces choix, dans votre périmètre." in main(page)
    assert "sur cette période" not in main(page)


def test_who_reads_several_academies_chooses_one(member, manager, in_lille, in_versailles):
    written("identity_corrected", in_lille.candidate, in_lille.candidate.user.email)
    written("identity_corrected", in_versailles.candidate, in_versailles.candidate.user.email)
    administrator = member(role=Membership.Role.ADMINISTRATOR, email="tout@exemple.test")

    page = asking(administrator, {"academie": "A25"})

    assert len(seen_in(administrator.get(LOG))) == 2
    assert seen_in(page) == {in_versailles.candidate.user.email}
    assert sorted(kinds_in(page)) == ["identity_corrected", "registered"]
    assert "academie" not in manager.get(LOG).context["form"].fields


def test_another_academy_is_no_choice(member, manager, in_lille, in_versailles):
    both = member("A09", "A25", email="deux@exemple.test")

    page = both.get(LOG, {"academie": "A28"})

    assert page.status_code == 422
    assert "academie" in page.context["form"].errors
    assert not seen_in(manager.get(LOG, {"academie": "A25"})) - {in_lille.candidate.user.email}


def test_what_is_written_of_an_account_is_found_by_its_address_and_in_its_file(
    manager, in_lille, in_versailles
):
    mine, theirs = (one.candidate.user for one in (in_lille, in_versailles))
    for user in (mine, theirs):
        for kind in (*OF_ACCOUNT, "new_device"):
            written(kind, user, user.email, at=NOW - timedelta(minutes=1))

    assert kinds_in(manager.get(LOG)) == ["registered"]
    for page in (
        asking(manager, {"adresse": mine.email}),
        manager.get(reverse("office:mails", args=[in_lille.number])),
    ):
        assert kinds_in(page)[0] == "registered"
        assert set(kinds_in(page)) == {"registered", *OF_ACCOUNT}
        assert "Activation du compte" in main(page)
        assert "secret" not in page.text
    assert kinds_in(asking(manager, {"adresse": theirs.email})) == []
    asked = {"nature": "activation", "adresse": mine.email}
    assert kinds_in(asking(manager, asked)) == ["activation"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 1),
        ({"etat": "refused"}, 1),
        ({"etat": "sent"}, 0),
        ({"nature": "registered"}, 1),
        ({"nature": "withdrawn"}, 0),
        ({"du": "25/11/2026", "au": "25/11/2026"}, 1),
        ({"du": "26/11/2026", "au": "26/11/2026"}, 0),
        ({"au": "24/11/2026"}, 0),
        ({"adresse": "personne@exemple.test"}, 0),
    ],
)
def test_it_is_narrowed_by_state_kind_day_and_address(manager, refused, asked, count):
    assert len(asking(manager, asked).context["lines"]) == count


def test_an_address_is_found_whatever_its_capitals(manager, refused):
    found = asking(manager, {"adresse": refused.recipient.upper()})

    assert seen_in(found) == {refused.recipient}


def test_no_address_of_ours_says_whose_mails_were_asked_for(manager, refused, monkeypatch):
    monkeypatch.setattr(bounded, "ON_A_PAGE", 1)
    written("withdrawn", Registration.objects.get(pk=refused.about_id), refused.recipient)
    asked = {"adresse": refused.recipient, "etat": "", "du": "01/11/2026", "au": "30/11/2026"}

    page = asking(manager, asked)

    [(where, _)] = page.redirect_chain
    assert "exemple.test" not in where
    assert seen(page).xpath("string(//input[@name='adresse']/@value)") == refused.recipient
    for link in seen(page).xpath("//main//a/@href | //input[@name='liste']/@value"):
        assert "exemple.test" not in link
    [second] = {one for one in seen(page).xpath("//nav//a/@href") if one.endswith("&page=2")}
    assert {*kinds_in(page), *kinds_in(manager.get(f"{LOG}{second}"))} == {
        "registered",
        "withdrawn",
    }
    back = manager.post(again(refused), {"liste": page.context["filters"]}, follow=True)
    assert seen(back).xpath("string(//input[@name='adresse']/@value)") == refused.recipient


def test_what_another_session_asked_for_is_asked_again(member, manager, refused):
    [(where, _)] = asking(manager, {"adresse": refused.recipient}).redirect_chain

    page = member("A09", email="collegue@exemple.test").get(where)

    assert page.status_code == 422
    assert "n'est plus en mémoire" in main(page)
    assert refused.recipient not in seen(page).xpath("string(//input[@name='adresse']/@value)")


def test_an_address_typed_in_ours_is_no_question(manager, refused):
    page = manager.get(LOG, {"adresse": "personne@exemple.test"})

    assert seen_in(page) == {refused.recipient}
    assert "personne@exemple.test" not in main(page)
    assert not seen(page).xpath("string(//input[@name='adresse']/@value)")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"du": "32/13/2026"}, "du"),
        ({"au": "01/01/0001"}, "au"),
        ({"au": "31/12/9999"}, "au"),
        ({"du": "26/11/2026", "au": "25/11/2026"}, "au"),
        ({"etat": "perdu"}, "etat"),
        ({"nature": "new_device"}, "nature"),
        ({"nature": "activation"}, "adresse"),
    ],
)
def test_what_cannot_be_asked_is_said(manager, refused, asked, field):
    page = asking(manager, asked)

    assert page.status_code == 422
    assert field in page.context["form"].errors


def test_what_is_old_is_there_when_its_days_are_asked_for(manager, refused):
    Message.objects.filter(pk=refused.pk).update(written_at=NOW - timedelta(days=45))

    assert manager.get(LOG).context["lines"] == []
    assert len(manager.get(LOG, {"du": "01/10/2026"}).context["lines"]) == 1


def test_it_is_sent_again_from_the_list_which_comes_back_as_it_was(manager, refused):
    page = manager.get(LOG, {"etat": "refused"})
    assert "Envoyer de nouveau" in page.text

    answer = manager.post(again(refused), {"liste": page.context["filters"]})

    assert answer.url == f"{LOG}?etat=refused"
    back = manager.get(answer.url)
    assert f"Le mail part de nouveau, à {refused.recipient}." in html.unescape(back.text)
    assert "Envoyé de nouveau" in main(back)
    assert "Envoyer de nouveau" not in main(back)
    assert Message.objects.filter(again_of=refused).count() == 1


def test_one_press_is_one_mail(manager, refused):
    for _ in range(3):
        page = manager.post(again(refused), follow=True)

    assert "Ce mail a déjà été envoyé de nouveau." in html.unescape(page.text)
    assert Message.objects.filter(again_of=refused).count() == 1


def test_what_changed_since_is_read_and_a_box_ticked_before_it_is_sent_again(
    manager, in_lille, kept
):
    for decision in (VALIDATE, REOPEN):
        deciding.decide(registration=in_lille, decision=decision, reason="", by=OPERATOR, at=NOW)
    told = Message.objects.filter(kind="state_changed")
    told.update(state=Message.State.REFUSED)
    old = told.earliest("pk")

    asked = manager.post(again(old), {"liste": "etat=refused"})
    assert asked.status_code == 200
    assert "« Inscription à valider de nouveau" in main(asked)
    assert "Rien n'est encore envoyé" in main(asked)
    seen_mark = {"vu": asked.context["form"]["vu"].value(), "liste": "etat=refused"}
    unsure = manager.post(again(old), seen_mark)
    assert unsure.status_code == 422
    assert "cochez cette case" in main(unsure)
    other = manager.post(again(old), {**seen_mark, "vu": "autre", "certain": "on"})
    assert "cochez cette case" not in main(other)
    assert not Message.objects.filter(again_of=old).exists()

    for _ in range(2):
        sent = manager.post(again(old), {**seen_mark, "certain": "on"})

    assert sent.url == f"{LOG}?etat=refused"
    assert Message.objects.filter(again_of=old).count() == 1


def test_the_way_back_is_never_elsewhere(manager, refused):
    answer = manager.post(again(refused), {"liste": "//ailleurs.test?etat=refused&x=https://a.b"})

    assert answer.url.startswith(f"{LOG}?")
    assert "ailleurs" not in answer.url


def test_from_the_file_one_comes_back_to_the_file(manager, refused, in_lille):
    tab = reverse("office:mails", args=[in_lille.number])
    assert "Envoyer de nouveau" in manager.get(tab).text

    assert manager.post(again(refused)).url == tab


def test_an_auditor_reads_and_sends_nothing_again(member, refused):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    page = auditor.get(LOG)

    assert seen_in(page) == {refused.recipient}
    assert "Envoyer de nouveau" not in page.text
    assert auditor.post(again(refused)).status_code == 404


def test_a_manager_of_another_perimeter_sends_nothing_again(member, refused):
    for client in (
        member("A25", email="versailles@exemple.test"),
        member("A09", domains=["AUTRE"], email="autre@exemple.test"),
    ):
        assert client.get(LOG).context["lines"] == []
        assert client.post(again(refused)).status_code == 404
    assert not Message.objects.filter(again_of=refused).exists()


def test_a_file_to_print_is_no_printed_letter_and_what_was_posted_is_taken_back(manager, kept):
    for name in ("Maëlle", "Yann"):
        a_registration(a_record(first_names=name))
    before = main(manager.get(reverse("office:letters")))
    assert "« Préparer le PDF à imprimer » réunit 2 courriers : deux pages au moins" in before

    asked = manager.post(reverse("office:print_letters"), follow=True)
    assert "Le PDF est en préparation : 2 courriers" in main(asked)
    work("letters")
    run = PrintRun.objects.get()
    here = reverse("office:print_run", args=[run.pk])
    page = main(manager.get(here))
    listed = main(manager.get(reverse("office:letters")))
    assert "Aucun courrier n'attend d'être mis dans un PDF." in listed
    assert "PDF préparé, à imprimer et à poster" in listed
    assert "PDF préparé le mercredi 25 novembre 2026" in page
    assert "Imprimé le" not in page
    assert "Noter comme postés (2 courriers)" in page
    assert "« Revenir sur l'envoi » le défait" in page

    day = {"poste_le": NOW.strftime("%d/%m/%Y")}
    page = main(manager.post(reverse("office:post_run", args=[run.pk]), day, follow=True))
    assert "Notés comme postés le 25 novembre 2026 : 2 courriers." in page
    assert page.count("Posté le 25 novembre 2026") == 2
    page = main(manager.post(reverse("office:take_back_posted", args=[run.pk]), follow=True))
    assert "Ces courriers sont de nouveau à poster." in page
    assert "Posté le" not in page

    manager.post(reverse("office:post_run", args=[run.pk]), day)
    manager.post(reverse("office:return_letter", args=[Letter.objects.first().pk]), follow=True)
    assert "Revenir sur l'envoi" not in main(manager.get(here))
    page = main(manager.post(reverse("office:take_back_posted", args=[run.pk]), follow=True))
    assert "Un de ces courriers est noté comme revenu" in page


def test_a_run_says_to_whom_each_letter_is_addressed_and_for_whom(manager, kept):
    for name in ("Maëlle", "Yann"):
        a_registration(a_record(first_names=name))
    own, other = Letter.objects.order_by("pk")
    home = printing.recipient_of(other.candidate)[1:]
    Letter.objects.filter(pk=other.pk).update(address=["Le Goff Anne", *home])
    manager.post(reverse("office:print_letters"))

    page = seen(manager.get(reverse("office:print_run", args=[PrintRun.objects.get().pk])))

    assert [words(one) for one in page.cssselect("[data-label=Destinataire]")] == [
        own.candidate.identity.full_name,
        f"Le Goff Anne, pour {other.candidate.identity.full_name}",
    ]


def test_a_guardian_of_the_words_of_their_child_s_name_is_whom_a_letter_is_addressed_to(
    manager, kept
):
    a_minor(a_record(first_names="Maëlle Anne", **MINOR))
    letter = Letter.objects.get()
    home = printing.recipient_of(letter.candidate)[1:]
    sent = Letter.objects.filter(pk=letter.pk)
    sent.update(address=["Le Goff Anne", *home], has_own_envelope=True)
    manager.post(reverse("office:print_letters"))
    run = PrintRun.objects.get()
    record = reverse("office:record", args=[letter.candidate_id])

    def whom(page):
        [cell] = seen(manager.get(page)).cssselect("[data-label=Destinataire]")
        return words(cell)

    named = letter.candidate.identity.full_name
    here = reverse("office:print_run", args=[run.pk])
    assert (whom(here), whom(record)) == (f"Le Goff Anne, pour {named}", "Le Goff Anne")

    sent.update(address=printing.recipient_of(letter.candidate))  # an address that was theirs
    assert (whom(here), whom(record)) == (named, "Le candidat")

    sent.update(address=["Le Goff Anne", *home])
    work("letters")
    manager.post(reverse("office:post_run", args=[run.pk]), {"poste_le": NOW.strftime("%d/%m/%Y")})
    said = main(manager.post(reverse("office:return_letter", args=[letter.pk]), follow=True))
    assert "Le Goff Anne : Le retour est noté" in said
    assert f"Le Goff Anne, pour {letter.candidate.identity.listed_name}" in main(
        manager.get(reverse("office:letters"))
    )


def test_two_runs_of_one_day_have_links_of_their_own(manager, kept):
    for minutes in (0, 5):
        a_registration(a_record(first_names=f"Yann{'i' * minutes}"))
        posting.print_now(
            Reach((Perimeter(frozenset({"A09"}), None, OPERATOR),)),
            by=OPERATOR,
            at=NOW + timedelta(minutes=minutes),
        )

    page = seen(manager.get(reverse("office:letters")))

    names = [words(one) for one in page.cssselect("main tbody th a")]
    assert len(set(names)) == 2
    assert all(OPERATOR.name in one for one in names)


def test_a_run_whose_file_is_kept_no_more_is_prepared_while_its_page_says_so(manager, kept):
    a_registration(a_record())
    manager.post(reverse("office:print_letters"))
    work("letters")
    run = PrintRun.objects.get()
    page, paper = (reverse(f"office:{name}", args=[run.pk]) for name in ("print_run", "run_pdf"))
    assert "le fichier est le même" in manager.get(page).text
    PrintRun.objects.update(file_key="")
    assert "Préparer de nouveau le fichier" in manager.get(page).text
    assert "il sera refait de ce qui est gardé" in manager.get(page).text

    asked = manager.get(paper, follow=True)

    assert asked.redirect_chain == [(page, 302)]
    assert "il est préparé de nouveau" in asked.text
    assert "En préparation de nouveau" in asked.text
    assert paper not in asked.text
    work("letters")
    assert "Ouvrir le fichier à imprimer" in manager.get(page).text
    assert "Ce fichier n'est pas le premier" in main(manager.get(page))
    assert "le fichier est le même" not in manager.get(page).text
    assert manager.get(paper).headers["Content-Type"] == "application/pdf"


def test_a_letter_says_what_stands_under_its_text_and_that_its_document_did_not_go(manager, kept):
    a_registration(a_record())
    letter = Letter.objects.get()
    documents.withdraw(letter.enclosed, at=NOW)
    here = reverse("office:letter", args=[letter.pk])
    assert "Mention" not in main(manager.get(here))

    manager.post(reverse("office:print_letters"))
    work("letters")

    page, run = (
        main(manager.get(here)),
        reverse("office:print_run", args=[PrintRun.objects.get().pk]),
    )
    assert f"Mention imprimée sous le texte {mentions.NOT_ENCLOSED}" in page
    assert "retiré ou remplacé avant l'impression : il n'est pas joint" in page
    assert "(sans le document, retiré ou remplacé avant l'impression)" in main(manager.get(run))


def test_a_run_says_which_letter_is_not_to_be_posted_any_more(manager, kept):
    mine = a_registration(a_record())
    a_registration(a_record(first_names="Yann"))
    Letter.objects.all().delete()
    for one in Registration.objects.order_by("pk"):
        deciding.decide(registration=one, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    manager.post(reverse("office:print_letters"))
    work("letters")
    run = PrintRun.objects.get()
    here = reverse("office:print_run", args=[run.pk])
    assert "plus à poster" not in main(manager.get(here))
    later = NOW + timedelta(hours=3)
    deciding.decide(
        registration=Registration.objects.whole().get(pk=mine.pk),
        decision=REOPEN,
        reason="Vu trop vite",
        by=OPERATOR,
        at=later,
    )

    page = manager.get(here)

    assert "Un courrier n'est plus à poster" in main(page)
    [first, second] = [words(one) for one in seen(page).cssselect("main tbody tr th")]
    assert "Depuis l'impression, un message du mercredi 25 novembre 2026 à 13" in first
    assert "ne postez pas ce courrier" in first
    assert "Depuis" not in second

    assert "Noter comme postés (1 courrier)" in main(page)
    read = seen(page).cssselect("input[name=lu]")[0].value
    post, day = reverse("office:post_run", args=[run.pk]), {"poste_le": NOW.strftime("%d/%m/%Y")}
    for unread in ({}, {"lu": "9" * 5_000}):
        assert "relisez la liste" in main(manager.post(post, {**day, **unread}, follow=True))

    posted = manager.post(post, {**day, "lu": read}, follow=True)

    assert "Notés comme postés le 25 novembre 2026 : 1 courrier. Non postés : 1 courrier." in main(
        posted
    )
    [first, second] = [words(one) for one in seen(posted).cssselect("main tbody tr td:last-child")]
    assert "Non posté : un message du mercredi 25 novembre 2026 à 13" in first
    assert "Noter" not in first
    assert "Posté le 25 novembre 2026" in second
    assert ", 1 courrier non posté" in main(manager.get(reverse("office:letters")))

    manager.post(reverse("office:take_back_posted", args=[run.pk]))
    manager.post(post, {**day, "lu": read, "partis": "on"})
    assert main(manager.get(here)).count("Posté le 25 novembre 2026") == 2


def test_what_is_erased_of_a_run_is_counted_no_more(manager, kept):
    for name in ("Maëlle", "Yann", "Zoé"):
        a_registration(a_record(first_names=name))
    manager.post(reverse("office:print_letters"))
    work("letters")
    run = PrintRun.objects.get()
    here, post = (reverse(f"office:{name}", args=[run.pk]) for name in ("print_run", "post_run"))
    assert "Noter comme postés (3 courriers)" in main(manager.get(here))

    Message.objects.filter(letter=run.letters.first()).delete()

    assert "Noter comme postés (2 courriers)" in main(manager.get(here))
    listed = seen(manager.get(reverse("office:letters")))
    assert [words(one) for one in listed.cssselect("td[data-label=Courriers]")] == ["2"]
    posted = manager.post(post, {"poste_le": NOW.strftime("%d/%m/%Y")}, follow=True)
    assert "Notés comme postés le 25 novembre 2026 : 2 courriers." in main(posted)


def test_a_run_of_which_nothing_was_posted_says_so_once_some_of_it_is_erased(manager, kept):
    for name in ("Maëlle", "Yann"):
        a_registration(a_record(first_names=name))
    manager.post(reverse("office:print_letters"))
    work("letters")
    run = PrintRun.objects.get()
    manager.post(reverse("office:post_run", args=[run.pk]), {"poste_le": NOW.strftime("%d/%m/%Y")})
    run.letters.update(state="printed")
    assert "Non postée" in main(manager.get(reverse("office:letters")))

    Message.objects.filter(letter=run.letters.first()).delete()

    assert "Non postée" in main(manager.get(reverse("office:letters")))


def test_a_run_that_was_posted_says_so_once_all_of_it_is_erased(manager, kept):
    a_registration(a_record(first_names="Maëlle"))
    manager.post(reverse("office:print_letters"))
    work("letters")
    run = PrintRun.objects.get()
    here, post = (reverse(f"office:{name}", args=[run.pk]) for name in ("print_run", "post_run"))
    manager.post(post, {"poste_le": NOW.strftime("%d/%m/%Y")})

    Message.objects.filter(letter__run=run).delete()

    assert "Postée le 25/11/2026" in main(manager.get(reverse("office:letters")))
    assert "Postés le 25/11/2026" in main(manager.get(here))


def test_a_run_that_cannot_be_printed_again_says_why_on_its_page(manager, kept, monkeypatch):
    a_registration(a_record())
    manager.post(reverse("office:print_letters"))
    work("letters")
    PrintRun.objects.update(file_key="")
    run = PrintRun.objects.get()
    manager.get(reverse("office:run_pdf", args=[run.pk]))

    def fails(*_args, **_options):
        raise pdf.CannotPrint

    monkeypatch.setattr(pdf, "typeset", fails)
    work("letters")

    page = manager.get(reverse("office:print_run", args=[run.pk])).text
    assert "courrier de la ligne 1" in page
    assert "ne peut pas être imprimé. Le service technique en est prévenu" in page
    assert "Préparer de nouveau le fichier" in page


@pytest.mark.parametrize(
    ("kind", "said"),
    [("registered", "de nouveau depuis l'onglet"), ("record_taken", "ne s'envoie")],
)
def test_a_letter_that_came_back_is_said_to_go_again_only_where_it_may(manager, kind, said):
    a_registration(a_record())
    run = PrintRun.objects.create(
        managing=Letter.objects.get().service.managing_service,
        academy_id="A09",
        domain=Letter.objects.get().service.domain,
        day=NOW.date(),
        asked_at=NOW,
        asked_name="Claude Martin",
        made_at=NOW,
        posted_on=NOW.date(),
        posted_name="Claude Martin",
    )
    Letter.objects.update(state=LetterState.POSTED, run=run, address=["Madame Le Goff"])
    Message.objects.update(kind=kind)

    page = manager.post(
        reverse("office:return_letter", args=[Letter.objects.get().pk]), follow=True
    )

    told = main(page)
    assert "Le retour est noté" in told
    assert said in told
    person = reverse("office:record", args=[Letter.objects.get().candidate_id])
    assert person in links(page, "Fiche du candidat")
