"""OpenVINO for the processor: its plug-in is loaded by name, so PyInstaller cannot see it."""

from PyInstaller.utils.hooks import collect_dynamic_libs

binaries = [
    entry
    for entry in collect_dynamic_libs("openvino", search_patterns=["*.dll", "*.dylib", "*.so*"])
    if "intel_cpu_plugin" in entry[0] or "arm_cpu_plugin" in entry[0] or "tbb" in entry[0]
]
# OpenVINO looks for its plug-ins beside its library: a link elsewhere would lead it astray.
bindepend_symlink_suppression = ["**/openvino/libs/*"]
excludedimports = ["openvino.tools", "openvino.torch", "openvino_telemetry"]
