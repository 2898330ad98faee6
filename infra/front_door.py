"""What CloudFront is on AWS: clean addresses on one port, the API's stage and id hidden behind it."""

from http.server import ThreadingHTTPServer

from infra.forward import Answer, Forwarding
from infra.local_desk import LocalDesk

STARTING = Answer(
    503, [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "2")], b"The desk is starting.\n"
)
SILENT = Answer(502, [("Content-Type", "text/plain; charset=utf-8")], b"The local cloud does not answer.\n")


def open_front_door(desk: LocalDesk) -> ThreadingHTTPServer:
    class FrontDoor(Forwarding):
        def handle_request(self) -> None:
            body = self.read_body()
            api = desk.reread().api_id
            if not api:
                self.give(STARTING)
                return
            headers = [(name, value) for name, value in self.headers.items() if name.lower() != "host"]
            headers += [("Host", f"127.0.0.1:{desk.cloud_port}"), ("X-Forwarded-For", self.client_address[0])]
            try:
                answer = self.ask(desk.cloud_port, f"/_aws/execute-api/{api}/api{self.path}", body, headers)
            except OSError:
                answer = SILENT
            self.give(answer)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_request  # noqa: N815

    return ThreadingHTTPServer(("127.0.0.1", desk.port), FrontDoor)
