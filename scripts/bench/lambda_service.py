"""What Lambda does to one function process, with a stopwatch: starts it, hands it events, stops it."""

import http.server
import json
import os
import statistics
import struct
import subprocess
import tempfile
import threading
import time

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/bench",
    "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "LANG": "en_US.UTF-8",
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "HOME": "/tmp",
    "TZ": ":UTC",
}
# Beyond this something hangs.
PATIENCE_SECONDS = 60


class Failed(Exception):
    """The process didn't do its work."""


class Invocations:
    """The Runtime API's side: gives events out and takes the time of the answers."""

    def __init__(self, events, before_first):
        self.events, self.before_first = list(events), before_first
        self.asked = self.handed = None
        self.milliseconds = []
        self.problem = None
        self.over = threading.Event()

    def next(self):
        """The next event; None when there are no more."""
        if self.asked is None:
            self.asked = time.monotonic()
            self.before_first()
        return self.events.pop(0) if self.events else None

    def answered(self, path, body):
        self.milliseconds.append(1000 * (time.monotonic() - self.handed))
        if not path.endswith("/response"):
            self.problem = f"{path}: {body[:500]!r}"
        elif (answer := json.loads(body)).get("statusCode") != 200:
            self.problem = f"not a success: {json.dumps(answer)[:500]}"
        if self.problem or not self.events:
            self.over.set()


def handler_of(invocations):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def do_GET(self):
            event = invocations.next()
            if event is None:
                return  # the process is about to be stopped
            number = len(invocations.events)
            head = {
                "Lambda-Runtime-Aws-Request-Id": f"{os.getpid():08x}-{number:04x}-4000-8000-{time.time_ns() % 2**48:012x}",
                "Lambda-Runtime-Deadline-Ms": str(int(1000 * time.time()) + 30_000),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:bench",
                "Content-Type": "application/json",
                "Content-Length": str(len(event)),
            }
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            invocations.handed = time.monotonic()
            self.wfile.write(f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode() + event)

        def do_POST(self):
            body = self.body()
            invocations.answered(self.path, body)
            self.wfile.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

        def body(self):
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            chunks = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

    return Handler


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A killed process resets its connection."""


def run(command, environment, events, share=None, memory_mb=None):
    """One process from start to stop. With a share, it has a whole CPU until it first asks for an
    event, as Lambda gives it, and that of `memory_mb` from then on."""
    hold = (lambda: share.hold(memory_mb)) if share else (lambda: None)
    invocations = Invocations(events, before_first=hold)
    server = Server(("127.0.0.1", 0), handler_of(invocations))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    reader, writer = os.pipe()

    def in_child():
        if share:
            share.join()
        os.write(writer, struct.pack("d", time.monotonic()))

    if share:
        share.release()
    variables = {
        **ENVIRONMENT,
        **environment,
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb or 1769),
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=in_child
        )
        try:
            (started,) = struct.unpack("d", os.read(reader, 8))
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not invocations.over.wait(0.05):
                if process.poll() is not None:
                    invocations.problem = f"it ended with {process.returncode}"
                    break
                if time.monotonic() > deadline:
                    invocations.problem = f"no answer in {PATIENCE_SECONDS} s"
                    break
            if invocations.problem:
                log.seek(0)
                output = log.read().decode(errors="replace")[-2000:]
                raise Failed(f"{command[0]}: {invocations.problem}\n{output}")
            peak = peak_mib(process.pid)
        finally:
            process.kill()
            process.wait()
            server.shutdown()
            server.server_close()
            os.close(reader)
            os.close(writer)
    return {
        "init": 1000 * (invocations.asked - started),
        "first": invocations.milliseconds[0],
        "warm": statistics.median(invocations.milliseconds[1:] or [0]),
        "memory": peak,
    }


def peak_mib(pid):
    """The most memory that a process had, in MiB."""
    with open(f"/proc/{pid}/status") as status:
        (line,) = [line for line in status if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024
