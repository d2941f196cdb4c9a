"""The choice of device, runtime and precision, for machines that need not exist."""

import subprocess
import sys
from functools import cache

import pytest

from core import device
from core.device import (
    ComputePreference,
    Gpu,
    Machine,
    check_preference,
    choose,
    free_memory_bytes,
    glance,
    has_bf16,
    probe,
    usable_devices,
)
from core.errors import DeviceError

NEW_CARD, OLD_CARD = Gpu("RTX 4090", (8, 9)), Gpu("GTX 1080", (6, 1))
BOTH = ("torch", "openvino")


def chosen(machine, runtimes=BOTH, **wanted):
    got = choose(ComputePreference(**wanted), machine, runtimes)
    return got.device, got.runtime, got.precision


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (Machine(), ("cpu", "torch", "fp32")),
        (Machine(openvino=True), ("cpu", "openvino", "fp32")),
        (Machine(openvino=True, cpu_bf16="amx"), ("cpu", "openvino", "bf16")),
        (Machine(cpu_bf16="avx512"), ("cpu", "torch", "bf16")),
        (Machine(gpus=(NEW_CARD,), openvino=True), ("cuda:0", "torch", "bf16")),
        (Machine(gpus=(OLD_CARD,)), ("cuda:0", "torch", "fp16")),
        (Machine(mps=True), ("mps", "torch", "fp32")),
    ],
)
def test_the_best_of_what_there_is(machine, expected):
    assert chosen(machine) == expected


def test_what_the_user_wants_wins():
    machine = Machine(gpus=(NEW_CARD, OLD_CARD), openvino=True, cpu_bf16="amx")
    assert chosen(machine, device="cpu") == ("cpu", "openvino", "bf16")
    assert chosen(machine, device="cpu", runtime="torch") == ("cpu", "torch", "bf16")
    assert chosen(machine, device="cpu", precision="fp32") == ("cpu", "openvino", "fp32")
    assert chosen(machine, device="cuda:1") == ("cuda:1", "torch", "fp16")
    assert chosen(machine, device="cuda", precision="fp16") == ("cuda:0", "torch", "fp16")


def test_a_network_without_a_graph_runs_on_torch():
    assert chosen(Machine(openvino=True), runtimes=("torch",)) == ("cpu", "torch", "fp32")


@pytest.mark.parametrize(
    ("machine", "wanted", "said"),
    [
        (Machine(), {"device": "cuda"}, "no graphics card"),
        (Machine(gpus=(NEW_CARD,)), {"device": "cuda:1"}, "cuda:1"),
        (Machine(), {"device": "mps"}, "Apple"),
        (Machine(), {"device": "quantum"}, "quantum"),
        (Machine(), {"device": "cuda:x"}, "cuda:x"),
        (Machine(), {"runtime": "openvino"}, "OpenVINO"),
        (Machine(gpus=(NEW_CARD,), openvino=True), {"runtime": "openvino"}, "OpenVINO"),
        (Machine(), {"precision": "bf16"}, "bf16"),
        (Machine(cpu_bf16="amx"), {"precision": "fp16"}, "fp16"),
        (Machine(gpus=(OLD_CARD,)), {"precision": "bf16"}, "GTX 1080"),
    ],
)
def test_what_is_not_there_is_refused_in_words(machine, wanted, said):
    with pytest.raises(DeviceError) as caught:
        chosen(machine, **wanted)
    assert said in caught.value.summary
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (Machine(), "no graphics card"),
        (Machine(has_nvidia_driver=True), "built without"),
        (Machine(has_nvidia_driver=True, torch_has_cuda=True), "driver"),
        (Machine(gpus=(NEW_CARD,)), "RTX 4090"),
    ],
)
def test_the_reason_answers_why_the_processor(machine, said):
    assert said in choose(ComputePreference(), machine, BOTH).reason


def test_this_machine_can_be_probed_and_chosen_for():
    assert choose(ComputePreference(), probe(), BOTH).device in {"cpu", "cuda:0", "mps"}
    assert free_memory_bytes("cpu") > 0


def test_the_module_loads_no_torch():
    code = "import sys, core.device; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("machine", "device", "expected"),
    [
        (Machine(), "cpu", False),
        (Machine(cpu_bf16="avx512"), "cpu", True),
        (Machine(gpus=(NEW_CARD, OLD_CARD)), "cuda:0", True),
        (Machine(gpus=(NEW_CARD, OLD_CARD)), "cuda", True),
        (Machine(gpus=(NEW_CARD, OLD_CARD)), "cuda:1", False),
        (Machine(gpus=(NEW_CARD,)), "cpu", False),
        (Machine(mps=True), "mps", False),
    ],
)
def test_which_device_has_bf16(monkeypatch, machine, device, expected):
    monkeypatch.setattr("core.device.probe", lambda: machine)
    assert has_bf16(device) is expected


REFUSAL = """
import sys
from core import device
from core.errors import DeviceError
from core.api import Engine
from core.image import Photo
from core.settings import RestorationSettings
import numpy as np
device.glance = lambda: device.Machine(openvino=True)
compute = device.ComputePreference(precision="bf16")
try:
    Engine(compute).run(Photo(np.zeros((8, 8, 3), np.uint8)), RestorationSettings())
except DeviceError as error:
    print(error.summary)
print(*sorted({"torch", "openvino"} & set(sys.modules)))
"""


def test_what_is_not_there_is_refused_before_anything_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", REFUSAL], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["This processor has no instructions for bf16.", ""]


@pytest.mark.parametrize(
    ("wanted", "cards", "summary", "remedy"),
    [
        ("cuda", (), "no graphics card that PyTorch can use was found", "“auto” or “cpu”;"),
        ("cuda:2", (NEW_CARD,), "only cuda:0 (RTX 4090)", "“auto”, “cpu” or “cuda:0”;"),
        ("mps", (NEW_CARD,), "come with Macs", "“auto”, “cpu” or “cuda:0”;"),
    ],
)
def test_the_refusal_names_what_there_is(wanted, cards, summary, remedy):
    with pytest.raises(DeviceError) as caught:
        chosen(Machine(gpus=cards), device=wanted)
    assert summary in caught.value.summary
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (Machine(), ("cpu",)),
        (Machine(gpus=(NEW_CARD, OLD_CARD)), ("cpu", "cuda")),
        (Machine(mps=True), ("cpu", "mps")),
    ],
)
def test_what_can_be_chosen_once_the_machine_is_known(monkeypatch, machine, expected):
    monkeypatch.setattr(device, "probe", cache(lambda: machine))
    monkeypatch.setattr(device, "glance", lambda: machine)
    assert usable_devices() == expected  # by a glance
    monkeypatch.setattr(device, "glance", lambda: None)
    device.probe()
    assert usable_devices() == expected  # by what torch has said


@pytest.mark.parametrize(
    ("system", "processor", "has_driver", "torch", "expected"),
    [
        ("linux", "x86_64", True, "2.9.0", ("cpu", "cuda")),
        ("linux", "x86_64", True, "2.9.0+cpu", ("cpu",)),
        ("linux", "aarch64", False, "2.9.0", ("cpu",)),
        ("win32", "AMD64", True, "2.9.0+cu128", ("cpu", "cuda")),
        ("win32", "AMD64", False, "2.9.0+cu128", ("cpu",)),
        ("darwin", "arm64", False, "2.9.0", ("cpu", "mps")),
        ("darwin", "x86_64", False, "2.2.2", ("cpu",)),
    ],
)
def test_what_may_be_there_before_torch_was_asked(
    monkeypatch, tmp_path, system, processor, has_driver, torch, expected
):
    driver = tmp_path / "System32" / "nvcuda.dll"
    if has_driver:
        driver.parent.mkdir()
        driver.touch()
    monkeypatch.setattr(device, "probe", cache(Machine))
    monkeypatch.setattr(device, "glance", lambda: None)
    monkeypatch.setattr(device, "_SIGNS_OF_CARDS", (str(driver),))
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: processor)
    monkeypatch.setattr(device.os.path, "expandvars", lambda _text: str(driver))
    monkeypatch.setattr(device.metadata, "version", lambda _name: torch)
    assert usable_devices() == expected


def test_a_glance_agrees_with_torch():
    seen = glance()
    if seen is not None:  # elsewhere only torch can tell
        assert seen.cpu_bf16 == probe().cpu_bf16
        assert seen.openvino == probe().openvino
        assert not probe().gpus


def test_a_glance_leaves_cards_and_unknown_processors_to_torch(monkeypatch, tmp_path):
    monkeypatch.setattr(device.sys, "platform", "linux")
    monkeypatch.setattr(device, "_SIGNS_OF_CARDS", ())
    for flags, kind in [({"amx_bf16", "avx512_bf16"}, "amx"), ({"avx512_bf16"}, "avx512")]:
        monkeypatch.setattr(device, "_processor_flags", lambda found=flags: frozenset(found))
        assert glance().cpu_bf16 == kind
    monkeypatch.setattr(device, "_processor_flags", lambda: frozenset({"fpu"}))
    assert glance().cpu_bf16 == ""
    monkeypatch.setattr(device, "_processor_flags", frozenset)
    assert glance() is None
    monkeypatch.setattr(device, "_processor_flags", lambda: frozenset({"fpu"}))
    monkeypatch.setattr(device, "_SIGNS_OF_CARDS", (str(tmp_path),))
    assert glance() is None


def test_who_wants_nothing_special_is_not_looked_at(monkeypatch):
    monkeypatch.setattr(device, "glance", lambda: pytest.fail("looked"))
    check_preference(ComputePreference(memory_limit_bytes=5))
