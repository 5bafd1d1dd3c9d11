"""scripts/env on hosts that are made up here: nothing of the real host is asked or changed.

Every program that could is a stand-in on PATH that writes down how it was called, and $GERBIL_HOST is where the host's
own files are.
"""
import os
import pathlib
import pty
import select
import shutil
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "scripts"
PACKAGES = {word for line in (SCRIPTS / "packages.txt").read_text().splitlines() for word in line.split("#")[0].split()}

STAND_IN = r"""#!/bin/bash
name=${0##*/}
echo "$name $*${APT_CONFIG:+ WITH $APT_CONFIG}" >> "$WORLD/log"
installed() { grep -q -x -F -- "$1" "$WORLD/installed" 2>/dev/null; }
case $name in
  id) echo "${FAKE_UID:-0}" ;;
  sudo) exec "$@" ;;
  apt-cache)
    if [ "$1" = madison ] && [ -e "$WORLD/lists" ]; then echo "$2 | 1.0 | https://archive.example forky/main"; fi ;;
  dpkg-query)
    for word; do :; done
    if installed "$word"; then printf 'install ok installed'; else exit 1; fi ;;
  apt-get)
    [ "$1" != indextargets ] || exit 0  # as where no archive is Debian's
    simulated='' packages=()
    for word; do
      case $word in
        --simulate) simulated=yes ;;
        update) touch "$WORLD/lists" ;;
        -* | install) ;;
        *) packages+=("$word") ;;
      esac
    done
    [ ${#packages[@]} -gt 0 ] || exit 0
    [ -e "$WORLD/lists" ] || { echo "E: Unable to locate package ${packages[0]}" >&2; exit 100; }
    if [ -n "$simulated" ]; then
      cat "$WORLD/plan" 2>/dev/null
      for word in "${packages[@]}"; do echo "Inst $word (1.0 Debian:14.0/stable [amd64])"; done
    else
      printf '%s\n' "${packages[@]}" >> "$WORLD/installed"
      for word in "${packages[@]}"; do
        case $word in mmdebstrap) provide mmdebstrap ;; bubblewrap) provide bwrap ;; esac
      done
      touch "$WORLD/host/var/lib/dpkg/status"
    fi ;;
  mmdebstrap)
    for word; do case $word in /*) mkdir -p "$word"; touch "$word/.gerbil-env" ;; esac; done ;;
  bwrap)
    while [ $# -gt 0 ]; do
      if [ "$1" = --chdir ]; then shift 2; break; fi
      shift
    done
    exec "$@" ;;
esac
"""

BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n'
TRIXIE = 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\n'
FORKY = 'ID=debian\nVERSION_ID="14"\nVERSION_CODENAME=forky\n'


class Environment(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.world = pathlib.Path(folder.name).resolve()
        self.bin = self.world / "bin"
        for name in ("bin", "host/etc", "host/var/lib/dpkg", "home"):
            (self.world / name).mkdir(parents=True)
        # What the script may use of the real host; nothing else is on PATH.
        for name in ("bash", "cat", "chmod", "cut", "dirname", "flock", "grep", "head", "ln", "mkdir", "mv", "rm", "sed",
                     "sha256sum", "sleep", "sort", "tail", "touch", "tr", "true", "wc"):
            for place in ("/usr/bin", "/bin"):
                if os.path.exists(f"{place}/{name}"):
                    (self.bin / name).symlink_to(f"{place}/{name}")
                    break
        for name in ("id", "sudo", "apt-get", "apt-cache", "apt-config", "dpkg-query", "unshare", "newuidmap"):
            self.provide(name)
        helper = self.bin / "provide"
        helper.write_text('#!/bin/bash\nln -s "$WORLD/bin/id" "$WORLD/bin/$1"\n')
        helper.chmod(0o755)
        (self.world / "host/var/lib/dpkg/status").touch()
        (self.world / "lists").touch()

    def provide(self, name):
        program = self.bin / name
        program.write_text(STAND_IN)
        program.chmod(0o755)

    def host(self, release):
        (self.world / "host/etc/os-release").write_text(release)

    def environment(self, **more):
        return {"PATH": str(self.bin), "HOME": str(self.world / "home"), "GERBIL_HOST": str(self.world / "host"),
                "GERBIL_ENV": str(self.world / "cache"), "WORLD": str(self.world), **more}

    def run_script(self, *command, **more):
        (self.world / "log").write_text("")
        # Without a terminal of its own: whoever runs the tests is not asked.
        return subprocess.run([SCRIPTS / "env", *command], env=self.environment(**more), cwd=self.world, text=True,
                              capture_output=True, timeout=60, start_new_session=True, stdin=subprocess.DEVNULL)

    def at_terminal(self, answers, *command):
        """Gives the exit code and what was shown."""
        (self.world / "log").write_text("")
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.world)
            os.execve(SCRIPTS / "env", [str(SCRIPTS / "env"), *command], self.environment())
        shown, asked = b"", 0
        while select.select([terminal], [], [], 60)[0]:
            try:
                piece = os.read(terminal, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
            if shown.count(b"[Y/n] ") > asked:
                os.write(terminal, answers[asked].encode() + b"\n")
                asked += 1
        self.assertEqual(asked, len(answers), shown)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown.decode()

    def log(self):
        return (self.world / "log").read_text().splitlines()

    def installed(self):
        """What was installed on the host by the last call."""
        return [set(line.split()) & (PACKAGES | {"mmdebstrap", "bubblewrap"}) for line in self.log()
                if line.startswith("apt-get ") and " install " in f"{line} " and "--simulate" not in line]

    # The host's release decides, not what its apt could get.

    def test_an_older_host_that_knows_a_newer_archive_is_not_changed(self):
        for name in ("mmdebstrap", "bwrap"):
            self.provide(name)
        for release in (BOOKWORM, TRIXIE, 'ID=ubuntu\nVERSION_ID="26.04"\nVERSION_CODENAME=forky\nID_LIKE=debian\n',
                        'ID=debian\nVERSION_CODENAME=trixie\n', 'ID=debian\nVERSION_ID="x"\n', ""):
            with self.subTest(release):
                self.host(release)
                result = self.run_script("--where")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn("/cache/debian-14-", result.stdout)
                self.assertEqual(self.installed(), [])

    def test_debian_14_and_later_run_natively(self):
        for release in (FORKY, 'ID=debian\nVERSION_ID="15"\nVERSION_CODENAME=duke\n', 'ID=debian\nVERSION_CODENAME=forky\n',
                        'ID=debian\nVERSION_CODENAME=sid\n'):
            with self.subTest(release):
                self.host(release)
                (self.world / "installed").write_text("")
                shutil.rmtree(self.world / "cache", ignore_errors=True)
                result = self.run_script("--where")
                self.assertEqual(result.stdout, "native\n", result.stderr)
                self.assertEqual(self.installed(), [PACKAGES])

    def test_only_what_is_missing_is_installed(self):
        self.host(FORKY)
        (self.world / "installed").write_text("\n".join(PACKAGES - {"ninja-build"}))
        self.assertEqual(self.run_script("--where").stdout, "native\n")
        self.assertEqual(self.installed(), [{"ninja-build"}])

    # The plan of apt-get.

    def test_a_plan_that_upgrades_or_removes_is_refused_by_name(self):
        self.host(FORKY)
        (self.world / "plan").write_text("Inst libc6 [2.40-1] (2.44-1 Debian:14.0/stable [amd64]) []\n"
                                         "Inst newcomer (1.0 Debian:14.0/stable [amd64]) [libc6:amd64 ]\n"
                                         "Remv old-tool [1.0] []\nConf libc6 (2.44-1 Debian:14.0/stable [amd64])\n")
        result = self.run_script("--where")
        self.assertIn("libc6 old-tool\n", result.stderr)
        self.assertNotIn("newcomer", result.stderr)
        self.assertEqual(self.installed(), [])
        # What the private root needs has the same plan here, so there is no environment at all.
        self.assertEqual(result.returncode, 1)
        self.assertIn("mmdebstrap", result.stderr)

    def test_a_refused_plan_leaves_the_private_root(self):
        self.host(FORKY)
        for name in ("mmdebstrap", "bwrap"):
            self.provide(name)
        (self.world / "plan").write_text("Inst libc6 [2.40-1] (2.44-1 Debian:14.0/stable [amd64])\n")
        result = self.run_script("--where")
        self.assertIn("libc6", result.stderr)
        self.assertIn("/cache/debian-14-", result.stdout)

    def test_tools_on_the_host_are_refused_alike(self):
        self.host(BOOKWORM)
        (self.world / "plan").write_text("Inst libc6 [2.36-9] (2.44-1 Debian:14.0/stable [amd64])\n")
        result = self.run_script("true")
        self.assertEqual(result.returncode, 1)
        self.assertIn("libc6", result.stderr)
        self.assertEqual(self.installed(), [])

    def test_the_lists_are_fetched_when_there_are_none(self):
        self.host(FORKY)
        (self.world / "lists").unlink()
        self.assertEqual(self.run_script("--where").stdout, "native\n")
        self.assertEqual(self.installed(), [PACKAGES])

    def test_an_archive_without_the_packages_leaves_the_private_root(self):
        self.host(FORKY)
        (self.bin / "apt-get").unlink()
        (self.bin / "apt-get").write_text('#!/bin/bash\necho "E: Unable to locate package libwebgpu-dawn-dev" >&2\nexit 100\n')
        (self.bin / "apt-get").chmod(0o755)
        for name in ("mmdebstrap", "bwrap"):
            self.provide(name)
        result = self.run_script("--where")
        self.assertIn("/cache/debian-14-", result.stdout)
        self.assertIn("Unable to locate package libwebgpu-dawn-dev", result.stderr)

    # Inherited settings, and who is asked.

    def test_no_program_of_apt_sees_an_inherited_apt_config(self):
        for release in (BOOKWORM, FORKY):
            self.host(release)
            shutil.rmtree(self.world / "cache", ignore_errors=True)
            with self.subTest(release):
                self.assertEqual(self.run_script("true", APT_CONFIG="/elsewhere/apt.conf").returncode, 0)
                self.assertTrue(self.installed())
                self.assertEqual([line for line in self.log() if "WITH" in line], [])

    def test_a_user_installs_through_sudo(self):
        self.host(FORKY)
        self.assertEqual(self.run_script("--where", FAKE_UID="1000").stdout, "native\n")
        self.assertTrue([line for line in self.log() if line.startswith("sudo apt-get install ")])

    def test_a_terminal_is_asked_first(self):
        self.host(FORKY)
        for name in ("mmdebstrap", "bwrap"):
            self.provide(name)
        status, shown = self.at_terminal(["n"], "--where")
        self.assertEqual(status, 0, shown)
        self.assertIn("/cache/debian-14-", shown)
        self.assertEqual(self.installed(), [])

    def test_a_terminal_that_agrees(self):
        self.host(FORKY)
        status, shown = self.at_terminal([""], "--where")
        self.assertEqual(status, 0, shown)
        self.assertIn("native", shown)
        self.assertIn("ninja-build", shown)
        self.assertEqual(self.installed(), [PACKAGES])

    def test_a_terminal_is_asked_for_tools_too(self):
        self.host(BOOKWORM)
        status, shown = self.at_terminal(["n"], "true")
        self.assertEqual(status, 1)
        self.assertEqual(self.installed(), [])
        status, shown = self.at_terminal(["y", "yes"], "true")
        self.assertEqual(status, 0, shown)
        self.assertEqual(self.installed(), [{"mmdebstrap"}, {"bubblewrap"}])

    # Decided once.

    def test_later_calls_ask_neither_apt_nor_dpkg(self):
        for release in (FORKY, BOOKWORM):
            self.host(release)
            shutil.rmtree(self.world / "cache", ignore_errors=True)
            self.run_script("true")
            os.utime(self.world / "host/var/lib/dpkg/status", (1, 1))  # the clock's tick may not tell it from the stamp
            with self.subTest(release):
                self.assertEqual(self.run_script("true").returncode, 0)
                self.assertEqual([line for line in self.log() if line.startswith(("apt", "dpkg", "mmdebstrap"))], [])

    def test_a_package_that_was_removed_is_installed_again(self):
        self.host(FORKY)
        self.run_script("true")
        stamp = next((self.world / "cache").glob("native-*"))
        os.utime(stamp, (1, 1))  # dpkg changed something since
        (self.world / "installed").write_text("\n".join(PACKAGES - {"ninja-build"}))
        self.assertEqual(self.run_script("true").returncode, 0)
        self.assertEqual(self.installed(), [{"ninja-build"}])


if __name__ == "__main__":
    unittest.main()
