//! `ttt lock`: what checkpoints say of themselves, for where they are missing.

use ttt::adapters::checkpoint::lock;

use super::Failure;
use crate::cli::Lock;

/// Locks the checkpoints that every path names.
pub fn run(args: &Lock) -> Result<(), Failure> {
    for path in &args.paths {
        let locked = lock(path)?;
        if locked.is_empty() {
            println!("{}: no schema here names a checkpoint", path.display());
        }
        for one in &locked {
            let done = if one.changed { "written" } else { "as it was" };
            println!("{}: {done}", one.file.display());
        }
    }
    Ok(())
}
