# The list of services and the guide of each.
services-title = Services
services-heading = All services
services-found = { $n ->
    [one] 1 service for “{ $words }”
   *[other] { $n } services for “{ $words }”
}
services-found-none = No service matches “{ $words }”. Try other words, or call { $phone }.
services-clear = Show all services
services-by-event = By what has happened
services-event-none = There is no service here yet.

guide-kicker = Guide
guide-start = Start
guide-start-minutes = Takes about { $n } minutes; you can stop and come back
guide-continue = Continue your application
guide-no-online = This cannot be applied for online; please use another way below.
guide-check = See first whether you may qualify (no sign-in, nothing stored)
guide-who = Who may apply
guide-papers = What is needed
guide-papers-none = You need not bring anything.
guide-held = Not needed from you
guide-needed = Please bring
guide-optional = If you have it
guide-needed-if = Only in some cases
guide-facts = Fee and time
guide-fee = Fee
guide-promise = Promised within
guide-promise-from-accepted = { $term } from the day after acceptance
guide-promise-from-submitted = { $term } from the day after submission
guide-intake = Acceptance
guide-intake-within = Within { $term } you are told whether it is accepted; anything missing is asked for at once
guide-special = In special cases
guide-special-within = { $term } at most; you are told why beforehand
guide-minutes = Time to fill in
guide-minutes-n = About { $n } minutes
guide-pays = What is paid
guide-pays-from = from { $day }
guide-ways = Ways to apply
guide-contact = Whom to ask
guide-steps = Who works on it, and how long
guide-step-within = within { $term }
guide-notice = Public notice
guide-notice-shows = Only this is shown
guide-notice-none = No public notice
guide-shown-masked_name = Name (shortened)
guide-shown-street = Street or town
guide-shown-committee = Residents’ or villagers’ committee
guide-shown-household_size = Number of persons in the household
guide-shown-service = The service
guide-shown-proposal = What is proposed
guide-shown-amount = The proposed amount
guide-result = What may come of it
guide-grounds = When it is refused
guide-appeals = If you disagree
guide-appeal-within = within { $term }
guide-appeal-months = { $n ->
    [one] within 1 month
   *[other] within { $n } months
}
guide-review = Review later
guide-know = Good to know
guide-examples = Examples
guide-sources = Sources
guide-source-number = No. { $number }
guide-source-in-force = in force from { $day }
guide-basis = Basis: { $text }
guide-unverified = Not yet confirmed
guide-unverified-note = What is marked “not yet confirmed” has no confirmed source; the counter’s answer holds.
guide-version = Version { $version } of this guide, in force from { $day }
guide-print = Print this guide
