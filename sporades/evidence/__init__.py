"""The supporting documents that registrations owe, and what was given for each (G1-G3)."""
