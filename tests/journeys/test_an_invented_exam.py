"""An exam that only its file describes is registered for, and its rules hold."""

from django.core.management import call_command

from tests.factories import a_candidate
from tests.journeys.helpers import (
    answer,
    answers,
    choose,
    go_through,
    heading,
    numbers,
    press,
    said,
    signed_in,
    tab,
    text,
    troubles,
)

BUOYS = """\
format: 1
domaine: {code: BALISAGE, libelle: Brevets du balisage, rubrique: Examens}
session: {code: "2028", libelle: session 2028, annee: 2028}
mentions_legales:
  autorite: le directeur du phare
  textes: règlement inventé du balisage
  decision_implicite: {sens: rejet, mois: 4, recours: Écrivez au gardien du phare.}
examens:
  - code: BALISEUR
    libelle: Brevet de baliseur
    modalites: [Le baliseur pose des bouées et les retrouve.]
    attestation: Je sais nager et je le déclare.
    qualification:
      diplomes:
        libelle: Titre de navigation
        choix:
          - {code: COTIER, libelle: Permis côtier}
          - {code: HAUTURIER, libelle: Permis hauturier}
    recevabilite:
      - code: HAUTE-MER
        reference: article 12 du règlement
        exige: {diplome: [HAUTURIER]}
        message: Une bouée du large demande le permis hauturier.
    questions:
      - {code: bouees, type: choix_multiple, libelle: Bouées déjà posées, maximum: 2, choix: [{code: TRI, libelle: Tribord}, {code: BAB, libelle: Bâbord}, {code: CARD, libelle: Cardinale}]}
      - {code: large, type: oui_non, libelle: "Posez-vous au large ?"}
      - {code: profondeur, type: nombre, libelle: Profondeur, minimum: 1, maximum: 60, decimales: 1, unite: m, si: {reponse: {question: large, egal: true}}}
    phases:
      - {code: QUAI, libelle: À quai}
      - {code: MER, libelle: En mer}
    epreuves:
      - {code: NOEUDS, libelle: Nœuds et bouts, phase: QUAI, nature: pratique, duree: 1 h, coefficient: 2.5}
      - {code: POSE, libelle: Pose d'une bouée, phase: MER, nature: pratique, duree: 4 h, coefficient: 5, options: {libelle: Bateau, choix: [{code: BARGE, libelle: Barge}, {code: VEDETTE, libelle: Vedette}]}}
      - {code: CHANT, libelle: Chants de marins, phase: MER, nature: orale, obligatoire: false}
services_gestionnaires:
  - {code: phare, academie: A09, secteur: Secteur du large, nom: Bureau du phare, telephone: 03 53 01 00 09, courriel: phare@lille.exemple.test, adresse: [Au bout de la jetée, 59140 Dunkerque]}
ouvertures:
  - {academie: A09, ouverture: 2026-11-02 08:00, fermeture: 2026-12-18 17:00, service: phare}
"""

TABS = {
    "Modalités d'inscription": {"Je sais nager et je le déclare.": True},
    "Identification": {
        "Numéro et voie": "1 quai du Leughenaer",
        "Code postal": "59140",
        "Commune": "Dunkerque",
        "Téléphone fixe": "03 53 01 98 76",
    },
    "Informations candidature": {"Handicap": "Non"},
}


def test_an_exam_loaded_from_its_file_is_registered_for(bare_site, context, tmp_path, capsys):
    file = tmp_path / "balisage.yaml"
    file.write_text(BUOYS)
    call_command("reglementation", "load", file)
    assert "Brevets du balisage, session 2028, version 1 : en vigueur." in capsys.readouterr().out

    page = signed_in(context, bare_site, a_candidate())
    page.goto(f"{bare_site}/m-inscrire")
    choose(page, "Brevets du balisage, session 2028")
    answer(page, "Académie", "Lille (Nord, Pas-de-Calais)")
    press(page, "Voir les dates")
    press(page, "Démarrer mon inscription")
    assert "Le baliseur pose des bouées et les retrouve." in text(page)
    go_through(page, TABS)

    answer(page, "Titre de navigation", "Permis côtier")
    press(page, "Suivant")
    assert (tab(page), troubles(page)) == (
        "Formation",
        [
            (
                "Titre de navigation : Une bouée du large demande le permis hauturier. "
                "(Règle : article 12 du règlement.)"
            )
        ],
    )
    answer(page, "Titre de navigation", "Permis hauturier")
    press(page, "Suivant")

    answers(page, {"Bouées déjà posées": ["Tribord", "Bâbord"], "Posez-vous au large ?": "Oui"})
    answer(page, "Profondeur", "12,5")
    press(page, "Suivant")
    answer(page, "Pose d'une bouée > Bateau", "Vedette")
    press(page, "Suivant")
    assert tab(page) == "Récapitulatif"
    press(page, "Enregistrer")

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    number = numbers(page)["Numéro d'inscription"]
    assert "Bureau du phare" in text(page)
    page.goto(f"{bare_site}/mes-inscriptions/{number}/recapitulatif")
    assert "Bouées déjà posées Tribord, Bâbord" in text(page)
    assert "Profondeur 12,5 m" in text(page)
    assert "Pose d'une bouée Inscrit Pratique Vedette" in text(page)
    assert [said(caption) for caption in page.locator("main caption").all()] == [
        "À quai : Epreuve(s) obligatoire(s)",
        "En mer : Epreuve(s) obligatoire(s)",
        "En mer : Epreuve(s) facultative(s)",
    ]
