//! The store: models by name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;
use ttt_adapters::Error;
use ttt_adapters::hub::{Hub, Progress};
use ttt_adapters::registry::{FormatRegistry, ModelRegistry};
use ttt_adapters::store::{Entry, FileState, Method, Models, Placement, Store};

/// A store in a directory of its own.
struct Place {
    directory: TempDir,
    formats: FormatRegistry,
    models: ModelRegistry,
}

impl Place {
    fn new() -> Place {
        Place {
            directory: tempfile::tempdir().unwrap(),
            formats: FormatRegistry::default(),
            models: common::families(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn store(&self) -> Store<'_> {
        Store {
            root: self.path("models"),
            formats: &self.formats,
            models: &self.models,
        }
    }

    fn models(&self) -> Models<'_> {
        Models {
            store: self.store(),
            hub: Hub {
                endpoint: "https://hub.example".to_string(),
                cache: self.path("hub"),
                token: None,
                is_offline: true,
            },
        }
    }

    /// A folder outside of the store with a checkpoint in it.
    fn checkpoint(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        std::fs::create_dir(&folder).unwrap();
        for file in ["config.json", "model.safetensors"] {
            std::fs::copy(common::fixture("gpt2/tied").join(file), folder.join(file)).unwrap();
        }
        std::fs::write(folder.join("optimizer.pt"), "not needed").unwrap();
        folder
    }

    /// A model in the hub's cache, as its own tools leave it there.
    fn download(&self, folder: &str) {
        let folder = self.path("hub").join(folder);
        let snapshot = folder.join("snapshots/0123abcd");
        for path in [&folder.join("refs"), &snapshot] {
            std::fs::create_dir_all(path).unwrap();
        }
        std::fs::write(folder.join("refs/main"), "0123abcd").unwrap();
        for file in ["config.json", "model.safetensors"] {
            std::fs::copy(common::fixture("gpt2/tied").join(file), snapshot.join(file)).unwrap();
        }
    }

    fn add(&self, source: &Path, name: &str, method: Method) -> Result<Entry, Error> {
        self.store().add(source, name, method, &mut |_| ())
    }

    fn text(&self, error: &Error) -> String {
        common::text(error, self.directory.path())
    }
}

#[test]
fn a_copy_is_the_models_files_and_opens_by_its_name() {
    let place = Place::new();
    let source = place.checkpoint("source");
    let mut bytes = 0;
    let entry = place
        .store()
        .add(&source, "mine", Method::Copy, &mut |progress| {
            if let Progress::Advanced(more) = progress {
                bytes += more;
            }
        })
        .unwrap();
    assert_eq!(entry.path, place.path("models/mine"));
    assert_eq!((entry.placement, entry.bytes), (Placement::Copied, bytes));
    assert_eq!(
        (entry.format.as_deref(), entry.family.as_deref()),
        (Some("hf"), Some("Gpt2"))
    );
    assert!(!entry.path.join("optimizer.pt").exists());
    std::fs::remove_dir_all(source).unwrap();
    assert_eq!(place.store().list(), [entry]);
    let path = place.models().resolve("mine", &mut |_| ()).unwrap();
    let opened = place
        .formats
        .open(&path, &Default::default(), &place.models)
        .unwrap();
    assert_eq!(opened.model, "Gpt2");
}

#[test]
fn checksums_are_those_of_sha256sum() {
    let place = Place::new();
    let source = common::fixture("pytorch/wrapped.safetensors");
    let entry = place.add(&source, "lone", Method::Copy).unwrap();
    // sha256sum tests/fixtures/pytorch/wrapped.safetensors
    assert_eq!(
        entry.sha256.as_deref(),
        Some("2918aebc08918d0e00a6afbac72b98a089c6f502a3cbf6b405dfa38b2ed337ee")
    );
    let entry = place
        .add(&common::fixture("pytorch/bert/shards"), "shards", Method::Link)
        .unwrap();
    // cd tests/fixtures/pytorch/bert/shards && sha256sum * | sha256sum
    assert_eq!(
        entry.sha256.as_deref(),
        Some("befc87a6c66b3d951dd45230b06ad839f77e2a77333cae18047829415a858ba1")
    );
}

#[test]
fn removing_a_link_leaves_what_it_leads_to() {
    let place = Place::new();
    let source = place.checkpoint("source");
    place.add(&source, "linked", Method::Link).unwrap();
    assert_eq!(place.store().path("linked").unwrap(), source);
    let removed = place.store().remove("linked").unwrap();
    assert_eq!(removed.placement, Placement::Linked);
    assert!(source.join("model.safetensors").is_file());
    assert!(place.store().list().is_empty());
}

#[cfg(unix)]
#[test]
fn removing_a_symbolic_link_leaves_what_it_leads_to() {
    let place = Place::new();
    let source = place.checkpoint("source");
    std::fs::create_dir(place.path("models")).unwrap();
    std::os::unix::fs::symlink(&source, place.path("models/linked")).unwrap();
    assert_eq!(place.store().list()[0].family.as_deref(), Some("Gpt2"));
    place.store().remove("linked").unwrap();
    assert!(source.join("model.safetensors").is_file());
    assert!(place.store().names().is_empty());
}

#[test]
fn what_others_put_there_is_listed_and_removed() {
    let place = Place::new();
    let fetched = place.path("models/fetched");
    std::fs::create_dir_all(&fetched).unwrap();
    std::fs::copy(
        common::fixture("pytorch/bert/whole/pytorch_model.bin"),
        fetched.join("weights.bin"),
    )
    .unwrap();
    std::fs::write(fetched.join("README.md"), "about").unwrap();
    std::fs::create_dir(place.path("models/.half.x7f")).unwrap();
    let listed = place.store().list();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].name.as_str(), listed[0].placement),
        ("fetched", Placement::Found)
    );
    // The folder is no model, but the one file in it that is.
    assert_eq!(listed[0].path, fetched.join("weights.bin"));
    assert_eq!(
        (listed[0].format.as_deref(), &listed[0].sha256),
        (Some("pytorch"), &None)
    );
    assert!(place.store().verify("fetched", &mut |_| ()).is_err());
    let noted = place
        .models()
        .add("fetched", None, Method::Copy, &mut |_| ())
        .unwrap();
    assert!(noted.sha256.is_some());
    assert_eq!(
        (noted.placement, &noted.path),
        (Placement::Found, &listed[0].path)
    );
    assert!(place.store().verify("fetched", &mut |_| ()).unwrap().is_sound());
    place.store().remove("fetched").unwrap();
    assert!(!fetched.exists());
}

#[test]
fn of_a_folder_that_is_no_model_the_one_in_it_is_added() {
    let place = Place::new();
    let folder = place.path("downloads");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(
        common::fixture("pytorch/bert/whole/pytorch_model.bin"),
        folder.join("bert.pt"),
    )
    .unwrap();
    std::fs::write(folder.join("notes.txt"), "about").unwrap();
    let entry = place.add(&folder, "bert", Method::Copy).unwrap();
    assert_eq!(entry.path, place.path("models/bert/bert.pt"));
    assert_eq!(place.store().path("bert").unwrap(), entry.path);
}

#[test]
fn a_changed_file_is_told() {
    let place = Place::new();
    place
        .add(&place.checkpoint("source"), "mine", Method::Copy)
        .unwrap();
    assert!(place.store().verify("mine", &mut |_| ()).unwrap().is_sound());
    std::fs::write(place.path("models/mine/config.json"), "{}").unwrap();
    std::fs::remove_file(place.path("models/mine/model.safetensors")).unwrap();
    let verification = place.store().verify("mine", &mut |_| ()).unwrap();
    assert!(matches!(verification.files[0].1, FileState::Changed { .. }));
    assert_eq!(verification.files[1].1, FileState::Missing);
}

#[test]
fn two_that_add_at_once_do_not_disturb_each_other() {
    let place = Place::new();
    let source = place.checkpoint("source");
    let add = |name: String| place.add(&source, &name, Method::Copy);
    let results: Vec<Result<Entry, Error>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..12)
            .map(|index| scope.spawn(move || add(format!("model-{}", index % 6))))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 6);
    let listed = place.store().list();
    assert_eq!(listed.len(), 6);
    for entry in listed {
        assert!(place.store().verify(&entry.name, &mut |_| ()).unwrap().is_sound());
    }
    let left: Vec<_> = std::fs::read_dir(place.path("models")).unwrap().collect();
    assert_eq!(left.len(), 6, "nothing half done is left");
}

#[test]
fn a_path_wins_over_a_stored_name_and_that_over_the_hub() {
    let place = Place::new();
    let source = place.checkpoint("source");
    let stored = place.add(&source, "stored", Method::Copy).unwrap();
    let snapshot = place.path("hub/models--org--stored/snapshots/c0ffee");
    std::fs::create_dir_all(snapshot.parent().unwrap()).unwrap();
    std::fs::rename(place.checkpoint("downloaded"), &snapshot).unwrap();
    let refs = place.path("hub/models--org--stored/refs");
    std::fs::create_dir(&refs).unwrap();
    std::fs::write(refs.join("main"), "c0ffee").unwrap();
    let models = place.models();
    let resolve = |text: &str| models.resolve(text, &mut |_| ()).unwrap();
    assert_eq!(resolve(source.to_str().unwrap()), source);
    assert_eq!(resolve("stored"), stored.path);
    assert_eq!(resolve("org/stored"), snapshot);
    assert_eq!(resolve("org/stored@c0ffee"), snapshot);
    let listed: Vec<(String, Placement)> = models
        .list()
        .into_iter()
        .map(|entry| (entry.name, entry.placement))
        .collect();
    assert_eq!(
        listed,
        [
            ("stored".to_string(), Placement::Copied),
            ("org/stored".to_string(), Placement::Hub)
        ]
    );
    assert!(models.remove("org/stored").is_err());
    assert!(snapshot.exists());
}

#[test]
fn an_index_cannot_reach_out_of_its_folder() {
    let place = Place::new();
    let source = place.checkpoint("source");
    std::fs::remove_file(source.join("model.safetensors")).unwrap();
    std::fs::write(place.path("secret"), "secret").unwrap();
    let index = r#"{"weight_map": {"a": "../secret"}}"#;
    std::fs::write(source.join("model.safetensors.index.json"), index).unwrap();
    assert!(place.add(&source, "mine", Method::Copy).is_err());
    assert!(place.store().names().is_empty());
}

#[test]
fn every_mistake_is_told() {
    let place = Place::new();
    let source = place.checkpoint("source");
    place.add(&source, "llama-small", Method::Link).unwrap();
    let gone = place.checkpoint("gone");
    place.add(&gone, "gone", Method::Link).unwrap();
    std::fs::remove_dir_all(gone).unwrap();
    std::fs::create_dir(place.path("models/damaged")).unwrap();
    std::fs::write(place.path("models/damaged/.ttt-model.json"), "{\"version\": 1}").unwrap();
    std::fs::create_dir(place.path("empty")).unwrap();
    place.download("models--org--name");
    let models = place.models();
    let store = place.store();
    let resolve = |text: &str| models.resolve(text, &mut |_| ()).unwrap_err();
    let cases = [
        ("near a stored name", resolve("llama-smal")),
        ("far from all", resolve("x")),
        ("not here, and offline", resolve("org/name@v2")),
        ("a path that is not there", resolve("./some/where/model.gguf")),
        (
            "a name with a separator",
            place.add(&source, "a/b", Method::Link).unwrap_err(),
        ),
        (
            "a name that climbs",
            place.add(&source, "..", Method::Link).unwrap_err(),
        ),
        (
            "taken",
            place.add(&source, "llama-small", Method::Copy).unwrap_err(),
        ),
        (
            "no model",
            place
                .add(&place.path("empty"), "empty", Method::Copy)
                .unwrap_err(),
        ),
        (
            "not there",
            place.add(&place.path("nowhere"), "n", Method::Copy).unwrap_err(),
        ),
        ("removing outside", store.remove("../source").unwrap_err()),
        ("removing what is not", store.remove("lama-small").unwrap_err()),
        (
            "removing what the hub keeps",
            models.remove("org/name").unwrap_err(),
        ),
        ("a link to nothing", store.path("gone").unwrap_err()),
        ("a damaged note", store.path("damaged").unwrap_err()),
    ];
    let texts = cases
        .iter()
        .map(|(case, error)| format!("## {case}\n{}", place.text(error)));
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n\n"));
    let listed = store.list();
    let problems = listed.iter().filter(|entry| entry.problem.is_some());
    assert_eq!(
        problems.map(|entry| entry.name.as_str()).collect::<Vec<_>>(),
        ["damaged", "gone"]
    );
}
