"""Files that a form sends with itself are weighed before they leave."""

from playwright.sync_api import expect

from tests.evidence.given import a_photo
from tests.factories import a_registration
from tests.journeys.helpers import press, signed_in, text


def test_papers_of_health_too_heavy_together_are_not_sent(site, context, tmp_path):
    filed = a_registration(informations={"has_disability": "oui"})
    page = signed_in(context, site, filed.candidate)
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante/papier-de-sante")
    files = [tmp_path / f"{number}.pdf" for number in range(6)]
    for file in files:
        file.write_bytes(b"%PDF-" + b"0" * 4_700_000)
    page.locator("[type=file]").set_input_files(files)
    methods = []
    page.on("request", lambda request: methods.append(request.method))

    page.get_by_role("button", name="Déposer", exact=True).click()

    page.get_by_text("pour 25 Mo au plus").wait_for()
    assert "28,3" in text(page)
    assert "POST" not in methods


def test_a_paper_of_health_of_a_wrong_type_costs_none_of_the_others(site, context):
    filed = a_registration(informations={"has_disability": "oui"})
    page = signed_in(context, site, filed.candidate)
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante/papier-de-sante")
    page.locator("[type=file]").set_input_files(
        [
            {"name": "une.jpg", "mimeType": "image/jpeg", "buffer": a_photo()},
            {"name": "lettre.txt", "mimeType": "text/plain", "buffer": b"Bonjour"},
        ]
    )
    methods = []
    page.on("request", lambda request: methods.append(request.method))

    page.get_by_role("button", name="Déposer", exact=True).click()

    page.get_by_text("lettre.txt : Ce fichier n'est ni un PDF").wait_for()
    assert "rien n'est envoyé" in text(page)
    assert "POST" not in methods
    assert page.locator("[type=file]").evaluate("field => field.files.length") == 2
    page.get_by_role("button", name="Retirer lettre.txt").click()
    expect(page.get_by_text("lettre.txt est retiré. une.jpg est choisi.")).to_be_visible()
    expect(page.get_by_text("n'est ni un PDF")).to_be_hidden()
    assert page.locator("[type=file]").evaluate("field => field.files[0].name") == "une.jpg"


def test_a_paper_of_health_of_a_wrong_type_leaves_as_another_is_chosen(site, context):
    filed = a_registration(informations={"has_disability": "oui"})
    page = signed_in(context, site, filed.candidate)
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante/papier-de-sante")
    field = page.locator("[type=file]")
    wrong = {"name": "lettre.txt", "mimeType": "text/plain", "buffer": b"Bonjour"}
    field.set_input_files([wrong])
    page.get_by_role("button", name="Déposer", exact=True).click()
    page.get_by_text("lettre.txt : Ce fichier n'est ni un PDF").wait_for()

    field.set_input_files([{"name": "une.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}])

    expect(page.get_by_text("lettre.txt, refusé, est retiré. une.jpg est choisi.")).to_be_visible()
    expect(page.get_by_text("n'est ni un PDF")).to_be_hidden()
    assert field.evaluate("field => [...field.files].map((one) => one.name)") == ["une.jpg"]


def test_a_paper_that_was_wanting_is_said_to_want_no_more_once_it_is_chosen(site, context):
    filed = a_registration(informations={"has_disability": "oui"})
    page = signed_in(context, site, filed.candidate)
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante/papier-de-sante")
    press(page, "Déposer")
    field = page.locator("[type=file]")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert page.title().startswith("1 erreur")

    field.set_input_files([{"name": "une.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}])

    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("[data-error-summary], .s-field--error")).to_have_count(0)
    assert "erreur" not in page.title()
    assert "_error" not in field.get_attribute("aria-describedby")
