#!/bin/sh
# Makes .venv hold what is asked, and nothing when it already does:
#   tools/environment.sh runtime    what a real installation runs
#   tools/environment.sh test       the same, and what the tests and the linters need
# Adds a PostgreSQL to it when the machine has none and DATABASE_URL is not set.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

# A lock file is copied beside what it installed: equal copies mean nothing to do.
installed() { cmp -s "$1" ".venv/locked/$1"; }
held() { [ -f ".venv/locked/$1" ]; }

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
    for name in python3.14 python3.13 python3.12 python3 python \
        /usr/bin/python3.14 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3; do
        # A name found is not yet a Python that runs: version switchers leave empty shims.
        if recent "$name"; then
            "$name" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    [ -n "$uv" ] && "$uv" python find '>=3.12' 2>/dev/null
}

find_uv() {
    if uv --version >/dev/null 2>&1; then
        command -v uv
        return
    fi
    if ! var/tools/bin/uv --version >/dev/null 2>&1; then
        for name in python3 python /usr/bin/python3; do
            if "$name" -m pip install --quiet --target var/tools --upgrade \
                --require-hashes --requirement requirements-tools.txt >/dev/null 2>&1; then
                break
            fi
        done
    fi
    var/tools/bin/uv --version >/dev/null 2>&1 && say "$PWD/var/tools/bin/uv"
}

# uv does not read pip's configuration; where a machine has one, it is meant to be followed.
follow_pip() {
    for pair in index-url:UV_DEFAULT_INDEX extra-index-url:UV_INDEX cert:SSL_CERT_FILE \
        trusted-host:UV_INSECURE_HOST; do
        theirs=${pair%%:*} ours=${pair#*:}
        eval "known=\${$ours:-}"
        [ -z "$known" ] || continue
        variable=PIP_$(say "$theirs" | tr 'a-z-' 'A-Z_')
        eval "value=\${$variable:-}"
        [ -n "$value" ] || value=$(python3 -m pip config get "global.$theirs" 2>/dev/null) || value=
        [ -z "$value" ] || export "$ours=$(say "$value" | tr '\n' ' ' | sed 's/ *$//')"
    done
}

make_venv_with_python() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 && return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            say "Installation du paquet $package…"
            apt-get update -qq >/dev/null 2>&1 || true
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
                "$package" >/dev/null 2>&1 || fail "Le paquet $package n'a pas pu être installé."
        else
            fail "Il manque le module venv de Python : installez le paquet $package, puis recommencez."
        fi
    fi
    "$python" -m venv --clear .venv
}

install_with_uv() {
    [ -n "$uv" ] || return 1
    follow_pip
    recent .venv/bin/python || "$uv" venv --quiet --clear --python "$python" .venv || return 1
    # A network that opens TLS signs with its own authority, which the machine's store knows.
    sync_with_uv "$@" && return
    export UV_SYSTEM_CERTS=1
    sync_with_uv "$@" && return
    say "uv n'a pas pu les prendre : pip essaie…"
    return 1
}

# What it says of a failure is not the last word: pip says why nothing could be installed.
sync_with_uv() { "$uv" pip sync --quiet --require-hashes --python .venv/bin/python "$@" 2>/dev/null; }

install_with_pip() {
    make_venv_with_python
    for lock in "$@"; do
        .venv/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes --requirement "$lock" ||
            fail "Les bibliothèques de $lock n'ont pas pu être installées."
    done
}

# Everything that .venv holds already is kept, so that demo and tests take turns at no cost.
install() {
    if [ "$1" = requirements-dev.txt ] || held requirements-dev.txt; then
        set -- "$@" requirements-dev.txt
    else
        set -- "$@" requirements.txt
    fi
    if [ "$1" = requirements-demo.txt ] || held requirements-demo.txt; then
        set -- "$@" requirements-demo.txt
    fi
    shift
    if [ -d .venv ] && [ ! -w .venv ]; then
        fail "Le dossier .venv appartient à un autre utilisateur : supprimez-le, puis recommencez."
    fi
    uv=$(find_uv) || uv=
    python=$(find_python) || fail "Il faut Python 3.12 ou plus récent : installez-le, puis recommencez."
    install_with_uv "$@" || install_with_pip "$@"
    mkdir -p .venv/locked
    for lock in "$@"; do cp "$lock" .venv/locked/; done
}

case "${1:-}" in
runtime) wanted=requirements.txt ;;
test) wanted=requirements-dev.txt ;;
*) fail "Usage : tools/environment.sh runtime|test" ;;
esac

mkdir -p var 2>/dev/null && [ -w var ] ||
    fail "Le dossier $PWD appartient à un autre utilisateur : prenez-en une copie à vous."
if command -v flock >/dev/null 2>&1; then
    exec 9<var
    flock -n 9 || { say "Une autre commande prépare l'environnement : on l'attend…" >&2; flock 9; }
fi

recent .venv/bin/python || rm -rf .venv
if ! installed "$wanted" && ! { [ "$wanted" = requirements.txt ] && installed requirements-dev.txt; }; then
    say "Installation des bibliothèques…"
    install "$wanted"
fi
if [ -z "${DATABASE_URL:-}" ] && ! installed requirements-demo.txt &&
    ! .venv/bin/python -m tools.postgres find >/dev/null 2>&1; then
    say "Aucun serveur PostgreSQL sur cette machine : installation de celui de la démonstration…"
    install requirements-demo.txt
fi
