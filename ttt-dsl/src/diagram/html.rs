//! A page that stands alone: nothing is fetched.

use super::Diagram;
use super::svg::{escaped, style};

const PAGE: &str = include_str!("page.html");
const PAGE_STYLE: &str = include_str!("page.css");
const PLACE: &str = include_str!("place.js");
const SCRIPT: &str = include_str!("page.js");

/// The page of a diagram.
pub fn html(diagram: &Diagram) -> Result<String, serde_json::Error> {
    // A tag that ends the script may not stand in the data.
    let data = serde_json::to_string(diagram)?.replace("</", "<\\/");
    let pieces = [
        ("{{title}}", escaped(&diagram.model)),
        ("{{diagram.css}}", style()),
        ("{{page.css}}", PAGE_STYLE.to_string()),
        ("{{page.js}}", format!("{PLACE}{SCRIPT}")),
        ("{{data}}", data),
    ];
    let page = pieces.into_iter().fold(PAGE.to_string(), |page, (mark, piece)| {
        page.replacen(mark, &piece, 1)
    });
    Ok(page)
}
