#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""vmlinux_callers.py VMLINUX FUNCTION...: who calls each function directly.

One line for each: its name, a colon, the callers in order of name. Debian's
vmlinux has no symbol table, but the kernel carries one for itself (kallsyms),
which is decoded here. A caller is a function with a call or jump instruction to
the function's first byte. What is called through a pointer only has no caller;
a name that the kernel does not have is "absent", one that several functions
have is "ambiguous".
"""
import bisect
import re
import struct
import sys


def sections(image):
    """Name -> (address, bytes) of a 64-bit little-endian ELF file."""
    offset, = struct.unpack_from("<Q", image, 0x28)
    size, number, names = struct.unpack_from("<3H", image, 0x3a)
    heads = [struct.unpack_from("<2I4Q", image, offset + i * size) for i in range(number)]
    strings = heads[names][4]
    found = {}
    for name, kind, _, address, place, length in heads:
        end = image.index(b"\0", strings + name)
        if kind == 1:  # PROGBITS
            found[image[strings + name:end].decode()] = (address, image[place:place + length])
    return found


def align(number):
    return (number + 7) & ~7


class Kallsyms:
    """The kernel's own symbols; layout as scripts/kallsyms.c writes it."""

    def __init__(self, address, data, text_address):
        self.address = address
        self.data = data
        self.text_address = text_address
        self.find_tokens()
        self.find_names()
        self.addresses = self.find_addresses()

    def u32(self, place):
        return struct.unpack_from("<I", self.data, place)[0]

    def find_tokens(self):
        """256 strings, where the digits stand for themselves, then their places."""
        digits = b"".join(b"%d\0" % i for i in range(10))
        for match in re.finditer(re.escape(digits), self.data):
            # 48 strings come before "0".
            start = match.start()
            for _ in range(48):
                start = self.data.rindex(b"\0", 0, start - 1) + 1
            places, place = [], start
            for _ in range(256):
                places.append(place - start)
                place = self.data.index(b"\0", place) + 1
            index = struct.pack("<256H", *places)
            where = self.data.find(index, place, place + len(index) + 16)
            if where >= 0:
                self.token_start, self.tokens_end = start, where + 512
                self.tokens = [self.data[start + p:self.data.index(b"\0", start + p)]
                               for p in places]
                return
        raise SystemExit("no kallsyms tokens")

    def walk(self, place, number):
        """Behind so many names from there on."""
        for _ in range(number):
            length = self.data[place]
            if length & 0x80:
                place += 1
                length = length & 0x7f | self.data[place] << 7
            place += 1 + length
        return place

    def find_names(self):
        """The number of symbols, then their names, then markers, which say where
        every 256th name begins; all before the tokens."""
        first = max(0, self.token_start - (16 << 20)) & ~7
        words = struct.unpack_from("<%dI" % ((self.token_start - first) // 4), self.data, first)
        for i, number in enumerate(words):
            if not 50000 < number < 1000000:
                continue
            for start in {first + 4 * i + 4, align(first + 4 * i + 4)}:
                if self.are_names(start, number):
                    self.number, self.names_start = number, start
                    return
        raise SystemExit("no kallsyms names")

    def are_names(self, start, number):
        place = start
        for _ in range(8):  # look longer at text that begins like this
            code = self.tokens[self.data[place + 1]]
            if code[:1] not in b"tTdDbBrRaAwWvVn" or not 1 < self.data[place] < 128:
                return False
            place = self.walk(place, 1)
        try:
            end = self.walk(start, number)
        except IndexError:
            return False
        marker = self.walk(start, 256) - start
        return any(self.u32(at) == 0 and self.u32(at + 4) == marker
                   for at in range((end + 3) & ~3, end + 12, 4))

    def find_addresses(self):
        """Of every symbol. Before 6.5 they lie before the names. Since 7.x each
        counts from its own place. A kernel with per-CPU symbols at small
        addresses has all others negative: down from the base."""
        size = 4 * self.number
        behind = align(self.tokens_end)
        for offsets in (behind, self.names_start - 16 - align(size)):
            values = struct.unpack_from("<%di" % self.number, self.data, offsets)
            at = self.address + offsets
            own = [(at + 4 * i + v) & (1 << 64) - 1 for i, v in enumerate(values)]
            if own[0] == self.text_address:
                return own
            base, = struct.unpack_from("<Q", self.data, offsets + align(size))
            lowest = min(values)
            if base == self.text_address:
                return [base - 1 - v if v < 0 else v if lowest < 0 else base + v
                        for v in values]
        raise SystemExit("no kallsyms addresses")

    def symbols(self):
        """(address, type and name) of each."""
        place = self.names_start
        for address in self.addresses:
            length = self.data[place]
            if length & 0x80:
                place += 1
                length = length & 0x7f | self.data[place] << 7
            codes = self.data[place + 1:place + 1 + length]
            place += 1 + length
            yield address, b"".join(self.tokens[c] for c in codes).decode()


def calls(text_address, text):
    """(from, to) of everything that looks like a call or a jump of 32 bits."""
    for match in re.finditer(rb"[\xe8\xe9\x80-\x8f]", text, re.DOTALL):
        at = match.start()
        if text[at] < 0x90 and (not at or text[at - 1] != 0x0f) or at + 5 > len(text):
            continue
        yield text_address + at, text_address + at + 5 + struct.unpack_from("<i", text, at + 1)[0]


def main():
    with open(sys.argv[1], "rb") as file:
        image = file.read()
    parts = sections(image)
    text_address, text = parts[".text"]
    functions = sorted((a, n[1:]) for a, n in
                       Kallsyms(*parts[".rodata"], text_address).symbols()
                       if n[0] in "tTwW")
    starts = [address for address, _ in functions]
    places = {}
    for address, name in functions:
        places.setdefault(name, set()).add(address)
    wanted = {min(places[n]): n for n in sys.argv[2:] if len(places.get(n, ())) == 1}
    callers = {name: set() for name in wanted.values()}
    for section in (".text", ".init.text", ".exit.text", ".noinstr.text"):
        for at, to in calls(*parts.get(section, (0, b""))):
            name = wanted.get(to)
            if name:
                callers[name].add(functions[bisect.bisect_right(starts, at) - 1][1])
    for name in sys.argv[2:]:
        if name in callers:
            print(" ".join([name + ":"] + sorted(callers[name] - {name})))
        else:
            print(name + ":", "ambiguous" if name in places else "absent")


if __name__ == "__main__":
    main()
