//! What the compiler says about mistakes in schemas.

#[test]
fn mistakes() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*.rs");
    // One case per code, a file per chapter; ttt-dsl's catalogue makes them, `TRYBUILD=overwrite` what is said of them.
    cases.compile_fail("ui/codes/*.rs");
}
