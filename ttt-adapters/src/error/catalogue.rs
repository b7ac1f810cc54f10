//! The catalogue of mistakes in files.

use ttt_dsl::diagnostic::catalogue::{Catalogue, Chapter};

use super::codes;

/// Every code of files and formats.
pub static FILES: Catalogue = Catalogue {
    subject: "files",
    chapters: &[
        Chapter::new("A0", "Files and formats"),
        Chapter::new("A1", "safetensors"),
        Chapter::new("A2", "Shards"),
        Chapter::new("A3", "Configurations"),
        Chapter::new("A4", "Weights"),
        Chapter::new("A5", "Params"),
        Chapter::new("A6", "GGUF"),
        Chapter::new("A7", "PyTorch files"),
        Chapter::new("A8", "The store and the hub"),
        Chapter::new("A9", "Tokenizers and chat templates"),
    ],
    codes: codes::TABLE,
    pages: PAGES,
};

static PAGES: &[(&str, &str)] = ttt_dsl::pages! {
    "A001" "A002" "A003" "A004" "A005" "A006" "A007" "A009" "A010" "A011" "A012" "A013" "A014" "A015"
    "A101" "A102" "A103" "A104" "A105" "A106" "A107" "A108" "A109" "A110" "A111"
    "A201" "A202" "A203" "A204"
    "A301" "A302" "A303" "A304" "A305" "A306"
    "A401" "A402" "A403" "A404" "A405" "A406" "A407" "A408" "A409"
    "A501" "A502" "A503" "A504" "A505" "A506" "A507"
    "A601" "A602" "A603" "A604" "A605" "A606" "A607" "A608" "A609" "A610" "A611" "A612" "A613" "A614" "A615"
    "A701" "A702" "A703" "A704" "A705" "A706" "A707" "A708"
    "A801" "A802" "A803" "A804" "A805" "A806" "A811" "A812" "A813" "A814" "A815" "A816"
    "A901" "A902" "A903" "A904" "A905" "A906" "A907" "A908" "A909" "A910" "A911" "A912"
};
