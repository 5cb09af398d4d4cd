"""Tables of spec v1 about scores, their labels, and which rows were kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    Field,
    PlainValidator,
    WithJsonSchema,
)

from tallystick.spec import values
from tallystick.spec import vocabulary as words
from tallystick.spec.tables import GapInterval, LabelKind, Share, Table, Text, Tolerance


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
    accuracy: Share | None = Field(
        default=None,
        description="Loss of the accuracy of several classes against the reference.",
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

    column: Text | None = Field(
        default=None, description="Column with the score; either it or columns."
    )
    columns: (
        Annotated[
            dict[str, str],
            PlainValidator(values.score_columns),
            WithJsonSchema(
                {
                    "type": "object",
                    "additionalProperties": {"type": "string", "minLength": 1},
                    "minProperties": 2,
                    "maxProperties": words.MAX_CLASSES,
                }
            ),
        ]
        | None
    ) = Field(
        default=None,
        description="Of several classes: the column with the probability of each, by category of "
        "the label. Of equal scores the first class is the prediction.",
    )
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
    gap_interval: GapInterval = Field(
        default=words.GAP_INTERVALS[0],
        description="How intervals of differences between a segment and all other rows are made.",
    )
    tolerance: ScoreTolerance = Field(default_factory=ScoreTolerance)

    @property
    def all_columns(self) -> tuple[str, ...]:
        """Every column with scores, in the order of the classes."""
        one = () if self.column is None else (self.column,)
        return (*one, *(self.columns or {}).values())


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
