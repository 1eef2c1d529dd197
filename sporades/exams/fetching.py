"""How rows of reference reach a registration: from the process, not by a join.

To join the exam, its domain, its session, the academy and the managing service to each
registration makes PostgreSQL plan twelve tables and send the same words again and again;
planning alone then costs more than the rest of the page.
"""

from typing import Any

from django.db.models import FETCH_PEERS, FETCH_RAISE, Model
from django.db.models.fetch_modes import FetchMode

from sporades.exams.held import held


class FromProcess(FetchMode):
    """Take what the process holds when an attribute is first read.

    A row of reference that is not held, such as the exam of an old session, is fetched for
    all the rows of the query at once.
    """

    __slots__ = ("otherwise",)

    track_peers = True

    def __init__(self, otherwise: FetchMode) -> None:
        """Say what becomes of anything else than reference: fetched, or blocked."""
        self.otherwise = otherwise

    def fetch(self, fetcher: Any, instance: Model) -> None:
        """Give an instance the attribute that was read."""
        field = getattr(fetcher, "field", None)
        model = getattr(field, "related_model", None)
        catalogue = held()
        if field is None or model not in catalogue.kinds:
            self.otherwise.fetch(fetcher, instance)
            return
        row = catalogue.rows.get((model, getattr(instance, field.attname)))
        if row is None:
            FETCH_PEERS.fetch(fetcher, instance)
        else:
            field.set_cached_value(instance, row)


WITH_REFERENCE = FromProcess(FETCH_PEERS)
WITH_REFERENCE_ALONE = FromProcess(FETCH_RAISE)
