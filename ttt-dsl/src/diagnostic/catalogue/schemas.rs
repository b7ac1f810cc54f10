//! The catalogue of mistakes in schemas.

use super::{Catalogue, Chapter};
use crate::diagnostic::codes;

/// Every code of the parser and the checker.
pub static SCHEMAS: Catalogue = Catalogue {
    subject: "schemas",
    chapters: &[
        Chapter::new("T0", "Syntax"),
        Chapter::new("T1", "Names"),
        Chapter::new("T2", "Params, kinds and arguments"),
        Chapter::new("T3", "Shapes and element types"),
        Chapter::new("T4", "Conditions, presets and defaults"),
        Chapter::new("T5", "Ties, heads, losses and extends"),
        Chapter::new("T6", "Config tables"),
        Chapter::new("T7", "Weights tables"),
        Chapter::new("T8", "Checkpoints"),
        Chapter::new("T9", "Transforms"),
        Chapter::new("T9", "Transforms"),
    ],
    codes: codes::TABLE,
    pages: PAGES,
};

static PAGES: &[(&str, &str)] = crate::pages! {
    "T001" "T002" "T003" "T004" "T005" "T006" "T007" "T008" "T009" "T010" "T011" "T012"
    "T101" "T102" "T103" "T104" "T105" "T106" "T107" "T108" "T109" "T110" "T111" "T112" "T113"
    "T201" "T202" "T203" "T204" "T205" "T206" "T207" "T208" "T209" "T210" "T211"
    "T301" "T302" "T303" "T304" "T305" "T306" "T307" "T308" "T309" "T310" "T311" "T312" "T313" "T314" "T315" "T316"
    "T317" "T318" "T319" "T320" "T321" "T322" "T323"
    "T401" "T402" "T403" "T404" "T405" "T406"
    "T501" "T502" "T503" "T504" "T505" "T506" "T507" "T508" "T509" "T510" "T511" "T512" "T513" "T514" "T515" "T516"
    "T601" "T602" "T603" "T604" "T605" "T606"
    "T701" "T702" "T703" "T704" "T705" "T706" "T707" "T708" "T709" "T710" "T711" "T712"
    "T801" "T802" "T803" "T804"
    "T901" "T902"
    "T901" "T902"
};
