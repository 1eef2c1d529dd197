import pytest

from tools import refresh_territory as refresh

LISTED = {
    "code": "01033",
    "nom": "Valserhône",
    "type": "commune-actuelle",
    "departement": "01",
    "codesPostaux": ["01200"],
    "population": 16302,
}
FORMER = {
    "code": "01033",
    "nom": "Bellegarde-sur-Valserine",
    "type": "commune-deleguee",
    "departement": "01",
    "chefLieu": "01033",
}


def present_lists():
    return {
        "communes": refresh.read_csv(refresh.DATA / "communes.csv"),
        "departments": refresh.read_csv(refresh.DATA / "departments.csv"),
        "academies": refresh.read_csv(refresh.DATA / "academies.csv"),
    }


def test_the_files_of_the_project_pass_the_check_and_are_written_as_it_writes(tmp_path):
    lists = present_lists()

    refresh.check(**lists)

    for name in ("communes", "departments"):
        refresh.write_csv(tmp_path / f"{name}.csv", lists[name])
        assert (tmp_path / f"{name}.csv").read_bytes() == (
            refresh.DATA / f"{name}.csv"
        ).read_bytes()


def test_a_former_commune_is_kept_unless_its_name_is_still_that_of_its_code():
    same_name = FORMER | {"nom": "VALSERHONE"}

    rows = refresh.read_communes([FORMER, same_name, LISTED])

    assert [list(row.values()) for row in rows] == [
        ["01033", "current", "Valserhône", "01", "", "01200", "16302"],
        ["01033", "delegated", "Bellegarde-sur-Valserine", "01", "01033", "", ""],
    ]


def test_a_department_keeps_its_academy_and_takes_its_name():
    known = [{"code": "01", "name": "", "academy": "A10", "zone": "Europe/Paris"}]

    rows = refresh.read_departments([{"code": "01", "nom": "Ain"}], known=known)

    assert rows == [{"code": "01", "name": "Ain", "academy": "A10", "zone": "Europe/Paris"}]


def test_a_new_department_must_be_given_its_academy():
    with pytest.raises(refresh.Disagreement, match="99"):
        refresh.read_departments([{"code": "99", "nom": "Ys"}], known=[])


@pytest.mark.parametrize(
    ("fault", "spoil"),
    [
        ("académie inconnue ou fermée", lambda r: r["departments"][0].update(academy="A05")),
        (
            "académies sans département",
            lambda r: r["academies"].append({"code": "A99", "closed_on": ""}),
        ),
        ("d'un département inconnu", lambda r: r["communes"][0].update(department="99")),
        (
            "départements sans commune",
            lambda r: r["departments"].append({"code": "99", "academy": "A01"}),
        ),
        ("sans nom", lambda r: r["communes"][0].update(name=" - ")),
        ("codes de commune mal formés", lambda r: r["communes"][0].update(code="2C001")),
        ("codes postaux mal formés", lambda r: r["communes"][0].update(postcodes="1400")),
        ("deux fois", lambda r: r["communes"].append(r["communes"][0])),
        ("commune actuelle", lambda r: r["communes"][0].update(part_of="01002")),
        ("trop courtes", lambda r: r.update(communes=r["communes"][:30_000])),
    ],
)
def test_lists_that_contradict_themselves_are_refused(fault, spoil):
    lists = present_lists()
    spoil(lists)

    with pytest.raises(refresh.Disagreement, match=fault):
        refresh.check(**lists)
