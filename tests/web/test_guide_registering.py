"""The guide, « M'inscrire »: from the period indicated to the tab « N° Inscription »."""

from datetime import timedelta

import pytest
import time_machine

from sporades.exams.held import forget
from sporades.registrations.models import Draft, Registration
from tests.factories import NOW, a_candidate, a_registration, answers_with, load_invented
from tests.web.filled import MINOR
from tests.web.guide import (
    COMPETITION,
    COMPETITION_ANSWERS,
    EXAM,
    answer,
    begin,
    buttons,
    faulty,
    links,
    load_competition,
    main,
    mandatory,
    save,
    seen,
    shown,
    walk,
    words,
)

TABS = [
    "Modalités d'inscription",
    "Identification",
    "Informations candidature",
    "Formation",
    "Informations supplémentaires",
    "Épreuves",
    "Récapitulatif",
    "N° Inscription",
]

pytestmark = pytest.mark.usefixtures("stopped_clock")


# --- The period, the academy -----------------------------------------------------------------


@pytest.mark.parametrize("days", [-60, 60], ids=["before the opening", "after the closing"])
def test_one_registers_in_the_period_indicated_and_at_no_other_time(sign_in, days):
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        client = sign_in(a_candidate())
        page = client.get(f"{EXAM}?academie=A09")
        refused = client.post(EXAM, {"academie": "A09"})

    assert "Démarrer mon inscription" not in buttons(page)
    assert refused.status_code == 409
    assert "mardi 15 décembre 2026" in main(page)
    assert not Draft.objects.exists()


def test_within_the_period_one_starts_after_seeing_dates_and_service(sign_in):
    client = sign_in(a_candidate())

    page = client.get(f"{EXAM}?academie=A09")

    assert "Démarrer mon inscription" in buttons(page)
    assert "lundi 12 octobre 2026 à 8 h 00 (heure de Paris)" in main(page)
    assert "Bureau des essais de Lille" in main(page)
    assert "vous devez vous inscrire dans l'académie de votre résidence" in main(page)


def test_within_the_period_the_conditions_are_read_before_one_starts(sign_in):
    client = sign_in(a_candidate())

    page = client.get(f"{EXAM}?academie=A09")

    shown = seen(page)
    items = [words(item) for item in shown.cssselect("main section > ul > li")]
    folded = [words(one) for one in shown.cssselect("main details.s-fold p")]
    start = shown.xpath("//main//button[normalize-space()='Démarrer mon inscription']")[0]
    fold = shown.cssselect("main details.s-fold")[0]
    assert items == [
        "Individuel : Vous ne suivez pas de formation cette année. Condition : Article 1 inventé.",
        "Formation continue : Vous êtes en formation. Condition : Article 2 inventé.",
    ]
    assert folded == [
        "Ce brevet n'existe pas. Il sert à vérifier que tout fonctionne.",
        "L'absence à une épreuve obligatoire est éliminatoire.",
    ]
    everything = list(shown.iter())
    assert everything.index(fold) < everything.index(start)


def test_where_the_address_decides_it_may_be_that_of_where_one_works(sign_in):
    old = "    inscription_unique: {dans: examen"
    load_invented((old, f"    rattachement: {{regle: adresse}}\n{old}"))
    forget()
    client = sign_in(a_candidate())
    chosen = client.get(f"{EXAM}?academie=A09")
    page = answer(client, begin(client), answers_with()["modalites"])
    work = {"postcode": "78000", "town": "Versailles"}
    refused = answer(client, page, answers_with(identification=work)["identification"])

    for one in (chosen, page, refused):
        assert "personnelle ou administrative" in main(one)
        for home in ("résidence.", "domicile", "habitez"):
            assert home not in main(one)
    assert "Continuer auprès de l'académie de Versailles" in main(refused)


def test_for_an_exam_one_registers_in_the_academy_where_one_lives(sign_in):
    client = sign_in(a_candidate())
    page = answer(client, begin(client), answers_with()["modalites"])
    home = {"postcode": "78000", "town": "Versailles"}

    refused = answer(client, page, answers_with(identification=home)["identification"])
    moved = client.post(seen(refused).cssselect("form.s-inset")[0].get("action"), follow=True)

    assert refused.request["PATH_INFO"].endswith("/identification")
    assert "vous devez vous inscrire dans l'académie de votre résidence" in main(refused)
    assert "Bureau des essais de Versailles" in main(refused)
    [line] = [words(one) for one in seen(refused).cssselect(".s-summary li")]
    assert (
        "78000 est dans l'académie de Versailles, et cette inscription est pour l'académie de Lille."
        in line
    )
    assert len(line.split()) < 30
    assert Draft.objects.get().service.academy_id == "A25"
    assert "auprès de l'académie de Versailles, avec toutes vos réponses" in main(moved)


def test_a_competition_follows_its_own_rule(sign_in):
    load_competition()
    forget()
    client = sign_in(a_candidate())
    page = answer(client, begin(client, COMPETITION), COMPETITION_ANSWERS["modalites"])
    home = {"postcode": "78000", "town": "Versailles"}

    page = answer(client, page, answers_with(identification=home)["identification"])

    assert words(seen(page).cssselect("h1")[0]).endswith("Informations candidature")


# --- The tabs --------------------------------------------------------------------------------


def test_account_data_are_carried_over_and_cannot_be_typed_again(sign_in):
    client = sign_in(a_candidate())

    page = answer(client, begin(client), answers_with()["modalites"])

    greyed = words(seen(page).cssselect("main .s-greyed")[0])
    for owed in ("Le Goff", "Maëlle Anne", "14 mars 1998", "Lille (Nord)"):
        assert owed in greyed
    asked = {field.get("name") for field in seen(page).cssselect("main input, main select")}
    assert not asked & {"birth_name", "usage_name", "first_names", "birth_date", "birth_place"}


# A minor born abroad, whose answers call for every question that may be called for.
ASKED_ALL = answers_with(
    identification={
        "father_name": "Jürgen Müller",
        "mother_name": "Anne Le Goff",
        "guardian_name": "Anne Le Goff",
        "guardian_phone": "06 39 98 12 35",
    },
    informations={"national_service": "JDC"},
    supplementaires={"q-permis": "oui", "q-permis_numero": "MER-4412"},
    epreuves={
        "statut-E1": "benefice",
        "note-E1": "12,5",
        "session-E1": "2025",
        "statut-F1": "inscrit",
        "option-F1": "BRETON",
    },
)
# One telephone of the two is waited for: without the mobile above, this one would do.
ONE_OF_TWO = ("identification", "phone")
# Left out, they say no.
CONSENTS = [("supplementaires", "publishes_name"), ("supplementaires", "shares_name")]
MANDATORY = [
    (tab, name)
    for tab, answers in ASKED_ALL.items()
    for name in answers
    if (tab, name) not in CONSENTS
]


def reach(client, slug):
    """Begin as a minor born abroad, and return the tab of this slug."""
    page = begin(client)
    for tab, answers in ASKED_ALL.items():
        assert page.request["PATH_INFO"].endswith(f"/{tab}")
        if tab == slug:
            break
        page = answer(client, page, answers)
    return page


def test_the_fields_said_to_be_mandatory_are_those_whose_absence_is_tried_below(sign_in):
    client = sign_in(a_candidate(**MINOR))
    said, page = {}, begin(client)
    for tab, answers in ASKED_ALL.items():
        # Sent back once, the page knows which questions the answers call for.
        left_out = next(name for slug, name in MANDATORY if slug == tab)
        refused = answer(client, page, {**answers, left_out: ""})
        assert refused.request["PATH_INFO"].endswith(f"/{tab}")
        said |= {tab: mandatory(refused)}
        page = answer(client, refused, answers)

    assert page.request["PATH_INFO"].endswith("/recapitulatif")
    mandatory_ones = {*MANDATORY, ONE_OF_TWO}
    assert {(tab, name) for tab, names in said.items() for name in names} == mandatory_ones


@pytest.mark.parametrize(("slug", "missing"), MANDATORY, ids=str)
def test_next_waits_for_every_mandatory_field_of_the_tab(sign_in, slug, missing):
    client = sign_in(a_candidate(**MINOR))
    page = reach(client, slug)
    others = {name: value for name, value in ASKED_ALL[slug].items() if name != missing}

    stayed = answer(client, page, others)

    assert stayed.request["PATH_INFO"].endswith(f"/{slug}")
    both_numbers = {"phone", "mobile"}
    assert faulty(stayed) == (both_numbers if missing in both_numbers else {missing})
    assert len(seen(stayed).cssselect("main #erreurs li a")) == 1
    kept = shown(stayed)
    assert {name: kept[name] for name in others} == {
        name: [value] for name, value in others.items()
    }


def test_next_goes_to_the_next_tab_and_previous_comes_back_with_its_answers(sign_in):
    client = sign_in(a_candidate())
    page = answer(client, begin(client), answers_with()["modalites"])
    shown = [button for button in buttons(page) if button in {"Précédent", "Suivant"}]

    page = answer(client, page, answers_with()["identification"])
    back = answer(client, page, {**answers_with()["informations"], "precedent": "1"})

    assert shown == ["Précédent", "Suivant"]
    assert page.request["PATH_INFO"].endswith("/informations")
    assert back.request["PATH_INFO"].endswith("/identification")
    [street] = seen(back).cssselect("input[name=address_1]")
    assert street.get("value") == "12 rue des Îles"


def test_the_summary_shows_everything_to_be_checked_and_leads_back_to_each_tab(sign_in):
    client = sign_in(a_candidate())

    page = walk(client)

    text = main(page)
    for owed in (
        "Le Goff",
        "12 rue des Îles",
        "59000",
        "Individuel",
        "Globale",
        "Lille et sa métropole",
        "CAP",
        "Rouge",
        "Navigation",
        "Nage",
    ):
        assert owed in text
    draft = Draft.objects.get()
    for slug in answers_with():
        assert f"/inscription/{draft.pk}/{slug}?retour=1" in {
            link.get("href") for link in seen(page).cssselect("main a")
        }
    assert links(page, "Précédent") == [f"/inscription/{draft.pk}/epreuves"]


def test_save_stands_on_the_last_tab_but_one_and_nowhere_before(sign_in):
    client = sign_in(a_candidate())
    page = begin(client)
    before = [buttons(page)]
    for answers in answers_with().values():
        page = answer(client, page, answers)
        before.append(buttons(page))
    *tabs, last = before

    assert "Enregistrer" in last
    assert not any("Enregistrer" in labels for labels in tabs)
    assert page.context["step"].titles == tuple(TABS)
    assert (page.context["step"].number, page.context["step"].total) == (7, 8)


def test_nothing_is_registered_until_save(sign_in):
    client = sign_in(a_candidate())

    page = walk(client)

    assert "Votre inscription n'est pas encore enregistrée." in main(page)
    assert not Registration.objects.exists()


def test_the_last_tab_gives_both_numbers_and_the_managing_service(sign_in):
    client = sign_in(a_candidate())

    page = save(client, walk(client))

    registration = Registration.objects.get()
    text = main(page)
    assert "N° Inscription" in text
    assert f"Numéro candidat {registration.candidate.number}" in text
    assert f"Numéro d'inscription {registration.number}" in text
    for owed in ("Bureau des essais de Lille", "03 53 01 00 01", "1 place des Essais"):
        assert owed in text


def test_the_last_tab_gives_the_receipt_with_its_hour_its_number_its_service_and_the_law(sign_in):
    client = sign_in(a_candidate(email="maelle@exemple.test"))
    page = walk(client)

    with time_machine.travel(NOW + timedelta(minutes=7), tick=False):
        page = save(client, page)

    number = Registration.objects.get().number
    _, receipt = main(page).split("Accusé de réception ")
    assert receipt.startswith(
        "Demande reçue le mercredi 25 novembre 2026 à 10 h 37 (heure de Paris) et enregistrée sous "
        f"le numéro {number}, version n°1, par le service : Bureau des essais de Lille, académie de Lille. "
        "Ce que dit la loi Autorité compétente : le recteur de l'académie (arrêté inventé du 1er janvier). "
        "Sans réponse de sa part le 25 janvier 2027, votre demande sera réputée acceptée. "
        "Ce délai ne court que du jour où le service reçoit tout ce qui vous est demandé, avant la date "
        "limite d'envoi (code des relations entre le public et l'administration, article L. 114-5). "
    )
    assert words(seen(page).cssselect("main details summary")[-1]) == "Ce que dit la loi"


def test_the_receipt_of_a_modification_has_its_own_hour_and_version(sign_in):
    registration = a_registration()

    with time_machine.travel(NOW + timedelta(minutes=20), tick=False):
        client = sign_in(registration.candidate)
        page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
        draft = page.request["PATH_INFO"].split("/")[2]
        typed = answers_with()["identification"] | {"ine": "0801234567A"}
        client.post(f"/inscription/{draft}/identification", typed)
        page = save(client, client.get(f"/inscription/{draft}/recapitulatif"))

    assert (
        "Accusé de réception Demande reçue le mercredi 25 novembre 2026 à 10 h 50 (heure de Paris) "
        f"et enregistrée sous le numéro {registration.number}, version n°2, "
        "par le service : Bureau des essais de Lille, académie de Lille."
    ) in main(page)


# --- The picture of the guide ----------------------------------------------------------------


def test_a_competition_reads_as_the_guide_pictures_it(sign_in):
    load_competition()
    forget()
    client = sign_in(a_candidate())
    save(client, walk(client, start=COMPETITION, answers=COMPETITION_ANSWERS))
    number = Registration.objects.get().number

    page = client.get(f"/mes-inscriptions/{number}/recapitulatif")

    tables = {
        words(table.cssselect("caption")[0]): [
            [words(cell) for cell in row if words(cell)] for row in table.cssselect("tbody tr")
        ]
        for table in seen(page).cssselect("main table")
    }
    assert list(tables) == [
        "Admissibilité : Epreuve(s) obligatoire(s)",
        "Admission (si admissible) : Epreuve(s) obligatoire(s)",
    ]
    assert tables["Admissibilité : Epreuve(s) obligatoire(s)"] == [
        ["Français", "Inscrit", "Ecrite"],
        ["Mathématiques", "Inscrit", "Ecrite"],
    ]
    headings = [words(heading) for heading in seen(page).cssselect("main h2")]
    assert [one for one in headings if one in ("Formation", "Epreuves")] == [
        "Formation",
        "Epreuves",
    ]
    text = main(page)
    assert (
        "Formation Diplôme, titre ou dispense Diplôme d'ingénieur (BAC+5) "
        "Coloration disciplinaire Histoire" in text
    )
    assert "Entretien EPS Inscrit Orale" in text
    assert buttons(page) == ["Modifier"]
    assert links(page, "Visualiser/imprimer")
    assert links(page, "Quitter")


def test_who_is_registered_already_is_led_to_that_registration(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    page = client.get(f"{EXAM}?academie=A09")

    assert links(page, "Gérer ma candidature") == [f"/mes-inscriptions/{registration.number}"]
    assert "Démarrer mon inscription" not in buttons(page)
