//! Formatting changes blanks and line breaks, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod generator;

use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use proptest::prelude::*;
use ttt_dsl::parse::parse_text;
use ttt_dsl::toml::parse_toml;
use ttt_dsl::{format, print};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn every_text_keeps_its_meaning_and_is_formatted_once(
        spec in generator::spec(),
        gaps in prop::collection::vec(0..GAPS.len() * 6, 1..40),
    ) {
        let printed = print::rust(&spec);
        for text in [printed.clone(), scattered(&printed, &gaps)] {
            let formatted = format::text(&text).unwrap();
            prop_assert_eq!(tokens(&formatted), tokens(&text), "{}\nfrom\n{}", formatted, text);
            prop_assert_eq!(comments(&formatted), comments(&text), "{}\nfrom\n{}", formatted, text);
            prop_assert_eq!(&parse_text(&formatted).spec, &spec, "{}\nfrom\n{}", formatted, text);
            let again = format::text(&formatted).unwrap();
            prop_assert_eq!(again, formatted, "from\n{}", text);
        }
    }
}

#[test]
fn shipped_texts_are_formatted() {
    for path in shipped(&["ttt-dsl/src/std", "ttt-dsl/tests/examples"], "ttt") {
        let text = std::fs::read_to_string(&path).unwrap();
        same(&path, &format::text(&text).unwrap(), &text);
    }
    for path in shipped(
        &["ttt-dsl/tests/examples", "tests/schemas", "ttt/examples"],
        "toml",
    ) {
        let text = std::fs::read_to_string(&path).unwrap();
        same(&path, &format::toml(&text).unwrap(), &text);
    }
    let folders = ["models/src", "ttt/examples", "ttt/template", "tests/tests"];
    for path in shipped(&folders, "rs") {
        let text = std::fs::read_to_string(&path).unwrap();
        same(&path, &format::rust_file(&text).unwrap(), &text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn toml_keeps_its_meaning_and_is_formatted_once(
        spec in generator::spec(),
        ends in prop::collection::vec(0..ENDS.len() * 2, 1..20),
    ) {
        let printed = print::toml(&spec);
        for text in [printed.clone(), loosened(&printed, &ends)] {
            let formatted = format::toml(&text).unwrap();
            prop_assert_eq!(comments(&formatted), comments(&text), "{}\nfrom\n{}", formatted, text);
            prop_assert_eq!(&parse_toml(&formatted).spec, &spec, "{}\nfrom\n{}", formatted, text);
            let again = format::toml(&formatted).unwrap();
            prop_assert_eq!(again, formatted, "from\n{}", text);
        }
    }
}

#[test]
fn a_line_that_fits_is_one_and_groups_stay_groups() {
    assert_snapshot!(format::text(CROWDED).unwrap());
}

#[test]
fn rust_around_a_model_is_left_alone() {
    let text =
        "fn  main( ) {\n  ttt::model!{model A{params{dim=1} x:Vector(dim);forward()->[dim]{x}}}\n\n\n}\n";
    assert_snapshot!(format::rust_file(text).unwrap());
}

#[test]
fn what_does_not_parse_is_refused_where_it_stands() {
    let text = "fn a() {}\nttt::model! { model A { params { dim = } } }\n";
    let refused = format::rust_file(text).unwrap_err();
    let place = refused.report.diagnostics[0].place;
    assert_eq!(
        refused.places.range(place),
        Some(text.find("} } }").unwrap()..text.find("} } }").unwrap() + 1)
    );
}

#[test]
fn the_texts_of_toml_are_formatted_too() {
    assert_snapshot!(format::toml(LOOSE).unwrap());
}

#[test]
fn a_difference_names_its_lines() {
    assert_snapshot!(format::difference(
        "a\nb\n  cc\ndd\nee\n",
        "a\nb\ncc\ndd\nee\n\nff\n"
    ));
}

const LOOSE: &str = r#"
#:schema ttt.schema.json


  # Before.
[ block.Layer ]   # at a header
  args=[ "dim","heads=4" , { param="eps:Float" , doc="a  doc" } ,]
let.half   =   "dim/2" # trails
parts . a = 'Linear(dim,dim) if heads>1'
forward.sig="(x:[B,T,dim])->[B,T,dim]"
forward.do=["let(x,y)=a(x)[:,0 : 1]",
   "x"]
[leaf.Gate]
args = [
  # a comment
  "dim" , ]
weights.weight = "tieable[dim,dim]"
forward = "(x:[..,dim]) -> [..,dim]"



[model.M]
params={vocab=7,dim="2*3",eps="Float=1e-5"}
"#;

const CROWDED: &str = r#"
// Before everything.
enum  Gate{open,shut( "closed" ) ,}
/// A layer.
block Layer(dim,heads=4,eps:Float=1e-5)   { // why
    require dim%heads==0&&( heads>-1||! (dim==2) ) ,"the heads divide the dimensions, and there are many more of them than none";
    let head_dim=dim/heads;


    norm:LayerNorm(dim,eps:eps) if heads>1;
    h:[|i|Mlp(dim,hidden:if i%2==0{dim}else{-dim});heads]; // the feed-forward layers
    // The result.
    forward(x:[B,T,dim],mask:Bool[..]=1,another_input_of_it:[B,T,dim],and_another:[B,T,dim])->(y:[B,T,dim],z:[B]){
        let(a,b)=norm(x)[:,-1,0 : 2];let c=rearrange(a + b * norm(x) - h(x), "b t (h d) -> b h t d", h: heads, w: head_dim, z: 4);
        let d = if heads>1 { let e=a; e } else if (heads==1){
            b }
        else { c };
        (d,
         // a comment among entries
         c)
    }
}
model Of extends Other{
    preset wide{dim:1,heads:2}
    preset wider{dim:1000000000000,heads:2000000000000,eps:0.000000000001,another:1000000000,yet_another:1000000000000,third:1}
    replace h with[Layer(dim) ;heads];
    config hf("of"){dim:"dim" or-1,eps:"a key whose name is very long indeed" or "another key whose name is very long" or "a third",
    expect "a"= 1|2,}
    weights hf(linear:in_out){"h.{i}"=>h[i].q via add(-1.0),"x"=>(a.b,c)}
    tie a /* odd */ .weight=b.weight;
}
"#;

/// What may stand at the end of a line of TOML.
const ENDS: [&str; 6] = ["", "   ", " # a note", "\n", "\n\n\n", "\n   # a line"];

/// The text with other ends of lines, unless it has texts of several lines.
fn loosened(text: &str, ends: &[usize]) -> String {
    let mut loosened = String::new();
    let whole = text.contains("\"\"\"") || text.contains("'''");
    for (number, line) in text.lines().enumerate() {
        let end = ENDS.get(ends[number % ends.len()]).filter(|_| !whole);
        loosened.push_str(line);
        loosened.push_str(end.unwrap_or(&""));
        loosened.push('\n');
    }
    loosened
}

/// What may stand between two tokens.
const GAPS: [&str; 7] = [
    " ",
    "\n",
    "\n\n",
    "   ",
    " // a note\n",
    " /* a note */ ",
    "\n// a line\n\n",
];

/// The text with other blanks and comments between its tokens. Most gaps are single blanks.
fn scattered(text: &str, gaps: &[usize]) -> String {
    let mut scattered = String::new();
    for (number, (token, joint)) in leaves(text).into_iter().enumerate() {
        let documents = token.starts_with("//");
        if documents {
            scattered.push('\n');
        }
        scattered.push_str(&token);
        let gap = GAPS.get(gaps[number % gaps.len()]).copied().unwrap_or(" ");
        match (documents, joint) {
            (true, _) => scattered.push('\n'),
            (_, true) => {}
            _ => scattered.push_str(gap),
        }
    }
    scattered
}

fn tokens(text: &str) -> Vec<String> {
    leaves(text).into_iter().map(|(token, _)| token).collect()
}

/// The tokens of a text, brackets apart, each with whether the next must touch it.
fn leaves(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    flatten(text.parse().unwrap(), text, &mut found);
    found
}

fn flatten(tokens: TokenStream, text: &str, found: &mut Vec<(String, bool)>) {
    let mut end = 0;
    for token in tokens {
        let range = token.span().byte_range();
        if range.start < end {
            continue;
        }
        end = range.end;
        let source = &text[range];
        match token {
            _ if source.starts_with("//") => found.push((source.to_owned(), false)),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    _ => ("{", "}"),
                };
                found.push((open.to_owned(), false));
                flatten(group.stream(), text, found);
                found.push((close.to_owned(), false));
            }
            TokenTree::Punct(mark) => found.push((source.to_owned(), mark.spacing() == Spacing::Joint)),
            _ => found.push((source.to_owned(), false)),
        }
    }
}

/// The comments of a text that has none in quotes.
fn comments(text: &str) -> Vec<&'static str> {
    let marks = ["// a note", "/* a note */", "// a line", "# a note", "# a line"];
    let mut found: Vec<(usize, &str)> = marks
        .into_iter()
        .flat_map(|mark| text.match_indices(mark).map(move |(at, _)| (at, mark)))
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, mark)| mark).collect()
}

/// The files of these folders with this ending.
fn shipped(folders: &[&str], ending: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false if path.extension().is_some_and(|found| found == ending) => found.push(path),
                false => {}
            }
        }
    }
    assert!(!found.is_empty());
    found
}

fn same(path: &Path, formatted: &str, text: &str) {
    assert!(
        formatted == text,
        "{} is not formatted; `ttt fmt` writes\n{formatted}",
        path.display()
    );
}
