"""Prepare, deposit, decide, tell: what is done to a publication, each act in one transaction."""
