"""Nothing that is read from a file may run code."""

import ast

import pytest

from repo.source import PACKAGE, files, name

MODULES = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
CALLS = {"eval", "exec", "yaml.load", "yaml.unsafe_load"}


def offences(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [a.name for a in node.names if a.name.split(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [node.module] if node.module.split(".")[0] in MODULES else []
        elif isinstance(node, ast.Call):
            call = ast.unparse(node.func)
            found += [call] if call in CALLS else []
            found += ["allow_pickle" for k in node.keywords if k.arg == "allow_pickle"]
    return found


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "def f():\n    from joblib import load",
        "import yaml\nyaml.load(text)",
        "numpy.load(path, allow_pickle=True)",
        "eval(text)",
    ],
)
def test_the_check_sees_an_offence(source):
    assert offences(source)


def test_nothing_unpickles_or_evaluates():
    found = {name(p): o for p in files(".py", under=PACKAGE) if (o := offences(p.read_text()))}
    assert not found
