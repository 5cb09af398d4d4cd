"""Spec v1 as frozen models: what a file may say, key by key.

Every model refuses unknown keys and never converts: `"1"` is no number and `1` no boolean.
Rules that need more than one key are in `check`; rules that need the data are in `infer`.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)

from tallystick.spec import values
from tallystick.spec import vocabulary as words

Text = Annotated[str, Field(strict=True, min_length=1)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(values.as_tuple), Field(strict=True)]
Metric = Annotated[
    str,
    PlainValidator(
        values.one_of(words.METRICS + words.LATER_METRICS, "a metric, such as missing_share or ks")
    ),
    WithJsonSchema({"enum": list(words.METRICS + words.LATER_METRICS)}),
]
Role = Annotated[
    str, PlainValidator(values.one_of(words.ROLES)), WithJsonSchema({"enum": list(words.ROLES)})
]
Kind = Annotated[
    str, PlainValidator(values.one_of(words.KINDS)), WithJsonSchema({"enum": list(words.KINDS)})
]
LabelKind = Annotated[
    str,
    PlainValidator(values.one_of(words.LABEL_KINDS)),
    WithJsonSchema({"enum": list(words.LABEL_KINDS)}),
]
Decider = Annotated[
    str,
    PlainValidator(values.one_of(tuple(words.TOLERANCE_OF))),
    WithJsonSchema({"enum": list(words.TOLERANCE_OF)}),
]
Share = Annotated[float, Field(strict=True, gt=0.0, lt=1.0)]
Integer = Annotated[int, Field(strict=True, ge=1)]


class Table(BaseModel):
    """What all tables of a spec share: frozen, closed, without conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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


class Tolerance(Table):
    """Largest changes that are harmless; what is left out keeps its default."""

    psi: Annotated[float, Field(strict=True, gt=0.0, allow_inf_nan=False)] | None = Field(
        default=None, description="Nats of psi_corrected."
    )
    ks: Share | None = Field(
        default=None, description="Kolmogorov-Smirnov distance, numeric columns only."
    )
    missing_share: Share | None = Field(
        default=None, description="Absolute difference of the shares of null and NaN."
    )
    other_share: Share | None = Field(
        default=None, description="Absolute difference of the shares outside of the vocabulary."
    )

    def declared(self) -> dict[str, float]:
        """The tolerances that were written down."""
        return {name: value for name, value in self if value is not None}


Above0 = Annotated[float, Field(strict=True, gt=0.0, allow_inf_nan=False)]


class ScoreTolerance(Tolerance):
    """As of any column, and those that take a label or a threshold."""

    ece_debiased: Share | None = Field(
        default=None, description="Calibration error, debiased, in probability."
    )
    auc: Share | None = Field(
        default=None, description="Loss of the area under the ROC curve against the reference."
    )
    selection_rate_ratio: (
        Annotated[float, Field(strict=True, gt=1.0, allow_inf_nan=False)] | None
    ) = Field(
        default=None,
        description="Ratio of the shares of rows at or above the first threshold, either way.",
    )
    fairness_gap: Share | None = Field(
        default=None,
        description="Difference of a segment's rates from those of all other rows.",
    )
    mae_ratio: Annotated[float, Field(strict=True, gt=1.0, allow_inf_nan=False)] | None = Field(
        default=None,
        description="Mean absolute error of a score that foretells a number, as a ratio of the "
        "reference's.",
    )
    interval_coverage: Share | None = Field(
        default=None,
        description="Difference of the share of labels between the outer quantiles from the "
        "declared one.",
    )


Cost = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class Costs(Table):
    """What one row costs, in any unit; gains are negative costs."""

    false_positive: Cost = Field(description="A row that is selected and negative.")
    false_negative: Cost = Field(description="A row that is not selected and positive.")
    true_positive: Cost = Field(default=0.0, description="A row that is selected and positive.")
    true_negative: Cost = Field(default=0.0, description="A row that is neither.")

    def in_order(self) -> tuple[float, float, float, float]:
        """As the core takes them."""
        return (self.false_positive, self.false_negative, self.true_positive, self.true_negative)


class Score(Table):
    """The model's output: binned on [0, 1] unless [columns] says otherwise."""

    column: Text = Field(description="Column with the score.")
    threshold: (
        Annotated[
            tuple[float, ...],
            PlainValidator(values.thresholds),
            WithJsonSchema(
                {
                    "anyOf": [
                        {"type": "number"},
                        {"type": "array", "items": {"type": "number"}, "minItems": 1},
                    ]
                }
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Rows are selected when their score is at least this; the first of several is "
        "the one in force.",
    )
    costs: Costs | None = Field(
        default=None, description="Costs of decisions at the threshold, to be told per row."
    )
    tolerance: ScoreTolerance = Field(default_factory=ScoreTolerance)


class Label(Table):
    """What really happened, for the score to be measured by."""

    column: Text = Field(description="Column with the label.")
    kind: LabelKind | None = Field(
        default=None,
        description="Whether the score is the probability of a class or foretells a number; a "
        "number when left out and the label is of a float type, other than 0 and 1.",
    )
    positive: (
        Annotated[
            str,
            PlainValidator(values.category),
            WithJsonSchema({"type": ["string", "integer", "boolean"]}),
        ]
        | None
    ) = Field(
        default=None,
        description="The label that the score is the probability of; true or 1 when left out.",
    )
    quantiles: (
        Annotated[dict[Text, Share], Field(min_length=1, max_length=words.MAX_QUANTILES)] | None
    ) = Field(
        default=None,
        description="Columns that foretell quantiles of a label that is a number, each with the "
        "share of labels expected at or below it.",
    )
    mature_after: (
        Annotated[
            str,
            PlainValidator(values.duration),
            WithJsonSchema({"type": "string", "pattern": f"^{values.DURATIONS}$"}),
        ]
        | None
    ) = Field(default=None, description="How long a label takes to be final, such as 30d.")
    minimum_coverage: Share | None = Field(
        default=None, description="Share of mature rows that must have a label to be judged."
    )


class Sampling(Table):
    """A log of which only some rows were kept, such as 1 % of the negatives."""

    column: Text = Field(description="Column that tells which stratum a row is of; a segment.")
    rates: Annotated[
        dict[Text, Annotated[float, Field(strict=True, gt=0.0, le=1.0)]],
        Field(min_length=1, max_length=words.MAX_STRATA),
    ] = Field(description="Share of the rows that was kept, by value of the column.")


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
        that somebody changed the file's meaning. Order of keys, layout, 0 against 0.0 and
        defaults written out do not count. It is not the plan's id, which depends on binnings
        and roles alone.
        """
        declared = self.model_dump(mode="python", by_alias=True, exclude_defaults=True)
        declared["schema"] = self.schema_version
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
