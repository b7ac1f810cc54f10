//! What to say when the hub cannot be asked, or does not give what was asked for.

use std::io;

use hf_hub::api::sync::ApiError;

use super::{Hub, Reference};
use crate::error::{Error, Problem, codes};
use crate::file;

/// Why a request came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The hub answered with this status.
    Status(u16),
    /// The connection was not made, or broke.
    Connection(String),
    /// What was downloaded earlier is no beginning of the file.
    StalePart,
    /// The cache cannot be written.
    Disk(io::Error),
    /// Another program is downloading the same file.
    Locked,
    /// Anything else.
    Other(String),
}

/// "Range not satisfiable": there is nothing after what is here already.
const NO_MORE_BYTES: u16 = 416;

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Failure {
        let text = error.to_string();
        match error {
            ApiError::RequestError(error) => match error.into_response().map(|response| response.status()) {
                Some(NO_MORE_BYTES) => Failure::StalePart,
                Some(status) => Failure::Status(status),
                None => Failure::Connection(text),
            },
            ApiError::IoError(error) if is_of_disk(error.kind()) => Failure::Disk(error),
            ApiError::IoError(_) => Failure::Connection(text),
            ApiError::LockAcquisition(_) => Failure::Locked,
            ApiError::InvalidResume => Failure::StalePart,
            _ => Failure::Other(text),
        }
    }
}

impl Failure {
    /// Whether asking again may help.
    pub fn is_passing(&self) -> bool {
        match self {
            Failure::Connection(_) | Failure::StalePart | Failure::Locked => true,
            Failure::Status(status) => *status == 429 || *status >= 500,
            Failure::Disk(_) | Failure::Other(_) => false,
        }
    }

    /// The error that says so.
    pub fn told(self, hub: &Hub, reference: &Reference) -> Error {
        let host = hub.host();
        let problem = match self {
            Failure::Status(404) => Problem::new(
                codes::HUB_ABSENT,
                format!(
                    "{host} has no `{}`, or not at this revision",
                    reference.repository
                ),
            )
            .found(format!("revision {}", reference.revision))
            .help("check the spelling of the name and of what stands after @"),
            Failure::Status(401 | 403) => Problem::new(
                codes::HUB_REFUSED,
                format!("{host} does not give out `{}`", reference.repository),
            )
            .found(if hub.token.is_some() {
                "a token that may not read it"
            } else {
                "no token"
            })
            .help(format!(
                "check the spelling; if access must be granted, ask for it on {}/{} and set HF_TOKEN",
                hub.endpoint, reference.repository
            )),
            Failure::Status(status) => {
                broken_problem(hub, reference, &format!("it answers with status {status}"))
            }
            Failure::Disk(error) => return file::unreadable(&hub.cache, &error),
            Failure::Locked => Problem::new(
                codes::HUB_BROKEN,
                format!("another program is downloading `{}`", reference.repository),
            )
            .file(&hub.cache)
            .help("wait until it is done"),
            Failure::StalePart => {
                broken_problem(hub, reference, "it does not take a broken download up again")
            }
            Failure::Other(what) => broken_problem(hub, reference, &what),
            Failure::Connection(what) => {
                Problem::new(codes::HUB_UNREACHABLE, format!("{host} cannot be reached"))
                    .found(what)
                    .expected(format!("a connection to {}", hub.endpoint))
                    .help(by_hand(reference))
            }
        };
        problem.into()
    }
}

/// Whether reading or writing files fails like this, rather than a connection.
fn is_of_disk(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{
        AlreadyExists, IsADirectory, NotADirectory, NotFound, PermissionDenied, QuotaExceeded,
        ReadOnlyFilesystem, StorageFull,
    };
    matches!(
        kind,
        AlreadyExists
            | IsADirectory
            | NotADirectory
            | NotFound
            | PermissionDenied
            | QuotaExceeded
            | ReadOnlyFilesystem
            | StorageFull
    )
}

/// The error for a model that is not here when the network may not be asked.
pub(super) fn offline(hub: &Hub, reference: &Reference) -> Error {
    Problem::new(
        codes::HUB_OFFLINE,
        format!(
            "`{reference}` is not here, and HF_HUB_OFFLINE forbids asking {}",
            hub.host()
        ),
    )
    .file(&hub.cache)
    .help(format!("unset HF_HUB_OFFLINE, or {}", by_hand(reference)))
    .into()
}

/// The error for an answer that makes no sense.
pub(super) fn broken(hub: &Hub, reference: &Reference, what: &str) -> Error {
    broken_problem(hub, reference, what).into()
}

fn broken_problem(hub: &Hub, reference: &Reference, what: &str) -> Problem {
    Problem::new(
        codes::HUB_BROKEN,
        format!(
            "{} does not give `{}` as it should",
            hub.host(),
            reference.repository
        ),
    )
    .found(what)
    .help(format!("try again later, or {}", by_hand(reference)))
}

fn by_hand(reference: &Reference) -> String {
    format!(
        "download the files of {} on a machine that reaches it, bring them here, and add the folder: \
         ttt models add FOLDER --name {}",
        reference.repository,
        reference.name()
    )
}
