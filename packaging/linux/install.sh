#!/bin/sh
# Adds Heirloom to the menu of the desktop and to “Open with”, or takes it out again.
#
#   share/install.sh              for you alone
#   share/install.sh --system     for everybody on this computer (as root)
#   share/install.sh --remove     takes out what was added; with --system too if that was used
#
# The program itself stays in its folder. Your photos, models and preferences are not touched.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
program=$(dirname -- "$here")/heirloom
id=photo.heirloom.Heirloom
data=${XDG_DATA_HOME:-$HOME/.local/share}
bin=$HOME/.local/bin
remove=no

for word in "$@"; do
    case $word in
        --system) data=/usr/local/share bin=/usr/local/bin ;;
        --remove) remove=yes ;;
        *) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2 ;;
    esac
done

refresh() {
    # Desktops notice by themselves; these make it quicker where they are installed.
    if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q "$data/applications" || true
    fi
    if command -v gtk-update-icon-cache >/dev/null; then
        gtk-update-icon-cache -qtf "$data/icons/hicolor" 2>/dev/null || true
    fi
}

if [ "$remove" = yes ]; then
    rm -f "$data/applications/$id.desktop" "$data/metainfo/$id.metainfo.xml"
    rm -f "$data"/icons/hicolor/*/apps/"$id".png "$data/icons/hicolor/scalable/apps/$id.svg"
    if [ -L "$bin/heirloom" ] && [ "$(readlink "$bin/heirloom")" = "$program" ]; then
        rm -f "$bin/heirloom"
    fi
    refresh
    echo "Heirloom is no longer in the menu. To remove it altogether, delete $(dirname -- "$here")"
    exit 0
fi

if [ ! -x "$program" ]; then
    echo "$program is not there: keep the folder share inside the folder of Heirloom." >&2
    exit 1
fi

mkdir -p "$data/applications" "$data/metainfo" "$data/icons/hicolor/scalable/apps" "$bin"
# A program's path in a desktop entry stands in quotes, in which these four are escaped, and the
# backslashes are escaped once more as in every value.
quoted=$(printf '%s' "$program" | sed 's/[\\"`$]/\\&/g; s/\\/\\\\/g; s/%/%%/g')
escaped=$(printf '%s' "$quoted" | sed 's/[\\&|]/\\&/g')
sed "s|^Exec=heirloom|Exec=\"$escaped\"|" "$here/$id.desktop" >"$data/applications/$id.desktop"
cp "$here/$id.metainfo.xml" "$data/metainfo/"
cp "$here/icons/heirloom.svg" "$data/icons/hicolor/scalable/apps/$id.svg"
for picture in "$here"/icons/heirloom-*.png; do
    side=${picture##*-}
    side=${side%.png}
    mkdir -p "$data/icons/hicolor/${side}x$side/apps"
    cp "$picture" "$data/icons/hicolor/${side}x$side/apps/$id.png"
done
if [ -L "$bin/heirloom" ] || [ ! -e "$bin/heirloom" ]; then
    ln -sf "$program" "$bin/heirloom"
else
    echo "$bin/heirloom is another program; it was left as it is."
fi
refresh
echo "Heirloom is in the menu now. Keep the folder $(dirname -- "$here") where it is."
