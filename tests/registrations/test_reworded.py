"""What a new version calls otherwise under the same code: whoever answered reads it again."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import leaving, registering, standing_in
from sporades.registrations import journey
from sporades.registrations.dossier import dossier_of
from sporades.registrations.models import Draft, SectionAnswers
from sporades.registrations.rewording import in_words, reworded
from tests.factories import NOW, OPERATOR, a_draft, a_registration, author, load_invented
from tests.web.registry.world import a_member

HOUR = timedelta(hours=1)
QUESTION = (
    'libelle: "Avez-vous le permis bateau ?"',
    'libelle: "Avez-vous été condamné pour un délit maritime ?"',
)
CHOICE = (
    "choix: [{code: ROUGE, libelle: Rouge}, {code: BLEU, libelle: Bleue}]",
    "choix: [{code: ROUGE, libelle: Bleue}, {code: BLEU, libelle: Rouge}]",
)
ASKED = "L'intitulé était « Avez-vous le permis bateau ? ». Relisez la réponse."
CHOSEN = "« Rouge » est devenu « Bleue ». Relisez la réponse."

pytestmark = pytest.mark.usefixtures("invented_exam")


def points(draft):
    draft = Draft.objects.whole().get(pk=draft.pk)
    dossier = dossier_of(draft, day=NOW.date())
    return reworded(draft, dossier, journey.judged(dossier))


def said(draft):
    return [(one.section, one.field, one.message) for one in points(draft)]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param(QUESTION, ("supplementaires", "q-permis", ASKED), id="a question"),
        pytest.param(CHOICE, ("supplementaires", "q-equipe", CHOSEN), id="its choice"),
        pytest.param(
            ("{code: VOILE, libelle: Voile}", "{code: VOILE, libelle: Planche}"),
            (
                "supplementaires",
                "q-sports",
                "« Voile » est devenu « Planche ». Relisez la réponse.",
            ),
            id="one of several choices",
        ),
        pytest.param(
            ("libelle: Individuel\n", "libelle: Salarié\n"),
            (
                "informations",
                "category",
                "« Individuel » est devenu « Salarié ». Relisez la réponse.",
            ),
            id="a category",
        ),
        pytest.param(
            ("libelle: Navigation,", "libelle: Plongée,"),
            (
                "epreuves",
                "statut-M1",
                "L'intitulé était « Navigation (U4), Statut ». Relisez la réponse.",
            ),
            id="an épreuve",
        ),
    ],
)
def test_an_answer_given_to_other_words_is_to_be_read_again(change, place):
    draft = a_draft(supplementaires={"q-sports": ["VOILE", "AVIRON"]})
    load_invented(change)

    assert said(draft) == [place]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            ("libelle: Votre projet,", "libelle: Votre condamnation,"), id="an answer left empty"
        ),
        pytest.param(("libelle: Bleue}]", "libelle: Verte}]"), id="a choice that is not made"),
        pytest.param(
            ("{code: ROUGE, libelle: Rouge}", "{code: VERT, libelle: Verte}"),
            id="a choice that is gone",
        ),
        pytest.param(("L'absence à une épreuve", "L'absence à toute épreuve"), id="the modalités"),
    ],
)
def test_what_was_not_answered_or_is_refused_is_not(change):
    draft = a_draft()
    load_invented(change)

    assert said(draft) == []


def test_of_a_modification_it_is_read_beside_the_words_under_which_it_was_filed():
    registration = a_registration()
    load_invented(QUESTION)
    draft = registering.amend(registration=registration, by=author(registration.candidate), at=NOW)
    load_invented(QUESTION, CHOICE)

    assert said(draft) == [
        ("supplementaires", "q-permis", ASKED),
        ("supplementaires", "q-equipe", CHOSEN),
    ]
    assert in_words(points(draft)) == (
        " Relisez celles dont l'intitulé, ou celui du choix, a changé : « Avez-vous été condamné pour un délit "
        "maritime ? » et « Équipe »."
    )


def test_what_is_registered_anew_is_read_beside_the_words_under_which_it_was_filed():
    registration = a_registration()
    load_invented(QUESTION)
    agent = a_member("agent@exemple.test", "manager", ["A09"])
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=NOW)
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    standing_in.register_anew(draft=draft, by=OPERATOR, at=NOW)

    assert said(draft) == [("supplementaires", "q-permis", ASKED)]


def test_words_that_came_back_ask_nothing():
    draft = a_draft()
    load_invented(QUESTION)
    assert said(draft)
    load_invented()

    assert said(draft) == []
    assert in_words([]) == ""


def answer_again(draft, *, at):
    SectionAnswers.objects.filter(draft=draft, section="supplementaires").update(answered_at=at)


def test_what_was_answered_under_a_version_in_between_is_read_beside_its_words():
    draft = a_draft()
    load_invented(QUESTION, at=NOW + HOUR)
    answer_again(draft, at=NOW + 2 * HOUR)
    assert said(draft) == []

    load_invented(at=NOW + 3 * HOUR)

    [(_, field, told)] = said(draft)
    assert field == "q-permis"
    assert "L'intitulé était « Avez-vous été condamné pour un délit maritime ? »" in told
