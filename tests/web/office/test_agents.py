"""« Agents »: who works in a perimeter, invited and changed by two, closed by one."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accommodations.models import Case
from sporades.accommodations.states import State
from sporades.accounts import operations as accounts
from sporades.accounts.models import Membership, RoleProposal
from sporades.accounts.permissions import Permission
from sporades.accounts.permissions import reach as allowed_to
from sporades.acts.agents import inviting
from sporades.batches import operations as batches
from sporades.batches.actions import ACTIONS
from sporades.journal.models import Entry
from sporades.registrations.models import Registration
from tests.accommodations.asked import entrust, reach
from tests.factories import NOW, OPERATOR
from tests.medical.given import a_doctor
from tests.web.guide import buttons, links, main, seen, value_of, words
from tests.web.office.conftest import second_factor_shown
from tests.web.registry.world import a_member

DAY = timedelta(days=1)
LIST = reverse("office:agents")
INVITE = reverse("office:invite_agent")
Role = Membership.Role
INVITED = {
    "nom": "Dominique Roux",
    "adresse": "nouvelle@exemple.test",
    "role": "manager",
    "academies": ["A09"],
    "etendue": "tous",
    "motif": "Remplace Camille",
}

pytestmark = pytest.mark.usefixtures("invented_exam")


@pytest.fixture
def head(member):
    """Return the browser of a head of service of Lille."""
    return member("A09", role=Role.HEAD, email="cheffe@exemple.test")


@pytest.fixture
def administrator(member):
    return member(role=Role.ADMINISTRATOR, email="admin@exemple.test")


def named(email, role, academies, name, **said):
    user = a_member(email, role, academies)
    user.memberships.update(full_name=name, **said)
    return user


def close_page(user):
    return reverse("office:close_agent", args=[user.pk])


def change_page(user):
    return reverse("office:change_agent", args=[user.pk])


def names(page):
    """The names that the table shows, in its order."""
    heads = seen(page).cssselect("main tbody th")
    return [words(one).removesuffix(address_in(one)).strip() for one in heads]


def address_in(head):
    """The address beside a name; nothing where none is."""
    return "".join(words(one) for one in head.cssselect(".s-quiet"))


def approve(browser, made):
    """Approve a proposal as its page, read just before, lets one."""
    page = browser.get(reverse("office:proposed_role", args=[made.pk]))
    return browser.post(
        reverse("office:approve_role", args=[made.pk]), {"vu": value_of(page, "vu")}, follow=True
    )


def error_of(page, name):
    """What is said to be wrong with a field."""
    [field] = seen(page).cssselect(f"main .s-field:has([name={name}])")
    return words(field.cssselect(".fr-error-text")[0]).removeprefix("Erreur : ")


def ticked(page, name):
    """The boxes of a question that are ticked."""
    return [one.get("value") for one in seen(page).cssselect(f"main [name={name}][checked]")]


def counted(page):
    """What is said of how many there are."""
    return words(seen(page).cssselect("#nombre")[0])


def row(page, name):
    """The cells of one line of the table, by title."""
    for line in seen(page).cssselect("main tbody tr"):
        if words(line.cssselect("th")[0]).startswith(name):
            return {one.get("data-label"): words(one) for one in line.cssselect("td")}
    return None


def test_whoever_counts_in_the_perimeter_is_listed_and_nobody_else(head):
    named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")
    named("partout@exemple.test", Role.ADMINISTRATOR, [], "Lou Garnier")
    named("deux@exemple.test", Role.DOCTOR, ["A09", "A25"], "Noa Petit")
    named("loin@exemple.test", Role.MANAGER, ["A25"], "Sacha Noël")

    page = head.get(LIST)

    assert names(page) == ["Alix Morel", "Claude Martin", "Lou Garnier", "Noa Petit"]
    assert row(page, "Lou Garnier") == {
        "Rôle": "Administrateur",
        "Où": "Toutes les académies, tous les domaines",
        "Accès": "Ouvert, sans double authentification",
        "Dernière connexion": "Jamais",
        "Changer": "",
    }
    assert row(page, "Claude Martin")["Changer"] == "C'est vous"
    assert row(page, "Noa Petit")["Où"] == "Lille, Versailles, tous les domaines"
    assert row(page, "Claude Martin")["Accès"] == "Ouvert, avec double authentification"


def test_the_domains_of_the_reader_bound_the_list(member):
    here = member("A09", role=Role.HEAD, domains=["ESSAI"], email="cheffe@exemple.test")
    named("maths@exemple.test", Role.MANAGER, ["A09"], "Sacha Noël", domains=["BE"])
    named("essai@exemple.test", Role.MANAGER, ["A09"], "Alix Morel", domains=["BE", "ESSAI"])

    assert names(here.get(LIST)) == ["Alix Morel", "Claude Martin"]


def test_what_is_listed_is_chosen_and_no_name_stands_in_an_address(head):
    gone = NOW.date() - timedelta(days=3)
    named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")
    named("parti@exemple.test", Role.AUDITOR, ["A09"], "Lou Garnier", ends_on=gone)
    invited = named("attendue@exemple.test", Role.MANAGER, ["A09"], "Noa Petit")
    invited.set_unusable_password()
    invited.save()

    assert names(head.get(LIST, {"acces": "ended"})) == ["Lou Garnier"]
    assert "Fermé depuis le 23/11/2026" in main(head.get(LIST, {"acces": "ended"}))
    assert names(head.get(LIST, {"acces": "invited"})) == ["Noa Petit"]
    assert names(head.get(LIST, {"role": "manager"})) == ["Alix Morel", "Noa Petit"]
    answer = head.post(LIST, {"nom": "attendue@"})
    assert "attendue" not in answer["Location"]
    assert names(head.get(answer["Location"])) == ["Noa Petit"]
    assert "Aucun agent ne répond" in main(head.post(LIST, {"nom": "Personne"}, follow=True))


def test_a_page_asks_no_more_questions_for_fifty_agents(head, django_assert_max_num_queries):
    for rank in range(30):
        named(f"agent{rank}@exemple.test", Role.MANAGER, ["A09"], f"Agent {rank:02}")

    head.get(LIST)  # the réglementation is held from here on
    with django_assert_max_num_queries(12):
        page = head.get(LIST)

    assert len(names(page)) == 31


def test_roles_are_counted_as_such_where_an_agent_has_several(head):
    both = named("deux@exemple.test", Role.MANAGER, ["A09"], "Noa Petit")
    assert counted(head.get(LIST)) == "2 agents"
    Membership.objects.create(
        user=both, role=Role.AUDITOR, full_name="Noa Petit", academies=["A09"]
    )

    assert counted(head.get(LIST)) == "3 rôles, de 2 agents"


def test_an_invitation_and_its_last_day_are_two_things(head):
    invited = named("attendue@exemple.test", Role.MANAGER, ["A09"], "Noa Petit", ends_on=NOW.date())
    invited.set_unusable_password()
    invited.save()

    read = row(head.get(LIST), "Noa Petit")["Accès"]

    assert read == "Invité, n'a pas encore choisi son mot de passe ; accès jusqu'au 25/11/2026"


def test_an_address_breaks_between_its_parts(member):
    page = member("A09", role=Role.HEAD, email="cheffe.lille@exemple.test").get(LIST)

    assert '<span class="s-quiet">cheffe<wbr>.lille@<wbr>exemple.test</span>' in page.text


def test_the_home_page_leads_to_it(head, manager):
    home = reverse("office:home")

    assert links(head.get(home), "Agents") == [LIST]
    assert links(manager.get(home), "Agents") == []
    assert manager.get(LIST).status_code == 404


def test_an_auditor_reads_the_list_and_changes_nothing(member):
    auditor = member("A09", role=Role.AUDITOR)
    colleague = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")

    page = auditor.get(LIST)

    assert row(page, "Alix Morel")["Changer"] == ""
    assert links(page, "Proposer une invitation") == []
    for where in (INVITE, change_page(colleague), close_page(colleague)):
        assert auditor.get(where).status_code == 404


# --- Closed by one -------------------------------------------------------------------------------


def test_an_account_is_closed_at_once_with_a_reason(head, member):
    theirs = member("A09", email="ici@exemple.test")

    asked = head.get(close_page(theirs.user))
    assert "ici@exemple.test" in main(asked)
    silent = head.post(close_page(theirs.user), {"motif": " "})
    assert silent.status_code == 422
    assert theirs.get(reverse("office:home")).status_code == 200
    done = head.post(close_page(theirs.user), {"motif": "A quitté le service"}, follow=True)

    assert "Claude Martin : le compte est fermé" in main(done)
    assert theirs.get(reverse("office:home")).status_code == 404
    said = Entry.objects.get(verb="member closed")
    assert (said.academy, said.actor_name) == ("A09", "Claude Martin")
    assert said.payload["after"] == {"reason": "A quitté le service"}
    assert "motif : A quitté le service" in main(head.get(reverse("office:all_acts")))


def test_whoever_closes_or_approves_has_just_shown_the_second_factor(head, administrator, member):
    theirs = member("A09", email="ici@exemple.test")
    head.post(INVITE, INVITED)
    approve = reverse("office:approve_role", args=[RoleProposal.objects.get().pk])
    later = NOW + timedelta(minutes=16)

    with time_machine.travel(later, tick=False):
        closing = head.post(close_page(theirs.user), {"motif": "A quitté le service"})
        giving = administrator.post(approve)
        assert theirs.get(reverse("office:home")).status_code == 200
        second_factor_shown(head, at=later)
        head.post(close_page(theirs.user), {"motif": "A quitté le service"})

    for asked in (closing, giving):
        assert asked.url.startswith(reverse("mfa_reauthenticate"))
    assert RoleProposal.objects.get().state == "proposed"
    assert theirs.get(reverse("office:home")).status_code == 404


def test_nobody_is_closed_beyond_the_perimeter_nor_oneself(head):
    beyond = [
        named("partout@exemple.test", Role.ADMINISTRATOR, [], "Lou Garnier"),
        named("deux@exemple.test", Role.MANAGER, ["A09", "A25"], "Noa Petit"),
        named("loin@exemple.test", Role.MANAGER, ["A25"], "Sacha Noël"),
        head.user,
    ]

    for user in beyond:
        for where in (close_page(user), change_page(user)):
            assert head.get(where).status_code == 404
            assert head.post(where, {"motif": "Essai"}).status_code == 404
    assert not Membership.objects.exclude(ends_on=None).exists()


def test_a_second_role_elsewhere_keeps_an_account_out_of_reach(head):
    both = named("deux@exemple.test", Role.MANAGER, ["A09"], "Noa Petit")
    Membership.objects.create(
        user=both, role=Role.AUDITOR, full_name="Noa Petit", academies=["A25"]
    )

    assert row(head.get(LIST), "Noa Petit")["Changer"] == ""
    assert head.get(close_page(both)).status_code == 404


def test_what_was_closed_meanwhile_is_said(head, administrator):
    colleague = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")
    administrator.post(close_page(colleague), {"motif": "A quitté le service"})

    late = head.post(close_page(colleague), {"motif": "Parti"}, follow=True)

    assert "est déjà fermé" in main(late)
    assert Entry.objects.filter(verb="member closed").count() == 1


def test_what_a_doctor_leaves_is_said_before_the_account_is_closed(head, in_lille):
    doctor = a_doctor("docteure@exemple.test")
    reach(in_lille, State.ASKED)
    entrust(in_lille, doctor)

    asked = head.get(close_page(doctor))

    assert "1 demande d'aménagement attend son avis" in main(asked)
    assert (
        "Il ne restera aucun médecin désigné dans l'académie de Lille : plus aucune demande n'y sera "
        "confiée tant qu'un autre n'aura pas de compte." in main(asked)
    )
    assert links(asked, "Proposer une invitation") == [INVITE]
    assert in_lille.number not in asked.text
    head.post(close_page(doctor), {"motif": "A quitté le service"})
    assert Case.objects.get().doctor is None


def test_nothing_is_said_of_doctors_where_another_is_left(head, in_lille):
    doctor = a_doctor("docteure@exemple.test")
    a_doctor("docteur@exemple.test")
    manager = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")

    for user in (doctor, manager):
        page = main(head.get(close_page(user)))
        assert "médecin" not in page.removeprefix("Fermer l'accès de Dr").replace("Médecin", "")


# --- Invited and changed by two ------------------------------------------------------------------


def test_an_invitation_is_proposed_by_one_and_approved_by_another(head, administrator):
    proposed = head.post(INVITE, INVITED, follow=True)
    made = RoleProposal.objects.get()
    page = reverse("office:proposed_role", args=[made.pk])

    assert "un mail prévient celles qui le peuvent" in main(proposed)
    assert "Peuvent l'approuver : Claude Martin (administrateur)" in main(proposed)
    assert links(
        administrator.get(reverse("office:home")), "Dominique Roux (nouvelle@exemple.test)"
    ) == [page]
    assert "Accès en attente d'une autre personne" in main(head.get(LIST))
    read = administrator.get(page)
    assert "Académies : académie de Lille" in main(read)
    pressed = reverse("office:approve_role", args=[made.pk])
    stale = main(administrator.post(pressed, {"vu": "autre"}, follow=True))
    assert "relisez-le avant d'approuver" in stale
    assert "Le mail d'invitation est parti." in main(approve(administrator, made))

    assert Membership.objects.get(user__email="nouvelle@exemple.test").academies == ["A09"]
    after = main(head.get(page))
    assert "Approuvée le" in after
    assert "Peuvent l'approuver" not in after


def test_whoever_proposed_neither_approves_nor_refuses_and_may_take_it_back(head):
    head.post(INVITE, INVITED)
    made = RoleProposal.objects.get()
    for name, said in (("approve_role", {}), ("refuse_role", {"motif": "Non"})):
        head.post(reverse(f"office:{name}", args=[made.pk]), said)
        made.refresh_from_db()
        assert made.state == "proposed"

    back = head.post(reverse("office:drop_role", args=[made.pk]), follow=True)

    assert "La proposition est retirée." in main(back)
    made.refresh_from_db()
    assert made.state == "dropped"


def test_what_its_author_may_not_propose_any_more_can_only_be_refused(head, administrator):
    head.post(INVITE, INVITED)
    made = RoleProposal.objects.get()
    read = reverse("office:proposed_role", args=[made.pk])
    assert "Approuver" in buttons(administrator.get(read))
    head.user.memberships.update(role=Membership.Role.AUDITOR)

    page = administrator.get(read)

    assert "ne peut plus le proposer" in main(page)
    assert "Approuver" not in buttons(page)
    assert "Refuser" in buttons(page)


def test_a_refusal_says_why(head, administrator):
    head.post(INVITE, INVITED)
    made = RoleProposal.objects.get()
    refuse = reverse("office:refuse_role", args=[made.pk])

    silent = administrator.post(refuse, {"motif": ""})
    assert silent.status_code == 422
    assert "Dites pourquoi vous refusez cet accès." in main(silent)
    administrator.post(reverse("office:drop_role", args=[made.pk]))
    administrator.post(refuse, {"motif": "Pas ce mois-ci"})

    read = main(head.get(reverse("office:proposed_role", args=[made.pk])))
    assert "Refusée le" in read
    assert "Pas ce mois-ci" in read


def test_what_was_decided_is_listed_for_a_month_to_whoever_reaches_it(head, administrator, member):
    head.post(INVITE, INVITED)
    made = RoleProposal.objects.get()
    decided = f"Dominique Roux ({INVITED['adresse']})"
    assert decided not in in_fold(head.get(LIST))
    refuse = reverse("office:refuse_role", args=[made.pk])
    administrator.post(refuse, {"motif": "Pas ce mois-ci"})

    read = in_fold(head.get(LIST))
    assert "depuis trente jours (1)" in read
    assert decided in read
    assert f"refusée le {NOW:%d/%m/%Y} par" in read
    elsewhere = member("A25", role=Role.HEAD, email="autre@exemple.test")
    assert decided not in elsewhere.get(LIST).text
    RoleProposal.objects.update(decided_at=NOW - timedelta(days=30, minutes=1))
    assert in_fold(head.get(LIST)) == ""


def in_fold(page):
    """What is folded in the page of agents; nothing where nothing is."""
    return " ".join(words(one) for one in seen(page).cssselect("main details"))


def test_one_academy_is_not_asked_for_and_none_beyond_is_taken(head, member):
    page = head.get(INVITE)
    assert seen(page).cssselect("main [name=academies]") == []
    head.post(INVITE, {**INVITED, "academies": ["A25"]})
    assert RoleProposal.objects.get().academies == ["A09"]

    two = member("A09", "A25", role=Role.HEAD, email="deux@exemple.test")
    other = {**INVITED, "adresse": "autre@exemple.test", "academies": ["A28"]}
    assert two.post(INVITE, other).status_code == 422
    assert two.post(INVITE, {**other, "academies": []}).status_code == 422
    assert RoleProposal.objects.count() == 1


def test_all_domains_are_not_given_by_whoever_has_some(member):
    some = member("A09", role=Role.HEAD, domains=["ESSAI"], email="cheffe@exemple.test")

    assert seen(some.get(INVITE)).cssselect("[name=etendue]") == []
    refused = some.post(INVITE, INVITED)
    assert refused.status_code == 422
    assert error_of(refused, "domaines") == "Cochez un domaine au moins."
    some.post(INVITE, {**INVITED, "domaines": ["ESSAI"]})

    assert RoleProposal.objects.get().domains == ["ESSAI"]


@pytest.mark.parametrize(
    ("said", "field", "error"),
    [
        ({}, "etendue", "Dites si ce rôle est de tous les domaines, ou de certains seulement."),
        (
            {"domaines": ["ESSAI"]},
            "etendue",
            "Dites si ce rôle est de tous les domaines, ou de certains seulement.",
        ),
        ({"etendue": "choisis"}, "domaines", "Cochez un domaine au moins."),
        (
            {"etendue": "tous", "domaines": ["ESSAI"]},
            "etendue",
            "Tous les domaines, ou ceux qui sont cochés : choisissez « Ceux-ci seulement », ou décochez-les.",
        ),
    ],
)
def test_domains_that_are_not_said_are_never_all_of_them(head, said, field, error):
    unsaid = {name: value for name, value in INVITED.items() if name != "etendue"}

    refused = head.post(INVITE, {**unsaid, **said})

    assert refused.status_code == 422
    assert error_of(refused, field) == error
    assert value_of(refused, "nom") == "Dominique Roux"
    assert ticked(refused, "domaines") == said.get("domaines", [])
    assert not RoleProposal.objects.exists()


def test_whoever_approves_reads_how_far_the_domains_go(head, administrator):
    for address, said in (
        ("tous@exemple.test", {}),
        ("ceux@exemple.test", {"etendue": "choisis", "domaines": ["ESSAI"]}),
    ):
        head.post(INVITE, {**INVITED, "adresse": address, **said})
    every, some = (
        main(administrator.get(reverse("office:proposed_role", args=[one.pk])))
        for one in RoleProposal.objects.order_by("pk")
    )

    assert "Domaines : tous, ceux à venir aussi." in every
    assert "Domaines : Brevet d'essai." in some


def test_an_administrator_is_not_among_the_roles(head):
    offered = {one.get("value") for one in seen(head.get(INVITE)).cssselect("[name=role]")}

    assert offered == {"manager", "helpdesk", "head", "auditor", "doctor"}
    assert head.post(INVITE, {**INVITED, "role": "administrator"}).status_code == 422


def test_what_cannot_be_is_said_on_the_form_and_what_was_typed_stays(head):
    named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")

    refused = head.post(INVITE, {**INVITED, "adresse": "ici@exemple.test"})

    assert refused.status_code == 422
    assert "un agent a la sienne" in main(refused)
    assert value_of(refused, "nom") == "Dominique Roux"


def test_nobody_who_may_approve_is_said_at_once(head):
    assert "aucune ne le peut ici" in main(head.post(INVITE, INVITED, follow=True))


def test_another_role_is_proposed_to_an_agent_from_what_they_have(head, administrator):
    colleague = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel", domains=["ESSAI"])
    page = head.get(change_page(colleague))
    assert value_of(page, "role") == "manager"
    assert (ticked(page, "etendue"), ticked(page, "domaines")) == (["choisis"], ["ESSAI"])
    same = {"role": "manager", "etendue": "choisis", "domaines": ["ESSAI"], "motif": "Essai"}
    assert "C'est déjà son rôle" in main(head.post(change_page(colleague), same))

    head.post(change_page(colleague), {**same, "role": "auditor"})
    made = RoleProposal.objects.get()
    read = main(administrator.get(reverse("office:proposed_role", args=[made.pk])))
    assert "Son rôle aujourd'hui Gestionnaire" in read
    assert "Le rôle proposé Auditeur" in read
    approve(administrator, made)

    assert [one.role for one in colleague.memberships_on(NOW.date())] == ["auditor"]


def test_the_batches_that_stop_are_said_before_the_account_is_closed(head, member, in_lille):
    leaving = member("A09", email="partante@exemple.test").user
    assert "des lots" not in main(head.get(close_page(leaving))).lower()
    allowed = allowed_to(leaving.memberships.all(), Permission.DECIDE)
    batch = batches.prepare(
        registrations=Registration.objects.all(),
        action=ACTIONS["validate"],
        reason="",
        reach=allowed,
        by=leaving,
        at=NOW,
    )
    batches.launch(batch=batch, by=allowed.perimeters[0].member, at=NOW)

    page = main(head.get(close_page(leaving)))

    assert "Des lots de cette personne sont en cours : ils s'arrêteront" in page
    assert "Valider, 1 inscription, demandé le" in page


def test_an_access_that_was_closed_is_given_back_from_its_line(head, administrator):
    colleague = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel", domains=["ESSAI"])
    head.post(close_page(colleague), {"motif": "Par erreur"})
    ended = head.get(LIST, {"acces": "ended"})
    assert row(ended, "Alix Morel")["Changer"].startswith("Rendre l'accès")
    assert "ici@exemple.test" not in main(ended)
    [where] = [one.get("href") for one in seen(ended).cssselect("main tbody a")]

    page = head.get(where)
    assert value_of(page, "nom") == "Alix Morel"
    assert value_of(page, "adresse") == "ici@exemple.test"
    sent = {"nom": "Alix Morel-Roux", "adresse": "ici@exemple.test", "role": "manager"}
    domains = {"etendue": "choisis", "domaines": ["ESSAI"]}
    head.post(INVITE, {**sent, **domains, "motif": "Fermé par erreur"})
    made = RoleProposal.objects.get()
    read = main(administrator.get(reverse("office:proposed_role", args=[made.pk])))
    assert "Cette adresse a déjà été celle d'un agent, Alix Morel." in read
    approve(administrator, made)

    assert [one.full_name for one in colleague.memberships_on(NOW.date())] == ["Alix Morel-Roux"]


def test_whoever_left_is_not_found_by_an_address_nor_named_anew_in_old_acts(head, administrator):
    gone = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")
    administrator.post(close_page(gone), {"motif": "A quitté le service"})
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        inviting.invite(
            email=gone.email,
            full_name="Alix Roux",
            role=Role.MANAGER,
            academies=["A25"],
            by=OPERATOR,
            at=NOW + timedelta(days=1),
        )

    listed = head.get(LIST, {"acces": "ended"})
    assert names(listed) == ["Alix Morel"]
    assert row(listed, "Alix Morel")["Dernière connexion"] == ""
    found = head.post(LIST, {"acces": "ended", "nom": "ici@exemple.test"}, follow=True)
    assert "Aucun agent ne répond" in main(found)
    journal = main(head.get(reverse("office:all_acts")))
    assert "Alix Morel (gestionnaire, académie de Lille" in journal
    assert "Alix Roux" not in journal


def test_names_are_found_without_accents_and_in_any_order(head):
    named("ici@exemple.test", Role.MANAGER, ["A09"], "Joséphine N'Guessan-Lô")

    for sought in ("guessan josephine", "N’Guessan", "lo joséphine", "ICI@"):
        assert names(head.post(LIST, {"nom": sought}, follow=True)) == ["Joséphine N'Guessan-Lô"]


def test_whoever_was_closed_reads_it(head, member):
    theirs = member("A09", email="ici@exemple.test")
    head.post(close_page(theirs.user), {"motif": "A quitté le service"})

    assert "Votre accès à la gestion a pris fin" in main(theirs.get(reverse("office:home")))


def test_an_address_that_is_somebodys_is_said_at_its_field(head):
    named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel")

    refused = seen(head.post(INVITE, {**INVITED, "adresse": "ici@exemple.test"}))
    late = seen(head.post(INVITE, {**INVITED, "dernier_jour": "01/09/2026"}))

    assert refused.cssselect("[name=adresse]")[0].get("aria-invalid") == "true"
    assert late.cssselect("[name=dernier_jour]")[0].get("aria-invalid") == "true"


def test_several_roles_are_not_changed_here(head):
    both = named("deux@exemple.test", Role.MANAGER, ["A09"], "Noa Petit")
    Membership.objects.create(
        user=both, role=Role.AUDITOR, full_name="Noa Petit", academies=["A09"]
    )

    assert "a plusieurs rôles" in main(head.get(change_page(both), follow=True))


def test_the_journal_says_what_was_proposed_to_whom_and_why(head, administrator):
    head.post(INVITE, {**INVITED, "dernier_jour": "31/08/2027"})
    made = RoleProposal.objects.get()
    approve(administrator, made)

    read = main(head.get(reverse("office:all_acts")))

    assert (
        "Accès proposé : Dominique Roux (gestionnaire, académie de Lille, jusqu'au 31/08/2027 ; "
        "motif : Remplace Camille)" in read
    )
    assert "Dominique Roux (gestionnaire, académie de Lille, jusqu'au 31/08/2027)" in read


def test_a_proposal_is_nobody_elses_to_read(head, member, manager):
    head.post(INVITE, INVITED)
    page = reverse("office:proposed_role", args=[RoleProposal.objects.get().pk])
    elsewhere = member("A25", role=Role.HEAD, email="loin@exemple.test")

    for browser in (manager, elsewhere):
        assert browser.get(page).status_code == 404
    assert "Dominique Roux" not in elsewhere.get(LIST).text


def test_nothing_is_given_back_to_who_left_so_long_ago_that_the_account_is_nobodys(head):
    left = named("ici@exemple.test", Role.MANAGER, ["A09"], "Alix Morel", ends_on=NOW.date() - DAY)
    where = f"{INVITE}?agent={left.pk}"
    assert value_of(head.get(where), "adresse") == "ici@exemple.test"

    accounts.empty(left)

    assert value_of(head.get(where), "adresse") in (None, "")
    assert head.get(change_page(left)).status_code == 404
    assert head.get(close_page(left)).status_code == 404
