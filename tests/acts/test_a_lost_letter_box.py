"""What an operator does for whoever has lost their letter box and their password."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from sporades.accounts import operations as accounts
from sporades.accounts.models import LeftAddress, Membership, User
from sporades.acts.people import changing, holders
from sporades.candidates.models import Candidate
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import join, joined, whose
from tests.factories import NOW

pytestmark = pytest.mark.usefixtures("stopped_clock")
OLD, NEW = "theo@exemple.test", "theo.roussel@exemple.test"
WHY = "Identité vérifiée au guichet"


def move(*more, old=OLD, new=NEW, motif=WHY):
    call_command("compte", "adresse", old, new, *whose(old), "--motif", motif, *more)


@pytest.mark.django_db
def test_an_operator_gives_an_account_another_address_and_both_are_told(capsys):
    user = joined()
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")
    Authenticator.objects.create(user=user, type="totp", data={})
    Message.objects.all().delete()

    move(old="Theo@exemple.test", new="Theo.Roussel@exemple.test")

    assert capsys.readouterr().out.startswith(f"{NEW} : nouvelle adresse du compte")
    assert User.objects.get(pk=user.pk).email == NEW
    assert Candidate.objects.get(user=user).email == NEW
    assert not UserSession.objects.exists()
    assert Authenticator.objects.filter(user=user).exists()
    told = {(one.kind, one.recipient): one.body for one in Message.objects.all()}
    assert set(told) == {
        ("address_changed", OLD),
        ("address_changed", NEW),
        ("password_reset", NEW),
    }
    assert "ce-n-etait-pas-moi" in told["address_changed", OLD]
    assert NEW not in told["address_changed", OLD]
    assert LeftAddress.objects.get(user=user).email == OLD
    noted = Entry.objects.get(verb="address changed")
    assert (noted.actor_kind, noted.payload["after"]) == ("operator", {"reason": WHY})


@pytest.mark.django_db
def test_whoever_reads_the_former_address_has_no_way_back(capsys):
    user = joined()
    ways_back = [
        accounts.leave(user, email="avant@exemple.test", at=NOW).pk,
        accounts.remember_address(user, at=NOW).pk,
    ]
    Message.objects.all().delete()

    move("--ancienne-lue-par-un-autre")

    assert "l'ancienne adresse ne peut pas annuler" in capsys.readouterr().out
    told = {(one.kind, one.recipient): one.body for one in Message.objects.all()}
    assert set(told) == {("address_moved", OLD), ("address_moved", NEW), ("password_reset", NEW)}
    assert "ce-n-etait-pas-moi" not in told["address_moved", OLD] + told["address_moved", NEW]
    assert NEW not in told["address_moved", OLD]
    for pk in ways_back:
        with pytest.raises(accounts.TooOld):
            changing.undo(pk, at=NOW)
    noted = Entry.objects.filter(verb="address changed").latest("pk")
    assert noted.payload["after"] == {"reason": WHY, "is_read_by_another": True}


@pytest.mark.django_db
def test_nothing_that_they_may_have_added_opens_the_account():
    user = joined()
    for kind in ("webauthn", "totp", "recovery_codes"):
        Authenticator.objects.create(user=user, type=kind, data={})
    SocialAccount.objects.create(user=user, provider="franceconnect", uid="x")
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")

    move("--ancienne-lue-par-un-autre")

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.candidate.email) == (NEW, NEW)
    assert not user.has_usable_password()
    assert not user.authenticator_set.exists()
    assert not SocialAccount.objects.exists()
    assert not UserSession.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("more", [(), ("--ancienne-lue-par-un-autre",)])
def test_an_operator_moves_an_account_that_was_just_given_back_and_nothing_holds_it(more):
    user = joined()
    move()
    changing.undo(LeftAddress.objects.get().pk, at=NOW)
    assert User.objects.get(pk=user.pk).email == OLD

    move(*more)

    user = User.objects.get(pk=user.pk)
    assert user.email == NEW
    accounts.check_not_held(user, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"old": "nina@exemple.test"}, "Aucun compte n'a l'adresse nina@exemple.test."),
        ({"new": OLD}, "Le compte a déjà cette adresse."),
        ({"new": "lea@exemple.test"}, "Cette adresse mail existe déjà"),
        ({"new": "nulle part"}, "n'est pas une adresse mail"),
        ({"motif": " "}, "Le motif compte de 1 à"),
    ],
)
def test_what_is_refused_changes_nothing_and_is_said(said, words):
    user = joined()
    joined("lea@exemple.test")
    Message.objects.all().delete()

    with pytest.raises(CommandError, match=words):
        move(**said)

    assert User.objects.get(pk=user.pk).email == OLD
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_an_account_that_nobody_has_activated_is_not_moved():
    user = join(OLD)
    Message.objects.all().delete()

    with pytest.raises(CommandError, match="Aucun compte activé et ouvert"):
        move()

    assert User.objects.get(pk=user.pk).email == OLD
    assert not Message.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "born"),
    [
        ("ROUSSEL", "2007-06-01"),
        ("roussel théo", "2007-06-01"),
        ("Mme Roussel", "2007-06-01"),
        ("Théo", "2007-06-01"),
        ("Roussel", "2007-06-02"),
        ("Roussel", "2007"),
        ("Roussel", ""),
        ("", "2007-06-01"),
    ],
)
def test_the_account_of_somebody_else_is_neither_moved_nor_freed_nor_erased_by_a_slip(name, born):
    user = joined()
    Authenticator.objects.create(user=user, type="totp", data={})
    said = ("--titulaire", name, "--naissance", born, "--motif", WHY)

    if name in ("ROUSSEL", "roussel théo") and born == "2007-06-01":
        call_command("compte", "adresse", OLD, NEW, *said)
        assert User.objects.get(pk=user.pk).email == NEW
        return
    for command in (("adresse", OLD, NEW), ("liberer", OLD), ("effacer", OLD)):
        with pytest.raises(CommandError, match="n'est pas celui de cette personne") as refusal:
            call_command("compte", *command, *said)
        assert "théo" not in str(refusal.value).casefold()

    assert User.objects.get(pk=user.pk).email == OLD
    assert Authenticator.objects.filter(user=user).exists()


@pytest.mark.django_db
def test_what_is_known_of_a_birth_date_is_enough_and_an_agent_has_none():
    user = join("sans-jour@exemple.test", birth_day=None, birth_month=None)
    holders.account_of(user.email, holders.Holder("Roussel", "2007"))
    agent = User.objects.create_user("agent@exemple.test", created_at=NOW)
    agent.memberships.create(role="manager", full_name="Camille Petit", academies=["A09"])

    assert holders.account_of(agent.email, holders.Holder("PETIT")) == agent
    with pytest.raises(holders.NotTheHolder):
        holders.account_of(agent.email, holders.Holder("Martin"))


@pytest.mark.django_db
def test_what_is_true_of_somebody_else_who_has_an_account_opens_no_other():
    theirs = joined()
    hers = join("nina@exemple.test", birth_name="Petit", first_names="Nina")
    agents = []
    for name in ("Camille Martin", "Sacha Leroy"):
        agent = User.objects.create_user(f"{name.split()[1]}@exemple.test", created_at=NOW)
        agent.memberships.create(role="manager", full_name=name, academies=["A09"])
        agents.append(agent)
    her = holders.Holder("Nina Petit", "2007-06-01")

    assert holders.account_of(hers.email, her) == hers
    for user, somebody_else in (
        (theirs, her),
        (theirs, holders.Holder("Martin")),
        (agents[0], her),
        (agents[0], holders.Holder("Leroy")),
        (agents[0], holders.Holder("")),
    ):
        with pytest.raises(holders.NotTheHolder):
            holders.account_of(user.email, somebody_else)


@pytest.mark.django_db
@pytest.mark.parametrize("more", [(), ("--ancienne-lue-par-un-autre",)])
def test_a_member_of_staff_whom_the_link_alone_would_let_in_is_refused(more):
    agent = joined("agent@exemple.test")
    Membership.objects.create(
        user=agent, role="manager", full_name="Camille Petit", academies=["A09"]
    )

    with pytest.raises(CommandError, match="sans double authentification"):
        move(*more, old="agent@exemple.test")

    Authenticator.objects.create(user=agent, type="totp", data={})
    move(*more, old="agent@exemple.test")

    assert User.objects.get(pk=agent.pk).email == NEW
    assert Authenticator.objects.filter(user=agent).exists()
