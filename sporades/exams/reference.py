"""The reference of every key of a réglementation file, written from the schema itself."""

from collections.abc import Iterator
from typing import Any

from sporades.exams.schema import File
from sporades.exams.schema.base import LONGEST_LINE, LONGEST_PARAGRAPH

type Node = dict[str, Any]

_INTRODUCTION = f"""\
# Les clés d'un fichier de réglementation

Un fichier YAML décrit un domaine pour une session. Cette page est écrite par la commande
`python -m sporades reglementation reference` à partir du schéma : elle ne se corrige pas à la
main. Pour commencer, lisez plutôt [adding-an-exam.md](adding-an-exam.md).

Un texte se met entre guillemets droits (") :

- s'il ressemble à un nombre (« 2027 »), ou s'il est « oui » ou « non » ;
- s'il contient « : » suivi d'une espace, ou « # » précédé d'une espace : YAML lirait une clé, ou
  couperait le texte ;
- s'il commence par un signe qui n'est ni une lettre ni un chiffre ;
- s'il est entre accolades ou entre crochets et contient une virgule.

Ailleurs, il peut s'en passer. Un guillemet droit s'y écrit « \\" », une apostrophe comme elle est.
Une remarque (« # … ») suit un code, un nombre, un texte entre guillemets, ou tient sur sa ligne :
derrière un texte sans guillemets elle est refusée, rien ne la distinguant de la fin du texte.

Les mots de la colonne « valeur » :

| Mot | Ce qui convient |
|---|---|
| ligne | un texte sans retour à la ligne, de {LONGEST_LINE} signes au plus |
| paragraphe | un texte d'un seul tenant, de {LONGEST_PARAGRAPH} signes au plus (en YAML, « >- » l'écrit sur plusieurs lignes) |
| code court | de 1 à 16 signes : majuscules sans accent, chiffres, « - » ou « _ » |
| code | les mêmes, de 1 à 20 signes |
| code de question | de 1 à 40 signes : une minuscule, puis minuscules sans accent, chiffres ou « _ » |
| code de service | de 1 à 60 signes : minuscules sans accent, chiffres ou « - » |
| code d'académie | « A » et deux chiffres : ceux de [academies.csv](../sporades/territory/data/academies.csv) |
| code de pays | « 99 » et trois chiffres, entre guillemets : ceux de [countries.csv](../sporades/territory/data/countries.csv) |

Une clé absente vaut ce que dit la colonne « à défaut » ; une clé inconnue est refusée.
"""

_TYPES = {"boolean": "oui ou non", "integer": "nombre entier", "number": "nombre"}


def reference() -> str:
    """Return the whole page, in Markdown."""
    whole = File.model_json_schema()
    definitions: dict[str, Node] = whole.pop("$defs")
    pages = [_INTRODUCTION]
    for name in _reading_order(whole, definitions):
        node = definitions[name] if name else whole
        if "properties" in node:
            pages.append("\n".join(_section(node, definitions)))
    return "\n".join(pages)


def _reading_order(whole: Node, definitions: dict[str, Node]) -> list[str]:
    """Return the parts from the outside in, each once, in the order in which they are met."""
    order, ahead = [""], [whole]
    while ahead:
        for name in _names(ahead.pop(0).get("properties", {})):
            if name not in order:
                order.append(name)
                ahead.append(definitions[name])
    return order


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].rpartition("/")[2]
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for value in node:
            yield from _names(value)


def _section(node: Node, definitions: dict[str, Node]) -> Iterator[str]:
    yield f"## {node['title']}\n"
    yield "| Clé | Valeur | À défaut | Rôle |"
    yield "|---|---|---|---|"
    mandatory = node.get("required", [])
    for key, value in node["properties"].items():
        default = "**obligatoire**" if key in mandatory else _default(value)
        yield f"| `{key}` | {_kind(value, definitions)} | {default} | {value['description']} |"
    yield ""


def _default(value: Node) -> str:
    match value.get("default"):
        case None | [] | {}:
            return ""
        case bool() as answer:
            return "oui" if answer else "non"
        case dict():
            return ""
        case list() as several:
            return ", ".join(map(str, several))
        case other:
            return str(other)


def _kind(node: Node, definitions: dict[str, Node]) -> str:
    """Say what a value is, in words."""
    match node:
        case {"$ref": name}:
            words = _named(name.rpartition("/")[2], definitions)
        case {"anyOf": several} | {"oneOf": several}:
            kinds = [_kind(one, definitions) for one in several if one.get("type") != "null"]
            words = " ou ".join(dict.fromkeys(kinds))
        case {"const": value}:
            words = f"`{value}`"
        case {"enum": values}:
            words = ", ".join(f"`{value}`" for value in values)
        case {"type": "array", "items": item}:
            words = f"liste : {_kind(item, definitions)}"
        case {"format": "date"}:
            words = "jour, « 2027-01-31 »"
        case {"format": name}:
            words = name
        case {"pattern": _}:
            words = "nombre"
        case _:
            words = _TYPES.get(node.get("type", ""), "texte")
    return words


def _named(name: str, definitions: dict[str, Node]) -> str:
    """Say what a part is: its values when it is a choice, else a link to its section."""
    node = definitions[name]
    if "properties" not in node:
        return _kind(node, definitions)
    return f"[{node['title']}](#{_anchor(node['title'])})"


def _anchor(title: str) -> str:
    """Return the anchor that Markdown readers give to a title."""
    kept = "".join(sign for sign in title.lower() if sign.isalnum() or sign in " -")
    return kept.replace(" ", "-")
