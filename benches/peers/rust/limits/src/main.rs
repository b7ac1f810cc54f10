//! What the machine can do at most: f32 fused multiply-adds per second out of registers, and bytes per second read from
//! memory, with a thread on every core; and how long a round trip between two threads takes, which tells where they are.
//! Prints `{"gflops": …, "read_gigabytes_per_second": …, "round_trip_nanoseconds": …}`; with the argument `read` only the
//! latter two, with `round-trip` only the last, which takes a few milliseconds. On a single core there is no round trip.

mod multiply_add;
mod read;
mod round_trip;

use std::num::NonZero;
use std::time::Instant;

fn main() {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let what = std::env::args().nth(1);
    let what = what.as_deref();
    if !matches!(what, None | Some("flops" | "read" | "round-trip")) {
        eprintln!("limits: expected flops, read, round-trip or nothing");
        std::process::exit(2);
    }
    let mut figures = Vec::new();
    if !matches!(what, Some("read" | "round-trip")) {
        figures.push(("gflops", multiply_add::gflops(threads)));
    }
    if what != Some("round-trip") {
        figures.push(("read_gigabytes_per_second", read::gigabytes_per_second(threads)));
    }
    figures.extend(round_trip::nanoseconds().map(|figure| ("round_trip_nanoseconds", figure)));
    let figures: Vec<String> = figures
        .iter()
        .map(|(name, figure)| format!("\"{name}\": {figure:.1}"))
        .collect();
    println!("{{{}}}", figures.join(", "));
}

/// The least over `repeats` of the seconds it takes until `work`, started once per thread, has ended everywhere: a limit is
/// what nothing disturbed.
fn seconds(threads: usize, repeats: usize, work: impl Fn(usize) + Sync) -> f64 {
    let once = || {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let work = &work;
                scope.spawn(move || work(thread));
            }
        });
        started.elapsed().as_secs_f64()
    };
    (0..repeats).map(|_| once()).fold(f64::INFINITY, f64::min)
}
