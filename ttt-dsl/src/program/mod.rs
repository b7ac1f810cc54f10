//! A checked schema.
