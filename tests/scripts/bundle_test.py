"""The folder of scripts/bundle, in a root that holds nothing else: no library, no loader, no shell.

    python3 tests/scripts/bundle_test.py BUILD
"""

import ctypes
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

BUILD = pathlib.Path(sys.argv.pop())
BUNDLE = pathlib.Path(__file__).resolve().parents[2] / "scripts/bundle"
MS_BIND, MS_REC = 4096, 16384


def mount(source, target):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(os.fsencode(source), os.fsencode(target), None, MS_BIND | MS_REC, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(target))


class Bundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = subprocess.run([BUNDLE, "--no-build", BUILD], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        cls.folder = (BUNDLE.parents[1] / made.stdout.strip()).resolve()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("opt/gerbil", "proc", "tmp"):
            (self.root / name).mkdir(parents=True)

    def run_alone(self, *command):
        """In a root of its own, as root of a user namespace; mounts are gone with the process."""
        user, group = os.getuid(), os.getgid()

        def enter():
            os.unshare(os.CLONE_NEWUSER | os.CLONE_NEWNS)
            pathlib.Path("/proc/self/setgroups").write_text("deny")
            pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
            pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
            mount(self.folder, self.root / "opt/gerbil")
            mount("/proc", self.root / "proc")
            os.chroot(self.root)
            os.chdir("/")

        return subprocess.run(command, preexec_fn=enter, capture_output=True, text=True, timeout=120,
                              env={"HOME": "/tmp", "PATH": "/bin"})

    def test_it_answers_where_there_is_nothing(self):
        with self.assertRaises(FileNotFoundError):  # the program needs its loader, and there is none
            self.run_alone("/opt/gerbil/lib/gerbil", "--version")
        answer = self.run_alone("/opt/gerbil/bin/gerbil", "run", "Tell me a story about a fox", "-n", "60", "--json")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertIn("fox", json.loads(answer.stdout)["text"])
        answer = self.run_alone("/opt/gerbil/bin/gerbil", "similarity", "nano-embed", "a fox", "a hen")
        self.assertEqual(answer.returncode, 0, answer.stderr)

    def test_a_link_to_it_will_do(self):
        (self.root / "bin").mkdir()
        (self.root / "bin/gerbil").symlink_to("/opt/gerbil/bin/gerbil")
        answer = self.run_alone("/bin/gerbil", "--version")
        self.assertEqual((answer.returncode, answer.stderr), (0, ""))
        self.assertRegex(answer.stdout, r"\Agerbil [0-9.]+\n\Z")
        self.assertEqual(self.run_alone("/bin/gerbil", "fly").returncode, 2)

    def test_drivers_are_the_machine_s_own(self):
        names = {path.name for path in (self.folder / "lib").iterdir()}
        self.assertIn("libvulkan.so.1", names)
        self.assertEqual([name for name in names if name.startswith(("libvulkan_", "libGLX_", "libnvidia"))], [])
        packages = (self.folder / "lib/PACKAGES.txt").read_text()
        for package in ("libc6 ", "libcurl4", "libvulkan1 "):
            self.assertIn(package, packages)


if __name__ == "__main__":
    unittest.main()
