"""S-16: a second factor is worth more than the password, and a role is never without one."""

from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse

from sporades.accounts import second_factor
from sporades.accounts.models import LeftAddress
from sporades.acts.people import changing
from sporades.mail.models import Message
from sporades.web.account.access import ROUTES
from tests.acts.people import whose
from tests.factories import NOW, PASSWORD
from tests.web.account.owner import activate_totp, code_of, sign_in
from tests.web.guide import links, main
from tests.web.passkeys import Passkey, add, show_alone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]

CODES, NEW_CODES, FILE = (
    reverse(f"mfa_{name}_recovery_codes") for name in ("view", "generate", "download")
)
REMOVE, REPLACE = reverse("mfa_deactivate_totp"), reverse("mfa_replace_totp")
GUARDED = [
    *("mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes"),
    *("mfa_activate_totp", "mfa_replace_totp", "mfa_deactivate_totp", "mfa_add_webauthn"),
]


def protected(client, email):
    """Sign in and add an application; return its secret and the recovery codes that come with it."""
    sign_in(client, email=email)
    secret, answer = activate_totp(client)
    return secret, client.get(answer.url).context["codes"]


def time_passes(client, *, minutes=6):
    """Every proof of who is there becomes older."""
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= minutes * 60
    session.save()


def password_again(client, *, minutes):
    """After some minutes, give the password alone."""
    time_passes(client, minutes=minutes)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def kept_factors():
    """Return every factor that is kept, as it is."""
    return list(Authenticator.objects.order_by("pk").values("pk", "data"))


@pytest.fixture(params=["candidate", "staff"])
def owner(request, user, agent):
    return user if request.param == "candidate" else agent


@pytest.mark.parametrize("name", GUARDED)
def test_a_password_gives_neither_codes_nor_another_factor(client, owner, name):
    protected(client, owner.email)
    address, before = reverse(name), kept_factors()
    password_again(client, minutes=16)

    answers = [client.get(address)]
    if "POST" in ROUTES[name].methods:
        answers.append(client.post(address, {"code": "000000"}))

    asked = f"{reverse('mfa_reauthenticate')}?next={quote(address, safe='')}"
    assert {(one.status_code, one.url) for one in answers} == {(302, asked)}
    assert kept_factors() == before


def test_whoever_shows_the_second_factor_goes_on(client, owner):
    _, codes = protected(client, owner.email)
    time_passes(client)

    answer = client.post(client.get(NEW_CODES).url, {"code": codes[0]})

    assert answer.url == NEW_CODES
    assert client.get(NEW_CODES).status_code == 200


def test_recovery_codes_are_shown_when_they_were_made_and_never_after(client, owner):
    _, codes = protected(client, owner.email)
    kept = Authenticator.objects.filter(type="recovery_codes")

    again = client.get(CODES)
    kept.update(created_at=NOW.replace(year=NOW.year - 1))
    later, file = client.get(CODES), client.get(FILE)

    assert again.context["codes"] == codes
    assert later.context["codes"] == []
    assert not any(code[:4] in main(later) for code in codes)
    assert "Il vous reste 10 codes sur 10. Un code n'est montré que quand il vient" in main(later)
    assert links(later, "Créer de nouveaux codes") == [NEW_CODES]
    assert (file.status_code, file.url) == (302, CODES)


def test_a_recovery_code_that_served_is_told_by_mail(client, owner):
    _, codes = protected(client, owner.email)
    client.post(reverse("account_logout"))
    cache.clear()
    Message.objects.all().delete()

    sign_in(client, email=owner.email)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    client.post(reverse("mfa_reauthenticate"), {"code": codes[1]})

    bodies = [one.body for one in Message.objects.filter(kind="sign_in_changed").order_by("pk")]
    assert len(bodies) == 2
    for body, left in zip(bodies, (9, 8), strict=True):
        assert "un code de secours a servi" in body
        assert f"il vous en reste {left}." in body
        assert f"https://inscriptions.exemple.test{NEW_CODES}" in body
        assert "ce-n-etait-pas-moi" not in body
        assert not any(code in body for code in codes)


def test_a_code_of_the_application_is_told_to_nobody(client, user):
    secret, _ = protected(client, user.email)
    client.post(reverse("account_logout"))
    cache.clear()
    Message.objects.all().delete()

    sign_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert not Message.objects.filter(kind="sign_in_changed").exists()


def test_the_application_of_a_lost_telephone_is_replaced_by_a_recovery_code(client, owner):
    old, codes = protected(client, owner.email)
    time_passes(client)
    client.post(client.get(REPLACE).url, {"code": codes[0]})
    page = client.get(REPLACE)
    form = {"code": code_of(page.context["form"].secret), "remplace": page.context["replaced"]}

    answers = [client.post(REPLACE, form), client.post(REPLACE, form)]

    assert [one.url for one in answers] == [reverse("mfa_index")] * 2
    assert second_factor.current_code(owner) == code_of(page.context["form"].secret)
    assert second_factor.current_code(owner) != code_of(old)
    news = [
        one.body for one in Message.objects.all() if "a été remplacée par une autre" in one.body
    ]
    assert len(news) == 1
    assert "ce-n-etait-pas-moi" in news[0]


def test_a_wrong_code_replaces_nothing_and_keeps_the_secret_that_was_scanned(client, user):
    old, _ = protected(client, user.email)
    page = client.get(REPLACE)
    secret = page.context["form"].secret

    again = client.post(REPLACE, {"code": "000000", "remplace": page.context["replaced"]})

    assert again.context["form"].errors.keys() == {"code"}
    assert again.context["form"].secret == secret
    assert second_factor.current_code(user) == code_of(old)


def test_a_member_of_staff_keeps_the_last_factor_and_is_told_to_add_another_first(client, agent):
    protected(client, agent.email)

    index, page, answer = client.get(reverse("mfa_index")), client.get(REMOVE), client.post(REMOVE)

    assert links(index, "Retirer l'application") == []
    assert links(index, "Remplacer l'application") == [REPLACE]
    assert (page.status_code, answer.status_code) == (200, 409)
    assert "votre rôle en demande toujours une" in main(answer)
    assert links(answer, "Ajouter une clé d'accès") == [reverse("mfa_add_webauthn")]
    assert Authenticator.objects.filter(user=agent, type="totp").exists()


def test_with_another_factor_either_goes_but_not_both(client, agent):
    protected(client, agent.email)
    add(client, reverse("mfa_add_webauthn"), Passkey())
    key = Authenticator.objects.get(type="webauthn")
    remove_key = reverse("mfa_remove_webauthn", args=[key.pk])
    listed = client.get(reverse("mfa_list_webauthn")).text

    first, second = client.post(REMOVE), client.post(remove_key)

    assert remove_key in listed
    assert (first.status_code, second.status_code) == (302, 409)
    assert remove_key not in client.get(reverse("mfa_list_webauthn")).text
    assert set(Authenticator.objects.values_list("type", flat=True)) == {
        "webauthn",
        "recovery_codes",
    }


def test_a_candidate_removes_the_last_one(client, user):
    protected(client, user.email)

    answer = client.post(REMOVE)

    assert answer.url == reverse("mfa_index")
    assert not Authenticator.objects.exists()


def test_whose_role_has_ended_removes_the_last_one(client, agent):
    protected(client, agent.email)
    agent.memberships.update(ends_on=NOW.date().replace(year=NOW.year - 1))

    assert client.post(REMOVE).status_code == 302
    assert not Authenticator.objects.exists()


def test_an_open_session_whose_account_has_no_factor_any_more_is_led_to_one(client, agent):
    protected(client, agent.email)
    before = client.get(reverse("office:home")).status_code
    Authenticator.objects.all().delete()

    answer = client.get(reverse("office:home"))

    assert before == 200
    assert answer.url == reverse("mfa_activate_totp")


def test_whom_an_operator_has_freed_adds_one_by_the_password(client, agent):
    protected(client, agent.email)
    why = ("--motif", "Reconnue au guichet")
    call_command("compte", "liberer", agent.email, *whose(agent.email), *why)
    cache.clear()

    sign_in(client, email=agent.email)

    assert client.get(reverse("office:home")).url == reverse("mfa_activate_totp")
    activate_totp(client)
    assert client.get(reverse("office:home")).status_code == 200


def test_a_letter_box_alone_does_not_take_the_last_factor_off_a_member_of_staff(client, agent):
    key = Passkey()
    sign_in(client, email=agent.email)
    add(client, reverse("mfa_add_webauthn"), key, passwordless="on")

    changing.undo(LeftAddress.objects.get().pk, at=NOW)

    assert list(Authenticator.objects.values_list("type", flat=True)) == ["webauthn"]
    alone = reverse("mfa_login_webauthn")
    assert "Cette clé ne suffit pas seule" in client.get(show_alone(client, alone, key).url).text
    assert client.get(reverse("office:home")).status_code == 302
    body = Message.objects.get(kind="sign_in_changed").body
    assert "demandez à l'administrateur de le retirer" in body
