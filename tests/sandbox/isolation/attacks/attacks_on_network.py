"""Attacks on the network, and who hears them."""

import os
import socket
import subprocess
import sys

import on_network
from expectations import CAPABLE, ROOT, STOPPED_ALL
from from_inside import Doing
from rig import FEATURES, Attack
from scene import METADATA, Look, name_server

from sandbox.isolation import Artefact


def heard(name):
    return lambda look: look.scene.heard(name)


def _network(name, what, give, listener, alone, **more):
    return Attack(
        name, "network", f"listener: {listener}", heard(listener), what, give, alone=alone, **more
    )


def _socket(name, family, kind, alone, protocol=0, **more):
    words = {"family": family, "kind": kind, "protocol": protocol}
    return Attack(
        name,
        "network",
        "the worker's descriptors",
        lambda look: (family, kind) in look.sockets(),
        on_network.hold_a_socket,
        lambda scene: words,
        alone=alone,
        **more,
    )


def _to(name, family=socket.AF_INET, host="127.0.0.1", **more):
    def give(scene):
        return {"family": family, "address": (host, scene.ports[name]), "token": scene.token} | more

    return give


def _unix(address):
    return lambda scene: {
        "family": socket.AF_UNIX,
        "address": address(scene),
        "token": scene.token,
    }


def came_along(rig):
    """Whether an inheritable descriptor of the caller is there inside; bare: in any child."""
    with open(rig.scene.path("labels")) as file:
        os.set_inheritable(file.fileno(), True)
        if rig.bare:
            words = [sys.executable, "-c", f"import os; os.read({file.fileno()}, 4)"]
            return subprocess.run(words, close_fds=False, check=False).returncode == 0
        with rig.worker() as place:
            place.score(Artefact.of(Doing(lambda: None)), FEATURES, ("pd",))
            return Look(rig.scene, place._place._process.worker_pid()).holds("labels")


STAGE = "" if os.geteuid() == 0 or os.environ.get("ATTACKS_STAGED") else "only root can put it up"
V6 = socket.AF_INET6
NETWORK = (
    Attack(
        "a descriptor of the caller's that can be inherited",
        "network",
        "the worker's descriptors",
        run=came_along,
        supervisor="an explicit list",
    ),
    _network("TCP", on_network.connect, _to("tcp"), "tcp", STOPPED_ALL),
    _network("TCP over IPv6", on_network.connect, _to("tcp6", V6, "::1"), "tcp6", STOPPED_ALL),
    _network(
        "TCP Fast Open, without connect",
        on_network.send_while_opening,
        lambda s: {"address": ("127.0.0.1", s.ports["fast open"]), "token": s.token},
        "fast open",
        ("bubblewrap", "seccomp"),
    ),
    _network(
        "multipath TCP",
        on_network.connect,
        _to("mptcp", protocol=262),
        "mptcp",
        ("bubblewrap", "seccomp"),
    ),
    _network("UDP", on_network.send, _to("udp"), "udp", ("bubblewrap", "seccomp")),
    _network(
        "UDP over IPv6",
        on_network.send,
        _to("udp6", V6, "::1"),
        "udp6",
        ("bubblewrap", "seccomp"),
    ),
    _network(
        "DNS: the token as a name",
        on_network.ask_for_a_name,
        lambda s: {"server": name_server(), "token": s.token},
        "names",
        ("bubblewrap", "seccomp"),
        reason=STAGE,
    ),
    _network(
        "metadata address of a cloud",
        on_network.connect,
        lambda s: {"family": socket.AF_INET, "address": (METADATA, 80), "token": s.token},
        "metadata",
        STOPPED_ALL,
        reason=STAGE,
    ),
    _network(
        "abstract unix socket",
        on_network.connect,
        _unix(lambda s: b"\0" + s.token),
        "abstract",
        STOPPED_ALL,
    ),
    _network(
        "abstract unix datagram",
        on_network.send,
        _unix(lambda s: b"\0d" + s.token),
        "abstract datagrams",
        STOPPED_ALL,
    ),
    _network(
        "unix socket by path",
        on_network.connect,
        _unix(lambda s: s.path("socket")),
        "path",
        ("bubblewrap", "seccomp"),
    ),
    _network(
        "unix datagram by path",
        on_network.send,
        _unix(lambda s: s.path("datagrams")),
        "path datagrams",
        ("bubblewrap", "seccomp"),
    ),
    Attack(
        "a door: listens on loopback",
        "network",
        "a visitor outside is given the token",
        lambda look: look.scene.door_opened,
        on_network.open_a_door,
        lambda s: {"port": s.door, "token": s.token},
        alone=STOPPED_ALL,
    ),
    _socket("vsock", socket.AF_VSOCK, socket.SOCK_STREAM, ("seccomp",)),
    _socket("netlink", socket.AF_NETLINK, socket.SOCK_RAW, ("seccomp",)),
    Attack(
        "addresses of the host by netlink",
        "network",
        "an address put up outside comes out",
        lambda look: socket.inet_aton(METADATA) in look.booty,
        on_network.addresses_by_netlink,
        alone=("bubblewrap", "seccomp"),
        reason=STAGE,
    ),
    _socket(
        "raw IP",
        socket.AF_INET,
        socket.SOCK_RAW,
        ("bubblewrap", "seccomp"),
        protocol=1,
        bare=ROOT,
        reason=CAPABLE,
    ),
    _socket(
        "raw packets",
        socket.AF_PACKET,
        socket.SOCK_RAW,
        ("bubblewrap", "seccomp"),
        protocol=768,
        bare=ROOT,
        reason=CAPABLE,
    ),
)
