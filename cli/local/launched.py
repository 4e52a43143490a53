"""What a child process does before it becomes its program, as a script: `launched.py SETTINGS PROGRAM [ARGUMENT…]`.

It imports nothing of the project: it runs under the bare interpreter, once for each start of a process.
"""

import ctypes
import json
import os
import resource
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
CANNOT_RUN: Final = 127
"""The exit code of a program that cannot be run, as of a shell."""


def main(settings: str, *argv: str) -> int:
    """`settings` is JSON: `parent` (its process id), `death_signal`, `niceness`, `ids` (user and group, or null) and
    `most_memory` (bytes, or null).

    Returns only when the program cannot be run.
    """
    found = json.loads(settings)
    if found["most_memory"] is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (found["most_memory"], found["most_memory"]))
    if found["ids"] is not None:
        user, group = found["ids"]
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)
    if sys.platform == "linux":
        # Set after the change of user, which would clear the setting.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, found["death_signal"])
        if os.getppid() != found["parent"]:  # the parent died before the line above
            return 1
    os.nice(found["niceness"])
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        print(f"{argv[0]} cannot be run: {error.strerror}", file=sys.stderr)
        return CANNOT_RUN


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
