//! Where the hub is, and where its files are kept.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::{Error, Problem, codes};
use crate::file;

/// The hub as this user reaches it.
#[derive(Clone)]
pub struct Hub {
    /// `https://huggingface.co`, or what stands in for it.
    pub endpoint: String,
    /// The folder of the downloaded files.
    pub cache: PathBuf,
    /// What shows who asks, for models that not everyone may have.
    pub token: Option<String>,
    /// Never asks the network.
    pub is_offline: bool,
}

impl std::fmt::Debug for Hub {
    /// Everything but the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub")
            .field("endpoint", &self.endpoint)
            .field("cache", &self.cache)
            .field("token", &self.token.as_ref().map(|_| "…"))
            .field("is_offline", &self.is_offline)
            .finish()
    }
}

impl Hub {
    /// What the environment says, in the hub's own variables: `HF_ENDPOINT`; `HF_HUB_CACHE`, else `hub` in `HF_HOME`, else
    /// in `huggingface` in the user's cache directory; `HF_TOKEN`, else the file `HF_TOKEN_PATH`, else `token` in `HF_HOME`;
    /// `HF_HUB_OFFLINE`.
    pub fn of_environment() -> Result<Hub, Error> {
        Hub::of_variables(&|name| std::env::var_os(name))
    }

    /// [`Hub::of_environment`] with variables from elsewhere.
    pub fn of_variables(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Hub, Error> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let text = |name: &str| set(name).map(|value| value.to_string_lossy().trim().to_string());
        let home = set("HF_HOME").map(PathBuf::from).or_else(|| {
            let cache = set("XDG_CACHE_HOME").map(PathBuf::from);
            let cache = cache.or_else(|| Some(dirs::home_dir()?.join(".cache")));
            cache.map(|cache| cache.join("huggingface"))
        });
        let home = home.ok_or_else(|| {
            Problem::new(
                codes::NOT_FOUND,
                "there is no home directory to keep the hub's files in",
            )
            .help("set HF_HOME to a folder")
        })?;
        let token_path = set("HF_TOKEN_PATH").map_or_else(|| home.join("token"), PathBuf::from);
        let token = match text("HF_TOKEN") {
            Some(token) => Some(token),
            None if token_path.is_file() => Some(file::read_text(&token_path)?.trim().to_string()),
            None => None,
        };
        let endpoint = text("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_string());
        let is_yes = |value: String| ["1", "on", "yes", "true"].contains(&value.to_lowercase().as_str());
        Ok(Hub {
            endpoint: endpoint.trim_end_matches('/').to_string(),
            cache: set("HF_HUB_CACHE").map_or_else(|| home.join("hub"), PathBuf::from),
            token: token.filter(|token| !token.is_empty()),
            is_offline: text("HF_HUB_OFFLINE").is_some_and(is_yes),
        })
    }

    /// The hub's host, for messages.
    pub(super) fn host(&self) -> &str {
        let address = self.endpoint.split("://").last().unwrap_or(&self.endpoint);
        address.split('/').next().unwrap_or(address)
    }
}
