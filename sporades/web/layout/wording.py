"""What a field says when it refuses an answer: what to do, in place of Django's own words."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

from django import forms

from sporades.core.french import figure

NOT_OFFERED = "Cette réponse n'est pas proposée ici"
_TOO_SHORT = "Allongez cette réponse : il y faut au moins %(limit_value)d signes."
_TOO_LONG = (
    "Raccourcissez cette réponse : elle a %(show_value)d signes, pour %(limit_value)d au plus."
)

_FIRST = {"null_characters_not_allowed": 0, "max_length": 1}
"""The faults of a text that are said before any other, by their codes."""

# « Années d'expérience » is a number of them.
_YEAR = re.compile(r"année\b", re.IGNORECASE)
_UNSEEN = (
    "Effacez cette réponse et écrivez-la de nouveau : elle contient un signe qui ne se voit pas."
)


def say_what_to_do(field: forms.Field, label: str) -> None:
    """Give a field our words wherever its form has none of its own for it; a text, one at a time.

    Args:
        field: the field of a form.
        label: what is read beside it.
    """
    of_django = _of_django(type(field))
    for code, words in _words(field, label).items():
        # The very words: to compare them would translate each.
        if field.error_messages.get(code) is of_django.get(code):
            field.error_messages[code] = words
    if isinstance(field, forms.CharField) and len(field.validators) > 1:
        field.validators = [_one_fault(field.validators)]


def _one_fault(validators: list[Callable[[Any], None]]) -> Callable[[Any], None]:
    """Return what refuses a text for its first fault alone: the others mostly follow from it."""
    in_order = sorted(validators, key=lambda one: _FIRST.get(getattr(one, "code", ""), len(_FIRST)))

    def judge(value: Any) -> None:
        for one in in_order:
            one(value)

    return judge


@cache
def _of_django(kind: type[forms.Field]) -> dict[str, str]:
    """Return what Django itself makes a kind of field say."""
    said: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if one.__module__.startswith("django."):
            said |= vars(one).get("default_error_messages", {})
    return said


def _words(field: forms.Field, label: str) -> dict[str, str]:
    said = {
        "required": f"Remplissez « {label} ».",
        "max_length": _TOO_LONG,
        "null_characters_not_allowed": _UNSEEN,
    }
    match field:
        case forms.MultipleChoiceField():
            said["required"] = "Choisissez au moins une réponse."
            said["invalid_choice"] = said["invalid_list"] = (
                "Une de ces réponses n'est pas proposée ici : choisissez de nouveau."
            )
        case forms.ChoiceField():
            is_list = isinstance(field.widget, forms.Select)
            way_out = "choisissez dans la liste" if is_list else "choisissez-en une autre"
            said["required"] = "Choisissez dans la liste." if is_list else "Choisissez une réponse."
            said["invalid_choice"] = f"{NOT_OFFERED} : {way_out}."
        case forms.BooleanField():
            said["required"] = f"Cochez la case « {label} »."
        case forms.IntegerField():
            said |= _of_number(field, "une année" if _YEAR.match(label) else "un nombre")
        case forms.DateField():
            said["invalid"] = "Indiquez le jour, le mois et l'année, par exemple 14 03 2008."
        case forms.EmailField():
            said["invalid"] = "Indiquez une adresse complète, par exemple prenom.nom@exemple.fr"
        case forms.FileField():
            said["required"] = said["missing"] = said["invalid"] = "Choisissez un fichier."
            said["empty"] = "Ce fichier est vide : choisissez-en un autre."
            said["max_length"] = "Donnez à ce fichier un nom plus court : %(max)d signes au plus."
            said["contradiction"] = "Envoyez un fichier, ou retirez le précédent : pas les deux."
        case forms.MultiValueField():
            said["incomplete"] = said["invalid"] = f"Remplissez toutes les cases de « {label} »."
        case forms.CharField():
            said["min_length"] = _TOO_SHORT
    return said


def _of_number(field: forms.IntegerField, what: str) -> dict[str, str]:
    places = field.decimal_places if isinstance(field, forms.DecimalField) else 0
    return {
        "invalid": f"Indiquez {what}, par exemple {_example(field, places)}.",
        "min_value": _within(field, what),
        "max_value": _within(field, what),
        "max_decimal_places": (
            f"Gardez au plus {places} chiffre{'s' if places > 1 else ''} après la virgule."
            if places
            else "Indiquez un nombre entier, sans virgule."
        ),
    }


def _example(field: forms.IntegerField, places: int) -> str:
    """Return a number that the field takes: a bound of its own where the usual one is outside."""
    usual = Decimal("12.5") if places else Decimal(12)
    least, most = field.min_value, field.max_value
    if (least is None or usual >= least) and (most is None or usual <= most):
        return figure(usual)
    return figure(Decimal(least if most is None else most))


def _within(field: forms.IntegerField, what: str) -> str:
    least, most = (
        None if bound is None else figure(Decimal(bound))
        for bound in (field.min_value, field.max_value)
    )
    if least is not None and most is not None:
        return f"Indiquez {what} entre {least} et {most}."
    return f"Indiquez {most} ou moins." if least is None else f"Indiquez {least} ou plus."
