"""scripts/gerbil builds when something changed and says nothing otherwise, in a project that is made up here."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"

# Stands for scripts/env: writes down what it is asked to do, and does it as cmake would.
ENVIRONMENT = r"""#!/bin/bash
echo "$*" >> "$LOG"
case $1 in
  cmake)
    case $2 in
      --preset) touch "$BUILD/build.ninja" ;;
      --build)
        [ ! -e "$BUILD/broken" ] || { echo "a mistake on line 3"; exit 1; }
        echo "[1/1] Linking"
        sleep 0.3
        mkdir -p "$BUILD/bin"
        printf '#!/bin/sh\necho "ran $*"\n' > "$BUILD/bin/gerbil"
        chmod +x "$BUILD/bin/gerbil" ;;
    esac ;;
  *) exec "$@" ;;
esac
"""


class Gerbil(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.log = self.root / "log"
        for name in ("scripts", "src/cli", "include", "cmake", "build/release"):
            (self.root / name).mkdir(parents=True)
        for name in ("CMakeLists.txt", "CMakePresets.json", "src/cli/main.cpp", "include/engine.hpp", "src/kernel.wgsl"):
            (self.root / name).write_text("")
        shutil.copy(SCRIPTS / "gerbil", self.root / "scripts/gerbil")
        environment = self.root / "scripts/env"
        environment.write_text(ENVIRONMENT)
        environment.chmod(0o755)

    def run_script(self, *arguments):
        """Gives the result and whether there was a build."""
        self.log.write_text("")
        environment = {**os.environ, "LOG": str(self.log), "BUILD": str(self.root / "build/release")}
        result = subprocess.run([self.root / "scripts/gerbil", *arguments], env=environment, text=True,
                                capture_output=True, timeout=60)
        return result, "--build" in self.log.read_text()

    def test_builds_once_and_is_silent_after_that(self):
        result, built = self.run_script("--version")
        self.assertEqual(result.stdout, "ran --version\n")
        self.assertIn("building", result.stderr)
        self.assertTrue(built)
        result, built = self.run_script("run", "two words")
        self.assertEqual(result.stdout, "ran run two words\n")
        self.assertEqual(result.stderr, "")
        self.assertFalse(built)
        self.assertEqual(len(self.log.read_text().splitlines()), 1)  # one entry into the environment

    def test_every_kind_of_change_is_built(self):
        source = self.root / "src/cli/main.cpp"
        changes = {
            "a source": lambda: source.write_text("// changed"),
            "a header": lambda: (self.root / "include/engine.hpp").write_text("// changed"),
            "a shader": lambda: (self.root / "src/kernel.wgsl").write_text("// changed"),
            "a new file": lambda: (self.root / "src/cli/new.cpp").write_text(""),
            "another name": lambda: (self.root / "src/cli/new.cpp").rename(self.root / "src/cli/newer.cpp"),
            "a removal": lambda: (self.root / "src/cli/newer.cpp").unlink(),
            "the build's description": lambda: (self.root / "CMakeLists.txt").write_text("# changed"),
            "its modules": lambda: (self.root / "cmake/module.cmake").write_text(""),
            "its presets": lambda: (self.root / "CMakePresets.json").write_text("{}"),
            "the environment": lambda: (self.root / "scripts/packages.txt").write_text("ninja-build"),
            "no program": lambda: (self.root / "build/release/bin/gerbil").unlink(),
        }
        self.run_script()
        for name, change in changes.items():
            change()
            with self.subTest(name):
                self.assertTrue(self.run_script()[1])
                self.assertFalse(self.run_script()[1])

    def test_a_build_that_failed_is_tried_again(self):
        self.run_script()
        broken = self.root / "build/release/broken"
        broken.touch()
        (self.root / "src/cli/main.cpp").write_text("mistake")
        for _ in range(2):
            result, _ = self.run_script()
            self.assertEqual(result.returncode, 1)
            self.assertIn("a mistake on line 3", result.stderr)
        broken.unlink()
        self.assertTrue(self.run_script()[1])


if __name__ == "__main__":
    unittest.main()
