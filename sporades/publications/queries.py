"""Questions about what is published for a registration."""

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from sporades.documents.models import DocumentVersion
from sporades.publications.models import PublicationLine
from sporades.publications.states import LineOutcome
from sporades.registrations.models import Registration


def lines_to_withdraw(registration: Registration, *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what its candidate reads at an instant, and the office may take back."""
    read = DocumentVersion.objects.latest_visible(at)
    return _lines(registration).filter(outcome=LineOutcome.PUBLISHED, version__in=read)


def withdrawn_lines(registration: Registration, *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what its candidate could read, that was taken back and that nothing has replaced."""
    published = DocumentVersion.objects.published_by(at)
    later = published.filter(
        document=OuterRef("version__document"), number__gt=OuterRef("version__number")
    )
    taken_back = _lines(registration).filter(
        outcome=LineOutcome.WITHDRAWN,
        version__in=published.filter(withdrawn_at__lte=at, withdrawn_at__gte=F("published_at")),
    )
    # Its content says by which clock its days are.
    whole = taken_back.filter(~Exists(later)).defer(None)
    return whole.order_by("-version__withdrawn_at", "pk")


def unheard_among(lines: QuerySet[PublicationLine]) -> list[tuple[str, int]]:
    """Return why documents of some lines are not read aloud as they should be, each with how many."""
    counted = (
        lines.filter(version__content__unheard__isnull=False)
        .exclude(version__content__unheard="")
        .order_by("version__content__unheard")
        .values_list("version__content__unheard")
        .annotate(count=Count("pk"))
    )
    return list(counted)


def lines_to_come(registration: Registration, *, at: datetime) -> QuerySet[PublicationLine]:
    """Return what is prepared for its candidate, and not read yet at an instant."""
    return _lines(registration).filter(version__in=DocumentVersion.objects.to_come(at))


def _lines(registration: Registration) -> QuerySet[PublicationLine]:
    related = ("publication", "version__document")
    lines: QuerySet[PublicationLine] = PublicationLine.objects.filter(registration=registration)
    return lines.select_related(*related).defer("version__content").order_by("pk")
