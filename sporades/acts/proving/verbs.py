"""Which acts of the journal are of a filing, and which mails tell of it.

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
    "change request completed",
    "change request incomplete",
    "change request refused",
    "change requested",
    "registration amended on behalf",
    "registration amended on behalf after its validation",
    "registration filed on behalf",
    "registration moved",
    "registration withdrawn as asked",
    "registration restored",
    "registration set aside",
    "registration validated",
    "validation undone",
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
