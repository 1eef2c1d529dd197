"""`sporades doublons`: everybody is compared once (N2)."""

from django.core.management import call_command

from sporades.doubles.models import LikelyDouble
from tests.factories import a_candidate, a_registration


def test_everybody_who_has_filed_is_compared_once(invented_exam, capsys):
    for first_names in ("Maëlle Anne", "Maelle", "Yann"):
        a_registration(a_candidate(first_names=first_names))
    a_candidate()

    call_command("doublons")
    call_command("doublons")

    said = "3 candidat(s) comparé(s), 1 doublon(s) à décider.\n"
    assert capsys.readouterr().out == said * 2
    assert LikelyDouble.objects.count() == 1
