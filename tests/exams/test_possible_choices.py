"""Groups and rules that meet: nobody must be left without a choice."""

import pytest
from django.core.management import call_command

from sporades.exams.checking import checked
from sporades.exams.models import Regulation
from tests.exams.conftest import ZONES
from tests.exams.possible import exclusion

BREVET = "examens[BREVET]"
RULES = "    pieces:\n      - code: IDENTITE"
ONE_LANGUAGE = "minimum: 1\n        maximum: 1"
TWO_LANGUAGES = "minimum: 2\n        maximum: 2"


@pytest.fixture
def with_rule(essai, change):
    """Return a function that adds a rule between épreuves to the invented exam."""

    def added(rule: str, text: str = essai):
        return change(RULES, f"      - {{{rule}, reference: article 11}}\n{RULES}", text)

    return added


def dependency(code: str, *needs: str) -> str:
    return f"type: dependance, code: R, epreuve: {code}, demande: [{', '.join(needs)}]"


def test_a_group_whose_epreuves_exclude_each_other_is_told(change, with_rule, told):
    text = change(ONE_LANGUAGE, TWO_LANGUAGES).text

    assert told(with_rule(exclusion("LVA", "LVB"), text)) == [
        (
            f"{BREVET}.regles[R].epreuves : Personne ne peut s'inscrire avec la forme de passage "
            "« GLOBALE » : le groupe « LANGUE » (deux épreuves parmi « LVA » et « LVB ») et la règle "
            "« R » (une seule épreuve parmi « LVA » et « LVB ») se contredisent. "
            "Changez l'un d'eux. [contradiction]"
        )
    ]


def test_a_group_that_leaves_room_for_what_is_excluded_is_accepted(with_rule, told):
    assert told(with_rule(exclusion("LVA", "LVB"))) == []


def test_a_mandatory_epreuve_that_demands_one_of_another_speciality_is_told(with_rule, told):
    assert told(with_rule(dependency("E2", "E3"))) == [
        (
            f"{BREVET}.regles[R].demande : Personne ne peut s'inscrire dans la spécialité « MER », "
            "avec la forme de passage « GLOBALE » : l'épreuve obligatoire « E2 » et la règle « R » "
            "(« E2 » demande « E3 », qui n'y est pas proposée) se contredisent. "
            "Changez l'un d'eux. [contradiction]"
        ),
        (
            f"{BREVET}.regles[R].demande : « E2 » ne peut jamais être choisie dans la spécialité "
            "« MER », avec la forme de passage « PROGRESSIVE » : la règle « R » (« E2 » demande "
            "« E3 », qui n'y est pas proposée) s'y oppose. Changez une règle, ou dites quand "
            "« E2 » est proposée (« specialites », « si »). [epreuve_impossible]"
        ),
    ]


def test_an_optional_epreuve_that_demands_one_of_another_speciality_is_told(with_rule, told):
    assert told(with_rule(dependency("EF", "E4", "E3"))) == [
        (
            f"{BREVET}.regles[R].demande : « EF » ne peut jamais être choisie dans la spécialité "
            "« MER » : la règle « R » (« EF » demande « E4 » et « E3 », et « E3 » n'y est pas "
            "proposée) s'y oppose. Changez une règle, ou dites quand « EF » est proposée "
            "(« specialites », « si »). [epreuve_impossible]"
        )
    ]


def test_an_epreuve_of_a_speciality_may_demand_one_of_the_same(change, with_rule, told):
    text = change("- code: EF\n", "- code: EF\n        specialites: [TERRE]\n").text

    assert told(with_rule(dependency("EF", "E3"), text)) == []


def test_an_epreuve_that_demands_more_than_a_group_allows_is_told(change, told):
    assert told(change("demande: [A1]", "demande: [LVA, LVB]")) == [
        (
            f"{BREVET}.regles[NUIT].demande : « A3 » ne peut jamais être choisie : le groupe "
            "« LANGUE » (une épreuve parmi « LVA » et « LVB ») et la règle « NUIT » (« A3 » demande "
            "« LVA » et « LVB ») s'y opposent. Changez une règle, ou dites quand « A3 » est "
            "proposée (« specialites », « si »). [epreuve_impossible]"
        )
    ]


def test_an_epreuve_may_demand_as_many_as_a_group_allows(change, told):
    text = change("demande: [A1]", "demande: [LVA, LVB]").text

    assert told(change(ONE_LANGUAGE, "minimum: 1\n        maximum: 2", text)) == []


def test_demands_that_lead_to_what_is_excluded_are_told_step_by_step(change, with_rule, messages):
    text = change("epreuves: [A1, A2]", "epreuves: [E4, A2]").text
    source = with_rule(dependency("A1", "A2"), text)

    # One who spreads the épreuves may leave E4; but A3 demands three of a group of two at most.
    assert [message.partition(" : ")[0] for message in messages(source)] == [
        "« A2 » ne peut jamais être choisie avec la forme de passage « GLOBALE »",
        "« A1 » ne peut jamais être choisie avec la forme de passage « GLOBALE »",
        "« A3 » ne peut jamais être choisie",
    ]


MANY = [f"X{rank}" for rank in range(12)]


@pytest.fixture
def tangled(change, with_rule):
    """Return an exam of twelve épreuves that must differ in one of eleven options."""
    options = ", ".join(f"{{code: O{rank}, libelle: O{rank}}}" for rank in range(11))
    papers = "".join(
        f"      - {{code: {code}, libelle: {code}, nature: orale, "
        f"options: {{libelle: Choix, choix: [{options}]}}}}\n"
        for code in MANY
    )
    text = change("      - code: EF\n", f"{papers}      - code: EF\n").text
    return with_rule(f"type: options_differentes, code: R, epreuves: [{', '.join(MANY)}]", text)


def test_a_check_that_gives_up_says_so_and_calls_it_no_error(tangled):
    assert [(one.field, one.rule, one.is_error) for one in checked(tangled, zones=ZONES)[2]] == [
        (f"{BREVET}.epreuves", "non_verifie", False)
    ]


def test_a_file_that_could_not_be_checked_to_the_end_is_loaded(
    academies, tangled, tmp_path, capsys
):
    path = tmp_path / "essai.yaml"
    path.write_text(tangled.text, encoding="utf-8")

    call_command("reglementation", "load", str(path))

    told = capsys.readouterr()
    assert "le contrôle s'est arrêté" in told.err
    assert told.out.startswith("1 fichier sans problème.")
    assert Regulation.objects.count() == 1


def test_an_exam_of_more_situations_than_are_looked_at_is_refused(change, told):
    def listed(count, written):
        return "".join(f"\n      - {written.format(rank)}" for rank in range(count))

    more = change(
        "    categories:\n",
        "    categories:"
        + listed(98, "{{code: C{0}, libelle: C{0}, explication: Une de plus.}}")
        + "\n",
    )
    wide = change(
        "{code: TERRE, libelle: Métiers de la terre}",
        "{code: TERRE, libelle: Métiers de la terre}" + listed(48, "{{code: S{0}, libelle: S{0}}}"),
        more.text,
    )
    [said] = told(
        change(
            "- {code: S0, libelle: S0}",
            "- {code: S0, libelle: S0}\n      - {code: S, libelle: S}",
            wide.text,
        )
    )

    assert said.replace("\u202f", " ").replace("\xa0", " ") == (
        "examens[BREVET] : Les spécialités, les catégories et les formes de passage de cet examen font "
        "ensemble 10 200 situations, 10 000 au plus : découpez-le en plusieurs examens. [demesure]"
    )
