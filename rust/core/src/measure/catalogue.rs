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
    /// `change` between two sides, a value of `both` of them, or of the `current` one alone.
    pub side: &'static str,
    /// What it is made from: `counts` of cells, `numbers`, `rows`, scores with
    /// `labels`, such of `segments`, `scores`, `predictions` of numeric labels, or scores of several
    /// `classes` with labels.
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
    "label_coverage", "Share of mature rows that have a label", "share", "[-1, 1]", "both", "labels", "Newcombe 1998, method 10, for the interval";
    "positive_rate", "Share of positives among labelled rows", "share", "[-1, 1]", "both", "labels", "Newcombe 1998, method 10, for the interval";
    "label_bias", "Drift of the scores of unlabelled rows from those of labelled ones", "nats", "(-inf, inf)", "current", "labels", "Yurdakul and Naranjo 2020";
    "calibration", "What is wrong with the calibration, and what to do", "state", "none", "current", "labels", "Van Calster et al. 2016";
    "ece_debiased", "Calibration error with the sampling error taken out", "probability", "[-1/2, 1]", "current", "labels", "Broecker 2012; Kumar, Liang and Ma 2019";
    "ece", "Expected calibration error in equal-width bins", "probability", "[0, 1]", "current", "labels", "Naeini, Cooper and Hauskrecht 2015";
    "ece_equal_mass", "Expected calibration error in bins of equal mass", "probability", "[0, 1]", "current", "labels", "Nixon et al. 2019";
    "ece_smooth", "Smooth calibration error", "probability", "[0, 1]", "current", "labels", "Blasiok and Nakkiran 2023";
    "mce", "Largest calibration error of a bin", "probability", "[0, 1]", "current", "labels", "Naeini, Cooper and Hauskrecht 2015";
    "brier", "Brier score", "squared probability", "[-1, 1]", "both", "labels", "Brier 1950";
    "brier_reliability", "Reliability term of the Brier score", "squared probability", "(-1, 1]", "current", "labels", "Murphy 1973; Stephenson, Coelho and Jolliffe 2008; Ferro and Fricker 2012";
    "brier_resolution", "Resolution term of the Brier score", "squared probability", "(-1, 1]", "current", "labels", "Murphy 1973; Stephenson, Coelho and Jolliffe 2008; Ferro and Fricker 2012";
    "spiegelhalter_z", "Spiegelhalter's statistic of calibration", "standard errors", "(-inf, inf)", "current", "labels", "Spiegelhalter 1986";
    "calibration_slope", "Slope of Cox's calibration regression", "slope", "(-inf, inf)", "current", "labels", "Cox 1958";
    "calibration_intercept", "Intercept of Cox's calibration regression", "logits", "(-inf, inf)", "current", "labels", "Cox 1958";
    "auc", "Area under the ROC curve", "probability", "[-1, 1]", "both", "labels", "DeLong, DeLong and Clarke-Pearson 1988";
    "average_precision", "Average precision", "precision", "[-1, 1]", "both", "labels", "Davis and Goadrich 2006; Boyd, Eng and Page 2013";
    "ks_classes", "Kolmogorov-Smirnov distance between the classes", "distance", "[-1, 1]", "both", "labels", "Kolmogorov 1933; Smirnov 1939";
    "log_loss", "Mean logarithmic loss", "nats", "(-inf, inf)", "both", "labels", "Good 1952";
    "selection_rate", "Share of rows at or above the threshold", "share", "[-1, 1]", "both", "labels", "Wilson 1927 for the interval";
    "selection_rate_ratio", "Ratio of selection rates", "ratio", "[0, inf)", "change", "labels", "Katz, Baptista, Azen and Pike 1978";
    "accuracy", "Share of rows decided right", "share", "[-1, 1]", "both", "labels", "Wilson 1927 for the interval";
    "balanced_accuracy", "Mean of recall and specificity", "share", "[-1, 1]", "both", "labels", "Brodersen et al. 2010";
    "precision", "Share of positives among the selected", "share", "[-1, 1]", "both", "labels", "van Rijsbergen 1979";
    "recall", "Share of positives that are selected", "share", "[-1, 1]", "both", "labels", "van Rijsbergen 1979";
    "specificity", "Share of negatives that are not selected", "share", "[-1, 1]", "both", "labels", "Wilson 1927 for the interval";
    "f1", "Harmonic mean of precision and recall", "share", "[-1, 1]", "both", "labels", "van Rijsbergen 1979";
    "expected_cost", "Mean cost of a row at the threshold", "cost", "(-inf, inf)", "both", "labels", "Elkan 2001";
    "matthews", "Correlation of decision and label", "correlation", "[-2, 2]", "both", "labels", "Matthews 1975";
    "equalized_odds_gap", "Larger gap of the true and the false positive rate", "share", "[0, 1]", "current", "segments", "Hardt, Price and Srebro 2016";
    "tpr_gap", "Gap of the true positive rate", "share", "[-1, 1]", "current", "segments", "Newcombe 1998, method 10, for the interval";
    "fpr_gap", "Gap of the false positive rate", "share", "[-1, 1]", "current", "segments", "Newcombe 1998, method 10, for the interval";
    "ppv_gap", "Gap of precision", "share", "[-1, 1]", "current", "segments", "Newcombe 1998, method 10, for the interval";
    "tpr_ratio", "Ratio of the true positive rate to that of all other rows", "ratio", "[0, inf)", "current", "segments", "Katz, Baptista, Azen and Pike 1978";
    "fpr_ratio", "Ratio of the false positive rate to that of all other rows", "ratio", "[0, inf)", "current", "segments", "Katz, Baptista, Azen and Pike 1978";
    "ppv_ratio", "Ratio of precision to that of all other rows", "ratio", "[0, inf)", "current", "segments", "Katz, Baptista, Azen and Pike 1978";
    "selection_rate_gap", "Gap of the selection rate", "share", "[-1, 1]", "current", "segments", "Newcombe 1998, method 10, for the interval";
    "disparate_impact", "Ratio of the selection rate to that of all other rows", "ratio", "[0, inf)", "current", "segments", "Katz, Baptista, Azen and Pike 1978";
    "calibration_gap", "Gap of the mean of score minus label", "probability", "[-1, 1]", "current", "segments", "Spiegelhalter 1986";
    "positive_rate_estimated", "Share of positives expected of the scores", "share", "[0, 1]", "current", "scores", "Bialek et al. 2023";
    "auc_estimated", "Area under the ROC curve expected of the scores", "probability", "[0, 1]", "current", "scores", "Bialek et al. 2023";
    "accuracy_estimated", "Share of rows expected to be decided right", "share", "[0, 1]", "current", "scores", "Guillory et al. 2021; Bialek et al. 2023";
    "positive_rate_estimate_error", "Expected share of positives less the realised one", "share", "[-1, 1]", "current", "labels", "Bialek et al. 2023";
    "auc_estimate_error", "Expected area under the ROC curve less the realised one", "probability", "[-1, 1]", "current", "labels", "Bialek et al. 2023";
    "accuracy_estimate_error", "Expected accuracy less the realised one", "share", "[-1, 1]", "current", "labels", "Guillory et al. 2021; Bialek et al. 2023";
    "schema", "Presence and type of the column", "state", "none", "change", "rows", "this library's DESIGN, section 2.4";
    "mae", "Mean absolute error", "label unit", "(-inf, inf)", "both", "predictions", "Hyndman and Koehler 2006; Welch 1947 for the interval";
    "rmse", "Root of the mean squared error", "label unit", "(-inf, inf)", "both", "predictions", "Hyndman and Koehler 2006; Zou and Donner 2008 for the interval";
    "bias", "Mean prediction less mean label", "label unit", "(-inf, inf)", "both", "predictions", "Welch 1947 for the interval";
    "r2", "Coefficient of determination", "share of variance", "(-inf, inf)", "both", "predictions", "Wright 1921; Fisher 1915 for the interval";
    "mape", "Mean absolute percentage error", "share", "(-inf, inf)", "both", "predictions", "Hyndman and Koehler 2006; Welch 1947 for the interval";
    "top_accuracy", "Share of rows whose highest scored class is the label", "share", "[-1, 1]", "both", "classes", "Miettinen and Nurminen 1985 for the interval";
    "top_ece_debiased", "Calibration error of the highest score, debiased", "probability", "[-1/2, 1]", "current", "classes", "Guo, Pleiss, Sun and Weinberger 2017; Broecker 2012";
    "macro_f1", "Mean F1 of the classes", "share", "[-1, 1]", "both", "classes", "Sokolova and Lapalme 2009; Takahashi et al. 2022";
    "weighted_f1", "Mean F1 of the classes, weighted by their rows", "share", "[-1, 1]", "both", "classes", "Sokolova and Lapalme 2009; Takahashi et al. 2022";
    "kappa", "Cohen's kappa of prediction and label", "agreement", "[-2, 2]", "both", "classes", "Cohen 1960; Fleiss, Cohen and Everitt 1969";
    "balanced_top_accuracy", "Mean recall of the classes", "share", "[-1, 1]", "both", "classes", "Brodersen et al. 2010; Newcombe 1998, method 10, for the interval";
    "score_sum_violation_share", "Share of rows whose scores do not sum to 1", "share", "[-1, 1]", "both", "classes", "Newcombe 1998, method 10, for the interval";
    "pinball_loss", "Mean loss of a quantile prediction", "label unit", "(-inf, inf)", "both", "predictions", "Koenker and Bassett 1978; Welch 1947 for the interval";
    "quantile_coverage", "Share of labels at or below a quantile less the declared one", "share", "[-1, 1]", "current", "predictions", "Koenker and Bassett 1978; Wilson 1927 for the interval";
    "interval_coverage", "Share of labels inside a predicted interval less the declared one", "share", "[-1, 1]", "current", "predictions", "Christoffersen 1998; Wilson 1927 for the interval";
}

/// The metric of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    CATALOGUE.iter().find(|metric| metric.name == name)
}
