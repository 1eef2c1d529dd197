"""Settings of the servers that are measured: those of a real installation, as they are."""

from config.settings import *  # noqa: F403

# Nobody reads what a measured server says; a real one writes its warnings too.
LOGGING["root"]["level"] = "WARNING"
