"""Searches among registrations: criteria, the tree that joins them, and those that are kept."""
