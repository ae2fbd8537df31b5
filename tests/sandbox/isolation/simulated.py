"""A simulator of the kernel's filter machine, so that filters for other machines can be run."""

import struct

ALLOW, KILL, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def decided(program, number, machine, arguments=()):
    """What a filter answers to a call; every instruction is as `linux/bpf_common.h` has it."""
    arguments = [a & 0xFFFFFFFFFFFFFFFF for a in arguments] + [0] * (6 - len(arguments))
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, machine, 0, *arguments)
    lines = list(struct.iter_unpack("<HBBI", program))
    word, place, steps = 0, 0, 0
    while True:
        code, yes, no, value = lines[place]
        steps += 1
        assert steps <= len(lines), "it goes in circles"
        place += 1
        if code == 0x20:  # BPF_LD | BPF_W | BPF_ABS
            assert value % 4 == 0
            word = struct.unpack_from("<I", data, value)[0]
        elif code == 0x54:  # BPF_ALU | BPF_AND | BPF_K
            word &= value
        elif code == 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
            place += yes if word == value else no
        elif code == 0x35:  # BPF_JMP | BPF_JGE | BPF_K
            place += yes if word >= value else no
        elif code == 0x06:  # BPF_RET | BPF_K
            return value
        else:
            raise AssertionError(f"instruction {code:#x}")
