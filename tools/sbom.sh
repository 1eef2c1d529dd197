#!/bin/sh
# Lists what a real installation runs, with the hashes of each, in CycloneDX: asks nobody anything.
set -eu
cd "$(dirname "$0")/.."
list=${1:-var/sbom.cdx.json}
# It warns that a flat list says nobody's dependencies: a lock has none to say.
PYTHONWARNINGS=ignore .venv/bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application \
    --output-reproducible --output-format JSON --output-file "$list" requirements.txt
echo "$list"
