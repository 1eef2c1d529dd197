"""What was filed is what is read: in the version, on the page and on the paper, to the word."""

import io
import subprocess
from datetime import timedelta

import pikepdf
import pytest

from sporades.acts import registering
from sporades.candidates.names import cleaned_name
from sporades.core import pdf, signs
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.registrations import drafting, journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft
from sporades.registrations.sections import SECTIONS
from tests.documents.conformity import problems
from tests.documents.reading import page_count, page_text, pdf_text, twin, twins_differ, words
from tests.factories import (
    INVENTED,
    NOW,
    OPERATOR,
    WITH_WHOM_AND_WHEN,
    a_candidate,
    a_registration,
    answers_with,
    author,
    load_invented,
)
from tests.web.filled import MINOR
from tests.web.guide import COMPETITION_ANSWERS, load_competition

KINDS = [kind.slug for kind in kinds.registered()]
# What programs read, and what is not text but a link.
UNREAD = {"regulation", "filed_at", "until", "zone", "slug", "verify_url"}


@pytest.fixture(autouse=True)
def _competition(invented_exam):
    """The invented competition is open in Lille too."""
    load_competition()
    forget()


def a_summary(candidate=None, **changes):
    """File a registration and return its summary."""
    registration = a_registration(candidate, **changes)
    return DocumentVersion.objects.get(document__folder=registration.folder)


# How a document of each kind comes to be, through the act that causes it.
MAKERS = {"recapitulatif": a_summary}


def in_words(text):
    return " ".join(words(text))


def as_drawn(content, folder):
    """Return the words that another program finds on a paper, wherever they stand."""
    path = folder / "read.pdf"
    path.write_bytes(content)
    found = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return set(words(found.stdout.decode()))


def values(said):
    """Return every value that a person reads in a content."""
    match said:
        case bool() | None | "":
            return []
        case dict():
            return [
                one for key, value in said.items() if key not in UNREAD for one in values(value)
            ]
        case list():
            return [one for value in said for one in values(value)]
        case _:
            return [str(said)]


def lines(said):
    """Return what stands side by side in a content: labels with their answers, rows of tables."""
    if isinstance(said, dict):
        return [line for value in said.values() for line in lines(value)]
    if isinstance(said, list) and said and all(isinstance(one, list) for one in said):
        return [" ".join(line) for line in said]
    return [line for value in said for line in lines(value)] if isinstance(said, list) else []


# --- Every kind ----------------------------------------------------------------------------------


def test_every_kind_of_document_is_read_here():
    assert set(MAKERS) == set(KINDS)


@pytest.mark.parametrize("slug", KINDS)
def test_all_that_is_frozen_is_on_the_page_and_on_the_paper(slug, tmp_path):
    version = MAKERS[slug]()
    paper = printed(version)
    content = {
        **version.content,
        "issuer": version.content["issuer"]["authority"],
        "evidence": [{**piece, "code": ""} for piece in version.content.get("evidence", ())],
    }

    said = [in_words(value) for value in values(content)]
    beside = [in_words(line) for line in lines(content)]

    assert len(said) > 50
    assert len(beside) > 20
    for text in (in_words(pdf_text(paper)), in_words(page_text(twin(version)))):
        assert [value for value in said if value not in text] == []
        assert [line for line in beside if line not in text] == []
    drawn = as_drawn(paper, tmp_path)
    assert [word for value in beside for word in value.split() if word not in drawn] == []


@pytest.mark.parametrize("slug", KINDS)
def test_page_and_paper_say_the_same_words_in_the_same_order(slug):
    assert twins_differ(MAKERS[slug]()) == []


@pytest.mark.parametrize("slug", KINDS)
def test_a_paper_is_made_for_every_reader_and_to_last(slug, tmp_path):
    assert problems(printed(MAKERS[slug]()), tmp_path) == []


@pytest.mark.parametrize("slug", KINDS)
def test_a_paper_leads_to_its_verification(slug):
    version = MAKERS[slug]()

    with pikepdf.open(io.BytesIO(printed(version))) as file:
        links = {
            str(note.A.URI)
            for page in file.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }

    assert version.content["verify_url"] in links


# --- The summary of a registration ------------------------------------------------------------------


def test_the_version_and_its_summary_say_the_same():
    registration = a_registration()
    snapshot = registration.versions.get().snapshot
    content = DocumentVersion.objects.get(document__folder=registration.folder).content

    assert {key: content[key] for key in snapshot if key != "answers"} == {
        key: value for key, value in snapshot.items() if key != "answers"
    }


def test_the_address_shown_before_saving_is_on_the_paper_and_its_twin():
    version = a_summary(a_candidate(email="ines.lemaire@exemple.test"))

    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert "Nationalité Française Adresse mail ines.lemaire@exemple.test" in in_words(text)


def test_a_usual_candidate_gets_one_page_or_two():
    assert page_count(printed(a_summary())) in {1, 2}


def test_what_changes_after_filing_changes_nothing_on_the_paper(tmp_path):
    version = a_summary()
    before = printed(version)
    other = tmp_path / "other.yaml"
    other.write_text(
        INVENTED.read_text()
        .replace("Bureau des essais de Lille", "Tout autre bureau")
        .replace("libelle: Français", "libelle: Latin")
    )
    exams.load(other, by=OPERATOR, at=NOW + timedelta(days=1))
    forget()
    DocumentVersion.objects.update(pdf_key="")

    again = printed(DocumentVersion.objects.get())

    assert again == before
    assert "Tout autre bureau" in pdf_text(printed(a_summary()))


def test_the_paper_says_whom_to_ask_for_and_when():
    load_invented(WITH_WHOM_AND_WHEN)
    version = a_summary()

    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert (
            "Secteur des essais Gestionnaire des essais 03 53 01 00 01 essais@lille.exemple.test "
            "1 place des Essais, 59000 Lille le mardi matin Vérifier"
        ) in in_words(text)


def test_a_long_word_holds_nothing_that_was_not_typed(tmp_path):
    name = "LONGUE-MAISON-DES-ROSIERS"
    email = "une.adresse.assez.longue.pour.deux@exemple.test"
    version = summary_from(
        "minor", identification={"guardian_name": name + name, "guardian_email": email}
    )

    paper = pdf_text(printed(version))

    assert name + name in paper
    assert email in paper
    assert "\u200b" not in paper


def test_a_paper_names_the_academy_without_saying_the_word_twice():
    version = a_summary()

    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert "Académie Lille Version" in in_words(text)


def test_a_paper_says_once_to_sign_it_and_to_send_it_back():
    text = in_words(pdf_text(printed(a_summary())))

    _, asked = text.split("À renvoyer au service gestionnaire ")
    assert asked.startswith(
        "Imprimez, signez et renvoyez ce récapitulatif. À envoyer avant le vendredi 25 décembre "
        "2026 à 23 h 59 (heure de Paris) à cette adresse : Bureau des essais"
    )


def test_french_spaces_are_unbroken_on_paper():
    paper = pdf_text(printed(a_summary()))

    assert "version n°\u00a01, par le service\u00a0: Bureau" in paper
    assert " :" not in paper


def test_a_kept_mark_is_said_out_of_what_its_rule_says():
    load_invented(
        ("benefice: {seuil: 10, annees: 5}", "benefice: {seuil: 50, annees: 5, sur: 100}")
    )
    kept = {"statut-E1": "benefice", "note-E1": "62,5", "session-E1": "2025"}

    version = a_summary(epreuves=kept)

    line = "Français (U1) Bénéfice Ecrite note 62,5 sur 100, session 2025"
    for text in (page_text(twin(version)), pdf_text(printed(version))):
        assert line in in_words(text)


# The registrations that a change starts from: who, what for, the usual answers.
OF_A_MINOR = answers_with(
    identification={
        "father_name": "Jürgen Müller",
        "mother_name": "Anne Le Goff",
        "guardian_name": "Yann Le Goff",
        "guardian_phone": "06 39 98 12 35",
        "guardian_email": "yann@exemple.test",
    },
    informations={"national_service": "JDC"},
)
BASES = {
    "usual": ("BE", {}, answers_with()),
    "minor": ("BE", MINOR, OF_A_MINOR),
    "experienced": ("BE", {}, answers_with(qualification={"experience": "5"})),
    "competition": ("CE", {}, COMPETITION_ANSWERS),
}


def draft_from(base, **changes):
    """Answer every tab of a registration of one of these kinds, some answers changed."""
    code, identity, usual = BASES[base]
    exam = Exam.objects.get(code=code)
    candidate = a_candidate(**identity)
    draft = registering.begin(
        candidate=candidate,
        exam=exam,
        speciality=exam.specialities.filter(code="MARIN").first(),
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        by=author(candidate),
        at=NOW,
    )
    for slug, answers in usual.items():
        typed = {**answers, **changes.get(slug, {})}
        drafting.answer(draft=draft, section=slug, typed=typed, seen_revision=None, at=NOW)
    return draft


def summary_from(base, **changes):
    draft = draft_from(base, **changes)
    version = registering.register(draft=draft, by=author(draft.candidate), at=NOW)
    return DocumentVersion.objects.get(document__folder=version.registration.folder)


def without_numbers(version):
    """Return what a paper says, less what two registrations never share."""
    text = in_words(pdf_text(printed(version)))
    own = {
        "email": dict(version.content["identity"])["Adresse mail"],
        **{
            name: version.content[name]
            for name in ("code", "registration_number", "candidate_number")
        },
    }
    for name, value in own.items():
        assert value in text
        text = text.replace(value, name)
    return text


@pytest.fixture(scope="module")
def usual_words():
    """What the usual summary says, printed once for all."""
    return {}


def change(answers, *lines, name="", base="usual"):
    """Some answers of a tab, and the lines of the paper that they change: before, after."""
    [first, *_] = answers.values()
    return pytest.param(base, answers, lines, id=name or "-".join(first))


CHANGES = [
    change(
        {"identification": {"ine": "0801234567A"}},
        (
            "Identification Numéro",
            "Identification INE (identifiant national élève ou étudiant) 0801234567A Numéro",
        ),
    ),
    change(
        {"identification": {"address_1": "3 quai du Wault"}},
        ("Numéro et voie 12 rue des Îles", "Numéro et voie 3 quai du Wault"),
    ),
    change(
        {"identification": {"address_2": "Escalier B"}},
        ("rue des Îles", "rue des Îles Appartement, étage, bâtiment Escalier B"),
    ),
    change(
        {"identification": {"address_3": "Chez M. Ÿve"}},
        ("rue des Îles", "rue des Îles Résidence, chez… Chez M. Ÿve"),
    ),
    change(
        {"identification": {"address_4": "BP 12"}},
        ("rue des Îles", "rue des Îles Lieu-dit ou boîte postale BP 12"),
    ),
    change(
        {"identification": {"country": "99131"}},
        ("Pays France", "Pays Belgique"),
        base="competition",
    ),
    change(
        {"identification": {"father_name": "Inconnu"}},
        ("du père Jürgen Müller", "du père Inconnu"),
        base="minor",
    ),
    change(
        {"identification": {"mother_name": "Anne D'Élan"}},
        ("de la mère Anne Le Goff", "de la mère Anne D'Élan"),
        base="minor",
    ),
    change(
        {"identification": {"guardian_name": "Rozenn Le Goff"}},
        ("représentant légal Yann Le Goff", "représentant légal Rozenn Le Goff"),
        base="minor",
    ),
    change(
        {"identification": {"guardian_phone": "07 00 00 00 02"}},
        ("représentant légal 06 39 98 12 35", "représentant légal 07 00 00 00 02"),
        base="minor",
    ),
    change(
        {"identification": {"guardian_email": "rozenn@exemple.test"}},
        ("représentant légal yann@exemple.test", "représentant légal rozenn@exemple.test"),
        base="minor",
    ),
    change({"identification": {"postcode": "59800"}}, ("Code postal 59000", "Code postal 59800")),
    change(
        {"identification": {"postcode": "59100", "town": "Roubaix"}},
        ("Code postal 59000 Commune Lille", "Code postal 59100 Commune Roubaix"),
    ),
    change(
        {"identification": {"phone": "03 20 99 12 34"}},
        ("Pays France", "Pays France Téléphone fixe 03 20 99 12 34"),
    ),
    change(
        {"identification": {"mobile": "07 00 00 00 01"}},
        ("Téléphone mobile 06 39 98 12 34", "Téléphone mobile 07 00 00 00 01"),
    ),
    change(
        {
            "informations": {"passing_form": "PROGRESSIVE"},
            "epreuves": {"statut-E2": "inscrit", "statut-E1": "non_inscrit"},
        },
        ("Français (U1) Inscrit", "Français (U1) Non inscrit"),
        ("Forme de passage Globale", "Forme de passage Progressive"),
        name="passing_form",
    ),
    change(
        {"informations": {"category": "FORM"}},
        ("Catégorie de candidat Individuel", "Catégorie de candidat Formation continue"),
        base="experienced",
    ),
    change(
        {"informations": {"national_service": "RECENSE"}},
        ("J'ai fait ma journée défense", "Je suis recensé et j'attends ma journée"),
        base="minor",
    ),
    change(
        {"informations": {"zone": "LITTORAL"}},
        ("souhaitée Lille et sa métropole", "souhaitée Littoral"),
    ),
    change(
        {"informations": {"has_disability": "oui"}},
        ("Handicap Non", "Handicap Oui"),
        (
            "59000 Lille Accusé",
            (
                "59000 Lille Aménagement d'épreuves Pour obtenir un aménagement d'épreuves, demandez le "
                "formulaire à votre service gestionnaire et envoyez-lui votre demande avant le mardi "
                "15 décembre 2026 à 23 h 59 (heure de Paris). Accusé"
            ),
        ),
    ),
    change(
        {"qualification": {"diploma": "AUCUN"}},
        ("Diplôme le plus élevé CAP", "Diplôme le plus élevé Aucun diplôme"),
    ),
    change(
        {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "dispense"}},
        ("Mathématiques (U2) Inscrit", "Mathématiques (U2) Dispensé"),
        ("Diplôme le plus élevé CAP", "Diplôme le plus élevé Baccalauréat"),
        (
            "à 23 h 59 (heure de Paris). Envoyez",
            "à 23 h 59 (heure de Paris). Copie du baccalauréat, avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris). Envoyez",
        ),
        name="diploma-that-dispenses-and-calls-for-a-piece",
    ),
    change(
        {"qualification": {"colouring": "PHYS"}},
        ("Coloration disciplinaire Histoire", "Coloration disciplinaire Physique"),
        base="competition",
    ),
    change({"qualification": {"experience": "12"}}, ("professionnelle 2", "professionnelle 12")),
    change(
        {"supplementaires": {"q-permis": "oui", "q-permis_numero": "MER-4412"}},
        ("permis bateau ? Non", "permis bateau ? Oui Numéro du permis MER-4412"),
    ),
    change({"supplementaires": {"q-equipe": "BLEU"}}, ("Équipe Rouge", "Équipe Bleue")),
    change(
        {"supplementaires": {"q-taille": "172"}},
        ("permis bateau ? Non", "permis bateau ? Non Votre taille 172 cm"),
    ),
    change(
        {"supplementaires": {"q-visite": "14 03 2020"}},
        (
            "permis bateau ? Non",
            "permis bateau ? Non Date de votre dernière sortie en mer 14 mars 2020",
        ),
    ),
    change(
        {"supplementaires": {"q-sports": ["VOILE", "AVIRON"]}},
        ("Équipe Rouge", "Équipe Rouge Sports pratiqués Voile, Aviron"),
    ),
    change(
        {"supplementaires": {"q-projet": "Faire le tour\ndes îles."}},
        ("Équipe Rouge", "Équipe Rouge Votre projet Faire le tour des îles."),
    ),
    change(
        {"supplementaires": {"publishes_name": "oui"}},
        ("résultats publiés Non", "résultats publiés Oui"),
    ),
    change({"supplementaires": {"shares_name": "oui"}}, ("à des tiers Non", "à des tiers Oui")),
    change(
        {"epreuves": {"statut-E1": "benefice", "note-E1": "12,5", "session-E1": "2025"}},
        (
            "Français (U1) Inscrit Ecrite",
            "Français (U1) Bénéfice Ecrite note 12,5 sur 20, session 2025",
        ),
    ),
    change({"epreuves": {"option-E3": "COURSE"}}, ("Pratique Nage", "Pratique Course")),
    change(
        {"epreuves": {"statut-E3": "dispense", "option-E3": ""}},
        ("sportive (U3) Inscrit Pratique Nage", "sportive (U3) Dispensé Pratique"),
    ),
    change(
        {"epreuves": {"statut-M2": "inscrit"}},
        ("Cartographie (U5) Non inscrit", "Cartographie (U5) Inscrit"),
    ),
    change(
        {"epreuves": {"statut-M1": "non_inscrit", "statut-M3": "inscrit"}},
        ("Navigation (U4) Inscrit", "Navigation (U4) Non inscrit"),
        ("Météorologie (U6) Non inscrit", "Météorologie (U6) Inscrit"),
    ),
    change(
        {"epreuves": {"statut-F1": "inscrit", "option-F1": "BRETON"}},
        ("Langue facultative Non inscrit Orale", "Langue facultative Inscrit Orale Breton"),
    ),
    change(
        {"epreuves": {"statut-F2": "inscrit", "statut-M3": "inscrit"}},
        ("Chant facultatif Non inscrit", "Chant facultatif Inscrit"),
        ("Météorologie (U6) Non inscrit", "Météorologie (U6) Inscrit"),
    ),
]


@pytest.mark.parametrize(("base", "answers", "changed"), CHANGES)
def test_changing_an_answer_changes_its_line_and_no_other(
    base, answers, changed, usual_words, tmp_path
):
    if base not in usual_words:
        usual_words[base] = without_numbers(summary_from(base))
    expected = usual_words[base]
    for before, after in changed:
        assert expected.count(before) == 1
        expected = expected.replace(before, after)

    version = summary_from(base, **answers)

    assert without_numbers(version) == expected
    assert twins_differ(version) == []
    assert problems(printed(version), tmp_path) == []


def test_no_question_of_any_tab_is_without_its_case():
    changed, asked = set(), set()
    for case in CHANGES:
        base, answers, _ = case.values
        changed |= {(slug, name) for slug, typed in answers.items() for name in typed}
        draft = Draft.objects.whole().get(pk=draft_from(base, **answers).pk)
        forms = journey.judged(dossier_of(draft, day=NOW.date()))
        assert journey.troubles(forms) == []
        asked |= {(section.slug, name) for section, form in forms for name in form.fields}

    assert {slug for slug, _ in asked} == {section.slug for section in SECTIONS}
    # Nothing is filed without this box: its answer does not change.
    assert asked - changed == {("modalites", "accepted")}


# --- Names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Œuvrard-L'Haÿ d'Été",
        "Ōtepa Tāne Ũ",
        "ʻAlohi Kaʻiulani",
        "Nguyễn Thị Ấn",
        "Александра Жукова",
        "محمد عبد الله",
        "王小明",
        "Wolfeschlegelsteinhausenbergerdorff" * 2 + "É" * 30,
        " ".join(["Marie-Thérèse"] * 7) + " O",
    ],
    ids=[
        "French",
        "macrons",
        "ʻokina",
        "Vietnamese",
        "Cyrillic",
        "Arabic",
        "Han",
        "100 at once",
        "100",
    ],
)
def test_a_name_is_the_same_on_the_page_and_on_the_paper(name, tmp_path):
    assert cleaned_name(name) == name
    version = a_summary(a_candidate(birth_name=name))
    paper = printed(version)

    assert twins_differ(version) == []
    assert in_words(f"Nom de famille {name}") in in_words(pdf_text(paper))
    assert signs.STAND_IN not in pdf_text(paper)
    assert problems(paper, tmp_path) == []
    assert page_count(paper) <= 2


def test_a_name_that_our_fonts_lack_shows_its_gaps_on_the_paper_and_whole_on_the_page(tmp_path):
    name = "สมชาย Jaidee"
    version = a_summary(a_candidate(birth_name=name))
    paper = printed(version)

    text = in_words(pdf_text(paper))
    assert f"Nom de famille {signs.STAND_IN * 5} Jaidee" in text
    assert in_words(pdf.MISSING_SIGNS) in text
    assert f"Nom de famille {name}" in in_words(page_text(twin(version)))
    # The paper says one thing more than the page: that signs are missing.
    assert twins_differ(version) == [f"- {word}" for word in words(pdf.MISSING_SIGNS)]
    assert problems(paper, tmp_path) == []
