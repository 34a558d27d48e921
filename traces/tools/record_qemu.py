#!/usr/bin/env python3
"""Records an execution trace from QEMU: one instruction at a time through its GDB stub.

    record_qemu.py program.elf > program.trace

The form is described in Documentation/TraceFormat.md. The recording ends in front of the symbol `finished`.
"""

import hashlib
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile

QEMU = "qemu-system-arm"
MACHINE = ["-M", "netduinoplus2", "-display", "none", "-serial", "null", "-monitor", "none", "-S"]
MEMORY = (0x20000000, 0x1000)
LIMIT = 5000


class Stub:
    """The GDB remote protocol, as far as it is needed. GDB manual, appendix E."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.rest = b""
        self.command("qSupported:xmlRegisters=arm")
        # Interrupts are taken while stepping.
        self.command("Qqemu.sstep=1")
        self.registers = self.numbers()

    def command(self, text):
        checksum = sum(text.encode()) & 0xFF
        self.socket.sendall(f"${text}#{checksum:02x}".encode())
        while True:
            start = self.rest.find(b"$")
            end = self.rest.find(b"#", start + 1)
            if start >= 0 and 0 <= end <= len(self.rest) - 3:
                answer = self.rest[start + 1 : end]
                self.rest = self.rest[end + 3 :]
                self.socket.sendall(b"+")
                return answer.decode("latin-1")
            piece = self.socket.recv(65536)
            if not piece:
                sys.exit("QEMU closed the connection")
            self.rest += piece

    def feature(self, name):
        text = ""
        while True:
            answer = self.command(f"qXfer:features:read:{name}:{len(text):x},ffb")
            text += answer[1:]
            if answer[:1] != "m":
                return text

    def numbers(self):
        """Register numbers by name: they count on from one feature to the next."""
        numbers = {}
        next_number = 0
        for part in re.findall(r'<xi:include href="([^"]+)"', self.feature("target.xml")):
            for register in re.findall(r"<reg ([^>]*)>", self.feature(part)):
                attributes = dict(re.findall(r'(\w+)="([^"]*)"', register))
                next_number = int(attributes.get("regnum", next_number))
                numbers[attributes["name"]] = next_number
                next_number += 1
        return numbers

    def register(self, name):
        return bytes.fromhex(self.command(f"p{self.registers[name]:x}"))

    def memory(self, address, size):
        data = b""
        while len(data) < size:
            count = min(0x400, size - len(data))
            data += bytes.fromhex(self.command(f"m{address + len(data):x},{count:x}"))
        return data


def state(stub):
    """The registers by their names in the trace, in its order."""
    values = {}
    core = [f"r{n}" for n in range(13)] + ["sp", "lr"]
    for name in core:
        values[name] = struct.unpack("<I", stub.register(name))[0]
    values["xpsr"] = struct.unpack("<I", stub.register("xpsr"))[0]
    for n in range(16):
        values[f"s{2 * n}"], values[f"s{2 * n + 1}"] = struct.unpack("<II", stub.register(f"d{n}"))
    values["fpscr"] = struct.unpack("<I", stub.register("fpscr")[:4])[0]
    return values


def symbol(path, name):
    lines = subprocess.run(["arm-none-eabi-nm", path], check=True, capture_output=True, text=True).stdout
    for line in lines.splitlines():
        fields = line.split()
        if fields[-1] == name:
            return int(fields[0], 16) & ~1
    sys.exit(f"{path} has no symbol {name}")


def main():
    path = sys.argv[1]
    end = symbol(path, "finished")
    version = subprocess.run([QEMU, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    with tempfile.TemporaryDirectory() as folder:
        gdb = os.path.join(folder, "gdb")
        gdb_options = ["-chardev", f"socket,path={gdb},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb"]
        process = subprocess.Popen([QEMU, *MACHINE, *gdb_options, "-kernel", path])
        try:
            while not os.path.exists(gdb):
                pass
            record(Stub(gdb), path, end, version, digest)
        finally:
            process.kill()
            process.wait()


def record(stub, path, end, version, digest):
    name = os.path.basename(path)
    print("# trace 1")
    print(f"# program: {name}")
    print(f"# sha256: {digest}")
    print(f"# recorder: {version}")
    print(f"# command: {QEMU} {' '.join(MACHINE)} -gdb ... -kernel {name}")
    print("# how: single-stepped by traces/tools/record_qemu.py")
    base, size = MEMORY
    print(f"# memory: {base:08x}-{base + size - 1:08x}")
    before = state(stub)
    memory = stub.memory(base, size)
    pc = struct.unpack("<I", stub.register("pc"))[0] & ~1
    print("start " + line(pc, before, {}, memory, memory))
    for _ in range(LIMIT):
        if pc == end:
            return
        answer = stub.command("s")
        if answer[:1] not in "ST":
            sys.exit(f"QEMU stopped with {answer}")
        after = state(stub)
        new_memory = stub.memory(base, size)
        print(line(pc, after, before, new_memory, memory))
        before, memory = after, new_memory
        pc = struct.unpack("<I", stub.register("pc"))[0] & ~1
    sys.exit(f"{name} did not finish in {LIMIT} instructions")


def line(pc, after, before, memory, old_memory):
    parts = [f"{pc:08x}"]
    parts += [f"{name}={value:08x}" for name, value in after.items() if before.get(name) != value]
    for offset in range(0, len(memory), 4):
        if memory[offset : offset + 4] != old_memory[offset : offset + 4]:
            value = struct.unpack_from("<I", memory, offset)[0]
            parts.append(f"[{MEMORY[0] + offset:08x}]={value:08x}")
    return " ".join(parts)


main()
