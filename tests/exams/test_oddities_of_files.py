"""What is probably a slip is told, and keeps no file from being loaded."""

import datetime as dt

import pytest

from sporades.exams.checking import checked
from sporades.exams.checking.document import Source
from tests.exams.conftest import NOON, ZONES

BREVET = "examens[BREVET]"


def warned(source: Source, at: dt.datetime = NOON) -> list[tuple[str, str]]:
    told = checked(source, zones=ZONES, at=at)[2]
    assert {(one.rule, one.is_error) for one in told} <= {("inhabituel", False)}
    return [(one.field, one.message) for one in told]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>Recto</b> et verso", "« <b> », « </b> »"),
        ("Recto et **verso**", "« ** »"),
        ("La [page](https://x.fr)", "« [page](https://x.fr) »"),
        ("Recto &amp; verso", "« &amp; »"),
        ("<script>alert(1)</script>", "« <script> », « </script> »"),
    ],
)
def test_signs_that_put_nothing_in_form_are_told(change, text, shown):
    source = change("aide: Recto et verso, en cours de validité.", f'aide: "{text}"')

    assert warned(source) == [
        (
            f"{BREVET}.pieces[IDENTITE].aide",
            f"Ce texte sera lu tel quel, signes compris : {shown}. Il n'y a ni gras, ni lien.",
        )
    ]


@pytest.mark.parametrize(
    "text", ["Note < 10 & > 5", "2 * 3 ** ", "[facultatif] (voir plus bas)", "R&D;"]
)
def test_signs_that_are_text_are_not_told(change, text):
    assert warned(change("aide: Recto et verso, en cours de validité.", f'aide: "{text}"')) == []


def test_signs_that_no_document_can_print_are_told(change):
    source = change(
        "aide: Recto et verso, en cours de validité.", 'aide: "Recto ✅ et verso 🙂 🙂"'
    )

    assert warned(source) == [
        (
            f"{BREVET}.pieces[IDENTITE].aide",
            "Nos documents n'impriment pas « ✅ 🙂 » : on y lira « □ ». Écrivez-le autrement.",
        )
    ]


def test_a_text_between_curly_quotes_is_told(change):
    source = change("aide: Recto et verso, en cours de validité.", "aide: “Recto et verso”")

    [(field, message)] = warned(source)
    assert (field, message[:52]) == (
        f"{BREVET}.pieces[IDENTITE].aide",
        "Ce texte sera lu avec ses guillemets courbes (“ ”) :",
    )


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        (
            "coefficient: 2.5",
            "coefficient: 0",
            f"{BREVET}.epreuves[E2].coefficient",
            "Avec un coefficient de 0, cette épreuve ne compte pas : retirez la clé si elle n'a pas de coefficient.",
        ),
        (
            "libelle: Breton",
            "libelle: anglais",
            f"{BREVET}.epreuves[LVB].libelle",
            "L'épreuve « LVA » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "libelle: Milles parcourus",
            "libelle: votre devise",
            f"{BREVET}.questions[milles].libelle",
            "La question « devise » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "{code: L, libelle: Grande}",
            "{code: L, libelle: Petite}",
            f"{BREVET}.questions[taille].choix[L].libelle",
            "Le choix « S » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "{code: TIR, libelle: Tir à l'arc}",
            "{code: TIR, libelle: Natation}",
            f"{BREVET}.epreuves[EF].options.choix[TIR].libelle",
            "Le choix « NAGE » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "libelle: Apprenti\n",
            "libelle: Individuel\n",
            f"{BREVET}.categories[APPRENTI].libelle",
            "La catégorie « INDIVIDUEL » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "{code: TERRE, libelle: Métiers de la terre}",
            '{code: TERRE, libelle: "Métiers de la mer, option Grand large"}',
            f"{BREVET}.specialites[TERRE].libelle",
            "La spécialité « MER » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "libelle: Pas-de-Calais, academies: [A09]",
            "libelle: Nord, academies: [A25, A09]",
            f"{BREVET}.souhait_geographique.choix[PAS-DE-CALAIS].libelle",
            "La zone « NORD » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "{code: BAC, libelle: Baccalauréat}",
            "{code: BAC, libelle: CAP}",
            f"{BREVET}.qualification.diplomes.choix[BAC].libelle",
            "Le diplôme « CAP » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "libelle: Certificat de travail",
            "libelle: Pièce d'identité",
            f"{BREVET}.pieces[CERTIFICAT].libelle",
            "La pièce « IDENTITE » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "libelle: Deux fois le temps",
            "libelle: Un tiers de temps",
            f"{BREVET}.amenagements.mesures[DOUBLE].libelle",
            "La mesure « TIERS » a le même libellé : les candidats ne les distingueront pas.",
        ),
        (
            "annee: 2027",
            "annee: 2031",
            "session.annee",
            "La session est celle de 2031, et des dates du fichier sont de 2026 : vérifiez l'année et les dates.",
        ),
        (
            "{le: 2027-03-01, fuseau: Europe/Paris}",
            "{le: 2037-03-01, fuseau: Europe/Paris}",
            f"{BREVET}.pieces[JDC].echeance",
            "Cette date limite est plus d'un an après la fermeture du service.",
        ),
    ],
)
def test_what_is_unusual_is_told_where_it_stands(change, *, old, new, field, message):
    assert warned(change(old, new)) == [(field, message)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Épreuves of two specialities, zones of two academies, questions and pieces of some.
        ("libelle: Jardinage", "libelle: Matelotage"),
        ("libelle: Pas-de-Calais, academies: [A09]", "libelle: Nord, academies: [A25]"),
        ("libelle: Date du permis", "libelle: Milles parcourus"),
        ("libelle: Certificat de travail", "libelle: Relevé de notes"),
        # A diploma and a title, two measures, stand each under their own heading.
        ("libelle: Titre de niveau 5", "libelle: CAP"),
        ("libelle: Cabine à part", "libelle: Un tiers de temps"),
    ],
)
def test_the_same_name_where_nobody_takes_one_for_the_other_is_not_told(change, old, new):
    assert warned(change(old, new)) == []


def test_two_exams_of_one_name_are_told(essai):
    exams = essai[essai.index("  - code: BREVET\n") : essai.index("\nservices_gestionnaires:")]
    # An anchor serves once in a file.
    again = exams.replace("code: BREVET\n", "code: AUTRE\n").replace("garde", "autre")

    assert warned(Source("essai.yaml", essai.replace(exams, exams + again))) == [
        (
            "examens[AUTRE].libelle",
            "L'examen « BREVET » a le même libellé : les candidats ne les distingueront pas.",
        )
    ]


def test_a_service_that_closed_long_ago_is_told_by_the_command_alone(essai):
    source = Source("essai.yaml", essai)
    later = NOON + dt.timedelta(days=200)

    told = warned(source, later)

    assert [field for field, _ in told] == [
        "ouvertures[A09].fermeture",
        "ouvertures[A28].fermeture",
    ]
    assert told[0][1].startswith(
        "Ce service a fermé il y a plus de six mois, dimanche 15 novembre 2026"
    )
    assert checked(source, zones=ZONES)[2] == []


@pytest.mark.parametrize(
    ("old", "new", "field", "shown", "end"),
    [
        (
            "courriel: essais-lille@exemple.fr",
            f"courriel: essais@{host}",
            "services_gestionnaires[dec-essai].courriel",
            f"essais@{host}",
            end,
        )
        for host, end in [
            ("lille.demo.test", "test"),
            ("ac-lille.EXAMPLE", "example"),
            ("lille.invalid", "invalid"),
            ("www.example.org", "example.org"),
        ]
    ]
    + [
        (
            "site: https://www.ac-lille.fr",
            "site: https://academie.test/examens",
            "ouvertures[A09].site",
            "https://academie.test/examens",
            "test",
        )
    ],
)
def test_a_contact_that_leads_nowhere_is_told_but_in_the_demo(  # noqa: PLR0917
    change, old, new, field, shown, end
):
    source = change(old, new)

    told = checked(source, zones=ZONES, is_for_people=True)[2]

    assert [(one.field, one.rule, one.is_error) for one in told] == [(field, "inhabituel", False)]
    assert told[0].message.startswith(f"« {shown} » ne mène nulle part : ")
    assert f"« .{end.lower()} »" in told[0].message
    assert checked(source, zones=ZONES)[2] == []


@pytest.mark.parametrize("host", ["latest.fr", "test.fr", "monexample.com", "ac-lille.fr"])
def test_a_contact_that_may_lead_somewhere_is_not_told(change, host):
    source = change("courriel: essais-lille@exemple.fr", f"courriel: essais@{host}")

    assert checked(source, zones=ZONES, is_for_people=True)[2] == []
