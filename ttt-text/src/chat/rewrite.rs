//! Templates are text, so what minijinja cannot be told is written into them.
//!
//! A loop that doubles a string takes all memory in thirty steps, which no count of instructions notices. So the left
//! side of every `~` and `+` goes through a filter that counts its length, and that of every `*` through another. And
//! `{% generation %}`, which marks the assistant's words for training, becomes a condition that holds.

/// The filter that counts what is joined.
pub const JOINED: &str = "ttt_joined";
/// The filter that counts what is repeated.
pub const REPEATED: &str = "ttt_repeated";

/// Words after which a sign is not an operator.
const KEYWORDS: [&str; 9] = ["if", "else", "elif", "in", "and", "or", "not", "is", "return"];

/// The template with its operators counted.
pub fn bounded(template: &str) -> String {
    let mut output = String::with_capacity(template.len() + template.len() / 8);
    let mut rest = template;
    while let Some(start) = rest.find(['{']) {
        let (before, tag) = rest.split_at(start);
        output += before;
        let end = match tag.as_bytes().get(1) {
            Some(b'#') => tag.find("#}").map_or(tag.len(), |end| end + 2),
            Some(b'{' | b'%') => expression_end(tag),
            _ => 1,
        };
        let (tag, after) = tag.split_at(end);
        match tag.as_bytes().get(1) {
            Some(b'{' | b'%') => output += &rewrite_tag(tag),
            _ => output += tag,
        }
        rest = after;
        if is_statement(tag, "raw") {
            let end = raw_end(rest);
            output += &rest[..end];
            rest = &rest[end..];
        }
    }
    output + rest
}

/// Where a tag ends: after `}}` or `%}` outside strings.
fn expression_end(tag: &str) -> usize {
    let close: &[u8] = if tag.starts_with("{{") { b"}}" } else { b"%}" };
    let bytes = tag.as_bytes();
    let mut quote = None;
    let mut depth = 0usize;
    let mut at = 2;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(bytes[at]),
            (None, b'{') => depth += 1,
            (None, b'}') if depth > 0 => depth -= 1,
            (None, _) if bytes[at..].starts_with(close) => return at + 2,
            _ => {}
        }
        at += 1;
    }
    tag.len()
}

fn rewrite_tag(tag: &str) -> String {
    for (name, becomes) in [("generation", "if true"), ("endgeneration", "endif")] {
        if is_statement(tag, name) {
            return tag.replacen(name, becomes, 1);
        }
    }
    let mut output = String::with_capacity(tag.len());
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in tag.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if character == '\\' => escaped = true,
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None => match character {
                '\'' | '"' => quote = Some(character),
                '~' | '+' | '*' if is_operator(&tag[..at], &tag[at + 1..]) => {
                    output += "|";
                    output += &counter(character, &tag[at + 1..]);
                    output.push(' ');
                }
                _ => {}
            },
        }
        output.push(character);
    }
    output
}

/// The filter for what is before a sign. How often something is repeated is told when it is a number.
fn counter(sign: char, after: &str) -> String {
    let after = after.trim_start();
    let digits = after.len()
        - after
            .trim_start_matches(|digit: char| digit.is_ascii_digit())
            .len();
    match sign {
        '*' if digits > 0 => format!("{REPEATED}({})", &after[..digits]),
        '*' => REPEATED.to_string(),
        _ => JOINED.to_string(),
    }
}

/// Whether a sign between these stands between two values: not at the beginning of a value, not a part of `**`, and not
/// the sign that keeps white space.
fn is_operator(before: &str, after: &str) -> bool {
    let before = before.trim_end();
    let value_ends = before.ends_with(|end: char| end.is_alphanumeric() || "_)]}'\"".contains(end));
    let word = before
        .rsplit(|character: char| !character.is_alphanumeric() && character != '_')
        .next();
    let is_keyword = word.is_some_and(|word| KEYWORDS.contains(&word));
    let tag_ends = ["%}", "}}"].iter().any(|end| after.starts_with(end));
    value_ends && !is_keyword && !tag_ends && !after.starts_with('*')
}

/// Whether a tag is the statement of this name and nothing else.
fn is_statement(tag: &str, name: &str) -> bool {
    let inner = tag.strip_prefix("{%").and_then(|tag| tag.strip_suffix("%}"));
    inner.is_some_and(|inner| {
        inner.trim_matches(|sign: char| sign.is_whitespace() || "+-".contains(sign)) == name
    })
}

/// Where the text after `{% raw %}` ends.
fn raw_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(start) = text[at..].find("{%") {
        let tag = &text[at + start..];
        let end = tag.find("%}").map_or(tag.len(), |end| end + 2);
        if is_statement(&tag[..end], "endraw") {
            return at + start;
        }
        at += start + 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn operators_are_counted_and_nothing_else_changes() {
        for (template, expected) in [
            ("{{ a ~ 'x~y' }}", "{{ a |ttt_joined ~ 'x~y' }}"),
            (
                "{%- set x = y[1:] + [z] -%}",
                "{%- set x = y[1:] |ttt_joined + [z] -%}",
            ),
            (
                "{%+ if a %}a + b ~ c{% endif +%}",
                "{%+ if a %}a + b ~ c{% endif +%}",
            ),
            (
                "{{ '=' * 20 }}{{ a * b }}{{ 2 ** n }}",
                "{{ '=' |ttt_repeated(20) * 20 }}{{ a |ttt_repeated * b }}{{ 2 ** n }}",
            ),
            (
                "{{ {'a': {'b': c + 1}} }}+{",
                "{{ {'a': {'b': c |ttt_joined + 1}} }}+{",
            ),
            (
                "{# a + b #}{% raw %}{{ a + b }}{% endraw %}{{ -1 }}",
                "{# a + b #}{% raw %}{{ a + b }}{% endraw %}{{ -1 }}",
            ),
            (
                "{%- generation -%}x{% endgeneration %}",
                "{%- if true -%}x{% endif %}",
            ),
            (r"{{ 'it\'s + ' + x }}", r"{{ 'it\'s + ' |ttt_joined + x }}"),
        ] {
            assert_eq!(bounded(template), expected);
        }
    }
}
