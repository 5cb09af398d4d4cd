"""What all tables of spec v1 are made of."""

from __future__ import annotations

from typing import Annotated

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
GapInterval = Annotated[
    str,
    PlainValidator(values.one_of(words.GAP_INTERVALS)),
    WithJsonSchema({"enum": list(words.GAP_INTERVALS)}),
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
