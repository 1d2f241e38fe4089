"""The dpo4j service as a process of its own, with a fresh home, on a free port of this machine."""
import http.client
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time

JVM_FLAGS = shlex.quote("@" + str(pathlib.Path(__file__).resolve().parents[2] / "jvm.options"))
# As in docker/Dockerfile.
START_FLAGS = ("-Dspring.aot.enabled=true", "-XX:+AutoCreateSharedArchive", "-Xlog:cds=off")
START_SECONDS = 180
STOP_SECONDS = 180


class ServiceFailed(Exception):
    """The service did not start, or said no."""


class Service:
    """Running between ``with`` and its end; ``start_seconds`` from the process's start to its first answer."""

    def __init__(self, java, application, models, work, jvm_flags=JVM_FLAGS, variables=(), database=None):
        self.work = work
        self.database = database  # None: the embedded one
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="home-", dir=work))
        self.port = free_port()
        self.log = self.home.with_suffix(".log")
        # Native libraries are unpacked once for all runs; a fresh home would unpack them again, 410 MB.
        cache = f"-Dorg.bytedeco.javacpp.cachedir={work.parent / 'javacpp'}"
        archive = f"-XX:SharedArchiveFile={work / 'classes.jsa'}"
        self.command = [java, *shlex.split(jvm_flags), *START_FLAGS, archive, cache, "-jar", application]
        self.variables = {
            "DPO4J_HOME": str(self.home),
            "DPO4J_MODELS_DIRECTORY": str(models),
            "SERVER_PORT": str(self.port),
            **dict(variable.split("=", 1) for variable in variables),
            **(database.variables() if database else {}),
        }

    def __enter__(self):
        began = time.perf_counter()
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                self.command, env=os.environ | self.variables, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            self._await_answer(began + START_SECONDS)
        except ServiceFailed:
            self.__exit__()
            raise
        self.start_seconds = time.perf_counter() - began
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home)

    def _await_answer(self, until):
        while time.perf_counter() < until and self.process.poll() is None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", "/v1/models")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                time.sleep(0.01)
            finally:
                connection.close()
        end = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        raise ServiceFailed(f"The service did not start; the end of {self.log}:\n{end}")

    def peak_bytes(self):
        """The most physical memory that the process has had."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024

    def database_bytes(self):
        """What the database takes on disk: the embedded one's file and, beside it, those of its blobs."""
        if self.database:
            return self.database.bytes()
        return sum(file.stat().st_size for file in (self.home / "db").rglob("*") if file.is_file())

    def said(self, *words):
        """Lines of its log with any of the words, without what stands before the message."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line.split(" : ", 1)[-1] for line in lines if any(word in line for word in words)]


def laid_out(java, jar, work):
    """The jar as the image has it; what to start."""
    folder = work / "application"
    if not folder.exists():
        command = [java, "-Djarmode=tools", "-jar", jar, "extract", "--application-filename", "dpo4j.jar", "--destination", folder]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return folder / "dpo4j.jar"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
