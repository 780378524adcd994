"""Addresses: whether this machine can listen where it was asked to, told before anything is built.

Place in the flow: left of serving.
"""

import errno
import socket


def unusable(host: str, port: int) -> tuple[str, str] | None:
    """Return in zh and en why nothing can listen there and what to do, None where it can.

    Another program may still take the port before it is used: then the server itself says so.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does, after a restart
            tried.bind(address)
            tried.listen()
    except OSError as error:
        return _told(host, port, error)
    return None


def _told(host: str, port: int, error: OSError) -> tuple[str, str]:
    if error.errno == errno.EADDRINUSE:
        return (
            f"端口{port}已被别的程序占用。请用 --port 换一个，或先停下那个程序。",
            f"Port {port} is taken by another program. Choose another by --port, or stop that program.",
        )
    if error.errno == errno.EACCES:
        return (f"没有权限使用端口{port}。请用 --port 换一个1024以上的。",
                f"Port {port} is not permitted. Choose one above 1024 by --port.")  # fmt: skip
    return (f"不能在地址“{host}”上监听（{error.strerror}）。请用 --host 写本机的地址，如 127.0.0.1 或 0.0.0.0。",
            f"This machine cannot listen at “{host}” ({error.strerror}). Give an address of its own by --host, "
            "such as 127.0.0.1 or 0.0.0.0.")  # fmt: skip
