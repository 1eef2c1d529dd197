"""The steps of a request for accommodations whose delays are counted."""

WHOLE = "whole"
STAGES = {
    "opinion": ("asked_at", "opined_at"),
    "decision": ("opined_at", "decided_at"),
    "notification": ("decided_at", "notified_at"),
    WHOLE: ("asked_at", "notified_at"),
}
"""From which instant to which each goes."""
