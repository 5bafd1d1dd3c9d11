"""schemathesis makes requests of docs/openapi.json, good ones and bad ones: none may be a failure of the server, none
may hang, and what is refused is refused as the document says."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
          "unsupported_method"]

finished = subprocess.run(
    [pathlib.Path(sys.executable).parent / "schemathesis", "run", HERE.parents[1] / "docs/openapi.json", "--url",
     sys.argv[1], "--checks", ",".join(CHECKS), "--max-examples", os.environ.get("GERBIL_EXAMPLES", "40"),
     "--request-timeout", "60", "--seed", "1", "--mode", "all", "--phases", "examples,coverage,fuzzing", "--no-color"],
    env=os.environ | {"SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(HERE)}, check=False)
sys.exit(finished.returncode)
