"""Spec v1 as frozen models: what a file may say, key by key.

Every model refuses unknown keys and never converts: `"1"` is no number and `1` no boolean.
Rules that need more than one key are in `check`; rules that need the data are in `infer`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    WithJsonSchema,
)

from tallystick.spec import values
from tallystick.spec import vocabulary as words
from tallystick.spec.scores import Label, Sampling, Score
from tallystick.spec.tables import (
    Decider,
    Integer,
    Kind,
    Metric,
    Role,
    Table,
    Text,
    Texts,
    Tolerance,
)


class Model(Table):
    """Whose predictions these are."""

    name: Text | None = Field(default=None, description="Name of the model, shown in every result.")
    version: Text | None = Field(
        default=None,
        description="A column of the data that holds the version, else the version itself.",
    )
    owner: Text | None = Field(default=None, description="Who answers for it.")
    runbook: Text | None = Field(
        default=None, description="Where to read what to do about an alert."
    )


class Log(Table):
    """The log's own columns; they are read for their role and are no instruments."""

    time: Text | None = Field(default=None, description="Column with the time of the prediction.")
    id: Text | None = Field(default=None, description="Column that names the prediction.")
    unit: Text | None = Field(default=None, description="Column with the unit that is randomised.")
    ignore: Texts = Field(
        default=(), description="Patterns (* ? [..]) of columns that are not read at all."
    )


class Reference(Table):
    """What production is compared with."""

    path: Text = Field(description="A saved profile, or data as a path or pattern.")


class Alerts(Table):
    """What wakes somebody up, and how often that may be for nothing."""

    page: Annotated[tuple[Metric, ...], BeforeValidator(values.as_tuple), Field(strict=True)] = (
        Field(default=words.DEFAULT_PAGE, description="Metrics that page; the others warn.")
    )
    false_pages: (
        Annotated[
            str,
            PlainValidator(values.false_pages),
            WithJsonSchema({"type": "string", "pattern": f"^{values.FALSE_PAGES}$"}),
        ]
        | None
    ) = Field(default=None, description='Affordable false pages, such as "1 per 90 days".')

    @property
    def false_alarm_rate(self) -> float:
        """False pages per daily comparison: N/M for "N per M days", 0.01 when left out."""
        return (
            words.DEFAULT_FALSE_ALARM_RATE
            if self.false_pages is None
            else values.rate(self.false_pages)
        )


class Column(Table):
    """What is exceptional about one column; everything left out is inferred from its type."""

    role: Role | None = Field(
        default=None, description="What the column is for; a feature when left out."
    )
    kind: Kind | None = Field(default=None, description="Counted on a number line or by value.")
    binning: (
        Annotated[
            str | tuple[int | float, ...],
            PlainValidator(values.binning),
            WithJsonSchema(
                {
                    "anyOf": [
                        {"enum": list(words.BINNINGS)},
                        {"type": "array", "items": {"type": "number"}, "minItems": 1},
                    ]
                }
            ),
        ]
        | None
    ) = Field(default=None, description="How the number line is cut, or the edges themselves.")
    range: (
        Annotated[
            tuple[int | float, ...],
            PlainValidator(values.value_range),
            WithJsonSchema(
                {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Valid values, low and high; where uniform cells lie. "
        "Values outside are counted; judging their share comes in a later release.",
    )
    bins: Annotated[Integer, Field(le=words.MAX_BINS)] | None = Field(
        default=None, description="Number of uniform cells."
    )
    categories: (
        Annotated[
            tuple[str, ...],
            PlainValidator(values.categories),
            WithJsonSchema(
                {
                    "type": "array",
                    "items": {"type": ["string", "integer", "boolean"]},
                    "minItems": 1,
                }
            ),
        ]
        | None
    ) = Field(default=None, description="The vocabulary; learned from the reference when left out.")
    max_categories: Annotated[Integer, Field(le=words.MAX_CATEGORIES)] | None = Field(
        default=None, description="Largest learned vocabulary; the rest is counted as other."
    )
    tolerance: Tolerance = Field(default_factory=Tolerance)
    decide: Decider | None = Field(
        default=None, description="The metric that decides; psi_corrected when left out."
    )
    also_named: Texts = Field(default=(), description="Other names of this column in the data.")
    page: Annotated[bool, Field(strict=True)] | None = Field(
        default=None,
        description="Whether this column pages for everything (true) or nothing (false).",
    )


class Spec(Table):
    """The declared instruments of one model.

    Example:
        >>> from tallystick.spec import load_spec
        >>> spec = load_spec({"schema": 1, "score": {"column": "p"}, "segments": ["country"]})
        >>> spec.segments, spec.alerts.false_alarm_rate
        (('country',), 0.01)
    """

    schema_version: Annotated[
        int, PlainValidator(values.version), WithJsonSchema({"const": words.SCHEMA_VERSION})
    ] = Field(alias="schema", description="Version of this format.")
    model: Model = Field(default_factory=Model)
    hypothesis: Text | None = Field(default=None, description="What is expected to hold, in words.")
    log: Log = Field(default_factory=Log)
    score: Score | None = None
    label: Label | None = None
    sampling: Sampling | None = None
    segments: Annotated[
        tuple[Text, ...],
        BeforeValidator(values.as_tuple),
        Field(strict=True, max_length=words.MAX_SEGMENTS),
    ] = Field(default=(), description="Columns by whose values everything is also judged in parts.")
    reference: Reference | None = None
    alerts: Alerts = Field(default_factory=Alerts)
    columns: dict[Text, Column] = Field(default_factory=dict)

    @property
    def spec_id(self) -> str:
        """Sixteen hex digits of BLAKE2b over what the spec declares; show the first seven.

        Everything declared counts, tolerances, owner and paths included: another id means
        that somebody changed the file's meaning. Order of keys other than classes, layout, 0
        against 0.0 and defaults written out do not count. It is not the plan's id, which depends
        on binnings and roles alone.
        """
        declared = self.model_dump(mode="python", by_alias=True, exclude_defaults=True)
        declared["schema"] = self.schema_version
        if self.score is not None and self.score.columns is not None:
            # Of equal scores the first class is the prediction.
            declared["score"]["columns"] = list(self.score.columns.items())
        text = json.dumps(_canonical(declared), sort_keys=True, separators=(",", ":"))
        return hashlib.blake2b(text.encode("ascii"), digest_size=8).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_canonical(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
