"""Tables: what a cell stands for, both ways and without loss; files that are refused; problems at their row and column."""

from __future__ import annotations

import os
import zipfile
from datetime import datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import WORLD
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import InputError
from kg.namespaces import CODE, ID, KINDS, LISTS, PREFIXES, SV
from kg.read import find_files, read_file
from kg.resources import folder
from kg.tables.cells import Names, Term, decode, encode, join, split
from kg.tables.columns import BY_PROPERTY, COLUMNS, TEMPLATES, WHAT, codes, template
from kg.tables.rows import TYPE, Table, read_tables, to_rows
from kg.tables.sheets import Sheet, read_sheets, write_csv, write_excel
from kg.tables.template import rows_for, write

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=25) | st.sampled_from(
    [
        "=1+1",
        "a|b",
        "\\|",
        "x @fr",
        '"quoted"',
        '"a" | "b"',
        "<https://example.org/>",
        " ",
        "",
        "state:AAA",
        "Ardania",
        "1990-06-01",
        "true",
        "a\nb",
        "\r",
        "#",
        "§",
        "-5",
    ]
)
SLUGS = st.from_regex(r"[a-z0-9]{1,6}(-[A-Z0-9]{2,4})?", fullmatch=True)
THINGS = st.builds(lambda kind, slug: ox.NamedNode(f"{ID}{KINDS[kind]}/{slug}"), st.sampled_from(sorted(KINDS)), SLUGS)
CODES = st.sampled_from([f"{CODE}{LISTS[prefix]}/{code}" for prefix, listed in codes().items() for code in listed]).map(ox.NamedNode)
LITERALS = st.one_of(
    st.builds(lambda text, tag: ox.Literal(text, language=tag), TEXTS, st.sampled_from(["en", "fr", "zh", "pt-br", "tlh"])),
    st.builds(ox.Literal, TEXTS),
    st.builds(
        lambda text, name: ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + name)),
        TEXTS | st.dates().map(str),
        st.sampled_from(["date", "boolean", "integer", "anyURI", "gYear"]),
    ),
    st.sampled_from(["true", "false"]).map(lambda word: ox.Literal(word, datatype=ox.NamedNode(PREFIXES["xsd"] + "boolean"))),
)
TERMS = st.one_of(THINGS, CODES, LITERALS, st.just(ox.NamedNode("https://example.org/a?b=c#d")), st.just(ox.NamedNode("urn:x:y")))
PROPERTIES = st.sampled_from([*(column.property for column in COLUMNS.values()), SV + "unheardOf", "https://example.org/p", "urn:p"])
SOME_NAMES = Names({f"{ID}state/AAA", f"{ID}place/AAA"}, {"ardania": [f"{ID}state/AAA"], "true": [f"{ID}place/AAA"]})


@given(term=TERMS, prop=st.sampled_from(sorted(BY_PROPERTY)))
@settings(deadline=None, max_examples=300)
def test_whatever_a_cell_is_written_from_it_reads_back_as(term: Term, prop: str) -> None:
    column = BY_PROPERTY[prop]
    word = encode(term, column, SOME_NAMES)
    assert split(word) == [word]
    assert decode(word, column, SOME_NAMES) == term
    assert not word.startswith(("=", "+", "-", "@")), "a spreadsheet program would run it"


TRIPLES = st.lists(
    st.builds(
        ox.Triple,
        st.one_of(THINGS, st.just(ox.NamedNode("https://example.org/thing")), st.just(ox.NamedNode(f"{ID}state/A_B"))),
        PROPERTIES.map(ox.NamedNode),
        TERMS,
    )
    | st.builds(
        ox.Triple,
        THINGS,
        st.just(ox.NamedNode(TYPE)),
        st.sampled_from([SV + name for name, _ in WHAT.values()] + [SV + "Unheard", "https://example.org/C"]).map(ox.NamedNode),
    ),
    min_size=1,
    max_size=12,
)


@given(triples=TRIPLES)
@settings(deadline=None, max_examples=100)
def test_any_triples_survive_a_table(tmp_path_factory: pytest.TempPathFactory, triples: list[ox.Triple]) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    write_csv(path, to_rows(triples, SOME_NAMES))
    table = read_tables(read_sheets(path), SOME_NAMES)
    assert table.problems == []
    assert set(table.triples) == set(triples)


@pytest.mark.parametrize("source", [WORLD, folder("data")], ids=["world", "packaged"])
def test_every_data_file_survives_a_table(source: Path, tmp_path: Path) -> None:
    files = find_files(source)
    for path in files:
        triples = read_file(path).triples
        write_csv(tmp_path / "x.csv", to_rows(triples, Names()))
        table = read_tables(read_sheets(tmp_path / "x.csv"))
        assert not table.problems and set(table.triples) == set(triples), path


def test_no_data_file_needs_turtle_in_a_cell() -> None:
    """Every property in use has a column of its own, of the right form: people see plain values."""
    for path in find_files(folder("data")):
        if path.name != "record.ttl":  # the record's own facts are no entry of a person
            rows = to_rows(read_file(path).triples, Names())
            assert not [cell for row in rows for cell in row if cell.startswith(("<", '"')) and cell.endswith((">", '"'))], path
            assert all(name in ("what", "id", *COLUMNS) for name in rows[0])


def test_every_column_is_a_property_of_the_ontology_with_the_right_list() -> None:
    text = (folder("ontology") / "servanda.ttl").read_text(encoding="utf-8")
    for column in COLUMNS.values():
        if column.property.startswith(SV):
            assert f"\nsv:{column.property.removeprefix(SV)} a owl:" in text, column.name
        if column.form == "code":
            assert codes()[column.of[0]], column.name
    for name, _ in WHAT.values():
        assert f"\nsv:{name} a owl:Class" in text


def table_of(*rows: str) -> Table:
    return read_tables([Sheet(Path("t.csv"), "", [row.split(",") for row in rows])], SOME_NAMES)


WRONG = [
    (["what,id,behaviour", "action,x,troops"], "KG-CT10", 1, 3, "behavior"),
    (["what,id,note,note", "action,x,a,b"], "KG-CT10", 1, 4, "keep one"),
    (["what,id", "acton,x"], "KG-CT13", 2, 1, "action"),
    (["what,id", "action,X y"], "KG-CT12", 2, 2, "small letters"),
    (["what,id", "action,"], "KG-CT12", 2, 2, "small letters"),
    (["what,id,began_on", "action,x,9.3.1992"], "KG-CT04", 2, 3, "YYYY-MM-DD"),
    (["what,id,began_on", "action,x,1992-02-30"], "KG-CT04", 2, 3, "YYYY-MM-DD"),
    (["what,id,behavior", "action,x,trops"], "KG-CT03", 2, 3, "troops"),
    (["what,id,actor", "action,x,Ardanya"], "KG-CT07", 2, 3, "state:AAA"),
    (["what,id,holds", "characterization,x,perhaps"], "KG-CT05", 2, 3, "true or false"),
    (["what,id,respond_within_days", "positive obligation,x,soon"], "KG-CT05", 2, 3, "digits"),
    (["what,id,note", "action,x,a,b"], "KG-CT10", 2, 4, "quotation marks"),
    (["what,label", "action,x"], "KG-CT10", 1, 1, "template"),
    (["what,id,label", "replaces,../../etc,sha256:0"], "KG-CT11", 2, 2, "export"),
]


@pytest.mark.parametrize(("rows", "code", "row", "column", "hint"), WRONG, ids=[f"{wrong[1]}-{wrong[0][-1]}" for wrong in WRONG])
def test_a_wrong_cell_is_named_with_its_place_and_a_way_out(rows: list[str], code: str, row: int, column: int, hint: str) -> None:
    found = [problem for problem in table_of(*rows).problems if problem.code == code]
    assert [(problem.row, problem.column) for problem in found] == [(row, column)]
    assert hint in found[0].fix


def test_names_are_read_as_people_write_them() -> None:
    table = table_of("What,ID,Actor,In Response To,other-names", "Action,x,Ardania|aaa,raid-1, a | b", "occurrence,raid-1,,,")
    assert table.problems == []
    said = {(t.predicate.value.rsplit("#")[-1], str(getattr(t.object, "value", ""))) for t in table.triples}
    assert {("actor", f"{ID}state/AAA"), ("inResponseTo", f"{ID}occurrence/raid-1")} <= said
    assert sum("altLabel" in prop for prop, _ in said) == 2


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_templates_are_empty_and_their_examples_can_be_read(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"t{suffix}"
    write(name, path)
    table = read_tables(read_sheets(path))
    assert not table.triples and not table.problems
    example = rows_for(name)[2]
    filled = [rows_for(name)[0], [example[0].removeprefix("# example: "), *example[1:]]]
    table = read_tables([Sheet(path, "", filled)], Names({f"{ID}state/{code}" for code in ("AAA", "XAN")}))
    assert table.triples and not table.problems
    assert template(name)[0] == list(dict.fromkeys(template(name)[0]))


def test_an_excel_file_has_drop_downs_and_keeps_days_as_days(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "t.xlsx"
    write("case", path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["case", "source", "codes"]
    header = [cell.value for cell in book["case"][1]]
    lists = {choice.formula1: str(choice.sqref) for choice in book["case"].data_validations.dataValidation}
    column = openpyxl.utils.get_column_letter(header.index("behavior") + 1)
    assert any(place.startswith(f"{column}3:") for place in lists.values())
    listed = [cell.value for cell in next(col for col in book["codes"].columns if col[0].value == "behavior")[1:] if cell.value]
    assert listed == sorted(codes()["behavior"])
    row = {"what": "action", "id": "x", "began_on": datetime(1992, 3, 9), "ended_on": "1992-03-10", "behavior": "troops"}
    for number, name in enumerate(header, 1):
        book["case"].cell(3, number).value = row.get(name)
    book.save(path)
    table = read_tables(read_sheets(path))
    assert not table.problems
    assert {str(t.object.value) for t in table.triples if isinstance(t.object, ox.Literal)} == {"1992-03-09", "1992-03-10"}


def test_excel_and_csv_hold_the_same(tmp_path: Path) -> None:
    rows = to_rows(read_file(WORLD / "agreements" / "lindmark-1990.ttl").triples, Names())
    write_csv(tmp_path / "a.csv", rows)
    write_excel(tmp_path / "a.xlsx", [("record", rows)], {})
    assert set(read_tables(read_sheets(tmp_path / "a.csv")).triples) == set(read_tables(read_sheets(tmp_path / "a.xlsx")).triples)


@pytest.mark.parametrize(
    "data",
    [b"what;id;note\r\naction;x;a,b\r\n", b"what\tid\tnote\naction\tx\ta,b\n", 'what,id,note\naction,x,"a,b"\n'.encode("utf-16")],
    ids=["semicolons", "tabs", "utf-16"],
)
def test_other_dialects_of_csv(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(data)
    table = read_tables(read_sheets(tmp_path / "t.csv"))
    assert [str(t.object) for t in table.triples if t.predicate.value.endswith("note")] == ['"a,b"@en']


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 120_000_000)


def _entities(path: Path) -> None:
    pytest.importorskip("openpyxl")
    write("source", path)
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    lol = b"<?xml version='1.0'?><!DOCTYPE l [<!ENTITY a 'lollollollol'>" + b"".join(b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 20) for n in range(8))
    parts["xl/workbook.xml"] = lol + b"]><workbook>&i;</workbook>"
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, data)


HOSTILE = {
    "latin.csv": lambda path: path.write_bytes("what,id,label\naction,x,Zürich\n".encode("latin-1")),
    "quote.csv": lambda path: path.write_text('what,id,label\naction,x,"never closed\n'),
    "field.csv": lambda path: path.write_text("what,id,label\naction,x," + "y" * 200_000),
    "rows.csv": lambda path: path.write_text("what,id\n" + "#,\n" * 100_001),
    "bytes.csv": lambda path: path.write_bytes(b"x" * 20_000_001),
    "folder.csv": lambda path: path.mkdir(),
    "fifo.csv": lambda path: os.mkfifo(path),
    "none.csv": lambda path: path.with_suffix(".other").touch(),
    "loop.csv": lambda path: path.symlink_to(path),
    "text.xlsx": lambda path: path.write_text("what,id\n"),
    "empty.xlsx": lambda path: path.write_bytes(b""),
    "bomb.xlsx": _bomb,
    "entities.xlsx": _entities,
    "letter.docx": lambda path: path.write_bytes(b"PK"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_and_broken_files_are_refused(name: str, tmp_path: Path) -> None:
    HOSTILE[name](tmp_path / name)
    with pytest.raises(InputError) as refused:
        read_sheets(tmp_path / name)
    assert refused.value.fix and refused.value.place
    assert refused.value.exit_code == 3


def test_an_empty_file_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes(b"")
    assert [problem.code for problem in read_tables(read_sheets(tmp_path / "e.csv")).problems] == ["KG-CT09"]


@given(words=st.lists(TEXTS, max_size=4), text=st.text(max_size=40))
@settings(deadline=None)
def test_cutting_a_cell_never_fails(words: list[str], text: str) -> None:
    assert all(part == part.strip() and part for part in split(text))
    column = COLUMNS["note"]
    cells = [encode(ox.Literal(word, language="en"), column, Names()) for word in words]
    assert [decode(part, column, Names()) for part in split(join(cells))] == [ox.Literal(word, language="en") for word in words]
