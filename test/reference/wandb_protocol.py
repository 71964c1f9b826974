"""What the SDK of Weights & Biases sends over HTTP, recorded: `wandb_protocol.json`, the reference of `exp export --format wandb`.

    pip install wandb
    python test/reference/wandb_protocol.py > test/reference/wandb_protocol.json

W&B documents its SDKs and no HTTP interface, so the requests themselves are the reference. A loopback server takes the place of W&B: it
answers as little as the SDK needs, keeps lines of a file at their offsets, and nothing leaves this machine. Kept are the requests that make
and fill a run; telemetry, looks at a server's features and uploads of files are only counted.
"""

import base64
import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "0123456789" * 4
COMMIT = "0123456789abcdef0123456789abcdef01234567"
REMOTE = "https://example.org/team/letters.git"


class Backend(ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests, self.other, self.runs, self.queries = [], {}, {}, {}
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def graphql(self, operation, variables):
        if operation == "Viewer":
            teams = {"edges": [{"node": {"name": "team"}}]}
            viewer = {"id": "u", "entity": "somebody", "username": "somebody", "email": "a@b.c", "flags": "{}", "teams": teams}
            return {"viewer": viewer}
        if operation == "UpsertBucket":
            name = variables.get("name") or next(n for n, r in self.runs.items() if r["id"] == variables["id"])
            inserted = name not in self.runs
            run = self.runs.setdefault(name, {"id": f"storage-{name}", "files": {}})
            run.update({k: v for k, v in variables.items() if v is not None and k not in ("id", "files")})
            return {"upsertBucket": {"bucket": self.bucket(name, run), "inserted": inserted}}
        if operation == "RunResumeStatus":
            run = self.runs.get(variables["name"])
            project = {"id": "p", "name": variables["project"], "entity": {"id": "e", "name": variables.get("entity") or "somebody"}}
            if run is None:
                return {"model": {**project, "bucket": None}}
            files = run["files"]
            history = [line for _, line in sorted(files.get("wandb-history.jsonl", {}).items())]
            events = [line for _, line in sorted(files.get("wandb-events.jsonl", {}).items())]
            config = json.loads(run.get("config") or "{}")
            started = config.get("_wandb", {}).get("value", {})
            summary = files.get("wandb-summary.json", {}).get(0, "{}")
            return {"model": {**project, "bucket": {
                "id": run["id"], "name": variables["name"], "displayName": run.get("displayName"), "summaryMetrics": summary,
                "logLineCount": len(files.get("output.log", {})), "historyLineCount": len(history), "eventsLineCount": len(events),
                "historyTail": json.dumps(history[-1:]), "eventsTail": json.dumps(events[-1:]), "config": run.get("config"),
                "tags": run.get("tags"), "notes": run.get("notes"), "wandbConfig": json.dumps({k: v for k, v in started.items() if k == "t"}),
            }}}
        if operation == "CreateRunFiles":
            files = [{"name": name, "uploadUrl": f"{self.url}/upload/{name}"} for name in variables["files"]]
            return {"createRunFiles": {"runID": "x", "uploadHeaders": [], "files": files}}
        if operation == "RunStopStatus":
            return {"project": {"run": {"stopped": False}}}
        return None

    def bucket(self, name, run):
        entity = {"id": "e", "name": run.get("entity") or "somebody"}
        return {"id": run["id"], "name": name, "displayName": run.get("displayName") or name, "description": None, "config": run.get("config"),
                "sweepName": None, "project": {"id": "p", "name": run.get("project"), "entity": entity},
                "historyLineCount": len(run["files"].get("wandb-history.jsonl", {}))}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_any(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        backend = self.server
        with backend.lock:
            if self.path == "/graphql":
                body = json.loads(raw)
                operation = re.search(r"(?:query|mutation)\s+(\w+)", body["query"]).group(1)
                data = backend.graphql(operation, body.get("variables") or {})
                if operation in ("UpsertBucket", "RunResumeStatus", "Viewer"):
                    backend.queries[operation] = " ".join(body["query"].split())
                    self.keep({"operation": operation, "variables": body.get("variables")})
                else:
                    self.count(f"graphql {operation}")
                return self.reply(200, {"data": data} if data is not None else {"errors": [{"message": f"no {operation} here"}]})
            stream = re.fullmatch(r"/files/([^/]+)/([^/]+)/([^/]+)/file_stream", self.path)
            if stream:
                body = json.loads(raw)
                files = backend.runs[stream.group(3)]["files"]
                for name, chunk in body.get("files", {}).items():
                    lines = files.setdefault(name, {})
                    lines.update({chunk["offset"] + i: line for i, line in enumerate(chunk["content"])})
                self.keep({"body": body})
                return self.reply(200, {})
            path = re.sub(r"^/upload/.*", "/upload/FILE", self.path)
            self.count(f"{self.command} {path}")
            self.reply(200 if path == "/upload/FILE" else 404, {})

    do_GET = do_POST = do_PUT = do_HEAD = handle_any

    def keep(self, what):
        authorization = self.headers.get("Authorization")
        user = base64.b64decode(authorization.split()[1]).decode() if authorization else None
        headers = {
            "authorization": "Basic of " + user.replace(KEY, "KEY") if user else None,
            "content-type": self.headers.get("Content-Type"),
        }
        self.server.requests.append({"method": self.command, "path": self.path, "headers": headers, **what})

    def count(self, what):
        self.server.other[what] = self.server.other.get(what, 0) + 1


SESSIONS = {
    "a run that finishes": """
run = wandb.init(id='letters-a', name='letters-20260102', project='letters', entity='team', group='abcdefgh', job_type='train',
    tags=['small', 'first'], notes='about letters',
    config={'training': {'epochs': 3, 'optimizer': {'type': 'adam'}}, 'seed': 7, 'layers': [32, 10], 'shuffle': True, 'none': None,
        'learningRate': 0.001, 'clip': float('inf'), 'nested': {'odd': float('nan')}})
run.log({'train/loss': 1.5, 'validation/loss': 2.0, 'epoch': 1}, step=10)
run.log({'train/loss': float('nan'), 'validation/loss': float('inf'), 'epoch': 2}, step=20)
run.log({'train/loss': 0.25, 'validation/loss': -float('inf'), 'epoch': 3}, step=30)
run.summary['best/epoch'] = 3
run.finish()
""",
    "the same run once more, resumed": """
run = wandb.init(id='letters-a', project='letters', entity='team', resume='allow', config={'training': {'epochs': 4}})
run.log({'train/loss': 0.125, 'epoch': 4}, step=40)
run.finish()
""",
    "a run that prints, resumed before it was there": """
run = wandb.init(id='letters-c', project='letters', resume='allow', settings=wandb.Settings(console='wrap'))
print('first line')
print('\\x1b[31mred\\x1b[0m « é » \\t tab')
run.log({'train/loss': 2.0}, step=1)
print('')
print('last line')
run.finish()
""",
    "a run that is interrupted": """
run = wandb.init(id='letters-d', project='letters')
run.log({'train/loss': 2.0}, step=1)
raise KeyboardInterrupt
""",
    "a run that fails, of nobody's entity": """
run = wandb.init(id='letters-b', project='letters', config={'seed': 8})
run.log({'train/loss': 2.0}, step=1)
run.finish(exit_code=1)
""",
}

SETTINGS = """
import wandb
wandb.setup(wandb.Settings(console='off', silent=True, x_disable_stats=True, x_disable_machine_info=True, x_disable_meta=True,
    x_save_requirements=False, disable_code=True, save_code=False, program='train.py'))
"""


def record(code):
    environment = {
        "PATH": os.environ["PATH"], "HOME": tempfile.mkdtemp(), "WANDB_BASE_URL": backend.url, "WANDB_API_KEY": KEY,
        "WANDB_GIT_COMMIT": COMMIT, "WANDB_GIT_REMOTE_URL": REMOTE, "WANDB_ERROR_REPORTING": "false", "WANDB_HOST": "machine",
    }
    backend.requests, backend.other = [], {}
    subprocess.run([sys.executable, "-c", SETTINGS + code], env=environment, cwd=environment["HOME"], stdout=sys.stderr)
    return {"code": code.strip().splitlines(), "requests": backend.requests, "other": dict(sorted(backend.other.items()))}


if __name__ == "__main__":
    import wandb

    backend = Backend()
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    sessions = {title: record(code) for title, code in SESSIONS.items()}
    state = {name: {**run, "files": {f: [line for _, line in sorted(lines.items())] for f, lines in run["files"].items()}}
             for name, run in backend.runs.items()}
    recording = {"wandb": wandb.__version__, "queries": backend.queries, "sessions": sessions, "state": state}
    text = json.dumps(recording, indent=1)
    print(text.replace(backend.url, "BASE"))
