"""What Windows and macOS are told about the program: version resource and Info.plist."""

from __future__ import annotations

from typing import Any

NAME = "Heirloom"
DESCRIPTION = "Restores faces and colour in old photographs"
OLDEST_MACOS = "12.0"

PICTURE_TYPES = (
    ("JPEG picture", ("public.jpeg",)),
    ("PNG picture", ("public.png",)),
    ("TIFF picture", ("public.tiff",)),
    ("WebP picture", ("org.webmproject.webp",)),
    ("AVIF picture", ("public.avif",)),
    ("HEIC picture", ("public.heic", "public.heif")),
    ("BMP picture", ("com.microsoft.bmp",)),
    ("GIF picture", ("com.compuserve.gif",)),
)
"""What macOS calls the formats that Heirloom reads: title, uniform type identifiers."""


def info_plist() -> dict[str, Any]:
    """The entries of Info.plist that PyInstaller does not write itself."""
    return {
        "CFBundleDisplayName": NAME,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": title,
                "CFBundleTypeRole": "Editor",
                # Offered under "Open with"; the picture viewer stays what a double click opens.
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": list(types),
            }
            for title, types in PICTURE_TYPES
        ],
        "LSApplicationCategoryType": "public.app-category.photography",
        "LSMinimumSystemVersion": OLDEST_MACOS,
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": "Apache Licence 2.0",
    }


def windows_version(version: str) -> tuple[int, int, int, int]:
    """A version as Windows counts it: four numbers; what follows the numbers is dropped."""
    numbers = []
    for part in version.split("."):
        digits = part[: next((i for i, c in enumerate(part) if not c.isdigit()), len(part))]
        if not digits:
            break
        numbers.append(int(digits))
    padded = (*numbers, 0, 0, 0, 0)
    return padded[0], padded[1], padded[2], padded[3]


def version_resource(version: str, program: str) -> Any:
    """The version resource of a Windows program, as PyInstaller takes it."""
    from PyInstaller.utils.win32 import versioninfo as win

    numbers = windows_version(version)
    strings = {
        "CompanyName": "The Heirloom authors",
        "FileDescription": f"{NAME}: {DESCRIPTION}",
        "FileVersion": version,
        "InternalName": program,
        "LegalCopyright": "Apache Licence 2.0",
        "OriginalFilename": f"{program}.exe",
        "ProductName": NAME,
        "ProductVersion": version,
    }
    english_unicode = "040904B0"
    table = win.StringTable(
        english_unicode, [win.StringStruct(key, value) for key, value in strings.items()]
    )
    return win.VSVersionInfo(
        ffi=win.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            win.StringFileInfo([table]),
            win.VarFileInfo([win.VarStruct("Translation", [0x0409, 0x04B0])]),
        ],
    )
