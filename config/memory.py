"""What a process gives back to the system of the memory that it has used."""

import ctypes
from contextlib import suppress

_MMAP_THRESHOLD = -3
"""`M_MMAP_THRESHOLD` of malloc.h."""

LARGE = 524_288


def give_back_large_blocks() -> None:
    """Have glibc give back every large block once it is free.

    It keeps some for each thread otherwise, up to 32 MB: a server of sixteen threads to which
    photos are sent grows by hundreds of megabytes. Elsewhere than on glibc nothing is done.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)
