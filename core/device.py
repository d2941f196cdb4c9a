"""Which processor, which library and which precision a network runs with, and why.

Importing this module loads nothing; `probe` loads torch. The choice itself is a pure function of a
`Machine` and a `ComputePreference`, so that each rule can be tested without the hardware.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from core.errors import DeviceError

Runtime = Literal["torch", "openvino"]
Precision = Literal["fp32", "fp16", "bf16"]

_GIB = 1024**3

_AMPERE = (8, 0)
"""The compute capability from which CUDA cards calculate in bf16."""

_SIGNS_OF_CARDS = ("/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
"""Files of drivers: NVIDIA's, that of Windows' Linux, AMD's."""

_BF16_FLAGS: tuple[tuple[Literal["amx", "avx512"], str], ...] = (
    ("amx", "amx_bf16"),
    ("avx512", "avx512_bf16"),
)


@dataclass(frozen=True, slots=True)
class ComputePreference:
    """What the user wants; "auto" leaves it to us.

    Attributes:
        device: "auto", "cpu", "cuda", "cuda:1", "mps".
        runtime: "auto", "torch" or "openvino".
        precision: "auto", "fp32", "fp16" or "bf16".
        memory_limit_bytes: Most memory that one network run may take; None: what is free.
    """

    device: str = "auto"
    runtime: Literal["auto", "torch", "openvino"] = "auto"
    precision: Literal["auto", "fp32", "fp16", "bf16"] = "auto"
    memory_limit_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What will run.

    Attributes:
        device: "cpu", "cuda:0", "mps".
        runtime: "torch" or "openvino".
        precision: "fp32", "fp16" or "bf16".
        reason: Why, one or two plain sentences.
    """

    device: str = "cpu"
    runtime: Runtime = "torch"
    precision: Precision = "fp32"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Gpu:
    """One CUDA card.

    Attributes:
        name: As the driver calls it.
        capability: CUDA compute capability (major, minor).
    """

    name: str
    capability: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Machine:
    """What this computer can do.

    Attributes:
        gpus: CUDA cards that torch can use.
        mps: True where torch can use Apple's graphics.
        cpu_bf16: "amx" for matrix units, "avx512" for vector instructions, "" for neither.
        openvino: True where OpenVINO is installed.
        torch_has_cuda: True where torch was built for CUDA.
        has_nvidia_driver: True where an NVIDIA driver is loaded.
    """

    gpus: tuple[Gpu, ...] = ()
    mps: bool = False
    cpu_bf16: Literal["amx", "avx512", ""] = ""
    openvino: bool = False
    torch_has_cuda: bool = False
    has_nvidia_driver: bool = False


@cache
def probe() -> Machine:
    """Find out what this computer can do. Loads torch; the answer is kept."""
    import torch

    gpus = tuple(
        Gpu(torch.cuda.get_device_name(i), torch.cuda.get_device_capability(i))
        for i in range(torch.cuda.device_count() if torch.cuda.is_available() else 0)
    )
    return Machine(
        gpus=gpus,
        mps=torch.backends.mps.is_available(),
        cpu_bf16=_cpu_bf16(),
        openvino=find_spec("openvino") is not None,
        torch_has_cuda=torch.version.cuda is not None,
        has_nvidia_driver=Path("/proc/driver/nvidia/version").exists(),
    )


def _cpu_bf16() -> Literal["amx", "avx512", ""]:
    """Which bf16 instructions the processor has, as torch sees it."""
    import torch

    found = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    if found.get("amx_bf16"):
        return "amx"
    return "avx512" if found.get("avx512_bf16") else ""


def glance() -> Machine | None:
    """Find out what this computer can do without loading torch, where that is possible.

    Returns:
        The same as `probe` but for `torch_has_cuda`, or None where only torch can tell: on Linux,
        the most usual answer, that there is no graphics card, can be seen.
    """
    has_card = any(Path(sign).exists() for sign in _SIGNS_OF_CARDS)
    if sys.platform != "linux" or has_card:
        return None
    flags = _processor_flags()
    if not flags:
        return None
    bf16 = [kind for kind, flag in _BF16_FLAGS if flag in flags]
    return Machine(cpu_bf16=bf16[0] if bf16 else "", openvino=find_spec("openvino") is not None)


def _processor_flags() -> frozenset[str]:
    """What Linux says of an x86 processor; empty where it says nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return frozenset()
    found = (line.partition(":")[2].split() for line in lines if line.startswith("flags"))
    return frozenset(next(found, ()))


def usable_devices() -> tuple[str, ...]:
    """What can be chosen on this computer: "cpu", then "cuda" or "mps" where they can be used.

    Loads nothing. The answer is exact where `probe` has been asked before or a glance tells all;
    until then a card counts where its driver and a PyTorch that could use it are there.
    """
    machine = probe() if probe.cache_info().currsize else glance()
    if machine is None:
        return ("cpu", *_likely_cards())
    return ("cpu", *(["cuda"] if machine.gpus else []), *(["mps"] if machine.mps else []))


def _likely_cards() -> tuple[str, ...]:
    """The kinds of graphics that torch may find, by what can be seen without it."""
    if sys.platform == "darwin":
        return ("mps",) if platform.machine() == "arm64" else ()
    signs = _SIGNS_OF_CARDS
    if sys.platform == "win32":
        signs = (os.path.expandvars(r"%SystemRoot%\System32\nvcuda.dll"),)
    has_card = any(Path(sign).exists() for sign in signs)
    return ("cuda",) if has_card and not _torch_is_for_processors() else ()


def _torch_is_for_processors() -> bool:
    """True where the installed PyTorch says in its version that it can use no card."""
    try:
        return metadata.version("torch").endswith("+cpu")
    except metadata.PackageNotFoundError:
        return False


def check_preference(preference: ComputePreference) -> None:
    """Refuse what this computer cannot do before anything is loaded for it.

    Where nothing special is wanted nothing is looked at; torch is loaded only where it alone knows.

    Raises:
        DeviceError: A device, runtime or precision that was asked for is not there.
    """
    wanted = (preference.device, preference.runtime, preference.precision)
    if any(wish != "auto" for wish in wanted):
        choose(preference, glance() or probe(), ("torch", "openvino"))


def has_bf16(device: str) -> bool:
    """True where a device has instructions for bf16; elsewhere it is slower than fp32 by far.

    Args:
        device: "cpu", "cuda", "cuda:1", "mps".
    """
    machine = probe()
    kind, _, number = device.partition(":")
    if kind == "cuda":
        return machine.gpus[int(number or 0)].capability >= _AMPERE
    return kind == "cpu" and bool(machine.cpu_bf16)


def choose(
    preference: ComputePreference,
    machine: Machine,
    runtimes: Collection[Runtime],
    precisions: Collection[Precision] = ("fp32", "fp16", "bf16"),
) -> Chosen:
    """Decide what a network runs with.

    Args:
        preference: What the user wants.
        machine: What there is.
        runtimes: What the network can run with.
        precisions: What the network can calculate in; fp32 always among them.

    Returns:
        Device, runtime, precision and the reason.

    Raises:
        DeviceError: Something that was asked for is not there.
    """
    device, why = _choose_device(preference.device, machine)
    runtime = _choose_runtime(preference.runtime, device, machine, runtimes)
    precision = _choose_precision(preference.precision, device, machine)
    if precision not in precisions:
        if preference.precision != "auto":
            raise DeviceError(
                f"This model cannot calculate in {precision}.",
                "Choose the precision “auto” or “fp32”.",
            )
        precision = "fp32"
    if runtime == "openvino":
        why += " OpenVINO runs this model faster there than PyTorch."
    return Chosen(device, runtime, precision, why)


def _choose_device(wanted: str, machine: Machine) -> tuple[str, str]:
    if wanted == "auto":
        return _best_device(machine)
    if wanted == "cpu":
        return "cpu", "The processor was asked for."
    if wanted == "mps":
        if not machine.mps:
            raise _missing(
                "You asked for Apple graphics (mps), but this computer has none that PyTorch can "
                "use: they come with Macs that have an Apple processor.",
                machine,
            )
        return "mps", "Apple graphics were asked for."
    kind, _, number = wanted.partition(":")
    if kind != "cuda" or not (number.isdecimal() or wanted == "cuda"):
        raise DeviceError(
            f"There is no kind of processor called “{wanted}”.",
            "Use auto, cpu, cuda, cuda:1 (the second card) or mps.",
        )
    index = int(number or 0)
    if index >= len(machine.gpus):
        raise _missing(_no_such_card(wanted, machine), machine)
    return f"cuda:{index}", f"The graphics card {machine.gpus[index].name} was asked for."


def _best_device(machine: Machine) -> tuple[str, str]:
    if machine.gpus:
        return "cuda:0", f"The graphics card {machine.gpus[0].name} is the fastest choice."
    if machine.mps:
        return "mps", "Apple graphics are the fastest choice."
    return "cpu", f"The processor is used: {_why_no_gpu(machine)}."


def _why_no_gpu(machine: Machine) -> str:
    if machine.has_nvidia_driver and not machine.torch_has_cuda:
        return "the installed PyTorch was built without support for the graphics card"
    if machine.has_nvidia_driver:
        return "PyTorch cannot use the graphics card, perhaps because its driver is too old"
    return "no graphics card that PyTorch can use was found"


def _no_such_card(wanted: str, machine: Machine) -> str:
    if machine.gpus:
        names = ", ".join(f"cuda:{i} ({gpu.name})" for i, gpu in enumerate(machine.gpus))
        return f"You asked for the graphics card {wanted}, but there is only {names}."
    return f"You asked for a graphics card ({wanted}), but {_why_no_gpu(machine)}."


def _missing(summary: str, machine: Machine) -> DeviceError:
    cards = [f"“cuda:{i}”" for i in range(len(machine.gpus))] + ["“mps”"] * machine.mps
    *most, last = ["“auto”", "“cpu”", *cards]
    return DeviceError(
        summary, f"Choose {', '.join(most)} or {last}; in the window: Edit › Preferences."
    )


def _choose_runtime(
    wanted: str, device: str, machine: Machine, runtimes: Collection[Runtime]
) -> Runtime:
    usable = machine.openvino and "openvino" in runtimes and device == "cpu"
    if wanted == "openvino" and not usable:
        raise DeviceError(
            "OpenVINO cannot be used here: it needs the processor, its package, and a model that "
            "it can run.",
            "Choose the runtime “auto” or “torch”.",
        )
    if wanted == "auto":
        return "openvino" if usable else "torch"
    return "openvino" if wanted == "openvino" else "torch"


def _choose_precision(wanted: str, device: str, machine: Machine) -> Precision:
    if wanted == "fp32":
        return "fp32"
    if wanted in ("fp16", "bf16"):
        return _asked_precision("fp16" if wanted == "fp16" else "bf16", device, machine)
    if device.startswith("cuda"):
        return "bf16" if _gpu(device, machine).capability >= _AMPERE else "fp16"
    # Half the time or less, for a fifth of an 8-bit level of mean difference (see DECISIONS.md).
    return "bf16" if device == "cpu" and machine.cpu_bf16 else "fp32"


def _asked_precision(wanted: Precision, device: str, machine: Machine) -> Precision:
    if device == "cpu" and (wanted == "fp16" or not machine.cpu_bf16):
        raise DeviceError(
            f"This processor has no instructions for {wanted}.",
            "Choose the precision “auto” or “fp32”.",
        )
    if device.startswith("cuda") and wanted == "bf16":
        card = _gpu(device, machine)
        if card.capability < _AMPERE:
            raise DeviceError(
                f"The graphics card {card.name} cannot calculate in bf16.",
                "Choose the precision “auto”, “fp16” or “fp32”.",
            )
    return wanted


def _gpu(device: str, machine: Machine) -> Gpu:
    return machine.gpus[int(device.partition(":")[2])]


def free_memory_bytes(device: str) -> int:
    """Memory that is free now on a device, in bytes.

    On a Linux machine it honours the limit of the container (cgroup v2). Where nothing can be
    found out, 2 GiB is assumed.
    """
    if device.startswith("cuda"):
        import torch

        free, _total = torch.cuda.mem_get_info(torch.device(device))
        return free
    return min(_system_free_bytes(), _cgroup_free_bytes())


def total_memory_bytes(device: str) -> int:
    """Memory of a graphics card, free or not, in bytes; 4 GiB where it cannot be found out."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.get_device_properties(torch.device(device)).total_memory
    return 4 * _GIB


def _system_free_bytes() -> int:
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    if hasattr(os, "sysconf") and "SC_AVPHYS_PAGES" in os.sysconf_names:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return 2 * _GIB


def _cgroup_free_bytes() -> int:
    root = Path("/sys/fs/cgroup")
    try:
        limit = (root / "memory.max").read_text().strip()
        used = int((root / "memory.current").read_text())
    except (OSError, ValueError):
        return sys.maxsize
    return sys.maxsize if limit == "max" else max(0, int(limit) - used)
