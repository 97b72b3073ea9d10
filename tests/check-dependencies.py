#!/usr/bin/env python3
"""Checks what our crates depend on: the arrows between them, forbidden crates, licences.

deny.toml is the list of licences and of forbidden crates; this needs nothing but cargo and python3.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# Who may not depend on what, however indirectly: (crate, crate, why).
FORBIDDEN_ARROWS = [
    ("hailer-activity", "hailer-reply", "what comes in knows nothing of what goes out"),
    ("hailer-reply", "hailer-activity", "what goes out knows nothing of what comes in"),
    ("hailer-dispatch", "hailer-transport", "a parser knows no HTTP"),
    ("hailer-dispatch", "actix-web", "a parser knows no HTTP"),
    ("hailer-dispatch", "reqwest", "a parser does no I/O"),
    ("hailer-dispatch", "sqlx", "a parser knows no database"),
    ("hailer-transport", "hailer-dispatch", "HTTP knows no commands"),
    ("hailer", "hailer-playground", "a bot in service has no playground"),
    ("hailer-commands", "hailer-playground", "a command does not know who plays with it"),
    ("hailer-store", "hailer-activity", "the store knows nothing of ours"),
    ("hailer-store", "hailer-reply", "the store knows nothing of ours"),
    ("hailer-store", "hailer-dispatch", "the store knows nothing of ours"),
    ("hailer-store", "hailer-transport", "the store knows nothing of ours"),
    ("hailer-store", "hailer", "the store knows nothing of ours"),
    ("hailer-process", "hailer-activity", "what runs programs knows nothing of Teams"),
    ("hailer-process", "hailer-reply", "what runs programs knows nothing of Teams"),
    ("hailer-process", "hailer-dispatch", "what runs programs knows no commands"),
    ("hailer-process", "hailer", "what runs programs knows nothing of ours"),
    ("hailer-transport", "sqlx", "HTTP knows no database"),
    ("hailer-reply", "tokio", "a ground crate does no I/O"),
    ("hailer-activity", "tokio", "a ground crate does no I/O"),
    ("hailer-activity", "actix-web", "a ground crate knows no HTTP"),
]

# Who may not name what in its manifest: (crate, crate, why).
FORBIDDEN_DIRECT = [
    ("hailer-commands", "hailer-transport", "a command knows no HTTP server"),
    ("hailer-commands", "actix-web", "a command knows no HTTP server"),
    ("hailer-cli", "actix-web", "the transport and playground crates serve"),
    ("hailer-playground", "reqwest", "the playground writes the bytes that it shows"),
]

# Only the store may name the database driver.
SQLX_USERS = {"hailer-store"}

# Only the binary may use anyhow.
ANYHOW_USERS = {"hailer-cli"}


def metadata() -> dict:
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


class Graph:
    def __init__(self, data: dict):
        self.packages = {package["id"]: package for package in data["packages"]}
        self.ours = [self.packages[member] for member in data["workspace_members"]]
        self.shipped = {
            node["id"]: [
                dependency["pkg"]
                for dependency in node["deps"]
                if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
            ]
            for node in data["resolve"]["nodes"]
        }

    def reach(self, package: dict) -> set[str]:
        """Names of everything that a crate is built with, without what only tests need."""
        seen, open_ids = set(), [package["id"]]
        while open_ids:
            for dependency in self.shipped[open_ids.pop()]:
                if dependency not in seen:
                    seen.add(dependency)
                    open_ids.append(dependency)
        return {self.packages[one]["name"] for one in seen}


def arrow_problems(graph: Graph):
    reach = {package["name"]: graph.reach(package) for package in graph.ours}
    for crate, other, why in FORBIDDEN_ARROWS:
        if other in reach.get(crate, set()):
            yield f"{crate} -> {other}: {why}"
    direct = {
        package["name"]: {one["name"] for one in package["dependencies"] if one["kind"] is None} for package in graph.ours
    }
    for crate, other, why in FORBIDDEN_DIRECT:
        if other in direct.get(crate, set()):
            yield f"{crate} -> {other}: {why}"
    for crate, names in direct.items():
        if "anyhow" in names and crate not in ANYHOW_USERS:
            yield f"{crate} -> anyhow: libraries have typed errors"
        if "sqlx" in names and crate not in SQLX_USERS:
            yield f"{crate} -> sqlx: only the store knows the database"
    features = [package["name"] for package in graph.ours if package["features"]]
    if features:
        yield f"cargo features in {', '.join(features)}: choose at run time, by configuration"


def ban_problems(graph: Graph, deny: dict):
    shipped = set().union(*(graph.reach(package) for package in graph.ours))
    for ban in deny["bans"]["deny"]:
        if ban["crate"] in shipped:
            yield f"{ban['crate']} is in the tree: {ban['reason']}"


def licence_problems(graph: Graph, deny: dict):
    allowed = set(deny["licenses"]["allow"])
    shipped = set().union(*(graph.reach(package) for package in graph.ours))
    for package in graph.packages.values():
        if package["name"] in shipped and not is_allowed(package["license"], allowed):
            yield f"{package['name']} {package['version']}: licence {package['license']}"


def is_allowed(licence: str | None, allowed: set[str]) -> bool:
    """Evaluates an SPDX expression; `/` is an old way to write OR."""
    if not licence:
        return False
    tokens = re.findall(r"\(|\)|[^\s()]+(?: WITH [^\s()]+)?", licence.replace("/", " OR "))
    words = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    return bool(eval(" ".join(words.get(token, str(token in allowed)) for token in tokens)))  # noqa: S307


def main() -> int:
    graph = Graph(metadata())
    deny = tomllib.loads(Path("deny.toml").read_text())
    problems = [*arrow_problems(graph), *ban_problems(graph, deny), *licence_problems(graph, deny)]
    for problem in problems:
        print(f"dependencies: {problem}", file=sys.stderr)
    if not problems:
        print(f"dependencies: {len(graph.packages)} crates, arrows, bans and licences are as they should be")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
