"""Where `setup` put everything."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
CACHE = Path(os.environ.get("TTT_PEERS", "~/.cache/ttt-peers")).expanduser()
MODELS = CACHE / "models"
PROGRAMS = CACHE / "bin"
RESULTS = CACHE / "results"
PYTHON = Path(os.environ.get("TTT_PEERS_PYTHON", CACHE / "venv/bin/python")).expanduser()
SMOLLM2 = Path(
    "~/.cache/ttt/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf"
).expanduser()
