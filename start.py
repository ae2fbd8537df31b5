#!/usr/bin/env python3
"""Install risk-sandbox into the folder .venv and start it.

usage: python3 start.py WORD [ARGUMENTS]

  run        install, then do the main job: a limit model and a fraud model on a synthetic
             portfolio, each isolated, tracked in MLflow, judged in an HTML report;
             arguments go to `risk-sandbox run` (`python3 start.py run --help` shows them)
  setup      install only; afterwards `.venv/bin/risk-sandbox --help` shows what there is
  lab        install, then open JupyterLab in notebooks/
  test       install, then lint, check types and run the tests, all but the long ones;
             with arguments only pytest, e.g. `python3 start.py test tests/test_setup.py -x`
  test-all   the same with the long tests
  check      install, then lint and check types only
  lock       resolve requirements.txt again from pyproject.toml; `lock --upgrade` takes newer ones

The first time downloads about 570 MB (2.2 GB on disk) from the package index that pip is
configured for: its index, mirrors, certificates and proxy hold here too (see them with
`python3 -m pip config list`). After that nothing is downloaded until requirements.txt or
pyproject.toml changes. All of it goes into .venv and .uv (delete them to start afresh) and into
uv's cache; only bubblewrap, in which models are isolated, and, for the tests alone, PostgreSQL,
Chromium and a Chinese font come through the system's package manager, where that is allowed.
"""

# Only the standard library, and no syntax newer than Python 3.6: an old python3 has to get as
# far as `python_problem`, which says in words what it lacks.
import ast
import contextlib
import glob
import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
import time
import typing
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "risk-sandbox.stamp"
OWN = ROOT / ".uv"
LOG = OWN / "setup.log"

OLDEST, NEWEST = (3, 11), (3, 13)  # requires-python of pyproject.toml; a test compares them

UV_VERSION = "0.13.9"
UV_WHEELS = (
    "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",  # manylinux x86_64
    "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",  # manylinux aarch64
    "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",  # older, musllinux aarch64
    "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",  # musllinux x86_64
    "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",  # macOS arm64
)

PROGRAMS = {"bwrap": "bubblewrap"}  # what the sandbox needs, and in which package
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")  # any of them will do
# Files of fonts that have Chinese characters.
CHINESE = ("/usr/share/fonts/**/*CJK*", "/usr/share/fonts/**/wqy-*", "/System/Library/Fonts/PingF*")
# What tests need besides, any of each line: a database cluster of their own, and a browser with a
# font in which a study's Chinese name is more than boxes; and in which package.
TESTED_WITH = {("initdb",): "postgresql", CHROMIUM: "chromium", CHINESE: "wqy-zenhei-fonts"}
# Where the programs of PostgreSQL are that a distribution does not put on the path.
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin")
INSTALLERS = {
    "apt-get": "env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends",
    "dnf": "dnf install -y",
    "pacman": "pacman -S --noconfirm --needed",
    "zypper": "zypper --non-interactive install",
    "apk": "apk add --no-cache",
}
OTHER_NAMES = {  # of packages that are not called the same everywhere
    ("apt-get", "wqy-zenhei-fonts"): "fonts-wqy-zenhei",
    ("pacman", "wqy-zenhei-fonts"): "wqy-zenhei",
    ("apk", "wqy-zenhei-fonts"): "font-wqy-zenhei",
}
LINTERS = {
    "ruff check": "`.venv/bin/ruff check --fix` mends most of it",
    "ruff format --check": "`.venv/bin/ruff format` mends it",
    "mypy": "the lines above name the places",
}
WORDS = ("run", "setup", "lab", "test", "test-all", "check", "lock")


def main(argv: "list[str]") -> int:
    word, rest = (argv[0] if argv else ""), argv[1:]
    if word in ("", "help", "-h", "--help"):
        print(__doc__.strip())
        return 0 if word else 2
    if word not in WORDS or (rest and word in ("setup", "check")):
        wrong = f"{word} takes no arguments" if word in WORDS else f"there is no word {word!r}"
        print(f"start.py: {wrong}; `python3 start.py --help` shows the words.", file=sys.stderr)
        return 2
    problem = python_problem(sys.version_info[:2], sys.platform)
    if problem:
        raise SystemExit(problem)
    OWN.mkdir(exist_ok=True)
    if word == "lock":
        lock(rest)
        return 0
    setup()
    if word in ("test", "test-all"):
        for_tests()
    if word == "setup":
        print("Next: `python3 start.py run`, or see `.venv/bin/risk-sandbox --help`.")
    elif word == "run":
        become([str(VENV / "bin" / "risk-sandbox"), "run", *rest])
    elif word == "lab":
        as_root = ["--allow-root"] if os.geteuid() == 0 else []  # in containers; it stays local
        become([str(PYTHON), "-m", "jupyterlab", *as_root, *rest], ROOT / "notebooks")
    else:
        if not rest:
            lint()
        if word != "check":
            say("pytest")
            markers = ["-m", "not long"] if word == "test" else []
            # two cores are everywhere; with four at once, fault tests see what others leave
            at_once = [] if rest else ["-n", "2", "--dist", "loadfile", "--durations=15"]
            become([str(PYTHON), "-m", "pytest", *at_once, *markers, *rest], ROOT)
    return 0


def python_problem(version: "tuple[int, int]", platform: str) -> str:
    """One sentence on why nothing can be installed from this interpreter, or nothing."""
    if platform not in ("linux", "darwin"):
        return "risk-sandbox runs on Linux and macOS; on Windows, start it inside WSL 2."
    if version < (3, 8):  # its pip is too old to get uv, which would find a newer Python
        return (
            "risk-sandbox needs Python 3.11, 3.12 or 3.13, and this is {}.{}; "
            "install one of them and say, for instance, `python3.12 start.py run`."
        ).format(*version)
    return ""


def setup() -> None:
    """Bring .venv in line with requirements.txt; where it already is, this takes milliseconds."""
    for program, package in PROGRAMS.items():
        obstacle = "" if shutil.which(program) else install_from_system(package)
        if obstacle:
            print(f"{program} is missing, so no model can run yet: {obstacle}", file=sys.stderr)
    supported = OLDEST <= sys.version_info[:2] <= NEWEST
    # Out of that range, uv looks for another Python, and gets one where that is allowed.
    python = "{}.{}".format(*sys.version_info) if supported else ">=3.11,<3.14"
    inputs = [(ROOT / name).read_bytes() for name in ("requirements.txt", "pyproject.toml")]
    stamp = [f"{ROOT} python {python}", hashlib.sha256(b"".join(inputs)).hexdigest()]
    with only_one():
        found = STAMP.read_text().splitlines() if STAMP.exists() and PYTHON.exists() else [""]
        if found == stamp:
            return
        began = time.monotonic()
        uv = Uv()
        if found[0] != stamp[0]:  # another Python, or a folder that moved: its scripts name it
            this = "{}.{}".format(*sys.version_info)
            what = "Making .venv" if supported else f"Finding Python 3.11 to 3.13 (this is {this})"
            base = sys.executable if supported else python
            uv(what, "venv", "--clear", "--python", base, str(VENV))
        say(f"installing the locked packages into {VENV}")
        pip = ["--python", str(PYTHON)]
        # Bytecode is compiled now: models see .venv read-only and could not keep theirs.
        locked = ["--require-hashes", "--compile-bytecode", "requirements.txt"]
        uv("Installing the locked packages", "pip", "sync", *pip, *locked)
        itself = ["--no-deps", "--no-build-isolation", "--editable", "."]
        uv("Installing risk-sandbox itself", "pip", "install", *pip, *itself)
        STAMP.write_text("\n".join(stamp))
        say(f"installed in {time.monotonic() - began:.0f} s")


def for_tests() -> None:
    """Install what tests alone need; a test that finds it missing fails and says so."""
    for any_of, package in TESTED_WITH.items():
        obstacle = "" if is_there(any_of) else install_from_system(package)
        if obstacle:
            print(f"{package} is missing, so some tests will fail: {obstacle}", file=sys.stderr)


def is_there(any_of: "typing.Iterable[str]") -> bool:
    """Whether one of these programs or files (patterns of whole paths) is on this machine."""
    folders = [folder for pattern in POSTGRES_FOLDERS for folder in glob.glob(pattern)]
    places = os.pathsep.join([os.environ.get("PATH", ""), *folders])
    return any(
        glob.glob(name, recursive=True) if "/" in name else shutil.which(name, path=places)
        for name in any_of
    )


def lock(rest: "list[str]") -> None:
    """Resolve requirements.txt for every platform; it names no index, so that mirrors work."""
    say("resolving pyproject.toml into requirements.txt")
    command = "pip compile --universal --generate-hashes --no-emit-index-url --group dev"
    files = ["--output-file", "requirements.txt", "pyproject.toml"]
    named = ["--custom-compile-command", "python3 start.py lock"]
    oldest = "--python-version={}.{}".format(*OLDEST)
    with only_one():
        uv = Uv()
        # A partial mirror beside the index would hide the wheels it lacks for other platforms.
        for partial in ("UV_INDEX", "UV_FIND_LINKS"):
            uv.env.pop(partial, None)
        uv("Resolving pyproject.toml", *command.split(), oldest, *named, *files, *rest)


def lint() -> None:
    for tool, remedy in LINTERS.items():
        say(tool)
        if subprocess.call([str(PYTHON), "-m", *tool.split()], cwd=str(ROOT), env=environment()):
            raise SystemExit(f"{tool} found something, so nothing further was run; {remedy}.")


class Uv:
    """The installer uv, at one version with known checksums, asking the indexes that pip asks."""

    def __init__(self) -> None:
        self.program = OWN / UV_VERSION / "bin" / "uv"
        pip = [python_with_pip(), "-m", "pip"]
        if not self.program.exists():
            say(f"getting uv {UV_VERSION}, which installs the rest")
            pinned = OWN / "uv.txt"
            pinned.write_text(" --hash=sha256:".join([f"uv=={UV_VERSION}", *UV_WHEELS]))
            only = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(pinned)]
            into = ["--upgrade", "--target", str(OWN / UV_VERSION)]
            # Neither goes with --target, and both may stand in a pip.conf.
            plain = dict(os.environ, PIP_USER="0", PIP_REQUIRE_VIRTUALENV="0")
            quietly("Getting uv through pip", [*pip, "install", *only, *into], plain)
        asked = [*pip, "config", "list"]
        listing = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        self.env = uv_environment(pip_options(listing.decode()), dict(os.environ))
        if ssl.get_default_verify_paths().cafile:  # where a bank's own authority stands
            self.env.setdefault("UV_SYSTEM_CERTS", "true")
        if not os.access(os.path.expanduser("~"), os.W_OK):
            self.env.setdefault("UV_CACHE_DIR", str(OWN / "cache"))

    def __call__(self, what: str, *arguments: str) -> None:
        no_index = ["--no-index"] if "UV_NO_INDEX" in self.env and arguments[0] == "pip" else []
        quietly(what, [str(self.program), *arguments, *no_index], self.env)


def python_with_pip() -> str:
    """A Python that has pip: this one, or one in a private environment."""
    if importlib.util.find_spec("pip"):
        return sys.executable
    private = OWN / "with-pip"
    if not (private / "bin" / "pip").exists():
        if not importlib.util.find_spec("ensurepip"):  # Debian keeps it in a package of its own
            obstacle = install_from_system("python{}.{}-venv".format(*sys.version_info))
            if obstacle:
                raise SystemExit(f"This Python has neither pip nor ensurepip: {obstacle}")
        make = [sys.executable, "-m", "venv", "--clear", str(private)]
        quietly("Making an environment with pip", make, dict(os.environ))
    return str(private / "bin" / "python")


def pip_options(listing: str) -> "dict[str, str]":
    """What `pip config list` says, ranked as pip ranks it: environment, install, global."""
    options = {}  # type: dict[str, str]
    for wanted in ("global", "install", ":env:"):
        for line in listing.splitlines():
            key, _, value = line.partition("=")
            section, _, name = key.rpartition(".")
            if section == wanted:
                alias = {"default-timeout": "timeout", "pypi-url": "index-url"}
                options[alias.get(name, name)] = ast.literal_eval(value)
    return options


def uv_environment(pip: "dict[str, str]", environ: "dict[str, str]") -> "dict[str, str]":
    """The environment in which uv does what pip's options say; UV_* set by the user hold."""

    def is_there(place: str) -> bool:  # pip passes over a folder that is gone, uv stops at it
        path = place[len("file://") :] if place.startswith("file://") else place
        return "://" in path or os.path.exists(os.path.expanduser(path))

    def many(option: str) -> "list[str]":
        return pip.get(option, "").split()

    settings = {
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "UV_INDEX": " ".join(many("extra-index-url")),
        # All indexes rank equal, as for pip: the lock's checksums decide what may come in.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": ",".join(filter(is_there, many("find-links"))),
        "UV_NO_INDEX": pip.get("no-index", "").lower() in ("1", "true", "yes", "on") and "1",
        "UV_INSECURE_HOST": " ".join(many("trusted-host")),
        "UV_HTTP_TIMEOUT": pip.get("timeout", "").split(".")[0],
        "UV_HTTP_RETRIES": pip.get("retries"),
    }
    over = {"SSL_CERT_FILE": pip.get("cert"), "SSL_CLIENT_CERT": pip.get("client-cert")}
    over.update({name: pip.get("proxy") for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")})
    env = {name: value for name, value in settings.items() if value}
    env.update({name: value for name, value in environ.items() if name != "UV_SYSTEM_PYTHON"})
    env.update({name: value for name, value in over.items() if value})
    return env


def install_from_system(package: str) -> str:
    """Install a package of the system; one sentence on what to do where that is not allowed."""
    manager = next((name for name in INSTALLERS if shutil.which(name)), "")
    if not manager:
        return f"install {package}, on Linux, through the system's package manager."
    package = OTHER_NAMES.get((manager, package), package)
    advice = f"ask an administrator to install the package {package} with {manager}."
    admin = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if admin and not (shutil.which("sudo") and succeeds([*admin, "true"])):
        return advice
    say(f"installing {package} through {manager}")
    install = [*admin, *INSTALLERS[manager].split(), package]
    update = [*admin, "apt-get", "update", "-q"]  # where its list of packages is stale or empty
    if succeeds(install) or (manager == "apt-get" and succeeds(update) and succeeds(install)):
        return ""
    return f"{manager} could not install it ({LOG} says why); {advice}"


def quietly(what: str, command: "list[str]", env: "dict[str, str]") -> None:
    """Run a command whose words matter only when it fails, and then in one sentence."""
    if succeeds(command, env):
        return
    told = [line.strip() for line in LOG.read_text().splitlines()[1:] if line.strip()]
    errors = [line for line in told if line.lower().startswith("error")]
    reason = (errors or told or ["it did not say why"])[0].rstrip(".")
    index = "; `python3 -m pip config list` shows which index is asked" if "pip" in command else ""
    raise SystemExit(f"{what} failed ({reason}); {LOG} has the details{index}.")


def succeeds(command: "list[str]", env: "dict[str, str] | None" = None) -> bool:
    """Run a command with its words hidden, but for downloads on a terminal; LOG keeps a failure."""
    lines = [" ".join(command)]
    with subprocess.Popen(
        command, env=env, cwd=str(ROOT), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for raw in process.stdout or ():
            lines.append(raw.decode(errors="replace").rstrip())
            if sys.stdout.isatty() and lines[-1].lstrip().startswith("Download"):
                print(f"\r\033[K   {lines[-1].strip()}", end="\r", flush=True)
    if sys.stdout.isatty():
        print("\033[K", end="", flush=True)
    if process.returncode:
        LOG.write_text("\n".join([*lines, ""]))
    return process.returncode == 0


@contextlib.contextmanager
def only_one() -> "typing.Iterator[None]":
    """Hold this folder's lock, so that two terminals do not install at once."""
    import fcntl  # not on Windows, which is told so before this

    with (OWN / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def environment() -> "dict[str, str]":
    """What every program started from here sees."""
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # One thread a process, since work is parallel by process: with more, they wait on each other.
    threads = os.environ.get("OMP_NUM_THREADS", "1")
    return dict(os.environ, PATH=path, VIRTUAL_ENV=str(VENV), OMP_NUM_THREADS=threads, **quiet)


def become(command: "list[str]", folder: "Path | None" = None) -> None:
    """Hand over to a program: its words, its Ctrl-C and its exit status are then ours."""
    if folder:
        os.chdir(folder)
    sys.stdout.flush()
    os.execve(command[0], command, environment())


def say(step: str) -> None:
    print(f"-- {step}", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nstart.py was stopped; the same command goes on from there.", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        sys.exit(f"start.py cannot go on: {error}.")
