# Visits: the households that wait for one

visits-nav = Visits
visits-title = Visits
visits-lead = { $count } households wait for a visit, the most urgent first.
visits-more = Only the 20 most urgent are listed here.
visits-none = No household waits for a visit. A case whose next step is a visit is listed here.
visits-take = Take along
visits-take-hint = Stores the visits on this phone, to read and record them where there is no line; they are sent by themselves later. Taking them along shows full addresses, and each resident sees it under “who looked at my data”.
visits-taking = Being stored on the phone: #
visits-taken = Stored on this phone; it works without a line. Kept until #.
visits-failed = It was not stored. Please try again where there is a line.
visits-purpose = Taking the visit sheet along
visits-sheet = Visit
visits-address = Address
visits-name = Whom to see
visits-phone = Telephone
visits-due = By
visits-no-address = No address on record
visits-masked = The address is not shown in full. Go back to the visits and choose “Take along”.
visits-look = See and ask
visits-not-now = A visit cannot be recorded for this case now.
visits-case = See the case
