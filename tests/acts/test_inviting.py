"""Who works in the office is invited by command, and closed by command."""

from datetime import date, timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.management import CommandError, call_command

from sporades.accounts import operations as accounts
from sporades.accounts.models import Membership, User
from sporades.accounts.operations import StillOpen
from sporades.acts.agents import inviting
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import NOON, joined
from tests.factories import OPERATOR, PASSWORD, load_invented

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]


def invited(email="claude@exemple.test", **changes):
    said = {"full_name": "Claude Martin", "role": "manager", "academies": ["A09"]} | changes
    return inviting.invite(email=email, **said, by=OPERATOR, at=NOON)


def reopen(email="claude@exemple.test"):
    return inviting.reopen(email=email, ends_on=None, by=OPERATOR, at=NOON)


def test_an_invitation_makes_an_account_without_a_password_and_sends_a_link_to_choose_one():
    load_invented()

    user = invited("Claude@Exemple.test", academies=["A28", "A09"], domains=["ESSAI"])

    membership = Membership.objects.get()
    assert (user.email, user.has_usable_password()) == ("claude@exemple.test", False)
    assert (membership.academies, membership.domains) == (["A09", "A28"], ["ESSAI"])
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("member_invited", "claude@exemple.test")
    assert "https://inscriptions.exemple.test/nouveau-mot-de-passe/" in message.body
    entries = Entry.objects.filter(verb="member invited").order_by("academy")
    assert [one.academy for one in entries] == ["A09", "A28"]
    assert entries[0].payload["after"] == {
        "role": "manager",
        "academies": ["A09", "A28"],
        "domains": ["ESSAI"],
    }


def test_a_name_is_kept_on_one_line():
    invited(full_name=" Claude\n Martin\u200b ")

    assert Membership.objects.get().full_name == "Claude Martin"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"academies": ["A09", "LILLE"]}, "Académie inconnue : LILLE. Connues : A01 Paris"),
        ({"academies": []}, "Dites au moins une académie, par exemple --academies A09."),
        (
            {"role": "administrator"},
            "Un administrateur a toutes les académies : n'en nommez aucune.",
        ),
        ({"domains": ["RIEN"]}, "Domaine inconnu : RIEN. Chargés : aucun."),
        ({"ends_on": date(2026, 11, 24)}, "Le dernier jour, 24 novembre 2026, est déjà passé."),
        ({"email": "claude"}, "« claude » n'est pas une adresse mail."),
        ({"full_name": " "}, "Dites le prénom et le nom de l'agent."),
        ({"full_name": "é" * 121}, "Le prénom et le nom comptent 120 caractères au plus."),
    ],
)
def test_what_does_not_hold_together_is_refused_and_makes_nothing(changes, words):
    with pytest.raises(inviting.NotInvited) as refusal:
        invited(**changes)

    assert str(refusal.value).startswith(words)
    assert not User.objects.exists()


def test_a_candidate_is_no_agent_at_the_same_address():
    joined("theo@exemple.test")

    with pytest.raises(inviting.NotInvited, match="un agent a la sienne"):
        invited("theo@exemple.test")


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda: invited("theo@exemple.test"), "un agent a la sienne"),
        (lambda: reopen("theo@exemple.test"), "Aucun agent n'a l'adresse theo@exemple.test"),
        (
            lambda: inviting.close(email="theo@exemple.test", by=OPERATOR, at=NOON),
            "Aucun agent n'a l'adresse theo@exemple.test",
        ),
    ],
    ids=["invited", "reopened", "closed"],
)
def test_a_candidate_who_was_an_agent_too_long_ago_is_a_candidate_alone(act, words):
    user = joined("theo@exemple.test")
    user.memberships.create(
        role="manager", full_name="Théo Roussel", academies=["A09"], ends_on=date(2020, 8, 31)
    )
    accounts.empty(user)

    with pytest.raises(inviting.NotInvited, match=words):
        act()

    user.refresh_from_db()
    assert user.has_usable_password()
    assert user.memberships_on(NOON.date()) == []


def test_an_agent_who_is_closed_is_so_at_once_and_that_is_written():
    user = invited()

    inviting.close(email="Claude@exemple.test", by=OPERATOR, at=NOON)

    assert user.memberships_on(NOON.date()) == []
    assert Entry.objects.filter(verb="member closed").count() == 1
    with pytest.raises(inviting.NotInvited, match="déjà fermé"):
        inviting.close(email="claude@exemple.test", by=OPERATOR, at=NOON)
    with pytest.raises(inviting.NotInvited, match="Aucun agent"):
        inviting.close(email="nina@exemple.test", by=OPERATOR, at=NOON)


def test_the_command_invites_and_closes(capsys):
    call_command(
        *("agent", "invite", "claude@exemple.test", "--name", "Claude Martin"),
        *("--role", "manager", "--academies", "A09", "A28", "--until", "2099-08-31"),
    )
    call_command("agent", "close", "claude@exemple.test")

    assert capsys.readouterr().out == (
        "Une invitation part vers claude@exemple.test.\n"
        "claude@exemple.test : compte d'agent fermé.\n"
    )
    assert Membership.objects.get().academies == ["A09", "A28"]


@pytest.mark.parametrize("role", ["head", "auditor"])
def test_the_command_invites_a_head_and_an_auditor(role):
    call_command(
        *("agent", "invite", "claude@exemple.test", "--name", "Claude Martin"),
        *("--role", role, "--academies", "A09"),
    )

    assert Membership.objects.get().role == role


def test_the_command_knows_the_roles_that_there_are():
    with pytest.raises(CommandError, match="invalid choice"):
        call_command(
            *("agent", "invite", "claude@exemple.test", "--name", "Claude Martin"),
            *("--role", "jury", "--academies", "A09"),
        )

    assert not Membership.objects.exists()


def test_the_command_says_in_one_line_what_it_refuses():
    with pytest.raises(CommandError, match=r"^Académie inconnue : LILLE\.") as refusal:
        call_command(
            *("agent", "invite", "claude@exemple.test", "--name", "Claude Martin"),
            *("--role", "manager", "--academies", "LILLE"),
        )

    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(("days", "closed"), [(182, 0), (183, 1)])
def test_an_office_account_that_nobody_uses_is_closed_after_six_months(days, closed):
    invited()

    assert inviting.close_dormant(at=NOON + timedelta(days=days)) == closed

    today = (NOON + timedelta(days=days)).date()
    assert bool(Membership.objects.current(today)) is not bool(closed)
    assert Entry.objects.filter(verb="dormant member closed").count() == closed
    assert inviting.close_dormant(at=NOON + timedelta(days=days)) == 0


def test_an_office_account_that_is_used_stays_open():
    user = invited()
    User.objects.filter(pk=user.pk).update(last_login=NOON + timedelta(days=100))

    assert inviting.close_dormant(at=NOON + timedelta(days=282)) == 0
    assert inviting.close_dormant(at=NOON + timedelta(days=283)) == 1


def test_an_account_that_was_closed_is_opened_again_with_what_it_had(capsys):
    invited()
    call_command("agent", "close", "claude@exemple.test")
    capsys.readouterr()

    call_command("agent", "reopen", "claude@exemple.test", "--until", "2099-08-31")

    assert capsys.readouterr().out == (
        "claude@exemple.test : compte d'agent rouvert. Un mail part, pour choisir un mot de passe : "
        "celui d'avant n'ouvre plus rien.\n"
    )
    membership = Membership.objects.get()
    assert (membership.academies, membership.ends_on) == (["A09"], date(2099, 8, 31))
    assert Entry.objects.filter(verb="member reopened").count() == 1
    with pytest.raises(CommandError, match="déjà passé"):
        call_command("agent", "reopen", "claude@exemple.test", "--until", "2020-01-01")
    with pytest.raises(CommandError, match="Aucun agent"):
        call_command("agent", "reopen", "personne@exemple.test")


def test_an_account_that_is_opened_again_is_opened_by_its_mail_and_by_no_way_in_of_before():
    user = invited()
    for stolen in (PASSWORD, "choisi après coup"):
        user.set_password(stolen)
        user.save()
        SocialAccount.objects.create(user=user, provider="franceconnect", uid="voleur")
        inviting.close(email=user.email, by=OPERATOR, at=NOON)
        Message.objects.all().delete()

        inviting.reopen(email=user.email, ends_on=None, by=OPERATOR, at=NOON)

        user.refresh_from_db()
        assert (user.has_usable_password(), user.socialaccount_set.count()) == (False, 0)
        told = Message.objects.get()
        assert told.kind == "member_invited"
        assert "https://inscriptions.exemple.test/nouveau-mot-de-passe/" in told.body


def test_an_account_that_was_opened_again_is_not_closed_the_next_day():
    invited()
    late = NOON + timedelta(days=200)
    inviting.close_dormant(at=late)

    inviting.reopen(email="claude@exemple.test", ends_on=None, by=OPERATOR, at=late)

    assert inviting.close_dormant(at=late + timedelta(days=1)) == 0
    assert inviting.close_dormant(at=late + timedelta(days=183)) == 1


@pytest.mark.parametrize("close", ["by an operator", "by itself"])
def test_a_role_that_had_ended_before_is_not_given_back(close):
    user = invited()
    user.memberships.create(
        role="head", full_name="Claude Martin", academies=["A09"], ends_on=date(2026, 12, 31)
    )
    late = NOON + timedelta(days=200)
    if close == "by itself":
        inviting.close_dormant(at=late)
    else:
        inviting.close(email=user.email, by=OPERATOR, at=late)

    inviting.reopen(email=user.email, ends_on=None, by=OPERATOR, at=late)

    assert [one.role for one in user.memberships_on(late.date())] == ["manager"]


def test_an_account_that_is_open_is_not_opened_again():
    user = invited()
    user.memberships.create(
        role="head", full_name="Claude Martin", academies=["A09"], ends_on=date(2026, 12, 31)
    )
    late = NOON + timedelta(days=60)

    with pytest.raises(StillOpen, match="il n'y a rien à rouvrir"):
        inviting.reopen(email=user.email, ends_on=None, by=OPERATOR, at=late)

    assert [one.role for one in user.memberships_on(late.date())] == ["manager"]


# --- Another role, another perimeter -------------------------------------------------------


def test_a_role_and_a_perimeter_are_changed_and_those_before_are_kept(capsys):
    user = invited()
    call_command(
        *("agent", "modifier", "Claude@exemple.test", "--role", "head"),
        *("--academies", "A28", "A09"),
    )

    assert capsys.readouterr().out == (
        "claude@exemple.test : rôle et périmètre changés, au prochain clic.\n"
    )
    now = user.memberships.filter(replaced_at=None)
    [current] = now.all()
    assert (current.role, current.academies) == ("head", ["A09", "A28"])
    assert current.full_name == "Claude Martin"
    [before] = user.memberships.exclude(pk=current.pk)
    assert (before.role, before.academies) == ("manager", ["A09"])
    entry = Entry.objects.get(verb="member changed", academy="A09")
    assert entry.payload == {
        "before": {"role": "manager", "academies": ["A09"], "domains": []},
        "after": {"role": "head", "academies": ["A09", "A28"], "domains": []},
    }
    # What is not said stays, and a role that was held before is held again.
    call_command("agent", "modifier", "claude@exemple.test", "--role", "manager")
    [current] = now.all()
    assert (current.role, current.academies) == ("manager", ["A09", "A28"])
    call_command("agent", "modifier", "claude@exemple.test", "--role", "administrator")
    [current] = now.all()
    assert (current.role, current.academies) == ("administrator", [])
    assert user.memberships.count() == 4


def test_who_is_changed_reads_by_whom_and_what_they_have_now():
    user = invited()

    inviting.change(
        email=user.email, role="auditor", ends_on=date(2027, 8, 31), by=OPERATOR, at=NOON
    )

    told = Message.objects.get(kind="member_changed")
    assert told.recipient == user.email
    for said in ("L'exploitant du service", "Auditeur", "31 août 2027"):
        assert said in told.body


def test_the_last_day_of_a_role_is_still_theirs_and_the_next_is_not():
    user = invited(ends_on=NOON.date())

    assert user.memberships_on(NOON.date())
    assert user.memberships_on(NOON.date() + timedelta(days=1)) == []
    inviting.change(email=user.email, role="auditor", by=OPERATOR, at=NOON)
    with pytest.raises(inviting.NotInvited, match="est fermé"):
        inviting.change(email=user.email, role="head", by=OPERATOR, at=NOON + timedelta(days=1))


def test_who_is_closed_the_day_of_a_change_is_reopened_with_the_last_role_alone():
    user = invited()
    inviting.change(email=user.email, academies=["A28"], by=OPERATOR, at=NOON)
    inviting.close(email=user.email, by=OPERATOR, at=NOON)

    inviting.reopen(email=user.email, ends_on=None, by=OPERATOR, at=NOON)

    [current] = user.memberships_on(NOON.date())
    assert current.academies == ["A28"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"email": "personne@exemple.test"}, "Aucun agent n'a l'adresse"),
        ({"role": "manager"}, "a déjà ce rôle et ce périmètre"),
        ({"academies": []}, "Dites au moins une académie"),
        ({"academies": ["LILLE"]}, "Académie inconnue : LILLE"),
        ({"domains": ["RIEN"]}, "Domaine inconnu : RIEN"),
        ({"role": "administrator", "academies": ["A09"]}, "n'en nommez aucune"),
    ],
)
def test_a_change_that_does_not_hold_together_is_refused_and_changes_nothing(said, words):
    invited()

    with pytest.raises(inviting.NotInvited, match=words):
        inviting.change(**{"email": "claude@exemple.test"} | said, by=OPERATOR, at=NOON)

    membership = Membership.objects.get()
    assert (membership.role, membership.academies, membership.ends_on) == ("manager", ["A09"], None)


def test_who_is_closed_is_not_changed_but_invited_again_under_the_same_address():
    user = invited()
    inviting.close(email=user.email, by=OPERATOR, at=NOON)
    with pytest.raises(inviting.NotInvited, match="invitez-le de nouveau"):
        inviting.change(email=user.email, role="head", by=OPERATOR, at=NOON)

    later = NOON + timedelta(days=300)
    again = inviting.invite(
        email="Claude@exemple.test",
        full_name="Claude Martin",
        role="manager",
        academies=["A28"],
        by=OPERATOR,
        at=later,
    )

    assert again == user
    [current] = again.memberships_on(later.date())
    assert current.academies == ["A28"]
    assert user.memberships.count() == 2
    assert Message.objects.filter(kind="member_invited").count() == 2
    assert inviting.close_dormant(at=later + timedelta(days=1)) == 0
    with pytest.raises(inviting.NotInvited, match="un agent a la sienne"):
        invited()
