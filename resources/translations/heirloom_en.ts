<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>FaceCounts</name>
    <message numerus="yes">
        <source>%n may look like somebody else: compare.</source>
        <translation>
            <numerusform>%n may look like somebody else: compare.</numerusform>
            <numerusform>%n may look like somebody else: compare.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n held back to keep the likeness.</source>
        <translation>
            <numerusform>%n held back to keep the likeness.</numerusform>
            <numerusform>%n held back to keep the likeness.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FaceStrip</name>
    <message numerus="yes">
        <source>%n face(s)</source>
        <translation>
            <numerusform>%n face</numerusform>
            <numerusform>%n faces</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryBatch</name>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Restore %n more</source>
        <translation>
            <numerusform>Restore %n more</numerusform>
            <numerusform>Restore %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Restore %n photo(s)</source>
        <translation>
            <numerusform>Restore %n photo</numerusform>
            <numerusform>Restore %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>about %n second left</numerusform>
            <numerusform>about %n seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>about %n minute left</numerusform>
            <numerusform>about %n minutes left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s) left</source>
        <translation>
            <numerusform>about %n hour left</numerusform>
            <numerusform>about %n hours left</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibrarySearch</name>
    <message numerus="yes">
        <source>%n earlier result(s) of Heirloom left out.</source>
        <translation>
            <numerusform>%n earlier result of Heirloom was left out.</numerusform>
            <numerusform>%n earlier results of Heirloom were left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProgressCard</name>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>about %n second left</numerusform>
            <numerusform>about %n seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>about %n minute left</numerusform>
            <numerusform>about %n minutes left</numerusform>
        </translation>
    </message>
</context>
</TS>
