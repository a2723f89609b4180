# 办件进度: one case for its applicant, and the look-up without an account.
progress-title = Case { $number }
progress-number = Case number
progress-now = Now
progress-phase-submitted = Waiting for acceptance
progress-phase-in_hand = Being worked on
progress-phase-supplement = Waiting for you
progress-phase-notice = Public notice
progress-phase-decided = Decided, being delivered
progress-phase-delivered = Result delivered
progress-phase-follow_up = Follow-up
progress-phase-disputed = With the supervisor
progress-phase-closed = Closed
progress-phase-intake_refused = Not accepted
progress-phase-withdrawn = Withdrawn
progress-phase-lapsed = Lapsed
progress-who = Who has it
progress-who-you = You
progress-who-committee = Staff of { $area }
progress-who-desk = { $role }, { $area }
progress-next = Next step
progress-next-accept = Decide whether it is accepted
progress-next-supplement = You supply what is missing
progress-next-check = Check what was stated
progress-next-visit = Visit the household
progress-next-pass_on = Pass it on
progress-next-review = Review
progress-next-post_notice = Post the public notice
progress-next-answer_objection = Look into the objection
progress-next-await_notice = Wait until the notice has ended
progress-next-decide = Decide
progress-next-deliver = Deliver the result
progress-next-rate = You may rate it
progress-next-follow_up = Call you about your rating
progress-next-settle = The supervisor looks at it again
progress-next-by = by { $date }
progress-promise = Result promised by
progress-promise-paused = The clock stands still
progress-due-unknown = The day cannot be named yet: the holidays of { $year } are not known here; it follows once they are
progress-left = { $n ->
    [one] 1 working day left
   *[other] { $n } working days left
}
progress-left-days = { $n ->
    [one] 1 day left
   *[other] { $n } days left
}
progress-today = today
progress-late = { $n ->
    [one] 1 working day late
   *[other] { $n } working days late
}
progress-clock = How the time limit is reckoned
progress-clock-caption = Step by step
progress-urge = Urge
progress-urged-on = Urged on { $day }
progress-urged = The officer has been reminded.
progress-supplement-go = Supply what is missing
progress-withdraw-go = Withdraw
progress-rate-go = Rate
progress-dispute-go = I do not accept this result
progress-receipt-go = Receipt
progress-timeline = What has happened
progress-timeline-empty = Nothing yet.
progress-answers = What I stated
progress-messages = Write to the officer
progress-message-label = Message
progress-message-hint = Explain or ask. The answer appears under What has happened.
progress-message-go = Send message
progress-message-sent = Your message has been sent.
progress-message-required = Write a message first
progress-words-long = At most 1,000 characters; this has { $n }
progress-acting = This is { $name }’s case.

progress-outcome = Result
progress-result = Result and reasons
progress-result-granted = Granted
progress-result-confirmed = Confirmed
progress-result-refused = Refused
progress-amount = Amount
progress-amount-once = { $amount }, paid once
progress-amount-month = { $amount } a month
progress-amount-quarter = { $amount } a quarter
progress-amount-year = { $amount } a year
progress-amount-capital = In words: { $words }
progress-from = From
progress-until = Until
progress-why = Reasons
progress-clause = The clause
progress-article = Basis: { $text }
progress-conditions = What was examined
progress-check-agrees = As stated
progress-check-differs = Not as stated
progress-check-unclear = Could not be established
progress-letter = Read the letter (PDF)
progress-appeals = If you disagree
progress-appeals-own = You may first ask the supervisor: choose “I do not accept this result” above.
progress-appeal-within = within { $term } of receiving the decision
progress-appeal-months = { $n ->
    [one] within 1 month of receiving the decision
   *[other] within { $n } months of receiving the decision
}
progress-rating = Your rating
progress-rating-follow = As you rated it low, somebody will contact you by { $date }.

progress-event-submitted = Application submitted ({ $channel })
progress-event-accepted = Accepted; the time limit now runs
progress-event-intake-refused = Not accepted
progress-event-taken = An officer took the case
progress-event-put-back = Put back; another officer will take it
progress-event-supplement-asked = Asked for what is missing; the clock stands still
progress-event-supplemented = Supplement received; the clock goes on
progress-event-supplement-lapsed = Not supplied in time; the application ended. You may apply again
progress-event-checked = What was stated was checked
progress-event-visited = Home visit ({ $day }, staff: { $n })
progress-event-passed-on = Passed on to the next desk
progress-event-sent-back = Sent back for another look
progress-event-reviewed = Reviewed
progress-event-notice-posted = Public notice posted until { $day }
progress-event-objected = Somebody objected; it is being looked into
progress-event-objection-answered = The objection was looked into
progress-event-notice-ended = The notice ended
progress-event-decided = Decided
progress-event-decided-granted = Decided: granted
progress-event-decided-confirmed = Decided: confirmed
progress-event-decided-refused = Decided: refused
progress-event-delivered = Result delivered ({ $by })
progress-event-rated = You rated it
progress-event-followed-up = Staff followed up
progress-event-withdrawn = Application withdrawn
progress-event-transferred = Transferred to { $area }
progress-event-extended = { $n ->
    [one] Extended by 1 working day
   *[other] Extended by { $n } working days
}
progress-event-urged = Urged; the officer was reminded
progress-event-disputed = You did not accept the result; it went to the supervisor
progress-event-settled-redo = The supervisor had it done again
progress-event-settled-upheld = The supervisor upheld the result
progress-event-appealed = An appeal was recorded
progress-event-appeal-answered-aside = The decision was set aside; it is done again
progress-event-appeal-answered-kept = The appeal upheld the decision
progress-event-said = Message
progress-event-receipt-corrected = Day of receipt corrected; the time limit was reckoned anew
progress-event-reckoned = The time limit was reckoned anew
progress-event-flagged = Something new bears on the case; the officer is looking
progress-event-closed = Closed
progress-event-promise = Result promised by { $day }
progress-delivery-online = on this page
progress-delivery-counter = at the counter
progress-delivery-post = by post
progress-delivery-visit = at home
progress-by-you = You
progress-by-system = System

supplement-title = Supply what is missing: { $number }
supplement-heading = Please supply these
supplement-by = By { $date }. The clock stands still meanwhile.
supplement-papers = Papers
supplement-paper-how = Send photos or files; or show the original at the counter or to a visiting officer; once it is recorded the clock goes on. If you cannot get a paper, explain below.
supplement-fields = Please answer again
supplement-words = Anything to add (optional)
supplement-words-papers = About the papers
supplement-words-papers-hint = For example when and where you handed it in, or why you cannot get it.
supplement-words-required = Say how it stands with the papers
supplement-go = Submit
supplement-done = Received; the clock goes on.
supplement-not-open = Nothing is asked of you now.

withdraw-title = Withdraw: { $number }
withdraw-heading = Withdraw this application?
withdraw-meaning = The case then ends without a decision. You may apply again later under a new number.
withdraw-words = Why (optional)
withdraw-go = Withdraw application
withdraw-keep = Keep it
withdraw-done = The application has been withdrawn.

rate-title = Rate: { $number }
rate-heading = How was it handled?
rate-lead = The officers see totals, not who rated.
rate-grade-5 = Very satisfied
rate-grade-4 = Satisfied
rate-grade-3 = Fairly satisfied
rate-grade-2 = Dissatisfied
rate-grade-1 = Very dissatisfied
rate-low-note = The lower two grades open a follow-up with a deadline.
rate-words = Anything to add (optional)
rate-go = Submit rating
rate-skip = Skip
rate-required = Choose a grade, or skip
rate-done = Thank you. Your rating has been received.
rate-done-low = Your rating has been received. Somebody will contact you by { $date }.

dispute-title = Disagree: { $number }
dispute-heading = You do not accept this result
dispute-meaning = The case goes to a supervisor, not to the officers who handled it. The supervisor upholds it or has it done again.
dispute-words = What is wrong
dispute-words-hint = Say which fact is wrong or which rule was misapplied.
dispute-required = Say what is wrong
dispute-go = Send to the supervisor
dispute-done = Sent to the supervisor.

lookup-title = Look up a case
lookup-heading = Look up a case
lookup-lead = No sign-in. You need the case number and the phone number given with the application.
lookup-number = Case number
lookup-number-hint = On the receipt; spaces and hyphens do not matter
lookup-phone = Phone number given
lookup-go = Look up
lookup-number-required = Give the case number
lookup-phone-required = Give the phone number
lookup-none = The number and the phone do not match. Compare them with the receipt, or call { $phone }.
lookup-many = { $n ->
    [one] Too many tries. Try again in 1 minute, or call { $phone }.
   *[other] Too many tries. Try again in { $n } minutes, or call { $phone }.
}
lookup-public = No personal data is shown here. Sign in to read the reasons and the letter, to supply papers and to rate.
lookup-signin = Sign in to see everything
lookup-again = Look up another case

progress-step-began = Begins on { $day }, which is not counted
progress-step-counted = { $from } to { $to }: { $days } counted, { $total } in all
progress-step-counted-one = { $from }: 1 counted, { $total } in all
progress-step-rested = { $from } to { $to }: weekend, not counted
progress-step-rested-one = { $from }: day of rest, not counted
progress-step-holiday = { $from } to { $to }: holiday ({ $name }), not counted
progress-step-holiday-one = { $from }: holiday ({ $name }), not counted
progress-step-paused = { $from } to { $to }: the clock stood still
progress-step-paused-open = From { $from }: the clock stands still
progress-step-extended = { $on }: extended by { $days }, { $allowed } in all
progress-step-rolled = The last day, { $from }, is a day of rest; moved to { $to }
progress-step-ends = Last day: { $day }
progress-wait = { $who }: { $next }, { $by }
progress-wait-you = Waiting for you: { $next }, { $by }
progress-event-submitted-unasked = Not applied for; done by the system from the registers (granted without application)
unasked-withdraw-title = Decline this benefit: { $number }
unasked-withdraw-heading = Do you decline this benefit
unasked-withdraw-meaning = It was granted to you from the registers; you never applied. If you decline, this ends here, nothing is paid any more, and the system does not grant it to you again. You may apply at any time.
unasked-withdraw-words = Why you decline (may stay empty)
unasked-withdraw-go = Decline this benefit
unasked-withdraw-keep = Keep it
unasked-withdraw-done = Done: the benefit is not paid any more. You may apply at any time.
