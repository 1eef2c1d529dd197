"""What a process gives back of the memory that it has used, and what it goes through for that."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MMAP_THRESHOLD, _ARENA_MAX = -3, -8
"""`M_MMAP_THRESHOLD` and `M_ARENA_MAX` of malloc.h."""

LARGE = 131_072
"""What a part of a file is larger than, and a page is not."""

ARENAS = 2


def give_back_large_blocks() -> None:
    """Have glibc give back every large block once it is free, and keep few heaps.

    It keeps large blocks for each thread otherwise, up to 32 MB, and each thread has a heap of its
    own, of which what is free serves no other: a server of sixteen threads to which photos are
    sent grows by hundreds of megabytes. Elsewhere than on glibc nothing is done.
    """
    with suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_MMAP_THRESHOLD, LARGE)
        libc.mallopt(_ARENA_MAX, ARENAS)


@contextmanager
def loading_what_stays() -> Iterator[None]:
    """Look for what to give back once a server is loaded, and never again among what it keeps.

    What it is made of, some 170,000 objects, stays until it ends; to go through all of them took
    a tenth of a second or two, while somebody waited for a page.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
