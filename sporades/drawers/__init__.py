"""The files of a candidate that belong to no registration: on their way, or kept to serve again (G2)."""
