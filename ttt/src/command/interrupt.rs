//! Ctrl-C.

use std::sync::atomic::{AtomicBool, Ordering};

use super::Failure;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// What a shell expects of a program that Ctrl-C ended.
pub const EXIT_CODE: u8 = 130;

/// From now on Ctrl-C asks the running work to end; a second time it ends the program.
pub fn listen() -> Result<(), Failure> {
    ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(EXIT_CODE.into());
        }
    })
    .map_err(|error| Failure::new(format!("Ctrl-C cannot be listened to: {error}")))
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// The work that was asked to end has ended.
pub fn clear() {
    INTERRUPTED.store(false, Ordering::SeqCst);
}
