"""A request for accommodations, from the first choice to the notification (H1, H2).

The journal keeps the codes of measures and who acted; nothing that is said of health, no reason and
no opinion. Mails say that something awaits, never what.
"""

from sporades.acts.accommodating.appealing import (
    appeal,
    follow_reading_of_answer,
    note_call_about_answer,
    refuse_appeal,
    tell_of_silence,
    withdraw_appeal,
)
from sporades.acts.accommodating.asking import (
    keep_as_sent,
    prepare,
    send,
    sign,
    take_up,
    withdraw,
    write,
)
from sporades.acts.accommodating.deciding import (
    AuthorUnknown,
    NoOpinion,
    TakenAgain,
    author_of,
    cancel_taking_again,
    correct,
    decide,
    follow_opinion,
    take_again,
)
from sporades.acts.accommodating.entering import enter
from sporades.acts.accommodating.entrusting import (
    LEFT_BY_DOCTOR,
    TAKEN_FROM_DOCTOR,
    NotInCharge,
    PaperGiven,
    declare_incomplete,
    entrust,
    find_complete,
    leave_doctor,
    opine,
    papers_given,
    reword_missing,
    take_from_doctor,
    with_kinds_given,
)
from sporades.acts.accommodating.following import (
    follow,
    leave_academy,
)
from sporades.acts.accommodating.notifying import (
    follow_reading,
    note_call,
    notify,
    notify_decision,
)
from sporades.acts.accommodating.reminding import remind_requests
from sporades.acts.accommodating.reopening import (
    NOTE,
    TEXT,
    answers_named,
    precision_named,
    reopen,
)
from sporades.acts.accommodating.silent import (
    COUNTING,
    Counted,
    check_silence,
    given_for,
    notified,
    silence_in_words,
    silence_told,
    tell_of_unanswered,
    to_refuse_in_words,
)

__all__ = [
    "COUNTING",
    "LEFT_BY_DOCTOR",
    "NOTE",
    "TAKEN_FROM_DOCTOR",
    "TEXT",
    "AuthorUnknown",
    "Counted",
    "NoOpinion",
    "NotInCharge",
    "PaperGiven",
    "TakenAgain",
    "answers_named",
    "appeal",
    "author_of",
    "cancel_taking_again",
    "check_silence",
    "correct",
    "decide",
    "declare_incomplete",
    "enter",
    "entrust",
    "find_complete",
    "follow",
    "follow_opinion",
    "follow_reading",
    "follow_reading_of_answer",
    "given_for",
    "keep_as_sent",
    "leave_academy",
    "leave_doctor",
    "note_call",
    "note_call_about_answer",
    "notified",
    "notify",
    "notify_decision",
    "opine",
    "papers_given",
    "precision_named",
    "prepare",
    "refuse_appeal",
    "remind_requests",
    "reopen",
    "reword_missing",
    "send",
    "sign",
    "silence_in_words",
    "silence_told",
    "take_again",
    "take_from_doctor",
    "take_up",
    "tell_of_silence",
    "tell_of_unanswered",
    "to_refuse_in_words",
    "with_kinds_given",
    "withdraw",
    "withdraw_appeal",
    "write",
]
