"""`heirloom models` as a user calls it."""

import argparse
import json
import os
import subprocess
import sys

import model_server as ms
import msgspec
import pytest
from made_up_models import FREE
from model_server import CONTENT
from safetensors.numpy import save_file

from app import cli_models
from core.models.spec import Registry, load_registry

BOUND = msgspec.structs.replace(
    FREE, id="bound-net", name="Bound Net", file="Bound.pth", commercial_use=False, sha256="b" * 64
)
REGISTRY = Registry((load_registry().get("compact-256"), FREE, BOUND))


@pytest.fixture(autouse=True)
def _small_world(monkeypatch, no_proxy):
    monkeypatch.setattr(cli_models, "load_registry", lambda: REGISTRY)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def run(tmp_path, capsys):
    """Call `heirloom models ...`; returns exit code, standard output and error output."""

    def call(action, *words):
        parser = argparse.ArgumentParser()
        cli_models.add_models_commands(parser.add_subparsers())
        folder = ["--models-dir", str(tmp_path / "models")]
        args = parser.parse_args(["models", action, *folder, *map(str, words)])
        code = args.run(args)
        return code, *capsys.readouterr()

    return call


def test_list_is_a_table_that_fits(run):
    code, out, err = run("list")
    assert (code, err) == (0, "")
    assert [line.split() for line in out.splitlines()[:4]] == [
        ["MODEL", "FOR", "SIZE", "STATE", "USE", "NAME"],
        ["compact-256", "faces", "35", "MB", "built", "in", "any", "Heirloom", "256"],
        ["free-net", "enlarging", "0.6", "MB", "-", "any", "Free", "Net"],
        ["bound-net", "enlarging", "0.6", "MB", "-", "not", "commercial", "Bound", "Net"],
    ]
    assert "1 of 3 can be used; 0 MB taken" in out


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("form", [(), ("--details",)])
def test_the_whole_list_fits_the_terminal(run, monkeypatch, columns, form):
    monkeypatch.setattr(cli_models, "load_registry", load_registry)
    monkeypatch.setenv("COLUMNS", str(columns))
    _code, out, _err = run("list", *form)
    lines = [line for line in out.splitlines() if "http" not in line and "LicenseRef" not in line]
    assert max(len(line) for line in lines if not line.startswith("in ")) <= columns
    assert ("GFPGAN 1.4" in out) == (columns == 120 or bool(form))


def test_list_says_what_each_is_good_at_and_its_terms(run):
    _code, out, _err = run("list", "--details")
    assert "free-net: Free Net (enlarging)\n    Tests.\n    0.6 MB, not installed, by us" in out
    assert "MIT: not for commercial use" in out
    assert "https://example.invalid/v1/Free_Net.pth" in out


def test_list_as_json(run, server):
    run("install", "free-net", "--mirror", server.url)
    code, out, _err = run("list", "--json")
    entries = {entry["id"]: entry for entry in json.loads(out)}
    assert code == 0
    assert list(entries) == ["compact-256", "free-net", "bound-net"]
    assert entries["free-net"]["state"] == "installed"
    assert entries["free-net"]["disk_bytes"] == len(CONTENT)
    assert entries["free-net"]["sha256"] == FREE.sha256
    assert entries["bound-net"]["state"] == "missing"
    assert entries["bound-net"]["commercial_use"] is False


def test_list_can_be_narrowed(run):
    assert "free-net" not in run("list", "--installed")[1]
    assert "compact-256" not in run("list", "--task", "upscaling")[1]


def test_install_path_verify_remove(run, server, tmp_path):
    code, out, err = run("install", "free-net", "--mirror", server.url)
    path = tmp_path / "models" / "Free_Net.pth"
    assert (code, err) == (0, "")
    assert out == f"Free Net is installed: {path}\n"
    assert run("path", "free-net") == (0, f"{path}\n", "")
    assert run("path") == (0, f"{path.parent}\n", "")
    assert run("verify") == (0, "compact-256: intact\nfree-net: intact\n", "")
    assert run("remove", "free-net") == (0, "free-net is removed; 0.6 MB freed\n", "")
    assert not path.exists()


def test_one_that_fails_does_not_stop_the_others(run, server):
    code, out, err = run("install", "fre-net", "free-net", "--mirror", server.url)
    assert code == 1
    assert "Did you mean free-net" in err
    assert "Free Net is installed" in out


def test_a_failed_download_is_said_plainly(run, server):
    server.behaviours = [ms.status(404)]
    code, out, err = run("install", "free-net", "--mirror", server.url)
    assert (code, out) == (1, "")
    assert err.startswith("free-net: The model is not at this address any more")
    assert "Traceback" not in err


def test_verify_reports_each_and_fails_where_one_is_damaged(run, server, tmp_path):
    run("install", "free-net", "--mirror", server.url)
    (tmp_path / "models" / "Free_Net.pth").write_bytes(b"spoilt")
    code, out, err = run("verify")
    assert (code, out) == (1, "compact-256: intact\n")
    assert "free-net" in err
    assert "damaged" in err


def test_terms_are_needed_where_nobody_can_be_asked(run, server):
    server.behaviours = [ms.status(404)]
    code, _out, err = run("install", "bound-net", "--mirror", server.url)
    assert code == 1
    assert "--accept-licence" in err
    assert server.requests == []
    _code, _out, err = run("install", "bound-net", "--accept-licence", "--mirror", server.url)
    assert "not at this address" in err


def test_import_of_a_known_file(run, tmp_path):
    (tmp_path / "file from a friend").write_bytes(CONTENT)
    code, out, _err = run("import", tmp_path / "file from a friend")
    assert (code, out) == (0, "file from a friend is Free Net; use it as free-net\n")


def test_import_of_an_own_network_and_of_junk(run, tmp_path):
    from core.nets import build_gfpgan
    from core.nets.gfpgan_config import GfpganConfig

    net = build_gfpgan(GfpganConfig(out_size=32, num_style_feat=8, narrow=0.03125))
    weights = {name: tensor.numpy() for name, tensor in net.state_dict().items()}
    save_file(weights, tmp_path / "Mine.safetensors")
    (tmp_path / "junk.pth").write_bytes(b"junk")
    save_file({"weight": weights.popitem()[1]}, tmp_path / "other.safetensors")
    names = [tmp_path / name for name in ("junk.pth", "other.safetensors", "Mine.safetensors")]
    code, out, err = run("import", *names)
    assert code == 1
    assert out == "Mine.safetensors is Mine; use it as user/mine\n"
    assert "junk.pth is not a model file" in err.splitlines()[0]
    assert "no network that Heirloom knows" in err.splitlines()[1]
    _code, out, _err = run("list", "--json")
    entry = json.loads(out)[-1]
    assert entry["architecture"] == "gfpgan-clean"
    assert (entry["task"], entry["crop_size_px"]) == ("face-restoration", 32)


@pytest.mark.parametrize(
    "words",
    [[], ["install"], ["remove"], ["import"], ["list", "--json", "--details"], ["list", "--task"]],
)
def test_wrong_calls_end_with_2(words, capsys):
    parser = argparse.ArgumentParser()
    cli_models.add_models_commands(parser.add_subparsers())
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["models", *words])
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_aliases_are_understood(run, monkeypatch):
    monkeypatch.setitem(cli_models.ALIASES, "free", "free-net")
    code, _out, err = run("remove", "free")
    assert code == 1
    assert "“Free Net” is not installed" in err


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 MB"), (4_885_111, "4.9 MB"), (348_632_874, "349 MB"), (1_234_567_890, "1.2 GB")],
)
def test_sizes_are_for_people(size_bytes, text):
    assert cli_models.size_text(size_bytes) == text


@pytest.mark.parametrize("action", [["list"], ["list", "--json"], ["path", "compact-256"]])
def test_looking_loads_neither_torch_nor_qt(action, tmp_path):
    code = (
        "import argparse, sys; from app import cli_models; parser = argparse.ArgumentParser();"
        "cli_models.add_models_commands(parser.add_subparsers());"
        "args = parser.parse_args(sys.argv[1:]); args.run(args);"
        "sys.exit(str([n for n in ('torch', 'PySide6', 'cv2', 'requests') if n in sys.modules]))"
    )
    command = [sys.executable, "-c", code, "models", *action, "--models-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "[]"
    assert "compact-256" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("answer", "asks_network"), [("y", True), ("n", False), ("", False)])
def test_at_a_terminal_the_terms_are_shown_and_asked(
    run, server, monkeypatch, capsys, answer, asks_network
):
    import pty

    server.behaviours = [ms.status(404)]
    ours, theirs = pty.openpty()
    with os.fdopen(theirs) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr(type(sys.stderr), "isatty", lambda _self: True, raising=False)
        os.write(ours, f"{answer}\n".encode())
        code, _out, err = run("install", "bound-net", "--mirror", server.url)
    os.close(ours)
    assert code == 1
    assert "https://example.invalid/MIT" in err
    assert "Accept them? [y/N]" in err
    assert bool(server.requests) == asks_network
