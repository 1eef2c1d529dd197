"""The pictures of the README and of the guides, taken from a demo that runs.

    python -m tools.screenshots [ADDRESS]      http://localhost:8000, unless said otherwise

The demo's people are used as a visitor would: a newcomer begins a registration, leaves it at
the tab « Identification », and abandons it when the picture is taken; a manager searches, reads
a file and a piece, prepares a batch and an export, and launches neither; prepares three attestations, which
are then dropped; an administrator loads a réglementation, reads what it would change, and gives
it up; a doctor opens a paper, reads an opinion over, and signs nothing.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tools import machine

FOLDER = Path("docs/images")
PASSWORD = "sporades-demo-2026"  # noqa: S105 - in the README
NEWCOMER, REGULAR = "nouveau@demo.test", "habitue@demo.test"
ASKING = "amenagement5@demo.test"
MANAGER, ADMINISTRATOR = "gestionnaire.lille@demo.test", "administrateur@demo.test"
DOCTOR = "medecin.lille@demo.test"
WIDE, NARROW = 1280, 320
PATIENCE = 60
"""How many times, twice a second, one looks whether a job is done."""
TALLEST = {WIDE: 960, NARROW: 960}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def take(address: str) -> list[Path]:
    """Take every picture; return the files written."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=machine.prepare() or None, args=FLAGS)
        try:
            return [
                *_public(browser, address),
                *_wizard(browser, address),
                *_mine(browser, address),
                *_pieces(browser, address),
                *_accommodation(browser, address),
                *_office(browser, address),
                *_regulation(browser, address),
                *_doctor(browser, address),
            ]
        finally:
            browser.close()


def _public(browser: Browser, address: str) -> Iterator[Path]:
    with _reader(browser, address, WIDE) as page:
        page.goto("/ouverture-des-services?academie=A09")
        yield _kept(page, "services")


def _wizard(browser: Browser, address: str) -> Iterator[Path]:
    with _reader(browser, address, WIDE, NEWCOMER) as page:
        _begin(page)
        tab = page.url
        yield _kept(page, "wizard")
        page.set_viewport_size({"width": NARROW, "height": 640})
        page.goto(tab)
        yield _kept(page, "wizard-320")
        page.goto(re.sub(r"/[^/]+$", "/abandon", tab))
        page.get_by_role("button", name="Abandonner").click()


def _begin(page: Page) -> None:
    """Begin a registration where a service is open, and answer the first tab."""
    page.goto("/m-inscrire")
    choices, where = page.locator("main .s-choices a"), page.get_by_label("Académie", exact=True)
    choices.first.click()
    page.wait_for_url("/m-inscrire/**")
    if not where.count():  # where there is one exam, nothing is asked
        choices.first.click()
    for value in where.locator("option").evaluate_all("all => all.map(one => one.value)")[1:]:
        where.select_option(value)
        page.get_by_role("button", name="Voir les dates").click()
        start = page.get_by_role("button", name=re.compile("Démarrer|Reprendre"))
        if start.count():
            start.click()
            break
    if page.url.endswith("/modalites"):
        page.locator("main form label.fr-label").first.click()
        page.locator("main button:visible", has_text="Suivant").last.click()


def _mine(browser: Browser, address: str) -> Iterator[Path]:
    with _reader(browser, address, WIDE, REGULAR) as page:
        page.goto("/mes-inscriptions")
        page.get_by_role("link", name=re.compile("Gérer ma candidature")).first.click()
        yield _kept(page, "registration")


def _pieces(browser: Browser, address: str) -> Iterator[Path]:
    """Show the pieces of a registration, and where one is given, on a telephone."""
    with _reader(browser, address, WIDE, REGULAR) as page:
        page.goto("/mes-inscriptions")
        page.get_by_role("link", name=re.compile("Gérer ma candidature")).last.click()
        page.wait_for_url(re.compile(r"/mes-inscriptions/\d+$"))
        page.goto(f"{page.url}/pieces")
        yield _kept(page, "pieces")
        page.set_viewport_size({"width": NARROW, "height": 640})
        page.get_by_role("link", name=re.compile("^(Déposer|Remplacer)")).last.click()
        page.wait_for_url("**/pieces/*")
        yield _kept(page, "piece-320")


def _accommodation(browser: Browser, address: str) -> Iterator[Path]:
    """Show where a request stands, on a telephone, and its papers of health."""
    with _reader(browser, address, NARROW, ASKING) as page:
        page.goto("/mes-inscriptions")
        page.get_by_role("link", name=re.compile("Gérer ma candidature")).first.click()
        page.wait_for_url(re.compile(r"/mes-inscriptions/\d+$"))
        file = page.url
        page.goto(f"{file}/amenagement")
        yield _kept(page, "amenagement-320")
        page.set_viewport_size({"width": WIDE, "height": 800})
        page.goto(f"{file}/sante")
        yield _kept(page, "papiers-de-sante")


def _office(browser: Browser, address: str) -> Iterator[Path]:
    with _reader(browser, address, WIDE, MANAGER) as page:
        yield _kept(page, "gestion-accueil")
        page.goto("/gestion/inscriptions")
        page.locator("[name=g-ajout]").select_option("nom")
        page.get_by_role("button", name="Ajouter ce critère").first.click()
        page.locator("[name=g-1-operateur]").select_option("commence")
        page.locator("[name=g-1-valeur]").fill("d")
        yield _kept(page, "gestion-criteres")
        page.get_by_role("button", name="Rechercher").first.click()
        page.wait_for_url("**/recherches/*")
        found = page.url
        yield _kept(page, "gestion-liste")
        page.locator("tbody th a").first.click()
        page.wait_for_url(re.compile(r"/inscriptions/\d+\?"))
        yield _kept(page, "gestion-dossier")
        page.goto(found)
        page.locator(".s-tick").first.check()
        page.get_by_role("button", name="Agir sur les inscriptions cochées").click()
        page.locator("label", has_text="Valider").first.click()
        page.get_by_role("button", name="Voir ce qui sera fait").click()
        page.wait_for_url("**/lots/*")
        yield _kept(page, "gestion-lot")
        _prepare_documents(page, found)
        yield _kept(page, "gestion-publication")
        page.get_by_text("Abandonner la publication").click()
        page.get_by_role("button", name="Abandonner et effacer les documents").click()
        page.goto("/gestion/amenagements")
        yield _kept(page, "gestion-amenagements")
        page.goto("/gestion/amenagements?etape=a-decider")
        page.locator("main table").last.locator("th a").first.click()
        page.wait_for_url("**/amenagement/traiter?*")
        yield _kept(page, "gestion-amenagement")
        page.goto(f"{found}/export")
        yield _kept(page, "gestion-export")
        page.goto("/gestion/services")
        yield _kept(page, "gestion-services")
        # Signed in once: a code of the second factor serves once.
        yield from _verified(page)


def _verified(page: Page) -> Iterator[Path]:
    """Show the pieces that wait for a manager, and one of which the file is there."""
    page.goto("/gestion/pieces")
    yield _kept(page, "gestion-pieces")
    page.locator("tbody tr", has_text="Déposée").locator("th a").first.click()
    page.wait_for_url("**/pieces/*")
    yield _kept(page, "gestion-piece")


def _prepare_documents(page: Page, found: str) -> None:
    """Prepare the attestations of the first registrations of a list, and open their publication."""
    page.goto(found)
    for tick in page.locator(".s-tick").all()[:3]:
        tick.check()
    page.get_by_role("button", name="Agir sur les inscriptions cochées").click()
    page.locator("label", has_text="Préparer un document").first.click()
    page.get_by_role("button", name="Voir ce qui sera fait").click()
    page.get_by_role("button", name="Lancer").click()
    done = page.get_by_role("link", name="Voir les documents préparés")
    for _ in range(PATIENCE):
        page.reload()
        if done.count() and page.get_by_text("Terminé", exact=True).count():
            break
        page.wait_for_timeout(500)
    done.click()
    page.wait_for_url("**/publications/*")


def _regulation(browser: Browser, address: str) -> Iterator[Path]:
    with _reader(browser, address, WIDE, ADMINISTRATOR) as page:
        page.goto("/gestion/reglementations")
        page.locator("tbody th a").nth(1).click()
        file = page.get_by_role("link", name="Télécharger le fichier").first
        text = page.request.get(str(file.get_attribute("href"))).text()
        changed = re.sub(r"coefficient: \d+", "coefficient: 7", text, count=2)
        page.goto("/gestion/reglementations/chargement")
        page.locator("[name=fichier]").set_input_files(
            {
                "name": "reglementation.yaml",
                "mimeType": "application/yaml",
                "buffer": changed.encode(),
            }
        )
        page.get_by_role("button", name="Charger le fichier").click()
        page.wait_for_url("**/preparees/*")
        page.goto(page.url)  # without the word that says that it is loaded
        yield _kept(page, "gestion-reglementation")
        page.get_by_role("button", name="Retirer ce fichier").click()
        page.wait_for_load_state()


def _doctor(browser: Browser, address: str) -> Iterator[Path]:
    with _reader(browser, address, WIDE, DOCTOR) as page:
        yield _kept(page, "medecin-demandes")
        mine = page.locator("tbody th a")
        if mine.count():
            mine.first.click()
        else:
            page.get_by_role("button", name="Je m'en charge").first.click()
        page.wait_for_url("**/demandes/*")
        page.locator("button[name=ouvrir]").first.click()
        page.wait_for_url("**papier=**")
        for group in page.locator("main fieldset:has(input[value=favourable])").all():
            group.locator("label", has_text="Favorable").first.click()
        page.wait_for_load_state("networkidle")
        beside = FOLDER / "medecin-demande.png"
        page.locator(".s-beside").screenshot(path=beside)
        yield beside
        page.get_by_role("button", name="Relire et signer").click()
        page.wait_for_url("**/signature")
        yield _kept(page, "medecin-signature")


@contextmanager
def _reader(browser: Browser, address: str, width: int, who: str = "") -> Iterator[Page]:
    """Open a page as somebody, signed in or not, in light colours."""
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": 800},
        locale="fr-FR",
        color_scheme="light",
    )
    page = context.new_page()
    try:
        if who:
            page.goto("/connexion")
            page.locator("[name=login]").fill(who)
            page.locator("[name=password]").fill(PASSWORD)
            page.get_by_role("button", name="Se connecter", exact=True).click()
            if who in (MANAGER, ADMINISTRATOR, DOCTOR):
                page.locator("[name=code]").fill(_code(who))
                page.get_by_role("button", name="Se connecter", exact=True).click()
            page.wait_for_url(re.compile("/accueil$|/gestion/$|/medecin/$"))
        yield page
    finally:
        context.close()


def _code(who: str) -> str:
    """Return the current code of a person's second factor: the demo says it."""
    command = [sys.executable, "-m", "tools.demo", "code", who]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return said.split()[-1]


def _kept(page: Page, name: str) -> Path:
    """Keep the top of a page, as tall as its content up to a limit."""
    page.wait_for_load_state("networkidle")
    size = page.viewport_size
    assert size is not None  # noqa: S101 - set when the page was opened
    tall = page.evaluate("document.documentElement.scrollHeight")
    path = FOLDER / f"{name}.png"
    page.screenshot(
        path=path,
        full_page=True,
        clip={
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(tall, TALLEST[size["width"]]),
        },
    )
    return path


def main(words: list[str]) -> int:
    """Take the pictures, or say why not."""
    address = words[0] if words else "http://localhost:8000"
    try:
        for path in take(address.rstrip("/")):
            print(path)
    except (Error, machine.Missing) as reason:
        sys.stderr.write(f"{reason}\nLancez d'abord « make demo », puis donnez son adresse.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
