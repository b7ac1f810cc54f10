//! Bars for long work, on the standard error where that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use ttt::adapters::hub::Progress;

/// A bar that counts to `total`.
pub fn bar(total: usize, unit: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    let template = format!("{{wide_bar}} {{pos}}/{{len}} {unit}, {{eta}} left");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}

/// A sign that something is done whose end is not known.
pub fn spinner(message: &'static str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(message);
    spinner.enable_steady_tick(Duration::from_millis(500));
    spinner
}

/// A bar for each file that is downloaded, copied or read through.
#[derive(Default)]
pub struct Download {
    bar: Option<ProgressBar>,
}

impl Download {
    /// Draws what happens.
    pub fn report(&mut self, progress: Progress<'_>) {
        match progress {
            Progress::Started { file, bytes } => {
                let bar = ProgressBar::new(bytes).with_message(file.to_string());
                if let Ok(style) =
                    ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}, {eta} left")
                {
                    bar.set_style(style);
                }
                self.bar = Some(bar);
            }
            Progress::Advanced(bytes) => {
                if let Some(bar) = &self.bar {
                    bar.inc(bytes);
                }
            }
            Progress::Finished => {
                if let Some(bar) = self.bar.take() {
                    bar.finish_and_clear();
                }
            }
        }
    }
}
