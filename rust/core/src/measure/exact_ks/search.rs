//! The largest gap of two walks through the sorted values, found without sorting most of them.

use super::line::Key;

/// Rows of each side that lie below a point of the line.
pub(super) type Below = (u64, u64);

/// So few values are sorted at once.
const SMALL: usize = 64;
/// Most buckets that a bucket is divided into at a time.
const MOST_BUCKETS: u32 = 12;

/// What is known so far of the largest `|i m - j n|`, and of the values that many rows share.
#[derive(Clone, Debug)]
pub(super) struct Search {
    n: i128,
    m: i128,
    /// The largest gap met.
    pub gap: u128,
    /// Where it was met.
    pub at: Below,
    /// Rows of both sides that make a value worth noting.
    heavy: u64,
    /// Rows of both sides below each such value, and up to it.
    pub atoms: Vec<(u64, u64)>,
}

impl Search {
    pub(super) fn new(n: u64, m: u64, heavy: u64) -> Self {
        Self { n: n.into(), m: m.into(), gap: 0, at: (0, 0), heavy, atoms: Vec::new() }
    }

    /// A point of the line between two different values.
    pub(super) fn visit(&mut self, (i, j): Below) {
        let gap = (i128::from(i) * self.m - i128::from(j) * self.n).unsigned_abs();
        if gap > self.gap {
            (self.gap, self.at) = (gap, (i, j));
        }
    }

    /// The gap is nowhere between two points larger than this.
    pub(super) fn bound(&self, from: Below, to: Below) -> u128 {
        let up = i128::from(to.0) * self.m - i128::from(from.1) * self.n;
        let down = i128::from(to.1) * self.n - i128::from(from.0) * self.m;
        up.max(down).max(0).unsigned_abs()
    }

    /// Whether something between two points is still to be found.
    pub(super) fn matters(&self, from: Below, to: Below) -> bool {
        self.bound(from, to) > self.gap || (to.0 - from.0) + (to.1 - from.1) >= self.heavy
    }

    /// All rows between the two points have one value.
    pub(super) fn one_value(&mut self, from: Below, to: Below) {
        self.visit(to);
        let (below, up_to) = (from.0 + from.1, to.0 + to.1);
        if up_to - below >= self.heavy {
            self.atoms.push((below, up_to));
        }
    }

    /// Goes through the values of both sides that lie next above `from`.
    pub(super) fn resolve<K: Key>(&mut self, reference: Vec<K>, current: Vec<K>, from: Below) {
        let to = (from.0 + reference.len() as u64, from.1 + current.len() as u64);
        self.visit(to);
        if !self.matters(from, to) {
            return;
        }
        if reference.len() + current.len() <= SMALL {
            self.merge(reference, current, from, |_| ());
            return;
        }
        let (low, high) = extent(&reference, &current);
        if low == high {
            self.one_value(from, to);
        } else {
            self.divide(&reference, &current, from, &Even::new(low, high, reference.len() + current.len()));
        }
    }

    /// Counts the values in equal steps of their keys; goes through those steps that matter, the
    /// most promising first.
    fn divide<K: Key>(&mut self, reference: &[K], current: &[K], from: Below, even: &Even<K>) {
        let tables = (even.count(reference), even.count(current));
        let mut steps = Vec::new();
        let mut start = from;
        for (step, (r, c)) in tables.0.iter().zip(&tables.1).enumerate() {
            let end = (start.0 + r, start.1 + c);
            self.visit(end);
            steps.push((self.bound(start, end), step, start, end));
            start = end;
        }
        steps.retain(|&(_, _, start, end)| self.matters(start, end));
        steps.sort_unstable_by(|a, b| b.cmp(a));
        let chosen: Vec<usize> = steps.iter().map(|step| step.1).collect();
        let (r, c) = (even.pick(reference, &chosen), even.pick(current, &chosen));
        for ((_, _, start, _), (r, c)) in steps.into_iter().zip(r.into_iter().zip(c)) {
            self.resolve(r, c, start);
        }
    }

    /// Sorts the values and goes through them one by one, telling `end` of every point between two.
    pub(super) fn merge<K: Key>(
        &mut self,
        mut reference: Vec<K>,
        mut current: Vec<K>,
        from: Below,
        mut end: impl FnMut(Below),
    ) {
        reference.sort_unstable();
        current.sort_unstable();
        let (mut r, mut c) = (reference.as_slice(), current.as_slice());
        let mut at = from;
        while let Some(&next) = r.first().into_iter().chain(c.first()).min() {
            let (equal_r, equal_c) = (run(r, next), run(c, next));
            let to = (at.0 + equal_r as u64, at.1 + equal_c as u64);
            self.one_value(at, to);
            end(to);
            (r, c, at) = (&r[equal_r..], &c[equal_c..], to);
        }
    }
}

/// How many values at the front are `value`.
fn run<K: Key>(sorted: &[K], value: K) -> usize {
    sorted.iter().take_while(|key| **key == value).count()
}

fn extent<K: Key>(reference: &[K], current: &[K]) -> (K, K) {
    let first = reference.first().or(current.first()).copied().unwrap_or_default();
    let all = reference.iter().chain(current);
    all.fold((first, first), |(low, high), &key| (low.min(key), high.max(key)))
}

/// Equal steps of the key.
struct Even<K> {
    origin: K,
    shift: u32,
    steps: usize,
}

impl<K: Key> Even<K> {
    fn new(low: K, high: K, values: usize) -> Self {
        // About four values a step, were they evenly spread.
        let wanted = (values / 4).ilog2().clamp(4, MOST_BUCKETS);
        let shift = high.bits_from(low).saturating_sub(wanted);
        Self { origin: low, shift, steps: high.steps_from(low, shift) + 1 }
    }

    fn count(&self, keys: &[K]) -> Vec<u64> {
        let mut table = vec![0; self.steps];
        for key in keys {
            table[key.steps_from(self.origin, self.shift)] += 1;
        }
        table
    }

    /// The keys in each of the chosen steps.
    fn pick(&self, keys: &[K], chosen: &[usize]) -> Vec<Vec<K>> {
        let mut place = vec![usize::MAX; self.steps];
        for (at, &step) in chosen.iter().enumerate() {
            place[step] = at;
        }
        let mut picked = vec![Vec::new(); chosen.len()];
        for &key in keys {
            if let Some(list) = picked.get_mut(place[key.steps_from(self.origin, self.shift)]) {
                list.push(key);
            }
        }
        picked
    }
}
