"""What Django counts on classes that everything is asked of."""

from types import FunctionType, SimpleNamespace
from typing import Any

from django.db.models import Field
from django.db.models.manager import BaseManager

_COUNTED = ((Field, "__init__"), (BaseManager, "_set_creation_counter"))


def count_apart() -> None:
    """Have Django number its fields and managers without changing their classes.

    `Field.__init__` adds one to `Field.creation_counter`. Each time the class has changed, and
    CPython forgets what it knew of it and of its descendants; the thousandth time, from 3.13 on, for good
    (`MAX_VERSIONS_PER_CLASS`): any attribute of any field is then searched for through all of its
    ancestors. Our models have about a thousand fields, and each question with a sub-question makes more.

    To be called before models are loaded. Where Django counts otherwise, it changes nothing.
    """
    for counted, name in _COUNTED:
        function: Any = vars(counted)[name]
        counters = SimpleNamespace(
            **{key: kept for key, kept in vars(counted).items() if key.endswith("creation_counter")}
        )
        apart = FunctionType(
            function.__code__, {**function.__globals__, counted.__name__: counters}, name
        )
        apart.__defaults__, apart.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
        setattr(counted, name, apart)
