"""The master key is changed while people work: every data key is sealed anew (P-10)."""

from functools import partial

import pytest
from django.core.management import CommandError, call_command

from sporades.medical import operations as medical
from sporades.medical import sealing
from sporades.medical.models import Paper, Remark
from tests.factories import author
from tests.medical.given import confide, read, write

NEW = bytes(range(32))


@pytest.fixture
def former(settings):
    """Return the master key of before."""
    return next(iter(settings.MEDICAL_KEYS.values()))


@pytest.fixture
def changed(settings, former):
    """Put another master key before the one of before."""

    def change():
        settings.MEDICAL_KEYS = {"2028": NEW, "2027": former}

    return change


def rotate(capsys):
    call_command("sante", "rotation")
    return capsys.readouterr().out


def readable(registration):
    """Tell whether all that was confided is read, as its candidate."""
    candidate = registration.candidate
    mine = partial(read, user=candidate.user, by=author(candidate))
    papers = [mine(one) for one in Paper.objects.select_related("compartment")]
    remarks = [one.text for one in Remark.objects.select_related("compartment")]
    return all(papers) and all(remarks)


def test_every_key_is_sealed_anew_and_the_former_master_key_may_go(
    registration, settings, changed, capsys, monkeypatch
):
    monkeypatch.setattr(medical, "AT_ONCE", 2)
    for number in range(5):
        write(registration, f"Commentaire {number}.")
    confide(registration)
    content = bytes(Paper.objects.get().wrapped)
    changed()
    assert readable(registration)

    said = rotate(capsys)

    assert "6 clés scellées de nouveau avec la clé maîtresse « 2028 »." in said
    assert "les autres clés de MEDICAL_KEYS peuvent être retirées" in said
    assert bytes(Paper.objects.get().wrapped) != content
    settings.MEDICAL_KEYS = {"2028": NEW}
    assert readable(registration)
    assert "0 clés" in rotate(capsys)


def test_what_was_cut_off_goes_on_where_it_was(registration, changed, capsys, monkeypatch):
    monkeypatch.setattr(medical, "AT_ONCE", 2)
    for number in range(3):
        write(registration, f"Commentaire {number}.")
    changed()
    done, after = medical.seal_anew(Remark, after=None)
    assert (done, after is not None) == (2, True)
    assert sum(medical.sealed_otherwise().values()) == 1

    assert "1 clés scellées" in rotate(capsys)
    assert medical.sealed_otherwise() == {}


def test_what_no_master_key_opens_is_counted_and_said(registration, settings, former):
    write(registration)
    settings.MEDICAL_KEYS = {"2028": NEW}

    with pytest.raises(CommandError) as refusal:
        call_command("sante", "rotation")

    assert str(refusal.value) == (
        "1 clés sont scellées avec une clé maîtresse absente de MEDICAL_KEYS (empreinte "
        f"{sealing.fingerprint(former)}) : remettez-la, puis relancez la commande."
    )


def test_a_key_that_was_tampered_with_keeps_no_other_from_being_sealed(
    registration, changed, capsys
):
    first, second = write(registration, "Un."), write(registration, "Deux.")
    Remark.objects.filter(pk=first.pk).update(wrapped=bytes(second.wrapped))
    changed()

    with pytest.raises(
        CommandError, match="1 clés restent scellées avec la clé maîtresse « 2027 »"
    ):
        call_command("sante", "rotation")

    assert "1 clés scellées" in capsys.readouterr().out
    assert Remark.objects.select_related("compartment").get(pk=second.pk).text == "Deux."
