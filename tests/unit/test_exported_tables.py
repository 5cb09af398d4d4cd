"""Tables as files: nothing is lost, the schema is what is written, a file is whole or not there."""

from __future__ import annotations

import json
import os
import re
import stat

import jsonschema
import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest

from repo.source import ROOT
from tallystick.comparison import Measurement
from tallystick.errors import ExportError, ParameterError
from tallystick.exporting import SUFFIXES
from tallystick.exporting.json import report_json_schema
from unit.exported import report_of

TABLES = ["measurements", "curves"]


@pytest.fixture(scope="module", params=["ok", "alert", "undetermined"])
def report(request):
    return report_of(request.param)


@pytest.fixture(scope="module")
def alert():
    return report_of("alert")


def table_of(report, table):
    return report.to_arrow() if table == "measurements" else report.curves()


@pytest.mark.parametrize("table", TABLES)
def test_arrow_is_the_table(report, table, tmp_path):
    back = ipc.open_file(report.write(tmp_path / "x.arrow", table=table)).read_all()
    assert back == pa.Table.from_batches([table_of(report, table)])


@pytest.mark.parametrize("table", TABLES)
def test_parquet_is_the_table_but_for_the_unit_of_times(report, table, tmp_path):
    back = pq.read_table(report.write(tmp_path / "x.parquet", table=table))
    ours = pa.Table.from_batches([table_of(report, table)])
    assert back.cast(ours.schema) == ours
    different = [f.name for f in ours.schema if back.schema.field(f.name).type != f.type]
    assert different == ["window_start", "window_end"]


@pytest.mark.parametrize("table", TABLES)
def test_numbers_of_csv_come_back_to_the_last_bit(report, table, tmp_path):
    ours = table_of(report, table)
    types = pc.ConvertOptions(
        column_types={f.name: f.type for f in ours.schema},
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    back = pc.read_csv(report.write(tmp_path / "x.csv", table=table), convert_options=types)
    assert back.to_pylist() == ours.to_pylist()


def test_json_is_what_the_command_prints(report, tmp_path):
    assert report.write(tmp_path / "x.json").read_text() == report.to_json() + "\n"


def test_json_of_the_curves_is_their_table(report, tmp_path):
    told = json.loads(report.write(tmp_path / "x.json", table="curves").read_text())
    assert told["status"] == report.status
    assert told["curves"] == report.curves().to_pylist()


@pytest.fixture(scope="module")
def validator():
    schema = report_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


@pytest.mark.parametrize("table", TABLES)
def test_json_is_as_its_schema_says(report, table, tmp_path, validator):
    told = json.loads(report.write(tmp_path / "x.json", table=table).read_text())
    assert told[table]
    validator.validate(told)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.pop("status"),
        lambda told: told.pop("measurements"),
        lambda told: told["measurements"][0].pop("n_current"),
        lambda told: told["measurements"][0].update(value="1"),
        lambda told: told["measurements"][0].update(status="fine"),
        lambda told: told["measurements"][0].update(n_current=-1),
        lambda told: told["measurements"][0].update(segment=None),
    ],
)
def test_the_schema_refuses_what_is_not_so(alert, validator, spoil):
    told = alert.to_dict()
    spoil(told)
    assert not validator.is_valid(told)


JSON_TYPES = {"string": "string", "double": "number", "uint64": "integer", "bool": "boolean"}
DOC_ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|([^|]*)\|[^|]*\|$", re.MULTILINE)


def documented(title: str) -> dict[str, str]:
    """Columns and types that docs/measurements.md lists in a table under a title."""
    page = (ROOT / "docs" / "measurements.md").read_text()
    table = re.search(r"^\|.*?\n\n", page.partition(f"\n## {title}\n")[2], re.M | re.S)
    return {
        name: kind.strip()
        for names, kind in DOC_ROW.findall(table.group())
        for name in re.findall(r"`(\w+)`", names)
    }


@pytest.mark.parametrize(
    ("table", "definition"), [("measurements", "measurement"), ("curves", "curve_point")]
)
def test_docs_schema_and_table_have_the_same_columns(alert, table, definition):
    arrow = table_of(alert, table).schema
    schema = report_json_schema()["$defs"][definition]
    docs = documented(table.capitalize())
    assert list(schema["properties"]) == arrow.names == schema["required"]
    assert list(docs) == arrow.names
    for field in arrow:
        told = schema["properties"][field.name]
        kinds = {told["type"]} if isinstance(told["type"], str) else set(told["type"])
        assert kinds - {"null"} == {JSON_TYPES.get(str(field.type), "string")}, field.name
        assert (told.get("format") == "date-time") == pa.types.is_timestamp(field.type)
        assert told["description"].endswith(".")
        if docs[field.name]:  # empty where the table says "as above"
            plain = docs[field.name].replace("timestamp[s, UTC]", "timestamp[s, tz=UTC]")
            assert plain == str(field.type), field.name


def test_a_measurement_has_the_columns_of_its_table(alert):
    assert set(Measurement.__slots__) == set(alert.to_arrow().schema.names)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_stood_there_is_replaced_as_a_whole(alert, suffix, tmp_path):
    path = tmp_path / f"x{suffix}"
    path.write_bytes(b"old" * 1_000_000)
    first = alert.write(path).read_bytes()
    assert b"oldold" not in first
    assert alert.write(path).read_bytes() == first, "the same report gives the same bytes"
    assert alert.write(tmp_path / f"X{suffix.upper()}").read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 2, "nothing temporary is left"


def test_what_cannot_be_written_leaves_what_stood_there(alert, tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"x\.csv: cannot be written: No space left"):
        alert.write(path)
    assert [one.name for one in tmp_path.iterdir()] == ["x.csv"]
    assert path.read_text() == "old"


def test_a_folder_that_takes_no_file(alert, tmp_path, monkeypatch):
    # The tests may run as a user to whom nothing is forbidden.
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(ExportError, match="Permission denied"):
        alert.write(tmp_path / "x.json")


def test_files_are_as_readable_as_others_of_the_user(alert, tmp_path):
    ours, other = alert.write(tmp_path / "x.json"), tmp_path / "y"
    other.touch()
    assert stat.S_IMODE(ours.stat().st_mode) == stat.S_IMODE(other.stat().st_mode)


@pytest.mark.parametrize(
    ("name", "more", "kind", "says"),
    [
        ("x", {}, ParameterError, r"\.arrow, .+, \.parquet, \.prom, \.xml, got none"),
        ("x.parque", {}, ParameterError, r'got \.parque\n  hint: did you mean "\.parquet"'),
        ("x.csv.gz", {}, ParameterError, r"got \.gz"),
        (".csv", {}, ParameterError, "got none"),
        ("x.xml", {"table": "curves"}, ParameterError, r"\.parquet for a table, got \.xml"),
        ("x.csv", {"table": "curve"}, ParameterError, 'hint: did you mean "curves"'),
        ("x.xml", {"undetermined": "skip"}, ParameterError, "expected fail or pass, got skip"),
        ("no/x.csv", {}, ExportError, "there is no folder .*no\n  hint: mkdir -p"),
        ("dir.csv", {}, ExportError, "it is a folder, expected a file\n  hint: a file in it"),
    ],
)
def test_wrong_paths_are_told_with_what_would_be_right(alert, tmp_path, name, more, kind, says):
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(kind, match=says):
        alert.write(tmp_path / name, **more)
    assert [one.name for one in tmp_path.iterdir()] == ["dir.csv"]
