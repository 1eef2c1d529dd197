"""The job queue: rows of the same database, written in the transaction that causes them."""

from procrastinate.contrib.django import app

__all__ = ["app"]
