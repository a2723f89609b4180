# Papers as photos and files.
attachments-untitled = paper
attachments-there = Sent so far:
attachments-drop = Remove this one
attachments-camera = Take a photo
attachments-choose = Choose from photos or files (several at once)
attachments-hint = Photos (JPG, PNG, WebP) or PDF, up to 20 MB each. Photos are made smaller; where they were taken and other hidden data is removed and not kept.
attachments-kiosk = No files are sent from this kiosk. Show the original to the staff, or send a photo from your own phone.
attachments-open = Open file { $n }
attachments-masked = { $n } sent; give a reason to open
attachments-look = { $why } (opened: { $name })

refusal-attachments-on-the-way = This paper has not come from the office that took it yet. It comes by itself while the line is whole; please try again in a few minutes.
refusal-attachments-unknown = One of the papers was not kept. Please send it again.
refusal-attachments-empty = This file is empty. Take the photo again or choose another file.
refusal-attachments-too-large = This file is larger than { $most } MB. Take the photo again, or choose a smaller file.
refusal-attachments-too-many = At most { $most } files at a time. Remove some first.
refusal-attachments-too-many-pixels = This picture has { $width } × { $height } pixels, too many to open. Take a photo with the phone, or export a smaller picture.
refusal-attachments-damaged = This file cannot be opened; it may not have arrived whole. Take the photo again or choose another file.
refusal-attachments-markup = This is a web page or a drawing with scripts. Send a photo or a PDF instead.
refusal-attachments-heic = This photo is in HEIC, which other computers may not open. Choose “Most Compatible” under Settings, Camera, Formats, or send a screenshot.
refusal-attachments-office = Save Word and Excel files as PDF first, or send a photo of a print.
refusal-attachments-archive = Do not send archives; send the photos or PDFs one by one.
refusal-attachments-kind = Only photos (JPG, PNG, WebP) and PDF can be sent. Take a photo or choose another file.
refusal-attachments-two-things = This PDF hides another file. Export it again, or send a photo of a print.
refusal-attachments-pdf-with-file = This PDF has another file in it. Remove it, or send a photo of a print.
refusal-attachments-pdf-with-program = This PDF carries a program. Export it without, or send a photo of a print.
