"""Check the shape of a file against the schema, and say in French what does not fit."""

import difflib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from sporades.core.french import quoted
from sporades.exams.checking.document import Document
from sporades.exams.checking.problems import Fault, Path, Problem, and_more, some_of
from sporades.exams.schema import File
from sporades.exams.schema.base import Strict

CURLY = "“”„‟‘’‚"
"""Quotes that a word processor puts in the place of straight ones."""

NAMED = 3
"""Up to how many keys, under which an unknown one would be taken, are named."""

_A_NUMBER = ("type", "{read} : un nombre est attendu, avec un point : « 2.5 ».")
_A_DAY = ("type", "{read} : un jour qui existe est attendu : « 2027-01-31 ».")
_A_WHOLE_NUMBER = ("type", "{read} : un nombre entier est attendu.")
_KEYS_WANTED = ("type", "{read} : des clés sont attendues.")
_ONE_OF = ("valeur", "« {value} » ne convient pas : {expected}.")

_SAID = {
    "missing": ("cle_manquante", "La clé « {key} » est obligatoire."),
    "union_tag_not_found": ("cle_manquante", "La clé « type » est obligatoire."),
    "extra_forbidden": ("cle_inconnue", "La clé « {key} » n'est pas admise ici.{hint}"),
    "string_type": ("type", "{read} : un texte est attendu."),
    "bool_type": (
        "type",
        "{read} : « oui » ou « non » est attendu, en minuscules et sans guillemets.",
    ),
    "tuple_type": ("type", "{read} : une liste est attendue."),
    "model_type": _KEYS_WANTED,
    "dict_type": _KEYS_WANTED,
    "int_type": _A_WHOLE_NUMBER,
    "int_from_float": _A_WHOLE_NUMBER,
    "decimal_type": _A_NUMBER,
    "decimal_parsing": _A_NUMBER,
    "finite_number": _A_NUMBER,
    "date_type": _A_DAY,
    "date_parsing": _A_DAY,
    "date_from_datetime_parsing": _A_DAY,
    "greater_than_equal": ("borne", "« {value} » ne convient pas : au moins {ge}."),
    "less_than_equal": ("borne", "« {value} » ne convient pas : au plus {le}."),
    "decimal_max_places": (
        "borne",
        "« {value} » ne convient pas : au plus {decimal_places} chiffres après la virgule.",
    ),
    "too_short": ("borne", "Cette liste est trop courte : au moins {min_length}."),
    "too_long": ("borne", "Cette liste est trop longue : au plus {max_length}."),
    "enum": _ONE_OF,
    "literal_error": _ONE_OF,
    "union_tag_invalid": _ONE_OF,
}
"""What is said of each kind of error: the rule, and a sentence."""


def shaped(document: Document) -> tuple[File | None, list[Problem]]:
    """Return the file as the schema understands it, or what does not fit.

    Every fault of shape is told at once, up to `MOST_TOLD`.
    """
    try:
        file = File.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        told, has_more = some_of(_faults(document, error))
        more = [and_more(document.name)] if has_more else []
        return None, [*map(document.problem, told), *more]
    return file, []


def _faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    told: set[Path] = set()
    for details in error.errors(include_url=False):
        path = _path(document, details["loc"])
        if details["type"].startswith("union_tag"):
            path = (*path, "type")
        # An alternative (« a number or a day ») fails once for each of its branches.
        if path not in told and not _is_an_echo(details):
            told.add(path)
            yield Fault(path, *_said(details))


def _is_an_echo(details: ErrorDetails) -> bool:
    """Tell whether a list is said to be too short only because its items do not fit."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _path(document: Document, place: tuple[str | int, ...]) -> Path:
    """Return where an error stands in the file.

    The schema's place also names the branch of an alternative, which is no key of the file:
    what leads nowhere is left out, but the last step, which may be a missing key.
    """
    path: Path = ()
    for rank, step in enumerate(place):
        is_last = rank == len(place) - 1
        if (*path, step) in document.lines or (is_last and _may_hold(document, path, step)):
            path = (*path, step)
    return path


def _may_hold(document: Document, path: Path, step: str | int) -> bool:
    value: Any = document.data
    for key in path:
        value = value[key]
    return isinstance(value, dict) and isinstance(step, str) and step in _keys()


def _said(details: ErrorDetails) -> tuple[str, str]:
    """Return the rule broken by an error, and what is said of it."""
    kind, context = details["type"], details.get("ctx", {})
    if kind not in _SAID:
        # One of our own validators: it speaks French already.
        return kind, details["msg"] + _of_curly_quotes(details["input"])
    rule, sentence = _SAID[kind]
    key = str(details["loc"][-1]) if details["loc"] else ""
    facts = {
        **context,
        "key": key,
        "hint": _hint(key, details["loc"][:-1]),
        "read": _read(details["input"]),
        "value": context.get("tag", details["input"]),
        "expected": _list(context.get("expected") or context.get("expected_tags") or ""),
    }
    return rule, sentence.format(**facts) + _of_curly_quotes(details["input"])


def _read(value: Any) -> str:
    """Say how a value was read, so that its author sees why it does not fit."""
    match value:
        case None:
            return "La valeur manque"
        case bool():
            word = "oui" if value else "non"
            return f"« {word} » sans guillemets est une réponse"
        case int():
            return f"« {value} » sans guillemets est un nombre"
        case str():
            is_quoted = value in {"oui", "non"}
            return (
                f"« {value} » {'entre guillemets est un texte' if is_quoted else 'ne convient pas'}"
            )
        case list():
            return "Une liste ne convient pas"
        case _:
            return "Ces clés ne conviennent pas"


def _of_curly_quotes(value: Any) -> str:
    """Say why a text fits no more, if a word processor has turned its quotes."""
    is_turned = isinstance(value, str) and value[:1] in set(CURLY)
    return (
        " Les guillemets courbes d'un traitement de texte (“ ”) ne comptent pas : tapez des guillemets "
        'droits (").'
        if is_turned
        else ""
    )


def _list(wanted: str) -> str:
    """Turn « 'a', 'b' or 'c' » into « a, b ou c », and « 1 » into « seul « 1 » est admis »."""
    said = wanted.replace("'", "").replace(" or ", " ou ")
    return said if " ou " in said or ", " in said else f"seul « {said} » est admis"


def _hint(key: str, place: tuple[int | str, ...]) -> str:
    """Say the key of that place that is nearest to an unknown one; else where the unknown one goes."""
    if near := difflib.get_close_matches(key, sorted(_admitted(_at(place))), n=1):
        return f" Vouliez-vous écrire « {near[0]} » ?"
    goes = sorted(_places().get(key, ()))
    return f" Elle se met sous {quoted(goes, 'ou')}." if 0 < len(goes) <= NAMED else ""


def _at(place: tuple[int | str, ...]) -> set[type[BaseModel]]:
    """Return what may stand at a place of a file, found by its keys; indexes and tags lead no farther."""
    found: set[type[BaseModel]] = {File}
    for part in place:
        below = {
            child
            for model in found
            for name, field in model.model_fields.items()
            if part == (field.alias or name)
            for child in _held_by(field.annotation)
        }
        found = below or found
    return found


@cache
def _keys() -> frozenset[str]:
    """Return every key that the schema knows anywhere."""
    return frozenset(
        field.alias or name
        for model in _models(Strict)
        for name, field in model.model_fields.items()
    )


@cache
def _places() -> dict[str, set[str]]:
    """Return under which keys each key of the schema is taken."""
    places: dict[str, set[str]] = {}
    for model in _models(Strict):
        for name, field in model.model_fields.items():
            for key in _admitted(set(_held_by(field.annotation))):
                places.setdefault(key, set()).add(field.alias or name)
    return places


def _admitted(models: set[type[BaseModel]]) -> list[str]:
    return [field.alias or name for model in models for name, field in model.model_fields.items()]


def _held_by(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the models in the type of a field: « list[X] | None » holds X."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from _held_by(one)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    yield model
    for child in model.__subclasses__():
        yield from _models(child)
