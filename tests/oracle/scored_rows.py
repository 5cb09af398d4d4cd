"""Scores and labels of many shapes, for the judges of the measures of both."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

# Sums of scores lie on a grid of 2^-44 a row, those of losses on 2^-40: means of thousands of
# rounded rows are nearer than this.
EXACT = 1e-12


def happened(random, chance):
    return random.random(len(chance)) < chance


def drawn(kind, rows=6_000):
    """Scores and labels; every kind has both classes, and cuts that part neither."""
    random = np.random.default_rng(len(kind))
    score = random.random(rows)
    if kind == "decimals":
        score = np.round(score, 2)
    elif kind == "rare":
        score = score**4 * 0.08
    elif kind == "ends":
        score = np.clip(score * 1.3 - 0.15, 0, 1)
    elif kind == "float32":
        score = score.astype(np.float32)
    elif kind == "few":
        score = np.round(score * 4) / 4
    true = np.asarray(score, float)
    # Over-confident, and higher than what happens.
    chance = np.clip(0.4 * true + 0.25 * true**2 + (0.02 if kind != "rare" else 0.001), 0, 1)
    return score, happened(random, chance)


KINDS = ["uniform", "decimals", "rare", "ends", "float32", "few"]


def plain(rows):
    """The scores as doubles."""
    score, label = rows
    return np.asarray(score, float), np.asarray(label, bool)


# Small tables with ties, and scores on the edges of bins
SCORES = st.one_of(
    st.integers(0, 20).map(lambda i: i / 20),
    st.integers(0, 100).map(lambda i: i / 100),
    st.floats(0, 1),
    st.sampled_from([0.0, 1.0, 5e-324, 1 - 2**-53, 2 / 3, 1 / 15]),
)
ROWS = st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=60)
