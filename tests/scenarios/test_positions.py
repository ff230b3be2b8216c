"""Every key of a TOML file is found on its line."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenroom.scenarios.positions import lines_of

TEXT = '''# a comment with = and [brackets]
title = "one # not a comment"
"quoted key" = 'literal \\'
long = """
[not.a.header]
key = 1 \\""" still
"""
dotted.key.here = 3
list = [
  "a", # ]
  "b",
  [1, { x = 2 }],
]

[table.sub]   # behind a header
inline = { a = 1, b = "}", c = [
  1, 2 ] }
[[many]]
id = "first"
[many.below]
deep = true
[[many]]
id = "second"
[[many.nested]]
n = 1979-05-27T07:32:00Z
'''


def test_every_kind_of_key_is_on_its_line() -> None:
    lines = lines_of(TEXT)
    assert lines["title",] == 2
    assert lines["quoted key",] == 3
    assert lines["long",] == 4
    assert lines["dotted", "key", "here"] == 8
    assert (lines["list", 0], lines["list", 1], lines["list", 2, 1, "x"]) == (10, 11, 12)
    assert lines["table", "sub", "inline"] == 16
    assert (lines["table", "sub", "inline", "b"], lines["table", "sub", "inline", "c", 1]) == (16, 17)
    assert (lines["many", 0, "id"], lines["many", 0, "below", "deep"], lines["many", 1, "id"]) == (19, 21, 23)
    assert lines["many", 1, "nested", 0, "n"] == 25


def test_line_ends_of_windows_count_once() -> None:
    assert lines_of("a = 1\r\n\r\nb = 2\r\n")["b",] == 3


def paths_in(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(value, dict):
        below = [((*path, key), entry) for key, entry in value.items()]
    elif isinstance(value, list):
        below = [((*path, index), entry) for index, entry in enumerate(value)]
    else:
        return [path]
    return [path, *(found for where, entry in below for found in paths_in(entry, where))]


def test_no_key_of_it_is_missed() -> None:
    assert set(paths_in(tomllib.loads(TEXT))) - {()} == set(lines_of(TEXT))


VALUES = st.recursive(
    st.sampled_from(["1", "1.5", "true", '"a # b"', "'c]'", '"""x\n[y]\n"""', "2024-01-01", '"\\""', "[]", "{}"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda entries: "[\n " + ", # c\n ".join(entries) + "\n]"),
        st.lists(inner.filter(lambda one: "\n" not in one), max_size=3).map(
            lambda entries: "{" + ", ".join(f"k{index} = {entry}" for index, entry in enumerate(entries)) + "}"
        ),
    ),
    max_leaves=6,
)


@given(st.lists(st.tuples(st.sampled_from(["", "[t{}]\n", "[[many]]\n", "# c = 1\n\n"]), VALUES), max_size=8))
def test_any_file_that_tomllib_takes_is_read_to_its_end(parts: list[tuple[str, str]]) -> None:
    text = "".join(f"{header.format(index)}key{index} = {value}\n" for index, (header, value) in enumerate(parts))
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        pytest.fail(f"the test wrote what is no TOML:\n{text}")
    assert set(paths_in(data)) - {()} == set(lines_of(text))
    for index in range(len(parts)):
        [line] = {line for path, line in lines_of(text).items() if path[-1] == f"key{index}"}
        assert text.split("\n")[line - 1].startswith(f"key{index} = ")
