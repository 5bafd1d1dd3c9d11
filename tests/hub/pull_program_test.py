"""`gerbil pull` as processes: killed, at the same time, offline, in a terminal's absence; and the model that it leaves.

    python3 tests/hub/pull_program_test.py [TEST] PROGRAM
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import mock_hub

PROGRAM = sys.argv.pop()


class PullProgram(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        self.hub = mock_hub.Hub()
        self.enterContext(self.hub)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("HF_", "HUGGING", "TRANSFORMERS")) and not name.lower().endswith("_proxy")}
        self.environment |= {"HF_ENDPOINT": self.hub.endpoint, "HF_HOME": folder.name}

    def start(self, *arguments, **more):
        return subprocess.Popen([PROGRAM, *arguments], env=self.environment | more, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def run_program(self, *arguments, **more):
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def folder(self, name):
        return self.home / "hub" / ("models--" + name.replace("/", "--"))

    def begun(self, name, size):
        """Waits until so much of a file is there."""
        for _ in range(600):
            for path in (self.folder(name) / "blobs").glob("*.incomplete"):
                if path.stat().st_size >= size:
                    return
            time.sleep(0.05)
        self.fail("the download has not begun")

    def test_a_model_is_pulled_and_used_by_its_name(self):
        model = ("embed", "org/nano-embed", "--text", "a fox", "--device", "cpu", "--json")
        status, out, err = self.run_program(*model)
        self.assertEqual((status, out), (1, ""))
        self.assertIn("`gerbil pull org/nano-embed`", err)
        self.assertEqual(self.hub.take_log(), [], "nothing is downloaded that nobody named")
        status, out, err = self.run_program("pull", "org/nano-embed")
        self.assertEqual((status, err), (0, ""), "quiet where nobody looks")
        self.assertTrue((pathlib.Path(out.strip()) / "config.json").is_file(), out)
        for name in ("org/nano-embed", "org/nano-embed@main", "org/nano-embed@" + pathlib.Path(out.strip()).name):
            status, out, err = self.run_program(model[0], name, *model[2:])
            self.assertEqual(status, 0, err)
            self.assertEqual(json.loads(out)["model"], "org/nano-embed")
        status, _, err = self.run_program(model[0], "org/nano-embed@v2", *model[2:])
        self.assertEqual(status, 1)
        self.assertIn("not its revision 'v2'", err)

    def test_what_programs_read(self):
        status, out, err = self.run_program("pull", "org/plain", "--json", "--revision", "v1.0")
        self.assertEqual(status, 0, err)
        result = json.loads(out)
        commit = self.hub.models["org/plain"].commit
        self.assertEqual((result["model"], result["revision"], result["commit"]), ("org/plain", "v1.0", commit))
        self.assertEqual(result["folder"], str(self.folder("org/plain") / "snapshots" / commit))
        self.assertEqual([file["path"] for file in result["files"]], ["config.json", "model.safetensors", "tokenizer.json"])
        self.assertFalse(any(file["cached"] for file in result["files"]))
        self.assertEqual(result["downloaded_bytes"], sum(file["bytes"] for file in result["files"]))
        status, out, _ = self.run_program("pull", "org/plain@v1.0", "--all-files", "--dry-run")
        self.assertEqual(status, 0)
        self.assertRegex(out, r"(?m)^model\.safetensors +300 kB, is here$")
        self.assertRegex(out, r"(?m)^README\.md +10 B$")

    def test_errors_are_sentences(self):
        for model, sentence in {"org/gated": "gated", "org/missing": "no model", "x/y/z": "no model of the hub"}.items():
            status, out, err = self.run_program("pull", model)
            self.assertEqual((status, out), (1, ""))
            self.assertRegex(err, r"\Agerbil: [^\n]+\n\Z")
            self.assertIn(sentence, err)
        status, _, err = self.run_program("pull")
        self.assertEqual(status, 2)
        status, _, err = self.run_program("pull", "org/plain@v1.0", "--revision", "main")
        self.assertEqual(status, 1)
        self.assertIn("give one", err)

    def test_a_killed_download_goes_on(self):
        for signal, status in (("kill", -9), ("interrupt", 130)):
            name = "org/slow"
            self.hub.models[name].faults = ["slow"]
            process = self.start("pull", name)
            self.begun(name, 20_000)
            process.kill() if signal == "kill" else process.send_signal(2)
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, status, err)
            self.assertFalse((self.folder(name) / "snapshots").exists(), "nothing is believed that is not whole")
            self.assertFalse((self.folder(name) / "refs/main").exists())
            self.hub.take_log()
            status, out, err = self.run_program("pull", name, "--json")
            self.assertEqual(status, 0, err)
            ranges = [request["range"] for request in self.hub.take_log() if request["server"] == "cdn"]
            self.assertEqual(len(ranges), 1)
            self.assertGreaterEqual(int(re.fullmatch(r"bytes=(\d+)-", ranges[0])[1]), 20_000)
            self.assertEqual((pathlib.Path(json.loads(out)["folder"]) / "model.safetensors").read_bytes(),
                             self.hub.models[name].files["model.safetensors"].data)
            subprocess.run(["rm", "-r", self.home / "hub"], check=True)

    def test_killed_at_any_moment(self):
        name = "org/sentence"
        begin = time.monotonic()
        self.assertEqual(self.run_program("pull", name)[0], 0)
        whole = time.monotonic() - begin
        for tenth in range(10):
            if tenth % 2 == 0:  # the others go on with what is there
                subprocess.run(["rm", "-rf", self.home / "hub"], check=True)
            process = self.start("pull", name)
            time.sleep(whole * (tenth + 1) / 11)
            process.kill()
            process.communicate(timeout=60)
            reference = self.folder(name) / "refs/main"
            if reference.exists():  # then all of it is there
                snapshot = self.folder(name) / "snapshots" / reference.read_text()
                self.assertEqual(len([path for path in snapshot.rglob("*") if path.is_file()]), 7)
        status, out, err = self.run_program("pull", name)
        self.assertEqual(status, 0, err)
        for path in pathlib.Path(out.strip()).rglob("*.*"):
            self.assertEqual(path.read_bytes(), self.hub.models[name].files[str(path.relative_to(out.strip()))].data)

    def test_two_at_once_share_the_work(self):
        name = "org/slow"
        processes = [self.start("pull", name, "--json") for _ in range(3)]
        results = []
        for process in processes:
            out, err = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 0, err)
            results.append(json.loads(out))
        size = sum(file["bytes"] for file in results[0]["files"])
        self.assertEqual(sum(result["downloaded_bytes"] for result in results), size)
        self.assertEqual(len([1 for request in self.hub.take_log() if request["server"] == "cdn"]), 1)
        left = [path.name for path in self.home.rglob("*") if "incomplete" in path.name or path.name.endswith(".tmp")]
        self.assertEqual(left, [])

    def test_a_full_disk_is_said_before_anything_is_downloaded(self):
        self.hub.models["org/plain"].files["model.safetensors"].data = b""
        entry = self.hub.models["org/plain"].files["model.safetensors"].entry
        self.hub.models["org/plain"].files["model.safetensors"].entry = lambda path: entry(path) | {
            "lfs": {"oid": "1" * 64, "size": 1 << 49, "pointerSize": 130}}
        status, _, err = self.run_program("pull", "org/plain")
        self.assertEqual(status, 1)
        self.assertIn(f"needs {(1 << 49)}"[:12], err)
        self.assertIn("make room", err)
        self.assertEqual([request for request in self.hub.take_log() if request["server"] == "cdn"], [])

    def test_offline_nothing_is_asked(self):
        status, _, err = self.run_program("pull", "org/plain", HF_HUB_OFFLINE="1")
        self.assertEqual(status, 1)
        self.assertIn("HF_HUB_OFFLINE", err)
        self.assertEqual(self.hub.take_log(), [])


if __name__ == "__main__":
    unittest.main()
