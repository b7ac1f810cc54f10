//! What `generation_config.json` asks for.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ttt_runtime::generate::{GenerationFile, Sampling};

fn read(json: &str) -> Result<GenerationFile, String> {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("ttt-generation-file-{}-{count}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("generation_config.json"), json).unwrap();
    let file = GenerationFile::read(&folder).map_err(|error| error.to_string());
    std::fs::remove_dir_all(&folder).unwrap();
    file.map(Option::unwrap)
}

#[test]
fn a_length_with_the_prompt_counts_unless_new_tokens_are_counted() {
    let settings = read(r#"{"max_length": 30}"#).unwrap().settings;
    assert_eq!((settings.new_tokens(12), settings.new_tokens(30)), (18, 0));
    let settings = read(r#"{"max_length": 30, "max_new_tokens": 25}"#)
        .unwrap()
        .settings;
    assert_eq!(settings.new_tokens(12), 25);
}

#[test]
fn how_tokens_are_drawn_is_kept_where_the_file_does_not_draw() {
    let file = read(r#"{"temperature": 0.6, "top_p": 0.9, "do_sample": false}"#).unwrap();
    assert_eq!(file.settings.sampling, None);
    let said = Sampling {
        temperature: 0.6,
        top_p: 0.9,
        top_k: 50,
        min_p: 0.0,
    };
    assert_eq!(file.sampling, said);
}

#[test]
fn time_and_texts_that_end_a_generation_are_read() {
    let file = read(r#"{"max_time": 1.5, "stop_strings": "END"}"#).unwrap();
    assert_eq!(file.settings.max_time, Some(Duration::from_millis(1500)));
    assert_eq!(file.stop_strings, ["END"]);
    assert!(file.notes.is_empty(), "{:?}", file.notes);
    assert!(read(r#"{"max_time": -1}"#).unwrap_err().contains("max_time"));
}

#[test]
fn a_value_out_of_its_range_is_an_error_only_where_it_is_used() {
    let file = read(r#"{"temperature": 0.0, "do_sample": true}"#).unwrap();
    assert!(file.settings.check().is_err());
    let message = read(r#"{"eos_token_id": -1}"#).unwrap_err();
    assert!(message.contains("a token's id, or a list of them"), "{message}");
}

#[test]
fn what_is_not_done_is_told() {
    let file = read(r#"{"num_beams": 4, "num_return_sequences": 1}"#).unwrap();
    assert_eq!(
        file.notes,
        ["generation_config.json asks for num_beams = 4, which is not done"]
    );
}
