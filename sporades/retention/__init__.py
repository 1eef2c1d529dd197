"""How long each thing is kept, its archive, and its erasure (standards P-20)."""
