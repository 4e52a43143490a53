"""`curl` on a machine that has none: the options that docs/api.md uses, and no others."""

import argparse
import sys
from pathlib import Path

import httpx


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="curl")
    parser.add_argument("url")
    parser.add_argument("-X", default="", dest="method")
    parser.add_argument("-H", action="append", default=[], dest="headers")
    parser.add_argument("-d", default=None, dest="body")
    parser.add_argument("-o", default="", dest="out")
    parser.add_argument("-D", default="", choices=["", "-"], dest="heads")
    parser.add_argument("-N", action="store_true")
    parser.add_argument("-sS", action="store_true")
    parser.add_argument("--fail-with-body", action="store_true")
    told = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in told.headers)
    method = told.method or ("GET" if told.body is None else "POST")
    with httpx.stream(method, told.url, headers=headers, content=told.body, timeout=60) as answer:
        if told.heads:
            print("".join(f"{name}: {value}\r\n" for name, value in answer.headers.items()), flush=True)
        with Path(told.out).open("wb") if told.out else sys.stdout.buffer as out:
            for piece in answer.iter_raw():
                out.write(piece)
                out.flush()
    return 0 if answer.is_success or not told.fail_with_body else 22


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
