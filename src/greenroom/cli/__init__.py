"""The command line: one file a command, heavy imports inside the commands."""


def main() -> int:
    """Run the command that this process was started with; its exit code."""
    from greenroom.cli import app

    return app.main()
