"""The scanner sees code, and only code."""

from repo.source import lines_with, rust_code, without_tests

RUST = """
// unsafe in a comment
/* unsafe
   over lines */
let text = "unsafe // not a comment"; let raw = r#"an "unsafe" one"#;
let quote = '"'; let escaped = '\\''; unsafe { call() };
fn lifetime<'a>(x: &'a str) {}
#[cfg(test)]
mod tests {
    fn inner() { x.unwrap(); }
}
y.unwrap();
"""


def test_comments_and_strings_are_not_code():
    assert lines_with(r"\bunsafe\b", rust_code(RUST)) == [6]


def test_test_modules_are_left_out_and_lines_keep_their_numbers():
    code = without_tests(rust_code(RUST))
    assert lines_with(r"\.unwrap\(\)", code) == [12]
    assert code.count("\n") == RUST.count("\n")
