//! The table of metrics: one row each. It drives listings, documentation, schemas and the tests
//! that a metric is complete.

/// One metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// The key used everywhere.
    pub name: &'static str,
    /// Its name in prose.
    pub title: &'static str,
    /// Unit of its value.
    pub unit: &'static str,
    /// Values it can take.
    pub range: &'static str,
    /// `change` between two sides, or a value of `both` of them.
    pub side: &'static str,
    /// What it is made from: `counts` of cells, `numbers`, or `rows`.
    pub needs: &'static str,
    /// Paper or page.
    pub source: &'static str,
}

macro_rules! catalogue {
    ($($name:literal, $title:literal, $unit:literal, $range:literal, $side:literal, $needs:literal, $source:literal;)*) => {
        /// Every metric of this release.
        pub const CATALOGUE: &[Metric] = &[$(Metric {
            name: $name, title: $title, unit: $unit, range: $range, side: $side, needs: $needs, source: $source,
        },)*];
    };
}

catalogue! {
    "psi", "Population stability index", "nats", "[0, inf)", "change", "counts", "Jeffreys 1946; Yurdakul and Naranjo 2020";
    "psi_corrected", "Population stability index less its null mean", "nats", "(-inf, inf)", "change", "counts", "Yurdakul and Naranjo 2020; docs/decisions/0003";
    "ks", "Kolmogorov-Smirnov distance", "distance", "[0, 1]", "change", "numbers", "Kolmogorov 1933; Smirnov 1939";
    "total_variation", "Total variation distance", "share", "[0, 1]", "change", "counts", "Levin, Peres and Wilmer, Markov Chains and Mixing Times, chapter 4";
    "jensen_shannon", "Jensen-Shannon distance, base 2", "distance", "[0, 1]", "change", "counts", "Lin 1991; Endres and Schindelin 2003";
    "hellinger", "Hellinger distance", "distance", "[0, 1]", "change", "counts", "Hellinger 1909; Le Cam 1986";
    "chi_square", "Pearson chi-square statistic of homogeneity", "statistic", "[0, inf)", "change", "counts", "Pearson 1900";
    "g_test", "Likelihood-ratio statistic of homogeneity", "statistic", "[0, inf)", "change", "counts", "Wilks 1938";
    "wasserstein", "Wasserstein-1 distance", "column unit", "[0, inf)", "change", "numbers", "Vallender 1974";
    "mean", "Mean of the finite values", "column unit", "(-inf, inf)", "both", "numbers", "Welch 1947 for the interval";
    "missing_share", "Share of missing values", "share", "[-1, 1]", "both", "rows", "Newcombe 1998, method 10, for the interval";
    "other_share", "Share of categories outside of the vocabulary", "share", "[-1, 1]", "both", "rows", "Newcombe 1998, method 10, for the interval";
    "row_count", "Number of rows", "rows", "(-inf, inf)", "both", "rows", "exact count";
    "schema", "Presence and type of the column", "state", "none", "change", "rows", "this library's DESIGN, section 2.4";
}

/// The metric of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    CATALOGUE.iter().find(|metric| metric.name == name)
}
