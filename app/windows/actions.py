"""Everything that can be done by menu, button or key, once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QWidget

from app.widgets.theme import icon

Keys = QKeySequence.StandardKey
Shortcut = QKeySequence.StandardKey | str


class Actions(QObject):
    """The actions of the main window; the window connects them.

    Args:
        window: Owner; the shortcuts work in it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icons: dict[QAction, str] = {}
        self._make_file_actions()
        self._make_saving_actions()
        self._make_edit_actions()
        self._make_tools()
        self._make_view_actions()
        self._make_overlay_actions()
        self._make_compare_actions()
        self._make_appearance_actions()
        self._make_library_actions()
        self._make_model_actions()
        self._make_program_actions()
        self._make_help_actions()
        self.refresh_icons()

    def _make_file_actions(self) -> None:
        self.open = self._make(
            self.tr("&Open…"), "open", (Keys.Open,), self.tr("Opens a picture file")
        )
        self.paste = self._make(
            self.tr("&Paste picture"),
            "",
            (Keys.Paste,),
            self.tr("Opens the picture or file that was copied elsewhere"),
        )
        self.close_photo = self._make(
            self.tr("&Close photo"), "", (Keys.Close,), self.tr("Goes back to the start")
        )

    def _make_saving_actions(self) -> None:
        self.save = self._make(
            self.tr("&Save a copy"),
            "save",
            (Keys.Save,),
            self.tr("Saves the result beside the photo under a new name"),
        )
        self.save_as = self._make(
            self.tr("Save &as…"),
            "",
            (Keys.SaveAs, "Ctrl+Shift+S"),
            self.tr("Saves the result where you choose"),
        )
        self.report = self._make(
            self.tr("&Make a report"),
            "",
            ("Ctrl+Shift+R",),
            self.tr("Saves a page with before and after, settings and scores, and shows it"),
        )
        self.report_list = self._make(
            self.tr("Report on the &list"),
            "",
            (),
            self.tr("Makes one report on all photos of the list that are done, and shows it"),
        )

    def _make_edit_actions(self) -> None:
        self.undo = self._make(
            self.tr("&Undo"), "undo", (Keys.Undo,), self.tr("Takes back the last change")
        )
        self.redo = self._make(
            self.tr("&Redo"),
            "redo",
            (Keys.Redo, "Ctrl+Y", "Ctrl+Shift+Z"),
            self.tr("Does again what was taken back"),
        )
        self.reset = self._make(
            self.tr("Re&set all changes"),
            "",
            ("Ctrl+R",),
            self.tr("Goes back to the automatic settings"),
        )
        self.cancel = self._make(
            self.tr("Stop &working"), "", ("Esc",), self.tr("Stops what is being done")
        )

    def _make_tools(self) -> None:
        self.damage_marks = self._make(
            self.tr("Correct scratch &marks"),
            "brush",
            ("M",),
            self.tr("Shows what will be filled, and lets you paint and erase there"),
            checkable=True,
        )
        self.neutral_picker = self._make(
            self.tr("Pick something &grey"),
            "picker",
            ("N",),
            self.tr("Click on something that was grey or white: its colour cast is taken off"),
            checkable=True,
        )
        self.add_face = self._make(
            self.tr("Add a &face"),
            "face-add",
            ("A",),
            self.tr("Lets you draw a box around a face that was not found"),
        )
        self.go_to_faces = self._make(
            self.tr("&Go to the faces"),
            "",
            ("Shift+F",),
            self.tr("Lets you choose a face below the photo with the arrow keys"),
        )

    def _make_view_actions(self) -> None:
        self.fit = self._make(
            self.tr("&Whole photo"), "fit", ("Ctrl+0",), self.tr("Shows the whole photo")
        )
        self.actual = self._make(
            self.tr("&Actual size"),
            "actual",
            ("Ctrl+1",),
            self.tr("Shows each pixel of the photo as one pixel of the screen"),
        )
        self.zoom_in = self._make(
            self.tr("Zoom &in"), "zoom-in", (Keys.ZoomIn, "+", "="), self.tr("Shows it larger")
        )
        self.zoom_out = self._make(
            self.tr("Zoom o&ut"), "zoom-out", (Keys.ZoomOut, "-"), self.tr("Shows it smaller")
        )

    def _make_overlay_actions(self) -> None:
        self.original = self._make(
            self.tr("Show only &before"),
            "original",
            ("B",),
            self.tr("Shows the photo as it was, until you press again"),
            checkable=True,
        )
        self.faces = self._make(
            self.tr("Outline &faces"),
            "faces",
            ("F",),
            self.tr("Outlines the faces that were found; click one to change it alone"),
            checkable=True,
        )
        self.loupe = self._make(
            self.tr("&Magnifier"),
            "loupe",
            ("L",),
            self.tr("Shows before and after enlarged at the pointer"),
            checkable=True,
        )
        self.compare_results = self._make(
            self.tr("Compare &results…"),
            "grid",
            ("G",),
            self.tr("Shows the photo with other models, strengths, presets or versions together"),
        )
        self.scores = self._make(
            self.tr("Sc&ores"),
            "scores",
            ("Ctrl+I",),
            self.tr("Measures how natural, sharp and alike the picture is, before and after"),
            checkable=True,
        )

    def _make_compare_actions(self) -> None:
        self.divider = self._make(
            self.tr("&Divider"),
            "divider",
            ("1",),
            self.tr("Before on the left of a line, after on the right"),
            checkable=True,
        )
        self.divider_horizontal = self._make(
            self.tr("L&ying divider"),
            "divider-horizontal",
            ("2",),
            self.tr("Before above a line, after below it"),
            checkable=True,
        )
        self.side_by_side = self._make(
            self.tr("&Side by side"),
            "side-by-side",
            ("3",),
            self.tr("Before and after next to each other, or above each other in a tall window"),
            checkable=True,
        )
        self.blink = self._make(
            self.tr("Blin&k"),
            "blink",
            ("4",),
            self.tr("Before and after in turn in the same place; space changes them by hand"),
            checkable=True,
        )
        self.difference = self._make(
            self.tr("Differe&nce"),
            "difference",
            ("5",),
            self.tr("What was changed: black where nothing was, bright where much was"),
            checkable=True,
        )
        self.compare = self._group(
            self.divider, self.divider_horizontal, self.side_by_side, self.blink, self.difference
        )

    def _make_appearance_actions(self) -> None:
        self.simple = self._make(self.tr("Simpl&e"), "", (), self.tr("Two sliders"), checkable=True)
        self.studio = self._make(
            self.tr("S&tudio"), "", (), self.tr("Every control"), checkable=True
        )
        self.modes = self._group(self.simple, self.studio)
        self.toggle_mode = self._make(
            self.tr("Change between Simple and Studio"),
            "",
            ("Ctrl+E",),
            self.tr("Shows fewer or more controls"),
        )
        self.theme_system = self._make(
            self.tr("As the &system"), "", (), self.tr("Follows the desktop"), checkable=True
        )
        self.theme_light = self._make(
            self.tr("&Light"), "", (), self.tr("Dark text on light"), checkable=True
        )
        self.theme_dark = self._make(
            self.tr("&Dark"), "", (), self.tr("Light text on dark"), checkable=True
        )
        self.themes = self._group(self.theme_system, self.theme_light, self.theme_dark)

    def _make_library_actions(self) -> None:
        self.open_folder = self._make(
            self.tr("Open &folder…"),
            "",
            ("Ctrl+Shift+O",),
            self.tr("Lists all photos of a folder and of the folders inside it"),
        )
        self.library = self._make(
            self.tr("&List of photos"),
            "library",
            ("F4",),
            self.tr("Shows or hides the list of photos that are restored together"),
            checkable=True,
        )
        self.start_batch = self._make(
            self.tr("&Restore listed photos, or pause"),
            "",
            ("Ctrl+Return",),
            self.tr("Begins with the photos of the list, pauses, or goes on"),
        )
        self.export = self._make(
            self.tr("&Export…"),
            "",
            ("Ctrl+Shift+E",),
            self.tr("Saves the result with a name, format and size that you choose"),
        )

    def _make_model_actions(self) -> None:
        self.models = self._make(
            self.tr("&All models…"),
            "",
            ("Ctrl+M",),
            self.tr("Shows which models are installed and adds others"),
        )
        self.import_model = self._make(
            self.tr("&Import a model file…"),
            "",
            (),
            self.tr("Adds a model file that you already have"),
        )
        self.train = self._make(
            self.tr("&Train on my photos…"),
            "",
            ("Ctrl+Shift+T",),
            self.tr("Makes a face model that knows the kind of photos that you have"),
        )

    def _make_program_actions(self) -> None:
        self.preferences = self._make(
            self.tr("Pr&eferences…"),
            "",
            (Keys.Preferences, "Ctrl+,"),
            self.tr("Language, colours, folders and the processor that is used"),
        )
        self.quit = self._make(self.tr("&Quit"), "", ("Ctrl+Q",), self.tr("Ends Heirloom"))

    def _make_help_actions(self) -> None:
        self.shortcuts = self._make(
            self.tr("&Keyboard shortcuts"), "", ("F1",), self.tr("Lists all keys")
        )
        self.copy_report = self._make(
            self.tr("&Copy details for a bug report"),
            "",
            (),
            self.tr("Copies versions, settings and the last error; no picture and no names"),
        )
        self.show_log = self._make(
            self.tr("Show the &log"),
            "",
            (),
            self.tr("Opens the folder with the record of what Heirloom did"),
        )
        self.updates = self._make(
            self.tr("Check for &updates"),
            "",
            (),
            self.tr("Asks once whether there is a newer Heirloom; nothing about you is sent"),
        )
        self.about = self._make(
            self.tr("&About Heirloom"), "", (), self.tr("Version, models and licences")
        )

    @property
    def all(self) -> Sequence[QAction]:
        """Every action, in the order of the menus."""
        return tuple(self._icons)

    def add(self, text: str, icon_name: str, shortcuts: Sequence[Shortcut], tip: str) -> QAction:
        """One more action, of a feature that keeps its actions apart."""
        return self._make(text, icon_name, shortcuts, tip)

    def refresh_icons(self) -> None:
        """Draw the icons in the colours of the present theme."""
        for action, name in self._icons.items():
            if name:
                action.setIcon(icon(name))

    def _make(
        self,
        text: str,
        icon_name: str,
        shortcuts: Sequence[Shortcut],
        tip: str,
        *,
        checkable: bool = False,
    ) -> QAction:
        action = QAction(text, self)
        keys: list[QKeySequence] = []
        for shortcut in shortcuts:
            if isinstance(shortcut, str):
                keys.append(QKeySequence(shortcut))
            else:
                keys.extend(QKeySequence.keyBindings(shortcut))
        unique = list(dict.fromkeys(key.toString() for key in keys))
        action.setShortcuts([QKeySequence(name) for name in unique])
        hint = f" ({_native(unique[0])})" if unique else ""
        action.setToolTip(tip + hint)
        action.setStatusTip(tip)
        action.setCheckable(checkable)
        self._icons[action] = icon_name
        self._window.addAction(action)
        return action

    def _group(self, *members: QAction) -> QActionGroup:
        group = QActionGroup(self)
        group.setExclusive(True)
        for member in members:
            group.addAction(member)
        return group


def _native(shortcut: str) -> str:
    """A shortcut as the user's system writes it."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
