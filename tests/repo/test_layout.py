"""Files are short and say by their name what they are about."""

import ast

from repo.source import PACKAGE, ROOT, files, name

LONGEST = 800
LONG = 400
SOURCES = (".py", ".pyi", ".rs", ".sh", ".toml")
# Files over 400 lines, each with the reason why it is not two.
LONG_FILES: dict[str, str] = {}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "common", "helper", "helpers", "misc"}


def lengths() -> dict[str, int]:
    return {name(path): len(path.read_text().splitlines()) for path in files(*SOURCES)}


def test_no_file_is_too_long():
    assert not {path: n for path, n in lengths().items() if n > LONGEST}


def test_every_long_file_has_a_reason():
    long = {path for path, n in lengths().items() if n > LONG}
    assert long == set(LONG_FILES)


def test_no_module_is_a_drawer():
    drawers = [
        name(path)
        for path in files(".py", ".rs")
        if NAMES_THAT_SAY_NOTHING & set(path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert not drawers


def public_names(init: str) -> set[str]:
    """The literal `__all__` of a package."""
    for node in ast.parse(init).body:
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AnnAssign)
            else []
        )
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in targets):
            return set(ast.literal_eval(node.value))
    return set()


def test_no_module_bears_the_name_of_a_public_function_beside_it():
    clashes = []
    for init in files(".py", under=PACKAGE):
        if init.name == "__init__.py":
            functions = {n for n in public_names(init.read_text()) if n.islower()}
            modules = {path.stem for path in init.parent.glob("*.py")}
            rooms = {path.parent.name for path in init.parent.glob("*/__init__.py")}
            # A room may be public itself: `tallystick.metrics` is one.
            clashes += [f"{name(init)}: {n}" for n in functions & (modules - rooms)]
    assert not clashes
    assert public_names('__all__ = ["a", "b"]') == {"a", "b"}
