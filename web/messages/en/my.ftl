# What concerns the person signed in: cases, household, what is held, who looked.
my-cases-title = My cases
my-cases-open = Open
my-cases-ended = Ended
my-cases-none = You have no case yet. Once you apply, you see here where it stands, who has it and by when.
my-cases-find = Find a service
my-cases-for = For { $name }
my-cases-all-loaded = Only the latest { $n } are shown. Look up older ones by number.

my-title = My information
my-lead = This is what the register holds about you: what, where from, and as of when.
my-nav = Mine
my-nav-cases = My cases
my-nav-appointments = Appointments
my-nav-data = What is held
my-nav-looks = Who looked
my-nav-mandates = Acting for me
my-nav-consents = Consents
my-person = About me
my-household = Household
my-household-members = Living together
my-household-none = No household is recorded.
my-fact = Fact
my-value = What is held
my-source = Source
my-as-of = As of
my-facts-caption = What the register holds
my-facts-scroll = Table of facts, scrolls sideways
my-none = The register holds nothing about you yet. What you give when you first apply is not asked again.
my-wrong = Something is wrong
my-wrong-body = Correct it when you apply, and it is entered after checking; or ask the residents’ committee.
my-reveal = Show in full
my-hide = Hide again

looks-title = Who looked at my data
looks-lead = Every look is recorded: which post, when, for what purpose, on which case.
looks-when = When
looks-who = Post and unit
looks-purpose = Purpose
looks-case = Case
looks-caption = { $n ->
    [one] The latest look
   *[other] The latest { $n } looks
}
looks-none = Nobody has looked at your data. Any look will be recorded here.
looks-scroll = Table of looks, scrolls sideways
looks-doubt = Does one look wrong to you?
looks-doubt-body = Call { $phone } and name the day and the post; the security auditor checks it.

mandates-title = Acting for me
mandates-lead = Authorise a family member to act for you here. You can end it at any time.
mandates-given = Given by me
mandates-held = Given to me
mandates-given-none = You have authorised nobody.
mandates-held-none = Nobody has authorised you.
mandates-to = { $name }, { $authority }, { $until }
mandates-until = until { $day }
mandates-no-end = with no end date
mandates-end = End authorisation
mandates-ended = The authorisation has ended. Cases already submitted go on.
mandates-grant = New authorisation
mandates-grant-who = Whom do you authorise
mandates-grant-who-hint = Only members of your household. For anyone else, both go to the counter.
mandates-grant-until = Until which day
mandates-grant-until-hint = One year at most
mandates-grant-go = Authorise
mandates-granted = The authorisation is in force.
mandates-grant-none = There is no other adult in your household. To authorise someone else, both go to the counter with identity cards.
mandates-who-required = Choose whom you authorise
mandates-until-bad = Give a date from tomorrow to one year from now
mandates-authority-guardian = guardian
mandates-authority-written = written authorisation
mandates-authority-spoken-at-counter = spoken at the counter
mandates-authority-phone-call = by phone
mandates-authority-household = household member

consents-title = My consents
consents-none = You have given no consent yet. Each is asked separately and never ticked for you.
consents-given = given on { $day }
consents-until = until { $day }
consents-withdraw = Withdraw
consents-withdrawn = withdrawn on { $day }
consents-done = The consent is withdrawn and not used any more.
looks-why-case = Working on your application
looks-why-help = Filing for you
looks-why-visit = A home visit
looks-why-check = Checking data
looks-why-other = Another reason
