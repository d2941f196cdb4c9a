"""The model store: state, verification, installing, importing, removing, and two at once."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import model_server as ms
import msgspec
import pytest
from made_up_models import BOUND, FREE, OTHER_CONTENT
from model_server import CONTENT

from core.errors import (
    Cancelled,
    DownloadError,
    LicenceError,
    ModelFileError,
    ModelMissingError,
)
from core.models.download import Downloader
from core.models.own_models import Inspection
from core.models.spec import Registry, load_registry
from core.models.store import ModelState, ModelStore, default_models_dir
from core.progress import CancelToken, Progress

SISTER = msgspec.structs.replace(BOUND, id="sister-net", file="Sister.pth", sha256="5" * 64)
COMPACT = load_registry().get("compact-256")
PACKAGED = msgspec.structs.replace(
    FREE, id="packaged", source="package", urls=(), package="no_such_package_xyz", file="a/b.bin"
)
REGISTRY = Registry((COMPACT, FREE, BOUND, SISTER, PACKAGED))
FOUND = Inspection("rrdbnet", "upscaling", scale=4)

pytestmark = pytest.mark.usefixtures("no_proxy")


@pytest.fixture
def root(tmp_path):
    return tmp_path / "models"


@pytest.fixture
def store(root):
    return ModelStore(root, REGISTRY)


def a_file(tmp_path, content, name="download (1).bin"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def files_in(root):
    """All visible files below the store, by relative path."""
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in paths if not path.parts[0].startswith("."))


def install(store, server, model_id="free-net", **how):
    return store.install(model_id, mirror=server.url, **how)


def test_looking_makes_nothing(store, root):
    assert store.state("compact-256") is ModelState.BUNDLED
    assert store.state("free-net") is ModelState.MISSING
    assert store.is_installed("compact-256")
    assert not store.is_installed("free-net")
    assert not store.is_installed("no such model")
    assert store.installed() == (COMPACT,)
    assert [status.spec for status in store.statuses()] == list(REGISTRY)
    assert store.disk_use_bytes() == 0
    assert not root.exists()


def test_a_bundled_model_has_its_file(store):
    assert store.path_of("compact-256").read_bytes()[8:9] == b"{"
    assert store.verify("compact-256") == store.path_of("compact-256")
    assert store.install("compact-256") == store.path_of("compact-256")


def test_the_real_registry_works_with_the_store(root):
    store = ModelStore(root, load_registry())
    assert {"compact-256", "mtcnn", "dlib-resnet29"} <= {spec.id for spec in store.installed()}


def test_a_missing_model_says_how_to_get_it(store):
    with pytest.raises(ModelMissingError) as caught:
        store.path_of("free-net")
    assert "heirloom models install free-net" in caught.value.remedy
    assert "Models › All models…" in caught.value.remedy
    with pytest.raises(ModelMissingError, match="pip install no-such-package-xyz"):
        store.path_of("packaged")
    with pytest.raises(ModelMissingError, match="free-net"):
        store.path_of("free-nett")


def test_a_packaged_model_is_found_in_its_package(store, tmp_path, monkeypatch):
    (tmp_path / "no_such_package_xyz" / "a").mkdir(parents=True)
    (tmp_path / "no_such_package_xyz" / "__init__.py").write_text("raise AssertionError")
    (tmp_path / "no_such_package_xyz" / "a" / "b.bin").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path)
    assert store.state("packaged") is ModelState.BUNDLED
    assert store.verify("packaged").read_bytes() == CONTENT
    assert "no_such_package_xyz" not in sys.modules


def test_installing_leaves_the_verified_file_and_nothing_else(store, root, server):
    path = install(store, server)
    assert path == root / "Free_Net.pth"
    assert path.read_bytes() == CONTENT
    assert files_in(root) == ["Free_Net.pth"]
    assert store.state("free-net") is ModelState.INSTALLED
    assert store.path_of("free-net") == path
    assert store.disk_use_bytes() == len(CONTENT)
    assert [seen.path for seen in server.requests] == ["/files/Free_Net.pth"]
    assert install(store, server) == path
    assert len(server.requests) == 1


def test_a_wrong_file_never_gets_the_final_name(store, root, server):
    server.behaviours = [ms.wrong_byte]
    with pytest.raises(DownloadError, match="hash is wrong"):
        install(store, server)
    assert files_in(root) == []
    assert store.state("free-net") is ModelState.MISSING


def test_a_stopped_download_is_partial_and_goes_on(store, root, server):
    token = CancelToken()

    def cancel_midway(share, _message):
        if share > 0.1:
            token.cancel()

    server.behaviours = [ms.stall_after(300_000), ms.serve]
    with pytest.raises(Cancelled):
        install(store, server, progress=Progress(cancel_midway, token))
    assert files_in(root) == ["Free_Net.pth.part"]
    assert store.state("free-net") is ModelState.PARTIAL
    assert store.disk_use_bytes() == (root / "Free_Net.pth.part").stat().st_size > 0
    with pytest.raises(ModelMissingError, match="Only a part"):
        store.path_of("free-net")
    assert install(store, server).read_bytes() == CONTENT
    assert server.requests[1].range is not None
    assert files_in(root) == ["Free_Net.pth"]


def test_a_partial_download_can_be_removed(store, root, server):
    server.behaviours = [ms.drop_after(100)]
    downloader = Downloader(max_failures=1)
    with pytest.raises(DownloadError):
        install(ModelStore(root, REGISTRY, downloader), server)
    assert store.state("free-net") is ModelState.PARTIAL
    assert store.remove("free-net") == 100
    assert files_in(root) == []


def test_terms_are_asked_for_once(store, root, server):
    server.content = OTHER_CONTENT
    assert store.needs_acceptance("bound-net")
    with pytest.raises(LicenceError) as caught:
        install(store, server, "bound-net")
    assert "https://example.invalid/MIT" in caught.value.remedy
    assert server.requests == []
    with pytest.raises(LicenceError):
        install(store, server, "bound-net", accept_licence=lambda _spec: False)
    asked = []
    install(store, server, "bound-net", accept_licence=lambda spec: asked.append(spec) or True)
    assert asked == [BOUND]
    assert not ModelStore(root, REGISTRY).needs_acceptance("bound-net")
    assert not store.needs_acceptance("sister-net")
    store.remove("bound-net")
    install(store, server, "bound-net")
    assert not store.needs_acceptance("free-net")


def test_spoilt_records_ask_again_and_do_no_harm(store, root, server):
    install(store, server)
    (root / "accepted.json").write_text("not json")
    for receipt in (root / ".verified").iterdir():
        receipt.write_text("{}")
    assert store.needs_acceptance("bound-net")
    assert store.state("free-net") is ModelState.UNVERIFIED
    assert store.path_of("free-net").read_bytes() == CONTENT
    assert store.state("free-net") is ModelState.INSTALLED


def test_a_file_put_in_by_hand_is_verified_at_first_use(store, root, server):
    root.mkdir()
    (root / "Free_Net.pth").write_bytes(CONTENT)
    assert store.state("free-net") is ModelState.UNVERIFIED
    assert install(store, server).read_bytes() == CONTENT
    assert server.requests == []
    assert store.state("free-net") is ModelState.INSTALLED


def test_a_changed_file_is_never_handed_out(store, root, server):
    path = install(store, server)
    path.write_bytes(OTHER_CONTENT)
    os.utime(path, ns=(1, 1))
    assert store.state("free-net") is ModelState.UNVERIFIED
    for look in (store.path_of, store.verify):
        with pytest.raises(ModelFileError, match="damaged") as caught:
            look("free-net")
        assert "heirloom models install free-net" in caught.value.remedy
    assert install(store, server).read_bytes() == CONTENT
    assert store.verify("free-net") == path


def test_verify_finds_a_change_that_size_and_time_hide(store, root, server):
    path = install(store, server)
    stat = path.stat()
    path.write_bytes(OTHER_CONTENT)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert store.state("free-net") is ModelState.INSTALLED
    with pytest.raises(ModelFileError, match="damaged"):
        store.verify("free-net")
    assert store.state("free-net") is ModelState.UNVERIFIED


def test_a_full_disk_does_not_keep_an_intact_model_from_use(store, root, monkeypatch):
    def full(_path, _data):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("core.models.receipts.write_atomic", full)
    root.mkdir()
    path = root / "Free_Net.pth"
    path.write_bytes(CONTENT)
    assert store.path_of("free-net") == path
    assert store.verify("free-net") == path
    path.write_bytes(OTHER_CONTENT)
    with pytest.raises(ModelFileError, match="damaged"):
        store.path_of("free-net")


def test_removing(store, root, server):
    install(store, server)
    assert store.remove("free-net") == len(CONTENT)
    assert files_in(root) == []
    with pytest.raises(ModelMissingError):
        store.remove("free-net")
    with pytest.raises(ModelFileError, match="comes with Heirloom"):
        store.remove("compact-256")
    with pytest.raises(ModelMissingError):
        store.verify("free-net")


def test_a_known_file_is_recognised_whatever_its_name(store, root, tmp_path):
    source = a_file(tmp_path, CONTENT)
    spec = store.import_file(source)
    assert spec == FREE
    assert store.state("free-net") is ModelState.INSTALLED
    assert source.read_bytes() == CONTENT
    assert files_in(root) == ["Free_Net.pth"]
    assert store.import_file(source) == FREE
    store.path_of("free-net").write_bytes(b"ours, not theirs")
    assert source.read_bytes() == CONTENT


def test_importing_a_bundled_file_says_which_it_is(store):
    assert store.import_file(store.path_of("compact-256")) == COMPACT


def test_importing_replaces_a_partial_download(store, root, tmp_path):
    root.mkdir()
    (root / "Free_Net.pth.part").write_bytes(CONTENT[:10])
    store.import_file(a_file(tmp_path, CONTENT))
    assert files_in(root) == ["Free_Net.pth"]


def test_importing_asks_for_terms_too(store, root, tmp_path):
    source = a_file(tmp_path, OTHER_CONTENT)
    with pytest.raises(LicenceError):
        store.import_file(source)
    assert files_in(root) == []
    assert store.import_file(source, accept_licence=True) == BOUND


def test_an_unknown_file_becomes_an_own_model(store, root, tmp_path):
    source = a_file(tmp_path, b"weights", "Omas Gesicht (3).PTH")
    looked_at = []

    def inspect(path):
        looked_at.append((path.name, path.read_bytes()))
        return FOUND

    spec = store.import_file(source, inspect=inspect)
    assert looked_at == [("Omas Gesicht (3).PTH", b"weights")]
    assert (spec.id, spec.name, spec.scale) == ("user/omas-gesicht-3-", "Omas Gesicht (3)", 4)
    assert not spec.commercial_use
    again = ModelStore(root, REGISTRY)
    assert again.spec(spec.id) == spec
    assert again.path_of(spec.id).read_bytes() == b"weights"
    assert again.state(spec.id) is ModelState.INSTALLED
    assert spec in again.installed()
    assert again.import_file(source) == spec
    assert again.remove(spec.id) == len(b"weights")
    assert files_in(root) == []
    with pytest.raises(ModelMissingError):
        again.spec(spec.id)


def test_own_models_of_one_name_stand_side_by_side(store, root, tmp_path):
    first = store.import_file(a_file(tmp_path, b"1", "net.pth"), inspect=lambda _path: FOUND)
    second = store.import_file(a_file(tmp_path, b"2", "net.pth"), inspect=lambda _path: FOUND)
    assert (first.id, second.id) == ("user/net", "user/net-2")
    assert store.path_of("user/net").read_bytes() == b"1"
    assert store.path_of("user/net-2").read_bytes() == b"2"


@pytest.mark.parametrize("name", ["...pth", "日本.pth", "-.safetensors", ".pth.pth"])
def test_odd_names_still_make_an_id(store, tmp_path, name):
    spec = store.import_file(a_file(tmp_path, b"w", name), inspect=lambda _path: FOUND)
    assert store.path_of(spec.id).read_bytes() == b"w"


def test_what_the_inspector_refuses_leaves_nothing(store, root, tmp_path):
    def refuse(_path):
        raise ModelFileError("It is no model.", "Choose another.")

    with pytest.raises(ModelFileError, match="no model"):
        store.import_file(a_file(tmp_path, b"junk", "net.pth"), inspect=refuse)
    assert files_in(root) == []
    assert not [path for path in root.iterdir() if path.name.startswith(".import")]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (CONTENT[:-1], "Free_Net.pth", "incomplete: it has 599,999 of 600,000 bytes"),
        (b"", "net.pth", "empty"),
        (b"a picture", "holiday.jpg", "must end in"),
        (b"weights", "net.pth", "none of the models"),
    ],
)
def test_what_cannot_be_imported_is_said_plainly(store, root, tmp_path, content, name, words):
    with pytest.raises(ModelFileError, match=words):
        store.import_file(a_file(tmp_path, content, name))
    assert not root.exists() or files_in(root) == []


def test_what_is_no_file_cannot_be_imported(store, tmp_path):
    for path in (tmp_path / "gone.pth", tmp_path):
        with pytest.raises(ModelFileError, match="cannot be read"):
            store.import_file(path)


@pytest.mark.skipif(os.name != "posix", reason="pipes among the files are a thing of Unix")
def test_a_pipe_or_a_device_is_refused_at_once(store, tmp_path):
    os.mkfifo(tmp_path / "pipe.pth")
    for path in (tmp_path / "pipe.pth", Path("/dev/zero")):
        with pytest.raises(ModelFileError, match="device or a pipe"):
            store.import_file(path)


def test_cancelling_an_import_leaves_nothing(store, root, tmp_path):
    token = CancelToken()
    progress = Progress(lambda share, _message: token.cancel() if share else None, token)
    with pytest.raises(Cancelled):
        store.import_file(a_file(tmp_path, CONTENT), progress)
    assert not [path for path in root.iterdir() if path.name.startswith(".import")]
    assert store.state("free-net") is ModelState.MISSING


def test_what_a_killed_import_left_is_cleaned_up_by_the_next(store, root, tmp_path):
    root.mkdir()
    (root / ".import").mkdir()
    (root / ".import" / "half.pth").write_bytes(b"half")
    store.import_file(a_file(tmp_path, CONTENT))
    assert not list(root.glob(".import*"))


def test_a_spoilt_card_is_left_out(store, root, tmp_path):
    store.import_file(a_file(tmp_path, b"1", "net.pth"), inspect=lambda _path: FOUND)
    (root / "user" / "bad.json").write_text("{")
    (root / "user" / "worse.json").write_text('{"id": "user/../../x"}')
    assert [spec.id for spec in store.specs() if spec.source == "user"] == ["user/net"]


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path, server):
    (tmp_path / "in the way").write_text("a file")
    store = ModelStore(tmp_path / "in the way" / "models", REGISTRY)
    with pytest.raises(DownloadError, match="cannot be written to"):
        install(store, server)
    with pytest.raises(DownloadError, match="cannot be written to"):
        store.import_file(a_file(tmp_path, CONTENT))


def test_too_little_room_is_said_before_copying(store, tmp_path, monkeypatch):
    usage = ms_usage(free=1000)
    monkeypatch.setattr("core.models.imports.shutil.disk_usage", lambda _path: usage)
    with pytest.raises(DownloadError, match="not enough room"):
        store.import_file(a_file(tmp_path, CONTENT))


def ms_usage(free):
    import shutil

    return shutil.disk_usage("/")._replace(free=free)


def test_the_default_folder_is_the_users():
    assert default_models_dir().parts[-2:] == ("heirloom", "models")
    assert default_models_dir().is_absolute()


CHILD = """
import sys
from pathlib import Path
import msgspec
from core.models.spec import ModelSpec, Registry
from core.models.store import ModelStore
from core.progress import Progress

root, mirror, spec = sys.argv[1:]
store = ModelStore(Path(root), Registry((msgspec.json.decode(spec, type=ModelSpec),)))
store.install("free-net", Progress(lambda *report: print(*report, flush=True)), mirror=mirror)
print("installed", flush=True)
"""


def start_installing(root, server):
    arguments = [str(root), server.url, msgspec.json.encode(FREE).decode()]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments], stdout=subprocess.PIPE, text=True
    )


def test_two_processes_that_install_the_same_model_download_it_once(root, server):
    server.behaviours = [ms.stall_after(200_000), ms.serve]
    with start_installing(root, server) as first:
        server.stalled.wait(ms.PATIENCE_S)
        with start_installing(root, server) as second:
            for line in second.stdout:
                if "another Heirloom" in line:
                    break
            server.release.set()
            assert second.stdout.read().endswith("installed\n")
        assert first.stdout.read().endswith("installed\n")
    assert (first.returncode, second.returncode) == (0, 0)
    assert len(server.requests) == 1
    assert (root / "Free_Net.pth").read_bytes() == CONTENT
    assert files_in(root) == ["Free_Net.pth"]


def test_a_killed_installer_releases_its_lock_and_leaves_what_arrived(root, store, server):
    server.behaviours = [ms.stall_after(200_000), ms.serve]
    with start_installing(root, server) as child:
        for line in child.stdout:
            if float(line.split()[0]) > 0.1:
                break
        child.kill()
    kept_bytes = (root / "Free_Net.pth.part").stat().st_size
    assert kept_bytes > 0
    assert not (root / "Free_Net.pth").exists()
    assert install(store, server).read_bytes() == CONTENT
    assert server.requests[-1].range == f"bytes={kept_bytes}-"


def test_using_the_store_loads_neither_torch_nor_network_code():
    code = (
        "import sys; from pathlib import Path;"
        "from core.models.spec import load_registry; from core.models.store import ModelStore;"
        "ModelStore(Path('nowhere'), load_registry()).statuses();"
        "print([name for name in ('torch', 'requests', 'PySide6', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert not Path("nowhere").exists()
