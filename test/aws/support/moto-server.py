# moto on one thread: its conditional writes race on several.
import sys
from datetime import timedelta

from moto.s3.models import FakeKey
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

set_metadata = FakeKey.set_metadata


# Objects cannot be put with a date, so one may say that it was put days ago.
def set_metadata_and_age(self, metadata, replace=False):
    set_metadata(self, metadata, replace)
    for name, value in metadata.items():
        if name.lower().endswith("days-old"):
            self.last_modified -= timedelta(days=int(value))


FakeKey.set_metadata = set_metadata_and_age

server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=False)
print(server.server_port, flush=True)
sys.stdout.close()
server.serve_forever()
