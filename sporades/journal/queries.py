"""Questions about the acts of the journal."""

from django.db.models import Model, Q, QuerySet

from sporades.journal.models import Entry


def entries_about(*rows: Model) -> QuerySet[Entry]:
    """Return the acts on some rows, the last first."""
    condition = Q(pk__in=[])
    for row in rows:
        kind = row._meta.label_lower.split(".", 1)[1]
        condition |= Q(object_kind=kind, object_id=str(row.pk))
    return Entry.objects.filter(condition).order_by("-at", "-pk")
