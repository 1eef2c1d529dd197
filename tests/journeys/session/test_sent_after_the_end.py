"""What is sent after the end waits for its author, without a script."""

from datetime import timedelta

from tests.factories import PASSWORD
from tests.journeys.helpers import STREET, answer, press, signed_in, tab, text


def test_what_is_sent_after_the_end_waits_for_its_author(site, browser, draft, clock):
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    answer(page, "Numéro et voie", STREET)
    clock.shift(timedelta(minutes=31))

    press(page, "Suivant")
    assert "Votre session s'est terminée, faute d'activité." in text(page)
    answer(page, "Adresse mail", draft.candidate.user.email)
    answer(page, "Mot de passe", PASSWORD)
    press(page, "Se connecter")

    assert "Vos réponses sont là : vérifiez-les, puis continuez." in text(page)
    assert page.get_by_label("Numéro et voie").input_value() == STREET
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"
    context.close()
