"""`tallystick spec check`: what a spec makes of itself and of data."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli import output
from tallystick.reading import open_source
from tallystick.rendering import printable
from tallystick.rendering.page import Page, pad, widths
from tallystick.spec import Resolved, ResolvedColumn, Spec, load_spec, resolve


def check_spec_file(file: Path, data: str | None, as_json: bool) -> int:
    """Checks a spec, also against data if there is some, and prints how it reads."""
    spec = load_spec(file)
    resolved = None if data is None else resolve(spec, open_source(data).schema)
    if as_json:
        columns = [] if resolved is None else [_facts(one) for one in resolved.columns]
        output.print_json({"spec_id": spec.spec_id, "valid": True, "columns": columns})
        return 0
    page = Page(output.console().width)
    page.line((f"OK  {printable(str(file))} · spec {spec.spec_id[:7]}", "bold"))
    _declared(page, spec)
    if resolved is not None:
        page.blank()
        _columns(page, resolved)
    output.show(page.print_to)
    return 0


def _declared(page: Page, spec: Spec) -> None:
    model = spec.model.name or "without a name"
    segments = ", ".join(spec.segments) or "none"
    exceptions = ", ".join(spec.columns) or "none"
    for head, text in (("model", model), ("segments", segments), ("columns", exceptions)):
        page.wrapped(printable(text), 12, head=f"  {head}", head_style="dim")


def _facts(one: ResolvedColumn) -> dict[str, object]:
    return {
        "name": one.name,
        "kind": one.kind,
        "role": one.role,
        "decide": one.decide,
        "tolerances": dict(one.tolerances),
        "reason": one.reason,
    }


def _columns(page: Page, resolved: Resolved) -> None:
    table = [["COLUMN", "read as", "why"]]
    for one in resolved.columns:
        read_as = one.kind if one.role == "feature" else one.role
        table.append([printable(one.name, 40), read_as, printable(one.reason)])
    for name in resolved.ignored:
        table.append([printable(name, 40), "not read", "log.ignore names it"])
    space = widths(table)
    for row in table:
        head = f"  {pad(row[0], space[0])}  {pad(row[1], space[1])}"
        page.wrapped(row[2], len(head) + 2, head=head, head_style="")
