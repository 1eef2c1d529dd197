"""French punctuation keeps its space: set once, for what code and réglementation say too."""

import time_machine

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
    assert "Pièces justificatives à fournir\xa0: Pièce" in awaited
    assert not any(sign in awaited for sign in (" :", " ;", " ?", "« ", " »"))
    assert int(page.headers["Content-Length"]) == len(page.content)
