"""One act on many registrations: each line is its own transaction and has its own outcome."""
