"""A question that depends on an answer is there only for those whom some answer could bring to it."""

from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections.extra import EXTRA
from tests.factories import NOW, a_draft, load_invented

OF_PERMIT = "si: {reponse: {question: permis, egal: true}}"
OF_TRAINEES = "si: {categorie: [FORM], reponse: {question: permis, egal: true}}"
PLAN = "{code: projet, type: texte_long, libelle: Votre projet,"


def extra(*changes, informations=None, **answers):
    load_invented(*changes)
    typed = {f"q-{code}": said for code, said in answers.items()}
    draft = a_draft(informations=informations or {}, supplementaires=typed)
    said = {row.section: row.answers for row in draft.answers.all()}
    return EXTRA.judged(dossier_of(draft, day=NOW.date(), answers=said))


def test_a_question_of_another_category_is_not_there_whatever_is_answered():
    form = extra((OF_PERMIT, OF_TRAINEES), permis="oui", permis_numero="BX 1")

    assert "q-permis_numero" not in form.fields
    assert not form.errors


def test_a_question_about_one_that_is_not_asked_is_not_there():
    form = extra(
        (
            'libelle: "Avez-vous le permis bateau ?"}',
            'libelle: "Avez-vous le permis bateau ?", si: {categorie: [FORM]}}',
        ),
        permis_numero="BX 1",
    )

    assert "q-permis_numero" not in form.fields
    assert not form.errors


def test_nor_is_one_that_another_tab_alone_calls_for():
    form = extra((PLAN, f"{PLAN} si: {{reponse: {{question: service_national, egal: JDC}}}},"))

    assert "q-projet" not in form.fields


def test_one_that_another_tab_calls_for_is_due_as_any_other():
    form = extra(
        (
            OF_PERMIT,
            "si: {un_de: [{categorie: [INDIV]}, {reponse: {question: permis, egal: true}}]}",
        )
    )

    assert form.fields["q-permis_numero"].required
    assert "data-shown-when" not in form.fields["q-permis_numero"].widget.attrs
    assert "q-permis_numero" in form.errors


def test_whoever_gave_the_answer_that_calls_for_it_is_not_told_to_give_it():
    form = extra(
        (
            OF_PERMIT,
            (
                "si: {reponse: {question: permis, egal: true}, "
                "sauf: {reponse: {question: equipe, egal: BLEU}}}"
            ),
        ),
        (
            "      - {code: equipe, type: choix, libelle: Équipe, choix: [{code: ROUGE, libelle: Rouge}, {code: BLEU, libelle: Bleue}]}\n",
            "",
        ),
        (
            "    questions:\n",
            "    questions:\n      - {code: equipe, type: choix, libelle: Équipe, choix: [{code: ROUGE, libelle: Rouge}, {code: BLEU, libelle: Bleue}]}\n",
        ),
        permis="oui",
        equipe="BLEU",
        permis_numero="BX 1",
    )

    assert list(form.errors["q-permis_numero"]) == [
        "Vos autres réponses ne demandent pas celle-ci. Effacez-la, ou changez l'autre réponse."
    ]
