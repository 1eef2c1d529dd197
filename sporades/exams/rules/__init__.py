"""The rules of the réglementation, as pure functions on what is known of a registration."""

from sporades.exams.rules.facts import Answer, Breach, Facts

__all__ = ["Answer", "Breach", "Facts"]
