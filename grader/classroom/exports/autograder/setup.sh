#!/usr/bin/env bash
# Gradescope runs this once, while it builds the image: Python 3.11 or newer, and the grader.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
cd "$root/source"

find_python() {
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! python=$(find_python); then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # Ubuntu 22.04 has 3.11 beside its own 3.10; newer releases need only the module venv.
    apt-get install -y -qq python3.11 python3.11-venv || apt-get install -y -qq python3 python3-venv
    python=$(find_python)
fi
"$python" -m venv "$root/venv"
"$root/venv/bin/pip" install --quiet --constraint constraints.txt --requirement requirements.txt
