"""Word vectors: how near two texts are in meaning. Without the packages of the `local` extra there are none."""

import threading
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector: TypeAlias = NDArray[np.float32]

_PACKAGES = ("tokenizers", "safetensors", "wordllama")
_WEIGHTS = "weights/l2_supercat_256.safetensors"
_TOKENS = "tokenizers/l2_supercat_tokenizer_config.json"
_MATRIX = "embedding.weight"
MOST_CHARS = 6000
"""Of a text; what comes behind it is not looked at."""


class Vectors:
    """The vectors of tokens in a file that is mapped, not read: only rows that are used take memory."""

    def __init__(self, folder: Path) -> None:
        from safetensors import safe_open
        from tokenizers import Tokenizer

        self._tokenizer = cast("Any", Tokenizer.from_file(str(folder / _TOKENS)))
        # Never closed: the mapping lives as long as the process.
        weights = cast("Any", safe_open(str(folder / _WEIGHTS), framework="np"))
        self._rows = weights.get_slice(_MATRIX)
        self.width = int(self._rows.get_shape()[1])

    def of(self, texts: Sequence[str]) -> "Vector":
        """A row for each text, of length 1; zeros for a text without words."""
        import numpy as np

        found = np.zeros((len(texts), self.width), dtype=np.float32)
        for index, text in enumerate(texts):
            known = text[:MOST_CHARS].encode("utf-8", "replace").decode("utf-8")
            tokens: list[int] = self._tokenizer.encode(known, add_special_tokens=False).ids
            if tokens:
                rows = [self._rows[token : token + 1] for token in tokens]
                mean = np.concatenate(rows).astype(np.float32).mean(axis=0)
                found[index] = mean / max(float(np.linalg.norm(mean)), 1e-6)
        return found


class _Loaded:
    """The vectors, loaded once by whoever needs them first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tried = False
        self._vectors: Vectors | None = None

    def get(self) -> Vectors | None:
        if not self._tried:
            with self._lock:
                if not self._tried:
                    self._vectors = _load()
                    self._tried = True
        return self._vectors


_LOADED = _Loaded()


def loaded() -> Vectors | None:
    """The vectors; None where their packages are missing. The first call takes about 0.1 s, in any thread."""
    return _LOADED.get()


def _load() -> Vectors | None:
    if any(find_spec(package) is None for package in _PACKAGES):
        return None
    spec = find_spec("wordllama")
    folder = None if spec is None or spec.origin is None else Path(spec.origin).parent
    if folder is None or not (folder / _WEIGHTS).is_file() or not (folder / _TOKENS).is_file():
        return None
    return Vectors(folder)
