"""Rebuild communes.csv and departments.csv from the npm package that holds INSEE's list.

    python -m tools.refresh_territory [VERSION]

A version of the package is a year of the list: see sporades/territory/data/README.md. The
academy and the time zone of a department are ours: they are kept from the present file, and
a department without them ends the program. Nothing is written unless everything agrees.
"""

import csv
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sporades.core.text import search_key

PACKAGE = "@etalab/decoupage-administratif"
VERSION = "6.0.0"
DATA = Path(__file__).resolve().parent.parent / "sporades/territory/data"
KINDS = {
    "commune-actuelle": "current",
    "commune-deleguee": "delegated",
    "commune-associee": "associated",
    "arrondissement-municipal": "district",
}
FEWEST = {"current": 34_000, "delegated": 1_500, "associated": 300, "district": 45}

type Row = dict[str, str]


class Disagreement(Exception):
    """What the package says cannot be right; the message says where."""


def main() -> None:
    """Fetch a version of the package, check it, write both files."""
    version = sys.argv[1] if len(sys.argv) > 1 else VERSION
    with tempfile.TemporaryDirectory() as folder:
        source = fetch(version, Path(folder))
        communes = read_communes(json.loads((source / "communes.json").read_text()))
        departments = read_departments(
            json.loads((source / "departements.json").read_text()),
            known=read_csv(DATA / "departments.csv"),
        )
    check(communes, departments, academies=read_csv(DATA / "academies.csv"))
    write_csv(DATA / "communes.csv", communes)
    write_csv(DATA / "departments.csv", departments)
    counts = Counter(row["kind"] for row in communes)
    print(f"{PACKAGE} {version} : {len(departments)} départements, {dict(counts)}")


def fetch(version: str, folder: Path) -> Path:
    """Return the folder of the package's data, downloaded by npm as it is configured."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("Il faut npm pour rafraîchir le territoire (paquet Debian « npm »).")
    subprocess.run(
        [npm, "pack", f"{PACKAGE}@{version}", "--silent", "--ignore-scripts"],
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as content:
        content.extractall(folder, filter="data")
    return folder / "package/data"


def read_communes(source: list[dict[str, Any]]) -> list[Row]:
    """Return our rows, ordered by code; a former commune that its own code and name still say is left out."""
    rows = [
        {
            "code": commune["code"],
            "kind": KINDS[commune["type"]],
            "name": commune["nom"],
            "department": commune["departement"],
            "part_of": commune.get("chefLieu") or commune.get("commune") or "",
            "postcodes": " ".join(sorted(commune.get("codesPostaux", []))),
            "population": str(commune.get("population", "")),
        }
        for commune in source
    ]
    current = {(row["code"], search_key(row["name"])) for row in rows if row["kind"] == "current"}
    kept = [
        row
        for row in rows
        if row["kind"] == "current" or (row["code"], search_key(row["name"])) not in current
    ]
    return sorted(kept, key=lambda row: (row["code"], list(KINDS.values()).index(row["kind"])))


def read_departments(source: list[dict[str, Any]], *, known: list[Row]) -> list[Row]:
    """Return our rows: code and name from the package, academy and zone from the present file."""
    ours = {row["code"]: row for row in known}
    unknown = [row["code"] for row in source if row["code"] not in ours]
    if unknown:
        raise Disagreement(f"départements sans académie dans departments.csv : {unknown}")
    return [
        {
            "code": row["code"],
            "name": row["nom"],
            "academy": ours[row["code"]]["academy"],
            "zone": ours[row["code"]]["zone"],
        }
        for row in sorted(source, key=lambda row: row["code"])
    ]


def check(communes: list[Row], departments: list[Row], *, academies: list[Row]) -> None:
    """Refuse a list that contradicts itself, or that is too short to be whole."""
    open_academies = {row["code"] for row in academies if not row["closed_on"]}
    known = {row["code"] for row in departments}
    current = {row["code"] for row in communes if row["kind"] == "current"}
    counts = Counter(row["kind"] for row in communes)
    twice = [
        key
        for key, times in Counter((row["code"], row["kind"]) for row in communes).items()
        if times > 1
    ]
    faults: dict[str, list[Any]] = {
        "départements rattachés à une académie inconnue ou fermée": [
            row["code"] for row in departments if row["academy"] not in open_academies
        ],
        "académies sans département": sorted(
            open_academies - {row["academy"] for row in departments}
        ),
        "communes d'un département inconnu": [
            row["code"] for row in communes if row["department"] not in known
        ],
        "départements sans commune": sorted(known - {row["department"] for row in communes}),
        "communes sans nom": [row["code"] for row in communes if not search_key(row["name"])],
        "codes de commune mal formés": [
            row["code"] for row in communes if not re.fullmatch(r"(\d\d|2[AB])\d{3}", row["code"])
        ],
        "codes postaux mal formés": [
            row["code"]
            for row in communes
            if not re.fullmatch(r"(\d{5}( \d{5})*)?", row["postcodes"])
        ],
        "communes données deux fois": twice,
        "communes qui ne font pas partie d'une commune actuelle": [
            row["code"]
            for row in communes
            if (row["kind"] == "current") == bool(row["part_of"])
            or (row["part_of"] and row["part_of"] not in current)
        ],
        "listes trop courtes": [kind for kind, fewest in FEWEST.items() if counts[kind] < fewest],
    }
    found = {fault: rows for fault, rows in faults.items() if rows}
    if found:
        raise Disagreement("\n".join(f"{fault} : {rows[:20]}" for fault, rows in found.items()))


def read_csv(path: Path) -> list[Row]:
    """Return the lines of a file under their column names."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_csv(path: Path, rows: list[Row]) -> None:
    """Write lines under the column names of the first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
