"""« Journal »: the acts of a perimeter, by day, act, author and registration; who looked at what."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades import journal
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts import consulting
from sporades.acts.agents import inviting
from sporades.batches.models import Batch
from sporades.batches.states import BatchState
from sporades.core.actors import Actor
from sporades.doubles.models import LikelyDouble
from sporades.exchanges import operations as exchanges
from sporades.journal.models import Entry
from sporades.searches import operations as searches
from tests.exchanges.conftest import EVERYBODY
from tests.factories import NOW, OPERATOR, a_draft, load_invented
from tests.web.guide import main

JOURNAL = "/gestion/journal"
HEAD, AUDITOR, ADMINISTRATOR = (
    Membership.Role.HEAD,
    Membership.Role.AUDITOR,
    Membership.Role.ADMINISTRATOR,
)


@pytest.fixture
def auditor(member):
    """Return the browser of an auditor of Lille."""
    return member("A09", role=AUDITOR, email="audit@exemple.test")


def said_by(page):
    """Return what each line of a page says was done."""
    return [line.entry.verb for line in page.context["lines"]]


def test_the_acts_of_the_perimeter_alone_the_last_first(auditor, in_lille, in_versailles):
    page = auditor.get(JOURNAL)

    assert said_by(page)[0] == "registration filed"
    assert {line.entry.academy for line in page.context["lines"]} == {"A09"}
    assert in_lille.number in page.text
    assert in_versailles.number not in page.text
    assert "Inscription enregistrée" in main(page)
    assert f"{in_lille.candidate}, candidat" in main(page)


def test_services_and_rules_are_called_by_their_names(member, in_lille):
    page = member(role=ADMINISTRATOR).get(JOURNAL)

    said = {line.entry.object_kind: line.on for line in page.context["lines"]}
    assert said["registrationservice"] == str(in_lille.service)
    assert said["managingservice"] == in_lille.service.managing_service.name
    assert said["regulation"] != "Réglementation"


def test_a_domain_and_a_session_that_are_renamed_say_so(member, in_lille):
    load_invented(
        ("libelle: session 2027, annee", "libelle: session de juin 2027, annee"),
        ("libelle: Brevet d'essai, rubrique: Examens", "libelle: Essais, rubrique: Concours"),
    )

    page = main(member(role=ADMINISTRATOR).get(JOURNAL))

    assert "Nom ou rubrique d'un domaine changé" in page
    assert (
        "Essais (« Essais » au lieu de « Brevet d'essai » ; « Concours » au lieu de « Exam" in page
    )
    assert "session de juin 2027 (« session de juin 2027 » au lieu de « session 2027 »)" in page


def test_each_act_says_whom_it_is_on_and_what_it_changed(auditor, in_lille):
    said = {"by": Actor("manager", "Essai"), "academy": "A09"}
    managing = in_lille.service.managing_service
    version = in_lille.folder.documents.get(kind="recapitulatif").versions.get()
    journal.record("document opened", on=version, at=NOW, **said)
    journal.record("identity corrected", on=in_lille.candidate, at=NOW, **said)
    journal.record(
        "managing service changed",
        on=managing,
        at=NOW,
        before={"phone": "03 20 00 00 00"},
        after={"phone": "03 20 00 00 01", "opening_hours": "le matin"},
        **said,
    )
    journal.record("late request refused", on=a_draft(in_lille.candidate), at=NOW, **said)
    journal.record("banner taken down", at=NOW, **said)

    on = {line.entry.verb: line.on for line in auditor.get(JOURNAL).context["lines"]}

    assert on["registration filed"] == f"Inscription : {in_lille.identity}"
    assert on["document opened"] == f"Version de document : {in_lille.identity}"
    assert on["identity corrected"] == f"Candidat : {in_lille.candidate}"
    asked = f"Demande d'inscription tardive : {in_lille.candidate}"
    assert on["late request refused"] == asked
    changed = "(téléphone, horaires d'ouverture)"
    assert on["managing service changed"] == f"{managing.name} {changed}"
    assert on["banner taken down"] == "Bandeau"


def test_an_act_on_an_agent_says_who_and_what_was_given(member):
    administrator = member(role=ADMINISTRATOR)
    said = {"by": OPERATOR, "at": NOW}
    inviting.invite(
        email="nina@exemple.test",
        full_name="Nina Petit",
        role="manager",
        academies=["A09"],
        **said,
    )
    inviting.change(email="nina@exemple.test", role="head", **said)
    inviting.close(email="nina@exemple.test", **said)

    on = {line.entry.verb: line.on for line in administrator.get(JOURNAL).context["lines"]}

    assert on["member invited"] == "Nina Petit (gestionnaire, académie de Lille)"
    assert on["member changed"] == (
        "Nina Petit (chef de service, académie de Lille ; avant : gestionnaire, académie de Lille)"
    )
    assert on["member closed"] == "Nina Petit (chef de service, académie de Lille)"


def test_dates_that_were_moved_are_said_before_and_after(member, in_lille):
    administrator = member(role=ADMINISTRATOR)
    service = in_lille.service
    journal.record(
        "registration service changed",
        by=OPERATOR,
        on=service,
        at=NOW,
        academy="A09",
        before={"opens_at": "2026-11-01T08:00:00+00:00", "closes_at": "2026-12-01T08:00:00+00:00"},
        after={
            "opens_at": "2026-11-01T08:00:00+00:00",
            "closes_at": "2026-12-03T08:00:00+00:00",
            "reason": "Panne",
        },
    )

    [on] = [
        line.on
        for line in administrator.get(JOURNAL).context["lines"]
        if line.entry.verb == "registration service changed"
    ]

    assert on.replace("\xa0", " ") == (
        f"{service} (fermeture : 3 décembre 2026 à 9 h 00 (heure de Paris) au lieu du 1er décembre "
        "2026 à 9 h 00 (heure de Paris) ; motif : Panne)"
    )


def test_dates_that_were_not_moved_are_not_said_to_be(member, in_lille):
    administrator, said = member(role=ADMINISTRATOR), {}
    for verb, more in (
        ("extension proposed", {}),
        ("extension refused", {"answer": "Un jour suffit"}),
        ("extension taken back", {}),
    ):
        journal.record(
            verb,
            by=OPERATOR,
            on=in_lille.service,
            at=NOW,
            academy="A09",
            before={
                "opens_at": "2026-11-01T08:00:00+00:00",
                "closes_at": "2026-12-01T08:00:00+00:00",
            },
            after={
                "opens_at": "2026-11-01T09:00:00+01:00",
                "closes_at": "2026-12-03T08:00:00+00:00",
                "reason": "Panne",
                **more,
            },
        )

    for line in administrator.get(JOURNAL).context["lines"]:
        said[line.entry.verb] = line.on.replace("\xa0", " ").removeprefix(str(in_lille.service))

    moved = (
        "fermeture : 3 décembre 2026 à 9 h 00 (heure de Paris) au lieu du 1er décembre 2026 à "
        "9 h 00 (heure de Paris) ; motif : Panne"
    )
    assert said["extension proposed"] == f" ({moved})"
    assert said["extension taken back"] == f" (proposait {moved})"
    assert said["extension refused"] == f" (proposait {moved} ; motif du refus : Un jour suffit)"


def test_a_batch_and_an_export_are_named_and_one_s_own_are_led_to(manager, auditor, in_lille):
    batch = Batch.objects.create(
        asked_by=manager.user,
        asked_name="Claude Martin",
        asked_role="manager",
        asked_at=NOW,
        perimeters=[],
        action="validate",
        total=2,
        state=BatchState.PREPARED,
    )
    said = {"at": NOW, "academy": "A09", "on": batch, "after": {"lines": 2, "reason": "Complètes"}}
    journal.record("batch launched", by=Actor("manager", "Claude Martin"), **said)
    head = reverse("office:one_batch", args=[batch.pk])

    [line] = [
        one for one in auditor.get(JOURNAL).context["lines"] if one.entry.verb == "batch launched"
    ]
    assert line.on == "Lot : Valider (2 lignes ; motif : Complètes)"
    assert line.url == ""

    Batch.objects.update(asked_by=auditor.user)
    [line] = [
        one for one in auditor.get(JOURNAL).context["lines"] if one.entry.verb == "batch launched"
    ]
    assert line.url == head


def test_an_export_of_the_files_of_an_academy_by_the_country_is_in_its_journal(
    member, auditor, in_lille, in_versailles
):
    national = member(role=ADMINISTRATOR, email="admin@exemple.test")
    search = searches.keep(tree=EVERYBODY, columns=[], by=national.user, at=NOW)
    export = exchanges.ask(
        search=search,
        order="nom",
        form="csv",
        purpose="Contrôle national",
        reach=reach(national.user.memberships.all(), Permission.EXPORT),
        by=national.user,
        at=NOW,
    )
    exchanges.prepare(str(export.pk), at=NOW)

    page = auditor.get(JOURNAL, {"acte": "export made"})

    [line] = page.context["lines"]
    assert line.on == f"Export {export.mark} (1 ligne ; motif : Contrôle national)"
    assert line.entry.author_in_words == "Claude Martin, administrateur"
    assert line.url == ""
    assert said_by(national.get(JOURNAL, {"acte": "export made"})) == ["export made"]
    narrowed = national.get(JOURNAL, {"acte": "export made", "academie": "A09"})
    assert said_by(narrowed) == ["export made"]


def test_nobody_outside_the_perimeter_is_named(auditor, in_lille, in_versailles):
    said = {"by": Actor("manager", "Essai"), "academy": "A09", "at": NOW}
    both = (in_lille.candidate, in_versailles.candidate)
    double = LikelyDouble.objects.create(first=both[0], second=both[1], found_at=NOW)
    for one in (in_versailles, in_versailles.candidate, in_versailles.candidate.user, double):
        journal.record("note written", on=one, **said)

    page = auditor.get(JOURNAL, {"acte": "note written"})

    assert {line.on for line in page.context["lines"]} == {
        "Inscription",
        "Candidat",
        "Compte",
        "Doublon probable",
    }
    assert str(in_lille.identity) in auditor.get(JOURNAL).text
    assert "LE GOFFIC" not in page.text


def test_an_administrator_reads_what_is_of_no_academy_too(member, in_lille, in_versailles):
    journal.record("banner shown", by=Actor("operator", "Essai"), at=NOW)

    page = member(role=ADMINISTRATOR).get(JOURNAL)

    assert "banner shown" in said_by(page)
    assert {"A09", "A25", ""} <= {line.entry.academy for line in page.context["lines"]}
    assert "Essai, ligne de commande" in main(page)


def test_an_act_on_an_account_that_has_a_motive_alone_says_it_alone(member, in_lille):
    by, account = Actor("operator", "Essai"), in_lille.candidate.user
    journal.record("sign-in changed", by=by, on=account, at=NOW, after={"reason": "Au guichet"})

    page = member(role=ADMINISTRATOR).get(JOURNAL, {"acte": "sign-in changed"})

    assert [line.on.partition(" (")[2] for line in page.context["lines"]] == ["motif : Au guichet)"]


def test_who_reads_several_academies_chooses_one(member, auditor, in_lille, in_versailles):
    administrator = member(role=ADMINISTRATOR)

    page = administrator.post(JOURNAL, {"academie": "A25"}, follow=True)

    assert "academie=A25" in page.request["QUERY_STRING"]
    assert {line.entry.academy for line in page.context["lines"]} == {"A25"}
    assert "academie" in administrator.get(JOURNAL).context["form"].fields
    assert "academie" not in auditor.get(JOURNAL).context["form"].fields


def test_an_academy_of_which_not_every_domain_is_reached_is_not_offered(member, in_lille):
    auditor = member("A09", "A25", role=AUDITOR)
    bounded = Membership.objects.create(
        user=auditor.user, role=HEAD, full_name="Claude Martin", academies=["A25", "A28"]
    )
    bounded.domains = ["ESSAI"]
    bounded.save()

    offered = auditor.get(JOURNAL).context["form"].fields["academie"].choices
    elsewhere = auditor.get(JOURNAL, {"academie": "A28"})

    assert offered == [("", "Toutes"), ("A09", "Lille"), ("A25", "Versailles")]
    assert elsewhere.status_code == 422
    assert "academie" in elsewhere.context["form"].errors
    assert not elsewhere.context["lines"]


def test_who_is_bounded_to_a_domain_reads_the_acts_of_files_alone(member, in_lille):
    bounded = member("A09", role=AUDITOR, domains=["ESSAI"], email="audit@exemple.test")

    page = bounded.get(JOURNAL)

    assert page.context["lines"] == []
    assert "ne se lit qu'avec tous ses domaines" in main(page)
    assert bounded.get(reverse("office:journal", args=[in_lille.number])).status_code == 200


def test_a_manager_reads_no_journal_but_that_of_a_file(manager, in_lille):
    assert manager.get(JOURNAL).status_code == 404
    assert "/gestion/journal" not in manager.get("/gestion/").text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"acte": "registration filed"}, {"registration filed"}),
        ({"acte": "registration withdrawn"}, set()),
        ({"acte": "consultations"}, {"file read"}),
        ({"auteur": "le goff", "acte": "registration filed"}, {"registration filed"}),
        ({"auteur": "personne"}, set()),
        ({"du": "26/11/2026", "au": "26/11/2026"}, set()),
        (
            {"du": "25/11/2026", "au": "25/11/2026", "acte": "registration filed"},
            {"registration filed"},
        ),
    ],
)
def test_it_is_narrowed_by_act_day_and_author(auditor, in_lille, asked, found):
    auditor.get(reverse("office:registration", args=[in_lille.number]))

    assert set(said_by(auditor.post(JOURNAL, asked, follow=True))) == found


def test_a_registration_is_found_with_its_documents(auditor, in_lille):
    others = Entry.objects.filter(object_kind="draft").count()
    version = in_lille.folder.documents.get(kind="recapitulatif").versions.get()
    journal.record(
        "document opened", by=Actor("candidate", "Essai"), on=version, at=NOW, academy="A09"
    )

    page = auditor.get(JOURNAL, {"numero": f" {in_lille.number[:3]} {in_lille.number[3:]} "})

    assert others
    assert {"registration filed", "document opened"} <= set(said_by(page))
    assert {line.number for line in page.context["lines"]} == {in_lille.number}


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"acte": "perdu"}, "acte"),
        ({"du": "32/13/2026"}, "du"),
        ({"du": "26/11/2026", "au": "25/11/2026"}, "au"),
        ({"numero": "20000000000"}, "numero"),
        ({"auteur": "x" * 121}, "auteur"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_shown(auditor, in_lille, asked, field):
    page = auditor.post(JOURNAL, asked)

    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["lines"] == []


def test_the_registration_of_another_academy_does_not_exist(auditor, in_versailles):
    page = auditor.get(JOURNAL, {"numero": in_versailles.number})

    assert page.status_code == 422
    assert "Aucune inscription de votre périmètre n'a ce numéro." in main(page)


@pytest.mark.parametrize("number", ["99", "x", "0", "-1", "²", "9" * 30])
def test_a_page_whose_acts_have_left_shows_the_last_one(auditor, in_lille, number):
    page = auditor.get(JOURNAL, {"page": number})

    assert (page.status_code, page.context["page"].number) == (200, 1)
    assert in_lille.number in page.text


def test_many_acts_are_turned_over_with_what_was_asked(auditor, in_lille):
    for _ in range(60):
        journal.record(
            "note written", by=Actor("manager", "Essai"), on=in_lille, at=NOW, academy="A09"
        )

    page = auditor.get(JOURNAL, {"acte": "note written", "page": "2"})

    assert len(page.context["lines"]) == 10
    assert "acte=note+written&amp;page=1" in page.text


# --- Who looked -------------------------------------------------------------------------------


def readings():
    return list(
        Entry.objects.filter(verb__in=("file read", "document read")).values_list("verb", flat=True)
    )


def test_a_file_that_is_gone_through_is_consulted_once(manager, in_lille):
    for tab in ("registration", "history", "registration", "mails"):
        manager.get(reverse(f"office:{tab}", args=[in_lille.number]))

    assert readings() == ["file read"]


def test_whoever_comes_back_an_hour_later_has_consulted_it_again(in_lille):
    by = Actor("manager", "Ana Martin", "user:1")
    for minutes in (0, 60, 61, 120):
        at = NOW + timedelta(minutes=minutes)
        consulting.consult_file(registration=in_lille, by=by, at=at)

    noted = Entry.objects.filter(verb="file read").order_by("at")
    assert [one.at - NOW for one in noted] == [timedelta(0), timedelta(minutes=61)]


def test_two_members_who_look_are_both_noted(manager, auditor, in_lille):
    for one in (manager, auditor):
        one.get(reverse("office:registration", args=[in_lille.number]))

    noted = Entry.objects.filter(verb="file read", object_id=str(in_lille.pk))
    assert {one.actor_id for one in noted} == {f"user:{manager.user.pk}", f"user:{auditor.user.pk}"}


def test_each_document_that_the_office_opens_is_noted(manager, in_lille):
    where = reverse("office:document_pdf", args=[in_lille.number, "recapitulatif"])

    for _ in range(2):
        assert manager.get(where).status_code == 200

    assert readings() == ["document read"] * 2
    assert in_lille.folder.documents.get(kind="recapitulatif").versions.get().opened_at is None


def test_the_file_says_apart_what_was_done_and_who_looked(manager, in_lille):
    where = reverse("office:journal", args=[in_lille.number])
    manager.get(reverse("office:document_pdf", args=[in_lille.number, "recapitulatif"]))

    done, looked = (
        {what: who for _, what, who in manager.get(f"{where}{asked}").context["rows"]}
        for asked in ("", "?consultations=1")
    )

    assert "Inscription enregistrée" in done
    assert looked.keys() == {"Dossier consulté", "Document consulté par la gestion"}
    assert not done.keys() & looked.keys()
    assert set(looked.values()) == {"Claude Martin, gestionnaire"}


def test_what_one_looks_at_several_times_in_a_day_is_one_line(manager, in_lille):
    where = f"{reverse('office:journal', args=[in_lille.number])}?consultations=1"
    claude, other = (Actor("manager", name, f"user:{key}") for name, key in (("A", 1), ("B", 2)))
    for minutes, by in ((1, claude), (2, other), (40, claude), (60, claude), (24 * 60, claude)):
        at = NOW - timedelta(days=2) + timedelta(minutes=minutes)
        journal.record("file read", by=by, on=in_lille, at=at, academy="A09")

    page = manager.get(where)

    rows = [tuple(said.replace("\xa0", " ") for said in row) for row in page.context["rows"]]
    assert [row for row in rows if row[2] != "Claude Martin, gestionnaire"] == [
        (when, "Dossier consulté", f"{who}, gestionnaire")
        for when, who in (
            ("mardi 24 novembre 2026 à 10 h 30 (heure de Paris)", "A"),
            ("lundi 23 novembre 2026, 3 fois entre 10 h 31 et 11 h 30 (heure de Paris)", "A"),
            ("lundi 23 novembre 2026 à 10 h 32 (heure de Paris)", "B"),
        )
    ]
    assert Entry.objects.filter(verb="file read", actor_name__in=["A", "B"]).count() == 5


def test_a_file_of_another_perimeter_notes_nothing(manager, in_versailles):
    assert (
        manager.get(reverse("office:registration", args=[in_versailles.number])).status_code == 404
    )
    assert readings() == []
