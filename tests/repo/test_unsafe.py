"""Unsafe code stands where readers expect it."""

from repo.source import (
    PACKAGE,
    RUST,
    files,
    is_rust_test,
    lines_with,
    name,
    rust_code,
    without_tests,
)

CRATES_WITHOUT_UNSAFE = ["arrow", "core", "recorder"]


def unsafe_files() -> list[str]:
    return [
        name(path)
        for path in files(".rs", under=RUST)
        if lines_with(r"\bunsafe\b", rust_code(path.read_text()))
    ]


def test_unsafe_stands_only_where_the_design_allows_it():
    elsewhere = [
        path
        for path in unsafe_files()
        if not path.startswith(("rust/kernels/src/", "rust/python/src/"))
        and path != "rust/arrow/src/ffi.rs"
    ]
    assert not elsewhere


def test_at_most_one_file_of_the_bindings_is_unsafe():
    assert len([path for path in unsafe_files() if path.startswith("rust/python/")]) <= 1


def test_crates_that_need_no_unsafe_forbid_it():
    for crate in CRATES_WITHOUT_UNSAFE:
        code = rust_code((RUST / crate / "src" / "lib.rs").read_text())
        assert lines_with(r"^#!\[forbid\(unsafe_code\)\]", code), crate


def codec_files():
    states = [
        path
        for path in files(".rs", under=RUST / "core" / "src")
        if any(part.startswith("codec") for part in path.relative_to(RUST).parts)
        and not is_rust_test(path)
    ]
    return [*states, RUST / "recorder" / "src" / "frame.rs"]


def test_there_is_a_codec():
    assert codec_files()


def test_reading_a_state_never_panics_by_unwrapping():
    pattern = r"\.unwrap\(\)|\.expect\(|\bpanic!|\bunreachable!"
    panics = {
        name(path): lines
        for path in codec_files()
        if (lines := lines_with(pattern, without_tests(rust_code(path.read_text()))))
    }
    assert not panics


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").is_file()
