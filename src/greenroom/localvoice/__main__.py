"""`python -m greenroom.localvoice --port N`: the embedded engine alone."""

import argparse
import os

from greenroom.localvoice import LocalVoiceSettings, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="greenroom.localvoice", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--ends-with-parent", action="store_true", help="end when standard input ends")
    arguments = parser.parse_args()
    serve(
        LocalVoiceSettings(
            host=arguments.host,
            port=arguments.port,
            llm_url=os.environ.get("GREENROOM_LLM_URL") or None,
            llm_model=os.environ.get("GREENROOM_LLM_MODEL") or None,
            llm_key=os.environ.get("GREENROOM_LLM_KEY") or None,
            ends_with_parent=arguments.ends_with_parent,
        )
    )


if __name__ == "__main__":
    main()
