# Runs on the build machine: fetches the code of a hub, lets each scanner look at it, and puts what they print
# into the hub's bucket, below state/scans/<build>/. Of each scanner there is <name>.json, its own output, and
# then <name>.end.json: how it ended. What is not there has not ended.
#
# SCAN                what to look at, as JSON; see layers/aws/src/scanners/order.ts
# TOOLS               which releases to install, as JSON; see infra/scanners/tools.ts
# HUB_BUCKET          the bucket of hubs
# CODEBUILD_BUILD_ID  <project>:<build>
import concurrent.futures
import fnmatch
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import threading
import time
import urllib.request
from datetime import datetime, timezone

MOST_BYTES = 32 * 1024 * 1024
LOG_LINES = 40

scan = json.loads(os.environ["SCAN"])
tools = json.loads(os.environ["TOOLS"])
store = f"s3://{os.environ['HUB_BUCKET']}/{scan['hub']}/"
results = f"{store}state/scans/{os.environ['CODEBUILD_BUILD_ID'].split(':')[-1]}/"
base = pathlib.Path.cwd()
code = base / "code"
made = base / "made"

# What reads files of strangers gets no credentials of ours.
harmless = {
    name: value
    for name, value in os.environ.items()
    if name in ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE") or name.lower().endswith("_proxy")
}


class Failed(Exception):
    """One sentence, for people."""

    def __init__(self, reason, log=()):
        super().__init__(reason)
        self.log = list(log)


def aws(*arguments):
    ended = subprocess.run(["aws", *arguments], capture_output=True, text=True)
    if ended.returncode != 0:
        raise Failed(f"aws {' '.join(arguments[:2])} failed", ended.stderr.splitlines()[-LOG_LINES:])
    return ended.stdout


def fetch_source():
    for folder in scan["source"]:
        place = folder.strip("/") + "/"
        (code / place).mkdir(parents=True, exist_ok=True)
        aws("s3", "cp", "--recursive", "--only-show-errors", store + place, str(code / place))
        if not any((code / place).iterdir()):
            # A scanner that is given nothing finds nothing.
            raise Failed(f"there is no {folder}, which audit.source names")


def fetch_requirements():
    found = []
    for prefix, pattern in scan["requirements"]:
        listed = aws(
            *["s3api", "list-objects-v2", "--bucket", os.environ["HUB_BUCKET"]],
            *["--prefix", f"{scan['hub']}/{prefix}", "--output", "json"],
        )
        for entry in (json.loads(listed or "{}") or {}).get("Contents") or []:
            key = entry["Key"].removeprefix(f"{scan['hub']}/")
            if key.endswith(".json") or not fnmatch.fnmatchcase(key, pattern.replace("**/", "*")):
                continue
            (code / key).parent.mkdir(parents=True, exist_ok=True)
            aws("s3", "cp", "--only-show-errors", store + key, str(code / key))
            found.append(key)
    if not found:
        raise Failed("requirements names no file of requirements that is there")
    return found


def download(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read()


def published_at(package, version):
    index = os.environ.get("PYPI_URL", "https://pypi.org")
    try:
        files = json.loads(download(f"{index}/pypi/{package}/{version}/json"))["urls"]
        return min(file["upload_time_iso_8601"] for file in files)
    except Exception:
        # The index need not tell.
        return None


def install_python(package):
    version = tools[package]["version"]
    target = base / "tools" / package
    ended = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Nothing that is installed runs before it is called.
        + ["--only-binary", ":all:", "--target", str(target), f"{package}=={version}"],
        env=harmless | {name: value for name, value in os.environ.items() if name.startswith("PIP_")},
        capture_output=True,
        text=True,
    )
    if ended.returncode != 0:
        raise Failed(f"{package} {version} could not be installed", ended.stderr.splitlines()[-LOG_LINES:])
    environment = harmless | {"PYTHONPATH": str(target)}
    return [sys.executable, "-m", package.replace("-", "_")], environment, published_at(package, version)


def install_trivy():
    release = tools["trivy"]
    folder = base / "tools" / "trivy"
    if not (folder / "trivy").exists():
        try:
            archive = download(release["url"])
        except OSError as error:
            raise Failed(f"trivy {release['version']} could not be fetched: {error}")
        if hashlib.sha256(archive).hexdigest() != release["sha256"]:
            raise Failed(f"trivy {release['version']} is not the one that was pinned")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "trivy.tar.gz").write_bytes(archive)
        with tarfile.open(folder / "trivy.tar.gz") as opened:
            opened.extract("trivy", folder, filter="data")
    program = folder / "trivy"
    built = datetime.fromtimestamp(program.stat().st_mtime, timezone.utc).isoformat()
    quiet = {"TRIVY_DISABLE_TELEMETRY": "true", "TRIVY_SKIP_VERSION_CHECK": "true"}
    return [str(program), "--cache-dir", str(base / "trivy-cache")], harmless | quiet, built


def run(name, command, environment, done):
    """Runs one; gives its output as a file, and the seconds that it took."""
    output = made / f"{name}.json"
    told = made / f"{name}.log"
    minutes = scan["scanners"][name]
    late = threading.Event()
    printed = 0
    started = time.monotonic()
    with output.open("wb") as out, told.open("wb") as err:
        process = subprocess.Popen(
            command, cwd=code, env=environment, stdout=subprocess.PIPE, stderr=err, stdin=subprocess.DEVNULL
        )

        def give_up():
            late.set()
            process.kill()

        timer = threading.Timer(minutes * 60, give_up)
        timer.start()
        try:
            # Not by a limit on files: trivy writes its database as well.
            while printed <= MOST_BYTES and (chunk := process.stdout.read1(1024 * 1024)):
                printed += len(chunk)
                out.write(chunk)
        finally:
            if printed > MOST_BYTES:
                process.kill()
            process.wait()
            timer.cancel()
    if late.is_set():
        raise Failed(f"it took longer than {minutes:g} minutes", last_lines(told))
    if printed > MOST_BYTES:
        raise Failed(f"it printed more than {MOST_BYTES // 1024**2} MiB", last_lines(told))
    if process.returncode not in done:
        raise Failed(f"it ended with exit code {process.returncode}", last_lines(told))
    return output, time.monotonic() - started


def last_lines(path):
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16384))
        return file.read().decode("utf8", "replace").splitlines()[-LOG_LINES:]


def now():
    return datetime.now(timezone.utc).isoformat()


def bandit():
    program, environment, built = install_python("bandit")
    folders = [f"./{folder.strip('/')}" for folder in scan["source"]]
    # 1: it found something.
    output, seconds = run("bandit", [*program, "-q", "-f", "json", "-r", *folders], environment, (0, 1))
    return output, seconds, tools["bandit"]["version"], built, None


def pip_audit():
    files = fetch_requirements()
    program, environment, built = install_python("pip-audit")
    # Resolving would fetch packages and run what they bring along.
    options = ["--format", "json", "--progress-spinner", "off", "--no-deps", "--disable-pip"]
    asked = [part for file in files for part in ("--requirement", f"./{file}")]
    output, seconds = run("pip-audit", [*program, *options, *asked], environment, (0, 1))
    # It has no data of its own: it asks the index.
    return output, seconds, tools["pip-audit"]["version"], built, now()


def trivy(name, what, credentials=None):
    program, environment, built = install_trivy()
    environment |= credentials or {}
    command = [*program, *what[:1], "--format", "json", "--quiet", *what[1:]]
    output, seconds = run(name, command, environment, (0,))
    said = subprocess.run(
        [*program, "version", "--format", "json"], env=environment, capture_output=True, text=True
    )
    try:
        data = json.loads(said.stdout)
    except ValueError:
        data = {}
    version = data.get("Version") or tools["trivy"]["version"]
    return output, seconds, version, built, (data.get("VulnerabilityDB") or {}).get("UpdatedAt")


scanners = {
    "bandit": bandit,
    "pip-audit": pip_audit,
    "trivy-fs": lambda: trivy("trivy-fs", ["fs", "--scanners", "vuln,misconfig,secret", "--", "."]),
    "trivy-image": lambda: trivy(
        "trivy-image",
        ["image", "--scanners", "vuln,secret", "--", scan["image"]],
        # It pulls the image, from ECR with the role of the build.
        {name: value for name, value in os.environ.items() if name.startswith("AWS_")},
    ),
}


def put(path, name):
    aws("s3", "cp", "--only-show-errors", str(path), results + name)


def work(name, looking):
    """Runs a scanner, and tells how it ended, whatever happened."""
    end = {"failure": None, "log": [], "seconds": 0, "version": None, "builtAt": None, "databaseAt": None}
    try:
        output, seconds, version, built, database = looking()
        put(output, f"{name}.json")
        end |= {"seconds": seconds, "version": version, "builtAt": built, "databaseAt": database}
    except Failed as failed:
        end |= {"failure": str(failed), "log": failed.log}
    except Exception as error:
        end |= {"failure": f"{type(error).__name__}: {error}"}
    path = made / f"{name}.end.json"
    path.write_text(json.dumps(end))
    put(path, f"{name}.end.json")
    print(f"{name}: {end['failure'] or 'done'}", flush=True)


def refuse(reason):
    def looking():
        raise reason

    return looking


def main():
    made.mkdir(parents=True, exist_ok=True)
    code.mkdir(parents=True, exist_ok=True)
    wanted = dict((name, scanners[name]) for name in scan["scanners"])
    try:
        fetch_source()
    except Failed as failed:
        for name in ("bandit", "trivy-fs"):
            if name in wanted:
                wanted[name] = refuse(failed)
    # The two of trivy share its database, which one at a time may open.
    lanes = [
        [name for name in wanted if name.startswith("trivy")],
        *[[name] for name in wanted if not name.startswith("trivy")],
    ]

    def follow(lane):
        for name in lane:
            work(name, wanted[name])

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for ended in [pool.submit(follow, lane) for lane in lanes]:
            ended.result()


main()
