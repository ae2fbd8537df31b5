"""Attacks on the supervisor's patience, from inside: answers unread, files without contents."""

import ctypes
import gc
import os
import socket
import time

import numpy as np

_FIONREAD = 0x541B
#: seconds that the files are there to be seen
STAY = 3.0


class Deaf:
    """Answers the row in course and all later ones, and reads none of them."""

    outputs = ("pd",)
    role = "pd"

    def predict(self, features):
        from sandbox.isolation import rows

        (served,) = (o for o in gc.get_objects() if isinstance(o, rows.Served))
        connection = next(o for o in gc.get_objects() if isinstance(o, socket.socket))
        number, unread = 2, 0  # the first request made ready for rows
        while True:
            served._out[:] = 0.5
            connection.sendall(b"row %d\n" % number)
            waiting = ctypes.c_int(unread)
            while waiting.value <= unread:
                ctypes.CDLL(None).ioctl(connection.fileno(), _FIONREAD, ctypes.byref(waiting))
            number, unread = number + 1, waiting.value


def empty_files(folders, name, count):
    """As many as can be made in the first folder that takes any."""
    for folder in folders:
        try:
            for number in range(count):
                os.close(os.open(f"{folder}/{name}{number}", os.O_CREAT | os.O_WRONLY))
        except OSError:
            continue
        time.sleep(STAY)
        break
    return np.full((3, 1), 0.5)
