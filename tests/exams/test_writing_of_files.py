"""A file that is not well written: the line, and what to do, in French."""

import json
from pathlib import Path

import pytest

from sporades.exams.checking import document
from sporades.exams.checking.document import DEEPEST, Source, read
from tests.exams.conftest import ESSAI

DEMO = Path(__file__).parents[2] / "demo/reglementation"


def told(text: str) -> list[tuple[int, str, str]]:
    return [(one.line, one.field, one.rule) for one in read(Source("essai.yaml", text)).problems]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a:\n\tb: 1", 2, "une tabulation ne peut pas servir de retrait"),
        ("a: b\tc", 1, "une tabulation ne peut pas servir de retrait"),
        ("a: b: c", 1, "un deux-points suivi d'une espace, dans un texte sans guillemets"),
        ("a:\n  b: 'x\n", 2, "n'est pas refermé"),
        ("a: x\n  b: 2", 2, "le retrait n'est pas celui des lignes voisines"),
        ("a:\n  b: 'Pièce d'identité'\n", 2, "l'apostrophe referme ici le texte"),
        ("a: [{b: 'Pièce d'identité', c: 1}]\n", 1, "l'apostrophe referme ici le texte"),
        ("a:\n  - 'Pièce d'identité'\n", 2, "mettez-le entre guillemets droits"),
        ('a:\n  b: "Le "grand" jour"\n', 2, "en contient d'autres, qui le referment"),
        ("a:\n  b: Attention : imprimez\n", 2, "mettez le texte entre guillemets"),
        ("a:\n  - {b: Attention : imprimez, c: 1}\n", 2, "mettez le texte entre guillemets"),
        ("a:\n  - {b: 1, c: 2\n    d: 3\n", 3, "une accolade ou une virgule manque"),
        ('a:\n  b: "Imprimez\n  c: 1\n  d: "x"\n  e: "y"\n', 2, "n'est pas refermé"),
        ('a:\n  b: "Imprimez\n  c: 1\n', 2, "n'est pas refermé"),
        ("a:\n  - code: B\n  – code: C\n    d: 1\n", 3, "ce tiret long"),
        ("a:\n  b: 1\n  c:\N{NO-BREAK SPACE}d\n  e: 1\n", 3, "une espace insécable"),
        ("a:\n  b: 1\n\N{NO-BREAK SPACE} c: 2\n  d: 1\n", 3, "une espace insécable"),
        ("a:\n  b: 1\n  c:d\n  e: 1\n", 3, "il manque une espace après le deux-points"),
        ("a:\n  - Imprimez #1, puis\n    signez\n", 2, "YAML lit ce qui suit « # »"),
        ("a:\n  - {b: Partie #1, c: X}\nd: 3\n", 2, "YAML lit ce qui suit « # »"),
        ("b: 1\na: *x", 2, "ne mène à aucune ancre"),
        ("a: [1,\nb: 2", 1, "le crochet ouvert à cette ligne n'est pas refermé"),
        ("a:\n  - {b: 1\n  - {b: 2}\n", 2, "l'accolade ouverte à cette ligne n'est pas refermée"),
        ("a:\n  code B\n  c: 1\n", 2, "il manque un deux-points, suivi d'une espace"),
        ("a:\n  - code B\n    c: 1\n", 2, "il manque un deux-points, suivi d'une espace"),
        ("a\n  b: 1\n", 1, "il manque un deux-points, suivi d'une espace"),
        ("a:\n  -code: B\n    c: 1\n", 2, "il manque une espace après le tiret"),
        ("a:\n  b: x\n    c: 1\n", 3, "le retrait n'est pas celui des lignes voisines"),
        ("a: 1\nb: @J-1", 2, "se met entre guillemets"),
        ("a: 1\nb: \x07", 2, "un caractère de contrôle"),
        ("a: 1\n---\nb: 1", 2, "un seul document par fichier"),
        ("a:\n  - b\n c: 1", 3, "le retrait n'est pas celui des lignes voisines"),
        ("{a: 1, b: 2", 1, "une accolade ou une virgule manque"),
    ],
)
def test_a_fault_of_syntax_is_told_on_its_line(text, line, reason):
    problems = read(Source("essai.yaml", text)).problems

    assert [(one.file, one.line, one.field, one.rule) for one in problems] == [
        ("essai.yaml", line, "", "yaml")
    ]
    assert reason in problems[0].message


@pytest.mark.parametrize("key", ["libelle\N{NO-BREAK SPACE}", "libelle\N{NARROW NO-BREAK SPACE}"])
def test_a_no_break_space_before_a_colon_is_told_and_the_key_is_known(key):
    [problem] = read(Source("essai.yaml", f"a: 1\n{key}: Brevet\n")).problems

    assert (problem.line, problem.field, problem.rule) == (2, "libelle", "espace")
    assert "Une espace insécable" in problem.message
    assert "la clé « libelle »" in problem.message


@pytest.mark.parametrize("mark", ["", "\t"])
def test_a_word_that_yaml_takes_for_an_anchor_is_told(mark):
    text = f'a: 1\nb: &Brevet d\'essai\nc: &tout {{d: 1}}\ne: "{mark}"\n'

    [problem] = read(Source("essai.yaml", text)).problems

    assert (problem.line, problem.rule) == (2, "ancre")
    assert "l'enlève du texte" in problem.message


def test_an_anchor_that_is_called_is_no_fault():
    assert told("a: &titre Brevet\nb: *titre\nc: Arts & lettres\n") == []


def test_a_text_of_several_lines_between_quotes_is_no_fault():
    text = "a: \"Attention : imprimez,\n  puis signez\"\nb: 'l''un\n  et l''autre'\n"

    assert read(Source("essai.yaml", text)).problems == ()


def test_a_key_written_twice_is_told_where_it_is_written_again():
    problems = read(Source("essai.yaml", "domaine:\n  code: A\n  code: B\n")).problems

    assert [(one.line, one.field, one.rule) for one in problems] == [
        (3, "domaine.code", "cle_en_double")
    ]
    assert "ligne 2" in problems[0].message


def test_an_empty_file_says_so():
    assert told("# rien\n") == [(1, "", "fichier_vide")]


def test_a_tag_is_refused():
    assert told("a: 1\nb: !!python/name:os.system x\n") == [(2, "b", "etiquette")]


def test_a_file_that_repeats_itself_without_end_is_refused():
    assert [rule for _, _, rule in told("&a [*a]")] == ["demesure"]


def test_a_file_that_unfolds_to_millions_of_items_is_refused_at_once():
    levels = "\n".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, DEEPEST // 2)
    )

    assert "demesure" in {rule for _, _, rule in told(f"a0: &a0 [x]\n{levels}\n")}


@pytest.mark.parametrize("text", ["[" * 1_000, "[" * 600 + "]" * 600, "- " * 100_000])
def test_a_file_nested_too_deep_is_refused(text):
    assert [rule for _, _, rule in told(text)] == ["demesure"]


@pytest.mark.parametrize("path", [ESSAI, *DEMO.glob("*.yaml")], ids=lambda path: path.name)
def test_the_quick_reader_and_the_patient_one_understand_the_same(monkeypatch, path):
    source = Source.read(path)
    quickly = read(source)

    monkeypatch.setattr(document, "_Quick", document._Loader)

    assert read(source) == quickly
    assert quickly.problems == ()


def test_only_what_json_can_say_is_guessed():
    document = read(
        Source(
            "essai.yaml",
            'a: 12\nb: oui\nc: non\nd: 012\ne: 2.5\nf: 2027-01-31\ng: "12"\nh: yes\ni:\nj: éte\u0301\n',
        )
    )

    assert document.data == {
        "a": 12,
        "b": True,
        "c": False,
        "d": "012",
        "e": "2.5",
        "f": "2027-01-31",
        "g": "12",
        "h": "yes",
        "i": None,
        "j": "été",
    }
    assert document.problems == ()


@pytest.mark.parametrize("sign", ["\\0", "\\ud800", "\\udfff", "\\x00"])
@pytest.mark.parametrize("text", ['a: 1\nb: "x{}y"\n', 'a: 1\n"x{}y": b\n', 'a: 1\nb: [c, "{}"]\n'])
def test_a_sign_that_no_text_holds_is_told_on_its_line(text, sign):
    found = read(Source("f.yaml", text.format(sign)))

    [problem] = found.problems
    assert (problem.line, problem.rule) == (2, "texte")
    json.dumps(found.data).encode()
    assert "?" in str(found.data)
    assert str(problem).encode()


CUT = (
    "YAML lit ce qui suit « # » comme une remarque : mettez le texte entre guillemets. Une vraie "
    "remarque se met après le guillemet fermant, ou sur une ligne à elle."
)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (
            "libelle: Brevet d'essai\n",
            "libelle: Brevet #1, d'essai\n",
            "domaine.libelle",
        ),
        ("libelle: Brevet d'essai\n", "libelle: Brevet  # illustrative\n", "domaine.libelle"),
        ("libelle: Brevet d'essai\n", "libelle: Brevet\n    d'essai #2\n", "domaine.libelle"),
        (
            "du: 2027-06-07\n",
            "du: 2027-06-07\n        precision: #1 le matin\n",
            "examens[BREVET].calendrier[1].precision",
        ),
        (
            "libelle: Brevet d'essai des îles\n    modalites:\n",
            "libelle: Brevet d'essai des îles\n    modalites:\n      - Imprimez le récapitulatif #1\n",
            "examens[BREVET].modalites[1]",
        ),
    ],
)
def test_a_text_that_yaml_would_cut_is_refused_where_it_stands(change, told, old, new, field):
    source = change(old, new)

    assert told(source) == [f"{field} : {CUT} [remarque]"]


def test_the_line_of_a_text_that_is_cut_is_told(change, problems, line_of):
    source = change("libelle: Brevet d'essai\n", "libelle: Brevet #1, d'essai\n")

    assert problems(source) == [
        (line_of("libelle: Brevet d'essai\n"), "domaine.libelle", "remarque")
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("libelle: Brevet d'essai\n", 'libelle: "Brevet d\'essai"  # remarque\n'),
        ("libelle: Brevet d'essai\n", 'libelle: "Brevet #1"  # remarque\n'),
        ("libelle: Brevet d'essai\n", "libelle: Brevet n°1#2\n"),
        ("libelle: Brevet d'essai\n", "libelle: >-  # remarque\n    Brevet #1\n"),
        ("code: ESSAI\n", "code: ESSAI  # remarque\n"),
        ("annee: 2027\n", "annee: 2027 # remarque\n"),
        ("rubrique: Examens\n", "rubrique: Examens # remarque\n"),
        ("coefficient: 2.5\n", "coefficient: 2.5 # remarque\n"),
        ("examens:\n", "examens: # remarque\n"),
    ],
)
def test_a_true_remark_is_left_alone(change, problems, old, new):
    assert problems(change(old, new)) == []
