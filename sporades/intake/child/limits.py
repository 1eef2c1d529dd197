"""What is too much of a document of a candidate's."""

MOST_PAGES = 100

MOST_PIXELS = 40_000_000
"""Of a photo; of an image within a PDF, where each has eight bits of each colour."""
