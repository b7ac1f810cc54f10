//! What a process holds.

use serde::{Deserialize, Serialize};

/// Bytes of memory.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Memory {
    /// The most that was resident at once, with the pages of mapped files.
    pub peak_bytes: usize,
    /// Of the weights, as they were asked for.
    pub weights_bytes: usize,
}

/// Forgets what this process held at most until now, where the system lets it: measuring the machine takes a large buffer.
pub fn forget_peak() {
    // Linux takes a 5 for that since 4.0 (proc(5), `clear_refs`); elsewhere the peak stays what it is.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

impl Memory {
    /// What this process held so far, where the system tells.
    pub fn read(weights_bytes: usize) -> Option<Memory> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        let kibibytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(Memory {
            peak_bytes: kibibytes * 1024,
            weights_bytes,
        })
    }
}
