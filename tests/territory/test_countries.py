import pytest

from sporades.core.text import search_key
from sporades.territory import queries
from sporades.territory.models import Country


@pytest.mark.parametrize(
    ("code", "name", "alpha_2", "alpha_3", "nationality"),
    [
        ("99100", "France", "FR", "FRA", "française"),
        ("99109", "Allemagne", "DE", "DEU", "allemande"),
        ("99126", "Grèce", "GR", "GRC", "grecque"),
        ("99326", "Côte d'Ivoire", "CI", "CIV", "ivoirienne"),
        ("99337", "Niger", "NE", "NER", "nigérienne"),
        ("99338", "Nigéria", "NG", "NGA", "nigériane"),
        ("99350", "Maroc", "MA", "MAR", "marocaine"),
        ("99351", "Tunisie", "TN", "TUN", "tunisienne"),
        ("99352", "Algérie", "DZ", "DZA", "algérienne"),
        ("99397", "Comores", "KM", "COM", "comorienne"),
        ("99408", "République dominicaine", "DO", "DOM", "dominicaine"),
        ("99438", "Dominique", "DM", "DMA", "dominiquaise"),
        ("99157", "Kosovo", "", "", "kosovare"),
        ("99133", "Gibraltar", "GI", "GIB", ""),
    ],
)
def test_a_country_has_its_codes_and_its_nationality(code, name, alpha_2, alpha_3, nationality):
    country = queries.country(code)

    assert (country.name, country.alpha_2, country.alpha_3, country.nationality) == (
        name,
        alpha_2,
        alpha_3,
        nationality,
    )


def test_countries_come_by_name_without_minding_accents():
    names = [country.name for country in queries.countries()]

    assert len(names) == 235
    assert names == sorted(names, key=search_key)
    assert names.index("Égypte") < names.index("Finlande") < names.index("Îles Féroé")


def test_a_country_that_ended_remains_a_birthplace_and_nothing_else():
    past = [c.name for c in queries.countries() if not c.is_current]

    assert "Tchécoslovaquie" in past
    assert len(past) == 11
    assert {c.name for c in queries.countries()} - {
        c.name for c in queries.countries(current=True)
    } == set(past)
    assert not {c.name for c in queries.nationalities()} & set(past)


def test_nationalities_are_sorted_by_what_is_read_and_all_differ():
    labels = [country.nationality for country in queries.nationalities()]

    assert len(labels) == 197
    assert labels[:2] == ["afghane", "albanaise"]
    assert len(set(labels)) == len(labels)
    assert [label for label in labels if label.startswith("congolaise")] == [
        "congolaise (Congo)",
        "congolaise (République démocratique du Congo)",
    ]


def test_an_unknown_code_is_an_unknown_country():
    with pytest.raises(Country.DoesNotExist):
        queries.country("99999")


@pytest.mark.usefixtures("_held")
def test_countries_cost_no_query_once_held(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.country("99350").name == "Maroc"
        assert len(queries.countries(current=True)) == 224
        assert queries.nationalities()
