"""Count which answers are refused, without what was typed nor who typed it (I9)."""

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import connection

from sporades.core.french import local_day
from sporades.core.locks import alone
from sporades.registrations.models import Draft, RefusedAnswer
from sporades.registrations.sections.base import Section, SectionForm

KEPT_FOR = timedelta(days=2 * 365)
"""One session can be compared with the one before."""

FOLD = """
WITH fresh AS (
    DELETE FROM registrations_refusedanswer WHERE NOT is_folded
    RETURNING day, academy, exam_id, section, field, rule, label, count
)
INSERT INTO registrations_refusedanswer
    (day, academy, exam_id, section, field, rule, label, count, is_folded)
SELECT day, academy, exam_id, section, field, rule, max(label), sum(count), true
FROM fresh GROUP BY day, academy, exam_id, section, field, rule
ON CONFLICT (academy, day, exam_id, section, field, rule) WHERE is_folded
DO UPDATE SET count = registrations_refusedanswer.count + excluded.count, label = excluded.label
"""

RULES = {
    "required": "Rien n'est répondu",
    "invalid": "La réponse ne se lit pas",
    "invalid_choice": "Le choix n'est pas proposé, ou ne l'est plus",
    "max_length": "La réponse est trop longue, ou il y a trop de choix",
    "min_length": "La réponse est trop courte, ou il y a trop peu de choix",
    "max_value": "Au-delà de ce qui est accepté",
    "min_value": "En deçà de ce qui est accepté",
    "max_digits": "Trop de chiffres",
    "max_decimal_places": "Trop de décimales",
    "marks": "Trop d'accents sur une lettre",
    "unprinted": "Un signe ne s'imprime pas",
    "name": "Un signe n'appartient pas à un nom",
    "null_characters_not_allowed": "Un signe ne se voit pas",
    "several": "Plusieurs réponses d'avant, et une seule est demandée désormais",
    "uncalled": "Remplie sans qu'une autre réponse la demande",
    "ine": "Ce n'est pas la forme d'un INE",
    "one_of_two": "Aucun des deux numéros n'est donné",
    "own_address": "L'adresse du représentant légal est celle du candidat",
    "sign": "Un signe n'appartient pas à une adresse mail",
    "changed": "Les modalités ont changé depuis qu'elles ont été acceptées",
    "phone": "Ce numéro ne se compose pas",
    "postcode": "Un code postal français compte cinq chiffres",
    "cedex": "La commune est suivie de CEDEX",
    "town": "La commune n'est pas de ce code postal",
    "unknown_postcode": "Ce code postal n'est d'aucune commune",
    "residence": "L'adresse n'est pas de cette académie",
    "aucune_epreuve": "Aucune épreuve n'est choisie",
    "epreuve_obligatoire": "L'épreuve est obligatoire",
    "dispense": "La dispense n'est pas ouverte",
    "benefice": "Le bénéfice n'est pas ouvert, ou sa note manque",
    "groupe": "Le groupe d'épreuves n'a pas son compte",
    "option": "L'option manque, ou n'est pas proposée",
    "passing_form": "La forme de passage ne va pas avec ces épreuves",
}
"""What refuses an answer, in words; the other rules are those that a réglementation names."""


def count_refused(*, draft: Draft, section: Section, form: SectionForm, at: datetime) -> None:
    """Count each answer of a tab that its form has refused: which question, by which rule.

    It adds rows and reads nothing: whoever comes at the same instant waits for nobody. What the
    office is refused, which fills a tab for somebody, stops no candidate.

    Args:
        draft: whose academy and exam are counted; nothing else of it is kept.
        section: the tab.
        form: its form, that is not valid.
        at: the instant.
    """
    if draft.author_id is not None:
        return
    day = local_day(at, draft.service.zone)
    RefusedAnswer.objects.bulk_create(
        RefusedAnswer(
            day=day,
            academy=draft.service.academy_id,
            exam_id=draft.exam_id,
            section=section.slug,
            field=name[:60],
            label=form.label_of(name)[:200] if name else "",
            rule=rule[:60],
        )
        for name, rule in _refused(form)
    )


def add_up() -> bool:
    """Add up what was counted since the last time; return whether nobody else was doing it.

    One statement: whatever is counted meanwhile is either in it, or waits for the next time.
    """
    with alone("refused answers", "") as is_held:
        if is_held:
            with connection.cursor() as cursor:
                cursor.execute(FOLD)
    return is_held


def forget_old(*, today: date) -> int:
    """Delete what was counted more than two years ago; return how many rows."""
    deleted: int
    deleted, _ = RefusedAnswer.objects.filter(day__lt=today - KEPT_FOR).delete()
    return deleted


def rule_in_words(rule: str) -> str:
    """Say what refuses an answer; a rule of a réglementation goes by the name it has there."""
    if not rule:
        return "Une autre règle de l'onglet"
    return RULES.get(rule, f"Règle « {rule} » de la réglementation")


def _refused(form: SectionForm) -> set[tuple[str, str]]:
    """Return the fields that are refused, « » for the tab itself, each with its rules."""
    found = set()
    for name, errors in form.errors.as_data().items():
        for error in errors:
            found.add(("" if name == "__all__" else name, _rule(error)))
    return found


def _rule(error: ValidationError) -> str:
    """Return the code of what refuses: never its words, which may quote what was typed."""
    return error.code or ""
