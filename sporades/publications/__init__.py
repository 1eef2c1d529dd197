"""Documents that the office prepares or deposits, and publishes: one or thousands (I5)."""
