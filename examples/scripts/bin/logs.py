#!/usr/bin/env python3
"""Finds the last lines of a log that hold a text: logs.py LOG LINES. The text is in HAILER_ARG_TEXT."""

import os
import sys
from collections import deque


def main() -> int:
    log, lines = sys.argv[1], int(sys.argv[2])
    text = os.environ["HAILER_ARG_TEXT"].casefold()
    with open(log, encoding="utf-8", errors="replace") as file:
        found = deque((line.rstrip("\n") for line in file if text in line.casefold()), maxlen=lines)
    print("\n".join(found) if found else "There is no such line.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
