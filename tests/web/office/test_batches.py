"""« Agir sur ces inscriptions »: ticked or all, seen before, followed to the end."""

import html
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accommodations.states import State as Asking
from sporades.accounts.models import Membership
from sporades.accounts.permissions import GRANTED, Permission
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, moving
from sporades.batches import operations
from sporades.batches.actions import ACTIONS
from sporades.batches.models import Batch
from sporades.batches.operations import running
from sporades.batches.states import BatchState, Outcome
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG, SET_ASIDE, VALIDATE, State
from sporades.searches.catalogue import CRITERIA
from sporades.web.office import bounded
from sporades.web.office.searches import batching
from tests.accommodations.asked import reach
from tests.evidence.given import IDENTITY, MANAGER, complete, piece, receive
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, load_invented
from tests.jobs import work
from tests.spaces import plain
from tests.web.guide import main, seen, words
from tests.web.office.test_search import SEARCH, leaf, numbers, sought
from tests.web.registry.world import a_member

WHY = "Il manque la copie de votre diplôme"


@pytest.fixture
def two(in_lille):
    """File another registration in Lille."""
    return in_lille, a_registration(a_candidate(birth_name="Le Bihan"))


def place(client):
    """Search for everybody, and return the address where one acts on them."""
    page = sought(client, leaf("g-1", "nom", "non_vide"))
    return reverse("office:batch", args=[page.context["search"].pk])


def page_of(batch, name="one_batch"):
    """Return the address of a page of a batch."""
    return reverse(f"office:{name}", args=[batch.pk])


def test_all_that_a_search_finds_is_decided_after_a_look(manager, two, in_versailles):
    asked = manager.post(place(manager), {"decision": "validate", "motif": ""}, follow=True)
    batch = Batch.objects.get()
    assert "Inscription enregistrée" in main(asked)
    assert batch.total == 2

    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    page = main(manager.get(page_of(batch)))
    assert "Terminé" in page
    assert "Faites 2" in page
    for registration, state in ((two[0], "validated"), (two[1], "validated")):
        registration.refresh_from_db()
        assert registration.state == state
    in_versailles.refresh_from_db()
    assert in_versailles.state == State.REGISTERED


def test_those_that_would_be_validated_without_their_pieces_are_counted_before(manager, two):
    complete(two[0])

    asked = main(manager.post(place(manager), {"decision": "validate", "motif": ""}, follow=True))
    assert "1 inscription : des pièces obligatoires manquent." in asked
    assert "attendent un verdict" not in asked
    # The criteria that leave them out are named as the list of criteria names them.
    named = html.unescape(asked.partition("ajoutez à la recherche les critères")[2])
    labels = [one.label for one in CRITERIA.values() if f"« {one.label} »" in named]
    assert labels == ["Récapitulatif signé posté ou remis le", "Pièce obligatoire à fournir"]

    receive(two[1])
    asked = main(manager.post(place(manager), {"decision": "validate", "motif": ""}, follow=True))
    assert "1 inscription : des pièces obligatoires attendent un verdict." in asked

    flagged = main(manager.post(place(manager), {"decision": "flag", "motif": WHY}, follow=True))
    assert "Avant de valider" not in flagged


def test_more_time_is_left_to_all_of_a_search_until_a_day_that_is_said(manager, two):
    asked = {"decision": "grant-piece", "motif": "", "piece": IDENTITY}

    assert "Par exemple : 03/12/2026" in main(manager.get(place(manager)))
    missing = manager.post(place(manager), {**asked, "jusquau": ""})
    page = main(manager.post(place(manager), {**asked, "jusquau": "05/02/2027"}, follow=True))

    assert missing.status_code == 422
    assert "jusqu&#x27;à quel jour vous laissez du temps" in missing.text
    assert "Jusqu'au : 5 février 2027" in plain(page)
    assert "Acceptées : 2. Refusées : 0." in plain(page)


def test_a_piece_that_no_reglementation_lists_is_asked_of_all_of_a_search(manager, two):
    asked = {"decision": "ask-piece", "motif": "", "demandee": "", "jusquau": "18/12/2026"}

    missing = manager.post(place(manager), asked)
    said = {**asked, "demandee": "Attestation <de suivi>", "voie": "deposit"}
    page = plain(main(manager.post(place(manager), said, follow=True)))

    assert missing.status_code == 422
    assert "Dites quelle pièce chaque candidat doit fournir." in main(missing)
    assert "Pièce demandée : Attestation <de suivi>" in page
    assert "Comment elle se fournit : Déposée dans l'espace candidat seulement" in page
    assert "Jusqu'au : 18 décembre 2026" in page
    assert "Acceptées : 2. Refusées : 0." in page
    batch = Batch.objects.get()
    assert (batch.giving, batch.reason) == ("deposit", "")
    manager.post(page_of(batch, "launch_batch"))
    work("batches")
    assert "Faites 2" in main(manager.get(page_of(batch)))
    assert Message.objects.filter(kind="piece_asked_for").count() == 2


def test_all_of_a_search_are_given_to_another_academy_and_leave_the_perimeter(manager, two):
    Candidate.objects.filter(pk=two[0].candidate_id).update(user=None, email="")
    where = place(manager)
    asked = {"decision": "move", "motif": WHY, "academie": ""}

    missing, forged = (manager.post(where, {**asked, "academie": one}) for one in ("", "A10"))
    offered = dict(missing.context["form"].fields["academie"].choices)
    page = plain(main(manager.post(where, {**asked, "academie": "A25"}, follow=True)))

    assert (missing.status_code, forged.status_code) == (422, 422)
    assert "Choisissez l'académie qui reçoit ces inscriptions." in plain(main(missing))
    assert set(offered) == {"", "A25"}
    assert "Académie qui les reçoit : académie de Versailles" in page
    assert f"Motif : {WHY}" in page
    assert "proposée là-bas 2 Aucun" in page
    assert "Acceptées : 2. Refusées : 0." in page
    assert "Par courrier, à imprimer et à poster par cette académie : 1." in page
    assert "elle seule pourra les rendre" in page
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    after = main(manager.get(page_of(batch)))
    assert "Faites 2" in after
    assert two[0].number in after
    assert "BIHAN" not in after.upper()
    assert "Lister les inscriptions faites" not in after
    assert "de ce lot attend" not in after
    assert manager.get(reverse("office:registration", args=[two[0].number])).status_code == 404
    assert not numbers(sought(manager, leaf("g-1", "nom", "non_vide")))


@pytest.mark.parametrize(
    ("action", "how"),
    [
        ("grant-piece", "inscription par inscription"),
        ("grant-summary", "ne se raccourcit pas"),
        ("ask-piece", "inscription par inscription, par « Dispenser de cette pièce »"),
    ],
)
def test_no_other_batch_is_said_to_take_back_a_day_that_was_given(manager, two, action, how):
    asked = {"decision": action, "motif": "", "piece": IDENTITY, "jusquau": "05/02/2027"}
    asked |= {"demandee": "Attestation de suivi"}
    before = main(manager.post(place(manager), asked, follow=True))
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    after = main(manager.get(page_of(batch)))

    assert how in before
    assert how in after
    assert "Lister les inscriptions faites" in after
    assert "un autre lot peut agir dessus" not in after


@pytest.mark.usefixtures("kept")
def test_those_that_silence_may_have_accepted_are_counted_before_they_are_set_aside(manager, two):
    Registration.objects.update(filed_at=NOW - timedelta(days=120))
    two[1].evidence.update(asked_at=NOW - timedelta(days=120))
    complete(two[0])
    # Once silence has accepted it, an anomaly, or a piece that is refused, takes nothing back.
    Registration.objects.filter(pk=two[0].pk).update(
        state="anomaly", reason="Illisible", decided_at=NOW
    )

    asked = {"decision": "set_aside", "motif": WHY}
    page = main(manager.post(place(manager), asked, follow=True))
    others = main(manager.post(place(manager), {**asked, "decision": "flag"}, follow=True))

    said = "Parmi elles, une est sans réponse depuis longtemps"
    assert f"Acceptées : 2. Refusées : 0. {said}" in plain(page)
    assert "sans réponse" not in others


def test_each_thing_that_one_would_be_validated_without_is_counted_before(manager, two):
    Registration.objects.filter(pk=two[0].pk).update(to_review_since=NOW)
    receive(two[1])
    for row in two[1].evidence.asked().filter(is_mandatory=True):
        verifying.accept(row=row, seen=None, by=MANAGER, at=NOW)

    asked = main(manager.post(place(manager), {"decision": "validate", "motif": ""}, follow=True))

    unsigned = "2 inscriptions : le récapitulatif signé n'est pas noté comme reçu."
    assert all(
        one in plain(asked)
        for one in (
            unsigned,
            "1 inscription : à revoir depuis une correction ou un changement d'académie.",
            "1 inscription : des pièces obligatoires manquent.",
        )
    )


def test_a_piece_is_called_as_in_the_domain_of_whoever_chose_it(member, two):
    load_invented(
        (
            "{code: ESSAI, libelle: Brevet d'essai, rubrique: Examens}",
            "{code: AUTRE, libelle: Autre brevet, rubrique: Examens}",
        ),
        (
            "{code: IDENTITE, libelle: Pièce d'identité,",
            "{code: IDENTITE, libelle: Livret de marin,",
        ),
    )
    browser = member("A09", domains=["ESSAI"], email="essai@exemple.test")

    asked = {"decision": "accept-piece", "motif": "", "piece": IDENTITY}
    page = main(browser.post(place(browser), asked, follow=True))

    assert "Pièce : Pièce d'identité" in plain(page)
    assert "Livret de marin" not in page


def test_pressed_again_it_leads_to_the_batch_that_is_made_already(manager, two):
    where = place(manager)
    [press] = seen(manager.get(where)).cssselect("main [name=envoi]")
    asked = {"decision": "validate", "motif": "", "envoi": press.get("value")}

    first, second = manager.post(where, asked), manager.post(where, asked)
    manager.post(where, {**asked, "decision": "flag", "motif": WHY})

    assert first.url == second.url
    assert Batch.objects.count() == 2


def test_a_page_found_again_acts_on_whom_it_finds_then(manager, two):
    where = place(manager)
    [press] = seen(manager.get(where)).cssselect("main [name=envoi]")
    asked = {"decision": "flag", "motif": WHY, "envoi": press.get("value")}
    manager.post(where, asked)
    a_registration(a_candidate(birth_name="Nouveau"))

    # « Retour », or the page loaded anew: `presses.js` gives the field the name that it had.
    manager.post(where, asked)

    assert sorted(Batch.objects.values_list("total", flat=True)) == [2, 3]


def test_a_page_found_again_leads_to_no_batch_that_is_over(manager, two):
    where = place(manager)
    [press] = seen(manager.get(where)).cssselect("main [name=envoi]")
    asked = {"decision": "validate", "motif": "", "envoi": press.get("value")}
    first = manager.post(where, asked)
    manager.post(page_of(Batch.objects.get(), "launch_batch"))
    assert manager.post(where, asked).url == first.url
    work("batches")

    second, again = manager.post(where, asked), manager.post(where, asked)

    assert second.url == again.url != first.url
    assert Batch.objects.count() == 2


def test_launched_again_it_leads_to_its_page_and_alarms_nobody(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    launch = page_of(Batch.objects.get(), "launch_batch")

    first, second = manager.post(launch), manager.post(launch)

    assert first.url == second.url == page_of(Batch.objects.get())
    page = main(manager.get(second.url))
    assert "Le lot est lancé" in page
    assert "n'est plus possible" not in page
    work("batches")
    assert "Terminé" in main(manager.post(launch, follow=True))


def offered(page):
    """Return the actions that a page offers, each with what is said under it."""
    labels = seen(page).cssselect("main label[for^=id_decision]")
    said = [[plain(part) for part in one.xpath(".//text()")] for one in labels]
    return {name: " ".join(hint) for name, *hint in said}


def test_what_suits_none_of_the_chosen_is_named_apart_and_who_is_told_is_said_at_each(manager, two):
    Registration.objects.filter(pk=two[0].pk).update(
        state="anomaly", reason="Illisible", decided_at=NOW
    )
    reach(two[1], Asking.OPINION_GIVEN)
    where = place(manager)

    page = manager.get(where)
    said, apart = offered(page), plain(main(page)).partition("Ne conviennent à aucune")[2]

    assert "Revenir sur la validation" not in said
    assert "Rétablir" not in said
    assert "« Revenir sur la validation », « Rétablir »" in apart
    assert "« Aménagements : notifier les décisions »" in apart
    assert "Lever l'anomalie" not in apart
    assert (
        "un message le dit à chaque candidat. Possible pour 1 sur 2 au plus"
        in (said["Lever l'anomalie"])
    )
    assert "Possible pour 1 sur 2" in said["Aménagements : décider selon l'avis du médecin"]
    assert "Possible" not in said["Valider"]

    late = manager.post(where, {"decision": "restore", "motif": ""}, follow=True)
    assert "Acceptées : 0. Refusées : 2." in plain(main(late))


def test_of_those_that_have_left_nothing_but_a_message_is_offered(manager, two):
    Registration.objects.update(state="withdrawn", withdrawn_at=NOW, decided_at=None)

    page = manager.get(place(manager))

    assert "Rien de ce que vous pouvez faire ici ne convient" in main(page)
    assert not seen(page).cssselect("main form[method=post]")
    assert "écrire aux candidats" in main(page)


def test_its_page_asks_no_more_of_many_than_of_two(manager, two, django_assert_num_queries):
    where = place(manager)
    manager.get(where)
    with CaptureQueriesContext(connection) as asked:
        manager.get(where)
    for _ in range(3):
        a_registration(a_candidate())

    with django_assert_num_queries(len(asked)):
        assert "5" in main(manager.get(where))


def test_how_many_letters_it_makes_is_said_before(manager, two):
    Candidate.objects.filter(pk=two[0].candidate_id).update(user=None, email="")
    where, action = place(manager), {"decision": "validate", "motif": ""}
    assert "ou un courrier à qui n'a pas de mail" in main(manager.get(where))

    page = manager.post(where, action, follow=True)

    assert "Par courrier, à imprimer et à poster : 1." in main(page)
    deciding.decide(registration=two[0], decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    page = manager.post(where, action, follow=True)
    assert "Par courrier" not in main(page)


def test_no_letter_is_announced_of_what_is_told_to_nobody(manager, two):
    Candidate.objects.filter(pk=two[0].candidate_id).update(user=None, email="")
    for one in two:
        verifying.receive(row=piece(one), posted_on=NOW.date(), by=OPERATOR, at=NOW)
    action = {"decision": "accept-piece", "motif": "", "piece": IDENTITY}

    page = main(manager.post(place(manager), action, follow=True))

    assert "Acceptées : 2." in page
    assert "Par courrier, à imprimer" not in page
    assert "Ni mail ni courrier : chaque candidat lit dans son espace" in page


def test_what_is_said_before_documents_are_prepared_is_of_documents(manager, in_lille):
    asked = {"decision": "prepare-attestation-inscription", "motif": ""}

    choosing, before = manager.get(place(manager)), manager.post(place(manager), asked, follow=True)

    assert "et personne n'est prévenu avant qu'ils le soient" in main(choosing)
    assert "Rien n'est publié : vous verrez d'abord les documents" in main(before)
    assert "une décision d'un collègue" not in main(before)


def test_an_action_is_offered_and_prepared_where_its_own_permission_reaches(
    member, monkeypatch, in_lille, in_versailles
):
    everywhere = member("A09", "A25")
    there = a_member("ailleurs@exemple.test", Membership.Role.HEAD, ["A25"]).memberships.get()
    there.user = everywhere.user
    there.save()
    everywhere.user.memberships.filter(role=Membership.Role.MANAGER).update(academies=["A09"])
    heads = frozenset({Membership.Role.HEAD})
    monkeypatch.setitem(GRANTED, Permission.PREPARE_DOCUMENTS, heads)
    asked = {"decision": "prepare-attestation-inscription", "motif": ""}

    everywhere.post(place(everywhere), asked)
    mine = member("A09", email="lille@exemple.test")
    page = mine.get(place(mine))

    batch = Batch.objects.get()
    assert list(batch.lines.values_list("registration", flat=True)) == [in_versailles.pk]
    assert batch.asked_role == "head"
    offered = [name for name, _ in page.context["form"].fields["decision"].choices]
    assert asked["decision"] not in offered
    assert mine.post(place(mine), asked).status_code == 422


def test_the_lines_that_are_ticked_alone(manager, two):
    chosen = {"choix": [two[1].number], "decision": "flag", "motif": WHY}
    manager.post(place(manager), chosen)

    assert list(Batch.objects.get().lines.values_list("registration", flat=True)) == [two[1].pk]


def test_a_ticked_number_of_elsewhere_is_no_line(manager, two, in_versailles):
    chosen = {"choix": [in_versailles.number], "decision": "validate", "motif": ""}
    page = manager.post(place(manager), chosen)

    assert page.status_code == 422
    assert "Aucune inscription n'est choisie" in html.unescape(page.text)
    assert not Batch.objects.exists()


def test_the_list_has_a_box_for_each_line_and_sends_what_is_ticked(manager, two):
    page = sought(manager, leaf("g-1", "nom", "non_vide"))
    where = reverse("office:batch", args=[page.context["search"].pk])

    assert f'for="choix-{two[0].number}"' in page.text
    form = manager.get(where, {"cochees": "1", "choix": two[0].number})
    assert f'name="choix" value="{two[0].number}"' in form.text
    assert "cochées dans la liste" in main(form)


def test_nothing_ticked_acts_on_nothing(manager, two):
    page = manager.get(place(manager), {"cochees": "1"}, follow=True)

    assert "Cochez au moins une inscription" in html.unescape(page.text)


@pytest.mark.parametrize("junk", ["abc", "", "-1", "²", "٣", "9" * 400])
def test_a_choice_that_is_none_is_never_the_whole_search(manager, two, junk):
    said = {"choix": junk, "decision": "validate", "motif": ""}
    manager.post(place(manager), said)

    assert not Batch.objects.exists()


def test_a_batch_is_not_for_whoever_has_another_perimeter_by_then(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    manager.user.memberships.update(academies=["A25"])

    assert manager.get(page_of(batch)).status_code == 404
    assert manager.get(page_of(batch, "batch_refusals")).status_code == 404


def test_a_batch_that_runs_is_followed_by_its_author_within_what_they_reach_now(
    member, two, in_versailles
):
    client = member("A09", "A25")
    deciding.decide(registration=two[0], decision=SET_ASIDE, reason=WHY, by=OPERATOR, at=NOW)
    client.post(place(client), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    client.post(page_of(batch, "launch_batch"))
    client.user.memberships.update(academies=["A09"])

    client.post(page_of(batch, "stop_batch"))
    batch.refresh_from_db()
    assert batch.state == BatchState.STOPPED
    client.post(page_of(batch, "resume_batch"))
    work("batches")

    page = client.get(page_of(batch))
    assert "Faites 1 Refusées 2 En attente 0" in main(page)
    assert "Votre périmètre est plus étroit que celui du lot" in main(page)
    assert (two[0].number in main(page), in_versailles.number in main(page)) == (True, False)
    told = client.get(page_of(batch, "batch_refusals"))
    taken = b"".join(told).decode() if told.streaming else told.text
    assert (two[0].number in taken, in_versailles.number in taken) == (True, False)


def test_what_will_be_refused_is_said_then_told_line_by_line(manager, two):
    deciding.decide(registration=two[0], decision=SET_ASIDE, reason=WHY, by=OPERATOR, at=NOW)
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    before = main(manager.get(page_of(batch)))
    assert "Elle est écartée : elle ne peut pas être validée." in before
    assert "Acceptées : 1. Refusées : 1." in before

    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    [link] = seen(manager.get(page_of(batch))).cssselect("main tbody th a")
    assert words(link) == two[0].number
    assert link.get("href") == reverse("office:registration", args=[two[0].number])
    assert two[0].identity.full_name in main(manager.get(page_of(batch)))
    file = manager.get(page_of(batch, "batch_refusals"))
    assert file.content.decode("utf-8-sig").splitlines() == [
        "N° Inscription;Refus",
        f"{two[0].number};Elle est écartée : elle ne peut pas être validée.",
    ]
    assert Entry.objects.filter(verb="batch refusals taken", payload__after__taken=1).count() == 1


@pytest.mark.parametrize("is_ticked", [False, True])
def test_no_file_says_whom_a_criterion_of_health_found(manager, in_versailles, is_ticked):
    declared = a_registration(a_candidate(), informations={"has_disability": "oui"})
    deciding.decide(registration=declared, decision=SET_ASIDE, reason=WHY, by=OPERATOR, at=NOW)
    page = sought(manager, leaf("g-1", "handicap", "egal", "oui"))
    where = reverse("office:batch", args=[page.context["search"].pk])
    ticked = {"cochees": "1", "choix": [declared.number]} if is_ticked else {}
    manager.post(where, {"decision": "validate", "motif": "", **ticked})
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    shown = manager.get(page_of(batch))
    answer = manager.get(page_of(batch, "batch_refusals"), follow=True)

    assert declared.number in main(shown)
    assert page_of(batch, "batch_refusals") not in shown.text
    assert answer.redirect_chain == [(page_of(batch), 302)]
    assert "cette liste ne se télécharge pas" in main(answer)
    assert not Entry.objects.filter(verb="batch refusals taken").exists()


def test_refusals_are_read_to_the_last_page_by_page(manager, two, monkeypatch):
    monkeypatch.setattr(batching, "SHOWN_REFUSALS", 1)
    for one in two:
        deciding.decide(registration=one, decision=SET_ASIDE, reason=WHY, by=OPERATOR, at=NOW)
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    batch.lines.update(outcome=Outcome.REFUSED, why="Elle est écartée.")
    Batch.objects.update(state=BatchState.DONE, ended_at=NOW)

    pages = [manager.get(f"{page_of(batch)}?refus={number}") for number in (1, 2)]

    assert [[one.number in main(page) for one in two] for page in pages] in (
        [[True, False], [False, True]],
        [[False, True], [True, False]],
    )


def test_what_is_decided_of_accommodations_is_in_no_file(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    assert not batch.says_of_health

    batch.action = next(
        one.code for one in ACTIONS.values() if one.permission == Permission.DECIDE_ACCOMMODATIONS
    )

    assert batch.says_of_health


def test_the_number_of_what_has_left_the_perimeter_opens_nothing(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    type(two[0]).objects.filter(pk=two[0].pk).update(academy="A25")

    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    page = seen(manager.get(page_of(batch)))
    [refused] = page.cssselect("main tbody th")
    assert words(refused) == two[0].number
    assert not refused.cssselect("a")
    assert words(refused.getnext()) == "—"


@pytest.mark.parametrize(
    ("action", "state", "said"),
    [
        ("validate", "withdrawn", "Le candidat s'est désinscrit : elle ne peut pas être validée."),
        ("validate", "validated", "Elle est déjà validée."),
        ("flag", "anomaly", "Elle est déjà en anomalie."),
        ("set_aside", "set_aside", "Elle est déjà écartée."),
        (
            "reopen",
            "registered",
            "Elle est enregistrée : il n'y a pas de validation sur laquelle revenir.",
        ),
        ("clear", "registered", "Elle est enregistrée : il n'y a pas d'anomalie à lever."),
        ("restore", "validated", "Elle est validée : il n'y a rien à rétablir."),
        ("validate", "registered", ""),
    ],
)
def test_why_an_action_is_not_for_a_registration_is_a_sentence(action, state, said):
    assert ACTIONS[action].refusal_of(state) == said


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"decision": "flag", "motif": ""}, "motif"),
        ({"decision": "validate", "motif": WHY}, "motif"),
        ({"decision": "", "motif": WHY}, "decision"),
        ({"decision": "detruire", "motif": ""}, "decision"),
    ],
)
def test_what_is_missing_is_asked_for_and_what_is_typed_is_kept(manager, two, said, field):
    page = manager.post(place(manager), {**said, "choix": [two[0].number]})

    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {field}
    assert said["motif"] in html.unescape(page.text)
    assert f'name="choix" value="{two[0].number}"' in page.text


def test_it_is_stopped_and_resumed(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))

    manager.post(page_of(batch, "stop_batch"))
    work("batches")
    assert "Arrêté" in main(manager.get(page_of(batch)))
    assert batch.counts()["waiting"] == 2

    manager.post(page_of(batch, "resume_batch"))
    work("batches")
    batch.refresh_from_db()
    assert batch.state == BatchState.DONE


def test_stopped_and_resumed_by_two_presses_it_alarms_nobody(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    stop, resume = page_of(batch, "stop_batch"), page_of(batch, "resume_batch")
    manager.post(page_of(batch, "launch_batch"))

    for twice, said in ((stop, "Le lot est arrêté."), (resume, "Le lot reprend.")):
        manager.post(twice)
        page = main(manager.post(twice, follow=True))
        assert said in page
        assert "n'est plus possible" not in page

    work("batches")
    assert "n'est plus possible" not in main(manager.post(resume, follow=True))
    assert "« Arrêter » n'est plus possible" in main(manager.post(stop, follow=True))


def test_what_was_done_leads_to_each_registration(manager, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    links = [
        one.get("href") for one in seen(manager.get(page_of(batch))).cssselect("main details li a")
    ]

    assert sorted(links) == sorted(reverse("office:registration", args=[one.number]) for one in two)


def flagged_by_a_batch(client, *registrations):
    """Put registrations in anomaly by a batch; return it."""
    chosen = {"decision": "flag", "motif": WHY, "choix": [one.number for one in registrations]}
    client.post(place(client), chosen)
    batch = Batch.objects.get()
    client.post(page_of(batch, "launch_batch"))
    work("batches")
    return batch


def test_all_that_a_batch_has_done_is_listed_and_acted_upon_again(manager, two):
    of_a_colleague = a_registration(a_candidate(birth_name="Le Corre"))
    flag = {"decision": FLAG, "reason": WHY, "by": OPERATOR, "at": NOW}
    deciding.decide(registration=of_a_colleague, **flag)
    batch = flagged_by_a_batch(manager, two[1])
    page = manager.get(page_of(batch))
    [form] = [one for one in seen(page).cssselect("main form") if one.get("action") == SEARCH]
    said = {one.get("name"): one.get("value") for one in form.cssselect("input[type=hidden]")}

    listed = manager.post(SEARCH, said, follow=True)

    assert numbers(listed) == [two[1].number]
    assert "Faite par un de vos lots : « Mettre en anomalie, 1 inscription, " in main(listed)
    again = reverse("office:batch", args=[listed.context["search"].pk])
    manager.post(again, {"decision": "clear", "motif": ""})
    lifted = Batch.objects.exclude(pk=batch.pk).get()
    manager.post(page_of(lifted, "launch_batch"))
    work("batches")
    for one, state in ((two[1], State.REGISTERED), (of_a_colleague, State.ANOMALY)):
        one.refresh_from_db()
        assert one.state == state
    others = sought(manager, leaf("g-1", "lot", "non_egal", str(batch.pk)))
    assert set(numbers(others)) == {two[0].number, of_a_colleague.number}


def test_what_a_batch_has_done_is_found_by_its_author_alone(manager, member, two):
    batch = flagged_by_a_batch(manager, two[1])
    asked = leaf("g-1", "lot", "egal", str(batch.pk))
    assert numbers(sought(manager, asked)) == [two[1].number]

    colleague = member("A09", email="collegue@exemple.test")
    theirs = sought(colleague, asked)
    assert theirs.status_code == 409
    assert "Cette recherche porte sur un lot que vous ne listez pas" in main(theirs)
    junk = sought(manager, leaf("g-1", "lot", "egal", "abc"))
    assert "Choisissez dans la liste" in main(junk)

    Batch.objects.update(is_of_health=True)
    assert sought(manager, asked).status_code == 409
    assert "Lister les inscriptions faites" not in main(manager.get(page_of(batch)))


def test_a_search_of_ones_own_batch_is_named_and_not_shared(manager, two):
    batch = flagged_by_a_batch(manager, two[1])
    page = sought(manager, leaf("g-1", "lot", "egal", str(batch.pk)))
    name = reverse("office:name", args=[page.context["search"].pk])

    refused = manager.post(name, {"nom": "Du lot", "partagee": "on"})
    kept = manager.post(name, {"nom": "Du lot"}, follow=True)

    assert list(page.context["naming"].fields) == ["nom"]
    assert "porte sur un de vos lots : elle reste la vôtre et ne se partage pas" in main(page)
    assert refused.status_code == 422
    assert refused.context["naming"].errors.keys() == {"partagee"}
    assert numbers(kept) == [two[1].number]


def test_a_search_of_a_batch_that_is_forgotten_says_so_wherever_it_is_used(manager, two):
    batch = flagged_by_a_batch(manager, two[1])
    page = sought(manager, leaf("g-1", "lot", "egal", str(batch.pk)))
    batch.delete()

    for where in ("found", "batch", "write"):
        said = manager.get(reverse(f"office:{where}", args=[page.context["search"].pk]))
        assert said.status_code == 409
        assert "un lot que vous ne listez pas : il n'existe plus" in main(said)


def test_what_has_left_the_perimeter_since_is_not_counted_among_what_is_listed(manager, two):
    manager.post(place(manager), {"decision": "flag", "motif": WHY})
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))
    work("batches")
    before = main(manager.get(page_of(batch)))
    moving.move_for_good(
        registration=Registration.objects.get(pk=two[0].pk),
        academy="A25",
        reason="Il habite là.",
        by=OPERATOR,
        at=NOW,
    )

    assert "Lister les inscriptions faites (2)" in before
    assert "Lister les inscriptions faites (1)" in main(manager.get(page_of(batch)))


def test_what_is_only_prepared_hides_no_batch_and_each_page_leads_to_the_next(
    manager, two, monkeypatch
):
    done = flagged_by_a_batch(manager, two[1])
    where = place(manager)
    for _ in range(2):
        manager.post(where, {"decision": "validate", "motif": ""})
    monkeypatch.setattr(batching, "ON_THE_PAGE", 1)
    monkeypatch.setattr(bounded, "ON_A_PAGE", 1)
    here = reverse("office:batches")

    page = manager.get(here)

    assert "2 lots à vérifier" in main(page)
    assert "Les cinquante derniers sont affichés" in main(page)
    assert [one for one, _ in page.context["mine"]] == [done]
    launched = Batch.objects.filter(state=BatchState.PREPARED).first()
    manager.post(page_of(launched, "launch_batch"))
    first, second = (manager.get(here, {"page": number}) for number in (1, 2))
    shown = [one for page in (first, second) for one, _ in page.context["mine"]]
    assert set(shown) == {done, launched}
    assert "page=2" in first.text


def test_a_batch_of_which_a_part_was_refused_says_how_many(manager, two):
    manager.post(place(manager), {"decision": "flag", "motif": WHY})
    batch = Batch.objects.get()
    deciding.decide(registration=two[0], decision=FLAG, reason=WHY, by=OPERATOR, at=NOW)
    manager.post(page_of(batch, "launch_batch"))
    work("batches")

    page = manager.get(page_of(batch))

    assert "Terminé : 1 refusée sur 2" in main(page)
    assert page.context["kind"] == "warning"
    assert "Terminé : 1 refusée sur 2" in main(manager.get(reverse("office:batches")))


def left_halfway(manager, monkeypatch):
    """Launch a batch whose author leaves after its first line, and return it."""
    monkeypatch.setattr(running, "AT_ONCE", 1)
    manager.post(place(manager), {"decision": "flag", "motif": WHY})
    batch = Batch.objects.get()
    manager.post(page_of(batch, "launch_batch"))
    work("batches")
    manager.user.memberships.update(ends_on=NOW.date() - timedelta(days=1))
    work("batches")
    batch.refresh_from_db()
    assert batch.counts() == {"done": 1, "refused": 0, "waiting": 1}
    return batch


def test_a_batch_whose_author_has_left_is_told_to_the_heads_read_and_taken_over(
    manager, member, two, monkeypatch
):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    elsewhere = member("A25", role=Membership.Role.HEAD, email="ailleurs@exemple.test")
    batch = left_halfway(manager, monkeypatch)

    told = Message.objects.filter(kind="batch_ended", recipient="cheffe@exemple.test").get()
    assert f"Le lot lancé par {batch.asked_name} s'est arrêté." in " ".join(told.body.split())
    assert not Message.objects.filter(recipient="ailleurs@exemple.test").exists()
    assert "lancé par" in main(head.get(reverse("office:batches")))
    assert "lancé par" not in main(elsewhere.get(reverse("office:batches")))
    assert elsewhere.post(page_of(batch, "resume_batch")).status_code == 404
    assert "Reprendre en votre nom" in main(head.get(page_of(batch)))

    said = main(head.post(page_of(batch, "resume_batch"), follow=True))
    work("batches")
    work("batches")

    assert "Le lot reprend." in said
    batch.refresh_from_db()
    assert (batch.asked_by, batch.state) == (head.user, BatchState.DONE)
    entries = Entry.objects.filter(verb="anomaly found").order_by("pk")
    assert [one.actor_kind for one in entries] == ["manager", "head"]
    taken = Entry.objects.get(verb="batch resumed")
    assert taken.payload["after"]["instead_of"] == f"user:{manager.user.pk}"
    assert "Vous n'avez" not in main(head.get(reverse("office:batches")))


def test_a_batch_is_not_taken_over_from_who_may_go_on_nor_by_who_approved_it(
    manager, member, two, monkeypatch
):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    batch = left_halfway(manager, monkeypatch)
    by = Actor("head", "Cheffe", f"user:{head.user.pk}")
    Batch.objects.update(decided_by=head.user)
    with pytest.raises(operations.ApprovedIt):
        operations.take_over(batch=batch, user=head.user, by=by, at=NOW)
    page = plain(main(head.get(page_of(batch))))
    assert f"{operations.ApprovedIt.message} Demandez-le à un administrateur." in page
    assert "Reprendre en votre nom" not in page
    assert "Vous l'avez approuvé" in plain(main(head.get(reverse("office:batches"))))

    Batch.objects.update(decided_by=None)
    manager.user.memberships.update(ends_on=None)
    with pytest.raises(operations.NotLeft):
        operations.take_over(batch=batch, user=head.user, by=by, at=NOW)
    assert head.get(page_of(batch)).status_code == 404


def test_the_list_costs_as_much_for_many_that_their_authors_left_as_for_one(
    manager, member, two, monkeypatch, django_assert_num_queries
):
    head = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")
    batch = left_halfway(manager, monkeypatch)
    Batch.objects.update(why=operations.BY_HAND)
    batch.refresh_from_db()
    assert "Son auteur l'a arrêté." in plain(main(head.get(page_of(batch))))
    where = reverse("office:batches")
    with CaptureQueriesContext(connection) as one:
        head.get(where)
    for _ in range(3):
        batch.pk, batch.sending = uuid4(), None
        batch.save(force_insert=True)

    with django_assert_num_queries(len(one)):
        page = main(head.get(where))

    assert page.count("lancé par") == 4


def test_a_colleague_sees_their_own_batches_alone(manager, member, two):
    manager.post(place(manager), {"decision": "validate", "motif": ""})
    batch = Batch.objects.get()
    colleague = member("A09", role=Membership.Role.HEAD, email="cheffe@exemple.test")

    assert colleague.get(page_of(batch)).status_code == 404
    assert colleague.post(page_of(batch, "launch_batch")).status_code == 404
    assert str(batch.pk) not in colleague.get(reverse("office:batches")).text
    assert str(batch.pk) in manager.get(reverse("office:batches")).text


def test_an_auditor_acts_on_nothing(member, two):
    auditor = member("A09", role=Membership.Role.AUDITOR)

    page = sought(auditor, leaf("g-1", "nom", "non_vide"))

    assert "Agir sur" not in page.text
    where = reverse("office:batch", args=[page.context["search"].pk])
    assert auditor.get(where).status_code == 404


def test_what_an_action_is_about_is_heard_with_it(manager, in_lille):
    page = seen(manager.get(place(manager)))

    groups = page.cssselect("fieldset [role=group]")
    titles = [words(page.get_element_by_id(one.get("aria-labelledby"))) for one in groups]
    assert len(titles) > 1
    assert titles[0] == "Inscription"
    assert all(one.cssselect("[type=radio]") for one in groups)
    assert len(page.cssselect("[role=group] [name=decision]")) == len(
        page.cssselect("[name=decision]")
    )
