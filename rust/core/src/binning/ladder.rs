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

/// The span that the ladder grows from, however small it is beside the values: counters and
/// clocks start far from zero. A constant column, whose edges are a rounding step apart, takes
/// its own size.
pub(super) fn span<V: Axis>(low: V, high: V, constant: bool) -> f64 {
    let size = high.to_f64().abs();
    match constant {
        false => high.distance(low),
        true if size > 0.0 => size,
        true => 1.0,
    }
}

/// Edges above `high`, ascending.
pub(super) fn above<V: Axis>(high: V, span: f64) -> Vec<V> {
    let steps = distances().map_while(|distance| high.offset(distance * span)).collect();
    placed(Some(high), steps)
}

/// Edges below `low`, ascending.
pub(super) fn below<V: Axis>(low: V, span: f64) -> Vec<V> {
    let steps = distances().map_while(|distance| low.offset(-distance * span));
    let mut steps: Vec<V> = steps.filter(|step| *step < low).collect();
    steps.reverse();
    placed(None, steps)
}

/// Edges at the steps, where an edge may stand, each above the one before.
fn placed<V: Axis>(before: Option<V>, steps: Vec<V>) -> Vec<V> {
    let mut edges: Vec<V> = Vec::new();
    for step in steps {
        let last = edges.last().copied().or(before);
        let edge = V::edge_below(last, step);
        // Where rounding classes are as wide as the steps, the steps matter more.
        let near = last.is_none_or(|last| edge.distance(step) * 16.0 <= step.distance(last));
        let edge = if near { edge } else { step };
        if last.is_none_or(|last| last < edge) {
            edges.push(edge);
        }
    }
    edges
}
