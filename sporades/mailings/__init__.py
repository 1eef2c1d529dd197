"""Messages that the office writes to many candidates: their words, and what each candidate reads."""
