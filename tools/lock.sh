#!/bin/sh
# Locks the lists of libraries: every platform, hashes, and no registry's address.
set -eu
cd "$(dirname "$0")/.."
uv=$(command -v uv || echo var/tools/bin/uv)
for list in requirements requirements-dev requirements-demo requirements-tools; do
    "$uv" pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links ${UPGRADE:+--upgrade} \
        "$list.in" --output-file "$list.txt"
done
