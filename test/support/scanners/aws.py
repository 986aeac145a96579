# Stands in for the command line of AWS, as far as a build machine calls it: buckets are folders in $BUCKETS.
import json
import os
import pathlib
import shutil
import sys

buckets = pathlib.Path(os.environ["BUCKETS"])
arguments = [argument for argument in sys.argv[1:] if argument != "--only-show-errors"]


def path_of(place):
    return buckets / place.removeprefix("s3://") if place.startswith("s3://") else pathlib.Path(place)


if arguments[:2] == ["s3", "cp"]:
    source, target = arguments[-2:]
    if "--recursive" in arguments:
        if path_of(source).exists():
            shutil.copytree(path_of(source), path_of(target), dirs_exist_ok=True)
    else:
        path_of(target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path_of(source), path_of(target))
elif arguments[:2] == ["s3api", "list-objects-v2"]:
    bucket = buckets / arguments[arguments.index("--bucket") + 1]
    prefix = arguments[arguments.index("--prefix") + 1]
    keys = sorted(str(path.relative_to(bucket)) for path in bucket.rglob("*") if path.is_file())
    print(json.dumps({"Contents": [{"Key": key} for key in keys if key.startswith(prefix)]}))
else:
    sys.exit(f"aws {arguments}: not here")
