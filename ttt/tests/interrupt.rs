//! Ctrl-C ends work cleanly: what is there is printed, and nothing half done is left.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What a shell expects of a program that Ctrl-C ended.
const ENDED: Option<i32> = Some(130);

fn ttt(args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ttt"));
    command
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn interrupt(child: &Child) {
    let done = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(done.unwrap().success());
}

#[test]
fn a_text_that_grows_ends_with_what_came() {
    let mut child = ttt(&[
        "generate",
        "demo",
        "--greedy",
        "--prompt",
        "To be",
        "--max-new-tokens",
        "250",
    ]);
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), ENDED, "{errors}");
    assert!(output.stdout.ends_with(b"\n"));
    assert!(errors.is_empty(), "{errors}");
}

#[test]
fn a_conversion_leaves_nothing_half_done() {
    let folder = std::env::temp_dir().join(format!("ttt-interrupt-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let source = large_model(&folder);
    let target = folder.join("out");
    std::fs::create_dir(&target).unwrap();
    let file = target.join("model.gguf");
    let child = ttt(&[
        "convert",
        source.to_str().unwrap(),
        file.to_str().unwrap(),
        "--encoding",
        "q4_0",
    ]);
    // The temporary file appears when the work has begun.
    while std::fs::read_dir(&target).unwrap().next().is_none() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let left: Vec<PathBuf> = std::fs::read_dir(&target)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(
        output.status.code(),
        ENDED,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(left.is_empty(), "{left:?}");
}

/// A GPT-2 of 60 million zeros, which takes a while to convert.
fn large_model(folder: &Path) -> PathBuf {
    let source = folder.join("source");
    std::fs::create_dir(&source).unwrap();
    let config = serde_json::json!({
        "model_type": "gpt2", "architectures": ["GPT2Model"], "vocab_size": 96, "n_positions": 64, "n_embd": 512,
        "n_head": 8, "n_layer": 19, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new",
    });
    std::fs::write(source.join("config.json"), config.to_string()).unwrap();
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        ("wte.weight".into(), vec![96, 512]),
        ("wpe.weight".into(), vec![64, 512]),
        ("ln_f.weight".into(), vec![512]),
        ("ln_f.bias".into(), vec![512]),
    ];
    for layer in 0..19 {
        for (name, inputs, outputs) in [
            ("attn.c_attn", 512, 1536),
            ("attn.c_proj", 512, 512),
            ("mlp.c_fc", 512, 2048),
            ("mlp.c_proj", 2048, 512),
        ] {
            shapes.push((format!("h.{layer}.{name}.weight"), vec![inputs, outputs]));
            shapes.push((format!("h.{layer}.{name}.bias"), vec![outputs]));
        }
        for norm in ["ln_1", "ln_2"] {
            shapes.push((format!("h.{layer}.{norm}.weight"), vec![512]));
            shapes.push((format!("h.{layer}.{norm}.bias"), vec![512]));
        }
    }
    let zeros = vec![0u8; 2048 * 512 * 4];
    let views = shapes.iter().map(|(name, shape)| {
        let bytes = &zeros[..shape.iter().product::<usize>() * 4];
        let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes);
        (name.as_str(), view.unwrap())
    });
    safetensors::serialize_to_file(views, None, &source.join("model.safetensors")).unwrap();
    source
}
