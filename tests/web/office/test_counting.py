"""« Compter ces inscriptions »: how many of what a search finds, by one thing or by two (I8)."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE
from sporades.searches import operations as searches
from sporades.searches import queries
from sporades.searches.axes import AXES, FEWEST_DETAILED
from sporades.searches.catalogue import CRITERIA
from sporades.searches.counting import FEWEST, count
from sporades.searches.operators import Operator
from sporades.searches.trees import MOST_LEAVES, Group, Leaf, Link
from sporades.web.office.searches import counting
from tests.evidence.given import MANAGER, give, piece, receive
from tests.evidence.test_found_and_counted import validated
from tests.exchanges.test_choices_taken_out import (
    DECLARED,
    KEPT_BY_A_HANDICAP,
    OF_A_HANDICAP,
    OF_A_PIECE,
    OFFERED_BY_A_HANDICAP,
)
from tests.factories import (
    EVERYWHERE,
    NOW,
    a_candidate,
    a_record,
    a_registration,
    load_invented,
)
from tests.measured import measured
from tests.web.guide import main, seen, words
from tests.web.office.test_search import leaf, sought
from tests.web.office.test_statistics_as_files import lines

FOREST = {
    "speciality": "FOREST",
    "epreuves": {"statut-M1": None, "statut-M2": "inscrit", "option-E3": "COURSE"},
}
ONE_OF = sorted(code for code, axis in AXES.items() if not axis.is_many)
WITHOUT_SPORT = {"statut-E3": "dispense", "option-E3": None}
EXAM = "Brevet d'essai, session 2027"


def tree(criterion="", operator=Operator.IS, value=""):
    """Return a search by one criterion, or by none."""
    return Group(members=(Leaf(CRITERIA[criterion], operator, (value,)),) if criterion else ())


def where(client, what=None, name="count"):
    """Return the address of the count of what a search finds."""
    kept = searches.keep(tree=what or tree(), columns=[], by=client.user, at=NOW)
    return reverse(f"office:{name}", args=[kept.pk])


def table(answer):
    """Return the cells of the table of a page, line by line."""
    [found] = seen(answer).cssselect("main table")
    return [[words(cell) for cell in row] for row in found.cssselect("tr")]


def counted(by, beside="", *, what=None):
    """Return the lines of what is counted, each with its figure or those of each column."""
    found = count(what or tree(), by=AXES[by], beside=AXES.get(beside), reach=EVERYWHERE)
    if not beside:
        return {line: found.figure(line) for line in found.lines}
    return {
        line: {column[0]: found.figure(line, column) for column in found.columns}
        for line in found.lines
    }


def test_epreuves_are_counted_by_choice_and_option_within_the_perimeter(
    manager, in_lille, in_versailles
):
    a_registration(**FOREST)

    answer = manager.get(where(manager), {"compter_par": "option"})

    assert table(answer) == [
        ["Épreuve", "Choix du candidat", "Option", "Nombre"],
        ["Français (U1)", "Inscrit", "", "2"],
        ["Mathématiques (U2)", "Inscrit", "", "2"],
        ["Éducation physique et sportive (U3)", "Inscrit", "Course", "1"],
        ["Éducation physique et sportive (U3)", "Inscrit", "Nage", "1"],
        ["Navigation (U4)", "Inscrit", "", "1"],
        ["Cartographie (U5)", "Inscrit", "", "1"],
        ["Cartographie (U5)", "Non inscrit", "", "1"],
        ["Météorologie (U6)", "Non inscrit", "", "2"],
        ["Langue facultative", "Non inscrit", "Sans option", "2"],
        ["Chant facultatif", "Non inscrit", "", "2"],
    ]
    assert "les lignes ne s'ajoutent pas" in main(answer)


def test_states_are_counted_first_with_their_share_their_chart_and_their_file(manager, in_lille):
    aside = a_registration(**FOREST)
    deciding.decide(
        registration=aside, decision=SET_ASIDE, reason="Hors délai.", by=MANAGER, at=NOW
    )

    answer = manager.get(where(manager))
    file = manager.get(where(manager, name="count_file"))

    assert table(answer) == [
        ["État", "Nombre", "Part"],
        ["Inscription enregistrée", "1", "50,0 %"],
        ["Inscription écartée", "1", "50,0 %"],
        ["Total", "2", ""],
    ]
    [chart] = seen(answer).cssselect("main [role=img]")
    assert chart.get("aria-label").startswith("Inscriptions par état, en barres.")
    assert lines(file) == [row[:2] for row in table(answer)]
    assert file["Content-Disposition"] == (
        'attachment; filename="inscriptions-par-etat_compte-le-2026-11-25.csv"'
    )


def test_two_things_are_counted_together_with_their_totals(manager, in_lille):
    a_registration(**FOREST)
    a_registration(a_candidate(birth_year=2001), **FOREST)
    asked = {"compter_par": "qualification", "et_par": "annee_naissance"}

    answer = manager.get(where(manager), asked)

    assert table(answer) == [
        ["Examen et spécialité", "1998", "2001", "Total"],
        ["Brevet d'essai – Marin, session 2027", "1", "0", "1"],
        ["Brevet d'essai – Forestier, session 2027", "1", "1", "2"],
        ["Total", "2", "1", "3"],
    ]
    assert lines(manager.get(where(manager, name="count_file"), asked)) == table(answer)
    [caption] = seen(answer).cssselect("main caption")
    assert words(caption) == "Inscriptions par spécialité, et par année de naissance"


def test_what_would_be_too_many_columns_are_lines(manager, in_lille):
    for year in range(1980, 1993):
        a_registration(a_candidate(birth_year=year))

    answer = manager.get(where(manager), {"compter_par": "epreuve", "et_par": "annee_naissance"})

    titles, first, *others = table(answer)
    assert titles == ["Épreuve", "Choix du candidat", "Année de naissance", "Nombre"]
    assert first == ["Français (U1)", "Inscrit", "1980", "1"]
    assert len(others) == 14 * 8 - 1


@pytest.mark.parametrize("by", sorted(AXES))
def test_all_is_counted_alone_and_beside_anything_that_each_has_one_of(in_lille, in_versailles, by):
    give(in_lille)
    alone = counted(by)

    assert alone
    assert all(len(line) == len(AXES[by].titles) for line in alone)
    for beside in ONE_OF:
        if beside != by:
            crossed = counted(by, beside)
            assert {line: sum(those.values()) for line, those in crossed.items()} == alone


def test_answers_are_counted_whatever_their_number_and_free_words_never(invented_exam):
    given = {
        "q-equipe": "BLEU",
        "q-sports": ["VOILE", "AVIRON"],
        "q-permis": "oui",
        "q-permis_numero": "X1",
        "q-projet": "Naviguer",
    }
    a_registration()
    a_registration(supplementaires=given)

    assert counted("question") == {
        ("Avez-vous le permis bateau ? Non", EXAM): 1,
        ("Avez-vous le permis bateau ? Oui", EXAM): 1,
        ("Équipe : Rouge", EXAM): 1,
        ("Équipe : Bleue", EXAM): 1,
        ("Sports pratiqués : Voile", EXAM): 1,
        ("Sports pratiqués : Aviron", EXAM): 1,
    }


def test_where_files_stand_is_counted_by_what_is_first_to_be_done(in_lille):
    checked, posted = a_registration(), a_registration()
    give(checked)
    receive(posted)
    verifying.accept(row=piece(posted), seen=None, by=MANAGER, at=NOW)

    assert counted("etape") == {
        ("Pièces obligatoires à fournir",): 1,
        ("Pièces à vérifier",): 1,
        ("Récapitulatif signé attendu",): 1,
    }
    assert counted("piece") == {
        ("Pièce d'identité", "À fournir"): 1,
        ("Pièce d'identité", "En vérification"): 1,
        ("Pièce d'identité", "Conforme"): 1,
    }


def test_what_is_to_be_sent_no_more_is_not_counted_and_what_came_is(in_lille):
    came = a_registration()
    give(came)

    for one in (in_lille, came):
        validated(one)

    assert counted("piece") == {("Pièce d'identité", "En vérification"): 1}


def test_what_may_be_left_out_is_not_the_first_to_be_done(db):
    load_invented(("libelle: Pièce d'identité,", "libelle: Pièce d'identité, obligatoire: false,"))
    a_registration()

    assert counted("etape") == {("Récapitulatif signé attendu",): 1}


def test_documents_are_counted_by_whether_they_were_opened(in_lille):
    a_registration(a_record())

    assert counted("document")[("Récapitulatif d'inscription", "Pas encore ouvert")] == 1
    assert counted("document")[("Récapitulatif d'inscription", "Publié, sans compte")] == 1


def test_departments_are_those_of_addresses(in_lille):
    a_registration(identification={"postcode": "62000", "town": "Arras"})
    abroad = a_registration()
    Registration.objects.filter(pk=abroad.pk).update(country="99131")

    assert list(counted("departement").items()) == [
        (("Nord (59)",), 1),
        (("Pas-de-Calais (62)",), 1),
        (("À l'étranger",), 1),
    ]


@pytest.mark.parametrize(
    ("postcode", "department"),
    [
        ("97110", "Guadeloupe (971)"),
        ("97133", "Saint-Barthélemy (977)"),
        ("97150", "Saint-Martin (978)"),
        ("97199", "Guadeloupe (971)"),
        ("97500", "Saint-Pierre-et-Miquelon (975)"),
        ("98714", "Polynésie française (987)"),
        ("20137", "Corse-du-Sud (2A), Haute-Corse (2B)"),
        ("", "Sans réponse"),
    ],
)
def test_a_department_overseas_is_that_of_the_whole_postcode(in_lille, postcode, department):
    Registration.objects.update(postcode=postcode)

    assert counted("departement") == {(department,): 1}


# --- What tells of health (P-12) ----------------------------------------------------------------


def test_of_an_epreuve_of_which_a_handicap_dispenses_who_is_dispensed_is_not_told(db):
    load_invented(OF_A_HANDICAP)
    a_registration(informations=DECLARED, epreuves=WITHOUT_SPORT)
    a_registration()
    sport = "Éducation physique et sportive (U3)"

    of_sport = {line: n for line, n in counted("epreuve").items() if line[0] == sport}
    by_year = {
        line: n for line, n in counted("option", "annee_naissance").items() if line[0] == sport
    }
    options = {line: n for line, n in counted("option").items() if line[0] == sport}

    assert of_sport == {(sport, "Inscrit ou dispensé"): 2}
    assert options == {(sport, "Inscrit ou dispensé", "Non détaillée"): 2}
    assert by_year == {(sport, "Inscrit ou dispensé", "Non détaillée"): {"1998": 2}}


def test_its_options_are_told_where_many_are_counted_but_of_who_has_none(db):
    load_invented(OF_A_HANDICAP)
    a_registration(informations=DECLARED, epreuves=WITHOUT_SPORT)
    for _ in range(FEWEST_DETAILED - 1):
        a_registration()
    sport = "Éducation physique et sportive (U3)"

    options = {line: n for line, n in counted("option").items() if line[0] == sport}

    assert options == {(sport, "Inscrit ou dispensé", "Nage"): FEWEST_DETAILED - 1}


def test_of_an_optional_one_who_is_dispensed_is_counted_with_who_does_not_sit_it(db):
    option = "libelle: Langue facultative, nature: oral"
    dispensed = "dispenses: [{motif: Handicap, sur_demande: true, si: {handicap: oui}}]"
    load_invented((f"{option}e,", f"{option}e, {dispensed},"))
    a_registration(informations=DECLARED, epreuves={"statut-F1": "dispense", "option-F1": "BRETON"})
    a_registration()
    a_registration(epreuves={"statut-F1": "inscrit", "option-F1": "BRETON"})

    found = {line: n for line, n in counted("option").items() if line[0] == "Langue facultative"}

    assert found == {
        ("Langue facultative", "Inscrit", "Breton"): 1,
        ("Langue facultative", "Non inscrit ou dispensé", "Non détaillée"): 2,
    }


def test_what_a_handicap_alone_offers_is_not_counted_nor_told_who_keeps_a_mark_by_it(manager):
    load_invented(OFFERED_BY_A_HANDICAP, KEPT_BY_A_HANDICAP)
    kept = {"statut-E1": "benefice", "note-E1": "14", "session-E1": "2025"}
    language = {"statut-F1": "inscrit", "option-F1": "BRETON"}
    a_registration(informations=DECLARED, epreuves={**kept, **language})
    a_registration()

    for axis in ("epreuve", "option"):
        told = {line[:2]: count for line, count in counted(axis).items()}
        assert [line for line in told if line[0] == "Langue facultative"] == []
        assert {line: n for line, n in told.items() if line[0] == "Français (U1)"} == {
            ("Français (U1)", "Inscrit ou bénéfice"): 2
        }
    page = main(manager.get(where(manager), {"compter_par": "epreuve"}))
    assert "Les épreuves proposées à qui a déclaré un handicap" in page


def test_what_a_handicap_alone_asks_is_not_counted(db):
    load_invented(
        OF_A_PIECE, ("libelle: Équipe, choix", "libelle: Équipe, si: {handicap: oui}, choix")
    )
    a_registration(informations=DECLARED)

    assert counted("piece") == {}
    assert [label for label, _ in counted("question")] == ["Avez-vous le permis bateau ? Non"]


def test_of_a_search_that_says_something_of_health_few_are_not_told_nor_taken_out(
    manager, in_lille
):
    for _ in range(FEWEST):
        a_registration(informations=DECLARED)
    a_registration(informations=DECLARED, **FOREST)
    declared = tree("handicap", Operator.IS, "oui")
    asked = {"compter_par": "qualification", "et_par": "zone"}

    answer = manager.get(where(manager, declared), asked)

    assert table(answer) == [
        ["Examen et spécialité", "Lille et sa métropole", "Total"],
        ["Brevet d'essai – Marin, session 2027", "5", "5"],
        ["Brevet d'essai – Forestier, session 2027", "Moins de 5", "Non dit"],
        ["Total", "Non dit", "Non dit"],
    ]
    assert "Télécharger" not in main(answer)
    assert "6 inscriptions" not in main(answer)
    assert manager.get(where(manager, declared, "count_file"), asked).status_code == 404


# --- The page -------------------------------------------------------------------------------------


def test_what_a_search_finds_is_counted_by_an_auditor_too(member, in_lille):
    auditor = member("A09", role=Membership.Role.AUDITOR)
    page = sought(auditor, leaf("g-1", "nom", "commence", "le goff"))

    [link] = [one for one in seen(page).cssselect("main a") if words(one).startswith("Compter")]
    answer = auditor.get(link.get("href"))

    assert "Nom de famille : commence par « le goff »" in words(seen(answer))
    assert table(answer)[1:] == [["Inscription enregistrée", "1", "100,0 %"], ["Total", "1", ""]]
    assert "Compter autrement" in main(auditor.get(reverse("office:statistics")))


def test_the_same_thing_is_not_counted_twice(manager, in_lille):
    answer = manager.get(where(manager), {"compter_par": "etat", "et_par": "etat"})

    assert answer.status_code == 422
    assert "Choisissez autre chose que sous « Par »" in main(answer)
    asked = {"compter_par": "etat", "et_par": "epreuve"}
    assert manager.get(where(manager), asked).status_code == 422
    assert manager.get(where(manager, name="count_file"), asked).status_code == 404


def test_what_takes_too_long_is_said_with_what_to_do(manager, in_lille, monkeypatch):
    address = where(manager, tree("nom", Operator.STARTS, "Le"))
    monkeypatch.setattr(queries, "LONGEST", timedelta(milliseconds=20))
    asleep = RawSQL("(SELECT pg_sleep(60))::text = ''", [], output_field=BooleanField())
    monkeypatch.setattr(Leaf, "condition", lambda self, reach=None: Q(asleep))

    answer = manager.get(address)

    assert answer.status_code == 422
    assert "Compter ainsi demande trop de temps" in main(answer)


def test_nothing_is_counted_where_nothing_is_found(manager, in_lille):
    answer = manager.get(where(manager, tree("nom", Operator.IS, "Personne")))

    assert "Aucune inscription à compter ainsi." in main(answer)


@pytest.mark.parametrize("by", ["epreuve", "etape", "document"])
def test_many_are_counted_by_one_question(manager, in_lille, by):
    counted(by)
    for _ in range(3):
        a_registration(a_candidate())

    with CaptureQueriesContext(connection) as asked:
        counted(by, "zone")

    [sql] = [
        one["sql"] for one in asked if one["sql"].startswith("SELECT") and "FROM" in one["sql"]
    ]
    assert "GROUP BY" in sql


def test_epreuves_are_counted_in_one_reading_of_each_table(in_lille):
    with CaptureQueriesContext(connection) as asked:
        counted("option", "zone")
    [sql] = [one["sql"] for one in asked if "GROUP BY" in one["sql"]]
    with connection.cursor() as cursor:
        measured("registrations_registration", "registrations_registrationpaper")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        [[plan]] = cursor.fetchall()

    said = plan if isinstance(plan, str) else json.dumps(plan)
    for table in ("registrations_registrationpaper", "registrations_registration"):
        assert said.count(f'"Relation Name": "{table}"') == 1
    assert "SubPlan" not in said


def led(client, answer, label):
    """Press what a line is called, and return the page of what it counts."""
    [form] = seen(answer).cssselect("form:has(table)")
    [button] = [one for one in form.cssselect("button") if words(one) == label]
    said = {}
    for name, value in (*form.form_values(), (button.get("name"), button.get("value"))):
        said.setdefault(name, []).append(value)
    return client.post(form.get("action"), said, follow=True)


@pytest.mark.parametrize("by", sorted(code for code, axis in AXES.items() if axis.criterion))
def test_each_figure_leads_to_those_that_it_counts(manager, in_lille, in_versailles, by):
    a_registration(a_candidate(), **FOREST)
    a_registration(a_candidate(civility="m"))

    answer = manager.get(where(manager), {"compter_par": by})

    figures = {line[0]: line[1] for line in table(answer)[1:-1] if line[0] != "Sans réponse"}
    assert figures
    for label, figure in figures.items():
        assert str(led(manager, answer, label).context["count"]) == figure


@pytest.mark.parametrize("link", [Link.AND, Link.OR])
def test_what_a_figure_leads_to_was_found_by_the_search_and_has_its_columns(
    manager, in_lille, link
):
    a_registration(a_candidate(birth_name="Zola"))
    one, other = (Leaf(CRITERIA["nom"], Operator.IS, (name,)) for name in ("Zola", "Absente"))
    what = Group(link, (one, other) if link is Link.OR else (one,))
    kept = searches.keep(tree=what, columns=["nom", "prenoms"], by=manager.user, at=NOW)

    answer = manager.get(reverse("office:count", args=[kept.pk]), {"compter_par": "etat"})
    page = led(manager, answer, "Inscription enregistrée")

    assert page.context["count"] == 1
    assert page.context["search"].columns == ["nom", "prenoms"]
    assert page.context["asked"][-1].startswith("État")


def test_a_search_with_no_room_for_one_criterion_more_leads_from_no_figure(manager, in_lille):
    many = Group(members=(Leaf(CRITERIA["nom"], Operator.FILLED),) * MOST_LEAVES)
    deep = Group(Link.OR, (Group(Link.AND, (Group(Link.OR, many.members[:1]),)),))

    for what in (many, deep):
        answer = manager.get(where(manager, what), {"compter_par": "etat"})
        assert "Inscription enregistrée" in main(answer)
        assert not seen(answer).cssselect("table button")


def pressed(client, answer, button):
    """Press a figure that stands in no form, and return the page of what it counts."""
    [form] = seen(answer).cssselect(f"form#{button.get('form')}")
    said = {}
    for name, value in (*form.form_values(), (button.get("name"), button.get("value"))):
        said.setdefault(name, []).append(value)
    return client.post(form.get("action"), said, follow=True)


@pytest.mark.parametrize("by", sorted(code for code, axis in AXES.items() if axis.criterion))
def test_each_figure_of_two_things_leads_to_those_that_it_counts(
    manager, in_lille, in_versailles, by
):
    a_registration(a_candidate(), **FOREST)
    a_registration(a_candidate(civility="m"))
    beside = "etat" if by == "civilite" else "civilite"

    answer = manager.get(where(manager), {"compter_par": by, "et_par": beside})

    buttons = seen(answer).cssselect("main table button")
    assert len({(one.get("form"), one.get("value")) for one in buttons}) == len(buttons) >= 3
    for one in buttons:
        [figure] = one.xpath("text()")
        assert str(pressed(manager, answer, one).context["count"]) == figure
    assert not [one for one in buttons if one.xpath("text()") == ["0"]]


def test_figures_of_a_search_of_health_or_of_too_many_lines_lead_nowhere(
    manager, in_lille, monkeypatch
):
    for _ in range(FEWEST):
        a_registration(informations=DECLARED)
    asked = {"compter_par": "etat", "et_par": "civilite"}
    health = tree("handicap", Operator.IS, "oui")

    assert seen(manager.get(where(manager), asked)).cssselect("main table button")
    assert not seen(manager.get(where(manager, health), asked)).cssselect("main table button")
    monkeypatch.setattr(counting, "MOST_LED", 0)
    assert not seen(manager.get(where(manager), asked)).cssselect("main table button")
