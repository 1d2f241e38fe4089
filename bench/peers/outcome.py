"""What a peer is told (a JSON file) and what it tells (another one)."""
import contextlib
import importlib.metadata
import json
import resource
import sys

KILOBYTE = 1024  # the unit of ru_maxrss on Linux


def spec():
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


@contextlib.contextmanager
def turn(spec):
    """A piece of work that waits, where peers take turns, until it is this one's."""
    if spec["in_turns"]:
        sys.stdin.readline()
    yield
    if spec["in_turns"]:
        print("done", flush=True)


def write(outcome, *packages):
    """Adds the process's peak of resident memory and the versions of what it measured."""
    outcome["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KILOBYTE
    outcome["versions"] = {name: importlib.metadata.version(name) for name in packages}
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(outcome, file)


def token_rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def tokens(row):
    """Tokens of a preference, the prompt counted with each answer."""
    return 2 * len(row["prompt"]) + len(row["chosen"]) + len(row["rejected"])
