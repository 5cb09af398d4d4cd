"""Results as files for other programs: one format a file, each read from the two tables."""

from tallystick.exporting.files import SUFFIXES, check_path, write
from tallystick.exporting.github import append_summary, to_annotations
from tallystick.exporting.json import report_json_schema
from tallystick.exporting.junit import to_junit
from tallystick.exporting.markdown import to_markdown

__all__ = [
    "SUFFIXES",
    "append_summary",
    "check_path",
    "report_json_schema",
    "to_annotations",
    "to_junit",
    "to_markdown",
    "write",
]
