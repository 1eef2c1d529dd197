#!/bin/sh
# Everything that can be known of the code without running it.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/bin:$PATH"

# Settings want a database to exist in name; nothing here talks to it.
export DATABASE_URL="${DATABASE_URL:-postgresql://lint@127.0.0.1:1/lint}"
export DJANGO_SETTINGS_MODULE=config.settings_test

ruff format --check --quiet || { echo "Code à remettre en forme : make format" >&2; exit 1; }
ruff check --quiet
mypy --no-error-summary
lint-imports --no-cache >/dev/null || lint-imports --no-cache
python -W ignore::RuntimeWarning -m sporades makemigrations --check --dry-run
find sporades -path '*/templates/*.html' -print0 | xargs -0 -r djade --check --target-version 6.1
find sporades -name '*.html' -print0 | xargs -0 -r djlint --quiet --lint
echo "Rien à redire."
