//! Chat templates: what transformers makes of them, and those that mean harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use ttt_text::{ChatTemplate, Message};

/// `chat.json` is what `chat.py` writes with transformers.
#[test]
fn texts_are_those_of_transformers() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let cases: Value =
        serde_json::from_str(&std::fs::read_to_string(fixtures.join("chat.json")).unwrap()).unwrap();
    let tokens = json!({ "bos_token": "<s>", "eos_token": "</s>" });
    for case in cases.as_array().unwrap() {
        let name = case["template"].as_str().unwrap();
        let text = std::fs::read_to_string(fixtures.join(format!("templates/{name}.jinja"))).unwrap();
        let messages: Vec<Message> = serde_json::from_value(case["messages"].clone()).unwrap();
        let prompt = case["add_generation_prompt"].as_bool().unwrap();
        let rendered =
            ChatTemplate::new(&text)
                .unwrap()
                .render(&messages, prompt, tokens.as_object().unwrap());
        assert_eq!(
            rendered.unwrap(),
            case["text"].as_str().unwrap(),
            "{name} {}",
            case["conversation"]
        );
    }
}

#[test]
fn a_template_may_refuse_and_says_why() {
    let template = ChatTemplate::new("{{ raise_exception('Roles must alternate') }}").unwrap();
    insta::assert_snapshot!(template.render(&[], false, &Map::new()).unwrap_err(), @r"
    error[A912]: the chat template `default` refuses: Roles must alternate
      --> line 1, column 1
    ");
}

#[test]
fn a_malformed_template_is_refused_when_it_is_read() {
    insta::assert_snapshot!(ChatTemplate::new("a\n{% for x in %}").unwrap_err(), @r"
    error[A911]: the chat template `default` is malformed: unexpected end of block
      --> line 2, column 1
    ");
}

#[test]
fn a_variant_for_tools_is_chosen_when_there_are_tools() {
    let variants = json!([
        { "name": "default", "template": "plain" },
        { "name": "tool_use", "template": "{{ tools | length }} tools" },
    ]);
    let template = ChatTemplate::from_json(&variants).unwrap();
    let tools = json!({ "tools": [{ "name": "f" }] });
    assert_eq!(template.render(&[], false, &Map::new()).unwrap(), "plain");
    assert_eq!(
        template.render(&[], false, tools.as_object().unwrap()).unwrap(),
        "1 tools"
    );
    assert_eq!(template.to_json(), variants);
}

#[test]
fn a_template_that_does_not_end_is_an_error_within_a_second() {
    let lines = |line: &str| line.repeat(60);
    let hostile = [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}".to_string(),
        "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}".to_string(),
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}".to_string(),
        "{% macro f(x) %}{{ f(x ~ x) }}{% endmacro %}{{ f('x') }}".to_string(),
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}".to_string(),
        "{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}".to_string(),
        "{% set n = namespace(s='x') %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}".to_string(),
        "{% set n = namespace(s=[1]) %}{% for a in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}{{ n.s }}".to_string(),
        format!("{{% set s = 'x' %}}{}", lines("{% set s %}{{ s }}{{ s }}{% endset %}")),
        format!("{{% set s = 'x' %}}{}", lines("{% set s = s ~ s %}")),
        lines("{% set s = 'x' * 99999999 %}"),
        lines("{% set s = 99999999 * 'x' %}"),
        format!("{{% for a in range(99999) %}}{}{{% endfor %}}", lines("a long literal text")),
    ];
    for text in hostile {
        let start = Instant::now();
        let rendered = ChatTemplate::new(&text).unwrap().render(&[], false, &Map::new());
        let took = start.elapsed();
        let shown = &text[..text.len().min(90)];
        assert!(
            rendered.is_err(),
            "{shown} gave {} bytes",
            rendered.unwrap().len()
        );
        assert!(took < Duration::from_secs(1), "{shown} took {took:?}");
    }
}
