"""Words shared by the messages about épreuves."""

from sporades.exams.schema.papers import Paper


def titled(paper: Paper) -> str:
    """Name an épreuve as a list does, with the unit of the diploma: Mathématiques (U11)."""
    return f"{paper.label} ({paper.unit})" if paper.unit else paper.label


def named(paper: Paper) -> str:
    """Name an épreuve as its line does, with the unit of the diploma: « Mathématiques » (U11)."""
    return f"« {paper.label} » ({paper.unit})" if paper.unit else f"« {paper.label} »"
