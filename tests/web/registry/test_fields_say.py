"""A-05: every field of every page says what it is, whether it is due, and in what form."""

import re

import lxml.html
import pytest

from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections.identification import IDENTIFICATION
from tests.factories import NOW, a_candidate, a_draft
from tests.web.registry.states import READ
from tests.web.registry.test_pages_say import CONTROLS, words

# What a field is to the browser (WCAG 1.3.5), by the names of fields.
TOKENS = {
    "address_1": {"address-line1", "off"},
    "address_2": {"address-line2", "off"},
    "address_3": {"address-line3", "off"},
    "birth_date_day": {"bday-day"},
    "birth_date_month": {"bday-month"},
    "birth_date_year": {"bday-year"},
    "birth_name": {"family-name"},
    "code": {"one-time-code", "off"},
    "country": {"country-name", "off"},
    "email": {"email", "off"},
    "first_names": {"given-name"},
    "login": {"username"},
    "mobile": {"mobile tel"},
    "oldpassword": {"current-password"},
    "password": {"current-password", "new-password"},
    "password1": {"new-password"},
    "phone": {"home tel", "off"},
    "postcode": {"postal-code", "off"},
    "town": {"address-level2", "off"},
}
# Why the others are nothing to it.
BUTTONS = "HTML gives radio buttons and boxes no autocomplete"
NO_WORD = "HTML has no word for it"
OTHERS = "it is said of somebody else"
EXAM = "it is said of the exam, or by the exam"
OUTSIDE = {
    "a_partir_du": NO_WORD,
    "acte": NO_WORD,
    "adresse_postale": OTHERS,
    "courriel": OTHERS,
    "horaires": NO_WORD,
    "information": NO_WORD,
    "information_au": NO_WORD,
    "information_du": NO_WORD,
    "interlocuteur": OTHERS,
    "telephone": OTHERS,
    "adresse": OTHERS,
    "au": NO_WORD,
    "auteur": OTHERS,
    "aussi": BUTTONS,
    "autre_personne": BUTTONS,
    "canal": BUTTONS,
    "comptees": NO_WORD,
    "contenu": BUTTONS,
    "delai": NO_WORD,
    "demandee": NO_WORD,
    "voie": BUTTONS,
    "jusquau": NO_WORD,
    "du": NO_WORD,
    "compter_par": NO_WORD,
    "et_par": NO_WORD,
    "etat": NO_WORD,
    "examen": EXAM,
    "nom_du_modele": NO_WORD,
    "numero": OTHERS,
    "objet": NO_WORD,
    "texte": NO_WORD,
    "academie": EXAM,
    "archive": NO_WORD,
    "piece": NO_WORD,
    "specialite": EXAM,
    "arrivee": NO_WORD,
    "par": BUTTONS,
    "fichier": NO_WORD,
    "fichiers": NO_WORD,
    "garder": BUTTONS,
    "suite": BUTTONS,
    "porte_documents": BUTTONS,
    "raison": BUTTONS,
    "qualite": NO_WORD,
    "recours": NO_WORD,
    "nature": NO_WORD,
    "academies": BUTTONS,
    "acces": NO_WORD,
    "accepted": BUTTONS,
    "accord": BUTTONS,
    "autre-accessible": NO_WORD,
    "autre-tiers": NO_WORD,
    "motif-accessible": NO_WORD,
    "motif-tiers": NO_WORD,
    "avis-accessible": BUTTONS,
    "avis-tiers": BUTTONS,
    "epreuves-lecteur": BUTTONS,
    "lecteur": BUTTONS,
    "medecin": BUTTONS,
    "mesures-1": BUTTONS,
    "mesures-2": BUTTONS,
    "mesures-3": BUTTONS,
    "plan": BUTTONS,
    "garde": BUTTONS,
    "distinction": NO_WORD,
    "verdict": BUTTONS,
    "geste": BUTTONS,
    "manque": NO_WORD,
    "appel": BUTTONS,
    "avis": BUTTONS,
    "pourquoi": BUTTONS,
    "etape": NO_WORD,
    "prenom": OTHERS,
    "fonction": NO_WORD,
    "decision-…": BUTTONS,
    "autre-…": NO_WORD,
    "motif-…": NO_WORD,
    "refus": NO_WORD,
    "accordee_le": NO_WORD,
    "accordee_par": OTHERS,
    "address_4": "HTML knows three lines of an address",
    "birth_country": NO_WORD,
    "birth_date_is_partial": BUTTONS,
    "birth_department": NO_WORD,
    "birth_place": NO_WORD,
    "category": EXAM,
    "colonnes": BUTTONS,
    "choix": BUTTONS,
    "civility": BUTTONS,
    "code_recu": "it serves once, and is copied from paper",
    "colouring": EXAM,
    "decision": BUTTONS,
    "diploma": NO_WORD,
    "dernier_jour": NO_WORD,
    "domaine": EXAM,
    "domaines": BUTTONS,
    "experience": NO_WORD,
    "ensembles": BUTTONS,
    "etendue": BUTTONS,
    "father_name": OTHERS,
    "fermeture": NO_WORD,
    "format": BUTTONS,
    "g-…": "what is searched",
    "importance": BUTTONS,
    "jusqu_au": NO_WORD,
    "lecture_seule": BUTTONS,
    "message": NO_WORD,
    "guardian_email": OTHERS,
    "guardian_name": OTHERS,
    "guardian_phone": OTHERS,
    "has_disability": BUTTONS,
    "has_no_first_name": BUTTONS,
    "ine": NO_WORD,
    "jour": NO_WORD,
    "jours": NO_WORD,
    "mother_name": OTHERS,
    "motif": NO_WORD,
    "name": "a passkey's",
    "national_service": BUTTONS,
    "nationality": NO_WORD,
    "lu": BUTTONS,
    "nom": "a search's, that of what is put in force, of a file, or somebody else's",
    "note": NO_WORD,
    "note-…": EXAM,
    "option-…": EXAM,
    "ouverture": NO_WORD,
    "partagee": BUTTONS,
    "passing_form": EXAM,
    "passwordless": BUTTONS,
    "preuve": NO_WORD,
    "publishes_name": BUTTONS,
    "services": BUTTONS,
    "poste_le": NO_WORD,
    "recue_le": NO_WORD,
    "papier": NO_WORD,
    "q-…": EXAM,
    "quoi": OTHERS,
    "reference": NO_WORD,
    "role": BUTTONS,
    "service": EXAM,
    "session": EXAM,
    "session-…": EXAM,
    "shares_name": BUTTONS,
    "statut-…": EXAM,
    "usage_name": "the browser's family name goes to the name of birth",
    "zone": EXAM,
}
# Neither required by the browser nor said to be « facultatif ».
CALLED_FOR = {
    "mesures-1": "one measure at least is due, of all of them together",
    "mesures-2": "one measure at least is due, of all of them together",
    "mesures-3": "one measure at least is due, of all of them together",
    "academie": "without it, the list is whole; an action may call for it",
    "autre-accessible": "the opinion « Autre mesure » calls for it",
    "autre-tiers": "the opinion « Autre mesure » calls for it",
    "auteur": "a document that is a decision calls for it",
    "qualite": "a document that is a decision calls for it",
    "motif-accessible": "an opinion that is not favourable calls for it",
    "motif-tiers": "an opinion that is not favourable calls for it",
    "texte": "an opinion that is not favourable calls for it",
    "address_1": "letters call for it",
    "birth_date_day": "the register may lack it, which a box says",
    "birth_date_month": "the register may lack it, which a box says",
    "birth_date_year": "a part of an answer that is due",
    "country": "it always has an answer",
    "domaine": "without it, the list is whole",
    "fichiers": "where there is a drawer, one of its files may be chosen instead",
    "porte_documents": "a file that is sent may stand instead",
    "examen": "without it, the list is whole",
    "fermeture": "days more may be said instead",
    "jours": "a closing may be said instead",
    "piece": "without it, the list is whole; an action may call for it",
    "specialite": "without it, the list is whole",
    "arrivee": "without it, the list is whole",
    "jusquau": "an action may call for it",
    "demandee": "an action may call for it",
    "raison": "words may say it instead",
    "etape": "without it, the list is whole",
    "autre-…": "a decision may call for it",
    "motif-…": "a decision may call for it",
    "g-…": "it always has an answer, or another one calls for it",
    "mobile": "one of two numbers is due, which the first says",
    "motif": "a decision may call for it",
    "note-…": "another answer calls for it",
    "option-…": "another answer calls for it",
    "phone": "one of two numbers is due, which it says",
    "poste_le": "a verdict may call for it",
    "q-…": "another answer may call for it",
    "session-…": "another answer calls for it",
    "postcode": "letters call for it",
    "town": "letters call for it",
}
FORMS = {
    "birth_date_day": "14 03 2008",
    "birth_date_month": "14 03 2008",
    "birth_date_year": "14 03 2008",
    "code": r"[Ss]ix chiffres|28 lettres et chiffres",
    "email": r"prenom\.nom@exemple\.fr",
    "fermeture": r"15/12/2026 23:59",
    "jusqu_au": r"15/12/2026 23:59",
    "ouverture": r"15/12/2026 23:59",
    "recue_le": r"\d\d/\d\d/\d{4}",
    "delai": r"\d\d/\d\d/\d{4}",
    "jusquau": r"\d\d/\d\d/\d{4}",
    "accordee_le": r"\d\d/\d\d/\d{4}",
    "poste_le": r"\d\d/\d\d/\d{4}",
    "guardian_email": r"prenom\.nom@exemple\.fr",
    "guardian_phone": r"06 39 98 \d\d \d\d",
    "ine": "11 signes",
    "login": r"prenom\.nom@exemple\.fr",
    "mobile": r"06 39 98 \d\d \d\d",
    "note-…": r"Par exemple : \d+(,\d+)? sur \d+",
    "password1": "12 caractères",
    "phone": r"03 53 01 \d\d \d\d",
    "postcode": "59000",
    "q-visite_day": "01 09 2024",
    "q-visite_month": "01 09 2024",
    "q-visite_year": "01 09 2024",
    "session-…": "2025",
}
RULES = ("Tout est à remplir", "puis répondez aux questions")
"""What a form says above its fields: one of these."""
ASKING = ".//*[self::input[not(@type='hidden' or @type='checkbox')] or self::select or self::textarea]/@name"


def kind_of(name):
    return re.sub(r"^(g|note|option|q|session|statut)-.+", r"\1-…", name)


def said_of(control, page):
    """Return the label and legends of a control, and what describes it."""
    groups = control.xpath("ancestor::fieldset")
    labels = [words(one) for one in page.xpath(f"//label[@for='{control.get('id')}']")]
    legends = [words(group.find("legend")) for group in groups]
    pointed = [one.get("aria-describedby", "").split() for one in (control, *groups)]
    helped = [words(page.get_element_by_id(one)) for ids in pointed for one in ids]
    return labels, " ".join([*labels, *legends]), " ".join(helped)


def faults(page):
    """Return what the fields of a page do not say."""
    return [
        (control.get("name"), fault)
        for control in page.xpath(CONTROLS)
        if not {"disabled", "readonly"} & set(control.attrib)
        for fault in faults_of(control, page)
    ]


def faults_of(control, page):
    name = control.get("name")
    kind = kind_of(name)
    labels, called, helped = said_of(control, page)
    if not any(labels):
        yield "no label"
    if "required" in control.attrib:
        form = control.xpath("ancestor::form")[0]
        asked = form.xpath(ASKING)
        if not any(rule in words(form) for rule in RULES) and not set(asked) <= {name}:
            yield "required, and nothing says so"
    elif not (
        "facultatif" in called
        or kind in CALLED_FOR
        or control.get("type") == "checkbox"
        or (control.get("type") == "radio" and is_due_or_chosen(control, page, helped))
    ):
        yield "may stay empty, and nothing says so"
    if control.get("autocomplete", "") not in TOKENS.get(kind, {"", "off"}):
        yield f"autocomplete={control.get('autocomplete')}"
    if not TOKENS.keys() | OUTSIDE.keys() >= {kind}:
        yield "neither a token nor a reason not to have one"
    if not re.search(FORMS.get(name, FORMS.get(kind, "")), helped):
        yield "its form is not said"


def is_due_or_chosen(button, page, helped):
    """Return whether a button to choose from says that one is due, or one is chosen already."""
    chosen = page.xpath(f"//input[@name='{button.get('name')}'][@checked]")
    return "Réponse obligatoire." in helped or bool(chosen)


SPOILT = """<main><form>
<input name="email" autocomplete="tel" required id="a"><label for="a">Adresse</label>
<input name="mobile" autocomplete="mobile tel" id="b"><label for="b">Mobile</label>
<input name="inconnu" id="c">
<input name="choix" type="radio" id="d"><label for="d">Oui</label>
</form></main>"""


def test_what_fields_do_not_say_is_found():
    found = faults(lxml.html.fromstring(SPOILT))

    assert found == [
        ("email", "required, and nothing says so"),
        ("email", "autocomplete=tel"),
        ("email", "its form is not said"),
        ("mobile", "its form is not said"),
        ("inconnu", "no label"),
        ("inconnu", "may stay empty, and nothing says so"),
        ("inconnu", "neither a token nor a reason not to have one"),
        ("choix", "may stay empty, and nothing says so"),
    ]


@pytest.mark.parametrize("state", READ, ids=str)
def test_every_field_of_a_page_says_what_it_is_whether_it_is_due_and_in_what_form(world, state):
    page = world.browser(state.role).get(state.address(world)).text

    assert faults(lxml.html.fromstring(page)) == []


def test_so_do_the_fields_of_a_minor_born_abroad(world):
    candidate = a_candidate(
        birth_year=NOW.year - 16, birth_country="99132", birth_department="", birth_commune=""
    )
    form = IDENTIFICATION.form_for(dossier_of(a_draft(candidate), day=NOW.date()))

    assert {"mother_name", "guardian_name", "guardian_email"} <= form.fields.keys()
    assert faults(lxml.html.fromstring(f"<main><form>{form}</form></main>")) == []
