"""Tests of check_arch.py and deploy.py."""

import struct
import tempfile
import unittest
from pathlib import Path

import check_arch
import deploy

TEMPLATE = "      CodeUri: target/lambda/buckets\n      CodeUri: target/lambda/create-object\n"


def elf(machine):
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 3, machine) + bytes(44)


class CheckArch(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.template = self.directory / "template.yaml"
        self.template.write_text(TEMPLATE)
        for function in ("buckets", "create-object"):
            self.write(function, elf(183))

    def write(self, function, content, mode=0o755):
        path = self.directory / function / "bootstrap"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode)

    def problems(self, architecture="arm64"):
        return check_arch.check(architecture, self.directory, self.template)

    def test_a_build_for_the_architecture_has_no_problem(self):
        self.assertEqual(self.problems(), [])

    def test_a_build_for_the_other_one(self):
        self.assertEqual(len(self.problems("x86_64")), 2)
        self.assertIn("is for arm64, to be deployed as x86_64", self.problems("x86_64")[0])

    def test_one_of_them_for_the_other_one(self):
        self.write("buckets", elf(62))
        (problem,) = self.problems()
        self.assertIn("is for x86_64, to be deployed as arm64", problem)

    def test_a_function_that_was_not_built(self):
        (self.directory / "buckets" / "bootstrap").unlink()
        self.assertIn("is missing", self.problems()[0])

    def test_a_file_that_is_no_elf_file(self):
        self.write("buckets", b"#!/bin/sh\n" + bytes(20))
        self.assertIn("not an ELF file", self.problems()[0])

    def test_a_file_that_lost_its_mode(self):
        self.write("buckets", elf(183), 0o644)
        self.assertIn("is not executable", self.problems()[0])

    def test_an_architecture_that_is_none(self):
        self.assertIn("no such architecture", self.problems("arm")[0])


class Deploy(unittest.TestCase):
    config = {"dev": {"deploy": {"parameters": {"parameter_overrides": ["ThrottleRate=1", "LogRetentionDays=7"]}}}}

    def test_given_parameters_overrule_those_of_the_file(self):
        chosen = deploy.parameters(self.config, "dev", ["ThrottleRate=2", "AlarmEmail=a=b@example.com"])
        self.assertEqual(chosen, {"ThrottleRate": "2", "LogRetentionDays": "7", "AlarmEmail": "a=b@example.com"})

    def test_an_unknown_environment_and_an_odd_parameter_are_refused(self):
        for arguments in (("test", []), ("dev", ["ThrottleRate"])):
            with self.assertRaises(SystemExit):
                deploy.parameters(self.config, *arguments)

    def test_a_changed_parameter_or_file_is_another_revision(self):
        file = deploy.ROOT / "template.yaml"
        revisions = {deploy.revision({"A": "1"}, [file]), deploy.revision({"A": "2"}, [file]), deploy.revision({"A": "1"}, [])}
        self.assertEqual(len(revisions), 3)
        self.assertEqual(deploy.revision({"A": "1"}, [file]), deploy.revision({"A": "1"}, [file]))


if __name__ == "__main__":
    unittest.main()
