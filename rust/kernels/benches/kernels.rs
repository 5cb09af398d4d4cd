//! The hottest loops, each on a block's worth of values many times over.
//!
//! `cargo bench -p tallystick-kernels` times them, with throughput. `kernels run NAME TIMES` calls
//! one of them so often and does nothing else, for programs that count instructions; `kernels
//! list` names them.

use criterion::{Criterion, Throughput};
use std::hint::black_box;
use tallystick_kernels::search::Finder;
use tallystick_kernels::sums::{Grid, moments};
use tallystick_kernels::tally::Tally;
use tallystick_kernels::{BLOCK, Number, Pivot, codes, extremes, log_linear, present, scores};

/// Values of one call: whole blocks, in the second-level cache.
const VALUES: usize = 32 * BLOCK;

type Kernel = Box<dyn FnMut()>;

/// Every kernel by name; only what a call does is measured.
fn kernels() -> Vec<(String, Kernel)> {
    let values = bell(VALUES);
    let mut all: Vec<(String, Kernel)> = Vec::new();
    for cells in [10_usize, 20, 50, 240, 1000] {
        all.push((format!("count_{cells}_irregular"), count(&values, &irregular(cells))));
    }
    for cells in [50, 500] {
        all.push((format!("count_{cells}_equal"), count(&values, &equal(cells))));
    }
    let single: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    let edges: Vec<f32> = irregular(240).iter().map(|&edge| edge as f32).collect();
    all.push(("count_240_irregular_f32".into(), count(&single, &edges)));
    all.push(("find_240_irregular".into(), find(&values, &irregular(240))));
    all.push(("octaves".into(), octaves(values.clone())));
    all.push(("all_finite".into(), finite(values.clone())));
    all.push(("extremes".into(), limits(values.clone())));
    all.push(("moments".into(), sums(values)));
    all.push(("codes_1000".into(), dictionary(1000)));
    all.push(("score_sums".into(), score_sums()));
    all.push(("score_cells_15".into(), score_cells(15)));
    all.push(("score_cells_1500".into(), score_cells(1500)));
    all
}

fn count<T: Number>(values: &[T], edges: &[T]) -> Kernel {
    let (values, finder) = (values.to_vec(), Finder::new(edges, 0..edges.len()));
    let mut tally = Tally::default();
    finder.open(&mut tally);
    let mut table = vec![0; edges.len() + 1];
    Box::new(move || {
        finder.count(black_box(&values), &mut tally);
        finder.settle(&mut tally, &mut table);
        black_box(&table);
    })
}

fn find(values: &[f64], edges: &[f64]) -> Kernel {
    let (values, finder) = (values.to_vec(), Finder::new(edges, 0..edges.len()));
    let mut cells = vec![0; values.len()];
    Box::new(move || {
        finder.find(black_box(&values), &mut cells);
        black_box(&cells);
    })
}

fn octaves(values: Vec<f64>) -> Kernel {
    let mut octaves = log_linear::Octaves::default();
    Box::new(move || {
        octaves.count(black_box(&values), -10.0, 10.0);
        octaves.settle(0, |cell, count| {
            black_box((cell, count));
        });
    })
}

fn finite(values: Vec<f64>) -> Kernel {
    Box::new(move || {
        black_box(present::all_finite(black_box(&values), None));
    })
}

fn limits(values: Vec<f64>) -> Kernel {
    Box::new(move || {
        black_box(extremes::extremes(black_box(&values)));
    })
}

fn sums(values: Vec<f64>) -> Kernel {
    let pivot = Pivot { float: 0.25, integer: 0, whole: false };
    let (first, second) = (Grid::new(-30), Grid::new(-30));
    Box::new(move || {
        black_box(moments(black_box(&values), pivot, &first, &second));
    })
}

fn dictionary(width: usize) -> Kernel {
    let mut random = Random(2);
    let codes: Vec<u32> = (0..VALUES).map(|_| (random.share() * width as f64) as u32).collect();
    Box::new(move || {
        black_box(codes::count(black_box(&codes), width));
    })
}

/// Scores in [0, 1] and their labels.
fn scored() -> (Vec<f64>, Vec<u8>) {
    let mut random = Random(3);
    let scores: Vec<f64> = (0..VALUES).map(|_| random.share()).collect();
    let labels = scores.iter().map(|score| u8::from(random.share() < *score)).collect();
    (scores, labels)
}

fn score_sums() -> Kernel {
    let (all, labels) = scored();
    Box::new(move || {
        for (block, labels) in black_box(&all).chunks(BLOCK).zip(labels.chunks(BLOCK)) {
            black_box(scores::score_sums(block, labels));
        }
    })
}

fn score_cells(width: usize) -> Kernel {
    let (all, labels) = scored();
    let cells: Vec<u32> = all.iter().map(|score| (score * width as f64) as u32).collect();
    let mut tally = scores::ScoreTally::default();
    tally.open(width);
    Box::new(move || {
        for ((cells, block), labels) in cells.chunks(BLOCK).zip(all.chunks(BLOCK)).zip(labels.chunks(BLOCK)) {
            black_box(tally.look(black_box(block), labels, false));
            tally.add(cells, (block, labels));
        }
        tally.settle(|cell, class, rows, units| {
            black_box((cell, class, rows, units));
        });
    })
}

/// Values of mean 0 and deviation 1, by the sum of twelve.
fn bell(count: usize) -> Vec<f64> {
    let mut random = Random(1);
    (0..count).map(|_| (0..12).map(|_| random.share()).sum::<f64>() - 6.0).collect()
}

/// Edges with about as many values of [`bell`] between each two.
fn irregular(cells: usize) -> Vec<f64> {
    let mut sample = bell(20_000);
    sample.sort_by(f64::total_cmp);
    (1..cells).map(|i| sample[i * sample.len() / cells]).collect()
}

fn equal(cells: usize) -> Vec<f64> {
    (0..=cells).map(|i| -4.0 + 8.0 * i as f64 / cells as f64).collect()
}

/// The same numbers on every machine: a multiplicative generator.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn time_all() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("kernels");
    group.throughput(Throughput::Elements(VALUES as u64));
    for (name, mut kernel) in kernels() {
        group.bench_function(name, |bencher| bencher.iter(&mut kernel));
    }
    group.finish();
    criterion.final_summary();
}

fn run(name: &str, times: usize) {
    let (_, mut kernel) = kernels().into_iter().find(|(known, _)| known == name).expect("a kernel's name");
    (0..times).for_each(|_| kernel());
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["list"] => kernels().iter().for_each(|(name, _)| println!("{name}")),
        ["run", name, times] => run(name, times.parse().expect("a number of calls")),
        _ => time_all(),
    }
}
