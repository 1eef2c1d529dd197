"""E-mail addresses: one form, and a question about those that look like a slip."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sporades.accounts.addresses import PROVIDERS, letter_box, likely_meant, readable
from sporades.accounts.forms import AddressField
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


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("neuf@xn--exmple-cua.test", "neuf@exämple.test"),
        ("neuf@exemple.test", "neuf@exemple.test"),
        ("neuf@xn--a.test", "neuf@xn--a.test"),
        ("", ""),
    ],
)
def test_an_address_is_read_as_its_owner_types_it(kept, read):
    assert readable(kept) == read


@given(st.emails())
def test_normalising_twice_changes_nothing_more(address):
    once = normalised_address(address)

    assert normalised_address(once) == once == normalised_address(f"  {address.upper()} ").lower()


@pytest.mark.parametrize(
    "typed",
    [
        "x@[127.0.0.1]",
        "x@[IPv6:::1]",
        "ſx@exemple.test",
        "ıx@exemple.test",
        "İx@exemple.test",
        "é.accent@exemple.test",
        "ines＠exemple.test",
        "\u212ax@exemple.test",
        '"a b"@exemple.test',
        '"a\x01b"@exemple.test',
        '"a@mechant.test,"@exemple.test',
        "x@" + ".".join(["éàçñüøåäöîéàçñ"] * 13) + ".fr",
    ],
)
def test_an_address_that_some_mail_server_would_read_otherwise_is_refused(typed):
    with pytest.raises(ValidationError):
        AddressField().clean(typed)


COMPLETE = "Indiquez une adresse mail complète, par exemple prenom.nom@exemple.fr"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("é.accent@exemple.test", "Vérifiez l'adresse mail : « é » n'y est pas accepté."),
        ("e\u0301.accent@exemple.test", "Vérifiez l'adresse mail : « é » n'y est pas accepté."),
        ("a(b)ç@exemple.test", "Vérifiez l'adresse mail : « ( » n'y est pas accepté."),
        ("ines@exemple_mail.test", "Vérifiez l'adresse mail : « _ » n'y est pas accepté."),
        ("ines@exemple,test", "Vérifiez l'adresse mail : « , » n'y est pas accepté."),
        ("ines＠exemple.test", "Dans l'adresse mail, remplacez « ＠ » par « @ »."),
        ("ｉnes@exemple.test", "Dans l'adresse mail, remplacez « ｉ » par « i »."),
        ("ines marchand@exemple.test", "Enlevez l'espace qui est dans l'adresse mail."),
        ("ines@exe\u00a0mple.test", "Enlevez l'espace qui est dans l'adresse mail."),
        (
            "in\u200bes@exemple.test",
            "Écrivez de nouveau l'adresse mail : elle contient un signe qui ne se voit pas.",
        ),
        (
            "ines@exemple.test, zoe@exemple.test",
            "Indiquez une seule adresse mail, avec un seul « @ ».",
        ),
        ("ines@@exemple.test", "Indiquez une seule adresse mail, avec un seul « @ »."),
        ("é", COMPLETE),
        ("inès marchand", COMPLETE),
        ("é@exemple", COMPLETE),
        ("é@", COMPLETE),
        ("ines..marchand@exemple.test", COMPLETE),
        ("x@[127.0.0.1]", COMPLETE),
        ("x@" + ".".join(["éàçñüøåäöîéàçñ"] * 13) + ".fr", COMPLETE),
    ],
)
def test_the_sign_that_is_refused_is_named_where_the_address_is_complete(typed, said):
    with pytest.raises(ValidationError) as refused:
        AddressField().clean(typed)

    assert refused.value.messages == [said]


@pytest.mark.parametrize(
    "typed", ["ines@éàç.test", "ines+essai@exemple.test", "o'neil_j@exemple.test", "x@भारत.test"]
)
def test_an_address_that_every_mail_server_takes_is_taken(typed):
    assert AddressField().clean(f" {typed} ") == normalised_address(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ines.O'Neil+bac@Exemple.TEST ", "ines.o'neil+bac@exemple.test"),
        ("x@faß.test", "x@xn--fa-hia.test"),
        ("x@École.test", "x@xn--cole-9oa.test"),
        ("x@Ｈ4.test", "x@h4.test"),
    ],
)
def test_an_address_is_kept_in_one_form_that_is_its_own(typed, kept):
    assert AddressField().clean(typed) == kept


@pytest.mark.parametrize(
    ("address", "box"),
    [
        ("ines+bac@exemple.test", "ines@exemple.test"),
        ("ines+a+b@exemple.test", "ines@exemple.test"),
        ("ines@exemple.test", "ines@exemple.test"),
        ("i.nes@exemple.test", "i.nes@exemple.test"),
        ("i.n.es+bac@gmail.com", "ines@gmail.com"),
        ("i.nes@googlemail.com", "ines@gmail.com"),
        ("i.nes@mail.google.com", "i.nes@mail.google.com"),
    ],
)
def test_a_tag_or_a_dot_of_gmail_names_no_other_letter_box(address, box):
    assert letter_box(address) == box
