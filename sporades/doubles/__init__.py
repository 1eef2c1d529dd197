"""Likely doubles: who seems to be one person under two candidates, and what was decided of it."""
