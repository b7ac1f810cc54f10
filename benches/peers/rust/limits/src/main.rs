//! What the machine can do at most: f32 fused multiply-adds per second out of registers, and bytes per second read from
//! memory, with a thread on every core. Prints `{"gflops": …, "read_gigabytes_per_second": …}`; with the argument `read`
//! only the latter.

mod multiply_add;
mod read;

use std::num::NonZero;
use std::time::Instant;

fn main() {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let gigabytes = read::gigabytes_per_second(threads);
    if std::env::args().nth(1).as_deref() == Some("read") {
        println!("{{\"read_gigabytes_per_second\": {gigabytes:.1}}}");
    } else {
        let gflops = multiply_add::gflops(threads);
        println!("{{\"gflops\": {gflops:.1}, \"read_gigabytes_per_second\": {gigabytes:.1}}}");
    }
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
