"""How long a text may be, wherever somebody writes one of a request."""

LONGEST_TEXT = 1_000
LONGEST_APPEAL = 3_000
LONGEST_REASON = 500
LONGEST_NAME = 120
LONGEST_WHY = LONGEST_TEXT + 200
"""Of the reason of a decision: it may quote what the doctor writes, after a sentence."""
LONGEST_PRECISION = 150
