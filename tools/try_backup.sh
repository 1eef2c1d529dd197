#!/bin/sh
# Brings back, beside the service, what docs/operations.md backs up, and says whether it is whole:
#   tools/try_backup.sh                            as it was at the last copy of the stores
#   tools/try_backup.sh "2026-11-28 23:58:30+01"   as it was at an instant
#   tools/try_backup.sh fin                        all that the archive of the log holds
# As root, the worker of what it brings back left stopped; a status that is not zero says what to mend.
# KEEP=1 leaves all of it in place, its server running; else nothing is left of it.
set -eu
backups=${BACKUPS:-/srv/sauvegarde} wal=${WAL:-/srv/wal} trial=${TRIAL:-/srv/essai}
port=${PORT:-5433} binaries=${BINARIES:-/usr/lib/postgresql/15/bin}
server=${SERVER_USER:-postgres} service=${SERVICE_USER:-sporades}
# Read one after the other, as the unit of the worker does.
environments=${ENVIRONMENTS:-/etc/sporades.env /etc/sporades-archives.env}
# How many files of each sort are read (0: all), and a seal of the journal that was noted.
sample=${SAMPLE:-1000} seal=${SEAL:-}
# A commit that the archive holds must follow the instant that is asked for.
margin=300
house=$(cd "$(dirname "$0")/.." && pwd)
cd /

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }
now() { date +%s; }
as() {
    who=$1
    shift
    if [ "$(id -un)" = "$who" ]; then "$@"; else runuser -u "$who" -- "$@"; fi
}
ctl() { as "$server" "$binaries/pg_ctl" --pgdata="$trial/base" "$@" >/dev/null; }
control() { as "$server" env LC_ALL=C "$binaries/pg_controldata" "$trial/base"; }

# Every file that a row named when a copy of the stores began is in that copy.
last_copy() {
    archived=$(find "$wal" -maxdepth 1 -type f -printf '%T@\n' | cut -d. -f1 | sort -n | tail -n 1)
    for one in "$backups"/????-??/files-*.tar.gz; do
        [ -e "$one" ] || continue
        began=${one##*/files-}
        began=${began%.tar.gz}
        [ $((began / 1000000000 + margin)) -gt "${archived:-0}" ] || say "$began"
    done | sort -n | tail -n 1
}

# The last that had ended before the instant; the last of all where none is asked for.
base_before() {
    for one in "$backups"/????-??/base-*; do
        ended=$(stat --format=%Y "$one/backup_manifest" 2>/dev/null) || continue
        [ "$ended" -gt "${1:-$ended}" ] || say "$one"
    done | tail -n 1
}

forget() {
    status=$?
    trap - EXIT
    if [ -n "${KEEP:-}" ]; then
        say "Tout est dans $trial. Pour arrêter ce serveur : $binaries/pg_ctl --pgdata=$trial/base stop"
        exit $status
    fi
    [ $status = 0 ] || tail -n 5 "$trial/base/log" >&2 2>/dev/null || true
    ctl stop --mode=fast 2>/dev/null || true
    rm -rf "$trial"
    exit $status
}

[ ! -e "$trial" ] || fail "$trial existe déjà : arrêtez ce qui y tourne et effacez-le, puis recommencez."
instant=${1:-}
if [ -z "$instant" ]; then
    copied=$(last_copy)
    if [ -z "$copied" ]; then
        for one in "$backups"/????-??/files-*.tar.gz; do
            [ ! -e "$one" ] || fail "L'archive du journal de la base, dans $wal, ne va jusqu'à aucune copie des fichiers."
        done
    fi
    [ -z "$copied" ] || instant=$(date --date="@${copied%?????????}.${copied#"${copied%?????????}"}" '+%F %T.%6N%:z')
fi
until=
[ "$instant" != fin ] || instant=
[ -z "$instant" ] || until=$(date --date="$instant" +%s) || fail "« $instant » n'est pas un instant."
base=$(base_before "$until")
[ -n "$base" ] || fail "Aucune sauvegarde de la base dans $backups qui soit d'avant cet instant."
if [ -n "$instant" ]; then
    target="recovery_target_time = '$instant'"
    say "Essai de $base, à l'instant $instant."
else
    target=
    say "Essai de $base, jusqu'au bout de l'archive."
fi

began=$(now)
trap forget EXIT
trap 'exit 130' HUP INT TERM
install -d -m 0755 "$trial"
install -d -o "$server" -m 0700 "$trial/base"
install -d -o "$service" -m 0700 "$trial/files" "$trial/medical" "$trial/mails"
as "$server" tar --extract --gzip --file="$base/base.tar.gz" --directory="$trial/base"
as "$server" tar --extract --gzip --file="$base/pg_wal.tar.gz" --directory="$trial/base/pg_wal"
for store in files medical; do
    for one in "$backups"/????-??/$store-*.tar.gz; do
        [ ! -e "$one" ] || tar --extract --gzip --file="$one" --directory="$trial/$store"
    done
done
unpacked=$(now)

# What Debian keeps in /etc/postgresql is written where it lacks.
as "$server" sh -eu -c '
    cd "$1"
    [ -f postgresql.conf ] || : >postgresql.conf
    [ -f pg_hba.conf ] || echo "host all all 127.0.0.1/32 scram-sha-256" >pg_hba.conf
    cat >>postgresql.auto.conf
    touch recovery.signal
' sh "$trial/base" <<END
archive_mode = off
restore_command = 'cp $wal/%f %p'
$target
recovery_target_action = promote
END
# Recovery asks for as many of these as there were.
options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories="
for pair in max_connections:max_connections max_worker_processes:max_worker_processes \
    max_wal_senders:max_wal_senders max_prepared_xacts:max_prepared_transactions \
    max_locks_per_xact:max_locks_per_transaction; do
    options="$options -c ${pair#*:}=$(control | sed -n "s/^${pair%:*} setting: *//p")"
done
ctl start --wait --timeout=3600 --log="$trial/base/log" --options="$options" ||
    fail "Le serveur de l'essai ne démarre pas : son journal dit pourquoi."
# Until the archive is read, it lets people read alone.
until control | grep -q '^Database cluster state: *in production$'; do
    ctl status || fail "Le serveur de l'essai s'est arrêté : son journal dit pourquoi."
    sleep 1
done
recovered=$(now)

as "$service" sh -eu -c '
    cd "$1"
    set -a
    for one in $4; do . "$one"; done
    said=${DATABASE_URL%%\?*}
    DATABASE_URL=${said%@*}@127.0.0.1:$3/${said##*/}
    FILES_URL=file://$2/files MEDICAL_FILES_URL=file://$2/medical MAIL_URL=eml://$2/mails
    sporades() { .venv/bin/python -m sporades "$@"; }
    sporades migrate --check
    if [ "$5" = 0 ]; then sporades fichiers verifier; else sporades fichiers verifier --au-hasard "$5"; fi
    sporades journal verify ${6:+--sceau "$6"}
' sh "$house" "$trial" "$port" "$environments" "$sample" "$seal" ||
    fail "Ce qui est revenu n'est pas entier : voyez ci-dessus."
say "La sauvegarde est entière. Copiée en $((unpacked - began)) s, journal de la base relu en" \
    "$((recovered - unpacked)) s, vérifiée en $(($(now) - recovered)) s."
