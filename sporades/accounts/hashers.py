"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at the cost that lets a whole school sign in: 19 MiB, two passes, one lane.

    Older hashes, whatever made them, are made anew with this cost at the next sign-in.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
