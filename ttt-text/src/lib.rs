//! Text in, ids out, and back: tokenizers from every source, chat templates, streaming decoding.
