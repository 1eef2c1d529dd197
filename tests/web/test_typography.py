"""French punctuation keeps its space, our numbers their groups: set once, for what code says too."""

import time_machine

from sporades.core.numbers import with_check_digit
from sporades.web.layout.typography import set_spaces
from tests.factories import NOW, a_registration
from tests.web.guide import seen


def test_the_spaces_of_punctuation_are_unbroken_those_between_words_are_not():
    said = "<p>Prête ? Oui : « Enregistrer » ; puis <b>fin</b> : voilà.</p>"

    assert set_spaces(said) == (
        "<p>Prête\xa0? Oui\xa0: «\xa0Enregistrer\xa0»\xa0; puis <b>fin</b>\xa0: voilà.</p>"
    )


def test_a_number_stays_with_the_sign_before_it_as_the_guide_writes_it_or_not():
    said = "<p>Version n°2, loi n° 2005-102, N° d'inscription, 20° dehors</p>"

    assert set_spaces(said) == (
        "<p>Version n°2, loi n°\xa02005-102, N° d'inscription, 20° dehors</p>"
    )


def test_what_is_only_heard_does_not_run_into_what_is_seen():
    said = (
        '<a>Modifier<span class="fr-sr-only"> mon adresse</span></a>'
        '<p><span class="fr-sr-only">Adresse : </span>Lille</p>'
        '<p>Nom<span class="fr-sr-only">, demande 2</span></p>'
    )

    assert set_spaces(said) == (
        '<a>Modifier<span class="fr-sr-only">\xa0mon adresse</span></a>'
        '<p><span class="fr-sr-only">Adresse\xa0:\xa0</span>Lille</p>'
        '<p>Nom<span class="fr-sr-only">, demande 2</span></p>'
    )


def test_a_telephone_number_stands_in_one_line_a_date_does_not():
    said = "<p>06 39 98 12 34 → +687 26 55 55, rue 1, 05 03 2008</p>"

    assert set_spaces(said) == (
        "<p>06\xa039\xa098\xa012\xa034 → +687\xa026\xa055\xa055, rue 1, 05 03 2008</p>"
    )


def test_a_number_that_is_told_by_fours_stands_in_one_line_other_figures_do_not():
    said = "<p>n° de saisie, 3990 4692, sessions 2026 2027 2028</p>"

    assert set_spaces(said) == "<p>n° de saisie, 3990\xa04692, sessions 2026 2027 2028</p>"


def test_a_number_of_ours_stands_in_groups_and_is_copied_whole():
    number = with_check_digit(2000000077)
    assert len(number) == 11
    grouped = (
        f'<data class="s-digits" value="{number}">20<span>000</span><span>000</span>'
        f"<span>{number[8:]}</span></data>"
    )

    page = set_spaces(f"<h1>Inscription n°{number}</h1><p>{number}, version 2.</p>")

    assert page == f"<h1>Inscription n°{grouped}</h1><p>{grouped}, version 2.</p>"
    assert seen(page).text_content() == f"Inscription n°{number}{number}, version 2."


def test_what_is_no_number_of_ours_or_is_not_seen_is_left_as_it_is():
    number = with_check_digit(2000000077)
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    kept = (
        f"<title>{number}</title><p>{wrong}</p><p>IMG_{number}.jpg, {number}.pdf, /lien/{number}</p>"
        f'<a href="/{number}">Voir<span class="fr-sr-only">\xa0: {number}</span></a>'
        f"<option>{number}</option><pre>{number}</pre><p>0{number[:9]}</p>"
    )

    assert set_spaces(kept) == kept


def test_a_sign_that_no_page_may_hold_mixes_nothing_up():
    number = with_check_digit(2000000077)

    assert set_spaces(f"<p>a\0 ?</p><title>{number}</title>") == (
        f"<p>a\ufffd\u00a0?</p><title>{number}</title>"
    )


def test_what_is_typed_run_or_written_in_a_tag_is_left_as_it_is():
    kept = (
        '<input value="a : b ?"><textarea name="x">c : d <i>e ?</i></textarea>'
        "<script>f ? g : h</script><pre>i : j</pre><a href='/k?l : m'></a>"
    )

    assert set_spaces(kept) == kept


def test_a_sentence_written_in_code_keeps_its_spaces_on_the_page(sign_in):
    registration = a_registration()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    awaited = seen(page).cssselect("main .s-awaiting")[0].text_content()
    assert "Pièces justificatives à fournir\xa0:" in awaited
    assert not any(sign in awaited for sign in (" :", " ;", " ?", "« ", " »"))
    assert int(page.headers["Content-Length"]) == len(page.content)
