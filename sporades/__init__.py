"""Sporades: registration of candidates for exams and competitions."""

__version__ = "0.1.0"
