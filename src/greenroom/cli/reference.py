"""The commands in Markdown, for docs/commands.md: made from what `--help` says."""

import re


def reference() -> str:
    """Every command with its options."""
    from greenroom.cli.app import app

    text = app.generate_docs(output_format="markdown", recursive=True, heading_level=1)
    # From the first command on: what comes before it is a table of contents.
    commands = text[text.index("## greenroom serve") :]
    # In a `python -m` process the usage lines name its module, whatever the app is called.
    commands = re.sub(r"^(greenroom.*?) -m \S+", r"\1", commands, flags=re.MULTILINE)
    return re.sub(r"^(#+) (greenroom.*)$", r"\1 `\2`", commands, flags=re.MULTILINE).strip()
