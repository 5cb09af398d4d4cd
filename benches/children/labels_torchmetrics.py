"""Calibration error and Brier score of scores and labels in a file, by torchmetrics."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch
from measured import measured
from torchmetrics.functional import mean_squared_error
from torchmetrics.functional.classification import binary_calibration_error

torch.set_num_threads(1)
with np.load(sys.argv[1]) as rows:
    scores, labels = torch.from_numpy(rows["scores"]), torch.from_numpy(rows["labels"])
bins = int(sys.argv[2])


def work() -> dict[str, Any]:
    error = binary_calibration_error(scores, labels, n_bins=bins, validate_args=False)
    return {"ece": error.item(), "brier": mean_squared_error(scores, labels.double()).item()}


measured(work)
