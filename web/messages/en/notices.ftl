# 公示: public notices and objections to them.
notices-title = Public notices
notices-lead = Some matters are posted before a decision. Anyone may object while the notice stands.
notices-filter = By street or town
notices-filter-all = All streets and towns
notices-filter-go = Show
notices-count = { $n ->
    [one] 1 notice
   *[other] { $n } notices
}
notices-none = There is no notice now. Matters that must be posted appear here while the notice stands.
notices-none-here = There is no notice in this street or town now.
notices-until = Posted until { $day }
notices-left = { $n ->
    [one] 1 day left
   *[other] { $n } days left
}
notices-last-day = Today is the last day
notices-reduced = Names are shortened as the rule says. The page closes when the period ends.

notice-title = Public notice: { $service }
notice-heading = Notice of a proposed decision: { $service }
notice-who = Applicant
notice-street = Street or town
notice-committee = Committee
notice-size = Persons in the household
notice-service = Service
notice-proposal = Proposal
notice-amount = Proposed amount
notice-period = Posted
notice-period-value = { $from } to { $to }, both days included
notice-place = Also posted at
notice-basis = Basis
notice-object = Object
notice-object-lead = If you think the conditions are not met or something is untrue, say so here.
notice-object-words = What do you want to say
notice-object-words-hint = Say what, when and where, so that it can be checked. Leave out people who have nothing to do with it.
notice-object-name = Your name (optional)
notice-object-name-hint = It is checked either way; with a name we can answer you. Only the officer and the supervisor see it.
notice-object-phone = Your phone (optional)
notice-object-go = Submit objection
notice-object-words-required = Say what you want to report
notice-object-words-long = At most 1,000 characters; this has { $n }
notice-object-phone-bad = Give an 11-digit mobile number or a number with its area code, or leave it empty
notice-object-name-long = A name has at most 50 characters
notice-objected-title = Objection received
notice-objected-body = The officer checks it; no decision is made before that. If you left contact details you will be answered.
notice-objected-back = Back to the notice
notice-gone-title = The notice has ended
notice-gone-body = This notice has ended and is not public any more. The list shows current ones.

verify-title = Check a certificate
verify-lead = Give the case number on the letter or certificate to see whether it was issued here and still holds. No name or amount is shown; compare them with the paper.
verify-number = Case number
verify-go = Check
verify-none = Nothing was issued under this number. Compare it with the paper.
verify-valid = Valid
verify-invalid = Not valid now
verify-revoked = Revoked
verify-revoked-on = Revoked on
verify-service = Service
verify-outcome = Result
verify-area = Area
verify-decided = Decided on
verify-holds = Holds
verify-holds-until = { $from } to { $until }
verify-holds-from = from { $from }
verify-again = Check another
