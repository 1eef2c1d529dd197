"""Every exam of the demo is registered for, wherever its service is open."""

from pathlib import Path

import pytest
import time_machine

from sporades.cli import demo_files
from sporades.cli.demo_registrations import BREVET, CARE, CHILDHOOD, TEACHER
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.registrations.models import Registration
from tests.factories import NOW, OPERATOR, a_candidate
from tests.web.guide import BACKEND, a_browser, answer, begin, main, save

HOMES = {
    "A09": {"postcode": "59000", "town": "Lille"},
    "A25": {"postcode": "78000", "town": "Versailles"},
    "A28": {"postcode": "97400", "town": "Saint-Denis"},
    "A31": {"postcode": "97200", "town": "Fort-de-France"},
    "A40": {"postcode": "98800", "town": "Nouméa"},
}
ACCEPTED = {"modalites": {"accepted": "on"}, "identification": CARE["identification"]}
CONSENTS = {"publishes_name": "non", "shares_name": "oui"}

SPORT = {
    **ACCEPTED,
    "informations": {
        "category": "INDIVIDUEL",
        "passing_form": "GLOBALE",
        "has_disability": "non",
    },
    "qualification": {"experience": "4"},
    "supplementaires": {
        "q-structure": "Club des Îles",
        "q-projet": "Apprendre à nager à ceux qui vivent entourés d'eau.",
        "q-heures": "12,5",
        "q-debut": "01/09/2019",
        "q-encadre_mineurs": "oui",
        "q-publics": ["ENFANTS", "HANDICAP"],
        "q-support": "PLEINE-NATURE",
        **CONSENTS,
    },
    "epreuves": {"statut-U1": "benefice", "note-U1": "14", "session-U1": "2025"},
}
SECURITY = {
    **ACCEPTED,
    "informations": {
        "category": "APPRENTI",
        "passing_form": "GLOBALE",
        "zone": "",
        "has_disability": "oui",
    },
    "qualification": {"diploma": ""},
    "supplementaires": {
        "q-carte_professionnelle": "oui",
        "q-carte_valable": "30/06/2029",
        **CONSENTS,
    },
    "epreuves": {"statut-EG3": "dispense", "statut-UF2": "inscrit"},
}
COMPUTING = {
    **ACCEPTED,
    "informations": {
        "category": "DISTANCE",
        "passing_form": "GLOBALE",
        "has_disability": "non",
    },
    "qualification": {"diploma": "BAC"},
    "supplementaires": {"q-portfolio": "https://exemple.test/moi", **CONSENTS},
    "epreuves": {"statut-EF1": "inscrit", "option-EF1": "ITALIEN", "statut-EF2": "inscrit"},
}
MASTER = {
    **ACCEPTED,
    "informations": {"zone": "", "has_disability": "non"},
    "qualification": {"diploma": "INGENIEUR", "colouring": "HISTOIRE"},
    "supplementaires": {"q-fonctionnaire": "oui", "q-administration": "Phares", **CONSENTS},
    "epreuves": {
        "option-APPLICATION": "ARTS",
        "statut-LANGUE": "inscrit",
        "option-LANGUE": "ANGLAIS",
    },
}

EXAMS = {
    ("CS4-AG2S", "AG2S"): SPORT,
    ("BACPRO-ASSP", "ASSP-DOMICILE"): CARE,
    ("CAP-SECURITE", ""): SECURITY,
    ("CAP-AEPE", ""): CHILDHOOD,
    ("BTS-SIO", "SLAM"): COMPUTING,
    ("DNB", "GENERALE"): BREVET,
    ("CRPE-EXT-BAC3", ""): TEACHER,
    ("CRPE-EXT-BAC5", ""): MASTER,
}


@pytest.fixture(autouse=True)
def _our_day(territory, db):
    """Services are open or not as of one day."""
    with time_machine.travel(NOW, tick=False):
        yield
    forget()


def put_in_force(exam=""):
    """Put the demo's files in force, or only the one that holds an exam."""
    for source in demo_files.sources(Path("demo/reglementation"), at=NOW):
        if f"- code: {exam}" in source.text:
            exams.load(source, by=OPERATOR, at=NOW)
    forget()


def test_no_exam_of_the_demo_is_forgotten():
    put_in_force()

    assert {code for code, _ in EXAMS} == set(Exam.objects.values_list("code", flat=True))


@pytest.mark.parametrize(
    ("exam", "speciality"), EXAMS, ids=["-".join(filter(None, pair)) for pair in EXAMS]
)
def test_one_registers_for_it_wherever_it_is_open(exam, speciality):
    put_in_force(exam)
    found = Exam.objects.select_related("domain", "session").get(code=exam)
    services = [
        service
        for service in RegistrationService.objects.filter(domain=found.domain)
        if service.accepts(NOW)
    ]
    assert services
    where = f"/m-inscrire/{found.domain.code}/{found.session.code}/{exam}"
    start = f"{where}/{speciality}" if speciality else where

    said = [register(start, service.academy_id, EXAMS[exam, speciality]) for service in services]

    registrations = Registration.objects.order_by("pk")
    assert [one.academy_id for one in registrations] == [one.academy_id for one in services]
    for registration, page in zip(registrations, said, strict=True):
        assert f"Numéro d'inscription {registration.number}" in page
        assert registration.title in page
        assert registration.service.managing_service.name in page


NOTHING_ASKED = (
    "Aucune information supplémentaire n'est requise. Veuillez passer à l'onglet suivant."
)


def test_an_exam_that_asks_nothing_more_says_so_and_still_asks_for_the_consents():
    put_in_force("DNB")
    client = a_browser()
    client.force_login(a_candidate().user, backend=BACKEND)
    domain, session = Exam.objects.values_list("domain__code", "session__code").get(code="DNB")

    page = begin(client, f"/m-inscrire/{domain}/{session}/DNB/GENERALE")
    for slug in ("modalites", "identification", "informations"):
        page = answer(client, page, shown(page, BREVET[slug]))

    assert NOTHING_ASKED in main(page)
    assert list(page.context["form"].fields) == ["publishes_name", "shares_name"]


def register(start, academy, answers):
    """Register a new candidate who lives in an academy; return what the last page says."""
    client = a_browser()
    client.force_login(a_candidate().user, backend=BACKEND)
    page = begin(client, start, academy)
    for slug, given in answers.items():
        assert page.request["PATH_INFO"].endswith(f"/{slug}"), page.context["form"].errors
        home = HOMES[academy] if slug == "identification" else {}
        page = answer(client, page, {**shown(page, given), **home})
    assert page.request["PATH_INFO"].endswith("/recapitulatif"), page.context["form"].errors
    return main(save(client, page))


def shown(page, given):
    """Return what a browser would send: what the page shows, but where something is answered.

    Places differ from one academy to the next: the first of the list is taken.
    """
    form = page.context["form"]
    sent = {name: form[name].initial for name in form.fields if form[name].initial is not None}
    if "zone" in form.fields:
        given = {**given, "zone": form.fields["zone"].choices[1][0]}
    return {**sent, **{name: value for name, value in given.items() if name in form.fields}}
