//! The standard blocks of `std/blocks.ttt`, expanded.

ttt_macros::standard_blocks! {}
