"""dpo4j's HTTP API, as far as the measurements need it."""
import http.client
import json
import re
import time
import uuid

# Seconds; Tomcat closes a connection that was silent for 60, as ours is while a job's events come on another.
IDLE = 30

TERMINAL = ("succeeded", "failed", "cancelled")


class Refused(Exception):
    """The service answered with an error, or a job failed."""


class Client:
    def __init__(self, port):
        self.port = port
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
        self.used = time.monotonic()

    def get(self, path):
        return json.loads(self._answer("GET", path))

    def post(self, path, body):
        return json.loads(self._answer("POST", path, json.dumps(body), {"Content-Type": "application/json"}))

    def _answer(self, method, path, body=None, headers=None):
        if time.monotonic() - self.used > IDLE:
            self.connection.close()  # the next request opens it again
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        content = answer.read().decode()
        self.used = time.monotonic()
        if answer.status != 200:
            raise Refused(f"{method} {path}: {answer.status} {content}")
        return content

    def upload(self, path):
        """Uploads a preference file and returns its id, once it has been checked."""
        boundary = uuid.uuid4().hex
        with open(path, "rb") as file:
            content = file.read()
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfine-tune\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n\r\n'
        ).encode() + content + f"\r\n--{boundary}--\r\n".encode()
        file = json.loads(self._answer("POST", "/v1/files", body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}))
        while file["status"] not in ("processed", "error"):
            time.sleep(0.2)
            file = self.get(f"/v1/files/{file['id']}")
        if file["status"] == "error":
            raise Refused(f"{path}: {file['status_details']}")
        return file["id"]

    def metrics(self):
        """The Prometheus metrics without labels, and the sums over the labels of those with them."""
        values = {}
        for line in self._answer("GET", "/actuator/prometheus").splitlines():
            sample = re.match(r"([a-zA-Z_:][\w:]*)(?:\{[^}]*\})? (\S+)$", line)
            if sample:
                values[sample[1]] = values.get(sample[1], 0.0) + float(sample[2])
        return values

    def events(self, job):
        """Every event of a job with the time at which it came, as it comes, until the job has ended."""
        stream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3600)
        try:
            stream.request("GET", f"/v1/fine_tuning/jobs/{job}/events?stream=true")
            for line in stream.getresponse():
                if line.startswith(b"data:"):
                    event = json.loads(line[5:])
                    if event.get("object") == "fine_tuning.job.event":
                        yield time.perf_counter(), event
        finally:
            stream.close()
