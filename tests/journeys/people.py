"""What sets some candidates apart: fields of their identity."""

YOUNG = {"birth_year": 2005}
MINOR = {"birth_year": 2009, "birth_month": 7}
ABROAD = {
    "birth_country": "99350",
    "birth_department": "",
    "birth_commune": "",
    "birth_place": "Rabat",
}
FOREIGN = {"nationality": "99351"}
