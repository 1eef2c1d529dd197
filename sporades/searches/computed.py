"""What columns read beside the row of a registration."""

from collections.abc import Callable

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as If
from django.db.models import (
    DateTimeField,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    StringAgg,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce, Concat, JSONObject
from django.utils import timezone

from sporades.accommodations.granted import in_force_of
from sporades.accommodations.models import Case
from sporades.accounts.permissions import Reach
from sporades.candidates.models import Channel, told_by_letter
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Evidence
from sporades.evidence.queries import TO_COMPLETE
from sporades.evidence.states import TO_PROVIDE, TO_VERIFY
from sporades.exams.schema import Status
from sporades.mail.models import Message
from sporades.registrations.models import RegistrationAnswer, RegistrationPaper, Version
from sporades.registrations.records import registered_outside
from sporades.registrations.states import STANDING
from sporades.searches.answered import pieces_of_health

CONVOCATION = "convocation"
"""The kind of document of which the day of opening has a column: who has not read theirs is called."""


def _labels(*states: str) -> StringAgg:
    return StringAgg("label", Value(" ; "), filter=Q(state__in=states), order_by="place")


def _pieces(said: StringAgg, **which: object) -> Expression:
    """Return the names of the pieces that stand somewhere, of a registration that may owe some.

    Of an exam that asks for one by a declared handicap, none is named, to nobody (P-12): as in mails,
    the one that is left out would be told by what is said of the others, or by a blank.
    """
    rows = Evidence.objects.filter(registration=OuterRef("pk"), **which).order_by()
    names = Subquery(rows.values("registration").values(said=said))
    are_named = ~Q(exam__in=list(pieces_of_health()))
    return If(When(are_named, state__in=TO_COMPLETE, then=names), output_field=TextField())


def _last_piece() -> Expression:
    return _last("arrived_at")


def _last_verdict() -> Expression:
    return _last("decided_at")


def _last(instant: str) -> Expression:
    """Return the last instant of a piece; of an exam that asks for one by a handicap, see `_pieces`."""
    rows = Evidence.objects.asked().filter(registration=OuterRef("pk")).order_by()
    last = Subquery(rows.values("registration").values(said=Max(instant)))
    are_named = ~Q(exam__in=list(pieces_of_health()))
    return If(When(are_named, then=last), output_field=DateTimeField())


def _granted() -> Func:
    """Return the measures in force for a registration that stands, in the words of who decided.

    With the codes of the épreuves, of those that are sat, that each is in force for, where it was
    asked or is granted for some of them; and where another measure than was asked is so for some.
    """
    codes = Func("sat", Value(", "), function="array_to_string", output_field=TextField())
    some = Concat("decided_label", Value(" ("), codes, Value(")"), output_field=TextField())
    papers = RegistrationPaper.objects.filter(
        registration=OuterRef("case__registration"), status=Status.ENTERED
    )
    rows = in_force_of(OuterRef("pk")).alias(
        every=_how_many(ArraySubquery(papers.values("pk"))), its=_how_many(F("sat"))
    )
    is_whole = Q(decided_code=F("code")) | Q(its=F("every"))
    whole = When(is_whole, papers=[], decided_papers=[], then=F("decided_label"))
    words = If(whole, default=some, output_field=TextField())
    told = rows.annotate(words=words).order_by("words")
    standing = told.filter(case__registration__state__in=STANDING)
    every = ArraySubquery(standing.values("words").distinct())
    return Func(every, Value(" ; "), function="array_to_string", output_field=TextField())


def _how_many(keys: Subquery | F) -> Func:
    return Func(keys, function="cardinality", output_field=IntegerField())


def _case_state() -> Subquery:
    rows = Case.objects.made().filter(registration=OuterRef("pk"))
    return Subquery(rows.order_by("-begun_at", "-pk").values("state")[:1])


def _papers_chosen() -> ArraySubquery:
    """Return what was chosen for each épreuve, as `answered.papers` reads it."""
    rows = RegistrationPaper.objects.filter(registration=OuterRef("pk")).order_by()
    said = JSONObject(
        code="paper__code", status="status", option="option", mark="mark", session="mark_session"
    )
    return ArraySubquery(rows.values(said=said))


def _answers_given() -> ArraySubquery:
    """Return the answers to the questions of the exam, as `answered.answers` reads them."""
    rows = RegistrationAnswer.objects.filter(registration=OuterRef("pk")).order_by()
    return ArraySubquery(rows.values(said=JSONObject(question="question", value="value")))


def _readable_documents() -> QuerySet[DocumentVersion]:
    """Return the documents that the candidate of a registration may read now."""
    return DocumentVersion.objects.latest_visible(timezone.now()).filter(
        document__folder=OuterRef("folder")
    )


def _of_convocation(field: str) -> Subquery:
    return Subquery(
        _readable_documents().filter(document__kind=CONVOCATION).order_by().values(field)[:1]
    )


def _documents() -> ArraySubquery:
    """Return each document, by kind, with when it was opened; `documents_in_words` reads them."""
    rows = _readable_documents().order_by("-published_at", "document__kind")
    return ArraySubquery(rows.values(said=JSONObject(kind="document__kind", opened="opened_at")))


def _last_version() -> Expression:
    """Return when the last version was made; the first one, when it was filed."""
    rows = Version.objects.filter(registration=OuterRef("pk"), number=OuterRef("version"))
    first = When(version=1, then=F("filed_at"))
    return If(first, default=Subquery(rows.values("filed_at")), output_field=DateTimeField())


def _channel() -> Expression:
    posted = When(told_by_letter("candidate"), then=Value(Channel.LETTER))
    return If(posted, default=Value(Channel.MAIL), output_field=TextField())


def _mail_refused() -> Expression:
    """Return when the last mail to whoever is written to by mail was written, if it was refused."""
    address = Coalesce(OuterRef("candidate__user__email"), OuterRef("candidate__email"))
    settled = Message.objects.filter(recipient=address).exclude(state=Message.State.WAITING)
    refused = If(When(state=Message.State.REFUSED, then=F("written_at")))
    last = Subquery(settled.order_by("-written_at", "-pk").values(said=refused)[:1])
    return If(When(~told_by_letter("candidate"), then=last), output_field=DateTimeField())


def _phone_of_record(reach: Reach) -> Expression | F:
    """Return the telephone of the record, as `registrations.records.address_known_to` gives it."""
    phone = F("candidate__phone")
    if reach.is_everything:
        return phone
    none = When(candidate__phone="", then=Value(""))
    return If(none, When(registered_outside(reach), then=Value("")), default=phone)


WITHIN: dict[str, Callable[[Reach], Expression | F]] = {"record_phone": _phone_of_record}
"""Of which less is said within a perimeter, each by the name that stands for it."""
COMPUTED: dict[str, Callable[[], Expression | Subquery]] = {
    "pieces_to_provide": lambda: _pieces(_labels(*TO_PROVIDE), is_mandatory=True),
    "pieces_to_verify": lambda: _pieces(_labels(*TO_VERIFY)),
    "last_piece_at": _last_piece,
    "last_verdict_at": _last_verdict,
    "papers_chosen": _papers_chosen,
    "answers_given": _answers_given,
    "documents_published": _documents,
    "convocation_published_at": lambda: _of_convocation("published_at"),
    "convocation_opened_at": lambda: _of_convocation("opened_at"),
    "measures_granted": _granted,
    "case_state": _case_state,
    "told_by": _channel,
    "mail_refused_at": _mail_refused,
    "last_version_at": _last_version,
}
"""Each by the name that stands for it in the paths of a column."""
