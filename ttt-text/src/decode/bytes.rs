//! Bytes as vocabularies spell them.

/// The byte that a character stands for in a byte-level vocabulary. Printable bytes stand for themselves; the others, in
/// order, for the characters from U+0100 (GPT-2's `bytes_to_unicode`).
pub fn byte_of(character: char) -> Option<u8> {
    let code = u32::from(character);
    if code <= 0xFF {
        return u8::try_from(code).ok().filter(|&byte| is_printable(byte));
    }
    let place = usize::try_from(code - 0x100).ok()?;
    (0..=0xFF).filter(|&byte| !is_printable(byte)).nth(place)
}

/// The bytes of a token of a byte-level vocabulary; a token that was added may be plain text.
pub fn byte_level(token: &str) -> Vec<u8> {
    let bytes: Option<Vec<u8>> = token.chars().map(byte_of).collect();
    bytes.unwrap_or_else(|| token.as_bytes().to_vec())
}

/// The byte that a token such as `<0x0A>` of a SentencePiece vocabulary stands for.
pub fn fallback_byte(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    (digits.len() == 2).then(|| u8::from_str_radix(digits, 16).ok())?
}

fn is_printable(byte: u8) -> bool {
    matches!(byte, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{byte_level, byte_of, fallback_byte};

    #[test]
    fn every_byte_has_its_character() {
        let alphabet = tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet();
        let mut bytes: Vec<u8> = alphabet
            .into_iter()
            .map(|character| byte_of(character).unwrap())
            .collect();
        bytes.sort_unstable();
        assert_eq!(bytes, (0..=255).collect::<Vec<u8>>());
        assert_eq!(byte_level("ĠcafÃ©"), " café".as_bytes());
        assert_eq!(byte_level("<|fin 終|>"), "<|fin 終|>".as_bytes());
        assert_eq!(fallback_byte("<0x0A>"), Some(10));
        assert_eq!(fallback_byte("<0x0A"), None);
    }
}
