"""A rule changes in the middle of a campaign: loaded, read, tried, put in force, met by a candidate."""

from sporades.accounts.models import Membership
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.registrations.models import Registration
from tests.factories import INVENTED, a_candidate, a_draft, a_registration
from tests.jobs import work
from tests.journeys.helpers import answer, choose, heading, press, signed_in, text
from tests.web.browser import follow

OLDER = ("minimum: 18, au: 2027-12-31", "minimum: 30, au: 2027-12-31")
SEVEN = ("coefficient: 3,", "coefficient: 7,")


def file_with(*changes):
    """Return the invented file, some passages changed, as a browser sends it."""
    content = INVENTED.read_text(encoding="utf-8")
    for old, new in changes:
        assert content.count(old) == 1
        content = content.replace(old, new)
    return {"name": "essai.yaml", "mimeType": "application/yaml", "buffer": content.encode()}


def send(page, file):
    """Choose a file and load it."""
    page.get_by_label("Fichier de réglementation").set_input_files(file)
    press(page, "Charger le fichier")


def test_a_rule_is_loaded_read_tried_put_in_force_and_met(site, context, enter):
    filed = a_registration(a_candidate(birth_name="Le Goff", first_names="Maëlle"))
    begun = a_draft(a_candidate())
    administrator = enter("admin@exemple.test", Membership.Role.ADMINISTRATOR, ())

    administrator.goto(f"{site}/gestion/reglementations")
    choose(administrator, "Charger un fichier")
    send(administrator, file_with(("nature: ecrite, duree: 3 h", "nature: ecrit, duree: 3 h")))
    assert "« ecrit » ne convient pas" in text(administrator)
    send(administrator, file_with(OLDER, SEVEN))

    assert heading(administrator) == "Réglementation : Brevet d'essai, session 2027"
    assert "2 changements par rapport à la version 1" in text(administrator)
    assert "Épreuve E1, Français : coefficient 7 au lieu de 3" in text(administrator)
    candidate = signed_in(context, site, begun.candidate)
    candidate.goto(f"{site}/inscription/{begun.pk}/recapitulatif")
    assert "Il faut avoir 18 ans" not in text(candidate)

    press(administrator, "Essayer à blanc")
    work("trials")
    choose(administrator, "Voir où il en est")
    assert "Acceptées telles quelles : 0. Refusées : 1." in text(administrator)
    assert filed.number in text(administrator)

    administrator.goto(f"{site}/gestion/")
    follow(administrator.get_by_role("main").get_by_role("link", name="ESSAI 2027"))
    press(administrator, "Mettre en vigueur")
    assert "1 inscription, 0 modification" in text(administrator)
    press(administrator, "Mettre en vigueur")
    assert "Il y a 2 points à corriger" in text(administrator)
    answer(administrator, "J'ai lu la différence avec ce qui est en vigueur", value=True)
    answer(administrator, "Domaine et session", "essai 2027")
    press(administrator, "Mettre en vigueur")
    assert "La version 2 est en vigueur" in text(administrator)

    forget()
    press(candidate, "Enregistrer")
    assert "Les règles ont changé" in text(candidate)
    assert "Il faut avoir 18 ans" in text(candidate)
    assert Registration.objects.get().regulation.number == 1
    assert Regulation.objects.count() == 2

    with administrator.expect_download() as coming:
        administrator.get_by_role("link", name="Télécharger le fichier de la version 1").click()
    assert coming.value.path().read_bytes() == INVENTED.read_bytes()
