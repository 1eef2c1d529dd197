"""E-mail addresses: one form, and a question about those that look like a slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.accounts.addresses import PROVIDERS, likely_meant
from sporades.accounts.models import normalised_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@gmial.com", "a@gmail.com"),
        ("a@gmail.con", "a@gmail.com"),
        ("A@Hotmial.FR", "a@hotmail.fr"),
        ("a@orage.fr", "a@orange.fr"),
        ("a@lapost.net", "a@laposte.net"),
        ("a@ac-lille.fr", ""),
        ("a@ymail.com", ""),
        ("a@exemple.test", ""),
        ("a", ""),
    ],
)
def test_a_slip_of_the_finger_is_recognised(typed, meant):
    assert likely_meant(typed) == meant


@given(st.sampled_from(PROVIDERS), st.from_regex(r"[a-z][a-z0-9.+]{0,20}", fullmatch=True))
def test_a_real_provider_is_never_questioned(domain, local):
    assert likely_meant(f"{local}@{domain}") == ""


@given(st.emails())
def test_normalising_twice_changes_nothing_more(address):
    once = normalised_address(address)

    assert normalised_address(once) == once == normalised_address(f"  {address.upper()} ").lower()
