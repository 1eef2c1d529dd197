"""« Est dans la liste »: a column pasted from a spreadsheet is sought at once."""

import pytest
from django.db import connection

from sporades.candidates.models import Candidate
from sporades.registrations.models import Registration
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import MOST_LISTED
from sporades.searches.models import Search
from sporades.searches.operators import Operator
from sporades.searches.queries import found, not_found, planned_anew
from sporades.searches.trees import Group, Leaf, Link
from tests.factories import EVERYWHERE, NOW, a_candidate, a_record, a_registration
from tests.measured import measured
from tests.spaces import plain
from tests.web.guide import main, seen
from tests.web.office.test_search import SEARCH, leaf, numbers, sought

NOBODY_S = "20000000019"


def pasted(criterion, listed, *, place="g-1", operator="parmi"):
    """Return what a criterion posts of which a list was pasted."""
    return leaf(place, criterion, operator) | {f"{place}-liste": listed}


def tree(criterion, *listed):
    """Return a search of a list."""
    return Group(members=(Leaf(CRITERIA[criterion], Operator.AMONG, ("\n".join(listed),)),))


def test_a_pasted_column_finds_those_of_the_perimeter_and_names_the_others(
    manager, in_lille, in_versailles
):
    other = a_registration(a_candidate(birth_name="Abadie"))
    a_registration(a_candidate())
    column = (
        f"{in_lille.number}\r\n\r\n{other.number}\t\r\n{NOBODY_S}\r\n{in_versailles.number}\r\n"
    )

    page = sought(manager, pasted("numero_inscription", column))

    assert sorted(numbers(page)) == sorted([in_lille.number, other.number])
    said = plain(main(page))
    assert "N° Inscription : la recherche en trouve 2 sur 4." in said
    assert f"Elle ne trouve pas : {NOBODY_S}, {in_versailles.number}." in said
    assert "N° Inscription : dans une liste de 4" in said


def test_who_is_elsewhere_is_not_said_to_be_found_by_the_number_of_their_candidate(
    manager, in_lille, in_versailles
):
    here, there = in_lille.candidate.number, in_versailles.candidate.number

    said = plain(main(sought(manager, pasted("numero_candidat", f"{here}\n{there}"))))

    assert "N° Candidat : la recherche en trouve 1 sur 2." in said
    assert f"Elle ne trouve pas : {there}." in said


def test_a_list_of_which_nobody_is_found_means_nobody_who_has_not_registered(manager):
    a_record()

    page = sought(manager, pasted("numero_inscription", NOBODY_S))

    assert page.context["unfiled"] == []


def test_each_number_that_names_somebody_is_sought_so(manager, in_lille):
    Registration.objects.filter(pk=in_lille.pk).update(ine="123456789AB")
    candidate = in_lille.candidate
    columns = {
        "numero_inscription": f"{in_lille.number[:5]} {in_lille.number[5:]}",
        "numero_candidat": f'"{candidate.number}"',
        "ine": "123456789ab",
        "mail": candidate.user.email.upper(),
    }

    for criterion, listed in columns.items():
        page = sought(manager, pasted(criterion, f"{listed};"))
        assert numbers(page) == [in_lille.number], criterion
        assert "la recherche en trouve 1 sur 1." in main(page)


def test_what_a_person_is_written_to_at_without_an_account_is_of_the_list_too(manager, in_lille):
    Candidate.objects.update(user=None, email="ailleurs@exemple.test")

    page = sought(manager, pasted("mail", "ailleurs@exemple.test, personne@exemple.test"))

    assert numbers(page) == [in_lille.number]
    assert "trouve pas : personne@exemple.test." in main(page)


def test_the_number_of_who_was_merged_is_found(in_lille):
    kept, gone = in_lille.candidate, a_record()
    Candidate.objects.filter(pk=gone.pk).update(number="30000017", frozen_at=NOW)
    Candidate.objects.filter(pk=gone.pk).update(
        merged_into=kept, merged_at=NOW, email="", user=None
    )
    asked = tree("numero_candidat", "30000017", "30000025")

    assert list(found(asked, reach=EVERYWHERE)) == [in_lille]
    assert not_found(asked.lists[0], asked, reach=EVERYWHERE) == ["30000025"]


@pytest.mark.parametrize(
    ("criterion", "listed", "said"),
    [
        ("numero_inscription", " \r\n ", "Collez un numéro d'inscription par ligne."),
        (
            "numero_inscription",
            f"N° Inscription\r\n{NOBODY_S}\r\n{NOBODY_S}",
            "Ligne 1, « N° Inscription » : ce n'est pas un numéro d'inscription.",
        ),
        (
            "numero_inscription",
            f"{NOBODY_S}\r\n2,00E+10\r\n{NOBODY_S}\r\nDupont",
            "Ligne 2, « 2 » : ce n'est pas un numéro d'inscription. La ligne 4 non plus.",
        ),
        (
            "numero_candidat",
            NOBODY_S,
            f"Ligne 1, « {NOBODY_S} » : ce n'est pas un numéro de candidat.",
        ),
        ("ine", "123", "Ligne 1, « 123 » : ce n'est pas un INE."),
        ("mail", "Anna", "Ligne 1, « Anna » : ce n'est pas une adresse mail."),
        ("mail", "an\0na@exemple.test", "elle contient un signe qui ne se voit pas."),
    ],
)
def test_a_line_that_is_no_number_is_said_at_its_place(manager, criterion, listed, said):
    page = sought(manager, pasted(criterion, listed))

    assert page.status_code == 422
    [error] = seen(page).cssselect("#g-1-liste-erreur, .s-field--error .fr-error-text")[:1]
    assert said in plain(error.text_content())
    assert not Search.objects.exists()
    assert "Dupont" not in listed or "Dupont" in page.text


def test_no_more_than_two_thousand_are_sought_at_once(manager, in_lille):
    column = [str(30_000_000_000 + one) for one in range(MOST_LISTED)]
    said = "Une recherche porte sur 2 000 lignes au plus"

    whole = sought(manager, pasted("numero_inscription", "\n".join(column)))
    longer = sought(manager, pasted("numero_inscription", "\n".join([*column, in_lille.number])))
    beside = pasted("numero_inscription", in_lille.number, place="g-2")
    two = sought(manager, pasted("numero_inscription", "\n".join(column)), beside)

    assert whole.status_code == 200
    assert [said in plain(main(one)) for one in (whole, longer, two)] == [False, True, True]
    [fold] = [
        one
        for one in seen(whole).cssselect("main details")
        if "ne trouve pas" in one.text_content()
    ]
    assert "les 2\u202f000 qu'elle ne trouve pas" in fold.text_content()
    assert column[-1] in fold.text_content()


def test_a_list_beside_another_criterion_names_what_both_do_not_find(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Abadie"))
    column = pasted("numero_inscription", f"{in_lille.number}\n{other.number}")

    both = sought(manager, column, leaf("g-2", "nom", "egal", "Abadie"))
    either = sought(manager, column, leaf("g-2", "nom", "egal", "Abadie"), link="ou")

    assert numbers(both) == [other.number]
    assert f"Elle ne trouve pas : {in_lille.number}." in main(both)
    assert len(numbers(either)) == 2
    assert "Elle ne trouve pas" not in main(either)


def test_a_list_is_kept_and_is_there_to_be_changed(manager, in_lille):
    page = sought(manager, pasted("numero_inscription", f"{in_lille.number}\r\n{NOBODY_S}"))
    [(address, _)] = page.redirect_chain
    manager.post(f"{address}/nom", {"nom": "Du CNED"})

    again = manager.get(address)

    assert in_lille.number not in address
    [area] = seen(again).cssselect("textarea[name=g-1-liste]")
    assert area.text.split() == [in_lille.number, NOBODY_S]
    assert "désigne des personnes" in main(again)
    assert Search.objects.get(name="Du CNED").is_shared is False


def test_a_list_that_is_pasted_without_a_script_is_what_is_meant(manager, in_lille):
    """Each box stands beside the others then, and « Égal » is what was chosen for whoever chose nothing."""
    alone = sought(manager, pasted("numero_inscription", in_lille.number, operator="egal"))
    in_the_other_box = sought(manager, leaf("g-1", "numero_inscription", "parmi", in_lille.number))
    empty = sought(manager, pasted("ine", "123456789AB", operator="vide"))

    assert "dans une liste de 1" in main(alone)
    assert numbers(alone) == numbers(in_the_other_box) == [in_lille.number]
    assert "INE : vide" in main(empty)


def test_a_list_is_typed_again_while_criteria_are_added(manager):
    said = {"g-lien": "et", "faire": "ajouter:g", "g-ajout": "nom", **pasted("ine", "123456789AB")}

    page = seen(manager.post(SEARCH, said))

    [area] = page.cssselect("textarea[name=g-1-liste]")
    assert area.text.strip() == "123456789AB"
    assert area.get("data-shown-when") == "g-1-operateur=parmi"
    assert page.cssselect("input[name=g-1-valeur]")[0].get("value") in (None, "")


@pytest.mark.parametrize(
    ("criterion", "listed", "index"),
    [
        ("numero_inscription", NOBODY_S, "registrations_registration_number"),
        ("numero_candidat", "30000017", "candidates_candidate_number"),
        ("ine", "123456789AB", "registration_by_ine"),
        ("mail", "personne@exemple.test", "candidate_by_address"),
    ],
)
def test_a_list_is_asked_of_an_index(in_lille, criterion, listed, index):
    with planned_anew(), connection.cursor() as cursor:
        measured("registrations_registration", "candidates_candidate", "accounts_user")
        cursor.execute("SET LOCAL enable_seqscan = off")
        condition = tree(criterion, listed).condition()
        plan = Registration.objects.filter(condition).order_by().explain()

    assert index in plan


def test_an_either_or_of_two_lists_says_each(in_lille):
    asked = Group(
        Link.OR,
        (
            *tree("numero_inscription", in_lille.number).members,
            *tree("mail", "x@exemple.fr").members,
        ),
    )

    missing = [not_found(one, asked, reach=EVERYWHERE) for one in asked.lists]

    assert missing == [[], ["x@exemple.fr"]]
