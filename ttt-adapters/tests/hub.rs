//! The hub, played by a small server on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use ttt_adapters::Error;
use ttt_adapters::hub::{Hub, Part, Progress, Reference};
use ttt_adapters::registry::{FormatRegistry, ModelRegistry};
use ttt_adapters::store::{Method, Models, Store};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// What the server has, and what it has seen.
#[derive(Default)]
struct Shelf {
    /// `org/name/file` and its bytes.
    files: BTreeMap<String, Vec<u8>>,
    /// Files whose connection breaks once, after so many bytes.
    cuts: Mutex<BTreeMap<String, usize>>,
    /// Files that arrive with a byte changed.
    spoiled: Vec<String>,
    /// What a repository asks for before it is given out.
    tokens: BTreeMap<String, String>,
    /// Every request: path and range.
    requests: Mutex<Vec<String>>,
}

impl Shelf {
    fn file(mut self, name: &str, bytes: impl Into<Vec<u8>>) -> Shelf {
        self.files.insert(name.to_string(), bytes.into());
        self
    }

    fn fixture(self, repository: &str, folder: &str, files: &[&str]) -> Shelf {
        files.iter().fold(self, |shelf, file| {
            let bytes = std::fs::read(common::fixture(folder).join(file)).unwrap();
            shelf.file(&format!("{repository}/{file}"), bytes)
        })
    }

    fn answer(&self, mut stream: TcpStream) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let Some(Ok(request)) = lines.next() else {
            return;
        };
        let path = request.split(' ').nth(1).unwrap().to_string();
        let headers: BTreeMap<String, String> = lines
            .map_while(|line| line.ok().filter(|line| !line.is_empty()))
            .filter_map(|line| {
                let (name, value) = line.split_once(": ")?;
                Some((name.to_lowercase(), value.to_string()))
            })
            .collect();
        let range = headers.get("range").cloned().unwrap_or_default();
        self.requests
            .lock()
            .unwrap()
            .push(format!("{path} {range}").trim().to_string());
        let path = path.split('?').next().unwrap();
        let _ = if let Some(repository) = path.strip_prefix("/api/models/") {
            self.listing(&mut stream, repository, &headers)
        } else {
            self.send(&mut stream, path, &range)
        };
    }

    fn listing(
        &self,
        stream: &mut TcpStream,
        path: &str,
        headers: &BTreeMap<String, String>,
    ) -> std::io::Result<()> {
        let (repository, revision) = path.split_once("/revision/").unwrap();
        if let Some(token) = self.tokens.get(repository)
            && headers.get("authorization") != Some(&format!("Bearer {token}"))
        {
            return write!(stream, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        }
        let prefix = format!("{repository}/");
        let siblings: Vec<_> = self
            .files
            .iter()
            .filter_map(|(name, bytes)| {
                let file = name.strip_prefix(&prefix)?;
                Some(json!({
                    "rfilename": file, "size": bytes.len(), "lfs": { "sha256": sha256(bytes) },
                }))
            })
            .collect();
        if siblings.is_empty() || !["main", "v2"].contains(&revision) {
            return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        }
        let body = json!({ "sha": COMMIT, "siblings": siblings }).to_string();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    }

    fn send(&self, stream: &mut TcpStream, path: &str, range: &str) -> std::io::Result<()> {
        let name = path
            .trim_start_matches('/')
            .replace(&format!("resolve/{COMMIT}/"), "");
        let Some(mut bytes) = self.files.get(&name).cloned() else {
            return write!(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        };
        let (start, end) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let start: usize = start.parse().unwrap();
        let end = end.parse().map_or(bytes.len(), |end: usize| end + 1);
        if start >= bytes.len() {
            return write!(
                stream,
                "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n"
            );
        }
        if self.spoiled.contains(&name) {
            bytes[0] ^= 1;
        }
        let part = &bytes[start..end];
        write!(
            stream,
            "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{}/{}\r\n\
             ETag: \"{}\"\r\nX-Repo-Commit: {COMMIT}\r\nConnection: close\r\n\r\n",
            part.len(),
            end - 1,
            bytes.len(),
            sha256(&self.files[&name]),
        )?;
        let cut = match range.ends_with("-0") {
            true => None,
            false => self.cuts.lock().unwrap().remove(&name),
        };
        stream.write_all(&part[..cut.unwrap_or(part.len())])
    }

    fn serve(self) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shelf = Arc::new(self);
        let served = Arc::clone(&shelf);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shelf = Arc::clone(&served);
                thread::spawn(move || shelf.answer(stream));
            }
        });
        Served {
            shelf,
            endpoint,
            directory: tempfile::tempdir().unwrap(),
            formats: FormatRegistry::default(),
            models: common::families(),
        }
    }
}

/// The server, and a user of it.
struct Served {
    shelf: Arc<Shelf>,
    endpoint: String,
    directory: TempDir,
    formats: FormatRegistry,
    models: ModelRegistry,
}

impl Served {
    fn hub(&self) -> Hub {
        Hub {
            endpoint: self.endpoint.clone(),
            cache: self.directory.path().join("hub"),
            token: None,
            is_offline: false,
        }
    }

    fn models(&self) -> Models<'_> {
        Models {
            store: Store {
                root: self.directory.path().join("models"),
                formats: &self.formats,
                models: &self.models,
            },
            hub: self.hub(),
        }
    }

    fn resolve(&self, text: &str) -> Result<PathBuf, Error> {
        self.models().resolve(text, &mut |_| ())
    }

    /// The requests since this was last asked.
    fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.shelf.requests.lock().unwrap())
    }

    fn text(&self, error: &Error) -> String {
        let host = self.endpoint.trim_start_matches("http://");
        common::text(error, self.directory.path()).replace(host, "hub.example")
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn file_names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_needed_is_downloaded_once() {
    let served = Shelf::default()
        .fixture("org/name", "gpt2/tied", &["config.json", "model.safetensors"])
        .file("org/name/pytorch_model.bin", "not needed")
        .file("org/name/README.md", "not needed")
        .file("org/name/onnx/model.onnx", "not needed")
        .file("org/name/vocab.json", "{}")
        .serve();
    let path = served.resolve("org/name").unwrap();
    assert_eq!(
        file_names(&path),
        ["config.json", "model.safetensors", "vocab.json"]
    );
    let opened = served
        .formats
        .open(&path, &Default::default(), &served.models)
        .unwrap();
    assert_eq!(opened.model, "Gpt2");
    assert_eq!(served.requests().len(), 1 + 2 * 3);
    assert_eq!(served.resolve("org/name").unwrap(), path);
    assert!(
        served.requests().is_empty(),
        "what is here is not asked for again"
    );

    let entry = served
        .models()
        .add("org/name", None, Method::Copy, &mut |_| ())
        .unwrap();
    assert_eq!(entry.name, "name");
    assert!(!entry.path.join("model.safetensors").is_symlink());
    assert_eq!(
        served.requests().len(),
        1,
        "adding asks whether there is a newer one"
    );
}

#[test]
fn a_broken_connection_is_taken_up_where_it_broke() {
    let bytes: Vec<u8> = (0..300_000u32)
        .map(|number| number as u8 ^ (number >> 8) as u8)
        .collect();
    let shelf = Shelf::default().file("org/name/model-q4_0.gguf", bytes.clone());
    shelf
        .cuts
        .lock()
        .unwrap()
        .insert("org/name/model-q4_0.gguf".to_string(), 123_456);
    let served = shelf.serve();
    let mut begun = 0;
    let mut arrived = 0;
    let path = served
        .models()
        .resolve("org/name:Q4_0", &mut |progress| match progress {
            Progress::Started { bytes, .. } => {
                begun = bytes;
                arrived = 0;
            }
            Progress::Advanced(more) => arrived += more,
            Progress::Finished => {}
        });
    let path = path.unwrap();
    assert!(path.ends_with("model-q4_0.gguf"), "{}", path.display());
    assert!(std::fs::read(&path).unwrap() == bytes);
    assert_eq!((begun, arrived), (300_000, 300_000));
    let requests = served.requests();
    assert!(
        requests.iter().any(|request| request.ends_with("bytes=123456-")),
        "{requests:?}"
    );
}

#[test]
fn shards_are_downloaded_with_their_index() {
    let shards = [
        "pytorch_model-00001-of-00002.bin",
        "pytorch_model-00002-of-00002.bin",
        "pytorch_model.bin.index.json",
        "config.json",
    ];
    let served = Shelf::default()
        .fixture("org/name", "pytorch/bert/shards", &shards)
        .serve();
    let path = served.resolve("org/name@v2").unwrap();
    let opened = served
        .formats
        .open(&path, &Default::default(), &served.models)
        .unwrap();
    assert_eq!(opened.model, "Bert");
    std::fs::remove_file(path.join(shards[1])).unwrap();
    served.requests();
    assert_eq!(served.resolve("org/name@v2").unwrap(), path);
    assert_eq!(
        served.requests().len(),
        1 + 2,
        "only what is missing is asked for"
    );
}

#[test]
fn one_file_of_several_is_named() {
    let served = Shelf::default()
        .file("org/name/name-Q4_0.gguf", "four")
        .file("org/name/name-Q8_0.gguf", "eight")
        .file("org/name/IQ4_0/name.gguf", "other")
        .serve();
    let read = |text: &str| std::fs::read_to_string(served.resolve(text).unwrap()).unwrap();
    assert_eq!(read("org/name:q8_0"), "eight");
    assert_eq!(read("org/name:Q4_0"), "four");
    assert_eq!(read("org/name/IQ4_0/name.gguf"), "other");
}

#[test]
fn a_part_that_cannot_be_continued_is_dropped() {
    let served = Shelf::default().file("org/name/x.gguf", "bytes").serve();
    let blobs = served.directory.path().join("hub/models--org--name/blobs");
    std::fs::create_dir_all(&blobs).unwrap();
    let part = blobs.join(sha256(b"bytes")).with_extension("part");
    std::fs::write(&part, "bytes and more").unwrap();
    let path = served.resolve("org/name").unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "bytes");
}

#[test]
fn every_trouble_is_told() {
    let mut shelf = Shelf::default()
        .file("org/private/x.gguf", "secret")
        .file("org/spoiled/x.gguf", "as it was sent")
        .file("org/several/a-Q4_0.gguf", "a")
        .file("org/several/a-Q8_0.gguf", "b")
        .file("org/none/README.md", "about");
    shelf
        .tokens
        .insert("org/private".to_string(), "hf_right".to_string());
    shelf.spoiled.push("org/spoiled/x.gguf".to_string());
    let served = shelf.serve();
    let asked = |text: &str, change: &dyn Fn(&mut Hub)| {
        let mut hub = served.hub();
        change(&mut hub);
        let reference = Reference::parse(text).unwrap();
        hub.download(&reference, &mut |_| ()).unwrap_err()
    };
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let as_is = |_: &mut Hub| ();
    std::fs::write(served.directory.path().join("a file"), "").unwrap();
    let cases = [
        ("no such model", asked("org/nothing", &as_is)),
        ("no such revision", asked("org/several@v9", &as_is)),
        ("no such file", asked("org/several/b.gguf", &as_is)),
        ("no such quantisation", asked("org/several:Q2_K", &as_is)),
        ("several to choose from", asked("org/several", &as_is)),
        ("no weights", asked("org/none", &as_is)),
        ("no token", asked("org/private", &as_is)),
        (
            "a wrong token",
            asked("org/private", &|hub| hub.token = Some("hf_wrong".to_string())),
        ),
        ("spoiled on the way", asked("org/spoiled", &as_is)),
        (
            "a cache that cannot be written",
            asked("org/private", &|hub| {
                hub.token = Some("hf_right".to_string());
                hub.cache = served.directory.path().join("a file");
            }),
        ),
        ("offline", asked("org/several", &|hub| hub.is_offline = true)),
        (
            "no network",
            asked("org/several", &|hub| hub.endpoint = format!("http://{closed}")),
        ),
    ];
    let texts = cases.iter().map(|(case, error)| {
        let text = served.text(error).replace(&closed.to_string(), "closed.example");
        // What the operating system calls it is its own affair.
        let text: Vec<&str> = text
            .lines()
            .map(|line| line.split(": Connection Failed").next().unwrap())
            .collect();
        let text = text.join("\n");
        format!("## {case}\n{text}")
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n\n"));
    let mut hub = served.hub();
    hub.token = Some("hf_right".to_string());
    hub.download(&Reference::parse("org/private").unwrap(), &mut |_| ())
        .unwrap();
}

#[test]
fn references_are_read_strictly() {
    let parsed = |text: &str| {
        let reference = Reference::parse(text)?;
        assert_eq!(
            Reference::parse(&reference.to_string()),
            Some(reference.clone()),
            "{text}"
        );
        Some((reference.repository, reference.part, reference.revision))
    };
    let model = |part: Part, revision: &str| Some(("org/na.me-1".to_string(), part, revision.to_string()));
    assert_eq!(parsed("org/na.me-1"), model(Part::Whole, "main"));
    assert_eq!(parsed("org/na.me-1@refs/pr/2"), model(Part::Whole, "refs/pr/2"));
    assert_eq!(
        parsed("org/na.me-1:Q4_K_M@v1"),
        model(Part::Quantised("Q4_K_M".to_string()), "v1")
    );
    assert_eq!(
        parsed("org/na.me-1/sub/x.gguf"),
        model(Part::File("sub/x.gguf".to_string()), "main")
    );
    for wrong in [
        "",
        "name",
        "/org/name",
        "./org/name",
        "../name",
        "org/..",
        "org/name/",
        "org/name/x.bin",
        "org/name/../x.gguf",
        "org/name@",
        "org/name@../..",
        "org/na me",
        "org/name:",
        "org/name/x.gguf:Q4_0",
        "C:\\models\\x",
        "~/models/x",
    ] {
        assert_eq!(Reference::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn the_hubs_own_variables_are_read() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("token"), "hf_from_file\n").unwrap();
    let home = directory.path().to_str().unwrap();
    let hub = |variables: &[(&str, &str)]| {
        let value = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Hub::of_variables(&value).unwrap()
    };
    let usual = hub(&[("HF_HOME", home)]);
    assert_eq!(usual.endpoint, "https://huggingface.co");
    assert_eq!(usual.cache, directory.path().join("hub"));
    assert_eq!(usual.token.as_deref(), Some("hf_from_file"));
    assert!(!usual.is_offline);
    assert!(!format!("{usual:?}").contains("hf_from_file"));
    let given = hub(&[
        ("HF_HOME", home),
        ("HF_HUB_CACHE", "/elsewhere"),
        ("HF_TOKEN", "hf_given"),
        ("HF_ENDPOINT", "http://mirror/"),
        ("HF_HUB_OFFLINE", "1"),
    ]);
    assert_eq!(
        (given.endpoint.as_str(), given.cache.as_path()),
        ("http://mirror", Path::new("/elsewhere"))
    );
    assert_eq!(
        (given.token.as_deref(), given.is_offline),
        (Some("hf_given"), true)
    );
}
