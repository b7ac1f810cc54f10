//! Every damaged checkpoint gives an error that names the mistake.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use proptest::prelude::*;
use serde_json::{Value, json};
use ttt_adapters::registry::{FormatRegistry, OpenOptions};

#[test]
fn every_mistake_is_told() {
    let models = common::families();
    let formats = FormatRegistry::default();
    let mut cases: Vec<_> = std::fs::read_dir(common::fixture("bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let mut texts = Vec::new();
    let mut unmentioned = Vec::new();
    for case in cases {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let mistake: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(case.join("mistake.json")).unwrap()).unwrap();
        let said = match formats.open(&case, &OpenOptions::default(), &models) {
            Err(error) => {
                assert!(
                    error.to_string().lines().count() < 45,
                    "{name} fills more than a screen"
                );
                common::text(&error, &case)
            }
            Ok(opened) => {
                let warnings: Vec<String> = opened
                    .warnings
                    .iter()
                    .map(|warning| format!("warning{warning}"))
                    .collect();
                warnings.join("\n\n").replace(&format!("{}/", case.display()), "")
            }
        };
        for word in mistake["mentions"].as_array().unwrap() {
            let word = word.as_str().unwrap();
            if !said.contains(word) {
                unmentioned.push(format!("{name} does not mention `{word}`:\n{said}"));
            }
        }
        texts.push(format!(
            "## {name}: {}\n{said}",
            mistake["says"].as_str().unwrap()
        ));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
    assert!(unmentioned.is_empty(), "{}", unmentioned.join("\n\n"));
}

/// Values that configurations should not have, and some that they may.
fn values() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-3i64..70).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(1e300)),
        Just(json!("silu")),
        Just(json!([1, 2])),
        Just(json!({ "rope_type": "yarn", "factor": -1.0 })),
        Just(json!({ "0": "a", "1": "b" })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    /// Whatever a configuration says, opening gives a model or an error that fits one screen.
    #[test]
    fn damaged_configurations_never_panic(
        case in prop::sample::select(vec!["gpt2/tied", "llama/rope_llama3", "bert/masked_lm"]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), values()), 1..4),
    ) {
        let path = common::fixture(case);
        let mut config: Value =
            serde_json::from_str(&std::fs::read_to_string(path.join("config.json")).unwrap()).unwrap();
        let keys: Vec<String> = config.as_object().unwrap().keys().cloned().collect();
        for (index, value) in changes {
            config[index.get(&keys).as_str()] = value;
        }
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("config.json"), config.to_string()).unwrap();
        std::fs::copy(path.join("model.safetensors"), directory.path().join("model.safetensors")).unwrap();
        let opened = FormatRegistry::default().open(directory.path(), &OpenOptions::default(), &common::families());
        if let Err(error) = opened {
            prop_assert!(error.to_string().lines().count() < 45, "{error}");
        }
    }
}
