# The frame of pages: header, footer, errors, common words

site-name = Linli One Window
skip-to-main = Skip to main content
demo-banner = 演示数据,均为虚构 / synthetic data.
demo-roles = Change role
demo-label = About the demo
mode-elder = Large print
mode-standard = Standard
other-language = 中文
nav-label = Work
signed-in-as = Signed in: { $name }
signed-in-label = Sign-in
change-post = Change post
my-pages = My pages
sign-out = Sign out
elder-bar = Main buttons
home = Home
all-services = All services
call = Call us
read-aloud = Read aloud
read-stop = Stop reading
flash-title = Done
error-prefix = Error:{ " " }
error-summary = There is a problem
about = About this site
open-log = Public log
interface = Interface
staff-sign-in = Staff sign-in
need-help = Need help? Call
back = Back
continue = Continue
list-comma = ,{ " " }
search = Search
search-label = Search services
yes = Yes
no = No
date-year = Year
date-month = Month
date-day = Day
change = Change
print = Print
unknown = Unknown

# Kiosk
kiosk-help = Call for help
kiosk-end = End and erase
kiosk-still-there = Are you still there?
kiosk-erase-before = Without a sign from you, what you typed is erased in
kiosk-erase-after = { " " }seconds.
kiosk-stay = I am here, go on
kiosk-ended = What you typed has been erased from this machine.

# Tables
pages-label = Pages
pages-status = Page { $page } of { $pages }, { $total } rows
pages-previous = Previous
pages-next = Next
pages-per-page = Rows a page:
table-total = { $total } in all
filter = Filter
filter-remove = Remove filter
filter-clear = Remove all

# Errors
error-not-found = Page not found
error-not-found-text = The address may be mistyped, or the page has moved. Search for what you need, or call us.
error-sign-in = Please sign in
error-sign-in-text = You will come back to this page, and what you typed is still there.
error-forbidden = This page is not open to you as you are signed in now
error-forbidden-who = Open to: { $roles }.
error-forbidden-ask = If your work needs it, ask the security administrator of your office for a post.
error-form = The page was open for too long; please send it again
error-refused = This cannot be done now
error-conflict = Somebody else has just changed this
error-conflict-by = The last change was made by { $name }. What you sent is not lost: compare, then send again.
error-conflict-now = As it is now
error-conflict-sent = What you sent
error-conflict-back = Go on from what is there now
error-too-many = Too many requests
retry-after = Please try again in { $seconds } seconds.
error-unreadable = We could not read what was sent
error-unreadable-text = Go back, reload the page, and send it again.
error-too-large = Too much at once
error-too-large-text = At most 256 KB of text and 64 MB of photos or files can be sent at once. Send it in parts, or bring it to the counter.
error-too-slow = The photos or files did not arrive
error-too-slow-text = The network was too slow and the connection ended. Send fewer at once, or try again where reception is better; or bring them to the counter.
error-busy = We are busy just now
error-busy-text = Please try again in 10 seconds. Your last step was not saved.
error-full = You can look but not save just now
error-full-text = Storage is full and the operator has been told. You can read, or use a paper form at the counter.
error-fault = Something went wrong on our side
error-fault-text = Your last step was not saved. Try again in a few minutes; when you call, tell this number.
error-reference = Reference:{ " " }
error-kept = What you typed is still here; you can send it again.
error-again = Send again
error-typed = Show what you typed
error-call = Or call us:

refusal-cited = { $text } (Source: { $article })
refusal-gate-role = Your present post does not have this permission.
refusal-gate-area = This is outside the area you look after.
refusal-gate-own = This belongs to somebody else; you can only see your own.
refusal-gate-form = For your safety, please send it again from our own page.

# Roles
role-resident = resident
role-household-proxy = household proxy
role-committee-worker = committee worker
role-grid-worker = grid worker
role-social-worker = social worker
role-street-officer = street (town) officer
role-district-officer = district officer
role-supervisor = supervisor
role-organization-staff = social organisation staff
role-auditor = auditor
role-system-admin = system administrator
role-security-admin = security administrator
role-audit-admin = security auditor

# About
about-what = Residents say what they need once, and one number follows it to the end. Committees, streets and the district share the work, the law sets the deadlines, and every result gives its reasons.
about-counter = No phone is needed: the counter, a call, a home visit and a paper form all count the same, and progress can be looked up.
about-access-title = Accessibility
about-access = Everything works without scripts, at twice the size, with a keyboard alone and with a screen reader. Large print is at the top of every page.
about-data-title = Your data
about-data = Personal data is stored encrypted and shown in part only. Staff must give a reason to see more, and you can see who did.
about-log-title = Public log
about-log = Every intake and every decision goes into a log that can only grow. Anyone can check that nothing was changed or left out.
about-cookies-title = Cookies
about-cookies = Only the few that are needed: for sign-in, language and size, and to keep other sites from sending forms in your name. No advertising, no tracking.
