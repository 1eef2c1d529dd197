"""What a piece is worth: the buttons of its page, each a form, and what was sent by one."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from sporades.core.french import day_in_words, within
from sporades.core.text import clean_lines
from sporades.evidence.models import LONGEST_REASON, Evidence
from sporades.evidence.reasons import Reason
from sporades.evidence.states import (
    ACCEPT,
    ASK_AGAIN,
    CORRECT_POSTMARK,
    CORRECT_REFUSAL,
    OVERTURN,
    RECEIVE,
    REFUSE,
    SCAN,
    TO_PROVIDE,
    WAIVE,
    State,
)
from sporades.registrations.came import CameBy
from sporades.web.office.days import ReceivedForm
from sporades.web.office.pieces.forms import (
    NOTHING,
    CorrectedPostmarkForm,
    DelayForm,
    RefusalForm,
    Time,
    WaiverForm,
    as_refused,
)

CORRECTION = "correction"
"""Another reason for a refusal."""
VERDICTS = {
    "accept": ACCEPT,
    "refuse": REFUSE,
    "overturn": OVERTURN,
    CORRECTION: CORRECT_REFUSAL,
    "receive": RECEIVE,
    "postmark": CORRECT_POSTMARK,
    "waive": WAIVE,
    "ask": ASK_AGAIN,
}
READ = "lue"
"""What a form sends of the piece as it was read: `Evidence.mark`."""
MORE_TIME = "delay"
TYPED = {
    "refuse": ("raison", "motif", "delai"),
    CORRECTION: ("raison", "motif", "delai"),
    "receive": ("poste_le", "par"),
    "postmark": ("poste_le", "par"),
    "waive": ("pourquoi",),
    "ask": ("delai",),
    MORE_TIME: ("delai",),
}
"""What is said with a verdict."""
TAKE_BACK = "unreceive"
LABELS = {
    TAKE_BACK: "Réception annulée",
    "ask": "Demandée de nouveau",
    "postmark": "Réception corrigée",
    CORRECTION: "Motif du refus corrigé",
    MORE_TIME: "Délai enregistré",
}
"""What is said of a verdict that does not lead to one state alone."""
ASKING = ("refuse", CORRECTION, "waive", "ask", MORE_TIME)
"""The verdicts of a piece that is asked for: nothing else may be refused, let go or given time."""
GIVING_TIME = ("ask", MORE_TIME)
"""Those after which something is to be sent: none once the exam is over."""
NOT_THERE = "Choisissez une décision parmi celles de cette page."


class VerdictForms:
    """The buttons of the page of a piece: each is a form, and says which verdict it is."""

    def __init__(
        self,
        data: Any = None,
        *,
        row: Evidence,
        reasons: Sequence[Reason],
        time: Time,
        owes: bool = True,
        is_overtaken: bool = False,
    ) -> None:
        """Offer what may be said of a piece where it stands.

        Args:
            data: what was sent, by one of them.
            row: the piece.
            reasons: the usual ones of a refusal.
            time: what is left to send it, and how much more is usual.
            owes: whether its registration may still be asked for pieces.
            is_overtaken: whether the piece is no more what was read as this was sent: it is not
                judged, but shown, to be confirmed or copied.
        """
        possible = _possible_of(row)
        self.is_asking = any(name in possible for name in ASKING)
        """Whether, if its registration may be asked for it, something could be."""
        left_out = (*(ASKING if not owes else ()), *(GIVING_TIME if time.is_over else ()))
        self.is_over = owes and time.is_over and any(name in possible for name in GIVING_TIME)
        """Whether something could be asked for, were the exam not over."""
        self.possible = {name: said for name, said in possible.items() if name not in left_out}
        self.may_scan = row.state in SCAN.sources
        self.is_good = row.state == State.ACCEPTED
        self.verdict = data.get("verdict", "") if data is not None else ""
        typed = _typed(data, self.verdict) if is_overtaken else NOTHING

        def sent(name: str) -> Any:
            return data if self.verdict == name and not is_overtaken else None

        def kept(name: str) -> Mapping[str, str]:
            return typed if self.verdict == name else NOTHING

        self.refusal = RefusalForm(sent("refuse"), reasons=reasons, time=time, kept=kept("refuse"))
        self.corrected_refusal = RefusalForm(
            sent(CORRECTION),
            reasons=reasons,
            time=time,
            former=row.reason,
            kept=kept(CORRECTION) or as_refused(row.reason, reasons),
        )
        # Its fields have the names of others that the page shows with it.
        self.corrected_refusal.auto_id = "id_corrige_%s"
        self.again = DelayForm(sent("ask"), time=time, kept=kept("ask"))
        if not time.is_short:
            del self.again.fields["delai"]
        self.more_time = DelayForm(
            sent(MORE_TIME), time=time, is_required=True, kept=kept(MORE_TIME)
        )
        self.bounds = _bounds(time)
        self.waiver = WaiverForm(sent("waive"), initial=kept("waive"))
        self.postmark = ReceivedForm(
            sent("receive"), today=time.posted_until, opens=time.opens, initial=kept("receive")
        )
        self.corrected = CorrectedPostmarkForm(
            sent("postmark"),
            today=time.posted_until,
            opens=time.opens,
            initial={
                "par": row.came_by,
                "poste_le": row.posted_on,
                **kept("postmark"),
                "lu": row.posted_on.isoformat() if row.posted_on else "",
            },
        )
        self.errors: list[str] = []
        self.why = ""
        self.left: list[tuple[str, str]] = []
        """What was sent and has no place on the page any more: it is shown, to be copied."""
        self.is_kept = False
        """Whether what was sent stands in its form, to be confirmed."""
        if is_overtaken:
            self._keep(typed)

    @property
    def is_of_another_state(self) -> bool:
        """Whether what was pressed is a verdict that the state of the piece lets nobody say."""
        return (
            self.verdict in {*VERDICTS, MORE_TIME, TAKE_BACK} and self.verdict not in self.possible
        )

    @property
    def is_asked_in_vain(self) -> bool:
        """Whether what was pressed asks for a piece that its registration does not owe any more."""
        return self.verdict in ASKING and self.verdict not in self.possible and self.is_asking

    def is_valid(self) -> bool:
        """Return whether what was sent can be done."""
        if self.verdict not in self.possible:
            self.refuse(NOT_THERE)
            return False
        form = self.form
        if form is not None and not form.is_valid():
            self.errors.append(self.verdict)
            return False
        return True

    @property
    def form(self) -> forms.Form | None:
        """The one that says more of the verdict that was pressed, if there is one."""
        return {
            "refuse": self.refusal,
            CORRECTION: self.corrected_refusal,
            "receive": self.postmark,
            "postmark": self.corrected,
            "waive": self.waiver,
            "ask": self.again,
            MORE_TIME: self.more_time,
        }.get(self.verdict)

    def _keep(self, typed: Mapping[str, str]) -> None:
        """Open the form in which what was sent stands, and show apart what stands in none."""
        form = self.form
        if form is None:
            return
        here = form.fields if self.verdict in self.possible else {}
        said = {name: text for name, text in typed.items() if text}
        self.is_kept = any(name in here for name in said)
        if self.is_kept:
            self.errors.append(self.verdict)
        self.left = [
            (str(form.base_fields[name].label), self._as_read(name, text))
            for name, text in said.items()
            if name not in here
        ]

    def _as_read(self, name: str, said: str) -> str:
        """Return an answer as its form shows it."""
        if name == "par":
            return dict(CameBy.choices).get(said, "")
        if name != "raison":
            return said
        return dict(self.refusal.fields["raison"].choices).get(said, "")  # type: ignore[attr-defined] # a ChoiceField

    def refuse(self, why: str) -> None:
        """Say why it is not done."""
        self.errors.append(why)
        self.why = why

    @property
    def said(self) -> str:
        """What was said, in small letters."""
        return within(self.possible[self.verdict])


def _possible_of(row: Evidence) -> dict[str, str]:
    """Return the verdicts that the state of a piece lets one say, with how each is said."""
    possible = {
        name: LABELS.get(name, move.target.label)  # type: ignore[attr-defined] # a state
        for name, move in VERDICTS.items()
        if row.state in move.sources
    }
    if not row.is_there:
        possible.pop("overturn", None)
        possible.pop(CORRECTION, None)
    if row.state in TO_PROVIDE:
        possible[MORE_TIME] = LABELS[MORE_TIME]
    if row.is_received:
        possible[TAKE_BACK] = LABELS[TAKE_BACK]
    return possible


def _typed(data: Any, verdict: str) -> dict[str, str]:
    """Return what was sent with a verdict, as far as its fields keep it."""
    names = TYPED.get(verdict, ())
    return {name: clean_lines(data.get(name, "")[:LONGEST_REASON]) for name in names}


def _bounds(time: Time) -> str:
    """Say between which days the time that was granted may be changed; nothing where it may only grow."""
    if time.earliest is None:
        return ""
    return (
        f"Le délai accordé va jusqu'au {time.owed.before}. Il peut être ramené au "
        f"{day_in_words(time.earliest)} au plus tôt : pas avant ce que donne la réglementation, ni "
        f"avant demain. Il peut être porté au {day_in_words(time.latest)} au plus tard."
    )
