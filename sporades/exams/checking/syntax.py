"""Say in French what the YAML reader says in English."""

import yaml

from sporades.exams.checking.causes import cause

_HELP = (
    ("character '\\t'", "une tabulation ne peut pas servir de retrait : mettez des espaces"),
    ("mapping values are not allowed", "le retrait n'est pas celui des lignes voisines"),
    ("could not find expected ':'", "il manque un deux-points après une clé"),
    ("expected <block end>", "le retrait n'est pas celui des lignes voisines"),
    ("while scanning a quoted scalar", "un guillemet n'est pas refermé"),
    ("undefined alias", "ce renvoi « * » ne mène à aucune ancre « & » écrite plus haut"),
    ("duplicate anchor", "cette ancre « & » existe déjà"),
    ("expected the node content", "il manque une valeur, ou elle commence par un signe réservé"),
    ("cannot start any token", "une valeur qui commence par ce signe se met entre guillemets"),
    ("expected ',' or ']'", "un crochet ou une virgule manque"),
    ("expected ',' or '}'", "une accolade ou une virgule manque"),
    ("expected a single document", "un seul document par fichier : retirez « --- »"),
    ("special characters are not allowed", "un caractère de contrôle, invisible, est à retirer"),
)
_OTHERWISE = "vérifiez les retraits, les deux-points et les guillemets"


def in_french(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line, from 1, and the reason of a syntax error in a text."""
    known = cause(error, text)
    if known is not None:
        line, reason = known
        return line + 1, f"Ce n'est pas du YAML correct : {reason}."
    english = str(error)
    reason = next((french for part, french in _HELP if part in english), _OTHERWISE)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    # Of a forbidden character the reader knows only the rank.
    before = text[: getattr(error, "position", 0)]
    line = mark.line if mark else before.count("\n")
    return line + 1, f"Ce n'est pas du YAML correct : {reason}."
