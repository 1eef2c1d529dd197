"""What a list is asked: its address says it, but for what names somebody.

That is sent, and waits in the session under a mark that the address bears: an address is written
in logs and histories, and shown to whoever looks on.
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict

MARK = "pour"
KEPT = "asked"
MOST_KEPT = 20
"""How many of them a session keeps: tabs of one reader, the last asked."""
FORGOTTEN = "Cette recherche n'est plus en mémoire : tapez de nouveau ce que vous cherchez ici."


class Asked:
    """What a list is asked, as its form reads it.

    Attributes:
        data: what was asked, nothing where nothing was.
        is_forgotten: whether the session no longer knows what the mark of the address stands for.
    """

    def __init__(self, request: HttpRequest, *, hidden: str) -> None:
        """Read what was sent, or what the address asks.

        Args:
            request: of the list.
            hidden: the name of the field that names somebody; no address says it.
        """
        self._request, self._hidden = request, hidden
        self.is_forgotten = False
        self.data: QueryDict | None = self._of_address(request.GET)
        if request.method == "POST":
            self.data = request.POST

    @property
    def of_somebody(self) -> QueryDict | None:
        """What a list is asked that shows nobody, or everybody, until somebody is named."""
        is_named = self._request.method == "POST" or MARK in self._request.GET
        return self.data if is_named else None

    def leads_on(self, form: Any) -> str:
        """Return the address of what was sent, whoever it names kept; nothing where it is wrong."""
        if self._request.method != "POST" or not form.is_valid():
            return ""
        return f"{self._request.path}?{self.filters(form)}"

    def filters(self, form: Any) -> str:
        """Return what was asked, as an address says it."""
        said = [
            (name, form.asked[name])
            for name in form.fields
            if name != self._hidden and form.asked.get(name)
        ]
        named = form.asked.get(self._hidden)
        if named and form.is_valid():
            said.append((MARK, self._mark(named)))
        return urlencode(said)

    def again(self, asked: str) -> QueryDict | None:
        """Return what the filters of a list ask, given back by one of its buttons."""
        return self._of_address(QueryDict(asked))

    def _of_address(self, said: QueryDict) -> QueryDict | None:
        asked = said.copy()
        asked.pop(self._hidden, None)
        if mark := asked.get(MARK):
            named = self._request.session.get(KEPT, {}).get(mark, "")
            self.is_forgotten = not named
            asked[self._hidden] = named
        return asked or None

    def _mark(self, named: str) -> str:
        """Return the mark of what was said, kept now unless it is."""
        kept = self._request.session.get(KEPT, {})
        for mark, said in kept.items():
            if said == named:
                return str(mark)
        mark = secrets.token_urlsafe(6)
        self._request.session[KEPT] = dict([*kept.items(), (mark, named)][-MOST_KEPT:])
        return mark


def base_of(filters: str) -> str:
    """Return the beginning of the address of a page of a list, up to its number."""
    return f"?{filters}&page=" if filters else "?page="
