# Makes stand-ins for scanners in a folder, as they are published: wheels for pip, and an archive for trivy. They
# look at the files that they are given, and print what the real ones would of them.
import io
import json
import pathlib
import sys
import tarfile
import zipfile

folder = pathlib.Path(sys.argv[1])
versions = json.loads(sys.argv[2])

BANDIT = '''
import json, os, pathlib, sys, time
if any(name.startswith("AWS_") for name in os.environ):
    sys.exit(3)
folders = sys.argv[sys.argv.index("-r") + 1:]
files = sorted(str(path) for folder in folders for path in pathlib.Path(folder).rglob("*.py"))
text = "".join(pathlib.Path(file).read_text() for file in files)
if "HANG" in text:
    time.sleep(600)
if "CRASH" in text:
    print("first line\\nbandit is broken", file=sys.stderr)
    sys.exit(2)
if "FLOOD" in text:
    for _ in range(80):
        sys.stdout.write("x" * 1024 * 1024)
results = [
    {"filename": file, "issue_severity": "HIGH", "issue_confidence": "HIGH", "issue_text": "eval is evil",
     "line_number": 1, "line_range": [1], "test_id": "B307", "test_name": "eval", "code": "eval(x)"}
    for file in files if "eval(" in pathlib.Path(file).read_text()
]
print(json.dumps({"errors": [], "generated_at": "2026-12-01T00:00:00Z", "metrics": {}, "results": results}))
sys.exit(1 if results else 0)
'''

PIP_AUDIT = '''
import json, pathlib, sys
files = [value for name, value in zip(sys.argv, sys.argv[1:]) if name == "--requirement"]
pinned = [line.split("==") for file in files for line in pathlib.Path(file).read_text().split()]
print(json.dumps({"dependencies": [
    {"name": name, "version": version, "vulns": []} for name, version in pinned], "fixes": []}))
'''

TRIVY = '''#!/bin/sh
case "$*" in
  *version*) echo '{"Version":"VERSION","VulnerabilityDB":{"UpdatedAt":"2026-11-30T06:00:00Z"}}' ;;
  *) echo "{\\"SchemaVersion\\":2,\\"ArtifactName\\":\\"$(for last; do :; done; echo "$last")\\",\\"Results\\":[]}" ;;
esac
'''


def wheel(package, program):
    version = versions[package]
    module = package.replace("-", "_")
    about = f"{module}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as made:
        made.writestr(f"{module}/__init__.py", "")
        made.writestr(f"{module}/__main__.py", program)
        made.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        made.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        made.writestr(f"{about}/RECORD", "")


wheel("bandit", BANDIT)
wheel("pip-audit", PIP_AUDIT)
with tarfile.open(folder / "trivy.tar.gz", "w:gz") as archive:
    program = TRIVY.replace("VERSION", versions["trivy"]).encode()
    entry = tarfile.TarInfo("trivy")
    entry.size = len(program)
    entry.mode = 0o755
    entry.mtime = 1780000000
    archive.addfile(entry, io.BytesIO(program))
