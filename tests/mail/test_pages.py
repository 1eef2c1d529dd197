"""The HTML of a mail: what its text becomes for who reads it by ear."""

import re

import pytest

from sporades.mail.pages import as_html, page_of

SITE = "https://inscriptions.exemple.test"


def html(text):
    made, _ = as_html(text)
    return made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (
            f"Activer mon compte\u00a0: {SITE}/activer-mon-compte/MTg:1xX73Z",
            f'<p><a href="{SITE}/activer-mon-compte/MTg:1xX73Z">Activer mon compte</a></p>',
        ),
        (
            f"Vos réponses sont gardées. Pour terminer : {SITE}/a.",
            f'<p>Vos réponses sont gardées. <a href="{SITE}/a">Pour terminer</a>.</p>',
        ),
        (
            f"Rien ne revient : prévenez le service : {SITE}/aide",
            f'<p>Rien ne revient : <a href="{SITE}/aide">prévenez le service</a></p>',
        ),
        (
            f"Lisez-le dans l'historique, {SITE}/h",
            f'<p><a href="{SITE}/h">Lisez-le dans l&#x27;historique</a></p>',
        ),
        (f"Le service : {SITE}.", f'<p><a href="{SITE}">Le service</a>.</p>'),
        (f"{SITE}/x", f'<p><a href="{SITE}/x">{SITE}/x</a></p>'),
    ],
)
def test_a_link_has_the_name_that_its_sentence_gives_it(text, made):
    assert html(text) == made


@pytest.mark.parametrize(
    "address",
    [
        "https://ailleurs.exemple.test/x",
        f"{SITE}.ailleurs.exemple.test/x",
        f"{SITE}@ailleurs.exemple.test/x",
    ],
)
def test_an_address_elsewhere_stays_in_sight(address):
    assert "Mon compte : " in html(f"Mon compte : {address}")
    assert ">Mon compte<" not in html(f"Mon compte : {address}")


@pytest.mark.parametrize(
    "typed",
    [
        "https://ailleurs.exemple.test/x",
        f"{SITE}.ailleurs.exemple.test/x",
        f"{SITE}@ailleurs.exemple.test/x",
        "www.exemple.fr",
        "piege.com",
        "cliquez@piege.test",
        "Téléphone : 08 99 00 00 00",
        "Adresse mail : cliquez@piege.test",
        "Votre service gestionnaire : Bureau\nAdresse mail : cliquez@piege.test",
    ],
)
def test_nothing_that_somebody_typed_becomes_a_link(typed):
    contact = "Votre service gestionnaire : Bureau"

    assert "<a " not in html(f"{typed}\n\n{contact}\n\nFin")
    assert "<a " in html(f"Ouvrir : {SITE}/x\n\n{typed}\n\n{contact}")


def test_lists_and_headings_are_real_ones():
    text = "Accusé de réception :\nReçu.\n\nSi ce n'était pas vous :\n- changez\n- regardez\n\nFin"

    assert re.sub(r"(</\w+>)(?=<(?:h|p|ul))", r"\1\n", html(text)).split("\n") == [
        "<h2>Accusé de réception</h2>",
        "<p>Reçu.</p>",
        "<p>Si ce n&#x27;était pas vous :</p>",
        "<ul><li>changez</li><li>regardez</li></ul>",
        "<p>Fin</p>",
    ]


def test_the_service_is_under_its_heading_and_is_called_by_a_press():
    text = (
        "Votre service gestionnaire : Bureau\nTéléphone : 03 53 01 00 01\n"
        "Adresse mail : bureau@exemple.test"
    )

    assert html(text) == (
        "<h2>Votre service gestionnaire</h2>"
        '<p>Bureau<br>Téléphone : <a href="tel:0353010001">03 53 01 00 01</a>'
        '<br>Adresse mail : <a href="mailto:bureau@exemple.test">bureau@exemple.test</a></p>'
    )


def test_what_somebody_wrote_stays_text():
    assert html(f"<b>Ici</b> & <i>là</i> : {SITE}/x") == (
        f'<p><a href="{SITE}/x">&lt;b&gt;Ici&lt;/b&gt; &amp; &lt;i&gt;là&lt;/i&gt;</a></p>'
    )


def test_addresses_behind_names_are_written_at_the_end_for_who_copies_them():
    page = page_of("Objet", f"Ouvrir : {SITE}/x")

    assert f"<li>Ouvrir&nbsp;: {SITE}/x</li>" in page.partition("<hr>")[2]
    assert "<hr>" not in page_of("Objet", "Bonjour")


def test_however_long_a_line_is_that_names_no_address_it_is_read_through_once():
    # Looked for from each of its points, it would take an hour.
    long = ". " * 200_000

    assert (
        html(f"Voir{long}ici {SITE}/x") == f'<p>Voir{long}ici <a href="{SITE}/x">{SITE}/x</a></p>'
    )
