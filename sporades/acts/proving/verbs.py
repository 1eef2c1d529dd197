"""Which acts of the journal are of a filing, which of an instruction, and which mails tell of them.

Nothing else enters a proof: whether accommodations were asked for, and what was joined, is
nobody's to read in it (P-10 to P-14). It leaves the other acts out whole: by the fingerprint of an
act whose instant is known one could try what it says.
"""

ON_HOURS = (
    "extension proposed",
    "extension refused",
    "extension taken back",
    "registration service added",
    "registration service changed",
)
"""What made the hours of a service."""

WITH_CONTENT = (
    *ON_HOURS,
    "change request taken back",
    "document opened",
    "draft abandoned",
    "draft not filed, out of hours",
    "draft not filed, session ended",
    "draft reminded",
    "draft taken up",
    "filling dropped",
    "filling handed over",
    "filling taken up",
    "modification begun",
    "modification begun on behalf",
    "registration amended",
    "registration amended after its validation",
    "registration begun",
    "registration begun again",
    "registration begun on behalf",
    "registration filed",
    "registration withdrawn",
    "summary asked again",
    "summary given time",
    "summary received",
    "summary reception taken back",
)
"""Acts that are given with all that they say: their fingerprint can be computed again."""

NAMED_ALONE = (
    "anomaly cleared",
    "anomaly found",
    "change request accepted",
    "change request assigned",
    "change request complement noted",
    "change request complement redated",
    "change request completed",
    "change request incomplete",
    "change request refused",
    "change requested",
    "late registration requested",
    "late request accepted",
    "late request fulfilled",
    "late request refused",
    "late request taken back",
    "registration amended on behalf",
    "registration amended on behalf after its validation",
    "registration filed on behalf",
    "registration moved",
    "registration withdrawn as asked",
    "registration restored",
    "registration set aside",
    "registration validated",
    "validation undone",
    "waiver noted",
    "waiver taken back",
)
"""Acts that are given without what they say: a reason in free words, answers that changed.

The paper names each of them.
"""

TELLING = (
    "amended",
    "amended_for",
    "change_accepted",
    "change_refused",
    "change_requested",
    "coming_back_moved",
    "draft_closing",
    "late_refused",
    "late_request_silent",
    "late_requested",
    "no_longer_offered",
    "offered_again",
    "registered",
    "registered_for",
    "registration_moved",
    "service_closes_later",
    "service_closes_sooner",
    "service_moved",
    "state_changed",
    "withdrawn",
)
"""The mails and the letters of a filing."""

INSTRUCTING = (
    "anomaly cleared",
    "anomaly found",
    "piece accepted",
    "piece asked again",
    "piece asked for",
    "piece deposited",
    "piece file taken back",
    "piece found infected",
    "piece given time",
    "piece postmark corrected",
    "piece received",
    "piece reception taken back",
    "piece refusal corrected",
    "piece refusal taken back",
    "piece refused",
    "piece scanned",
    "piece time cut back",
    "piece waived",
    "pieces given time",
    "pieces reminded",
    "registration moved",
    "registration restored",
    "registration set aside",
    "registration validated",
    "registration withdrawn",
    "registration withdrawn as asked",
    "summary asked again",
    "summary given time",
    "summary received",
    "summary reception taken back",
    "validation undone",
)
"""The acts of an instruction that are given with all that they say."""

INSTRUCTING_ALONE = (
    "candidate written to",
    "change request accepted",
    "change request complement noted",
    "change request complement redated",
    "change request completed",
    "change request incomplete",
    "change request refused",
    "change request taken back",
    "change requested",
    "late registration requested",
    "late request accepted",
    "late request fulfilled",
    "late request refused",
    "late request taken back",
    "message answered",
    "message sent",
    "message settled",
    "registration amended",
    "registration amended after its validation",
    "registration amended on behalf",
    "registration amended on behalf after its validation",
    "registration filed",
    "registration filed on behalf",
    "waiver noted",
    "waiver taken back",
)
"""Those that are given without it, but for the reason of the office: answers, what was written."""

IN_WORDS_OF_CANDIDATE = (
    "change request accepted",
    "change request complement noted",
    "change request completed",
    "change request taken back",
    "change requested",
)
"""Those whose reason is what their candidate wrote: it is not given."""

ASKING = (
    "amended",
    "amended_for",
    "change_accepted",
    "change_refused",
    "change_requested",
    "file_refused",
    "piece_asked_again",
    "piece_asked_for",
    "piece_found_good",
    "piece_given_time",
    "piece_refused",
    "piece_time_cut_back",
    "piece_waived",
    "pieces_due",
    "pieces_given_time",
    "registered",
    "registered_for",
    "registration_moved",
    "request_completed",
    "request_incomplete",
    "request_silent",
    "state_changed",
    "summary_asked_again",
    "summary_given_time",
    "summary_in_time",
    "withdrawn",
)
"""The mails and the letters that tell what is asked, and what is decided: their text is given."""

IN_OWN_WORDS = ("message_answered", "message_of_service")
"""Those that say that somebody wrote: what they wrote stays out, it may say anything."""
