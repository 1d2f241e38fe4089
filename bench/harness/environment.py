"""The peers' virtual environment, and a peer as a process in it."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import venv

BENCH = pathlib.Path(__file__).resolve().parent.parent


class PeerFailed(Exception):
    """A peer's process did not end well."""


class PeerKilled(PeerFailed):
    """By the system, as it does when there is no memory left."""


class Environment:
    """A Python with what requirements.txt names."""

    def __init__(self, folder, work, threads, variables=()):
        """``variables``: NAME=VALUE, for every peer."""
        self.python = pathlib.Path(folder) / "bin" / "python"
        self.work = work
        self.threads = threads
        self.variables = dict(variable.split("=", 1) for variable in variables)

    @staticmethod
    def made(folder, work, threads, variables=()):
        """Makes the environment where there is none yet; one that is there must hold the pinned versions."""
        environment = Environment(folder, work, threads, variables)
        if not environment.python.exists():
            print(f"making {folder} (this downloads PyTorch)", file=sys.stderr)
            venv.create(folder, with_pip=True)
            requirements = BENCH / "requirements.txt"
            subprocess.run([environment.python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
        environment.check_versions()
        return environment

    def check_versions(self):
        pins = dict(line.split("==") for line in (BENCH / "requirements.txt").read_text().split())
        program = "import importlib.metadata as m, json, sys; print(json.dumps({d.metadata['Name'].lower(): d.version for d in m.distributions()}))"
        there = json.loads(subprocess.run([self.python, "-c", program], check=True, capture_output=True, text=True).stdout)
        wrong = [f"{name} {there.get(name, 'missing')}, wanted {version}" for name, version in pins.items() if without_build(there.get(name)) != version]
        if wrong:
            raise PeerFailed(f"{self.python} has other versions: {'; '.join(wrong)}. Install bench/requirements.txt there, or name another --venv.")

    def run(self, script, spec):
        """Runs a peer to its end and returns what it wrote."""
        with Peer(self, script, spec) as peer:
            return peer.outcome()


class Peer:
    """A peer's process, between ``with`` and its end."""

    def __init__(self, environment, script, spec, in_turns=False):
        """``in_turns``: it waits for each of its turns to be called."""
        name = f"{pathlib.Path(script).stem}-{time.strftime('%H%M%S')}"
        spec_file, self.outcome_file, self.log_file = (environment.work / f"{name}{suffix}" for suffix in (".spec.json", ".json", ".log"))
        spec_file.write_text(json.dumps(spec | {"in_turns": in_turns}))
        threads = {name: str(environment.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        offline = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "CUDA_VISIBLE_DEVICES": ""}
        self.script = script
        self.in_turns = in_turns
        self.command = [environment.python, BENCH / "peers" / script, spec_file, self.outcome_file]
        self.variables = os.environ | threads | offline | environment.variables

    def __enter__(self):
        with open(self.log_file, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE if self.in_turns else None,
                stdout=subprocess.PIPE if self.in_turns else log,
                stderr=log,
                env=self.variables,
                text=True,
            )
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:  # something else failed meanwhile
            self.process.kill()
            self.process.wait()

    def turn(self):
        """Lets it do its next piece of work, and returns when that is done."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        if not self.process.stdout.readline():
            self.outcome()
            raise PeerFailed(f"{self.script} ended before its turns did")

    def outcome(self):
        """What it has written at its end, which is waited for."""
        ended = self.process.wait()
        if ended == -signal.SIGKILL:
            raise PeerKilled(f"{self.script} was killed")
        if ended != 0:
            end = "\n".join(self.log_file.read_text(errors="replace").splitlines()[-15:])
            raise PeerFailed(f"{self.script} ended with {ended}; the end of {self.log_file}:\n{end}")
        return json.loads(self.outcome_file.read_text())


def without_build(version):
    """2.15.0 of 2.15.0+cpu."""
    return version.split("+")[0] if version else None
