//! Cells beyond the ends of the sample, growing geometrically with the distance from the end:
//! outliers stay apart from one another and time-ordered columns stay resolved.

use super::axis::Axis;

/// Distances from the end, in spans of the sample: eight an octave from 1/32 to 128 spans, one
/// an octave to 2^31, then one every 32 octaves to the end of the line.
fn distances() -> impl Iterator<Item = f64> {
    let eighths = [
        1.0,
        1.090_507_732_665_257_7,
        1.189_207_115_002_721,
        1.296_839_554_651_009_6,
        std::f64::consts::SQRT_2,
        1.542_210_825_407_940_7,
        1.681_792_830_507_429,
        1.834_008_086_409_342_4,
    ];
    let fine = (-5..7).flat_map(move |octave| eighths.map(|e| e * 2_f64.powi(octave)));
    let coarse = (7..31).map(|octave| 2_f64.powi(octave));
    let far = (31..1023).step_by(32).map(|octave| 2_f64.powi(octave));
    fine.chain(coarse).chain(far)
}

/// The span that the ladder grows from; a constant column takes its own size.
fn span<V: Axis>(low: V, high: V) -> f64 {
    let size = high.to_f64().abs();
    let span = high.distance(low);
    // The edges of one value are a rounding step apart: that is no span.
    if span > size * 1e-6 {
        span
    } else if size > 0.0 {
        size
    } else {
        1.0
    }
}

/// Edges above `high`, ascending.
pub(super) fn above<V: Axis>(low: V, high: V) -> Vec<V> {
    let span = span(low, high);
    let mut edges: Vec<V> = Vec::new();
    for distance in distances() {
        let Some(edge) = high.offset(distance * span) else { break };
        if edge > *edges.last().unwrap_or(&high) {
            edges.push(edge);
        }
    }
    edges
}

/// Edges below `low`, ascending.
pub(super) fn below<V: Axis>(low: V, high: V) -> Vec<V> {
    let span = span(low, high);
    let mut edges: Vec<V> = Vec::new();
    for distance in distances() {
        let Some(edge) = low.offset(-distance * span) else { break };
        if edge < *edges.last().unwrap_or(&low) {
            edges.push(edge);
        }
    }
    edges.reverse();
    edges
}
