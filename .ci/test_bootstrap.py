"""What bootstrap.py accepts for Lambda, and what it refuses with which sentence."""

import unittest

from bootstrap import Refused, architecture, check, kebab


def elf(machine, rest=b"GLIBC_2.17\0GLIBC_2.34\0"):
    """The beginning of a little-endian 64-bit ELF program, and some of its strings."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00" + machine.to_bytes(2, "little") + rest


class Binaries(unittest.TestCase):
    def refused(self, binary, *parts, wanted="x86_64"):
        with self.assertRaises(Refused) as raised:
            check("sms-send", binary, wanted)
        for part in ("sms-send", *parts):
            self.assertIn(part, str(raised.exception))

    def test_what_lambda_runs_is_accepted(self):
        check("sms-send", elf(62), "x86_64")
        check("sms-send", elf(183), "arm64")
        check("sms-send", elf(62, b"static"), "x86_64")

    def test_a_mac_s_program_is_refused_with_what_to_do(self):
        for magic in ("cffaedfe", "feedfacf", "cafebabe"):
            binary = bytes.fromhex(magic) + bytes(28)
            self.refused(binary, "macOS", "in CI", "cargo zigbuild")

    def test_another_machine_than_the_template_s_is_refused(self):
        self.refused(elf(183), "built for arm64", "says x86_64")
        self.refused(elf(62), "built for x86_64", "says arm64", wanted="arm64")
        self.refused(elf(243), "machine 243")

    def test_a_newer_glibc_than_lambda_s_is_refused(self):
        self.refused(elf(62, b"GLIBC_2.9\0GLIBC_2.36\0GLIBC_2.4\0"), "GLIBC_2.36", "GLIBC_2.34")

    def test_what_is_no_program_is_refused(self):
        self.refused(b"#!/bin/sh\nexec true\n", "ELF")
        self.refused(b"", "ELF")


class Names(unittest.TestCase):
    def test_a_resource_s_binary(self):
        self.assertEqual(kebab("IvrEntry"), "ivr-entry")
        self.assertEqual(kebab("Openapi"), "openapi")

    def test_the_template_names_one_architecture(self):
        self.assertEqual(architecture("    Architectures: [x86_64]\n"), "x86_64")
        for template in ("", "  Architectures: [x86_64]\n  Architectures: [arm64]\n"):
            with self.assertRaises(Refused):
                architecture(template)


if __name__ == "__main__":
    unittest.main()
